//! What tests and the demo do as members, and what they can see.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Simulator;
use super::faults::Fault;
use super::gate::{Moment, Pause};
use super::interactions::{Interaction, InteractionKind, Reply};
use super::log::Request;
use super::messages::{Answers, Draft};
use super::model::{Channel, Id, Message};
use super::refusal::{self, Refusal};
use super::session::Frame;
use super::state::State;

/// How long anything is waited for before a test is told that it will not come.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something that was waited for did not come within 30 seconds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("waited 30 s for {0}, in vain")]
pub struct InVain(pub String);

impl Simulator {
    /// Looks at everything there is.
    pub fn read<T>(&self, with: impl FnOnce(&State) -> T) -> T {
        self.shared.read(with)
    }

    /// The user called `name`.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<Id> {
        self.read(|state| state.user_named(name))
    }

    /// The channel or thread called `name`, of whichever guild comes first.
    #[must_use]
    pub fn channel(&self, name: &str) -> Option<Id> {
        self.read(|state| state.channels.values().find(|channel| channel.name == name).map(|one| one.id))
    }

    /// The guild called `name`.
    #[must_use]
    pub fn guild(&self, name: &str) -> Option<Id> {
        self.read(|state| state.guilds.values().find(|guild| guild.name == name).map(|guild| guild.id))
    }

    /// The role called `name`, of whichever guild comes first.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<Id> {
        self.read(|state| {
            let roles = state.guilds.values().flat_map(|guild| guild.roles.values());
            roles.into_iter().find(|role| role.name == name).map(|role| role.id)
        })
    }

    /// The bot's user.
    #[must_use]
    pub fn bot(&self) -> Id {
        self.read(|state| state.app.bot)
    }

    /// `member` posts `text`.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn post(&self, member: Id, channel: Id, text: &str) -> Result<Id, Refusal> {
        self.shared.change(|state| state.post(member, channel, Draft::text(text)))
    }

    /// `member` posts `text` at a given time, which its identifier tells too.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn post_at(&self, member: Id, channel: Id, text: &str, at: Timestamp) -> Result<Id, Refusal> {
        let draft = Draft { at: Some(at), ..Draft::text(text) };
        self.shared.change(|state| state.post(member, channel, draft))
    }

    /// `member` answers `message` with `text`.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn reply(&self, member: Id, channel: Id, message: Id, text: &str) -> Result<Id, Refusal> {
        let answers = Answers { channel: None, message, must_exist: true };
        let draft = Draft { answers: Some(answers), ..Draft::text(text) };
        self.shared.change(|state| state.post(member, channel, draft))
    }

    /// `member` changes a message of their own.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn edit(&self, member: Id, channel: Id, message: Id, text: &str) -> Result<(), Refusal> {
        self.shared.change(|state| state.edit(member, channel, message, &json!({ "content": text })))
    }

    /// `member` deletes a message.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn delete(&self, member: Id, channel: Id, message: Id) -> Result<(), Refusal> {
        self.shared.change(|state| state.delete(member, channel, message))
    }

    /// `member` writes to the bot in private.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn write_to_bot(&self, member: Id, text: &str) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            let channel = state.dm_between(state.app.bot, member);
            state.post(member, channel, Draft::text(text))
        })
    }

    /// A webhook called `name` posts `text`.
    ///
    /// # Errors
    /// When the channel does not exist.
    pub fn post_as_webhook(&self, name: &str, channel: Id, text: &str) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            state.channel(channel)?;
            let webhook = state.person(name, true);
            let draft = Draft { webhook: Some(webhook), ..Draft::text(text) };
            Ok(state.compose(webhook, channel, draft, None))
        })
    }

    /// `member` presses the button, or uses the select, with `custom_id` on a message they can see.
    ///
    /// # Errors
    /// When they cannot see it, or it has no such component, or that is disabled.
    pub fn press(&self, member: Id, channel: Id, message: Id, custom_id: &str) -> Result<Id, Refusal> {
        self.choose(member, channel, message, custom_id, &[])
    }

    /// As [`Self::press`], with the values chosen in a select.
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
                data["values"] = json!(values);
            }
            state.interact(InteractionKind::Component, member, channel, Some(message), data)
        })
    }

    /// The messages of a channel, oldest first, ephemeral ones included.
    #[must_use]
    pub fn messages(&self, channel: Id) -> Vec<Message> {
        self.read(|state| state.messages(channel).cloned().collect())
    }

    /// The threads of a guild, archived ones included, oldest first.
    #[must_use]
    pub fn threads(&self, guild: Id) -> Vec<Channel> {
        self.read(|state| {
            let here = state.channels.values().filter(|channel| channel.guild == Some(guild));
            here.filter(|channel| channel.kind.is_thread()).cloned().collect()
        })
    }

    /// Who is in a thread.
    #[must_use]
    pub fn thread_members(&self, thread: Id) -> Vec<Id> {
        self.read(|state| {
            let thread = state.channels.get(&thread).and_then(|channel| channel.thread.as_ref());
            thread.map(|thread| thread.members.keys().copied().collect()).unwrap_or_default()
        })
    }

    /// The messages between the bot and `member` in private, oldest first.
    #[must_use]
    pub fn dms(&self, member: Id) -> Vec<Message> {
        let bot = self.bot();
        let channel = self.read(|state| {
            let both = |channel: &&Channel| [bot, member].iter().all(|who| channel.recipients.contains(who));
            state.channels.values().find(both).map(|channel| channel.id)
        });
        channel.map(|channel| self.messages(channel)).unwrap_or_default()
    }

    /// Every REST request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.read(|state| state.requests.clone())
    }

    /// An interaction and its answers.
    #[must_use]
    pub fn interaction(&self, id: Id) -> Option<Interaction> {
        self.read(|state| state.interactions.get(&id).cloned())
    }

    /// Waits for the first answer to an interaction.
    ///
    /// # Errors
    /// When none comes.
    pub async fn answer_to(&self, interaction: Id) -> Result<Reply, InVain> {
        self.wait_until("an answer to the interaction", |state| {
            state.interactions.get(&interaction).and_then(|of| of.reply.clone())
        })
        .await
    }

    /// Waits until `found` gives something, looking again after each change.
    ///
    /// # Errors
    /// When it gives nothing for 30 seconds; `what` says in the error what was waited for.
    pub async fn wait_until<T>(
        &self,
        what: &str,
        mut found: impl FnMut(&State) -> Option<T>,
    ) -> Result<T, InVain> {
        let mut changes = self.shared.changes();
        let waiting = async {
            loop {
                if let Some(found) = self.shared.read(&mut found) {
                    return Some(found);
                }
                changes.changed().await.ok()?;
            }
        };
        let waited = tokio::time::timeout(PATIENCE, waiting).await;
        waited.ok().flatten().ok_or_else(|| InVain(what.to_owned()))
    }

    /// Waits until the bot has a session and is connected.
    ///
    /// # Errors
    /// When it does not connect.
    pub async fn connected(&self) -> Result<(), InVain> {
        self.wait_until("the bot to connect", |state| state.is_connected().then_some(())).await
    }

    /// Orders trouble.
    pub fn fault(&self, fault: Fault) {
        self.shared.change(|state| state.faults.order(fault));
    }

    /// Ends all trouble and lets hanging requests go on.
    pub fn clear_faults(&self) {
        self.shared.change(|state| state.faults.clear());
    }

    /// Lets hanging requests go on.
    pub fn release(&self) {
        self.shared.change(|state| state.faults.release());
    }

    /// Holds the `n`-th request from now (1 is the next) that is meant to change something.
    pub fn pause_at(&self, n: usize, moment: Moment) -> Pause {
        self.shared.change(|state| state.gates.install(None, n, moment))
    }

    /// Holds the `n`-th request from now that fits a pattern as in `POST /channels/{}/messages`.
    pub fn pause_on(&self, pattern: &str, n: usize, moment: Moment) -> Pause {
        self.shared.change(|state| state.gates.install(Some(pattern), n, moment))
    }

    /// Sets how many requests a route takes in a window.
    pub fn set_limit(&self, pattern: &str, requests: u32, window: Duration) {
        self.shared.change(|state| state.limits.set(pattern, requests, window));
    }

    /// Switches the enforcement of rate limits on or off.
    pub fn enforce_limits(&self, on: bool) {
        self.shared.change(|state| state.limits.enforced = on);
    }

    /// From now on the time of day in this Discord counts from `at`.
    pub fn set_clock(&self, at: Timestamp) {
        self.shared.change(|state| state.set_clock(at));
    }

    /// Forgets every nonce, as Discord does after some minutes.
    pub fn forget_nonces(&self) {
        self.shared.change(State::forget_nonces);
    }

    /// Cuts every gateway connection; sessions can be resumed.
    pub fn cut_gateway(&self) {
        self.tell_all(|| Frame::Cut);
    }

    /// Closes every gateway connection with a code. After 4007, 4009 and the codes that are final the
    /// session is gone; after any other it can be resumed.
    pub fn close_gateway(&self, code: u16) {
        self.tell_all(|| Frame::Close(code, "Closed by the test."));
        if matches!(code, 1000 | 1001 | 4003 | 4004 | 4007 | 4009..=4014) {
            self.shared.change(|state| state.sessions.clear());
        }
    }

    /// Tells every client that its session is invalid (op 9).
    pub fn invalidate_sessions(&self, resumable: bool) {
        self.tell_all(|| Frame::Text(json!({ "op": 9, "d": resumable, "s": null, "t": null }).to_string()));
        self.shared.change(|state| {
            state.sessions.values_mut().for_each(|session| session.resumable &= resumable);
        });
    }

    /// Asks every client to reconnect (op 7).
    pub fn request_reconnect(&self) {
        self.tell_all(|| Frame::Text(json!({ "op": 7, "d": null, "s": null, "t": null }).to_string()));
    }

    /// Answers heartbeats or stops to.
    pub fn acknowledge_heartbeats(&self, on: bool) {
        self.shared.change(|state| state.settings.acknowledge_heartbeats = on);
    }

    /// Sends the latest event called `name` once more; false when there was none.
    pub fn repeat_event(&self, name: &str) -> bool {
        self.shared.change(|state| state.sessions.values().filter(|one| one.repeat(name)).count() > 0)
    }

    /// Sends an event of any name and content to every session.
    pub fn send_event(&self, name: &str, data: &Value) {
        self.shared.change(|state| {
            state.sessions.values_mut().for_each(|session| session.dispatch(name, data));
        });
    }

    fn tell_all(&self, frame: impl Fn() -> Frame) {
        self.shared.change(|state| state.sessions.values().for_each(|session| session.tell(frame())));
    }
}

impl State {
    /// The messages of a channel, oldest first, ephemeral ones included.
    pub fn messages(&self, channel: Id) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.get(&channel).into_iter().flat_map(|all| all.values())
    }

    /// Every channel, thread and direct message.
    pub fn channels(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    /// Every thread, oldest first.
    pub fn threads(&self) -> impl Iterator<Item = &Channel> {
        self.channels().filter(|channel| channel.kind.is_thread())
    }

    /// Every REST request so far.
    #[must_use]
    pub fn requests(&self) -> &[Request] {
        &self.requests
    }

    /// Every interaction so far, oldest first.
    pub fn interactions(&self) -> impl Iterator<Item = &Interaction> {
        self.interactions.values()
    }

    /// Every registered command.
    #[must_use]
    pub fn commands(&self) -> &[super::commands::Command] {
        &self.commands
    }

    /// How many sessions were opened, and how many taken up again.
    #[must_use]
    pub fn sessions_opened(&self) -> (usize, usize) {
        (self.identifies, self.resumes)
    }

    /// Whether the bot is connected to the gateway.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.sessions.values().any(super::session::Session::connected)
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
