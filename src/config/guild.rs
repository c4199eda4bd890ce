//! What moderators have set in chat: a server's own settings, over those of the file.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Config, RuleTable, Server, value};
use crate::case::clock::WorkingHours;
use crate::message::{ChannelId, RoleId};
use crate::policy::Mode;
use crate::wording::Utterance;

/// A server's own settings. What is absent is as the file says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct GuildSettings {
    /// The role brought into every thread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderator_role: Option<RoleId>,
    /// Where a private thread is opened when it cannot be under the message's own channel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub desk_channel: Option<ChannelId>,
    /// Where moderators are told what they would otherwise not see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alert_channel: Option<ChannelId>,
    /// The channels that are watched, and no others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<ChannelId>>,
    /// How far the bot goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
    /// The language of the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The role that is asked, too, when nobody answers after a reminder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalation_role: Option<RoleId>,
    /// After what time moderators are reminded.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "value::some_duration",
        serialize_with = "value::to_some_text"
    )]
    pub remind_after: Option<Duration>,
    /// After what more time others are asked.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "value::some_duration",
        serialize_with = "value::to_some_text"
    )]
    pub escalate_after: Option<Duration>,
    /// The hours in which time counts; all of it where they are [`WorkingHours::always`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub working_hours: Option<WorkingHours>,
    /// What was changed about rules, in the order in which rules of the server's own are looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleChange>,
    /// What is said in other words, by language.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "known_utterances")]
    pub wording: BTreeMap<String, BTreeMap<Utterance, String>>,
}

/// What was changed about one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleChange {
    /// The rule's name.
    pub name: String,
    /// The rule as it is here; none where it is as in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub table: Option<RuleTable>,
    /// Whether it is off or gone; the rules of the file stay there, and can be brought back.
    #[serde(default, skip_serializing_if = "Standing::is_on")]
    pub standing: Standing,
}

/// Whether a rule applies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It does.
    #[default]
    On,
    /// It was switched off.
    Off,
    /// It is a rule of the file that was removed here.
    Removed,
}

impl Standing {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
    fn is_on(&self) -> bool {
        *self == Self::On
    }
}

/// Where a rule comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleOrigin {
    /// It is the default, as in the file.
    Default,
    /// It is a default that was changed here.
    Changed,
    /// It was added here.
    Own,
}

/// A rule as it stands in a server.
#[derive(Clone, Debug, PartialEq)]
pub struct GuildRule {
    /// The rule.
    pub table: RuleTable,
    /// Where it comes from.
    pub origin: RuleOrigin,
    /// Whether it applies.
    pub standing: Standing,
}

/// One thing that can be set. As text, in which it is recorded: `mode`, `rule:NAME`, `wording:LANGUAGE:UTTERANCE`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Subject {
    /// [`GuildSettings::moderator_role`].
    ModeratorRole,
    /// [`GuildSettings::desk_channel`].
    DeskChannel,
    /// [`GuildSettings::alert_channel`].
    AlertChannel,
    /// [`GuildSettings::channels`].
    Channels,
    /// [`GuildSettings::mode`].
    Mode,
    /// [`GuildSettings::language`].
    Language,
    /// [`GuildSettings::escalation_role`].
    EscalationRole,
    /// [`GuildSettings::remind_after`].
    RemindAfter,
    /// [`GuildSettings::escalate_after`].
    EscalateAfter,
    /// [`GuildSettings::working_hours`].
    WorkingHours,
    /// The rule of this name.
    Rule(String),
    /// An utterance in a language.
    Wording(String, Utterance),
}

