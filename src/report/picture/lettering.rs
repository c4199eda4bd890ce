//! Words as pixels, in the font that comes with the bot.
//!
//! Not plotters' own text: it puts every letter at the left edge of what it covers, without its side bearing, so that
//! words come out uneven.

use ab_glyph::{Font as _, FontRef, Glyph, PxScale, ScaleFont as _, point};

use super::PictureError;
use super::scene::Area;

static REGULAR: &[u8] = include_bytes!("../font/NotoSans-Regular.ttf");
static BOLD: &[u8] = include_bytes!("../font/NotoSans-Bold.ttf");

/// How thick letters are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    Bold,
}

/// The font, read.
pub(super) struct Lettering {
    regular: FontRef<'static>,
    bold: FontRef<'static>,
}

impl Lettering {
    pub(super) fn new() -> Result<Self, PictureError> {
        let read = |bytes| FontRef::try_from_slice(bytes).map_err(|_| PictureError::Font);
        Ok(Self { regular: read(REGULAR)?, bold: read(BOLD)? })
    }

    const fn font(&self, weight: Weight) -> &FontRef<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    /// Whether the font has this letter.
    #[cfg(test)]
    pub(super) fn has(&self, letter: char, weight: Weight) -> bool {
        self.font(weight).glyph_id(letter).0 != 0
    }

    /// How wide `words` are, in pixels.
    pub(super) fn width(&self, words: &str, size: f32, weight: Weight) -> f32 {
        let font = self.font(weight);
        let scaled = font.as_scaled(scale(font, size));
        words.chars().map(|letter| scaled.h_advance(font.glyph_id(letter))).sum()
    }

    /// Calls `draw` for every pixel of `words` in `area`, with how much of it is covered, 0 to 1.
    pub(super) fn draw(
        &self,
        words: &str,
        area: Area,
        size: f32,
        weight: Weight,
        draw: &mut dyn FnMut(i32, i32, f32),
    ) {
        let font = self.font(weight);
        for glyph in self.set(words, area, size, weight) {
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let (left, top) = (outline.px_bounds().min.x, outline.px_bounds().min.y);
            outline.draw(|x, y, covered| draw(whole(left) + offset(x), whole(top) + offset(y), covered));
        }
    }

    /// Each letter where it belongs. The baseline lies so that capitals stand in the middle of `area`.
    fn set(&self, words: &str, area: Area, size: f32, weight: Weight) -> Vec<Glyph> {
        let font = self.font(weight);
        let scale = scale(font, size);
        let scaled = font.as_scaled(scale);
        let baseline = area.top + size * MIDDLE_OF_CAPITALS;
        let mut x = area.left;
        let place = |letter| {
            let glyph = font.glyph_id(letter).with_scale_and_position(scale, point(x, baseline));
            x += scaled.h_advance(glyph.id);
            glyph
        };
        words.chars().map(place).collect()
    }
}

/// Half a capital's height below the middle of a line, in ems: capitals of Noto Sans are 0.714 high.
const MIDDLE_OF_CAPITALS: f32 = 0.5 + 0.714 / 2.0;

/// `size` is that of the em; the scale, that of the line.
fn scale(font: &FontRef<'_>, size: f32) -> PxScale {
    let em = font.units_per_em().unwrap_or(1000.0);
    PxScale::from(size * font.height_unscaled() / em)
}

#[expect(clippy::cast_possible_truncation, reason = "a place in the picture")]
fn whole(pixels: f32) -> i32 {
    pixels.floor() as i32
}

fn offset(pixels: u32) -> i32 {
    i32::try_from(pixels).unwrap_or(i32::MAX)
}
