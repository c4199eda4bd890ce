//! Ordinary messages to judge.

use std::fs;
use std::path::Path;

/// The messages of the examples that are labeled cold.
pub(crate) fn cold_lines() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/examples");
    let mut files: Vec<_> = fs::read_dir(folder)
        .expect("the folder of examples")
        .map(|file| file.expect("a file of examples").path())
        .collect();
    files.sort();
    let tables = files.iter().map(|file| fs::read_to_string(file).expect("a table of examples"));
    tables.flat_map(|table| table.lines().skip(1).filter_map(cold).collect::<Vec<_>>()).collect()
}

/// The text of a line of examples, if it is labeled cold.
fn cold(line: &str) -> Option<String> {
    let mut fields = line.split('\t');
    let label = fields.next()?;
    (label == "cold").then(|| fields.nth(3).expect("a text").to_owned())
}
