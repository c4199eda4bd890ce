//! What is stored about someone, and the transcripts of private threads.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::super::{Example, Line, StoreError, Traces};
use super::privacy::others;
use super::{SqliteStore, acted, column, from_json};
use crate::case::Case;
use crate::message::{ChannelId, GuildId, MessageId, UserId};

/// The cases of ?2 in server ?1; a raid is about nobody.
const THEIRS: &str =
    "SELECT number FROM cases WHERE guild = ?1 AND member = ?2 AND json_extract(body, '$.raid') IS NULL";

impl SqliteStore {
    /// All of it as it is at one moment.
    pub(super) async fn read_traces(&self, guild: GuildId, member: UserId) -> Result<Traces, StoreError> {
        let mut tx = self.pool.begin().await?;
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
        let mut tx = self.begin().await?;
        let edited = sqlx::query(
            "UPDATE transcripts SET words = ?3, edited = ?4 WHERE guild = ?1 AND message = ?2 AND words <> ?3",
        )
        .bind(column(guild.0))
        .bind(column(line.message.0))
        .bind(&line.words)
        .bind(now.as_millisecond())
        .execute(&mut *tx)
        .await?;
        sqlx::query("INSERT INTO transcripts VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(column(guild.0))
            .bind(column(line.message.0))
            .bind(line.number)
            .bind(column(line.author.0))
            .bind(line.at.as_millisecond())
            .bind(line.edited.map(Timestamp::as_millisecond))
            .bind(&line.words)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        // What was edited away is not to stand in the write-ahead file either.
        if edited.rows_affected() > 0 { self.erase().await } else { Ok(()) }
    }

    pub(super) async fn remove_line(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM transcripts WHERE guild = ? AND message = ?")
            .bind(column(guild.0))
            .bind(column(message.0))
            .execute(&self.pool)
            .await?;
        if gone.rows_affected() > 0 { self.erase().await } else { Ok(()) }
    }

    pub(super) async fn remove_transcript(&self, guild: GuildId, number: u32) -> Result<(), StoreError> {
        let gone = sqlx::query("DELETE FROM transcripts WHERE guild = ? AND number = ?")
            .bind(column(guild.0))
            .bind(number)
            .execute(&self.pool)
            .await?;
        if gone.rows_affected() > 0 { self.erase().await } else { Ok(()) }
    }

    pub(super) async fn read_transcript(&self, guild: GuildId, number: u32) -> Result<Vec<Line>, StoreError> {
        let rows = sqlx::query("SELECT * FROM transcripts WHERE guild = ? AND number = ? ORDER BY message")
            .bind(column(guild.0))
            .bind(number)
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
    /// The rows that `query` finds, in which ?1 is the server and ?2 the person.
    async fn rows(
        self,
        connection: &mut SqliteConnection,
        query: String,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let query = sqlx::query(sqlx::AssertSqlSafe(query));
        let found =
            query.bind(column(self.guild.0)).bind(column(self.member.0)).fetch_all(connection).await?;
        Ok(found)
    }

    /// How many rows of a table belong to their cases.
    async fn count(self, connection: &mut SqliteConnection, table: &str) -> Result<u32, StoreError> {
        let query = format!("SELECT count(*) FROM {table} WHERE guild = ?1 AND number IN ({THEIRS})");
        let rows = self.rows(connection, query).await?;
        Ok(rows.first().map(|row| row.try_get(0)).transpose()?.unwrap_or_default())
    }

    async fn cases(self, connection: &mut SqliteConnection) -> Result<Vec<Case>, StoreError> {
        let query =
            format!("SELECT body FROM cases WHERE guild = ?1 AND number IN ({THEIRS}) ORDER BY number DESC");
        let rows = self.rows(connection, query).await?;
        rows.iter().map(|row| from_json("case", row.try_get("body")?)).collect()
    }

    async fn messages(self, connection: &mut SqliteConnection) -> Result<Vec<(u32, MessageId)>, StoreError> {
        let query = format!(
            "SELECT DISTINCT number, message FROM noticed WHERE guild = ?1 AND number IN ({THEIRS}) ORDER BY message"
        );
        let rows = self.rows(connection, query).await?;
        rows.iter().map(|row| Ok((row.try_get("number")?, MessageId(id(row, "message")?)))).collect()
    }

    async fn lines(self, connection: &mut SqliteConnection) -> Result<Vec<Line>, StoreError> {
        let query = format!(
            "SELECT * FROM transcripts WHERE guild = ?1 AND (author = ?2 OR number IN ({THEIRS})) ORDER BY message"
        );
        self.rows(connection, query).await?.iter().map(line).collect()
    }

    /// What cases of others know of them.
    async fn elsewhere(
        self,
        connection: &mut SqliteConnection,
        traces: &mut Traces,
    ) -> Result<(), StoreError> {
        for case in others(connection, self.guild, self.member).await? {
            let part = case.part_of(self.member);
            traces.named.extend(part.party.then_some(case.number));
            traces.helped.extend(part.helper.then_some(case.number));
        }
        let query =
            "SELECT number, member, at, words FROM case_notes WHERE guild = ?1 AND member = ?2 ORDER BY id";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.noted.push((row.try_get("number")?, super::life::case_note(&row)?));
        }
        Ok(())
    }

    /// What bears their name.
    async fn by_themselves(
        self,
        connection: &mut SqliteConnection,
        traces: &mut Traces,
    ) -> Result<(), StoreError> {
        let query = "SELECT channel, rule, category, done, quiet, member, at FROM acted \
                     WHERE guild = ?1 AND member = ?2 ORDER BY at";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.acted.push((ChannelId(id(&row, "channel")?), acted(&row)?));
        }
        let query = "SELECT at, author, body FROM examples WHERE guild = ?1 AND \
                     (author = ?2 OR json_extract(body, '$.by') = ?2) ORDER BY at";
        for row in self.rows(connection, query.to_owned()).await? {
            let example: Example = from_json("example", row.try_get("body")?)?;
            if example.by == self.member {
                traces.judged.push(example.message);
            }
            if example.author == Some(self.member) {
                traces.examples.push((moment(&row, "at")?, example));
            }
        }
        let query = "SELECT number, at FROM changes WHERE guild = ?1 AND member = ?2 ORDER BY number";
        for row in self.rows(connection, query.to_owned()).await? {
            traces.changes.push((row.try_get("number")?, moment(&row, "at")?));
        }
        let query = "SELECT (SELECT language FROM languages WHERE member = ?2) AS language, \
                     (SELECT at FROM erasures WHERE guild = ?1 AND member = ?2) AS at, (SELECT count(*) FROM proposals \
                     WHERE guild = ?1 AND CASE WHEN json_valid(body) THEN json_extract(body, '$.by') END = ?2) \
                     AS proposals, (SELECT count(*) FROM causes WHERE guild = ?1 \
                     AND json_extract(body, '$.over.by') = ?2) AS causes";
        for row in self.rows(connection, query.to_owned()).await? {
            (traces.language, traces.proposals) = (row.try_get("language")?, row.try_get("proposals")?);
            traces.causes = row.try_get("causes")?;
            let at: Option<i64> = row.try_get("at")?;
            traces.erasure = at.and_then(|at| Timestamp::from_millisecond(at).ok());
        }
        Ok(())
    }
}

fn line(row: &SqliteRow) -> Result<Line, StoreError> {
    let edited: Option<i64> = row.try_get("edited")?;
    Ok(Line {
        number: row.try_get("number")?,
        message: MessageId(id(row, "message")?),
        author: UserId(id(row, "author")?),
        at: moment(row, "at")?,
        edited: edited.and_then(|at| Timestamp::from_millisecond(at).ok()),
        words: row.try_get("words")?,
    })
}

fn id(row: &SqliteRow, name: &str) -> Result<u64, StoreError> {
    Ok(row.try_get::<i64, _>(name)?.cast_unsigned())
}

fn moment(row: &SqliteRow, name: &str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_millisecond(row.try_get(name)?).unwrap_or(Timestamp::MIN))
}
