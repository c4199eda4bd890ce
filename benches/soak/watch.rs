//! What the process holds in memory and takes of the processor, over time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::bot::{HELD, cpu_of, memory_of};

/// Between two looks.
const PACE: Duration = Duration::from_secs(5);

/// The last half of the longest life may hold at most this share more than the first half of what comes after its first
/// fifth, and a little.
const ALLOWED: f64 = 1.05;
const ALLOWED_KIB: f64 = 8.0 * 1024.0;

/// A shorter life is still warming up: caches fill, and a start leaves what is given back only later.
const WARM_S: f64 = 600.0;

/// One life of the process.
struct Life {
    began: Instant,
    /// Seconds since, and KiB.
    held: Vec<(f64, f64)>,
    cpu: Duration,
}

/// Every life so far, by process.
#[derive(Default)]
pub(crate) struct Watch {
    lives: BTreeMap<u32, Life>,
    looked: Option<Instant>,
}

impl Watch {
    /// Looks, if it is time to.
    pub(crate) fn look(&mut self, process: u32) {
        if self.looked.is_some_and(|looked| looked.elapsed() < PACE) {
            return;
        }
        self.looked = Some(Instant::now());
        self.note(process);
    }

    /// A last look.
    pub(crate) fn ends(&mut self, process: u32) {
        self.note(process);
    }

    fn note(&mut self, process: u32) {
        let life = self.lives.entry(process).or_insert_with(|| Life {
            began: Instant::now(),
            held: Vec::new(),
            cpu: Duration::ZERO,
        });
        life.held.push((life.began.elapsed().as_secs_f64(), memory_of(process, HELD) as f64));
        life.cpu = cpu_of(process);
    }

    pub(crate) fn wrong(&self) -> Option<String> {
        let [first, last] = self.longest().filter(|life| life.length() >= WARM_S)?.halves()?;
        (last > first * ALLOWED + ALLOWED_KIB)
            .then(|| format!("memory grows: {first:.0} KiB in the first half, {last:.0} KiB in the last"))
    }

    fn longest(&self) -> Option<&Life> {
        self.lives.values().max_by(|one, other| one.length().total_cmp(&other.length()))
    }

    pub(crate) fn told(&self) -> String {
        let cpu: Duration = self.lives.values().map(|life| life.cpu).sum();
        let lives: Vec<String> = self.lives.values().map(Life::told).collect();
        let own = cpu_of(std::process::id());
        format!(
            "processor time: {cpu:.1?} of the bot, {own:.1?} of the embedded Discord\nmemory:\n  {}",
            lives.join("\n  ")
        )
    }
}

impl Life {
    fn length(&self) -> f64 {
        self.held.last().map_or(0.0, |(at, _)| *at)
    }

    /// What was held once it was warm.
    fn warm(&self) -> &[(f64, f64)] {
        &self.held[self.held.len() / 5..]
    }

    /// The median of the first and of the last half, in KiB.
    fn halves(&self) -> Option<[f64; 2]> {
        let (first, last) = self.warm().split_at(self.warm().len() / 2);
        Some([median(first)?, median(last)?])
    }

    /// KiB an hour, by least squares.
    fn slope(&self) -> f64 {
        let count = self.warm().len() as f64;
        let mean = |of: fn(&(f64, f64)) -> f64| self.warm().iter().map(of).sum::<f64>() / count;
        let (x, y) = (mean(|one| one.0), mean(|one| one.1));
        let both: f64 = self.warm().iter().map(|one| (one.0 - x) * (one.1 - y)).sum();
        let square: f64 = self.warm().iter().map(|one| (one.0 - x).powi(2)).sum();
        if square > 0.0 { 3_600.0 * both / square } else { 0.0 }
    }

    fn told(&self) -> String {
        let most = self.held.iter().map(|one| one.1).fold(0.0, f64::max);
        let [first, last] = self.halves().unwrap_or_default();
        format!(
            "{:.0} s: {:.0} KiB at most; medians of the halves after the first fifth {first:.0} and {last:.0} KiB, \
             slope {:.0} KiB an hour",
            self.length(),
            most,
            self.slope()
        )
    }
}

fn median(held: &[(f64, f64)]) -> Option<f64> {
    let mut held: Vec<f64> = held.iter().map(|one| one.1).collect();
    held.sort_by(f64::total_cmp);
    held.get(held.len() / 2).copied()
}
