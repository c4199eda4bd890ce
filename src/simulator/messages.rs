//! Posting, editing and deleting messages.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::body::id_of;
use super::components::is_select;
use super::files::{self, File};
use super::form;
use super::mentions::Allowed;
use super::model::{Channel, ChannelKind, Id, Message, Reference};
use super::permissions::Permissions;
use super::refusal::{self, Refusal};
use super::render;
use super::state::{Event, State};

/// The intents that let a session know of messages: in guilds, in direct messages.
pub(crate) const MESSAGES: (u64, u64) = (1 << 9, 1 << 12);
/// Only one member sees the message.
pub(crate) const EPHEMERAL: u64 = 1 << 6;
/// The message stands for an answer that is still to come.
pub(crate) const LOADING: u64 = 1 << 7;
/// A role that was mentioned in a thread has more members than could be added.
const FAILED_TO_MENTION: u64 = 1 << 8;
/// How many members a mentioned role adds to a thread at most.
const ADDED_BY_ROLE: usize = 100;

/// A message on its way in.
#[derive(Clone)]
pub(crate) struct Draft {
    pub(crate) content: String,
    pub(crate) embeds: Vec<Value>,
    pub(crate) components: Vec<Value>,
    pub(crate) files: Vec<File>,
    pub(crate) allowed: Allowed,
    pub(crate) answers: Option<Answers>,
    pub(crate) nonce: Option<Value>,
    pub(crate) enforce_nonce: bool,
    pub(crate) flags: u64,
    pub(crate) at: Option<Timestamp>,
    pub(crate) webhook: Option<Id>,
    pub(crate) interaction: Option<Id>,
    pub(crate) only_for: Option<Id>,
    pub(crate) kind: u8,
    /// The message it forwards, and the snapshot of that.
    pub(crate) forwards: Option<(Reference, Value)>,
    /// Whom it mentions beside those in the text.
    pub(crate) also: Vec<Id>,
}

/// The message a draft answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answers {
    pub(crate) channel: Option<Id>,
    pub(crate) message: Id,
    pub(crate) must_exist: bool,
}

impl Draft {
    /// A plain text.
    pub(crate) fn text(content: &str) -> Self {
        Self {
            content: content.to_owned(),
            embeds: Vec::new(),
            components: Vec::new(),
            files: Vec::new(),
            allowed: Allowed::everything(),
            answers: None,
            nonce: None,
            enforce_nonce: false,
            flags: 0,
            at: None,
            webhook: None,
            interaction: None,
            only_for: None,
            kind: 0,
            forwards: None,
            also: Vec::new(),
        }
    }

    /// What a client sent.
    pub(crate) fn read(body: &Value, files: &[File]) -> Result<Self, Refusal> {
        form::message(body)?;
        let reference = &body["message_reference"];
        let answers = id_of(&reference["message_id"]).map(|message| Answers {
            channel: id_of(&reference["channel_id"]),
            message,
            must_exist: reference["fail_if_not_exists"].as_bool().unwrap_or(true),
        });
        Ok(Self {
            embeds: enriched(form::list(&body["embeds"])),
            components: numbered(form::list(&body["components"])),
            files: files::sorted(body, files, &[])?.1,
            allowed: Allowed::read(&body["allowed_mentions"]),
            answers,
            nonce: Some(body["nonce"].clone()).filter(|nonce| !nonce.is_null()),
            enforce_nonce: body["enforce_nonce"].as_bool().unwrap_or(false),
            flags: body["flags"].as_u64().unwrap_or(0),
            ..Self::text(body["content"].as_str().unwrap_or_default().trim())
        })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.content.trim().is_empty()
            && self.embeds.is_empty()
            && self.components.is_empty()
            && self.files.is_empty()
            && self.forwards.is_none()
    }
}

/// Components with what Discord adds to them: ids, and how many values a select takes.
pub(crate) fn numbered(components: &[Value]) -> Vec<Value> {
    fn complete(component: &mut Value, next: &mut u64) {
        let select = is_select(component["type"].as_u64());
        let Some(fields) = component.as_object_mut() else { return };
        fields.entry("id").or_insert(json!(*next));
        *next += 1;
        for bound in ["min_values", "max_values"].iter().filter(|_| select) {
            fields.entry(*bound).or_insert(json!(1));
        }
        let inner = fields.get_mut("components").and_then(Value::as_array_mut);
        inner.into_iter().flatten().for_each(|inner| complete(inner, next));
        if let Some(inner) = fields.get_mut("component") {
            complete(inner, next);
        }
    }
    let mut all = components.to_vec();
    let mut next = 1;
    for component in &mut all {
        complete(component, &mut next);
    }
    all
}

