//! The time as the bot reads it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

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
        match &self.0 {
            Some(set) => drop(set.subscribe().wait_for(|now| *now >= at).await),
            None => {
                let left = Duration::try_from(at.duration_since(self.now())).unwrap_or_default();
                tokio::time::sleep(left).await;
            }
        }
    }
}
