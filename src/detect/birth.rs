//! Dates of birth, by the words before them.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:born|dob|d\.o\.b\.?|date\ of\ birth|birth\ ?date|birth\ ?day|bday|geboren|geburtsdatum|geburtstag
            |naci|nacimiento|nascido|nascida|nascimento|ne|nee|naissance)
        (?:\s*[:=-])?\s*(?:is|was|on|the|am|el|le|em|de|ist|es|est|:|\s){0,6}
        (?P<date>
            [0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)?[0-9]{2}
          | (?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}
          | [0-9]{1,2}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?[a-z]{3,10}\.?,?\s+(?:de\s+)?(?:19|20)[0-9]{2}
          | (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)[0-9]{2}
        )\b",
    )
});

/// Words that say whose birth it was: no member's.
const OTHERS: [&str; 14] = [
    "company",
    "server",
    "servers",
    "guild",
    "project",
    "emperor",
    "king",
    "queen",
    "composer",
    "author",
    "president",
    "singer",
    "actor",
    "einstein",
];

/// Finds full dates that the words before them call a birthday.
pub(super) struct DateOfBirth;

impl Detector for DateOfBirth {
    fn prepare(&self) {
        LazyLock::force(&BIRTH);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        if text.digits().is_empty() {
            return;
        }
        for date in BIRTH.captures_iter(text.folded()).filter_map(|found| found.name("date")) {
            let range = date.range();
            if in_sentence(text, range.start) && !text.mentions(&range, 6, 3, &OTHERS) {
                let explanation = "A full date that the words before it call a birthday";
                findings.push(finding(text, Kind::DateOfBirth, &range, 0.85, explanation));
            }
        }
    }
}
