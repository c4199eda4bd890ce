//! What every store promises, whatever database is behind it.

use aside::case::action::{Action, Priority, Receipt, Refusal, Speech};
use aside::case::cause::{CauseNotice, NoticeEvent, Over};
use aside::case::clock::Promise;
use aside::case::reminder::{Help, Overdue, together};
use aside::case::{End, Ending, Event, Reason, State};
use aside::config::GuildSettings;
use aside::detect::{Category, Kind};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::cause::Cause;
use aside::policy::{Mode, Response};
use aside::store::{
    CaseNote, Example, Judged, NewChange, Notice, Noticed, OutboxId, Pending, Sought, Store, Terms, Whose,
};
use jiff::{SignedDuration, Timestamp};

use crate::place::{ALEX, GENERAL, HARBOR, Place, Plain, first, hour, notice, noticed, now, settled};

pub(crate) async fn the_same_message_is_one_case_and_a_shield_may_follow(place: Place) {
    let (take, shield) = (Response::TakeAside, Response::Shield);
    let store = place.open().await;
    assert!(matches!(noticed(&store, notice(HARBOR, ALEX, 5, take)).await, Noticed::Opened(1, Some(_))));
    assert_eq!(noticed(&store, notice(HARBOR, ALEX, 5, take)).await, Noticed::Known);
    assert_eq!(noticed(&store, notice(HARBOR, ALEX, 5, shield)).await, Noticed::Joined(1, None));
    assert_eq!(noticed(&store, notice(HARBOR, ALEX, 5, shield)).await, Noticed::Known);
    assert_eq!(noticed(&store, notice(HARBOR, ALEX, 5, take)).await, Noticed::Known);
}

pub(crate) async fn numbers_count_from_one_in_each_guild(place: Place) {
    let take = Response::TakeAside;
    let store = place.open().await;
    for (guild, member, expected) in [(1, 2, 1), (1, 3, 2), (9, 2, 1), (1, 4, 3)] {
        let noticed =
            noticed(&store, notice(GuildId(guild), UserId(member), guild * 100 + member, take)).await;
        assert!(matches!(noticed, Noticed::Opened(number, _) if number == expected), "{noticed:?}");
    }
}

pub(crate) async fn a_members_next_message_joins_a_young_case_only(place: Place) {
    let take = Response::TakeAside;
    let store = place.open().await;
    noticed(&store, notice(HARBOR, ALEX, 5, take)).await;
    assert!(matches!(noticed(&store, notice(HARBOR, ALEX, 6, take)).await, Noticed::Joined(1, _)));
    let mut later = notice(HARBOR, ALEX, 7, take);
    later.join_since = now() + hour();
    assert!(matches!(noticed(&store, later).await, Noticed::Opened(2, _)));
}

pub(crate) async fn an_action_is_answered_once_and_then_gone(place: Place) {
    let store = place.open().await;
    let removal = first(noticed(&store, notice(HARBOR, ALEX, 5, Response::Shield)).await);
    assert!(matches!(removal.action, Action::RemoveMessage { .. }));
    let opening = settled(&store, &removal, Receipt::Removed).await.unwrap();
    assert!(matches!(opening.action, Action::OpenThread { .. }));
    assert_eq!(settled(&store, &removal, Receipt::Removed).await, None, "a second receipt changes nothing");
    assert_eq!(store.pending().await.unwrap(), [opening]);
    assert_eq!(store.settle(OutboxId(99), Event::Performed(Receipt::Removed), &Plain).await.unwrap(), None);
}

