//! What Discord would make of an action, as far as what we know of the server tells.

use crate::discord::id::{ChannelId, GuildId, Permissions, RoleId, UserId};

use super::Guilds;
use crate::case::action::{Action, Receipt, Refusal};
use crate::case::{Case, Step};
use crate::discord::convert::moderates;
use crate::discord::executor::THREAD_NEEDS;
use crate::discord::permissions::missing;
use crate::discord::wire::{self, kind};
use crate::message::{self, Author, Origin};

/// A member, as far as what they may do goes.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: message::UserId,
    pub(crate) roles: Vec<message::RoleId>,
}

impl Guilds {
    /// Refuses what we know Discord would refuse: refused requests count towards a ban of the address.
    pub(in crate::discord) fn require(
        &self,
        channel: message::ChannelId,
        needed: Permissions,
    ) -> Result<(), Refusal> {
        let held = self.mine(ChannelId::new(channel.0));
        match held.and_then(|held| missing(held, needed)) {
            Some(name) => Err(Refusal::Missing(name.to_owned())),
            None => Ok(()),
        }
    }

    /// What speaking in `channel` takes.
    pub(in crate::discord) fn require_voice(&self, channel: message::ChannelId) -> Result<(), Refusal> {
        let thread = self.kind(ChannelId::new(channel.0)).is_some_and(wire::is_thread);
        let speak = if thread { Permissions::SEND_MESSAGES_IN_THREADS } else { Permissions::SEND_MESSAGES };
        self.require(channel, Permissions::VIEW_CHANNEL | speak)
    }

    /// Whether we may say something in `channel`.
    pub(crate) fn may_speak(&self, channel: message::ChannelId) -> bool {
        self.require_voice(channel).is_ok()
    }

    /// What opening a private thread under `parent` takes.
    pub(in crate::discord) fn require_thread(&self, parent: message::ChannelId) -> Result<(), Refusal> {
        if self.kind(ChannelId::new(parent.0)).is_some_and(|kind| kind != kind::TEXT) {
            return Err(Refusal::WrongChannel);
        }
        self.require(parent, THREAD_NEEDS)
    }

    /// What removing a message from `channel` takes.
    pub(in crate::discord) fn require_removal(&self, channel: message::ChannelId) -> Result<(), Refusal> {
        self.require(channel, Permissions::VIEW_CHANNEL | Permissions::MANAGE_MESSAGES)
    }

    /// What would come of the action that `case`, a matter of `person`, waits for. A thread is taken for the channel
    /// it would be opened under. Whether somebody takes direct messages, and what AutoMod says, only trying tells.
    pub(crate) fn foresee<S>(
        &self,
        case: &Case,
        action: &Action<S>,
        person: &Person,
    ) -> Result<Receipt, Refusal> {
        const POSTED: Receipt = Receipt::Posted(message::MessageId(0));
        match action {
            Action::RemoveMessage { channel, .. } => {
                self.require_removal(*channel).map(|()| Receipt::Removed)
            }
            Action::OpenThread { parent, .. } => {
                self.require_thread(*parent).map(|()| Receipt::Opened(*parent))
            }
            Action::OpenDirect { member } => Ok(Receipt::Opened(message::ChannelId(member.0))),
            Action::AddMember { thread, .. } if self.sees(case.guild, *thread, person) => Ok(Receipt::Joined),
            Action::AddMember { .. } => Err(Refusal::MemberCannotSee),
            Action::CloseThread { .. } | Action::ArchiveThread { .. } => Ok(Receipt::Closed),
            Action::UnarchiveThread { .. } => Ok(Receipt::Reopened),
            Action::Post(_) if matches!(case.step, Step::Greeting(_) | Step::Telling(_)) => Ok(POSTED),
            Action::Post(post) => self.require_voice(post.channel).map(|()| POSTED),
            Action::Edit { .. } => Ok(Receipt::Edited),
            Action::Withdraw { .. } => Ok(Receipt::Removed),
        }
    }

    /// Whether `person` can see `channel`.
    pub(crate) fn sees(&self, guild: message::GuildId, channel: message::ChannelId, person: &Person) -> bool {
        self.held_by(guild, channel, person).contains(Permissions::VIEW_CHANNEL)
    }

    /// `person` as the author of a message in `channel`.
    pub(crate) fn author(
        &self,
        guild: message::GuildId,
        channel: message::ChannelId,
        person: &Person,
    ) -> Author {
        Author {
            id: person.id,
            origin: Origin::Member,
            roles: person.roles.clone(),
            moderator: moderates(self.held_by(guild, channel, person)),
        }
    }

    /// What `person` may do in `channel`.
    pub(crate) fn held_by(
        &self,
        guild: message::GuildId,
        channel: message::ChannelId,
        person: &Person,
    ) -> Permissions {
        let roles: Vec<RoleId> = person.roles.iter().map(|role| RoleId::new(role.0)).collect();
        self.permissions(GuildId::new(guild.0), ChannelId::new(channel.0), UserId::new(person.id.0), &roles)
    }

    /// Why a private thread with `person` cannot be opened at the desk; none where there is no desk, or it can.
    pub(crate) fn desk_refusal(
        &self,
        guild: message::GuildId,
        person: &Person,
    ) -> Option<(message::ChannelId, Refusal)> {
        let desk = self.configs.of(guild).server.desk_channel?;
        let refusal = match self.kind(ChannelId::new(desk.0)) {
            None => Some(Refusal::Gone),
            Some(_) => self.require_thread(desk).err(),
        };
        let hidden = || (!self.sees(guild, desk, person)).then_some(Refusal::MemberCannotSee);
        refusal.or_else(hidden).map(|refusal| (desk, refusal))
    }
}

impl Person {
    /// A member without any role.
    pub(crate) const fn anyone() -> Self {
        Self { id: message::UserId(u64::MAX), roles: Vec::new() }
    }
}
