//! Numbers of Italy.

use super::super::number::check::{luhn, uniform, value};
use super::scheme::Scheme;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["AAAAAAXXAXXAXXXA", "AAA AAA XXAXX AXXXA"],
        fiscal_code,
        &["codice", "fiscale", "cf"],
        "An Italian tax code (codice fiscale) with a valid check letter.",
    )
    .anywhere(0.97),
    Scheme::new(
        &["AAAAAA99A99A999A"],
        |code| b"ABCDEHLMPRST".contains(&code[8]),
        &["codice", "fiscale"],
        "The form of an Italian tax code (codice fiscale).",
    )
    .bare(),
    Scheme::new(
        &["99999999999"],
        |code| luhn(code) && value(&code[..7]) > 0 && !uniform(code),
        &["iva", "piva", "partita"],
        "An Italian value-added tax number (partita IVA) with a valid check digit.",
    ),
    Scheme::new(
        &["AXXXXXXXXA"],
        |code| {
            (code.starts_with(b"U1") && code[2..9].iter().filter(|byte| byte.is_ascii_digit()).count() >= 4)
                || code[1].is_ascii_alphabetic() && code[2..9].iter().all(u8::is_ascii_digit)
        },
        &["patente", "guida", "license", "licence"],
        "The form of an Italian driver's license number.",
    )
    .bare(),
    Scheme::new(
        &["AA99999AA", "AA 99999 AA"],
        |code| code.starts_with(b"C"),
        &["carta", "identita", "identity", "cie"],
        "The form of an Italian identity card number.",
    )
    .bare(),
    Scheme::new(
        &["AA9999999", "AA 9999999"],
        |_| true,
        &["carta", "identita", "cie", "passaporto", "passport"],
        "The form of an Italian identity card or passport number.",
    ),
];

/// The last letter is the sum of the others' values by 26 (decree of 23 December 1976); digits may
/// be written as letters where two people would have the same code.
fn fiscal_code(code: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    let number = |at: &usize| code[*at].is_ascii_digit() || b"LMNPQRSTUV".contains(&code[*at]);
    let place = |byte: u8| u32::from(if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' });
    let value =
        |(at, byte): (usize, &u8)| if at % 2 == 0 { ODD[place(*byte) as usize] } else { place(*byte) };
    let sum: u32 = code[..15].iter().enumerate().map(value).sum();
    [6, 7, 9, 10, 12, 13, 14].iter().all(number)
        && b"ABCDEHLMPRST".contains(&code[8])
        && place(code[15]) == sum % 26
}
