//! What is stored about somebody, a line each.

use crate::case::Case;
use crate::config::Privacy;
use crate::privacy::counts;
use crate::store::Traces;
use crate::wording::{LONGEST_STORED, Wording};

/// The most cases that are listed one by one.
const MOST_CASES: usize = 8;

/// None where nothing is stored.
pub(super) fn listed(
    wording: &Wording,
    language: &str,
    traces: &Traces,
    privacy: &Privacy,
) -> Option<String> {
    let mut lines = Vec::new();
    for (kept, count) in counts(traces) {
        let label = wording.kept(language, kept.name).unwrap_or(kept.name);
        lines.push(match (kept.name, &traces.language) {
            ("language", Some(known)) => format!("- {label}: {known}"),
            _ => format!("- {label}: {count}"),
        });
        if kept.name == "cases" {
            let cases = traces.cases.iter().take(MOST_CASES);
            lines.extend(cases.map(|case| line(wording, language, case, privacy)));
            lines.extend((count > MOST_CASES).then(|| "  - …".to_owned()));
        }
    }
    (!lines.is_empty()).then(|| fitting(lines))
}

/// Times are shown in the reader's own zone.
fn line(wording: &Wording, language: &str, case: &Case, privacy: &Privacy) -> String {
    let category = wording.category(language, case.matter.category);
    let state = wording.state(language, case.state().as_str());
    let opened = case.opened.as_second();
    let until = case.ending.as_ref().map(|ending| {
        let until = Privacy::until(ending.at, privacy.keep_closed).as_second();
        format!(" · {} <t:{until}:d>", wording.kept(language, "until").unwrap_or_default())
    });
    format!("  - {} · {category} · {state} · <t:{opened}:d>{}", case.number, until.unwrap_or_default())
}

/// As many lines as fit.
fn fitting(lines: Vec<String>) -> String {
    let mut text = String::new();
    for line in lines {
        if text.chars().count() + line.chars().count() + 5 > LONGEST_STORED {
            text.push_str("\n- …");
            break;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&line);
    }
    text
}
