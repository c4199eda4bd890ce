//! Messages: posting, mentions, nonces, replies, lists, edits and deletions.

use aside::simulator::{Id, Permissions, Simulator};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{Rest, harbor, id};

async fn quiet() -> (Simulator, Rest) {
    let discord = harbor().await;
    discord.enforce_limits(false);
    let rest = Rest::new(&discord);
    (discord, rest)
}

fn names(discord: &Simulator, users: impl IntoIterator<Item = Id>) -> String {
    let name = |user| discord.read(|state| state.name(user));
    let mut names: Vec<String> = users.into_iter().map(name).collect();
    names.sort();
    names.join(" ")
}

/// Who is alerted by a post of the bot: the text, `allowed_mentions`, and the names.
#[tokio::test]
async fn mentions_take_effect_as_allowed() {
    let table = [
        ("<@alex> and <@mia>", Value::Null, "alex mia"),
        ("<@alex> and <@mia>", json!({ "parse": [] }), ""),
        ("<@alex> and <@!mia>", json!({ "users": ["mia"] }), "mia"),
        ("<@alex>", json!({ "parse": ["users"] }), "alex"),
        ("<@&Helper>", Value::Null, "hana hugo"),
        ("<@&Helper>", json!({ "parse": ["users"] }), ""),
        ("<@&Moderator>", json!({ "roles": ["Moderator"] }), "mia"),
        ("@everyone", json!({ "parse": ["users", "roles"] }), ""),
        ("@everyone", json!({ "parse": ["everyone"] }), "alex hana hugo mia olga rover shut"),
        ("nobody <@1> <@&1>", Value::Null, ""),
    ];
    let (discord, rest) = quiet().await;
    let path = format!("/channels/{}/messages", id(&discord, "help"));
    for (text, allowed, expected) in table {
        let fill = |text: &str| {
            ["alex", "mia", "Helper", "Moderator"].iter().fold(text.to_owned(), |text, name| {
                let found = id(&discord, name).to_string();
                text.replace(name, &found)
            })
        };
        let allowed: Value = serde_json::from_str(&fill(&allowed.to_string())).unwrap();
        let reply = rest.post(&path, json!({ "content": fill(text), "allowed_mentions": allowed })).await;
        let message = discord.messages(id(&discord, "help")).pop().unwrap();
        assert_eq!(reply.id(), message.id);
        assert_eq!(names(&discord, message.pinged), expected, "{text} {allowed}");
    }
}

#[tokio::test]
async fn pinging_everyone_needs_the_permission_and_a_mention_only_reaches_who_can_see() {
    let (discord, _) = quiet().await;
    let (alex, mia, help, staff) =
        (id(&discord, "alex"), id(&discord, "mia"), id(&discord, "help"), id(&discord, "staff"));
    discord.post(alex, help, "@everyone look").unwrap();
    let moderators = format!("<@&{}>", id(&discord, "Moderator"));
    discord.post(alex, help, &moderators).unwrap();
    discord.post(mia, staff, &format!("<@{alex}>")).unwrap();
    let pinged = |channel| discord.messages(channel).into_iter().map(|message| message.pinged.len());
    assert_eq!(pinged(help).chain(pinged(staff)).collect::<Vec<_>>(), [0, 0, 0]);
}

#[tokio::test]
async fn a_reply_alerts_the_author_unless_told_not_to() {
    let (discord, rest) = quiet().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let question = discord.post(alex, help, "Is anybody there?").unwrap();
    let path = format!("/channels/{help}/messages");
    for (replied_user, pinged) in [(true, 1), (false, 0)] {
        let body = json!({
            "content": "Yes.", "message_reference": { "message_id": question.to_string() },
            "allowed_mentions": { "parse": [], "replied_user": replied_user },
        });
        let reply = rest.post(&path, body).await;
        assert_eq!((reply.status, &reply.body["type"]), (200, &json!(19)));
        assert_eq!(reply.body["referenced_message"]["content"], "Is anybody there?");
        assert_eq!(reply.body["mentions"].as_array().unwrap().len(), pinged);
        assert_eq!(discord.messages(help).pop().unwrap().pinged.len(), pinged);
    }
}

