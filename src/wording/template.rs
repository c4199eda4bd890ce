//! One variant of a template: cut out of its file, checked, and finished after rendering.

use super::context::Parts;
use super::error::{nearest_first, quoted};
use super::labels::Labels;
use super::{
    Facts, LONGEST_ANSWER, LONGEST_GAPS, LONGEST_LEFT, LONGEST_OUTCOME, LONGEST_STORED, Raid, Shared, Source,
    Utterance, Wait, WordingError, context, mention,
};
use crate::detect::{Category, Kind};
use crate::message::{ChannelId, RoleId, UserId};

use jiff::{SignedDuration, Timestamp};

/// Stands alone on a line between two variants.
const SEPARATOR: &str = "---";

/// More than one message is likely to hold.
const LONGEST_KINDS: &[Kind] = &[Kind::UrlCredentials, Kind::Words, Kind::Solicitation, Kind::Pattern];

/// One way to say something.
pub(super) struct Template {
    path: String,
    /// Lines of the file above it.
    above: usize,
    pub(super) text: String,
}

/// The variants in a file; at least one, none of them empty.
pub(super) fn variants(source: &Source) -> Result<Vec<Template>, WordingError> {
    let mut variants = vec![Template { path: source.path.clone(), above: 0, text: String::new() }];
    for (at, line) in source.text.lines().enumerate() {
        match variants.last_mut() {
            Some(variant) if line.trim() != SEPARATOR => variant.text.extend([line, "\n"]),
            _ => variants.push(Template { path: source.path.clone(), above: at + 1, text: String::new() }),
        }
    }
    match variants.iter().find(|variant| variant.text.trim().is_empty()) {
        Some(empty) => Err(empty.wrong(
            Some(1),
            "there is nothing to say here",
            "words above, below and between lines of `---`",
        )),
        None => Ok(variants),
    }
}

impl Template {
    fn wrong(&self, line: Option<usize>, what: impl Into<String>, help: impl Into<String>) -> WordingError {
        let line = line.map(|line| line + self.above);
        WordingError { path: self.path.clone(), line, what: what.into(), help: help.into() }
    }

    /// What the template engine says, in our words.
    pub(super) fn error(&self, error: &minijinja::Error) -> WordingError {
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        self.wrong(
            error.line(),
            detail,
            "placeholders such as `{{ number }}`, and {% if … %}…{% endif %}; no filters and no functions",
        )
    }

    /// The line, from 1, that `word` first stands in.
    fn line_of(&self, word: &str) -> Option<usize> {
        self.text.lines().position(|line| line.contains(word)).map(|at| at + 1)
    }

    /// Whom the bot mentions is decided in code, never in a template; and what a template may do is little enough that
    /// nobody can make it take long or much.
    pub(super) fn check_text(&self) -> Result<(), WordingError> {
        if let Some((tag, line)) = forbidden(&self.text) {
            let what = format!("`{tag}` has no place in a template");
            return Err(self.wrong(Some(line), what, "placeholders such as `{{ number }}`, {% if … %}…{% endif %}, and {% for link in links %}…{% endfor %}"));
        }
        match mention::FORBIDDEN.iter().find(|mention| self.text.contains(**mention)) {
            None => Ok(()),
            Some(mention) => {
                let what = format!("`{mention}` would mention someone");
                Err(self.wrong(self.line_of(mention), what, "`{{ member }}` and `{{ moderators }}`"))
            }
        }
    }

    /// Its placeholders are known, and it can be rendered whichever of its facts are there.
    pub(super) fn check_compiled(
        &self,
        utterance: Utterance,
        compiled: &minijinja::Template<'_, '_>,
        labels: &Labels,
    ) -> Result<(), WordingError> {
        let valid = context::placeholders(utterance);
        let mut used: Vec<String> = compiled.undeclared_variables(false).into_iter().collect();
        used.sort();
        if let Some(name) = used.iter().find(|name| !valid.contains(&name.as_str())) {
            return Err(self.unknown_placeholder(utterance, name));
        }
        let longest = |part: Utterance| "x".repeat(part.limit());
        let (advice, choices) = (longest(Utterance::Advice), longest(Utterance::Choices));
        for facts in combinations(&used) {
            for (advice, choices) in [("", ""), (&advice, &choices)] {
                let parts = Parts { advice, choices };
                let rendered = compiled
                    .render(context::of(&facts, parts, labels))
                    .map_err(|error| self.error(&error))?;
                self.check_length(utterance, &rendered)?;
            }
        }
        Ok(())
    }

