//! Words near a value that say what it is.

use std::ops::Range;

use crate::text::{Text, Word};

/// Whether one of `known` is among the `before` words that precede, or the `after` words that follow,
/// `range` of the folded text. Words of scripts other than Latin run into their endings, so there the
/// beginning is enough.
pub(super) fn says(
    text: &Text<'_>,
    range: &Range<usize>,
    before: usize,
    after: usize,
    known: &[&str],
) -> bool {
    let is =
        |form: &str| known.iter().any(|known| form == *known || !known.is_ascii() && form.starts_with(known));
    near(text, range, before, after).any(|word| is(text.form(word)))
}

/// The words near `range`: the last `before` ones that precede and the first `after` ones that follow it.
fn near<'t>(
    text: &'t Text<'_>,
    range: &Range<usize>,
    before: usize,
    after: usize,
) -> impl Iterator<Item = &'t Word> {
    let words = text.prose();
    let first = words.partition_point(|word| word.span.end <= range.start);
    let next = words.partition_point(|word| word.span.start < range.end);
    words[first.saturating_sub(before)..first].iter().chain(&words[next..words.len().min(next + after)])
}

/// Whether a message has nothing in it but the value at `range` and other numbers.
pub(super) fn is_bare(text: &Text<'_>, range: &Range<usize>) -> bool {
    const MOST_WORDS: usize = 24;
    const JOINTS: [&str; 6] = ["and", "or", "und", "y", "et", "e"];
    let words = text.prose();
    let numeric = |word: &Word| text.form(word).bytes().any(|byte| byte.is_ascii_digit());
    let inside = |word: &Word| range.start <= word.span.start && word.span.end <= range.end;
    words.len() <= MOST_WORDS
        && words.iter().all(|word| inside(word) || numeric(word) || JOINTS.contains(&text.form(word)))
}
