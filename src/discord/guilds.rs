//! What we remember of each guild: enough to know who may read, write and moderate where.
//!
//! Kept from `GUILD_CREATE` on by the events that change it; serenity's own cache would cost ten times as much.

pub(crate) mod foresight;
pub(super) mod kept;
mod people;
mod spelling;
mod survey;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use rustc_hash::FxBuildHasher;

use crate::discord::id::{ChannelId, GuildId, MessageId, Permissions, RoleId, UserId};

use self::kept::{Channel, Channels, Guild};
use super::history::HISTORY_NEEDS;
use super::permissions;
use super::wire::{self, kind};
use crate::case::Surroundings;
use crate::case::reminder::Help;
use crate::config::{GuildConfig, GuildConfigs, Server};
use crate::message;
use crate::responder::AtHand;

/// Guilds by id, and the settings that say what is watched in them.
pub(crate) struct Guilds {
    me: UserId,
    configs: Arc<GuildConfigs>,
    known: RwLock<Everywhere>,
}

/// Every guild, and which of them each channel is in.
#[derive(Default)]
struct Everywhere {
    guilds: HashMap<GuildId, Known, FxBuildHasher>,
    homes: HashMap<ChannelId, GuildId, FxBuildHasher>,
}

struct Known {
    guild: Guild,
    channels: Channels,
    my_roles: Box<[RoleId]>,
}

/// A watched channel or thread, as far as reading its history goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watched {
    pub(super) channel: ChannelId,
    /// The channel itself, or the parent of a public thread.
    pub(super) home: ChannelId,
    /// As far as we were told: it can have been a while.
    pub(super) last_message: Option<MessageId>,
    /// Whether we may read what was said there before.
    pub(super) readable: bool,
}

/// Whether a channel is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watching {
    /// It is; private threads are opened under `home`.
    Yes {
        /// The channel itself, or the parent of a public thread.
        home: ChannelId,
    },
    /// It is not.
    No,
    /// We have not heard of it.
    Unknown,
}

/// Why a channel is watched, or why it is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Watch {
    /// Everyone can read it, and no channels were chosen.
    Public,
    /// Moderators chose it.
    Chosen,
    /// The operator's file adds it.
    Added,
    /// Not everyone can read it, and nobody chose it.
    Closed,
    /// Moderators chose others.
    NotChosen,
    /// The operator's file leaves it out.
    Ignored,
    /// It is a private thread.
    PrivateThread,
}

impl Watch {
    /// Whether what is written there is judged.
    pub(crate) const fn is_on(self) -> bool {
        matches!(self, Self::Public | Self::Chosen | Self::Added)
    }
}

impl Guilds {
    pub(super) fn new(me: UserId, configs: Arc<GuildConfigs>) -> Self {
        Self { me, configs, known: RwLock::default() }
    }

    pub(super) fn me(&self) -> UserId {
        self.me
    }

    /// Whether it is us.
    pub(crate) fn is_me(&self, user: message::UserId) -> bool {
        self.me.get() == user.0
    }

    /// Replaces all that is known of a guild. Which public threads were active when we last heard of them and are not any
    /// more, deleted or archived, where the guild was known: they stay known.
    pub(super) fn insert(&self, guild: wire::Guild) -> Option<Vec<ChannelId>> {
        let known = Known::new(guild, self.me);
        self.write(|everywhere| everywhere.insert(known))
    }

    /// The guilds of each of so many shards.
    /// Source: <https://discord.com/developers/docs/events/gateway#sharding>.
    pub(super) fn by_shard(&self, shards: u32) -> BTreeMap<u32, usize> {
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        for guild in self.known.read().unwrap_or_else(PoisonError::into_inner).guilds.keys() {
            let shard = (guild.get() >> 22) % u64::from(shards.max(1));
            *counts.entry(u32::try_from(shard).unwrap_or_default()).or_default() += 1;
        }
        counts
    }

    pub(super) fn remove(&self, guild: GuildId) {
        self.write(|everywhere| everywhere.remove(guild));
    }

