//! Once, and not lost: whatever happens to the process, to the session or to an event.

use aside::simulator::{Id, Message, Moment, Request, Simulator, State};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};

use crate::community::{Bot, Home, RULES, harbor, is_said_by, private_threads, said, settled};
use crate::manners::{self, Said};
use crate::process::{Process, has_listened};
use crate::scenario::secret;

pub(crate) const LEAK: &str = "so when does project falcon finally ship then?";

/// A message, and how often the bot asks Discord to change something because of it.
#[derive(Clone, Copy)]
pub(crate) enum Matter {
    /// Thread, member, first words, acknowledgment.
    Leak,
    /// The same after the removal.
    Card,
}

impl Matter {
    const fn requests(self) -> usize {
        match self {
            Self::Leak => 4,
            Self::Card => 5,
        }
    }

    pub(crate) fn said(self) -> Said {
        match self {
            Self::Leak => Said { text: LEAK.to_owned(), secrets: Vec::new() },
            Self::Card => {
                let card = secret("card").unwrap();
                Said { text: format!("please just charge my card {card} and be done"), secrets: vec![card] }
            }
        }
    }
}

pub(crate) fn post(discord: &Simulator, by: &str, place: &str, text: &str) -> Id {
    let (by, channel) = (discord.user(by).unwrap(), discord.channel(place).unwrap());
    discord.post(by, channel, text).unwrap()
}

/// There is one thread with one opening, and one acknowledgment, of what alex posted in #general.
pub(crate) fn once(discord: &Simulator) -> Result<(), String> {
    if private_threads(discord).len() > 1 {
        return Err(format!("{} threads", private_threads(discord).len()));
    }
    once_in(discord, "general", "alex")
}

/// Under a channel there is one thread with one opening, and one acknowledgment in it.
pub(crate) fn once_in(discord: &Simulator, place: &str, member: &str) -> Result<(), String> {
    let (channel, member) = (discord.channel(place).unwrap(), discord.user(member).unwrap());
    let threads = private_threads(discord).into_iter().filter(|thread| thread.parent == Some(channel));
    let threads: Vec<Id> = threads.map(|thread| thread.id).collect();
    let openings: Vec<usize> = threads.iter().map(|thread| said(discord, *thread).len()).collect();
    let public = said(discord, channel).len();
    let inside = threads.iter().all(|thread| discord.thread_members(*thread).contains(&member));
    if openings == [1] && public == 1 && inside {
        return Ok(());
    }
    Err(format!("openings {openings:?}, {public} acknowledgments, the member is inside: {inside}"))
}

/// Waits until the bot has nothing more to ask for its commands.
pub(crate) async fn registered(discord: &Simulator) {
    let answered = |request: &Request| request.fits("PUT /applications/{}/commands") && request.status != 0;
    discord
        .wait_until("commands to be registered", |state| state.requests().iter().any(answered).then_some(()))
        .await
        .unwrap();
}

