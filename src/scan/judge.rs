//! Judges one message after another, remembering what a running bot would.

use jiff::Timestamp;

use super::entry::{Entry, Identity};
use crate::detect::Scan;
use crate::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use crate::policy::history::History;
use crate::policy::{Circumstances, Verdict};
use crate::responder::Core;

/// The scanner and the policy, with what a running bot would remember.
pub(super) struct Judge<'a> {
    core: &'a Core,
    history: Option<History>,
    /// Filled in again for each message.
    message: Message,
}

impl<'a> Judge<'a> {
    pub(super) fn new(core: &'a Core, independent: bool) -> Self {
        let history = (!independent).then(|| History::new(&core.policy, core.temper, core.raid));
        Self { core, history, message: blank() }
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
        message.channel = ChannelId(number(entry.channel));
        message.home = message.channel;
        message.author.id = UserId(number(entry.author));
        message.author.origin = entry.origin;
        message.author.roles.clone_from(&entry.roles);
        message.sent = entry.sent.unwrap_or(Timestamp::UNIX_EPOCH);
        message.content.clear();
        message.content.push_str(&entry.content);
        // One after the other, whatever the input calls them.
        message.id = MessageId(message.id.0 + 1);
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
