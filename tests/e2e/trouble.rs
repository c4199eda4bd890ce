//! Bad answers, broken connections and events nobody has heard of.

use aside::simulator::{ChannelKind, Fault, MemberPlan, Moment, Permissions, Request, Simulator, Trouble};
use futures::StreamExt;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::community::{Bot, Home, RULES, harbor, private_threads, said, settled};
use crate::manners;
use crate::once::{LEAK, Matter, acknowledged, once, once_in, post};
use crate::process::{Process, Trap};

/// What the bot asks for when a card number is posted, and which one of its kind each request is.
const REQUESTS: [(&str, usize); 5] = [
    ("DELETE /channels/{}/messages/{}", 1),
    ("POST /channels/{}/threads", 1),
    ("PUT /channels/{}/thread-members/{}", 1),
    (POST, 1),
    (POST, 2),
];

const POST: &str = "POST /channels/{}/messages";

/// What can go wrong with a request, and pass.
fn troubles() -> Vec<Trouble> {
    let limited = |retry_after, global, shared| Trouble::RateLimited { retry_after, global, shared };
    vec![
        limited(Some(0.05), false, false),
        limited(Some(0.05), true, false),
        limited(Some(0.05), false, true),
        limited(None, false, false),
        Trouble::Status(500, Value::Null),
        Trouble::Status(502, json!("Bad Gateway")),
        Trouble::StatusAfter(500, Value::Null),
        Trouble::StatusAfter(200, json!("nonsense")),
        Trouble::DropBefore,
        Trouble::DropAfter,
    ]
}

