//! Street addresses.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// `12 Oak Lane, Apt 5, Springfield, OR 97477` and its British, Canadian and Australian kin.
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?:[0-9]{1,5}[A-Za-z]?(?:[-/][0-9]{1,4})?,?\ (?:(?:[NSEW]|[NS][EW]|North|South|East|West)\.?\ )?
            (?:(?:[A-Z][A-Za-z'.-]{1,20}|[0-9]{1,3}(?:st|nd|rd|th))\ ){1,3}
        (?P<type>Street|St|Avenue|Ave|Av|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace|Tce|Square|Sq
            |Circle|Cir|Highway|Hwy|Parkway|Pkwy|Close|Crescent|Cres|Gardens|Grove|Trail|Trl|Mews|Row|Walk|Parade|Quay|Alley
            |Turnpike|Loop|Ridge|Hill|Park)\b\.?(?:\ [NSEW]\b)?
          |(?P<military>(?:PSC|Unit|CMR)\ [0-9]{1,5},?\ Box\ [0-9]{1,5}))
        (?P<unit>[,\n\ ]{1,3}(?:Apt|Apartment|Unit|Suite|Ste|Flat|Floor|Fl|Room|Rm|\#)\.?\ ?[A-Za-z0-9-]{1,6}\b)?
        (?P<town>[,\n\ ]{1,3}[A-Z][A-Za-z.'-]{1,20}(?:\ [A-Z][a-z.'-]{1,20}){0,2})?
        (?P<code>[,\n\ ]{1,3}(?:[A-Z]{2,3}[,\ ]{1,2})?(?:[0-9]{5}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][A-Z0-9]?\ ?[0-9][A-Z]{2}
            |[A-Z][0-9][A-Z]\ ?[0-9][A-Z][0-9]|(?:NSW|VIC|QLD|TAS|ACT|WA|SA|NT)\ [0-9]{4})\b|,\ (?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID
            |IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY)\b)?",
    )
});

/// `Hauptstr. 12, 10115 Berlin`, `12 rue de Rivoli, 75001 Paris`, `Calle Mayor 5`, `Rua Augusta, 1500`.
static CONTINENTAL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?:
            (?: [A-Z][A-Za-z-]{1,25}(?:[Ss]tr(?:\.|asse|abe|ae|as|aat)?|[Ww]eg|[Aa]llee|[Pp]latz|[Gg]asse|[Rr]ing|[Dd]amm|ufer|laan|gracht|plein|kade
                    |singel|dijk|baan|steeg|dreef|hof|pad|gatan|vagen|gade|vej|gata|veien|katu)
              | [A-Z][a-z-]{2,20}\ (?:Str(?:\.|asse)|Allee|Platz|Weg|Ring|Damm|Ufer|Gasse|Straat)
              | (?i:calle|c/|avenida|avda\.?|av\.|paseo|plaza|carrera|camino|ronda|rambla|glorieta|pasaje|urbanizacion|rue|rua|travessa|praca|alameda|estrada|largo|rodovia
                    |via|viale|piazza|corso|vicolo|strada|contrada|borgo|canale|rotonda|ul\.|ulica|al\.|aleja|os\.)
                \ ?(?:(?i:de|del|della|dei|di|la|las|los|el|da|do|das|dos|san|santa)\ ){0,2}
                [A-Z][A-Za-z'.-]{1,25}(?:\ (?:(?:de|da|do|dos|del|di|la|e|y)\ )?[A-Z][A-Za-z'.-]{1,20}){0,3} )
            ,?\ (?:n[ro.]{0,2}\ ?)?[0-9]{1,5}(?:[-/][0-9]{1,4})?\ ?[A-Za-z]?\b
          | [0-9]{1,4}(?:\ ?(?:bis|ter|quater|[A-C]))?,?\ (?i:rue|avenue|av\.|boulevard|bd\.?|place|chemin|allee|impasse|quai|route|cours|passage|square)
                \ (?:(?i:de|du|des|la|le|les|l'|d'|saint|sainte)\ ?){0,3}[A-Z][A-Za-z'-]{1,25}(?:[\ -](?:(?:de|du|des|la|et)\ )?[A-Z][A-Za-z'-]{1,20}){0,3}
        )
        (?P<code>[,\n\ ]{1,3}(?:[A-Za-z0-9\ .'-]{1,25}[,\n]\ ?)?(?:[A-Z]{1,2}-)?
            (?:[0-9]{4}\ ?[A-Z]{2}[,\n\ ]{1,2}[A-Z][a-z-]{2,25}|[0-9]{4,5},?\ (?:[A-Z]{2}\ )?[A-Z][A-Za-z-]{2,25}|[A-Z][a-z]{2,20},\ [0-9]{5}\b|[0-9]{4}-[0-9]{3}|[0-9]{5}-[0-9]{3}|[0-9]{2}-[0-9]{3}\ [A-Z][a-z]+))?",
    )
});