/// The subjects that there is one of.
const SINGLE: [(Subject, &str); 10] = [
    (Subject::ModeratorRole, "moderator_role"),
    (Subject::DeskChannel, "desk_channel"),
    (Subject::AlertChannel, "alert_channel"),
    (Subject::Channels, "channels"),
    (Subject::Mode, "mode"),
    (Subject::Language, "language"),
    (Subject::EscalationRole, "escalation_role"),
    (Subject::RemindAfter, "remind_after"),
    (Subject::EscalateAfter, "escalate_after"),
    (Subject::WorkingHours, "working_hours"),
];

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        match &subject {
            Subject::Rule(name) => format!("rule:{name}"),
            Subject::Wording(language, utterance) => format!("wording:{language}:{}", utterance.as_str()),
            single => {
                let found = SINGLE.iter().find(|(subject, _)| subject == single);
                found.map_or("", |(_, name)| name).to_owned()
            }
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wording = |rest: &str| {
            let (language, utterance) = rest.split_once(':')?;
            Some(Self::Wording(language.to_owned(), Utterance::parse(utterance)?))
        };
        let single = SINGLE.into_iter().find(|(_, name)| *name == text).map(|(subject, _)| subject);
        let rule = || text.strip_prefix("rule:").map(|name| Self::Rule(name.to_owned()));
        single
            .or_else(rule)
            .or_else(|| text.strip_prefix("wording:").and_then(wording))
            .ok_or_else(|| "nothing that can be set has this name".to_owned())
    }
}

/// What one change did to one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// What was changed.
    pub subject: Subject,
    /// As it was; none where it was as in the file.
    #[serde(default)]
    pub before: Option<Value>,
    /// As it is.
    #[serde(default)]
    pub after: Option<Value>,
}

impl GuildSettings {
    /// The value of a subject; none where it is as in the file.
    #[must_use]
    pub fn get(&self, subject: &Subject) -> Option<Value> {
        let value = match subject {
            Subject::ModeratorRole => json(&self.moderator_role),
            Subject::DeskChannel => json(&self.desk_channel),
            Subject::AlertChannel => json(&self.alert_channel),
            Subject::Channels => json(&self.channels),
            Subject::Mode => json(&self.mode),
            Subject::Language => json(&self.language),
            Subject::EscalationRole => json(&self.escalation_role),
            Subject::RemindAfter => json(&self.remind_after.map(value::time_text)),
            Subject::EscalateAfter => json(&self.escalate_after.map(value::time_text)),
            Subject::WorkingHours => json(&self.working_hours),
            Subject::Rule(name) => json(&self.rules.iter().find(|change| change.name == *name)),
            Subject::Wording(language, utterance) => {
                json(&self.wording.get(language).and_then(|texts| texts.get(utterance)))
            }
        };
        Some(value).filter(|value| !value.is_null())
    }

    /// Sets a subject, as [`Self::get`] gives it. A value that is none of that subject's counts as none.
    pub fn put(&mut self, subject: &Subject, value: Option<Value>) {
        let value = value.unwrap_or(Value::Null);
        match subject {
            Subject::ModeratorRole => self.moderator_role = read(value),
            Subject::DeskChannel => self.desk_channel = read(value),
            Subject::AlertChannel => self.alert_channel = read(value),
            Subject::Channels => self.channels = read(value),
            Subject::Mode => self.mode = read(value),
            Subject::Language => self.language = read(value),
            Subject::EscalationRole => self.escalation_role = read(value),
            Subject::RemindAfter => self.remind_after = time(&value),
            Subject::EscalateAfter => self.escalate_after = time(&value),
            Subject::WorkingHours => self.working_hours = read(value),
            Subject::Rule(name) => self.put_rule(name, read(value)),
            Subject::Wording(language, utterance) => self.put_wording(language, *utterance, read(value)),
        }
    }

    /// Puts a change in the place of what was changed about the rule before; a new one comes last.
    pub fn put_rule(&mut self, name: &str, change: Option<RuleChange>) {
        let at = self.rules.iter().position(|change| change.name == name);
        match (at, change) {
            (Some(at), Some(change)) => self.rules[at] = change,
            (Some(at), None) => drop(self.rules.remove(at)),
            (None, Some(change)) => self.rules.push(change),
            (None, None) => {}
        }
    }

