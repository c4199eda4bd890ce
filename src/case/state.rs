//! Where a case stands: its state, how it ended, and what moderators are shown of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Case;
use super::clock::Promise;
use crate::message::{ChannelId, UserId};

/// The life of a case. It follows from what is known of the case, so that no two facts contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Noticed; nothing stands in public yet.
    Open,
    /// Public words stand there.
    Acknowledged,
    /// The member and the bot have a private thread.
    InThread,
    /// A moderator looks after it.
    Claimed,
    /// Settled.
    Resolved,
    /// It was a false alarm.
    Dismissed,
    /// The member would rather not talk.
    Declined,
    /// It went quiet, or what it stood on is gone.
    Expired,
}

impl State {
    /// Every state, in the order of a life.
    pub const ALL: &[Self] = &[
        Self::Open,
        Self::Acknowledged,
        Self::InThread,
        Self::Claimed,
        Self::Resolved,
        Self::Dismissed,
        Self::Declined,
        Self::Expired,
    ];

    /// Its name, as it is stored and filtered by.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::InThread => "in_thread",
            Self::Claimed => "claimed",
            Self::Resolved => "resolved",
            Self::Dismissed => "dismissed",
            Self::Declined => "declined",
            Self::Expired => "expired",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == name)
    }

    /// Whether the case is over.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Dismissed | Self::Declined | Self::Expired)
    }
}

/// How a case ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    /// In which way.
    pub how: End,
    /// What came of it, in a moderator's words, for the record only.
    pub outcome: Option<String>,
    /// Who ended it; none when it ended by itself.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// Why, when nobody decided it.
    pub reason: Option<Reason>,
    /// That it was settled together with others.
    #[serde(default)]
    pub together: Option<Together>,
}

/// That a case was settled together with others that had the same cause.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Together {
    /// What its member is told, in a moderator's words; in those of the template, where there are none.
    pub said: Option<String>,
    /// Whether public words on the cause tell that it is over, so that none are needed on the case.
    pub told_to_all: bool,
}

impl Ending {
    /// Ended by a person.
    #[must_use]
    pub const fn by(how: End, by: UserId, at: Timestamp) -> Self {
        Self { how, outcome: None, by: Some(by), at, reason: None, together: None }
    }

    /// What came of it or why it ended, for moderators.
    pub(super) fn told(&self) -> Option<String> {
        self.outcome.clone().or_else(|| self.reason.map(|reason| reason.told().to_owned()))
    }

    /// Ended by itself.
    #[must_use]
    pub const fn expired(reason: Reason, at: Timestamp) -> Self {
        Self { how: End::Expired, outcome: None, by: None, at, reason: Some(reason), together: None }
    }
}

/// The ways in which a case ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    /// Settled.
    Resolved,
    /// It was a false alarm.
    Dismissed,
    /// The member would rather not talk.
    Declined,
    /// It went quiet, or what it stood on is gone.
    Expired,
}

impl End {
    /// The state that it is.
    #[must_use]
    pub const fn state(self) -> State {
        match self {
            Self::Resolved => State::Resolved,
            Self::Dismissed => State::Dismissed,
            Self::Declined => State::Declined,
            Self::Expired => State::Expired,
        }
    }
}

/// Why a case ended that nobody ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Nobody wrote for long.
    Quiet,
    /// The member left the server.
    MemberLeft,
    /// Someone deleted its thread.
    ThreadDeleted,
    /// The channel it was in was removed.
    ChannelRemoved,
    /// The member wanted what is known of them forgotten.
    Forgotten,
}

impl Reason {
    /// In plain words, for moderators.
    #[must_use]
    pub const fn told(self) -> &'static str {
        match self {
            Self::Quiet => "nobody wrote for a long time",
            Self::MemberLeft => "the member left the server",
            Self::ThreadDeleted => "its thread was deleted",
            Self::ChannelRemoved => "its channel was removed",
            Self::Forgotten => "the member wanted it forgotten",
        }
    }
}

/// What its member thought of how it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rating {
    /// Good.
    Good,
    /// So-so.
    Fair,
    /// Not good.
    Poor,
}

impl Rating {
    /// Every rating, the best first.
    pub const ALL: &[Self] = &[Self::Good, Self::Fair, Self::Poor];

    /// Its name, as it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Fair => "fair",
            Self::Poor => "poor",
        }
    }
}

/// What moderators are shown of a case and that changes: when it differs from what they were told last, what they were
/// told is brought up to date.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and stored by its name")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    state: State,
    owner: Option<UserId>,
    since: Timestamp,
    thread: Option<ChannelId>,
    answered: bool,
    reminders: u8,
    messages: u32,
    problems: usize,
    asked: bool,
    details: usize,
    deleted: bool,
    rating: Option<Rating>,
    #[serde(default)]
    discreet: bool,
    #[serde(default)]
    outcome: Option<String>,
    raid: Option<(usize, usize)>,
    #[serde(default)]
    forgotten: bool,
}

impl Status {
    /// How many problems it tells of.
    pub(super) const fn problems(&self) -> usize {
        self.problems
    }
}

impl Case {
    /// Where it stands in its life.
    #[must_use]
    pub fn state(&self) -> State {
        match (&self.ending, self.owner, self.thread()) {
            (Some(ending), ..) => ending.how.state(),
            (None, Some(_), _) => State::Claimed,
            (None, None, Some(_)) => State::InThread,
            (None, None, None) if self.acknowledgment.is_some() || self.offer.is_some() => {
                State::Acknowledged
            }
            (None, None, None) => State::Open,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.ending.is_some()
    }

    /// Whether people are to look after it: what was only recorded, offered or answered is not their business yet.
    #[must_use]
    pub fn needs_people(&self) -> bool {
        self.is_for_people() || (self.place.is_some() && self.lead().would.is_none())
    }

    /// Since when its member has waited for a first human answer; none when they do not.
    ///
    /// Where there is no thread to answer in, a case waits until somebody claims it.
    #[must_use]
    pub fn waiting(&self) -> Option<Timestamp> {
        let has_thread = self.thread().is_some();
        let looked_after = self.first_answer.is_some() || (!has_thread && self.owner.is_some());
        (!self.is_over() && self.needs_people() && !looked_after).then_some(self.since)
    }

    /// When its clock wants something next: a reminder, or to be over. None once it is over.
    ///
    /// What was only recorded or offered expires like everything else, and nobody is reminded of it.
    #[must_use]
    pub fn due(&self, promise: &Promise) -> Option<Timestamp> {
        if self.is_over() {
            return None;
        }
        let remind = self.waiting().and_then(|since| promise.remind_at(since, self.reminders));
        let expire = promise.expires_at(self.active);
        [remind, expire].into_iter().flatten().min()
    }

    pub(super) fn status(&self) -> Status {
        let thread = self.thread().map(|place| place.channel);
        // That public words stand there, too, is not worth a word of its own.
        let state = if self.state() == State::Acknowledged { State::Open } else { self.state() };
        Status {
            state,
            owner: self.owner,
            since: self.since,
            thread,
            answered: self.first_answer.is_some(),
            reminders: self.reminders,
            messages: self.messages,
            problems: self.problems.len(),
            asked: self.asked.is_some(),
            details: self.details.len(),
            deleted: self.lead().deleted,
            rating: self.rating,
            discreet: self.discreet,
            outcome: self.ending.as_ref().and_then(|ending| ending.outcome.clone()),
            raid: self.raid.as_ref().map(|extent| (extent.members, extent.messages)),
            forgotten: self.forgotten,
        }
    }
}
