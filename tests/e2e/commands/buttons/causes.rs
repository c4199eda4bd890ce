//! One cause behind several cases: moderators hear of it once, tell everyone, and settle its cases together.

use aside::simulator::{ChannelPlan, Id, MemberPlan, Message, Moment};
use serde_json::{Value, json};

use super::{Server, button, in_world, labels};
use crate::community::{harbor, private_threads, settled};
use crate::manners;
use crate::process::Process;

/// Three make a cause.
const THREE: &str = "[causes]\ncases = 3\n";

/// What each member writes, in their own words.
const WROTE: [(&str, &str); 3] = [
    ("alex", "I was charged twice for my subscription"),
    ("sam", "charged twice here too, what is going on"),
    ("kim", "why have I been charged twice??"),
];

/// Two members more, a channel where moderators may not write, and one where the bot may not.
const MORE: &str = r#"
members = [{ name = "nia" }, { name = "oto" }]
channels = [
    { name = "staff-news", overwrites = [
        { of = "@everyone", deny = ["SEND_MESSAGES"] },
        { of = "@bot", allow = ["SEND_MESSAGES"] },
    ] },
    { name = "archive", overwrites = [{ of = "@bot", deny = ["SEND_MESSAGES"] }] },
]
"#;

#[derive(serde::Deserialize)]
struct More {
    members: Vec<MemberPlan>,
    channels: Vec<ChannelPlan>,
}

async fn server(settings: &str) -> Server {
    let mut world = harbor();
    let more: More = toml::from_str(MORE).unwrap();
    world.guilds[0].members.extend(more.members);
    world.guilds[0].channels.extend(more.channels);
    in_world(&world, settings).await
}

impl Server {
    /// Three members write, and moderators hear of one cause; the notice.
    async fn cause(&self) -> Message {
        for (who, words) in WROTE {
            self.writes(who, words).await;
        }
        self.notice()
    }

    /// The one notice, as it stands now.
    fn notice(&self) -> Message {
        let [notice] =
            self.notices().try_into().unwrap_or_else(|all: Vec<Message>| panic!("{} notices", all.len()));
        notice
    }

    fn notices(&self) -> Vec<Message> {
        let staff = self.discord.channel("staff").unwrap();
        self.told(staff).into_iter().filter(|message| message.content.contains("one cause")).collect()
    }

    /// What stands in the fields of the form that `asked` was answered with, by name.
    async fn fields(&self, asked: Id) -> Vec<(String, String)> {
        let form = self.reply(asked).await.data;
        let input = |row: &Value| {
            let input = &row["components"][0];
            let text = |key: &str| input[key].as_str().unwrap_or_default().to_owned();
            (text("custom_id"), text("value"))
        };
        form["components"].as_array().unwrap().iter().map(input).collect()
    }

    /// `who` presses `label` below the notice and sends the form, with `changed` in the place of what stands there; what
    /// they are told, once what follows is done.
    async fn fills_in(&self, who: &str, label: &str, changed: &[(&str, &str)]) -> String {
        let asked = self.taps(who, &self.notice(), label);
        let fields = self.fields(asked).await;
        let value = |name: &str, value: &str| {
            changed
                .iter()
                .find(|(other, _)| *other == name)
                .map_or_else(|| value.to_owned(), |(_, new)| (*new).to_owned())
        };
        let fields: Vec<(String, String)> =
            fields.into_iter().map(|(name, old)| (name.clone(), value(&name, &old))).collect();
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let sent = self.discord.submit_modal(self.discord.user(who).unwrap(), asked, &fields).unwrap();
        let told = self.read_beside(sent).await;
        self.quiets().await;
        told
    }

    /// What was said in each private thread so far.
    fn threads(&self) -> Vec<Vec<Message>> {
        private_threads(&self.discord).into_iter().map(|thread| self.told(thread.id)).collect()
    }

