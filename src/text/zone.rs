//! Where in a message something stands: prose, quoted line, code, link, Discord's own markup.

use std::ops::Range;

/// Where something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the author's own sentences.
    Prose,
    /// In a line quoted with `> `.
    Quote,
    /// In inline code or a code block.
    Code,
    /// In a link.
    Link,
    /// In a mention, custom emoji, timestamp or command of Discord's.
    Markup,
}

/// The places of one folded text. Whatever is in none of them is prose.
pub(super) struct Zones {
    /// Code, links and markup: sorted, disjoint.
    zones: Vec<(Range<usize>, Place)>,
    /// Quoted lines: sorted, disjoint; other zones can lie in them.
    quotes: Vec<Range<usize>>,
}

impl Zones {
    /// Finds the zones of `text` in one pass.
    pub(super) fn new(text: &str) -> Self {
        let mut zones = Self { zones: Vec::new(), quotes: quoted_lines(text) };
        let bytes = text.as_bytes();
        let mut unclosed = [false; 3];
        let mut at = 0;
        while let Some(skipped) =
            bytes[at..].iter().position(|byte| matches!(byte, b'`' | b'<' | b':' | b'w' | b'W'))
        {
            at += skipped;
            at = match zones.zone_at(text, at, &mut unclosed) {
                Some((zone, place)) => {
                    let end = zone.end;
                    zones.zones.push((zone, place));
                    end
                }
                None => at + backticks(&bytes[at..]).max(1),
            };
        }
        zones
    }

    /// The zone that begins, or for a link shows itself, at `at`.
    fn zone_at(&self, text: &str, at: usize, unclosed: &mut [bool; 3]) -> Option<(Range<usize>, Place)> {
        match text.as_bytes()[at] {
            b'`' => Some((code(text.as_bytes(), at, unclosed)?, Place::Code)),
            b'<' => Some((markup(text.as_bytes(), at)?, Place::Markup)),
            _ => Some((link(text, at, self.zones.last().map_or(0, |(zone, _)| zone.end))?, Place::Link)),
        }
    }

    /// Where the offset `at` stands.
    pub(super) fn place(&self, at: usize) -> Place {
        let next = self.zones.partition_point(|(zone, _)| zone.end <= at);
        if let Some((_, place)) = self.zones.get(next).filter(|(zone, _)| zone.contains(&at)) {
            return *place;
        }
        let next = self.quotes.partition_point(|quote| quote.end <= at);
        let quoted = self.quotes.get(next).is_some_and(|quote| quote.contains(&at));
        if quoted { Place::Quote } else { Place::Prose }
    }
}

/// Lines that begin with `> `, and everything after a line that begins with `>>> `.
fn quoted_lines(text: &str) -> Vec<Range<usize>> {
    let mut quotes = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with(">>> ") {
            quotes.push(start..text.len());
            break;
        }
        if line.starts_with("> ") {
            quotes.push(start..start + line.len());
        }
        start += line.len();
    }
    quotes
}

/// How many backticks `bytes` begins with.
fn backticks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b'`').count()
}

/// Code from the backticks at `at` to as many that close it. `unclosed` remembers, for one, two and
/// three backticks, that nothing closes them any more, so that each is searched in vain once only.
fn code(bytes: &[u8], at: usize, unclosed: &mut [bool; 3]) -> Option<Range<usize>> {
    let fence = backticks(&bytes[at..]).min(3);
    if unclosed[fence - 1] {
        return None;
    }
    let mut end = at + fence;
    while end < bytes.len() {
        match backticks(&bytes[end..]) {
            0 => end += 1,
            run if run == fence || (fence == 3 && run > 3) => return Some(at..end + run),
            run => end += run,
        }
    }
    unclosed[fence - 1] = true;
    None
}

/// `<@1>`, `<@!1>`, `<@&1>`, `<#1>`, `<:name:1>`, `<a:name:1>`, `<t:1:R>`, `</name:1>`, `<id:guide>`.
fn markup(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    const LONGEST: usize = 110;
    let rest = &bytes[at + 1..bytes.len().min(at + LONGEST)];
    let begins =
        [&b"@"[..], b"#", b":", b"a:", b"t:", b"/", b"id:"].iter().any(|mark| rest.starts_with(mark));
    let end = rest.iter().position(|byte| matches!(byte, b'>' | b'<' | b'\n'))?;
    (begins && rest[end] == b'>').then_some(at..at + end + 2)
}

/// A link that shows itself at `at` by `://` or `www.`, beginning not before `floor`.
fn link(text: &str, at: usize, floor: usize) -> Option<Range<usize>> {
    const LONGEST_SCHEME: usize = 20;
    let bytes = text.as_bytes();
    let start = if bytes[at..].starts_with(b"://") {
        let scheme = bytes[floor.max(at.saturating_sub(LONGEST_SCHEME))..at]
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-'))
            .count();
        (scheme >= 2).then_some(at - scheme)?
    } else {
        let begins = at == 0 || !bytes[at - 1].is_ascii_alphanumeric();
        (begins && bytes[at..].len() > 4 && bytes[at..at + 4].eq_ignore_ascii_case(b"www.")).then_some(at)?
    };
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'"' | b'`' | b'|');
    let length = bytes[at..].iter().position(ends).unwrap_or(bytes.len() - at);
    let trailing = |byte: &&u8| matches!(byte, b'.' | b',' | b'!' | b'?' | b':' | b';' | b')' | b'*' | b'\'');
    let trimmed = bytes[at..at + length].iter().rev().take_while(trailing).count();
    Some(start..at + (length - trimmed).max(1))
}
