//! Email addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,24}\b")
});

static WRITTEN_OUT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b[a-z0-9][a-z0-9._%+-]{1,63}
        (?: \s*[\[({<]\s*(?:at|@)\s*[\])}>]\s*[a-z0-9-]{1,63}(?:\s*[\[({<]\s*(?:dot|\.)\s*[\])}>]\s*|\.|\s+dot\s+)
          | \s+at\s+(?:[a-z0-9]+mail|outlook|proton|protonmail|yahoo|icloud|hotmail|gmx|web|posteo|[a-z0-9-]{4,63})\s+dot\s+ )
        (?:com|net|org|io|dev|me|de|uk|co|fr|es|it|nl|pl|br|at|ch|se|eu|in|ca|au|gg|app|info|edu|email)\b",
    )
});

/// Endings of files and packages, which stand after `name@` too.
const NOT_DOMAINS: [&str; 14] = [
    "js",
    "ts",
    "jsx",
    "tsx",
    "py",
    "json",
    "toml",
    "lock",
    "service",
    "local",
    "localhost",
    "internal",
    "lan",
    "md",
];
/// Domains and names that stand for others (RFC 2606 and custom).
const EXAMPLES: [&str; 13] = [
    "example.com",
    "example.org",
    "example.net",
    "example",
    "test",
    "invalid",
    "domain.com",
    "yourdomain.com",
    "mail.example",
    "email.com",
    "company.com",
    "foo.com",
    "bar.com",
];

/// Finds email addresses, at lower confidence also those written out, `name [at] host [dot] tld`.
pub(super) struct Email;

impl Detector for Email {
    fn prepare(&self) {
        LazyLock::force(&ADDRESS);
        LazyLock::force(&WRITTEN_OUT);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        if folded.contains('@') {
            let found = ADDRESS.find_iter(folded).filter(|found| is_address(folded, found));
            findings.extend(found.filter(|found| in_sentence(text, found.start())).map(|found| {
                finding(text, Kind::Email, &found.range(), 0.97, "The form of an email address")
            }));
        }
        let found = WRITTEN_OUT.find_iter(folded).filter(|found| in_sentence(text, found.start()));
        findings.extend(found.map(|found| {
            finding(text, Kind::Email, &found.range(), 0.6, "An email address written out in words")
        }));
    }
}

/// Whether `found` is someone's address: no example, file, package or remote such as `git@host:path`.
fn is_address(text: &str, found: &regex::Match<'_>) -> bool {
    let address = found.as_str().to_ascii_lowercase();
    let Some((name, domain)) = address.rsplit_once('@') else { return false };
    let ending = domain.rsplit('.').next().unwrap_or(domain);
    let example = EXAMPLES.iter().any(|example| {
        domain.strip_suffix(example).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let remote = name == "git"
        || text[found.end()..].starts_with([':', '/']) && !text[found.end()..].starts_with(": ");
    !(example || remote || NOT_DOMAINS.contains(&ending) || text[..found.start()].ends_with(['/', '@', '.']))
}
