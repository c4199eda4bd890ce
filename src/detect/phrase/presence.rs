//! Which words are there at all, stretch by stretch: most phrases need one that is not.

use super::Line;

/// How many words a stretch has: no phrase is looked for by what it needs if it can be longer.
pub(super) const BLOCK: usize = 64;

/// How many times 64 sets have room without an allocation, for messages of one stretch.
const NEAR: usize = 48;

/// For each stretch of [`BLOCK`] words, the sets that one of its words is in.
pub(super) struct Presence {
    /// How many times 64 sets there are.
    width: usize,
    /// One bit a set, of a single stretch.
    near: [u64; NEAR],
    /// One bit a set, stretch after stretch, where `near` is too small.
    far: Vec<u64>,
}

impl Presence {
    pub(super) fn new(line: &Line<'_>) -> Self {
        let width = line.outlook.len().div_ceil(64);
        let blocks = line.cells.chunks(BLOCK);
        let mut presence = Self { width, near: [0; NEAR], far: Vec::new() };
        if blocks.len() * width > NEAR {
            presence.far.resize(blocks.len() * width, 0);
        }
        let sets = if presence.far.is_empty() { &mut presence.near[..] } else { &mut presence.far };
        for (block, cells) in blocks.enumerate() {
            let row = &mut sets[block * width..(block + 1) * width];
            for word in cells.iter().filter_map(|cell| cell.number) {
                row.iter_mut().zip(line.outlook.sets_of(word)).for_each(|(sets, of)| *sets |= of);
            }
        }
        presence
    }

    /// Whether a word of `set` may stand within reach of a phrase that begins at `at`.
    pub(super) fn has(&self, set: usize, at: usize) -> bool {
        let here = at / BLOCK * self.width + set / 64;
        let sets = if self.far.is_empty() { &self.near[..] } else { &self.far };
        let is_in = |place: usize| sets.get(place).is_some_and(|sets| sets >> (set % 64) & 1 == 1);
        is_in(here) || is_in(here + self.width)
    }
}
