//! `/case`: moderators see what is open, take it on, settle it, note things, and bring in who can help.

use aside::case::clock::Promise;
use aside::case::{Case, Matter, Place, Rung, Step, Surroundings};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, UserId};
use aside::policy::Response;
use aside::simulator::{Channel, Fault, Id, Permissions, Trouble};
use aside::store::Database;
use aside::store::{Store as _, Terms};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Server;
use super::menus::with_alerts;
use crate::community::{private_threads, said, settled};
use crate::log;

/// Somebody at boiling point, who is taken aside.
const FURY: &str = "what an utter disgrace";

impl Server {
    /// `who` says `words` in #general, and what follows is done.
    async fn hears_out(&self, who: &str, words: &str) {
        let (who, general) = self.place(who);
        self.discord.post(who, general, words).unwrap();
        self.calm().await;
    }

    async fn calm(&self) {
        settled(&self.discord, &self.home).await.unwrap();
    }

    /// `who` uses a command in `channel`, and reads the answer.
    async fn says_in(&self, who: &str, channel: Id, path: &str, options: &[(&str, Value)]) -> String {
        let who = self.discord.user(who).unwrap();
        let asked = self.discord.command(who, channel, path, options).unwrap();
        self.read(asked).await
    }

    /// The newest private thread.
    fn latest_thread(&self) -> Channel {
        private_threads(&self.discord).pop().expect("a private thread")
    }

    /// What the bot said there, oldest first.
    fn words_in(&self, channel: &str) -> Vec<String> {
        let channel = self.discord.channel(channel).unwrap();
        said(&self.discord, channel).into_iter().map(|message| message.content).collect()
    }

    fn words_in_thread(&self) -> Vec<String> {
        said(&self.discord, self.latest_thread().id).into_iter().map(|message| message.content).collect()
    }

    fn mention(&self, who: &str) -> String {
        format!("<@{}>", self.discord.user(who).unwrap())
    }

    fn person(&self, option: &'static str, who: &str) -> (&'static str, Value) {
        (option, json!(self.discord.user(who).unwrap()))
    }

    /// What is written on the buttons below the answer to `asked`.
    async fn buttons_below(&self, asked: Id) -> Vec<String> {
        let components = self.message(asked).await.components;
        let buttons = components.iter().flat_map(|row| row["components"].as_array().into_iter().flatten());
        buttons.filter_map(|button| button["label"].as_str().map(str::to_owned)).collect()
    }
}

