//! What is stored about somebody: shown, given and erased over the wire, and forgotten in time.

use aside::discord::Clock;
use aside::simulator::{Id, Message, Moment, Simulator};
use jiff::SignedDuration;
use serde_json::Value;

use super::Server;
use crate::community::{GLANCE, Home, PATIENCE, RULES, harbor, private_threads, said, settled};
use crate::process::Process;
use crate::scenario::secret;

const LEAK: &str = "when does project falcon ship";

/// The rules with a place where moderators are told.
fn config(discord: &Simulator, settings: &str) -> String {
    let (guild, staff) = (discord.guild("Harbor").unwrap(), discord.channel("staff").unwrap());
    format!("{settings}\n[server.\"{guild}\"]\nalert_channel = {staff}\n{RULES}")
}

/// A server whose bot goes by a clock that stands.
async fn server(settings: &str) -> (Server, Clock) {
    let discord = Simulator::start(&harbor()).await.unwrap();
    let clock = Clock::standing(discord.read(aside::simulator::State::now));
    let config = config(&discord, settings);
    let mut server = Server { discord, home: Home::with(clock.clone()), bot: None, config };
    server.start().await;
    (server, clock)
}

impl Server {
    /// `who` says something in #general, and the bot does what follows; the message.
    async fn leaks(&self, who: &str) -> Id {
        let (who, general) = self.place(who);
        let message = self.discord.post(who, general, LEAK).unwrap();
        settled(&self.discord, &self.home).await.unwrap();
        message
    }

    fn staff_told(&self) -> Vec<Message> {
        said(&self.discord, self.discord.channel("staff").unwrap())
    }

    /// The file in the answer to `asked`.
    async fn given(&self, asked: Id) -> Value {
        let url = self.message(asked).await.attachments[0]["url"].as_str().unwrap().to_owned();
        serde_json::from_str(&reqwest::get(url).await.unwrap().text().await.unwrap()).unwrap()
    }

