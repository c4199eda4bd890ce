//! Connects to Discord, stays connected, and shuts down in order.

mod catch_up;
pub(crate) mod checkup;
mod clock;
mod convert;
mod events;
mod executor;
mod gap;
mod gateway;
pub(crate) mod guilds;
pub(crate) mod history;
pub(crate) mod id;
mod introduction;
mod look;
pub(crate) mod lookup;
mod notice;
mod permissions;
mod report;
pub(crate) mod rest;
mod upkeep;
pub(crate) mod wire;

use std::sync::Arc;
use std::time::Duration;

use crate::discord::id::{ApplicationId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};
use twilight_gateway::Intents;
use twilight_gateway::queue::InMemoryQueue;

use self::catch_up::CatchUp;
pub use self::clock::Clock;
use self::events::Listener;
use self::executor::Discord;
use self::gap::Gap;
use self::gateway::{Gateway, Heard};
use self::guilds::Guilds;
pub(crate) use self::id::Permissions;
use self::notice::Voice;
use self::report::Report;
pub use self::rest::{Caution, Origin, OriginError, Pace, Token};
use self::rest::{Request, Rest, RestError};
use crate::commands;
use crate::config::{Config, ConfigError, GuildConfigs, Loaded};
use crate::responder::{Patience, Responder};
use crate::store::sqlite::SqliteStore;
use crate::store::{Store, StoreError, Watched};
use crate::telemetry::{ListenError, Serving, Telemetry};

/// How long what is committed may take to finish when we are asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long Discord has to answer when we leave.
const FAREWELL: Duration = Duration::from_secs(2);

/// How often it is recorded that we listen.
const ALIVE: Duration = Duration::from_secs(2);

/// Between two looks whether what was missed is read back, and how long that is waited for.
const HEARD: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_mins(3);

/// Waits after each attempt to register the commands.
const REGISTERING: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(10)];

/// Bits of an application's `flags` that say the message content intent is switched on.
/// Source: <https://discord.com/developers/docs/resources/application#application-object-application-flags>.
const MESSAGE_CONTENT_FLAGS: u64 = 1 << 18 | 1 << 19;
/// The same for the server members intent.
const MEMBERS_FLAGS: u64 = 1 << 14 | 1 << 15;

/// Where Discord is and who we are there.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The origin before `/api/v10/…`.
    pub base: Origin,
    /// The bot token.
    pub token: Token,
    /// How fast Discord is asked, and how near we go to its limits.
    pub pace: Pace,
    /// How long what it does not take is tried.
    pub patience: Patience,
}

impl Credentials {
    /// At the usual pace.
    #[must_use]
    pub fn new(base: Origin, token: Token) -> Self {
        Self { base, token, pace: Pace::default(), patience: Patience::default() }
    }
}

/// Why the bot cannot run. Each is one sentence that says what to do.
#[derive(Debug, Error)]
pub enum RunError {
    /// 401, or close code 4004.
    #[error(
        "Discord does not accept the token in DISCORD_TOKEN. Copy it anew from the developer portal: \
         your application → Bot → Reset Token"
    )]
    WrongToken,
    /// The application lacks the intent, or close code 4014.
    #[error(
        "the message content intent is off, so I could not read a single message. Switch it on in the \
         developer portal: your application → Bot → Privileged Gateway Intents → Message Content Intent"
    )]
    MessageContentOff,
    /// Metrics and health endpoints cannot be where they are wanted.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Discord gave an address that is not safe.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The settings are not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Discord cannot be reached or does not answer usefully.
    #[error("cannot start: {0}")]
    Unreachable(String),
    /// The gateway closed for good.
    #[error("Discord closed the connection for good: {0}")]
    Closed(String),
}

impl RunError {
    /// Whether the operator's configuration is at fault, rather than the moment.
    #[must_use]
    pub const fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::WrongToken | Self::MessageContentOff | Self::Listen(_) | Self::Origin(_) | Self::Config(_)
        )
    }
}

impl From<RestError> for RunError {
    fn from(error: RestError) -> Self {
        match error {
            RestError::Refused { status, .. } if status == reqwest::StatusCode::UNAUTHORIZED => {
                Self::WrongToken
            }
            other => Self::Unreachable(other.to_string()),
        }
    }
}

#[derive(Deserialize)]
struct Me {
    id: UserId,
}

#[derive(Deserialize)]
struct Application {
    id: ApplicationId,
    #[serde(default)]
    flags: u64,
}

