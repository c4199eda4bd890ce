//! The judgment of one message after another, where no store remembers: over transcripts and exports.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxBuildHasher;

use super::conversation::{Conversations, Setting, Temper};
use super::raid::{Part, RaidLimits, Raids};
use super::{Acted, Circumstances, Policy, Response, Verdict};
use crate::detect::Scan;
use crate::message::{ChannelId, GuildId, Message, Origin};

/// Channels with something remembered before those where it no longer matters are dropped.
const MOST_PLACES: usize = 4096;

/// What a running bot remembers, in one place: conversations and raids, and instead of the store whom rules acted on.
pub struct History {
    conversations: Conversations,
    raids: Raids,
    acted: HashMap<(GuildId, ChannelId), VecDeque<Acted>, FxBuildHasher>,
    /// Nothing older than this makes a difference.
    longest_cooldown: SignedDuration,
}

impl History {
    /// Nothing remembered yet; `policy` says how long to remember.
    #[must_use]
    pub fn new(policy: &Policy, temper: Temper, raid: RaidLimits) -> Self {
        let longest = policy.rules().iter().map(|rule| rule.cooldown).max().unwrap_or_default();
        Self {
            conversations: Conversations::new(temper),
            raids: Raids::new(raid),
            acted: HashMap::default(),
            longest_cooldown: SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX),
        }
    }

    /// What `policy` concludes about `message`, in which `scan` was found, after all it heard before. Messages come
    /// in the order they were sent; an edited one comes again.
    pub fn decide(&mut self, policy: &Policy, message: &Message, scan: &Scan) -> Verdict {
        let setting = match message.author.origin {
            Origin::Member => self.conversations.hear(message, scan),
            Origin::Bot | Origin::Webhook => Setting::default(),
        };
        if !policy.concerns(scan, &setting) {
            let circumstances = Circumstances { setting, ..Circumstances::default() };
            return policy.decide(message, scan, &circumstances);
        }
        let circumstances = Circumstances { setting, ..self.recall(message) };
        let mut verdict = policy.decide(message, scan, &circumstances);
        if let Some(decision) = verdict.decision.as_mut().filter(|it| it.response != Response::Observe) {
            self.conversations.relieve(message);
            let part = self.raids.weigh(decision, message);
            self.remember(message, decision.acted(message.sent));
            if matches!(part, Part::Counted(_)) {
                verdict.collapse();
            }
        }
        verdict
    }

    fn recall(&self, message: &Message) -> Circumstances {
        let mut circumstances = Circumstances::default();
        for acted in self.acted.get(&(message.guild, message.channel)).into_iter().flatten() {
            circumstances.remember(acted, message.author.id);
        }
        circumstances
    }

    fn remember(&mut self, message: &Message, acted: Option<Acted>) {
        let Some(acted) = acted else { return };
        let since = message.sent.checked_sub(self.longest_cooldown).unwrap_or(Timestamp::MIN);
        if self.acted.len() > MOST_PLACES {
            self.acted.retain(|_, acted| acted.back().is_some_and(|latest| latest.at >= since));
        }
        let here = self.acted.entry((message.guild, message.channel)).or_default();
        while here.front().is_some_and(|oldest| oldest.at < since) {
            here.pop_front();
        }
        here.push_back(acted);
    }
}