    /// Takes over what `GUILD_UPDATE` changes; it carries no channels.
    pub(super) fn update(&self, update: wire::Guild) {
        self.change(update.id, |known| known.guild = update.into());
    }

    pub(super) fn set_channel(&self, guild: GuildId, channel: wire::Channel) {
        self.write(|everywhere| everywhere.set_channel(guild, channel));
    }

    pub(super) fn remove_channel(&self, guild: GuildId, channel: ChannelId) {
        self.write(|everywhere| everywhere.remove_channel(guild, channel));
    }

    pub(super) fn set_role(&self, guild: GuildId, role: wire::Role) {
        self.change(guild, |known| known.guild.set_role(role.into()));
    }

    pub(super) fn remove_role(&self, guild: GuildId, role: RoleId) {
        self.change(guild, |known| known.guild.remove_role(role));
    }

    pub(super) fn set_my_roles(&self, guild: GuildId, roles: Vec<RoleId>) {
        self.change(guild, |known| known.my_roles = roles.into());
    }

    /// Whether messages in `channel` are judged.
    pub(super) fn watching(&self, guild: GuildId, channel: ChannelId) -> Watching {
        let looked = self.look(guild, |known| {
            let Some(found) = known.channels.get(channel) else { return Watching::Unknown };
            self.watches(known, found).map_or(Watching::No, |home| Watching::Yes { home: home.id })
        });
        looked.unwrap_or(Watching::Unknown)
    }

    /// Every watched channel and thread that messages stand in.
    pub(super) fn watched(&self, guild: GuildId) -> Vec<Watched> {
        let describe = |known: &Known, channel: &Channel| {
            let home = self.watches(known, channel)?.id;
            let readable = known.permissions(home, self.me, &known.my_roles).contains(HISTORY_NEEDS);
            Some(Watched { channel: channel.id, home, last_message: channel.last_message_id, readable })
        };
        let list = |known: &Known| {
            let places = known.channels.values().filter(|channel| channel.holds_messages());
            places.filter_map(|channel| describe(known, channel)).collect()
        };
        self.look(guild, list).unwrap_or_default()
    }

    /// Watched channels in which threads or posts are opened, where we may read what was said before, and the latest message
    /// or post in each, as far as we were told.
    pub(super) fn thread_homes(&self, guild: GuildId) -> Vec<(ChannelId, Option<MessageId>)> {
        let reads =
            |known: &Known, id| known.permissions(id, self.me, &known.my_roles).contains(HISTORY_NEEDS);
        let list = |known: &Known| {
            let homes = known.channels.values().filter(|channel| channel.holds_threads());
            let watched = homes.filter(|channel| self.watches(known, channel).is_some());
            let read = watched.filter(|channel| reads(known, channel.id));
            read.map(|channel| (channel.id, channel.last_message_id)).collect()
        };
        self.look(guild, list).unwrap_or_default()
    }

    /// Whether something may have been said in `thread` from `first` on. We were not told of one that is archived.
    pub(super) fn may_have_said(&self, guild: GuildId, thread: ChannelId, first: message::MessageId) -> bool {
        let silent = |known: &Known| {
            let thread = known.channels.get(thread)?;
            Some(thread.last_message_id.is_none_or(|last| last.get() < first.0))
        };
        !self.look(guild, silent).flatten().unwrap_or(false)
    }

    /// The channel itself, or the parent of a thread; none where we have not heard of it in `guild`.
    pub(super) fn home(&self, guild: GuildId, channel: ChannelId) -> Option<ChannelId> {
        self.look(guild, |known| Some(known.home(known.channels.get(channel)?)?.id)).flatten()
    }

    /// What a member with `roles` may do in `channel`; nothing where guild or channel are unknown.
    pub(super) fn permissions(
        &self,
        guild: GuildId,
        channel: ChannelId,
        member: UserId,
        roles: &[RoleId],
    ) -> Permissions {
        self.look(guild, |known| known.permissions(channel, member, roles)).unwrap_or(Permissions::empty())
    }

