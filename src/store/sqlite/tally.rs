//! Figures of a whole SQLite database.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::super::{StoreError, Tally};
use super::SqliteStore;
use crate::case::State;

/// Open cases are few among those that are kept: they are found by their states, and only they are read. What nobody can
/// answer any more, since a moderator has claimed what has no thread, waits for nobody.
const QUERY: &str = "\
    SELECT state, count(*) AS cases, \
        count(*) FILTER (WHERE waits AND reminders = 1) AS reminded, \
        count(*) FILTER (WHERE waits AND reminders > 1) AS escalated \
    FROM ( \
        SELECT state, json_extract(body, '$.reminders') AS reminders, \
            json_extract(body, '$.first_answer') IS NULL AND (owner IS NULL OR thread IS NOT NULL) AS waits \
        FROM cases INDEXED BY cases_by_state \
        WHERE state IN ('open', 'acknowledged', 'in_thread', 'claimed') \
    ) GROUP BY state";

impl SqliteStore {
    pub(super) async fn read_tally(&self) -> Result<Tally, StoreError> {
        let rows = sqlx::query(QUERY).fetch_all(&self.pool).await?;
        let dead_letters: i64 = sqlx::query_scalar("SELECT count(*) FROM outbox WHERE buried_at IS NOT NULL")
            .fetch_one(&self.pool)
            .await?;
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

fn count(tally: &mut Tally, row: &SqliteRow) -> Result<(), StoreError> {
    let figure = |name| row.try_get::<i64, _>(name).map(i64::unsigned_abs);
    if let Some(state) = State::parse(row.try_get("state")?) {
        tally.open.insert(state, figure("cases")?);
    }
    tally.reminded += figure("reminded")?;
    tally.escalated += figure("escalated")?;
    Ok(())
}
