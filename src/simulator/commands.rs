//! Application commands: what may be registered, and what a member's use of one looks like.
//!
//! Source: <https://discord.com/developers/docs/interactions/application-commands>.

use serde_json::{Value, json};

use super::body::id_of;
use super::definition::{check, kind};
use super::form::list;
use super::model::Id;
use super::permissions::Permissions;
use super::refusal::Refusal;
use super::render;
use super::state::{Event, State};

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

    /// What a member needs to use it, unless those who manage the guild say otherwise.
    pub(crate) fn asked(&self) -> Permissions {
        match id_of(&self.body["default_member_permissions"]).map(Permissions) {
            // Switched off for all but administrators.
            Some(Permissions::NONE) => Permissions::ADMINISTRATOR,
            Some(asked) => asked,
            None => Permissions::NONE,
        }
    }

    /// Whether a client offers it in guilds, or in direct messages with the bot.
    pub(crate) fn is_shown(&self, in_guild: bool) -> bool {
        match self.body["contexts"].as_array() {
            Some(contexts) => contexts.contains(&json!(u8::from(!in_guild))),
            None => in_guild || self.body["dm_permission"] != false,
        }
    }
}

/// Whether what is shown of commands comes with every translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Translations {
    /// All of them, null where there are none.
    All,
    /// The default texts alone.
    None,
}

impl Translations {
    /// Adds or takes away the translations of a command, option or choice, and of all below it.
    fn show(self, of: &mut Value, keys: &[&str]) {
        let Some(fields) = of.as_object_mut() else { return };
        for key in keys {
            match self {
                Self::All => drop(fields.entry(*key).or_insert(Value::Null)),
                Self::None => drop(fields.remove(*key)),
            }
        }
        for (below, keys) in [("options", keys), ("choices", &keys[..1])] {
            let below = fields.get_mut(below).and_then(Value::as_array_mut);
            below.into_iter().flatten().for_each(|one| self.show(one, keys));
        }
    }
}

/// Where a command, option or choice has its translations.
const TRANSLATED: [&str; 2] = ["name_localizations", "description_localizations"];

impl State {
    pub(crate) fn command_value(&self, command: &Command, translations: Translations) -> Value {
        let mut value = json!({
            "type": 1, "description": "", "default_member_permissions": null, "nsfw": false,
        });
        for (key, given) in command.body.as_object().into_iter().flatten() {
            value[key] = given.clone();
        }
        let asked = id_of(&command.body["default_member_permissions"]);
        value["default_member_permissions"] = json!(asked.map(|bits| bits.to_string()));
        translations.show(&mut value, &TRANSLATED);
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

    /// Lets a role or member use every command of this name in a guild, whatever its default says.
    pub(crate) fn permit(&mut self, guild: Id, name: &str, of: Id) -> Result<(), Refusal> {
        let home = self.guild(guild)?;
        if !home.roles.contains_key(&of) && !home.members.contains_key(&of) {
            return Err(Refusal::new(404, 10011));
        }
        let here = self.commands.iter().filter(|one| one.guild.is_none_or(|home| home == guild));
        let ids: Vec<Id> = here.filter(|one| one.name() == name).map(|one| one.id).collect();
        if ids.is_empty() {
            return Err(Refusal::new(404, 10063));
        }
        for id in ids {
            self.permits.entry((guild, id)).or_default().insert(of);
            let data = self.permits_value(guild, id);
            let name = "APPLICATION_COMMAND_PERMISSIONS_UPDATE";
            self.emit(Event { name, data, intent: 0, guild: Some(guild), channel: None });
        }
        Ok(())
    }

    /// Whether those who manage the guild let `member` use a command.
    pub(crate) fn permitted(&self, guild: Id, command: Id, member: Id) -> bool {
        let roles = self.member(guild, member).map(|member| member.roles.as_slice()).unwrap_or_default();
        let permits = self.permits.get(&(guild, command));
        permits.into_iter().flatten().any(|of| [guild, member].contains(of) || roles.contains(of))
    }

    /// Who was let use a command of a guild, as Discord tells it.
    pub(crate) fn permits_value(&self, guild: Id, command: Id) -> Value {
        let kind = |of: &Id| if self.users.contains_key(of) { 2 } else { 1 };
        let one = |of: &Id| json!({ "id": render::id(*of), "type": kind(of), "permission": true });
        let permits = self.permits.get(&(guild, command)).into_iter().flatten();
        json!({
            "id": render::id(command), "application_id": render::id(self.app.id), "guild_id": render::id(guild),
            "permissions": permits.map(one).collect::<Vec<_>>(),
        })
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
        has_room(self.commands_of(guild).into_iter().map(Command::kind).chain([kind(body)]))?;
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
        has_room(list(body).iter().map(kind))?;
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
        self.permits.retain(|(_, command), _| *command != id);
        Ok(())
    }
}

/// A hundred chat commands and fifteen menus of each kind, in one scope.
fn has_room(kinds: impl Iterator<Item = u64>) -> Result<(), Refusal> {
    let kinds: Vec<u64> = kinds.collect();
    let fits = |(kind, most)| kinds.iter().filter(|one| **one == kind).count() <= most;
    if [(1, 100), (2, 15), (3, 15)].into_iter().all(fits) { Ok(()) } else { Err(Refusal::new(400, 30032)) }
}
