//! Every way a case can go: each action is answered by success and by refusal, to the end of every path.

use std::collections::BTreeSet;

use aside::case::action::{Action, Button, Enclosure, Post, Priority, Receipt, Refusal, Speech};
use aside::case::{Case, End, Ending, Event, Matter, Place, Rung, State, Step};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, MessageId, UserId};
use aside::policy::Response;
use aside::policy::raid::Extent;
use aside::wording::Utterance;
use jiff::Timestamp;

#[path = "case/setting.rs"]
mod setting;

use setting::{DESK, GENERAL, GUILD, MEMBER, MODERATOR, STAFF, everything, matter, nothing, noticed};

const THREAD: ChannelId = ChannelId(20);
const DESK_THREAD: ChannelId = ChannelId(21);
const DIRECT: ChannelId = ChannelId(22);

fn taken_aside() -> Event {
    Event::TakenAside { by: UserId(9), at: Timestamp::UNIX_EPOCH, reason: None }
}

/// What Discord gives back when `action` succeeds.
fn success(action: &Action<Speech>) -> Receipt {
    match action {
        Action::RemoveMessage { .. } | Action::Withdraw { .. } => Receipt::Removed,
        Action::OpenThread { parent, .. } if *parent == DESK => Receipt::Opened(DESK_THREAD),
        Action::OpenThread { .. } => Receipt::Opened(THREAD),
        Action::OpenDirect { .. } => Receipt::Opened(DIRECT),
        Action::AddMember { .. } => Receipt::Joined,
        Action::CloseThread { .. } | Action::ArchiveThread { .. } => Receipt::Closed,
        Action::UnarchiveThread { .. } => Receipt::Reopened,
        Action::Post(_) => Receipt::Posted(MessageId(500)),
        Action::Edit { .. } => Receipt::Edited,
    }
}

/// One way a case went: each action with whether it succeeded, and where the case ended.
struct Path {
    steps: Vec<(Action<Speech>, bool)>,
    end: Case,
}

impl Path {
    fn done(&self) -> impl Iterator<Item = &Action<Speech>> {
        self.steps.iter().filter(|(_, succeeded)| *succeeded).map(|(action, _)| action)
    }

    fn posts(&self) -> impl Iterator<Item = &Post<Speech>> {
        self.done().filter_map(|action| if let Action::Post(post) = action { Some(post) } else { None })
    }

    fn public(&self) -> Vec<&Post<Speech>> {
        self.posts().filter(|post| post.channel == GENERAL).collect()
    }

    fn tried(&self) -> Vec<&'static str> {
        self.steps.iter().map(|(action, _)| action.name()).collect()
    }
}

/// Every path from `case` on.
fn paths(case: Case) -> Vec<Path> {
    let mut open = vec![Path { steps: Vec::new(), end: case }];
    let mut ended = Vec::new();
    while let Some(path) = open.pop() {
        assert!(path.steps.len() < 20, "a case goes on for ever: {:?}", path.tried());
        let Some(action) = path.end.action() else {
            ended.push(path);
            continue;
        };
        for succeeded in [true, false] {
            let event = if succeeded {
                Event::Performed(success(&action))
            } else {
                Event::Refused(Refusal::Forbidden)
            };
            let (end, next) = path.end.clone().apply(event);
            assert_eq!(next, end.action(), "the action committed is the one waited for");
            let mut steps = path.steps.clone();
            steps.push((action.clone(), succeeded));
            open.push(Path { steps, end });
        }
    }
    ended
}

fn all_paths() -> Vec<Path> {
    let responses =
        [Response::TakeAside, Response::Shield, Response::Alert, Response::Suggest, Response::Answer];
    let cases = responses
        .into_iter()
        .flat_map(|response| [everything(), nothing()].map(|surroundings| noticed(response, surroundings)));
    cases.flat_map(paths).collect()
}

#[test]
fn every_path_ends_and_waits_for_nothing() {
    let paths = all_paths();
    assert!(paths.len() > 200, "only {} paths", paths.len());
    assert!(paths.iter().all(|path| matches!(path.end.step, Step::Talking | Step::Offered)));
}

