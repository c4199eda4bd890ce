//! Rate limits, scripted faults and pauses.

use std::time::Duration;

use aside::simulator::{Fault, Moment, Simulator, Trouble};
use serde_json::{Value, json};

use crate::support::{Rest, harbor, id};

fn text(words: &str) -> Value {
    json!({ "content": words })
}

fn posts(discord: &Simulator) -> Vec<String> {
    discord.messages(id(discord, "help")).into_iter().map(|message| message.content).collect()
}

#[tokio::test]
async fn every_answer_carries_the_state_of_its_bucket() {
    let discord = harbor().await;
    discord.set_limit("POST /channels/{}/messages", 3, Duration::from_mins(10));
    let rest = Rest::new(&discord);
    let path = format!("/channels/{}/messages", id(&discord, "help"));
    for left in ["2", "1", "0"] {
        let reply = rest.post(&path, text("hi")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("x-ratelimit-limit"), Some("3"));
        assert_eq!(reply.header("x-ratelimit-remaining"), Some(left));
        assert!(reply.header("x-ratelimit-reset-after").unwrap().parse::<f64>().unwrap() > 500.0);
        assert!(reply.header("x-ratelimit-bucket").is_some() && reply.header("x-ratelimit-reset").is_some());
    }
    let reply = rest.post(&path, text("too much")).await;
    assert_eq!((reply.status, reply.header("x-ratelimit-scope")), (429, Some("user")));
    assert!(reply.header("retry-after").unwrap().parse::<f64>().unwrap() > 500.0);
    assert_eq!((&reply.body["global"], reply.body["code"].is_null()), (&json!(false), true));
    assert!(reply.body["retry_after"].as_f64().unwrap() > 500.0);
    assert_eq!(posts(&discord), ["hi", "hi", "hi"]);
}

#[tokio::test]
async fn buckets_are_per_channel_and_route() {
    let discord = harbor().await;
    discord.set_limit("POST /channels/{}/messages", 1, Duration::from_mins(10));
    let rest = Rest::new(&discord);
    let path = |name: &str| format!("/channels/{}/messages", id(&discord, name));
    let first = rest.post(&path("help"), text("one")).await;
    let other = rest.post(&path("slow"), text("one")).await;
    assert_eq!((first.status, other.status), (200, 200));
    assert_eq!(first.header("x-ratelimit-bucket"), other.header("x-ratelimit-bucket"));
    let message = format!("{}/{}", path("help"), first.id());
    let read = rest.get(&message).await;
    assert_eq!(read.status, 200);
    assert_ne!(read.header("x-ratelimit-bucket"), first.header("x-ratelimit-bucket"));
    assert_eq!(rest.post(&path("help"), text("two")).await.status, 429);
    discord.enforce_limits(false);
    assert_eq!(rest.post(&path("help"), text("two")).await.status, 200);
}

#[tokio::test]
async fn one_limit_lies_over_everything_but_interactions() {
    let discord = harbor().await;
    discord.set_global_limit(2, Duration::from_mins(10));
    let rest = Rest::new(&discord);
    assert_eq!(rest.get("/users/@me").await.status, 200);
    assert_eq!(rest.get("/gateway/bot").await.status, 200);
    let reply = rest.get("/applications/@me").await;
    assert_eq!((reply.status, &reply.body["global"]), (429, &json!(true)));
    assert_eq!(reply.header("x-ratelimit-global"), Some("true"));
    assert_eq!(reply.header("x-ratelimit-scope"), Some("global"));
    assert_eq!(rest.post("/interactions/1/token/callback", json!({ "type": 6 })).await.status, 404);
}

