//! A case that its member wants forgotten, wherever it stands.

use aside::case::action::{Action, Enclosure, Receipt, Refusal, Speech};
use aside::case::{
    Case, End, Ending, Event, FollowUp, Matter, NOBODY, Part, Reason, State, Step, Surroundings,
};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, RoleId, UserId};
use aside::policy::Response;
use aside::policy::raid::Extent;
use aside::wording::Utterance;
use jiff::Timestamp;

const MEMBER: UserId = UserId(2);
const OTHER: UserId = UserId(3);
const MODERATOR: UserId = UserId(9);
const GENERAL: ChannelId = ChannelId(10);
const STAFF: ChannelId = ChannelId(12);
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn matter(message: u64, response: Response) -> Matter {
    let shield = response == Response::Shield;
    Matter {
        message: MessageId(message),
        channel: GENERAL,
        home: GENERAL,
        category: if shield { Category::SensitiveInfo } else { Category::BoilingPoint },
        rule: "rule".to_owned(),
        kinds: if shield { vec![Kind::Card] } else { vec![Kind::Anger] },
        response,
        acknowledgment: None,
        quiet: false,
        enclosure: shield.then(|| Enclosure("masked".to_owned())),
        removed: false,
        would: None,
        because: String::new(),
        by: None,
        answer: None,
        parties: Vec::new(),
        companion: None,
        beside: None,
        alert: false,
        covered: false,
        deleted: false,
        asked_for: false,
        ask: Vec::new(),
    }
}

fn notice(response: Response) -> Case {
    let surroundings = Surroundings {
        moderators: vec![RoleId(30)],
        alerts: vec![STAFF],
        auto_archive: 1440,
        follow_up: FollowUp::Auto,
        ..Surroundings::default()
    };
    let mut case = Case::notice(GuildId(1), MEMBER, matter(100, response), surroundings, NOW);
    case.number = 7;
    case
}

fn success(action: &Action<Speech>) -> Receipt {
    match action {
        Action::RemoveMessage { .. } | Action::Withdraw { .. } => Receipt::Removed,
        Action::OpenThread { .. } => Receipt::Opened(ChannelId(20)),
        Action::OpenDirect { .. } => Receipt::Opened(ChannelId(22)),
        Action::AddMember { .. } => Receipt::Joined,
        Action::CloseThread { .. } | Action::ArchiveThread { .. } => Receipt::Closed,
        Action::UnarchiveThread { .. } => Receipt::Reopened,
        Action::Post(_) => Receipt::Posted(MessageId(500)),
        Action::Edit { .. } => Receipt::Edited,
    }
}

/// What is done from here on, each action answered by `answer`, and how it then stands.
fn course(mut case: Case, answer: impl Fn(&Action<Speech>) -> Event) -> (Vec<Action<Speech>>, Case) {
    let (mut done, mut next) = (Vec::new(), case.action());
    while let Some(action) = next {
        (case, next) = case.apply(answer(&action));
        done.push(action);
        assert!(done.len() < 50, "it has an end: {done:?}");
    }
    (done, case)
}

fn smooth(case: Case) -> (Vec<Action<Speech>>, Case) {
    course(case, |action| Event::Performed(success(action)))
}

fn forgotten(case: Case) -> (Vec<Action<Speech>>, Case) {
    smooth(case.apply(Event::Forgotten(NOW)).0)
}

fn said(done: &[Action<Speech>]) -> Vec<(ChannelId, Utterance)> {
    done.iter().filter_map(|action| action.post().map(|post| (post.channel, post.words.utterance))).collect()
}

fn names(done: &[Action<Speech>]) -> Vec<&str> {
    done.iter().map(Action::name).collect()
}

#[test]
fn an_open_case_ends_with_a_word_in_its_thread_and_moderators_read_no_name() {
    let (done, case) = forgotten(smooth(notice(Response::TakeAside)).1);
    assert_eq!(names(&done), ["post", "withdraw", "archive_thread", "edit"]);
    let staff = done[3].post().expect("words");
    assert_eq!(said(&done), [(ChannelId(20), Utterance::Forgotten), (STAFF, Utterance::Erased)]);
    assert_eq!((staff.words.facts.member, &staff.words.facts.link, staff.buttons.len()), (None, &None, 0));
    assert_eq!(
        (case.state(), case.ending.as_ref().and_then(|it| it.reason)),
        (State::Declined, Some(Reason::Forgotten))
    );
    assert!(case.can_be_erased());
}

#[test]
fn words_in_public_that_somebody_answered_stay() {
    let talking = smooth(notice(Response::TakeAside)).1;
    let answered = talking.apply(Event::Answered).0;
    assert_eq!(names(&forgotten(answered).0), ["post", "archive_thread", "edit"]);
}

