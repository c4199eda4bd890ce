//! Recovery phrases: 12 to 24 words of BIP-39's English list, with check bits in the last one.

use std::ops::Range;
use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::super::value::finding;
use super::super::{Finding, Kind};
use crate::text::{Text, Word};

/// The English list of BIP-39 (github.com/bitcoin/bips, MIT): 2,048 words, sorted.
const SOURCE: &str = include_str!("bip39.txt");

/// The place of each word in the list.
static LIST: LazyLock<FxHashMap<&str, u16>> = LazyLock::new(|| SOURCE.lines().zip(0..).collect());

/// How many words a phrase can have, the longest first.
const LENGTHS: [usize; 5] = [24, 21, 18, 15, 12];
/// The fewest words of a phrase.
const SHORTEST: usize = 12;
/// How far a row is followed to either side, in words: a counted phrase of 24, and a few more.
const LONGEST_ROW: usize = 52;
/// The longest row of listed words in which a phrase is looked for by its check bits.
const MOST_CHECKED: usize = 26;
/// Words that announce a phrase.
const ANNOUNCE: [&str; 9] =
    ["seed", "mnemonic", "recovery", "phrase", "seedphrase", "wallet", "metamask", "ledger", "words"];

pub(super) fn prepare() {
    LazyLock::force(&LIST);
}

/// Appends the phrases among `words`.
pub(super) fn detect(text: &Text<'_>, words: &[Word], findings: &mut Vec<Finding>) {
    // A row of twelve has one word at every twelfth place: only those are looked up.
    let mut at = SHORTEST - 1;
    while at < words.len() {
        if step(text, &words[at]).is_none() {
            at += SHORTEST;
            continue;
        }
        let before = words[..at].iter().rev().take(LONGEST_ROW).take_while(|word| step(text, word).is_some());
        let after = words[at..].iter().take(LONGEST_ROW).take_while(|word| step(text, word).is_some());
        let row = at - before.count()..at + after.count();
        at = row.end + SHORTEST;
        if let Some((range, checked)) = phrase(text, words, &row) {
            let (confidence, explanation) = if checked {
                (0.97, "A wallet's recovery phrase: its check bits are right.")
            } else {
                (0.9, "A row of words announced as a wallet's recovery phrase.")
            };
            findings.push(finding(text, Kind::CryptoWallet, &range, confidence, explanation));
        }
    }
}

/// What a word is in a row.
#[derive(Clone, Copy)]
enum Step {
    /// The listed word of this index.
    Listed(u16),
    /// A number that counts the words: "1. apple 2. banana".
    Count,
}

/// What `word` is in a row, if it can be in one.
fn step(text: &Text<'_>, word: &Word) -> Option<Step> {
    let form = text.form(word);
    if form.len() <= 2 && form.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Step::Count);
    }
    LIST.get(form).copied().map(Step::Listed)
}

/// The phrase in `row`, and whether its check bits are right: if not, it must be announced.
fn phrase(text: &Text<'_>, words: &[Word], row: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let listed: Vec<(usize, u16)> = row
        .clone()
        .filter_map(|at| match step(text, &words[at]) {
            Some(Step::Listed(index)) => Some((at, index)),
            _ => None,
        })
        .collect();
    let span = |from: usize, to: usize| {
        let counted = from > row.start && matches!(step(text, &words[from - 1]), Some(Step::Count));
        words[from - usize::from(counted)].span.start..words[to].span.end
    };
    for length in LENGTHS.into_iter().filter(|_| listed.len() <= MOST_CHECKED) {
        let valid = listed.windows(length).find(|window| is_checked(window));
        if let Some(window) = valid {
            return Some((span(window[0].0, window[length - 1].0), true));
        }
    }
    let announces = |at: &usize| ANNOUNCE.contains(&text.form(&words[*at]));
    let told = (row.start.saturating_sub(6)..row.start).any(|at| announces(&at));
    let leading = listed.iter().take_while(|(at, _)| announces(at)).count();
    let rest = &listed[leading..];
    let (first, last) = (rest.first()?, rest.last()?);
    (rest.len() >= SHORTEST && (told || leading > 0)).then(|| (span(first.0, last.0), false))
}

/// Whether the last bits of these words are the first bits of the hash of the others (BIP-39).
fn is_checked(words: &[(usize, u16)]) -> bool {
    const BITS: usize = 11;
    let mut bytes = [0_u8; 33];
    for (at, (_, index)) in words.iter().enumerate() {
        for bit in 0..BITS {
            let place = at * BITS + bit;
            let set = index >> (BITS - 1 - bit) & 1 == 1;
            bytes[place / 8] |= u8::from(set) << (7 - place % 8);
        }
    }
    let check_bits = words.len() / 3;
    let entropy = (words.len() * BITS - check_bits) / 8;
    let mask = !(0xff_u16 >> check_bits).to_le_bytes()[0];
    bytes[entropy] & mask == Sha256::digest(&bytes[..entropy])[0] & mask
}

#[cfg(test)]
mod tests {
    use super::{LIST, SOURCE};

    #[test]
    fn the_list_is_whole_and_sorted() {
        assert_eq!(LIST.len(), 2_048);
        assert!(SOURCE.lines().is_sorted());
        assert!(SOURCE.lines().all(|word| (3..=8).contains(&word.len())));
    }
}
