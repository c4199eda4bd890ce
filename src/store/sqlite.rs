//! The embedded store: one SQLite file in write-ahead mode, created and migrated when it is opened.

mod causes;
mod clock;
mod letters;
mod life;
mod privacy;
mod settings;
mod tally;
mod traces;

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{Row, SqlSafeStr, Sqlite, SqliteConnection, Transaction};

use crate::case::action::{Action, Priority, Speech};
use crate::case::cause::{CauseNotice, NoticeEvent};
use crate::case::{Case, Event};
use crate::message::{GuildId, Message, MessageId, UserId};
use crate::policy::{Acted, Circumstances, Response};

use self::letters::enqueue;
use super::{
    CaseNote, CauseHappened, Change, DeadLetter, Erasure, Example, Happened, Horizon, Left, Line, NewChange,
    Notice, Noticed, OutboxId, Outcome, Pending, Sought, Store, StoreError, Stored, Swept, Tally, Terms,
    Traces, Whose,
};

const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "cases", include_str!("sqlite/1_cases.sql")),
    (2, "conversations", include_str!("sqlite/2_conversations.sql")),
    (3, "settings", include_str!("sqlite/3_settings.sql")),
    (4, "life", include_str!("sqlite/4_life.sql")),
    (5, "causes", include_str!("sqlite/5_causes.sql")),
    (6, "privacy", include_str!("sqlite/6_privacy.sql")),
    (7, "alerts", include_str!("sqlite/7_alerts.sql")),
    (8, "faults", include_str!("sqlite/8_faults.sql")),
];

/// The number of the case of what belongs to none.
const NOBODYS: u32 = 0;

/// How long another process may hold the file before we give up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Cases and outbox in one SQLite file.
pub struct SqliteStore {
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens `url`, `sqlite://PATH`, creating and migrating the file as needed.
    ///
    /// # Errors
    ///
    /// The address is not SQLite's, or the file cannot be opened, created or migrated.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, true).await
    }

    /// The same for whoever only reads: a file that is not there is not created.
    ///
    /// # Errors
    ///
    /// The address is not SQLite's, or the file cannot be opened or migrated.
    pub async fn open_existing(url: &str) -> Result<Self, StoreError> {
        Self::connect(url, false).await
    }

    async fn connect(url: &str, create: bool) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        let failed = |error: sqlx::Error| open_error(&path, &error);
        let options = SqliteConnectOptions::new()
            .filename(&path)
            .create_if_missing(create)
            .journal_mode(SqliteJournalMode::Wal)
            // An action counts as committed only once it would survive a power cut.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .pragma("secure_delete", "on");
        // One connection: SQLite has one writer anyway, and transactions then never meet.
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await.map_err(failed)?;
        migrator().run(&pool).await.map_err(|error| open_error(&path, &error.into()))?;
        Ok(Self { pool })
    }

    /// The same for a file that is there already.
    ///
    /// # Errors
    ///
    /// As [`Self::open`]; or the file is not there.
    pub async fn open_known(url: &str) -> Result<Self, StoreError> {
        let path = path_of(url)?;
        if !Path::new(&path).exists() {
            return Err(StoreError::Missing(path));
        }
        Self::open(url).await
    }

    /// What a case drops of the member's words, and a case that is erased, does not stand anywhere any more.
    async fn erase_dropped(&self, before: &Case, after: &Case) -> Result<(), StoreError> {
        let enclosed = before.matter.enclosure.is_some() && before.matter.enclosure != after.matter.enclosure;
        let detailed = !before.details.is_empty() && before.details != after.details;
        if enclosed || detailed || after.can_be_erased() { self.erase().await } else { Ok(()) }
    }

    /// Empties the write-ahead file, where the member's words would otherwise stand until much later.
    async fn erase(&self) -> Result<(), StoreError> {
        sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&self.pool).await?;
        Ok(())
    }

    async fn begin(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
    }
}

