//! What its member wishes of a case: that what they gave away is removed, and what they tell moderators alone.

use super::{Case, Detail, Errand, Matter, Posted, Saying, Step};
use crate::message::{MessageId, UserId};

/// The most that is kept of what a member gave in private forms: what two of them ask for.
const MOST_DETAILS: usize = 10;

impl Case {
    /// Who wrote the message in hand: its member, unless others come first among those who may accept an offer.
    #[must_use]
    pub fn author(&self) -> UserId {
        self.matter.author().unwrap_or(self.member)
    }

    /// What its author gave away and still stands in public, as far as is known.
    #[must_use]
    pub fn still_public(&self) -> Vec<Posted> {
        let in_hand = self.matter.gives_away().then_some(self.matter.posted());
        self.disclosed.iter().copied().chain(in_hand).collect()
    }

    /// Whether any of it is being removed, or will be next.
    #[must_use]
    pub fn is_taking_down(&self) -> bool {
        let removal = |errand: &Errand| matches!(errand, Errand::TakeDown(_));
        matches!(self.step, Step::Running(errand) if removal(&errand)) || self.errands.iter().any(removal)
    }

    pub(super) fn take_down(&mut self) {
        let going = |posted: &Posted| self.step == Step::Running(Errand::TakeDown(*posted));
        let wished: Vec<Errand> =
            self.still_public().into_iter().filter(|posted| !going(posted)).map(Errand::TakeDown).collect();
        self.run_later(&wished);
    }

    /// It is told once, when all of it is gone. Public words about it would only call attention to it.
    pub(super) fn taken_down(&mut self, posted: Posted) {
        self.removed.push(posted.message);
        self.about(posted.message).for_each(|matter| matter.removed = true);
        self.disclosed.retain(|one| *one != posted);
        self.orphaned |= self.answers == Some(posted);
        self.say_after_removals(Saying::TakenDown);
    }

    /// It could not be removed.
    pub(super) fn not_taken_down(&mut self) {
        self.say_after_removals(Saying::NotTakenDown);
    }

    /// One word on all removals, after the last of them.
    fn say_after_removals(&mut self, saying: Saying) {
        let after = self.errands.iter().take_while(|next| matches!(next, Errand::TakeDown(_))).count();
        if !self.errands.contains(&Errand::Say(saying)) {
            self.errands.insert(after, Errand::Say(saying));
        }
    }

    /// It is gone, or in hand.
    pub(super) fn forget_disclosed(&mut self, message: MessageId) {
        self.disclosed.retain(|one| one.message != message);
    }

    /// What is answered anew replaces what was answered before; moderators hear of it once.
    pub(super) fn detailed(&mut self, details: Vec<Detail>) {
        if details.is_empty() {
            return;
        }
        let first = self.details.is_empty();
        self.details.retain(|old| details.iter().all(|new| new.label != old.label));
        self.details.extend(details);
        self.details.truncate(MOST_DETAILS);
        if first {
            self.run_later(&[Errand::Say(Saying::Detailed)]);
        }
    }

    /// The message in hand gives way to `next`, which its buttons and form are about from then on, too.
    pub(super) fn hand_over(&mut self, mut next: Matter) {
        if self.matter.gives_away() && self.matter.author() == next.author() {
            self.disclosed.push(self.matter.posted());
        }
        // The same message, edited, may be in hand again.
        self.forget_disclosed(next.message);
        next.quiet |= self.discreet;
        // Whoever is inside stays a part of it.
        next.companion = next.companion.or(self.matter.companion);
        if next.ask.is_empty() {
            next.ask = std::mem::take(&mut self.matter.ask);
        }
        self.follow_with(next);
    }
}

impl Matter {
    /// Who wrote it, if not the member: the writer comes first among those who may accept an offer.
    fn author(&self) -> Option<UserId> {
        let others = usize::from(self.companion.is_some());
        self.parties.first().copied().filter(|_| self.parties.len() > others)
    }

    /// Whether something private stands in public.
    pub(super) fn gives_away(&self) -> bool {
        let stands = !self.removed && !self.deleted && !self.asked_for;
        stands && self.category.gives_away(&self.kinds)
    }

    const fn posted(&self) -> Posted {
        Posted { channel: self.channel, message: self.message }
    }
}
