//! The few fields we read of what Discord sends, so that a field nobody has heard of never hides a message.
//!
//! Discord's libraries decode whole objects and drop an event they cannot decode; these decode what they need.

use crate::discord::id::{ChannelId, GuildId, MessageId, Permissions, RoleId, UserId};
use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;
use twilight_model::id::Id;
use twilight_model::id::marker::GenericMarker;

/// A guild as `GUILD_CREATE` and `GUILD_UPDATE` describe it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Guild {
    pub(super) id: GuildId,
    #[serde(default)]
    pub(super) name: String,
    pub(super) owner_id: UserId,
    /// The language of the guild's own pages, as in `en-US`.
    #[serde(default)]
    pub(super) preferred_locale: String,
    /// What the guild has switched on, by Discord's names.
    #[serde(default, deserialize_with = "lenient")]
    pub(super) features: Vec<String>,
    pub(super) roles: Vec<Role>,
    #[serde(default)]
    pub(super) channels: Vec<Channel>,
    #[serde(default)]
    pub(super) threads: Vec<Channel>,
    #[serde(default)]
    pub(super) members: Vec<Member>,
    pub(super) public_updates_channel_id: Option<ChannelId>,
    /// When we joined; `GUILD_CREATE` alone tells.
    #[serde(default, deserialize_with = "optional")]
    pub(super) joined_at: Option<Timestamp>,
}

/// A role.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Role {
    pub(super) id: RoleId,
    #[serde(default)]
    pub(super) name: String,
    pub(super) permissions: Permissions,
    #[serde(default)]
    pub(super) managed: bool,
    /// Whom a managed role is for.
    #[serde(default, deserialize_with = "optional")]
    pub(super) tags: Option<Tags>,
    #[serde(default)]
    pub(super) mentionable: bool,
}

impl Role {
    /// Whether it belongs to a bot; roles of boosters and subscribers are managed, too, and people hold them.
    pub(super) fn is_a_bots(&self) -> bool {
        self.managed && self.tags.as_ref().is_none_or(|tags| tags.bot_id.is_some())
    }
}

/// What a managed role is for.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Tags {
    #[serde(default)]
    bot_id: Option<IgnoredAny>,
}

/// A channel or thread.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Channel {
    pub(super) id: ChannelId,
    #[serde(rename = "type")]
    pub(super) kind: u8,
    #[serde(default)]
    pub(super) guild_id: Option<GuildId>,
    #[serde(default)]
    pub(super) parent_id: Option<ChannelId>,
    #[serde(default)]
    pub(super) owner_id: Option<UserId>,
    #[serde(default)]
    pub(super) name: Option<String>,
    /// Its place in the list; threads have none.
    #[serde(default)]
    pub(super) position: i64,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) permission_overwrites: Vec<Overwrite>,
    #[serde(default)]
    pub(super) last_message_id: Option<MessageId>,
    /// Threads have it.
    #[serde(default, deserialize_with = "optional")]
    pub(super) thread_metadata: Option<ThreadMetadata>,
}

/// How a thread stands.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct ThreadMetadata {
    pub(super) archived: bool,
    /// When it was archived, or was not any more, last.
    #[serde(default, deserialize_with = "optional")]
    pub(super) archive_timestamp: Option<Timestamp>,
}

/// Channel types, as numbered in
/// <https://discord.com/developers/docs/resources/channel#channel-object-channel-types>.
pub(super) mod kind {
    pub(in crate::discord) const TEXT: u8 = 0;
    pub(in crate::discord) const VOICE: u8 = 2;
    pub(in crate::discord) const CATEGORY: u8 = 4;
    pub(in crate::discord) const ANNOUNCEMENT: u8 = 5;
    pub(in crate::discord) const ANNOUNCEMENT_THREAD: u8 = 10;
    pub(in crate::discord) const PRIVATE_THREAD: u8 = 12;
    pub(in crate::discord) const DIRECTORY: u8 = 14;
    pub(in crate::discord) const STAGE: u8 = 13;
    pub(in crate::discord) const FORUM: u8 = 15;
    pub(in crate::discord) const MEDIA: u8 = 16;
}

impl Channel {
    /// Whether it is a thread or forum post, private ones included.
    pub(super) fn is_thread(&self) -> bool {
        is_thread(self.kind)
    }
}

/// Whether a channel type is one of a thread.
pub(super) fn is_thread(kind: u8) -> bool {
    (kind::ANNOUNCEMENT_THREAD..=kind::PRIVATE_THREAD).contains(&kind)
}

/// Whether messages stand in a channel of a type, rather than channels or threads.
pub(super) fn holds_messages(kind: u8) -> bool {
    !matches!(kind, kind::CATEGORY | kind::DIRECTORY | kind::FORUM | kind::MEDIA)
}

/// Whether public threads or posts are opened in a channel of a type.
pub(super) fn holds_threads(kind: u8) -> bool {
    matches!(kind, kind::TEXT | kind::ANNOUNCEMENT | kind::FORUM | kind::MEDIA)
}

/// A permission overwrite of a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Overwrite {
    #[serde(deserialize_with = "snowflake")]
    pub(super) id: u64,
    #[serde(rename = "type")]
    pub(super) kind: OverwriteKind,
    pub(super) allow: Permissions,
    pub(super) deny: Permissions,
}

/// Whom an overwrite is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "u8")]
pub(super) enum OverwriteKind {
    Role,
    Member,
}

impl From<u8> for OverwriteKind {
    fn from(number: u8) -> Self {
        if number == 0 { Self::Role } else { Self::Member }
    }
}

/// A member, as far as roles go.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Member {
    #[serde(default)]
    pub(super) user: Option<User>,
    #[serde(default)]
    pub(super) roles: Vec<RoleId>,
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct User {
    pub(crate) id: UserId,
    #[serde(default)]
    pub(crate) bot: bool,
}

