//! Says in the log what is missing where, and what will not work without it.

use serenity::model::id::GuildId;
use tracing::warn;

use super::guilds::Guilds;
use super::permissions::NEEDED;

/// One line for each permission that is missing in a watched channel of `guild`, and for each role of
/// moderators that cannot be summoned.
pub(super) fn gaps(guilds: &Guilds, guild: GuildId) {
    for role in guilds.unmentionable(guild) {
        warn!(
            %guild, %role,
            "I cannot mention this moderator role, so it is not brought into threads: allow anyone to mention it, \
             or give me Mention Everyone"
        );
    }
    for (channel, lacking) in guilds.gaps(guild) {
        for (permission, name, consequence) in NEEDED {
            if lacking.contains(*permission) {
                warn!(%guild, %channel, permission = name, "missing permission {name} in this channel: {consequence}");
            }
        }
    }
}
