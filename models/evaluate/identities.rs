//! Identities of a generator, and a recognizer's own examples with their near-misses.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use aside::config::Core;
use aside::detect::Kind;
use serde::Deserialize;

use crate::tally::Tally;
use crate::{Outcome, rows};

/// The entities of the generator that a detector is there for.
const ENTITIES: [(&str, Kind); 8] = [
    ("CREDIT_CARD", Kind::Card),
    ("IBAN_CODE", Kind::Iban),
    ("EMAIL_ADDRESS", Kind::Email),
    ("PHONE_NUMBER", Kind::Phone),
    ("IP_ADDRESS", Kind::IpAddress),
    ("US_SSN", Kind::NationalId),
    ("US_DRIVER_LICENSE", Kind::NationalId),
    ("ADDRESS", Kind::PostalAddress),
];
/// The recognizers of other kinds than national ids that a detector is there for.
const RECOGNIZERS: [(&str, Kind); 8] = [
    ("credit_card", Kind::Card),
    ("email", Kind::Email),
    ("ip", Kind::IpAddress),
    ("phone", Kind::Phone),
    ("ph_mobile_number", Kind::Phone),
    ("tr_phone_number", Kind::Phone),
    ("aba_routing", Kind::AccountNumber),
    ("crypto", Kind::CryptoWallet),
];
/// The recognizers of numbers that a country gives a person.
const NATIONAL: [&str; 37] = [
    "us_ssn",
    "us_itin",
    "us_mbi",
    "us_passport",
    "us_driver_license",
    "uk_nino",
    "uk_nhs",
    "uk_passport",
    "uk_driving_licence",
    "ca_sin",
    "au_tfn",
    "au_medicare",
    "de_tax_id",
    "de_social_security",
    "de_id_card",
    "de_passport",
    "de_health_insurance",
    "de_fuehrerschein",
    "es_nif",
    "es_nie",
    "es_passport",
    "it_fiscal_code",
    "it_driver_license",
    "pl_pesel",
    "se_personnummer",
    "fi_personal_identity_code",
    "tr_national_id",
    "in_pan",
    "in_aadhaar",
    "in_passport",
    "in_voter",
    "kr_rrn",
    "kr_frn",
    "sg_fin",
    "th_tnin",
    "ph_tin",
    "za_id_number",
];

/// A sentence of the generator.
#[derive(Deserialize)]
struct Sentence {
    text: String,
    /// Entity, and first and last place in characters.
    spans: Vec<(String, usize, usize)>,
}

impl Sentence {
    /// Where entities of `kind` stand, in bytes.
    fn spans(&self, kind: Kind) -> Vec<Range<usize>> {
        let is_of = |entity: &str| ENTITIES.iter().any(|(name, of)| *name == entity && *of == kind);
        let spans = self.spans.iter().filter(|(entity, ..)| is_of(entity));
        spans.map(|(_, start, end)| self.byte(*start)..self.byte(*end)).collect()
    }

    fn byte(&self, place: usize) -> usize {
        self.text.char_indices().nth(place).map_or(self.text.len(), |(byte, _)| byte)
    }
}

/// Prints, for each kind, how many entities of generated sentences are found.
pub(crate) fn generated(core: &Core, folder: &Path) -> Outcome {
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for sentence in rows::<Sentence>(&folder.join("pii_presidio_generated_large_MIT.jsonl"))? {
        let findings = core.scanner.scan(&sentence.text).findings;
        for (_, kind) in ENTITIES.iter().filter(|(name, _)| *name != "US_DRIVER_LICENSE") {
            let found: Vec<_> = findings.iter().filter(|f| f.kind == *kind).map(|f| f.span.clone()).collect();
            compare(tallies.entry(*kind).or_default(), &sentence.spans(*kind), &found);
        }
    }
    print("generated identities", &tallies);
    Ok(())
}

/// Counts what of `there` is `found`, and what is found beside it; touching is enough.
fn compare(tally: &mut Tally, there: &[Range<usize>], found: &[Range<usize>]) {
    let touch = |one: &Range<usize>, other: &Range<usize>| one.start < other.end && other.start < one.end;
    tally.all += there.len();
    tally.found += there.iter().filter(|span| found.iter().any(|found| touch(found, span))).count();
    tally.alarms += found.iter().filter(|found| !there.iter().any(|span| touch(found, span))).count();
}

/// What stands in addresses that lead to no one: private, local, for documentation, mapped.
const NOWHERE: [&str; 9] =
    ["::1", "::ffff", "64:ff9b", "2001:db8", "fe80", "192.168.", "10.0.0.", "169.254.", "255.255."];

/// One example of a recognizer.
#[derive(Deserialize)]
struct Example {
    recognizer: String,
    text: String,
    /// How many values are in it.
    n: usize,
}

/// Prints, for each kind, in how many of a recognizer's examples something is found.
pub(crate) fn recognized(core: &Core, folder: &Path) -> Outcome {
    let mut tallies: BTreeMap<Kind, Tally> = BTreeMap::new();
    for example in rows::<Example>(&folder.join("pii_presidio_recognizer_a_MIT.jsonl"))? {
        let Some(kind) = kind(&example.recognizer) else { continue };
        let found = core.scanner.scan(&example.text).findings.iter().any(|finding| finding.kind == kind);
        tallies.entry(kind).or_default().count(example.is_there(kind), found);
    }
    print("a recognizer's examples", &tallies);
    Ok(())
}

impl Example {
    /// Whether something of `kind` is in it that is worth finding.
    fn is_there(&self, kind: Kind) -> bool {
        let unset =
            self.text.split(' ').any(|word| word == "::" || word == "src=::" || word.starts_with("0.0.0.0"));
        let nowhere = unset || NOWHERE.iter().any(|part| self.text.contains(part));
        self.n > 0 && !(kind == Kind::IpAddress && nowhere)
    }
}

fn kind(recognizer: &str) -> Option<Kind> {
    let known = RECOGNIZERS.iter().find(|(name, _)| *name == recognizer).map(|(_, kind)| *kind);
    known.or_else(|| NATIONAL.contains(&recognizer).then_some(Kind::NationalId))
}

fn print(what: &str, tallies: &BTreeMap<Kind, Tally>) {
    println!("{what}: precision, recall, F1 | there");
    for (kind, tally) in tallies {
        println!("{:20} {} | {}", kind.as_str(), tally.figures(), tally.all);
    }
    println!();
}
