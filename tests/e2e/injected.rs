//! Names and texts that others choose take no effect in anything the bot says: they call nobody, link nowhere, end no
//! code, hide nothing, turn nothing round, and are no template.

use aside::simulator::{ChannelKind, Message, Permissions, State};
use serde_json::{Value, json};

use crate::commands::Server;
use crate::community::settled;

/// What takes effect in Discord's markdown, in templates, in a terminal, or in the eye of whoever reads.
const HOSTILE: &[&str] = &[
    "@everyone @here <@&1> <@1>",
    "[x](https://evil.example)",
    "``` x ``` `y`",
    "||x|| **y** ~~z~~ > # w",
    "{{ member }} {% for x in y %} {{ config }}",
    "\u{202e}desrever\u{2066}",
    "a\u{200b}\u{2060}b\u{feff}c",
    "one\ntwo\n@everyone",
    "\u{1b}[2J\u{1b}]0;x\u{7}",
];

/// All of it at once, and as long as anything can be.
fn all(most: usize) -> String {
    HOSTILE.join(" ").chars().cycle().take(most).collect()
}

/// Who uses a command, which, with what.
type Used = (&'static str, &'static str, Vec<(&'static str, Value)>);

/// What a moderator reads back of their own words: the place, what is done there, and where it is shown.
async fn everywhere(server: &Server, words: &str) {
    let discord = &server.discord;
    let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
    let fit = |most: usize| words.chars().take(most).collect::<String>();
    let message = discord
        .post(alex, general, &format!("an utter disgrace {}", fit(3_000).replace("@everyone", "x")))
        .unwrap();
    settled(discord, &server.home).await.unwrap();
    let number = ("number", json!(1));
    let said: [Used; 9] = [
        ("mia", "case note", vec![("note", json!(fit(500))), number.clone()]),
        ("mia", "case show", vec![number.clone()]),
        ("mia", "case resolve", vec![number.clone(), ("outcome", json!(fit(200)))]),
        ("mia", "case show", vec![number.clone()]),
        ("mia", "case list", vec![("state", json!("all"))]),
        ("olga", "rules show", vec![("name", json!(fit(64)))]),
        ("olga", "rules test", vec![("text", json!(fit(2_000)))]),
        ("olga", "wording preview", vec![("utterance", json!(fit(60)))]),
        ("alex", "aside", vec![("about", json!(fit(200)))]),
    ];
    for (who, path, given) in said {
        let known = discord.command(discord.user(who).unwrap(), general, path, &given);
        // What Discord itself does not let anyone write needs no looking at.
        let Ok(asked) = known else { continue };
        server.read(asked).await;
        settled(discord, &server.home).await.unwrap();
    }
    let mia = discord.user("mia").unwrap();
    if let Ok(menu) = discord.message_menu(mia, general, "Take aside", message)
        && server.reply(menu).await.kind == 9
    {
        let sent = discord.submit_modal(mia, menu, &[("reason", &fit(300))]).unwrap();
        server.read(sent).await;
    }
    settled(discord, &server.home).await.unwrap();
}

/// `text` without code, in which nothing takes effect.
fn outside_of_code(text: &str) -> String {
    // What is escaped is shown as it is.
    let text = text.replace("\\`", "").replace("\\[", "").replace("\\]", "");
    let blocks = text.split("```").step_by(2).collect::<Vec<_>>().join(" ");
    blocks.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}

/// What took effect in something that the bot said.
fn effects(message: &Message) -> Vec<&'static str> {
    let text = &message.content;
    let plain = outside_of_code(text);
    let all = [
        ("a code block stays open", text.matches("```").count() % 2 == 1),
        ("a link", plain.contains("](https://evil")),
        ("a spoiler", plain.contains("||x||")),
        ("words are turned round", text.contains(['\u{202e}', '\u{2066}'])),
        ("a terminal is spoken to", text.contains(['\u{1b}', '\u{7}'])),
        ("everyone is named", plain.contains("@everyone")),
        ("a template is filled in", text.contains("<@{{")),
        ("it is too long", text.chars().count() > 2_000),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(what, _)| what).collect()
}

fn said_by_the_bot(server: &Server) -> Vec<Message> {
    let bot = server.discord.bot();
    server.discord.read(|state: &State| {
        let all = state.channels().flat_map(|channel| state.messages(channel.id));
        all.filter(|message| message.author == bot).cloned().collect()
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_others_name_or_write_takes_effect() {
    let words: Vec<String> = HOSTILE.iter().map(|words| (*words).to_owned()).chain([all(4_000)]).collect();
    let mut wrong = Vec::new();
    for words in &words {
        let name: String = words.chars().filter(|c| !c.is_control()).take(90).collect();
        let mut world = crate::community::harbor();
        // The bot greets whoever added it to a server of that name.
        world.guilds.push(aside::simulator::GuildPlan {
            name: name.clone(),
            owner: "cora".to_owned(),
            channels: vec![serde_json::from_value(json!({ "name": "square" })).unwrap()],
            ..aside::simulator::GuildPlan::default()
        });
        let mut server = Server::in_world(&world, crate::community::RULES).await;
        let guild = server.discord.guild("Harbor").unwrap();
        let named = [
            server.discord.create_channel(guild, &name, ChannelKind::Text).map(drop),
            server.discord.create_role(guild, &name, Permissions::MODERATE_MEMBERS).map(drop),
            server.discord.join(guild, &name).map(drop),
        ];
        assert!(named.iter().any(Result::is_ok), "nothing can be called {name:?}");
        everywhere(&server, words).await;
        for command in ["setup", "doctor", "rules history"] {
            server.reply(server.asks("olga", command, &[])).await;
        }
        let said = said_by_the_bot(&server);
        assert!(said.len() >= 8, "{} posts", said.len());
        for message in said {
            let strangers =
                message.pinged.iter().filter(|id| Some(**id) == server.discord.user("sam")).count();
            assert_eq!(strangers, 0, "{}", message.content);
            wrong.extend(effects(&message).into_iter().map(|what| format!("{what}: {:?}", message.content)));
        }
        server.mannerly();
        server.stop().await;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
