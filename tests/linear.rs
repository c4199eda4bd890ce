//! Whatever a member writes is judged with work in proportion to its length: twice as long a message costs about twice as
//! many instructions, never four times. So is whatever operators, moderators and Discord hand in.
//!
//! Instructions are counted, not time: valgrind runs this very program and counts them, the same on every machine and however
//! busy it is. Every piece of `linear/pieces.txt`, what some detector looks for, is repeated to three lengths. Where valgrind
//! is not installed, the tests say that they skip; `ASIDE_TEST_VALGRIND=required` forbids that.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test stops where it is wrong, and says what it skips"
)]

#[cfg(test)]
#[path = "linear/handed_in.rs"]
mod handed_in;

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use aside::detect::{Category, Detector, Pattern, Scan, Scanner, Words, keywords, mask};
use aside::text::Text;
use aside::wording::literal;

const PIECES: &str = include_str!("linear/pieces.txt");

/// Characters of the messages, each twice as long as the one before.
const LENGTHS: [usize; 3] = [500, 1_000, 2_000];

/// How many times the work of a message half as long one may take. Work in proportion takes twice as much, work that grows
/// with the square four times; sorting takes 2.25. It is wrong only where both steps take more: some work is done only
/// from some length on, which makes one step high, once.
const MOST_HUNDREDTHS: u64 = 240;

/// How much is handed in, each time twice as much: no more rules than a server may have.
const SIZES: [usize; 3] = [24, 48, 96];

/// Instructions that count for nothing: fixed costs.
const FREE: u64 = 20_000;

/// How many tests share the pieces, to run beside one another.
const PARTS: usize = 2;

/// Set for the run under valgrind: whose work is counted.
const COUNTED: &str = "ASIDE_COUNTED";

/// One kind of work on a message, as quick as the message is long.
type Work = (&'static str, fn(&Prepared));

const WORKS: [Work; 5] = [
    ("normalizing", |prepared| drop(black_box(Text::new(&prepared.content)))),
    ("scanning", |prepared| drop(black_box(prepared.scanner.scan(&prepared.content)))),
    ("masking", |prepared| drop(black_box(mask(&prepared.content, &prepared.scan.findings)))),
    ("keywords", |prepared| drop(black_box(keywords(&prepared.content, &prepared.scan.findings)))),
    ("quoting", |prepared| drop(black_box(literal(&prepared.content)))),
];

/// A message and what is known of it before the counted work.
struct Prepared<'a> {
    scanner: &'a Scanner,
    content: String,
    scan: Scan,
}

#[test]
fn a_long_message_costs_in_proportion_to_its_length() {
    check("a_long_message_costs_in_proportion_to_its_length", 0);
}

#[test]
fn so_does_a_long_message_of_anything_else() {
    check("so_does_a_long_message_of_anything_else", 1);
}

#[test]
fn what_is_handed_in_costs_in_proportion_to_its_size() {
    if env::var_os(COUNTED).is_some() {
        return handed_in::SORTS
            .iter()
            .for_each(|(_, sort)| SIZES.map(sort).iter().for_each(|work| counted(work)));
    }
    if let Some(counts) = counts("what_is_handed_in_costs_in_proportion_to_its_size") {
        assert_eq!(counts.len(), handed_in::SORTS.len() * SIZES.len(), "counts");
        let all = handed_in::SORTS.iter().map(|(name, _)| name).zip(counts.chunks_exact(SIZES.len()));
        let wrong: Vec<_> = all.filter(|(_, counts)| !is_in_proportion(counts)).collect();
        assert!(wrong.is_empty(), "not in proportion, for each of {SIZES:?}: {wrong:#?}");
    }
}

/// Without this the tests above could be blind.
#[test]
fn work_that_grows_with_the_square_is_seen() {
    if env::var_os(COUNTED).is_some() {
        return LENGTHS.into_iter().for_each(|length| counted(&|| square(black_box(length))));
    }
    if let Some(counts) = counts("work_that_grows_with_the_square_is_seen") {
        assert!(counts.len() == LENGTHS.len() && !is_in_proportion(&counts), "{counts:?}");
    }
}

/// Looks at everything once for everything.
fn square(length: usize) {
    for _ in 0..length {
        black_box((0..length).fold(0, usize::wrapping_add));
    }
}

