//! The store in a database: SQLite or PostgreSQL, by one and the same SQL.
//!
//! What is found by a key stands in columns; the rest of a case, an action or a setting is a JSON body that only this
//! program reads. So the statements are those that both databases understand, and what differs is in one place each:
//! [`open`] (connecting and migrating), [`Database::begin`] (how writers wait for each other) and [`Database::erase`].

mod backup;
mod cases;
mod causes;
mod clock;
mod failure;
mod hold;
mod letters;
mod life;
mod open;
mod privacy;
mod rows;
mod settings;
mod tally;
mod traces;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, AnyPool, Transaction};
use tokio_util::task::TaskTracker;

use self::failure::Failure;
pub use self::hold::{Held, Slot};
use self::open::Engine;
use self::rows::column;
use super::{
    Buried, CaseNote, CauseHappened, Change, DeadLetter, Erasure, Example, Happened, Horizon, Left, Line,
    NewChange, Notice, Noticed, OutboxId, Outcome, Pending, Shards, Sought, Store, StoreError, Stored, Swept,
    Tally, Terms, Traces, Whose,
};
use crate::case::action::{Action, Refusal, Speech};
use crate::case::cause::{CauseNotice, NoticeEvent};
use crate::case::{Case, Event};
use crate::message::{GuildId, Message, MessageId, UserId};
use crate::policy::Circumstances;

/// The number of the case of what belongs to none.
const NOBODYS: u32 = 0;

/// How long connections may take to be given back and closed.
const FAREWELL: Duration = Duration::from_secs(5);

/// Cases, outbox and settings in an SQLite file or a PostgreSQL database.
pub struct Database {
    pool: AnyPool,
    engine: Engine,
    /// Whose guilds are meant where every guild is.
    shards: Shards,
    failure: Failure,
    /// How much of what was heard waits to be kept.
    behind: AtomicUsize,
    /// Whether something was dropped that is to be taken out of the tables with the next sweep.
    dropped: AtomicBool,
    /// Those that listen to other processes: each ends with what it was begun for.
    tasks: TaskTracker,
}

impl Database {
    /// The same for the guilds of `shards` alone: what is due, pending or to be forgotten elsewhere is another process's.
    #[must_use]
    pub fn of_shards(self, shards: Shards) -> Self {
        Self { shards, ..self }
    }

    /// A transaction that changes something. In SQLite nobody else writes meanwhile.
    async fn begin(&self) -> Result<Transaction<'static, Any>, StoreError> {
        self.failure.check()?;
        let begin = match self.engine {
            Engine::Sqlite(_) => "BEGIN IMMEDIATE",
            Engine::Postgres(_) => "BEGIN",
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// The same for one guild, in which nobody else changes anything meanwhile.
    async fn begin_in(&self, guild: GuildId) -> Result<Transaction<'static, Any>, StoreError> {
        let mut tx = self.begin().await?;
        self.lock(&mut tx, guild).await?;
        Ok(tx)
    }

    /// The same for the guild of an action; none where it is not in the outbox any more.
    async fn begin_for(&self, id: OutboxId) -> Result<Option<Transaction<'static, Any>>, StoreError> {
        let mut tx = self.begin().await?;
        let guild: Option<i64> = sqlx::query_scalar("SELECT guild FROM outbox WHERE id = $1")
            .bind(id.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(guild) = guild else { return Ok(None) };
        self.lock(&mut tx, GuildId(guild.cast_unsigned())).await?;
        Ok(Some(tx))
    }

    /// Until the end of the transaction.
    async fn lock(&self, tx: &mut AnyConnection, guild: GuildId) -> Result<(), StoreError> {
        if let Engine::Postgres(_) = self.engine {
            sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(column(guild.0)).execute(tx).await?;
        }
        Ok(())
    }

