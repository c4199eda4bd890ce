//! Numbers of the Americas.

use super::super::number::check::{digit, last, luhn, pair, uniform, value, values, weighted};
use super::scheme::Scheme;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["999-99-9999", "999-999999", "99999-9999"],
        social_security,
        &["ssn", "ssns", "social", "socialsecurity", "ss", "ssa"],
        "A US social security number (SSN) of a range that is issued.",
    )
    .grouped(0.85),
    Scheme::new(
        &["999-99-9999", "999-999999", "99999-9999"],
        |code| code.starts_with(b"9") && matches!(pair(code, 3), 50..=65 | 70..=88 | 90..=92 | 94..=99),
        &["itin", "taxpayer", "individual", "tax", "tin"],
        "A US individual taxpayer number (ITIN) of a range that is issued.",
    )
    .grouped(0.85)
    .bare(),
    Scheme::new(
        &["XXXX-XXX-XXXX"],
        medicare_beneficiary,
        &["mbi", "medicare", "beneficiary", "patient"],
        "The form of a US Medicare beneficiary number (MBI).",
    )
    .anywhere(0.85),
    Scheme::new(
        &["9999999999"],
        |code| matches!(code[0], b'1' | b'2') && luhn(&[b"80840", code].concat()),
        &["npi"],
        "A US health provider number (NPI) with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["AA9999999"],
        medical_license,
        &["dea", "license", "licence", "medical", "certificate", "registration", "practitioner"],
        "A US medical license (DEA) number with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["999-999-999"],
        |code| luhn(code) && code[0] != b'8' && !uniform(code),
        &["sin", "insurance", "nas", "social"],
        "A Canadian social insurance number (SIN) with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["999.999.999-99", "999999999-99"],
        cpf,
        &["cpf", "cadastro", "receita"],
        "A Brazilian CPF number with valid check digits.",
    )
    .grouped(0.95)
    .bare(),
    Scheme::new(
        &["99.999.999/9999-99"],
        cnpj,
        &["cnpj"],
        "A Brazilian company number (CNPJ) with valid check digits.",
    )
    .grouped(0.9)
    .bare(),
    Scheme::new(
        &["AAAA999999AAAAAAX9"],
        curp,
        &["curp", "clave"],
        "A Mexican population register code (CURP) with a valid check digit.",
    )
    .anywhere(0.95),
    Scheme::new(
        &["AAAA999999XXX", "AAAA-999999-XXX"],
        |code| matches!(pair(code, 6), 1..=12) && matches!(pair(code, 8), 1..=31),
        &["rfc", "contribuyente", "contribuyentes"],
        "The form of a Mexican taxpayer code (RFC).",
    ),
    Scheme::new(
        &["99-99999999-9"],
        |code| {
            let sum = weighted(&code[..10], &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
            matches!(pair(code, 0), 20 | 23 | 24 | 25 | 26 | 27 | 30 | 33 | 34)
                && (11 - sum % 11) % 11 == last(code)
        },
        &["cuit", "cuil"],
        "An Argentinian tax number (CUIT or CUIL) with a valid check digit.",
    )
    .grouped(0.85)
    .bare(),
    Scheme::new(
        &["99.999.999-X", "99999999-X", "9.999.999-X", "9999999-X"],
        rut,
        &["rut", "run"],
        "A Chilean RUT number with a valid check digit.",
    )
    .grouped(0.9),
];

/// Never issued: area 000, 666 and 900 up, group 00, serial 0000 (Social Security Administration).
fn social_security(code: &[u8]) -> bool {
    !matches!(value(&code[..3]), 0 | 666 | 900..)
        && pair(code, 3) != 0
        && value(&code[5..]) != 0
        && !uniform(code)
        && code != b"123456789"
}

/// Places 2, 5, 8 and 9 are letters without S, L, O, I, B and Z (Centers for Medicare).
fn medicare_beneficiary(code: &[u8]) -> bool {
    let letter = |at: usize| code[at].is_ascii_uppercase() && !b"SLOIBZ".contains(&code[at]);
    let number = |at: usize| code[at].is_ascii_digit();
    matches!(code[0], b'1'..=b'9')
        && [1, 4, 7, 8].into_iter().all(letter)
        && [3, 6, 9, 10].into_iter().all(number)
        && [2, 5].into_iter().all(|at| letter(at) || number(at))
}

/// The kind of registrant, a letter, six digits and the last digit of their sum, the even ones twice.
fn medical_license(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 2, 1, 2, 1, 2]);
    b"ABCDEFGHJKLMPRSTUX".contains(&code[0]) && sum % 10 == last(code) && sum > 0
}

fn cpf(code: &[u8]) -> bool {
    let first = weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    let second = weighted(code, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]) * 10 % 11 % 10;
    !uniform(code) && digit(code, 9) == first && digit(code, 10) == second
}

fn cnpj(code: &[u8]) -> bool {
    const WEIGHTS: [u32; 13] = [6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
    let check = |sum: u32| if sum % 11 < 2 { 0 } else { 11 - sum % 11 };
    !uniform(code)
        && digit(code, 12) == check(weighted(code, &WEIGHTS[1..]))
        && digit(code, 13) == check(weighted(code, &WEIGHTS))
}

/// Birth date, sex, state, and a digit that the sum of all values gives; Ñ counts between N and O.
fn curp(code: &[u8]) -> bool {
    let place = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte - b'A') + 11,
    };
    let sum: u32 = (2..=18).rev().zip(code).map(|(weight, byte)| place(*byte) * weight).sum();
    matches!(code[10], b'H' | b'M' | b'X')
        && matches!(pair(code, 6), 1..=12)
        && matches!(pair(code, 8), 1..=31)
        && (10 - sum % 10) % 10 == last(code)
}

/// Modulo 11 with weights 2 to 7 from the right; K stands for ten.
fn rut(code: &[u8]) -> bool {
    let (body, check) = code.split_at(code.len() - 1);
    let sum: u32 = values(body).rev().zip([2, 3, 4, 5, 6, 7].into_iter().cycle()).map(|(d, w)| d * w).sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        check => b'0' + u8::try_from(check).unwrap_or(0),
    };
    check == [expected]
}
