//! Ten thousand servers on one process: how long a start takes, and what a server costs in memory.
//! `cargo bench --bench servers`; `-- --servers 1000 --shards 1` says otherwise.
//!
//! The program runs as a process of its own, so that the embedded Discord, which holds far more of each server, is not
//! counted. A start lasts from the first line of the program until every server has come, been taken in and been looked
//! over. Discord lets one session begin every five seconds, so most of that is waiting; the processor time is told
//! apart. What a server costs is what the process holds beyond one with a thousand servers, asleep; and again once somebody has
//! spoken in three channels of each.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a bench reads the clock, counts, prints, and stops when anything is wrong"
)]

#[path = "stage/bot.rs"]
mod bot;
#[path = "stage/messages.rs"]
mod messages;
#[path = "stage/servers.rs"]
mod servers;

use std::time::{Duration, Instant};

use aside::simulator::{ChannelKind, Id, Simulator, State, World};
use bot::{Bot, HELD, cpu_of, memory_of};
use fastrand::Rng;

/// The goal.
const MOST_KIB: f64 = 20.0;

/// What Linux calls the most that a process ever held.
const MOST_HELD: &str = "VmHWM:";

/// Servers of the process that others are compared with: so many that what a start takes for a moment is no part of it.
const FEW: usize = 1_000;

/// A process is at rest when it took less than a hundredth of a processor for so long.
const REST: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_mins(10);

/// Servers on a shard that Discord recommends about.
const ON_A_SHARD: usize = 1_000;

/// Messages of each server that wake it up, each in a channel of its own where there are so many.
const AWAKE: usize = 3;

struct Figures {
    start: Duration,
    cpu: Duration,
    asleep: u64,
    awake: u64,
    peak: u64,
}

fn main() {
    let (count, shards) = asked();
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    assert!(count > FEW, "more than {FEW} servers are compared with {FEW}");
    let (few, _) = runtime.block_on(measured(FEW, 1));
    let (many, told) = runtime.block_on(measured(count, shards));
    let each = |held: u64, of_few: u64| (held as f64 - of_few as f64) / (count - FEW) as f64;
    let (asleep, awake) = (each(many.asleep, few.asleep), each(many.awake, few.awake));
    println!("{count} servers on {shards} shards: {told}");
    println!("start: {:.1?}, {:.1?} of it processor time", many.start, many.cpu);
    println!("memory with {FEW} servers: {} KiB asleep, {} KiB awake", few.asleep, few.awake);
    println!(
        "memory with {count}: {} KiB asleep, {} KiB awake, {} KiB at most",
        many.asleep, many.awake, many.peak
    );
    println!("a server: {asleep:.1} KiB asleep, {awake:.1} KiB awake");
    assert!(asleep <= MOST_KIB && awake <= MOST_KIB, "the goal is {MOST_KIB} KiB");
}

/// How many servers, and on how many shards.
fn asked() -> (usize, u64) {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1)?.parse::<usize>().ok()
    };
    let servers = after("--servers").unwrap_or(10_000);
    // Here ids of servers are whole seconds apart: with an odd number of shards all get some.
    let shards = after("--shards").unwrap_or_else(|| servers.div_ceil(ON_A_SHARD) | 1);
    (servers, shards as u64)
}

async fn measured(count: usize, shards: u64) -> (Figures, String) {
    let mut rng = Rng::with_seed(7);
    let guilds = (0..count).map(|at| servers::server(at, &mut rng)).collect();
    let world = World { shards, guilds, ..World::default() };
    let discord = Simulator::start(&world).await.expect("a Discord");
    drop(world);
    let told = discord.read(told);
    let home = tempfile::tempdir().expect("a folder");
    let began = Instant::now();
    let bot = Bot::launch(&discord, home.path(), "", "aside=warn");
    let connected = |state: &State| state.connections() as u64 == shards;
    until("every session", || discord.read(connected)).await;
    // A message in a channel that nobody knows makes the bot ask for it: all before it has been taken.
    let guilds: Vec<Id> = discord.read(|state| state.guilds().map(|guild| guild.id).collect());
    heard(&discord, &guilds, shards).await;
    let heard = began.elapsed();
    let rested = rest(&bot).await;
    let (start, cpu) = (heard.max(began.elapsed().saturating_sub(rested)), cpu_of(bot.id()));
    let asleep = memory_of(bot.id(), HELD);
    wake(&discord, &guilds);
    self::heard(&discord, &guilds, shards).await;
    rest(&bot).await;
    let figures = Figures {
        start,
        cpu,
        asleep,
        awake: memory_of(bot.id(), HELD),
        peak: memory_of(bot.id(), MOST_HELD),
    };
    bot.end("TERM", Duration::from_secs(30)).await;
    discord.stop().await;
    (figures, told)
}

fn told(state: &State) -> String {
    let (mut channels, mut threads, mut overwrites) = (0, 0, 0);
    for channel in state.channels() {
        channels += usize::from(!channel.kind.is_thread());
        threads += usize::from(channel.kind.is_thread());
        overwrites += channel.overwrites.len();
    }
    let roles: usize = state.guilds().map(|guild| guild.roles.len()).sum();
    format!("{channels} channels, {threads} active threads, {roles} roles, {overwrites} overwrites")
}

/// Until the bot has heard everything on every shard.
async fn heard(discord: &Simulator, guilds: &[Id], shards: u64) {
    for shard in 0..shards {
        let Some(guild) = guilds.iter().find(|guild| (**guild >> 22) % shards == shard) else { continue };
        let unknown = fastrand::u64(1 << 40..1 << 50);
        discord.tell(*guild, "MESSAGE_CREATE", &[messages::ordinary(*guild, unknown, unknown, 7, "")]);
        let path = format!("/channels/{unknown}");
        let answered =
            || discord.read(|state| state.requests().iter().any(|one| one.path == path && one.status != 0));
        until("the bot to have heard everything", answered).await;
    }
}

/// Somebody speaks in a few channels of each server.
fn wake(discord: &Simulator, guilds: &[Id]) {
    let mut places: std::collections::HashMap<Id, Vec<Id>> =
        guilds.iter().map(|guild| (*guild, Vec::new())).collect();
    discord.read(|state| {
        for channel in state.channels().filter(|channel| channel.kind == ChannelKind::Text) {
            let place = channel.guild.and_then(|guild| places.get_mut(&guild));
            place.into_iter().filter(|place| place.len() < AWAKE).for_each(|place| place.push(channel.id));
        }
    });
    let now = messages::now();
    for (at, (guild, channels)) in places.iter().enumerate() {
        let said = channels.iter().zip(0..).map(|(channel, number)| {
            messages::ordinary(
                *guild,
                *channel,
                now + (at as u64) * 8 + number,
                40 + number,
                "anyone up for a round tonight?",
            )
        });
        discord.tell(*guild, "MESSAGE_CREATE", &said.collect::<Vec<_>>());
    }
}

/// Until the bot does nothing any more; how long that was looked at.
async fn rest(bot: &Bot) -> Duration {
    let began = Instant::now();
    loop {
        let before = cpu_of(bot.id());
        tokio::time::sleep(REST).await;
        if cpu_of(bot.id()).saturating_sub(before) <= REST / 100 {
            return REST;
        }
        assert!(began.elapsed() < PATIENCE, "the bot does not come to rest");
    }
}

async fn until(what: &str, mut found: impl FnMut() -> bool) {
    let began = Instant::now();
    while !found() {
        assert!(began.elapsed() < PATIENCE, "waited for {what}, in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
