//! What is remembered, as Discord writes it in JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::interactions::{Interaction, InteractionKind};
use super::model::{Channel, ChannelKind, Guild, Id, Member, Message, Role, User};
use super::permissions::Permissions;
use super::state::State;

/// A moment as Discord writes it: microseconds, and an offset of zero.
pub(crate) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

pub(crate) fn id(id: Id) -> Value {
    Value::String(id.to_string())
}

fn ids<'a>(all: impl IntoIterator<Item = &'a Id>) -> Vec<Value> {
    all.into_iter().map(|one| id(*one)).collect()
}

pub(crate) fn user(user: &User) -> Value {
    json!({
        "id": id(user.id),
        "username": user.name,
        "discriminator": if user.bot { "0001" } else { "0" },
        "global_name": if user.bot { Value::Null } else { json!(user.name) },
        "avatar": null,
        "bot": user.bot,
        "public_flags": 0,
        "flags": 0,
        "banner": null,
        "accent_color": null,
        "avatar_decoration_data": null,
        "collectibles": null,
        "primary_guild": null,
    })
}

pub(crate) fn user_by(state: &State, user_id: Id) -> Value {
    state.users.get(&user_id).map_or(Value::Null, user)
}

/// The bot itself, with what only it may know.
pub(crate) fn current_user(state: &State) -> Value {
    let mut me = user_by(state, state.app.bot);
    me["mfa_enabled"] = json!(true);
    me["locale"] = json!("en-US");
    me["verified"] = json!(true);
    me["email"] = Value::Null;
    me
}

pub(crate) fn role(role: &Role) -> Value {
    json!({
        "id": id(role.id),
        "name": role.name,
        "description": null,
        "permissions": role.permissions.0.to_string(),
        "position": role.position,
        "color": 0,
        "colors": { "primary_color": 0, "secondary_color": null, "tertiary_color": null },
        "hoist": false,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": null,
        "unicode_emoji": null,
        "flags": 0,
    })
}

/// A member, without the user.
pub(crate) fn member_alone(member: &Member) -> Value {
    json!({
        "roles": ids(&member.roles),
        "nick": member.nick,
        "avatar": null,
        "banner": null,
        "joined_at": time(member.joined),
        "premium_since": null,
        "deaf": false,
        "mute": false,
        "flags": 0,
        "pending": false,
        "communication_disabled_until": member.timed_out_until.map(time),
    })
}

pub(crate) fn member(state: &State, member: &Member) -> Value {
    let mut value = member_alone(member);
    value["user"] = user_by(state, member.user);
    value
}

pub(crate) fn channel(state: &State, channel: &Channel) -> Value {
    match channel.kind {
        ChannelKind::Dm => dm(state, channel),
        kind if kind.is_thread() => thread(state, channel),
        _ => guild_channel(channel),
    }
}

/// A channel as interactions carry it: without overwrites, and with what who acts may do there.
pub(crate) fn partial_channel(state: &State, of: &Channel, may: Permissions) -> Value {
    let mut value = channel(state, of);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("permission_overwrites");
    }
    value["permissions"] = json!(may.0.to_string());
    value
}

fn dm(state: &State, channel: &Channel) -> Value {
    let others = channel.recipients.iter().filter(|user| **user != state.app.bot);
    json!({
        "id": id(channel.id),
        "type": 1,
        "flags": 0,
        "last_message_id": channel.last_message.map(id),
        "recipients": others.map(|other| user_by(state, *other)).collect::<Vec<_>>(),
    })
}

