//! What can befall the gateway, and what is to come of each: whatever happens, a message that is posted in this moment is
//! dealt with once.

use std::time::Duration;

use aside::simulator::{Fault, Simulator, State, Trouble, World};
use serde_json::{Value, json};

use crate::community::{Bot, Home, RULES, harbor, private_threads, settled};
use crate::manners;
use crate::once::{LEAK, Matter, acknowledged, once, post};
use crate::process::Process;

/// Something that happens to the connection of a bot that has a session.
struct Row {
    does: &'static str,
    /// What the Discord is like.
    world: fn(&mut World),
    /// What happens.
    befalls: fn(&Simulator),
    /// Sessions that are opened and resumed in all.
    sessions: (usize, usize),
}

impl Row {
    const fn new(does: &'static str, befalls: fn(&Simulator), sessions: (usize, usize)) -> Self {
        Self { does, world: |_| {}, befalls, sessions }
    }

    async fn goes_on(self) -> Result<(), String> {
        let mut world = harbor();
        (self.world)(&mut world);
        let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
        let bot = Bot::start(&discord, &home, RULES).await;
        settled(&discord, &home).await?;
        (self.befalls)(&discord);
        post(&discord, "alex", "general", LEAK);
        let as_it_should =
            |state: &State| (state.sessions_opened() == self.sessions && state.is_connected()).then_some(());
        discord.wait_until("as many sessions as there should be", as_it_should).await.map_err(|error| {
            format!("{error}: {:?} instead of {:?}", discord.read(State::sessions_opened), self.sessions)
        })?;
        acknowledged(&discord, "general").await;
        settled(&discord, &home).await?;
        once(&discord)?;
        bot.stop().await.map_err(|error| error.to_string())?;
        if discord.read(State::sessions_opened) != self.sessions {
            return Err(format!("in the end {:?}", discord.read(State::sessions_opened)));
        }
        manners::check(&discord, &home, &[Matter::Leak.said()])
    }
}

/// Where nobody listens.
const NOWHERE: &str = "ws://127.0.0.1:1";

fn unheard_of(sequence: u64, padding: usize) -> String {
    let event = json!({ "guild_id": "1", "padding": "x".repeat(padding) });
    json!({ "op": 0, "s": sequence, "t": "GUILD_WEATHER_UPDATE", "d": event }).to_string()
}

