//! Application commands: what may be registered, and what a member's use of one looks like.
//!
//! Source: <https://discord.com/developers/docs/interactions/application-commands>.

use serde_json::{Value, json};

use super::form::{characters, list};
use super::model::Id;
use super::refusal::Refusal;
use super::render;
use super::state::State;

/// A registered command.
#[derive(Debug, Clone)]
pub struct Command {
    /// Identifier.
    pub id: Id,
    /// The one guild it is for.
    pub guild: Option<Id>,
    /// The definition, as registered.
    pub body: Value,
    version: Id,
}

impl Command {
    /// 1 chat, 2 user menu, 3 message menu.
    #[must_use]
    pub fn kind(&self) -> u64 {
        kind(&self.body)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.body["name"].as_str().unwrap_or_default()
    }
}

fn kind(body: &Value) -> u64 {
    body["type"].as_u64().unwrap_or(1)
}

impl State {
    pub(crate) fn command_value(&self, command: &Command) -> Value {
        let mut value = json!({
            "type": 1, "description": "", "default_member_permissions": null, "nsfw": false,
            "name_localizations": null, "description_localizations": null,
        });
        for (key, given) in command.body.as_object().into_iter().flatten() {
            value[key] = given.clone();
        }
        value["id"] = render::id(command.id);
        value["application_id"] = render::id(self.app.id);
        value["version"] = render::id(command.version);
        if let Some(guild) = command.guild {
            value["guild_id"] = render::id(guild);
        }
        value
    }

    pub(crate) fn commands_of(&self, guild: Option<Id>) -> Vec<&Command> {
        self.commands.iter().filter(|command| command.guild == guild).collect()
    }

    pub(crate) fn command(&self, guild: Option<Id>, id: Id) -> Result<&Command, Refusal> {
        let found = self.commands.iter().find(|command| command.guild == guild && command.id == id);
        found.ok_or_else(|| Refusal::new(404, 10063))
    }

    /// Registers a command; one of the same name and type is replaced. Tells whether it is new.
    pub(crate) fn register(&mut self, guild: Option<Id>, body: &Value) -> Result<(Id, bool), Refusal> {
        check(body, "")?;
        let version = self.allot();
        let same = |command: &Command| {
            command.guild == guild && command.name() == body["name"] && command.kind() == kind(body)
        };
        if let Some(known) = self.commands.iter_mut().find(|command| same(command)) {
            known.body = body.clone();
            known.version = version;
            return Ok((known.id, false));
        }
        let like = self.commands_of(guild).into_iter().filter(|one| one.kind() == kind(body)).count();
        if like >= if kind(body) == 1 { 100 } else { 15 } {
            return Err(Refusal::new(400, 30032));
        }
        let id = self.allot();
        self.commands.push(Command { id, guild, body: body.clone(), version });
        Ok((id, true))
    }

    /// Puts a list in the place of all commands of one scope.
    pub(crate) fn overwrite_commands(&mut self, guild: Option<Id>, body: &Value) -> Result<(), Refusal> {
        for (at, command) in list(body).iter().enumerate() {
            check(command, &format!("{at}."))?;
            let twin = |other: &Value| other["name"] == command["name"] && kind(other) == kind(command);
            if list(body)[..at].iter().any(twin) {
                let path = format!("{at}.name");
                let message = "Application command names must be unique";
                return Err(Refusal::form(&path, "APPLICATION_COMMANDS_DUPLICATE_NAME", message));
            }
        }
        let kept =
            |old: &Command| list(body).iter().any(|new| new["name"] == old.name() && kind(new) == old.kind());
        self.commands.retain(|command| command.guild != guild || kept(command));
        for command in list(body) {
            self.register(guild, command)?;
        }
        Ok(())
    }

    /// Changes the given fields of a command.
    pub(crate) fn edit_command(&mut self, guild: Option<Id>, id: Id, body: &Value) -> Result<(), Refusal> {
        let mut merged = self.command(guild, id)?.body.clone();
        for (key, given) in body.as_object().into_iter().flatten() {
            merged[key] = given.clone();
        }
        check(&merged, "")?;
        let version = self.allot();
        for command in self.commands.iter_mut().filter(|command| command.id == id) {
            command.body = merged.clone();
            command.version = version;
        }
        Ok(())
    }

    pub(crate) fn unregister(&mut self, guild: Option<Id>, id: Id) -> Result<(), Refusal> {
        self.command(guild, id)?;
        self.commands.retain(|command| command.id != id);
        Ok(())
    }
}

fn check(body: &Value, path: &str) -> Result<(), Refusal> {
    check_name(body, path, kind(body) == 1)?;
    if kind(body) == 1 {
        check_description(body, path)?;
        check_options(&body["options"], &format!("{path}options"))?;
    } else if characters(&body["description"]) > 0 {
        let message = "Context menu commands cannot have description";
        return Err(Refusal::form(
            &format!("{path}description"),
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION",
            message,
        ));
    }
    if weight(body) > 8000 {
        let message = "Command exceeds maximum size (8000)";
        return Err(Refusal::form(&format!("{path}name"), "APPLICATION_COMMAND_TOO_LARGE", message));
    }
    Ok(())
}

fn check_name(body: &Value, path: &str, chat: bool) -> Result<(), Refusal> {
    let path = format!("{path}name");
    let name = body["name"].as_str().ok_or_else(|| Refusal::required(&path))?;
    if !(1..=32).contains(&name.chars().count()) {
        return Err(Refusal::length(&path, 1, 32));
    }
    let plain = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || ['-', '_', '\''].contains(&c);
    if chat && !name.chars().all(plain) {
        let message = "Command name is invalid";
        return Err(Refusal::form(&path, "APPLICATION_COMMAND_INVALID_NAME", message));
    }
    Ok(())
}

fn check_description(body: &Value, path: &str) -> Result<(), Refusal> {
    let path = format!("{path}description");
    match characters(&body["description"]) {
        0 if body["description"].is_null() => Err(Refusal::required(&path)),
        1..=100 => Ok(()),
        _ => Err(Refusal::length(&path, 1, 100)),
    }
}

fn check_options(options: &Value, path: &str) -> Result<(), Refusal> {
    let options = list(options);
    if options.len() > 25 {
        return Err(Refusal::too_long(path, 25));
    }
    let mut optional_seen = false;
    for (at, option) in options.iter().enumerate() {
        let here = format!("{path}.{at}.");
        check_name(option, &here, true)?;
        check_description(option, &here)?;
        let required = option["required"].as_bool().unwrap_or(false);
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            return Err(Refusal::form(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message));
        }
        optional_seen |= !required;
        if options[..at].iter().any(|other| other["name"] == option["name"]) {
            let message = "Option name is already used";
            return Err(Refusal::form(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message));
        }
        if list(&option["choices"]).len() > 25 {
            return Err(Refusal::too_long(&format!("{here}choices"), 25));
        }
        check_options(&option["options"], &format!("{here}options"))?;
    }
    Ok(())
}

/// The characters of a command's names, descriptions and values, over the longest localization of each.
fn weight(body: &Value) -> usize {
    let longest = |key: &str| {
        let localized = body[format!("{key}_localizations")].as_object().into_iter().flatten();
        localized.map(|(_, text)| characters(text)).chain([characters(&body[key])]).max().unwrap_or(0)
    };
    let choices = list(&body["choices"])
        .iter()
        .map(|choice| characters(&choice["name"]) + characters(&choice["value"]));
    let inner = list(&body["options"]).iter().map(weight);
    longest("name") + longest("description") + choices.sum::<usize>() + inner.sum::<usize>()
}