/// One card number after another, each in a channel of its own, is dealt with once although requests of these
/// routes meet trouble.
async fn withstood(faults: Vec<(&str, Vec<Fault>)>) -> Result<(), String> {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    let said = Matter::Card.said();
    for (at, (route, faults)) in faults.into_iter().enumerate() {
        let (place, member) = (format!("place-{at}"), format!("guest-{at}"));
        let guild = discord.guild("Harbor").unwrap();
        discord.create_channel(guild, &place, ChannelKind::Text).unwrap();
        discord.join(guild, &member).unwrap();
        for fault in faults {
            discord.fault(fault);
        }
        let before = discord.requests().len();
        let message = post(&discord, &member, &place, &said.text);
        settled(&discord, &home).await?;
        let failed = |one: &Request| !(200..300).contains(&one.status) || one.answer == "nonsense";
        if !discord.requests().iter().skip(before).any(|one| one.fits(route) && failed(one)) {
            return Err(format!("{route}: no request met any trouble"));
        }
        once_in(&discord, &place, &member).map_err(|wrong| format!("{route}, {place}: {wrong}"))?;
        let place = discord.channel(&place).unwrap();
        if discord.messages(place).iter().any(|one| one.id == message) {
            return Err(format!("{route}: the message is still there"));
        }
    }
    bot.stop().await.map_err(|error| error.to_string())?;
    manners::check(&discord, &home, &[said])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_answer_neither_loses_nor_repeats() {
    let withstood = troubles().into_iter().map(|trouble| async move {
        let faults = REQUESTS.map(|(route, n)| (route, vec![Fault::on(route, trouble.clone()).nth(n)]));
        withstood(faults.to_vec()).await.err().map(|wrong| format!("{trouble:?}: {wrong}"))
    });
    let wrong: Vec<String> =
        futures::stream::iter(withstood).buffer_unordered(5).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trouble_that_lasts_is_outlasted() {
    let lasting = Fault::on(POST, Trouble::StatusAfter(503, Value::Null)).times(2);
    withstood(vec![(POST, vec![lasting])]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_repeated_before_a_look_has_an_answer() {
    let after = Fault::on(POST, Trouble::DropAfter);
    let look = Fault::on("GET /channels/{}/messages", Trouble::Status(500, Value::Null));
    withstood(vec![(POST, vec![after, look])]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_at_all_is_not_waited_for_forever() {
    withstood(vec![(POST, vec![Fault::on(POST, Trouble::Hang)])]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_global_limit_holds_every_request_back() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    let limited = Trouble::RateLimited { retry_after: Some(0.3), global: true, shared: false };
    discord.fault(Fault::on("POST /channels/{}/threads", limited));
    post(&discord, "alex", "general", LEAK);
    let first = discord
        .wait_until("a limited request", |state| {
            state.requests().iter().find(|one| one.status == 429).cloned()
        })
        .await
        .unwrap();
    post(&discord, "sam", "help", LEAK);
    settled(&discord, &home).await.unwrap();
    let opened = |path: &str| {
        let all = discord.requests();
        all.into_iter()
            .find(|one| one.path.starts_with(path) && one.fits("POST /channels/{}/threads"))
            .unwrap()
    };
    let other = opened(&format!("/channels/{}", discord.channel("help").unwrap()));
    assert!(other.at >= first.at + SignedDuration::from_millis(300), "{} after {}", other.at, first.at);
    assert_eq!(private_threads(&discord).len(), 2);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_limits_are_kept_rather_than_met() {
    let mut world = harbor();
    let guests = (0..12).map(|at| MemberPlan { name: format!("guest-{at}"), ..Default::default() });
    world.guilds[0].members.extend(guests);
    let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
    let no_raid = "[raid]\nmembers = 0\n";
    let bot = Bot::start(&discord, &home, &format!("{no_raid}{}", RULES.replace("10m", "0s"))).await;
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

/// A member who loses sight of the channel while their thread is being opened.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_its_member_cannot_enter_is_closed_and_the_next_place_tried() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
    let mut pause = discord.pause_on("PUT /channels/{}/thread-members/{}", 1, Moment::Before);
    post(&discord, "alex", "general", LEAK);
    pause.reached().await.unwrap();
    discord.set_overwrite(general, alex, Permissions::NONE, Permissions::VIEW_CHANNEL).unwrap();
    pause.release();
    settled(&discord, &home).await.unwrap();
    assert_eq!(private_threads(&discord).len(), 0);
    assert_eq!(discord.dms(alex).len(), 1);
    let public = said(&discord, general);
    assert_eq!(public.len(), 1);
    assert!(public[0].content.contains("direct"), "{}", public[0].content);
    bot.stop().await.unwrap();
}

/// Ways in which a message can be odd; each must be judged all the same.
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
async fn a_message_that_cannot_be_decoded_is_judged_all_the_same() {
    for (oddity, field, value) in oddities() {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let bot = Bot::start(&discord, &home, RULES).await;
        let message = post(&discord, "alex", "general", "good morning");
        let mut event = discord.message_event(discord.channel("general").unwrap(), message).unwrap();
        event["content"] = json!(LEAK);
        event[field] = value;
        event["author"]["bot"] = json!(true);
        discord.send_event("MESSAGE_CREATE", &event);
        settled(&discord, &home).await.unwrap();
        assert_eq!(private_threads(&discord).len(), 0, "{oddity}, of a bot");
        event["author"]["bot"] = json!(false);
        discord.send_event("MESSAGE_CREATE", &event);
        settled(&discord, &home).await.unwrap();
        assert_eq!(once(&discord), Ok(()), "{oddity}");
        bot.stop().await.unwrap();
        manners::check(&discord, &home, &[Matter::Leak.said()]).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_nobody_has_heard_of_do_no_harm() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    discord.send_event("GUILD_WEATHER_UPDATE", &json!({ "guild_id": "1", "rain": LEAK }));
    discord.send_event("MESSAGE_CREATE", &json!({ "id": "not a number", "content": LEAK }));
    discord.send_event("CHANNEL_UPDATE", &json!({ "id": "5" }));
    discord.send_event("GUILD_ROLE_UPDATE", &json!(null));
    post(&discord, "alex", "general", LEAK);
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
    manners::check(&discord, &home, &[Matter::Leak.said()]).unwrap();
}

/// Requests to any other host would have to go through a proxy, which lets nothing through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_with_a_base_talks_to_nobody_else() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let trap = Trap::new();
    let address = trap.address();
    let environment = [("ALL_PROXY", address.as_str()), ("NO_PROXY", "127.0.0.1")];
    // The library would go to the real gateway when it is not told of another.
    discord.fault(Fault::on("GET /gateway", Trouble::Status(500, Value::Null)).always());
    let process = Process::launch_with(&discord, &home, RULES, &environment);
    discord.connected().await.unwrap();
    post(&discord, "alex", "general", LEAK);
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    discord.close_gateway(4009);
    post(&discord, "sam", "help", LEAK);
    acknowledged(&discord, "help").await;
    process.stop().await;
    assert!(!trap.caught());
    // The trap does catch: a bot whose base is another host is met there.
    let elsewhere = [environment.as_slice(), &[("DISCORD_API_BASE", "https://discord.invalid")]].concat();
    let _process = Process::launch_with(&discord, &home, RULES, &elsewhere);
    trap.catches().await;
}