#[test]
fn private_words_never_appear_in_public_or_before_moderators() {
    for path in all_paths() {
        for post in path.posts().filter(|post| post.enclosure.is_some()) {
            assert!([THREAD, DESK_THREAD, DIRECT].contains(&post.channel), "{:?}", path.tried());
        }
    }
}

#[test]
fn the_masked_text_is_dropped_once_it_was_given_back_or_cannot_be() {
    assert!(all_paths().iter().all(|path| path.end.matter.enclosure.is_none()));
}

#[test]
fn a_public_message_always_gets_a_public_acknowledgment() {
    for path in all_paths().iter().filter(|path| path.end.matter.response != Response::Alert) {
        let tried: Vec<&(Action<Speech>, bool)> = path
            .steps
            .iter()
            .filter(|(action, _)| matches!(action, Action::Post(post) if post.channel == GENERAL))
            .collect();
        assert_eq!(tried.len(), 1, "one acknowledgment, tried once: {:?}", path.tried());
    }
}

#[test]
fn the_acknowledgment_promises_only_what_happened() {
    for path in all_paths() {
        for post in path.public() {
            let opened = path.end.place.map(|place| place.rung);
            let alerted = path.posts().any(|post| post.channel == STAFF);
            let expected: &[Utterance] = match (opened, alerted) {
                _ if path.end.matter.response == Response::Suggest => &[Utterance::Suggestion],
                _ if path.end.matter.response == Response::Answer => &[Utterance::Answer],
                (Some(Rung::Thread | Rung::Desk), _) => {
                    &[Utterance::Acknowledgment, Utterance::AcknowledgmentShielded]
                }
                (Some(Rung::Direct), _) => &[Utterance::AcknowledgmentDirect],
                (None, true) => &[Utterance::AcknowledgmentAlerted],
                (None, false) => &[Utterance::AcknowledgmentAlone],
            };
            assert!(
                expected.contains(&post.words.utterance),
                "{:?} {:?}",
                post.words.utterance,
                path.tried()
            );
        }
    }
}

#[test]
fn the_thread_is_spoken_in_before_it_is_spoken_of() {
    for path in all_paths() {
        let posts: Vec<ChannelId> = path.posts().map(|post| post.channel).collect();
        let public = posts.iter().position(|channel| *channel == GENERAL);
        let private = posts.iter().position(|channel| [THREAD, DESK_THREAD, DIRECT].contains(channel));
        if let (Some(public), Some(private)) = (public, private) {
            assert!(private < public, "{:?}", path.tried());
        }
    }
}

#[test]
fn moderators_hear_of_whatever_could_not_be_done() {
    for path in all_paths().iter().filter(|path| !path.end.surroundings.alerts.is_empty()) {
        let failed = path.steps.iter().any(|(_, succeeded)| !succeeded);
        let told = path
            .steps
            .iter()
            .any(|(action, _)| matches!(action, Action::Post(post) if post.channel == STAFF));
        assert!(!failed || told, "{:?}", path.tried());
    }
}

#[test]
fn a_thread_its_member_cannot_enter_is_not_left_behind() {
    for path in all_paths() {
        let opened: BTreeSet<ChannelId> = path
            .done()
            .filter_map(|action| match success(action) {
                Receipt::Opened(at) => Some(at),
                _ => None,
            })
            .collect();
        let closing = |thread: ChannelId| {
            path.steps.iter().any(|(action, _)| matches!(action, Action::CloseThread { thread: closed, .. } if *closed == thread))
        };
        for thread in opened.into_iter().filter(|thread| *thread != DIRECT) {
            let used = path.end.place.is_some_and(|place| place.channel == thread);
            assert!(used || closing(thread), "{:?}", path.tried());
        }
    }
}

#[test]
fn the_opening_summons_the_moderators_and_offers_its_buttons() {
    let (case, _) =
        noticed(Response::TakeAside, everything()).apply(Event::Performed(Receipt::Opened(THREAD)));
    let (case, action) = case.apply(Event::Performed(Receipt::Joined));
    let Some(Action::Post(opening)) = action else { panic!("an opening: {:?}", case.step) };
    assert_eq!((opening.members, opening.roles), (vec![MEMBER], vec![MODERATOR]));
    assert_eq!(opening.buttons, [Button::Resolve, Button::AskModerator, Button::Decline, Button::KeepQuiet]);
}

