//! A look at a server: which channels are watched, and what stands in the way there.

use crate::discord::id::{ChannelId, GuildId, Permissions, RoleId};

use super::kept::Channel;
use super::{Guilds, Known, Watch};
use crate::config::Server;
use crate::discord::checkup::{Checkup, Flaw, Gap, Instead, Place};
use crate::discord::executor::THREAD_NEEDS;
use crate::discord::permissions::{NEEDED, Need, in_guild, lacking, needed_in};
use crate::discord::wire::kind;
use crate::message;

impl Guilds {
    /// What the bot has to work with in a server and what it lacks; none where we have not heard of it. A channel that
    /// only moderators write in, as many a channel for rules and news, lacks nothing.
    pub(crate) fn checkup(&self, guild: message::GuildId) -> Option<Checkup> {
        self.survey(guild, |survey| {
            let watched = survey.watched();
            let spoken_in: Vec<&Channel> =
                watched.iter().copied().filter(|channel| survey.known.members_write_in(channel)).collect();
            survey.checkup(&watched, &spoken_in)
        })
    }

    /// The same in one channel, watched or not.
    pub(crate) fn checkup_in(&self, guild: message::GuildId, channel: message::ChannelId) -> Option<Checkup> {
        self.survey(guild, |survey| {
            let channel = survey.known.home_of(channel)?;
            Some(survey.checkup(&[channel], &[channel]))
        })?
    }

    /// The channel that a private thread is opened under for a message in `channel`, and whether messages there are
    /// judged; none where `guild` has no such channel, or it is a category.
    pub(crate) fn watch(
        &self,
        guild: message::GuildId,
        channel: message::ChannelId,
    ) -> Option<(message::ChannelId, Watch)> {
        self.look(GuildId::new(guild.0), |known| {
            let home = known.home_of(channel)?;
            let channel = known.channels.get(ChannelId::new(channel.0))?;
            Some((message::ChannelId(home.id.get()), self.watch_of(known, channel, home)))
        })?
    }

    /// What we may do in `channel` of what we need there, by Discord's names.
    pub(crate) fn held_in(&self, guild: message::GuildId, channel: message::ChannelId) -> Vec<&'static str> {
        let held = self.survey(guild, |survey| {
            let channel = survey.known.home_of(channel)?;
            let held = survey.mine(channel) & needed_in(channel.kind);
            let held = NEEDED.iter().filter(|need| held.contains(need.permission));
            Some(held.map(|need| need.name).collect())
        });
        held.flatten().unwrap_or_default()
    }

    /// Whether a server has a role.
    pub(crate) fn has_role(&self, guild: message::GuildId, role: message::RoleId) -> bool {
        let has = |known: &Known| known.guild.roles.iter().any(|known| known.id.get() == role.0);
        self.look(GuildId::new(guild.0), has).unwrap_or_default()
    }

    /// Whether a server has a text channel of this id.
    pub(crate) fn has_text_channel(&self, guild: message::GuildId, channel: message::ChannelId) -> bool {
        let text = |known: &Known| known.home_of(channel).is_some_and(|home| home.kind == kind::TEXT);
        self.look(GuildId::new(guild.0), text).unwrap_or_default()
    }

    /// The language of a server's own pages, as in `en-US`.
    pub(crate) fn locale(&self, guild: message::GuildId) -> String {
        self.look(GuildId::new(guild.0), |known| known.guild.preferred_locale.to_string()).unwrap_or_default()
    }

    fn survey<T>(&self, guild: message::GuildId, look: impl FnOnce(&Survey<'_>) -> T) -> Option<T> {
        let here = self.configs.of(guild);
        self.look(GuildId::new(guild.0), |known| look(&Survey { guilds: self, known, server: &here.server }))
    }
}

impl Known {
    /// The channel itself, or that of a thread; none for categories.
    fn home_of(&self, channel: message::ChannelId) -> Option<&Channel> {
        let channel = self.channels.get(ChannelId::new(channel.0))?;
        self.home(channel).filter(|home| home.kind != kind::CATEGORY)
    }
}

/// A server under the eye.
struct Survey<'a> {
    guilds: &'a Guilds,
    known: &'a Known,
    server: &'a Server,
}

