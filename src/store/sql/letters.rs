//! The outbox: what is committed and not yet answered, and what was given up.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::super::{Buried, DeadLetter, OutboxId, Pending, StoreError, Terms};
use super::rows::{Columns as _, column, to_json, whole};
use super::{Database, NOBODYS};
use crate::case::Event;
use crate::case::action::{Action, Priority, Refusal, Speech};
use crate::message::GuildId;

impl Database {
    pub(super) async fn read_pending(&self) -> Result<Vec<Pending>, StoreError> {
        let query = format!(
            "SELECT * FROM outbox WHERE buried_at IS NULL AND {} ORDER BY urgency, id",
            self.ours("guild")
        );
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&self.pool).await?;
        rows.iter().map(pending).collect()
    }

    pub(super) async fn count_try(&self, id: OutboxId) -> Result<Option<u32>, StoreError> {
        let tries: Option<i64> =
            sqlx::query_scalar("UPDATE outbox SET tries = tries + 1 WHERE id = $1 RETURNING tries")
                .bind(id.0)
                .fetch_optional(&self.pool)
                .await?;
        tries.map(whole).transpose()
    }

    pub(super) async fn write_letter(
        &self,
        id: OutboxId,
        refusal: Refusal,
        at: Timestamp,
        terms: &dyn Terms,
    ) -> Result<Option<Buried>, StoreError> {
        let Some(mut tx) = self.begin_for(id).await? else { return Ok(None) };
        let row = sqlx::query(
            "UPDATE outbox SET buried_at = $1, buried_why = $2 WHERE id = $3 AND buried_at IS NULL \
             RETURNING guild, number, cause",
        )
        .bind(at.as_millisecond())
        .bind(refusal.to_string())
        .bind(id.0)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let next = self.go_on(tx, &row, Event::Refused(refusal), terms).await?;
        Ok(Some(Buried { next }))
    }

    pub(super) async fn read_letters(&self, guild: Option<GuildId>) -> Result<Vec<DeadLetter>, StoreError> {
        let query = format!(
            "SELECT * FROM outbox WHERE buried_at IS NOT NULL AND guild = coalesce($1, guild) AND {} \
             ORDER BY buried_at, id",
            self.ours("guild")
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(guild.map(|guild| column(guild.0)))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(letter).collect()
    }

    pub(super) async fn take_back_letter(
        &self,
        id: OutboxId,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let Some(mut tx) = self.begin_for(id).await? else { return Ok(None) };
        let row = sqlx::query("DELETE FROM outbox WHERE id = $1 AND buried_at IS NOT NULL RETURNING *")
            .bind(id.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(Pending { guild, action, .. }) = row.as_ref().map(pending).transpose()? else {
            return Ok(None);
        };
        let again = enqueue(&mut tx, (guild, NOBODYS), Priority::Routine, action, terms).await?;
        self.commit(tx).await?;
        Ok(Some(again))
    }

    pub(super) async fn remove_letter(&self, id: OutboxId) -> Result<bool, StoreError> {
        let Some(mut tx) = self.begin_for(id).await? else { return Ok(false) };
        let gone = sqlx::query("DELETE FROM outbox WHERE id = $1 AND buried_at IS NOT NULL")
            .bind(id.0)
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await?;
        // It can hold what a member wrote, masked.
        if gone.rows_affected() > 0 {
            self.erase().await?;
        }
        Ok(gone.rows_affected() > 0)
    }
}

/// Commits an action of the case of that guild and number.
pub(super) async fn enqueue(
    tx: &mut AnyConnection,
    (guild, number): (GuildId, u32),
    priority: Priority,
    action: Action<Speech>,
    terms: &dyn Terms,
) -> Result<Pending, StoreError> {
    let action = action.map(|mut speech| {
        terms.choose(&mut speech);
        speech
    });
    let row = sqlx::query(
        "INSERT INTO outbox (guild, number, action, urgency, committed) VALUES ($1, $2, $3, $4, $5) RETURNING *",
    )
    .bind(column(guild.0))
    .bind(i64::from(number))
    .bind(to_json(&action)?)
    .bind(i64::from(priority as u8))
    .bind(terms.now().as_millisecond())
    .fetch_one(tx)
    .await?;
    pending(&row)
}

fn pending(row: &AnyRow) -> Result<Pending, StoreError> {
    Ok(Pending {
        id: OutboxId(row.try_get("id")?),
        guild: row.guild()?,
        number: row.number("number")?,
        cause: row.maybe_number("cause")?,
        priority: Priority::of_rank(u8::try_from(row.number("urgency")?).unwrap_or(u8::MAX)),
        committed: row.moment("committed")?,
        tries: row.number("tries")?,
        action: row.json("action", "action")?,
    })
}

fn letter(row: &AnyRow) -> Result<DeadLetter, StoreError> {
    Ok(DeadLetter {
        pending: pending(row)?,
        at: row.moment("buried_at")?,
        why: row.text("buried_why")?.to_owned(),
    })
}