#[test]
fn secrets_are_most_urgent_then_threats_anger_and_account_issues() {
    use Category::{BoilingPoint, Confidential, NeedsDetails, SensitiveInfo};
    let rows = [
        (Response::Shield, BoilingPoint, vec![], Priority::Secret),
        (Response::TakeAside, SensitiveInfo, vec![Kind::Phone], Priority::Secret),
        (Response::TakeAside, Confidential, vec![Kind::Words], Priority::Secret),
        (Response::TakeAside, BoilingPoint, vec![Kind::Threat], Priority::Threat),
        (Response::TakeAside, BoilingPoint, vec![Kind::Words], Priority::BoilingPoint),
        (Response::Suggest, SensitiveInfo, vec![Kind::AccountIssue], Priority::AccountIssue),
        (Response::Suggest, NeedsDetails, vec![Kind::Solicitation], Priority::Routine),
    ];
    for (response, category, kinds, expected) in rows {
        let matter = Matter { category, kinds, ..matter(1, response) };
        assert_eq!(matter.priority(), expected, "{matter:?}");
    }
}

/// The path on which everything succeeds.
fn smooth(case: Case) -> Path {
    let mut path = Path { steps: Vec::new(), end: case };
    while let Some(action) = path.end.action() {
        path.end = path.end.apply(Event::Performed(success(&action))).0;
        path.steps.push((action, true));
    }
    path
}

/// A case whose member and bot are talking in a thread.
fn talking() -> Case {
    smooth(noticed(Response::TakeAside, everything())).end
}

#[test]
fn a_further_secret_is_removed_and_told_in_the_same_thread() {
    let (case, action) = talking().apply(Event::Further(matter(101, Response::Shield)));
    assert!(matches!(action, Some(Action::RemoveMessage { message: MessageId(101), .. })));
    let (_, action) = case.apply(Event::Performed(Receipt::Removed));
    let Some(Action::Post(post)) = action else { panic!("words in the thread") };
    assert_eq!((post.channel, post.words.utterance), (THREAD, Utterance::FurtherShielded));
}

#[test]
fn further_messages_wait_their_turn() {
    let (case, _) = talking().apply(Event::Further(matter(101, Response::Shield)));
    let (case, action) = case.apply(Event::Further(matter(102, Response::Shield)));
    assert_eq!(action, None, "one action at a time");
    let end = smooth(case);
    let removals = end.done().filter(|action| matches!(action, Action::RemoveMessage { .. })).count();
    assert_eq!((removals, end.end.matter.message), (2, MessageId(102)));
}

#[test]
fn a_thread_deleted_by_hand_is_opened_anew_for_a_further_secret() {
    let (case, _) = talking().apply(Event::Further(matter(101, Response::Shield)));
    let (case, _) = case.apply(Event::Performed(Receipt::Removed));
    let (case, action) = case.apply(Event::Refused(Refusal::Gone));
    assert_eq!(case.step, Step::Opening(Rung::Thread));
    assert!(matches!(action, Some(Action::OpenThread { parent: GENERAL, .. })));
}

#[test]
fn events_that_do_not_fit_change_nothing() {
    let case = talking();
    for receipt in [Receipt::Removed, Receipt::Joined, Receipt::Opened(THREAD), Receipt::Posted(MessageId(1))]
    {
        let (after, action) = case.clone().apply(Event::Performed(receipt));
        assert_eq!((&after, action), (&case, None));
    }
    assert_eq!(case.place, Some(Place { rung: Rung::Thread, channel: THREAD }));
}

/// A case with an offer that stands in public.
fn offered() -> Case {
    let end = smooth(noticed(Response::Suggest, everything())).end;
    assert_eq!(end.step, Step::Offered);
    end
}

