//! Log lines: where they go, which are written, and how.

use std::io::{self, IsTerminal};

use tracing::{Level, Metadata, Subscriber};
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::prelude::*;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::config::Log;

/// Logs go to standard error; `RUST_LOG` chooses which, else `default`.
pub(super) fn start(default: &str, log: Log) {
    let wanted = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let lines = lines(log).with_filter(wanted.and(filter_fn(is_discreet)));
    tracing_subscriber::registry().with(lines).init();
}

fn lines<S: Subscriber + for<'a> LookupSpan<'a>>(log: Log) -> Box<dyn Layer<S> + Send + Sync> {
    let lines = fmt::layer().with_writer(io::stderr);
    match log {
        Log::Text => lines.with_ansi(io::stderr().is_terminal()).boxed(),
        // Spans are libraries', and hold what they receive.
        Log::Json => lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed(),
    }
}

/// Whether a log line holds no words of a member, at whatever level. Ours never do. Libraries write out what they
/// receive, at the finer levels and in their spans.
fn is_discreet(line: &Metadata<'_>) -> bool {
    let ours = line.target().starts_with(env!("CARGO_PKG_NAME"));
    ours || (line.is_event() && *line.level() <= Level::WARN)
}
