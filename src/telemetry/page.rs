//! The page about every metric: `docs/METRICS.md`.

use std::fmt::Write as _;

use super::catalog::{CATALOG, Metric, Type, Values};

const HEAD: &str = "\
# Metrics

Everything that `GET /metrics` tells, once `[telemetry] listen` is set. This page is written from the declarations in
`src/telemetry/catalog.rs`; a test compares the two. No label holds anything of a member or a server: each has the fixed
values that stand here.

Counters begin at 0 with each start. A dashboard and alerts that use them: `deploy/grafana/aside.json` and
`deploy/prometheus/alerts.yml`; what to do about an alert: [RUNNING.md](RUNNING.md).

| metric | type | unit | tells | labels |
|---|---|---|---|---|
";

/// The page, as Markdown.
#[must_use]
pub fn page() -> String {
    let mut page = HEAD.to_owned();
    for metric in CATALOG {
        row(&mut page, metric);
    }
    page.push_str("\nBounds of the histograms, in their unit:\n\n");
    for metric in CATALOG {
        if let Type::Histogram(bounds) = metric.kind {
            let bounds: Vec<String> = bounds.iter().map(ToString::to_string).collect();
            writeln!(page, "- `{}`: {}", metric.name, bounds.join(", ")).ok();
        }
    }
    page
}

fn row(page: &mut String, metric: &Metric) {
    let Metric { name, help, .. } = metric;
    let (kind, unit) = (metric.kind.as_str(), metric.unit());
    let labels: Vec<String> =
        metric.labels.iter().map(|label| format!("`{}`: {}", label.name, told(label.values))).collect();
    // Writing to a string cannot fail.
    writeln!(page, "| `{name}` | {kind} | {unit} | {help} | {} |", labels.join("; ")).ok();
}

fn told(values: Values) -> String {
    match values {
        Values::Fixed(values) => values().join(", "),
        Values::Shard => "number of the shard".to_owned(),
        Values::Version => "as `aside --version` says".to_owned(),
    }
}