    /// A transaction that only reads, all of it as it is at one moment.
    async fn begin_reading(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let begin = match self.engine {
            Engine::Sqlite(_) => "BEGIN",
            Engine::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        Ok(self.pool.begin_with(begin).await?)
    }

    /// The condition that `column` is one of our guilds. There are numbers in it only.
    fn ours(&self, column: &str) -> String {
        if self.shards.is_all() {
            return "1 = 1".to_owned();
        }
        let (first, last, total) = (self.shards.first(), self.shards.end() - 1, self.shards.total());
        format!("({column} >> 22) % {total} BETWEEN {first} AND {last}")
    }

    /// What a case drops of the member's words, and a case that is erased, does not stand anywhere any more.
    async fn erase_dropped(&self, before: &Case, after: &Case) -> Result<(), StoreError> {
        let enclosed = before.matter.enclosure.is_some() && before.matter.enclosure != after.matter.enclosure;
        let detailed = !before.details.is_empty() && before.details != after.details;
        if enclosed || detailed || after.can_be_erased() { self.erase().await } else { Ok(()) }
    }

    /// Empties the write-ahead file, where the member's words would otherwise stand until much later. PostgreSQL has nothing
    /// of that kind to be emptied: what was deleted is taken out of its tables with the next sweep. It was committed before,
    /// so that it cannot be done just now is no reason to do it all again.
    async fn erase(&self) -> Result<(), StoreError> {
        let emptied = match self.engine {
            Engine::Sqlite(_) => {
                sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await.map(drop)
            }
            Engine::Postgres(_) => {
                self.dropped.store(true, Ordering::Relaxed);
                return Ok(());
            }
        };
        self.or_later(emptied.map_err(StoreError::from))
    }

    /// What does not work just now is done with the next sweep.
    fn or_later(&self, erased: Result<(), StoreError>) -> Result<(), StoreError> {
        match erased {
            Err(error) if error.is_passing() => {
                self.dropped.store(true, Ordering::Relaxed);
                Ok(())
            }
            erased => erased,
        }
    }

    /// The same where much was forgotten at once, and whatever was put off.
    async fn vacuum(&self) -> Result<(), StoreError> {
        self.dropped.store(false, Ordering::Relaxed);
        let Engine::Postgres(_) = self.engine else { return self.erase().await };
        let tables = "VACUUM (SKIP_LOCKED) cases, noticed, outbox, case_notes, transcripts, examples, acted, causes, \
                      cause_cases, outcomes, proposals, changes, languages, erasures";
        let vacuumed = sqlx::query(tables).execute(&self.pool).await;
        self.or_later(vacuumed.map(drop).map_err(StoreError::from))
    }
}

#[async_trait]
impl Store for Database {
    async fn circumstances(&self, message: &Message, since: Timestamp) -> Result<Circumstances, StoreError> {
        self.trying(|| self.read_circumstances(message, since)).await
    }

    async fn knows(&self, guild: GuildId, message: MessageId, shielding: bool) -> Result<bool, StoreError> {
        self.trying(|| self.read_known(guild, message, shielding)).await
    }

    async fn open(&self, case: Case, terms: &dyn Terms) -> Result<(u32, Option<Pending>), StoreError> {
        self.trying(|| self.write_case(case.clone(), terms)).await
    }

    async fn count(&self, guild: GuildId, message: MessageId, number: u32) -> Result<(), StoreError> {
        self.trying(|| self.write_known(guild, message, number)).await
    }

    async fn case(&self, guild: GuildId, whose: Whose) -> Result<Option<Case>, StoreError> {
        self.trying(|| self.look_up(guild, whose)).await
    }

