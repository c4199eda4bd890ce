//! What is kept is kept for its time, and then gone.

use std::time::Duration;

use aside::case::action::Refusal;
use aside::case::cause::CauseNotice;
use aside::case::{Ending, Event, Reason};
use aside::config::Config;
use aside::detect::{Category, Keyword};
use aside::policy::cause::Cause;
use aside::store::Database;
use aside::store::{Horizon, NewChange, Store as _, Swept};
use jiff::{SignedDuration, Timestamp};

use crate::place::{
    ALEX, GENERAL, HARBOR, MIA, Place, Plain, SAM, STAFF, days, everything_about_alex, example, happens,
    message, note, notice, now, open_case, settle,
};

const MOST: u32 = 100;

fn horizon(at: Timestamp) -> Horizon {
    Horizon::of(&Config::default(), at)
}

async fn sweep(store: &Database, at: Timestamp) -> Swept {
    store.sweep(&horizon(at), MOST).await.unwrap()
}

pub(crate) async fn a_case_is_kept_for_a_month_after_it_is_over_and_then_gone(place: Place) {
    let store = place.open().await;
    let over = open_case(&store, notice(ALEX, 1)).await;
    let open = open_case(&store, notice(SAM, 2)).await;
    for number in [over, open] {
        store.note_case(HARBOR, number, &note(MIA, "noted words")).await.unwrap();
        store
            .transcribe(
                HARBOR,
                &crate::place::line(number, 20 + u64::from(number), ALEX, "written words"),
                now(),
            )
            .await
            .unwrap();
    }
    settle(&store, over, now() + days(1)).await;
    assert_eq!(sweep(&store, now() + days(31) - SignedDuration::from_millis(1)).await, Swept::default());
    assert_eq!(sweep(&store, now() + days(31)).await, Swept { cases: 1, more: false });
    assert_eq!(place.count("SELECT count(*) FROM cases").await, 1, "the open one is needed");
    assert!(place.holds("noted words").await);
    settle(&store, open, now() + days(31)).await;
    assert_eq!(sweep(&store, now() + days(61)).await.cases, 1);
    for words in ["noted words", "written words", "refunded", &ALEX.to_string(), &SAM.to_string()] {
        assert!(!place.holds(words).await, "{words}");
    }
    assert_eq!(place.count("SELECT count(*) FROM outcomes").await, 2);
    assert_eq!(open_case(&store, notice(ALEX, 3)).await, 3);
}

pub(crate) async fn it_can_be_kept_for_no_time_at_all(place: Place) {
    let store = place.open().await;
    let number = open_case(&store, notice(ALEX, 1)).await;
    settle(&store, number, now()).await;
    let mut config = Config::default();
    config.privacy.keep_closed = Duration::ZERO;
    let swept = store.sweep(&Horizon::of(&config, now()), MOST).await.unwrap();
    assert_eq!(swept, Swept { cases: 1, more: false });
    assert_eq!(place.naming(ALEX).await, ["acted"]);
}

pub(crate) async fn a_case_that_is_over_and_not_yet_told_so_waits(place: Place) {
    let store = place.open().await;
    let number = open_case(&store, notice(ALEX, 1)).await;
    happens(&store, number, Event::Ended(Ending::expired(Reason::Quiet, now()))).await;
    assert_eq!(sweep(&store, now() + days(365)).await.cases, 0);
    crate::place::carry_out(&store).await;
    assert_eq!(sweep(&store, now() + days(365)).await.cases, 1);
}

pub(crate) async fn a_case_whose_action_was_given_up_waits_no_longer_than_others(place: Place) {
    let store = place.open().await;
    let number = open_case(&store, notice(ALEX, 1)).await;
    happens(&store, number, Event::Ended(Ending::expired(Reason::Quiet, now()))).await;
    while let Some(pending) = store.pending().await.unwrap().first() {
        store.bury(pending.id, Refusal::GaveUp, now() + days(1), &Plain).await.unwrap();
    }
    assert_eq!(sweep(&store, now() + days(30)).await, Swept::default());
    sweep(&store, now() + days(31)).await;
    assert_eq!(store.buried(None).await.unwrap(), []);
    assert_eq!(sweep(&store, now() + days(31)).await.cases, 1);
}

pub(crate) async fn everything_else_has_its_time_too(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    store.keep_example(HARBOR, now() + days(100), &example(30, SAM, MIA)).await.unwrap();
    let change = |at: Timestamp, from| {
        let settings = aside::config::GuildSettings {
            mode: Some(if from == 1 { aside::policy::Mode::Act } else { aside::policy::Mode::Suggest }),
            ..aside::config::GuildSettings::default()
        };
        NewChange { guild: HARBOR, from, settings, parts: Vec::new(), by: MIA, at, undoes: None }
    };
    store.change(change(now() + days(2), 1)).await.unwrap();
    let rows = [
        (0, "SELECT count(*) FROM proposals", 1),
        (1, "SELECT count(*) FROM proposals", 0),
        (6, "SELECT count(*) FROM (SELECT 1 FROM acted LIMIT 1) AS one", 1),
        (7, "SELECT count(*) FROM acted", 0),
        (364, "SELECT count(*) FROM examples", 3),
        (365, "SELECT count(*) FROM examples", 1),
        (365, "SELECT count(*) FROM languages", 0),
        (365, "SELECT count(*) FROM changes", 1),
        // The latest stays, so that no number is given twice.
        (900, "SELECT min(number) FROM changes", 2),
    ];
    for (day, question, expected) in rows {
        sweep(&store, now() + days(day)).await;
        assert_eq!(place.count(question).await, expected, "{question} after {day} days");
    }
    assert_eq!(store.change(change(now() + days(901), 2)).await.unwrap(), Some(3));
    assert!(!place.holds("a proposal").await);
}

