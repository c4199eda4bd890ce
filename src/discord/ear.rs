//! Between the connections, which must go on whatever happens, and the listener, which takes the time it takes.
//!
//! What waits in between is bounded by its size. Where there is no room, a connection waits for a moment, far less than
//! Discord waits for a heartbeat. After that messages are remembered by their place alone and read back from history once
//! there is room again; anything else cannot be had that way, and calls for a new session, which begins by telling how
//! everything stands.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tracing::warn;

use super::clock::Clock;
use super::gap::{Gap, Place};
use super::id::{ChannelId, GuildId, MessageId};

/// How much may wait, in KiB. A message takes one or two, so that this is a second of the most that one process is made for
/// (20,000 messages a second), and a large server that is announced takes 1,000.
const ROOM: u32 = 32 * 1024;

/// So much of it is kept free of messages: all else must not be missed.
const RESERVE: u32 = ROOM / 4;

/// How long a message waits for room, and how long anything else. Heartbeats go out in between, and are due every 41 seconds.
const MOMENT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks whether there is room.
const GLANCE: Duration = Duration::from_millis(20);

/// What was heard: a dispatch or another word of Discord's, as it stands, the shard that heard it, and when.
pub(super) struct Heard {
    pub(super) shard: u32,
    pub(super) text: String,
    pub(super) at: Timestamp,
    _room: OwnedSemaphorePermit,
}

/// Where connections put what they hear. Cheap to clone.
#[derive(Clone)]
pub(super) struct Ear {
    sender: UnboundedSender<Heard>,
    room: Arc<Semaphore>,
    gap: Arc<Gap>,
    clock: Clock,
}

/// There was no room for something that cannot be read back.
#[derive(Debug)]
pub(super) struct Overflow;

impl Ear {
    /// An ear, and what takes up what it heard.
    pub(super) fn new(gap: Arc<Gap>, clock: Clock) -> (Self, UnboundedReceiver<Heard>) {
        let (sender, heard) = unbounded_channel();
        let room = Arc::new(Semaphore::new(ROOM as usize));
        (Self { sender, room, gap, clock }, heard)
    }

    /// Takes `text`, or remembers where it is to be found.
    pub(super) async fn hear(&self, shard: u32, text: String) -> Result<(), Overflow> {
        let at = self.clock.now();
        let size = size(&text);
        let room = match self.room(size, RESERVE) {
            Some(room) => room,
            None => match missable(&text) {
                Some((place, message)) => {
                    let Some(room) = self.room_for_message(size).await else {
                        self.gap.missed(shard, place, message, at);
                        return Ok(());
                    };
                    room
                }
                None => self.wait_for_room(size, 0, PATIENCE).await.ok_or(Overflow)?,
            },
        };
        // The queue closes only when we stop, and then nobody is left to tell.
        self.sender.send(Heard { shard, text, at, _room: room }).ok();
        Ok(())
    }

    /// Waits until what was heard has been taken up, but for a little.
    pub(super) async fn relieved(&self) {
        while self.room.available_permits() < (ROOM - RESERVE) as usize {
            sleep(GLANCE).await;
        }
    }

    /// Room for so much, where `spare` stays free.
    fn room(&self, size: u32, spare: u32) -> Option<OwnedSemaphorePermit> {
        if self.room.available_permits() < (size + spare) as usize {
            return None;
        }
        Arc::clone(&self.room).try_acquire_many_owned(size).ok()
    }

    /// Nobody queues for it: whoever needs much would keep those from it who need little.
    async fn wait_for_room(&self, size: u32, spare: u32, most: Duration) -> Option<OwnedSemaphorePermit> {
        let waiting = async {
            loop {
                if let Some(room) = self.room(size, spare) {
                    return room;
                }
                sleep(GLANCE).await;
            }
        };
        timeout(most, waiting).await.ok()
    }

