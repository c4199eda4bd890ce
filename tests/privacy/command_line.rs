//! `aside erase` and `aside privacy`, as an operator runs them.

use std::process::{Command, Output};

use aside::message::UserId;
use aside::store::{Erasure, Store as _};

use crate::place::{ALEX, HARBOR, MIA, Place, everything_about_alex, notice, open_case, settle};

fn aside(place: &Place, args: &[&str]) -> Output {
    let url = format!("sqlite://{}", place.folder().join("aside.db").display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_aside"));
    command.args(args).current_dir(place.folder()).env_clear().env("ASIDE_DATABASE_URL", url);
    command.output().unwrap()
}

/// What was printed, where all went well.
fn told(place: &Place, args: &[&str]) -> String {
    let output = aside(place, args);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

#[tokio::test]
async fn the_operator_erases_what_needs_no_words_and_leaves_the_rest_to_the_bot() {
    let place = Place::file();
    let store = place.open().await;
    everything_about_alex(&store).await;
    let user = ALEX.to_string();
    let printed = told(&place, &["erase", "--user", &user]);
    assert!(printed.starts_with("Server 1: what was stored about them is erased, but for"), "{printed}");
    assert!(
        printed.contains("ends case 1, 2, or takes the name out of what moderators were told"),
        "{printed}"
    );
    assert!(printed.contains("waits for the end of case 3 of somebody else"), "{printed}");
    assert!(printed.contains("kept, as a moderator's record (changes): 1"), "{printed}");
    let traces = store.traces(HARBOR, ALEX).await.unwrap();
    assert_eq!((traces.examples.len(), traces.acted.len(), traces.language), (0, 0, None));
    let wishes: Vec<UserId> =
        store.erasures().await.unwrap().iter().map(|wish: &Erasure| wish.member).collect();
    assert_eq!(wishes, [ALEX], "the bot finds the wish");
}

#[tokio::test]
async fn where_nothing_is_to_be_said_all_is_gone_at_once_in_the_server_that_is_meant() {
    let place = Place::file();
    let store = place.open().await;
    let mut untold = notice(ALEX, 1);
    untold.surroundings.alerts.clear();
    let number = open_case(&store, untold).await;
    settle(&store, number, crate::place::now()).await;
    store.set_language(ALEX, "de", crate::place::now()).await.unwrap();
    let user = ALEX.to_string();
    let elsewhere = told(&place, &["erase", "--user", &user, "--guild", "2"]);
    assert_eq!(elsewhere, "Server 2: what was stored about them is erased.\n", "that is the language");
    assert_eq!(store.traces(HARBOR, ALEX).await.unwrap().cases.len(), 1);
    let here = told(&place, &["erase", "--user", &user, "--guild", "1"]);
    assert_eq!(here, "Server 1: what was stored about them is erased.\n");
    assert_eq!(place.naming(ALEX).await, Vec::<String>::new());
    let again = told(&place, &["erase", "--user", &user]);
    assert_eq!(again, format!("Nothing is stored about {user}.\n"));
}

#[tokio::test]
async fn a_language_alone_is_forgotten_too() {
    let place = Place::file();
    let store = place.open().await;
    store.set_language(MIA, "de", crate::place::now()).await.unwrap();
    told(&place, &["erase", "--user", &MIA.to_string()]);
    assert_eq!(store.languages().await.unwrap(), []);
}

#[test]
fn what_cannot_be_done_is_said_with_its_exit_code() {
    let place = Place::file();
    let rows: [(&[&str], i32, &str); 4] = [
        (&["erase", "--user", "7"], 1, "there is no database"),
        (&["erase"], 2, "--user"),
        (&["erase", "--user", "0"], 2, "0"),
        (&["erase", "--user", "alex"], 2, "alex"),
    ];
    for (args, exit, words) in rows {
        let output = aside(&place, args);
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {complaint}");
        assert!(complaint.contains(words) && output.stdout.is_empty(), "{args:?}: {complaint}");
    }
    assert!(!place.folder().join("aside.db").exists(), "a mistyped address makes no database");
}

#[test]
fn the_page_is_printed_for_the_settings_in_force() {
    let place = Place::file();
    std::fs::write(place.folder().join("config.toml"), "[privacy]\nkeep_closed = \"3d\"\n").unwrap();
    let page = told(&place, &["privacy"]);
    assert!(page.contains("until 3 days after the case is over"), "{page}");
}