fn rows() -> Vec<Row> {
    vec![
        Row::new("a connection that breaks is resumed", Simulator::cut_gateway, (1, 1)),
        Row::new("closed with 4000, unknown error: resumed", |it| it.close_gateway(4000), (1, 1)),
        Row::new("closed with 4001, unknown opcode: resumed", |it| it.close_gateway(4001), (1, 1)),
        Row::new("closed with 4002, decode error: resumed", |it| it.close_gateway(4002), (1, 1)),
        Row::new("closed with 4005, already authenticated: resumed", |it| it.close_gateway(4005), (1, 1)),
        Row::new("closed with 4008, rate limited: resumed", |it| it.close_gateway(4008), (1, 1)),
        Row::new("closed with a code nobody knows: resumed", |it| it.close_gateway(4999), (1, 1)),
        Row::new("closed with 4003, not authenticated: a new session", |it| it.close_gateway(4003), (2, 0)),
        Row::new("closed with 4007, invalid sequence: a new session", |it| it.close_gateway(4007), (2, 0)),
        Row::new("closed with 4009, session timed out: a new session", |it| it.close_gateway(4009), (2, 0)),
        Row::new("Discord goes away (1001): a new session", |it| it.close_gateway(1001), (2, 0)),
        Row::new("asked to reconnect (op 7): resumed", Simulator::request_reconnect, (1, 1)),
        Row::new("invalid session that can be resumed (op 9)", |it| it.invalidate_sessions(true), (1, 1)),
        Row::new("invalid session that cannot: a new session", |it| it.invalidate_sessions(false), (2, 0)),
        Row::new(
            "a resume that is refused: a new session",
            |it| {
                it.refuse_resumes();
                it.cut_gateway();
            },
            (2, 0),
        ),
        Row::new(
            "a gateway that does not say hello: given up after a while, and resumed",
            |it| {
                it.withhold_hello(1);
                it.cut_gateway();
            },
            (1, 1),
        ),
        Row::new(
            "an opcode nobody knows",
            |it| it.send_frame(r#"{"op":42,"d":{},"s":null,"t":null}"#),
            (1, 0),
        ),
        Row::new("an acknowledgement nobody asked for", |it| it.send_frame(r#"{"op":11}"#), (1, 0)),
        Row::new("a frame that is no JSON", |it| it.send_frame("{\"op\":0,\"s\":"), (1, 0)),
        Row::new("a frame that is no event", |it| it.send_frame("[1, 2]"), (1, 0)),
        Row::new("an event without a name", |it| it.send_frame(r#"{"op":0,"s":9999,"d":{}}"#), (1, 0)),
        Row::new(
            "an event without a number",
            |it| it.send_frame(r#"{"op":0,"t":"RESUMED_NOT","d":{}}"#),
            (1, 0),
        ),
        Row::new("bytes where there should be text", |it| it.send_bytes(&[0, 159, 146, 150]), (1, 0)),
        Row::new("an event of eight megabytes", |it| it.send_frame(&unheard_of(9999, 8 << 20)), (1, 0)),
        Row::new("an event with a number from long ago", |it| it.send_frame(&unheard_of(1, 0)), (1, 0)),
        Row::new(
            "an event with a number from long ago, then a break: what is told again is not done again",
            |it| {
                it.send_frame(&unheard_of(1, 0));
                it.cut_gateway();
            },
            (1, 1),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_befalls_the_connection_nothing_is_lost_and_nothing_done_twice() {
    use futures::StreamExt as _;
    let outcomes = rows().into_iter().map(|row| async move {
        let does = row.does;
        row.goes_on().await.err().map(|wrong| format!("{does}: {wrong}"))
    });
    let wrong: Vec<String> =
        futures::stream::iter(outcomes).buffer_unordered(5).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Discord, or whoever says to be it, names another address to resume at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_session_cannot_or_must_not_be_resumed_the_gateways_own_address_is_taken() {
    for address in [NOWHERE, "wss://gateway.discord.gg", "http://127.0.0.1:1", "nonsense"] {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        discord.set_resume_address(address);
        let bot = Bot::start(&discord, &home, RULES).await;
        settled(&discord, &home).await.unwrap();
        discord.cut_gateway();
        post(&discord, "alex", "general", LEAK);
        acknowledged(&discord, "general").await;
        settled(&discord, &home).await.unwrap();
        once(&discord).unwrap();
        let (opened, resumed) = discord.read(State::sessions_opened);
        assert!(opened == 1 && resumed > 0, "{address}: {opened} opened, {resumed} resumed");
        bot.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_on_which_heartbeats_are_not_answered_is_left_within_two_of_them_and_resumed() {
    let world = World { heartbeat_ms: 300, ..harbor() };
    let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    discord.acknowledge_heartbeats(false);
    let before = discord.read(State::heartbeats);
    let beats = discord
        .wait_until("the bot to connect again", |state| (state.connections() > 1).then(|| state.heartbeats()))
        .await
        .unwrap();
    discord.acknowledge_heartbeats(true);
    assert!(beats - before <= 2, "{} heartbeats went unanswered", beats - before);
    post(&discord, "alex", "general", LEAK);
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    let (opened, resumed) = discord.read(State::sessions_opened);
    assert!(opened == 1 && resumed > 0, "{opened} opened, {resumed} resumed");
    bot.stop().await.unwrap();
}

/// What Discord closes for good with, what the bot says about it, and whether the operator is to mend it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_close_for_good_ends_the_bot_with_a_sentence_that_says_what_to_do() {
    let rows: [(u16, &str, bool); 6] = [
        (4004, "Discord does not accept the token in DISCORD_TOKEN. Copy it anew", true),
        (4010, "Discord does not know the shards that --shards names (4010)", true),
        (
            4011,
            "the bot is in too many servers for so few shards (4011). Give all processes a larger N",
            true,
        ),
        (4012, "Discord closed the connection for good: close code 4012", false),
        (4013, "the message content intent is off", true),
        (4014, "the message content intent is off", true),
    ];
    for (code, says, configuration) in rows {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let bot = Bot::start(&discord, &home, RULES).await;
        discord.close_gateway(code);
        let error = bot.ended().await.unwrap_err();
        assert!(error.to_string().starts_with(says), "{code}: {error}");
        assert_eq!(error.is_configuration(), configuration, "{code}");
    }
}

/// An event of a message that nobody posted, told by `kind`.
fn told(discord: &Simulator, kind: &str, id: u64, text: &str) {
    let (general, guild) = (discord.channel("general").unwrap(), discord.guild("Harbor").unwrap());
    let alex = discord.user("alex").unwrap();
    let event = match kind {
        "MESSAGE_DELETE" => {
            json!({ "id": id.to_string(), "channel_id": general.to_string(), "guild_id": guild.to_string() })
        }
        _ => json!({
            "id": id.to_string(), "channel_id": general.to_string(), "guild_id": guild.to_string(), "type": 0,
            "author": { "id": alex.to_string() }, "member": { "roles": [] }, "content": text,
        }),
    };
    discord.send_event(kind, &event);
}

/// Kinds of events, and what they say.
type Events = [(&'static str, &'static str)];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_may_come_in_any_order_and_more_than_once() {
    let rows: [(&str, &Events, usize); 6] = [
        ("an edit before its create", &[("MESSAGE_UPDATE", LEAK), ("MESSAGE_CREATE", "good morning")], 1),
        (
            "a create after its edit that says the same",
            &[("MESSAGE_UPDATE", LEAK), ("MESSAGE_CREATE", LEAK)],
            1,
        ),
        ("a create twice", &[("MESSAGE_CREATE", LEAK), ("MESSAGE_CREATE", LEAK)], 1),
        (
            "an edit that says it after all",
            &[("MESSAGE_CREATE", "good morning"), ("MESSAGE_UPDATE", LEAK)],
            1,
        ),
        ("a delete before its create", &[("MESSAGE_DELETE", ""), ("MESSAGE_CREATE", LEAK)], 0),
        ("an edit after its delete", &[("MESSAGE_DELETE", ""), ("MESSAGE_UPDATE", LEAK)], 0),
    ];
    for (does, events, threads) in rows {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let bot = Bot::start(&discord, &home, RULES).await;
        // It stands there, so that it can be answered.
        let id = post(&discord, "alex", "general", "good morning");
        settled(&discord, &home).await.unwrap();
        let id = if threads == 0 { id + 1 } else { id };
        for (kind, text) in events {
            told(&discord, kind, id, text);
        }
        settled(&discord, &home).await.unwrap();
        assert_eq!(private_threads(&discord).len(), threads, "{does}");
        bot.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_nobody_can_reach_is_tried_again_and_a_stop_waits_for_nothing() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    discord.shut_gateway(true);
    let mut process = Process::launch(&discord, &home, RULES);
    let attempts = |state: &State| (state.connections() >= 3).then_some(());
    discord.wait_until("three attempts to connect", attempts).await.unwrap();
    process.signal("TERM");
    // The next attempts are half a minute apart.
    let ended = tokio::time::timeout(Duration::from_secs(20), process.ended()).await;
    assert_eq!(ended.expect("a stop waits for no attempt").code(), Some(0));
    let process = Process::launch(&discord, &home, RULES);
    discord.wait_until("one more attempt", |state| (state.connections() >= 4).then_some(())).await.unwrap();
    discord.shut_gateway(false);
    discord.connected().await.unwrap();
    process.stop().await;
}

/// Holds the listener up: it asks for a channel that it has never heard of, and Discord does not answer.
fn hold_up(discord: &Simulator) {
    let guild = discord.guild("Harbor").unwrap();
    discord.fault(Fault::on("GET /channels/{}", Trouble::Hang).always());
    for channel in 8_000_001..8_000_061_u64 {
        discord.send_event(
            "MESSAGE_CREATE",
            &json!({ "id": channel.to_string(), "channel_id": channel.to_string(), "guild_id": guild.to_string(),
                "author": { "id": "7" }, "content": "" }),
        );
    }
}

/// A message of a bot, of `kib` KiB.
fn large(discord: &Simulator, id: u64, kib: usize) -> Value {
    let (help, guild) = (discord.channel("help").unwrap(), discord.guild("Harbor").unwrap());
    json!({ "id": id.to_string(), "channel_id": help.to_string(), "guild_id": guild.to_string(),
        "author": { "id": "7", "bot": true }, "content": "", "padding": "x".repeat(kib << 10) })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_for_which_there_is_no_room_are_read_back_and_heartbeats_go_on() {
    let world = World { heartbeat_ms: 400, ..harbor() };
    let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    hold_up(&discord);
    // So many of each size that not even the smallest finds room.
    for (at, kib) in [1024, 100, 10, 0].into_iter().enumerate() {
        let from = 9_000_000 + 1000 * u64::try_from(at).unwrap();
        (from..from + 30).for_each(|id| discord.send_event("MESSAGE_CREATE", &large(&discord, id, kib)));
    }
    let before = discord.read(State::heartbeats);
    post(&discord, "alex", "general", LEAK);
    discord.wait_until("heartbeats", |state| (state.heartbeats() > before + 5).then_some(())).await.unwrap();
    assert_eq!(private_threads(&discord).len(), 0, "nothing can be taken up yet");
    discord.clear_faults();
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    let general = format!("/channels/{}/messages", discord.channel("general").unwrap());
    let read = |request: &aside::simulator::Request| request.method == "GET" && request.path == general;
    assert!(discord.requests().iter().any(read), "it was never missed, so this shows nothing");
    assert_eq!(discord.read(State::sessions_opened), (1, 0));
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_anything_else_finds_no_room_a_new_session_tells_how_all_stands() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    hold_up(&discord);
    for _ in 0..5 {
        discord.send_frame(&unheard_of(50, 8 << 20));
    }
    let left = |state: &State| (!state.is_connected()).then_some(());
    discord.wait_until("the bot to give its connection up", left).await.unwrap();
    post(&discord, "alex", "general", LEAK);
    discord.clear_faults();
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    assert_eq!(discord.read(State::sessions_opened), (2, 0));
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_session_may_begin_it_is_waited_for_and_said() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    discord.set_session_starts(0, Duration::from_secs(3));
    let process = Process::launch(&discord, &home, RULES);
    discord.connected().await.unwrap();
    assert_eq!(discord.read(State::hasty_identifies), 0);
    assert!(process.written().contains("Discord lets no more sessions begin"), "{}", process.written());
    process.stop().await;
}
