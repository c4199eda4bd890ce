//! Cases a day, stacked by what they were about.

use super::super::{Count, Day, Report, words};
use super::axis::{self, grid, plot};
use super::palette::{self, PANEL};
use super::scene::{Area, Scene, Side};
use super::{ASIDE, SAID, length, nothing, panel};
use crate::detect::Category;

/// Between two lines of what is said beside the plot.
const LINE: f32 = 30.0;

pub(super) fn draw(scene: &mut Scene<'_>, report: &Report, area: Area) {
    let inside = panel(scene, area, "Cases a day, by what they were about");
    if report.now.cases == 0 {
        return nothing(scene, inside, "No cases in these days");
    }
    let plot = plot(inside);
    let highest = report.now.days.iter().map(Day::cases).max().unwrap_or_default();
    let numbers = axis::round_numbers(highest);
    let top = numbers.last().copied().unwrap_or(1);
    for number in numbers {
        let at = plot.bottom() - plot.height * length(number) / length(top);
        grid(scene, plot, at, &words::short(number));
    }
    axis::name_days(scene, plot, &report.period);
    bars(scene, report, plot, top);
    say(scene, report, plot);
}

fn bars(scene: &mut Scene<'_>, report: &Report, plot: Area, top: usize) {
    let slot = axis::day_width(plot, &report.period);
    let width = (slot * 0.72).clamp(3.0, 56.0);
    for (day, at) in report.now.days.iter().zip(0_usize..) {
        let left = plot.left + (length(at) + 0.5) * slot - width / 2.0;
        let mut bottom = plot.bottom();
        for (category, cases) in Category::ALL.iter().zip(&day.categories).filter(|(_, cases)| **cases > 0) {
            let height = plot.height * length(*cases) / length(top);
            scene.block(Area::new(left, bottom - height, width, height), palette::category(*category));
            // A gap keeps two parts apart for whoever does not see their colors.
            if bottom < plot.bottom() && height > 4.0 {
                scene.block(Area::new(left, bottom - 1.0, width, 1.0), PANEL);
            }
            bottom -= height;
        }
    }
}

/// What each color is, in the order of the stack, the lowest at the bottom.
fn say(scene: &mut Scene<'_>, report: &Report, plot: Area) {
    let mut counts: Vec<&Count<Category>> = report.now.categories.iter().collect();
    counts.sort_by_key(|count| count.of);
    let x = plot.right() + 22.0;
    let mut y = plot.bottom() - 12.0;
    for count in counts {
        scene.block(Area::new(x, y - 8.0, 16.0, 16.0), palette::category(count.of));
        let name = scene.words(words::category(count.of), x + 24.0, y, Side::Left, SAID);
        let number = words::short(count.cases);
        scene.words(&number, name.right() + 8.0, y, Side::Left, ASIDE);
        y -= LINE;
    }
}
