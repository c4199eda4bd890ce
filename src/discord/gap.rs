//! What was not heard: since when, and in which guilds, so that it can be read back.
//!
//! Everything here is per shard: each has a connection, and gaps, of its own.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::discord::id::{ChannelId, GuildId, MessageId};

/// Read back this much more than the gap: clocks differ, and what arrived last may not have been committed.
pub(super) const MARGIN: SignedDuration = SignedDuration::from_secs(30);

/// A guild that is not there this long after a session began is in an outage: it is noted, and not waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(2);

/// When each shard was last heard, and what it may have missed.
pub(super) struct Gap {
    shards: Mutex<BTreeMap<u32, Shard>>,
    /// Told when a message was missed by itself.
    missed: Notify,
}

#[derive(Default)]
struct Shard {
    /// Until when all that came was taken up.
    heard: Option<Timestamp>,
    /// When an earlier process heard it last.
    before: Option<Timestamp>,
    /// Guilds in which something may have been missed.
    unread: HashMap<GuildId, Unread>,
    /// Messages that were missed by themselves: the earliest of each channel.
    missed: HashMap<Place, Missed>,
    /// Those of them that are being read.
    reading: HashMap<Place, Missed>,
    session_began: Option<Timestamp>,
}

/// A guild in which something may have been missed.
struct Unread {
    since: Timestamp,
    /// When that was found out.
    found: Timestamp,
    /// Whether the guild is there.
    arrived: bool,
    /// Whether the store knows, so that nothing is lost when this process ends.
    noted: bool,
    /// How many read it back.
    readers: u32,
}

/// A channel of a guild.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) guild: GuildId,
    pub(super) channel: ChannelId,
}

/// The first message that was missed in a channel, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missed {
    pub(super) message: MessageId,
    pub(super) at: Timestamp,
}

impl Missed {
    fn earlier(self, other: Self) -> Self {
        Self { message: self.message.min(other.message), at: self.at.min(other.at) }
    }
}

impl Gap {
    /// `last_alive` is when an earlier process last listened; none on the first start ever, when nothing is read back.
    pub(super) fn new(shards: impl Iterator<Item = u32>, last_alive: Option<Timestamp>) -> Self {
        let shard = |number| (number, Shard { before: last_alive, ..Shard::default() });
        Self { shards: Mutex::new(shards.map(shard).collect()), missed: Notify::new() }
    }

    /// All that came to `shard` until `at` was taken up.
    pub(super) fn heard(&self, shard: u32, at: Timestamp) {
        self.with(shard, |shard| shard.heard = Some(at));
    }

    /// `shard` began a new session at `at`, with these guilds to come: whatever was said after the last event it heard may
    /// be missed. Nothing is, where nothing was ever heard.
    pub(super) fn session(&self, shard: u32, guilds: HashSet<GuildId>, at: Timestamp) {
        self.with(shard, |shard| {
            shard.session_began = Some(at);
            shard.unread.retain(|guild, _| guilds.contains(guild));
            if let Some(since) = shard.heard.or(shard.before) {
                for guild in guilds {
                    shard.not_there(guild, since, at);
                }
            }
        });
    }

    /// Discord cannot reach `guild` for a while.
    pub(super) fn outage(&self, shard: u32, guild: GuildId, at: Timestamp) {
        self.with(shard, |shard| shard.not_there(guild, at, at));
    }

    /// We are in `guild` no longer.
    pub(super) fn gone(&self, shard: u32, guild: GuildId) {
        self.with(shard, |shard| shard.unread.remove(&guild));
    }

    /// `guild` is there, where we have been since `joined`. Whether something may have been missed in it.
    pub(super) fn arrived(&self, shard: u32, guild: GuildId, joined: Option<Timestamp>) -> bool {
        let arrived = self.with(shard, |shard| {
            let unread = shard.unread.get_mut(&guild)?;
            unread.arrived = true;
            unread.since = joined.map_or(unread.since, |joined| joined.max(unread.since));
            Some(())
        });
        arrived.flatten().is_some()
    }

