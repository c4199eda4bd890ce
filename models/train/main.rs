//! Builds the weights of heat: `cargo run --release --example train -- FOLDER`, FOLDER holding the public texts
//! that `models/sources.toml` lists. Deterministic: the same inputs give the same weights, and another input is refused.
//!
//! Two heads learn what public texts call abuse and anger. The heads that matter learn from the project's own
//! examples only, with the public heads among their signals. Figures come from examples whose whole theme or author was left out.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a program for developers; counts of rows are small"
)]

mod data;
mod fit;
mod judge;
mod table;

use std::error::Error;
use std::path::Path;

use aside::detect::heat::signals;
use aside::detect::heat::weights::{Head, Weights};
use data::{Example, Label, Public};
use fit::{Linear, Problem};
use table::Table;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("usage: train FOLDER (of the public texts)")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
    let examples = data::examples(&root.join("examples"))?;
    let public = data::public(Path::new(&folder), &root)?;
    println!("{} own examples, {} public texts", examples.len(), public.len());

    let table = Table::new(public.iter().map(|text| &text.sample).chain(examples.iter().map(|example| &example.sample)));
    let abuse = public_head(&table, &public, |text| text.abuse);
    let annoyance = public_head(&table, &public, |text| text.annoyance);
    judge::public(&table, &public, &abuse, &annoyance);

    let own: Vec<Own> = examples.iter().map(|example| Own::new(&table, example, &abuse, &annoyance)).collect();
    let quiet: Vec<Own> = public
        .iter()
        .filter(|text| text.background)
        .map(|text| Own::quiet(&table, text, &abuse, &annoyance))
        .collect();
    if std::env::var_os("DUMP").is_some() {
        use std::fmt::Write as _;
        let mut out = String::new();
        for own in own.iter().chain(&quiet) {
            let signals: Vec<String> = own.signals.iter().map(|value| format!("{value:.4}")).collect();
            writeln!(out, "{}\t{:?}\t{}\t{}\t{}\t{}\t{}\t{}", own.source, own.label, own.kind, own.language, own.batch, own.held, signals.join(","), own.text.replace(['\n', '\t', '\r'], " "))?;
        }
        for line in std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/boiling_point.jsonl"))?.lines() {
            let value: serde_json::Value = serde_json::from_str(line)?;
            let text = value["text"].as_str().unwrap_or_default();
            let sample = aside::detect::heat::Sample::new(text);
            let row = table.row(&sample);
            let mut signals = sample.signals;
            signals::complete(&mut signals, abuse.logit(&row, &[]), annoyance.logit(&row, &[]));
            let signals: Vec<String> = signals.iter().map(|value| format!("{value:.4}")).collect();
            writeln!(out, "corpus\t{}\t{}\ten\tcorpus\tfalse\t{}\t{}", if value["boils"] == true {"Boiling"} else {"Cold"}, value["why"], signals.join(","), text.replace(['\n', '\t', '\r'], " "))?;
        }
        std::fs::write("/tmp/exp/dump.tsv", out)?;
        return Ok(());
    }
    let (train, held): (Vec<Own>, Vec<Own>) = quiet.into_iter().partition(|own| !own.held);

    let by_batch = judge::left_out(&own, &train, |own| &own.batch, 10);
    judge::report("by author batch", &own, &by_batch);
    judge::corpus(&table, &Heads::fit_heat(own.iter().chain(&train)), &abuse, &annoyance)?;
    if std::env::var_os("FAST").is_some() {
        return Ok(());
    }
    let by_theme = judge::left_out(&own, &train, |own| &own.theme, 100);
    judge::report("by theme", &own, &by_theme);

    let heads = Heads::fit(own.iter().chain(&train));
    judge::background(&held, &heads);
    judge::corpus(&table, &heads, &abuse, &annoyance)?;

    let calibration = judge::calibration(&own, &by_batch);
    judge::at_thresholds(&own, &by_batch, &held, &heads, &calibration);
    let weights = table.weights(&[abuse, annoyance], &heads.all, DISPLEASURE, calibration);
    let bytes = weights.to_bytes();
    Weights::parse(&bytes).map_err(|error| error.to_string())?;
    std::fs::write(root.join("heat.bin"), bytes)?;
    Ok(())
}

/// How much displeasure adds to the logit of heat: it ranks polite complaints above small talk, and was chosen
/// as the largest that costs nothing where boiling is told from displeasure.
const DISPLEASURE: f32 = 0.25;

