//! `/doctor`: what the bot may and may not do, and what would happen to somebody's message.

use aside::simulator::{ChannelKind, Id, Permissions};
use serde_json::{Value, json};

use super::Server;
use crate::community::settled;
use crate::manners;

impl Server {
    fn id(&self, name: &str) -> String {
        let found = self.discord.channel(name).or_else(|| self.discord.role(name));
        found.or_else(|| self.discord.user(name)).unwrap().to_string()
    }

    pub(crate) async fn doctor(&self, options: &[(&str, &str)]) -> String {
        let options: Vec<(&str, Value)> =
            options.iter().map(|(name, of)| (*name, json!(self.id(of)))).collect();
        self.says("olga", "doctor", &options).await
    }

    /// What our own role grants.
    pub(crate) fn grant(&self, permissions: Permissions) {
        let (harbor, own) = (self.discord.guild("Harbor").unwrap(), self.discord.role("Aside").unwrap());
        self.discord.set_role(harbor, own, permissions).unwrap();
    }

    /// Sets the desk and the alert channel.
    pub(crate) async fn place_desk(&self, desk: &str, alerts: &str) {
        let asked = self.asks("olga", "setup", &[]);
        self.read(asked).await;
        for (custom_id, channel) in [("setup:desk", desk), ("setup:alerts", alerts)] {
            let (who, at) = self.place("olga");
            let message = self.discord.interaction(asked).unwrap().original.unwrap();
            let chosen = self.discord.choose(who, at, message, custom_id, &[&self.id(channel)]).unwrap();
            self.read(chosen).await;
        }
    }
}

