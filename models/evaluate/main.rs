//! Measures what the shipped scanner finds: `cargo run --release --example evaluate -- FOLDER`, where FOLDER holds the
//! public texts that `docs/DETECTION.md` names. Nothing is fitted here, nothing is written.
//!
//! Identities come from a generator and from a recognizer's own examples, false alarms from chat that training kept
//! back, the rest from `tests/corpus`. A list of words, rustrict, judges the same rows where it has anything to say.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a program for developers; few rows")]

mod chat;
mod corpus;
mod identities;
mod tally;

use std::error::Error;
use std::fs;
use std::path::Path;

use aside::config::Config;
use serde::de::DeserializeOwned;

type Outcome = Result<(), Box<dyn Error>>;

fn main() -> Outcome {
    let folder = std::env::args().nth(1).ok_or("usage: evaluate FOLDER, which holds the public texts")?;
    let core = Config::default().build()?;
    identities::generated(&core, Path::new(&folder))?;
    identities::recognized(&core, Path::new(&folder))?;
    chat::kept_back(&core, Path::new(&folder))?;
    corpus::private_details(&core)?;
    corpus::boiling_points(&core)
}

/// The rows of a file of JSON lines.
fn rows<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Box<dyn Error>> {
    let lines = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?)
}
