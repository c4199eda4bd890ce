//! A month of chat, the same for the same seed: some hundred members, of whom a few write most; twenty channels; days
//! and weeks with their rhythm; replies and mentions; and among ordinary chat, now and then, anger, a secret, or
//! trouble with an account.
//!
//! Ordinary and angry texts are the examples in `models/examples`. Secrets are made up when asked for, so that none
//! stands in the source.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts of messages are small"
)]

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::path::Path;

use fastrand::Rng;
use jiff::Timestamp;
use serde::Serialize;

/// Channels; also the number that [`Month::each`] tells them by.
pub(crate) const CHANNELS: usize = 20;

const MEMBERS: usize = 600;
const DAYS: usize = 30;

/// The first of March 2026, a Sunday, in milliseconds since 1970.
const START: u64 = 1_772_323_200_000;
const HOUR_MS: u64 = 3_600_000;

/// Milliseconds between 1970 and the first of Discord's identifiers.
const DISCORD_EPOCH_MS: u64 = 1_420_070_400_000;

/// How busy each hour of a day is, and each day of a week from Sunday on.
const HOURLY: [f64; 24] = [
    2.0, 1.4, 1.0, 0.7, 0.6, 0.6, 0.8, 1.1, 1.6, 2.0, 2.3, 2.5, 2.8, 2.9, 3.0, 3.4, 3.9, 4.6, 5.4, 6.2, 6.6,
    6.1, 4.9, 3.2,
];
const DAILY: [f64; 7] = [1.4, 0.9, 0.9, 0.95, 1.0, 1.2, 1.5];

/// Of a million messages, how many are of each kind; the rest is ordinary.
const BOILING: u32 = 1_500;
const WARM: u32 = 8_000;
const SECRETS: u32 = 400;
const ISSUES: u32 = 3_000;
/// And where a channel has a bad hour.
const BOILING_IN_A_BAD_HOUR: u32 = 60_000;

/// Hours and channels in which tempers are lost.
const BAD_HOURS: usize = 8;

/// Texts by how they were labeled.
#[derive(Default)]
struct Texts {
    cold: Vec<String>,
    warm: Vec<String>,
    boiling: Vec<String>,
}

impl Texts {
    fn read(folder: &Path) -> io::Result<Self> {
        let mut files: Vec<_> =
            fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<io::Result<_>>()?;
        files.sort();
        let mut texts = Self::default();
        for file in files {
            fs::read_to_string(file)?.lines().skip(1).for_each(|line| texts.add(line));
        }
        Ok(texts)
    }

    fn add(&mut self, line: &str) {
        let mut columns = line.split('\t');
        let (Some(label), Some(text)) = (columns.next(), columns.nth(3)) else { return };
        let text = text.replace("\\n", "\n");
        match label {
            "cold" => self.cold.push(text),
            "warm" => self.warm.push(text),
            "boiling" => self.boiling.push(text),
            _ => {}
        }
    }
}

/// One message, as `aside scan` reads it.
#[derive(Serialize)]
struct Line<'a> {
    id: String,
    guild: &'static str,
    channel: String,
    author: String,
    timestamp: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    reply_to: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<String>,
    content: &'a str,
}

/// A message that can still be answered.
#[derive(Clone, Copy)]
struct Recent {
    id: u64,
    author: usize,
}

/// What is drawn from.
pub(crate) struct Month {
    rng: Rng,
    texts: Texts,
    members: Vec<f64>,
    channels: Vec<f64>,
    /// By channel, the latest messages.
    recent: Vec<VecDeque<Recent>>,
    bad: Vec<(usize, usize)>,
    written: u64,
}

