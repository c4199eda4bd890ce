//! Registering commands: scopes, limits, translations, and who may use them.

use aside::simulator::{GuildPlan, Permissions};
use serde_json::{Value, json};

use crate::interactions::bot;
use crate::support::{Gateway, Rest, harbor, id};

#[tokio::test]
async fn commands_are_created_changed_and_deleted_per_scope() {
    let (discord, rest, _gateway) = bot().await;
    let app = discord.bot();
    let guild = format!("/applications/{app}/guilds/{}/commands", id(&discord, "Harbor"));
    let body = json!({ "name": "doctor", "description": "what is missing" });
    let created = rest.post(&guild, body.clone()).await;
    assert_eq!((created.status, &created.body["guild_id"].is_string()), (201, &true));
    assert_eq!(rest.post(&guild, body).await.status, 200, "the same name replaces");
    let one = format!("{guild}/{}", created.id());
    let changed = rest.call(&format!("PATCH {one}"), json!({ "description": "what works" })).await;
    assert_eq!(changed.body["description"], "what works");
    assert_eq!(rest.get(&guild).await.body.as_array().unwrap().len(), 1);
    assert_eq!(rest.get(&format!("/applications/{app}/commands")).await.body.as_array().unwrap().len(), 4);
    discord.command(id(&discord, "alex"), id(&discord, "help"), "doctor", &[]).unwrap();
    assert_eq!(rest.call(&format!("DELETE {one}"), Value::Null).await.status, 204);
    assert_eq!(rest.get(&guild).await.body, json!([]));
}

#[tokio::test]
async fn every_registration_is_in_the_log() {
    let (discord, rest, _gateway) = bot().await;
    let path = format!("PUT /applications/{}/commands", discord.bot());
    rest.call(&path, json!([])).await;
    let put = discord.requests().into_iter().filter(|one| one.fits("PUT /applications/{}/commands"));
    let counts: Vec<usize> = put.map(|one| one.body.as_array().unwrap().len()).collect();
    assert_eq!(counts, [4, 0]);
}

#[tokio::test]
async fn permissions_are_taken_as_text_or_number_and_told_as_text() {
    let (discord, rest, _gateway) = bot().await;
    let path = format!("/applications/{}/commands", discord.bot());
    for (given, told) in [(json!("32"), json!("32")), (json!(32), json!("32")), (Value::Null, Value::Null)] {
        let command = json!({ "name": "set", "description": "d", "default_member_permissions": given });
        assert_eq!(rest.post(&path, command).await.body["default_member_permissions"], told);
    }
}

/// A chat command with a translation at every depth.
fn translated() -> Value {
    let de = |text: &str| json!({ "de": text });
    json!({
        "name": "case", "name_localizations": de("fall"),
        "description": "cases", "description_localizations": de("Fälle"),
        "options": [{
            "type": 1, "name": "list", "name_localizations": de("liste"), "description": "all",
            "options": [{
                "type": 3, "name": "state", "description": "which", "description_localizations": de("welche"),
                "choices": [
                    { "name": "Open", "name_localizations": de("Offen"), "value": "open" },
                    { "name": "Settled", "value": "settled" },
                ],
            }],
        }],
    })
}

#[tokio::test]
async fn translations_are_shown_to_who_asks() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    for path in [
        format!("/applications/{}/commands", discord.bot()),
        format!("/applications/{}/guilds/{}/commands", discord.bot(), id(&discord, "Harbor")),
    ] {
        let put = rest.call(&format!("PUT {path}"), json!([translated()])).await;
        let with = rest.get(&format!("{path}?with_localizations=true")).await.body;
        assert_eq!(put.body, with);
        assert_eq!(rest.get(&format!("{path}/{}", with[0]["id"].as_str().unwrap())).await.body, with[0]);
        let sub = &with[0]["options"][0];
        let state = &sub["options"][0];
        assert_eq!(with[0]["name_localizations"]["de"], "fall");
        assert_eq!(
            (&sub["name_localizations"]["de"], sub.get("description_localizations")),
            (&json!("liste"), Some(&Value::Null))
        );
        assert_eq!(state["description_localizations"]["de"], "welche");
        let choice = |at: usize| state["choices"][at].get("name_localizations");
        assert_eq!((choice(0), choice(1)), (Some(&json!({ "de": "Offen" })), Some(&Value::Null)));
        assert!(state["choices"][0].get("description_localizations").is_none());
        let without = rest.get(&path).await.body;
        assert!(!without.to_string().contains("localizations"));
        assert_eq!(without[0]["options"][0]["options"][0]["choices"][0]["value"], "open");
    }
}

