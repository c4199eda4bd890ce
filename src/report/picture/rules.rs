//! How often each rule was wrong.

use super::super::advice::FEW;
use super::super::{Report, RuleCount, words};
use super::palette::{GRID, WRONG};
use super::scene::{Area, Scene, Side};
use super::{ASIDE, SAID, length, nothing, panel};

/// The least and the most height of what is said of one rule, and how thick its bar is.
const LINE: f32 = 51.0;
const LOOSE: f32 = 64.0;
const BAR: f32 = 14.0;

/// The length of a bar that is all false alarms.
const ALL: f32 = 108.0;

pub(super) fn draw(scene: &mut Scene<'_>, report: &Report, area: Area) {
    let inside = panel(scene, area, "False alarms by rule");
    let wrong: Vec<&RuleCount> = report.now.rules.iter().filter(|rule| rule.false_alarms > 0).collect();
    if wrong.is_empty() {
        return nothing(scene, inside, "No false alarms");
    }
    let mut y = inside.top + 10.0;
    let room = rows(inside, wrong.len());
    let line = if wrong.len() > room { LINE } else { (inside.height / length(room)).clamp(LINE, LOOSE) };
    for rule in wrong.iter().take(room) {
        row(scene, rule, inside, y);
        y += line;
    }
    if wrong.len() > room {
        let more = words::counted(wrong.len() - room, "more rule", "more rules");
        scene.words(&format!("and {more}"), inside.left, y - 4.0, Side::Left, ASIDE);
    }
}

/// How many rules there is room for, and for a word about the others.
fn rows(inside: Area, rules: usize) -> usize {
    let room = |height: f32| (1..=rules).take_while(|rows| length(*rows) * LINE <= height).count();
    let all = room(inside.height + BAR);
    if all < rules { room(inside.height - 20.0) } else { all }
}

fn row(scene: &mut Scene<'_>, rule: &RuleCount, inside: Area, y: f32) {
    let name = scene.fit(&rule.rule, inside.width, SAID);
    scene.words(&name, inside.left, y, Side::Left, SAID);
    let bar = Area::new(inside.left, y + 17.0, ALL, BAR);
    scene.block(bar, GRID);
    let wrong = ALL * length(rule.false_alarms) / length(rule.cases.max(1));
    scene.block(Area { width: wrong.max(2.0), ..bar }, WRONG);
    let few = if rule.cases < FEW { ", few" } else { "" };
    let share = format!("{}{few}", words::share(rule.false_alarms, rule.cases));
    let share = scene.fit(&share, inside.right() - bar.right() - 10.0, ASIDE);
    scene.words(&share, bar.right() + 10.0, y + 24.0, Side::Left, ASIDE);
}
