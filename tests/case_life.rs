//! The life of a case: a table of every state and event, and walks on which anything happens at any moment.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

#[path = "case/setting.rs"]
mod setting;
#[path = "case/walk.rs"]
mod walk;

use std::fmt::Write as _;
use std::path::Path;

use aside::case::action::Refusal;
use aside::case::{
    Case, Detail, End, Ending, Event, FollowUp, Matter, Rating, Reason, State, Step, Surroundings,
};
use aside::detect::{Category, Kind};
use aside::message::{ChannelId, MessageId, UserId};
use aside::policy::Response;
use aside::policy::raid::Extent;
use jiff::Timestamp;

use setting::{GENERAL, GUILD, MEMBER, STAFF, everything, matter, nothing, noticed};
use walk::{MIA, NOAH, Walk, channels, minute, thread};

/// Everything that can happen to a case besides the answers to what it waits for.
fn events(walk: &Walk, n: usize) -> Vec<Event> {
    let (case, at) = (&walk.case, minute(n));
    let ending = |how: End| Event::Ended(Ending::by(how, MIA, at));
    let next = 200 + u64::try_from(n).unwrap();
    let own = |message: Option<MessageId>| message.unwrap_or(MessageId(1));
    let mut events = vec![
        Event::Further(matter(next, Response::TakeAside)),
        Event::Further(matter(next, Response::Shield)),
        Event::Further(matter(next, Response::Suggest)),
        Event::Further(Matter {
            category: Category::SensitiveInfo,
            kinds: vec![Kind::Card],
            ..matter(next, Response::TakeAside)
        }),
        Event::Accepted(at),
        Event::TakenAside { by: NOAH, at, reason: None },
        Event::Deleted(case.matter.message),
        Event::Deleted(own(case.told.map(|told| told.message))),
        Event::Answered,
        Event::Wrote(MEMBER, at),
        Event::Wrote(MIA, at),
        Event::Claimed { by: MIA, from: walk.case.owner },
        Event::Claimed { by: NOAH, from: case.owner },
        Event::AskedFor(at),
        Event::TakeDown,
        Event::KeptQuiet,
        Event::Detailed(vec![Detail { label: "order number".to_owned(), text: "A-1".to_owned() }]),
        Event::Invited(UserId(93)),
        Event::Reminded(1),
        Event::Reminded(2),
        ending(End::Resolved),
        ending(End::Dismissed),
        ending(End::Declined),
        Event::Ended(Ending::expired(Reason::Quiet, at)),
        Event::Ended(Ending::expired(Reason::MemberLeft, at)),
        Event::Recorded("refunded".to_owned()),
        Event::Reopened(MIA, at),
        Event::Rated(Rating::Good),
        Event::Grown(Extent { members: n, messages: n, first: vec![(GENERAL, MessageId(100))] }),
    ];
    events.extend(channels(case).into_iter().map(|channel| Event::ChannelGone(channel, at)));
    events
}

/// Every kind of case, with and without what a server can offer.
fn kinds() -> Vec<Case> {
    let responses = [
        Response::TakeAside,
        Response::Shield,
        Response::Alert,
        Response::Suggest,
        Response::Answer,
        Response::Observe,
    ];
    let follow_ups = [FollowUp::Auto, FollowUp::Edit, FollowUp::Post, FollowUp::None];
    let mut kinds = vec![asked_for(), disclosure(), exchange(), raid()];
    for response in responses {
        kinds.extend([everything(), nothing()].map(|surroundings| noticed(response, surroundings)));
    }
    let settled = |follow_up| Surroundings { follow_up, ..everything() };
    kinds.extend(follow_ups.map(|follow_up| noticed(Response::TakeAside, settled(follow_up))));
    kinds
}

fn of(matter: Matter) -> Case {
    let mut case = Case::notice(GUILD, MEMBER, matter, everything(), Timestamp::UNIX_EPOCH);
    case.number = 7;
    case
}

fn asked_for() -> Case {
    of(Matter { asked_for: true, ..matter(100, Response::TakeAside) })
}