#[tokio::test]
async fn a_reply_to_a_deleted_message_is_an_ordinary_post_when_that_is_wanted() {
    let (discord, rest) = quiet().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let question = discord.post(alex, help, "Never mind").unwrap();
    discord.delete(alex, help, question).unwrap();
    let reference = json!({ "message_id": question.to_string(), "fail_if_not_exists": false });
    let body = json!({ "content": "Still here.", "message_reference": reference });
    let reply = rest.post(&format!("/channels/{help}/messages"), body).await;
    assert_eq!((reply.status, &reply.body["type"]), (200, &json!(0)));
    assert!(reply.body.get("message_reference").is_none());
}

#[tokio::test]
async fn an_enforced_nonce_makes_one_message_while_it_is_remembered() {
    let (discord, rest) = quiet().await;
    let path = format!("/channels/{}/messages", id(&discord, "help"));
    let body = |enforce: bool| json!({ "content": "once", "nonce": "a nonce", "enforce_nonce": enforce });
    let first = rest.post(&path, body(true)).await;
    assert_eq!(first.body["nonce"], "a nonce");
    // Discord gives the nonce back with the new message, and never again.
    assert!(rest.get(&path).await.body[0].get("nonce").is_none());
    assert_eq!(rest.post(&path, body(true)).await.id(), first.id());
    assert_ne!(rest.post(&path, body(false)).await.id(), first.id());
    discord.forget_nonces();
    assert_ne!(rest.post(&path, body(true)).await.id(), first.id());
}

#[tokio::test]
async fn lists_are_newest_first_and_cut_where_asked() {
    let (discord, rest) = quiet().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let start: Timestamp = "2026-03-01T09:00:00Z".parse().unwrap();
    let ids: Vec<Id> = (0..6)
        .map(|n| {
            let at = start + SignedDuration::from_mins(n);
            discord.post_at(alex, help, &n.to_string(), at).unwrap()
        })
        .collect();
    let table = [
        (String::new(), "543210"),
        ("?limit=2".to_owned(), "54"),
        (format!("?before={}", ids[2]), "10"),
        (format!("?before={}&limit=1", ids[2]), "1"),
        (format!("?after={}", ids[3]), "54"),
        // The page right after the bound, not the newest page.
        (format!("?after={}&limit=2", ids[0]), "21"),
        (format!("?around={}&limit=3", ids[3]), "432"),
        ("?after=0&limit=1".to_owned(), "0"),
    ];
    for (query, expected) in table {
        let reply = rest.get(&format!("/channels/{help}/messages{query}")).await;
        let contents: String =
            reply.body.as_array().unwrap().iter().filter_map(|one| one["content"].as_str()).collect();
        assert_eq!(contents, expected, "{query}");
    }
    let first = rest.get(&format!("/channels/{help}/messages/{}", ids[0])).await;
    assert_eq!(first.body["timestamp"], "2026-03-01T09:00:00.000000+00:00");
}

#[tokio::test]
async fn without_history_a_list_is_empty() {
    let (discord, rest) = quiet().await;
    let forgetful = id(&discord, "forgetful");
    discord.post(id(&discord, "alex"), forgetful, "hello").unwrap();
    let reply = rest.get(&format!("/channels/{forgetful}/messages")).await;
    assert_eq!((reply.status, reply.body), (200, json!([])));
}

#[tokio::test]
async fn own_messages_are_edited_and_others_deleted_with_the_permission() {
    let (discord, rest) = quiet().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let path = format!("/channels/{help}/messages");
    let own = rest.post(&path, json!({ "content": "tpyo" })).await.id();
    let edited = rest.call(&format!("PATCH {path}/{own}"), json!({ "content": "typo" })).await;
    assert_eq!((&edited.body["content"], edited.status), (&json!("typo"), 200));
    assert!(edited.body["edited_timestamp"].is_string());

    let theirs = discord.post(alex, help, "a secret").unwrap();
    assert_eq!(rest.call(&format!("DELETE {path}/{theirs}"), Value::Null).await.status, 204);
    assert_eq!(discord.edit(alex, help, own, "hijacked").unwrap_err().code, 50005);
    assert_eq!(discord.delete(alex, help, own).unwrap_err().code, 50013);
    let more: Vec<String> = (0..3).map(|_| discord.post(alex, help, "spam").unwrap().to_string()).collect();
    let reply = rest.post(&format!("{path}/bulk-delete"), json!({ "messages": more })).await;
    assert_eq!(reply.status, 204);
    assert_eq!(discord.messages(help).len(), 1);
}

