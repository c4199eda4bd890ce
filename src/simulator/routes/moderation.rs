//! `/guilds/{}/auto-moderation/rules` and `/guilds/{}/audit-logs`.

use serde_json::{Value, json};

use super::{Answered, with};
use crate::simulator::body::{Call, id_of};
use crate::simulator::model::Id;
use crate::simulator::permissions::Permissions;
use crate::simulator::refusal::Refusal;
use crate::simulator::render;
use crate::simulator::state::State;

pub(super) fn rules(state: &State, guild: Id) -> Answered {
    let guild = state.granted(guild, state.app.bot, Permissions::MANAGE_GUILD)?;
    with(guild.automod.values().cloned().collect())
}

/// The only entry of the log is who added the bot.
pub(super) fn audit_log(state: &State, call: &Call, guild: Id) -> Answered {
    let guild = state.granted(guild, state.app.bot, Permissions::VIEW_AUDIT_LOG)?;
    call.limit(1, 100, 50)?;
    let entry = match render::audit_entry(state, guild) {
        Some(entry) if asked(call, &entry)? => Some(entry),
        _ => None,
    };
    let people = entry.iter().flat_map(|entry| [&entry["user_id"], &entry["target_id"]]).filter_map(id_of);
    with(json!({
        "users": people.map(|user| render::user_by(state, user)).collect::<Vec<_>>(),
        "audit_log_entries": entry.iter().collect::<Vec<_>>(),
        "integrations": [], "webhooks": [], "guild_scheduled_events": [], "threads": [],
        "application_commands": [], "auto_moderation_rules": [],
    }))
}

/// Whether an entry is one that the query asks for.
fn asked(call: &Call, entry: &Value) -> Result<bool, Refusal> {
    let of = |key: &str| id_of(&entry[key]).unwrap_or_default();
    let mut fits = call.asked_id("before")?.is_none_or(|bound| of("id") < bound);
    fits &= call.asked_id("after")?.is_none_or(|bound| of("id") > bound);
    for key in ["action_type", "user_id", "target_id"] {
        fits &= call.asked_id(key)?.is_none_or(|wanted| of(key) == wanted);
    }
    Ok(fits)
}