#[test]
fn an_offer_taken_up_leads_to_a_thread_and_becomes_the_acknowledgment() {
    let (case, action) = offered().apply(Event::Accepted(Timestamp::UNIX_EPOCH));
    assert!(matches!(action, Some(Action::OpenThread { .. })));
    let path = smooth(case);
    let edits =
        |(action, _): &(Action<Speech>, bool)| matches!(action, Action::Edit { message: MessageId(500), .. });
    assert!(path.steps.iter().any(edits));
    assert_eq!((path.end.offer, path.end.acknowledgment), (None, Some(MessageId(500))));
    let (again, action) = path.end.clone().apply(Event::Accepted(Timestamp::UNIX_EPOCH));
    assert_eq!((again, action), (path.end, None), "once is enough");
}

#[test]
fn a_moderator_takes_aside_whoever_was_only_made_an_offer_or_spoken_of() {
    let told = smooth(noticed(Response::Alert, everything())).end;
    assert!(told.alerted && told.place.is_none());
    for case in [offered(), told] {
        let (case, action) = case.apply(taken_aside());
        assert!(matches!(action, Some(Action::OpenThread { .. })));
        let path = smooth(case);
        let alerts = path.posts().filter(|post| post.words.utterance == Utterance::Alert);
        let reasons: Vec<_> = alerts.map(|post| post.words.facts.reason.as_deref()).collect();
        assert_eq!(reasons, [Some("<@9> chose *Take aside*")], "moderators hear who it was");
        assert_eq!(path.end.place, Some(Place { rung: Rung::Thread, channel: THREAD }));
        let again = path.end.clone().apply(taken_aside());
        assert_eq!(again, (path.end, None), "once is enough");
    }
}

#[test]
fn an_offer_that_is_gone_is_replaced_by_a_post() {
    let (mut case, mut action) = offered().apply(Event::Accepted(Timestamp::UNIX_EPOCH));
    while !matches!(action, Some(Action::Edit { .. })) {
        let receipt = success(&action.expect("a next action"));
        (case, action) = case.apply(Event::Performed(receipt));
    }
    let (case, action) = case.apply(Event::Refused(Refusal::Gone));
    assert!(matches!(&action, Some(Action::Post(post)) if post.channel == GENERAL));
    assert_eq!(smooth(case).end.step, Step::Talking);
}

#[test]
fn only_those_it_was_made_to_may_take_up_an_offer() {
    let mut case = offered();
    case.matter.parties = vec![UserId(3)];
    let rows = [(MEMBER, vec![], true), (UserId(3), vec![], true), (UserId(4), vec![], false)];
    for (person, roles, may) in rows {
        assert_eq!(case.is_offered_to(person, &roles), may, "{person}");
    }
    assert!(case.is_offered_to(UserId(4), &[MODERATOR]));
}

#[test]
fn more_of_the_same_is_not_offered_twice_and_more_anger_opens_the_thread() {
    let (case, action) = offered().apply(Event::Further(matter(101, Response::Suggest)));
    assert_eq!((case.step, action), (Step::Offered, None));
    let (_, action) = case.apply(Event::Further(matter(102, Response::TakeAside)));
    assert!(matches!(action, Some(Action::OpenThread { .. })));
}

fn withdraws(action: Option<&Action<Speech>>) -> bool {
    matches!(action, Some(Action::Withdraw { .. }))
}

#[test]
fn public_words_go_with_the_message_they_answer_unless_someone_answered() {
    let deleted = Event::Deleted(MessageId(100));
    for case in [talking(), offered()] {
        let (gone, action) = case.clone().apply(deleted.clone());
        assert!(matches!(action, Some(Action::Withdraw { message: MessageId(500), .. })));
        let gone = gone.apply(Event::Performed(Receipt::Removed)).0;
        assert_eq!((gone.acknowledgment, gone.offer), (None, None));
        let (answered, _) = case.clone().apply(Event::Answered);
        assert!(!withdraws(answered.apply(deleted.clone()).1.as_ref()), "it is part of a conversation");
        assert_eq!(case.apply(Event::Deleted(MessageId(99))).1, None, "another message");
    }
}

#[test]
fn public_words_stay_where_another_message_is_deleted() {
    let mut elsewhere = matter(101, Response::TakeAside);
    (elsewhere.channel, elsewhere.quiet) = (ChannelId(13), true);
    let case = smooth(talking().apply(Event::Further(elsewhere)).0).end;
    assert!(
        !withdraws(case.clone().apply(Event::Deleted(MessageId(101))).1.as_ref()),
        "nothing was said about it"
    );
    let (_, action) = case.apply(Event::Deleted(MessageId(100)));
    assert!(matches!(action, Some(Action::Withdraw { channel: GENERAL, message: MessageId(500), .. })));
}

