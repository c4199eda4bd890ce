//! The course of a case: where it goes from where it stands.

use super::action::{Action, Receipt, Refusal, Speech};
use super::{ALIVE, Case, Ending, Errand, Matter, Place, Posted, Reason, Rung, Saying, Step};
use crate::detect::Category;
use crate::message::{ChannelId, MessageId, UserId};
use crate::policy::Response;
use crate::policy::raid::Extent;
use crate::wording::Utterance;
use jiff::Timestamp;

impl Case {
    /// The action the case waits for, if any.
    #[must_use]
    pub fn action(&self) -> Option<Action<Speech>> {
        Some(match self.step {
            Step::Removing => Action::RemoveMessage {
                channel: self.matter.channel,
                message: self.matter.message,
                reason: self.speech(Utterance::RemovalReason),
            },
            Step::Offering => Action::Post(self.suggestion()),
            Step::Answering => Action::Post(self.answer()),
            Step::Opening(Rung::Direct) => Action::OpenDirect { member: self.member },
            Step::Opening(rung) => Action::OpenThread {
                parent: self.parent(rung),
                name: self.speech(Utterance::ThreadName),
                auto_archive: self.surroundings.auto_archive,
                reason: self.speech(Utterance::ThreadReason),
            },
            Step::Joining(place) => Action::AddMember { thread: place.channel, member: self.member },
            Step::JoiningCompanion(place) => {
                Action::AddMember { thread: place.channel, member: self.matter.companion? }
            }
            Step::Closing(place) => {
                Action::CloseThread { thread: place.channel, reason: self.speech(Utterance::ThreadReason) }
            }
            Step::Greeting(place) => Action::Post(self.greeting(place)),
            Step::Telling(place) => Action::Post(self.telling(place)),
            Step::Alerting(at) | Step::Reporting(at) => {
                Action::Post(self.alert(*self.surroundings.alerts.get(at)?))
            }
            Step::Retelling => {
                let Posted { channel, message } = self.told?;
                Action::Edit { message, post: self.alert(channel) }
            }
            Step::Acknowledging => match self.offer_here() {
                Some(offer) => Action::Edit { message: offer.message, post: self.public() },
                None => Action::Post(self.public()),
            },
            Step::Withdrawing => {
                let Posted { channel, message } = self.withdrawn()?;
                Action::Withdraw { channel, message, reason: self.speech(Utterance::WithdrawalReason) }
            }
            Step::Running(errand) => self.errand(errand)?,
            Step::Offered | Step::Talking => return None,
        })
    }

    pub(super) fn begin(&mut self) -> Step {
        if self.raid.is_some() {
            return self.alerting(0);
        }
        match (self.matter.response, self.place) {
            (Response::Shield, _) => Step::Removing,
            (Response::Alert | Response::Observe, _) => self.alerting(0),
            (Response::Answer, _) => Step::Answering,
            // What is offered is there already: everyone is shown where, or it stands there to be taken up.
            (Response::Suggest, Some(_)) => self.acknowledging(),
            (Response::Suggest, None) if self.offer.is_some() => Step::Offered,
            (Response::Suggest, None) if self.matter.alert || self.matter.quiet => self.alerting(0),
            (Response::Suggest, None) => Step::Offering,
            (Response::TakeAside, None) => Step::Opening(Rung::Thread),
            (Response::TakeAside, Some(place)) => self.tell(place),
        }
    }

    pub(super) fn after(&mut self, receipt: Receipt) -> Step {
        match (self.step, receipt) {
            (Step::Removing, Receipt::Removed) => {
                self.matter.removed = true;
                self.after_removing()
            }
            (Step::Offering, Receipt::Posted(message)) => self.offered(message),
            (Step::Opening(rung), Receipt::Opened(channel)) => {
                let place = Place { rung, channel };
                if rung == Rung::Direct { Step::Greeting(place) } else { Step::Joining(place) }
            }
            (Step::Joining(place), Receipt::Joined) if self.matter.companion.is_some() => {
                Step::JoiningCompanion(place)
            }
            (Step::Joining(place) | Step::JoiningCompanion(place), Receipt::Joined) => Step::Greeting(place),
            (Step::Closing(place), Receipt::Closed) => self.below(place.rung),
            (Step::Greeting(place) | Step::Telling(place), Receipt::Posted(_)) => {
                self.place = Some(place);
                self.matter.enclosure = None;
                self.after_words()
            }
            (Step::Alerting(at), Receipt::Posted(message)) => {
                self.alerted = true;
                self.told_at(at, message);
                self.after_alert()
            }
            (Step::Reporting(at), Receipt::Posted(message)) => {
                self.told_at(at, message);
                self.rest()
            }
            (Step::Retelling, Receipt::Edited) => self.rest(),
            (Step::Running(errand), receipt) => self.after_errand(errand, receipt),
            (Step::Answering | Step::Acknowledging, Receipt::Posted(message)) => self.acknowledged(message),
            (Step::Acknowledging, Receipt::Edited) => match self.offer.take() {
                Some(offer) => self.acknowledged(offer.message),
                None => self.rest(),
            },
            (Step::Withdrawing, Receipt::Removed) => self.forget_withdrawn(),
            (state, _) => state,
        }
    }

