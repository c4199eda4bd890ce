//! What a moderator's pattern, and all patterns and words of a server, may take: counted, not timed.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use allocation_counter::measure;
use aside::config::{MOST_LISTED, MOST_PATTERNS_SIZE, RulesFile};
use aside::detect::{Category, Detector, MAX_PATTERN_SIZE, Pattern, Words};
use aside::text::Text;

/// The most bytes that building one pattern may take for a moment.
const MOST_TO_BUILD: u64 = 2 * 1024 * 1024;
/// The most bytes that a pattern in force takes: its size, and what is derived from it.
const MOST_KEPT: u64 = 2 * MAX_PATTERN_SIZE as u64;
/// The most bytes that searching keeps for the next search.
const MOST_REMEMBERED: u64 = 512 * 1024;

/// Whether a pattern is taken, and how it was meant to do harm.
fn hostile() -> Vec<(String, bool)> {
    let nested =
        |open: &str, close: &str, depth: usize| [&open.repeat(depth), "a", &close.repeat(depth)].concat();
    let many: Vec<String> = (0..140).map(|at| format!("{:x}a", at * 7919)).collect();
    vec![
        // Repeats of repeats, and of large classes.
        ("(?:(?:a{1000}){1000})".to_owned(), false),
        ("(?:(?:(?:x{0,99}){0,99}){0,99})y".to_owned(), false),
        (r"\w{500}".to_owned(), false),
        (r"(?i)\w{10}".to_owned(), false),
        (r"(?i)[\pL\pN]{3,6}@".to_owned(), false),
        ("x{8000}".to_owned(), true),
        // Brackets within brackets.
        (nested("(", ")", 250), false),
        (nested("(?:", ")*", 120), false),
        (nested("(", ")", 40), true),
        // Many alternatives.
        (many.join("|"), true),
        (many.join("|").repeat(2), false),
        // What makes other engines try every way there is.
        (r"(?:a|a)*(?:a|aa)*(?:a*)*b".to_owned(), true),
        (".*.*.*.*.*x".to_owned(), true),
        // What needs more states than are remembered.
        ("(?s).*a.{200}".to_owned(), true),
        ("[ab]*a[ab]{14}c".to_owned(), true),
        (r"(?:[^\n]{0,40}z){4}".to_owned(), true),
        // What people write.
        (r"\b(?:\d{4} ){3}\d{4}\b".to_owned(), true),
        (r"(?i)falcon-\d+".to_owned(), true),
    ]
}

/// The longest message: all sorts of characters, over and over.
fn longest() -> String {
    "abx aba bab caé 12 4242 z\u{fdfa} @".chars().cycle().take(4_000).collect()
}

#[test]
fn no_pattern_takes_more_than_its_share() {
    let content = longest();
    let text = Text::new(&content);
    for (pattern, taken) in hostile() {
        let shown: String = pattern.chars().take(40).collect();
        let mut built = None;
        let building = measure(|| built = Pattern::new(Arc::from("r"), Category::Personal, &pattern).ok());
        assert_eq!(built.is_some(), taken, "{shown}");
        assert!(building.bytes_max <= MOST_TO_BUILD, "{shown}: {} bytes to build", building.bytes_max);
        let Some(built) = built else { continue };
        assert!(
            building.bytes_current <= i64::try_from(MOST_KEPT).unwrap(),
            "{shown}: {} bytes",
            building.bytes_current
        );
        assert!(built.size() <= MAX_PATTERN_SIZE * 2, "{shown}: {}", built.size());
        let mut findings = Vec::with_capacity(64);
        let searching = measure(|| built.detect(&text, &mut findings));
        assert!(searching.bytes_max <= MOST_REMEMBERED, "{shown}: {} bytes to search", searching.bytes_max);
    }
}

#[test]
fn a_list_of_words_takes_what_its_characters_do() {
    let listed = |piece: &str| -> Vec<String> {
        (0..200).map(|at| format!("{at}{piece}").chars().cycle().take(100).collect()).collect()
    };
    for piece in [" ", "abc", "𝖎𝖉𝖎𝖔𝖙 \u{fdfa}", "今日", "a\u{301}"] {
        let words = listed(piece);
        let characters: usize = words.iter().map(|word| word.chars().count()).sum();
        let mut built = None;
        let building = measure(|| built = Words::new(Arc::from("r"), Category::Personal, &words).ok());
        let most = 45 * characters;
        assert!(
            built.is_some() && building.bytes_max <= u64::try_from(most).unwrap(),
            "{piece:?}: {}",
            building.bytes_max
        );
    }
}

/// A file of rules, each with this as its condition.
fn rules(count: usize, condition: impl Fn(usize) -> String) -> String {
    let mut file = String::new();
    for at in 0..count {
        let when = condition(at);
        write!(
            file,
            "[[rule]]\nname = \"r{at}\"\ncategory = \"personal\"\nwhen = {{ {when} }}\naction = \"observe\"\n"
        )
        .unwrap();
    }
    file
}

#[test]
fn all_rules_of_a_server_share_a_bound() {
    let large = |_: usize| "pattern = '(?s).*a.{200}'".to_owned();
    let usual = |_: usize| r"pattern = '(?i)falcon-\d+'".to_owned();
    let words = |length: usize| {
        move |at: usize| {
            let words: Vec<String> =
                (0..200).map(|word| format!("\"{:x>length$}\"", at * 200 + word)).collect();
            format!("words = [{}]", words.join(", "))
        }
    };
    let rows = [
        (rules(20, large), None),
        (
            rules(30, large),
            Some(("rule.when.pattern", format!("at most {} KiB together", MOST_PATTERNS_SIZE / 1024))),
        ),
        (rules(100, usual), None),
        (rules(50, words(10)), None),
        (
            rules(51, words(10)),
            Some(("rule.when.words", format!("at most {MOST_LISTED} characters together"))),
        ),
        (rules(101, usual), Some(("rule", "at most 100".to_owned()))),
    ];
    for (file, expected) in rows {
        let read =
            RulesFile::parse(&file, Path::new("rules.toml")).map(drop).map_err(|error| error.to_string());
        match (read, expected) {
            (Ok(()), None) => {}
            (Err(error), Some((key, help))) => {
                let first = error.lines().next().unwrap_or_default();
                assert!(first.contains(&format!(": {key}: ")) && error.contains(&help), "{error}");
            }
            (read, expected) => panic!("{read:?}, but {expected:?} was expected"),
        }
    }
}