    /// Somebody begins to read what was missed in `guild`: since when; none where nothing was.
    pub(super) fn begin(&self, guild: GuildId) -> Option<Timestamp> {
        self.all(|shards| {
            let unread = shards.values_mut().find_map(|shard| shard.unread.get_mut(&guild))?;
            unread.readers += 1;
            Some(unread.since)
        })
    }

    /// They have read it. Whoever cannot does not say so, and tries again. Whether nothing is left to be read in it.
    pub(super) fn end(&self, guild: GuildId) -> bool {
        self.all(|shards| {
            for shard in shards.values_mut() {
                let Some(unread) = shard.unread.get_mut(&guild) else { continue };
                unread.readers = unread.readers.saturating_sub(1);
                if unread.readers == 0 && unread.arrived {
                    shard.unread.remove(&guild);
                }
            }
            !shards.values().any(|shard| shard.unread.contains_key(&guild))
        })
    }

    /// A message came at `at` and was not taken up.
    pub(super) fn missed(&self, shard: u32, place: Place, message: MessageId, at: Timestamp) {
        self.with(shard, |shard| put(&mut shard.missed, place, Missed { message, at }));
        self.missed.notify_one();
    }

    /// Whether messages were missed that nobody reads yet.
    pub(super) fn has_missed(&self) -> bool {
        self.all(|shards| shards.values().any(|shard| !shard.missed.is_empty()))
    }

    /// Waits until a message was missed.
    pub(super) async fn something_missed(&self) {
        while !self.has_missed() {
            self.missed.notified().await;
        }
    }

    /// Where messages were missed: somebody reads there now.
    pub(super) fn take_missed(&self) -> Vec<(Place, Missed)> {
        self.all(|shards| {
            let mut taken = Vec::new();
            for shard in shards.values_mut() {
                let missed = std::mem::take(&mut shard.missed);
                for (place, missed) in &missed {
                    put(&mut shard.reading, *place, *missed);
                }
                taken.extend(missed);
            }
            taken
        })
    }

    /// What was missed in a place is read, or will have to be another time.
    pub(super) fn found(&self, place: Place, read: bool) {
        self.all(|shards| {
            for shard in shards.values_mut() {
                if let Some(missed) = shard.reading.remove(&place)
                    && !read
                {
                    put(&mut shard.missed, place, missed);
                }
            }
        });
    }

    /// Guilds that have not come in time, and since when something may have been missed in them.
    pub(super) fn overdue(&self, now: Timestamp) -> Vec<(GuildId, Timestamp)> {
        self.all(|shards| {
            let unread = shards.values().flat_map(|shard| &shard.unread);
            let overdue = unread.filter(|(_, unread)| unread.is_overdue(now) && !unread.noted);
            overdue.map(|(guild, unread)| (*guild, unread.since)).collect()
        })
    }

    /// The store knows that something may have been missed in `guild`.
    pub(super) fn noted(&self, guild: GuildId) {
        self.all(|shards| {
            let unread = shards.values_mut().filter_map(|shard| shard.unread.get_mut(&guild));
            unread.for_each(|unread| unread.noted = true);
        });
    }

    /// Whether no process listened before this one, and nothing was heard so far.
    pub(super) fn is_first_start(&self) -> bool {
        self.all(|shards| shards.values().all(|shard| shard.heard.or(shard.before).is_none()))
    }

    /// Until when everything said was taken up or read back on every shard, or is noted. None as long as a shard has had no
    /// session.
    pub(super) fn complete_until(&self) -> Option<Timestamp> {
        self.all(|shards| shards.values().map(Shard::complete_until).min()).flatten()
    }

    /// Whether nothing is left to be read back of what can be at `now`.
    pub(super) fn is_caught_up(&self, now: Timestamp) -> bool {
        let caught_up = |shard: &Shard| {
            let waited_for = |unread: &Unread| !unread.is_overdue(now);
            shard.session_began.is_some() && !shard.unread.values().any(waited_for)
        };
        self.all(|shards| shards.values().all(caught_up))
    }