impl Application {
    /// Who leaves a server is heard of only where its operator lets the application know who is in one.
    fn intents(&self) -> Intents {
        let members = self.flags & MEMBERS_FLAGS != 0;
        if members { gateway::NEEDED | Intents::GUILD_MEMBERS } else { gateway::NEEDED }
    }
}

#[derive(Deserialize)]
struct GatewayBot {
    url: String,
    shards: u32,
    #[serde(default)]
    session_start_limit: SessionStarts,
}

/// How many sessions may begin.
#[derive(Deserialize)]
#[serde(default)]
struct SessionStarts {
    total: u32,
    remaining: u32,
    /// Milliseconds until it is `total` again.
    reset_after: u64,
    /// At a time, every five seconds.
    max_concurrency: u16,
}

/// What holds for every bot, if Discord does not say.
impl Default for SessionStarts {
    fn default() -> Self {
        Self { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 }
    }
}

impl SessionStarts {
    fn queue(&self) -> InMemoryQueue {
        let reset_after = Duration::from_millis(self.reset_after);
        InMemoryQueue::new(self.max_concurrency.max(1), self.remaining, reset_after, self.total)
    }
}

/// Runs the bot, which goes by `clock`, until `stop` is cancelled or Discord closes for good.
///
/// # Errors
///
/// See [`RunError`].
pub async fn run(
    loaded: Loaded,
    credentials: Credentials,
    clock: Clock,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let telemetry = Telemetry::new();
    // Before anything that takes time, and until all is over: a supervisor sees what lives and is not ready.
    let _serving = tell(&telemetry, &loaded.config).await?;
    let store = SqliteStore::open(&loaded.config.store.url).await?;
    let store = Watched::new(store, telemetry.clone());
    let Credentials { base, token, pace, patience } = credentials;
    let rest = Rest::new(base, token, pace);
    let rest = rest.map_err(|_| RunError::Unreachable("TLS cannot be set up".to_owned()))?;
    let rest = Arc::new(rest.watched(telemetry.clone()));
    let (me, application) = greet(&rest).await?;
    let intents = application.intents();
    let GatewayBot { url, shards, session_start_limit } = fetch(&rest, "gateway/bot").await?;
    let gateway = Gateway { url, shards, intents, queue: session_start_limit.queue() };
    let shards = gateway.shards;
    telemetry.shards(0..shards.max(1));
    let last_alive = store.last_alive().await?;
    let gap = Arc::new(Gap::new(gateway.shards, last_alive, max_age(&loaded.config)));
    let max_messages = usize::from(loaded.config.catch_up.max_messages);
    let configs = Arc::new(GuildConfigs::new(loaded)?);
    let (listener, ear, arriving) =
        assemble(configs, max_messages, me, store, &rest, (&gap, &clock, patience));
    let (responder, voice) = (listener.responder.clone(), Arc::clone(&listener.voice));
    responder.load_settings().await?;
    telemetry.settings_loaded();
    responder.set_clocks().await?;
    let resumed = responder.resume().await?;
    if resumed > 0 {
        info!(resumed, "taking up what was left unfinished");
    }
    let registering = register_commands(&rest, application.id);
    let keeping =
        async { tokio::join!(stay_alive(&responder, &gap, &clock), keep_time(&responder, &gap, &clock)) };
    let tidying =
        async { tokio::join!(upkeep::keep_tidy(&responder, &clock), look_after_outbox(&responder)) };
    let guilds = Arc::clone(&listener.guilds);
    let counting = async {
        tokio::join!(
            upkeep::prove_store(&responder),
            upkeep::count_cases(&responder),
            upkeep::count_guilds(&telemetry, &guilds, shards),
            upkeep::watch_limits(&rest)
        )
    };
    let working = async { tokio::join!(listener.listen(arriving), keeping, tidying, registering, counting) };
    let asked_to_stop = stop.clone();
    let outcome = tokio::select! {
        outcome = gateway::connect(&rest, gateway, ear, stop) => outcome,
        () = async { asked_to_stop.cancelled().await; telemetry.stopping(); std::future::pending().await } => Ok(()),
        () = rest.revoked() => Err(RunError::WrongToken),
        // Never first: only the connection decides when all is over, and why.
        _ = working => Ok(()),
    };
    voice.shut_down().await;
    responder.shut_down(GRACE).await;
    outcome
}

/// Begins to tell how it is doing, where that is wanted.
async fn tell(telemetry: &Telemetry, config: &Config) -> Result<Option<Serving>, ListenError> {
    match config.telemetry.listen {
        Some(address) => telemetry.serve(address).await.map(Some),
        None => Ok(None),
    }
}

