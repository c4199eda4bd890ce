//! Discord's messages in our words: the one place that translates.

use crate::discord::id::{ChannelId, GuildId, MessageId, Permissions, RoleId, UserId};

use super::wire;
use crate::message::{self, Author, Message, Origin};
use crate::responder::Written;

/// A message before it is known where its thread would open and what its author may do.
pub(super) struct Arrival {
    pub(super) guild: GuildId,
    pub(super) channel: ChannelId,
    pub(super) author: UserId,
    pub(super) roles: Vec<RoleId>,
    /// Who wrote the message it answers.
    pub(super) answered: Option<UserId>,
    /// The message it answers.
    pub(super) answers: Option<u64>,
    id: u64,
    origin: Origin,
    /// Whether its author wrote it: Discord says things in people's names, such as that they added someone.
    written: bool,
    mentions: Vec<UserId>,
    content: String,
}

/// Discord's numbers of what people write: a message, and one that answers another.
/// Source: <https://discord.com/developers/docs/resources/message#message-object-message-types>.
const WRITTEN: [u8; 2] = [0, 19];

impl Arrival {
    /// When it was sent.
    pub(super) fn sent(&self) -> jiff::Timestamp {
        message::MessageId(self.id).sent()
    }

    /// A message as Discord sends it; one from history does not say of which guild.
    pub(super) fn of_wire(message: &wire::Message, guild: Option<GuildId>) -> Option<Self> {
        let snapshots = message.snapshots.iter().map(|snapshot| snapshot.message.content.as_str());
        Some(Self {
            guild: message.guild_id.or(guild)?,
            channel: message.channel_id,
            author: message.author.id,
            roles: message.member.as_ref().map(|member| member.roles.clone()).unwrap_or_default(),
            answered: message.referenced.as_ref().map(|answered| answered.author.id),
            answers: message.reference.as_ref().and_then(|it| it.message_id).map(MessageId::get),
            id: message.id.get(),
            mentions: message.mentions.iter().map(|user| user.id).collect(),
            origin: origin(message.webhook_id.is_some(), message.author.bot),
            written: WRITTEN.contains(&message.kind),
            content: joined(message.content.as_deref().unwrap_or_default(), snapshots),
        })
    }

    /// What it says, in our words, where it stands in a private thread.
    pub(super) fn written(&self) -> Written<'_> {
        Written {
            guild: message::GuildId(self.guild.get()),
            thread: message::ChannelId(self.channel.get()),
            message: message::MessageId(self.id),
            author: message::UserId(self.author.get()),
            content: &self.content,
        }
    }

    /// Its identifier: what was said first has the least.
    pub(super) fn id(&self) -> u64 {
        self.id
    }

    /// Whether it stands in a person's name, even where Discord says it.
    pub(super) fn is_by_member(&self) -> bool {
        self.origin == Origin::Member
    }

    /// Whether a person wrote it.
    pub(super) fn is_by_person(&self) -> bool {
        self.origin == Origin::Member && self.written
    }

    /// The message in our words. `permissions` are its author's in the channel.
    pub(super) fn message(self, home: ChannelId, permissions: Permissions) -> Message {
        let id = message::MessageId(self.id);
        Message {
            id,
            guild: message::GuildId(self.guild.get()),
            channel: message::ChannelId(self.channel.get()),
            home: message::ChannelId(home.get()),
            author: Author {
                id: message::UserId(self.author.get()),
                origin: self.origin,
                roles: self.roles.iter().map(|role| message::RoleId(role.get())).collect(),
                moderator: moderates(permissions),
            },
            answers: self.answers.map(message::MessageId),
            answered: self.answered.map(|user| message::UserId(user.get())),
            mentions: self.mentions.iter().map(|user| message::UserId(user.get())).collect(),
            content: self.content,
            sent: id.sent(),
        }
    }
}

/// Whether a member with `permissions` is a moderator in the channel they hold for.
pub(super) fn moderates(permissions: Permissions) -> bool {
    permissions.intersects(Permissions::MANAGE_MESSAGES | Permissions::MODERATE_MEMBERS)
}

const fn origin(webhook: bool, bot: bool) -> Origin {
    match (webhook, bot) {
        (true, _) => Origin::Webhook,
        (false, true) => Origin::Bot,
        (false, false) => Origin::Member,
    }
}

/// What a message forwards gives as much away as what it says.
fn joined<'a>(content: &str, snapshots: impl Iterator<Item = &'a str>) -> String {
    let mut all = content.to_owned();
    for snapshot in snapshots.filter(|snapshot| !snapshot.is_empty()) {
        all.push('\n');
        all.push_str(snapshot);
    }
    all
}
