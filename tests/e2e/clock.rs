//! Who waits is not forgotten: reminders, escalation, the honest line, working hours and the end, on simulated time.

use std::collections::BTreeSet;

use aside::discord::Clock;
use aside::simulator::{
    ChannelPlan, Fault, Id, MemberPlan, Message, OverwritePlan, Permissions, RolePlan, Simulator, State,
    Trouble, World,
};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::json;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use crate::community::{Bot, GLANCE, Home, PATIENCE, RULES, harbor, private_threads, said, settled};
use crate::{log, manners};

/// Sets off `boiling-point`, which takes aside.
const FURIOUS: &str = "this is an utter disgrace";

/// The bot in a community where it is another time.
struct Elsewhen {
    discord: Simulator,
    home: Home,
    config: String,
    bot: Option<Bot>,
}

impl Elsewhen {
    /// From `at` on, with moderators told in #staff and whatever else `server` sets.
    async fn new(at: &str, server: &str) -> Self {
        Self::of(&harbor(), at, |discord| {
            format!("alert_channel = {}\n{server}", discord.channel("staff").unwrap())
        })
        .await
    }

    /// The same with a second role, lea's, which is asked when moderators do not answer.
    async fn with_leads(at: &str, server: &str) -> Self {
        Self::of(&with_leads(), at, |discord| {
            let (staff, lead) = (discord.channel("staff").unwrap(), discord.role("Lead").unwrap());
            format!("alert_channel = {staff}\nescalation_role = {lead}\n{server}")
        })
        .await
    }

    async fn of(world: &World, at: &str, server: impl FnOnce(&Simulator) -> String) -> Self {
        let discord = Simulator::start(world).await.unwrap();
        let guild = discord.guild("Harbor").unwrap();
        let config = format!("[server.\"{guild}\"]\n{}\n{RULES}", server(&discord));
        let home = Home::with(Clock::standing(moment(at)));
        let mut elsewhen = Self { discord, home, config, bot: None };
        elsewhen.start(at).await;
        elsewhen
    }

    async fn start(&mut self, at: &str) {
        self.it_is(moment(at));
        self.bot = Some(Bot::start(&self.discord, &self.home, &self.config).await);
        self.seen_to(moment(at)).await;
    }

    fn it_is(&self, now: Timestamp) {
        self.discord.set_clock(now);
        self.home.clock.set(now);
    }

    /// It is that time, and what there was to do then is done.
    async fn at(&self, time: &str) {
        self.it_is(moment(time));
        self.seen_to(moment(time)).await;
    }

    /// Waits until no clock wants anything at `now` any more, and what follows is done.
    async fn seen_to(&self, now: Timestamp) {
        let options = SqliteConnectOptions::new().filename(self.home.path().join("aside.db"));
        let mut database = options.connect().await.unwrap();
        let waiting = async {
            loop {
                let due = sqlx::query_scalar("SELECT count(*) FROM cases WHERE due <= ?");
                let due: i64 = due.bind(now.as_millisecond()).fetch_one(&mut database).await.unwrap();
                if due == 0 {
                    break;
                }
                tokio::time::sleep(GLANCE).await;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.unwrap_or_else(|_| panic!("some clock still wants something at {now}\n{}", log::written()));
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
        let people = ["olga", "mia", "alex", "sam", "kim", "lea"];
        let named = |id: &Id| people.into_iter().find(|name| self.discord.user(name) == Some(*id));
        message.pinged.iter().map(|id| named(id).unwrap_or("someone else").to_owned()).collect()
    }

    /// Olga sets with `/setup` after what times moderators are reminded and others are asked.
    async fn promise(&self, remind_after: &str, escalate_after: &str) {
        let (olga, general) = (self.user("olga"), self.discord.channel("general").unwrap());
        let mut asked = self.discord.command(olga, general, "setup", &[]).unwrap();
        self.discord.answer_to(asked).await.unwrap();
        for pressed in ["setup:promise", "setup:hours"] {
            let panel = self.discord.interaction(asked).unwrap().original.unwrap();
            asked = self.discord.press(olga, general, panel, pressed).unwrap();
            self.discord.answer_to(asked).await.unwrap();
        }
        let times = [("remind_after", remind_after), ("escalate_after", escalate_after)];
        let sent = self.discord.submit_modal(olga, asked, &times).unwrap();
        self.discord.answer_to(sent).await.unwrap();
    }

    /// `who` presses *Claim* below the alert of the only case.
    async fn claim(&self, who: &str) {
        let alert = self.said("staff").into_iter().find(|message| !message.components.is_empty()).unwrap();
        self.discord.press(self.user(who), alert.channel, alert.id, "case:1:claim").unwrap();
        settled(&self.discord, &self.home).await.unwrap();
    }
}

fn with_leads() -> World {
    let mut world = harbor();
    let harbor = &mut world.guilds[0];
    harbor.roles.push(RolePlan {
        name: "Lead".to_owned(),
        permissions: Permissions::MANAGE_MESSAGES,
        mentionable: false,
        managed: false,
    });
    harbor.members.push(MemberPlan {
        name: "lea".to_owned(),
        roles: vec!["Lead".to_owned()],
        ..MemberPlan::default()
    });
    let staff = harbor.channels.iter_mut().find(|channel| channel.name == "staff").unwrap();
    staff.overwrites.push(OverwritePlan {
        of: "Lead".to_owned(),
        allow: Permissions::VIEW_CHANNEL,
        deny: Permissions::NONE,
    });
    world
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
    let [_, _, last] = day.reminders().try_into().unwrap();
    assert_eq!(last.content.matches("**Case").count(), 3, "all three at once: {}", last.content);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_owner_is_reminded_first_and_then_everyone() {
    let day = Elsewhen::with_leads("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    day.claim("olga").await;
    day.at("2026-07-01T12:05").await;
    let [first] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&first), names(["olga"]), "{}", first.content);
    day.at("2026-07-01T12:20").await;
    let [_, second] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&second), names(["lea", "mia", "olga"]), "{}", second.content);
    day.end().await;
}

