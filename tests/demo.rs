//! `aside demo`, played through the library: the built-in day, scripts of one's own, broken ones.
//!
//! `tests/demo/broken/NAME.toml` is a script that is not valid, `NAME.txt` beside it what is said about it.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use aside::demo::{DAY, DemoError, Options, Outcome, Played, demo};
use textwrap::core::display_width;

/// Plays `script`, and gives what was shown.
async fn played(script: Option<&str>, color: bool) -> (Result<Played, DemoError>, String) {
    let script = script.map(|name| PathBuf::from("tests/demo").join(name));
    let mut out = Vec::new();
    let played = demo(&Options { script, color, paced: false }, &mut out).await;
    (played, String::from_utf8(out).unwrap())
}

/// What is shown below the headings that begin with `heading`, with every line break a space.
fn below(shown: &str, heading: &str) -> String {
    let parts = shown.split("\n── ").filter(|part| part.starts_with(heading));
    parts.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

/// The secrets of the built-in day, put together.
fn secrets() -> BTreeMap<String, String> {
    let day: toml::Table = DAY.parse().unwrap();
    let pieces: BTreeMap<String, Vec<String>> = day["pieces"].clone().try_into().unwrap();
    pieces.into_iter().map(|(name, parts)| (name, parts.concat())).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_day_goes_as_its_script_expects() {
    let (played, shown) = played(None, false).await;
    let played = played.unwrap();
    let count = |outcome| played.outcomes.iter().filter(|one| **one == outcome).count();
    for outcome in [Outcome::TakenAside, Outcome::Shielded, Outcome::DirectMessage, Outcome::Offered] {
        assert!(count(outcome) > 0, "nothing was {outcome:?}");
    }
    let silent = count(Outcome::LeftAlone) + count(Outcome::Alerted);
    assert_eq!(played.acknowledged_after.len() + silent, played.outcomes.len(), "one acknowledgment each");
    assert!(count(Outcome::LeftAlone) > played.outcomes.len() / 2, "a quiet bot on an ordinary day");
    assert_eq!(played.expected, played.outcomes.len());
    assert!(shown.contains("aside run"), "says what to do next");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plain_terminal_can_show_it() {
    let (_, shown) = played(None, false).await;
    assert!(!shown.contains('\u{1b}'), "no escape sequences without color");
    let widest = shown.lines().max_by_key(|line| display_width(line)).unwrap();
    assert!(display_width(widest) <= 80, "{widest}");
    let digits = shown.split(|c: char| !c.is_ascii_digit()).map(str::len).max();
    assert!(digits < Some(17), "an id is shown");
    assert!(!shown.contains("<@") && !shown.contains("<#") && !shown.contains("**"), "markup is shown");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn color_changes_nothing_but_color() {
    let (_, shown) = played(Some("desk.toml"), true).await;
    assert!(shown.contains("\u{1b}["));
    let widest = shown.lines().map(display_width).max();
    assert!(widest <= Some(80), "{widest:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_private_is_said_once_and_by_its_author() {
    let (_, shown) = played(None, false).await;
    let public = below(&shown, "#");
    let private = ["“", "Direct", "Private threads", "#mod-desk", "Audit log", "The day", "Your turn"]
        .map(|heading| below(&shown, heading))
        .concat();
    assert!(private.contains("▮▮▮▮"), "the masked text is given back");
    for (name, secret) in secrets() {
        assert_eq!(public.matches(&secret).count(), 1, "{name}: as its author wrote it");
        assert!(!private.contains(&secret), "{name} is repeated");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_place_says_who_sees_it() {
    let (_, shown) = played(None, false).await;
    for heading in shown.lines().filter(|line| line.starts_with("── #")) {
        assert!(heading.ends_with(" this"), "{heading}");
    }
    assert!(shown.contains("only nora, ines, mia and theo see this"));
    assert!(shown.contains("only dara sees this"));
    assert!(below(&shown, "#mod-desk").contains("only ines, mia and theo see this"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_of_ones_own_is_played() {
    let (played, shown) = played(Some("desk.toml"), false).await;
    let outcomes = [Outcome::TakenAside, Outcome::Acknowledged, Outcome::LeftAlone];
    assert_eq!(played.unwrap().outcomes, outcomes);
    assert!(below(&shown, "#news").contains("the halibut, { word }, {}"));
    assert!(below(&shown, "“").contains("kim thank you"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_goes_otherwise_than_expected_is_marked_and_fails() {
    let (played, shown) = played(Some("other-way.toml"), false).await;
    let error = played.unwrap_err();
    assert!(matches!(error, DemoError::Unexpected { unexpected: 3, expected: 3 }), "{error}");
    let marks: Vec<&str> = shown.lines().filter_map(|line| line.trim().strip_prefix("✗ ")).collect();
    assert_eq!(
        marks,
        [
            "mia cannot answer here: alex is in no private thread",
            "the script expects: left alone; it was taken aside",
            "the script expects: shielded; it was left alone",
        ]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_script_is_answered_with_what_would_be_right() {
    let mut wrong = Vec::new();
    for script in broken() {
        let error = said_about(&script).await;
        let expected = fs::read_to_string(script.with_extension("txt")).unwrap_or_default();
        if error != expected.trim_end() {
            wrong.push(error);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_is_not_there_is_named() {
    let (played, _) = played(Some("nowhere.toml"), false).await;
    let error = played.unwrap_err();
    assert!(error.is_configuration());
    assert!(error.to_string().starts_with("cannot read tests/demo/nowhere.toml: "), "{error}");
}

fn broken() -> Vec<PathBuf> {
    let files = fs::read_dir("tests/demo/broken").unwrap().map(|file| file.unwrap().path());
    let mut scripts: Vec<PathBuf> =
        files.filter(|file| file.extension().is_some_and(|e| e == "toml")).collect();
    scripts.sort();
    assert!(!scripts.is_empty());
    scripts
}

async fn said_about(script: &Path) -> String {
    let name = Path::new("broken").join(script.file_name().unwrap());
    let (played, _) = played(name.to_str(), false).await;
    let error = played.unwrap_err();
    assert!(error.is_configuration(), "{error}");
    error.to_string()
}

#[cfg(unix)]
#[test]
fn nothing_is_left_behind() {
    let folder = tempfile::tempdir().unwrap();
    let ran = std::process::Command::new(env!("CARGO_BIN_EXE_aside"))
        .arg("demo")
        .env("TMPDIR", folder.path())
        .env("RUST_LOG", "aside=trace")
        .env_remove("DISCORD_TOKEN")
        .output()
        .unwrap();
    let log = String::from_utf8(ran.stderr).unwrap();
    assert!(ran.status.success(), "{log}");
    assert!(log.contains("noticed"), "the bot logs what it does");
    for (name, secret) in secrets() {
        assert!(!log.contains(&secret), "{name} is in the log");
    }
    assert!(!log.contains("sandwich"), "a member's words are in the log");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "the temporary folder is gone");
}