    /// The first that finds no room waits for a moment; those after it do not, as long as nothing was read back.
    async fn room_for_message(&self, size: u32) -> Option<OwnedSemaphorePermit> {
        if self.gap.has_missed() {
            return None;
        }
        let room = self.wait_for_room(size, RESERVE, MOMENT).await;
        if room.is_none() {
            warn!(
                "Discord says more than I can take up; messages are read back from history when there is time"
            );
        }
        room
    }
}

/// In KiB; what is larger than all the room takes all of it, less what keeps messages out.
fn size(text: &str) -> u32 {
    u32::try_from(text.len() / 1024 + 1).unwrap_or(u32::MAX).min(ROOM - RESERVE)
}

/// Where a new message is to be found, if `text` is one.
fn missable(text: &str) -> Option<(Place, MessageId)> {
    #[derive(Deserialize)]
    struct Dispatch {
        t: Option<String>,
        d: Message,
    }
    #[derive(Deserialize)]
    struct Message {
        id: MessageId,
        channel_id: ChannelId,
        guild_id: GuildId,
    }
    let Dispatch { t, d: Message { id, channel_id, guild_id } } = serde_json::from_str(text).ok()?;
    (t.as_deref() == Some("MESSAGE_CREATE")).then_some((Place { guild: guild_id, channel: channel_id }, id))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn message(id: u64, kib: usize) -> String {
        let event = json!({ "id": id.to_string(), "channel_id": "7", "guild_id": "1", "padding": "x".repeat(kib * 1024) });
        json!({ "op": 0, "s": 1, "t": "MESSAGE_CREATE", "d": event }).to_string()
    }

    fn ear() -> (Ear, UnboundedReceiver<Heard>, Arc<Gap>) {
        let gap = Arc::new(Gap::new(0..1, None));
        gap.session(0, HashSet::new(), Timestamp::UNIX_EPOCH);
        let (ear, heard) = Ear::new(Arc::clone(&gap), Clock::system());
        (ear, heard, gap)
    }

    #[tokio::test]
    async fn messages_that_find_no_room_are_remembered_by_their_place_and_all_else_is_let_in() {
        let (ear, mut heard, gap) = ear();
        for id in 1..=40 {
            ear.hear(0, message(id, 1024)).await.unwrap();
        }
        let mut queued = 0;
        while heard.try_recv().is_ok() {
            queued += 1;
        }
        assert!((20..24).contains(&queued), "three quarters of the room are for messages, not {queued} MiB");
        let missed = gap.take_missed();
        assert_eq!(missed.len(), 1);
        assert_eq!(missed[0].1.message.get(), queued + 1, "from the first that found no room on");
        let other = r#"{"op":0,"s":2,"t":"GUILD_ROLE_CREATE","d":{}}"#;
        ear.hear(0, other.to_owned()).await.unwrap();
    }

    #[tokio::test]
    async fn where_all_is_full_nothing_but_a_message_may_be_missed() {
        let (ear, mut heard, _gap) = ear();
        let other = format!(r#"{{"op":0,"s":2,"t":"GUILD_CREATE","d":"{}"}}"#, "x".repeat(8 << 20));
        for _ in 0..3 {
            ear.hear(0, other.clone()).await.unwrap();
        }
        assert!(ear.hear(0, other.clone()).await.is_err());
        assert!(timeout(MOMENT / 100, ear.relieved()).await.is_err());
        while heard.try_recv().is_ok() {}
        ear.relieved().await;
        ear.hear(0, other).await.unwrap();
    }

    #[tokio::test]
    async fn a_moment_is_waited_for_room_before_a_message_is_missed() {
        let (ear, mut heard, gap) = ear();
        for id in 1..=23 {
            ear.hear(0, message(id, 1024)).await.unwrap();
        }
        let taking = async {
            sleep(MOMENT / 2).await;
            while heard.try_recv().is_ok() {}
        };
        let (put, ()) = tokio::join!(ear.hear(0, message(24, 8 * 1024)), taking);
        put.unwrap();
        assert!(gap.take_missed().is_empty());
        assert!(heard.try_recv().is_ok());
    }
}