pub(crate) async fn what_is_given_up_waits_to_be_tried_again_or_dropped(place: Place) {
    let store = place.open().await;
    let elsewhere = GuildId(9);
    let [one, two] = [HARBOR, elsewhere].map(|guild| notice(guild, ALEX, 5, Response::Shield));
    let (one, two) = (first(noticed(&store, one).await), first(noticed(&store, two).await));
    assert_eq!((one.committed, one.tries), (now(), 0));
    assert_eq!(store.tried(one.id).await.unwrap(), Some(1));
    assert_eq!(store.tried(one.id).await.unwrap(), Some(2));
    assert_eq!(store.tried(OutboxId(99)).await.unwrap(), None);
    let bury = async |id, at| store.bury(id, Refusal::GaveUp, at, &Plain).await.unwrap();
    let next = bury(one.id, now() + hour()).await.unwrap().next.unwrap();
    assert_eq!((next.guild, next.number), (HARBOR, 1), "the case goes on without it");
    assert_eq!(bury(one.id, now()).await, None, "once");
    assert_eq!(bury(OutboxId(99), now()).await, None);
    assert_eq!(store.pending().await.unwrap(), [two.clone(), next.clone()]);
    settled(&store, &next, Receipt::Posted(MessageId(61))).await;
    let letters = store.buried(None).await.unwrap();
    let [letter] = letters.as_slice() else { panic!("one letter, not {letters:?}") };
    assert_eq!((letter.pending.id, letter.pending.tries, letter.at), (one.id, 2, now() + hour()));
    assert_eq!((&letter.why, &letter.pending.action), (&Refusal::GaveUp.to_string(), &one.action));
    assert_eq!(store.buried(Some(elsewhere)).await.unwrap(), []);
    assert_eq!(store.buried(Some(HARBOR)).await.unwrap(), letters);

    assert_eq!(store.retry(two.id, &Plain).await.unwrap(), None, "it is not given up");
    let again = store.retry(one.id, &Plain).await.unwrap().unwrap();
    assert_eq!((again.guild, again.number, again.tries, &again.action), (HARBOR, 0, 0, &one.action));
    assert_eq!(store.retry(one.id, &Plain).await.unwrap(), None);
    assert!(store.pending().await.unwrap().contains(&again));
    assert_eq!(store.buried(None).await.unwrap(), [], "one thing in the place of the other");

    assert!(!store.drop_letter(two.id).await.unwrap(), "it is not given up");
    bury(two.id, now()).await.unwrap();
    assert!(store.drop_letter(two.id).await.unwrap());
    assert_eq!(bury(again.id, now()).await.unwrap().next, None);
    assert_eq!(settled(&store, &again, Receipt::Removed).await, None, "its case went on without it");
    assert_eq!(store.buried(None).await.unwrap(), []);
}

pub(crate) async fn what_is_committed_outlives_the_process(place: Place) {
    let store = place.open().await;
    let removal = first(noticed(&store, notice(HARBOR, ALEX, 5, Response::Shield)).await);
    store.alive(now()).await.unwrap();
    store.close().await;
    let store = place.open().await;
    assert_eq!(store.pending().await.unwrap(), [removal]);
    assert_eq!(store.last_alive().await.unwrap(), Some(now()));
    assert_eq!(noticed(&store, notice(HARBOR, ALEX, 5, Response::Shield)).await, Noticed::Known);
}

pub(crate) async fn who_was_acknowledged_where_is_remembered(place: Place) {
    let store = place.open().await;
    noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)).await;
    let by = |member: u64, channel: ChannelId| Message {
        id: MessageId(6),
        guild: HARBOR,
        channel,
        home: channel,
        author: Author { id: UserId(member), origin: Origin::Member, roles: Vec::new(), moderator: false },
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: now(),
    };
    let remembered = async |message: Message, since: Timestamp| {
        let circumstances = store.circumstances(&message, since).await.unwrap();
        (circumstances.member_acknowledged.len(), circumstances.conversation_acknowledged.len())
    };
    assert_eq!(remembered(by(ALEX.0, GENERAL), now() - hour()).await, (1, 1));
    assert_eq!(remembered(by(3, GENERAL), now() - hour()).await, (0, 1), "somebody else");
    assert_eq!(remembered(by(ALEX.0, ChannelId(11)), now() - hour()).await, (0, 0), "elsewhere");
    assert_eq!(remembered(by(ALEX.0, GENERAL), now() + hour()).await, (0, 0), "too long ago");
}