/// Embeds with what Discord adds to them: the type, and whether a field stands beside others.
pub(crate) fn enriched(embeds: &[Value]) -> Vec<Value> {
    let mut all = embeds.to_vec();
    for embed in all.iter_mut().filter_map(Value::as_object_mut) {
        embed.insert("type".to_owned(), json!("rich"));
        let fields = embed.get_mut("fields").and_then(Value::as_array_mut);
        for field in fields.into_iter().flatten().filter_map(Value::as_object_mut) {
            field.entry("inline").or_insert(json!(false));
        }
    }
    all
}

impl State {
    /// Posts what `author` wrote, if Discord would let them.
    pub(crate) fn post(&mut self, author: Id, channel: Id, mut draft: Draft) -> Result<Id, Refusal> {
        self.may_post(author, channel, &draft)?;
        if draft.is_empty() {
            return Err(Refusal::new(400, 50006));
        }
        self.check_automod(author, channel, &draft.content)?;
        if let Some(nonce) = draft.nonce.as_ref().filter(|_| draft.enforce_nonce)
            && let Some((_, message)) = self.earlier(author, &nonce.clone())
        {
            return Ok(message);
        }
        let reference = self.answered(author, channel, &draft)?;
        draft.kind = if reference.is_some() { 19 } else { 0 };
        let reference = draft.forwards.as_ref().map(|(source, _)| *source).or(reference);
        self.wake(author, channel)?;
        Ok(self.compose(author, channel, draft, reference))
    }

    fn may_post(&self, author: Id, channel: Id, draft: &Draft) -> Result<(), Refusal> {
        let home = self.channel(channel)?;
        if home.kind == ChannelKind::Dm {
            return self.may_write_to(author, home);
        }
        let wanted = if home.kind.is_thread() {
            Permissions::SEND_MESSAGES_IN_THREADS
        } else {
            Permissions::SEND_MESSAGES
        };
        self.access(author, channel, Permissions::VIEW_CHANNEL)?;
        if !home.kind.takes_messages() {
            return Err(Refusal::new(400, 50008));
        }
        self.access(author, channel, wanted)?;
        if !draft.files.is_empty() {
            self.access(author, channel, Permissions::ATTACH_FILES)?;
        }
        if !draft.embeds.is_empty() {
            self.access(author, channel, Permissions::EMBED_LINKS)?;
        }
        self.check_slowmode(author, home)
    }

    fn may_write_to(&self, author: Id, home: &Channel) -> Result<(), Refusal> {
        if !home.recipients.contains(&author) {
            return Err(refusal::missing_access());
        }
        let others = home.recipients.iter().filter(|user| **user != author);
        let open = others.filter_map(|id| self.users.get(id)).all(|user| {
            let shared = self
                .guilds
                .values()
                .any(|guild| guild.members.contains_key(&author) && guild.members.contains_key(&user.id));
            user.accepts_dms && shared
        });
        if open { Ok(()) } else { Err(Refusal::new(403, 50007)) }
    }

    /// Slow mode does not concern bots and those who may bypass it.
    fn check_slowmode(&self, author: Id, home: &Channel) -> Result<(), Refusal> {
        let bot = self.users.get(&author).is_none_or(|user| user.bot);
        let exempt = self.permissions(author, home).contains(Permissions::BYPASS_SLOWMODE);
        if home.slowmode == 0 || bot || exempt {
            return Ok(());
        }
        let pause = SignedDuration::from_secs(i64::try_from(home.slowmode).unwrap_or(i64::MAX));
        let since = self.now() - pause;
        let posts = self.messages.get(&home.id).into_iter().flat_map(|all| all.values());
        let recent = posts.rev().any(|message| message.author == author && message.posted > since);
        if recent { Err(Refusal::new(429, 20016)) } else { Ok(()) }
    }

    /// What the draft answers, once everything about it is in order.
    fn answered(&self, author: Id, channel: Id, draft: &Draft) -> Result<Option<Reference>, Refusal> {
        let Some(answers) = draft.answers else { return Ok(None) };
        let unknown = |kind: &str, message: &str| Refusal::form("message_reference", kind, message);
        if answers.channel.is_some_and(|named| named != channel) {
            let message = "Cannot reply to a message in a different channel";
            return Err(unknown("REPLIES_CANNOT_REPLY_TO_MESSAGE_IN_DIFFERENT_CHANNEL", message));
        }
        let home = self.channel(channel)?;
        if !self.permissions(author, home).contains(Permissions::READ_MESSAGE_HISTORY) {
            return Err(Refusal::new(403, 160_002));
        }
        let seen = |message: &&Message| message.only_for.is_none();
        match self.message(channel, answers.message).ok().filter(seen) {
            Some(message) if message.is_system() => {
                Err(unknown("REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message"))
            }
            Some(_) => Ok(Some(Reference { channel, message: answers.message })),
            None if answers.must_exist => Err(unknown("REPLIES_UNKNOWN_MESSAGE", "Unknown message")),
            None => Ok(None),
        }
    }

