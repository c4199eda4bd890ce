//! What people, the clock and Discord do to a case. What follows is done once it waits for nothing else.

use jiff::Timestamp;

use super::{ALIVE, Case, End, Ending, Errand, Event, Matter, Reason, Rung, SKEW, Saying, Step};
use crate::message::{ChannelId, MessageId, UserId};
use crate::policy::Response;
use crate::policy::raid::Extent;

/// From this step of the clock on the member is told that it takes long.
const ESCALATED: u8 = 2;

impl Case {
    /// Takes note of an event that is not the answer to what it waits for.
    pub(super) fn happened(&mut self, event: Event) {
        match event {
            Event::Further(matter) if self.raid.is_none() => self.add(matter),
            Event::Deleted(message) => self.deleted(message),
            Event::Answered => self.answered = true,
            Event::Wrote(by, at) => self.written(by, at),
            Event::Rated(rating) if self.is_resolved() => self.rating = Some(rating),
            Event::Forgotten(at) => self.forgotten(at),
            Event::Recorded(outcome) => self.recorded(outcome),
            Event::Reopened(by, at) if !self.forgotten => self.reopened(by, at),
            Event::ChannelGone(channel, at) => self.channel_gone(channel, at),
            _ if self.is_over() => {}
            Event::Accepted(at) => self.accepted(at),
            Event::TakenAside { by, at, reason } => self.taken_aside(by, at, reason),
            Event::Grown(extent) => self.grown(extent),
            Event::Claimed { by, from } => self.claimed(by, from),
            Event::AskedFor(at) => self.summon(at),
            Event::TakeDown => self.take_down(),
            // A raid is nobody's own affair.
            Event::KeptQuiet => self.discreet = self.raid.is_none(),
            Event::Detailed(details) => self.detailed(details),
            Event::Invited(person) => {
                self.run_later(&[Errand::Bring(person), Errand::Say(Saying::Invited(person))]);
            }
            Event::Reminded(step) => self.reminded(step),
            Event::Ended(ending) => self.ended(ending),
            Event::Further(_)
            | Event::Rated(_)
            | Event::Reopened(..)
            | Event::Performed(_)
            | Event::Refused(_) => {}
        }
    }

    fn is_resolved(&self) -> bool {
        self.ending.as_ref().is_some_and(|ending| ending.how == End::Resolved)
    }

    fn add(&mut self, matter: Matter) {
        self.further.push(matter);
        self.messages = self.messages.saturating_add(1);
        if self.is_over() {
            // Whatever is said in the thread now opens it again.
            self.run_later(&[Errand::Archive]);
        }
    }

    /// The offer is taken up; what is removed only by a shield stays where it is.
    fn accepted(&mut self, at: Timestamp) {
        let busy = !self.is_at_rest()
            && !matches!(self.step, Step::Retelling | Step::Reporting(_) | Step::Running(_));
        let taken = self.place.is_some() || self.errands.contains(&Errand::Open);
        if self.offer.is_none() || busy || taken {
            return;
        }
        (self.since, self.active) = (at, at);
        self.aside();
        self.errands.insert(0, Errand::Open);
    }

    /// What was only offered, answered or told is done after all; moderators hear who wanted it.
    fn taken_aside(&mut self, by: UserId, at: Timestamp, reason: Option<String>) {
        let under_way = !self.is_at_rest()
            && (self.is_aside() || self.errands.iter().any(|errand| matches!(errand, Errand::TakeAside(_))));
        if self.place.is_some() || self.raid.is_some() || under_way {
            return;
        }
        (self.since, self.active) = (at, at);
        self.reason = reason;
        self.errands.insert(0, Errand::TakeAside(by));
    }

    /// Whether the member is talked to in private about the matter in hand.
    pub(super) const fn is_aside(&self) -> bool {
        matches!(self.matter.response, Response::TakeAside | Response::Shield)
    }

    pub(super) fn aside(&mut self) {
        for matter in self.known().filter(|matter| matter.response != Response::Shield) {
            matter.response = Response::TakeAside;
            matter.would = None;
        }
        self.matter.quiet = false;
    }

    pub(super) fn aside_by_hand(&mut self, by: UserId) -> Step {
        self.aside();
        let reason = self.reason.take().unwrap_or_default();
        self.known().for_each(|matter| {
            matter.by = Some(by);
            matter.because.clone_from(&reason);
        });
        self.matter.alert = true;
        (self.alerted, self.unacknowledged) = (false, false);
        self.problems.clear();
        Step::Opening(Rung::Thread)
    }

    /// Words in public about a message that is gone would only call attention to it; once somebody answered, they
    /// are part of a conversation and stay.
    fn deleted(&mut self, message: MessageId) {
        self.alert_deleted(message);
        if self.is_ours(message) {
            return;
        }
        self.about(message).for_each(|matter| matter.deleted = true);
        self.forget_disclosed(message);
        self.orphaned |= self.answers.is_some_and(|answers| answers.message == message);
    }

