//! A raid: hundreds of hostile messages within seconds, and a member elsewhere who needs help at that moment.

use std::time::Duration;

use aside::simulator::{ChannelKind, Id, MemberPlan, Simulator};
use jiff::{SignedDuration, Timestamp};

use crate::community::{Bot, Home, RULES, harbor, private_threads, said, settled};
use crate::manners::{self, Said};
use crate::once::{Matter, post};

const MEMBERS: usize = 60;
const MESSAGES: usize = 600;
const HOSTILE: &str = "this place is an utter disgrace, all of it";

/// What the issue of it promises to whoever gives something away elsewhere.
const SERVED_WITHIN: SignedDuration = SignedDuration::from_secs(5);

async fn begin(home: &Home, settings: &str) -> (Simulator, Bot) {
    let mut world = harbor();
    let guests = (0..MEMBERS).map(|at| MemberPlan { name: format!("guest-{at}"), ..Default::default() });
    world.guilds[0].members.extend(guests);
    let discord = Simulator::start(&world).await.unwrap();
    let (guild, staff) = (discord.guild("Harbor").unwrap(), discord.channel("staff").unwrap());
    discord.create_channel(guild, "games", ChannelKind::Text).unwrap();
    let alerts = format!("{settings}\n[server.\"{guild}\"]\nalert_channel = \"{staff}\"\n");
    let bot = Bot::start(&discord, home, &format!("{alerts}{RULES}")).await;
    (discord, bot)
}

/// Each guest in turn, in one of `places`.
fn rage(discord: &Simulator, messages: std::ops::Range<usize>, places: &[&str]) {
    for at in messages {
        let guest = discord.user(&format!("guest-{}", at % MEMBERS)).unwrap();
        discord.post(guest, discord.channel(places[at % places.len()]).unwrap(), HOSTILE).unwrap();
    }
}

/// When the message was removed by a request of the bot.
fn removed(discord: &Simulator, message: Id) -> Timestamp {
    let requests = discord.requests();
    let mut deleting = requests.iter().filter(|one| one.fits("DELETE /channels/{}/messages/{}"));
    deleting.find(|one| one.path.ends_with(&message.to_string()) && one.status == 204).unwrap().at
}

/// The channels where everyone reads what the bot says, taken together.
fn in_public(discord: &Simulator) -> usize {
    ["general", "help", "games"]
        .map(|place| said(discord, discord.channel(place).unwrap()).len())
        .iter()
        .sum()
}

async fn a_raid_in(places: &[&str]) {
    let home = Home::new();
    let (discord, bot) = begin(&home, "").await;
    rage(&discord, 0..MESSAGES / 2, places);
    let card = Matter::Card.said();
    let disclosed = post(&discord, "alex", "help", &card.text);
    let help = discord.channel("help").unwrap();
    let at = discord.messages(help).iter().find(|one| one.id == disclosed).unwrap().posted;
    rage(&discord, MESSAGES / 2..MESSAGES, places);
    settled(&discord, &home).await.unwrap();

    let waited = removed(&discord, disclosed).duration_since(at);
    assert!(waited < SERVED_WITHIN, "the card stood there for {waited:#}");
    let card_threads = 1;
    let threads = private_threads(&discord).len() - card_threads;
    assert!(threads <= 10, "{threads} threads for the raid");
    let acknowledged_card = 1;
    let public = in_public(&discord) - acknowledged_card;
    assert!(public <= 3, "{public} posts in public");
    let told = said(&discord, discord.channel("staff").unwrap());
    let called = told.iter().filter(|one| !one.pinged.is_empty()).count();
    let (alerts, reports): (Vec<_>, Vec<_>) =
        told.iter().partition(|one| one.content.contains("members at boiling point"));
    assert_eq!((alerts.len(), called), (1, 1), "one alert, and nobody is called for anything else: {told:?}");
    assert!(reports.len() <= threads + card_threads, "a line a thread at most: {reports:?}");
    assert!(alerts[0].content.contains("/channels/"), "{}", alerts[0].content);
    bot.stop().await.unwrap();
    let hostile = Said { text: HOSTILE.to_owned(), secrets: Vec::new() };
    manners::check(&discord, &home, &[card, hostile]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_on_one_channel_is_one_matter_and_nobody_elsewhere_waits() {
    a_raid_in(&["general"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_raid_on_several_channels_is_one_matter_too() {
    a_raid_in(&["general", "help", "games"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moderators_read_in_the_same_alert_how_far_it_went() {
    let home = Home::new();
    let (discord, bot) = begin(&home, "[raid]\nmembers = 3\nwithin = \"1s\"\nmost_threads = 3\n").await;
    rage(&discord, 0..MEMBERS, &["general"]);
    settled(&discord, &home).await.unwrap();
    let staff = discord.channel("staff").unwrap();
    let all = format!("{MEMBERS} members at boiling point");
    discord
        .wait_until("the alert to tell of everyone", |state| {
            state.messages(staff).find(|alert| alert.content.contains(&all)).map(|_| ())
        })
        .await
        .unwrap();
    let told = said(&discord, staff);
    assert_eq!(told.iter().filter(|one| one.content.contains("at boiling point within")).count(), 1);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_discord_limits_requests_a_secret_goes_before_anger() {
    let home = Home::new();
    let (discord, bot) = begin(&home, "[raid]\nmembers = 0\n").await;
    discord.set_limit("POST /channels/{}/threads", 1, Duration::from_millis(300));
    rage(&discord, 0..6, &["general"]);
    post(&discord, "alex", "general", &Matter::Card.said().text);
    settled(&discord, &home).await.unwrap();
    let alex = discord.user("alex").unwrap();
    let threads = private_threads(&discord);
    let place = threads.iter().position(|thread| discord.thread_members(thread.id).contains(&alex)).unwrap();
    // Those before it were on their way already: one open, one sent or about to be.
    assert!(
        threads.len() == 7 && place <= 2,
        "the card's thread is number {} of {}",
        place + 1,
        threads.len()
    );
    bot.stop().await.unwrap();
}
