//! One message that a moderator points at: by a link, or by a menu used on it.

use crate::discord::id::{ChannelId, GuildId, Permissions, RoleId, UserId};
use serde_json::Value;

use super::convert::Arrival;
use super::guilds::Guilds;
use super::history::HISTORY_NEEDS;
use super::rest::{Request, Rest, RestError};
use super::wire;
use crate::message::{self, Message};

/// Looks in one guild.
pub(crate) struct Lookup<'a> {
    pub(crate) rest: &'a Rest,
    pub(crate) guilds: &'a Guilds,
    pub(crate) guild: message::GuildId,
}

/// Where a message stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    channel: ChannelId,
    home: ChannelId,
    /// Whether it is a private thread.
    pub(crate) private: bool,
}

/// Why a message cannot be looked at.
#[derive(Debug)]
pub(crate) enum Unseen {
    /// Its channel is in another guild.
    Elsewhere,
    /// Whoever asks cannot read it.
    Hidden,
    /// We cannot read the channel.
    Closed,
    /// There is no such message.
    Gone,
    /// Discord did not answer.
    Trouble(RestError),
}

impl Place {
    /// The channel itself, or the parent of a thread.
    pub(crate) fn home(&self) -> message::ChannelId {
        message::ChannelId(self.home.get())
    }
}

impl From<RestError> for Unseen {
    fn from(error: RestError) -> Self {
        match error {
            RestError::Refused { status, .. } if status == reqwest::StatusCode::NOT_FOUND => Self::Gone,
            RestError::Refused { .. } => Self::Closed,
            trouble @ (RestError::Trouble(_) | RestError::Held(_)) => Self::Trouble(trouble),
        }
    }
}

impl Lookup<'_> {
    /// The message of a link, where `reader` with `roles` can read it, too.
    pub(crate) async fn linked(
        &self,
        channel: message::ChannelId,
        message: message::MessageId,
        reader: message::UserId,
        roles: &[message::RoleId],
    ) -> Result<Message, Unseen> {
        let place = self.place(channel).await?;
        self.require_reader(place, reader, roles)?;
        self.fetch(place, message).await
    }

    /// A message that nobody is shown.
    pub(crate) async fn message(
        &self,
        channel: message::ChannelId,
        message: message::MessageId,
    ) -> Result<Message, Unseen> {
        self.fetch(self.place(channel).await?, message).await
    }

    async fn fetch(&self, place: Place, message: message::MessageId) -> Result<Message, Unseen> {
        if !self.reads_again(place) {
            return Err(Unseen::Closed);
        }
        let path = format!("channels/{}/messages/{message}", place.channel);
        let value = self.rest.send(Request::get(path)).await?;
        self.read(place, &value).ok_or(Unseen::Gone)
    }

    /// Whether a message that Discord delivers now can be looked up again.
    pub(crate) fn reads_again(&self, place: Place) -> bool {
        self.guilds.mine(place.channel).is_none_or(|held| held.contains(HISTORY_NEEDS))
    }

    /// Where messages of `channel` stand. A thread that was archived when we connected is heard of by asking.
    pub(crate) async fn place(&self, channel: message::ChannelId) -> Result<Place, Unseen> {
        let (guild, channel) = (self.guild(), ChannelId::new(channel.0.max(1)));
        if self.guilds.home(guild, channel).is_none() {
            let value = self.rest.send(Request::get(format!("channels/{channel}"))).await?;
            let asked: wire::Channel = serde_json::from_value(value).map_err(|_| Unseen::Gone)?;
            if asked.guild_id != Some(guild) {
                return Err(Unseen::Elsewhere);
            }
            self.guilds.set_channel(guild, asked);
        }
        let home = self.guilds.home(guild, channel).ok_or(Unseen::Closed)?;
        Ok(Place { channel, home, private: self.guilds.is_private_thread(guild, channel) })
    }

    /// The message that `value` describes as Discord does. Its author's roles are not known.
    pub(crate) fn read(&self, place: Place, value: &Value) -> Option<Message> {
        let message: wire::Message = serde_json::from_value(value.clone()).ok()?;
        let arrival = Arrival::of_wire(&message, Some(self.guild()))?;
        let held = self.guilds.permissions(self.guild(), place.channel, arrival.author, &arrival.roles);
        Some(arrival.message(place.home, held))
    }

    /// Whoever may use a command here need not be able to read everything.
    fn require_reader(
        &self,
        place: Place,
        reader: message::UserId,
        roles: &[message::RoleId],
    ) -> Result<(), Unseen> {
        let roles: Vec<RoleId> = roles.iter().map(|role| RoleId::new(role.0)).collect();
        let held = self.guilds.permissions(self.guild(), place.home, UserId::new(reader.0), &roles);
        // Who is inside a private thread is not known here; whoever manages threads sees them all.
        let needed = if place.private { HISTORY_NEEDS | Permissions::MANAGE_THREADS } else { HISTORY_NEEDS };
        if held.contains(needed) { Ok(()) } else { Err(Unseen::Hidden) }
    }

    fn guild(&self) -> GuildId {
        GuildId::new(self.guild.0)
    }
}
