//! What is looked for before it is repeated: only what can have been made for it, however equal something earlier is.

use aside::discord::Clock;
use aside::simulator::{Fault, Id, Simulator, Trouble};
use jiff::{SignedDuration, Timestamp};

use crate::community::{Bot, Home, RULES, harbor, private_threads, said, settled};
use crate::once::{LEAK, post};

/// Rules and words, with one way only to call a moderator: the second call reads as the first.
fn one_way(home: &Home) -> String {
    let words = home.path().join("words");
    std::fs::create_dir_all(words.join("en")).unwrap();
    std::fs::write(words.join("en/summons.md"), "{{ member }} asks for a moderator.\n").unwrap();
    format!("[wording]\ntemplates = {:?}\n{RULES}", words.display().to_string())
}

struct Time {
    discord: Simulator,
    began: Timestamp,
}

impl Time {
    async fn new() -> Self {
        let time = Self {
            discord: Simulator::start(&harbor()).await.unwrap(),
            began: "2026-07-01T12:00:00Z".parse().unwrap(),
        };
        time.discord.set_clock(time.began);
        time
    }

    fn home(&self) -> Home {
        Home::with(Clock::standing(self.began))
    }

    fn passes(&self, home: &Home, minutes: i64) {
        let now = self.began + SignedDuration::from_mins(minutes);
        self.discord.set_clock(now);
        home.clock.set(now);
    }
}

async fn ask(discord: &Simulator, home: &Home, thread: Id) {
    let alex = discord.user("alex").unwrap();
    let below = said(discord, thread)[0].id;
    let pressed = discord.press(alex, thread, below, "case:1:ask").unwrap();
    discord.answer_to(pressed).await.unwrap();
    settled(discord, home).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_words_from_before_are_not_taken_for_those_in_doubt() {
    let time = Time::new().await;
    let (discord, home) = (&time.discord, time.home());
    let bot = Bot::start(discord, &home, &one_way(&home)).await;
    post(discord, "alex", "general", LEAK);
    settled(discord, &home).await.unwrap();
    let thread = private_threads(discord)[0].id;
    ask(discord, &home, thread).await;
    assert_eq!(said(discord, thread).len(), 2);

    // A moderator answers, and two minutes later the member asks for one again.
    time.passes(&home, 1);
    discord.post(discord.user("mia").unwrap(), thread, "I am on it.").unwrap();
    settled(discord, &home).await.unwrap();
    time.passes(&home, 3);
    discord.fault(Fault::on("POST /channels/{}/messages", Trouble::DropBefore));
    ask(discord, &home, thread).await;
    let words: Vec<String> = said(discord, thread).into_iter().map(|message| message.content).collect();
    assert_eq!(words.len(), 3, "the second call is made, too: {words:?}");
    assert_eq!(words[1], words[2]);

    // What did take effect is found, and not repeated.
    time.passes(&home, 4);
    discord.post(discord.user("mia").unwrap(), thread, "Still here.").unwrap();
    settled(discord, &home).await.unwrap();
    time.passes(&home, 6);
    discord.forget_nonces();
    discord.fault(Fault::on("POST /channels/{}/messages", Trouble::DropAfter));
    ask(discord, &home, thread).await;
    assert_eq!(said(discord, thread).len(), 4);
    bot.stop().await.unwrap();
}

/// Numbers begin anew with a new database, and so do the names of threads.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thread_of_the_same_name_from_before_is_another_cases() {
    let time = Time::new().await;
    let discord = &time.discord;
    for (minutes, threads) in [(0, 1), (2, 2)] {
        let home = time.home();
        time.passes(&home, minutes);
        let bot = Bot::start(discord, &home, RULES).await;
        discord.fault(Fault::on("POST /channels/{}/threads", Trouble::DropBefore));
        post(discord, "alex", "general", LEAK);
        settled(discord, &home).await.unwrap();
        assert_eq!(private_threads(discord).len(), threads);
        bot.stop().await.unwrap();
    }
}
