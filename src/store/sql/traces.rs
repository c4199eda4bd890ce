//! What is stored about someone, and the transcripts of private threads.

use jiff::Timestamp;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};

use super::super::{Example, Line, StoreError, Traces};
use super::Database;
use super::cases::acted;
use super::privacy::others;
use super::rows::{Columns as _, column, whole};
use crate::case::Case;
use crate::message::{ChannelId, GuildId, MessageId, UserId};

/// The cases of $2 in server $1; a raid is about nobody.
const THEIRS: &str = "SELECT number FROM cases WHERE guild = $1 AND member = $2 AND raid = 0";

impl Database {
    /// All of it as it is at one moment.
    pub(super) async fn read_traces(&self, guild: GuildId, member: UserId) -> Result<Traces, StoreError> {
        let mut tx = self.begin_reading().await?;
        let of = Of { guild, member };
        let mut traces = Traces { cases: of.cases(&mut tx).await?, ..Traces::default() };
        traces.notes = of.count(&mut tx, "case_notes").await?;
        traces.under_way = of.count(&mut tx, "outbox").await?;
        traces.messages = of.messages(&mut tx).await?;
        traces.lines = of.lines(&mut tx).await?;
        of.elsewhere(&mut tx, &mut traces).await?;
        of.by_themselves(&mut tx, &mut traces).await?;
        Ok(traces)
    }

    pub(super) async fn write_line(
        &self,
        guild: GuildId,
        line: &Line,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_in(guild).await?;
        let edited = sqlx::query(
            "UPDATE transcripts SET words = $3, edited = $4 WHERE guild = $1 AND message = $2 AND words <> $3",
        )
        .bind(column(guild.0))
        .bind(column(line.message.0))
        .bind(&line.words)
        .bind(now.as_millisecond())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "INSERT INTO transcripts (guild, message, number, author, at, edited, words) \
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        )
        .bind(column(guild.0))
        .bind(column(line.message.0))
        .bind(i64::from(line.number))
        .bind(column(line.author.0))
        .bind(line.at.as_millisecond())
        .bind(line.edited.map(Timestamp::as_millisecond))
        .bind(&line.words)
        .execute(&mut *tx)
        .await?;
        self.commit(tx).await?;
        // What was edited away is not to stand in the write-ahead file either.
        if edited.rows_affected() > 0 { self.erase().await } else { Ok(()) }
    }

    pub(super) async fn remove_line(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM transcripts WHERE guild = $1 AND message = $2")
            .bind(column(guild.0))
            .bind(column(message.0))
            .execute(&self.pool)
            .await?;
        if gone.rows_affected() > 0 { self.erase().await } else { Ok(()) }
    }

    pub(super) async fn remove_transcript(&self, guild: GuildId, number: u32) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM transcripts WHERE guild = $1 AND number = $2")
            .bind(column(guild.0))
            .bind(i64::from(number))
            .execute(&self.pool)
            .await?;
        if gone.rows_affected() > 0 { self.erase().await } else { Ok(()) }
    }

    pub(super) async fn read_transcript(&self, guild: GuildId, number: u32) -> Result<Vec<Line>, StoreError> {
        let rows = sqlx::query("SELECT * FROM transcripts WHERE guild = $1 AND number = $2 ORDER BY message")
            .bind(column(guild.0))
            .bind(i64::from(number))
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(line).collect()
    }
}

/// Whose traces are looked for, and where.
#[derive(Clone, Copy)]
struct Of {
    guild: GuildId,
    member: UserId,
}

impl Of {
    /// The rows that `query` finds, in which $1 is the server and $2 the person.
    async fn rows(self, connection: &mut AnyConnection, query: String) -> Result<Vec<AnyRow>, StoreError> {
        let query = sqlx::query(AssertSqlSafe(query));
        let found =
            query.bind(column(self.guild.0)).bind(column(self.member.0)).fetch_all(connection).await?;
        Ok(found)
    }

