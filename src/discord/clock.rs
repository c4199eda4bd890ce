//! The time of day, as the bot knows it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// At most so long is slept at once: a machine's clock can be set, and what is waited for can change.
const LONGEST: Duration = Duration::from_secs(10);

/// At least so long is slept, so that nothing spins that finds the same to do again.
const SHORTEST: Duration = Duration::from_millis(50);

/// Between two looks at a clock that stands still.
const GLANCE: Duration = Duration::from_millis(10);

/// What time it is. Cheap to clone.
#[derive(Clone, Debug)]
pub struct WallClock(Option<Arc<Simulated>>);

/// A clock that stands still until it is set.
#[derive(Debug)]
struct Simulated {
    now: watch::Sender<Timestamp>,
    /// How often something came to wait.
    waits: watch::Sender<u64>,
}

impl WallClock {
    /// The machine's.
    #[must_use]
    pub const fn system() -> Self {
        Self(None)
    }

    /// One that stands still at `at` until [`Self::set`] moves it, for a bot that lives in another time.
    #[must_use]
    pub fn simulated(at: Timestamp) -> Self {
        Self(Some(Arc::new(Simulated { now: watch::Sender::new(at), waits: watch::Sender::new(0) })))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            None => machine(),
            Some(simulated) => *simulated.now.borrow(),
        }
    }

    /// Sets a simulated clock, and returns once whatever is done at certain times was done for this one. The machine's
    /// clock stays as it is.
    pub async fn set(&self, at: Timestamp) {
        let Some(simulated) = &self.0 else { return };
        simulated.now.send_replace(at);
        // Whoever waits next may have looked before; whoever waits after that has looked since.
        let seen = *simulated.waits.borrow() + 2;
        let mut waits = simulated.waits.subscribe();
        // It cannot close while we hold it.
        waits.wait_for(|waits| *waits >= seen).await.ok();
    }

    /// Waits until `at`, or for a while: whoever waits looks again.
    pub(super) async fn until(&self, at: Timestamp) {
        let Some(simulated) = &self.0 else {
            return tokio::time::sleep(nap(self.now().duration_until(at))).await;
        };
        simulated.waits.send_modify(|waits| *waits += 1);
        tokio::time::sleep(GLANCE).await;
    }
}

/// How long is slept where so much is left.
fn nap(left: SignedDuration) -> Duration {
    Duration::try_from(left).unwrap_or_default().clamp(SHORTEST, LONGEST)
}

#[expect(clippy::disallowed_methods, reason = "the shell reads the clock")]
fn machine() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clock_is_waited_for_a_while_at_most() {
        let naps = [-5_000, 0, 3_000, 86_400_000].map(|left| nap(SignedDuration::from_millis(left)));
        assert_eq!(naps, [SHORTEST, SHORTEST, Duration::from_secs(3), LONGEST]);
    }

    #[tokio::test]
    async fn a_simulated_clock_stands_still_until_it_is_set() {
        let clock = WallClock::simulated(Timestamp::UNIX_EPOCH);
        let reader = clock.clone();
        let looking = async {
            loop {
                reader.until(Timestamp::MAX).await;
            }
        };
        let later = Timestamp::from_second(7).unwrap();
        tokio::select! {
            () = looking => {}
            () = clock.set(later) => {}
        }
        assert_eq!(clock.now(), later);
    }
}
