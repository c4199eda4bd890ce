//! What no figures may do to the picture.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::lettering::{Lettering, Weight};
use super::palette::{self, Color, FINE, PANEL, WRONG};
use super::scene::{Area, Mark};
use super::*;
use crate::case::clock::Promise;
use crate::case::{Rating, State};
use crate::detect::Category;
use crate::message::{ChannelId, GuildId};
use crate::policy::Response;
use crate::report::{Fate, Figures, Length, Period};
use crate::store::Outcome;

#[path = "samples.rs"]
mod samples;

/// What words stand on is this much lighter or darker than they are.
/// Source: <https://www.w3.org/TR/WCAG22/#contrast-minimum>.
const LEGIBLE: f64 = 4.5;

/// The same of marks. Source: <https://www.w3.org/TR/WCAG22/#non-text-contrast>.
const VISIBLE: f64 = 3.0;

fn report(rows: &[Outcome], length: Length, zone: &str) -> Report {
    let now: Timestamp = samples::NOW.parse().unwrap();
    let period = Period::up_to(now, length, &TimeZone::get(zone).unwrap());
    Report::of(rows, period, now, &samples::promise())
}

fn month() -> Report {
    report(&samples::cases(250, 60, 7), Length::Month, "Europe/Berlin")
}

/// As if everything had happened `by` times.
fn enlarge(figures: &mut Figures, by: usize) {
    figures.cases *= by;
    figures.categories.iter_mut().for_each(|count| count.cases *= by);
    figures.ends.iter_mut().for_each(|count| count.cases *= by);
    figures.days.iter_mut().flat_map(|day| &mut day.categories).for_each(|cases| *cases *= by);
    for rule in &mut figures.rules {
        (rule.cases, rule.false_alarms) = (rule.cases * by, rule.false_alarms * by);
    }
    figures.answers.waits = figures.answers.waits.repeat(by.min(50));
}

fn large(by: usize) -> Report {
    let mut report = month();
    enlarge(&mut report.now, by);
    enlarge(&mut report.before, by);
    report
}

/// Long names, letters as wide as they come, all of it wrong, and the slowest of answers.
fn extreme() -> Report {
    let mut rows = samples::cases(400, 60, 9);
    for row in &mut rows {
        row.rule = format!("{}{}", row.number % 26, "w".repeat(60));
        row.state = State::Dismissed;
        row.first_answer = row.first_answer.map(|took| took * if row.number % 2 == 0 { 2000 } else { 0 });
    }
    report(&rows, Length::Month, "America/Argentina/ComodRivadavia")
}

fn held_back() -> Report {
    let mut rows = samples::cases(90, 14, 4);
    for row in &mut rows {
        (row.held_back, row.state, row.first_answer, row.closed) = (true, State::Open, None, None);
        row.needed_people = false;
    }
    report(&rows, Length::Week, "UTC")
}

fn pictures() -> Vec<(&'static str, Report)> {
    vec![
        ("a month", month()),
        ("a week", report(&samples::cases(60, 14, 7), Length::Week, "Europe/Berlin")),
        ("a quiet week", report(&samples::cases(3, 6, 3), Length::Week, "Asia/Tokyo")),
        ("a single case", report(&samples::cases(1, 6, 3), Length::Month, "UTC")),
        ("nothing", report(&[], Length::Month, "UTC")),
        ("all held back", held_back()),
        ("thousands", large(400)),
        ("millions", large(40_000)),
        ("long names", extreme()),
    ]
}

fn check(what: impl Fn(&str, &Scene<'_>)) {
    let lettering = Lettering::new().unwrap();
    for (name, report) in pictures() {
        what(name, &scene(&report, &lettering));
    }
}

fn words<'a>(scene: &'a Scene<'_>) -> Vec<(Area, &'a str, Color, Color)> {
    let words = |mark| match mark {
        &Mark::Words { area, ref words, color, ground, .. } => Some((area, words.as_str(), color, ground)),
        _ => None,
    };
    scene.marks.iter().filter_map(words).collect()
}

fn holds(outer: &Area, inner: &Area) -> bool {
    outer.left <= inner.left
        && inner.right() <= outer.right()
        && outer.top <= inner.top
        && inner.bottom() <= outer.bottom()
}

fn overlap(one: &Area, other: &Area) -> bool {
    one.left < other.right()
        && other.left < one.right()
        && one.top < other.bottom()
        && other.top < one.bottom()
}

#[test]
fn words_stand_inside_the_panel_that_they_belong_to() {
    let whole = Area::new(0.0, 0.0, 1200.0, 900.0);
    check(|name, scene| {
        let blocks = |color: Color| {
            let blocks = scene.marks.iter();
            blocks.filter_map(move |mark| match mark {
                Mark::Block(area, of) if *of == color => Some(*area),
                _ => None,
            })
        };
        for (area, words, _, ground) in words(scene) {
            let mut grounds = blocks(ground).chain((ground == GROUND).then_some(whole));
            assert!(
                grounds.any(|ground| holds(&ground, &area)),
                "{name}: `{words}` leaves its ground: {area:?}"
            );
        }
    });
}

#[test]
fn words_do_not_run_into_each_other() {
    check(|name, scene| {
        let words = words(scene);
        for (at, (one, said, ..)) in words.iter().enumerate() {
            let near = words[..at].iter().find(|(other, ..)| overlap(one, other));
            assert!(near.is_none(), "{name}: `{said}` and {near:?}");
        }
    });
}

