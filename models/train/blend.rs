//! How heads and signals are combined into heat: a small network, fitted on what heads say of rows they did not see.

use aside::detect::heat::signals::{Signal, Signals};
use aside::detect::heat::weights::{Blend, Head, Logits, UNITS, heat_logit};

use crate::fit;
use crate::own::Own;

/// What a row counts beside an example: one of ordinary chat, and one labelled by others. Times its weight.
const QUIET: f32 = 10.0;
const LABELLED: f32 = 1.0;
/// The same of examples of what is most easily missed.
const MISSED: [(&str, f32); 2] = [("threat", 4.0), ("insult", 1.3)];
/// How often every row is gone over, and how many rows make a step.
const ROUNDS: usize = 40;
const BATCH: usize = 512;
/// How far the first step goes; the last goes hardly anywhere.
const RATE: f32 = 5e-3;
/// How much of the mean of earlier slopes, and of their squares, is kept at each step.
const KEPT: [f32; 2] = [0.9, 0.99];
/// Strength of the pull of weights to zero.
const RIDGE: f32 = 5e-5;
/// Heads and signals are that much smaller while weights are sought, so that none outshouts the others.
const LOGIT: f32 = 0.25;
const SIGNAL: f32 = 0.5;
/// Into how many parts rows are divided, so that each is judged by a network that did not see it.
const STRANGERS: usize = 4;

/// What is heard of a row, whether it boils, and what it counts.
pub(crate) struct Row {
    logits: Logits,
    signals: Signals,
    /// The inputs that are not silent, scaled.
    heard: Vec<(usize, f32)>,
    boils: f32,
    counts: f32,
}

/// `rows` as they are learned from, whose `logits` are by heads that did not see them.
pub(crate) fn rows(rows: &[&Own], logits: &[Logits]) -> Vec<Row> {
    let row = |(own, logits): (&&Own, &Logits)| Row {
        logits: *logits,
        signals: own.signals,
        heard: heard(logits, &own.signals),
        boils: f32::from(u8::from(own.boils())),
        counts: counts(own),
    };
    rows.iter().zip(logits).map(row).collect()
}

fn heard(logits: &Logits, signals: &Signals) -> Vec<(usize, f32)> {
    let all = logits.iter().chain(signals).chain(&[1.0]).enumerate();
    all.filter(|(_, value)| **value != 0.0).map(|(at, value)| (at, value * scale(at))).collect()
}

/// What the input at `at` is multiplied by while weights are sought.
fn scale(at: usize) -> f32 {
    const MODEL: [Signal; 2] = [Signal::Abuse, Signal::Annoyance];
    match at.checked_sub(Head::ALL.len()) {
        None => LOGIT,
        Some(signal) if MODEL.iter().any(|of_model| *of_model as usize == signal) => LOGIT,
        Some(signal) if signal < Signal::ALL.len() => SIGNAL,
        Some(_) => 1.0,
    }
}

fn counts(own: &Own) -> f32 {
    let weight = own.weight as f32;
    match own.source {
        None => weight * MISSED.iter().find(|(kind, _)| *kind == own.kind).map_or(1.0, |(_, times)| *times),
        Some(_) if own.ordinary => QUIET * weight,
        Some(_) => LABELLED * weight,
    }
}

/// The logits of heat of the first `count` of `rows`, each by a network that saw no row of its fold.
pub(crate) fn left_out(rows: &[Row], folds: &[usize], count: usize) -> Vec<f32> {
    let blends = fit::each(STRANGERS, |out| {
        let kept = rows.iter().zip(folds).filter(|(_, fold)| **fold % STRANGERS != out);
        fit(&kept.map(|(row, _)| row).collect::<Vec<_>>())
    });
    let judged = rows.iter().zip(folds).take(count);
    judged.map(|(row, fold)| heat_logit(&blends[fold % STRANGERS], &row.logits, &row.signals)).collect()
}

