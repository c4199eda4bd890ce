//! Made-up cases of a server, the same whenever they are made. Whoever includes this brings the types.

use super::{
    Category, ChannelId, GuildId, Outcome, Promise, Rating, Response, SignedDuration, State, Timestamp,
};

/// The moment that the samples end at.
pub(crate) const NOW: &str = "2026-08-12T18:30:00Z";

/// Which rule a case came by, out of a hundred; how often it was wrong, out of a hundred.
const RULES: &[(u8, Category, &str, Response, u8)] = &[
    (44, Category::BoilingPoint, "boiling-point", Response::TakeAside, 9),
    (20, Category::NeedsDetails, "account-issues", Response::Suggest, 4),
    (17, Category::SensitiveInfo, "private-details", Response::TakeAside, 5),
    (7, Category::SensitiveInfo, "secrets", Response::Shield, 0),
    (9, Category::Confidential, "project-names", Response::TakeAside, 36),
    (3, Category::Personal, "by hand", Response::TakeAside, 0),
];

/// Out of a hundred cases, how many come in by each hour, in Greenwich.
const HOURS: [u8; 24] = [2, 1, 1, 0, 0, 1, 2, 3, 3, 4, 4, 4, 4, 4, 5, 6, 8, 10, 11, 10, 8, 5, 3, 1];

const OUTCOMES: &[&str] =
    &["refunded", "Refunded", "explained", "explained", "passed on", "order found", "new password"];

/// About `count` cases of the `days` before now, evenings and one bad day above all.
pub(crate) fn cases(count: u32, days: i64, seed: u64) -> Vec<Outcome> {
    let mut chance = fastrand::Rng::with_seed(seed);
    let now: Timestamp = NOW.parse().unwrap();
    let mut cases: Vec<Outcome> = (0..count)
        .filter_map(|_| {
            // One in twelve belongs to the bad day, eleven days ago.
            let back = if chance.u8(0..12) == 0 && days > 14 { 11 } else { chance.i64(0..days) };
            let hour = pick(&mut chance, HOURS.iter().copied());
            let second = chance.i64(0..3600);
            let today: Timestamp = "2026-08-12T00:00:00Z".parse().unwrap();
            let opened = today - SignedDuration::from_hours(24 * back)
                + SignedDuration::from_hours(i64::try_from(hour).unwrap())
                + SignedDuration::from_secs(second);
            (opened < now).then(|| case(&mut chance, opened, now))
        })
        .collect();
    cases.sort_by_key(|case| case.opened);
    for (case, number) in cases.iter_mut().zip(1..) {
        case.number = number;
    }
    cases
}

/// The promise that they were made.
pub(crate) const fn promise() -> Promise {
    Promise {
        remind_after: SignedDuration::from_mins(20),
        escalate_after: SignedDuration::ZERO,
        hours: None,
        expire_after: SignedDuration::ZERO,
    }
}

fn pick(chance: &mut fastrand::Rng, weights: impl Iterator<Item = u8> + Clone) -> usize {
    let mut left = chance.u32(0..weights.clone().map(u32::from).sum());
    for (at, weight) in weights.enumerate() {
        match left.checked_sub(u32::from(weight)) {
            Some(rest) => left = rest,
            None => return at,
        }
    }
    0
}

fn case(chance: &mut fastrand::Rng, opened: Timestamp, now: Timestamp) -> Outcome {
    let (_, category, rule, response, wrong) = RULES[pick(chance, RULES.iter().map(|rule| rule.0))];
    let state = match pick(chance, [wrong, 80 - wrong.min(70), 8, 5, 3].into_iter()) {
        0 => State::Dismissed,
        1 => State::Resolved,
        2 => State::Declined,
        3 => State::Expired,
        _ => State::Claimed,
    };
    let at_night = opened.to_string()[11..13].parse::<u8>().unwrap() >= 20;
    // Most answers take some minutes, some an hour; at night it is longer.
    let minutes = f64::exp(chance.f64() * 2.4 + chance.f64() * 1.4) * if at_night { 3.5 } else { 1.0 };
    let answered = !matches!(state, State::Expired | State::Declined) || chance.u8(0..3) == 0;
    let first_answer = SignedDuration::from_secs_f64((minutes * 48.0).floor());
    let closed = opened + first_answer + SignedDuration::from_mins(chance.i64(5..900));
    Outcome {
        guild: GuildId(1),
        number: 0,
        opened,
        since: opened,
        category,
        rule: rule.to_owned(),
        channel: ChannelId([101, 101, 101, 102, 102, 103, 104, 105][chance.usize(0..8)]),
        response,
        held_back: false,
        state,
        outcome: (state == State::Resolved).then(|| OUTCOMES[chance.usize(0..OUTCOMES.len())].to_owned()),
        reason: (state == State::Expired).then(|| "quiet".to_owned()),
        closed: (state != State::Claimed && closed < now).then_some(closed),
        first_answer: answered.then_some(first_answer),
        promised: Some(promise().remind_after),
        needed_people: true,
        rating: (state == State::Resolved && chance.u8(0..3) == 0).then(|| {
            [Rating::Good, Rating::Good, Rating::Good, Rating::Fair, Rating::Poor][chance.usize(0..5)]
        }),
    }
}
