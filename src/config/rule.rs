//! Rules as they are written, and the checks that make them rules in force.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

use super::problem::Problem;
use super::value;
use crate::detect::{Category, Detector, Kind};
use crate::detect::{Pattern, PatternError, Words, WordsError};
use crate::message::{ChannelId, RoleId};
use crate::policy::{Response, Rule, When};
use crate::wording::{LONGEST_ANSWER, Utterance};

/// The most rules that can be in force at once.
pub const MOST_RULES: usize = 100;

/// The least time between two acknowledgments when a rule does not say.
pub const COOLDOWN: Duration = Duration::from_mins(10);

/// The templates a rule may choose for its acknowledgment. The others tell of a removal, a direct
/// message or an alert, which is for what happens to decide.
pub const TEMPLATES: &[Utterance] = &[Utterance::Acknowledgment, Utterance::AcknowledgmentAlone];

/// A rule as `[[rule]]` writes it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleTable {
    /// 1 to 64 lowercase letters, digits, `-` and `_`; no other rule has the same.
    pub name: String,
    /// What it is about.
    pub category: Category,
    /// When it applies: every condition given must hold.
    pub when: WhenTable,
    /// What to do.
    pub action: Response,
    /// The least time between two acknowledgments; [`COOLDOWN`] unless given.
    #[serde(default = "cooldown", deserialize_with = "value::duration")]
    pub cooldown: Duration,
    /// Only in these channels.
    #[serde(default, deserialize_with = "value::only_channels")]
    pub channels: Option<Vec<ChannelId>>,
    /// Only for members with one of these roles.
    #[serde(default, deserialize_with = "value::only_roles")]
    pub roles: Option<Vec<RoleId>>,
    /// The template that words the acknowledgment: one of [`TEMPLATES`].
    #[serde(default)]
    pub template: Option<String>,
    /// What to answer in public, of `action = "answer"`: 1 to [`LONGEST_ANSWER`] characters.
    #[serde(default)]
    pub answer: Option<String>,
}

/// The conditions of a rule, as `when` writes them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhenTable {
    /// Heat at or above this, 0 to 1.
    #[serde(deserialize_with = "value::ratio")]
    pub heat: Option<f32>,
    /// Any finding of one of these kinds.
    pub kinds: Option<Vec<Kind>>,
    /// The least confidence a finding of `kinds` needs, 0 to 1; 0 unless given.
    #[serde(deserialize_with = "value::ratio")]
    pub confidence: Option<f32>,
    /// Any of these words and phrases.
    pub words: Option<Vec<String>>,
    /// A regular expression.
    pub pattern: Option<String>,
    /// Two have gone back and forth so often, from 2 on; `kinds` are then looked for in all they said.
    pub exchanges: Option<u32>,
}

fn cooldown() -> Duration {
    COOLDOWN
}

/// The detectors of rules' own words and patterns.
type Detectors = Vec<Box<dyn Detector>>;

/// Every rule in force, with the detectors that their words and patterns need.
pub(super) fn build_all(tables: &[RuleTable]) -> Result<(Vec<Rule>, Detectors), Problem> {
    if tables.len() > MOST_RULES {
        let what = format!("{} rules are too many", tables.len());
        return Err(Problem::new(what).help(format!("at most {MOST_RULES}")).item(MOST_RULES).under("rule"));
    }
    let mut names = BTreeSet::new();
    let (mut rules, mut detectors) = (Vec::new(), Vec::new());
    for (at, table) in tables.iter().enumerate() {
        let (rule, own) = table.build(&mut names).map_err(|problem| problem.item(at).under("rule"))?;
        rules.push(rule);
        detectors.extend(own);
    }
    Ok((rules, detectors))
}

