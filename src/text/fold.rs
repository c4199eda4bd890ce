//! Look-alike characters as plain letters, invisible ones gone, with a map back.

use std::borrow::Cow;
use std::ops::Range;

use decancer::{Options, Translation};

/// A text in plain characters, case kept.
pub(super) struct Folded<'a> {
    text: Cow<'a, str>,
    /// For each byte of `text` and its end, the original byte its character began at; empty when
    /// nothing was changed.
    map: Vec<usize>,
}

impl<'a> Folded<'a> {
    /// Folds `original`; ASCII is borrowed as it is.
    pub(super) fn new(original: &'a str) -> Self {
        if original.is_ascii() {
            return Self { text: Cow::Borrowed(original), map: Vec::new() };
        }
        let mut folding = Folding::with_capacity(original.len());
        let mut rest = original;
        while let Some(first) = rest.chars().next() {
            let run = if is_alphanumeric(first) { letters(rest) } else { &rest[..first.len_utf8()] };
            folding.push_run(run, original.len() - rest.len());
            rest = &rest[run.len()..];
        }
        folding.map.push(original.len());
        Self { text: Cow::Owned(folding.text), map: folding.map }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The original bytes behind `range`, widened to whole characters.
    pub(super) fn original_range(&self, original: &str, range: &Range<usize>) -> Range<usize> {
        if self.map.is_empty() {
            return range.clone();
        }
        let at = |byte: usize| self.map.get(byte).copied().unwrap_or(original.len());
        let start = at(range.start);
        let mut end = at(range.end).max(start);
        // One character can fold to several letters: never end inside it.
        if range.end > range.start && end == at(range.end - 1) {
            end = original.ceil_char_boundary(end + 1);
        }
        start..end
    }
}

/// The leading run of letters, digits and marks between them.
fn letters(text: &str) -> &str {
    let end = text.find(|c: char| !is_alphanumeric(c) && !is_invisible(c));
    &text[..end.unwrap_or(text.len())]
}

/// A folded text that grows run by run.
struct Folding {
    text: String,
    map: Vec<usize>,
}

impl Folding {
    fn with_capacity(length: usize) -> Self {
        Self { text: String::with_capacity(length), map: Vec::with_capacity(length + 1) }
    }

    /// Appends one run that began at `start`. Letters of other scripts become Latin ones only in a
    /// word that has Latin letters too: "idi\u{43e}t" is a disguise, "привет" is a greeting.
    fn push_run(&mut self, run: &str, start: usize) {
        let mixed = !run.is_ascii() && run.bytes().any(|byte| byte.is_ascii_alphabetic());
        for (offset, c) in run.char_indices() {
            let from = start + offset;
            if c.is_ascii() {
                self.push(c, from);
            } else if !is_invisible(c) {
                self.push_folded(c, from, mixed);
            }
        }
    }

    fn push_folded(&mut self, c: char, from: usize, mixed: bool) {
        if let Some(plain) = punctuation(c).or_else(|| digit(c)) {
            self.push(plain, from);
        } else if !(is_latin_like(c) || mixed && c.is_alphabetic()) {
            self.push(c, from);
        } else {
            self.push_cured(c, from);
        }
    }

    fn push_cured(&mut self, c: char, from: usize) {
        if matches!(c, 'ß' | 'ẞ') {
            // A confusable of B to a table of shapes, ss to everyone who writes German.
            return "ss".chars().for_each(|plain| self.push(plain, from));
        }
        match decancer::cure_char(c, Options::default().retain_capitalization()) {
            Translation::Character(plain) => self.push(plain, from),
            Translation::String(plain) => plain.chars().for_each(|plain| self.push(plain, from)),
            Translation::None => {}
        }
    }

    fn push(&mut self, c: char, from: usize) {
        self.text.push(c);
        self.map.resize(self.text.len(), from);
    }
}

/// Whether `c` is a picture, of which chat is full: no letter, no digit, without a case.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c, '\u{1f200}'..='\u{1faff}')
}

/// Whether `c` is a letter or digit. Pictures need no table to tell.
pub(super) fn is_alphanumeric(c: char) -> bool {
    !is_picture(c) && c.is_alphanumeric()
}

/// Characters that show nothing of their own: marks, joiners, direction marks, fillers, tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}' | '\u{e0000}'..='\u{e0fff}')
}

/// Plain forms of quotation marks, dashes, spaces and full-width punctuation.
fn punctuation(c: char) -> Option<char> {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{201b}' | '\u{2bc}' | '\u{2032}' | '\u{ff07}' => Some('\''),
        '\u{201c}'..='\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{ff02}' => Some('"'),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' => Some('-'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(' '),
        '\u{2026}' => Some('.'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ => None,
    }
}

/// Decimal digits of the scripts people type numbers in.
fn digit(c: char) -> Option<char> {
    let zeros = [0x660_u32, 0x6f0, 0x966, 0x9e6, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6];
    let code = u32::from(c);
    let zero = zeros.into_iter().find(|zero| (*zero..*zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

/// Whether `c` is a variant of a Latin letter: accented, phonetic, styled or enclosed.
fn is_latin_like(c: char) -> bool {
    matches!(u32::from(c),
        0xc0..=0xd6 | 0xd8..=0xf6 | 0xf8..=0x2af | 0x1d00..=0x1dbf | 0x1e00..=0x1eff | 0x2070..=0x209c
        | 0x2100..=0x214f | 0x2460..=0x24ff | 0x2c60..=0x2c7f | 0xa720..=0xa7ff | 0x1d400..=0x1d7cd
        | 0x1f110..=0x1f12f | 0x1f130..=0x1f149 | 0x1f150..=0x1f169 | 0x1f170..=0x1f189
        | 0x1f1e6..=0x1f1ff)
}
