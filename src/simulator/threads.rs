//! Threads: opening, joining, leaving.
//!
//! Source: <https://discord.com/developers/docs/topics/threads>.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::form::characters;
use super::messages::Draft;
use super::model::{Channel, ChannelKind, Id, Reference, Thread};
use super::permissions::Permissions;
use super::refusal::{self, Refusal};
use super::render;
use super::state::{Event, State};

/// The intents under which thread events come.
const GUILDS: u64 = 1;
/// The intent under which other people's joining is told.
const MEMBERS: u64 = 1 << 1;
/// How many people one thread holds.
const PARTICIPANTS: usize = 1000;
/// Minutes of silence that may be asked for.
const ARCHIVE_AFTER: [u64; 4] = [60, 1440, 4320, 10080];

/// A thread on its way in.
#[derive(Debug)]
pub(crate) struct Plan {
    name: String,
    kind: ChannelKind,
    invitable: bool,
    minutes: u64,
    slowmode: u64,
}

impl Plan {
    /// What a client sent to open a thread of its own under `parent`.
    pub(crate) fn read(body: &Value, parent: &Channel) -> Result<Self, Refusal> {
        // Without a type Discord opens a private thread; it says itself not to rely on that.
        let number = body["type"].as_u64().unwrap_or(12);
        let forum = parent.kind == ChannelKind::Forum;
        let kind = if forum { Some(ChannelKind::PublicThread) } else { ChannelKind::numbered(number) };
        let kind =
            kind.filter(|kind| kind.is_thread()).ok_or_else(|| Refusal::choice("type", "10, 11, 12"))?;
        Self::named(body, kind)
    }

    pub(crate) fn named(body: &Value, kind: ChannelKind) -> Result<Self, Refusal> {
        check_name(&body["name"])?;
        let minutes = body["auto_archive_duration"].as_u64().unwrap_or(1440);
        check_minutes(minutes)?;
        Ok(Self {
            name: body["name"].as_str().unwrap_or_default().to_owned(),
            kind,
            invitable: body["invitable"].as_bool().unwrap_or(true),
            minutes,
            slowmode: body["rate_limit_per_user"].as_u64().unwrap_or(0),
        })
    }
}

pub(crate) fn check_name(name: &Value) -> Result<(), Refusal> {
    match characters(name) {
        0 if name.is_null() => Err(Refusal::required("name")),
        1..=100 => Ok(()),
        _ => Err(Refusal::length("name", 1, 100)),
    }
}

pub(crate) fn check_minutes(minutes: u64) -> Result<(), Refusal> {
    if ARCHIVE_AFTER.contains(&minutes) {
        return Ok(());
    }
    Err(Refusal::choice("auto_archive_duration", "60, 1440, 4320, 10080"))
}

impl State {
    /// Opens a thread under `parent`; from `starter` when it is about a message.
    pub(crate) fn open_thread(
        &mut self,
        by: Id,
        parent: Id,
        plan: &Plan,
        starter: Option<Id>,
    ) -> Result<Id, Refusal> {
        self.may_open(by, parent, plan, starter)?;
        let guild = self.channel(parent)?.guild;
        let id = self.allot();
        // A thread opened from a message has that message's identifier.
        let id = starter.unwrap_or(id);
        let now = self.now();
        let thread = Thread {
            owner: by,
            archived: false,
            locked: false,
            invitable: plan.invitable,
            auto_archive_minutes: plan.minutes,
            archive_changed: now,
            members: BTreeMap::from([(by, now)]),
            sent: 0,
        };
        let channel = Channel {
            parent: Some(parent),
            slowmode: plan.slowmode,
            thread: Some(thread),
            ..Channel::new(id, plan.kind, guild, &plan.name)
        };
        self.channels.insert(id, channel);
        self.tell_opened(by, parent, id, starter);
        Ok(id)
    }

