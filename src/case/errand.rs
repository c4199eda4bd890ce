//! What is still to be done for a case besides its course: one errand after the other, each a single action.
//!
//! A press of a button, a command or the clock adds errands; the case sees to them whenever it waits for nothing else.

use serde::{Deserialize, Serialize};

use super::action::{Action, Button, Post, Receipt, Refusal, Speech};
use super::state::{End, Ending, Reason, Together};
use super::{Case, FollowUp, LATELY, Matter, Place, Posted, Rung, Step};
use crate::message::UserId;
use crate::wording::Utterance;

/// Something to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// A private place is opened, since there is none any more.
    Open,
    /// This moderator takes the member aside.
    TakeAside(UserId),
    /// Someone is brought into the thread.
    Bring(UserId),
    /// Something is said in the private place.
    Say(Saying),
    /// A public message in which the member gave something away is removed, as they wished.
    TakeDown(Posted),
    /// Everyone hears that it is settled.
    FollowUp,
    /// Our public words are taken back.
    Withdraw,
    /// What moderators were told earlier is taken back.
    Retire(Posted),
    /// The thread is archived and locked.
    Archive,
    /// The thread is opened again.
    Unarchive,
}

/// What is said in the private place, besides its first words and further disclosures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    /// The member asks for a moderator.
    Summons,
    /// What they gave away was removed, as they wished.
    TakenDown,
    /// It could not be removed.
    NotTakenDown,
    /// They filled in the private form.
    Detailed,
    /// A moderator looks after it.
    Claimed,
    /// Someone who can help is here.
    Invited(UserId),
    /// It takes longer than it should.
    Late,
    /// It is open again.
    Reopened,
    /// It is over.
    Parting(End),
    /// It is over, and is forgotten as the member wanted.
    Forgotten,
}

impl Case {
    /// The action of an errand; none where there is nothing to be done.
    pub(super) fn errand(&self, errand: Errand) -> Option<Action<Speech>> {
        let thread = self.thread();
        Some(match errand {
            Errand::Open | Errand::TakeAside(_) => return None,
            Errand::Bring(member) => Action::AddMember { thread: thread?.channel, member },
            Errand::Say(saying) => Action::Post(self.saying(saying, self.heard(saying)?)),
            Errand::TakeDown(Posted { channel, message }) => {
                Action::RemoveMessage { channel, message, reason: self.speech(Utterance::RemovalReason) }
            }
            Errand::FollowUp => self.follow_up()?,
            Errand::Withdraw => {
                let Posted { channel, message } = self.withdrawn().or(self.earlier.last().copied())?;
                Action::Withdraw { channel, message, reason: self.speech(Utterance::WithdrawalReason) }
            }
            Errand::Retire(Posted { channel, message }) => {
                Action::Withdraw { channel, message, reason: self.speech(Utterance::WithdrawalReason) }
            }
            Errand::Archive => Action::ArchiveThread {
                thread: thread?.channel,
                reason: self.speech(Utterance::ThreadReason),
            },
            Errand::Unarchive => Action::UnarchiveThread {
                thread: thread?.channel,
                reason: self.speech(Utterance::ThreadReason),
            },
        })
    }

    /// Where the next errand that can be run leads; those that cannot any more are dropped.
    pub(super) fn next_errand(&mut self) -> Option<Step> {
        while !self.errands.is_empty() {
            let errand = self.errands.remove(0);
            let homeless = self.place.is_none() && !self.is_over();
            match errand {
                Errand::Open if homeless => return Some(self.open_anew()),
                Errand::TakeAside(by) if homeless => return Some(self.aside_by_hand(by)),
                _ if self.errand(errand).is_some() => return Some(Step::Running(errand)),
                _ => {}
            }
        }
        None
    }

    /// Public words on the matter in hand come to lead to the new place, instead of being said again.
    fn open_anew(&mut self) -> Step {
        let Matter { channel, message, .. } = self.matter;
        if self.offer.is_none() && self.answers == Some(Posted { channel, message }) {
            self.offer = self.acknowledgment.take().map(|message| Posted { channel, message });
            self.follow_up.take_if(|follow_up| self.offer == Some(*follow_up));
        }
        if !self.is_aside() {
            self.aside();
        }
        Step::Opening(Rung::Thread)
    }