/// What an action of [`first`] and those after it give back.
async fn carried_out(store: &impl Store, mut pending: Option<Pending>) {
    while let Some(waiting) = pending {
        let receipt = match &waiting.action {
            Action::OpenThread { .. } => Receipt::Opened(ChannelId(20)),
            Action::AddMember { .. } => Receipt::Joined,
            _ => Receipt::Posted(MessageId(50)),
        };
        pending = settled(store, &waiting, receipt).await;
    }
}

pub(crate) async fn a_case_is_found_by_its_message_its_thread_and_its_public_words(place: Place) {
    let store = place.open().await;
    let pending = first(noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)).await);
    carried_out(&store, Some(pending)).await;
    let ways = [
        (Whose::Number(1), true),
        (Whose::Message(MessageId(5)), true),
        (Whose::Thread(ChannelId(20)), true),
        (Whose::Post(MessageId(50)), true),
        (Whose::Number(2), false),
        (Whose::Message(MessageId(6)), false),
        (Whose::Thread(ChannelId(21)), false),
        (Whose::Post(MessageId(51)), false),
    ];
    for (whose, found) in ways {
        assert_eq!(store.case(HARBOR, whose).await.unwrap().is_some(), found, "{whose:?}");
        assert!(store.case(GuildId(2), whose).await.unwrap().is_none(), "{whose:?} elsewhere");
    }
}

pub(crate) async fn what_happens_to_a_case_outside_the_outbox_is_committed_with_what_follows(place: Place) {
    let store = place.open().await;
    let pending = first(noticed(&store, notice(HARBOR, ALEX, 5, Response::TakeAside)).await);
    carried_out(&store, Some(pending)).await;
    let gone = Event::Deleted(MessageId(5));
    let happened = store.happen(HARBOR, Whose::Message(MessageId(5)), gone.clone(), &Plain).await.unwrap();
    let happened = happened.unwrap().pending;
    assert!(matches!(happened.as_ref().map(|pending| &pending.action), Some(Action::Withdraw { .. })));
    assert_eq!(store.pending().await.unwrap(), [happened.unwrap()]);
    assert!(store.happen(HARBOR, Whose::Message(MessageId(6)), gone, &Plain).await.unwrap().is_none());
}

pub(crate) async fn the_most_urgent_action_is_taken_up_first(place: Place) {
    let store = place.open().await;
    let mut routine = notice(HARBOR, UserId(3), 4, Response::TakeAside);
    (routine.matter.category, routine.matter.kinds) = (Category::NeedsDetails, Vec::new());
    let mut angry = notice(HARBOR, UserId(4), 5, Response::TakeAside);
    (angry.matter.category, angry.matter.kinds) = (Category::BoilingPoint, vec![Kind::Anger]);
    for notice in [routine, angry, notice(HARBOR, ALEX, 6, Response::Shield)] {
        noticed(&store, notice).await;
    }
    let order: Vec<Priority> = store.pending().await.unwrap().iter().map(|one| one.priority).collect();
    assert_eq!(order, [Priority::Secret, Priority::BoilingPoint, Priority::Routine]);
}

pub(crate) async fn a_message_counted_with_a_raid_is_known_from_then_on(place: Place) {
    let store = place.open().await;
    assert!(!store.knows(HARBOR, MessageId(9), false).await.unwrap());
    store.count(HARBOR, MessageId(9), 1).await.unwrap();
    store.count(HARBOR, MessageId(9), 1).await.unwrap();
    assert!(store.knows(HARBOR, MessageId(9), false).await.unwrap());
    assert!(!store.knows(HARBOR, MessageId(9), true).await.unwrap(), "a secret in it is still removed");
}

fn new_change(from: u64, mode: Mode, undoes: Option<u32>) -> NewChange {
    let settings = GuildSettings { mode: Some(mode), ..GuildSettings::default() };
    let parts = GuildSettings::default().difference(&settings);
    NewChange { guild: HARBOR, from, settings, parts, by: ALEX, at: now(), undoes }
}

