//! Numbers written in groups, with or without letters in them.
//!
//! `51 824 753 556`, `AB 12 34 56 C` and `X-1234567-L` are each one number. Which groups of a message
//! belong together cannot be known from the groups alone, so every row of neighbors is offered.

pub(super) mod check;

use std::ops::Range;

use crate::text::Text;

/// The most characters that one number has, separators not counted.
const LONGEST: usize = 24;
/// The fewest characters worth looking at.
const SHORTEST: usize = 7;
/// The fewest digits of a message worth looking at: Indian tax numbers have four.
const FEWEST_DIGITS: usize = 4;
/// The most groups that one number is written in: French ones have seven.
const MOST_GROUPS: usize = 8;
/// The longest row of letters that can stand apart before the digits: `AB 12 34 56 C`.
const LONGEST_PREFIX: usize = 2;

/// Letters and digits that can be read as one number.
pub(super) struct Number {
    /// Where it stands in the folded text.
    pub(super) range: Range<usize>,
    /// Where its groups part: bit n is set when a separator stands before character n.
    pub(super) cuts: u32,
    /// Which characters are letters: bit n for character n.
    pub(super) letters: u32,
    /// Whether only spaces part its groups, as they part numbers of a list.
    pub(super) spaced: bool,
    /// Whether a letter is written small.
    pub(super) small: bool,
    code: [u8; LONGEST],
    length: usize,
}

impl Number {
    /// The letters, as capitals, and digits without separators.
    pub(super) fn code(&self) -> &[u8] {
        &self.code[..self.length]
    }

    fn starting(start: usize) -> Self {
        Self {
            range: start..start,
            cuts: 0,
            letters: 0,
            spaced: true,
            small: false,
            code: [0; LONGEST],
            length: 0,
        }
    }

    /// Appends a group; false when it is too long.
    fn push(&mut self, text: &[u8], group: Range<usize>) -> bool {
        if self.length + group.len() > LONGEST {
            return false;
        }
        self.cuts |= u32::from(self.length > 0) << self.length;
        self.spaced &= self.length == 0 || text[group.start - 1] == b' ';
        for byte in &text[group.clone()] {
            self.letters |= u32::from(byte.is_ascii_alphabetic()) << self.length;
            self.small |= byte.is_ascii_lowercase();
            self.code[self.length] = byte.to_ascii_uppercase();
            self.length += 1;
        }
        self.range.end = group.end;
        true
    }
}

/// Calls `look` with every number that can be read in `text`: one group or several with a space,
/// hyphen, dot or slash between each two, the first with a digit in it or followed by one that has.
/// Bounded for each group, so linear in all.
pub(super) fn each(text: &Text<'_>, mut look: impl FnMut(&Number)) {
    let runs = text.digits();
    if runs.iter().map(|run| run.end - run.start).sum::<usize>() < FEWEST_DIGITS {
        return;
    }
    let folded = text.folded();
    let mut token_end = 0;
    for run in runs {
        if run.start < token_end {
            continue;
        }
        let token = group_at(folded.as_bytes(), token_end, run.start);
        token_end = token.end;
        if token.len() > LONGEST {
            continue;
        }
        let digit_first = token.start == run.start;
        if let Some(prefix) = prefix(folded.as_bytes(), token.start).filter(|_| digit_first) {
            grow(folded, prefix, &mut look);
        }
        grow(folded, token, &mut look);
    }
}

/// The letters and digits around `at`, beginning not before `floor`.
fn group_at(text: &[u8], floor: usize, at: usize) -> Range<usize> {
    let before = text[floor..at].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let after = text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    at - before..at + after
}

/// The one or two letters that stand apart before `start`.
fn prefix(text: &[u8], start: usize) -> Option<Range<usize>> {
    let end = start.checked_sub(1).filter(|end| is_joint(text[*end]))?;
    let letters = text[..end].iter().rev().take(LONGEST_PREFIX + 1);
    let length = letters.take_while(|byte| byte.is_ascii_alphabetic()).count();
    let free = end == length || !text[end - length - 1].is_ascii_alphanumeric();
    ((1..=LONGEST_PREFIX).contains(&length) && free).then(|| end - length..end)
}

/// Offers the rows of groups that begin with `group`.
fn grow(folded: &str, mut group: Range<usize>, look: &mut impl FnMut(&Number)) {
    let bytes = folded.as_bytes();
    if !can_start(folded, group.start) {
        return;
    }
    let mut number = Number::starting(group.start);
    for _ in 0..MOST_GROUPS {
        if !number.push(bytes, group.clone()) {
            return;
        }
        if number.length >= SHORTEST && can_end(bytes, group.end) {
            look(&number);
        }
        let next = group.end + 1;
        if !bytes.get(group.end).is_some_and(|byte| is_joint(*byte))
            || !bytes.get(next).is_some_and(u8::is_ascii_alphanumeric)
        {
            return;
        }
        let length = bytes[next..].iter().take(LONGEST + 1).take_while(|byte| byte.is_ascii_alphanumeric());
        group = next..next + length.count();
    }
}

/// Whether `byte` can stand between two groups of one number.
fn is_joint(byte: u8) -> bool {
    matches!(byte, b' ' | b'-' | b'.' | b'/')
}

/// Whether a number can start at `at`: not within a word, a price or a longer name.
fn can_start(text: &str, at: usize) -> bool {
    let before = text[..at].chars().next_back();
    !before.is_some_and(|c| {
        c.is_ascii_alphanumeric()
            || matches!(c, '_' | '.' | '-' | '/' | '\\' | '@' | '+' | '$' | '€' | '£' | '~' | '^' | '%')
    })
}

/// Whether a number can end at `at`: what follows is no more of it.
fn can_end(text: &[u8], at: usize) -> bool {
    match &text[at..] {
        [b'-' | b'.' | b'/', next, ..] => !next.is_ascii_alphanumeric(),
        [next, ..] => !next.is_ascii_alphanumeric() && !matches!(next, b'_' | b'%' | b'$' | b'@' | b'='),
        [] => true,
    }
}

#[cfg(test)]
mod tests {
    use super::each;
    use crate::text::Text;

    fn read(original: &str) -> Vec<String> {
        let mut codes = Vec::new();
        each(&Text::new(original), |number| {
            codes.push(String::from_utf8_lossy(number.code()).into_owned());
        });
        codes
    }

    #[test]
    fn neighbors_are_read_as_one() {
        assert_eq!(read("bsn 111 222 333."), ["111222333"]);
        assert_eq!(read("AB 12 34 56 c"), ["AB123456", "AB123456C", "123456C"]);
        assert_eq!(read("x-1234567-l"), ["X1234567L"]);
    }

    #[test]
    fn parts_of_something_longer_are_not_read() {
        assert_eq!(read("a_1234567"), [""; 0]);
        assert_eq!(read("$1234567 1234567% 1.2345678a_"), [""; 0]);
        assert_eq!(read(&"a1".repeat(40)), [""; 0]);
    }
}
