//! The outbox, carried out: an action is tried until it is done, gone without, or given up where everyone can see it.
//!
//! What cannot be done leads on, down the ladder or to words for moderators. Where nobody would hear of it, it becomes a
//! dead letter: its case goes on without it, the operator finds it in the log and by `aside outbox`, and moderators are
//! told once. Trouble passes, so it is waited out for a day; only where Discord answers all else, a better way is taken
//! sooner. Of what is held back because Discord refused too much, nothing is counted as a try.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::{error, warn};

use super::{Attempt, Executor, Failure, Responder, lock};
use crate::case::Event;
use crate::case::action::{Action, Post, Receipt, Refusal, Speech};
use crate::message::GuildId;
use crate::store::{Buried, OutboxId, Pending, Store, StoreError, Whose};
use crate::telemetry::Outcome;
use crate::wording::{Facts, Utterance};

/// How long an action is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Waits before the attempts after the first: Discord's hiccups last seconds, its outages minutes.
    pub waits: &'static [Duration],
    /// The wait before each attempt after those.
    pub later: Duration,
    /// An action in trouble is given up once it was committed so long ago: by then nobody waits for it.
    pub longest: SignedDuration,
    /// Between two looks at what lies in the outbox and is not under way. What somebody wants tried again is begun after
    /// two of them at the latest.
    pub look: Duration,
    /// Before moderators are told what could not be done: what comes together is told together.
    pub gather: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        const WAITS: &[Duration] = &[
            Duration::from_millis(250),
            Duration::from_secs(1),
            Duration::from_secs(2),
            Duration::from_secs(5),
            Duration::from_secs(10),
            Duration::from_secs(30),
            Duration::from_mins(1),
            Duration::from_mins(2),
        ];
        Self {
            waits: WAITS,
            later: Duration::from_mins(5),
            longest: SignedDuration::from_hours(24),
            look: Duration::from_secs(15),
            gather: Duration::from_secs(2),
        }
    }
}

/// Moderators are told what could not be done at most so often.
const PAUSE: Duration = Duration::from_hours(1);

/// So many of them are named in one post.
const MOST_NAMED: usize = 10;

/// What is known of actions beside what is stored.
#[derive(Default)]
pub(super) struct Outbox {
    under_way: HashSet<OutboxId>,
    /// In the outbox and not under way, at the last look.
    idle: HashSet<OutboxId>,
    /// What moderators of a server are about to be told.
    undone: HashMap<GuildId, Vec<String>>,
    /// The servers for which something was held back.
    held: HashSet<GuildId>,
    /// When moderators heard of that last.
    told_of_it: HashMap<GuildId, Timestamp>,
}

impl Outbox {
    /// Whether moderators of `guild` are to hear that something was held back, now that something goes through.
    fn is_news(&mut self, guild: GuildId, now: Timestamp) -> bool {
        if !self.held.remove(&guild) {
            return false;
        }
        let known =
            self.told_of_it.get(&guild).is_some_and(|told| now.duration_since(*told).unsigned_abs() < PAUSE);
        if !known {
            self.told_of_it.insert(guild, now);
        }
        !known
    }
}

/// How trying ended.
enum Tried {
    Done(Receipt),
    /// It cannot be done, or not in time.
    Without(Refusal),
    /// We are stopping, and it is left to the next start.
    Left,
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// Takes up what an earlier process committed and did not finish.
    ///
    /// # Errors
    ///
    /// The outbox cannot be read.
    pub async fn resume(&self) -> Result<usize, StoreError> {
        self.recall_causes().await?;
        let pending = self.inner.store.pending().await?;
        let count = pending.len();
        for pending in pending {
            self.carry_out(pending, Attempt::Again);
        }
        Ok(count)
    }

    /// Begins what lies in the outbox and nobody has seen to for two looks: what somebody wants tried again, and what
    /// could not be recorded. What belongs to servers of another process is left to it.
    ///
    /// # Errors
    ///
    /// The outbox cannot be read.
    pub async fn look_after_outbox(&self) -> Result<(), StoreError> {
        let pending = self.inner.store.pending().await?;
        let abandoned = {
            let mut outbox = lock(&self.inner.outbox);
            let idle = pending.into_iter().filter(|one| !outbox.under_way.contains(&one.id));
            let (known, new): (Vec<Pending>, Vec<Pending>) =
                idle.partition(|one| outbox.idle.contains(&one.id));
            outbox.idle = new.iter().map(|one| one.id).collect();
            known
        };
        for pending in abandoned {
            if self.inner.executor.at_hand(pending.guild).is_some() {
                self.carry_out(pending, Attempt::Again);
            }
        }
        Ok(())
    }