impl RuleTable {
    fn build<'a>(&'a self, names: &mut BTreeSet<&'a str>) -> Result<(Rule, Detectors), Problem> {
        check_name(&self.name, names).map_err(|problem| problem.under("name"))?;
        self.check_action().map_err(|problem| problem.under("action"))?;
        self.check_answer().map_err(|problem| problem.under("answer"))?;
        self.check_template().map_err(|problem| problem.under("template"))?;
        self.when.check().map_err(|problem| problem.under("when"))?;
        let name: Arc<str> = Arc::from(self.name.as_str());
        let detectors = self.detectors(&name).map_err(|problem| problem.under("when"))?;
        let rule = Rule {
            name,
            category: self.category,
            when: self.when.build(),
            response: self.action,
            cooldown: self.cooldown,
            channels: self.channels.clone(),
            roles: self.roles.clone(),
            template: self.template.as_deref().map(Arc::from),
            answer: self.answer.as_deref().map(|answer| Arc::from(answer.trim())),
        };
        Ok((rule, detectors))
    }

    /// Gossip is nobody's offense: who is taken aside for it would be policed.
    fn check_action(&self) -> Result<(), Problem> {
        let personal = self.category == Category::Personal;
        if personal && matches!(self.action, Response::TakeAside | Response::Shield) {
            let what = format!("`{}` goes too far for something personal", self.action.as_str());
            return Err(Problem::new(what).help("at most `suggest`; or `answer`, `alert` or `observe`"));
        }
        Ok(())
    }

    fn check_answer(&self) -> Result<(), Problem> {
        let length = self.answer.as_deref().map(|answer| answer.trim().chars().count());
        match (self.action, length) {
            (Response::Answer, Some(1..=LONGEST_ANSWER)) => Ok(()),
            (Response::Answer, length) => {
                let what = match length {
                    None | Some(0) => "`answer` needs something to answer".to_owned(),
                    Some(length) => format!("{length} characters are too long an answer"),
                };
                let help = format!(
                    "1 to {LONGEST_ANSWER} characters, such as \"We're open from 9 to 5: https://shop.example\""
                );
                Err(Problem::new(what).help(help))
            }
            (_, None) => Ok(()),
            (other, Some(_)) => {
                let what = format!("`{}` answers nothing in public", other.as_str());
                Err(Problem::new(what).help("`action = \"answer\"`, or leave `answer` out"))
            }
        }
    }

    /// A template says what was done: a rule can only choose words that are true whatever was.
    fn check_template(&self) -> Result<(), Problem> {
        let Some(template) = &self.template else { return Ok(()) };
        if TEMPLATES.iter().any(|utterance| utterance.as_str() == template) {
            return Ok(());
        }
        Err(Problem::unknown("template", template, TEMPLATES.iter().map(|utterance| utterance.as_str())))
    }

    fn detectors(&self, name: &Arc<str>) -> Result<Detectors, Problem> {
        let mut detectors: Detectors = Vec::new();
        if let Some(words) = &self.when.words {
            let words = Words::new(Arc::clone(name), self.category, words).map_err(|error| blank(&error))?;
            detectors.push(Box::new(words));
        }
        if let Some(pattern) = &self.when.pattern {
            let pattern = Pattern::new(Arc::clone(name), self.category, pattern).map_err(malformed)?;
            detectors.push(Box::new(pattern));
        }
        Ok(detectors)
    }
}

fn blank(error: &WordsError) -> Problem {
    let help = "words and phrases, such as \"Project Falcon\"";
    Problem::new("nothing to match in this entry").help(help).item(error.index).under("words")
}

fn malformed(error: PatternError) -> Problem {
    let help = "the syntax of https://docs.rs/regex, such as '(?i)falcon-\\d+'";
    Problem::new(error.message).help(help).byte(error.position).under("pattern")
}

fn check_name<'a>(name: &'a str, names: &mut BTreeSet<&'a str>) -> Result<(), Problem> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    if !(1..=64).contains(&name.len()) || !name.chars().all(plain) {
        let help = "1 to 64 lowercase letters, digits, `-` and `_`, such as \"project-names\"";
        return Err(Problem::new("not a name for a rule").help(help));
    }
    if !names.insert(name) {
        return Err(
            Problem::new(format!("another rule is named `{name}`")).help("a name of its own for each rule")
        );
    }
    Ok(())
}

impl WhenTable {
    fn check(&self) -> Result<(), Problem> {
        if self.is_empty() {
            let what = "a rule needs something to look for";
            let help = "at least one of `heat`, `kinds`, `words`, `pattern` and `exchanges`";
            return Err(Problem::new(what).help(help));
        }
        if let Some(turns) = self.exchanges.filter(|turns| !(2..=100).contains(turns)) {
            let what = format!("{turns} is no number of messages back and forth");
            return Err(Problem::new(what).help("a number from 2 to 100, such as 6").under("exchanges"));
        }
        if self.confidence.is_some() && self.kinds.is_none() {
            let what = "`confidence` is about `kinds`, and there are none";
            return Err(Problem::new(what)
                .help("add `kinds`, or leave `confidence` out")
                .under("confidence"));
        }
        self.check_kinds().map_err(|problem| problem.under("kinds"))
    }

    fn is_empty(&self) -> bool {
        let words = self.words.is_some() || self.pattern.is_some();
        self.heat.is_none() && self.kinds.is_none() && self.exchanges.is_none() && !words
    }

    /// Words and patterns belong to the rule that lists them, so they are not asked for as kinds.
    fn check_kinds(&self) -> Result<(), Problem> {
        let kinds = self.kinds.iter().flatten().enumerate();
        match kinds.into_iter().find(|(_, kind)| matches!(kind, Kind::Words | Kind::Pattern)) {
            None => Ok(()),
            Some((at, kind)) => {
                let name = kind.as_str();
                let what = format!("`{name}` is a condition of its own, not a kind");
                Err(Problem::new(what).help(format!("when = {{ {name} = … }}")).item(at))
            }
        }
    }

    fn build(&self) -> When {
        When {
            heat: self.heat,
            kinds: self.kinds.clone(),
            confidence: self.confidence.unwrap_or(0.0),
            exchanges: self.exchanges,
            words: self.words.is_some(),
            pattern: self.pattern.is_some(),
        }
    }
}
