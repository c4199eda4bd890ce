//! Telephone numbers.

use std::ops::Range;

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;

use super::value::{finding, in_sentence};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// Words beside which digits are a telephone number.
const CONTEXT: [&str; 44] = [
    "call",
    "phone",
    "telephone",
    "text",
    "txt",
    "sms",
    "whatsapp",
    "cell",
    "cellphone",
    "mobile",
    "mobil",
    "tel",
    "ring",
    "dial",
    "landline",
    "fax",
    "handy",
    "handynummer",
    "telefon",
    "telefonnummer",
    "rufnummer",
    "anrufen",
    "ruf",
    "llamame",
    "llama",
    "telefono",
    "movil",
    "celular",
    "telefone",
    "ligue",
    "liga",
    "zap",
    "appelle",
    "appelez",
    "portable",
    "telephoner",
    "numero",
    "num",
    "digits",
    "hmu",
    "reach",
    "contact",
    "signal",
    "telegram",
];
/// Words that make "number" a telephone number after "my".
const OWN: [&str; 4] = ["my", "our", "his", "her"];
/// Words that say it is another number.
const OTHER: [&str; 22] = [
    "order",
    "invoice",
    "ticket",
    "tracking",
    "account",
    "id",
    "uid",
    "serial",
    "version",
    "build",
    "isbn",
    "part",
    "score",
    "seed",
    "pid",
    "port",
    "error",
    "case",
    "customer",
    "timestamp",
    "commit",
    "bug",
];
/// Where a number without a country code may be from, most speakers on Discord first.
const COUNTRIES: [Id; 14] = [
    Id::US,
    Id::GB,
    Id::DE,
    Id::FR,
    Id::ES,
    Id::BR,
    Id::IN,
    Id::AU,
    Id::IT,
    Id::NL,
    Id::PL,
    Id::MX,
    Id::AR,
    Id::SE,
];
/// How many candidates of a message are tried: each costs microseconds, and nobody has more numbers.
const MOST_CANDIDATES: usize = 12;

/// Finds telephone numbers that their country's numbering plan allows: with a country code
/// anywhere, in a national format where it is typical or beside a word such as "call".
pub(super) struct Phone;

impl Detector for Phone {
    fn prepare(&self) {
        // Reading the world's numbering plans takes most of a second in a debug build.
        DATABASE.by_id("US");
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        for range in candidates(text).take(MOST_CANDIDATES) {
            if let Some(confidence) = confidence(text, &range) {
                let explanation = "A number that its country's telephone numbering plan allows";
                findings.push(finding(text, Kind::Phone, &range, confidence, explanation));
            }
        }
    }
}

/// Rows of digits, spaces, hyphens, dots and brackets with 7 to 15 digits that stand free.
fn candidates<'t>(text: &'t Text<'_>) -> impl Iterator<Item = Range<usize>> + 't {
    let folded = text.folded().as_bytes();
    let runs = text.digits();
    let mut next = 0;
    std::iter::from_fn(move || {
        let first = runs.get(next)?;
        let (mut end, mut digits) = (first.end, first.end - first.start);
        next += 1;
        while let Some(run) = runs.get(next).filter(|run| is_joint(&folded[end..run.start])) {
            digits += run.end - run.start;
            end = run.end;
            next += 1;
        }
        Some((opening(folded, first.start)..end, digits))
    })
    .filter(move |(range, digits)| {
        (7..=15).contains(digits) && in_sentence(text, range.start) && free(text.folded(), range)
    })
    .map(|(range, _)| range)
}

/// Whether `between` can stand between two groups of one number.
fn is_joint(between: &[u8]) -> bool {
    (1..=3).contains(&between.len())
        && between.iter().all(|byte| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/'))
}

/// Where a number whose digits begin at `start` begins: at a plus or a bracket before them.
fn opening(bytes: &[u8], start: usize) -> usize {
    let before = |at: usize, mark: u8| at > 0 && bytes[at - 1] == mark;
    let bracket = start - usize::from(before(start, b'('));
    bracket - usize::from(before(bracket, b'+'))
}

/// Whether nothing touches `range` that makes it part of something else: a name, a sum, a price.
fn free(text: &str, range: &Range<usize>) -> bool {
    let touches = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '#' | '$' | '€' | '£' | '=' | '%' | '@' | '/' | '+')
    };
    !text[..range.start].chars().next_back().is_some_and(|c| touches(c) || matches!(c, '.' | '-' | ':' | ','))
        && !text[range.end..].chars().next().is_some_and(touches)
}

fn confidence(text: &Text<'_>, range: &Range<usize>) -> Option<f32> {
    let written = &text.folded()[range.clone()];
    if written.starts_with('+') || written.starts_with("(+") {
        return valid(None, written.trim_start_matches('(')).then_some(0.95);
    }
    let typical = is_north_american(written);
    let named = is_named(text, range);
    if !(typical || named) || is_dated(written) || text.mentions(range, 3, 1, &OTHER) {
        return None;
    }
    if let Some(international) = written.strip_prefix("00").filter(|_| named) {
        return valid(None, &format!("+{international}")).then_some(0.9);
    }
    let countries = if named { &COUNTRIES[..] } else { &COUNTRIES[..1] };
    let known = countries.iter().any(|country| valid(Some(*country), written));
    known.then_some(if named { 0.9 } else { 0.75 })
}

fn valid(country: Option<Id>, written: &str) -> bool {
    phonenumber::parse(country, written).is_ok_and(|number| phonenumber::is_valid(&number))
}

/// Whether a word beside it says that it is a telephone number.
fn is_named(text: &Text<'_>, range: &Range<usize>) -> bool {
    text.mentions(range, 5, 3, &CONTEXT)
        || (text.mentions(range, 4, 0, &["number", "nummer", "nr"]) && text.mentions(range, 5, 0, &OWN))
}

/// `415-555-2671`, `(415) 555-2671`, `415.555.2671`: nothing else is grouped like that.
fn is_north_american(written: &str) -> bool {
    let groups: Vec<usize> =
        written.split(|c: char| !c.is_ascii_digit()).map(str::len).filter(|length| *length > 0).collect();
    let grouped = matches!(groups[..], [3, 3, 4] | [1, 3, 3, 4]);
    grouped && (written.contains('-') || written.starts_with('(') || written.contains('.'))
}

/// `2026-08-14`, `14.08.2026` and times after them.
fn is_dated(written: &str) -> bool {
    let groups: Vec<usize> = written.split(['-', '.', '/', ' ']).map(str::len).collect();
    matches!(groups[..], [4, 1 | 2, 1 | 2, ..] | [1 | 2, 1 | 2, 4, ..])
}
