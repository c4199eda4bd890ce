//! What Discord refuses: a table of requests with the status and code that each is answered with.
//!
//! `{name}` stands for the identifier of the channel, role, user or guild of that name, or of one of the
//! messages and threads made in [`fixture`]; `{x*2001}` for as many x.

use std::collections::BTreeMap;

use aside::simulator::{ChannelKind, Simulator};
use serde_json::Value;

use crate::support::{Rest, harbor, id};

type Refused = (&'static str, &'static str, u16, u64);

const MESSAGES: &[Refused] = &[
    ("POST /channels/1/messages", r#"{"content":"hi"}"#, 404, 10003),
    ("POST /channels/nowhere/messages", r#"{"content":"hi"}"#, 400, 50035),
    ("POST /channels/{staff}/messages", r#"{"content":"hi"}"#, 403, 50001),
    ("POST /channels/{readonly}/messages", r#"{"content":"hi"}"#, 403, 50013),
    ("POST /channels/{Public}/messages", r#"{"content":"hi"}"#, 400, 50008),
    ("POST /channels/{ideas}/messages", r#"{"content":"hi"}"#, 400, 50008),
    ("POST /channels/{help}/messages", "{}", 400, 50006),
    ("POST /channels/{help}/messages", r#"{"content":"   "}"#, 400, 50006),
    ("POST /channels/{help}/messages", r#"{"content":"{x*2001}"}"#, 400, 50035),
    ("POST /channels/{help}/messages", r#"{"content":1}"#, 400, 50035),
    ("POST /channels/{help}/messages", r#"{"content":"hi","nonce":"{x*26}"}"#, 400, 50035),
    ("POST /channels/{help}/messages", r#"{"embeds":[{"description":"{x*4097}"}]}"#, 400, 50035),
    (
        "POST /channels/{help}/messages",
        r#"{"embeds":[{"description":"{x*4000}"},{"description":"{x*2001}"}]}"#,
        400,
        50035,
    ),
    ("POST /channels/{help}/messages", r#"{"embeds":[{},{},{},{},{},{},{},{},{},{},{}]}"#, 400, 50035),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","components":[{"type":1,"components":[]}]}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","components":[{"type":2,"style":1,"label":"a","custom_id":"a"}]}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","components":[{"type":1,"components":[{"type":2,"style":1,"label":"{x*81}","custom_id":"a"}]}]}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"{x*101}"}]}]}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"a"},{"type":2,"style":1,"label":"b","custom_id":"a"}]}]}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","allowed_mentions":{"parse":["users"],"users":["{alex}"]}}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"hi","message_reference":{"message_id":"1"}}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{lounge}/messages",
        r#"{"content":"hi","message_reference":{"message_id":"{theirs}","channel_id":"{help}"}}"#,
        400,
        50035,
    ),
    (
        "POST /channels/{forgetful}/messages",
        r#"{"content":"hi","message_reference":{"message_id":"1"}}"#,
        403,
        160_002,
    ),
    ("POST /channels/{plain}/messages", r#"{"embeds":[{"title":"a"}]}"#, 403, 50013),
    ("POST /channels/{help}/messages", r#"{"content":"Voldemort"}"#, 400, 200_000),
    ("GET /channels/{staff}/messages", "", 403, 50001),
    ("GET /channels/{help}/messages?limit=101", "", 400, 50035),
    ("GET /channels/{help}/messages?limit=0", "", 400, 50035),
    ("GET /channels/{help}/messages?before=1&after=2", "", 400, 50035),
    ("GET /channels/{help}/messages/1", "", 404, 10008),
    ("GET /channels/{forgetful}/messages/1", "", 403, 50013),
    ("PATCH /channels/{help}/messages/{theirs}", r#"{"content":"mine now"}"#, 403, 50005),
    ("PATCH /channels/{help}/messages/{opened}", r#"{"content":"x"}"#, 403, 50021),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"x","message_reference":{"message_id":"{opened}"}}"#,
        400,
        50035,
    ),
    ("PATCH /channels/{help}/messages/{own}", r#"{"content":""}"#, 400, 50006),
    ("PATCH /channels/{help}/messages/1", r#"{"content":"x"}"#, 404, 10008),
    ("DELETE /channels/{help}/messages/1", "", 404, 10008),
    ("DELETE /channels/{readonly}/messages/{posted}", "", 403, 50013),
    ("POST /channels/{help}/messages/bulk-delete", r#"{"messages":["{own}"]}"#, 400, 50035),
    ("POST /channels/{help}/messages/bulk-delete", r#"{"messages":["{own}","1000"]}"#, 400, 50034),
    ("POST /channels/{readonly}/messages/bulk-delete", r#"{"messages":["{own}","{theirs}"]}"#, 403, 50013),
    ("PUT /channels/{help}/messages/{own}/reactions/word/@me", "", 400, 10014),
    ("PUT /channels/{readonly}/messages/{posted}/reactions/%F0%9F%91%8D/@me", "", 403, 50013),
    ("PUT /channels/{help}/messages/1/reactions/%F0%9F%91%8D/@me", "", 404, 10008),
    ("DELETE /channels/{help}/messages/{own}/reactions/%F0%9F%91%8D/@me", "", 404, 10014),
];

const THREADS: &[Refused] = &[
    ("POST /channels/{help}/threads", r#"{"type":12}"#, 400, 50035),
    ("POST /channels/{help}/threads", r#"{"name":"","type":12}"#, 400, 50035),
    ("POST /channels/{help}/threads", r#"{"name":"{x*101}","type":12}"#, 400, 50035),
    ("POST /channels/{help}/threads", r#"{"name":"a","type":12,"auto_archive_duration":61}"#, 400, 50035),
    ("POST /channels/{help}/threads", r#"{"name":"a","type":0}"#, 400, 50035),
    ("POST /channels/{help}/threads", r#"{"name":"a","type":10}"#, 400, 50024),
    ("POST /channels/{help}/threads", r#"{"name":"voldemort","type":12}"#, 400, 200_001),
    ("POST /channels/{news}/threads", r#"{"name":"a","type":12}"#, 400, 50024),
    ("POST /channels/{lounge}/threads", r#"{"name":"a","type":12}"#, 400, 50024),
    ("POST /channels/{ideas}/threads", r#"{"name":"a"}"#, 400, 50035),
    ("POST /channels/{readonly}/threads", r#"{"name":"a","type":12}"#, 403, 50013),
    ("POST /channels/{readonly}/threads", r#"{"name":"a","type":11}"#, 403, 50013),
    ("POST /channels/{staff}/threads", r#"{"name":"a","type":12}"#, 403, 50001),
    ("POST /channels/{help}/messages/{started}/threads", r#"{"name":"again"}"#, 400, 160_004),
    ("POST /channels/{help}/messages/1/threads", r#"{"name":"a"}"#, 404, 10008),
    ("GET /channels/{theirs alone}", "", 403, 50001),
    ("POST /channels/{theirs alone}/messages", r#"{"content":"hi"}"#, 403, 50001),
    ("PUT /channels/{theirs alone}/thread-members/@me", "", 403, 50001),
    ("PUT /channels/{put away}/thread-members/{alex}", "", 400, 50083),
    ("PATCH /channels/{put away}/messages/{in put away}", r#"{"content":"x"}"#, 400, 50083),
    ("PATCH /channels/{put away}", r#"{"name":"other"}"#, 400, 50083),
    ("PATCH /channels/{put away}", r#"{"archived":true,"name":"other"}"#, 400, 50083),
    ("PATCH /channels/{put away}", r#"{"archived":true,"locked":false}"#, 400, 50083),
    ("PATCH /channels/{put away}", r#"{"locked":true}"#, 400, 50083),
    ("PATCH /channels/{gone}", r#"{"archived":true}"#, 404, 10003),
    ("POST /channels/{gone}/messages", r#"{"content":"hi"}"#, 404, 10003),
    ("GET /channels/{gone}/messages", "", 404, 10003),
    ("PUT /channels/{gone}/thread-members/{alex}", "", 404, 10003),
    ("DELETE /channels/{open}/messages/{added}", "", 403, 50021),
    ("PUT /channels/{open}/thread-members/1", "", 404, 10013),
    ("PUT /channels/{open}/thread-members/{stranger}", "", 404, 10007),
    ("PUT /channels/{vip talk}/thread-members/{alex}", "", 403, 50001),
    ("PUT /channels/{help}/thread-members/{alex}", "", 400, 50024),
    ("DELETE /channels/{open}/thread-members/{hugo}", "", 404, 10007),
    ("GET /channels/{open}/thread-members/{hugo}", "", 404, 10007),
    ("GET /channels/{help}/thread-members", "", 400, 50024),
    ("GET /channels/{readonly}/threads/archived/private", "", 403, 50013),
];

const THE_REST: &[Refused] = &[
    ("GET /nowhere", "", 404, 0),
    ("PATCH /gateway", "", 404, 0),
    ("GET /guilds/1", "", 404, 10004),
    ("GET /guilds/{Harbor}/auto-moderation/rules", "", 403, 50013),
    ("GET /guilds/{Harbor}/audit-logs", "", 403, 50013),
    ("GET /guilds/{Harbor}/members/1", "", 404, 10013),
    ("GET /guilds/{Harbor}/members/{stranger}", "", 404, 10007),
    ("GET /guilds/{Harbor}/roles/1", "", 404, 10011),
    ("GET /users/1", "", 404, 10013),
    ("POST /users/@me/channels", "{}", 400, 50035),
    ("POST /users/@me/channels", r#"{"recipient_id":"1"}"#, 400, 50033),
    ("POST /channels/{dm with shut}/messages", r#"{"content":"hi"}"#, 403, 50007),
    ("POST /channels/{dm with stranger}/messages", r#"{"content":"hi"}"#, 403, 50007),
    ("GET /channels/{staff}", "", 403, 50001),
    ("PATCH /channels/{help}", r#"{"name":"renamed"}"#, 403, 50013),
    ("DELETE /channels/{help}", "", 403, 50013),
    ("PUT /channels/{help}/permissions/{alex}", r#"{"type":1,"deny":"1024"}"#, 403, 50013),
    ("POST /applications/1/commands", r#"{"name":"a","description":"b"}"#, 403, 50001),
    ("POST /applications/{bot}/commands", r#"{"name":"With Space","description":"b"}"#, 400, 50035),
    ("POST /applications/{bot}/commands", r#"{"name":"a"}"#, 400, 50035),
    ("POST /applications/{bot}/commands", r#"{"name":"a","description":"{x*101}"}"#, 400, 50035),
    ("POST /applications/{bot}/commands", r#"{"name":"A menu","type":3,"description":"no"}"#, 400, 50035),
    (
        "PUT /applications/{bot}/commands",
        r#"[{"name":"a","description":"b"},{"name":"a","description":"c"}]"#,
        400,
        50035,
    ),
    ("PUT /applications/{bot}/commands", "{}", 400, 50035),
    ("GET /applications/{bot}/commands/1", "", 404, 10063),
    ("DELETE /applications/{bot}/guilds/{Harbor}/commands/1", "", 404, 10063),
    ("GET /applications/{bot}/guilds/1/commands", "", 403, 50001),
    ("POST /interactions/1/no-token/callback", r#"{"type":4,"data":{"content":"a"}}"#, 404, 10062),
    ("POST /webhooks/{bot}/no-token", r#"{"content":"a"}"#, 401, 50027),
    ("POST /webhooks/1/no-token", r#"{"content":"a"}"#, 404, 10015),
    ("PATCH /webhooks/{bot}/no-token/messages/@original", r#"{"content":"a"}"#, 401, 50027),
];

/// Messages and threads that the table speaks of.
async fn fixture(discord: &Simulator, rest: &Rest) -> BTreeMap<&'static str, u64> {
    discord.enforce_limits(false);
    let of = |name: &str| id(discord, name);
    let text = |words: &str| serde_json::json!({ "content": words });
    discord.block_words(of("Harbor"), &["voldemort"]);
    let stranger = discord.join(of("Harbor"), "stranger").unwrap();
    discord.leave(of("Harbor"), stranger).unwrap();

    let help = of("help");
    let theirs = discord.post(of("alex"), help, "a message").unwrap();
    let posted = discord.post(of("olga"), of("readonly"), "rules").unwrap();
    let own = rest.post(&format!("/channels/{help}/messages"), text("mine")).await.id();
    let started = discord.post(of("alex"), help, "a start").unwrap();
    let path = format!("/channels/{help}/messages/{started}/threads");
    rest.post(&path, serde_json::json!({ "name": "from a message" })).await.id();

    let public = serde_json::json!({ "name": "in public", "type": 11 });
    rest.post(&format!("/channels/{help}/threads"), public).await.id();
    let opened = discord.messages(help).pop().unwrap().id;
    let private = |name: &str| serde_json::json!({ "name": name, "type": 12 });
    let open = rest.post(&format!("/channels/{help}/threads"), private("open")).await.id();
    rest.call(&format!("PUT /channels/{open}/thread-members/{}", of("hana")), Value::Null).await;
    let added = discord.messages(open).pop().unwrap().id;
    let gone = rest.post(&format!("/channels/{help}/threads"), private("gone")).await.id();
    discord.delete_channel(gone).unwrap();
    let put_away = rest.post(&format!("/channels/{help}/threads"), private("put away")).await.id();
    let inside = rest.post(&format!("/channels/{put_away}/messages"), text("inside")).await.id();
    discord.archive(of("olga"), put_away, true).unwrap();
    let vip_talk = rest.post(&format!("/channels/{}/threads", of("vip")), private("vip talk")).await.id();
    let theirs_alone =
        discord.open_thread(of("olga"), of("readonly"), "theirs alone", ChannelKind::PrivateThread).unwrap();
    let mut dm = BTreeMap::new();
    for user in ["shut", "stranger"] {
        let recipient = serde_json::json!({ "recipient_id": of(user).to_string() });
        dm.insert(user, rest.post("/users/@me/channels", recipient).await.id());
    }
    BTreeMap::from([
        ("theirs", theirs),
        ("posted", posted),
        ("own", own),
        ("started", started),
        ("opened", opened),
        ("open", open),
        ("added", added),
        ("gone", gone),
        ("put away", put_away),
        ("in put away", inside),
        ("vip talk", vip_talk),
        ("theirs alone", theirs_alone),
        ("dm with shut", dm["shut"]),
        ("dm with stranger", dm["stranger"]),
        ("bot", discord.bot()),
    ])
}

/// `text` with every `{name}` and `{x*n}` filled in. Braces of JSON are left alone.
fn filled(discord: &Simulator, fixture: &BTreeMap<&str, u64>, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        let inner = rest[at + 1..].split(['}', '{', '"']).next().unwrap();
        let closed = rest[at + 1 + inner.len()..].starts_with('}') && !inner.is_empty();
        if !closed {
            out.push('{');
            rest = &rest[at + 1..];
            continue;
        }
        if let Some(count) = inner.strip_prefix("x*") {
            out.push_str(&"x".repeat(count.parse().unwrap()));
        } else {
            let known = fixture.get(inner).copied();
            out.push_str(&known.unwrap_or_else(|| id(discord, inner)).to_string());
        }
        rest = &rest[at + inner.len() + 2..];
    }
    out + rest
}

#[tokio::test]
async fn discord_refuses_what_the_table_says() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let made = fixture(&discord, &rest).await;
    let mut wrong = Vec::new();
    for (call, body, status, code) in MESSAGES.iter().chain(THREADS).chain(THE_REST) {
        let sent = filled(&discord, &made, body);
        let sent = if sent.is_empty() { Value::Null } else { serde_json::from_str(&sent).unwrap() };
        let reply = rest.call(&filled(&discord, &made, call), sent).await;
        if reply.status != *status || reply.body["code"] != *code || !reply.body["message"].is_string() {
            wrong.push(format!("{call} {body}: {} {}", reply.status, reply.body));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn a_wrong_token_is_turned_away() {
    let discord = harbor().await;
    let rest = Rest::with_token(&discord, "wrong");
    let reply = rest.get("/users/@me").await;
    assert_eq!((reply.status, &reply.body["message"]), (401, &"401: Unauthorized".into()));
    assert_eq!(reply.body["code"], 0);
    assert_eq!(rest.get("/gateway").await.status, 200);
}

#[tokio::test]
async fn a_broken_body_is_named_and_a_wrong_field_placed() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let path = format!("POST /channels/{}/messages", id(&discord, "help"));
    let broken = rest.build(&path, &Value::Null).header("content-type", "application/json").body("{");
    let reply = crate::support::read(broken.send().await.unwrap()).await.unwrap();
    assert_eq!((reply.status, &reply.body["code"]), (400, &50109.into()));

    let long = serde_json::json!({ "content": "x".repeat(2001) });
    let reply = rest.call(&path, long).await;
    let error = &reply.body["errors"]["content"]["_errors"][0];
    assert_eq!(error["code"], "BASE_TYPE_MAX_LENGTH");
    assert_eq!(error["message"], "Must be 2000 or fewer in length.");
}

#[tokio::test]
async fn too_many_active_threads_are_refused_until_one_is_archived() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let path = format!("/channels/{}/threads", id(&discord, "help"));
    let plan = serde_json::json!({ "name": "one", "type": 12 });
    discord.set_thread_limit(id(&discord, "Harbor"), 1);
    let first = rest.post(&path, plan.clone()).await.id();
    let reply = rest.post(&path, plan.clone()).await;
    assert_eq!((reply.status, &reply.body["code"]), (400, &160_006.into()));
    discord.archive(id(&discord, "olga"), first, false).unwrap();
    assert_eq!(rest.post(&path, plan).await.status, 201);
}
