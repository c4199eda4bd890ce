//! License and product keys: groups of capitals and digits.

use std::ops::Range;

use crate::text::Text;

/// Words that announce a license key.
const ANNOUNCE: [&str; 22] = [
    "license",
    "licence",
    "serial",
    "key",
    "keys",
    "activation",
    "product",
    "cdkey",
    "cd",
    "steam",
    "windows",
    "redeem",
    "lizenz",
    "lizenzschlussel",
    "produktschlussel",
    "seriennummer",
    "licencia",
    "licenca",
    "clave",
    "cle",
    "office",
    "registration",
];

/// What to tell of the value at `range`, if it is a license key by its form, or by its form and the
/// words before it.
pub(super) fn read(text: &Text<'_>, range: &Range<usize>) -> Option<&'static str> {
    let value = &text.folded()[range.clone()];
    if value.len() < 14 || value.len() > 48 {
        return None;
    }
    let groups = value.split('-').count();
    let size = value.split('-').next()?.len();
    let even = value.split('-').all(|group| group.len() == size && group.bytes().all(is_capital));
    let mixed = value.bytes().filter(u8::is_ascii_digit).count() >= 2
        && value.bytes().filter(u8::is_ascii_uppercase).count() >= 3;
    if !even || !mixed || super::super::value::is_placeholder(value) {
        return None;
    }
    match (groups, size) {
        (5, 5) => Some("A product key of five groups of five."),
        (3..=8, 4..=8) if text.mentions(range, 8, 0, &ANNOUNCE) => {
            Some("A license key, by the words before it.")
        }
        _ => None,
    }
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}
