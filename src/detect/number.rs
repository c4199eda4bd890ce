//! Numbers written in groups, and the check digits that tell them from any other number.

use std::ops::Range;

use crate::text::Text;

/// The most groups that one number is written in.
const MOST_GROUPS: usize = 6;

/// Groups of digits that stand in a row, with one separator between each two.
pub(super) struct Number {
    /// Where it stands in the folded text.
    pub(super) range: Range<usize>,
    /// The digits without separators.
    pub(super) digits: String,
    /// How many digits each group has.
    pub(super) groups: Vec<usize>,
}

/// Every number of `digits.start` to `digits.end` digits that can be read in `text`, in one group or
/// several that a space, hyphen, dot or slash separates. Bounded for each group, so linear in all.
pub(super) fn numbers<'t>(text: &'t Text<'_>, digits: Range<usize>) -> impl Iterator<Item = Number> + 't {
    let runs = text.digits();
    let folded = text.folded();
    runs.iter().enumerate().filter(|(_, run)| stands_after(folded, run.start)).flat_map(
        move |(first, run)| {
            let row = &runs[first..runs.len().min(first + MOST_GROUPS)];
            let digits = digits.clone();
            let in_row = row.windows(2).take_while(|pair| joined(folded, pair[0].end, pair[1].start)).count();
            (0..=in_row).filter_map(move |last| {
                let end = row[last].end;
                let groups: Vec<usize> = row[..=last].iter().map(|run| run.end - run.start).collect();
                let fits = digits.contains(&groups.iter().sum()) && stands_before(folded, end);
                let compact = || row[..=last].iter().map(|run| &folded[run.start..run.end]).collect();
                fits.then(|| Number { range: run.start..end, digits: compact(), groups })
            })
        },
    )
}

/// Whether two groups that end and start there belong together.
fn joined(text: &str, end: usize, start: usize) -> bool {
    start == end + 1 && matches!(text.as_bytes()[end], b' ' | b'-' | b'.' | b'/')
}

/// Whether a number can start at `at`: not within a word, a decimal or a longer name.
fn stands_after(text: &str, at: usize) -> bool {
    !text[..at]
        .chars()
        .next_back()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '€' | '£'))
}

/// Whether a number can end at `at`.
fn stands_before(text: &str, at: usize) -> bool {
    !text[at..]
        .chars()
        .next()
        .is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '%' | '$' | '€' | '£'))
}

/// The digits of `text` as numbers.
pub(super) fn values(text: &str) -> impl DoubleEndedIterator<Item = u32> {
    text.bytes().filter(u8::is_ascii_digit).map(|byte| u32::from(byte - b'0'))
}

/// The Luhn check of cards and Canadian numbers (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(digits: &str) -> bool {
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = values(digits)
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

/// The weighted sum of the first digits, one for each of `weights`.
pub(super) fn weighted(digits: &str, weights: &[u32]) -> u32 {
    values(digits).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The Verhoeff check of Aadhaar numbers: the dihedral group D5 with its permutation.
pub(super) fn verhoeff(digits: &str) -> bool {
    const PERMUTATION: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: u32, times: usize| {
        (0..times % 8).fold(digit, |digit, _| PERMUTATION.get(digit as usize).copied().unwrap_or(0))
    };
    let check =
        values(digits).rev().enumerate().fold(0, |sum, (place, digit)| dihedral(sum, permuted(digit, place)));
    check == 0
}

/// The product of `a` and `b` in the dihedral group D5, rotations first.
const fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// The check of ISO 7064 MOD 11,10: German tax numbers.
pub(super) fn mod_11_10(digits: &str) -> bool {
    let product = |product: u32, digit: u32| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    };
    let (body, check) = digits.split_at(digits.len().saturating_sub(1));
    let expected = (11 - values(body).fold(10, product)) % 10;
    values(check).next() == Some(expected)
}

#[cfg(test)]
mod tests {
    use super::{luhn, mod_11_10, verhoeff};

    /// Every single wrong digit must fail the check.
    fn catches_wrong_digits(valid: &str, check: fn(&str) -> bool) -> bool {
        let wrong = (0..valid.len()).flat_map(|place| {
            ('0'..='9')
                .filter(move |digit| !valid[place..].starts_with(*digit))
                .map(move |digit| format!("{}{digit}{}", &valid[..place], &valid[place + 1..]))
        });
        check(valid) && wrong.into_iter().all(|wrong| !check(&wrong))
    }

    #[test]
    fn checks_catch_every_wrong_digit() {
        // Published examples: Luhn's own, the German tax office's, Verhoeff's.
        assert!(catches_wrong_digits("79927398713", luhn));
        assert!(catches_wrong_digits("86095742719", mod_11_10));
        assert!(catches_wrong_digits("2363", verhoeff));
    }
}
