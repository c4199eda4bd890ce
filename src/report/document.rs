//! A report as a Markdown file, with every figure there is.

use super::text::{Channel, answer_times};
use super::words::{category, days, end, escaped, number, percent, share, zone};
use super::{Answers, Report};
use crate::detect::Category;

/// What each figure means.
const DEFINITIONS: &str = "\
- A case counts on the day it was noticed; the days before are as many, up to the same hour.
- The first human answer is the first word of a person in the thread, in working time. Half and nine of ten are \
percentiles by nearest rank, of the cases that were answered.
- A promise is missed when the answer came later, or when there is none and the promised time has passed. A case that \
ended before, or where there is still time, is neither kept nor missed.
- False alarms of a rule are those that moderators dismissed, of all its cases, those included in which the mode or the \
hour held it back.
- Shares of fewer than five are not told.
";

/// Characters of what moderators wrote.
const MOST_OF_AN_OUTCOME: usize = 100;

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Report {
    /// The report as a Markdown file that shows the picture in the file `picture`.
    #[must_use]
    pub fn document(&self, picture: &str, channel: Channel<'_>) -> String {
        let mut parts = vec![
            format!("# Report: {}", days(&self.period)),
            format!("{} days, the hours of {}. {}", self.period.days.len(), zone(&self.period), self.total()),
            // Alt text ends at a bracket.
            format!("![{}]({picture})", self.alt().replace(['[', ']'], "")),
            format!("## What to change\n\n{}", self.changes(channel)),
        ];
        if self.now.cases > 0 {
            parts.extend(self.tables(channel));
            parts.push(format!("## How it is counted\n\n{}", DEFINITIONS.trim_end()));
        }
        parts.join("\n\n") + "\n"
    }

    fn tables(&self, channel: Channel<'_>) -> Vec<String> {
        let now = &self.now;
        let about = now.categories.iter().map(|count| (category(count.of).to_owned(), count.cases));
        let channels = now.channels.iter().map(|count| (channel(count.of), count.cases));
        let ends = now.ends.iter().map(|count| (end(count.of).to_owned(), count.cases));
        let outcomes = now.outcomes.iter().map(|count| (escaped(&count.of, MOST_OF_AN_OUTCOME), count.cases));
        let ratings = now.ratings;
        let rated = [("good", ratings.good), ("fair", ratings.fair), ("poor", ratings.poor)];
        let rated = rated.into_iter().map(|(name, count)| (name.to_owned(), count));
        let mut tables = vec![
            format!("## Answers\n\n{}", answers(&now.answers)),
            format!("## What they were about\n\n{}", self.counts("category", about)),
            format!("## Where\n\n{}", self.counts("channel", channels)),
            format!("## How they ended\n\n{}", self.counts("end", ends)),
        ];
        if !now.outcomes.is_empty() {
            tables.push(format!("### In moderators' words\n\n{}", self.counts("outcome", outcomes)));
        }
        tables.push(format!("## False alarms by rule\n\n{}", self.rules()));
        if ratings.rated() > 0 {
            tables.push(format!("## Ratings\n\n{}", counts("rating", rated, ratings.rated())));
        }
        tables.push(format!("## Day by day\n\n{}", self.day_by_day()));
        tables.push(format!("## By weekday and hour\n\n{}", self.hours()));
        tables
    }

    fn counts(&self, of: &str, lines: impl Iterator<Item = (String, usize)>) -> String {
        counts(of, lines, self.now.cases)
    }

    fn rules(&self) -> String {
        let rows = self.now.rules.iter().map(|rule| {
            vec![format!("`{}`", rule.rule), number(rule.cases), share(rule.false_alarms, rule.cases)]
        });
        table(&["rule", "cases", "false alarms"], rows)
    }

    fn day_by_day(&self) -> String {
        let names = Category::ALL.iter().map(|of| category(*of));
        let head: Vec<&str> = ["day", "cases"].into_iter().chain(names).collect();
        let rows = self.now.days.iter().map(|day| {
            let counts = day.categories.iter().map(|cases| blank_if_none(*cases));
            [day.date.strftime("%a %-d %b").to_string(), number(day.cases())]
                .into_iter()
                .chain(counts)
                .collect()
        });
        table(&head, rows)
    }

    /// Four hours a column: enough to say when somebody should be there.
    fn hours(&self) -> String {
        let head = ["", "0–4 h", "4–8 h", "8–12 h", "12–16 h", "16–20 h", "20–24 h"];
        let rows = WEEKDAYS.iter().zip(&self.now.hours).map(|(name, hours)| {
            let counts = hours.chunks(4).map(|hours| blank_if_none(hours.iter().sum()));
            [(*name).to_owned()].into_iter().chain(counts).collect()
        });
        table(&head, rows)
    }
}

fn answers(answers: &Answers) -> String {
    let promised = answers.promised.map_or("–".to_owned(), super::words::time);
    let kept = if answers.counted() == 0 { "–".to_owned() } else { share(answers.kept, answers.counted()) };
    let rows = [
        ("first human answer", answer_times(answers)),
        ("promised, of late", promised),
        ("within the promised time", kept),
        ("still waiting, in time", number(answers.waiting)),
    ];
    table(&["", ""], rows.into_iter().map(|(name, words)| vec![name.to_owned(), words]))
}

fn counts(of: &str, lines: impl Iterator<Item = (String, usize)>, all: usize) -> String {
    let share = |cases| if all < super::advice::FEW { String::new() } else { percent(cases, all) };
    table(&[of, "cases", "share"], lines.map(|(name, cases)| vec![name, number(cases), share(cases)]))
}

fn blank_if_none(count: usize) -> String {
    if count == 0 { String::new() } else { number(count) }
}

fn table(head: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let head = head.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let rule = vec!["---".to_owned(); head.len()];
    let lines = [head, rule].into_iter().chain(rows).map(|cells| format!("| {} |", cells.join(" | ")));
    lines.collect::<Vec<_>>().join("\n")
}