fn number(number: u32) -> (&'static str, Value) {
    ("number", json!(number))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_cases_are_listed_with_who_waits_longest_on_top() {
    let mut server = with_alerts("").await;
    let empty = server.says("mia", "case list", &[]).await;
    assert_eq!(
        empty,
        "Nobody needs anything, and nobody is waiting for an answer. Enjoy the quiet. (`state:open` shows the rest.)"
    );
    server.hears_out("alex", FURY).await;
    server.hears_out("sam", "my card: 1111 2222 3333 4445").await;
    server.hears_out("kim", "where is my invoice?").await;
    server.says("mia", "case claim", &[number(1)]).await;
    server.calm().await;

    let listed = server.says("mia", "case list", &[]).await;
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 3, "an offer is nobody's business yet: {listed}");
    assert!(lines[0].ends_with(": 2"), "{listed}");
    let (general, threads) = (server.discord.channel("general").unwrap(), private_threads(&server.discord));
    let head = format!("- **1** a heated moment in <#{general}> · claimed by {}", server.mention("mia"));
    assert!(lines[1].starts_with(&head), "who was there first waits, claimed or not: {listed}");
    assert!(lines[2].starts_with("- **2** private details"), "{listed}");
    assert!(lines[2].contains("in a private thread · waiting since <t:"), "{listed}");
    assert!(lines[2].ends_with(&format!("<#{}>", threads[1].id)), "{listed}");

    // Someone answered: nobody waits there any more.
    let mia = server.discord.user("mia").unwrap();
    server.discord.post(mia, threads[0].id, "I am with you").unwrap();
    server.calm().await;
    let listed = server.says("mia", "case list", &[]).await;
    assert!(listed.lines().nth(1).unwrap().starts_with("- **2**"), "{listed}");

    let rows = [
        (vec![("state", json!("waiting"))], vec![2]),
        (vec![("state", json!("claimed"))], vec![1]),
        (vec![("state", json!("open"))], vec![2, 1, 3]),
        (vec![("state", json!("over"))], vec![]),
        (vec![server.person("owner", "mia")], vec![1]),
        (vec![server.person("owner", "olga")], vec![]),
        (vec![server.person("member", "sam")], vec![2]),
        (vec![server.person("member", "sam"), ("state", json!("claimed"))], vec![]),
    ];
    for (options, numbers) in rows {
        let listed = server.says("mia", "case list", &options).await;
        let shown: Vec<u32> = listed
            .lines()
            .filter_map(|line| line.strip_prefix("- **")?.split_once("**")?.0.parse().ok())
            .collect();
        assert_eq!(shown, numbers, "{options:?}: {listed}");
        assert!(!numbers.is_empty() || listed.starts_with("No case fits that."), "{listed}");
    }
    let offered = server.says("mia", "case list", &[("state", json!("acknowledged"))]).await;
    assert!(offered.contains("**3** something that needs more details"), "{offered}");
    assert!(offered.contains("needs nobody so far · no thread"), "{offered}");
    server.says("mia", "case resolve", &[number(2)]).await;
    let theirs = server.says("mia", "case list", &[server.person("member", "sam")]).await;
    assert!(theirs.contains("· resolved by"), "what is over belongs to what there was of them: {theirs}");
    server.mannerly();
    server.stop().await;
}

