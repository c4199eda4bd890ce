//! A day in a community, played to the production bot by the embedded Discord: no token, no network.
//!
//! The day is a script ([`DAY`], or a file): who is there, what they say and when, and what is
//! expected to come of it. The bot is the one `aside run` starts, with the built-in settings; only Discord's
//! address is another. After every line the player waits until the bot has nothing left to do, so that what is
//! shown is what came of that line.

mod closing;
mod page;
mod pieces;
mod player;
mod reading;
mod script;
mod stage;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::SignedDuration;
use tempfile::TempDir;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use self::page::Page;
use self::player::{Player, Said};
pub use self::script::{DAY, Outcome};
use self::script::{Deed, Line, Script, Setup};
use self::stage::Stage;
use crate::config::{Config, ConfigError, Loaded, Server};
use crate::discord::{Clock, Credentials, Origin, RunError, Token, run};
use crate::message::{ChannelId, GuildId, RoleId};
use crate::simulator::{Id, Simulator, World};
use crate::store::Database;
use crate::store::{Store, StoreError};

/// How long all rests together may be when someone watches.
const WATCHED: Duration = Duration::from_secs(5);

/// There is a rest after a line and after each of the bot's words; most lines have none.
const RESTS_A_LINE: u32 = 2;

/// How the day is shown.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The script to play; the built-in day when absent.
    pub script: Option<PathBuf>,
    /// Whether ANSI colors are written.
    pub color: bool,
    /// Whether to rest between lines, some seconds in all, because someone watches.
    pub paced: bool,
}

/// What came of a played day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Played {
    /// What became of each message, in order.
    pub outcomes: Vec<Outcome>,
    /// How long after its message each public acknowledgment stood there.
    pub acknowledged_after: Vec<SignedDuration>,
    /// Messages the script expects something of.
    pub expected: usize,
    /// Those that went otherwise.
    pub unexpected: usize,
}

impl Played {
    /// Takes `said` into account, and tells what was expected when it went otherwise.
    fn count(&mut self, said: &Said, expected: Option<Outcome>) -> Option<Outcome> {
        self.outcomes.push(said.outcome);
        self.acknowledged_after.extend(said.acknowledged_after);
        self.expected += usize::from(expected.is_some());
        let missed = expected.filter(|expected| *expected != said.outcome);
        self.unexpected += usize::from(missed.is_some());
        missed
    }

    /// How many messages `outcome` became of.
    fn count_of(&self, outcome: Outcome) -> usize {
        self.outcomes.iter().filter(|one| **one == outcome).count()
    }

    /// A line that belongs in a private thread could not be said, because there is none.
    fn miss(&mut self) {
        self.expected += 1;
        self.unexpected += 1;
    }
}

