//! The words and phrases that a rule lists.

use std::borrow::Cow;
use std::sync::Arc;

use super::phrase::{Group, Phrases};
use super::{Category, Detector, Finding, Kind};
use crate::text::{Text, Word};

/// Finds listed words and phrases: whole words, any case, after normalization.
pub struct Words {
    rule: Arc<str>,
    category: Category,
    phrases: Phrases,
}

/// Why a list of words cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("word {index} of the list has no letter or digit in it")]
pub struct WordsError {
    /// Which entry, counted from 0.
    pub index: usize,
}

impl Words {
    /// A detector of `words` for the rule named `rule`. An empty list finds nothing.
    ///
    /// # Errors
    ///
    /// [`WordsError`] when an entry has nothing in it that could be matched.
    pub fn new(rule: Arc<str>, category: Category, words: &[String]) -> Result<Self, WordsError> {
        let mut phrases = Phrases::default();
        for (index, entry) in words.iter().enumerate() {
            let text = Text::new(entry);
            let forms: Vec<&str> =
                text.prose().iter().chain(text.enclosed()).map(|word| text.form(word)).collect();
            if forms.iter().all(|form| form.is_empty()) {
                return Err(WordsError { index });
            }
            let group = Group { name: "words".into(), weight: 1.0, explanation: "".into() };
            phrases.push_words(forms.into_iter(), group);
        }
        Ok(Self { rule, category, phrases })
    }

    fn find(&self, text: &Text<'_>, words: &[Word], findings: &mut Vec<Finding>) {
        let mut last_end = 0;
        let mut matches = self.phrases.matches(text, words);
        matches.sort_by_key(|found| (found.words.start, std::cmp::Reverse(found.words.end)));
        for found in matches.into_iter().map(|found| found.words) {
            if found.start < last_end {
                continue;
            }
            last_end = found.end;
            findings.push(Finding {
                kind: Kind::Words,
                category: self.category,
                span: text.span(&(words[found.start].span.start..words[found.end - 1].span.end)),
                confidence: 1.0,
                explanation: Cow::Borrowed("A word or phrase from this rule's list"),
                rule: Some(Arc::clone(&self.rule)),
            });
        }
    }
}

impl Detector for Words {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        self.find(text, text.prose(), findings);
        self.find(text, text.enclosed(), findings);
    }
}

#[cfg(test)]
mod tests {
    use super::{Words, WordsError};
    use crate::detect::{Category, Detector};
    use crate::text::Text;

    fn list(words: &[&str]) -> Result<Words, WordsError> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Words::new("project-names".into(), Category::Confidential, &words)
    }

    /// What the list `words` finds in `original`.
    fn found<'a>(words: &[&str], original: &'a str) -> Vec<&'a str> {
        let mut findings = Vec::new();
        if let Ok(words) = list(words) {
            words.detect(&Text::new(original), &mut findings);
        }
        findings.into_iter().map(|finding| &original[finding.span]).collect()
    }

    #[test]
    fn whole_words_in_any_case_and_disguise() {
        let words = ["Project Falcon", "moonshot"];
        assert_eq!(found(&words, "so PROJECT  falcon ships in May"), ["PROJECT  falcon"]);
        assert_eq!(found(&words, "project f\u{430}lcon, m00nshot"), ["project f\u{430}lcon", "m00nshot"]);
        assert_eq!(found(&words, "> project falcon\n`moonshot`"), ["project falcon", "moonshot"]);
        assert_eq!(found(&words, "falconry project, moonshots. project. falcon"), [""; 0]);
    }

    #[test]
    fn the_longest_phrase_wins() {
        assert_eq!(found(&["red", "red queen"], "red queen, red"), ["red queen", "red"]);
    }

    #[test]
    fn an_empty_list_finds_nothing() {
        assert_eq!(found(&[], "anything"), [""; 0]);
    }

    #[test]
    fn a_blank_entry_is_refused_by_index() {
        assert_eq!(list(&["fine", " ... "]).err(), Some(WordsError { index: 1 }));
    }
}
