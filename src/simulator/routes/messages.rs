//! `/channels/{}/messages` and reactions.

use serde_json::{Value, json};

use super::{Answered, nothing, unknown, with};
use crate::simulator::body::{Call, ids_of, path_id};
use crate::simulator::messages::{Draft, MESSAGES};
use crate::simulator::model::{Id, Message, Reaction};
use crate::simulator::permissions::Permissions;
use crate::simulator::refusal::Refusal;
use crate::simulator::render;
use crate::simulator::state::State;
use crate::simulator::world::Privileged;

/// The intents under which reactions are told.
const REACTIONS: (u64, u64) = (1 << 10, 1 << 13);
/// How many messages a channel has pinned at most.
const PINS: usize = 250;
/// How many different emojis one message takes.
const EMOJIS: usize = 20;

pub(super) fn answer(state: &mut State, call: &Call, channel: Id, rest: &[&str]) -> Answered {
    let me = state.app.bot;
    match (call.method.as_str(), rest) {
        ("GET", []) => list(state, call, channel),
        ("POST", []) => {
            let draft = Draft::read(&call.body, &call.files)?;
            let id = state.post(me, channel, draft)?;
            with(render::new_message(state, state.message(channel, id)?))
        }
        ("GET", [id]) => {
            state.access(me, channel, Permissions::READ_MESSAGE_HISTORY)?;
            let found = state.message(channel, path_id(id)?)?;
            with(shown(state, found))
        }
        ("PATCH", [id]) => {
            let id = path_id(id)?;
            state.edit(me, channel, id, &call.body, &call.files)?;
            with(render::message(state, state.message(channel, id)?))
        }
        ("DELETE", [id]) => {
            state.delete(me, channel, path_id(id)?)?;
            nothing()
        }
        _ => unknown(),
    }
}

/// A message as the bot gets to read it: without content when the application has no message-content intent.
fn shown(state: &State, message: &Message) -> Value {
    let value = render::message(state, message);
    let allowed = state.app.privileged & Privileged::MessageContent.intent() != 0;
    let in_guild = state.channels.get(&message.channel).is_some_and(|channel| channel.guild.is_some());
    if allowed || !in_guild {
        return value;
    }
    render::hide_content(state, &value).unwrap_or(value)
}

fn list(state: &State, call: &Call, channel: Id) -> Answered {
    let me = state.app.bot;
    let home = state.access(me, channel, Permissions::VIEW_CHANNEL)?;
    let limit = call.limit(1, 100, 50)?;
    let (before, after) = (call.asked_id("before")?, call.asked_id("after")?);
    let around = call.asked_id("around")?;
    if [before, after, around].iter().flatten().count() > 1 {
        let message = "Only one of around, before, after can be specified.";
        return Err(Refusal::form("around", "MUTUALLY_EXCLUSIVE", message));
    }
    if !state.permissions(me, home).contains(Permissions::READ_MESSAGE_HISTORY) {
        return with(json!([]));
    }
    let all = state.messages.get(&channel).into_iter().flat_map(|all| all.values());
    let all: Vec<&Message> = all.filter(|message| message.only_for.is_none()).collect();
    let slice = window(&all, before, after, around, limit);
    with(slice.iter().rev().map(|message| shown(state, message)).collect())
}

/// The messages of one page, oldest first.
fn window<'a>(
    all: &'a [&'a Message],
    before: Option<Id>,
    after: Option<Id>,
    around: Option<Id>,
    limit: usize,
) -> &'a [&'a Message] {
    let place = |id: Id| all.partition_point(|message| message.id < id);
    if let Some(after) = after {
        let start = all.partition_point(|message| message.id <= after);
        return &all[start..all.len().min(start + limit)];
    }
    if let Some(around) = around {
        let start = place(around).saturating_sub(limit / 2);
        return &all[start..all.len().min(start + limit)];
    }
    let end = before.map_or(all.len(), place);
    &all[end.saturating_sub(limit)..end]
}

pub(super) fn bulk_delete(state: &mut State, call: &Call, channel: Id) -> Answered {
    if call.method != "POST" {
        return unknown();
    }
    state.bulk_delete(state.app.bot, channel, &ids_of(&call.body["messages"]))?;
    nothing()
}

pub(super) fn pins(state: &mut State, call: &Call, channel: Id, rest: &[&str]) -> Answered {
    let me = state.app.bot;
    match (call.method.as_str(), rest) {
        ("PUT", [id]) => state.pin(me, channel, path_id(id)?, true).and_then(|()| nothing()),
        ("DELETE", [id]) => state.pin(me, channel, path_id(id)?, false).and_then(|()| nothing()),
        ("GET", []) => {
            state.access(me, channel, Permissions::READ_MESSAGE_HISTORY)?;
            let pinned = state.messages(channel).filter(|message| message.pinned);
            let shown = pinned.rev().map(|message| shown(state, message));
            if call.path.ends_with("messages/pins") {
                let items = shown
                    .map(|message| json!({ "pinned_at": message["timestamp"].clone(), "message": message }));
                return with(json!({ "items": items.collect::<Vec<_>>(), "has_more": false }));
            }
            with(shown.collect())
        }
        _ => unknown(),
    }
}

