//! Looks for the text of 4,000 characters that takes longest to judge.
//!
//! Everything that a detector looks for is repeated to that length: signs, digits in groups, beginnings of keys,
//! every word of every list of phrases. The slowest are then joined with one another and with every other piece,
//! round after round, as long as that makes them slower. The search is the same on every run; only its clock is
//! the machine's. A text that takes a millisecond or more stops it.
//!
//! `cargo bench --bench worst` takes about a minute and a half.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints, stops when anything is wrong, and looks at the clock"
)]

mod shipped;

use std::collections::BTreeSet;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use self::shipped::Aside;

/// Characters of the longest message that Discord takes.
const LONGEST: usize = 4_000;
/// What no text of that length may take.
const MOST: Duration = Duration::from_millis(1);
/// How often a text is judged; the quickest time counts, which is the least disturbed.
const TIMES: usize = 3;
/// How often one of the slowest is judged anew.
const AGAIN: usize = 30;
/// How many of the slowest pieces are joined with others.
const KEPT: usize = 4;
/// How often pieces are joined.
const ROUNDS: usize = 2;
/// How many are printed.
const PRINTED: usize = 20;

/// What detectors look for beside words: signs, digits, beginnings of keys, scripts, streets, names and dates.
const PIECES: &str = include_str!("../tests/linear/pieces.txt");
/// The lists of phrases and words.
const LISTS: [&str; 7] = [
    "heat/phrases.txt",
    "saying/account_issue.txt",
    "saying/confidential_marker.txt",
    "saying/gossip.txt",
    "saying/solicitation.txt",
    "token/services.txt",
    "wallet/bip39.txt",
];

fn main() {
    let aside = Aside::new();
    let pieces = pieces();
    println!("{} pieces", pieces.len());
    let mut slowest = Slowest::default();
    for piece in &pieces {
        slowest.time(&aside, piece.clone());
    }
    for round in 1..=ROUNDS {
        let kept: Vec<_> = slowest.first(&aside, KEPT);
        println!("round {round}, from {:.0?} {:?}", kept[0].0, kept[0].1);
        for (_, piece) in &kept {
            for other in &pieces {
                slowest.time(&aside, format!("{piece}{other}"));
            }
        }
    }
    for (time, piece) in slowest.first(&aside, PRINTED) {
        println!("{time:>10.1?} {piece:?}");
    }
    let (time, piece) = &slowest.first(&aside, 1)[0];
    assert!(*time < MOST, "{time:?} for {piece:?}");
}

/// Every piece once, in order.
fn pieces() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect");
    let written = PIECES.lines().filter(|line| !line.starts_with('#')).map(|line| line.replace('¦', ""));
    let mut pieces: BTreeSet<String> =
        written.map(|line| serde_json::from_str(&line).expect("a piece")).collect();
    for list in LISTS {
        let list = fs::read_to_string(folder.join(list)).expect("a list of phrases");
        pieces.extend(list.lines().filter(|line| !line.starts_with('#')).flat_map(words));
    }
    pieces.into_iter().collect()
}

/// The words of one line of a list, each with a space after it, and words in a row as such.
fn words(line: &str) -> impl Iterator<Item = String> {
    let words = line.split([' ', '|', '=', '^', '$', '?', '*', '[', ']']);
    words
        .filter(|word| !word.is_empty() && !word.starts_with(['@', '.']))
        .map(|word| word.replace('+', " ") + " ")
}

/// The time that judging `content` takes at least, of so many `times`.
fn least(aside: &Aside, content: &str, times: usize) -> Duration {
    let once = || {
        let start = Instant::now();
        drop(black_box(aside.judge(black_box(content))));
        start.elapsed()
    };
    (0..times).map(|_| once()).min().unwrap_or_default()
}

/// `piece` again and again, as long as a message can be.
fn repeated(piece: &str) -> String {
    piece.chars().cycle().take(LONGEST).collect()
}

/// Pieces by the time that a text full of them takes.
#[derive(Default)]
struct Slowest {
    pieces: Vec<(Duration, String)>,
    seen: BTreeSet<String>,
}

impl Slowest {
    fn time(&mut self, aside: &Aside, piece: String) {
        let content = repeated(&piece);
        if self.seen.insert(content.clone()) {
            self.pieces.push((least(aside, &content, TIMES), piece));
        }
    }

    /// The `count` slowest, those that only seemed slow timed again.
    fn first(&mut self, aside: &Aside, count: usize) -> Vec<(Duration, String)> {
        loop {
            self.pieces.sort_by(|one, other| other.cmp(one));
            let again: Vec<_> = self.pieces.iter().take(count).map(|(_, piece)| piece.clone()).collect();
            let times: Vec<_> = again.iter().map(|piece| least(aside, &repeated(piece), AGAIN)).collect();
            let mut settled = true;
            for ((time, _), anew) in self.pieces.iter_mut().zip(times) {
                settled &= *time < anew * 2;
                *time = anew.min(*time);
            }
            if settled {
                return self.pieces.iter().take(count).cloned().collect();
            }
        }
    }
}
