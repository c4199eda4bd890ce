//! How long things take; never what time it is.

use std::time::{Duration, Instant};

/// Now, as only to be compared with.
#[expect(clippy::disallowed_methods, reason = "the shell measures")]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// Measures from when it was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(now())
    }

    /// One that has run so long already.
    pub(super) fn started(ago: Duration) -> Self {
        Self(now().checked_sub(ago).unwrap_or_else(now))
    }

    /// Since then.
    pub(super) fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}
