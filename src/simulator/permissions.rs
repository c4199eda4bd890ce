//! Discord's permission arithmetic.
//!
//! Source: <https://discord.com/developers/docs/topics/permissions>.

use std::ops::{BitAnd, BitOr, Not};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::model::{Guild, Id, Member, Overwrite};

/// A set of permission bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Permissions(pub u64);

macro_rules! bits {
    ($($(#[$doc:meta])* $name:ident = $bit:literal;)+) => {
        impl Permissions {
            $($(#[$doc])* pub const $name: Self = Self(1 << $bit);)+

            /// Every bit this module knows, with the name Discord documents for it.
            pub const NAMES: &'static [(&'static str, Self)] = &[$((stringify!($name), Self::$name)),+];
        }
    };
}

bits! {
    /// May make invites.
    CREATE_INSTANT_INVITE = 0;
    /// May kick members.
    KICK_MEMBERS = 1;
    /// May ban members.
    BAN_MEMBERS = 2;
    /// Everything, everywhere in the guild.
    ADMINISTRATOR = 3;
    /// May create, change and delete channels.
    MANAGE_CHANNELS = 4;
    /// May change the guild.
    MANAGE_GUILD = 5;
    /// May react with an emoji nobody used yet.
    ADD_REACTIONS = 6;
    /// May read the audit log.
    VIEW_AUDIT_LOG = 7;
    /// Speaks louder.
    PRIORITY_SPEAKER = 8;
    /// May go live.
    STREAM = 9;
    /// May see a channel at all.
    VIEW_CHANNEL = 10;
    /// May post in a channel (not in its threads).
    SEND_MESSAGES = 11;
    /// May post text-to-speech.
    SEND_TTS_MESSAGES = 12;
    /// May delete other people's messages.
    MANAGE_MESSAGES = 13;
    /// Links are shown with a preview.
    EMBED_LINKS = 14;
    /// May upload files.
    ATTACH_FILES = 15;
    /// May read what was said before.
    READ_MESSAGE_HISTORY = 16;
    /// May ping everyone, and roles that are not mentionable.
    MENTION_EVERYONE = 17;
    /// May use emojis of other guilds.
    USE_EXTERNAL_EMOJIS = 18;
    /// May see the guild's insights.
    VIEW_GUILD_INSIGHTS = 19;
    /// May join voice.
    CONNECT = 20;
    /// May speak in voice.
    SPEAK = 21;
    /// May mute others in voice.
    MUTE_MEMBERS = 22;
    /// May deafen others in voice.
    DEAFEN_MEMBERS = 23;
    /// May move others between voice channels.
    MOVE_MEMBERS = 24;
    /// May speak without push to talk.
    USE_VAD = 25;
    /// May change the own nickname.
    CHANGE_NICKNAME = 26;
    /// May change other nicknames.
    MANAGE_NICKNAMES = 27;
    /// May change roles below the own, and overwrites.
    MANAGE_ROLES = 28;
    /// May manage webhooks.
    MANAGE_WEBHOOKS = 29;
    /// May manage emojis and stickers.
    MANAGE_GUILD_EXPRESSIONS = 30;
    /// May use application commands.
    USE_APPLICATION_COMMANDS = 31;
    /// May ask to speak on a stage.
    REQUEST_TO_SPEAK = 32;
    /// May manage scheduled events.
    MANAGE_EVENTS = 33;
    /// Sees, changes, locks and deletes every thread.
    MANAGE_THREADS = 34;
    /// May open public threads.
    CREATE_PUBLIC_THREADS = 35;
    /// May open private threads.
    CREATE_PRIVATE_THREADS = 36;
    /// May use stickers of other guilds.
    USE_EXTERNAL_STICKERS = 37;
    /// May post in threads.
    SEND_MESSAGES_IN_THREADS = 38;
    /// May start activities.
    USE_EMBEDDED_ACTIVITIES = 39;
    /// May time members out.
    MODERATE_MEMBERS = 40;
    /// May send voice messages.
    SEND_VOICE_MESSAGES = 46;
    /// May post polls.
    SEND_POLLS = 49;
    /// May pin messages.
    PIN_MESSAGES = 51;
    /// Is not slowed down by slow mode.
    BYPASS_SLOWMODE = 52;
}

impl Permissions {
    /// No bit at all.
    pub const NONE: Self = Self(0);
    /// Every bit.
    pub const ALL: Self = Self((1 << 53) - 1);
    /// What `@everyone` may do in a freshly made guild.
    pub const ORDINARY: Self = Self(
        Self::VIEW_CHANNEL.0
            | Self::SEND_MESSAGES.0
            | Self::READ_MESSAGE_HISTORY.0
            | Self::ADD_REACTIONS.0
            | Self::EMBED_LINKS.0
            | Self::ATTACH_FILES.0
            | Self::CREATE_INSTANT_INVITE.0
            | Self::CHANGE_NICKNAME.0
            | Self::CONNECT.0
            | Self::SPEAK.0
            | Self::USE_APPLICATION_COMMANDS.0
            | Self::CREATE_PUBLIC_THREADS.0
            | Self::SEND_MESSAGES_IN_THREADS.0,
    );
    /// What is left to a timed-out member.
    const TIMED_OUT: Self = Self(Self::VIEW_CHANNEL.0 | Self::READ_MESSAGE_HISTORY.0);
    /// What means nothing to someone who may not post.
    const OF_POSTING: Self = Self(
        Self::MENTION_EVERYONE.0
            | Self::SEND_TTS_MESSAGES.0
            | Self::ATTACH_FILES.0
            | Self::EMBED_LINKS.0
            | Self::SEND_VOICE_MESSAGES.0
            | Self::SEND_POLLS.0,
    );

    /// Whether every bit of `wanted` is here.
    #[must_use]
    pub fn contains(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// The permission called `name` in Discord's documentation; `ALL`, `NONE` and `ORDINARY` are known too.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "ALL" => Some(Self::ALL),
            "NONE" => Some(Self::NONE),
            "ORDINARY" => Some(Self::ORDINARY),
            _ => Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, bit)| *bit),
        }
    }
}

