//! Quiet hours: when the bot leaves all but secrets to people.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::TimeZone;

/// A part of every day.
#[derive(Clone, Debug, PartialEq)]
pub struct QuietHours {
    /// When it begins.
    pub from: Time,
    /// When it ends; before `from`, it is past midnight.
    pub to: Time,
    /// Whose clock is meant.
    pub time_zone: TimeZone,
}

impl QuietHours {
    /// Whether `at` lies in them; the first moment does, the last does not.
    #[must_use]
    pub fn hold(&self, at: Timestamp) -> bool {
        let time = at.to_zoned(self.time_zone.clone()).time();
        if self.from <= self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-07-01T{time}Z").parse().unwrap()
    }

    fn hours(from: &str, to: &str, zone: &str) -> QuietHours {
        let time_zone = TimeZone::get(zone).unwrap();
        QuietHours { from: from.parse().unwrap(), to: to.parse().unwrap(), time_zone }
    }

    #[test]
    fn they_begin_and_end_on_the_clock_of_their_place() {
        let night = hours("22:00", "07:00", "Europe/Berlin");
        let rows = [("19:59", false), ("20:00", true), ("23:30", true), ("04:59", true), ("05:00", false)];
        for (time, holds) in rows {
            assert_eq!(night.hold(at(time)), holds, "{time} in Greenwich");
        }
        let lunch = hours("12:00", "13:00", "UTC");
        assert!(lunch.hold(at("12:00")) && !lunch.hold(at("13:00")) && !lunch.hold(at("03:00")));
    }
}
