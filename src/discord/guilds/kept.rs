//! What is kept of a guild: of all that Discord says only what is read, in as few bytes as that takes.
//!
//! Ten thousand servers have some half a million channels. Most channels of a category have the overwrites of the
//! category, so equal ones are kept once a guild.

use std::sync::Arc;

use crate::discord::id::{ChannelId, GuildId, MessageId, Permissions, RoleId, UserId};
use crate::discord::wire::{self, Overwrite};

/// What a guild's `features` say when it uses AutoMod.
const AUTOMOD: &str = "AUTO_MODERATION";

/// A guild without its channels.
pub(in crate::discord) struct Guild {
    pub(in crate::discord) id: GuildId,
    pub(in crate::discord) owner_id: UserId,
    pub(super) name: Box<str>,
    /// The language of the guild's own pages, as in `en-US`.
    pub(super) preferred_locale: Box<str>,
    pub(in crate::discord) roles: Box<[Role]>,
    pub(super) public_updates_channel_id: Option<ChannelId>,
    /// Whether it uses AutoMod.
    pub(super) automod: bool,
}

/// A role.
pub(in crate::discord) struct Role {
    pub(in crate::discord) id: RoleId,
    pub(in crate::discord) permissions: Permissions,
    pub(super) name: Box<str>,
    pub(super) managed: bool,
    /// Whether it belongs to a bot.
    pub(super) a_bots: bool,
    pub(super) mentionable: bool,
}

/// A channel or thread.
pub(in crate::discord) struct Channel {
    pub(super) id: ChannelId,
    pub(super) parent_id: Option<ChannelId>,
    pub(super) last_message_id: Option<MessageId>,
    pub(super) name: Option<Box<str>>,
    overwrites: Option<Arc<[Overwrite]>>,
    /// Its place in the list; threads have none.
    pub(super) position: i32,
    /// Whether it is a thread that was archived when we last heard of it.
    archived: bool,
    pub(super) kind: u8,
}

/// The channels and threads of a guild, by id.
#[derive(Default)]
pub(super) struct Channels(Vec<Channel>);

impl From<wire::Guild> for Guild {
    fn from(guild: wire::Guild) -> Self {
        Self {
            id: guild.id,
            owner_id: guild.owner_id,
            name: guild.name.into(),
            preferred_locale: guild.preferred_locale.into(),
            roles: guild.roles.into_iter().map(Role::from).collect(),
            public_updates_channel_id: guild.public_updates_channel_id,
            automod: guild.features.iter().any(|feature| feature == AUTOMOD),
        }
    }
}

impl Guild {
    /// Takes over a role that is new or has changed.
    pub(super) fn set_role(&mut self, role: Role) {
        self.remove_role(role.id);
        self.roles = std::mem::take(&mut self.roles).into_iter().chain([role]).collect();
    }

    pub(super) fn remove_role(&mut self, role: RoleId) {
        self.roles = std::mem::take(&mut self.roles).into_iter().filter(|other| other.id != role).collect();
    }
}

impl From<wire::Role> for Role {
    fn from(role: wire::Role) -> Self {
        Self {
            a_bots: role.is_a_bots(),
            id: role.id,
            permissions: role.permissions,
            name: role.name.into(),
            managed: role.managed,
            mentionable: role.mentionable,
        }
    }
}

impl From<wire::Channel> for Channel {
    fn from(channel: wire::Channel) -> Self {
        let mut overwrites = channel.permission_overwrites;
        overwrites.sort_unstable_by_key(|one| one.id);
        Self {
            id: channel.id,
            parent_id: channel.parent_id,
            last_message_id: channel.last_message_id,
            name: channel.name.map(Into::into),
            overwrites: (!overwrites.is_empty()).then(|| overwrites.into()),
            position: i32::try_from(channel.position).unwrap_or(i32::MAX),
            archived: channel.thread_metadata.is_some_and(|thread| thread.archived),
            kind: channel.kind,
        }
    }
}

impl Channel {
    /// What it grants and denies.
    pub(in crate::discord) fn overwrites(&self) -> &[Overwrite] {
        self.overwrites.as_deref().unwrap_or_default()
    }

