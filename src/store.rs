//! What outlives the process: cases, the outbox of committed actions, what moderators set, and when the bot last
//! listened.

mod causes;
mod error;
mod life;
mod privacy;
mod settings;
mod shards;
mod sql;
mod tally;
mod watched;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::case::action::{Action, Priority, Refusal, Speech};
use crate::case::cause::{CauseNotice, NoticeEvent};
use crate::case::clock::Promise;
use crate::case::{Case, Event, Matter, Surroundings};
use crate::message::{ChannelId, GuildId, Message, MessageId, UserId};
use crate::policy::{Acted, Circumstances};

pub use self::causes::CauseHappened;
pub use self::error::StoreError;
pub use self::life::{CaseNote, Happened, Outcome, Sought};
pub use self::privacy::{COOLDOWNS, Erasure, Horizon, Left, Line, PROPOSED, RECORD, Swept, Traces};
pub use self::settings::{Change, Example, Judged, NewChange, Stored};
pub use self::shards::Shards;
pub use self::sql::{Database, Held, Slot};
pub use self::tally::Tally;
pub use self::watched::Watched;

/// What a server goes by when something is committed.
pub trait Terms: Send + Sync {
    /// Chooses the language and the variant of what is said.
    fn choose(&self, speech: &mut Speech);

    /// How soon members are answered, and how long cases stay open.
    fn promise(&self) -> &Promise;

    /// The time of the commit.
    fn now(&self) -> Timestamp;
}

/// A row of the outbox.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Copy, PartialOrd, Ord)]
pub struct OutboxId(pub i64);

/// An action that is committed and not yet answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// Its row.
    pub id: OutboxId,
    /// The guild of its case.
    pub guild: GuildId,
    /// The number of its case; 0 where it belongs to none.
    pub number: u32,
    /// The cause it belongs to, where it belongs to one.
    pub cause: Option<u32>,
    /// How urgent it is.
    pub priority: Priority,
    /// When it was committed.
    pub committed: Timestamp,
    /// How often it was tried, as far as [`Store::tried`] was told.
    pub tries: u32,
    /// What there is to do.
    pub action: Action<Speech>,
}

/// An action that was given up. It stays until somebody tries it again or drops it, or its case is too old to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// What there was to do.
    pub pending: Pending,
    /// When it was given up.
    pub at: Timestamp,
    /// Why, without a member's words.
    pub why: String,
}

/// A message that the policy decided about, ready to become a case or join one.
#[derive(Clone, Debug)]
pub struct Notice {
    /// The guild.
    pub guild: GuildId,
    /// The member whose matter it is.
    pub member: UserId,
    /// The message and what is to be done about it.
    pub matter: Matter,
    /// What the server offers a new case.
    pub surroundings: Surroundings,
    /// What is to be remembered for cooldowns.
    pub acted: Option<Acted>,
    /// A case of the member opened since then takes the message instead of a new one.
    pub join_since: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// What another process did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// The settings of that server were changed.
    Change(GuildId),
    /// Nobody knows: what was told for a while was not heard.
    Everything,
}

/// That an action was given up.
#[derive(Clone, Debug, PartialEq)]
pub struct Buried {
    /// What follows.
    pub next: Option<Pending>,
}

/// What became of a notice.
#[derive(Clone, Debug, PartialEq)]
pub enum Noticed {
    /// The message was noticed before; nothing changed.
    Known,
    /// It is the first of a new case.
    Opened(u32, Option<Pending>),
    /// It joined a case.
    Joined(u32, Option<Pending>),
}

/// How a case is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// By its number.
    Number(u32),
    /// By a message that it is about.
    Message(MessageId),
    /// By the private thread its member and the bot talk in.
    Thread(ChannelId),
    /// By its public acknowledgment or offer.
    Post(MessageId),
    /// By what moderators were told.
    Alert(MessageId),
}

/// Cases and their outbox. Every method that changes something is one transaction.
#[async_trait]
pub trait Store: Send + Sync {
    /// What is remembered of the surroundings of `message` since `since`.
    async fn circumstances(&self, message: &Message, since: Timestamp) -> Result<Circumstances, StoreError>;

    /// Whether `message` was noticed before; when it is to be removed, whether it was noticed for that.
    async fn knows(&self, guild: GuildId, message: MessageId, shielding: bool) -> Result<bool, StoreError>;

    /// Makes `notice` a case, or part of one, together with the first action.
    async fn notice(&self, notice: Notice, terms: &dyn Terms) -> Result<Noticed, StoreError>;

    /// Makes `case`, which no single message brought about, together with its first action; its number is allotted.
    async fn open(&self, case: Case, terms: &dyn Terms) -> Result<(u32, Option<Pending>), StoreError>;

    /// Notes that `message` belongs to case `number`, which it changes nothing about.
    async fn count(&self, guild: GuildId, message: MessageId, number: u32) -> Result<(), StoreError>;

