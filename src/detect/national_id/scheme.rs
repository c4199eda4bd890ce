//! What a country's number looks like, and how sure a number is one.

use super::super::near::{is_bare, says};
use super::super::number::Number;
use crate::text::Text;

/// One country's number.
pub(super) struct Scheme {
    /// How it is written; the first is how it is officially written.
    shapes: [Shape; MOST_SHAPES],
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

/// The most ways to write one country's number.
const MOST_SHAPES: usize = 6;

/// One way to write a number; bit n of each row of bits stands for its character n.
#[derive(Clone, Copy)]
struct Shape {
    length: usize,
    /// Which characters are letters.
    letters: u32,
    /// Which characters are digits.
    digits: u32,
    /// Before which characters a group begins.
    cuts: u32,
}

impl Shape {
    /// A shape that no number has.
    const NONE: Self = Self { length: 0, letters: 0, digits: 0, cuts: 0 };

    /// Reads `9` as a digit, `A` as a letter, `X` as either; anything else parts groups.
    const fn read(written: &str) -> Self {
        let mut shape = Self::NONE;
        let mut at = 0;
        while at < written.len() {
            match written.as_bytes()[at] {
                b'9' => shape.digits |= 1 << shape.length,
                b'A' => shape.letters |= 1 << shape.length,
                b'X' => {}
                _ => shape.cuts |= 1 << shape.length,
            }
            if written.as_bytes()[at].is_ascii_alphanumeric() {
                shape.length += 1;
            }
            at += 1;
        }
        shape
    }

    /// Whether `number` has its letters and digits where this shape has them.
    fn fits(self, number: &Number) -> bool {
        self.length == number.code().len()
            && number.letters & self.letters == self.letters
            && number.letters & self.digits == 0
    }
}

/// How a number is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Written {
    /// In groups of its author's own.
    Oddly,
    /// In one group, or in groups that are usual.
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
    /// A number written in one of `shapes` that is known only beside a word that names it: `9` stands
    /// for a digit, `A` for a letter, `X` for either; anything else parts its groups.
    pub(super) const fn new(
        shapes: &[&str],
        check: fn(&[u8]) -> bool,
        context: &'static [&'static str],
        explanation: &'static str,
    ) -> Self {
        let mut read = [Shape::NONE; MOST_SHAPES];
        let mut at = 0;
        while at < shapes.len() {
            read[at] = Shape::read(shapes[at]);
            at += 1;
        }
        let never = Written::Never;
        Self { shapes: read, check, context, explanation, anywhere: (never, 0.0), bare: never }
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

    /// How many letters and digits it has, for each way to write it; 0 for none.
    pub(super) fn lengths(&self) -> impl Iterator<Item = usize> {
        self.shapes.iter().map(|shape| shape.length)
    }

    /// Whether `number` has the form of this scheme, and its check holds.
    pub(super) fn fits(&self, number: &Number) -> bool {
        self.shapes.iter().any(|shape| shape.fits(number)) && (self.check)(number.code())
    }

    /// How sure it is that `number`, which fits, is of this scheme.
    pub(super) fn confidence(&self, text: &Text<'_>, number: &Number) -> Option<f32> {
        let written = self.written(number)?;
        if says(text, &number.range, BEFORE, AFTER, self.context) {
            return Some(NAMED);
        }
        let legible = !number.small || number.code().len() >= LONG;
        if written >= self.anywhere.0 && legible {
            let several = number.spaced && number.cuts != 0 && number.letters == 0;
            return Some(if several { self.anywhere.1.min(SPACED) } else { self.anywhere.1 });
        }
        (written >= self.bare && is_bare(text, &number.range)).then_some(BARE)
    }

    /// How `number` is written if it has the form.
    fn written(&self, number: &Number) -> Option<Written> {
        let fitting = self.shapes.iter().enumerate().filter(|(_, shape)| shape.fits(number));
        let written = |(place, shape): (usize, &Shape)| match (shape.cuts == number.cuts, number.cuts) {
            (_, 0) => Written::Plainly,
            (true, _) if place == 0 => Written::Grouped,
            (true, _) => Written::Plainly,
            (false, _) => Written::Oddly,
        };
        fitting.map(written).max()
    }
}
