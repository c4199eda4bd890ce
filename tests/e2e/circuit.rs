//! Discord refuses much: the limit on invalid requests is never near, nobody else pays for it, and nothing is lost.

use std::time::Duration;

use aside::discord::{Caution, Credentials, Pace, RunError};
use aside::responder::Patience;
use aside::simulator::{Fault, Id, MemberPlan, Request, Simulator, State, Trouble, World};
use jiff::SignedDuration;
use serde_json::json;

use crate::community::{Bot, Home, RULES, harbor, is_said_by, private_threads, said, settled};
use crate::log;
use crate::manners;
use crate::once::{LEAK, Matter, post};

/// How many write, each about a matter of their own.
const MANY: usize = 40;

/// What counts for ten minutes counts for so long here.
const WINDOW: Duration = Duration::from_secs(2);

fn crowded() -> World {
    let mut world = harbor();
    let guests = (0..MANY).map(|at| MemberPlan { name: format!("guest-{at}"), ..Default::default() });
    world.guilds[0].members.extend(guests);
    world
}

/// Limits that are never met: what holds anything here is the circuit.
async fn generous(world: &World) -> Simulator {
    let discord = Simulator::start(world).await.unwrap();
    discord.enforce_limits(false);
    discord.set_limit("* /**", 10_000, Duration::from_secs(1));
    discord
}

fn credentials(discord: &Simulator, caution: Caution) -> Credentials {
    let pace = Pace { unsaid: Duration::from_millis(5), most: 1000, caution, ..Pace::default() };
    let patience = Patience { gather: Duration::from_millis(20), ..Patience::default() };
    Credentials { pace, patience, ..Bot::credentials(discord) }
}

fn config(discord: &Simulator) -> String {
    let (guild, staff) = (discord.guild("Harbor").unwrap(), discord.channel("staff").unwrap());
    format!(
        "[raid]\nmembers = 0\n[server.\"{guild}\"]\nalert_channel = {staff}\n{}",
        RULES.replace("10m", "0s")
    )
}

fn crowd_in(discord: &Simulator) {
    let general = discord.channel("general").unwrap();
    for at in 0..MANY {
        let guest = discord.user(&format!("guest-{at}")).unwrap();
        discord.post(guest, general, LEAK).unwrap();
    }
}

fn is_invalid(request: &Request) -> bool {
    matches!(request.status, 401 | 403 | 429)
}

/// The most invalid requests of any window.
fn worst(discord: &Simulator) -> usize {
    let invalid: Vec<Request> = discord.requests().into_iter().filter(is_invalid).collect();
    let window = SignedDuration::try_from(WINDOW).unwrap();
    let within = |first: &Request| {
        invalid.iter().filter(|one| one.at >= first.at && one.at < first.at + window).count()
    };
    invalid.iter().map(within).max().unwrap_or(0)
}

/// Waits until so many requests were refused.
async fn refused(discord: &Simulator, many: usize) {
    let enough =
        |state: &State| (state.requests().iter().filter(|one| is_invalid(one)).count() >= many).then_some(());
    discord.wait_until("refusals", enough).await.unwrap();
}

fn told(discord: &Simulator) -> usize {
    let all = said(discord, discord.channel("staff").unwrap());
    all.iter().filter(|message| message.content.contains("held back for a while")).count()
}

/// Waits until everybody who gave something away is answered in public.
async fn all_acknowledged(discord: &Simulator) {
    let (bot, general) = (discord.bot(), discord.channel("general").unwrap());
    let all = |state: &State| {
        let said = state.messages(general).filter(|one| is_said_by(bot, one));
        (said.count() >= MANY).then_some(())
    };
    discord.wait_until("everybody to be answered", all).await.unwrap();
}

