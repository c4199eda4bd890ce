//! A case: one matter from notice to settlement, as one total function.
//!
//! A case waits for at most one action at a time, the one [`Case::action`] names. What came of it
//! arrives as an [`Event`], [`Case::apply`] moves the case on, and the next action follows from where
//! it then stands. So after a crash there is never more than one action in doubt.

pub mod action;

use serde::{Deserialize, Serialize};

use crate::detect::{Category, Kind};
use crate::message::{ChannelId, GuildId, MessageId, RoleId, UserId};
use crate::policy::Response;
use crate::wording::{Facts, Utterance};
use action::{Action, Button, Enclosure, Post, Receipt, Refusal, Speech};

use jiff::Timestamp;

/// One message that a case is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Matter {
    /// The message.
    pub message: MessageId,
    /// Where it was sent.
    pub channel: ChannelId,
    /// The channel a private thread is opened under.
    pub home: ChannelId,
    /// What it is about.
    pub category: Category,
    /// The rule that applied.
    pub rule: String,
    /// What was found.
    pub kinds: Vec<Kind>,
    /// What the rule wants done.
    pub response: Response,
    /// The utterance that acknowledges it, when the rule names one.
    pub acknowledgment: Option<Utterance>,
    /// Whether the conversation or the member was acknowledged so recently that another word would be noise.
    pub quiet: bool,
    /// The member's text, masked, when the message is to be removed; dropped once given back.
    pub enclosure: Option<Enclosure>,
    /// Whether the message has been removed.
    pub removed: bool,
}

/// What a server offers a case: who is summoned and which places there are beside the thread.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// The roles summoned into the thread.
    pub moderators: Vec<RoleId>,
    /// The channel whose private threads stand in where the message's own channel has none.
    pub desk: Option<ChannelId>,
    /// Channels only moderators read, best first.
    pub alerts: Vec<ChannelId>,
    /// Minutes without activity after which Discord archives a thread.
    pub auto_archive: u16,
}

/// A step of the ladder of private places, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// A private thread under the message's channel.
    Thread,
    /// A private thread under the desk channel.
    Desk,
    /// A direct message.
    Direct,
}

/// Where member and bot talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// How far down the ladder it is.
    pub rung: Rung,
    /// The thread or direct conversation.
    pub channel: ChannelId,
}

/// What a case is waiting for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The message is being removed.
    Removing,
    /// A private place is being opened.
    Opening(Rung),
    /// The member is being brought in.
    Joining(Place),
    /// A thread the member cannot enter is being closed.
    Closing(Place),
    /// The first words are being said there.
    Greeting(Place),
    /// A further message of the member is being spoken of there.
    Telling(Place),
    /// Moderators are being told, in the channel of that index in [`Surroundings::alerts`].
    Alerting(usize),
    /// The public acknowledgment is being posted.
    Acknowledging,
    /// Nothing is waited for; people are talking.
    Talking,
}

/// One matter from notice to settlement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The guild.
    pub guild: GuildId,
    /// Its number in the guild, from 1.
    pub number: u32,
    /// The member.
    pub member: UserId,
    /// When it was noticed.
    pub opened: Timestamp,
    /// The message in hand: the first, or the further one now dealt with.
    pub matter: Matter,
    /// Further messages of the member that wait their turn.
    pub further: Vec<Matter>,
    /// What the server offers.
    pub surroundings: Surroundings,
    /// What it is waiting for.
    pub state: State,
    /// Where member and bot talk, once the first words stand there.
    pub place: Option<Place>,
    /// What could not be done for the matter in hand, in plain words for moderators.
    pub problems: Vec<String>,
    /// Whether moderators were told of the matter in hand.
    pub alerted: bool,
    /// The last public acknowledgment.
    pub acknowledgment: Option<MessageId>,
    /// Whether an acknowledgment of the matter in hand was refused, so that none is tried again.
    pub unacknowledged: bool,
}

/// What happens to a case.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The action it waited for was performed.
    Performed(Receipt),
    /// The action it waited for cannot be performed.
    Refused(Refusal),
    /// Another message of the member belongs to it.
    Further(Matter),
}

impl Case {
    /// A case as it is noticed; its number is allotted when it is committed.
    #[must_use]
    pub fn notice(
        guild: GuildId,
        member: UserId,
        matter: Matter,
        surroundings: Surroundings,
        now: Timestamp,
    ) -> Self {
        let mut case = Self {
            guild,
            number: 0,
            member,
            opened: now,
            matter,
            further: Vec::new(),
            surroundings,
            state: State::Talking,
            place: None,
            problems: Vec::new(),
            alerted: false,
            acknowledgment: None,
            unacknowledged: false,
        };
        case.state = case.begin();
        case
    }

