//! Rules as they are written, and the checks that make them rules in force.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::problem::{ConfigError, Mistake, Problem};
use super::value;
use crate::detect::{Category, Detector, Kind};
use crate::detect::{Pattern, PatternError, Words, WordsError};
use crate::message::{ChannelId, RoleId};
use crate::policy::{Response, Rule, When};
use crate::wording::{LONGEST_ANSWER, Utterance};

/// The most rules that can be in force at once.
pub const MOST_RULES: usize = 100;

/// The most words and phrases that one rule lists.
pub const MOST_WORDS: usize = 200;

/// The longest of them, in characters.
pub const LONGEST_WORD: usize = 100;

/// The most characters that all rules in force list as words and phrases: ten thousand words. They take 45 bytes of
/// memory each at most (`tests/patterns.rs`).
pub const MOST_LISTED: usize = 100_000;

/// The most memory that the patterns of all rules in force may take when compiled, in bytes. Whatever stands in them,
/// the time that looking for them takes grows with this and with the length of the message, and no faster.
pub const MOST_PATTERNS_SIZE: usize = 4 * 1024 * 1024;

/// The least time between two acknowledgments when a rule does not say.
pub const COOLDOWN: Duration = Duration::from_mins(10);

/// The templates a rule may choose for its acknowledgment. The others tell of a removal, a direct
/// message or an alert, which is for what happens to decide.
pub const TEMPLATES: &[Utterance] = &[Utterance::Acknowledgment, Utterance::AcknowledgmentAlone];

/// A file of rules alone, as moderators take it out and bring it in.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RulesFile {
    /// The rules, in the order they are looked at.
    pub rule: Vec<RuleTable>,
}

impl RulesFile {
    /// The rules in `text`, which `file` names in errors; each can be built.
    ///
    /// # Errors
    ///
    /// When anything in it is not valid.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let read: Self =
            toml::from_str(text).map_err(|error| Problem::reworded(&error).placed(file, text))?;
        build_all(&read.rule, &[]).map_err(|problem| problem.placed(file, text))?;
        Ok(read)
    }

    /// The rules as a file: what [`Self::parse`] reads.
    pub fn to_toml(&self) -> String {
        // Names, numbers, lists and one inner table: nothing that TOML could not hold.
        toml::to_string(self).unwrap_or_default()
    }
}

/// A rule as `[[rule]]` writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    #[serde(default = "cooldown", deserialize_with = "value::duration", serialize_with = "value::to_text")]
    pub cooldown: Duration,
    /// Only in these channels.
    #[serde(
        default,
        deserialize_with = "value::only_channels",
        serialize_with = "value::to_texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub channels: Option<Vec<ChannelId>>,
    /// Only for members with one of these roles.
    #[serde(
        default,
        deserialize_with = "value::only_roles",
        serialize_with = "value::to_texts",
        skip_serializing_if = "Option::is_none"
    )]
    pub roles: Option<Vec<RoleId>>,
    /// The template that words the acknowledgment: one of [`TEMPLATES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// What to answer in public, of `action = "answer"`: 1 to [`LONGEST_ANSWER`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
    /// What the member is asked for in a private form: at most [`MOST_ASKED`] of at most [`LONGEST_ASKED`] characters.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ask: Vec<String>,
}

/// The most things a private form asks for.
/// Source: <https://discord.com/developers/docs/interactions/receiving-and-responding>.
pub const MOST_ASKED: usize = 5;

/// The most characters of what a private form asks for.
/// Source: <https://discord.com/developers/docs/components/reference#text-input>.
pub const LONGEST_ASKED: usize = 45;