/// A message.
#[derive(Clone, Deserialize)]
pub(super) struct Message {
    pub(super) id: MessageId,
    pub(super) channel_id: ChannelId,
    #[serde(default)]
    pub(super) guild_id: Option<GuildId>,
    #[serde(default, rename = "type")]
    pub(super) kind: u8,
    pub(super) author: User,
    #[serde(default)]
    pub(super) member: Option<Member>,
    #[serde(default)]
    pub(super) content: Option<String>,
    #[serde(default)]
    pub(super) webhook_id: Option<IgnoredAny>,
    #[serde(default)]
    #[serde(rename = "message_reference")]
    pub(super) reference: Option<Reference>,
    /// The message it answers, where Discord still has it.
    #[serde(default, rename = "referenced_message", deserialize_with = "optional")]
    pub(super) referenced: Option<Referenced>,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) mentions: Vec<User>,
    #[serde(default)]
    #[serde(rename = "message_snapshots")]
    pub(super) snapshots: Vec<Snapshot>,
}

/// A message we posted.
#[derive(Clone, Copy, Deserialize)]
pub(super) struct Posted {
    pub(super) id: MessageId,
}

/// What a message answers or forwards.
#[derive(Clone, Deserialize)]
pub(super) struct Reference {
    #[serde(default)]
    pub(super) message_id: Option<MessageId>,
}

/// A message that is answered, as far as who wrote it goes.
#[derive(Clone, Deserialize)]
pub(super) struct Referenced {
    pub(super) author: User,
}

/// A forwarded message.
#[derive(Clone, Deserialize)]
pub(super) struct Snapshot {
    pub(super) message: SnapshotMessage,
}

/// The words of a forwarded message.
#[derive(Clone, Deserialize)]
pub(super) struct SnapshotMessage {
    #[serde(default)]
    pub(super) content: String,
}

/// A used command, a pressed button, a form that was sent.
#[derive(Clone, Deserialize)]
pub(crate) struct Interaction {
    #[serde(deserialize_with = "snowflake")]
    pub(crate) id: u64,
    pub(crate) token: String,
    #[serde(deserialize_with = "snowflake")]
    pub(crate) application_id: u64,
    /// What was done, as Discord numbers it.
    #[serde(rename = "type")]
    pub(crate) kind: u8,
    #[serde(default)]
    pub(crate) guild_id: Option<GuildId>,
    #[serde(default)]
    pub(crate) channel_id: Option<ChannelId>,
    /// Who did it, in a guild.
    #[serde(default)]
    pub(crate) member: Option<Pressing>,
    /// The language of their Discord.
    #[serde(default)]
    pub(crate) locale: String,
    /// The message with the button or select.
    #[serde(default)]
    pub(crate) message: Option<Value>,
    #[serde(default)]
    pub(crate) data: Option<InteractionData>,
}

/// The member who did it.
#[derive(Clone, Deserialize)]
pub(crate) struct Pressing {
    pub(crate) user: User,
    #[serde(default)]
    pub(crate) roles: Vec<RoleId>,
}

/// What was done with which command, button, select or form.
#[derive(Clone, Deserialize)]
pub(crate) struct InteractionData {
    #[serde(default)]
    pub(crate) custom_id: Option<String>,
    /// What was chosen in a select.
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) values: Vec<String>,
    /// The command's name, whatever the reader's language.
    #[serde(default)]
    pub(crate) name: Option<String>,
    /// The command's type.
    #[serde(default, rename = "type")]
    pub(crate) kind: Option<u8>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) options: Vec<GivenOption>,
    /// What a menu was used on.
    #[serde(default)]
    pub(crate) target_id: Option<String>,
    /// What the identifiers in options and selects stand for.
    #[serde(default)]
    pub(crate) resolved: Value,
    /// The fields of a form.
    #[serde(default)]
    pub(crate) components: Value,
}

impl InteractionData {
    /// The option that is being typed, at whatever depth.
    pub(crate) fn focused(&self) -> Option<&GivenOption> {
        GivenOption::focused_in(&self.options)
    }
}

/// An option that was given, or a subcommand with its own.
#[derive(Clone, Deserialize)]
pub(crate) struct GivenOption {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: u8,
    #[serde(default)]
    pub(crate) value: Value,
    #[serde(default)]
    pub(crate) options: Vec<GivenOption>,
    /// Whether it is being typed.
    #[serde(default)]
    pub(crate) focused: bool,
}

impl GivenOption {
    fn focused_in(options: &[Self]) -> Option<&Self> {
        options.iter().find_map(|one| if one.focused { Some(one) } else { Self::focused_in(&one.options) })
    }

    /// Whether a choice of this `value` can be offered for it: text for text, a number for a number.
    pub(crate) fn takes(&self, value: &Value) -> bool {
        const STRING: u8 = 3;
        if self.kind == STRING { value.is_string() } else { value.is_number() }
    }
}

/// An identifier of whatever kind, as text or as a number.
fn snowflake<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    Ok(Id::<GenericMarker>::deserialize(deserializer)?.get())
}

/// What we cannot read is not there.
fn optional<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let value = Option::<Box<RawValue>>::deserialize(deserializer)?;
    Ok(value.and_then(|value| serde_json::from_str(value.get()).ok()))
}

/// Null where a list is expected is an empty list; entries we cannot read are left out.
fn lenient<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: serde::de::DeserializeOwned,
{
    let values = Option::<Vec<Box<RawValue>>>::deserialize(deserializer)?.unwrap_or_default();
    Ok(values.iter().filter_map(|value| serde_json::from_str(value.get()).ok()).collect())
}
