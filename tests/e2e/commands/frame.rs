//! What holds for every command: registered once, answered in time, only to those who may, whatever is typed.

use std::fmt::Write as _;

use aside::message::GuildId;
use aside::simulator::{ChannelKind, Id, Permissions, Request, Simulator, World};
use aside::store::Database;
use aside::store::Store as _;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};

use super::{Server, now};
use crate::community::{Home, RULES, said, settled};
use crate::process::Process;

fn named(name: &str) -> [(&'static str, Value); 1] {
    [("name", json!(name))]
}

/// How often a request was answered that fits `pattern`.
fn count(requests: &[Request], pattern: &str) -> usize {
    requests.iter().filter(|request| request.fits(pattern) && request.status != 0).count()
}

/// Waits until the bot has looked `times` times at what commands Discord knows, and done what follows.
async fn looked(server: &Server, times: usize) {
    let looks = |requests: &[Request]| count(requests, "GET /applications/{}/commands");
    let enough = |state: &aside::simulator::State| (looks(state.requests()) >= times).then_some(());
    server.discord.wait_until("a look at the commands", enough).await.unwrap();
    settled(&server.discord, &server.home).await.unwrap();
}

/// Waits until the bot has registered its commands `times` times.
async fn registered(server: &Server, times: usize) {
    let puts = |requests: &[Request]| count(requests, "PUT /applications/{}/commands");
    let enough = |state: &aside::simulator::State| (puts(state.requests()) >= times).then_some(());
    server.discord.wait_until("the commands to be registered", enough).await.unwrap();
}

/// Another's transaction, which every write to the store has to wait for.
pub(super) async fn hold(home: &Home) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(home.path().join("aside.db"));
    let mut held = options.connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut held).await.unwrap();
    held
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_registered_once_and_anew_when_discord_knows_others() {
    let puts = |server: &Server| count(&server.discord.requests(), "PUT /applications/{}/commands");
    let mut server = Server::new().await;
    registered(&server, 1).await;
    server.restart().await;
    looked(&server, 2).await;
    assert_eq!(puts(&server), 1, "nothing has changed");
    server.stop().await;
    let requests = server.discord.requests();
    let put = requests.iter().find(|request| request.fits("PUT /applications/{}/commands")).unwrap();
    let ghost = json!({ "name": "ghost", "type": 1, "description": "from an older version" });
    let asked = reqwest::Client::new()
        .post(format!("{}/api/v10{}", server.discord.base(), put.path))
        .header("authorization", format!("Bot {}", server.discord.token()))
        .json(&ghost);
    assert!(asked.send().await.unwrap().status().is_success());
    server.start().await;
    // One is there that is none of ours.
    registered(&server, 2).await;
    let known = server.discord.read(|state| state.commands().to_vec());
    assert!(known.iter().all(|command| command.name() != "ghost"));
    let rules = &known.iter().find(|command| command.name() == "rules").unwrap().body;
    assert_eq!(rules["name_localizations"]["de"], "regeln");
    assert_eq!(rules["options"][0]["name_localizations"]["fr"], "lister");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_takes_long_is_promised_and_given_later() {
    let mut server = Server::new().await;
    settled(&server.discord, &server.home).await.unwrap();
    let held = hold(&server.home).await;
    let asked = server.asks("olga", "rules disable", &named("projects"));
    let promise = server.reply(asked).await;
    assert_eq!((promise.kind, promise.ephemeral), (5, true));
    held.close().await.unwrap();
    let words = server.read(asked).await;
    assert!(words.contains("`projects` is off."), "{words}");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_that_takes_long_is_answered_beside_its_message() {
    let mut server = Server::new().await;
    let (alex, general) = (server.discord.user("alex").unwrap(), server.discord.channel("general").unwrap());
    server.discord.post(alex, general, "where is my invoice?").unwrap();
    settled(&server.discord, &server.home).await.unwrap();
    let offer = said(&server.discord, general).remove(0);
    let held = hold(&server.home).await;
    let pressed = server.discord.press(alex, general, offer.id, "case:1:aside").unwrap();
    assert_eq!(server.reply(pressed).await.kind, 6);
    held.close().await.unwrap();
    let followed = |state: &aside::simulator::State| {
        let of = state.interactions().find(|of| of.id == pressed)?;
        state.messages(general).find(|message| of.followups.contains(&message.id)).cloned()
    };
    let answer = server.discord.wait_until("an answer", followed).await.unwrap();
    assert!(answer.content.contains("private thread") && answer.only_for == Some(alex), "{}", answer.content);
    server.mannerly();
    server.stop().await;
}

/// An interaction as Discord tells of it; `more` is merged into it.
fn interaction(server: &Server, id: Id, more: &Value) -> Value {
    let (guild, olga) = (server.discord.guild("Harbor").unwrap(), server.discord.user("olga").unwrap());
    let channel = server.discord.channel("general").unwrap().to_string();
    let user = json!({ "id": olga.to_string(), "username": "olga", "discriminator": "0", "avatar": null });
    let mut value = json!({
        "id": id.to_string(), "application_id": "1", "type": 2, "token": format!("token-{id}"), "version": 1,
        "channel_id": channel, "locale": "en-US", "entitlements": [], "attachment_size_limit": 1000,
        "authorizing_integration_owners": {}, "app_permissions": "0",
        "guild_id": guild.to_string(),
        "member": {
            "user": user, "roles": [], "permissions": Permissions::ADMINISTRATOR.0.to_string(), "deaf": false,
            "mute": false, "joined_at": "2024-01-01T00:00:00Z", "flags": 0,
        },
    });
    for (key, part) in more.as_object().unwrap() {
        value[key] = part.clone();
    }
    value
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_none_of_ours_is_left_alone() {
    let mut server = Server::new().await;
    let command = |name: &str| json!({ "data": { "id": "5", "name": name, "type": 1, "options": [] } });
    let button = json!({ "type": 3, "data": { "custom_id": "other-bot:1", "component_type": 2 } });
    let list = json!([{ "name": "list", "type": 1, "options": [] }]);
    let listed = json!({ "data": { "id": "5", "name": "rules", "type": 1, "options": list } });
    let mut direct = interaction(&server, 900, &listed);
    let user = direct["member"]["user"].clone();
    direct.as_object_mut().unwrap().retain(|key, _| key != "guild_id" && key != "member");
    direct["user"] = user;
    let odd = [
        direct,
        interaction(&server, 901, &command("unheard-of")),
        interaction(&server, 902, &button),
        interaction(&server, 903, &json!({ "type": 1 })),
        interaction(&server, 904, &json!({ "type": 99, "data": { "custom_id": "change:1:save" } })),
        interaction(
            &server,
            905,
            &json!({ "data": { "id": "5", "name": "Wave", "type": 2, "target_id": "4" } }),
        ),
        interaction(&server, 906, &json!({ "data": { "id": "5", "name": "rules", "type": 1 } })),
        interaction(&server, 907, &json!({ "type": 3, "data": {} })),
        interaction(&server, 910, &listed),
        interaction(
            &server,
            908,
            &json!({ "type": 5, "data": { "custom_id": "wording:set", "components": 7 } }),
        ),
    ];
    for one in odd {
        server.discord.send_event("INTERACTION_CREATE", &one);
    }
    settled(&server.discord, &server.home).await.unwrap();
    assert!(server.says("olga", "rules list", &[]).await.contains("`projects`"), "it is still there");
    let answered = |id: &str| {
        let requests = server.discord.requests();
        requests.iter().filter(|request| request.path.starts_with(&format!("/interactions/{id}"))).count()
    };
    assert_eq!((answered("90"), answered("910/")), (0, 1), "one of them is ours");
    server.mannerly();
    server.stop().await;
}

/// The bot's own message with buttons that have these `custom_id`s.
fn buttons(discord: &Simulator, channel: Id, ids: &[&str]) -> Id {
    let button = |id: &&str| json!({ "type": 2, "style": 2, "label": "Press", "custom_id": id });
    let row = |ids: &[&str]| json!({ "type": 1, "components": ids.iter().map(button).collect::<Vec<_>>() });
    let body = json!({ "content": "Press.", "components": ids.chunks(5).map(row).collect::<Vec<_>>() });
    discord.post_as(discord.bot(), channel, &body).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_managers_command_or_button_is_refused_to_a_member() {
    let mut server = Server::new().await;
    let (guild, alex) = (server.discord.guild("Harbor").unwrap(), server.discord.user("alex").unwrap());
    let general = server.discord.channel("general").unwrap();
    server.discord.permit_command(guild, "rules", alex).unwrap();
    for command in ["rules list", "rules export"] {
        let told = server.says("alex", command, &[]).await;
        assert!(told.contains("permission Manage Server"), "{told}");
    }
    let told = server.says("alex", "rules disable", &named("projects")).await;
    assert!(told.contains("permission Manage Server"), "{told}");
    let ids = ["change:1:save", "change:1:leave", "rules:anything", "wording:set:opening:en:00000000"];
    let message = buttons(&server.discord, general, &ids);
    for id in ids {
        let pressed = server.discord.press(alex, general, message, id).unwrap();
        let told = server.read(pressed).await;
        assert!(told.contains("permission Manage Server"), "{id}: {told}");
    }
    assert!(server.says("olga", "rules history", &[]).await.contains("Nothing was changed"));
    server.mannerly();
    server.stop().await;
}

/// The usual server, and another of the same owner.
pub(super) fn two_servers() -> World {
    let harbor = include_str!("../harbor.toml");
    let other = "[[guild]]\nname = \"Cove\"\nowner = \"olga\"\nchannels = [{ name = \"square\" }]\n";
    World::from_toml(&format!("{harbor}\n{other}")).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forged_custom_id_does_nothing() {
    let discord = Simulator::start(&two_servers()).await.unwrap();
    let home = Home::new();
    let guild = discord.guild("Harbor").unwrap();
    let olga = discord.user("olga").unwrap();
    let proposal = json!({
        "by": olga, "done": "The mode is observe.",
        "parts": [{ "subject": "mode", "before": null, "after": "observe" }],
    });
    let store = Database::open(&home.database()).await.unwrap();
    let id = store.propose(GuildId(guild), now(), &proposal.to_string()).await.unwrap();
    store.close().await;
    let bot = Process::start(&discord, &home, RULES).await;
    let (general, square) = (discord.channel("general").unwrap(), discord.channel("square").unwrap());
    let (save, long) = (format!("change:{id}:save"), format!("case:{}:aside", "9".repeat(89)));
    let forged = [
        long.as_str(),
        "change:",
        "change:x:save",
        "change:-1:leave",
        "change:99999999999999999999:save",
        "case:",
        "case:0:aside",
        "case:1:nothing",
        "case:1:aside:more",
        "case:4294967296:aside",
        ":",
        "::::",
        "rules:",
        "rules:::",
        "wording:set",
        "wording:set:opening:xx:00000000",
        "wording:set:nothing:en:0",
        "case:\u{202e}1:aside",
        "change:😀:save",
        "change:1",
        "CHANGE:1:save",
        // Last, since its answer takes the buttons away.
        &save,
    ];
    let message = buttons(&discord, square, &forged);
    for id in forged {
        discord.press(olga, square, message, id).unwrap();
    }
    let message = buttons(&discord, general, &[&save]);
    settled(&discord, &home).await.unwrap();
    let other = discord.read(|state| {
        let mut all = state.interactions();
        all.find(|of| of.channel == square && of.data["custom_id"] == save.as_str()).unwrap().id
    });
    let told = discord.answer_to(other).await.unwrap().data["content"].as_str().unwrap().to_owned();
    assert!(told.contains("decided before"), "another server's proposal is not there: {told}");
    let pressed = discord.press(olga, general, message, &save).unwrap();
    let told = discord.answer_to(pressed).await.unwrap().data["content"].as_str().unwrap().to_owned();
    assert!(told.contains("The mode is observe.") && told.contains("Change 1"), "{told}");
    assert!(!bot.written().contains("panicked"), "{}", bot.written());
    crate::manners::check_requests(&discord.requests()).unwrap();
    crate::manners::check_answers(&discord).unwrap();
    bot.stop().await;
}

/// Words that end code, hide, turn round or alert, and more of them than a message holds.
const HOSTILE: &str = "```\n@everyone <@1> `x` ||y|| \u{202e}desrever\u{2067} 😀👩‍👩‍👧 [a](https://b.example)";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_words_are_shown_back_without_breaking_anything() {
    let mut config = RULES.to_owned();
    let rules = [("hostile", HOSTILE.to_owned()), ("long", "🤬".repeat(1500))];
    for (name, answer) in &rules {
        let words = json!([format!("{name} {HOSTILE}")]);
        write!(
            config,
            "[[rule]]\nname = \"{name}\"\ncategory = \"personal\"\nwhen = {{ words = {words} }}\naction = \"answer\"\nanswer = {}\n",
            json!(answer)
        )
        .unwrap();
    }
    let mut server = Server::with(&config).await;
    for (name, answer) in &rules {
        let asked = server.asks("olga", "rules show", &named(name));
        let shown = server.message(asked).await;
        let url = shown.attachments[0]["url"].as_str().unwrap();
        let file: toml::Table = reqwest::get(url).await.unwrap().text().await.unwrap().parse().unwrap();
        assert_eq!(file["rule"][0]["answer"].as_str(), Some(answer.as_str()), "{}", shown.content);
        assert!(!shown.content.contains("```"), "{}", shown.content);
    }
    for typed in [HOSTILE.to_owned(), "x".repeat(64), "\u{202e}😀`".repeat(20)] {
        let name: String = typed.chars().take(64).collect();
        let told = server.says("olga", "rules show", &named(&name)).await;
        assert!(told.starts_with("`name`: there is no rule") && !told.contains('\u{202e}'), "{told}");
        let told = server.says("olga", "wording preview", &[("utterance", json!(typed))]).await;
        assert!(told.starts_with("`utterance`: I say nothing") && !told.contains('\u{202e}'), "{told}");
        server.offered("olga", "rules show", &named(&name), "name").await;
    }
    let asked = server.asks("olga", "wording set", &[("utterance", json!("raid"))]);
    let hostile = HOSTILE.replace("@everyone <@1> ", "");
    let sent = server.submits("olga", asked, &[("text", &hostile)]).await;
    assert!(server.read(sent).await.contains("Change 1"));
    let history = server.says("olga", "rules history", &[]).await;
    assert!(history.lines().count() == 1 && history.matches('`').count() % 2 == 0, "{history}");
    assert!(!history.contains("```"), "{history}");
    let preview = server.says("olga", "wording preview", &[("utterance", json!("raid"))]).await;
    assert!(!preview.contains("```"), "its text is a file: {preview}");
    server.mannerly();
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn choices_stay_within_discords_limits_however_much_there_is() {
    let long = |start: &str, at: usize| format!("{start}-{at:03}-{}", "x".repeat(60 - start.len()));
    let mut config = String::new();
    for at in 0..100 {
        let name: String = long("rule", at).chars().take(64).collect();
        write!(config, "[[rule]]\nname = \"{name}\"\ncategory = \"personal\"\nwhen = {{ words = [\"w{at}\"] }}\naction = \"observe\"\n")
            .unwrap();
    }
    let mut server = Server::with(&config).await;
    let guild = server.discord.guild("Harbor").unwrap();
    // Some are called alike, as Discord allows.
    for at in 0..200 {
        let name = format!("{:x>100}", at / 4);
        server.discord.create_channel(guild, &name, ChannelKind::Text).unwrap();
        server.discord.create_role(guild, &name, Permissions::NONE).unwrap();
    }
    settled(&server.discord, &server.home).await.unwrap();
    let rows = [
        ("rules show", "name", "", 25),
        ("rules show", "name", "rule-09", 10),
        ("rules add", "channels", "", 25),
        ("rules add", "channels", "<#1>, x", 25),
        ("rules add", "roles", "@xxx", 25),
        ("rules add", "detector", "", 25),
        ("wording set", "utterance", "", 25),
        ("wording set", "language", "", 5),
    ];
    for (path, option, typed, expected) in rows {
        let asked = server.asks_typing("olga", path, &[(option, json!(typed))], option);
        let choices = server.reply(asked).await.data["choices"].as_array().unwrap().clone();
        assert_eq!(choices.len(), expected, "{path} {option} {typed:?}");
        for choice in choices {
            let long = |key: &str| choice[key].as_str().unwrap().chars().count();
            assert!((1..=100).contains(&long("name")) && (1..=100).contains(&long("value")), "{choice}");
        }
    }
    let full = "<#1000000000000000000>, ".repeat(4);
    let offered = server.offered("olga", "rules add", &[("channels", json!(full))], "channels").await;
    assert_eq!(offered.len(), 0, "nothing that Discord would refuse");
    server.mannerly();
    server.stop().await;
}