    fn with<T>(&self, id: u32, look: impl FnOnce(&mut Shard) -> T) -> Option<T> {
        self.all(|shards| shards.get_mut(&id).map(look))
    }

    fn all<T>(&self, look: impl FnOnce(&mut BTreeMap<u32, Shard>) -> T) -> T {
        look(&mut self.shards.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Shard {
    fn not_there(&mut self, guild: GuildId, since: Timestamp, found: Timestamp) {
        let unread = Unread { since, found, arrived: false, noted: false, readers: 0 };
        let unread = self.unread.entry(guild).or_insert(unread);
        // What the store knows of is what was missed before, and whoever reads that back makes it forget.
        (unread.found, unread.arrived, unread.noted) = (found, false, false);
    }

    fn complete_until(&self) -> Option<Timestamp> {
        self.session_began?;
        let guilds = self.unread.values().filter(|unread| !unread.noted).map(|unread| unread.since);
        let places = self.missed.values().chain(self.reading.values()).map(|missed| missed.at);
        guilds.chain(places).chain(self.heard).min()
    }
}

impl Unread {
    fn is_overdue(&self, now: Timestamp) -> bool {
        !self.arrived && now.duration_since(self.found) >= PATIENCE
    }
}

fn put(places: &mut HashMap<Place, Missed>, place: Place, missed: Missed) {
    let known = places.entry(place).or_insert(missed);
    *known = known.earlier(missed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + seconds).unwrap()
    }

    const FIRST: u32 = 0;
    const SECOND: u32 = 1;

    fn guild(id: u64) -> GuildId {
        GuildId::new(id)
    }

    /// A process of two shards, which another one stopped ten minutes before.
    fn gap() -> Gap {
        let gap = Gap::new(0..2, Some(at(-600)));
        for shard in [FIRST, SECOND] {
            gap.session(shard, HashSet::from([guild(u64::from(shard) + 1)]), at(0));
            gap.heard(shard, at(0));
        }
        gap
    }

    /// What was missed in a guild is read back.
    fn read_back(gap: &Gap, id: u64) {
        let shard = u32::try_from(id - 1).unwrap();
        assert!(gap.arrived(shard, guild(id), None));
        gap.begin(guild(id)).unwrap();
        gap.end(guild(id));
    }

    #[test]
    fn on_the_first_start_ever_nothing_is_read_back() {
        let gap = Gap::new(0..1, None);
        gap.session(FIRST, HashSet::from([guild(1)]), at(0));
        assert!(gap.is_first_start());
        assert!(!gap.arrived(FIRST, guild(1), None));
        gap.heard(FIRST, at(3));
        assert_eq!((gap.complete_until(), gap.is_caught_up(at(3))), (Some(at(3)), true));
    }

    #[test]
    fn after_a_restart_all_is_read_from_where_it_ended_and_nothing_is_forgotten_before() {
        let gap = gap();
        assert_eq!(gap.complete_until(), Some(at(-600)));
        read_back(&gap, 1);
        assert_eq!((gap.complete_until(), gap.is_caught_up(at(1))), (Some(at(-600)), false));
        read_back(&gap, 2);
        assert_eq!((gap.complete_until(), gap.is_caught_up(at(1))), (Some(at(0)), true));
    }

    #[test]
    fn a_new_session_is_a_gap_from_its_own_shards_last_event_on() {
        let gap = gap();
        read_back(&gap, 1);
        read_back(&gap, 2);
        gap.heard(FIRST, at(5));
        gap.heard(SECOND, at(50));
        gap.session(FIRST, HashSet::from([guild(1)]), at(60));
        assert!(gap.arrived(FIRST, guild(1), None));
        assert_eq!(gap.begin(guild(1)), Some(at(5)));
        assert!(!gap.arrived(SECOND, guild(2), None));
    }

    #[test]
    fn a_gap_within_a_gap_is_read_from_the_first_and_only_the_last_reader_closes_it() {
        let gap = gap();
        assert!(gap.arrived(FIRST, guild(1), None));
        assert_eq!(gap.begin(guild(1)), Some(at(-600)));
        gap.heard(FIRST, at(7));
        gap.session(FIRST, HashSet::from([guild(1)]), at(9));
        gap.end(guild(1));
        assert!(gap.arrived(FIRST, guild(1), None), "the first reader did not see the second gap");
        assert_eq!((gap.begin(guild(1)), gap.begin(guild(1))), (Some(at(-600)), Some(at(-600))));
        gap.end(guild(1));
        assert!(gap.arrived(FIRST, guild(1), None));
        gap.end(guild(1));
        assert!(!gap.arrived(FIRST, guild(1), None));
    }

    #[test]
    fn nothing_was_missed_in_a_guild_before_we_joined_it() {
        let gap = gap();
        assert!(gap.arrived(FIRST, guild(1), Some(at(-60))), "it was joined while we were away");
        assert_eq!(gap.begin(guild(1)), Some(at(-60)));
        assert!(!gap.arrived(FIRST, guild(9), Some(at(3))), "it was joined just now");
    }

    #[test]
    fn a_guild_in_an_outage_is_waited_for_noted_and_then_let_be() {
        let gap = gap();
        read_back(&gap, 2);
        assert_eq!(gap.overdue(at(119)), []);
        assert_eq!(gap.overdue(at(120)), [(guild(1), at(-600))]);
        assert_eq!((gap.complete_until(), gap.is_caught_up(at(120))), (Some(at(-600)), true));
        gap.noted(guild(1));
        assert_eq!((gap.overdue(at(120)), gap.complete_until()), (Vec::new(), Some(at(0))));
        assert!(gap.arrived(FIRST, guild(1), None));
        assert_eq!(gap.begin(guild(1)), Some(at(-600)), "it is read back when it is over");
        gap.outage(FIRST, guild(1), at(200));
        assert_eq!(gap.complete_until(), Some(at(-600)), "what is noted is not relied on for another gap");
        assert!(!gap.end(guild(1)), "nor is it forgotten by whoever read the first one only");
        assert_eq!(gap.overdue(at(320)), [(guild(1), at(-600))]);
        assert!(gap.arrived(FIRST, guild(1), None) && gap.begin(guild(1)).is_some());
        assert!(gap.end(guild(1)));
    }

    #[test]
    fn all_is_heard_only_as_far_as_every_shard_has() {
        let gap = Gap::new(0..2, None);
        gap.session(FIRST, HashSet::new(), at(0));
        gap.heard(FIRST, at(9));
        assert_eq!(gap.complete_until(), None, "the other shard has no session yet");
        gap.session(SECOND, HashSet::new(), at(0));
        gap.heard(SECOND, at(5));
        assert_eq!(gap.complete_until(), Some(at(5)));
    }

    #[test]
    fn messages_missed_by_themselves_hold_back_until_they_are_read() {
        let gap = gap();
        read_back(&gap, 1);
        read_back(&gap, 2);
        let place = Place { guild: guild(1), channel: ChannelId::new(7) };
        for (message, second) in [(12, 4), (11, 5)] {
            gap.missed(FIRST, place, MessageId::new(message), at(second));
        }
        gap.heard(FIRST, at(8));
        gap.heard(SECOND, at(8));
        assert_eq!(gap.complete_until(), Some(at(4)));
        let missed = Missed { message: MessageId::new(11), at: at(4) };
        assert_eq!(gap.take_missed(), [(place, missed)]);
        gap.missed(FIRST, place, MessageId::new(15), at(7));
        gap.found(place, false);
        assert_eq!(gap.take_missed(), [(place, missed)], "what could not be read is read again");
        gap.missed(FIRST, place, MessageId::new(16), at(7));
        gap.found(place, true);
        assert_eq!(gap.complete_until(), Some(at(7)), "one more was missed meanwhile");
        gap.take_missed();
        gap.found(place, true);
        assert_eq!(gap.complete_until(), Some(at(8)));
    }
}
