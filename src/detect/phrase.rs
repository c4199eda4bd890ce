//! Phrases: sequences of normalized words with alternatives, options and gaps.
//!
//! A phrase file is read line by line:
//!
//! ```text
//! # a comment
//! @be = are r you+are           a class of words; `+` joins words that stand in a row
//! [insult 0.85] A direct insult  a group: its name, its weight from 0 to 1, an explanation
//! you @be @very* fool|clown      one phrase of the group
//! ```
//!
//! A slot of a phrase is a word, a class, or several of both between `|`; then `?` makes it
//! optional and `*` lets it come up to four times or not at all. `..` skips up to three words.
//! `^` and `$` hold a phrase to the beginning and the end of a sentence; as an alternative, `$` is
//! the end of the sentence in place of a word. No phrase crosses the end
//! of a sentence.

mod ahead;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use rustc_hash::FxHashMap;

use self::ahead::{Ahead, Outlook, needed};
use crate::text::{Text, Word};

/// How often a slot marked `*` can match.
const MANY: usize = 4;
/// How many words `..` can skip.
const GAP: usize = 3;

/// Phrases that mean the same.
#[derive(Debug, PartialEq)]
pub(crate) struct Group {
    /// What they are.
    pub(crate) name: Box<str>,
    /// How much they weigh, 0 to 1.
    pub(crate) weight: f32,
    /// What to tell a moderator.
    pub(crate) explanation: Box<str>,
}

/// One place where a phrase matches.
pub(crate) struct Match<'p> {
    /// The group of the phrase.
    pub(crate) group: &'p Group,
    /// The words it covers, as indices.
    pub(crate) words: Range<usize>,
}

/// Which line of a phrase file is wrong, and how.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PhraseError {
    line: usize,
    problem: &'static str,
}

impl fmt::Display for PhraseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

/// A built set of phrases.
#[derive(Default)]
pub(crate) struct Phrases {
    groups: Vec<Group>,
    all: Vec<Phrase>,
    /// The words of all phrases, numbered. Looked up for every word of every message.
    vocabulary: FxHashMap<Box<str>, usize>,
    /// For each word, the phrases it can begin.
    begun_by: Vec<Vec<Begin>>,
    outlook: Outlook,
}

/// A phrase that a word can begin.
struct Begin {
    phrase: usize,
    /// What must follow; nothing when anything may.
    ahead: Option<Ahead>,
}

#[derive(Clone)]
struct Phrase {
    group: usize,
    slots: Vec<Slot>,
    opens: bool,
    closes: bool,
}

#[derive(Clone, Default)]
struct Slot {
    /// Single words, sorted.
    words: Vec<usize>,
    /// Words in a row.
    rows: Vec<Vec<usize>>,
    /// Whether the end of the sentence will do, too.
    or_end: bool,
    repeat: Repeat,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Repeat {
    #[default]
    Once,
    Optional,
    Many,
    Gap,
}

impl Phrases {
    /// Reads a phrase file.
    pub(crate) fn parse(source: &str) -> Result<Self, PhraseError> {
        let mut parser = Parser::default();
        for (number, line) in source.lines().enumerate() {
            parser.line(line.trim()).map_err(|problem| PhraseError { line: number + 1, problem })?;
        }
        Ok(parser.phrases)
    }

    /// Adds a phrase made of plain words, as a group of its own.
    pub(crate) fn push_words<'w>(&mut self, words: impl Iterator<Item = &'w str>, group: Group) {
        self.groups.push(group);
        let slots = words.map(|word| Slot { words: vec![self.number(word)], ..Slot::default() }).collect();
        self.push(Phrase { group: self.groups.len() - 1, slots, opens: false, closes: false });
    }

    /// `form`, if a phrase has this word.
    pub(crate) fn word(&self, form: &str) -> Option<&str> {
        self.vocabulary.get_key_value(form).map(|(word, _)| &**word)
    }

