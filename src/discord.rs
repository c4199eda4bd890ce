//! Connects to Discord, stays connected, and shuts down in order.

mod alive;
mod catch_up;
pub(crate) mod checkup;
mod clock;
mod convert;
mod ear;
mod events;
mod executor;
mod failure;
mod gap;
mod gateway;
mod gone;
mod greeting;
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
mod settings;
mod upkeep;
pub(crate) mod wire;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::catch_up::{Bounds, CatchUp};
pub use self::clock::Clock;
use self::ear::{Ear, Heard};
use self::events::Listener;
use self::executor::Discord;
pub use self::failure::RunError;
use self::gap::Gap;
use self::gateway::Gateway;
use self::gateway::identify::Turns;
use self::gone::Gone;
use self::greeting::Greeting;
use self::guilds::Guilds;
pub(crate) use self::id::Permissions;
use self::notice::Voice;
use self::report::Report;
use self::rest::Rest;
pub use self::rest::{Caution, Origin, OriginError, Pace, Token};
use crate::config::{Config, GuildConfigs, Loaded};
use crate::responder::{Patience, Responder};
use crate::store::{Database, Shards, Store as _, Watched};
use crate::telemetry::{ListenError, Serving, Telemetry};

/// How long what is committed may take to finish when we are asked to stop.
const GRACE: Duration = Duration::from_secs(10);

/// How long Discord has to answer when we leave.
const FAREWELL: Duration = Duration::from_secs(2);

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
    let store = Database::open(&loaded.config.store.url).await?;
    let rest = Rest::new(credentials.base, credentials.token, credentials.pace);
    let rest = rest.map_err(|_| RunError::Unreachable("TLS cannot be set up".to_owned()))?;
    let rest = Arc::new(rest.watched(telemetry.clone()));
    let mut greeting = Greeting::exchange(&rest).await?;
    let shards = credentials.shards.unwrap_or_else(|| all(greeting.gateway.shards));
    telemetry.shards(shards.ids());
    let store = store.of_shards(shards);
    // As long as another process sees to them, we stand by.
    let held = tokio::select! {
        held = store.hold(shards) => held?,
        () = stop.cancelled() => return Ok(()),
    };
    if held.has_waited() {
        greeting = Greeting::exchange(&rest).await?;
    }
    let store = Watched::new(store, telemetry);
    let gap = Arc::new(Gap::new(shards.ids(), store.last_alive().await?));
    let bot = Bot::new(loaded, greeting.me, store, &rest, gap, (clock, credentials.patience))?;
    Box::pin(bot.live(greeting, shards, stop)).await
}

/// Begins to tell how it is doing, where that is wanted.
async fn tell(telemetry: &Telemetry, config: &Config) -> Result<Option<Serving>, ListenError> {
    match config.telemetry.listen {
        Some(address) => telemetry.serve(address).await.map(Some),
        None => Ok(None),
    }
}

/// All there are.
fn all(shards: u32) -> Shards {
    Shards::new(0, shards.max(1), shards.max(1)).unwrap_or(Shards::ALL)
}

fn bounds(config: &Config) -> Bounds {
    Bounds {
        max_age: SignedDuration::try_from(config.catch_up.max_age).unwrap_or(SignedDuration::MAX),
        max_messages: usize::from(config.catch_up.max_messages),
    }
}

/// Everything that is there while the bot runs.
struct Bot {
    listener: Listener<Watched<Database>>,
    ear: Ear,
    arriving: UnboundedReceiver<Heard>,
    clock: Clock,
}

impl Bot {
    fn new(
        loaded: Loaded,
        me: id::UserId,
        store: Watched<Database>,
        rest: &Arc<Rest>,
        gap: Arc<Gap>,
        (clock, patience): (Clock, Patience),
    ) -> Result<Self, RunError> {
        let bounds = bounds(&loaded.config);
        let configs = Arc::new(GuildConfigs::new(loaded)?);
        let (rest, guilds) = (Arc::clone(rest), Arc::new(Guilds::new(me, Arc::clone(&configs))));
        let discord =
            Discord { rest: Arc::clone(&rest), guilds: Arc::clone(&guilds), clock: clock.clone(), patience };
        let responder = Responder::watched(configs, store, discord, rest.telemetry().clone());
        let (ear, arriving) = Ear::new(Arc::clone(&gap), clock.clone());
        let gone = Arc::new(Gone::default());
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
        Ok(Self { listener, ear, arriving, clock })
    }

    /// Until `stop` is cancelled or it cannot go on; what is committed is finished before it returns. Where nothing can be kept
    /// any more, whoever has taken over finishes it, and nothing is sent from then on.
    async fn live(self, greeting: Greeting, shards: Shards, stop: CancellationToken) -> Result<(), RunError> {
        let Self { listener, ear, arriving, clock } = self;
        let (responder, catch_up) = (listener.responder.clone(), listener.catch_up.clone());
        let (rest, guilds) = (Arc::clone(&listener.rest), Arc::clone(&listener.guilds));
        let (voice, gap) = (Arc::clone(&listener.voice), Arc::clone(&listener.gap));
        let changes = settings::take_up(&responder).await?;
        responder.telemetry().settings_loaded();
        let Greeting { application, intents, gateway, .. } = greeting;
        let (turns, dealer) = Turns::new(Arc::clone(&rest), responder.clone(), &gateway.session_start_limit);
        let missing = ear.clone();
        let working = async {
            tokio::join!(
                listener.listen(arriving),
                catch_up.read_missed(&missing),
                dealer.deal(),
                alive::stay_alive(&responder, &gap, &clock),
                alive::keep_time(&responder, &gap, &clock),
                upkeep::keep_tidy(&responder, &clock),
                upkeep::look_after_outbox(&responder, &rest),
                upkeep::register_commands(&rest, application, shards),
                upkeep::count(&responder, &guilds, shards),
                settings::follow_changes(&responder, changes),
                stop_when_revoked(&rest, &stop),
                tell_when_stopping(responder.telemetry(), &stop),
            )
        };
        let gateway = Gateway { url: gateway.url, shards, intents, turns };
        let outcome = tokio::select! {
            outcome = gateway::connect(&rest, gateway, ear, stop.clone()) => outcome,
            // What cannot be kept must not be done either.
            error = responder.store().failed() => Err(error.into()),
            // Never first: only the connection decides when all is over, and why.
            _ = working => Ok(()),
        };
        let grace = if matches!(outcome, Err(RunError::Store(_))) { Duration::ZERO } else { GRACE };
        if grace.is_zero() {
            rest.close();
        }
        // What is not said any more was not heard either.
        voice.shut_down(grace).await;
        alive::record(&responder, &gap).await;
        responder.shut_down(grace).await;
        if rest.is_revoked() { Err(RunError::WrongToken) } else { outcome }
    }
}

/// A token that was reset is good for nothing any more; the connection is closed in order all the same.
async fn stop_when_revoked(rest: &Rest, stop: &CancellationToken) {
    rest.revoked().await;
    stop.cancel();
}

async fn tell_when_stopping(telemetry: &Telemetry, stop: &CancellationToken) {
    stop.cancelled().await;
    telemetry.stopping();
}