/// Why a day could not be played to its end. None holds a member's words.
#[derive(Debug, Error)]
pub enum DemoError {
    /// The script cannot be read or is not valid.
    #[error(transparent)]
    Script(#[from] ConfigError),
    /// The embedded Discord did not start.
    #[error("the embedded Discord cannot start: {0}")]
    Discord(io::Error),
    /// No place for the bot's database.
    #[error("no temporary folder can be made for the bot's database: {0}")]
    Folder(io::Error),
    /// The bot's database cannot be used.
    #[error(transparent)]
    Store(StoreError),
    /// The bot ended before the day did.
    #[error("the bot stopped before the day was over: {0}")]
    Bot(String),
    /// The bot did not come to rest.
    #[error("waited 30 s for {0}, in vain")]
    Stuck(String),
    /// Lines went otherwise than the script expects; the rest was played.
    #[error("{unexpected} of {expected} messages went otherwise than the script expects; they are marked ✗")]
    Unexpected {
        /// How many did.
        unexpected: usize,
        /// How many the script expects something of.
        expected: usize,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
    /// The page cannot be written.
    #[error("cannot write: {0}")]
    Write(#[from] io::Error),
}

impl DemoError {
    /// Whether the script is at fault.
    #[must_use]
    pub const fn is_configuration(&self) -> bool {
        matches!(self, Self::Script(_))
    }
}

/// Plays a day and shows on `out` what each person sees. The bot's database is in a temporary folder that is
/// gone afterwards.
///
/// # Errors
///
/// See [`DemoError`]. A closed pipe is an [`io::ErrorKind::BrokenPipe`] in [`DemoError::Write`].
pub async fn demo(options: &Options, out: &mut (dyn Write + Send)) -> Result<Played, DemoError> {
    let script = Script::load(options.script.as_deref())?;
    let world = World { guilds: vec![script.server.clone()], ..World::default() };
    let discord = Simulator::start(&world).await.map_err(|error| unstarted(&script, error))?;
    let home = TempDir::with_prefix("aside-demo-").map_err(DemoError::Folder)?;
    let played = with_bot(&script, options, &discord, home.path(), out).await;
    discord.stop().await;
    played
}

/// Starts the bot, plays, and stops it again.
async fn with_bot(
    script: &Script,
    options: &Options,
    discord: &Simulator,
    home: &Path,
    out: &mut (dyn Write + Send),
) -> Result<Played, DemoError> {
    let guild = discord.guild(&script.server.name).unwrap_or_default();
    let loaded = settings(script, discord, guild, home)?;
    // Opened first, so that it is made once; the bot opens it again.
    let store = Database::open(&loaded.config.store.url).await.map_err(DemoError::Store)?;
    let stop = CancellationToken::new();
    let clock = Clock::standing(script.begins());
    let mut bot = Box::pin(run(loaded, credentials(discord)?, clock.clone(), stop.clone()));
    let played = tokio::select! {
        ended = &mut bot => return Err(early(ended)),
        played = play(script, options, (discord, &clock), &store, out) => played,
        _ = tokio::signal::ctrl_c() => Err(DemoError::Interrupted),
    };
    stop.cancel();
    bot.await.map_err(|error| early(Err(error)))?;
    store.close().await;
    played
}

fn unstarted(script: &Script, error: io::Error) -> DemoError {
    match error.kind() {
        io::ErrorKind::InvalidInput => DemoError::Script(script.unsettled(&error)),
        _ => DemoError::Discord(error),
    }
}

/// The built-in settings, with what the script's moderators set up.
fn settings(script: &Script, discord: &Simulator, guild: Id, home: &Path) -> Result<Loaded, ConfigError> {
    let mut config = Config::default();
    // Nobody in a script can answer a reminder.
    config.clock.remind_after = Duration::ZERO;
    config.store.url = format!("sqlite://{}", home.join("aside.db").display());
    config.server = BTreeMap::from([(GuildId(guild), server(&script.aside, discord))]);
    config.rule.extend(script.aside.rules.iter().cloned());
    let core = config.build()?;
    Ok(Loaded { config, core, file: None })
}

fn server(setup: &Setup, discord: &Simulator) -> Server {
    let channel = |name: &Option<toml::Spanned<String>>| {
        name.as_ref().and_then(|name| discord.channel(name.get_ref())).map(ChannelId)
    };
    let role = setup.moderator_role.as_ref().and_then(|name| discord.role(name.get_ref()));
    Server {
        moderator_role: role.map(RoleId),
        desk_channel: channel(&setup.desk_channel),
        alert_channel: channel(&setup.alert_channel),
        ..Server::default()
    }
}

fn credentials(discord: &Simulator) -> Result<Credentials, DemoError> {
    let base = Origin::parse(&discord.base()).map_err(|error| early(Err(error.into())))?;
    Ok(Credentials::new(base, Token::new(&discord.token())))
}

fn early(ended: Result<(), RunError>) -> DemoError {
    DemoError::Bot(ended.map_or_else(|error| error.to_string(), |()| "its connection ended".to_owned()))
}

async fn play(
    script: &Script,
    options: &Options,
    (discord, clock): (&Simulator, &Clock),
    store: &Database,
    out: &mut (dyn Write + Send),
) -> Result<Played, DemoError> {
    discord.connected().await.map_err(|vain| DemoError::Stuck(vain.0))?;
    let guild = discord.guild(&script.server.name).unwrap_or_default();
    let names = script.lines().map(|line| line.by.get_ref().as_str()).chain(["Aside"]);
    let mut stage = Stage::new(Page::new(out, options.color, names), discord, rest(script, options));
    let mut player = Player::new((discord, clock), store, script, guild);
    stage.introduce(script, guild)?;
    let day = scenes(script, &mut player, &mut stage).await?;
    close(script, discord, &mut stage, &day)?;
    match day.unexpected {
        0 => Ok(day),
        unexpected => Err(DemoError::Unexpected { unexpected, expected: day.expected }),
    }
}

async fn scenes<S: Store>(
    script: &Script,
    player: &mut Player<'_, S>,
    stage: &mut Stage<'_>,
) -> Result<Played, DemoError> {
    let mut day = Played::default();
    for scene in &script.scenes {
        stage.open(scene)?;
        for line in &scene.lines {
            let Some(channel) = player.place(scene, line) else {
                day.miss();
                stage.unsaid(line)?;
                continue;
            };
            match &line.does {
                Deed::Says(says) => {
                    let said = player.say(channel, line, says).await?;
                    show(stage, &mut day, line, &said, script.expected(line)).await?;
                }
                Deed::Presses(label) => press(player, stage, &mut day, (channel, line, label)).await?,
            }
        }
        stage.private().await?;
    }
    Ok(day)
}

async fn show(
    stage: &mut Stage<'_>,
    day: &mut Played,
    line: &Line,
    said: &Said,
    expected: Option<Outcome>,
) -> Result<(), DemoError> {
    if line.thread_of.is_none() {
        stage.line(said).await?;
    }
    if let Some(expected) = day.count(said, expected) {
        stage.unexpected(said, expected)?;
    }
    Ok(())
}

async fn press<S: Store>(
    player: &mut Player<'_, S>,
    stage: &mut Stage<'_>,
    day: &mut Played,
    (channel, line, label): (Id, &Line, &toml::Spanned<String>),
) -> Result<(), DemoError> {
    // What was said there before comes before.
    stage.private().await?;
    if let Some(pressed) = player.press(channel, line, label.get_ref()).await? {
        stage.press(&pressed).await?;
    } else {
        day.miss();
        stage.unpressed(line, label.get_ref())?;
    }
    Ok(())
}

fn close(script: &Script, discord: &Simulator, stage: &mut Stage<'_>, played: &Played) -> io::Result<()> {
    let alerts = script.aside.alert_channel.as_ref().and_then(|name| discord.channel(name.get_ref()));
    closing::moderators(stage, discord, alerts)?;
    closing::figures(stage.page(), played)?;
    closing::next(stage.page())?;
    stage.page().flush()
}

/// How long to rest after each line, so that the day takes [`WATCHED`] in all.
fn rest(script: &Script, options: &Options) -> Duration {
    let lines = u32::try_from(script.lines().count()).unwrap_or(u32::MAX).max(1);
    if options.paced { WATCHED / lines / RESTS_A_LINE } else { Duration::ZERO }
}
