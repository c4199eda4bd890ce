//! The report as a picture, and in words for whoever does not see it.
//!
//! [`scene`](scene::Scene) says what is drawn where, panel by panel; [`paint`] draws it.

mod answers;
mod axis;
mod days;
mod ends;
mod header;
mod lettering;
mod paint;
mod palette;
mod rules;
mod scene;

use thiserror::Error;

use self::lettering::{Lettering, Weight};
use self::palette::{GROUND, INK, PANEL, QUIET};
use self::scene::{Area, Scene, Side, Style};
use super::Report;

/// The picture's size, in pixels.
pub const WIDTH: u32 = 1200;
/// The same.
pub const HEIGHT: u32 = 900;

/// Space around panels and inside of them.
const MARGIN: f32 = 28.0;
const GUTTER: f32 = 16.0;
const PAD: f32 = 22.0;

/// Sizes of words.
const TITLE: f32 = 22.0;
const BODY: f32 = 19.0;

/// The two columns, and the two rows.
const WIDE: f32 = 752.0;
const NARROW: f32 = 1200.0 - 2.0 * MARGIN - GUTTER - WIDE;
const UPPER: Area = Area::new(MARGIN, 204.0, WIDE, 336.0);
const LOWER: Area =
    Area::new(MARGIN, UPPER.bottom() + GUTTER, WIDE, 900.0 - MARGIN - GUTTER - UPPER.bottom());

/// Words on a panel.
const SAID: Style = Style { size: BODY, weight: Weight::Regular, color: INK, ground: PANEL };
const ASIDE: Style = Style { color: QUIET, ..SAID };
const NAME: Style = Style { size: TITLE, weight: Weight::Bold, ..SAID };
const ON_GROUND: Style = Style { ground: GROUND, ..ASIDE };

/// Why there is no picture. None of it depends on the figures.
#[derive(Debug, Error)]
pub enum PictureError {
    /// The font that comes with the bot.
    #[error("the font of the picture cannot be read")]
    Font,
    /// Drawing.
    #[error("the picture cannot be drawn: {0}")]
    Drawing(String),
    /// The file.
    #[error("the picture cannot be made a PNG: {0}")]
    Encoding(String),
}

impl Report {
    /// The report as a PNG of [`WIDTH`] by [`HEIGHT`] pixels. It takes some milliseconds of one core.
    ///
    /// # Errors
    ///
    /// It cannot be drawn, whatever the figures.
    pub fn picture(&self) -> Result<Vec<u8>, PictureError> {
        let lettering = Lettering::new()?;
        let scene = scene(self, &lettering);
        paint::encode(&paint::pixels(&scene.marks, &lettering)?)
    }
}

fn scene<'a>(report: &Report, lettering: &'a Lettering) -> Scene<'a> {
    let mut scene = Scene::new(lettering);
    let beside = |area: Area| Area::new(area.right() + GUTTER, area.top, NARROW, area.height);
    header::draw(&mut scene, report);
    days::draw(&mut scene, report, UPPER);
    ends::draw(&mut scene, report, beside(UPPER));
    answers::draw(&mut scene, report, LOWER);
    rules::draw(&mut scene, report, beside(LOWER));
    scene
}

/// Draws a panel with its title; the area left inside.
fn panel(scene: &mut Scene<'_>, area: Area, title: &str) -> Area {
    scene.block(area, PANEL);
    scene.words(title, area.left + PAD, area.top + 30.0, Side::Left, NAME);
    let (width, height) = (area.width - 2.0 * PAD, area.height - 60.0 - PAD);
    Area::new(area.left + PAD, area.top + 60.0, width, height)
}

/// Says in the middle of a panel why it is empty.
fn nothing(scene: &mut Scene<'_>, inside: Area, why: &str) {
    let (x, y) = (inside.left + inside.width / 2.0, inside.top + inside.height / 2.0);
    scene.words(why, x, y, Side::Center, ASIDE);
}

/// A count as a length; counts are far from where this loses any.
#[expect(clippy::cast_precision_loss, reason = "a length in the picture")]
const fn length(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
#[path = "../../tests/report/picture.rs"]
mod tests;