pub(crate) async fn a_change_is_saved_with_its_record_unless_someone_was_quicker(place: Place) {
    let store = place.open().await;
    assert_eq!(
        store.change(new_change(3, Mode::Act, None)).await.unwrap(),
        None,
        "there is no third revision"
    );
    assert_eq!(store.change(new_change(0, Mode::Observe, None)).await.unwrap(), Some(1));
    assert_eq!(
        store.change(new_change(0, Mode::Act, None)).await.unwrap(),
        None,
        "made from what was before"
    );
    assert_eq!(store.change(new_change(1, Mode::Act, Some(1))).await.unwrap(), Some(2));
    store.close().await;
    let store = place.open().await;
    let stored = store.settings_of(HARBOR).await.unwrap().unwrap();
    assert_eq!((stored.revision, stored.settings.mode), (2, Some(Mode::Act)));
    assert_eq!(store.settings_of(GuildId(2)).await.unwrap(), None);
    assert_eq!(store.settings().await.unwrap().len(), 1);
    let changes = store.changes(HARBOR).await.unwrap();
    let told: Vec<_> = changes.iter().map(|change| (change.number, change.by, change.undoes)).collect();
    assert_eq!(told, [(2, ALEX, Some(1)), (1, ALEX, None)]);
    assert_eq!(changes[0].parts, new_change(1, Mode::Act, None).parts);
}

pub(crate) async fn a_proposal_is_taken_once_in_its_own_server_within_a_day(place: Place) {
    let store = place.open().await;
    let id = store.propose(HARBOR, now(), "a").await.unwrap();
    assert_eq!(store.take_proposal(GuildId(2), id).await.unwrap(), None, "of another server");
    assert_eq!(store.proposal(GuildId(2), id).await.unwrap(), None, "of another server");
    assert_eq!(store.proposal(HARBOR, id).await.unwrap().as_deref(), Some("a"), "a look takes nothing away");
    assert_eq!(store.take_proposal(HARBOR, id).await.unwrap().as_deref(), Some("a"));
    assert_eq!(store.take_proposal(HARBOR, id).await.unwrap(), None);
    assert_eq!(store.proposal(HARBOR, id).await.unwrap(), None);
    let old = store.propose(HARBOR, now(), "b").await.unwrap();
    let later = store.propose(HARBOR, now() + SignedDuration::from_hours(25), "c").await.unwrap();
    assert!(old < later && store.take_proposal(HARBOR, old).await.unwrap().is_none());
}

pub(crate) async fn what_was_said_of_a_message_last_is_what_counts(place: Place) {
    let store = place.open().await;
    let example = |judged| Example {
        message: MessageId(5),
        author: Some(UserId(3)),
        channel: GENERAL,
        home: GENERAL,
        judged,
        rule: Some("secrets".to_owned()),
        by: ALEX,
        text: "my card is ▮▮▮▮".to_owned(),
        heat: 0.1,
        found: vec![(Kind::Card, 0.9)],
        patterns: vec!["card".to_owned()],
    };
    store.keep_example(HARBOR, now(), &example(Judged::Missed)).await.unwrap();
    store.keep_example(HARBOR, now(), &example(Judged::FalseAlarm)).await.unwrap();
    assert_eq!(store.examples(HARBOR).await.unwrap(), [example(Judged::FalseAlarm)]);
    assert_eq!(store.examples(GuildId(2)).await.unwrap(), []);
}

pub(crate) async fn notes_and_languages_are_remembered(place: Place) {
    let store = place.open().await;
    assert_eq!(store.noted(HARBOR, "gaps").await.unwrap(), None);
    for value in ["1", "2"] {
        store.note(HARBOR, "gaps", value).await.unwrap();
        store.set_language(ALEX, value, now()).await.unwrap();
    }
    assert_eq!(store.noted(HARBOR, "gaps").await.unwrap().as_deref(), Some("2"));
    assert_eq!(store.languages().await.unwrap(), [(ALEX, "2".to_owned())]);
}

