//! What was not read back, and who is told: never is anything left out in silence.

use std::collections::BTreeMap;
use std::iter;

use jiff::Timestamp;
use tracing::warn;

use super::{CatchUp, Untold};
use crate::discord::id::{ChannelId, GuildId};
use crate::discord::rest::RestError;
use crate::message;
use crate::store::Store;
use crate::wording::{Facts, LONGEST_GAPS, Utterance};

/// What is noted in the store of a server: since when what was last told was not read, in seconds, and in which channels,
/// with a space before each.
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

    /// What is still to be told after `told`, and what is to be noted once it is.
    fn besides(&self, told: &str) -> (Self, String) {
        let mut words = told.split(' ');
        let since = self.since.as_second().to_string();
        let known: Vec<&str> = if words.next() == Some(&since) { words.collect() } else { Vec::new() };
        let is_new = |channel: &ChannelId| !known.contains(&channel.to_string().as_str());
        let until: BTreeMap<_, _> =
            self.until.iter().filter(|(channel, _)| is_new(channel)).map(|(id, at)| (*id, *at)).collect();
        let new: Vec<String> = until.keys().map(ToString::to_string).collect();
        let noted = iter::once(since.as_str()).chain(known).chain(new.iter().map(String::as_str));
        let noted: Vec<&str> = noted.collect();
        (Self { since: self.since, until }, noted.join(" "))
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
        let told = store.noted(here, TOLD).await?.unwrap_or_default();
        let (unread, told) = unread.besides(&told);
        if unread.until.is_empty() {
            return Ok(());
        }
        let Some(alerts) = self.guilds.at_hand(here).and_then(|at_hand| at_hand.alerts.first().copied())
        else {
            return Ok(());
        };
        let facts = Facts { gaps: Some(unread.listed()), ..Facts::default() };
        let words = self.responder.in_force(here).core.wording.render(None, Utterance::Unread, 0, &facts);
        match self.voice.post(alerts, &words, None, (TOLD, &told)).await {
            Err(error @ RestError::Refused { .. }) if !error.is_unauthorized() => {
                warn!(%guild, %error, "moderators could not be told what is not read");
                Ok(())
            }
            posted => {
                posted?;
                Ok(store.note(here, TOLD, &told).await?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_is_told_once_whatever_else_was_missed_in_the_same_second() {
        let missed = |channels: &[u64]| {
            let mut unread = Unread::new(Timestamp::from_second(5).unwrap());
            for id in channels {
                unread.put(ChannelId::new(*id), unread.since);
            }
            unread
        };
        let mut noted = String::new();
        let rows: [(&[u64], &[u64]); 4] = [(&[7], &[7]), (&[8], &[8]), (&[7, 8], &[]), (&[7, 9], &[9])];
        for (channels, expected) in rows {
            let (unread, told) = missed(channels).besides(&noted);
            let expected: Vec<ChannelId> = expected.iter().map(|id| ChannelId::new(*id)).collect();
            assert_eq!(
                unread.until.into_keys().collect::<Vec<_>>(),
                expected,
                "{channels:?} after {noted:?}"
            );
            noted = told;
        }
        assert_eq!(noted, "5 7 8 9");
        let (unread, told) = missed(&[7]).besides("4 7");
        assert_eq!((unread.until.len(), told.as_str()), (1, "5 7"), "another time");
    }

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
