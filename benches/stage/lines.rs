//! What members say: ordinary lines that concern nobody, and some that call for a case.

use aside::config::{Config, Core};
use aside::detect::Kind;

#[path = "../ordinary/mod.rs"]
mod ordinary;

/// Stands in every hundredth ordinary line and in each that calls for a case: the word is looked for wherever members' words
/// must not be.
pub(crate) const MARK: &str = "quillwort";

/// The first digits of every card number here, and the last part of every address; looked for in the same way.
pub(crate) const CARD: &str = "45391488";
pub(crate) const ADDRESS: &str = "wobblefen";

/// What calls for a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// A card number: the message is removed, and its author taken aside.
    Card,
    /// An e-mail address: its author is taken aside.
    Address,
    /// An insult: its author is taken aside.
    Insult,
}

/// Ordinary lines in which nothing is found, each marked once in a hundred.
pub(crate) fn calm() -> Vec<String> {
    let core = Config::default().build().expect("the built-in settings");
    let marked = |(at, line): (usize, String)| if at % 100 == 0 { format!("{line} {MARK}") } else { line };
    let lines = ordinary::cold_lines().into_iter().enumerate().map(marked);
    lines.filter(|line| is_calm(&core, line)).collect()
}

fn is_calm(core: &Core, line: &str) -> bool {
    let scan = core.scanner.scan(line);
    scan.findings.is_empty() && scan.heat < core.temper.simmer && !line.trim().is_empty()
}

impl Due {
    /// The kind of the `number`-th.
    pub(crate) fn nth(number: u64) -> Self {
        [Self::Card, Self::Address, Self::Insult][usize::try_from(number % 3).unwrap_or(0)]
    }

    /// Whether the built-in rules say so, too.
    pub(crate) fn is_due(self) -> bool {
        let core = Config::default().build().expect("the built-in settings");
        let scan = core.scanner.scan(&self.words(1));
        let found = |kind: Kind| {
            scan.findings.iter().any(|finding| finding.kind == kind && finding.confidence >= 0.8)
        };
        match self {
            Self::Card => found(Kind::Card),
            Self::Address => found(Kind::Email),
            Self::Insult => scan.heat >= 0.6,
        }
    }

    /// Its words, unlike those of any other number.
    pub(crate) fn words(self, number: u64) -> String {
        match self {
            Self::Card => format!("please just charge my card {} and be done {MARK}", card(number)),
            Self::Address => format!("write to me at m{number}.olsen@{ADDRESS}.net, {MARK} please"),
            Self::Insult => format!("you are a stupid worthless idiot, {MARK}, shut up already"),
        }
    }
}

/// A card number whose last digit is right.
fn card(number: u64) -> String {
    let body = format!("{CARD}{:07}", number % 10_000_000);
    let sum: u32 = body.chars().rev().enumerate().map(|(at, digit)| weighed(digit, at % 2 == 0)).sum();
    let all = format!("{body}{}", (10 - sum % 10) % 10);
    [&all[..4], &all[4..8], &all[8..12], &all[12..]].join(" ")
}

fn weighed(digit: char, doubled: bool) -> u32 {
    let digit = digit.to_digit(10).unwrap_or(0);
    let twice = 2 * digit;
    if !doubled {
        digit
    } else if twice > 9 {
        twice - 9
    } else {
        twice
    }
}