    /// What `member` may do in the whole of `guild`, whatever a channel grants or denies; nothing where we have not heard
    /// of it.
    pub(crate) fn held_everywhere(
        &self,
        guild: message::GuildId,
        member: message::UserId,
        roles: &[message::RoleId],
    ) -> Permissions {
        let roles: Vec<RoleId> = roles.iter().map(|role| RoleId::new(role.0)).collect();
        let held = |known: &Known| permissions::in_guild(&known.guild, UserId::new(member.0), &roles);
        self.look(GuildId::new(guild.0), held).unwrap_or(Permissions::empty())
    }

    /// What we may do in `channel`; none where we have not heard of it.
    pub(super) fn mine(&self, channel: ChannelId) -> Option<Permissions> {
        self.find(channel, |known| known.permissions(channel, self.me, &known.my_roles))
    }

    /// The type of a channel, as Discord numbers it.
    pub(super) fn kind(&self, channel: ChannelId) -> Option<u8> {
        self.find(channel, |known| known.channels.get(channel).map(|channel| channel.kind)).flatten()
    }

    /// Whether `channel` is a private thread of `guild`.
    pub(super) fn is_private_thread(&self, guild: GuildId, channel: ChannelId) -> bool {
        let kind =
            self.look(guild, |known| known.channels.get(channel).map(|channel| channel.kind)).flatten();
        kind == Some(kind::PRIVATE_THREAD)
    }

    /// The channels of a guild, threads and categories left out: how each reads, and its mention.
    pub(crate) fn channel_names(&self, guild: message::GuildId) -> std::vec::IntoIter<(String, String)> {
        let list = |known: &Known| {
            let channels = known.channels.values();
            let places = channels.filter(|channel| !channel.is_thread() && channel.kind != kind::CATEGORY);
            let mut names: Vec<(String, String)> = places
                .map(|channel| {
                    (format!("#{}", channel.name.as_deref().unwrap_or("?")), format!("<#{}>", channel.id))
                })
                .collect();
            names.sort();
            names
        };
        self.look(GuildId::new(guild.0), list).unwrap_or_default().into_iter()
    }

    /// The roles of a guild but `@everyone`: how each reads, and its mention.
    pub(crate) fn role_names(&self, guild: message::GuildId) -> std::vec::IntoIter<(String, String)> {
        let list = |known: &Known| {
            let roles = known.guild.roles.iter().filter(|role| role.id.get() != guild.0);
            let mut names: Vec<(String, String)> =
                roles.map(|role| (format!("@{}", role.name), format!("<@&{}>", role.id))).collect();
            names.sort();
            names
        };
        self.look(GuildId::new(guild.0), list).unwrap_or_default().into_iter()
    }

    /// The roles that are brought into a thread.
    pub(crate) fn moderators(&self, guild: message::GuildId) -> Vec<message::RoleId> {
        let server = &self.configs.of(guild).server;
        self.look(GuildId::new(guild.0), |known| known.moderators(server)).unwrap_or_default()
    }

    /// What the guild offers its cases as things stand; none where we have not heard of it.
    pub(super) fn at_hand(&self, guild: message::GuildId) -> Option<AtHand> {
        let server = &self.configs.of(guild).server;
        let offered = |known: &Known| {
            let exists =
                |role: &message::RoleId| known.guild.roles.iter().any(|known| known.id.get() == role.0);
            let escalation = server.escalation_role.filter(exists);
            let help = Help { moderators: known.moderators(server), escalation };
            AtHand { help, alerts: known.alerts(server, self.me) }
        };
        self.look(GuildId::new(guild.0), offered)
    }