pub(crate) async fn what_came_of_cases_is_found_by_server_and_time(place: Place) {
    let store = place.open().await;
    let elsewhere = GuildId(9);
    for (guild, response) in [(elsewhere, Response::Alert), (HARBOR, Response::TakeAside)] {
        let noticed = noticed(&store, notice(guild, ALEX, guild.0, response)).await;
        let Noticed::Opened(1, pending) = noticed else { panic!("a new case, not {noticed:?}") };
        carried_out(&store, pending).await;
    }
    assert_eq!(store.guilds().await.unwrap(), [HARBOR, elsewhere]);
    let within = async |guild, from, until| store.outcomes(guild, from, until).await.unwrap();
    let second = SignedDuration::from_secs(1);
    let found = within(HARBOR, now(), now() + second).await;
    let [outcome] = found.as_slice() else { panic!("one case: {found:?}") };
    assert_eq!((outcome.state, outcome.needed_people), (State::InThread, true));
    assert_eq!(outcome.promised, Some(SignedDuration::from_mins(5)));
    assert!(within(HARBOR, now() - hour(), now()).await.is_empty());
    assert!(within(HARBOR, now() + second, now() + hour()).await.is_empty());
    // Nobody can be seen to answer where there is no thread.
    let outcome = within(elsewhere, now(), now() + second).await.remove(0);
    assert_eq!((outcome.needed_people, outcome.promised), (true, None));
}

/// As [`Plain`], but members are answered within hours.
struct Patient;

impl Terms for Patient {
    fn choose(&self, _: &mut Speech) {}

    fn promise(&self) -> &Promise {
        const HOURS: SignedDuration = SignedDuration::from_hours(2);
        static PROMISE: Promise =
            Promise { remind_after: HOURS, escalate_after: HOURS, hours: None, expire_after: HOURS };
        &PROMISE
    }

    fn now(&self) -> Timestamp {
        now()
    }
}

fn minutes(count: i64) -> Timestamp {
    now() + SignedDuration::from_mins(count)
}

/// The numbers of the cases that are due.
async fn due(store: &impl Store, until: Timestamp, most: u32) -> Vec<u32> {
    store.due(until, most).await.unwrap().into_iter().map(|case| case.number).collect()
}

pub(crate) async fn clocks_are_seen_to_in_order_put_off_and_set_anew(place: Place) {
    let store = place.open().await;
    for (at, later) in [(1, 2), (2, 0), (3, 1)] {
        let now = minutes(later);
        let notice = Notice { now, ..notice(HARBOR, UserId(at), at, Response::TakeAside) };
        noticed(&store, notice).await;
    }
    let other = GuildId(7);
    noticed(&store, Notice { now: minutes(50), ..notice(other, ALEX, 9, Response::TakeAside) }).await;

    assert_eq!(store.next_due().await.unwrap(), Some(minutes(5)));
    assert_eq!(due(&store, minutes(4), 9).await, [0; 0]);
    assert_eq!(due(&store, minutes(6), 9).await, [2, 3]);
    assert_eq!(due(&store, minutes(60), 2).await, [2, 3], "the longest waiting first");

    store.postpone(HARBOR, &[2, 3], minutes(30)).await.unwrap();
    assert_eq!(due(&store, minutes(29), 9).await, [1]);
    assert_eq!(store.next_due().await.unwrap(), Some(minutes(7)));

    assert_eq!(store.guilds_with_open_cases().await.unwrap(), [HARBOR, other]);
    store.set_clocks(HARBOR, &Patient).await.unwrap();
    assert_eq!(due(&store, minutes(119), 9).await, [1], "only those of the other guild");
    assert_eq!(due(&store, minutes(121), 9).await, [1, 2, 3]);
    store.close().await;
    assert_eq!(due(&place.open().await, minutes(121), 9).await, [1, 2, 3], "clocks are kept");
}

