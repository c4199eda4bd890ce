//! Figures.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use aside::detect::heat::Sample;
use serde_json::Value;

use crate::data::{Label, Public};
use crate::fit::Linear;
use crate::table::Table;
use crate::{Heads, Own};

/// Area under the ROC curve, ties counting half.
pub(crate) fn auc(rows: &[(f32, bool)]) -> f64 {
    let mut rows = rows.to_vec();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (mut below, mut sum, mut positives, mut at) = (0.0, 0.0, 0.0, 0);
    while at < rows.len() {
        let tied = rows[at..].iter().take_while(|row| row.0 == rows[at].0).count();
        let hits = rows[at..at + tied].iter().filter(|row| row.1).count() as f64;
        let misses = tied as f64 - hits;
        sum += hits * (below + misses / 2.0);
        below += misses;
        positives += hits;
        at += tied;
    }
    sum / (positives * below).max(1.0)
}

/// The best F1 of any threshold.
pub(crate) fn best_f1(rows: &[(f32, bool)]) -> f64 {
    let mut rows = rows.to_vec();
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    let all = rows.iter().filter(|row| row.1).count() as f64;
    let mut found = 0.0;
    let mut best: f64 = 0.0;
    for (at, row) in rows.iter().enumerate() {
        found += f64::from(u8::from(row.1));
        best = best.max(2.0 * found / (at as f64 + 1.0 + all));
    }
    best
}

pub(crate) fn public(table: &Table, public: &[Public], abuse: &Linear, annoyance: &Linear) {
    let mut by_source: BTreeMap<&str, Vec<(f32, bool)>> = BTreeMap::new();
    for text in public.iter().filter(|text| text.held) {
        let row = table.row(&text.sample);
        if let Some(label) = text.abuse {
            by_source.entry(text.source).or_default().push((abuse.logit(&row, &[]), label));
            by_source.entry("all abuse").or_default().push((abuse.logit(&row, &[]), label));
        } else if let Some(label) = text.annoyance {
            by_source.entry(text.source).or_default().push((annoyance.logit(&row, &[]), label));
        }
    }
    for (source, rows) in by_source {
        println!("public {source}: AUC {:.3} of {}", auc(&rows), rows.len());
    }
}

/// The logits of heat, each by heads that never saw the row's group.
pub(crate) fn left_out(own: &[Own], quiet: &[Own], group: impl Fn(&Own) -> &String, folds: usize) -> Vec<f32> {
    let groups: Vec<&String> = own.iter().map(&group).collect::<BTreeSet<_>>().into_iter().collect();
    let fold = |own: &Own| groups.iter().position(|name| *name == group(own)).unwrap_or(0) % folds;
    let mut logits = vec![0.0; own.len()];
    for out in 0..folds.min(groups.len()) {
        let heads = Heads::fit_heat(own.iter().filter(|own| fold(own) != out).chain(quiet));
        for (own, logit) in own.iter().zip(&mut logits).filter(|(own, _)| fold(own) == out) {
            *logit = heads.logit(own);
        }
    }
    logits
}

pub(crate) fn report(name: &str, own: &[Own], logits: &[f32]) {
    let of = |keep: &dyn Fn(&Own) -> bool, truth: &dyn Fn(&Own) -> bool| -> Vec<(f32, bool)> {
        own.iter().zip(logits).filter(|(own, _)| keep(own)).map(|(own, logit)| (*logit, truth(own))).collect()
    };
    let boiling = |own: &Own| own.label == Label::Boiling;
    let all = of(&|_| true, &boiling);
    println!("{name}: boiling AUC {:.4} best F1 {:.4}", auc(&all), best_f1(&all));
    let pleased = of(&|_| true, &|own| own.label != Label::Cold);
    let fury = of(&|own| !boiling(own) || own.kind == "fury", &boiling);
    let warm = of(&|own| own.label != Label::Cold, &boiling);
    let cold = of(&|own| own.label != Label::Warm, &boiling);
    println!(
        "  not cold {:.4}; fury/rest {:.4} f1 {:.4}; boiling/warm {:.4}; boiling/cold {:.4}",
        auc(&pleased), auc(&fury), best_f1(&fury), auc(&warm), auc(&cold)
    );
    let themes: BTreeSet<&String> = own.iter().map(|own| &own.theme).collect();
    for theme in themes {
        let rows = of(&|own| own.theme == *theme, &boiling);
        println!("  {theme}: AUC {:.3} F1 {:.3} of {}", auc(&rows), best_f1(&rows), rows.len());
    }
}

pub(crate) fn background(held: &[Own], heads: &Heads) {
    let mut by_source: BTreeMap<&str, Vec<(f32, &str)>> = BTreeMap::new();
    for own in held {
        by_source.entry(own.source).or_default().push((heads.logit(own), &own.text));
    }
    for (source, mut rows) in by_source {
        rows.sort_by(|one, other| other.0.total_cmp(&one.0));
        let at = |share: f64| rows[(rows.len() as f64 * share) as usize].0;
        println!("{source}: {} rows, logit of the top 0.1% {:.2}, 0.5% {:.2}, 1% {:.2}", rows.len(), at(0.001), at(0.005), at(0.01));
    }
}

