//! What the picture shows, for whoever does not see it.

use super::text::{answer_times, listed};
use super::words::{self, category, cut, day, days, number, share};
use super::{Day, Fate, Report, RuleCount};

/// The most characters that Discord takes to describe a file.
/// Source: <https://discord.com/developers/docs/resources/message#attachment-object>.
const MOST: usize = 1024;

/// Rules that are named.
const MOST_RULES: usize = 6;

impl Report {
    /// What the picture shows, in at most 1,024 characters of plain text.
    #[must_use]
    pub fn alt(&self) -> String {
        let mut parts = vec![format!("Cases of {}: {}.", days(&self.period), self.alt_total())];
        if self.now.cases > 0 {
            let about = self.now.categories.iter().map(|count| (category(count.of).to_owned(), count.cases));
            parts.push(format!("About: {}.", listed(about, ", ")));
            parts.push(self.alt_answers());
            let ends = self.now.ends.iter().filter(|count| count.cases > 0);
            let ends = ends.map(|count| (words::end(count.of).to_owned(), count.cases));
            parts.push(format!("How they ended: {}.", listed(ends, ", ")));
            parts.push(self.alt_rules());
        }
        cut(&parts.join(" "), MOST)
    }

    fn alt_total(&self) -> String {
        let (now, then) = (self.now.cases, self.before.cases);
        let busiest = self.now.days.iter().rev().max_by_key(|day| day.cases()).filter(|day| day.cases() > 0);
        let most = |busy: &Day| format!(", most of them on {}: {}", day(busy.date), number(busy.cases()));
        format!(
            "{}, {} in {}{}",
            if now == 0 { "none".to_owned() } else { number(now) },
            if then == 0 { "none".to_owned() } else { number(then) },
            words::before(&self.period),
            busiest.map(most).unwrap_or_default(),
        )
    }

    fn alt_answers(&self) -> String {
        let answers = &self.now.answers;
        let promised = match answers.counted() {
            0 => String::new(),
            counted => format!("; within the promised time {}", share(answers.kept, counted)),
        };
        format!("First human answer: {}{promised}.", answer_times(answers))
    }

    fn alt_rules(&self) -> String {
        let wrong = self.now.ended(Fate::Dismissed);
        if wrong == 0 {
            return "No false alarms.".to_owned();
        }
        let rules = self.now.rules.iter().filter(|rule| rule.false_alarms > 0).take(MOST_RULES);
        let told = |rule: &RuleCount| format!("{} {}", rule.rule, share(rule.false_alarms, rule.cases));
        let rules = rules.map(told).collect::<Vec<_>>().join(", ");
        format!("False alarms: {}; by rule {rules}.", share(wrong, self.now.cases))
    }
}
