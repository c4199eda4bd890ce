//! Cases: how they begin, how they are found, and how they are saved with what follows.

use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Transaction};

use super::super::{Notice, Noticed, OutboxId, Outcome, Pending, StoreError, Terms, Whose};
use super::letters::enqueue;
use super::rows::{Columns as _, column, from_json, to_json, whole};
use super::{Database, NOBODYS, causes, privacy};
use crate::case::action::{Action, Priority, Speech};
use crate::case::{Case, Event};
use crate::message::{GuildId, Message, MessageId};
use crate::policy::{Acted, Circumstances, Response};

impl Database {
    pub(super) async fn read_circumstances(
        &self,
        message: &Message,
        since: Timestamp,
    ) -> Result<Circumstances, StoreError> {
        let rows = sqlx::query(
            "SELECT rule, category, done, quiet, member, at FROM acted WHERE guild = $1 AND channel = $2 AND at >= $3",
        )
        .bind(column(message.guild.0))
        .bind(column(message.channel.0))
        .bind(since.as_millisecond())
        .fetch_all(&self.pool)
        .await?;
        let mut circumstances = Circumstances::default();
        for row in &rows {
            circumstances.remember(&acted(row)?, message.author.id);
        }
        Ok(circumstances)
    }

    pub(super) async fn read_known(
        &self,
        guild: GuildId,
        message: MessageId,
        shielding: bool,
    ) -> Result<bool, StoreError> {
        let mut connection = self.pool.acquire().await?;
        is_known(&mut connection, guild, message, shielding).await
    }

    pub(super) async fn write_known(
        &self,
        guild: GuildId,
        message: MessageId,
        number: u32,
    ) -> Result<(), StoreError> {
        let mut tx = self.begin_in(guild).await?;
        insert_noticed(&mut tx, guild, message, false, number).await?;
        self.commit(tx).await
    }

    pub(super) async fn write_case(
        &self,
        case: Case,
        terms: &dyn Terms,
    ) -> Result<(u32, Option<Pending>), StoreError> {
        let mut tx = self.begin_in(case.guild).await?;
        let number = next_number(&mut tx, case.guild).await?;
        let case = Case { number, ..case };
        let pending = save(&mut tx, &case, case.action(), terms).await?;
        self.commit(tx).await?;
        Ok((number, pending))
    }

    pub(super) async fn write_notice(
        &self,
        notice: Notice,
        terms: &dyn Terms,
    ) -> Result<Noticed, StoreError> {
        let mut tx = self.begin_in(notice.guild).await?;
        if notice.matter.by.is_some() {
            forget_noticed(&mut tx, notice.guild, notice.matter.message).await?;
        }
        if is_known(&mut tx, notice.guild, notice.matter.message, is_shield(&notice)).await? {
            return Ok(Noticed::Known);
        }
        insert_acted(&mut tx, &notice).await?;
        let noticed = match joinable(&mut tx, &notice).await? {
            Some(case) => join(&mut tx, case, notice, terms).await?,
            None => open_case(&mut tx, notice, terms).await?,
        };
        self.commit(tx).await?;
        Ok(noticed)
    }

    pub(super) async fn replace_action(
        &self,
        done: OutboxId,
        guild: GuildId,
        action: Action<Speech>,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let mut tx = self.begin_in(guild).await?;
        let gone = sqlx::query("DELETE FROM outbox WHERE id = $1").bind(done.0).execute(&mut *tx).await?;
        if gone.rows_affected() == 0 {
            return Ok(None);
        }
        let pending = enqueue(&mut tx, (guild, NOBODYS), Priority::Routine, action, terms).await?;
        self.commit(tx).await?;
        Ok(Some(pending))
    }

    pub(super) async fn settle_action(
        &self,
        done: OutboxId,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let Some(mut tx) = self.begin_for(done).await? else { return Ok(None) };
        let row = sqlx::query("DELETE FROM outbox WHERE id = $1 RETURNING guild, number, cause")
            .bind(done.0)
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        self.go_on(tx, &row, event, terms).await
    }

