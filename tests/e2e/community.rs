//! A community with the bot in it: the embedded Discord, and the production bot connected to it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aside::config::{Config, Loaded};
use aside::discord::{Clock, Credentials, Origin, RunError, Token, run};
use aside::simulator::{Channel, ChannelKind, Id, InVain, Message, Simulator, State, World};
use serde_json::json;
use sqlx::any::install_default_drivers;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::{log, metrics};

/// How long anything is waited for before a test is told that it will not come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// Between two looks at what cannot be waited for.
pub(crate) const GLANCE: Duration = Duration::from_millis(5);

/// Where the bot's database is while a test runs.
pub(crate) struct Home {
    folder: TempDir,
    /// Where the bot tells how it is doing.
    told_at: Option<SocketAddr>,
    /// What the bot goes by.
    pub(crate) clock: Clock,
    /// Where its database is, unless it is here.
    elsewhere: Option<String>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self::with(Clock::system())
    }

    /// A bot that goes by `clock` lives here.
    pub(crate) fn with(clock: Clock) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), told_at: None, clock, elsewhere: None }
    }

    /// A bot whose database is at `url` lives here.
    pub(crate) fn away(url: String) -> Self {
        Self { elsewhere: Some(url), ..Self::new() }
    }

    /// A bot that tells how it is doing lives here.
    pub(crate) fn telling(self) -> Self {
        Self { told_at: Some(metrics::address()), ..self }
    }

    /// Where it tells that.
    pub(crate) fn told_at(&self) -> SocketAddr {
        self.told_at.unwrap()
    }

    pub(crate) fn database(&self) -> String {
        let here = || format!("sqlite://{}", self.path().join("aside.db").display());
        self.elsewhere.clone().unwrap_or_else(here)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Every byte at rest: the database and what SQLite keeps beside it.
    pub(crate) fn at_rest(&self) -> String {
        let files = std::fs::read_dir(self.path()).unwrap().map(|entry| entry.unwrap().path());
        let databases = files.filter(|file| file.to_string_lossy().contains("aside.db"));
        // What lies beside the database goes when the last of us has closed it, which may be just now.
        let read = |file| match std::fs::read(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            read => read.unwrap(),
        };
        let bytes: Vec<u8> = databases.flat_map(read).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Changes the database behind the back of a bot that has stopped.
    pub(crate) async fn execute(&self, change: &'static str, value: &str) {
        let options = SqliteConnectOptions::new().filename(self.path().join("aside.db"));
        let mut database = options.connect().await.unwrap();
        sqlx::query(change).bind(value).execute(&mut database).await.unwrap();
    }

    /// Waits until everything committed has been done, or given up.
    pub(crate) async fn idle(&self) -> Result<(), String> {
        self.until("SELECT count(*) = 0 FROM outbox WHERE buried_at IS NULL").await
    }

    /// Waits until the database answers `question` with yes.
    pub(crate) async fn until(&self, question: &str) -> Result<(), String> {
        install_default_drivers();
        let mut database =
            AnyConnection::connect(&self.database()).await.map_err(|error| error.to_string())?;
        let asked = format!("SELECT CASE WHEN ({question}) THEN 1 ELSE 0 END");
        let waiting = async {
            loop {
                let answer: Result<i64, sqlx::Error> =
                    sqlx::query_scalar(sqlx::AssertSqlSafe(asked.as_str())).fetch_one(&mut database).await;
                if answer.map_err(|error| error.to_string())? == 1 {
                    return Ok(());
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.unwrap_or_else(|_| Err(format!("waited for {question:?}, in vain")))
    }
}

/// Waits until the bot has heard everything that happened so far, and done what follows.
///
/// Events are taken one after the other. So a message in a channel that the bot has never heard of, which makes
/// it ask Discord for that channel, proves by the question that all before it was judged and committed.
pub(crate) async fn settled(discord: &Simulator, home: &Home) -> Result<(), String> {
    static UNHEARD_OF: AtomicU64 = AtomicU64::new(7_000_000);
    let channel = UNHEARD_OF.fetch_add(1, Ordering::Relaxed);
    discord.connected().await.map_err(|error| error.to_string())?;
    let guild = discord.guild("Harbor").ok_or("no guild is called Harbor")?;
    let message = json!({
        "id": channel.to_string(), "channel_id": channel.to_string(), "guild_id": guild.to_string(),
        "author": { "id": "7" }, "content": "",
    });
    discord.send_event("MESSAGE_CREATE", &message);
    let asked = format!("/channels/{channel}");
    discord
        .wait_until("the bot to have heard everything", |state| {
            state.requests().iter().find(|request| request.path == asked && request.status != 0).map(drop)
        })
        .await
        .map_err(|error| error.to_string())?;
    home.idle().await
}

/// Waits until the bot is connected in a session opened after the first `before` ones.
pub(crate) async fn another_session(discord: &Simulator, before: usize) -> Result<(), InVain> {
    let opened = |state: &State| (state.sessions_opened().0 > before && state.is_connected()).then_some(());
    discord.wait_until("a new session", opened).await
}

/// A running bot.
pub(crate) struct Bot {
    stop: CancellationToken,
    task: JoinHandle<Result<(), RunError>>,
}

impl Bot {
    /// Starts the bot with the settings in `config` (TOML) and waits until it is connected, in a session of its own:
    /// that of a process killed just before may still stand.
    pub(crate) async fn start(discord: &Simulator, home: &Home, config: &str) -> Self {
        let before = discord.read(|state| state.sessions_opened().0);
        let bot = Self::launch(discord, home, config);
        another_session(discord, before).await.unwrap();
        bot
    }

    /// Starts the bot without waiting.
    pub(crate) fn launch(discord: &Simulator, home: &Home, config: &str) -> Self {
        Self::launch_as(Self::credentials(discord), home, config)
    }

    /// Who the bot is, and where.
    pub(crate) fn credentials(discord: &Simulator) -> Credentials {
        Credentials::new(Origin::parse(&discord.base()).unwrap(), Token::new(&discord.token()))
    }

    /// Starts a bot that goes about it as `credentials` say, without waiting.
    pub(crate) fn launch_as(credentials: Credentials, home: &Home, config: &str) -> Self {
        log::listen();
        let mut config = Config::parse(config, Path::new("test.toml")).unwrap();
        config.store.url = home.database();
        config.telemetry.listen = home.told_at;
        let core = config.build().unwrap();
        let stop = CancellationToken::new();
        let loaded = Loaded { config, core, file: None };
        #[expect(clippy::disallowed_methods, reason = "the bot ends with the test that runs it")]
        let task = tokio::spawn(run(loaded, credentials, home.clock.clone(), stop.clone()));
        Self { stop, task }
    }

    /// Stops the bot in order.
    pub(crate) async fn stop(self) -> Result<(), RunError> {
        self.stop.cancel();
        self.ended().await
    }

    /// What the bot ended with by itself.
    pub(crate) async fn ended(self) -> Result<(), RunError> {
        tokio::time::timeout(PATIENCE, self.task).await.unwrap().unwrap()
    }
}

/// The world most tests play in.
pub(crate) fn harbor() -> World {
    World::from_toml(include_str!("harbor.toml")).unwrap()
}

/// The rules most tests play under.
pub(crate) const RULES: &str = include_str!("rules.toml");

/// What the bot said in `channel` about what was said there; what Discord says in its name, such as that it added
/// someone, is left out, and so is what it says of its own accord.
pub(crate) fn said(discord: &Simulator, channel: Id) -> Vec<Message> {
    let bot = discord.bot();
    discord.messages(channel).into_iter().filter(|message| is_said_by(bot, message)).collect()
}

/// Whether `author` said it in words that others can read: an ordinary post, or a reply.
pub(crate) fn is_said_by(author: Id, message: &Message) -> bool {
    message.author == author
        && matches!(message.kind, 0 | 19)
        && message.only_for.is_none()
        && !is_notice(author, message)
}

/// Whether `author` said it of its own accord, outside of any case.
pub(crate) fn is_notice(author: Id, message: &Message) -> bool {
    let nonce = message.nonce.as_ref().and_then(serde_json::Value::as_str);
    message.author == author && nonce.is_some_and(|nonce| nonce.starts_with('n'))
}

/// The private threads of the bot, oldest first.
pub(crate) fn private_threads(discord: &Simulator) -> Vec<Channel> {
    let bot = discord.bot();
    let of_a_case = |thread: &&Channel| {
        thread.kind == ChannelKind::PrivateThread
            && thread.thread.as_ref().is_some_and(|thread| thread.owner == bot)
    };
    discord.read(|state| state.threads().filter(of_a_case).cloned().collect())
}
