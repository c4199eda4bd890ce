//! What moderators set, propose and judge, as the store keeps it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{GuildSettings, Part};
use crate::detect::{Finding, Kind, Scan};
use crate::message::{ChannelId, GuildId, MessageId, UserId};

/// A server's settings at one revision.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// The server.
    pub guild: GuildId,
    /// Counts the changes, from 1.
    pub revision: u64,
    /// The settings.
    pub settings: GuildSettings,
}

/// A change to be saved.
#[derive(Clone, Debug)]
pub struct NewChange {
    /// The server.
    pub guild: GuildId,
    /// The revision it was made from; 0 where there was none.
    pub from: u64,
    /// The settings from now on.
    pub settings: GuildSettings,
    /// What differs.
    pub parts: Vec<Part>,
    /// Who made it.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The change it takes back.
    pub undoes: Option<u32>,
}

/// A change that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Its number in the server, from 1.
    pub number: u32,
    /// When.
    pub at: Timestamp,
    /// Who made it.
    pub by: UserId,
    /// What it did.
    pub parts: Vec<Part>,
    /// The change it took back.
    pub undoes: Option<u32>,
}

/// What a moderator said of the bot's judgment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judged {
    /// It acted where it should not have.
    FalseAlarm,
    /// It did not act where it should have.
    Missed,
}

/// A message that moderators judged: its words masked, and what was found in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The message.
    pub message: MessageId,
    /// Where it was sent.
    pub channel: ChannelId,
    /// The channel that holds the thread it was sent in, or the same.
    pub home: ChannelId,
    /// What the moderator said.
    pub judged: Judged,
    /// The rule that applied.
    pub rule: Option<String>,
    /// Who said so.
    pub by: UserId,
    /// The words, masked.
    pub text: String,
    /// How near boiling it was.
    pub heat: f32,
    /// What was found by the built-in detectors, and how surely.
    pub found: Vec<(Kind, f32)>,
}

impl Example {
    /// What a scan of the masked words by a server's own words and patterns, `own`, makes of it: what was masked counts
    /// as it was found then.
    #[must_use]
    pub fn scan(&self, own: Scan) -> Scan {
        let found = self.found.iter().map(|(kind, confidence)| Finding {
            kind: *kind,
            category: kind.category(),
            span: 0..0,
            confidence: *confidence,
            explanation: "".into(),
            rule: None,
        });
        let own = own.findings.into_iter().filter(|finding| finding.rule.is_some());
        Scan { heat: self.heat, findings: found.chain(own).collect() }
    }
}