    /// Puts `text` in the place of the words for `utterance`; none brings those of the file back.
    pub fn put_wording(&mut self, language: &str, utterance: Utterance, text: Option<String>) {
        let texts = self.wording.entry(language.to_owned()).or_default();
        match text {
            Some(text) => drop(texts.insert(utterance, text)),
            None => drop(texts.remove(&utterance)),
        }
        self.wording.retain(|_, texts| !texts.is_empty());
    }

    /// What differs in `after`, subject by subject.
    #[must_use]
    pub fn difference(&self, after: &Self) -> Vec<Part> {
        let mut subjects: Vec<Subject> = self.subjects().chain(after.subjects()).collect();
        subjects.sort();
        subjects.dedup();
        let parts = subjects.into_iter().map(|subject| {
            let (before, after) = (self.get(&subject), after.get(&subject));
            Part { subject, before, after }
        });
        parts.filter(|part| part.before != part.after).collect()
    }

    fn subjects(&self) -> impl Iterator<Item = Subject> {
        let rules = self.rules.iter().map(|change| Subject::Rule(change.name.clone()));
        let wording = self.wording.iter().flat_map(|(language, texts)| {
            texts.keys().map(|utterance| Subject::Wording(language.clone(), *utterance))
        });
        SINGLE.into_iter().map(|(subject, _)| subject).chain(rules).chain(wording)
    }

    /// Every rule as it stands in this server: those of `file`, then the server's own.
    #[must_use]
    pub fn rules_over(&self, file: &[RuleTable]) -> Vec<GuildRule> {
        let change_of = |name: &str| self.rules.iter().find(|change| change.name == name);
        let defaults = file.iter().map(|table| {
            let change = change_of(&table.name);
            let changed = change.and_then(|change| change.table.as_ref());
            GuildRule {
                table: changed.unwrap_or(table).clone(),
                origin: changed.map_or(RuleOrigin::Default, |_| RuleOrigin::Changed),
                standing: change.map(|change| change.standing).unwrap_or_default(),
            }
        });
        let own = self.rules.iter().filter(|change| file.iter().all(|table| table.name != change.name));
        let own = own.filter_map(|change| {
            let (table, standing) = (change.table.clone()?, change.standing);
            Some(GuildRule { table, origin: RuleOrigin::Own, standing })
        });
        defaults.chain(own).collect()
    }

    /// What holds for the server in place of what `config` says.
    #[must_use]
    pub fn server_over(&self, file: &Server) -> Server {
        Server {
            moderator_role: self.moderator_role.or(file.moderator_role),
            desk_channel: self.desk_channel.or(file.desk_channel),
            alert_channel: self.alert_channel.or(file.alert_channel),
            mode: self.mode.or(file.mode),
            quiet_hours: file.quiet_hours.clone(),
            escalation_role: self.escalation_role.or(file.escalation_role),
            remind_after: self.remind_after.or(file.remind_after),
            escalate_after: self.escalate_after.or(file.escalate_after),
            working_hours: self.working_hours.as_ref().or(file.working_hours.as_ref()).cloned(),
        }
    }

    /// The language of the server's templates.
    #[must_use]
    pub fn language_over<'a>(&'a self, config: &'a Config) -> &'a str {
        self.language.as_deref().unwrap_or(&config.wording.language)
    }
}

/// What this version does not say any more is left out.
fn known_utterances<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, BTreeMap<Utterance, String>>, D::Error> {
    let read = BTreeMap::<String, BTreeMap<String, String>>::deserialize(deserializer)?;
    let known = |(name, text): (String, String)| Some((Utterance::parse(&name)?, text));
    Ok(read
        .into_iter()
        .map(|(language, texts)| (language, texts.into_iter().filter_map(known).collect()))
        .collect())
}

/// Settings are text, numbers and lists of them: nothing that JSON could not hold.
fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

fn read<T: for<'de> Deserialize<'de>>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}

fn time(value: &Value) -> Option<Duration> {
    value.as_str().and_then(value::time)
}
