//! The conductor: a message is judged, what follows is committed, performed, and answered by its receipt.
//!
//! Judging is pure and the store is transactional; everything in doubt lives here. An action is
//! performed at once after it is committed. When the answer never came (a crash, a timeout, a server
//! error) it is performed again with [`Attempt::Again`], and the executor looks first whether it was
//! done already.

mod asked;
mod by_hand;
mod causes;
mod clock;
mod life;
mod notices;
mod outbox;
mod privacy;
mod raids;
mod settings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use crate::case::action::{Action, Button, Post, Receipt, Refusal, Speech};
use crate::case::{Case, Event, Surroundings};
use crate::config::{GuildConfig, GuildConfigs};
use crate::detect::{Category, Scan};
use crate::message::{GuildId, Message, Origin, RoleId, UserId};
use crate::policy::cause::Causes;
use crate::policy::conversation::{Conversations, Setting};
use crate::policy::raid::Raids;
use crate::policy::{Decision, Response};
use crate::store::{COOLDOWNS, Notice, Noticed, Pending, Store, StoreError, Whose};
use crate::telemetry::{Origin as Told, Stopwatch, Telemetry};
use crate::wording::{Utterance, Wording};

use self::asked::Asks;
pub use self::asked::{ASKED_FOR, Asking};
pub use self::by_hand::{BY_HAND, ByHand, Taken};
pub use self::causes::Settlement;
pub use self::clock::AtHand;
use self::outbox::Outbox;
pub use self::outbox::Patience;
pub use self::privacy::Written;
pub use self::settings::{Changed, Edit};

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

impl From<Source> for Told {
    fn from(source: Source) -> Self {
        match source {
            Source::Live => Self::Live,
            Source::History => Self::History,
        }
    }
}

/// What came of an attempt that gave no receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It cannot be done, now or later.
    Refused(Refusal),
    /// It may be done later, and may have been done already.
    Trouble,
    /// It was not tried, and can be after so long.
    Held(Duration),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
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

    /// What the guild offers its cases as things stand; none where we have not heard of it.
    fn at_hand(&self, guild: GuildId) -> Option<AtHand>;

    /// What became of a case while nobody told us: someone answered or wrote in its thread, its member left, its thread is
    /// gone. None where nothing did, or it cannot be told.
    async fn look(&self, case: &Case) -> Option<Event>;

    /// A message read from history together with its author's roles, which history does not tell.
    async fn complete(&self, message: Message) -> Message;

    /// Whether Discord answers anything at all, so that trouble with one action is trouble with that alone.
    async fn is_answered(&self) -> bool {
        true
    }

    /// How long actions are tried.
    fn patience(&self) -> Patience {
        Patience::default()
    }

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

/// Judges messages and carries out what follows. Cheap to clone.
pub struct Responder<S, E> {
    inner: Arc<Inner<S, E>>,
}

struct Inner<S, E> {
    configs: Arc<GuildConfigs>,
    store: S,
    executor: E,
    /// Notices are made one at a time, so that two messages of one member meet the same case.
    noticing: tokio::sync::Mutex<()>,
    conversations: Mutex<Conversations>,
    raids: Mutex<Raids>,
    causes: Mutex<Causes>,
    /// The case that stands for each raid under way.
    raid_cases: Mutex<HashMap<(GuildId, Category), u32>>,
    /// Who asked for a private word lately.
    asking: Mutex<Asks>,
    /// What is under way.
    outbox: Mutex<Outbox>,
    /// Told whenever a receipt has been recorded.
    settled: tokio::sync::Notify,
    last_variant: Mutex<HashMap<Utterance, usize>>,
    /// When moderators were reminded last.
    reminded: Mutex<HashMap<GuildId, Timestamp>>,
    /// Settings are changed one at a time, so that no change is made from what another has changed meanwhile.
    changing: tokio::sync::Mutex<()>,
    /// Of members whose Discord told it, as Discord names languages.
    locales: Mutex<HashMap<UserId, String>>,
    telemetry: Telemetry,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl<S, E> Clone for Responder<S, E> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// A responder that judges by `configs`, remembers in `store` and acts through `executor`.
    pub fn new(configs: Arc<GuildConfigs>, store: S, executor: E) -> Self {
        Self::watched(configs, store, executor, Telemetry::new())
    }