impl<'a> Survey<'a> {
    fn watched(&self) -> Vec<&'a Channel> {
        let mut watched: Vec<&Channel> = self
            .known
            .channels
            .values()
            .filter(|channel| !channel.is_thread() && channel.kind != kind::CATEGORY)
            .filter(|channel| self.guilds.watches(self.known, channel).is_some())
            .collect();
        watched.sort_by_key(|channel| (channel.position, channel.id));
        watched
    }

    /// What is missing in `channels`, of those that are `watched`.
    fn checkup(&self, watched: &[&Channel], channels: &[&Channel]) -> Checkup {
        let mut gaps = Vec::new();
        gaps.extend(watched.is_empty().then_some(Gap::NothingWatched));
        gaps.extend(NEEDED.iter().filter_map(|need| self.without(need, channels)));
        gaps.extend(self.unthreaded(channels));
        gaps.extend(self.moderators());
        gaps.extend(self.escalation());
        gaps.extend(self.desk());
        gaps.extend(self.alerts());
        Checkup {
            watched: ids(watched.iter().copied()),
            moderators: self.known.moderators(self.server),
            alerts: self.known.alerts(self.server, self.guilds.me),
            automod: self.known.guild.automod,
            gaps,
        }
    }

    fn mine(&self, channel: &Channel) -> Permissions {
        self.known.permissions(channel.id, self.guilds.me, &self.known.my_roles)
    }

    /// Where a permission is missing that is needed there.
    fn without(&self, need: &'static Need, channels: &[&Channel]) -> Option<Gap> {
        let needing = channels.iter().filter(|channel| needed_in(channel.kind).contains(need.permission));
        let lacks =
            |channel: &Channel| lacking(self.mine(channel), needed_in(channel.kind)).any(|one| one == need);
        let (without, with): (Vec<&Channel>, Vec<&Channel>) = needing.partition(|channel| lacks(channel));
        let place = match without.len() {
            0 => return None,
            2.. if with.is_empty() => Place::Everywhere,
            _ => Place::In(ids(without)),
        };
        Some(Gap::Permission { need, place, instead: self.instead() })
    }

    fn unthreaded(&self, channels: &[&Channel]) -> Option<Gap> {
        let seen = |channel: &&&Channel| self.mine(channel).contains(Permissions::VIEW_CHANNEL);
        let others = channels.iter().filter(|channel| channel.kind != kind::TEXT).filter(seen);
        let channels = ids(others.copied());
        (!channels.is_empty()).then(|| Gap::NoThreads { channels, instead: self.instead() })
    }

    fn instead(&self) -> Instead {
        match (self.server.desk_channel, self.desk()) {
            (Some(desk), None) => Instead::Desk { desk, for_all: true },
            (Some(desk), Some(Gap::Desk(_, Flaw::Hidden))) => Instead::Desk { desk, for_all: false },
            _ => Instead::Direct,
        }
    }

    fn desk(&self) -> Option<Gap> {
        let desk = self.server.desk_channel?;
        let flaw = match self.known.channels.get(ChannelId::new(desk.0)) {
            None => Some(Flaw::Gone),
            Some(channel) if channel.kind != kind::TEXT => Some(Flaw::NotText),
            Some(channel) => self
                .lacks(channel, THREAD_NEEDS)
                .or_else(|| (!self.known.is_public(channel)).then_some(Flaw::Hidden)),
        };
        flaw.map(|flaw| Gap::Desk(desk, flaw))
    }

    fn alerts(&self) -> Option<Gap> {
        let instead = self.known.alerts(self.server, self.guilds.me).first().copied();
        let Some(alerts) = self.server.alert_channel else {
            return instead.is_none().then_some(Gap::NoAlerts);
        };
        let flaw = match self.known.channels.get(ChannelId::new(alerts.0)) {
            None => Some(Flaw::Gone),
            Some(channel) if self.known.is_public(channel) => Some(Flaw::Public),
            Some(channel) => self.lacks(channel, Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES),
        };
        flaw.map(|flaw| Gap::Alerts(alerts, flaw, instead))
    }

    fn lacks(&self, channel: &Channel, needed: Permissions) -> Option<Flaw> {
        let names: Vec<&str> = lacking(self.mine(channel), needed).map(|need| need.name).collect();
        (!names.is_empty()).then_some(Flaw::Lacks(names))
    }

    fn moderators(&self) -> Vec<Gap> {
        let moderators = self.known.moderators(self.server);
        if moderators.is_empty() {
            return vec![Gap::NoModerators];
        }
        let gap = |role: &message::RoleId| match self.is_mentionable(*role) {
            None => Some(Gap::RoleGone(*role)),
            Some(true) => None,
            Some(false) => Some(Gap::Unmentionable(*role)),
        };
        moderators.iter().filter_map(gap).collect()
    }

    fn escalation(&self) -> Option<Gap> {
        let role = self.server.escalation_role?;
        match self.is_mentionable(role) {
            None => Some(Gap::EscalationGone(role)),
            Some(true) => None,
            Some(false) => Some(Gap::EscalationUnmentionable(role)),
        }
    }

    /// Whether we may mention a role; none where it is no more.
    fn is_mentionable(&self, role: message::RoleId) -> Option<bool> {
        let known = self.known.guild.roles.iter().find(|known| known.id == RoleId::new(role.0))?;
        let mine = in_guild(&self.known.guild, self.guilds.me, &self.known.my_roles);
        let all = mine.intersects(Permissions::MENTION_EVERYONE | Permissions::ADMINISTRATOR);
        Some(known.mentionable || all)
    }
}

fn ids<'a>(channels: impl IntoIterator<Item = &'a Channel>) -> Vec<message::ChannelId> {
    channels.into_iter().map(|channel| message::ChannelId(channel.id.get())).collect()
}