#[test]
fn marks_stay_in_the_picture() {
    check(|name, scene| {
        for mark in &scene.marks {
            let (left, right, top, bottom) = match mark {
                Mark::Block(area, _) | Mark::Words { area, .. } => {
                    (area.left, area.right(), area.top, area.bottom())
                }
                Mark::Level { from, to, at, .. } => (*from, *to, *at, *at),
                Mark::Dot { x, y, radius, .. } | Mark::Cross { x, y, radius, .. } => {
                    (x - radius, x + radius, y - radius, y + radius)
                }
            };
            let inside = left >= 0.0 && right <= 1200.0 && top >= 0.0 && bottom <= 900.0;
            assert!(inside && left <= right && top <= bottom, "{name}: {mark:?}");
        }
    });
}

#[test]
fn the_font_has_every_letter_that_is_written() {
    let lettering = Lettering::new().unwrap();
    let ascii: String = (' '..='~').collect();
    let has = |letter: char| lettering.has(letter, Weight::Regular) && lettering.has(letter, Weight::Bold);
    assert!(ascii.chars().all(has));
    check(|name, scene| {
        for (_, words, ..) in words(scene) {
            assert!(words.chars().all(has), "{name}: {words}");
        }
    });
}

/// How light a color is. Source: <https://www.w3.org/TR/WCAG22/#dfn-relative-luminance>.
fn luminance(color: Color) -> f64 {
    let [red, green, blue] = linear(color);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn linear(color: Color) -> [f64; 3] {
    color.map(|part| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn contrast(one: Color, other: Color) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn words_can_be_read_and_marks_be_seen() {
    check(|name, scene| {
        for (_, words, color, ground) in words(scene) {
            assert!(contrast(color, ground) >= LEGIBLE, "{name}: {words}: {}", contrast(color, ground));
        }
    });
    let categories = Category::ALL.iter().map(|category| palette::category(*category));
    for color in categories.chain(Fate::ALL.iter().map(|end| palette::end(*end))).chain([FINE, WRONG]) {
        assert!(contrast(color, PANEL) >= VISIBLE, "{color:?}: {}", contrast(color, PANEL));
    }
}

/// How people see colors: those with all three kinds of cones, and those who lack the first, the second or the third.
/// Source: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency",
/// 2009, severity 1.
const SIGHTS: [(&str, [[f64; 3]; 3]); 4] = [
    ("all", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    (
        "no red",
        [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
    ),
    (
        "no green",
        [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
    ),
    (
        "no blue",
        [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    ),
];

/// CIE L*a*b* of what someone sees, in the light of D65.
fn lab(color: Color, sight: [[f64; 3]; 3]) -> [f64; 3] {
    let times = |matrix: [[f64; 3]; 3], of: [f64; 3]| {
        matrix.map(|row| row.iter().zip(of).map(|(part, value)| part * value).sum::<f64>())
    };
    let seen = times(sight, linear(color)).map(|part| part.clamp(0.0, 1.0));
    let xyz = times(
        [
            [0.412_456, 0.357_576, 0.180_437],
            [0.212_673, 0.715_152, 0.072_175],
            [0.019_334, 0.119_192, 0.950_304],
        ],
        seen,
    );
    let curve = |part: f64| if part > 0.008_856 { part.cbrt() } else { 7.787 * part + 16.0 / 116.0 };
    let (x, y, z) = (curve(xyz[0] / 0.950_47), curve(xyz[1]), curve(xyz[2] / 1.088_83));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

#[test]
fn categories_look_different_to_everyone() {
    /// Far above what two patches side by side need.
    const APART: f64 = 15.0;
    for (who, sight) in SIGHTS {
        for (at, one) in Category::ALL.iter().enumerate() {
            for other in &Category::ALL[..at] {
                let colors = [one, other].map(|category| lab(palette::category(*category), sight));
                let apart =
                    colors[0].iter().zip(colors[1]).map(|(one, other)| (one - other).powi(2)).sum::<f64>();
                assert!(apart.sqrt() >= APART, "{who}: {one:?} and {other:?}: {}", apart.sqrt());
            }
        }
    }
}

fn decoded(file: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut pixels).unwrap();
    assert_eq!(frame.color_type, png::ColorType::Rgb);
    (frame.width, frame.height, pixels)
}

#[test]
fn a_picture_is_a_png_that_shows_what_the_scene_says() {
    let report = month();
    let file = report.picture().unwrap();
    assert_eq!(file, report.picture().unwrap(), "the same figures make the same picture");
    assert!(file.len() < 250_000, "{} bytes", file.len());
    let (width, height, pixels) = decoded(&file);
    assert_eq!((width, height), (WIDTH, HEIGHT));
    let count = |color: Color| pixels.chunks_exact(3).filter(|pixel| *pixel == color).count();
    for count in &report.now.categories {
        assert!(pixels.chunks_exact(3).any(|pixel| pixel == palette::category(count.of)), "{:?}", count.of);
    }
    assert!(count(PANEL) > 400_000 && count(GROUND) > 50_000);
    assert!(count(INK) > 2_000, "words are written: {}", count(INK));
    assert!(count(WRONG) > 500, "{}", count(WRONG));
}

#[test]
fn an_empty_picture_says_so() {
    let lettering = Lettering::new().unwrap();
    let report = report(&[], Length::Month, "UTC");
    let scene = scene(&report, &lettering);
    let said: Vec<&str> = words(&scene).into_iter().map(|(_, words, ..)| words).collect();
    for words in
        ["No cases in these days", "Nobody waited for an answer", "No false alarms", "Nothing to end"]
    {
        assert!(said.contains(&words), "{said:?}");
    }
    assert!(decoded(&report.picture().unwrap()).2.chunks_exact(3).any(|pixel| pixel == QUIET));
}
