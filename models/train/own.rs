//! The heads that the project's own examples teach.

use std::collections::BTreeSet;

use aside::detect::heat::ngrams::BUCKETS;
use aside::detect::heat::signals::{self, Signal, Signals};
use aside::detect::heat::weights::{Head, either};

use crate::data::{Example, Label, Public};
use crate::fit::{Linear, Problem};
use crate::table::Table;

/// How much displeasure adds to the logit of heat: it ranks polite complaints above small talk, at no cost where
/// boiling is told from displeasure.
pub(crate) const DISPLEASURE: f32 = 0.15;
/// Strength of the pull of weights to zero, of n-grams and of signals.
const RIDGE: f64 = 0.12;
const SIGNAL_RIDGE: f64 = 0.1;
/// What a public text counts beside an example written for the purpose: one of ordinary chat, and one labelled by others.
const QUIET: f64 = 0.5;
const LABELLED: f64 = 0.3;
/// How much surer hostility must be than a boiling point to count as much.
pub(crate) const RESERVE: f32 = 1.0;

/// A row to learn from or to judge.
pub(crate) struct Own {
    row: Vec<(u32, f32)>,
    signals: Signals,
    pub(crate) label: Label,
    pub(crate) kind: String,
    pub(crate) theme: String,
    pub(crate) batch: String,
    weight: f64,
    /// A public text of a source that is all ordinary chat.
    ordinary: bool,
    /// A public text that was kept back.
    pub(crate) held: bool,
    /// Of a public text: its source, and what its label says.
    pub(crate) source: Option<(usize, bool)>,
    pub(crate) text: String,
}

impl Own {
    pub(crate) fn new(table: &Table, heads: &[Linear; 2], example: &Example) -> Self {
        let row = table.row(&example.sample);
        Self {
            signals: complete(example.sample.signals, heads, &row),
            row,
            label: example.label,
            kind: example.kind.clone(),
            theme: example.theme.clone(),
            batch: example.batch.clone(),
            weight: 1.0,
            ordinary: false,
            held: false,
            source: None,
            text: example.text.clone(),
        }
    }

    /// A message of a corpus that nothing learns from.
    pub(crate) fn blind(table: &Table, heads: &[Linear; 2], text: &str, boils: bool) -> Self {
        let sample = aside::detect::heat::Sample::new(text);
        let row = table.row(&sample);
        Self {
            signals: complete(sample.signals, heads, &row),
            row,
            label: if boils { Label::Boiling } else { Label::Cold },
            kind: String::new(),
            theme: String::new(),
            batch: String::new(),
            weight: 0.0,
            ordinary: false,
            held: true,
            source: None,
            text: text.to_owned(),
        }
    }

    /// A public text, if it is kept back to be judged or ordinary chat to be left alone.
    pub(crate) fn public(table: &Table, heads: &[Linear; 2], text: &Public) -> Option<Self> {
        if !text.held && text.boils.is_none() {
            return None;
        }
        let boils = text.boils.unwrap_or_default();
        let row = table.row(&text.sample);
        Some(Self {
            signals: complete(text.sample.signals, heads, &row),
            row,
            label: if boils { Label::Boiling } else { Label::Cold },
            kind: if boils { "insult" } else { "chat" }.to_owned(),
            theme: String::new(),
            batch: String::new(),
            weight: if text.ordinary { QUIET } else { LABELLED * text.weight },
            ordinary: text.ordinary,
            held: text.held,
            source: Some((text.source, text.abuse.or(text.annoyance).unwrap_or_default())),
            text: text.text.clone(),
        })
    }

    pub(crate) fn boils(&self) -> bool {
        self.label == Label::Boiling
    }
}

fn complete(mut signals: Signals, heads: &[Linear; 2], row: &[(u32, f32)]) -> Signals {
    let [abuse, annoyance] = heads.each_ref().map(|head| head.logit(row, &[]));
    signals::complete(&mut signals, abuse, annoyance);
    signals
}

/// Fitted heads, in the order of [`Head::ALL`], without the public ones.
pub(crate) struct Heads {
    pub(crate) all: Vec<Linear>,
}

impl Heads {
    pub(crate) fn fit<'o>(rows: impl Iterator<Item = &'o Own>) -> Self {
        Self::fit_some(&rows.collect::<Vec<_>>(), &Head::ALL[Head::PUBLIC..])
    }

    fn fit_some(rows: &[&Own], heads: &[Head]) -> Self {
        Self { all: heads.iter().map(|head| fit(*head, rows)).collect() }
    }

    /// The logit that heat is read from.
    pub(crate) fn logit(&self, own: &Own) -> f32 {
        let [boiling, displeased, hostile] = [0, 1, 2].map(|at| self.all[at].logit(&own.row, &own.signals));
        either(boiling + DISPLEASURE * displeased, hostile - RESERVE)
    }
}

fn fit(head: Head, rows: &[&Own]) -> Linear {
    let mut problem = Problem::new(BUCKETS, Signal::ALL.len(), RIDGE, SIGNAL_RIDGE);
    for own in rows {
        if let Some(label) = says(head, own) {
            problem.push(&own.row, &own.signals, label, own.weight);
        }
    }
    problem.solve()
}

/// What the label of a row says of a head.
fn says(head: Head, own: &Own) -> Option<bool> {
    let boils = own.boils();
    // Others' labels say nothing of what sort of boiling point it is.
    let sort = boils && own.source.is_none();
    let trusted = own.source.is_none() || own.ordinary;
    match head {
        Head::Abuse | Head::Annoyance => None,
        Head::Boiling => trusted.then_some(boils),
        Head::Displeased => trusted.then_some(own.label != Label::Cold),
        Head::Hostile => Some(boils),
        Head::Insult => sort.then(|| matches!(&*own.kind, "insult" | "derogation")),
        Head::Threat => sort.then(|| own.kind == "threat"),
        Head::Grievance => sort.then(|| own.kind == "fury"),
    }
}

/// The logits of heat of `own`, each by heads that never saw a row of its group.
pub(crate) fn left_out(
    own: &[Own],
    quiet: &[Own],
    group: impl Fn(&Own) -> &String,
    folds: usize,
) -> Vec<f32> {
    let groups: Vec<&String> = own.iter().map(&group).collect::<BTreeSet<_>>().into_iter().collect();
    let fold = |own: &Own| groups.iter().position(|name| *name == group(own)).unwrap_or(0) % folds;
    let mut logits = vec![0.0; own.len()];
    for out in 0..folds.min(groups.len()) {
        let rows: Vec<&Own> = own.iter().filter(|own| fold(own) != out).chain(quiet).collect();
        let heads = Heads::fit_some(&rows, &[Head::Boiling, Head::Displeased, Head::Hostile]);
        for (own, logit) in own.iter().zip(&mut logits).filter(|(own, _)| fold(own) == out) {
            *logit = heads.logit(own);
        }
    }
    logits
}
