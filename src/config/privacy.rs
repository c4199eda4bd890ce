//! What is kept, and for how long.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use super::value;

/// A day, and what is kept for a year: both longer than any leap second matters.
const DAY: Duration = Duration::from_hours(24);

/// What is kept of members, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// How long a case is kept once it is over; `0s` erases it at the next sweep.
    #[serde(deserialize_with = "value::duration")]
    pub keep_closed: Duration,
    /// How long messages are kept that moderators judged; `0s` erases them at the next sweep.
    #[serde(deserialize_with = "value::duration")]
    pub keep_examples: Duration,
    /// Whether what is written in the private threads of cases is kept with them, masked.
    pub transcripts: bool,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { keep_closed: 30 * DAY, keep_examples: 365 * DAY, transcripts: false }
    }
}

impl Privacy {
    /// For how many days after the end of a case its conversation is kept, at most; none where it is not.
    #[must_use]
    pub fn transcript_days(&self) -> Option<u32> {
        let days = self.keep_closed.as_secs().div_ceil(DAY.as_secs()).max(1);
        self.transcripts.then(|| u32::try_from(days).unwrap_or(u32::MAX))
    }

    /// When what happened at `at` is to be gone if it is kept for `length`.
    #[must_use]
    pub fn until(at: Timestamp, length: Duration) -> Timestamp {
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        at.checked_add(length).unwrap_or(Timestamp::MAX)
    }
}