/// The blind corpus, whose rows nothing learns from.
pub(crate) fn corpus(table: &Table, heads: &Heads, abuse: &Linear, annoyance: &Linear) -> Result<(), Box<dyn Error>> {
    for path in [Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/boiling_point.jsonl"), "/tmp/blind/blind.jsonl".into()] {
    let mut rows = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let value: Value = serde_json::from_str(line)?;
        let sample = Sample::new(value["text"].as_str().unwrap_or_default());
        let row = table.row(&sample);
        let mut signals = sample.signals;
        aside::detect::heat::signals::complete(&mut signals, abuse.logit(&row, &[]), annoyance.logit(&row, &[]));
        let logit = heads.all[0].logit(&row, &signals) + crate::knob("DISPLEASURE", 0.25) as f32 * heads.all[1].logit(&row, &signals);
        rows.push((logit, value["boils"].as_bool() == Some(true)));
    }
    println!("corpus: AUC {:.4} best F1 {:.4} of {}", auc(&rows), best_f1(&rows), rows.len());
    }
    Ok(())
}

/// Logit to heat: shares of boiling among left-out rows of neighboring logits, made monotone, in a dozen points.
pub(crate) fn calibration(own: &[Own], logits: &[f32]) -> Vec<(f32, f32)> {
    let mut rows: Vec<(f32, bool)> =
        own.iter().zip(logits).map(|(own, logit)| (*logit, own.label == Label::Boiling)).collect();
    rows.sort_by(|one, other| one.0.total_cmp(&other.0));
    // Platt: a logistic of the logit, fitted by Newton's method in two unknowns.
    let (mut slope, mut shift) = (1.0_f64, 0.0_f64);
    for _ in 0..50 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for (logit, boils) in &rows {
            let x = f64::from(*logit);
            let p = 1.0 / (1.0 + (-(slope * x + shift)).exp());
            let error = p - f64::from(u8::from(*boils));
            g0 += error * x;
            g1 += error;
            h00 += p * (1.0 - p) * x * x;
            h01 += p * (1.0 - p) * x;
            h11 += p * (1.0 - p);
        }
        let determinant = h00 * h11 - h01 * h01;
        slope -= (g0 * h11 - g1 * h01) / determinant;
        shift -= (g1 * h00 - g0 * h01) / determinant;
    }
    println!("calibration: slope {slope:.3} shift {shift:.3}");
    let inverse = |heat: f64| ((heat / (1.0 - heat)).ln() - shift) / slope;
    [0.0001, 0.001, 0.003, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999]
        .map(|heat| (inverse(heat) as f32, heat as f32))
        .to_vec()
}

pub(crate) fn at_thresholds(own: &[Own], logits: &[f32], held: &[Own], heads: &Heads, calibration: &[(f32, f32)]) {
    for (logit, heat) in calibration.iter().filter(|(_, heat)| *heat >= 0.3) {
        let over: Vec<&Own> = own.iter().zip(logits).filter(|(_, at)| *at >= logit).map(|(own, _)| own).collect();
        let right = over.iter().filter(|own| own.label == Label::Boiling).count() as f64;
        let all = own.iter().filter(|own| own.label == Label::Boiling).count() as f64;
        let quiet = |source: &str| {
            let rows: Vec<&Own> = held.iter().filter(|own| own.source == source).collect();
            100.0 * rows.iter().filter(|own| heads.logit(own) >= *logit).count() as f64 / rows.len() as f64
        };
        let (precision, recall) = (right / over.len() as f64, right / all);
        println!(
            "heat {heat:.2}: precision {precision:.3} recall {recall:.3} F1 {:.3}; false alarms irc {:.2}% banking {:.2}% clinc {:.2}%",
            2.0 * precision * recall / (precision + recall), quiet("irc"), quiet("banking77"), quiet("clinc")
        );
    }
    let (mut false_alarms, mut misses): (Vec<_>, Vec<_>) =
        own.iter().zip(logits).map(|(own, logit)| (*logit, own)).partition(|(_, own)| own.label != Label::Boiling);
    false_alarms.sort_by(|one, other| other.0.total_cmp(&one.0));
    misses.sort_by(|one, other| one.0.total_cmp(&other.0));
    if std::env::var_os("WORST").is_some() {
        for (logit, own) in false_alarms.iter().take(60) {
            println!("FALSE {logit:.2} {} {} {}: {}", own.batch, own.kind, own.language, own.text);
        }
        for (logit, own) in misses.iter().take(100) {
            println!("MISS {logit:.2} {} {} {}: {}", own.batch, own.kind, own.language, own.text);
        }
        let mut quiet: Vec<_> = held.iter().map(|own| (heads.logit(own), own)).collect();
        quiet.sort_by(|one, other| other.0.total_cmp(&one.0));
        for (logit, own) in quiet.iter().take(40) {
            println!("QUIET {logit:.2} {}: {}", own.source, own.text);
        }
    }
}
