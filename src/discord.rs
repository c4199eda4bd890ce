//! Connects to Discord, stays connected, and shuts down in order.

mod catch_up;
pub(crate) mod checkup;
mod clock;
mod convert;
mod ear;
mod events;
mod executor;
mod gap;
mod gateway;
mod gone;
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
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, error, info, warn};
use twilight_gateway::Intents;

use self::catch_up::{Bounds, CatchUp};
pub use self::clock::Clock;
use self::ear::{Ear, Heard};
use self::events::Listener;
use self::executor::Discord;
use self::gap::Gap;
use self::gateway::Gateway;
use self::gateway::identify::Turns;
use self::gone::Gone;
use self::guilds::Guilds;
pub(crate) use self::id::Permissions;
use self::notice::Voice;
use self::report::Report;
pub use self::rest::{Caution, Origin, OriginError, Pace, Token};
use self::rest::{Request, Rest, RestError, Standing};
use crate::commands;
use crate::config::{Config, ConfigError, GuildConfigs, Loaded};
use crate::message::GuildId;
use crate::responder::{Patience, Responder};
use crate::store::{Database, Heard as Change, Shards, Store, StoreError};

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
    /// Which shards are this process's own; all that Discord recommends, unless it is said.
    pub shards: Option<Shards>,
}

impl Credentials {
    /// At the usual pace.
    #[must_use]
    pub fn new(base: Origin, token: Token) -> Self {
        Self { base, token, pace: Pace::default(), patience: Patience::default(), shards: None }
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
    /// The shards are none of Discord's; close code 4010.
    #[error("Discord does not know the shards that --shards names (4010). Write A..B/N, such as 0..4/16")]
    NoSuchShard,
    /// Close code 4011.
    #[error(
        "the bot is in too many servers for so few shards (4011). Give all processes a larger N in \
         --shards A..B/N, or leave it out where one process is enough: then Discord's own number holds"
    )]
    TooFewShards,
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
            Self::WrongToken
                | Self::MessageContentOff
                | Self::Origin(_)
                | Self::Config(_)
                | Self::NoSuchShard
                | Self::TooFewShards
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
    let store = Database::open(&loaded.config.store.url).await?;
    let Credentials { base, token, pace, patience, shards: wanted } = credentials;
    let rest = Rest::new(base, token, pace);
    let rest = Arc::new(rest.map_err(|_| RunError::Unreachable("TLS cannot be set up".to_owned()))?);
    let (me, application) = greet(&rest).await?;
    let intents = application.intents();
    let GatewayBot { url, shards, session_start_limit } = fetch(&rest, "gateway/bot").await?;
    let shards = wanted.unwrap_or_else(|| all(shards));
    let store = store.of_shards(shards);
    // As long as another process sees to them, we stand by.
    let _held = tokio::select! {
        held = store.hold(shards) => held?,
        () = stop.cancelled() => return Ok(()),
    };
    let gap = Arc::new(Gap::new(shards.ids(), store.last_alive().await?));
    let bounds = bounds(&loaded.config);
    let configs = Arc::new(GuildConfigs::new(loaded)?);
    let (listener, ear, arriving) = assemble(configs, bounds, me, store, &rest, (&gap, &clock, patience));
    let (responder, voice) = (listener.responder.clone(), Arc::clone(&listener.voice));
    let (turns, dealer) = Turns::new(Arc::clone(&rest), responder.clone(), &session_start_limit);
    let changes = take_up(&responder).await?;
    let (catch_up, missing) = (listener.catch_up.clone(), ear.clone());
    let hearing =
        async { tokio::join!(listener.listen(arriving), catch_up.read_missed(&missing), dealer.deal()) };
    let keeping =
        async { tokio::join!(stay_alive(&responder, &gap, &clock), keep_time(&responder, &gap, &clock)) };
    let tidying =
        async { tokio::join!(upkeep::keep_tidy(&responder, &clock), look_after_outbox(&responder, &rest)) };
    let registering = register_commands(&rest, application.id, shards);
    let following = follow_changes(&responder, changes);
    let stopping = stop.clone();
    let valid = async {
        rest.revoked().await;
        stopping.cancel();
    };
    let working = async { tokio::join!(hearing, keeping, tidying, registering, following, valid) };
    let gateway = Gateway { url, shards, intents, turns };
    let outcome = tokio::select! {
        outcome = gateway::connect(&rest, gateway, ear, stop) => outcome,
        // What cannot be kept must not be done either.
        error = responder.store().failed() => Err(error.into()),
        // Never first: only the connection decides when all is over, and why.
        _ = working => Ok(()),
    };
    record(&responder, &gap).await;
    voice.shut_down().await;
    responder.shut_down(GRACE).await;
    if rest.is_revoked() { Err(RunError::WrongToken) } else { outcome }
}

/// All there are.
fn all(shards: u32) -> Shards {
    Shards::new(0, shards.max(1), shards.max(1)).unwrap_or(Shards::ALL)
}