pub(crate) async fn what_happens_to_several_and_the_words_about_it_are_one_and_can_be_said_elsewhere(
    place: Place,
) {
    let store = place.open().await;
    for at in [1, 2] {
        noticed(&store, notice(HARBOR, UserId(at), at, Response::TakeAside)).await;
    }
    let words = |channel| {
        let cases: Vec<Overdue> = Vec::new();
        Action::Post(together(&cases, ChannelId(channel), &Help::default()))
    };
    let steps = vec![(1, Event::Reminded(1)), (2, Event::Reminded(2)), (9, Event::Reminded(1))];
    let pending = store.happen_together(HARBOR, steps, Some(words(12)), &Plain).await.unwrap();
    let told = pending.last().unwrap().clone();
    assert_eq!((told.number, &told.action), (0, &words(12)));
    assert_eq!(due(&store, minutes(5), 9).await, [0; 0], "both clocks took a step");

    let again = store.replace(told.id, HARBOR, words(13), &Plain).await.unwrap().unwrap();
    assert_eq!((again.number, &again.action), (0, &words(13)));
    assert_eq!(store.replace(told.id, HARBOR, words(14), &Plain).await.unwrap(), None, "once");
    assert!(store.pending().await.unwrap().contains(&again));
    assert_eq!(settled(&store, &again, Receipt::Posted(MessageId(5))).await, None);
    assert!(store.pending().await.unwrap().iter().all(|pending| pending.number != 0));
}

pub(crate) async fn a_case_that_cannot_be_read_keeps_no_other_waiting(place: Place) {
    let store = place.open().await;
    for at in [1, 2] {
        noticed(&store, notice(HARBOR, UserId(at), at, Response::TakeAside)).await;
    }
    place.change("UPDATE cases SET body = '{}' WHERE number = 1").await;
    assert_eq!(due(&store, minutes(5), 9).await, [2]);
    store.set_clocks(HARBOR, &Plain).await.unwrap();
    store.postpone(HARBOR, &[2], minutes(9)).await.unwrap();
    assert_eq!(store.next_due().await.unwrap(), Some(minutes(9)), "its clock stands");
}

/// Two processes, each with many things to do.
pub(crate) async fn what_many_do_at_once_is_done_once(place: Place) {
    const MESSAGES: u64 = 12;
    let stores = [place.open().await, place.open().await];
    let notices = (1..=MESSAGES).flat_map(|at| stores.iter().map(move |store| (store, at)));
    let made = futures::future::join_all(notices.map(async |(store, at)| {
        noticed(store, notice(HARBOR, UserId(100 + at), at, Response::TakeAside)).await
    }));
    let (mut numbers, mut known, mut actions) = (Vec::new(), 0, Vec::new());
    for noticed in made.await {
        match noticed {
            Noticed::Opened(number, pending) => {
                numbers.push(number);
                actions.extend(pending);
            }
            Noticed::Known => known += 1,
            Noticed::Joined(..) => panic!("each is a case of its own"),
        }
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=12).collect::<Vec<_>>());
    assert_eq!((known, actions.len()), (MESSAGES, 12));

    let receipts = actions.iter().flat_map(|action| stores.iter().map(move |store| (store, action)));
    let settled = futures::future::join_all(receipts.map(async |(store, action)| {
        settled(store, action, Receipt::Opened(ChannelId(1000 + u64::from(action.number)))).await
    }));
    let followed = settled.await.into_iter().flatten().count();
    assert_eq!(followed, 12, "each receipt counts once");
    assert_eq!(stores[0].pending().await.unwrap().len(), 12);

    let changes =
        stores.iter().map(async |store| store.change(new_change(0, Mode::Act, None)).await.unwrap());
    let saved: Vec<u32> = futures::future::join_all(changes).await.into_iter().flatten().collect();
    assert_eq!(saved, [1], "the quicker one");
}

