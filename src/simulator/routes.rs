//! Which request does what.

mod channels;
mod commands;
mod guilds;
mod messages;
mod moderation;
mod threads;

use serde_json::{Value, json};

use super::body::{Call, id_of, path_id};
use super::model::{Channel, ChannelKind, Guild, Id};
use super::permissions::{self, Permissions};
use super::refusal::{self, Refusal};
use super::render;
use super::state::State;

/// A status and a JSON body, null for none.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

type Answered = Result<Answer, Refusal>;

#[expect(clippy::unnecessary_wraps, reason = "the last word of a route, which may also refuse")]
fn with(body: Value) -> Answered {
    Ok(Answer { status: 200, body })
}

#[expect(clippy::unnecessary_wraps, reason = "the last word of a route, which may also refuse")]
fn created(body: Value) -> Answered {
    Ok(Answer { status: 201, body })
}

#[expect(clippy::unnecessary_wraps, reason = "the last word of a route, which may also refuse")]
fn nothing() -> Answered {
    Ok(Answer { status: 204, body: Value::Null })
}

/// Does what a request asks for.
pub(crate) fn answer(state: &mut State, call: &Call) -> Answered {
    if call.reason.as_ref().is_some_and(|reason| reason.chars().count() > 512) {
        return Err(Refusal::too_long("reason", 512));
    }
    let segments = call.segments();
    match segments.as_slice() {
        ["gateway", rest @ ..] => gateway(state, call, rest),
        ["users", rest @ ..] => users(state, call, rest),
        ["oauth2", "applications", "@me"] | ["applications", "@me"] => application(state, call),
        ["applications", app, rest @ ..] => commands::answer(state, call, path_id(app)?, rest),
        ["guilds", guild, rest @ ..] => guilds::answer(state, call, path_id(guild)?, rest),
        ["channels", channel, rest @ ..] => in_channel(state, call, path_id(channel)?, rest),
        ["interactions", id, token, "callback"] => call_back(state, call, path_id(id)?, token),
        ["webhooks", app, token, rest @ ..] => webhook(state, call, path_id(app)?, token, rest),
        _ => unknown(),
    }
}

fn unknown() -> Answered {
    Err(Refusal::new(404, 0))
}

fn in_channel(state: &mut State, call: &Call, channel: Id, rest: &[&str]) -> Answered {
    reachable(state, channel, rest)?;
    match rest {
        ["messages", "bulk-delete"] => messages::bulk_delete(state, call, channel),
        ["messages", message, "threads"] => threads::from_message(state, call, channel, path_id(message)?),
        ["messages", message, "reactions", rest @ ..] => {
            messages::reactions(state, call, channel, path_id(message)?, rest)
        }
        ["pins", rest @ ..] | ["messages", "pins", rest @ ..] => messages::pins(state, call, channel, rest),
        ["messages", rest @ ..] => messages::answer(state, call, channel, rest),
        ["threads" | "thread-members", ..] | ["users", "@me", "threads", ..] => {
            threads::answer(state, call, channel, rest)
        }
        _ => channels::answer(state, call, channel, rest),
    }
}

/// An ephemeral message is there for its interaction's token alone.
fn reachable(state: &State, channel: Id, rest: &[&str]) -> Result<(), Refusal> {
    let (["messages", "pins", id] | ["messages", id, ..] | ["pins", id]) = rest else {
        return Ok(());
    };
    let named = id.parse().ok().and_then(|id| state.message(channel, id).ok());
    let hidden = named.is_some_and(|message| message.only_for.is_some());
    if hidden { Err(refusal::unknown_message()) } else { Ok(()) }
}

fn gateway(state: &mut State, call: &Call, rest: &[&str]) -> Answered {
    let mut body = json!({ "url": state.gateway_address() });
    match (call.method.as_str(), rest) {
        ("GET", []) => with(body),
        ("GET", ["bot"]) => {
            body["shards"] = json!(state.settings.shards);
            body["session_start_limit"] = state.starts.told();
            with(body)
        }
        _ => unknown(),
    }
}