fn guild_channel(channel: &Channel) -> Value {
    let mut value = json!({
        "id": id(channel.id),
        "type": channel.kind as u8,
        "flags": 0,
        "guild_id": channel.guild.map(id),
        "name": channel.name,
        "parent_id": channel.parent.map(id),
        "position": channel.position,
        "permission_overwrites": overwrites(channel),
        "nsfw": false,
    });
    if channel.kind != ChannelKind::Category {
        value["topic"] = json!(channel.topic);
        value["last_message_id"] = json!(channel.last_message.map(id));
        value["rate_limit_per_user"] = json!(channel.slowmode);
    }
    let more = match channel.kind {
        ChannelKind::Voice | ChannelKind::Stage => {
            json!({ "bitrate": 64000, "user_limit": 0, "rtc_region": null })
        }
        ChannelKind::Forum => json!({
            "available_tags": [], "default_reaction_emoji": null, "default_sort_order": null,
            "default_forum_layout": 0,
        }),
        _ => json!({}),
    };
    for (key, constant) in more.as_object().into_iter().flatten() {
        value[key] = constant.clone();
    }
    value
}

fn overwrites(channel: &Channel) -> Vec<Value> {
    let one = |overwrite: &super::model::Overwrite| {
        json!({
            "id": id(overwrite.of),
            "type": overwrite.kind as u8,
            "allow": overwrite.allow.0.to_string(),
            "deny": overwrite.deny.0.to_string(),
        })
    };
    channel.overwrites.iter().map(one).collect()
}

fn thread(state: &State, channel: &Channel) -> Value {
    let Some(thread) = &channel.thread else { return Value::Null };
    let mut value = json!({
        "id": id(channel.id),
        "type": channel.kind as u8,
        "flags": 0,
        "guild_id": channel.guild.map(id),
        "name": channel.name,
        "parent_id": channel.parent.map(id),
        "owner_id": id(thread.owner),
        "last_message_id": channel.last_message.map(id),
        "rate_limit_per_user": channel.slowmode,
        "message_count": state.messages(channel.id).filter(|one| one.only_for.is_none()).count(),
        "total_message_sent": thread.sent,
        "member_count": thread.members.len().min(50),
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "auto_archive_duration": thread.auto_archive_minutes,
            "archive_timestamp": time(thread.archive_changed),
            "create_timestamp": time(created(channel.id)),
        },
    });
    if channel.kind == ChannelKind::PrivateThread {
        value["thread_metadata"]["invitable"] = json!(thread.invitable);
    }
    if thread.members.contains_key(&state.app.bot) {
        value["member"] = thread_member(channel, state.app.bot);
    }
    value
}

/// What a forward of a message carries.
pub(crate) fn snapshot(state: &State, of: &Message) -> Value {
    let whole = message_alone(state, of);
    let kept = [
        "type",
        "content",
        "embeds",
        "attachments",
        "components",
        "flags",
        "mentions",
        "mention_roles",
        "timestamp",
        "edited_timestamp",
    ];
    kept.iter().map(|key| ((*key).to_owned(), whole[*key].clone())).collect()
}

/// What the audit log says of the bot's joining.
pub(crate) fn audit_entry(state: &State, guild: &Guild) -> Option<Value> {
    let (by, bot) = (guild.added_by?, guild.members.get(&state.app.bot)?);
    Some(json!({
        "id": id(super::state::snowflake(bot.joined)),
        "action_type": 28,
        "user_id": id(by),
        "target_id": id(bot.user),
    }))
}

