//! Cryptocurrency recovery phrases and wallet addresses.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\b(?:0x[0-9a-fA-F]{40}|bc1[02-9ac-hj-np-z]{25,71})\b"));

/// Words that announce a recovery phrase.
const ANNOUNCE: [&str; 6] = ["seed", "mnemonic", "recovery", "phrase", "seedphrase", "wallet"];
/// The shortest recovery phrase, in words (BIP-39).
const SHORTEST: usize = 12;
/// The longest recovery phrase, in words (BIP-39).
const LONGEST: usize = 24;
/// The commonest short words of English that are not in BIP-39's list: a sentence has some, a phrase none.
const PLAIN: [&str; 60] = [
    "the", "and", "you", "are", "was", "for", "not", "but", "with", "that", "this", "from", "they", "have",
    "has", "had", "your", "his", "her", "she", "him", "its", "our", "were", "been", "who", "did", "does",
    "got", "get", "how", "why", "yes", "lol", "then", "than", "them", "their", "would", "could", "don",
    "isnt", "dont", "cant", "wont", "too", "lost", "might", "want", "some", "into", "please", "ever",
    "never", "asks", "store", "keep", "back", "safe", "anyone",
];

/// Finds recovery phrases that the words before them announce, and addresses called someone's own.
pub(super) struct CryptoWallet;

impl Detector for CryptoWallet {
    fn prepare(&self) {
        LazyLock::force(&ADDRESS);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if let Some(range) = recovery_phrase(text) {
            let explanation = "A row of words announced as a wallet's recovery phrase";
            findings.push(finding(text, Kind::CryptoWallet, &range, 0.9, explanation));
        }
        for found in ADDRESS.find_iter(text.folded()).filter(|found| in_sentence(text, found.start())) {
            if text.mentions(&found.range(), 5, 0, &["my", "me"]) {
                let explanation = "A wallet address called someone's own";
                findings.push(finding(text, Kind::CryptoWallet, &found.range(), 0.65, explanation));
            }
        }
    }
}

/// The first row of 12 to 24 plain words such as recovery phrases are made of, within five words of
/// one that announces it.
fn recovery_phrase(text: &Text<'_>) -> Option<Range<usize>> {
    let words = text.prose();
    let announced = |word: &crate::text::Word| ANNOUNCE.contains(&text.form(word));
    let first = words.iter().position(announced)?;
    let fits = |word: &&crate::text::Word| {
        let form = text.form(word);
        (3..=8).contains(&form.len())
            && form.bytes().all(|byte| byte.is_ascii_lowercase())
            && !PLAIN.contains(&form)
            && !ANNOUNCE.contains(&form)
    };
    (first + 1..words.len().min(first + 7)).find_map(|start| {
        let length = words[start..]
            .iter()
            .filter(|word| !is_number(text, word))
            .take(LONGEST)
            .take_while(fits)
            .count();
        let end = words[start..]
            .iter()
            .enumerate()
            .filter(|(_, word)| !is_number(text, word))
            .nth(length.checked_sub(1)?)?;
        (length >= SHORTEST).then(|| words[start].span.start..end.1.span.end)
    })
}

/// Whether `word` only counts the words of a list: "1. apple 2. banana".
fn is_number(text: &Text<'_>, word: &crate::text::Word) -> bool {
    text.form(word).bytes().all(|byte| byte.is_ascii_digit())
}
