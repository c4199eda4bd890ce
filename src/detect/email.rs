//! Email addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,24}")
});

static WRITTEN_OUT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b[a-z0-9][a-z0-9._%+-]{1,63}
        (?: \s*[\[({<]\s*(?:at|@|arroba|arobase|chiocciola)\s*[\])}>]\s*[a-z0-9-]{1,63}
                (?:\s*[\[({<]\s*(?:dot|punto|punkt|point|ponto|\.)\s*[\])}>]\s*|\.|\s+(?:dot|punto|punkt|point|ponto)\s+)
          | \s+at\s+[a-z0-9-]{3,63}\s+(?:dot|punkt)\s+
          | \s+(?:arroba|arobase|chiocciola)\s+[a-z0-9-]{3,63}\s+(?:punto|point|ponto|dot)\s+
          | \s+(?:at|arroba|arobase|chiocciola|@)\s+(?:[a-z]{0,8}mail|outlook|yahoo|icloud|gmx|web|posteo)\. )
        (?:com|net|org|io|dev|me|de|uk|co|fr|es|it|nl|pl|br|at|ch|se|eu|in|ca|au|gg|app|info|edu|email)
        (?:\s*(?:\.|\bdot\b|[\[({<]dot[\])}>])\s*(?:uk|br|au|in|jp|nz|za))?\b",
    )
});

/// Words for the sign @ that people write out.
const AT: [&str; 4] = ["at", "arroba", "arobase", "chiocciola"];
/// Programs that log in at what looks like an address.
const PROGRAMS: [&str; 7] = ["ssh", "scp", "sftp", "rsync", "mosh", "sshfs", "autossh"];
/// Words after which "at" leads to a site and not to someone's mailbox.
const VERBS: [&str; 26] = [
    "look",
    "looking",
    "check",
    "shop",
    "buy",
    "visit",
    "order",
    "find",
    "found",
    "read",
    "is",
    "are",
    "was",
    "available",
    "only",
    "meet",
    "be",
    "me",
    "us",
    "here",
    "up",
    "over",
    "it",
    "stuff",
    "live",
    "works",
];
/// Names that are nobody's at domains that may be anybody's.
const NOBODY: [&str; 18] = [
    "some",
    "you",
    "your",
    "yourname",
    "your.name",
    "youremail",
    "user",
    "username",
    "name",
    "me",
    "someone",
    "somebody",
    "first.last",
    "firstname.lastname",
    "email",
    "foo",
    "bar",
    "test",
];
/// Domains that people make up, and that exist.
const MADE_UP: [&str; 6] = ["email.com", "company.com", "test.com", "xyz.com", "mail.com", "site.com"];

/// Endings of files and packages, which stand after `name@` too.
const NOT_DOMAINS: [&str; 15] = [
    "localdomain",
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
const EXAMPLES: [&str; 12] = [
    "example.com",
    "example.org",
    "example.net",
    "example",
    "test",
    "invalid",
    "domain.com",
    "yourdomain.com",
    "mail.example",
    "mydomain.com",
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
            let found = ADDRESS.find_iter(folded).filter(|found| is_address(text, found));
            findings.extend(found.filter(|found| in_sentence(text, found.start())).map(|found| {
                finding(text, Kind::Email, &found.range(), 0.97, "The form of an email address.")
            }));
        }
        if !is_written_out(text) {
            return;
        }
        let found = WRITTEN_OUT
            .find_iter(folded)
            .filter(|found| in_sentence(text, found.start()) && is_name(found.as_str()));
        findings.extend(found.map(|found| {
            finding(text, Kind::Email, &found.range(), 0.6, "An email address written out in words.")
        }));
    }
}

/// Whether the words that an address is written out with are there at all.
fn is_written_out(text: &Text<'_>) -> bool {
    let spaced = || text.folded().contains(" @ ");
    text.prose().iter().any(|word| AT.contains(&text.form(word))) || spaced()
}

/// Whether what is written out begins with a name: "look at harbor dot com" sends to a site.
fn is_name(written: &str) -> bool {
    let first = written.split_whitespace().next().unwrap_or(written);
    !VERBS.iter().any(|verb| first.eq_ignore_ascii_case(verb))
}

/// Whether `found` is someone's address: no example, file, package or login such as `git@host:path`.
fn is_address(text: &Text<'_>, found: &regex::Match<'_>) -> bool {
    let folded = text.folded();
    let address = found.as_str().to_ascii_lowercase();
    let Some((name, domain)) = address.rsplit_once('@') else { return false };
    let ending = domain.rsplit('.').next().unwrap_or(domain);
    let example = EXAMPLES.iter().any(|example| {
        domain.strip_suffix(example).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    });
    let nobody = NOBODY.contains(&name) && MADE_UP.contains(&domain);
    let before = &folded[..found.start()];
    // `n=name@host` is how chat networks name who is connected.
    let mask = ["[n=", "(n=", "[i=", "(i=", "!", "~"].iter().any(|mark| before.ends_with(mark));
    let goes_on = mask || before.ends_with(['/', '@', '.']) || continues(&folded[found.end()..]);
    let login = name == "git" || text.mentions(&found.range(), 3, 0, &PROGRAMS);
    !(example || nobody || goes_on || login || NOT_DOMAINS.contains(&ending))
}

/// Whether what follows an address makes it part of something longer: a path, a port, a name.
fn continues(rest: &str) -> bool {
    match rest.as_bytes() {
        [b'/' | b'@', ..] | [b':', b'/' | b'~' | b'.', ..] => true,
        [b'-', next, ..] | [next, ..] => next.is_ascii_alphanumeric(),
        [] => false,
    }
}
