//! How near boiling a message is.
//!
//! A transparent first measure: phrases that insult, threaten or rage are evidence, each with the
//! heat it would give alone; phrases that make light of it, quote, thank or speak of oneself calm it
//! down; capitals, exclamation marks, swearing and insistence stir it up but are no evidence themselves.
//!
//! Evidence is combined as independent reasons are, by a noisy or, whose exponent carries the mood:
//!
//! ```text
//! heat = 1 − exp(−mood · Σ strength)     strength = −ln(1 − weight)
//! mood = (1 + arousal) · Π (1 − calm)
//! ```
//!
//! So one phrase of weight 0.5 gives 0.5, two give 0.75, three 0.875; shouting them gives more, a
//! laugh less. Words that stand in quotation marks count a fifth, quoted lines and code not at all.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::ops::Range;
use std::sync::LazyLock;

use super::phrase::{Match, Phrases};
use super::{Finding, Kind};
use crate::text::{Text, Word};

/// The phrases, kept as data.
const SOURCE: &str = include_str!("heat/phrases.txt");

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(SOURCE).unwrap_or_default());

/// Reads the phrases.
pub(super) fn prepare() {
    LazyLock::force(&PHRASES);
}

/// How much of its strength a phrase keeps in quotation marks.
const QUOTED: f32 = 0.2;
/// What all calm there is leaves of the mood at least: a laugh does not excuse a threat.
const LEAST_MOOD: f32 = 0.2;
/// Evidence that is less sure than this is no finding of its own.
const LEAST_CONFIDENCE: f32 = 0.3;
/// Capitals are shouting when they are at least this share of at least this many words.
const SHOUTED: (f32, usize) = (0.5, 3);

/// Words that speak straight at someone; twice in a message is insisting.
const ADDRESSED: [&str; 7] = ["you", "your", "youre", "yourselves", "u", "ur", "yall"];

/// One phrase that speaks for heat.
struct Evidence<'p> {
    kind: Kind,
    words: Range<usize>,
    strength: f32,
    explanation: &'p str,
}

/// Measures the heat of `text`, 0 to 1, and appends its reasons to `findings`.
pub(super) fn measure(text: &Text<'_>, findings: &mut Vec<Finding>) -> f32 {
    let words = text.prose();
    let matches = PHRASES.matches(text, words);
    let evidence = evidence(&matches, words);
    if evidence.is_empty() {
        return 0.0;
    }
    let mood = mood(text, &matches);
    for reason in &evidence {
        let confidence = squash(mood * reason.strength);
        if confidence >= LEAST_CONFIDENCE {
            findings.push(finding(text, reason, confidence));
        }
    }
    squash(mood * evidence.iter().map(|reason| reason.strength).sum::<f32>())
}

/// From the sum of strengths to heat.
fn squash(strength: f32) -> f32 {
    1.0 - (-strength).exp()
}

/// The phrases that speak for heat: none that is meant otherwise, of those that overlap the strongest.
fn evidence<'p>(matches: &[Match<'p>], words: &[Word]) -> Vec<Evidence<'p>> {
    let muted = covered(matches, words.len());
    let mut all: Vec<Evidence<'p>> = matches
        .iter()
        .filter_map(|found| {
            let kind = kind(&found.group.name)?;
            let quoted = words[found.words.clone()].iter().all(|word| word.quoted);
            let strength = -(1.0 - found.group.weight).ln() * if quoted { QUOTED } else { 1.0 };
            let meant = !found.words.clone().any(|word| muted[word]);
            meant.then(|| Evidence {
                kind,
                words: found.words.clone(),
                strength,
                explanation: &found.group.explanation,
            })
        })
        .collect();
    all.sort_by_key(|reason| (reason.words.start, Reverse(reason.words.end)));
    strongest(all)
}