/// When the thing with this identifier was made.
pub(crate) fn created(snowflake: Id) -> Timestamp {
    let since = i64::try_from(snowflake >> 22).unwrap_or(0);
    Timestamp::from_millisecond(since + 1_420_070_400_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

pub(crate) fn thread_member(channel: &Channel, user: Id) -> Value {
    let joined = channel.thread.as_ref().and_then(|thread| thread.members.get(&user));
    json!({
        "id": id(channel.id),
        "user_id": id(user),
        "join_timestamp": joined.map(|at| time(*at)),
        "flags": 0,
    })
}

/// A message as its author gets it back; only then, and in the event of its creation, is the nonce there.
pub(crate) fn new_message(state: &State, of: &Message) -> Value {
    let mut value = message(state, of);
    if let Some(nonce) = &of.nonce {
        value["nonce"] = nonce.clone();
    }
    value
}

/// A message as REST gives it.
pub(crate) fn message(state: &State, message: &Message) -> Value {
    let mut value = message_alone(state, message);
    let reference = message.reference.filter(|_| message.kind == 19);
    if let Some(to) = reference {
        let answered = state.message(to.channel, to.message).ok();
        value["referenced_message"] = json!(answered.map(|answered| message_alone(state, answered)));
    }
    value
}

fn message_alone(state: &State, message: &Message) -> Value {
    let mut value = json!({
        "id": id(message.id),
        "channel_id": id(message.channel),
        "type": message.kind,
        "author": user_by(state, message.author),
        "content": message.content,
        "timestamp": time(message.posted),
        "edited_timestamp": message.edited.map(time),
        "tts": false,
        "mention_everyone": message.mention_everyone,
        "mentions": message.mentions.iter().map(|user| user_by(state, *user)).collect::<Vec<_>>(),
        "mention_roles": ids(&message.mention_roles),
        "attachments": message.attachments,
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned,
        "flags": message.flags,
    });
    optional_parts(state, message, &mut value);
    value
}

fn optional_parts(state: &State, message: &Message, value: &mut Value) {
    if !message.reactions.is_empty() {
        value["reactions"] = reactions(state, message);
    }
    if let Some(webhook) = message.webhook {
        value["webhook_id"] = id(webhook);
    }
    if let Some(to) = message.reference {
        value["message_reference"] = json!({
            "type": u8::from(message.forwarded.is_some()),
            "channel_id": id(to.channel),
            "message_id": id(to.message),
        });
        if let Some(guild) = state.channels.get(&to.channel).and_then(|channel| channel.guild) {
            value["message_reference"]["guild_id"] = id(guild);
        }
    }
    if let Some(forwarded) = &message.forwarded {
        value["message_snapshots"] = json!([{ "message": forwarded }]);
    }
    if let Some(thread) = message.thread.and_then(|thread| state.channels.get(&thread)) {
        value["thread"] = channel(state, thread);
    }
    if message.author == state.app.bot {
        value["application_id"] = id(state.app.id);
    }
    if let Some(interaction) = message.interaction.and_then(|of| state.interactions.get(&of)) {
        value["interaction_metadata"] = interaction_metadata(state, interaction);
    }
}

fn interaction_metadata(state: &State, of: &Interaction) -> Value {
    let mut value = json!({
        "id": id(of.id),
        "type": of.kind as u8,
        "user": user_by(state, of.user),
        "authorizing_integration_owners": {},
    });
    if let Some(message) = of.message.filter(|_| of.kind == InteractionKind::Component) {
        value["interacted_message_id"] = id(message);
    }
    if let Some(opener) = of.opened_by.and_then(|opener| state.interactions.get(&opener)) {
        value["triggering_interaction_metadata"] = interaction_metadata(state, opener);
    }
    value
}

fn reactions(state: &State, message: &Message) -> Value {
    let one = |reaction: &super::model::Reaction| {
        json!({
            "emoji": emoji(&reaction.emoji),
            "count": reaction.users.len(),
            "count_details": { "burst": 0, "normal": reaction.users.len() },
            "burst_colors": [],
            "me": reaction.users.contains(&state.app.bot),
            "me_burst": false,
            "burst_count": 0,
        })
    };
    message.reactions.iter().map(one).collect()
}

pub(crate) fn emoji(name: &str) -> Value {
    match name.split_once(':') {
        Some((name, emoji_id)) => json!({ "id": emoji_id, "name": name }),
        None => json!({ "id": null, "name": name }),
    }
}

/// A message as the gateway gives it: with the guild and the author's membership.
pub(crate) fn gateway_message(state: &State, of: &Message) -> Value {
    let mut value = new_message(state, of);
    if let Some(guild) = state.channels.get(&of.channel).and_then(|channel| channel.guild) {
        value["guild_id"] = id(guild);
        if let Ok(author) = state.member(guild, of.author) {
            value["member"] = member_alone(author);
        }
    }
    value
}

/// A message as an application without the message-content intent gets it: `None` when nothing is hidden.
///
/// Its own messages, direct messages and those that mention it keep their content.
pub(crate) fn without_content(state: &State, event: &str, data: &Value) -> Option<Value> {
    let messages = ["MESSAGE_CREATE", "MESSAGE_UPDATE"];
    if !messages.contains(&event) || data.get("guild_id").is_none() {
        return None;
    }
    hide_content(state, data)
}

pub(crate) fn hide_content(state: &State, data: &Value) -> Option<Value> {
    let me = id(state.app.bot);
    let own = data["author"]["id"] == me;
    let mentioned =
        data["mentions"].as_array().is_some_and(|mentions| mentions.iter().any(|user| user["id"] == me));
    if own || mentioned {
        return None;
    }
    let mut hidden = data.clone();
    hidden["content"] = json!("");
    for list in ["embeds", "attachments", "components"] {
        hidden[list] = json!([]);
    }
    if let Some(fields) = hidden.as_object_mut() {
        fields.remove("message_snapshots");
    }
    Some(hidden)
}

/// A guild without what only the gateway adds.
pub(crate) fn guild(guild: &Guild) -> Value {
    let mut value = guild_constants();
    value["id"] = id(guild.id);
    value["name"] = json!(guild.name);
    value["owner_id"] = id(guild.owner);
    value["preferred_locale"] = json!(guild.locale);
    value["system_channel_id"] = json!(guild.system_channel.map(id));
    value["public_updates_channel_id"] = json!(guild.public_updates_channel.map(id));
    value["roles"] = guild.roles.values().map(role).collect();
    if !guild.automod.is_empty() {
        value["features"] = json!(["COMMUNITY", "AUTO_MODERATION"]);
    }
    value
}

/// What is the same for every guild here: no pictures, no boosts, no welcome screen.
fn guild_constants() -> Value {
    let mut value = json!({
        "features": ["COMMUNITY"],
        "region": "deprecated",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": false,
        "verification_level": 1,
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 2,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "premium_progress_bar_enabled": false,
        "nsfw": false,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
    });
    for unset in [
        "icon",
        "description",
        "home_header",
        "splash",
        "discovery_splash",
        "banner",
        "application_id",
        "afk_channel_id",
        "widget_channel_id",
        "max_presences",
        "vanity_url_code",
        "rules_channel_id",
        "safety_alerts_channel_id",
        "premium_progress_bar_enabled_user_updated_at",
        "incidents_data",
        "inventory_settings",
    ] {
        value[unset] = Value::Null;
    }
    value
}

/// A guild as the gateway announces it: with its channels of those `here`, the threads the bot can see, and the bot
/// itself (all members when `everyone`).
pub(crate) fn gateway_guild(state: &State, of: &Guild, here: &[&Channel], everyone: bool) -> Value {
    let channels = here.iter().filter(|channel| !channel.kind.is_thread());
    let members = of.members.values().filter(|member| everyone || member.user == state.app.bot);
    let mut value = guild(of);
    value["joined_at"] = json!(of.members.get(&state.app.bot).map(|me| time(me.joined)));
    value["large"] = json!(of.members.len() > 250);
    value["unavailable"] = json!(false);
    value["member_count"] = json!(of.members.len());
    value["members"] = members.map(|one| member(state, one)).collect();
    value["channels"] = channels.map(|one| channel(state, one)).collect();
    let seen = here.iter().filter(|one| is_active(one) && state.sees(state.app.bot, one));
    value["threads"] = seen.map(|one| channel(state, one)).collect();
    for list in
        ["voice_states", "presences", "stage_instances", "guild_scheduled_events", "soundboard_sounds"]
    {
        value[list] = json!([]);
    }
    value
}

/// The threads of a guild that are not archived and that `viewer` sees.
pub(crate) fn active_threads(state: &State, guild: Id, viewer: Id) -> Vec<&Channel> {
    let here = state.channels_of(guild).into_iter();
    here.filter(|channel| is_active(channel) && state.sees(viewer, channel)).collect()
}

fn is_active(channel: &Channel) -> bool {
    channel.thread.as_ref().is_some_and(|thread| !thread.archived)
}
