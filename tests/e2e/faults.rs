//! Every action × every fault, through the running bot and over the wire, with the stated outcome of each.
//!
//! `faults/outcomes.txt` states what comes of it; this plays each cell and compares. `ASIDE_WRITE=1` writes what was seen
//! beside the file for a person to compare; it is never taken over unread: what is `lost` has no place there.

mod cell;
mod outcomes;
mod rows;

use std::fmt::Write as _;
use std::time::Duration;

use aside::discord::{Clock, Credentials, Pace};
use aside::responder::Patience;
use aside::simulator::{
    ChannelPlan, Fault, GuildPlan, Id, MemberPlan, Permissions, Simulator, State, Trouble, World,
};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

use self::cell::{Cell, named};
use self::outcomes::{Outcomes, Seen};
use self::rows::{Act, ROWS, Row};
use crate::community::{Bot, GLANCE, Home, PATIENCE, RULES, settled};
use crate::manners::{self, Said};

/// A server of which each row has one of its own.
const SERVER: &str = include_str!("harbor.toml");

/// More than the usual rules: what is given away and stays, and what several members have in common.
const MORE: &str = r#"
[raid]
members = 0

[causes]
cases = 3

[[rule]]
name = "accounts"
category = "sensitive_info"
when = { pattern = '\bacct-\d+\b' }
action = "take_aside"

[[rule]]
name = "charges"
category = "needs_details"
when = { words = ["charged twice"] }
action = "take_aside"
cooldown = "0s"
"#;

/// Trouble is waited out for moments here, and not for a day.
const IMPATIENT: Patience = Patience {
    waits: &[Duration::from_millis(10), Duration::from_millis(20), Duration::from_millis(40)],
    later: Duration::from_millis(50),
    longest: SignedDuration::ZERO,
    look: Duration::from_millis(200),
    gather: Duration::from_millis(50),
};

/// So many failures on end are taken for an outage of what was asked.
const LASTING: usize = 4;

/// How long an answer is waited for: long for a busy machine, short for a test.
const ANSWER: Duration = Duration::from_secs(2);

fn refused(status: u16, code: u32) -> Trouble {
    Trouble::Status(status, json!({ "code": code, "message": "No." }))
}

/// What can go wrong with a request, and how often on end.
fn columns() -> Vec<(&'static str, Trouble, usize)> {
    let limited = |retry_after, global, shared| Trouble::RateLimited { retry_after, global, shared };
    vec![
        ("429", limited(Some(0.05), false, false), 1),
        ("429-bare", limited(None, false, false), 1),
        ("429-global", limited(Some(0.05), true, false), 1),
        ("429-shared", limited(Some(0.05), false, true), 1),
        ("500", Trouble::Status(500, json!({ "code": 0, "message": "500: Internal Server Error" })), 1),
        ("502-page", Trouble::Page(502), 1),
        ("timeout-before", Trouble::Hang, 1),
        ("timeout-after", Trouble::HangAfter, 1),
        ("reset-before", Trouble::DropBefore, 1),
        ("reset-after", Trouble::DropAfter, 1),
        ("garbled", Trouble::Garbled, 1),
        ("500-lasting", Trouble::Status(500, json!(null)), LASTING),
        ("403-permission", refused(403, 50_013), 1),
        ("403-access", refused(403, 50_001), 1),
        ("404", refused(404, 0), 1),
        ("404-message", refused(404, 10_008), 1),
        ("404-channel", refused(404, 10_003), 1),
        ("404-member", refused(404, 10_007), 1),
        ("404-guild", refused(404, 10_004), 1),
        ("archived", refused(400, 50_083), 1),
        ("locked", refused(403, 160_005), 1),
        ("thread-limit", refused(400, 160_006), 1),
        ("thread-exists", refused(400, 160_004), 1),
        ("invalid-form", refused(400, 50_035), 1),
        ("automod", refused(400, 200_000), 1),
    ]
}

