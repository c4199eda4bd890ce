//! The fields of a rule, as options of commands and forms write them.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::commands::talk::{code, quoted};
use crate::config::{COOLDOWN, Mistake, RuleTable, share_of_one, time, time_text};
use crate::detect::Kind;
use crate::discord::guilds::Guilds;
use crate::message::{ChannelId, GuildId, RoleId};
use crate::wording::is_hidden;

/// What takes a field away where it stands for its text.
pub(super) const NOTHING: &str = "-";

/// What separates the entries of a list: commas, those of other scripts too, and ends of lines.
const SEPARATORS: [char; 5] = [',', '،', '，', '、', '\n'];

/// A field of a rule but its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Category,
    Action,
    Words,
    Pattern,
    Detector,
    Heat,
    Confidence,
    Exchanges,
    Cooldown,
    Channels,
    Roles,
    Template,
    Answer,
}

/// The channels and roles of a server: how each reads, and its mention.
#[derive(Default)]
pub(super) struct Places {
    channels: Vec<(String, String)>,
    roles: Vec<(String, String)>,
}

impl Places {
    pub(super) fn of(guilds: &Guilds, guild: GuildId) -> Self {
        Self { channels: guilds.channel_names(guild).collect(), roles: guilds.role_names(guild).collect() }
    }

    /// How a channel or role reads, by its mention.
    pub(super) fn name(&self, mention: &str) -> Option<&str> {
        let all = self.channels.iter().chain(&self.roles);
        all.into_iter().find(|(_, known)| known == mention).map(|(name, _)| name.as_str())
    }
}

impl Field {
    pub(super) const ALL: [Self; 13] = [
        Self::Category,
        Self::Action,
        Self::Words,
        Self::Pattern,
        Self::Detector,
        Self::Heat,
        Self::Confidence,
        Self::Exchanges,
        Self::Cooldown,
        Self::Channels,
        Self::Roles,
        Self::Template,
        Self::Answer,
    ];

    /// Its option.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Action => "action",
            Self::Words => "words",
            Self::Pattern => "pattern",
            Self::Detector => "detector",
            Self::Heat => "heat",
            Self::Confidence => "confidence",
            Self::Exchanges => "exchanges",
            Self::Cooldown => "cooldown",
            Self::Channels => "channels",
            Self::Roles => "roles",
            Self::Template => "template",
            Self::Answer => "answer",
        }
    }

    /// The entries of a list; of anything else the one that it is. None where the rule does not say.
    pub(super) fn entries(self, rule: &RuleTable) -> Option<Vec<String>> {
        let when = &rule.when;
        match self {
            Self::Category => Some(vec![rule.category.as_str().to_owned()]),
            Self::Action => Some(vec![rule.action.as_str().to_owned()]),
            Self::Words => when.words.clone(),
            Self::Pattern => when.pattern.clone().map(|pattern| vec![pattern]),
            Self::Detector => {
                when.kinds.as_ref().map(|kinds| kinds.iter().map(|kind| kind.as_str().to_owned()).collect())
            }
            Self::Heat => when.heat.map(|heat| vec![heat.to_string()]),
            Self::Confidence => when.confidence.map(|confidence| vec![confidence.to_string()]),
            Self::Exchanges => when.exchanges.map(|turns| vec![turns.to_string()]),
            Self::Cooldown => Some(vec![time_text(rule.cooldown)]),
            Self::Channels => {
                rule.channels.as_ref().map(|ids| ids.iter().map(|id| format!("<#{id}>")).collect())
            }
            Self::Roles => rule.roles.as_ref().map(|ids| ids.iter().map(|id| format!("<@&{id}>")).collect()),
            Self::Template => rule.template.clone().map(|template| vec![template]),
            Self::Answer => rule.answer.clone().map(|answer| vec![answer]),
        }
    }

    /// As [`Self::put`] takes it; empty where the rule does not say.
    pub(super) fn text(self, rule: &RuleTable) -> String {
        self.entries(rule).unwrap_or_default().join(", ")
    }

    /// Puts `text` into the field; [`NOTHING`] and an empty text take away what is there.
    pub(super) fn put(self, rule: &mut RuleTable, text: &str, places: &Places) -> Result<(), String> {
        let text = Some(text.trim()).filter(|text| !text.is_empty() && *text != NOTHING);
        self.set(rule, text, places).map_err(|wrong| format!("`{}`: {wrong}", self.name()))
    }

    fn set(self, rule: &mut RuleTable, text: Option<&str>, places: &Places) -> Result<(), String> {
        let when = &mut rule.when;
        match self {
            Self::Category => rule.category = one_of(text)?,
            Self::Action => rule.action = one_of(text)?,
            Self::Words => when.words = text.map(words).transpose()?,
            Self::Pattern => when.pattern = text.map(str::to_owned),
            Self::Detector => when.kinds = text.map(kinds).transpose()?,
            Self::Heat => when.heat = text.map(ratio).transpose()?,
            Self::Confidence => when.confidence = text.map(ratio).transpose()?,
            Self::Exchanges => when.exchanges = text.map(turns).transpose()?,
            Self::Cooldown => rule.cooldown = text.map_or(Ok(COOLDOWN), cooldown)?,
            Self::Channels => {
                let ids = text.map(|text| mentioned(text, "channel", &places.channels)).transpose()?;
                rule.channels = ids.map(|ids| ids.into_iter().map(ChannelId).collect());
            }
            Self::Roles => {
                let ids = text.map(|text| mentioned(text, "role", &places.roles)).transpose()?;
                rule.roles = ids.map(|ids| ids.into_iter().map(RoleId).collect());
            }
            Self::Template => rule.template = text.map(str::to_owned),
            Self::Answer => rule.answer = text.map(str::to_owned),
        }
        Ok(())
    }
}

