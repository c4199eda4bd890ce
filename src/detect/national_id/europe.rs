//! Numbers of Europe without the Nordic countries; those of Germany and Italy have a file each.

use super::super::number::check::{dated, digit, last, mod_11_10, pair, uniform, value, values, weighted};
use super::scheme::Scheme;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["AA 99 99 99 A", "AA 999999 A", "AA999999 A", "AA 999999A"],
        national_insurance,
        &["nino", "ni", "national", "insurance"],
        "The form of a UK National Insurance number.",
    )
    .grouped(0.85)
    .bare(),
    Scheme::new(
        &["999 999 9999"],
        |code| {
            let check = (11 - weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11;
            check == last(code) && !uniform(code)
        },
        &["nhs", "health", "patient"],
        "A UK National Health Service (NHS) number with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["XXXXX999999XXXAA", "XXXXX 999999 XXXAA"],
        british_license,
        &["driving", "driver", "drivers", "licence", "license", "dvla"],
        "The form of a UK driving license number, with a date of birth in it.",
    )
    .anywhere(0.9),
    Scheme::new(
        &["99999999-A", "9999999-A"],
        spanish,
        SPANISH,
        "A Spanish identity number (DNI) with a valid check letter.",
    )
    .anywhere(0.85),
    Scheme::new(
        &["A-9999999-A", "A9999999-A"],
        |code| matches!(code[0], b'X' | b'Y' | b'Z') && spanish(code),
        SPANISH,
        "A Spanish foreigner's identity number (NIE) with a valid check letter.",
    )
    .anywhere(0.95),
    Scheme::new(
        &["999 999 999"],
        |code| {
            let check = (11 - weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
            matches!(code[0], b'1' | b'2' | b'3' | b'5' | b'6' | b'8' | b'9') && check == last(code)
        },
        &["nif", "contribuinte", "fiscal"],
        "A Portuguese tax number (NIF) with a valid check digit.",
    )
    .bare_grouped(),
    Scheme::new(
        &["9 99 99 XX 999 999 99", "99999XX999999 99"],
        social_security_of_france,
        &["nir", "insee", "secu", "securite", "sociale"],
        "A French social security number (NIR) with a valid key.",
    )
    .anywhere(0.9),
    Scheme::new(
        &["99999999999"],
        pesel,
        &["pesel", "peselu", "peselem"],
        "A Polish PESEL number with a valid date and check digit.",
    )
    .bare(),
    Scheme::new(
        &["999-999-99-99", "999-99-99-999"],
        |code| weighted(code, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == last(code) && !uniform(code),
        &["nip"],
        "A Polish tax number (NIP) with a valid check digit.",
    )
    .bare_grouped(),
    Scheme::new(
        &["999999999", "9999.99.999", "999.999.999"],
        bsn,
        &["bsn", "burgerservicenummer", "sofinummer", "sofi", "bsnnummer", "citizen"],
        "A Dutch citizen service number (BSN) with a valid check digit.",
    ),
    Scheme::new(
        &["99.99.99-999.99", "999999-999-99", "999999 999 99"],
        rijksregister,
        &["rijksregisternummer", "rijksregister", "insz", "niss", "nrn", "registre", "national"],
        "A Belgian national register number with a valid date and check digits.",
    )
    .grouped(0.95)
    .bare(),
    Scheme::new(
        &["999.9999.9999.99", "999 9999 9999 99"],
        |code| code.starts_with(b"756") && ean(code),
        &["ahv", "avs", "ahvnummer", "sozialversicherungsnummer"],
        "A Swiss social security number (AHV) with a valid check digit.",
    )
    .anywhere(0.9),
    Scheme::new(
        &["9999 999999", "9999/999999", "9999 99 99 99"],
        austrian,
        &["svnr", "svnummer", "sv", "sozialversicherungsnummer", "versicherungsnummer"],
        "An Austrian social insurance number with a valid date and check digit.",
    )
    .bare_grouped(),
    Scheme::new(
        &["99999999999"],
        |code| mod_11_10(code) && !uniform(code),
        &["oib"],
        "A Croatian identification number (OIB) with a valid check digit.",
    ),
    Scheme::new(
        &["9999999AA", "9999999A"],
        pps,
        &["pps", "ppsn"],
        "An Irish public service number (PPS) with a valid check letter.",
    ),
    Scheme::new(
        &["9999999999999"],
        cnp,
        &["cnp"],
        "A Romanian personal number (CNP) with a valid date and check digit.",
    )
    .bare(),
    Scheme::new(
        &["99999999999"],
        turkish,
        &["tc", "tckn", "kimlik", "turkish", "tcno"],
        "A Turkish identity number with valid check digits.",
    )
    .bare(),
];

const SPANISH: &[&str] = &["dni", "nie", "nif", "documento", "identidad"];

/// Neither a prefix nor letters that are never issued (HMRC, NIM39110).
fn national_insurance(code: &[u8]) -> bool {
    let prefix = [code[0], code[1]];
    let issued = !b"DFIQUV".contains(&code[0]) && !b"DFIQUVO".contains(&code[1]);
    let kept = [b"BG", b"GB", b"NK", b"KN", b"TN", b"NT", b"ZZ"].contains(&&prefix);
    issued && !kept && code[2..8].iter().all(u8::is_ascii_digit) && matches!(code[8], b'A'..=b'D')
}

/// Five letters of the surname filled up with nines, then the birth date with 50 added to a woman's month.
fn british_license(code: &[u8]) -> bool {
    let letters = code[..5].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let month = pair(code, 6);
    letters > 0
        && code[letters..5].iter().all(|byte| *byte == b'9')
        && dated(pair(code, 8), if month > 50 { month - 50 } else { month })
}

/// The letter that the number's remainder by 23 points to; X, Y and Z count as 0, 1 and 2.
fn spanish(code: &[u8]) -> bool {
    const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";
    let first = match code[0] {
        b'Y' => 10_000_000,
        b'Z' => 20_000_000,
        _ => 0,
    };
    let place = usize::try_from((first + value(code)) % 23).unwrap_or(0);
    code.last() == Some(&LETTERS[place])
}

/// Sex, year, month, department and a key by 97; of Corsica's departments, 2A counts as 19 and 2B as 18.
fn social_security_of_france(code: &[u8]) -> bool {
    let department: &[u8] = match &code[5..7] {
        b"2A" => b"19",
        b"2B" => b"18",
        digits => digits,
    };
    let number = value(&[&code[..5], department, &code[7..13]].concat());
    department.iter().all(u8::is_ascii_digit)
        && matches!(code[0], b'1' | b'2' | b'3' | b'4' | b'7' | b'8')
        && matches!(pair(code, 3), 1..=12 | 20..=42 | 50..=99)
        && 97 - number % 97 == u64::from(pair(code, 13))
}

/// Year, month with the century added in twenties, day, serial, check digit.
fn pesel(code: &[u8]) -> bool {
    dated(pair(code, 4), pair(code, 2) % 20)
        && weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// The eleven-proof: the last digit counts negatively.
fn bsn(code: &[u8]) -> bool {
    let sum = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && sum % 11 == last(code)
}

/// Date, serial, and what is missing to 97; from 2000 with a 2 before the rest.
fn rijksregister(code: &[u8]) -> bool {
    let (body, check) = (value(&code[..9]), u64::from(pair(code, 9)));
    dated(pair(code, 4), pair(code, 2) % 20)
        && [body, 2_000_000_000 + body].iter().any(|number| 97 - number % 97 == check)
}

/// The check digit of article numbers: every second digit thrice.
fn ean(code: &[u8]) -> bool {
    weighted(code, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// The fourth digit checks the others, the last six are a date.
fn austrian(code: &[u8]) -> bool {
    let sum = weighted(code, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    code[0] != b'0' && sum % 11 == digit(code, 3) && dated(pair(code, 4), pair(code, 6))
}

/// The letter that the weighted sum by 23 points to, W for 0; a second letter counts nine times.
fn pps(code: &[u8]) -> bool {
    let second = code.get(8).map_or(0, |byte| u32::from(byte - b'A') + 1);
    let sum = weighted(&code[..7], &[8, 7, 6, 5, 4, 3, 2]) + second % 23 * 9;
    let letter = b"WABCDEFGHIJKLMNOPQRSTUV"[sum as usize % 23];
    code[7] == letter
}

/// Sex and century, date, county, serial and a digit modulo 11.
fn cnp(code: &[u8]) -> bool {
    let check = weighted(code, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let county = matches!(pair(code, 7), 1..=48 | 51 | 52 | 70);
    let check = if check == 10 { 1 } else { check };
    matches!(code[0], b'1'..=b'8') && county && dated(pair(code, 5), pair(code, 3)) && check == last(code)
}

/// The tenth digit from sevenfold odd places less even ones, the eleventh from the sum of ten.
fn turkish(code: &[u8]) -> bool {
    let odd: u32 = values(code).step_by(2).take(5).sum();
    let even: u32 = values(code).skip(1).step_by(2).take(4).sum();
    let sum: u32 = values(code).take(10).sum();
    code[0] != b'0' && (odd * 7 + 90 - even) % 10 == digit(code, 9) && sum % 10 == digit(code, 10)
}
