//! What is printed, for the model card and for whoever improves the model.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use rustrict::{Censor, Type};

use crate::data::{Label, Source};
use crate::figures::{Scored, auc, best_f1, f1, precision_recall};
use crate::fit::Linear;
use crate::own::{Heads, Own};
use crate::table::Table;

/// The logit of the first point of a calibration that has at least `heat`.
fn logit_of(calibration: &[(f32, f32)], heat: f32) -> f32 {
    calibration.iter().find(|point| point.1 >= heat).map_or(f32::MAX, |point| point.0)
}

/// What a list of words makes of a text: 1 if it finds one that is not mild.
pub(crate) fn word_list(text: &str) -> f32 {
    f32::from(u8::from(Censor::from_str(text).analyze().is(Type::INAPPROPRIATE)))
}

pub(crate) fn left_out(what: &str, own: &[Own], logits: &[f32]) {
    let list: Vec<f32> = own.iter().map(|own| word_list(&own.text)).collect();
    println!("\nleft out by {what}: AUC, best F1 | rustrict: AUC, F1 | rows");
    let line = |name: &str, keep: &dyn Fn(&Own) -> bool, truth: &dyn Fn(&Own) -> bool| {
        let of = |scores: &[f32]| -> Vec<Scored> {
            own.iter()
                .zip(scores)
                .filter(|(own, _)| keep(own))
                .map(|(own, score)| (*score, truth(own)))
                .collect()
        };
        let (ours, listed) = (of(logits), of(&list));
        let (ours_auc, ours_f1, listed_auc) = (auc(&ours), best_f1(&ours), auc(&listed));
        let listed_f1 = f1(precision_recall(&listed, 0.5));
        println!("{name:24} {ours_auc:.3} {ours_f1:.3} | {listed_auc:.3} {listed_f1:.3} | {}", ours.len());
    };
    line("all", &|_| true, &Own::boils);
    line("fury against the rest", &|own| !own.boils() || own.kind == "fury", &Own::boils);
    line("boiling against warm", &|own| own.label != Label::Cold, &Own::boils);
    line("boiling against cold", &|own| own.label != Label::Warm, &Own::boils);
    line("displeased against cold", &|_| true, &|own| own.label != Label::Cold);
    let complains = |own: &Own| own.kind == "complaint" || own.kind == "fury";
    line("complaints against cold", &|own| complains(own) || own.label == Label::Cold, &complains);
    for theme in own.iter().map(|own| &own.theme).collect::<BTreeSet<_>>() {
        line(theme, &|own| own.theme == *theme, &Own::boils);
    }
}

/// Of left-out rows, what share of each band of heat boils, and what each threshold would find.
pub(crate) fn calibration(own: &[Own], logits: &[f32], calibration: &[(f32, f32)]) {
    let rows: Vec<Scored> = own.iter().zip(logits).map(|(own, logit)| (*logit, own.boils())).collect();
    println!("\nheat: share that boils | at this threshold: precision, recall, F1");
    for heats in calibration.windows(2).filter(|pair| pair[0].1 >= 0.1) {
        let band: Vec<&Scored> =
            rows.iter().filter(|row| (heats[0].0..heats[1].0).contains(&row.0)).collect();
        let share = band.iter().filter(|row| row.1).count() as f64 / (band.len() as f64).max(1.0);
        let both = precision_recall(&rows, heats[0].0);
        println!(
            "{:.2} to {:.2}: {share:.2} of {} | {:.3} {:.3} {:.3}",
            heats[0].1,
            heats[1].1,
            band.len(),
            both.0,
            both.1,
            f1(both)
        );
    }
}

/// The corpora that nothing is trained on.
pub(crate) fn blind(table: &Table, public: &[Linear; 2], heads: &Heads) -> Result<(), Box<dyn Error>> {
    println!("\ncorpora: AUC, best F1 | rustrict: AUC, F1 | rows");
    for name in ["boiling_point", "blind"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/corpus/{name}.jsonl"));
        let (mut ours, mut list): (Vec<Scored>, Vec<Scored>) = (Vec::new(), Vec::new());
        for line in std::fs::read_to_string(path)?.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let (text, boils) = (row["text"].as_str().unwrap_or_default(), row["boils"] == true);
            ours.push((heads.logit(&Own::blind(table, public, text, boils)), boils));
            list.push((word_list(text), boils));
        }
        let listed_f1 = f1(precision_recall(&list, 0.5));
        println!(
            "{name:14} {:.3} {:.3} | {:.3} {listed_f1:.3} | {}",
            auc(&ours),
            best_f1(&ours),
            auc(&list),
            ours.len()
        );
    }
    Ok(())
}

/// Public texts that were kept back: how heat ranks what they call abuse or anger, and false alarms.
pub(crate) fn public(held: &[Own], heads: &Heads, sources: &[Source], calibration: &[(f32, f32)]) {
    println!(
        "\nkept-back public texts: AUC of heat, share at 0.5, 0.6, 0.8 of what is not labelled | rustrict: AUC, share | rows"
    );
    for (at, source) in sources.iter().enumerate() {
        let rows: Vec<(&Own, bool)> = held
            .iter()
            .filter_map(|own| own.source.filter(|(from, _)| *from == at).map(|(_, label)| (own, label)))
            .collect();
        let ours: Vec<Scored> = rows.iter().map(|(own, label)| (heads.logit(own), *label)).collect();
        let list: Vec<Scored> = rows.iter().map(|(own, label)| (word_list(&own.text), *label)).collect();
        let over = |scored: &[Scored], threshold: f32| {
            let clean: Vec<f32> = scored.iter().filter(|row| !row.1).map(|row| row.0).collect();
            100.0 * clean.iter().filter(|score| **score >= threshold).count() as f64
                / (clean.len() as f64).max(1.0)
        };
        let [half, more, most] = [0.5, 0.6, 0.8].map(|heat| over(&ours, logit_of(calibration, heat)));
        println!(
            "{:12} {:.3} {half:.2}% {more:.2}% {most:.2}% | {:.3} {:.2}% | {}",
            source.name,
            auc(&ours),
            auc(&list),
            over(&list, 0.5),
            rows.len()
        );
    }
}

/// With `WORST` in the environment: what comes out most wrong, to learn from.
pub(crate) fn worst(own: &[Own], logits: &[f32], held: &[Own], heads: &Heads) {
    if std::env::var_os("WORST").is_none() {
        return;
    }
    let mut rows: Vec<(f32, &Own)> = own.iter().zip(logits).map(|(own, logit)| (*logit, own)).collect();
    rows.extend(
        held.iter()
            .filter(|own| own.source.is_some_and(|(_, label)| !label))
            .map(|own| (heads.logit(own), own)),
    );
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    let alarms = rows.iter().filter(|(_, own)| !own.boils()).take(80);
    let misses = rows.iter().rev().filter(|(_, own)| own.boils()).take(80);
    for (what, (logit, own)) in alarms.map(|row| ("alarm", row)).chain(misses.map(|row| ("miss", row))) {
        println!("{what} {logit:.2} {} {}: {}", own.batch, own.kind, own.text);
    }
}
