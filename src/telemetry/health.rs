//! Whether the bot is well: what a supervisor restarts it for (live), and what it cannot do its work without (ready).

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::label::Access;
use super::stopwatch::now;

/// No event takes so long: who has not finished one in this time will not.
const STUCK: Duration = Duration::from_mins(2);

/// A store that fails for so long is worth a restart, which connects anew. Sooner it would only cost sessions, of which
/// Discord grants so many a day.
const LOST: Duration = Duration::from_mins(5);

/// What of the bot is known to be well or not.
pub(super) struct Health {
    born: Instant,
    /// Since when the event in hand has been, in milliseconds since then and one more; 0 where there is none.
    handling: AtomicU64,
    /// Since when the store has failed, by what it was asked for.
    failing: Mutex<[Option<Instant>; 2]>,
    /// The shards of this process, and whether each has a session.
    shards: Mutex<BTreeMap<u32, bool>>,
    settings: AtomicBool,
    circuit: AtomicBool,
    stopping: AtomicBool,
}

/// What a health endpoint answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all is well.
    pub ok: bool,
    /// What is not.
    pub missing: Vec<Missing>,
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// What.
    pub what: &'static str,
    /// In which way.
    pub why: String,
    /// Which shards it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shards: Vec<u32>,
}

impl Missing {
    fn new(what: &'static str, why: impl Into<String>) -> Self {
        Self { what, why: why.into(), shards: Vec::new() }
    }
}

impl From<Vec<Missing>> for Report {
    fn from(missing: Vec<Missing>) -> Self {
        Self { ok: missing.is_empty(), missing }
    }
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            born: now(),
            handling: AtomicU64::default(),
            failing: Mutex::default(),
            shards: Mutex::default(),
            settings: AtomicBool::default(),
            circuit: AtomicBool::default(),
            stopping: AtomicBool::default(),
        }
    }

    pub(super) fn began(&self) {
        self.handling.store(self.age() + 1, Ordering::Relaxed);
    }

    pub(super) fn ended(&self) {
        self.handling.store(0, Ordering::Relaxed);
    }

    /// In milliseconds.
    fn age(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX - 1)
    }

    /// How long the event in hand has been.
    fn handling_for(&self) -> Option<Duration> {
        let began = self.handling.load(Ordering::Relaxed).checked_sub(1)?;
        Some(Duration::from_millis(self.age().saturating_sub(began)))
    }

    pub(super) fn store(&self, access: Access, answered: bool) {
        let mut failing = lock(&self.failing);
        let since = &mut failing[access as usize];
        *since = if answered { None } else { since.or_else(|| Some(now())) };
    }

    pub(super) fn store_answers(&self) -> bool {
        self.failing_for().is_none()
    }

    fn failing_for(&self) -> Option<Duration> {
        lock(&self.failing).iter().flatten().map(Instant::elapsed).max()
    }

    pub(super) fn shard(&self, shard: u32, has_session: bool) {
        lock(&self.shards).insert(shard, has_session);
    }

    pub(super) fn settings_loaded(&self) {
        self.settings.store(true, Ordering::Relaxed);
    }

    pub(super) fn circuit(&self, open: bool) {
        self.circuit.store(open, Ordering::Relaxed);
    }

    pub(super) fn stopping(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether a restart would help: the event in hand is done in time, and the store is not lost.
    pub(super) fn live(&self) -> Report {
        let mut missing = Vec::new();
        if let Some(stuck) = self.handling_for().filter(|time| *time >= STUCK) {
            let why = format!("the event in hand has not been done for {} s", stuck.as_secs());
            missing.push(Missing::new("events", why));
        }
        if let Some(lost) = self.failing_for().filter(|since| *since >= LOST) {
            missing.push(Missing::new("store", format!("it has not answered for {} s", lost.as_secs())));
        }
        missing.into()
    }

    /// Whether it does its work.
    pub(super) fn ready(&self) -> Report {
        let mut missing = Vec::new();
        let is = |flag: &AtomicBool| flag.load(Ordering::Relaxed);
        if is(&self.stopping) {
            missing.push(Missing::new("process", "it is stopping"));
        }
        if !is(&self.settings) {
            missing.push(Missing::new("settings", "they are not loaded yet"));
        }
        missing.extend(self.without_session());
        if !self.store_answers() {
            missing.push(Missing::new("store", "it does not answer"));
        }
        if is(&self.circuit) {
            missing.push(Missing::new(
                "circuit",
                "too many requests were invalid, so only what is urgent is asked of Discord",
            ));
        }
        missing.into()
    }

    fn without_session(&self) -> Option<Missing> {
        let shards = lock(&self.shards);
        if shards.is_empty() {
            return Some(Missing::new("gateway", "it is not connected yet"));
        }
        let without: Vec<u32> = shards.iter().filter(|(_, has)| !**has).map(|(shard, _)| *shard).collect();
        let why = "shards have no session";
        (!without.is_empty()).then(|| Missing { shards: without, ..Missing::new("gateway", why) })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(report: &Report) -> Vec<&'static str> {
        assert_eq!(report.ok, report.missing.is_empty());
        report.missing.iter().map(|missing| missing.what).collect()
    }

    fn ready() -> Health {
        let health = Health::new();
        health.settings_loaded();
        health.shard(0, true);
        health.shard(1, true);
        assert_eq!(missing(&health.ready()), [""; 0]);
        health
    }

    #[test]
    fn what_has_just_started_lives_and_is_not_ready() {
        let health = Health::new();
        assert_eq!(missing(&health.live()), [""; 0]);
        assert_eq!(missing(&health.ready()), ["settings", "gateway"]);
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        type Change = fn(&Health);
        let rows: [(Change, &str); 5] = [
            (|health| health.shard(1, false), "gateway"),
            (|health| health.store(Access::Write, false), "store"),
            (|health| health.store(Access::Read, false), "store"),
            (|health| health.circuit(true), "circuit"),
            (Health::stopping, "process"),
        ];
        for (change, what) in rows {
            let health = ready();
            change(&health);
            assert_eq!(missing(&health.ready()), [what]);
            assert_eq!(missing(&health.live()), [""; 0], "{what} is no reason for a restart yet");
        }
        let health = ready();
        health.shard(1, false);
        assert_eq!(health.ready().missing[0].shards, [1]);
    }

    #[test]
    fn reading_says_nothing_of_writing() {
        let health = ready();
        health.store(Access::Write, false);
        health.store(Access::Read, true);
        assert!(!health.store_answers(), "the disk is full");
        health.store(Access::Write, true);
        assert!(health.store_answers());
    }

    #[test]
    fn what_is_stuck_or_lost_for_long_is_restarted() {
        let mut health = ready();
        let long_ago = |time: Duration| now().checked_sub(time).unwrap();
        health.began();
        assert_eq!(missing(&health.live()), [""; 0]);
        health.born = long_ago(STUCK);
        assert_eq!(missing(&health.live()), ["events"]);
        health.ended();
        lock(&health.failing)[0] = Some(long_ago(LOST));
        assert_eq!(missing(&health.live()), ["store"]);
        health.store(Access::Read, true);
        assert_eq!(missing(&health.live()), [""; 0]);
    }
}
