//! The alerts watch what there is, and each says what it means and what to do.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::file;
use super::metrics::{assert_declared, assert_labels, named};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    groups: Vec<Group>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    #[expect(dead_code, reason = "for whoever reads the file")]
    name: String,
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    alert: String,
    expr: String,
    r#for: String,
    labels: BTreeMap<String, String>,
    annotations: BTreeMap<String, String>,
}

fn rules() -> Vec<Rule> {
    let rules: Rules = serde_saphyr::from_str(&file("deploy/prometheus/alerts.yml")).unwrap();
    rules.groups.into_iter().flat_map(|group| group.rules).collect()
}

#[test]
fn alerts_watch_what_there_is() {
    let rules = rules();
    assert!((8..=16).contains(&rules.len()), "few and no noise: {}", rules.len());
    for Rule { alert, expr, r#for: held, labels, .. } in &rules {
        assert!(alert.starts_with("Aside"), "{alert}");
        assert_declared(expr, alert);
        assert_labels(expr, alert);
        assert!(!named(expr).is_empty() || expr.contains("up{"), "{alert} watches nothing of ours");
        assert!(held.ends_with(['s', 'm', 'h']), "{alert}: for {held}");
        let severity = labels.get("severity").map(String::as_str);
        assert!(matches!(severity, Some("critical" | "warning")), "{alert}: severity {severity:?}");
    }
}

#[test]
fn each_alert_says_what_it_means_and_what_to_do() {
    let page = file("docs/RUNNING.md");
    for Rule { alert, annotations, .. } in rules() {
        for part in ["summary", "description", "runbook_url"] {
            assert!(annotations.get(part).is_some_and(|text| !text.trim().is_empty()), "{alert}: {part}");
        }
        let anchor = alert.to_lowercase();
        assert!(annotations["runbook_url"].ends_with(&format!("docs/RUNNING.md#{anchor}")), "{alert}");
        assert!(
            page.contains(&format!("### {alert}\n")),
            "docs/RUNNING.md does not say what to do about {alert}"
        );
        let tested = file("deploy/prometheus/alerts_test.yml");
        assert!(tested.contains(&format!("alertname: {alert}\n")), "{alert} is not tried out");
    }
}