/// The conditions of a rule, as `when` writes them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhenTable {
    /// Heat at or above this, 0 to 1.
    #[serde(
        deserialize_with = "value::ratio",
        serialize_with = "value::to_ratio",
        skip_serializing_if = "Option::is_none"
    )]
    pub heat: Option<f32>,
    /// Any finding of one of these kinds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// The least confidence a finding of `kinds` needs, 0 to 1; 0 unless given.
    #[serde(
        deserialize_with = "value::ratio",
        serialize_with = "value::to_ratio",
        skip_serializing_if = "Option::is_none"
    )]
    pub confidence: Option<f32>,
    /// Any of these words and phrases: at most [`MOST_WORDS`] of at most [`LONGEST_WORD`] characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<String>>,
    /// A regular expression.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Two have gone back and forth so often, from 2 on; `kinds` are then looked for in all they said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchanges: Option<u32>,
}

fn cooldown() -> Duration {
    COOLDOWN
}

/// A rule in force, with the detectors that its words and pattern need. Building is the costly part, so what did not
/// change is taken over from before.
pub(super) struct Built {
    table: RuleTable,
    rule: Rule,
    detectors: Vec<Arc<dyn Detector>>,
    /// The bytes that its compiled pattern takes.
    pattern_size: usize,
}

/// Every rule in force. Those that are among `before` are not built again.
pub(super) fn build_all(tables: &[RuleTable], before: &[Arc<Built>]) -> Result<Vec<Arc<Built>>, Problem> {
    if tables.len() > MOST_RULES {
        let what = format!("{} rules are too many", tables.len());
        return Err(Problem::new(what).help(format!("at most {MOST_RULES}")).item(MOST_RULES).under("rule"));
    }
    let mut names = BTreeSet::new();
    let built = tables.iter().enumerate().map(|(at, table)| {
        let built = check_name(&table.name, &mut names).map_err(|problem| problem.under("name"));
        let built = built.and_then(|()| match before.iter().find(|built| built.table == *table) {
            Some(built) => Ok(Arc::clone(built)),
            None => table.build().map(Arc::new),
        });
        built.map_err(|problem| problem.item(at).under("rule"))
    });
    let built: Vec<Arc<Built>> = built.collect::<Result<_, _>>()?;
    check_sizes(&built)?;
    Ok(built)
}

/// However many rules there are, what they take has a bound: a server's moderators write them, and all servers share
/// one process.
fn check_sizes(built: &[Arc<Built>]) -> Result<(), Problem> {
    let patterns = built.iter().map(|built| built.pattern_size);
    if let Some(at) = first_over(patterns, MOST_PATTERNS_SIZE) {
        let what = "with this one, the patterns of all rules take too much memory";
        let help = format!("at most {} KiB together; repeat less or match less", MOST_PATTERNS_SIZE / 1024);
        return Err(Problem::new(what).help(help).under("pattern").under("when").item(at).under("rule"));
    }
    let listed = built.iter().map(|built| {
        let words = built.table.when.words.iter().flatten();
        words.map(|word| word.chars().count()).sum()
    });
    match first_over(listed, MOST_LISTED) {
        None => Ok(()),
        Some(at) => {
            let what = "with these, the words and phrases of all rules are too many";
            let help = format!("at most {MOST_LISTED} characters together");
            Err(Problem::new(what).help(help).under("words").under("when").item(at).under("rule"))
        }
    }
}

/// The first with which all up to it are more than `most` together.
fn first_over(sizes: impl Iterator<Item = usize>, most: usize) -> Option<usize> {
    let mut sum = 0_usize;
    sizes
        .map(|size| {
            sum = sum.saturating_add(size);
            sum
        })
        .position(|sum| sum > most)
}

/// The rules themselves.
pub(super) fn rules(built: &[Arc<Built>]) -> Vec<Rule> {
    built.iter().map(|built| built.rule.clone()).collect()
}

/// Their detectors.
pub(super) fn detectors(built: &[Arc<Built>]) -> Vec<Arc<dyn Detector>> {
    built.iter().flat_map(|built| built.detectors.iter().cloned()).collect()
}

impl RuleTable {
    /// A rule for everyone everywhere, with the usual cooldown and acknowledgment.
    #[must_use]
    pub fn new(name: &str, category: Category, when: WhenTable, action: Response) -> Self {
        Self {
            name: name.to_owned(),
            category,
            when,
            action,
            cooldown: COOLDOWN,
            channels: None,
            roles: None,
            template: None,
            answer: None,
            ask: Vec::new(),
        }
    }

