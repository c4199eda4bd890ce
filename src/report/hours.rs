//! Hours of the day that cases gather in.

use serde::Serialize;

/// The longest that still says when to be there, in hours.
const LONGEST: usize = 8;

/// Hours of the day, and how many cases fall in them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hours {
    /// The hour they begin at, 0 to 23.
    pub from: usize,
    /// The hour they end before, 0 to 23; not after `from` where they go past midnight.
    pub to: usize,
    /// Cases in them.
    pub cases: usize,
}

/// The fewest hours in a row, past midnight if need be, that hold `percent` in a hundred of all counted by hour; of as
/// few, those with most, and then the earliest. None where that takes more than eight.
pub(super) fn gathered(by_hour: &[usize; 24], percent: usize) -> Option<Hours> {
    let all: usize = by_hour.iter().sum();
    let enough = |hours: &Hours| hours.cases > 0 && hours.cases * 100 >= all * percent;
    (1..=LONGEST).map(|length| fullest(by_hour, length)).find(enough)
}

/// The `length` hours in a row that hold most; of as many, the earliest.
pub(super) fn fullest(by_hour: &[usize; 24], length: usize) -> Hours {
    let cases = |from: usize| by_hour.iter().cycle().skip(from).take(length).sum::<usize>();
    let from = (0..24).rev().max_by_key(|from| cases(*from)).unwrap_or_default();
    Hours { from, to: (from + length) % 24, cases: cases(from) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(cases: &[(usize, usize)]) -> [usize; 24] {
        std::array::from_fn(|hour| cases.iter().filter(|(at, _)| *at == hour).map(|(_, count)| count).sum())
    }

    #[test]
    fn hours_are_named_where_cases_gather() {
        type Row = (&'static str, &'static [(usize, usize)], Option<(usize, usize, usize)>);
        let rows: [Row; 6] = [
            ("nothing gathers nowhere", &[], None),
            ("a single one does", &[(9, 1)], Some((9, 10, 1))),
            ("past midnight", &[(23, 4), (1, 4), (12, 2)], Some((23, 2, 8))),
            ("no more hours than needed", &[(3, 6), (4, 2), (5, 2)], Some((3, 4, 6))),
            ("the fuller of two", &[(3, 6), (4, 3), (20, 1)], Some((3, 4, 6))),
            ("the earlier of two alike", &[(8, 5), (9, 5), (10, 5)], Some((8, 10, 10))),
        ];
        for (does, cases, expected) in rows {
            let found = gathered(&day(cases), 60).map(|hours| (hours.from, hours.to, hours.cases));
            assert_eq!(found, expected, "{does}");
        }
        assert_eq!(gathered(&[1; 24], 60), None, "spread over the day");
    }
}