/// A name that Discord lets people choose from a list.
fn one_of<T: DeserializeOwned>(text: Option<&str>) -> Result<T, String> {
    let named = text.map(|text| Value::String(text.to_owned()));
    named
        .and_then(|named| serde_json::from_value(named).ok())
        .ok_or_else(|| "choose one of the list.".to_owned())
}

/// The entries of a list, each once.
fn listed(text: &str) -> Result<Vec<&str>, String> {
    let mut entries: Vec<&str> = Vec::new();
    for entry in text.split(SEPARATORS).map(str::trim).filter(|entry| !entry.is_empty()) {
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if entries.is_empty() { Err("there is nothing between the commas.".to_owned()) } else { Ok(entries) }
}

pub(super) fn words(text: &str) -> Result<Vec<String>, String> {
    Ok(listed(text)?.into_iter().map(str::to_owned).collect())
}

pub(super) fn kinds(text: &str) -> Result<Vec<Kind>, String> {
    let asked_for = || Kind::ALL.iter().filter(|kind| kind.is_asked_for());
    let kind = |entry: &str| {
        let written = entry.to_lowercase().replace([' ', '-'], "_");
        let found = asked_for().find(|kind| kind.as_str() == written);
        found.copied().ok_or_else(|| {
            let meant = nearest(&written, asked_for().map(|kind| kind.as_str()));
            format!("no kind of finding is called {}.{meant}", quoted(entry))
        })
    };
    listed(text)?.into_iter().map(kind).collect()
}

fn ratio(text: &str) -> Result<f32, String> {
    let number = text.replace(',', ".").parse().ok().and_then(share_of_one);
    number.ok_or_else(|| format!("{} is no number from 0 to 1, such as 0.7.", quoted(text)))
}

fn turns(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("{} is no number from 2 to 100, such as 6.", quoted(text)))
}

fn cooldown(text: &str) -> Result<std::time::Duration, String> {
    time(text).ok_or_else(|| format!("{} is no time such as 10m, 1h30m or 24h.", quoted(text)))
}

/// The identifiers of channels or roles, each written as a mention, an identifier or a name.
fn mentioned(text: &str, what: &str, all: &[(String, String)]) -> Result<Vec<u64>, String> {
    let one = |entry: &str| {
        let name = entry.trim_start_matches(['#', '@']).to_lowercase();
        let is_meant = |(known, mention): &&(String, String)| {
            mention == entry || digits(mention) == entry || known[1..].to_lowercase() == name
        };
        let mut found = all.iter().filter(is_meant);
        match (found.next(), found.next()) {
            (Some((_, mention)), None) => digits(mention).parse().map_err(|_| unknown(entry, what, all)),
            (Some(_), Some(_)) => {
                Err(format!("more than one {what} is called {}; use the mention of the one.", quoted(entry)))
            }
            (None, _) => Err(unknown(entry, what, all)),
        }
    };
    listed(text)?.into_iter().map(one).collect()
}

fn unknown(entry: &str, what: &str, all: &[(String, String)]) -> String {
    let meant = nearest(entry, all.iter().map(|(name, _)| name.as_str()));
    format!("there is no {what} {} here.{meant} A mention, an id or a name will do.", quoted(entry))
}

/// The digits of a mention.
fn digits(mention: &str) -> &str {
    mention.trim_matches(|c: char| !c.is_ascii_digit())
}

