//! That memory does not grow with the messages judged: a million of them leave nothing behind that the first hundred
//! thousand did not.
//!
//! `cargo bench --bench memory` takes some ten seconds. What is counted is what the allocator handed out and did not
//! get back, so it is the same on every machine.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops when anything is wrong"
)]

mod ordinary;
mod shipped;

use std::hint::black_box;

use allocation_counter::{AllocationInfo, measure};

use self::ordinary::cold_lines;
use self::shipped::Aside;

const FIRST: usize = 100_000;
const ALL: usize = 1_000_000;

fn main() {
    let aside = Aside::new();
    let lines = cold_lines();
    let mut messages = lines.iter().cycle();
    let mut judge = |count: usize| {
        measure(|| messages.by_ref().take(count).for_each(|message| drop(black_box(aside.judge(message)))))
    };
    let first = told("the first", FIRST, judge(FIRST));
    let rest = told("the next", ALL - FIRST, judge(ALL - FIRST));
    assert!(rest <= 0, "{rest} bytes more are held than after the first {FIRST} messages, {first} bytes");
}

/// Prints what judging `count` messages took, and gives the bytes it left behind.
fn told(which: &str, count: usize, info: AllocationInfo) -> i64 {
    let each = info.count_total / u64::try_from(count).expect("a number of messages");
    let AllocationInfo { bytes_current, bytes_max, .. } = info;
    println!(
        "{which} {count} messages: {bytes_current} bytes held after, {bytes_max} at most, {each} allocations each"
    );
    bytes_current
}
