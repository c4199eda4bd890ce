//! What is stored about someone, and until when anything is.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{CaseNote, Example, Outcome};
use crate::case::Case;
use crate::config::Config;
use crate::message::{ChannelId, GuildId, MessageId, UserId};
use crate::policy::Acted;

/// The longest cooldown that is remembered.
pub const COOLDOWNS: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How long it is kept who changed what, and which language a member's Discord is in.
pub const RECORD: SignedDuration = SignedDuration::from_hours(365 * 24);

/// How long a moderator has to agree to what was proposed.
pub const PROPOSED: SignedDuration = SignedDuration::from_hours(24);

/// Seconds.
const DAY: i64 = 24 * 60 * 60;

/// Clocks differ: what may still be read back is taken to be this much more.
const MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// What is older than these moments is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Of cases, when they were over.
    pub closed: Timestamp,
    /// Of messages that moderators judged, when they did.
    pub examples: Timestamp,
    /// Of what cooldowns are counted from.
    pub acted: Timestamp,
    /// Of messages whose case was erased: what is younger may be read back once more after a restart.
    pub read_back: Timestamp,
    /// Of changes, and of languages.
    pub record: Timestamp,
    /// Of what moderators have yet to agree to.
    pub proposals: Timestamp,
    /// Now.
    pub now: Timestamp,
}

impl Horizon {
    /// How far what is kept reaches back at `now`.
    #[must_use]
    pub fn of(config: &Config, now: Timestamp) -> Self {
        let signed = |length| SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let before = |length: SignedDuration| now.checked_sub(length).unwrap_or(Timestamp::MIN);
        Self {
            closed: before(signed(config.privacy.keep_closed)),
            examples: before(signed(config.privacy.keep_examples)),
            acted: before(COOLDOWNS),
            read_back: before(signed(config.catch_up.max_age).saturating_add(MARGIN)),
            record: before(RECORD),
            proposals: before(PROPOSED),
            now,
        }
    }
}

impl Outcome {
    /// What may stay when its case is erased: no words of people, and no number or moment by which posts on Discord tell
    /// whose it was. Times are those of the day.
    #[must_use]
    pub fn anonymous(self) -> Self {
        let day = |at: Timestamp| {
            let midnight = at.as_second().div_euclid(DAY) * DAY;
            Timestamp::from_second(midnight).unwrap_or(at)
        };
        Self { number: 0, opened: day(self.opened), closed: self.closed.map(day), outcome: None, ..self }
    }
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many cases were erased.
    pub cases: u64,
    /// Whether there may be more to be forgotten.
    pub more: bool,
}

/// Somebody's wish to be forgotten in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The server.
    pub guild: GuildId,
    /// Who.
    pub member: UserId,
    /// Since when: what came later stays.
    pub at: Timestamp,
}

/// What could not be forgotten at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Their cases that take words on Discord first, oldest first.
    pub cases: Vec<u32>,
    /// Open cases of others that they are part of.
    pub named: Vec<u32>,
}

impl Left {
    /// Whether nothing is left.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.cases.is_empty() && self.named.is_empty()
    }
}

/// What someone wrote in the private thread of a case. `Debug` prints the length of the words, never the words.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    /// The number of the case.
    pub number: u32,
    /// The message.
    pub message: MessageId,
    /// Who wrote it.
    pub author: UserId,
    /// When.
    pub at: Timestamp,
    /// When it was last edited.
    pub edited: Option<Timestamp>,
    /// The words as they stand, masked.
    pub words: String,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("number", &self.number)
            .field("message", &self.message)
            .field("author", &self.author)
            .field("bytes", &self.words.len())
            .finish_non_exhaustive()
    }
}

/// What is stored about someone in one server.
#[derive(Clone, Default)]
pub struct Traces {
    /// The cases that are about them, newest first.
    pub cases: Vec<Case>,
    /// How many notes moderators made about those.
    pub notes: u32,
    /// The messages that those are about.
    pub messages: Vec<(u32, MessageId)>,
    /// How many actions on those are under way.
    pub under_way: u32,
    /// What cooldowns are counted from.
    pub acted: Vec<(ChannelId, Acted)>,
    /// Their messages that moderators judged, and when.
    pub examples: Vec<(Timestamp, Example)>,
    /// What was written in the threads of their cases, and what they wrote in those of others.
    pub lines: Vec<Line>,
    /// Cases of others that they are part of.
    pub named: Vec<u32>,
    /// Cases of others that they looked after as a moderator.
    pub helped: Vec<u32>,
    /// What they noted about cases, as a moderator.
    pub noted: Vec<(u32, CaseNote)>,
    /// Messages that they judged as a moderator.
    pub judged: Vec<MessageId>,
    /// Their changes of the server's settings, by number.
    pub changes: Vec<(u32, Timestamp)>,
    /// How many changes wait for them to agree.
    pub proposals: u32,
    /// How many causes they called over.
    pub causes: u32,
    /// The language of their Discord, in whatever server they are.
    pub language: Option<String>,
    /// Since when they want to be forgotten.
    pub erasure: Option<Timestamp>,
}
