//! *Remove my message*, *Keep it* and *Keep it between us*.

use aside::simulator::{Id, Permissions};
use sqlx::Connection as _;

use super::{Server, labels, server, with};
use crate::commands::frame::hold;
use crate::community::private_threads;

const CHOICE: [&str; 2] = ["Remove my message", "Keep it"];

impl Server {
    /// Whether a message still stands in #general.
    fn stands(&self, message: Id) -> bool {
        let general = self.discord.channel("general").unwrap();
        self.discord.messages(general).iter().any(|one| one.id == message)
    }

    /// The thread that was opened last.
    fn newest_thread(&self) -> Id {
        private_threads(&self.discord).pop().expect("a private thread").id
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_given_away_is_removed_as_its_author_wishes_and_that_is_told_once() {
    let mut server = server("").await;
    let message = server.writes("alex", "my number is acct-4411").await;
    let thread = server.newest_thread();
    let opening = server.told(thread).remove(0);
    let others = ["Resolve", "Ask a moderator", "I'd rather not", "Keep it between us"];
    assert!(CHOICE.iter().chain(&others).all(|label| labels(&opening).iter().any(|one| one == label)));
    let told = server.pressed("alex", &opening, "Remove my message").await;
    assert!(told.contains("thread"), "how it went is told there: {told}");
    assert!(!server.stands(message));
    assert_eq!(server.told(thread).len(), 2, "it is gone, and that is said");
    assert_eq!(server.public(), Vec::<String>::new(), "nothing points at what is gone");
    let left = server.told(thread).remove(0);
    assert_eq!(labels(&left), others, "the choice is made");
    assert_eq!(left.content, opening.content, "and its words stay");
    server.restart().await;
    for label in CHOICE {
        let told = server.pressed_anywhere("alex", label).await;
        assert!(["any more", "already", "before"].iter().any(|word| told.contains(word)), "{label}: {told}");
    }
    assert_eq!(server.told(thread).len(), 2, "nothing is said twice");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presses_in_quick_succession_remove_it_once() {
    let server = server("").await;
    let message = server.writes("alex", "my number is acct-4411").await;
    let thread = server.newest_thread();
    let (first, second, third) = (server.scattered(), server.scattered(), server.scattered());
    let told = server.read_beside(server.taps("alex", with(&first, CHOICE[0]), CHOICE[0])).await;
    assert!(told.contains("thread"), "{told}");
    let presses = [(CHOICE[0], &second), (CHOICE[1], &third)]
        .map(|(label, below)| server.taps("alex", with(below, label), label));
    for pressed in presses {
        let told = server.read_beside(pressed).await;
        assert!(!told.contains("stays") && !told.contains("touch"), "it does not stay: {told}");
    }
    server.quiets().await;
    assert!(!server.stands(message));
    let removals =
        server.discord.requests().iter().filter(|one| one.fits("DELETE /channels/{}/messages/{}")).count();
    assert_eq!(removals, 2, "the message, and the words about it");
    assert_eq!(server.told(thread).len(), 2);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_author_keeps_stays() {
    let mut server = server("").await;
    let message = server.writes("alex", "my number is acct-4411").await;
    let (thread, public) = (server.newest_thread(), server.public());
    let opening = server.told(thread).remove(0);
    server.discord.set_locale(server.discord.user("alex").unwrap(), "de").unwrap();
    let told = server.pressed("alex", &opening, "Keep it").await;
    assert!(told.contains("selbst löschen") || told.contains("Löschen kannst"), "{told}");
    assert!(server.stands(message));
    assert_eq!((server.told(thread).len(), server.public()), (1, public), "and nothing is said");
    assert!(!labels(&server.told(thread)[0]).iter().any(|label| CHOICE.contains(&label.as_str())));
    server.restart().await;
    // Deleted by hand, it is gone.
    let (alex, general) = server.place("alex");
    server.discord.delete(alex, general, message).unwrap();
    server.quiets().await;
    server.discord.set_locale(alex, "en-US").unwrap();
    for label in CHOICE {
        let told = server.pressed_anywhere("alex", label).await;
        assert!(["any more", "already", "before"].iter().any(|word| told.contains(word)), "{label}: {told}");
    }
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_that_was_given_away_goes_even_after_more_and_even_when_it_is_over() {
    let server = server("").await;
    let first = server.writes("alex", "my number is acct-4411").await;
    let second = server.writes("alex", "sorry, it is acct-4412").await;
    let thread = server.newest_thread();
    assert_eq!(private_threads(&server.discord).len(), 1);
    let spoken = server.told(thread).len();
    let opening = server.told(thread).remove(0);
    server.read_beside(server.taps("alex", &opening, "Remove my message")).await;
    server.pressed("mia", &server.alert(), "Resolve").await;
    assert!(!server.stands(first) && !server.stands(second));
    assert_eq!(server.told(thread).len(), spoken + 2, "it is told once, and then it is over");
    assert!(server.thread(thread).archived);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_removed_is_said_and_can_be_tried_again() {
    let mut server = server("").await;
    let message = server.writes("alex", "my number is acct-4411").await;
    let thread = server.newest_thread();
    let opening = server.told(thread).remove(0);
    let (general, bot) = (server.discord.channel("general").unwrap(), server.discord.bot());
    let none = Permissions::NONE;
    server.discord.set_overwrite(general, bot, none, Permissions::MANAGE_MESSAGES).unwrap();
    server.quiets().await;
    server.pressed("alex", &opening, "Remove my message").await;
    assert!(server.stands(message));
    let failed = server.last(thread);
    assert_eq!(labels(&failed), ["Remove my message"], "{}", failed.content);
    assert!(server.alert().content.contains("could not be removed"), "{}", server.alert().content);
    server.restart().await;
    server.discord.remove_overwrite(general, bot).unwrap();
    server.quiets().await;
    server.pressed("alex", &failed, "Remove my message").await;
    assert!(!server.stands(message));
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_said_in_public_about_what_stays_between_us() {
    let mut server = server("").await;
    let thread = server.aside("alex", "what an utter disgrace").await;
    let (opening, public) = (server.told(thread).remove(0), server.public());
    for _ in 0..2 {
        let told = server.pressed("alex", &opening, "Keep it between us").await;
        assert!(
            ["in public", "in the channel", "public word"].iter().any(|words| told.contains(words)),
            "{told}"
        );
        server.restart().await;
    }
    let told = server.pressed("mia", &server.alert(), "Resolve").await;
    assert!(told.contains("Nothing is said in public, as the member wishes."), "{told}");
    assert_eq!(server.public(), public);
    assert!(server.thread(thread).archived);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_choice_that_takes_long_is_made_and_answered_all_the_same() {
    let server = server("").await;
    let message = server.writes("alex", "my number is acct-4411").await;
    let thread = server.newest_thread();
    let opening = server.told(thread).remove(0);
    let held = hold(&server.home).await;
    let pressed = server.taps("alex", &opening, "Remove my message");
    assert_eq!(server.reply(pressed).await.kind, 6);
    held.close().await.unwrap();
    let told = server.read_beside(pressed).await;
    assert!(told.contains("thread"), "{told}");
    server.quiets().await;
    assert!(!server.stands(message));
    assert!(!labels(&server.told(thread)[0]).iter().any(|label| CHOICE.contains(&label.as_str())));
    server.mannerly();
    server.end().await;
}
