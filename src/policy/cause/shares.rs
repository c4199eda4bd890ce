//! Which words are shared by how many.

use std::collections::BTreeMap;

use crate::detect::Keyword;

/// A word that fewer members used is never told.
const LEAST_MEMBERS: usize = 3;

/// What several members say.
pub(super) struct Shares<'a> {
    members: usize,
    /// By stem, what each member who used it has of it.
    uses: BTreeMap<&'a str, Vec<&'a Keyword>>,
}

impl<'a> Shares<'a> {
    /// Of the keywords of each member.
    pub(super) fn of(voices: impl Iterator<Item = &'a [Keyword]>) -> Self {
        let mut shares = Self { members: 0, uses: BTreeMap::new() };
        for keywords in voices {
            shares.members += 1;
            for keyword in keywords {
                shares.uses.entry(&keyword.stem).or_default().push(keyword);
            }
        }
        shares
    }

    /// What more than half of the members share, by stem.
    pub(super) fn core(&self) -> Vec<Keyword> {
        self.most().filter_map(|uses| usual_form(uses)).collect()
    }

    /// What can be told of it: those of `before` that most still share, then the others, most telling first.
    pub(super) fn told(&self, before: &[Keyword]) -> Vec<Keyword> {
        let mut uses: Vec<_> = self.most().filter(|uses| uses.len() >= LEAST_MEMBERS).collect();
        uses.sort_by(|one, other| {
            telling(other).total_cmp(&telling(one)).then(place(one).total_cmp(&place(other)))
        });
        let now: Vec<Keyword> = uses.into_iter().filter_map(|uses| usual_form(uses)).collect();
        let among = |keywords: &[Keyword], one: &Keyword| keywords.iter().any(|other| other.stem == one.stem);
        let still = before.iter().filter(|keyword| among(&now, keyword));
        still.chain(now.iter().filter(|keyword| !among(before, keyword))).cloned().collect()
    }

    fn most(&self) -> impl Iterator<Item = &Vec<&'a Keyword>> {
        self.uses.values().filter(|uses| 2 * uses.len() > self.members)
    }
}

/// How much the word tells of all who used it.
fn telling(uses: &[&Keyword]) -> f32 {
    uses.iter().map(|keyword| keyword.weight).sum()
}

/// Where it comes among the keywords of a message, on average.
fn place(uses: &[&Keyword]) -> f32 {
    let places: usize = uses.iter().map(|keyword| keyword.place).sum();
    #[expect(clippy::cast_precision_loss, reason = "both are small")]
    let mean = places as f32 / uses.len() as f32;
    mean
}

/// The word in the form that most use, of several the one that was used first.
fn usual_form(uses: &[&Keyword]) -> Option<Keyword> {
    let times = |form: &str| uses.iter().filter(|keyword| &*keyword.form == form).count();
    uses.iter().rev().max_by_key(|keyword| times(&keyword.form)).copied().cloned()
}