    /// The case, if there is one.
    async fn case(&self, guild: GuildId, whose: Whose) -> Result<Option<Case>, StoreError>;

    /// Applies `event`, which nothing in the outbox brought about, to a case, and commits the action that follows.
    /// None when there is no such case.
    async fn happen(
        &self,
        guild: GuildId,
        whose: Whose,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Happened>, StoreError>;

    /// The same for several cases of a guild at once, by their numbers, together with an action that belongs to none of
    /// them; what follows from all of it, that action last.
    async fn happen_together(
        &self,
        guild: GuildId,
        events: Vec<(u32, Event)>,
        action: Option<Action<Speech>>,
        terms: &dyn Terms,
    ) -> Result<Vec<Pending>, StoreError>;

    /// The cases of a guild that are looked for, newest first.
    async fn cases(&self, guild: GuildId, sought: &Sought) -> Result<Vec<Case>, StoreError>;

    /// The cases whose clocks want something until then, the longest waiting first, at most so many.
    async fn due(&self, until: Timestamp, most: u32) -> Result<Vec<Case>, StoreError>;

    /// When the next clock wants something.
    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Has the clocks of these cases of a guild wait until then, whatever they want.
    async fn postpone(&self, guild: GuildId, numbers: &[u32], until: Timestamp) -> Result<(), StoreError>;

    /// The guilds that have open cases.
    async fn guilds_with_open_cases(&self) -> Result<Vec<GuildId>, StoreError>;

    /// Sets the clocks of all open cases of a guild anew, where what is promised has changed.
    async fn set_clocks(&self, guild: GuildId, terms: &dyn Terms) -> Result<(), StoreError>;

    /// Commits `action`, which belongs to no case, in the place of `done`, which could not be done.
    /// Nothing happens when `done` is not in the outbox any more.
    async fn replace(
        &self,
        done: OutboxId,
        guild: GuildId,
        action: Action<Speech>,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError>;

    /// Keeps what a moderator notes about a case.
    async fn note_case(&self, guild: GuildId, number: u32, note: &CaseNote) -> Result<(), StoreError>;

    /// What moderators noted about a case, oldest first.
    async fn case_notes(&self, guild: GuildId, number: u32) -> Result<Vec<CaseNote>, StoreError>;

    /// What came of the cases of a guild that were opened from `from` on and before `until`, oldest first.
    async fn outcomes(
        &self,
        guild: GuildId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Outcome>, StoreError>;

    /// Every guild that had a case, in the order of their identifiers.
    async fn guilds(&self) -> Result<Vec<GuildId>, StoreError>;

    /// Applies what came of the action `done` to its case or cause, and commits the next action.
    /// Nothing happens when `done` is not in the outbox any more.
    async fn settle(
        &self,
        done: OutboxId,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError>;

    /// Keeps the notice of a cause, together with its first action.
    async fn open_cause(&self, notice: CauseNotice, terms: &dyn Terms)
    -> Result<Option<Pending>, StoreError>;

    /// The notice of the cause that goes by the case `lead`.
    async fn cause(&self, guild: GuildId, lead: u32) -> Result<Option<CauseNotice>, StoreError>;

    /// The notice of the cause that case `number` has: the latest, if moderators were told of one.
    async fn cause_of(&self, guild: GuildId, number: u32) -> Result<Option<CauseNotice>, StoreError>;

    /// The notices of causes that had another case since then and are not over, with their members, oldest first.
    async fn live_causes(&self, since: Timestamp) -> Result<Vec<CauseNotice>, StoreError>;

    /// Applies `event`, which nothing in the outbox brought about, to a cause; and, if it makes a difference, `events` to
    /// cases, by their numbers. None when there is no such cause.
    async fn cause_happens(
        &self,
        guild: GuildId,
        lead: u32,
        event: NoticeEvent,
        events: Vec<(u32, Event)>,
        terms: &dyn Terms,
    ) -> Result<Option<CauseHappened>, StoreError>;

    /// Every committed action without a receipt that is not given up, most urgent first, then oldest first.
    async fn pending(&self) -> Result<Vec<Pending>, StoreError>;

    /// Notes that an action was tried once more; how often it was by now, none when it is not in the outbox any more.
    async fn tried(&self, id: OutboxId) -> Result<Option<u32>, StoreError>;

    /// Gives an action up at `at`, and has its case or cause go on without it: it can be tried again or dropped still. None
    /// where it is not in the outbox, or was given up before.
    async fn bury(
        &self,
        id: OutboxId,
        refusal: Refusal,
        at: Timestamp,
        terms: &dyn Terms,
    ) -> Result<Option<Buried>, StoreError>;

    /// What was given up, in one guild or in all of ours, the first that was given up first.
    async fn buried(&self, guild: Option<GuildId>) -> Result<Vec<DeadLetter>, StoreError>;

    /// Takes an action that was given up back among those to be done, as if it were committed just now; none when it is not
    /// given up. Its case has gone on without it, so that it belongs to none from now on.
    async fn retry(&self, id: OutboxId, terms: &dyn Terms) -> Result<Option<Pending>, StoreError>;

    /// Drops an action that was given up: it is never done. Whether it was given up.
    async fn drop_letter(&self, id: OutboxId) -> Result<bool, StoreError>;

    /// When the bot last listened on our shards, if it ever did: the longest ago of each of them.
    async fn last_alive(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Records that the bot listened at `at` on our shards.
    async fn alive(&self, at: Timestamp) -> Result<(), StoreError>;

    /// The settings of every server where something was set in chat; an error for those that cannot be read.
    async fn settings(&self) -> Result<Vec<Result<Stored, StoreError>>, StoreError>;

    /// The settings of one server, if anything was set in chat.
    async fn settings_of(&self, guild: GuildId) -> Result<Option<Stored>, StoreError>;

    /// Saves a change and its record, and gives its number; none when the settings were changed since
    /// [`NewChange::from`], and nothing was saved.
    async fn change(&self, change: NewChange) -> Result<Option<u32>, StoreError>;

    /// The latest 100 changes of a server, newest first; those this version cannot read are left out.
    async fn changes(&self, guild: GuildId) -> Result<Vec<Change>, StoreError>;

    /// Keeps what a moderator has yet to agree to, for a day; its number.
    async fn propose(&self, guild: GuildId, at: Timestamp, body: &str) -> Result<i64, StoreError>;

    /// What was proposed, which stays; none when it was taken or is too old.
    async fn proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError>;

    /// Takes a proposal out; none when it was taken before or is too old.
    async fn take_proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError>;

    /// Keeps what a moderator said of a message; what was said of it before is forgotten.
    async fn keep_example(&self, guild: GuildId, at: Timestamp, example: &Example) -> Result<(), StoreError>;

    /// The latest 1,000 examples of a server, newest first; those this version cannot read are left out.
    async fn examples(&self, guild: GuildId) -> Result<Vec<Example>, StoreError>;

    /// What was noted about a server under `name`.
    async fn noted(&self, guild: GuildId, name: &str) -> Result<Option<String>, StoreError>;

    /// Notes something about a server, in the place of what stood under `name`.
    async fn note(&self, guild: GuildId, name: &str, value: &str) -> Result<(), StoreError>;

    /// The language that each member's Discord is in, as Discord names it, where it is known.
    async fn languages(&self) -> Result<Vec<(UserId, String)>, StoreError>;

    /// Remembers the language of a member's Discord, heard at `at`.
    async fn set_language(&self, member: UserId, language: &str, at: Timestamp) -> Result<(), StoreError>;

    /// Everything that is stored about someone in a server.
    async fn traces(&self, guild: GuildId, member: UserId) -> Result<Traces, StoreError>;

    /// Forgets what is stored about someone in a server until the moment of their wish, and overwrites it at rest; what
    /// takes words on Discord first is left, and so is the wish until nothing is. What moderators did is kept.
    async fn forget(&self, wish: &Erasure) -> Result<Left, StoreError>;

    /// The wishes of which something is left, the oldest first.
    async fn erasures(&self) -> Result<Vec<Erasure>, StoreError>;

    /// The servers in which something is stored about someone.
    async fn servers_of(&self, member: UserId) -> Result<Vec<GuildId>, StoreError>;

    /// Forgets the language of someone's Discord.
    async fn forget_language(&self, member: UserId) -> Result<(), StoreError>;

    /// Forgets what is older than `horizon`, and overwrites it at rest: of each kind so many rows at most, so that
    /// nothing waits for long.
    async fn sweep(&self, horizon: &Horizon, most: u32) -> Result<Swept, StoreError>;

    /// Keeps what was written in the thread of a case. Where the message is known with other words, it was edited, at `now`.
    async fn transcribe(&self, guild: GuildId, line: &Line, now: Timestamp) -> Result<(), StoreError>;

    /// Forgets a message of a transcript, if it is in one.
    async fn forget_line(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError>;

    /// Forgets all that was written in the thread of a case.
    async fn forget_transcript(&self, guild: GuildId, number: u32) -> Result<(), StoreError>;

    /// What was written in the thread of a case, as far as it is kept, oldest first.
    async fn transcript(&self, guild: GuildId, number: u32) -> Result<Vec<Line>, StoreError>;

    /// Waits until nothing can be kept any more, and says why. From then on nothing is committed, so whoever acts has to stop:
    /// what was heard and not kept is read back at the next start.
    async fn failed(&self) -> StoreError;
    /// How many cases are open, of how many nobody has answered although moderators were called, and what was given up.
    async fn tally(&self) -> Result<Tally, StoreError>;

    /// Writes what makes no difference, to show whether anything can be written.
    async fn prove(&self) -> Result<(), StoreError>;

    /// Finishes what is being written and closes.
    async fn close(&self);
}
