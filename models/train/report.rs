//! What is printed, for the model card and for whoever improves the model.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::Path;

use rustrict::{Censor, Type};

use crate::data::{Label, Source};
use crate::figures::{Scored, auc, best_f1, f1, macro_f1, precision_recall};
use crate::own::Own;

/// The heat from which on the shipped rule acts.
const SHIPPED: f32 = 0.6;
/// The batches of insults whose letters are disguised.
const DISGUISED: [&str; 2] = ["direct-k", "direct-m"];
/// The themes in which customers speak.
const CUSTOMERS: [&str; 2] = ["shop", "grievance"];
/// Words that name violence or exposure: a threat with one of them is worded plainly.
const PLAIN: [&str; 40] = [
    "kill",
    "die",
    "dead",
    "death",
    "hang",
    "shot",
    "shoot",
    "stab",
    "stabbed",
    "beat",
    "beating",
    "break",
    "smash",
    "punch",
    "slap",
    "burn",
    "bullet",
    "knife",
    "throat",
    "teeth",
    "bury",
    "drown",
    "strangle",
    "rip",
    "cut",
    "hurt",
    "dox",
    "doxx",
    "swat",
    "ddos",
    "raid",
    "bleed",
    "murder",
    "bleach",
    "coffin",
    "grave",
    "rope",
    "hospital",
    "ambulance",
    "bomb",
];

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
    let complains_or_cold = |own: &Own| complains(own) || own.label == Label::Cold;
    line("complaints against cold", &complains_or_cold, &complains);
    let customer = |own: &Own| CUSTOMERS.contains(&&*own.theme);
    line("the same of customers", &|own| customer(own) && complains_or_cold(own), &complains);
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

/// Whether `text` has one of the [`PLAIN`] words.
fn is_plain(text: &str) -> bool {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| PLAIN.contains(&word))
}

/// What share of left-out rows of one sort the shipped threshold takes or leaves.
pub(crate) fn functional(own: &[Own], logits: &[f32], calibration: &[(f32, f32)]) {
    let threshold = logit_of(calibration, SHIPPED);
    println!("\nat {SHIPPED}, left out by author: share done right | rustrict | rows");
    let line = |name: &str, found: bool, keep: &dyn Fn(&Own) -> bool| {
        let rows: Vec<(&Own, f32)> =
            own.iter().zip(logits).filter(|(own, _)| keep(own)).map(|(own, logit)| (own, *logit)).collect();
        let share = |taken: &dyn Fn(&(&Own, f32)) -> bool| {
            rows.iter().filter(|row| taken(row) == found).count() as f64 / (rows.len() as f64).max(1.0)
        };
        let ours = share(&|(_, logit)| *logit >= threshold);
        let listed = share(&|(own, _)| word_list(&own.text) > 0.5);
        println!("{name:32} {ours:.3} | {listed:.3} | {}", rows.len());
    };
    line("threats found", true, &|own| own.kind == "threat");
    line("threats in plain words found", true, &|own| own.kind == "threat" && is_plain(&own.text));
    line("other threats found", true, &|own| own.kind == "threat" && !is_plain(&own.text));
    line("insults found", true, &|own| own.kind == "insult");
    line("fury found", true, &|own| own.kind == "fury");
    line("disguised spelling found", true, &|own| DISGUISED.contains(&&*own.batch) && own.boils());
    line("harmless swearing left alone", false, &|own| own.label == Label::Cold && own.swears());
    line("complaints left alone", false, &|own| own.kind == "complaint");
    line("other cold lines left alone", false, &|own| own.label == Label::Cold && !own.swears());
}

