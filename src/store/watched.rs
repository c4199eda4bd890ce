//! A store that tells how it is doing.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{
    Buried, CaseNote, CauseHappened, Change, DeadLetter, Erasure, Example, Happened, Horizon, Left, Line,
    NewChange, Notice, Noticed, OutboxId, Outcome, Pending, Sought, Store, StoreError, Stored, Swept, Tally,
    Terms, Traces, Whose,
};
use crate::case::action::{Action, Refusal, Speech};
use crate::case::cause::{CauseNotice, NoticeEvent};
use crate::case::{Case, Event};
use crate::message::{GuildId, Message, MessageId, UserId};
use crate::policy::Circumstances;
use crate::telemetry::{Access, Stopwatch, Telemetry};

/// Does what the store within does, and tells how long it took and whether it worked.
pub struct Watched<S> {
    store: S,
    telemetry: Telemetry,
}

impl<S: Store> Watched<S> {
    /// Tells `telemetry` of everything that `store` is asked.
    pub const fn new(store: S, telemetry: Telemetry) -> Self {
        Self { store, telemetry }
    }

    /// The store that is watched.
    pub const fn within(&self) -> &S {
        &self.store
    }

    async fn read<T>(&self, asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.watch(Access::Read, asked).await
    }

    async fn write<T>(&self, asked: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.watch(Access::Write, asked).await
    }

    async fn watch<T>(
        &self,
        access: Access,
        asked: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let since = Stopwatch::start();
        let answer = asked.await;
        // A row that this version cannot read is no sign that the database is not there.
        let answered = !answer.as_ref().is_err_and(|error| error.is_passing() || error.is_lasting());
        self.telemetry.store(access, since, answered);
        answer
    }
}

/// The methods of [`Store`], and whether each changes something.
macro_rules! watched {
    ($($access:ident $name:ident($($given:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl<S: Store> Store for Watched<S> {
            $(async fn $name(&self, $($given: $type),*) -> Result<$answer, StoreError> {
                self.$access(self.store.$name($($given),*)).await
            })+

            async fn failed(&self) -> StoreError {
                self.store.failed().await
            }

            async fn close(&self) {
                self.store.close().await;
            }
        }
    };
}

watched! {
    read circumstances(message: &Message, since: Timestamp) -> Circumstances;
    read knows(guild: GuildId, message: MessageId, shielding: bool) -> bool;
    write notice(notice: Notice, terms: &dyn Terms) -> Noticed;
    write open(case: Case, terms: &dyn Terms) -> (u32, Option<Pending>);
    write count(guild: GuildId, message: MessageId, number: u32) -> ();
    read case(guild: GuildId, whose: Whose) -> Option<Case>;
    write happen(guild: GuildId, whose: Whose, event: Event, terms: &dyn Terms) -> Option<Happened>;
    write happen_together(guild: GuildId, events: Vec<(u32, Event)>, action: Option<Action<Speech>>, terms: &dyn Terms) -> Vec<Pending>;
    read cases(guild: GuildId, sought: &Sought) -> Vec<Case>;
    read due(until: Timestamp, most: u32) -> Vec<Case>;
    read next_due() -> Option<Timestamp>;
    write postpone(guild: GuildId, numbers: &[u32], until: Timestamp) -> ();
    read guilds_with_open_cases() -> Vec<GuildId>;
    write set_clocks(guild: GuildId, terms: &dyn Terms) -> ();
    write replace(done: OutboxId, guild: GuildId, action: Action<Speech>, terms: &dyn Terms) -> Option<Pending>;
    write note_case(guild: GuildId, number: u32, note: &CaseNote) -> ();
    read case_notes(guild: GuildId, number: u32) -> Vec<CaseNote>;
    read outcomes(guild: GuildId, from: Timestamp, until: Timestamp) -> Vec<Outcome>;
    read guilds() -> Vec<GuildId>;
    write settle(done: OutboxId, event: Event, terms: &dyn Terms) -> Option<Pending>;
    write open_cause(notice: CauseNotice, terms: &dyn Terms) -> Option<Pending>;
    read cause(guild: GuildId, lead: u32) -> Option<CauseNotice>;
    read cause_of(guild: GuildId, number: u32) -> Option<CauseNotice>;
    read live_causes(since: Timestamp) -> Vec<CauseNotice>;
    write cause_happens(guild: GuildId, lead: u32, event: NoticeEvent, events: Vec<(u32, Event)>, terms: &dyn Terms) -> Option<CauseHappened>;
    read pending() -> Vec<Pending>;
    write tried(id: OutboxId) -> Option<u32>;
    write bury(id: OutboxId, refusal: Refusal, at: Timestamp, terms: &dyn Terms) -> Option<Buried>;
    read buried(guild: Option<GuildId>) -> Vec<DeadLetter>;
    write retry(id: OutboxId, terms: &dyn Terms) -> Option<Pending>;
    write drop_letter(id: OutboxId) -> bool;
    read last_alive() -> Option<Timestamp>;
    write alive(at: Timestamp) -> ();
    read settings() -> Vec<Result<Stored, StoreError>>;
    read settings_of(guild: GuildId) -> Option<Stored>;
    write change(change: NewChange) -> Option<u32>;
    read changes(guild: GuildId) -> Vec<Change>;
    write propose(guild: GuildId, at: Timestamp, body: &str) -> i64;
    read proposal(guild: GuildId, id: i64) -> Option<String>;
    write take_proposal(guild: GuildId, id: i64) -> Option<String>;
    write keep_example(guild: GuildId, at: Timestamp, example: &Example) -> ();
    read examples(guild: GuildId) -> Vec<Example>;
    read noted(guild: GuildId, name: &str) -> Option<String>;
    write note(guild: GuildId, name: &str, value: &str) -> ();
    read languages() -> Vec<(UserId, String)>;
    write set_language(member: UserId, language: &str, at: Timestamp) -> ();
    read traces(guild: GuildId, member: UserId) -> Traces;
    write forget(wish: &Erasure) -> Left;
    read erasures() -> Vec<Erasure>;
    read servers_of(member: UserId) -> Vec<GuildId>;
    write forget_language(member: UserId) -> ();
    write sweep(horizon: &Horizon, most: u32) -> Swept;
    write transcribe(guild: GuildId, line: &Line, now: Timestamp) -> ();
    write forget_line(guild: GuildId, message: MessageId) -> ();
    write forget_transcript(guild: GuildId, number: u32) -> ();
    read transcript(guild: GuildId, number: u32) -> Vec<Line>;
    read tally() -> Tally;
    write prove() -> ();
}
