//! PINs, one-time codes and backup codes, by the words beside them.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::super::value::{finding, regex};
use super::super::{Finding, Kind};
use crate::text::Text;

/// One of these is in every text with such a code.
const ANCHORS: [&str; 10] =
    ["pin", "otp", "cvv", "cvc", "code", "codigo", "tan", "geheimzahl", "einmal", "passcode"];

#[expect(clippy::expect_used, reason = "our own words; compiled by every test")]
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(ANCHORS)
        .expect("a list of words can be searched")
});

/// Words for a code that opens something, a mark, and the code.
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:
            (?:my|our|her|his|mein|meine|mi|mon|meu|o\ meu|il\ mio)\s+pin(?:[\ -]?(?:code|number|nummer))?
          | (?:atm|card|sim|phone|bank|banking|debit|credit|door|alarm|gate|safe|voicemail|karten|parental|account)[\ -]?pin(?:[\ -]?(?:code|number))?
          | (?:zoom|meeting|teams|webex|room)[\ -]?(?:passcode|code|pin)
          | pin[\ -]?(?:code|number|nummer|kod) | codigo\ pin | code\ pin | geheimzahl
          | cvv2? | cvc2?
          | (?:sms|2fa|mfa|otp|totp|login|log-in|sign-?in|verification|security|confirmation|auth|authentication|authenticator|one[\ -]time|6[\ -]digit|access|door|gate|alarm|unlock|lockbox|garage|entry|activation|bestatigungs|sicherheits)[\ -]?(?:code|passcode|pin|password|passwort)
          | codigo\ de\ (?:verificacion|seguridad|acceso|seguranca|verificacao) | code\ de\ (?:verification|securite|confirmation)
          | (?-i:PIN)(?:\x20code)? | otp | einmalcode | einmalpasswort | tan(?:-code)?
        )(?:\s+(?:for|to|fur|para|pour)\s+(?:[\w.'-]+\s+){0,3}?[\w.'-]+)?
        \s*(?P<mark>\bis:|\b(?:is|was|ist|lautet|es|est|e)\b|[:=]|\s)\s*[\x22'`|*]{0,3}(?P<value>[0-9]{3}[\ -][0-9]{3}|(?:G-)?[0-9]{3,8})\b",
    )
});

/// A code before the words for it: "482913 is your verification code".
static REVERSED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?P<value>(?:G-)?[0-9]{4,8}|[0-9]{3}[\ -][0-9]{3})\s+(?:is|ist|es|est)\s+(?:my|your|the|dein|ihr|tu|su|votre|ton)\s+
        (?:[\w.'-]+\s+){0,2}?(?:pin\b|otp\b|passcode|(?:login|sign-?in|verification|security|confirmation|auth|authentication|2fa|one[\ -]time|access)[\ -]?(?:code|pin|passcode|password)|bestatigungscode|codigo\ de|code\ de)",
    )
});

/// Backup and recovery codes, of which letters are part too.
static BACKUP: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:backup|back-up|recovery|2fa|mfa)\ codes?\s*(?:is|are|[:=])?\s*[\x22'`|*]{0,3}(?P<value>[0-9a-z]{4,10}(?:-[0-9a-z]{4,10}){1,3}|[0-9]{8})\b",
    )
});

pub(super) fn prepare() {
    LazyLock::force(&WORDS);
    for pattern in [&TOLD, &REVERSED, &BACKUP] {
        LazyLock::force(pattern);
    }
}

/// Appends the codes that `text` tells.
pub(super) fn detect(text: &Text<'_>, findings: &mut Vec<Finding>) {
    if text.digits().is_empty() || !WORDS.is_match(text.folded()) {
        return;
    }
    for pattern in [&TOLD, &REVERSED, &BACKUP] {
        for found in pattern.captures_iter(text.folded()) {
            let Some(value) = found.name("value") else { continue };
            let unmarked = found.name("mark").is_some_and(|mark| mark.as_str().trim().is_empty());
            let shortest = if unmarked { 4 } else { 3 };
            let digits = value.as_str().bytes().any(|byte| byte.is_ascii_digit());
            if digits && value.len() >= shortest {
                let explanation = "What the words beside it call a PIN or code.";
                findings.push(finding(text, Kind::Password, &value.range(), 0.9, explanation));
            }
        }
    }
}