/// The corpora that nothing is trained on.
pub(crate) fn blind(
    judge: &dyn Fn(&Own) -> f32,
    read: &dyn Fn(&str, bool) -> Own,
    calibration: &[(f32, f32)],
) -> Result<(), Box<dyn Error>> {
    println!("\ncorpora: AUC, best F1, F1 at {SHIPPED} | rustrict: AUC, F1 | rows");
    for name in ["boiling_point", "blind", "functional", "fresh", "unseen"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/corpus/{name}.jsonl"));
        let (mut ours, mut list): (Vec<Scored>, Vec<Scored>) = (Vec::new(), Vec::new());
        for line in std::fs::read_to_string(path)?.lines() {
            let row: serde_json::Value = serde_json::from_str(line)?;
            let (text, boils) = (row["text"].as_str().unwrap_or_default(), row["boils"] == true);
            ours.push((judge(&read(text, boils)), boils));
            list.push((word_list(text), boils));
        }
        let listed_f1 = f1(precision_recall(&list, 0.5));
        println!(
            "{name:14} {:.3} {:.3} {:.3} | {:.3} {listed_f1:.3} | {}",
            auc(&ours),
            best_f1(&ours),
            f1(precision_recall(&ours, logit_of(calibration, SHIPPED))),
            auc(&list),
            ours.len()
        );
    }
    Ok(())
}

/// Public texts that were kept back: how heat ranks what they call abuse or anger, and false alarms.
pub(crate) fn public(
    held: &[Own],
    judge: &dyn Fn(&Own) -> f32,
    sources: &[Source],
    calibration: &[(f32, f32)],
) {
    println!(
        "\nkept-back public texts: AUC of heat, macro-F1 at {SHIPPED}, share at 0.35, 0.6, 0.65, 0.7 of what is not labelled | rustrict: AUC, macro-F1, share | rows"
    );
    for (at, source) in sources.iter().enumerate() {
        let rows: Vec<(&Own, bool)> = held
            .iter()
            .filter_map(|own| own.source.filter(|(from, _)| *from == at).map(|(_, label)| (own, label)))
            .collect();
        let ours: Vec<Scored> = rows.iter().map(|(own, label)| (judge(own), *label)).collect();
        let list: Vec<Scored> = rows.iter().map(|(own, label)| (word_list(&own.text), *label)).collect();
        let over = |scored: &[Scored], threshold: f32| {
            let clean: Vec<f32> = scored.iter().filter(|row| !row.1).map(|row| row.0).collect();
            100.0 * clean.iter().filter(|score| **score >= threshold).count() as f64
                / (clean.len() as f64).max(1.0)
        };
        let [low, half, more, most] =
            [0.35, 0.6, 0.65, 0.7].map(|heat| over(&ours, logit_of(calibration, heat)));
        println!(
            "{:12} {:.3} {:.3} {low:.2}% {half:.2}% {more:.2}% {most:.2}% | {:.3} {:.3} {:.2}% | {}",
            source.name,
            auc(&ours),
            macro_f1(&ours, logit_of(calibration, SHIPPED)),
            auc(&list),
            macro_f1(&list, 0.5),
            over(&list, 0.5),
            rows.len()
        );
    }
}

/// With `WORST` in the environment: what comes out most wrong, to learn from.
pub(crate) fn worst(own: &[Own], logits: &[f32], held: &[Own], judge: &dyn Fn(&Own) -> f32) {
    if std::env::var_os("WORST").is_none() {
        return;
    }
    let mut rows: Vec<(f32, &Own)> = own.iter().zip(logits).map(|(own, logit)| (*logit, own)).collect();
    rows.extend(
        held.iter().filter(|own| own.source.is_some_and(|(_, label)| !label)).map(|own| (judge(own), own)),
    );
    rows.sort_by(|one, other| other.0.total_cmp(&one.0));
    let alarms = rows.iter().filter(|(_, own)| !own.boils()).take(80);
    let misses = rows.iter().rev().filter(|(_, own)| own.boils()).take(80);
    for (what, (logit, own)) in alarms.map(|row| ("alarm", row)).chain(misses.map(|row| ("miss", row))) {
        println!("{what} {logit:.2} {} {}: {}", own.batch, own.kind, own.text);
    }
}