/// Strength of the pull of weights to zero, for heads that learn from public texts.
const PUBLIC_RIDGE: f64 = 0.3;
/// The same for the project's own heads, and for their signals.
const RIDGE: f64 = 0.12;
const SIGNAL_RIDGE: f64 = 0.1;
/// What an ordinary message of another place counts beside an example written for the purpose.
const QUIET: f64 = 0.3;

pub(crate) fn knob(name: &str, default: f64) -> f64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn public_head(table: &Table, public: &[Public], label: impl Fn(&Public) -> Option<bool>) -> Linear {
    let mut problem = Problem::new(table.columns(), 0, PUBLIC_RIDGE, SIGNAL_RIDGE);
    for text in public.iter().filter(|text| !text.held) {
        if let Some(label) = label(text) {
            problem.push(&table.row(&text.sample), &[], label, text.weight);
        }
    }
    problem.solve()
}

/// A row of the heads that the project's own examples teach.
pub(crate) struct Own {
    pub(crate) row: Vec<(u32, f32)>,
    pub(crate) signals: signals::Signals,
    pub(crate) label: Label,
    pub(crate) kind: String,
    pub(crate) language: String,
    pub(crate) theme: String,
    pub(crate) batch: String,
    pub(crate) weight: f64,
    pub(crate) held: bool,
    pub(crate) source: &'static str,
    pub(crate) text: String,
}

impl Own {
    fn new(table: &Table, example: &Example, abuse: &Linear, annoyance: &Linear) -> Self {
        let row = table.row(&example.sample);
        let mut signals = example.sample.signals;
        signals::complete(&mut signals, abuse.logit(&row, &[]), annoyance.logit(&row, &[]));
        Self {
            row,
            signals,
            label: example.label,
            kind: example.kind.clone(),
            language: example.language.clone(),
            theme: example.theme.clone(),
            batch: example.batch.clone(),
            weight: 1.0,
            held: false,
            source: "own",
            text: example.text.clone(),
        }
    }

    fn quiet(table: &Table, text: &Public, abuse: &Linear, annoyance: &Linear) -> Self {
        let row = table.row(&text.sample);
        let mut signals = text.sample.signals;
        signals::complete(&mut signals, abuse.logit(&row, &[]), annoyance.logit(&row, &[]));
        Self {
            row,
            signals,
            label: Label::Cold,
            kind: "chat".to_owned(),
            language: "en".to_owned(),
            theme: String::new(),
            batch: String::new(),
            weight: knob("QUIET", QUIET),
            held: text.held,
            source: text.source,
            text: text.text.clone(),
        }
    }
}

/// The heads that the project's own examples teach.
pub(crate) struct Heads {
    pub(crate) all: Vec<Linear>,
}

impl Heads {
    pub(crate) fn fit<'o>(rows: impl Iterator<Item = &'o Own>) -> Self {
        let rows: Vec<&Own> = rows.collect();
        Self::fit_some(&rows, &Head::ALL[Head::PUBLIC..])
    }

    /// Only the heads that heat is read from.
    pub(crate) fn fit_heat<'o>(rows: impl Iterator<Item = &'o Own>) -> Self {
        Self::fit_some(&rows.collect::<Vec<_>>(), &[Head::Boiling, Head::Displeased])
    }

    fn fit_some(rows: &[&Own], heads: &[Head]) -> Self {
        let all = heads.iter().map(|head| Self::head(*head, rows)).collect();
        Self { all }
    }

    fn head(head: Head, rows: &[&Own]) -> Linear {
        let mut problem = Problem::new(aside::detect::heat::ngrams::BUCKETS, signals::Signal::ALL.len(), knob("RIDGE", RIDGE), knob("SIGNAL_RIDGE", SIGNAL_RIDGE));
        for own in rows {
            let boiling = own.label == Label::Boiling;
            let label = match head {
                Head::Abuse | Head::Annoyance => None,
                Head::Boiling => Some(boiling),
                Head::Displeased => Some(own.label != Label::Cold),
                Head::Insult => boiling.then(|| matches!(&*own.kind, "insult" | "derogation")),
                Head::Threat => boiling.then(|| own.kind == "threat"),
                Head::Grievance => boiling.then(|| own.kind == "fury"),
            };
            if let Some(label) = label {
                problem.push(&own.row, &own.signals, label, own.weight);
            }
        }
        problem.solve()
    }

    pub(crate) fn logit(&self, own: &Own) -> f32 {
        self.all[0].logit(&own.row, &own.signals) + knob("DISPLEASURE", f64::from(DISPLEASURE)) as f32 * self.all[1].logit(&own.row, &own.signals)
    }
}