    fn may_open(&self, by: Id, parent: Id, plan: &Plan, starter: Option<Id>) -> Result<(), Refusal> {
        let home = self.access(by, parent, Permissions::VIEW_CHANNEL)?;
        let fits = match home.kind {
            ChannelKind::Text => plan.kind != ChannelKind::AnnouncementThread,
            ChannelKind::Announcement => plan.kind == ChannelKind::AnnouncementThread,
            ChannelKind::Forum => plan.kind == ChannelKind::PublicThread && starter.is_none(),
            _ => false,
        };
        if !fits {
            return Err(Refusal::new(400, 50024));
        }
        let wanted = match plan.kind {
            ChannelKind::PrivateThread => Permissions::CREATE_PRIVATE_THREADS,
            _ if home.kind == ChannelKind::Forum => Permissions::SEND_MESSAGES,
            _ => Permissions::CREATE_PUBLIC_THREADS,
        };
        self.access(by, parent, wanted)?;
        if let Some(starter) = starter {
            let message = self.message(parent, starter)?;
            if message.thread.is_some() {
                return Err(Refusal::new(400, 160_004));
            }
        }
        if self.blocked(by, parent, &plan.name).is_some() {
            return Err(Refusal::new(400, 200_001));
        }
        self.has_room(home)
    }

    /// Makes sure that one more thread may be active in the guild of `home`.
    pub(crate) fn has_room(&self, home: &Channel) -> Result<(), Refusal> {
        let guild = home.guild.and_then(|id| self.guilds.get(&id)).ok_or_else(refusal::unknown_guild)?;
        let active = |channel: &&Channel| {
            channel.guild == home.guild && channel.kind.is_thread() && !channel.is_archived()
        };
        if self.channels.values().filter(active).count() >= guild.active_thread_limit {
            return Err(Refusal::new(400, 160_006));
        }
        Ok(())
    }

    fn tell_opened(&mut self, by: Id, parent: Id, id: Id, starter: Option<Id>) {
        self.emit_thread("THREAD_CREATE", id, true);
        let private = self.channels.get(&id).is_none_or(|it| it.kind == ChannelKind::PrivateThread);
        let forum = self.channels.get(&parent).is_none_or(|it| it.kind == ChannelKind::Forum);
        if let Some(starter) = starter {
            if let Ok(message) = self.message_mut(parent, starter) {
                message.thread = Some(id);
            }
            self.announce("MESSAGE_UPDATE", parent, starter);
            let first = Draft { kind: 21, ..Draft::text("") };
            self.compose(by, id, first, Some(Reference { channel: parent, message: starter }));
        } else if !private && !forum {
            let name = self.channels.get(&id).map(|channel| channel.name.clone()).unwrap_or_default();
            let opened = Draft { kind: 18, ..Draft::text(&name) };
            self.compose(by, parent, opened, Some(Reference { channel: id, message: id }));
        }
    }

    /// Tells of a thread as it is now.
    pub(crate) fn emit_thread(&mut self, name: &'static str, id: Id, new: bool) {
        let Some(channel) = self.channels.get(&id) else { return };
        let mut data = render::channel(self, channel);
        if new {
            data["newly_created"] = json!(true);
        }
        let guild = channel.guild;
        self.emit(Event { name, data, intent: GUILDS, guild, channel: Some(id) });
    }

    /// Adds people to a thread: those who see its parent, and only as long as there is room.
    pub(crate) fn join(&mut self, id: Id, users: &[Id]) {
        let now = self.now();
        let Some(channel) = self.channels.get(&id) else { return };
        let Some(thread) = &channel.thread else { return };
        let mut added: Vec<Id> = users.to_vec();
        added.sort_unstable();
        added.dedup();
        added.retain(|user| {
            let sees = self.permissions(*user, channel).contains(Permissions::VIEW_CHANNEL);
            sees && !thread.members.contains_key(user)
        });
        added.truncate(PARTICIPANTS.saturating_sub(thread.members.len()));
        if added.is_empty() {
            return;
        }
        let thread = self.channels.get_mut(&id).and_then(|channel| channel.thread.as_mut());
        if let Some(thread) = thread {
            thread.members.extend(added.iter().map(|user| (*user, now)));
        }
        self.tell_members(id, &added, &[]);
    }