#[test]
fn nothing_is_said_in_public_about_a_message_deleted_meanwhile() {
    let (case, _) = noticed(Response::TakeAside, everything()).apply(Event::Deleted(MessageId(100)));
    let path = smooth(case);
    assert_eq!((path.public().len(), path.end.place.is_some()), (0, true));
}

#[test]
fn moderators_see_two_cases_of_one_matter() {
    let mut other = matter(100, Response::TakeAside);
    (other.beside, other.quiet) = (Some(6), true);
    let path = smooth(Case::notice(GUILD, MEMBER, other, everything(), Timestamp::UNIX_EPOCH));
    let alerts: Vec<_> = path.posts().filter(|post| post.channel == STAFF).collect();
    assert_eq!((alerts.len(), alerts[0].words.facts.beside), (1, Some(6)));
    assert!(path.public().is_empty(), "the public heard of it with the first");
}

#[test]
fn both_of_an_exchange_are_brought_in() {
    let mut exchange = matter(100, Response::TakeAside);
    exchange.companion = Some(UserId(3));
    let path = smooth(Case::notice(GUILD, MEMBER, exchange, everything(), Timestamp::UNIX_EPOCH));
    let added: Vec<UserId> = path
        .done()
        .filter_map(|action| if let Action::AddMember { member, .. } = action { Some(*member) } else { None })
        .collect();
    assert_eq!(added, [MEMBER, UserId(3)]);
}

#[test]
fn a_raid_is_told_once_said_once_and_brought_up_to_date() {
    let extent = |members| Extent { members, messages: 2 * members, first: vec![(GENERAL, MessageId(100))] };
    let case = Case::raid(
        GUILD,
        MEMBER,
        matter(100, Response::TakeAside),
        everything(),
        extent(6),
        Timestamp::UNIX_EPOCH,
    );
    let path = smooth(case);
    assert_eq!(path.tried(), ["post", "post"]);
    assert_eq!(path.public()[0].words.utterance, Utterance::Raid);
    let (grown, action) = path.end.clone().apply(Event::Grown(extent(60)));
    let Some(Action::Edit { message: MessageId(500), post }) = action else { panic!("an edit: {action:?}") };
    assert_eq!((post.channel, post.words.utterance), (STAFF, Utterance::RaidAlert));
    let (grown, _) = grown.apply(Event::Performed(Receipt::Edited));
    assert_eq!(grown.clone().apply(Event::Grown(extent(60))).1, None, "nothing new");
    assert!(!grown.takes_further());
}

/// What moderators read of a case once it rests.
fn told(case: Case) -> (Case, aside::wording::Facts) {
    let path = smooth(case);
    let alerts = path.done().filter_map(Action::post).filter(|post| post.channel == STAFF);
    let facts = alerts.last().map(|alert| alert.words.facts.clone()).unwrap_or_default();
    (path.end, facts)
}

#[test]
fn a_case_is_known_by_its_gravest_message_and_the_first_of_equals() {
    let order = Matter {
        category: Category::NeedsDetails,
        kinds: vec![Kind::OrderNumber],
        rule: "orders".to_owned(),
        ..matter(100, Response::TakeAside)
    };
    let question = Matter {
        category: Category::NeedsDetails,
        kinds: vec![],
        rule: "questions".to_owned(),
        quiet: true,
        ..matter(101, Response::TakeAside)
    };
    let answer = Matter { rule: "faq".to_owned(), channel: ChannelId(13), ..matter(102, Response::Answer) };
    let held_back = Matter { would: Some(Response::Shield), ..matter(103, Response::Alert) };
    let secret = matter(104, Response::Shield);
    let mut case = Case::notice(GUILD, MEMBER, order, everything(), Timestamp::UNIX_EPOCH);
    case.number = 7;
    let mut read = Vec::new();
    for next in [None, Some(question), Some(answer), Some(held_back), Some(secret)] {
        let (before, _) = match next {
            Some(next) => case.apply(Event::Further(next)),
            None => (case, None),
        };
        let (after, facts) = told(before);
        read.push((facts.rule.unwrap_or_default(), facts.channel.unwrap_or(ChannelId(0)), facts.removed));
        assert!(after.needs_people());
        case = after;
    }
    let orders = ("orders".to_owned(), GENERAL, false);
    assert_eq!(read[..4], [(); 4].map(|()| orders.clone()));
    assert_eq!(read[4], ("rule".to_owned(), GENERAL, true));
    assert_eq!(case.lead().message, MessageId(104));
    assert_eq!((case.lead().enclosure.as_ref(), case.messages), (None, 5));
}

