//! The heads that the project's own examples teach.

use std::collections::BTreeSet;

use aside::detect::heat::ngrams::BUCKETS;
use aside::detect::heat::signals::{self, Signal, Signals};
use aside::detect::heat::weights::{Head, Logits};

use crate::data::{Example, Label, Public};
use crate::fit::{self, Linear, Problem};
use crate::table::Table;

/// Strength of the pull of weights to zero.
const RIDGE: f64 = 0.125;
/// The same where public texts teach, too.
const HOSTILE_RIDGE: f64 = 0.33;
/// What a threat counts beside another example: few are written, and none should be missed.
const THREAT: f64 = 2.0;
/// The same of a harmless line with a swear word in it, whose like public texts take for abuse.
const HARMLESS: f64 = 3.0;

/// A row to learn from or to judge.
pub(crate) struct Own {
    row: Vec<(u32, f32)>,
    pub(crate) signals: Signals,
    /// What the public heads say.
    public: [f32; Head::PUBLIC],
    draw: u64,
    pub(crate) label: Label,
    pub(crate) kind: String,
    pub(crate) theme: String,
    pub(crate) batch: String,
    /// What it counts to the heads that learn from it.
    pub(crate) weight: f64,
    /// A public text of a source that is all ordinary chat.
    pub(crate) ordinary: bool,
    /// A public text that was kept back.
    pub(crate) held: bool,
    /// Of a public text: its source, and what its label says.
    pub(crate) source: Option<(usize, bool)>,
    pub(crate) text: String,
}

impl Own {
    pub(crate) fn new(table: &Table, heads: &[Linear; 2], example: &Example) -> Self {
        let row = table.row(&example.sample);
        let public = said(heads, &row);
        Self {
            signals: complete(example.sample.signals, public),
            row,
            public,
            draw: 0,
            label: example.label,
            kind: example.kind.clone(),
            theme: example.theme.clone(),
            batch: example.batch.clone(),
            weight: weight(example),
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
        let public = said(heads, &row);
        Self {
            signals: complete(sample.signals, public),
            row,
            public,
            draw: 0,
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
    pub(crate) fn public(row: Vec<(u32, f32)>, public: [f32; Head::PUBLIC], text: &Public) -> Option<Self> {
        if !text.held && text.boils.is_none() {
            return None;
        }
        let boils = text.boils.unwrap_or_default();
        Some(Self {
            signals: complete(text.sample.signals, public),
            row,
            public,
            draw: text.draw / 10,
            label: if boils { Label::Boiling } else { Label::Cold },
            kind: if boils { "insult" } else { "chat" }.to_owned(),
            theme: String::new(),
            batch: String::new(),
            weight: text.counts,
            ordinary: text.ordinary,
            held: text.held,
            source: Some((text.source, text.abuse.or(text.annoyance).unwrap_or_default())),
            text: text.text.clone(),
        })
    }

    /// Whether a word of the lexicon that is taken for swearing or an insult is there.
    pub(crate) fn swears(&self) -> bool {
        swears(&self.signals)
    }

    pub(crate) fn boils(&self) -> bool {
        self.label == Label::Boiling
    }
}

fn weight(example: &Example) -> f64 {
    match example.label {
        Label::Boiling if example.kind == "threat" => THREAT,
        Label::Cold if swears(&example.sample.signals) => HARMLESS,
        _ => 1.0,
    }
}

fn swears(signals: &Signals) -> bool {
    [Signal::Swearing, Signal::Insult].iter().any(|signal| signals[*signal as usize] > 0.0)
}

fn said(heads: &[Linear; Head::PUBLIC], row: &[(u32, f32)]) -> [f32; Head::PUBLIC] {
    heads.each_ref().map(|head| head.logit(row, &[]))
}

fn complete(mut signals: Signals, [abuse, annoyance]: [f32; Head::PUBLIC]) -> Signals {
    signals::complete(&mut signals, abuse, annoyance);
    signals
}

/// Fitted heads, in the order of [`Head::ALL`], without the public ones.
pub(crate) struct Heads {
    pub(crate) all: Vec<Linear>,
}

impl Heads {
    pub(crate) fn fit(rows: &[&Own]) -> Self {
        let own = &Head::ALL[Head::PUBLIC..];
        Self { all: fit::each(own.len(), |at| learn(own[at], rows)) }
    }

    /// The logits of all heads that are fitted.
    pub(crate) fn logits(&self, own: &Own) -> Logits {
        let mut logits = [0.0; Head::ALL.len()];
        logits[..Head::PUBLIC].copy_from_slice(&own.public);
        for (logit, head) in logits[Head::PUBLIC..].iter_mut().zip(&self.all) {
            *logit = head.logit(&own.row, &own.signals);
        }
        logits
    }
}

fn learn(head: Head, rows: &[&Own]) -> Linear {
    let ridge = if head == Head::Hostile { HOSTILE_RIDGE } else { RIDGE };
    let mut problem = Problem::new(BUCKETS, Signal::ALL.len(), ridge);
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
    let trusted = own.source.is_none() || own.ordinary;
    match head {
        Head::Abuse | Head::Annoyance => None,
        Head::Boiling => trusted.then_some(boils),
        Head::Displeased => trusted.then_some(own.label != Label::Cold),
        Head::Hostile => Some(boils),
        Head::Threat => trusted.then(|| own.kind == "threat"),
        Head::Insult => trusted.then(|| own.kind == "insult"),
        Head::Grievance => trusted.then(|| own.kind == "fury"),
        Head::Contempt => trusted.then(|| own.kind == "derogation"),
        Head::Comment => (!own.ordinary).then_some(own.source.is_some()),
    }
}

/// Into which of `count` parts each row falls: the project's own by their group, public texts by a draw.
pub(crate) fn folds(rows: &[&Own], group: impl Fn(&Own) -> &String, count: usize) -> Vec<usize> {
    let own = rows.iter().filter(|own| own.source.is_none());
    let groups: Vec<&String> = own.map(|own| group(own)).collect::<BTreeSet<_>>().into_iter().collect();
    let fold = |own: &Own| match own.source {
        Some(_) => own.draw as usize % count,
        None => groups.binary_search(&group(own)).unwrap_or(0) % count,
    };
    rows.iter().map(|own| fold(own)).collect()
}

/// The logits of `rows`, each by heads that never saw a row of its fold.
pub(crate) fn left_out(rows: &[&Own], folds: &[usize]) -> Vec<Logits> {
    let count = folds.iter().max().map_or(0, |last| last + 1);
    let heads = fit::each(count, |out| {
        let kept = rows.iter().zip(folds).filter(|(_, fold)| **fold != out);
        Heads { all: learn_all(&kept.map(|(own, _)| *own).collect::<Vec<_>>()) }
    });
    rows.iter().zip(folds).map(|(own, fold)| heads[*fold].logits(own)).collect()
}

/// Every head, one after the other.
fn learn_all(rows: &[&Own]) -> Vec<Linear> {
    Head::ALL[Head::PUBLIC..].iter().map(|head| learn(*head, rows)).collect()
}
