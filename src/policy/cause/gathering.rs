//! Cases that seem to have one cause.

use jiff::{SignedDuration, Timestamp};

use super::shares::Shares;
use super::{Bearing, Cause, CauseLimits, MOST_LINKED, Told};
use crate::detect::{Category, Keyword, Kind, MOST_KEYWORDS};
use crate::message::{ChannelId, UserId};

/// Two words that tell something, together, make two matters one where they are most of what the shorter one says …
const PLENTY: f32 = 2.0;
const MOST_OF_IT: f32 = 0.7;
/// … and one where it is nearly all of one and no small part of the other: of what many share, more than half.
const SOME: f32 = 1.0;
const NEARLY_ALL: f32 = 0.75;
const NO_SMALL_PART: f32 = 0.34;
const MORE_THAN_HALF: f32 = 0.51;
/// So many are many.
const MANY: usize = 3;

/// Cases that seem to have one cause, be it one alone.
pub(super) struct Gathering {
    category: Category,
    /// One a member.
    voices: Vec<Voice>,
    /// What more than half of the members share, by stem.
    core: Vec<Keyword>,
    /// What moderators were told.
    cause: Option<Box<Cause>>,
    /// Cases that moderators have yet to be told of.
    news: bool,
}

/// What one member said.
struct Voice {
    member: UserId,
    /// The cases, with where each began.
    cases: Vec<(u32, ChannelId)>,
    kinds: Vec<Kind>,
    /// By stem.
    keywords: Vec<Keyword>,
    first: Timestamp,
    last: Timestamp,
}

impl Gathering {
    /// Of one case.
    pub(super) fn of(told: Told) -> Self {
        let mut keywords = told.keywords;
        keywords.sort_by(|one, other| one.stem.cmp(&other.stem));
        let voice = Voice {
            member: told.member,
            cases: vec![(told.case, told.channel)],
            kinds: told.kinds,
            keywords,
            first: told.at,
            last: told.at,
        };
        let core = voice.keywords.clone();
        Self { category: told.category, voices: vec![voice], core, cause: None, news: true }
    }

    /// Of what moderators were told; who said what is not known any more.
    pub(super) fn recalled(cause: Cause) -> Self {
        let mut core = cause.keywords.clone();
        core.sort_by(|one, other| one.stem.cmp(&other.stem));
        Self { category: cause.category, voices: Vec::new(), core, cause: Some(Box::new(cause)), news: false }
    }

    pub(super) const fn category(&self) -> Category {
        self.category
    }

    /// The case that the cause goes by, once moderators were told.
    pub(super) fn lead(&self) -> Option<u32> {
        self.cause.as_ref().map(|cause| cause.lead)
    }

    /// How many members are heard.
    pub(super) const fn size(&self) -> usize {
        self.voices.len()
    }

    pub(super) fn is_alone(&self) -> bool {
        self.cause.is_none() && self.voices.len() == 1
    }

    pub(super) fn has(&self, case: u32) -> bool {
        self.numbers().any(|number| number == case)
    }

    /// The numbers of the cases, in order.
    pub(super) fn cases(&self) -> Vec<u32> {
        let mut cases: Vec<u32> = self.numbers().collect();
        cases.sort_unstable();
        cases.dedup();
        cases
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        let known = self.cause.iter().flat_map(|cause| cause.cases.iter().copied());
        known.chain(self.voices.iter().flat_map(|voice| voice.cases.iter().map(|(number, _)| *number)))
    }

    /// When a case was last noticed.
    pub(super) fn last(&self) -> Timestamp {
        let heard = self.voices.iter().map(|voice| voice.last).max();
        heard.max(self.cause.as_ref().map(|cause| cause.until)).unwrap_or(Timestamp::MIN)
    }

    /// When the member who has been silent for longest was heard.
    pub(super) fn first(&self) -> Timestamp {
        self.voices.iter().map(|voice| voice.last).min().unwrap_or(Timestamp::MAX)
    }

    /// Drops the member who has been silent for longest.
    pub(super) fn drop_first(&mut self) {
        let first = self.first();
        if let Some(at) = self.voices.iter().position(|voice| voice.last == first) {
            self.voices.remove(at);
        }
    }

    /// Drops what is older than `since`; whether anything is left.
    pub(super) fn keep_since(&mut self, since: Timestamp, limits: &CauseLimits) -> bool {
        let before = self.voices.len();
        self.voices.retain(|voice| voice.last >= since);
        if self.voices.len() < before {
            self.settle(limits);
        }
        match &self.cause {
            Some(cause) => cause.until >= since,
            None => !self.voices.is_empty(),
        }
    }

    /// How much `other` says the same, if it is enough to be one matter.
    pub(super) fn likeness(&self, other: &Self) -> Option<f32> {
        if self.category != other.category {
            return None;
        }
        let Overlap { words, shared, ours, theirs } = Overlap::of(&self.core, &other.core);
        let smaller = ours.min(theirs);
        let much = words >= PLENTY && shared >= MOST_OF_IT * smaller;
        let part = shared >= self.least_part() * ours && shared >= other.least_part() * theirs;
        let little = words >= SOME && shared >= NEARLY_ALL * smaller && part;
        (much || little).then_some(shared)
    }

    /// The least part of its words that makes it one with another.
    fn least_part(&self) -> f32 {
        let many = self.cause.is_some() || self.voices.len() >= MANY;
        if many { MORE_THAN_HALF } else { NO_SMALL_PART }
    }

