//! What the embedded Discord answers and tells, against Discord's own API document.

use aside::simulator::{Permissions, Request, Simulator};
use serde_json::{Value, json};

use crate::moderation::every_rule;
use crate::openapi::Document;
use crate::support::{Gateway, Rest, harbor, id};

/// Requests that are all granted, in order; `{name}` as in the table of refusals, and `{id}` for the
/// identifier in the latest answer that had one.
const GRANTED: &[(&str, &str)] = &[
    ("GET /gateway", ""),
    ("GET /gateway/bot", ""),
    ("GET /users/@me", ""),
    ("GET /users/@me/guilds", ""),
    ("GET /users/{alex}", ""),
    ("GET /applications/@me", ""),
    ("GET /oauth2/applications/@me", ""),
    ("GET /guilds/{Harbor}?with_counts=true", ""),
    ("GET /guilds/{Harbor}/channels", ""),
    ("GET /guilds/{Harbor}/roles", ""),
    ("GET /guilds/{Harbor}/members?limit=5", ""),
    ("GET /guilds/{Harbor}/members/{mia}", ""),
    ("GET /guilds/{Harbor}/auto-moderation/rules", ""),
    ("GET /guilds/{Harbor}/audit-logs?action_type=28&limit=1", ""),
    ("GET /channels/{help}", ""),
    ("GET /channels/{ideas}", ""),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"<@{alex}> hi","nonce":"n","enforce_nonce":true,"embeds":[{"title":"t","fields":[{"name":"a","value":"b"}]}],"components":[{"type":1,"components":[{"type":2,"style":1,"label":"Go","custom_id":"go"}]},{"type":1,"components":[{"type":3,"custom_id":"s","options":[{"label":"a","value":"b"}]}]}],"allowed_mentions":{"parse":["users"]}}"#,
    ),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"choose","components":[{"type":1,"components":[{"type":5,"custom_id":"5","default_values":[{"type":"user","id":"{alex}"}]}]},{"type":1,"components":[{"type":6,"custom_id":"6","placeholder":"p"}]},{"type":1,"components":[{"type":7,"custom_id":"7","max_values":25}]},{"type":1,"components":[{"type":8,"custom_id":"8","channel_types":[0,5],"min_values":0}]}]}"#,
    ),
    ("PATCH /channels/{help}/messages/{id}", r#"{"content":"edited"}"#),
    ("PUT /channels/{help}/messages/{id}/reactions/%F0%9F%91%8D/@me", ""),
    ("GET /channels/{help}/messages/{id}/reactions/%F0%9F%91%8D", ""),
    ("GET /channels/{help}/messages/{id}", ""),
    (
        "POST /channels/{help}/messages",
        r#"{"content":"a reply","message_reference":{"message_id":"{id}","fail_if_not_exists":false}}"#,
    ),
    ("GET /channels/{help}/messages?limit=10", ""),
    ("POST /channels/{help}/typing", ""),
    ("POST /channels/{help}/messages/{id}/threads", r#"{"name":"about it"}"#),
    ("POST /channels/{ideas}/threads", r#"{"name":"an idea","message":{"content":"what if"}}"#),
    ("POST /channels/{help}/threads", r#"{"name":"aside","type":12,"invitable":false}"#),
    ("PUT /channels/{id}/thread-members/{alex}", ""),
    ("GET /channels/{id}/thread-members?with_member=true", ""),
    ("GET /channels/{id}/thread-members/{alex}", ""),
    ("GET /channels/{id}/messages", ""),
    ("DELETE /channels/{id}/thread-members/{alex}", ""),
    ("GET /guilds/{Harbor}/threads/active", ""),
    ("PATCH /channels/{id}", r#"{"archived":true,"locked":true}"#),
    ("GET /channels/{help}/threads/archived/private", ""),
    ("GET /channels/{help}/threads/archived/public", ""),
    ("GET /channels/{help}/users/@me/threads/archived/private", ""),
    ("PUT /channels/{help}/permissions/{alex}", r#"{"type":1,"allow":1024,"deny":0}"#),
    ("DELETE /channels/{help}/permissions/{alex}", ""),
    ("GET /channels/{help}/messages/pins", ""),
    ("GET /channels/{help}/pins", ""),
    ("PATCH /channels/{help}", r#"{"topic":"Ask away"}"#),
    ("POST /users/@me/channels", r#"{"recipient_id":"{alex}"}"#),
    ("GET /channels/{id}", ""),
    ("POST /channels/{id}/messages", r#"{"content":"in private"}"#),
    (
        "PUT /applications/{bot}/commands",
        r#"[{"name":"case","name_localizations":{"de":"fall"},"description":"d","options":[{"type":1,"name":"list","description":"d"},{"type":1,"name":"add","description":"d","options":[{"type":3,"name":"a","description":"d","choices":[{"name":"b","value":"c"}]},{"type":11,"name":"file","description":"d"}]}]},{"name":"Take aside","type":3}]"#,
    ),
    ("GET /applications/{bot}/commands", ""),
    ("GET /applications/{bot}/commands?with_localizations=true", ""),
    ("GET /applications/{bot}/guilds/{Harbor}/commands/permissions", ""),
    ("POST /applications/{bot}/guilds/{Harbor}/commands", r#"{"name":"doctor","description":"d"}"#),
    ("PATCH /applications/{bot}/guilds/{Harbor}/commands/{id}", r#"{"description":"e"}"#),
    ("GET /applications/{bot}/guilds/{Harbor}/commands/{id}", ""),
    ("DELETE /applications/{bot}/guilds/{Harbor}/commands/{id}", ""),
];

impl Document {
    /// What is wrong with the answer that a request got.
    pub(crate) fn answer_complaints(&self, request: &Request) -> Vec<String> {
        let Some(operation) = self.operation(request) else { return Vec::new() };
        let status = request.status.to_string();
        let schema = ["responses", &status, "content", "application/json", "schema"];
        if self.pointer(&operation, &["responses", &status]).is_none() && request.status < 400 {
            return vec![format!("{} {}: unexpected status {status}", request.method, request.path)];
        }
        let Some(pointer) = self.pointer(&operation, &schema) else { return Vec::new() };
        let complaints = self.check(&pointer, &request.answer);
        complaints
            .iter()
            .map(|what| format!("{} {} → {status}: {what}", request.method, request.path))
            .collect()
    }

    /// What is wrong with an event of the gateway, as far as the document describes what it carries.
    pub(crate) fn event_complaints(&self, name: &str, data: &Value) -> Vec<String> {
        let schema = match name {
            "MESSAGE_CREATE" | "MESSAGE_UPDATE" => "MessageResponse",
            "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "CHANNEL_DELETE" => "GuildChannelResponse",
            "THREAD_CREATE" | "THREAD_UPDATE" => "ThreadResponse",
            "AUTO_MODERATION_RULE_CREATE" => match data["trigger_type"].as_u64() {
                Some(1) => "KeywordRuleResponse",
                Some(3) => "MLSpamRuleResponse",
                Some(4) => "DefaultKeywordRuleResponse",
                Some(5) => "MentionSpamRuleResponse",
                _ => "UserProfileRuleResponse",
            },
            _ => return Vec::new(),
        };
        self.complaints_about(schema, data).iter().map(|what| format!("{name}: {what}")).collect()
    }

    /// What keeps `value` from being what the document calls `schema`.
    pub(crate) fn complaints_about(&self, schema: &str, value: &Value) -> Vec<String> {
        self.check(&format!("/components/schemas/{schema}"), value)
    }
}

async fn granted(discord: &Simulator, rest: &Rest) {
    let mut latest = String::new();
    for (call, body) in GRANTED {
        let fill = |text: &str| {
            ["alex", "mia", "help", "ideas", "Harbor"]
                .iter()
                .fold(text.to_owned(), |text, name| {
                    text.replace(&format!("{{{name}}}"), &id(discord, name).to_string())
                })
                .replace("{bot}", &discord.bot().to_string())
                .replace("{id}", &latest)
        };
        let body = fill(body);
        let body = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() };
        let reply = rest.call(&fill(call), body).await;
        assert!(reply.status < 300, "{call}: {} {}", reply.status, reply.body);
        if let Some(id) = reply.body["id"].as_str().filter(|_| !call.starts_with("GET")) {
            id.clone_into(&mut latest);
        }
    }
}

async fn interactions(discord: &Simulator, rest: &Rest, gateway: &mut Gateway) {
    let (mia, help) = (id(discord, "mia"), id(discord, "help"));
    let deferred = json!({ "type": 5, "data": { "flags": 64 } });
    let modal = json!({ "type": 9, "data": { "custom_id": "m", "title": "t", "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": "i", "label": "l", "style": 1 }] }] } });
    let message = json!({ "type": 4, "data": { "content": "hi", "allowed_mentions": { "parse": [] } } });
    let labeled = json!({ "type": 9, "data": { "custom_id": "m", "title": "t", "components": [
        { "type": 18, "label": "l", "component": { "type": 5, "custom_id": "u", "required": false } },
        { "type": 18, "label": "l", "component": { "type": 4, "custom_id": "i", "style": 2 } },
        { "type": 10, "content": "text" }] } });
    let update = json!({ "type": 7, "data": { "content": "changed" } });
    for body in [deferred, modal, labeled, message, update, json!({ "type": 6 })] {
        let target = discord.messages(help).into_iter().find(|one| !one.components.is_empty()).unwrap();
        discord.press(mia, help, target.id, "go").unwrap();
        let came = gateway.event("INTERACTION_CREATE").await;
        let part = |key: &str| came[key].as_str().unwrap();
        let path = format!("/interactions/{}/{}/callback", part("id"), part("token"));
        let kind = body["type"].clone();
        let reply = rest.post(&format!("{path}?with_response=true"), body).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        if kind == 5 {
            let hook = format!("/webhooks/{}/{}", part("application_id"), part("token"));
            rest.call(&format!("PATCH {hook}/messages/@original"), json!({ "content": "a" })).await;
            rest.post(&hook, json!({ "content": "b" })).await;
            rest.get(&format!("{hook}/messages/@original")).await;
        }
    }
}

#[tokio::test]
async fn answers_and_events_are_as_the_document_says() {
    let Some(document) = Document::load() else { return };
    let discord = harbor().await;
    discord.enforce_limits(false);
    let more = Permissions::ALL & !Permissions::ADMINISTRATOR;
    discord.set_role(id(&discord, "Harbor"), id(&discord, "Aside"), more).unwrap();
    let rest = Rest::new(&discord);
    let (mut gateway, _) = Gateway::ready(&discord, 1 | 1 << 9 | 1 << 12 | 1 << 15 | 1 << 20).await;
    for rule in every_rule(&discord) {
        discord.put_automod(id(&discord, "Harbor"), &rule).unwrap();
    }
    granted(&discord, &rest).await;
    let path = format!("POST /channels/{}/messages", id(&discord, "help"));
    rest.upload(&path, &json!({ "attachments": [{ "id": "0", "description": "d" }] }), &[("a.txt", b"a")])
        .await;
    discord.permit_command(id(&discord, "Harbor"), "case", id(&discord, "Helper")).unwrap();
    let path = format!("/applications/{}/guilds/{}/commands", discord.bot(), id(&discord, "Harbor"));
    assert_eq!(rest.get(&format!("{path}/permissions")).await.body.as_array().unwrap().len(), 1);
    interactions(&discord, &rest, &mut gateway).await;

    let requests = discord.requests();
    let mut complaints: Vec<String> = requests.iter().flat_map(|one| document.complaints(one)).collect();
    complaints.extend(requests.iter().flat_map(|one| document.answer_complaints(one)));
    for (name, data) in gateway.pending().await {
        complaints.extend(document.event_complaints(&name, &data));
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

/// The document does not know that a reference can be a forward; what a forward carries it does know.
#[tokio::test]
async fn a_snapshot_is_as_the_document_says() {
    let Some(document) = Document::load() else { return };
    let discord = harbor().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let source = discord.post(alex, help, "the original").unwrap();
    let forward = discord.forward(alex, help, source, id(&discord, "slow")).unwrap();
    let event = discord.message_event(id(&discord, "slow"), forward).unwrap();
    let complaints = document.complaints_about("MessageSnapshotResponse", &event["message_snapshots"][0]);
    assert_eq!(complaints, Vec::<String>::new());
}

/// The checker itself: what it must find wrong.
#[tokio::test]
async fn the_document_finds_what_is_wrong() {
    let Some(document) = Document::load() else { return };
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let help = id(&discord, "help");
    rest.post(&format!("/channels/{help}/messages"), json!({ "content": "fine" })).await;
    let good: Request = discord.requests().pop().unwrap();
    assert_eq!(document.complaints(&good), Vec::<String>::new());
    let wrong = [
        Request { path: "/nowhere".to_owned(), ..good.clone() },
        Request { query: "unknown=1".to_owned(), ..good.clone() },
        Request { body: json!({ "content": 1 }), ..good.clone() },
        Request { body: json!({ "embeds": "none" }), ..good.clone() },
        Request { body: json!({ "components": [{ "type": 1, "components": [{ "type": 99 }] }] }), ..good },
    ];
    for request in wrong {
        assert!(!document.complaints(&request).is_empty(), "{} {}", request.path, request.body);
    }
}