    /// The same, of which `telemetry` is told.
    pub fn watched(configs: Arc<GuildConfigs>, store: S, executor: E, telemetry: Telemetry) -> Self {
        let shared = configs.elsewhere();
        Self {
            inner: Arc::new(Inner {
                conversations: Mutex::new(Conversations::new(shared.core.temper)),
                raids: Mutex::new(Raids::new(shared.core.raid)),
                causes: Mutex::new(Causes::new(shared.core.causes)),
                raid_cases: Mutex::default(),
                configs,
                store,
                executor,
                noticing: tokio::sync::Mutex::new(()),
                asking: Mutex::default(),
                outbox: Mutex::default(),
                settled: tokio::sync::Notify::new(),
                last_variant: Mutex::default(),
                reminded: Mutex::default(),
                changing: tokio::sync::Mutex::new(()),
                locales: Mutex::default(),
                telemetry,
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

    /// What is told of how it is doing.
    pub fn telemetry(&self) -> &Telemetry {
        &self.inner.telemetry
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
        let judging = Stopwatch::start();
        let here = self.in_force(message.guild);
        let scan = here.core.scanner.scan(&message.content);
        let setting = lock(&self.inner.conversations).hear(&message, &scan);
        let concerned = here.core.policy.concerns(&scan, &setting);
        self.inner.telemetry.judged(source.into(), &scan, judging);
        if !concerned {
            return Ok(());
        }
        let message = match source {
            Source::Live => message,
            Source::History => self.inner.executor.complete(message).await,
        };
        let _one_at_a_time = self.inner.noticing.lock().await;
        if let Some(decision) = self.decide(&here, &message, &scan, setting).await? {
            self.inner.telemetry.decided(decision.category, decision.response);
            self.act(&message, &scan, decision, now).await?;
        }
        Ok(())
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
        now: Timestamp,
    ) -> Result<Pressed, StoreError> {
        let Some(case) = self.inner.store.case(guild, Whose::Number(number)).await? else {
            return Ok(Pressed::Over);
        };
        if !presser.moderator && !case.is_offered_to(presser.id, &presser.roles) {
            return Ok(Pressed::NotTheirs);
        }
        let happened = self.happen(guild, Whose::Number(number), Event::Accepted(now)).await?;
        Ok(if happened.is_some_and(|happened| happened.changed()) {
            Pressed::Accepted
        } else {
            Pressed::Over
        })
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

    /// Decides by the rules that the message was scanned by, whatever was set meanwhile.
    async fn decide(
        &self,
        here: &GuildConfig,
        message: &Message,
        scan: &Scan,
        setting: Setting,
    ) -> Result<Option<Decision>, StoreError> {
        let since = message.sent.checked_sub(COOLDOWNS).unwrap_or(Timestamp::MIN);
        let mut circumstances = self.inner.store.circumstances(message, since).await?;
        circumstances.setting = setting;
        Ok(here.core.policy.decide(message, scan, &circumstances).decision)
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
            if let Some(other) = decision.beside {
                self.notice_both(message, &decision, notice, other, now).await?;
            } else {
                let told = self.told(message, scan, notice.member, &notice.matter);
                if let Some(number) = self.notice(notice).await? {
                    self.link(told, number).await;
                }
            }
        }
        Ok(())
    }

    /// Makes a notice a case, or part of one, and starts what follows; the number of the case.
    async fn notice(&self, notice: Notice) -> Result<Option<u32>, StoreError> {
        let (guild, about, rule) = (notice.guild, notice.matter.message, notice.matter.rule.clone());
        let noticed = self.inner.store.notice(notice, &self.terms(guild)).await?;
        let (number, pending) = match noticed {
            Noticed::Known => return Ok(None),
            Noticed::Opened(number, pending) | Noticed::Joined(number, pending) => (number, pending),
        };
        info!(%guild, %about, %rule, case = number, "noticed");
        self.carry_out_next(pending);
        Ok(Some(number))
    }

    fn render(&self, pending: &Pending) -> Action<String> {
        let here = self.in_force(pending.guild);
        let wording = &here.core.wording;
        let labels = pending.action.post().map(|post| labels(wording, post)).unwrap_or_default();
        let rendered = pending.action.clone().map(|speech| {
            wording.render(speech.language.as_deref(), speech.utterance, speech.variant, &speech.facts)
        });
        rendered.labelled(labels)
    }
}

/// What is written on the buttons of `post`, in the language of its words.
fn labels(wording: &Wording, post: &Post<Speech>) -> Vec<String> {
    let language = wording.spoken(post.words.language.as_deref(), post.words.utterance);
    let label = |button: &Button| wording.label(language, button.as_str()).unwrap_or(button.label());
    post.buttons.iter().map(|button| label(button).to_owned()).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
