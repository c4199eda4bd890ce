//! Forgetting: in time, and when somebody wishes it.

use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use super::super::{Erasure, Horizon, Left, Outcome, StoreError, Swept};
use super::{SqliteStore, column, from_json, to_json};
use crate::case::{Case, NOBODY};
use crate::message::{GuildId, MessageId, UserId};

/// A statement that forgets so many rows at once, and from which moment on.
type Stale = (&'static str, fn(&Horizon) -> i64);

/// What is forgotten in time besides cases.
const STALE: [Stale; 9] = [
    // What was given up keeps its case, so it goes as soon as a case that was over then would.
    ("DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE buried_at <= ? LIMIT ?)", |horizon| {
        horizon.closed.as_millisecond()
    }),
    (
        "DELETE FROM causes WHERE (guild, lead) IN (SELECT guild, lead FROM causes WHERE until <= ? LIMIT ?)",
        |horizon| horizon.closed.as_millisecond(),
    ),
    // Of causes that are gone, however old.
    (
        "DELETE FROM cause_cases WHERE (guild, number, lead) IN (SELECT guild, number, lead FROM cause_cases \
         WHERE ? IS NOT NULL AND NOT EXISTS (SELECT 1 FROM causes WHERE causes.guild = cause_cases.guild \
         AND causes.lead = cause_cases.lead) LIMIT ?)",
        |horizon| horizon.closed.as_millisecond(),
    ),
    (
        "DELETE FROM examples WHERE (guild, message) IN \
         (SELECT guild, message FROM examples WHERE at <= ? LIMIT ?)",
        |horizon| horizon.examples.as_millisecond(),
    ),
    (
        "DELETE FROM acted WHERE (guild, channel, member, rule, quiet) IN \
         (SELECT guild, channel, member, rule, quiet FROM acted WHERE at <= ? LIMIT ?)",
        |horizon| horizon.acted.as_millisecond(),
    ),
    (
        "DELETE FROM noticed WHERE (guild, message, shielded) IN \
         (SELECT guild, message, shielded FROM noticed WHERE number = 0 AND message < ? LIMIT ?)",
        |horizon| column(MessageId::at(horizon.read_back).0),
    ),
    // The latest stays, so that no number is given twice.
    (
        "DELETE FROM changes WHERE (guild, number) IN (SELECT guild, number FROM changes AS old WHERE at <= ? \
         AND number < (SELECT max(number) FROM changes WHERE guild = old.guild) LIMIT ?)",
        |horizon| horizon.record.as_millisecond(),
    ),
    (
        "DELETE FROM languages WHERE member IN (SELECT member FROM languages WHERE heard <= ? LIMIT ?)",
        |horizon| horizon.record.as_millisecond(),
    ),
    ("DELETE FROM proposals WHERE id IN (SELECT id FROM proposals WHERE at <= ? LIMIT ?)", |horizon| {
        horizon.proposals.as_millisecond()
    }),
];

impl SqliteStore {
    pub(super) async fn sweep_once(&self, horizon: &Horizon, most: u32) -> Result<Swept, StoreError> {
        let mut tx = self.begin().await?;
        sqlx::query("UPDATE languages SET heard = ? WHERE heard = 0")
            .bind(horizon.now.as_millisecond())
            .execute(&mut *tx)
            .await?;
        let over = cases_over(&mut tx, horizon.closed, most).await?;
        for (guild, number) in &over {
            erase_case(&mut tx, *guild, *number).await?;
        }
        let cases = over.len() as u64;
        let (mut rows, mut more) = (cases, cases >= u64::from(most));
        for (query, since) in STALE {
            let gone = sqlx::query(query).bind(since(horizon)).bind(most).execute(&mut *tx).await?;
            rows += gone.rows_affected();
            more |= gone.rows_affected() >= u64::from(most);
        }
        tx.commit().await?;
        if rows > 0 {
            self.erase().await?;
        }
        Ok(Swept { cases, more })
    }

    pub(super) async fn forget_member(&self, wish: &Erasure) -> Result<Left, StoreError> {
        let mut tx = self.begin().await?;
        let left = Left {
            cases: forget_cases(&mut tx, wish).await?,
            named: leave_out(&mut tx, wish.guild, wish.member).await?,
        };
        forget_rows(&mut tx, wish).await?;
        remember_wish(&mut tx, wish, &left).await?;
        tx.commit().await?;
        self.erase().await?;
        Ok(left)
    }

    pub(super) async fn read_erasures(&self) -> Result<Vec<Erasure>, StoreError> {
        let rows =
            sqlx::query("SELECT guild, member, at FROM erasures ORDER BY at").fetch_all(&self.pool).await?;
        rows.iter()
            .map(|row| {
                Ok(Erasure {
                    guild: GuildId(row.try_get::<i64, _>("guild")?.cast_unsigned()),
                    member: UserId(row.try_get::<i64, _>("member")?.cast_unsigned()),
                    at: Timestamp::from_millisecond(row.try_get("at")?).unwrap_or(Timestamp::MIN),
                })
            })
            .collect()
    }

    pub(super) async fn read_servers_of(&self, member: UserId) -> Result<Vec<GuildId>, StoreError> {
        let guilds: Vec<i64> = sqlx::query_scalar(
            "SELECT guild FROM cases WHERE member = ?1 OR instr(body, ?2) \
             UNION SELECT guild FROM acted WHERE member = ?1 UNION SELECT guild FROM examples WHERE author = ?1 \
             UNION SELECT guild FROM transcripts WHERE author = ?1 UNION SELECT guild FROM erasures WHERE member = ?1",
        )
        .bind(column(member.0))
        .bind(member.to_string())
        .fetch_all(&self.pool)
        .await?;
        Ok(guilds.into_iter().map(|guild| GuildId(guild.cast_unsigned())).collect())
    }

    pub(super) async fn erase_language(&self, member: UserId) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM languages WHERE member = ?")
            .bind(column(member.0))
            .execute(&self.pool)
            .await?;
        self.erase().await
    }
}