    /// How many rows of a table belong to their cases.
    async fn count(self, connection: &mut AnyConnection, table: &str) -> Result<u32, StoreError> {
        let query = format!("SELECT count(*) FROM {table} WHERE guild = $1 AND number IN ({THEIRS})");
        let rows = self.rows(connection, query).await?;
        let count: Option<i64> = rows.first().map(|row| row.try_get(0)).transpose()?;
        whole(count.unwrap_or_default())
    }

    async fn cases(self, connection: &mut AnyConnection) -> Result<Vec<Case>, StoreError> {
        let query =
            format!("SELECT body FROM cases WHERE guild = $1 AND number IN ({THEIRS}) ORDER BY number DESC");
        let rows = self.rows(connection, query).await?;
        rows.iter().map(|row| row.json("case", "body")).collect()
    }

    async fn messages(self, connection: &mut AnyConnection) -> Result<Vec<(u32, MessageId)>, StoreError> {
        let query = format!(
            "SELECT DISTINCT number, message FROM noticed WHERE guild = $1 AND number IN ({THEIRS}) ORDER BY message"
        );
        let rows = self.rows(connection, query).await?;
        rows.iter().map(|row| Ok((row.number("number")?, MessageId(row.id("message")?)))).collect()
    }

    async fn lines(self, connection: &mut AnyConnection) -> Result<Vec<Line>, StoreError> {
        let query = format!(
            "SELECT * FROM transcripts WHERE guild = $1 AND (author = $2 OR number IN ({THEIRS})) ORDER BY message"
        );
        self.rows(connection, query).await?.iter().map(line).collect()
    }

    /// What cases of others know of them.
    async fn elsewhere(self, connection: &mut AnyConnection, traces: &mut Traces) -> Result<(), StoreError> {
        for case in others(connection, self.guild, self.member).await? {
            let part = case.part_of(self.member);
            traces.named.extend(part.party.then_some(case.number));
            traces.helped.extend(part.helper.then_some(case.number));
        }
        let query =
            "SELECT number, member, at, words FROM case_notes WHERE guild = $1 AND member = $2 ORDER BY id";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.noted.push((row.number("number")?, super::life::case_note(&row)?));
        }
        Ok(())
    }

    /// What bears their name.
    async fn by_themselves(
        self,
        connection: &mut AnyConnection,
        traces: &mut Traces,
    ) -> Result<(), StoreError> {
        let query = "SELECT channel, rule, category, done, quiet, member, at FROM acted \
                     WHERE guild = $1 AND member = $2 ORDER BY at";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.acted.push((ChannelId(row.id("channel")?), acted(&row)?));
        }
        let query = "SELECT at, author, body FROM examples WHERE guild = $1 AND \
                     (author = $2 OR judge = $2) ORDER BY at";
        for row in self.rows(connection, query.to_owned()).await? {
            let example: Example = row.json("example", "body")?;
            if example.by == self.member {
                traces.judged.push(example.message);
            }
            if example.author == Some(self.member) {
                traces.examples.push((row.moment("at")?, example));
            }
        }
        let query = "SELECT number, at FROM changes WHERE guild = $1 AND member = $2 ORDER BY number";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.changes.push((row.number("number")?, row.moment("at")?));
        }
        let query = "SELECT (SELECT language FROM languages WHERE member = $2) AS language, \
                     (SELECT at FROM erasures WHERE guild = $1 AND member = $2) AS at, \
                     (SELECT count(*) FROM proposals WHERE guild = $1 AND member = $2) AS proposals, \
                     (SELECT count(*) FROM causes WHERE guild = $1 AND ended_by = $2) AS causes";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.language = row.try_get("language")?;
            (traces.proposals, traces.causes) = (row.number("proposals")?, row.number("causes")?);
            traces.erasure = row.maybe_moment("at")?;
        }
        Ok(())
    }
}

fn line(row: &AnyRow) -> Result<Line, StoreError> {
    Ok(Line {
        number: row.number("number")?,
        message: MessageId(row.id("message")?),
        author: UserId(row.id("author")?),
        at: row.moment("at")?,
        edited: row.maybe_moment("edited")?,
        words: row.text("words")?.to_owned(),
    })
}
