//! How long members waited for the first human answer: every case a mark, on a scale of proportions.

use jiff::SignedDuration;

use super::super::advice::FEW;
use super::super::{Kept, Report, Wait, words};
use super::axis::{self, grid, plot};
use super::palette::{FINE, INK, QUIET, WRONG};
use super::scene::{Area, Mark, Scene, Side, Style};
use super::{ASIDE, SAID, length, nothing, panel};

/// Times that the scale can name, in seconds.
const NAMED: &[i64] =
    &[10, 30, 60, 5 * 60, 15 * 60, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600, 30 * 24 * 3600];

/// What the scale can begin at, in seconds; what is shorter stands at its bottom.
const LEAST: &[i64] = &[10, 30, 60];

/// The most cases that are marked one by one.
const MOST_MARKS: usize = 1500;

/// The middle of the uppermost line of the plot.
const UPPERMOST: f32 = 8.0;

/// The height of the line on which cases stand that nobody answered.
const UNANSWERED: f32 = 34.0;

/// Between two lines of what is said beside the plot.
const LINE: f32 = 26.0;

/// A scale of proportions: equal steps are equal factors.
struct Scale {
    plot: Area,
    /// One of [`LEAST`].
    least: SignedDuration,
    most: SignedDuration,
}

pub(super) fn draw(scene: &mut Scene<'_>, report: &Report, area: Area) {
    let shown: Vec<&Wait> = report.now.answers.waits.iter().filter(|wait| is_shown(wait)).collect();
    let every = shown.len().div_ceil(MOST_MARKS).max(1);
    let inside = panel(scene, area, &title(every));
    if shown.is_empty() {
        return nothing(scene, inside, "Nobody waited for an answer");
    }
    let whole = plot(inside);
    let unanswered = shown.iter().any(|wait| wait.took.is_none());
    let room = if unanswered { UNANSWERED } else { 0.0 };
    let plot = Area::new(whole.left, whole.top + room, whole.width, whole.height - room);
    let scale = Scale::of(report, &shown, plot);
    scale.name(scene);
    if unanswered {
        none(scene, whole, &shown);
    }
    axis::name_days(scene, plot, &report.period);
    let marked: Vec<&Wait> = shown.into_iter().step_by(every).collect();
    marks(scene, report, &scale, &marked, whole.top + UPPERMOST);
    levels(scene, report, &scale);
}

/// Whoever still waits within the promised time is neither answered nor left alone.
const fn is_shown(wait: &Wait) -> bool {
    wait.took.is_some() || matches!(wait.kept, Kept::No)
}

fn title(every: usize) -> String {
    let which = match every {
        1 => "case by case".to_owned(),
        2 => "every second case".to_owned(),
        3 => "every third case".to_owned(),
        every => format!("one mark for {} cases", words::number(every)),
    };
    format!("Time to the first human answer, {which}")
}

/// The line of those whom nobody answered although the promised time is over.
fn none(scene: &mut Scene<'_>, whole: Area, shown: &[&Wait]) {
    let y = whole.top + UPPERMOST;
    grid(scene, whole, y, "none");
    let count = shown.iter().filter(|wait| wait.took.is_none()).count();
    let count = format!("{} not answered", words::short(count));
    scene.words(&count, whole.right() + 22.0, y, Side::Left, ASIDE);
}

impl Scale {
    /// From a minute, or less where that is needed, to a little above the longest of what is shown.
    fn of(report: &Report, shown: &[&Wait], plot: Area) -> Self {
        let times = || shown.iter().filter_map(|wait| wait.took).chain(report.now.answers.promised);
        let shortest = times().min().unwrap_or_default();
        let starts = LEAST.iter().map(|seconds| SignedDuration::from_secs(*seconds));
        let least = starts.fold(SignedDuration::ZERO, |least, start| {
            if least.is_zero() || start <= shortest { start } else { least }
        });
        let longest = times().max().unwrap_or_default().max(least * 8);
        Self { plot, least, most: longest + longest / 4 }
    }

    /// Where in the plot a time is; no lower than its bottom.
    fn at(&self, time: SignedDuration) -> f32 {
        let above = |time: SignedDuration| (time.as_secs_f32() / self.least.as_secs_f32()).max(1.0).ln();
        self.plot.bottom() - self.plot.height * (above(time) / above(self.most)).min(1.0)
    }

    /// Names as many times as there is room for.
    fn name(&self, scene: &mut Scene<'_>) {
        let mut free = f32::INFINITY;
        for seconds in NAMED {
            let time = SignedDuration::from_secs(*seconds);
            let at = self.at(time);
            if (self.least..=self.most).contains(&time) && at <= free {
                grid(scene, self.plot, at, &words::time(time));
                free = at - LINE;
            }
        }
    }
}

/// Many marks are small and let each other shine through: where most are, it is brightest.
fn marks(scene: &mut Scene<'_>, report: &Report, scale: &Scale, shown: &[&Wait], none: f32) {
    let (radius, opacity) = match shown.len() {
        0..=80 => (6.0, 0.9),
        81..=400 => (4.0, 0.75),
        _ => (3.0, 0.5),
    };
    for wait in shown {
        let Some(x) = axis::moment(scale.plot, &report.period, wait.opened) else { continue };
        let y = wait.took.map_or(none, |took| scale.at(took));
        scene.marks.push(match wait.kept {
            Kept::No => Mark::Cross { x, y, radius, color: WRONG, opacity },
            Kept::Yes | Kept::Open => Mark::Dot { x, y, radius, color: FINE, opacity },
        });
    }
}

/// The promise, the median and the ninetieth percentile, with their names beside the plot and off each other.
fn levels(scene: &mut Scene<'_>, report: &Report, scale: &Scale) {
    let answers = &report.now.answers;
    let mut levels: Vec<(SignedDuration, &str, Style)> = Vec::new();
    levels.extend(answers.promised.map(|time| (time, "promised", SAID)));
    levels.extend(answers.p90.filter(|_| answers.answered >= FEW).map(|time| (time, "9 of 10", ASIDE)));
    levels.extend(answers.median.map(|time| (time, "half", ASIDE)));
    levels.sort_by_key(|(time, ..)| std::cmp::Reverse(*time));
    let (left, right) = (scale.plot.left, scale.plot.right());
    let mut free = scale.plot.top + 4.0;
    let beneath = |at: usize| length(levels.len() - 1 - at) * LINE;
    let lowest = |at: usize| scale.plot.bottom() - 4.0 - beneath(at);
    for (at, (time, name, style)) in levels.iter().enumerate() {
        let level = scale.at(*time);
        let color = if *name == "promised" { INK } else { QUIET };
        scene.marks.push(Mark::Level {
            from: left,
            to: right + 12.0,
            at: level,
            color,
            dashed: *name != "promised",
        });
        let y = level.max(free).min(lowest(at));
        scene.words(&format!("{name}: {}", words::time(*time)), right + 22.0, y, Side::Left, *style);
        free = y + LINE;
    }
}