fn disclosure() -> Case {
    of(Matter { response: Response::TakeAside, enclosure: None, ..matter(100, Response::Shield) })
}

fn exchange() -> Case {
    of(Matter { companion: Some(UserId(3)), alert: true, ..matter(100, Response::TakeAside) })
}

fn raid() -> Case {
    let extent = Extent { members: 6, messages: 12, first: vec![(GENERAL, MessageId(100))] };
    let first = matter(100, Response::TakeAside);
    let mut case = Case::raid(GUILD, MEMBER, first, everything(), extent, Timestamp::UNIX_EPOCH);
    case.number = 7;
    case
}

/// A walk to where a case first stands in that state and waits for nothing.
fn standing(state: State) -> Walk {
    let begun = match state {
        State::Open => noticed(Response::Alert, everything()),
        State::Acknowledged => noticed(Response::Suggest, everything()),
        _ => disclosure(),
    };
    let mut walk = Walk::new(begun);
    walk.settle();
    let end = |how: End| Event::Ended(Ending::by(how, MIA, minute(1)));
    match state {
        State::Open | State::Acknowledged | State::InThread => {}
        State::Claimed => walk.happen(Event::Claimed { by: MIA, from: walk.case.owner }),
        State::Resolved => walk.happen(end(End::Resolved)),
        State::Dismissed => walk.happen(end(End::Dismissed)),
        State::Declined => walk.happen(end(End::Declined)),
        State::Expired => walk.happen(Event::Ended(Ending::expired(Reason::Quiet, minute(1)))),
    }
    walk.settle();
    assert_eq!(walk.case.state(), state);
    walk
}

/// What an event is called in the table.
fn name(walk: &Walk, event: &Event) -> String {
    let place = |channel: &ChannelId| match *channel {
        GENERAL => "the channel it began in",
        STAFF => "the alert channel",
        other if Some(other) == thread(&walk.case) => "its thread",
        _ => "the desk",
    };
    match event {
        Event::Further(matter) => {
            let given_away =
                matter.category == Category::SensitiveInfo && matter.response == Response::TakeAside;
            format!("Further({:?}{})", matter.response, if given_away { ", given away" } else { "" })
        }
        Event::Deleted(message) if *message == walk.case.matter.message => "Deleted(its message)".to_owned(),
        Event::Deleted(_) => "Deleted(its alert)".to_owned(),
        Event::Wrote(by, _)
        | Event::TakenAside { by, .. }
        | Event::Claimed { by, .. }
        | Event::Reopened(by, _) => {
            let person = if *by == MEMBER { "member" } else { "moderator" };
            let what = format!("{event:?}");
            format!("{}({person})", what.split(['(', ' ']).next().unwrap())
        }
        Event::Ended(Ending { how, reason, .. }) => {
            format!("Ended({how:?}{})", reason.map(|reason| format!(", {reason:?}")).unwrap_or_default())
        }
        Event::ChannelGone(channel, _) => format!("ChannelGone({})", place(channel)),
        Event::Reminded(step) => format!("Reminded({step})"),
        Event::Rated(_) => "Rated".to_owned(),
        Event::Grown(_) => "Grown".to_owned(),
        other => format!("{other:?}").split('(').next().unwrap().to_owned(),
    }
}

/// The table: where a case goes that stands in a state and waits for nothing, and what it does then.
fn table() -> String {
    let mut table =
        "What happens                             State                    Waits for     Does\n".to_owned();
    for state in State::ALL {
        let walk = standing(*state);
        writeln!(table, "{}", state.as_str()).unwrap();
        let mut names = Vec::new();
        for event in events(&walk, 2) {
            let name = name(&walk, &event);
            if names.contains(&name) {
                continue;
            }
            let mut after = walk.clone();
            after.told.clear();
            after.happen(event);
            let (to, step) = (after.case.state().as_str(), format!("{:?}", after.case.step));
            let step = step.split([' ', '(']).next().unwrap().to_lowercase();
            after.settle();
            let done: Vec<&str> =
                after.told[1..].iter().map(|told| told.split(' ').next().unwrap()).collect();
            let now = if after.case.state().as_str() == to {
                to.to_owned()
            } else {
                format!("{to} → {}", after.case.state().as_str())
            };
            let line = format!("  {name:<38} {now:<24} {step:<13} {}", done.join(", "));
            writeln!(table, "{}", line.trim_end()).unwrap();
            names.push(name);
        }
    }
    table
}