    /// What a case about `message` can count on.
    pub(super) fn surroundings(&self, message: &message::Message) -> Surroundings {
        let guild = GuildId::new(message.guild.0);
        let author = UserId::new(message.author.id.0);
        let roles: Vec<RoleId> = message.author.roles.iter().map(|role| RoleId::new(role.0)).collect();
        let here = self.configs.of(message.guild);
        let server = &here.server;
        let describe = |known: &Known| Surroundings {
            moderators: known.moderators(server),
            desk: known.desk(server, self.me, author, &roles),
            alerts: known.alerts(server, self.me),
            auto_archive: self.configs.config().thread.auto_archive,
            follow_up: self.configs.config().cases.follow_up,
            transcript_days: self.configs.config().privacy.transcript_days(),
        };
        self.look(guild, describe).unwrap_or_default()
    }

    /// What is in force in a guild.
    fn in_force(&self, guild: GuildId) -> Arc<GuildConfig> {
        self.configs.of(message::GuildId(guild.get()))
    }

    /// The channel private threads are opened under, if messages in `channel` are judged.
    fn watches<'a>(&self, known: &'a Known, channel: &'a Channel) -> Option<&'a Channel> {
        known.home(channel).filter(|home| self.watch_of(known, channel, home).is_on())
    }

    fn watch_of(&self, known: &Known, channel: &Channel, home: &Channel) -> Watch {
        let listed = |list: &[message::ChannelId]| {
            list.iter().any(|listed| listed.0 == channel.id.get() || listed.0 == home.id.get())
        };
        let watch = &self.configs.config().watch;
        if channel.kind == kind::PRIVATE_THREAD {
            return Watch::PrivateThread;
        }
        if listed(&watch.ignore_channels) {
            return Watch::Ignored;
        }
        if let Some(chosen) = &self.in_force(known.guild.id).settings.channels {
            return if listed(chosen) { Watch::Chosen } else { Watch::NotChosen };
        }
        match known.is_public(home) {
            true => Watch::Public,
            false if listed(&watch.channels) => Watch::Added,
            false => Watch::Closed,
        }
    }

    fn write<T>(&self, change: impl FnOnce(&mut Everywhere) -> T) -> T {
        change(&mut self.known.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn change<T>(&self, guild: GuildId, change: impl FnOnce(&mut Known) -> T) {
        self.write(|everywhere| everywhere.guilds.get_mut(&guild).map(change));
    }

    fn look<T>(&self, guild: GuildId, look: impl FnOnce(&Known) -> T) -> Option<T> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).guilds.get(&guild).map(look)
    }

    fn find<T>(&self, channel: ChannelId, look: impl FnOnce(&Known) -> T) -> Option<T> {
        let everywhere = self.known.read().unwrap_or_else(PoisonError::into_inner);
        everywhere.guilds.get(everywhere.homes.get(&channel)?).map(look)
    }
}

impl Everywhere {
    fn insert(&mut self, mut known: Known) -> Option<Vec<ChannelId>> {
        let guild = known.guild.id;
        let put_away = self.remove(guild).map(|before| known.keep_threads(before));
        self.homes.extend(known.channels.values().map(|channel| (channel.id, guild)));
        self.guilds.insert(guild, known);
        put_away
    }

    fn remove(&mut self, guild: GuildId) -> Option<Known> {
        let gone = self.guilds.remove(&guild)?;
        for channel in gone.channels.values() {
            self.homes.remove(&channel.id);
        }
        Some(gone)
    }

    fn set_channel(&mut self, guild: GuildId, channel: wire::Channel) {
        if let Some(known) = self.guilds.get_mut(&guild) {
            self.homes.insert(channel.id, guild);
            known.channels.insert(channel);
        }
    }

    fn remove_channel(&mut self, guild: GuildId, channel: ChannelId) {
        if let Some(known) = self.guilds.get_mut(&guild) {
            self.homes.remove(&channel);
            known.channels.remove(channel);
        }
    }
}

impl Known {
    fn new(mut guild: wire::Guild, me: UserId) -> Self {
        let mine = |member: &wire::Member| member.user.as_ref().is_some_and(|user| user.id == me);
        let my_roles = guild.members.drain(..).find(mine).map(|me| me.roles).unwrap_or_default().into();
        let channels = guild.channels.drain(..).chain(guild.threads.drain(..)).collect();
        Self { guild: guild.into(), channels, my_roles }
    }

