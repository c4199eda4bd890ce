//! What members do with commands, menus, buttons and modals.

use serde_json::{Value, json};

use super::Simulator;
use super::commands::Command;
use super::files::File;
use super::filling::{chosen, filled};
use super::interactions::InteractionKind;
use super::model::Id;
use super::options::Form;
use super::permissions::Permissions;
use super::picks::{Pick, Picker};
use super::refusal::{self, Refusal};
use super::render;
use super::state::State;

impl Simulator {
    /// `member` presses the button, or uses the select, with `custom_id` on a message they can see.
    ///
    /// # Errors
    /// When they cannot see it, or it has no such component, or that is disabled.
    pub fn press(&self, member: Id, channel: Id, message: Id, custom_id: &str) -> Result<Id, Refusal> {
        self.choose(member, channel, message, custom_id, &[])
    }

    /// As [`Self::press`], with the values chosen in a select: those of its options, or the identifiers of
    /// the users, roles or channels.
    ///
    /// # Errors
    /// As [`Self::press`].
    pub fn choose(
        &self,
        member: Id,
        channel: Id,
        message: Id,
        custom_id: &str,
        values: &[&str],
    ) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let on = state.message(channel, message)?;
            if on.only_for.is_some_and(|only| only != member) {
                return Err(refusal::unknown_message());
            }
            let component = component(&on.components, custom_id).ok_or_else(refusal::unknown_message)?;
            if component["disabled"].as_bool().unwrap_or(false) {
                return Err(refusal::missing_permissions());
            }
            let mut data = json!({
                "custom_id": custom_id, "component_type": component["type"], "id": component["id"],
            });
            if component["type"] != 2 {
                let mut picker = Picker::new(state, member, channel)?;
                data["values"] = chosen(component, values, &mut picker)?;
                if let Some(resolved) = picker.resolved() {
                    data["resolved"] = resolved;
                }
            }
            state.interact(InteractionKind::Component, member, channel, Some(message), data)
        })
    }

    /// `member` uses a chat command: `path` is its name with subcommands, as in `case resolve`. Users, roles,
    /// channels and uploaded files are given by their identifiers.
    ///
    /// # Errors
    /// When they may not use it, or no such command is registered, or an option is unknown, missing or of
    /// the wrong kind.
    pub fn command(
        &self,
        member: Id,
        channel: Id,
        path: &str,
        options: &[(&str, Value)],
    ) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let data = state.chat_command(member, channel, path, options, None)?;
            state.interact(InteractionKind::Command, member, channel, None, data)
        })
    }

    /// A member uploads a file: the identifier is what an attachment option of a command, or a file input of
    /// a modal, is given.
    ///
    /// # Errors
    /// When it is larger than 10 MiB.
    pub fn upload(&self, filename: &str, bytes: &[u8]) -> Result<Id, Refusal> {
        self.shared.change(|state| state.upload(File::new(filename, bytes)))
    }

    /// `member` is typing the option `focused` of a chat command; `options` holds what is there so far.
    ///
    /// # Errors
    /// As [`Self::command`], but nothing need be complete; and when the option does not autocomplete.
    pub fn autocomplete(
        &self,
        member: Id,
        channel: Id,
        path: &str,
        options: &[(&str, Value)],
        focused: &str,
    ) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let data = state.chat_command(member, channel, path, options, Some(focused))?;
            state.interact(InteractionKind::Autocomplete, member, channel, None, data)
        })
    }

    /// `member` uses a message menu on `message`.
    ///
    /// # Errors
    /// When they may not use it or do not see the message, or no such menu is registered.
    pub fn message_menu(&self, member: Id, channel: Id, name: &str, message: Id) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let target = render::message(state, state.message(channel, message)?);
            let mut data = state.command_data(member, channel, name, 3)?;
            data["target_id"] = render::id(message);
            data["resolved"] = json!({ "messages": { message.to_string(): target } });
            state.interact(InteractionKind::Command, member, channel, None, data)
        })
    }

    /// `member` does what no client of Discord's would send: whatever `data` holds reaches the bot, with the member,
    /// the permissions, the guild and the message as Discord would tell of them.
    ///
    /// # Errors
    /// When they do not see the channel.
    pub fn forge(
        &self,
        kind: InteractionKind,
        (member, channel): (Id, Id),
        message: Option<Id>,
        data: Value,
    ) -> Result<Id, Refusal> {
        self.shared.change(|state| state.interact(kind, member, channel, message, data))
    }

    /// `member` uses a user menu on `target`.
    ///
    /// # Errors
    /// When they may not use it, or no such menu is registered.
    pub fn user_menu(&self, member: Id, channel: Id, name: &str, target: Id) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let mut data = state.command_data(member, channel, name, 2)?;
            data["target_id"] = render::id(target);
            let mut picker = Picker::new(state, member, channel)?;
            picker.pick(Pick::User, &Value::Null, &render::id(target))?;
            data["resolved"] = json!(picker.resolved());
            state.interact(InteractionKind::Command, member, channel, None, data)
        })
    }

    /// `member` fills in the modal that `interaction` was answered with and sends it. An input that is not
    /// named stays as it was; a select that takes several values is named once for each, and a file input is
    /// given what [`Self::upload`] gave.
    ///
    /// # Errors
    /// When no modal was opened for them, or an input is unknown, missing, too short or too long.
    pub fn submit_modal(&self, member: Id, interaction: Id, values: &[(&str, &str)]) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let unknown = || Refusal::new(404, 10062);
            let of = state.interactions.get(&interaction).filter(|of| of.user == member);
            let of = of.ok_or_else(unknown)?;
            let modal = of.reply.as_ref().filter(|reply| reply.kind == 9).ok_or_else(unknown)?;
            let data = filled(&modal.data, values, Picker::new(state, member, of.channel)?)?;
            let (channel, message) = (of.channel, of.message);
            let sent = state.interact(InteractionKind::Modal, member, channel, message, data)?;
            if let Some(sent) = state.interactions.get_mut(&sent) {
                sent.opened_by = Some(interaction);
            }
            Ok(sent)
        })
    }
}

