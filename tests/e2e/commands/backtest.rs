//! `/rules backtest` over what was said before, and rules that act on much of it.

use std::time::Duration;

use aside::simulator::{ChannelPlan, Fault, Id, OverwritePlan, Permissions, Simulator, State, Trouble};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::Server;
use crate::community::{Home, RULES, harbor};
use crate::{log, manners};

const CALM: &str = "a calm word about the weather";

#[expect(clippy::disallowed_methods, reason = "what was said days ago counts from now")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// A community that talked before the bot came.
struct Talk {
    discord: Simulator,
    general: Id,
}

impl Talk {
    async fn begin() -> Self {
        let mut world = harbor();
        let denied = OverwritePlan {
            of: "@bot".to_owned(),
            deny: Permissions::READ_MESSAGE_HISTORY,
            ..OverwritePlan::default()
        };
        let attic =
            ChannelPlan { name: "attic".to_owned(), overwrites: vec![denied], ..ChannelPlan::default() };
        world.guilds[0].channels.push(attic);
        let discord = Simulator::start(&world).await.unwrap();
        let general = discord.channel("general").unwrap();
        Self { discord, general }
    }

    /// `who` said it so long ago in #general.
    fn said(&self, who: &str, words: &str, ago: SignedDuration) -> Id {
        let who = self.discord.user(who).unwrap();
        self.discord.post_at(who, self.general, words, now() - ago).unwrap()
    }

    /// `count` calm words, one an hour, the latest an hour ago.
    fn calm(&self, count: i64) {
        for hours in (1..=count).rev() {
            let who = ["alex", "sam", "kim"][usize::try_from(hours).unwrap() % 3];
            self.said(who, CALM, SignedDuration::from_mins(60 * hours));
        }
    }

    /// The bot comes.
    async fn server(self) -> Server {
        let mut server =
            Server { discord: self.discord, home: Home::new(), bot: None, config: RULES.to_owned() };
        server.start().await;
        server
    }
}

impl Server {
    /// What a backtest ends with.
    async fn backtest(&self, options: &[(&str, Value)]) -> String {
        let asked = self.asks("olga", "rules backtest", options);
        self.ended(asked).await
    }

    async fn ended(&self, asked: Id) -> String {
        assert!(self.reply(asked).await.ephemeral);
        let report = |state: &State| {
            let of = state.interactions().find(|of| of.id == asked)?;
            let message = state.messages(of.channel).find(|message| Some(message.id) == of.original)?;
            let told = !message.content.is_empty() && !message.content.contains(" so far.");
            told.then(|| message.content.clone())
        };
        self.discord.wait_until("a report", report).await.unwrap()
    }

    /// How far the answer to a backtest said it was, time after time.
    fn progress(&self) -> Vec<String> {
        let told = self.discord.requests().into_iter().filter(|one| one.method == "PATCH");
        let words = told.filter_map(|one| Some(one.body["content"].as_str()?.to_owned()));
        words.filter(|words| words.contains(" so far.")).collect()
    }

