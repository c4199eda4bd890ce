//! Commands, menus, buttons, selects, modals and autocomplete, with every kind of answer.

use aside::simulator::{Id, InteractionKind, Permissions, Simulator, World};
use serde_json::{Value, json};

use crate::support::{Gateway, Rest, harbor, id};

/// A connected bot with one command of each kind.
pub(crate) async fn bot() -> (Simulator, Rest, Gateway) {
    let discord = harbor().await;
    discord.enforce_limits(false);
    let rest = Rest::new(&discord);
    let path = format!("PUT /applications/{}/commands", discord.bot());
    let reply = rest.call(&path, commands()).await;
    assert_eq!(reply.body.as_array().unwrap().len(), 4, "{}", reply.body);
    let (mut gateway, _) = Gateway::ready(&discord, 1).await;
    gateway.event("GUILD_CREATE").await;
    (discord, rest, gateway)
}

fn commands() -> Value {
    let manage = Permissions::MODERATE_MEMBERS.0.to_string();
    json!([
        { "name": "case", "description": "cases", "default_member_permissions": manage, "options": [
            { "type": 1, "name": "resolve", "description": "settle one", "options": [
                { "type": 4, "name": "number", "description": "which", "required": true, "autocomplete": true },
                { "type": 3, "name": "outcome", "description": "how",
                  "choices": [{ "name": "Settled", "value": "settled" }] },
                { "type": 6, "name": "member", "description": "whose" },
            ] },
        ] },
        { "name": "aside", "description": "ask for a private word" },
        { "name": "Take aside", "type": 3 },
        { "name": "Cases of", "type": 2, "default_member_permissions": "0" },
    ])
}

pub(crate) fn callback(interaction: &Value) -> String {
    let part = |key: &str| interaction[key].as_str().unwrap();
    format!("/interactions/{}/{}/callback", part("id"), part("token"))
}

pub(crate) fn webhook(interaction: &Value, rest: &str) -> String {
    let part = |key: &str| interaction[key].as_str().unwrap();
    format!("/webhooks/{}/{}{rest}", part("application_id"), part("token"))
}

/// A message of the bot with a button and a select.
pub(crate) async fn with_button(discord: &Simulator, rest: &Rest) -> Id {
    let rows = json!([
        { "type": 1, "components": [
            { "type": 2, "style": 1, "label": "Resolve", "custom_id": "resolve" },
            { "type": 2, "style": 4, "label": "Off", "custom_id": "off", "disabled": true },
        ] },
        { "type": 1, "components": [{ "type": 3, "custom_id": "why", "options": [
            { "label": "One", "value": "one" }, { "label": "Two", "value": "two" },
        ] }] },
    ]);
    let path = format!("/channels/{}/messages", id(discord, "help"));
    rest.post(&path, json!({ "content": "A case", "components": rows })).await.id()
}

#[tokio::test]
async fn a_command_carries_its_options_and_who_used_it() {
    let (discord, rest, mut gateway) = bot().await;
    let (mia, alex, help) = (id(&discord, "mia"), id(&discord, "alex"), id(&discord, "help"));
    let options = [("number", json!(7)), ("member", json!(alex.to_string()))];
    let used = discord.command(mia, help, "case resolve", &options).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    assert_eq!((&came["id"], &came["type"]), (&json!(used.to_string()), &json!(2)));
    assert_eq!((&came["locale"], &came["guild_locale"]), (&json!("en-US"), &json!("en-US")));
    let sub = &came["data"]["options"][0];
    assert_eq!((&sub["name"], &sub["type"]), (&json!("resolve"), &json!(1)));
    assert_eq!(sub["options"][0], json!({ "name": "number", "type": 4, "value": 7 }));
    assert_eq!(came["data"]["resolved"]["users"][alex.to_string()]["username"], "alex");
    let permissions: u64 = came["member"]["permissions"].as_str().unwrap().parse().unwrap();
    assert!(Permissions(permissions).contains(Permissions::MODERATE_MEMBERS));

    let answer = json!({ "type": 4, "data": { "content": "Done.", "flags": 64 } });
    assert_eq!(rest.post(&callback(&came), answer.clone()).await.status, 204);
    let reply = discord.answer_to(used).await.unwrap();
    assert_eq!((reply.kind, reply.ephemeral), (4, true));
    assert_eq!(rest.post(&callback(&came), answer).await.body["code"], 40060);
    let seen = |who: Id| {
        let everything = discord.view(who);
        let messages = everything.iter().flat_map(|seen| &seen.messages);
        messages.filter(|seen| seen.message.content == "Done.").count()
    };
    assert_eq!((seen(mia), seen(alex)), (1, 0), "an ephemeral answer is for one");
    let listed = rest.get(&format!("/channels/{help}/messages")).await;
    assert_eq!(listed.body, json!([]), "and in no list");
}

