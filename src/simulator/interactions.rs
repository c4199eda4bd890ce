//! Interactions: what a member did with a command, a button or a modal, and how the bot answered.
//!
//! Source: <https://discord.com/developers/docs/interactions/receiving-and-responding>.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::body::{Call, id_of};
use super::components;
use super::definition;
use super::files;
use super::form;
use super::messages::{Draft, EPHEMERAL, LOADING, numbered};
use super::model::{Guild, Id, Reference};
use super::refusal::{self, Refusal};
use super::render;
use super::state::{Event, State};

/// How long a bot has for its first answer, in seconds.
const FIRST_ANSWER: i64 = 3;
/// How long the token is good for all the rest, in minutes.
const TOKEN: i64 = 15;

/// What a member did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InteractionKind {
    /// Used a command or a menu.
    Command = 2,
    /// Pressed a button or chose in a select.
    Component = 3,
    /// Is typing an option.
    Autocomplete = 4,
    /// Sent a modal.
    Modal = 5,
}

/// How a bot answered first.
#[derive(Clone)]
pub struct Reply {
    /// Discord's number: 4 message, 5 message later, 6 nothing yet, 7 change of the message, 8 choices,
    /// 9 modal.
    pub kind: u64,
    /// The data of the callback.
    pub data: Value,
    /// Whether only the member sees it.
    pub ephemeral: bool,
    /// When it came.
    pub at: Timestamp,
}

/// Something a member did, and what became of it.
#[derive(Clone)]
pub struct Interaction {
    /// Identifier.
    pub id: Id,
    /// What the bot answers with.
    pub token: String,
    /// What was done.
    pub kind: InteractionKind,
    /// Who.
    pub user: Id,
    /// Where.
    pub channel: Id,
    /// The message with the component.
    pub message: Option<Id>,
    /// The interaction that was answered with the modal.
    pub opened_by: Option<Id>,
    /// The `data` the bot was given.
    pub data: Value,
    /// When.
    pub created: Timestamp,
    /// The first answer. An interaction without one three seconds after `created` has failed: the member
    /// reads "This interaction failed" or "The application did not respond".
    pub reply: Option<Reply>,
    /// The message of the first answer, `@original`.
    pub original: Option<Id>,
    /// Messages that followed.
    pub followups: Vec<Id>,
}

/// The kind of the answer; never what it says.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("kind", &self.kind)
            .field("ephemeral", &self.ephemeral)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Who did what where, and the answer's kind; never what was typed.
impl fmt::Debug for Interaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interaction")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("user", &self.user)
            .field("channel", &self.channel)
            .field("reply", &self.reply)
            .finish_non_exhaustive()
    }
}

impl Interaction {
    /// Whether three seconds have passed at `now` without an answer.
    #[must_use]
    pub fn failed(&self, now: Timestamp) -> bool {
        self.reply.is_none() && now > self.created + SignedDuration::from_secs(FIRST_ANSWER)
    }
}

impl State {
    /// Hands the bot what a member did.
    pub(crate) fn interact(
        &mut self,
        kind: InteractionKind,
        user: Id,
        channel: Id,
        message: Option<Id>,
        data: Value,
    ) -> Result<Id, Refusal> {
        let home = self.channel(channel)?;
        if !self.sees(user, home) {
            return Err(refusal::missing_access());
        }
        let id = self.allot();
        let interaction = Interaction {
            id,
            token: format!("interaction-token-{id}"),
            kind,
            user,
            channel,
            message,
            opened_by: None,
            data,
            created: self.now(),
            reply: None,
            original: None,
            followups: Vec::new(),
        };
        let payload = self.payload(&interaction)?;
        let guild = self.channel(channel)?.guild;
        self.interactions.insert(id, interaction);
        self.emit(Event { name: "INTERACTION_CREATE", data: payload, intent: 0, guild, channel: None });
        Ok(id)
    }

    fn payload(&self, of: &Interaction) -> Result<Value, Refusal> {
        let channel = self.channel(of.channel)?;
        let described = render::partial_channel(self, channel, self.permissions(of.user, channel));
        let user = self.users.get(&of.user).ok_or_else(refusal::unknown_member)?;
        let mut value = json!({
            "id": render::id(of.id),
            "application_id": render::id(self.app.id),
            "type": of.kind as u8,
            "token": of.token,
            "version": 1,
            "data": of.data,
            "channel": described,
            "channel_id": render::id(of.channel),
            "locale": user.locale,
            "app_permissions": self.permissions(self.app.bot, channel).0.to_string(),
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": u8::from(channel.guild.is_none()),
            "attachment_size_limit": files::LARGEST,
        });
        match channel.guild.and_then(|id| self.guilds.get(&id)) {
            Some(guild) => self.add_member(&mut value, guild, of.user)?,
            None => value["user"] = render::user(user),
        }
        if let Some(message) = of.message.and_then(|id| self.message(of.channel, id).ok()) {
            value["message"] = render::message(self, message);
        }
        Ok(value)
    }

