//! The page of metrics and the dashboard say what there is.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use aside::telemetry::{CATALOG, Telemetry, Type, Values, page};
use regex::Regex;
use serde_json::Value;

use super::file;

/// Every name in `text` that looks like a metric of ours, without what a histogram adds.
pub(crate) fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = words.filter(|word| word.starts_with("aside_") || word.starts_with("process_"));
    ours.map(|word| base(word).to_owned()).collect()
}

fn base(name: &str) -> &str {
    let part = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
    let histogram = |name: &&str| {
        CATALOG.iter().any(|metric| metric.name == *name && matches!(metric.kind, Type::Histogram(_)))
    };
    part.filter(histogram).unwrap_or(name)
}

pub(crate) fn assert_declared(text: &str, place: &str) {
    for name in named(text) {
        assert!(CATALOG.iter().any(|metric| metric.name == name), "{place} names {name}, which is not there");
    }
}

/// Labels that are matched or grouped by are declared, and so are the values they are compared with.
pub(crate) fn assert_labels(expression: &str, place: &str) {
    let matched = Regex::new(r#"(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)""#).unwrap();
    for matched in matched.captures_iter(expression) {
        let (label, values) = (&matched[1], &matched[2]);
        let known: Vec<Vec<&str>> = values_of(label).collect();
        let fits = |known: &Vec<&str>| values.split('|').all(|value| known.contains(&value));
        assert!(is_of_prometheus(label) || known.iter().any(fits), "{place}: {label} never says {values}");
    }
    let grouped = Regex::new(r"\b(?:by|on)\s*\(([^)]*)\)").unwrap();
    for grouped in grouped.captures_iter(expression) {
        for label in grouped[1].split(',').map(str::trim) {
            let mut declared = CATALOG.iter().flat_map(|metric| metric.labels);
            let known = is_of_prometheus(label) || declared.any(|one| one.name == label);
            assert!(known, "{place}: no metric has the label {label}");
        }
    }
}

/// What Prometheus adds, and the bounds of histograms.
fn is_of_prometheus(label: &str) -> bool {
    ["instance", "job", "le"].contains(&label)
}

/// What the metrics that have this label may say in it.
fn values_of(label: &str) -> impl Iterator<Item = Vec<&'static str>> {
    let declared = CATALOG.iter().flat_map(|metric| metric.labels).filter(move |one| one.name == label);
    declared.filter_map(|one| match one.values {
        Values::Fixed(values) => Some(values()),
        Values::Shard | Values::Version => None,
    })
}

#[test]
fn the_page_says_what_is_declared() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/METRICS.md");
    let written = fs::read_to_string(&path).unwrap_or_default();
    if written != page() && std::env::var_os("ASIDE_REGENERATE").is_some() {
        fs::write(&path, page()).unwrap();
        return;
    }
    assert_eq!(written, page(), "ASIDE_REGENERATE=1 cargo test --test operation writes it anew");
}

#[test]
fn what_is_declared_is_told_and_named_as_prometheus_asks() {
    let told = Telemetry::new().metrics();
    for metric in CATALOG {
        let shards = metric.labels.iter().any(|label| matches!(label.values, Values::Shard));
        let kind = format!("# TYPE {} {}", metric.name, metric.kind.as_str());
        assert!(shards || told.contains(&kind), "{} is told", metric.name);
        assert_eq!(metric.kind == Type::Counter, metric.name.ends_with("_total"), "{}", metric.name);
        assert!(metric.help.ends_with('.'), "{}: its help is a sentence", metric.name);
        if let Type::Histogram(bounds) = metric.kind {
            assert!(bounds.is_sorted() && !metric.unit().is_empty(), "{}", metric.name);
        }
    }
    let names: BTreeSet<&str> = CATALOG.iter().map(|metric| metric.name).collect();
    assert_eq!(names.len(), CATALOG.len(), "each is declared once");
}

fn expressions(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("expr").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| expressions(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| expressions(value, found)),
        _ => {}
    }
}

#[test]
fn the_dashboard_shows_what_there_is() {
    let dashboard: Value = serde_json::from_str(&file("deploy/grafana/aside.json")).unwrap();
    let mut shown = Vec::new();
    expressions(&dashboard, &mut shown);
    assert!(shown.len() > 20, "{} expressions", shown.len());
    for expression in &shown {
        assert!(!named(expression).is_empty(), "{expression} shows nothing of ours");
        assert_declared(expression, "the dashboard");
        assert_labels(expression, "the dashboard");
    }
    let shown: BTreeSet<String> = shown.iter().flat_map(|expression| named(expression)).collect();
    let left_out: Vec<&str> =
        CATALOG.iter().map(|metric| metric.name).filter(|name| !shown.contains(*name)).collect();
    assert!(left_out.is_empty(), "the dashboard leaves out {left_out:?}");
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{} is the id of two panels", panel["id"]);
        let row = panel["type"] == "row";
        assert!(
            row || panel["description"].as_str().is_some_and(|text| !text.is_empty()),
            "{}",
            panel["title"]
        );
    }
}
