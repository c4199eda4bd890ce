//! Whoever wishes is forgotten: at once where nothing is to be said first, and in the end altogether.

use aside::case::action::Refusal;
use aside::case::{Event, NOBODY};
use aside::message::{Author, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::Response;
use aside::store::{Erasure, Left, Noticed, Store as _, Whose};
use jiff::SignedDuration;

use crate::place::{
    ALEX, GENERAL, HARBOR, MIA, Place, Plain, SAM, carry_out, everything_about_alex, example, happens,
    matter, message, notice, now, open_case, settle, success,
};

fn wish(member: UserId) -> Erasure {
    Erasure { guild: HARBOR, member, at: now() }
}

/// Forgets as the bot does: what is left ends, and is erased once nothing is left to be done.
async fn forget(store: &aside::store::Database, member: UserId) -> Left {
    let left = store.forget(&wish(member)).await.unwrap();
    let events = left.cases.iter().map(|number| (*number, Event::Forgotten(now()))).collect();
    store.happen_together(HARBOR, events, None, &Plain).await.unwrap();
    left
}

pub(crate) async fn who_is_in_every_part_is_forgotten_in_each_but_as_a_moderator(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    let before = place.naming(ALEX).await;
    let everywhere =
        ["acted", "case_notes", "cases", "changes", "examples", "languages", "proposals", "transcripts"];
    assert_eq!(before, everywhere);

    let left = forget(&store, ALEX).await;
    assert_eq!(left, Left { cases: vec![1, 2], named: vec![3] });
    let done = carry_out(&store).await;
    assert_eq!(
        done.iter().filter(|name| **name == "archive_thread").count(),
        1,
        "the open one ends: {done:?}"
    );
    for number in [1, 2] {
        assert!(store.case(HARBOR, Whose::Number(number)).await.unwrap().is_none(), "case {number}");
    }
    assert_eq!(
        store.case(HARBOR, Whose::Number(5)).await.unwrap().unwrap().member,
        NOBODY,
        "the raid goes on"
    );
    for words in ["about Alex", "written by Alex", "refunded", "given details", "a proposal"] {
        let theirs = words == "refunded";
        // Case 4 of somebody else was refunded, too.
        assert_eq!(place.holds(words).await, theirs, "{words}");
    }
    assert!(
        place.holds("by Alex").await && place.holds("written by others").await,
        "what is not about them stays"
    );

    // The other one of an exchange is known until it is over.
    assert_eq!(store.erasures().await.unwrap(), [wish(ALEX)]);
    settle(&store, 3, now()).await;
    assert!(store.forget(&wish(ALEX)).await.unwrap().is_nothing());
    assert_eq!(store.erasures().await.unwrap(), []);
    assert_eq!(place.naming(ALEX).await, ["case_notes", "cases", "changes", "examples"], "as a moderator");
    let cases = store.traces(HARBOR, ALEX).await.unwrap();
    assert_eq!((cases.helped, cases.named, cases.cases.len()), (vec![6], vec![], 0));
}

pub(crate) async fn what_remains_of_a_case_names_nobody_and_counts(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    let counted = place.count("SELECT count(*) FROM outcomes").await;
    forget(&store, ALEX).await;
    carry_out(&store).await;
    assert_eq!(place.count("SELECT count(*) FROM outcomes").await, counted);
    let (from, until) = (now() - SignedDuration::from_hours(24), now() + SignedDuration::from_hours(24));
    let outcomes = store.outcomes(HARBOR, from, until).await.unwrap();
    let erased: Vec<_> = outcomes.iter().filter(|outcome| outcome.number == 0).collect();
    assert_eq!(erased.len(), 2);
    for outcome in erased {
        assert_eq!(outcome.outcome, None, "words of people could name somebody");
        assert_eq!(outcome.opened.as_second() % 86_400, 0, "messages tell their moment");
        assert!(outcome.closed.is_none_or(|closed| closed.as_second() % 86_400 == 0));
    }
}

pub(crate) async fn what_was_given_up_is_forgotten_too_even_if_it_was_tried_again(place: Place) {
    let store = place.open().await;
    for who in [ALEX, SAM] {
        store.notice(notice(who, who.0), &Plain).await.unwrap();
        // Whoever is called into a thread is named.
        for pending in store.pending().await.unwrap() {
            store.settle(pending.id, Event::Performed(success(&pending)), &Plain).await.unwrap();
        }
        for pending in store.pending().await.unwrap() {
            assert!(store.bury(pending.id, Refusal::GaveUp, now(), &Plain).await.unwrap().is_some());
            let again = store.retry(pending.id, &Plain).await.unwrap().unwrap();
            assert!(store.bury(again.id, Refusal::GaveUp, now(), &Plain).await.unwrap().is_some());
        }
    }
    assert!(place.naming(ALEX).await.contains(&"outbox".to_owned()));
    forget(&store, ALEX).await;
    carry_out(&store).await;
    assert!(!place.naming(ALEX).await.contains(&"outbox".to_owned()));
    assert!(place.naming(SAM).await.contains(&"outbox".to_owned()), "of others it stays");
}

pub(crate) async fn numbers_are_not_given_again(place: Place) {
    let store = place.open().await;
    for at in 1..=3 {
        let number = open_case(&store, notice(ALEX, at)).await;
        settle(&store, number, now()).await;
    }
    forget(&store, ALEX).await;
    carry_out(&store).await;
    assert_eq!(place.count("SELECT count(*) FROM cases").await, 0);
    assert_eq!(open_case(&store, notice(SAM, 4)).await, 4, "threads and buttons bear the others");
    assert_eq!(open_case(&store, notice(SAM, 5)).await, 5);
}

pub(crate) async fn a_message_that_was_forgotten_is_not_noticed_again_but_can_be_taken_up_by_hand(
    place: Place,
) {
    let store = place.open().await;
    let number = open_case(&store, notice(ALEX, 1)).await;
    settle(&store, number, now()).await;
    forget(&store, ALEX).await;
    carry_out(&store).await;
    assert!(store.case(HARBOR, Whose::Message(message(1))).await.unwrap().is_none());
    assert!(store.knows(HARBOR, message(1), false).await.unwrap());
    assert_eq!(store.notice(notice(ALEX, 1), &Plain).await.unwrap(), Noticed::Known);
    let mut by_hand = notice(ALEX, 1);
    by_hand.matter.by = Some(MIA);
    assert!(matches!(store.notice(by_hand, &Plain).await.unwrap(), Noticed::Opened(2, _)));
}

pub(crate) async fn that_a_conversation_was_spoken_to_lately_is_known_without_whom(place: Place) {
    let store = place.open().await;
    open_case(&store, notice(SAM, 1)).await;
    open_case(&store, notice(ALEX, 2)).await;
    let by = |member: UserId| Message {
        id: MessageId(6),
        guild: HARBOR,
        channel: GENERAL,
        home: GENERAL,
        author: Author { id: member, origin: Origin::Member, roles: Vec::new(), moderator: false },
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: now(),
    };
    for who in [ALEX, SAM] {
        forget(&store, who).await;
        forget(&store, who).await;
        let circumstances =
            store.circumstances(&by(who), now() - SignedDuration::from_hours(1)).await.unwrap();
        assert_eq!(circumstances.conversation_acknowledged.len(), 1);
        assert_eq!(circumstances.member_acknowledged.len(), 0);
    }
    assert_eq!(place.count("SELECT count(*) FROM acted").await, 1);
}

pub(crate) async fn what_came_after_the_wish_stays(place: Place) {
    let store = place.open().await;
    let first = open_case(&store, notice(ALEX, 1)).await;
    let mut later = notice(ALEX, 2);
    later.now = now() + SignedDuration::from_secs(1);
    let later = open_case(&store, later).await;
    store.keep_example(HARBOR, now() + SignedDuration::from_secs(1), &example(2, ALEX, MIA)).await.unwrap();
    let left = forget(&store, ALEX).await;
    assert_eq!(left.cases, [first]);
    carry_out(&store).await;
    let traces = store.traces(HARBOR, ALEX).await.unwrap();
    let cases: Vec<u32> = traces.cases.iter().map(|case| case.number).collect();
    assert_eq!((cases, traces.examples.len()), (vec![later], 1));
}

pub(crate) async fn other_servers_are_left_alone_and_so_is_the_language_they_need(place: Place) {
    let store = place.open().await;
    let elsewhere = GuildId(2);
    let mut other = notice(ALEX, 1);
    other.guild = elsewhere;
    store.notice(other, &Plain).await.unwrap();
    store.set_language(ALEX, "de", now()).await.unwrap();
    open_case(&store, notice(ALEX, 2)).await;
    assert_eq!(store.servers_of(ALEX).await.unwrap(), [HARBOR, elsewhere]);
    forget(&store, ALEX).await;
    carry_out(&store).await;
    assert!(forget(&store, ALEX).await.is_nothing());
    assert_eq!(store.servers_of(ALEX).await.unwrap(), [elsewhere]);
    assert_eq!(store.languages().await.unwrap().len(), 1);
    assert_eq!(store.traces(elsewhere, ALEX).await.unwrap().cases.len(), 1);
    store.forget_language(ALEX).await.unwrap();
    assert_eq!(store.languages().await.unwrap(), []);
}

/// Whatever was committed when the process ended is finished by the next, and then all is gone.
#[tokio::test]
async fn it_is_finished_after_a_stop_at_any_instant() {
    for stop in 0..6 {
        let place = Place::file();
        let store = place.open().await;
        let mut shielded = notice(ALEX, 1);
        shielded.matter = matter(1, Response::Shield);
        store.notice(shielded, &Plain).await.unwrap();
        let mut wanted = false;
        for step in 0..6 {
            if step == stop {
                assert!(!store.forget(&wish(ALEX)).await.unwrap().is_nothing());
                wanted = true;
            }
            let Some(pending) = store.pending().await.unwrap().first().cloned() else { break };
            let receipt = success(&pending);
            store.settle(pending.id, Event::Performed(receipt), &Plain).await.unwrap();
        }
        store.close().await;
        let store = place.open().await;
        assert_eq!(store.erasures().await.unwrap().len(), usize::from(wanted), "{stop}");
        for wish in store.erasures().await.unwrap() {
            forget(&store, wish.member).await;
        }
        carry_out(&store).await;
        if wanted {
            assert!(store.forget(&wish(ALEX)).await.unwrap().is_nothing(), "{stop}");
            assert_eq!(place.naming(ALEX).await, Vec::<String>::new(), "{stop}");
            assert!(!place.holds("masked words").await, "{stop}");
        }
    }
}

pub(crate) async fn an_answer_to_an_action_of_a_case_that_is_gone_is_no_trouble(place: Place) {
    let store = place.open().await;
    store.notice(notice(ALEX, 1), &Plain).await.unwrap();
    let pending = store.pending().await.unwrap().remove(0);
    sqlx::query("DELETE FROM cases").execute(&mut place.connect().await).await.unwrap();
    let receipt = success(&pending);
    assert_eq!(store.settle(pending.id, Event::Performed(receipt), &Plain).await.unwrap(), None);
    assert_eq!(store.pending().await.unwrap(), []);
}

pub(crate) async fn what_a_member_gave_in_a_form_is_gone_when_the_case_is_over(place: Place) {
    let store = place.open().await;
    everything_about_alex(&store).await;
    assert!(place.holds("given details").await, "while the case is open moderators need it");
    happens(&store, 1, Event::Ended(aside::case::Ending::by(aside::case::End::Resolved, MIA, now()))).await;
    assert!(!place.holds("given details").await);
}