    pub(super) fn after_errand(&mut self, errand: Errand, receipt: Receipt) -> Step {
        match (errand, receipt) {
            (Errand::TakeDown(posted), _) => self.taken_down(posted),
            (Errand::FollowUp, Receipt::Posted(message)) => {
                let channel = self.answers.map_or(self.matter.channel, |answers| answers.channel);
                self.follow_up = Some(Posted { channel, message });
            }
            (Errand::FollowUp, _) => self.follow_up = self.withdrawn(),
            (Errand::Withdraw, _) => return self.withdraw_on(),
            _ => {}
        }
        self.rest()
    }

    pub(super) fn without_errand(&mut self, errand: Errand, refusal: &Refusal) -> Step {
        match errand {
            Errand::TakeDown(_) if *refusal == Refusal::Gone => {
                return self.after_errand(errand, Receipt::Removed);
            }
            Errand::TakeDown(_) => self.not_taken_down(),
            Errand::Withdraw => return self.withdraw_on(),
            // The words that were to be replaced are gone, so they are said anew.
            Errand::FollowUp if *refusal == Refusal::Gone && self.edits_follow_up() => {
                self.acknowledgment = None;
                self.errands.insert(0, errand);
                return self.rest();
            }
            // The thread is gone, so another is opened.
            Errand::Unarchive if *refusal == Refusal::Gone && !self.is_over() => {
                self.place = None;
                self.keep_promises();
                self.errands.push(Errand::Open);
            }
            Errand::Bring(person) => {
                self.errands.retain(|next| *next != Errand::Say(Saying::Invited(person)));
            }
            _ => {}
        }
        if let Some(what) = errand.failure() {
            self.note(what, refusal);
        }
        self.rest()
    }

    /// All public words go, one after the other.
    fn withdraw_on(&mut self) -> Step {
        self.errands.insert(0, Errand::Withdraw);
        if self.withdrawn().is_some() {
            return self.forget_withdrawn();
        }
        self.earlier.pop();
        self.rest()
    }

    /// What follows an ending: words in private first, since the thread is locked last.
    pub(super) fn farewell(ending: &Ending) -> Vec<Errand> {
        let parting = Errand::Say(Saying::Parting(ending.how));
        match ending.how {
            End::Resolved => vec![parting, Errand::FollowUp, Errand::Archive],
            End::Dismissed => vec![parting, Errand::Withdraw, Errand::Archive],
            End::Declined => vec![parting, Errand::Archive],
            End::Expired if ending.reason == Some(Reason::Quiet) => vec![parting, Errand::Archive],
            End::Expired => vec![Errand::Archive],
        }
    }

    /// Where a case goes that ended meanwhile: nothing new is begun.
    pub(super) fn cut_short(&mut self, step: Step) -> Step {
        if self.ending.is_none() {
            return step;
        }
        match step {
            Step::Joining(place) | Step::JoiningCompanion(place) | Step::Greeting(place)
                if place.rung != Rung::Direct =>
            {
                Step::Closing(place)
            }
            Step::Opening(_)
            | Step::Joining(_)
            | Step::JoiningCompanion(_)
            | Step::Greeting(_)
            | Step::Offering
            | Step::Answering
            | Step::Alerting(_)
            | Step::Acknowledging => self.rest(),
            other => other,
        }
    }

    /// Where it is said: what is for others than the member only where they are, which is no direct message.
    fn heard(&self, saying: Saying) -> Option<Place> {
        match saying {
            Saying::Summons | Saying::Invited(_) => self.thread(),
            // Their buttons belong to a server, and would do nothing there.
            Saying::Parting(End::Resolved | End::Declined | End::Expired) | Saying::NotTakenDown => {
                self.thread()
            }
            _ => self.place,
        }
    }

    fn saying(&self, saying: Saying, place: Place) -> Post<Speech> {
        let mut words = self.speech_on_all(saying.utterance());
        if let (Saying::Parting(_), Some(together)) = (saying, self.together()) {
            words.utterance = Utterance::CauseOver;
            words.facts.said.clone_from(&together.said);
        }
        if let Saying::Invited(person) = saying {
            words.facts.person = Some(person);
        }
        Post {
            channel: place.channel,
            words,
            reply_to: None,
            members: self.called(saying),
            roles: if saying == Saying::Summons { self.surroundings.moderators.clone() } else { Vec::new() },
            number: self.number,
            buttons: saying.buttons(),
            labels: Vec::new(),
            enclosure: None,
        }
    }

    /// Whom a saying may notify: whoever has to hear it now.
    fn called(&self, saying: Saying) -> Vec<UserId> {
        match saying {
            Saying::Summons => self.owner.into_iter().collect(),
            Saying::Invited(person) => vec![person],
            Saying::Reopened => [self.member].into_iter().chain(self.owner).collect(),
            Saying::TakenDown | Saying::Detailed | Saying::Claimed => Vec::new(),
            Saying::NotTakenDown | Saying::Late | Saying::Parting(_) | Saying::Forgotten => vec![self.member],
        }
    }

