//! AutoMod's rules as rules of ours, as far as they can be.
//!
//! Source: <https://discord.com/developers/docs/resources/auto-moderation>.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;

use super::{LONGEST_WORD, MOST_WORDS, RuleTable, WhenTable};
use crate::detect::{Category, MAX_PATTERN_LENGTH, Pattern, PatternError, Words};
use crate::policy::Response;

/// The longest name of a rule.
const LONGEST_NAME: usize = 64;

/// What AutoMod's rules become.
#[derive(Default)]
pub struct Taken {
    /// Rules of ours, each of which can be built.
    pub rules: Vec<RuleTable>,
    /// What is not taken over, and why: a line each, in which AutoMod's names and words stand as they are.
    pub left: Vec<String>,
}

/// A rule of AutoMod, as far as it matters.
#[derive(Deserialize)]
struct Rule {
    #[serde(default)]
    name: String,
    trigger_type: u8,
    #[serde(default)]
    trigger_metadata: Metadata,
    #[serde(default)]
    enabled: bool,
    #[serde(default)]
    exempt_roles: Vec<Value>,
    #[serde(default)]
    exempt_channels: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    keyword_filter: Vec<String>,
    regex_patterns: Vec<String>,
    allow_list: Vec<String>,
}

/// A condition that can stand for a part of a rule.
enum Condition {
    Words(Vec<String>),
    Pattern(String),
}

/// What `listed`, AutoMod's rules as Discord lists them, become; `here` are the rules there are. What was taken over
/// before and is still the same keeps its name.
pub fn taken_over(listed: &Value, category: Category, action: Response, here: &[RuleTable]) -> Taken {
    let mut taken = Taken::default();
    for listed in listed.as_array().into_iter().flatten() {
        match Rule::deserialize(listed) {
            Ok(rule) => taken.take(&rule, category, action, here),
            Err(_) => taken.leave("a rule of a kind I do not know"),
        }
    }
    taken
}

impl Taken {
    fn take(&mut self, rule: &Rule, category: Category, action: Response, here: &[RuleTable]) {
        let name = rule.name.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(why) = rule.is_left() {
            self.leave(&format!("{name}: {why}"));
            return;
        }
        let (conditions, left) = conditions(&rule.trigger_metadata);
        for what in rule.exempts().into_iter().chain(left) {
            self.leave(&format!("{name}: {what}"));
        }
        for condition in conditions {
            let table = condition.table(category, action);
            self.add(&plain(&name), &table, here);
        }
    }

    fn leave(&mut self, what: &str) {
        self.left.push(what.to_owned());
    }

    /// Adds a rule under the first name like `name` that is free, or that this very rule has already.
    fn add(&mut self, name: &str, rule: &RuleTable, here: &[RuleTable]) {
        let used: BTreeSet<&str> = self.rules.iter().map(|rule| rule.name.as_str()).collect();
        let numbered = (2_usize..).map(|number| {
            let end = format!("-{number}");
            format!("{}{end}", &name[..name.len().min(LONGEST_NAME - end.len())])
        });
        let named =
            std::iter::once(name.to_owned()).chain(numbered).map(|name| RuleTable { name, ..rule.clone() });
        let mut free = named.filter(|rule| {
            let known = here.iter().find(|known| known.name == rule.name);
            !used.contains(rule.name.as_str()) && known.is_none_or(|known| known == rule)
        });
        let found = free.next();
        self.rules.extend(found);
    }
}

impl Rule {
    /// Why it is not taken over at all.
    fn is_left(&self) -> Option<&'static str> {
        let kind = match self.trigger_type {
            1 => None,
            3 => Some("Discord's own sense of spam stays with AutoMod"),
            4 => Some("Discord's own word lists stay with AutoMod"),
            5 => Some("limits on mentions stay with AutoMod"),
            6 => Some("what stands in profiles stays with AutoMod"),
            _ => Some("a kind I do not know"),
        };
        kind.or_else(|| (!self.enabled).then_some("it is off in AutoMod"))
    }

    /// Who and what it lets through, which ours do not.
    fn exempts(&self) -> Vec<String> {
        let lists = [
            ("words that are allowed", self.trigger_metadata.allow_list.len()),
            ("roles that are exempt", self.exempt_roles.len()),
            ("channels that are exempt", self.exempt_channels.len()),
        ];
        let there = lists.into_iter().filter(|(_, count)| *count > 0);
        there.map(|(what, count)| format!("without its {what} ({count})")).collect()
    }
}

