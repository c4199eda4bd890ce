//! Passwords, by the words before them.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::{Place, Text};

static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?ix)\b(?:password|passwd|passphrase|passcode|pwd|pass|pw|passwort|kennwort|contrasena|clave|mot\ de\ passe|mdp|senha)
        (?:\s+(?:for|to|on|fur|para|de)\s+(?:[\w.]+\s+){0,3}?[\w.]+?)?
        \s*(?P<mark>\b(?:is|was|ist|es|est|e)\b|=|:|->|=>)\s*:?\s*
        (?P<quote>["'`|*]{0,3})(?P<value>[!\#-&(-_a-{}~]{4,64})"#,
    )
});

static PIN: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(?:my pin(?: code| number)?|pin code|pin number|atm pin|card pin|cvv|cvc|2fa code|otp|login code|verification code)\s*(?:is|was|:|=)\s*(?P<value>[0-9]{3,8})\b",
    )
});

/// Finds passwords that are told: "my password is …", "pw: …". Also in code, since a password in
/// a pasted configuration opens the same door.
pub(super) struct Password;

impl Detector for Password {
    fn prepare(&self) {
        LazyLock::force(&PASSWORD);
        LazyLock::force(&PIN);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        for found in PASSWORD.captures_iter(text.folded()) {
            let Some(value) = found.name("value") else { continue };
            let quoted = found.name("quote").is_some_and(|quote| !quote.as_str().is_empty());
            let told =
                found.name("mark").is_some_and(|mark| matches!(mark.as_str(), ":" | "=" | "->" | "=>"));
            let trimmed = value.as_str().trim_end_matches(['.', ',', ')', ';', '*']);
            let range = value.start()..value.start() + trimmed.len();
            let elsewhere = matches!(text.place(range.start), Place::Link | Place::Markup);
            if !elsewhere && is_password(trimmed, quoted) {
                let confidence = if told || quoted { 0.92 } else { 0.9 };
                let explanation = "What the words before it call a password";
                findings.push(finding(text, Kind::Password, &range, confidence, explanation));
            }
        }
        for value in PIN.captures_iter(text.folded()).filter_map(|found| found.name("value")) {
            let explanation = "What the words before it call a PIN or code";
            findings.push(finding(text, Kind::Password, &value.range(), 0.9, explanation));
        }
    }
}

/// Whether `value` can be a password rather than a word about one: "my password is wrong".
fn is_password(value: &str, quoted: bool) -> bool {
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let symbol = value
        .bytes()
        .any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'?' | b'_'));
    let mixed = value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase());
    let counted = value.len() < 6 && letters == 0;
    let amount = digit && value.to_ascii_lowercase().ends_with("char");
    value.len() >= 4
        && value.is_ascii()
        && (digit || symbol || mixed || quoted && letters > 0)
        && letters + value.bytes().filter(u8::is_ascii_digit).count() >= 3
        && !counted
        && !amount
        && !value.contains("://")
        && !value.contains("::")
        && !is_placeholder(value)
}
