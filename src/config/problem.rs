//! What is wrong with the configuration, in words that say what would be right.

use std::fmt;
use std::fmt::Write as _;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::place::{self, Place, Step};
use crate::wording::WordingError;

/// More of a wrong name is neither compared nor shown.
const MOST_GIVEN: usize = 64;

/// Why the settings cannot be used. `Display` is for the person who wrote them; it may take
/// several lines.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file or folder cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Unreadable {
        /// The file or folder.
        file: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Something written is not valid.
    #[error(transparent)]
    Invalid(Box<Invalid>),
    /// A template is not valid.
    #[error(transparent)]
    Wording(#[from] WordingError),
}

/// Something written that is not valid, with its place where that is known.
#[derive(Debug)]
pub struct Invalid {
    origin: String,
    place: Option<Place>,
    keys: String,
    problem: Problem,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = self.origin.clone();
        if let Some(place) = &self.place {
            write!(told, ":{}:{}", place.line, place.column)?;
        }
        if !self.keys.is_empty() {
            write!(told, ": {}", self.keys)?;
        }
        write!(told, ": {}", self.problem.what)?;
        if let Some(place) = &self.place {
            write!(told, "\n{place}")?;
        }
        if let Some(help) = &self.problem.help {
            write!(told, "\n  = valid: {help}")?;
        }
        f.write_str(&harmless(&told))
    }
}

/// `text` without what a terminal would obey and what would turn its words round: whoever reads of a mistake need not
/// have made it.
pub(crate) fn harmless(text: &str) -> String {
    let acts = |c: char| {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || (c.is_control() && c != '\n')
    };
    text.chars().map(|c| if acts(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

impl std::error::Error for Invalid {}

/// What is wrong with a rule that no file holds. `Display` is for the moderator who wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field, such as `when.pattern`.
    pub field: String,
    /// What is wrong.
    pub what: String,
    /// What would be right.
    pub help: Option<String>,
    /// The entry of the field's list that is wrong, from 0, where that is known.
    pub entry: Option<usize>,
    /// The byte of the field's text where it is wrong, where that is known.
    pub position: Option<usize>,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = String::new();
        if !self.field.is_empty() {
            write!(told, "`{}`", self.field)?;
            if let Some(entry) = self.entry {
                write!(told, ", entry {}", entry + 1)?;
            }
            if let Some(position) = self.position {
                write!(told, ", at character {}", position + 1)?;
            }
            told.push_str(": ");
        }
        told.push_str(&self.what);
        if let Some(help) = &self.help {
            write!(told, "\nValid: {help}")?;
        }
        f.write_str(&harmless(&told))
    }
}

/// Something that is not valid, before its place in a text is looked up.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    what: String,
    help: Option<String>,
    /// From the innermost step outward.
    path: Vec<Step>,
    span: Option<Range<usize>>,
    /// Bytes of a string value that are to blame, when not all of it is.
    within: Option<usize>,
}

impl Problem {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), help: None, path: Vec::new(), span: None, within: None }
    }

    /// `given` is not among `valid`, which are listed with the likeliest first.
    pub(crate) fn unknown<'a>(noun: &str, given: &str, valid: impl Iterator<Item = &'a str>) -> Self {
        let given: String = given.chars().take(MOST_GIVEN).collect();
        let mut valid: Vec<&str> = valid.collect();
        valid.sort_by_cached_key(|name| strsim::damerau_levenshtein(name, &given));
        let listed: Vec<String> = valid.iter().map(|name| format!("`{name}`")).collect();
        Self::new(format!("unknown {noun} `{given}`")).help(listed.join(", "))
    }

    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// It is about the bytes `span` of the text.
    pub(crate) fn at(self, span: Range<usize>) -> Self {
        Self { span: Some(span), ..self }
    }

    /// It is about the value under `key`.
    pub(crate) fn under(mut self, key: &'static str) -> Self {
        self.path.push(Step::Key(key));
        self
    }

    /// It is about item `at` of a list, from 0.
    pub(crate) fn item(mut self, at: usize) -> Self {
        self.path.push(Step::Item(at));
        self
    }

    /// It is at byte `at` of a string.
    pub(super) fn byte(self, at: Option<usize>) -> Self {
        Self { within: at, ..self }
    }

    /// What the TOML reader says, in our words.
    pub(crate) fn reworded(error: &toml::de::Error) -> Self {
        let problem = reword(error.message());
        Self { span: error.span(), ..problem }
    }

    /// The error about `text`, the content of `file`.
    pub(crate) fn placed(self, file: &Path, text: &str) -> ConfigError {
        let path: Vec<Step> = self.path.iter().rev().cloned().collect();
        let span = self.span.clone().or_else(|| place::find(text, &path));
        let span = span.map(|span| narrowed(text, span, self.within));
        let keys = match &span {
            Some(span) if path.is_empty() => place::keys_at(text, span.start).join("."),
            _ => dotted(&path),
        };
        let place = span.map(|span| Place::new(text, &span));
        let origin = file.display().to_string();
        ConfigError::Invalid(Box::new(Invalid { origin, place, keys, problem: self }))
    }

    /// The same for a rule that no file holds.
    pub(crate) fn mistake(self) -> Mistake {
        let path: Vec<Step> = self.path.iter().rev().cloned().collect();
        let field = dotted(&path);
        let field = field.strip_prefix("rule.").unwrap_or(&field).to_owned();
        let entry = match path.as_slice() {
            [_, .., Step::Item(at)] if path.len() > 2 => Some(*at),
            _ => None,
        };
        Mistake { field, what: self.what, help: self.help, entry, position: self.within }
    }

    /// The error about settings that no file holds; `origin` says where they come from.
    pub(super) fn unplaced(self, origin: &str) -> ConfigError {
        let path: Vec<Step> = self.path.iter().rev().cloned().collect();
        let (origin, keys) = (origin.to_owned(), dotted(&path));
        ConfigError::Invalid(Box::new(Invalid { origin, place: None, keys, problem: self }))
    }
}