/// What is wrong with a command: a field of it, and the value there.
#[tokio::test]
async fn definitions_are_refused_as_discord_would() {
    let option = |kind: u64, more: Value| {
        let mut option = json!({ "type": kind, "name": "o", "description": "d" });
        option.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!([option])
    };
    let choices = |choice: Value| json!({ "choices": [choice] });
    let (fine, nothing) = (choices(json!({ "name": "a", "value": "b" })), json!({}));
    let group = |inner: Value| option(2, json!({ "options": inner }));
    let sub = |inner: Value| option(1, json!({ "options": inner }));
    let table = [
        ("type", json!(4)),
        ("description", Value::Null),
        ("default_member_permissions", json!("many")),
        ("name_localizations", json!({ "en": "a" })),
        ("name_localizations", json!({ "de": "Mit Leerzeichen" })),
        ("description_localizations", json!({ "de": "x".repeat(101) })),
        ("options", json!([{ "name": "o", "description": "d" }])),
        ("options", option(12, nothing.clone())),
        ("options", option(5, fine.clone())),
        ("options", option(3, json!({ "autocomplete": true, "choices": fine["choices"] }))),
        ("options", option(3, choices(json!({ "name": "a", "value": 1 })))),
        ("options", option(4, choices(json!({ "name": "a", "value": "1" })))),
        ("options", option(3, choices(json!({ "name": "", "value": "b" })))),
        ("options", option(3, choices(json!({ "name": "a", "value": "x".repeat(101) })))),
        (
            "options",
            option(3, json!({ "choices": [{ "name": "a", "value": "b" }, { "name": "a", "value": "c" }] })),
        ),
        ("options", option(3, json!({ "choices": vec![json!({ "name": "a", "value": "b" }); 26] }))),
        ("options", option(3, json!({ "min_length": 3, "max_length": 2 }))),
        ("options", option(3, json!({ "max_length": 6001 }))),
        ("options", option(4, json!({ "min_value": 3, "max_value": 2 }))),
        ("options", sub(sub(json!([])))),
        ("options", group(option(3, nothing.clone()))),
        ("options", group(group(json!([])))),
        ("options", option(3, json!({ "options": option(3, nothing.clone()) }))),
        ("options", json!([option(1, nothing.clone())[0], { "type": 3, "name": "p", "description": "d" }])),
    ];
    let discord = harbor().await;
    discord.enforce_limits(false);
    let (rest, path) = (Rest::new(&discord), format!("/applications/{}/commands", discord.bot()));
    let command = |key: &str, value: &Value| {
        let mut command = json!({ "name": "a", "description": "b" });
        command[key] = value.clone();
        command
    };
    for (key, wrong) in table {
        let reply = rest.post(&path, command(key, &wrong)).await;
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!(50035)), "{key}: {wrong}");
        let reply = rest.call(&format!("PUT {path}"), json!([command(key, &wrong)])).await;
        assert!(reply.body["errors"]["0"].is_object(), "{}", reply.body);
    }
    let deep = group(sub(option(3, fine)));
    assert_eq!(rest.post(&path, command("options", &deep)).await.status, 201);
    let menu = json!({ "name": "A menu", "type": 3, "options": option(3, nothing) });
    assert_eq!(rest.post(&path, menu).await.status, 400);
}

