//! A client that nobody here wrote: discord.py, where Python and the package are at hand.

use std::process::{Command, Output, Stdio};

use aside::simulator::{Id, Simulator};

use crate::support::{harbor, id};

/// The interpreter that has discord.py: `ASIDE_PYTHON`, or else `python3`.
fn python() -> Option<String> {
    let python = std::env::var("ASIDE_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let imported = Command::new(&python).args(["-c", "import discord"]).stderr(Stdio::null()).status();
    if imported.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    println!(
        "skipped: {python} has no discord.py (pip install discord.py==2.7.1; ASIDE_PYTHON names another)"
    );
    None
}

/// Runs `client.py` until it ends by itself.
fn run(python: &str, discord: &Simulator) -> impl FnOnce() -> Output + Send + use<> {
    let mut client = Command::new(python);
    client.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/simulator/client.py"));
    client.args([discord.base(), discord.token()]);
    move || client.output().unwrap()
}

/// What a member and the community see while the client is there; gives the button that was pressed.
async fn play(discord: &Simulator) -> Id {
    discord.connected().await.unwrap();
    let (alex, help) = (id(discord, "alex"), id(discord, "help"));
    let posted = discord.post(alex, help, "Nobody answers here!").unwrap();
    let opening = discord
        .wait_until("an opening with a button", |state| {
            let thread = state.threads().next()?;
            state.messages(thread.id).find(|message| !message.components.is_empty()).cloned()
        })
        .await
        .unwrap();
    assert!(opening.content.ends_with("Nobody answers here!"), "it read the message");
    assert!(discord.thread_members(opening.channel).contains(&alex));
    let reply = discord
        .wait_until("a reply", |state| {
            state.messages(help).find(|message| message.reference.is_some()).cloned()
        })
        .await
        .unwrap();
    assert_eq!(reply.reference.unwrap().message, posted);
    assert!(reply.pinged.contains(&alex));
    let pressed = discord.press(alex, opening.channel, opening.id, "resolve").unwrap();
    let answer = discord.answer_to(pressed).await.unwrap();
    assert_eq!((answer.data["content"].as_str(), answer.ephemeral), (Some("Thank you, alex."), true));
    pressed
}

#[tokio::test(flavor = "multi_thread")]
async fn discord_py_replies_opens_a_thread_and_answers_a_button() {
    let Some(python) = python() else { return };
    let discord = harbor().await;
    let mut ended = tokio::task::spawn_blocking(run(&python, &discord));
    let pressed = tokio::select! {
        biased;
        pressed = play(&discord) => pressed,
        early = &mut ended => {
            panic!("it ended too early: {}", String::from_utf8_lossy(&early.unwrap().stderr))
        }
    };
    let Output { status, stderr, .. } = ended.await.unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    assert_eq!(discord.interaction(pressed).unwrap().followups.len(), 1);
}
