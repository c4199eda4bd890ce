//! Why a rule applied or did not, in words a moderator understands.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use super::Mode;
use crate::detect::Kind;

/// Why a rule applied or did not. Holds nothing of the message's words.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// It is the decision.
    Applies(Because),
    /// It would apply, but a rule that does more, or stands earlier, does.
    Outranked(Arc<str>),
    /// The message is less hot than the rule asks for, and so is its conversation.
    BelowHeat {
        /// The message's heat.
        heat: f32,
        /// The temperature of its conversation, where that counts.
        temperature: Option<f32>,
        /// The rule's threshold.
        threshold: f32,
    },
    /// Nothing the rule looks for was found.
    NothingFound,
    /// Something was found, but less surely than the rule asks for.
    BelowConfidence {
        /// The surest finding's confidence.
        confidence: f32,
        /// The rule's threshold.
        threshold: f32,
    },
    /// Two have not gone back and forth as long as the rule asks for.
    TooFewExchanges {
        /// How often the word went from one to the other.
        turns: u32,
        /// The rule's threshold.
        threshold: u32,
    },
    /// The rule does not cover this channel.
    OtherChannel,
    /// The rule does not cover this member's roles.
    OtherRoles,
    /// Bots and webhooks are not acted on.
    NotAMember,
    /// Moderators and exempt roles are acted on by `shield` rules only.
    Exempt,
    /// The member was acknowledged by this rule's kind of case too recently.
    CoolingDown {
        /// When the rule can apply again.
        until: Timestamp,
    },
    /// It belongs to a raid that moderators know of.
    Raid,
}

/// What made a rule apply, and what held it back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Because {
    /// The message's heat and the rule's threshold, of a rule that asks for heat.
    pub heat: Option<(f32, f32)>,
    /// The conversation's temperature, when it was that and not the message's own heat.
    pub temperature: Option<f32>,
    /// What was found, with the surest confidence of each.
    pub kinds: Vec<(Kind, f32)>,
    /// How often the word went back and forth, of a rule that asks for it.
    pub turns: Option<u32>,
    /// What keeps the bot from doing what the rule says.
    pub held: Option<Held>,
}

/// What keeps the bot from doing what a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// The server's mode.
    Mode(Mode),
    /// Quiet hours.
    QuietHours,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applies(because) => write!(f, "applies: {because}"),
            Self::Outranked(by) => write!(f, "outranked by {by}"),
            Self::BelowHeat { heat, temperature: None, threshold } => {
                write!(f, "heat {heat:.2} is below {threshold:.2}")
            }
            Self::BelowHeat { heat, temperature: Some(temperature), threshold } => {
                write!(f, "heat {heat:.2} and the conversation's {temperature:.2} are below {threshold:.2}")
            }
            Self::NothingFound => f.write_str("nothing it looks for was found"),
            Self::BelowConfidence { confidence, threshold } => {
                write!(f, "confidence {confidence:.2} is below {threshold:.2}")
            }
            Self::TooFewExchanges { turns, threshold } => {
                write!(f, "{turns} messages back and forth are fewer than {threshold}")
            }
            Self::OtherChannel => f.write_str("does not cover this channel"),
            Self::OtherRoles => f.write_str("does not cover this member's roles"),
            Self::NotAMember => f.write_str("bots and webhooks are not acted on"),
            Self::Exempt => f.write_str("moderators and exempt roles are only shielded"),
            Self::CoolingDown { until } => write!(f, "cooling down until {until:.0}"),
            Self::Raid => f.write_str("part of a raid that moderators know of"),
        }
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        parts.extend(self.heat.map(|(heat, threshold)| match self.temperature {
            None => format!("heat {heat:.2} reaches {threshold:.2}"),
            Some(temperature) => {
                format!(
                    "heat {heat:.2} is below {threshold:.2}, but its conversation reaches {temperature:.2}"
                )
            }
        }));
        parts.extend(self.turns.map(|turns| format!("{turns} messages back and forth")));
        parts
            .extend(self.kinds.iter().map(|(kind, sure)| format!("{} (confidence {sure:.2})", kind.label())));
        if parts.is_empty() {
            parts.push("its conditions hold".to_owned());
        }
        f.write_str(&parts.join(", "))?;
        match self.held {
            None => Ok(()),
            Some(Held::Mode(mode)) => write!(f, "; held back, the mode is {}", mode.as_str()),
            Some(Held::QuietHours) => f.write_str("; held back, these are quiet hours"),
        }
    }
}

/// One rule's part of a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The rule.
    pub rule: Arc<str>,
    /// Why it applied or did not.
    pub why: Why,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.why)
    }
}