    /// Takes in the members of `other`, each once.
    pub(super) fn take_in(&mut self, other: Self) {
        for voice in other.voices {
            match self.voices.iter_mut().find(|known| known.member == voice.member) {
                Some(known) => known.add(voice),
                None => self.voices.push(voice),
            }
        }
        self.news = true;
        self.share();
    }

    /// Says anew what its members share. Once moderators were told, only while as many are heard as made a cause.
    pub(super) fn settle(&mut self, limits: &CauseLimits) {
        if self.cause.is_none() || self.voices.len() >= limits.cases {
            self.share();
        }
    }

    fn share(&mut self) {
        if !self.voices.is_empty() {
            self.core = self.shares().core();
        }
    }

    fn shares(&self) -> Shares<'_> {
        Shares::of(self.voices.iter().map(|voice| &*voice.keywords))
    }

    /// What there is to tell moderators.
    pub(super) fn bearing(&mut self, limits: &CauseLimits) -> Bearing {
        let enough = self.voices.len() >= limits.cases && !self.is_burst(limits);
        if !std::mem::take(&mut self.news) || self.cause.is_none() && !enough {
            return Bearing::None;
        }
        let begins = self.cause.is_none();
        let mut cause = self.cause.take().map_or_else(|| self.blank(), |cause| *cause);
        if enough {
            self.describe(&mut cause);
        }
        for voice in &self.voices {
            voice.join(&mut cause);
        }
        cause.channels.sort_by_key(|(_, cases)| std::cmp::Reverse(*cases));
        self.cause = Some(Box::new(cause.clone()));
        if begins { Bearing::Begins(cause) } else { Bearing::Grows(cause) }
    }

    /// Whether it is anger that came all at once.
    fn is_burst(&self, limits: &CauseLimits) -> bool {
        let firsts = || self.voices.iter().map(|voice| voice.first);
        let (since, until) = (firsts().min(), firsts().max());
        let span = since.zip(until).map(|(since, until)| until.duration_since(since)).unwrap_or_default();
        let burst = SignedDuration::try_from(limits.burst).unwrap_or(SignedDuration::MAX);
        self.category == Category::BoilingPoint && span <= burst && !burst.is_zero()
    }

    fn blank(&self) -> Cause {
        Cause {
            lead: self.cases().first().copied().unwrap_or_default(),
            category: self.category,
            kinds: Vec::new(),
            cases: Vec::new(),
            members: Vec::new(),
            channels: Vec::new(),
            keywords: Vec::new(),
            since: self.voices.iter().map(|voice| voice.first).min().unwrap_or(Timestamp::MAX),
            until: Timestamp::MIN,
        }
    }

    /// Says what most of the members heard share.
    fn describe(&self, cause: &mut Cause) {
        cause.keywords = self.shares().told(&cause.keywords);
        let found = |kind: &Kind| self.voices.iter().filter(|voice| voice.kinds.contains(kind)).count();
        let most = |kind: &Kind| 2 * found(kind) > self.voices.len();
        cause.kinds = Kind::ALL.iter().copied().filter(most).collect();
    }
}

impl Voice {
    /// Adds what the same member said in another case, or further in the same.
    fn add(&mut self, other: Self) {
        (self.first, self.last) = (self.first.min(other.first), self.last.max(other.last));
        for (number, channel) in other.cases {
            if self.cases.iter().all(|(known, _)| *known != number) && self.cases.len() < MOST_LINKED {
                self.cases.push((number, channel));
            }
        }
        self.kinds.extend(other.kinds);
        self.kinds.sort_unstable();
        self.kinds.dedup();
        self.keywords.extend(other.keywords);
        self.keywords.sort_by(|one, other| one.stem.cmp(&other.stem));
        self.keywords.dedup_by(|one, other| one.stem == other.stem);
        self.keywords.truncate(MOST_KEYWORDS);
    }

    /// Makes `cause` theirs, too.
    fn join(&self, cause: &mut Cause) {
        cause.until = cause.until.max(self.last);
        if !cause.members.contains(&self.member) && cause.members.len() < MOST_LINKED {
            cause.members.push(self.member);
        }
        for (number, channel) in &self.cases {
            if cause.cases.contains(number) || cause.cases.len() >= MOST_LINKED {
                continue;
            }
            cause.cases.push(*number);
            match cause.channels.iter_mut().find(|(known, _)| known == channel) {
                Some((_, cases)) => *cases += 1,
                None => cause.channels.push((*channel, 1)),
            }
        }
        cause.cases.sort_unstable();
    }
}

/// What two lists of keywords have in common. Words that complaints of every sort share hardly count in a share.
struct Overlap {
    /// How much the shared words tell.
    words: f32,
    /// The same, squared, and of all words of each.
    shared: f32,
    ours: f32,
    theirs: f32,
}

impl Overlap {
    /// Of two lists that are sorted by stem.
    fn of(ours: &[Keyword], theirs: &[Keyword]) -> Self {
        let (mut words, mut shared, mut rest) = (0.0, 0.0, theirs);
        for keyword in ours {
            let before = rest.iter().take_while(|other| other.stem < keyword.stem).count();
            rest = &rest[before..];
            if rest.first().is_some_and(|other| other.stem == keyword.stem) {
                words += keyword.weight;
                shared += keyword.weight.powi(2);
            }
        }
        let whole = |keywords: &[Keyword]| keywords.iter().map(|keyword| keyword.weight.powi(2)).sum::<f32>();
        Self { words, shared, ours: whole(ours), theirs: whole(theirs) }
    }
}