#[test]
fn moderators_read_that_the_message_it_is_known_by_was_deleted() {
    let case =
        smooth(talking().apply(Event::Further(Matter { quiet: true, ..matter(101, Response::TakeAside) })).0)
            .end;
    let (case, facts) = told(case.apply(Event::Deleted(MessageId(100))).0);
    assert!(facts.deleted && case.lead().deleted && !case.matter.deleted);
}

#[test]
fn only_a_thread_is_a_private_thread() {
    let mut case = noticed(Response::TakeAside, everything());
    while !matches!(case.step, Step::Opening(Rung::Direct)) {
        let event = match case.action() {
            Some(Action::Post(_)) => Event::Performed(Receipt::Posted(MessageId(500))),
            _ => Event::Refused(Refusal::Forbidden),
        };
        case = case.apply(event).0;
    }
    let case = smooth(case).end;
    assert_eq!(case.place.map(|place| place.rung), Some(Rung::Direct));
    assert_eq!((case.state(), case.needs_people()), (State::Acknowledged, true));
}

#[test]
fn a_private_word_that_was_asked_for_is_never_public_and_never_with_a_bot_alone() {
    for surroundings in [everything(), nothing()] {
        let mut asked = matter(0, Response::TakeAside);
        (asked.asked_for, asked.alert) = (true, true);
        asked.enclosure = Some(Enclosure("masked".to_owned()));
        let case = Case::notice(GUILD, MEMBER, asked, surroundings, Timestamp::UNIX_EPOCH);
        let paths = paths(case);
        assert!(paths.iter().any(|path| path.end.place.is_none()), "it may come to nothing");
        for path in paths {
            assert!(path.public().is_empty() && !path.tried().contains(&"open_direct"), "{:?}", path.tried());
            assert_eq!(path.end.matter.enclosure, None, "what was told is passed on or forgotten");
            let told = path.posts().filter(|post| post.enclosure.is_some()).count();
            assert_eq!(told, usize::from(path.end.place.is_some()), "and passed on in the thread alone");
            let (_, action) =
                path.end.apply(Event::Ended(Ending::by(End::Resolved, MEMBER, Timestamp::UNIX_EPOCH)));
            assert!(!matches!(action, Some(Action::Post(post)) if post.channel == GENERAL));
        }
    }
}

#[test]
fn why_a_moderator_took_someone_aside_takes_the_place_of_why_a_rule_applied() {
    let mut told = smooth(noticed(Response::Alert, everything())).end;
    told.matter.because = "heat 0.86 reaches 0.70".to_owned();
    let reason = Some("they wrote to me".to_owned());
    let (case, _) = told.apply(Event::TakenAside { by: UserId(9), at: Timestamp::UNIX_EPOCH, reason });
    assert_eq!(case.facts().reason.as_deref(), Some("<@9> chose *Take aside*: they wrote to me"));
}

#[test]
fn what_came_of_a_case_can_be_recorded_once_it_is_over_and_moderators_see_it() {
    let recorded = |case: Case| case.apply(Event::Recorded("refunded".to_owned()));
    let open = talking();
    assert_eq!(recorded(open.clone()), (open.clone(), None), "it is not over");
    let ending = Ending::by(End::Resolved, UserId(9), Timestamp::UNIX_EPOCH);
    let over = smooth(open.apply(Event::Ended(ending)).0).end;
    let (case, action) = recorded(over);
    assert_eq!(case.facts().outcome.as_deref(), Some("refunded"));
    assert!(matches!(action, Some(Action::Edit { post, .. }) if post.channel == STAFF));
}
