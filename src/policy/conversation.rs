//! What is remembered of live conversations: how warm each is, who answers whom, and how long two have gone
//! back and forth.
//!
//! **Temperature** is to a conversation what heat is to a message, 0 to 1. A simmering message adds the
//! pressure `-ln(1 - gain · heat)`, so that temperature, `1 - exp(-pressure)`, is about the chance that one of
//! them boils (noisy-or; Pearl, *Probabilistic Reasoning in Intelligent Systems*, 1988, §4.3.2). Pressure decays by
//! half in every half-life, and a little with each calm message, so that a busy channel is not taken for a hot one.
//! The same is kept of each pair of members, of what they say to each other.

mod answer;
mod pair;

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use rustc_hash::FxBuildHasher;

use crate::detect::{Kind, Scan};
use crate::message::{ChannelId, GuildId, Message, MessageId, UserId};

pub use self::pair::Exchange;
use self::pair::Pair;

/// How temperature rises and falls.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Temper {
    /// The time in which a conversation cools by half; zero turns temperature off.
    pub half_life: Duration,
    /// Heat from which on a message warms its conversation, 0 to 1.
    pub simmer: f32,
}

impl Default for Temper {
    fn default() -> Self {
        Self { half_life: Duration::from_mins(10), simmer: 0.35 }
    }
}

/// What share of a message's heat counts when it answers someone, and when it speaks to nobody.
const ANSWERING_GAIN: f32 = 0.6;
const LONE_GAIN: f32 = 0.5;

/// What a calm message leaves of the pressure.
const CALMING: f32 = 0.98;

/// What is left of the pressure once a member was taken aside.
const RELIEVED: f32 = 0.5;

/// What share of the pressure between two is at least each one's, when they heat each other up.
const LEAST_SHARE: f32 = 0.3;

/// Messages remembered of a conversation.
const MOST_RECENT: usize = 16;

/// Pairs of members remembered of a conversation.
const MOST_PAIRS: usize = 8;

/// A conversation silent for so long is forgotten.
const FORGOTTEN: i64 = 60 * 60 * 1000;

/// At most this many conversations are remembered; the most silent go first.
const MOST_LIVE: usize = 20_000;

/// What the conversation says about a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Setting {
    /// 0 to 1: of the conversation, this message included.
    pub temperature: f32,
    /// 0 to 1: of what its author and the member it answers say to each other.
    pub pair_temperature: f32,
    /// Whether the message itself adds to the temperature.
    pub simmers: bool,
    /// The member it answers, when they were heating up, too.
    pub other: Option<Heated>,
    /// The member it most likely speaks to: the one it answers, or else the one who spoke before.
    pub addressed: Option<UserId>,
    /// The back-and-forth it is part of.
    pub exchange: Option<Exchange>,
}

/// A member who heats up, and the hottest message that shows it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heated {
    /// The member.
    pub member: UserId,
    /// Their message.
    pub message: MessageId,
    /// Its heat, 0 to 1.
    pub heat: f32,
}

/// Every conversation that is alive, by where it is held. Bounded, and forgotten as it falls silent.
pub struct Conversations {
    temper: Temper,
    live: HashMap<(GuildId, ChannelId), Conversation, FxBuildHasher>,
    swept: i64,
}

/// One channel's or thread's.
#[derive(Default)]
struct Conversation {
    warmth: Warmth,
    recent: VecDeque<Heard>,
    pairs: Vec<Pair>,
}

/// A message as it is remembered: no words.
#[derive(Clone, Copy)]
struct Heard {
    id: MessageId,
    author: UserId,
    /// Milliseconds since the Unix epoch.
    at: i64,
    heat: f32,
    /// What was found in it, one bit a kind.
    kinds: u64,
}

impl Conversations {
    /// None yet.
    #[must_use]
    pub fn new(temper: Temper) -> Self {
        Self { temper, live: HashMap::default(), swept: i64::MIN }
    }

    /// Takes in `message`, in which `scan` was found, and says in what setting it stands. A message heard before
    /// was edited: what it adds is only what it now has more of.
    pub fn hear(&mut self, message: &Message, scan: &Scan) -> Setting {
        let at = message.sent.as_millisecond();
        self.sweep(at);
        let conversation = self.live.entry((message.guild, message.channel)).or_default();
        conversation.hear(message, scan, at, &self.temper)
    }

    /// Notes that a member of the conversation of `message` was spoken to: it may cool, and an exchange of theirs
    /// counts from the start.
    pub fn relieve(&mut self, message: &Message) {
        if let Some(conversation) = self.live.get_mut(&(message.guild, message.channel)) {
            conversation.warmth.pressure *= RELIEVED;
            conversation
                .pairs
                .iter_mut()
                .filter(|pair| pair.holds(message.author.id))
                .for_each(Pair::relieve);
        }
    }

    /// Forgets what has fallen silent: now and then, so that it costs next to nothing a message.
    fn sweep(&mut self, now: i64) {
        let full = self.live.len() >= MOST_LIVE;
        if !full && now < self.swept.saturating_add(FORGOTTEN) {
            return;
        }
        self.swept = now;
        let mut patience = FORGOTTEN;
        self.live.retain(|_, conversation| now - conversation.last() <= patience);
        while self.live.len() >= MOST_LIVE {
            patience /= 2;
            self.live.retain(|_, conversation| now - conversation.last() < patience);
        }
        self.live.shrink_to(2 * self.live.len());
    }
}

