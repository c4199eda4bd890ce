//! Undoes the spellings that slip past word lists: leetspeak, stretched and starred letters.
//!
//! An undone form counts only where a lexicon knows it, so ordinary text cannot turn into an insult.

/// The longest word worth undoing, in bytes: no lexicon has longer ones.
const LONGEST: usize = 64;

/// What `known` says of the first undone form of `form` that it knows.
pub(super) fn undo<T>(form: &str, known: impl Fn(&str) -> Option<T>) -> Option<T> {
    if form.len() > LONGEST {
        return known(&shortened(&letters(form, 'i')?, 1));
    }
    let spellings = ['i', 'l'].into_iter().filter_map(|one| letters(form, one));
    spellings
        .flat_map(|plain| [plain.clone(), shortened(&plain, 2), shortened(&plain, 1)])
        .find_map(|plain| known(&plain))
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
    form.chars().any(char::is_alphabetic).then(|| form.chars().filter_map(read).collect())
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
