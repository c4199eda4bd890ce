//! The course of a case: where it goes from where it stands.

use super::action::{Action, Receipt, Refusal, Speech};
use super::{Case, Matter, Place, Posted, Rung, State};
use crate::detect::Category;
use crate::message::{ChannelId, MessageId, UserId};
use crate::policy::Response;
use crate::policy::raid::Extent;
use crate::wording::Utterance;

impl Case {
    /// The action the case waits for, if any.
    #[must_use]
    pub fn action(&self) -> Option<Action<Speech>> {
        Some(match self.state {
            State::Removing => Action::RemoveMessage {
                channel: self.matter.channel,
                message: self.matter.message,
                reason: self.speech(Utterance::RemovalReason),
            },
            State::Offering => Action::Post(self.suggestion()),
            State::Answering => Action::Post(self.answer()),
            State::Opening(Rung::Direct) => Action::OpenDirect { member: self.member },
            State::Opening(rung) => Action::OpenThread {
                parent: self.parent(rung),
                name: self.speech(Utterance::ThreadName),
                auto_archive: self.surroundings.auto_archive,
                reason: self.speech(Utterance::ThreadReason),
            },
            State::Joining(place) => Action::AddMember { thread: place.channel, member: self.member },
            State::JoiningCompanion(place) => {
                Action::AddMember { thread: place.channel, member: self.matter.companion? }
            }
            State::Closing(place) => {
                Action::CloseThread { thread: place.channel, reason: self.speech(Utterance::ThreadReason) }
            }
            State::Greeting(place) => Action::Post(self.greeting(place)),
            State::Telling(place) => Action::Post(self.telling(place)),
            State::Alerting(at) => Action::Post(self.alert(*self.surroundings.alerts.get(at)?)),
            State::Retelling => {
                let Posted { channel, message } = self.told?;
                Action::Edit { message, post: self.alert(channel) }
            }
            State::Acknowledging => match self.offer_here() {
                Some(offer) => Action::Edit { message: offer.message, post: self.public() },
                None => Action::Post(self.public()),
            },
            State::Withdrawing => {
                let Posted { channel, message } = self.withdrawn()?;
                Action::Withdraw { channel, message, reason: self.speech(Utterance::WithdrawalReason) }
            }
            State::Offered | State::Talking => return None,
        })
    }

    pub(super) fn begin(&self) -> State {
        if self.raid.is_some() {
            return self.alerting(0);
        }
        match (self.matter.response, self.place) {
            (Response::Shield, _) => State::Removing,
            (Response::Alert | Response::Observe, _) => self.alerting(0),
            (Response::Answer, _) => State::Answering,
            // What is offered is there already: everyone is shown where, or it stands there to be taken up.
            (Response::Suggest, Some(_)) => self.acknowledging(),
            (Response::Suggest, None) if self.offer.is_some() => State::Offered,
            (Response::Suggest, None) if self.matter.alert || self.matter.quiet => self.alerting(0),
            (Response::Suggest, None) => State::Offering,
            (Response::TakeAside, None) => State::Opening(Rung::Thread),
            (Response::TakeAside, Some(place)) => self.tell(place),
        }
    }

    pub(super) fn after(&mut self, receipt: Receipt) -> State {
        match (self.state, receipt) {
            (State::Removing, Receipt::Removed) => {
                self.matter.removed = true;
                self.after_removing()
            }
            (State::Offering, Receipt::Posted(message)) => self.offered(message),
            (State::Opening(rung), Receipt::Opened(channel)) => {
                let place = Place { rung, channel };
                if rung == Rung::Direct { State::Greeting(place) } else { State::Joining(place) }
            }
            (State::Joining(place), Receipt::Joined) if self.matter.companion.is_some() => {
                State::JoiningCompanion(place)
            }
            (State::Joining(place) | State::JoiningCompanion(place), Receipt::Joined) => {
                State::Greeting(place)
            }
            (State::Closing(place), Receipt::Closed) => self.below(place.rung),
            (State::Greeting(place) | State::Telling(place), Receipt::Posted(_)) => {
                self.place = Some(place);
                self.matter.enclosure = None;
                self.after_words()
            }
            (State::Alerting(at), Receipt::Posted(message)) => {
                self.alerted = true;
                let channel = self.surroundings.alerts.get(at).copied();
                self.told = channel.map(|channel| Posted { channel, message });
                self.after_alert()
            }
            (State::Retelling, Receipt::Edited) => self.rest(),
            (State::Answering | State::Acknowledging, Receipt::Posted(message)) => self.acknowledged(message),
            (State::Acknowledging, Receipt::Edited) => match self.offer.take() {
                Some(offer) => self.acknowledged(offer.message),
                None => self.rest(),
            },
            (State::Withdrawing, Receipt::Removed) => self.forget_withdrawn(),
            (state, _) => state,
        }
    }