    /// Adds to a payload the guild, and who is acting there with which permissions.
    fn add_member(&self, value: &mut Value, guild: &Guild, user: Id) -> Result<(), Refusal> {
        let mut member = render::member(self, self.member(guild.id, user)?);
        member["permissions"] = value["channel"]["permissions"].clone();
        value["guild_id"] = render::id(guild.id);
        value["guild_locale"] = json!(guild.locale);
        value["guild"] = json!({ "id": render::id(guild.id), "locale": guild.locale, "features": [] });
        value["authorizing_integration_owners"] = json!({ "0": render::id(guild.id) });
        value["member"] = member;
        Ok(())
    }

    /// Takes the bot's first answer; gives what `with_response=true` asks for.
    pub(crate) fn call_back(&mut self, id: Id, token: &str, call: &Call) -> Result<Value, Refusal> {
        let of = self.unanswered(id, token)?;
        let kind = call.body["type"].as_u64().unwrap_or(0);
        let data = &call.body["data"];
        check_callback(&of, kind, data)?;
        let made = self.carry_out(&of, kind, data, call).map_err(|refusal| refusal.under("data"))?;
        let reply = Reply {
            kind,
            data: opened(kind, data),
            ephemeral: data["flags"].as_u64().unwrap_or(0) & EPHEMERAL != 0,
            at: self.now(),
        };
        if let Some(kept) = self.interactions.get_mut(&id) {
            kept.reply = Some(reply);
            kept.original = made;
        }
        Ok(self.callback_response(&of, kind, made))
    }

    /// The interaction, as long as its first answer can still be given.
    fn unanswered(&self, id: Id, token: &str) -> Result<Interaction, Refusal> {
        let of = self.interactions.get(&id).filter(|of| of.token == token);
        match of {
            Some(of) if of.reply.is_some() => Err(Refusal::new(400, 40060)),
            Some(of) if self.now() <= of.created + self.settings.answer_window => Ok(of.clone()),
            _ => Err(Refusal::new(404, 10062)),
        }
    }

    /// Does what a first answer says, and gives the message that is `@original` from then on.
    fn carry_out(
        &mut self,
        of: &Interaction,
        kind: u64,
        data: &Value,
        call: &Call,
    ) -> Result<Option<Id>, Refusal> {
        match kind {
            4 => self.answer_with(of, data, call).map(Some),
            5 => self.answer_later(of, data).map(Some),
            6 => Ok(of.message),
            7 => {
                self.change_source(of, data, call)?;
                Ok(of.message)
            }
            _ => Ok(None),
        }
    }

    fn callback_response(&self, of: &Interaction, kind: u64, made: Option<Id>) -> Value {
        let mut value = json!({ "interaction": {
            "id": render::id(of.id), "type": of.kind as u8,
            "response_message_loading": kind == 5, "response_message_ephemeral": false,
        } });
        let message = made.and_then(|id| self.message(of.channel, id).ok());
        if let Some(message) = message.filter(|_| [4, 5, 7].contains(&kind)) {
            value["interaction"]["response_message_id"] = render::id(message.id);
            value["interaction"]["response_message_ephemeral"] = json!(message.flags & EPHEMERAL != 0);
            if kind != 5 {
                value["resource"] = json!({ "type": kind, "message": render::message(self, message) });
            }
        }
        value
    }

    fn answer_with(&mut self, of: &Interaction, data: &Value, call: &Call) -> Result<Id, Refusal> {
        let draft = Draft::read(data, &call.files)?;
        if draft.is_empty() {
            return Err(Refusal::new(400, 50006));
        }
        self.say(of, draft, 0)
    }

    fn answer_later(&mut self, of: &Interaction, data: &Value) -> Result<Id, Refusal> {
        let flags = data["flags"].as_u64().unwrap_or(0) & EPHEMERAL;
        self.say(of, Draft { flags, ..Draft::text("") }, LOADING)
    }

    /// Posts for an interaction: no permission of the bot is asked for, but a thread that is put away reopens
    /// or refuses as for any post of it.
    fn say(&mut self, of: &Interaction, mut draft: Draft, extra: u64) -> Result<Id, Refusal> {
        self.channel(of.channel)?;
        if draft.flags & EPHEMERAL == 0 {
            self.wake(self.app.bot, of.channel)?;
        }
        draft.flags |= extra;
        draft.kind = if of.kind == InteractionKind::Command { 20 } else { 0 };
        draft.interaction = Some(of.id);
        draft.only_for = (draft.flags & EPHEMERAL != 0).then_some(of.user);
        let to = of.message.map(|message| Reference { channel: of.channel, message });
        let kind = if to.is_some() { 19 } else { draft.kind };
        Ok(self.compose(self.app.bot, of.channel, Draft { kind, ..draft }, to))
    }

    /// An answer changes a message as the bot may; what only one member sees, anywhere.
    fn may_change(&self, channel: Id, id: Id) -> Result<(), Refusal> {
        let ephemeral = self.message(channel, id)?.only_for.is_some();
        if ephemeral { Ok(()) } else { self.may_amend_in(self.app.bot, self.channel(channel)?) }
    }

