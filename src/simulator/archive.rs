//! Archived and locked threads: who may do what in them, who puts them away and who reopens them.
//!
//! Source: <https://discord.com/developers/docs/topics/threads>. Where it leaves something open, the stricter
//! reading is played: who gets along with that gets along with Discord.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::messages::Draft;
use super::model::{Channel, Id, Thread};
use super::permissions::Permissions;
use super::refusal::{self, Refusal};
use super::render;
use super::state::State;
use super::threads::{check_minutes, check_name};

/// The line in a thread that says its new name.
const RENAMED: u8 = 4;

impl State {
    /// Makes sure that `author` may post in a channel, and reopens a thread that was put away.
    pub(crate) fn wake(&mut self, author: Id, channel: Id) -> Result<(), Refusal> {
        let home = self.channel(channel)?;
        let Some(thread) = &home.thread else { return Ok(()) };
        match (thread.archived, thread.locked && !self.manages_threads(author, home)) {
            (true, true) => Err(Refusal::new(400, 50083)),
            (false, true) => Err(Refusal::new(400, 160_005)),
            (true, false) => {
                self.has_room(home)?;
                self.set_archived(channel, false);
                self.emit_thread("THREAD_UPDATE", channel, false);
                Ok(())
            }
            (false, false) => Ok(()),
        }
    }

    /// Messages change in active threads only, and in locked ones only for those who manage threads.
    pub(crate) fn may_amend_in(&self, by: Id, home: &Channel) -> Result<(), Refusal> {
        match &home.thread {
            Some(thread) if thread.archived => Err(Refusal::new(400, 50083)),
            Some(thread) if thread.locked && !self.manages_threads(by, home) => {
                Err(Refusal::new(400, 160_005))
            }
            _ => Ok(()),
        }
    }

    /// Messages are deleted from archived threads too; if those are locked, by those who manage threads.
    pub(crate) fn may_delete_in(&self, by: Id, home: &Channel) -> Result<(), Refusal> {
        let shut = home.thread.as_ref().is_some_and(|thread| thread.archived && thread.locked);
        if shut && !self.manages_threads(by, home) { Err(Refusal::new(400, 50083)) } else { Ok(()) }
    }

    fn manages_threads(&self, user: Id, home: &Channel) -> bool {
        self.permissions(user, home).contains(Permissions::MANAGE_THREADS)
    }

    fn set_archived(&mut self, channel: Id, archived: bool) {
        let now = self.now();
        let thread = self.channels.get_mut(&channel).and_then(|channel| channel.thread.as_mut());
        if let Some(thread) = thread.filter(|thread| thread.archived != archived) {
            thread.archived = archived;
            thread.archive_changed = now;
        }
    }

    /// Changes a thread.
    pub(crate) fn edit_thread(&mut self, by: Id, id: Id, body: &Value) -> Result<(), Refusal> {
        let channel = self.access(by, id, Permissions::VIEW_CHANNEL)?;
        let Some(thread) = &channel.thread else { return Err(Refusal::new(400, 50024)) };
        let archived = body["archived"].as_bool().unwrap_or(thread.archived);
        may_edit(thread, by, self.permissions(by, channel), archived, body)?;
        check_edit(body)?;
        if thread.archived && archived && !repeats(channel, thread, body) {
            return Err(Refusal::new(400, 50083));
        }
        if thread.archived && !archived {
            self.has_room(channel)?;
        }
        let renamed = body["name"].as_str().filter(|name| **name != channel.name).map(Draft::text);
        self.set_archived(id, archived);
        self.apply_to_thread(id, body);
        self.emit_thread("THREAD_UPDATE", id, false);
        if let Some(line) = renamed {
            self.compose(by, id, Draft { kind: RENAMED, ..line }, None);
        }
        Ok(())
    }

    fn apply_to_thread(&mut self, id: Id, body: &Value) {
        let Some(channel) = self.channels.get_mut(&id) else { return };
        if let Some(name) = body["name"].as_str() {
            name.clone_into(&mut channel.name);
        }
        if let Some(seconds) = body["rate_limit_per_user"].as_u64() {
            channel.slowmode = seconds;
        }
        let Some(thread) = &mut channel.thread else { return };
        thread.locked = body["locked"].as_bool().unwrap_or(thread.locked);
        thread.invitable = body["invitable"].as_bool().unwrap_or(thread.invitable);
        thread.auto_archive_minutes =
            body["auto_archive_duration"].as_u64().unwrap_or(thread.auto_archive_minutes);
    }

    /// Archives the threads that have been silent for as long as they were set to wait.
    pub(crate) fn archive_quiet_threads(&mut self) {
        let now = self.now();
        let silent = |channel: &&Channel| silent_until(channel).is_some_and(|until| until <= now);
        let silent: Vec<Id> = self.channels.values().filter(silent).map(|channel| channel.id).collect();
        for id in silent {
            self.set_archived(id, true);
            self.emit_thread("THREAD_UPDATE", id, false);
        }
    }
}

/// When an active thread is archived unless something happens in it.
fn silent_until(channel: &Channel) -> Option<Timestamp> {
    let thread = channel.thread.as_ref().filter(|thread| !thread.archived)?;
    let said = channel.last_message.map(render::created);
    let minutes = i64::try_from(thread.auto_archive_minutes).unwrap_or(i64::MAX);
    said.max(Some(thread.archive_changed))?.checked_add(SignedDuration::from_mins(minutes)).ok()
}

/// Whoever opened a thread may change it, except for its lock and slow mode; whoever may post in one that is
/// not locked may reopen it.
fn may_edit(thread: &Thread, by: Id, may: Permissions, archived: bool, body: &Value) -> Result<(), Refusal> {
    let names = |keys: &[&str]| keys.iter().any(|key| body.get(key).is_some());
    let guarded = thread.locked || names(&["locked", "rate_limit_per_user"]);
    let reopening = thread.archived && !archived;
    let more = guarded || names(&["name", "invitable", "auto_archive_duration"]);
    let own = !guarded && thread.owner == by;
    let allowed = may.contains(Permissions::MANAGE_THREADS) || own || (reopening && !more);
    let mute = reopening && !may.contains(Permissions::SEND_MESSAGES_IN_THREADS);
    if allowed && !mute { Ok(()) } else { Err(refusal::missing_permissions()) }
}

/// Whether a request asks an archived thread to be what it is already.
fn repeats(channel: &Channel, thread: &Thread, body: &Value) -> bool {
    let known = json!({
        "archived": true, "locked": thread.locked, "name": channel.name, "invitable": thread.invitable,
        "rate_limit_per_user": channel.slowmode, "auto_archive_duration": thread.auto_archive_minutes,
    });
    let mut asked = body.as_object().into_iter().flatten();
    body.get("archived").is_some() && asked.all(|(key, value)| known[key] == *value)
}

fn check_edit(body: &Value) -> Result<(), Refusal> {
    if !body["name"].is_null() {
        check_name(&body["name"])?;
    }
    body["auto_archive_duration"].as_u64().map_or(Ok(()), check_minutes)
}
