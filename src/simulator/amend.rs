//! Editing and deleting messages.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::files::{self, File};
use super::form::{self, COMPONENTS_V2};
use super::mentions::Allowed;
use super::messages::{MESSAGES, enriched, numbered};
use super::model::{ChannelKind, Id, Message};
use super::permissions::Permissions;
use super::refusal::{self, Refusal};
use super::render;
use super::state::State;

/// What an edit can change of a message's flags: its embeds are shown or not, components are all of it.
/// Who sees it is settled from the start.
const EDITABLE: u64 = 1 << 2 | COMPONENTS_V2;
/// The kinds of message that nobody can delete: someone was added or removed, a call, a new name or picture,
/// what a thread started from.
const FIXED: [u8; 6] = [1, 2, 3, 4, 5, 21];

impl State {
    /// Changes a message as its author may.
    pub(crate) fn edit(
        &mut self,
        by: Id,
        channel: Id,
        id: Id,
        body: &Value,
        files: &[File],
    ) -> Result<(), Refusal> {
        form::message(body)?;
        let home = self.access(by, channel, Permissions::VIEW_CHANNEL)?;
        let message = self.message(channel, id)?;
        // Those who manage messages may change the flags of others' posts, and nothing else.
        let keys = ["content", "embeds", "components", "attachments"];
        let words = !files.is_empty() || keys.iter().any(|key| body.get(key).is_some());
        let manages = self.permissions(by, home).contains(Permissions::MANAGE_MESSAGES);
        if message.author != by && (words || !manages) {
            return Err(Refusal::new(403, 50005));
        }
        if message.is_system() {
            return Err(Refusal::new(403, 50021));
        }
        self.may_amend_in(by, home)?;
        if !files.is_empty() {
            self.access(by, channel, Permissions::ATTACH_FILES)?;
        }
        self.amend(channel, id, body, files)
    }

    /// Changes a message and tells everyone; who may do so was settled before.
    pub(crate) fn amend(&mut self, channel: Id, id: Id, body: &Value, files: &[File]) -> Result<(), Refusal> {
        let mut after = self.message(channel, id)?.clone();
        if let Some(content) = body.get("content") {
            self.reword(&mut after, content.as_str().unwrap_or_default(), body)?;
        }
        if let Some(embeds) = body.get("embeds") {
            after.embeds = enriched(form::list(embeds));
        }
        if let Some(components) = body.get("components") {
            after.components = numbered(form::list(components));
        }
        if let Some(flags) = body["flags"].as_u64() {
            after.flags = (after.flags & !EDITABLE) | (flags & EDITABLE);
        }
        let (kept, new) = files::sorted(body, files, &after.attachments)?;
        after.attachments = kept;
        after.attachments.extend(new.into_iter().map(|file| self.keep(file)));
        if after.is_empty() {
            return Err(Refusal::new(400, 50006));
        }
        after.edited = Some(self.now());
        *self.message_mut(channel, id)? = after;
        self.announce("MESSAGE_UPDATE", channel, id);
        Ok(())
    }

    fn reword(&self, message: &mut Message, content: &str, body: &Value) -> Result<(), Refusal> {
        content.clone_into(&mut message.content);
        let allowed = Allowed::read(&body["allowed_mentions"]);
        let mentions = self.mentions(message.author, self.channel(message.channel)?, content, &allowed, None);
        (message.mentions, message.mention_roles) = (mentions.users, mentions.roles);
        message.mention_everyone = mentions.everyone;
        Ok(())
    }

    /// Deletes a message: one's own, or anybody's with `MANAGE_MESSAGES`.
    pub(crate) fn delete(&mut self, by: Id, channel: Id, id: Id) -> Result<(), Refusal> {
        let home = self.access(by, channel, Permissions::VIEW_CHANNEL)?;
        let message = self.message(channel, id)?;
        let own = message.author == by;
        if !own && home.kind == ChannelKind::Dm {
            return Err(Refusal::new(403, 50003));
        }
        if !own && !self.permissions(by, home).contains(Permissions::MANAGE_MESSAGES) {
            return Err(refusal::missing_permissions());
        }
        if FIXED.contains(&message.kind) {
            return Err(Refusal::new(403, 50021));
        }
        self.may_delete_in(by, home)?;
        self.remove(channel, id);
        Ok(())
    }

    /// Takes a message away and tells everyone.
    pub(crate) fn remove(&mut self, channel: Id, id: Id) {
        let gone = self.messages.get_mut(&channel).and_then(|all| all.remove(&id));
        let Some(gone) = gone.filter(|gone| gone.only_for.is_none()) else { return };
        let mut data = json!({ "id": render::id(gone.id), "channel_id": render::id(channel) });
        self.with_guild(&mut data, channel);
        self.emit_in("MESSAGE_DELETE", data, channel, MESSAGES);
    }

    /// Adds the guild of `channel` to an event, when there is one.
    pub(crate) fn with_guild(&self, data: &mut Value, channel: Id) {
        if let Some(guild) = self.channels.get(&channel).and_then(|channel| channel.guild) {
            data["guild_id"] = render::id(guild);
        }
    }

    /// Deletes 2 to 100 messages, none older than two weeks; unknown ones are passed over.
    pub(crate) fn bulk_delete(&mut self, by: Id, channel: Id, ids: &[Id]) -> Result<(), Refusal> {
        let home = self.access(by, channel, Permissions::MANAGE_MESSAGES)?;
        if home.kind == ChannelKind::Dm {
            return Err(Refusal::new(403, 50003));
        }
        if !(2..=100).contains(&ids.len()) {
            return Err(Refusal::length("messages", 2, 100));
        }
        let oldest = self.now() - SignedDuration::from_hours(14 * 24);
        let too_old = ids.iter().any(|id| render::created(*id) < oldest);
        if too_old {
            return Err(Refusal::new(400, 50034));
        }
        let all = self.messages.entry(channel).or_default();
        let gone: Vec<Value> =
            ids.iter().filter_map(|id| all.remove(id)).map(|message| render::id(message.id)).collect();
        let mut data = json!({ "ids": gone, "channel_id": render::id(channel) });
        self.with_guild(&mut data, channel);
        self.emit_in("MESSAGE_DELETE_BULK", data, channel, MESSAGES);
        Ok(())
    }
}
