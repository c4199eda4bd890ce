//! Payment card numbers.

use super::near::is_bare;
use super::number::check::luhn;
use super::number::{self, Number};
use super::value::{finding, in_sentence};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// First digits and lengths of the brands (ISO/IEC 7812; the brands' published ranges): first and
/// last of the range, and the lengths that it has.
const BRANDS: [(u32, u32, &[usize]); 20] = [
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
    (2131, 2131, &[15]),
    (1800, 1800, &[15]),
    (62, 62, &[16, 17, 18, 19]),
    (2200, 2204, &[16, 19]),
    (50, 50, &[12, 13, 14, 15, 16, 17, 18, 19]),
    (56, 58, &[12, 13, 14, 15, 16, 17, 18, 19]),
    (60, 60, &[16]),
    (63, 67, &[12, 13, 14, 15, 16, 17, 18, 19]),
];
/// Ranges of few cards or none in use, which want a word beside them: airlines' own, all of JCB's.
const RARE: [(u32, u32, &[usize]); 2] = [(1, 1, &[15]), (35, 35, &[16])];

/// How many digits most cards have.
const USUAL: usize = 16;

const CONTEXT: [&str; 27] = [
    "card",
    "cards",
    "cardnumber",
    "visa",
    "mastercard",
    "amex",
    "american",
    "discover",
    "diners",
    "jcb",
    "unionpay",
    "credit",
    "debit",
    "creditcard",
    "cc",
    "cvv",
    "cvc",
    "expiry",
    "exp",
    "expires",
    "karte",
    "kartennummer",
    "kreditkarte",
    "tarjeta",
    "carte",
    "cartao",
    "maestro",
];
/// Words that say a card is nobody's.
const TEST: [&str; 7] = ["test", "testcard", "sandbox", "dummy", "fake", "sample", "stripe"];

/// Finds card numbers: the right length for their brand, and the Luhn check holds.
///
/// The brands' documented test numbers (4242…, 4111…) are found like any other, unless the words
/// beside them call them that: a member who posts one must see what would happen to a real one.
pub(super) struct Card;

impl Detector for Card {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let mut end = 0;
        number::each(text, |number| {
            if number.range.start < end {
                return;
            }
            if let Some(confidence) = confidence(text, number) {
                end = number.range.end;
                let explanation = "The length, first digits and check digit of a payment card number.";
                findings.push(finding(text, Kind::Card, &number.range, confidence, explanation));
            }
        });
    }
}

/// How sure it is that `number` is a card's.
fn confidence(text: &Text<'_>, number: &Number) -> Option<f32> {
    let code = number.code();
    if !(12..=19).contains(&code.len()) || number.letters != 0 || !luhn(code) || !grouped(number) {
        return None;
    }
    let common = fits(&BRANDS, code);
    if !(common || fits(&RARE, code)) || text.mentions(&number.range, 4, 3, &TEST) {
        return None;
    }
    if code.len() < USUAL && is_within_fours(text.folded().as_bytes(), number) {
        return None;
    }
    if text.mentions(&number.range, 8, 6, &CONTEXT) {
        return Some(0.99);
    }
    if !in_sentence(text, number.range.start) {
        return None;
    }
    // Identifiers have 13 and 17 to 19 digits too, and code is full of numbers.
    let usual = matches!(code.len(), 14..=16) && common;
    match (usual, number.cuts) {
        (true, 0) => Some(0.9),
        (true, _) => Some(0.97),
        (false, _) => is_bare(text, &number.range).then_some(0.6),
    }
}

/// Whether the first digits and the length of `code` are of one of `ranges`.
fn fits(ranges: &[(u32, u32, &[usize])], code: &[u8]) -> bool {
    ranges.iter().any(|(first, last, lengths)| {
        let prefix =
            code[..first.to_string().len()].iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
        lengths.contains(&code.len()) && (*first..=*last).contains(&prefix)
    })
}

/// Whether a group of four digits stands right before or after `number`, which is then a part of a longer one.
fn is_within_fours(text: &[u8], number: &Number) -> bool {
    let four = |group: &[u8]| group.len() == 4 && group.iter().all(u8::is_ascii_digit);
    let joint = |byte: &u8| matches!(byte, b' ' | b'-');
    let range = &number.range;
    let before = text[..range.start].split_last().filter(|(last, _)| joint(last));
    let after = text[range.end..].split_first().filter(|(first, _)| joint(first));
    number.cuts != 0
        && (before.is_some_and(|(_, rest)| rest.last_chunk::<4>().is_some_and(|group| four(group)))
            || after.is_some_and(|(_, rest)| rest.first_chunk::<4>().is_some_and(|group| four(group))))
}

/// Whether people write cards in such groups: all at once, in fours, 4-6-5 or 4-6-4.
fn grouped(number: &Number) -> bool {
    const FOURS: u32 = 1 << 4 | 1 << 8 | 1 << 12 | 1 << 16;
    const AMERICAN: u32 = 1 << 4 | 1 << 10;
    let cuts = number.cuts;
    cuts == 0 || cuts == FOURS & ((1 << number.code().len()) - 1) || cuts == AMERICAN
}
