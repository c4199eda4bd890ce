//! Which committed actions are under way, and since when.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::stopwatch::Stopwatch;

/// By their rows in the outbox.
#[derive(Default)]
pub(super) struct Underway(Mutex<HashMap<i64, Stopwatch>>);

impl Underway {
    /// It is taken up so long after it was committed; once more, where it was before and what came of it could not be
    /// recorded.
    pub(super) fn enter(&self, row: i64, after: Duration) {
        self.with(|rows| {
            rows.entry(row).or_insert_with(|| Stopwatch::started(after));
        });
    }

    /// What came of it is recorded: how long that took.
    pub(super) fn leave(&self, row: i64) -> Option<f64> {
        self.with(|rows| rows.remove(&row)).map(Stopwatch::seconds)
    }

    /// How many there are, and how long the oldest has waited, in seconds.
    pub(super) fn waiting(&self) -> (usize, f64) {
        self.with(|rows| {
            let oldest = rows.values().map(|since| since.seconds()).fold(0.0, f64::max);
            (rows.len(), oldest)
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut HashMap<i64, Stopwatch>) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_waits_until_what_came_of_it_is_recorded() {
        let underway = Underway::default();
        assert_eq!(underway.waiting(), (0, 0.0));
        underway.enter(1, Duration::ZERO);
        underway.enter(2, Duration::from_mins(1));
        underway.enter(1, Duration::ZERO);
        assert_eq!(underway.waiting().0, 2);
        assert!(underway.leave(1).is_some());
        assert!(underway.leave(1).is_none());
        let (count, oldest) = underway.waiting();
        assert!(count == 1 && (60.0..120.0).contains(&oldest), "{count} {oldest}");
    }
}
