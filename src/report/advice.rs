//! What to change, concluded from the figures.
//!
//! Every advice has a least number of cases and a share from which on it is given; both stand below, and a test holds
//! each to them. Of fewer cases a share says nothing.

use serde::Serialize;

use super::hours::{Hours, gathered};
use super::{Fate, Figures, Period, RuleCount};
use crate::message::ChannelId;

/// The most that is advised at once.
pub(super) const MOST: usize = 5;

/// Fewer cases than this are too few to say anything of a share of them.
pub(super) const FEW: usize = 5;

/// Rules that are advised about before all else; further ones only where there is room.
const WORST_RULES: usize = 2;

/// The share of a rule's cases that are false alarms, in percent, from which on it is to be mended.
const FALSE_ALARMS: usize = 20;

/// The same from which on it is better switched off until then.
const MOSTLY_FALSE_ALARMS: usize = 50;

/// More than this share of promises missed, in percent, is too much.
const MISSED: usize = 20;

/// The share of members who rated a case and say that it went badly, in percent.
const POOR: usize = 25;

/// The share of ended cases that nobody settled, in percent.
const EXPIRED: usize = 20;

/// The share of members who would rather not talk in private, in percent.
const DECLINED: usize = 20;

/// One channel with this share of all cases, in percent, of at least so many, deserves a look.
const ONE_CHANNEL: usize = 50;
const ONE_CHANNEL_OF: usize = 10;

/// So many more cases than before, in percent, of at least so many, have a cause.
const MORE: usize = 150;
const MORE_OF: usize = 10;

/// So many cases held back, of which at most this share were false alarms, in percent: the rules can be trusted.
const TRUSTED_OF: usize = 20;
const TRUSTED: usize = 5;

/// The share of missed promises, in percent, that hours must hold to be named.
const GATHERED: usize = 60;

/// What to change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "advice", rename_all = "snake_case")]
pub enum Advice {
    /// Members wait longer than promised.
    KeepPromises {
        /// Promises missed.
        missed: usize,
        /// Promises kept or missed.
        counted: usize,
        /// The hours most of them fall in, if they do.
        hours: Option<Hours>,
    },
    /// A rule is wrong too often.
    MendRule {
        /// The rule and how often it was wrong.
        #[serde(flatten)]
        count: RuleCount,
        /// Whether it is better switched off until it is mended.
        disable: bool,
    },
    /// Members say that it went badly.
    ReadPoorRatings {
        /// Who say so.
        poor: usize,
        /// Who said anything.
        rated: usize,
    },
    /// Cases end because nobody settled them.
    SettleCases {
        /// Which ended by themselves.
        expired: usize,
        /// Which ended at all.
        ended: usize,
    },
    /// Members would rather not talk in private.
    SuggestInstead {
        /// Who would rather not.
        declined: usize,
        /// All that something was done about.
        acted_on: usize,
    },
    /// There are more cases than before.
    FindTheCause {
        /// Cases now.
        cases: usize,
        /// Cases before.
        before: usize,
    },
    /// One channel has most cases.
    LookAtChannel {
        /// The channel.
        channel: ChannelId,
        /// Its cases.
        cases: usize,
        /// All cases.
        all: usize,
    },
    /// The rules were right while they were held back.
    ActNow {
        /// Cases in which nothing was done.
        held_back: usize,
        /// Those that moderators called a false alarm.
        false_alarms: usize,
    },
}

/// Whether `part` of `whole` is at least `percent` in a hundred.
const fn at_least(part: usize, whole: usize, percent: usize) -> bool {
    part * 100 >= whole * percent
}

/// What to change, most important first: what members were promised, where the bot is wrong, what members say; then
/// what is left undone, and last what may be worth a look.
pub(super) fn advise(now: &Figures, before: &Figures, period: &Period) -> Vec<Advice> {
    let mut rules = rules_to_mend(now);
    let further = rules.split_off(rules.len().min(WORST_RULES));
    let mut advice: Vec<Advice> = keep_promises(now, period).into_iter().chain(rules).collect();
    advice.extend(poor_ratings(now));
    advice.extend(settle(now));
    advice.extend(suggest(now));
    advice.extend(cause(now, before));
    advice.extend(act(now));
    advice.extend(channel(now));
    advice.extend(further);
    advice.truncate(MOST);
    advice
}

fn keep_promises(now: &Figures, period: &Period) -> Option<Advice> {
    let (missed, counted) = (now.answers.missed, now.answers.counted());
    let late = counted >= FEW && missed * 100 > counted * MISSED;
    late.then(|| {
        let hours = gathered(&now.answers.missed_by_hour(period), GATHERED);
        Advice::KeepPromises { missed, counted, hours }
    })
}

fn rules_to_mend(now: &Figures) -> Vec<Advice> {
    let wrong = |rule: &&RuleCount| {
        rule.cases >= FEW && rule.false_alarms > 0 && at_least(rule.false_alarms, rule.cases, FALSE_ALARMS)
    };
    let rules = now.rules.iter().filter(|rule| rule.is_a_rule()).filter(wrong);
    rules
        .map(|rule| Advice::MendRule {
            count: rule.clone(),
            disable: at_least(rule.false_alarms, rule.cases, MOSTLY_FALSE_ALARMS),
        })
        .collect()
}

fn poor_ratings(now: &Figures) -> Option<Advice> {
    let (poor, rated) = (now.ratings.poor, now.ratings.rated());
    (rated >= FEW && at_least(poor, rated, POOR)).then_some(Advice::ReadPoorRatings { poor, rated })
}

fn settle(now: &Figures) -> Option<Advice> {
    let expired = now.ended(Fate::Expired);
    let ended = expired + now.ended(Fate::Resolved) + now.ended(Fate::Dismissed) + now.ended(Fate::Declined);
    (ended >= FEW && at_least(expired, ended, EXPIRED)).then_some(Advice::SettleCases { expired, ended })
}

fn suggest(now: &Figures) -> Option<Advice> {
    let (declined, acted_on) = (now.ended(Fate::Declined), now.acted_on());
    let many = acted_on >= FEW && at_least(declined, acted_on, DECLINED);
    many.then_some(Advice::SuggestInstead { declined, acted_on })
}

fn cause(now: &Figures, before: &Figures) -> Option<Advice> {
    let (cases, before) = (now.cases, before.cases);
    let more = cases >= MORE_OF && before >= FEW && at_least(cases, before, MORE);
    more.then_some(Advice::FindTheCause { cases, before })
}

fn act(now: &Figures) -> Option<Advice> {
    let (held_back, false_alarms) = (now.held_back, now.held_back_false_alarms);
    let trusted = held_back >= TRUSTED_OF && false_alarms * 100 <= held_back * TRUSTED;
    trusted.then_some(Advice::ActNow { held_back, false_alarms })
}

fn channel(now: &Figures) -> Option<Advice> {
    let most = now.channels.first().filter(|_| now.channels.len() > 1)?;
    let one = now.cases >= ONE_CHANNEL_OF && at_least(most.cases, now.cases, ONE_CHANNEL);
    one.then_some(Advice::LookAtChannel { channel: most.of, cases: most.cases, all: now.cases })
}