    /// How long is waited between two of those looks.
    pub fn patience(&self) -> Patience {
        self.inner.executor.patience()
    }

    pub(super) fn carry_out_next(&self, pending: Option<Pending>) {
        if let Some(pending) = pending {
            self.carry_out(pending, Attempt::First);
        }
    }

    pub(super) fn carry_out(&self, pending: Pending, attempt: Attempt) {
        if lock(&self.inner.outbox).under_way.insert(pending.id) {
            let responder = self.clone();
            self.inner.tasks.spawn(async move { responder.see_through(pending, attempt).await });
        }
    }

    /// Performs an action and those that follow from it, until the case waits for nothing.
    async fn see_through(&self, pending: Pending, mut attempt: Attempt) {
        let mut next = Some(pending);
        while let Some(pending) = next {
            self.inner
                .telemetry
                .taken_up(pending.id.0, self.inner.executor.now().duration_since(pending.committed));
            let settled = match self.perform(&pending, attempt).await {
                Tried::Done(receipt) => {
                    let event = Event::Performed(receipt);
                    self.inner.store.settle(pending.id, event, &self.terms(pending.guild)).await
                }
                Tried::Without(refusal) => self.go_without(&pending, refusal).await,
                Tried::Left => return,
            };
            attempt = Attempt::First;
            if settled.is_ok() {
                self.inner.telemetry.recorded(pending.id.0);
            }
            next = settled.unwrap_or_else(|error| {
                error!(guild = %pending.guild, case = pending.number, %error,
                    "a receipt could not be recorded; the action is looked up again soon");
                None
            });
            let mut outbox = lock(&self.inner.outbox);
            outbox.under_way.remove(&pending.id);
            outbox.under_way.extend(next.as_ref().map(|next| next.id));
            drop(outbox);
            self.inner.settled.notify_waiters();
        }
    }

    async fn perform(&self, pending: &Pending, mut attempt: Attempt) -> Tried {
        let mut tries = 0;
        loop {
            let done = self.inner.executor.perform(pending, self.render(pending), attempt).await;
            self.inner.telemetry.tried(&pending.action, outcome(&done));
            let wait = match done {
                Ok(receipt) => {
                    self.went_through(pending);
                    return Tried::Done(receipt);
                }
                Err(Failure::Refused(refusal)) => return Tried::Without(refusal),
                Err(Failure::Held(time)) => {
                    lock(&self.inner.outbox).held.insert(pending.guild);
                    time
                }
                Err(Failure::Trouble) => {
                    attempt = Attempt::Again;
                    tries += 1;
                    match self.wait_after(pending, tries).await {
                        Some(wait) => wait,
                        None => return Tried::Without(Refusal::GaveUp),
                    }
                }
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.inner.stopping.cancelled() => return Tried::Left,
            }
        }
    }

    /// How long is waited after so many tries; none where no more are worth it.
    async fn wait_after(&self, pending: &Pending, tries: usize) -> Option<Duration> {
        let Patience { waits, later, longest, .. } = self.patience();
        if let Err(error) = self.inner.store.tried(pending.id).await {
            warn!(guild = %pending.guild, %error, "how often an action was tried could not be recorded");
        }
        if let Some(wait) = waits.get(tries - 1) {
            return Some(*wait);
        }
        let since = self.inner.executor.now().duration_since(pending.committed);
        let lost = self.loses(pending, &Refusal::GaveUp).await.unwrap_or(true);
        let futile = since >= longest || (!lost && self.inner.executor.is_answered().await);
        (!futile).then_some(later)
    }

    /// What is done in the place of what cannot be.
    async fn go_without(&self, pending: &Pending, refusal: Refusal) -> Result<Option<Pending>, StoreError> {
        let (guild, action) = (pending.guild, pending.action.name());
        warn!(%guild, case = pending.number, action, %refusal, "refused");
        let terms = self.terms(guild);
        let event = Event::Refused(refusal.clone());
        if let Some(action) = self.elsewhere(pending, &event) {
            return self.inner.store.replace(pending.id, guild, action, &terms).await;
        }
        if self.loses(pending, &refusal).await? {
            return self.bury(pending, refusal).await;
        }
        self.inner.store.settle(pending.id, event, &terms).await
    }

    /// Whether nobody would hear that it could not be done, and nothing is done in its place.
    async fn loses(&self, pending: &Pending, refusal: &Refusal) -> Result<bool, StoreError> {
        let Pending { guild, number, cause, .. } = *pending;
        if let Some(lead) = cause {
            let notice = self.inner.store.cause(guild, lead).await?;
            return Ok(notice.is_some_and(|notice| notice.loses(refusal)));
        }
        if number == 0 {
            // What tells of such failures is not told of itself.
            return Ok(pending.action.post().is_none_or(|post| post.words.utterance != Utterance::Undone));
        }
        let case = self.inner.store.case(guild, Whose::Number(number)).await?;
        Ok(case.is_some_and(|case| case.loses(refusal)))
    }

