//! Threads: who is in them, who sees them, when they are put away.

use aside::simulator::{ChannelKind, Id, Simulator};
use serde_json::{Value, json};

use crate::support::{Reply, Rest, harbor, id};

async fn quiet() -> (Simulator, Rest) {
    let discord = harbor().await;
    discord.enforce_limits(false);
    let rest = Rest::new(&discord);
    (discord, rest)
}

async fn open(rest: &Rest, channel: Id, more: Value) -> Reply {
    let mut body = json!({ "name": "A word aside", "type": 12 });
    body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    rest.post(&format!("/channels/{channel}/threads"), body).await
}

#[tokio::test]
async fn a_private_thread_holds_who_was_brought_in_and_managers_see_it() {
    let (discord, rest) = quiet().await;
    let of = |name: &str| id(&discord, name);
    let reply = open(&rest, of("help"), json!({ "invitable": false, "auto_archive_duration": 10080 })).await;
    assert_eq!((reply.status, &reply.body["type"]), (201, &json!(12)));
    assert_eq!(reply.body["thread_metadata"]["invitable"], false);
    assert_eq!(reply.body["thread_metadata"]["auto_archive_duration"], 10080);
    let thread = reply.id();
    let put = format!("PUT /channels/{thread}/thread-members/{}", of("alex"));
    assert_eq!(rest.call(&put, Value::Null).await.status, 204);
    assert_eq!(rest.call(&put, Value::Null).await.status, 204, "again is no error");
    assert_eq!(discord.thread_members(thread), [discord.bot(), of("alex")]);

    let sees = |name: &str| discord.view(of(name)).iter().any(|seen| seen.channel.id == thread);
    assert_eq!(["alex", "mia", "olga", "hana"].map(sees), [true, true, true, false]);
    assert_eq!(discord.add_to_thread(of("alex"), thread, of("hana")).unwrap_err().code, 50013);
    assert_eq!(discord.post(of("hana"), thread, "let me in").unwrap_err().code, 50001);
    discord.add_to_thread(of("mia"), thread, of("hana")).unwrap();
    discord.post(of("hana"), thread, "thank you").unwrap();
    let members = rest.get(&format!("/channels/{thread}/thread-members?with_member=true")).await;
    assert_eq!(members.body.as_array().unwrap().len(), 4);
    assert_eq!(members.body[1]["member"]["user"]["username"], "mia");
    let call = format!("DELETE /channels/{thread}/thread-members/{}", of("hana"));
    assert_eq!(rest.call(&call, Value::Null).await.status, 204);
    assert!(!sees("hana"));
}

#[tokio::test]
async fn a_mention_inside_adds_users_and_the_members_of_roles() {
    let (discord, rest) = quiet().await;
    let of = |name: &str| id(&discord, name);
    let thread = open(&rest, of("help"), json!({})).await.id();
    let path = format!("/channels/{thread}/messages");
    let text = format!("<@{}> and <@&{}>", of("alex"), of("Helper"));
    let quiet = json!({ "content": text, "allowed_mentions": { "parse": [] } });
    rest.post(&path, quiet).await;
    assert_eq!(discord.thread_members(thread), [discord.bot()]);
    let roles = [of("Helper").to_string()];
    let loud = json!({ "content": text, "allowed_mentions": { "parse": ["users"], "roles": roles } });
    rest.post(&path, loud).await;
    let expected = [discord.bot(), of("hana"), of("hugo"), of("alex")];
    assert_eq!(discord.thread_members(thread), expected);
    assert_eq!(discord.messages(thread).pop().unwrap().pinged.len(), 3);
}

#[tokio::test]
async fn a_mention_does_not_add_who_cannot_see_the_parent() {
    let (discord, rest) = quiet().await;
    let of = |name: &str| id(&discord, name);
    let thread = open(&rest, of("vip"), json!({})).await.id();
    let body = json!({ "content": format!("<@{}> <@{}>", of("alex"), of("olga")) });
    rest.post(&format!("/channels/{thread}/messages"), body).await;
    assert_eq!(discord.thread_members(thread), [discord.bot(), of("olga")]);
}