/// " Did you mean …?", with the likeliest of `all`; nothing where there is none.
pub(super) fn nearest<'a>(given: &str, all: impl Iterator<Item = &'a str>) -> String {
    let likeliest = all.min_by_key(|name| strsim::damerau_levenshtein(name, given));
    likeliest.map_or(String::new(), |name| format!(" Did you mean {}?", quoted(name)))
}

/// What is wrong with `rule`, in the words of the options; a mistake in a pattern with a caret below it.
pub(super) fn told(mistake: &Mistake, rule: &RuleTable) -> String {
    let field = match mistake.field.strip_prefix("when.").unwrap_or(&mistake.field) {
        "kinds" => "detector",
        field => field,
    };
    let entry = mistake.entry.map_or(String::new(), |entry| format!(", entry {}", entry + 1));
    let what = mistake.what.replace("`kinds`", "`detector`");
    let pattern = rule.when.pattern.as_deref().filter(|_| field == "pattern");
    let place = pattern.zip(mistake.position).map(|(pattern, at)| pointed(pattern, at)).unwrap_or_default();
    let help =
        mistake.help.as_ref().map(|help| format!("\nValid: {}", help.replace("`kinds`", "`detector`")));
    // What is wrong with all conditions together is no option's mistake.
    let field = if field == "when" { String::new() } else { format!("`{field}`{entry}: ") };
    format!("{field}{what}{place}{}", help.unwrap_or_default())
}

