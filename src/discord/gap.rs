//! When we last listened, so that what was said meanwhile can be read back.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serenity::model::id::GuildId;

/// Read back this much more than the gap: clocks differ, and what arrived last may not have been committed.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// A guild that is not there this long after a session began is in an outage and will not be waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// The last time the gateway was heard, and the last gap in listening.
pub(super) struct Gap {
    inner: Mutex<Inner>,
    max_age: SignedDuration,
}

#[derive(Default)]
struct Inner {
    heard: Option<Timestamp>,
    since: Option<Timestamp>,
    /// Guilds of the current session whose history has not been read back yet.
    unread: HashSet<GuildId>,
    session_began: Option<Timestamp>,
}

impl Gap {
    /// `last_alive` is when an earlier process last listened; none on the first start ever, when nothing is
    /// read back. Messages older than `max_age` are left alone.
    pub(super) fn new(last_alive: Option<Timestamp>, max_age: SignedDuration) -> Self {
        Self { inner: Mutex::new(Inner { since: last_alive, ..Inner::default() }), max_age }
    }

    /// The gateway was heard at `at`.
    pub(super) fn heard(&self, at: Timestamp) {
        self.with(|inner| inner.heard = Some(at));
    }

    /// The connection is gone: whatever comes after the last event heard may be missed.
    pub(super) fn open(&self) {
        self.with(|inner| inner.since = inner.heard.or(inner.since));
    }

    /// A new session began at `at`, with these guilds to come.
    pub(super) fn session(&self, guilds: HashSet<GuildId>, at: Timestamp) {
        self.with(|inner| {
            inner.unread = guilds;
            inner.session_began = Some(at);
        });
    }

    /// What was missed in `guild` has been read back.
    pub(super) fn read_back(&self, guild: GuildId) {
        self.with(|inner| inner.unread.remove(&guild));
    }

    /// Whether no process listened before this one, and nothing was missed since.
    pub(super) fn is_first_start(&self) -> bool {
        self.with(|inner| inner.since.is_none())
    }

    /// From when on history is to be read at `now`; none when nothing can have been missed.
    pub(super) fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let oldest = now.checked_sub(self.max_age).unwrap_or(Timestamp::MIN);
        let since = self.with(|inner| inner.since)?;
        Some(since.checked_sub(MARGIN).unwrap_or(since).max(oldest))
    }

    /// Until when everything said has been heard or read back, if that can be told at `now`.
    pub(super) fn complete_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.with(|inner| {
            let began = inner.session_began?;
            let patient = began.checked_add(PATIENCE).unwrap_or(Timestamp::MAX) > now;
            if patient && !inner.unread.is_empty() { None } else { inner.heard }
        })
    }

    fn with<T>(&self, look: impl FnOnce(&mut Inner) -> T) -> T {
        look(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    fn hour() -> SignedDuration {
        SignedDuration::from_hours(1)
    }

    #[test]
    fn on_the_first_start_ever_nothing_is_read_back() {
        let gap = Gap::new(None, hour());
        assert!(gap.is_first_start());
        assert_eq!(gap.since(at(0)), None);
    }

    #[test]
    fn after_a_restart_it_is_read_from_a_little_before_the_end() {
        let gap = Gap::new(Some(at(-600)), hour());
        assert_eq!(gap.since(at(0)), Some(at(-630)));
    }

    #[test]
    fn what_is_too_old_is_left_alone() {
        let gap = Gap::new(Some(at(-86_400)), hour());
        assert_eq!(gap.since(at(0)), Some(at(-3600)));
    }

    #[test]
    fn a_lost_connection_is_a_gap_from_the_last_event_on() {
        let gap = Gap::new(None, hour());
        gap.heard(at(0));
        gap.open();
        gap.open();
        assert_eq!(gap.since(at(60)), Some(at(-30)));
    }

    #[test]
    fn all_is_heard_only_once_every_guild_is_read_back_or_given_up() {
        let gap = Gap::new(Some(at(-600)), hour());
        gap.heard(at(0));
        assert_eq!(gap.complete_until(at(0)), None, "no session yet");
        gap.session(HashSet::from([GuildId::new(1), GuildId::new(2)]), at(0));
        gap.read_back(GuildId::new(1));
        assert_eq!(gap.complete_until(at(1)), None);
        assert_eq!(gap.complete_until(at(121)), Some(at(0)), "an outage is not waited for");
        gap.read_back(GuildId::new(2));
        assert_eq!(gap.complete_until(at(1)), Some(at(0)));
    }
}