impl Condition {
    fn table(self, category: Category, action: Response) -> RuleTable {
        let when = match self {
            Self::Words(words) => WhenTable { words: Some(words), ..WhenTable::default() },
            Self::Pattern(pattern) => WhenTable { pattern: Some(pattern), ..WhenTable::default() },
        };
        RuleTable::new("", category, when, action)
    }
}

/// Conditions that together match what a rule on keywords does, and what of it none can.
fn conditions(metadata: &Metadata) -> (Vec<Condition>, Vec<String>) {
    let keywords =
        metadata.keyword_filter.iter().map(|keyword| keyword.trim()).filter(|word| !word.is_empty());
    let (words, others): (Vec<&str>, Vec<&str>) = keywords.partition(|keyword| is_word(keyword));
    let mut left = Vec::new();
    let mut patterns = of_keywords(&others, &mut left);
    let own = metadata.regex_patterns.iter().map(|pattern| (pattern.as_str(), pattern.clone()));
    patterns.extend(joined(&Edges::default(), own, &mut left));
    let words = words.chunks(MOST_WORDS).map(|words| words.iter().map(|word| (*word).to_owned()).collect());
    let all = words.map(Condition::Words).chain(patterns.into_iter().map(Condition::Pattern));
    (all.collect(), left)
}

/// Whether a list of words can hold a keyword: whole words, and something in them to match.
fn is_word(keyword: &str) -> bool {
    let fits = !keyword.contains('*') && keyword.chars().count() <= LONGEST_WORD;
    fits && Words::new(Arc::from(""), Category::BoilingPoint, &[keyword.to_owned()]).is_ok()
}

/// What stands before and after the alternatives of a pattern.
#[derive(Default, PartialEq, Eq, PartialOrd, Ord)]
struct Edges {
    begin: &'static str,
    end: &'static str,
}

/// Patterns of keywords; those that begin and end alike share theirs.
fn of_keywords(keywords: &[&str], left: &mut Vec<String>) -> Vec<String> {
    let mut alike: BTreeMap<Edges, Vec<(&str, String)>> = BTreeMap::new();
    for keyword in keywords {
        let (edges, core) = of_keyword(keyword);
        alike.entry(edges).or_default().push((keyword, core));
    }
    alike.into_iter().flat_map(|(edges, parts)| joined(&edges, parts.into_iter(), left)).collect()
}

/// A star at the begin or end of a keyword stands for the rest of the word; where there is none, a word begins or ends.
fn of_keyword(keyword: &str) -> (Edges, String) {
    let core = keyword.trim_matches('*').trim();
    let edge = |star: bool, side: Option<char>| match side {
        _ if star => r"\w*",
        Some(c) if c.is_alphanumeric() || c == '_' => r"\b",
        _ => "",
    };
    let begin = edge(keyword.starts_with('*'), core.chars().next());
    let end = edge(keyword.ends_with('*'), core.chars().next_back());
    let words: Vec<String> = core.split_whitespace().map(regex::escape).collect();
    (Edges { begin, end }, words.join(r"\s+"))
}

/// Patterns that match what any of `parts` does between `edges`, each as large as a pattern may be; of a part that
/// cannot be one, how it was written and why goes to `left`.
fn joined<'a>(
    edges: &Edges,
    parts: impl Iterator<Item = (&'a str, String)>,
    left: &mut Vec<String>,
) -> Vec<String> {
    let mut groups: Vec<Vec<String>> = Vec::new();
    for (written, part) in parts {
        if let Err(error) = edges.build(std::slice::from_ref(&part)) {
            left.push(format!("{written} cannot be taken over: {error}"));
            continue;
        }
        match groups.last_mut() {
            Some(group) if edges.length(group) + part.len() + ALTERNATIVE <= MAX_PATTERN_LENGTH => {
                group.push(part);
            }
            _ => groups.push(vec![part]),
        }
    }
    groups.iter().flat_map(|group| edges.patterns(group)).collect()
}

/// What one more alternative takes beside its own length: `|`, and brackets of its own.
const ALTERNATIVE: usize = "|(?:)".len();

impl Edges {
    /// Discord minds no case.
    fn around(&self, parts: &[String]) -> String {
        let Self { begin, end } = self;
        match parts {
            [one] => format!("(?i){begin}{one}{end}"),
            all if begin.is_empty() && end.is_empty() => {
                let all: Vec<String> = all.iter().map(|one| format!("(?:{one})")).collect();
                format!("(?i){}", all.join("|"))
            }
            all => format!("(?i){begin}(?:{}){end}", all.join("|")),
        }
    }

