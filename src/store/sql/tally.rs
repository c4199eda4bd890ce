//! Figures of a whole database, for whoever runs it.

use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::super::{StoreError, Tally};
use super::Database;
use super::open::Engine;
use super::rows::Columns as _;
use crate::case::State;

impl Database {
    /// Open cases are few among those that are kept: they are found by their states, and only they are read. What nobody can
    /// answer any more, since a moderator has claimed what has no thread, waits for nobody.
    pub(super) async fn read_tally(&self) -> Result<Tally, StoreError> {
        let (reminders, unanswered) = match self.engine {
            Engine::Sqlite(_) => {
                ("json_extract(body, '$.reminders')", "json_extract(body, '$.first_answer') IS NULL")
            }
            Engine::Postgres(_) => {
                ("(body::json ->> 'reminders')::bigint", "(body::json ->> 'first_answer') IS NULL")
            }
        };
        let ours = self.ours("guild");
        let query = format!(
            "SELECT state, count(*) AS cases, \
                count(CASE WHEN waits AND reminders = 1 THEN 1 END) AS reminded, \
                count(CASE WHEN waits AND reminders > 1 THEN 1 END) AS escalated \
             FROM (SELECT state, {reminders} AS reminders, \
                    {unanswered} AND (owner IS NULL OR thread IS NOT NULL) AS waits \
                FROM cases WHERE state IN ('open', 'acknowledged', 'in_thread', 'claimed') AND {ours}) AS counted \
             GROUP BY state"
        );
        let rows = sqlx::query(AssertSqlSafe(query)).fetch_all(&self.pool).await?;
        let query = format!("SELECT count(*) FROM outbox WHERE buried_at IS NOT NULL AND {ours}");
        let dead_letters: i64 = sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(&self.pool).await?;
        let mut tally = Tally { dead_letters: dead_letters.unsigned_abs(), ..Tally::default() };
        for row in &rows {
            count(&mut tally, row)?;
        }
        Ok(tally)
    }

    pub(super) async fn write_nothing(&self) -> Result<(), StoreError> {
        sqlx::query("UPDATE alive SET at = at").execute(&self.pool).await?;
        Ok(())
    }
}

fn count(tally: &mut Tally, row: &AnyRow) -> Result<(), StoreError> {
    if let Some(state) = State::parse(row.text("state")?) {
        tally.open.insert(state, row.id("cases")?);
    }
    tally.reminded += row.id("reminded")?;
    tally.escalated += row.id("escalated")?;
    Ok(())
}
