//! Sessions: hello, identify, heartbeats, resume, close codes, and who is told what.

use aside::simulator::{ChannelKind, GuildPlan, Permissions, Privileged, Simulator, World};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{Came, Gateway, Rest, harbor, id, world};

const GUILDS: u64 = 1;
const MEMBERS: u64 = 1 << 1;
const PRESENCES: u64 = 1 << 8;
const MESSAGES: u64 = 1 << 9;
const REACTIONS: u64 = 1 << 10;
const DIRECT: u64 = 1 << 12;
const CONTENT: u64 = 1 << 15;
const AUTOMOD: u64 = 1 << 21;

#[tokio::test]
async fn a_session_begins_with_ready_and_the_guilds() {
    let discord = harbor().await;
    let (mut gateway, ready) = Gateway::ready(&discord, GUILDS | MESSAGES).await;
    assert_eq!(ready["user"]["id"], discord.bot().to_string());
    assert_eq!(ready["guilds"][0]["unavailable"], true);
    assert!(ready["resume_gateway_url"].as_str().unwrap().starts_with("ws://127.0.0.1:"));
    let guild = gateway.event("GUILD_CREATE").await;
    let staff = guild["channels"].as_array().unwrap().iter().find(|one| one["name"] == "staff").unwrap();
    assert_eq!(staff["permission_overwrites"].as_array().unwrap().len(), 2);
    assert_eq!(guild["members"].as_array().unwrap().len(), 1, "only the bot without the members intent");
    assert_eq!(guild["roles"].as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn a_guild_tells_since_when_the_bot_is_there_and_which_channels_are_special() {
    let mut world = world();
    world.guilds[0].system_channel = Some("help".to_owned());
    world.guilds[0].public_updates_channel = Some("staff".to_owned());
    let discord = Simulator::start(&world).await.unwrap();
    let start: Timestamp = discord.read(aside::simulator::State::now);
    let joined = |guild: &Value| guild["joined_at"].as_str().unwrap().parse::<Timestamp>().unwrap();
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS).await;
    let guild = gateway.event("GUILD_CREATE").await;
    assert!(joined(&guild) < start - SignedDuration::from_hours(30 * 24));
    assert_eq!(guild["members"][0]["joined_at"], guild["joined_at"]);
    assert_eq!(guild["system_channel_id"], id(&discord, "help").to_string());
    assert_eq!(guild["public_updates_channel_id"], id(&discord, "staff").to_string());

    discord.add_guild(&GuildPlan::default()).unwrap();
    let added = gateway.event("GUILD_CREATE").await;
    assert!(joined(&added) >= start - SignedDuration::from_secs(1));
    assert_eq!(
        (&added["system_channel_id"], &added["public_updates_channel_id"]),
        (&Value::Null, &Value::Null)
    );
    discord.delete_channel(id(&discord, "help")).unwrap();
    let rest = Rest::new(&discord).get(&format!("/guilds/{}", id(&discord, "Harbor"))).await;
    assert_eq!(rest.body["system_channel_id"], Value::Null);
    world.guilds[0].system_channel = Some("nowhere".to_owned());
    assert!(Simulator::start(&world).await.is_err());
}

#[tokio::test]
async fn members_come_with_their_intent() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS | MEMBERS).await;
    let guild = gateway.event("GUILD_CREATE").await;
    assert_eq!(guild["members"].as_array().unwrap().len(), 8);
    let guild = guild["id"].clone();
    gateway.send(json!({ "op": 8, "d": { "guild_id": guild, "query": "h", "limit": 0 } })).await;
    let chunk = gateway.event("GUILD_MEMBERS_CHUNK").await;
    let names = chunk["members"].as_array().unwrap().iter().map(|one| one["user"]["username"].clone());
    assert_eq!(names.collect::<Vec<_>>(), ["hana", "hugo"]);
}

#[tokio::test]
async fn heartbeats_are_acknowledged_until_they_are_not() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS).await;
    gateway.event("GUILD_CREATE").await;
    assert_eq!(gateway.pending().await, []);
    discord.acknowledge_heartbeats(false);
    gateway.send(json!({ "op": 1, "d": 2 })).await;
    discord.send_event("MARK", &Value::Null);
    assert_eq!(gateway.payload().await["t"], "MARK", "no acknowledgment came before");
}