/// A server for each row, and one by which it is known when all is heard.
fn world() -> World {
    let mut world = World::from_toml(SERVER).unwrap();
    world.rate_limits = false;
    // A busy machine is no fault of Discord's.
    world.answer_seconds = 60;
    let pattern = world.guilds[0].clone();
    world.guilds.extend(ROWS.iter().enumerate().map(|(at, row)| server(&pattern, at, row)));
    world
}

fn server(pattern: &GuildPlan, at: usize, row: &Row) -> GuildPlan {
    let mut plan = pattern.clone();
    for name in ["beth", "lee"] {
        plan.members.push(MemberPlan { name: name.to_owned(), ..MemberPlan::default() });
    }
    (plan.name, plan.owner) = (row.name.to_owned(), named("olga", at));
    plan.members.iter_mut().for_each(|member| member.name = named(&member.name, at));
    plan.channels.retain(|channel| !(row.alone && channel.name == "staff"));
    if !row.alone {
        let staff = plan.channels.iter().find(|channel| channel.name == "staff").unwrap();
        // A desk that members do not see is a second channel of moderators.
        let like = if row.second { staff } else { &plan.channels[0] };
        let desk = ChannelPlan { name: "desk".to_owned(), ..like.clone() };
        plan.channels.extend((!row.direct).then_some(desk));
    }
    if row.direct {
        plan.bot = Permissions(plan.bot.0 & !Permissions::CREATE_PRIVATE_THREADS.0);
    }
    plan
}

/// All rows under one fault.
struct Column {
    discord: Simulator,
    home: Home,
    began: Timestamp,
    guilds: Vec<Id>,
    asked: Vec<Option<Id>>,
    trouble: Trouble,
    times: usize,
}

impl Column {
    async fn begin(trouble: Trouble, times: usize) -> (Self, Bot) {
        let discord = Simulator::start(&world()).await.unwrap();
        let began: Timestamp = "2026-07-01T12:00:00Z".parse().unwrap();
        discord.set_clock(began);
        discord.set_limit("* /**", 10_000, Duration::from_secs(1));
        let home = Home::with(Clock::standing(began));
        let guilds: Vec<Id> = ROWS.iter().map(|row| discord.guild(row.name).unwrap()).collect();
        let asked = vec![None; ROWS.len()];
        let column = Self { discord, home, began, guilds, asked, trouble, times };
        let pace = Pace { answer: ANSWER, unsaid: Duration::from_millis(50), most: 1000, ..Pace::default() };
        let credentials = Credentials { pace, patience: IMPATIENT, ..Bot::credentials(&column.discord) };
        let bot = Bot::launch_as(credentials, &column.home, &column.config());
        column.discord.connected().await.unwrap();
        column.settled().await;
        (column, bot)
    }

    fn config(&self) -> String {
        let mut config = format!("{RULES}\n{MORE}\n");
        for at in 0..ROWS.len() {
            let cell = self.cell(at);
            let (guild, staff, desk) = (cell.guild, cell.channel("staff"), cell.channel("desk"));
            writeln!(config, "[server.\"{guild}\"]").unwrap();
            if staff != 0 {
                writeln!(config, "alert_channel = {staff}").unwrap();
            }
            if desk != 0 {
                writeln!(config, "desk_channel = {desk}").unwrap();
            }
        }
        config
    }

