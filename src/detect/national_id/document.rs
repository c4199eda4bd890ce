//! Passports, driver's licenses and identity cards: known by the words before them.

use std::sync::LazyLock;

use regex::Regex;

use super::super::number::check::uniform;
use super::super::value::{finding, in_sentence, is_placeholder, regex};
use super::super::{Finding, Kind};
use super::scheme::Scheme;
use crate::text::Text;

/// The forms that passports of several countries have, where the word for them stands apart.
pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["AA9999999", "A99999999", "A9999999", "AAA999999", "AA999999"],
        |_| true,
        &["passport", "passports", "pasaporte", "passeport", "passaporto", "passaporte", "paspoort"],
        "The form of a passport number.",
    ),
    Scheme::new(
        &["A99999999"],
        |code| !uniform(&code[1..]),
        &["passport", "license", "licence"],
        "A letter and eight digits, as passports and driver's licenses have.",
    )
    .bare(),
];

/// The document, what may stand between, and the number.
static DOCUMENT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:passports?|reisepass(?:nummer)?|pasaporte|passeport|passaporto?|paspoort(?:nummer)?|pass-?nr|passnummer
            |(?:driv(?:er'?s?|ing)[\ -])?licen[sc]e(?:\s+(?:number|no|num))|driv(?:er'?s?|ing)[\ -]licen[sc]e|licen[sc]ia\ de\ conducir|fuhrerschein(?:nummer)?|permis\ de\ conduire
            |patente\ di\ guida|rijbewijs(?:nummer)?|carteira\ de\ motorista|cnh|dl
            |(?:national\ |state\ |government\ )?id(?:entity)?[\ -]card|personalausweis(?:nummer)?|ausweis(?:nummer)?
            |carte\ d'identite|carta\ d'identita|cedula)
        (?:\s+(?:number|no|num|nr|nummer|id|code|numero|de|n))?\.?
        \s*(?:\b(?:is|was|it's|its|ist|es|est|e)\b|[:=\#,])*\s*\#?\s*
        (?P<value>[A-Z0-9](?:[A-Z0-9]|[-\ ][0-9]){4,19})\b",
    )
});

/// The fewest digits that such a number has.
const FEWEST_DIGITS: usize = 5;

/// Compiles what is looked for.
pub(super) fn prepare() {
    LazyLock::force(&DOCUMENT);
}

/// Finds numbers that the words before them call a document's.
pub(super) fn detect(text: &Text<'_>, findings: &mut Vec<Finding>) {
    if text.digits().iter().map(|run| run.end - run.start).sum::<usize>() < FEWEST_DIGITS {
        return;
    }
    for value in DOCUMENT.captures_iter(text.folded()).filter_map(|found| found.name("value")) {
        if is_document(value.as_str()) && in_sentence(text, value.start()) {
            let explanation = "A number that the words before it call a passport, license or identity card.";
            findings.push(finding(text, Kind::NationalId, &value.range(), 0.9, explanation));
        }
    }
}

/// Whether `value` reads like a document's number: digits enough, no date, no amount.
fn is_document(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let dated = digits == 8 && value.split(['-', ' ']).map(str::len).eq([4, 2, 2]);
    let worded = value
        .split(['-', ' '])
        .any(|group| group.len() > 2 && group.bytes().all(|byte| byte.is_ascii_alphabetic()));
    (FEWEST_DIGITS..=16).contains(&digits) && !dated && !worded && !is_placeholder(value)
}
