//! What people write of times and days, understood.

use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::{self, TimeZone};

use super::{DAYS, TIMES, ZONE};
use crate::case::clock::WorkingHours;
use crate::commands::talk::{did_you_mean, quoted};
use crate::config::{in_order, time, weekday};

/// The longest time until a reminder.
const LONGEST: Duration = Duration::from_hours(7 * 24);

/// A time; minutes, where it is only a number.
pub(super) fn wait(text: &str) -> Result<Duration, String> {
    let minutes = text.parse::<u16>().ok().map(|minutes| Duration::from_mins(minutes.into()));
    let unreadable = || {
        let given = if text.is_empty() { "nothing".to_owned() } else { quoted(text) };
        format!("{given} is no time. Write minutes, such as 5, or a time such as 1h 30m; 0 is for never.")
    };
    let wait = minutes.or_else(|| time(text)).ok_or_else(unreadable)?;
    if wait > LONGEST {
        return Err(format!("{} is too long. A week, 7d, is the most.", quoted(text)));
    }
    Ok(wait)
}

/// None for always: every day, the whole day.
pub(super) fn hours(days: &str, times: &str, zone: &str) -> Result<Option<WorkingHours>, String> {
    let days = weekdays(days).map_err(|error| format!("**{}**: {error}", DAYS.1))?;
    let (from, to) = span(times).map_err(|error| format!("**{}**: {error}", TIMES.1))?;
    let always = WorkingHours { days, from, to, ..WorkingHours::always() };
    if always.are_always() {
        return Ok(None);
    }
    let time_zone = place(zone).map_err(|error| format!("**{}**: {error}", ZONE.1))?;
    Ok(Some(WorkingHours { time_zone, ..always }))
}

/// "mon-fri, sun": days and rows of days; every day where nothing is said.
fn weekdays(text: &str) -> Result<Vec<Weekday>, String> {
    let plain = dashed(text).to_lowercase();
    if plain.is_empty() || plain == "every day" {
        return Ok(WorkingHours::always().days);
    }
    let parts = plain.split([',', ';', ' ']).filter(|part| !part.is_empty() && *part != "and");
    let rows = parts.map(|part| row(part).ok_or(part)).collect::<Result<Vec<_>, _>>();
    let unreadable = |part| {
        format!(
            "{} is no day. Write days such as mon-fri, or mon, wed, sat; nothing is every day.",
            quoted(part)
        )
    };
    rows.map(|rows| in_order(rows.into_iter().flatten())).map_err(unreadable)
}

/// "mon", or "fri-mon".
fn row(text: &str) -> Option<Vec<Weekday>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (weekday(first)?, weekday(last)?);
    let count = first.until(last).unsigned_abs() + 1;
    Some(first.cycle_forward().take(count.into()).collect())
}

/// "09:00-17:00", "9 to 17", "9am-5pm"; the whole day where nothing is said.
fn span(text: &str) -> Result<(Time, Time), String> {
    if text.is_empty() {
        return Ok((Time::midnight(), Time::midnight()));
    }
    let plain = dashed(text);
    let both = plain.split_once('-').and_then(|(from, to)| Some((time_of_day(from)?, time_of_day(to)?)));
    both.ok_or_else(|| {
        format!("{} are no hours. Write when they begin and end, such as 09:00-17:00.", quoted(text))
    })
}

fn time_of_day(text: &str) -> Option<Time> {
    let text = text.trim().to_lowercase();
    let (text, noon) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(text), _) => (text.trim_end(), Some(0)),
        (_, Some(text)) => (text.trim_end(), Some(12)),
        _ => (text.as_str(), None),
    };
    let (hour, minute) = text.split_once([':', '.']).unwrap_or((text, "0"));
    let (hour, minute): (i8, i8) = (hour.parse().ok()?, minute.parse().ok()?);
    let hour = match (hour, noon) {
        (1..=12, Some(noon)) => hour % 12 + noon,
        // The end of a day is the beginning of the next.
        (24, None) if minute == 0 => 0,
        (_, None) => hour,
        _ => return None,
    };
    Time::new(hour, minute, 0, 0).ok()
}

/// With one kind of dash, and no space around it.
fn dashed(text: &str) -> String {
    let text = text.replace(['–', '—'], "-").replace(" to ", "-");
    text.split('-').map(str::trim).collect::<Vec<_>>().join("-")
}