/// Any street with a town and the postal code of the United States, Canada, the United Kingdom or
/// Australia after it, and French streets without a number.
static CODED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?:
            [0-9]{1,5}[A-Za-z]?(?:/[0-9]{1,4})?(?:\ [A-Z][A-Za-z'-]{1,20}){1,4}
            (?:[,\n\ ]{1,3}(?:Apt|Apartment|Unit|Suite|Flat)\.?\ ?[A-Za-z0-9-]{1,6})?
            (?:,\ ?|\n)[A-Z][A-Za-z'.-]{1,20}(?:\ [A-Z][a-z'.-]{1,20}){0,3}
            (?:,?\ [A-Z]{2,3},?\ (?:[0-9]{4,5}(?:-[0-9]{4})?|[A-Z][0-9][A-Z]\ ?[0-9][A-Z][0-9])
              |[,\n]\ ?[A-Z]{1,2}[0-9][A-Z0-9]?\ ?[0-9][A-Z]{2})
          | (?:rue|avenue|boulevard|place|chemin|allee|impasse|quai|route)\ (?:(?i:de|du|des|la|le|les)\ ){0,2}[A-Z][A-Za-z'-]{1,25}
            (?:\ [A-Z][A-Za-z'-]{1,20}){0,3}[,\n]\ ?[0-9]{5}\ [A-Z][A-Za-z'-]{2,25}
        )\b",
    )
});

/// `i live at 742 evergreen terrace`: small letters, right after the words that say so.
static CHATTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:live|lives|living|stay|staying|moved|address|addy|deliver|delivered|ship|shipped|send|house|home)\s
        (?:[a-z]{1,6}\s){0,2}?(?:at|is|to|:|over\ to)\s*:?\s?
        (?P<address>[0-9]{1,5}[a-d]?,?\s(?:[nsew]\s)?(?:[a-z'.]{2,20}|[0-9]{1,3}(?:st|nd|rd|th))(?:\s[a-z'.]{2,20})?\s
            (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|crescent|close|way|circle|place)\b
            (?:,?\s(?:apt|apartment|unit|suite|flat|\#)\.?\s?[a-z0-9-]{1,5}\b)?)",
    )
});

/// `his address: 85 Trg revolucije 12`: any kind of street, right after the words that say so.
static ANNOUNCED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?i:address|adresse|anschrift|direccion|indirizzo|adres|endereco|lives?\ at|living\ at|(?:sent|ship|shipped|deliver|delivered)\ to)
        (?i:\ is|\ ist|\ es)?:?\s{1,3}
        (?P<address>(?:(?:[0-9]{1,5}[A-Za-z]?,?\ (?:[0-9]{1,5}\ )?)?[A-Z][A-Za-z'.-]{1,25}(?:\ [A-Za-z'.-]{1,25}){0,4},?\ [0-9]{1,4}[A-Za-z]?\b
                |[0-9]{1,5}[A-Za-z]?(?:\ [A-Z][A-Za-z'-]{1,20}){2,4})
            (?:[,\n\ ]{1,3}(?i:Apt|Suite|Flat|Unit)\.?\ ?[A-Za-z0-9-]{1,6}\b)?
            (?:[,\n\ ]{1,3}[A-Z][A-Za-z'.-]{1,25}(?:\ [A-Z][a-z'.-]{1,25}){0,2})?)",
    )
});

