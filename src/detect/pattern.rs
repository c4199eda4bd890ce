//! The pattern of a rule.

use std::borrow::Cow;
use std::sync::Arc;

use regex_automata::meta::{BuildError, Regex};
use regex_syntax::Error;

use super::{Category, Detector, Finding, Kind};
use crate::text::Text;

/// The longest pattern, in bytes. Generous: Discord's own moderation allows 260 characters.
pub const MAX_PATTERN_LENGTH: usize = 1_000;
/// The most memory one compiled pattern may take, in bytes; a counted repetition of a large class
/// (`\w{500}`) meets it long before it meets the length.
pub const MAX_PATTERN_SIZE: usize = 256 * 1024;

/// The most memory that searching for one pattern may take beside, in bytes; what is remembered of a search is forgotten
/// and made anew where that is not enough.
const SEARCH_MEMORY: usize = 128 * 1024;

/// The most brackets within brackets.
const MOST_NESTED: u32 = 50;

/// The most matches of one pattern that are looked for in a message: each search may read all of what is left.
const MOST_MATCHES: usize = 32;

/// Finds what a rule's pattern matches, in the message as written.
pub struct Pattern {
    rule: Arc<str>,
    category: Category,
    regex: Regex,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong, in one line.
    pub message: String,
    /// The byte of the pattern where it is wrong, where that is known.
    pub position: Option<usize>,
}

impl Pattern {
    /// A detector of `pattern` for the rule named `rule`, in the `regex` crate's syntax.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when the pattern is not valid, longer than [`MAX_PATTERN_LENGTH`], larger
    /// than [`MAX_PATTERN_SIZE`] when compiled, or matches the empty text and so every message.
    pub fn new(rule: Arc<str>, category: Category, pattern: &str) -> Result<Self, PatternError> {
        if pattern.len() > MAX_PATTERN_LENGTH {
            let message = format!("the pattern is longer than {MAX_PATTERN_LENGTH} bytes");
            return Err(PatternError { message, position: Some(MAX_PATTERN_LENGTH) });
        }
        // Where a match begins and ends is all that is asked: what only finds groups quicker is not built.
        let limits = Regex::config()
            .nfa_size_limit(Some(MAX_PATTERN_SIZE))
            .hybrid_cache_capacity(SEARCH_MEMORY)
            .onepass(false)
            .dfa(false);
        let syntax = regex_automata::util::syntax::Config::new().nest_limit(MOST_NESTED);
        let regex = Regex::builder().configure(limits).syntax(syntax).build(pattern);
        let regex = regex.map_err(|error| explain(&error))?;
        if regex.is_match("") {
            let message = "the pattern matches the empty text, and so every message".to_owned();
            return Err(PatternError { message, position: None });
        }
        Ok(Self { rule, category, regex })
    }

    /// The memory that it takes, in bytes, what a search remembers not counted.
    #[must_use]
    pub fn size(&self) -> usize {
        self.regex.memory_usage()
    }
}

/// Words a mistake in a pattern in one line, with its place.
fn explain(error: &BuildError) -> PatternError {
    if let Some(limit) = error.size_limit() {
        let message =
            format!("the pattern takes more than {limit} bytes of memory; repeat less or match less");
        return PatternError { message, position: None };
    }
    match error.syntax_error() {
        Some(Error::Parse(error)) => {
            PatternError { message: error.kind().to_string(), position: Some(error.span().start.offset) }
        }
        Some(Error::Translate(error)) => {
            PatternError { message: error.kind().to_string(), position: Some(error.span().start.offset) }
        }
        _ => PatternError { message: "the pattern is not valid".to_owned(), position: None },
    }
}

impl Detector for Pattern {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let original = text.original();
        let mut matches = self.regex.find_iter(original).filter(|found| !found.is_empty());
        let spans: Vec<_> = matches.by_ref().take(MOST_MATCHES).map(|found| found.range()).collect();
        // What is left unread after so many is taken for one more.
        let rest = spans.last().filter(|_| spans.len() == MOST_MATCHES).map(|last| last.end..original.len());
        let rest = rest.filter(|rest| !rest.is_empty());
        findings.extend(spans.into_iter().chain(rest).map(|span| Finding {
            kind: Kind::Pattern,
            category: self.category,
            span,
            confidence: 1.0,
            explanation: Cow::Borrowed("A match of this rule's pattern"),
            rule: Some(Arc::clone(&self.rule)),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PATTERN_LENGTH, Pattern, PatternError};
    use crate::detect::{Category, Detector};
    use crate::text::Text;

    fn build(pattern: &str) -> Result<Pattern, PatternError> {
        Pattern::new("badge".into(), Category::SensitiveInfo, pattern)
    }

    #[test]
    fn matches_carry_the_rule_and_their_span() -> Result<(), PatternError> {
        let mut findings = Vec::new();
        build(r"B-\d{4}")?.detect(&Text::new("my badge ü is B-1234"), &mut findings);
        let found: Vec<_> =
            findings.iter().map(|finding| (finding.span.clone(), finding.rule.as_deref())).collect();
        assert_eq!(found, [(15..21, Some("badge"))]);
        Ok(())
    }

    #[test]
    fn after_many_matches_the_rest_is_one() -> Result<(), PatternError> {
        let mut findings = Vec::new();
        build("x")?.detect(&Text::new(&"x ".repeat(1_000)), &mut findings);
        let last = findings.last().map(|finding| finding.span.clone());
        assert_eq!((findings.len(), last), (33, Some(63..2_000)));
        Ok(())
    }

    #[test]
    fn mistakes_say_where() {
        let place = |pattern: &str| build(pattern).err().map(|error| error.position);
        assert_eq!(place("ab(c"), Some(Some(2)));
        assert_eq!(place(r"ab\q"), Some(Some(2)));
        assert_eq!(place("x*"), Some(None));
        assert_eq!(place(r"\w{900}"), Some(None));
        assert_eq!(place(&"a".repeat(MAX_PATTERN_LENGTH + 1)), Some(Some(MAX_PATTERN_LENGTH)));
    }
}
