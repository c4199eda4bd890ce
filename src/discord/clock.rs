//! The time as the bot reads it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// At most so long is slept at once: a machine's clock can be set, and what is waited for can come earlier.
const LONGEST: Duration = Duration::from_secs(10);

/// At least so long is slept, so that nothing spins that finds the same to do again.
const SHORTEST: Duration = Duration::from_millis(20);

/// The system's time, or one that is set, as by a test or a scripted day. Cheap to clone; every clone of a clock that is
/// set shows the same.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<watch::Sender<Timestamp>>>);

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands still until it is set again.
    #[must_use]
    pub fn standing(at: Timestamp) -> Self {
        Self(Some(Arc::new(watch::Sender::new(at))))
    }

    /// The time.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the shell reads the clock")]
    pub fn now(&self) -> Timestamp {
        self.0.as_ref().map_or_else(Timestamp::now, |set| *set.borrow())
    }

    /// Sets a clock that stands still; never back. The system's clock goes on as it does.
    pub fn set(&self, at: Timestamp) {
        if let Some(set) = &self.0 {
            set.send_modify(|now| *now = at.max(*now));
        }
    }

    /// Waits until it is `at`; not at all when it is later.
    pub async fn reach(&self, at: Timestamp) {
        let Some(set) = &self.0 else {
            let left = Duration::try_from(at.duration_since(self.now())).unwrap_or_default();
            return tokio::time::sleep(left).await;
        };
        set.subscribe().wait_for(|now| *now >= at).await.ok();
    }

    /// Waits until it is `at`, the clock that showed `seen` is set, or a while has passed: whoever waits looks again.
    pub(super) async fn until(&self, at: Timestamp, seen: Timestamp) {
        let nap = nap(at.duration_since(self.now()));
        match &self.0 {
            Some(set) => {
                let mut set = set.subscribe();
                tokio::time::timeout(nap, set.wait_for(|now| *now != seen)).await.ok();
            }
            None => tokio::time::sleep(nap).await,
        }
    }
}

/// How long is slept where so much is left.
fn nap(left: SignedDuration) -> Duration {
    Duration::try_from(left).unwrap_or_default().clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_is_slept_at_most_and_a_moment_at_least() {
        let naps = [-5_000, 0, 3_000, 86_400_000].map(|left| nap(SignedDuration::from_millis(left)));
        assert_eq!(naps, [SHORTEST, SHORTEST, Duration::from_secs(3), LONGEST]);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_wakes_whoever_waits_for_a_time() {
        let clock = Clock::standing(Timestamp::UNIX_EPOCH);
        let began = clock.now();
        clock.set(Timestamp::from_second(7).unwrap());
        let woken = tokio::time::timeout(LONGEST / 2, clock.until(Timestamp::MAX, began)).await;
        assert!(woken.is_ok(), "it was set before it was waited for");
    }
}
