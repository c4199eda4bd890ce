//! When we last listened, so that what was said meanwhile can be read back.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::discord::id::GuildId;
use jiff::{SignedDuration, Timestamp};

/// Read back this much more than the gap: clocks differ, and what arrived last may not have been committed.
const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// A guild that is not there this long after a session began is in an outage and will not be waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// When each shard was last heard, and since when it may have missed something.
pub(super) struct Gap {
    shards: Mutex<Vec<Shard>>,
    max_age: SignedDuration,
}

#[derive(Clone, Default)]
struct Shard {
    heard: Option<Timestamp>,
    since: Option<Timestamp>,
    /// Guilds of the current session whose history has not been read back yet.
    unread: HashSet<GuildId>,
    session_began: Option<Timestamp>,
}

impl Gap {
    /// `last_alive` is when an earlier process last listened; none on the first start ever, when nothing is
    /// read back. Messages older than `max_age` are left alone.
    pub(super) fn new(shards: u32, last_alive: Option<Timestamp>, max_age: SignedDuration) -> Self {
        let shard = Shard { since: last_alive, ..Shard::default() };
        let shards = vec![shard; usize::try_from(shards.max(1)).unwrap_or(1)];
        Self { shards: Mutex::new(shards), max_age }
    }

    /// `shard` was heard at `at`.
    pub(super) fn heard(&self, shard: u32, at: Timestamp) {
        self.with(shard, |shard| shard.heard = Some(at));
    }

    /// `shard` began a new session at `at`, with these guilds to come: whatever was said after the last event
    /// it heard may be missed.
    pub(super) fn session(&self, shard: u32, guilds: HashSet<GuildId>, at: Timestamp) {
        self.with(shard, |shard| {
            shard.since = shard.heard.or(shard.since);
            shard.unread = guilds;
            shard.session_began = Some(at);
        });
    }

    /// What was missed in `guild` has been read back.
    pub(super) fn read_back(&self, guild: GuildId) {
        self.all(|shards| {
            for shard in shards {
                shard.unread.remove(&guild);
            }
        });
    }

    /// Whether no process listened before this one, and nothing was missed since.
    pub(super) fn is_first_start(&self) -> bool {
        self.all(|shards| shards.iter().all(|shard| shard.since.is_none()))
    }

    /// From when on the history of guilds of `shard` is to be read at `now`; none when nothing can have been missed.
    pub(super) fn since(&self, shard: u32, now: Timestamp) -> Option<Timestamp> {
        let oldest = now.checked_sub(self.max_age).unwrap_or(Timestamp::MIN);
        let since = self.with(shard, |shard| shard.since)??;
        Some(since.checked_sub(MARGIN).unwrap_or(since).max(oldest))
    }

    /// Until when everything said has been heard or read back on every shard, if that can be told at `now`.
    pub(super) fn complete_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.all(|shards| shards.iter().map(|shard| shard.complete_until(now)).min()).flatten()
    }

    fn with<T>(&self, id: u32, look: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        self.all(|shards| shards.get_mut(usize::try_from(id).ok()?).map(look))
    }

    fn all<T>(&self, look: impl FnOnce(&mut Vec<Shard>) -> T) -> T {
        look(&mut self.shards.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shard {
    fn complete_until(&self, now: Timestamp) -> Option<Timestamp> {
        let patient_until = self.session_began?.checked_add(PATIENCE).unwrap_or(Timestamp::MAX);
        if now < patient_until && !self.unread.is_empty() { None } else { self.heard }
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

    const FIRST: u32 = 0;
    const SECOND: u32 = 1;

    #[test]
    fn on_the_first_start_ever_nothing_is_read_back() {
        let gap = Gap::new(1, None, hour());
        gap.session(FIRST, HashSet::new(), at(0));
        assert!(gap.is_first_start());
        assert_eq!(gap.since(FIRST, at(0)), None);
    }

    #[test]
    fn after_a_restart_it_is_read_from_a_little_before_the_end() {
        let gap = Gap::new(1, Some(at(-600)), hour());
        gap.session(FIRST, HashSet::new(), at(0));
        assert_eq!(gap.since(FIRST, at(0)), Some(at(-630)));
    }

    #[test]
    fn what_is_too_old_is_left_alone() {
        let gap = Gap::new(1, Some(at(-86_400)), hour());
        assert_eq!(gap.since(FIRST, at(0)), Some(at(-3600)));
    }

    #[test]
    fn a_new_session_is_a_gap_from_its_own_shards_last_event_on() {
        let gap = Gap::new(2, None, hour());
        gap.heard(FIRST, at(0));
        gap.heard(SECOND, at(50));
        gap.session(FIRST, HashSet::new(), at(60));
        assert_eq!(gap.since(FIRST, at(60)), Some(at(-30)));
        assert_eq!(gap.since(SECOND, at(60)), None);
    }

    #[test]
    fn all_is_heard_only_once_every_guild_is_read_back_or_given_up() {
        let gap = Gap::new(1, Some(at(-600)), hour());
        gap.heard(FIRST, at(0));
        assert_eq!(gap.complete_until(at(0)), None, "no session yet");
        gap.session(FIRST, HashSet::from([GuildId::new(1), GuildId::new(2)]), at(0));
        gap.read_back(GuildId::new(1));
        assert_eq!(gap.complete_until(at(1)), None);
        assert_eq!(gap.complete_until(at(121)), Some(at(0)), "an outage is not waited for");
        gap.read_back(GuildId::new(2));
        assert_eq!(gap.complete_until(at(1)), Some(at(0)));
    }

    #[test]
    fn all_is_heard_only_as_far_as_every_shard_has() {
        let gap = Gap::new(2, None, hour());
        gap.session(FIRST, HashSet::new(), at(0));
        gap.heard(FIRST, at(9));
        assert_eq!(gap.complete_until(at(10)), None, "the other shard has no session yet");
        gap.session(SECOND, HashSet::new(), at(0));
        gap.heard(SECOND, at(5));
        assert_eq!(gap.complete_until(at(10)), Some(at(5)));
    }
}