    async fn happen(
        &self,
        guild: GuildId,
        whose: Whose,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Happened>, StoreError> {
        self.trying(|| self.apply(guild, whose, event.clone(), terms)).await
    }

    async fn happen_together(
        &self,
        guild: GuildId,
        events: Vec<(u32, Event)>,
        action: Option<Action<Speech>>,
        terms: &dyn Terms,
    ) -> Result<Vec<Pending>, StoreError> {
        self.trying(|| self.apply_together(guild, events.clone(), action.clone(), terms)).await
    }

    async fn cases(&self, guild: GuildId, sought: &Sought) -> Result<Vec<Case>, StoreError> {
        self.trying(|| self.read_cases(guild, sought)).await
    }

    async fn due(&self, until: Timestamp, most: u32) -> Result<Vec<Case>, StoreError> {
        self.trying(|| self.read_due(until, most)).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.trying(|| self.read_next_due()).await
    }

    async fn postpone(&self, guild: GuildId, numbers: &[u32], until: Timestamp) -> Result<(), StoreError> {
        self.trying(|| self.write_due(guild, numbers, until)).await
    }

    async fn guilds_with_open_cases(&self) -> Result<Vec<GuildId>, StoreError> {
        self.trying(|| self.read_guilds_with_open_cases()).await
    }

    async fn set_clocks(&self, guild: GuildId, terms: &dyn Terms) -> Result<(), StoreError> {
        self.trying(|| self.recompute_due(guild, terms)).await
    }

    async fn replace(
        &self,
        done: OutboxId,
        guild: GuildId,
        action: Action<Speech>,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        self.trying(|| self.replace_action(done, guild, action.clone(), terms)).await
    }

    async fn note_case(&self, guild: GuildId, number: u32, note: &CaseNote) -> Result<(), StoreError> {
        self.trying(|| self.write_case_note(guild, number, note)).await
    }

    async fn case_notes(&self, guild: GuildId, number: u32) -> Result<Vec<CaseNote>, StoreError> {
        self.trying(|| self.read_case_notes(guild, number)).await
    }

    async fn outcomes(
        &self,
        guild: GuildId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.trying(|| self.read_outcomes(guild, from, until)).await
    }

    async fn guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        self.trying(|| self.read_guilds()).await
    }

    async fn notice(&self, notice: Notice, terms: &dyn Terms) -> Result<Noticed, StoreError> {
        self.trying(|| self.write_notice(notice.clone(), terms)).await
    }

    async fn settle(
        &self,
        done: OutboxId,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        self.trying(|| self.settle_action(done, event.clone(), terms)).await
    }

    async fn open_cause(
        &self,
        notice: CauseNotice,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        self.trying(|| self.write_cause(notice.clone(), terms)).await
    }

    async fn cause(&self, guild: GuildId, lead: u32) -> Result<Option<CauseNotice>, StoreError> {
        self.trying(|| self.read_cause(guild, lead)).await
    }

    async fn cause_of(&self, guild: GuildId, number: u32) -> Result<Option<CauseNotice>, StoreError> {
        self.trying(|| self.read_cause_of(guild, number)).await
    }

    async fn live_causes(&self, since: Timestamp) -> Result<Vec<CauseNotice>, StoreError> {
        self.trying(|| self.read_live_causes(since)).await
    }

    async fn cause_happens(
        &self,
        guild: GuildId,
        lead: u32,
        event: NoticeEvent,
        events: Vec<(u32, Event)>,
        terms: &dyn Terms,
    ) -> Result<Option<CauseHappened>, StoreError> {
        self.trying(|| self.apply_to_cause(guild, lead, event.clone(), events.clone(), terms)).await
    }

    async fn pending(&self) -> Result<Vec<Pending>, StoreError> {
        self.trying(|| self.read_pending()).await
    }

    async fn tried(&self, id: OutboxId) -> Result<Option<u32>, StoreError> {
        self.trying(|| self.count_try(id)).await
    }

    async fn bury(
        &self,
        id: OutboxId,
        refusal: Refusal,
        at: Timestamp,
        terms: &dyn Terms,
    ) -> Result<Option<Buried>, StoreError> {
        self.trying(|| self.write_letter(id, refusal.clone(), at, terms)).await
    }

    async fn buried(&self, guild: Option<GuildId>) -> Result<Vec<DeadLetter>, StoreError> {
        self.trying(|| self.read_letters(guild)).await
    }

    async fn retry(&self, id: OutboxId, terms: &dyn Terms) -> Result<Option<Pending>, StoreError> {
        self.trying(|| self.take_back_letter(id, terms)).await
    }

    async fn drop_letter(&self, id: OutboxId) -> Result<bool, StoreError> {
        self.trying(|| self.remove_letter(id)).await
    }

