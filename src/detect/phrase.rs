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
mod presence;

use std::collections::HashMap;
use std::fmt;
use std::ops::Range;

use rustc_hash::FxHashMap;

use self::ahead::{Ahead, Outlook, needed};
use self::presence::{BLOCK, Presence};
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
    /// The rarest of what the phrase needs, which is looked at first.
    rarest: Option<usize>,
}

#[derive(Clone)]
struct Phrase {
    group: usize,
    slots: Vec<Slot>,
    /// The sets of which a word each must be there, the rarest first.
    needs: Vec<usize>,
    opens: bool,
    closes: bool,
}

#[derive(Clone, Default)]
struct Slot {
    /// Single words, sorted.
    words: Vec<usize>,
    /// The set of these words.
    singles: usize,
    /// Words in a row.
    rows: Vec<Vec<usize>>,
    /// The set of the words that rows begin with.
    row_starts: usize,
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
        self.push(self.groups.len() - 1, slots, (false, false));
    }

    /// `form`, if a phrase has this word.
    pub(crate) fn word(&self, form: &str) -> Option<&str> {
        self.vocabulary.get_key_value(form).map(|(word, _)| &**word)
    }

    /// Every place in `words` of `text` where a phrase matches, by its first word.
    pub(crate) fn matches(&self, text: &Text<'_>, words: &[Word]) -> Vec<Match<'_>> {
        self.matches_spelled(text, words, |_| None)
    }

    /// The same; `spelled` says the word behind one that no phrase has.
    pub(crate) fn matches_spelled(
        &self,
        text: &Text<'_>,
        words: &[Word],
        spelled: impl Fn(&Word) -> Option<&'static str>,
    ) -> Vec<Match<'_>> {
        let find = |form: &str| self.vocabulary.get(form).copied();
        let number = |word| text.look_up(word, find).or_else(|| spelled(word).and_then(find));
        let cells: Vec<_> =
            words.iter().map(|word| Cell { number: number(word), opens: word.opens }).collect();
        let line = Line { cells: &cells, outlook: &self.outlook };
        let presence = Presence::new(&line);
        let mut found = Vec::new();
        for (at, cell) in cells.iter().enumerate() {
            let Some(number) = cell.number else { continue };
            let begins =
                self.begun_by[number].iter().filter(|begin| self.is_worth(begin, &line, &presence, at));
            found.extend(begins.filter_map(|begin| {
                let phrase = &self.all[begin.phrase];
                let end = phrase.end(&line, at)?;
                Some(Match { group: &self.groups[phrase.group], words: at..end })
            }));
        }
        found
    }

    /// Whether what must follow the word at `at`, for the phrase of `begin`, is there.
    fn is_worth(&self, begin: &Begin, line: &Line<'_>, presence: &Presence, at: usize) -> bool {
        begin.rarest.is_none_or(|set| presence.has(set, at))
            && begin.ahead.is_none_or(|ahead| self.outlook.holds(ahead, line, at))
            && self.all[begin.phrase].needs.iter().skip(1).all(|set| presence.has(*set, at))
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

    /// Adds a phrase that `opens` and `closes` a sentence, or not.
    fn push(&mut self, group: usize, mut slots: Vec<Slot>, (opens, closes): (bool, bool)) {
        for slot in &mut slots {
            slot.singles = self.outlook.set(slot.words.clone());
            slot.row_starts =
                self.outlook.set(slot.rows.iter().filter_map(|row| row.first()).copied().collect());
        }
        let Some((first, rest)) = slots.split_first() else { return };
        let needs = self.needs(&slots);
        for word in first.beginnings() {
            let ahead = needed(first, rest, word).map(|needed| self.outlook.add(needed));
            let begin = Begin { phrase: self.all.len(), ahead, rarest: needs.first().copied() };
            self.begun_by[word].push(begin);
        }
        self.all.push(Phrase { group, slots, needs, opens, closes });
    }

    /// The sets of which a word each must be there for `slots` to match after the first of them.
    fn needs(&mut self, slots: &[Slot]) -> Vec<usize> {
        if slots.iter().map(Slot::reach).sum::<usize>() > BLOCK {
            return Vec::new();
        }
        let must = slots.iter().skip(1).filter(|slot| slot.repeat == Repeat::Once && !slot.or_end);
        let mut needs: Vec<_> = must.map(Slot::beginnings).map(|words| (words.len(), words)).collect();
        needs.sort();
        needs.into_iter().map(|(_, words)| self.outlook.set(words)).collect()
    }
}

/// One of the words that phrases are matched against.
struct Cell {
    /// Its number, if a phrase has it.
    number: Option<usize>,
    /// Whether it is the first of a sentence.
    opens: bool,
}

/// The words that phrases are matched against.
struct Line<'a> {
    cells: &'a [Cell],
    outlook: &'a Outlook,
}

