//! What is known of a case once nobody is named in it any more.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::detect::Category;
use crate::message::{ChannelId, GuildId};
use crate::policy::Response;

/// What came of one case. It names no member, so it may be kept when the case is erased.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The guild.
    pub guild: GuildId,
    /// The case's number in the guild.
    pub number: u32,
    /// When it was noticed.
    pub opened: Timestamp,
    /// What it was about.
    pub category: Category,
    /// The rule that applied.
    pub rule: String,
    /// The channel of its message.
    pub channel: ChannelId,
    /// What was done.
    pub response: Response,
    /// Whether the mode or the hour held back what the rule asks for, so that moderators were told and nothing was done.
    pub held_back: bool,
    /// How far it came: open, acknowledged, in_thread, claimed, resolved, dismissed, declined or expired.
    pub state: String,
    /// What it came to, in a moderator's words.
    pub outcome: Option<String>,
    /// Why it ended, where nobody settled it.
    pub reason: Option<String>,
    /// When it ended.
    pub closed: Option<Timestamp>,
    /// Working time from when the member began to wait to the first answer of a human.
    pub first_answer: Option<SignedDuration>,
    /// The working time that answer was promised within.
    pub promised: Option<SignedDuration>,
    /// What the member thought of it.
    pub rating: Option<Rating>,
}

/// What a member thought of how their case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// It went well.
    Good,
    /// It was all right.
    Fair,
    /// It went badly.
    Poor,
}

/// How a case ended, as far as a report tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Settled.
    Resolved,
    /// A false alarm.
    Dismissed,
    /// The member would rather not.
    Declined,
    /// It ended by itself.
    Expired,
    /// It goes on.
    Open,
    /// Moderators were told, and nothing was done.
    HeldBack,
}

impl End {
    /// Every end, in the order a report tells them.
    pub const ALL: &[Self] =
        &[Self::Resolved, Self::Dismissed, Self::Declined, Self::Expired, Self::Open, Self::HeldBack];
}

impl Outcome {
    /// How it ended.
    #[must_use]
    pub fn end(&self) -> End {
        match self.state.as_str() {
            "resolved" => End::Resolved,
            "dismissed" => End::Dismissed,
            // Nobody was asked anything.
            _ if self.held_back => End::HeldBack,
            "declined" => End::Declined,
            "expired" => End::Expired,
            _ => End::Open,
        }
    }
}
