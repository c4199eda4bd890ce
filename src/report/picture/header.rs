//! What the picture is of, and the figures to remember.

use super::super::advice::FEW;
use super::super::{Fate, Report, words};
use super::lettering::Weight;
use super::palette::{INK, PANEL};
use super::scene::{Area, Scene, Side, Style};
use super::{ASIDE, GUTTER, MARGIN, ON_GROUND, PAD};

const HEADING: Style = Style { size: 32.0, weight: Weight::Bold, color: INK, ..ON_GROUND };
const FIGURE: Style = Style { size: 36.0, weight: Weight::Bold, color: INK, ..ASIDE };

/// The tiles: four of them beside each other.
const TOP: f32 = 88.0;
const HEIGHT: f32 = 100.0;
const COUNT: f32 = 4.0;

pub(super) fn draw(scene: &mut Scene<'_>, report: &Report) {
    let heading = format!("Cases, {}", words::days(&report.period));
    let heading = scene.words(&heading, MARGIN, 46.0, Side::Left, HEADING);
    let of = format!("{} days, hours of {}", report.period.days.len(), words::zone(&report.period));
    let room = 1200.0 - MARGIN - heading.right() - 24.0;
    let of = scene.fit(&of, room, ON_GROUND);
    scene.words(&of, 1200.0 - MARGIN, 48.0, Side::Right, ON_GROUND);
    let width = (1200.0 - 2.0 * MARGIN - (COUNT - 1.0) * GUTTER) / COUNT;
    let mut left = MARGIN;
    for (figure, about) in [cases(report), answers(report), promises(report), false_alarms(report)] {
        tile(scene, Area::new(left, TOP, width, HEIGHT), &figure, &about);
        left += width + GUTTER;
    }
}

fn tile(scene: &mut Scene<'_>, area: Area, figure: &str, about: &str) {
    scene.block(area, PANEL);
    let room = area.width - 2.0 * PAD;
    let figure = scene.fit(figure, room, FIGURE);
    scene.words(&figure, area.left + PAD, area.top + 36.0, Side::Left, FIGURE);
    let about = scene.fit(about, room, ASIDE);
    scene.words(&about, area.left + PAD, area.top + 76.0, Side::Left, ASIDE);
}

fn cases(report: &Report) -> (String, String) {
    let (now, before) = (report.now.cases, report.before.cases);
    let name = if now == 1 { "case" } else { "cases" };
    (words::number(now), format!("{name}, {} before", words::number(before)))
}

fn answers(report: &Report) -> (String, String) {
    let answers = &report.now.answers;
    let Some(median) = answers.median else {
        let why = if answers.waits.is_empty() { "nobody waited" } else { "nobody answered so far" };
        return ("–".to_owned(), why.to_owned());
    };
    (words::time(median), "median first answer".to_owned())
}

fn promises(report: &Report) -> (String, String) {
    let (kept, counted) = (report.now.answers.kept, report.now.answers.counted());
    let figure = match counted {
        0 => "–".to_owned(),
        counted if counted < FEW => format!("{kept} of {counted}"),
        counted => words::percent(kept, counted),
    };
    (figure, "answered as promised".to_owned())
}

fn false_alarms(report: &Report) -> (String, String) {
    let (wrong, cases) = (report.now.ended(Fate::Dismissed), report.now.cases);
    let name = if wrong == 1 { "false alarm" } else { "false alarms" };
    let share = if cases < FEW { String::new() } else { format!(", {}", words::percent(wrong, cases)) };
    (words::number(wrong), format!("{name}{share}"))
}
