//! The outbox: what is committed and not yet answered, and what was given up.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::super::{DeadLetter, OutboxId, Pending, StoreError, Terms};
use super::{SqliteStore, column, from_json, to_json};
use crate::case::action::{Action, Priority, Speech};
use crate::message::GuildId;

impl SqliteStore {
    pub(super) async fn read_pending(&self) -> Result<Vec<Pending>, StoreError> {
        let rows = sqlx::query("SELECT * FROM outbox WHERE buried_at IS NULL ORDER BY urgency, id")
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(pending).collect()
    }

    pub(super) async fn count_try(&self, id: OutboxId) -> Result<Option<u32>, StoreError> {
        let tries = sqlx::query_scalar("UPDATE outbox SET tries = tries + 1 WHERE id = ? RETURNING tries")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(tries)
    }

    pub(super) async fn write_letter(
        &self,
        id: OutboxId,
        why: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let buried =
            sqlx::query("UPDATE outbox SET buried_at = ?, buried_why = ? WHERE id = ? AND buried_at IS NULL")
                .bind(at.as_millisecond())
                .bind(why)
                .bind(id.0)
                .execute(&self.pool)
                .await?;
        Ok(buried.rows_affected() > 0)
    }

    pub(super) async fn read_letters(&self, guild: Option<GuildId>) -> Result<Vec<DeadLetter>, StoreError> {
        let rows = sqlx::query(
            "SELECT * FROM outbox WHERE buried_at IS NOT NULL AND guild = coalesce(?, guild) ORDER BY buried_at, id",
        )
        .bind(guild.map(|guild| column(guild.0)))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(letter).collect()
    }

    pub(super) async fn take_back_letter(&self, id: OutboxId) -> Result<Option<Pending>, StoreError> {
        let row = sqlx::query(
            "UPDATE outbox SET buried_at = NULL, buried_why = NULL, tries = 0 \
             WHERE id = ? AND buried_at IS NOT NULL RETURNING *",
        )
        .bind(id.0)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(pending).transpose()
    }

    pub(super) async fn remove_letter(&self, id: OutboxId) -> Result<bool, StoreError> {
        let gone = sqlx::query("DELETE FROM outbox WHERE id = ? AND buried_at IS NOT NULL")
            .bind(id.0)
            .execute(&self.pool)
            .await?;
        // It can hold what a member wrote, masked.
        if gone.rows_affected() > 0 {
            self.erase().await?;
        }
        Ok(gone.rows_affected() > 0)
    }
}

/// Commits an action of the case of that guild and number.
pub(super) async fn enqueue(
    tx: &mut SqliteConnection,
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
        "INSERT INTO outbox (guild, number, action, urgency, committed) VALUES (?, ?, ?, ?, ?) RETURNING *",
    )
    .bind(column(guild.0))
    .bind(number)
    .bind(to_json(&action)?)
    .bind(priority as u8)
    .bind(terms.now().as_millisecond())
    .fetch_one(tx)
    .await?;
    pending(&row)
}

fn pending(row: &SqliteRow) -> Result<Pending, StoreError> {
    Ok(Pending {
        id: OutboxId(row.try_get("id")?),
        guild: GuildId(row.try_get::<i64, _>("guild")?.cast_unsigned()),
        number: row.try_get("number")?,
        cause: row.try_get("cause")?,
        priority: Priority::of_rank(row.try_get("urgency")?),
        committed: Timestamp::from_millisecond(row.try_get("committed")?).unwrap_or(Timestamp::MIN),
        tries: row.try_get("tries")?,
        action: from_json("action", row.try_get("action")?)?,
    })
}

fn letter(row: &SqliteRow) -> Result<DeadLetter, StoreError> {
    Ok(DeadLetter {
        pending: pending(row)?,
        at: Timestamp::from_millisecond(row.try_get("buried_at")?).unwrap_or(Timestamp::MIN),
        why: row.try_get::<Option<String>, _>("buried_why")?.unwrap_or_default(),
    })
}
