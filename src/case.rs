//! A case: one matter from notice to settlement, as one total function.
//!
//! A case waits for at most one action at a time, the one [`Case::action`] names. What came of it
//! arrives as an [`Event`], [`Case::apply`] moves the case on, and the next action follows from where
//! it then stands. So after a crash there is never more than one action in doubt.

pub mod action;
mod alert;
pub mod cause;
pub mod clock;
mod course;
mod errand;
mod forget;
mod lead;
mod life;
mod loss;
pub mod reminder;
mod state;
mod wishes;
mod words;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::detect::{Category, Kind};
use crate::message::{ChannelId, GuildId, MessageId, RoleId, UserId};
use crate::policy::Response;
use crate::policy::raid::Extent;
use crate::wording::Utterance;
pub use errand::{Errand, Saying};
pub use forget::{NOBODY, Part};
pub use state::{End, Ending, Rating, Reason, State, Status, Together};

use action::{Action, Enclosure, Priority, Receipt, Refusal, Speech};

use jiff::{SignedDuration, Timestamp};

/// One message that a case is about.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and stored by its name")]
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
    /// What is done about it.
    pub response: Response,
    /// What the rule asks for, when the mode or the hour holds it back.
    #[serde(default)]
    pub would: Option<Response>,
    /// Why the rule applied, in plain words for moderators; of what was done by hand, the reason that was given.
    #[serde(default)]
    pub because: String,
    /// The moderator who took its member aside by hand.
    #[serde(default)]
    pub by: Option<UserId>,
    /// What to answer in public, of [`Response::Answer`].
    #[serde(default)]
    pub answer: Option<String>,
    /// Who besides the member may accept an offer of a private thread.
    #[serde(default)]
    pub parties: Vec<UserId>,
    /// The other one of two whose exchange moves to the thread.
    #[serde(default)]
    pub companion: Option<UserId>,
    /// The case of the other of two who heat each other up: one matter with this one.
    #[serde(default)]
    pub beside: Option<u32>,
    /// Whether moderators are told even when all goes well.
    #[serde(default)]
    pub alert: bool,
    /// The utterance that acknowledges it, when the rule names one.
    pub acknowledgment: Option<Utterance>,
    /// Whether the conversation or the member was acknowledged so recently that another word would be noise.
    pub quiet: bool,
    /// Whether one public line of a raid stands for it, come what may.
    #[serde(default)]
    pub covered: bool,
    /// The member's text, masked, when the message is to be removed; dropped once given back.
    pub enclosure: Option<Enclosure>,
    /// Whether the message has been removed by us.
    pub removed: bool,
    /// Whether someone else deleted the message.
    #[serde(default)]
    pub deleted: bool,
    /// Whether the member asked for a private word: then there is no message, and nothing is said in public.
    #[serde(default)]
    pub asked_for: bool,
    /// What the rule asks the member for, in a private form.
    #[serde(default)]
    pub ask: Vec<String>,
}

impl Matter {
    /// How urgent what is done about it is.
    #[must_use]
    pub fn priority(&self) -> Priority {
        let shields = self.would.unwrap_or(self.response) == Response::Shield;
        let has = |kind: Kind| self.kinds.contains(&kind);
        match self.category {
            _ if shields => Priority::Secret,
            Category::Confidential => Priority::Secret,
            Category::SensitiveInfo if self.kinds.iter().any(|kind| kind.is_value()) => Priority::Secret,
            _ if has(Kind::Threat) => Priority::Threat,
            Category::BoilingPoint => Priority::BoilingPoint,
            _ if has(Kind::AccountIssue) => Priority::AccountIssue,
            _ => Priority::Routine,
        }
    }
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
    /// How the public hears of the settlement.
    #[serde(default)]
    pub follow_up: FollowUp,
    /// For how many days after its end its conversation is kept, at most; none where it is not, and members need not be
    /// told.
    #[serde(default)]
    pub transcript_days: Option<u32>,
}

