//! Where in a TOML text something is, and what the text looks like there.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A step on the way to a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Into a table, by key.
    Key(&'static str),
    /// Into a list, by position from 0.
    Item(usize),
}

/// The bytes of `text` that hold the value at `path`, or the last part of the way that is there.
pub(super) fn find(text: &str, path: &[Step]) -> Option<Range<usize>> {
    let root = DeTable::parse(text).ok()?;
    let mut steps = path.iter();
    let Step::Key(first) = steps.next()? else { return None };
    let mut here = root.get_ref().get(*first)?;
    for step in steps {
        match into(here.get_ref(), step) {
            Some(next) => here = next,
            None => break,
        }
    }
    Some(here.span())
}

fn into<'a, 'i>(value: &'a DeValue<'i>, step: &Step) -> Option<&'a Spanned<DeValue<'i>>> {
    match step {
        Step::Key(key) => value.as_table()?.get(*key),
        Step::Item(at) => value.as_array()?.get(*at),
    }
}

/// The dotted keys that lead to what stands at byte `offset` of `text`.
pub(super) fn keys_at(text: &str, offset: usize) -> Vec<String> {
    let mut keys = Vec::new();
    if let Ok(root) = DeTable::parse(text) {
        into_table(root.get_ref(), offset, &mut keys);
    }
    keys
}

/// Tables written under several headers have only one span, so the deepest match wins.
fn into_table(table: &DeTable<'_>, offset: usize, keys: &mut Vec<String>) -> bool {
    for (key, value) in table {
        keys.push(key.get_ref().to_string());
        let here = key.span().contains(&offset) || value.span().contains(&offset);
        if into_value(value.get_ref(), offset, keys) || here {
            return true;
        }
        keys.pop();
    }
    false
}

fn into_value(value: &DeValue<'_>, offset: usize, keys: &mut Vec<String>) -> bool {
    match value {
        DeValue::Table(table) => into_table(table, offset, keys),
        DeValue::Array(items) => items.iter().any(|item| into_value(item.get_ref(), offset, keys)),
        _ => false,
    }
}

/// A place in a text, shown as its line with carets under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// From 1.
    pub(super) line: usize,
    /// In characters, from 1.
    pub(super) column: usize,
    carets: usize,
    shown: String,
}

impl Place {
    /// The place of the bytes `span` of `text`.
    pub(super) fn new(text: &str, span: &Range<usize>) -> Self {
        let start = text.floor_char_boundary(span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line = text[line_start..].lines().next().unwrap_or_default();
        let shown = without_secrets(line);
        let column = text[line_start..start].chars().count() + 1;
        let marked = &text[start..text.floor_char_boundary(span.end.max(start))];
        let marked = marked.lines().next().unwrap_or_default().chars().count();
        let room = shown.chars().count().saturating_sub(column - 1);
        Self { line: text[..start].matches('\n').count() + 1, column, carets: marked.min(room).max(1), shown }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = self.line.to_string();
        let margin = " ".repeat(line.len());
        let indent = " ".repeat(self.column - 1);
        writeln!(f, "{margin} |\n{line} | {}", self.shown.replace('\t', " "))?;
        write!(f, "{margin} | {indent}{}", "^".repeat(self.carets))
    }
}

/// A token or a password may stand in a line that is not valid: neither is repeated.
fn without_secrets(line: &str) -> String {
    let (key, value) = line.split_at(line.find('=').map_or(line.len(), |at| at + 1));
    let name = key.to_lowercase();
    if ["token", "secret", "password"].iter().any(|word| name.contains(word)) && !value.is_empty() {
        return format!("{key} …");
    }
    hide_credentials(line)
}

/// `text` with the user and password of an address in it replaced, character for character, and with the values of what
/// is named like a secret after its `?`.
pub(super) fn hide_credentials(text: &str) -> String {
    let Some(scheme_end) = text.find("://").map(|at| at + 3) else { return text.to_owned() };
    let (scheme, rest) = text.split_at(scheme_end);
    // A password may hold anything but what ends the address: the last `@` counts.
    let end = rest.find(['"', '\'', ' ', '\n']).unwrap_or(rest.len());
    let (address, after) = rest.split_at(end);
    let (before, query) = address.find('?').map_or((address, ""), |at| address.split_at(at));
    let shown = match address.rfind('@') {
        Some(at) if at >= before.len() => format!("{}{}", stars(&address[..at]), &address[at..]),
        Some(at) => format!("{}{}{}", stars(&before[..at]), &before[at..], hide_values(query)),
        None => format!("{before}{}", hide_values(query)),
    };
    format!("{scheme}{shown}{after}")
}

/// `?key=value&…` with the values of what is named like a secret replaced.
fn hide_values(query: &str) -> String {
    let hidden = query.split('&').map(|pair| match pair.split_once('=') {
        Some((key, value)) if SECRETS.iter().any(|secret| key.to_lowercase().contains(secret)) => {
            format!("{key}={}", stars(value))
        }
        _ => pair.to_owned(),
    });
    hidden.collect::<Vec<_>>().join("&")
}

/// What the names of secrets hold.
const SECRETS: &[&str] = &["pass", "secret", "key", "token", "user"];

fn stars(text: &str) -> String {
    "*".repeat(text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::hide_credentials;

    #[test]
    fn no_password_of_an_address_is_shown() {
        let rows = [
            ("sqlite://aside.db?mode=rwc", "sqlite://aside.db?mode=rwc"),
            ("postgres://a:b@host/db", "postgres://***@host/db"),
            ("postgres://a:b/c@host/db", "postgres://*****@host/db"),
            ("postgres://a:b?c@host/db", "postgres://*****@host/db"),
            ("postgres://a:b@c@host/db", "postgres://*****@host/db"),
            (
                "postgres://host/db?password=bcd&sslmode=require",
                "postgres://host/db?password=***&sslmode=require",
            ),
            ("postgres://a:b@host/db?sslpassword=bcd", "postgres://***@host/db?sslpassword=***"),
            ("url = \"postgres://a:b@host\" # @", "url = \"postgres://***@host\" # @"),
            ("nothing", "nothing"),
        ];
        for (text, shown) in rows {
            assert_eq!(hide_credentials(text), shown);
        }
    }
}
