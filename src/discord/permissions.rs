//! Discord's permission arithmetic, and permissions by name.
//!
//! Source: <https://discord.com/developers/docs/topics/permissions#permission-overwrites>.

use crate::discord::id::{Permissions, RoleId, UserId};

use super::guilds::kept::{Channel, Guild};
use super::wire::{OverwriteKind, kind};

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
        channel.overwrites().iter().filter(move |one| one.kind == kind && one.id == id)
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

/// A permission we use.
#[derive(Debug, PartialEq)]
pub(crate) struct Need {
    pub(super) permission: Permissions,
    /// As Discord's settings call it.
    pub(super) name: &'static str,
    /// What does not work without it; `{instead}` stands for what is done in place of a private thread.
    pub(super) without: &'static str,
    /// Whether watching, acknowledging, taking aside or removing fails without it.
    pub(super) breaks: bool,
}

/// Every permission we use.
pub(super) const NEEDED: &[Need] = &[
    need(Permissions::VIEW_CHANNEL, "View Channel", "nothing said there reaches me", true),
    need(Permissions::CONNECT, "Connect", "nothing said in the chat of a voice channel reaches me", true),
    need(Permissions::SEND_MESSAGES, "Send Messages", "I cannot acknowledge anything there", true),
    need(
        Permissions::CREATE_PRIVATE_THREADS,
        "Create Private Threads",
        "private threads are impossible there, so {instead}",
        true,
    ),
    need(
        Permissions::SEND_MESSAGES_IN_THREADS,
        "Send Messages in Threads",
        "I cannot speak in threads there: nothing in public ones is acknowledged, and in place of private ones \
         {instead}",
        true,
    ),
    need(
        Permissions::MANAGE_MESSAGES,
        "Manage Messages",
        "I cannot remove a message that gives away a secret, only ask its author to",
        true,
    ),
    need(
        Permissions::MANAGE_THREADS,
        "Manage Threads",
        "I cannot tidy up threads that came to nothing",
        false,
    ),
    need(
        Permissions::READ_MESSAGE_HISTORY,
        "Read Message History",
        "I miss what was written while I was away, and name members where I would reply to them",
        false,
    ),
    need(Permissions::EMBED_LINKS, "Embed Links", "a removed message's text is given back as a quote", false),
];

const fn need(permission: Permissions, name: &'static str, without: &'static str, breaks: bool) -> Need {
    Need { permission, name, without, breaks }
}

/// Who reads and writes in a voice channel's chat must be able to enter it.
const VOICE: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::CONNECT)
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// A forum holds posts, which are threads, and nothing else.
const FORUM: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES_IN_THREADS)
    .union(Permissions::MANAGE_MESSAGES)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// An announcement channel has public threads, but no private ones.
const ANNOUNCEMENT: Permissions = FORUM.union(Permissions::SEND_MESSAGES);

const TEXT: Permissions = ANNOUNCEMENT
    .union(Permissions::CREATE_PRIVATE_THREADS)
    .union(Permissions::MANAGE_THREADS)
    .union(Permissions::EMBED_LINKS);

/// What we use in a watched channel of this type.
pub(super) const fn needed_in(channel: u8) -> Permissions {
    match channel {
        kind::TEXT => TEXT,
        kind::VOICE | kind::STAGE => VOICE,
        kind::FORUM | kind::MEDIA => FORUM,
        _ => ANNOUNCEMENT,
    }
}

/// What of `needed` is not in `held`. Who cannot see a channel lacks that alone: all else follows from it.
pub(super) fn lacking(held: Permissions, needed: Permissions) -> impl Iterator<Item = &'static Need> {
    let lacking = needed - held;
    let hidden = lacking.contains(Permissions::VIEW_CHANNEL);
    let lacking = if hidden { Permissions::VIEW_CHANNEL } else { lacking };
    NEEDED.iter().filter(move |need| lacking.contains(need.permission))
}

