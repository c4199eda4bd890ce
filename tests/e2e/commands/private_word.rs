//! `/aside`: whoever wants a private word with the moderators gets one, and nobody else hears of it.

use aside::simulator::{Channel, Id, Message, Permissions};
use serde_json::{Value, json};

use super::Server;
use super::menus::with_alerts;
use crate::community::{private_threads, said, settled};
use crate::{log, manners};

impl Server {
    /// `who` asks for a private word in `channel`, and reads the answer.
    async fn wants_a_word(&self, who: &str, channel: &str, about: Option<&str>) -> String {
        let (who, channel) = (self.discord.user(who).unwrap(), self.discord.channel(channel).unwrap());
        let about: Vec<(&str, Value)> = about.into_iter().map(|about| ("about", json!(about))).collect();
        let asked = self.discord.command(who, channel, "aside", &about).unwrap();
        let answer = self.read(asked).await;
        settled(&self.discord, &self.home).await.unwrap();
        answer
    }

    fn case_threads(&self) -> Vec<Channel> {
        private_threads(&self.discord)
    }

    fn heard_in(&self, channel: Id) -> Vec<Message> {
        said(&self.discord, channel)
    }

    fn staff(&self) -> Vec<Message> {
        self.heard_in(self.discord.channel("staff").unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_private_word_is_between_the_member_and_moderators() {
    let mut server = with_alerts("mode = \"observe\"").await;
    let (alex, mia) = (server.discord.user("alex").unwrap(), server.discord.user("mia").unwrap());
    let card = ["1111", "2222", "3333", "4445"].join(" ");
    let about = format!("someone got hold of {card}, and I feel watched");
    let answer = server.wants_a_word("alex", "general", Some(&about)).await;
    let threads = server.case_threads();
    let [thread] = threads.as_slice() else { panic!("one thread, not {}", threads.len()) };
    assert!(answer.contains(&format!("<#{}>", thread.id)), "{answer}");
    assert_eq!(thread.parent, server.discord.channel("general"));
    assert!(server.discord.thread_members(thread.id).contains(&alex));

    let opening = server.heard_in(thread.id).remove(0);
    assert!(opening.pinged.contains(&alex) && opening.pinged.contains(&mia), "both hear the bell");
    let quoted = opening.embeds[0]["description"].as_str().unwrap();
    assert_eq!(quoted, "someone got hold of ▮▮▮▮, and I feel watched");
    let labels: Vec<&str> = opening.components[0]["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|button| button["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["Resolve", "Ask a moderator", "I'd rather not"]);

    let general = server.discord.channel("general").unwrap();
    assert!(server.heard_in(general).is_empty(), "not a word in public");
    let alerts = server.staff();
    assert_eq!(alerts.len(), 1);
    assert!(alerts[0].pinged.contains(&mia), "moderators are wanted");
    assert!(alerts[0].content.contains("Why: asked for a private word"), "{}", alerts[0].content);
    assert!(!alerts[0].content.contains("watched") && !alerts[0].content.contains("Message:"));
    let shown = server.says("mia", "case show", &[("number", json!(1))]).await;
    assert!(
        shown.contains("Why: the member asked for a private word") && !shown.contains("Message:"),
        "{shown}"
    );
    server.stop().await;
    let told = [manners::Said { text: about, secrets: vec![card] }];
    // Of the masked words nothing is left once they are passed on.
    manners::check(&server.discord, &server.home, &told).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_again_is_shown_the_thread_they_have() {
    let mut server = with_alerts("").await;
    server.wants_a_word("alex", "general", None).await;
    let thread = server.case_threads()[0].id;
    assert!(server.heard_in(thread)[0].embeds.is_empty(), "nothing was told");
    for restarted in [false, true] {
        if restarted {
            server.restart().await;
        }
        let again = server.wants_a_word("alex", "help", Some("one thing more about it")).await;
        assert!(again.contains(&format!("<#{thread}>")) && again.contains("just"), "{restarted}: {again}");
    }
    let (alex, mia) = (server.discord.user("alex").unwrap(), server.discord.user("mia").unwrap());
    let asked = server.discord.command(alex, thread, "aside", &[]).unwrap();
    assert!(server.read(asked).await.contains(&format!("<#{thread}>")));
    assert_eq!((server.case_threads().len(), server.staff().len()), (1, 1));

    // Once it is over, there may be something else.
    let asked = server.discord.command(mia, thread, "case resolve", &[]).unwrap();
    assert_eq!(
        server.read(asked).await,
        "Case 1 is resolved. Nothing is said in public. Its thread is being archived."
    );
    settled(&server.discord, &server.home).await.unwrap();
    let answer = server.wants_a_word("alex", "general", None).await;
    assert_eq!(server.case_threads().len(), 2, "{answer}");
    server.stop().await;
    assert!(!log::written().contains("one thing more"));
    server.mannerly();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_presses_at_once_are_one_request() {
    let server = with_alerts("").await;
    let asked = [0, 1].map(|_| server.asks("alex", "aside", &[]));
    for asked in asked {
        assert!(server.read(asked).await.contains("<#"));
    }
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(server.case_threads().len(), 1);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_for_in_german_is_answered_in_german() {
    let server = with_alerts("").await;
    server.discord.set_locale(server.discord.user("alex").unwrap(), "de").unwrap();
    let answer = server.wants_a_word("alex", "general", None).await;
    assert!(answer.contains("Moderation"), "{answer}");
    let opening = server.heard_in(server.case_threads()[0].id).remove(0);
    assert!(opening.content.contains("um Threads kümmern"), "{}", opening.content);
    assert!(server.staff()[0].content.starts_with("<@&"), "moderators read it in the server's language");
    server.end().await;
}

/// Where members of announcement channels, forums and voice channels are talked to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_private_threads_are_impossible_there_is_a_desk_or_the_truth() {
    let mut server = with_alerts("").await;
    let answer = server.wants_a_word("alex", "news", Some("it is about my neighbor")).await;
    assert!(server.case_threads().is_empty());
    let known = ["know that you'd like", "told the moderators", "have heard that"];
    assert!(known.iter().any(|words| answer.contains(words)), "{answer}");
    let alerts = server.staff();
    assert!(alerts[0].content.contains("No private thread could be opened there"), "{}", alerts[0].content);
    assert!(server.discord.dms(server.discord.user("alex").unwrap()).is_empty(), "a bot is no moderator");
    let claimed = server.says("mia", "case claim", &[("number", json!(1))]).await;
    assert_eq!(claimed, "You look after case 1 now.");

    // Moderators have set up a desk since: it can be asked for again.
    let staff = server.discord.channel("staff").unwrap();
    let help = server.discord.channel("help").unwrap();
    server.stop().await;
    server.config = server.config.replace(
        &format!("alert_channel = {staff}"),
        &format!("alert_channel = {staff}\ndesk_channel = {help}"),
    );
    server.start().await;
    for (at, (who, channel)) in [("alex", "news"), ("sam", "lounge")].into_iter().enumerate() {
        let answer = server.wants_a_word(who, channel, None).await;
        let threads = server.case_threads();
        assert_eq!(threads.len(), at + 1, "{channel}: {answer}");
        assert_eq!(threads[at].parent, Some(help), "{channel}");
        assert!(answer.contains(&format!("<#{}>", threads[at].id)), "{answer}");
    }
    server.stop().await;
    assert!(!server.home.at_rest().contains("neighbor"), "what could not be passed on is not kept");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_can_be_reached_that_is_said() {
    let server = Server::new().await;
    let answer = server.wants_a_word("alex", "news", None).await;
    let unknown = ["couldn't reach the moderators", "don't know about it", "no way to tell"];
    assert!(unknown.iter().any(|words| answer.contains(words)), "{answer}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_is_opened_under_the_channel_of_a_public_thread() {
    let server = with_alerts("").await;
    let (alex, general) = server.place("alex");
    let kind = aside::simulator::ChannelKind::PublicThread;
    let public = server.discord.open_thread(alex, general, "plans", kind).unwrap();
    let asked = server.discord.command(alex, public, "aside", &[]).unwrap();
    let answer = server.read(asked).await;
    settled(&server.discord, &server.home).await.unwrap();
    let thread = &server.case_threads()[0];
    assert_eq!(thread.parent, Some(general), "{answer}");
    assert!(server.heard_in(public).is_empty());
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moderators_are_not_buried_in_threads() {
    let server = with_alerts("").await;
    server.discord.enforce_limits(false);
    let guild = server.discord.guild("Harbor").unwrap();
    for at in 0..12 {
        server.discord.join(guild, &format!("raider-{at}")).unwrap();
        let answer = server.wants_a_word(&format!("raider-{at}"), "general", None).await;
        assert_eq!(answer.contains("<#"), at < 10, "{at}: {answer}");
    }
    assert_eq!((server.case_threads().len(), server.staff().len()), (10, 10));
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_that_takes_long_is_promised_and_then_shown() {
    let mut server = with_alerts("").await;
    let opening = server.discord.pause_on("POST /channels/{}/threads", 1, aside::simulator::Moment::Before);
    let asked = server.asks("alex", "aside", &[]);
    let promise = server.reply(asked).await;
    assert_eq!((promise.kind, promise.ephemeral), (5, true), "Discord is told in time");
    opening.release();
    let answer = server.read(asked).await;
    let thread = server.case_threads()[0].id;
    assert!(answer.contains(&format!("<#{thread}>")), "{answer}");
    settled(&server.discord, &server.home).await.unwrap();
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_who_may_not_be_in_the_channel_of_the_desk_is_not_sent_there() {
    let mut server = with_alerts("").await;
    let (staff, help) = (server.discord.channel("staff").unwrap(), server.discord.channel("help").unwrap());
    let guild = server.discord.guild("Harbor").unwrap();
    server.discord.set_overwrite(help, guild, Permissions::NONE, Permissions::VIEW_CHANNEL).unwrap();
    server.stop().await;
    server.config = server.config.replace(
        &format!("alert_channel = {staff}"),
        &format!("alert_channel = {staff}\ndesk_channel = {help}"),
    );
    server.start().await;
    let answer = server.wants_a_word("alex", "news", None).await;
    assert!(!answer.contains("<#") && server.case_threads().is_empty(), "{answer}");
    server.end().await;
}
