//! Private values made unreadable.

use std::ops::Range;

use super::Finding;

/// What stands in place of a value, whatever its length, so that the length tells nothing.
const MASK: &str = "▮▮▮▮";

/// `content` with every private value among `findings` (see [`Kind::is_value`](super::Kind::is_value))
/// replaced by `▮▮▮▮`. Overlapping and touching values become one mask.
///
/// Total: a span that lies outside of `content` or splits a character is cut or widened to fit.
#[must_use]
pub fn mask(content: &str, findings: &[Finding]) -> String {
    let values = findings.iter().filter(|finding| finding.kind.is_value());
    let mut masked = String::with_capacity(content.len());
    let mut end = 0;
    for span in merged(values.filter_map(|finding| fit(content, &finding.span)).collect()) {
        masked.push_str(&content[end..span.start]);
        masked.push_str(MASK);
        end = span.end;
    }
    masked.push_str(&content[end..]);
    masked
}

/// `span` on character boundaries of `content`, or `None` when nothing of it is there.
fn fit(content: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let start = content.floor_char_boundary(span.start);
    let end = content.ceil_char_boundary(span.end);
    (span.start < span.end && start < end).then_some(start..end)
}

/// `spans` in order, those that overlap or touch made one.
fn merged(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_by_key(|span| span.start);
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use std::ops::Range;

    use super::mask;
    use crate::detect::{Finding, Kind};

    fn finding(kind: Kind, span: Range<usize>) -> Finding {
        Finding { kind, category: kind.category(), span, confidence: 1.0, explanation: "".into(), rule: None }
    }

    #[test]
    fn values_are_hidden_and_their_length_with_them() {
        let findings = [finding(Kind::Password, 3..6), finding(Kind::Words, 7..8)];
        assert_eq!(mask("pw abc d!", &findings), "pw ▮▮▮▮ ▮▮▮▮!");
    }

    #[test]
    fn overlapping_and_touching_values_are_one() {
        let findings = [finding(Kind::Card, 4..6), finding(Kind::Phone, 1..5), finding(Kind::Email, 6..7)];
        assert_eq!(mask("0123456789", &findings), "0▮▮▮▮789");
    }

    #[test]
    fn words_about_values_stay() {
        let findings = [
            finding(Kind::AccountIssue, 0..4),
            finding(Kind::Solicitation, 0..4),
            finding(Kind::Insult, 0..4),
        ];
        assert_eq!(mask("locked out", &findings), "locked out");
    }

    #[test]
    #[expect(clippy::reversed_empty_ranges, reason = "odd spans are what this is about")]
    fn odd_spans_are_cut_to_fit() {
        let hide = |content, span| mask(content, &[finding(Kind::Card, span)]);
        assert_eq!(hide("aßc", 2..3), "a▮▮▮▮c");
        assert_eq!(hide("abc", 1..99), "a▮▮▮▮");
        assert_eq!(hide("abc", 5..9), "abc");
        assert_eq!(hide("abc", 2..1), "abc");
        assert_eq!(hide("ab", 1..1), "ab");
    }
}
