//! The trained weights: how they are laid out, and what they say of a message.
//!
//! A message has two blocks of n-grams ([`Family`]) and a handful of [`Signals`]. Each n-gram counts by its
//! inverse document frequency, each block is divided by its Euclidean length, and each head is a logistic
//! regression over all of it:
//!
//! ```text
//! logit = bias + Σ_block Σ_ngram weight · idf / ‖block‖ + Σ_signal weight · value
//! ```
//!
//! The file, little-endian: `ASIDEH07`; for each head a scale and a bias; for each of the project's own heads a
//! weight a signal; the [`Blend`]; the number of calibration points and as many pairs of logit and heat;
//! then [`BUCKETS`] entries of [`ENTRY`] bytes, an inverse document frequency in sixteenths and a signed weight, idf
//! included, for each head. All but the table are `f32` or `u32`.

use std::fmt;

use super::ngrams::{BUCKETS, Family};
use super::signals::{Signal, Signals};

/// What the weights judge, one logistic regression each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Abuse as public texts have it; n-grams only.
    Abuse,
    /// Anger, annoyance or disgust as public texts have it; n-grams only.
    Annoyance,
    /// At boiling point.
    Boiling,
    /// Displeased at least.
    Displeased,
    /// Hostile as the project's own examples and public texts together have it.
    Hostile,
    /// A threat, beside everything else.
    Threat,
    /// An insult, beside everything else.
    Insult,
    /// A grievance at its end, beside everything else.
    Grievance,
    /// Contempt and wishing ill, beside everything else.
    Contempt,
    /// Written as the comments in public texts are, whose labels mean something else, rather than as messages in a
    /// server: by it the network knows whom to believe.
    Comment,
}

impl Head {
    /// Every head, in the order of the file.
    pub const ALL: [Self; 10] = [
        Self::Abuse,
        Self::Annoyance,
        Self::Boiling,
        Self::Displeased,
        Self::Hostile,
        Self::Threat,
        Self::Insult,
        Self::Grievance,
        Self::Contempt,
        Self::Comment,
    ];
    /// How many are learned from public texts; they come first and have no weights for signals.
    pub const PUBLIC: usize = 2;
    /// How many are learned from the project's own examples.
    pub const OWN: usize = Self::ALL.len() - Self::PUBLIC;
}

/// A logit for each head.
pub type Logits = [f32; Head::ALL.len()];

/// Bytes of one entry of the table: the inverse document frequency, and a weight a head.
pub const ENTRY: usize = 1 + Head::ALL.len();
/// The inverse document frequency of 1 as the table has it.
pub const IDF_UNIT: f32 = 16.0;

const MAGIC: &[u8] = b"ASIDEH07";

/// Why weights cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WeightsError(&'static str);

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the weights {}", self.0)
    }
}

/// Everything learned, as it is used.
#[derive(Clone, Debug, Default)]
pub struct Weights<'a> {
    /// What one step of a weight in the table is worth, by head.
    pub scales: Logits,
    /// The logit of a message that shows nothing, by head.
    pub biases: Logits,
    /// By own head: the weight of each signal.
    pub signals: [Vec<f32>; Head::OWN],
    /// What heat is read from.
    pub blend: Blend,
    /// Pairs of logit and heat, rising in both; between them heat is interpolated.
    pub calibration: Vec<(f32, f32)>,
    /// [`BUCKETS`] entries of [`ENTRY`] bytes.
    pub table: std::borrow::Cow<'a, [u8]>,
}

impl<'a> Weights<'a> {
    /// Reads weights; the table is borrowed.
    ///
    /// # Errors
    ///
    /// When `bytes` are not what [`Weights::to_bytes`] writes.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WeightsError> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC).ok_or(WeightsError("are of another version"))?);
        let mut weights = Self::default();
        for head in 0..Head::ALL.len() {
            (weights.scales[head], weights.biases[head]) = (reader.number()?, reader.number()?);
        }
        for head in &mut weights.signals {
            *head = (0..Signal::ALL.len()).map(|_| reader.number()).collect::<Result<_, _>>()?;
        }
        for number in weights.blend.numbers_mut() {
            *number = reader.number()?;
        }
        let points = u32::from_le_bytes(reader.four()?);
        for _ in 0..points {
            weights.calibration.push((reader.number()?, reader.number()?));
        }
        weights.table = std::borrow::Cow::Borrowed(reader.0);
        if weights.table.len() == BUCKETS * ENTRY {
            Ok(weights)
        } else {
            Err(WeightsError("have a table of the wrong size"))
        }
    }

    /// Writes them as [`Weights::parse`] reads them.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        let mut put = |number: f32| bytes.extend(number.to_le_bytes());
        for (scale, bias) in self.scales.iter().zip(&self.biases) {
            put(*scale);
            put(*bias);
        }
        self.signals.iter().flatten().for_each(|weight| put(*weight));
        self.blend.numbers().for_each(put);
        let points = u32::try_from(self.calibration.len()).unwrap_or(u32::MAX);
        bytes.extend(points.to_le_bytes());
        for (logit, heat) in &self.calibration {
            bytes.extend(logit.to_le_bytes());
            bytes.extend(heat.to_le_bytes());
        }
        bytes.extend_from_slice(&self.table);
        bytes
    }

    /// The entry of one bucket.
    pub(super) fn entry(&self, bucket: usize) -> [u8; ENTRY] {
        let start = bucket * ENTRY;
        self.table.get(start..start + ENTRY).and_then(|entry| entry.try_into().ok()).unwrap_or_default()
    }

    /// The logits of the heads that need only n-grams.
    pub(super) fn sparse(&self, blocks: &[Block; Family::COUNT]) -> Logits {
        let mut logits = self.biases;
        for block in blocks {
            let length = block.length();
            for (head, logit) in logits.iter_mut().enumerate() {
                *logit += number(block.sums[head]) * self.scales[head] / length;
            }
        }
        logits
    }

    /// Adds to `logits` what the signals say.
    pub(super) fn add_signals(&self, logits: &mut Logits, signals: &Signals) {
        for (logit, weights) in logits[Head::PUBLIC..].iter_mut().zip(&self.signals) {
            *logit += weights.iter().zip(signals).map(|(weight, value)| weight * value).sum::<f32>();
        }
    }

    /// The logit that heat is read from.
    #[must_use]
    pub fn heat_logit(&self, logits: &Logits, signals: &Signals) -> f32 {
        heat_logit(&self.blend, logits, signals)
    }

    /// Heat, 0 to 1: about this share of messages of this logit is at boiling point.
    #[must_use]
    pub fn calibrated(&self, logit: f32) -> f32 {
        let next = self.calibration.partition_point(|(point, _)| *point < logit);
        let (Some(before), Some(after)) =
            (next.checked_sub(1).and_then(|at| self.calibration.get(at)), self.calibration.get(next))
        else {
            let end = if next == 0 { self.calibration.first() } else { self.calibration.last() };
            return end.map_or(0.0, |(_, heat)| *heat);
        };
        let along = (logit - before.0) / (after.0 - before.0).max(f32::EPSILON);
        (before.1 + along * (after.1 - before.1)).clamp(0.0, 1.0)
    }
}

