//! AutoMod: the rules that those who manage a guild set, and what they block.
//!
//! Keyword rules and mention limits block here. Discord's own word lists and its sense of spam are not played,
//! nor is any action but blocking carried out; the gateway tells of every action of a rule that blocked.
//!
//! Source: <https://discord.com/developers/docs/resources/auto-moderation>.

use regex::RegexBuilder;
use serde_json::{Value, json};

use super::body::{id_of, ids_of};
use super::form::{characters, list};
use super::mentions::written;
use super::model::{Channel, Guild, Id};
use super::permissions::Permissions;
use super::refusal::{self, Refusal};
use super::render;
use super::state::{Event, State};

type Check = Result<(), Refusal>;

/// The intent for AutoMod's rules.
const CONFIGURATION: u64 = 1 << 20;
/// The intent for what AutoMod did.
const EXECUTION: u64 = 1 << 21;

/// A trigger: words and patterns in messages.
const KEYWORD: u64 = 1;
/// A trigger: Discord's own word lists.
const PRESET: u64 = 4;
/// A trigger: more mentions than allowed.
const MENTION_SPAM: u64 = 5;
/// A trigger: words and patterns in the profiles of members.
const PROFILE: u64 = 6;
/// An action: the message is not posted.
const BLOCK: u64 = 1;

/// What a rule takes offence at.
struct Offence {
    /// The word or pattern of the rule.
    keyword: Option<String>,
    /// What stands there.
    content: String,
}

/// A rule that blocks a text, and why.
pub(crate) struct Blocked {
    rule: Value,
    offence: Offence,
}

impl State {
    /// Puts a rule into a guild, in the place of the one of that name, and tells who may know.
    pub(crate) fn put_automod(&mut self, guild: Id, body: &Value) -> Result<Id, Refusal> {
        check(body)?;
        has_room(self.guild(guild)?, body)?;
        self.set_automod(guild, body)
    }

    /// As [`Self::put_automod`], whatever the rule says.
    pub(crate) fn set_automod(&mut self, guild: Id, body: &Value) -> Result<Id, Refusal> {
        let known = named(self.guild(guild)?, &body["name"]);
        let name =
            if known.is_some() { "AUTO_MODERATION_RULE_UPDATE" } else { "AUTO_MODERATION_RULE_CREATE" };
        let id = known.unwrap_or_else(|| self.allot());
        let home = self.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
        let rule = whole(home, id, body);
        home.automod.insert(id, rule.clone());
        self.tell_managers(name, rule, CONFIGURATION, guild);
        Ok(id)
    }

    /// Blocks messages and thread names that hold one of these words, and no others by that rule.
    pub(crate) fn block_words(&mut self, guild: Id, words: &[&str]) -> Check {
        let rule = blocking_words(words);
        match named(self.guild(guild)?, &rule["name"]) {
            Some(known) if words.is_empty() => self.remove_automod(guild, known),
            None if words.is_empty() => Ok(()),
            _ => self.set_automod(guild, &rule).map(|_| ()),
        }
    }

    /// Takes a rule away.
    pub(crate) fn remove_automod(&mut self, guild: Id, rule: Id) -> Check {
        let of = self.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
        let gone = of.automod.remove(&rule).ok_or_else(|| Refusal::new(404, 0))?;
        self.tell_managers("AUTO_MODERATION_RULE_DELETE", gone, CONFIGURATION, guild);
        Ok(())
    }

    /// The rule that keeps `author` from writing `text` in a channel. Those who manage the guild are exempt.
    pub(crate) fn blocked(&self, author: Id, channel: Id, text: &str) -> Option<Blocked> {
        let home = self.channels.get(&channel)?;
        let guild = self.guilds.get(&home.guild?)?;
        if self.permissions(author, home).contains(Permissions::MANAGE_GUILD) {
            return None;
        }
        let in_force = guild.automod.values().filter(|rule| blocks(rule));
        let mut in_force = in_force.filter(|rule| !self.exempts(rule, guild, author, home));
        in_force.find_map(|rule| Some(Blocked { rule: rule.clone(), offence: offence(rule, text)? }))
    }

    fn exempts(&self, rule: &Value, guild: &Guild, author: Id, home: &Channel) -> bool {
        let above = home.parent.and_then(|parent| self.channels.get(&parent));
        let channels = [Some(home.id), home.parent, above.and_then(|channel| channel.parent)];
        let roles = guild.members.get(&author).map(|member| member.roles.as_slice()).unwrap_or_default();
        let (exempt, exempt_roles) = (ids_of(&rule["exempt_channels"]), ids_of(&rule["exempt_roles"]));
        channels.into_iter().flatten().any(|id| exempt.contains(&id))
            || roles.iter().any(|role| exempt_roles.contains(role))
    }

