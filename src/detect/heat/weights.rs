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
//! The file, little-endian: `ASIDEH04`; for each head a scale and a bias; for each of the project's own heads a
//! weight a signal; for each voice a weight for each of the first six heads, a weight a signal and a bias; the number of
//! calibration points and as many pairs of logit and heat;
//! then [`BUCKETS`] entries of nine bytes, an inverse document frequency in sixteenths and a signed weight, idf
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
    /// Of boiling points: an insult or contempt.
    Insult,
    /// Of boiling points: a grievance.
    Grievance,
}

impl Head {
    /// Every head, in the order of the file.
    pub const ALL: [Self; 8] = [
        Self::Abuse,
        Self::Annoyance,
        Self::Boiling,
        Self::Displeased,
        Self::Hostile,
        Self::Threat,
        Self::Insult,
        Self::Grievance,
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

const MAGIC: &[u8] = b"ASIDEH04";

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
    pub voices: [Voice; VOICES],
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
        for weight in weights.voices.iter_mut().flat_map(|voice| &mut voice.0) {
            *weight = reader.number()?;
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
        self.voices.iter().flat_map(|voice| voice.0).for_each(put);
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
        heat_logit(&self.voices, logits, signals)
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

/// How many voices heat is read from.
pub const VOICES: usize = 3;

/// A weighted sum: a weight for each of [`Voice::HEADS`], a weight a signal, and a bias.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice(pub [f32; Voice::LENGTH]);

impl Voice {
    /// How many heads are heard, the first in the order of [`Head::ALL`].
    pub const HEADS: usize = 6;
    /// How many weights there are, the bias included.
    pub const LENGTH: usize = Self::HEADS + Signal::ALL.len() + 1;

    /// What it says of `logits` and `signals`.
    #[must_use]
    pub fn of(&self, logits: &Logits, signals: &Signals) -> f32 {
        let heard = logits[..Self::HEADS].iter().chain(signals).chain(&[1.0]);
        self.0.iter().zip(heard).map(|(weight, value)| weight * value).sum()
    }
}

impl Default for Voice {
    fn default() -> Self {
        Self([0.0; Self::LENGTH])
    }
}

/// What the displeased head's logit is multiplied by, what is taken off, and the most that is left: displeasure alone
/// raises heat a little, so that who complains stands above who chats, and never to where a rule acts.
const DISPLEASURE: f32 = 0.7;
const RESERVE: f32 = 2.0;
const MOST_DISPLEASURE: f32 = -1.0;

/// The logit that heat is read from: the loudest of `voices`, and displeasure below them.
#[must_use]
pub fn heat_logit(voices: &[Voice; VOICES], logits: &Logits, signals: &Signals) -> f32 {
    let said = loudest(voices.each_ref().map(|voice| voice.of(logits, signals)));
    let displeasure = DISPLEASURE.mul_add(logits[Head::Displeased as usize], -RESERVE);
    loudest([said, displeasure.min(MOST_DISPLEASURE)])
}

/// The soft maximum of what is said: ln(eᵃ + eᵇ + …).
#[must_use]
pub fn loudest<const COUNT: usize>(said: [f32; COUNT]) -> f32 {
    let most = said.into_iter().fold(f32::MIN, f32::max);
    most + said.into_iter().map(|one| (one - most).exp()).sum::<f32>().ln()
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
