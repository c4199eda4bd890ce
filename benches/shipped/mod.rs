//! What is shipped, as the benches need it: scanner and rules.

use aside::config::Config;
use aside::config::Core;
use aside::detect::Scan;
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::{Circumstances, Verdict};
use jiff::Timestamp;

/// The shipped scanner and rules, and a message to be judged.
pub(crate) struct Aside {
    core: Core,
    message: Message,
    circumstances: Circumstances,
}

impl Aside {
    pub(crate) fn new() -> Self {
        let core = Config::default().build().expect("the built-in settings");
        let author = Author { id: UserId(1), origin: Origin::Member, roles: Vec::new(), moderator: false };
        let message = Message {
            id: MessageId(1),
            guild: GuildId(1),
            channel: ChannelId(1),
            home: ChannelId(1),
            author,
            answers: None,
            answered: None,
            mentions: Vec::new(),
            content: String::new(),
            sent: Timestamp::UNIX_EPOCH,
        };
        Self { core, message, circumstances: Circumstances::default() }
    }

    pub(crate) fn judge(&self, content: &str) -> (Scan, Verdict) {
        let scan = self.core.scanner.scan(content);
        let verdict = self.core.policy.decide(&self.message, &scan, &self.circumstances);
        (scan, verdict)
    }
}
