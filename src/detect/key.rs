//! Private keys, and random values beside a name such as `api_key`.

mod license;
mod name;
mod named;
mod words;

use std::ops::Range;

pub(super) use self::named::NamedKey;
use super::value::{finding, is_placeholder};
use super::{Detector, Finding, Kind};
use crate::text::Text;

const BEGIN: &str = "BEGIN ";
const PUTTY_BEGIN: &str = "PuTTY-User-Key-File-";

/// Finds private keys of all sorts: PEM, OpenSSH, PGP, SSH2 and `PuTTY`.
pub(super) struct PrivateKey;

impl Detector for PrivateKey {
    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        let mut from = 0;
        while let Some(range) = armored(folded, &mut from) {
            findings.push(finding(text, Kind::PrivateKey, &range, 0.99, "A private key."));
        }
        if let Some(range) = putty(folded) {
            findings.push(finding(text, Kind::PrivateKey, &range, 0.99, "A PuTTY private key."));
        }
    }
}

/// The next private key of `text` between lines of dashes, from `from`, which moves past it; to the
/// end of the text if it was cut off.
fn armored(text: &str, from: &mut usize) -> Option<Range<usize>> {
    const LONGEST_TITLE: usize = 48;
    loop {
        let at = *from + text[*from..].find(BEGIN)?;
        *from = at + BEGIN.len();
        let start = text[..at].trim_end_matches(' ').trim_end_matches('-').len();
        if !text[start..at].starts_with("--") {
            continue;
        }
        let rest = &text[*from..];
        let title = rest.split("--").next().unwrap_or(rest);
        if title.len() > LONGEST_TITLE || !title.contains("PRIVATE KEY") {
            continue;
        }
        let body = *from + title.len();
        *from = body;
        if !has_key(&text[body..]) {
            continue;
        }
        let end = text[body..].find("END ").map_or(text.len(), |end| {
            let end = body + end;
            text[end..].find("--").map_or(text.len(), |at| {
                let dashes = text[end + at..].bytes().take_while(|byte| *byte == b'-').count();
                end + at + dashes
            })
        });
        *from = end;
        return Some(start..end);
    }
}

/// Whether a key follows the title of one, rather than a sentence, a program or dots.
fn has_key(body: &str) -> bool {
    const HEADERS: [&str; 7] =
        ["Proc-Type:", "DEK-Info:", "Version:", "Comment:", "Subject:", "Charset:", "Hash:"];
    let body = body.trim_start_matches(['-', '"', '\'', '\\']).trim_start();
    let body = ["n", "r\\n"]
        .iter()
        .find_map(|escape| body.strip_prefix(escape))
        .filter(|_| body.len() > 1)
        .unwrap_or(body);
    if HEADERS.iter().any(|header| body.starts_with(header)) {
        return true;
    }
    let length =
        body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).count();
    let first = &body[..length];
    let drawn = first.bytes().skip(1).any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    length >= 6 && drawn && !is_placeholder(first)
}

/// A key file of `PuTTY`'s that has its private lines.
fn putty(text: &str) -> Option<Range<usize>> {
    const PRIVATE: &str = "Private-Lines:";
    let start = text.find(PUTTY_BEGIN)?;
    let private = start + text[start..].find(PRIVATE)?;
    let end = text[private..].find("Private-MAC:").map_or(text.len(), |at| {
        let line = private + at;
        text[line..].find('\n').map_or(text.len(), |length| line + length)
    });
    Some(start..end)
}
