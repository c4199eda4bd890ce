//! Settings, changes, proposals, examples and notes in SQLite.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{SqliteStore, column, from_json, to_json};
use crate::config::GuildSettings;
use crate::message::{GuildId, UserId};
use crate::store::{Change, Example, NewChange, PROPOSED, StoreError, Stored};

impl SqliteStore {
    pub(super) async fn read_settings(&self) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
        let rows =
            sqlx::query("SELECT guild, revision, body FROM guild_settings").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(stored).collect())
    }

    pub(super) async fn read_settings_of(&self, guild: GuildId) -> Result<Option<Stored>, StoreError> {
        let row = sqlx::query("SELECT guild, revision, body FROM guild_settings WHERE guild = ?")
            .bind(column(guild.0))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(stored).transpose()
    }

    pub(super) async fn write_change(&self, change: NewChange) -> Result<Option<u32>, StoreError> {
        let mut tx = self.begin().await?;
        let guild = column(change.guild.0);
        let saved = sqlx::query(
            "INSERT INTO guild_settings SELECT ?1, ?2 + 1, ?3 WHERE ?2 = 0 OR EXISTS \
             (SELECT 1 FROM guild_settings WHERE guild = ?1) \
             ON CONFLICT DO UPDATE SET revision = excluded.revision, body = excluded.body WHERE revision = ?2",
        )
        .bind(guild)
        .bind(column(change.from))
        .bind(to_json(&change.settings)?)
        .execute(&mut *tx)
        .await?;
        if saved.rows_affected() == 0 {
            return Ok(None);
        }
        let number = sqlx::query_scalar(
            "INSERT INTO changes SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4, ?5 FROM changes \
             WHERE guild = ?1 RETURNING number",
        )
        .bind(guild)
        .bind(change.at.as_millisecond())
        .bind(column(change.by.0))
        .bind(to_json(&change.parts)?)
        .bind(change.undoes)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(Some(number))
    }

    pub(super) async fn read_changes(&self, guild: GuildId) -> Result<Vec<Change>, StoreError> {
        let rows = sqlx::query(
            "SELECT number, at, member, parts, undoes FROM changes WHERE guild = ? ORDER BY number DESC LIMIT 100",
        )
        .bind(column(guild.0))
        .fetch_all(&self.pool)
        .await?;
        // One that this version cannot read must not hide the others.
        Ok(rows.iter().filter_map(|row| change(row).ok()).collect())
    }

    pub(super) async fn write_proposal(
        &self,
        guild: GuildId,
        at: Timestamp,
        body: &str,
    ) -> Result<i64, StoreError> {
        sqlx::query("DELETE FROM proposals WHERE at < ?")
            .bind(at.checked_sub(PROPOSED).unwrap_or(Timestamp::MIN).as_millisecond())
            .execute(&self.pool)
            .await?;
        let id = sqlx::query_scalar("INSERT INTO proposals (guild, at, body) VALUES (?, ?, ?) RETURNING id")
            .bind(column(guild.0))
            .bind(at.as_millisecond())
            .bind(body)
            .fetch_one(&self.pool)
            .await?;
        Ok(id)
    }

    pub(super) async fn read_proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar("SELECT body FROM proposals WHERE id = ? AND guild = ?")
            .bind(id)
            .bind(column(guild.0))
            .fetch_optional(&self.pool)
            .await?;
        Ok(body)
    }

    pub(super) async fn remove_proposal(
        &self,
        guild: GuildId,
        id: i64,
    ) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar("DELETE FROM proposals WHERE id = ? AND guild = ? RETURNING body")
            .bind(id)
            .bind(column(guild.0))
            .fetch_optional(&self.pool)
            .await?;
        Ok(body)
    }

    pub(super) async fn write_example(
        &self,
        guild: GuildId,
        at: Timestamp,
        example: &Example,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO examples (guild, message, at, body, author) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT DO UPDATE SET at = excluded.at, body = excluded.body, author = excluded.author",
        )
        .bind(column(guild.0))
        .bind(column(example.message.0))
        .bind(at.as_millisecond())
        .bind(to_json(example)?)
        .bind(example.author.map(|author| column(author.0)))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn read_examples(&self, guild: GuildId) -> Result<Vec<Example>, StoreError> {
        let bodies: Vec<String> =
            sqlx::query_scalar("SELECT body FROM examples WHERE guild = ? ORDER BY at DESC LIMIT 1000")
                .bind(column(guild.0))
                .fetch_all(&self.pool)
                .await?;
        // One that this version cannot read must not keep moderators from changing anything.
        Ok(bodies.iter().filter_map(|body| from_json("example", body).ok()).collect())
    }

    pub(super) async fn read_note(&self, guild: GuildId, name: &str) -> Result<Option<String>, StoreError> {
        let value = sqlx::query_scalar("SELECT value FROM notes WHERE guild = ? AND name = ?")
            .bind(column(guild.0))
            .bind(name)
            .fetch_optional(&self.pool)
            .await?;
        Ok(value)
    }

    pub(super) async fn write_note(&self, guild: GuildId, name: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO notes VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value")
            .bind(column(guild.0))
            .bind(name)
            .bind(value)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn read_languages(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        let rows = sqlx::query("SELECT member, language FROM languages").fetch_all(&self.pool).await?;
        let read = |row: &SqliteRow| {
            Ok((UserId(row.try_get::<i64, _>("member")?.cast_unsigned()), row.try_get("language")?))
        };
        rows.iter().map(read).collect()
    }

    pub(super) async fn write_language(
        &self,
        member: UserId,
        language: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO languages VALUES (?, ?, ?) \
             ON CONFLICT DO UPDATE SET language = excluded.language, heard = excluded.heard",
        )
        .bind(column(member.0))
        .bind(language)
        .bind(at.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

fn stored(row: &SqliteRow) -> Result<Stored, StoreError> {
    Ok(Stored {
        guild: GuildId(row.try_get::<i64, _>("guild")?.cast_unsigned()),
        revision: row.try_get::<i64, _>("revision")?.cast_unsigned(),
        settings: from_json::<GuildSettings>("server's settings", row.try_get("body")?)?,
    })
}

fn change(row: &SqliteRow) -> Result<Change, StoreError> {
    Ok(Change {
        number: row.try_get("number")?,
        at: Timestamp::from_millisecond(row.try_get("at")?).unwrap_or(Timestamp::MIN),
        by: UserId(row.try_get::<i64, _>("member")?.cast_unsigned()),
        parts: from_json("change", row.try_get("parts")?)?,
        undoes: row.try_get("undoes")?,
    })
}
