//! Causes.

use jiff::Timestamp;
use sqlx::AnyConnection;

use super::super::{CauseHappened, Pending, StoreError, Terms, Whose};
use super::cases::{find_case, save};
use super::letters::enqueue;
use super::rows::{column, from_json, to_json};
use super::{Database, NOBODYS};
use crate::case::Event;
use crate::case::action::{Action, Priority, Speech};
use crate::case::cause::{CauseNotice, NoticeEvent};
use crate::message::{GuildId, UserId};

impl Database {
    pub(super) async fn write_cause(
        &self,
        notice: CauseNotice,
        terms: &dyn Terms,
    ) -> Result<Option<Pending>, StoreError> {
        let mut tx = self.begin_in(notice.guild).await?;
        let action = notice.action();
        let pending = save_cause(&mut tx, &notice, &[], action, terms).await?;
        self.commit(tx).await?;
        Ok(pending)
    }

    pub(super) async fn read_cause(
        &self,
        guild: GuildId,
        lead: u32,
    ) -> Result<Option<CauseNotice>, StoreError> {
        let mut connection = self.pool.acquire().await?;
        find_cause(&mut connection, guild, lead).await
    }

    pub(super) async fn read_cause_of(
        &self,
        guild: GuildId,
        number: u32,
    ) -> Result<Option<CauseNotice>, StoreError> {
        let body: Option<String> = sqlx::query_scalar(
            "SELECT body FROM cause_cases JOIN causes USING (guild, lead) WHERE guild = $1 AND number = $2 \
             ORDER BY until DESC LIMIT 1",
        )
        .bind(column(guild.0))
        .bind(i64::from(number))
        .fetch_optional(&self.pool)
        .await?;
        body.map(|body| from_json("cause", &body)).transpose()
    }

    pub(super) async fn read_live_causes(&self, since: Timestamp) -> Result<Vec<CauseNotice>, StoreError> {
        let mut tx = self.begin_reading().await?;
        let query = format!(
            "SELECT body FROM causes WHERE until >= $1 AND over = 0 AND {} ORDER BY until",
            self.ours("guild")
        );
        let bodies: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
            .bind(since.as_millisecond())
            .fetch_all(&mut *tx)
            .await?;
        let mut causes = Vec::with_capacity(bodies.len());
        for body in &bodies {
            let mut notice: CauseNotice = from_json("cause", body)?;
            notice.cause.members = members(&mut tx, notice.guild, notice.lead()).await?;
            causes.push(notice);
        }
        Ok(causes)
    }

    pub(super) async fn apply_to_cause(
        &self,
        guild: GuildId,
        lead: u32,
        event: NoticeEvent,
        events: Vec<(u32, Event)>,
        terms: &dyn Terms,
    ) -> Result<Option<CauseHappened>, StoreError> {
        let mut tx = self.begin_in(guild).await?;
        let Some(before) = find_cause(&mut tx, guild, lead).await? else { return Ok(None) };
        let (notice, action) = before.clone().apply(event);
        // What cannot happen to the cause any more does not happen to its cases either.
        if notice == before {
            return Ok(Some(CauseHappened { before, notice, pending: Vec::new() }));
        }
        let mut pending: Vec<Pending> =
            save_cause(&mut tx, &notice, &before.cause.cases, action, terms).await?.into_iter().collect();
        let mut changed = Vec::new();
        for (number, event) in events {
            let Some(before) = find_case(&mut tx, guild, Whose::Number(number)).await? else { continue };
            let (case, action) = before.clone().apply(event);
            pending.extend(save(&mut tx, &case, action, terms).await?);
            changed.push((before, case));
        }
        self.commit(tx).await?;
        for (before, after) in &changed {
            self.erase_dropped(before, after).await?;
        }
        Ok(Some(CauseHappened { before, notice, pending }))
    }
}

/// Applies what came of an action of a cause.
pub(super) async fn settle_cause(
    tx: &mut AnyConnection,
    guild: GuildId,
    lead: u32,
    event: Event,
    terms: &dyn Terms,
) -> Result<Option<Pending>, StoreError> {
    let event = match event {
        Event::Performed(receipt) => NoticeEvent::Performed(receipt),
        Event::Refused(refusal) => NoticeEvent::Refused(refusal),
        _ => return Ok(None),
    };
    let Some(notice) = find_cause(tx, guild, lead).await? else { return Ok(None) };
    let linked = notice.cause.cases.clone();
    let (notice, action) = notice.apply(event);
    save_cause(tx, &notice, &linked, action, terms).await
}

