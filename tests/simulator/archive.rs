//! Threads that are put away, locked and deleted: what is still possible in them, for whom.

use aside::simulator::{Id, Permissions, Simulator};
use serde_json::{Value, json};

use crate::interactions::{bot, callback, webhook};
use crate::support::{Gateway, Rest, harbor, id};

const GUILDS: u64 = 1;
const MEMBERS: u64 = 1 << 1;
const MESSAGES: u64 = 1 << 9;

/// A thread of the bot with alex in it, and what the bot wrote there, with a button.
async fn with_alex(discord: &Simulator, rest: &Rest) -> (Id, Id) {
    discord.enforce_limits(false);
    let body = json!({ "name": "A word aside", "type": 12 });
    let thread = rest.post(&format!("/channels/{}/threads", id(discord, "help")), body).await.id();
    discord.add_to_thread(id(discord, "mia"), thread, id(discord, "alex")).unwrap();
    let button = json!({ "type": 2, "style": 1, "label": "Good", "custom_id": "good" });
    let body = json!({ "content": "How was it?", "components": [{ "type": 1, "components": [button] }] });
    (thread, rest.post(&format!("/channels/{thread}/messages"), body).await.id())
}

/// Whether the thread is archived, and whether it is locked.
fn stands(discord: &Simulator, thread: Id) -> (bool, bool) {
    let threads = discord.threads(id(discord, "Harbor"));
    let of = threads.into_iter().find(|one| one.id == thread).and_then(|one| one.thread).unwrap();
    (of.archived, of.locked)
}

/// Leaves the bot without `MANAGE_THREADS`.
fn demote(discord: &Simulator) {
    let left = Permissions::ORDINARY | Permissions::CREATE_PRIVATE_THREADS;
    discord.set_role(id(discord, "Harbor"), id(discord, "Aside"), left).unwrap();
}

/// Who changes a thread that stands so (archived, locked), how, and the refusal, 0 for none.
type Change = (&'static str, (bool, bool), &'static str, u32);

