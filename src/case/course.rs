//! The course of a case: where it goes from where it stands.

use super::action::{Action, Receipt, Refusal, Speech};
use super::{Case, Errand, Matter, Place, Posted, Rung, Status, Step};
use crate::detect::Category;
use crate::message::{ChannelId, MessageId};
use crate::policy::Response;
use crate::wording::Utterance;

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

    /// Where the case goes once what it waited for was done; nowhere with a receipt for something else.
    pub(super) fn after(&mut self, receipt: Receipt) -> Option<Step> {
        Some(match (self.step, receipt) {
            (Step::Removing, Receipt::Removed) => self.after_removing(),
            (Step::Offering, Receipt::Posted(message)) => self.offered(message),
            (Step::Opening(rung), Receipt::Opened(channel)) => {
                let place = Place { rung, channel };
                self.under = (rung != Rung::Direct).then(|| self.parent(rung));
                if rung == Rung::Direct { Step::Greeting(place) } else { Step::Joining(place) }
            }
            (Step::Joining(place), Receipt::Joined) if self.matter.companion.is_some() => {
                Step::JoiningCompanion(place)
            }
            (Step::Joining(place) | Step::JoiningCompanion(place), Receipt::Joined) => Step::Greeting(place),
            (Step::Closing(place), Receipt::Closed) => self.below(place.rung),
            (Step::Greeting(place) | Step::Telling(place), Receipt::Posted(_)) => {
                let new = self.place.replace(place).is_none();
                if let Some(owner) = self.owner.filter(|_| new) {
                    self.run_later(&[Errand::Bring(owner)]);
                }
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
            _ => return None,
        })
    }

    /// Where the case goes without what it waited for; nowhere when it waited for nothing.
    pub(super) fn without(&mut self, refusal: &Refusal) -> Option<Step> {
        Some(match self.step {
            Step::Removing if *refusal == Refusal::Gone => self.after_removing(),
            Step::Removing => {
                self.note("The message could not be removed", refusal);
                self.speak()
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
            // It is not said anew in another thread what a filter held back in this one.
            Step::Telling(_)
                if matches!(refusal, Refusal::HeldBack | Refusal::Invalid(_) | Refusal::GaveUp) =>
            {
                self.note("I could not write in the private thread", refusal);
                self.after_words()
            }
            Step::Telling(_) => {
                self.place = None;
                Step::Opening(Rung::Thread)
            }
            Step::Alerting(at) => self.alerting(at + 1),
            Step::Reporting(at) => self.reporting(at + 1),
            Step::Retelling => self.not_retold(refusal),
            Step::Running(errand) => self.without_errand(errand, refusal),
            // The offer is gone, so the words are said anew.
            Step::Acknowledging if self.offer_here().is_some() => {
                self.offer = None;
                self.acknowledging()
            }
            Step::Acknowledging => {
                self.unacknowledged = true;
                self.note("The public acknowledgment could not be posted", refusal);
                self.own_up()
            }
            Step::Withdrawing => self.forget_withdrawn(),
            Step::Offered | Step::Talking => return None,
        })
    }

    /// Takes the next message in hand: it is more urgent than whatever else there is to do. Once the case is over, only
    /// what must not stand in public is taken care of.
    fn next_further(&mut self) -> Option<Step> {
        while !self.further.is_empty() {
            let next = self.further.remove(0);
            let offered = next.response == Response::Suggest && self.offer.is_some();
            let late = self.is_over() && next.response != Response::Shield;
            if !offered && !late {
                self.take_in_hand(next);
                return Some(self.begin());
            }
        }
        None
    }

    fn take_in_hand(&mut self, next: Matter) {
        // What did not work is kept until moderators have read it.
        let told = self.told.and(self.told_as.as_ref()).map_or(0, Status::problems);
        self.problems.drain(..told.min(self.problems.len()));
        (self.alerted, self.unacknowledged) = (false, false);
        self.hand_over(next);
    }

    fn after_removing(&mut self) -> Step {
        self.about(self.matter.message).for_each(|matter| matter.removed = true);
        self.removed.push(self.matter.message);
        self.speak()
    }

    /// The member is spoken to in private.
    fn speak(&mut self) -> Step {
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

    pub(super) fn after_alert(&mut self) -> Step {
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

    /// An offer that stands there is always put right.
    fn acknowledging(&mut self) -> Step {
        let needless = self.matter.covered
            || self.discreet
            || self.matter.deleted
            || self.matter.asked_for
            || (self.matter.quiet && self.place.is_some());
        if needless && self.offer_here().is_none() { self.rest() } else { Step::Acknowledging }
    }

    fn acknowledged(&mut self, message: MessageId) -> Step {
        let channel = self.answers.map(|answers| answers.channel);
        let earlier = self.acknowledgment.replace(message).filter(|earlier| *earlier != message);
        let earlier = channel.zip(earlier).map(|(channel, message)| Posted { channel, message });
        self.earlier.extend(earlier);
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

    /// Where a case goes that waits for nothing.
    pub(super) fn rest(&mut self) -> Step {
        if self.takes_back() {
            return Step::Withdrawing;
        }
        if let Some(step) = self.next_further().or_else(|| self.next_errand()).or_else(|| self.telling_news())
        {
            return step;
        }
        let stands = self.offer.is_some() && self.place.is_none() && !self.is_over();
        if stands { Step::Offered } else { Step::Talking }
    }

    /// Whether public words go: the message they answer is gone and nobody answered, or they offer what nobody can
    /// take up any more.
    fn takes_back(&self) -> bool {
        let orphaned = self.orphaned && !self.answered && self.withdrawn().is_some();
        orphaned || (self.offer.is_some() && (self.is_over() || self.place.is_some()))
    }

    /// The public words that go next.
    pub(super) fn withdrawn(&self) -> Option<Posted> {
        let channel = self.answers?.channel;
        let acknowledgment = self.acknowledgment.map(|message| Posted { channel, message });
        self.offer.or(acknowledgment).or(self.follow_up)
    }

    pub(super) fn forget_withdrawn(&mut self) -> Step {
        let gone = self.withdrawn();
        if self.offer.take().is_none() {
            self.acknowledgment = None;
            self.follow_up.take_if(|follow_up| gone == Some(*follow_up));
        }
        if self.withdrawn().is_none() {
            (self.answers, self.orphaned) = (None, false);
        }
        self.rest()
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

    pub(super) fn parent(&self, rung: Rung) -> ChannelId {
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