    pub(super) fn without(&mut self, refusal: &Refusal) -> Step {
        match self.step {
            Step::Removing if *refusal == Refusal::Gone => {
                self.matter.removed = true;
                self.after_removing()
            }
            Step::Removing => {
                self.note("The message could not be removed", refusal);
                self.after_removing()
            }
            Step::Offering | Step::Answering => {
                self.note("The public answer could not be posted", refusal);
                self.unacknowledged = true;
                self.own_up()
            }
            Step::Opening(rung) => {
                self.note(rung.failure(), refusal);
                self.below(rung)
            }
            Step::Joining(place) => {
                self.note("The member could not be brought into the thread", refusal);
                Step::Closing(place)
            }
            Step::JoiningCompanion(place) => {
                self.note("The other member could not be brought into the thread", refusal);
                Step::Greeting(place)
            }
            Step::Closing(place) => self.below(place.rung),
            Step::Greeting(place) => {
                self.note(place.rung.failure(), refusal);
                if place.rung == Rung::Direct { self.below(place.rung) } else { Step::Closing(place) }
            }
            Step::Telling(_) => {
                self.place = None;
                Step::Opening(Rung::Thread)
            }
            Step::Alerting(at) => self.alerting(at + 1),
            Step::Reporting(at) => self.reporting(at + 1),
            Step::Retelling => {
                self.told = None;
                self.rest()
            }
            Step::Running(errand) => self.without_errand(errand, refusal),
            // The offer is gone, so the words are said anew.
            Step::Acknowledging if self.offer_here().is_some() => {
                self.offer = None;
                Step::Acknowledging
            }
            Step::Acknowledging => {
                self.unacknowledged = true;
                self.note("The public acknowledgment could not be posted", refusal);
                self.own_up()
            }
            Step::Withdrawing => self.forget_withdrawn(),
            Step::Offered | Step::Talking => self.step,
        }
    }

    /// The offer is taken up; what is removed only by a shield stays where it is.
    pub(super) fn accepted(&mut self, at: Timestamp) -> Step {
        if self.step != Step::Offered {
            return self.step;
        }
        (self.since, self.active) = (at, at);
        self.matter.response = Response::TakeAside;
        (self.matter.would, self.matter.quiet) = (None, false);
        Step::Opening(Rung::Thread)
    }

    /// What was only offered, answered or told is done after all; moderators hear who wanted it.
    pub(super) fn taken_aside(&mut self, by: UserId, at: Timestamp, reason: Option<String>) -> Step {
        if !self.is_at_rest() || self.place.is_some() || self.raid.is_some() || self.is_over() {
            return self.step;
        }
        (self.since, self.active) = (at, at);
        self.matter.response = Response::TakeAside;
        (self.matter.would, self.matter.quiet) = (None, false);
        (self.matter.by, self.matter.alert) = (Some(by), true);
        self.matter.because = reason.unwrap_or_default();
        (self.alerted, self.unacknowledged) = (false, false);
        self.problems.clear();
        Step::Opening(Rung::Thread)
    }

    /// Words in public about a message that is gone would only call attention to it; once somebody answered, they
    /// are part of a conversation and stay.
    pub(super) fn deleted(&mut self, message: MessageId) -> Step {
        let taking_down = matches!(self.step, Step::Running(Errand::TakeDown(_)));
        let ours = self.matter.removed || self.step == Step::Removing || taking_down;
        self.forget_disclosed(message);
        self.matter.deleted |= message == self.matter.message && !ours;
        self.orphaned |= self.answers.is_some_and(|answers| answers.message == message) && !ours;
        if self.is_at_rest() { self.rest() } else { self.step }
    }

    pub(super) fn grown(&mut self, extent: Extent) -> Step {
        if self.raid.as_ref().is_none_or(|known| *known == extent) {
            return self.step;
        }
        self.raid = Some(extent);
        self.step
    }

    pub(super) fn claimed(&mut self, by: UserId, from: Option<UserId>) {
        if self.owner != from || from == Some(by) {
            return;
        }
        self.owner = Some(by);
        self.run_later(&[Errand::Bring(by), Errand::Say(Saying::Claimed)]);
    }

    pub(super) fn summon(&mut self, at: Timestamp) {
        if self.asked.is_none() {
            self.asked = Some(at);
            self.run_later(&[Errand::Say(Saying::Summons)]);
        }
    }

