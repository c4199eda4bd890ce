//! Dates of birth, by the words beside them.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static BIRTH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:born|dob|d\.o\.b\.?|date\ of\ birth|birth\ ?date|birth\ ?day|bday|b-day
            |geboren|geburtsdatum|geburtstag|geb\.|naci|nacio|nacido|nacida|nacimiento|cumpleanos|nascido|nascida|nasci
            |nascimento|aniversario|nee?|naissance|nato|nata|nascita|geboortedatum|verjaardag|urodzon[ya]|urodzenia
            |urodziny|birthday's|bday's|fodd|fodt|fodselsdato|fodelsedatum|syntynyt|dogum\ tarihi(?:m)?|dogdum)
        (?:\s*[:=-])?\s*(?:is|was|on|the|at|am|el|le|il|em|de|den|ist|es|est|e|op|:|\s){0,6}
        (?P<date>
            [0-9]{1,2}\s?[./-]\s?[0-9]{1,2}\s?[./-]\s?(?:(?:19|20)[0-9]{2}|[0-9]{2})
          | (?:19|20)[0-9]{2}[./-][0-9]{1,2}[./-][0-9]{1,2}
          | (?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])
          | [0-9]{1,2}(?:st|nd|rd|th|\.|er)?\s+(?:of\s+|de\s+)?[a-z]{3,10}\.?,?\s+(?:de\s+|of\s+)?(?:19|20)[0-9]{2}
          | (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?\s+[0-9]{1,2}(?:st|nd|rd|th)?,?\s+(?:19|20)[0-9]{2}
        )\b",
    )
});

/// Dates of birth of scripts without our words' boundaries: Russian, Ukrainian, Chinese, Japanese, Korean.
static ABROAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)(?:дата\ рождения|родился|родилась|дата\ народження|出生日期|出生于|生日|生年月日|誕生日|생년월일|생일)
        (?:[\ :=]|是|は|은|는)*
        (?P<date>[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{4}|(?:19|20)[0-9]{2}\ ?(?:[./-]|年|년)\ ?[0-9]{1,2}\ ?(?:[./-]|月|월)\ ?[0-9]{1,2}(?:日|일)?)",
    )
});

/// A date with the word after it: "12/04/1994 is my birthday".
static AFTER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?P<date>[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}-[0-9]{1,2}-[0-9]{1,2})
        (?:,|\)|\sis|\sist|\ses|\sest)*\s(?:geboren\b|(?:my|our|his|her|mein|meine|mi|mon|ma)\s
        (?:birth\s?day|bday|dob|date\ of\ birth|birth\s?date|geburtstag|cumpleanos|date\ de\ naissance))\b",
    )
});

/// Words that say whose birth it was: no member's.
const OTHERS: [&str; 32] = [
    "release",
    "version",
    "app",
    "bot",
    "website",
    "site",
    "repo",
    "kernel",
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
    "band",
    "game",
    "channel",
    "philosopher",
    "mathematician",
    "painter",
    "inventor",
    "linux",
    "celebrity",
    "character",
];

/// Finds full dates that the words beside them call a birthday.
pub(super) struct DateOfBirth;

impl Detector for DateOfBirth {
    fn prepare(&self) {
        for pattern in [&BIRTH, &ABROAD, &AFTER] {
            LazyLock::force(pattern);
        }
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        // A date has a year, and a year two digits at least.
        if text.digits().iter().all(|run| run.end - run.start < 2) {
            return;
        }
        let folded = text.folded();
        for pattern in [&BIRTH, &ABROAD, &AFTER] {
            for date in pattern.captures_iter(folded).filter_map(|found| found.name("date")) {
                let range = date.range();
                if in_sentence(text, range.start) && !text.mentions(&range, 6, 3, &OTHERS) {
                    let explanation = "A full date that the words beside it call a birthday.";
                    findings.push(finding(text, Kind::DateOfBirth, &range, 0.85, explanation));
                }
            }
        }
    }
}
