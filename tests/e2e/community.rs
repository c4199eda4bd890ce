//! A community with the bot in it: the embedded Discord, and the production bot connected to it.

use std::path::Path;
use std::time::Duration;

use aside::config::{Config, Loaded};
use aside::discord::{Credentials, Origin, RunError, Token, run};
use aside::simulator::{Channel, ChannelKind, Id, Message, Simulator, World};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Where the bot's database is while a test runs.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn database(&self) -> String {
        format!("sqlite://{}", self.path().join("aside.db").display())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A running bot.
pub struct Bot {
    stop: CancellationToken,
    task: JoinHandle<Result<(), RunError>>,
}

impl Bot {
    /// Starts the bot with the settings in `config` (TOML) and waits until it is connected.
    pub async fn start(discord: &Simulator, home: &Home, config: &str) -> Self {
        let bot = Self::launch(discord, home, config);
        discord.connected().await.unwrap();
        bot
    }

    /// Starts the bot without waiting.
    pub fn launch(discord: &Simulator, home: &Home, config: &str) -> Self {
        let mut config = Config::parse(config, Path::new("test.toml")).unwrap();
        config.store.url = home.database();
        let core = config.build().unwrap();
        let credentials = Credentials {
            base: Origin::parse(&discord.base()).unwrap(),
            token: Token::new(&discord.token()),
        };
        let stop = CancellationToken::new();
        let loaded = Loaded { config, core, file: None };
        let task = tokio::spawn(run(loaded, credentials, stop.clone()));
        Self { stop, task }
    }

    /// Stops the bot in order.
    pub async fn stop(self) -> Result<(), RunError> {
        self.stop.cancel();
        tokio::time::timeout(Duration::from_secs(20), self.task).await.unwrap().unwrap()
    }

    /// What the bot ended with by itself.
    pub async fn ended(self) -> Result<(), RunError> {
        tokio::time::timeout(Duration::from_secs(20), self.task).await.unwrap().unwrap()
    }
}

/// The world most tests play in.
pub fn harbor() -> World {
    World::from_toml(include_str!("harbor.toml")).unwrap()
}

/// What the bot said in `channel`.
pub fn said(discord: &Simulator, channel: Id) -> Vec<Message> {
    let bot = discord.bot();
    discord.messages(channel).into_iter().filter(|message| message.author == bot).collect()
}

/// The private threads of the first guild.
pub fn private_threads(discord: &Simulator) -> Vec<Channel> {
    discord.read(|state| {
        state.threads().filter(|thread| thread.kind == ChannelKind::PrivateThread).cloned().collect()
    })
}

/// Waits until the bot has spoken `count` times in `channel`.
pub async fn spoken(discord: &Simulator, channel: Id, count: usize) -> Vec<Message> {
    let bot = discord.bot();
    let what = format!("{count} public words of the bot");
    discord
        .wait_until(&what, |state| {
            let said: Vec<Message> =
                state.messages(channel).filter(|message| message.author == bot).cloned().collect();
            (said.len() >= count).then_some(said)
        })
        .await
        .unwrap()
}