    /// Applies what came of the action of that row of the outbox to its case or cause, and commits all of it.
    pub(super) async fn go_on(
        &self,
        mut tx: Transaction<'static, Any>,
        row: &AnyRow,
        event: Event,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let guild = row.guild()?;
        if let Some(lead) = row.maybe_number("cause")? {
            let pending = causes::settle_cause(&mut tx, guild, lead, event, terms).await?;
            self.commit(tx).await?;
            return Ok(pending);
        }
        // What belongs to none, or to one that is gone, has nothing to follow.
        let Some(before) = find_case(&mut tx, guild, Whose::Number(row.number("number")?)).await? else {
            self.commit(tx).await?;
            return Ok(None);
        };
        let (case, action) = before.clone().apply(event);
        let pending = save(&mut tx, &case, action, terms).await?;
        self.commit(tx).await?;
        self.erase_dropped(&before, &case).await?;
        Ok(pending)
    }
}

pub(super) fn acted(row: &AnyRow) -> Result<Acted, StoreError> {
    Ok(Acted {
        rule: row.text("rule")?.into(),
        category: row.json("acknowledgment", "category")?,
        done: row.truth("done")?,
        quiet: row.truth("quiet")?,
        member: row.member()?,
        at: row.moment("at")?,
    })
}

async fn is_known(
    connection: &mut AnyConnection,
    guild: GuildId,
    message: MessageId,
    shielding: bool,
) -> Result<bool, StoreError> {
    let known =
        sqlx::query("SELECT number FROM noticed WHERE guild = $1 AND message = $2 AND shielded >= $3")
            .bind(column(guild.0))
            .bind(column(message.0))
            .bind(i64::from(shielding))
            .fetch_optional(connection)
            .await?;
    Ok(known.is_some())
}

async fn insert_acted(tx: &mut AnyConnection, notice: &Notice) -> Result<(), StoreError> {
    let Some(acted) = &notice.acted else { return Ok(()) };
    sqlx::query(
        "INSERT INTO acted (guild, channel, member, rule, category, done, quiet, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (guild, channel, member, rule, quiet) DO UPDATE \
         SET at = CASE WHEN excluded.at > acted.at THEN excluded.at ELSE acted.at END, done = excluded.done",
    )
    .bind(column(notice.guild.0))
    .bind(column(notice.matter.channel.0))
    .bind(column(acted.member.0))
    .bind(&*acted.rule)
    .bind(to_json(&acted.category)?)
    .bind(i64::from(acted.done))
    .bind(i64::from(acted.quiet))
    .bind(acted.at.as_millisecond())
    .execute(tx)
    .await?;
    Ok(())
}

async fn joinable(tx: &mut AnyConnection, notice: &Notice) -> Result<Option<Case>, StoreError> {
    let body: Option<String> = sqlx::query_scalar(
        "SELECT body FROM cases WHERE guild = $1 AND member = $2 AND opened >= $3 ORDER BY number DESC LIMIT 1",
    )
    .bind(column(notice.guild.0))
    .bind(column(notice.member.0))
    .bind(notice.join_since.as_millisecond())
    .fetch_optional(tx)
    .await?;
    let case: Option<Case> = body.map(|body| from_json("case", &body)).transpose()?;
    Ok(case.filter(Case::takes_further))
}

async fn join(
    tx: &mut AnyConnection,
    case: Case,
    notice: Notice,
    terms: &dyn Terms,
) -> Result<Noticed, StoreError> {
    insert_noticed(tx, notice.guild, notice.matter.message, is_shield(&notice), case.number).await?;
    let (case, action) = case.apply(Event::Further(notice.matter));
    let pending = save(tx, &case, action, terms).await?;
    Ok(Noticed::Joined(case.number, pending))
}

async fn open_case(tx: &mut AnyConnection, notice: Notice, terms: &dyn Terms) -> Result<Noticed, StoreError> {
    let number = next_number(tx, notice.guild).await?;
    insert_noticed(tx, notice.guild, notice.matter.message, is_shield(&notice), number).await?;
    let Notice { guild, member, matter, surroundings, now, .. } = notice;
    let mut case = Case::notice(guild, member, matter, surroundings, now);
    case.number = number;
    let action = case.action();
    let pending = save(tx, &case, action, terms).await?;
    Ok(Noticed::Opened(number, pending))
}

/// Outcomes of erased cases have numbers below 0.
async fn next_number(tx: &mut AnyConnection, guild: GuildId) -> Result<u32, StoreError> {
    let highest: i64 = sqlx::query_scalar(
        "SELECT max(number) FROM (SELECT max(number) AS number FROM cases WHERE guild = $1 \
         UNION ALL SELECT max(number) FROM outcomes WHERE guild = $1 \
         UNION ALL SELECT last FROM numbers WHERE guild = $1 UNION ALL SELECT 0) AS given",
    )
    .bind(column(guild.0))
    .fetch_one(tx)
    .await?;
    whole(highest + 1)
}

