//! Causes: cases of several members about the same within a short time have one cause, which moderators hear of once.
//!
//! What is compared are keywords, never whole messages. They are kept in memory, for the time that makes a cause; what
//! most members of one share is all that is told of them.

mod gathering;
mod shares;

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use self::gathering::Gathering;
use super::raid::earlier;
use crate::detect::{Category, Keyword, Kind};
use crate::message::{ChannelId, GuildId, UserId};

/// How many cases make a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CauseLimits {
    /// Cases of so many members make a cause; 0 for none ever …
    pub cases: usize,
    /// … when they were noticed within this time. It is over when none came for as long.
    pub within: Duration,
    /// Anger that came within this time is a raid, of which moderators are told otherwise; zero where there are none.
    pub burst: Duration,
}

impl Default for CauseLimits {
    fn default() -> Self {
        Self { cases: 5, within: Duration::from_hours(1), burst: Duration::ZERO }
    }
}

/// Members whose cases are compared in one server; of more, the latest.
const MOST_VOICES: usize = 256;

/// The most words of a topic.
const LONGEST_TOPIC: usize = 4;

/// Cases that are named of one cause, and members told apart in it.
const MOST_LINKED: usize = 1_000;

/// Servers with cases of late before the quiet ones are dropped.
const MOST_SERVERS: usize = 64;

/// A case, as far as its cause is concerned.
#[derive(Clone, Debug)]
pub struct Told {
    /// The server.
    pub guild: GuildId,
    /// The number of the case.
    pub case: u32,
    /// The member.
    pub member: UserId,
    /// Where it began.
    pub channel: ChannelId,
    /// What it is about.
    pub category: Category,
    /// What was found.
    pub kinds: Vec<Kind>,
    /// What its message says, in a few words.
    pub keywords: Vec<Keyword>,
    /// When it was noticed.
    pub at: Timestamp,
}

/// What is behind several cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// The first of the cases, by which the cause goes.
    pub lead: u32,
    /// What they are about.
    pub category: Category,
    /// What was found in most of them.
    pub kinds: Vec<Kind>,
    /// The numbers of the cases, in order; of very many, the first.
    pub cases: Vec<u32>,
    /// The members, in the order they came; of very many, the first. Whoever keeps the cause need not keep them: the
    /// cases tell.
    #[serde(skip)]
    pub members: Vec<UserId>,
    /// Where the cases began, with how many of them; most first.
    pub channels: Vec<(ChannelId, usize)>,
    /// What most members share, and another case must share to have the same cause; most telling first.
    pub keywords: Vec<Keyword>,
    /// When the first was noticed.
    pub since: Timestamp,
    /// When the last was.
    pub until: Timestamp,
}

impl Cause {
    /// What it is about, in words that most of the members share, most telling first; none where they share none that
    /// may be repeated.
    #[must_use]
    pub fn topic(&self) -> Vec<&str> {
        // What is confidential or personal is not spoken of, however many do.
        let unspoken = matches!(self.category, Category::Confidential | Category::Personal);
        let words = if unspoken { &[] } else { &*self.keywords };
        words.iter().take(LONGEST_TOPIC).map(|keyword| &*keyword.form).collect()
    }
}

/// What a case is to a cause.
#[derive(Clone, Debug, PartialEq)]
pub enum Bearing {
    /// Too few say the same, if any does.
    None,
    /// It makes one, of which moderators are told.
    Begins(Cause),
    /// Moderators know of the cause, which it makes larger.
    Grows(Cause),
}

/// The cases of late, by what they seem to have in common.
pub struct Causes {
    limits: CauseLimits,
    servers: HashMap<GuildId, Vec<Gathering>, FxBuildHasher>,
}

impl Causes {
    /// None yet.
    #[must_use]
    pub fn new(limits: CauseLimits) -> Self {
        Self { limits, servers: HashMap::default() }
    }

    /// Links `told` to the cases that say the same. More of a case that was told before helps as long as it is alone.
    pub fn hear(&mut self, told: Told) -> Bearing {
        if self.limits.cases == 0 {
            return Bearing::None;
        }
        self.forget(told.at);
        let limits = self.limits;
        let gatherings = self.servers.entry(told.guild).or_default();
        drop_what_is_over(gatherings, told.at, &limits);
        let Some(gathering) = with_more(gatherings, told) else { return Bearing::None };
        let at = place(gatherings, gathering, &limits);
        let at = merge(gatherings, at, &limits);
        let bearing = gatherings[at].bearing(&limits);
        bound(gatherings);
        bearing
    }