    fn calls(&self, name: &str) -> String {
        format!("<@{}>", self.discord.user(name).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn moderators_hear_of_a_cause_once_however_it_grows() {
    let server = server(THREE).await;
    server.writes("alex", WROTE[0].1).await;
    server.writes("sam", WROTE[1].1).await;
    server.writes("alex", "charged twice, I say").await;
    assert!(server.notices().is_empty(), "two members are no cause of three");
    server.writes("kim", WROTE[2].1).await;
    let first = server.notice();
    assert!(first.content.contains("**3 cases about “charged, twice”"), "{}", first.content);
    let general = server.discord.channel("general").unwrap();
    assert!(
        first.content.contains("1, 2, 3") && first.content.contains(&format!("<#{general}>")),
        "{}",
        first.content
    );
    assert_eq!(labels(&first), ["Post a notice", "It's over"]);
    assert_eq!(first.pinged, [server.discord.user("mia").unwrap()].into());

    server.writes("oto", "my invoice is wrong").await;
    server.writes("nia", "I have been charged twice as well").await;
    let second = server.notice();
    assert_eq!(second.id, first.id, "it is the same post");
    assert!(second.content.contains("**4 cases about “charged, twice”"), "{}", second.content);
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everyone_is_told_in_a_moderators_words_and_nobody_is_called() {
    let server = server(THREE).await;
    let notice = server.cause().await;
    let asked = server.taps("mia", &notice, "Post a notice");
    let fields = server.fields(asked).await;
    assert_eq!(fields[0], ("channel".to_owned(), "#general".to_owned()), "where most of it began");
    assert!(fields[1].1.contains("charged, twice"), "{fields:?}");

    let before = server.public().len();
    let words = "We know that some of you were charged twice. @everyone hang on";
    let told = server.fills_in("mia", "Post a notice", &[("words", words), ("channel", "help")]).await;
    assert!(told.contains("I am posting it"), "{told}");
    assert_eq!(server.public().len(), before, "not there, but where the moderator said");
    let posted = server.last(server.discord.channel("help").unwrap());
    assert_eq!(posted.content, words.replace('@', "@\u{200b}"));
    assert!(posted.pinged.is_empty());
    assert!(server.notice().content.contains(&posted.id.to_string()), "the notice leads there");

    let told = server.fills_in("mia", "Post a notice", &[("words", "It takes until tonight.")]).await;
    assert!(told.contains("from now on"), "{told}");
    assert_eq!(server.last(server.discord.channel("help").unwrap()).content, "It takes until tonight.");
    assert_eq!(server.told(server.discord.channel("help").unwrap()).len(), 1, "there is one");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_it_is_over_every_open_case_is_settled_and_its_member_told() {
    let mut server = server(THREE).await;
    server.discord.set_locale(server.discord.user("kim").unwrap(), "de").unwrap();
    server.cause().await;
    let kim = server.told(private_threads(&server.discord)[2].id).remove(0);
    // Whoever uses it tells their language.
    server.pressed("kim", &kim, "Ask a moderator").await;
    let alex = server.told(private_threads(&server.discord)[0].id).remove(0);
    server.pressed("alex", &alex, "Resolve").await;
    server.fills_in("mia", "Post a notice", &[]).await;
    let public = server.public().len();
    let before: Vec<usize> = server.threads().iter().map(Vec::len).collect();

    server.restart().await;
    let told = server.fills_in("mia", "It's over", &[("outcome", "the bank sent it twice")]).await;
    assert!(told.contains("2 open cases"), "{told}");
    let threads = server.threads();
    let news: Vec<usize> = threads.iter().zip(&before).map(|(all, before)| all.len() - before).collect();
    assert_eq!(news, [0, 1, 1], "a word in each open case, and none in the one that was settled");
    let (sam, kim) = (threads[1].last().unwrap(), threads[2].last().unwrap());
    assert!(sam.content.contains(&server.calls("sam")) && sam.content.contains("Thank"), "{}", sam.content);
    assert!(kim.content.contains(&server.calls("kim")) && kim.content.contains("Danke"), "{}", kim.content);
    assert_eq!(sam.pinged, [server.discord.user("sam").unwrap()].into());
    assert!(private_threads(&server.discord).iter().all(|thread| server.thread(thread.id).archived));
    assert_eq!(server.public().len(), public, "one line for all, which says it is over");
    assert!(server.public().last().unwrap().contains("settled"), "{:?}", server.public());
    let notice = server.notice();
    assert!(
        labels(&notice).is_empty() && notice.content.contains("the bank sent it twice"),
        "{}",
        notice.content
    );
    let shown = server.says("mia", "case show", &[("number", json!(2))]).await;
    assert!(shown.contains("One cause with 1, 3, about “charged, twice”"), "{shown}");
    assert!(shown.contains("What came of it: the bank sent it twice"), "{shown}");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_public_notice_each_case_takes_its_usual_course_in_the_words_given() {
    let server = server(THREE).await;
    server.cause().await;
    let before = server.public();
    let told =
        server.fills_in("olga", "It's over", &[("words", "The second payment is on its way back.")]).await;
    assert!(told.contains("3 open cases"), "{told}");
    for (thread, (who, _)) in server.threads().iter().zip(WROTE) {
        let expected = format!("{} The second payment is on its way back.", server.calls(who));
        assert_eq!(thread.last().unwrap().content, expected);
    }
    let after = server.public();
    assert_eq!(after.len(), before.len(), "the acknowledgment is so young that it says so itself");
    assert_ne!(after[0], before[0], "what was said in public is followed up there");
    server.writes("nia", "charged twice, is that still going on?").await;
    assert_eq!(server.notices().len(), 1, "what comes after it is counted anew");
    server.mannerly();
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_moderators_settle_a_cause_and_once() {
    let server = server(THREE).await;
    let notice = server.cause().await;
    let general = server.discord.channel("general").unwrap();
    for label in ["Post a notice", "It's over"] {
        let id = button(&notice.components, label);
        let row =
            json!({ "type": 1, "components": [{ "type": 2, "style": 2, "label": label, "custom_id": id }] });
        let body = json!({ "content": "Press.", "components": [row] });
        let posted = server.discord.post_as(server.discord.bot(), general, &body).unwrap();
        let alex = server.discord.user("alex").unwrap();
        let told = server.read(server.discord.press(alex, general, posted, &id).unwrap()).await;
        assert!(told.contains("Only moderators"), "{label}: {told}");
    }
    let asked = [server.taps("mia", &notice, "It's over"), server.taps("olga", &notice, "It's over")];
    let mut told = Vec::new();
    for (who, asked) in ["mia", "olga"].into_iter().zip(asked) {
        let sent = server.submits(who, asked, &[("words", "Over.")]).await;
        told.push(server.read_beside(sent).await);
        server.quiets().await;
    }
    assert!(told[0].contains("3 open cases") && told[1].contains("called over"), "{told:?}");
    for thread in server.threads() {
        assert_eq!(
            thread.iter().filter(|message| message.content.ends_with("Over.")).count(),
            1,
            "said once"
        );
    }
    let asked = server.says("mia", "case list", &[]).await;
    assert!(!asked.contains("charged"), "{asked}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_speaks_through_the_bot_where_they_may_not() {
    let server = server(THREE).await;
    server.cause().await;
    let refused = [
        ("no-such", "I know no such channel"),
        ("ideas", "no text channel"),
        ("staff-news", "you may not write there yourself"),
        ("archive", "I may not write there"),
    ];
    for (named, expected) in refused {
        let told = server.fills_in("mia", "Post a notice", &[("channel", named)]).await;
        assert!(told.contains(expected) && told.contains("Nothing was posted"), "{told}");
    }
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_the_notice_grows_rather_than_being_said_again() {
    let mut server = server(THREE).await;
    let first = server.cause().await;
    server.restart().await;
    server.writes("nia", "I was charged twice as well").await;
    let second = server.notice();
    assert_eq!(second.id, first.id);
    assert!(second.content.contains("**4 cases"), "{}", second.content);
    server.end().await;
}

/// Killed at the `n`-th change that follows *It's over*: what was begun is finished after the next start, and nothing is
/// said twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_while_members_are_told_neither_loses_nor_repeats() {
    for n in [2, 3, 5, 8] {
        for moment in [Moment::Before, Moment::AfterEffect] {
            let mut server = server(THREE).await;
            server.cause().await;
            server.stop().await;
            let process = Process::start(&server.discord, &server.home, &server.config).await;
            settled(&server.discord, &server.home).await.unwrap();
            let asked = server.taps("mia", &server.notice(), "It's over");
            server.reply(asked).await;
            let mut pause = server.discord.pause_at(n, moment);
            let mia = server.discord.user("mia").unwrap();
            server.discord.submit_modal(mia, asked, &[("words", "It is over.")]).unwrap();
            pause.reached().await.expect("so many requests follow");
            process.kill();
            drop(pause);
            server.start().await;
            server.quiets().await;
            for thread in server.threads() {
                let told = thread.iter().filter(|message| message.content.ends_with("It is over.")).count();
                assert_eq!(told, 1, "at request {n}, {moment:?}");
            }
            assert!(private_threads(&server.discord).iter().all(|thread| server.thread(thread.id).archived));
            assert!(labels(&server.notice()).is_empty(), "the notice says that it is over");
            server.stop().await;
            manners::check_requests(&server.discord.requests()).unwrap();
        }
    }
}
