//! What detectors of private values share.

mod chance;

use std::borrow::Cow;
use std::ops::Range;

use regex::{Regex, RegexBuilder};

pub(super) use self::chance::{Draw, draw, longest_rise};
use super::{Finding, Kind};
use crate::text::{Place, Text};

/// A finding of `kind` at `range` of the folded text.
pub(super) fn finding(
    text: &Text<'_>,
    kind: Kind,
    range: &Range<usize>,
    confidence: f32,
    explanation: &'static str,
) -> Finding {
    let span = text.span(range);
    Finding {
        kind,
        category: kind.category(),
        span,
        confidence,
        explanation: Cow::Borrowed(explanation),
        rule: None,
    }
}

/// Compiles one of our own patterns. Classes and word boundaries are ASCII ones: the folded text has
/// no other letters where it matters, and Unicode boundaries take the slow road on every emoji.
#[expect(clippy::expect_used, reason = "our own literals; every one is compiled by the corpus test")]
pub(super) fn regex(pattern: &'static str) -> Regex {
    RegexBuilder::new(pattern).unicode(false).build().expect("a built-in pattern is valid")
}

/// Whether the offset `at` is in sentences, the author's or quoted, where a number can be private.
/// In links, code and mentions only credentials matter.
pub(super) fn in_sentence(text: &Text<'_>, at: usize) -> bool {
    matches!(text.place(at), Place::Prose | Place::Quote)
}

/// Whether `range` of `text` stands free: no letter, digit or underscore touches it.
pub(super) fn stands_free(text: &str, range: &Range<usize>) -> bool {
    let touches = |c: char| c.is_alphanumeric() || c == '_';
    !text[..range.start].chars().next_back().is_some_and(touches)
        && !text[range.end..].chars().next().is_some_and(touches)
}

/// Whether `value` only stands for a value: `YOUR_API_KEY`, `xxxx`, `<token>`, `${TOKEN}`, `os.environ`.
pub(super) fn is_placeholder(value: &str) -> bool {
    const MARKS: [&str; 19] = [
        "your",
        "xxxx",
        "example",
        "placeholder",
        "changeme",
        "change_me",
        "change-me",
        "dummy",
        "insert",
        "redacted",
        "hidden",
        "...",
        "***",
        "<",
        "{",
        "(",
        "environ",
        "process.env",
        "_here",
    ];
    const NAMES: [&str; 12] = [
        "password",
        "passwd",
        "pass",
        "secret",
        "token",
        "string",
        "none",
        "null",
        "undefined",
        "required",
        "true",
        "false",
    ];
    let lower = value.to_ascii_lowercase();
    let first = lower.chars().next();
    MARKS.iter().any(|mark| lower.contains(mark))
        || NAMES.contains(&lower.as_str())
        || lower.ends_with("here")
        || matches!(first, Some('$' | '%'))
        || lower.chars().all(|c| Some(c) == first)
}

/// Shannon entropy of `value`, in bits a byte.
pub(super) fn entropy(value: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        counts[usize::from(byte)] += 1;
    }
    let total = f64::from(counts.iter().sum::<u32>()).max(1.0);
    let shares = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / total);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}
