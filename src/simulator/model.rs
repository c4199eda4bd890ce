//! What the embedded Discord remembers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::permissions::Permissions;

/// A Discord identifier (snowflake).
pub type Id = u64;

/// A person, a bot, or the face of a webhook.
#[derive(Debug, Clone)]
pub struct User {
    /// Identifier.
    pub id: Id,
    /// Unique name.
    pub name: String,
    /// Whether this is a bot or a webhook.
    pub bot: bool,
    /// Whether direct messages from guild members and bots are taken.
    pub accepts_dms: bool,
    /// Interface language, as in `en-US`.
    pub locale: String,
}

/// A role of a guild; the one whose id equals the guild's is `@everyone`.
#[derive(Debug, Clone)]
pub struct Role {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub name: String,
    /// What it grants.
    pub permissions: Permissions,
    /// Higher is above; `@everyone` is 0.
    pub position: i64,
    /// Whether an integration owns it.
    pub managed: bool,
    /// Whether anyone may mention it.
    pub mentionable: bool,
}

/// Someone in a guild.
#[derive(Debug, Clone)]
pub struct Member {
    /// Who.
    pub user: Id,
    /// Roles, without `@everyone`.
    pub roles: Vec<Id>,
    /// Name in this guild.
    pub nick: Option<String>,
    /// When they joined.
    pub joined: Timestamp,
    /// Until when they can only read.
    pub timed_out_until: Option<Timestamp>,
}

/// Whom an overwrite is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverwriteKind {
    /// A role, `@everyone` included.
    Role = 0,
    /// One member.
    Member = 1,
}

/// What a channel grants or denies to a role or a member.
#[derive(Debug, Clone)]
pub struct Overwrite {
    /// The role's or member's identifier.
    pub of: Id,
    /// Which of the two.
    pub kind: OverwriteKind,
    /// Granted.
    pub allow: Permissions,
    /// Taken.
    pub deny: Permissions,
}

/// The kinds of channel, by Discord's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChannelKind {
    /// An ordinary text channel.
    #[default]
    Text = 0,
    /// A direct message.
    Dm = 1,
    /// A voice channel.
    Voice = 2,
    /// A group of channels.
    Category = 4,
    /// An announcement channel.
    Announcement = 5,
    /// A thread under an announcement channel.
    AnnouncementThread = 10,
    /// A thread everyone who sees its parent sees, a forum post included.
    PublicThread = 11,
    /// A thread only its members and those with `MANAGE_THREADS` see.
    PrivateThread = 12,
    /// A stage.
    Stage = 13,
    /// A forum: nothing but threads.
    Forum = 15,
}

impl ChannelKind {
    /// The kind Discord numbers `number`.
    pub(crate) fn numbered(number: u64) -> Option<Self> {
        [
            Self::Text,
            Self::Dm,
            Self::Voice,
            Self::Category,
            Self::Announcement,
            Self::AnnouncementThread,
            Self::PublicThread,
            Self::PrivateThread,
            Self::Stage,
            Self::Forum,
        ]
        .into_iter()
        .find(|kind| *kind as u64 == number)
    }

    /// Whether this is a thread of any kind.
    #[must_use]
    pub fn is_thread(self) -> bool {
        matches!(self, Self::AnnouncementThread | Self::PublicThread | Self::PrivateThread)
    }

    /// Whether messages can be posted in it.
    pub(crate) fn takes_messages(self) -> bool {
        !matches!(self, Self::Category | Self::Forum)
    }
}

/// What a thread has beyond a channel.
#[derive(Debug, Clone)]
pub struct Thread {
    /// Who opened it.
    pub owner: Id,
    /// Whether it is put away; a post reopens it unless it is locked.
    pub archived: bool,
    /// Whether only those with `MANAGE_THREADS` may reopen it.
    pub locked: bool,
    /// Whether members without `MANAGE_THREADS` may add others.
    pub invitable: bool,
    /// Minutes of silence after which Discord archives it.
    pub auto_archive_minutes: u64,
    /// When it was last archived or reopened.
    pub archive_changed: Timestamp,
    /// Who is in it, since when.
    pub members: BTreeMap<Id, Timestamp>,
    /// Messages ever sent in it.
    pub sent: u64,
}

/// A channel, a thread or a direct message.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Identifier.
    pub id: Id,
    /// Which kind.
    pub kind: ChannelKind,
    /// Its guild; none for a direct message.
    pub guild: Option<Id>,
    /// Name, empty for a direct message.
    pub name: String,
    /// Topic.
    pub topic: Option<String>,
    /// Category of a channel, or channel of a thread.
    pub parent: Option<Id>,
    /// Place in the list.
    pub position: i64,
    /// Overwrites; a thread has none of its own.
    pub overwrites: Vec<Overwrite>,
    /// Seconds a member waits between two posts.
    pub slowmode: u64,
    /// The two people of a direct message.
    pub recipients: Vec<Id>,
    /// The latest message.
    pub last_message: Option<Id>,
    /// Present exactly for threads.
    pub thread: Option<Thread>,
}

