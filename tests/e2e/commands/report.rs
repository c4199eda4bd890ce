//! `/report`: what a server's cases teach, in words and as a picture.

use std::io::Cursor;

use aside::discord::Clock;
use aside::report::{HEIGHT, WIDTH};
use aside::simulator::{Id, Message, Simulator};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Server, button};
use crate::community::{Home, RULES, harbor, private_threads, said, settled};

/// A Wednesday.
const BEGINS: &str = "2026-07-15T10:00:00Z";

/// A server at ten o'clock of that day.
async fn server() -> Server {
    let begins: Timestamp = BEGINS.parse().unwrap();
    let discord = Simulator::start(&harbor()).await.unwrap();
    discord.set_clock(begins);
    let (guild, staff) = (discord.guild("Harbor").unwrap(), discord.channel("staff").unwrap());
    let config = format!("[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}");
    let mut server = Server { discord, home: Home::with(Clock::standing(begins)), bot: None, config };
    server.start().await;
    server
}

async fn pass(server: &Server, minutes: i64) {
    let at = server.home.clock.now() + SignedDuration::from_mins(minutes);
    server.discord.set_clock(at);
    server.home.clock.set(at);
    settled(&server.discord, &server.home).await.unwrap();
}

/// `who` says something in `channel`, and the bot does what follows.
async fn says(server: &Server, who: &str, channel: Id, words: &str) {
    let who = server.discord.user(who).unwrap();
    server.discord.post(who, channel, words).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
}

/// `mia` presses a button of the newest alert.
async fn presses(server: &Server, label: &str) {
    let mia = server.discord.user("mia").unwrap();
    let alert = said(&server.discord, server.discord.channel("staff").unwrap()).pop().unwrap();
    let pressed = button(&alert.components, label);
    let asked = server.discord.press(mia, alert.channel, alert.id, &pressed).unwrap();
    server.reply(asked).await;
    settled(&server.discord, &server.home).await.unwrap();
}

async fn report(server: &Server, who: &str, options: &[(&str, Value)]) -> Message {
    let asked = server.asks(who, "report", options);
    server.message(asked).await
}

fn changes(report: &Message) -> &str {
    assert_eq!(report.embeds[0]["title"], "What to change");
    report.embeds[0]["description"].as_str().unwrap()
}

/// The picture of a report, which is one, and what is said of it.
async fn picture(report: &Message) -> (Vec<u8>, String) {
    let [attached] = report.attachments.as_slice() else { panic!("one file: {:?}", report.attachments) };
    assert_eq!(attached["filename"], "report.png");
    let file = reqwest::get(attached["url"].as_str().unwrap()).await.unwrap().bytes().await.unwrap();
    let read = png::Decoder::new(Cursor::new(file.to_vec())).read_info().unwrap();
    assert_eq!((read.info().width, read.info().height), (WIDTH, HEIGHT));
    (file.to_vec(), attached["description"].as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happened_is_told_in_figures_and_drawn() {
    let mut server = server().await;
    let general = server.discord.channel("general").unwrap();
    says(&server, "alex", general, "what an utter disgrace").await;
    let thread = private_threads(&server.discord).pop().unwrap().id;
    pass(&server, 3).await;
    says(&server, "mia", thread, "I am sorry, let me look").await;
    presses(&server, "Resolve").await;
    pass(&server, 30).await;
    says(&server, "sam", general, "look at project falcon").await;
    presses(&server, "False alarm").await;
    pass(&server, 30).await;
    says(&server, "kim", server.discord.channel("help").unwrap(), "an utter disgrace").await;
    pass(&server, 60).await;

    server.restart().await;
    let told = report(&server, "mia", &[]).await;
    let help = server.discord.channel("help").unwrap();
    let expected = format!(
        "## Report: 9 to 15 July 2026\n\
         -# 7 days, the hours of UTC\n\
         **3 cases**, the 7 days before had none.\n\
         **First human answer:** 1 answered, half within 3 min\n\
         **Within the promised time:** 1 of 2\n\
         **About:** boiling point 2 · confidential 1\n\
         **Where:** <#{general}> 2 · <#{help}> 1\n\
         **How they ended:** resolved 1 · false alarm 1 · still open 1\n\
         **False alarms by rule:** `projects` 1 of 1\n\
         **Ratings:** none\n\
         -# 3 cases: too few to say more than the numbers."
    );
    assert_eq!(told.content, expected);
    assert_eq!(changes(&told), "Nothing that so few cases would tell.");
    let (week, alt) = picture(&told).await;
    assert!(alt.starts_with("Cases of 9 to 15 July 2026: 3, none in the 7 days before"), "{alt}");
    assert!(alt.contains("How they ended: resolved 1, false alarm 1, still open 1."), "{alt}");

    let month = report(&server, "olga", &[("period", json!("month"))]).await;
    assert!(month.content.starts_with("## Report: 16 June to 15 July 2026\n"), "{}", month.content);
    assert!(month.content.contains("**3 cases**"), "{}", month.content);
    assert_ne!(picture(&month).await.0, week, "other days are drawn");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_cases_has_a_report_and_members_have_none() {
    let server = server().await;
    let told = report(&server, "mia", &[("period", json!("week"))]).await;
    assert!(told.content.ends_with("\n**No cases**, and none in the 7 days before."), "{}", told.content);
    assert_eq!(changes(&told), "Nothing: there was nothing to learn from.");
    let (_, alt) = picture(&told).await;
    assert_eq!(alt, "Cases of 9 to 15 July 2026: none, none in the 7 days before.");

    let harbor = server.discord.guild("Harbor").unwrap();
    server.discord.permit_command(harbor, "report", harbor).unwrap();
    let refused = server.says("alex", "report", &[]).await;
    assert!(refused.starts_with("Only moderators can do that"), "{refused}");
    server.mannerly();
    server.end().await;
}
