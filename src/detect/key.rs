//! Private keys, and random values beside a name such as `api_key`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::value::{entropy, finding, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::{Place, Text};

static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?ix)(?:api[_-]?key|api[_-]?token|api[_-]?secret|secret[_-]?key|client[_-]?secret|access[_-]?key|auth[_-]?token
            |access[_-]?token|bot[_-]?token|secret|token|private[_-]?key|authorization|bearer|license[_-]?key|api\ key|secret\ key)
        (?:[_-]?id)?["'`\]]{0,2}\s*(?:=>|:=|=|:|\bis\b|\bbearer\b|\s)\s*(?:bearer\s+)?["'`]{0,3}
        (?P<value>[A-Za-z0-9+/_.~-]{16,200}={0,2})"#,
    )
});

const PEM_BEGIN: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

/// Finds private keys in PEM form and hexadecimal keys that are called private.
pub(super) struct PrivateKey;

/// Finds random values beside a name such as `api_key`, in code too.
pub(super) struct NamedKey;

impl Detector for PrivateKey {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let mut from = 0;
        while let Some(range) = pem(text.folded(), &mut from) {
            findings.push(finding(text, Kind::PrivateKey, &range, 0.99, "A private key in PEM form"));
        }
    }
}

/// The next private key of `text` from `from`, which moves past it; to the end of the text if it
/// was cut off.
fn pem(text: &str, from: &mut usize) -> Option<Range<usize>> {
    const LONGEST_TITLE: usize = 48;
    loop {
        let start = *from + text[*from..].find(PEM_BEGIN)?;
        *from = start + PEM_BEGIN.len();
        let rest = &text[*from..];
        let title = rest.split("-----").next().unwrap_or(rest);
        if title.len() > LONGEST_TITLE || !title.contains("PRIVATE KEY") {
            continue;
        }
        let body = *from + title.len();
        let end = text[body..].find(PEM_END).map_or(text.len(), |end| {
            let end = body + end + PEM_END.len();
            text[end..].find("-----").map_or(text.len(), |dashes| end + dashes + 5)
        });
        *from = end;
        return Some(start..end);
    }
}

impl Detector for NamedKey {
    fn prepare(&self) {
        LazyLock::force(&NAMED);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        for value in NAMED.captures_iter(text.folded()).filter_map(|found| found.name("value")) {
            let value_text = value.as_str();
            let elsewhere = matches!(text.place(value.start()), Place::Markup);
            if !elsewhere && is_key(value_text) {
                let hex = value_text.trim_start_matches("0x");
                let private = hex.len() == 64 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
                let kind = if private { Kind::PrivateKey } else { Kind::ApiKey };
                let explanation = "A random value beside a name such as \"api key\"";
                findings.push(finding(text, kind, &value.range(), 0.85, explanation));
            }
        }
    }
}

/// Whether `value` was drawn by lot: letters and digits mixed, many different ones, no path, no name.
fn is_key(value: &str) -> bool {
    const LEAST_BITS: f64 = 3.2;
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let words = value
        .split(['_', '-', '.', '/'])
        .filter(|part| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()))
        .count();
    digits >= 2 && letters >= 3 && words < 2 && !is_placeholder(value) && entropy(value) >= LEAST_BITS
}
