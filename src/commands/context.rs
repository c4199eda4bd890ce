//! An interaction in our words: who asks for what, where.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::Trouble;
use super::talk::Talk;
use crate::discord::Permissions;
use crate::discord::guilds::Guilds;
use crate::discord::rest::Rest;
use crate::discord::wire::{GivenOption, Interaction, InteractionData};
use crate::message::{ChannelId, GuildId, RoleId, UserId};
use crate::responder::{Executor, Presser, Responder};
use crate::store::Store;

/// Who holds one of these moderates.
const MODERATING: Permissions =
    Permissions::MANAGE_MESSAGES.union(Permissions::MODERATE_MEMBERS).union(Permissions::ADMINISTRATOR);

/// What is needed to answer one interaction.
pub(crate) struct Context<'a, S, E> {
    pub(crate) responder: &'a Responder<S, E>,
    pub(crate) guilds: &'a Guilds,
    pub(crate) rest: &'a Rest,
    pub(crate) talk: Talk<'a>,
    pub(crate) guild: GuildId,
    pub(crate) channel: ChannelId,
    /// Who asks.
    pub(crate) by: UserId,
    pub(crate) roles: Vec<RoleId>,
    /// The language of their Discord.
    pub(crate) locale: String,
    pub(crate) asked: Asked,
    /// What Discord tells of the things named in options: users, channels, roles, messages, attachments.
    pub(crate) resolved: Value,
    pub(crate) now: Timestamp,
}

/// What is asked for.
pub(crate) enum Asked {
    /// A chat command.
    Command {
        name: String,
        /// The subcommand; empty where there is none.
        sub: String,
        given: Given,
    },
    /// The same, while the option `focused` is being typed.
    Typing { name: String, sub: String, given: Given, focused: String },
    /// A message menu, by its English name.
    Menu { name: String, target: u64 },
    /// A button or a select.
    Pressed { custom_id: String, values: Vec<String> },
    /// A form that was sent, with what stands in each field.
    Form { custom_id: String, fields: BTreeMap<String, String> },
}

/// The options that were given.
#[derive(Default)]
pub(crate) struct Given(BTreeMap<String, Value>);

impl Given {
    fn of(options: &[GivenOption]) -> Self {
        Self(options.iter().map(|option| (option.name.clone(), option.value.clone())).collect())
    }

    /// A text, trimmed; none where it is empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    /// A text that Discord does not let anyone leave out.
    pub(crate) fn required(&self, name: &str) -> Result<&str, Trouble> {
        self.text(name).ok_or_else(|| Trouble::Told(format!("`{name}` is missing.")))
    }

    /// A text, or a number as text.
    pub(crate) fn written(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(name).map(str::to_owned),
        }
    }

    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<u32> {
        self.0.get(name).and_then(Value::as_u64).and_then(|number| u32::try_from(number).ok())
    }

    /// Whether it was switched on.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The identifier of a user, channel, role or attachment.
    pub(crate) fn id(&self, name: &str) -> Option<u64> {
        self.text(name).and_then(|id| id.parse().ok())
    }

    pub(crate) fn is_empty_but(&self, named: &[&str]) -> bool {
        self.0.keys().all(|key| named.contains(&key.as_str()))
    }
}