    fn cell(&self, at: usize) -> Cell<'_> {
        Cell { discord: &self.discord, guild: self.guilds[at], at, row: &ROWS[at], asked: self.asked[at] }
    }

    async fn settled(&self) {
        settled(&self.discord, &self.home).await.unwrap();
    }

    /// Does it in the server of row `at`.
    async fn act(&mut self, at: usize, act: Act) {
        let cell = self.cell(at);
        let asked = match act {
            Act::Say(who, place, words) => {
                self.discord.post(cell.person(who), cell.channel(place), words).unwrap();
                None
            }
            Act::Press(who, place, label) => Some(press(&cell, who, place, label)),
            Act::Announce => {
                let asked = self.asked[at].unwrap();
                self.discord.answer_to(asked).await.unwrap();
                let words = [("words", "We are on it."), ("channel", "general")];
                Some(self.discord.submit_modal(cell.person("mia"), asked, &words).unwrap())
            }
            Act::Clock(_) => None,
        };
        self.asked[at] = asked;
    }

    fn disturb(&self, at: usize) {
        let cell = self.cell(at);
        let fault = Fault::on(&cell.request(), self.trouble.clone()).times(self.times);
        self.discord.fault(fault.saying(cell.row.saying).concerning(cell.concerned()));
        for (request, trouble) in cell.row.also.iter().map(|(request, code)| (request, refused(403, *code))) {
            self.discord.fault(Fault::on(request, trouble).concerning(cell.guild));
        }
    }

    /// Plays rows of which none waits for the clock, step by step, and the last step under the fault.
    async fn play(&mut self, rows: &[usize]) {
        let longest = rows.iter().map(|at| ROWS[*at].before.len()).max().unwrap_or(0);
        for step in 0..=longest {
            for at in rows.iter().copied() {
                let row = &ROWS[at];
                // All triggers are last.
                let skipped = longest - row.before.len();
                match step.checked_sub(skipped).map(|step| row.before.get(step)) {
                    None => {}
                    Some(Some(act)) => self.act(at, *act).await,
                    Some(None) => {
                        self.disturb(at);
                        self.act(at, row.trigger).await;
                    }
                }
            }
            for at in rows.iter().copied() {
                self.heard(at).await;
            }
            self.settled().await;
        }
    }

    /// Waits until whoever asked in row `at` has an answer, or reads that there is none.
    async fn heard(&mut self, at: usize) {
        let Some(asked) = self.asked[at] else { return };
        let callback = format!("/interactions/{asked}/");
        let over = |state: &State| {
            let interaction = state.interactions().find(|one| one.id == asked)?;
            let tries: Vec<u16> = state
                .requests()
                .iter()
                .filter(|one| one.path.starts_with(&callback))
                .map(|one| one.status)
                .collect();
            let refused = tries.iter().any(|status| matches!(status, 400 | 403 | 404));
            let in_vain = tries.iter().filter(|status| **status >= 500).count() > 2;
            (interaction.reply.is_some() || refused || in_vain).then_some(())
        };
        self.discord.wait_until("an answer, or that none is tried any more", over).await.unwrap();
    }

    async fn it_is(&self, minutes: i64) {
        let now = self.began + SignedDuration::from_mins(minutes);
        self.discord.set_clock(now);
        self.home.clock.set(now);
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
        tokio::time::timeout(PATIENCE, waiting).await.unwrap();
        self.settled().await;
    }

    /// What came of it in each server of those rows.
    async fn seen(&self, rows: &[usize]) -> Vec<Seen> {
        let mut seen = Vec::new();
        for at in rows {
            let cell = self.cell(*at);
            let letters = self.letters(cell.guild).await;
            if letters > 0 && !cell.row.alone {
                let staff = cell.channel("staff");
                let told = |state: &State| {
                    state.messages(staff).any(|one| one.content.contains("could not be done")).then_some(())
                };
                self.discord.wait_until("moderators to hear of it", told).await.unwrap();
            }
            seen.push(Seen::of(&cell, letters));
        }
        seen
    }

    async fn letters(&self, guild: Id) -> i64 {
        let options = SqliteConnectOptions::new().filename(self.home.path().join("aside.db"));
        let mut database = options.connect().await.unwrap();
        let count =
            sqlx::query_scalar("SELECT count(*) FROM outbox WHERE guild = ? AND buried_at IS NOT NULL");
        count.bind(guild.cast_signed()).fetch_one(&mut database).await.unwrap()
    }

    /// Nothing is in the way any more: the next message is dealt with in every server.
    async fn lives_on(&self) -> Vec<String> {
        self.discord.clear_faults();
        for at in 0..ROWS.len() {
            let cell = self.cell(at);
            self.discord.post(cell.person("beth"), cell.channel("help"), "project falcon again").unwrap();
        }
        self.settled().await;
        let dead = |cell: &Cell<'_>| (cell.said("help").len() != 1).then(|| cell.row.name.to_owned());
        (0..ROWS.len()).filter_map(|at| dead(&self.cell(at))).collect()
    }
}

