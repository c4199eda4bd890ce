//! Selects and modals: what may be sent, what members choose and write, and how it arrives.

use aside::simulator::{Id, Simulator};
use serde_json::{Value, json};

use crate::interactions::{bot, callback};
use crate::support::{Gateway, Rest, harbor, id};

/// `base` with the fields of `more`.
fn with(base: &Value, more: &Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// A select of a kind, with more in it.
fn select(kind: u64, more: &Value) -> Value {
    with(&json!({ "type": kind, "custom_id": format!("select {kind}") }), more)
}

fn options(count: usize) -> Value {
    (0..count).map(|n| json!({ "label": format!("Option {n}"), "value": n.to_string() })).collect()
}

fn rows(components: &[Value]) -> Value {
    components.iter().map(|one| json!({ "type": 1, "components": [one] })).collect()
}

#[tokio::test]
async fn selects_are_checked_whole() {
    let defaults = |kind: &str, ids: &[&str]| -> Value {
        let all: Value = ids.iter().map(|id| json!({ "type": kind, "id": id })).collect();
        json!({ "default_values": all, "max_values": 2 })
    };
    let three = |more: &Value| select(3, &with(&json!({ "options": options(3) }), more));
    let chosen = |count: usize| {
        let mut options = options(3);
        options.as_array_mut().unwrap().iter_mut().take(count).for_each(|one| one["default"] = json!(true));
        json!({ "options": options, "min_values": 0, "max_values": 2 })
    };
    let twice = json!([{ "label": "a", "value": "a" }, { "label": "b", "value": "a" }]);
    let long = json!([{ "label": "a", "value": "a", "description": "x".repeat(101) }]);
    let table = [
        (three(&json!({})), true),
        (three(&json!({ "placeholder": "x".repeat(150) })), true),
        (three(&json!({ "placeholder": "x".repeat(151) })), false),
        (three(&json!({ "min_values": 0, "max_values": 3 })), true),
        (three(&json!({ "max_values": 4 })), false),
        (three(&json!({ "min_values": 2 })), false),
        (three(&json!({ "min_values": 26 })), false),
        (three(&json!({ "max_values": 0 })), false),
        (select(3, &json!({ "options": options(26) })), false),
        (select(3, &json!({ "options": [] })), false),
        (select(3, &json!({ "options": twice })), false),
        (select(3, &json!({ "options": long })), false),
        (select(3, &chosen(2)), true),
        (select(3, &chosen(3)), false),
        (select(5, &json!({ "max_values": 25 })), true),
        (select(5, &json!({ "max_values": 26 })), false),
        (select(5, &json!({ "placeholder": "x".repeat(151) })), false),
        (select(5, &defaults("user", &["1", "2"])), true),
        (select(5, &defaults("user", &["1", "2", "3"])), false),
        (select(5, &defaults("role", &["1"])), false),
        (select(6, &defaults("role", &["1"])), true),
        (select(6, &defaults("role", &["Moderator"])), false),
        (select(7, &defaults("user", &["1"])), true),
        (select(7, &defaults("role", &["1"])), true),
        (select(7, &defaults("channel", &["1"])), false),
        (select(8, &with(&defaults("channel", &["1"]), &json!({ "channel_types": [0, 5] }))), true),
        (select(8, &defaults("user", &["1"])), false),
    ];
    let discord = harbor().await;
    discord.enforce_limits(false);
    let (rest, path) = (Rest::new(&discord), format!("/channels/{}/messages", id(&discord, "help")));
    for (select, fine) in table {
        let reply = rest.post(&path, json!({ "content": "choose", "components": rows(&[select]) })).await;
        let code = if fine { Value::Null } else { json!(50035) };
        assert_eq!(reply.body["code"], code, "{}", reply.body);
    }
}

#[tokio::test]
async fn who_chooses_people_roles_and_channels_sends_what_they_are() {
    let (discord, rest, mut gateway) = bot().await;
    let of = |name: &str| id(&discord, name);
    let (mia, alex, help) = (of("mia"), of("alex"), of("help"));
    let selects = [
        select(5, &json!({ "min_values": 0, "max_values": 2 })),
        select(6, &json!({})),
        select(7, &json!({ "max_values": 2 })),
        select(8, &json!({ "channel_types": [0] })),
    ];
    let body = json!({ "content": "choose", "components": rows(&selects) });
    let message = rest.post(&format!("/channels/{help}/messages"), body).await.id();
    let choose = |who: Id, kind: u64, names: &[&str]| {
        let values: Vec<String> = names.iter().map(|name| of(name).to_string()).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        discord.choose(who, help, message, &format!("select {kind}"), &values)
    };
    let table: [(u64, &[&str], &[&str]); 5] = [
        (5, &["alex", "hana"], &["members", "users"]),
        (5, &[], &[]),
        (6, &["Helper"], &["roles"]),
        (7, &["alex", "Moderator"], &["members", "roles", "users"]),
        (8, &["staff"], &["channels"]),
    ];
    for (kind, names, resolved) in table {
        choose(mia, kind, names).unwrap();
        let data = gateway.event("INTERACTION_CREATE").await["data"].clone();
        let values: Value = names.iter().map(|name| of(name).to_string()).collect();
        assert_eq!((&data["component_type"], &data["values"]), (&json!(kind), &values));
        let keys: Vec<&String> =
            data["resolved"].as_object().into_iter().flat_map(|all| all.keys()).collect();
        assert_eq!(keys, resolved, "{kind}");
    }
    choose(mia, 5, &["alex"]).unwrap();
    let resolved = gateway.event("INTERACTION_CREATE").await["data"]["resolved"].clone();
    let member = &resolved["members"][alex.to_string()];
    assert_eq!(member["permissions"], discord.permissions(alex, help).unwrap().0.to_string());
    assert!(member.get("user").is_none() && member.get("deaf").is_none());

    for (who, kind, names) in [
        (mia, 5, &["alex", "hana", "hugo"][..]),
        (mia, 5, &["Helper"]),
        (mia, 6, &["alex"]),
        (mia, 6, &[]),
        (mia, 7, &["help"]),
        (mia, 8, &["lounge"]),
        (alex, 8, &["staff"]),
    ] {
        assert_eq!(choose(who, kind, names).unwrap_err().code, 50035, "{kind} {names:?}");
    }
}

/// A member presses a button, and the bot opens a modal of these rows.
async fn open(
    (discord, rest, gateway): (&Simulator, &Rest, &mut Gateway),
    components: &Value,
) -> (Id, crate::support::Reply) {
    let (alex, help) = (id(discord, "alex"), id(discord, "help"));
    let used = discord.command(alex, help, "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let modal = json!({ "custom_id": "modal", "title": "x".repeat(45), "components": components });
    (used, rest.post(&callback(&came), json!({ "type": 9, "data": modal })).await)
}

fn input(more: &Value) -> Value {
    with(&json!({ "type": 4, "custom_id": "note", "style": 1 }), more)
}

fn labeled(component: &Value) -> Value {
    json!({ "type": 18, "label": "Label", "component": component })
}

#[tokio::test]
async fn modals_are_checked_whole() {
    let old = |more: &Value| rows(&[with(&input(&json!({ "label": "Note" })), more)]);
    let new = |more: &Value| json!([labeled(&input(more))]);
    let table = [
        (old(&json!({ "style": 2, "min_length": 2, "max_length": 4, "value": "abc" })), true),
        (old(&json!({ "style": 3 })), false),
        (old(&json!({ "style": null })), false),
        (old(&json!({ "label": "" })), false),
        (old(&json!({ "label": "x".repeat(46) })), false),
        (old(&json!({ "placeholder": "x".repeat(101) })), false),
        (old(&json!({ "min_length": 4001 })), false),
        (old(&json!({ "max_length": 0 })), false),
        (old(&json!({ "max_length": 4001 })), false),
        (old(&json!({ "min_length": 3, "max_length": 2 })), false),
        (old(&json!({ "min_length": 3, "value": "ab" })), false),
        (old(&json!({ "max_length": 3, "value": "abcd" })), false),
        (old(&json!({ "custom_id": "" })), false),
        (rows(&[select(5, &json!({}))]), false),
        (
            json!([{ "type": 1, "components": [input(&json!({ "label": "a" })), input(&json!({ "label": "b", "custom_id": "c" }))] }]),
            false,
        ),
        (rows(&[input(&json!({ "label": "a" })), input(&json!({ "label": "b" }))]), false),
        (new(&json!({ "max_length": 4000 })), true),
        (new(&json!({ "label": "no" })), false),
        (
            json!([labeled(&select(5, &json!({ "required": false }))), { "type": 10, "content": "Read this." }]),
            true,
        ),
        (json!([labeled(&select(3, &json!({ "options": [] })))]), false),
        (json!([labeled(&json!({ "type": 19, "custom_id": "file", "max_values": 11 }))]), false),
        (json!([labeled(&json!({ "type": 2, "custom_id": "b", "label": "a", "style": 1 }))]), false),
        (json!([input(&json!({ "label": "a" }))]), false),
        (json!([]), false),
        (json!(vec![labeled(&input(&json!({}))); 6]), false),
    ];
    let (discord, rest, mut gateway) = bot().await;
    for (components, fine) in table {
        let (_, reply) = open((&discord, &rest, &mut gateway), &components).await;
        let wanted = if fine { (204, Value::Null) } else { (400, json!(50035)) };
        assert_eq!((reply.status, reply.body["code"].clone()), wanted, "{components} {}", reply.body);
    }
}

#[tokio::test]
async fn what_is_put_into_a_modal_arrives_in_its_components() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, hana) = (id(&discord, "alex"), id(&discord, "hana"));
    let defaults = json!([{ "type": "user", "id": alex.to_string() }]);
    let components = json!([
        { "type": 1, "components": [input(&json!({ "label": "Note", "value": "as it was" }))] },
        { "type": 10, "content": "Read this." },
        labeled(&select(5, &json!({ "max_values": 2, "default_values": defaults }))),
        labeled(&select(3, &json!({ "options": options(2), "required": false }))),
        labeled(&json!({ "type": 19, "custom_id": "file" })),
    ]);
    let (opened, reply) = open((&discord, &rest, &mut gateway), &components).await;
    assert_eq!(reply.status, 204, "{}", reply.body);
    let file = discord.upload("a.txt", b"a").unwrap().to_string();
    assert!(discord.submit_modal(alex, opened, &[]).is_err(), "a file is required");
    assert!(discord.submit_modal(hana, opened, &[("file", &file)]).is_err(), "it is for alex");
    discord.submit_modal(alex, opened, &[("file", &file)]).unwrap();
    let data = gateway.event("INTERACTION_CREATE").await["data"].clone();
    let note = json!({ "type": 4, "id": 2, "custom_id": "note", "value": "as it was" });
    assert_eq!(data["components"][0], json!({ "type": 1, "id": 1, "components": [note] }));
    assert_eq!(data["components"][1], json!({ "type": 10, "id": 3 }));
    let people = json!({ "type": 5, "id": 5, "custom_id": "select 5", "values": [alex.to_string()] });
    assert_eq!(data["components"][2], json!({ "type": 18, "id": 4, "component": people }));
    assert_eq!(data["components"][3]["component"]["values"], json!([]));
    assert_eq!(data["resolved"]["attachments"][&file]["filename"], "a.txt");
    assert_eq!(data["resolved"]["users"][alex.to_string()]["username"], "alex");

    let (first, second) = (alex.to_string(), hana.to_string());
    let values = [("select 5", first.as_str()), ("select 5", &second), ("select 3", "1"), ("file", &file)];
    discord.submit_modal(alex, opened, &values).unwrap();
    let data = gateway.event("INTERACTION_CREATE").await["data"].clone();
    assert_eq!(data["components"][2]["component"]["values"], json!([first, second]));
    assert_eq!(data["components"][3]["component"]["values"], json!(["1"]));
    for wrong in [("select 3", "7"), ("select 5", "1"), ("file", "1"), ("note", "")] {
        let values = [wrong, ("file", file.as_str())];
        assert_eq!(discord.submit_modal(alex, opened, &values).unwrap_err().code, 50035, "{wrong:?}");
    }
}
