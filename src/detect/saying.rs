//! What is said about private matters: asked for, about to be needed, marked confidential, gossip.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::sync::LazyLock;

use super::phrase::{Group, Match, Phrases};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// The phrases, kept as data. A group is named for the kind it stands for; what `not_` and a kind name cancels that
/// kind where it touches. Of a matter told over two sentences, `own_` tells what it is about and `wrong_` what went
/// wrong with it.
const SOURCE: &str = concat!(
    include_str!("saying/solicitation.txt"),
    include_str!("saying/account_issue.txt"),
    include_str!("saying/confidential_marker.txt"),
    include_str!("saying/gossip.txt"),
    include_str!("saying/scheduling.txt"),
);

/// How many words the longest phrase covers at most: looking for what cancels one stays within reach.
const LONGEST: usize = 40;

/// How many words may stand between the two halves of a matter.
const APART: usize = 16;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(SOURCE).unwrap_or_default());

/// Finds requests for private details, account issues, marks of confidence and gossip.
pub(super) struct Saying;

impl Detector for Saying {
    fn prepare(&self) {
        LazyLock::force(&PHRASES);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let words = text.prose();
        let mut matches = PHRASES.matches(text, words);
        matches.sort_by_key(|found| (found.words.start, Reverse(found.words.end)));
        let mut said: BTreeMap<Kind, usize> = BTreeMap::new();
        for found in &matches {
            let Some(kind) = kind(&found.group.name) else { continue };
            if words[found.words.start].quoted || is_canceled(found, &matches) {
                continue;
            }
            let range = words[found.words.start].span.start..words[found.words.end - 1].span.end;
            let span = text.span(&range);
            // One place can meet several phrases: the first, which is the longest, stands for all.
            if said.get(&kind).is_none_or(|&until| until <= span.start) {
                said.insert(kind, span.end);
                findings.push(finding(kind, span, found.group));
            }
        }
        if !said.contains_key(&Kind::AccountIssue) {
            findings.extend(told_apart(text, &matches));
        }
    }
}

/// An account issue told in two halves: "I paid on friday. The coins never came."
fn told_apart(text: &Text<'_>, matches: &[Match<'static>]) -> Option<Finding> {
    let words = text.prose();
    let counts = |found: &Match<'_>| !words[found.words.start].quoted && !is_canceled(found, matches);
    let mut owns: VecDeque<&Match<'_>> = VecDeque::new();
    for found in matches {
        match &*found.group.name {
            "own_account_issue" if counts(found) => owns.push_back(found),
            "wrong_account_issue" => {
                let at = found.words.start;
                while owns.pop_front_if(|own| own.words.end + APART < at).is_some() {}
                if let Some(own) = owns.iter().find(|own| own.words.end <= at).filter(|_| counts(found)) {
                    let range = words[own.words.start].span.start..words[found.words.end - 1].span.end;
                    return Some(finding(Kind::AccountIssue, text.span(&range), found.group));
                }
            }
            _ => {}
        }
    }
    None
}

fn finding(kind: Kind, span: Range<usize>, group: &'static Group) -> Finding {
    Finding {
        kind,
        category: kind.category(),
        span,
        confidence: group.weight,
        explanation: Cow::Borrowed(&group.explanation),
        rule: None,
    }
}

/// Whether one of `matches`, which are ordered by start, touches `found` and says that it is none.
fn is_canceled(found: &Match<'_>, matches: &[Match<'_>]) -> bool {
    let first = matches.partition_point(|other| other.words.start + LONGEST < found.words.start);
    let mut near = matches[first..].iter().take_while(|other| other.words.start < found.words.end);
    near.any(|other| {
        other.group.name.strip_prefix("not_") == Some(matter(&found.group.name))
            && found.words.start < other.words.end
    })
}

/// What a group of phrases is about, be it half of the matter.
fn matter(group: &str) -> &str {
    ["not_", "own_", "wrong_"].iter().find_map(|part| group.strip_prefix(part)).unwrap_or(group)
}

/// The kind that a group of phrases stands for; none for what cancels one.
fn kind(group: &str) -> Option<Kind> {
    match group {
        "solicitation" => Some(Kind::Solicitation),
        "account_issue" => Some(Kind::AccountIssue),
        "confidential_marker" => Some(Kind::ConfidentialMarker),
        "gossip" => Some(Kind::Gossip),
        "scheduling" => Some(Kind::Scheduling),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Detector as _, Phrases, SOURCE, Saying, Text, kind, matter};

    #[test]
    fn every_phrase_is_read_and_has_a_kind() {
        let read =
            Phrases::parse(SOURCE).map(|phrases| phrases.names().map(str::to_owned).collect::<Vec<_>>());
        let unknown = read.map(|names| names.into_iter().filter(|name| kind(matter(name)).is_none()).count());
        assert_eq!(unknown, Ok(0));
    }

    #[test]
    fn gossip_is_a_soft_signal() {
        for told in ["did you hear, she is pregnant and he left", "he was arrested last week lol"] {
            let mut findings = Vec::new();
            Saying.detect(&Text::new(told), &mut findings);
            assert!(!findings.is_empty() && findings.iter().all(|found| found.confidence <= 0.6), "{told}");
        }
    }
}
