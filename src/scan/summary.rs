//! What would have been done, by rule and day: what a month would have been like.
//!
//! Nothing of a message is kept but its identifier, and of those only the first few of each rule and day.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::counted;
use super::print::Conclusion;

/// Identifiers shown of each rule and day.
const SHOWN: usize = 20;

/// The most characters of an identifier that are kept; Discord's have twenty.
const LONGEST: usize = 40;

/// The most days told apart: ten years. The timestamps of an input need not be true.
const MOST_DAYS: usize = 3660;

const SECONDS_A_DAY: i64 = 86_400;

/// Counts what is concluded.
pub(super) struct Summary {
    seen: BTreeMap<Day, u64>,
    rules: Vec<Rule>,
}

/// A day in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Day {
    /// So many days after the first of 1970.
    Number(i64),
    /// One too many to be told apart.
    Other,
    Unknown,
}

struct Rule {
    name: Arc<str>,
    actions: Actions,
    days: BTreeMap<Day, Acted>,
}

/// How often something was done.
#[derive(Default)]
struct Actions(BTreeMap<&'static str, u64>);

/// The messages of a day that were acted on.
#[derive(Default)]
struct Acted {
    count: u64,
    first: Vec<String>,
}

impl Summary {
    /// Rules that nothing came of are shown, too.
    pub(super) fn new(rules: impl Iterator<Item = Arc<str>>) -> Self {
        Self { seen: BTreeMap::new(), rules: rules.map(Rule::new).collect() }
    }

    pub(super) fn add(&mut self, sent: Option<Timestamp>, conclusion: &Conclusion<'_>) {
        let day = self.day(sent);
        *self.seen.entry(day).or_default() += 1;
        let Some(decision) = &conclusion.verdict.decision else { return };
        let at = self.rules.iter().position(|rule| rule.name == decision.rule).unwrap_or_else(|| {
            self.rules.push(Rule::new(Arc::clone(&decision.rule)));
            self.rules.len() - 1
        });
        self.rules[at].add(day, decision.asked().as_str(), conclusion);
    }

    fn day(&self, sent: Option<Timestamp>) -> Day {
        let Some(sent) = sent else { return Day::Unknown };
        let day = Day::Number(sent.as_second().div_euclid(SECONDS_A_DAY));
        if self.seen.len() < MOST_DAYS || self.seen.contains_key(&day) { day } else { Day::Other }
    }

    fn messages(&self) -> u64 {
        self.seen.values().sum()
    }

    fn actions(&self) -> Actions {
        let mut all = Actions::default();
        for (action, count) in self.rules.iter().flat_map(|rule| &rule.actions.0) {
            *all.0.entry(action).or_default() += count;
        }
        all
    }

    /// Writes how many messages there were, what would have been done about them, and by which rule on which day.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let (messages, actions) = (self.messages(), self.actions());
        let left = messages - actions.total();
        write!(out, "{}: ", counted(messages, "message"))?;
        for (action, count) in &actions.0 {
            write!(out, "{count} {action}, ")?;
        }
        writeln!(out, "{left} left alone")?;
        writeln!(out, "\nwhat each rule would have done, by day (UTC)")?;
        for rule in &self.rules {
            rule.write(out, self)?;
        }
        writeln!(out, "\nall rules: {}", share(actions.total(), messages))
    }
}

impl Rule {
    fn new(name: Arc<str>) -> Self {
        Self { name, actions: Actions::default(), days: BTreeMap::new() }
    }

    fn add(&mut self, day: Day, action: &'static str, conclusion: &Conclusion<'_>) {
        *self.actions.0.entry(action).or_default() += 1;
        let acted = self.days.entry(day).or_default();
        acted.count += 1;
        if acted.first.len() < SHOWN {
            acted.first.push(shortened(conclusion.name()));
        }
    }

    fn write(&self, out: &mut impl Write, summary: &Summary) -> io::Result<()> {
        writeln!(
            out,
            "\n{}: {}{}",
            self.name,
            share(self.actions.total(), summary.messages()),
            self.actions
        )?;
        for (day, acted) in &self.days {
            let seen = summary.seen.get(day).copied().unwrap_or_default();
            writeln!(out, "  {day}: {} of {seen}: {acted}", acted.count)?;
        }
        Ok(())
    }
}

