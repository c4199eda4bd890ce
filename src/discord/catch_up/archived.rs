//! Public threads and forum posts that were archived while we were away: nobody tells of them.

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
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

/// No thread is archived by itself sooner than this after something was said in it.
/// Source: <https://discord.com/developers/docs/resources/channel#thread-metadata-object>.
pub(super) const SOONEST: SignedDuration = SignedDuration::from_hours(1);

impl<S: Store + 'static> CatchUp<S> {
    /// Takes note of the threads of watched channels that were archived since `since` and in which something was said, so
    /// that they are read like any other. Where not `all` channels are asked for them, those are in which anything was said
    /// or posted: a thread that is opened is told of there.
    pub(super) async fn find_archived(
        &self,
        guild: GuildId,
        since: Timestamp,
        all: bool,
    ) -> Result<HashSet<ChannelId>, Untold> {
        let mut found = HashSet::new();
        let first = MessageId::at(since).0;
        for (parent, latest) in self.guilds.thread_homes(guild) {
            if !all && latest.is_none_or(|latest| latest.get() < first) {
                continue;
            }
            match self.archived_in(guild, parent, since).await {
                Err(error) if error.is_closed() => {
                    warn!(%guild, channel = %parent, %error, "archived threads cannot be read");
                }
                threads => found.extend(threads?),
            }
        }
        Ok(found)
    }

    /// They come the latest archived first.
    async fn archived_in(
        &self,
        guild: GuildId,
        parent: ChannelId,
        since: Timestamp,
    ) -> Result<Vec<ChannelId>, RestError> {
        let (mut found, mut before) = (Vec::new(), String::new());
        loop {
            let path = format!("channels/{parent}/threads/archived/public?limit={PAGE}{before}");
            let mut page = read_patiently(&self.rest, &path, Priority::Background).await?;
            let has_more = page["has_more"] == true;
            let Value::Array(threads) = page["threads"].take() else { return Ok(found) };
            let threads: Vec<Channel> =
                threads.iter().filter_map(|thread| Channel::deserialize(thread).ok()).collect();
            let archived = threads.iter().filter_map(|thread| thread.thread_metadata?.archive_timestamp);
            let earliest = archived.min();
            found.extend(self.note_threads(guild, threads, since));
            match earliest.filter(|earliest| has_more && *earliest >= since) {
                Some(earliest) => before = format!("&before={}", encoded(earliest)),
                None => return Ok(found),
            }
        }
    }

    fn note_threads(&self, guild: GuildId, mut threads: Vec<Channel>, since: Timestamp) -> Vec<ChannelId> {
        let first = MessageId::at(since).0;
        threads.retain(|thread| thread.last_message_id.is_some_and(|last| last.get() >= first));
        let noted = threads.iter().map(|thread| thread.id).collect();
        for thread in threads {
            self.guilds.set_channel(guild, thread);
        }
        noted
    }
}

/// As it stands in an address.
fn encoded(at: Timestamp) -> String {
    at.to_string().replace(':', "%3A")
}
