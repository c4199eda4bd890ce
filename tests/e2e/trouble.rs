//! Bad answers and bad connections: whatever goes wrong, one thread, one opening, one acknowledgment.

use std::time::Duration;

use aside::simulator::{Fault, Id, Simulator, Trouble, World};
use futures::StreamExt;
use serde_json::{Value, json};

use crate::community::{Bot, Home, RULES, harbor, private_threads, said, settled};
use crate::scenario::secret;

const LEAK: &str = "so when does project falcon finally ship then?";

/// Each request of a case: which it is, and which one of its kind.
const REQUESTS: &[(&str, usize)] = &[
    ("DELETE /channels/{}/messages/{}", 1),
    ("POST /channels/{}/threads", 1),
    ("PUT /channels/{}/thread-members/{}", 1),
    ("POST /channels/{}/messages", 1),
    ("POST /channels/{}/messages", 2),
];

/// What can go wrong with a request and pass.
fn passing() -> Vec<(&'static str, Trouble)> {
    let limited = |retry_after, global, shared| Trouble::RateLimited { retry_after, global, shared };
    vec![
        ("429", limited(Some(0.05), false, false)),
        ("429 without Retry-After", limited(None, false, false)),
        ("429 for all routes", limited(Some(0.05), true, false)),
        ("429 shared with others", limited(Some(0.05), false, true)),
        ("500 instead of the effect", Trouble::Status(500, Value::Null)),
        ("502 after the effect", Trouble::StatusAfter(502, json!("<html>bad gateway</html>"))),
        ("an answer that makes no sense, after the effect", Trouble::StatusAfter(200, json!("sense"))),
        ("cut before the effect", Trouble::DropBefore),
        ("cut after the effect", Trouble::DropAfter),
        ("slow", Trouble::Delay(Duration::from_millis(300))),
    ]
}

fn post(discord: &Simulator, text: &str) -> Id {
    let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
    discord.post(alex, general, text).unwrap()
}

fn card() -> String {
    format!("please just charge my card {} and be done", secret("card").unwrap())
}

/// One thread with the member inside, one opening, one acknowledgment.
fn once(discord: &Simulator) -> Result<(), String> {
    let threads = private_threads(discord);
    let openings: Vec<usize> = threads.iter().map(|thread| said(discord, thread.id).len()).collect();
    let public = said(discord, discord.channel("general").unwrap()).len();
    let alex = discord.user("alex").unwrap();
    let inside = threads.iter().all(|thread| discord.thread_members(thread.id).contains(&alex));
    if openings == [1] && public == 1 && inside {
        return Ok(());
    }
    Err(format!("openings {openings:?}, {public} acknowledgments, the member is inside: {inside}"))
}

