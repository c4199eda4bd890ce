//! What is SQLite's alone: a file that is there or not, and what stands in it.

use aside::case::action::{Action, Receipt};
use aside::message::{ChannelId, MessageId};
use aside::policy::Response;
use aside::store::{Database, Shards};

use crate::place::{ALEX, HARBOR, Place, first, notice, noticed, settled};

#[tokio::test]
async fn a_store_that_cannot_be_opened_says_why_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("garbage.db");
    std::fs::write(&garbage, "this is not a database, and never was one. ".repeat(100)).unwrap();
    let rows = [
        ("mysql://aside:secret@db/aside".to_owned(), "sqlite://PATH"),
        (
            "postgres://aside:secret@db/aside?host=/no/such/folder".to_owned(),
            "cannot open the database postgres:///no/such/folder/aside",
        ),
        ("postgres://aside:secret@127.0.0.1:1/aside".to_owned(), "refused"),
        ("sqlite://".to_owned(), "sqlite://PATH"),
        (
            format!("sqlite://{}", folder.path().join("no/such/folder/aside.db").display()),
            "must exist and be writable",
        ),
        (format!("sqlite://{}", garbage.display()), "not a database"),
        (format!("sqlite://{}", folder.path().display()), "cannot open the database"),
    ];
    for (url, expected) in rows {
        let error = Database::open(&url).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains(expected), "{url}: {error}");
        assert!(!error.contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_database() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("aside.db");
    let store = Database::open(&format!("sqlite://{}", file.display())).await.unwrap();
    let _held = store.hold(Shards::ALL).await.unwrap();
    noticed(&store, notice(HARBOR, ALEX, 5, Response::Shield)).await;
    let files = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap);
    let modes: Vec<(String, u32)> = files
        .map(|one| {
            let mode = one.metadata().unwrap().permissions().mode() & 0o777;
            (one.file_name().into_string().unwrap(), mode)
        })
        .collect();
    assert!(modes.len() >= 3 && modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

#[tokio::test]
async fn the_masked_text_is_erased_once_it_was_given_back() {
    let place = Place::file();
    let store = place.open().await;
    let mut pending = Some(first(noticed(&store, notice(HARBOR, ALEX, 5, Response::Shield)).await));
    assert!(place.holds("masked words"), "a case under way needs it");
    while let Some(waiting) = pending {
        let receipt = match &waiting.action {
            Action::RemoveMessage { .. } | Action::Withdraw { .. } => Receipt::Removed,
            Action::OpenThread { .. } | Action::OpenDirect { .. } => Receipt::Opened(ChannelId(20)),
            Action::AddMember { .. } => Receipt::Joined,
            Action::CloseThread { .. } | Action::ArchiveThread { .. } => Receipt::Closed,
            Action::UnarchiveThread { .. } => Receipt::Reopened,
            Action::Post(_) => Receipt::Posted(MessageId(50)),
            Action::Edit { .. } => Receipt::Edited,
        };
        pending = settled(&store, &waiting, receipt).await;
    }
    assert!(!place.holds("masked words"), "nothing needs it any more");
}
