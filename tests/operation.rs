//! What an operator is given: the page of metrics, the dashboard, the alerts, and the files to run the bot.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

#[path = "operation/alerts.rs"]
mod alerts;
#[path = "operation/deployment.rs"]
mod deployment;
#[path = "operation/metrics.rs"]
mod metrics;

use std::fs;
use std::path::Path;

/// A file of the repository.
fn file(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
