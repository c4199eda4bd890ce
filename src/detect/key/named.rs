//! Random values beside a name such as `api_key`, and license keys.

use std::cell::OnceCell;
use std::ops::Range;

use super::super::value::{Draw, draw, finding, is_placeholder};
use super::super::{Detector, Finding, Kind};
use super::license;
use super::name::{self, Name};
use crate::text::{Place, Text};

/// The longest value that is looked at, in bytes.
const LONGEST: usize = 1_000;
/// From this length on a value drawn by lot is one wherever a name calls it a secret.
const LONG: usize = 16;

/// Finds random values beside a name such as `api_key`, in code too.
pub(in crate::detect) struct NamedKey;

impl Detector for NamedKey {
    fn prepare(&self) {
        name::prepare();
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        let named = OnceCell::new();
        let named = || *named.get_or_init(|| name::is_any_in(folded));
        let mut end = 0;
        // A value drawn by lot has a digit in it, unless it is all letters: everything else is passed over unread.
        for digits in text.digits() {
            if digits.start < end {
                continue;
            }
            let run = run(folded.as_bytes(), digits.start, end);
            end = run.end;
            if (8..=LONGEST).contains(&run.len()) {
                findings.extend(judge(text, &run, named));
            }
        }
        findings.extend(lettered(folded).filter_map(|run| judge(text, &run, named)));
    }
}

/// The shortest value without a digit that can be told from words.
const LETTERS: usize = 20;

/// The long runs of `text` without a digit, small letters and capitals mixed.
fn lettered(text: &str) -> impl Iterator<Item = Range<usize>> {
    let long = text.split_ascii_whitespace().filter(|word| word.len() >= LETTERS);
    let start = move |part: &str| part.as_ptr().addr() - text.as_ptr().addr();
    let parts = long.flat_map(|word| word.split(|c: char| !is_value(c)));
    let parts = parts.filter(|part| part.len() >= LETTERS && !part.bytes().any(|byte| byte.is_ascii_digit()));
    parts.map(move |part| start(part)..start(part) + part.len())
}

/// The characters around `at`, not before `floor`, that a value can be made of.
fn run(bytes: &[u8], at: usize, floor: usize) -> Range<usize> {
    let fits = |byte: &&u8| is_value(char::from(**byte));
    let start = at - bytes[floor..at].iter().rev().take_while(fits).count();
    let end = at + bytes[at..].iter().take_while(fits).count();
    let padding = bytes[end..].iter().take(3).take_while(|byte| **byte == b'=').count();
    let padded = bytes.get(end + padding).is_none_or(|byte| !byte.is_ascii_alphanumeric());
    start..if padded { end + padding } else { end }
}

/// Whether a value can be made of `c`.
fn is_value(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '+' | '/' | '~')
}

/// What the value at `run` is, if it is a secret. `named` tells whether anything in the text can be the
/// name of one.
fn judge(text: &Text<'_>, run: &Range<usize>, named: impl Fn() -> bool) -> Option<Finding> {
    let folded = text.folded();
    let range = enclosed(folded, run).unwrap_or_else(|| trimmed(folded, run));
    let value = &folded[range.clone()];
    if let Some(explanation) = license::read(text, &range) {
        return Some(finding(text, Kind::ApiKey, &range, 0.85, explanation));
    }
    let draw = draw(value)?;
    let place = text.place(range.start);
    if place == Place::Markup || is_placeholder(value) || is_stand_in(folded, &range) || is_written(value) {
        return None;
    }
    let linked = place == Place::Link;
    let (kind, confidence, explanation) = if is_branded(value) {
        (Kind::ApiKey, 0.85, "A random value that begins like a service's key.")
    } else {
        let name = named().then(|| name::before(folded, range.start)).flatten()?;
        let assigned = !linked || folded[..range.start].ends_with('=');
        let (kind, explanation) = (assigned && allows(name, draw, value)).then(|| called(name, value))?;
        (kind, if name.direct { 0.85 } else { 0.8 }, explanation)
    };
    Some(finding(text, kind, &whole(folded, range, linked), confidence, explanation))
}

/// The kind of a value with this name, and what to tell of it.
fn called(name: Name, value: &str) -> (Kind, &'static str) {
    /// 32 bytes in hexadecimal digits, as wallets write them, and in base 64, as `WireGuard` does.
    const HEX: usize = 64;
    const BASE64: usize = 44;
    let hex = value.trim_start_matches("0x");
    let private = hex.len() == HEX && hex.bytes().all(|byte| byte.is_ascii_hexdigit())
        || value.len() == BASE64 && value.ends_with('=');
    match name.kind {
        Kind::PrivateKey if private => {
            (Kind::PrivateKey, "A random value that the words beside it call a private key.")
        }
        Kind::Password => (Kind::Password, "A value that the words beside it call a password."),
        Kind::Token => (Kind::Token, "A random value that the words beside it call a token."),
        _ => (Kind::ApiKey, "A random value that the words beside it call a key or secret."),
    }
}

/// `run` without marks that belong to the sentence.
fn trimmed(text: &str, run: &Range<usize>) -> Range<usize> {
    let value = &text[run.clone()];
    let end = run.start + value.trim_end_matches(['.', '-']).len();
    let start = run.end - value.trim_start_matches(['.', '-']).len();
    start.min(end)..end
}

