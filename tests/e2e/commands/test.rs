//! `/rules test`: a text or a message, judged and explained.

use aside::simulator::{ChannelPlan, MemberPlan, OverwritePlan, Permissions, RolePlan, Simulator};
use serde_json::json;

use super::Server;
use crate::community::{Home, RULES, harbor};
use crate::{log, manners};

/// Built at run time: no card anyone owns, and nothing a scanner of repositories should find.
fn card() -> String {
    ["4242", "4242", "4242", "4242"].join(" ")
}

fn text(text: &str) -> [(&'static str, serde_json::Value); 1] {
    [("text", json!(text))]
}

/// What was typed stands in no log and not in the database, and every request is as Discord wants it.
fn check(server: &Server, said: &[&str]) {
    manners::check(&server.discord, &server.home, &[]).unwrap();
    let (log, at_rest) = (log::written(), server.home.at_rest());
    for said in said {
        assert!(!log.contains(said), "the log tells {said:?}");
        assert!(!at_rest.contains(said), "the database tells {said:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_is_judged_masked_and_every_rule_says_why() {
    let mut server = Server::new().await;
    server.says("olga", "rules disable", &[("name", json!("invoices"))]).await;
    let asked = format!("the crew of Project Falcon pays with {} ```by monday```", card());
    let answer = server.says("olga", "rules test", &text(&asked)).await;
    let fires = "**`secrets` fires**: I would have removed the message and taken the member aside.";
    assert!(answer.contains("\nHeat **0.") && answer.contains(fires), "{answer}");
    assert!(answer.contains("- a card number (confidence "), "{answer}");
    assert!(answer.contains("(`projects`)"), "a rule's own words: {answer}");
    assert!(answer.contains("the crew of ▮▮▮▮ pays with ▮▮▮▮ `\u{200b}``by monday"), "{answer}");
    assert!(!answer.contains("4242"), "{answer}");
    assert!(answer.contains("- `projects`: outranked by secrets"), "{answer}");
    assert!(answer.contains("- `grumbling`: nothing it looks for was found"), "{answer}");
    assert!(answer.contains("- `invoices`: it is off"), "{answer}");
    server.restart().await;
    let answer = server.says("olga", "rules test", &text("a calm good morning to the whole harbor")).await;
    assert!(answer.contains("No rule fires.") && answer.contains("Nothing was found."), "{answer}");
    server.stop().await;
    check(&server, &["the crew of", "by monday", "good morning to the", &card()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_mode_holds_back_is_told() {
    let mut server = Server::with(&format!("mode = \"observe\"\n{RULES}")).await;
    let answer = server.says("olga", "rules test", &text("what an utter disgrace")).await;
    let held = "I would have taken the member aside, but would only have told you as things stand.";
    assert!(answer.contains(held) && answer.contains("the mode is observe"), "{answer}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_rules_that_they_are_a_file() {
    let rule = |at: usize| {
        format!(
            "[[rule]]\nname = \"rule-{at}\"\ncategory = \"confidential\"\n\
             when = {{ words = [\"plan {at}\"] }}\naction = \"alert\"\n"
        )
    };
    let rules = (0..90).map(rule).collect::<Vec<_>>().concat();
    let mut server = Server::with(&rules).await;
    let asked = server.asks("olga", "rules test", &text("the plan 7 is on"));
    let answer = server.read(asked).await;
    assert!(answer.contains("`rule-7` fires") && answer.contains("The other 89 rules"), "{answer}");
    assert!(answer.chars().count() < 2000);
    server.stop().await;
    check(&server, &["the plan 7 is on"]);
}

/// A community with a channel whose history the bot cannot read, and another community.
async fn closed() -> Server {
    let mut world = harbor();
    let denied = OverwritePlan {
        of: "@bot".to_owned(),
        deny: Permissions::READ_MESSAGE_HISTORY,
        ..OverwritePlan::default()
    };
    let attic = ChannelPlan { name: "attic".to_owned(), overwrites: vec![denied], ..ChannelPlan::default() };
    world.guilds[0].channels.push(attic);
    let (name, permissions) = ("Manager".to_owned(), Permissions::MANAGE_GUILD);
    world.guilds[0].roles.push(RolePlan { name, permissions, ..RolePlan::default() });
    let max =
        MemberPlan { name: "max".to_owned(), roles: vec!["Manager".to_owned()], ..MemberPlan::default() };
    world.guilds[0].members.push(max);
    let mut other = world.guilds[0].clone();
    other.name = "Elsewhere".to_owned();
    other.channels = vec![ChannelPlan { name: "abroad".to_owned(), ..ChannelPlan::default() }];
    world.guilds.push(other);
    let discord = Simulator::start(&world).await.unwrap();
    let mut server = Server { discord, home: Home::new(), bot: None, config: RULES.to_owned() };
    server.start().await;
    server
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_looked_up_where_the_one_who_asks_can_read_it() {
    let mut server = closed().await;
    let discord = &server.discord;
    let guild = discord.guild("Harbor").unwrap();
    let (alex, mia) = (discord.user("alex").unwrap(), discord.user("mia").unwrap());
    let link = |channel: &str, who, words: &str| {
        let id = discord.channel(channel).unwrap();
        let message = discord.post(who, id, words).unwrap();
        format!("https://ptb.discord.com/channels/{guild}/{id}/{message}")
    };
    // Said by a moderator, who is not acted on: judged as anyone's.
    let said = link("general", mia, "the crew calls it an utter disgrace");
    let answer = server.says("olga", "rules test", &text(&said)).await;
    assert!(answer.contains("**`boiling-point` fires**: I would have taken the member aside."), "{answer}");
    let answer = server.says("olga", "rules test", &text(&link("attic", alex, "dusty words"))).await;
    assert!(answer.contains("`text`: I cannot read that message."), "{answer}");
    // Whoever may manage the server without being let into a channel does not read it through us.
    let answer = server.says("max", "rules test", &text(&link("staff", mia, "among ourselves only"))).await;
    assert!(answer.contains("you cannot read that channel yourself"), "{answer}");
    let abroad = discord.channel("abroad").unwrap();
    let elsewhere = discord.post(alex, abroad, "words from abroad").unwrap();
    let true_link =
        format!("https://discord.com/channels/{}/{abroad}/{elsewhere}", discord.guild("Elsewhere").unwrap());
    let forged = format!("https://discord.com/channels/{guild}/{abroad}/{elsewhere}");
    for link in [true_link, forged, format!("https://discord.com/channels/@me/{abroad}/{elsewhere}")] {
        let answer = server.says("olga", "rules test", &text(&link)).await;
        assert!(answer.contains("that is a message of another server"), "{link}: {answer}");
    }
    let general = discord.channel("general").unwrap();
    for gone in [format!("{guild}/{general}/1"), format!("{guild}/1/1"), format!("{guild}/0/0")] {
        let link = format!("https://discord.com/channels/{gone}");
        let answer = server.says("olga", "rules test", &text(&link)).await;
        assert!(answer.starts_with("`text`: "), "{link}: {answer}");
    }
    server.stop().await;
    check(&server, &["the crew calls it", "dusty words", "among ourselves", "words from abroad"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_manage_the_server_is_refused_whatever_its_settings_say() {
    let mut server = Server::new().await;
    let guild = server.discord.guild("Harbor").unwrap();
    server.discord.permit_command(guild, "rules", guild).unwrap();
    for who in ["alex", "mia"] {
        for (path, options) in [
            ("rules test", vec![("text", json!("an utter disgrace"))]),
            ("rules backtest", vec![("words", json!("disgrace"))]),
        ] {
            let answer = server.says(who, path, &options).await;
            assert!(answer.contains("Manage Server"), "{who} {path}: {answer}");
        }
    }
    let read = server.discord.requests().into_iter().any(|one| one.fits("GET /channels/{}/messages"));
    assert!(!read, "nothing is read for whoever may not");
    server.stop().await;
}
