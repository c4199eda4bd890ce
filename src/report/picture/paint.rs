//! A scene becomes pixels, and those a PNG.

use plotters::prelude::*;
use plotters::style::Color as _;

use super::lettering::Lettering;
use super::palette::{Color, GROUND};
use super::scene::{Area, Mark};
use super::{HEIGHT, PictureError, WIDTH};

/// Dashes and the gaps between them, in pixels.
const DASH: f32 = 9.0;
const GAP: f32 = 6.0;

type Canvas<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

/// The pixels of `marks`, row by row, three bytes each.
pub(super) fn pixels(marks: &[Mark], lettering: &Lettering) -> Result<Vec<u8>, PictureError> {
    let mut pixels = vec![0; WIDTH as usize * HEIGHT as usize * 3];
    {
        let canvas = BitMapBackend::with_buffer(&mut pixels, (WIDTH, HEIGHT)).into_drawing_area();
        canvas.fill(&opaque(GROUND)).map_err(drawing)?;
        marks.iter().try_for_each(|mark| draw(&canvas, mark, lettering))?;
        canvas.present().map_err(drawing)?;
    }
    Ok(pixels)
}

/// `pixels` as a PNG.
pub(super) fn encode(pixels: &[u8]) -> Result<Vec<u8>, PictureError> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(pixels));
    written.map_err(|error| PictureError::Encoding(error.to_string()))?;
    Ok(file)
}

fn drawing(error: impl std::fmt::Display) -> PictureError {
    PictureError::Drawing(error.to_string())
}

const fn opaque([red, green, blue]: Color) -> RGBColor {
    RGBColor(red, green, blue)
}

fn draw(canvas: &Canvas<'_>, mark: &Mark, lettering: &Lettering) -> Result<(), PictureError> {
    match mark {
        Mark::Block(area, color) => block(canvas, *area, *color),
        Mark::Level { from, to, at, color, dashed } => level(canvas, (*from, *to), *at, *color, *dashed),
        Mark::Dot { x, y, radius, color, opacity } => dot(canvas, (*x, *y), *radius, *color, *opacity),
        Mark::Cross { x, y, radius, color, opacity } => {
            let style = opaque(*color).mix(f64::from(*opacity)).stroke_width(3);
            let stroke = |down: f32| {
                let ends = [pixel(x - radius, y - radius * down), pixel(x + radius, y + radius * down)];
                canvas.draw(&PathElement::new(ends, style)).map_err(drawing)
            };
            stroke(1.0).and_then(|()| stroke(-1.0))
        }
        Mark::Words { area, words, size, weight, color, .. } => {
            let mut drawn = Ok(());
            lettering.draw(words, *area, *size, *weight, &mut |x, y, covered| {
                let color = opaque(*color).mix(f64::from(covered.clamp(0.0, 1.0)));
                let pixel = canvas.draw_pixel((x, y), &color).map_err(drawing);
                drawn = std::mem::replace(&mut drawn, Ok(())).and(pixel);
            });
            drawn
        }
    }
}

/// Not plotters' own circle: small ones come out angular, and always in the middle of a pixel.
fn dot(
    canvas: &Canvas<'_>,
    (x, y): (f32, f32),
    radius: f32,
    color: Color,
    opacity: f32,
) -> Result<(), PictureError> {
    let (left, top, size) = (whole(x - radius) - 1, whole(y - radius) - 1, whole(2.0 * radius) + 2);
    for (row, column) in (0..=size).flat_map(|row| (0..=size).map(move |column| (row, column))) {
        let from_center = (middle(left + column) - x).hypot(middle(top + row) - y);
        let covered = (radius + 0.5 - from_center).clamp(0.0, 1.0);
        let color = opaque(color).mix(f64::from(covered * opacity));
        canvas.draw_pixel((left + column, top + row), &color).map_err(drawing)?;
    }
    Ok(())
}

fn block(canvas: &Canvas<'_>, area: Area, color: Color) -> Result<(), PictureError> {
    // Plotters draws the last row and column as well.
    let corners = [pixel(area.left, area.top), pixel(area.right() - 1.0, area.bottom() - 1.0)];
    canvas.draw(&Rectangle::new(corners, opaque(color).filled())).map_err(drawing)
}

fn level(
    canvas: &Canvas<'_>,
    (from, to): (f32, f32),
    at: f32,
    color: Color,
    dashed: bool,
) -> Result<(), PictureError> {
    let (dash, gap) = if dashed { (DASH, GAP) } else { (to - from, 1.0) };
    let mut left = from;
    while left < to {
        let right = (left + dash).min(to);
        block(canvas, Area::new(left, at - 1.0, right - left, 2.0), color)?;
        left += dash + gap;
    }
    Ok(())
}

fn pixel(x: f32, y: f32) -> (i32, i32) {
    (whole(x), whole(y))
}

/// The middle of a pixel.
#[expect(clippy::cast_precision_loss, reason = "a place in the picture")]
fn middle(pixel: i32) -> f32 {
    pixel as f32 + 0.5
}

#[expect(clippy::cast_possible_truncation, reason = "a place in the picture")]
fn whole(pixels: f32) -> i32 {
    pixels.round() as i32
}