    /// Takes up `cause`, of which moderators were told before a restart.
    pub fn recall(&mut self, guild: GuildId, cause: Cause) {
        self.servers.entry(guild).or_default().push(Gathering::recalled(cause));
    }

    /// The cause in `guild` that goes by the case `lead` is over: what comes now is another.
    pub fn end(&mut self, guild: GuildId, lead: u32) {
        if let Some(gatherings) = self.servers.get_mut(&guild) {
            gatherings.retain(|gathering| gathering.lead() != Some(lead));
        }
    }

    /// The cases that were linked with `case` so far, itself among them; in order.
    #[must_use]
    pub fn linked(&self, guild: GuildId, case: u32) -> Vec<u32> {
        let mut gatherings = self.servers.get(&guild).into_iter().flatten();
        gatherings.find(|gathering| gathering.has(case)).map(Gathering::cases).unwrap_or_default()
    }

    /// Drops servers where nothing happened of late.
    fn forget(&mut self, now: Timestamp) {
        if self.servers.len() > MOST_SERVERS {
            let since = earlier(now, self.limits.within);
            self.servers.retain(|_, gatherings| gatherings.iter().any(|gathering| gathering.last() >= since));
        }
    }
}

fn drop_what_is_over(gatherings: &mut Vec<Gathering>, now: Timestamp, limits: &CauseLimits) {
    let since = earlier(now, limits.within);
    gatherings.retain_mut(|gathering| gathering.keep_since(since, limits));
    gatherings.shrink_to(2 * gatherings.len());
}

/// `told` by itself, together with what was told of the same case before. Nothing where that has company already.
fn with_more(gatherings: &mut Vec<Gathering>, told: Told) -> Option<Gathering> {
    let known = gatherings.iter().position(|gathering| gathering.has(told.case));
    let gathering = Gathering::of(told);
    let Some(known) = known else { return Some(gathering) };
    let alone = gatherings[known].is_alone() && gatherings[known].category() == gathering.category();
    alone.then(|| {
        let mut before = gatherings.swap_remove(known);
        before.take_in(gathering);
        before
    })
}

/// Where `gathering`, which is of one case, finds its like, or a place of its own.
fn place(gatherings: &mut Vec<Gathering>, gathering: Gathering, limits: &CauseLimits) -> usize {
    if let Some(at) = likest(gatherings, &gathering) {
        gatherings[at].take_in(gathering);
        gatherings[at].settle(limits);
        return at;
    }
    gatherings.push(gathering);
    gatherings.len() - 1
}

/// The one that says most nearly what `gathering` says.
fn likest(gatherings: &[Gathering], gathering: &Gathering) -> Option<usize> {
    let scores = gatherings.iter().map(|other| other.likeness(gathering)).enumerate();
    let alike = scores.filter_map(|(at, score)| Some((at, score?)));
    alike.max_by(|one, other| one.1.total_cmp(&other.1)).map(|(at, _)| at)
}

/// Takes into the gathering at `at` those that it has become like by what it took in; where it then stands.
fn merge(gatherings: &mut Vec<Gathering>, mut at: usize, limits: &CauseLimits) -> usize {
    loop {
        let whole = &gatherings[at];
        let alike = |other: &Gathering| {
            (whole.lead().is_none() || other.lead().is_none()) && whole.likeness(other).is_some()
        };
        let Some(other) = (0..gatherings.len()).find(|&other| other != at && alike(&gatherings[other]))
        else {
            return at;
        };
        // What moderators know of stays what it is.
        let (into, from) = if gatherings[other].lead().is_some() { (other, at) } else { (at, other) };
        let taken = gatherings.swap_remove(from);
        at = if into == gatherings.len() { from } else { into };
        gatherings[at].take_in(taken);
        gatherings[at].settle(limits);
    }
}

/// Drops the oldest of more members than are compared.
fn bound(gatherings: &mut Vec<Gathering>) {
    let voices: usize = gatherings.iter().map(Gathering::size).sum();
    for _ in MOST_VOICES..voices {
        let oldest = gatherings
            .iter_mut()
            .filter(|gathering| gathering.size() > 0)
            .min_by_key(|gathering| gathering.first());
        if let Some(oldest) = oldest {
            oldest.drop_first();
        }
    }
    gatherings.retain(|gathering| gathering.size() > 0 || gathering.lead().is_some());
}
