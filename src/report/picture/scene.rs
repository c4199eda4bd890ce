//! A picture as data: what is drawn where, before anything is drawn, so that it can be looked at by a test as well.

use super::lettering::{Lettering, Weight};
use super::palette::Color;

/// A rectangle, in pixels from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f32,
    pub(super) top: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

impl Area {
    pub(super) const fn new(left: f32, top: f32, width: f32, height: f32) -> Self {
        Self { left, top, width, height }
    }

    pub(super) const fn right(&self) -> f32 {
        self.left + self.width
    }

    pub(super) const fn bottom(&self) -> f32 {
        self.top + self.height
    }
}

/// One thing that is drawn.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A filled rectangle.
    Block(Area, Color),
    /// A level line, from one abscissa to another at an ordinate.
    Level { from: f32, to: f32, at: f32, color: Color, dashed: bool },
    /// A filled circle, more or less opaque: 0 to 1.
    Dot { x: f32, y: f32, radius: f32, color: Color, opacity: f32 },
    /// A cross that stands out from dots by its shape, too.
    Cross { x: f32, y: f32, radius: f32, color: Color, opacity: f32 },
    /// Words that fill `area`, on a ground of that color.
    Words { area: Area, words: String, size: f32, weight: Weight, color: Color, ground: Color },
}

/// Where words stand to the point they are put at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// They begin there.
    Left,
    /// They stand around it.
    Center,
    /// They end there.
    Right,
}

/// How words look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) weight: Weight,
    pub(super) color: Color,
    pub(super) ground: Color,
}

/// What is drawn, in the order it is drawn.
pub(super) struct Scene<'a> {
    pub(super) marks: Vec<Mark>,
    lettering: &'a Lettering,
}

impl<'a> Scene<'a> {
    pub(super) const fn new(lettering: &'a Lettering) -> Self {
        Self { marks: Vec::new(), lettering }
    }

    pub(super) fn block(&mut self, area: Area, color: Color) {
        self.marks.push(Mark::Block(area, color));
    }

    /// Puts words on one line whose middle is at `y`; the area they take.
    pub(super) fn words(&mut self, words: &str, x: f32, y: f32, side: Side, style: Style) -> Area {
        let width = self.width(words, style);
        let left = match side {
            Side::Left => x,
            Side::Center => x - width / 2.0,
            Side::Right => x - width,
        };
        let area = Area::new(left, y - style.size / 2.0, width, style.size);
        let Style { size, weight, color, ground } = style;
        self.marks.push(Mark::Words { area, words: words.to_owned(), size, weight, color, ground });
        area
    }

    /// How wide words are.
    pub(super) fn width(&self, words: &str, style: Style) -> f32 {
        self.lettering.width(words, style.size, style.weight)
    }

    /// As much of `words` as fits `width`.
    pub(super) fn fit(&self, words: &str, width: f32, style: Style) -> String {
        if self.width(words, style) <= width {
            return words.to_owned();
        }
        let mut shorter = words.to_owned();
        while shorter.pop().is_some() {
            let cut = format!("{}…", shorter.trim_end());
            if self.width(&cut, style) <= width {
                return cut;
            }
        }
        String::new()
    }
}
