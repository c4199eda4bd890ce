//! What tests and the demo look at, write as members, and wait for.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Simulator;
use super::interactions::{Interaction, Reply};
use super::log::Request;
use super::messages::{Answers, Draft};
use super::model::{Channel, Guild, Id, Message, Reference};
use super::permissions::Permissions;
use super::refusal::Refusal;
use super::render;
use super::state::State;

/// How long anything is waited for before a test is told that it will not come.
const PATIENCE: Duration = Duration::from_secs(90);

/// Something that was waited for did not come within 30 seconds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("waited 90 s for {0}, in vain")]
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

    /// `author` posts `body`, which holds whatever Discord takes in a request to create a message: embeds,
    /// components, `allowed_mentions`, a nonce, flags.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn post_as(&self, author: Id, channel: Id, body: &Value) -> Result<Id, Refusal> {
        self.shared.change(|state| state.post(author, channel, Draft::read(body, &[])?))
    }

    /// `member` forwards a message from one channel to another.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn forward(&self, member: Id, from: Id, message: Id, to: Id) -> Result<Id, Refusal> {
        self.shared.change(|state| {
            state.access(member, from, Permissions::READ_MESSAGE_HISTORY)?;
            let source = state.message(from, message)?;
            let forwards = Some((Reference { channel: from, message }, render::snapshot(state, source)));
            state.post(member, to, Draft { forwards, ..Draft::text("") })
        })
    }

    /// `member` changes a message of their own.
    ///
    /// # Errors
    /// What Discord would refuse.
    pub fn edit(&self, member: Id, channel: Id, message: Id, text: &str) -> Result<(), Refusal> {
        self.shared.change(|state| state.edit(member, channel, message, &json!({ "content": text }), &[]))
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

    /// What `user` may do in a channel; a thread has its parent's permissions.
    ///
    /// # Errors
    /// When there is no such channel.
    pub fn permissions(&self, user: Id, channel: Id) -> Result<Permissions, Refusal> {
        self.read(|state| Ok(state.permissions(user, state.channel(channel)?)))
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

    /// A message as the gateway tells of it, for tests that send it again in an odd shape.
    #[must_use]
    pub fn message_event(&self, channel: Id, message: Id) -> Option<Value> {
        self.read(|state| {
            state.message(channel, message).ok().map(|message| render::gateway_message(state, message))
        })
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
}

impl State {
    /// The messages of a channel, oldest first, ephemeral ones included.
    pub fn messages(&self, channel: Id) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.get(&channel).into_iter().flat_map(|all| all.values())
    }

    /// Every guild.
    pub fn guilds(&self) -> impl Iterator<Item = &Guild> {
        self.guilds.values()
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

    /// How often anyone tried to connect to the gateway.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections
    }

    /// How often a client said that it is there.
    #[must_use]
    pub fn heartbeats(&self) -> usize {
        self.heartbeats
    }

    /// How often a session began too soon after another, or although none was left.
    #[must_use]
    pub fn hasty_identifies(&self) -> usize {
        self.starts.violations()
    }

    /// The shards to which somebody is connected, each as often as there are sessions.
    #[must_use]
    pub fn shards_connected(&self) -> Vec<u64> {
        let connected = self.sessions.values().filter(|session| session.connected());
        let mut shards: Vec<u64> = connected.map(|session| session.shard.0).collect();
        shards.sort_unstable();
        shards
    }

    /// Whether the bot is connected to the gateway.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.sessions.values().any(super::session::Session::connected)
    }
}
