//! The clocks of open cases: who is reminded of whom, and what is over.

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tracing::info;

use super::{Attempt, Executor, Responder, lock};
use crate::case::action::{Action, Post, Refusal, Speech};
use crate::case::clock::Promise;
use crate::case::reminder::{Help, Overdue, in_thread, together};
use crate::case::{Case, Ending, Event, Reason};
use crate::message::{ChannelId, GuildId};
use crate::store::{Pending, Store, StoreError, Terms, Whose};
use crate::wording::Audience;

/// The most cases that are seen to at once.
const MOST: u32 = 500;

/// The most cases that Discord is asked about at once.
const AT_ONCE: usize = 8;

/// Between two reminders in one server: what is due meanwhile goes into the next.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

/// What a server offers for its cases, as things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtHand {
    /// Whom a reminder calls.
    pub help: Help,
    /// Channels only moderators read, best first.
    pub alerts: Vec<ChannelId>,
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// Sees to every case whose clock wants something at `now`; when the next one does, if any.
    ///
    /// # Errors
    ///
    /// The store failed. What was not seen to is due still.
    pub async fn tick(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        while !self.inner.stopping.is_cancelled() {
            let due = self.inner.store.due(now, MOST).await?;
            let rest = due.len() == MOST as usize;
            for (guild, cases) in by_guild(due) {
                self.see_to(guild, cases, now).await?;
            }
            if !rest {
                break;
            }
        }
        self.inner.store.next_due().await
    }

    /// Sets every clock by what is promised now: settings may have changed since it was set.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn set_clocks(&self) -> Result<(), StoreError> {
        for guild in self.inner.store.guilds_with_open_cases().await? {
            self.inner.store.set_clocks(guild, &self.terms(guild)).await?;
        }
        Ok(())
    }

    /// Every one of `cases` moves on or is put off, so that none is due again at once.
    async fn see_to(&self, guild: GuildId, cases: Vec<Case>, now: Timestamp) -> Result<(), StoreError> {
        let terms = self.terms(guild);
        let promise = terms.promise();
        let cases = self.not_put_off(guild, cases, promise, now).await?;
        let (mut over, mut overdue) = (Vec::new(), Vec::new());
        for case in self.looked_at(cases).await? {
            if case.has_expired(promise, now) {
                over.push((case.number, Event::Ended(Ending::expired(Reason::Quiet, now))));
            } else if let Some(step) = case.step_due(promise, now) {
                overdue.push(Overdue { case, step });
            }
        }
        if !over.is_empty() {
            info!(%guild, cases = over.len(), "nothing has happened for long");
            self.commit(guild, over, None).await?;
        }
        if overdue.is_empty() { Ok(()) } else { self.remind(guild, overdue, now).await }
    }

    /// Those of `cases` that can be seen to now; the clocks of all others wait.
    async fn not_put_off(
        &self,
        guild: GuildId,
        cases: Vec<Case>,
        promise: &Promise,
        now: Timestamp,
    ) -> Result<Vec<Case>, StoreError> {
        let put_off = self.put_off(guild, promise, now);
        let mut later: BTreeMap<Timestamp, Vec<u32>> = BTreeMap::new();
        let mut seen_to = Vec::new();
        for case in cases {
            let until = match case.step_due(promise, now) {
                _ if case.has_expired(promise, now) => None,
                Some(_) => put_off,
                // Settings have changed since its clock was set.
                None => Some(case.due(promise).unwrap_or(Timestamp::MAX)),
            };
            match until {
                None => seen_to.push(case),
                Some(until) => later.entry(until).or_default().push(case.number),
            }
        }
        for (until, numbers) in later {
            self.inner.store.postpone(guild, &numbers, until).await?;
        }
        Ok(seen_to)
    }

    /// The cases as they are once Discord was asked what became of them; those that are over by that are left out.
    async fn looked_at(&self, cases: Vec<Case>) -> Result<Vec<Case>, StoreError> {
        let looks = stream::iter(cases).map(|case| async move {
            let Some(event) = self.inner.executor.look(&case).await else { return Ok(Some(case)) };
            let happened = self.happen(case.guild, Whose::Number(case.number), event).await;
            happened.map(|happened| happened.map(|happened| happened.case))
        });
        let cases: Vec<Option<Case>> = looks.buffered(AT_ONCE).try_collect().await?;
        Ok(cases.into_iter().flatten().filter(|case| !case.is_over()).collect())
    }

    /// Until when nobody is reminded; none where they can be now.
    fn put_off(&self, guild: GuildId, promise: &Promise, now: Timestamp) -> Option<Timestamp> {
        if let Some(opens) = promise.hours.as_ref().and_then(|hours| hours.opens(now)) {
            return Some(opens);
        }
        let unknown = self.inner.executor.at_hand(guild).is_none();
        let later = now.saturating_add(PAUSE).unwrap_or(Timestamp::MAX);
        let last = lock(&self.inner.reminded).get(&guild).copied();
        let again = last.and_then(|last| last.checked_add(PAUSE).ok()).filter(|again| *again > now);
        // A clock that was set back must not keep anyone waiting.
        unknown.then_some(later).or_else(|| again.map(|again| again.min(later)))
    }

    async fn remind(&self, guild: GuildId, overdue: Vec<Overdue>, now: Timestamp) -> Result<(), StoreError> {
        let AtHand { help, alerts } = self.inner.executor.at_hand(guild).unwrap_or_default();
        lock(&self.inner.reminded).insert(guild, now);
        info!(%guild, cases = overdue.len(), "members wait");
        for one in &overdue {
            self.inner.telemetry.reminded(one.step);
        }
        if let Some(alerts) = alerts.first() {
            let steps = overdue.iter().map(Overdue::taken).collect();
            return self.commit(guild, steps, Some(together(&overdue, *alerts, &help))).await;
        }
        for one in overdue {
            self.commit(guild, vec![one.taken()], in_thread(&one, &help)).await?;
        }
        Ok(())
    }

    /// Commits what happens to cases and the words about it together, so that neither is without the other.
    async fn commit(
        &self,
        guild: GuildId,
        events: Vec<(u32, Event)>,
        post: Option<Post<Speech>>,
    ) -> Result<(), StoreError> {
        let action = post.map(Action::Post);
        let pending = self.inner.store.happen_together(guild, events, action, &self.terms(guild)).await?;
        for pending in pending {
            self.carry_out(pending, Attempt::First);
        }
        Ok(())
    }

    /// What is told in the place of a post to moderators that was refused: the same in the next channel of theirs.
    pub(super) fn elsewhere(&self, pending: &Pending, event: &Event) -> Option<Action<Speech>> {
        let (Action::Post(post), Event::Refused(refusal)) = (&pending.action, event) else { return None };
        let to_moderators = post.words.utterance.audience() == Audience::Moderators;
        // Where Discord does not answer, it would not answer about another channel either, and may have done it.
        if pending.number != 0 || pending.cause.is_some() || !to_moderators || *refusal == Refusal::GaveUp {
            return None;
        }
        let alerts = self.inner.executor.at_hand(pending.guild)?.alerts;
        let tried = alerts.iter().position(|alert| *alert == post.channel);
        let next = alerts.get(tried.map_or(0, |tried| tried + 1))?;
        Some(Action::Post(Post { channel: *next, ..post.clone() }))
    }
}

fn by_guild(cases: Vec<Case>) -> BTreeMap<GuildId, Vec<Case>> {
    let mut guilds: BTreeMap<GuildId, Vec<Case>> = BTreeMap::new();
    for case in cases {
        guilds.entry(case.guild).or_default().push(case);
    }
    guilds
}
