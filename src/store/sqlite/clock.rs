//! The clocks of open cases in SQLite.

use futures::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::{QueryBuilder, Row, Sqlite};
use tracing::error;

use super::super::{Sought, StoreError, Terms};
use super::{SqliteStore, column, from_json};
use crate::case::Case;
use crate::message::GuildId;

impl SqliteStore {
    pub(super) async fn read_due(&self, until: Timestamp, most: u32) -> Result<Vec<Case>, StoreError> {
        let rows = sqlx::query("SELECT guild, number, body FROM cases WHERE due <= ? ORDER BY due LIMIT ?")
            .bind(until.as_millisecond())
            .bind(most)
            .fetch_all(&self.pool)
            .await?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in rows {
            match from_json("case", row.try_get("body")?) {
                Ok(case) => cases.push(case),
                // One that cannot be read must not keep the clocks of all others from being seen.
                Err(error) => self.stop_clock(row.try_get("guild")?, row.try_get("number")?, &error).await?,
            }
        }
        Ok(cases)
    }

    async fn stop_clock(&self, guild: i64, number: u32, error: &StoreError) -> Result<(), StoreError> {
        error!(guild, case = number, %error, "the clock of a case is stopped");
        sqlx::query("UPDATE cases SET due = NULL WHERE guild = ? AND number = ?")
            .bind(guild)
            .bind(number)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn read_next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = sqlx::query_scalar("SELECT min(due) FROM cases WHERE due IS NOT NULL")
            .fetch_one(&self.pool)
            .await?;
        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    pub(super) async fn write_due(
        &self,
        guild: GuildId,
        numbers: &[u32],
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        for number in numbers {
            sqlx::query("UPDATE cases SET due = ? WHERE guild = ? AND number = ?")
                .bind(until.as_millisecond())
                .bind(column(guild.0))
                .bind(number)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    pub(super) async fn read_guilds_with_open_cases(&self) -> Result<Vec<GuildId>, StoreError> {
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT DISTINCT guild FROM cases");
        only_open(query.push(" WHERE"));
        let guilds: Vec<i64> = query.build_query_scalar().fetch_all(&self.pool).await?;
        Ok(guilds.into_iter().map(|guild| GuildId(guild.cast_unsigned())).collect())
    }

    pub(super) async fn recompute_due(&self, guild: GuildId, terms: &dyn Terms) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        let mut query: QueryBuilder<Sqlite> = QueryBuilder::new("SELECT body, due FROM cases");
        query.push(" WHERE guild = ").push_bind(column(guild.0));
        only_open(query.push(" AND"));
        let mut changed = Vec::new();
        // One after the other: there can be many, and each is needed for a moment only.
        let mut rows = query.build().fetch(&mut *tx);
        while let Some(row) = rows.try_next().await? {
            let Ok(case) = from_json::<Case>("case", row.try_get("body")?) else { continue };
            let due = case.due(terms.promise()).map(Timestamp::as_millisecond);
            if due != row.try_get("due")? {
                changed.push((case.number, due));
            }
        }
        drop(rows);
        for (number, due) in changed {
            sqlx::query("UPDATE cases SET due = ? WHERE guild = ? AND number = ?")
                .bind(due)
                .bind(column(guild.0))
                .bind(number)
                .execute(&mut *tx)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}

/// By the states, of which there is an index.
fn only_open(query: &mut QueryBuilder<Sqlite>) {
    query.push(" state IN (");
    let mut states = query.separated(", ");
    for state in Sought::open().states {
        states.push_bind(state.as_str());
    }
    query.push(")");
}
