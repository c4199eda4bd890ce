//! A rule tried on what was said before, in the order it was said.

use std::collections::HashMap;

use crate::config::Core;
use crate::detect::{Scan, Scanner};
use crate::message::{Author, ChannelId, Message, MessageId, Origin, UserId};
use crate::policy::history::History;
use crate::policy::{Policy, Why};

/// An author in a channel, which decides whether they moderate there.
pub(super) type Writer = (UserId, ChannelId);

/// What members said before, as far as rules are concerned: what was found in it, not the words.
#[derive(Default)]
pub(super) struct Past {
    heard: Vec<(Message, Scan)>,
    /// Messages of bots and webhooks.
    pub(super) left_out: usize,
}

/// What a rule made of the past.
#[derive(Default)]
pub(super) struct Tried {
    /// The messages it would have acted on, in the order they were sent.
    pub(super) acted: Vec<Place>,
    /// How many more it applies to without acting: its cooldown, or a raid that stands for them.
    pub(super) silent: usize,
}

/// A message, and who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) message: MessageId,
    pub(super) channel: ChannelId,
    pub(super) writer: Writer,
}

impl Past {
    /// Takes in what `scanner` finds in `page`.
    pub(super) fn hear(&mut self, scanner: &Scanner, page: Vec<Message>) {
        for mut message in page {
            if message.author.origin != Origin::Member {
                self.left_out += 1;
                continue;
            }
            let scan = scanner.scan(&message.content);
            message.content = String::new();
            self.heard.push((message, scan));
        }
    }

    /// How many messages of members there are.
    pub(super) fn len(&self) -> usize {
        self.heard.len()
    }

    /// The earliest message and the latest.
    pub(super) fn span(&self) -> Option<(MessageId, MessageId)> {
        let ids = || self.heard.iter().map(|(message, _)| message.id);
        Some((ids().min()?, ids().max()?))
    }

    /// What `policy`, a part of that of `core`, would have made of it. History does not tell who has which roles:
    /// `writers` are known, everyone else is taken for an ordinary member.
    pub(super) fn judge(&mut self, core: &Core, policy: &Policy, writers: &HashMap<Writer, Author>) -> Tried {
        self.heard.sort_by_key(|(message, _)| message.id);
        let mut history = History::new(policy, core.temper, core.raid);
        let mut tried = Tried::default();
        for (message, scan) in &mut self.heard {
            let writer = (message.author.id, message.home);
            if let Some(author) = writers.get(&writer) {
                message.author = author.clone();
            }
            let verdict = history.decide(policy, message, scan);
            let silent = |why: &Why| matches!(why, Why::CoolingDown { .. } | Why::Raid);
            if verdict.decision.is_some() {
                tried.acted.push(Place { message: message.id, channel: message.channel, writer });
            } else if verdict.reasons.iter().any(|reason| silent(&reason.why)) {
                tried.silent += 1;
            }
        }
        tried
    }
}

impl Tried {
    /// How many messages it applies to.
    pub(super) fn applies(&self) -> usize {
        self.acted.len() + self.silent
    }
}

/// A part of a whole as a percentage.
pub(super) fn percent(part: usize, whole: usize) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of messages are far below 2^52")]
    percentage(part as f64 / whole.max(1) as f64)
}

/// A share with the figures that count: `25 %`, `0.34 %`.
pub(super) fn percentage(share: f64) -> String {
    let share = 100.0 * share;
    let digits = if share >= 10.0 { 0 } else { 2 };
    let text = format!("{share:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} %")
}

#[cfg(test)]
mod tests {
    use super::{percent, percentage};

    #[test]
    fn shares_are_told_with_the_figures_that_count() {
        let rows = [(0, 0, "0 %"), (0, 9, "0 %"), (1, 3, "33 %"), (12, 3480, "0.34 %"), (5, 100, "5 %")];
        for (part, whole, expected) in rows {
            assert_eq!(percent(part, whole), expected, "{part} of {whole}");
        }
        assert_eq!(percentage(f64::from(0.01_f32)), "1 %");
    }
}