impl BitOr for Permissions {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Permissions {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Not for Permissions {
    type Output = Self;
    fn not(self) -> Self {
        Self(!self.0)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        names.iter().try_fold(Self::NONE, |all, name| {
            let bit =
                Self::named(name).ok_or_else(|| D::Error::custom(format!("unknown permission `{name}`")))?;
            Ok(all | bit)
        })
    }
}

/// What `member` may do in the guild, before any channel's overwrites.
pub(crate) fn in_guild(guild: &Guild, member: &Member) -> Permissions {
    if guild.owner == member.user {
        return Permissions::ALL;
    }
    let everyone = guild.roles.get(&guild.id).map_or(Permissions::NONE, |role| role.permissions);
    let all = member
        .roles
        .iter()
        .filter_map(|id| guild.roles.get(id))
        .fold(everyone, |all, role| all | role.permissions);
    if all.contains(Permissions::ADMINISTRATOR) { Permissions::ALL } else { all }
}

/// What `member` may do in a channel of `guild` with these `overwrites`: `@everyone`'s overwrite first,
/// then those of all roles together, then the member's own; without `VIEW_CHANNEL` nothing is left,
/// and a timed-out member can only read.
pub(crate) fn in_channel(
    guild: &Guild,
    member: &Member,
    overwrites: &[Overwrite],
    timed_out: bool,
) -> Permissions {
    let base = in_guild(guild, member);
    if base == Permissions::ALL {
        return base;
    }
    let folded = with_overwrites(base, guild.id, member, overwrites);
    let left = if timed_out { folded & Permissions::TIMED_OUT } else { folded };
    if left.contains(Permissions::VIEW_CHANNEL) { left } else { Permissions::NONE }
}

/// What remains once posting itself is not allowed.
pub(crate) fn without_posting(permissions: Permissions) -> Permissions {
    permissions & !Permissions::OF_POSTING
}

fn with_overwrites(base: Permissions, guild: Id, member: &Member, overwrites: &[Overwrite]) -> Permissions {
    let of = |id: Id| overwrites.iter().find(move |overwrite| overwrite.of == id);
    let apply = |on: Permissions, allow: Permissions, deny: Permissions| (on & !deny) | allow;
    let mut permissions = base;
    if let Some(everyone) = of(guild) {
        permissions = apply(permissions, everyone.allow, everyone.deny);
    }
    let (allow, deny) = member
        .roles
        .iter()
        .filter_map(|role| of(*role))
        .fold((Permissions::NONE, Permissions::NONE), |(allow, deny), o| (allow | o.allow, deny | o.deny));
    permissions = apply(permissions, allow, deny);
    if let Some(own) = of(member.user) {
        permissions = apply(permissions, own.allow, own.deny);
    }
    permissions
}
