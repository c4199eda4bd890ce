//! The days that a report is about.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Serialize, Serializer};

/// How many days a report covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Seven days.
    Week,
    /// Thirty days, so that one month compares with another.
    Month,
}

impl Length {
    /// The name used in commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// In days.
    #[must_use]
    pub const fn days(self) -> i32 {
        match self {
            Self::Week => 7,
            Self::Month => 30,
        }
    }
}

/// From the first moment of a day to any moment of the last one, which does not belong to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Period {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// Whose days and hours are meant.
    #[serde(serialize_with = "name")]
    pub zone: TimeZone,
    /// Its days, the last perhaps not over.
    pub days: Vec<Date>,
}

fn name<S: Serializer>(zone: &TimeZone, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(zone.iana_name().unwrap_or("UTC"))
}

impl Period {
    /// The days up to `now`, today included.
    #[must_use]
    pub fn up_to(now: Timestamp, length: Length, zone: &TimeZone) -> Self {
        Self::ending(now.to_zoned(zone.clone()).date(), now, length, zone)
    }

    /// The days up to `last`, all of it; up to `now`, where it is not over.
    #[must_use]
    pub fn until(last: Date, now: Timestamp, length: Length, zone: &TimeZone) -> Self {
        let over = last.tomorrow().ok().and_then(|next| midnight(next, zone)).unwrap_or(now);
        Self::ending(last, over.min(now), length, zone)
    }

    fn ending(last: Date, to: Timestamp, length: Length, zone: &TimeZone) -> Self {
        let first = last.saturating_sub((length.days() - 1).days());
        let from = midnight(first, zone).unwrap_or(to).min(to);
        let days = first.series(1.day()).take_while(|day| *day <= last).collect();
        Self { from, to, zone: zone.clone(), days }
    }

    /// As many days before, up to the same hour, so that a day that is not over compares with as much of one.
    #[must_use]
    pub fn before(&self) -> Self {
        let back = i32::try_from(self.days.len()).unwrap_or_default().days();
        let earlier = |at: Timestamp| {
            let earlier = at.to_zoned(self.zone.clone()).checked_sub(back);
            earlier.map_or(at, |earlier| earlier.timestamp())
        };
        let days = self.days.iter().map(|day| day.saturating_sub(back)).collect();
        Self { from: earlier(self.from), to: earlier(self.to), zone: self.zone.clone(), days }
    }

    /// Whether `at` lies in it.
    #[must_use]
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// Which of its days `at` is on; none outside of it.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Option<usize> {
        let date = at.to_zoned(self.zone.clone()).date();
        self.days.iter().position(|day| *day == date)
    }
}

fn midnight(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned(zone.clone()).ok().map(|midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").unwrap()
    }

    #[test]
    fn a_week_begins_at_midnight_of_its_place_and_ends_now() {
        // Half past midnight in Berlin: today is the 20th there.
        let period = Period::up_to(at("2026-07-19T22:30:00Z"), Length::Week, &berlin());
        assert_eq!((period.from, period.to), (at("2026-07-13T22:00:00Z"), at("2026-07-19T22:30:00Z")));
        assert_eq!(period.days.first().unwrap().to_string(), "2026-07-14");
        assert_eq!(period.days.len(), 7);
        assert!(period.holds(period.from) && !period.holds(period.to));
    }

    #[test]
    fn the_week_before_ends_at_the_same_hour_though_the_clocks_went_back() {
        let period = Period::up_to(at("2026-10-27T11:00:00Z"), Length::Week, &berlin());
        let before = period.before();
        assert_eq!((before.from, before.to), (at("2026-10-13T22:00:00Z"), at("2026-10-20T10:00:00Z")));
        assert_eq!(before.days.last().unwrap().to_string(), "2026-10-20");
    }

    #[test]
    fn until_a_date_takes_all_of_it_and_nothing_that_is_to_come() {
        let now = at("2026-07-20T12:00:00Z");
        let rows = [("2026-06-30", "2026-06-30T22:00:00Z"), ("2026-07-20", "2026-07-20T12:00:00Z")];
        for (date, ends) in rows {
            let period = Period::until(date.parse().unwrap(), now, Length::Month, &berlin());
            assert_eq!((period.to, period.days.len()), (at(ends), 30), "{date}");
        }
        let ahead = Period::until("2027-01-31".parse().unwrap(), now, Length::Week, &berlin());
        assert!(ahead.from <= ahead.to, "a report of days to come is empty");
    }

    #[test]
    fn a_moment_is_on_the_day_of_its_place() {
        let period = Period::up_to(at("2026-07-20T12:00:00Z"), Length::Week, &berlin());
        let rows = [
            ("2026-07-13T21:59:59Z", None),
            ("2026-07-13T22:00:00Z", Some(0)),
            ("2026-07-20T01:00:00Z", Some(6)),
        ];
        for (moment, day) in rows {
            assert_eq!(period.day(at(moment)), day, "{moment}");
        }
    }
}
