//! Who can act on what we say of our own accord, and where only such people read.

use crate::discord::id::{GuildId, Permissions, RoleId, UserId};

use super::kept::{Channel, Role};
use super::{Guilds, Known};
use crate::discord::permissions::{in_guild, of_everyone, of_member};
use crate::discord::wire::{OverwriteKind, kind};
use crate::message;

/// Who holds one of these looks after a server.
const MODERATING: Permissions = Permissions::ADMINISTRATOR
    .union(Permissions::MANAGE_GUILD)
    .union(Permissions::MANAGE_THREADS)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::MODERATE_MEMBERS);

impl Guilds {
    /// Whether we may see in the audit log who added us.
    pub(in crate::discord) fn reads_audit_log(&self, guild: GuildId) -> bool {
        let held = self.look(guild, |known| in_guild(&known.guild, self.me, &known.my_roles));
        held.unwrap_or(Permissions::empty())
            .intersects(Permissions::VIEW_AUDIT_LOG | Permissions::ADMINISTRATOR)
    }

    /// Who owns a guild.
    pub(in crate::discord) fn owner(&self, guild: GuildId) -> Option<UserId> {
        self.look(guild, |known| known.guild.owner_id)
    }

    /// The name of a guild.
    pub(in crate::discord) fn name(&self, guild: GuildId) -> Option<String> {
        let name = self.look(guild, |known| known.guild.name.to_string());
        name.filter(|name| !name.trim().is_empty())
    }

    /// The first channel that only moderators read and that we can write in.
    pub(in crate::discord) fn moderators_channel(&self, guild: GuildId) -> Option<message::ChannelId> {
        let here = self.in_force(guild);
        self.look(guild, |known| {
            let told = known.alerts(&here.server, self.me).first().copied();
            told.or_else(|| {
                let text = known.channels.values().filter(|channel| channel.kind == kind::TEXT);
                let closed = text.filter(|channel| {
                    known.is_for_moderators(channel.id, self.me)
                        && known.only_moderators_see(channel, self.me)
                });
                let first = closed.min_by_key(|channel| (channel.position, channel.id))?;
                Some(message::ChannelId(first.id.get()))
            })
        })?
    }
}

impl Known {
    /// Whether anyone but moderators can write in `channel`: everyone, or those with a role that looks after nothing.
    pub(super) fn members_write_in(&self, channel: &Channel) -> bool {
        let speak = match channel.kind {
            kind::VOICE | kind::STAGE => Permissions::SEND_MESSAGES | Permissions::CONNECT,
            kind::FORUM | kind::MEDIA => Permissions::SEND_MESSAGES_IN_THREADS,
            _ => Permissions::SEND_MESSAGES,
        };
        let everyone = of_everyone(&self.guild, channel).contains(speak);
        everyone
            || self.guild.roles.iter().any(|role| {
                let ordinary = !role.a_bots && !role.permissions.intersects(MODERATING);
                ordinary && self.held_with(role, channel).contains(speak)
            })
    }

    /// What a member with `role` alone may do in `channel`.
    fn held_with(&self, role: &Role, channel: &Channel) -> Permissions {
        of_member(&self.guild, channel, UserId::new(u64::MAX), &[role.id])
    }

    /// Whether each role that sees `channel` looks after the server, and no single member was let in but us.
    pub(super) fn only_moderators_see(&self, channel: &Channel, me: UserId) -> bool {
        let sees = |role: &Role| self.held_with(role, channel).contains(Permissions::VIEW_CHANNEL);
        let everyone = RoleId::new(self.guild.id.get());
        let mut roles = self.guild.roles.iter().filter(|role| role.id != everyone && !role.a_bots);
        let let_in = channel.overwrites().iter().any(|one| {
            one.kind == OverwriteKind::Member
                && one.id != me.get()
                && one.allow.contains(Permissions::VIEW_CHANNEL)
        });
        !let_in && roles.all(|role| !sees(role) || role.permissions.intersects(MODERATING))
    }
}
