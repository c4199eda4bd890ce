//! The normalized view of a message for matching, mapped back to original offsets.
//!
//! Three layers, each made from the one before:
//! 1. the **original**, as written;
//! 2. the **folded** text: look-alike letters, full-width forms and exotic spaces as plain ASCII,
//!    invisible characters gone, case kept. Detectors of numbers, addresses and keys read this;
//! 3. the **words**: lower case, apostrophes dropped ("you're" is `youre`), letters typed apart
//!    joined, each with the place it stands in. Lexicons and phrases read these.
//!
//! Offsets inside the crate point into the folded text; `Text::span` turns them into offsets of
//! the original, which is what a finding carries. Every step is linear in the length of the message.

mod disguise;
mod fold;
mod word;
mod zone;

use std::cell::OnceCell;
use std::ops::Range;

use fold::Folded;
pub(crate) use word::Word;
use word::Words;
pub(crate) use zone::Place;
use zone::Zones;

/// A run of ASCII digits in the folded text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Digits {
    /// Where it begins, in bytes of the folded text.
    pub(crate) start: usize,
    /// Where it ends, in bytes of the folded text.
    pub(crate) end: usize,
}

/// A message prepared for matching.
pub struct Text<'a> {
    original: &'a str,
    folded: Folded<'a>,
    zones: Zones,
    words: Words,
    digits: OnceCell<Vec<Digits>>,
}

impl<'a> Text<'a> {
    /// Prepares `original`. Total and linear in its length.
    #[must_use]
    pub fn new(original: &'a str) -> Self {
        let folded = Folded::new(original);
        let zones = Zones::new(folded.as_str());
        let words = Words::new(folded.as_str(), &zones);
        Self { original, folded, zones, words, digits: OnceCell::new() }
    }

    /// The message as written.
    #[must_use]
    pub fn original(&self) -> &'a str {
        self.original
    }

    /// The message in plain letters, case kept.
    pub(crate) fn folded(&self) -> &str {
        self.folded.as_str()
    }

    /// The bytes of the original behind `range` of the folded text, on character boundaries.
    pub(crate) fn span(&self, range: &Range<usize>) -> Range<usize> {
        self.folded.original_range(self.original, range)
    }

    /// Where the folded offset `at` stands.
    pub(crate) fn place(&self, at: usize) -> Place {
        self.zones.place(at)
    }

    /// The author's own words, in order: no quoted lines, no code, no links.
    pub(crate) fn prose(&self) -> &[Word] {
        &self.words.prose
    }

    /// The words of quoted lines, code and links, in order.
    pub(crate) fn enclosed(&self) -> &[Word] {
        &self.words.enclosed
    }

    /// The normalized form of `word`.
    pub(crate) fn form(&self, word: &Word) -> &str {
        &self.words.forms[word.form.clone()]
    }

    /// What `known` says of `word`, or of the first of its undisguised forms that it knows:
    /// leetspeak read as letters, stretched letters drawn in.
    pub(crate) fn look_up<T>(&self, word: &Word, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        let form = self.form(word);
        known(form).or_else(|| self.undisguise(word, known))
    }

    /// What `known` says of the first undisguised form of `word` that it knows; nothing if `word` is plain.
    pub(crate) fn undisguise<T>(&self, word: &Word, known: impl Fn(&str) -> Option<T>) -> Option<T> {
        if word.disguised { disguise::undo(self.form(word), known) } else { None }
    }

    /// Whether `word` was typed letter by letter, or in signs that only look like its letters.
    pub(crate) fn hides(&self, word: &Word) -> bool {
        word.apart || self.form(word).is_ascii() && !self.original[self.span(&word.span)].is_ascii()
    }

    /// The runs of digits in the folded text, in order.
    pub(crate) fn digits(&self) -> &[Digits] {
        self.digits.get_or_init(|| digit_runs(self.folded().as_bytes()))
    }

    /// Whether one of `forms` is among the `before` words that precede, or the `after` words that
    /// follow, `range` of the folded text.
    pub(crate) fn mentions(&self, range: &Range<usize>, before: usize, after: usize, forms: &[&str]) -> bool {
        let words = self.prose();
        let first = words.partition_point(|word| word.span.end <= range.start);
        let next = words.partition_point(|word| word.span.start < range.end);
        let near = words[first.saturating_sub(before)..first]
            .iter()
            .chain(&words[next..words.len().min(next.saturating_add(after))]);
        near.map(|word| self.form(word)).any(|form| forms.contains(&form))
    }
}

/// The runs of ASCII digits in `bytes`.
fn digit_runs(bytes: &[u8]) -> Vec<Digits> {
    let mut runs: Vec<Digits> = Vec::new();
    for at in (0..bytes.len()).filter(|&at| bytes[at].is_ascii_digit()) {
        match runs.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => runs.push(Digits { start: at, end: at + 1 }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::Text;

    /// The normalized words of `original`, undisguised against `known` words where possible.
    fn words(original: &str) -> Vec<String> {
        let text = Text::new(original);
        text.prose().iter().map(|word| text.form(word).to_owned()).collect()
    }

    #[test]
    fn words_are_lowered_and_apostrophes_dropped() {
        assert_eq!(words("You\u{2019}re NOT it, don't"), ["youre", "not", "it", "dont"]);
    }

    #[test]
    fn look_alikes_become_letters_only_where_scripts_mix() {
        assert_eq!(words("ｉｄｉｏｔ 𝓲𝓭𝓲𝓸𝓽 ídïöt"), ["idiot", "idiot", "idiot"]);
        assert_eq!(words("idi\u{43e}t привет"), ["idiot", "привет"]);
    }

    #[test]
    fn invisible_characters_do_not_split_words() {
        assert_eq!(words("st\u{200b}up\u{ad}id i\u{334}d\u{335}iot"), ["stupid", "idiot"]);
    }

    #[test]
    fn letters_typed_apart_are_one_word() {
        assert_eq!(words("you i d i o t !"), ["you", "idiot"]);
        assert_eq!(words("s.t.u.p.i.d"), ["stupid"]);
        assert_eq!(words("u r a star"), ["u", "r", "a", "star"]);
    }

    #[test]
    fn code_links_and_markup_are_not_prose() {
        let text = "see `rm idiot` <@123> <:fool:99> https://idiot.example/fool ok";
        assert_eq!(words(text), ["see", "ok"]);
        assert_eq!(words("> you idiot\nwho said that"), ["who", "said", "that"]);
    }

    #[test]
    fn disguises_are_undone_against_a_lexicon() {
        for disguised in ["1d10t", "idiiiiot", "!d!ot", "id**iot**", "i.d.i.0.t"] {
            let text = Text::new(disguised);
            let known = |form: &str| (form == "idiot").then_some(());
            let found = text.prose().iter().any(|word| text.look_up(word, known).is_some());
            assert!(found, "{disguised}");
        }
    }

    #[test]
    fn spans_lead_back_to_the_original() {
        let original = "“ｉｄｉｏｔ”\u{200b} e\u{301}h 😀 idi\u{43e}t";
        let text = Text::new(original);
        let found: Vec<_> = text.prose().iter().map(|word| &original[text.span(&word.span)]).collect();
        assert_eq!(found, ["ｉｄｉｏｔ", "e\u{301}h", "😀", "idi\u{43e}t"]);
    }
}
