//! What a country's number looks like, and how sure a number is one.

use super::super::near::{is_bare, says};
use super::super::number::Number;
use crate::text::Text;

/// One country's number.
pub(super) struct Scheme {
    /// How it is written: `9` a digit, `A` a letter, `X` either; anything else parts its groups. The
    /// first is how it is officially written.
    shapes: &'static [&'static str],
    /// Whether the letters and digits are such a number.
    check: fn(&[u8]) -> bool,
    /// Words that name it.
    context: &'static [&'static str],
    /// What to tell a moderator.
    pub(super) explanation: &'static str,
    /// How it must be written to be known without a word that names it, and how sure it is then.
    anywhere: (Written, f32),
    /// How it must be written to be known in a message that has nothing else in it.
    bare: Written,
}

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    /// In groups of its country's, or one group: whichever says least.
    Plainly,
    /// In the groups it is officially written in.
    Grouped,
    /// Stricter than anything can be written.
    Never,
}

/// How many words before a number can name it.
const BEFORE: usize = 8;
/// How many words after a number can name it.
const AFTER: usize = 5;
/// A number beside a word that names it.
const NAMED: f32 = 0.95;
/// A number in groups that may be several numbers.
const SPACED: f32 = 0.75;
/// A number that is all of a message: an answer to who asked for it, or something else altogether.
const BARE: f32 = 0.5;
/// A code this long is known in small letters too; a shorter one could be part of a hash.
const LONG: usize = 12;

impl Scheme {
    /// A number that is known only beside a word that names it.
    pub(super) const fn new(
        shapes: &'static [&'static str],
        check: fn(&[u8]) -> bool,
        context: &'static [&'static str],
        explanation: &'static str,
    ) -> Self {
        let never = Written::Never;
        Self { shapes, check, context, explanation, anywhere: (never, 0.0), bare: never }
    }

    /// Known without a word that names it, however it is written.
    pub(super) const fn anywhere(self, confidence: f32) -> Self {
        Self { anywhere: (Written::Plainly, confidence), bare: Written::Plainly, ..self }
    }

    /// Known without a word that names it in its official groups.
    pub(super) const fn grouped(self, confidence: f32) -> Self {
        Self { anywhere: (Written::Grouped, confidence), bare: Written::Grouped, ..self }
    }

    /// Known when it is all of a message, however it is written.
    pub(super) const fn bare(self) -> Self {
        Self { bare: Written::Plainly, ..self }
    }

    /// Known when it is all of a message, in its official groups.
    pub(super) const fn bare_grouped(self) -> Self {
        Self { bare: Written::Grouped, ..self }
    }

    /// How many letters and digits it has, for each way to write it.
    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> {
        let length = |shape: &&str| shape.bytes().filter(u8::is_ascii_alphanumeric).count();
        self.shapes.iter().map(length)
    }

    /// How sure it is that `number` is of this scheme.
    pub(super) fn confidence(&self, text: &Text<'_>, number: &Number) -> Option<f32> {
        let written = self.written(number)?;
        if !(self.check)(number.code()) {
            return None;
        }
        if says(text, &number.range, BEFORE, AFTER, self.context) {
            return Some(NAMED);
        }
        let written = written?;
        let legible = !number.small || number.code().len() >= LONG;
        if written >= self.anywhere.0 && legible {
            let several = number.spaced && number.cuts != 0 && number.letters == 0;
            return Some(if several { self.anywhere.1.min(SPACED) } else { self.anywhere.1 });
        }
        (written >= self.bare && is_bare(text, &number.range)).then_some(BARE)
    }

    /// How `number` is written if it has the form; none inside for groups of its author's own.
    fn written(&self, number: &Number) -> Option<Option<Written>> {
        let fits =
            self.shapes.iter().enumerate().filter_map(|(place, shape)| Some((place, fit(shape, number)?)));
        let written = |(place, cuts): (usize, u32)| {
            if cuts == number.cuts && cuts != 0 {
                Some(if place == 0 { Written::Grouped } else { Written::Plainly })
            } else {
                (number.cuts == 0).then_some(Written::Plainly)
            }
        };
        fits.map(written).max()
    }
}

/// Where the groups of `shape` part, if `number` has its letters and digits.
fn fit(shape: &str, number: &Number) -> Option<u32> {
    let (mut place, mut cuts) = (0, 0_u32);
    for mark in shape.bytes() {
        let letter = number.letters >> place & 1 == 1;
        match mark {
            b'9' if letter => return None,
            b'A' if !letter => return None,
            b'9' | b'A' | b'X' => place += 1,
            _ => cuts |= 1 << place,
        }
    }
    (place == number.code().len()).then_some(cuts)
}
