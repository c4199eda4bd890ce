//! What was said while the bot was away, wherever that was, is read back once; what is not read is told.

use std::collections::BTreeMap;
use std::time::Duration;

use aside::discord::{Clock, RunError};
use aside::simulator::{
    ChannelKind, Fault, GuildPlan, Id, Message, Moment, Permissions, Request, Simulator, State, Trouble,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::community::{Bot, Home, RULES, harbor, is_notice, is_said_by, private_threads, said, settled};
use crate::once::{LEAK, Matter, acknowledged, once, post};
use crate::process::{Process, has_listened};

/// A bot that was there for a moment and has gone.
async fn gone(config: &str) -> (Simulator, Home) {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, config).await;
    has_listened(&home).await;
    settled(&discord, &home).await.unwrap();
    bot.stop().await.unwrap();
    (discord, home)
}

/// Waits until all is read back: then it is recorded that what happens now was heard.
async fn caught_up(discord: &Simulator, home: &Home) -> Result<(), String> {
    let now = now().as_millisecond();
    settled(discord, home).await?;
    home.until(&format!("SELECT min(at) >= {now} FROM alive")).await
}

#[expect(clippy::disallowed_methods, reason = "messages are as old as the clock on the wall says")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// Something that happens while the bot is away; where the bot is to answer then, if anywhere.
struct Row {
    does: &'static str,
    happens: fn(&Simulator) -> Id,
    answers: usize,
}

impl Row {
    const fn new(does: &'static str, happens: fn(&Simulator) -> Id, answers: usize) -> Self {
        Self { does, happens, answers }
    }

    async fn holds(self) -> Result<(), String> {
        let (discord, home) = gone(RULES).await;
        let place = (self.happens)(&discord);
        // Twice: what was read back is not read back into another case at the next start.
        for start in ["first", "second"] {
            let bot = Bot::start(&discord, &home, RULES).await;
            caught_up(&discord, &home).await?;
            settled(&discord, &home).await?;
            let answers = said(&discord, place).len();
            if answers != self.answers {
                return Err(format!("{answers} answers instead of {} after the {start} start", self.answers));
            }
            bot.stop().await.map_err(|error| error.to_string())?;
        }
        Ok(())
    }
}

fn alex(discord: &Simulator) -> Id {
    discord.user("alex").unwrap()
}

fn channel(discord: &Simulator, name: &str) -> Id {
    discord.channel(name).unwrap()
}

/// alex opens a thread, or a post, under a channel and says it there.
fn thread(discord: &Simulator, under: &str, kind: ChannelKind) -> Id {
    let thread = discord.open_thread(alex(discord), channel(discord, under), "a matter", kind).unwrap();
    discord.post(alex(discord), thread, LEAK).unwrap();
    thread
}

fn archived(discord: &Simulator, thread: Id) -> Id {
    discord.archive(discord.user("mia").unwrap(), thread, false).unwrap();
    thread
}

fn in_channel(discord: &Simulator, name: &str, text: &str) -> (Id, Id) {
    (channel(discord, name), post(discord, "alex", name, text))
}

