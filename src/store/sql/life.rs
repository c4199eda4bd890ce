//! The life of cases.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::super::{CaseNote, Happened, Outcome, Pending, Sought, StoreError, Terms, Whose};
use super::Database;
use super::cases::{find_case, save};
use super::clock::states;
use super::letters::enqueue;
use super::rows::{Columns as _, column, guilds};
use crate::case::action::{Action, Priority, Speech};
use crate::case::{Case, Event};
use crate::message::GuildId;

impl Database {
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
        let mut tx = self.begin_in(guild).await?;
        let Some(before) = find_case(&mut tx, guild, whose).await? else { return Ok(None) };
        let (case, action) = before.clone().apply(event);
        let pending = save(&mut tx, &case, action, terms).await?;
        self.commit(tx).await?;
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
        let mut tx = self.begin_in(guild).await?;
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
        self.commit(tx).await?;
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
        let mut query = "SELECT body FROM cases WHERE guild = $1".to_owned();
        if !sought.states.is_empty() {
            query += format!(" AND state IN ({})", states(&sought.states)).as_str();
        }
        if sought.owner.is_some() {
            query += " AND owner = $2";
        }
        if sought.member.is_some() {
            query += " AND member = $3";
        }
        query += " ORDER BY number DESC";
        if sought.most.is_some() {
            query += " LIMIT $4";
        }
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(column(guild.0))
            .bind(sought.owner.map(|owner| column(owner.0)))
            .bind(sought.member.map(|member| column(member.0)))
            .bind(sought.most.map(i64::from))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(|row| row.json("case", "body")).collect()
    }

    pub(super) async fn write_case_note(
        &self,
        guild: GuildId,
        number: u32,
        note: &CaseNote,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_in(guild).await?;
        sqlx::query("INSERT INTO case_notes (guild, number, member, at, words) VALUES ($1, $2, $3, $4, $5)")
            .bind(column(guild.0))
            .bind(i64::from(number))
            .bind(column(note.by.0))
            .bind(note.at.as_millisecond())
            .bind(&note.words)
            .execute(&mut *tx)
            .await?;
        self.commit(tx).await
    }

    pub(super) async fn read_case_notes(
        &self,
        guild: GuildId,
        number: u32,
    ) -> Result<Vec<CaseNote>, StoreError> {
        let rows = sqlx::query(
            "SELECT member, at, words FROM case_notes WHERE guild = $1 AND number = $2 ORDER BY id",
        )
        .bind(column(guild.0))
        .bind(i64::from(number))
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
            "SELECT body FROM outcomes WHERE guild = $1 AND opened >= $2 AND opened < $3 ORDER BY opened, number",
        )
        .bind(column(guild.0))
        .bind(from.as_millisecond())
        .bind(until.as_millisecond())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(|row| row.json("outcome", "body")).collect()
    }

    pub(super) async fn read_guilds(&self) -> Result<Vec<GuildId>, StoreError> {
        let mut guilds =
            guilds(sqlx::query_scalar("SELECT DISTINCT guild FROM outcomes").fetch_all(&self.pool).await?);
        guilds.sort_unstable();
        Ok(guilds)
    }
}

pub(super) fn case_note(row: &AnyRow) -> Result<CaseNote, StoreError> {
    Ok(CaseNote { by: row.member()?, at: row.moment("at")?, words: row.text("words")?.to_owned() })
}