/// Office hours in Berlin.
const OFFICE: &str = "working_hours = { days = ['mon', 'tue', 'wed', 'thu', 'fri'], from = '09:00', to = '17:00', \
                      time_zone = 'Europe/Berlin' }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_weekend_on_which_clocks_are_turned_nobody_is_called() {
    // Friday, two minutes before everyone goes home. On Sunday the clocks are put forward.
    let day = Elsewhen::with_leads("2026-03-27T16:58+01:00", OFFICE).await;
    day.post("alex", "general", FURIOUS).await;
    let thread = day.thread();
    for closed in [
        "2026-03-27T17:03+01:00",
        "2026-03-28T12:00+01:00",
        "2026-03-29T09:05+02:00",
        "2026-03-30T08:59+02:00",
        "2026-03-30T09:02:59+02:00",
    ] {
        day.at(closed).await;
        assert!(day.reminders().is_empty(), "{closed}");
    }
    day.at("2026-03-30T09:03+02:00").await;
    assert_eq!(day.reminders().len(), 1);
    day.at("2026-03-30T09:18+02:00").await;
    assert_eq!(day.reminders().len(), 2);
    assert_eq!(said(&day.discord, thread).iter().filter(|message| is_late(message)).count(), 1);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outside_of_the_hours_the_member_is_told_when_moderators_are_back() {
    // Saturday; on Sunday the clocks are put back.
    let day = Elsewhen::new("2026-10-24T20:00+02:00", OFFICE).await;
    day.post("alex", "general", FURIOUS).await;
    let opening = said(&day.discord, day.thread()).remove(0).content;
    let back = moment("2026-10-26T09:00+01:00").as_second();
    assert!(opening.contains(&format!("<t:{back}:f>")), "{opening}");
    day.at("2026-10-26T09:04+01:00").await;
    assert!(day.reminders().is_empty());
    day.at("2026-10-26T09:05+01:00").await;
    assert_eq!(day.reminders().len(), 1);
    day.post("sam", "general", FURIOUS).await;
    let opening = said(&day.discord, day.thread()).remove(0).content;
    assert!(!opening.contains(":f>"), "they are there now: {opening}");
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_nothing_is_said_twice_and_nothing_forgotten() {
    let mut day = Elsewhen::with_leads("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    day.stop().await;
    day.start("2026-07-01T12:04").await;
    assert!(day.reminders().is_empty());
    day.at("2026-07-01T12:05").await;
    assert_eq!(day.reminders().len(), 1);
    day.stop().await;
    day.start("2026-07-01T12:06").await;
    assert_eq!(day.reminders().len(), 1, "once");
    day.stop().await;
    day.start("2026-07-01T14:00").await;
    let [_, second] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&second), names(["lea"]));
    day.stop().await;
    day.start("2026-07-01T15:00").await;
    assert_eq!(day.reminders().len(), 2);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fell_due_while_the_bot_was_away_is_one_call_for_all() {
    let mut day = Elsewhen::with_leads("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    day.stop().await;
    day.start("2026-07-01T18:00").await;
    let [only] = day.reminders().try_into().unwrap();
    assert_eq!(day.pinged(&only), names(["lea", "mia"]), "{}", only.content);
    day.at("2026-07-02T12:00").await;
    assert_eq!(day.reminders().len(), 1);
    assert_eq!(said(&day.discord, day.thread()).iter().filter(|message| is_late(message)).count(), 1);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fell_due_while_the_bot_was_away_waits_for_the_morning() {
    let mut day = Elsewhen::new("2026-07-01T16:00+02:00", OFFICE).await;
    day.post("alex", "general", FURIOUS).await;
    day.stop().await;
    day.start("2026-07-01T22:00+02:00").await;
    assert!(day.reminders().is_empty(), "nobody is called at night");
    day.at("2026-07-02T08:59+02:00").await;
    assert!(day.reminders().is_empty());
    day.at("2026-07-02T09:00+02:00").await;
    assert_eq!(day.reminders().len(), 1);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_answered_while_the_bot_was_away_is_not_waited_for() {
    let mut day = Elsewhen::new("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    let thread = day.thread();
    day.stop().await;
    let answered = moment("2026-07-01T12:03");
    day.discord.set_clock(answered);
    day.discord.post(day.user("mia"), thread, "I am here now").unwrap();
    day.start("2026-07-01T13:30").await;
    assert!(day.reminders().is_empty());
    assert!(day.alert(1).contains("First answer after 3 min"), "{}", day.alert(1));
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_reminded_of_someone_who_left() {
    let day = Elsewhen::new("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    day.discord.leave(day.discord.guild("Harbor").unwrap(), day.user("alex")).unwrap();
    day.at("2026-07-01T12:05").await;
    assert!(day.reminders().is_empty());
    assert!(day.alert(1).contains("the member left the server"), "{}", day.alert(1));
    let thread = private_threads(&day.discord).remove(0).thread.unwrap();
    assert!(thread.archived && thread.locked);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_alert_channel_moderators_are_reminded_in_the_thread() {
    let day = Elsewhen::of(&harbor(), "2026-07-01T12:00", |_| String::new()).await;
    day.post("alex", "general", FURIOUS).await;
    let thread = day.thread();
    let before = said(&day.discord, thread).len();
    day.at("2026-07-01T12:05").await;
    let words = said(&day.discord, thread);
    assert_eq!(words.len(), before + 1);
    let reminder = words.last().unwrap();
    assert_eq!(day.pinged(reminder), names(["mia"]), "{}", reminder.content);
    day.at("2026-07-01T12:20").await;
    assert_eq!(said(&day.discord, thread).len(), before + 3, "the second reminder, and the honest line");
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reminder_that_is_refused_goes_to_the_next_channel() {
    let mut world = harbor();
    let staff = world.guilds[0].channels.iter().find(|channel| channel.name == "staff").cloned().unwrap();
    world.guilds[0].channels.push(ChannelPlan { name: "office".to_owned(), ..staff });
    let day = Elsewhen::of(&world, "2026-07-01T12:00", |discord| {
        let (staff, office) = (discord.channel("staff").unwrap(), discord.channel("office").unwrap());
        format!("alert_channel = {staff}\ndesk_channel = {office}\n")
    })
    .await;
    day.post("alex", "general", FURIOUS).await;
    let staff = day.discord.channel("staff").unwrap();
    let refused = Trouble::Status(403, json!({ "code": 50_013, "message": "Missing Permissions" }));
    day.discord.fault(Fault::on(&format!("POST /channels/{staff}/messages"), refused));
    day.at("2026-07-01T12:05").await;
    assert_eq!((day.reminders().len(), day.reminders_in("office").len()), (0, 1));
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_in_which_nothing_happens_is_over_after_a_week() {
    let day = Elsewhen::new("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    let thread = day.thread();
    day.at("2026-07-03T12:00").await;
    day.write("mia", thread, "we are on it").await;
    day.at("2026-07-10T11:59").await;
    assert!(!day.alert(1).contains("nobody wrote for a long time"), "{}", day.alert(1));
    day.at("2026-07-10T12:01").await;
    assert!(day.alert(1).contains("nobody wrote for a long time"), "{}", day.alert(1));
    let words = said(&day.discord, thread).len();
    day.at("2026-08-10T12:00").await;
    assert_eq!(said(&day.discord, thread).len(), words, "the end is said once");
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn running_clocks_go_by_what_is_promised_now() {
    let mut day = Elsewhen::new("2026-07-01T12:00", "remind_after = '1h'\n").await;
    day.post("alex", "general", FURIOUS).await;
    day.at("2026-07-01T12:30").await;
    assert!(day.reminders().is_empty());
    day.promise("20", "20").await;
    day.seen_to(moment("2026-07-01T12:30")).await;
    assert_eq!(day.reminders().len(), 1, "as soon as it was set in chat");
    day.stop().await;
    // In the file it is the time until others are asked; what was set in chat goes before it.
    day.config = day.config.replace("remind_after = '1h'", "escalate_after = '1m'");
    day.start("2026-07-01T12:39").await;
    assert_eq!(day.reminders().len(), 1);
    day.at("2026-07-01T12:40").await;
    assert_eq!(day.reminders().len(), 2);
    day.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reminder_whose_answer_was_lost_is_not_repeated() {
    let day = Elsewhen::new("2026-07-01T12:00", "").await;
    day.post("alex", "general", FURIOUS).await;
    let staff = day.discord.channel("staff").unwrap();
    day.discord.fault(Fault::on(&format!("POST /channels/{staff}/messages"), Trouble::DropAfter));
    day.it_is(moment("2026-07-01T12:05"));
    let there =
        |state: &State| state.messages(staff).any(|message| message.content.contains(WAITING)).then_some(());
    day.discord.wait_until("a reminder", there).await.unwrap();
    // As it is minutes later: what keeps it from being said twice is a look.
    day.discord.forget_nonces();
    day.seen_to(moment("2026-07-01T12:05")).await;
    assert_eq!(day.reminders().len(), 1);
    day.end().await;
}
