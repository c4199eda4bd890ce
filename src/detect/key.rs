//! Private keys, and random values beside a name such as `api_key`.

mod license;
mod name;
mod named;

use std::ops::Range;

pub(super) use self::named::NamedKey;
use super::value::finding;
use super::{Detector, Finding, Kind};
use crate::text::Text;

const PEM_BEGIN: &str = "-----BEGIN ";
const PEM_END: &str = "-----END ";

/// Finds private keys in PEM form and hexadecimal keys that are called private.
pub(super) struct PrivateKey;

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