fn acknowledged(discord: &Simulator) -> usize {
    said(discord, discord.channel("general").unwrap()).len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_refusals_opens_the_circuit_is_told_once_and_ends_with_all_done() {
    let (discord, home) = (generous(&crowded()).await, Home::new());
    let caution = Caution { window: WINDOW, most: 30, reserve: 10, ..Caution::default() };
    let bot = Bot::launch_as(credentials(&discord, caution), &home, &config(&discord));
    discord.connected().await.unwrap();
    settled(&discord, &home).await.unwrap();
    let limited = Trouble::RateLimited { retry_after: Some(0.005), global: false, shared: false };
    discord.fault(Fault::on("POST /channels/{}/threads", limited).always());
    crowd_in(&discord);
    // Three windows long: it opens, closes, and opens again.
    refused(&discord, 70).await;
    assert!(acknowledged(&discord) == 0 && private_threads(&discord).is_empty());
    discord.clear_faults();
    settled(&discord, &home).await.unwrap();
    assert!(worst(&discord) <= 40, "{} in one window", worst(&discord));
    assert_eq!((private_threads(&discord).len(), acknowledged(&discord)), (MANY, MANY), "all is done, once");
    discord
        .wait_until("moderators to hear of it", |state| {
            let staff = state.channels().find(|channel| channel.name == "staff")?.id;
            state.messages(staff).any(|one| one.content.contains("held back")).then_some(())
        })
        .await
        .unwrap();
    settled(&discord, &home).await.unwrap();
    assert_eq!(told(&discord), 1);
    assert!(log::written().contains("would soon shut out this address"), "the operator reads it");
    bot.stop().await.unwrap();
    manners::check(&discord, &home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_refuses_all_is_left_alone_and_the_others_are_served() {
    let mut world = crowded();
    let mut other = harbor().guilds.remove(0);
    (other.name, other.owner) = ("Quay".to_owned(), "otto".to_owned());
    other.channels.iter_mut().for_each(|channel| channel.name = format!("quay-{}", channel.name));
    other.channels[5].overwrites.clear();
    other.members.iter_mut().for_each(|member| member.name = format!("quay-{}", member.name));
    world.guilds.push(other);
    let (discord, home) = (generous(&world).await, Home::new());
    let caution =
        Caution { window: WINDOW, refusals: 5, probe: Duration::from_millis(500), ..Caution::default() };
    let bot = Bot::launch_as(credentials(&discord, caution), &home, &config(&discord));
    discord.connected().await.unwrap();
    settled(&discord, &home).await.unwrap();
    let harbor = discord.guild("Harbor").unwrap();
    let forbidden = Trouble::Status(403, json!({ "code": 50_013, "message": "No." }));
    discord.fault(Fault::on("POST /channels/**", forbidden).concerning(harbor).always());
    crowd_in(&discord);
    refused(&discord, 7).await;
    let quay: Id = discord.channel("quay-general").unwrap();
    discord.post(discord.user("quay-alex").unwrap(), quay, LEAK).unwrap();
    discord
        .wait_until("the other server to be served", |state| state.messages(quay).nth(1).map(drop))
        .await
        .unwrap();
    let refused = discord.requests().iter().filter(|one| is_invalid(one)).count();
    // Each matter alone would have been refused two or three times; all may be on their way before the circuit opens.
    assert!(refused < 2 * MANY, "{refused} of {MANY} matters and more requests");
    discord.clear_faults();
    settled(&discord, &home).await.unwrap();
    // Whoever was refused before has been written to directly; all others have a thread.
    assert!(private_threads(&discord).len() > MANY / 2, "{}", private_threads(&discord).len());
    bot.stop().await.unwrap();
    manners::check(&discord, &home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_removed_in_a_server_that_refuses_all_else() {
    let (discord, home) = (generous(&crowded()).await, Home::new());
    let caution = Caution { refusals: 5, probe: Duration::from_mins(10), ..Caution::default() };
    let bot = Bot::launch_as(credentials(&discord, caution), &home, &config(&discord));
    discord.connected().await.unwrap();
    settled(&discord, &home).await.unwrap();
    let forbidden = Trouble::Status(403, json!({ "code": 50_013, "message": "No." }));
    discord.fault(Fault::on("POST /channels/**", forbidden).always());
    crowd_in(&discord);
    refused(&discord, 5).await;
    let secret = post(&discord, "alex", "general", &Matter::Card.said().text);
    let general = discord.channel("general").unwrap();
    let gone = |state: &State| state.messages(general).all(|one| one.id != secret).then_some(());
    discord.wait_until("the secret to be removed", gone).await.unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_was_reset_stops_the_bot_at_once_and_nothing_is_lost() {
    let (discord, home) = (generous(&crowded()).await, Home::new());
    let bot = Bot::launch_as(credentials(&discord, Caution::default()), &home, &config(&discord));
    discord.connected().await.unwrap();
    settled(&discord, &home).await.unwrap();
    discord.fault(
        Fault::on("* /**", Trouble::Status(401, json!({ "code": 0, "message": "401: Unauthorized" })))
            .always(),
    );
    crowd_in(&discord);
    let ended = bot.ended().await;
    assert!(matches!(ended, Err(RunError::WrongToken)), "{ended:?}");
    let refused = discord.requests().iter().filter(|one| is_invalid(one)).count();
    // What was on its way together, and the question whether it is the token.
    assert!(refused <= 2 * MANY, "{refused}");
    discord.clear_faults();
    let bot = Bot::launch_as(credentials(&discord, Caution::default()), &home, &config(&discord));
    // What was not taken up before the end is read back.
    all_acknowledged(&discord).await;
    settled(&discord, &home).await.unwrap();
    assert_eq!((private_threads(&discord).len(), acknowledged(&discord)), (MANY, MANY));
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_single_answer_of_401_is_trouble_and_no_end() {
    let (discord, home) = (generous(&crowded()).await, Home::new());
    let bot = Bot::start(&discord, &home, &config(&discord)).await;
    discord.fault(Fault::on("POST /channels/{}/threads", Trouble::Status(401, json!({ "code": 0 }))));
    crowd_in(&discord);
    settled(&discord, &home).await.unwrap();
    assert_eq!((private_threads(&discord).len(), acknowledged(&discord)), (MANY, MANY));
    bot.stop().await.unwrap();
}
