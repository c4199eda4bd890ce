//! The conductor: a message is judged, what follows is committed, performed, and answered by its receipt.
//!
//! Judging is pure and the store is transactional; everything in doubt lives here. An action is
//! performed at once after it is committed. When the answer never came (a crash, a timeout, a server
//! error) it is performed again with [`Attempt::Again`], and the executor looks first whether it was
//! done already.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::case::action::{Action, Enclosure, Receipt, Refusal, Speech};
use crate::case::{Event, Matter, Surroundings};
use crate::detect::{Scan, Scanner, mask};
use crate::message::{Message, Origin};
use crate::policy::{Circumstances, Decision, Policy, Response};
use crate::store::{Notice, Noticed, Pending, Store, StoreError};
use crate::wording::{Utterance, Wording};

/// The built, immutable core: everything that judges and words.
pub struct Core {
    /// Finds things.
    pub scanner: Scanner,
    /// Decides.
    pub policy: Policy,
    /// Says it.
    pub wording: Wording,
    /// A case at most this old takes further messages of its member.
    pub join_within: SignedDuration,
}

/// Whether an action may have been performed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It was committed just now.
    First,
    /// It may have taken effect already: look before repeating it.
    Again,
}

/// How a message reached us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// As it was sent or edited.
    Live,
    /// Read back after an absence, without its author's roles.
    History,
}

/// What came of an attempt that gave no receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It cannot be done, now or later.
    Refused(Refusal),
    /// It may be done later, and may have been done already.
    Trouble,
}

/// The edge that acts on Discord.
#[async_trait]
pub trait Executor: Send + Sync + 'static {
    /// Performs `action` of outbox row `pending`.
    async fn perform(
        &self,
        pending: &Pending,
        action: Action<String>,
        attempt: Attempt,
    ) -> Result<Receipt, Failure>;

    /// What the guild offers a case about `message`.
    fn surroundings(&self, message: &Message) -> Surroundings;

    /// A message read from history together with its author's roles, which history does not tell.
    async fn complete(&self, message: Message) -> Message;
}

/// Waits before the attempts after the first: Discord's hiccups last seconds, its outages minutes.
const BACKOFF: [Duration; 8] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(1),
    Duration::from_mins(2),
];

/// The longest cooldown that is remembered.
const MEMORY: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Judges messages and carries out what follows. Cheap to clone.
pub struct Responder<S, E> {
    inner: Arc<Inner<S, E>>,
}

struct Inner<S, E> {
    core: Core,
    store: S,
    executor: E,
    /// Notices are made one at a time, so that two messages of one member meet the same case.
    noticing: tokio::sync::Mutex<()>,
    last_variant: Mutex<HashMap<Utterance, usize>>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl<S, E> Clone for Responder<S, E> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// A responder that judges with `core`, remembers in `store` and acts through `executor`.
    pub fn new(core: Core, store: S, executor: E) -> Self {
        Self {
            inner: Arc::new(Inner {
                core,
                store,
                executor,
                noticing: tokio::sync::Mutex::new(()),
                last_variant: Mutex::default(),
                tasks: TaskTracker::new(),
                stopping: CancellationToken::new(),
            }),
        }
    }

    /// The edge.
    pub fn executor(&self) -> &E {
        &self.inner.executor
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.inner.store
    }

    /// The core.
    pub fn core(&self) -> &Core {
        &self.inner.core
    }

    /// Takes up what an earlier process committed and did not finish.
    ///
    /// # Errors
    ///
    /// The outbox cannot be read.
    pub async fn resume(&self) -> Result<usize, StoreError> {
        let pending = self.inner.store.pending().await?;
        let count = pending.len();
        for pending in pending {
            self.carry_out(pending, Attempt::Again);
        }
        Ok(count)
    }

    /// Judges `message` and starts whatever follows. Returns once that is committed.
    ///
    /// # Errors
    ///
    /// The store failed; nothing was acted on.
    pub async fn handle(&self, message: Message, source: Source, now: Timestamp) -> Result<(), StoreError> {
        if self.inner.stopping.is_cancelled() || message.author.origin != Origin::Member {
            return Ok(());
        }
        let scan = self.inner.core.scanner.scan(&message.content);
        if !self.inner.core.policy.concerns(&scan) {
            return Ok(());
        }
        let message = match source {
            Source::Live => message,
            Source::History => self.inner.executor.complete(message).await,
        };
        let _one_at_a_time = self.inner.noticing.lock().await;
        if let Some(decision) = self.decide(&message, &scan).await? {
            self.notice(&message, &scan, &decision, now).await?;
        }
        Ok(())
    }

