//! The bot as whoever runs it sees it: metrics, health and log lines.

use aside::simulator::{Fault, Moment, Simulator, Trouble};
use serde_json::{Value, json};
use sqlx::ConnectOptions as _;
use sqlx::sqlite::SqliteConnectOptions;

use crate::community::{Bot, GLANCE, Home, PATIENCE, RULES, harbor, private_threads, settled};
use crate::metrics::{Told, get, until};
use crate::once::{LEAK, Matter, post};
use crate::process::{Process, has_listened};

/// A metric, some of its labels, and what it is.
type Row = (&'static str, &'static [(&'static str, &'static str)], f64);

const CALM: &str = "has anybody tried the new ferry timetable yet?";

fn missing(report: &str) -> Vec<String> {
    let report: Value = serde_json::from_str(report).unwrap();
    let missing = report["missing"].as_array().unwrap();
    assert_eq!(report["ok"], missing.is_empty(), "{report}");
    missing.iter().map(|missing| missing["what"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_is_told_in_figures() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let bot = Bot::start(&discord, &home, RULES).await;
    let limited = Trouble::RateLimited { retry_after: Some(0.05), global: false, shared: true };
    discord.fault(Fault::on("POST /channels/{}/messages", limited));
    discord.fault(Fault::on("POST /channels/{}/threads", Trouble::Status(502, Value::Null)));
    post(&discord, "alex", "general", CALM);
    post(&discord, "alex", "general", LEAK);
    post(&discord, "sam", "help", &Matter::Card.said().text);
    settled(&discord, &home).await.unwrap();
    let thread = private_threads(&discord)[0].id;
    discord.post(discord.user("mia").unwrap(), thread, "hello, what can we do?").unwrap();
    settled(&discord, &home).await.unwrap();

    let told = Told::at(home.told_at()).await.unwrap();
    let rows: &[Row] = &[
        ("aside_ready", &[], 1.0),
        ("aside_store_up", &[], 1.0),
        ("aside_messages_judged_total", &[("source", "live")], 3.0),
        ("aside_messages_judged_total", &[("source", "history")], 0.0),
        ("aside_message_heat_count", &[], 3.0),
        ("aside_judging_seconds_count", &[], 3.0),
        ("aside_findings_total", &[("kind", "card")], 1.0),
        ("aside_verdicts_total", &[], 2.0),
        ("aside_verdicts_total", &[("action", "shield")], 1.0),
        ("aside_actions_total", &[("action", "remove_message"), ("outcome", "done")], 1.0),
        ("aside_actions_total", &[("action", "open_thread"), ("outcome", "done")], 2.0),
        ("aside_actions_total", &[("action", "open_thread"), ("outcome", "trouble")], 1.0),
        ("aside_actions_total", &[("outcome", "buried")], 0.0),
        ("aside_outbox_actions", &[], 0.0),
        ("aside_dead_letters", &[], 0.0),
        ("aside_first_answer_seconds_count", &[], 1.0),
        ("aside_rest_requests_total", &[("route", "threads"), ("status", "5xx")], 1.0),
        ("aside_rest_requests_total", &[("route", "messages"), ("status", "429")], 1.0),
        ("aside_rest_limited_total", &[("scope", "shared")], 1.0),
        ("aside_rest_limited_total", &[("scope", "user")], 0.0),
        ("aside_gateway_connected", &[("shard", "0")], 1.0),
        ("aside_gateway_sessions_total", &[("session", "new")], 1.0),
        ("aside_events_unreadable_total", &[], 0.0),
        ("aside_store_errors_total", &[], 0.0),
    ];
    for (name, labels, expected) in rows {
        let is = told.sum(name, labels);
        assert!((is - expected).abs() < f64::EPSILON, "{name} {labels:?} is {is}, not {expected}");
    }
    for name in ["aside_event_lag_seconds_count", "aside_action_seconds_count", "aside_events_handled_total"]
    {
        assert!(told.sum(name, &[]) > 2.0, "{name}");
    }
    assert!(told.sum("aside_store_seconds_count", &[("access", "write")]) > 2.0);
    assert!(told.sum("process_start_time_seconds", &[]) > 1.6e9);
    told.is_declared(1).unwrap();
    told.is_discreet(&discord, &[Matter::Card.said(), Matter::Leak.said()]).unwrap();
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn open_cases_and_servers_are_counted_at_the_start() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let bot = Bot::start(&discord, &home, RULES).await;
    post(&discord, "alex", "general", LEAK);
    settled(&discord, &home).await.unwrap();
    bot.stop().await.unwrap();
    let bot = Bot::start(&discord, &home, RULES).await;
    let counted = async {
        loop {
            let told = Told::at(home.told_at()).await.unwrap();
            let counts = (told.sum("aside_cases_open", &[]), told.sum("aside_gateway_guilds", &[]));
            if counts == (1.0, 1.0) {
                return told;
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    let told = tokio::time::timeout(PATIENCE, counted).await.unwrap();
    assert!((told.sum("aside_cases_open", &[("state", "in_thread")]) - 1.0).abs() < f64::EPSILON);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn until_it_is_connected_it_lives_and_is_not_ready() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let mut pause = discord.pause_on("GET /gateway/bot", 1, Moment::Before);
    let bot = Bot::launch(&discord, &home, RULES);
    pause.reached().await.unwrap();
    let address = home.told_at();
    assert_eq!(missing(&until(address, "/health/live", 200).await), [""; 0]);
    assert_eq!(missing(&until(address, "/health/ready", 503).await), ["settings", "gateway"]);
    pause.release();
    assert_eq!(missing(&until(address, "/health/ready", 200).await), [""; 0]);
    assert_eq!(get(address, "/nonsense").await.unwrap().0, 404);
    bot.stop().await.unwrap();
    assert!(get(address, "/health/live").await.is_err(), "nobody answers any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_store_does_not_answer_it_is_not_ready() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let bot = Bot::start(&discord, &home, RULES).await;
    until(home.told_at(), "/health/ready", 200).await;
    let database = SqliteConnectOptions::new().filename(home.path().join("aside.db"));
    let mut other = database.connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    assert_eq!(missing(&until(home.told_at(), "/health/ready", 503).await), ["store"]);
    let told = Told::at(home.told_at()).await.unwrap();
    assert!(told.sum("aside_store_errors_total", &[("access", "write")]) > 0.0);
    assert_eq!(missing(&until(home.told_at(), "/health/live", 200).await), [""; 0]);
    sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
    until(home.told_at(), "/health/ready", 200).await;
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_discord_refuses_too_much_it_is_not_ready() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let mut credentials = Bot::credentials(&discord);
    credentials.pace.caution.most = 1;
    let refused = Trouble::Status(403, json!({ "code": 50_013, "message": "Missing Permissions" }));
    discord.fault(Fault::on("POST /channels/{}/threads", refused).times(5));
    let bot = Bot::launch_as(credentials, &home, RULES);
    discord.connected().await.unwrap();
    until(home.told_at(), "/health/ready", 200).await;
    post(&discord, "alex", "general", LEAK);
    assert_eq!(missing(&until(home.told_at(), "/health/ready", 503).await), ["circuit"]);
    let told = Told::at(home.told_at()).await.unwrap();
    assert!((told.sum("aside_rest_circuit_open", &[]) - 1.0).abs() < f64::EPSILON);
    assert!(told.sum("aside_rest_invalid_requests", &[]) >= 1.0);
    assert!(told.sum("aside_actions_total", &[("outcome", "held")]) >= 1.0);
    assert!(told.sum("aside_outbox_actions", &[]) >= 1.0, "what is held back waits");
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_ends_is_told() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let bot = Bot::start(&discord, &home, RULES).await;
    until(home.told_at(), "/health/ready", 200).await;
    discord.cut_gateway();
    let resumed = async {
        loop {
            let told = Told::at(home.told_at()).await.unwrap();
            if told.sum("aside_gateway_sessions_total", &[("session", "resumed")]) >= 1.0 {
                return told;
            }
            tokio::time::sleep(GLANCE).await;
        }
    };
    let told = tokio::time::timeout(PATIENCE, resumed).await.unwrap();
    assert!((told.sum("aside_gateway_disconnects_total", &[("shard", "0")]) - 1.0).abs() < f64::EPSILON);
    until(home.told_at(), "/health/ready", 200).await;
    discord.send_event("GUILD_MEMBER_REMOVE", &json!({ "guild_id": "nonsense" }));
    settled(&discord, &home).await.unwrap();
    let told = Told::at(home.told_at()).await.unwrap();
    assert!((told.sum("aside_events_unreadable_total", &[]) - 1.0).abs() < f64::EPSILON);
    bot.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_taken_is_a_mistake_in_the_configuration() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let _taken = std::net::TcpListener::bind(home.told_at()).unwrap();
    let error = Bot::launch(&discord, &home, RULES).ended().await.unwrap_err();
    assert!(error.is_configuration());
    let told = error.to_string();
    assert!(told.contains(&home.told_at().to_string()) && told.contains("[telemetry] listen"), "{told}");
    assert!(discord.requests().is_empty(), "Discord was not asked for anything");
}

fn settings(home: &Home) -> String {
    format!("[telemetry]\nlisten = \"{}\"\nlog = \"json\"\n{RULES}", home.told_at())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_lines_are_json_and_tell_nothing_that_was_said() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let config = settings(&home);
    let process = Process::launch_with(&discord, &home, &config, &[("RUST_LOG", "trace")]);
    discord.connected().await.unwrap();
    let said = [Matter::Card.said(), Matter::Leak.said()];
    discord.fault(Fault::on("POST /channels/{}/threads", Trouble::Status(502, Value::Null)));
    post(&discord, "alex", "general", &said[0].text);
    post(&discord, "sam", "help", &said[1].text);
    settled(&discord, &home).await.unwrap();
    has_listened(&home).await;
    let written = process.stopped().await;
    for line in written.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        for field in ["timestamp", "level", "target", "message"] {
            assert!(line[field].as_str().is_some_and(|value| !value.is_empty()), "{field}: {line}");
        }
    }
    assert!(written.lines().count() > 5, "{written}");
    for said in &said {
        said.stays_out_of(&written, "the log").unwrap();
        // Rules are named in the log, and one of them "project-names".
        let words = said.text.split_whitespace().filter(|word| word.len() > 5 && *word != "project");
        for word in words {
            assert!(!written.contains(word), "{word:?} stands in the log");
        }
    }
    assert!(!written.contains(&discord.token()), "the token stands in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn last_words_are_json_as_well() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let _taken = std::net::TcpListener::bind(home.told_at()).unwrap();
    let mut process = Process::launch(&discord, &home, &settings(&home));
    assert_eq!(process.ended().await.code(), Some(78), "{}", process.written());
    let last: Value = serde_json::from_str(process.written().lines().last().unwrap()).unwrap();
    assert_eq!((&last["level"], &last["message"]), (&"ERROR".into(), &"stopped".into()));
    assert!(last["error"].as_str().unwrap().contains("[telemetry] listen"), "{last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_supervisor_can_ask_by_a_program() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new().telling());
    let mut pause = discord.pause_on("GET /gateway/bot", 1, Moment::Before);
    let process = Process::launch(&discord, &home, &settings(&home));
    pause.reached().await.unwrap();
    assert_eq!(Process::asked(&home, &["health"]).await.0, Some(0));
    let (code, told) = Process::asked(&home, &["health", "--ready"]).await;
    assert_eq!((code, missing(&told)), (Some(1), vec!["settings".to_owned(), "gateway".to_owned()]));
    pause.release();
    until(home.told_at(), "/health/ready", 200).await;
    let (code, told) = Process::asked(&home, &["health", "--ready"]).await;
    assert_eq!((code, missing(&told)), (Some(0), Vec::new()));
    process.stop().await;
    assert_eq!(Process::asked(&home, &["health"]).await, (Some(1), String::new()));
}