#[tokio::test]
async fn a_list_that_is_too_long_changes_nothing() {
    let (discord, rest, _gateway) = bot().await;
    let path = format!("/applications/{}/commands", discord.bot());
    let menus: Vec<Value> = (0..16).map(|n| json!({ "name": format!("menu {n}"), "type": 3 })).collect();
    let reply = rest.call(&format!("PUT {path}"), json!(menus)).await;
    assert_eq!((reply.status, &reply.body["code"]), (400, &json!(30032)));
    assert_eq!(rest.get(&path).await.body.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn an_administrator_can_let_others_use_a_command() {
    let (discord, rest, mut gateway) = bot().await;
    let (harbor, help) = (id(&discord, "Harbor"), id(&discord, "help"));
    let (alex, hana) = (id(&discord, "alex"), id(&discord, "hana"));
    let using = |who| discord.user_menu(who, help, "Cases of", alex).map_err(|refusal| refusal.code);
    assert_eq!((using(alex), using(hana)), (Err(50013), Err(50013)));
    discord.permit_command(harbor, "Cases of", id(&discord, "Helper")).unwrap();
    let told = gateway.event("APPLICATION_COMMAND_PERMISSIONS_UPDATE").await;
    assert_eq!(
        told["permissions"],
        json!([{ "id": id(&discord, "Helper").to_string(), "type": 1, "permission": true }])
    );
    assert!(using(hana).is_ok() && using(alex).is_err());
    // The bot is told what the member may do, so that it can refuse.
    let came = gateway.event("INTERACTION_CREATE").await;
    let permissions: u64 = came["member"]["permissions"].as_str().unwrap().parse().unwrap();
    assert!(!Permissions(permissions).contains(Permissions::MODERATE_MEMBERS));
    discord.permit_command(harbor, "Cases of", alex).unwrap();
    assert!(using(alex).is_ok());
    let path = format!("/applications/{}/guilds/{harbor}/commands", discord.bot());
    let listed = rest.get(&format!("{path}/permissions")).await.body;
    assert_eq!(listed[0]["permissions"].as_array().unwrap().len(), 2);
    let one = rest.get(&format!("{path}/{}/permissions", listed[0]["id"].as_str().unwrap())).await;
    assert_eq!(one.body, listed[0]);
    assert_eq!(rest.get(&format!("{path}/1/permissions")).await.body["code"], 10066);
    for (name, of) in [("unknown", alex), ("Cases of", 1)] {
        assert!(discord.permit_command(harbor, name, of).is_err());
    }
    let other = discord.add_guild(&GuildPlan::default()).unwrap();
    assert_eq!(discord.permit_command(other, "Cases of", alex).unwrap_err().code, 10011);
}

#[tokio::test]
async fn a_command_is_offered_where_its_contexts_say() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let command =
        |name: &str, contexts: Value| json!({ "name": name, "description": "d", "contexts": contexts });
    let all = json!([
        command("everywhere", Value::Null),
        command("guild", json!([0])),
        command("private", json!([1]))
    ]);
    rest.call(&format!("PUT /applications/{}/commands", discord.bot()), all).await;
    let (mut gateway, _) = Gateway::ready(&discord, 1).await;
    let alex = id(&discord, "alex");
    let dm = json!({ "recipient_id": alex.to_string() });
    let dm = rest.post("/users/@me/channels", dm).await.id();
    let help = id(&discord, "help");
    let names = ["everywhere", "guild", "private"];
    let offered = |channel| names.map(|name| discord.command(alex, channel, name, &[]).is_ok());
    assert_eq!((offered(help), offered(dm)), ([true, true, false], [true, false, true]));
    let came = gateway.pending().await;
    let (_, private) = came.last().unwrap();
    assert_eq!(
        (&private["context"], private.get("guild_id"), private.get("member")),
        (&json!(1), None, None)
    );
    assert_eq!(private["user"]["id"], alex.to_string());
}
