//! *Take aside* and *Not an issue* on a message, and what later changes of rules are told of them.

use aside::simulator::{ChannelKind, Id, Permissions};
use serde_json::{Value, json};

use super::Server;
use crate::community::{RULES, private_threads, said, settled};
use crate::{log, manners};

const TAKE_ASIDE: &str = "Take aside";
const NOT_AN_ISSUE: &str = "Not an issue";

impl Server {
    /// `who` says something in #general.
    fn post(&self, who: &str, words: &str) -> Id {
        let (who, general) = self.place(who);
        self.discord.post(who, general, words).unwrap()
    }

    /// `who` uses a menu on a message of #general, fills in no reason, and reads the answer.
    pub(crate) async fn uses(&self, who: &str, menu: &str, message: Id) -> String {
        let (_, general) = self.place(who);
        self.uses_in(who, general, menu, message, "").await
    }

    /// `who` uses a menu on a message of `channel`, gives `reason` where a form asks for it, and reads the answer.
    async fn uses_in(&self, who: &str, channel: Id, menu: &str, message: Id, reason: &str) -> String {
        let user = self.discord.user(who).unwrap();
        let asked = self.discord.message_menu(user, channel, menu, message).unwrap();
        if self.reply(asked).await.kind == 9 {
            let sent = self.submits(who, asked, &[("reason", reason)]).await;
            return self.read(sent).await;
        }
        self.read(asked).await
    }

    fn link(&self, message: Id) -> String {
        let (guild, general) =
            (self.discord.guild("Harbor").unwrap(), self.discord.channel("general").unwrap());
        format!("https://discord.com/channels/{guild}/{general}/{message}")
    }

    async fn settled(&self) {
        settled(&self.discord, &self.home).await.unwrap();
    }

    /// What the bot said where only moderators read.
    fn alerts(&self) -> Vec<String> {
        let staff = self.discord.channel("staff").unwrap();
        said(&self.discord, staff).into_iter().map(|message| message.content).collect()
    }

    /// Stops the bot; what members said stands in no log, and every request is as Discord wants it.
    async fn leave(&mut self, words: &[&str]) {
        self.stop().await;
        manners::check(&self.discord, &self.home, &[]).unwrap();
        let log = log::written();
        for words in words {
            assert!(!log.contains(words), "the log tells {words:?}");
        }
    }
}

/// The rules with a place where moderators are told.
pub(super) async fn with_alerts(settings: &str) -> Server {
    let mut server = Server::with(RULES).await;
    let (guild, staff) = (server.discord.guild("Harbor").unwrap(), server.discord.channel("staff").unwrap());
    server.stop().await;
    server.config = format!("{settings}\n[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}");
    server.start().await;
    server
}

