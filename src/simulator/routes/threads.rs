//! `/channels/{}/threads`, thread members and archived lists.

use serde_json::{Value, json};

use super::{Answered, created, nothing, unknown, with};
use crate::simulator::body::{Call, path_id};
use crate::simulator::messages::Draft;
use crate::simulator::model::{Channel, ChannelKind, Id};
use crate::simulator::permissions::Permissions;
use crate::simulator::refusal::{self, Refusal};
use crate::simulator::render;
use crate::simulator::state::State;
use crate::simulator::threads::Plan;

pub(super) fn answer(state: &mut State, call: &Call, channel: Id, rest: &[&str]) -> Answered {
    let me = state.app.bot;
    match (call.method.as_str(), rest) {
        ("POST", ["threads"]) => open(state, call, channel),
        ("GET", ["threads", "archived", kind @ ("public" | "private")]) => {
            archived(state, call, channel, *kind == "private", false)
        }
        ("GET", ["users", "@me", "threads", "archived", "private"]) => {
            archived(state, call, channel, true, true)
        }
        ("GET", ["thread-members"]) => members(state, call, channel),
        ("GET", ["thread-members", user]) => member(state, call, channel, one(state, user)?),
        ("PUT", ["thread-members", user]) => {
            state.add_to_thread(me, channel, one(state, user)?)?;
            nothing()
        }
        ("DELETE", ["thread-members", user]) => {
            state.take_out(me, channel, one(state, user)?)?;
            nothing()
        }
        _ => unknown(),
    }
}

fn one(state: &State, user: &str) -> Result<Id, Refusal> {
    if user == "@me" { Ok(state.app.bot) } else { path_id(user) }
}

fn open(state: &mut State, call: &Call, parent: Id) -> Answered {
    let home = state.channel(parent)?;
    let forum = home.kind == ChannelKind::Forum;
    let plan = Plan::read(&call.body, home)?;
    let first = if forum {
        let body = call.body.get("message").ok_or_else(|| Refusal::required("message"))?;
        let draft = Draft::read(body, &call.files)?;
        if draft.is_empty() {
            return Err(Refusal::new(400, 50006));
        }
        Some(draft)
    } else {
        None
    };
    let id = state.open_thread(state.app.bot, parent, &plan, None)?;
    let mut value = render::channel(state, state.channel(id)?);
    if let Some(draft) = first {
        let message = state.compose(state.app.bot, id, draft, None);
        value["message"] = render::message(state, state.message(id, message)?);
    }
    created(value)
}

pub(super) fn from_message(state: &mut State, call: &Call, parent: Id, message: Id) -> Answered {
    if call.method != "POST" {
        return unknown();
    }
    let kind = match state.channel(parent)?.kind {
        ChannelKind::Announcement => ChannelKind::AnnouncementThread,
        _ => ChannelKind::PublicThread,
    };
    let plan = Plan::named(&call.body, kind)?;
    let id = state.open_thread(state.app.bot, parent, &plan, Some(message))?;
    created(render::channel(state, state.channel(id)?))
}

fn in_thread(state: &State, id: Id) -> Result<&Channel, Refusal> {
    let channel = state.access(state.app.bot, id, Permissions::VIEW_CHANNEL)?;
    if channel.thread.is_none() { Err(Refusal::new(400, 50024)) } else { Ok(channel) }
}

fn entry(state: &State, call: &Call, channel: &Channel, user: Id) -> Value {
    let mut value = render::thread_member(channel, user);
    let member = channel.guild.and_then(|guild| state.member(guild, user).ok());
    if let Some(member) = member.filter(|_| call.asked("with_member")) {
        value["member"] = render::member(state, member);
    }
    value
}

fn members(state: &State, call: &Call, id: Id) -> Answered {
    let channel = in_thread(state, id)?;
    let users = channel.thread.iter().flat_map(|thread| thread.members.keys());
    with(users.map(|user| entry(state, call, channel, *user)).collect())
}

fn member(state: &State, call: &Call, id: Id, user: Id) -> Answered {
    let channel = in_thread(state, id)?;
    let inside = channel.has_joined(user);
    if inside { with(entry(state, call, channel, user)) } else { Err(refusal::unknown_member()) }
}

/// The archived threads of a channel, the latest first.
fn archived(state: &State, call: &Call, parent: Id, private: bool, joined: bool) -> Answered {
    let me = state.app.bot;
    let home = state.access(me, parent, Permissions::READ_MESSAGE_HISTORY)?;
    if private && !joined && !state.permissions(me, home).contains(Permissions::MANAGE_THREADS) {
        return Err(refusal::missing_permissions());
    }
    let limit = call.limit(2, 100, 50)?;
    let mut found: Vec<&Channel> = state
        .channels
        .values()
        .filter(|channel| channel.parent == Some(parent))
        .filter(|channel| (channel.kind == ChannelKind::PrivateThread) == private)
        .filter(|channel| {
            channel
                .thread
                .as_ref()
                .is_some_and(|thread| thread.archived && (!joined || thread.members.contains_key(&me)))
        })
        .filter(|channel| before(call, channel, joined))
        .collect();
    found.sort_by_key(|channel| {
        std::cmp::Reverse((channel.thread.as_ref().map(|thread| thread.archive_changed), channel.id))
    });
    let more = found.len() > limit;
    found.truncate(limit);
    let mut body = listing(state, &found);
    body["has_more"] = json!(more);
    with(body)
}

/// Whether a thread lies before the page's bound: a time, or an identifier in the list of joined threads.
fn before(call: &Call, channel: &Channel, joined: bool) -> bool {
    let Some(bound) = call.query.get("before") else { return true };
    if joined {
        return bound.parse().is_ok_and(|bound: Id| channel.id < bound);
    }
    let changed = channel.thread.as_ref().map(|thread| thread.archive_changed);
    bound.parse::<jiff::Timestamp>().is_ok_and(|bound| changed < Some(bound))
}

/// Threads, and the bot's membership in each.
pub(super) fn listing(state: &State, threads: &[&Channel]) -> Value {
    let mine = threads.iter().filter(|channel| {
        channel.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&state.app.bot))
    });
    json!({
        "threads": threads.iter().map(|channel| render::channel(state, channel)).collect::<Vec<_>>(),
        "members": mine.map(|channel| render::thread_member(channel, state.app.bot)).collect::<Vec<_>>(),
    })
}
