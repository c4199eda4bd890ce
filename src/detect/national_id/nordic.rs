//! Numbers of the Nordic countries: a date of birth, a serial, a check.

use super::super::number::check::{dated, last, luhn, pair, value, weighted};
use super::scheme::Scheme;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["999999-9999", "99999999-9999"],
        personnummer,
        &["personnummer", "personnumret", "pnr", "samordningsnummer", "personal", "identity"],
        "A Swedish personal number (personnummer) with a valid date and check digit.",
    )
    .grouped(0.85)
    .bare(),
    Scheme::new(
        &["999999-9999"],
        |code| pair(code, 2) >= 20 && luhn(code),
        &["organisationsnummer", "orgnr", "orgnummer", "company", "organisation", "organization"],
        "A Swedish organization number with a valid check digit.",
    )
    .bare_grouped(),
    Scheme::new(
        &["999999-999X"],
        |code| hetu(&code[..6], &code[6..]),
        HETU,
        "A Finnish personal identity code (HETU) with a valid check character.",
    )
    .grouped(0.95),
    Scheme::new(
        &["999999A999X"],
        |code| b"ABCDEFYXWVU".contains(&code[6]) && hetu(&code[..6], &code[7..]),
        HETU,
        "A Finnish personal identity code (HETU) with a valid check character.",
    )
    .anywhere(0.95),
    Scheme::new(
        &["999999 99999"],
        fodselsnummer,
        &["fodselsnummer", "fodselsnummeret", "personnummer", "dnummer", "fnr"],
        "A Norwegian birth number (fødselsnummer) with valid check digits.",
    )
    .grouped(0.85)
    .bare(),
    Scheme::new(
        &["999999-9999"],
        |code| dated(pair(code, 0), pair(code, 2)),
        &["cpr", "cprnr", "cprnummer", "personnummer"],
        "A Danish civil registration number (CPR) with a valid date.",
    )
    .bare_grouped(),
    Scheme::new(
        &["999999-9999"],
        |code| {
            let check = (11 - weighted(code, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            dated(pair(code, 0), pair(code, 2))
                && check == u32::from(code[8] - b'0')
                && matches!(last(code), 0 | 8 | 9)
        },
        &["kennitala", "kennitolu", "kt"],
        "An Icelandic identity number (kennitala) with a valid check digit.",
    ),
];

const HETU: &[&str] =
    &["hetu", "henkilotunnus", "henkilotunnukseni", "personbeteckning", "identity", "personal"];

/// Date, with 60 added to the day of a coordination number, and the Luhn check of the last ten digits.
fn personnummer(code: &[u8]) -> bool {
    let ten = &code[code.len() - 10..];
    let century = code.len() == 10 || matches!(pair(code, 0), 18..=20);
    let day = pair(ten, 4);
    century && dated(if day > 60 { day - 60 } else { day }, pair(ten, 2)) && luhn(ten)
}

/// The character that date and serial together point to by their remainder by 31.
fn hetu(date: &[u8], rest: &[u8]) -> bool {
    const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let number = value(date) * 1000 + value(&rest[..3]);
    let expected = usize::try_from(number % 31).ok().and_then(|place| CHARACTERS.get(place));
    dated(pair(date, 0), pair(date, 2)) && value(&rest[..3]) >= 2 && rest.get(3) == expected
}

/// Two checks modulo 11; D-numbers have 40 added to the day.
fn fodselsnummer(code: &[u8]) -> bool {
    let day = pair(code, 0);
    dated(if day > 40 { day - 40 } else { day }, pair(code, 2))
        && weighted(code, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11)
        && weighted(code, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
