//! What the two panels of days have in common: the days along, and a scale upward.

use jiff::Timestamp;
use plotters::coord::ranged1d::{BoldPoints, Ranged as _};
use plotters::coord::types::RangedCoordusize;

use super::super::{Period, words};
use super::palette::GRID;
use super::scene::{Area, Mark, Scene, Side};
use super::{ASIDE, length};

/// Space for the labels of the scale and, beside the plot, for what is said of its marks.
const SCALE: f32 = 62.0;
const BESIDE: f32 = 214.0;
const BELOW: f32 = 34.0;

/// A label a week, where every day has no room for one.
const MOST_LABELED: usize = 8;
const WEEK: usize = 7;

/// The part of a panel that days are plotted in.
pub(super) fn plot(inside: Area) -> Area {
    Area::new(inside.left + SCALE, inside.top, inside.width - SCALE - BESIDE, inside.height - BELOW)
}

/// The width of one day.
pub(super) fn day_width(plot: Area, period: &Period) -> f32 {
    plot.width / length(period.days.len().max(1))
}

/// Where in the plot a moment is; none outside of its days.
pub(super) fn moment(plot: Area, period: &Period, at: Timestamp) -> Option<f32> {
    let time = at.to_zoned(period.zone.clone()).time();
    let minutes = usize::from(time.hour().unsigned_abs()) * 60 + usize::from(time.minute().unsigned_abs());
    let days = length(period.day(at)?) + length(minutes) / (24.0 * 60.0);
    Some(plot.left + days * day_width(plot, period))
}

/// Names the days below the plot: each of a week, the first of every seven of a month.
pub(super) fn name_days(scene: &mut Scene<'_>, plot: Area, period: &Period) {
    let width = day_width(plot, period);
    let step = if period.days.len() <= MOST_LABELED { 1 } else { WEEK };
    for (at, date) in period.days.iter().enumerate().step_by(step) {
        let name = if step == 1 { date.strftime("%a").to_string() } else { words::day(*date) };
        let middle = plot.left + (length(at) + 0.5) * width;
        scene.words(&name, middle, plot.bottom() + 22.0, Side::Center, ASIDE);
    }
}

/// A line of the grid with its label.
pub(super) fn grid(scene: &mut Scene<'_>, plot: Area, at: f32, label: &str) {
    scene.marks.push(Mark::Level { from: plot.left, to: plot.right(), at, color: GRID, dashed: false });
    scene.words(label, plot.left - 10.0, at, Side::Right, ASIDE);
}

/// Round numbers from nothing to at least `most`, at most seven of them; the last is the top of the scale.
pub(super) fn round_numbers(most: usize) -> Vec<usize> {
    let most = most.max(1);
    let points = RangedCoordusize::from(0..most).key_points(BoldPoints(6));
    let step = points.get(1).map_or(most, |second| second - points.first().unwrap_or(&0)).max(1);
    (0..=most.div_ceil(step)).map(|at| at * step).collect()
}
