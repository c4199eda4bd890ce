//! What was not read back, and who is told: never is anything left out in silence.

use std::collections::BTreeMap;

use jiff::Timestamp;
use tracing::warn;

use super::{CatchUp, Untold};
use crate::discord::id::{ChannelId, GuildId};
use crate::discord::rest::RestError;
use crate::message;
use crate::store::Store;
use crate::wording::{Facts, LONGEST_GAPS, Utterance};

/// What is noted in the store of a server: since when what was last told was not read.
const TOLD: &str = "unread_told";

/// Kept free for how many channels are not named.
const MORE: usize = 20;

/// Channels in which something was said that is too old or too much to be read back, and until when.
pub(super) struct Unread {
    since: Timestamp,
    until: BTreeMap<ChannelId, Timestamp>,
}

impl Unread {
    pub(super) fn new(since: Timestamp) -> Self {
        Self { since, until: BTreeMap::new() }
    }

    /// Something that was said in `channel` before `until` is not read.
    pub(super) fn put(&mut self, channel: ChannelId, until: Timestamp) {
        let known = self.until.entry(channel).or_insert(until);
        *known = until.max(*known);
    }

    /// A line each, as many as fit: where, since when and until when, in each reader's own time.
    fn listed(&self) -> String {
        let since = self.since.as_second();
        let mut listed = String::new();
        for (at, (channel, until)) in self.until.iter().enumerate() {
            let line = format!("- <#{channel}> · <t:{since}:f> – <t:{}:f>\n", until.as_second());
            if listed.chars().count() + line.chars().count() + MORE > LONGEST_GAPS {
                return format!("{listed}- … (+{})", self.until.len() - at);
            }
            listed.push_str(&line);
        }
        listed.trim_end().to_owned()
    }
}

impl<S: Store + 'static> CatchUp<S> {
    /// Tells the operator, and moderators once, what is not read.
    pub(super) async fn tell(&self, guild: GuildId, unread: &Unread) -> Result<(), Untold> {
        let Some(until) = unread.until.values().max() else { return Ok(()) };
        warn!(%guild, channels = unread.until.len(), since = %unread.since, %until,
            "what was said meanwhile is too old or too much and is not read");
        let (here, store) = (message::GuildId(guild.get()), self.responder.store());
        let since = unread.since.as_second().to_string();
        if store.noted(here, TOLD).await?.as_ref() == Some(&since) {
            return Ok(());
        }
        let Some(alerts) = self.guilds.at_hand(here).and_then(|at_hand| at_hand.alerts.first().copied())
        else {
            return Ok(());
        };
        let facts = Facts { gaps: Some(unread.listed()), ..Facts::default() };
        let words = self.responder.in_force(here).core.wording.render(None, Utterance::Unread, 0, &facts);
        match self.voice.post(alerts, &words, None, (TOLD, &since)).await {
            Err(error @ RestError::Refused { .. }) if !error.is_unauthorized() => {
                warn!(%guild, %error, "moderators could not be told what is not read");
                Ok(())
            }
            posted => {
                posted?;
                Ok(store.note(here, TOLD, &since).await?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_channels_are_named_as_fit() {
        let mut unread = Unread::new(Timestamp::UNIX_EPOCH);
        let at = |second| Timestamp::from_second(second).unwrap();
        unread.put(ChannelId::new(7), at(60));
        unread.put(ChannelId::new(7), at(30));
        assert_eq!(unread.listed(), "- <#7> · <t:0:f> – <t:60:f>");
        (1..=500).for_each(|id| unread.put(ChannelId::new(id), at(60)));
        let listed = unread.listed();
        assert!(listed.chars().count() <= LONGEST_GAPS);
        let named = listed.lines().count() - 1;
        assert!(listed.ends_with(&format!("- … (+{})", 500 - named)), "{listed}");
    }
}
