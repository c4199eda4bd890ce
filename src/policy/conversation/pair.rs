//! Two members who talk to each other.

use super::{Heard, Warmth, bit};
use crate::detect::Kind;
use crate::message::UserId;

/// A pause of so many milliseconds ends an exchange.
const PAUSE: i64 = 15 * 60 * 1000;

/// What tells that a member has an issue of their own.
const ISSUES: u64 = bit(Kind::AccountIssue) | bit(Kind::OrderNumber) | bit(Kind::AccountNumber);

/// A back-and-forth of two members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How often the word went from one to the other, the first word included.
    pub turns: u32,
    /// The member whose issue it is: who told of one, was asked for details, or began.
    pub owner: UserId,
    /// The other one.
    pub helper: UserId,
    /// The kinds found in it, one bit each.
    kinds: u64,
}

impl Exchange {
    /// Whether something of `kind` was found in it.
    #[must_use]
    pub const fn has(&self, kind: Kind) -> bool {
        self.kinds & bit(kind) != 0
    }
}

/// What is remembered of two members in one conversation.
pub(super) struct Pair {
    members: [UserId; 2],
    pub(super) warmth: Warmth,
    /// When one of them last spoke to the other, in milliseconds since the Unix epoch.
    pub(super) at: i64,
    turns: u32,
    /// The latest message that counts.
    latest: Option<Heard>,
    first: Option<UserId>,
    owner: Option<UserId>,
    kinds: u64,
}

impl Pair {
    pub(super) fn new(one: UserId, other: UserId) -> Self {
        let (members, warmth) = ([one, other], Warmth::default());
        Self { members, warmth, at: i64::MIN, turns: 0, latest: None, first: None, owner: None, kinds: 0 }
    }

    pub(super) fn holds(&self, member: UserId) -> bool {
        self.members.contains(&member)
    }

    /// Whether what is said at `now` begins an exchange.
    pub(super) fn begins(&mut self, now: i64) -> bool {
        if now.saturating_sub(self.at) > PAUSE {
            self.begin();
        }
        self.at = self.at.max(now);
        self.latest.is_none()
    }

    /// Counts what was said if it was one of them, lately; whether it was.
    pub(super) fn took(&mut self, heard: &Heard) -> bool {
        let theirs = self.holds(heard.author) && heard.at >= self.at.saturating_sub(PAUSE);
        if theirs {
            self.take(heard);
        }
        theirs
    }

    /// Counts what one of them said.
    pub(super) fn take(&mut self, heard: &Heard) {
        self.kinds |= heard.kinds;
        if heard.kinds & ISSUES != 0 {
            self.owner.get_or_insert(heard.author);
        } else if heard.kinds & bit(Kind::Solicitation) != 0 {
            self.owner.get_or_insert(self.other(heard.author));
        }
        // An edited message takes no new turn.
        if self.latest.is_none_or(|latest| latest.id < heard.id && latest.author != heard.author) {
            self.turns += 1;
        }
        self.first.get_or_insert(heard.author);
        self.latest = Some(*heard);
    }

    pub(super) fn exchange(&self) -> Exchange {
        let owner = self.owner.or(self.first).unwrap_or(self.members[0]);
        Exchange { turns: self.turns, owner, helper: self.other(owner), kinds: self.kinds }
    }

    /// One of them was spoken to.
    pub(super) fn relieve(&mut self) {
        self.warmth.pressure = 0.0;
        self.turns = 0;
        self.kinds = 0;
    }

    fn begin(&mut self) {
        (self.turns, self.kinds) = (0, 0);
        (self.latest, self.first, self.owner) = (None, None, None);
    }

    fn other(&self, member: UserId) -> UserId {
        if self.members[0] == member { self.members[1] } else { self.members[0] }
    }
}