#[tokio::test]
async fn an_archived_thread_reopens_with_a_post_unless_it_is_locked() {
    let (discord, rest) = quiet().await;
    let of = |name: &str| id(&discord, name);
    let thread = open(&rest, of("help"), json!({})).await.id();
    discord.add_to_thread(of("mia"), thread, of("alex")).unwrap();
    let archived = |discord: &Simulator| discord.threads(of("Harbor"))[0].thread.clone().unwrap().archived;
    let call = format!("PATCH /channels/{thread}");
    let closed = rest.call(&call, json!({ "archived": true })).await;
    assert_eq!(closed.body["thread_metadata"]["archived"], true);
    discord.post(of("alex"), thread, "one more thing").unwrap();
    assert!(!archived(&discord));

    let locked = rest.call(&call, json!({ "archived": true, "locked": true, "name": "Settled" })).await;
    assert_eq!((&locked.body["thread_metadata"]["locked"], locked.status), (&json!(true), 200));
    assert_eq!(locked.body["name"], "Settled");
    assert_eq!(discord.post(of("alex"), thread, "and another").unwrap_err().code, 50083);
    discord.post(of("mia"), thread, "moderators may").unwrap();
    assert!(!archived(&discord));
    assert_eq!(discord.post(of("alex"), thread, "not locked?").unwrap_err().code, 160_005);
    let reply = rest.call(&call, json!({ "locked": false })).await;
    assert_eq!(reply.body["thread_metadata"]["locked"], false);
    discord.post(of("alex"), thread, "unlocked").unwrap();
}

#[tokio::test]
async fn archived_and_active_threads_are_listed_apart() {
    let (discord, rest) = quiet().await;
    let of = |name: &str| id(&discord, name);
    let mut threads = Vec::new();
    for name in ["a", "b", "c", "d"] {
        threads.push(open(&rest, of("help"), json!({ "name": name })).await.id());
    }
    for thread in &threads[..3] {
        rest.call(&format!("PATCH /channels/{thread}"), json!({ "archived": true })).await;
    }
    let names = |reply: &Reply| {
        let threads = reply.body["threads"].as_array().unwrap().iter();
        threads.filter_map(|thread| thread["name"].as_str()).collect::<String>()
    };
    let active = rest.get(&format!("/guilds/{}/threads/active", of("Harbor"))).await;
    assert_eq!((names(&active), active.body["members"].as_array().unwrap().len()), ("d".to_owned(), 1));
    let path = format!("/channels/{}/threads/archived/private", of("help"));
    let all = rest.get(&path).await;
    assert_eq!((names(&all), &all.body["has_more"]), ("cba".to_owned(), &json!(false)));
    let page = rest.get(&format!("{path}?limit=2")).await;
    assert_eq!((names(&page), &page.body["has_more"]), ("cb".to_owned(), &json!(true)));
    let last = page.body["threads"][1]["thread_metadata"]["archive_timestamp"].as_str().unwrap();
    let before = last.replace('+', "%2B");
    assert_eq!(names(&rest.get(&format!("{path}?before={before}")).await), "a");
    let joined = format!("/channels/{}/users/@me/threads/archived/private", of("help"));
    assert_eq!(names(&rest.get(&joined).await), "cba");
    let public = rest.get(&path.replace("private", "public")).await;
    assert_eq!(names(&public), "");
}

#[tokio::test]
async fn public_threads_come_from_messages_forums_and_announcements() {
    let (discord, rest) = quiet().await;
    let of = |name: &str| id(&discord, name);
    let help = of("help");
    let start = discord.post(of("alex"), help, "a topic").unwrap();
    let path = format!("/channels/{help}/messages/{start}/threads");
    let thread = rest.post(&path, json!({ "name": "about it" })).await;
    assert_eq!((thread.id(), &thread.body["type"]), (start, &json!(11)));
    let starter = rest.get(&format!("/channels/{help}/messages/{start}")).await;
    assert_eq!(starter.body["thread"]["id"], start.to_string());

    let body = json!({ "name": "an idea", "message": { "content": "what if" } });
    let post = rest.post(&format!("/channels/{}/threads", of("ideas")), body).await;
    assert_eq!((post.status, &post.body["type"]), (201, &json!(11)));
    assert_eq!(post.body["message"]["content"], "what if");

    let own = rest.post(&format!("/channels/{help}/threads"), json!({ "name": "open", "type": 11 })).await;
    assert_eq!(own.status, 201);
    assert_eq!(discord.messages(help).pop().unwrap().kind, 18, "the channel is told");

    let news = discord.post(of("olga"), of("news"), "version two").unwrap();
    let path = format!("/channels/{}/messages/{news}/threads", of("news"));
    assert_eq!(rest.post(&path, json!({ "name": "talk" })).await.body["type"], 10);
}

#[tokio::test]
async fn members_need_the_permission_for_threads_of_their_own() {
    let (discord, _) = quiet().await;
    let (alex, help) = (id(&discord, "alex"), id(&discord, "help"));
    let private = discord.open_thread(alex, help, "psst", ChannelKind::PrivateThread);
    assert_eq!(private.unwrap_err().code, 50013);
    let thread = discord.open_thread(alex, help, "everyone", ChannelKind::PublicThread).unwrap();
    discord.post(id(&discord, "hana"), thread, "hello").unwrap();
    assert!(discord.thread_members(thread).contains(&id(&discord, "hana")));
    assert_eq!(discord.archive(id(&discord, "hana"), thread, false).unwrap_err().code, 50013);
    discord.archive(alex, thread, false).unwrap();
}
