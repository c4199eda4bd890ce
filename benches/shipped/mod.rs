//! What is shipped, as the benches need it: scanner, rules, and ordinary messages to judge.

use std::fs;
use std::path::Path;

use aside::config::Config;
use aside::detect::Scan;
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::{Circumstances, Verdict};
use aside::responder::Core;
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

/// The messages of the examples that are labeled cold.
pub(crate) fn cold_lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/examples");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder of examples")
        .map(|file| file.expect("a file of examples").path())
        .collect();
    files.sort();
    let tables = files.iter().map(|file| fs::read_to_string(file).expect("a table of examples"));
    tables.flat_map(|table| table.lines().skip(1).filter_map(cold).collect::<Vec<_>>()).collect()
}

/// The text of a line of examples, if it is labeled cold.
fn cold(line: &str) -> Option<String> {
    let mut fields = line.split('\t');
    let label = fields.next()?;
    (label == "cold").then(|| fields.nth(3).expect("a text").to_owned())
}