impl Line<'_> {
    /// Whether a phrase that began earlier can go on at `at`.
    fn goes_on(&self, at: usize) -> bool {
        self.cells.get(at).is_some_and(|cell| !cell.opens)
    }

    /// The number of the word at `at`, if a phrase that began at `start` can have it.
    fn number(&self, start: usize, at: usize) -> Option<usize> {
        self.cells.get(at).filter(|cell| at == start || !cell.opens).and_then(|cell| cell.number)
    }
}

impl Phrase {
    /// Where the phrase ends if it begins at `at`.
    fn end(&self, line: &Line<'_>, at: usize) -> Option<usize> {
        if self.opens && !line.cells[at].opens {
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
            Repeat::Once => slot.end(line, start, at, |end| self.rest(line, start, end, rest)),
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
            slot.end(line, start, at, |end| self.repeated(line, start, end, (slot, rest), times - 1))
        };
        more.or_else(|| self.rest(line, start, at, rest))
    }
}

impl Slot {
    /// The words that a match of this slot can begin with, sorted.
    fn beginnings(&self) -> Vec<usize> {
        let rows = self.rows.iter().filter_map(|row| row.first());
        let mut words: Vec<_> = self.words.iter().chain(rows).copied().collect();
        words.sort_unstable();
        words.dedup();
        words
    }

    /// How many words it covers at most.
    fn reach(&self) -> usize {
        let longest = self.rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        match self.repeat {
            Repeat::Once | Repeat::Optional => longest,
            Repeat::Many => longest * MANY,
            Repeat::Gap => GAP,
        }
    }

    /// What `next` says of the first place where one match of this slot, standing at `at`, can end and of
    /// which it says anything: a row goes before a word, a word before the end of the sentence.
    fn end(
        &self,
        line: &Line<'_>,
        start: usize,
        at: usize,
        mut next: impl FnMut(usize) -> Option<usize>,
    ) -> Option<usize> {
        #[cfg(test)]
        tests::STEPS.set(tests::STEPS.get() + 1);
        if let Some(number) = line.number(start, at) {
            if line.outlook.is_in(number, self.row_starts) {
                let stands = |row: &[usize]| {
                    row.iter()
                        .enumerate()
                        .all(|(offset, word)| line.number(start, at + offset) == Some(*word))
                };
                let ends = self.rows.iter().filter(|row| stands(row)).map(|row| at + row.len());
                if let Some(end) = ends.into_iter().find_map(&mut next) {
                    return Some(end);
                }
            }
            if line.outlook.is_in(number, self.singles)
                && let Some(end) = next(at + 1)
            {
                return Some(end);
            }
        }
        if self.or_end && !line.goes_on(at) { next(at) } else { None }
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
        self.phrases.push(group, slots, (opens, closes));
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
    use std::cell::Cell;

    use super::Phrases;
    use crate::text::Text;

    thread_local! {
        /// How often a slot was held against a word.
        pub(super) static STEPS: Cell<usize> = const { Cell::new(0) };
    }

    /// All lists of phrases that are shipped, as two sets.
    const LISTS: [&str; 2] = [
        include_str!("heat/phrases.txt"),
        concat!(
            include_str!("saying/solicitation.txt"),
            include_str!("saying/account_issue.txt"),
            include_str!("saying/confidential_marker.txt"),
            include_str!("saying/gossip.txt"),
        ),
    ];
    /// The most steps for each word of the worst text that is tried.
    const MOST_STEPS: usize = 64;

    /// How many steps `phrases` take to match `piece` repeated to `words` words.
    fn steps(phrases: &Phrases, piece: &str, words: usize) -> usize {
        let count = piece.split(' ').count();
        let original = [piece, " "].concat().repeat(words / count);
        let text = Text::new(&original);
        STEPS.set(0);
        phrases.matches(&text, text.prose());
        STEPS.get()
    }

    #[test]
    fn no_word_makes_the_search_long() {
        const WORDS: usize = 60;
        for list in LISTS {
            let phrases = Phrases::parse(list).unwrap_or_default();
            let mut words: Vec<_> = phrases.vocabulary.keys().map(ToString::to_string).collect();
            words.sort_by_cached_key(|word| (steps(&phrases, word, WORDS), word.clone()));
            let worst: Vec<_> = words.iter().rev().take(4).collect();
            let pairs = worst.iter().flat_map(|one| words.iter().map(move |other| format!("{one} {other}")));
            for piece in pairs.chain(worst.iter().map(|word| (*word).clone())) {
                let steps = steps(&phrases, &piece, WORDS);
                assert!(steps <= MOST_STEPS * WORDS, "{piece}: {steps} steps for {WORDS} words");
            }
        }
    }

    #[test]
    fn a_text_twice_as_long_takes_about_twice_the_steps() {
        for list in LISTS {
            let phrases = Phrases::parse(list).unwrap_or_default();
            for piece in ["i am", "you", "i am such a", "you are so stupid and", "my account was charged"] {
                let (short, long) = (steps(&phrases, piece, 400), steps(&phrases, piece, 800));
                assert!(long <= 2 * short + 400, "{piece}: {long} after {short} steps");
            }
        }
    }

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
