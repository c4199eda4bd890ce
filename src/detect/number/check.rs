//! The check digits that tell a number from any other of its length.
//!
//! Each takes the digits without separators; what is no digit does not count.

/// The digits of `code` as numbers.
pub(in crate::detect) fn values(code: &[u8]) -> impl DoubleEndedIterator<Item = u32> {
    code.iter().filter(|byte| byte.is_ascii_digit()).map(|byte| u32::from(byte - b'0'))
}

/// The digit at `place`; 0 where there is none.
pub(in crate::detect) fn digit(code: &[u8], place: usize) -> u32 {
    code.get(place).filter(|byte| byte.is_ascii_digit()).map_or(0, |byte| u32::from(byte - b'0'))
}

/// The last digit.
pub(in crate::detect) fn last(code: &[u8]) -> u32 {
    values(code).next_back().unwrap_or(0)
}

/// The number that the digits of `code` make.
pub(in crate::detect) fn value(code: &[u8]) -> u64 {
    values(code).fold(0, |sum, digit| (sum * 10).wrapping_add(u64::from(digit)))
}

/// The weighted sum of the first digits, one for each of `weights`.
pub(in crate::detect) fn weighted(code: &[u8], weights: &[u32]) -> u32 {
    values(code).zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// Whether all digits are the same, as in a placeholder.
pub(in crate::detect) fn uniform(code: &[u8]) -> bool {
    code.iter().all(|byte| Some(byte) == code.first())
}

/// The Luhn check of cards and of Canadian, Swedish and South African numbers (ISO/IEC 7812-1, annex B).
pub(in crate::detect) fn luhn(code: &[u8]) -> bool {
    let places = values(code).rev().enumerate();
    let sum: u32 = places.map(|(place, digit)| if place % 2 == 1 { doubled(digit) } else { digit }).sum();
    sum.is_multiple_of(10)
}

/// Twice `digit`, its digits added.
pub(in crate::detect) const fn doubled(digit: u32) -> u32 {
    if digit > 4 { digit * 2 - 9 } else { digit * 2 }
}

/// The Verhoeff check of Aadhaar numbers: the dihedral group D5 with its permutation.
pub(in crate::detect) fn verhoeff(code: &[u8]) -> bool {
    const PERMUTATION: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    let permuted = |digit: u32, times: usize| {
        (0..times % 8).fold(digit, |digit, _| PERMUTATION.get(digit as usize).copied().unwrap_or(0))
    };
    let check =
        values(code).rev().enumerate().fold(0, |sum, (place, digit)| dihedral(sum, permuted(digit, place)));
    check == 0
}

/// The product of `a` and `b` in the dihedral group D5, rotations first.
const fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// The check of ISO 7064 MOD 11,10: German tax numbers, Croatian ones.
pub(in crate::detect) fn mod_11_10(code: &[u8]) -> bool {
    let product = |product: u32, digit: u32| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    };
    let (body, check) = code.split_at(code.len().saturating_sub(1));
    let expected = (11 - values(body).fold(10, product)) % 10;
    values(check).next() == Some(expected)
}

/// Whether `day` and `month` can be a date.
pub(in crate::detect) fn dated(day: u32, month: u32) -> bool {
    let longest = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=longest).contains(&day)
}

/// The number of the two digits from `place`.
pub(in crate::detect) fn pair(code: &[u8], place: usize) -> u32 {
    digit(code, place) * 10 + digit(code, place + 1)
}

#[cfg(test)]
mod tests {
    use super::{luhn, mod_11_10, verhoeff};

    /// Every single wrong digit must fail the check.
    fn catches_wrong_digits(valid: &str, check: fn(&[u8]) -> bool) -> bool {
        let wrong = (0..valid.len()).flat_map(|place| {
            ('0'..='9')
                .filter(move |digit| !valid[place..].starts_with(*digit))
                .map(move |digit| format!("{}{digit}{}", &valid[..place], &valid[place + 1..]))
        });
        check(valid.as_bytes()) && wrong.into_iter().all(|wrong| !check(wrong.as_bytes()))
    }

    #[test]
    fn checks_catch_every_wrong_digit() {
        // Published examples: Luhn's own, the German tax office's, Verhoeff's.
        assert!(catches_wrong_digits("79927398713", luhn));
        assert!(catches_wrong_digits("86095742719", mod_11_10));
        assert!(catches_wrong_digits("2363", verhoeff));
    }
}
