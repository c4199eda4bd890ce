//! National numbers made of digits only.

use super::super::number::{Number, luhn, mod_11_10, numbers, values, verhoeff, weighted};
use super::super::value::{finding, in_sentence};
use super::super::{Finding, Kind};
use crate::text::Text;

/// One country's number.
struct Scheme {
    /// How many digits it has.
    length: usize,
    /// The groups it is officially written in.
    groups: &'static [usize],
    /// Whether digits are such a number.
    check: fn(&str) -> bool,
    /// How sure its grouping and check make it without a word beside it; 0 when not enough.
    alone: f32,
    /// Words that name it.
    context: &'static [&'static str],
    /// What to tell a moderator.
    explanation: &'static str,
}

const SCHEMES: [Scheme; 8] = [
    Scheme {
        length: 9,
        groups: &[3, 2, 4],
        check: social_security,
        alone: 0.8,
        context: &["ssn", "social", "security", "ss"],
        explanation: "The form of a US social security number",
    },
    Scheme {
        length: 9,
        groups: &[3, 3, 3],
        check: |digits| luhn(digits) && !digits.starts_with('8'),
        alone: 0.0,
        context: &["sin", "insurance", "nas"],
        explanation: "The check digit of a Canadian social insurance number",
    },
    Scheme {
        length: 12,
        groups: &[4, 4, 4],
        check: |digits| verhoeff(digits) && !digits.starts_with(['0', '1']),
        alone: 0.6,
        context: &["aadhaar", "aadhar", "adhar", "uid", "uidai"],
        explanation: "The check digit of an Indian Aadhaar number",
    },
    Scheme {
        length: 11,
        groups: &[3, 3, 3, 2],
        check: cpf,
        alone: 0.9,
        context: &["cpf", "cadastro", "receita"],
        explanation: "The check digits of a Brazilian CPF number",
    },
    Scheme {
        length: 11,
        groups: &[11],
        check: pesel,
        alone: 0.0,
        context: &["pesel"],
        explanation: "The date and check digit of a Polish PESEL number",
    },
    Scheme {
        length: 9,
        groups: &[9],
        check: bsn,
        alone: 0.0,
        context: &["bsn", "burgerservicenummer", "sofinummer", "sofi"],
        explanation: "The check of a Dutch citizen service number",
    },
    Scheme {
        length: 11,
        groups: &[2, 3, 3, 3],
        check: tax_id,
        alone: 0.7,
        context: &[
            "steuer",
            "steuerid",
            "steueridentifikationsnummer",
            "idnr",
            "steuernummer",
            "tax",
            "tin",
            "identifikationsnummer",
        ],
        explanation: "The check digit of a German tax number",
    },
    Scheme {
        length: 9,
        groups: &[3, 3, 3],
        check: |digits| weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11),
        alone: 0.0,
        context: &["tfn", "tax"],
        explanation: "The check of an Australian tax file number",
    },
];

/// Finds numbers of every scheme.
pub(super) fn detect(text: &Text<'_>, findings: &mut Vec<Finding>) {
    for number in numbers(text, 9..13).filter(|number| in_sentence(text, number.range.start)) {
        let sure = SCHEMES.iter().filter_map(|scheme| Some((scheme, scheme.confidence(text, &number)?)));
        if let Some((scheme, confidence)) = sure.max_by(|a, b| a.1.total_cmp(&b.1)) {
            findings.push(finding(text, Kind::NationalId, &number.range, confidence, scheme.explanation));
        }
    }
}

impl Scheme {
    fn confidence(&self, text: &Text<'_>, number: &Number) -> Option<f32> {
        let written = number.groups == self.groups;
        if number.digits.len() != self.length
            || !(written || number.groups.len() == 1)
            || !(self.check)(&number.digits)
        {
            return None;
        }
        if text.mentions(&number.range, 8, 4, self.context) {
            return Some(0.95);
        }
        (written && self.groups.len() > 1 && self.alone > 0.0).then_some(self.alone)
    }
}

/// Never issued: area 000, 666 and 900 up, group 00, serial 0000 (Social Security Administration).
fn social_security(digits: &str) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000"
}

fn cpf(digits: &str) -> bool {
    let check = |count: usize| {
        let weights: Vec<u32> = (2..).take(count).collect::<Vec<_>>().into_iter().rev().collect();
        weighted(digits, &weights) * 10 % 11 % 10
    };
    let same = digits.bytes().all(|byte| Some(byte) == digits.bytes().next());
    !same && values(&digits[9..]).eq([check(9), check(10)])
}

/// Year, month with the century added in twenties, day, serial, check digit.
fn pesel(digits: &str) -> bool {
    let number = |range: std::ops::Range<usize>| digits[range].parse::<u32>().unwrap_or(0);
    let dated = (1..=12).contains(&(number(2..4) % 20)) && (1..=31).contains(&number(4..6));
    dated && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]).is_multiple_of(10)
}

/// The eleven-proof: the last digit counts negatively.
fn bsn(digits: &str) -> bool {
    let last = values(digits).next_back().unwrap_or(0);
    let sum = weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]);
    sum > 0 && sum % 11 == last
}

/// The first digit is not 0, and among the first ten one digit comes twice or three times, no more.
fn tax_id(digits: &str) -> bool {
    let mut counts = [0_usize; 10];
    values(&digits[..10]).for_each(|digit| counts[digit as usize] += 1);
    let repeated = counts.iter().filter(|count| **count > 1).count();
    !digits.starts_with('0') && repeated == 1 && counts.iter().all(|count| *count <= 3) && mod_11_10(digits)
}
