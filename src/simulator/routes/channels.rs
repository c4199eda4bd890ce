//! `/channels/{}` itself: get, modify, delete, overwrites, typing.

use serde_json::{Value, json};

use super::{Answered, nothing, unknown, with};
use crate::simulator::body::{Call, id_of, path_id};
use crate::simulator::form::{characters, list};
use crate::simulator::model::{Id, Overwrite, OverwriteKind};
use crate::simulator::permissions::Permissions;
use crate::simulator::refusal::{self, Refusal};
use crate::simulator::render;
use crate::simulator::state::{Event, State};

pub(super) fn answer(state: &mut State, call: &Call, channel: Id, rest: &[&str]) -> Answered {
    let me = state.app.bot;
    match (call.method.as_str(), rest) {
        ("GET", []) => {
            let found = state.access(me, channel, Permissions::VIEW_CHANNEL)?;
            with(render::channel(state, found))
        }
        ("PATCH", []) => {
            modify(state, call, channel)?;
            with(render::channel(state, state.channel(channel)?))
        }
        ("DELETE", []) => delete(state, channel),
        ("PUT", ["permissions", of]) => put_overwrite(state, call, channel, path_id(of)?),
        ("DELETE", ["permissions", of]) => {
            let of = path_id(of)?;
            state.access(me, channel, Permissions::MANAGE_ROLES)?;
            state.set_overwrite(channel, of, None)?;
            nothing()
        }
        ("POST", ["typing"]) => {
            state.access(me, channel, Permissions::VIEW_CHANNEL)?;
            nothing()
        }
        _ => unknown(),
    }
}

fn modify(state: &mut State, call: &Call, id: Id) -> Result<(), Refusal> {
    let me = state.app.bot;
    let channel = state.access(me, id, Permissions::VIEW_CHANNEL)?;
    if channel.kind.is_thread() {
        return state.edit_thread(me, id, &call.body);
    }
    state.access(me, id, Permissions::MANAGE_CHANNELS)?;
    let name = &call.body["name"];
    if !name.is_null() && !(1..=100).contains(&characters(name)) {
        return Err(Refusal::length("name", 1, 100));
    }
    if call.body.get("permission_overwrites").is_some() {
        state.access(me, id, Permissions::MANAGE_ROLES)?;
    }
    state.modify_channel(id, &call.body)
}

fn delete(state: &mut State, id: Id) -> Answered {
    let me = state.app.bot;
    let channel = state.access(me, id, Permissions::VIEW_CHANNEL)?;
    if channel.guild.is_none() {
        return with(render::channel(state, channel));
    }
    let wanted =
        if channel.kind.is_thread() { Permissions::MANAGE_THREADS } else { Permissions::MANAGE_CHANNELS };
    let value = render::channel(state, state.access(me, id, wanted)?);
    state.delete_channel(id)?;
    with(value)
}

fn bits(value: &Value) -> Permissions {
    Permissions(id_of(value).unwrap_or(0))
}

fn put_overwrite(state: &mut State, call: &Call, channel: Id, of: Id) -> Answered {
    let home = state.access(state.app.bot, channel, Permissions::MANAGE_ROLES)?;
    if home.kind.is_thread() || home.guild.is_none() {
        return Err(Refusal::new(400, 50024));
    }
    let overwrite = read_overwrite(&call.body, of)?;
    state.set_overwrite(channel, of, Some(overwrite))?;
    nothing()
}

fn read_overwrite(body: &Value, of: Id) -> Result<Overwrite, Refusal> {
    let kind = match body["type"].as_u64() {
        Some(0) => OverwriteKind::Role,
        Some(1) => OverwriteKind::Member,
        _ => return Err(Refusal::choice("type", "0, 1")),
    };
    Ok(Overwrite { of, kind, allow: bits(&body["allow"]), deny: bits(&body["deny"]) })
}

