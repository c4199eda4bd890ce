//! How many messages a second the program takes: received over the real WebSocket, judged, and acted on where that is due.
//! `cargo bench --bench events`; `-- --rate 30000`, `--events`, `--servers` and `--due` (of a thousand) say otherwise.
//!
//! The embedded Discord runs in this process and the program in one of its own, so the time of each is told apart although
//! both share the machine. Messages stand in the public channels of servers as they are, each written with every field that
//! Discord sends. One that calls for a case is posted in earnest, so that the bot can act on it: it then takes the store
//! and half a dozen requests, of which Discord allows fifty a second.

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
#[path = "stage/lines.rs"]
mod lines;
#[path = "stage/messages.rs"]
mod messages;
#[path = "stage/servers.rs"]
mod servers;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aside::simulator::{Channel, ChannelKind, GuildPlan, Id, Permissions, Simulator, World};
use bot::{Bot, HELD, cpu_of, memory_of};
use fastrand::Rng;
use lines::Due;

/// The goal, a second.
const GOAL: f64 = 20_000.0;

const SHARDS: u64 = 3;
const BEAT: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_mins(5);

/// How long the bot has to ask for a channel before it is told of another.
const ASKED_ANEW: Duration = Duration::from_secs(5);

/// Members who chat in a server.
const CHATTERS: u64 = 50;

/// Messages told in one go.
const AT_ONCE: usize = 500;

struct Asked {
    events: usize,
    rate: usize,
    servers: usize,
    due: f64,
}

/// A public channel, and a member of its server.
struct Place {
    guild: Id,
    channel: Id,
    member: Id,
}

fn main() {
    let asked = asked();
    tokio::runtime::Runtime::new().expect("a runtime").block_on(measure(&asked));
}

fn asked() -> Asked {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str, usual: f64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)?.parse::<f64>().ok()).unwrap_or(usual)
    };
    Asked {
        events: after("--events", 400_000.0) as usize,
        rate: after("--rate", GOAL) as usize,
        servers: after("--servers", 1_000.0) as usize,
        due: after("--due", 0.5) / 1_000.0,
    }
}

async fn measure(asked: &Asked) {
    let mut rng = Rng::with_seed(7);
    let guilds: Vec<GuildPlan> = (0..asked.servers).map(|at| servers::server(at, &mut rng)).collect();
    let discord =
        Simulator::start(&World { shards: SHARDS, guilds, ..World::default() }).await.expect("a Discord");
    let home = tempfile::tempdir().expect("a folder");
    let bot = Bot::launch(&discord, home.path(), "[causes]\ncases = 0\n", "aside=warn");
    until("every session", || discord.read(|state| state.connections() as u64 == SHARDS)).await;
    let places = places(&discord);
    heard(&discord, &places).await;
    // What a start leaves to be done is not what is measured.
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (before, own_before) = (cpu_of(bot.id()), cpu_of(std::process::id()));
    let began = Instant::now();
    let due = stream(&discord, &places, asked, &mut rng).await;
    let sent = began.elapsed();
    heard(&discord, &places).await;
    let taken = began.elapsed();
    let cpu = cpu_of(bot.id()).saturating_sub(before);
    let own = cpu_of(std::process::id()).saturating_sub(own_before);
    let private = |thread: &&Channel| thread.kind == ChannelKind::PrivateThread;
    let threads = || discord.read(|state| state.threads().filter(private).count());
    println!(
        "{} events in {} public channels of {} servers, {due} due",
        asked.events,
        places.len(),
        asked.servers
    );
    println!(
        "sent in {sent:.2?}, taken in {taken:.2?}: {:.0} a second",
        asked.events as f64 / taken.as_secs_f64()
    );
    let each = |time: Duration| time.as_secs_f64() * 1e6 / asked.events as f64;
    println!(
        "processor time an event: {:.1} µs of the bot, {:.1} µs of the embedded Discord",
        each(cpu),
        each(own)
    );
    println!("the bot alone: {:.0} a second on one core, {:.0} on two", 1e6 / each(cpu), 2e6 / each(cpu));
    println!("{} of them acted on by then; memory {} KiB", threads(), memory_of(bot.id(), HELD));
    until("everything due to be acted on", || threads() >= due).await;
    println!("all {due} acted on {:.1?} after the first message", began.elapsed());
    bot.end("TERM", Duration::from_secs(30)).await;
    discord.stop().await;
    assert!(2e6 / each(cpu) >= GOAL, "the goal is {GOAL} a second on two cores");
}