/// How the public hears that a case is settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FollowUp {
    /// In the place of the acknowledgment while that is young, else by a post of its own.
    #[default]
    Auto,
    /// In the place of the acknowledgment.
    Edit,
    /// By a post of its own.
    Post,
    /// Not at all.
    None,
}

/// An acknowledgment is young for so long.
const LATELY: SignedDuration = SignedDuration::from_mins(15);

/// Clocks of Discord and of ours may differ by so much.
const SKEW: SignedDuration = SignedDuration::from_secs(5);

/// Signs of life closer to each other than this are one: they need not all be written down.
const ALIVE: SignedDuration = SignedDuration::from_hours(1);

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

/// What a case is waiting for; where it stands in its life says [`State`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The message is being removed.
    Removing,
    /// A private thread is being offered in public.
    Offering,
    /// The message is being answered in public.
    Answering,
    /// A private place is being opened.
    Opening(Rung),
    /// The member is being brought in.
    Joining(Place),
    /// The other one of the exchange is being brought in.
    JoiningCompanion(Place),
    /// A thread the member cannot enter is being closed.
    Closing(Place),
    /// The first words are being said there.
    Greeting(Place),
    /// A further message of the member is being spoken of there.
    Telling(Place),
    /// Moderators are being called, in the channel of that index in [`Surroundings::alerts`].
    Alerting(usize),
    /// The same without a bell: they can see how things are.
    Reporting(usize),
    /// What moderators were told is being brought up to date.
    Retelling,
    /// The public acknowledgment is being posted, or put in the place of an offer.
    Acknowledging,
    /// The public words are being taken back, since the message they answer was deleted.
    Withdrawing,
    /// An errand is being run.
    Running(Errand),
    /// Nothing is waited for; an offer stands.
    Offered,
    /// Nothing is waited for; people are talking.
    Talking,
}

/// A post, with where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Where.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
}

/// One matter from notice to settlement.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and stored by its name")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The guild.
    pub guild: GuildId,
    /// Its number in the guild, from 1.
    pub number: u32,
    /// The member; of a raid, whoever made it one.
    pub member: UserId,
    /// When it was noticed.
    pub opened: Timestamp,
    /// The message in hand: the first, or the further one now dealt with.
    pub matter: Matter,
    /// The gravest of the messages it was about before, where that in hand is less so: what the case is known by.
    #[serde(default)]
    pub gravest: Option<Matter>,
    /// Further messages of the member that wait their turn.
    pub further: Vec<Matter>,
    /// What the server offers.
    pub surroundings: Surroundings,
    /// What it is waiting for.
    pub step: Step,
    /// Where member and bot talk, once the first words stand there.
    pub place: Option<Place>,
    /// What could not be done for the matter in hand, in plain words for moderators.
    pub problems: Vec<String>,
    /// Whether moderators were told of the matter in hand.
    pub alerted: bool,
    /// What moderators were told last.
    #[serde(default)]
    pub told: Option<Posted>,
    /// The last public acknowledgment.
    pub acknowledgment: Option<MessageId>,
    /// The acknowledgments before that.
    #[serde(default)]
    pub earlier: Vec<Posted>,
    /// The offer of a private thread that stands in public.
    #[serde(default)]
    pub offer: Option<Posted>,
    /// The message that the last public words answer, and where.
    #[serde(default)]
    pub answers: Option<Posted>,
    /// Whether that message was deleted.
    #[serde(default)]
    pub orphaned: bool,
    /// Whether anyone has answered since the last public words: in the thread, or by a reply to them.
    #[serde(default)]
    pub answered: bool,
    /// Whether an acknowledgment of the matter in hand was refused, so that none is tried again.
    pub unacknowledged: bool,
    /// How large the raid is that this case stands for.
    #[serde(default)]
    pub raid: Option<Extent>,
    /// Since when its clock runs: when it was noticed, taken up or opened again.
    #[serde(default)]
    pub since: Timestamp,
    /// The last sign of life, to the hour.
    #[serde(default)]
    pub active: Timestamp,
    /// How many messages of the member it is about.
    #[serde(default = "one")]
    pub messages: u32,
    /// The moderator who looks after it.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// When a person other than the member first wrote in its thread.
    #[serde(default)]
    pub first_answer: Option<Timestamp>,
    /// How many steps the clock has taken since nobody answered: reminded, escalated.
    #[serde(default)]
    pub reminders: u8,
    /// When the member asked for a moderator.
    #[serde(default)]
    pub asked: Option<Timestamp>,
    /// Whether the member wants nothing said in public when it is over.
    #[serde(default)]
    pub discreet: bool,
    /// Earlier messages in which the member gave something away, and which still stand in public.
    #[serde(default)]
    pub disclosed: Vec<Posted>,
    /// What the member gave in the private form; dropped when the case ends.
    #[serde(default)]
    pub details: Vec<Detail>,
    /// What the member thought of how it went.
    #[serde(default)]
    pub rating: Option<Rating>,
    /// How it ended.
    #[serde(default)]
    pub ending: Option<Ending>,
    /// Why the moderator says so who has its member taken aside by hand; masked, and part of the matter once that begins.
    #[serde(default)]
    pub reason: Option<String>,
    /// Who opened it again last.
    #[serde(default)]
    pub reopened_by: Option<UserId>,
    /// The channel that its thread is under.
    #[serde(default)]
    pub under: Option<ChannelId>,
    /// The messages that we removed.
    #[serde(default)]
    pub removed: Vec<MessageId>,
    /// What is still to be done, in this order.
    #[serde(default)]
    pub errands: Vec<Errand>,
    /// The public words on its settlement.
    #[serde(default)]
    pub follow_up: Option<Posted>,
    /// How things were when moderators were last told.
    #[serde(default)]
    pub told_as: Option<Status>,
    /// Whether its member wants it forgotten: it is erased once nothing is left to be done.
    #[serde(default)]
    pub forgotten: bool,
    /// Whether there was no place to tell them.
    #[serde(default)]
    pub unheard: bool,
}

