//! What members pick in the options of commands and in selects: people, roles, channels, files.

use serde_json::{Map, Value, json};

use super::body::id_of;
use super::form::list;
use super::model::{Channel, Guild, Id};
use super::permissions::Permissions;
use super::refusal::Refusal;
use super::render;
use super::state::State;

/// What can be picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pick {
    User,
    Role,
    Mentionable,
    Channel,
    File,
}

impl Pick {
    /// What an option of this type asks for, if it is one to pick.
    pub(crate) fn of_option(kind: u64) -> Option<Self> {
        match kind {
            6 => Some(Self::User),
            7 => Some(Self::Channel),
            8 => Some(Self::Role),
            9 => Some(Self::Mentionable),
            11 => Some(Self::File),
            _ => None,
        }
    }

    /// What a component of this type asks for, if it is one to pick.
    pub(crate) fn of_component(kind: u64) -> Option<Self> {
        match kind {
            5 => Some(Self::User),
            6 => Some(Self::Role),
            7 => Some(Self::Mentionable),
            8 => Some(Self::Channel),
            19 => Some(Self::File),
            _ => None,
        }
    }
}

/// A member who picks, somewhere; and what their picks stand for.
pub(crate) struct Picker<'a> {
    state: &'a State,
    member: Id,
    channel: &'a Channel,
    resolved: Map<String, Value>,
}

impl<'a> Picker<'a> {
    pub(crate) fn new(state: &'a State, member: Id, channel: Id) -> Result<Self, Refusal> {
        Ok(Self { state, member, channel: state.channel(channel)?, resolved: Map::new() })
    }

    /// What the picks stand for, as the bot is told; nothing when there were none.
    pub(crate) fn resolved(self) -> Option<Value> {
        (!self.resolved.is_empty()).then_some(Value::Object(self.resolved))
    }

    /// Picks what `value` identifies, if it can be picked; gives the identifier as it is sent. `of` is the
    /// option or select, and may bound the types of channels.
    pub(crate) fn pick(&mut self, what: Pick, of: &Value, value: &Value) -> Result<Value, Refusal> {
        let id = id_of(value);
        let known = id.is_some_and(|id| match what {
            Pick::User => self.user(id),
            Pick::Role => self.role(id),
            Pick::Mentionable => self.role(id) || self.user(id),
            Pick::Channel => self.channel(id, list(&of["channel_types"])),
            Pick::File => self.file(id),
        });
        let path = of["name"].as_str().or_else(|| of["custom_id"].as_str()).unwrap_or("value");
        match id.filter(|_| known) {
            Some(id) => Ok(render::id(id)),
            None => Err(Refusal::form(path, "BASE_TYPE_INVALID", "There is nothing of this kind to pick.")),
        }
    }

    fn guild(&self) -> Option<&'a Guild> {
        self.channel.guild.and_then(|id| self.state.guilds.get(&id))
    }

    fn add(&mut self, what: &str, id: Id, of: Value) -> bool {
        let all = self.resolved.entry(what).or_insert_with(|| json!({}));
        all[id.to_string()] = of;
        true
    }

    fn user(&mut self, id: Id) -> bool {
        let Some(user) = self.state.users.get(&id) else { return false };
        if let Some(member) = self.guild().and_then(|guild| guild.members.get(&id)) {
            let mut partial = render::member_alone(member);
            for key in ["deaf", "mute"] {
                partial.as_object_mut().map(|fields| fields.remove(key));
            }
            partial["permissions"] = json!(self.state.permissions(id, self.channel).0.to_string());
            self.add("members", id, partial);
        }
        self.add("users", id, render::user(user))
    }

    fn role(&mut self, id: Id) -> bool {
        let role = self.guild().and_then(|guild| guild.roles.get(&id));
        role.is_some_and(|role| self.add("roles", id, render::role(role)))
    }

    /// A channel that the member sees, of one of these types when there are any.
    fn channel(&mut self, id: Id, types: &[Value]) -> bool {
        let here = |channel: &&Channel| channel.guild.is_some() && channel.guild == self.channel.guild;
        let Some(channel) = self.state.channels.get(&id).filter(here) else { return false };
        let may = self.state.permissions(self.member, channel);
        let fits = types.is_empty() || types.contains(&json!(channel.kind as u8));
        if !fits || !may.contains(Permissions::VIEW_CHANNEL) || !self.state.sees(self.member, channel) {
            return false;
        }
        self.add("channels", id, render::partial_channel(self.state, channel, may))
    }

    fn file(&mut self, id: Id) -> bool {
        let file = self.state.uploads.get(&id);
        file.is_some_and(|file| self.add("attachments", id, file.clone()))
    }
}
