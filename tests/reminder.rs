//! Whom a reminder calls, and what it lists.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use aside::case::action::{Action, Receipt};
use aside::case::clock::Promise;
use aside::case::reminder::{Help, Overdue, in_thread, together};
use aside::case::{Case, Event, Matter, Surroundings};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, GuildId, MessageId, RoleId, UserId};
use aside::policy::Response;
use aside::wording::{Utterance, Wording};
use jiff::{SignedDuration, Timestamp};

const MODERATOR: RoleId = RoleId(30);
const LEAD: RoleId = RoleId(31);
const MIA: UserId = UserId(40);
const STAFF: ChannelId = ChannelId(12);

fn begun() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().unwrap()
}

fn matter(message: u64) -> Matter {
    Matter {
        message: MessageId(message),
        channel: ChannelId(10),
        home: ChannelId(10),
        category: Category::BoilingPoint,
        rule: "rule".to_owned(),
        kinds: vec![Kind::Anger],
        response: Response::TakeAside,
        acknowledgment: None,
        quiet: false,
        enclosure: None,
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

/// Case `number`, whose member waits in a thread.
fn waiting(number: u32) -> Case {
    let surroundings = Surroundings { auto_archive: 1440, ..Surroundings::default() };
    let member = UserId(100 + u64::from(number));
    let mut case = Case::notice(GuildId(1), member, matter(number.into()), surroundings, begun());
    case.number = number;
    let mut action = case.action();
    while let Some(next) = action {
        let receipt = match next {
            Action::OpenThread { .. } => Receipt::Opened(ChannelId(1_000 + u64::from(number))),
            Action::AddMember { .. } => Receipt::Joined,
            _ => Receipt::Posted(MessageId(500)),
        };
        (case, action) = case.apply(Event::Performed(receipt));
    }
    case
}

fn overdue(number: u32, step: u8, taken: u8, owner: Option<UserId>) -> Overdue {
    Overdue { case: Case { reminders: taken, owner, ..waiting(number) }, step }
}

fn help(escalation: Option<RoleId>) -> Help {
    Help { moderators: vec![MODERATOR], escalation }
}

#[test]
fn whoever_can_help_is_called_and_nobody_without_need() {
    let rows = [
        // The step, how many were taken before, who looks after it, the second role; the roles that are called.
        (1, 0, None, None, vec![MODERATOR]),
        (1, 0, None, Some(LEAD), vec![MODERATOR]),
        (1, 0, Some(MIA), Some(LEAD), vec![]),
        (2, 1, None, Some(LEAD), vec![LEAD]),
        (2, 1, None, None, vec![MODERATOR]),
        (2, 1, Some(MIA), Some(LEAD), vec![MODERATOR, LEAD]),
        (2, 1, Some(MIA), None, vec![MODERATOR]),
        // Both at once, after an absence.
        (2, 0, None, Some(LEAD), vec![MODERATOR, LEAD]),
    ];
    for (step, taken, owner, escalation, roles) in rows {
        let one = overdue(1, step, taken, owner);
        let members: Vec<UserId> = owner.into_iter().collect();
        let said = format!("step {step} after {taken}, owner {owner:?}, second role {escalation:?}");
        for post in [
            together(std::slice::from_ref(&one), STAFF, &help(escalation)),
            in_thread(&one, &help(escalation)).unwrap(),
        ] {
            assert_eq!((&post.roles, &post.members), (&roles, &members), "{said}");
            assert_eq!(post.words.facts.moderators, roles, "who is called is named: {said}");
        }
    }
}

#[test]
fn many_are_one_post_that_names_the_first_and_counts_the_rest() {
    let all: Vec<Overdue> =
        (1..=30).map(|number| overdue(number, 1, 0, (number > 20).then_some(MIA))).collect();
    let post = together(&all, STAFF, &help(None));
    assert_eq!((post.channel, post.number), (STAFF, 0));
    assert!(post.members.is_empty(), "who is not named is not called");
    let wording = Wording::load("en", []).unwrap();
    let words = wording.render(None, Utterance::Reminder, 0, &post.words.facts);
    assert_eq!(words.matches("**Case").count(), 8, "{words}");
    assert!(
        words.contains("<@&30> Still") && words.contains("**Case 1**, <t:1782907200:R>: <#1001>"),
        "{words}"
    );
    assert!(words.ends_with("and 22 more, which `/case list` shows"), "{words}");
}

#[test]
fn the_last_step_that_is_due_is_taken() {
    let minutes = SignedDuration::from_mins;
    let (remind_after, escalate_after) = (minutes(5), minutes(15));
    let promise =
        Promise { remind_after, escalate_after, hours: None, expire_after: SignedDuration::from_hours(1) };
    let rows =
        [(0, 4, None), (0, 5, Some(1)), (0, 20, Some(2)), (1, 6, None), (1, 20, Some(2)), (2, 59, None)];
    for (taken, passed, step) in rows {
        let case = Case { reminders: taken, ..waiting(1) };
        assert_eq!(
            case.step_due(&promise, begun() + minutes(passed)),
            step,
            "{taken} taken after {passed} min"
        );
    }
    let case = waiting(1);
    assert!(!case.has_expired(&promise, begun() + minutes(59)));
    assert!(case.has_expired(&promise, begun() + minutes(60)));
    let answered = case.apply(Event::Wrote(MIA, begun() + minutes(1))).0;
    assert_eq!(answered.step_due(&promise, begun() + minutes(50)), None);
}