/// The network that tells boiling from the rest best. Rows are shuffled, always alike.
pub(crate) fn fit(rows: &[&Row]) -> Blend {
    let mut random = fastrand::Rng::with_seed(1);
    let mut search = Search::new(rows, &mut random);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    for _ in 0..ROUNDS {
        random.shuffle(&mut order);
        for batch in order.chunks_exact(BATCH) {
            for at in batch {
                search.add(rows[*at]);
            }
            search.step();
        }
    }
    search.found()
}

/// A search by Adam (Kingma and Ba 2015).
struct Search {
    blend: Blend,
    /// How the loss of the rows of this step changes with each number; its mean, and the mean of its square.
    slopes: Blend,
    means: Blend,
    squares: Blend,
    step: i32,
    steps: usize,
    /// What a row counts on average.
    mean: f32,
}

impl Search {
    fn new(rows: &[&Row], random: &mut fastrand::Rng) -> Self {
        let mut blend = Blend::default();
        let mut small = |inputs: usize| (random.f32() - 0.5) * (12.0 / inputs as f32).sqrt();
        blend.heard.iter_mut().flatten().for_each(|weight| *weight = small(Blend::INPUTS));
        blend.units.iter_mut().for_each(|weight| *weight = small(UNITS));
        let (slopes, means, squares) = (Blend::default(), Blend::default(), Blend::default());
        let steps = ROUNDS * (rows.len() / BATCH);
        let mean = rows.iter().map(|row| row.counts).sum::<f32>() / rows.len() as f32;
        Self { blend, slopes, means, squares, step: 0, steps, mean }
    }

    /// What each unit hears of `row`, and what is said of it without them.
    fn hear(&self, row: &Row) -> ([f32; UNITS], f32) {
        let (mut sums, mut said) = ([0.0; UNITS], 0.0);
        for (at, value) in &row.heard {
            said += self.blend.direct[*at] * value;
            for (sum, weight) in sums.iter_mut().zip(&self.blend.heard[*at]) {
                *sum += weight * value;
            }
        }
        (sums, said)
    }

    /// Adds what `row` says of the slopes.
    fn add(&mut self, row: &Row) {
        let (sums, direct) = self.hear(row);
        let units = sums.iter().zip(&self.blend.units);
        let said = direct + units.map(|(sum, unit)| sum.max(0.0) * unit).sum::<f32>();
        let error = (1.0 / (1.0 + (-said).exp()) - row.boils) * row.counts / (self.mean * BATCH as f32);
        let mut errors = [0.0; UNITS];
        for (unit, sum) in sums.iter().enumerate() {
            self.slopes.units[unit] += error * sum.max(0.0);
            errors[unit] = if *sum > 0.0 { error * self.blend.units[unit] } else { 0.0 };
        }
        for (at, value) in &row.heard {
            self.slopes.direct[*at] += error * value;
            for (slope, error) in self.slopes.heard[*at].iter_mut().zip(&errors) {
                *slope += error * value;
            }
        }
    }

    /// Goes down the slopes, and forgets them.
    fn step(&mut self) {
        self.step += 1;
        let rate = RATE * (1.0 - 0.95 * self.step as f32 / self.steps as f32);
        let [first, second] = KEPT.map(|kept| 1.0 - kept.powi(self.step));
        let state = self.means.numbers_mut().zip(self.squares.numbers_mut());
        let numbers = self.blend.numbers_mut().zip(self.slopes.numbers_mut());
        for ((number, slope), (mean, square)) in numbers.zip(state) {
            let steep = *slope + RIDGE * *number;
            *mean += (1.0 - KEPT[0]) * (steep - *mean);
            *square += (1.0 - KEPT[1]) * (steep * steep - *square);
            *number -= rate * (*mean / first) / ((*square / second).sqrt() + 1e-8);
            *slope = 0.0;
        }
    }

    /// The network for inputs as they are.
    fn found(mut self) -> Blend {
        for (at, (weights, direct)) in self.blend.heard.iter_mut().zip(&mut self.blend.direct).enumerate() {
            weights.iter_mut().chain([direct]).for_each(|weight| *weight *= scale(at));
        }
        self.blend
    }
}