/// Erases a case that nothing is to be done for any more. What came of it stays, and names nobody.
pub(super) async fn erase_case(
    tx: &mut SqliteConnection,
    guild: GuildId,
    number: u32,
) -> Result<(), StoreError> {
    anonymize(tx, guild, number).await?;
    for query in [
        "UPDATE causes SET body = json_set(body, '$.cause.cases', (SELECT json_group_array(value) \
         FROM json_each(body, '$.cause.cases') WHERE value <> ?2)) \
         WHERE guild = ?1 AND lead IN (SELECT lead FROM cause_cases WHERE guild = ?1 AND number = ?2)",
        "DELETE FROM cause_cases WHERE guild = ?1 AND number = ?2",
        "INSERT INTO numbers VALUES (?1, ?2) ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
        // Until they are too old to be read back after a restart, they need not be noticed again.
        "UPDATE noticed SET number = 0 WHERE guild = ?1 AND number = ?2",
        "DELETE FROM outbox WHERE guild = ?1 AND number = ?2 AND buried_at IS NOT NULL",
        "DELETE FROM case_notes WHERE guild = ?1 AND number = ?2",
        "DELETE FROM transcripts WHERE guild = ?1 AND number = ?2",
        "DELETE FROM cases WHERE guild = ?1 AND number = ?2",
    ] {
        sqlx::query(query).bind(column(guild.0)).bind(number).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Neither the number, which stands in the name of its thread, nor the moment, which messages have, tells any more whose
/// it was; nor do a moderator's words.
async fn anonymize(tx: &mut SqliteConnection, guild: GuildId, number: u32) -> Result<(), StoreError> {
    let body: Option<String> =
        sqlx::query_scalar("DELETE FROM outcomes WHERE guild = ? AND number = ? RETURNING body")
            .bind(column(guild.0))
            .bind(number)
            .fetch_optional(&mut *tx)
            .await?;
    let Some(body) = body else { return Ok(()) };
    let outcome = from_json::<Outcome>("outcome", &body)?.anonymous();
    sqlx::query(
        "INSERT INTO outcomes SELECT ?1, min(0, coalesce(min(number), 0)) - 1, ?2, ?3 FROM outcomes WHERE guild = ?1",
    )
    .bind(column(guild.0))
    .bind(outcome.opened.as_millisecond())
    .bind(to_json(&outcome)?)
    .execute(tx)
    .await?;
    Ok(())
}

async fn cases_over(
    tx: &mut SqliteConnection,
    since: Timestamp,
    most: u32,
) -> Result<Vec<(GuildId, u32)>, StoreError> {
    let rows = sqlx::query(
        "SELECT guild, number FROM cases WHERE ended <= ? AND NOT EXISTS (SELECT 1 FROM outbox \
         WHERE outbox.guild = cases.guild AND outbox.number = cases.number) ORDER BY ended LIMIT ?",
    )
    .bind(since.as_millisecond())
    .bind(most)
    .fetch_all(tx)
    .await?;
    rows.iter()
        .map(|row| Ok((GuildId(row.try_get::<i64, _>("guild")?.cast_unsigned()), row.try_get("number")?)))
        .collect()
}

/// Erases their cases where nothing is to be said first; the numbers of the others.
async fn forget_cases(tx: &mut SqliteConnection, wish: &Erasure) -> Result<Vec<u32>, StoreError> {
    let bodies: Vec<String> = sqlx::query_scalar(
        "SELECT body FROM cases WHERE guild = ? AND member = ? AND opened <= ? ORDER BY opened, number",
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
async fn leave_out(
    tx: &mut SqliteConnection,
    guild: GuildId,
    member: UserId,
) -> Result<Vec<u32>, StoreError> {
    let mut named = Vec::new();
    for case in others(tx, guild, member).await? {
        if !case.part_of(member).party {
            continue;
        }
        let case = case.leaving_out(member);
        if case.part_of(member).party {
            named.push(case.number);
        }
        sqlx::query("UPDATE cases SET body = ?, member = ? WHERE guild = ? AND number = ?")
            .bind(to_json(&case)?)
            .bind(column(case.member.0))
            .bind(column(guild.0))
            .bind(case.number)
            .execute(&mut *tx)
            .await?;
    }
    Ok(named)
}

/// The cases of a server that name `member` and are not about them, oldest first.
pub(super) async fn others(
    connection: &mut SqliteConnection,
    guild: GuildId,
    member: UserId,
) -> Result<Vec<Case>, StoreError> {
    let bodies: Vec<String> =
        sqlx::query_scalar("SELECT body FROM cases WHERE guild = ? AND instr(body, ?) ORDER BY number")
            .bind(column(guild.0))
            .bind(member.to_string())
            .fetch_all(connection)
            .await?;
    let read = bodies.iter().map(|body| from_json::<Case>("case", body));
    read.filter(|case| case.as_ref().map_or(true, |case| case.member != member || case.raid.is_some()))
        .collect()
}

async fn forget_rows(tx: &mut SqliteConnection, wish: &Erasure) -> Result<(), StoreError> {
    for query in [
        "DELETE FROM examples WHERE guild = ?1 AND author = ?2 AND at <= ?3",
        "DELETE FROM transcripts WHERE guild = ?1 AND author = ?2 AND at <= ?3",
        // That a conversation was spoken to lately is nobody's alone.
        "INSERT INTO acted SELECT guild, channel, ?4, rule, category, max(done), quiet, max(at) FROM acted \
         WHERE guild = ?1 AND member = ?2 AND at <= ?3 GROUP BY channel, rule, category, quiet \
         ON CONFLICT DO UPDATE SET at = max(at, excluded.at), done = max(done, excluded.done)",
        "DELETE FROM acted WHERE guild = ?1 AND member = ?2 AND at <= ?3",
        "DELETE FROM proposals WHERE guild = ?1 AND at <= ?3 \
         AND CASE WHEN json_valid(body) THEN json_extract(body, '$.by') END = ?2",
        // Where they are known in another server, too, it is needed there.
        "DELETE FROM languages WHERE member = ?2 AND NOT EXISTS (SELECT 1 FROM cases WHERE member = ?2 AND guild <> ?1) \
         AND NOT EXISTS (SELECT 1 FROM acted WHERE member = ?2 AND guild <> ?1)",
    ] {
        sqlx::query(query)
            .bind(column(wish.guild.0))
            .bind(column(wish.member.0))
            .bind(wish.at.as_millisecond())
            .bind(column(NOBODY.0))
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Keeps the wish while something is left of it.
async fn remember_wish(tx: &mut SqliteConnection, wish: &Erasure, left: &Left) -> Result<(), StoreError> {
    let query = if left.is_nothing() {
        "DELETE FROM erasures WHERE guild = ? AND member = ? AND at <= ?"
    } else {
        "INSERT INTO erasures VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET at = max(at, excluded.at)"
    };
    sqlx::query(query)
        .bind(column(wish.guild.0))
        .bind(column(wish.member.0))
        .bind(wish.at.as_millisecond())
        .execute(tx)
        .await?;
    Ok(())
}
