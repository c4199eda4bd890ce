//! Files: with every kind of answer to an interaction, with edits, and as options of commands.

use aside::simulator::Id;
use serde_json::{Value, json};

use crate::interactions::{bot, callback, webhook, with_button};
use crate::support::{Rest, harbor, id};

/// What anyone reads at the address of an attachment.
async fn fetched(attachment: &Value) -> String {
    let answer = reqwest::get(attachment["url"].as_str().unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

fn names(message: &Value) -> Vec<&str> {
    let attachments = message["attachments"].as_array().unwrap();
    attachments.iter().map(|one| one["filename"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn every_answer_to_an_interaction_brings_files() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let used = discord.command(alex, help, "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let body = json!({ "type": 4, "data": { "content": "The rules.", "flags": 64,
        "attachments": [{ "id": 0, "filename": "rules.toml", "description": "All of them" }] } });
    let path = format!("POST {}?with_response=true", callback(&came));
    let answer = rest.upload(&path, &body, &[("r.toml", b"a = 1")]).await;
    let message = &answer.body["resource"]["message"];
    assert_eq!(names(message), ["rules.toml"], "{}", answer.body);
    assert_eq!(message["attachments"][0]["description"], "All of them");
    assert_eq!(fetched(&message["attachments"][0]).await, "a = 1");
    let original = discord.interaction(used).unwrap().original.unwrap();
    let kept = discord.messages(help).into_iter().find(|one| one.id == original).unwrap().attachments;
    assert_eq!((kept.len(), &kept[0]["size"]), (1, &json!(5)));

    let more = rest.upload(&format!("POST {}", webhook(&came, "")), &json!({}), &[("b c ä.csv", b"x")]).await;
    assert_eq!(names(&more.body), ["b_c_.csv"]);
    assert_eq!(fetched(&more.body["attachments"][0]).await, "x");
    let path = format!("PATCH {}", webhook(&came, "/messages/@original"));
    let added = rest.upload(&path, &json!({}), &[("more.txt", b"y")]).await;
    assert_eq!(names(&added.body), ["rules.toml", "more.txt"]);
    let keep = json!({ "attachments": [added.body["attachments"][1], { "id": "0" }] });
    assert_eq!(names(&rest.upload(&path, &keep, &[("last.txt", b"z")]).await.body), ["more.txt", "last.txt"]);
    let wrong = json!({ "attachments": [{ "id": "7" }] });
    assert_eq!(rest.call(&path, wrong).await.body["code"], 50035);
    let none = rest.call(&path, json!({ "attachments": [] })).await;
    assert_eq!((names(&none.body), &none.body["content"]), (vec![], &json!("The rules.")));
}

#[tokio::test]
async fn a_component_changes_the_files_of_its_message() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let message = with_button(&discord, &rest).await;
    discord.press(alex, help, message, "resolve").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let path = format!("POST {}?with_response=true", callback(&came));
    let update = json!({ "type": 7, "data": { "components": [] } });
    let answer = rest.upload(&path, &update, &[("case.txt", b"settled")]).await;
    let changed = &answer.body["resource"]["message"];
    assert_eq!((names(changed), &changed["content"]), (vec!["case.txt"], &json!("A case")));
    assert_eq!(fetched(&changed["attachments"][0]).await, "settled");

    let path = format!("PATCH /channels/{help}/messages/{message}");
    let edited = rest.upload(&path, &json!({ "attachments": [{ "id": 0 }] }), &[("new.txt", b"")]).await;
    assert_eq!(names(&edited.body), ["new.txt"]);
    let theirs = discord.post(alex, help, "mine").unwrap();
    let path = format!("PATCH /channels/{help}/messages/{theirs}");
    assert_eq!(rest.upload(&path, &json!({}), &[("new.txt", b"")]).await.body["code"], 50005);
}

#[tokio::test]
async fn a_picture_keeps_its_alternative_text_and_is_measured() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let picture: Vec<u8> =
        [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &[0, 0, 3, 32, 0, 0, 1, 144]].concat();
    let body = json!({ "content": "The week", "attachments": [
        { "id": 0, "filename": "week.png", "description": "Nine cases, seven resolved." },
        { "id": 1, "filename": "cut.png" },
    ] });
    let path = format!("POST /channels/{help}/messages");
    let posted = rest.upload(&path, &body, &[("0", picture.as_slice()), ("1", &picture[..20])]).await;
    let [whole, cut] = [0, 1].map(|at| posted.body["attachments"][at].clone());
    assert_eq!(whole["description"], "Nine cases, seven resolved.");
    assert_eq!((&whole["width"], &whole["height"]), (&json!(800), &json!(400)));
    assert_eq!((cut.get("width"), cut.get("description")), (None, None));
    let path = format!("/channels/{help}/messages/{}", posted.id());
    assert_eq!(rest.get(&path).await.body["attachments"][0], whole);
    let seen = discord.view(alex).into_iter().find(|seen| seen.channel.id == help).unwrap();
    assert_eq!(seen.messages[0].message.attachments[0], whole);
    let kept = rest.call(&format!("PATCH {path}"), json!({ "attachments": [{ "id": whole["id"] }] })).await;
    assert_eq!(kept.body["attachments"], json!([whole]));
}

