//! Rules in force: what to look for, and what to do about it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::detect::{Category, Kind};
use crate::message::{ChannelId, RoleId};

/// What a rule wants done; `action` in configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Acknowledge in public, open a private thread.
    TakeAside,
    /// Remove the message, then take aside.
    Shield,
    /// Offer a private thread with a button.
    Suggest,
    /// Answer in public.
    Answer,
    /// Tell moderators only.
    Alert,
    /// Record only.
    Observe,
}

impl Response {
    /// Every response, in declaration order.
    pub const ALL: &[Self] =
        &[Self::TakeAside, Self::Shield, Self::Suggest, Self::Answer, Self::Alert, Self::Observe];

    /// The name used in configuration and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TakeAside => "take_aside",
            Self::Shield => "shield",
            Self::Suggest => "suggest",
            Self::Answer => "answer",
            Self::Alert => "alert",
            Self::Observe => "observe",
        }
    }

    /// What it is in plain words, for moderators: "would have …".
    #[must_use]
    pub const fn deed(self) -> &'static str {
        match self {
            Self::TakeAside => "taken the member aside",
            Self::Shield => "removed the message and taken the member aside",
            Self::Suggest => "offered a private thread",
            Self::Answer => "answered in public",
            Self::Alert => "told you",
            Self::Observe => "recorded it",
        }
    }
}

/// When a rule applies: every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// Heat at or above this, 0 to 1, of the message or, when it simmers, of its conversation.
    pub heat: Option<f32>,
    /// Any finding of one of these kinds, at or above `confidence`.
    pub kinds: Option<Vec<Kind>>,
    /// The least confidence a finding of `kinds` needs, 0 to 1.
    pub confidence: f32,
    /// Two have gone back and forth so often; `kinds` are then looked for in all they said.
    pub exchanges: Option<u32>,
    /// Whether the rule has words of its own; findings carry its name.
    pub words: bool,
    /// Whether the rule has a pattern of its own; findings carry its name.
    pub pattern: bool,
}

/// A named, validated thing to look for and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, unique in a guild.
    pub name: Arc<str>,
    /// What it is about.
    pub category: Category,
    /// When it applies.
    pub when: When,
    /// What to do.
    pub response: Response,
    /// The least time between two acknowledgments it causes to one member, or in one conversation.
    pub cooldown: Duration,
    /// Only in these channels; `None` is everywhere that is watched, an empty list nowhere.
    pub channels: Option<Vec<ChannelId>>,
    /// Only for members with one of these roles; `None` is everyone, an empty list no one.
    pub roles: Option<Vec<RoleId>>,
    /// The template that words the acknowledgment, in place of the default.
    pub template: Option<Arc<str>>,
    /// What an [`Response::Answer`] says.
    pub answer: Option<Arc<str>>,
    /// What the member is asked for in a private form.
    pub ask: Arc<[String]>,
}
