//! Forgetting: in time, and when somebody wishes it.

use std::sync::atomic::Ordering;

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;

use super::super::{Erasure, Horizon, Left, Outcome, StoreError, Swept};
use super::Database;
use super::causes::leave_causes;
use super::rows::{Columns as _, column, from_json, guilds, to_json};
use crate::case::{Case, NOBODY};
use crate::message::{GuildId, MessageId, UserId};

/// A table and its key, the condition on which a row is forgotten, in which $1 is a moment, and from which moment on.
struct Stale {
    table: &'static str,
    key: &'static str,
    when: &'static str,
    since: fn(&Horizon) -> i64,
}

/// What is forgotten in time besides cases.
const STALE: [Stale; 8] = [
    // What was given up keeps its case, so it goes as soon as a case that was over then would.
    Stale {
        table: "outbox",
        key: "id",
        when: "buried_at <= $1",
        since: |horizon| horizon.closed.as_millisecond(),
    },
    Stale {
        table: "causes",
        key: "guild, lead",
        when: "until <= $1",
        since: |horizon| horizon.closed.as_millisecond(),
    },
    // Of causes that are gone, however old.
    Stale {
        table: "cause_cases",
        key: "guild, number, lead",
        when: "$1 IS NOT NULL AND NOT EXISTS (SELECT 1 FROM causes WHERE causes.guild = cause_cases.guild \
               AND causes.lead = cause_cases.lead)",
        since: |horizon| horizon.closed.as_millisecond(),
    },
    Stale {
        table: "examples",
        key: "guild, message",
        when: "at <= $1",
        since: |horizon| horizon.examples.as_millisecond(),
    },
    Stale {
        table: "acted",
        key: "guild, channel, member, rule, quiet",
        when: "at <= $1",
        since: |horizon| horizon.acted.as_millisecond(),
    },
    Stale {
        table: "noticed",
        key: "guild, message, shielded",
        when: "number = 0 AND message < $1",
        since: |horizon| column(MessageId::at(horizon.read_back).0),
    },
    // The latest stays, so that no number is given twice.
    Stale {
        table: "changes",
        key: "guild, number",
        when: "at <= $1 AND number < (SELECT max(number) FROM changes AS newer WHERE newer.guild = changes.guild)",
        since: |horizon| horizon.record.as_millisecond(),
    },
    Stale {
        table: "proposals",
        key: "id",
        when: "at <= $1",
        since: |horizon| horizon.proposals.as_millisecond(),
    },
];

impl Stale {
    /// Forgets so many rows at once, where `ours` holds for the guild.
    fn statement(&self, ours: &str) -> String {
        let Self { table, key, when, .. } = self;
        format!(
            "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {when} AND {ours} LIMIT $2)"
        )
    }
}

impl Database {
    pub(super) async fn sweep_once(&self, horizon: &Horizon, most: u32) -> Result<Swept, StoreError> {
        let mut tx = self.begin().await?;
        let mut over = self.cases_over(&mut tx, horizon.closed, most).await?;
        let full = over.len() as u64 >= u64::from(most);
        // In order, so that nobody who does the same waits for whoever waits for them.
        over.sort_unstable();
        let mut cases = 0;
        for (guild, number) in over {
            self.lock(&mut tx, guild).await?;
            if is_over(&mut tx, (guild, number), horizon.closed).await? {
                erase_case(&mut tx, guild, number).await?;
                cases += 1;
            }
        }
        let (mut rows, mut more) = (cases, full);
        for stale in STALE {
            let query = stale.statement(&self.ours("guild"));
            let gone = sqlx::query(AssertSqlSafe(query)).bind((stale.since)(horizon)).bind(i64::from(most));
            let gone = gone.execute(&mut *tx).await?.rows_affected();
            rows += gone;
            more |= gone >= u64::from(most);
        }
        let gone = self.sweep_languages(&mut tx, horizon, most).await?;
        (rows, more) = (rows + gone, more || gone >= u64::from(most));
        self.commit(tx).await?;
        if rows > 0 || self.dropped.load(Ordering::Relaxed) {
            self.vacuum().await?;
        }
        Ok(Swept { cases, more })
    }

    /// They are of no guild: whoever has the first shard sees to them.
    async fn sweep_languages(
        &self,
        tx: &mut AnyConnection,
        horizon: &Horizon,
        most: u32,
    ) -> Result<u64, StoreError> {
        if self.shards.first() > 0 {
            return Ok(0);
        }
        sqlx::query("UPDATE languages SET heard = $1 WHERE heard = 0")
            .bind(horizon.now.as_millisecond())
            .execute(&mut *tx)
            .await?;
        let gone = sqlx::query(
            "DELETE FROM languages WHERE member IN (SELECT member FROM languages WHERE heard <= $1 LIMIT $2)",
        )
        .bind(horizon.record.as_millisecond())
        .bind(i64::from(most))
        .execute(tx)
        .await?;
        Ok(gone.rows_affected())
    }