/// A member waits from when they wrote, also when that is read back later; what is older than a day nobody waits for.
fn waiting_since(message: MessageId, now: Timestamp) -> Timestamp {
    /// The longest time for which messages are read back, and to spare.
    const DAY: SignedDuration = SignedDuration::from_hours(24);
    let sent = message.sent();
    if sent <= now && now.duration_since(sent) <= DAY { sent } else { now }
}

const fn one() -> u32 {
    1
}

/// What a member gave in the private form; `Debug` prints what it is, not what it says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What was asked for.
    pub label: String,
    /// What the member wrote.
    pub text: String,
}

impl fmt::Debug for Detail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Detail({}, {} bytes)", self.label, self.text.len())
    }
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
    /// The offer of a private thread was accepted at this time.
    Accepted(Timestamp),
    /// A moderator takes its member aside, who was not so far.
    TakenAside {
        /// The moderator.
        by: UserId,
        /// When.
        at: Timestamp,
        /// Why, where they say so, masked.
        reason: Option<String>,
    },
    /// Someone other than us deleted this message.
    Deleted(MessageId),
    /// Someone replied to our public words.
    Answered,
    /// A person wrote in its thread.
    Wrote(UserId, Timestamp),
    /// The raid it stands for has grown.
    Grown(Extent),
    /// A moderator looks after it from now on, where whoever it is taken over from still does: of two at once, one gets
    /// it.
    Claimed {
        /// The moderator.
        by: UserId,
        /// Who has looked after it so far; nobody, where it is claimed rather than passed on.
        from: Option<UserId>,
    },
    /// The member asks for a moderator.
    AskedFor(Timestamp),
    /// The member wants what they gave away in public removed.
    TakeDown,
    /// The member wants nothing said in public when it is over.
    KeptQuiet,
    /// The member filled in the private form.
    Detailed(Vec<Detail>),
    /// A moderator invites someone into the thread.
    Invited(UserId),
    /// The clock has taken its step of that number: moderators were reminded (1), more of them called (2).
    Reminded(u8),
    /// It is over.
    Ended(Ending),
    /// It is over, and a moderator says afterwards what came of it.
    Recorded(String),
    /// It goes on after all.
    Reopened(UserId, Timestamp),
    /// Its member says how it went.
    Rated(Rating),
    /// A thread or channel is gone; what the case has there is, too.
    ChannelGone(ChannelId, Timestamp),
    /// Its member wants it forgotten.
    Forgotten(Timestamp),
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
        let mut case = Self::blank(guild, member, matter, surroundings, now);
        case.step = case.begin();
        case
    }

    /// A case that stands for a raid, which `matter` made one.
    #[must_use]
    pub fn raid(
        guild: GuildId,
        member: UserId,
        matter: Matter,
        surroundings: Surroundings,
        extent: Extent,
        now: Timestamp,
    ) -> Self {
        let mut case = Self::blank(guild, member, matter, surroundings, now);
        case.raid = Some(extent);
        case.step = case.begin();
        case
    }

    fn blank(
        guild: GuildId,
        member: UserId,
        matter: Matter,
        surroundings: Surroundings,
        now: Timestamp,
    ) -> Self {
        let since = waiting_since(matter.message, now);
        Self {
            guild,
            number: 0,
            member,
            opened: now,
            matter,
            gravest: None,
            further: Vec::new(),
            surroundings,
            step: Step::Talking,
            place: None,
            problems: Vec::new(),
            alerted: false,
            told: None,
            acknowledgment: None,
            earlier: Vec::new(),
            offer: None,
            answers: None,
            orphaned: false,
            answered: false,
            unacknowledged: false,
            raid: None,
            since,
            active: now,
            messages: 1,
            owner: None,
            first_answer: None,
            reminders: 0,
            asked: None,
            discreet: false,
            disclosed: Vec::new(),
            details: Vec::new(),
            rating: None,
            ending: None,
            reason: None,
            reopened_by: None,
            under: None,
            removed: Vec::new(),
            errands: Vec::new(),
            follow_up: None,
            told_as: None,
            forgotten: false,
            unheard: false,
        }
    }

    /// Moves the case on. Total: an event that does not fit where the case stands changes nothing.
    #[must_use]
    pub fn apply(mut self, event: Event) -> (Self, Option<Action<Speech>>) {
        let waited = self.step;
        let next = self.answered_by(event);
        let settled = next.is_some();
        if let Some(step) = next {
            self.step = self.cut_short(step);
        }
        if self.is_at_rest() {
            self.step = self.rest();
        }
        if self.is_at_rest() && self.step != Step::Offered {
            // Given back, or never to be: nothing needs the member's text any more.
            self.matter.enclosure = None;
        }
        let action = self.action().filter(|_| settled || self.step != waited);
        (self, action)
    }

    /// Where the case goes when the event is the answer to what it waited for.
    fn answered_by(&mut self, event: Event) -> Option<Step> {
        match event {
            Event::Performed(receipt) => self.after(receipt),
            Event::Refused(refusal) => self.without(&refusal),
            event => {
                self.happened(event);
                None
            }
        }
    }

    /// Whether a further message of the member joins this case rather than opening another.
    #[must_use]
    pub fn takes_further(&self) -> bool {
        !self.is_over() && self.raid.is_none() && (self.place.is_some() || self.step != Step::Talking)
    }

    /// Whether `person` may accept the offer: the member, the other party, or someone with one of the roles that are
    /// summoned. Moderators by permission may, too; the edge knows who they are.
    #[must_use]
    pub fn is_offered_to(&self, person: UserId, roles: &[RoleId]) -> bool {
        let summoned = roles.iter().any(|role| self.surroundings.moderators.contains(role));
        person == self.member || self.matter.parties.contains(&person) || summoned
    }

    /// How urgent what it waits for is.
    #[must_use]
    pub fn priority(&self) -> Priority {
        self.matter.priority()
    }

    /// Whether it waits for nothing.
    #[must_use]
    pub const fn is_at_rest(&self) -> bool {
        matches!(self.step, Step::Talking | Step::Offered)
    }
}