/// Public text channels, at most eight of a server.
fn places(discord: &Simulator) -> Vec<Place> {
    let discord_bot = discord.bot();
    discord.read(|state| {
        let mut counted = HashMap::new();
        let text = state.channels().filter(|channel| channel.kind == ChannelKind::Text);
        let public = text.filter(|channel| {
            let closes = |one: &aside::simulator::Overwrite| {
                Some(one.of) == channel.guild && one.deny.contains(Permissions::VIEW_CHANNEL)
            };
            !channel.overwrites.iter().any(closes)
        });
        let few = public.filter(|channel| {
            let count: &mut usize = counted.entry(channel.guild).or_default();
            *count += 1;
            *count <= 8
        });
        let ordinary = |guild: &aside::simulator::Guild| {
            let member = guild.members.keys().find(|id| **id != guild.owner && **id != discord_bot)?;
            Some((guild.id, *member))
        };
        let members: HashMap<Id, Id> = state.guilds().filter_map(ordinary).collect();
        let place = |channel: &Channel| {
            let guild = channel.guild?;
            Some(Place { guild, channel: channel.id, member: *members.get(&guild)? })
        };
        few.filter_map(place).collect()
    })
}

/// Sends everything at the rate that was asked for; how much of it is due.
async fn stream(discord: &Simulator, places: &[Place], asked: &Asked, rng: &mut Rng) -> usize {
    assert!((0..3).all(|number| Due::nth(number).is_due()), "the lines that are due call for no case");
    let calm = lines::calm();
    // A second matter of a member would join the first.
    let mut first_of: HashMap<Id, &Place> = HashMap::new();
    for place in places {
        first_of.entry(place.guild).or_insert(place);
    }
    let mut speakers = first_of.into_values();
    let (began, first) = (Instant::now(), messages::now());
    let (mut sent, mut due) = (0, 0);
    while sent < asked.events {
        let wanted = (began.elapsed().as_secs_f64() * asked.rate as f64) as usize;
        if sent >= wanted {
            tokio::time::sleep(BEAT).await;
            continue;
        }
        for _ in 0..AT_ONCE.min(wanted - sent).min(asked.events - sent) {
            if sent as f64 * asked.due >= (due + 1) as f64 {
                let place = speakers.next().expect("more servers than messages that are due");
                let posted =
                    discord.post(place.member, place.channel, &Due::nth(due as u64).words(due as u64));
                due += usize::from(posted.is_ok());
            } else {
                let place = &places[rng.usize(..places.len())];
                let text = &calm[rng.usize(..calm.len())];
                let member = 1_000 + rng.u64(..CHATTERS);
                let event = messages::ordinary(place.guild, place.channel, first + sent as u64, member, text);
                discord.tell(place.guild, "MESSAGE_CREATE", &[event]);
            }
            sent += 1;
        }
        tokio::task::yield_now().await;
    }
    due
}

/// Until the bot has taken everything on every shard: a message in a channel that it never heard of makes it ask. It asks for
/// a few seconds only, so it is given another reason now and then.
async fn heard(discord: &Simulator, places: &[Place]) {
    for shard in 0..SHARDS {
        let of_shard = |guild: &Id| (guild >> 22) % SHARDS == shard;
        let Some(guild) = places.iter().map(|place| place.guild).find(of_shard) else { continue };
        let began = Instant::now();
        while !asks(discord, guild).await {
            assert!(began.elapsed() < PATIENCE, "waited for the bot to have heard everything, in vain");
        }
    }
}

/// Whether the bot asks for a channel that it never heard of, as it does once all before has been taken.
async fn asks(discord: &Simulator, guild: Id) -> bool {
    let unknown = fastrand::u64(1 << 40..1 << 50);
    discord.tell(guild, "MESSAGE_CREATE", &[messages::ordinary(guild, unknown, unknown, 7, "")]);
    let (told, path) = (Instant::now(), format!("/channels/{unknown}"));
    while told.elapsed() < ASKED_ANEW {
        if discord.read(|state| state.requests().iter().any(|one| one.path == path && one.status != 0)) {
            return true;
        }
        tokio::time::sleep(BEAT).await;
    }
    false
}

async fn until(what: &str, mut found: impl FnMut() -> bool) {
    let began = Instant::now();
    while !found() {
        assert!(began.elapsed() < PATIENCE, "waited for {what}, in vain");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