impl<'a, S: Store + 'static, E: Executor> Context<'a, S, E> {
    /// None outside of servers, and for what is none of ours.
    pub(crate) fn new(
        interaction: &'a Interaction,
        responder: &'a Responder<S, E>,
        guilds: &'a Guilds,
        rest: &'a Rest,
        now: Timestamp,
    ) -> Option<Self> {
        let member = interaction.member.as_ref()?;
        Some(Self {
            responder,
            guilds,
            rest,
            asked: asked(interaction)?,
            talk: Talk::new(rest, interaction),
            guild: GuildId(interaction.guild_id?.get()),
            channel: ChannelId(interaction.channel_id.map(u64::from).unwrap_or_default()),
            by: UserId(member.user.id.get()),
            roles: member.roles.iter().map(|role| RoleId(role.get())).collect(),
            locale: interaction.locale.clone(),
            resolved: interaction.data.as_ref().map(|data| data.resolved.clone()).unwrap_or_default(),
            now,
        })
    }

    /// Whether their language is news.
    pub(super) fn hear_locale(&self) -> bool {
        !self.locale.is_empty() && self.responder.heard_locale(self.by, &self.locale)
    }

    /// Who asks, as far as cases go.
    pub(crate) fn presser(&self) -> Presser {
        Presser { id: self.by, roles: self.roles.clone(), moderator: self.is_moderator() }
    }

    /// Server settings can let anyone use a command: whoever may manage the server is checked here once more. Settings are
    /// the whole server's: what somebody may do in one channel does not count.
    pub(crate) fn require_manager(&self) -> Result<(), Trouble> {
        let held = self.guilds.held_everywhere(self.guild, self.by, &self.roles);
        if held.intersects(Permissions::MANAGE_GUILD | Permissions::ADMINISTRATOR) {
            return Ok(());
        }
        Err(Trouble::Told("Only members with the permission Manage Server can do that.".to_owned()))
    }

    /// Whether they may moderate, by permission or by the moderator role.
    pub(crate) fn is_moderator(&self) -> bool {
        self.may_moderate(self.by, &self.roles)
    }

    /// Whoever may moderate, by permission or by the moderator role.
    pub(crate) fn require_moderator(&self) -> Result<(), Trouble> {
        if self.is_moderator() {
            return Ok(());
        }
        let role = self.responder.in_force(self.guild).server.moderator_role;
        let who =
            "Only moderators can do that: members with the permission Moderate Members or Manage Messages";
        let or = if role.is_some() { ", or with the moderator role." } else { "." };
        Err(Trouble::Told(format!("{who}{or}")))
    }

    /// Whether `member`, who has `roles`, may moderate the server. Cases are the whole server's: what somebody may do in
    /// one channel does not count.
    pub(crate) fn may_moderate(&self, member: UserId, roles: &[RoleId]) -> bool {
        let role = self.responder.in_force(self.guild).server.moderator_role;
        let held = self.guilds.held_everywhere(self.guild, member, roles);
        held.intersects(MODERATING) || role.is_some_and(|role| roles.contains(&role))
    }
}

/// The number of a proposal or draft, as we write it in a `custom_id` and no other way; 0, which none has, for anything else.
pub(super) fn proposal_number(text: &str) -> i64 {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain).unwrap_or(0)
}

fn asked(interaction: &Interaction) -> Option<Asked> {
    /// Discord's numbers of interactions, and of message menus among commands.
    const COMMAND: u8 = 2;
    const COMPONENT: u8 = 3;
    const AUTOCOMPLETE: u8 = 4;
    const MODAL: u8 = 5;
    const MESSAGE_MENU: u8 = 3;
    let data = interaction.data.as_ref()?;
    match interaction.kind {
        COMMAND if data.kind == Some(MESSAGE_MENU) => {
            Some(Asked::Menu { name: data.name.clone()?, target: data.target_id.as_ref()?.parse().ok()? })
        }
        COMMAND => {
            let (sub, options) = within(data);
            Some(Asked::Command { name: data.name.clone()?, sub, given: Given::of(options) })
        }
        AUTOCOMPLETE => {
            let (sub, options) = within(data);
            let focused = data.focused()?.name.clone();
            Some(Asked::Typing { name: data.name.clone()?, sub, given: Given::of(options), focused })
        }
        COMPONENT => Some(Asked::Pressed { custom_id: data.custom_id.clone()?, values: data.values.clone() }),
        MODAL => Some(Asked::Form { custom_id: data.custom_id.clone()?, fields: fields(&data.components) }),
        _ => None,
    }
}

/// The subcommand, and the options given to it or to the command itself.
fn within(data: &InteractionData) -> (String, &[GivenOption]) {
    const SUBCOMMAND: u8 = 1;
    match data.options.first() {
        Some(sub) if sub.kind == SUBCOMMAND => (sub.name.clone(), &sub.options),
        _ => (String::new(), &data.options),
    }
}

/// What stands in each field of a form, whether it lies in a row or in a label.
fn fields(components: &Value) -> BTreeMap<String, String> {
    let rows = components.as_array().into_iter().flatten();
    let inputs =
        rows.flat_map(|row| row["components"].as_array().into_iter().flatten().chain(row.get("component")));
    let field = |input: &Value| {
        Some((input["custom_id"].as_str()?.to_owned(), input["value"].as_str()?.trim().to_owned()))
    };
    inputs.filter_map(field).collect()
}