fn press(cell: &Cell<'_>, who: &str, place: &str, label: &str) -> Id {
    let channel = cell.channel(place);
    let found = cell.said_in(channel).into_iter().find_map(|message| {
        let rows = message.components.iter().filter_map(|row| row["components"].as_array());
        let button = rows.flatten().find(|button| button["label"].as_str() == Some(label))?;
        Some((message.id, button["custom_id"].as_str()?.to_owned()))
    });
    let (message, custom_id) =
        found.unwrap_or_else(|| panic!("{}: no button {label} in {place}", cell.row.name));
    cell.discord.press(cell.person(who), channel, message, &custom_id).unwrap()
}

/// Whether the clock brings it about, or must have gone on before.
fn is_timed(row: &Row) -> bool {
    row.before.iter().chain([&row.trigger]).any(|act| matches!(act, Act::Clock(_)))
}

/// What came of every row under one fault, in their order.
async fn column(trouble: Trouble, times: usize) -> Result<Vec<Seen>, String> {
    let (mut column, bot) = Column::begin(trouble, times).await;
    let by_clock: Vec<usize> = (0..ROWS.len()).filter(|at| is_timed(&ROWS[*at])).collect();
    let at_once: Vec<usize> = (0..ROWS.len()).filter(|at| !is_timed(&ROWS[*at])).collect();
    column.play(&at_once).await;
    let mut seen = column.seen(&at_once).await;
    for at in &by_clock {
        column.act(*at, ROWS[*at].before[0]).await;
    }
    column.settled().await;
    for at in by_clock.iter().copied() {
        let row = &ROWS[at];
        if let Some(Act::Clock(minutes)) = row.before.get(1) {
            column.it_is(*minutes).await;
        }
        column.disturb(at);
        match row.trigger {
            Act::Clock(minutes) => column.it_is(minutes).await,
            act => column.act(at, act).await,
        }
        column.heard(at).await;
        column.settled().await;
        seen.extend(column.seen(&[at]).await);
    }
    let dead = column.lives_on().await;
    bot.stop().await.map_err(|error| error.to_string())?;
    if !dead.is_empty() {
        return Err(format!("the next message is not dealt with: {dead:?}"));
    }
    let said = ["4111 1111 1111 1111", "5555 5555 5555 4444"]
        .map(|card| Said { text: card.to_owned(), secrets: vec![card.to_owned()] });
    manners::check(&column.discord, &column.home, &said)?;
    Ok(seen)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_action_meets_every_fault_with_the_stated_outcome() {
    let played = columns().into_iter().map(|(name, trouble, times)| async move {
        (name, column(trouble, times).await.unwrap_or_else(|wrong| panic!("{name}: {wrong}")))
    });
    let mut played: Vec<(&str, Vec<Seen>)> =
        futures::stream::iter(played).buffer_unordered(4).collect().await;
    let order = |name: &str| columns().iter().position(|(other, ..)| *other == name);
    played.sort_by_key(|(name, _)| order(name));
    let seen = Outcomes::seen(ROWS.iter().map(|row| row.name), &played);
    let stated = Outcomes::parse(include_str!("faults/outcomes.txt"));
    let wrong = stated.differences(&seen);
    if !wrong.is_empty() && std::env::var_os("ASIDE_WRITE").is_some() {
        std::fs::write("tests/e2e/faults/outcomes.seen.txt", seen.to_string()).unwrap();
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