    pub(super) fn without(&mut self, refusal: &Refusal) -> State {
        match self.state {
            State::Removing if *refusal == Refusal::Gone => {
                self.matter.removed = true;
                self.after_removing()
            }
            State::Removing => {
                self.note("The message could not be removed", refusal);
                self.after_removing()
            }
            State::Offering | State::Answering => {
                self.note("The public answer could not be posted", refusal);
                self.unacknowledged = true;
                self.own_up()
            }
            State::Opening(rung) => {
                self.note(rung.failure(), refusal);
                self.below(rung)
            }
            State::Joining(place) => {
                self.note("The member could not be brought into the thread", refusal);
                State::Closing(place)
            }
            State::JoiningCompanion(place) => {
                self.note("The other member could not be brought into the thread", refusal);
                State::Greeting(place)
            }
            State::Closing(place) => self.below(place.rung),
            State::Greeting(place) => {
                self.note(place.rung.failure(), refusal);
                if place.rung == Rung::Direct { self.below(place.rung) } else { State::Closing(place) }
            }
            State::Telling(_) => {
                self.place = None;
                State::Opening(Rung::Thread)
            }
            State::Alerting(at) => self.alerting(at + 1),
            State::Retelling => {
                self.told = None;
                self.rest()
            }
            // The offer is gone, so the words are said anew.
            State::Acknowledging if self.offer_here().is_some() => {
                self.offer = None;
                State::Acknowledging
            }
            State::Acknowledging => {
                self.unacknowledged = true;
                self.note("The public acknowledgment could not be posted", refusal);
                self.own_up()
            }
            State::Withdrawing => self.forget_withdrawn(),
            State::Offered | State::Talking => self.state,
        }
    }

    /// The offer is taken up; what is removed only by a shield stays where it is.
    pub(super) fn accepted(&mut self) -> State {
        if self.state != State::Offered {
            return self.state;
        }
        self.matter.response = Response::TakeAside;
        (self.matter.would, self.matter.quiet) = (None, false);
        State::Opening(Rung::Thread)
    }

    /// What was only offered, answered or told is done after all; moderators hear who wanted it.
    pub(super) fn taken_aside(&mut self, by: UserId) -> State {
        if !self.is_at_rest() || self.place.is_some() || self.raid.is_some() {
            return self.state;
        }
        self.matter.response = Response::TakeAside;
        (self.matter.would, self.matter.quiet) = (None, false);
        (self.matter.by, self.matter.alert) = (Some(by), true);
        (self.alerted, self.unacknowledged) = (false, false);
        self.problems.clear();
        State::Opening(Rung::Thread)
    }

    /// Words in public about a message that is gone would only call attention to it; once somebody answered, they
    /// are part of a conversation and stay.
    pub(super) fn deleted(&mut self, message: MessageId) -> State {
        let ours = self.matter.removed || self.state == State::Removing;
        self.matter.deleted |= message == self.matter.message && !ours;
        self.orphaned |= self.answers.is_some_and(|answers| answers.message == message) && !ours;
        if self.is_at_rest() { self.rest() } else { self.state }
    }

    pub(super) fn grown(&mut self, extent: Extent) -> State {
        if self.raid.as_ref().is_none_or(|known| *known == extent) {
            return self.state;
        }
        self.raid = Some(extent);
        if self.state == State::Talking && self.told.is_some() { State::Retelling } else { self.state }
    }

    /// Takes the next message in hand, while there is one and nothing is waited for.
    pub(super) fn take_up_next(&mut self) {
        while self.is_at_rest() && !self.further.is_empty() {
            let next = self.further.remove(0);
            let offered = next.response == Response::Suggest;
            if offered && self.offer.is_some() {
                continue;
            }
            self.matter = next;
            self.problems.clear();
            self.alerted = false;
            self.unacknowledged = false;
            self.state = self.begin();
        }
    }