fn rows() -> Vec<Row> {
    use ChannelKind::{AnnouncementThread, PublicThread};
    vec![
        Row::new("a channel", |it| in_channel(it, "general", LEAK).0, 1),
        Row::new("the chat of a voice channel", |it| in_channel(it, "lounge", LEAK).0, 1),
        Row::new("a thread that was opened meanwhile", |it| thread(it, "general", PublicThread), 1),
        Row::new(
            "a thread that was opened and archived meanwhile",
            |it| archived(it, thread(it, "general", PublicThread)),
            1,
        ),
        Row::new("a thread of an announcement", |it| thread(it, "news", AnnouncementThread), 1),
        Row::new("a new post in a forum", |it| thread(it, "ideas", PublicThread), 1),
        Row::new(
            "a post that was archived meanwhile",
            |it| archived(it, thread(it, "ideas", PublicThread)),
            1,
        ),
        Row::new(
            "what was deleted meanwhile",
            |it| {
                let (channel, message) = in_channel(it, "general", LEAK);
                it.delete(alex(it), channel, message).unwrap();
                channel
            },
            0,
        ),
        Row::new(
            "what was edited meanwhile counts as it stands: harmless",
            |it| {
                let (channel, message) = in_channel(it, "general", LEAK);
                it.edit(alex(it), channel, message, "good morning").unwrap();
                channel
            },
            0,
        ),
        Row::new(
            "what was edited meanwhile counts as it stands: not harmless",
            |it| {
                let (channel, message) = in_channel(it, "general", "good morning");
                it.edit(alex(it), channel, message, LEAK).unwrap();
                channel
            },
            1,
        ),
        Row::new(
            "where history must not be read, nothing is",
            |it| {
                let (channel, bot) = (channel(it, "general"), it.bot());
                it.set_overwrite(channel, bot, Permissions::NONE, Permissions::READ_MESSAGE_HISTORY).unwrap();
                in_channel(it, "general", LEAK).0
            },
            0,
        ),
        Row::new(
            "a server that was joined meanwhile",
            |it| {
                let plan = toml::from_str::<GuildPlan>(
                    "name = \"Pier\"\nowner = \"olga\"\nchannels = [{ name = \"quay\" }]\nmembers = [{ name = \"alex\" }]",
                );
                it.add_guild(&plan.unwrap()).unwrap();
                in_channel(it, "quay", LEAK).0
            },
            1,
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_is_read_back_once_wherever_it_was_said() {
    use futures::StreamExt as _;
    let outcomes = rows().into_iter().map(|row| async move {
        let does = row.does;
        row.holds().await.err().map(|wrong| format!("{does}: {wrong}"))
    });
    let wrong: Vec<String> =
        futures::stream::iter(outcomes).buffer_unordered(4).filter_map(std::future::ready).collect().await;
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_first_is_judged_first_whatever_channel_it_was_said_in() {
    let (discord, home) = gone(RULES).await;
    let places = ["help", "lounge", "general", "news"];
    let people = ["alex", "sam", "kim", "mia"];
    for (place, by) in places.iter().zip(people) {
        let (by, channel) = (discord.user(by).unwrap(), channel(&discord, place));
        let _said = discord.post(by, channel, LEAK);
    }
    let bot = Bot::start(&discord, &home, RULES).await;
    caught_up(&discord, &home).await.unwrap();
    settled(&discord, &home).await.unwrap();
    let mut order: BTreeMap<u32, Id> = BTreeMap::new();
    for thread in private_threads(&discord) {
        let number: String = thread.name.chars().filter(char::is_ascii_digit).collect();
        order.insert(number.parse().unwrap(), thread.parent.unwrap());
    }
    let order: Vec<Id> = order.into_values().collect();
    let expected: Vec<Id> = ["help", "general"].map(|place| channel(&discord, place)).to_vec();
    assert_eq!(order, expected, "private threads are opened in text channels");
    bot.stop().await.unwrap();
}

/// What moderators were told in #staff of the bot's own accord.
fn told(discord: &Simulator) -> Vec<Message> {
    let (bot, staff) = (discord.bot(), channel(discord, "staff"));
    discord.messages(staff).into_iter().filter(|one| is_notice(bot, one)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_old_or_too_much_is_told_once_and_never_acted_on() {
    for (limits, missed) in [("max_messages = 2", 0), ("max_age = \"1m\"", 600)] {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let (guild, staff) = (discord.guild("Harbor").unwrap(), channel(&discord, "staff"));
        let config = format!("[catch_up]\n{limits}\n[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}");
        let bot = Bot::start(&discord, &home, &config).await;
        has_listened(&home).await;
        settled(&discord, &home).await.unwrap();
        bot.stop().await.unwrap();
        let before = told(&discord).len();
        if missed > 0 {
            let long_ago = now() - SignedDuration::from_secs(2 * missed);
            home.execute("UPDATE alive SET at = $1", &long_ago.as_millisecond().to_string()).await;
        }
        let old = now() - SignedDuration::from_secs(i64::from(missed > 0) * missed);
        discord.post_at(alex(&discord), channel(&discord, "help"), LEAK, old).unwrap();
        for text in ["has anybody got an idea what to do?", "no, not me"] {
            post(&discord, "kim", "help", text);
        }
        for _ in 0..2 {
            let bot = Bot::start(&discord, &home, &config).await;
            caught_up(&discord, &home).await.unwrap();
            settled(&discord, &home).await.unwrap();
            bot.stop().await.unwrap();
        }
        let told = told(&discord).split_off(before);
        assert_eq!(told.len(), 1, "{limits}: {told:#?}");
        let help = format!("- <#{}> · <t:", channel(&discord, "help"));
        assert!(told[0].content.contains(&help), "{limits}: {}", told[0].content);
        assert_eq!(private_threads(&discord).len(), 0, "{limits}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_that_cannot_be_handled_is_told_and_holds_up_no_other() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let (guild, staff) = (discord.guild("Harbor").unwrap(), channel(&discord, "staff"));
    let config = format!("[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}");
    let bot = Bot::start(&discord, &home, &config).await;
    post(&discord, "alex", "general", LEAK);
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    has_listened(&home).await;
    bot.stop().await.unwrap();
    home.execute("UPDATE cases SET body = $1", "{").await;
    let before = told(&discord).len();
    post(&discord, "alex", "general", &Matter::Card.said().text);
    post(&discord, "sam", "help", LEAK);
    let bot = Bot::start(&discord, &home, &config).await;
    acknowledged(&discord, "help").await;
    caught_up(&discord, &home).await.unwrap();
    let told = told(&discord).split_off(before);
    let general = format!("- <#{}> · <t:", channel(&discord, "general"));
    assert_eq!(told.iter().filter(|one| one.content.contains(&general)).count(), 1, "{told:#?}");
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_that_is_killed_while_it_reads_back_goes_on_at_the_next_start() {
    let (discord, home) = gone(RULES).await;
    post(&discord, "alex", "general", LEAK);
    let mut pause = discord.pause_on("GET /channels/{}/messages", 1, Moment::Before);
    let process = Process::start(&discord, &home, RULES).await;
    pause.reached().await.unwrap();
    // Events that come meanwhile must not move on what was heard.
    settled(&discord, &home).await.unwrap();
    process.kill();
    drop(pause);
    let process = Process::start(&discord, &home, RULES).await;
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    process.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_token_that_was_reset_could_not_read_is_read_with_the_next() {
    let (discord, home) = gone(RULES).await;
    let ago = |minutes| now() - SignedDuration::from_mins(minutes);
    home.execute("UPDATE alive SET at = $1", &ago(10).as_millisecond().to_string()).await;
    discord.post_at(alex(&discord), channel(&discord, "general"), LEAK, ago(5)).unwrap();
    let mut pause = discord.pause_on("GET /channels/{}/messages", 1, Moment::Before);
    let bot = Bot::launch(&discord, &home, RULES);
    pause.reached().await.unwrap();
    let unauthorized = Trouble::Status(401, json!({ "code": 0, "message": "401: Unauthorized" }));
    discord.fault(Fault::on("* /**", unauthorized).always());
    // It is cut off, and asked again.
    drop(pause);
    let ended = bot.ended().await;
    assert!(matches!(ended, Err(RunError::WrongToken)), "{ended:?}");
    discord.clear_faults();
    let bot = Bot::start(&discord, &home, RULES).await;
    acknowledged(&discord, "general").await;
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gap_while_a_gap_is_read_back_is_read_back_too_and_nothing_twice() {
    let (discord, home) = gone(RULES).await;
    post(&discord, "alex", "general", LEAK);
    let mut pause = discord.pause_on("GET /channels/{}/messages", 1, Moment::Before);
    let bot = Bot::start(&discord, &home, RULES).await;
    pause.reached().await.unwrap();
    // Told live, and in history.
    post(&discord, "sam", "help", LEAK);
    discord.close_gateway(4009);
    post(&discord, "mia", "general", "good morning");
    let new = |state: &State| (state.sessions_opened().0 == 3 && state.is_connected()).then_some(());
    discord.wait_until("a third session", new).await.unwrap();
    pause.release();
    for place in ["general", "help"] {
        acknowledged(&discord, place).await;
    }
    caught_up(&discord, &home).await.unwrap();
    settled(&discord, &home).await.unwrap();
    let answers = ["general", "help"].map(|place| said(&discord, channel(&discord, place)).len());
    assert_eq!((answers, private_threads(&discord).len()), ([1, 1], 2));
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_discord_lost_is_read_back_when_it_is_there_again() {
    let (discord, home) = gone(RULES).await;
    let guild = discord.guild("Harbor").unwrap();
    discord.outage(guild, true);
    post(&discord, "alex", "general", LEAK);
    let bot = Bot::start(&discord, &home, RULES).await;
    discord.outage(guild, false);
    acknowledged(&discord, "general").await;
    // And once more, within a session.
    discord.outage(guild, true);
    post(&discord, "sam", "help", LEAK);
    discord.outage(guild, false);
    acknowledged(&discord, "help").await;
    settled(&discord, &home).await.unwrap();
    assert_eq!(private_threads(&discord).len(), 2);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_lost_for_longer_than_a_process_lives_is_not_forgotten() {
    let discord = Simulator::start(&harbor()).await.unwrap();
    let home = Home::with(Clock::standing(now()));
    let guild = discord.guild("Harbor").unwrap();
    let bot = Bot::start(&discord, &home, RULES).await;
    has_listened(&home).await;
    settled(&discord, &home).await.unwrap();
    bot.stop().await.unwrap();
    discord.outage(guild, true);
    post(&discord, "alex", "general", LEAK);
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    home.clock.set(now() + SignedDuration::from_mins(5));
    home.until("SELECT count(*) > 0 FROM notes WHERE name = 'unread_since'").await.unwrap();
    bot.stop().await.unwrap();
    // Another process waits for it in vain, too, and has heard all else for longer.
    let heard = |minutes| (now() + SignedDuration::from_mins(minutes)).as_millisecond();
    home.execute("UPDATE alive SET at = $1", &heard(2).to_string()).await;
    let bot = Bot::start(&discord, &home, RULES).await;
    settled(&discord, &home).await.unwrap();
    home.clock.set(now() + SignedDuration::from_mins(10));
    home.until(&format!("SELECT min(at) > {} FROM alive", heard(3))).await.unwrap();
    bot.stop().await.unwrap();
    home.clock.set(now() + SignedDuration::from_mins(15));
    let bot = Bot::start(&discord, &home, RULES).await;
    discord.outage(guild, false);
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    once(&discord).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threads_in_which_nothing_was_said_are_not_read() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    for (by, place) in [("alex", "general"), ("sam", "help")] {
        post(&discord, by, place, LEAK);
        acknowledged(&discord, place).await;
    }
    settled(&discord, &home).await.unwrap();
    has_listened(&home).await;
    bot.stop().await.unwrap();
    // Long ago, so that what the bot said itself is no news.
    home.execute(
        "UPDATE alive SET at = $1",
        &(now() + SignedDuration::from_mins(1)).as_millisecond().to_string(),
    )
    .await;
    let threads: Vec<Id> = private_threads(&discord).into_iter().map(|thread| thread.id).collect();
    let answered = now() + SignedDuration::from_mins(2);
    discord.post_at(discord.user("mia").unwrap(), threads[0], "I am here now", answered).unwrap();
    let before = discord.requests().len();
    let bot = Bot::start(&discord, &home, RULES).await;
    let read = |request: &Request, thread: Id| request.path == format!("/channels/{thread}/messages");
    let asked = |state: &State| {
        let asked = state.requests().iter().skip(before);
        asked.clone().any(|request| request.method == "GET" && read(request, threads[0])).then_some(())
    };
    discord.wait_until("the thread with an answer to be read", asked).await.unwrap();
    settled(&discord, &home).await.unwrap();
    let second = discord.requests().into_iter().skip(before);
    assert_eq!(second.filter(|request| request.method == "GET" && read(request, threads[1])).count(), 0);
    bot.stop().await.unwrap();
}

/// A thread that was archived when the bot connected is first heard of by a message in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_discord_does_not_say_what_a_thread_is_a_message_in_it_is_read_later() {
    let failing = || Trouble::Status(500, json!({ "code": 0, "message": "no" }));
    for trouble in [failing(), Trouble::DropBefore, Trouble::Delay(Duration::from_secs(4))] {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let guild = discord.guild("Harbor").unwrap();
        let bot = Bot::start(&discord, &home, RULES).await;
        settled(&discord, &home).await.unwrap();
        let under = channel(&discord, "general");
        let thread =
            discord.open_thread(alex(&discord), under, "a matter", ChannelKind::PublicThread).unwrap();
        let forgotten = json!({ "id": thread.to_string(), "guild_id": guild.to_string(),
            "parent_id": under.to_string(), "type": 11 });
        discord.send_event("THREAD_DELETE", &forgotten);
        discord.fault(Fault::on("GET /channels/{}", trouble));
        discord.post(alex(&discord), thread, LEAK).unwrap();
        let me = discord.bot();
        let answered = |state: &State| state.messages(thread).any(|one| is_said_by(me, one)).then_some(());
        discord.wait_until("an answer in the thread", answered).await.unwrap();
        bot.stop().await.unwrap();
    }
}

/// The channels that were asked for archived threads, from the `first` request on, by name.
fn asked_for_archived(discord: &Simulator, first: usize) -> Vec<String> {
    let asked = |request: &Request| request.fits("GET /channels/{}/threads/archived/public");
    let paths: Vec<String> =
        discord.requests().into_iter().skip(first).filter(asked).map(|it| it.path).collect();
    let name = |path: &String| {
        let id = path.split('/').nth(2)?.to_owned();
        discord.read(|state| Some(state.channels().find(|one| one.id.to_string() == id)?.name.clone()))
    };
    paths.iter().filter_map(name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_moments_gap_threads_that_were_put_away_are_read_and_no_quiet_channel_is_searched() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = Bot::start(&discord, &home, RULES).await;
    let under = channel(&discord, "general");
    let known = discord.open_thread(alex(&discord), under, "a matter", ChannelKind::PublicThread).unwrap();
    caught_up(&discord, &home).await.unwrap();
    let before = discord.requests().len();
    discord.shut_gateway(true);
    discord.close_gateway(4009);
    discord.post(alex(&discord), known, LEAK).unwrap();
    archived(&discord, known);
    let sam = discord.user("sam").unwrap();
    let new =
        discord.open_thread(sam, channel(&discord, "help"), "another", ChannelKind::PublicThread).unwrap();
    discord.post(sam, new, LEAK).unwrap();
    archived(&discord, new);
    discord.shut_gateway(false);
    let me = discord.bot();
    for thread in [known, new] {
        let answered = |state: &State| state.messages(thread).any(|one| is_said_by(me, one)).then_some(());
        discord.wait_until("an answer in each thread", answered).await.unwrap();
    }
    caught_up(&discord, &home).await.unwrap();
    let asked = asked_for_archived(&discord, before);
    assert!(asked.contains(&"help".to_owned()) && !asked.contains(&"news".to_owned()), "{asked:?}");
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_channels_are_read_before_any_is_searched_for_archived_threads() {
    let (discord, home) = gone(RULES).await;
    for place in ["general", "help"] {
        post(&discord, "mia", place, "good morning");
    }
    let before = discord.requests().len();
    let bot = Bot::start(&discord, &home, RULES).await;
    caught_up(&discord, &home).await.unwrap();
    let asked: Vec<Request> = discord.requests().into_iter().skip(before).collect();
    let read = asked.iter().rposition(|it| it.fits("GET /channels/{}/messages")).unwrap();
    let searched = asked.iter().position(|it| it.fits("GET /channels/{}/threads/archived/public")).unwrap();
    assert!(read < searched, "read at {read}, searched at {searched}");
    bot.stop().await.unwrap();
}