    pub(super) fn reminded(&mut self, step: u8) {
        /// From this step on more moderators are called, and the member is told that it takes long.
        const ESCALATED: u8 = 2;
        if step <= self.reminders || self.waiting().is_none() {
            return;
        }
        self.reminders = step;
        if step >= ESCALATED {
            self.run_later(&[Errand::Say(Saying::Late)]);
        }
    }

    /// The member and the other one of the exchange do not answer themselves.
    pub(super) fn written(&mut self, by: UserId, at: Timestamp) {
        self.answered = true;
        if self.is_over() {
            return;
        }
        let theirs = by == self.member || self.matter.companion == Some(by);
        if !theirs && self.first_answer.is_none() {
            self.first_answer = Some(at);
        }
        if at.duration_since(self.active) >= ALIVE {
            self.active = at;
        }
    }

    pub(super) fn run_later(&mut self, errands: &[Errand]) {
        let new = errands.iter().filter(|errand| !self.errands.contains(errand));
        let new: Vec<Errand> = new.copied().collect();
        self.errands.extend(new);
    }

    /// What the case had in a channel that is gone: its thread ends it, and so does the channel it began in; where only
    /// the desk is gone, it moves; where moderators were told, another channel takes its place.
    pub(super) fn channel_gone(&mut self, channel: ChannelId, at: Timestamp) -> Step {
        self.forget_alerts(channel);
        let desk_gone = self.surroundings.desk.take_if(|desk| *desk == channel).is_some();
        match self.place {
            Some(place) if place.channel == channel => self.lost(Reason::ThreadDeleted, at),
            Some(place) if place.rung == Rung::Desk && desk_gone && !self.is_over() => {
                self.place = None;
                self.problems.push("The channel of its thread was removed.".to_owned());
                if self.is_at_rest() { Step::Opening(Rung::Thread) } else { self.step }
            }
            Some(place) if place.rung == Rung::Thread && self.matter.home == channel => {
                self.lost(Reason::ChannelRemoved, at)
            }
            None if self.matter.channel == channel || self.matter.home == channel => {
                self.lost(Reason::ChannelRemoved, at)
            }
            _ => self.step,
        }
    }

    fn forget_alerts(&mut self, channel: ChannelId) {
        if self.told.is_some_and(|told| told.channel == channel) {
            (self.told, self.told_as) = (None, None);
        }
        self.surroundings.alerts.retain(|alert| *alert != channel);
    }

    fn lost(&mut self, reason: Reason, at: Timestamp) -> Step {
        self.place = None;
        self.ended(Ending::expired(reason, at))
    }

    /// Takes the next message in hand, while there is one and nothing is waited for.
    pub(super) fn take_up_next(&mut self) {
        while self.is_at_rest() && !self.further.is_empty() {
            let next = self.further.remove(0);
            let offered = next.response == Response::Suggest;
            if offered && self.offer.is_some() {
                continue;
            }
            self.hand_over(next);
            self.problems.clear();
            self.alerted = false;
            self.unacknowledged = false;
            self.step = self.begin();
        }
    }

    fn after_removing(&mut self) -> Step {
        match self.place {
            Some(place) => self.tell(place),
            None => Step::Opening(Rung::Thread),
        }
    }

    /// Only disclosures are spoken of again; more anger in an open case has its place already.
    fn tell(&mut self, place: Place) -> Step {
        if self.matter.category == Category::SensitiveInfo {
            Step::Telling(place)
        } else {
            self.after_words()
        }
    }

    fn after_words(&mut self) -> Step {
        let unseen = self.surroundings.moderators.is_empty() || !self.problems.is_empty();
        let wanted = unseen || self.matter.alert || self.matter.beside.is_some();
        if wanted && !self.alerted { self.alerting(0) } else { self.acknowledging() }
    }

    fn after_alert(&mut self) -> Step {
        match (self.matter.response, self.place) {
            (Response::Alert | Response::Observe | Response::Answer, _) => self.rest(),
            _ if self.raid.is_some() => Step::Acknowledging,
            _ if self.unacknowledged => self.rest(),
            (Response::Suggest, _) if self.matter.quiet => self.rest(),
            (Response::Suggest, _) => Step::Offering,
            (_, None) => self.direct(),
            (_, Some(_)) => self.acknowledging(),
        }
    }

    /// Who asked for a private word with moderators is not helped by one with a bot.
    fn direct(&mut self) -> Step {
        if self.matter.asked_for { self.rest() } else { Step::Opening(Rung::Direct) }
    }

    /// Moderators are told before the member is written to, so that the message can say whether they know.
    fn below(&mut self, rung: Rung) -> Step {
        match rung {
            Rung::Thread if self.has_desk() => Step::Opening(Rung::Desk),
            Rung::Thread | Rung::Desk if self.alerted => self.direct(),
            Rung::Thread | Rung::Desk => self.alerting(0),
            Rung::Direct => self.acknowledging(),
        }
    }