impl Channel {
    /// A channel of this kind with nothing else to it.
    pub(crate) fn new(id: Id, kind: ChannelKind, guild: Option<Id>, name: &str) -> Self {
        Self {
            id,
            kind,
            guild,
            name: name.to_owned(),
            topic: None,
            parent: None,
            position: 0,
            overwrites: Vec::new(),
            slowmode: 0,
            recipients: Vec::new(),
            last_message: None,
            thread: None,
        }
    }

    /// Whether it is a thread that is put away.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.thread.as_ref().is_some_and(|thread| thread.archived)
    }

    /// Whether it is a thread that `user` is in.
    #[must_use]
    pub fn has_joined(&self, user: Id) -> bool {
        self.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&user))
    }
}

/// Which message another one answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// Channel of the answered message.
    pub channel: Id,
    /// The answered message.
    pub message: Id,
}

/// Who reacted with one emoji.
#[derive(Debug, Clone)]
pub struct Reaction {
    /// The character, or `name:id` of a custom emoji.
    pub emoji: String,
    /// Who.
    pub users: BTreeSet<Id>,
}

/// A message.
#[derive(Clone)]
pub struct Message {
    /// Identifier.
    pub id: Id,
    /// Where.
    pub channel: Id,
    /// Who.
    pub author: Id,
    /// What.
    pub content: String,
    /// Discord's number of the message type: 0 ordinary, 19 reply, 1 someone added, 18 thread opened …
    pub kind: u8,
    /// Embeds as sent.
    pub embeds: Vec<Value>,
    /// Components as sent, with their ids.
    pub components: Vec<Value>,
    /// Attachment objects.
    pub attachments: Vec<Value>,
    /// Users it mentions effectively.
    pub mentions: Vec<Id>,
    /// Roles it mentions effectively.
    pub mention_roles: Vec<Id>,
    /// Whether `@everyone` or `@here` took effect.
    pub mention_everyone: bool,
    /// Whom a client would alert: those mentioned who can see the message.
    pub pinged: BTreeSet<Id>,
    /// What it answers or forwards.
    pub reference: Option<Reference>,
    /// The snapshot of the message it forwards.
    pub forwarded: Option<Value>,
    /// The nonce it was sent with.
    pub nonce: Option<Value>,
    /// Flag bits.
    pub flags: u64,
    /// When it was last edited.
    pub edited: Option<Timestamp>,
    /// When it was posted.
    pub posted: Timestamp,
    /// Reactions in the order they came.
    pub reactions: Vec<Reaction>,
    /// The webhook that posted it.
    pub webhook: Option<Id>,
    /// The interaction it answers.
    pub interaction: Option<Id>,
    /// The one person who sees it, when it is ephemeral.
    pub only_for: Option<Id>,
    /// The thread opened from it.
    pub thread: Option<Id>,
    /// Whether it is pinned.
    pub pinned: bool,
}

/// Identifiers and the length; never the words.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("id", &self.id)
            .field("channel", &self.channel)
            .field("author", &self.author)
            .field("length", &self.content.chars().count())
            .finish_non_exhaustive()
    }
}

impl Message {
    /// Whether Discord wrote it: a thread was opened, someone was added.
    #[must_use]
    pub fn is_system(&self) -> bool {
        ![0, 19, 20, 23].contains(&self.kind)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.content.is_empty()
            && self.embeds.is_empty()
            && self.components.is_empty()
            && self.attachments.is_empty()
    }
}

/// A guild.
#[derive(Debug, Clone)]
pub struct Guild {
    /// Identifier, also that of `@everyone`.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Who owns it.
    pub owner: Id,
    /// Roles by id.
    pub roles: BTreeMap<Id, Role>,
    /// Members by user id.
    pub members: BTreeMap<Id, Member>,
    /// Language.
    pub locale: String,
    /// How many threads may be active at once.
    pub active_thread_limit: usize,
    /// AutoMod's rules, as Discord lists them.
    pub automod: BTreeMap<Id, Value>,
    /// Who added the bot, as far as the audit log tells.
    pub added_by: Option<Id>,
    /// Where Discord welcomes newcomers.
    pub system_channel: Option<Id>,
    /// Where Discord writes to those who manage the guild.
    pub public_updates_channel: Option<Id>,
}