/// What a client sends, and the code it is closed with.
#[tokio::test]
async fn wrong_clients_are_closed_with_the_right_code() {
    let identify = |token: &str, intents: u64, shard: [u64; 2]| json!({ "op": 2, "d": { "token": token, "intents": intents, "shard": shard, "properties": {} } });
    let table = [
        (identify("wrong", GUILDS, [0, 1]), 4004),
        (identify("simulated", GUILDS, [1, 1]), 4010),
        (identify("simulated", GUILDS, [0, 0]), 4010),
        (identify("simulated", 1 << 40, [0, 1]), 4013),
        (identify("simulated", PRESENCES, [0, 1]), 4014),
        (json!({ "op": 2, "d": {} }), 4002),
        (json!({ "op": 3, "d": {} }), 4003),
        (json!({ "op": 8, "d": {} }), 4003),
        (json!({ "op": 99, "d": {} }), 4001),
    ];
    let discord = harbor().await;
    for (payload, code) in table {
        let mut gateway = Gateway::connect(&discord).await;
        gateway.send(payload.clone()).await;
        assert_eq!(gateway.next().await, Came::Closed(code), "{payload}");
    }
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS).await;
    gateway.event("GUILD_CREATE").await;
    gateway.identify(GUILDS).await;
    assert_eq!(gateway.next().await, Came::Closed(4005));
}

#[tokio::test]
async fn a_client_that_sends_too_much_is_closed() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, 0).await;
    // The identify was the first of 120.
    for _ in 0..119 {
        gateway.send(json!({ "op": 3, "d": {} })).await;
    }
    gateway.send(json!({ "op": 3, "d": {} })).await;
    assert_eq!(gateway.next().await, Came::Closed(4008));
}

#[tokio::test]
async fn a_privileged_intent_is_refused_until_it_is_switched_on() {
    let discord = harbor().await;
    discord.set_privileged(&[]);
    let mut gateway = Gateway::connect(&discord).await;
    gateway.identify(GUILDS | CONTENT).await;
    assert_eq!(gateway.next().await, Came::Closed(4014));
    discord.set_privileged(&[Privileged::MessageContent]);
    let (_, ready) = Gateway::ready(&discord, GUILDS | CONTENT).await;
    assert_eq!(ready["application"]["flags"], 1 << 19);
}

#[tokio::test]
async fn a_resume_replays_what_was_missed() {
    let discord = harbor().await;
    let (mut gateway, ready) = Gateway::ready(&discord, GUILDS | MESSAGES | CONTENT).await;
    gateway.event("GUILD_CREATE").await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    discord.post(alex, help, "heard").unwrap();
    gateway.event("MESSAGE_CREATE").await;
    let seq = gateway.seq;
    discord.cut_gateway();
    assert_eq!(gateway.next().await, Came::Cut);
    discord.wait_until("the cut", |state| (!state.is_connected()).then_some(())).await.unwrap();
    discord.post(alex, help, "missed").unwrap();

    let mut again = Gateway::connect(&discord).await;
    again.resume(ready["session_id"].as_str().unwrap(), seq).await;
    let missed = again.payload().await;
    assert_eq!((&missed["t"], &missed["d"]["content"]), (&"MESSAGE_CREATE".into(), &"missed".into()));
    assert_eq!(missed["s"], seq + 1);
    assert_eq!(again.payload().await["t"], "RESUMED");
    discord.post(alex, help, "live").unwrap();
    assert_eq!(again.event("MESSAGE_CREATE").await["content"], "live");
    assert_eq!(discord.read(aside::simulator::State::sessions_opened), (1, 1));
}

#[tokio::test]
async fn a_session_that_was_left_or_never_was_cannot_be_resumed() {
    let discord = harbor().await;
    let (gateway, ready) = Gateway::ready(&discord, GUILDS).await;
    let session = ready["session_id"].as_str().unwrap().to_owned();
    gateway.close(1000).await;
    for session in [session.as_str(), "never"] {
        let mut again = Gateway::connect(&discord).await;
        again.resume(session, 1).await;
        let answer = again.payload().await;
        assert_eq!((&answer["op"], &answer["d"]), (&9.into(), &false.into()));
        // Discord lets the client identify on the same connection.
        again.identify(GUILDS).await;
        again.event("READY").await;
    }
}

#[tokio::test]
async fn a_lost_session_can_be_resumed_only_up_to_what_was_sent() {
    let discord = harbor().await;
    let (gateway, ready) = Gateway::ready(&discord, GUILDS).await;
    gateway.vanish();
    let mut again = Gateway::connect(&discord).await;
    again.resume(ready["session_id"].as_str().unwrap(), 1000).await;
    assert_eq!(again.payload().await["op"], 9);
}

#[tokio::test]
async fn tests_can_close_invalidate_ask_to_reconnect_and_repeat() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS | MESSAGES).await;
    gateway.event("GUILD_CREATE").await;
    discord.post(id(&discord, "alex"), id(&discord, "help"), "twice").unwrap();
    let first = gateway.payload().await;
    assert!(discord.repeat_event("MESSAGE_CREATE"));
    assert!(!discord.repeat_event("NEVER_SENT"));
    assert_eq!(gateway.payload().await, first);
    discord.send_event("SOMETHING_NEW", &json!({ "odd": null }));
    assert_eq!(gateway.event("SOMETHING_NEW").await, json!({ "odd": null }));
    discord.request_reconnect();
    assert_eq!(gateway.payload().await["op"], 7);
    discord.invalidate_sessions(true);
    assert_eq!(gateway.payload().await["d"], true);
    discord.close_gateway(4009);
    assert_eq!(gateway.next().await, Came::Closed(4009));
}

