//! The clock of a case: how soon somebody is to answer, and the hours in which time counts.
//!
//! Hours are written on the clock on the wall, which daylight saving turns. They begin when that clock first shows
//! [`WorkingHours::from`] or later, and end when it first shows [`WorkingHours::to`] or later. So a day of 23 or 25
//! hours has no moment that is counted twice, and none that is counted before it came.

use std::iter;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};

/// As far as is looked ahead, in days. What is not due by then never is: no one waits a year for a reminder.
const MOST_DAYS: usize = 366;

/// When moderators are there.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkingHours {
    /// The days on which they begin, each at most once. Without any, it is never open.
    pub days: Vec<Weekday>,
    /// When they begin.
    pub from: Time,
    /// When they end; where that is not after `from`, it is on the next day.
    pub to: Time,
    /// Whose clock is meant.
    pub time_zone: TimeZone,
}

impl WorkingHours {
    /// Every moment of every day.
    #[must_use]
    pub fn always() -> Self {
        let days = Weekday::Monday.cycle_forward().take(7).collect();
        Self { days, from: Time::midnight(), to: Time::midnight(), time_zone: TimeZone::UTC }
    }

    /// Whether there is no moment they leave out.
    #[must_use]
    pub fn are_always(&self) -> bool {
        self.from == self.to && Weekday::Monday.cycle_forward().take(7).all(|day| self.days.contains(&day))
    }

    /// The first moment within the hours at which `work` of working time has passed since `from`, and so the first
    /// moment within the hours where `work` is not above zero. [`Timestamp::MAX`] where that is more than a year away.
    #[must_use]
    pub fn after(&self, from: Timestamp, work: SignedDuration) -> Timestamp {
        let mut left = work.max(SignedDuration::ZERO);
        for (opens, closes) in self.shifts(from) {
            let start = opens.max(from);
            let length = start.duration_until(closes);
            if left < length {
                return start.saturating_add(left).unwrap_or(Timestamp::MAX);
            }
            left -= length;
        }
        Timestamp::MAX
    }

    /// When they begin next; none where `at` lies within them. [`Timestamp::MAX`] where they never do.
    #[must_use]
    pub fn opens(&self, at: Timestamp) -> Option<Timestamp> {
        let next = self.shifts(at).next().map_or(Timestamp::MAX, |(opens, _)| opens);
        (next > at).then_some(next)
    }

    /// How much working time lies between two moments; none where `to` is not after `from`. No more than a year is
    /// counted.
    #[must_use]
    pub fn between(&self, from: Timestamp, to: Timestamp) -> SignedDuration {
        let begun = self.shifts(from).take_while(|(opens, _)| from.max(*opens) < to);
        begun.map(|(opens, closes)| opens.max(from).duration_until(closes.min(to))).sum()
    }

    /// When it is open from `at` on, in order: never empty, never overlapping.
    fn shifts(&self, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let today = at.to_zoned(self.time_zone.clone()).date();
        // The hours of the day before may last past midnight.
        let first = today.yesterday().unwrap_or(today);
        let days = iter::successors(Some(first), |day| day.tomorrow().ok()).take(MOST_DAYS);
        let working = days.filter(|day| self.days.contains(&day.weekday()));
        working.map(|day| self.shift(day)).filter(move |(opens, closes)| closes > opens && *closes > at)
    }

    fn shift(&self, day: Date) -> (Timestamp, Timestamp) {
        let last = if self.to > self.from { Ok(day) } else { day.tomorrow() };
        let closes = last.map_or(Timestamp::MAX, |last| self.shown(last.to_datetime(self.to)));
        (self.shown(day.to_datetime(self.from)), closes)
    }

    /// When the clock on the wall first shows `time` or later.
    fn shown(&self, time: DateTime) -> Timestamp {
        let moment = self.time_zone.to_ambiguous_timestamp(time);
        let skipped = matches!(moment.offset(), AmbiguousOffset::Gap { .. });
        match moment.earlier() {
            Ok(before) if skipped => self.turned(before),
            Ok(first) => first,
            Err(_) if time.year() < 0 => Timestamp::MIN,
            Err(_) => Timestamp::MAX,
        }
    }

    /// When the clock on the wall is next turned.
    fn turned(&self, before: Timestamp) -> Timestamp {
        self.time_zone.following(before).next().map_or(before, |turn| turn.timestamp())
    }
}

/// How soon somebody is to answer, what follows when nobody does, and when a case that nobody touches is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Promise {
    /// How much working time may pass before moderators are reminded; zero for never.
    pub remind_after: SignedDuration,
    /// How much more before others are asked, too; zero for never.
    pub escalate_after: SignedDuration,
    /// The hours in which time counts; all of it where there are none.
    pub hours: Option<WorkingHours>,
    /// How long a case stays open in which nothing happens, by day and night; zero for ever.
    pub expire_after: SignedDuration,
}

impl Promise {
    /// When the next step is due for a member who has waited since then: the reminder where no step was taken, the
    /// escalation where one was. None where there is nothing more to do.
    #[must_use]
    pub fn remind_at(&self, waiting_since: Timestamp, steps_taken: u8) -> Option<Timestamp> {
        let steps = [self.remind_after, self.escalate_after];
        let taken = steps.get(..=usize::from(steps_taken))?;
        if taken.iter().any(|step| *step <= SignedDuration::ZERO) {
            return None;
        }
        let work = taken.iter().fold(SignedDuration::ZERO, |sum, step| sum.saturating_add(*step));
        Some(self.after(waiting_since, work)).filter(|at| *at < Timestamp::MAX)
    }

    /// When a case is over in which nothing has happened since `active`; none where it never is.
    #[must_use]
    pub fn expires_at(&self, active: Timestamp) -> Option<Timestamp> {
        let lasts = (self.expire_after > SignedDuration::ZERO).then_some(self.expire_after)?;
        active.checked_add(lasts).ok()
    }

    /// How long a member who has waited from `since` to `until` has waited, as the promise counts.
    #[must_use]
    pub fn waited(&self, since: Timestamp, until: Timestamp) -> SignedDuration {
        let whole = || since.duration_until(until).max(SignedDuration::ZERO);
        self.hours.as_ref().map_or_else(whole, |hours| hours.between(since, until))
    }

    fn after(&self, from: Timestamp, work: SignedDuration) -> Timestamp {
        match &self.hours {
            Some(hours) => hours.after(from, work),
            None => from.saturating_add(work).unwrap_or(Timestamp::MAX),
        }
    }
}
