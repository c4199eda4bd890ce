//! Our words for what arrived: identifiers, members and their messages.
//!
//! Nothing here names a Discord library's type; `discord/convert.rs` is the one
//! place that translates.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Declares identifiers that share Discord's snowflake format and must not be mixed up.
macro_rules! snowflakes {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

snowflakes! {
    /// A server.
    GuildId,
    /// A channel, a public thread, a forum post, or the private thread of a case.
    ChannelId,
    /// A message; larger is later.
    MessageId,
    /// A member, bot or webhook.
    UserId,
    /// A role.
    RoleId,
}

/// Milliseconds between the Unix epoch and Discord's, which snowflakes count from.
/// Source: <https://discord.com/developers/docs/reference#snowflakes>.
pub const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

impl MessageId {
    /// When the message was sent, to the millisecond, as the identifier itself says.
    #[must_use]
    pub fn sent(self) -> Timestamp {
        let since_epoch = i64::try_from(self.0 >> 22).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(since_epoch.saturating_add(DISCORD_EPOCH_MS)).unwrap_or(Timestamp::MAX)
    }

    /// The smallest identifier a message sent at `at` can have: the lower bound for reading history.
    #[must_use]
    pub fn at(at: Timestamp) -> Self {
        let since_epoch = at.as_millisecond().saturating_sub(DISCORD_EPOCH_MS);
        Self(u64::try_from(since_epoch).unwrap_or(0) << 22)
    }
}

/// What kind of account wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A person.
    Member,
    /// A bot, ourselves included.
    Bot,
    /// A webhook.
    Webhook,
}

/// Who wrote a message, as far as judging it needs to know.
#[derive(Clone, Debug)]
pub struct Author {
    /// The account.
    pub id: UserId,
    /// What kind of account it is.
    pub origin: Origin,
    /// The member's roles in the guild.
    pub roles: Vec<RoleId>,
    /// Whether the member holds Manage Messages or Moderate Members in the channel.
    pub moderator: bool,
}

/// A message as it stands now, after any edits.
///
/// `Debug` prints identifiers and the length, never the words.
#[derive(Clone)]
pub struct Message {
    /// The message.
    pub id: MessageId,
    /// The guild it was sent in.
    pub guild: GuildId,
    /// Where it was sent: a channel, a public thread or a forum post.
    pub channel: ChannelId,
    /// The channel a private thread is opened under: `channel`, or the parent of a public thread.
    pub home: ChannelId,
    /// Who wrote it.
    pub author: Author,
    /// The message it answers, if it is a reply.
    pub answers: Option<MessageId>,
    /// Who wrote the message it answers, where that is known.
    pub answered: Option<UserId>,
    /// The members it mentions.
    pub mentions: Vec<UserId>,
    /// The words, as written.
    pub content: String,
    /// When it was sent.
    pub sent: Timestamp,
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("guild", &self.guild)
            .field("channel", &self.channel)
            .field("author", &self.author.id)
            .field("bytes", &self.content.len())
            .finish_non_exhaustive()
    }
}
