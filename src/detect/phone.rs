//! Telephone numbers.

mod spoken;
mod words;

use std::ops::Range;
use std::sync::LazyLock;

use phonenumber::country::Id;
use phonenumber::metadata::DATABASE;
use regex::Regex;

use self::words::{CONTEXT, LABELS, NUMBER, OTHER, OWN};
use super::near::{is_bare, says};
use super::value::{finding, in_sentence, regex};
use super::{Detector, Finding, Kind};
use crate::text::{Digits, Text};

/// Where a number without a country code may be from, most speakers on Discord first.
const COUNTRIES: [Id; 20] = [
    Id::US,
    Id::GB,
    Id::DE,
    Id::FR,
    Id::ES,
    Id::BR,
    Id::IN,
    Id::AU,
    Id::IT,
    Id::NL,
    Id::PL,
    Id::MX,
    Id::AR,
    Id::SE,
    Id::TR,
    Id::PH,
    Id::CN,
    Id::ID,
    Id::CH,
    Id::PT,
];
/// How many candidates of a message are looked at: nobody has more numbers.
const MOST_CANDIDATES: usize = 12;
/// How often a message is held against a numbering plan: each time costs microseconds.
const MOST_PLANS: usize = 48;
/// The most digits a telephone number has, with its country code (ITU-T E.164).
const MOST_DIGITS: usize = 15;
/// The fewest digits a number has that is labeled as one.
const FEWEST_LABELED: usize = 6;
/// The fewest digits any other has.
const FEWEST: usize = 7;

static EXTENSION: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)^(?:\s?x\s?|,?\s?(?:ext\.?|extension|durchwahl|dw|ramal|poste|int\.)\s?:?\s?|\s?#)[0-9]{1,6}\b",
    )
});

/// Finds telephone numbers: with a country code anywhere, grouped as in North America, and in any
/// other form beside a word such as "call"; and those written out in words.
///
/// A number that no numbering plan allows is found where its form or the words beside it say enough:
/// people mistype, and give out numbers made for films.
pub(super) struct Phone;

impl Detector for Phone {
    fn prepare(&self) {
        // Reading the world's numbering plans takes most of a second in a debug build.
        DATABASE.by_id("US");
        LazyLock::force(&EXTENSION);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let mut plans = Plans { left: MOST_PLANS };
        let mut found = false;
        for candidate in candidates(text).take(MOST_CANDIDATES) {
            if let Some((confidence, explanation)) = judge(text, &candidate, found, &mut plans) {
                found = true;
                findings.push(finding(text, Kind::Phone, &candidate.range, confidence, explanation));
            }
        }
        for (range, confidence) in spoken::numbers(text) {
            let explanation = "Digits written out in words, as telephone numbers are dictated.";
            findings.push(finding(text, Kind::Phone, &range, confidence, explanation));
        }
    }
}

/// The numbering plans, and how often they may still be asked.
struct Plans {
    left: usize,
}

impl Plans {
    fn allow(&mut self, country: Option<Id>, written: &str) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        phonenumber::parse(country, written).is_ok_and(|number| phonenumber::is_valid(&number))
    }

    fn allow_in(&mut self, countries: &[Id], written: &str) -> bool {
        countries.iter().any(|country| self.allow(Some(*country), written))
    }
}

/// A row of digits that may be a telephone number.
struct Candidate<'t> {
    /// Where it stands, its extension included.
    range: Range<usize>,
    /// As it is written, without its extension.
    written: &'t str,
    /// How many digits it has.
    digits: usize,
    extended: bool,
}

/// Rows of digits, spaces, hyphens, dots and brackets that stand free.
fn candidates<'t>(text: &'t Text<'_>) -> impl Iterator<Item = Candidate<'t>> + 't {
    let folded = text.folded();
    let runs = text.digits();
    let mut next = 0;
    std::iter::from_fn(move || {
        let rest = runs.get(next..).filter(|rest| !rest.is_empty())?;
        let mut row = row(folded.as_bytes(), rest, is_joint);
        if count(row) > MOST_DIGITS {
            // Several numbers in a row: only what parts groups of one holds them together.
            row = self::row(folded.as_bytes(), rest, |between| is_joint(between) && between != b" ");
        }
        next += row.len();
        Some(row)
    })
    .filter_map(move |row| candidate(text, row))
}