/// One matter is killed at its `n`-th request; what was begun is finished after the next start.
async fn killed(matter: Matter, n: usize, moment: Moment, forgetful: bool) -> Result<(), String> {
    let discord = Simulator::start(&harbor()).await.unwrap();
    let home = Home::new();
    let process = Process::start(&discord, &home, RULES).await;
    // What is counted are the requests of the case.
    registered(&discord).await;
    let mut pause = discord.pause_at(n, moment);
    let said = matter.said();
    let message = post(&discord, "alex", "general", &said.text);
    pause.reached().await.ok_or("the request never came")?;
    process.kill();
    drop(pause);
    if forgetful {
        discord.forget_nonces();
    }
    let process = Process::start(&discord, &home, RULES).await;
    settled(&discord, &home).await?;
    once(&discord)?;
    if matches!(matter, Matter::Card)
        && discord.messages(discord.channel("general").unwrap()).iter().any(|one| one.id == message)
    {
        return Err("the message is still there".to_owned());
    }
    let log = process.written();
    process.stop().await;
    if said.secrets.iter().any(|secret| log.contains(secret)) || log.contains(&said.text) {
        return Err("the log tells what the member said".to_owned());
    }
    manners::check(&discord, &home, &[said])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_instant_neither_loses_nor_repeats() {
    let matters = [Matter::Leak, Matter::Card].into_iter();
    let instants = matters.flat_map(|matter| (1..=matter.requests()).map(move |n| (matter, n)));
    let kills = instants.flat_map(|(matter, n)| {
        // Before its effect a request leaves nothing behind that a nonce could tell.
        [(Moment::Before, true), (Moment::AfterEffect, true), (Moment::AfterEffect, false)]
            .map(|(moment, forgetful)| (matter, n, moment, forgetful))
    });
    let killed = kills.map(|(matter, n, moment, forgetful)| async move {
        let outcome = killed(matter, n, moment, forgetful).await;
        let requests = matter.requests();
        outcome.err().map(|wrong| {
            format!("request {n} of {requests}, {moment:?}, nonces forgotten: {forgetful}: {wrong}")
        })
    });
    let wrong: Vec<String> =
        futures::stream::iter(killed).buffer_unordered(3).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_told_twice_is_one_case() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    post(&discord, "alex", "general", LEAK);
    assert!(discord.repeat_event("MESSAGE_CREATE"));
    settled(&discord, &home).await.unwrap();
    assert!(discord.repeat_event("MESSAGE_CREATE"));
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_while_the_bot_was_down_is_read_back_once() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let process = Process::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    process.stop().await;
    post(&discord, "alex", "general", LEAK);
    for _ in 0..2 {
        let process = Process::start(&discord, &home, RULES).await;
        acknowledged(&discord, "general").await;
        settled(&discord, &home).await.unwrap();
        once(&discord).unwrap();
        process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_latest_of_what_was_missed_is_read_back() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let config = format!("[catch_up]\nmax_age = \"1h\"\nmax_messages = 2\n{RULES}");
    let bot = Bot::start(&discord, &home, &config).await;
    has_listened(&home).await;
    bot.stop().await.unwrap();
    let sam = discord.user("sam").unwrap();
    #[expect(clippy::disallowed_methods, reason = "messages are old by the clock on the wall")]
    let long_ago = Timestamp::now() - SignedDuration::from_hours(2);
    discord.post_at(sam, discord.channel("help").unwrap(), LEAK, long_ago).unwrap();
    post(&discord, "kim", "help", "what about project falcon? nobody tells me anything");
    post(&discord, "kim", "help", "has anybody got an idea what to do?");
    let last = post(&discord, "alex", "help", LEAK);
    let bot = Bot::start(&discord, &home, &config).await;
    let answer = acknowledged(&discord, "help").await;
    settled(&discord, &home).await.unwrap();
    assert_eq!(answer.reference.unwrap().message, last);
    assert_eq!(private_threads(&discord).len(), 1);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_start_ever_reads_nothing_back() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    post(&discord, "alex", "general", LEAK);
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    has_listened(&home).await;
    assert!(!discord.requests().iter().any(|request| request.fits("GET /channels/{}/messages")));
    assert_eq!(private_threads(&discord).len(), 0);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_between_two_sessions_is_read_back() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    discord.close_gateway(4009);
    post(&discord, "alex", "general", LEAK);
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    assert_eq!(discord.read(State::sessions_opened), (2, 0));
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_to_stop_the_bot_finishes_what_it_committed() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut process = Process::start(&discord, &home, RULES).await;
    let mut pause = discord.pause_on("POST /channels/{}/threads", 1, Moment::Before);
    post(&discord, "alex", "general", LEAK);
    pause.reached().await.unwrap();
    process.signal("TERM");
    left(&discord).await;
    post(&discord, "sam", "help", LEAK);
    pause.release();
    assert_eq!(process.ended().await.code(), Some(0), "{}", process.written());
    once(&discord).unwrap();
    // What was said after the signal is left to the next start.
    assert_eq!(said(&discord, discord.channel("help").unwrap()).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn asked_twice_to_stop_the_bot_stops_at_once_and_finishes_after_the_next_start() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut process = Process::start(&discord, &home, RULES).await;
    let mut pause = discord.pause_on("POST /channels/{}/threads", 1, Moment::Before);
    post(&discord, "alex", "general", LEAK);
    pause.reached().await.unwrap();
    process.signal("INT");
    left(&discord).await;
    process.signal("INT");
    // The request is still held: had it waited, it would have found the thread.
    assert_eq!(process.ended().await.code(), Some(1), "{}", process.written());
    drop(pause);
    let process = Process::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    process.stop().await;
}

/// Waits until the bot has left the gateway.
async fn left(discord: &Simulator) {
    discord.wait_until("the bot to leave", |state| (!state.is_connected()).then_some(())).await.unwrap();
}

/// Waits for the bot's first words in a channel.
pub(crate) async fn acknowledged(discord: &Simulator, place: &str) -> Message {
    let (bot, channel) = (discord.bot(), discord.channel(place).unwrap());
    let what = format!("words of the bot in {place}");
    discord
        .wait_until(&what, |state| state.messages(channel).find(|one| is_said_by(bot, one)).cloned())
        .await
        .unwrap()
}