fn users(state: &mut State, call: &Call, rest: &[&str]) -> Answered {
    match (call.method.as_str(), rest) {
        ("GET", ["@me"]) => with(render::current_user(state)),
        ("GET", ["@me", "guilds"]) => {
            with(state.guilds.values().map(|guild| own_guild(state, guild)).collect())
        }
        ("POST", ["@me", "channels"]) => {
            let recipient =
                id_of(&call.body["recipient_id"]).ok_or_else(|| Refusal::required("recipient_id"))?;
            let channel = open_dm(state, recipient)?;
            with(render::channel(state, state.channel(channel)?))
        }
        ("GET", [user]) => {
            let user = path_id(user)?;
            let found = state.users.get(&user).ok_or_else(|| Refusal::new(404, 10013))?;
            with(render::user(found))
        }
        _ => unknown(),
    }
}

fn own_guild(state: &State, guild: &Guild) -> Value {
    let me = guild.members.get(&state.app.bot);
    let may = me.map_or(Permissions::NONE, |me| permissions::in_guild(guild, me));
    json!({
        "id": render::id(guild.id), "name": guild.name, "icon": null, "banner": null, "owner": false,
        "permissions": may.0.to_string(), "features": ["COMMUNITY"],
    })
}

fn open_dm(state: &mut State, user: Id) -> Result<Id, Refusal> {
    let me = state.app.bot;
    if !state.users.contains_key(&user) || user == me {
        return Err(Refusal::new(400, 50033));
    }
    Ok(state.dm_between(me, user))
}

impl State {
    /// The direct message of two people, which is made if need be.
    pub(crate) fn dm_between(&mut self, one: Id, other: Id) -> Id {
        let same = |channel: &&Channel| {
            channel.kind == ChannelKind::Dm
                && channel.recipients.contains(&one)
                && channel.recipients.contains(&other)
        };
        if let Some(known) = self.channels.values().find(same) {
            return known.id;
        }
        let id = self.allot();
        let dm = Channel::new(id, ChannelKind::Dm, None, "");
        let channel = Channel { recipients: vec![one, other], ..dm };
        self.channels.insert(id, channel);
        id
    }
}

fn application(state: &State, call: &Call) -> Answered {
    if call.method != "GET" {
        return unknown();
    }
    let owner = state.guilds.values().next().map_or(Value::Null, |guild| render::user_by(state, guild.owner));
    with(json!({
        "id": render::id(state.app.id),
        "name": state.app.name,
        "icon": null,
        "description": "",
        "type": null,
        "bot": render::user_by(state, state.app.bot),
        "bot_public": true,
        "bot_require_code_grant": false,
        "verify_key": "00",
        "flags": state.application_flags(),
        "flags_new": state.application_flags().to_string(),
        "redirect_uris": [],
        "interactions_endpoint_url": null,
        "role_connections_verification_url": null,
        "owner": owner,
        "approximate_guild_count": state.own_guilds().count(),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "team": null,
    }))
}

fn call_back(state: &mut State, call: &Call, id: Id, token: &str) -> Answered {
    if call.method != "POST" {
        return unknown();
    }
    let response = state.call_back(id, token, call)?;
    if call.asked("with_response") { with(response) } else { nothing() }
}

fn webhook(state: &mut State, call: &Call, app: Id, token: &str, rest: &[&str]) -> Answered {
    match (call.method.as_str(), rest) {
        ("POST", []) => {
            let message = state.follow_up(app, token, call)?;
            with(message)
        }
        ("GET", ["messages", name]) => with(state.answer_get(app, token, name)?),
        ("PATCH", ["messages", name]) => with(state.answer_edit(app, token, name, call)?),
        ("DELETE", ["messages", name]) => {
            state.answer_delete(app, token, name)?;
            nothing()
        }
        _ => unknown(),
    }
}