impl State {
    /// The command of this name that `member` may use here: the guild's own before a global one.
    fn usable(&self, member: Id, channel: Id, name: &str, kind: u64) -> Result<&Command, Refusal> {
        let home = self.access(member, channel, Permissions::VIEW_CHANNEL)?;
        let fits = |one: &&Command| one.name() == name && one.kind() == kind;
        let own =
            self.commands.iter().filter(fits).find(|one| one.guild.is_some() && one.guild == home.guild);
        let mut global = self.commands.iter().filter(fits).filter(|one| one.guild.is_none());
        let command = own.or_else(|| global.find(|one| one.is_shown(home.guild.is_some())));
        let command = command.ok_or_else(|| Refusal::new(404, 10063))?;
        let Some(guild) = home.guild else { return Ok(command) };
        let has = self.permissions(member, home);
        let permitted = has.contains(command.asked()) || self.permitted(guild, command.id, member);
        let allowed = permitted && has.contains(Permissions::USE_APPLICATION_COMMANDS);
        if allowed { Ok(command) } else { Err(refusal::missing_permissions()) }
    }

    fn command_data(&self, member: Id, channel: Id, name: &str, kind: u64) -> Result<Value, Refusal> {
        let command = self.usable(member, channel, name, kind)?;
        let mut data = json!({ "id": render::id(command.id), "name": name, "type": kind });
        if let Some(guild) = command.guild {
            data["guild_id"] = render::id(guild);
        }
        Ok(data)
    }

    fn chat_command(
        &self,
        member: Id,
        channel: Id,
        path: &str,
        options: &[(&str, Value)],
        focused: Option<&str>,
    ) -> Result<Value, Refusal> {
        let mut words = path.split_whitespace();
        let name = words.next().unwrap_or_default();
        let mut data = self.command_data(member, channel, name, 1)?;
        let command = self.usable(member, channel, name, 1)?;
        let mut form = Form { picker: Picker::new(self, member, channel)?, given: options, focused };
        data["options"] = form.fill(&command.body["options"], &words.collect::<Vec<_>>())?.into();
        if let Some(resolved) = form.picker.resolved() {
            data["resolved"] = resolved;
        }
        Ok(data)
    }
}

/// The component with this id, however deep.
fn component<'a>(tree: &'a [Value], custom_id: &str) -> Option<&'a Value> {
    tree.iter().find_map(|part| {
        if part["custom_id"] == custom_id {
            return Some(part);
        }
        let inner = part["components"].as_array().map(Vec::as_slice).unwrap_or_default();
        component(inner, custom_id)
            .or_else(|| component(std::slice::from_ref(part.get("accessory")?), custom_id))
    })
}
