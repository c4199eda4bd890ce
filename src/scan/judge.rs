//! Judges one message after another, remembering who was acknowledged.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::entry::{Entry, Identity};
use crate::detect::{Category, Scan};
use crate::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use crate::policy::{Circumstances, Response, Verdict};
use crate::responder::Core;

/// The scanner and the policy, with what a store would remember.
pub(super) struct Judge<'a> {
    core: &'a Core,
    memory: Option<Memory>,
    /// Filled in again for each message.
    message: Message,
}

impl<'a> Judge<'a> {
    pub(super) fn new(core: &'a Core, independent: bool) -> Self {
        let memory = (!independent).then(|| Memory::new(core));
        Self { core, memory, message: blank() }
    }

    pub(super) fn judge(&mut self, entry: &Entry<'_>) -> (Scan, Verdict) {
        self.fill_in(entry);
        let scan = self.core.scanner.scan(&entry.content);
        let verdict = match &mut self.memory {
            // Who wrote it and when must be known to tell who was acknowledged, and how long ago.
            Some(memory) if entry.author.is_some() && entry.sent.is_some() => {
                memory.decide(self.core, &self.message, &scan)
            }
            _ => self.core.policy.decide(&self.message, &scan, &Circumstances::default()),
        };
        (scan, verdict)
    }

    fn fill_in(&mut self, entry: &Entry<'_>) {
        let number = |identity: Option<Identity>| identity.map_or(0, |identity| identity.0);
        let message = &mut self.message;
        message.id = MessageId(number(entry.message));
        message.guild = GuildId(number(entry.place.guild));
        message.channel = ChannelId(number(entry.place.channel));
        message.home = ChannelId(number(entry.place.parent.or(entry.place.channel)));
        message.author.id = UserId(number(entry.author));
        message.author.origin = entry.origin;
        message.author.roles.clone_from(&entry.roles);
        message.sent = entry.sent.unwrap_or(Timestamp::UNIX_EPOCH);
        message.content.clear();
        message.content.push_str(&entry.content);
    }
}

fn blank() -> Message {
    let author = Author { id: UserId(0), origin: Origin::Member, roles: Vec::new(), moderator: false };
    Message {
        id: MessageId(0),
        guild: GuildId(0),
        channel: ChannelId(0),
        home: ChannelId(0),
        author,
        content: String::new(),
        sent: Timestamp::UNIX_EPOCH,
    }
}

/// Who was acknowledged where, about what, and when.
struct Memory {
    acknowledged: HashMap<ChannelId, Vec<Acknowledged>>,
    /// Nothing older than this makes a difference.
    longest_cooldown: SignedDuration,
}

struct Acknowledged {
    member: UserId,
    category: Category,
    at: Timestamp,
}

impl Memory {
    fn new(core: &Core) -> Self {
        let longest = core.policy.rules().iter().map(|rule| rule.cooldown).max().unwrap_or_default();
        let longest_cooldown = SignedDuration::try_from(longest).unwrap_or(SignedDuration::MAX);
        Self { acknowledged: HashMap::new(), longest_cooldown }
    }

    fn decide(&mut self, core: &Core, message: &Message, scan: &Scan) -> Verdict {
        if !core.policy.concerns(scan) {
            return core.policy.decide(message, scan, &Circumstances::default());
        }
        let verdict = core.policy.decide(message, scan, &self.recall(message));
        let acknowledged = |quiet: bool, response: Response| !quiet && response != Response::Observe;
        if let Some(decision) = verdict.decision.as_ref().filter(|it| acknowledged(it.quiet, it.response)) {
            self.remember(message, decision.category);
        }
        verdict
    }

    fn recall(&self, message: &Message) -> Circumstances {
        let mut circumstances = Circumstances::default();
        for acknowledged in self.acknowledged.get(&message.channel).into_iter().flatten() {
            let Acknowledged { member, category, at } = *acknowledged;
            circumstances.conversation_acknowledged.insert(category, at);
            if member == message.author.id {
                circumstances.member_acknowledged.insert(category, at);
            }
        }
        circumstances
    }

    /// Messages come in the order they were sent, so the latest is the last.
    fn remember(&mut self, message: &Message, category: Category) {
        let since = message.sent.checked_sub(self.longest_cooldown).unwrap_or(Timestamp::MIN);
        let acknowledged = self.acknowledged.entry(message.channel).or_default();
        acknowledged.retain(|acknowledged| acknowledged.at >= since);
        acknowledged.push(Acknowledged { member: message.author.id, category, at: message.sent });
    }
}
