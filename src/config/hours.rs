//! Working hours and the times of the clock, as settings write them.

use std::time::Duration;

use jiff::SignedDuration;
use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use serde::de::{Deserialize, Deserializer, Error, Unexpected};
use serde::ser::{Serialize, Serializer};

use super::value::{self, Scalar};
use crate::case::clock::{Promise, WorkingHours};

/// How soon somebody is to answer.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// Moderators are reminded when a member has waited so long for the first answer; `0s` for never.
    #[serde(deserialize_with = "value::duration")]
    pub remind_after: Duration,
    /// When so much more has passed, others are asked, too; `0s` for never.
    #[serde(deserialize_with = "value::duration")]
    pub escalate_after: Duration,
    /// The hours in which time counts; all of it unless set.
    pub working_hours: Option<WorkingHours>,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            remind_after: Duration::from_mins(5),
            escalate_after: Duration::from_mins(15),
            working_hours: None,
        }
    }
}

/// [`WorkingHours`], key by key.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(remote = "WorkingHours", deny_unknown_fields)]
struct Table {
    #[serde(default = "every_day", deserialize_with = "days", serialize_with = "to_days")]
    days: Vec<Weekday>,
    #[serde(deserialize_with = "value::time_of_day", serialize_with = "to_time")]
    from: Time,
    #[serde(deserialize_with = "value::time_of_day", serialize_with = "to_time")]
    to: Time,
    #[serde(default = "value::utc", deserialize_with = "value::time_zone", serialize_with = "to_time_zone")]
    time_zone: TimeZone,
}

impl<'de> Deserialize<'de> for WorkingHours {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Table::deserialize(deserializer)
    }
}

impl Serialize for WorkingHours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Table::serialize(self, serializer)
    }
}

/// A day of the week, by its first letters: `mon`, `Monday`.
struct Day(Weekday);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar {
            expected: "a day: `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun`",
            integer: |_| None,
            float: |_| None,
            text: |text| weekday(text).map(Self),
        })
    }
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Weekday>, D::Error> {
    let given = Vec::<Day>::deserialize(deserializer)?;
    if given.is_empty() {
        let expected = "at least one day, such as [\"mon\"]; without `days` it is every day";
        return Err(D::Error::invalid_value(Unexpected::Other("an empty list"), &expected));
    }
    Ok(in_order(given.into_iter().map(|day| day.0)))
}

fn to_days<S: Serializer>(days: &[Weekday], serializer: S) -> Result<S::Ok, S::Error> {
    days.iter().map(|day| name(*day)).collect::<Vec<_>>().serialize(serializer)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn to_time<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&clock_time(*time))
}

fn to_time_zone<S: Serializer>(time_zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone_name(time_zone))
}

/// The name of a time zone: settings know none without.
pub(crate) fn zone_name(time_zone: &TimeZone) -> &str {
    time_zone.iana_name().unwrap_or("UTC")
}

fn every_day() -> Vec<Weekday> {
    WorkingHours::always().days
}

/// Each of `days` once, from Monday on.
pub(crate) fn in_order(days: impl IntoIterator<Item = Weekday>) -> Vec<Weekday> {
    let mut days: Vec<Weekday> = days.into_iter().collect();
    days.sort_by_key(|day| day.to_monday_zero_offset());
    days.dedup();
    days
}

/// The day that `text` is the beginning of the name of, of two letters at least.
pub(crate) fn weekday(text: &str) -> Option<Weekday> {
    const NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let text = text.trim().to_lowercase();
    let found = NAMES.iter().position(|name| text.len() >= 2 && name.starts_with(&text))?;
    i8::try_from(found).ok().and_then(|offset| Weekday::from_monday_zero_offset(offset).ok())
}

const fn name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "mon",
        Weekday::Tuesday => "tue",
        Weekday::Wednesday => "wed",
        Weekday::Thursday => "thu",
        Weekday::Friday => "fri",
        Weekday::Saturday => "sat",
        Weekday::Sunday => "sun",
    }
}

/// Days as people write them: "mon-fri", "mon, wed", "every day".
pub(crate) fn days_text(days: &[Weekday]) -> String {
    if days.len() == 7 {
        return "every day".to_owned();
    }
    // A row of days begins where the day before is none of them; Sunday is followed by Monday.
    let begins = days.iter().filter(|day| !days.contains(&day.previous()));
    let rows = begins.map(|first| {
        let row = first.cycle_forward().take_while(|day| days.contains(day));
        match row.collect::<Vec<_>>().as_slice() {
            [first, _, .., last] => format!("{}-{}", name(*first), name(*last)),
            short => short.iter().map(|day| name(*day)).collect::<Vec<_>>().join(", "),
        }
    });
    rows.collect::<Vec<_>>().join(", ")
}

/// "09:00-17:00", or nothing where it is the whole day.
pub(crate) fn times_text(hours: &WorkingHours) -> String {
    if hours.from == Time::midnight() && hours.to == Time::midnight() {
        return String::new();
    }
    format!("{}-{}", clock_time(hours.from), clock_time(hours.to))
}

/// All of it: "mon-fri 09:00-17:00 (Europe/Berlin)".
pub(crate) fn hours_text(hours: &WorkingHours) -> String {
    if hours.are_always() {
        return "always".to_owned();
    }
    let days = days_text(&hours.days);
    let times = Some(times_text(hours)).filter(|times| !times.is_empty());
    let times = times.unwrap_or_else(|| "all day".to_owned());
    format!("{days} {times} ({})", zone_name(&hours.time_zone))
}

fn clock_time(time: Time) -> String {
    let whole = time.second() == 0 && time.subsec_nanosecond() == 0;
    if whole { time.strftime("%H:%M").to_string() } else { time.to_string() }
}

impl Clock {
    /// What these times promise.
    pub(super) fn promise(&self, expire_after: Duration) -> Promise {
        Promise {
            remind_after: signed(self.remind_after),
            escalate_after: signed(self.escalate_after),
            hours: self.working_hours.clone().filter(|hours| !hours.are_always()),
            expire_after: signed(expire_after),
        }
    }
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}
