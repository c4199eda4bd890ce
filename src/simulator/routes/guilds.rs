//! `/guilds/{}`: the guild, its channels, roles, members and active threads.

use super::moderation;
use super::threads::listing;
use super::{Answered, unknown, with};
use crate::simulator::body::{Call, path_id};
use crate::simulator::model::{Guild, Id};
use crate::simulator::refusal::{self, Refusal};
use crate::simulator::render;
use crate::simulator::state::State;
use crate::simulator::world::Privileged;

pub(super) fn answer(state: &State, call: &Call, id: Id, rest: &[&str]) -> Answered {
    let guild = state.guild(id)?;
    if !guild.members.contains_key(&state.app.bot) {
        return Err(refusal::missing_access());
    }
    if call.method != "GET" {
        return unknown();
    }
    match rest {
        [] => whole(guild, call),
        ["channels"] => {
            let here = state.channels().filter(|channel| channel.guild == Some(id));
            let channels = here.filter(|channel| !channel.kind.is_thread());
            with(channels.map(|channel| render::channel(state, channel)).collect())
        }
        ["roles"] => with(guild.roles.values().map(render::role).collect()),
        ["roles", role] => {
            let role = guild.roles.get(&path_id(role)?).ok_or_else(|| Refusal::new(404, 10011))?;
            with(render::role(role))
        }
        ["threads", "active"] => {
            let mut value = listing(state, &render::active_threads(state, id, state.app.bot));
            value["has_more"] = false.into();
            with(value)
        }
        ["members"] => members(state, call, id),
        ["members", user] => member(state, id, user),
        ["auto-moderation", "rules"] => moderation::rules(state, id),
        ["audit-logs"] => moderation::audit_log(state, call, id),
        _ => unknown(),
    }
}

fn whole(guild: &Guild, call: &Call) -> Answered {
    let mut value = render::guild(guild);
    if call.asked("with_counts") {
        value["approximate_member_count"] = guild.members.len().into();
        value["approximate_presence_count"] = guild.members.len().into();
    }
    with(value)
}

fn member(state: &State, guild: Id, user: &str) -> Answered {
    let user = if user == "@me" { state.app.bot } else { path_id(user)? };
    if !state.users.contains_key(&user) {
        return Err(Refusal::new(404, 10013));
    }
    with(render::member(state, state.member(guild, user)?))
}

/// The members after an identifier, by identifier; only for applications with the members intent.
fn members(state: &State, call: &Call, id: Id) -> Answered {
    if state.app.privileged & Privileged::Members.intent() == 0 {
        return Err(refusal::missing_access());
    }
    let limit = call.limit(1, 1000, 1)?;
    let after = call.asked_id("after")?.unwrap_or(0);
    let members = state.guild(id)?.members.range(after + 1..);
    with(members.take(limit).map(|(_, member)| render::member(state, member)).collect())
}
