//! What is said about private matters: asked for, about to be needed, marked confidential.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::LazyLock;

use super::phrase::Phrases;
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// The phrases, kept as data.
const SOURCE: &str = include_str!("saying/phrases.txt");

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(SOURCE).unwrap_or_default());

/// Finds requests for private details, account issues and marks of confidence.
pub(super) struct Saying;

impl Detector for Saying {
    fn prepare(&self) {
        LazyLock::force(&PHRASES);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let words = text.prose();
        let mut matches = PHRASES.matches(text, words);
        matches.sort_by_key(|found| (found.words.start, Reverse(found.words.end)));
        let except: Vec<_> = matches
            .iter()
            .filter(|found| &*found.group.name == "except")
            .map(|found| found.words.clone())
            .collect();
        for found in &matches {
            let Some(kind) = kind(&found.group.name) else { continue };
            let excepted =
                except.iter().any(|words| words.start < found.words.end && found.words.start < words.end);
            if excepted || words[found.words.start].quoted {
                continue;
            }
            let range = words[found.words.start].span.start..words[found.words.end - 1].span.end;
            let span = text.span(&range);
            let said = |earlier: &Finding| earlier.kind == kind && earlier.span.end > span.start;
            if findings.last().is_some_and(said) {
                continue;
            }
            findings.push(Finding {
                kind,
                category: kind.category(),
                span,
                confidence: found.group.weight,
                explanation: Cow::Borrowed(&found.group.explanation),
                rule: None,
            });
        }
    }
}

/// The kind that a group of phrases stands for; none for exceptions.
fn kind(group: &str) -> Option<Kind> {
    match group {
        "solicitation" => Some(Kind::Solicitation),
        "account_issue" => Some(Kind::AccountIssue),
        "confidential_marker" => Some(Kind::ConfidentialMarker),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Phrases, SOURCE, kind};

    #[test]
    fn every_phrase_is_read_and_has_a_kind() {
        let read =
            Phrases::parse(SOURCE).map(|phrases| phrases.names().map(str::to_owned).collect::<Vec<_>>());
        let unknown = read
            .map(|names| names.into_iter().filter(|name| name != "except" && kind(name).is_none()).count());
        assert_eq!(unknown, Ok(0));
    }
}