    /// Of a raid, one alert tells for all.
    fn alerting(&mut self, at: usize) -> Step {
        let told_for_all = self.matter.covered && self.raid.is_none();
        if !told_for_all && at < self.surroundings.alerts.len() {
            return Step::Alerting(at);
        }
        if at > 0 {
            self.told_nowhere();
        }
        self.after_alert()
    }

    /// An offer that stands there is always put right.
    fn acknowledging(&mut self) -> Step {
        let needless = self.matter.covered
            || self.matter.deleted
            || self.matter.asked_for
            || (self.matter.quiet && self.place.is_some());
        if needless && self.offer_here().is_none() { self.rest() } else { Step::Acknowledging }
    }

    fn acknowledged(&mut self, message: MessageId) -> Step {
        self.acknowledgment = Some(message);
        self.spoken()
    }

    fn offered(&mut self, message: MessageId) -> Step {
        self.offer = Some(Posted { channel: self.matter.channel, message });
        self.spoken()
    }

    /// Public words about the message in hand stand there.
    fn spoken(&mut self) -> Step {
        let Matter { channel, message, deleted, .. } = self.matter;
        (self.answers, self.orphaned) = (Some(Posted { channel, message }), deleted);
        self.answered = false;
        self.rest()
    }

    /// Where a case goes that has nothing to do: public words whose message is gone are taken back first.
    pub(super) fn rest(&mut self) -> Step {
        if self.orphaned && !self.answered && self.withdrawn().is_some() {
            return Step::Withdrawing;
        }
        // The next message is more urgent than whatever else there is to do.
        if !self.further.is_empty() {
            return Step::Talking;
        }
        if let Some(errand) = self.next_errand() {
            return errand;
        }
        let status = self.status();
        match (self.told, &self.told_as) {
            (Some(_), told) if told.as_ref() != Some(&status) => {
                self.told_as = Some(status);
                Step::Retelling
            }
            (None, None) if self.is_reported() => self.reporting(0),
            _ if self.offer.is_some() && self.place.is_none() && !self.is_over() => Step::Offered,
            _ => Step::Talking,
        }
    }

    /// Whether moderators can see how things are without having been called.
    fn is_reported(&self) -> bool {
        let ours = !self.matter.covered && self.raid.is_none();
        ours && self.needs_people() && !self.surroundings.alerts.is_empty()
    }

    fn reporting(&mut self, at: usize) -> Step {
        if at < self.surroundings.alerts.len() {
            return Step::Reporting(at);
        }
        self.told_nowhere();
        self.rest()
    }

    /// There is no place to tell it: that is not tried for ever.
    fn told_nowhere(&mut self) {
        if self.told.is_none() {
            self.told_as = Some(self.status());
        }
    }

    fn told_at(&mut self, at: usize, message: MessageId) {
        let channel = self.surroundings.alerts.get(at).copied();
        self.told = channel.map(|channel| Posted { channel, message });
        self.told_as = Some(self.status());
    }

    /// The public words that go when the message they answer does.
    pub(super) fn withdrawn(&self) -> Option<Posted> {
        let channel = self.answers?.channel;
        self.offer.or(self.acknowledgment.map(|message| Posted { channel, message }))
    }

    pub(super) fn forget_withdrawn(&mut self) -> Step {
        self.orphaned = false;
        if self.offer.take().is_none() {
            self.acknowledgment = None;
        }
        self.rest()
    }

    /// Moderators hear that the public words failed, in what they were told already where they were.
    fn own_up(&mut self) -> Step {
        if self.alerted { self.rest() } else { self.alerting(0) }
    }

    /// The offer, when it stands in the channel that the acknowledgment belongs in.
    fn offer_here(&self) -> Option<Posted> {
        self.offer.filter(|offer| offer.channel == self.matter.channel)
    }

    fn has_desk(&self) -> bool {
        self.surroundings.desk.is_some_and(|desk| desk != self.matter.home)
    }

    pub(super) fn note(&mut self, what: &str, refusal: &Refusal) {
        self.problems.push(format!("{what}: {refusal}."));
    }

    fn parent(&self, rung: Rung) -> ChannelId {
        match rung {
            Rung::Desk => self.surroundings.desk.unwrap_or(self.matter.home),
            Rung::Thread | Rung::Direct => self.matter.home,
        }
    }
}

impl Rung {
    pub(super) const fn failure(self) -> &'static str {
        match self {
            Self::Thread => "No private thread could be opened there",
            Self::Desk => "No private thread could be opened at the desk",
            Self::Direct => "The member could not be written to",
        }
    }
}
