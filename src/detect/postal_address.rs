//! Street addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b[0-9]{1,5}[A-Za-z]?,?\ (?:[NSEW]\.?\ )?(?:[A-Z][A-Za-z'.-]{1,20}\ |[0-9]{1,3}(?:st|nd|rd|th)\ ){1,3}
        (?P<type>Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace|Square|Sq
            |Circle|Cir|Highway|Hwy|Parkway|Pkwy|Close|Crescent|Gardens|Grove)\b\.?
        (?:,?\ (?:Apt|Apartment|Unit|Suite|Ste|Flat|\#)\.?\ ?[A-Za-z0-9-]{1,6})?
        (?P<town>,?\ [A-Z][a-z.'-]{1,20}(?:\ [A-Z][a-z.'-]{1,20}){0,2})?
        (?P<code>,?\ (?:[A-Z]{2}\ )?(?:[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]?\ ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z]\ ?[0-9][A-Z][0-9]))?",
    )
});

static CONTINENTAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?:[A-Z][A-Za-z-]{1,25}(?:str(?:\.|asse|abe|ae|as)?|weg|allee|platz|gasse|ring|damm|straat|laan)
            |(?:Rue|rue|Calle|calle|Avenida|avenida|Rua|rua|Via|via|Plaza|plaza|Carrera)\ (?:(?:de|del|la|las|los|da|do|des|du)\ ){0,2}[A-Z][A-Za-z'-]{1,25}(?:\ [A-Z][A-Za-z'-]{1,20}){0,2})
        ,?\ (?:n[ro.]?\ ?)?[0-9]{1,4}\ ?[a-z]?(?P<code>,?\ (?:[A-Z]{1,2}-)?[0-9]{4,5}(?:-[0-9]{3})?\ (?:[A-Z]{2}\ )?[A-Z][A-Za-z-]{2,25})?",
    )
});

/// Words that say someone lives or wants something sent there.
const CONTEXT: [&str; 27] = [
    "address",
    "live",
    "lives",
    "living",
    "home",
    "house",
    "ship",
    "shipping",
    "send",
    "mail",
    "deliver",
    "delivery",
    "moved",
    "adresse",
    "wohne",
    "wohnt",
    "direccion",
    "vivo",
    "endereco",
    "moro",
    "habite",
    "jhabite",
    "adres",
    "postal",
    "apartment",
    "billing",
    "addy",
];

/// Finds street addresses: house number, capitalized street and kind of street, and beside them a
/// postal code or a word such as "address".
pub(super) struct PostalAddress;

impl Detector for PostalAddress {
    fn prepare(&self) {
        LazyLock::force(&ENGLISH);
        LazyLock::force(&CONTINENTAL);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if text.digits().is_empty() {
            return;
        }
        for pattern in [&ENGLISH, &CONTINENTAL] {
            for found in pattern.captures_iter(text.folded()) {
                let Some(whole) = found.get(0) else { continue };
                let named = text.mentions(&whole.range(), 7, 3, &CONTEXT);
                let coded = found.name("code").is_some();
                let confidence = match (coded, named) {
                    (true, true) => 0.95,
                    (true, false) => 0.85,
                    (false, true) => 0.8,
                    (false, false) => continue,
                };
                if in_sentence(text, whole.start()) {
                    let explanation = "A house number and street, with a postal code or words that say so";
                    findings.push(finding(
                        text,
                        Kind::PostalAddress,
                        &whole.range(),
                        confidence,
                        explanation,
                    ));
                }
            }
        }
    }
}
