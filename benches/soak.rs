//! An hour of a bad day: `cargo bench --bench soak -- --minutes 60`.
//!
//! Two thousand messages a second in a few hundred servers reach the program over the real WebSocket, a known share of them
//! calls for a case, and Discord fails all the time: answers, connections, sessions, and the process itself, which is
//! stopped once and killed once. It ends with an error if anything that was due is lost, done twice or told where it must
//! not be, or if memory grows. `--rate`, `--due` (of a thousand messages), `--seed`, `--seconds` and `--calm` (no trouble)
//! say otherwise.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a bench reads the clock, counts, prints, and stops when anything is wrong"
)]

#[path = "stage/bot.rs"]
mod bot;
#[path = "stage/lines.rs"]
mod lines;
#[path = "soak/mod.rs"]
mod soak;

use std::process::ExitCode;
use std::time::Duration;

use soak::Plan;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let home = tempfile::tempdir().expect("a folder");
    match runtime.block_on(soak::play(plan(), home.path())) {
        Ok(report) => {
            println!("{report}\nnothing lost, nothing twice, nothing leaked");
            ExitCode::SUCCESS
        }
        Err(report) => {
            println!("{report}\nkept for a look: {}", home.keep().display());
            ExitCode::FAILURE
        }
    }
}

/// What the arguments ask for; cargo adds `--bench` of its own.
fn plan() -> Plan {
    let mut plan =
        Plan { length: Duration::from_hours(1), rate: 2_000, due: 1.0, seed: 7, shards: 3, trouble: true };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next().and_then(|text| text.parse::<f64>().ok()).expect("a number");
        match argument.as_str() {
            "--minutes" => plan.length = Duration::from_secs_f64(60.0 * number()),
            "--seconds" => plan.length = Duration::from_secs_f64(number()),
            "--rate" => plan.rate = number() as u64,
            "--due" => plan.due = number(),
            "--seed" => plan.seed = number() as u64,
            "--calm" => plan.trouble = false,
            _ => {}
        }
    }
    plan
}