impl State {
    /// Changes a channel that is no thread, and tells everyone.
    pub(crate) fn modify_channel(&mut self, id: Id, body: &Value) -> Result<(), Refusal> {
        let overwrites = match body.get("permission_overwrites") {
            Some(all) => {
                let read = |one: &Value| read_overwrite(one, id_of(&one["id"]).unwrap_or(0));
                Some(list(all).iter().map(read).collect::<Result<Vec<_>, _>>()?)
            }
            None => None,
        };
        let channel = self.channels.get_mut(&id).ok_or_else(refusal::unknown_channel)?;
        if let Some(name) = body["name"].as_str() {
            name.clone_into(&mut channel.name);
        }
        if let Some(topic) = body.get("topic") {
            channel.topic = topic.as_str().map(str::to_owned);
        }
        if let Some(parent) = body.get("parent_id") {
            channel.parent = id_of(parent);
        }
        channel.position = body["position"].as_i64().unwrap_or(channel.position);
        channel.slowmode = body["rate_limit_per_user"].as_u64().unwrap_or(channel.slowmode);
        let guild = channel.guild;
        let before = self.open_channels(guild);
        if let (Some(overwrites), Some(channel)) = (overwrites, self.channels.get_mut(&id)) {
            channel.overwrites = overwrites;
        }
        self.tell_channel("CHANNEL_UPDATE", id);
        self.sync_threads(guild, &before);
        Ok(())
    }

    /// Tells of a channel as it is now. Bots learn of every channel of their guilds, hidden ones included.
    pub(crate) fn tell_channel(&mut self, name: &'static str, id: Id) {
        let Some(channel) = self.channels.get(&id) else { return };
        let (data, guild) = (render::channel(self, channel), channel.guild);
        self.emit(Event { name, data, intent: 1, guild, channel: None });
    }

    /// Takes a channel away with its threads and messages.
    pub(crate) fn delete_channel(&mut self, id: Id) -> Result<(), Refusal> {
        let channel = self.channel(id)?;
        let guild = channel.guild;
        if channel.kind.is_thread() {
            let data = json!({
                "id": render::id(id), "guild_id": guild.map(render::id),
                "parent_id": channel.parent.map(render::id), "type": channel.kind as u8,
            });
            self.emit(Event { name: "THREAD_DELETE", data, intent: 1, guild, channel: Some(id) });
        } else {
            self.tell_channel("CHANNEL_DELETE", id);
        }
        let below =
            |channel: &super::super::model::Channel| channel.kind.is_thread() && channel.parent == Some(id);
        let gone: Vec<Id> =
            self.channels.values().filter(|one| below(one)).map(|one| one.id).chain([id]).collect();
        for id in gone {
            self.channels.remove(&id);
            self.messages.remove(&id);
        }
        if let Some(home) = guild.and_then(|guild| self.guilds.get_mut(&guild)) {
            home.system_channel.take_if(|channel| *channel == id);
            home.public_updates_channel.take_if(|channel| *channel == id);
        }
        Ok(())
    }

    /// Sets or takes away the overwrite of one role or member, and tells everyone.
    pub(crate) fn set_overwrite(
        &mut self,
        channel: Id,
        of: Id,
        overwrite: Option<Overwrite>,
    ) -> Result<(), Refusal> {
        let guild = self.channel(channel)?.guild;
        let before = self.open_channels(guild);
        let home = self.channels.get_mut(&channel).ok_or_else(refusal::unknown_channel)?;
        let known = home.overwrites.len();
        home.overwrites.retain(|one| one.of != of);
        if overwrite.is_none() && home.overwrites.len() == known {
            return Err(Refusal::new(404, 10009));
        }
        home.overwrites.extend(overwrite);
        self.tell_channel("CHANNEL_UPDATE", channel);
        self.sync_threads(guild, &before);
        Ok(())
    }

    /// The channels of a guild that the bot sees, for [`Self::sync_threads`].
    pub(crate) fn open_channels(&self, guild: Option<Id>) -> Vec<Id> {
        let here = self.channels.values().filter(|channel| channel.guild == guild);
        let seen = here.filter(|channel| self.sees(self.app.bot, channel));
        seen.filter(|channel| !channel.kind.is_thread()).map(|channel| channel.id).collect()
    }

    /// Tells of the active threads in channels that came into view since `before`.
    pub(crate) fn sync_threads(&mut self, guild: Option<Id>, before: &[Id]) {
        let Some(guild) = guild else { return };
        let mut new = self.open_channels(Some(guild));
        new.retain(|channel| !before.contains(channel));
        if new.is_empty() {
            return;
        }
        let mut threads = render::active_threads(self, guild, self.app.bot);
        threads.retain(|thread| thread.parent.is_some_and(|parent| new.contains(&parent)));
        let mut data = super::threads::listing(self, &threads);
        data["guild_id"] = render::id(guild);
        data["channel_ids"] = new.iter().map(|channel| render::id(*channel)).collect();
        self.emit(Event { name: "THREAD_LIST_SYNC", data, intent: 1, guild: Some(guild), channel: None });
    }
}
