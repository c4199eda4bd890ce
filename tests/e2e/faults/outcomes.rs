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
        let told = cell.said("staff").iter().any(|one| PROBLEMS.iter().any(|words| one.content.contains(words)));
        let done = (cell.row.done)(cell);
        let threads = cell.threads("general").iter().filter(|thread| thread.name.ends_with(" 1")).count();
        let way = if threads > 1 {
            "anew"
        } else if done > 1 || cell.twice() {
            "TWICE"
        } else if done == 1 {
            "once"
        } else if letters > 0 {
            return Self("dead".to_owned());
        } else if !cell.said("leads").is_empty() {
            return Self("elsewhere".to_owned());
        } else if cell.words("desk") > 0 {
            "desk"
        } else if cell.direct() > 0 {
            "direct"
        } else if cell.row.direct && !cell.said("general").is_empty() {
            "public"
        } else if told {
            return Self("told".to_owned());
        } else {
            return Self("nothing".to_owned());
        };
        let extra = [(told, "+told"), (letters > 0, "+dead")];
        let extra: String = extra.iter().filter(|(is, _)| *is).map(|(_, name)| *name).collect();
        Self(format!("{way}{extra}"))
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

    /// A block for each row: its name, and lines of `outcome: faults`; `nothing (why): faults` says why nothing is needed.
    pub(super) fn parse(text: &str) -> Self {
        let mut rows: Vec<(String, BTreeMap<String, String>)> = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            match (line.strip_prefix("  "), rows.last_mut()) {
                (Some(outcome), Some((_, cells))) => {
                    let (outcome, faults) = outcome.rsplit_once(": ").unwrap_or_else(|| panic!("{line:?}"));
                    let (word, why) = outcome.split_once(" (").unwrap_or((outcome, ""));
                    assert!(word != "nothing" || !why.is_empty(), "{line:?} does not say why");
                    assert!(word != "TWICE", "nothing is done twice");
                    cells.extend(faults.split_whitespace().map(|fault| (fault.to_owned(), word.to_owned())));
                }
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
        wrong.extend(self.0.iter().filter(|(row, _)| !rows.contains(&row)).map(|(row, _)| format!("no row {row}")));
        wrong
    }
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