async fn insert_noticed(
    connection: &mut AnyConnection,
    guild: GuildId,
    message: MessageId,
    shielding: bool,
    number: u32,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO noticed (guild, message, shielded, number) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind(column(guild.0))
    .bind(column(message.0))
    .bind(i64::from(shielding))
    .bind(i64::from(number))
    .execute(connection)
    .await?;
    Ok(())
}

/// A moderator may take up by hand what an erased case was about.
async fn forget_noticed(
    connection: &mut AnyConnection,
    guild: GuildId,
    message: MessageId,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM noticed WHERE guild = $1 AND message = $2 AND number = 0")
        .bind(column(guild.0))
        .bind(column(message.0))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn find_case(
    connection: &mut AnyConnection,
    guild: GuildId,
    whose: Whose,
) -> Result<Option<Case>, StoreError> {
    let (query, key) = match whose {
        Whose::Number(number) => {
            ("SELECT body FROM cases WHERE guild = $1 AND number = $2", i64::from(number))
        }
        Whose::Thread(thread) => {
            ("SELECT body FROM cases WHERE guild = $1 AND thread = $2 LIMIT 1", column(thread.0))
        }
        Whose::Post(post) => {
            ("SELECT body FROM cases WHERE guild = $1 AND posted = $2 LIMIT 1", column(post.0))
        }
        Whose::Alert(post) => {
            ("SELECT body FROM cases WHERE guild = $1 AND told = $2 LIMIT 1", column(post.0))
        }
        Whose::Message(message) => (
            "SELECT body FROM noticed JOIN cases USING (guild, number) \
             WHERE guild = $1 AND message = $2 ORDER BY number DESC LIMIT 1",
            column(message.0),
        ),
    };
    let body: Option<String> =
        sqlx::query_scalar(query).bind(column(guild.0)).bind(key).fetch_optional(connection).await?;
    body.map(|body| from_json("case", &body)).transpose()
}

pub(super) async fn save(
    tx: &mut AnyConnection,
    case: &Case,
    action: Option<Action<Speech>>,
    terms: &dyn Terms,
) -> Result<Option<Pending>, StoreError> {
    if case.can_be_erased() {
        privacy::erase_case(tx, case.guild, case.number).await?;
        return Ok(None);
    }
    let posted = case.offer.map(|offer| offer.message).or(case.acknowledgment);
    sqlx::query(
        "INSERT INTO cases (guild, number, member, opened, body, thread, posted, state, owner, due, ended, told, raid) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (guild, number) DO UPDATE \
         SET body = excluded.body, thread = excluded.thread, posted = excluded.posted, state = excluded.state, \
         owner = excluded.owner, due = excluded.due, ended = excluded.ended, told = excluded.told, raid = excluded.raid",
    )
    .bind(column(case.guild.0))
    .bind(i64::from(case.number))
    .bind(column(case.member.0))
    .bind(case.opened.as_millisecond())
    .bind(to_json(case)?)
    .bind(case.place.map(|place| column(place.channel.0)))
    .bind(posted.map(|posted| column(posted.0)))
    .bind(case.state().as_str())
    .bind(case.owner.map(|owner| column(owner.0)))
    .bind(case.due(terms.promise()).map(Timestamp::as_millisecond))
    .bind(case.ending.as_ref().map(|ending| ending.at.as_millisecond()))
    .bind(case.told.map(|told| column(told.message.0)))
    .bind(i64::from(case.raid.is_some()))
    .execute(&mut *tx)
    .await?;
    save_outcome(tx, &Outcome::of(case, terms.promise())).await?;
    let Some(action) = action else { return Ok(None) };
    enqueue(tx, (case.guild, case.number), case.priority(), action, terms).await.map(Some)
}

async fn save_outcome(tx: &mut AnyConnection, outcome: &Outcome) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO outcomes (guild, number, opened, body) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (guild, number) DO UPDATE SET body = excluded.body",
    )
    .bind(column(outcome.guild.0))
    .bind(i64::from(outcome.number))
    .bind(outcome.opened.as_millisecond())
    .bind(to_json(outcome)?)
    .execute(tx)
    .await?;
    Ok(())
}

fn is_shield(notice: &Notice) -> bool {
    notice.matter.response == Response::Shield
}