#[tokio::test]
async fn members_are_held_to_the_rules_too() {
    let (discord, _) = quiet().await;
    let (alex, slow) = (id(&discord, "alex"), id(&discord, "slow"));
    discord.post(alex, slow, "first").unwrap();
    assert_eq!(discord.post(alex, slow, "second").unwrap_err().code, 20016);
    assert_eq!(discord.post(alex, id(&discord, "staff"), "hi").unwrap_err().code, 50001);
    assert_eq!(discord.post(alex, id(&discord, "readonly"), "hi").unwrap_err().code, 50013);
    assert_eq!(discord.post(alex, id(&discord, "help"), " ").unwrap_err().code, 50006);
}

#[tokio::test]
async fn reactions_are_counted_and_told_apart() {
    let (discord, rest) = quiet().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let message = discord.post(alex, help, "nice").unwrap();
    let path = format!("/channels/{help}/messages/{message}");
    let thumb = format!("{path}/reactions/%F0%9F%91%8D");
    assert_eq!(rest.call(&format!("PUT {thumb}/@me"), Value::Null).await.status, 204);
    discord.react(alex, help, message, "👍").unwrap();
    let reaction = rest.get(&path).await.body["reactions"][0].clone();
    assert_eq!((&reaction["count"], &reaction["me"]), (&json!(2), &json!(true)));
    assert_eq!(rest.get(&thumb).await.body.as_array().unwrap().len(), 2);
    assert_eq!(rest.call(&format!("DELETE {thumb}/@me"), Value::Null).await.status, 204);
    discord.unreact(alex, help, message, "👍").unwrap();
    assert!(rest.get(&path).await.body.get("reactions").is_none());
}

#[tokio::test]
async fn a_forward_carries_a_snapshot() {
    let (discord, rest) = quiet().await;
    let (alex, help, slow) = (id(&discord, "alex"), id(&discord, "help"), id(&discord, "slow"));
    let source = discord.post(alex, help, "the original words").unwrap();
    assert_eq!(discord.forward(alex, id(&discord, "staff"), source, slow).unwrap_err().code, 50001);
    let forward = discord.forward(alex, help, source, slow).unwrap();
    let body = rest.get(&format!("/channels/{slow}/messages/{forward}")).await.body;
    assert_eq!((&body["content"], &body["message_reference"]["type"]), (&json!(""), &json!(1)));
    assert_eq!(body["message_reference"]["message_id"], source.to_string());
    assert_eq!(body["message_snapshots"][0]["message"]["content"], "the original words");
    assert_eq!(discord.message_event(slow, forward).unwrap()["guild_id"], id(&discord, "Harbor").to_string());
}

#[tokio::test]
async fn pinning_needs_the_permission() {
    let (discord, rest) = quiet().await;
    let help = id(&discord, "help");
    let message = discord.post(id(&discord, "alex"), help, "keep this").unwrap();
    let put = format!("PUT /channels/{help}/pins/{message}");
    assert_eq!(rest.call(&put, Value::Null).await.body["code"], 50013);
    let more = Permissions::ORDINARY | Permissions::PIN_MESSAGES;
    discord.set_role(id(&discord, "Harbor"), id(&discord, "Aside"), more).unwrap();
    assert_eq!(rest.call(&put, Value::Null).await.status, 204);
    let pins = rest.get(&format!("/channels/{help}/messages/pins")).await;
    assert_eq!(pins.body["items"][0]["message"]["id"], message.to_string());
    assert_eq!(rest.call(&put.replace("PUT", "DELETE"), Value::Null).await.status, 204);
    assert_eq!(rest.get(&format!("/channels/{help}/pins")).await.body, json!([]));
}

#[tokio::test]
async fn others_post_with_everything_a_client_can_send() {
    let (discord, _) = quiet().await;
    let (rover, help) = (id(&discord, "rover"), id(&discord, "help"));
    let body = json!({ "content": "beep", "embeds": [{ "title": "Boop" }], "flags": 1 << 12 });
    let posted = discord.post_as(rover, help, &body).unwrap();
    let message = discord.messages(help).pop().unwrap();
    assert_eq!((message.id, message.author, message.flags), (posted, rover, 1 << 12));
    assert_eq!(message.embeds[0]["title"], "Boop");
    let long = json!({ "content": "x".repeat(2001) });
    assert_eq!(discord.post_as(rover, help, &long).unwrap_err().code, 50035);
}

