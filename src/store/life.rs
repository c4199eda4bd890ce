//! What is kept of the life of cases: what is due, what is noted, and what came of them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Pending;
use crate::case::clock::Promise;
use crate::case::{Case, Rating, Reason, Rung, State};
use crate::detect::Category;
use crate::message::{ChannelId, GuildId, UserId};
use crate::policy::Response;

/// What came of an event.
#[derive(Clone, Debug)]
pub struct Happened {
    /// The case as it was.
    pub before: Case,
    /// The case as it is.
    pub case: Case,
    /// What follows, if anything.
    pub pending: Option<Pending>,
}

impl Happened {
    /// How long the member had waited, where it is that a person answered them for the first time.
    #[must_use]
    pub fn first_answered_after(&self) -> Option<SignedDuration> {
        let first = self.case.first_answer.filter(|_| self.before.first_answer.is_none())?;
        Some(first.duration_since(self.case.since))
    }

    /// Whether it made a difference.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.before != self.case
    }
}

/// Which cases of a server are looked for; all of them by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// In one of these states; in any, where none is named.
    pub states: Vec<State>,
    /// Looked after by this moderator.
    pub owner: Option<UserId>,
    /// Of this member.
    pub member: Option<UserId>,
    /// At most so many, the newest; all of them, where none is given.
    pub most: Option<u32>,
}

impl Sought {
    /// Those that are not over.
    #[must_use]
    pub fn open() -> Self {
        let states = State::ALL.iter().copied().filter(|state| !state.is_over()).collect();
        Self { states, ..Self::default() }
    }
}

/// What a moderator noted about a case. `Debug` is not derived: the words are for moderators.
#[derive(Clone, PartialEq, Eq)]
pub struct CaseNote {
    /// The moderator.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// What.
    pub words: String,
}

/// What came of one case. It names no member, so it is kept when the case is erased.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The guild.
    pub guild: GuildId,
    /// The case's number in the guild.
    pub number: u32,
    /// When it was noticed.
    pub opened: Timestamp,
    /// Since when its member waited; later than when it was noticed, where it was reopened.
    pub since: Timestamp,
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
    /// How far it came.
    pub state: State,
    /// What it came to, in a moderator's words.
    pub outcome: Option<String>,
    /// Why it ended, where nobody settled it.
    pub reason: Option<String>,
    /// When it ended.
    pub closed: Option<Timestamp>,
    /// Working time from when the member began to wait to the first answer of a human.
    pub first_answer: Option<SignedDuration>,
    /// The working time that answer was promised within; none where nothing was promised, or no thread was there for
    /// people to answer in.
    pub promised: Option<SignedDuration>,
    /// Whether its member was to be answered by people at all.
    pub needed_people: bool,
    /// What the member thought of it.
    pub rating: Option<Rating>,
}

impl Outcome {
    /// What is known of `case` without its member, where `promise` holds.
    #[must_use]
    pub fn of(case: &Case, promise: &Promise) -> Self {
        let (ending, lead) = (case.ending.as_ref(), case.lead());
        Self {
            guild: case.guild,
            number: case.number,
            opened: case.opened,
            since: case.since,
            category: lead.category,
            rule: lead.rule.clone(),
            channel: lead.channel,
            response: lead.response,
            held_back: lead.would.is_some(),
            state: case.state(),
            outcome: ending.and_then(|ending| ending.outcome.clone()),
            reason: ending.and_then(|ending| ending.reason).map(|reason| reason.told().to_owned()),
            closed: ending.map(|ending| ending.at),
            first_answer: case.first_answer.map(|at| promise.waited(case.since, at)),
            promised: promised(case, promise),
            needed_people: case.needs_people(),
            rating: case.rating,
        }
    }
}

/// Where there is no thread, people look after a case by claiming it, and how soon they speak with its member is not seen.
fn promised(case: &Case, promise: &Promise) -> Option<SignedDuration> {
    let could_answer = match &case.place {
        Some(place) => place.rung != Rung::Direct,
        None => case.ending.as_ref().is_some_and(|ending| ending.reason == Some(Reason::ThreadDeleted)),
    };
    (could_answer && promise.remind_after > SignedDuration::ZERO).then_some(promise.remind_after)
}