#[test]
fn an_offer_that_nobody_took_up_goes() {
    let mut offered = smooth(notice(Response::Suggest)).1;
    assert_eq!((offered.step, offered.told), (Step::Offered, None));
    assert!(offered.is_to_be_told());
    let (done, case) = forgotten(offered.clone());
    assert_eq!((names(&done), case.can_be_erased()), (vec!["withdraw"], true));
    offered.offer = None;
    assert!(forgotten(offered).0.is_empty(), "nothing stands anywhere");
}

#[test]
fn what_was_settled_stays_settled_and_only_what_moderators_read_changes() {
    let talking = smooth(notice(Response::TakeAside)).1;
    let settled = smooth(talking.apply(Event::Ended(Ending::by(End::Resolved, MODERATOR, NOW))).0).1;
    assert!(!settled.can_be_erased() && settled.is_to_be_told());
    let (done, case) = forgotten(settled);
    assert_eq!((said(&done), case.state()), (vec![(STAFF, Utterance::Erased)], State::Resolved));
    assert!(case.can_be_erased());
    let again = case.clone().apply(Event::Reopened(MODERATOR, NOW));
    assert_eq!(again, (case, None), "it does not come back");
}

/// Whatever is under way, however it is answered: nothing new is begun, and it can be erased in the end.
#[test]
fn it_can_be_forgotten_at_any_moment() {
    let refused = |_: &Action<Speech>| Event::Refused(Refusal::Forbidden);
    let gone = |_: &Action<Speech>| Event::Refused(Refusal::Gone);
    for response in
        [Response::Shield, Response::TakeAside, Response::Suggest, Response::Alert, Response::Answer]
    {
        let mut case = notice(response);
        case.matter.companion = Some(OTHER);
        loop {
            let waits = case.action();
            let (cut, more) = case.clone().apply(Event::Forgotten(NOW));
            assert!(waits.is_none() || more.is_none(), "one action at a time: {more:?}");
            let ends = [smooth(cut.clone()), course(cut.clone(), refused), course(cut.clone(), gone)]
                .map(|end| end.1);
            for end in ends {
                assert!(end.can_be_erased(), "{response:?} at {:?}: {:?}", case.step, end.step);
                assert!(end.matter.enclosure.is_none(), "{response:?} at {:?}", case.step);
            }
            let begun = smooth(cut).0.into_iter().skip(usize::from(waits.is_some()));
            let begun: Vec<_> = begun.collect();
            let new = ["open_thread", "add_member", "open_direct"];
            assert!(names(&begun).iter().all(|name| !new.contains(name)), "{response:?}: {begun:?}");
            let public = said(&begun).into_iter().filter(|(channel, _)| *channel == GENERAL);
            assert_eq!(public.count(), 0, "{response:?} at {:?}", case.step);
            let Some(action) = waits else { break };
            case = case.apply(Event::Performed(success(&action))).0;
        }
    }
}

#[test]
fn a_secret_that_waits_its_turn_is_removed_all_the_same() {
    let busy = notice(Response::TakeAside);
    let busy = busy.apply(Event::Further(matter(101, Response::TakeAside))).0;
    let busy = busy.apply(Event::Further(matter(102, Response::Shield))).0;
    let (done, case) = forgotten(busy);
    let removed =
        |action: &&Action<Speech>| matches!(action, Action::RemoveMessage { message: MessageId(102), .. });
    assert_eq!(done.iter().filter(removed).count(), 1, "{done:?}");
    assert!(case.can_be_erased());
}

#[test]
fn what_others_have_to_do_with_a_case_is_told_apart() {
    let mut case = smooth(notice(Response::TakeAside)).1;
    case.matter.companion = Some(OTHER);
    case.matter.parties = vec![UserId(4)];
    case.owner = Some(MODERATOR);
    let party = Part { party: true, helper: false };
    let helper = Part { party: false, helper: true };
    for (person, part) in
        [(OTHER, party), (UserId(4), party), (MODERATOR, helper), (UserId(5), Part::default())]
    {
        assert_eq!(case.part_of(person), part, "{person}");
    }
    let open = case.clone().leaving_out(OTHER).leaving_out(UserId(4));
    assert_eq!((open.matter.companion, open.matter.parties.len()), (Some(OTHER), 0), "they still talk there");
    let over = smooth(case.apply(Event::Ended(Ending::by(End::Resolved, MEMBER, NOW))).0).1;
    assert_eq!(over.leaving_out(OTHER).part_of(OTHER), Part::default());
}

#[test]
fn a_raid_goes_on_without_who_began_it() {
    let extent = Extent { members: 6, messages: 12, first: vec![(GENERAL, MessageId(100))] };
    let raid = Case::raid(
        GuildId(1),
        MEMBER,
        matter(100, Response::TakeAside),
        Surroundings { alerts: vec![STAFF], ..Surroundings::default() },
        extent.clone(),
        NOW,
    );
    assert!(raid.part_of(MEMBER).party);
    let without = raid.leaving_out(MEMBER);
    assert_eq!((without.member, without.raid.as_ref()), (NOBODY, Some(&extent)));
    assert_eq!(without.part_of(MEMBER), Part::default());
}
