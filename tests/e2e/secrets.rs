//! What is secret is printed nowhere, at any level of logging, whatever goes wrong.

use aside::discord::{Credentials, Origin, Token};
use aside::simulator::{Fault, Simulator, Trouble};
use serde_json::{Value, json};

use crate::community::{Home, RULES, harbor, settled};
use crate::process::Process;

/// Everything that libraries and we would ever say.
const LEVELS: &[&str] = &[
    "trace",
    "hyper=trace,hyper_util=trace,reqwest=trace,h2=trace,rustls=trace,sqlx=trace,serenity=trace,tungstenite=trace,\
     tokio_tungstenite=trace,tokio_websockets=trace,twilight_gateway=trace,twilight_http_ratelimiting=trace,tokio=trace,\
     minijinja=trace,aside=trace",
];

/// A token as Discord makes them, in pieces: no secret stands here in one.
fn token() -> String {
    ["MTE5MTE2", "ODkyMjYxNTgwODAwMg.", "Gq3xYz.", "s3cr3t-0f-the-b0t-itself"].concat()
}

/// What goes wrong with an answer: it is refused, lost, cut off, too late or not to be read.
fn troubles() -> Vec<Trouble> {
    vec![
        Trouble::Status(400, json!({ "code": 50035, "message": "Invalid Form Body" })),
        Trouble::Status(401, Value::Null),
        Trouble::Status(500, json!("no JSON that is expected")),
        Trouble::DropBefore,
        Trouble::DropAfter,
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn neither_tokens_nor_words_are_logged_at_any_level_whatever_goes_wrong() {
    for levels in LEVELS {
        let mut world = harbor();
        world.token = token();
        let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
        let bot = Process::launch_with(&discord, &home, RULES, &[("RUST_LOG", levels)]);
        discord.wait_until("commands", |state| (!state.commands().is_empty()).then_some(())).await.unwrap();
        let (alex, mia) = (discord.user("alex").unwrap(), discord.user("mia").unwrap());
        let general = discord.channel("general").unwrap();
        discord.post(alex, general, "what an utter disgrace, dear harbormaster").unwrap();
        settled(&discord, &home).await.unwrap();
        let note = [("note", json!("their grandmother called twice")), ("number", json!(1))];
        for trouble in troubles() {
            for pattern in [
                "POST /interactions/{}/{}/callback",
                "POST /channels/{}/messages",
                "PUT /channels/{}/thread-members/{}",
            ] {
                discord.fault(Fault::on(pattern, trouble.clone()));
            }
            discord.command(mia, general, "case note", &note).unwrap();
            discord.command(alex, general, "privacy export", &[]).unwrap();
            discord.post(alex, general, "utter disgrace once more, harbormaster").unwrap();
            let asked = |state: &aside::simulator::State| {
                let met = state.requests().iter().filter(|one| one.path.ends_with("/callback")).count();
                (met >= state.interactions().count()).then_some(())
            };
            discord.wait_until("an answer, however it ends", asked).await.unwrap();
            discord.clear_faults();
        }
        let tokens: Vec<String> =
            discord.read(|state| state.interactions().map(|of| of.token.clone()).collect());
        assert!(tokens.len() >= 10, "{} interactions", tokens.len());
        let log = bot.written();
        bot.stop().await;
        assert!(log.contains("could not be answered"), "nothing went wrong: {log}");
        let words =
            ["harbormaster", "grandmother", "interaction-token", "s3cr3t", "Authorization", "Bot MTE5"];
        for secret in tokens.iter().map(String::as_str).chain(words).chain([token().as_str()]) {
            let line = log.lines().find(|line| line.contains(secret));
            assert!(line.is_none(), "{levels}: {secret:?} is logged: {line:?}");
        }
    }
}

#[test]
fn what_holds_a_token_prints_none() {
    let credentials = Credentials::new(Origin::parse("https://discord.com").unwrap(), Token::new(&token()));
    let printed = format!("{credentials:?} {credentials:#?} {:?}", credentials.token);
    assert!(
        printed.contains("discord.com") && !printed.contains("s3cr3t") && !printed.contains("MTE5"),
        "{printed}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_databases_password_is_printed_nowhere() {
    let password = ["corr3ct", "horse"].concat();
    let addresses = [
        format!("postgres://aside:{password}@127.0.0.1:1/aside"),
        format!("mysql://aside:{password}@127.0.0.1/aside"),
        format!("aside:{password}@127.0.0.1"),
        format!("postgres://aside:{password}/@127.0.0.1:1/aside"),
        format!("postgres://127.0.0.1:1/aside?user=aside&password={password}"),
    ];
    let discord = Simulator::start(&harbor()).await.unwrap();
    for address in addresses {
        let home = Home::new();
        let environment =
            [("ASIDE_DATABASE_URL", address.as_str()), ("RUST_LOG", "trace"), ("RUST_BACKTRACE", "full")];
        let mut bot = Process::launch_with(&discord, &home, RULES, &environment);
        let status = bot.ended().await;
        let written = bot.written();
        assert!(!status.success() && !written.is_empty(), "{written}");
        assert!(!written.contains(&password), "{written}");
    }
}