fn dotted(path: &[Step]) -> String {
    let keys = path.iter().filter_map(|step| match step {
        Step::Key(key) => Some(*key),
        Step::Item(_) => None,
    });
    keys.collect::<Vec<_>>().join(".")
}

/// The byte `within` the string at `span`, unless escapes make the two differ.
fn narrowed(text: &str, span: Range<usize>, within: Option<usize>) -> Range<usize> {
    let Some(within) = within else { return span };
    let written = text.get(span.clone()).unwrap_or_default();
    if written.starts_with('"') && written.contains('\\') {
        return span;
    }
    let quotes = if written.starts_with("'''") || written.starts_with("\"\"\"") { 3 } else { 1 };
    let at = (span.start + quotes + within).min(span.end);
    at..at + 1
}

/// Conditions of their own, although findings have these kinds.
const NOT_ASKED_FOR: &[&str] = &["words", "pattern"];

/// serde's messages have fixed shapes: names stand between backticks, the wrong one first.
fn reword(message: &str) -> Problem {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let listed = || names.iter().skip(1).copied();
    match names.first() {
        Some(given) if message.starts_with("unknown field") => unknown_key(given, listed()),
        Some(given) if message.starts_with("unknown variant") => {
            Problem::unknown("name", given, listed().filter(|name| !NOT_ASKED_FOR.contains(name)))
        }
        Some(key) if message.starts_with("missing field") => {
            Problem::new(format!("`{key}` is missing")).help(needed_with(key))
        }
        _ => mismatch(message),
    }
}

/// What `key` belongs to, and what else that has.
fn needed_with(key: &str) -> &'static str {
    match key {
        "from" | "to" => "hours have `from` and `to`, such as from = \"09:00\" and to = \"17:00\"",
        _ => "every rule has `name`, `category`, `when` and `action`",
    }
}

fn unknown_key<'a>(given: &str, valid: impl Iterator<Item = &'a str>) -> Problem {
    if given.to_lowercase().contains("token") {
        let what = format!("unknown key `{given}`: a token does not belong in this file");
        return Problem::new(what).help("the environment variable DISCORD_TOKEN");
    }
    Problem::unknown("key", given, valid)
}

/// "invalid type: string "x", expected y": what was found, and what would be valid.
fn mismatch(message: &str) -> Problem {
    let invalid = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "));
    match invalid.and_then(|rest| rest.split_once(", expected ")) {
        Some((found, expected)) => {
            let value = found.find(['`', '"']).map_or(found, |at| &found[at..]);
            Problem::new(format!("{value} is not valid here")).help(plain(expected))
        }
        None => Problem::new(message),
    }
}

/// serde's names for types, in the words of TOML.
fn plain(expected: &str) -> &str {
    match expected {
        "a sequence" => "a list, such as [\"…\"]",
        "a map" => "a table",
        "u32" => "a whole number",
        _ if expected.starts_with("struct ") => "a table",
        _ => expected,
    }
}