#[tokio::test]
async fn events_need_their_intent() {
    let discord = harbor().await;
    let (alex, help, harbor) = (id(&discord, "alex"), id(&discord, "help"), id(&discord, "Harbor"));
    discord.block_words(harbor, &["voldemort"]);
    let everyone = Permissions::ORDINARY | Permissions::MANAGE_GUILD;
    discord.set_role(harbor, discord.role("Aside").unwrap(), everyone).unwrap();
    let table: [(u64, &str, &[&str]); 6] = [
        (GUILDS, "channel", &["CHANNEL_UPDATE"]),
        (GUILDS | MESSAGES, "post", &["MESSAGE_CREATE"]),
        (GUILDS | REACTIONS, "post", &["MESSAGE_REACTION_ADD"]),
        (GUILDS | DIRECT, "dm", &["MESSAGE_CREATE"]),
        (GUILDS | MEMBERS, "role", &["GUILD_MEMBER_UPDATE"]),
        (GUILDS | AUTOMOD, "blocked", &["AUTO_MODERATION_ACTION_EXECUTION"]),
    ];
    for (intents, act, expected) in table {
        let (mut with, _) = Gateway::ready(&discord, intents).await;
        with.event("GUILD_CREATE").await;
        let (mut without, _) = Gateway::ready(&discord, 0).await;
        match act {
            "channel" => discord.rename_channel(help, "help").unwrap(),
            "dm" => drop(discord.write_to_bot(alex, "hello").unwrap()),
            "role" => discord.set_roles(harbor, alex, &[]).unwrap(),
            "blocked" => drop(discord.post(alex, help, "Voldemort").unwrap_err()),
            _ => {
                let message = discord.post(alex, help, "hello").unwrap();
                discord.react(alex, help, message, "👍").unwrap();
            }
        }
        let names: Vec<String> = with.pending().await.into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, expected, "intents {intents:b}");
        assert_eq!(without.pending().await, [], "no intents");
    }
}

#[tokio::test]
async fn without_the_content_intent_only_addressed_messages_have_content() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS | MESSAGES | DIRECT).await;
    gateway.event("GUILD_CREATE").await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let mention = format!("<@{}> hello", discord.bot());
    discord.post(alex, help, "secret").unwrap();
    discord.post(alex, help, &mention).unwrap();
    discord.write_to_bot(alex, "in private").unwrap();
    let contents = gateway.pending().await.into_iter().map(|(_, data)| data["content"].clone());
    assert_eq!(contents.collect::<Vec<_>>(), [json!(""), json!(mention), json!("in private")]);

    discord.set_privileged(&[]);
    let listed = Rest::new(&discord).get(&format!("/channels/{help}/messages")).await;
    assert_eq!([&listed.body[0]["content"], &listed.body[1]["content"]], [&json!(mention), &json!("")]);
}

#[tokio::test]
async fn what_the_bot_cannot_see_it_is_not_told() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS | MESSAGES | CONTENT).await;
    gateway.event("GUILD_CREATE").await;
    let (mia, staff, readonly) = (id(&discord, "mia"), id(&discord, "staff"), id(&discord, "readonly"));
    discord.post(mia, staff, "among us").unwrap();
    let talk =
        discord.open_thread(id(&discord, "olga"), readonly, "closed", ChannelKind::PrivateThread).unwrap();
    discord.post(id(&discord, "olga"), talk, "hidden").unwrap();
    assert_eq!(gateway.pending().await, []);
    discord.add_to_thread(id(&discord, "olga"), talk, discord.bot()).unwrap();
    let names: Vec<String> = gateway.pending().await.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE", "MESSAGE_CREATE"]);
    let inside = discord.open_thread(mia, staff, "inside", ChannelKind::PublicThread).unwrap();
    discord.set_overwrite(staff, discord.bot(), Permissions::VIEW_CHANNEL, Permissions::NONE).unwrap();
    let came = gateway.event("THREAD_LIST_SYNC").await;
    assert_eq!(came["channel_ids"], json!([staff.to_string()]));
    assert_eq!(came["threads"][0]["id"], inside.to_string());
    discord.post(mia, staff, "now you may").unwrap();
    assert_eq!(gateway.event("MESSAGE_CREATE").await["content"], "now you may");
}

