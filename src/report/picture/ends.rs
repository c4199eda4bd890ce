//! How cases ended.

use super::super::{Count, Fate, Report, words};
use super::palette;
use super::scene::{Area, Scene, Side};
use super::{ASIDE, SAID, length, nothing, panel};

/// Between two bars, and how thick they are.
const LINE: f32 = 46.0;
const BAR: f32 = 22.0;

/// Space for names before the bars, and for numbers after.
const NAMES: f32 = 112.0;
const NUMBERS: f32 = 106.0;

pub(super) fn draw(scene: &mut Scene<'_>, report: &Report, area: Area) {
    let inside = panel(scene, area, "How they ended");
    if report.now.cases == 0 {
        return nothing(scene, inside, "Nothing to end");
    }
    let most = report.now.ends.iter().map(|count| count.cases).max().unwrap_or(1);
    let mut y = inside.top + LINE / 2.0;
    for count in report.now.ends.iter().filter(|count| is_told(count)) {
        let name = scene.words(words::end(count.of), inside.left, y, Side::Left, SAID);
        let left = inside.left + NAMES.max(name.width + 10.0);
        let width = (inside.width - NAMES - NUMBERS) * length(count.cases) / length(most.max(1));
        let width = if count.cases == 0 { 0.0 } else { width.max(3.0) };
        if count.cases > 0 {
            scene.block(Area::new(left, y - BAR / 2.0, width, BAR), palette::end(count.of));
        }
        let number = scene.words(&words::short(count.cases), left + width + 8.0, y, Side::Left, SAID);
        if report.now.cases >= super::super::advice::FEW {
            let share = words::percent(count.cases, report.now.cases);
            scene.words(&share, number.right() + 8.0, y, Side::Left, ASIDE);
        }
        y += LINE;
    }
}

/// What cases in general come to is told even when none did; that they were held back is not.
const fn is_told(count: &Count<Fate>) -> bool {
    count.cases > 0 || !matches!(count.of, Fate::HeldBack)
}
