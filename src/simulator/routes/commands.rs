//! `/applications/{}/commands`, global and per guild.

use super::{Answer, Answered, nothing, unknown, with};
use crate::simulator::body::{Call, path_id};
use crate::simulator::commands::Translations;
use crate::simulator::model::Id;
use crate::simulator::refusal::{self, Refusal};
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
        ("GET", []) => {
            let asked = call.asked("with_localizations");
            all(state, guild, if asked { Translations::All } else { Translations::None })
        }
        ("POST", []) => {
            let (id, new) = state.register(guild, &call.body)?;
            let body = state.command_value(state.command(guild, id)?, Translations::All);
            Ok(Answer { status: if new { 201 } else { 200 }, body })
        }
        ("PUT", []) => {
            if !call.body.is_array() {
                return Err(Refusal::form("_", "LIST_TYPE_CONVERT", "Only iterables may be used."));
            }
            state.overwrite_commands(guild, &call.body)?;
            all(state, guild, Translations::All)
        }
        ("GET", ["permissions"]) => permits(state, guild),
        (_, [id]) => one(state, call, guild, path_id(id)?),
        ("GET", [id, "permissions"]) => {
            let (id, guild) = (path_id(id)?, guild.ok_or_else(|| Refusal::new(404, 0))?);
            let settled = state.permits.contains_key(&(guild, id));
            if settled { with(state.permits_value(guild, id)) } else { Err(Refusal::new(404, 10066)) }
        }
        _ => unknown(),
    }
}

/// The commands of a guild, global ones included, whose use those who manage the guild settled.
fn permits(state: &State, guild: Option<Id>) -> Answered {
    let guild = guild.ok_or_else(|| Refusal::new(404, 0))?;
    let settled = state.permits.keys().filter(|(home, _)| *home == guild);
    with(settled.map(|(_, command)| state.permits_value(guild, *command)).collect())
}

fn all(state: &State, guild: Option<Id>, translations: Translations) -> Answered {
    let commands = state.commands_of(guild).into_iter();
    with(commands.map(|command| state.command_value(command, translations)).collect())
}

fn one(state: &mut State, call: &Call, guild: Option<Id>, id: Id) -> Answered {
    match call.method.as_str() {
        "GET" => with(state.command_value(state.command(guild, id)?, Translations::All)),
        "PATCH" => {
            state.edit_command(guild, id, &call.body)?;
            with(state.command_value(state.command(guild, id)?, Translations::All))
        }
        "DELETE" => {
            state.unregister(guild, id)?;
            nothing()
        }
        _ => unknown(),
    }
}
