//! What operators and moderators hand in as files: settings, rules, and AutoMod's rules as Discord lists them.

use std::path::Path;

use arbitrary::{Result, Unstructured};
use aside::config::automod::taken_over;
use aside::config::{Config, RulesFile};
use aside::detect::Category;
use aside::policy::Response;
use serde_json::{Value, json};

use super::input::{disturbed, mutated, piece, text};

/// The settings that are explained, and rules of every sort.
const SETTINGS: &[&str] =
    &[include_str!("../../config.toml"), include_str!("../e2e/rules.toml"), include_str!("everything.toml")];

/// Any settings are read, or refused with the line that is wrong.
pub(crate) fn config(u: &mut Unstructured<'_>) -> Result<()> {
    let written = file(u)?;
    if let Err(error) = Config::parse(&written, Path::new("config.toml")) {
        check_place(&error.to_string(), "config.toml");
    }
    Ok(())
}

/// Any file of rules is read, or refused with the line that is wrong; what was read can be written and read again.
pub(crate) fn rules(u: &mut Unstructured<'_>) -> Result<()> {
    let written = file(u)?;
    match RulesFile::parse(&written, Path::new("rules.toml")) {
        Ok(read) => {
            let again = RulesFile::parse(&read.to_toml(), Path::new("again.toml"));
            assert_eq!(again.map_err(|error| error.to_string()), Ok(read));
        }
        Err(error) => check_place(&error.to_string(), "rules.toml"),
    }
    Ok(())
}

/// AutoMod's rules, however they are listed, become rules that can be built.
pub(crate) fn automod(u: &mut Unstructured<'_>) -> Result<()> {
    let listed = automod_rules(u)?;
    let listed = mutated(u, listed)?;
    let taken = taken_over(&listed, Category::BoilingPoint, Response::Alert, &[]);
    for rule in &taken.rules {
        let checked = rule.check();
        assert!(checked.is_ok(), "{rule:?}: {checked:?}");
    }
    let named = taken.rules.iter().map(|rule| rule.name.as_str()).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(named.len(), taken.rules.len(), "two rules have one name");
    Ok(())
}

fn automod_rules(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut rules = Vec::new();
    for _ in 0..u.int_in_range(0..=4)? {
        let mut words = |most: usize| -> Result<Vec<String>> {
            let count = u.int_in_range(0..=most)?;
            (0..count)
                .map(|_| {
                    let word = if u.ratio(1, 3)? { text(u, 60)? } else { piece(u)? };
                    Ok(match u.int_in_range(0..=3)? {
                        0 => format!("*{word}"),
                        1 => format!("{word}*"),
                        2 => format!("*{word}*"),
                        _ => word,
                    })
                })
                .collect()
        };
        let (keyword_filter, regex_patterns) = (words(16)?, words(6)?);
        rules.push(json!({
            "name": text(u, 100)?, "trigger_type": *u.choose(&[1, 1, 1, 3, 4, 5, 6, 255])?, "enabled": u.ratio(7, 8)?,
            "trigger_metadata": { "keyword_filter": keyword_filter, "regex_patterns": regex_patterns, "allow_list": ["x"] },
            "exempt_roles": ["1"], "exempt_channels": [],
        }));
    }
    Ok(rules.into())
}

/// A file with some of its lines changed, left out, doubled or brought elsewhere; or anything at all.
fn file(u: &mut Unstructured<'_>) -> Result<String> {
    if u.ratio(1, 16)? {
        return text(u, 2_000);
    }
    // What is explained is switched on now and then.
    let on = u.ratio(1, 2)?;
    let lines = u.choose(SETTINGS)?.lines().map(|line| if on { line.trim_start_matches("# ") } else { line });
    let mut lines: Vec<String> = lines.filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if u.ratio(2, 3)? {
        let from = u.int_in_range(0..=lines.len() - 1)?;
        lines = lines.into_iter().skip(from).take(40).collect();
    }
    for _ in 0..u.int_in_range(0..=4)? {
        let at = u.int_in_range(0..=lines.len().max(1) - 1)?;
        let Some(line) = lines.get(at).cloned() else { break };
        match u.int_in_range(0..=5)? {
            0 => drop(lines.remove(at)),
            1 => lines.push(line),
            2 => lines.swap(0, at),
            3 => lines[at] = with_value(u, &line)?,
            _ => lines[at] = disturbed(u, &line)?,
        }
    }
    Ok(lines.join("\n"))
}

/// `key = …` with something else as its value.
fn with_value(u: &mut Unstructured<'_>, line: &str) -> Result<String> {
    const VALUES: &[&str] = &[
        "0",
        "-1",
        "1.5",
        "nan",
        "inf",
        "99999999999999999999",
        "true",
        "\"\"",
        "\"x\"",
        "\"0s\"",
        "\"99999999999h\"",
        "\"24:00\"",
        "[]",
        "{}",
        "[[]]",
        "2026-01-01",
        "{ heat = 2 }",
        "{ words = [] }",
        "{ pattern = '(' }",
        "{ pattern = '\\w{900}' }",
        "{ kinds = [\"words\"] }",
        "{ exchanges = 1 }",
        "[1, 2, 1]",
        "[\"@everyone\"]",
        "18446744073709551615",
        "\"Europe/Atlantis\"",
    ];
    let key = line.split('=').next().unwrap_or_default();
    let value =
        if u.ratio(1, 4)? { json!(text(u, 200)?).to_string() } else { (*u.choose(VALUES)?).to_owned() };
    Ok(format!("{key}= {value}"))
}

/// Whoever wrote a file is told in which line of it something is wrong.
fn check_place(error: &str, file: &str) {
    let line = error.strip_prefix(file).and_then(|rest| rest.strip_prefix(':')?.split(':').next());
    assert!(line.is_some_and(|line| line.parse::<usize>().is_ok()), "no line is named: {error}");
}
