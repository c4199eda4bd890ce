//! Settings, changes, proposals, examples and notes.

use jiff::Timestamp;
use serde::Deserialize;
use sqlx::any::AnyRow;

use super::Database;
use super::rows::{Columns as _, column, from_json, to_json, whole};
use crate::config::GuildSettings;
use crate::message::{GuildId, UserId};
use crate::store::{Change, Example, NewChange, PROPOSED, StoreError, Stored};

impl Database {
    pub(super) async fn read_settings(&self) -> Result<Vec<Result<Stored, StoreError>>, StoreError> {
        let rows =
            sqlx::query("SELECT guild, revision, body FROM guild_settings").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(stored).collect())
    }

    pub(super) async fn read_settings_of(&self, guild: GuildId) -> Result<Option<Stored>, StoreError> {
        let row = sqlx::query("SELECT guild, revision, body FROM guild_settings WHERE guild = $1")
            .bind(column(guild.0))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(stored).transpose()
    }

    pub(super) async fn write_change(&self, change: NewChange) -> Result<Option<u32>, StoreError> {
        let mut tx = self.begin_in(change.guild).await?;
        let guild = column(change.guild.0);
        let saved = sqlx::query(
            "INSERT INTO guild_settings (guild, revision, body) SELECT $1, $2 + 1, $3 \
             WHERE $2 = 0 OR EXISTS (SELECT 1 FROM guild_settings WHERE guild = $1) \
             ON CONFLICT (guild) DO UPDATE SET revision = excluded.revision, body = excluded.body \
             WHERE guild_settings.revision = $2",
        )
        .bind(guild)
        .bind(column(change.from))
        .bind(to_json(&change.settings)?)
        .execute(&mut *tx)
        .await?;
        if saved.rows_affected() == 0 {
            return Ok(None);
        }
        let number: i64 = sqlx::query_scalar(
            "INSERT INTO changes (guild, number, at, member, parts, undoes) \
             SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 FROM changes WHERE guild = $1 RETURNING number",
        )
        .bind(guild)
        .bind(change.at.as_millisecond())
        .bind(column(change.by.0))
        .bind(to_json(&change.parts)?)
        .bind(change.undoes.map(i64::from))
        .fetch_one(&mut *tx)
        .await?;
        self.tell_change(&mut tx, change.guild).await?;
        self.commit(tx).await?;
        whole(number).map(Some)
    }

    pub(super) async fn read_changes(&self, guild: GuildId) -> Result<Vec<Change>, StoreError> {
        let rows = sqlx::query(
            "SELECT number, at, member, parts, undoes FROM changes WHERE guild = $1 ORDER BY number DESC LIMIT 100",
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
        let mut tx = self.begin_in(guild).await?;
        sqlx::query("DELETE FROM proposals WHERE guild = $1 AND at < $2")
            .bind(column(guild.0))
            .bind(at.checked_sub(PROPOSED).unwrap_or(Timestamp::MIN).as_millisecond())
            .execute(&mut *tx)
            .await?;
        let id = sqlx::query_scalar(
            "INSERT INTO proposals (guild, at, body, member) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(column(guild.0))
        .bind(at.as_millisecond())
        .bind(body)
        .bind(proposer(body))
        .fetch_one(&mut *tx)
        .await?;
        self.commit(tx).await?;
        Ok(id)
    }

    pub(super) async fn read_proposal(&self, guild: GuildId, id: i64) -> Result<Option<String>, StoreError> {
        let body = sqlx::query_scalar("SELECT body FROM proposals WHERE id = $1 AND guild = $2")
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
        let mut tx = self.begin_in(guild).await?;
        let body = sqlx::query_scalar("DELETE FROM proposals WHERE id = $1 AND guild = $2 RETURNING body")
            .bind(id)
            .bind(column(guild.0))
            .fetch_optional(&mut *tx)
            .await?;
        self.commit(tx).await?;
        Ok(body)
    }

    pub(super) async fn write_example(
        &self,
        guild: GuildId,
        at: Timestamp,
        example: &Example,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO examples (guild, message, at, body, author, judge) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (guild, message) DO UPDATE SET at = excluded.at, body = excluded.body, author = excluded.author, \
             judge = excluded.judge",
        )
        .bind(column(guild.0))
        .bind(column(example.message.0))
        .bind(at.as_millisecond())
        .bind(to_json(example)?)
        .bind(example.author.map(|author| column(author.0)))
        .bind(column(example.by.0))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn read_examples(&self, guild: GuildId) -> Result<Vec<Example>, StoreError> {
        let bodies: Vec<String> =
            sqlx::query_scalar("SELECT body FROM examples WHERE guild = $1 ORDER BY at DESC LIMIT 1000")
                .bind(column(guild.0))
                .fetch_all(&self.pool)
                .await?;
        // One that this version cannot read must not keep moderators from changing anything.
        Ok(bodies.iter().filter_map(|body| from_json("example", body).ok()).collect())
    }

    pub(super) async fn read_note(&self, guild: GuildId, name: &str) -> Result<Option<String>, StoreError> {
        let value = sqlx::query_scalar("SELECT value FROM notes WHERE guild = $1 AND name = $2")
            .bind(column(guild.0))
            .bind(name)
            .fetch_optional(&self.pool)
            .await?;
        Ok(value)
    }

    pub(super) async fn write_note(&self, guild: GuildId, name: &str, value: &str) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO notes (guild, name, value) VALUES ($1, $2, $3) \
             ON CONFLICT (guild, name) DO UPDATE SET value = excluded.value",
        )
        .bind(column(guild.0))
        .bind(name)
        .bind(value)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn read_languages(&self) -> Result<Vec<(UserId, String)>, StoreError> {
        let rows = sqlx::query("SELECT member, language FROM languages").fetch_all(&self.pool).await?;
        rows.iter().map(|row| Ok((row.member()?, row.text("language")?.to_owned()))).collect()
    }

    pub(super) async fn write_language(
        &self,
        member: UserId,
        language: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO languages (member, language, heard) VALUES ($1, $2, $3) \
             ON CONFLICT (member) DO UPDATE SET language = excluded.language, heard = excluded.heard",
        )
        .bind(column(member.0))
        .bind(language)
        .bind(at.as_millisecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

/// What a moderator has yet to agree to says who they are; it is the business of whoever proposed it what else it says.
fn proposer(body: &str) -> Option<i64> {
    #[derive(Deserialize)]
    struct Proposal {
        by: UserId,
    }
    from_json::<Proposal>("proposal", body).ok().map(|proposal| column(proposal.by.0))
}

fn stored(row: &AnyRow) -> Result<Stored, StoreError> {
    Ok(Stored {
        guild: row.guild()?,
        revision: row.id("revision")?,
        settings: row.json::<GuildSettings>("server's settings", "body")?,
    })
}

fn change(row: &AnyRow) -> Result<Change, StoreError> {
    Ok(Change {
        number: row.number("number")?,
        at: row.moment("at")?,
        by: row.member()?,
        parts: row.json("change", "parts")?,
        undoes: row.maybe_number("undoes")?,
    })
}
