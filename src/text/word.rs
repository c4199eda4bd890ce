//! The words of a folded text.

use std::ops::Range;

use super::fold::{is_alphanumeric, is_picture};
use super::zone::{Place, Zones};

/// How many bytes a word and the space after it take at least, as a rule.
const TYPICAL_WORD: usize = 5;

/// One word, emoji or number.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each read on its own")]
pub(crate) struct Word {
    /// Where its normalized form stands in the forms.
    pub(super) form: Range<usize>,
    /// Where it stands in the folded text.
    pub(crate) span: Range<usize>,
    /// Whether it is the first of a sentence.
    pub(crate) opens: bool,
    /// Whether it is written in capitals, two letters at least.
    pub(crate) shouted: bool,
    /// Whether it stands between quotation marks.
    pub(crate) quoted: bool,
    /// Whether its letters were typed apart.
    pub(super) apart: bool,
    /// Whether undoing a disguise could make another word of it.
    pub(super) disguised: bool,
}

/// All words of a text.
#[derive(Default)]
pub(super) struct Words {
    /// The author's own.
    pub(super) prose: Vec<Word>,
    /// Those of quoted lines, code and links.
    pub(super) enclosed: Vec<Word>,
    /// The normalized forms, one after the other.
    pub(super) forms: String,
}

impl Words {
    /// Finds the words of `text`.
    pub(super) fn new(text: &str, zones: &Zones) -> Self {
        let mut reader = Reader { text, at: 0, opens: true, quote: false, words: Self::default() };
        reader.words.forms.reserve(text.len());
        reader.words.prose.reserve(text.len() / TYPICAL_WORD + 1);
        while reader.at < text.len() {
            reader.step(zones);
        }
        let mut words = reader.words;
        words.prose = join_letters(std::mem::take(&mut words.prose), text, &mut words.forms);
        words
    }
}

/// Reads a text from left to right.
struct Reader<'a> {
    text: &'a str,
    at: usize,
    opens: bool,
    quote: bool,
    words: Words,
}

impl Reader<'_> {
    fn step(&mut self, zones: &Zones) {
        let Some(c) = self.text[self.at..].chars().next() else { return };
        let length = self.word_length();
        if length == 0 {
            self.separator(c);
            self.at += c.len_utf8();
            return;
        }
        let span = self.at..self.at + length;
        self.at = span.end;
        match zones.place(span.start) {
            Place::Prose => self.push(span, true),
            Place::Markup => {}
            Place::Quote | Place::Code | Place::Link => self.push(span, false),
        }
    }

    /// Notes what a character between words says about the next word.
    fn separator(&mut self, c: char) {
        let next = self.text.as_bytes().get(self.at + 1);
        match c {
            '\n' => {
                self.opens = true;
                self.quote = false;
            }
            '.' | ':' if next.is_some_and(u8::is_ascii_alphanumeric) => {}
            '.' | '!' | '?' | ';' | '\u{3002}' | '\u{ff01}' | '\u{ff1f}' => self.opens = true,
            '"' => self.quote = !self.quote && self.closes_on_this_line(),
            _ => {}
        }
    }

    fn closes_on_this_line(&self) -> bool {
        let mut rest = self.text.as_bytes()[self.at + 1..].iter();
        rest.find(|byte| matches!(byte, b'"' | b'\n')) == Some(&b'"')
    }

    /// How many bytes the word at the current position has; none for a separator.
    fn word_length(&self) -> usize {
        let rest = &self.text[self.at..];
        let Some(first) = rest.chars().next() else { return 0 };
        if !is_alphanumeric(first) && !starts_disguise(rest) {
            let emoji = !first.is_ascii() && !first.is_whitespace() && u32::from(first) >= 0x2190;
            return if emoji { first.len_utf8() } else { 0 };
        }
        let mut length = 0;
        while let Some(c) = rest[length..].chars().next() {
            if is_alphanumeric(c) {
                length += c.len_utf8();
            } else {
                match joint(&rest.as_bytes()[length..]) {
                    0 => break,
                    joint => length += joint,
                }
            }
        }
        length
    }

    /// Appends the word at `span`.
    fn push(&mut self, span: Range<usize>, prose: bool) {
        let raw = &self.text[span.clone()];
        let start = self.words.forms.len();
        let (mut upper, mut lower) = (0_usize, 0_usize);
        for c in raw.chars() {
            upper += usize::from(!is_picture(c) && c.is_uppercase());
            lower += usize::from(!is_picture(c) && c.is_lowercase());
            push_form(&mut self.words.forms, c);
        }
        let form = start..self.words.forms.len();
        let word = Word {
            disguised: is_disguised(&self.words.forms[form.clone()]),
            form,
            span,
            opens: self.opens,
            shouted: upper >= 2 && lower == 0,
            quoted: self.quote,
            apart: false,
        };
        self.opens = false;
        if prose { self.words.prose.push(word) } else { self.words.enclosed.push(word) }
    }
}

