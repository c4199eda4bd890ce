//! What a server can learn from its cases: figures of a week or a month, in words and as a picture, and what to change.
//!
//! Nothing here names a member. Figures are made of [`Outcome`]s, which are anonymous, and stay when a case is erased.

mod advice;
mod alt;
mod answers;
mod document;
mod fate;
mod figures;
mod hours;
mod period;
mod picture;
mod text;
mod words;

use jiff::Timestamp;
use serde::Serialize;

use crate::case::clock::Promise;
use crate::store::Outcome;

pub use self::advice::Advice;
pub use self::answers::{Answers, Kept, Wait};
pub use self::fate::Fate;
pub use self::figures::{Count, Day, Figures, Ratings, RuleCount};
pub use self::hours::Hours;
pub use self::period::{Length, Period};
pub use self::picture::{HEIGHT, PictureError, WIDTH};
pub use self::text::Channel;

/// A report: one period beside the one before it, and what follows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The days it is about.
    pub period: Period,
    /// Their figures.
    pub now: Figures,
    /// The figures of as many days before.
    pub before: Figures,
    /// What to change, most important first, at most five.
    pub advice: Vec<Advice>,
}

impl Report {
    /// The report of `period`, from `rows` of that time and of as much time before; others are left out.
    ///
    /// Whether a promise that nobody has kept so far is missed depends on `now` and on the working hours of `promise`.
    #[must_use]
    pub fn of(rows: &[Outcome], period: Period, now: Timestamp, promise: &Promise) -> Self {
        let figures = Figures::of(rows, &period, now, promise);
        let before = Figures::of(rows, &period.before(), now, promise);
        let advice = advice::advise(&figures, &before, &period);
        Self { period, now: figures, before, advice }
    }
}
