//! Discord's permission arithmetic, and permissions by name.
//!
//! Source: <https://discord.com/developers/docs/topics/permissions#permission-overwrites>.

use serenity::model::Permissions;
use serenity::model::id::{RoleId, UserId};

use super::wire::{Channel, Guild, OverwriteKind};

/// What a member with `roles` may do in `channel` of `guild`; threads go by their parent channel.
pub(super) fn of_member(guild: &Guild, channel: &Channel, member: UserId, roles: &[RoleId]) -> Permissions {
    let base = in_guild(guild, member, roles);
    if base.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    settle(overwritten(guild, channel, Some(member), roles, base))
}

/// What `@everyone` may do in `channel`, that is, a member without any role.
pub(super) fn of_everyone(guild: &Guild, channel: &Channel) -> Permissions {
    let base = in_guild(guild, UserId::new(u64::MAX), &[]);
    if base.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    settle(overwritten(guild, channel, None, &[], base))
}

/// What a member with `roles` may do in the guild, before any channel's overwrites.
pub(super) fn in_guild(guild: &Guild, member: UserId, roles: &[RoleId]) -> Permissions {
    if guild.owner_id == member {
        return Permissions::all();
    }
    let everyone = RoleId::new(guild.id.get());
    let held = guild.roles.iter().filter(|role| role.id == everyone || roles.contains(&role.id));
    held.fold(Permissions::empty(), |sum, role| sum | role.permissions)
}

fn overwritten(
    guild: &Guild,
    channel: &Channel,
    member: Option<UserId>,
    roles: &[RoleId],
    base: Permissions,
) -> Permissions {
    let everyone = guild.id.get();
    let of = |kind: OverwriteKind, id: u64| {
        channel.permission_overwrites.iter().filter(move |one| one.kind == kind && one.id == id)
    };
    let mut sum = base;
    for one in of(OverwriteKind::Role, everyone) {
        sum = (sum - one.deny) | one.allow;
    }
    let (mut deny, mut allow) = (Permissions::empty(), Permissions::empty());
    for one in roles.iter().flat_map(|role| of(OverwriteKind::Role, role.get())) {
        deny |= one.deny;
        allow |= one.allow;
    }
    sum = (sum - deny) | allow;
    for one in member.iter().flat_map(|member| of(OverwriteKind::Member, member.get())) {
        sum = (sum - one.deny) | one.allow;
    }
    sum
}

/// Who cannot see a channel can do nothing in it.
fn settle(sum: Permissions) -> Permissions {
    if sum.contains(Permissions::VIEW_CHANNEL) { sum } else { Permissions::empty() }
}

/// The permissions we use, as Discord's settings call them, with what does not work without each.
pub(super) const NEEDED: &[(Permissions, &str, &str)] = &[
    (Permissions::VIEW_CHANNEL, "View Channel", "I cannot watch it"),
    (Permissions::SEND_MESSAGES, "Send Messages", "I cannot acknowledge anything there"),
    (
        Permissions::CREATE_PRIVATE_THREADS,
        "Create Private Threads",
        "I fall back to the desk channel or a direct message",
    ),
    (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads", "I cannot speak in private threads"),
    (Permissions::MANAGE_MESSAGES, "Manage Messages", "I cannot remove a message that gives away a secret"),
    (Permissions::MANAGE_THREADS, "Manage Threads", "I cannot tidy up threads"),
    (
        Permissions::READ_MESSAGE_HISTORY,
        "Read Message History",
        "I miss what was written while I was away, and cannot reply to messages",
    ),
    (Permissions::EMBED_LINKS, "Embed Links", "I cannot give a removed message's text back"),
];

/// The name of the first permission of `needed` that `held` lacks.
pub(super) fn missing(held: Permissions, needed: Permissions) -> Option<&'static str> {
    let lacking = |(permission, _, _): &&(Permissions, &str, &str)| {
        needed.contains(*permission) && !held.contains(*permission)
    };
    NEEDED.iter().find(lacking).map(|(_, name, _)| *name)
}
