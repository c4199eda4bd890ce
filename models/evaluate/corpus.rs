//! The project's own rows, which nothing is trained on; detectors are mended by them, so they guard rather than measure.

use std::path::PathBuf;

use aside::config::Core;
use aside::detect::Kind;
use aside::policy::When;
use serde::Deserialize;

use crate::chat::is_listed;
use crate::tally::Tally;
use crate::{Outcome, rows};

/// A row of private details: `⟦` and `⟧` mark what must be found, `¦` joins pieces.
#[derive(Deserialize)]
struct Row {
    hit: Option<String>,
    miss: Option<String>,
}

/// A message at boiling point, or not.
#[derive(Deserialize)]
struct Voice {
    text: String,
    boils: bool,
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/corpus/{name}.jsonl"))
}

/// Prints, for each kind, in how many rows it is found.
pub(crate) fn private_details(core: &Core) -> Outcome {
    println!("corpus: precision, recall, F1 | rows with it, without it");
    for kind in Kind::ALL.iter().filter(|kind| path(kind.as_str()).exists()) {
        let rows = rows::<Row>(&path(kind.as_str()))?;
        let mut tally = Tally::default();
        for row in &rows {
            let text = row.hit.as_ref().or(row.miss.as_ref()).map_or("", |text| text);
            let findings = core.scanner.scan(&text.replace(['⟦', '⟧', '¦'], "")).findings;
            tally.count(row.hit.is_some(), findings.iter().any(|finding| finding.kind == *kind));
        }
        println!("{:20} {} | {} {}", kind.as_str(), tally.figures(), tally.all, rows.len() - tally.all);
    }
    println!();
    Ok(())
}

/// Prints how the shipped rule tells boiling points apart, with a list of words beside it.
pub(crate) fn boiling_points(core: &Core) -> Outcome {
    let boiling = core.policy.rules().iter().find_map(|rule| match rule.when {
        When { heat: Some(heat), .. } => Some(heat),
        _ => None,
    });
    let boiling = boiling.ok_or("no rule with heat")?;
    println!(
        "boiling points at heat {boiling}: precision, recall, F1 | rustrict: the same | rows that boil, others"
    );
    for name in ["boiling_point", "blind", "functional", "fresh", "unseen"] {
        let (mut ours, mut listed) = (Tally::default(), Tally::default());
        let rows = rows::<Voice>(&path(name))?;
        for row in &rows {
            ours.count(row.boils, core.scanner.scan(&row.text).heat >= boiling);
            listed.count(row.boils, is_listed(&row.text));
        }
        let (ours_figures, others) = (ours.figures(), rows.len() - ours.all);
        println!("{name:20} {ours_figures} | {} | {} {others}", listed.figures(), ours.all);
    }
    Ok(())
}