    /// Whether it can come into force by itself.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), Mistake> {
        build_all(std::slice::from_ref(self), &[]).map(drop).map_err(Problem::mistake)
    }

    fn build(&self) -> Result<Built, Problem> {
        self.check_action().map_err(|problem| problem.under("action"))?;
        self.check_answer().map_err(|problem| problem.under("answer"))?;
        self.check_ask().map_err(|problem| problem.under("ask"))?;
        self.check_template().map_err(|problem| problem.under("template"))?;
        self.when.check().map_err(|problem| problem.under("when"))?;
        let name: Arc<str> = Arc::from(self.name.as_str());
        let (detectors, pattern_size) = self.detectors(&name).map_err(|problem| problem.under("when"))?;
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
            ask: self.ask.iter().map(|asked| asked.trim().to_owned()).collect(),
        };
        Ok(Built { table: self.clone(), rule, detectors, pattern_size })
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

    /// A form has so many fields, each with a name that Discord shows in one line.
    fn check_ask(&self) -> Result<(), Problem> {
        let help = format!("1 to {LONGEST_ASKED} characters each, such as `ask = [\"Order number\"]`");
        if self.ask.len() > MOST_ASKED {
            let what = format!("a form cannot ask for {} things", self.ask.len());
            return Err(Problem::new(what).help(format!("at most {MOST_ASKED}")).item(MOST_ASKED));
        }
        let fits = |asked: &String| (1..=LONGEST_ASKED).contains(&asked.trim().chars().count());
        if let Some(at) = self.ask.iter().position(|asked| !fits(asked)) {
            return Err(Problem::new("a form cannot ask for that").help(help).item(at));
        }
        let before = |at: usize| self.ask.iter().take(at).any(|other| other.trim() == self.ask[at].trim());
        match (0..self.ask.len()).find(|at| before(*at)) {
            Some(at) => {
                Err(Problem::new("a form asks for each thing once").help("leave one of them out").item(at))
            }
            None => Ok(()),
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

    /// What looks for its words and its pattern, and the bytes that the latter takes.
    fn detectors(&self, name: &Arc<str>) -> Result<(Vec<Arc<dyn Detector>>, usize), Problem> {
        let mut detectors: Vec<Arc<dyn Detector>> = Vec::new();
        let mut pattern_size = 0;
        if let Some(words) = &self.when.words {
            let words = Words::new(Arc::clone(name), self.category, words).map_err(|error| blank(&error))?;
            detectors.push(Arc::new(words));
        }
        if let Some(pattern) = &self.when.pattern {
            let pattern = Pattern::new(Arc::clone(name), self.category, pattern).map_err(malformed)?;
            pattern_size = pattern.size();
            detectors.push(Arc::new(pattern));
        }
        Ok((detectors, pattern_size))
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
        self.check_words().map_err(|problem| problem.under("words"))?;
        self.check_kinds().map_err(|problem| problem.under("kinds"))
    }

    fn check_words(&self) -> Result<(), Problem> {
        let words = self.words.as_deref().unwrap_or_default();
        if words.len() > MOST_WORDS {
            let what = format!("{} words and phrases are too many for one rule", words.len());
            let help = format!("at most {MOST_WORDS}; what is more goes into a rule of its own");
            return Err(Problem::new(what).help(help).item(MOST_WORDS));
        }
        let length = |word: &String| word.chars().count();
        match words.iter().position(|word| length(word) > LONGEST_WORD) {
            None => Ok(()),
            Some(at) => {
                let what = format!("{} characters are too long a word or phrase", length(&words[at]));
                Err(Problem::new(what).help(format!("at most {LONGEST_WORD} characters")).item(at))
            }
        }
    }

    /// Whether it gives nothing to look for.
    pub fn is_empty(&self) -> bool {
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
