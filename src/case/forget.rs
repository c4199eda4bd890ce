//! A case whose member wants it forgotten, and what a case knows of others.

use jiff::Timestamp;

use super::action::{Button, Post, Speech};
use super::{Case, End, Ending, Errand, Matter, Reason, Saying};
use crate::message::{ChannelId, UserId};
use crate::policy::Response;
use crate::wording::{Facts, Utterance};

/// Who stands where somebody stood who is forgotten, and nothing can stand empty. No account has this number.
pub const NOBODY: UserId = UserId(0);

/// What someone has to do with a case that is not about them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// They are the other one of the exchange, or could have taken up its offer.
    pub party: bool,
    /// They looked after it, ended it, opened it again, or took its member aside by hand.
    pub helper: bool,
}

impl Case {
    /// Its member wants it forgotten. It ends if it was not over; what was said of it to moderators names them no more;
    /// and then nothing is left to be done.
    pub(super) fn forgotten(&mut self, at: Timestamp) {
        self.forgotten = true;
        // What gives something away is removed all the same.
        self.further.retain(|matter| matter.response == Response::Shield);
        if !self.is_over() {
            self.ended(Ending { how: End::Declined, ..Ending::expired(Reason::Forgotten, at) });
        }
    }

    /// What follows where its member wants it forgotten: our public words go too, unless they are part of a
    /// conversation, since nobody will know any more whom they were for.
    pub(super) fn last_farewell(&self) -> Vec<Errand> {
        let mut errands = vec![Errand::Say(Saying::Forgotten), Errand::Withdraw, Errand::Archive];
        if self.answered {
            errands.retain(|errand| *errand != Errand::Withdraw);
        }
        errands
    }

    /// Whether its member wants it forgotten and nothing is left to be done: it can be erased.
    #[must_use]
    pub fn can_be_erased(&self) -> bool {
        self.forgotten && self.is_over() && self.action().is_none()
    }

    /// Whether erasing it takes words on Discord first: to its member, who is left with an open case, or in the place of
    /// what names them to moderators.
    #[must_use]
    pub fn is_to_be_told(&self) -> bool {
        !self.is_over() || self.told.is_some() || !self.is_at_rest()
    }

    /// What is told to moderators in the place of all that they were told.
    pub(super) fn erasure(&self, channel: ChannelId) -> Post<Speech> {
        let facts = Facts { number: Some(self.number), ..Facts::default() };
        Post {
            channel,
            words: Speech { utterance: Utterance::Erased, language: None, variant: 0, facts },
            reply_to: None,
            members: Vec::new(),
            roles: Vec::new(),
            number: self.number,
            buttons: Vec::<Button>::new(),
            labels: Vec::new(),
            enclosure: None,
        }
    }

    /// What `person`, who is not its member, has to do with it. A raid stands for many, and is about none of them.
    #[must_use]
    pub fn part_of(&self, person: UserId) -> Part {
        let matters = || std::iter::once(&self.matter).chain(&self.further);
        let ended_by = self.ending.as_ref().and_then(|ending| ending.by);
        let by_hand = matters().any(|matter| matter.by == Some(person));
        let began_raid = self.raid.is_some() && self.member == person;
        Part {
            party: began_raid || matters().any(|matter| matter.concerns(person)),
            helper: by_hand || [self.owner, ended_by, self.reopened_by].contains(&Some(person)),
        }
    }

    /// The same without `person`, who is not its member. While it is open the other one of the exchange stays: what they
    /// write in its thread must not pass for a moderator's answer.
    #[must_use]
    pub fn leaving_out(mut self, person: UserId) -> Self {
        let open = !self.is_over();
        if self.raid.is_some() && self.member == person {
            self.member = NOBODY;
        }
        for matter in std::iter::once(&mut self.matter).chain(&mut self.further) {
            matter.parties.retain(|party| *party != person);
            matter.companion = matter.companion.filter(|companion| open || *companion != person);
        }
        self
    }
}

impl Matter {
    fn concerns(&self, person: UserId) -> bool {
        self.companion == Some(person) || self.parties.contains(&person)
    }
}