    async fn cases_over(
        &self,
        tx: &mut AnyConnection,
        since: Timestamp,
        most: u32,
    ) -> Result<Vec<(GuildId, u32)>, StoreError> {
        let query = format!(
            "SELECT guild, number FROM cases WHERE ended <= $1 AND {} AND NOT EXISTS (SELECT 1 FROM outbox \
             WHERE outbox.guild = cases.guild AND outbox.number = cases.number) ORDER BY ended LIMIT $2",
            self.ours("cases.guild")
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(since.as_millisecond())
            .bind(i64::from(most))
            .fetch_all(tx)
            .await?;
        rows.iter().map(|row| Ok((row.guild()?, row.number("number")?))).collect()
    }

    pub(super) async fn forget_member(&self, wish: &Erasure) -> Result<Left, StoreError> {
        let mut tx = self.begin_in(wish.guild).await?;
        let left = Left {
            cases: forget_cases(&mut tx, wish).await?,
            named: leave_out(&mut tx, wish.guild, wish.member).await?,
        };
        forget_rows(&mut tx, wish).await?;
        remember_wish(&mut tx, wish, &left).await?;
        self.commit(tx).await?;
        self.vacuum().await?;
        Ok(left)
    }

    pub(super) async fn read_erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let query =
            format!("SELECT guild, member, at FROM erasures WHERE {} ORDER BY at", self.ours("guild"));
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&self.pool).await?;
        let wish = |row| -> Result<Erasure, StoreError> {
            let row: &sqlx::any::AnyRow = row;
            Ok(Erasure { guild: row.guild()?, member: row.member()?, at: row.moment("at")? })
        };
        rows.iter().map(wish).collect()
    }

    pub(super) async fn read_servers_of(&self, member: UserId) -> Result<Vec<GuildId>, StoreError> {
        let ids: Vec<i64> = sqlx::query_scalar(
            "SELECT guild FROM cases WHERE member = $1 OR body LIKE $2 \
             UNION SELECT guild FROM acted WHERE member = $1 UNION SELECT guild FROM examples WHERE author = $1 \
             UNION SELECT guild FROM transcripts WHERE author = $1 UNION SELECT guild FROM erasures WHERE member = $1",
        )
        .bind(column(member.0))
        .bind(mention(member))
        .fetch_all(&self.pool)
        .await?;
        Ok(guilds(ids))
    }

    pub(super) async fn erase_language(&self, member: UserId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM languages WHERE member = $1")
            .bind(column(member.0))
            .execute(&self.pool)
            .await?;
        self.vacuum().await
    }
}

