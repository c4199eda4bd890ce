//! Placeholders: secrets in a script are written in pieces, so that the script itself gives none away.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Deserialize;

/// `{name}`; other braces are ordinary characters.
static PLACEHOLDER: LazyLock<Regex> = LazyLock::new(|| regex(r"\{([a-z][a-z_]*)\}"));

/// What stands for each `{name}`: its parts are joined without anything between them.
#[derive(Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Pieces(BTreeMap<String, Vec<String>>);

impl Pieces {
    /// `text` with every placeholder replaced.
    pub(super) fn put_together(&self, text: &str) -> String {
        let joined = |found: &Captures<'_>| {
            self.0.get(&found[1]).map_or_else(|| found[0].to_owned(), |parts| parts.concat())
        };
        PLACEHOLDER.replace_all(text, joined).into_owned()
    }

    /// The first placeholder in `text` that nothing stands for.
    pub(super) fn unknown<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut found = PLACEHOLDER.captures_iter(text).filter_map(|found| found.get(1));
        found.find(|name| !self.0.contains_key(name.as_str())).map(|name| name.as_str())
    }

    /// Every name that can be used.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

/// Compiles one of the demo's own patterns.
#[expect(clippy::expect_used, reason = "our own literals; every one is compiled by the demo's test")]
pub(super) fn regex(pattern: &'static str) -> Regex {
    Regex::new(pattern).expect("a built-in pattern is valid")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Pieces;

    #[test]
    fn only_known_names_in_braces_are_replaced() {
        let parts = ["12", "34"].map(str::to_owned).to_vec();
        let pieces = Pieces(BTreeMap::from([("pin".to_owned(), parts)]));
        assert_eq!(pieces.put_together("a {pin} b {pin}"), "a 1234 b 1234");
        assert_eq!(pieces.put_together("{ pin } {PIN} {} {pon}"), "{ pin } {PIN} {} {pon}");
        assert_eq!(pieces.unknown("{pin} {} {pon}"), Some("pon"));
        assert_eq!(pieces.unknown("{pin} {} {PON}"), None);
    }
}
