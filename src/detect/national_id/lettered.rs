//! National numbers with letters in them.

use std::sync::LazyLock;

use regex::Regex;

use super::super::number::values;
use super::super::value::{finding, in_sentence, regex};
use super::super::{Finding, Kind};
use crate::text::Text;

static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?:
            (?<nino>[A-CEGHJ-PR-TW-Za-ceghj-pr-tw-z][A-CEGHJ-NPR-TW-Za-ceghj-npr-tw-z]\ ?[0-9]{2}\ ?[0-9]{2}\ ?[0-9]{2}\ ?[A-Da-d])
          | (?<fiscal>[A-Za-z]{6}[0-9LMNPQRSTUVlmnpqrstuv]{2}[A-EHLMPR-Ta-ehlmpr-t][0-9LMNPQRSTUVlmnpqrstuv]{2}[A-Za-z][0-9LMNPQRSTUVlmnpqrstuv]{3}[A-Za-z])
          | (?<spanish>(?:[0-9]{8}|[XYZxyz][-\ ]?[0-9]{7})[-\ ]?[A-HJ-NP-TV-Za-hj-np-tv-z])
          | (?<pan>[A-Z]{3}[ABCFGHLJPT][A-Z][0-9]{4}[A-Z])
        )\b",
    )
});

/// Compiles what is looked for.
pub(super) fn prepare() {
    LazyLock::force(&NUMBERS);
}

/// Finds numbers of the United Kingdom, Italy, Spain and India.
pub(super) fn detect(text: &Text<'_>, findings: &mut Vec<Finding>) {
    let folded = text.folded();
    for found in NUMBERS.captures_iter(folded) {
        let Some(whole) = found.get(0).filter(|whole| in_sentence(text, whole.start())) else { continue };
        let compact: String = whole
            .as_str()
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let range = whole.range();
        let judged = if found.name("nino").is_some() {
            let named = text.mentions(&range, 8, 4, &["nino", "ni", "national", "insurance"]);
            insurance(&compact)
                .then_some((if named { 0.97 } else { 0.75 }, "The form of a UK National Insurance number"))
        } else if found.name("fiscal").is_some() {
            fiscal_code(&compact).then_some((0.98, "The check letter of an Italian tax code"))
        } else if found.name("spanish").is_some() {
            spanish(&compact).then_some((0.9, "The check letter of a Spanish identity number"))
        } else {
            let named = text.mentions(&range, 8, 4, &["pan", "tax", "income"]);
            Some((if named { 0.95 } else { 0.7 }, "The form of an Indian permanent account number"))
        };
        if let Some((confidence, explanation)) = judged {
            findings.push(finding(text, Kind::NationalId, &range, confidence, explanation));
        }
    }
}

/// Prefixes that are never issued (HMRC, NIM39110).
fn insurance(number: &str) -> bool {
    !["BG", "GB", "NK", "KN", "TN", "NT", "ZZ"].iter().any(|prefix| number.starts_with(prefix))
}

/// The letter that the number's remainder by 23 points to; X, Y and Z count as 0, 1 and 2.
fn spanish(number: &str) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let first = match number.as_bytes().first() {
        Some(b'Y') => 1,
        Some(b'Z') => 2,
        _ => 0,
    };
    let value = values(number).fold(first, |sum, digit| sum * 10 + digit);
    let letter = LETTERS[value as usize % LETTERS.len()];
    number.bytes().next_back() == Some(letter)
}

/// The last letter is the sum of the others' values by 26 (decree of 23 December 1976).
fn fiscal_code(code: &str) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let place = |c: char| c.to_digit(36).map_or(0, |value| if value > 9 { value - 10 } else { value });
    let value = |(at, c): (usize, char)| if at % 2 == 0 { ODD[place(c) as usize] } else { place(c) };
    let sum: u32 = code.chars().take(15).enumerate().map(value).sum();
    code.chars().next_back().map(place) == Some(sum % 26)
}
