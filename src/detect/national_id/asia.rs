//! Numbers of Asia, Australia and Africa.

use super::super::number::check::{dated, digit, last, luhn, pair, uniform, value, verhoeff, weighted};
use super::scheme::Scheme;

pub(super) const SCHEMES: &[Scheme] = &[
    Scheme::new(
        &["9999 9999 9999"],
        |code| verhoeff(code) && !matches!(code[0], b'0' | b'1') && !palindrome(code),
        &["aadhaar", "aadhar", "adhar", "adhaar", "uid", "uidai", "आधार"],
        "An Indian Aadhaar number with a valid check digit.",
    )
    .grouped(0.7)
    .bare(),
    Scheme::new(
        &["AAAAA9999A"],
        |code| b"ABCFGHLJPT".contains(&code[3]),
        PAN,
        "The form of an Indian permanent account number (PAN).",
    )
    .anywhere(0.75),
    Scheme::new(&["AAAAA9999A"], |_| true, PAN, "The form of an Indian permanent account number (PAN).")
        .bare(),
    Scheme::new(
        &["99AAAAA9999AXAX"],
        |code| matches!(pair(code, 0), 1..=38 | 97 | 99) && code[13] == b'Z',
        &["gstin", "gst"],
        "The form of an Indian goods and services tax number (GSTIN).",
    )
    .anywhere(0.85),
    Scheme::new(
        &["AAA9999999"],
        |_| true,
        &["voter", "epic", "election", "elector"],
        "The form of an Indian voter's number.",
    )
    .bare(),
    Scheme::new(
        &["999999 99999999 999X", "99999999999999999X"],
        chinese,
        &["身份证", "身份證", "公民身份", "resident", "identity"],
        "A Chinese resident identity number with a valid date and check character.",
    )
    .anywhere(0.9),
    Scheme::new(
        &["999999-9999999"],
        korean,
        &["rrn", "resident", "주민등록번호", "주민번호", "주민"],
        "A South Korean resident registration number with a valid date and check digit.",
    )
    .grouped(0.9)
    .bare(),
    Scheme::new(
        &["999999-9999999"],
        |code| dated(pair(code, 4), pair(code, 2)) && matches!(code[6], b'1'..=b'4'),
        &["rrn", "주민등록번호", "주민번호"],
        "The form of a South Korean resident registration number, with a date of birth in it.",
    ),
    Scheme::new(
        &["999999-9999999"],
        |code| dated(pair(code, 4), pair(code, 2)) && matches!(code[6], b'5'..=b'8'),
        &["frn", "foreigner", "외국인등록번호", "외국인"],
        "The form of a South Korean foreigner's number, with a date of birth in it.",
    )
    .grouped(0.9)
    .bare(),
    Scheme::new(
        &["99-99-999999-99"],
        |code| matches!(pair(code, 0), 11..=28),
        &["license", "licence", "driver", "driving", "운전면허", "면허번호"],
        "The form of a South Korean driver's license number.",
    )
    .bare_grouped(),
    Scheme::new(
        &["A999A9999", "A99999999"],
        |code| b"MSRODG".contains(&code[0]),
        &["여권", "여권번호", "passport"],
        "The form of a South Korean passport number.",
    ),
    Scheme::new(
        &["A999A9999"],
        |code| b"MSRODG".contains(&code[0]),
        &["여권"],
        "The form of a passport number.",
    )
    .bare(),
    Scheme::new(
        &["999-99-99999"],
        |code| {
            let sum = weighted(code, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + digit(code, 8) * 5 / 10;
            (10 - sum % 10) % 10 == last(code) && !uniform(code)
        },
        &["brn", "business", "사업자등록번호", "사업자"],
        "A South Korean business number with a valid check digit.",
    )
    .grouped(0.7)
    .bare(),
    Scheme::new(
        &["9999-9999-9999", "9999 9999 9999"],
        japanese,
        &["マイナンバー", "個人番号", "mynumber"],
        "A Japanese individual number (My Number) with a valid check digit.",
    ),
    Scheme::new(
        &["9-9999-99999-99-9", "9 9999 99999 99 9"],
        thai,
        &["thai", "บัตรประชาชน", "เลขประจำตัวประชาชน", "tnin"],
        "A Thai national identity number with a valid check digit.",
    )
    .grouped(0.9)
    .bare(),
    Scheme::new(
        &["A9999999A"],
        singaporean,
        &["nric", "fin", "singapore"],
        "A Singaporean identity number (NRIC or FIN) with a valid check letter.",
    )
    .anywhere(0.9),
    Scheme::new(
        &["A9999999A"],
        |code| b"STFGM".contains(&code[0]),
        &["nric", "fin"],
        "The form of a Singaporean identity number (NRIC or FIN).",
    )
    .bare(),
    Scheme::new(
        &["99999999A", "999999999A", "A99AA9999A"],
        company_of_singapore,
        &["uen", "acra"],
        "A Singaporean company number (UEN) with a valid check character.",
    )
    .bare(),
    Scheme::new(
        &["A999999999"],
        taiwanese,
        &["身分證", "身分證字號", "taiwan", "taiwanese"],
        "A Taiwanese identity number with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["999 999 999"],
        |code| weighted(code, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11) && !uniform(code),
        &["tfn", "tax"],
        "An Australian tax file number (TFN) with a valid check.",
    )
    .bare(),
    Scheme::new(
        &["9999 99999 9"],
        |code| {
            matches!(code[0], b'2'..=b'6')
                && weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(code, 8)
                && last(code) > 0
        },
        &["medicare"],
        "An Australian Medicare number with a valid check digit.",
    )
    .grouped(0.8)
    .bare(),
    Scheme::new(
        &["99 999 999 999"],
        |code| {
            let sum = weighted(code, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
            code[0] != b'0' && sum >= 10 && (sum - 10).is_multiple_of(89)
        },
        &["abn", "business"],
        "An Australian business number (ABN) with valid check digits.",
    )
    .grouped(0.7)
    .bare(),
    Scheme::new(
        &["999 999 999"],
        |code| (10 - weighted(code, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10 == last(code) && !uniform(code),
        &["acn", "company"],
        "An Australian company number (ACN) with a valid check digit.",
    )
    .bare(),
    Scheme::new(
        &["999999 9999 999", "999999 9999 99 9"],
        |code| luhn(code) && dated(pair(code, 4), pair(code, 2)) && matches!(code[10], b'0'..=b'2'),
        &["id", "rsa", "sa", "south", "identity", "refugee"],
        "A South African identity number with a valid date and check digit.",
    )
    .grouped(0.9)
    .bare(),
    Scheme::new(
        &["99999999999"],
        |code| !uniform(code),
        &["nin", "nimc"],
        "The form of a Nigerian national identity number (NIN).",
    ),
    Scheme::new(
        &["999999999"],
        luhn,
        &["teudat", "zehut", "תעודת", "זהות"],
        "An Israeli identity number with a valid check digit.",
    ),
];

const PAN: &[&str] = &["pan", "income", "permanent"];

fn palindrome(code: &[u8]) -> bool {
    code.iter().eq(code.iter().rev())
}

/// Region, date of birth, serial and a character by ISO 7064 MOD 11-2.
fn chinese(code: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let body = &code[..17];
    body.iter().all(u8::is_ascii_digit)
        && matches!(code[0], b'1'..=b'6' | b'8')
        && matches!(pair(code, 6), 19 | 20)
        && dated(pair(code, 12), pair(code, 10))
        && code[17] == b"10X98765432"[weighted(body, &WEIGHTS) as usize % 11]
}

/// Date of birth, a digit for century and sex, and what is missing to 11; numbers given out since
/// October 2020 have no check digit any more.
fn korean(code: &[u8]) -> bool {
    let sum = weighted(code, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    dated(pair(code, 4), pair(code, 2))
        && matches!(code[6], b'1'..=b'4')
        && (11 - sum % 11) % 10 == last(code)
}

/// Weights 2 to 7 from the right, modulo 11.
fn japanese(code: &[u8]) -> bool {
    let rest = weighted(code, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    last(code) == if rest < 2 { 0 } else { 11 - rest }
}

/// Kind of person, province, and the weighted sum modulo 11.
fn thai(code: &[u8]) -> bool {
    let province = matches!(pair(code, 1), 10..=27 | 30..=58 | 60..=67 | 70..=77 | 80..=86 | 90..=96);
    let sum = weighted(code, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    matches!(code[0], b'1'..=b'8') && province && !uniform(code) && (11 - sum % 11) % 10 == last(code)
}

/// The letter that the weighted sum by 11 points to, another row of letters for each kind of person.
fn singaporean(code: &[u8]) -> bool {
    let sum = weighted(code, &[2, 7, 6, 5, 4, 3, 2]) as usize;
    let (offset, letters) = match code[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"XWUTRQPNJLK"),
        _ => return false,
    };
    code[8] == letters[(sum + offset) % 11]
}

/// A character that the weighted sum by 11 points to: businesses, local companies by year, others.
fn company_of_singapore(code: &[u8]) -> bool {
    const OTHERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWX0123456789";
    let by_letter = |weights: &[u32], letters: &[u8; 11]| {
        code.last() == Some(&letters[weighted(&code[..code.len() - 1], weights) as usize % 11])
    };
    if code.len() == 9 {
        return by_letter(&[10, 4, 9, 3, 8, 2, 7, 1], b"XMKECAWLJDB");
    }
    if code[0].is_ascii_digit() {
        return matches!(pair(code, 0), 19 | 20) && by_letter(&[10, 8, 6, 4, 9, 7, 5, 3, 1], b"ZKCMDNERGWH");
    }
    let place = |byte: &u8| OTHERS.iter().position(|other| other == byte).unwrap_or(0);
    let sum: usize = code[..9].iter().map(place).zip([4, 3, 5, 3, 10, 2, 2, 5, 7]).map(|(p, w)| p * w).sum();
    matches!(code[0], b'T' | b'S' | b'R') && code[9] == OTHERS[(sum + 11 - 5) % 11]
}

/// The letter of the place of registration counts as two digits; the second digit tells the sex.
fn taiwanese(code: &[u8]) -> bool {
    const PLACES: &[u8; 26] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";
    let place =
        PLACES.iter().position(|letter| *letter == code[0]).and_then(|at| u32::try_from(at + 10).ok());
    let sum = |place: u32| place / 10 + place % 10 * 9 + weighted(&code[1..], &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(code[1], b'1' | b'2' | b'8' | b'9')
        && place.is_some_and(|place| sum(place).is_multiple_of(10))
        && value(&code[1..]) != 123_456_789
}