/// How many units hear heads and signals.
pub const UNITS: usize = 32;

/// What heat is read from: a weighted sum of heads and signals, and of units that hear all of them and speak up where
/// what they hear together is more than its sum, as a harsh word with a friend's laughter is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Blend {
    /// By head, then by signal, then for the bias: what it is to each unit.
    pub heard: Vec<[f32; UNITS]>,
    /// In the same order: what it is to heat without any unit.
    pub direct: [f32; Blend::INPUTS],
    /// What each unit that speaks is to heat.
    pub units: [f32; UNITS],
}

impl Blend {
    /// What is heard: heads, signals and the bias.
    pub const INPUTS: usize = Head::ALL.len() + Signal::ALL.len() + 1;
    /// What it says of `logits` and `signals`.
    #[must_use]
    pub fn of(&self, logits: &Logits, signals: &Signals) -> f32 {
        let (mut sums, mut said) = ([0.0; UNITS], 0.0);
        let heard = logits.iter().chain(signals).chain(&[1.0]);
        // Most signals are silent in most messages.
        for (at, value) in heard.enumerate().filter(|(_, value)| **value != 0.0) {
            said += self.direct[at] * value;
            for (sum, weight) in sums.iter_mut().zip(&self.heard[at]) {
                *sum += weight * value;
            }
        }
        said + sums.iter().zip(&self.units).map(|(sum, unit)| sum.max(0.0) * unit).sum::<f32>()
    }

    /// Every number, in the order of the file.
    pub fn numbers(&self) -> impl Iterator<Item = f32> {
        self.heard.iter().flatten().chain(&self.direct).chain(&self.units).copied()
    }

    /// Every number, in the order of the file, to be changed.
    pub fn numbers_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        self.heard.iter_mut().flatten().chain(&mut self.direct).chain(&mut self.units)
    }
}

impl Default for Blend {
    fn default() -> Self {
        Self { heard: vec![[0.0; UNITS]; Self::INPUTS], direct: [0.0; Self::INPUTS], units: [0.0; UNITS] }
    }
}

/// What is taken off the displeased head's logit, and the most that is left: displeasure alone raises heat a little, so
/// that who complains stands above who chats, and never to where a rule acts. In comments, of which the head learned
/// nothing, it counts less the surer they are comments.
const RESERVE: f32 = 1.5;
const MOST_DISPLEASURE: f32 = -0.3;

/// The logit that heat is read from: the louder of what `blend` says and of displeasure.
#[must_use]
pub fn heat_logit(blend: &Blend, logits: &Logits, signals: &Signals) -> f32 {
    let said = blend.of(logits, signals);
    let displeasure = logits[Head::Displeased as usize] - logits[Head::Comment as usize].max(0.0) - RESERVE;
    louder(said, displeasure.min(MOST_DISPLEASURE))
}

/// The soft maximum of two: ln(eᵃ + eᵇ).
fn louder(one: f32, other: f32) -> f32 {
    one.max(other) + (-(one - other).abs()).exp().ln_1p()
}

/// The sums over the n-grams of one family.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Block {
    sums: [i32; Head::ALL.len()],
    squares: u32,
}

impl Block {
    pub(super) fn add(&mut self, entry: [u8; ENTRY]) {
        let idf = u32::from(entry[0]);
        self.squares = self.squares.saturating_add(idf * idf);
        for (sum, weight) in self.sums.iter_mut().zip(&entry[1..]) {
            *sum = sum.saturating_add(i32::from(weight.cast_signed()));
        }
    }

    /// The Euclidean length of the block in units of idf, at least 1.
    fn length(&self) -> f32 {
        (number(i32::try_from(self.squares).unwrap_or(i32::MAX)).sqrt() / IDF_UNIT).max(1.0)
    }
}

/// Sums of bytes over a message stay far below where rounding would matter.
#[expect(clippy::cast_precision_loss, reason = "sums of bytes over a message are small")]
fn number(sum: i32) -> f32 {
    sum as f32
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn four(&mut self) -> Result<[u8; 4], WeightsError> {
        let (four, rest) = self.0.split_first_chunk().ok_or(WeightsError("end too early"))?;
        self.0 = rest;
        Ok(*four)
    }

    fn number(&mut self) -> Result<f32, WeightsError> {
        self.four().map(f32::from_le_bytes)
    }
}