/// Cases as they are while people talk in them, number 1 the oldest.
async fn fill(server: &Server, count: u32) {
    struct Plain(Promise, jiff::Timestamp);
    impl Terms for Plain {
        fn choose(&self, _: &mut aside::case::action::Speech) {}
        fn promise(&self) -> &Promise {
            &self.0
        }
        fn now(&self) -> jiff::Timestamp {
            self.1
        }
    }
    let (guild, general) =
        (server.discord.guild("Harbor").unwrap(), server.discord.channel("general").unwrap());
    let (channel, now) = (ChannelId(general), server.discord.read(aside::simulator::State::now));
    let store = Database::open(&server.home.database()).await.unwrap();
    let never = SignedDuration::ZERO;
    let terms =
        Plain(Promise { remind_after: never, escalate_after: never, hours: None, expire_after: never }, now);
    for at in 0..count {
        let matter = Matter {
            message: MessageId(u64::from(at) + 1),
            channel,
            home: channel,
            category: Category::SensitiveInfo,
            rule: "secrets".to_owned(),
            kinds: vec![Kind::Card],
            response: Response::TakeAside,
            would: None,
            because: String::new(),
            by: None,
            answer: None,
            parties: Vec::new(),
            companion: None,
            beside: None,
            alert: false,
            acknowledgment: None,
            quiet: false,
            covered: false,
            enclosure: None,
            removed: false,
            deleted: false,
            asked_for: false,
            ask: Vec::new(),
        };
        // So lately that the clock has no word in it yet.
        let opened = now - SignedDuration::from_secs(60 - i64::from(at));
        let mut case = Case::notice(GuildId(guild), UserId(77), matter, Surroundings::default(), opened);
        case.step = Step::Talking;
        case.place = Some(Place { rung: Rung::Thread, channel: ChannelId(u64::from(at) + 1_000_000) });
        store.open(case, &terms).await.unwrap();
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_cases_are_paged_through_and_pages_turn_after_a_restart() {
    let mut server = Server::new().await;
    server.stop().await;
    fill(&server, 40).await;
    server.start().await;
    let asked = server.asks("mia", "case list", &[]);
    let first = server.read(asked).await;
    assert!(first.contains(": 40 · page 1 of ") && first.contains("\n- **1** "), "{first}");
    assert_eq!(server.buttons_below(asked).await, ["Next"]);
    server.restart().await;
    let next = server.read(server.press("mia", asked, "Next")).await;
    assert!(next.contains("page 2 of "), "{next}");
    assert_eq!(server.message(asked).await.content, next, "in the place of the first");
    assert_eq!(server.buttons_below(asked).await[0], "Previous");
    let back = server.read(server.press("mia", asked, "Previous")).await;
    assert_eq!(back, first);

    // Choices are as many as Discord takes, those that wait longest first; one that is typed is always there.
    let offered = server.offered("mia", "case show", &[("number", json!(""))], "number").await;
    assert_eq!((offered.len(), offered[0].as_str()), (25, "1"));
    let typed = server.offered("mia", "case show", &[("number", json!(37))], "number").await;
    assert_eq!(typed, ["37"]);
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn choices_tell_masked_facts_only_and_ones_own_first() {
    let mut server = with_alerts("").await;
    server.hears_out("alex", FURY).await;
    server.hears_out("sam", "my card: 1111 2222 3333 4445").await;
    server.hears_out("kim", "it is about Project Falcon").await;
    server.says("mia", "case claim", &[number(2)]).await;
    server.says("olga", "case claim", &[number(3)]).await;
    server.calm().await;
    let typing = |who: &str, path: &str| server.asks_typing(who, path, &[("number", json!(""))], "number");
    let names = async |asked: Id| -> Vec<String> {
        let reply = server.reply(asked).await;
        let choices = reply.data["choices"].as_array().unwrap().clone();
        choices.iter().map(|choice| choice["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        names(typing("mia", "case resolve")).await,
        [
            "2 · private details · #general · claimed by you",
            "1 · a heated moment · #general · waiting for an answer",
            "3 · confidential business · #general · claimed",
        ]
    );
    assert!(names(typing("mia", "case reopen")).await.is_empty(), "nothing is over");
    server.says("mia", "case resolve", &[number(2)]).await;
    assert_eq!(names(typing("mia", "case reopen")).await, ["2 · private details · #general · resolved"]);
    let open = names(typing("mia", "case claim")).await;
    assert!(open.iter().all(|name| !name.starts_with('2')), "{open:?}");
    server
        .discord
        .permit_command(server.discord.guild("Harbor").unwrap(), "case", server.place("sam").0)
        .unwrap();
    assert!(names(typing("sam", "case claim")).await.is_empty(), "members see nothing");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_about_a_case_is_shown_and_can_be_pressed() {
    let mut server = with_alerts("").await;
    let card = ["1111", "2222", "3333", "4445"].join(" ");
    server.hears_out("alex", &format!("my card is {card}")).await;
    let noted =
        server.says("mia", "case note", &[number(1), ("note", json!(format!("the card was {card}")))]).await;
    assert!(noted.starts_with("Noted about case 1, for moderators only"), "{noted}");
    assert!(noted.ends_with("What looked private in it is masked."), "{noted}");
    let asked = server.asks("olga", "case show", &[number(1)]);
    let shown = server.read(asked).await;
    let (thread, general) = (server.latest_thread().id, server.discord.channel("general").unwrap());
    for fact in [
        format!("**Case 1**: private details (something this server keeps private) in <#{general}>"),
        "- State: in a private thread".to_owned(),
        "- Rule: `secrets`".to_owned(),
        "- The message was removed from https://discord.com/channels/".to_owned(),
        format!("- Member: {}", server.mention("alex")),
        format!("- Private thread: <#{thread}>"),
        "- Waiting since <t:".to_owned(),
        "**Notes**, for moderators only".to_owned(),
        format!("- {} <t:", server.mention("mia")),
        ": the card was ▮▮▮▮".to_owned(),
    ] {
        assert!(shown.contains(&fact), "{fact} is missing: {shown}");
    }
    assert_eq!(server.buttons_below(asked).await, ["Claim", "Resolve", "False alarm"]);
    let claimed = server.read(server.press("olga", asked, "Claim")).await;
    assert!(claimed.starts_with("Case 1 is yours."), "{claimed}");
    server.calm().await;
    let shown = server.says("mia", "case show", &[number(1)]).await;
    assert!(shown.contains(&format!("- State: claimed by {}", server.mention("olga"))), "{shown}");
    server.says("olga", "case resolve", &[number(1), ("outcome", json!("sent a new card"))]).await;
    server.calm().await;
    let asked = server.asks("mia", "case show", &[number(1)]);
    let shown = server.read(asked).await;
    for fact in ["- State: resolved by <@", "- Over since <t:", "- What came of it: sent a new card"] {
        assert!(shown.contains(fact), "{fact} is missing: {shown}");
    }
    assert_eq!(server.buttons_below(asked).await, ["Reopen"]);

    // Notes that do not fit go along as a file.
    for at in 0..5 {
        let note = format!("{at} {}", "long ".repeat(90));
        server.says("mia", "case note", &[("note", json!(note)), number(1)]).await;
    }
    let asked = server.asks("mia", "case show", &[number(1)]);
    let message = server.message(asked).await;
    assert!(message.content.contains("**Notes**: 6, in the file"), "{}", message.content);
    let url = message.attachments[0]["url"].as_str().unwrap();
    let file = reqwest::get(url).await.unwrap().text().await.unwrap();
    assert!(file.lines().count() == 6 && file.contains("the card was ▮▮▮▮"), "{file}");
    server.mannerly();
    server.stop().await;
    assert!(!server.home.at_rest().contains(&card) && !log::written().contains("the card was"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_is_exclusive_and_can_be_passed_on() {
    let mut server = with_alerts("").await;
    server.hears_out("alex", FURY).await;
    let (mia, olga) = (server.mention("mia"), server.mention("olga"));
    let claimed = server.says("mia", "case claim", &[number(1)]).await;
    assert_eq!(claimed, "You look after case 1 now. I say so in its thread.");
    server.calm().await;
    assert!(server.words_in_thread()[1].contains(&mia), "the member reads who it is");
    assert_eq!(server.says("mia", "case claim", &[number(1)]).await, "You look after case 1 already.");
    let late = server.says("olga", "case claim", &[number(1)]).await;
    assert!(late.starts_with(&format!("{mia} looks after case 1 already.")), "{late}");

    server.restart().await;
    let beep = server.says("mia", "case claim", &[number(1), server.person("member", "beep")]).await;
    assert!(beep.contains("that is a bot"), "{beep}");
    let sam = server.says("mia", "case claim", &[number(1), server.person("member", "sam")]).await;
    assert!(sam.contains("is no moderator here"), "{sam}");
    let passed = server.says("mia", "case claim", &[number(1), server.person("member", "olga")]).await;
    assert_eq!(
        passed,
        format!("{olga} looks after case 1 now; before, it was {mia}. I say so in its thread.")
    );
    server.calm().await;
    assert!(server.words_in_thread()[2].contains(&olga), "{:?}", server.words_in_thread());
    let olga_id = server.discord.user("olga").unwrap();
    assert!(server.discord.thread_members(server.latest_thread().id).contains(&olga_id));
    let shown = server.says("mia", "case show", &[number(1)]).await;
    assert!(shown.contains(&format!("Passed on to {olga}; before, {mia} looked after it.")), "{shown}");
    // Whoever is named takes it over, from whoever is away.
    let taken = server.says("mia", "case claim", &[number(1), server.person("member", "mia")]).await;
    assert!(taken.starts_with(&format!("{mia} looks after case 1 now; before, it was {olga}.")), "{taken}");
    server.says("mia", "case resolve", &[number(1)]).await;
    let over = server.says("olga", "case claim", &[number(1)]).await;
    assert!(over.starts_with(&format!("Case 1 is over: resolved by {mia} <t:")), "{over}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_claim_at_once_do_not_both_get_it() {
    let server = with_alerts("").await;
    server.hears_out("alex", FURY).await;
    let both = ["mia", "olga"].map(|who| server.asks(who, "case claim", &[number(1)]));
    let mut won = 0;
    for asked in both {
        won += usize::from(server.read(asked).await.starts_with("You look after case 1 now."));
    }
    assert_eq!(won, 1);
    server.calm().await;
    assert_eq!(server.words_in_thread().len(), 2, "and it is said once");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_settled_for_the_record_and_where_it_began() {
    let mut server = with_alerts("").await;
    server.hears_out("alex", FURY).await;
    let thread = server.latest_thread().id;
    let card = ["1111", "2222", "3333", "4445"].join(" ");
    server.restart().await;
    // In its thread, the number need not be said.
    let resolved = server
        .says_in("mia", thread, "case resolve", &[("outcome", json!(format!("refunded {card}")))])
        .await;
    assert!(resolved.starts_with("Case 1 is resolved. I am saying so where it began"), "{resolved}");
    server.calm().await;
    assert!(server.latest_thread().is_archived());
    let public = server.words_in("general");
    assert!(public.iter().all(|words| !words.contains("refunded")), "{public:?}");
    let shown = server.says("mia", "case show", &[number(1)]).await;
    assert!(shown.contains("- What came of it: refunded ▮▮▮▮"), "{shown}");

    let again = server.says("olga", "case resolve", &[number(1)]).await;
    assert!(again.starts_with(&format!("Case 1 is over: resolved by {}", server.mention("mia"))), "{again}");
    assert!(again.ends_with("(refunded ▮▮▮▮)."), "{again}");
    let added = server.says("olga", "case resolve", &[number(1), ("outcome", json!("and apologized"))]).await;
    assert!(added.ends_with("(refunded ▮▮▮▮). The record says from now on: and apologized"), "{added}");
    server.calm().await;
    let alerts = server.words_in("staff");
    assert!(alerts.iter().any(|alert| alert.contains("and apologized")), "the alert tells it: {alerts:?}");

    let open = server.says("mia", "case reopen", &[number(1)]).await;
    assert_eq!(open, format!("Case 1 is open again. I am opening <#{thread}> again and saying so there."));
    server.calm().await;
    assert!(!server.latest_thread().is_archived());
    let twice = server.says("mia", "case reopen", &[number(1)]).await;
    assert_eq!(twice, "Case 1 is open already: in a private thread.");
    server.stop().await;
    assert!(!server.home.at_rest().contains(&card));
    server.mannerly();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_is_private_is_settled_without_a_word_in_public() {
    let server = with_alerts("").await;
    server.hears_out("alex", FURY).await;
    let before = server.words_in("general");
    let resolved = server.says("mia", "case resolve", &[number(1), ("private", json!(true))]).await;
    assert_eq!(resolved, "Case 1 is resolved. Nothing is said in public. Its thread is being archived.");
    server.calm().await;
    assert_eq!(server.words_in("general"), before);
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_can_help_is_brought_in_and_nobody_else() {
    let server = with_alerts("").await;
    let discord = &server.discord;
    server.hears_out("alex", FURY).await;
    let (thread, sam) = (server.latest_thread().id, discord.user("sam").unwrap());
    let invited = server.says_in("mia", thread, "case invite", &[server.person("member", "sam")]).await;
    assert!(invited.starts_with(&format!("<@{sam}> is in <#{thread}> now")), "{invited}");
    assert!(discord.thread_members(thread).contains(&sam));
    assert!(
        server.words_in_thread()[1].contains(&server.mention("sam")),
        "everyone there knows who reads along"
    );

    let (general, kim) = (discord.channel("general").unwrap(), discord.user("kim").unwrap());
    discord.set_overwrite(general, kim, Permissions::NONE, Permissions::VIEW_CHANNEL).unwrap();
    server.calm().await;
    for (who, why) in [("beep", "that is a bot"), ("alex", "it is their own case"), ("kim", "cannot see <#")]
    {
        let told = server.says("mia", "case invite", &[number(1), server.person("member", who)]).await;
        assert!(told.starts_with("`member`: ") && told.contains(why), "{who}: {told}");
    }
    server.calm().await;
    assert_eq!(server.words_in_thread().len(), 2, "nothing more was said");
    server.hears_out("sam", "where is my invoice?").await;
    let told = server.says("mia", "case invite", &[number(2), server.person("member", "kim")]).await;
    assert!(told.starts_with("Case 2 has no private thread"), "{told}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invitation_that_discord_refuses_is_told_as_that() {
    let server = with_alerts("").await;
    server.hears_out("alex", FURY).await;
    let refused = Trouble::Status(403, json!({ "code": 50_001, "message": "Missing Access" }));
    server.discord.fault(Fault::on("PUT /channels/{}/thread-members/{}", refused));
    let told = server.says("mia", "case invite", &[number(1), server.person("member", "sam")]).await;
    assert!(told.starts_with("That did not work: Someone could not be brought into the thread"), "{told}");
    server.calm().await;
    assert_eq!(server.words_in_thread().len(), 1, "nobody is announced who is not there");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cases_are_moderators_business_by_permission_or_by_role() {
    let mut server = with_alerts("").await;
    let guild = server.discord.guild("Harbor").unwrap();
    server.hears_out("alex", FURY).await;
    let commands: [(&str, Vec<(&str, Value)>); 7] = [
        ("case list", vec![]),
        ("case show", vec![number(1)]),
        ("case claim", vec![number(1)]),
        ("case resolve", vec![number(1)]),
        ("case reopen", vec![number(1)]),
        ("case note", vec![("note", json!("mine")), number(1)]),
        ("case invite", vec![server.person("member", "sam"), number(1)]),
    ];
    let (sam, general) = server.place("sam");
    assert!(server.discord.command(sam, general, "case list", &[]).is_err(), "it is not even offered");
    server.discord.permit_command(guild, "case", guild).unwrap();
    for who in ["sam", "alex"] {
        for (path, options) in &commands {
            let told = server.says(who, path, options).await;
            assert!(told.starts_with("Only moderators can do that"), "{who} {path}: {told}");
        }
    }
    let shown = server.says("mia", "case show", &[number(1)]).await;
    assert!(
        shown.contains("State: in a private thread") && !shown.contains("Notes"),
        "nothing happened: {shown}"
    );

    // A role that was set up as the moderators' is enough.
    let helper = server.discord.create_role(guild, "Helper", Permissions::NONE).unwrap();
    server.discord.set_roles(guild, sam, &[helper]).unwrap();
    let staff = server.discord.channel("staff").unwrap();
    server.stop().await;
    server.config = server.config.replace(
        &format!("alert_channel = {staff}"),
        &format!("alert_channel = {staff}\nmoderator_role = {helper}"),
    );
    server.start().await;
    let claimed = server.says("sam", "case claim", &[number(1)]).await;
    assert!(claimed.starts_with("You look after case 1 now."), "{claimed}");
    server.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_that_cannot_be_told_is_asked_for() {
    let server = Server::new().await;
    for path in ["case show", "case claim", "case resolve", "case reopen"] {
        let told = server.says("mia", path, &[]).await;
        assert!(told.starts_with("`number` is missing: this is not the private thread of a case"), "{told}");
        for odd in [json!(7), json!(4_294_967_296_i64)] {
            let told = server.says("mia", path, &[("number", odd.clone())]).await;
            assert_eq!(
                told,
                format!(
                    "`number`: there is no case {odd} here, or not any more. `/case list` shows what is open."
                )
            );
        }
    }
    server.end().await;
}