/// Who we are; finds a wrong token and a missing intent before anything else is tried.
async fn greet(rest: &Rest) -> Result<(UserId, Application), RunError> {
    let me: Me = fetch(rest, "users/@me").await?;
    let application: Application = fetch(rest, "applications/@me").await?;
    if application.flags & MESSAGE_CONTENT_FLAGS == 0 {
        return Err(RunError::MessageContentOff);
    }
    Ok((me.id, application))
}

async fn fetch<T: serde::de::DeserializeOwned>(rest: &Rest, path: &str) -> Result<T, RunError> {
    let value = rest.send(Request::get(path.to_owned())).await?;
    serde_json::from_value(value)
        .map_err(|_| RunError::Unreachable(format!("Discord's answer to {path} is incomplete")))
}

fn max_age(config: &Config) -> SignedDuration {
    SignedDuration::try_from(config.catch_up.max_age).unwrap_or(SignedDuration::MAX)
}

fn assemble(
    configs: Arc<GuildConfigs>,
    max_messages: usize,
    me: UserId,
    store: Watched<SqliteStore>,
    rest: &Arc<Rest>,
    (gap, clock, patience): (&Arc<Gap>, &Clock, Patience),
) -> (Listener<Watched<SqliteStore>>, mpsc::UnboundedSender<Heard>, mpsc::UnboundedReceiver<Heard>) {
    let guilds = Arc::new(Guilds::new(me, Arc::clone(&configs)));
    let discord =
        Discord { rest: Arc::clone(rest), guilds: Arc::clone(&guilds), clock: clock.clone(), patience };
    let responder = Responder::watched(configs, store, discord, rest.telemetry().clone());
    let gap = Arc::clone(gap);
    let catch_up = CatchUp {
        guilds: Arc::clone(&guilds),
        rest: Arc::clone(rest),
        responder: responder.clone(),
        gap: Arc::clone(&gap),
        max_messages,
        tasks: TaskTracker::new(),
    };
    let (sender, arriving) = mpsc::unbounded_channel();
    let rest = Arc::clone(rest);
    let voice = Arc::new(Voice::new(Arc::clone(&guilds), Arc::clone(&rest), responder.clone()));
    let report = Arc::new(Report::new(Arc::clone(&voice)));
    let answers = TaskTracker::new();
    let listener = Listener { guilds, rest, responder, catch_up, gap, voice, report, answers };
    (listener, sender, arriving)
}

/// Tries until it works: without its commands the bot still watches and acts.
async fn register_commands(rest: &Rest, application: ApplicationId) {
    let last = std::iter::repeat(REGISTERING[REGISTERING.len() - 1]);
    for wait in REGISTERING.into_iter().chain(last) {
        match commands::register(rest, application.get()).await {
            Ok(()) => return,
            Err(error) => {
                warn!(%error, "the commands could not be registered; those that Discord knows still work");
            }
        }
        tokio::time::sleep(wait).await;
    }
}

/// Records again and again that we listen, so that the next start knows from when on to read back.
async fn stay_alive<S: Store + 'static>(responder: &Responder<S, Discord>, gap: &Gap, clock: &Clock) {
    let mut ticks = tokio::time::interval(ALIVE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut recorded = None;
    loop {
        ticks.tick().await;
        let complete = gap.complete_until(clock.now());
        if complete.is_none() || complete == recorded {
            continue;
        }
        if let Some(at) = complete
            && let Err(error) = responder.store().alive(at).await
        {
            warn!(%error, "cannot record that I listen");
        }
        recorded = complete;
    }
}

/// Begins again and again what lies in the outbox and nobody sees to.
async fn look_after_outbox<S: Store + 'static>(responder: &Responder<S, Discord>) {
    loop {
        tokio::time::sleep(responder.patience().look).await;
        if let Err(error) = responder.look_after_outbox().await {
            error!(%error, "the outbox cannot be read");
        }
    }
}

/// Sees to the clocks of cases whenever the next one wants something.
async fn keep_time<S: Store + 'static>(responder: &Responder<S, Discord>, gap: &Gap, clock: &Clock) {
    hear_out(gap, clock).await;
    loop {
        let now = clock.now();
        let next = responder.tick(now).await.unwrap_or_else(|error| {
            error!(%error, "the clocks of cases cannot be seen to");
            None
        });
        clock.until(next.unwrap_or(Timestamp::MAX), now).await;
    }
}

/// Until what was missed is read back it is not known who was answered meanwhile, but nothing waits for that for ever.
async fn hear_out(gap: &Gap, clock: &Clock) {
    let heard = async {
        while gap.complete_until(clock.now()).is_none() {
            tokio::time::sleep(HEARD).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.ok();
}
