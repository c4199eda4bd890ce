//! Harsh words behind spellings that slip past a list: starred, swapped, dropped and doubled letters, words run together.
//!
//! Which spellings stand for a word is worked out once, so that a word costs one look-up. Ordinary words that look
//! like a misspelling are left out: no text becomes an insult by a letter that is what it should be.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::LEXICON;

const SOURCE: &str = include_str!("harsh.txt");

/// Shorter words have too many neighbours to guess at.
const SHORTEST: usize = 5;
/// The fewest letters that may be left when the vowels are.
const LEAST_CONSONANTS: usize = 4;
/// Shorter words sound like too many others.
const SHORTEST_SOUND: usize = 4;
/// Letters, and others that are read alike.
const SOUNDS: [(&str, &str); 13] = [
    ("ck", "kk"),
    ("ck", "k"),
    ("ck", "cc"),
    ("c", "k"),
    ("f", "ph"),
    ("ss", "zz"),
    ("s", "z"),
    ("i", "y"),
    ("u", "v"),
    ("w", "vv"),
    ("er", "a"),
    ("er", "ah"),
    ("tard", "turd"),
];
/// Longer forms are no single word.
const LONGEST: usize = 24;
/// Longer rows of words run together are not looked into.
const LONGEST_ROW: usize = 32;
/// The fewest letters of a row of words, and of a harsh word in it.
const SHORTEST_ROW: usize = 10;
const SHORTEST_IN_ROW: usize = 4;
/// What harsh words are run together with.
const BEFORE: [&str; 6] = ["youare", "youre", "your", "you", "ure", "ur"];

static HARSH: LazyLock<Harsh> = LazyLock::new(|| Harsh::read(SOURCE));

#[derive(Default)]
struct Harsh {
    /// Every word, by itself.
    words: FxHashSet<&'static str>,
    /// Every word among those of its length, in order.
    by_length: BTreeMap<usize, Vec<&'static str>>,
    /// The word behind each spelling.
    spellings: FxHashMap<Box<str>, &'static str>,
    /// A bit for each three letters that a word or a spelling begins with: most words of a message are none, and are done
    /// then.
    beginnings: Vec<u64>,
}

/// Reads the words.
pub(super) fn prepare() {
    LazyLock::force(&HARSH);
}

/// `form`, if it is a harsh word.
pub(super) fn word(form: &str) -> Option<&'static str> {
    HARSH.words.get(form).copied()
}

/// The harsh word that `form` is a misspelling of.
pub(super) fn spelled(form: &str) -> Option<&'static str> {
    if HARSH.may_begin(form) { HARSH.spellings.get(form).copied() } else { None }
}

/// The harsh word that `form`, which is none and has no digits, stands for.
pub(super) fn behind(form: &str) -> Option<&'static str> {
    if form.len() > LONGEST || form.len() < 3 {
        return HARSH.within(form);
    }
    spelled(form)
        .or_else(|| starred(form))
        .or_else(|| HARSH.run_together(form))
        .or_else(|| HARSH.within(form))
}

/// The one harsh word that `form` is with a letter for each symbol in it.
pub(super) fn starred(form: &str) -> Option<&'static str> {
    if form.bytes().any(is_star) { HARSH.starred(form) } else { None }
}

impl Harsh {
    fn read(source: &'static str) -> Self {
        let mut harsh = Self::default();
        let lines = source.lines().filter(|line| !line.starts_with('#'));
        let (ordinary, lines): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with('!'));
        for line in lines {
            harsh.line(line);
        }
        let ordinary: FxHashSet<&str> =
            ordinary.iter().flat_map(|line| line[1..].split_whitespace()).collect();
        let words = &harsh.words;
        harsh.spellings.retain(|form, _| !(words.contains(&**form) || ordinary.contains(&**form)));
        for word in harsh.words.iter().copied() {
            harsh.by_length.entry(word.len()).or_default().push(word);
        }
        harsh.by_length.values_mut().for_each(|words| words.sort_unstable());
        harsh.beginnings = vec![0; (1 << 15) / 64];
        let forms = harsh.spellings.keys().map(|form| &**form).chain(harsh.words.iter().copied());
        for at in forms.filter_map(beginning) {
            harsh.beginnings[at / 64] |= 1 << (at % 64);
        }
        harsh
    }

    /// Whether a word or a spelling begins as `form` does.
    fn may_begin(&self, form: &str) -> bool {
        beginning(form).is_none_or(|at| self.beginnings[at / 64] >> (at % 64) & 1 == 1)
    }

    /// One word, and after `=` its further spellings.
    fn line(&mut self, line: &'static str) {
        let (word, given) = line.split_once('=').unwrap_or((line, ""));
        let word = word.trim();
        self.words.insert(word);
        let forms = misspelled(word).into_iter().chain(sounding_alike(word));
        for form in forms.filter(|form| LEXICON.word(form).is_none()) {
            self.spellings.entry(form.into()).or_insert(word);
        }
        self.spellings.extend(given.split_whitespace().map(|form| (form.into(), word)));
    }

    /// The first word that `form` is with a letter for each symbol.
    fn starred(&self, form: &str) -> Option<&'static str> {
        let letters = form.bytes().filter(u8::is_ascii_alphabetic).count();
        if letters < 2 {
            return None;
        }
        let fits =
            |word: &&&str| word.bytes().zip(form.bytes()).all(|(one, other)| one == other || is_star(other));
        // In order, so that the first that fits is always the same.
        self.by_length.get(&form.len())?.iter().find(fits).copied()
    }

    /// The word that "you" and `form` begin with when they are written as one.
    fn run_together(&self, form: &str) -> Option<&'static str> {
        if !form.starts_with(['y', 'u']) {
            return None;
        }
        let rest = BEFORE.iter().find_map(|before| form.strip_prefix(before))?;
        let mut starts = (SHORTEST..=rest.len()).rev().filter_map(|end| rest.get(..end));
        starts.find_map(|start| self.words.get(start).copied())
    }

    /// The first harsh word in a row of words run together that speaks to somebody: "gofuckyourself". No ordinary word
    /// has "you" and a harsh word in it.
    fn within(&self, form: &str) -> Option<&'static str> {
        if !(SHORTEST_ROW..=LONGEST_ROW).contains(&form.len()) || !form.is_ascii() {
            return None;
        }
        let you = form.find("you")?;
        [&form[..you], &form[you + "you".len()..]].into_iter().find_map(|part| self.first_in(part))
    }

    /// The harsh word that begins first in `part`, the longest of those that begin there.
    fn first_in(&self, part: &str) -> Option<&'static str> {
        let starts = (0..part.len()).map(|start| &part[start..]).filter(|rest| self.may_begin(rest));
        let mut rows =
            starts.flat_map(|rest| (SHORTEST_IN_ROW..=rest.len()).rev().map(move |end| &rest[..end]));
        rows.find_map(|word| self.words.get(word).copied())
    }
}

