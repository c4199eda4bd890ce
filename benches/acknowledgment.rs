//! How long a member waits: from a message to its public acknowledgment, against the embedded Discord.
//!
//! A thousand messages by a thousand members, spaced so that each meets an idle bot. The four requests of a
//! case (open the thread, bring the member in, first words, acknowledgment) are also made by a bare HTTP client,
//! in the same run: what that takes is spent outside our code.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench reads the clock, prints, and stops when anything is wrong"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use aside::config::{Config, Loaded};
use aside::discord::{Clock, Credentials, Origin, Token, run};
use aside::simulator::{GuildPlan, Id, MemberPlan, Simulator, World};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

const MESSAGES: usize = 1000;
/// Four requests a message stay below Discord's fifty a second, which the bot keeps to.
const SPACING: Duration = Duration::from_millis(100);
/// Routes that all thousand messages share here and would not share in life.
const SHARED: [&str; 3] =
    ["POST /channels/{}/messages", "POST /channels/{}/threads", "PUT /channels/{}/thread-members/{}"];
const RULE: &str = r#"
[[rule]]
name = "projects"
category = "confidential"
when = { words = ["project falcon"] }
action = "take_aside"
cooldown = "0s"
"#;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(measure());
}

async fn measure() {
    let discord = Simulator::start(&world()).await.expect("the embedded Discord");
    for route in SHARED {
        discord.set_limit(route, 10_000, Duration::from_secs(1));
    }
    let home = tempfile::tempdir().expect("a folder");
    let stop = CancellationToken::new();
    let bot = tokio::spawn(run(loaded(home.path()), credentials(&discord), Clock::system(), stop.clone()));
    discord.connected().await.expect("a connection");
    let channel = discord.channel("general").expect("a channel");
    let mut waits = Vec::with_capacity(MESSAGES);
    for at in 0..MESSAGES {
        let member = discord.user(&format!("member-{at}")).expect("a member");
        waits.push(acknowledged(&discord, member, channel).await);
        tokio::time::sleep(SPACING).await;
    }
    let bare = bare_requests(&discord, channel).await;
    stop.cancel();
    bot.await.expect("a task").expect("an orderly end");
    report("message to acknowledgment", waits);
    report("the same four requests by a bare client", bare);
}

async fn acknowledged(discord: &Simulator, member: Id, channel: Id) -> Duration {
    let bot = discord.bot();
    let began = Instant::now();
    let message = discord.post(member, channel, "when does project falcon ship?").expect("a message");
    let answers = |said: &aside::simulator::Message| {
        said.author == bot && said.reference.is_some_and(|reference| reference.message == message)
    };
    discord
        .wait_until("an acknowledgment", |state| {
            state.messages(channel).next_back().filter(|said| answers(said)).map(|_| ())
        })
        .await
        .expect("an acknowledgment");
    began.elapsed()
}

async fn bare_requests(discord: &Simulator, channel: Id) -> Vec<Duration> {
    let client = reqwest::Client::new();
    let member = discord.user("member-0").expect("a member");
    let mut waits = Vec::with_capacity(MESSAGES / 10);
    for _ in 0..MESSAGES / 10 {
        let began = Instant::now();
        let open = json!({ "name": "bare", "type": 12, "invitable": false });
        let thread =
            send(&client, discord, reqwest::Method::POST, &format!("channels/{channel}/threads"), &open)
                .await;
        let thread = thread["id"].as_str().unwrap_or_default().to_owned();
        let member = format!("channels/{thread}/thread-members/{member}");
        send(&client, discord, reqwest::Method::PUT, &member, &Value::Null).await;
        let words = json!({ "content": "words", "allowed_mentions": { "parse": [] } });
        send(&client, discord, reqwest::Method::POST, &format!("channels/{thread}/messages"), &words).await;
        send(&client, discord, reqwest::Method::POST, &format!("channels/{channel}/messages"), &words).await;
        waits.push(began.elapsed());
    }
    waits
}

async fn send(
    client: &reqwest::Client,
    discord: &Simulator,
    method: reqwest::Method,
    path: &str,
    body: &Value,
) -> Value {
    let url = format!("{}/api/v10/{path}", discord.base());
    let request = client.request(method, url).header("Authorization", format!("Bot {}", discord.token()));
    let answer = request.json(body).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.json().await.unwrap_or_default()
}

fn report(what: &str, mut waits: Vec<Duration>) {
    waits.sort_unstable();
    let at = |share: usize| waits[(waits.len() * share / 1000).min(waits.len() - 1)];
    let (half, most, nearly) = (at(500), at(990), at(999));
    println!("{what}: n {} median {half:.2?} p99 {most:.2?} p99.9 {nearly:.2?}", waits.len());
}

fn world() -> World {
    let members =
        (0..MESSAGES).map(|at| MemberPlan { name: format!("member-{at}"), ..MemberPlan::default() });
    let mut guild =
        GuildPlan { active_threads: 10 * MESSAGES, members: members.collect(), ..GuildPlan::default() };
    guild.channels.push(aside::simulator::ChannelPlan { name: "general".to_owned(), ..Default::default() });
    World { rate_limits: false, guilds: vec![guild], ..World::default() }
}

fn loaded(home: &Path) -> Loaded {
    let mut config = Config::parse(RULE, Path::new("bench.toml")).expect("settings");
    config.store.url = format!("sqlite://{}", home.join("aside.db").display());
    let core = config.build().expect("a core");
    Loaded { config, core, file: None }
}

fn credentials(discord: &Simulator) -> Credentials {
    let base = Origin::parse(&discord.base()).expect("an origin");
    Credentials::new(base, Token::new(&discord.token()))
}