    /// Stops the bot. It kept within Discord's limits, and repeated nobody's words.
    async fn discreet(&mut self) {
        self.stop().await;
        manners::check(&self.discord, &self.home, &[]).unwrap();
        assert!(self.discord.requests().iter().all(|one| one.status != 429), "limits are kept");
        let sent: String = self.discord.requests().iter().map(|one| one.body.to_string()).collect();
        for place in [log::written(), self.home.at_rest(), sent] {
            assert!(!place.contains("calm word") && !place.contains("invoice of mine"), "someone's words");
        }
    }
}

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn minutes(minutes: i64) -> SignedDuration {
    SignedDuration::from_mins(minutes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_is_tried_on_a_week_of_a_channel() {
    let talk = Talk::begin().await;
    talk.calm(14 * 24);
    // Older than is asked for, and then one after another within the cooldown.
    talk.said("alex", "my invoice, the invoice of mine", DAY * 13);
    let hits: Vec<Id> = [3, 2, 1]
        .map(|days| talk.said("sam", "my invoice, the invoice of mine", DAY * days - minutes(30)))
        .into();
    talk.said("alex", "my invoice, the invoice of mine", DAY - minutes(32));
    // A moderator, a bot and a webhook.
    talk.said("mia", "my invoice, the invoice of mine", DAY * 4 - minutes(90));
    talk.said("beep", "my invoice, the invoice of mine", DAY * 5);
    talk.discord.set_limit("GET /channels/{}/messages", 1, Duration::from_millis(1500));
    let mut server = talk.server().await;
    let answer = server.backtest(&[("name", json!("invoices")), ("days", json!(12))]).await;
    assert!(
        answer.starts_with(
            "`invoices` would have offered a private thread **3 times** in the last 12 days: 3 of "
        ),
        "{answer}"
    );
    assert!(answer.contains("0.2 a day") && answer.contains("It applies to 1 more"), "{answer}");
    assert!(answer.contains("; 1 of bots and webhooks are left out."), "{answer}");
    let attic = server.discord.channel("attic").unwrap();
    assert!(
        answer
            .contains(&format!("Not read: <#{attic}>. I need View Channel and Read Message History there.")),
        "{answer}"
    );
    assert!(hits.iter().all(|hit| answer.contains(&format!("/{hit}"))), "{answer}");
    assert!(answer.contains("Hits a day (UTC)\n") && answer.matches('█').count() >= 20, "{answer}");
    assert!(!answer.contains("Cut short") && !answer.contains("Earlier verdicts"), "{answer}");
    let progress = server.progress();
    assert!(progress.len() >= 2 && progress[0].starts_with("Reading … 0 messages of "), "{progress:?}");
    let asked =
        server.discord.requests().into_iter().filter(|one| one.fits("GET /guilds/{}/members/{}")).count();
    assert_eq!(asked, 2, "one look at each author of a hit");
    server.discreet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proposed_rule_is_tried_and_earlier_verdicts_are_held_against_it() {
    let talk = Talk::begin().await;
    talk.calm(30);
    talk.said("alex", "news of the falcon, the invoice of mine", minutes(90));
    let mut server = talk.server().await;
    let (mia, general) = (server.discord.user("mia").unwrap(), server.discord.channel("general").unwrap());
    let alex = server.discord.user("alex").unwrap();
    let judged = [
        ("Not an issue", "a falcon is a bird"),
        ("Not an issue", "so is a heron"),
        ("Take aside", "they say the falcon is late"),
    ];
    for (menu, words) in judged {
        let message = server.discord.post(alex, general, words).unwrap();
        let asked = server.discord.message_menu(mia, general, menu, message).unwrap();
        // Why someone is taken aside is asked for first.
        let asked = if menu == "Take aside" { server.submits("mia", asked, &[]).await } else { asked };
        server.read(asked).await;
    }
    server.restart().await;
    let answer = server.backtest(&[("words", json!("falcon, eagle")), ("days", json!(1))]).await;
    assert!(
        answer
            .starts_with("Such a rule would have taken the member aside **2 times** in the last day: 2 of "),
        "{answer}"
    );
    let verdicts = "Earlier verdicts: of 2 false alarms kept, 1 would come again; of 1 missed message kept, 1 would be found.";
    assert!(answer.contains(verdicts), "{answer}");
    // Other conditions in the place of a rule's own.
    let answer = server.backtest(&[("name", json!("invoices")), ("words", json!("heron"))]).await;
    assert!(answer.starts_with("`invoices` would have offered a private thread **once**"), "{answer}");
    for options in
        [[("detector", json!("phone, email"))], [("heat", json!(0.99))], [("pattern", json!("osprey-\\d"))]]
    {
        let answer = server.backtest(&options).await;
        assert!(answer.contains("**never** in the last 7 days: 0 of "), "{answer}");
    }
    server.discreet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_tried_is_told_at_once() {
    let mut server = Talk::begin().await.server().await;
    let rows = [
        (vec![], "Say what to try: `name`"),
        (vec![("name", json!("invoice"))], "Did you mean `invoices`?"),
        (vec![("detector", json!("phone, fone"))], "`detector`: no kind of finding is called `fone`."),
        (vec![("pattern", json!("falcon("))], "`pattern`"),
        (vec![("words", json!("!?"))], "`words`, entry 1: nothing to match in this entry"),
    ];
    for (options, expected) in rows {
        let answer = server.says("olga", "rules backtest", &options).await;
        assert!(answer.contains(expected), "{options:?}: {answer}");
    }
    let answer = server.backtest(&[("words", json!("falcon"))]).await;
    assert!(answer.starts_with("Nobody said anything that I can read in the last 7 days."), "{answer}");
    server.discreet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_for_some_roles_and_a_channel_that_goes_away_meanwhile() {
    let talk = Talk::begin().await;
    talk.calm(60);
    talk.said("mia", "the falcon, the invoice of mine", minutes(200));
    talk.said("alex", "the falcon, the invoice of mine", minutes(100));
    let role = talk.discord.role("Moderator").unwrap();
    let config = format!(
        "[[rule]]\nname = \"for-some\"\ncategory = \"confidential\"\nwhen = {{ words = [\"falcon\"] }}\n\
         action = \"shield\"\nroles = [{role}]\n"
    );
    let mut server = Server { discord: talk.discord, home: Home::new(), bot: None, config };
    server.start().await;
    let gone = Trouble::Status(404, json!({ "code": 10003, "message": "Unknown Channel" }));
    server.discord.fault(Fault::on("GET /channels/{}/messages", gone).always());
    let answer = server.backtest(&[("name", json!("for-some"))]).await;
    let general = server.discord.channel("general").unwrap();
    assert!(answer.starts_with("Nobody said anything that I can read in the last 7 days."), "{answer}");
    assert!(answer.contains(&format!("<#{general}>")), "{answer}");
    server.discord.clear_faults();
    let answer = server.backtest(&[("name", json!("for-some"))]).await;
    assert!(answer.contains("**once** in the last 7 days: 1 of 62 messages (1.61 %)"), "{answer}");
    server.discreet().await;
}

fn named(name: &str) -> [(&'static str, Value); 1] {
    [("name", json!(name))]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rule_that_acts_on_much_of_what_is_said_is_confirmed_with_the_figures() {
    let talk = Talk::begin().await;
    talk.calm(57);
    for at in 0..3 {
        talk.said("alex", "my invoice, the invoice of mine", minutes(20 - at));
    }
    let mut server = talk.server().await;
    server.says("olga", "rules disable", &named("invoices")).await;
    let asked = server.asks("olga", "rules enable", &named("invoices"));
    let told = server.read(asked).await;
    let figures = "- `invoices` applies to 3 of the latest 60 messages here (5 %), and would have acted on 1 of them. \
                   I ask before that is more than 1 %.";
    assert!(told.starts_with("**Not saved yet.**") && told.contains(figures), "{told}");
    server.restart().await;
    let left = server.reply(server.press("olga", asked, "Leave it")).await;
    assert_eq!(left.data["content"], "Left as it was.");
    let asked = server.asks("olga", "rules enable", &named("invoices"));
    assert!(server.read(asked).await.contains(figures));
    let saved = server.read(server.press("olga", asked, "Save it anyway")).await;
    assert!(saved.starts_with("`invoices` is on."), "{saved}");
    // What only records, or acts on nothing of it, is saved at once.
    for name in ["grumbling", "projects"] {
        server.says("olga", "rules disable", &named(name)).await;
        let saved = server.says("olga", "rules enable", &named(name)).await;
        assert!(saved.contains("is on."), "{saved}");
    }
    server.discreet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_messages_or_none_that_can_be_read_are_no_reason_to_ask() {
    let talk = Talk::begin().await;
    talk.calm(40);
    talk.said("alex", "my invoice, the invoice of mine", minutes(20));
    let mut server = talk.server().await;
    server.says("olga", "rules disable", &named("invoices")).await;
    let saved = server.says("olga", "rules enable", &named("invoices")).await;
    assert!(saved.starts_with("`invoices` is on."), "{saved}");
    server.discreet().await;
}