    fn unknown_placeholder(&self, utterance: Utterance, name: &str) -> WordingError {
        let known = context::PLACEHOLDERS.contains(&name);
        let what = if known && utterance.is_public() {
            format!("everyone reads this, so it must not tell `{name}`")
        } else if known {
            format!("`{name}` has no place in `{}`", utterance.as_str())
        } else {
            format!("unknown placeholder `{name}`")
        };
        let valid = context::placeholders(utterance).iter().copied();
        self.wrong(self.line_of(name), what, quoted(nearest_first(name, valid)))
    }

    fn check_length(&self, utterance: Utterance, rendered: &str) -> Result<(), WordingError> {
        let length = rendered.trim().chars().count();
        let limit = utterance.limit();
        // There is not always something to advise, and what is answered comes with the rule.
        let least = usize::from(!matches!(utterance, Utterance::Advice | Utterance::Answer));
        if (least..=limit).contains(&length) {
            return Ok(());
        }
        let what = format!("can become {length} characters long");
        Err(self.wrong(Some(1), what, format!("1 to {limit} characters, whichever facts are there")))
    }
}

/// The statements that templates may make; of loops only those over lists of at most eight links or cases.
const STATEMENTS: &[&str] = &["if", "elif", "else", "endif", "endfor"];
const LOOPS: [&[&str]; 2] = [&["for", "link", "in", "links"], &["for", "case", "in", "cases"]];

/// What multiplies or joins texts could be made to fill the memory.
const OPERATORS: &[char] = &['*', '~', '+', '%', '\\'];

/// The first thing in a template that it may not do, and its line.
fn forbidden(text: &str) -> Option<(String, usize)> {
    let mut rest = text;
    while let Some(at) = rest.find("{%").into_iter().chain(rest.find("{{")).min() {
        let line = text[..text.len() - rest.len() + at].matches('\n').count() + 1;
        let (statement, inner) = (rest[at..].starts_with("{%"), &rest[at + 2..]);
        let end = end_of(inner, if statement { "%}" } else { "}}" })?;
        let tag = inner[..end].trim_matches(['-', '+']).trim();
        let words: Vec<&str> = tag.split_whitespace().collect();
        let first = words.first().copied().unwrap_or_default();
        if statement && !STATEMENTS.contains(&first) && !LOOPS.contains(&words.as_slice()) {
            return Some((first.to_owned(), line));
        }
        if let Some(operator) = tag.chars().find(|one| OPERATORS.contains(one)) {
            return Some((operator.to_string(), line));
        }
        rest = &inner[end + 2..];
    }
    None
}

/// Where a tag ends: not within a text in quotes.
fn end_of(tag: &str, end: &str) -> Option<usize> {
    let mut quote = None;
    for (at, one) in tag.char_indices() {
        match quote {
            Some(open) if one == open => quote = None,
            None if matches!(one, '"' | '\'') => quote = Some(one),
            None if tag[at..].starts_with(end) => return Some(at),
            _ => {}
        }
    }
    // Without an end the template engine refuses it.
    None
}

/// A rendered template, ready for Discord.
pub(super) fn finish(utterance: Utterance, rendered: &str, facts: &Facts) -> String {
    let text = if utterance.is_plain() {
        rendered.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        rendered.trim().to_owned()
    };
    shortened(mention::restrict(&text, facts), utterance.limit())
}