fn path_of(url: &str) -> Result<String, StoreError> {
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
    let path = path.map(|path| path.split('?').next().unwrap_or_default());
    match path {
        Some(path) if !path.is_empty() => Ok(path.to_owned()),
        // An address of another database may hold a password, so only its scheme is repeated.
        _ => Err(StoreError::Address(url.split(':').next().unwrap_or_default().to_owned())),
    }
}

fn open_error(path: &str, error: &sqlx::Error) -> StoreError {
    let reason = match error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    };
    StoreError::Open { path: path.to_owned(), reason }
}

fn migrator() -> Migrator {
    let migrations = MIGRATIONS.iter().map(|(version, name, sql)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

#[async_trait]
impl Store for SqliteStore {
    async fn circumstances(&self, message: &Message, since: Timestamp) -> Result<Circumstances, StoreError> {
        let rows = sqlx::query(
            "SELECT rule, category, done, quiet, member, at FROM acted WHERE guild = ? AND channel = ? AND at >= ?",
        )
        .bind(column(message.guild.0))
        .bind(column(message.channel.0))
        .bind(since.as_millisecond())
        .fetch_all(&self.pool)
        .await?;
        let mut circumstances = Circumstances::default();
        for row in &rows {
            circumstances.remember(&acted(row)?, message.author.id);
        }
        Ok(circumstances)
    }

    async fn knows(&self, guild: GuildId, message: MessageId, shielding: bool) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        is_known(&mut connection, guild, message, shielding).await
    }

    async fn open(&self, case: Case, terms: &dyn Terms) -> Result<(u32, Option<Pending>), StoreError> {
        let mut tx = self.begin().await?;
        let number = next_number(&mut tx, case.guild).await?;
        let case = Case { number, ..case };
        let pending = save(&mut tx, &case, case.action(), terms).await?;
        tx.commit().await?;
        Ok((number, pending))
    }

    async fn count(&self, guild: GuildId, message: MessageId, number: u32) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        insert_noticed(&mut connection, guild, message, false, number).await
    }

    async fn case(&self, guild: GuildId, whose: Whose) -> Result<Option<Case>, StoreError> {
        self.look_up(guild, whose).await
    }

    async fn happen(
        &self,
        guild: GuildId,
        whose: Whose,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Happened>, StoreError> {
        self.apply(guild, whose, event, terms).await
    }

    async fn happen_together(
        &self,
        guild: GuildId,
        events: Vec<(u32, Event)>,
        action: Option<Action<Speech>>,
        terms: &dyn Terms,
    ) -> Result<Vec<Pending>, StoreError> {
        self.apply_together(guild, events, action, terms).await
    }

    async fn cases(&self, guild: GuildId, sought: &Sought) -> Result<Vec<Case>, StoreError> {
        self.read_cases(guild, sought).await
    }

    async fn due(&self, until: Timestamp, most: u32) -> Result<Vec<Case>, StoreError> {
        self.read_due(until, most).await
    }

    async fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read_next_due().await
    }

    async fn postpone(&self, guild: GuildId, numbers: &[u32], until: Timestamp) -> Result<(), StoreError> {
        self.write_due(guild, numbers, until).await
    }

    async fn guilds_with_open_cases(&self) -> Result<Vec<GuildId>, StoreError> {
        self.read_guilds_with_open_cases().await
    }

    async fn set_clocks(&self, guild: GuildId, terms: &dyn Terms) -> Result<(), StoreError> {
        self.recompute_due(guild, terms).await
    }

    async fn replace(
        &self,
        done: OutboxId,
        guild: GuildId,
        action: Action<Speech>,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let mut tx = self.begin().await?;
        let gone = sqlx::query("DELETE FROM outbox WHERE id = ?").bind(done.0).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Ok(None);
        }
        let pending = enqueue(&mut tx, (guild, NOBODYS), Priority::Routine, action, terms).await?;
        tx.commit().await?;
        Ok(Some(pending))
    }

    async fn note_case(&self, guild: GuildId, number: u32, note: &CaseNote) -> Result<(), StoreError> {
        self.write_case_note(guild, number, note).await
    }

    async fn case_notes(&self, guild: GuildId, number: u32) -> Result<Vec<CaseNote>, StoreError> {
        self.read_case_notes(guild, number).await
    }

    async fn outcomes(
        &self,
        guild: GuildId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Outcome>, StoreError> {
        self.read_outcomes(guild, from, until).await
    }

    async fn guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        self.read_guilds().await
    }

    async fn notice(&self, notice: Notice, terms: &dyn Terms) -> Result<Noticed, StoreError> {
        let mut tx = self.begin().await?;
        if notice.matter.by.is_some() {
            forget_noticed(&mut tx, notice.guild, notice.matter.message).await?;
        }
        if is_known(&mut tx, notice.guild, notice.matter.message, is_shield(&notice)).await? {
            return Ok(Noticed::Known);
        }
        insert_acted(&mut tx, &notice).await?;
        let noticed = match joinable(&mut tx, &notice).await? {
            Some(case) => join(&mut tx, case, notice, terms).await?,
            None => open_case(&mut tx, notice, terms).await?,
        };
        tx.commit().await?;
        Ok(noticed)
    }

    async fn settle(
        &self,
        done: OutboxId,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let mut tx = self.begin().await?;
        let row = sqlx::query("DELETE FROM outbox WHERE id = ? RETURNING guild, number, cause")
            .bind(done.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let guild = GuildId(row.try_get::<i64, _>("guild")?.cast_unsigned());
        if let Some(lead) = row.try_get("cause")? {
            let pending = causes::settle_cause(&mut tx, guild, lead, event, terms).await?;
            tx.commit().await?;
            return Ok(pending);
        }
        let whose = Whose::Number(row.try_get("number")?);
        // What belongs to none, or to one that is gone, has nothing to follow.
        let Some(before) = find_case(&mut tx, guild, whose).await? else {
            tx.commit().await?;
            return Ok(None);
        };
        let (case, action) = before.clone().apply(event);
        let pending = save(&mut tx, &case, action, terms).await?;
        tx.commit().await?;
        self.erase_dropped(&before, &case).await?;
        Ok(pending)
    }

    async fn open_cause(
        &self,
        notice: CauseNotice,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        self.write_cause(notice, terms).await
    }

    async fn cause(&self, guild: GuildId, lead: u32) -> Result<Option<CauseNotice>, StoreError> {
        self.read_cause(guild, lead).await
    }

    async fn cause_of(&self, guild: GuildId, number: u32) -> Result<Option<CauseNotice>, StoreError> {
        self.read_cause_of(guild, number).await
    }

    async fn live_causes(&self, since: Timestamp) -> Result<Vec<CauseNotice>, StoreError> {
        self.read_live_causes(since).await
    }

    async fn cause_happens(
        &self,
        guild: GuildId,
        lead: u32,
        event: NoticeEvent,
        events: Vec<(u32, Event)>,
        terms: &dyn Terms,
    ) -> Result<Option<CauseHappened>, StoreError> {
        self.apply_to_cause(guild, lead, event, events, terms).await
    }

    async fn pending(&self) -> Result<Vec<Pending>, StoreError> {
        self.read_pending().await
    }

    async fn tried(&self, id: OutboxId) -> Result<Option<u32>, StoreError> {
        self.count_try(id).await
    }

    async fn bury(&self, id: OutboxId, why: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.write_letter(id, why, at).await
    }

    async fn buried(&self, guild: Option<GuildId>) -> Result<Vec<DeadLetter>, StoreError> {
        self.read_letters(guild).await
    }

    async fn retry(&self, id: OutboxId) -> Result<Option<Pending>, StoreError> {
        self.take_back_letter(id).await
    }

    async fn drop_letter(&self, id: OutboxId) -> Result<bool, StoreError> {
        self.remove_letter(id).await
    }

    async fn last_alive(&self) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT at FROM alive").fetch_optional(&self.pool).await?;
        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    async fn alive(&self, at: Timestamp) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO alive VALUES (1, ?) ON CONFLICT DO UPDATE SET at = excluded.at")
            .bind(at.as_millisecond())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn settings(&self) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
        self.read_settings().await
    }

    async fn settings_of(&self, guild: GuildId) -> Result<Option<Stored>, StoreError> {
        self.read_settings_of(guild).await
    }

    async fn change(&self, change: NewChange) -> Result<Option<u32>, StoreError> {
        self.write_change(change).await
    }

    async fn changes(&self, guild: GuildId) -> Result<Vec<Change>, StoreError> {
        self.read_changes(guild).await
    }

    async fn propose(&self, guild: GuildId, at: Timestamp, body: &str) -> Result<i64, StoreError> {
        self.write_proposal(guild, at, body).await
    }

    async fn proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError> {
        self.read_proposal(guild, id).await
    }

    async fn take_proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError> {
        self.remove_proposal(guild, id).await
    }

    async fn keep_example(&self, guild: GuildId, at: Timestamp, example: &Example) -> Result<(), StoreError> {
        self.write_example(guild, at, example).await
    }

    async fn examples(&self, guild: GuildId) -> Result<Vec<Example>, StoreError> {
        self.read_examples(guild).await
    }

    async fn noted(&self, guild: GuildId, name: &str) -> Result<Option<String>, StoreError> {
        self.read_note(guild, name).await
    }

    async fn note(&self, guild: GuildId, name: &str, value: &str) -> Result<(), StoreError> {
        self.write_note(guild, name, value).await
    }

    async fn languages(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        self.read_languages().await
    }

    async fn set_language(&self, member: UserId, language: &str, at: Timestamp) -> Result<(), StoreError> {
        self.write_language(member, language, at).await
    }

    async fn traces(&self, guild: GuildId, member: UserId) -> Result<Traces, StoreError> {
        self.read_traces(guild, member).await
    }

    async fn forget(&self, wish: &Erasure) -> Result<Left, StoreError> {
        self.forget_member(wish).await
    }

    async fn erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        self.read_erasures().await
    }

    async fn servers_of(&self, member: UserId) -> Result<Vec<GuildId>, StoreError> {
        self.read_servers_of(member).await
    }

    async fn forget_language(&self, member: UserId) -> Result<(), StoreError> {
        self.erase_language(member).await
    }

    async fn sweep(&self, horizon: &Horizon, most: u32) -> Result<Swept, StoreError> {
        self.sweep_once(horizon, most).await
    }

    async fn transcribe(&self, guild: GuildId, line: &Line, now: Timestamp) -> Result<(), StoreError> {
        self.write_line(guild, line, now).await
    }

    async fn forget_line(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        self.remove_line(guild, message).await
    }

    async fn forget_transcript(&self, guild: GuildId, number: u32) -> Result<(), StoreError> {
        self.remove_transcript(guild, number).await
    }

    async fn transcript(&self, guild: GuildId, number: u32) -> Result<Vec<Line>, StoreError> {
        self.read_transcript(guild, number).await
    }

    async fn tally(&self) -> Result<Tally, StoreError> {
        self.read_tally().await
    }

    async fn prove(&self) -> Result<(), StoreError> {
        self.write_nothing().await
    }

    async fn close(&self) {
        self.pool.close().await;
    }
}

