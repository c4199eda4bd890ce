//! How many sessions may begin, and how soon after each other.
//!
//! Source: <https://discord.com/developers/docs/events/gateway#session-start-limit-object>.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

/// Within it one session of a bucket may begin.
const WINDOW: Duration = Duration::from_secs(5);

/// How many may begin in a day, and how long a day is.
const TOTAL: u64 = 1000;
const DAY: Duration = Duration::from_hours(24);

/// When sessions began, and when they may.
#[derive(Debug)]
pub(crate) struct Starts {
    max_concurrency: u64,
    /// Whether one that begins too soon is turned away; it is counted either way.
    enforced: bool,
    last: BTreeMap<u64, Instant>,
    left: u64,
    resets: Option<Instant>,
    violations: usize,
}

impl Starts {
    pub(crate) fn new(max_concurrency: u64, enforced: bool) -> Self {
        let max_concurrency = max_concurrency.max(1);
        Self { max_concurrency, enforced, last: BTreeMap::new(), left: TOTAL, resets: None, violations: 0 }
    }

    /// So many are left, for so long.
    pub(crate) fn set(&mut self, left: u64, reset_after: Duration) {
        (self.left, self.resets) = (left, Some(Instant::now() + reset_after));
    }

    /// A session of `shard` is to begin; whether it does.
    pub(crate) fn begin(&mut self, shard: u64) -> bool {
        self.pass_time();
        let now = Instant::now();
        let before = self.last.insert(shard % self.max_concurrency, now);
        let too_soon = before.is_some_and(|before| now.duration_since(before) < WINDOW);
        self.violations += usize::from(too_soon || self.left == 0);
        self.left = self.left.saturating_sub(1);
        !(too_soon && self.enforced)
    }

    pub(crate) fn violations(&self) -> usize {
        self.violations
    }

    fn pass_time(&mut self) {
        if self.resets.is_some_and(|resets| resets <= Instant::now()) {
            (self.left, self.resets) = (TOTAL, None);
        }
    }

    /// As `GET /gateway/bot` tells it.
    pub(crate) fn told(&mut self) -> Value {
        self.pass_time();
        let left = self.resets.map_or(DAY, |resets| resets.saturating_duration_since(Instant::now()));
        json!({
            "total": TOTAL, "remaining": self.left, "max_concurrency": self.max_concurrency,
            "reset_after": u64::try_from(left.as_millis()).unwrap_or(u64::MAX),
        })
    }
}