/// Words that say an address is a machine's.
const MACHINES: [&str; 14] = [
    "ip", "ipv4", "ipv6", "email", "mail", "mac", "server", "memory", "web", "wallet", "port", "host", "url",
    "bus",
];

/// Words that are no part of a street's name in small letters.
const DISTANCES: [&str; 12] =
    ["minutes", "mins", "min", "minute", "miles", "mile", "blocks", "hours", "the", "km", "meters", "feet"];

/// Words that say someone lives or wants something sent there.
const CONTEXT: [&str; 52] = [
    "address",
    "live",
    "lives",
    "living",
    "home",
    "house",
    "ship",
    "shipping",
    "shipped",
    "send",
    "mail",
    "deliver",
    "delivery",
    "delivered",
    "moved",
    "moving",
    "staying",
    "resides",
    "residing",
    "located",
    "adresse",
    "anschrift",
    "wohne",
    "wohnt",
    "wohnen",
    "lieferadresse",
    "direccion",
    "domicilio",
    "vivo",
    "vive",
    "endereco",
    "moro",
    "mora",
    "habite",
    "jhabite",
    "adres",
    "woon",
    "woont",
    "indirizzo",
    "abito",
    "abita",
    "mieszkam",
    "bor",
    "asun",
    "postal",
    "apartment",
    "billing",
    "addy",
    "zip",
    "postcode",
    "residence",
    "returned",
];

const EXPLANATION: &str = "A house number and street, with a postal code or words that say so.";

/// Finds street addresses: house number, capitalized street and kind of street, and beside them a
/// postal code or a word such as "address".
pub(super) struct PostalAddress;

impl Detector for PostalAddress {
    fn prepare(&self) {
        LazyLock::force(&ENGLISH);
        LazyLock::force(&CONTINENTAL);
        LazyLock::force(&CODED);
        LazyLock::force(&CHATTED);
        LazyLock::force(&ANNOUNCED);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if text.digits().is_empty() {
            return;
        }
        if text.folded().bytes().any(|byte| byte.is_ascii_uppercase()) {
            capitalized(text, findings);
        }
        for address in CHATTED.captures_iter(text.folded()).filter_map(|found| found.name("address")) {
            let far = address.as_str().split_whitespace().any(|word| DISTANCES.contains(&word));
            if in_sentence(text, address.start()) && !far {
                findings.push(finding(text, Kind::PostalAddress, &address.range(), 0.8, EXPLANATION));
            }
        }
    }
}

/// Appends the addresses whose street has a capital.
fn capitalized(text: &Text<'_>, findings: &mut Vec<Finding>) {
    for pattern in [&ENGLISH, &CONTINENTAL] {
        for found in pattern.captures_iter(text.folded()) {
            let Some(whole) = found.get(0).filter(|whole| in_sentence(text, whole.start())) else {
                continue;
            };
            if let Some(confidence) = confidence(text, &found, &whole.range()) {
                let range = whole.range();
                findings.push(finding(text, Kind::PostalAddress, &range, confidence, EXPLANATION));
            }
        }
    }
    for address in CODED.find_iter(text.folded()).filter(|found| in_sentence(text, found.start())) {
        findings.push(finding(text, Kind::PostalAddress, &address.range(), 0.84, EXPLANATION));
    }
    for address in ANNOUNCED.captures_iter(text.folded()).filter_map(|found| found.name("address")) {
        let range = address.range();
        if in_sentence(text, range.start) && !text.mentions(&range, 4, 0, &MACHINES) {
            findings.push(finding(text, Kind::PostalAddress, &range, 0.82, EXPLANATION));
        }
    }
}

/// How sure it is that what was `found` is where someone lives: a street alone is also in the news.
fn confidence(text: &Text<'_>, found: &Captures<'_>, range: &Range<usize>) -> Option<f32> {
    let named = text.mentions(range, 7, 3, &CONTEXT);
    let coded = ["code", "unit", "military"].iter().any(|part| found.name(part).is_some());
    let town = found.name("town").is_some_and(|town| town.as_str().starts_with(','));
    match (coded, named, town) {
        (true, true, _) => Some(0.95),
        (true, false, _) => Some(0.85),
        (false, true, _) => Some(0.8),
        (false, false, true) => Some(0.6),
        (false, false, false) => None,
    }
}