/// The catch-up reads back at most an hour, and clocks differ by less than one.
pub(crate) async fn a_bare_message_is_known_for_as_long_as_it_could_be_read_back(place: Place) {
    let store = place.open().await;
    let number = open_case(&store, notice(ALEX, 1)).await;
    settle(&store, number, now() - days(40)).await;
    let known = async || store.knows(HARBOR, message(1), false).await.unwrap();
    assert_eq!(message(1).sent(), now());
    for (minutes, expected) in [(0, true), (119, true), (121, false)] {
        sweep(&store, now() + SignedDuration::from_mins(minutes)).await;
        assert_eq!(known().await, expected, "after {minutes} minutes");
    }
}

pub(crate) async fn a_sweep_is_made_of_small_ones(place: Place) {
    let store = place.open().await;
    for at in 0..5 {
        let number = open_case(&store, notice(ALEX, at)).await;
        settle(&store, number, now()).await;
    }
    let later = horizon(now() + days(31));
    let swept = [
        store.sweep(&later, 2).await.unwrap(),
        store.sweep(&later, 2).await.unwrap(),
        store.sweep(&later, 2).await.unwrap(),
        store.sweep(&later, 2).await.unwrap(),
    ];
    assert_eq!(swept.map(|swept| swept.cases), [2, 2, 1, 0]);
    assert_eq!(swept.map(|swept| swept.more), [true, true, false, false]);
}

pub(crate) async fn a_language_of_an_earlier_version_is_kept_for_a_year_from_now_on(place: Place) {
    let store = place.open().await;
    store.set_language(ALEX, "de", Timestamp::UNIX_EPOCH).await.unwrap();
    for (day, expected) in [(0, 1), (364, 1), (365, 0)] {
        sweep(&store, now() + days(day)).await;
        assert_eq!(store.languages().await.unwrap().len(), expected, "after {day} days");
    }
}

pub(crate) async fn a_transcript_follows_what_is_edited_and_deleted(place: Place) {
    let store = place.open().await;
    let line = |at, words| crate::place::line(1, at, ALEX, words);
    for one in [line(11, "second words"), line(10, "first words"), line(12, "third words")] {
        store.transcribe(HARBOR, &one, now()).await.unwrap();
    }
    let mut edited = line(10, "better words");
    store.transcribe(HARBOR, &edited, now() + days(1)).await.unwrap();
    edited.edited = Some(now() + days(1));
    assert!(!place.holds("first words").await, "what was edited away is gone at rest, too");
    store.transcribe(HARBOR, &line(12, "third words"), now() + days(1)).await.unwrap();
    store.forget_line(HARBOR, message(11)).await.unwrap();
    assert_eq!(store.transcript(HARBOR, 1).await.unwrap(), [edited, line(12, "third words")]);
    assert!(!place.holds("second words").await, "what was deleted is gone at rest, too");
    store.forget_transcript(HARBOR, 1).await.unwrap();
    assert_eq!(store.transcript(HARBOR, 1).await.unwrap(), []);
    assert!(!place.holds("third words").await);
}

/// A cause that these cases have, as moderators are told of it.
fn cause(cases: &[u32], topic: &str) -> CauseNotice {
    let keyword = Keyword { stem: topic.into(), form: topic.into(), weight: 1.0, place: 0 };
    let cause = Cause {
        lead: cases[0],
        category: Category::SensitiveInfo,
        kinds: Vec::new(),
        cases: cases.to_vec(),
        members: vec![ALEX, SAM],
        channels: vec![(GENERAL, cases.len())],
        keywords: vec![keyword],
        since: now(),
        until: now(),
    };
    CauseNotice::new(HARBOR, cause, Vec::new(), vec![STAFF])
}

pub(crate) async fn a_cause_names_no_member_and_goes_with_its_time(place: Place) {
    let store = place.open().await;
    let (one, other) = (open_case(&store, notice(ALEX, 1)).await, open_case(&store, notice(SAM, 2)).await);
    store.open_cause(cause(&[one, other], "springtime"), &Plain).await.unwrap();
    let [live] = store.live_causes(now()).await.unwrap().try_into().unwrap();
    assert_eq!(live.cause.members, [ALEX, SAM], "as their cases tell");
    assert!(!place.naming(ALEX).await.iter().any(|table| table.starts_with("cause")));
    assert_eq!(store.live_causes(now() + days(1)).await.unwrap(), []);

    settle(&store, one, now()).await;
    sweep(&store, now() + days(30) - SignedDuration::from_secs(1)).await;
    assert!(store.cause_of(HARBOR, one).await.unwrap().is_some(), "as long as a case that is over");
    sweep(&store, now() + days(30)).await;
    assert!(store.cause(HARBOR, one).await.unwrap().is_none());
    assert_eq!(place.count("SELECT count(*) FROM cause_cases").await, 0);
    crate::place::carry_out(&store).await;
    assert!(!place.holds("springtime").await);
}

pub(crate) async fn a_case_that_is_erased_is_left_out_of_its_cause(place: Place) {
    let store = place.open().await;
    let (one, other) = (open_case(&store, notice(ALEX, 1)).await, open_case(&store, notice(SAM, 2)).await);
    settle(&store, other, now() - days(40)).await;
    store.open_cause(cause(&[one, other], "springtime"), &Plain).await.unwrap();
    assert_eq!(sweep(&store, now()).await.cases, 1);
    let left = store.cause(HARBOR, one).await.unwrap().unwrap();
    assert_eq!(left.cause.cases, [one]);
    assert!(store.cause_of(HARBOR, other).await.unwrap().is_none());
}
