//! How cases ended, as far as a report tells it.

use serde::Serialize;

use crate::case::State;
use crate::store::Outcome;

/// What became of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
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

impl Fate {
    /// Every fate, in the order a report tells them.
    pub const ALL: &[Self] =
        &[Self::Resolved, Self::Dismissed, Self::Declined, Self::Expired, Self::Open, Self::HeldBack];

    /// What became of that case.
    #[must_use]
    pub const fn of(outcome: &Outcome) -> Self {
        match outcome.state {
            State::Resolved => Self::Resolved,
            State::Dismissed => Self::Dismissed,
            // Nobody was asked anything.
            _ if outcome.held_back => Self::HeldBack,
            State::Declined => Self::Declined,
            State::Expired => Self::Expired,
            State::Open | State::Acknowledged | State::InThread | State::Claimed => Self::Open,
        }
    }
}
