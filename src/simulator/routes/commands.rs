//! `/applications/{}/commands`, global and per guild.

use serde_json::json;

use super::{Answer, Answered, nothing, unknown, with};
use crate::simulator::body::{Call, path_id};
use crate::simulator::model::Id;
use crate::simulator::refusal::{self, Refusal};
use crate::simulator::render;
use crate::simulator::state::State;

pub(super) fn answer(state: &mut State, call: &Call, app: Id, rest: &[&str]) -> Answered {
    if app != state.app.id {
        return Err(refusal::missing_access());
    }
    match rest {
        ["commands", rest @ ..] => scope(state, call, None, rest),
        ["guilds", guild, "commands", rest @ ..] => {
            let guild = path_id(guild)?;
            if !state.guilds.contains_key(&guild) {
                return Err(refusal::missing_access());
            }
            scope(state, call, Some(guild), rest)
        }
        _ => unknown(),
    }
}

fn scope(state: &mut State, call: &Call, guild: Option<Id>, rest: &[&str]) -> Answered {
    match (call.method.as_str(), rest) {
        ("GET", []) => all(state, guild),
        ("POST", []) => {
            let (id, new) = state.register(guild, &call.body)?;
            let body = state.command_value(state.command(guild, id)?);
            Ok(Answer { status: if new { 201 } else { 200 }, body })
        }
        ("PUT", []) => {
            if !call.body.is_array() {
                return Err(Refusal::form("_", "LIST_TYPE_CONVERT", "Only iterables may be used."));
            }
            state.overwrite_commands(guild, &call.body)?;
            all(state, guild)
        }
        // Nobody has set permissions of single commands.
        ("GET", ["permissions"]) => with(json!([])),
        (_, [id]) => one(state, call, guild, path_id(id)?),
        ("GET", [id, "permissions"]) => {
            let id = path_id(id)?;
            state.command(guild, id)?;
            with(json!({
                "id": render::id(id), "application_id": render::id(state.app.id),
                "guild_id": guild.map(render::id), "permissions": [],
            }))
        }
        _ => unknown(),
    }
}

fn all(state: &State, guild: Option<Id>) -> Answered {
    with(state.commands_of(guild).into_iter().map(|command| state.command_value(command)).collect())
}

fn one(state: &mut State, call: &Call, guild: Option<Id>, id: Id) -> Answered {
    match call.method.as_str() {
        "GET" => with(state.command_value(state.command(guild, id)?)),
        "PATCH" => {
            state.edit_command(guild, id, &call.body)?;
            with(state.command_value(state.command(guild, id)?))
        }
        "DELETE" => {
            state.unregister(guild, id)?;
            nothing()
        }
        _ => unknown(),
    }
}