#[tokio::test]
async fn an_interaction_carries_the_languages_of_the_member_and_the_guild() {
    let (discord, _, mut gateway) = bot().await;
    let (alex, help, harbor) = (id(&discord, "alex"), id(&discord, "help"), id(&discord, "Harbor"));
    discord.set_locale(alex, "de").unwrap();
    discord.set_guild_locale(harbor, "fr").unwrap();
    assert_eq!(gateway.event("GUILD_UPDATE").await["preferred_locale"], "fr");
    discord.command(alex, help, "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    assert_eq!((&came["locale"], &came["guild_locale"]), (&json!("de"), &json!("fr")));
    assert_eq!(came["guild"]["locale"], "fr");
    for wrong in [discord.set_locale(alex, "en"), discord.set_guild_locale(harbor, "german")] {
        assert_eq!(wrong.unwrap_err().code, 50035);
    }
    assert!(discord.set_locale(1, "de").is_err() && discord.set_guild_locale(1, "de").is_err());
}

#[tokio::test]
async fn a_world_says_which_languages_are_spoken() {
    let of = |guild: &str, member: &str| {
        let text = format!(
            "[[guild]]\nlocale = \"{guild}\"\nchannels = [{{ name = \"help\" }}]\n\
             members = [{{ name = \"lena\", locale = \"{member}\" }}]"
        );
        World::from_toml(&text).unwrap()
    };
    let discord = Simulator::start(&of("nl", "de")).await.unwrap();
    let (mut gateway, _) = Gateway::ready(&discord, 1).await;
    assert_eq!(gateway.event("GUILD_CREATE").await["preferred_locale"], "nl");
    let command = json!({ "name": "aside", "description": "d" });
    Rest::new(&discord).post(&format!("/applications/{}/commands", discord.bot()), command).await;
    discord.command(id(&discord, "lena"), id(&discord, "help"), "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    assert_eq!((&came["locale"], &came["guild_locale"]), (&json!("de"), &json!("nl")));
    for wrong in [of("en", "de"), of("nl", "deutsch")] {
        assert!(Simulator::start(&wrong).await.is_err());
    }
}

/// Who uses which command with which options, and the code of the refusal.
type Refused<'a> = (Id, &'a str, &'a [(&'a str, Value)], u32);

#[tokio::test]
async fn commands_are_refused_as_a_client_would() {
    let (discord, ..) = bot().await;
    let (mia, alex, help) = (id(&discord, "mia"), id(&discord, "alex"), id(&discord, "help"));
    let table: [Refused; 8] = [
        (alex, "case resolve", &[("number", json!(1))], 50013),
        (mia, "case reopen", &[], 10063),
        (mia, "unknown", &[], 10063),
        (mia, "case resolve", &[], 50035),
        (mia, "case", &[], 50035),
        (mia, "case resolve", &[("number", json!("seven"))], 50035),
        (mia, "case resolve", &[("number", json!(1)), ("outcome", json!("lost"))], 50035),
        (mia, "case resolve", &[("number", json!(1)), ("more", json!(1))], 50035),
    ];
    for (who, path, options, code) in table {
        assert_eq!(discord.command(who, help, path, options).unwrap_err().code, code, "{path} {options:?}");
    }
    assert_eq!(discord.user_menu(mia, help, "Cases of", alex).unwrap_err().code, 50013);
    discord.user_menu(id(&discord, "olga"), help, "Cases of", alex).unwrap();
}

#[tokio::test]
async fn a_message_menu_brings_the_message() {
    let (discord, _, mut gateway) = bot().await;
    let (mia, help) = (id(&discord, "mia"), id(&discord, "help"));
    let message = discord.post(id(&discord, "alex"), help, "please look").unwrap();
    discord.message_menu(mia, help, "Take aside", message).unwrap();
    let data = gateway.event("INTERACTION_CREATE").await["data"].clone();
    assert_eq!((&data["target_id"], &data["type"]), (&json!(message.to_string()), &json!(3)));
    // The content is there although the session has no message-content intent.
    assert_eq!(data["resolved"]["messages"][message.to_string()]["content"], "please look");
}