/// The first of `runs` with those that `joins` says belong to it, as far as one number goes.
fn row<'r>(folded: &[u8], runs: &'r [Digits], joins: impl Fn(&[u8]) -> bool) -> &'r [Digits] {
    let joined = runs
        .windows(2)
        .take(MOST_DIGITS)
        .take_while(|pair| joins(&folded[pair[0].end..pair[1].start]))
        .count();
    &runs[..=joined]
}

fn count(row: &[Digits]) -> usize {
    row.iter().map(|run| run.end - run.start).sum()
}

fn candidate<'t>(text: &'t Text<'_>, row: &[Digits]) -> Option<Candidate<'t>> {
    let digits = count(row);
    let (first, last) = (row.first()?, row.last()?);
    if !(FEWEST_LABELED..=MOST_DIGITS).contains(&digits) || !in_sentence(text, first.start) {
        return None;
    }
    let folded = text.folded();
    let start = opening(folded.as_bytes(), first.start);
    let extension = EXTENSION.find(&folded[last.end..]).map_or(0, |found| found.end());
    let range = start..last.end + extension;
    let written = &folded[start..last.end];
    free(folded, &range).then_some(Candidate { range, written, digits, extended: extension > 0 })
}

/// Whether `between` can stand between two groups of one number.
fn is_joint(between: &[u8]) -> bool {
    (1..=3).contains(&between.len())
        && between.iter().all(|byte| matches!(byte, b' ' | b'-' | b'.' | b'(' | b')' | b'/'))
}

/// Where a number whose digits begin at `start` begins: at a plus or a bracket before them.
fn opening(bytes: &[u8], start: usize) -> usize {
    let before = |at: usize, mark: u8| at > 0 && bytes[at - 1] == mark;
    let bracket = start - usize::from(before(start, b'('));
    bracket - usize::from(before(bracket, b'+'))
}

/// Whether nothing touches `range` that makes it part of something else: a name, a sum, a price.
fn free(text: &str, range: &Range<usize>) -> bool {
    let touches = |c: char| {
        c.is_ascii_alphanumeric() || matches!(c, '_' | '#' | '$' | '€' | '£' | '=' | '%' | '@' | '/' | '+')
    };
    let before = &text[..range.start];
    let decimal = before.strip_suffix(',').is_some_and(|rest| rest.ends_with(|c: char| c.is_ascii_digit()));
    !decimal
        && !before.ends_with(|c| touches(c) || matches!(c, '.' | '-' | '~'))
        && !text[range.end..].chars().next().is_some_and(touches)
}

/// How sure it is that `candidate`, after another one or not, is a telephone number, and what to tell a
/// moderator.
fn judge(
    text: &Text<'_>,
    candidate: &Candidate<'_>,
    another: bool,
    plans: &mut Plans,
) -> Option<(f32, &'static str)> {
    const INTERNATIONAL: &str = "A telephone number with its country code.";
    const GROUPED: &str = "A number grouped like a North American telephone number.";
    const NAMED: &str = "A number that the words beside it call a telephone number.";
    const ANOTHER: &str = "A number after another one, as one country or another writes telephone numbers.";
    const BARE: &str = "A message that is all telephone number, as one country or another writes them.";
    let written = candidate.written;
    if written.starts_with('+') || written.starts_with("(+") {
        let named = is_named(text, &candidate.range);
        return international(candidate, named, plans).map(|confidence| (confidence, INTERNATIONAL));
    }
    if is_dated(written) || is_address(written) || says(text, &candidate.range, 4, 1, OTHER) {
        return None;
    }
    let named = is_named(text, &candidate.range);
    if let Some(confidence) = north_american(candidate, named, plans) {
        return Some((confidence, GROUPED));
    }
    if named || is_labeled(text, &candidate.range) {
        return national(candidate, named, plans).map(|confidence| (confidence, NAMED));
    }
    let usual = (9..=11).contains(&candidate.digits) && written.starts_with(['0', '(']);
    if another && usual && plans.allow_in(&COUNTRIES, written) {
        return Some((0.7, ANOTHER));
    }
    let bare =
        matches!(candidate.digits, 10..=11) && !is_timestamp(written) && is_bare(text, &candidate.range);
    (bare && plans.allow_in(&COUNTRIES, written)).then_some((0.45, BARE))
}

fn international(candidate: &Candidate<'_>, named: bool, plans: &mut Plans) -> Option<f32> {
    let written = candidate.written.trim_start_matches('(');
    if candidate.digits >= FEWEST && plans.allow(None, written) {
        return Some(0.95);
    }
    let plausible = candidate.digits >= 9
        && !written.starts_with("+0")
        && !is_amount(written)
        && (named || groups(written).count() >= 3 || candidate.extended);
    plausible.then_some(0.75)
}

