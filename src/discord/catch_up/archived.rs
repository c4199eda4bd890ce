//! Public threads and forum posts that were archived while we were away: nobody tells of them.

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use tracing::warn;

use super::{CatchUp, Untold};
use crate::case::action::Priority;
use crate::discord::history::{PAGE, read_patiently};
use crate::discord::id::{ChannelId, GuildId};
use crate::discord::rest::RestError;
use crate::discord::wire::Channel;
use crate::message::MessageId;
use crate::store::Store;

/// When a thread was archived.
#[derive(Deserialize)]
struct Archived {
    thread_metadata: Metadata,
}

#[derive(Deserialize)]
struct Metadata {
    archive_timestamp: Timestamp,
}

impl<S: Store + 'static> CatchUp<S> {
    /// Takes note of the threads of watched channels that were archived since `since` and in which something was said, so
    /// that they are read like any other.
    pub(super) async fn find_archived(&self, guild: GuildId, since: Timestamp) -> Result<(), Untold> {
        for parent in self.guilds.thread_homes(guild) {
            match self.archived_in(guild, parent, since).await {
                Err(error) if error.is_closed() => {
                    warn!(%guild, channel = %parent, %error, "archived threads cannot be read");
                }
                found => found?,
            }
        }
        Ok(())
    }

    /// They come the latest archived first.
    async fn archived_in(
        &self,
        guild: GuildId,
        parent: ChannelId,
        since: Timestamp,
    ) -> Result<(), RestError> {
        let mut before = String::new();
        loop {
            let path = format!("channels/{parent}/threads/archived/public?limit={PAGE}{before}");
            let mut page = read_patiently(&self.rest, &path, Priority::Background).await?;
            let has_more = page["has_more"] == true;
            let Value::Array(threads) = page["threads"].take() else { return Ok(()) };
            let archived = threads.iter().filter_map(|thread| Archived::deserialize(thread).ok());
            let earliest = archived.map(|thread| thread.thread_metadata.archive_timestamp).min();
            self.note_threads(guild, &threads, since);
            match earliest.filter(|earliest| has_more && *earliest >= since) {
                Some(earliest) => before = format!("&before={}", encoded(earliest)),
                None => return Ok(()),
            }
        }
    }

    fn note_threads(&self, guild: GuildId, threads: &[Value], since: Timestamp) {
        let first = MessageId::at(since).0;
        let threads = threads.iter().filter_map(|thread| Channel::deserialize(thread).ok());
        for thread in threads.filter(|it| it.last_message_id.is_some_and(|last| last.get() >= first)) {
            self.guilds.set_channel(guild, thread);
        }
    }
}

/// As it stands in an address.
fn encoded(at: Timestamp) -> String {
    at.to_string().replace(':', "%3A")
}