/// Appends the normalized form of `c`, if it has one.
fn push_form(forms: &mut String, c: char) {
    match c {
        '\'' | '|' | '~' | '_' => {}
        c if c.is_ascii() => forms.push(c.to_ascii_lowercase()),
        c if is_picture(c) => forms.push(c),
        c => forms.extend(c.to_lowercase()),
    }
}

/// Whether a symbol at the start of `rest` stands for the first letter of a word: "$tupid".
fn starts_disguise(rest: &str) -> bool {
    let bytes = rest.as_bytes();
    matches!(bytes[0], b'$' | b'@' | b'!') && bytes.get(1).is_some_and(u8::is_ascii_alphabetic)
        || bytes.starts_with(b"@$$")
}

/// How many bytes of `rest`, which follows a letter, belong to the word although they are no letters:
/// an apostrophe, markdown in mid-word, or symbols that stand for letters.
fn joint(rest: &[u8]) -> usize {
    let letter_at = |at: usize| rest.get(at).is_some_and(u8::is_ascii_alphanumeric);
    match rest {
        [b'\'', ..] if letter_at(1) => 1,
        [b'|', b'|', ..] | [b'~', b'~', ..] | [b'_', b'_', ..] if letter_at(2) => 2,
        _ => {
            let symbols =
                rest.iter().take(4).take_while(|byte| matches!(byte, b'@' | b'$' | b'!' | b'*')).count();
            let censored = symbols >= 2 && rest[..symbols].iter().all(|byte| matches!(byte, b'*' | b'$'));
            if symbols > 0 && (letter_at(symbols) || censored) { symbols } else { 0 }
        }
    }
}

/// Whether `form` has symbols, or digits among letters, or a letter three times in a row.
fn is_disguised(form: &str) -> bool {
    let bytes = form.as_bytes();
    let letter = bytes.iter().any(u8::is_ascii_alphabetic);
    letter
        && (bytes.iter().any(|byte| byte.is_ascii_digit() || matches!(byte, b'@' | b'$' | b'!' | b'*'))
            || bytes.windows(3).any(|three| three[0] == three[1] && three[1] == three[2]))
}

/// Joins single letters that stand apart by one separator each: "i d i o t", "k.y.s".
fn join_letters(words: Vec<Word>, text: &str, forms: &mut String) -> Vec<Word> {
    let bytes = text.as_bytes();
    let single = |word: &Word| word.span.len() == 1 && bytes[word.span.start].is_ascii_alphanumeric();
    if !words.windows(3).any(|three| three.iter().all(single)) {
        return words;
    }
    let mut joined: Vec<Word> = Vec::with_capacity(words.len());
    let mut at = 0;
    while at < words.len() {
        let follows = |next: &usize| {
            let (before, after) = (&words[*next - 1].span, &words[*next].span);
            single(&words[*next])
                && after.start == before.end + 1
                && bytes[before.end] == bytes[words[at].span.end]
        };
        let mut end = at + 1;
        if single(&words[at]) {
            end = (end..words.len()).take_while(follows).last().map_or(end, |last| last + 1);
        }
        if end < at + 3 {
            // "a i.d.i.o.t": the next letter may begin a longer row.
            end = at + 1;
        }
        match join(&words[at..end], bytes, forms) {
            Some(word) => joined.push(word),
            None => joined.extend_from_slice(&words[at..end]),
        }
        at = end;
    }
    joined
}

/// One word of `letters`, unless they are too few to be one word typed apart.
fn join(letters: &[Word], bytes: &[u8], forms: &mut String) -> Option<Word> {
    let (first, last) = (letters.first()?, letters.last()?);
    let alphabetic = letters.iter().filter(|word| bytes[word.span.start].is_ascii_alphabetic()).count();
    let spaced = bytes.get(first.span.end) == Some(&b' ');
    if alphabetic < 3 || (spaced && letters.len() < 4) {
        return None;
    }
    let start = forms.len();
    forms.extend(letters.iter().map(|word| char::from(bytes[word.span.start].to_ascii_lowercase())));
    let form = start..forms.len();
    let disguised = is_disguised(&forms[form.clone()]);
    Some(Word { form, span: first.span.start..last.span.end, disguised, apart: true, ..first.clone() })
}