/// A time zone, by the name it has in every list of them.
fn place(text: &str) -> Result<TimeZone, String> {
    if text.is_empty() {
        return Err("whose clock is meant? Write a name such as Europe/Berlin or UTC.".to_owned());
    }
    let name = text.replace(' ', "_");
    TimeZone::get(&name).map_err(|_| {
        let names: Vec<String> = tz::db().available().map(|name| name.to_string()).collect();
        let city =
            |full: &&String| full.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(&name));
        let meant = names.iter().find(city).map(|full| format!(" Did you mean `{full}`?"));
        let meant = meant.unwrap_or_else(|| did_you_mean(&name, names.iter().map(String::as_str)));
        format!("{} is no time zone I know.{meant} Names are such as Europe/Berlin or UTC.", quoted(text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::hours_text;

    fn entered(days: &str, times: &str, zone: &str) -> Result<String, String> {
        hours(days, times, zone).map(|hours| hours.as_ref().map_or("always".to_owned(), hours_text))
    }

    #[test]
    fn hours_are_understood_as_people_write_them() {
        let rows = [
            (("mon-fri", "09:00-17:00", "Europe/Berlin"), "mon-fri 09:00-17:00 (Europe/Berlin)"),
            (("Monday – Friday", "9 – 17", "europe/berlin"), "mon-fri 09:00-17:00 (Europe/Berlin)"),
            (("Mo to Fr", "9am to 5pm", "UTC"), "mon-fri 09:00-17:00 (UTC)"),
            (("fri, mon and wed", "9.30-12", "UTC"), "mon, wed, fri 09:30-12:00 (UTC)"),
            (("fri-mon", "22:00-6:00", "America/New York"), "fri-mon 22:00-06:00 (America/New_York)"),
            (("sat sun", "", "UTC"), "sat, sun all day (UTC)"),
            (("tue-tue", "12 am - 12pm", "UTC"), "tue 00:00-12:00 (UTC)"),
            (("", "08:00-24:00", "Asia/Tokyo"), "every day 08:00-00:00 (Asia/Tokyo)"),
            (("every day", "00:00-00:00", "nowhere"), "always"),
            (("", "", ""), "always"),
        ];
        for ((days, times, zone), expected) in rows {
            assert_eq!(entered(days, times, zone).as_deref(), Ok(expected), "{days} {times} {zone}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named_with_what_would_be() {
        let rows = [
            (
                ("mon, someday", "9-17", "UTC"),
                "**Working days**: `someday` is no day. Write days such as mon-fri",
            ),
            (("m", "9-17", "UTC"), "`m` is no day."),
            (("mon-", "9-17", "UTC"), "`mon-` is no day."),
            (("mon", "nine to five", "UTC"), "**Working hours**: `nine to five` are no hours. Write when"),
            (("mon", "09:00", "UTC"), "such as 09:00-17:00."),
            (("mon", "9-25", "UTC"), "`9-25` are no hours."),
            (("mon", "13pm-14pm", "UTC"), "`13pm-14pm` are no hours."),
            (("mon", "24:30-3", "UTC"), "are no hours."),
            (("mon", "9-17", ""), "**Time zone**: whose clock is meant? Write a name such as Europe/Berlin"),
            (("mon", "9-17", "berlin"), "Did you mean `Europe/Berlin`?"),
            (("mon", "9-17", "Europe/Berln"), "Did you mean `Europe/Berlin`?"),
            (("mon", "9-17", "@everyone `x`"), "`@everyone 'x'` is no time zone I know."),
        ];
        for ((days, times, zone), expected) in rows {
            let error = entered(days, times, zone).unwrap_err();
            assert!(error.contains(expected), "{days} {times} {zone}: {error}");
        }
    }

    #[test]
    fn waits_are_minutes_or_times() {
        let rows =
            [("5", 5), ("90", 90), ("1h 30m", 90), ("1h30m", 90), ("7d", 7 * 24 * 60), ("0", 0), ("0s", 0)];
        for (text, minutes) in rows {
            assert_eq!(wait(text), Ok(Duration::from_mins(minutes)), "{text}");
        }
        for (text, expected) in [
            ("soon", "`soon` is no time. Write minutes, such as 5"),
            ("", "nothing is no time"),
            ("-5", "`-5` is no time"),
            ("8d", "`8d` is too long. A week, 7d, is the most."),
            ("65535", "is too long"),
        ] {
            let error = wait(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