    /// Moves the case on. Total: an event that does not fit where the case stands changes nothing.
    #[must_use]
    pub fn apply(mut self, event: Event) -> (Self, Option<Action<Speech>>) {
        let waited = self.state;
        match event {
            Event::Further(matter) => self.further.push(matter),
            Event::Performed(receipt) => self.state = self.after(receipt),
            Event::Refused(refusal) => self.state = self.without(&refusal),
        }
        if self.state == State::Talking {
            // Given back, or never to be: nothing needs the member's text any more.
            self.matter.enclosure = None;
            self.take_up_next();
        }
        let action = (self.state != waited).then(|| self.action()).flatten();
        (self, action)
    }

    /// The action the case waits for, if any.
    #[must_use]
    pub fn action(&self) -> Option<Action<Speech>> {
        Some(match self.state {
            State::Removing => Action::RemoveMessage {
                channel: self.matter.channel,
                message: self.matter.message,
                reason: self.speech(Utterance::RemovalReason),
            },
            State::Opening(Rung::Direct) => Action::OpenDirect { member: self.member },
            State::Opening(rung) => Action::OpenThread {
                parent: self.parent(rung),
                name: self.speech(Utterance::ThreadName),
                auto_archive: self.surroundings.auto_archive,
                reason: self.speech(Utterance::ThreadReason),
            },
            State::Joining(place) => Action::AddMember { thread: place.channel, member: self.member },
            State::Closing(place) => {
                Action::CloseThread { thread: place.channel, reason: self.speech(Utterance::ThreadReason) }
            }
            State::Greeting(place) => Action::Post(self.greeting(place)),
            State::Telling(place) => Action::Post(self.telling(place)),
            State::Alerting(at) => Action::Post(self.alert(*self.surroundings.alerts.get(at)?)),
            State::Acknowledging => Action::Post(self.public()),
            State::Talking => return None,
        })
    }

    /// Whether a further message of the member joins this case rather than opening another.
    #[must_use]
    pub fn takes_further(&self) -> bool {
        self.place.is_some() || self.state != State::Talking
    }

    fn begin(&self) -> State {
        match (self.matter.response, self.place) {
            (Response::Shield, _) => State::Removing,
            (Response::Alert, _) => self.alerting(0),
            (_, None) => State::Opening(Rung::Thread),
            (_, Some(place)) => self.tell(place),
        }
    }

    fn after(&mut self, receipt: Receipt) -> State {
        match (self.state, receipt) {
            (State::Removing, Receipt::Removed) => {
                self.matter.removed = true;
                self.after_removing()
            }
            (State::Opening(rung), Receipt::Opened(channel)) => {
                let place = Place { rung, channel };
                if rung == Rung::Direct { State::Greeting(place) } else { State::Joining(place) }
            }
            (State::Joining(place), Receipt::Joined) => State::Greeting(place),
            (State::Closing(place), Receipt::Closed) => self.below(place.rung),
            (State::Greeting(place) | State::Telling(place), Receipt::Posted(_)) => {
                self.place = Some(place);
                self.matter.enclosure = None;
                self.after_words()
            }
            (State::Alerting(_), Receipt::Posted(_)) => {
                self.alerted = true;
                self.after_alert()
            }
            (State::Acknowledging, Receipt::Posted(message)) => {
                self.acknowledgment = Some(message);
                State::Talking
            }
            (state, _) => state,
        }
    }