#[tokio::test]
async fn faults_answer_in_place_of_discord() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let path = format!("/channels/{}/messages", id(&discord, "help"));
    let on = "POST /channels/{}/messages";
    discord.fault(Fault::on(on, Trouble::Status(500, json!({ "message": "oops" }))).nth(2).times(2));
    let mut seen = Vec::new();
    for n in 0..4 {
        seen.push(rest.post(&path, text(&n.to_string())).await.status);
    }
    assert_eq!(seen, [200, 500, 500, 200]);
    assert_eq!(posts(&discord), ["0", "3"]);

    discord.enforce_limits(false);
    discord.fault(Fault::on(on, Trouble::StatusAfter(502, Value::Null)));
    assert_eq!(rest.post(&path, text("done all the same")).await.status, 502);
    assert_eq!(posts(&discord).last().unwrap(), "done all the same");

    discord.fault(Fault::on("* /channels/**", Trouble::Status(503, Value::Null)).always());
    assert_eq!(rest.get(&path).await.status, 503);
    assert_eq!(rest.get(&path).await.status, 503);
    discord.clear_faults();
    assert_eq!(rest.get(&path).await.status, 200);
}

#[tokio::test]
async fn a_429_can_come_in_every_shape() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let table = [
        (Some(1.5), false, false, Some("2"), "user"),
        (Some(0.5), true, false, Some("1"), "global"),
        (Some(3.0), false, true, Some("3"), "shared"),
        (None, false, false, None, "user"),
    ];
    for (retry_after, global, shared, header, scope) in table {
        discord.fault(Fault::on("GET /users/@me", Trouble::RateLimited { retry_after, global, shared }));
        let reply = rest.get("/users/@me").await;
        assert_eq!((reply.status, reply.header("retry-after")), (429, header));
        assert_eq!(reply.header("x-ratelimit-scope"), Some(scope));
        assert_eq!(reply.body.get("retry_after"), retry_after.map(Value::from).as_ref());
        assert_eq!(reply.body["global"], global);
    }
}

#[tokio::test]
async fn connections_are_cut_before_or_after_the_effect() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let call = format!("POST /channels/{}/messages", id(&discord, "help"));
    for (trouble, left) in [(Trouble::DropBefore, 0), (Trouble::DropAfter, 1)] {
        discord.fault(Fault::on("POST /channels/{}/messages", trouble));
        assert!(rest.try_call(&call, text("cut")).await.is_err());
        assert_eq!(posts(&discord).len(), left);
        assert_eq!(discord.requests().last().unwrap().status, 0);
    }
    assert_eq!(rest.call(&call, text("whole")).await.status, 200);
}

#[tokio::test]
async fn a_request_hangs_until_it_is_released() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    discord.fault(Fault::on("POST /channels/{}/messages", Trouble::Hang));
    let call = format!("POST /channels/{}/messages", id(&discord, "help"));
    let hanging = rest.call(&call, text("late"));
    let watching = async {
        discord
            .wait_until("the request", |state| (!state.requests().is_empty()).then_some(()))
            .await
            .unwrap();
        assert!(posts(&discord).is_empty());
        discord.release();
    };
    let (reply, ()) = tokio::join!(hanging, watching);
    assert_eq!((reply.status, posts(&discord)), (200, vec!["late".to_owned()]));
}

#[tokio::test]
async fn a_delay_comes_before_the_effect() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let wait = Duration::from_millis(30);
    discord.fault(Fault::on("GET /users/@me", Trouble::Delay(wait)));
    let started = tokio::time::Instant::now();
    assert_eq!(rest.get("/users/@me").await.status, 200);
    assert!(started.elapsed() >= wait);
}

#[tokio::test]
async fn a_pause_holds_a_request_on_either_side_of_its_effect() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let call = format!("POST /channels/{}/messages", id(&discord, "help"));
    for (moment, effects) in [(Moment::Before, 0), (Moment::AfterEffect, 1)] {
        let before = posts(&discord).len();
        // The second request that changes something; reading does not count.
        let mut pause = discord.pause_at(2, moment);
        assert_eq!(rest.call(&call, text("first")).await.status, 200);
        assert_eq!(rest.get("/users/@me").await.status, 200);
        let held = rest.call(&call, text("held"));
        let watching = async {
            let request = pause.reached().await.unwrap();
            assert_eq!(request.body["content"], "held");
            assert_eq!(posts(&discord).len(), before + 1 + effects);
            pause.release();
        };
        let (reply, ()) = tokio::join!(held, watching);
        assert_eq!((reply.status, posts(&discord).len()), (200, before + 2));
    }
}

