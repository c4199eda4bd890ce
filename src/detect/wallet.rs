//! Cryptocurrency recovery phrases, private keys and wallet addresses.

mod base58;
mod phrase;

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// Addresses of Ethereum and Bitcoin, and Bitcoin's private keys (WIF, and BIP-32's extended ones).
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"\b(?:0x[0-9a-fA-F]{40}|(?P<bech>(?:bc|tb)1[02-9ac-hj-np-z]{25,71})|(?P<base>[1-9A-HJ-NP-Za-km-z]{26,35})|(?P<secret>[5KL9c][1-9A-HJ-NP-Za-km-z]{50,51}|[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{107}))\b",
    )
});

/// The shortest run without a space that can hold an address.
const SHORTEST: usize = 26;

/// Finds recovery phrases, private keys, and addresses called someone's own.
pub(super) struct CryptoWallet;

impl Detector for CryptoWallet {
    fn prepare(&self) {
        LazyLock::force(&ADDRESS);
        phrase::prepare();
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        for words in [text.prose(), text.enclosed()] {
            phrase::detect(text, words, findings);
        }
        let longest = text.folded().split_ascii_whitespace().map(str::len).max().unwrap_or_default();
        if longest >= SHORTEST && !text.digits().is_empty() {
            addresses(text, findings);
        }
    }
}

/// Appends private keys wherever they stand, and addresses in sentences about their owner.
fn addresses(text: &Text<'_>, findings: &mut Vec<Finding>) {
    for found in ADDRESS.captures_iter(text.folded()) {
        let Some(whole) = found.get(0) else { continue };
        let range = whole.range();
        if found.name("secret").is_some() {
            if base58::is_checked(whole.as_str()) {
                let explanation = "A wallet's private key.";
                findings.push(finding(text, Kind::PrivateKey, &range, 0.97, explanation));
            }
            continue;
        }
        if !in_sentence(text, range.start) || !text.mentions(&range, 5, 0, &["my", "me"]) {
            continue;
        }
        let checked = match (found.name("bech"), found.name("base")) {
            (Some(address), _) => is_bech32(address.as_str()),
            (_, Some(address)) => base58::is_checked(address.as_str()),
            _ => true,
        };
        if checked {
            let explanation = "A wallet address called someone's own.";
            findings.push(finding(text, Kind::CryptoWallet, &range, 0.65, explanation));
        }
    }
}

/// Whether the check digits of a segregated witness address are right (BIP-173, BIP-350).
fn is_bech32(address: &str) -> bool {
    const LETTERS: &str = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const GENERATORS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    const SUMS: [u32; 2] = [1, 0x2bc8_30a3];
    let Some((prefix, data)) = address.split_once('1') else { return false };
    let high = prefix.bytes().map(|byte| u32::from(byte >> 5));
    let low = prefix.bytes().map(|byte| u32::from(byte & 31));
    let values = data.chars().filter_map(|c| LETTERS.find(c).and_then(|at| u32::try_from(at).ok()));
    let sum = high.chain([0]).chain(low).chain(values).fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let sum = (sum & 0x01ff_ffff) << 5 ^ value;
        GENERATORS
            .iter()
            .enumerate()
            .filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(sum, |sum, (_, generator)| sum ^ generator)
    });
    SUMS.contains(&sum)
}

#[cfg(test)]
mod tests {
    use super::is_bech32;

    #[test]
    fn witness_addresses_have_check_digits() {
        assert!(is_bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));
        assert!(is_bech32("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
        assert!(!is_bech32("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
    }
}