    /// Keeps a blocked message from being posted; the guild learns what happened.
    pub(crate) fn check_automod(&mut self, author: Id, channel: Id, content: &str) -> Check {
        let Some(Blocked { rule, offence }) = self.blocked(author, channel, content) else { return Ok(()) };
        for action in list(&rule["actions"]) {
            let data = json!({
                "guild_id": rule["guild_id"], "action": action, "rule_id": rule["id"],
                "rule_trigger_type": rule["trigger_type"], "user_id": render::id(author),
                "channel_id": render::id(channel), "content": content,
                "matched_keyword": offence.keyword, "matched_content": offence.content,
            });
            let guild = id_of(&rule["guild_id"]).unwrap_or_default();
            self.tell_managers("AUTO_MODERATION_ACTION_EXECUTION", data, EXECUTION, guild);
        }
        Err(Refusal::new(400, 200_000))
    }

    /// Tells the bot, if it manages the guild.
    fn tell_managers(&mut self, name: &'static str, data: Value, intent: u64, guild: Id) {
        if self.granted(guild, self.app.bot, Permissions::MANAGE_GUILD).is_ok() {
            self.emit(Event { name, data, intent, guild: Some(guild), channel: None });
        }
    }
}

/// The rule of this name.
fn named(guild: &Guild, name: &Value) -> Option<Id> {
    guild.automod.iter().find(|(_, rule)| rule["name"] == *name).map(|(id, _)| *id)
}

/// The body of the rule that blocks messages and thread names holding one of these words.
pub(crate) fn blocking_words(words: &[impl AsRef<str>]) -> Value {
    let anywhere = |word: &str| format!("*{}*", word.to_lowercase());
    json!({
        "name": "Blocked words", "event_type": 1, "trigger_type": KEYWORD, "enabled": true,
        "trigger_metadata": {
            "keyword_filter": words.iter().map(|word| anywhere(word.as_ref())).collect::<Vec<_>>(),
        },
        "actions": [{ "type": BLOCK }],
    })
}

/// A rule as Discord lists it.
pub(crate) fn whole(guild: &Guild, id: Id, body: &Value) -> Value {
    let action = |action: &Value| {
        let metadata = Some(&action["metadata"]).filter(|metadata| metadata.is_object());
        json!({ "type": action["type"], "metadata": metadata.cloned().unwrap_or_else(|| json!({})) })
    };
    json!({
        "id": render::id(id),
        "guild_id": render::id(guild.id),
        "creator_id": render::id(guild.owner),
        "name": body["name"],
        "event_type": body["event_type"],
        "trigger_type": body["trigger_type"],
        "trigger_metadata": metadata(body),
        "actions": list(&body["actions"]).iter().map(action).collect::<Vec<_>>(),
        "enabled": body["enabled"].as_bool().unwrap_or(false),
        "exempt_roles": ids_of(&body["exempt_roles"]).into_iter().map(render::id).collect::<Vec<_>>(),
        "exempt_channels": ids_of(&body["exempt_channels"]).into_iter().map(render::id).collect::<Vec<_>>(),
    })
}

fn metadata(body: &Value) -> Value {
    let given = &body["trigger_metadata"];
    let all = |key: &str| list(&given[key]).to_vec();
    match trigger(body) {
        KEYWORD | PROFILE => json!({
            "keyword_filter": all("keyword_filter"), "regex_patterns": all("regex_patterns"),
            "allow_list": all("allow_list"),
        }),
        PRESET => json!({ "presets": all("presets"), "allow_list": all("allow_list") }),
        MENTION_SPAM => json!({
            "mention_total_limit": given["mention_total_limit"].as_u64().unwrap_or(20),
            "mention_raid_protection_enabled": given["mention_raid_protection_enabled"] == true,
        }),
        _ => json!({}),
    }
}

fn trigger(rule: &Value) -> u64 {
    rule["trigger_type"].as_u64().unwrap_or(0)
}

fn check(body: &Value) -> Check {
    if !(1..=100).contains(&characters(&body["name"])) {
        return Err(Refusal::length("name", 1, 100));
    }
    if !matches!(trigger(body), KEYWORD | 3 | PRESET | MENTION_SPAM | PROFILE) {
        return Err(Refusal::choice("trigger_type", "1, 3, 4, 5, 6"));
    }
    if body["event_type"] != if trigger(body) == PROFILE { 2 } else { 1 } {
        return Err(Refusal::choice("event_type", "1, 2"));
    }
    for (key, most) in [("exempt_roles", 20), ("exempt_channels", 50)] {
        if list(&body[key]).len() > most {
            return Err(Refusal::too_long(key, most));
        }
    }
    check_metadata(body)?;
    check_actions(body)
}