/// Erases a case that nothing is to be done for any more. What came of it stays, and names nobody.
pub(super) async fn erase_case(
    tx: &mut AnyConnection,
    guild: GuildId,
    number: u32,
) -> Result<(), StoreError> {
    anonymize(tx, guild, number).await?;
    leave_causes(tx, guild, number).await?;
    for query in [
        "INSERT INTO numbers (guild, last) VALUES ($1, $2) ON CONFLICT (guild) DO UPDATE \
         SET last = CASE WHEN excluded.last > numbers.last THEN excluded.last ELSE numbers.last END",
        // Until they are too old to be read back after a restart, they need not be noticed again.
        "UPDATE noticed SET number = 0 WHERE guild = $1 AND number = $2",
        "DELETE FROM outbox WHERE guild = $1 AND number = $2 AND buried_at IS NOT NULL",
        "DELETE FROM case_notes WHERE guild = $1 AND number = $2",
        "DELETE FROM transcripts WHERE guild = $1 AND number = $2",
        "DELETE FROM cases WHERE guild = $1 AND number = $2",
    ] {
        sqlx::query(query).bind(column(guild.0)).bind(i64::from(number)).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Neither the number, which stands in the name of its thread, nor the moment, which messages have, tells any more whose
/// it was; nor do a moderator's words.
async fn anonymize(tx: &mut AnyConnection, guild: GuildId, number: u32) -> Result<(), StoreError> {
    let body: Option<String> =
        sqlx::query_scalar("DELETE FROM outcomes WHERE guild = $1 AND number = $2 RETURNING body")
            .bind(column(guild.0))
            .bind(i64::from(number))
            .fetch_optional(&mut *tx)
            .await?;
    let Some(body) = body else { return Ok(()) };
    let outcome = from_json::<Outcome>("outcome", &body)?.anonymous();
    sqlx::query(
        "INSERT INTO outcomes (guild, number, opened, body) \
         SELECT $1, CASE WHEN min(number) < 0 THEN min(number) ELSE 0 END - 1, $2, $3 FROM outcomes WHERE guild = $1",
    )
    .bind(column(guild.0))
    .bind(outcome.opened.as_millisecond())
    .bind(to_json(&outcome)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// Whether it still is, now that nobody else changes it.
async fn is_over(
    tx: &mut AnyConnection,
    (guild, number): (GuildId, u32),
    since: Timestamp,
) -> Result<bool, StoreError> {
    let over = sqlx::query("SELECT number FROM cases WHERE guild = $1 AND number = $2 AND ended <= $3")
        .bind(column(guild.0))
        .bind(i64::from(number))
        .bind(since.as_millisecond())
        .fetch_optional(tx)
        .await?;
    Ok(over.is_some())
}

/// Erases their cases where nothing is to be said first; the numbers of the others.
async fn forget_cases(tx: &mut AnyConnection, wish: &Erasure) -> Result<Vec<u32>, StoreError> {
    let bodies: Vec<String> = sqlx::query_scalar(
        "SELECT body FROM cases WHERE guild = $1 AND member = $2 AND opened <= $3 ORDER BY opened, number",
    )
    .bind(column(wish.guild.0))
    .bind(column(wish.member.0))
    .bind(wish.at.as_millisecond())
    .fetch_all(&mut *tx)
    .await?;
    let mut left = Vec::new();
    for body in &bodies {
        let case: Case = from_json("case", body)?;
        if case.raid.is_some() {
            continue;
        }
        if case.is_to_be_told() {
            left.push(case.number);
        } else {
            erase_case(tx, case.guild, case.number).await?;
        }
    }
    Ok(left)
}

/// Leaves them out of cases that are not about them; the numbers of those that they are still part of.
async fn leave_out(tx: &mut AnyConnection, guild: GuildId, member: UserId) -> Result<Vec<u32>, StoreError> {
    let mut named = Vec::new();
    for case in others(tx, guild, member).await? {
        if !case.part_of(member).party {
            continue;
        }
        let case = case.leaving_out(member);
        if case.part_of(member).party {
            named.push(case.number);
        }
        sqlx::query("UPDATE cases SET body = $1, member = $2 WHERE guild = $3 AND number = $4")
            .bind(to_json(&case)?)
            .bind(column(case.member.0))
            .bind(column(guild.0))
            .bind(i64::from(case.number))
            .execute(&mut *tx)
            .await?;
    }
    Ok(named)
}

/// The cases of a server that name `member` and are not about them, oldest first.
pub(super) async fn others(
    connection: &mut AnyConnection,
    guild: GuildId,
    member: UserId,
) -> Result<Vec<Case>, StoreError> {
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM cases WHERE guild = $1 AND body LIKE $2 ORDER BY number")
            .bind(column(guild.0))
            .bind(mention(member))
            .fetch_all(connection)
            .await?;
    let read = bodies.iter().map(|body| from_json::<Case>("case", body));
    read.filter(|case| case.as_ref().map_or(true, |case| case.member != member || case.raid.is_some()))
        .collect()
}

async fn forget_rows(tx: &mut AnyConnection, wish: &Erasure) -> Result<(), StoreError> {
    for query in [
        "DELETE FROM examples WHERE guild = $1 AND author = $2 AND at <= $3",
        "DELETE FROM transcripts WHERE guild = $1 AND author = $2 AND at <= $3",
        // That a conversation was spoken to lately is nobody's alone.
        "INSERT INTO acted (guild, channel, member, rule, category, done, quiet, at) \
         SELECT guild, channel, $4, rule, max(category), max(done), quiet, max(at) FROM acted \
         WHERE guild = $1 AND member = $2 AND at <= $3 GROUP BY guild, channel, rule, quiet \
         ON CONFLICT (guild, channel, member, rule, quiet) DO UPDATE \
         SET at = CASE WHEN excluded.at > acted.at THEN excluded.at ELSE acted.at END, \
         done = CASE WHEN excluded.done > acted.done THEN excluded.done ELSE acted.done END",
        "DELETE FROM acted WHERE guild = $1 AND member = $2 AND at <= $3",
        "DELETE FROM proposals WHERE guild = $1 AND member = $2 AND at <= $3",
        // What was given up belongs to no case any more once it was tried again.
        "DELETE FROM outbox WHERE guild = $1 AND buried_at IS NOT NULL AND committed <= $3 AND action LIKE $5",
        // Where they are known in another server, too, it is needed there.
        "DELETE FROM languages WHERE member = $2 AND NOT EXISTS (SELECT 1 FROM cases WHERE member = $2 AND guild <> $1) \
         AND NOT EXISTS (SELECT 1 FROM acted WHERE member = $2 AND guild <> $1)",
    ] {
        sqlx::query(query)
            .bind(column(wish.guild.0))
            .bind(column(wish.member.0))
            .bind(wish.at.as_millisecond())
            .bind(column(NOBODY.0))
            .bind(mention(wish.member))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Keeps the wish while something is left of it.
async fn remember_wish(tx: &mut AnyConnection, wish: &Erasure, left: &Left) -> Result<(), StoreError> {
    let query = if left.is_nothing() {
        "DELETE FROM erasures WHERE guild = $1 AND member = $2 AND at <= $3"
    } else {
        "INSERT INTO erasures (guild, member, at) VALUES ($1, $2, $3) ON CONFLICT (guild, member) DO UPDATE \
         SET at = CASE WHEN excluded.at > erasures.at THEN excluded.at ELSE erasures.at END"
    };
    sqlx::query(query)
        .bind(column(wish.guild.0))
        .bind(column(wish.member.0))
        .bind(wish.at.as_millisecond())
        .execute(tx)
        .await?;
    Ok(())
}

/// Where somebody may be named in a body: there are numbers and `%` in it only.
fn mention(member: UserId) -> String {
    format!("%{member}%")
}