fn has(words: &str, expected: &[&str]) {
    for one in expected {
        assert!(words.contains(one), "{one:?} is not in: {words}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_learns_what_works_in_another_way_and_why() {
    let mut server = Server::with("").await;
    let [news, ideas, lounge] = ["news", "ideas", "lounge"].map(|name| format!("<#{}>", server.id(name)));
    let words = server.doctor(&[]).await;
    has(
        &words,
        &[
            "Watched channels (5)",
            "Mode **act**, language `en`",
            &format!("Brought into private threads: <@&{}>", server.id("Moderator")),
            &format!(
                "no private threads in {news}, {ideas} and {lounge}, which are no text channels: I will write to members directly"
            ),
            "I have nowhere to tell moderators",
        ],
    );
    assert!(!words.contains("What does not work") && !words.contains("AutoMod"), "{words}");
    server.place_desk("help", "staff").await;
    let words = server.doctor(&[]).await;
    has(
        &words,
        &[
            &format!("which are no text channels: I will use <#{}>", server.id("help")),
            &format!("Desk channel: <#{}>", server.id("help")),
            &format!("Moderators are told in <#{}>", server.id("staff")),
        ],
    );
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_gap_in_many_channels_is_one_line() {
    let mut server = Server::with("").await;
    server.grant(Permissions::ORDINARY);
    let general = server.discord.channel("general").unwrap();
    let (bot, none) = (server.discord.bot(), Permissions::NONE);
    server.discord.set_overwrite(general, bot, none, Permissions::SEND_MESSAGES).unwrap();
    let lounge = server.discord.channel("lounge").unwrap();
    server.discord.set_overwrite(lounge, bot, none, Permissions::VIEW_CHANNEL).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[]).await;
    has(
        &words,
        &[
            "What does not work",
            &format!("**View Channel** is missing in <#{lounge}>: nothing said there reaches me."),
            &format!("**Send Messages** is missing in <#{general}>: I cannot acknowledge anything there."),
            "**Create Private Threads** is missing everywhere: private threads are impossible there, so I will write",
            "I cannot mention <@&",
        ],
    );
    let named = words.lines().find(|line| line.contains("Manage Messages")).unwrap();
    assert!(named.contains(&format!("<#{general}>")) && !named.contains(&format!("<#{lounge}>")), "{named}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_channel_is_looked_at_by_itself() {
    let mut server = Server::with("").await;
    let words = server.doctor(&[("channel", "general")]).await;
    has(
        &words,
        &["is watched: everyone can read it", "Create Private Threads, ", "Nothing is missing there."],
    );
    let words = server.doctor(&[("channel", "news")]).await;
    has(&words, &["which is no text channel", "I will write to members directly"]);
    assert!(!words.contains("Create Private Threads"), "{words}");
    let words = server.doctor(&[("channel", "staff")]).await;
    has(&words, &["is not watched: not everyone can read it, and nobody chose it"]);
    let staff = server.discord.channel("staff").unwrap();
    server.discord.remove_overwrite(staff, server.discord.bot()).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[("channel", "staff")]).await;
    has(&words, &["I may do nothing there.", "**View Channel** is missing in"]);
    let harbor = server.discord.guild("Harbor").unwrap();
    server.discord.create_channel(harbor, "Topics", ChannelKind::Category).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[("channel", "Topics")]).await;
    has(&words, &["`channel`: I know of no such channel here"]);
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_of_a_member_is_played_through_step_by_step() {
    let mut server = Server::with("").await;
    let [general, help, staff] = ["general", "help", "staff"].map(|name| server.id(name));
    let words = server.doctor(&[("member", "alex"), ("channel", "general")]).await;
    has(
        &words,
        &[
            &format!("✅ <#{general}> is watched"),
            "✅ They can write there.",
            "A furious message",
            &format!("✅ I open a private thread under <#{general}>."),
            &format!("✅ I speak to the member there and bring <@&{}> in.", server.id("Moderator")),
            &format!("✅ I acknowledge it in public in <#{general}>."),
            "A card number given away",
            "✅ I remove the message.",
        ],
    );
    assert!(!words.contains('❌'), "{words}");
    let words = server.doctor(&[("member", "alex"), ("channel", "news")]).await;
    has(
        &words,
        &[
            "❌ No private thread under",
            "❌ No desk channel is set that could stand in",
            "✅ I write to the member directly",
            "❌ Moderators are not told",
        ],
    );
    server.place_desk("help", "staff").await;
    let words = server.doctor(&[("member", "alex"), ("channel", "news")]).await;
    has(&words, &["❌ No private thread under", &format!("✅ I open a private thread under <#{help}>.")]);
    assert!(!words.contains("directly"), "{words}");
    let (alex, none) = (server.discord.user("alex").unwrap(), Permissions::NONE);
    let desk = server.discord.channel("help").unwrap();
    server.discord.set_overwrite(desk, alex, none, Permissions::VIEW_CHANNEL).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[("member", "alex"), ("channel", "news")]).await;
    has(
        &words,
        &[
            &format!("❌ <#{help}> cannot stand in: the member cannot see that channel."),
            "✅ I write to the member directly",
            &format!("✅ I tell moderators in <#{staff}>."),
        ],
    );
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_left_alone_is_told_with_the_reason() {
    let mut server = Server::with("").await;
    let words = server.doctor(&[("member", "mia"), ("channel", "general")]).await;
    has(&words, &["❌ Nothing: they are a moderator or have an exempt role", "✅ I remove the message."]);
    let words = server.doctor(&[("member", "beep")]).await;
    has(&words, &["`member`: bots are never acted on."]);
    let words = server.doctor(&[("member", "alex"), ("channel", "staff")]).await;
    has(&words, &["is not watched", "❌ They cannot write there"]);
    assert!(!words.contains("A furious message"), "{words}");
    let (harbor, alex) = (server.discord.guild("Harbor").unwrap(), server.discord.user("alex").unwrap());
    server.discord.permit_command(harbor, "doctor", alex).unwrap();
    has(&server.says("alex", "doctor", &[]).await, &["Manage Server"]);
    server.discord.leave(harbor, alex).unwrap();
    let words = server.says("olga", "doctor", &[("member", json!(alex.to_string()))]).await;
    has(&words, &["`member`: they are not in this server"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_missing_is_named_where_it_stops_a_step() {
    let mut server = Server::with("").await;
    server.grant(Permissions::ORDINARY);
    let general = server.discord.channel("general").unwrap();
    let bot = server.discord.bot();
    server.discord.set_overwrite(general, bot, Permissions::NONE, Permissions::SEND_MESSAGES).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[("member", "alex")]).await;
    has(
        &words,
        &[
            "❌ I cannot remove the message: I am missing the permission Manage Messages there.",
            "❌ No private thread under",
            "I am missing the permission Create Private Threads there.",
            "❌ I cannot acknowledge it in public in <#",
        ],
    );
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_for_a_message_comes_as_a_file_with_names() {
    let mut server = Server::with("").await;
    let harbor = server.discord.guild("Harbor").unwrap();
    server.grant(Permissions::NONE);
    let bot = server.discord.bot();
    for at in 0..12 {
        let name = format!("<@1> `hostile` {at} {}", "x".repeat(60));
        let channel = server.discord.create_channel(harbor, &name, ChannelKind::Text).unwrap();
        let kept = [Permissions::SEND_MESSAGES, Permissions::EMBED_LINKS, Permissions::READ_MESSAGE_HISTORY];
        server.discord.set_overwrite(channel, bot, Permissions::NONE, kept[at % 3]).unwrap();
    }
    settled(&server.discord, &server.home).await.unwrap();
    let asked = server.asks("olga", "doctor", &[]);
    let words = server.read(asked).await;
    has(&words, &["too much for one message"]);
    let file = attached(&server, asked).await;
    has(&file, &["#<@1> `hostile` 0 xxx", "#general", "**Manage Messages** is missing everywhere"]);
    server.stop().await;
    manners::check(&server.discord, &server.home, &[]).unwrap();
}

/// The text of the file that came with an answer.
async fn attached(server: &Server, asked: Id) -> String {
    let url = server.discord.read(|state| {
        let of = state.interactions().find(|of| of.id == asked).unwrap();
        let message = state.messages(of.channel).find(|message| Some(message.id) == of.original).unwrap();
        message.attachments[0]["url"].as_str().unwrap().to_owned()
    });
    reqwest::get(url).await.unwrap().text().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_only_moderators_write_nothing_is_missing() {
    let mut server = Server::with("").await;
    let (harbor, none) = (server.discord.guild("Harbor").unwrap(), Permissions::NONE);
    let news = server.discord.channel("news").unwrap();
    server.discord.set_overwrite(news, harbor, none, Permissions::SEND_MESSAGES).unwrap();
    // As channels that show a number are made.
    let lounge = server.discord.channel("lounge").unwrap();
    server.discord.set_overwrite(lounge, harbor, none, Permissions::CONNECT).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[]).await;
    assert!(!words.contains("is missing") && !words.contains("What does not work"), "{words}");
    has(&words, &["Watched channels (5)", &format!("private threads in <#{}>", server.id("ideas"))]);
    let words = server.doctor(&[("channel", "news")]).await;
    has(&words, &["**Send Messages** is missing in"]);
    server.discord.create_role(harbor, "Regular", none).unwrap();
    let regular = server.discord.role("Regular").unwrap();
    server.discord.set_overwrite(news, regular, Permissions::SEND_MESSAGES, none).unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let words = server.doctor(&[]).await;
    has(&words, &[&format!("**Send Messages** is missing in <#{news}>")]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn automod_is_spoken_of_where_there_is_any() {
    let discord_has_it = json!({
        "name": "words", "event_type": 1, "trigger_type": 1, "enabled": true,
        "trigger_metadata": { "keyword_filter": ["hex"] }, "actions": [{ "type": 1 }],
    });
    let mut server = Server::with("").await;
    let harbor = server.discord.guild("Harbor").unwrap();
    server.discord.put_automod(harbor, &discord_has_it).unwrap();
    server.restart().await;
    has(&server.doctor(&[]).await, &["AutoMod has rules here", "exempt my role in its rules"]);
    server.stop().await;
}
