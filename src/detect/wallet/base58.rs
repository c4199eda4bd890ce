//! Bitcoin's base 58, with the check digits that end every address and private key.

use sha2::{Digest, Sha256};

const LETTERS: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/// The most bytes that anything of ours takes: an extended key and its check digits.
const LONGEST: usize = 82;
/// How many bytes of check digits there are.
const CHECK: usize = 4;

/// Whether `value` is in base 58 and its last four bytes are the hash of the others.
pub(super) fn is_checked(value: &str) -> bool {
    let Some(bytes) = decode(value) else { return false };
    let Some((payload, check)) = bytes.split_last_chunk::<CHECK>() else { return false };
    Sha256::digest(Sha256::digest(payload)).starts_with(check)
}

/// The bytes that `value` stands for.
fn decode(value: &str) -> Option<Vec<u8>> {
    let mut bytes: Vec<u8> = Vec::with_capacity(LONGEST);
    for letter in value.bytes() {
        let mut carry = u32::try_from(LETTERS.iter().position(|known| *known == letter)?).ok()?;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(carry.to_le_bytes()[0]);
        }
        if bytes.len() > LONGEST {
            return None;
        }
    }
    let zeros = value.bytes().take_while(|letter| *letter == LETTERS[0]).count();
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::is_checked;

    #[test]
    fn check_digits_are_verified() {
        assert!(is_checked("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"));
        assert!(is_checked(&["5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4d", "Z1jvhTVqvbTLvyTJ"].concat()));
        assert!(!is_checked("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"));
        assert!(!is_checked("0OIl"));
        assert!(!is_checked(""));
    }
}
