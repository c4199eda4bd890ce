//! Who waits is not forgotten: reminders, escalation, the honest line, working hours and the end, on simulated time.

use std::collections::BTreeSet;

use aside::discord::WallClock;
use aside::simulator::{Fault, Id, Message, Permissions, Simulator, Trouble, World};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::community::{Bot, Home, RULES, harbor, private_threads, said, settled};
use crate::{log, manners};

/// Sets off `boiling-point`, which takes aside.
const FURIOUS: &str = "this is an utter disgrace";

/// The bot in a community where it is another time.
struct Elsewhen {
    discord: Simulator,
    home: Home,
    clock: WallClock,
    config: String,
    bot: Option<Bot>,
}

impl Elsewhen {
    /// From `at` on, with moderators told in #staff and whatever else `server` sets.
    async fn new(at: &str, server: &str) -> Self {
        let channels =
            |discord: &Simulator| format!("alert_channel = {}\n", discord.channel("staff").unwrap());
        Self::of(&harbor(), at, |discord| format!("{}{server}", channels(discord))).await
    }

    async fn of(world: &World, at: &str, server: impl FnOnce(&Simulator) -> String) -> Self {
        let discord = Simulator::start(world).await.unwrap();
        let guild = discord.guild("Harbor").unwrap();
        let config = format!("[server.\"{guild}\"]\n{}\n{RULES}", server(&discord));
        let clock = WallClock::simulated(Timestamp::UNIX_EPOCH);
        let mut elsewhen = Self { discord, home: Home::new(), clock, config, bot: None };
        elsewhen.start(at).await;
        elsewhen
    }

    async fn start(&mut self, at: &str) {
        self.discord.set_clock(moment(at));
        self.clock = WallClock::simulated(moment(at));
        let clock = self.clock.clone();
        self.bot = Some(Bot::launch_by(clock, &self.discord, &self.home, &self.config));
        settled(&self.discord, &self.home).await.unwrap();
    }

    async fn stop(&mut self) {
        self.bot.take().unwrap().stop().await.unwrap();
    }

    /// Stops the bot; whatever it did was well-mannered.
    async fn end(mut self) {
        self.stop().await;
        manners::check(&self.discord, &self.home, &[]).unwrap();
    }

    /// It is that time, and what there was to do then is done.
    async fn at(&self, time: &str) {
        self.discord.set_clock(moment(time));
        self.clock.set(moment(time)).await;
        settled(&self.discord, &self.home).await.unwrap();
    }

    /// `who` posts in `channel`, and what follows is done.
    async fn post(&self, who: &str, channel: &str, text: &str) {
        let channel = self.discord.channel(channel).unwrap();
        self.write(who, channel, text).await;
    }

    async fn write(&self, who: &str, channel: Id, text: &str) {
        self.discord.post(self.user(who), channel, text).unwrap();
        settled(&self.discord, &self.home).await.unwrap();
    }

    fn user(&self, name: &str) -> Id {
        self.discord.user(name).unwrap()
    }

    /// The private thread opened last.
    fn thread(&self) -> Id {
        private_threads(&self.discord).last().unwrap().id
    }

    fn said(&self, channel: &str) -> Vec<Message> {
        said(&self.discord, self.discord.channel(channel).unwrap())
    }

    /// What moderators were reminded of in `channel`.
    fn reminders_in(&self, channel: &str) -> Vec<Message> {
        self.said(channel).into_iter().filter(|message| message.content.contains(WAITING)).collect()
    }

    fn reminders(&self) -> Vec<Message> {
        self.reminders_in("staff")
    }

    /// The alert about a case, as it stands.
    fn alert(&self, number: u32) -> String {
        let begins = format!("**Case {number}**:");
        let found = self.said("staff").into_iter().find(|message| message.content.contains(&begins));
        found.expect("an alert").content
    }

    fn pinged(&self, message: &Message) -> BTreeSet<String> {
        let names = ["olga", "mia", "alex", "sam", "kim", "lea"];
        let named = |id: &Id| names.into_iter().find(|name| self.discord.user(name) == Some(*id));
        message.pinged.iter().map(|id| named(id).unwrap_or("someone else").to_owned()).collect()
    }

