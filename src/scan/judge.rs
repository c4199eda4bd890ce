//! Judges one message after another, remembering what a running bot would.

use std::collections::{HashMap, VecDeque};

use jiff::Timestamp;
use rustc_hash::FxBuildHasher;

use super::entry::{Entry, Identity};
use crate::config::Core;
use crate::detect::Scan;
use crate::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use crate::policy::history::History;
use crate::policy::{Circumstances, Verdict};

/// The scanner and the policy, with what a running bot would remember.
pub(super) struct Judge<'a> {
    core: &'a Core,
    history: Option<History>,
    /// Filled in again for each message.
    message: Message,
    authors: Authors,
}

/// Messages whose author is remembered, so that replies to them are known for answers.
const MOST_AUTHORS: usize = 4096;

/// Who wrote the latest messages.
#[derive(Default)]
struct Authors {
    known: HashMap<u64, UserId, FxBuildHasher>,
    order: VecDeque<u64>,
}

impl Authors {
    fn of(&self, message: Identity) -> Option<UserId> {
        self.known.get(&message.0).copied()
    }

    fn note(&mut self, message: Identity, author: UserId) {
        if self.order.len() == MOST_AUTHORS
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
        self.order.push_back(message.0);
        self.known.insert(message.0, author);
    }
}

impl<'a> Judge<'a> {
    pub(super) fn new(core: &'a Core, independent: bool) -> Self {
        let history = (!independent).then(|| History::new(&core.policy, core.temper, core.raid));
        Self { core, history, message: blank(), authors: Authors::default() }
    }

    pub(super) fn judge(&mut self, entry: &Entry<'_>) -> (Scan, Verdict) {
        self.fill_in(entry);
        let scan = self.core.scanner.scan(&entry.content);
        let verdict = match &mut self.history {
            // Who wrote it and when must be known to tell who was acknowledged, and how long ago.
            Some(history) if entry.author.is_some() && entry.sent.is_some() => {
                history.decide(&self.core.policy, &self.message, &scan)
            }
            _ => self.core.policy.decide(&self.message, &scan, &Circumstances::default()),
        };
        (scan, verdict)
    }

    fn fill_in(&mut self, entry: &Entry<'_>) {
        let number = |identity: Option<Identity>| identity.map_or(0, |identity| identity.0);
        let message = &mut self.message;
        message.guild = GuildId(number(entry.place.guild));
        message.channel = ChannelId(number(entry.place.channel));
        message.home = ChannelId(number(entry.place.parent.or(entry.place.channel)));
        message.author.id = UserId(number(entry.author));
        message.author.origin = entry.origin;
        message.author.roles.clone_from(&entry.roles);
        message.sent = entry.sent.unwrap_or(Timestamp::UNIX_EPOCH);
        message.answered = entry.reply_to.and_then(|answered| self.authors.of(answered));
        message.mentions.clear();
        message.mentions.extend(entry.mentions.iter().map(|member| UserId(member.0)));
        message.content.clear();
        message.content.push_str(&entry.content);
        // One after the other, whatever the input calls them.
        message.id = MessageId(message.id.0 + 1);
        if let (Some(id), Some(author)) = (entry.message, entry.author) {
            self.authors.note(id, UserId(author.0));
        }
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
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: Timestamp::UNIX_EPOCH,
    }
}
