//! What can be pressed in a case's thread and on its alert: by whom, what follows, and what they are told.

mod alarm;
mod causes;
mod details;
mod ends;
mod gone;
mod owner;
mod pair;
mod wishes;

use aside::simulator::{Id, Message, Thread, World};
use serde_json::{Value, json};

use super::frame::two_servers;
use super::{Server, button};
use crate::community::{RULES, harbor, private_threads, said, settled};

/// More than the usual rules: one that asks for details, one for what is given away and stays, one for an exchange.
const MORE: &str = r#"
[[rule]]
name = "charges"
category = "needs_details"
when = { words = ["charged twice"] }
action = "take_aside"
ask = ["Order number", "Email"]

[[rule]]
name = "accounts"
category = "sensitive_info"
when = { pattern = '\bacct-\d+\b' }
action = "take_aside"
cooldown = "0s"

[[rule]]
name = "back-and-forth"
category = "sensitive_info"
when = { exchanges = 3, pattern = '\bref-\d+\b' }
action = "take_aside"
"#;

/// The labels and names of all buttons but the one below an offer.
const BUTTONS: &[(&str, &str)] = &[
    ("Resolve", "resolve"),
    ("Ask a moderator", "ask"),
    ("Remove my message", "remove"),
    ("Keep it", "keep"),
    ("I'd rather not", "decline"),
    ("Give details", "details"),
    ("Keep it between us", "quiet"),
    ("Claim", "claim"),
    ("False alarm", "false"),
    ("Show details", "show"),
    ("Reopen", "reopen"),
    ("Good", "good"),
    ("So-so", "fair"),
    ("Not good", "poor"),
];

/// A server whose moderators are told in #staff.
async fn server(settings: &str) -> Server {
    in_world(&harbor(), settings).await
}

async fn in_world(world: &World, settings: &str) -> Server {
    let mut server = Server::in_world(world, RULES).await;
    let (guild, staff) = (server.discord.guild("Harbor").unwrap(), server.discord.channel("staff").unwrap());
    server.stop().await;
    server.config = format!("{settings}\n[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}\n{MORE}");
    server.start().await;
    server
}

impl Server {
    /// `who` says something in #general, and the bot does what follows; the message.
    async fn writes(&self, who: &str, words: &str) -> Id {
        let (who, general) = self.place(who);
        let message = self.discord.post(who, general, words).unwrap();
        self.quiets().await;
        message
    }

    async fn quiets(&self) {
        settled(&self.discord, &self.home).await.unwrap();
    }

    /// `who` says something in #general that opens a case; its thread.
    async fn aside(&self, who: &str, words: &str) -> Id {
        self.writes(who, words).await;
        private_threads(&self.discord).pop().expect("a private thread").id
    }

    /// What the bot says in `channel` now, from the first on.
    fn told(&self, channel: Id) -> Vec<Message> {
        said(&self.discord, channel)
    }

    /// What the bot said last in `channel`.
    fn last(&self, channel: Id) -> Message {
        self.told(channel).pop().expect("the bot says something")
    }

    /// What the bot said last in `channel` with such a button below it.
    fn last_with(&self, channel: Id, label: &str) -> Message {
        let told = self.told(channel);
        told.into_iter()
            .rfind(|message| labels(message).iter().any(|one| one == label))
            .expect("such a button")
    }

    /// The newest alert, as it stands now.
    fn alert(&self) -> Message {
        self.last(self.discord.channel("staff").unwrap())
    }

    fn public(&self) -> Vec<String> {
        let general = self.discord.channel("general").unwrap();
        self.told(general).into_iter().map(|message| message.content).collect()
    }

    /// `who` presses the button labelled `label` below `message`; which interaction that was.
    fn taps(&self, who: &str, message: &Message, label: &str) -> Id {
        let who = self.discord.user(who).unwrap();
        let custom_id = button(&message.components, label);
        self.discord.press(who, message.channel, message.id, &custom_id).unwrap()
    }

    /// The same, and what they are told; what follows is done.
    async fn pressed(&self, who: &str, message: &Message, label: &str) -> String {
        let told = self.read_beside(self.taps(who, message, label)).await;
        self.quiets().await;
        told
    }

    /// The words that a press is answered with: in the first answer, or beside the message whose buttons it changes.
    async fn read_beside(&self, pressed: Id) -> String {
        if !matches!(self.reply(pressed).await.kind, 6 | 7) {
            return self.read(pressed).await;
        }
        let followed = |state: &aside::simulator::State| {
            let of = state.interactions().find(|of| of.id == pressed)?;
            let mut all = state.messages(of.channel).filter(|message| of.followups.contains(&message.id));
            all.next()
                .filter(|message| message.only_for == Some(of.user))
                .map(|message| message.content.clone())
        };
        self.discord.wait_until("an answer", followed).await.unwrap()
    }

    fn thread(&self, id: Id) -> Thread {
        self.discord
            .read(|state| state.threads().find(|thread| thread.id == id).unwrap().thread.clone().unwrap())
    }

    /// `who` presses a button of case 1 that stands in #general, where everyone can; what they are told.
    async fn pressed_anywhere(&self, who: &str, label: &str) -> String {
        self.pressed(who, with(&self.scattered(), label), label).await
    }