async fn find_cause(
    connection: &mut AnyConnection,
    guild: GuildId,
    lead: u32,
) -> Result<Option<CauseNotice>, StoreError> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM causes WHERE guild = $1 AND lead = $2")
        .bind(column(guild.0))
        .bind(i64::from(lead))
        .fetch_optional(connection)
        .await?;
    body.map(|body| from_json("cause", &body)).transpose()
}

/// In the order of their cases.
async fn members(tx: &mut AnyConnection, guild: GuildId, lead: u32) -> Result<Vec<UserId>, StoreError> {
    let members: Vec<i64> = sqlx::query_scalar(
        "SELECT member FROM cause_cases JOIN cases USING (guild, number) WHERE guild = $1 AND lead = $2 \
         GROUP BY member ORDER BY min(number)",
    )
    .bind(column(guild.0))
    .bind(i64::from(lead))
    .fetch_all(tx)
    .await?;
    Ok(members.into_iter().map(|member| UserId(member.cast_unsigned())).collect())
}

/// Saves a cause, of which the cases in `linked` are linked already, and commits the action that follows.
async fn save_cause(
    tx: &mut AnyConnection,
    notice: &CauseNotice,
    linked: &[u32],
    action: Option<Action<Speech>>,
    terms: &dyn Terms,
) -> Result<Option<Pending>, StoreError> {
    write_cause(tx, notice).await?;
    for number in notice.cause.cases.iter().filter(|number| !linked.contains(number)) {
        sqlx::query(
            "INSERT INTO cause_cases (guild, number, lead) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        )
        .bind(column(notice.guild.0))
        .bind(i64::from(*number))
        .bind(i64::from(notice.lead()))
        .execute(&mut *tx)
        .await?;
    }
    let Some(action) = action else { return Ok(None) };
    let pending = enqueue(tx, (notice.guild, NOBODYS), Priority::Routine, action, terms).await?;
    sqlx::query("UPDATE outbox SET cause = $1 WHERE id = $2")
        .bind(i64::from(notice.lead()))
        .bind(pending.id.0)
        .execute(tx)
        .await?;
    Ok(Some(Pending { cause: Some(notice.lead()), ..pending }))
}

async fn write_cause(tx: &mut AnyConnection, notice: &CauseNotice) -> Result<(), StoreError> {
    let ended_by = notice.over.as_ref().and_then(|over| over.by);
    sqlx::query(
        "INSERT INTO causes (guild, lead, until, over, body, ended_by) VALUES ($1, $2, $3, $4, $5, $6) \
         ON CONFLICT (guild, lead) DO UPDATE SET until = excluded.until, over = excluded.over, body = excluded.body, \
         ended_by = excluded.ended_by",
    )
    .bind(column(notice.guild.0))
    .bind(i64::from(notice.lead()))
    .bind(notice.cause.until.as_millisecond())
    .bind(i64::from(notice.over.is_some()))
    .bind(to_json(notice)?)
    .bind(ended_by.map(|by| column(by.0)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a case that is erased out of the causes it has.
pub(super) async fn leave_causes(
    tx: &mut AnyConnection,
    guild: GuildId,
    number: u32,
) -> Result<(), StoreError> {
    let bodies: Vec<String> = sqlx::query_scalar(
        "SELECT body FROM cause_cases JOIN causes USING (guild, lead) WHERE guild = $1 AND number = $2",
    )
    .bind(column(guild.0))
    .bind(i64::from(number))
    .fetch_all(&mut *tx)
    .await?;
    for body in &bodies {
        // One that this version cannot read names its cases by their numbers only.
        let Ok(mut notice) = from_json::<CauseNotice>("cause", body) else { continue };
        notice.cause.cases.retain(|case| *case != number);
        write_cause(tx, &notice).await?;
    }
    sqlx::query("DELETE FROM cause_cases WHERE guild = $1 AND number = $2")
        .bind(column(guild.0))
        .bind(i64::from(number))
        .execute(tx)
        .await?;
    Ok(())
}
