//! National identification, tax, social security and document numbers.

mod americas;
mod asia;
mod document;
mod europe;
mod germany;
mod italy;
mod nordic;
mod scheme;

use std::sync::LazyLock;

use self::scheme::Scheme;
use super::number::{self, Number};
use super::value::{finding, in_sentence};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// The schemes of all countries.
const ALL: [&[Scheme]; 7] = [
    americas::SCHEMES,
    asia::SCHEMES,
    document::SCHEMES,
    europe::SCHEMES,
    germany::SCHEMES,
    italy::SCHEMES,
    nordic::SCHEMES,
];

/// The schemes by how many letters and digits their numbers have.
static BY_LENGTH: LazyLock<Vec<Vec<&'static Scheme>>> = LazyLock::new(|| {
    let all = || ALL.iter().copied().flatten();
    let longest = all().flat_map(Scheme::lengths).max().unwrap_or(0);
    let of = |length| all().filter(|scheme| scheme.lengths().any(|of| of == length)).collect();
    (0..=longest).map(of).collect()
});

/// How many numbers of a message are looked at closely: nobody has more, and each costs.
const MOST_FOUND: usize = 24;

/// Finds the numbers that countries give people, each by its check digit where it has one; where
/// digits alone could be anything, only beside a word that names the number. Passports and driver's
/// licenses, which have no form of their own, by the words before them.
pub(super) struct NationalId;

impl Detector for NationalId {
    fn prepare(&self) {
        LazyLock::force(&BY_LENGTH);
        document::prepare();
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if text.digits().is_empty() {
            return;
        }
        let mut found = 0;
        number::each(text, |number| {
            if found < MOST_FOUND
                && let Some((confidence, explanation)) = judge(text, number)
            {
                found += 1;
                findings.push(finding(text, Kind::NationalId, &number.range, confidence, explanation));
            }
        });
        document::detect(text, findings);
    }
}

/// The surest that the schemes are of `number`.
fn judge(text: &Text<'_>, number: &Number) -> Option<(f32, &'static str)> {
    let schemes = BY_LENGTH.get(number.code().len())?;
    if !in_sentence(text, number.range.start) {
        return None;
    }
    let sure =
        schemes.iter().filter_map(|scheme| Some((scheme.confidence(text, number)?, scheme.explanation)));
    sure.max_by(|a, b| a.0.total_cmp(&b.0))
}
