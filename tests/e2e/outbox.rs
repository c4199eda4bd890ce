//! `aside outbox`: what could not be done is seen, tried again or dropped, while the bot runs and while it does not.

use std::process::Command;
use std::time::Duration;

use aside::discord::Credentials;
use aside::responder::Patience;
use aside::simulator::{Fault, Simulator, Trouble};
use serde_json::{Value, json};

use crate::community::{Bot, Home, RULES, harbor, said, settled};
use crate::once::{LEAK, acknowledged, post};

/// What `aside outbox` prints, and its exit code.
fn outbox(home: &Home, args: &[&str]) -> (String, i32) {
    let program = Command::new(env!("CARGO_BIN_EXE_aside"))
        .arg("outbox")
        .args(args)
        .env_clear()
        .env("ASIDE_DATABASE_URL", home.database())
        .current_dir(home.path())
        .output()
        .unwrap();
    let printed = String::from_utf8(program.stdout).unwrap();
    (printed, program.status.code().unwrap())
}

fn listed(home: &Home) -> Vec<Value> {
    let (json, exit) = outbox(home, &["list", "--json"]);
    assert_eq!(exit, 0);
    serde_json::from_str(&json).unwrap()
}

async fn run(discord: &Simulator, home: &Home) -> Bot {
    let patience = Patience { look: Duration::from_millis(100), ..Patience::default() };
    let bot = Bot::launch_as(Credentials { patience, ..Bot::credentials(discord) }, home, RULES);
    discord.connected().await.unwrap();
    settled(discord, home).await.unwrap();
    bot
}

/// The acknowledgment of what is said in a channel is refused, and no moderator can be told.
async fn refused(discord: &Simulator, home: &Home, member: &str, place: &str) {
    let channel = discord.channel(place).unwrap();
    let forbidden = Trouble::Status(403, json!({ "code": 50_013, "message": "Missing Permissions" }));
    discord.fault(Fault::on(&format!("POST /channels/{channel}/messages"), forbidden));
    post(discord, member, place, LEAK);
    settled(discord, home).await.unwrap();
    assert_eq!(said(discord, channel).len(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_done_is_listed_tried_again_and_dropped() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = run(&discord, &home).await;
    refused(&discord, &home, "alex", "general").await;
    let [letter] = listed(&home).try_into().unwrap();
    let guild = discord.guild("Harbor").unwrap().to_string();
    assert_eq!((&letter["server"], &letter["case"], &letter["tries"]), (&json!(guild), &json!(1), &json!(1)));
    assert_eq!((&letter["action"], &letter["task"]), (&json!("post"), &json!("post in public")));
    assert_eq!(letter["reason"], "Discord does not let me do that there");
    let id = letter["id"].to_string();
    let (words, _) = outbox(&home, &["list"]);
    assert!(words.contains("case 1: post in public; committed") && words.contains("after 1 try"), "{words}");
    assert!(!words.to_lowercase().contains("falcon"), "no words of members: {words}");

    // While the bot runs it takes it up by itself.
    let (words, exit) = outbox(&home, &["retry", &id]);
    assert_eq!(
        (words.contains(&format!("{id}: server {guild}, case 1: post in public")), exit),
        (true, 0),
        "{words}"
    );
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    assert_eq!(listed(&home), [Value::Null; 0]);

    refused(&discord, &home, "sam", "help").await;
    let id = listed(&home)[0]["id"].to_string();
    let (words, exit) = outbox(&home, &["drop", &id, "4711"]);
    assert!(words.contains(&format!("{id}: server {guild}, case 2: post in public: dropped")), "{words}");
    assert_eq!((words.contains("4711: nothing of that id was given up"), exit), (true, 1), "{words}");
    assert_eq!(outbox(&home, &["list"]), ("Nothing was given up.\n".to_owned(), 0));
    assert_eq!(said(&discord, discord.channel("help").unwrap()).len(), 0, "never done");
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_wanted_tried_again_while_the_bot_is_down_is_tried_at_its_next_start() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let bot = run(&discord, &home).await;
    refused(&discord, &home, "alex", "general").await;
    bot.stop().await.unwrap();
    let id = listed(&home)[0]["id"].to_string();
    assert_eq!(outbox(&home, &["retry", &id]).1, 0);
    let bot = run(&discord, &home).await;
    acknowledged(&discord, "general").await;
    settled(&discord, &home).await.unwrap();
    assert_eq!(said(&discord, discord.channel("general").unwrap()).len(), 1);
    bot.stop().await.unwrap();
}