pub(crate) async fn cases_are_found_by_what_they_are_and_noted_on(place: Place) {
    let store = place.open().await;
    for at in 1..=3 {
        noticed(&store, notice(HARBOR, UserId(100 + at), at, Response::TakeAside)).await;
    }
    noticed(&store, notice(GuildId(9), UserId(101), 9, Response::TakeAside)).await;
    let claimed = Event::Claimed { by: ALEX, from: None };
    store.happen(HARBOR, Whose::Number(2), claimed, &Plain).await.unwrap().unwrap();
    let ended = Event::Ended(Ending::expired(Reason::Quiet, now()));
    store.happen(HARBOR, Whose::Number(3), ended, &Plain).await.unwrap().unwrap();
    let rows = [
        (Sought::default(), vec![3, 2, 1]),
        (Sought { most: Some(2), ..Sought::default() }, vec![3, 2]),
        (Sought::open(), vec![2, 1]),
        (Sought { owner: Some(ALEX), ..Sought::open() }, vec![2]),
        (Sought { member: Some(UserId(103)), most: Some(5), ..Sought::default() }, vec![3]),
        (Sought { owner: Some(ALEX), member: Some(UserId(101)), ..Sought::default() }, vec![]),
    ];
    for (sought, expected) in rows {
        let found = store.cases(HARBOR, &sought).await.unwrap();
        assert_eq!(found.iter().map(|case| case.number).collect::<Vec<_>>(), expected, "{sought:?}");
    }
    let note = |words: &str| CaseNote { by: ALEX, at: now(), words: words.to_owned() };
    for words in ["first", "second"] {
        store.note_case(HARBOR, 1, &note(words)).await.unwrap();
    }
    assert!(store.case_notes(HARBOR, 1).await.unwrap() == [note("first"), note("second")]);
    assert!(store.case_notes(HARBOR, 2).await.unwrap().is_empty());
}

pub(crate) async fn a_cause_ends_with_its_cases_or_not_at_all(place: Place) {
    let store = place.open().await;
    for at in 1..=2 {
        noticed(&store, notice(HARBOR, UserId(100 + at), at, Response::TakeAside)).await;
    }
    let cause = Cause {
        lead: 1,
        category: Category::SensitiveInfo,
        kinds: Vec::new(),
        cases: vec![1, 2],
        members: Vec::new(),
        channels: Vec::new(),
        keywords: Vec::new(),
        since: now(),
        until: now(),
    };
    let told = CauseNotice::new(HARBOR, cause, Vec::new(), vec![ChannelId(12)]);
    let told = store.open_cause(told, &Plain).await.unwrap().unwrap();
    assert_eq!((told.cause, told.number), (Some(1), 0));
    let waiting = store.cause(HARBOR, 1).await.unwrap();
    store.bury(told.id, Refusal::GaveUp, now(), &Plain).await.unwrap().unwrap();
    assert_ne!(store.cause(HARBOR, 1).await.unwrap(), waiting, "the cause goes on without what was given up");
    assert_eq!(store.retry(told.id, &Plain).await.unwrap().unwrap().cause, None);
    let over = || NoticeEvent::Over(Over { by: Some(ALEX), at: now(), outcome: None }, None);
    let ended =
        || (1..=2).map(|number| (number, Event::Ended(Ending::by(End::Resolved, ALEX, now())))).collect();
    let happened = store.cause_happens(HARBOR, 1, over(), ended(), &Plain).await.unwrap().unwrap();
    assert!(happened.before.over.is_none() && happened.notice.over.is_some());
    assert!(store.cases(HARBOR, &Sought::open()).await.unwrap().is_empty());
    assert!(store.live_causes(now()).await.unwrap().is_empty());
    let again = store.cause_happens(HARBOR, 1, over(), ended(), &Plain).await.unwrap().unwrap();
    assert_eq!((again.before == again.notice, again.pending.len()), (true, 0), "once");
    assert!(store.cause_happens(HARBOR, 2, over(), ended(), &Plain).await.unwrap().is_none());
    assert_eq!(store.traces(HARBOR, ALEX).await.unwrap().causes, 1);
}