pub(super) fn shortened(text: String, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text,
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

/// The most facts whose every combination is tried.
const FEW: usize = 8;

/// Facts with each of the `used` ones there and not there; and each kind by itself, because templates ask for kinds
/// by name. Of few, in every combination; of many, with none or all, and with up to two that differ from that.
fn combinations(used: &[String]) -> Vec<Facts> {
    let mut combinations: Vec<Facts> = chosen(used.len()).iter().map(|there| with(used, there)).collect();
    if used.iter().any(|name| name == "kinds") {
        let all = with(used, &vec![true; used.len()]);
        let single = |&kind: &Kind| Facts { kinds: vec![kind], ..all.clone() };
        combinations.extend(Kind::ALL.iter().map(single));
    }
    combinations
}

/// Which of so many facts are there, a line a combination.
fn chosen(count: usize) -> Vec<Vec<bool>> {
    if count <= FEW {
        return (0..1_usize << count)
            .map(|bits| (0..count).map(|at| bits >> at & 1 == 1).collect())
            .collect();
    }
    let mut lines = Vec::new();
    for most in [false, true] {
        for one in 0..count {
            lines.extend(
                (one..count).map(|other| {
                    (0..count).map(|at| most != (at == one || at == other)).collect::<Vec<bool>>()
                }),
            );
        }
        lines.push(vec![most; count]);
    }
    lines
}

fn with(used: &[String], there: &[bool]) -> Facts {
    let there = used.iter().zip(there).filter(|(_, there)| **there);
    there.fold(Facts::default(), |facts, (name, _)| example(name, facts))
}

fn largest_raid() -> Raid {
    Raid { members: 10_000, messages: 1_000_000, links: vec!["x".repeat(100); 8] }
}

fn largest_cause() -> Shared {
    Shared {
        topic: vec!["x".repeat(24); 4],
        count: 1_000,
        span: SignedDuration::from_mins(599_999),
        numbers: vec![u32::MAX; 20],
        places: vec![ChannelId(u64::MAX); 3],
        notice: Some("x".repeat(100)),
    }
}

fn longest_wait() -> Wait {
    Wait {
        number: u32::MAX,
        since: Timestamp::MAX,
        owner: Some(UserId(u64::MAX)),
        thread: None,
        link: "x".repeat(100),
        reminded: true,
    }
}

/// `facts` with the one called `name` there, at its longest.
fn example(name: &str, facts: Facts) -> Facts {
    match name {
        "member" => Facts { member: Some(UserId(u64::MAX)), ..facts },
        "moderators" => Facts { moderators: vec![RoleId(u64::MAX); 5], ..facts },
        "number" => Facts { number: Some(u32::MAX), ..facts },
        "kinds" => Facts { kinds: LONGEST_KINDS.to_vec(), ..facts },
        "channel" => Facts { channel: Some(ChannelId(u64::MAX)), ..facts },
        "thread" => Facts { thread: Some(ChannelId(u64::MAX)), ..facts },
        "link" => Facts { link: Some("x".repeat(100)), ..facts },
        "given_away" => {
            Facts { category: Some(Category::Confidential), kinds: LONGEST_KINDS.to_vec(), ..facts }
        }
        "category" => Facts { category: Some(Category::NeedsDetails), ..facts },
        "rule" => Facts { rule: Some("x".repeat(64)), ..facts },
        "alerted" => Facts { alerted: true, ..facts },
        "removed" => Facts { removed: true, ..facts },
        "deleted" => Facts { deleted: true, ..facts },
        "problem" => Facts { problem: Some("x".repeat(300)), ..facts },
        "reason" => Facts { reason: Some("x".repeat(300)), ..facts },
        "would" => Facts { would: Some("x".repeat(50)), ..facts },
        "answer" => Facts { answer: Some("x".repeat(LONGEST_ANSWER)), ..facts },
        "companion" => Facts { companion: Some(UserId(u64::MAX)), ..facts },
        "beside" => Facts { beside: Some(u32::MAX), ..facts },
        "asked_for" => Facts { asked_for: true, ..facts },
        "asks" => Facts { asks: true, ..facts },
        "detailed" => Facts { detailed: true, ..facts },
        "follow_up" => Facts { follow_up: true, ..facts },
        "discreet" => Facts { discreet: true, ..facts },
        "acknowledged" => Facts { acknowledged: true, ..facts },
        "members" | "messages" | "links" => Facts { raid: Some(largest_raid()), ..facts },
        "server" => Facts { server: Some("x".repeat(200)), ..facts },
        "state" => Facts { state: Some("in_thread".to_owned()), ..facts },
        "over" => Facts { state: Some("resolved".to_owned()), ..facts },
        "owner" => Facts { owner: Some(UserId(u64::MAX)), ..facts },
        "person" => Facts { person: Some(UserId(u64::MAX)), ..facts },
        "waiting" => Facts { waiting: Some(Timestamp::MAX), ..facts },
        "first_answer" => Facts { first_answer: Some(SignedDuration::from_mins(599_999)), ..facts },
        "reminders" => Facts { reminders: u8::MAX, ..facts },
        "asked" => Facts { asked: Some(Timestamp::MAX), ..facts },
        "called" => Facts { called: true, ..facts },
        "ended_by" => Facts { ended_by: Some(UserId(u64::MAX)), ..facts },
        "outcome" => Facts { outcome: Some("x".repeat(LONGEST_OUTCOME)), ..facts },
        "rating" => Facts { rating: Some("poor".to_owned()), ..facts },
        "stored" => Facts { stored: Some("x".repeat(LONGEST_STORED)), ..facts },
        "left" => Facts { left: Some("x".repeat(LONGEST_LEFT)), ..facts },
        "days" => Facts { transcript_days: Some(u32::MAX), ..facts },
        "back" => Facts { back: Some(Timestamp::MAX), ..facts },
        "cases" => Facts { waits: vec![longest_wait(); 8], ..facts },
        "more" => Facts { unlisted: u32::MAX, ..facts },
        "topic" | "count" | "span" | "numbers" | "places" | "notice" => {
            Facts { shared: Some(largest_cause()), ..facts }
        }
        "gaps" => Facts { gaps: Some("x".repeat(LONGEST_GAPS)), ..facts },
        _ => facts,
    }
}
