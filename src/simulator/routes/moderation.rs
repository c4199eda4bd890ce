//! `/guilds/{}/auto-moderation/rules`.

use super::{Answered, with};
use crate::simulator::model::Id;
use crate::simulator::permissions::Permissions;
use crate::simulator::state::State;

pub(super) fn rules(state: &State, guild: Id) -> Answered {
    let guild = state.granted(guild, state.app.bot, Permissions::MANAGE_GUILD)?;
    with(guild.automod.values().cloned().collect())
}
