//! What ten thousand open cases cost: a tick of the clock, and a start. `cargo bench --bench clock`.
//!
//! They are in the real store, written as the store writes them, in twenty servers with settings of their own. `idle` is
//! a tick at which no clock wants anything; `reminder` one at which ten members of a server have waited too long, so
//! that ten cases take a step, their alerts are to be brought up to date, and one reminder is committed. The bar is 10 ms
//! for either. A start opens the store, loads settings, sets every clock and takes up what an earlier process left in the
//! outbox; the bar is 2 s. What the process holds then is told, too.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench reads the clock, prints, and stops when anything is wrong"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aside::case::action::{Action, Receipt, Speech};
use aside::case::clock::Promise;
use aside::case::reminder::Help;
use aside::case::{Case, Event, Matter, Surroundings};
use aside::config::{Config, GuildConfigs, GuildSettings, Loaded};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, Message, MessageId, RoleId, UserId};
use aside::policy::{Mode, Response};
use aside::responder::{AtHand, Attempt, Executor, Failure, Responder};
use aside::store::Database;
use aside::store::{NewChange, Pending, Store, Terms};
use async_trait::async_trait;
use criterion::{BatchSize, Criterion};
use jiff::{SignedDuration, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use tokio::runtime::Runtime;

const CASES: u32 = 10_000;
const GUILDS: u64 = 20;
/// Cases of one server that are due at once.
const DUE: u32 = 10;
/// Actions that an earlier process left behind.
const LEFT: u32 = 100;

/// Ordinary ids are as long as these.
const FIRST: u64 = 1_191_168_000_000_000_000;
const STAFF: ChannelId = ChannelId(FIRST + 12);
const MODERATOR: RoleId = RoleId(FIRST + 30);

/// Nobody is asked, and nothing is ever answered: what is measured is our own part.
struct Silence;

#[async_trait]
impl Executor for Silence {
    async fn perform(&self, _: &Pending, _: Action<String>, _: Attempt) -> Result<Receipt, Failure> {
        std::future::pending().await
    }

    fn surroundings(&self, _: &Message) -> Surroundings {
        Surroundings::default()
    }

    fn at_hand(&self, _: GuildId) -> Option<AtHand> {
        Some(AtHand { help: Help { moderators: vec![MODERATOR], escalation: None }, alerts: vec![STAFF] })
    }

    async fn look(&self, _: &Case) -> Option<Event> {
        None
    }

    async fn complete(&self, message: Message) -> Message {
        message
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

/// Words as they come, and what is promised where nothing is set.
struct Plain(Promise);

impl Terms for Plain {
    fn choose(&self, _: &mut Speech) {}

    fn promise(&self) -> &Promise {
        &self.0
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).expect("a time")
}

fn matter() -> Matter {
    Matter {
        message: MessageId(FIRST + 100),
        channel: ChannelId(FIRST + 10),
        home: ChannelId(FIRST + 10),
        category: Category::SensitiveInfo,
        rule: "personal-details".to_owned(),
        kinds: vec![Kind::Phone, Kind::Email],
        response: Response::TakeAside,
        acknowledgment: None,
        quiet: false,
        enclosure: None,
        removed: false,
        would: None,
        because: "a phone number (confidence 0.98) and an email address (confidence 0.99)".to_owned(),
        by: None,
        answer: None,
        parties: Vec::new(),
        companion: None,
        beside: None,
        alert: false,
        covered: false,
        deleted: false,
        asked_for: false,
        ask: Vec::new(),
    }
}

/// A case in its thread, acknowledged and told to moderators, in which nobody has answered yet.
fn waiting() -> Case {
    let surroundings = Surroundings {
        moderators: vec![MODERATOR],
        alerts: vec![STAFF],
        auto_archive: 1440,
        ..Surroundings::default()
    };
    let mut case = Case::notice(GuildId(FIRST), UserId(FIRST + 2), matter(), surroundings, now());
    let mut action = case.action();
    while let Some(next) = action {
        let receipt = match next {
            Action::OpenThread { .. } => Receipt::Opened(ChannelId(FIRST + 20)),
            Action::AddMember { .. } => Receipt::Joined,
            _ => Receipt::Posted(MessageId(FIRST + 500)),
        };
        (case, action) = case.apply(Event::Performed(receipt));
    }
    case
}

/// One case, written by the store, and as many copies of its rows as there are to be.
const COPIES: &str = "
    WITH RECURSIVE copy(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM copy WHERE at < ?1)
    INSERT OR REPLACE INTO cases (guild, number, member, opened, body, thread, posted, state, owner, due, ended)
    SELECT guild + at % ?2, at / ?2 + 1, member + at, opened,
        json_set(body, '$.guild', guild + at % ?2, '$.number', at / ?2 + 1, '$.member', member + at),
        thread + at, posted + at, state, owner, due, ended
    FROM copy, cases WHERE number = 1 AND guild = ?3";
const OUTCOMES: &str = "
    INSERT OR REPLACE INTO outcomes (guild, number, opened, body)
    SELECT cases.guild, cases.number, cases.opened, outcomes.body FROM cases, outcomes
    WHERE outcomes.number = 1 AND outcomes.guild = ?1";
const OUTBOX: &str = "
    INSERT INTO outbox (guild, number, action, urgency)
    SELECT guild, number, ?1, 4 FROM cases LIMIT ?2";

async fn filled(url: &str) -> SqlitePool {
    let store = Database::open(url).await.expect("a store");
    let plain = Plain(Config::default().build().expect("the defaults").promise);
    store.open(waiting(), &plain).await.expect("a case");
    for guild in FIRST..FIRST + GUILDS {
        let settings =
            GuildSettings { mode: Some(Mode::Act), language: Some("de".to_owned()), ..Default::default() };
        let (guild, by, at) = (GuildId(guild), UserId(FIRST), now());
        let change = NewChange { guild, from: 0, settings, parts: Vec::new(), by, at, undoes: None };
        store.change(change).await.expect("settings");
    }
    store.close().await;
    let pool = pool(url).await;
    let first = FIRST.cast_signed();
    sqlx::query(COPIES)
        .bind(CASES)
        .bind(GUILDS.cast_signed())
        .bind(first)
        .execute(&pool)
        .await
        .expect("copies");
    sqlx::query(OUTCOMES).bind(first).execute(&pool).await.expect("outcomes");
    let action: Action<Speech> = Action::OpenDirect { member: UserId(FIRST + 2) };
    let action = serde_json::to_string(&action).expect("an action");
    sqlx::query(OUTBOX).bind(action).bind(LEFT).execute(&pool).await.expect("an outbox");
    let count: u32 = sqlx::query_scalar("SELECT count(*) FROM cases WHERE due IS NOT NULL")
        .fetch_one(&pool)
        .await
        .expect("a count");
    assert!(count >= CASES, "{count} cases");
    pool
}

async fn pool(url: &str) -> SqlitePool {
    let options: SqliteConnectOptions = url.parse().expect("an address");
    SqlitePool::connect_with(options.busy_timeout(Duration::from_secs(5))).await.expect("a database")
}

/// A start, as far as it goes without Discord.
async fn start(url: &str) -> Responder<Database, Silence> {
    let store = Database::open(url).await.expect("a store");
    let config = Config::default();
    let core = config.build().expect("the defaults");
    let configs = GuildConfigs::new(Loaded { config, core, file: None }).expect("the defaults");
    let responder = Responder::new(Arc::new(configs), store, Silence);
    responder.load_settings().await.expect("settings");
    responder.set_clocks().await.expect("clocks");
    let resumed = responder.resume().await.expect("an outbox");
    assert!(resumed >= LEFT as usize, "{resumed} actions were left");
    responder.tick(now()).await.expect("a tick");
    responder
}

fn starts(runtime: &Runtime, url: &str) -> Responder<Database, Silence> {
    let mut times = Vec::new();
    let before = held();
    let mut started = None;
    for _ in 0..5 {
        if let Some(earlier) = started.take() {
            runtime.block_on(closed(earlier));
        }
        let began = Instant::now();
        started = Some(runtime.block_on(start(url)));
        times.push(began.elapsed());
    }
    times.sort_unstable();
    println!("start with {CASES} open cases: median {:.2?}, longest {:.2?}", times[2], times[4]);
    match (before, held()) {
        (Some(before), Some(after)) => {
            println!("memory held: {before} KiB before the first, {after} KiB after the last");
        }
        _ => println!("memory held: this system does not tell"),
    }
    assert!(times[2] < Duration::from_secs(2), "a start takes {:?}", times[2]);
    started.expect("it was started")
}

async fn closed(responder: Responder<Database, Silence>) {
    responder.shut_down(Duration::ZERO).await;
}

/// What the process holds in memory, in KiB.
fn held() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Members of one server begin to wait, and nothing of the last tick is left.
const ANEW: &str = "
    UPDATE cases SET due = ?1, body = json_set(body, '$.since', ?2, '$.active', ?2, '$.reminders', 0, '$.told_as', NULL,
        '$.step', 'talking')
    WHERE guild = ?3 AND number <= ?4";

async fn let_wait(pool: &SqlitePool, guild: u64, until: Timestamp) {
    let since = until - SignedDuration::from_mins(5);
    let query = sqlx::query(ANEW).bind(until.as_millisecond()).bind(since.to_string());
    let query = query.bind(guild.cast_signed()).bind(DUE);
    let changed = query.execute(pool).await.expect("a change").rows_affected();
    assert_eq!(changed, u64::from(DUE));
    let query = sqlx::query("DELETE FROM outbox WHERE guild = ?1").bind(guild.cast_signed());
    query.execute(pool).await.expect("a change");
}

fn ticks(
    criterion: &mut Criterion,
    runtime: &Runtime,
    pool: &SqlitePool,
    responder: &Responder<Database, Silence>,
) {
    let mut group = criterion.benchmark_group("clock");
    group.sample_size(50);
    // No clock wants anything before the first five minutes are over.
    let early = now() + SignedDuration::from_secs(299);
    group.bench_function("idle", |bencher| {
        bencher.iter(|| runtime.block_on(responder.tick(early)).expect("a tick"));
    });
    let everyone = "UPDATE cases SET due = ?";
    let never = Timestamp::MAX.as_millisecond();
    runtime.block_on(sqlx::query(everyone).bind(never).execute(pool)).expect("a change");
    let begun = now() + SignedDuration::from_mins(5);
    let mut at = begun;
    group.bench_function("reminder", |bencher| {
        bencher.iter_batched(
            || {
                // One reminder a minute is the most.
                at += SignedDuration::from_mins(1);
                runtime.block_on(let_wait(pool, FIRST + 3, at));
                at
            },
            |at| runtime.block_on(responder.tick(at)).expect("a tick"),
            BatchSize::PerIteration,
        );
    });
    let told =
        sqlx::query_scalar("SELECT count(*) FROM outbox WHERE guild = ?").bind((FIRST + 3).cast_signed());
    let told: i64 = runtime.block_on(told.fetch_one(pool)).expect("a count");
    assert!(at == begun || told == i64::from(DUE) + 1, "the alerts and a reminder, not {told}");
    group.finish();
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let home = tempfile::tempdir().expect("a folder");
    let url = address(home.path());
    let pool = runtime.block_on(filled(&url));
    let responder = starts(&runtime, &url);
    let mut criterion = Criterion::default().without_plots().configure_from_args();
    ticks(&mut criterion, &runtime, &pool, &responder);
    criterion.final_summary();
    runtime.block_on(closed(responder));
}

fn address(home: &Path) -> String {
    format!("sqlite://{}", home.join("aside.db").display())
}