pub(super) fn reactions(state: &mut State, call: &Call, channel: Id, message: Id, rest: &[&str]) -> Answered {
    let me = state.app.bot;
    match (call.method.as_str(), rest) {
        ("PUT", [emoji, "@me"]) => state.react(me, channel, message, emoji).and_then(|()| nothing()),
        ("DELETE", [emoji, "@me"]) => state.unreact(me, channel, message, emoji).and_then(|()| nothing()),
        ("DELETE", [emoji, user]) => {
            state.access(me, channel, Permissions::MANAGE_MESSAGES)?;
            state.unreact(path_id(user)?, channel, message, emoji).and_then(|()| nothing())
        }
        ("GET", [emoji]) => {
            state.access(me, channel, Permissions::READ_MESSAGE_HISTORY)?;
            let reactions = &state.message(channel, message)?.reactions;
            let users = reactions.iter().filter(|one| one.emoji == *emoji).flat_map(|one| &one.users);
            with(users.map(|user| render::user_by(state, *user)).collect())
        }
        ("DELETE", []) => {
            state.access(me, channel, Permissions::MANAGE_MESSAGES)?;
            state.message_mut(channel, message)?.reactions.clear();
            nothing()
        }
        _ => unknown(),
    }
}

impl State {
    /// Pins a message or takes the pin away.
    pub(crate) fn pin(&mut self, by: Id, channel: Id, id: Id, pinned: bool) -> Result<(), Refusal> {
        self.access(by, channel, Permissions::PIN_MESSAGES)?;
        if self.message(channel, id)?.pinned == pinned {
            return Ok(());
        }
        if pinned && self.messages(channel).filter(|message| message.pinned).count() >= PINS {
            return Err(Refusal::new(400, 30003));
        }
        self.message_mut(channel, id)?.pinned = pinned;
        let mut data = json!({ "channel_id": render::id(channel), "last_pin_timestamp": null });
        self.with_guild(&mut data, channel);
        self.emit_in("CHANNEL_PINS_UPDATE", data, channel, (1, MESSAGES.1));
        self.announce("MESSAGE_UPDATE", channel, id);
        Ok(())
    }

    /// Adds a reaction.
    pub(crate) fn react(&mut self, by: Id, channel: Id, id: Id, emoji: &str) -> Result<(), Refusal> {
        let home = self.access(by, channel, Permissions::READ_MESSAGE_HISTORY)?;
        if home.is_archived() {
            return Err(Refusal::new(400, 50083));
        }
        let custom = emoji.split_once(':').is_some_and(|(_, id)| id.parse::<Id>().is_ok());
        if emoji.is_ascii() && !custom {
            return Err(Refusal::new(400, 10014));
        }
        let known = self.message(channel, id)?.reactions.iter().any(|one| one.emoji == emoji);
        if !known {
            self.access(by, channel, Permissions::ADD_REACTIONS)?;
        }
        let message = self.message_mut(channel, id)?;
        if !known {
            if message.reactions.len() >= EMOJIS {
                return Err(Refusal::new(400, 30010));
            }
            let users = std::collections::BTreeSet::new();
            message.reactions.push(Reaction { emoji: emoji.to_owned(), users });
        }
        let of = message.reactions.iter_mut().find(|one| one.emoji == emoji);
        if of.is_some_and(|one| one.users.insert(by)) {
            self.tell_reaction("MESSAGE_REACTION_ADD", by, channel, id, emoji);
        }
        Ok(())
    }

    /// Takes a reaction back.
    pub(crate) fn unreact(&mut self, by: Id, channel: Id, id: Id, emoji: &str) -> Result<(), Refusal> {
        let message = self.message_mut(channel, id)?;
        let of = message.reactions.iter_mut().find(|one| one.emoji == emoji);
        let removed = of.is_some_and(|one| one.users.remove(&by));
        message.reactions.retain(|one| !one.users.is_empty());
        if !removed {
            return Err(Refusal::new(404, 10014));
        }
        self.tell_reaction("MESSAGE_REACTION_REMOVE", by, channel, id, emoji);
        Ok(())
    }

    fn tell_reaction(&mut self, name: &'static str, by: Id, channel: Id, id: Id, emoji: &str) {
        let mut data = json!({
            "user_id": render::id(by), "channel_id": render::id(channel), "message_id": render::id(id),
            "emoji": render::emoji(emoji), "burst": false, "type": 0,
        });
        self.with_guild(&mut data, channel);
        if let Ok(message) = self.message(channel, id) {
            data["message_author_id"] = render::id(message.author);
        }
        let guild = self.channels.get(&channel).and_then(|home| home.guild);
        if let Some(member) = guild.and_then(|guild| self.member(guild, by).ok()) {
            data["member"] = render::member(self, member);
        }
        self.emit_in(name, data, channel, REACTIONS);
    }
}