fn acted(row: &SqliteRow) -> Result<Acted, StoreError> {
    Ok(Acted {
        rule: row.try_get::<&str, _>("rule")?.into(),
        category: from_json("acknowledgment", row.try_get("category")?)?,
        done: row.try_get("done")?,
        quiet: row.try_get("quiet")?,
        member: UserId(row.try_get::<i64, _>("member")?.cast_unsigned()),
        at: Timestamp::from_millisecond(row.try_get("at")?).unwrap_or(Timestamp::MIN),
    })
}

async fn is_known(
    connection: &mut SqliteConnection,
    guild: GuildId,
    message: MessageId,
    shielding: bool,
) -> Result<bool, StoreError> {
    let known: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM noticed WHERE guild = ? AND message = ? AND shielded >= ?")
            .bind(column(guild.0))
            .bind(column(message.0))
            .bind(shielding)
            .fetch_optional(connection)
            .await?;
    Ok(known.is_some())
}

async fn insert_acted(tx: &mut SqliteConnection, notice: &Notice) -> Result<(), StoreError> {
    let Some(acted) = &notice.acted else { return Ok(()) };
    sqlx::query(
        "INSERT INTO acted VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at), done = excluded.done",
    )
    .bind(column(notice.guild.0))
    .bind(column(notice.matter.channel.0))
    .bind(column(acted.member.0))
    .bind(&*acted.rule)
    .bind(to_json(&acted.category)?)
    .bind(acted.done)
    .bind(acted.quiet)
    .bind(acted.at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(())
}

async fn joinable(tx: &mut SqliteConnection, notice: &Notice) -> Result<Option<Case>, StoreError> {
    let row = sqlx::query(
        "SELECT body FROM cases WHERE guild = ? AND member = ? AND opened >= ? ORDER BY number DESC LIMIT 1",
    )
    .bind(column(notice.guild.0))
    .bind(column(notice.member.0))
    .bind(notice.join_since.as_millisecond())
    .fetch_optional(tx)
    .await?;
    let case: Option<Case> =
        row.map(|row| from_json("case", row.try_get("body").map_err(StoreError::from)?)).transpose()?;
    Ok(case.filter(Case::takes_further))
}

async fn join(
    tx: &mut SqliteConnection,
    case: Case,
    notice: Notice,
    terms: &dyn Terms,
) -> Result<Noticed, StoreError> {
    insert_noticed(tx, notice.guild, notice.matter.message, is_shield(&notice), case.number).await?;
    let (case, action) = case.apply(Event::Further(notice.matter));
    let pending = save(tx, &case, action, terms).await?;
    Ok(Noticed::Joined(case.number, pending))
}

async fn open_case(
    tx: &mut SqliteConnection,
    notice: Notice,
    terms: &dyn Terms,
) -> Result<Noticed, StoreError> {
    let number = next_number(tx, notice.guild).await?;
    insert_noticed(tx, notice.guild, notice.matter.message, is_shield(&notice), number).await?;
    let Notice { guild, member, matter, surroundings, now, .. } = notice;
    let mut case = Case::notice(guild, member, matter, surroundings, now);
    case.number = number;
    let action = case.action();
    let pending = save(tx, &case, action, terms).await?;
    Ok(Noticed::Opened(number, pending))
}

async fn next_number(tx: &mut SqliteConnection, guild: GuildId) -> Result<u32, StoreError> {
    let number = sqlx::query_scalar(
        "SELECT max(0, coalesce(max(number), 0)) + 1 FROM (SELECT number FROM cases WHERE guild = ?1 \
         UNION ALL SELECT number FROM outcomes WHERE guild = ?1 UNION ALL SELECT last FROM numbers WHERE guild = ?1)",
    )
    .bind(column(guild.0))
    .fetch_one(tx)
    .await?;
    Ok(number)
}

async fn insert_noticed(
    connection: &mut SqliteConnection,
    guild: GuildId,
    message: MessageId,
    shielding: bool,
    number: u32,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO noticed VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(column(guild.0))
        .bind(column(message.0))
        .bind(shielding)
        .bind(number)
        .execute(connection)
        .await?;
    Ok(())
}

/// A moderator may take up by hand what an erased case was about.
async fn forget_noticed(
    connection: &mut SqliteConnection,
    guild: GuildId,
    message: MessageId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM noticed WHERE guild = ? AND message = ? AND number = 0")
        .bind(column(guild.0))
        .bind(column(message.0))
        .execute(connection)
        .await?;
    Ok(())
}

async fn find_case(
    connection: &mut SqliteConnection,
    guild: GuildId,
    whose: Whose,
) -> Result<Option<Case>, StoreError> {
    let (query, key) = match whose {
        Whose::Number(number) => ("SELECT body FROM cases WHERE guild = ? AND number = ?", i64::from(number)),
        Whose::Thread(thread) => ("SELECT body FROM cases WHERE guild = ? AND thread = ?", column(thread.0)),
        Whose::Post(post) => ("SELECT body FROM cases WHERE guild = ? AND posted = ?", column(post.0)),
        Whose::Alert(post) => (
            "SELECT body FROM cases WHERE guild = ? AND json_extract(body, '$.told.message') = ?",
            column(post.0),
        ),
        Whose::Message(message) => (
            "SELECT body FROM noticed JOIN cases USING (guild, number) \
             WHERE guild = ? AND message = ? ORDER BY number DESC",
            column(message.0),
        ),
    };
    let row: Option<String> =
        sqlx::query_scalar(query).bind(column(guild.0)).bind(key).fetch_optional(connection).await?;
    row.map(|body| from_json("case", &body)).transpose()
}

async fn save(
    tx: &mut SqliteConnection,
    case: &Case,
    action: Option<Action<Speech>>,
    terms: &dyn Terms,
) -> Result<Option<Pending>, StoreError> {
    if case.can_be_erased() {
        privacy::erase_case(tx, case.guild, case.number).await?;
        return Ok(None);
    }
    let posted = case.offer.map(|offer| offer.message).or(case.acknowledgment);
    sqlx::query(
        "INSERT INTO cases (guild, number, member, opened, body, thread, posted, state, owner, due, ended) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE \
         SET body = excluded.body, thread = excluded.thread, posted = excluded.posted, state = excluded.state, \
         owner = excluded.owner, due = excluded.due, ended = excluded.ended",
    )
    .bind(column(case.guild.0))
    .bind(case.number)
    .bind(column(case.member.0))
    .bind(case.opened.as_millisecond())
    .bind(to_json(case)?)
    .bind(case.place.map(|place| column(place.channel.0)))
    .bind(posted.map(|posted| column(posted.0)))
    .bind(case.state().as_str())
    .bind(case.owner.map(|owner| column(owner.0)))
    .bind(case.due(terms.promise()).map(Timestamp::as_millisecond))
    .bind(case.ending.as_ref().map(|ending| ending.at.as_millisecond()))
    .execute(&mut *tx)
    .await?;
    save_outcome(tx, &Outcome::of(case, terms.promise())).await?;
    let Some(action) = action else { return Ok(None) };
    enqueue(tx, (case.guild, case.number), case.priority(), action, terms).await.map(Some)
}

async fn save_outcome(tx: &mut SqliteConnection, outcome: &Outcome) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO outcomes VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET body = excluded.body")
        .bind(column(outcome.guild.0))
        .bind(outcome.number)
        .bind(outcome.opened.as_millisecond())
        .bind(to_json(outcome)?)
        .execute(tx)
        .await?;
    Ok(())
}

fn is_shield(notice: &Notice) -> bool {
    notice.matter.response == Response::Shield
}

/// Snowflakes use 63 bits at most; the sign keeps even larger ones apart.
const fn column(id: u64) -> i64 {
    id.cast_signed()
}

fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable("value", &error))
}

fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// Names the place only: the parser's own message can repeat what stands there.
fn unreadable(what: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable { what, reason: format!("at column {}", error.column()) }
}