const CHANGES: &[Change] = &[
    // Its owner, without MANAGE_THREADS.
    ("bot", (false, false), r#"{"archived":true}"#, 0),
    ("bot", (false, false), r#"{"name":"Settled","auto_archive_duration":60}"#, 0),
    ("bot", (false, false), r#"{"archived":true,"locked":true}"#, 50013),
    ("bot", (false, false), r#"{"rate_limit_per_user":5}"#, 50013),
    ("bot", (false, true), r#"{"archived":true}"#, 50013),
    ("bot", (true, false), r#"{"archived":false,"name":"Again"}"#, 0),
    ("bot", (true, true), r#"{"archived":false}"#, 50013),
    // Someone in it.
    ("alex", (false, false), r#"{"archived":true}"#, 50013),
    ("alex", (false, false), r#"{"name":"Mine"}"#, 50013),
    ("alex", (true, false), r#"{"archived":false}"#, 0),
    ("alex", (true, false), r#"{"archived":false,"name":"Mine"}"#, 50013),
    ("alex", (true, true), r#"{"archived":false}"#, 50013),
    // Someone with MANAGE_THREADS: what changes an archived thread reopens it in the same request.
    ("mia", (false, false), r#"{"archived":true,"locked":true,"name":"Settled"}"#, 0),
    ("mia", (true, false), r#"{"archived":true}"#, 0),
    ("mia", (true, true), r#"{"archived":true,"locked":true}"#, 0),
    ("mia", (true, false), r#"{"archived":true,"locked":true}"#, 50083),
    ("mia", (true, true), r#"{"archived":true,"locked":false}"#, 50083),
    ("mia", (true, false), r#"{"archived":true,"name":"Settled"}"#, 50083),
    ("mia", (true, false), r#"{"locked":true}"#, 50083),
    ("mia", (true, true), r#"{"archived":false,"locked":true,"name":"Settled"}"#, 0),
    ("mia", (true, true), r#"{"archived":false,"locked":false}"#, 0),
];

#[tokio::test]
async fn a_thread_is_changed_as_the_table_says() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let olga = id(&discord, "olga");
    for (who, (archived, locked), body, refused) in CHANGES {
        let (thread, _) = with_alex(&discord, &rest).await;
        discord.edit_thread(olga, thread, &json!({ "archived": archived, "locked": locked })).unwrap();
        demote(&discord);
        let who = if *who == "bot" { discord.bot() } else { id(&discord, who) };
        let body: Value = serde_json::from_str(body).unwrap();
        let code = discord.edit_thread(who, thread, &body).err().map_or(0, |refusal| refusal.code);
        assert_eq!(code, *refused, "{who} {archived} {locked} {body}");
        let wanted = |key: &str, was: bool| body[key].as_bool().filter(|_| code == 0).unwrap_or(was);
        assert_eq!(stands(&discord, thread), (wanted("archived", *archived), wanted("locked", *locked)));
        discord.delete_channel(thread).unwrap();
        let all = Permissions::ORDINARY | Permissions::CREATE_PRIVATE_THREADS | Permissions::MANAGE_THREADS;
        discord.set_role(id(&discord, "Harbor"), id(&discord, "Aside"), all).unwrap();
    }
}

#[tokio::test]
async fn reopening_needs_the_permission_to_post() {
    let discord = harbor().await;
    let (thread, _) = with_alex(&discord, &Rest::new(&discord)).await;
    discord.archive(id(&discord, "mia"), thread, false).unwrap();
    let help = id(&discord, "help");
    let mute = Permissions::SEND_MESSAGES_IN_THREADS;
    discord.set_overwrite(help, id(&discord, "alex"), Permissions::NONE, mute).unwrap();
    let reopen = json!({ "archived": false });
    assert_eq!(discord.edit_thread(id(&discord, "alex"), thread, &reopen).unwrap_err().code, 50013);
    discord.remove_overwrite(help, id(&discord, "alex")).unwrap();
    discord.edit_thread(id(&discord, "alex"), thread, &reopen).unwrap();
}

#[tokio::test]
async fn a_new_name_is_told_in_the_thread() {
    let (discord, rest, mut gateway) = bot().await;
    let (thread, _) = with_alex(&discord, &rest).await;
    gateway.pending().await;
    discord.edit_thread(id(&discord, "mia"), thread, &json!({ "name": "Refund" })).unwrap();
    let line = discord.messages(thread).pop().unwrap();
    assert_eq!((line.kind, line.content.as_str(), line.author), (4, "Refund", id(&discord, "mia")));
    assert!(line.is_system());
    assert_eq!(gateway.event("THREAD_UPDATE").await["name"], "Refund");
    discord.edit_thread(id(&discord, "mia"), thread, &json!({ "name": "Refund" })).unwrap();
    assert_eq!(discord.messages(thread).pop().unwrap().id, line.id, "the same name is no news");
}

#[tokio::test]
async fn in_an_archived_thread_messages_are_deleted_and_nothing_else() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let (alex, mia) = (id(&discord, "alex"), id(&discord, "mia"));
    let (thread, ours) = with_alex(&discord, &rest).await;
    let said = ["one", "two"].map(|text| discord.post(alex, thread, text).unwrap());
    discord.archive(mia, thread, false).unwrap();
    assert_eq!(discord.edit(alex, thread, said[0], "changed").unwrap_err().code, 50083);
    assert_eq!(discord.react(alex, thread, said[0], "👍").unwrap_err().code, 50083);
    assert_eq!(discord.add_to_thread(mia, thread, id(&discord, "hana")).unwrap_err().code, 50083);
    assert_eq!(discord.take_out(mia, thread, alex).unwrap_err().code, 50083);
    discord.delete(alex, thread, said[0]).unwrap();
    discord.delete(mia, thread, ours).unwrap();
    assert_eq!(stands(&discord, thread), (true, false), "deleting does not reopen it");

    discord.edit_thread(mia, thread, &json!({ "archived": false })).unwrap();
    discord.archive(mia, thread, true).unwrap();
    assert_eq!(discord.delete(alex, thread, said[1]).unwrap_err().code, 50083);
    discord.delete(mia, thread, said[1]).unwrap();
    let left = rest.get(&format!("/channels/{thread}")).await;
    assert_eq!((&left.body["message_count"], &left.body["total_message_sent"]), (&json!(1), &json!(4)));
}

#[tokio::test]
async fn in_a_locked_thread_only_those_who_manage_it_write_and_edit() {
    let discord = harbor().await;
    let (alex, mia) = (id(&discord, "alex"), id(&discord, "mia"));
    let rest = Rest::new(&discord);
    let (thread, ours) = with_alex(&discord, &rest).await;
    let said = discord.post(alex, thread, "mine").unwrap();
    discord.edit_thread(mia, thread, &json!({ "locked": true })).unwrap();
    assert_eq!(discord.post(alex, thread, "more").unwrap_err().code, 160_005);
    assert_eq!(discord.edit(alex, thread, said, "changed").unwrap_err().code, 160_005);
    discord.delete(alex, thread, said).unwrap();
    let edit = format!("PATCH /channels/{thread}/messages/{ours}");
    assert_eq!(rest.call(&edit, json!({ "content": "Thank you." })).await.status, 200);
    demote(&discord);
    assert_eq!(rest.call(&edit, json!({ "content": "Again." })).await.body["code"], 160_005);
    let post = format!("/channels/{thread}/messages");
    assert_eq!(rest.post(&post, json!({ "content": "Again." })).await.body["code"], 160_005);
    discord.archive(mia, thread, false).unwrap();
    assert_eq!(rest.post(&post, json!({ "content": "Again." })).await.body["code"], 50083);
}

#[tokio::test]
async fn a_button_in_an_archived_thread_is_pressed_and_answered_beside_it() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, mia) = (id(&discord, "alex"), id(&discord, "mia"));
    let (thread, ours) = with_alex(&discord, &rest).await;
    discord.archive(mia, thread, true).unwrap();
    discord.press(alex, thread, ours, "good").unwrap();
    let came = gateway.event("INTERACTION_CREATE").await;
    let change = json!({ "type": 7, "data": { "components": [] } });
    assert_eq!(rest.post(&callback(&came), change).await.body["code"], 50083);
    let quiet = json!({ "type": 4, "data": { "content": "Thank you.", "flags": 64 } });
    assert_eq!(rest.post(&callback(&came), quiet).await.status, 204);
    let original = format!("PATCH {}", webhook(&came, "/messages/@original"));
    assert_eq!(rest.call(&original, json!({ "content": "Thanks." })).await.status, 200);
    assert_eq!(stands(&discord, thread), (true, true));

    // What everyone there sees is a post: it reopens the thread, or is refused.
    let aloud = rest.post(&webhook(&came, ""), json!({ "content": "Noted." })).await;
    assert_eq!((aloud.status, stands(&discord, thread)), (200, (false, true)));
    discord.archive(mia, thread, false).unwrap();
    demote(&discord);
    let refused = rest.post(&webhook(&came, ""), json!({ "content": "Noted." })).await;
    assert_eq!(refused.body["code"], 50083);
}

#[tokio::test]
async fn an_answer_finds_its_thread_closed_or_gone() {
    let (discord, rest, mut gateway) = bot().await;
    let (alex, mia) = (id(&discord, "alex"), id(&discord, "mia"));
    let (thread, ours) = with_alex(&discord, &rest).await;
    for gone in [false, true] {
        discord.press(alex, thread, ours, "good").unwrap();
        let came = gateway.event("INTERACTION_CREATE").await;
        assert_eq!(rest.post(&callback(&came), json!({ "type": 6 })).await.status, 204);
        if gone {
            discord.delete_channel(thread).unwrap();
        } else {
            discord.archive(mia, thread, true).unwrap();
        }
        let original = format!("PATCH {}", webhook(&came, "/messages/@original"));
        let code = rest.call(&original, json!({ "components": [] })).await.body["code"].clone();
        assert_eq!(code, if gone { 10008 } else { 50083 });
        let more = rest.post(&webhook(&came, ""), json!({ "content": "Noted.", "flags": 64 })).await;
        assert_eq!(more.body["code"], if gone { json!(10003) } else { Value::Null });
    }
}

#[tokio::test]
async fn a_silent_thread_is_archived_in_time() {
    let discord = harbor().await;
    discord.set_clock("2026-03-01T12:00:00Z".parse().unwrap());
    let rest = Rest::new(&discord);
    let (thread, _) = with_alex(&discord, &rest).await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS).await;
    gateway.event("GUILD_CREATE").await;
    discord.set_clock("2026-03-02T11:00:00Z".parse().unwrap());
    discord.post(id(&discord, "alex"), thread, "still here").unwrap();
    discord.set_clock("2026-03-02T12:30:00Z".parse().unwrap());
    discord.archive_quiet_threads();
    assert_eq!(stands(&discord, thread), (false, false), "a day since the last word");
    discord.set_clock("2026-03-03T11:01:00Z".parse().unwrap());
    discord.archive_quiet_threads();
    assert_eq!(stands(&discord, thread), (true, false));
    assert_eq!(gateway.event("THREAD_UPDATE").await["thread_metadata"]["archived"], true);
}

#[tokio::test]
async fn a_deleted_thread_is_told_and_a_deleted_channel_takes_its_threads_along_in_silence() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let help = id(&discord, "help");
    let (first, _) = with_alex(&discord, &rest).await;
    let (second, ours) = with_alex(&discord, &rest).await;
    let (mut gateway, _) = Gateway::ready(&discord, GUILDS | MESSAGES).await;
    gateway.event("GUILD_CREATE").await;
    assert_eq!(
        rest.call(&format!("DELETE /channels/{first}"), Value::Null).await.body["name"],
        "A word aside"
    );
    discord.delete(id(&discord, "mia"), second, ours).unwrap();
    discord.delete_channel(help).unwrap();
    let told = gateway.pending().await;
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["THREAD_DELETE", "MESSAGE_DELETE", "CHANNEL_DELETE"]);
    let thread = json!({ "id": first.to_string(), "type": 12, "parent_id": help.to_string(),
        "guild_id": id(&discord, "Harbor").to_string() });
    assert_eq!(told[0].1, thread);
    assert_eq!((&told[1].1["id"], &told[2].1["id"]), (&json!(ours.to_string()), &json!(help.to_string())));
    for gone in [first, second, help] {
        assert_eq!(rest.get(&format!("/channels/{gone}")).await.body["code"], 10003);
    }
    assert!(discord.threads(id(&discord, "Harbor")).is_empty());
}

#[tokio::test]
async fn who_leaves_the_guild_leaves_its_threads_and_only_the_intent_tells() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let (alex, harbor) = (id(&discord, "alex"), id(&discord, "Harbor"));
    let (thread, ours) = with_alex(&discord, &rest).await;
    let (mut told, _) = Gateway::ready(&discord, GUILDS | MEMBERS).await;
    told.event("GUILD_CREATE").await;
    let (mut untold, _) = Gateway::ready(&discord, GUILDS).await;
    untold.event("GUILD_CREATE").await;
    discord.leave(harbor, alex).unwrap();
    let left = told.event("GUILD_MEMBER_REMOVE").await;
    assert_eq!(left["user"]["id"], alex.to_string());
    assert_eq!(untold.pending().await, []);
    assert!(!discord.thread_members(thread).contains(&alex));
    assert_eq!(discord.press(alex, thread, ours, "good").unwrap_err().code, 50001);
    let member = format!("/guilds/{harbor}/members/{alex}");
    let gone = rest.get(&member).await;
    assert_eq!((gone.status, &gone.body["code"]), (404, &json!(10007)));
    let again = rest.call(&format!("PUT /channels/{thread}/thread-members/{alex}"), Value::Null).await;
    assert_eq!((again.status, &again.body["code"]), (404, &json!(10007)));
}

#[tokio::test]
async fn an_archived_thread_is_read_page_by_page() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let (thread, ours) = with_alex(&discord, &rest).await;
    let said: Vec<Id> =
        (0..120).map(|n| discord.post(id(&discord, "alex"), thread, &n.to_string()).unwrap()).collect();
    discord.archive(id(&discord, "mia"), thread, true).unwrap();
    let page = async |query: String| {
        let page = rest.get(&format!("/channels/{thread}/messages?{query}")).await.body;
        let ids = page.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().parse().unwrap());
        ids.collect::<Vec<Id>>()
    };
    let newest = page("limit=100".to_owned()).await;
    assert_eq!((newest.len(), newest[0], newest[99]), (100, said[119], said[20]));
    let older = page(format!("limit=100&before={}", said[20])).await;
    assert_eq!((older.len(), older[0], older[20]), (22, said[19], ours), "and the line that alex was added");
    let after = page(format!("limit=2&after={ours}")).await;
    assert_eq!(after, [said[1], said[0]]);
}
