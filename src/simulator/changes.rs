//! What moderators and Discord itself change: roles, channels, members, threads, guilds.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Simulator;
use super::locales;
use super::model::{Channel, ChannelKind, Id, Member, Overwrite, OverwriteKind, Role};
use super::permissions::Permissions;
use super::refusal::{self, Refusal};
use super::render;
use super::state::{Event, State};
use super::threads::Plan;
use super::world::{self, GuildPlan, Privileged};

/// The intent for guilds, roles and channels.
const GUILDS: u64 = 1;
/// The intent for members.
const MEMBERS: u64 = 1 << 1;

impl Simulator {
    /// Makes a channel in a guild.
    ///
    /// # Errors
    /// When there is no such guild.
    pub fn create_channel(&self, guild: Id, name: &str, kind: ChannelKind) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            state.guild(guild)?;
            let id = state.allot();
            let channel = Channel::new(id, kind, Some(guild), name);
            state.channels.insert(id, channel);
            state.tell_channel("CHANNEL_CREATE", id);
            Ok(id)
        })
    }

    /// Renames a channel.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn rename_channel(&self, channel: Id, name: &str) -> Result<(), Refusal> {
        self.shared.change(|state| state.modify_channel(channel, &json!({ "name": name })))
    }

    /// Deletes a channel or thread with all that is in it.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn delete_channel(&self, channel: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.delete_channel(channel))
    }

    /// Sets the overwrite of a channel for a role or member.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn set_overwrite(
        &self,
        channel: Id,
        of: Id,
        allow: Permissions,
        deny: Permissions,
    ) -> Result<(), Refusal> {
        self.shared.change(|state| {
            let person = state.users.contains_key(&of);
            let kind = if person { OverwriteKind::Member } else { OverwriteKind::Role };
            state.set_overwrite(channel, of, Some(Overwrite { of, kind, allow, deny }))
        })
    }

    /// Takes the overwrite of a channel for a role or member away.
    ///
    /// # Errors
    /// When there is none.
    pub fn remove_overwrite(&self, channel: Id, of: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.set_overwrite(channel, of, None))
    }

    /// Makes a role, above all others.
    ///
    /// # Errors
    /// When there is no such guild.
    pub fn create_role(&self, guild: Id, name: &str, permissions: Permissions) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let id = state.allot();
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            let position = i64::try_from(of.roles.len()).unwrap_or(i64::MAX);
            let name = name.to_owned();
            let role = Role { id, name, permissions, position, managed: false, mentionable: false };
            of.roles.insert(id, role);
            state.tell_role("GUILD_ROLE_CREATE", guild, id)?;
            Ok(id)
        })
    }

    /// Changes what a role grants; the guild's own identifier is `@everyone`.
    ///
    /// # Errors
    /// When there is no such role.
    pub fn set_role(&self, guild: Id, role: Id, permissions: Permissions) -> Result<(), Refusal> {
        self.shared.change(|state| {
            let before = state.open_channels(Some(guild));
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            let known = of.roles.get_mut(&role).ok_or_else(|| Refusal::new(404, 10011))?;
            known.permissions = permissions;
            state.tell_role("GUILD_ROLE_UPDATE", guild, role)?;
            state.sync_threads(Some(guild), &before);
            Ok(())
        })
    }

    /// Deletes a role; members and channels lose it.
    ///
    /// # Errors
    /// When there is no such role.
    pub fn delete_role(&self, guild: Id, role: Id) -> Result<(), Refusal> {
        self.shared.change(|state| {
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            of.roles.remove(&role).ok_or_else(|| Refusal::new(404, 10011))?;
            of.members.values_mut().for_each(|member| member.roles.retain(|one| *one != role));
            let here = state.channels.values_mut().filter(|channel| channel.guild == Some(guild));
            here.for_each(|channel| channel.overwrites.retain(|one| one.of != role));
            let data = json!({ "guild_id": render::id(guild), "role_id": render::id(role) });
            state.tell_guild("GUILD_ROLE_DELETE", data, GUILDS, guild);
            Ok(())
        })
    }

    /// Gives a member exactly these roles.
    ///
    /// # Errors
    /// When there is no such member.
    pub fn set_roles(&self, guild: Id, member: Id, roles: &[Id]) -> Result<(), Refusal> {
        self.change_member(guild, member, |member| member.roles = roles.to_vec())
    }

    /// Lets a member only read until then, or ends that.
    ///
    /// # Errors
    /// When there is no such member.
    pub fn time_out(&self, guild: Id, member: Id, until: Option<Timestamp>) -> Result<(), Refusal> {
        self.change_member(guild, member, |member| member.timed_out_until = until)
    }

    fn change_member(&self, guild: Id, user: Id, with: impl FnOnce(&mut Member)) -> Result<(), Refusal> {
        self.shared.change(|state| {
            let before = state.open_channels(Some(guild));
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            with(of.members.get_mut(&user).ok_or_else(refusal::unknown_member)?);
            let mut data = render::member(state, state.member(guild, user)?);
            data["guild_id"] = render::id(guild);
            // A bot learns of its own changes with either intent.
            let intent = if user == state.app.bot { GUILDS | MEMBERS } else { MEMBERS };
            state.tell_guild("GUILD_MEMBER_UPDATE", data, intent, guild);
            state.sync_threads(Some(guild), &before);
            Ok(())
        })
    }

    /// Someone joins a guild; a name that is not known yet is a new person.
    ///
    /// # Errors
    /// When there is no such guild.
    pub fn join(&self, guild: Id, name: &str) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let user = state.person(name, false);
            let joined = state.now();
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            let member = Member { user, roles: Vec::new(), nick: None, joined, timed_out_until: None };
            of.members.insert(user, member);
            let mut data = render::member(state, state.member(guild, user)?);
            data["guild_id"] = render::id(guild);
            state.tell_guild("GUILD_MEMBER_ADD", data, MEMBERS, guild);
            Ok(user)
        })
    }

    /// Someone leaves a guild, and with it every thread.
    ///
    /// # Errors
    /// When they are not in it.
    pub fn leave(&self, guild: Id, user: Id) -> Result<(), Refusal> {
        self.shared.change(|state| {
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            of.members.remove(&user).ok_or_else(refusal::unknown_member)?;
            let here = state.channels.values_mut().filter(|channel| channel.guild == Some(guild));
            for thread in here.filter_map(|channel| channel.thread.as_mut()) {
                thread.members.remove(&user);
            }
            let data = json!({ "guild_id": render::id(guild), "user": render::user_by(state, user) });
            state.tell_guild("GUILD_MEMBER_REMOVE", data, MEMBERS, guild);
            Ok(())
        })
    }

    /// The bot is added to one more guild, now.
    ///
    /// # Errors
    /// When the plan names a role, member or category that it does not have.
    pub fn add_guild(&self, plan: &GuildPlan) -> Result<Id, String> {
        self.shared.change(|state| {
            let id = world::settle(state, plan)?;
            state.announce_guild(id);
            Ok(id)
        })
    }

    /// The bot is removed from a guild, which goes on without it.
    pub fn remove_guild(&self, guild: Id) {
        self.shared.change(|state| {
            let data = json!({ "id": render::id(guild) });
            state.tell_guild("GUILD_DELETE", data, GUILDS, guild);
            let bot = state.app.bot;
            state.guilds.entry(guild).and_modify(|guild| drop(guild.members.remove(&bot)));
        });
    }

    /// Discord loses a guild for a while, or finds it again; the gateway says so, and nothing of it while it lasts.
    pub fn outage(&self, guild: Id, lost: bool) {
        self.shared.change(|state| {
            if lost {
                let data = json!({ "id": render::id(guild), "unavailable": true });
                state.tell_guild("GUILD_DELETE", data, GUILDS, guild);
                state.lost.insert(guild);
            } else {
                state.lost.remove(&guild);
                state.announce_guild(guild);
            }
        });
    }

    /// `member` opens a thread of their own.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn open_thread(&self, member: Id, channel: Id, name: &str, kind: ChannelKind) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let body = json!({ "name": name, "type": kind as u8 });
            let plan = Plan::read(&body, state.channel(channel)?)?;
            state.open_thread(member, channel, &plan, None)
        })
    }

    /// `member` adds `user` to a thread.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn add_to_thread(&self, member: Id, thread: Id, user: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.add_to_thread(member, thread, user))
    }

    /// `member` takes `user` (or themselves) out of a thread.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn take_out(&self, member: Id, thread: Id, user: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.take_out(member, thread, user))
    }

    /// `member` archives a thread, locked or not.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn archive(&self, member: Id, thread: Id, locked: bool) -> Result<(), Refusal> {
        let mut body = json!({ "archived": true });
        if locked {
            body["locked"] = json!(true);
        }
        self.edit_thread(member, thread, &body)
    }

    /// `member` changes a thread: `body` is what Discord takes in a request to modify one, as in
    /// `{ "archived": false }` or `{ "name": "Refund" }`.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn edit_thread(&self, member: Id, thread: Id, body: &Value) -> Result<(), Refusal> {
        self.shared.change(|state| state.edit_thread(member, thread, body))
    }

    /// `member` reacts to a message.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn react(&self, member: Id, channel: Id, message: Id, emoji: &str) -> Result<(), Refusal> {
        self.shared.change(|state| state.react(member, channel, message, emoji))
    }

    /// `member` takes a reaction back.
    ///
    /// # Errors
    /// When there is none.
    pub fn unreact(&self, member: Id, channel: Id, message: Id, emoji: &str) -> Result<(), Refusal> {
        self.shared.change(|state| state.unreact(member, channel, message, emoji))
    }

    /// Opens or shuts a person's direct messages.
    pub fn accept_dms(&self, user: Id, open: bool) {
        self.shared.change(|state| {
            state.users.entry(user).and_modify(|user| user.accepts_dms = open);
        });
    }

    /// Sets the language of a person's client, as in `de`; interactions carry it.
    ///
    /// # Errors
    /// When there is no such person, or Discord has no such language.
    pub fn set_locale(&self, user: Id, locale: &str) -> Result<(), Refusal> {
        locales::check("locale", locale)?;
        self.shared.change(|state| {
            let user = state.users.get_mut(&user).ok_or_else(|| Refusal::new(404, 10013))?;
            locale.clone_into(&mut user.locale);
            Ok(())
        })
    }

    /// Sets the language of a guild, its `preferred_locale`; interactions carry it.
    ///
    /// # Errors
    /// When there is no such guild, or Discord has no such language.
    pub fn set_guild_locale(&self, guild: Id, locale: &str) -> Result<(), Refusal> {
        locales::check("preferred_locale", locale)?;
        self.shared.change(|state| {
            let of = state.guilds.get_mut(&guild).ok_or_else(refusal::unknown_guild)?;
            locale.clone_into(&mut of.locale);
            let data = render::guild(of);
            state.tell_guild("GUILD_UPDATE", data, GUILDS, guild);
            Ok(())
        })
    }

    /// Makes AutoMod block messages and thread names that hold one of these words, anywhere in a word; that
    /// is its rule "Blocked words".
    pub fn block_words(&self, guild: Id, words: &[&str]) {
        // There is nothing to block where there is no guild.
        self.shared.change(|state| state.block_words(guild, words)).ok();
    }

    /// Puts a rule of AutoMod into a guild, in the place of the one of the same name. `rule` is what Discord
    /// takes in a request to create one: a rule that is not `enabled` does nothing. Keyword rules and mention
    /// limits block from then on.
    ///
    /// # Errors
    /// What Discord would refuse: too many rules, words or patterns, or a pattern that is none.
    pub fn put_automod(&self, guild: Id, rule: &Value) -> Result<Id, Refusal> {
        self.shared.change(|state| state.put_automod(guild, rule))
    }

    /// Takes a rule of AutoMod away.
    ///
    /// # Errors
    /// When there is no such rule.
    pub fn remove_automod(&self, guild: Id, rule: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.remove_automod(guild, rule))
    }

    /// Lets a role (the guild's own identifier is `@everyone`) or a member use the commands of this name,
    /// whatever their `default_member_permissions`, as an administrator does in a server's settings.
    ///
    /// # Errors
    /// When there is no such guild, role, member or command.
    pub fn permit_command(&self, guild: Id, name: &str, role_or_user: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.permit(guild, name, role_or_user))
    }

    /// Sets how many threads a guild may have active at once.
    pub fn set_thread_limit(&self, guild: Id, limit: usize) {
        self.shared.change(|state| {
            if let Some(guild) = state.guilds.get_mut(&guild) {
                guild.active_thread_limit = limit;
            }
        });
    }

    /// Switches the privileged intents in the developer portal.
    pub fn set_privileged(&self, intents: &[Privileged]) {
        self.shared.change(|state| {
            state.app.privileged = intents.iter().fold(0, |all, one| all | one.intent());
        });
    }
}

impl State {
    fn tell_guild(&mut self, name: &'static str, data: Value, intent: u64, guild: Id) {
        self.emit(Event { name, data, intent, guild: Some(guild), channel: None });
    }

    fn tell_role(&mut self, name: &'static str, guild: Id, role: Id) -> Result<(), Refusal> {
        let of = self.guild(guild)?.roles.get(&role).ok_or_else(|| Refusal::new(404, 10011))?;
        let data = json!({ "guild_id": render::id(guild), "role": render::role(of) });
        self.tell_guild(name, data, GUILDS, guild);
        Ok(())
    }

    fn announce_guild(&mut self, guild: Id) {
        if let Some(of) = self.guilds.get(&guild) {
            let everyone = self.app.privileged & MEMBERS != 0;
            let data = render::gateway_guild(self, of, &self.channels_of(of.id), everyone);
            self.tell_guild("GUILD_CREATE", data, GUILDS, guild);
        }
    }
}