    /// Keeps the public threads that were active `before` and are not listed any more.
    fn keep_threads(&mut self, before: Self) -> Vec<ChannelId> {
        let threads = before.channels.into_values().filter(Channel::is_active_public_thread);
        let missing: Vec<Channel> = threads.filter(|it| self.channels.get(it.id).is_none()).collect();
        let put_away = missing.iter().map(|thread| thread.id).collect();
        for thread in missing {
            self.channels.put(thread);
        }
        put_away
    }

    fn home<'a>(&'a self, channel: &'a Channel) -> Option<&'a Channel> {
        if channel.is_thread() { self.channels.get(channel.parent_id?) } else { Some(channel) }
    }

    fn permissions(&self, channel: ChannelId, member: UserId, roles: &[RoleId]) -> Permissions {
        let home = self.channels.get(channel).and_then(|channel| self.home(channel));
        home.map_or(Permissions::empty(), |home| permissions::of_member(&self.guild, home, member, roles))
    }

    /// The configured role; else those that hold Manage Threads; else administrators. Never roles that
    /// belong to an integration: summoning a bot helps no one.
    fn moderators(&self, server: &Server) -> Vec<message::RoleId> {
        if let Some(role) = server.moderator_role {
            return vec![role];
        }
        let holding = |permission: Permissions| -> Vec<message::RoleId> {
            let roles = self.guild.roles.iter().filter(|role| {
                role.id.get() != self.guild.id.get() && !role.managed && role.permissions.contains(permission)
            });
            roles.map(|role| message::RoleId(role.id.get())).collect()
        };
        let roles = holding(Permissions::MANAGE_THREADS);
        if roles.is_empty() { holding(Permissions::ADMINISTRATOR) } else { roles }
    }

    /// The desk, when the member can see it and we can open a private thread there.
    fn desk(
        &self,
        server: &Server,
        me: UserId,
        author: UserId,
        roles: &[RoleId],
    ) -> Option<message::ChannelId> {
        let desk = server.desk_channel?;
        let channel = self.channels.get(ChannelId::new(desk.0))?;
        let sees = self.permissions(channel.id, author, roles).contains(Permissions::VIEW_CHANNEL);
        let can = self.permissions(channel.id, me, &self.my_roles).contains(super::executor::THREAD_NEEDS);
        (channel.kind == kind::TEXT && sees && can).then_some(desk)
    }

    /// Where moderators can be told: the alert channel, if not everyone can read it; the desk or the community's
    /// channel for moderators, if nobody else can.
    fn alerts(&self, server: &Server, me: UserId) -> Vec<message::ChannelId> {
        let updates = self.guild.public_updates_channel_id.map(|id| message::ChannelId(id.get()));
        // A desk is for members to see; what stands in for an alert channel must be moderators' alone.
        let stand_ins = [server.desk_channel, updates].into_iter().flatten();
        let closed = |id: &message::ChannelId| {
            let channel = self.channels.get(ChannelId::new(id.0));
            channel.is_some_and(|channel| self.only_moderators_see(channel, me))
        };
        let mut alerts: Vec<message::ChannelId> =
            server.alert_channel.into_iter().chain(stand_ins.filter(closed)).collect();
        alerts.dedup();
        alerts.retain(|alert| self.is_for_moderators(ChannelId::new(alert.0), me));
        alerts
    }

    fn is_for_moderators(&self, channel: ChannelId, me: UserId) -> bool {
        let Some(found) = self.channels.get(channel) else { return false };
        let mine = self.permissions(channel, me, &self.my_roles);
        !self.is_public(found) && mine.contains(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES)
    }

    /// Whether everyone can read it.
    fn is_public(&self, channel: &Channel) -> bool {
        permissions::of_everyone(&self.guild, channel).contains(Permissions::VIEW_CHANNEL)
    }
}