fn check_metadata(body: &Value) -> Check {
    let given = &body["trigger_metadata"];
    let allowed = if trigger(body) == PRESET { 1000 } else { 100 };
    for (key, most, length) in
        [("keyword_filter", 1000, 60), ("regex_patterns", 10, 260), ("allow_list", allowed, 60)]
    {
        check_texts(&given[key], &format!("trigger_metadata.{key}"), most, length)?;
    }
    if let Some(wrong) = list(&given["regex_patterns"]).iter().find(|pattern| regex(pattern).is_none()) {
        let message = format!("Invalid regex: {wrong}");
        return Err(Refusal::form(
            "trigger_metadata.regex_patterns",
            "AUTO_MODERATION_INVALID_REGEX",
            &message,
        ));
    }
    if given["mention_total_limit"].as_u64().is_some_and(|limit| limit > 50) {
        let message = "int value should be less than or equal to 50.";
        return Err(Refusal::form("trigger_metadata.mention_total_limit", "NUMBER_TYPE_MAX", message));
    }
    Ok(())
}

fn check_texts(texts: &Value, path: &str, most: usize, length: usize) -> Check {
    if list(texts).len() > most {
        return Err(Refusal::too_long(path, most));
    }
    let fits = |text: &Value| (1..=length).contains(&characters(text));
    match list(texts).iter().position(|text| !fits(text)) {
        Some(at) => Err(Refusal::length(&format!("{path}.{at}"), 1, length)),
        None => Ok(()),
    }
}

fn check_actions(body: &Value) -> Check {
    let actions = list(&body["actions"]);
    if !(1..=5).contains(&actions.len()) {
        return Err(Refusal::length("actions", 1, 5));
    }
    for (at, action) in actions.iter().enumerate() {
        let path = format!("actions.{at}");
        let asked = match action["type"].as_u64() {
            Some(1 | 4) => true,
            Some(2) => id_of(&action["metadata"]["channel_id"]).is_some(),
            Some(3) => action["metadata"]["duration_seconds"].is_u64(),
            _ => return Err(Refusal::choice(&format!("{path}.type"), "1, 2, 3, 4")),
        };
        if !asked {
            return Err(Refusal::required(&format!("{path}.metadata")));
        }
    }
    Ok(())
}

/// Six rules with keywords, and one of every other kind.
fn has_room(guild: &Guild, body: &Value) -> Check {
    let alike = |rule: &&Value| trigger(rule) == trigger(body) && rule["name"] != body["name"];
    let most = if trigger(body) == KEYWORD { 6 } else { 1 };
    if guild.automod.values().filter(alike).count() < most {
        return Ok(());
    }
    let message = format!("Maximum number of rules of this type reached ({most})");
    Err(Refusal::form("trigger_type", "AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED", &message))
}

fn blocks(rule: &Value) -> bool {
    let blocking = |action: &Value| action["type"] == BLOCK;
    rule["enabled"] == true && list(&rule["actions"]).iter().any(blocking)
}

fn offence(rule: &Value, text: &str) -> Option<Offence> {
    let metadata = &rule["trigger_metadata"];
    match trigger(rule) {
        KEYWORD => worded(metadata, text),
        MENTION_SPAM => {
            let mentions = written(text, "@").len() + written(text, "@!").len() + written(text, "@&").len();
            let limit =
                metadata["mention_total_limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
            (Some(mentions) > limit).then(|| Offence { keyword: None, content: String::new() })
        }
        _ => None,
    }
}

/// The word or pattern that a text holds, once everything that is allowed is out of it.
fn worded(metadata: &Value, text: &str) -> Option<Offence> {
    let texts = |key: &str| list(&metadata[key]).iter().filter_map(Value::as_str).map(str::to_owned);
    let mut text = text.to_lowercase();
    for allowed in texts("allow_list") {
        while let Some(place) = place(&allowed, &text) {
            text.replace_range(place, " ");
        }
    }
    let keyword = texts("keyword_filter").find_map(|keyword| Some((place(&keyword, &text)?, keyword)));
    let pattern = || {
        list(&metadata["regex_patterns"]).iter().find_map(|pattern| {
            Some((regex(pattern)?.find(&text)?.range(), pattern.as_str().unwrap_or_default().to_owned()))
        })
    };
    let (range, keyword) = keyword.or_else(pattern)?;
    Some(Offence { keyword: Some(keyword), content: text[range].to_owned() })
}

/// Where a keyword stands in a lower-case text. A star at its begin or end stands for the rest of the word.
fn place(keyword: &str, text: &str) -> Option<std::ops::Range<usize>> {
    let keyword = keyword.to_lowercase();
    let word = keyword.trim_matches('*').trim();
    let part = |side: Option<char>| side.is_some_and(char::is_alphanumeric);
    let mut places = text.match_indices(word).map(|(at, _)| at..at + word.len());
    places.find(|place| {
        let begins = keyword.starts_with('*') || !part(text[..place.start].chars().next_back());
        let ends = keyword.ends_with('*') || !part(text[place.end..].chars().next());
        begins && ends && !word.is_empty()
    })
}

/// Discord's flavor of patterns is that of the same library.
fn regex(pattern: &Value) -> Option<regex::Regex> {
    RegexBuilder::new(pattern.as_str()?).case_insensitive(true).build().ok()
}