    /// All buttons of case 1, in #general.
    fn scattered(&self) -> Vec<Message> {
        self.scattered_in("general")
    }

    fn scattered_in(&self, channel: &str) -> Vec<Message> {
        let channel = self.discord.channel(channel).unwrap();
        let row = |(label, name): &(&str, &str)| {
            let id = format!("case:1:{name}");
            json!({ "type": 1, "components": [{ "type": 2, "style": 2, "label": label, "custom_id": id }] })
        };
        let bodies = BUTTONS.chunks(5).map(
            |some| json!({ "content": "Press.", "components": some.iter().map(row).collect::<Vec<Value>>() }),
        );
        let posted: Vec<Id> =
            bodies.map(|body| self.discord.post_as(self.discord.bot(), channel, &body).unwrap()).collect();
        let all = self.discord.messages(channel);
        all.into_iter().filter(|message| posted.contains(&message.id)).collect()
    }
}

/// What is written on the buttons of a message.
fn labels(message: &Message) -> Vec<String> {
    let buttons = message.components.iter().flat_map(|row| row["components"].as_array().unwrap());
    buttons.map(|button| button["label"].as_str().unwrap().to_owned()).collect()
}

/// The one of `messages` that has the button labelled `label`.
fn with<'a>(messages: &'a [Message], label: &str) -> &'a Message {
    messages.iter().find(|message| labels(message).iter().any(|one| one == label)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_else_presses_anything_in_a_case() {
    let mut server = server("").await;
    let thread = server.aside("alex", "charged twice, my acct-4411").await;
    let scattered = server.scattered();
    let before = (server.told(thread).len(), server.alert().content);
    for (label, name) in BUTTONS {
        let told = server.pressed("sam", with(&scattered, label), label).await;
        let nothing = ["Nothing happened", "nothing was done", "nothing happened just now"];
        assert!(nothing.iter().any(|words| told.contains(words)), "{label}: {told}");
        let moderators = ["resolve", "claim", "false", "show", "reopen"].contains(name);
        assert_eq!(told.to_lowercase().contains("moderat"), moderators, "{label}: {told}");
        let member = format!("<@{}>", server.discord.user("alex").unwrap());
        assert_eq!(told.contains(&member), !["claim", "false", "show"].contains(name), "{label}: {told}");
    }
    assert_eq!((server.told(thread).len(), server.alert().content), before, "and nothing happened");
    server.restart().await;
    // What is for its member is not for moderators, either.
    for label in ["Ask a moderator", "Remove my message", "Keep it between us", "Give details", "Good"] {
        let told = server.pressed("mia", with(&scattered, label), label).await;
        assert!(told.to_lowercase().contains("noth"), "{label}: {told}");
    }
    assert_eq!((server.told(thread).len(), server.alert().content), before, "nor after a restart");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_pressed_of_a_case_that_was_erased_does_nothing() {
    let mut server = server("").await;
    let thread = server.aside("alex", "charged twice, my acct-4411").await;
    let scattered = server.scattered();
    server.stop().await;
    server.home.execute("DELETE FROM cases WHERE number = ?", "1").await;
    server.start().await;
    let before = server.told(thread).len();
    for (label, _) in BUTTONS {
        for who in ["alex", "mia", "sam"] {
            let told = server.pressed(who, with(&scattered, label), label).await;
            let gone = ["nothing left", "is deleted"].iter().any(|words| told.contains(words));
            assert!(gone, "{label} by {who}: {told}");
        }
    }
    assert_eq!(server.told(thread).len(), before);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_in_another_server_reaches_no_case_of_this_one() {
    let server = in_world(&two_servers(), "").await;
    let thread = server.aside("alex", "charged twice, my acct-4411").await;
    let before = (server.told(thread).len(), server.alert().content);
    let scattered = server.scattered_in("square");
    for (label, _) in BUTTONS {
        let told = server.pressed("olga", with(&scattered, label), label).await;
        let gone = ["nothing left", "is deleted"].iter().any(|words| told.contains(words));
        assert!(gone, "{label}: {told}");
    }
    assert_eq!((server.told(thread).len(), server.alert().content), before);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_press_is_answered_in_the_language_of_whoever_presses() {
    let mut server = server("").await;
    let thread = server.aside("alex", "charged twice").await;
    let opening = server.told(thread).remove(0);
    let rows = [("de", "Moderation"), ("es-ES", "moderación"), ("fr", "modération"), ("pt-BR", "moderação")];
    for (locale, word) in rows {
        server.discord.set_locale(server.discord.user("alex").unwrap(), locale).unwrap();
        let asked = server.taps("alex", &opening, "Give details");
        let form = server.reply(asked).await.data;
        let hint = form["components"][0]["components"][0]["placeholder"].as_str().unwrap();
        assert!(hint.contains(word), "{locale}: {form}");
        assert_ne!(form["title"], "Give details", "{locale}");
    }
    server.restart().await;
    let told = server.pressed("alex", &opening, "I'd rather not").await;
    assert!(!told.contains("The thread") && !told.contains("I'm"), "in Portuguese: {told}");
    server.mannerly();
    server.end().await;
}
