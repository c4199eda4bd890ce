//! What is wrong with a template, in words that say what would be right.

use thiserror::Error;

use super::{Utterance, labels};

/// Why a template cannot be used. `Display` is for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}{}: {what}\n  = valid: {help}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct WordingError {
    pub(super) path: String,
    /// From 1.
    pub(super) line: Option<usize>,
    pub(super) what: String,
    pub(super) help: String,
}

impl WordingError {
    pub(super) fn unknown_file(path: &str, name: &str) -> Self {
        let names = Utterance::ALL.iter().map(|utterance| utterance.as_str());
        Self {
            path: path.to_owned(),
            line: None,
            what: "the file is named after nothing the bot says".to_owned(),
            help: nearest_first(name, names)
                .map(|name| format!("`{name}.md`"))
                .chain([format!("`{}`", labels::FILE)])
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    /// Refuses what stands beside the folders of languages and belongs in one; other files may stand there.
    pub(crate) fn check_stray(path: &str, file_name: &str) -> Result<(), Self> {
        let words = file_name.strip_suffix(".md").and_then(Utterance::parse).is_some();
        if !words && file_name != labels::FILE {
            return Ok(());
        }
        let what = if words {
            "a template belongs in the folder of its"
        } else {
            "labels belong in the folder of their"
        };
        Err(Self {
            path: path.to_owned(),
            line: None,
            what: format!("{what} language"),
            help: format!("`en/{file_name}`"),
        })
    }

    pub(super) fn unknown_language<'a>(language: &str, known: impl Iterator<Item = &'a str>) -> Self {
        Self {
            path: "[wording] language".to_owned(),
            line: None,
            what: format!("nothing is written in `{language}`"),
            help: quoted(known) + ", or a folder of that name in the templates folder",
        }
    }
}

/// `names` in backticks, separated by commas.
pub(super) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// `names`, the likeliest to be meant by `given` first.
pub(super) fn nearest_first<'a>(
    given: &str,
    names: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = &'a str> {
    let mut names: Vec<&str> = names.collect();
    names.sort_by_key(|name| strsim::damerau_levenshtein(name, given));
    names.into_iter()
}