/// The name of the first permission of `needed` that `held` lacks.
pub(super) fn missing(held: Permissions, needed: Permissions) -> Option<&'static str> {
    lacking(held, needed).next().map(|need| need.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::discord::wire;

    const GUILD: u64 = 1;
    const OWNER: u64 = 2;
    const MEMBER: u64 = 3;
    const CREW: u64 = 10;
    const CAPTAIN: u64 = 11;

    fn guild(everyone: Permissions, crew: Permissions) -> Guild {
        let role =
            |id: u64, permissions: Permissions| json!({ "id": id.to_string(), "permissions": permissions });
        let roles = [role(GUILD, everyone), role(CREW, crew), role(CAPTAIN, Permissions::ADMINISTRATOR)];
        let guild = json!({ "id": GUILD.to_string(), "owner_id": OWNER.to_string(), "roles": roles });
        serde_json::from_value::<wire::Guild>(guild).unwrap().into()
    }

    fn channel(overwrites: &[(u64, u8, Permissions, Permissions)]) -> Channel {
        let overwrites: Vec<_> = overwrites
            .iter()
            .map(|(id, kind, allow, deny)| json!({ "id": id.to_string(), "type": kind, "allow": allow, "deny": deny }))
            .collect();
        let channel = json!({ "id": "20", "type": 0, "permission_overwrites": overwrites });
        serde_json::from_value::<wire::Channel>(channel).unwrap().into()
    }

    #[test]
    fn the_arithmetic_is_discords() {
        let (view, send, none) =
            (Permissions::VIEW_CHANNEL, Permissions::SEND_MESSAGES, Permissions::empty());
        let (role, member) = (0, 1);
        let both = view | send;
        let rows = [
            ("what @everyone may, a member may", both, none, vec![], MEMBER, vec![], both),
            ("roles add up", view, send, vec![], MEMBER, vec![CREW], both),
            ("a denial for everyone", both, none, vec![(GUILD, role, none, send)], MEMBER, vec![], view),
            (
                "a role's overwrite goes over everyone's",
                both,
                none,
                vec![(GUILD, role, none, send), (CREW, role, send, none)],
                MEMBER,
                vec![CREW],
                both,
            ),
            (
                "but only for those who hold it",
                both,
                none,
                vec![(GUILD, role, none, send), (CREW, role, send, none)],
                MEMBER,
                vec![],
                view,
            ),
            (
                "the member's own goes over all",
                both,
                none,
                vec![(CREW, role, none, send), (MEMBER, member, send, none)],
                MEMBER,
                vec![CREW],
                both,
            ),
            (
                "who cannot see can do nothing",
                both,
                none,
                vec![(GUILD, role, none, view)],
                MEMBER,
                vec![],
                none,
            ),
            (
                "administrators may everything",
                none,
                none,
                vec![(GUILD, role, none, view)],
                MEMBER,
                vec![CAPTAIN],
                Permissions::all(),
            ),
            (
                "so may the owner",
                none,
                none,
                vec![(GUILD, role, none, view)],
                OWNER,
                vec![],
                Permissions::all(),
            ),
        ];
        for (sentence, everyone, crew, overwrites, who, roles, expected) in rows {
            let roles: Vec<RoleId> = roles.into_iter().map(RoleId::new).collect();
            let may = of_member(&guild(everyone, crew), &channel(&overwrites), UserId::new(who), &roles);
            assert_eq!(may, expected, "{sentence}");
        }
    }

    #[test]
    fn a_member_without_roles_is_everyone() {
        let view = Permissions::VIEW_CHANNEL;
        let open = channel(&[]);
        let closed = channel(&[(GUILD, 0, Permissions::empty(), view)]);
        let opened_for_one =
            channel(&[(GUILD, 0, Permissions::empty(), view), (MEMBER, 1, view, Permissions::empty())]);
        let guild = guild(view, Permissions::empty());
        let may: Vec<bool> = [open, closed, opened_for_one]
            .iter()
            .map(|one| of_everyone(&guild, one).contains(view))
            .collect();
        assert_eq!(may, [true, false, false]);
    }

    #[test]
    fn what_is_missing_is_named_as_in_discords_settings() {
        let needed = Permissions::VIEW_CHANNEL | Permissions::MANAGE_MESSAGES;
        assert_eq!(missing(Permissions::VIEW_CHANNEL, needed), Some("Manage Messages"));
        assert_eq!(missing(Permissions::all(), needed), None);
    }
}
