//! *Give details* and *Show details*.

use aside::simulator::Id;

use super::{Server, labels, server};
use crate::log;

/// What alex fills in, with what would break code, call everyone or look like another answer.
const ORDER: &str = "ZX-90817 ``` @everyone <@1> || **";
const EMAIL: &str = "heron.quill@pier.example\u{202e}";

impl Server {
    /// alex opens the form below `opening` and sends it.
    async fn fills(&self, asked: Id, order: &str, email: &str) -> String {
        let sent = self.submits("alex", asked, &[("Order number", order), ("Email", email)]).await;
        let told = self.read(sent).await;
        self.quiets().await;
        told
    }

    /// Everything that was said anywhere, but for what only one person read, and all that the bot asked of Discord but for
    /// its answers to interactions.
    fn everything(&self) -> String {
        let said: Vec<String> = self.discord.read(|state| {
            let all = state.channels().flat_map(|channel| state.messages(channel.id));
            all.filter(|message| message.only_for.is_none()).map(|message| format!("{message:?}")).collect()
        });
        let requests = self.discord.requests();
        let answers = |path: &str| path.starts_with("/interactions/") || path.starts_with("/webhooks/");
        let asked = requests.iter().filter(|one| !answers(&one.path)).map(|one| format!("{one:?}"));
        said.into_iter().chain(asked).collect()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn details_are_read_by_moderators_alone_and_gone_when_it_is_over() {
    let mut server = server("").await;
    let thread = server.aside("alex", "I was charged twice").await;
    let opening = server.told(thread).remove(0);
    let asked = server.taps("alex", &opening, "Give details");
    let form = server.reply(asked).await.data;
    let fields: Vec<&str> = form["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["components"][0]["label"].as_str().unwrap())
        .collect();
    assert_eq!((form["title"].as_str(), fields), (Some("Give details"), vec!["Order number", "Email"]));
    let told = server.fills(asked, ORDER, EMAIL).await;
    assert!(told.contains("moderators") && told.contains("delete"), "{told}");
    let notice = server.last(thread);
    assert_eq!(labels(&notice), ["Show details"], "whoever moderates in the thread can read it");
    assert_eq!(labels(&server.alert()), ["Claim", "Resolve", "False alarm", "Show details"]);
    let everything = server.everything();
    assert!(!everything.contains("ZX-90817") && !everything.contains("heron"));

    server.restart().await;
    // A further message that asks for nothing takes nothing away.
    server.writes("alex", "what an utter disgrace").await;
    let again = server.taps("alex", &opening, "Give details");
    assert_eq!(server.reply(again).await.data["components"].as_array().unwrap().len(), 2);
    let asked = server.taps("mia", &server.alert(), "Show details");
    let shown = server.message(asked).await;
    assert_eq!(shown.only_for, server.discord.user("mia"));
    assert!(shown.content.contains("Order number: ZX-90817 `\u{200b}``"), "{}", shown.content);
    assert!(shown.content.contains("Email: heron.quill@pier.example\n```"), "{}", shown.content);
    assert_eq!(shown.content.matches("```").count(), 2, "{}", shown.content);
    assert!(shown.pinged.is_empty());
    for who in ["alex", "sam"] {
        let told = server.pressed_anywhere(who, "Show details").await;
        assert!(told.contains("oderat") && !told.contains("ZX-90817"), "{who}: {told}");
    }
    assert!(server.home.at_rest().contains("ZX-90817"), "it is kept as long as it is needed");

    // Said again, in the place of what was said before.
    let spoken = server.told(thread).len();
    let asked = server.taps("alex", &opening, "Give details");
    server.fills(asked, "ZX-55555", "heron@quay.example").await;
    assert_eq!(server.told(thread).len(), spoken, "nobody is told twice");
    let shown = server.pressed("mia", &server.alert(), "Show details").await;
    assert!(shown.contains("ZX-55555") && !shown.contains("ZX-90817"), "{shown}");
    assert!(!server.home.at_rest().contains("ZX-90817"));

    server.pressed("mia", &server.alert(), "Resolve").await;
    let at_rest = server.home.at_rest();
    assert!(!at_rest.contains("ZX-55555") && !at_rest.contains("quay.example"), "it is over");
    let told = server.pressed("mia", &notice, "Show details").await;
    assert!(told.starts_with("Case 1 is over"), "{told}");
    let everything = server.everything();
    assert!(!everything.contains("ZX-") && !everything.contains("heron"));
    server.mannerly();
    server.end().await;
    let log = log::written();
    assert!(!log.contains("ZX-90817") && !log.contains("heron") && !log.contains("ZX-55555"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_is_for_its_member_while_the_case_is_open() {
    let mut server = server("").await;
    let thread = server.aside("alex", "I was charged twice").await;
    let opening = server.told(thread).remove(0);
    let told = server.pressed_anywhere("mia", "Show details").await;
    assert!(told.contains("filled in nothing"), "{told}");
    let blank = server.taps("alex", &opening, "Give details");
    let told = server.fills(blank, "  ", "\u{200b}").await;
    assert!(["kept", "reach"].iter().any(|word| told.contains(word)), "{told}");
    assert_eq!(server.told(thread).len(), 1, "and nothing is said of it");
    let late = server.taps("alex", &opening, "Give details");
    assert_eq!(server.reply(late).await.kind, 9);
    server.pressed("mia", &server.alert(), "Resolve").await;
    server.restart().await;
    let told = server.fills(late, "ZX-90817", "heron@pier.example").await;
    assert!(told.contains("again"), "it is over: {told}");
    assert!(!server.home.at_rest().contains("ZX-90817"));
    let told = server.pressed("alex", &opening, "Give details").await;
    assert!(told.contains("again"), "{told}");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_ends_by_itself_drops_what_was_filled_in() {
    let mut server = server("").await;
    let thread = server.aside("alex", "I was charged twice").await;
    let opening = server.told(thread).remove(0);
    let asked = server.taps("alex", &opening, "Give details");
    server.fills(asked, "ZX-90817", "heron@pier.example").await;
    let told = server.pressed("alex", &opening, "I'd rather not").await;
    assert!(told.contains("thread"), "{told}");
    assert!(!server.home.at_rest().contains("ZX-90817"));
    server.restart().await;
    server.pressed("alex", &server.last_with(thread, "Reopen"), "Reopen").await;
    let told = server.pressed("mia", &server.last_with(thread, "Show details"), "Show details").await;
    assert!(told.contains("filled in nothing"), "{told}");
    server.mannerly();
    server.end().await;
}