fn named(name: &str) -> [(&'static str, Value); 1] {
    [("name", json!(name))]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_false_alarm_is_told_before_a_rule_brings_it_back() {
    let mut server = Server::new().await;
    let said = "heard of Project Falcon, call +44 20 7946 0958";
    let message = server.post("alex", said);
    server.settled().await;
    let noted = server.uses("mia", NOT_AN_ISSUE, message).await;
    assert!(noted.starts_with("Noted: this is not an issue."), "{noted}");
    assert!(noted.contains("`projects` applies to it") && noted.contains("Case 1 stays open"), "{noted}");
    let off = server.says("olga", "rules disable", &named("projects")).await;
    assert!(off.starts_with("`projects` is off."), "what helps is not asked about: {off}");

    let asked = server.asks("olga", "rules enable", &named("projects"));
    let concern = format!("would act again on what was called a false alarm: {}", server.link(message));
    assert!(server.read(asked).await.contains(&concern), "it is told");
    let refused = server.reply(server.press("olga", asked, "Leave it")).await;
    assert_eq!(refused.data["content"], "Left as it was.");
    assert!(server.says("olga", "rules list", &[]).await.contains("take_aside · default — **off**"));

    let asked = server.asks("olga", "rules enable", &named("projects"));
    assert!(server.read(asked).await.contains(&concern), "it is told again");
    server.restart().await;
    let saved = server.read(server.press("olga", asked, "Save it anyway")).await;
    assert!(saved.starts_with("`projects` is on."), "{saved}");
    let at_rest = server.home.at_rest();
    assert!(at_rest.contains("heard of Project Falcon, call ▮▮▮▮") && !at_rest.contains("7946"));
    server.leave(&["heard of project", "7946 0958"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_pattern_matched_is_kept_masked_and_known_again() {
    let mut server = Server::new().await;
    let number = ["1111", "2222", "3333", "4445"].join(" ");
    server.says("olga", "rules disable", &named("secrets")).await;
    let message = server.post("alex", &format!("the part is called {number} in the catalog"));
    server.settled().await;
    server.says("olga", "rules undo", &[("number", json!(1))]).await;
    let noted = server.uses("mia", NOT_AN_ISSUE, message).await;
    assert!(noted.contains("`secrets` applies to it"), "{noted}");
    server.says("olga", "rules disable", &named("secrets")).await;
    let asked = server.asks("olga", "rules enable", &named("secrets"));
    assert!(server.read(asked).await.contains(&server.link(message)));
    assert!(!server.home.at_rest().contains(&number), "what it matched is nowhere");
    server.leave(&[&number]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_taken_aside_by_hand_gets_a_thread_and_moderators_hear_from_whom() {
    let mut server = with_alerts("mode = \"observe\"").await;
    server.says("olga", "rules disable", &named("invoices")).await;
    let message = server.post("alex", "where is my invoice this month");
    server.settled().await;
    assert_eq!(private_threads(&server.discord).len(), 0);
    let (alex, mia) = (server.discord.user("alex").unwrap(), server.discord.user("mia").unwrap());
    let answer = server.uses("mia", TAKE_ASIDE, message).await;
    assert!(answer.starts_with(&format!("I am taking <@{alex}> aside (case 1).")), "{answer}");
    assert!(answer.contains("I noted that it was missed"), "{answer}");
    server.settled().await;
    let threads = private_threads(&server.discord);
    assert_eq!(threads.len(), 1, "whatever the mode");
    assert!(server.discord.thread_members(threads[0].id).contains(&alex));
    let general = server.discord.channel("general").unwrap();
    assert_eq!(said(&server.discord, general).len(), 1, "it is acknowledged in public");
    let alerts = server.alerts();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].contains("Rule: `by hand`"), "{alerts:?}");
    assert!(alerts[0].contains(&format!("Why: <@{mia}> chose *Take aside*")), "{alerts:?}");

    // Again, and another message of the same member.
    let again = server.uses("mia", TAKE_ASIDE, message).await;
    let place = format!("<#{}>", threads[0].id);
    assert!(again.contains(&format!("This message is case 1 already in {place}")), "{again}");
    let more = server.post("alex", "and a word more");
    let joined = server.uses("mia", TAKE_ASIDE, more).await;
    assert!(joined.contains("Case 1") && joined.contains(&place), "{joined}");
    server.settled().await;
    assert_eq!(private_threads(&server.discord).len(), 1);
    server.leave(&["where is my invoice", "and a word more"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_missed_is_told_before_a_rule_misses_it_again() {
    let mut server = Server::new().await;
    server.says("olga", "rules disable", &named("invoices")).await;
    let message = server.post("alex", "where is my invoice this month");
    server.settled().await;
    server.uses("mia", TAKE_ASIDE, message).await;
    server.settled().await;
    let on = server.says("olga", "rules enable", &named("invoices")).await;
    assert!(on.starts_with("`invoices` is on."), "{on}");
    server.restart().await;
    let asked = server.asks("olga", "rules disable", &named("invoices"));
    let told = server.read(asked).await;
    assert!(
        told.contains(&format!("would miss again what was called missed: {}", server.link(message))),
        "{told}"
    );
    server.restart().await;
    let saved = server.read(server.press("olga", asked, "Save it anyway")).await;
    assert!(saved.starts_with("`invoices` is off."), "{saved}");
    server.leave(&["where is my invoice"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_held_back_or_offered_is_done_when_a_moderator_says_so() {
    for (mode, words) in [
        ("observe", "what an utter disgrace"),
        ("suggest", "what an utter disgrace"),
        ("act", "my invoice please"),
    ] {
        let mut server = with_alerts(&format!("mode = \"{mode}\"")).await;
        let message = server.post("alex", words);
        server.settled().await;
        assert_eq!(private_threads(&server.discord).len(), 0, "{mode}");
        let answer = server.uses("mia", TAKE_ASIDE, message).await;
        let alex = server.discord.user("alex").unwrap();
        assert_eq!(answer, format!("I am taking <@{alex}> aside (case 1)."), "{mode}");
        server.settled().await;
        assert_eq!(private_threads(&server.discord).len(), 1, "{mode}");
        let general = server.discord.channel("general").unwrap();
        assert_eq!(said(&server.discord, general).len(), 1, "{mode}: an offer becomes the acknowledgment");
        let latest = server.alerts().pop().unwrap();
        assert!(latest.contains("chose *Take aside*") && !latest.contains("Held back"), "{mode}: {latest}");
        server.leave(&[words]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_but_members_is_taken_aside_and_nobody_but_moderators_says_so() {
    let mut server = Server::new().await;
    let discord = &server.discord;
    let (guild, general) = (discord.guild("Harbor").unwrap(), discord.channel("general").unwrap());
    let (beep, mia) = (discord.user("beep").unwrap(), discord.user("mia").unwrap());
    let by_bot = discord.post(beep, general, "what an utter disgrace").unwrap();
    let by_webhook = discord.post_as_webhook("feed", general, "what an utter disgrace").unwrap();
    let by_alex = server.post("alex", "what an utter disgrace");
    server.settled().await;
    let by_us = said(&server.discord, general)[0].id;
    let cases = private_threads(&server.discord);
    for menu in [TAKE_ASIDE, NOT_AN_ISSUE] {
        for message in [by_bot, by_webhook] {
            let answer = server.uses("mia", menu, message).await;
            assert!(answer.contains("not written by a member"), "{menu}: {answer}");
        }
        assert_eq!(server.uses("mia", menu, by_us).await, "That is one of my own messages.");
        server.discord.permit_command(guild, menu, guild).unwrap();
        let answer = server.uses("sam", menu, by_alex).await;
        assert!(answer.starts_with("Only moderators can do that"), "{menu}: {answer}");
        // In the private thread, everything is aside already.
        let inside = server.discord.post(mia, cases[0].id, "I am here now").unwrap();
        let asked = server.discord.message_menu(mia, cases[0].id, menu, inside).unwrap();
        assert!(server.read(asked).await.contains("private"), "{menu}");
    }
    server.settled().await;
    assert_eq!(private_threads(&server.discord).len(), 1);
    server.leave(&["what an utter", "here now"]).await;
    assert!(!server.home.at_rest().contains("utter disgrace"), "nothing was noted");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_no_rule_acts_on_is_noted_and_so_is_one_of_a_public_thread() {
    let mut server = Server::new().await;
    let (alex, general) = server.place("alex");
    let discord = &server.discord;
    let thread = discord.open_thread(alex, general, "plans", ChannelKind::PublicThread).unwrap();
    let message = discord.post(alex, thread, "all quiet at the pier tonight").unwrap();
    server.settled().await;
    let mia = server.discord.user("mia").unwrap();
    let asked = server.discord.message_menu(mia, thread, NOT_AN_ISSUE, message).unwrap();
    let noted = server.read(asked).await;
    assert!(noted.contains("No rule applies to it as things stand."), "{noted}");
    let answer = server.uses_in("mia", thread, TAKE_ASIDE, message, "").await;
    assert!(answer.contains("aside (case 1)"), "{answer}");
    server.settled().await;
    assert_eq!(private_threads(&server.discord)[0].parent, Some(general), "under the channel of the thread");
    assert_eq!(said(&server.discord, thread).len(), 1, "and acknowledged where it was said");
    server.leave(&["all quiet at the"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_someone_is_taken_aside_is_for_moderators_and_masked() {
    let mut server = with_alerts("").await;
    let number = ["1111", "2222", "3333", "4445"].join(" ");
    let message = server.post("alex", "all quiet at the pier tonight");
    let general = server.discord.channel("general").unwrap();
    let reason = format!("asked me about order {number} before");
    let answer = server.uses_in("mia", general, TAKE_ASIDE, message, &reason).await;
    assert!(answer.contains("aside (case 1)"), "{answer}");
    server.settled().await;
    let why = "chose *Take aside*: asked me about order ▮▮▮▮ before";
    assert!(server.alerts()[0].contains(why), "{:?}", server.alerts());
    let shown = server.says("olga", "case show", &[("number", json!(1))]).await;
    assert!(shown.contains(why) && !shown.contains("Rule:"), "{shown}");
    let thread = private_threads(&server.discord)[0].id;
    let told = said(&server.discord, thread).into_iter().chain(said(&server.discord, general));
    assert!(told.into_iter().all(|message| !message.content.contains("asked me")), "nobody else reads it");

    // Of what is taken care of already, the reason is noted.
    server.restart().await;
    let again = server.uses_in("olga", general, TAKE_ASIDE, message, "they wrote to me, too").await;
    assert!(again.ends_with("your reason is noted there."), "{again}");
    let shown = server.says("olga", "case show", &[("number", json!(1))]).await;
    assert!(shown.contains(": they wrote to me, too"), "{shown}");
    assert!(!server.home.at_rest().contains(&number));
    server.leave(&["all quiet at the", "asked me about"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_for_a_reason_is_good_after_a_restart_and_not_for_a_message_that_is_gone() {
    let mut server = Server::new().await;
    let (mia, general) = server.place("mia");
    let message = server.post("alex", "all quiet at the pier tonight");
    let asked = server.discord.message_menu(mia, general, TAKE_ASIDE, message).unwrap();
    assert_eq!(server.reply(asked).await.kind, 9);
    server.restart().await;
    let sent = server.submits("mia", asked, &[]).await;
    assert!(server.read(sent).await.contains("aside (case 1)"));
    let message = server.post("sam", "all quiet in the harbor");
    let asked = server.discord.message_menu(mia, general, TAKE_ASIDE, message).unwrap();
    server.reply(asked).await;
    server.discord.delete(mia, general, message).unwrap();
    let sent = server.submits("mia", asked, &[]).await;
    assert_eq!(server.read(sent).await, "That message is gone, so there is nothing to take aside.");
    server.settled().await;
    assert_eq!(private_threads(&server.discord).len(), 1);
    server.leave(&["all quiet at the", "all quiet in the"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_a_message_cannot_be_looked_up_again_nobody_is_asked_why() {
    let mut server = Server::new().await;
    let (mia, general) = server.place("mia");
    let (bot, history) = (server.discord.bot(), Permissions::named("READ_MESSAGE_HISTORY").unwrap());
    server.discord.set_overwrite(general, bot, Permissions::NONE, history).unwrap();
    let message = server.post("alex", "all quiet at the pier tonight");
    server.settled().await;
    let asked = server.discord.message_menu(mia, general, TAKE_ASIDE, message).unwrap();
    assert!(server.read(asked).await.contains("aside (case 1)"));
    server.leave(&["all quiet at the"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_false_alarm_ends_the_case_at_the_press_of_a_button() {
    let mut server = Server::new().await;
    let (mia, general) = server.place("mia");
    let message = server.post("alex", "what an utter disgrace");
    server.settled().await;
    let asked = server.discord.message_menu(mia, general, NOT_AN_ISSUE, message).unwrap();
    let noted = server.message(asked).await;
    assert!(noted.content.contains("Case 1 stays open; *False alarm* below ends it."), "{}", noted.content);
    let buttons = noted.components[0]["components"].as_array().unwrap();
    assert_eq!((buttons.len(), &buttons[0]["custom_id"]), (1, &json!("case:1:false")));
    server.says("mia", "case resolve", &[("number", json!(1))]).await;
    let asked = server.discord.message_menu(mia, general, NOT_AN_ISSUE, message).unwrap();
    let noted = server.message(asked).await;
    assert!(noted.content.ends_with("Case 1 is over already.") && noted.components.is_empty());
    server.settled().await;
    server.leave(&["what an utter"]).await;
}