#[tokio::test]
async fn guilds_and_direct_messages_come_to_their_shard() {
    let plans = (0..4).map(|n| GuildPlan { name: format!("guild {n}"), ..GuildPlan::default() });
    let world = World { guilds: plans.collect(), shards: 2, ..World::default() };
    let discord = Simulator::start(&world).await.unwrap();
    let mut seen = Vec::new();
    for shard in 0..2 {
        let mut gateway = Gateway::connect(&discord).await;
        let data = json!({ "token": discord.token(), "intents": GUILDS | DIRECT, "shard": [shard, 2] });
        gateway.send(json!({ "op": 2, "d": data })).await;
        let ready = gateway.event("READY").await;
        for guild in ready["guilds"].as_array().unwrap() {
            let id: u64 = guild["id"].as_str().unwrap().parse().unwrap();
            assert_eq!((id >> 22) % 2, shard);
            seen.push(id);
            gateway.event("GUILD_CREATE").await;
        }
        discord.write_to_bot(id(&discord, "owner"), "hello").unwrap();
        let direct = gateway.pending().await.len();
        assert_eq!(direct, usize::from(shard == 0));
    }
    seen.sort_unstable();
    assert_eq!(seen, discord.read(|state| state.guilds().map(|guild| guild.id).collect::<Vec<_>>()));
}

#[tokio::test]
async fn changes_of_the_guild_are_told() {
    let discord = harbor().await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS | MEMBERS).await;
    gateway.event("GUILD_CREATE").await;
    let harbor = id(&discord, "Harbor");
    let role = discord.create_role(harbor, "New", Permissions::NONE).unwrap();
    discord.set_role(harbor, role, Permissions::MANAGE_THREADS).unwrap();
    discord.delete_role(harbor, role).unwrap();
    let channel = discord.create_channel(harbor, "new", ChannelKind::Text).unwrap();
    discord.set_overwrite(channel, harbor, Permissions::NONE, Permissions::VIEW_CHANNEL).unwrap();
    discord.remove_overwrite(channel, harbor).unwrap();
    discord.delete_channel(channel).unwrap();
    let newcomer = discord.join(harbor, "newcomer").unwrap();
    discord.leave(harbor, newcomer).unwrap();
    discord.outage(harbor, true);
    discord.outage(harbor, false);
    discord.add_guild(&GuildPlan::default()).unwrap();
    discord.remove_guild(harbor);
    let names: Vec<String> = gateway.pending().await.into_iter().map(|(name, _)| name).collect();
    let expected = [
        "GUILD_ROLE_CREATE",
        "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE",
        "CHANNEL_CREATE",
        "CHANNEL_UPDATE",
        "CHANNEL_UPDATE",
        "THREAD_LIST_SYNC",
        "CHANNEL_DELETE",
        "GUILD_MEMBER_ADD",
        "GUILD_MEMBER_REMOVE",
        "GUILD_DELETE",
        "GUILD_CREATE",
        "GUILD_CREATE",
        "GUILD_DELETE",
    ];
    assert_eq!(names, expected);
}

#[tokio::test]
async fn a_guild_the_bot_was_removed_from_is_closed_to_it() {
    let discord = harbor().await;
    let (harbor, help) = (id(&discord, "Harbor"), id(&discord, "help"));
    discord.remove_guild(harbor);
    let rest = Rest::new(&discord);
    for path in [format!("/guilds/{harbor}"), format!("/channels/{help}")] {
        assert_eq!(rest.get(&path).await.body["code"], 50001, "{path}");
    }
    let (mut gateway, ready) = Gateway::ready(&discord, GUILDS | MESSAGES).await;
    assert_eq!(ready["guilds"], json!([]));
    discord.post(id(&discord, "alex"), help, "among ourselves").unwrap();
    assert_eq!(gateway.pending().await, []);
}

#[tokio::test]
async fn zlib_stream_is_spoken_when_asked_for() {
    use std::io::Read as _;

    use futures::StreamExt as _;

    let discord = Simulator::start(&world()).await.unwrap();
    let address = discord.base().replace("http", "ws") + "/?v=10&encoding=json&compress=zlib-stream";
    let (mut socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
    let frame = socket.next().await.unwrap().unwrap().into_data();
    assert!(frame.ends_with(&[0, 0, 0xFF, 0xFF]), "a sync flush ends each message");
    let mut text = String::new();
    // The stream goes on, so reading to its end fails; what came so far is there.
    let _unfinished = flate2::read::ZlibDecoder::new(&frame[..]).read_to_string(&mut text);
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap()["op"], 10);
}

#[tokio::test]
async fn stopping_closes_the_gateway() {
    let discord = harbor().await;
    let mut gateway = Gateway::connect(&discord).await;
    discord.stop().await;
    assert_eq!(gateway.next().await, Came::Closed(1001));
}