#[tokio::test]
async fn buttons_and_selects_change_their_message() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let message = with_button(&discord, &rest).await;
    assert_eq!(discord.press(alex, help, message, "off").unwrap_err().code, 50013);
    assert!(discord.press(alex, help, message, "unknown").is_err());
    discord.press(alex, help, message, "resolve").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(came["data"]["component_type"], 2);
    assert_eq!(came["message"]["id"], message.to_string());
    let update = json!({ "type": 7, "data": { "content": "Settled", "components": [] } });
    let path = format!("{}?with_response=true", callback(&came));
    let reply = rest.post(&path, update).await;
    assert_eq!(reply.body["resource"]["message"]["content"], "Settled");
    assert!(discord.press(alex, help, message, "resolve").is_err(), "the buttons are gone");

    let message = with_button(&discord, &rest).await;
    for wrong in [&[][..], &["one", "two"], &["three"]] {
        assert_eq!(discord.choose(alex, help, message, "why", wrong).unwrap_err().code, 50035);
    }
    let chosen = discord.choose(alex, help, message, "why", &["two"]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(came["data"]["values"], json!(["two"]));
    assert_eq!(rest.post(&callback(&came), json!({ "type": 6 })).await.status, 204);
    assert_eq!(discord.interaction(chosen).unwrap().kind, InteractionKind::Component);
}

#[tokio::test]
async fn a_modal_is_opened_filled_in_and_sent() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let message = with_button(&discord, &rest).await;
    let pressed = discord.press(alex, help, message, "resolve").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let input = json!({ "type": 4, "custom_id": "note", "label": "Note", "style": 2, "max_length": 20 });
    let modal = json!({ "custom_id": "how", "title": "How did it go?",
        "components": [{ "type": 1, "components": [input] }] });
    let long =
        json!({ "type": 9, "data": { "custom_id": "how", "title": "x".repeat(46), "components": [] } });
    assert_eq!(rest.post(&callback(&came), long).await.body["code"], 50035);
    assert_eq!(rest.post(&callback(&came), json!({ "type": 9, "data": modal })).await.status, 204);
    assert!(discord.submit_modal(alex, pressed, &[]).is_err(), "the note is required");
    assert!(discord.submit_modal(alex, pressed, &[("note", &"x".repeat(21))]).is_err());
    assert!(discord.submit_modal(alex, pressed, &[("note", "a"), ("other", "b")]).is_err());
    discord.submit_modal(alex, pressed, &[("note", "Fine.")]).unwrap();
    let sent = gateway.event("INTERACTION_CREATE").await;
    assert_eq!((&sent["type"], &sent["data"]["custom_id"]), (&json!(5), &json!("how")));
    assert_eq!(sent["data"]["components"][0]["components"][0]["value"], "Fine.");
    let again = json!({ "type": 9, "data": modal });
    assert_eq!(rest.post(&callback(&sent), again).await.status, 400, "a modal cannot follow a modal");
}

#[tokio::test]
async fn autocomplete_gets_choices_and_nothing_else() {
    let (discord, rest, mut gateway) = bot().await;
    let (mia, help) = (id(&discord, "mia"), id(&discord, "help"));
    let typing =
        discord.autocomplete(mia, help, "case resolve", &[("number", json!("1"))], "number").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    assert_eq!(came["type"], 4);
    assert_eq!(came["data"]["options"][0]["options"][0]["focused"], true);
    let message = json!({ "type": 4, "data": { "content": "no" } });
    assert_eq!(rest.post(&callback(&came), message).await.status, 400);
    let choices = |n: usize| vec![json!({ "name": "12", "value": 12 }); n];
    let many = json!({ "type": 8, "data": { "choices": choices(26) } });
    assert_eq!(rest.post(&callback(&came), many).await.body["code"], 50035);
    let few = json!({ "type": 8, "data": { "choices": choices(1) } });
    assert_eq!(rest.post(&callback(&came), few).await.status, 204);
    assert_eq!(discord.answer_to(typing).await.unwrap().data["choices"][0]["value"], 12);
    let plain = discord.autocomplete(mia, help, "case resolve", &[("outcome", json!("s"))], "outcome");
    assert!(plain.is_err());
}

