//! What a message speaks of: people of some sort, and what developers make.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::{Reading, Signal};
use crate::text::{Text, Word};

/// Words for people of some sort, as they are spoken of. Those that mostly mean something else are left out.
pub(super) const GROUP: [&str; 88] = [
    "women",
    "woman",
    "females",
    "female",
    "men",
    "males",
    "girls",
    "gays",
    "gay",
    "lesbians",
    "lesbian",
    "trans",
    "transgender",
    "transgenders",
    "queers",
    "bisexuals",
    "jews",
    "jew",
    "jewish",
    "muslims",
    "muslim",
    "christians",
    "catholics",
    "hindus",
    "sikhs",
    "atheists",
    "immigrants",
    "immigrant",
    "migrants",
    "migrant",
    "refugees",
    "refugee",
    "foreigners",
    "foreigner",
    "natives",
    "blacks",
    "whites",
    "africans",
    "african",
    "asians",
    "asian",
    "arabs",
    "arab",
    "mexicans",
    "mexican",
    "indians",
    "indian",
    "pakistanis",
    "chinese",
    "koreans",
    "japanese",
    "poles",
    "russians",
    "ukrainians",
    "turks",
    "germans",
    "italians",
    "brazilians",
    "americans",
    "europeans",
    "romanians",
    "gypsies",
    "gypsy",
    "roma",
    "brits",
    "disabled",
    "autistic",
    "autistics",
    "cripples",
    "boomers",
    "pensioners",
    "teenagers",
    "teens",
    "zoomers",
    "millennials",
    "feminists",
    "vegans",
    "homeless",
    "southerners",
    "northerners",
    "frauen",
    "auslander",
    "mujeres",
    "judios",
    "femmes",
    "juifs",
    "mulheres",
    "judeus",
];
/// Words for what developers make and do.
pub(super) const CRAFT: [&str; 34] = [
    "code",
    "pr",
    "prs",
    "patch",
    "patches",
    "commit",
    "commits",
    "diff",
    "branch",
    "merge",
    "review",
    "repo",
    "module",
    "function",
    "library",
    "crate",
    "package",
    "framework",
    "api",
    "query",
    "schema",
    "test",
    "tests",
    "docs",
    "readme",
    "release",
    "design",
    "architecture",
    "algorithm",
    "refactor",
    "implementation",
    "rewrite",
    "project",
    "issue",
];
/// What is said of people as such begins with these, and all of them are meant after those.
const JUDGES: [&str; 21] = [
    "are", "is", "should", "shouldnt", "must", "can", "cant", "cannot", "dont", "do", "deserve", "belong",
    "need", "ruin", "have", "always", "never", "want", "think", "only", "just",
];
const ALL_OF: [&str; 13] = [
    "all", "every", "these", "those", "you", "fucking", "damn", "stupid", "dirty", "most", "any", "no",
    "typical",
];
/// Words that say that what follows is of those spoken to.
const YOURS: [&str; 3] = ["your", "ur", "you"];
/// How many words before what developers make these stand, at most.
const YOURS_WITHIN: usize = 3;

impl Reading {
    /// Whether people are spoken of as such, and whose work is.
    pub(super) fn subject(&mut self, text: &Text<'_>) {
        if self.get(Signal::Group) > 0.0 {
            self.groups(text);
        }
        if self.get(Signal::Craft) > 0.0 {
            self.craft(text);
        }
    }

    fn groups(&mut self, text: &Text<'_>) {
        let words = text.prose();
        let is =
            |word: Option<&Word>, forms: &[&str]| word.is_some_and(|word| forms.contains(&text.form(word)));
        for (at, word) in words.iter().enumerate().filter(|(_, word)| is_group(spelled(text, word))) {
            let after = words.get(at + 1).filter(|next| !next.opens);
            let before = at.checked_sub(1).and_then(|at| words.get(at)).filter(|_| !word.opens);
            if is(after, &JUDGES) || is(before, &ALL_OF) {
                self.add(Signal::GroupJudged, 1.0);
            }
        }
    }

    fn craft(&mut self, text: &Text<'_>) {
        let words = text.prose();
        for (at, _) in words.iter().enumerate().filter(|(_, word)| CRAFT.contains(&spelled(text, word))) {
            let before = &words[at.saturating_sub(YOURS_WITHIN)..at];
            if before.iter().any(|word| YOURS.contains(&text.form(word))) {
                self.add(Signal::CraftOfYours, 1.0);
            }
        }
    }
}

/// `form`, if it is a word for people of some sort.
pub(in super::super) fn group(form: &str) -> Option<&'static str> {
    static WORDS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| GROUP.into_iter().collect());
    WORDS.get(form).copied()
}

pub(super) fn is_group(form: &str) -> bool {
    group(form).is_some()
}

/// The form of `word`, or what it stands for where it is spelled otherwise.
fn spelled<'t>(text: &'t Text<'_>, word: &Word) -> &'t str {
    super::super::spelling(text, word).unwrap_or_else(|| text.form(word))
}