/// The part of `pattern` around byte `at`, with a caret below that place.
fn pointed(pattern: &str, at: usize) -> String {
    /// As much is seen on either side, in characters.
    const AROUND: usize = 30;
    let before = pattern[..pattern.floor_char_boundary(at)].chars().count();
    let from = before.saturating_sub(AROUND);
    let part = pattern.chars().skip(from).take(2 * AROUND);
    let shown: String = part.map(|c| if is_hidden(c) { ' ' } else { c }).collect();
    let caret = format!("{}^", " ".repeat(before - from));
    format!(", at character {}:\n{}", before + 1, code("", &format!("{shown}\n{caret}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::RulesFile;

    fn places() -> Places {
        let pairs = |all: &[(&str, &str)]| {
            all.iter().map(|(name, mention)| ((*name).to_owned(), (*mention).to_owned())).collect()
        };
        Places {
            channels: pairs(&[
                ("#general", "<#11>"),
                ("#help", "<#12>"),
                ("#help", "<#13>"),
                ("#café", "<#14>"),
            ]),
            roles: pairs(&[("@Crew", "<@&21>"), ("@Night, watch", "<@&22>")]),
        }
    }

    fn rule() -> RuleTable {
        let text = "[[rule]]\nname = 'a'\ncategory = 'confidential'\naction = 'alert'\n\
                    when = { words = ['red'], heat = 0.5 }";
        let mut file: RulesFile = toml::from_str(text).unwrap();
        file.rule.remove(0)
    }

    /// What a field holds once `text` was put into it, or what is said about it.
    fn put(field: Field, text: &str) -> String {
        let mut rule = rule();
        match field.put(&mut rule, text, &places()) {
            Ok(()) => field.entries(&rule).map_or("gone".to_owned(), |entries| entries.join(" | ")),
            Err(wrong) => wrong,
        }
    }

    #[test]
    fn a_field_takes_what_people_write() {
        use Field::{
            Action, Answer, Category, Channels, Confidence, Cooldown, Detector, Exchanges, Heat, Pattern,
            Roles, Template, Words,
        };
        let rows = [
            (Category, "personal", "personal"),
            (Action, "take_aside", "take_aside"),
            (Words, " Project Falcon,moonshot ,, moonshot", "Project Falcon | moonshot"),
            (Words, "سلام، خوبی\n💥 bang，boom、嘘", "سلام | خوبی | 💥 bang | boom | 嘘"),
            (Words, "-", "gone"),
            (Words, "", "gone"),
            (Pattern, r"a,b-\d+", r"a,b-\d+"),
            (Pattern, "-", "gone"),
            (Detector, "card, IBAN, Date of birth, card", "card | iban | date_of_birth"),
            (Heat, "0.7", "0.7"),
            (Heat, "0,65", "0.65"),
            (Heat, "1", "1"),
            (Heat, "-", "gone"),
            (Confidence, "0", "0"),
            (Exchanges, "6", "6"),
            (Cooldown, "1h30m", "1h 30m"),
            (Cooldown, "-", "10m"),
            (Channels, "<#11>, 12, #CAFÉ", "<#11> | <#12> | <#14>"),
            (Channels, "general", "<#11>"),
            (Channels, "-", "gone"),
            (Roles, "<@&22>, @crew", "<@&22> | <@&21>"),
            (Template, "acknowledgment_alone", "acknowledgment_alone"),
            (Answer, "9 to 5, on weekdays", "9 to 5, on weekdays"),
        ];
        for (field, text, expected) in rows {
            assert_eq!(put(field, text), expected, "{}: {text}", field.name());
        }
    }

    #[test]
    fn what_a_field_does_not_take_is_told_with_the_field_and_what_it_would() {
        let rows = [
            (Field::Words, ", ،", "`words`: there is nothing between the commas."),
            (
                Field::Detector,
                "card, ibn",
                "`detector`: no kind of finding is called `ibn`. Did you mean `iban`?",
            ),
            (
                Field::Detector,
                "words",
                "`detector`: no kind of finding is called `words`. Did you mean `card`?",
            ),
            (Field::Heat, "1.5", "`heat`: `1.5` is no number from 0 to 1, such as 0.7."),
            (Field::Heat, "hot", "`heat`: `hot` is no number from 0 to 1, such as 0.7."),
            (Field::Confidence, "NaN", "`confidence`: `NaN` is no number from 0 to 1, such as 0.7."),
            (Field::Exchanges, "-3", "`exchanges`: `-3` is no number from 2 to 100, such as 6."),
            (Field::Cooldown, "10", "`cooldown`: `10` is no time such as 10m, 1h30m or 24h."),
            (Field::Cooldown, "-10m", "`cooldown`: `-10m` is no time such as 10m, 1h30m or 24h."),
            (
                Field::Channels,
                "#general, #genral",
                "`channels`: there is no channel `#genral` here. Did you mean `#general`? A mention, an id or a name will do.",
            ),
            (
                Field::Channels,
                "help",
                "`channels`: more than one channel is called `help`; use the mention of the one.",
            ),
            (
                Field::Roles,
                "@`@everyone`\n",
                "`roles`: there is no role `@'@everyone'` here. Did you mean `@Crew`? A mention, an id or a name will do.",
            ),
            (Field::Category, "anything", "`category`: choose one of the list."),
        ];
        for (field, text, expected) in rows {
            assert_eq!(put(field, text), expected, "{text}");
        }
    }

    #[test]
    fn a_mistake_is_told_in_the_words_of_the_options() {
        let pattern = |pattern: &str| {
            let mut rule = rule();
            rule.when.pattern = Some(pattern.to_owned());
            rule
        };
        let with = |change: &dyn Fn(&mut RuleTable)| {
            let mut rule = rule();
            change(&mut rule);
            rule
        };
        let rows = [
            (
                pattern("ab(c"),
                "`pattern`: unclosed group, at character 3:\n```\nab(c\n  ^\n```\nValid: the syntax of",
            ),
            (pattern("日本(c"), "`pattern`: unclosed group, at character 3:\n```\n日本(c\n  ^\n```"),
            (
                pattern(&format!("{}(c", "a".repeat(50))),
                &format!("at character 51:\n```\n{}(c\n{}^\n```", "a".repeat(30), " ".repeat(30)),
            ),
            (pattern("```\n("), "`pattern`: unclosed group, at character 5:\n```\n`\u{200b}`` (\n    ^\n```"),
            (pattern("x*"), "`pattern`: the pattern matches the empty text, and so every message"),
            (
                with(&|rule| rule.when.confidence = Some(0.5)),
                "`confidence`: `confidence` is about `detector`, and there are none\nValid: add `detector`",
            ),
            (
                with(&|rule| rule.when.words = Some(vec!["a".to_owned(), "…".to_owned()])),
                "`words`, entry 2: nothing to match in this entry",
            ),
            (
                with(&|rule| rule.when.words = Some(vec!["a".to_owned(), "b".repeat(101)])),
                "`words`, entry 2: 101 characters are too long a word or phrase\nValid: at most 100 characters",
            ),
            (
                with(&|rule| rule.when.words = Some(vec!["a".to_owned(); 201])),
                "`words`, entry 201: 201 words and phrases are too many for one rule\nValid: at most 200",
            ),
            (
                with(&|rule| rule.action = crate::policy::Response::Answer),
                "`answer`: `answer` needs something to answer",
            ),
            (with(&|rule| rule.name = "A b".to_owned()), "`name`: not a name for a rule"),
            (
                with(&|rule| rule.when = crate::config::WhenTable::default()),
                "a rule needs something to look for\nValid: at least one of `heat`, `detector`, `words`, `pattern`",
            ),
            (
                with(&|rule| rule.when.exchanges = Some(1)),
                "`exchanges`: 1 is no number of messages back and forth",
            ),
        ];
        for (rule, expected) in rows {
            let told = told(&rule.check().unwrap_err(), &rule);
            assert!(told.contains(expected), "{told}\nlacks\n{expected}");
        }
    }
}