    /// Stops taking in, finishes what is committed for at most `grace`, and closes the store.
    /// What is not finished is taken up at the next start.
    pub async fn shut_down(&self, grace: Duration) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        if tokio::time::timeout(grace, self.inner.tasks.wait()).await.is_err() {
            warn!("some actions are unfinished; they are committed and will be taken up at the next start");
        }
        self.inner.store.close().await;
    }

    async fn decide(&self, message: &Message, scan: &Scan) -> Result<Option<Decision>, StoreError> {
        let since = message.sent.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
        let circumstances: Circumstances = self.inner.store.circumstances(message, since).await?;
        Ok(self.inner.core.policy.decide(message, scan, &circumstances).decision)
    }

    async fn notice(
        &self,
        message: &Message,
        scan: &Scan,
        decision: &Decision,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if decision.response == Response::Observe {
            info!(guild = %message.guild, about = %message.id, rule = %decision.rule, "observed");
            return Ok(());
        }
        let notice = self.describe(message, scan, decision, now);
        let noticed = self.inner.store.notice(notice, &|speech| self.choose(speech)).await?;
        let (number, pending) = match noticed {
            Noticed::Known => return Ok(()),
            Noticed::Opened(number, pending) | Noticed::Joined(number, pending) => (number, pending),
        };
        info!(guild = %message.guild, about = %message.id, rule = %decision.rule, case = number, "noticed");
        if let Some(pending) = pending {
            self.carry_out(pending, Attempt::First);
        }
        Ok(())
    }

    fn describe(&self, message: &Message, scan: &Scan, decision: &Decision, now: Timestamp) -> Notice {
        let shielding = decision.response == Response::Shield;
        let enclosure = shielding.then(|| Enclosure(mask(&message.content, &scan.findings)));
        let named = |name: &str| Utterance::ALL.iter().copied().find(|utterance| utterance.as_str() == name);
        Notice {
            guild: message.guild,
            member: message.author.id,
            matter: Matter {
                message: message.id,
                channel: message.channel,
                home: message.home,
                category: decision.category,
                rule: decision.rule.to_string(),
                kinds: decision.kinds.clone(),
                response: decision.response,
                acknowledgment: decision.template.as_deref().and_then(named),
                quiet: decision.quiet,
                enclosure,
                removed: false,
            },
            surroundings: self.inner.executor.surroundings(message),
            sent: message.sent,
            join_since: now.checked_sub(self.inner.core.join_within).unwrap_or(Timestamp::MIN),
            now,
        }
    }

    /// Chosen when committed, so that a repeated action says the same words again.
    fn choose(&self, speech: &mut Speech) {
        let mut last = self.inner.last_variant.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.get(&speech.utterance).copied();
        speech.variant = self.inner.core.wording.choose(speech.utterance, before, fastrand::u64(..));
        last.insert(speech.utterance, speech.variant);
    }

    fn carry_out(&self, pending: Pending, attempt: Attempt) {
        let responder = self.clone();
        self.inner.tasks.spawn(async move { responder.see_through(pending, attempt).await });
    }

    /// Performs an action and those that follow from it, until the case waits for nothing.
    async fn see_through(&self, pending: Pending, attempt: Attempt) {
        let (mut next, mut attempt) = (Some(pending), attempt);
        while let Some(pending) = next {
            let Some(event) = self.perform(&pending, attempt).await else { return };
            let settled = self.inner.store.settle(pending.id, event, &|speech| self.choose(speech)).await;
            attempt = Attempt::First;
            next = match settled {
                Ok(next) => next,
                Err(error) => {
                    tracing::error!(guild = %pending.guild, case = pending.number, %error,
                        "a receipt could not be recorded; the action is looked up again at the next start");
                    return;
                }
            };
        }
    }

    /// What came of it; none when we are stopping and it is left to the next start.
    async fn perform(&self, pending: &Pending, mut attempt: Attempt) -> Option<Event> {
        for wait in BACKOFF.into_iter().map(Some).chain([None]) {
            match self.inner.executor.perform(pending, self.render(&pending.action), attempt).await {
                Ok(receipt) => return Some(Event::Performed(receipt)),
                Err(Failure::Refused(refusal)) => {
                    log_refusal(pending, &refusal);
                    return Some(Event::Refused(refusal));
                }
                Err(Failure::Trouble) => attempt = Attempt::Again,
            }
            let Some(wait) = wait else { break };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = self.inner.stopping.cancelled() => return None,
            }
        }
        log_refusal(pending, &Refusal::GaveUp);
        Some(Event::Refused(Refusal::GaveUp))
    }

    fn render(&self, action: &Action<Speech>) -> Action<String> {
        let wording = &self.inner.core.wording;
        action.clone().map(|speech| wording.render(speech.utterance, speech.variant, &speech.facts))
    }
}

fn log_refusal(pending: &Pending, refusal: &Refusal) {
    warn!(guild = %pending.guild, case = pending.number, action = pending.action.name(), %refusal, "refused");
}