    /// Puts a message in its place and tells everyone. Nothing is checked here.
    pub(crate) fn compose(
        &mut self,
        author: Id,
        channel: Id,
        draft: Draft,
        reference: Option<Reference>,
    ) -> Id {
        let message = self.message_from(author, channel, draft, reference);
        let (id, nonce, ephemeral) = (message.id, message.nonce.clone(), message.only_for.is_some());
        self.messages.entry(channel).or_default().insert(id, message);
        if let Some(value) = nonce {
            self.remember_nonce(author, value, channel, id);
        }
        if !ephemeral {
            self.count(channel, id);
            self.summon(author, channel, id);
            self.mark_alerted(author, channel, id);
            self.announce("MESSAGE_CREATE", channel, id);
        }
        id
    }

    fn message_from(&mut self, author: Id, channel: Id, draft: Draft, to: Option<Reference>) -> Message {
        let posted = draft.at.unwrap_or_else(|| self.now());
        let id = self.allot_at(posted);
        let attachments = draft.files.into_iter().map(|file| self.keep(file)).collect();
        let answered = to.and_then(|to| self.message(to.channel, to.message).ok()).map(|m| m.author);
        let mentions = self
            .channels
            .get(&channel)
            .map(|home| self.mentions(author, home, &draft.content, &draft.allowed, answered));
        let mut mentions = mentions.unwrap_or_default();
        mentions.users.extend(draft.also);
        Message {
            id,
            channel,
            author,
            content: draft.content,
            kind: draft.kind,
            embeds: draft.embeds,
            components: draft.components,
            attachments,
            mentions: mentions.users,
            mention_roles: mentions.roles,
            mention_everyone: mentions.everyone,
            pinged: std::collections::BTreeSet::new(),
            reference: to,
            forwarded: draft.forwards.map(|(_, snapshot)| snapshot),
            nonce: draft.nonce,
            flags: draft.flags,
            edited: None,
            posted,
            reactions: Vec::new(),
            webhook: draft.webhook,
            interaction: draft.interaction,
            only_for: draft.only_for,
            thread: None,
            pinned: false,
        }
    }

    fn count(&mut self, channel: Id, message: Id) {
        if let Some(home) = self.channels.get_mut(&channel) {
            home.last_message = home.last_message.max(Some(message));
            if let Some(thread) = &mut home.thread {
                thread.sent += 1;
            }
        }
    }

    /// Adds to a thread those whom a message in it mentions: users, and the members of roles.
    fn summon(&mut self, author: Id, channel: Id, message: Id) {
        let Some(home) = self.channels.get(&channel).filter(|home| home.kind.is_thread()) else { return };
        let Ok(posted) = self.message(channel, message) else { return };
        let mut called = vec![author];
        called.extend(&posted.mentions);
        let mut overfull = false;
        for role in &posted.mention_roles {
            let holders = self.holders(home, *role);
            overfull |= holders.len() > ADDED_BY_ROLE;
            called.extend(holders.into_iter().take(ADDED_BY_ROLE));
        }
        if overfull && let Ok(posted) = self.message_mut(channel, message) {
            posted.flags |= FAILED_TO_MENTION;
        }
        self.join(channel, &called);
    }

    fn mark_alerted(&mut self, author: Id, channel: Id, message: Id) {
        let Some(home) = self.channels.get(&channel) else { return };
        let Ok(posted) = self.message(channel, message) else { return };
        let mentions = super::mentions::Mentions {
            users: posted.mentions.clone(),
            roles: posted.mention_roles.clone(),
            everyone: posted.mention_everyone,
        };
        let alerted = self.alerted(author, home, &mentions);
        if let Ok(posted) = self.message_mut(channel, message) {
            posted.pinged = alerted;
        }
    }

    /// Tells the gateway of a message as it is now.
    pub(crate) fn announce(&mut self, name: &'static str, channel: Id, message: Id) {
        let Ok(message) = self.message(channel, message) else { return };
        if message.only_for.is_some() {
            return;
        }
        let data = render::gateway_message(self, message);
        self.emit_in(name, data, channel, MESSAGES);
    }

    /// Tells of something in a channel, under the intent for guilds or the one for direct messages.
    pub(crate) fn emit_in(
        &mut self,
        name: &'static str,
        data: Value,
        channel: Id,
        (in_guild, in_dm): (u64, u64),
    ) {
        let guild = self.channels.get(&channel).and_then(|channel| channel.guild);
        let intent = if guild.is_some() { in_guild } else { in_dm };
        self.emit(Event { name, data, intent, guild, channel: Some(channel) });
    }
}