#[tokio::test]
async fn a_deferred_answer_is_filled_in_followed_up_and_deleted() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let used = discord.command(alex, help, "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let original = webhook(&came, "/messages/@original");
    assert_eq!(rest.post(&webhook(&came, ""), json!({ "content": "early" })).await.status, 404);
    assert_eq!(rest.post(&callback(&came), json!({ "type": 5, "data": { "flags": 64 } })).await.status, 204);
    assert_eq!(rest.get(&original).await.body["flags"], 64 | 128, "ephemeral and loading");
    let filled = rest.call(&format!("PATCH {original}"), json!({ "content": "Here it is." })).await;
    assert_eq!((&filled.body["content"], &filled.body["flags"]), (&json!("Here it is."), &json!(64)));
    let more = rest.post(&webhook(&came, "?wait=true"), json!({ "content": "And more." })).await;
    let interaction = discord.interaction(used).unwrap();
    assert_eq!(interaction.followups, [more.id()]);
    let named = webhook(&came, &format!("/messages/{}", more.id()));
    assert_eq!(rest.call(&format!("DELETE {named}"), Value::Null).await.status, 204);
    assert_eq!(rest.call(&format!("DELETE {original}"), Value::Null).await.status, 204);
    assert_eq!(rest.get(&original).await.body["code"], 10008);
    assert!(discord.messages(help).is_empty());
}