    /// A second role with lea in it, asked when moderators do not answer.
    async fn with_leads(at: &str, server: &str) -> Self {
        let mut world = harbor();
        let plan = r#"roles = [{ name = "Lead", permissions = ["MANAGE_MESSAGES"] }]"#;
        let role: LeadPlan = toml::from_str(plan).unwrap();
        world.guilds[0].roles.extend(role.roles);
        let member = r#"members = [{ name = "lea", roles = ["Lead"] }]"#;
        let member: MemberPlans = toml::from_str(member).unwrap();
        world.guilds[0].members.extend(member.members);
        let staff = world.guilds[0].channels.iter_mut().find(|channel| channel.name == "staff").unwrap();
        let overwrite: Overwrites =
            toml::from_str(r#"overwrites = [{ of = "Lead", allow = ["VIEW_CHANNEL"] }]"#).unwrap();
        staff.overwrites.extend(overwrite.overwrites);
        Self::of(&world, at, |discord| {
            let (staff, lead) = (discord.channel("staff").unwrap(), discord.role("Lead").unwrap());
            format!("alert_channel = {staff}\nescalation_role = {lead}\n{server}")
        })
        .await
    }
}

#[derive(serde::Deserialize)]
struct LeadPlan {
    roles: Vec<aside::simulator::RolePlan>,
}

#[derive(serde::Deserialize)]
struct MemberPlans {
    members: Vec<aside::simulator::MemberPlan>,
}

#[derive(serde::Deserialize)]
struct Overwrites {
    overwrites: Vec<aside::simulator::OverwritePlan>,
}

const WAITING: &str = "Still waiting for a first answer";

/// How an honest line in the thread can begin.
const LATE: [&str; 3] =
    ["taking longer than it should", "nobody has answered you yet", "longer than I'd like"];

fn is_late(message: &Message) -> bool {
    LATE.iter().any(|words| message.content.contains(words))
}

/// On the wall in Greenwich, or at an offset from it.
fn moment(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|_| {
        let wall: DateTime = text.parse().unwrap();
        wall.to_zoned(TimeZone::UTC).unwrap().timestamp()
    })
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moderators_are_reminded_then_others_are_asked_and_the_member_is_told() {
    let day = Elsewhen::with_leads("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    let thread = day.thread();
    day.at("2026-07-01T12:04:59").await;
    assert!(day.reminders().is_empty(), "not a second early");

    day.at("2026-07-01T12:05").await;
    let [first] = day.reminders().try_into().unwrap();
    assert!(
        first.content.contains(&format!("**Case 1**, <t:1782907200:R>: <#{thread}>")),
        "{}",
        first.content
    );
    assert_eq!(day.pinged(&first), names(["mia"]), "the moderators, and nobody else");
    assert!(!said(&day.discord, thread).iter().any(is_late), "the member hears nothing yet");

    day.at("2026-07-01T12:19:59").await;
    assert_eq!(day.reminders().len(), 1, "once a step");
    day.at("2026-07-01T12:20").await;
    let [_, second] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&second), names(["lea"]), "who was not asked yet");
    assert!(second.content.contains("(not the first reminder)"), "{}", second.content);
    let late: Vec<Message> = said(&day.discord, thread).into_iter().filter(is_late).collect();
    assert_eq!(late.len(), 1, "an honest line");
    assert_eq!(day.pinged(&late[0]), names(["alex"]));

    for later in ["2026-07-01T13:00", "2026-07-02T12:00", "2026-07-05T12:00"] {
        day.at(later).await;
    }
    assert_eq!(day.reminders().len(), 2, "and nothing after that");
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_second_role_moderators_are_reminded_twice() {
    let day = Elsewhen::new("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    for time in ["2026-07-01T12:05", "2026-07-01T12:20", "2026-07-01T14:00"] {
        day.at(time).await;
    }
    let reminders = day.reminders();
    assert_eq!(reminders.len(), 2);
    assert!(reminders.iter().all(|reminder| day.pinged(reminder) == names(["mia"])));
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_a_human_answer_stops_the_clock() {
    let day = Elsewhen::new("2026-07-01T12:00", "").await;
    for who in ["alex", "sam"] {
        day.post(who, "general", FURIOUS).await;
    }
    let threads: Vec<Id> = private_threads(&day.discord).into_iter().map(|thread| thread.id).collect();
    day.discord.add_to_thread(day.user("mia"), threads[0], day.user("beep")).unwrap();
    day.at("2026-07-01T12:02").await;
    day.write("alex", threads[0], "is anyone there").await;
    day.write("beep", threads[0], "beep").await;
    day.write("mia", threads[1], "hello, how can I help").await;
    for time in ["2026-07-01T12:05", "2026-07-01T12:20", "2026-07-01T13:00"] {
        day.at(time).await;
    }
    let reminders = day.reminders();
    assert_eq!(reminders.len(), 2);
    assert!(reminders.iter().all(|reminder| reminder.content.contains("**Case 1**")));
    assert!(!reminders.iter().any(|reminder| reminder.content.contains("**Case 2**")), "sam was answered");
    assert!(day.alert(2).contains("First answer after 2 min"), "{}", day.alert(2));
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_who_wait_are_one_reminder() {
    let day = Elsewhen::new("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    day.at("2026-07-01T12:00:10").await;
    day.post("sam", "general", FURIOUS).await;
    day.post("kim", "help", FURIOUS).await;
    day.at("2026-07-01T12:05").await;
    assert_eq!(day.reminders().len(), 1);
    day.at("2026-07-01T12:05:10").await;
    assert_eq!(day.reminders().len(), 1, "no second one in the same minute");
    day.at("2026-07-01T12:06").await;
    let [_, second] = day.reminders().try_into().unwrap();
    for expected in ["**Case 2**", "**Case 3**"] {
        assert!(second.content.contains(expected), "{}", second.content);
    }
    assert!(!second.content.contains("**Case 1**"), "{}", second.content);
    assert_eq!(second.content.matches("<@&").count(), 1, "{}", second.content);
    day.at("2026-07-01T12:21").await;
    let [.., last] =
        day.reminders().try_into().unwrap_or_else(|all: Vec<Message>| panic!("{} reminders", all.len()));
    let _: [Message; 3] = day.reminders().try_into().unwrap();
    assert_eq!(last.content.matches("**Case").count(), 3, "all three at once: {}", last.content);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_is_reminded_first_and_then_everyone() {
    let day = Elsewhen::with_leads("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    day.claim(1, "olga").await;
    day.at("2026-07-01T12:05").await;
    let [first] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&first), names(["olga"]), "{}", first.content);
    day.at("2026-07-01T12:20").await;
    let [_, second] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&second), names(["lea", "mia", "olga"]), "{}", second.content);
    day.end().await;
}