/// Takes up what was set, and what was left unfinished. What is changed from here on.
async fn take_up(
    responder: &Responder<Database, Discord>,
) -> Result<Option<mpsc::Receiver<Change>>, RunError> {
    let changes = responder.store().changes_heard().await?;
    responder.load_settings().await?;
    responder.set_clocks().await?;
    let resumed = responder.resume().await?;
    if resumed > 0 {
        info!(resumed, "taking up what was left unfinished");
    }
    Ok(changes)
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

fn bounds(config: &Config) -> Bounds {
    Bounds {
        max_age: SignedDuration::try_from(config.catch_up.max_age).unwrap_or(SignedDuration::MAX),
        max_messages: usize::from(config.catch_up.max_messages),
    }
}

fn assemble(
    configs: Arc<GuildConfigs>,
    bounds: Bounds,
    me: UserId,
    store: Database,
    rest: &Arc<Rest>,
    (gap, clock, patience): (&Arc<Gap>, &Clock, Patience),
) -> (Listener<Database>, Ear, UnboundedReceiver<Heard>) {
    let guilds = Arc::new(Guilds::new(me, Arc::clone(&configs)));
    let discord =
        Discord { rest: Arc::clone(rest), guilds: Arc::clone(&guilds), clock: clock.clone(), patience };
    let responder = Responder::new(configs, store, discord);
    let (gap, gone) = (Arc::clone(gap), Arc::new(Gone::default()));
    let (ear, arriving) = Ear::new(Arc::clone(&gap), clock.clone());
    let rest = Arc::clone(rest);
    let voice = Arc::new(Voice::new(Arc::clone(&guilds), Arc::clone(&rest), responder.clone()));
    let catch_up = CatchUp {
        guilds: Arc::clone(&guilds),
        rest: Arc::clone(&rest),
        responder: responder.clone(),
        gap: Arc::clone(&gap),
        voice: Arc::clone(&voice),
        gone: Arc::clone(&gone),
        bounds,
        turns: catch_up::turns(),
    };
    let report = Arc::new(Report::new(Arc::clone(&voice)));
    let answers = TaskTracker::new();
    let listener = Listener { guilds, rest, responder, catch_up, gap, gone, voice, report, answers };
    (listener, ear, arriving)
}

/// Tries until it works: without its commands the bot still watches and acts. Of several processes the first one does it.
async fn register_commands(rest: &Rest, application: ApplicationId, shards: Shards) {
    if shards.first() != 0 {
        return;
    }
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

/// What is changed by another process holds here, too.
async fn follow_changes<S: Store + 'static>(
    responder: &Responder<S, Discord>,
    changes: Option<mpsc::Receiver<Change>>,
) {
    let Some(mut changes) = changes else { return };
    while let Some(change) = changes.recv().await {
        let followed = match change {
            Change::Change(guild) => responder.reload(guild).await,
            Change::Everything => responder.load_settings().await,
        };
        if let Err(error) = followed {
            error!(%error, "settings that another process changed cannot be read");
        }
    }
}

/// Records again and again that we listen, so that the next start knows from when on to read back.
async fn stay_alive<S: Store + 'static>(responder: &Responder<S, Discord>, gap: &Gap, clock: &Clock) {
    let mut ticks = tokio::time::interval(ALIVE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut recorded = None;
    loop {
        ticks.tick().await;
        note_overdue(responder, gap, clock).await;
        if recorded != gap.complete_until() {
            recorded = record(responder, gap).await;
        }
    }
}

/// Guilds in an outage are noted, so that they are read back whenever it is over.
async fn note_overdue<S: Store + 'static>(responder: &Responder<S, Discord>, gap: &Gap, clock: &Clock) {
    for (guild, since) in gap.overdue(clock.now()) {
        let (here, since) = (GuildId(guild.get()), since.as_second().to_string());
        match responder.store().note(here, catch_up::SINCE, &since).await {
            Ok(()) => gap.noted(guild),
            Err(error) => warn!(%error, "cannot record that a server is out of reach"),
        }
    }
}

/// Records until when everything was heard, if that can be told.
async fn record<S: Store + 'static>(responder: &Responder<S, Discord>, gap: &Gap) -> Option<Timestamp> {
    let at = gap.complete_until()?;
    match responder.store().alive(at).await {
        Ok(()) => Some(at),
        Err(error) => {
            warn!(%error, "cannot record that I listen");
            None
        }
    }
}

/// Begins again and again what lies in the outbox and nobody sees to.
async fn look_after_outbox<S: Store + 'static>(responder: &Responder<S, Discord>, rest: &Rest) {
    loop {
        tokio::time::sleep(responder.patience().look).await;
        // A circuit with nothing to send closes all the same.
        let Standing { invalid, open, guilds } = rest.standing();
        debug!(invalid, open, guilds, "requests that Discord refused of late");
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
        while !gap.is_caught_up(clock.now()) {
            tokio::time::sleep(HEARD).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.ok();
}