    fn change_source(&mut self, of: &Interaction, data: &Value, call: &Call) -> Result<(), Refusal> {
        let source = of.message.ok_or_else(refusal::unknown_message)?;
        form::message(data)?;
        self.may_change(of.channel, source)?;
        self.amend(of.channel, source, data, &call.files)
    }

    /// The interaction a webhook call is about, while its token is good.
    fn by_token(&self, app: Id, token: &str) -> Result<&Interaction, Refusal> {
        if app != self.app.id {
            return Err(Refusal::new(404, 10015));
        }
        let good = self.now() - SignedDuration::from_mins(TOKEN);
        let of = self.interactions.values().find(|of| of.token == token && of.created > good);
        of.ok_or_else(|| Refusal::new(401, 50027))
    }

    /// Posts a follow-up; the first one after a deferred answer takes its place.
    pub(crate) fn follow_up(&mut self, app: Id, token: &str, call: &Call) -> Result<Value, Refusal> {
        let of = self.by_token(app, token)?.clone();
        if of.reply.is_none() {
            return Err(Refusal::new(404, 10015));
        }
        let waiting = of.original.filter(|id| self.is_loading(of.channel, *id));
        let made = if let Some(waiting) = waiting {
            self.fill(of.channel, waiting, call)?;
            waiting
        } else {
            let made = self.answer_with(&of, &call.body, call)?;
            if let Some(kept) = self.interactions.get_mut(&of.id) {
                kept.followups.push(made);
            }
            made
        };
        Ok(render::message(self, self.message(of.channel, made)?))
    }

    fn is_loading(&self, channel: Id, message: Id) -> bool {
        self.message(channel, message).is_ok_and(|message| message.flags & LOADING != 0)
    }

    /// Puts content into an answer, the promised one included.
    fn fill(&mut self, channel: Id, id: Id, call: &Call) -> Result<(), Refusal> {
        form::message(&call.body)?;
        self.may_change(channel, id)?;
        let loading = self.is_loading(channel, id);
        let mut body = call.body.clone();
        if loading && let Some(fields) = body.as_object_mut() {
            fields.remove("flags");
        }
        self.amend(channel, id, &body, &call.files)?;
        let message = self.message_mut(channel, id)?;
        message.flags &= !LOADING;
        if loading {
            message.edited = None;
        }
        Ok(())
    }

    /// The message that `@original` or an identifier names for this token.
    fn answer_named(&self, app: Id, token: &str, name: &str) -> Result<(Id, Id), Refusal> {
        let of = self.by_token(app, token)?;
        let id = if name == "@original" { of.original } else { id_of(&json!(name)) };
        let own = |id: &Id| of.original == Some(*id) || of.followups.contains(id);
        let id = id.filter(own).ok_or_else(refusal::unknown_message)?;
        self.message(of.channel, id)?;
        Ok((of.channel, id))
    }

    pub(crate) fn answer_get(&self, app: Id, token: &str, name: &str) -> Result<Value, Refusal> {
        let (channel, id) = self.answer_named(app, token, name)?;
        Ok(render::message(self, self.message(channel, id)?))
    }

    pub(crate) fn answer_edit(
        &mut self,
        app: Id,
        token: &str,
        name: &str,
        call: &Call,
    ) -> Result<Value, Refusal> {
        let (channel, id) = self.answer_named(app, token, name)?;
        self.fill(channel, id, call)?;
        Ok(render::message(self, self.message(channel, id)?))
    }

    pub(crate) fn answer_delete(&mut self, app: Id, token: &str, name: &str) -> Result<(), Refusal> {
        let (channel, id) = self.answer_named(app, token, name)?;
        self.remove(channel, id);
        Ok(())
    }
}

/// What is kept of an answer's data; the components of a modal have their ids from then on.
fn opened(kind: u64, data: &Value) -> Value {
    let mut kept = data.clone();
    if kind == 9 {
        kept["components"] = numbered(form::list(&data["components"])).into();
    }
    kept
}

/// The type of the option that is being typed.
fn focused(data: &Value) -> Option<u64> {
    let mut options = form::list(&data["options"]).iter();
    options.find_map(|one| if one["focused"] == true { one["type"].as_u64() } else { focused(one) })
}

/// Which answers fit which interaction.
fn check_callback(of: &Interaction, kind: u64, data: &Value) -> Result<(), Refusal> {
    let has_source = of.message.is_some();
    let fits = match (kind, of.kind) {
        (8, InteractionKind::Autocomplete) => true,
        (_, InteractionKind::Autocomplete) | (8, _) => false,
        (4 | 5, _) => true,
        (6 | 7, _) => has_source,
        (9, kind) => kind != InteractionKind::Modal,
        _ => false,
    };
    if !fits {
        return Err(Refusal::choice("type", "4, 5, 6, 7, 8, 9"));
    }
    match kind {
        8 => definition::check_choices(data, focused(&of.data).unwrap_or(0), "data."),
        9 => components::modal(data),
        _ => Ok(()),
    }
}
