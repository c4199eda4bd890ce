//! What Discord's things are called in its own types.

use twilight_model::id::Id;
use twilight_model::id::marker;

pub(crate) use twilight_model::guild::Permissions;

/// A guild.
pub(crate) type GuildId = Id<marker::GuildMarker>;
/// A channel or thread.
pub(crate) type ChannelId = Id<marker::ChannelMarker>;
/// A message.
pub(crate) type MessageId = Id<marker::MessageMarker>;
/// A role.
pub(crate) type RoleId = Id<marker::RoleMarker>;
/// An account.
pub(crate) type UserId = Id<marker::UserMarker>;
/// An application, such as ours.
pub(crate) type ApplicationId = Id<marker::ApplicationMarker>;