    async fn last_alive(&self) -> Result<Option<Timestamp>, StoreError> {
        self.trying(|| self.read_alive()).await
    }

    async fn alive(&self, at: Timestamp) -> Result<(), StoreError> {
        self.trying(|| self.write_alive(at)).await
    }

    async fn settings(&self) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
        self.trying(|| self.read_settings()).await
    }

    async fn settings_of(&self, guild: GuildId) -> Result<Option<Stored>, StoreError> {
        self.trying(|| self.read_settings_of(guild)).await
    }

    async fn change(&self, change: NewChange) -> Result<Option<u32>, StoreError> {
        self.trying(|| self.write_change(change.clone())).await
    }

    async fn changes(&self, guild: GuildId) -> Result<Vec<Change>, StoreError> {
        self.trying(|| self.read_changes(guild)).await
    }

    async fn propose(&self, guild: GuildId, at: Timestamp, body: &str) -> Result<i64, StoreError> {
        self.trying(|| self.write_proposal(guild, at, body)).await
    }

    async fn proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError> {
        self.trying(|| self.read_proposal(guild, id)).await
    }

    async fn take_proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError> {
        self.trying(|| self.remove_proposal(guild, id)).await
    }

    async fn keep_example(&self, guild: GuildId, at: Timestamp, example: &Example) -> Result<(), StoreError> {
        self.trying(|| self.write_example(guild, at, example)).await
    }

    async fn examples(&self, guild: GuildId) -> Result<Vec<Example>, StoreError> {
        self.trying(|| self.read_examples(guild)).await
    }

    async fn noted(&self, guild: GuildId, name: &str) -> Result<Option<String>, StoreError> {
        self.trying(|| self.read_note(guild, name)).await
    }

    async fn note(&self, guild: GuildId, name: &str, value: &str) -> Result<(), StoreError> {
        self.trying(|| self.write_note(guild, name, value)).await
    }

    async fn languages(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        self.trying(|| self.read_languages()).await
    }

    async fn set_language(&self, member: UserId, language: &str, at: Timestamp) -> Result<(), StoreError> {
        self.trying(|| self.write_language(member, language, at)).await
    }

    async fn traces(&self, guild: GuildId, member: UserId) -> Result<Traces, StoreError> {
        self.trying(|| self.read_traces(guild, member)).await
    }

    async fn forget(&self, wish: &Erasure) -> Result<Left, StoreError> {
        self.trying(|| self.forget_member(wish)).await
    }

    async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        self.trying(|| self.read_erasures()).await
    }

    async fn servers_of(&self, member: UserId) -> Result<Vec<GuildId>, StoreError> {
        self.trying(|| self.read_servers_of(member)).await
    }

    async fn forget_language(&self, member: UserId) -> Result<(), StoreError> {
        self.trying(|| self.erase_language(member)).await
    }

    async fn sweep(&self, horizon: &Horizon, most: u32) -> Result<Swept, StoreError> {
        self.trying(|| self.sweep_once(horizon, most)).await
    }

    async fn transcribe(&self, guild: GuildId, line: &Line, now: Timestamp) -> Result<(), StoreError> {
        self.trying(|| self.write_line(guild, line, now)).await
    }

    async fn forget_line(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        self.trying(|| self.remove_line(guild, message)).await
    }

    async fn forget_transcript(&self, guild: GuildId, number: u32) -> Result<(), StoreError> {
        self.trying(|| self.remove_transcript(guild, number)).await
    }

    async fn transcript(&self, guild: GuildId, number: u32) -> Result<Vec<Line>, StoreError> {
        self.trying(|| self.read_transcript(guild, number)).await
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        self.trying(|| self.read_tally()).await
    }

    /// Once, and without waiting: whether it can be written just now is the question.
    async fn prove(&self) -> Result<(), StoreError> {
        self.write_nothing().await
    }

    async fn failed(&self) -> StoreError {
        self.failure.happened().await
    }

    /// Where the server does not answer, its connections are left to it.
    async fn close(&self) {
        tokio::time::timeout(FAREWELL, self.pool.close()).await.ok();
    }
}
