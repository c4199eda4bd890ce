//! What goes wrong with a database: what passes is waited for, what lasts ends all, and nothing is half done.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use aside::policy::Response;
use aside::store::{Database, Noticed, Store, StoreError};
use futures::FutureExt as _;
use sqlx::Connection as _;
use tokio::time::timeout;

use crate::place::{ALEX, HARBOR, Place, Plain, notice, noticed};
use crate::server::Server;

/// Much longer than anything here takes.
const LONG: Duration = Duration::from_mins(2);

/// What was refused for good: the sentence, which the store goes on giving whatever is asked of it.
async fn refused(store: &Database) -> String {
    let error = timeout(LONG, store.notice(notice(HARBOR, ALEX, 900, Response::TakeAside), &Plain)).await;
    let error = error.unwrap().unwrap_err();
    assert!(error.is_lasting(), "{error}");
    let why = timeout(LONG, store.failed()).await.unwrap().to_string();
    assert_eq!(why, error.to_string());
    let again = store.alive(crate::place::now()).await.unwrap_err();
    assert_eq!(again.to_string(), why, "nothing is kept any more");
    why
}

#[tokio::test]
async fn a_lock_of_another_process_is_waited_for() {
    let place = Place::file();
    let store = place.open().await;
    let mut other = place.connect().await;
    let tx = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let released = async {
        // Longer than the database itself waits.
        tokio::time::sleep(Duration::from_millis(5500)).await;
        tx.rollback().await.unwrap();
    };
    let (noticed, ()) = tokio::join!(noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)), released);
    assert!(matches!(noticed, Noticed::Opened(1, Some(_))), "{noticed:?}");
    assert!(store.failed().now_or_never().is_none());
}

#[tokio::test]
async fn a_damaged_file_ends_all() {
    let place = Place::file();
    let store = place.open().await;
    for at in 1..=50 {
        noticed(&store, notice(HARBOR, ALEX, at, Response::TakeAside)).await;
    }
    store.close().await;
    let store = place.open().await;
    let size = fs::metadata(place.path()).unwrap().len();
    // The first page says that it is a database; the others do not make sense any more.
    let first = fs::read(place.path()).unwrap()[..4096].to_vec();
    let rest = usize::try_from(size).unwrap() - first.len();
    fs::write(place.path(), [first, vec![0xa5; rest]].concat()).unwrap();
    let why = refused(&store).await;
    assert!(why.contains("is damaged") && why.contains("restore the latest backup"), "{why}");
}

#[tokio::test]
async fn a_full_disk_ends_all_and_what_was_kept_stays() {
    let place = Place::file();
    let Some(_disk) = Disk::mount(place.folder()) else { return };
    let store = place.open().await;
    noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)).await;
    fill(place.folder());
    let why = refused(&store).await;
    assert!(why.contains("has no room left") && why.contains("free some space"), "{why}");
    store.close().await;
    fs::remove_file(place.folder().join("filling")).unwrap();
    let store = place.open().await;
    assert_eq!(store.pending().await.unwrap().len(), 1, "what was refused is not there");
    assert_eq!(noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)).await, Noticed::Known);
    assert!(matches!(
        noticed(&store, notice(HARBOR, ALEX, 900, Response::TakeAside)).await,
        Noticed::Joined(1, _)
    ));
}

/// A disk of two megabytes.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    /// None where it may not be mounted.
    fn mount(folder: &'a Path) -> Option<Self> {
        let mount =
            Command::new("mount").args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder).output();
        if mount.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: a small disk may be mounted by root only");
        None
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        Command::new("umount").arg("--lazy").arg(self.0).status().ok();
    }
}

fn fill(folder: &Path) {
    fs::write(folder.join("filling"), vec![0; 4 << 20]).unwrap_err();
}

#[tokio::test]
async fn a_connection_that_is_cut_is_made_anew() {
    let Some(place) = Place::server() else { return };
    let store = place.open().await;
    for at in 1..=5 {
        place
            .change(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await;
        let noticed =
            noticed(&store, notice(HARBOR, aside::message::UserId(at), at, Response::TakeAside)).await;
        assert!(matches!(noticed, Noticed::Opened(..)), "{noticed:?}");
    }
    assert_eq!(store.pending().await.unwrap().len(), 5);
    assert!(store.failed().now_or_never().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_anew_is_waited_for() {
    let Some(server) = Server::new() else { return };
    let store = Database::open(&server.database()).await.unwrap();
    noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)).await;
    server.run("pg_ctl", &["-D", "data", "-m", "immediate", "-w", "stop"]);
    let (noticed, ()) =
        tokio::join!(timeout(LONG, noticed(&store, notice(HARBOR, ALEX, 6, Response::TakeAside))), async {
            tokio::task::block_in_place(|| server.start());
        },);
    assert!(matches!(noticed.unwrap(), Noticed::Joined(1, _)));
    assert!(store.failed().now_or_never().is_none());
}

#[tokio::test]
async fn a_server_that_stays_away_ends_all() {
    let Some(server) = Server::new() else { return };
    let url = server.database();
    let store = Database::open(&url).await.unwrap();
    server.run("pg_ctl", &["-D", "data", "-m", "fast", "-w", "stop"]);
    let error = timeout(LONG, store.notice(notice(HARBOR, ALEX, 5, Response::TakeAside), &Plain)).await;
    let error = error.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Passing { .. }), "{error}");
    assert!(error.to_string().contains("the database cannot be reached"), "{error}");
    assert_eq!(store.failed().await.to_string(), error.to_string());
    let error = Database::open(&url).await.err().unwrap().to_string();
    assert!(
        error.contains("cannot open the database postgres://") && error.contains("The server must run"),
        "{error}"
    );
}
