//! International bank account numbers.

use super::value::{finding, stands_free};
use super::{Detector, Finding, Kind};
use crate::text::{Place, Text};

/// Country and length of its IBANs, from the IBAN registry (SWIFT, release 99).
const LENGTHS: [(&str, usize); 89] = [
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// Finds IBANs: the length is their country's and the check digits hold (ISO 13616, MOD 97-10).
pub(super) struct Iban;

impl Detector for Iban {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        for check in text.digits().iter().filter(|run| run.start >= 2 && run.end - run.start >= 2) {
            let Some((end, compact)) = read(folded, check.start - 2) else { continue };
            let range = check.start - 2..end;
            let elsewhere = matches!(text.place(range.start), Place::Link | Place::Markup);
            if !elsewhere && stands_free(folded, &range) && mod_97(&compact) == 1 {
                let explanation =
                    "The length and check digits of an international bank account number (IBAN).";
                findings.push(finding(text, Kind::Iban, &range, 0.99, explanation));
            }
        }
    }
}

/// Reads as many letters and digits from `start` as IBANs of that country have, over single spaces
/// and hyphens; gives the end and the letters and digits.
fn read(text: &str, start: usize) -> Option<(usize, String)> {
    let country = text.get(start..start + 2)?.to_ascii_uppercase();
    let (_, length) = LENGTHS.iter().find(|(code, _)| *code == country)?;
    let bytes = text.as_bytes();
    let mut compact = String::with_capacity(*length);
    let mut at = start;
    while compact.len() < *length {
        let byte = *bytes.get(at)?;
        if byte.is_ascii_alphanumeric() {
            compact.push(char::from(byte.to_ascii_uppercase()));
        } else if !matches!(byte, b' ' | b'-') || !bytes[at - 1].is_ascii_alphanumeric() {
            return None;
        }
        at += 1;
    }
    Some((at, compact))
}

/// The remainder by 97 with the first four characters moved to the end and letters counted from 10.
fn mod_97(iban: &str) -> u32 {
    let moved = iban[4..].chars().chain(iban[..4].chars());
    moved
        .filter_map(|c| c.to_digit(36))
        .fold(0, |sum, value| (sum * if value > 9 { 100 } else { 10 } + value) % 97)
}
