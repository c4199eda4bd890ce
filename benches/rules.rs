//! What a hundred rules cost: `cargo bench --bench rules`.
//!
//! A server with 99 rules of its own, half of them lists of a hundred phrases, half patterns, is given one more while
//! another thread goes on judging messages there: the time until the new rule is in force (the bar is 20 ms), and the
//! slowest message meanwhile beside the slowest of as many judged in peace. Then `/rules test` over the wire, with
//! all hundred rules in force (the bar is 100 ms).

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench reads the clock, prints, and stops when anything is wrong"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use aside::config::{Config, GuildConfigs, GuildSettings, Loaded, RuleChange, RulesFile, Standing};
use aside::discord::{Clock, Credentials, Origin, Token, run};
use aside::message::GuildId;
use aside::simulator::{ChannelPlan, GuildPlan, Simulator, World};
use serde_json::json;
use tokio_util::sync::CancellationToken;

const HARBOR: GuildId = GuildId(1);
const ROUNDS: usize = 200;
const MESSAGE: &str =
    "does anyone know when the new build of the harbor map ships? mine still crashes on start";

fn main() {
    rebuild();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(over_the_wire());
}

/// Ninety-nine rules, and one more for each round.
fn rules(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let when = if at % 2 == 0 {
            format!("words = [{}]", phrases(at))
        } else {
            format!("pattern = '{}'", pattern(at))
        };
        write!(
            text,
            "[[rule]]\nname = \"rule-{at}\"\ncategory = \"confidential\"\nwhen = {{ {when} }}\naction = \"alert\"\n"
        )
        .expect("text grows");
    }
    text
}

fn phrases(at: usize) -> String {
    (0..100).map(|word| format!("\"project {at} falcon {word}\"")).collect::<Vec<_>>().join(", ")
}

/// What moderators write: alternatives, word characters of every script, counted repetition.
fn pattern(at: usize) -> String {
    format!(r"(?i)\b(?:badge|pass|ticket){at}-[a-z]{{2,6}}\w{{1,3}}\d{{3}}\b|\bmap-{at}\s+(?:north|south)\b")
}

fn rebuild() {
    let config = Config::parse("rule = []", Path::new("bench.toml")).expect("settings");
    let core = config.build().expect("a core");
    let configs = Arc::new(GuildConfigs::new(Loaded { config, core, file: None }).expect("settings"));
    let tables = RulesFile::parse(&rules(100), Path::new("rules.toml")).expect("rules").rule;
    let change = |at: usize| {
        let table = tables[at].clone();
        RuleChange { name: table.name.clone(), table: Some(table), standing: Standing::On }
    };
    let before = GuildSettings { rules: (0..99).map(change).collect(), ..GuildSettings::default() };
    let mut after = before.clone();
    after.rules.push(change(99));
    let put = |revision: u64, settings: &GuildSettings| {
        timed(|| configs.put(HARBOR, configs.build(HARBOR, revision, settings.clone()).expect("valid")))
    };
    report("ninety-nine rules at once", vec![put(1, &before)]);
    let mut waits = Vec::new();
    let peace = judging(&configs, || thread::sleep(Duration::from_millis(500)));
    let meanwhile = judging(&configs, || {
        for round in 0..ROUNDS {
            put(2 * round as u64 + 2, &before);
            waits.push(put(2 * round as u64 + 3, &after));
        }
    });
    report("one more rule in force", waits);
    report("a message in peace", peace);
    report("a message while rules change", meanwhile);
}

/// Judges messages on another thread while `work` goes on; how long each took.
fn judging(configs: &Arc<GuildConfigs>, work: impl FnOnce()) -> Vec<Duration> {
    let done = Arc::new(AtomicBool::new(false));
    let (configs, until) = (Arc::clone(configs), Arc::clone(&done));
    let judge = thread::spawn(move || {
        let mut waits = Vec::new();
        while !until.load(Ordering::Relaxed) {
            waits.push(timed(|| drop(configs.of(HARBOR).core.scanner.scan(MESSAGE))));
        }
        waits
    });
    work();
    done.store(true, Ordering::Relaxed);
    judge.join().expect("a thread")
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

async fn over_the_wire() {
    let world = World {
        rate_limits: false,
        guilds: vec![GuildPlan {
            name: "Harbor".to_owned(),
            owner: "olga".to_owned(),
            channels: vec![ChannelPlan { name: "general".to_owned(), ..ChannelPlan::default() }],
            ..GuildPlan::default()
        }],
        ..World::default()
    };
    let discord = Simulator::start(&world).await.expect("the embedded Discord");
    let home = tempfile::tempdir().expect("a folder");
    let stop = CancellationToken::new();
    let bot = tokio::spawn(run(loaded(home.path()), credentials(&discord), Clock::system(), stop.clone()));
    let registered = |state: &aside::simulator::State| (!state.commands().is_empty()).then_some(());
    discord.wait_until("commands", registered).await.expect("commands");
    let (olga, channel) =
        (discord.user("olga").expect("a member"), discord.channel("general").expect("a channel"));
    let mut waits = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let asked =
            discord.command(olga, channel, "rules test", &[("text", json!(MESSAGE))]).expect("a command");
        discord.answer_to(asked).await.expect("an answer");
        waits.push(began.elapsed());
    }
    stop.cancel();
    bot.await.expect("a task").expect("an orderly end");
    report("/rules test over the wire", waits);
}

fn loaded(home: &Path) -> Loaded {
    let mut config = Config::parse(&rules(100), Path::new("bench.toml")).expect("settings");
    config.store.url = format!("sqlite://{}", home.join("aside.db").display());
    let core = config.build().expect("a core");
    Loaded { config, core, file: None }
}

fn credentials(discord: &Simulator) -> Credentials {
    let base = Origin::parse(&discord.base()).expect("an origin");
    Credentials::new(base, Token::new(&discord.token()))
}

fn report(what: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 1000).min(waits.len() - 1)];
    println!("{what}: n {} median {:.2?} p99 {:.2?} slowest {:.2?}", waits.len(), at(500), at(990), at(1000));
}