/// The whole of what stands in quotation marks around `run`, if nothing in it is a space.
fn enclosed(text: &str, run: &Range<usize>) -> Option<Range<usize>> {
    const WIDEST: usize = 64;
    let fits = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(byte, b'"' | b'\'' | b'`' | b'\\');
    let (before, after) = (&text.as_bytes()[..run.start], &text.as_bytes()[run.end..]);
    let left = before.iter().rev().take(WIDEST).take_while(fits).count();
    let right = after.iter().take(WIDEST).take_while(fits).count();
    let quote = *before.get(run.start.checked_sub(left + 1)?)?;
    let closed = matches!(quote, b'"' | b'\'' | b'`') && after.get(right) == Some(&quote);
    let plain =
        |bytes: &[u8]| !bytes.iter().any(|byte| matches!(byte, b'=' | b':' | b',' | b';' | b'<' | b'>'));
    let one = plain(&before[run.start - left..]) && plain(&after[..right]);
    (closed && one).then(|| run.start - left..run.end + right)
}

/// `range` with what follows it without a break: values are longer than what was sure to be theirs.
fn whole(text: &str, range: Range<usize>, linked: bool) -> Range<usize> {
    let breaks = |byte: &u8| {
        byte.is_ascii_whitespace()
            || !byte.is_ascii()
            || matches!(
                byte,
                b'"' | b'\''
                    | b'`'
                    | b'\\'
                    | b','
                    | b';'
                    | b'&'
                    | b'<'
                    | b'>'
                    | b'('
                    | b')'
                    | b'|'
                    | b']'
                    | b'}'
            )
            || linked && *byte == b'#'
    };
    let length = text[range.end..].bytes().take(LONGEST).take_while(|byte| !breaks(byte)).count();
    let end = range.end + length;
    let sentence = text[range.end..end].trim_end_matches(['.', ':', '!', '?', '*', '-']).len();
    range.start..range.end + sentence
}

/// Whether a value drawn like this is a secret by this name.
fn allows(name: Name, draw: Draw, value: &str) -> bool {
    let long = value.len() >= LONG;
    match draw {
        Draw::Mixed if long => !name.bare || name.direct || value.len() >= 24,
        Draw::Hex if long => !name.bare || name.direct,
        Draw::Uuid => !name.bare,
        Draw::Digits => name.direct && name.compound && value.len() < 40,
        Draw::Mixed | Draw::Hex => name.direct && !name.bare,
    }
}

/// Whether what stands around `range` makes it a variable, a color, a call or a mention.
fn is_stand_in(text: &str, range: &Range<usize>) -> bool {
    let (before, after) = (&text[..range.start], &text[range.end..]);
    let assigned = after.starts_with(' ') && after.trim_start_matches(' ').starts_with('=');
    assigned
        || before.ends_with(['$', '#', '@', '<', '%'])
        || before.ends_with("${")
        || before.ends_with("{{")
        || after.starts_with(['(', '@'])
        || after.starts_with("::")
}

/// Whether `value` is a date, a version, a domain, a file or a path rather than drawn by lot.
fn is_written(value: &str) -> bool {
    const ENDINGS: [&str; 22] = [
        "pem", "key", "crt", "cer", "p12", "pfx", "txt", "json", "yml", "yaml", "xml", "js", "ts", "py",
        "rb", "go", "png", "jpg", "html", "com", "net", "log",
    ];
    let ending = value.rsplit('.').next().filter(|ending| ending.len() < value.len());
    let dotted = ending.is_some() && value.split('.').all(|part| part.len() < 12);
    let path = value.starts_with('/') && value[1..].contains('/')
        || value.contains("//")
        || value.contains('/') && value.split('/').all(|part| part.len() < 12) && !value.contains('+');
    let bytes = value.as_bytes();
    let year =
        bytes.len() > 7 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-' && bytes[7] == b'-';
    dotted || path || year || ending.is_some_and(|ending| ENDINGS.contains(&ending))
}

/// Whether `value` begins as services' keys do, `acme_live_…`, with much drawn by lot after it.
fn is_branded(value: &str) -> bool {
    const MARKS: [&str; 17] = [
        "api", "sk", "pat", "key", "apikey", "token", "tok", "secret", "live", "oauth", "bearer", "sec",
        "rk", "skey", "pak", "privkey", "apitoken",
    ];
    /// Begins what services mean to be seen by everyone.
    const OPEN: [&str; 4] = ["pk", "pub", "public", "publishable"];
    const LEAST: usize = 20;
    let mut rest = value;
    let mut marked = false;
    for _ in 0..4 {
        let Some((part, after)) = rest.split_once(['_', '-']) else { break };
        if part.is_empty() || part.len() > 10 || !part.bytes().all(|byte| byte.is_ascii_lowercase()) {
            break;
        }
        if OPEN.contains(&part) {
            return false;
        }
        marked |= MARKS.contains(&part);
        rest = after;
    }
    marked && rest.len() >= LEAST && matches!(draw(rest), Some(Draw::Mixed | Draw::Hex | Draw::Uuid))
}
