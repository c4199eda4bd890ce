//! Raids: many members at boiling point within a short time are one matter, not many.
//!
//! What is counted are verdicts, so a busy server is no raid. While one lasts, a bounded number of members still get
//! a thread of their own; everyone else is counted, and one public line and one alert stand for all.

use std::collections::{HashMap, HashSet, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::{Decision, Response};
use crate::detect::Category;
use crate::message::{ChannelId, GuildId, Message, MessageId, UserId};

/// What counts as a raid, and how much of it is answered one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RaidLimits {
    /// So many members make a raid; 0 for none ever …
    pub members: usize,
    /// … when they are acted on within this time. It is over when nothing came for as long.
    pub within: Duration,
    /// At most this many members get a thread of their own.
    pub most_threads: usize,
}

impl Default for RaidLimits {
    fn default() -> Self {
        Self { members: 6, within: Duration::from_secs(30), most_threads: 8 }
    }
}

/// Members elsewhere in the server who get a thread although the raid has used up its own.
const ELSEWHERE: usize = 2;

/// At most this many acknowledgments of a category within the time that makes a raid, over all channels.
const MOST_ACKNOWLEDGMENTS: usize = 2;

/// Links to messages that moderators are given.
const MOST_LINKS: usize = 8;

/// Members told apart in one raid; beyond that they are only counted as messages.
const MOST_MEMBERS: usize = 10_000;

/// Servers with someone acted on of late before the quiet ones are dropped.
const MOST_HEATING: usize = 64;

/// How large a raid is so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Members who took part.
    pub members: usize,
    /// Their messages.
    pub messages: usize,
    /// The first message of each of the first members, with its channel.
    pub first: Vec<(ChannelId, MessageId)>,
}

/// What a decision is to a raid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// There is none.
    None,
    /// It makes one: moderators and the public are told of it.
    Begins(Extent),
    /// It belongs to one and gets its thread.
    Within(Grown),
    /// It belongs to one and is counted only.
    Counted(Grown),
}

/// Whether a raid is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It goes on.
    No,
    /// It is, and that is how far it went, where that is still known.
    Yes(Option<Extent>),
}

/// The extent, when it has grown so much that moderators should know.
pub type Grown = Option<Extent>;

/// What happens where.
type Key = (GuildId, Category);

/// Every raid under way, and what could become one.
pub struct Raids {
    limits: RaidLimits,
    heating: HashMap<Key, Heating, FxBuildHasher>,
}

/// Members acted on of late, and the raid they make.
#[derive(Default)]
struct Heating {
    hits: VecDeque<Hit>,
    acknowledged: VecDeque<Timestamp>,
    last: Option<Timestamp>,
    raid: Option<Raid>,
}

/// A member acted on.
struct Hit {
    at: Timestamp,
    member: UserId,
    place: (ChannelId, MessageId),
}

struct Raid {
    members: HashSet<UserId>,
    channels: HashSet<ChannelId>,
    served: HashSet<UserId>,
    elsewhere: usize,
    extent: Extent,
    told: usize,
}

impl Raids {
    /// None yet.
    #[must_use]
    pub fn new(limits: RaidLimits) -> Self {
        Self { limits, heating: HashMap::default() }
    }

    /// Places `decision` about `message`, and makes it quiet where one word in public stands for it already.
    pub fn weigh(&mut self, decision: &mut Decision, message: &Message) -> Part {
        if self.limits.members == 0 || !counts(decision) {
            return Part::None;
        }
        let now = message.sent;
        self.forget(now);
        let heating = self.heating.entry((message.guild, decision.category)).or_default();
        if heating.is_over(now, &self.limits) {
            *heating = Heating::default();
        }
        heating.last = heating.last.max(Some(now));
        let part = match &mut heating.raid {
            Some(raid) => raid.take(message, &self.limits),
            None => heating.note(message, &self.limits),
        };
        heating.hush(decision, now, &self.limits);
        part
    }

    /// Whether the raid in `guild` about `category` is over at `now`, and how far it went; it is then forgotten.
    pub fn end(&mut self, guild: GuildId, category: Category, now: Timestamp) -> Ended {
        match self.heating.get(&(guild, category)) {
            Some(heating) if heating.raid.is_some() && !heating.is_over(now, &self.limits) => Ended::No,
            Some(heating) if heating.raid.is_none() => Ended::Yes(None),
            _ => {
                let heating = self.heating.remove(&(guild, category));
                Ended::Yes(heating.and_then(|heating| heating.raid).map(|raid| raid.extent))
            }
        }
    }