impl Actions {
    fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl fmt::Display for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (action, count)) in self.0.iter().enumerate() {
            write!(f, "{} {count} {action}", if at == 0 { ":" } else { "," })?;
        }
        Ok(())
    }
}

impl fmt::Display for Acted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first.join(", "))?;
        match self.count.saturating_sub(self.first.len() as u64) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => match Timestamp::from_second(number * SECONDS_A_DAY) {
                Ok(start) => write!(f, "{}", start.to_zoned(TimeZone::UTC).date()),
                Err(_) => f.write_str("first day"),
            },
            Self::Other => f.write_str("other days"),
            Self::Unknown => f.write_str("no date"),
        }
    }
}

/// So many of all messages, and their share.
fn share(some: u64, all: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with two decimal places")]
    let percent = if all == 0 { 0.0 } else { some as f64 * 100.0 / all as f64 };
    format!("{some} of {} ({percent:.2} %)", counted(all, "message"))
}

fn shortened(name: String) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::{Category, Scan};
    use crate::message::UserId;
    use crate::policy::{Because, Decision, Response, Verdict};

    fn verdict(rule: Option<&str>) -> Verdict {
        let decision = rule.map(|rule| Decision {
            rule: rule.into(),
            category: Category::Confidential,
            response: Response::TakeAside,
            would: None,
            template: None,
            answer: None,
            ask: [].into(),
            kinds: Vec::new(),
            because: Because::default(),
            subject: UserId(1),
            companion: None,
            beside: None,
            alert: false,
            quiet: false,
            covered: false,
        });
        Verdict { decision, reasons: Vec::new() }
    }

    fn add(summary: &mut Summary, number: u64, sent: Option<&str>, rule: Option<&str>) {
        let sent = sent.map(|sent| sent.parse().unwrap());
        let (scan, verdict) = (Scan::default(), verdict(rule));
        summary.add(sent, &Conclusion { number, id: None, scan: &scan, verdict: &verdict });
    }

    fn written(summary: &Summary) -> String {
        let mut out = Vec::new();
        summary.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn it_tells_what_each_rule_would_have_done_on_which_day() {
        let mut summary = Summary::new(["names", "idle"].into_iter().map(Arc::from));
        add(&mut summary, 1, Some("2026-01-31T23:59:59Z"), Some("names"));
        add(&mut summary, 2, Some("2026-02-01T00:00:00Z"), Some("names"));
        add(&mut summary, 3, Some("2026-02-01T01:00:00+02:00"), None);
        add(&mut summary, 4, None, Some("names"));
        let expected = "4 messages: 3 take_aside, 1 left alone\n\
            \n\
            what each rule would have done, by day (UTC)\n\
            \n\
            names: 3 of 4 messages (75.00 %): 3 take_aside\n  \
              2026-01-31: 1 of 2: 1\n  \
              2026-02-01: 1 of 1: 2\n  \
              no date: 1 of 1: 4\n\
            \n\
            idle: 0 of 4 messages (0.00 %)\n\
            \n\
            all rules: 3 of 4 messages (75.00 %)\n";
        assert_eq!(written(&summary), expected);
    }

    #[test]
    fn it_keeps_no_more_identifiers_than_it_shows() {
        let mut summary = Summary::new(std::iter::empty());
        for number in 1..=32 {
            add(&mut summary, number, None, Some("names"));
        }
        assert!(written(&summary).contains(" 19, 20 and 12 more\n"), "{}", written(&summary));
        assert_eq!(summary.rules[0].days[&Day::Unknown].first.len(), SHOWN);
    }

    #[test]
    fn days_without_end_are_told_as_one() {
        let mut summary = Summary::new(std::iter::empty());
        for day in 0..10_000 {
            let sent = Timestamp::from_second(day * SECONDS_A_DAY).unwrap();
            add(&mut summary, 1, Some(&sent.to_string()), Some("names"));
        }
        assert_eq!(summary.seen.len(), MOST_DAYS + 1);
        assert!(written(&summary).contains("\n  other days: 6340 of 6340: 1, 1,"));
    }

    #[test]
    fn an_identifier_without_end_is_cut() {
        assert_eq!(shortened("ä".repeat(50)), format!("{}…", "ä".repeat(LONGEST)));
        assert_eq!(shortened("900000000000000001".to_owned()), "900000000000000001");
    }
}
