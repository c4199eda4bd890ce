//! The figures of one period: cases counted by what they have in common.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

use super::{Answers, Fate, Period};
use crate::case::Rating;
use crate::case::clock::Promise;
use crate::detect::Category;
use crate::message::ChannelId;
use crate::store::Outcome;

/// How many cases have something in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Count<T> {
    /// What they have in common.
    pub of: T,
    /// How many they are.
    pub cases: usize,
}

/// How often a rule was right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCount {
    /// Its name.
    pub rule: String,
    /// All its cases.
    pub cases: usize,
    /// Those of them that moderators called a false alarm.
    pub false_alarms: usize,
}

impl RuleCount {
    /// Whether it is a rule at all: what people take aside themselves stands under words, and no rule's name has a space.
    #[must_use]
    pub fn is_a_rule(&self) -> bool {
        !self.rule.contains(' ')
    }
}

/// What members thought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Ratings {
    /// It went well.
    pub good: usize,
    /// It was all right.
    pub fair: usize,
    /// It went badly.
    pub poor: usize,
}

impl Ratings {
    /// How many members said what they thought.
    #[must_use]
    pub const fn rated(&self) -> usize {
        self.good + self.fair + self.poor
    }
}

/// The cases of one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// Cases by category, in the order of [`Category::ALL`].
    pub categories: Vec<usize>,
}

impl Day {
    /// All its cases.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.categories.iter().sum()
    }
}

/// The figures of one period.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figures {
    /// Servers that had any.
    pub guilds: usize,
    /// All cases noticed in it.
    pub cases: usize,
    /// Those in which the mode or the hour held back what the rule asks for.
    pub held_back: usize,
    /// Those of them that moderators called a false alarm all the same.
    pub held_back_false_alarms: usize,
    /// By what they were about, most first.
    pub categories: Vec<Count<Category>>,
    /// By channel, most first.
    pub channels: Vec<Count<ChannelId>>,
    /// By how they ended, each once, in the order of [`Fate::ALL`].
    pub ends: Vec<Count<Fate>>,
    /// By what they came to in moderators' words, whatever their case; most first.
    pub outcomes: Vec<Count<String>>,
    /// How long members waited.
    pub answers: Answers,
    /// By rule, those with most false alarms first.
    pub rules: Vec<RuleCount>,
    /// What members thought.
    pub ratings: Ratings,
    /// By day.
    pub days: Vec<Day>,
    /// By weekday, from Monday, and by hour.
    pub hours: [[usize; 24]; 7],
}

impl Figures {
    pub(super) fn of(rows: &[Outcome], period: &Period, now: Timestamp, promise: &Promise) -> Self {
        let rows: Vec<&Outcome> = rows.iter().filter(|row| period.holds(row.opened)).collect();
        let held_back = || rows.iter().filter(|row| row.held_back);
        Self {
            guilds: rows.iter().map(|row| row.guild).collect::<BTreeSet<_>>().len(),
            cases: rows.len(),
            held_back: held_back().count(),
            held_back_false_alarms: held_back().filter(|row| Fate::of(row) == Fate::Dismissed).count(),
            categories: counted(rows.iter().map(|row| row.category)),
            channels: counted(rows.iter().map(|row| row.channel)),
            ends: Fate::ALL.iter().map(|end| ended(&rows, *end)).collect(),
            outcomes: outcomes(&rows),
            answers: Answers::of(&rows, now, promise),
            rules: rules(&rows),
            ratings: ratings(&rows),
            days: days(&rows, period),
            hours: hours(&rows, period),
        }
    }

    /// How many cases ended so.
    #[must_use]
    pub fn ended(&self, end: Fate) -> usize {
        self.ends.iter().filter(|count| count.of == end).map(|count| count.cases).sum()
    }

    /// Cases in which something was done.
    #[must_use]
    pub fn acted_on(&self) -> usize {
        self.cases - self.held_back
    }

    /// Cases by hour of the day.
    #[must_use]
    pub fn by_hour(&self) -> [usize; 24] {
        std::array::from_fn(|hour| self.hours.iter().filter_map(|day| day.get(hour)).sum())
    }
}

/// Most first; of as many, in the order of what they have in common.
fn counted<T: Ord>(all: impl Iterator<Item = T>) -> Vec<Count<T>> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut counts: Vec<Count<T>> = counts.into_iter().map(|(of, cases)| Count { of, cases }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.cases));
    counts
}

fn ended(rows: &[&Outcome], end: Fate) -> Count<Fate> {
    Count { of: end, cases: rows.iter().filter(|row| Fate::of(row) == end).count() }
}

/// Two moderators write "Refunded" and "refunded " and mean the same; it is told as the first of them wrote it.
fn outcomes(rows: &[&Outcome]) -> Vec<Count<String>> {
    let mut written: BTreeMap<String, String> = BTreeMap::new();
    let words = rows.iter().filter_map(|row| row.outcome.as_deref());
    let words = words.map(|words| words.split_whitespace().collect::<Vec<_>>().join(" "));
    let keys: Vec<String> = words
        .filter(|words| !words.is_empty())
        .map(|words| {
            let key = words.to_lowercase();
            written.entry(key.clone()).or_insert(words);
            key
        })
        .collect();
    let counts = counted(keys.into_iter()).into_iter();
    counts
        .map(|count| Count { of: written.remove(&count.of).unwrap_or(count.of), cases: count.cases })
        .collect()
}

fn rules(rows: &[&Outcome]) -> Vec<RuleCount> {
    let mut rules: BTreeMap<&str, RuleCount> = BTreeMap::new();
    for row in rows {
        let count = rules.entry(&row.rule).or_insert_with(|| RuleCount {
            rule: row.rule.clone(),
            cases: 0,
            false_alarms: 0,
        });
        count.cases += 1;
        count.false_alarms += usize::from(Fate::of(row) == Fate::Dismissed);
    }
    let mut rules: Vec<RuleCount> = rules.into_values().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse((rule.false_alarms, rule.cases)));
    rules
}

fn ratings(rows: &[&Outcome]) -> Ratings {
    let count = |rating| rows.iter().filter(|row| row.rating == Some(rating)).count();
    Ratings { good: count(Rating::Good), fair: count(Rating::Fair), poor: count(Rating::Poor) }
}

fn days(rows: &[&Outcome], period: &Period) -> Vec<Day> {
    let none = |date: &Date| Day { date: *date, categories: vec![0; Category::ALL.len()] };
    let mut days: Vec<Day> = period.days.iter().map(none).collect();
    for row in rows {
        let day = period.day(row.opened).and_then(|day| days.get_mut(day));
        let category = Category::ALL.iter().position(|category| *category == row.category);
        if let Some(count) = day.zip(category).and_then(|(day, at)| day.categories.get_mut(at)) {
            *count += 1;
        }
    }
    days
}

fn hours(rows: &[&Outcome], period: &Period) -> [[usize; 24]; 7] {
    let mut hours = [[0; 24]; 7];
    for row in rows {
        let opened = row.opened.to_zoned(period.zone.clone());
        let day = usize::from(opened.weekday().to_monday_zero_offset().unsigned_abs());
        let hour = usize::from(opened.hour().unsigned_abs());
        if let Some(count) = hours.get_mut(day).and_then(|day| day.get_mut(hour)) {
            *count += 1;
        }
    }
    hours
}