    /// Drops what is too old to matter; a raid waits to be asked how far it went.
    fn forget(&mut self, now: Timestamp) {
        if self.heating.len() > MOST_HEATING {
            let limits = &self.limits;
            self.heating.retain(|_, heating| heating.raid.is_some() || !heating.is_over(now, limits));
        }
    }
}

/// A secret is served however many there are, and what is answered or recorded disturbs nobody.
fn counts(decision: &Decision) -> bool {
    decision.category != Category::SensitiveInfo
        && matches!(decision.response, Response::TakeAside | Response::Suggest | Response::Alert)
}

impl Heating {
    fn note(&mut self, message: &Message, limits: &RaidLimits) -> Part {
        let since = earlier(message.sent, limits.within);
        self.hits.retain(|hit| hit.at >= since);
        if self.hits.iter().all(|hit| hit.member != message.author.id) {
            let place = (message.channel, message.id);
            self.hits.push_back(Hit { at: message.sent, member: message.author.id, place });
        }
        if self.hits.len() < limits.members.max(2) {
            return Part::None;
        }
        let raid = Raid::of(&std::mem::take(&mut self.hits));
        let extent = raid.extent.clone();
        self.raid = Some(raid);
        Part::Begins(extent)
    }

    fn hush(&mut self, decision: &mut Decision, now: Timestamp, limits: &RaidLimits) {
        let since = earlier(now, limits.within);
        self.acknowledged.retain(|at| *at >= since);
        if self.raid.is_some() {
            (decision.quiet, decision.covered) = (true, true);
        } else if self.acknowledged.len() >= MOST_ACKNOWLEDGMENTS {
            decision.quiet = true;
        } else if !decision.quiet {
            self.acknowledged.push_back(now);
        }
    }

    fn is_over(&self, now: Timestamp, limits: &RaidLimits) -> bool {
        self.last.is_none_or(|last| last < earlier(now, limits.within))
    }
}

impl Raid {
    /// The raid that `hits` make; each of their members gets a thread, or has one.
    fn of(hits: &VecDeque<Hit>) -> Self {
        let members: HashSet<UserId> = hits.iter().map(|hit| hit.member).collect();
        let channels = hits.iter().map(|hit| hit.place.0).collect();
        let first = hits.iter().map(|hit| hit.place).take(MOST_LINKS).collect();
        let extent = Extent { members: members.len(), messages: hits.len(), first };
        Self { told: members.len(), served: members.clone(), members, channels, elsewhere: 0, extent }
    }

    fn take(&mut self, message: &Message, limits: &RaidLimits) -> Part {
        let elsewhere = !self.channels.contains(&message.channel);
        self.count(message);
        let grown = self.grown();
        let member = message.author.id;
        let room = if elsewhere && self.elsewhere < ELSEWHERE {
            limits.most_threads + ELSEWHERE
        } else {
            limits.most_threads + self.elsewhere
        };
        if self.served.contains(&member) {
            return Part::Within(grown);
        }
        if self.served.len() >= room {
            return Part::Counted(grown);
        }
        self.elsewhere += usize::from(elsewhere && self.served.len() >= limits.most_threads);
        self.served.insert(member);
        Part::Within(grown)
    }

    fn count(&mut self, message: &Message) {
        self.extent.messages += 1;
        self.channels.insert(message.channel);
        let new = self.members.len() < MOST_MEMBERS && self.members.insert(message.author.id);
        self.extent.members = self.members.len();
        if new && self.extent.first.len() < MOST_LINKS {
            self.extent.first.push((message.channel, message.id));
        }
    }

    /// The extent, each time it has doubled: a few words to moderators however large it grows.
    fn grown(&mut self) -> Grown {
        let size = self.extent.members.max(self.extent.messages / 4);
        (size >= 2 * self.told).then(|| {
            self.told = size;
            self.extent.clone()
        })
    }
}

pub(super) fn earlier(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_sub(by).unwrap_or(Timestamp::MIN)
}