    /// The bytes of [`Self::around`] at most.
    fn length(&self, parts: &[String]) -> usize {
        let alternatives: usize = parts.iter().map(|part| part.len() + ALTERNATIVE).sum();
        "(?i)".len() + self.begin.len() + alternatives + self.end.len()
    }

    /// `parts`, each of which can be a pattern by itself, as few patterns. Where all of them together are too large, or
    /// one spoils what stands around it, each half is tried by itself: building is the costly part.
    fn patterns(&self, parts: &[String]) -> Vec<String> {
        if parts.len() == 1 || self.build(parts).is_ok() {
            return vec![self.around(parts)];
        }
        let (first, second) = parts.split_at(parts.len() / 2);
        [first, second].into_iter().flat_map(|half| self.patterns(half)).collect()
    }

    fn build(&self, parts: &[String]) -> Result<Pattern, PatternError> {
        Pattern::new(Arc::from(""), Category::BoilingPoint, &self.around(parts))
    }
}

/// A name for a rule, out of one that people read.
fn plain(name: &str) -> String {
    let kept: String = name
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { ' ' })
        .collect();
    let plain = kept.split_whitespace().collect::<Vec<_>>().join("-");
    let cut = plain[..plain.len().min(LONGEST_NAME)].trim_end_matches('-');
    if cut.is_empty() { "automod".to_owned() } else { cut.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::detect::Detector;
    use crate::text::Text;

    fn listed(name: &str, metadata: &Value) -> Value {
        json!({ "name": name, "trigger_type": 1, "enabled": true, "trigger_metadata": metadata })
    }

    fn taken(rules: &[Value], here: &[RuleTable]) -> Taken {
        taken_over(&json!(rules), Category::BoilingPoint, Response::Alert, here)
    }

    fn names(taken: &Taken) -> Vec<&str> {
        taken.rules.iter().map(|rule| rule.name.as_str()).collect()
    }

    /// Whether what a keyword becomes finds something in a text.
    fn finds(keyword: &str, text: &str) -> bool {
        let taken = taken(&[listed("a", &json!({ "keyword_filter": [keyword] }))], &[]);
        let mut found = Vec::new();
        for rule in &taken.rules {
            assert!(rule.check().is_ok(), "{keyword}");
            let name: Arc<str> = Arc::from("a");
            if let Some(words) = &rule.when.words {
                Words::new(Arc::clone(&name), rule.category, words)
                    .unwrap()
                    .detect(&Text::new(text), &mut found);
            }
            if let Some(pattern) = &rule.when.pattern {
                Pattern::new(name, rule.category, pattern).unwrap().detect(&Text::new(text), &mut found);
            }
        }
        !found.is_empty()
    }

    /// The examples of Discord's own documentation come first.
    #[test]
    fn keywords_match_as_they_do_in_automod() {
        let rows = [
            ("cat*", "a Catapult", true),
            ("cat*", "CAT", true),
            ("cat*", "bobcat", false),
            ("tra*", "trAIn", true),
            ("tra*", "extra", false),
            ("the mat*", "the   matrix", true),
            ("*cat", "wildCat", true),
            ("*cat", "cats", false),
            ("*the mat", "breathe mat", true),
            ("*cat*", "locATION catS", true),
            ("*cat*", "educate", true),
            ("*a.b*", "xaxb", false),
            ("cat", "a cat!", true),
            ("cat", "cats", false),
            ("the mat", "on THE mat", true),
            ("🖕", "you 🖕", true),
            ("$$$", "easy $$$ now", true),
            ("$ick*", "so $icko", true),
            ("*!!!", "what!!!", true),
            ("قط*", "قطة", true),
            ("**", "anything", false),
        ];
        for (keyword, text, expected) in rows {
            assert_eq!(finds(keyword, text), expected, "{keyword} in {text}");
        }
    }

    #[test]
    fn a_rule_on_keywords_becomes_one_on_words_and_as_few_on_patterns_as_there_is_room_for() {
        let long: Vec<String> = (0..10).map(|at| format!("{at}{}", "x".repeat(250))).collect();
        let metadata = json!({ "keyword_filter": ["one", "two words", "three*"], "regex_patterns": long });
        let taken = taken(&[listed("Bad Words!", &metadata)], &[]);
        assert_eq!(
            names(&taken),
            ["bad-words", "bad-words-2", "bad-words-3", "bad-words-4", "bad-words-5", "bad-words-6"]
        );
        assert_eq!(taken.rules[0].when.words, Some(vec!["one".to_owned(), "two words".to_owned()]));
        assert_eq!(taken.rules[1].when.pattern.as_deref(), Some(r"(?i)\bthree\w*"));
        assert!(taken.rules[2].when.pattern.as_ref().unwrap().starts_with("(?i)(?:0xxx"));
        assert!(taken.rules.iter().all(|rule| rule.check().is_ok()) && taken.left.is_empty());
        let many: Vec<String> = (0..401).map(|at| format!("word{at}")).collect();
        assert_eq!(
            names(&self::taken(&[listed("a", &json!({ "keyword_filter": many }))], &[])),
            ["a", "a-2", "a-3"]
        );
        let alike = json!({ "keyword_filter": ["cat*", "*ana*", "dog*", "$*"] });
        let patterns: Vec<Option<String>> = self::taken(&[listed("a", &alike)], &[])
            .rules
            .into_iter()
            .map(|rule| rule.when.pattern)
            .collect();
        let expected = [r"(?i)\$\w*", r"(?i)\b(?:cat|dog)\w*", r"(?i)\w*ana\w*"];
        assert_eq!(patterns, expected.map(|pattern| Some(pattern.to_owned())));
        let spoiling = json!({ "regex_patterns": ["(?x) a # b", "c"] });
        assert_eq!(
            names(&self::taken(&[listed("a", &spoiling)], &[])),
            ["a", "a-2"],
            "one swallows the other"
        );
    }

    #[test]
    fn names_are_plain_and_nobody_elses() {
        let rows = [
            ("Bad Words", "bad-words"),
            ("  -- SCAM / links --  ", "scam-links"),
            ("```@everyone```", "everyone"),
            ("سلام", "automod"),
            ("💥", "automod"),
            (&"x".repeat(100), &"x".repeat(64)),
        ];
        let words = json!({ "keyword_filter": ["one"] });
        for (name, expected) in rows {
            assert_eq!(names(&taken(&[listed(name, &words)], &[])), [expected]);
        }
        let first = taken(&[listed("Bad words", &words)], &[]).rules;
        assert_eq!(names(&taken(&[listed("Bad words", &words)], &first)), ["bad-words"], "it is the same");
        let other = [listed("Bad words", &json!({ "keyword_filter": ["two"] })), listed("bad-words", &words)];
        assert_eq!(
            names(&taken(&other, &first)),
            ["bad-words-2", "bad-words"],
            "one is another, one the same"
        );
        let long = "x".repeat(64);
        let twice = [listed(&long, &words), listed(&long, &json!({ "keyword_filter": ["two"] }))];
        assert_eq!(names(&taken(&twice, &[]))[1], format!("{}-2", &long[2..]));
    }

    #[test]
    fn what_cannot_come_along_is_told_plainly() {
        let mut kinds: Vec<Value> = [3, 4, 5, 6, 9]
            .iter()
            .map(|kind| json!({ "name": format!("kind {kind}"), "trigger_type": kind, "enabled": true }))
            .collect();
        kinds.push(json!({ "name": "off", "trigger_type": 1, "enabled": false }));
        kinds.push(json!({ "name": "?" }));
        kinds.push(json!({
            "name": "a\n`b`", "trigger_type": 1, "enabled": true, "exempt_roles": ["1"], "exempt_channels": ["2", "3"],
            "trigger_metadata": { "keyword_filter": ["one", "*"], "regex_patterns": ["x*", "("], "allow_list": ["two"] },
        }));
        let taken = taken(&kinds, &[]);
        assert_eq!(names(&taken), ["a-b"]);
        let expected = [
            "kind 3: Discord's own sense of spam stays with AutoMod",
            "kind 4: Discord's own word lists stay with AutoMod",
            "kind 5: limits on mentions stay with AutoMod",
            "kind 6: what stands in profiles stays with AutoMod",
            "kind 9: a kind I do not know",
            "off: it is off in AutoMod",
            "a rule of a kind I do not know",
            "a `b`: without its words that are allowed (1)",
            "a `b`: without its roles that are exempt (1)",
            "a `b`: without its channels that are exempt (2)",
            "a `b`: * cannot be taken over: the pattern matches the empty text, and so every message",
            "a `b`: x* cannot be taken over: the pattern matches the empty text, and so every message",
            "a `b`: ( cannot be taken over: unclosed group",
        ];
        assert_eq!(taken.left, expected);
    }
}
