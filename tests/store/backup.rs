//! A copy of the database while it is written.

use std::os::unix::fs::PermissionsExt as _;

use aside::message::UserId;
use aside::policy::Response;
use aside::store::{Database, Store, StoreError};

use crate::place::{ALEX, HARBOR, Place, notice, noticed};

#[tokio::test]
async fn a_backup_is_the_database_as_it_was_at_one_moment() {
    let place = Place::file();
    let store = place.open().await;
    for at in 1..=20 {
        noticed(&store, notice(HARBOR, UserId(100 + at), at, Response::Shield)).await;
    }
    let file = place.folder().join("it's a % backup?.db");
    let url = place.url();
    let writing = async {
        for at in 21..=120 {
            noticed(&store, notice(HARBOR, UserId(100 + at), at, Response::Shield)).await;
        }
    };
    let ((), copied) = tokio::join!(writing, Database::backup(&url, &file));
    copied.unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let home = Place::file();
    std::fs::copy(&file, home.path()).unwrap();
    let copy = home.open().await;
    let (cases, pending) = (home.count("SELECT count(*) FROM cases").await, copy.pending().await.unwrap());
    assert!((20..=120).contains(&cases), "{cases}");
    assert_eq!(
        i64::try_from(pending.len()).unwrap(),
        cases,
        "no case without its action, no action without its case"
    );
    assert_eq!(home.count("SELECT count(*) FROM noticed").await, cases);
    assert_eq!(home.count("SELECT max(number) FROM cases").await, cases);
    assert_eq!(place.count("SELECT count(*) FROM cases").await, 120, "nothing was held up");
    noticed(&copy, notice(HARBOR, ALEX, 1000, Response::Shield)).await;
}

#[tokio::test]
async fn a_backup_overwrites_nothing_and_makes_nothing_up() {
    let place = Place::file();
    let missing = Database::backup(&place.url(), &place.folder().join("backup")).await.unwrap_err();
    assert!(matches!(missing, StoreError::Missing(_)), "{missing}");
    place.open().await.close().await;
    let file = place.folder().join("precious");
    std::fs::write(&file, "precious").unwrap();
    let error = Database::backup(&place.url(), &file).await.unwrap_err().to_string();
    assert!(error.contains("precious") && error.contains("is not overwritten"), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
    let error = Database::backup(&place.url(), &place.folder().join("no/such/folder")).await.unwrap_err();
    assert!(error.to_string().contains("cannot write the backup"), "{error}");
    let garbage = Place::file();
    std::fs::write(garbage.path(), "this is not a database, and never was one. ".repeat(100)).unwrap();
    let file = garbage.folder().join("backup");
    let error = Database::backup(&garbage.url(), &file).await.unwrap_err().to_string();
    assert!(error.contains("not a database") && !file.exists(), "{error}");
}

#[tokio::test]
async fn a_server_is_backed_up_by_its_own_program() {
    let Some(place) = Place::server() else { return };
    let store = place.open().await;
    noticed(&store, notice(HARBOR, ALEX, 1, Response::Shield)).await;
    let file = place.folder().join("backup");
    match Database::backup(&place.url(), &file).await {
        Ok(()) => {
            assert!(std::fs::read(&file).unwrap().starts_with(b"PGDMP"));
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        Err(error) => {
            assert!(error.to_string().contains("pg_dump --format=custom --file=FILE postgres://"), "{error}");
            assert!(!file.exists());
        }
    }
    let secret = ["hunter", "2"].concat();
    let url = format!("postgres://aside:{secret}@localhost/aside?host=/no/such/folder");
    let error = Database::backup(&url, &place.folder().join("other")).await.unwrap_err().to_string();
    assert!(error.contains("pg_dump") && !error.contains(&secret), "{error}");
}