    /// That it was settled together with others.
    fn together(&self) -> Option<&Together> {
        self.ending.as_ref().and_then(|ending| ending.together.as_ref())
    }

    /// Whether everyone hears that it is settled.
    #[must_use]
    pub fn is_followed_up(&self) -> bool {
        self.follow_up().is_some()
    }

    /// Only where public words stood: nothing is settled that nobody heard of.
    fn follow_up(&self) -> Option<Action<Speech>> {
        let told_to_all = self.together().is_some_and(|together| together.told_to_all);
        let silent = self.surroundings.follow_up == FollowUp::None || self.discreet || told_to_all;
        if silent || self.follow_up.is_some() {
            return None;
        }
        let answers = self.answers?;
        let removed = self.orphaned || self.removed.contains(&answers.message);
        let post = Post {
            channel: answers.channel,
            words: self.speech_on_all(Utterance::FollowUp),
            reply_to: (!removed).then_some(answers.message),
            members: Vec::new(),
            roles: Vec::new(),
            number: self.number,
            buttons: Vec::new(),
            labels: Vec::new(),
            enclosure: None,
        };
        let message = self.acknowledgment.filter(|_| self.edits_follow_up());
        Some(message.map_or(Action::Post(post.clone()), |message| Action::Edit { message, post }))
    }

    /// Whether the follow-up takes the place of the acknowledgment: where it was posted so lately that one line reads
    /// better than two.
    fn edits_follow_up(&self) -> bool {
        let ended = self.ending.as_ref().map_or(self.opened, |ending| ending.at);
        let lately = ended.duration_since(self.opened) <= LATELY;
        let edits = match self.surroundings.follow_up {
            FollowUp::Edit => true,
            FollowUp::Auto => lately,
            FollowUp::Post | FollowUp::None => false,
        };
        edits && self.acknowledgment.is_some()
    }

    /// The private thread, if that is where member and bot talk.
    #[must_use]
    pub fn thread(&self) -> Option<Place> {
        self.place.filter(|place| place.rung != Rung::Direct)
    }
}

impl Errand {
    /// Whether it is done whatever becomes of the case: the member was told that it will be, or moderators would be left
    /// two alerts.
    pub(super) const fn is_promised(&self) -> bool {
        let removal = matches!(self, Self::TakeDown(_) | Self::Say(Saying::TakenDown | Saying::NotTakenDown));
        removal || matches!(self, Self::Retire(_))
    }

    /// What moderators are told when it could not be run; nothing where they cannot do anything about it.
    const fn failure(self) -> Option<&'static str> {
        match self {
            Self::Bring(_) => Some("Someone could not be brought into the thread"),
            Self::Say(_) => Some("I could not write in the private thread"),
            Self::TakeDown(_) => Some("The message could not be removed, as the member wished"),
            Self::FollowUp => Some("The public words on the settlement could not be posted"),
            Self::Archive => Some("The thread could not be archived"),
            Self::Unarchive => Some("The thread could not be opened again"),
            Self::Open | Self::TakeAside(_) | Self::Withdraw | Self::Retire(_) => None,
        }
    }
}

impl Saying {
    const fn utterance(self) -> Utterance {
        match self {
            Self::Summons => Utterance::Summons,
            Self::TakenDown => Utterance::TakenDown,
            Self::NotTakenDown => Utterance::NotTakenDown,
            Self::Detailed => Utterance::Detailed,
            Self::Claimed => Utterance::Claimed,
            Self::Invited(_) => Utterance::Invited,
            Self::Late => Utterance::Late,
            Self::Reopened => Utterance::Reopened,
            Self::Parting(End::Resolved) => Utterance::Resolved,
            Self::Parting(End::Dismissed) => Utterance::Dismissed,
            Self::Parting(End::Declined) => Utterance::Declined,
            Self::Parting(End::Expired) => Utterance::Expired,
            Self::Forgotten => Utterance::Forgotten,
        }
    }

    fn buttons(self) -> Vec<Button> {
        match self {
            Self::Parting(End::Resolved) => {
                vec![Button::RateGood, Button::RateFair, Button::RatePoor, Button::Reopen]
            }
            Self::Parting(End::Declined | End::Expired) => vec![Button::Reopen],
            Self::NotTakenDown => vec![Button::RemoveMessage],
            Self::Detailed => vec![Button::ShowDetails],
            _ => Vec::new(),
        }
    }
}
