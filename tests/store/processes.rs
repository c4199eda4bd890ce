//! Several processes on one PostgreSQL: each shard is held once, identifies take turns, changes are heard.

use std::time::Duration;

use aside::config::GuildSettings;
use aside::message::GuildId;
use aside::policy::{Mode, Response};
use aside::store::{Database, Heard, NewChange, Shards, Store, StoreError};
use futures::FutureExt as _;
use tokio::time::timeout;

use crate::place::{ALEX, HARBOR, Place, Plain, notice, noticed, now};

/// Much longer than anything here takes.
const LONG: Duration = Duration::from_mins(1);
/// Long enough for what must not happen to happen.
const SHORT: Duration = Duration::from_millis(800);

fn shards(first: u32, end: u32, total: u32) -> Shards {
    Shards::new(first, end, total).unwrap()
}

#[tokio::test]
async fn one_process_at_a_time_runs_on_a_file() {
    let place = Place::file();
    let (one, other) = (place.open().await, place.open().await);
    let held = one.hold(Shards::ALL).await.unwrap();
    let error = other.hold(Shards::ALL).await.err().unwrap();
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    assert!(error.to_string().contains("another process runs on the database"), "{error}");
    drop(held);
    other.hold(Shards::ALL).await.unwrap();
    assert!(other.changes_heard().await.unwrap().is_none(), "there is nobody else");
    drop((other.identify_slot(0).await.unwrap(), one.identify_slot(0).await.unwrap()));
}

#[tokio::test]
async fn a_shard_is_held_by_one_and_a_standby_waits() {
    let Some(place) = Place::server() else { return };
    let (one, other, third) = (place.open().await, place.open().await, place.open().await);
    let held = one.hold(shards(0, 2, 4)).await.unwrap();
    let beside = timeout(LONG, other.hold(shards(2, 4, 4))).await.unwrap().unwrap();
    {
        let standby = third.hold(shards(1, 3, 4));
        tokio::pin!(standby);
        assert!(timeout(SHORT, &mut standby).await.is_err(), "shard 1 is held");
        drop(held);
        assert!(timeout(SHORT, &mut standby).await.is_err(), "shard 2 is held");
        drop(beside);
        timeout(LONG, standby).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn all_who_run_at_once_have_the_same_number_of_shards() {
    let Some(place) = Place::server() else { return };
    let (one, other) = (place.open().await, place.open().await);
    let held = one.hold(shards(0, 1, 2)).await.unwrap();
    let more = other.hold(shards(3, 4, 4));
    tokio::pin!(more);
    assert!(
        timeout(SHORT, &mut more).await.is_err(),
        "of two shards and of four, some have the same servers"
    );
    drop(held);
    timeout(LONG, more).await.unwrap().unwrap();
}

#[tokio::test]
async fn whoever_loses_its_hold_keeps_nothing_any_more() {
    let Some(place) = Place::server() else { return };
    let (store, standby) = (place.open().await, place.open().await);
    let _held = store.hold(shards(0, 1, 1)).await.unwrap();
    assert!(store.failed().now_or_never().is_none());
    place
        .change(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid() \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .await;
    let why = timeout(LONG, store.failed()).await.unwrap().to_string();
    assert!(why.contains("may have taken them over"), "{why}");
    let refused = store.notice(notice(HARBOR, ALEX, 5, Response::TakeAside), &Plain).await.unwrap_err();
    assert_eq!(refused.to_string(), why);
    timeout(LONG, standby.hold(shards(0, 1, 1))).await.unwrap().unwrap();
    noticed(&standby, notice(HARBOR, ALEX, 5, Response::TakeAside)).await;
    assert_eq!(place.count("SELECT count(*) FROM cases").await, 1);
}

#[tokio::test]
async fn a_hold_is_lost_with_its_connection_however_soon_another_is_to_be_had() {
    let Some(place) = Place::server() else { return };
    let (url, mut way) = place.at_a_distance().await;
    let (store, standby) = (Database::open(&url).await.unwrap(), place.open().await);
    let _held = store.hold(shards(0, 1, 1)).await.unwrap();
    way.cut().await;
    tokio::time::sleep(Duration::from_secs(4)).await;
    way.mend().await;
    timeout(LONG, standby.hold(shards(0, 1, 1))).await.unwrap().unwrap();
    let why = timeout(LONG, store.failed()).await.unwrap().to_string();
    assert!(why.contains("may have taken them over"), "{why}");
}

#[tokio::test]
async fn a_connection_that_went_silent_is_given_up() {
    let Some(place) = Place::server() else { return };
    let (url, way) = place.at_a_distance().await;
    let (one, other) = (Database::open(&url).await.unwrap(), Database::open(&url).await.unwrap());
    let _held = one.hold(shards(0, 1, 1)).await.unwrap();
    let mut heard = other.changes_heard().await.unwrap().unwrap();
    way.hush();
    let why = timeout(LONG, one.failed()).await.unwrap().to_string();
    assert!(why.contains("may have taken them over"), "{why}");
    assert_eq!(timeout(LONG, heard.recv()).await.unwrap(), Some(Heard::Everything));
    // It is heard again from then on.
    place.change("SELECT pg_notify('aside_settings', '7')").await;
    assert_eq!(timeout(LONG, heard.recv()).await.unwrap(), Some(Heard::Change(GuildId(7))));
}

#[tokio::test]
async fn a_server_that_went_silent_is_not_waited_for_in_the_end() {
    let Some(place) = Place::server() else { return };
    let (url, way) = place.at_a_distance().await;
    let store = Database::open(&url).await.unwrap();
    way.hush_for_good();
    let asked = store.settings();
    tokio::pin!(asked);
    assert!(timeout(SHORT, &mut asked).await.is_err(), "nothing comes back");
    timeout(LONG, store.close()).await.unwrap();
}

#[tokio::test]
async fn they_take_turns_to_identify() {
    let Some(place) = Place::server() else { return };
    let (one, other) = (place.open().await, place.open().await);
    let slot = one.identify_slot(0).await.unwrap();
    drop(timeout(LONG, other.identify_slot(1)).await.unwrap().unwrap());
    let next = other.identify_slot(0);
    tokio::pin!(next);
    assert!(timeout(SHORT, &mut next).await.is_err());
    drop(slot);
    timeout(LONG, next).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_change_of_settings_reaches_all() {
    let Some(place) = Place::server() else { return };
    let (one, other) = (place.open().await, place.open().await);
    let mut heard = other.changes_heard().await.unwrap().unwrap();
    let guild = GuildId(u64::MAX >> 1);
    let settings = GuildSettings { mode: Some(Mode::Observe), ..GuildSettings::default() };
    let change = |from| NewChange {
        guild,
        from,
        settings: settings.clone(),
        parts: Vec::new(),
        by: ALEX,
        at: now(),
        undoes: None,
    };
    assert_eq!(one.change(change(7)).await.unwrap(), None);
    assert_eq!(one.change(change(0)).await.unwrap(), Some(1));
    assert_eq!(
        timeout(LONG, heard.recv()).await.unwrap(),
        Some(Heard::Change(guild)),
        "and only of what was saved"
    );
    place
        .change(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
             AND pid <> pg_backend_pid()",
        )
        .await;
    assert_eq!(
        timeout(LONG, heard.recv()).await.unwrap(),
        Some(Heard::Everything),
        "something may be missed"
    );
    assert_eq!(one.change(change(1)).await.unwrap(), Some(2));
    assert_eq!(timeout(LONG, heard.recv()).await.unwrap(), Some(Heard::Change(guild)));
}