    /// Waits until `words` stand nowhere at rest: what is erased is overwritten a moment after.
    async fn forgets(&self, words: &str) {
        let gone = async {
            while self.home.at_rest().contains(words) {
                tokio::time::sleep(GLANCE).await;
            }
        };
        tokio::time::timeout(PATIENCE, gone).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_known_is_told_so_and_is_not_remembered_for_asking() {
    let mut server = Server::new().await;
    for path in ["privacy show", "privacy erase"] {
        let told = server.says("alex", path, &[]).await;
        assert_eq!(told, "I keep nothing about you on this server.", "{path}");
    }
    let empty = server.given(server.asks("alex", "privacy export", &[])).await;
    assert_eq!((&empty["schema_version"], &empty["cases"]), (&1.into(), &Value::Array(Vec::new())));
    server.home.until("SELECT count(*) = 0 FROM languages").await.unwrap();
    assert!(server.says("mia", "privacy show", &[]).await.starts_with("I keep nothing"));
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_sees_and_gets_what_is_stored_about_them_alone() {
    let (mut server, _) = server("").await;
    let message = server.leaks("alex").await;
    let alex = server.discord.user("alex").unwrap();
    let told = server.says("alex", "privacy show", &[]).await;
    assert!(
        told.contains("- cases about you: 1\n  - 1 · confidential business · in a private thread · <t:"),
        "{told}"
    );
    assert!(told.contains("- times I acted on your messages in the last days: 1"), "{told}");
    server.discord.set_locale(alex, "de").unwrap();
    let told = server.says("alex", "privacy show", &[]).await;
    assert!(
        told.contains("- Fälle über dich: 1\n  - 1 · vertrauliche Interna · im privaten Thread"),
        "{told}"
    );
    let given = server.given(server.asks("alex", "privacy export", &[])).await;
    assert_eq!(given["member"], alex.to_string());
    assert_eq!(given["cases"][0]["messages"][0], message.to_string());
    assert!(server.says("sam", "privacy show", &[]).await.starts_with("I keep nothing"), "of others nothing");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_case_ends_with_a_word_and_everything_about_its_member_is_gone() {
    let (mut server, clock) = server("").await;
    let message = server.leaks("alex").await;
    let (alex, general) = server.place("alex");
    let asked = server.asks("alex", "privacy erase", &[]);
    let question = server.read(asked).await;
    assert!(
        question.contains("- cases about you: 1") && question.contains("Still open: case 1."),
        "{question}"
    );
    assert!(server.read(server.press("alex", asked, "Leave it")).await.contains("cases about you: 1"));

    // The bot's clock stood still while Discord's went on.
    clock.set(server.discord.read(aside::simulator::State::now));
    let asked = server.asks("alex", "privacy erase", &[]);
    server.read(asked).await;
    server.restart().await;
    let done = server.reply(server.press("alex", asked, "Erase all of it")).await;
    let done = done.data["content"].as_str().unwrap().to_owned();
    assert!(done.contains("is erased."), "{done}");
    settled(&server.discord, &server.home).await.unwrap();
    let thread = private_threads(&server.discord).pop().unwrap();
    let last = said(&server.discord, thread.id).pop().unwrap().content;
    assert!(last.contains("eras") || last.contains("forgotten"), "{last}");
    assert!(thread.thread.as_ref().is_some_and(|thread| thread.archived && thread.locked));
    assert!(said(&server.discord, general).is_empty(), "nobody would know any more whom it was for");
    let told = server.staff_told();
    assert_eq!(told.len(), 1);
    assert!(
        told[0].content.starts_with("**Case 1** was erased") && told[0].components.is_empty(),
        "{}",
        told[0].content
    );
    assert!(!told[0].content.contains(&alex.to_string()));
    clock.set(clock.now() + SignedDuration::from_mins(2));
    server.home.until("SELECT count(*) = 0 FROM erasures").await.unwrap();
    server.forgets(&alex.to_string()).await;

    // What was said is not begun again: not when it is told once more, not after a restart, and no number is given twice.
    assert!(server.discord.repeat_event("MESSAGE_CREATE"));
    server.restart().await;
    server.discord.edit(alex, general, message, &format!("{LEAK}?")).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    assert_eq!(private_threads(&server.discord).len(), 1);
    let told = server.says("alex", "privacy show", &[]).await;
    assert!(told.starts_with("I keep nothing"), "{told}");
    server.leaks("sam").await;
    server.home.until("SELECT count(*) = 1 FROM cases WHERE number = 2").await.unwrap();
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_forgotten_by_somebody_else() {
    let (mut server, _) = server("").await;
    server.leaks("alex").await;
    server.leaks("sam").await;
    let asked = server.asks("alex", "privacy erase", &[]);
    let question = server.message(asked).await;
    let (sam, general) = server.place("sam");
    assert!(server.discord.press(sam, general, question.id, "privacy:erase").is_err(), "nobody else sees it");
    settled(&server.discord, &server.home).await.unwrap();
    server.home.until("SELECT count(*) = 1 FROM cases WHERE number = 1").await.unwrap();
    server.mannerly();
    server.stop().await;
}

/// Killed at any request of an erasure: what was begun is finished by the next start, and said once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_survives_a_kill() {
    for (at, moment) in
        [(1, Moment::Before), (2, Moment::AfterEffect), (3, Moment::AfterEffect), (4, Moment::Before)]
    {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let config = config(&discord, "");
        let process = Process::start(&discord, &home, &config).await;
        crate::once::registered(&discord).await;
        let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
        discord.post(alex, general, LEAK).unwrap();
        settled(&discord, &home).await.unwrap();
        let asked = discord.command(alex, general, "privacy erase", &[]).unwrap();
        discord.answer_to(asked).await.unwrap();
        let question =
            discord.read(|state| state.interactions().find(|of| of.id == asked).unwrap().original.unwrap());
        let thread = private_threads(&discord).pop().unwrap().id;
        let mut pause = discord.pause_on("{} /channels/{}", at, moment);
        discord.press(alex, general, question, "privacy:erase").unwrap();
        let reached = tokio::time::timeout(std::time::Duration::from_secs(2), pause.reached()).await;
        process.kill();
        drop(pause);
        let process = Process::start(&discord, &home, &config).await;
        settled(&discord, &home).await.unwrap();
        home.until("SELECT count(*) = 0 FROM cases").await.unwrap();
        let context = format!("request {at}, {moment:?}, reached: {}", reached.is_ok());
        assert_eq!(said(&discord, thread).len(), 2, "the opening and the last word: {context}");
        let staff = said(&discord, discord.channel("staff").unwrap());
        assert!(staff.len() == 1 && staff[0].content.contains("was erased"), "{context}");
        process.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bot_carries_out_what_the_operator_asked_for() {
    let (mut server, clock) = server("").await;
    server.leaks("alex").await;
    let alex = server.discord.user("alex").unwrap();
    let wish = "INSERT INTO erasures SELECT guild, member, opened + 1 FROM cases WHERE member = ?";
    server.home.execute(wish, &alex.to_string()).await;
    clock.set(clock.now() + SignedDuration::from_mins(1));
    server.home.until("SELECT count(*) = 0 FROM cases").await.unwrap();
    clock.set(clock.now() + SignedDuration::from_mins(1));
    server.home.until("SELECT count(*) = 0 FROM erasures").await.unwrap();
    server.forgets(&alex.to_string()).await;
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_is_forgotten_after_a_month() {
    let (mut server, clock) = server("").await;
    server.leaks("alex").await;
    let (alex, thread) =
        (server.discord.user("alex").unwrap(), private_threads(&server.discord).pop().unwrap().id);
    let opening = said(&server.discord, thread).remove(0);
    server.discord.press(alex, thread, opening.id, "case:1:resolve").unwrap();
    server.home.until("SELECT count(*) = 1 FROM cases WHERE ended IS NOT NULL").await.unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let told = server.says("alex", "privacy show", &[]).await;
    let until = (clock.now() + SignedDuration::from_hours(30 * 24)).as_second();
    assert!(told.contains("resolved · <t:") && told.contains(&format!("kept until <t:{until}:d>")), "{told}");
    clock.set(clock.now() + SignedDuration::from_hours(31 * 24));
    server.home.until("SELECT count(*) = 0 FROM cases").await.unwrap();
    server.home.until("SELECT count(*) = 1 FROM outcomes").await.unwrap();
    server.forgets(&format!("\"member\":{alex}")).await;
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_kept_masked_where_that_is_configured_and_follows_what_is_edited() {
    let (mut server, _) = server("[privacy]\ntranscripts = true\n").await;
    server.leaks("alex").await;
    let (alex, mia) = (server.discord.user("alex").unwrap(), server.discord.user("mia").unwrap());
    let thread = private_threads(&server.discord).pop().unwrap().id;
    let opening = said(&server.discord, thread).remove(0).content;
    assert!(opening.ends_with("for up to 30 days after this is over."), "{opening}");
    let card = secret("card").unwrap();
    let first = server.discord.post(alex, thread, &format!("my card is {card}, help")).unwrap();
    let second = server.discord.post(mia, thread, "don't worry, dear member").unwrap();
    let third = server.discord.post(alex, thread, "thank you so much").unwrap();
    server.home.until("SELECT count(*) = 3 FROM transcripts").await.unwrap();
    assert!(
        !server.home.at_rest().contains(&card) && server.home.at_rest().contains("my card is ▮▮▮▮, help")
    );
    server.discord.edit(mia, thread, second, "we're looking into it").unwrap();
    server.discord.delete(alex, thread, third).unwrap();
    server.home.until("SELECT count(*) = 2 FROM transcripts").await.unwrap();
    server.home.until("SELECT count(*) = 1 FROM transcripts WHERE edited IS NOT NULL").await.unwrap();
    server.forgets("dear member").await;
    server.forgets("thank you so much").await;
    let given = server.given(server.asks("alex", "privacy export", &[])).await;
    let words: Vec<&str> = given["cases"][0]["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["words"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["my card is ▮▮▮▮, help", "we're looking into it"]);
    assert!(!given.to_string().contains(&mia.to_string()), "who helped is not told");
    assert!(first < second);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_is_not_kept_unless_that_is_configured() {
    let (mut server, _) = server("").await;
    server.leaks("alex").await;
    let (alex, thread) =
        (server.discord.user("alex").unwrap(), private_threads(&server.discord).pop().unwrap().id);
    assert!(!said(&server.discord, thread).remove(0).content.contains("is kept"));
    server.discord.post(alex, thread, "between you and me").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    assert!(!server.home.at_rest().contains("between you and me"));
    server.mannerly();
    server.stop().await;
}
