//! Payment card numbers.

use super::number::{Number, luhn, numbers};
use super::value::{finding, in_sentence};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// First digits and lengths of the brands (ISO/IEC 7812; the brands' published ranges): first and
/// last of the range, and the lengths that it has.
const BRANDS: [(u32, u32, &[usize]); 18] = [
    (4, 4, &[13, 16, 19]),
    (51, 55, &[16]),
    (2221, 2720, &[16]),
    (34, 34, &[15]),
    (37, 37, &[15]),
    (6011, 6011, &[16, 19]),
    (644, 649, &[16, 19]),
    (65, 65, &[16, 19]),
    (300, 305, &[14, 16]),
    (36, 36, &[14, 16]),
    (38, 39, &[14, 16]),
    (3528, 3589, &[16]),
    (62, 62, &[16, 17, 18, 19]),
    (2200, 2204, &[16, 19]),
    (50, 50, &[16]),
    (56, 58, &[16]),
    (60, 60, &[16]),
    (63, 67, &[16]),
];

const CONTEXT: [&str; 19] = [
    "card",
    "cards",
    "visa",
    "mastercard",
    "amex",
    "credit",
    "debit",
    "cc",
    "cvv",
    "cvc",
    "expiry",
    "exp",
    "expires",
    "karte",
    "kreditkarte",
    "tarjeta",
    "carte",
    "cartao",
    "maestro",
];

/// Finds card numbers: the right length for their brand, and the Luhn check holds.
///
/// The brands' documented test numbers (4242…, 4111…) are found like any other: a member who posts
/// one must see what would happen to a real one.
pub(super) struct Card;

impl Detector for Card {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let mut end = 0;
        for number in numbers(text, 13..20) {
            if number.range.start < end {
                continue;
            }
            if let Some(confidence) = confidence(text, &number) {
                end = number.range.end;
                let explanation = "The length, first digits and check digit of a payment card number";
                findings.push(finding(text, Kind::Card, &number.range, confidence, explanation));
            }
        }
    }
}

/// How sure it is that `number` is a card's.
fn confidence(text: &Text<'_>, number: &Number) -> Option<f32> {
    if !brand_fits(&number.digits) || !grouped_like_a_card(&number.groups) || !luhn(&number.digits) {
        return None;
    }
    let named = text.mentions(&number.range, 8, 6, &CONTEXT);
    // Identifiers have 13 and 17 to 19 digits too, and code is full of numbers.
    let usual = matches!(number.digits.len(), 14..=16) && in_sentence(text, number.range.start);
    match (named, usual, number.groups.len() > 1) {
        (true, _, _) => Some(0.99),
        (false, true, true) => Some(0.97),
        (false, true, false) => Some(0.9),
        (false, false, _) => None,
    }
}

fn brand_fits(digits: &str) -> bool {
    BRANDS.iter().any(|(first, last, lengths)| {
        let places = first.to_string().len();
        let prefix = digits.get(..places).and_then(|prefix| prefix.parse::<u32>().ok());
        lengths.contains(&digits.len()) && prefix.is_some_and(|prefix| (*first..=*last).contains(&prefix))
    })
}

/// Whether people write cards in such groups: all at once, in fours, 4-6-5 or 4-6-4.
fn grouped_like_a_card(groups: &[usize]) -> bool {
    match groups {
        [_] | [4, 6, 5 | 4] => true,
        [fours @ .., last] => fours.iter().all(|group| *group == 4) && (1..=4).contains(last),
        [] => false,
    }
}