#[test]
fn the_life_of_a_case_is_as_the_table_says() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/case/life.txt");
    let found = table();
    if std::fs::read_to_string(&kept).unwrap_or_default() == found {
        return;
    }
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("life.txt");
    std::fs::write(&new, &found).unwrap();
    let (kept, new) = (kept.display(), new.display());
    panic!(
        "the life of a case has changed. Read what it is now, and if it is meant:\n  diff {kept} {new}\n  cp {new} {kept}"
    );
}

/// A small generator: the same walks every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(n).unwrap()).unwrap()
    }
}

fn report(walk: &Walk) -> String {
    format!("{}\n    {}", walk.wrong.join("; "), walk.told.join("\n    "))
}

#[test]
fn anything_may_happen_once_at_any_moment_of_any_case() {
    let mut wrong = Vec::new();
    let mut walks = 0;
    for case in kinds() {
        let mut before = Walk::new(case);
        loop {
            for event in events(&before, 3) {
                for refused in [None, Some(Refusal::Forbidden), Some(Refusal::Gone)] {
                    let mut walk = before.clone();
                    walk.happen(event.clone());
                    match refused.clone() {
                        Some(refusal) => walk.refuse(refusal),
                        None => walk.succeed(),
                    }
                    walk.settle();
                    if refused.is_none() {
                        walk.check_rest();
                    }
                    walks += 1;
                    if !walk.wrong.is_empty() {
                        wrong.push(report(&walk));
                    }
                }
            }
            if before.waits_for.is_none() {
                break;
            }
            before.succeed();
        }
    }
    assert!(walks > 5000, "only {walks} walks");
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{} of {walks}:\n{}", wrong.len(), wrong[..wrong.len().min(4)].join("\n"));
}

#[test]
fn anything_may_happen_again_and_again() {
    let mut wrong = Vec::new();
    let kinds = kinds();
    for seed in 0..3_000_u64 {
        let mut dice = Dice(seed);
        let refusals = seed % 2 == 1;
        let mut walk = Walk::new(kinds[dice.below(kinds.len())].clone());
        let length = 4 + dice.below(30);
        for n in 0..length {
            match dice.below(10) {
                0 if refusals => walk.refuse(Refusal::Forbidden),
                1 if refusals => walk.refuse(Refusal::GaveUp),
                0..=5 => walk.succeed(),
                _ => {
                    let mut events = events(&walk, n + 1);
                    let event = events.swap_remove(dice.below(events.len()));
                    walk.happen(event);
                }
            }
        }
        walk.settle();
        if !refusals {
            walk.check_rest();
        }
        if walk.actions > 14 * length + 40 {
            walk.wrong.push(format!("{} actions", walk.actions));
        }
        if !walk.wrong.is_empty() {
            wrong.push(report(&walk));
        }
    }
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong[..wrong.len().min(3)].join("\n"));
}

#[test]
fn a_case_has_a_clock_exactly_as_long_as_it_is_not_over() {
    let promise = aside::case::clock::Promise {
        remind_after: jiff::SignedDuration::from_mins(5),
        escalate_after: jiff::SignedDuration::from_mins(15),
        hours: None,
        expire_after: jiff::SignedDuration::from_hours(24),
    };
    for state in State::ALL {
        let walk = standing(*state);
        assert_eq!(walk.case.due(&promise).is_none(), state.is_over(), "{state:?}");
        assert!(matches!(walk.case.step, Step::Talking | Step::Offered));
    }
}
