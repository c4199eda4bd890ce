//! What is for one member alone is in the language of their Discord, what everyone reads in the server's.

use aside::simulator::{Id, Message};

use super::Server;
use crate::community::{RULES, private_threads, said, settled};

/// What is written on the buttons of a message.
fn labels(message: &Message) -> Vec<String> {
    let buttons = message.components.iter().flat_map(|row| row["components"].as_array().unwrap());
    buttons.map(|button| button["label"].as_str().unwrap().to_owned()).collect()
}

/// `who` presses the first button of `message`; which interaction that was.
fn press(server: &Server, who: &str, message: &Message) -> Id {
    let custom_id = message.components[0]["components"][0]["custom_id"].as_str().unwrap();
    let who = server.discord.user(who).unwrap();
    server.discord.press(who, message.channel, message.id, custom_id).unwrap()
}

impl Server {
    /// `who` says `text` in `channel`; what the bot says there last.
    async fn hears(&self, who: &str, channel: &str, text: &str) -> Message {
        let (who, channel) = (self.discord.user(who).unwrap(), self.discord.channel(channel).unwrap());
        self.discord.post(who, channel, text).unwrap();
        settled(&self.discord, &self.home).await.unwrap();
        said(&self.discord, channel).pop().expect("the bot says something")
    }

    /// The first words in the newest private thread.
    fn opening(&self) -> Message {
        let thread = private_threads(&self.discord).pop().expect("a private thread");
        said(&self.discord, thread.id).remove(0)
    }

    fn speaks(&self, who: &str, locale: &str) {
        self.discord.set_locale(self.discord.user(who).unwrap(), locale).unwrap();
    }
}

fn is_german(message: &Message) -> bool {
    message.content.contains(" Threads kümmern")
}

const ENGLISH_LABELS: [&str; 4] = ["Resolve", "Ask a moderator", "I'd rather not", "Keep it between us"];
const GERMAN_LABELS: [&str; 4] = ["Erledigt", "Moderation fragen", "Lieber nicht", "Unter uns lassen"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_is_answered_in_the_language_of_who_presses_and_so_is_the_thread() {
    let mut server = Server::new().await;
    server.speaks("alex", "de");
    let offer = server.hears("alex", "general", "where is my invoice?").await;
    assert_eq!(labels(&offer), ["Take this aside"], "everyone reads it");
    let pressed = press(&server, "alex", &offer);
    let answer = server.read(pressed).await;
    assert!(answer.contains("privater Thread") || answer.contains("privaten Thread"), "{answer}");
    settled(&server.discord, &server.home).await.unwrap();
    let opening = server.opening();
    assert!(is_german(&opening), "{}", opening.content);
    assert_eq!(labels(&opening), GERMAN_LABELS);
    let offer = said(&server.discord, offer.channel).pop().unwrap();
    assert!(!offer.content.contains("Thread ") && offer.edited.is_some(), "{}", offer.content);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_was_heard_in_german_before_is_written_to_in_german_after_a_restart_too() {
    let mut server = Server::new().await;
    let offer = server.hears("alex", "general", "where is my invoice?").await;
    // Until they press something, nobody's language is known.
    server.speaks("sam", "de");
    server.speaks("kim", "de");
    let denied = press(&server, "sam", &offer);
    let answer = server.read(denied).await;
    assert!(answer.contains("Moderation"), "{answer}");
    let public = server.hears("sam", "general", "this is an utter disgrace").await;
    assert!(!public.content.contains("ich"), "{}", public.content);
    let opening = server.opening();
    assert!(is_german(&opening), "{}", opening.content);
    assert_eq!(labels(&opening), GERMAN_LABELS);
    let denied = press(&server, "kim", &offer);
    server.read(denied).await;
    server.home.until("SELECT count(*) = 2 FROM languages").await.unwrap();
    server.restart().await;
    let public = server.hears("kim", "help", "an utter disgrace, really").await;
    assert!(!public.content.contains("ich"), "{}", public.content);
    let opening = server.opening();
    assert!(is_german(&opening), "{}", opening.content);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_in_french_speaks_french_in_public_and_to_whom_it_has_no_other_words_for() {
    let mut server = Server::with(&format!("{RULES}\n[wording]\nlanguage = \"fr\"\n")).await;
    server.speaks("alex", "ja");
    server.speaks("sam", "de");
    let offer = server.hears("alex", "general", "where is my invoice?").await;
    assert_eq!(labels(&offer), ["En parler en privé"]);
    for who in ["alex", "sam"] {
        let pressed = press(&server, who, &offer);
        let answer = server.read(pressed).await;
        assert!(answer.contains(if who == "alex" { "fil privé" } else { "Moderation" }), "{who}: {answer}");
    }
    settled(&server.discord, &server.home).await.unwrap();
    let opening = server.opening();
    assert!(
        opening.content.contains("ce fil") || opening.content.contains("l'équipe"),
        "{}",
        opening.content
    );
    assert_eq!(labels(&opening)[0], "C'est réglé");
    let public = server.hears("sam", "help", "this is an utter disgrace").await;
    let french = ["fil privé", "Continuons", "endroit privé"];
    assert!(french.iter().any(|words| public.content.contains(words)), "{}", public.content);
    let opening = server.opening();
    assert!(is_german(&opening), "{}", opening.content);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_changes_the_language_of_their_discord_is_written_to_in_the_new_one() {
    let mut server = Server::new().await;
    let offer = server.hears("alex", "general", "where is my invoice?").await;
    for locale in ["de", "ja"] {
        server.speaks("sam", locale);
        let denied = press(&server, "sam", &offer);
        server.read(denied).await;
    }
    server.hears("sam", "help", "this is an utter disgrace").await;
    let opening = server.opening();
    assert_eq!(labels(&opening), ENGLISH_LABELS, "{}", opening.content);
    assert_eq!(opening.components[0]["components"][0]["custom_id"], "case:2:resolve");
    server.mannerly();
    server.stop().await;
}
