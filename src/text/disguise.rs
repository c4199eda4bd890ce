//! Undoes the spellings that slip past word lists: leetspeak, stretched and starred letters.
//!
//! An undone form counts only where a lexicon knows it, so ordinary text cannot turn into an insult.

/// The longest word worth undoing, in bytes: no lexicon has longer ones.
const LONGEST: usize = 64;

/// What `known` says of the first undone form of `form` that it knows. Each form is made only when
/// it differs from those before: text can be full of what looks disguised.
pub(super) fn undo<T>(form: &str, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    if form.len() > LONGEST {
        return known(&shortened(&letters(form, 'i')?, 1));
    }
    let ones: &[char] = if form.contains(['1', '!']) { &['i', 'l'] } else { &['i'] };
    for &one in ones {
        let plain = letters(form, one)?;
        let shorter = |keep| known(&shortened(&plain, keep));
        let stretched = || if is_stretched(&plain) { shorter(2).or_else(|| shorter(1)) } else { None };
        if let Some(found) = known(&plain).or_else(stretched) {
            return Some(found);
        }
    }
    None
}

/// Whether `form` has some letter three times in a row.
fn is_stretched(form: &str) -> bool {
    let (mut before, mut last) = (None, None);
    form.chars().any(|c| {
        let third = before == Some(c) && last == Some(c);
        (before, last) = (last, Some(c));
        third
    })
}

/// `form` with digits and symbols read as the letters they resemble, `1` as `one`; `None` without
/// any letter, since a number is a number.
fn letters(form: &str, one: char) -> Option<String> {
    let read = |c: char| match c {
        '0' => Some('o'),
        '1' | '!' => Some(one),
        '3' => Some('e'),
        '4' | '@' => Some('a'),
        '5' | '$' => Some('s'),
        '7' => Some('t'),
        '8' => Some('b'),
        '9' => Some('g'),
        '*' => None,
        other => Some(other),
    };
    form.chars().any(char::is_alphabetic).then(|| {
        let mut plain = String::with_capacity(form.len());
        plain.extend(form.chars().filter_map(read));
        plain
    })
}

/// `form` with every run of three or more of one letter, cut to `keep` of it.
fn shortened(form: &str, keep: usize) -> String {
    let mut short = String::with_capacity(form.len());
    let mut rest = form;
    while let Some(first) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(first).len();
        let count = run / first.len_utf8();
        short.extend(std::iter::repeat_n(first, if count >= 3 { keep } else { count }));
        rest = &rest[run..];
    }
    short
}
