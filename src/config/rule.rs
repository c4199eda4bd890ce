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
use crate::wording::Utterance;

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
    /// What to do. This version performs `take_aside`, `shield`, `alert` and `observe`.
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
    /// Messages back and forth; part of the format, performed by a later version.
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
        check_action(self.action).map_err(|problem| problem.under("action"))?;
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
        };
        Ok((rule, detectors))
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

fn check_action(action: Response) -> Result<(), Problem> {
    match action {
        Response::TakeAside | Response::Shield | Response::Alert | Response::Observe => Ok(()),
        Response::Suggest | Response::Answer => {
            let what = format!("`{}` comes in a later version", action.as_str());
            Err(Problem::new(what).help("`take_aside`, `shield`, `alert` or `observe`"))
        }
    }
}

impl WhenTable {
    fn check(&self) -> Result<(), Problem> {
        if self.exchanges.is_some() {
            let help = "`heat`, `kinds`, `words` or `pattern`";
            return Err(Problem::new("`exchanges` comes in a later version").help(help).under("exchanges"));
        }
        if self.heat.is_none() && self.kinds.is_none() && self.words.is_none() && self.pattern.is_none() {
            let what = "a rule needs something to look for";
            return Err(Problem::new(what).help("at least one of `heat`, `kinds`, `words` and `pattern`"));
        }
        if self.confidence.is_some() && self.kinds.is_none() {
            let what = "`confidence` is about `kinds`, and there are none";
            return Err(Problem::new(what)
                .help("add `kinds`, or leave `confidence` out")
                .under("confidence"));
        }
        self.check_kinds().map_err(|problem| problem.under("kinds"))
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
            words: self.words.is_some(),
            pattern: self.pattern.is_some(),
        }
    }
}