impl Conversation {
    fn hear(&mut self, message: &Message, scan: &Scan, at: i64, temper: &Temper) -> Setting {
        let before = self.take_out(message.id);
        let answered = self.answered(message, at);
        let gain = if answered.is_some() { ANSWERING_GAIN } else { LONE_GAIN };
        let added = temper.added(scan.heat, before, gain);
        self.warmth.add(added, at, temper);
        let mut setting = Setting {
            temperature: self.warmth.temperature(),
            simmers: scan.heat >= temper.simmer,
            addressed: answered.or_else(|| self.before(message.author.id, at)),
            ..Setting::default()
        };
        let heard =
            Heard { id: message.id, author: message.author.id, at, heat: scan.heat, kinds: kinds(scan) };
        if let Some(other) = answered {
            let pair = self.pair(heard.author, other, at, temper);
            pair.warmth.add(added, at, temper);
            pair.take(&heard);
            setting.pair_temperature = pair.warmth.temperature();
            setting.exchange = Some(pair.exchange());
            setting.other = self.heated(other, &heard, temper);
        }
        self.remember(heard);
        setting
    }

    /// The heat of a message heard before, which is heard anew.
    fn take_out(&mut self, id: MessageId) -> Option<f32> {
        // Most messages are newer than all that is remembered.
        if self.recent.back().is_none_or(|last| last.id < id) {
            return None;
        }
        let at = self.recent.iter().position(|heard| heard.id == id)?;
        self.recent.remove(at).map(|heard| heard.heat)
    }

    fn remember(&mut self, heard: Heard) {
        if self.recent.len() == MOST_RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(heard);
    }

    /// The hottest message of `member` that still warms the conversation, if the heat between them and whoever said
    /// `latest` is theirs as well: who only takes it, after a grumble of their own, is left in peace.
    fn heated(&self, member: UserId, latest: &Heard, temper: &Temper) -> Option<Heated> {
        let since = latest.at - 2 * temper.half_life_ms();
        let of = move |who: UserId| {
            let warms = move |heard: &&Heard| heard.author == who && heard.at >= since;
            self.recent.iter().filter(warms).filter(|heard| heard.heat >= temper.simmer)
        };
        let pressure = |heard: &Heard| temper.added(heard.heat, None, ANSWERING_GAIN);
        let theirs: f32 = of(member).map(pressure).sum();
        let others = pressure(latest) + of(latest.author).map(pressure).sum::<f32>();
        let hottest = of(member).max_by(|one, other| one.heat.total_cmp(&other.heat))?;
        let heated = Heated { member, message: hottest.id, heat: hottest.heat };
        (theirs >= LEAST_SHARE * (theirs + others)).then_some(heated)
    }

    /// What is remembered of two members who speak to each other at `now`; the pair silent for longest makes room.
    fn pair(&mut self, one: UserId, other: UserId, now: i64, temper: &Temper) -> &mut Pair {
        let at = self.pairs.iter().position(|pair| pair.holds(one) && pair.holds(other));
        let at = at.unwrap_or_else(|| {
            if self.pairs.len() == MOST_PAIRS {
                let oldest = (0..MOST_PAIRS).min_by_key(|at| self.pairs[*at].at).unwrap_or(0);
                self.pairs.swap_remove(oldest);
            }
            self.pairs.push(Pair::new(one, other));
            self.pairs.len() - 1
        });
        let pair = &mut self.pairs[at];
        if pair.begins(now) {
            // What they said before it was clear to whom is part of it.
            for heard in &self.recent {
                if pair.took(heard) {
                    pair.warmth.add(temper.added(heard.heat, None, ANSWERING_GAIN), heard.at, temper);
                }
            }
        }
        pair
    }

    fn last(&self) -> i64 {
        self.recent.iter().map(|heard| heard.at).max().unwrap_or(i64::MIN)
    }
}

/// The kinds found, one bit each.
fn kinds(scan: &Scan) -> u64 {
    scan.findings.iter().fold(0, |kinds, finding| kinds | bit(finding.kind))
}

const fn bit(kind: Kind) -> u64 {
    1 << kind as u32
}

impl Temper {
    /// The pressure that a message of `heat` adds, less what it added when it had the heat `before`.
    fn added(&self, heat: f32, before: Option<f32>, gain: f32) -> f32 {
        let pressure = |heat: f32| if heat >= self.simmer { -(1.0 - gain * heat.min(1.0)).ln() } else { 0.0 };
        pressure(heat) - before.map_or(0.0, pressure)
    }

    fn half_life_ms(&self) -> i64 {
        i64::try_from(self.half_life.as_millis()).unwrap_or(i64::MAX / 4).min(i64::MAX / 4)
    }
}

/// Pressure, and when it was that.
#[derive(Clone, Copy, Default)]
struct Warmth {
    pressure: f32,
    at: i64,
}

impl Warmth {
    fn add(&mut self, added: f32, now: i64, temper: &Temper) {
        self.cool(now, temper);
        if added > 0.0 {
            self.pressure += added;
        } else {
            self.pressure *= CALMING;
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "half-lives need no milliseconds")]
    fn cool(&mut self, now: i64, temper: &Temper) {
        let half_life = temper.half_life_ms();
        if half_life == 0 {
            self.pressure = 0.0;
        } else if self.pressure > 0.0 {
            let halves = (now - self.at).max(0) as f32 / half_life as f32;
            self.pressure *= (-halves).exp2();
        }
        self.at = self.at.max(now);
    }

    fn temperature(self) -> f32 {
        1.0 - (-self.pressure).exp()
    }
}
