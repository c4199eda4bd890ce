//! Full names, by the words before them only.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// One of these stands in everything that [`NAME`] matches; most messages have none.
const ANCHORS: [&str; 5] = ["name", "llamo", "nombre", "appelle", "nome"];

#[expect(clippy::expect_used, reason = "our own words; compiled by every test")]
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(ANCHORS)
        .expect("a list of words can be searched")
});

static NAME: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)\b(?i: my\ (?:full|real|legal|actual|whole|irl)\ name(?:'?s|\ is) | my\ name(?:'?s|\ is) | full\ name\s*:
            | (?:his|her|their)\ (?:full|real|legal|actual|irl)\ name(?:'?s|\ is) | under\ (?:the|my)\ name(?:\ of)?
            | name\ on\ (?:the|my)\ (?:account|order|card|booking|ticket)(?:\ is|\ was|\s*:)
            | mein\ (?:voller\ |richtiger\ )?name\ ist | me\ llamo | mi\ nombre\ (?:completo\ )?es | je\ m'appelle | meu\ nome\ (?:completo\ )?e )
        \s*:?\s*(?P<name>[A-Z][a-z'-]{1,20}(?:\ [A-Z]\.)?(?:\ (?:de|da|van|von|la|del|der|di|bin|al)){0,2}(?:\ [A-Z][A-Za-z'-]{1,24}){1,3})\b",
    )
});

/// Finds a given name with a surname after words such as "my full name is".
pub(super) struct PersonName;

impl Detector for PersonName {
    fn prepare(&self) {
        LazyLock::force(&WORDS);
        LazyLock::force(&NAME);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if !WORDS.is_match(text.folded()) {
            return;
        }
        for name in NAME.captures_iter(text.folded()).filter_map(|found| found.name("name")) {
            if in_sentence(text, name.start()) {
                let explanation = "A full name, by the words before it.";
                findings.push(finding(text, Kind::PersonName, &name.range(), 0.75, explanation));
            }
        }
    }
}