    /// Makes it a dead letter, and has its case go on; what follows.
    async fn bury(&self, pending: &Pending, refusal: Refusal) -> Result<Option<Pending>, StoreError> {
        let Pending { id, guild, number, .. } = *pending;
        let (now, terms) = (self.inner.executor.now(), self.terms(guild));
        let Some(Buried { next }) = self.inner.store.bury(id, refusal.clone(), now, &terms).await? else {
            return Ok(None);
        };
        error!(%guild, case = number, action = pending.action.name(), %refusal, letter = id.0,
            "given up; `aside outbox` lists it, and can have it tried again");
        self.inner.telemetry.tried(&pending.action, Outcome::Buried);
        self.own_up(pending, &refusal);
        Ok(next)
    }

    /// Has moderators told, together with what else fails meanwhile.
    fn own_up(&self, pending: &Pending, refusal: &Refusal) {
        let guild = pending.guild;
        let case = if pending.number == 0 { String::new() } else { format!("case {}: ", pending.number) };
        let line = format!("- {case}{} – {refusal}", pending.action.task());
        let mut outbox = lock(&self.inner.outbox);
        let first = !outbox.undone.contains_key(&guild);
        outbox.undone.entry(guild).or_default().push(line);
        drop(outbox);
        if first {
            let responder = self.clone();
            self.inner.tasks.spawn(async move { responder.tell_undone(guild).await });
        }
    }

    /// Tells at once, and what comes within the pause after that when it is over.
    async fn tell_undone(&self, guild: GuildId) {
        let mut wait = self.patience().gather;
        loop {
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.inner.stopping.cancelled() => {}
            }
            let lines = {
                let mut outbox = lock(&self.inner.outbox);
                let lines = outbox.undone.get_mut(&guild).map(std::mem::take).unwrap_or_default();
                if lines.is_empty() {
                    outbox.undone.remove(&guild);
                }
                lines
            };
            if lines.is_empty() {
                return;
            }
            self.tell_moderators(guild, Some(named(&lines))).await;
            wait = PAUSE;
        }
    }

    /// Something was done: where it was held back before, moderators hear why it took so long.
    fn went_through(&self, pending: &Pending) {
        let now = self.inner.executor.now();
        if lock(&self.inner.outbox).is_news(pending.guild, now) {
            let (responder, guild) = (self.clone(), pending.guild);
            self.inner.tasks.spawn(async move { responder.tell_moderators(guild, None).await });
        }
    }

    async fn tell_moderators(&self, guild: GuildId, undone: Option<String>) {
        let alerts = self.inner.executor.at_hand(guild).unwrap_or_default().alerts;
        let Some(channel) = alerts.first().copied() else { return };
        let facts = Facts { gaps: undone, ..Facts::default() };
        let words = Speech { utterance: Utterance::Undone, language: None, variant: 0, facts };
        let post = Post {
            channel,
            words,
            reply_to: None,
            members: Vec::new(),
            roles: Vec::new(),
            number: 0,
            buttons: Vec::new(),
            labels: Vec::new(),
            enclosure: None,
        };
        let (terms, post) = (self.terms(guild), Some(Action::Post(post)));
        match self.inner.store.happen_together(guild, Vec::new(), post, &terms).await {
            Ok(pending) => pending.into_iter().for_each(|pending| self.carry_out(pending, Attempt::First)),
            Err(error) => error!(%guild, %error, "moderators could not be told what was not done"),
        }
    }
}

fn outcome(done: &Result<Receipt, Failure>) -> Outcome {
    match done {
        Ok(_) => Outcome::Done,
        Err(Failure::Refused(_)) => Outcome::Refused,
        Err(Failure::Held(_)) => Outcome::Held,
        Err(Failure::Trouble) => Outcome::Trouble,
    }
}

/// As many as one post names.
fn named(lines: &[String]) -> String {
    let mut named = lines.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join("\n");
    if lines.len() > MOST_NAMED {
        write!(named, "\n- … and {} more", lines.len() - MOST_NAMED).ok();
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_post_names_only_so_much() {
        let lines: Vec<String> = (0..12).map(|at| format!("- {at}")).collect();
        assert_eq!(named(&lines).lines().count(), MOST_NAMED + 1);
        assert!(named(&lines).ends_with("- … and 2 more"));
        assert_eq!(named(&lines[..1]), "- 0");
    }
}
