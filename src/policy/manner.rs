//! How a server wants rules carried out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::hours::QuietHours;
use super::reason::Held;
use super::rule::Response;

/// How far the bot goes in a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Only moderators are told what would have happened.
    Observe,
    /// A private thread is offered with a button; nothing is removed.
    Suggest,
    /// Rules do what they say.
    #[default]
    Act,
}

impl Mode {
    /// The name used in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Suggest => "suggest",
            Self::Act => "act",
        }
    }
}

/// How the bot behaves in a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manner {
    /// How far it goes.
    pub mode: Mode,
    /// When it leaves all but secrets to people.
    pub quiet_hours: Option<QuietHours>,
}

impl Manner {
    /// What is done where a rule asks for `response` at `now`, and what holds it back.
    pub(super) fn allow(&self, response: Response, now: Timestamp) -> (Response, Option<Held>) {
        if matches!(response, Response::Alert | Response::Observe) {
            return (response, None);
        }
        let resting = self.quiet_hours.as_ref().is_some_and(|hours| hours.hold(now));
        match (self.mode, response) {
            (Mode::Observe, _) => (Response::Alert, Some(Held::Mode(self.mode))),
            (_, response) if resting && response != Response::Shield => {
                (Response::Alert, Some(Held::QuietHours))
            }
            (Mode::Suggest, Response::TakeAside | Response::Shield) => {
                (Response::Suggest, Some(Held::Mode(self.mode)))
            }
            (_, response) => (response, None),
        }
    }
}
