//! The life of cases in SQLite.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite};

use super::super::{CaseNote, Happened, Outcome, Pending, Sought, StoreError, Terms, Whose};
use super::letters::enqueue;
use super::{SqliteStore, column, find_case, from_json, save};
use crate::case::action::{Action, Priority, Speech};
use crate::case::{Case, Event};
use crate::message::{GuildId, UserId};

impl SqliteStore {
    pub(super) async fn apply(
        &self,
        guild: GuildId,
        whose: Whose,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Happened>, StoreError> {
        // Most answers and deletions change nothing: they cost a look, not a transaction.
        let Some(seen) = self.look_up(guild, whose).await? else { return Ok(None) };
        if seen.clone().apply(event.clone()).0 == seen {
            return Ok(Some(Happened { before: seen.clone(), case: seen, pending: None }));
        }
        let mut tx = self.begin().await?;
        let Some(before) = find_case(&mut tx, guild, whose).await? else { return Ok(None) };
        let (case, action) = before.clone().apply(event);
        let pending = save(&mut tx, &case, action, terms).await?;
        tx.commit().await?;
        self.erase_dropped(&before, &case).await?;
        Ok(Some(Happened { before, case, pending }))
    }

    pub(super) async fn apply_together(
        &self,
        guild: GuildId,
        events: Vec<(u32, Event)>,
        action: Option<Action<Speech>>,
        terms: &dyn Terms,
    ) -> Result<Vec<Pending>, StoreError> {
        let mut tx = self.begin().await?;
        let (mut pending, mut changed) = (Vec::new(), Vec::new());
        for (number, event) in events {
            let Some(before) = find_case(&mut tx, guild, Whose::Number(number)).await? else { continue };
            let (case, action) = before.clone().apply(event);
            pending.extend(save(&mut tx, &case, action, terms).await?);
            changed.push((before, case));
        }
        if let Some(action) = action {
            pending.push(enqueue(&mut tx, (guild, 0), Priority::Routine, action, terms).await?);
        }
        tx.commit().await?;
        for (before, after) in &changed {
            self.erase_dropped(before, after).await?;
        }
        Ok(pending)
    }

    pub(super) async fn look_up(&self, guild: GuildId, whose: Whose) -> Result<Option<Case>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        find_case(&mut connection, guild, whose).await
    }

    pub(super) async fn read_cases(&self, guild: GuildId, sought: &Sought) -> Result<Vec<Case>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT body FROM cases WHERE guild = ");
        query.push_bind(column(guild.0));
        if !sought.states.is_empty() {
            query.push(" AND state IN (");
            let mut states = query.separated(", ");
            for state in &sought.states {
                states.push_bind(state.as_str());
            }
            query.push(")");
        }
        if let Some(owner) = sought.owner {
            query.push(" AND owner = ").push_bind(column(owner.0));
        }
        if let Some(member) = sought.member {
            query.push(" AND member = ").push_bind(column(member.0));
        }
        query.push(" ORDER BY number DESC");
        if let Some(most) = sought.most {
            query.push(" LIMIT ").push_bind(most);
        }
        let rows = query.build().fetch_all(&self.pool).await?;
        rows.iter().map(|row| from_json("case", row.try_get("body")?)).collect()
    }

    pub(super) async fn write_case_note(
        &self,
        guild: GuildId,
        number: u32,
        note: &CaseNote,
    ) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO case_notes (guild, number, member, at, words) VALUES (?, ?, ?, ?, ?)")
            .bind(column(guild.0))
            .bind(number)
            .bind(column(note.by.0))
            .bind(note.at.as_millisecond())
            .bind(&note.words)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn read_case_notes(
        &self,
        guild: GuildId,
        number: u32,
    ) -> Result<Vec<CaseNote>, StoreError> {
        let rows = sqlx::query(
            "SELECT member, at, words FROM case_notes WHERE guild = ? AND number = ? ORDER BY id",
        )
        .bind(column(guild.0))
        .bind(number)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(case_note).collect()
    }

    pub(super) async fn read_outcomes(
        &self,
        guild: GuildId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Outcome>, StoreError> {
        let rows = sqlx::query(
            "SELECT body FROM outcomes WHERE guild = ? AND opened >= ? AND opened < ? ORDER BY opened, number",
        )
        .bind(column(guild.0))
        .bind(from.as_millisecond())
        .bind(until.as_millisecond())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| from_json("outcome", row.try_get("body")?)).collect()
    }

    pub(super) async fn read_guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        let guilds: Vec<i64> =
            sqlx::query_scalar("SELECT DISTINCT guild FROM outcomes").fetch_all(&self.pool).await?;
        let mut guilds: Vec<GuildId> =
            guilds.into_iter().map(|guild| GuildId(guild.cast_unsigned())).collect();
        guilds.sort_unstable();
        Ok(guilds)
    }
}

pub(super) fn case_note(row: &SqliteRow) -> Result<CaseNote, StoreError> {
    Ok(CaseNote {
        by: UserId(row.try_get::<i64, _>("member")?.cast_unsigned()),
        at: Timestamp::from_millisecond(row.try_get("at")?).unwrap_or(Timestamp::MIN),
        words: row.try_get("words")?,
    })
}
