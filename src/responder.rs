//! The conductor: a message is judged, what follows is committed, performed, and answered by its receipt.
//!
//! Judging is pure and the store is transactional; everything in doubt lives here. An action is
//! performed at once after it is committed. When the answer never came (a crash, a timeout, a server
//! error) it is performed again with [`Attempt::Again`], and the executor looks first whether it was
//! done already.

mod notices;
mod raids;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::case::action::{Action, Receipt, Refusal, Speech};
use crate::case::{Event, Surroundings};
use crate::detect::{Category, Scan, Scanner};
use crate::message::{ChannelId, GuildId, Message, MessageId, Origin, RoleId, UserId};
use crate::policy::conversation::{Conversations, Setting, Temper};
use crate::policy::raid::{RaidLimits, Raids};
use crate::policy::{Decision, Policy, Response};
use crate::store::{Notice, Noticed, Pending, Store, StoreError, Whose};
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
    /// How temperature rises and falls.
    pub temper: Temper,
    /// What counts as a raid.
    pub raid: RaidLimits,
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

    /// The time.
    fn now(&self) -> Timestamp;
}

/// Who pressed a button.
#[derive(Clone, Debug)]
pub struct Presser {
    /// The person.
    pub id: UserId,
    /// Their roles.
    pub roles: Vec<RoleId>,
    /// Whether they hold Manage Messages or Moderate Members.
    pub moderator: bool,
}

/// What came of pressing *Take this aside*.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The thread is on its way.
    Accepted,
    /// The offer was not made to them.
    NotTheirs,
    /// It was taken up before, or is no more.
    Over,
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
    conversations: Mutex<Conversations>,
    raids: Mutex<Raids>,
    /// The case that stands for each raid under way.
    raid_cases: Mutex<HashMap<(GuildId, Category), u32>>,
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
                conversations: Mutex::new(Conversations::new(core.temper)),
                raids: Mutex::new(Raids::new(core.raid)),
                raid_cases: Mutex::default(),
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
        let setting = lock(&self.inner.conversations).hear(&message, &scan);
        if !self.inner.core.policy.concerns(&scan, &setting) {
            return Ok(());
        }
        let message = match source {
            Source::Live => message,
            Source::History => self.inner.executor.complete(message).await,
        };
        let _one_at_a_time = self.inner.noticing.lock().await;
        if let Some(decision) = self.decide(&message, &scan, setting).await? {
            self.act(&message, &scan, decision, now).await?;
        }
        Ok(())
    }

    /// Someone other than us deleted `message`: words about it have nothing to stand on any more.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn deleted(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        self.happen(guild, Whose::Message(message), Event::Deleted(message)).await.map(drop)
    }

    /// A person wrote in a private thread, which may be a case's.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn answered(&self, guild: GuildId, thread: ChannelId) -> Result<(), StoreError> {
        self.happen(guild, Whose::Thread(thread), Event::Answered).await.map(drop)
    }

    /// A person answered a post of ours, which may be a case's public words.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn replied(&self, guild: GuildId, post: MessageId) -> Result<(), StoreError> {
        self.happen(guild, Whose::Post(post), Event::Answered).await.map(drop)
    }

    /// Someone pressed *Take this aside* of case `number`.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn take_aside(
        &self,
        guild: GuildId,
        number: u32,
        presser: &Presser,
    ) -> Result<Pressed, StoreError> {
        let Some(case) = self.inner.store.case(guild, Whose::Number(number)).await? else {
            return Ok(Pressed::Over);
        };
        if !presser.moderator && !case.is_offered_to(presser.id, &presser.roles) {
            return Ok(Pressed::NotTheirs);
        }
        let taken = self.happen(guild, Whose::Number(number), Event::Accepted).await?;
        Ok(if taken { Pressed::Accepted } else { Pressed::Over })
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

    async fn decide(
        &self,
        message: &Message,
        scan: &Scan,
        setting: Setting,
    ) -> Result<Option<Decision>, StoreError> {
        let since = message.sent.checked_sub(MEMORY).unwrap_or(Timestamp::MIN);
        let mut circumstances = self.inner.store.circumstances(message, since).await?;
        circumstances.setting = setting;
        Ok(self.inner.core.policy.decide(message, scan, &circumstances).decision)
    }

    async fn act(
        &self,
        message: &Message,
        scan: &Scan,
        mut decision: Decision,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if decision.response == Response::Observe {
            info!(guild = %message.guild, about = %message.id, rule = %decision.rule, "observed");
            return Ok(());
        }
        let shielding = decision.response == Response::Shield;
        if self.inner.store.knows(message.guild, message.id, shielding).await? {
            return Ok(());
        }
        lock(&self.inner.conversations).relieve(message);
        if self.weigh(message, &mut decision, now).await? {
            let notice = self.describe(message, scan, &decision, now);
            match decision.beside {
                Some(other) => self.notice_both(message, &decision, notice, other, now).await?,
                None => drop(self.notice(notice).await?),
            }
        }
        Ok(())
    }

    /// Makes a notice a case, or part of one, and starts what follows; the number of the case.
    async fn notice(&self, notice: Notice) -> Result<Option<u32>, StoreError> {
        let (guild, about, rule) = (notice.guild, notice.matter.message, notice.matter.rule.clone());
        let noticed = self.inner.store.notice(notice, &|speech| self.choose(speech)).await?;
        let (number, pending) = match noticed {
            Noticed::Known => return Ok(None),
            Noticed::Opened(number, pending) | Noticed::Joined(number, pending) => (number, pending),
        };
        info!(%guild, %about, %rule, case = number, "noticed");
        self.carry_out_next(pending);
        Ok(Some(number))
    }

    async fn happen(&self, guild: GuildId, whose: Whose, event: Event) -> Result<bool, StoreError> {
        let pending = self.inner.store.happen(guild, whose, event, &|speech| self.choose(speech)).await?;
        let follows = pending.is_some();
        self.carry_out_next(pending);
        Ok(follows)
    }

    fn carry_out_next(&self, pending: Option<Pending>) {
        if let Some(pending) = pending {
            self.carry_out(pending, Attempt::First);
        }
    }

    /// Chosen when committed, so that a repeated action says the same words again.
    fn choose(&self, speech: &mut Speech) {
        let mut last = lock(&self.inner.last_variant);
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

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
