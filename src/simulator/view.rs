//! What one person sees.

use super::Simulator;
use super::model::{Channel, Id, Message};
use super::state::State;

/// A channel, thread or direct message that someone sees, with what is said in it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Where.
    pub channel: Channel,
    /// Whether it is a thread they are in, or a direct message with them.
    pub joined: bool,
    /// What is said there, oldest first.
    pub messages: Vec<SeenMessage>,
}

/// A message as one person sees it.
#[derive(Debug, Clone)]
pub struct SeenMessage {
    /// The message.
    pub message: Message,
    /// The author's name.
    pub author: String,
    /// Whether the person was alerted by it.
    pub pinged: bool,
    /// Whether nobody else sees it.
    pub ephemeral: bool,
}

impl Simulator {
    /// Everything `member` sees: channels first, then threads, then direct messages, each in the order they
    /// were made. Ephemeral messages are there for the one they are meant for.
    #[must_use]
    pub fn view(&self, member: Id) -> Vec<Seen> {
        self.read(|state| state.view(member))
    }
}

impl State {
    /// As [`Simulator::view`].
    #[must_use]
    pub fn view(&self, member: Id) -> Vec<Seen> {
        let mut visible: Vec<&Channel> =
            self.channels.values().filter(|channel| self.sees(member, channel)).collect();
        visible.sort_by_key(|channel| (channel.guild.is_none(), channel.kind.is_thread(), channel.id));
        visible.into_iter().map(|channel| self.seen(member, channel)).collect()
    }

    /// The name of a user; their identifier when there is no such user.
    #[must_use]
    pub fn name(&self, user: Id) -> String {
        self.users.get(&user).map_or_else(|| user.to_string(), |user| user.name.clone())
    }

    fn seen(&self, member: Id, channel: &Channel) -> Seen {
        let inside = channel.has_joined(member);
        let meant = |message: &&Message| message.only_for.is_none_or(|only| only == member);
        let messages = self.messages(channel.id).filter(meant).map(|message| SeenMessage {
            message: message.clone(),
            author: self.name(message.author),
            pinged: message.pinged.contains(&member),
            ephemeral: message.only_for.is_some(),
        });
        Seen {
            channel: channel.clone(),
            joined: inside || channel.recipients.contains(&member),
            messages: messages.collect(),
        }
    }
}
