//! Services' keys and tokens, by their published forms.

mod form;

use std::sync::LazyLock;

use regex::Regex;

use self::form::Forms;
use super::value::{entropy, finding, is_placeholder, longest_rise, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// The table of forms that begin with a fixed text.
const SERVICES: &str = include_str!("token/services.txt");

#[expect(clippy::expect_used, reason = "our own table; it is read by a unit test")]
static FORMS: LazyLock<Forms> =
    LazyLock::new(|| Forms::parse(SERVICES).expect("the table of services is tidy"));

/// What a group of [`SHAPES`] is.
const SHAPED: [(&str, Kind, &str); 11] = [
    ("discord", Kind::Token, "A Discord login token."),
    ("telegram", Kind::Token, "A Telegram bot token."),
    ("jwt", Kind::Token, "A signed login token (JWT)."),
    ("twilio", Kind::ApiKey, "A Twilio key."),
    ("terraform", Kind::Token, "A Terraform Cloud token."),
    ("azure", Kind::ApiKey, "An Azure client secret."),
    ("mailchimp", Kind::ApiKey, "A Mailchimp API key."),
    ("deepl", Kind::ApiKey, "A DeepL API key."),
    ("maxmind", Kind::ApiKey, "A MaxMind license key."),
    ("sas", Kind::Token, "An Azure storage signature, with which anyone can read or write."),
    ("facebook", Kind::Token, "A Facebook app token."),
];

/// Forms without a fixed beginning.
static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)(?:
            (?<discord>\b[MNO][A-Za-z0-9_-]{22,27}\.[\w-]{6}\.[\w-]{27,45})
          | (?<telegram>\b[0-9]{8,10}:A[A-Za-z0-9_-]{34}\b)
          | (?<jwt>\bey[A-Za-z0-9_-]{15,}\.ey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})
          | (?<twilio>\b(?:SK|AC)[0-9a-fA-F]{32}\b)
          | (?<terraform>\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,70})
          | (?<azure>(?:\b|[.~])[A-Za-z0-9_.~]{2,3}[0-9]Q~[A-Za-z0-9_.~-]{31,34})
          | (?<mailchimp>\b[0-9a-f]{32}-us[0-9]{1,2}\b)
          | (?<deepl>\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}:fx\b)
          | (?<maxmind>\b[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk\b)
          | (?<sas>\bsv=20[0-9]{2}-[0-9]{2}-[0-9]{2}&[A-Za-z0-9&=%:._-]{0,300}?\bsig=[A-Za-z0-9%+/=]{40,100})
          | (?<facebook>\b[0-9]{15,16}\|[0-9A-Za-z_-]{27,40}\b)
        )",
    )
});

/// The shortest run without a space that can hold a token with a fixed beginning.
const SHORTEST: usize = 15;
/// The shortest run without a space that can hold a token of [`SHAPES`].
const SHORTEST_SHAPE: usize = 30;

/// Finds keys and tokens wherever they stand: in a link or in code they open the same door.
pub(super) struct Token;

impl Detector for Token {
    fn prepare(&self) {
        LazyLock::force(&FORMS);
        LazyLock::force(&SHAPES);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let longest = text.folded().split_ascii_whitespace().map(str::len).max().unwrap_or_default();
        if longest >= SHORTEST {
            begun(text, findings);
        }
        if longest >= SHORTEST_SHAPE {
            shaped(text, findings);
        }
    }
}

/// Finds the forms with a fixed beginning.
fn begun(text: &Text<'_>, findings: &mut Vec<Finding>) {
    let mut from = 0;
    while let Some(found) = FORMS.next(text.folded(), &mut from, is_drawn) {
        findings.push(finding(text, found.kind, &found.range, 0.97, found.explanation));
    }
}

/// Finds the forms without one.
fn shaped(text: &Text<'_>, findings: &mut Vec<Finding>) {
    for found in SHAPES.captures_iter(text.folded()) {
        let Some(whole) = found.get(0).filter(|whole| is_drawn(whole.as_str())) else { continue };
        let shape = SHAPED.iter().find(|(name, ..)| found.name(name).is_some());
        if let Some((_, kind, explanation)) = shape {
            findings.push(finding(text, *kind, &whole.range(), 0.97, explanation));
        }
    }
}

/// Whether `value` was drawn by lot rather than typed: many different characters, no stand-in.
fn is_drawn(value: &str) -> bool {
    let words = value
        .split(['-', '_', '.'])
        .filter(|part| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    !is_placeholder(value) && entropy(value) > 2.8 && longest_rise(value) < 8 && words.count() < 4
}