const fn is_star(byte: u8) -> bool {
    matches!(byte, b'*' | b'!' | b'@' | b'$')
}

/// The bit of the three letters that `form` begins with; none where it is shorter.
fn beginning(form: &str) -> Option<usize> {
    let [one, two, three, ..] = form.as_bytes() else { return None };
    let bits = |byte: &u8| usize::from(*byte & 31);
    Some(bits(one) << 10 | bits(two) << 5 | bits(three))
}

/// The likely misspellings of `word`: a letter dropped or doubled within it, two swapped, all vowels dropped.
fn misspelled(word: &str) -> Vec<String> {
    if word.len() < SHORTEST || !word.is_ascii() {
        return Vec::new();
    }
    let inner = 1..word.len() - 1;
    let dropped = inner.clone().map(|at| [&word[..at], &word[at + 1..]].concat());
    let doubled = inner.clone().map(|at| [&word[..=at], &word[at..]].concat());
    let swapped =
        inner.map(|at| [&word[..at], &word[at + 1..at + 2], &word[at..=at], &word[at + 2..]].concat());
    let bare: String =
        word.char_indices().filter(|(at, c)| *at == 0 || !"aeiou".contains(*c)).map(|(_, c)| c).collect();
    let bare = (bare.len() >= LEAST_CONSONANTS).then_some(bare);
    dropped.chain(doubled).chain(swapped).chain(bare).filter(|form| form != word).collect()
}

/// Spellings that sound like `word`: up to two of [`SOUNDS`] in place of what they sound like, and one letter doubled.
fn sounding_alike(word: &str) -> Vec<String> {
    if word.len() < SHORTEST_SOUND || !word.is_ascii() {
        return Vec::new();
    }
    let mut forms: Vec<String> = exchanged(word);
    let twice: Vec<String> = forms.iter().flat_map(|form| exchanged(form)).collect();
    let doubled =
        |form: &String| (1..form.len()).map(|at| [&form[..=at], &form[at..]].concat()).collect::<Vec<_>>();
    let stretched: Vec<String> = forms.iter().flat_map(doubled).collect();
    forms.extend(twice.into_iter().chain(stretched));
    forms
}

/// `form` with one sound spelled otherwise, in every way.
fn exchanged(form: &str) -> Vec<String> {
    let each = SOUNDS.iter().flat_map(|(from, to)| form.match_indices(from).map(move |found| (found, to)));
    each.map(|((at, from), to)| [&form[..at], to, &form[at + from.len()..]].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::behind;

    #[test]
    fn misspelled_words_are_recognized() {
        let pairs = [
            ("i*iot", "idiot"),
            ("a**hole", "asshole"),
            ("sutpid", "stupid"),
            ("stpd", "stupid"),
            ("fvck", "fuck"),
            ("kvnt", "cunt"),
            ("phukk", "fuck"),
            ("scvmbagg", "scumbag"),
            ("jackazz", "jackass"),
            ("youredisgusting", "disgusting"),
            ("youstupidlittleman", "stupid"),
            ("gofuckyourselfmargaret", "fuck"),
            ("whatatotalcreepyouare", "creep"),
        ];
        for (form, word) in pairs {
            assert_eq!(behind(form), Some(word), "{form}");
        }
    }

    #[test]
    fn ordinary_words_are_left_alone() {
        for form in [
            "lose",
            "wore",
            "crash",
            "tief",
            "scunthorpe",
            "cock",
            "pasta",
            "yourself",
            "yourselves",
            "youthfulness",
            "a*b",
            "2*3",
            "***",
        ] {
            assert_eq!(behind(form), None, "{form}");
        }
    }
}