impl Month {
    /// The month of `seed`.
    ///
    /// # Errors
    ///
    /// The examples cannot be read.
    pub(crate) fn new(seed: u64) -> io::Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/examples");
        let mut rng = Rng::with_seed(seed);
        let bad = (0..BAD_HOURS).map(|_| (rng.usize(..DAYS * 24), rng.usize(..CHANNELS))).collect();
        Ok(Self {
            rng,
            texts: Texts::read(&folder)?,
            members: cumulative((1..=MEMBERS).map(|rank| (rank as f64).powf(-0.9))),
            channels: cumulative((1..=CHANNELS).map(|rank| (rank as f64).powf(-0.8))),
            recent: vec![VecDeque::new(); CHANNELS],
            bad,
            written: 0,
        })
    }

    /// Calls `see` with each of `messages` messages in the order of time: its channel, and a line of JSON.
    ///
    /// # Errors
    ///
    /// `see` fails.
    pub(crate) fn each(
        mut self,
        messages: u64,
        mut see: impl FnMut(usize, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let busy = (0..DAYS * 24).map(|hour| HOURLY[hour % 24] * DAILY[hour / 24 % 7]);
        let (mut before, mut line) = (0, Vec::new());
        for (hour, until) in cumulative(busy).into_iter().enumerate() {
            let until = (until * messages as f64).round() as u64;
            for at in self.times(hour as u64, until - before) {
                line.clear();
                let channel = self.message(hour, at, &mut line)?;
                see(channel, &line)?;
            }
            before = until;
        }
        Ok(())
    }

    /// When messages are sent in an hour, in milliseconds since 1970.
    fn times(&mut self, hour: u64, count: u64) -> Vec<u64> {
        let start = START + hour * HOUR_MS;
        let mut times: Vec<u64> = (0..count).map(|_| start + self.rng.u64(..HOUR_MS)).collect();
        times.sort_unstable();
        times
    }

    fn message(&mut self, hour: usize, at: u64, line: &mut Vec<u8>) -> io::Result<usize> {
        let (channel, author) = (draw(&mut self.rng, &self.channels), draw(&mut self.rng, &self.members));
        let content = self.content(self.bad.contains(&(hour, channel)));
        let answered = self.answered(channel);
        let mentions = self.mentions(answered);
        self.written += 1;
        let id = (at - DISCORD_EPOCH_MS) << 22 | self.written & 0xFFF;
        let written = Line {
            id: id.to_string(),
            guild: "700000000000000001",
            channel: (800_000_000_000_000_001 + channel as u64).to_string(),
            author: member(author),
            timestamp: time(at),
            reply_to: answered.map(|message| message.id.to_string()),
            mentions,
            content: &content,
        };
        serde_json::to_writer(&mut *line, &written)?;
        line.push(b'\n');
        self.remember(channel, Recent { id, author });
        Ok(channel)
    }

    fn content(&mut self, bad: bool) -> String {
        let boiling = if bad { BOILING_IN_A_BAD_HOUR } else { BOILING };
        let draw = self.rng.u32(..1_000_000);
        let texts = match draw {
            draw if draw < SECRETS => return secret(&mut self.rng),
            draw if draw < SECRETS + ISSUES => return issue(&mut self.rng),
            draw if draw < SECRETS + ISSUES + WARM => &self.texts.warm,
            draw if draw < SECRETS + ISSUES + WARM + boiling => &self.texts.boiling,
            _ => &self.texts.cold,
        };
        self.rng.choice(texts).cloned().unwrap_or_default()
    }

    /// One message in three answers one of the latest.
    fn answered(&mut self, channel: usize) -> Option<Recent> {
        let recent = &self.recent[channel];
        let answers = !recent.is_empty() && self.rng.u8(..3) == 0;
        answers.then(|| recent[self.rng.usize(..recent.len())])
    }

    /// An answer names whom it answers; one message in thirty names somebody else.
    fn mentions(&mut self, answered: Option<Recent>) -> Vec<String> {
        let somebody = (self.rng.u8(..30) == 0).then(|| draw(&mut self.rng, &self.members));
        answered.map(|message| message.author).into_iter().chain(somebody).map(member).collect()
    }

    fn remember(&mut self, channel: usize, message: Recent) {
        let recent = &mut self.recent[channel];
        recent.push_back(message);
        if recent.len() > 8 {
            recent.pop_front();
        }
    }
}

/// The sums of shares up to each one, the last of them 1.
fn cumulative(shares: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums: Vec<f64> = shares
        .map(|share| {
            sum += share;
            sum
        })
        .collect();
    for one in &mut sums {
        *one /= sum;
    }
    sums
}

/// Which one, by the sums of their shares.
fn draw(rng: &mut Rng, sums: &[f64]) -> usize {
    let at = rng.f64();
    sums.partition_point(|sum| *sum <= at).min(sums.len() - 1)
}

fn member(rank: usize) -> String {
    (600_000_000_000_000_001 + rank as u64).to_string()
}

fn time(at: u64) -> String {
    Timestamp::from_millisecond(at as i64).map(|at| at.to_string()).unwrap_or_default()
}

/// Something that should not be posted, made up.
fn secret(rng: &mut Rng) -> String {
    let mut word = |length: usize| (0..length).map(|_| rng.alphanumeric()).collect::<String>();
    let (password, token) = (word(12), word(36));
    match rng.u8(..5) {
        0 => format!("it keeps declining my card {}", card(rng)),
        1 => format!("just log in with mine, the password is {password}"),
        2 => format!("works with this: {}p_{token}", "gh"),
        3 => format!("call me, {}", phone(rng)),
        _ => format!("write to {}.{}@example.org please", password.to_lowercase(), rng.u16(..)),
    }
}

/// Sixteen digits with the check digit that card numbers end in.
fn card(rng: &mut Rng) -> String {
    let mut digits: Vec<u32> = [4].into_iter().chain((0..14).map(|_| rng.u32(..10))).collect();
    let doubled = |(at, digit): (usize, &u32)| match (at % 2, digit * 2) {
        (0, twice) => twice / 10 + twice % 10,
        _ => *digit,
    };
    let sum: u32 = digits.iter().enumerate().map(doubled).sum();
    digits.push((10 - sum % 10) % 10);
    digits.iter().map(u32::to_string).collect()
}

fn phone(rng: &mut Rng) -> String {
    format!("+1 {}-{}-{:04}", rng.u32(201..990), rng.u32(201..990), rng.u32(..10_000))
}

/// Trouble with an account.
fn issue(rng: &mut Rng) -> String {
    let order = rng.u32(100_000..1_000_000);
    match rng.u8(..6) {
        0 => format!("I was charged twice for order #{order}, can someone look into it?"),
        1 => "my account got locked after the update and support does not answer".to_owned(),
        2 => format!("order {order} still says processing, it has been two weeks"),
        3 => "I still haven't got my refund".to_owned(),
        4 => "the subscription renewed although I canceled it last month".to_owned(),
        _ => "I can't log in anymore, it says my email is not known".to_owned(),
    }
}
