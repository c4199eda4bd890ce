//! Errors a newcomer meets: one clear sentence, the documented exit code, no backtrace, no token anywhere.

use std::process::{Output, Stdio};
use std::time::Duration;

use aside::simulator::{Privileged, Simulator, World};
use tokio::process::Command;

use crate::community::{Home, harbor};

/// A rule that a harmless sentence sets off.
const FALCON: &str = r#"
[[rule]]
name = "projects"
category = "confidential"
when = { words = ["project falcon"] }
action = "take_aside"
cooldown = "10m"
"#;

/// A token that must not be seen in any output.
const WRONG: &str = "not-the-token-of-this-bot";

/// `aside run` as an operator starts it, in an empty folder.
fn aside(discord: &Simulator, home: &Home) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_aside"));
    command
        .arg("run")
        .current_dir(home.path())
        .env_clear()
        .env("RUST_BACKTRACE", "1")
        .env("DISCORD_TOKEN", discord.token())
        .env("DISCORD_API_BASE", discord.base())
        .stdin(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Starts the program and goes on without it.
#[expect(clippy::disallowed_methods, reason = "the program is waited for by the test that starts it")]
fn running(discord: &Simulator, home: &Home) -> tokio::task::JoinHandle<Output> {
    tokio::spawn(output(aside(discord, home)))
}

async fn output(mut command: Command) -> Output {
    tokio::time::timeout(Duration::from_secs(30), command.output()).await.unwrap().unwrap()
}

/// Checks the exit code, the one sentence, and that nothing is in the output that does not belong there.
fn expect(output: &Output, discord: &Simulator, code: i32, sentences: &[&str]) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    for sentence in sentences {
        assert!(said.contains(sentence), "{sentence:?} is not in: {said}");
    }
    let errors = said.lines().filter(|line| line.starts_with("error: ")).count();
    assert_eq!(errors, 1, "one sentence: {said}");
    for unwanted in [discord.token().as_str(), WRONG, "panicked", "stack backtrace", "src/"] {
        assert!(!said.contains(unwanted), "{unwanted:?} is in: {said}");
    }
    assert!(output.stdout.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut command = aside(&discord, &home);
    command.env_remove("DISCORD_TOKEN");
    expect(
        &output(command).await,
        &discord,
        78,
        &["DISCORD_TOKEN is not set", "developer portal", "aside demo"],
    );
    assert!(discord.requests().is_empty(), "nothing is asked without a token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut command = aside(&discord, &home);
    command.env("DISCORD_TOKEN", WRONG);
    expect(&output(command).await, &discord, 78, &["does not accept the token", "Reset Token"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_refused_by_the_gateway_only() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let running = running(&discord, &home);
    discord.connected().await.unwrap();
    discord.close_gateway(4004);
    expect(&running.await.unwrap(), &discord, 78, &["does not accept the token"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_message_content_intent_is_off() {
    let world = World { privileged: vec![Privileged::Members], ..harbor() };
    let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
    let told = output(aside(&discord, &home)).await;
    expect(&told, &discord, 78, &["Privileged Gateway Intents → Message Content Intent"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_intent_is_switched_off_while_the_bot_runs() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let running = running(&discord, &home);
    discord.connected().await.unwrap();
    discord.close_gateway(4014);
    expect(&running.await.unwrap(), &discord, 78, &["Message Content Intent"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_be_opened() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut command = aside(&discord, &home);
    command.env("ASIDE_DATABASE_URL", "sqlite://no/such/folder/aside.db");
    let told = output(command).await;
    expect(&told, &discord, 1, &["cannot open the database no/such/folder/aside.db", "ASIDE_DATABASE_URL"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_is_not_encrypted() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut command = aside(&discord, &home);
    command.env("DISCORD_API_BASE", "http://192.0.2.1");
    expect(&output(command).await, &discord, 78, &["is not encrypted", "loopback"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_answers_at_the_address() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    let mut command = aside(&discord, &home);
    command.env("DISCORD_API_BASE", "http://127.0.0.1:9");
    expect(&output(command).await, &discord, 1, &["Discord cannot be reached"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_config() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    std::fs::write(home.path().join("config.toml"), "[watch]\nchanels = []\n").unwrap();
    let told = output(aside(&discord, &home)).await;
    expect(&told, &discord, 78, &["config.toml:2", "chanels", "`channels`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_template() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    std::fs::write(home.path().join("config.toml"), "[wording]\ntemplates = \"words\"\n").unwrap();
    std::fs::create_dir_all(home.path().join("words/en")).unwrap();
    std::fs::write(home.path().join("words/en/opening.md"), "Hello {{ membr }}\n").unwrap();
    let told = output(aside(&discord, &home)).await;
    expect(&told, &discord, 78, &["opening.md:1", "membr", "`member`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_permissions_are_named_with_what_will_not_work() {
    let mut world = harbor();
    world.guilds[0].bot = aside::simulator::Permissions::ORDINARY;
    let (discord, home) = (Simulator::start(&world).await.unwrap(), Home::new());
    let running = aside(&discord, &home).stderr(Stdio::piped()).spawn().unwrap();
    let said = until_said(running, "Mention Everyone").await;
    for sentence in [
        "Create Private Threads is missing everywhere: private threads are impossible there, so I will write to members",
        "Manage Messages is missing everywhere: I cannot remove",
        "I cannot mention <@&",
    ] {
        assert!(said.contains(sentence), "{sentence:?} is not in: {said}");
    }
    assert!(!said.contains(&discord.token()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_log_level_tells_what_members_say() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    std::fs::write(home.path().join("config.toml"), FALCON).unwrap();
    let log = home.path().join("log");
    let mut command = aside(&discord, &home);
    command.env("RUST_LOG", "trace").stderr(std::fs::File::create(&log).unwrap());
    let mut running = command.spawn().unwrap();
    discord.connected().await.unwrap();
    let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
    let message = discord.post(alex, general, "when does project falcon ship, dear harbormaster?").unwrap();
    // Decoded by no one: the library writes such a thing out as a warning.
    let mut odd = discord.message_event(general, message).unwrap();
    odd["id"] = serde_json::json!([7]);
    discord.send_event("MESSAGE_CREATE", &odd);
    discord.wait_until("an acknowledgment", |state| state.messages(general).nth(1).map(drop)).await.unwrap();
    running.kill().await.unwrap();
    let said = std::fs::read_to_string(log).unwrap();
    assert!(said.contains("noticed"), "it does log: {said}");
    for words in ["falcon", "harbormaster", &discord.token()] {
        assert!(!said.contains(words), "{words} is in the log");
    }
}

/// What is said on standard error up to and including `last`, and a little more.
async fn until_said(mut running: tokio::process::Child, last: &str) -> String {
    use tokio::io::AsyncReadExt;
    let mut stderr = running.stderr.take().unwrap();
    let (mut said, mut buffer) = (String::new(), [0; 4096]);
    let reading = async {
        while !said.contains(last) {
            let read = stderr.read(&mut buffer).await.unwrap();
            assert!(read > 0, "it ended: {said}");
            said.push_str(&String::from_utf8_lossy(&buffer[..read]));
        }
    };
    tokio::time::timeout(Duration::from_secs(30), reading).await.unwrap();
    said
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_signal_stops_in_order() {
    for signal in ["TERM", "INT"] {
        let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
        let running = aside(&discord, &home).stderr(Stdio::null()).spawn().unwrap();
        discord.connected().await.unwrap();
        signal_to(running.id().unwrap(), signal).await;
        let ended =
            tokio::time::timeout(Duration::from_secs(20), running.wait_with_output()).await.unwrap().unwrap();
        assert_eq!(ended.status.code(), Some(0), "SIG{signal}");
        discord.wait_until("the bot to leave", |state| (!state.is_connected()).then_some(())).await.unwrap();
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_signal_stops_at_once() {
    let (discord, home) = (Simulator::start(&harbor()).await.unwrap(), Home::new());
    std::fs::write(home.path().join("config.toml"), FALCON).unwrap();
    let running = aside(&discord, &home).stderr(Stdio::null()).spawn().unwrap();
    discord.connected().await.unwrap();
    // An action that is never answered keeps an orderly stop waiting.
    let mut held = discord.pause_on("POST /channels/{}/threads", 1, aside::simulator::Moment::Before);
    let (alex, general) = (discord.user("alex").unwrap(), discord.channel("general").unwrap());
    discord.post(alex, general, "when does project falcon ship?").unwrap();
    held.reached().await.unwrap();
    let id = running.id().unwrap();
    signal_to(id, "TERM").await;
    discord.wait_until("the bot to leave", |state| (!state.is_connected()).then_some(())).await.unwrap();
    signal_to(id, "TERM").await;
    let ended =
        tokio::time::timeout(Duration::from_mins(1), running.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(ended.status.code(), Some(1));
}

#[cfg(unix)]
async fn signal_to(process: u32, signal: &str) {
    let sent =
        Command::new("kill").arg(format!("-{signal}")).arg(process.to_string()).status().await.unwrap();
    assert!(sent.success());
}