    /// Every place in `words` of `text` where a phrase matches, by its first word.
    pub(crate) fn matches(&self, text: &Text<'_>, words: &[Word]) -> Vec<Match<'_>> {
        let numbers: Vec<Option<usize>> =
            words.iter().map(|word| text.look_up(word, |form| self.vocabulary.get(form).copied())).collect();
        let line = Line { words, numbers: &numbers };
        let mut found = Vec::new();
        for (at, number) in numbers.iter().enumerate() {
            let Some(number) = number else { continue };
            for begin in &self.begun_by[*number] {
                if begin.ahead.is_some_and(|ahead| !self.outlook.holds(ahead, &line, at)) {
                    continue;
                }
                let phrase = &self.all[begin.phrase];
                if let Some(end) = phrase.end(&line, at) {
                    found.push(Match { group: &self.groups[phrase.group], words: at..end });
                }
            }
        }
        found
    }

    /// The names of the groups, in order.
    #[cfg(test)]
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|group| &*group.name)
    }

    /// The number of `word`, a new one if need be.
    fn number(&mut self, word: &str) -> usize {
        if let Some(number) = self.vocabulary.get(word) {
            return *number;
        }
        let number = self.vocabulary.len();
        self.vocabulary.insert(word.into(), number);
        self.begun_by.push(Vec::new());
        number
    }

    fn push(&mut self, phrase: Phrase) {
        let Some((first, rest)) = phrase.slots.split_first() else { return };
        let mut begins = first.beginnings();
        begins.sort_unstable();
        begins.dedup();
        for word in begins {
            let ahead = needed(first, rest, word).map(|needed| self.outlook.add(needed));
            self.begun_by[word].push(Begin { phrase: self.all.len(), ahead });
        }
        self.all.push(phrase);
    }
}

/// The words that phrases are matched against.
struct Line<'a> {
    words: &'a [Word],
    numbers: &'a [Option<usize>],
}

impl Line<'_> {
    /// Whether a phrase that began earlier can go on at `at`.
    fn goes_on(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| !word.opens)
    }
}

impl Phrase {
    /// Where the phrase ends if it begins at `at`.
    fn end(&self, line: &Line<'_>, at: usize) -> Option<usize> {
        if self.opens && !line.words[at].opens {
            return None;
        }
        self.rest(line, at, at, &self.slots)
    }

    /// Where `slots` end if they go on at `at`. Bounded: slots are few, repeats and gaps short.
    fn rest(&self, line: &Line<'_>, start: usize, at: usize, slots: &[Slot]) -> Option<usize> {
        let Some((slot, rest)) = slots.split_first() else {
            let ends = !self.closes || !line.goes_on(at);
            return ends.then_some(at);
        };
        match slot.repeat {
            Repeat::Once => slot.ends(line, start, at).find_map(|end| self.rest(line, start, end, rest)),
            Repeat::Optional => self.repeated(line, start, at, (slot, rest), 1),
            Repeat::Many => self.repeated(line, start, at, (slot, rest), MANY),
            Repeat::Gap => {
                let reach = (at..at + GAP).take_while(|&skipped| line.goes_on(skipped)).count();
                (at..=at + reach).find_map(|next| self.rest(line, start, next, rest))
            }
        }
    }

    /// `slot` as often as it matches, up to `times`, and then the rest.
    fn repeated(
        &self,
        line: &Line<'_>,
        start: usize,
        at: usize,
        (slot, rest): (&Slot, &[Slot]),
        times: usize,
    ) -> Option<usize> {
        let more = if times == 0 {
            None
        } else {
            slot.ends(line, start, at)
                .find_map(|end| self.repeated(line, start, end, (slot, rest), times - 1))
        };
        more.or_else(|| self.rest(line, start, at, rest))
    }
}

impl Slot {
    /// The words that a match of this slot can begin with, in any order.
    fn beginnings(&self) -> Vec<usize> {
        let rows = self.rows.iter().filter_map(|row| row.first());
        self.words.iter().chain(rows).copied().collect()
    }

    /// Where one match of this slot can end if it stands at `at`.
    fn ends(&self, line: &Line<'_>, start: usize, at: usize) -> impl Iterator<Item = usize> {
        let stands = move |at: usize| {
            (at == start || line.goes_on(at)).then(|| line.numbers.get(at).copied().flatten()).flatten()
        };
        let word = stands(at).filter(|number| self.words.binary_search(number).is_ok()).map(|_| at + 1);
        let rows = self.rows.iter().filter(move |row| {
            row.iter().enumerate().all(|(offset, number)| stands(at + offset) == Some(*number))
        });
        let end = (self.or_end && !line.goes_on(at)).then_some(at);
        rows.map(move |row| at + row.len()).chain(word).chain(end)
    }
}

/// Reads phrase files.
#[derive(Default)]
struct Parser {
    phrases: Phrases,
    classes: HashMap<Box<str>, Slot>,
}

