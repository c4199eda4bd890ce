//! Working hours, on the calendars of several places: when a wait is over, when it opens, how much time has passed.
//!
//! A file of `tests/clock` is one place with its hours and what is expected of them, moment by moment; a moment is
//! written on the clock on the wall there, with its distance from Greenwich where that is not plain.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::fs;
use std::path::Path;

use aside::case::clock::{Promise, WorkingHours};
use jiff::civil::{DateTime, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::Deserialize;

/// A place with its hours.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Calendar {
    /// What it shows, in one sentence.
    shows: String,
    time_zone: String,
    days: String,
    from: Time,
    to: Time,
    /// When a wait is over.
    #[serde(default)]
    after: Vec<After>,
    /// When it opens next.
    #[serde(default)]
    opens: Vec<Opens>,
    /// How much working time lies between.
    #[serde(default)]
    between: Vec<Between>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    since: String,
    work: SignedDuration,
    then: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opens {
    at: String,
    /// None where it is open then.
    then: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Between {
    since: String,
    until: String,
    work: SignedDuration,
}

const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

impl Calendar {
    fn hours(&self) -> WorkingHours {
        let days = WEEK.into_iter().filter(|(name, _)| self.days.contains(name)).map(|(_, day)| day);
        let time_zone = TimeZone::get(&self.time_zone).unwrap();
        WorkingHours { days: days.collect(), from: self.from, to: self.to, time_zone }
    }

    /// A moment on the wall there; with an offset where the wall shows it twice.
    fn moment(&self, text: &str) -> Timestamp {
        text.parse().unwrap_or_else(|_| {
            let wall: DateTime = text.parse().unwrap();
            let moment = TimeZone::get(&self.time_zone).unwrap().to_ambiguous_timestamp(wall);
            assert!(!moment.is_ambiguous(), "{text} needs its offset");
            moment.unambiguous().unwrap()
        })
    }

    fn wall(&self, at: Timestamp) -> String {
        at.to_zoned(TimeZone::get(&self.time_zone).unwrap()).to_string()
    }

    fn check(&self, file: &Path) {
        let (hours, file) = (self.hours(), file.display());
        assert!(!self.shows.is_empty());
        for row in &self.after {
            let told = hours.after(self.moment(&row.since), row.work);
            let said = format!("{file}: {:#} since {} is over {}", row.work, row.since, self.wall(told));
            assert_eq!(told, self.moment(&row.then), "{said}");
        }
        for row in &self.opens {
            let told = hours.opens(self.moment(&row.at));
            let said = format!("{file}: after {} it opens {:?}", row.at, told.map(|at| self.wall(at)));
            assert_eq!(told, row.then.as_ref().map(|then| self.moment(then)), "{said}");
        }
        for row in &self.between {
            let told = hours.between(self.moment(&row.since), self.moment(&row.until));
            assert_eq!(told, row.work, "{file}: from {} to {}", row.since, row.until);
        }
    }
}

#[test]
fn working_time_passes_as_the_calendar_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clock");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 7);
    for file in files {
        let calendar: Calendar = toml::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
        calendar.check(&file);
    }
}

fn hours(days: &str, from: &str, to: &str, zone: &str) -> WorkingHours {
    let calendar = Calendar {
        shows: String::new(),
        time_zone: zone.to_owned(),
        days: days.to_owned(),
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        after: Vec::new(),
        opens: Vec::new(),
        between: Vec::new(),
    };
    calendar.hours()
}

/// Places whose clocks are turned: by an hour in spring and autumn, by half an hour, at midnight, by a whole day, never.
const PLACES: [(&str, i16); 9] = [
    ("Europe/Berlin", 2026),
    ("America/New_York", 2026),
    ("Australia/Lord_Howe", 2026),
    ("America/Havana", 2025),
    ("America/Sao_Paulo", 2018),
    ("Africa/Casablanca", 2026),
    ("Pacific/Apia", 2011),
    ("Asia/Kathmandu", 2026),
    ("UTC", 2026),
];

struct Chance(fastrand::Rng);

impl Chance {
    fn hours(&mut self, zone: &str) -> WorkingHours {
        let days: Vec<Weekday> =
            WEEK.into_iter().filter(|_| self.0.u8(..3) > 0).map(|(_, day)| day).collect();
        let days = if days.is_empty() { vec![Weekday::Sunday] } else { days };
        let mut time = || Time::constant(self.0.i8(0..24), [0, 15, 30, 59][self.0.usize(..4)], 0, 0);
        WorkingHours { days, from: time(), to: time(), time_zone: TimeZone::get(zone).unwrap() }
    }

    fn moment(&mut self, year: i16) -> Timestamp {
        let begin = jiff::civil::date(year, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
        begin + SignedDuration::from_secs(self.0.i64(0..365 * 86_400))
    }

    /// Seconds, minutes, hours or days.
    fn work(&mut self) -> SignedDuration {
        let unit = [1, 60, 3_600, 86_400][self.0.usize(..4)];
        SignedDuration::from_secs(self.0.i64(1..=60) * unit / if unit == 86_400 { 20 } else { 1 })
    }
}

#[test]
fn what_is_waited_is_counted_back_the_same_wherever_clocks_are_turned() {
    let mut chance = Chance(fastrand::Rng::with_seed(6));
    for at in 0..20_000 {
        let (zone, year) = PLACES[at % PLACES.len()];
        let hours = chance.hours(zone);
        let (since, work) = (chance.moment(year), chance.work());
        let said = format!("{hours:?} since {since} for {work:#}");
        let then = hours.after(since, work);
        if then == Timestamp::MAX {
            // Where it opens for minutes a week, a wait of days takes longer than a year.
            let year = hours.between(since, since + SignedDuration::from_hours(365 * 24));
            assert!(year <= work, "{said}");
            continue;
        }
        assert_eq!(hours.between(since, then), work, "{said}");
        assert_eq!(hours.opens(then), None, "it is open when a wait is over: {said}");
        let before = then - SignedDuration::from_secs(1);
        let sooner = hours.opens(before).is_none() && hours.between(since, before) >= work;
        assert!(!sooner, "{said}");

        let more = hours.after(since, work + SignedDuration::from_secs(1));
        assert!(more > then, "who waits for longer waits until later: {said}");
        let later = hours.after(since + SignedDuration::from_mins(7), work);
        assert!(later >= then, "who waits since later waits until later: {said}");

        let way = then.duration_since(since).as_secs();
        let middle = since + SignedDuration::from_secs(chance.0.i64(0..=way.max(1)));
        assert_eq!(hours.between(since, middle) + hours.between(middle, then), work, "{said} by {middle}");
    }
}

#[test]
fn it_is_open_when_the_clock_on_the_wall_says_so() {
    let mut chance = Chance(fastrand::Rng::with_seed(61));
    let (mut open, mut closed) = (0, 0);
    for at in 0..40_000 {
        let (zone, year) = PLACES[at % PLACES.len()];
        let (hours, at) = (chance.hours(zone), chance.moment(year));
        let turned = hours.time_zone.preceding(at + SignedDuration::from_hours(26)).next();
        if turned
            .is_some_and(|turn| at.duration_until(turn.timestamp()).abs() < SignedDuration::from_hours(26))
        {
            // The rows of the calendars tell of these days.
            continue;
        }
        let wall = at.to_zoned(hours.time_zone.clone()).datetime();
        let on = |day: Weekday| hours.days.contains(&day);
        let (today, before) = (on(wall.weekday()), on(wall.weekday().previous()));
        let expected = if hours.from < hours.to {
            today && (hours.from..hours.to).contains(&wall.time())
        } else {
            today && wall.time() >= hours.from || before && wall.time() < hours.to
        };
        assert_eq!(hours.opens(at).is_none(), expected, "{hours:?} at {wall}");
        (open, closed) = if expected { (open + 1, closed) } else { (open, closed + 1) };
    }
    assert!(open > 5_000 && closed > 5_000, "{open} open, {closed} closed");
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    let moments = [
        Timestamp::MIN,
        Timestamp::MIN + SignedDuration::from_hours(30),
        Timestamp::UNIX_EPOCH,
        Timestamp::MAX - SignedDuration::from_hours(30),
        Timestamp::MAX,
    ];
    let works =
        [SignedDuration::MIN, SignedDuration::ZERO, SignedDuration::from_mins(5), SignedDuration::MAX];
    let all = [
        hours("mon tue wed thu fri", "09:00", "17:00", "Europe/Berlin"),
        hours("mon sun", "22:00", "06:00", "Pacific/Kiritimati"),
        hours("mon tue wed thu fri sat sun", "00:00", "00:00", "America/New_York"),
        hours("", "09:00", "17:00", "UTC"),
        WorkingHours::always(),
    ];
    for hours in all {
        for from in moments {
            for work in works {
                assert!(hours.after(from, work) >= from);
                for to in moments {
                    assert!(hours.between(from, to) >= SignedDuration::ZERO);
                }
            }
            assert!(hours.opens(from).is_none_or(|at| at > from || from == Timestamp::MAX));
        }
    }
}

#[test]
fn nothing_is_ever_due_where_it_never_opens() {
    let never = hours("", "09:00", "17:00", "UTC");
    let now = Timestamp::UNIX_EPOCH;
    assert_eq!(never.after(now, SignedDuration::from_mins(5)), Timestamp::MAX);
    assert_eq!(never.opens(now), Some(Timestamp::MAX));
    assert_eq!(never.between(now, Timestamp::MAX), SignedDuration::ZERO);
    assert_eq!(promise("5m", "15m", Some(never)).remind_at(now, 0), None);
}

#[test]
fn always_is_every_moment() {
    let always = WorkingHours::always();
    assert!(always.are_always());
    assert!(!hours("mon tue wed thu fri sat", "00:00", "00:00", "UTC").are_always());
    assert!(!hours("mon tue wed thu fri sat sun", "00:00", "23:59", "UTC").are_always());
    let now = moment("2026-03-29T02:59:59Z");
    assert_eq!(always.opens(now), None);
    let then = now + 100.hours();
    assert_eq!(
        (always.after(now, SignedDuration::from_hours(100)), always.between(now, then)),
        (then, SignedDuration::from_hours(100))
    );
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn promise(remind_after: &str, escalate_after: &str, hours: Option<WorkingHours>) -> Promise {
    Promise {
        remind_after: remind_after.parse().unwrap(),
        escalate_after: escalate_after.parse().unwrap(),
        hours,
        expire_after: SignedDuration::from_hours(168),
    }
}

#[test]
fn moderators_are_reminded_then_others_are_asked_then_nobody() {
    let noon = moment("2026-07-03T12:00:00Z");
    let steps = |promise: &Promise| [0, 1, 2, 3, u8::MAX].map(|step| promise.remind_at(noon, step));
    let always = promise("5m", "15m", None);
    let (five_past, twenty_past) = (moment("2026-07-03T12:05:00Z"), moment("2026-07-03T12:20:00Z"));
    assert_eq!(steps(&always), [Some(five_past), Some(twenty_past), None, None, None]);

    // A Friday in Berlin, where it closes ten minutes later.
    let berlin = hours("mon tue wed thu fri", "09:00", "14:10", "Europe/Berlin");
    let open = promise("5m", "15m", Some(berlin));
    assert_eq!(steps(&open)[..2], [Some(five_past), Some(moment("2026-07-06T07:10:00Z"))]);

    assert_eq!(steps(&promise("0s", "15m", None)), [None; 5], "nobody is reminded, so nobody else is asked");
    assert_eq!(steps(&promise("5m", "0s", None)), [Some(five_past), None, None, None, None]);
}

#[test]
fn a_wait_counts_as_the_promise_does() {
    let hours = hours("mon tue wed thu fri", "09:00", "17:00", "Europe/Berlin");
    let (friday, monday) = (moment("2026-07-03T14:00:00Z"), moment("2026-07-06T08:00:00Z"));
    assert_eq!(promise("5m", "15m", Some(hours)).waited(friday, monday), SignedDuration::from_hours(2));
    let always = promise("5m", "15m", None);
    assert_eq!(always.waited(friday, monday), SignedDuration::from_hours(66));
    assert_eq!(always.waited(monday, friday), SignedDuration::ZERO);
}

#[test]
fn a_case_that_nobody_touches_is_over_after_a_week() {
    let now = moment("2026-03-28T12:00:00Z");
    let mut promise = promise("5m", "15m", None);
    assert_eq!(promise.expires_at(now), Some(moment("2026-04-04T12:00:00Z")));
    assert_eq!(promise.expires_at(Timestamp::MAX), None);
    promise.expire_after = SignedDuration::ZERO;
    assert_eq!(promise.expires_at(now), None);
}