    /// Whether we remove that message, or did.
    fn is_ours(&self, message: MessageId) -> bool {
        let removing = match self.step {
            Step::Removing => Some(self.matter.message),
            Step::Running(Errand::TakeDown(posted)) => Some(posted.message),
            _ => None,
        };
        removing == Some(message) || self.removed.contains(&message)
    }

    fn grown(&mut self, extent: Extent) {
        if self.raid.is_some() {
            self.raid = Some(extent);
        }
    }

    fn claimed(&mut self, by: UserId, from: Option<UserId>) {
        if self.owner == from && from != Some(by) {
            self.owner = Some(by);
            self.run_later(&[Errand::Bring(by), Errand::Say(Saying::Claimed)]);
        }
    }

    fn summon(&mut self, at: Timestamp) {
        if self.asked.is_none() {
            self.asked = Some(at);
            self.run_later(&[Errand::Say(Saying::Summons)]);
        }
    }

    fn reminded(&mut self, step: u8) {
        if step <= self.reminders || self.waiting().is_none() {
            return;
        }
        self.reminders = step;
        // Where no moderator could be told of it, there is nothing to say that would be both kind and true.
        let known = self.thread().is_some() || self.told.is_some();
        if step >= ESCALATED && known {
            self.run_later(&[Errand::Say(Saying::Late)]);
        }
    }

    /// The member and the other one of the exchange do not answer themselves. Once somebody has answered, a moderator
    /// can be asked for again.
    fn written(&mut self, by: UserId, at: Timestamp) {
        self.answered = true;
        if self.is_over() {
            return;
        }
        let theirs = self.is_about(by);
        // What was said before the member began to wait, as before the case was opened again, answers nothing.
        let later = at.duration_since(self.since) >= -SKEW;
        if !theirs && later {
            self.first_answer = self.first_answer.or(Some(at));
            self.asked = None;
        }
        if at.duration_since(self.active) >= ALIVE {
            self.active = at;
        }
    }

    /// The case is over; what was still to be done for it is not any more, but for what was promised.
    pub(super) fn ended(&mut self, ending: Ending) {
        self.details.clear();
        self.keep_promises();
        let farewell = if self.forgotten { self.last_farewell() } else { Self::farewell(&ending) };
        self.errands.extend(farewell);
        self.ending = Some(ending);
    }

    fn recorded(&mut self, outcome: String) {
        if let Some(ending) = &mut self.ending {
            ending.outcome = Some(outcome);
        }
    }

    /// A case that was over goes on, where it was or in a new place.
    fn reopened(&mut self, by: UserId, at: Timestamp) {
        if self.ending.take().is_none() {
            return;
        }
        (self.since, self.active, self.first_answer) = (at, at, None);
        (self.reminders, self.asked, self.rating, self.reopened_by) = (0, None, None, Some(by));
        self.keep_promises();
        match self.place {
            Some(_) => {
                self.run_later(&[Errand::Unarchive]);
                self.run_later(self.owner.map(Errand::Bring).as_slice());
                self.run_later(&[Errand::Say(Saying::Reopened)]);
            }
            None if self.is_aside() && self.raid.is_none() => self.run_later(&[Errand::Open]),
            None => {}
        }
    }

    /// What was still to be done is not any more, but for what was promised.
    pub(super) fn keep_promises(&mut self) {
        self.errands.retain(Errand::is_promised);
    }

    pub(super) fn run_later(&mut self, errands: &[Errand]) {
        for errand in errands {
            if !self.errands.contains(errand) {
                self.errands.push(*errand);
            }
        }
    }

    /// What the case had in a channel that is gone: its thread ends it, and so does the channel it began in; where only
    /// the desk is gone, it moves; where moderators were told, another channel takes its place.
    fn channel_gone(&mut self, channel: ChannelId, at: Timestamp) {
        self.alerts_gone(channel);
        self.surroundings.desk.take_if(|desk| *desk == channel);
        let under = self.under.or(Some(self.matter.home));
        match self.place {
            Some(place) if place.channel == channel => self.lost(Reason::ThreadDeleted, at),
            Some(place) if place.rung == Rung::Desk && under == Some(channel) => self.move_out(),
            Some(place) if place.rung == Rung::Thread && under == Some(channel) => {
                self.lost(Reason::ChannelRemoved, at);
            }
            None if self.matter.channel == channel || self.matter.home == channel => {
                self.lost(Reason::ChannelRemoved, at);
            }
            _ => {}
        }
    }

    fn move_out(&mut self) {
        self.place = None;
        if !self.is_over() {
            self.problems.push("The channel of its thread was removed.".to_owned());
            self.errands.insert(0, Errand::Open);
        }
    }

    fn lost(&mut self, reason: Reason, at: Timestamp) {
        self.place = None;
        if !self.is_over() {
            self.ended(Ending::expired(reason, at));
        }
    }
}
