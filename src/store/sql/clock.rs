//! The clocks of open cases, and when the bot was last heard.

use std::sync::atomic::Ordering;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use tracing::error;

use super::super::{Sought, StoreError, Terms};
use super::Database;
use super::rows::{Columns as _, column, guilds};
use crate::case::{Case, State};
use crate::message::GuildId;

impl Database {
    pub(super) async fn read_due(&self, until: Timestamp, most: u32) -> Result<Vec<Case>, StoreError> {
        let query = format!(
            "SELECT guild, number, body FROM cases WHERE due <= $1 AND {} ORDER BY due LIMIT $2",
            self.ours("guild")
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(until.as_millisecond())
            .bind(i64::from(most))
            .fetch_all(&self.pool)
            .await?;
        let mut cases = Vec::with_capacity(rows.len());
        for row in rows {
            match row.json("case", "body") {
                Ok(case) => cases.push(case),
                // One that cannot be read must not keep the clocks of all others from being seen.
                Err(error) => self.stop_clock(row.guild()?, row.number("number")?, &error).await?,
            }
        }
        Ok(cases)
    }

    async fn stop_clock(&self, guild: GuildId, number: u32, error: &StoreError) -> Result<(), StoreError> {
        error!(%guild, case = number, %error, "the clock of a case is stopped");
        sqlx::query("UPDATE cases SET due = NULL WHERE guild = $1 AND number = $2")
            .bind(column(guild.0))
            .bind(i64::from(number))
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(super) async fn read_next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let query = format!(
            "SELECT due FROM cases WHERE due IS NOT NULL AND {} ORDER BY due LIMIT 1",
            self.ours("guild")
        );
        let at: Option<i64> = sqlx::query_scalar(AssertSqlSafe(query)).fetch_optional(&self.pool).await?;
        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    pub(super) async fn write_due(
        &self,
        guild: GuildId,
        numbers: &[u32],
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_in(guild).await?;
        for number in numbers {
            sqlx::query("UPDATE cases SET due = $1 WHERE guild = $2 AND number = $3")
                .bind(until.as_millisecond())
                .bind(column(guild.0))
                .bind(i64::from(*number))
                .execute(&mut *tx)
                .await?;
        }
        self.commit(tx).await
    }

    pub(super) async fn read_guilds_with_open_cases(&self) -> Result<Vec<GuildId>, StoreError> {
        let query = format!(
            "SELECT DISTINCT guild FROM cases WHERE {} AND {} ORDER BY guild",
            only_open(),
            self.ours("guild")
        );
        Ok(guilds(sqlx::query_scalar(AssertSqlSafe(query)).fetch_all(&self.pool).await?))
    }

    pub(super) async fn recompute_due(&self, guild: GuildId, terms: &dyn Terms) -> Result<(), StoreError> {
        let mut tx = self.begin_in(guild).await?;
        let query = format!("SELECT body, due FROM cases WHERE guild = $1 AND {}", only_open());
        let mut changed = Vec::new();
        // One after the other: there can be many, and each is needed for a moment only.
        let mut rows = sqlx::query(AssertSqlSafe(query)).bind(column(guild.0)).fetch(&mut *tx);
        while let Some(row) = rows.try_next().await? {
            let Ok(case) = row.json::<Case>("case", "body") else { continue };
            let due = case.due(terms.promise());
            if due != row.maybe_moment("due")? {
                changed.push((case.number, due));
            }
        }
        drop(rows);
        for (number, due) in changed {
            sqlx::query("UPDATE cases SET due = $1 WHERE guild = $2 AND number = $3")
                .bind(due.map(Timestamp::as_millisecond))
                .bind(column(guild.0))
                .bind(i64::from(number))
                .execute(&mut *tx)
                .await?;
        }
        self.commit(tx).await
    }

    /// Nothing is recorded while something that was heard is not kept: it would not be read back.
    pub(super) async fn write_alive(&self, at: Timestamp) -> Result<(), StoreError> {
        if self.behind.load(Ordering::SeqCst) > 0 {
            return Ok(());
        }
        let mut tx = self.begin().await?;
        let total = i64::from(self.shards.total());
        for shard in self.shards.ids() {
            sqlx::query(
                "INSERT INTO alive (total, shard, at) VALUES ($1, $2, $3) \
                 ON CONFLICT (total, shard) DO UPDATE SET at = excluded.at",
            )
            .bind(total)
            .bind(i64::from(shard))
            .bind(at.as_millisecond())
            .execute(&mut *tx)
            .await?;
        }
        // Once all shards were heard, what was when there were more or fewer of them tells nothing any more.
        sqlx::query(
            "DELETE FROM alive WHERE total <> $1 AND (SELECT count(*) FROM alive WHERE total = $1) >= $1",
        )
        .bind(total)
        .execute(&mut *tx)
        .await?;
        self.commit(tx).await
    }

    /// Where one of our shards was never heard, there were more or fewer of them: as long ago as any of those of the number
    /// that was heard last.
    pub(super) async fn read_alive(&self) -> Result<Option<Timestamp>, StoreError> {
        let rows = sqlx::query("SELECT total, shard, at FROM alive").fetch_all(&self.pool).await?;
        let heard: Vec<(u32, u32, Timestamp)> = rows
            .iter()
            .map(|row| Ok((row.number("total")?, row.number("shard")?, row.moment("at")?)))
            .collect::<Result<_, StoreError>>()?;
        let total = self.shards.total();
        let own =
            || heard.iter().filter(|(of, shard, _)| *of == total && self.shards.ids().any(|id| id == *shard));
        if own().count() == self.shards.ids().count() {
            return Ok(own().map(|(_, _, at)| *at).min());
        }
        let before =
            heard.iter().filter(|(of, ..)| *of != total).max_by_key(|(.., at)| *at).map(|(of, ..)| *of);
        let of_before = heard.iter().filter(|(of, ..)| Some(*of) == before);
        Ok(of_before.chain(own()).map(|(_, _, at)| *at).min())
    }
}

/// By the states, of which there is an index.
fn only_open() -> String {
    format!("state IN ({})", states(&Sought::open().states))
}

/// As they are listed in a statement: each is one of our own words.
pub(super) fn states(states: &[State]) -> String {
    states.iter().map(|state| format!("'{}'", state.as_str())).collect::<Vec<_>>().join(", ")
}