#[tokio::test]
async fn files_that_are_too_large_or_too_many_are_refused() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let path = format!("POST /channels/{}/messages", id(&discord, "help"));
    let large = vec![0; (10 << 20) + 1];
    let reply = rest.upload(&path, &json!({}), &[("large.bin", large.as_slice())]).await;
    assert_eq!((reply.status, &reply.body["code"]), (413, &json!(40005)));
    let reply = rest.upload(&path, &json!({}), &[("a", b"a".as_slice()); 11]).await;
    assert_eq!((reply.status, &reply.body["code"]), (400, &json!(50035)));
    let reply = rest.upload(&path, &json!({ "attachments": [{ "id": 1 }] }), &[("a", b"a")]).await;
    assert_eq!((reply.status, &reply.body["code"]), (400, &json!(50035)));
    assert_eq!(discord.upload("large.bin", &large).unwrap_err().code, 40005);
    let plain = format!("POST /channels/{}/messages", id(&discord, "plain"));
    assert_eq!(rest.upload(&plain, &json!({}), &[("a", b"a")]).await.body["code"], 50013);
    assert!(discord.messages(id(&discord, "help")).is_empty());
}

#[tokio::test]
async fn a_command_brings_a_file_of_the_member() {
    let (discord, rest, mut gateway) = bot().await;
    let (mia, help) = (id(&discord, "mia"), id(&discord, "help"));
    let import = json!({ "name": "import", "description": "d", "options": [
        { "type": 11, "name": "file", "description": "d", "required": true },
        { "type": 7, "name": "to", "description": "d", "channel_types": [0] },
        { "type": 9, "name": "for", "description": "d" },
        { "type": 4, "name": "most", "description": "d", "min_value": 1, "max_value": 9 },
    ] });
    rest.post(&format!("/applications/{}/commands", discord.bot()), import).await;
    let file = discord.upload("my rules.toml", b"[rules]").unwrap();
    let use_it = |options: &[(&str, Value)]| discord.command(mia, help, "import", options);
    let (staff, helper) = (id(&discord, "staff").to_string(), id(&discord, "Helper").to_string());
    let all = [("file", json!(file)), ("to", json!(staff)), ("for", json!(helper)), ("most", json!(9))];
    use_it(&all).unwrap();
    let data = gateway.event("INTERACTION_CREATE").await["data"].clone();
    assert_eq!(data["options"][0], json!({ "name": "file", "type": 11, "value": file.to_string() }));
    let attachment = &data["resolved"]["attachments"][file.to_string()];
    assert_eq!((&attachment["filename"], &attachment["size"]), (&json!("my_rules.toml"), &json!(7)));
    assert!(attachment["url"].as_str().unwrap().starts_with(&discord.base()));
    assert_eq!(fetched(attachment).await, "[rules]");
    let channel = &data["resolved"]["channels"][&staff];
    assert_eq!((&channel["name"], channel.get("permission_overwrites")), (&json!("staff"), None));
    assert_eq!(data["resolved"]["roles"][&helper]["name"], "Helper");

    let file = ("file", json!(file));
    let wrong: [(&str, Id); 4] = [("to", id(&discord, "lounge")), ("to", 1), ("for", 1), ("most", 10)];
    for (name, value) in wrong {
        assert_eq!(use_it(&[file.clone(), (name, json!(value))]).unwrap_err().code, 50035, "{name}");
    }
    assert_eq!(use_it(&[("file", json!(1))]).unwrap_err().code, 50035);
    let alex = discord.command(id(&discord, "alex"), help, "import", &[file, ("to", json!(staff))]);
    assert_eq!(alex.unwrap_err().code, 50035, "alex does not see the channel");
}
