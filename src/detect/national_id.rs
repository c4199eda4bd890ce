//! National identification, tax, social security and document numbers.

mod americas;
mod asia;
mod document;
mod europe;
mod germany;
mod italy;
mod nordic;
mod scheme;

use std::net::Ipv4Addr;
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

/// How many numbers of a message are found: nobody has more.
const MOST_FOUND: usize = 24;
/// How many numbers of a message whose check holds are looked at: the words around each are read.
const MOST_LOOKED_AT: usize = 64;

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
        let (mut found, mut looked_at) = (0, 0);
        number::each(text, |number| {
            let mut fitting = fitting(number).peekable();
            if found == MOST_FOUND || looked_at == MOST_LOOKED_AT || fitting.peek().is_none() {
                return;
            }
            looked_at += 1;
            if let Some((confidence, explanation)) = surest(text, number, fitting) {
                found += 1;
                findings.push(finding(text, Kind::NationalId, &number.range, confidence, explanation));
            }
        });
        document::detect(text, findings);
    }
}

/// The schemes that `number` is of by its form and check.
fn fitting(number: &Number) -> impl Iterator<Item = &'static Scheme> {
    let schemes = BY_LENGTH.get(number.code().len()).map_or(&[][..], Vec::as_slice);
    schemes.iter().copied().filter(|scheme| scheme.fits(number))
}

/// The surest that one of `schemes` is of `number`.
fn surest(
    text: &Text<'_>,
    number: &Number,
    schemes: impl Iterator<Item = &'static Scheme>,
) -> Option<(f32, &'static str)> {
    let written = &text.folded()[number.range.clone()];
    if !in_sentence(text, number.range.start) || written.parse::<Ipv4Addr>().is_ok() {
        return None;
    }
    let sure = schemes.filter_map(|scheme| Some((scheme.confidence(text, number)?, scheme.explanation)));
    sure.max_by(|a, b| a.0.total_cmp(&b.0))
}