impl Parser {
    fn line(&mut self, line: &str) -> Result<(), &'static str> {
        if line.is_empty() || line.starts_with('#') {
            Ok(())
        } else if let Some(header) = line.strip_prefix('[') {
            self.group(header)
        } else if let Some((name, members)) = line.strip_prefix('@').and_then(|rest| rest.split_once(" = ")) {
            self.class(name, members)
        } else {
            self.phrase(line)
        }
    }

    fn group(&mut self, header: &str) -> Result<(), &'static str> {
        let (tag, explanation) = header.split_once(']').ok_or("a group needs `]`")?;
        let (name, weight) = tag.split_once(' ').ok_or("a group needs a name and a weight")?;
        let weight = weight.parse().map_err(|_| "a weight is a number from 0 to 1")?;
        let explanation = explanation.trim().into();
        self.phrases.groups.push(Group { name: name.into(), weight, explanation });
        Ok(())
    }

    /// A class can be given over several lines.
    fn class(&mut self, name: &str, members: &str) -> Result<(), &'static str> {
        let mut slot = self.classes.remove(name).unwrap_or_default();
        for member in members.split_whitespace() {
            self.add(&mut slot, member)?;
        }
        slot.words.sort_unstable();
        slot.words.dedup();
        self.classes.insert(name.into(), slot);
        Ok(())
    }

    /// Adds a word, a row of words or a class to `slot`.
    fn add(&mut self, slot: &mut Slot, member: &str) -> Result<(), &'static str> {
        if let Some(name) = member.strip_prefix('@') {
            let class = self.classes.get(name).ok_or("a class must be given before it is used")?;
            slot.words.extend(&class.words);
            slot.rows.extend(class.rows.iter().cloned());
        } else if member.contains('+') {
            slot.rows.push(member.split('+').map(|word| self.phrases.number(word)).collect());
        } else if member == "$" {
            slot.or_end = true;
        } else if member.is_empty() {
            return Err("an alternative is empty");
        } else {
            slot.words.push(self.phrases.number(member));
        }
        Ok(())
    }

    fn phrase(&mut self, line: &str) -> Result<(), &'static str> {
        let group = self.phrases.groups.len().checked_sub(1).ok_or("a phrase needs a group before it")?;
        let opens = line.starts_with('^');
        let closes = line.ends_with(" $");
        let body = line.trim_start_matches('^');
        let body = if closes { body.trim_end_matches('$') } else { body };
        let slots = body.split_whitespace().map(|slot| self.slot(slot)).collect::<Result<Vec<_>, _>>()?;
        if slots.first().is_none_or(|slot| slot.repeat != Repeat::Once) {
            return Err("a phrase begins with a word that must be there");
        }
        self.phrases.push(Phrase { group, slots, opens, closes });
        Ok(())
    }

    fn slot(&mut self, slot: &str) -> Result<Slot, &'static str> {
        let (members, repeat) = match slot.as_bytes() {
            b".." => return Ok(Slot { repeat: Repeat::Gap, ..Slot::default() }),
            [.., b'?'] if slot.len() > 1 => (&slot[..slot.len() - 1], Repeat::Optional),
            [.., b'*'] if slot.starts_with('@') => (&slot[..slot.len() - 1], Repeat::Many),
            _ => (slot, Repeat::Once),
        };
        let mut read = Slot { repeat, ..Slot::default() };
        for member in members.split('|') {
            self.add(&mut read, member)?;
        }
        read.words.sort_unstable();
        read.words.dedup();
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::Phrases;
    use crate::text::Text;

    const FILE: &str = "\
        @very = so really\n\
        @youre = youre you+are\n\
        [direct 0.9] Says so\n\
        @youre @very* late|slow\n\
        [opening 0.5] Begins so\n\
        ^ well .. then $\n";

    /// The matches of [`FILE`] in `original`, as group and words.
    fn found(original: &str) -> Vec<String> {
        let phrases = Phrases::parse(FILE).unwrap_or_default();
        let text = Text::new(original);
        let matches = phrases.matches(&text, text.prose());
        matches.iter().map(|found| format!("{} {:?}", found.group.name, found.words)).collect()
    }

    #[test]
    fn slots_repeat_skip_and_join() {
        assert_eq!(found("You're late"), ["direct 0..2"]);
        assert_eq!(found("but you are so so really slow"), ["direct 1..7"]);
        assert_eq!(found("Well, what about it then?"), ["opening 0..5"]);
    }

    #[test]
    fn phrases_stay_within_a_sentence() {
        assert_eq!(found("you are. late"), [""; 0]);
        assert_eq!(found("oh well then"), [""; 0]);
        assert_eq!(found("well then there"), [""; 0]);
    }

    #[test]
    fn mistakes_name_their_line() {
        let problem = |source| Phrases::parse(source).err().map(|error| error.to_string());
        assert_eq!(
            problem("[a 1]\n@b c").as_deref(),
            Some("line 2: a class must be given before it is used")
        );
        assert_eq!(problem("word").as_deref(), Some("line 1: a phrase needs a group before it"));
        assert_eq!(problem("[a high]").as_deref(), Some("line 1: a weight is a number from 0 to 1"));
        assert_eq!(
            problem("[a 1]\n.. b").as_deref(),
            Some("line 2: a phrase begins with a word that must be there")
        );
    }
}
