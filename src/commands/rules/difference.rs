//! What differs between two versions of a rule, line by line as moderators read it.

use super::fields::{Field, Places};
use crate::commands::talk::cut;
use crate::config::RuleTable;
use crate::wording::is_hidden;

/// The most of one entry that is shown, in characters.
const MOST_OF_AN_ENTRY: usize = 300;

/// What goes and what comes where `after` takes the place of `before`; the whole rule where it is new.
pub(super) fn lines(before: Option<&RuleTable>, after: &RuleTable, places: &Places) -> Vec<String> {
    Field::ALL.iter().flat_map(|field| of_field(*field, before, after, places)).collect()
}

fn of_field(field: Field, before: Option<&RuleTable>, after: &RuleTable, places: &Places) -> Vec<String> {
    let was = before.and_then(|rule| field.entries(rule));
    let is = field.entries(after);
    if was == is {
        return Vec::new();
    }
    let (was, is) = (told(was), told(is));
    let line = |sign: char, entry: &String| {
        format!("{sign} {}: {}", field.name(), visible(places.name(entry).unwrap_or(entry)))
    };
    let gone = was.iter().filter(|entry| !is.contains(entry)).map(|entry| line('-', entry));
    let come = is.iter().filter(|entry| !was.contains(entry)).map(|entry| line('+', entry));
    let lines: Vec<String> = gone.chain(come).collect();
    if lines.is_empty() { vec![format!("  {}: the same in another order", field.name())] } else { lines }
}

/// An empty list says something, too: nothing matches.
fn told(entries: Option<Vec<String>>) -> Vec<String> {
    match entries {
        Some(entries) if entries.is_empty() => vec!["(none)".to_owned()],
        entries => entries.unwrap_or_default(),
    }
}

/// An entry in one line, in which nothing can turn the reading direction of what stands around it.
pub(super) fn visible(entry: &str) -> String {
    let mut line = String::new();
    for c in cut(entry, MOST_OF_AN_ENTRY).chars() {
        if is_hidden(c) {
            line.extend(c.escape_default());
        } else {
            line.push(c);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RulesFile;

    fn rule(text: &str) -> RuleTable {
        let head = "[[rule]]\nname = 'a'\ncategory = 'confidential'\n";
        let mut file: RulesFile = toml::from_str(&format!("{head}{text}")).unwrap();
        file.rule.remove(0)
    }

    #[test]
    fn only_what_differs_is_told() {
        let before = rule("when = { words = ['red', 'blue'], heat = 0.5 }\naction = 'alert'");
        let rows = [
            ("when = { words = ['red', 'blue'], heat = 0.5 }\naction = 'alert'", vec![]),
            (
                "when = { words = ['red', 'green'], heat = 0.5 }\naction = 'alert'",
                vec!["- words: blue", "+ words: green"],
            ),
            (
                "when = { words = ['blue', 'red'], heat = 0.5 }\naction = 'alert'",
                vec!["  words: the same in another order"],
            ),
            (
                "when = { words = [], heat = 0.5 }\naction = 'alert'",
                vec!["- words: red", "- words: blue", "+ words: (none)"],
            ),
            (
                "when = { words = ['red', 'blue'] }\naction = 'observe'\ncooldown = '1h'",
                vec![
                    "- action: alert",
                    "+ action: observe",
                    "- heat: 0.5",
                    "- cooldown: 10m",
                    "+ cooldown: 1h",
                ],
            ),
            (
                "when = { words = ['red', 'blue'], heat = 0.5 }\naction = 'answer'\nanswer = \"a\\nb\u{202e}c\"",
                vec!["- action: alert", "+ action: answer", "+ answer: a\\nb\\u{202e}c"],
            ),
        ];
        for (after, expected) in rows {
            assert_eq!(lines(Some(&before), &rule(after), &Places::default()), expected, "{after}");
        }
        assert_eq!(lines(None, &before, &Places::default()).len(), 6, "a new rule is told whole");
    }
}
