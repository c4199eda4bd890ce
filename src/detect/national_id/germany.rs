//! Numbers of Germany.

use super::super::number::check::{dated, digit, doubled, last, mod_11_10, pair, values};
use super::scheme::Scheme;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["99 999 999 999"],
        tax_id,
        TAX,
        "A German tax identification number (Steuer-ID) with a valid check digit.",
    )
    .grouped(0.8)
    .bare(),
    Scheme::new(
        &["999/999/99999", "99/999/99999", "999/9999/9999", "99/9999/9999", "9999999999999", "99 999 99999"],
        |code| code.len() < 13 || code[4] == b'0' || digit(code, 0) < 3,
        TAX,
        "The form of a German tax number (Steuernummer).",
    )
    .bare_grouped(),
    Scheme::new(
        &["99 999999 A 999", "99999999A999"],
        pension,
        &["rvnr", "svnr", "sozialversicherungsnummer", "rentenversicherungsnummer", "versicherungsnummer"],
        "A German pension insurance number with a valid date and check digit.",
    )
    .anywhere(0.9),
    Scheme::new(
        &["A999999999"],
        health,
        &["kvnr", "krankenkasse", "krankenversichertennummer", "versichertennummer", "krankenversicherung"],
        "A German health insurance number with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["XXXXXXXX9"],
        |code| b"CFGHJKLMNPRTVWXYZ".contains(&code[0]) && document(code),
        &[
            "reisepass",
            "pass",
            "passnummer",
            "personalausweis",
            "ausweis",
            "ausweisnummer",
            "perso",
            "passport",
        ],
        "A German passport or identity card number with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["A99999999"],
        |code| b"LMNPRTVWXY".contains(&code[0]),
        &["personalausweis", "ausweis", "ausweisnummer", "perso"],
        "The form of a German identity card number.",
    ),
    Scheme::new(
        &["AA 999 999 999", "AA 999999999", "AA999999999"],
        |code| code.starts_with(b"DE"),
        &["ust", "ustid", "ustidnr", "umsatzsteuer", "vat", "mwst", "rechnung"],
        "The form of a German value-added tax number.",
    )
    .bare(),
];

const TAX: &[&str] = &[
    "steuer",
    "steuerid",
    "steueridentifikationsnummer",
    "idnr",
    "steuernummer",
    "stnr",
    "tax",
    "tin",
    "identifikationsnummer",
];

/// The first digit is not 0, and among the first ten one digit comes twice or three times, no more.
fn tax_id(code: &[u8]) -> bool {
    let mut counts = [0_usize; 10];
    values(&code[..10]).for_each(|digit| counts[digit as usize] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count();
    code[0] != b'0' && repeated == 1 && counts.iter().all(|count| *count <= 3) && mod_11_10(code)
}

/// Area, birth date, initial, serial and a digit; the initial counts as its place in the alphabet.
fn pension(code: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let initial = u32::from(code[8] - b'A') + 1;
    let digits = values(&code[..8]).chain([initial / 10, initial % 10]).chain(values(&code[9..11]));
    let sum: u32 =
        digits.zip(WEIGHTS).map(|(digit, weight)| digit * weight).map(|sum| sum / 10 + sum % 10).sum();
    dated(pair(code, 2), pair(code, 4)) && sum % 10 == last(code)
}

/// A letter, which counts as its place in the alphabet, eight digits and their Luhn-like sum.
fn health(code: &[u8]) -> bool {
    let letter = u32::from(code[0] - b'A') + 1;
    let digits = [letter / 10, letter % 10].into_iter().chain(values(&code[1..9]));
    let sum: u32 =
        digits.enumerate().map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit }).sum();
    sum % 10 == last(code)
}

/// Weights 7, 3, 1, letters counted from 10 (ICAO Doc 9303), and no vowels, which are never used.
fn document(code: &[u8]) -> bool {
    let place = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        letter => u32::from(letter - b'A') + 10,
    };
    let sum: u32 = code[..8].iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, w)| place(byte) * w).sum();
    let digits = code.iter().filter(|byte| byte.is_ascii_digit()).count();
    digits >= 4 && !code.iter().any(|byte| b"AEIOUBDQS".contains(byte)) && sum % 10 == last(code)
}
