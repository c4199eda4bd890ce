//! The n-grams of a message, hashed: words and pairs of them, marks of punctuation between, and runs of letters.
//!
//! A word stands in them as it is normalized, with three further liberties: a disguise is undone where a lexicon
//! knows the word behind it, or else digits and symbols among letters are read as the letters they resemble; letters are
//! repeated twice at most, and every other digit is a zero.

use crate::text::{Text, Word};

/// How many buckets n-grams fall into: a power of two.
pub const BUCKETS: usize = 1 << 18;
/// Runs of letters, in bytes, with a mark before and after the word.
const RUN: std::ops::RangeInclusive<usize> = 3..=5;
/// The longest word that is read letter by letter, in bytes; of a longer one, the beginning.
const LONGEST_WORD: usize = 32;
/// Fewer letters hide no word behind digits: "3d", "2nd".
const FEWEST_LETTERS: usize = 3;
/// How much punctuation between two words is told apart, in marks.
const LONGEST_MARK: usize = 3;

/// The two families of n-grams, each of which is normalized by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Words, marks of punctuation, and two of these in a row.
    Words,
    /// Three to five letters in a row, the edges of the word included.
    Letters,
}

impl Family {
    /// How many there are.
    pub const COUNT: usize = 2;
}

/// Calls `visit` with the bucket of each n-gram of `words`. `known` says the word behind a disguise.
pub(super) fn each<'t>(
    text: &'t Text<'_>,
    words: &'t [Word],
    known: impl Fn(&Word) -> Option<&'t str>,
    mut visit: impl FnMut(Family, usize),
) {
    let folded = text.folded().as_bytes();
    let mut before = EDGE;
    let mut end = words.first().map_or(0, |word| word.span.start);
    for word in words {
        let form = known(word).unwrap_or_else(|| text.form(word));
        let hash = letters(Spelled::new(form).bytes(), |bucket| visit(Family::Letters, bucket));
        visit(Family::Words, bucket(hash));
        visit(Family::Words, pair(before, hash));
        if let Some(mark) = mark(folded.get(end..word.span.start).unwrap_or_default()) {
            visit(Family::Words, bucket(mark));
            visit(Family::Words, pair(before, mark));
            visit(Family::Words, pair(mark, hash));
        }
        before = hash;
        end = word.span.end;
    }
    let last = mark(folded.get(end..).unwrap_or_default()).unwrap_or(EDGE);
    visit(Family::Words, bucket(last));
    visit(Family::Words, pair(before, last.wrapping_add(1)));
}

/// The bucket of two words or marks in a row.
const fn pair(one: u64, other: u64) -> usize {
    bucket(mix(other.rotate_left(17), one))
}

/// The punctuation that `between` two words begins with.
fn mark(between: &[u8]) -> Option<u64> {
    let marks =
        between.iter().filter(|byte| byte.is_ascii_punctuation() || **byte == b'\n').take(LONGEST_MARK);
    marks.fold(None, |hash, byte| Some(mix(hash.unwrap_or(MARKS), u64::from(*byte))))
}

/// Visits the runs of letters of a word and gives the hash of the whole.
fn letters(word: &[u8], mut visit: impl FnMut(usize)) -> u64 {
    for start in 0..word.len().saturating_sub(RUN.start() - 1) {
        let mut hash = LETTERS;
        for (at, byte) in word[start..].iter().take(*RUN.end()).enumerate() {
            hash = mix(hash, u64::from(*byte));
            if RUN.contains(&(at + 1)) {
                visit(bucket(hash));
            }
        }
    }
    word.iter().fold(WORDS, |hash, byte| mix(hash, u64::from(*byte)))
}

/// Seeds that keep what is hashed apart; any odd numbers do.
const WORDS: u64 = 0x9e37_79b9_7f4a_7c15;
const LETTERS: u64 = 0xc2b2_ae3d_27d4_eb4f;
const MARKS: u64 = 0x1656_67b1_9e37_79f9;
/// What stands before the first word and after the last.
const EDGE: u64 = 0x27d4_eb2f_1656_67c5;

/// One step of a multiplicative hash, after wyhash's "mum" with the high half folded in.
const fn mix(hash: u64, value: u64) -> u64 {
    let product = (hash ^ value) as u128 * 0xa076_1d64_78bd_642f_u128;
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are meant")]
    let folded = (product as u64) ^ ((product >> 64) as u64);
    folded
}

#[expect(clippy::cast_possible_truncation, reason = "only the low bits are kept")]
const fn bucket(hash: u64) -> usize {
    (hash ^ (hash >> 32)) as usize & (BUCKETS - 1)
}

/// A word between two marks, spelled as the n-grams have it.
struct Spelled {
    bytes: [u8; LONGEST_WORD + 2],
    length: usize,
}

impl Spelled {
    fn new(form: &str) -> Self {
        let mut spelled = Self { bytes: [b' '; LONGEST_WORD + 2], length: 1 };
        let hides = hides_letters(form.as_bytes());
        for (at, byte) in form.bytes().enumerate() {
            let byte = match byte {
                b'0'..=b'9' | b'@' | b'$' | b'!' if hides && is_within(form.as_bytes(), at) => letter(byte),
                b'0'..=b'9' => b'0',
                byte => byte,
            };
            let repeated =
                spelled.length >= 3 && spelled.bytes[spelled.length - 2..spelled.length] == [byte; 2];
            if !repeated && spelled.length <= LONGEST_WORD {
                spelled.bytes[spelled.length] = byte;
                spelled.length += 1;
            }
        }
        spelled
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..=self.length]
    }
}

/// Whether digits and symbols of `form` can stand for letters: of a word with more letters than these, the model then
/// knows what it knows of the word in plain letters.
fn hides_letters(form: &[u8]) -> bool {
    let letters = form.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    letters < form.len() && letters >= FEWEST_LETTERS && 2 * letters > form.len()
}

/// Whether letters or other signs stand on both sides of the byte at `at`, or a letter after it: "m0uth", "5hut".
fn is_within(form: &[u8], at: usize) -> bool {
    let after = form.get(at + 1).is_some_and(u8::is_ascii_alphabetic);
    after && (at == 0 || !form[at - 1].is_ascii_digit())
}

/// The letter that a digit or a symbol resembles.
const fn letter(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        b'8' => b'b',
        b'9' => b'g',
        other => other,
    }
}
