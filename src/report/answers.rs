//! How long members waited for the first human answer, and what of that was promised.

use jiff::{SignedDuration, Timestamp};
use serde::{Serialize, Serializer};

use super::Period;
use crate::case::clock::Promise;
use crate::store::Outcome;

/// How long members waited for the first human answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answers {
    /// Cases a human answered.
    pub answered: usize,
    /// At least half of them within this time: nearest rank, of the cases answered.
    #[serde(serialize_with = "seconds")]
    pub median: Option<SignedDuration>,
    /// At least nine in ten of them within this time: nearest rank, of the cases answered.
    #[serde(serialize_with = "seconds")]
    pub p90: Option<SignedDuration>,
    /// Answered within the promised time.
    pub kept: usize,
    /// Answered later, or not at all although the promised time has passed.
    pub missed: usize,
    /// Not answered so far, and the promised time has not passed: neither kept nor missed.
    pub waiting: usize,
    /// What was promised last.
    #[serde(serialize_with = "seconds")]
    pub promised: Option<SignedDuration>,
    /// Every case that somebody waited in, in the order they came.
    #[serde(skip)]
    pub waits: Vec<Wait>,
}

/// One wait for the first human answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wait {
    /// When its case was noticed.
    pub opened: Timestamp,
    /// How long it took; none where there was no answer.
    pub took: Option<SignedDuration>,
    /// What became of what was promised.
    pub kept: Kept,
}

/// What became of a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The answer came in time.
    Yes,
    /// It came late or not at all.
    No,
    /// There is still time, or the case ended before it was up.
    Open,
}

impl Answers {
    pub(super) fn of(rows: &[&Outcome], now: Timestamp, promise: &Promise) -> Self {
        let waited =
            |row: &&&Outcome| row.first_answer.is_some() || (row.promised.is_some() && !row.held_back);
        let mut waits: Vec<Wait> = rows.iter().filter(waited).map(|row| wait(row, now, promise)).collect();
        waits.sort_by_key(|wait| wait.opened);
        let mut times: Vec<SignedDuration> = waits.iter().filter_map(|wait| wait.took).collect();
        times.sort_unstable();
        let count = |kept| waits.iter().filter(|wait| wait.kept == kept).count();
        let latest = rows.iter().filter(|row| is_promised(row)).max_by_key(|row| row.opened);
        Self {
            answered: times.len(),
            median: nearest_rank(&times, 50),
            p90: nearest_rank(&times, 90),
            kept: count(Kept::Yes),
            missed: count(Kept::No),
            waiting: rows.iter().filter(|row| is_waiting(row, now, promise)).count(),
            promised: latest.and_then(|row| row.promised),
            waits,
        }
    }

    /// Promises that were kept or missed; those still open do not count.
    #[must_use]
    pub const fn counted(&self) -> usize {
        self.kept + self.missed
    }

    /// How many promises were missed in cases that came in at each hour of the day.
    pub(super) fn missed_by_hour(&self, period: &Period) -> [usize; 24] {
        let mut hours = [0; 24];
        for wait in self.waits.iter().filter(|wait| wait.kept == Kept::No) {
            let hour = wait.opened.to_zoned(period.zone.clone()).hour();
            if let Some(count) = hours.get_mut(usize::from(hour.unsigned_abs())) {
                *count += 1;
            }
        }
        hours
    }
}

fn wait(row: &Outcome, now: Timestamp, promise: &Promise) -> Wait {
    Wait { opened: row.opened, took: row.first_answer, kept: kept(row, now, promise) }
}

fn kept(row: &Outcome, now: Timestamp, promise: &Promise) -> Kept {
    match (row.promised, row.first_answer) {
        (Some(promised), Some(took)) if took <= promised => Kept::Yes,
        (Some(_), Some(_)) => Kept::No,
        (Some(promised), None) if promise.waited(row.since, row.closed.unwrap_or(now)) > promised => Kept::No,
        _ => Kept::Open,
    }
}

/// Whether its member was told, in so many words or not, that somebody would come.
fn is_promised(row: &Outcome) -> bool {
    row.needed_people && row.promised.is_some()
}

fn is_waiting(row: &Outcome, now: Timestamp, promise: &Promise) -> bool {
    let open = row.closed.is_none() && row.first_answer.is_none();
    open && is_promised(row) && kept(row, now, promise) == Kept::Open
}

/// The smallest of `sorted` that at least `percent` in a hundred of them do not exceed: the nearest rank. None of none.
fn nearest_rank(sorted: &[SignedDuration], percent: usize) -> Option<SignedDuration> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

#[expect(clippy::ref_option, reason = "serde hands over fields by reference")]
fn seconds<S: Serializer>(time: &Option<SignedDuration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs()).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::nearest_rank;
    use jiff::SignedDuration;

    #[test]
    fn percentiles_are_of_nearest_rank() {
        let rows: &[(i64, Option<i64>, Option<i64>)] = &[
            (0, None, None),
            (1, Some(1), Some(1)),
            (2, Some(1), Some(2)),
            (3, Some(2), Some(3)),
            (4, Some(2), Some(4)),
            (9, Some(5), Some(9)),
            (10, Some(5), Some(9)),
            (11, Some(6), Some(10)),
            (100, Some(50), Some(90)),
            (101, Some(51), Some(91)),
        ];
        for (count, median, p90) in rows {
            let times: Vec<SignedDuration> = (1..=*count).map(SignedDuration::from_secs).collect();
            let rank = |percent| nearest_rank(&times, percent).map(|time| time.as_secs());
            assert_eq!((rank(50), rank(90)), (*median, *p90), "of {count}");
        }
    }
}
