//! What must follow the first word of a phrase: looked at before a phrase is tried, since few messages have it.

use std::collections::HashMap;

use super::{GAP, Line, Repeat, Slot};

/// Words of which one must follow soon.
#[derive(Clone, Copy)]
pub(super) struct Ahead {
    /// The number of the set of these words.
    set: usize,
    /// Within how many words it must follow.
    reach: usize,
}

/// Words of which one must follow within `reach` words.
pub(super) struct Needed {
    words: Vec<usize>,
    reach: usize,
}

/// What must follow `word` if it begins a phrase of the slots `first` and `rest`; nothing when anything may.
pub(super) fn needed(first: &Slot, rest: &[Slot], word: usize) -> Option<Needed> {
    let mut needed = Needed { words: Vec::new(), reach: 1 };
    for row in first.rows.iter().filter(|row| row.first() == Some(&word)) {
        needed.words.push(*row.get(1)?);
    }
    if first.words.binary_search(&word).is_ok() {
        needed.continuation(rest)?;
    }
    Some(needed)
}

impl Needed {
    /// Adds what can come first in `slots`; nothing when they can match without a word.
    fn continuation(&mut self, slots: &[Slot]) -> Option<()> {
        let mut gaps = 0;
        for slot in slots {
            match slot.repeat {
                Repeat::Gap => gaps += 1,
                _ if slot.or_end => return None,
                _ => self.words.extend(slot.beginnings()),
            }
            if slot.repeat == Repeat::Once {
                self.reach = 1 + gaps * GAP;
                return Some(());
            }
        }
        None
    }
}

/// For each word, the sets it is in.
#[derive(Default)]
pub(super) struct Outlook {
    sets: HashMap<Vec<usize>, usize>,
    /// By word, one bit a set.
    memberships: Vec<Vec<u64>>,
}

impl Outlook {
    pub(super) fn add(&mut self, needed: Needed) -> Ahead {
        Ahead { set: self.set(needed.words), reach: needed.reach }
    }

    /// The number of the set of `words`.
    pub(super) fn set(&mut self, mut words: Vec<usize>) -> usize {
        words.sort_unstable();
        words.dedup();
        if let Some(&set) = self.sets.get(&words) {
            return set;
        }
        let set = self.sets.len();
        for &word in &words {
            self.join(word, set);
        }
        self.sets.insert(words, set);
        set
    }

    /// How many sets there are.
    pub(super) fn len(&self) -> usize {
        self.sets.len()
    }

    /// The sets that `word` is in, one bit each.
    pub(super) fn sets_of(&self, word: usize) -> &[u64] {
        self.memberships.get(word).map_or(&[], Vec::as_slice)
    }

    fn join(&mut self, word: usize, set: usize) {
        if self.memberships.len() <= word {
            self.memberships.resize(word + 1, Vec::new());
        }
        let memberships = &mut self.memberships[word];
        if memberships.len() <= set / 64 {
            memberships.resize(set / 64 + 1, 0);
        }
        memberships[set / 64] |= 1 << (set % 64);
    }

    /// Whether one of the words of `ahead` follows the word at `at` soon enough, in its sentence.
    pub(super) fn holds(&self, ahead: Ahead, line: &Line<'_>, at: usize) -> bool {
        let soon = (at + 1..=at + ahead.reach).take_while(|&next| line.goes_on(next));
        soon.filter_map(|next| line.cells[next].number).any(|word| self.is_in(word, ahead.set))
    }

    /// Whether `word` is in `set`.
    pub(super) fn is_in(&self, word: usize, set: usize) -> bool {
        let sets = self.memberships.get(word).and_then(|memberships| memberships.get(set / 64));
        sets.is_some_and(|sets| sets >> (set % 64) & 1 == 1)
    }
}
