//! A long day of a bot: a mixed stream of messages, trouble with Discord all the time, and what must come of it.
//!
//! What is known beforehand is which messages call for a case. In the end each has one thread with its author, one opening
//! in it and one acknowledgment in public; its member settles it, its thread is put away, and it is said where it began; nothing
//! else was said to anybody. What members wrote is looked for in every
//! request, every line of the log and every byte at rest.

mod account;
mod mischief;
mod settlement;
mod watch;
mod world;

use std::path::Path;
use std::time::{Duration, Instant};

use aside::simulator::{Simulator, State};

use self::account::Account;
use self::mischief::Mischief;
use self::settlement::Settlement;
use self::watch::Watch;
use self::world::Community;
use crate::bot::Bot;

/// How often trouble is thought of, and messages are posted.
const BEAT: Duration = Duration::from_millis(20);

/// How much is posted in one go when the stream is late: more would keep everything else from running.
const MOST_AT_ONCE: u64 = 2_000;

/// How long what is left may take once all trouble is over.
const PATIENCE: Duration = Duration::from_mins(5);

/// What is logged: our own part in full.
const LOG: &str = "aside=trace,info";

/// What the bot goes by.
const CONFIG: &str = include_str!("config.toml");

/// How long, how much, and which throws of the dice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) length: Duration,
    /// Messages a second.
    pub(crate) rate: u64,
    /// How many of a thousand messages call for a case.
    pub(crate) due: f64,
    pub(crate) seed: u64,
    pub(crate) shards: usize,
    /// Whether trouble comes at all.
    pub(crate) trouble: bool,
}

/// Plays it; the report, or what went wrong, one thing a line.
pub(crate) async fn play(plan: Plan, home: &Path) -> Result<String, String> {
    let mut community = Community::new(&plan);
    let discord = Simulator::start(&community.world()).await.map_err(|error| error.to_string())?;
    community.settle(&discord);
    let began = Instant::now();
    let mut stage = Stage {
        account: Account::new(&discord, community.due_capacity()),
        mischief: Mischief::new(&plan),
        settlement: Settlement::new(&discord),
        watch: Watch::default(),
        bot: Some(Bot::launch(&discord, home, CONFIG, LOG)),
        discord: &discord,
        home,
        plan,
    };
    stage.ready().await?;
    let streamed = stage.stream(&mut community).await?;
    let late = stage.settle_down().await;
    let status = match stage.bot.take() {
        Some(bot) => {
            stage.watch.ends(bot.id());
            bot.end("TERM", Duration::from_secs(30)).await
        }
        None => None,
    };
    stage.account.take(&discord);
    stage.account.search(home);
    let mut wrong = stage.account.wrong(&discord);
    wrong.extend(late.err());
    wrong.extend(
        (status.and_then(|status| status.code()) != Some(0)).then(|| format!("it ended with {status:?}")),
    );
    wrong.extend(stage.watch.wrong());
    let report = [
        format!("played {:.0?}: {streamed}", began.elapsed()),
        community.told(),
        stage.settlement.told(),
        stage.mischief.told(),
        stage.account.told(&discord),
        stage.watch.told(),
    ]
    .join("\n");
    discord.stop().await;
    if wrong.is_empty() { Ok(report) } else { Err(format!("{report}\nWRONG\n{}", wrong.join("\n"))) }
}

struct Stage<'a> {
    discord: &'a Simulator,
    home: &'a Path,
    plan: Plan,
    account: Account,
    mischief: Mischief,
    settlement: Settlement,
    watch: Watch,
    bot: Option<Bot>,
}

impl Stage<'_> {
    /// Until every shard has a session.
    async fn ready(&mut self) -> Result<(), String> {
        let began = Instant::now();
        while !self.is_connected() {
            if began.elapsed() > PATIENCE {
                return Err("the bot does not connect".to_owned());
            }
            if let Some(status) = self.bot.as_mut().and_then(Bot::ended) {
                return Err(format!("the bot ended with {status}"));
            }
            tokio::time::sleep(BEAT).await;
        }
        Ok(())
    }

    /// A first session reads nothing back: what is said before it is nobody's.
    fn is_connected(&self) -> bool {
        let sessions = |state: &State| state.sessions_opened().0 >= self.plan.shards;
        self.discord.read(State::connections) >= self.plan.shards && self.discord.read(sessions)
    }

    /// Posts everything, late if need be, but all of it.
    async fn stream(&mut self, community: &mut Community) -> Result<String, String> {
        let began = Instant::now();
        let all = self.plan.rate * self.plan.length.as_secs();
        let (mut posted, mut latest) = (0, Duration::ZERO);
        while posted < all {
            tokio::time::sleep(BEAT).await;
            let wanted = wanted(began.elapsed(), self.plan.rate).min(all);
            let now = wanted.min(posted + MOST_AT_ONCE);
            for _ in posted..now {
                community.speak(self.discord, &mut self.account);
            }
            posted = now;
            latest = latest.max(Duration::from_millis((wanted - posted) * 1_000 / self.plan.rate));
            self.attend(began.elapsed()).await?;
        }
        let kept = posted as f64 / began.elapsed().as_secs_f64();
        Ok(format!("{posted} messages, {kept:.0} a second, at most {latest:.1?} late"))
    }

    /// Sees to all but the messages.
    async fn attend(&mut self, at: Duration) -> Result<(), String> {
        self.account.keep_up(self.discord);
        self.settlement.settle(self.discord, false);
        match &mut self.bot {
            Some(bot) => {
                self.watch.look(bot.id());
                if let Some(status) = bot.ended() {
                    return Err(format!("the bot ended by itself with {status}"));
                }
                if self.plan.trouble {
                    self.bot = self.mischief.make(self.discord, at, self.bot.take(), &mut self.watch).await;
                }
            }
            None if self.mischief.is_back(at) => {
                self.bot = Some(Bot::launch(self.discord, self.home, CONFIG, LOG));
            }
            None => {}
        }
        Ok(())
    }

    /// Waits, without any trouble, until everything due is done.
    async fn settle_down(&mut self) -> Result<(), String> {
        Mischief::end(self.discord);
        if self.bot.is_none() {
            self.bot = Some(Bot::launch(self.discord, self.home, CONFIG, LOG));
        }
        self.ready().await?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            self.account.keep_up(self.discord);
            self.settlement.settle(self.discord, true);
            if self.account.is_complete(self.discord) && left_at(self.home).await == Some(0) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        Err(format!(
            "{PATIENCE:?} after the last message not all is done; left in the outbox: {:?}",
            left_at(self.home).await
        ))
    }
}

fn wanted(elapsed: Duration, rate: u64) -> u64 {
    u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).saturating_mul(rate) / 1_000
}

/// Actions that are committed and not done.
async fn left_at(home: &Path) -> Option<i64> {
    use sqlx::ConnectOptions as _;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.join("aside.db"));
    let mut database = options.read_only(true).connect().await.ok()?;
    sqlx::query_scalar("SELECT count(*) FROM outbox").fetch_one(&mut database).await.ok()
}