/// The card is gone from public and everything stands there once, although one request went wrong.
async fn survived(pattern: &str, nth: usize, times: usize, trouble: Trouble) -> Result<(), String> {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    discord.fault(Fault::on(pattern, trouble).nth(nth).times(times));
    let message = post(&discord, &card());
    settled(&discord, &home).await?;
    bot.stop().await.map_err(|error| error.to_string())?;
    let general = discord.channel("general").unwrap();
    if discord.messages(general).iter().any(|one| one.id == message) {
        return Err("the message is still there".to_owned());
    }
    once(&discord)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_answer_to_any_request_changes_nothing_in_the_end() {
    let all =
        REQUESTS.iter().flat_map(|request| passing().into_iter().map(move |trouble| (request, trouble)));
    let survivals = all.map(|((pattern, nth), (name, trouble))| async move {
        let outcome = survived(pattern, *nth, 1, trouble).await;
        outcome.err().map(|wrong| format!("{pattern}, {name}: {wrong}"))
    });
    let wrong: Vec<String> =
        futures::stream::iter(survivals).buffer_unordered(4).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_bad_answers_in_a_row_are_outlasted() {
    survived("POST /channels/{}/messages", 1, 3, Trouble::Status(503, Value::Null)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_never_comes_is_not_waited_for_for_ever() {
    survived("POST /channels/{}/threads", 1, 1, Trouble::Hang).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_limits_are_kept_rather_than_met() {
    let mut world = harbor();
    let guests =
        (0..12).map(|at| aside::simulator::MemberPlan { name: format!("guest-{at}"), ..Default::default() });
    world.guilds[0].members.extend(guests);
    let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, &RULES.replace("10m", "0s")).await;
    for at in 0..12 {
        let guest = discord.user(&format!("guest-{at}")).unwrap();
        discord.post(guest, discord.channel("general").unwrap(), LEAK).unwrap();
    }
    settled(&discord, &home).await.unwrap();
    assert_eq!(
        (private_threads(&discord).len(), said(&discord, discord.channel("general").unwrap()).len()),
        (12, 12)
    );
    let limited = discord.requests().iter().filter(|request| request.status == 429).count();
    assert!(limited <= 2, "{limited} requests ran into a limit");
    bot.stop().await.unwrap();
}

/// A bot that is connected and has a session, and how many sessions were begun and resumed.
async fn connected(world: &World) -> (Simulator, Home, Bot) {
    let (discord, home) = (Simulator::start(world).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    (discord, home, bot)
}

async fn sessions(
    discord: &Simulator,
    what: &str,
    enough: impl Fn((usize, usize)) -> bool,
) -> (usize, usize) {
    discord
        .wait_until(what, |state| {
            (state.is_connected() && enough(state.sessions_opened())).then(|| state.sessions_opened())
        })
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_connection_is_resumed_and_what_was_missed_arrives() {
    let (discord, home, bot) = connected(&harbor()).await;
    discord.cut_gateway();
    post(&discord, LEAK);
    let (begun, resumed) = sessions(&discord, "a resumed session", |(_, resumed)| resumed > 0).await;
    assert_eq!((begun, resumed), (1, 1));
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_to_reconnect_is_followed() {
    let (discord, home, bot) = connected(&harbor()).await;
    discord.request_reconnect();
    sessions(&discord, "another connection", |(begun, resumed)| begun + resumed > 1).await;
    post(&discord, LEAK);
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_between_two_sessions_is_read_from_history() {
    let (discord, home, bot) = connected(&harbor()).await;
    discord.invalidate_sessions(false);
    discord.cut_gateway();
    post(&discord, LEAK);
    sessions(&discord, "a second session", |(begun, _)| begun > 1).await;
    settled(&discord, &home).await.unwrap();
    discord.wait_until("a private thread", |state| state.threads().next().map(drop)).await.unwrap();
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gateway_that_stops_answering_is_left() {
    let (discord, home, bot) = connected(&World { heartbeat_ms: 200, ..harbor() }).await;
    discord.acknowledge_heartbeats(false);
    sessions(&discord, "another connection", |(begun, resumed)| begun + resumed > 1).await;
    discord.acknowledge_heartbeats(true);
    post(&discord, LEAK);
    discord.wait_until("a private thread", |state| state.threads().next().map(drop)).await.unwrap();
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

/// Ways in which serenity cannot decode a message; each must be judged all the same.
fn oddities() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "a component of an unknown type",
            "components",
            json!([{ "type": 1, "components": [{ "type": 99 }] }]),
        ),
        ("components that are null", "components", Value::Null),
        ("a field of another type", "tts", json!("perhaps")),
        ("a field nobody has heard of", "mood", json!({ "level": 3 })),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_the_library_cannot_decode_is_judged_all_the_same() {
    for (oddity, field, value) in oddities() {
        // Without the intent's event the message is only told in its odd shape.
        let (discord, home, bot) = connected(&harbor()).await;
        discord.cut_gateway();
        let message = post(&discord, "good morning");
        sessions(&discord, "a resumed session", |(_, resumed)| resumed > 0).await;
        let mut event = discord.message_event(discord.channel("general").unwrap(), message).unwrap();
        event["content"] = json!(LEAK);
        event[field] = value;
        discord.send_event("MESSAGE_CREATE", &event);
        settled(&discord, &home).await.unwrap();
        assert_eq!(once(&discord), Ok(()), "{oddity}");
        bot.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_nobody_has_heard_of_do_no_harm() {
    let (discord, home, bot) = connected(&harbor()).await;
    discord.send_event("GUILD_WEATHER_UPDATE", &json!({ "guild_id": "1", "rain": true }));
    discord.send_event("MESSAGE_CREATE", &json!({ "id": "not a number" }));
    discord.send_event("CHANNEL_UPDATE", &json!({ "id": "5" }));
    discord.send_event("GUILD_ROLE_UPDATE", &json!(null));
    post(&discord, LEAK);
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_asked_of_any_other_host() {
    // The library would go to the real Discord when the address it is given fails; a bot that can reach
    // nothing but its own address must say so instead.
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    discord.fault(Fault::on("GET /gateway", Trouble::Status(500, Value::Null)).always());
    let bot = Bot::start(&discord, &home, RULES).await;
    post(&discord, LEAK);
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}
