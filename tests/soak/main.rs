//! The soak of `benches/soak.rs`, for some seconds: the hour plays the same.

#![expect(
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "the soak reads the clock, counts, and stops when anything is wrong"
)]

#[path = "../../benches/soak/mod.rs"]
mod soak;

#[path = "../../benches/stage/bot.rs"]
mod bot;
#[path = "../../benches/stage/lines.rs"]
mod lines;

use std::time::Duration;

use soak::Plan;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_quarter_of_a_minute_loses_repeats_and_leaks_nothing() {
    let home = tempfile::tempdir().unwrap();
    let plan =
        Plan { length: Duration::from_secs(15), rate: 60, due: 20.0, seed: 7, shards: 1, trouble: true };
    if let Err(report) = soak::play(plan, home.path()).await {
        panic!("{report}\nseed {}", plan.seed);
    }
}