    fn tell_members(&mut self, id: Id, added: &[Id], removed: &[Id]) {
        let me = self.app.bot;
        if added.contains(&me) {
            self.emit_thread("THREAD_CREATE", id, false);
        }
        let Some(channel) = self.channels.get(&id) else { return };
        let guild = channel.guild;
        let Some(of) = guild.and_then(|guild| self.guilds.get(&guild)) else { return };
        let entries: Vec<Value> = added
            .iter()
            .map(|user| {
                let mut entry = render::thread_member(channel, *user);
                entry["member"] =
                    of.members.get(user).map_or(Value::Null, |member| render::member(self, member));
                entry["presence"] = Value::Null;
                entry
            })
            .collect();
        let data = json!({
            "id": render::id(id),
            "guild_id": guild.map(render::id),
            "member_count": channel.thread.as_ref().map_or(0, |thread| thread.members.len().min(50)),
            "added_members": entries,
            "removed_member_ids": removed.iter().map(|user| render::id(*user)).collect::<Vec<_>>(),
        });
        let own = added.contains(&me) || removed.contains(&me);
        let intent = if own { GUILDS | MEMBERS } else { MEMBERS };
        // Someone who was just removed no longer sees a private thread, and is told all the same.
        let to = if removed.contains(&me) { None } else { Some(id) };
        self.emit(Event { name: "THREAD_MEMBERS_UPDATE", data, intent, guild, channel: to });
    }

    /// Adds `user` to a thread on behalf of `by`.
    pub(crate) fn add_to_thread(&mut self, by: Id, id: Id, user: Id) -> Result<(), Refusal> {
        self.may_add(by, id)?;
        self.may_be_added(user, id)?;
        let channel = self.channel(id)?;
        if channel.has_joined(user) {
            return Ok(());
        }
        if channel.thread.as_ref().is_some_and(|thread| thread.members.len() >= PARTICIPANTS) {
            return Err(Refusal::new(400, 30033));
        }
        self.join(id, &[user]);
        if user != by {
            // The small line in a thread that says who was added.
            self.compose(by, id, Draft { kind: 1, also: vec![user], ..Draft::text("") }, None);
        }
        Ok(())
    }

    /// Whoever may post in a thread may add others; to a private one that is not invitable only its owner
    /// and those who manage threads.
    fn may_add(&self, by: Id, id: Id) -> Result<(), Refusal> {
        let channel = self.access(by, id, Permissions::VIEW_CHANNEL)?;
        let Some(thread) = &channel.thread else { return Err(Refusal::new(400, 50024)) };
        if thread.archived {
            return Err(Refusal::new(400, 50083));
        }
        let closed = channel.kind == ChannelKind::PrivateThread && !thread.invitable && thread.owner != by;
        let wanted = if closed { Permissions::MANAGE_THREADS } else { Permissions::NONE };
        self.access(by, id, wanted | Permissions::SEND_MESSAGES_IN_THREADS).map(|_| ())
    }

    /// Only a member of the guild who sees the parent can be in a thread.
    fn may_be_added(&self, user: Id, id: Id) -> Result<(), Refusal> {
        if !self.users.contains_key(&user) {
            return Err(Refusal::new(404, 10013));
        }
        let channel = self.channel(id)?;
        self.member(channel.guild.unwrap_or_default(), user)?;
        let sees = self.permissions(user, channel).contains(Permissions::VIEW_CHANNEL);
        if sees { Ok(()) } else { Err(refusal::missing_access()) }
    }

    /// Takes `user` out of a thread on behalf of `by`.
    pub(crate) fn take_out(&mut self, by: Id, id: Id, user: Id) -> Result<(), Refusal> {
        let channel = self.access(by, id, Permissions::VIEW_CHANNEL)?;
        let Some(thread) = &channel.thread else { return Err(Refusal::new(400, 50024)) };
        if thread.archived {
            return Err(Refusal::new(400, 50083));
        }
        let own = channel.kind == ChannelKind::PrivateThread && thread.owner == by;
        let manages = self.permissions(by, channel).contains(Permissions::MANAGE_THREADS);
        if user != by && !own && !manages {
            return Err(refusal::missing_permissions());
        }
        if !thread.members.contains_key(&user) {
            return Err(refusal::unknown_member());
        }
        if let Some(thread) = self.channels.get_mut(&id).and_then(|channel| channel.thread.as_mut()) {
            thread.members.remove(&user);
        }
        self.tell_members(id, &[], &[user]);
        Ok(())
    }
}
