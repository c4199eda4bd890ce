//! What moderators set, propose and judge, as the store keeps it.

use std::sync::Arc;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::{GuildSettings, Part, RuleTable};
use crate::detect::{Category, Finding, Kind, Scan, mask};
use crate::message::{ChannelId, GuildId, Message, MessageId, UserId};

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
///
/// `Debug` prints identifiers and the length, never the words.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The message.
    pub message: MessageId,
    /// Who wrote it; none where an earlier version did not keep it.
    #[serde(default)]
    pub author: Option<UserId>,
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
    /// The patterns of rules that matched, as those rules write them: what they matched is masked.
    #[serde(default)]
    pub patterns: Vec<String>,
}

impl fmt::Debug for Example {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Example")
            .field("message", &self.message)
            .field("judged", &self.judged)
            .field("rule", &self.rule)
            .field("bytes", &self.text.len())
            .finish_non_exhaustive()
    }
}

impl Example {
    /// What is kept of `message`, in which `scan` was found by the detectors of `rules` and those built in: its words
    /// with everything private masked but the words that rules list, which stand in the rules anyway and could not be
    /// found again.
    #[must_use]
    pub fn new<'a>(
        message: &Message,
        scan: &Scan,
        rules: impl IntoIterator<Item = &'a RuleTable>,
        judged: Judged,
        by: UserId,
    ) -> Self {
        let hidden: Vec<Finding> =
            scan.findings.iter().filter(|finding| finding.kind != Kind::Words).cloned().collect();
        let matched = |table: &&RuleTable| {
            let own = |finding: &Finding| finding.rule.as_deref() == Some(table.name.as_str());
            hidden.iter().any(|finding| finding.kind == Kind::Pattern && own(finding))
        };
        let patterns = rules.into_iter().filter(matched).filter_map(|table| table.when.pattern.clone());
        let built_in = scan.findings.iter().filter(|finding| finding.rule.is_none());
        Self {
            message: message.id,
            author: Some(message.author.id),
            channel: message.channel,
            home: message.home,
            judged,
            rule: None,
            by,
            text: mask(&message.content, &hidden),
            heat: scan.heat,
            found: built_in.map(|finding| (finding.kind, finding.confidence)).collect(),
            patterns: patterns.collect(),
        }
    }

    /// What a scan of the masked words by the detectors of `rules`, `own`, makes of it: what was masked counts as it was
    /// found then.
    #[must_use]
    pub fn scan<'a>(&self, own: Scan, rules: impl IntoIterator<Item = &'a RuleTable>) -> Scan {
        let built_in = self.found.iter().map(|(kind, sure)| found(*kind, kind.category(), *sure, None));
        let matched = rules.into_iter().filter(|table| {
            table.when.pattern.as_ref().is_some_and(|pattern| self.patterns.contains(pattern))
        });
        let matched =
            matched.map(|table| found(Kind::Pattern, table.category, 1.0, Some(table.name.as_str().into())));
        let own = own.findings.into_iter().filter(|finding| finding.rule.is_some());
        Scan { heat: self.heat, findings: built_in.chain(matched).chain(own).collect() }
    }
}

/// Where in the message it was found is not known any more.
fn found(kind: Kind, category: Category, confidence: f32, rule: Option<Arc<str>>) -> Finding {
    Finding { kind, category, span: 0..0, confidence, explanation: "".into(), rule }
}
