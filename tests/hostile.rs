//! Hostile input, bounded: the same targets as the fuzzers in `fuzz/`, on seeded bytes, so that every run is the same.
//!
//! Where one fails, it prints its seed. `ASIDE_FUZZ_SECONDS=60 cargo test --test hostile` goes on from there with other
//! seeds for so long, each target for itself. What a fuzzer found stands in `hostile/found/` and is run first.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where it is wrong, and says at what input"
)]

#[cfg(test)]
#[expect(unreachable_pub, reason = "the fuzzers use them from another crate")]
#[path = "hostile/targets.rs"]
mod targets;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, panic, thread};

use fastrand::Rng;

/// The most bytes that one input is made of.
const MOST_BYTES: usize = 1_024;

/// Panics of the bot's own tasks, which no test would notice otherwise.
static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Says which input it was when a target stops.
struct Tried<'a> {
    target: &'a str,
    input: String,
}

impl Drop for Tried<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{}: {}", self.target, self.input);
        }
    }
}

/// Runs `target` on what was found before, and on `inputs` seeded ones, or for as long as is wanted.
fn throw(name: &str, target: fn(&[u8]), inputs: u64) {
    count_panics();
    for (file, data) in found(name) {
        try_one(name, file, target, &data);
    }
    let until = wanted().map(|wanted| start() + wanted);
    let more = |seed: u64| until.map_or(seed < inputs, |until| start() < until);
    for seed in (0..).take_while(|seed| more(*seed)) {
        let mut random = Rng::with_seed(seed);
        // Short inputs are simple ones.
        let mut data = vec![0; random.usize(0..=MOST_BYTES)];
        random.fill(&mut data);
        try_one(name, format!("seed {seed}"), target, &data);
    }
}

fn try_one(target: &str, input: String, run: fn(&[u8]), data: &[u8]) {
    let before = PANICS.load(Ordering::Relaxed);
    let tried = Tried { target, input };
    run(data);
    let panics = PANICS.load(Ordering::Relaxed) - before;
    assert_eq!(panics, 0, "a task of the bot panicked");
    drop(tried);
}

#[expect(clippy::disallowed_methods, reason = "how long is wanted is counted by the clock")]
fn start() -> Instant {
    Instant::now()
}

fn wanted() -> Option<Duration> {
    env::var("ASIDE_FUZZ_SECONDS").ok()?.parse().ok().map(Duration::from_secs)
}

fn count_panics() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let thread = thread::current();
            let is_the_bots =
                thread.name().is_some_and(|name| name.starts_with("tokio") || name == "gateway");
            PANICS.fetch_add(usize::from(is_the_bots), Ordering::Relaxed);
            usual(info);
        }));
    });
}

/// The inputs that a fuzzer stopped at before, by their files' names.
fn found(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/found").join(target);
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let files = files.map(|file| file.expect("a file").path());
    files.map(|file| (file.display().to_string(), fs::read(file).expect("an input"))).collect()
}

macro_rules! throw {
    ($($target:ident, $inputs:literal;)+) => {
        $(#[test] fn $target() { throw(stringify!($target), targets::$target, $inputs); })+
    };
}

throw! {
    normalization, 2_000;
    detectors, 1_500;
    scanner, 1_500;
    templates, 400;
    config, 400;
    rules, 400;
    automod, 40;
    interactions, 150;
    gateway, 150;
}