    fn after_removing(&self) -> State {
        self.place.map_or(State::Opening(Rung::Thread), |place| self.tell(place))
    }

    /// Only disclosures are spoken of again; more anger in an open case has its place already.
    fn tell(&self, place: Place) -> State {
        if self.matter.category == Category::SensitiveInfo {
            State::Telling(place)
        } else {
            self.after_words()
        }
    }

    fn after_words(&self) -> State {
        let unseen = self.surroundings.moderators.is_empty() || !self.problems.is_empty();
        let wanted = unseen || self.matter.alert || self.matter.beside.is_some();
        if wanted && !self.alerted { self.alerting(0) } else { self.acknowledging() }
    }

    fn after_alert(&self) -> State {
        match (self.matter.response, self.place) {
            (Response::Alert | Response::Observe | Response::Answer, _) => self.rest(),
            _ if self.raid.is_some() => State::Acknowledging,
            _ if self.unacknowledged => self.rest(),
            (Response::Suggest, _) if self.matter.quiet => self.rest(),
            (Response::Suggest, _) => State::Offering,
            (_, None) => State::Opening(Rung::Direct),
            (_, Some(_)) => self.acknowledging(),
        }
    }

    /// Moderators are told before the member is written to, so that the message can say whether they know.
    fn below(&self, rung: Rung) -> State {
        match rung {
            Rung::Thread if self.has_desk() => State::Opening(Rung::Desk),
            Rung::Thread | Rung::Desk if self.alerted => State::Opening(Rung::Direct),
            Rung::Thread | Rung::Desk => self.alerting(0),
            Rung::Direct => self.acknowledging(),
        }
    }

    /// Of a raid, one alert tells for all.
    fn alerting(&self, at: usize) -> State {
        let told_for_all = self.matter.covered && self.raid.is_none();
        if !told_for_all && at < self.surroundings.alerts.len() {
            State::Alerting(at)
        } else {
            self.after_alert()
        }
    }

    /// An offer that stands there is always put right.
    fn acknowledging(&self) -> State {
        let needless =
            self.matter.covered || self.matter.deleted || (self.matter.quiet && self.place.is_some());
        if needless && self.offer_here().is_none() { self.rest() } else { State::Acknowledging }
    }

    fn acknowledged(&mut self, message: MessageId) -> State {
        self.acknowledgment = Some(message);
        self.spoken()
    }

    fn offered(&mut self, message: MessageId) -> State {
        self.offer = Some(Posted { channel: self.matter.channel, message });
        self.spoken()
    }

    /// Public words about the message in hand stand there.
    fn spoken(&mut self) -> State {
        let Matter { channel, message, deleted, .. } = self.matter;
        (self.answers, self.orphaned) = (Some(Posted { channel, message }), deleted);
        self.answered = false;
        self.rest()
    }

    /// Where a case goes that has nothing to do: public words whose message is gone are taken back first.
    fn rest(&self) -> State {
        match self.offer {
            _ if self.orphaned && !self.answered && self.withdrawn().is_some() => State::Withdrawing,
            Some(_) if self.place.is_none() => State::Offered,
            _ => State::Talking,
        }
    }

    /// The public words that go when the message they answer does.
    fn withdrawn(&self) -> Option<Posted> {
        let channel = self.answers?.channel;
        self.offer.or(self.acknowledgment.map(|message| Posted { channel, message }))
    }

    fn forget_withdrawn(&mut self) -> State {
        self.orphaned = false;
        if self.offer.take().is_none() {
            self.acknowledgment = None;
        }
        self.rest()
    }

    /// Moderators hear that the public words failed, in what they were told already where they were.
    fn own_up(&self) -> State {
        match self.told {
            _ if !self.alerted => self.alerting(0),
            Some(_) => State::Retelling,
            None => self.rest(),
        }
    }

    /// The offer, when it stands in the channel that the acknowledgment belongs in.
    fn offer_here(&self) -> Option<Posted> {
        self.offer.filter(|offer| offer.channel == self.matter.channel)
    }

    fn has_desk(&self) -> bool {
        self.surroundings.desk.is_some_and(|desk| desk != self.matter.home)
    }

    fn note(&mut self, what: &str, refusal: &Refusal) {
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
