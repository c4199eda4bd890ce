//! How heads and signals are combined into heat: the soft maximum of voices, each a weighted sum of them.

use aside::detect::heat::signals::Signals;
use aside::detect::heat::weights::{Head, Logits, VOICES, Voice, loudest};

use crate::own::Own;

/// What a row counts beside an example: one of ordinary chat, and one labelled by others. Times its weight.
const QUIET: f64 = 2.0;
const LABELLED: f64 = 0.5;
/// The same of a threat.
const THREAT: f64 = 2.0;
const STEPS: i32 = 400;
const RATE: f64 = 0.03;
/// How much of the mean of earlier slopes, and of their squares, is kept at each step.
const KEPT: [f64; 2] = [0.9, 0.99];

/// By voice, the weights of heads and signals, and a bias.
type Parameters = [[f64; Voice::LENGTH]; VOICES];

/// What voices hear of a row, whether it boils, and what it counts.
type Row<'o> = (&'o Logits, &'o Signals, f64, f64);

/// Where the search begins: one voice for the project's own examples, one for what public texts have, one for threats.
fn first() -> Parameters {
    let mut parameters = [[0.0; Voice::LENGTH]; VOICES];
    parameters[0][Head::Boiling as usize] = 1.0;
    parameters[1][Head::Hostile as usize] = 1.0;
    parameters[1][Voice::LENGTH - 1] = -1.0;
    parameters[2][Head::Threat as usize] = 1.0;
    parameters[2][Voice::LENGTH - 1] = -1.0;
    parameters
}

/// The voices that tell boiling from the rest best, whose `logits` are by heads that did not see the row: Adam (Kingma
/// and Ba 2015) over all rows at once.
pub(crate) fn fit<'o>(rows: impl Iterator<Item = (&'o Own, &'o Logits)>) -> [Voice; VOICES] {
    let rows: Vec<Row<'_>> = rows
        .map(|(own, logits)| (logits, &own.signals, f64::from(u8::from(own.boils())), counts(own)))
        .collect();
    let all: f64 = rows.iter().map(|row| row.3).sum();
    let mut parameters = first();
    let (mut means, mut squares) = ([[0.0; Voice::LENGTH]; VOICES], [[0.0; Voice::LENGTH]; VOICES]);
    for step in 1..=STEPS {
        let slopes = slopes(&voices(&parameters), &rows);
        let corrections = KEPT.map(|kept| 1.0 - kept.powi(step));
        for (voice, slopes) in slopes.iter().enumerate() {
            for (at, slope) in slopes.iter().map(|slope| slope / all).enumerate() {
                let (mean, square) = (&mut means[voice][at], &mut squares[voice][at]);
                *mean += (1.0 - KEPT[0]) * (slope - *mean);
                *square += (1.0 - KEPT[1]) * (slope * slope - *square);
                parameters[voice][at] -=
                    RATE * (*mean / corrections[0]) / ((*square / corrections[1]).sqrt() + 1e-9);
            }
        }
    }
    voices(&parameters)
}

fn counts(own: &Own) -> f64 {
    match own.source {
        None if own.kind == "threat" => THREAT * own.weight,
        None => own.weight,
        Some(_) if own.ordinary => QUIET * own.weight,
        Some(_) => LABELLED * own.weight,
    }
}

fn voices(parameters: &Parameters) -> [Voice; VOICES] {
    parameters.map(|parameters| Voice(parameters.map(|parameter| parameter as f32)))
}

/// How the loss changes with each parameter.
fn slopes(voices: &[Voice; VOICES], rows: &[Row<'_>]) -> Parameters {
    let mut slopes = [[0.0; Voice::LENGTH]; VOICES];
    for (logits, signals, boils, counts) in rows {
        let said = voices.each_ref().map(|voice| voice.of(logits, signals));
        let all = loudest(said);
        let error = counts * (1.0 / (1.0 + f64::from(-all).exp()) - boils);
        for (slopes, said) in slopes.iter_mut().zip(said) {
            let share = error * f64::from(said - all).exp();
            let heard = logits[..Voice::HEADS].iter().chain(*signals).chain(&[1.0]);
            for (slope, value) in slopes.iter_mut().zip(heard).filter(|(_, value)| **value != 0.0) {
                *slope += share * f64::from(*value);
            }
        }
    }
    slopes
}