/// Counts one `part` of the pieces, by running `test` under valgrind, where this does the work instead.
fn check(test: &str, part: usize) {
    let pieces = pieces(part);
    if env::var_os(COUNTED).is_some() {
        return work(&pieces);
    }
    let Some(counts) = counts(test) else { return };
    let works: Vec<_> = pieces.iter().flat_map(|piece| WORKS.map(|(name, _)| (piece, name))).collect();
    assert_eq!(counts.len(), works.len() * LENGTHS.len(), "counts of {} works", works.len());
    let all = works.iter().zip(counts.chunks_exact(LENGTHS.len()));
    let wrong: Vec<_> = all.filter(|(_, counts)| !is_in_proportion(counts)).collect();
    assert!(wrong.is_empty(), "not in proportion, for each of {LENGTHS:?} characters: {wrong:#?}");
}

/// Whether one step or the other costs no more than it may.
fn is_in_proportion(counts: &[u64]) -> bool {
    let mut steps = counts.iter().zip(&counts[1..]);
    steps.any(|(half, whole)| *whole < FREE || whole * 100 <= half * MOST_HUNDREDTHS)
}

/// One `part` of the pieces.
fn pieces(part: usize) -> Vec<String> {
    let lines = PIECES.lines().filter(|line| !line.starts_with('#')).skip(part).step_by(PARTS);
    lines.map(|line| serde_json::from_str(&line.replace('¦', "")).expect("a piece")).collect()
}

/// Does all the work, each kind inside of [`counted`].
fn work(pieces: &[String]) {
    let scanner = Scanner::new(own());
    for piece in pieces {
        let prepared = LENGTHS.map(|length| prepare(&scanner, piece, length));
        for (_, work) in WORKS {
            for prepared in &prepared {
                counted(&|| work(prepared));
            }
        }
    }
}

/// Words and patterns of a moderator's, as unkind to a matcher as they are let in.
fn own() -> Vec<Arc<dyn Detector>> {
    let words = ["Project Falcon", "moonshot", "a", "1"].map(str::to_owned);
    let words = Words::new("words".into(), Category::Confidential, &words).expect("words");
    let patterns = [r"(?i)\bref-\d{4,9}\b", r"(a|a?)+b", r"(\w+\s?)*x", r"\d+.*\d+.*z"];
    let patterns = patterns.map(|text| Pattern::new("pattern".into(), Category::Confidential, text));
    let patterns = patterns.map(|pattern| Arc::new(pattern.expect("a pattern")) as Arc<dyn Detector>);
    [Arc::new(words) as Arc<dyn Detector>].into_iter().chain(patterns).collect()
}

fn prepare<'a>(scanner: &'a Scanner, piece: &str, length: usize) -> Prepared<'a> {
    let content: String = piece.chars().cycle().take(length).collect();
    let scan = scanner.scan(&content);
    Prepared { scanner, content, scan }
}

/// Only what happens in here is counted; valgrind knows it by its name.
#[inline(never)]
fn counted(work: &dyn Fn()) {
    black_box(work)();
}

/// The instructions of every call of [`counted`], in order; none without valgrind.
fn counts(test: &str) -> Option<Vec<u64>> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        let required = env::var_os("ASIDE_TEST_VALGRIND").is_some_and(|set| set == "required");
        assert!(!required, "valgrind is not installed (Debian: valgrind)");
        eprintln!("skipped: valgrind is not installed (Debian: valgrind)");
        return None;
    }
    let home = tempfile::tempdir().expect("a folder");
    let program = env::current_exe().expect("this program");
    let run = Command::new("valgrind")
        .args([
            "--tool=callgrind",
            "--dump-line=no",
            "--toggle-collect=linear::counted",
            "--dump-after=linear::counted",
        ])
        .arg(format!("--callgrind-out-file={}", home.path().join("out").display()))
        .arg(program)
        .args(["--exact", test, "--test-threads=1"])
        .env(COUNTED, "yes")
        .output()
        .expect("valgrind runs");
    assert!(run.status.success(), "under valgrind: {}", String::from_utf8_lossy(&run.stderr));
    Some((1..).map_while(|part| total(&home.path().join(format!("out.{part}")))).collect())
}

/// What a part of valgrind's output says was counted.
fn total(part: &Path) -> Option<u64> {
    let text = fs::read_to_string(part).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("totals: "))?;
    Some(line.trim().parse().expect("a number"))
}