    fn without(&mut self, refusal: &Refusal) -> State {
        match self.state {
            State::Removing if *refusal == Refusal::Gone => {
                self.matter.removed = true;
                self.after_removing()
            }
            State::Removing => {
                self.note("The message could not be removed", refusal);
                self.after_removing()
            }
            State::Opening(rung) => {
                self.note(rung.failure(), refusal);
                self.below(rung)
            }
            State::Joining(place) => {
                self.note("The member could not be brought into the thread", refusal);
                State::Closing(place)
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
            State::Acknowledging => {
                self.unacknowledged = true;
                self.note("The public acknowledgment could not be posted", refusal);
                if self.alerted { State::Talking } else { self.alerting(0) }
            }
            State::Talking => State::Talking,
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
        if unseen && !self.alerted { self.alerting(0) } else { self.acknowledging() }
    }

    fn after_alert(&self) -> State {
        match (self.matter.response, self.place) {
            (Response::Alert, _) => State::Talking,
            _ if self.unacknowledged => State::Talking,
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

    fn alerting(&self, at: usize) -> State {
        if at < self.surroundings.alerts.len() { State::Alerting(at) } else { self.after_alert() }
    }

    fn acknowledging(&self) -> State {
        let needless = self.matter.quiet && self.place.is_some();
        if needless { State::Talking } else { State::Acknowledging }
    }

    fn has_desk(&self) -> bool {
        self.surroundings.desk.is_some_and(|desk| desk != self.matter.home)
    }

    fn take_up_next(&mut self) {
        if self.further.is_empty() {
            return;
        }
        self.matter = self.further.remove(0);
        self.problems.clear();
        self.alerted = false;
        self.unacknowledged = false;
        self.state = self.begin();
        if self.state == State::Talking {
            self.take_up_next();
        }
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

/// What is said.
impl Case {
    fn greeting(&self, place: Place) -> Post<Speech> {
        let shielding = self.matter.response == Response::Shield;
        let utterance = match (place.rung, shielding, self.matter.removed) {
            (Rung::Direct, _, _) => Utterance::DirectOpening,
            (_, true, true) => Utterance::OpeningShielded,
            (_, true, false) => Utterance::OpeningUnshielded,
            (_, false, _) => Utterance::Opening,
        };
        let direct = place.rung == Rung::Direct;
        Post {
            channel: place.channel,
            words: self.speech(utterance),
            reply_to: None,
            members: vec![self.member],
            roles: if direct { Vec::new() } else { self.surroundings.moderators.clone() },
            number: self.number,
            buttons: if direct { Vec::new() } else { self.buttons() },
            enclosure: self.returned(),
        }
    }

    fn telling(&self, place: Place) -> Post<Speech> {
        let removed = self.matter.removed;
        let utterance = if removed { Utterance::FurtherShielded } else { Utterance::FurtherUnshielded };
        Post {
            channel: place.channel,
            words: self.speech(utterance),
            reply_to: None,
            members: vec![self.member],
            roles: Vec::new(),
            number: self.number,
            buttons: Vec::new(),
            enclosure: self.returned(),
        }
    }

    fn alert(&self, channel: ChannelId) -> Post<Speech> {
        Post {
            channel,
            words: self.speech(Utterance::Alert),
            reply_to: None,
            members: Vec::new(),
            roles: self.surroundings.moderators.clone(),
            number: self.number,
            buttons: Vec::new(),
            enclosure: None,
        }
    }

    fn public(&self) -> Post<Speech> {
        let rung = self.place.map(|place| place.rung);
        let utterance = match (rung, self.matter.removed) {
            (Some(Rung::Thread | Rung::Desk), true) => Utterance::AcknowledgmentShielded,
            (Some(Rung::Thread | Rung::Desk), false) => {
                self.matter.acknowledgment.unwrap_or(Utterance::Acknowledgment)
            }
            (Some(Rung::Direct), _) => Utterance::AcknowledgmentDirect,
            (None, _) if self.alerted => Utterance::AcknowledgmentAlerted,
            (None, _) => Utterance::AcknowledgmentAlone,
        };
        Post {
            channel: self.matter.channel,
            words: self.speech(utterance),
            reply_to: (!self.matter.removed).then_some(self.matter.message),
            members: vec![self.member],
            roles: Vec::new(),
            number: self.number,
            buttons: Vec::new(),
            enclosure: None,
        }
    }

    fn buttons(&self) -> Vec<Button> {
        let disclosed = self.matter.category == Category::SensitiveInfo && !self.matter.removed;
        let mut buttons = vec![Button::Resolve, Button::AskModerator];
        if disclosed {
            buttons.extend([Button::RemoveMessage, Button::KeepIt]);
        }
        buttons.push(Button::Decline);
        buttons
    }

    fn returned(&self) -> Option<Enclosure> {
        self.matter.enclosure.clone().filter(|_| self.matter.removed)
    }

    fn speech(&self, utterance: Utterance) -> Speech {
        let private = self.place.filter(|place| place.rung != Rung::Direct);
        let facts = Facts {
            member: Some(self.member),
            moderators: self.surroundings.moderators.clone(),
            number: Some(self.number),
            kinds: self.matter.kinds.clone(),
            channel: Some(self.matter.channel),
            thread: private.map(|place| place.channel),
            link: Some(self.link()),
            category: Some(self.matter.category),
            rule: Some(self.matter.rule.clone()),
            alerted: self.alerted,
            removed: self.matter.removed,
            problem: (!self.problems.is_empty()).then(|| self.problems.join(" ")),
        };
        Speech { utterance, variant: 0, facts }
    }

    fn link(&self) -> String {
        let channel = format!("https://discord.com/channels/{}/{}", self.guild, self.matter.channel);
        if self.matter.removed { channel } else { format!("{channel}/{}", self.matter.message) }
    }
}

impl Rung {
    const fn failure(self) -> &'static str {
        match self {
            Self::Thread => "No private thread could be opened there",
            Self::Desk => "No private thread could be opened at the desk",
            Self::Direct => "The member could not be written to",
        }
    }
}
