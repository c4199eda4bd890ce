//! What comes of each cell, as it is stated and as it was seen.

use std::collections::BTreeMap;
use std::fmt;

use super::cell::Cell;

/// How a refusal reads to moderators.
const PROBLEMS: &[&str] = &[
    "I am missing the permission",
    "Discord does not let me do that",
    "private threads are only possible",
    "as many active threads as Discord allows",
    "the member cannot see that channel",
    "does not take direct messages",
    "it no longer exists",
    "AutoMod held my words back",
    "Discord refused the request",
    "Discord did not answer for too long",
];

/// What came of one cell, in a word or two.
#[derive(Clone, Debug)]
pub(super) struct Seen(String);

impl Seen {
    pub(super) fn of(cell: &Cell<'_>, letters: i64) -> Self {
        let staff = cell.said("staff");
        let told = staff.iter().any(|one| PROBLEMS.iter().any(|words| one.content.contains(words)));
        let done = (cell.row.done)(cell);
        let threads = cell.threads("general").iter().filter(|thread| thread.name.ends_with(" 1")).count();
        let way = if threads > 1 {
            "anew"
        } else if done > 1 || cell.twice() {
            "TWICE"
        } else if done == 1 {
            "once"
        } else if cell.words("desk") > 0 {
            "desk"
        } else if cell.direct() > 0 {
            "direct"
        } else if cell.row.direct && !cell.said("general").is_empty() {
            "public"
        } else {
            ""
        };
        let all = [way, if told { "told" } else { "" }, if letters > 0 { "dead" } else { "" }];
        let all = all.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("+");
        Self(if all.is_empty() { "nothing".to_owned() } else { all })
    }
}

/// Of each row, the faults that come to each outcome.
pub(super) struct Outcomes(Vec<(String, BTreeMap<String, String>)>);

impl Outcomes {
    pub(super) fn seen<'a>(rows: impl Iterator<Item = &'a str>, columns: &[(&str, Vec<Seen>)]) -> Self {
        let row = |(at, name): (usize, &str)| {
            let cells = columns.iter().map(|(fault, seen)| ((*fault).to_owned(), seen[at].0.clone()));
            (name.to_owned(), cells.collect())
        };
        Self(rows.enumerate().map(row).collect())
    }

    /// A block for each row: its name, and lines of `outcome: faults`. What passes is withstood in every row; `nothing`
    /// and `anew` say why that is right.
    pub(super) fn parse(text: &str) -> Self {
        let mut sets: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut rows: Vec<(String, BTreeMap<String, String>)> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            match (line.split_once(" = "), line.strip_prefix("  "), rows.last_mut()) {
                (Some((set, faults)), ..) => drop(sets.insert(set, faults.split_whitespace().collect())),
                (_, Some(stated), Some((_, cells))) => cells.extend(outcomes(stated, &sets)),
                _ => rows.push((line.trim().to_owned(), BTreeMap::new())),
            }
        }
        Self(rows)
    }

    /// Where what was seen is not what is stated.
    pub(super) fn differences(&self, seen: &Self) -> Vec<String> {
        let stated: BTreeMap<&str, &BTreeMap<String, String>> =
            self.0.iter().map(|(row, cells)| (row.as_str(), cells)).collect();
        let mut wrong = Vec::new();
        for (row, cells) in &seen.0 {
            for (fault, outcome) in cells {
                let expected = stated.get(row.as_str()).and_then(|cells| cells.get(fault));
                if expected != Some(outcome) {
                    let expected = expected.map_or("nothing is stated", String::as_str);
                    wrong.push(format!("{row} × {fault}: {outcome}, stated: {expected}"));
                }
            }
        }
        let rows: Vec<&String> = seen.0.iter().map(|(row, _)| row).collect();
        wrong.extend(
            self.0.iter().filter(|(row, _)| !rows.contains(&row)).map(|(row, _)| format!("no row {row}")),
        );
        wrong
    }
}

/// The faults of a line with the outcome that it states.
fn outcomes(line: &str, sets: &BTreeMap<&str, Vec<&str>>) -> Vec<(String, String)> {
    let (outcome, faults) = line.rsplit_once(": ").unwrap_or_else(|| panic!("{line:?} states nothing"));
    let (word, why) = outcome.split_once(" (").unwrap_or((outcome, ""));
    let plain = !word.contains("nothing") && !word.contains("anew");
    assert!(plain || !why.is_empty(), "{line:?} does not say why");
    assert!(!word.contains("TWICE"), "nothing is done twice");
    let mut stated = Vec::new();
    for fault in faults.split_whitespace() {
        let set = sets.get(fault).map_or(std::slice::from_ref(&fault), Vec::as_slice);
        assert!(fault != "PASSING" || word.starts_with("once"), "{line:?}: what passes is withstood");
        stated.extend(set.iter().map(|fault| ((*fault).to_owned(), word.to_owned())));
    }
    stated
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, cells) in &self.0 {
            writeln!(f, "{row}")?;
            let mut by_outcome: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (fault, outcome) in cells {
                by_outcome.entry(outcome).or_default().push(fault);
            }
            for (outcome, faults) in by_outcome {
                writeln!(f, "  {outcome}: {}", faults.join(" "))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