/// Of neighbors in `all` that overlap, the strongest.
fn strongest(all: Vec<Evidence<'_>>) -> Vec<Evidence<'_>> {
    let mut kept: Vec<Evidence<'_>> = Vec::with_capacity(all.len());
    for reason in all {
        match kept.last_mut() {
            Some(last) if last.words.end > reason.words.start => {
                if reason.strength > last.strength {
                    *last = reason;
                }
            }
            _ => kept.push(reason),
        }
    }
    kept
}

/// Which words a phrase that is not meant as it sounds covers.
fn covered(matches: &[Match<'_>], count: usize) -> Vec<bool> {
    let mut covered = vec![false; count];
    for found in matches.iter().filter(|found| &*found.group.name == "mute") {
        covered[found.words.clone()].fill(true);
    }
    covered
}

/// The kind that a group of phrases is evidence of.
fn kind(group: &str) -> Option<Kind> {
    match group {
        "insult" => Some(Kind::Insult),
        "anger" => Some(Kind::Anger),
        "threat" => Some(Kind::Threat),
        _ => None,
    }
}

/// What the mood of the whole message makes of its evidence; 1 leaves it as it is.
fn mood(text: &Text<'_>, matches: &[Match<'_>]) -> f32 {
    let mut calmed: Vec<&str> = Vec::new();
    let mut mood = 1.0 + arousal(text, matches);
    for found in matches.iter().filter(|found| &*found.group.name == "calm") {
        if !calmed.contains(&&*found.group.explanation) {
            calmed.push(&found.group.explanation);
            mood *= 1.0 - found.group.weight;
        }
    }
    mood.max(LEAST_MOOD)
}

/// What capitals, exclamation marks, swearing and speaking straight at someone add to the mood.
fn arousal(text: &Text<'_>, matches: &[Match<'_>]) -> f32 {
    let swearing = matches.iter().any(|found| &*found.group.name == "swear");
    let marks = text.folded().bytes().filter(|byte| *byte == b'!').count();
    let insisting = marks >= 2 || text.folded().contains("??") || text.folded().contains("?!");
    let shouting = shouting(text.prose());
    let addressed = text.prose().iter().filter(|word| ADDRESSED.contains(&text.form(word))).count() >= 2;
    let parts = [(swearing, 0.2), (insisting, 0.15), (addressed, 0.15)];
    shouting + parts.into_iter().filter(|(holds, _)| *holds).map(|(_, much)| much).sum::<f32>()
}

/// What capitals add: all of a message, or single long words in it.
fn shouting(words: &[Word]) -> f32 {
    let shouted = words.iter().filter(|word| word.shouted).count();
    let long = words.iter().filter(|word| word.shouted && word.span.len() >= 3).count();
    let (share, least) = SHOUTED;
    if shouted >= least && ratio(shouted, words.len()) >= share {
        0.35
    } else if long > 0 {
        0.15
    } else {
        0.0
    }
}

/// `part` of `whole`, both small enough to be exact.
fn ratio(part: usize, whole: usize) -> f32 {
    let small = |count: usize| f32::from(u16::try_from(count).unwrap_or(u16::MAX));
    small(part) / small(whole).max(1.0)
}

fn finding(text: &Text<'_>, reason: &Evidence<'static>, confidence: f32) -> Finding {
    let words = &text.prose()[reason.words.clone()];
    let range = words.first().map_or(0, |word| word.span.start)..words.last().map_or(0, |word| word.span.end);
    Finding {
        kind: reason.kind,
        category: reason.kind.category(),
        span: text.span(&range),
        confidence,
        explanation: Cow::Borrowed(reason.explanation),
        rule: None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Phrases, SOURCE, kind};

    #[test]
    fn every_phrase_is_read_and_of_a_known_group() {
        let read = Phrases::parse(SOURCE).map_err(|error| error.to_string());
        let other = |name: &&str| kind(name).is_none() && !matches!(*name, "mute" | "calm" | "swear");
        assert_eq!(read.map(|phrases| phrases.names().filter(other).count()), Ok(0));
    }
}