/// `415-555-2671`, `(415) 555-2671`, `415.555.2671`, `001-415-555-2671`: nothing else is grouped like
/// that, so one that is not given out is found too.
fn north_american(candidate: &Candidate<'_>, named: bool, plans: &mut Plans) -> Option<f32> {
    let written = candidate.written;
    let mut row = [0; 4];
    let length = groups(written).zip(&mut row).map(|(group, place)| *place = group.len()).count();
    let grouped = match &row[..length] {
        [3, 3, 4] => groups(written).count() == 3,
        [1, 3, 3, 4] => written.starts_with('1'),
        [3, 3, 3, 4] => written.starts_with("001"),
        _ => false,
    };
    let marked = written.contains('-') || written.starts_with('(') || candidate.extended;
    if !grouped || !(marked || written.contains('.')) {
        return None;
    }
    match (named, plans.allow(Some(Id::US), written.trim_start_matches("00")), marked) {
        (true, _, _) => Some(0.9),
        (false, true, _) => Some(0.75),
        (false, false, true) => Some(0.7),
        (false, false, false) => None,
    }
}

/// A number in a national form, `named` by a word or labeled only.
fn national(candidate: &Candidate<'_>, named: bool, plans: &mut Plans) -> Option<f32> {
    let written = candidate.written;
    if let Some(rest) = written.strip_prefix("00")
        && candidate.digits >= FEWEST
        && plans.allow(None, &format!("+{rest}"))
    {
        return Some(0.9);
    }
    if candidate.digits >= FEWEST
        && !is_sizes(written)
        && !is_amount(written)
        && plans.allow_in(&COUNTRIES, written)
    {
        return Some(if named { 0.9 } else { 0.75 });
    }
    let count = groups(written).count();
    let pairs = groups(written).all(|group| group.len() == 2);
    let fewest = if named && !pairs { FEWEST } else { FEWEST_LABELED };
    let plausible = (2..=6).contains(&count)
        && !is_sizes(written)
        && (fewest..=12).contains(&candidate.digits)
        && groups(written).skip(1).all(|group| group.len() >= 2)
        && !is_amount(written);
    plausible.then_some(0.72)
}

/// Whether a word beside it says that it is a telephone number.
fn is_named(text: &Text<'_>, range: &Range<usize>) -> bool {
    says(text, range, 5, 3, CONTEXT) || (says(text, range, 4, 0, NUMBER) && says(text, range, 5, 0, OWN))
}

/// Whether the word right beside it labels it, as in a signature.
fn is_labeled(text: &Text<'_>, range: &Range<usize>) -> bool {
    says(text, range, 1, 1, LABELS)
}

/// The groups of digits of a number.
fn groups(written: &str) -> impl Iterator<Item = &str> {
    written.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty())
}

/// `2026-08-14`, `14.08.2026` and times after them.
fn is_dated(written: &str) -> bool {
    let mut lengths = [0; 3];
    for (group, length) in groups(written).zip(&mut lengths) {
        *length = group.len();
    }
    let year =
        |group: Option<&str>| group.is_some_and(|group| group.starts_with("19") || group.starts_with("20"));
    match lengths {
        [4, 1 | 2, 1 | 2] => year(groups(written).next()),
        [1 | 2, 1 | 2, 4] => year(groups(written).nth(2)),
        [4, 4, 0] => groups(written).all(|group| year(Some(group))),
        _ => false,
    }
}

/// `192.168.100.200`: four groups of at most three digits, dots only.
fn is_address(written: &str) -> bool {
    let address = written.split_once('/').map_or(written, |(address, _)| address);
    address.split('.').count() == 4 && address.split('.').all(|group| (1..=3).contains(&group.len()))
}

/// `1 000 000`: nothing but groups of three zeros after the first.
fn is_amount(written: &str) -> bool {
    groups(written).count() > 1 && groups(written).skip(1).all(|group| group == "000")
}

/// `1024 2048 4096`: nothing but groups of four, three or more, none of which begins with zero.
fn is_sizes(written: &str) -> bool {
    groups(written).count() > 2 && groups(written).all(|group| group.len() == 4 && !group.starts_with('0'))
}

/// Ten digits that begin with 1: seconds since 1970.
fn is_timestamp(written: &str) -> bool {
    written.len() == 10 && written.starts_with('1')
}