    /// Whether it is a thread or forum post, private ones included.
    pub(super) fn is_thread(&self) -> bool {
        wire::is_thread(self.kind)
    }

    /// Whether it is a thread that others than its members can read, and that was active when we last heard of it.
    pub(super) fn is_active_public_thread(&self) -> bool {
        self.is_thread() && self.kind != wire::kind::PRIVATE_THREAD && !self.archived
    }

    /// Whether public threads or posts are opened in it.
    pub(super) fn holds_threads(&self) -> bool {
        wire::holds_threads(self.kind)
    }

    /// Whether messages stand in it, rather than channels or threads.
    pub(super) fn holds_messages(&self) -> bool {
        wire::holds_messages(self.kind)
    }
}

impl FromIterator<wire::Channel> for Channels {
    fn from_iter<T: IntoIterator<Item = wire::Channel>>(channels: T) -> Self {
        let mut all = Self::default();
        channels.into_iter().for_each(|channel| all.insert(channel));
        all.0.shrink_to_fit();
        all
    }
}

impl Channels {
    pub(super) fn get(&self, id: ChannelId) -> Option<&Channel> {
        self.place(id).ok().map(|at| &self.0[at])
    }

    pub(super) fn values(&self) -> std::slice::Iter<'_, Channel> {
        self.0.iter()
    }

    /// Takes over a channel that is new or has changed.
    pub(super) fn insert(&mut self, channel: wire::Channel) {
        let mut channel = Channel::from(channel);
        if let Some(own) = &mut channel.overwrites
            && let Some(equal) =
                self.0.iter().filter_map(|one| one.overwrites.as_ref()).find(|one| *one == own)
        {
            *own = Arc::clone(equal);
        }
        self.put(channel);
    }

    /// The same for one that is kept already.
    pub(super) fn put(&mut self, channel: Channel) {
        match self.place(channel.id) {
            Ok(at) => self.0[at] = channel,
            Err(at) => self.0.insert(at, channel),
        }
    }

    pub(super) fn into_values(self) -> impl Iterator<Item = Channel> {
        self.0.into_iter()
    }

    pub(super) fn remove(&mut self, id: ChannelId) {
        if let Ok(at) = self.place(id) {
            self.0.remove(at);
        }
    }

    fn place(&self, id: ChannelId) -> Result<usize, usize> {
        self.0.binary_search_by_key(&id, |channel| channel.id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn channel(id: u64, allowed: &str) -> wire::Channel {
        let overwrites = json!([{ "id": "1", "type": 0, "allow": allowed, "deny": "0" }]);
        let channel = json!({ "id": id.to_string(), "type": 0, "permission_overwrites": overwrites });
        serde_json::from_value(channel).unwrap()
    }

    #[test]
    fn equal_overwrites_are_kept_once() {
        let mut channels: Channels =
            [channel(3, "1024"), channel(1, "1024"), channel(2, "2048")].into_iter().collect();
        let shared = |channels: &Channels, one: u64, other: u64| {
            let of = |id: u64| channels.get(ChannelId::new(id)).unwrap().overwrites().as_ptr();
            of(one) == of(other)
        };
        assert!(shared(&channels, 1, 3) && !shared(&channels, 1, 2));
        channels.insert(channel(2, "1024"));
        assert!(shared(&channels, 1, 2), "a change finds its equal, too");
    }

    #[test]
    fn channels_are_found_by_id_whatever_comes_and_goes() {
        let mut channels: Channels = [5, 3, 9].map(|id| channel(id, "0")).into_iter().collect();
        channels.insert(channel(4, "0"));
        channels.insert(channel(3, "1024"));
        channels.remove(ChannelId::new(9));
        channels.remove(ChannelId::new(10));
        let ids: Vec<u64> = channels.values().map(|channel| channel.id.get()).collect();
        assert_eq!(ids, [3, 4, 5]);
        assert!(channels.get(ChannelId::new(9)).is_none() && channels.get(ChannelId::new(5)).is_some());
    }
}