#[tokio::test]
async fn direct_messages_reach_whoever_takes_them() {
    let (discord, rest) = quiet().await;
    let (alex, shut) = (id(&discord, "alex"), id(&discord, "shut"));
    let open = async |user: Id| {
        rest.post("/users/@me/channels", json!({ "recipient_id": user.to_string() })).await.id()
    };
    let with_alex = open(alex).await;
    assert_eq!(open(alex).await, with_alex);
    let path = format!("/channels/{with_alex}/messages");
    assert_eq!(rest.post(&path, json!({ "content": "in private" })).await.status, 200);
    discord.write_to_bot(alex, "thanks").unwrap();
    let contents: Vec<String> = discord.dms(alex).into_iter().map(|message| message.content).collect();
    assert_eq!(contents, ["in private", "thanks"]);
    let path = format!("/channels/{}/messages", open(shut).await);
    let body = json!({ "content": "hello?" });
    assert_eq!(rest.post(&path, body.clone()).await.body["code"], 50007);
    discord.accept_dms(shut, true);
    assert_eq!(rest.post(&path, body).await.status, 200);
}

#[tokio::test]
async fn files_come_with_a_message_and_can_be_fetched() {
    let (discord, rest) = quiet().await;
    let call = format!("POST /channels/{}/messages", id(&discord, "help"));
    let part = reqwest::multipart::Part::bytes(b"a,b\n".to_vec()).file_name("report.csv");
    let form = reqwest::multipart::Form::new()
        .text("payload_json", json!({ "content": "the report" }).to_string())
        .part("files[0]", part.mime_str("text/csv").unwrap());
    let reply = rest.build(&call, &Value::Null).multipart(form).send().await.unwrap();
    let message: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
    assert_eq!(message["content"], "the report");
    let file = &message["attachments"][0];
    assert_eq!((&file["filename"], &file["size"]), (&json!("report.csv"), &json!(4)));
    let fetched = reqwest::get(file["url"].as_str().unwrap()).await.unwrap().text().await.unwrap();
    assert_eq!(fetched, "a,b\n");
}

#[tokio::test]
async fn webhooks_and_other_bots_post_as_themselves() {
    let (discord, rest) = quiet().await;
    let help = id(&discord, "help");
    discord.post_as_webhook("Status page", help, "All is well").unwrap();
    discord.post(id(&discord, "rover"), help, "Beep").unwrap();
    let listed = rest.get(&format!("/channels/{help}/messages")).await.body;
    assert_eq!((&listed[0]["author"]["bot"], listed[0].get("webhook_id")), (&json!(true), None));
    assert!(listed[1]["webhook_id"].is_string());
}

#[tokio::test]
async fn a_bot_with_the_permissions_manages_channels_and_overwrites() {
    let (discord, rest) = quiet().await;
    let (help, alex) = (id(&discord, "help"), id(&discord, "alex"));
    let own = discord.role("Aside").unwrap();
    let more = Permissions::MANAGE_CHANNELS | Permissions::MANAGE_ROLES | Permissions::ORDINARY;
    discord.set_role(id(&discord, "Harbor"), own, more).unwrap();
    let deny = json!({ "type": 1, "deny": Permissions::SEND_MESSAGES.0.to_string() });
    let path = format!("/channels/{help}/permissions/{alex}");
    assert_eq!(rest.call(&format!("PUT {path}"), deny).await.status, 204);
    assert_eq!(discord.post(alex, help, "hi").unwrap_err().code, 50013);
    assert_eq!(rest.call(&format!("DELETE {path}"), Value::Null).await.status, 204);
    assert_eq!(rest.call(&format!("DELETE {path}"), Value::Null).await.body["code"], 10009);
    let call = format!("PATCH /channels/{help}");
    let reply = rest.call(&call, json!({ "name": "support", "topic": "Ask away" })).await;
    assert_eq!((&reply.body["name"], &reply.body["topic"]), (&json!("support"), &json!("Ask away")));
    assert_eq!(rest.call(&format!("DELETE /channels/{help}"), Value::Null).await.status, 200);
    assert_eq!(rest.get(&format!("/channels/{help}")).await.body["code"], 10003);
}
