//! The report: made-up cases become figures, words and advice.
//!
//! `tests/report/words.toml` holds whole messages, `tests/report/advice.toml` the figures from which on each advice is
//! given, and those that are just short of it.
//!
//! | key | is |
//! |---|---|
//! | `does` | what the case shows |
//! | `now` | the moment it is made; noon of 20 July 2026 in Greenwich unless given |
//! | `length` | `week` or `month` |
//! | `zone` | whose days are meant; `UTC` unless given |
//! | `rows` | cases, a line each: words as in [`row`] |
//! | `message`, `changes`, `alt` | all that is said |
//! | `has`, `lacks` | some of what the Markdown file says, and what it does not |
//! | `advice` | the kinds of advice that are given, in order |

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it is wrong")]

use std::collections::BTreeMap;

use aside::case::clock::{Promise, WorkingHours};
use aside::case::{Rating, State};
use aside::detect::Category;
use aside::message::{ChannelId, GuildId};
use aside::policy::Response;
use aside::report::{Length, Period, Report};
use aside::store::Outcome;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    does: String,
    #[serde(default = "noon")]
    now: String,
    #[serde(default = "week")]
    length: String,
    #[serde(default = "utc")]
    zone: String,
    rows: String,
    message: Option<String>,
    changes: Option<String>,
    alt: Option<String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    lacks: Vec<String>,
    advice: Option<Vec<String>>,
}

fn noon() -> String {
    "2026-07-20T12:00:00Z".to_owned()
}