#[tokio::test]
async fn a_pause_waits_for_a_request_that_is_not_too_fast() {
    for moment in [Moment::Before, Moment::AfterEffect] {
        let discord = harbor().await;
        discord.set_limit("POST /channels/{}/messages", 1, Duration::from_mins(10));
        let rest = Rest::new(&discord);
        let path = format!("/channels/{}/messages", id(&discord, "help"));
        assert_eq!(rest.post(&path, text("one")).await.status, 200);
        let mut pause = discord.pause_at(1, moment);
        assert_eq!(rest.post(&path, text("two")).await.status, 429, "{moment:?}");
        assert!(!pause.is_reached(), "{moment:?}");
        discord.enforce_limits(false);
        let released = async {
            pause.reached().await.unwrap();
            pause.release();
        };
        let (reply, ()) = tokio::join!(rest.post(&path, text("three")), released);
        assert_eq!(reply.status, 200, "{moment:?}");
    }
}

#[tokio::test]
async fn a_dropped_pause_cuts_the_request_where_it_is() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let call = format!("POST /channels/{}/messages", id(&discord, "help"));
    for (moment, left) in [(Moment::Before, 0), (Moment::AfterEffect, 1)] {
        let mut pause = discord.pause_on("POST /channels/{}/messages", 1, moment);
        let held = rest.try_call(&call, text("held"));
        let watching = async {
            pause.reached().await.unwrap();
            drop(pause);
        };
        let (reply, ()) = tokio::join!(held, watching);
        assert!(reply.is_err());
        assert_eq!(posts(&discord).len(), left);
    }
}

#[tokio::test]
async fn a_client_that_died_at_a_pause_leaves_no_effect() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let call = format!("POST /channels/{}/messages", id(&discord, "help"));
    let mut pause = discord.pause_at(1, Moment::Before);
    tokio::select! {
        _ = rest.call(&call, text("never")) => panic!("the request is held"),
        reached = pause.reached() => assert!(reached.is_some()),
    }
    // The request's future, and its connection with it, is gone.
    drop(pause);
    drop(rest);
    assert_eq!(Rest::new(&discord).get("/users/@me").await.status, 200);
    assert!(posts(&discord).is_empty());
}

#[tokio::test]
async fn requests_are_logged_with_reason_query_body_and_status() {
    let discord = harbor().await;
    let rest = Rest::new(&discord);
    let help = id(&discord, "help");
    let message = discord.post(id(&discord, "alex"), help, "gone soon").unwrap();
    let call = format!("DELETE /channels/{help}/messages/{message}");
    let reply = rest.build(&call, &Value::Null).header("x-audit-log-reason", "a%20card%20%E2%80%93%20hidden");
    assert_eq!(reply.send().await.unwrap().status(), 204);
    rest.get(&format!("/channels/{help}/messages?limit=1")).await;
    let requests = discord.requests();
    let [deleted, listed] = requests.as_slice() else { panic!("two requests were sent") };
    assert_eq!(deleted.reason.as_deref(), Some("a card – hidden"));
    assert!(deleted.fits("DELETE /channels/{}/messages/{}") && deleted.mutates());
    assert!(!deleted.fits("DELETE /channels/{}/messages"));
    assert_eq!((deleted.number, deleted.status, &deleted.body), (1, 204, &Value::Null));
    assert_eq!((listed.query.as_str(), listed.status, &listed.answer), ("limit=1", 200, &json!([])));
    let long = rest.build(&call, &Value::Null).header("x-audit-log-reason", "x".repeat(513));
    assert_eq!(long.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn what_is_printed_for_a_failed_test_holds_no_words() {
    let discord = harbor().await;
    let words = "a private matter";
    Rest::new(&discord).post(&format!("/channels/{}/messages", id(&discord, "help")), text(words)).await;
    let printed = format!(
        "{:?} {:?} {:?} {discord:?}",
        discord.messages(id(&discord, "help")),
        discord.requests(),
        discord.view(id(&discord, "alex")),
    );
    assert!(printed.contains("length: 16") && !printed.contains("private matter"), "{printed}");
}