#[tokio::test]
async fn an_answer_after_three_seconds_finds_no_interaction() {
    let (discord, rest, mut gateway) = bot().await;
    discord.set_clock("2026-03-01T12:00:00Z".parse().unwrap());
    let used = discord.command(id(&discord, "alex"), id(&discord, "help"), "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    discord.set_clock("2026-03-01T12:00:04Z".parse().unwrap());
    assert!(discord.interaction(used).unwrap().failed("2026-03-01T12:00:04Z".parse().unwrap()));
    let reply = rest.post(&callback(&came), json!({ "type": 4, "data": { "content": "late" } })).await;
    assert_eq!((reply.status, &reply.body["code"]), (404, &json!(10062)));
}

#[tokio::test]
async fn a_token_is_good_for_fifteen_minutes() {
    let (discord, rest, mut gateway) = bot().await;
    discord.set_clock("2026-03-01T12:00:00Z".parse().unwrap());
    discord.command(id(&discord, "alex"), id(&discord, "help"), "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    rest.post(&callback(&came), json!({ "type": 4, "data": { "content": "now" } })).await;
    let original = format!("PATCH {}", webhook(&came, "/messages/@original"));
    discord.set_clock("2026-03-01T12:14:00Z".parse().unwrap());
    assert_eq!(rest.call(&original, json!({ "content": "later" })).await.status, 200);
    discord.set_clock("2026-03-01T12:16:00Z".parse().unwrap());
    let late = json!({ "content": "too late" });
    assert_eq!(rest.call(&original, late.clone()).await.body["code"], 50027);
    assert_eq!(rest.call(&original.replace("PATCH", "DELETE"), Value::Null).await.body["code"], 50027);
    assert_eq!(rest.post(&webhook(&came, ""), late).await.body["code"], 50027);
}

/// What no message may be.
fn too_much() -> [Value; 6] {
    let button = json!({ "type": 2, "style": 1, "label": "a", "custom_id": "a" });
    let long = json!({ "description": "x".repeat(3001) });
    [
        json!({ "content": "x".repeat(2001) }),
        json!({ "content": 1 }),
        json!({ "embeds": vec![json!({ "title": "a" }); 11] }),
        json!({ "embeds": [long, long] }),
        json!({ "components": vec![json!({ "type": 1, "components": [button] }); 6], "content": "a" }),
        json!({ "content": "", "embeds": [], "components": [], "attachments": [] }),
    ]
}

#[tokio::test]
async fn every_answer_is_held_to_the_limits_of_messages() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let message = with_button(&discord, &rest).await;
    let used = discord.press(alex, help, message, "resolve").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    for wrong in too_much() {
        for kind in [4, 7] {
            let reply = rest.post(&callback(&came), json!({ "type": kind, "data": wrong })).await;
            assert_eq!(reply.status, 400, "{kind}: {wrong}");
            assert!(
                reply.body["errors"]["data"].is_object() || reply.body["code"] == 50006,
                "{}",
                reply.body
            );
        }
    }
    assert!(discord.interaction(used).unwrap().reply.is_none(), "a refused answer is none");
    let fine = json!({ "type": 4, "data": { "content": "x".repeat(2000), "flags": 64 } });
    assert_eq!(rest.post(&callback(&came), fine).await.status, 204);
    for wrong in too_much() {
        let edit = format!("PATCH {}", webhook(&came, "/messages/@original"));
        assert_eq!(rest.call(&edit, wrong.clone()).await.status, 400, "{wrong}");
        assert_eq!(rest.post(&webhook(&came, ""), wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(discord.messages(help).len(), 2);
}

#[tokio::test]
async fn an_ephemeral_answer_stays_so_and_is_reached_by_its_token_alone() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let used = discord.command(alex, help, "aside", &[]).unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let button = json!({ "type": 2, "style": 1, "label": "Go", "custom_id": "go" });
    let rows = json!([{ "type": 1, "components": [button] }]);
    let first = json!({ "content": "psst", "flags": 64, "components": rows });
    rest.post(&callback(&came), json!({ "type": 4, "data": first })).await;
    let original = discord.interaction(used).unwrap().original.unwrap();
    let path = format!("/channels/{help}/messages/{original}");
    for (call, body) in [
        (format!("GET {path}"), Value::Null),
        (format!("PATCH {path}"), json!({ "content": "aloud" })),
        (format!("DELETE {path}"), Value::Null),
        (format!("PUT {path}/reactions/%F0%9F%91%8D/@me"), Value::Null),
        (format!("POST {path}/threads"), json!({ "name": "a thread" })),
    ] {
        assert_eq!(rest.call(&call, body).await.body["code"], 10008, "{call}");
    }
    let reply = json!({ "content": "a reply", "message_reference": { "message_id": original.to_string() } });
    assert_eq!(rest.post(&format!("/channels/{help}/messages"), reply).await.body["code"], 50035);

    let edit = format!("PATCH {}", webhook(&came, "/messages/@original"));
    let edited = rest.call(&edit, json!({ "content": "still psst", "flags": 0 })).await;
    assert_eq!((&edited.body["flags"], &edited.body["content"]), (&json!(64), &json!("still psst")));
    let public = rest.post(&webhook(&came, ""), json!({ "content": "aloud" })).await;
    let named = format!("PATCH {}", webhook(&came, &format!("/messages/{}", public.id())));
    assert_eq!(rest.call(&named, json!({ "flags": 64 | 4 })).await.body["flags"], 4);

    // A component on it: whoever it is for can press, and the bot changes it.
    assert_eq!(discord.press(id(&discord, "mia"), help, original, "go").unwrap_err().code, 10008);
    discord.press(alex, help, original, "go").unwrap();
    let pressed = gateway.event("INTERACTION_CREATE").await;
    let update = json!({ "type": 7, "data": { "content": "done", "components": [] } });
    let reply = rest.post(&format!("{}?with_response=true", callback(&pressed)), update).await;
    assert_eq!(reply.body["resource"]["message"]["flags"], 64);
    assert_eq!(reply.body["interaction"]["response_message_ephemeral"], true);
    let seen = |who: Id| {
        discord.view(who).iter().flat_map(|seen| &seen.messages).filter(|one| one.ephemeral).count()
    };
    assert_eq!((seen(alex), seen(id(&discord, "mia"))), (1, 0));
}

#[tokio::test]
async fn choices_offered_while_typing_are_checked() {
    let (discord, rest, mut gateway) = bot().await;
    let (mia, help) = (id(&discord, "mia"), id(&discord, "help"));
    discord.autocomplete(mia, help, "case resolve", &[("number", json!("1"))], "number").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    for wrong in [
        json!({ "name": "", "value": 1 }),
        json!({ "name": "x".repeat(101), "value": 1 }),
        json!({ "name": "a", "value": "1" }),
    ] {
        let reply = rest.post(&callback(&came), json!({ "type": 8, "data": { "choices": [wrong] } })).await;
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!(50035)));
    }
    assert_eq!(
        rest.post(&callback(&came), json!({ "type": 8, "data": { "choices": [] } })).await.status,
        204
    );
}