fn week() -> String {
    "week".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

/// A line of `key=value` words, `_` standing for a space in `outcome`:
///
/// - `at` when it was noticed, `count` how many there are (1), `step` how long after each other;
/// - `state` (resolved), `category` (`boiling_point`), `rule` (boiling-point), `channel` (1), `guild` (1);
/// - `answered` and `promised` after how long, `closed` how long after it was noticed;
/// - `rating`, `outcome`, and `held_back` without a value.
fn row(line: &str) -> Vec<Outcome> {
    let words = line.split_whitespace().map(|word| word.split_once('=').unwrap_or((word, "")));
    let mut given: BTreeMap<&str, &str> = words.collect();
    let mut take = |key: &str| given.remove(key);
    let at: Timestamp = take("at").unwrap_or_else(|| panic!("no `at` in {line}")).parse().unwrap();
    let time = |text: Option<&str>| text.map(|text| text.parse::<SignedDuration>().unwrap());
    let step = time(take("step")).unwrap_or_default();
    let count: i32 = take("count").map_or(1, |count| count.parse().unwrap());
    let closed = time(take("closed"));
    let held_back = take("held_back").is_some();
    let outcome = Outcome {
        guild: GuildId(take("guild").map_or(1, |guild| guild.parse().unwrap())),
        number: 0,
        opened: at,
        since: at,
        category: named(take("category").unwrap_or("boiling_point"), Category::ALL, Category::as_str),
        rule: take("rule").unwrap_or("boiling-point").to_owned(),
        channel: ChannelId(take("channel").map_or(1, |channel| channel.parse().unwrap())),
        response: Response::TakeAside,
        held_back,
        state: State::parse(take("state").unwrap_or("resolved")).unwrap(),
        outcome: take("outcome").map(|outcome| outcome.replace('_', " ")),
        reason: None,
        closed: None,
        first_answer: time(take("answered")),
        promised: time(take("promised")),
        needed_people: !held_back,
        rating: take("rating").map(|rating| match rating {
            "good" => Rating::Good,
            "fair" => Rating::Fair,
            _ => Rating::Poor,
        }),
    };
    assert!(given.is_empty(), "{given:?}");
    let opened = (0..count).map(|number| at + step * number);
    let each = |opened| Outcome {
        opened,
        since: opened,
        closed: closed.map(|closed| opened + closed),
        ..outcome.clone()
    };
    opened.map(each).collect()
}

fn named<T: Copy>(name: &str, all: &[T], as_str: impl Fn(T) -> &'static str) -> T {
    *all.iter().find(|one| as_str(**one) == name).unwrap_or_else(|| panic!("no {name}"))
}

fn report(case: &Case) -> Report {
    let now: Timestamp = case.now.parse().unwrap();
    let length = named(&case.length, &[Length::Week, Length::Month], Length::as_str);
    let period = Period::up_to(now, length, &TimeZone::get(&case.zone).unwrap());
    let rows: Vec<Outcome> = case.rows.lines().filter(|line| !line.is_empty()).flat_map(row).collect();
    Report::of(&rows, period, now, &promise(None))
}

/// The clock as it is where nothing else is set.
fn promise(hours: Option<WorkingHours>) -> Promise {
    Promise {
        remind_after: SignedDuration::from_mins(20),
        escalate_after: SignedDuration::ZERO,
        hours,
        expire_after: SignedDuration::ZERO,
    }
}

fn mention(channel: ChannelId) -> String {
    format!("<#{channel}>")
}

fn check(case: &Case) {
    let report = report(case);
    let does = &case.does;
    let same = |name: &str, expected: &Option<String>, said: String| {
        if let Some(expected) = expected {
            assert_eq!(&said, expected.trim_end(), "{does}: {name}\n{said}\n");
        }
    };
    same("message", &case.message, report.message(&mention));
    same("changes", &case.changes, report.changes(&mention));
    same("alt", &case.alt, report.alt());
    let document = report.document("report.png", &mention);
    for part in &case.has {
        assert!(document.contains(part), "{does}: {part}\n{document}");
    }
    for part in &case.lacks {
        assert!(!document.contains(part), "{does}: {part}\n{document}");
    }
    if let Some(advice) = &case.advice {
        assert_eq!(&kinds(&report), advice, "{does}");
    }
}

fn kinds(report: &Report) -> Vec<String> {
    let kind = |advice| serde_json::to_value(advice).unwrap()["advice"].as_str().unwrap().to_owned();
    report.advice.iter().map(kind).collect()
}

fn check_all(cases: &str) {
    let cases: Cases = toml::from_str(cases).unwrap();
    cases.case.iter().for_each(check);
}

#[test]
fn figures_are_told_in_words() {
    check_all(include_str!("report/words.toml"));
}

#[test]
fn advice_is_given_from_its_figures_on() {
    check_all(include_str!("report/advice.toml"));
}

/// Figures that make every line as long as it gets.
fn longest() -> Report {
    let names = ["boiling_point", "sensitive_info", "confidential", "needs_details", "personal"];
    let mut rows = Vec::new();
    for at in 0..40 {
        let rule = format!("{at}{}", "r".repeat(62));
        let outcome = format!("{at}{}", "*".repeat(200));
        for state in ["dismissed", "declined", "expired", "resolved", "open"] {
            let line = format!(
                "at=2026-07-19T22:00Z count=30 state={state} category={} rule={rule} channel={} answered=99h \
                 promised=59m rating=poor outcome={outcome} guild={at}",
                names[at % 5],
                u64::MAX - at as u64,
            );
            rows.extend(row(&line));
        }
    }
    rows.extend(row("at=2026-07-12T22:00Z count=2000 answered=1m promised=2m"));
    let now = "2026-07-20T12:00:00Z".parse().unwrap();
    let period =
        Period::up_to(now, Length::Week, &TimeZone::get("America/Argentina/ComodRivadavia").unwrap());
    Report::of(&rows, period, now, &promise(None))
}

#[test]
fn the_longest_report_fits_what_discord_takes() {
    let report = longest();
    assert_eq!(report.advice.len(), 5, "{:?}", kinds(&report));
    let length = |words: &str| words.chars().count();
    let lengths =
        [length(&report.message(&mention)), length(&report.changes(&mention)), length(&report.alt())];
    assert!(lengths[0] <= 2000 && lengths[1] <= 4000 && lengths[2] <= 1024, "{lengths:?}");
    // As a whole, and not cut off somewhere.
    assert!(report.message(&mention).contains("**Ratings:**"));
}

#[test]
fn rows_of_other_times_are_left_out() {
    let rows: Vec<Outcome> =
        ["2026-07-05T12:00Z", "2026-07-13T12:00Z", "2026-07-14T12:00Z", "2026-07-20T12:00Z"]
            .iter()
            .flat_map(|at| row(&format!("at={at}")))
            .collect();
    let now = "2026-07-20T12:00:00Z".parse().unwrap();
    let report = Report::of(&rows, Period::up_to(now, Length::Week, &TimeZone::UTC), now, &promise(None));
    assert_eq!((report.now.cases, report.before.cases), (1, 0), "the 13th at noon is neither");
}

#[test]
fn promises_wait_for_working_hours() {
    let rows = row("at=2026-07-20T08:00Z state=claimed promised=20m");
    let now = "2026-07-20T12:00:00Z".parse().unwrap();
    let period = || Period::up_to(now, Length::Week, &TimeZone::UTC);
    let at_once = Report::of(&rows, period(), now, &promise(None)).now.answers;
    assert_eq!((at_once.missed, at_once.waiting), (1, 0));
    let hours = WorkingHours { from: "11:50".parse().unwrap(), ..WorkingHours::always() };
    let later = Report::of(&rows, period(), now, &promise(Some(hours))).now.answers;
    assert_eq!((later.missed, later.waiting), (0, 1), "the day began ten minutes ago");
}

#[test]
fn who_is_waiting_again_is_no_old_promise() {
    let mut rows = row("at=2026-07-18T08:00Z state=in_thread promised=20m");
    rows[0].since = "2026-07-20T11:55:00Z".parse().unwrap();
    let now = "2026-07-20T12:00:00Z".parse().unwrap();
    let period = Period::up_to(now, Length::Week, &TimeZone::UTC);
    let answers = Report::of(&rows, period, now, &promise(None)).now.answers;
    assert_eq!((answers.missed, answers.waiting), (0, 1));
}

#[test]
fn figures_can_be_read_by_programs() {
    let rows = row("at=2026-07-20T08:00Z answered=4m promised=20m rating=good outcome=Refunded");
    let now = "2026-07-20T12:00:00Z".parse().unwrap();
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let report = Report::of(&rows, Period::up_to(now, Length::Week, &zone), now, &promise(None));
    let figures = serde_json::to_value(&report).unwrap();
    let rows = [
        ("/period/zone", serde_json::json!("Europe/Berlin")),
        ("/period/days/0", serde_json::json!("2026-07-14")),
        ("/now/cases", serde_json::json!(1)),
        ("/now/answers/median", serde_json::json!(240)),
        ("/now/answers/promised", serde_json::json!(1200)),
        ("/now/categories/0/of", serde_json::json!("boiling_point")),
        ("/now/ends/0", serde_json::json!({ "of": "resolved", "cases": 1 })),
        ("/now/hours/0/10", serde_json::json!(1)),
        ("/before/cases", serde_json::json!(0)),
        ("/advice", serde_json::json!([])),
    ];
    for (place, expected) in rows {
        assert_eq!(figures.pointer(place), Some(&expected), "{place} of {figures}");
    }
}
