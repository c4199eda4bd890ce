//! Everything the embedded Discord knows, and how changes reach the gateway.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::commands::Command;
use super::faults::Faults;
use super::gate::Gates;
use super::interactions::Interaction;
use super::limits::Limits;
use super::log::Request;
use super::model::{Channel, ChannelKind, Guild, Id, Member, Message, User};
use super::permissions::{self, Permissions};
use super::refusal::{self, Refusal};
use super::render;
use super::session::Session;
use super::starts::Starts;
use super::world::{self, World};

/// Milliseconds between the Unix epoch and Discord's.
/// Source: <https://discord.com/developers/docs/reference#snowflakes>.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

/// The one application that may connect.
#[derive(Debug, Clone)]
pub(crate) struct Application {
    pub(crate) id: Id,
    pub(crate) bot: Id,
    pub(crate) name: String,
    pub(crate) token: String,
    /// Privileged intents that are switched on.
    pub(crate) privileged: u64,
}

/// How the simulator behaves, apart from what is in it.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) heartbeat_ms: u64,
    pub(crate) nonce_window: SignedDuration,
    pub(crate) answer_window: SignedDuration,
    pub(crate) shards: u64,
    pub(crate) fewest_shards: u64,
    pub(crate) acknowledge_heartbeats: bool,
    /// So many of the next connections are not greeted.
    pub(crate) silent: usize,
    /// Whether nobody can connect to the gateway.
    pub(crate) shut: bool,
    /// Where sessions are said to be resumed, if not here.
    pub(crate) resume_address: Option<String>,
}

/// Everything the embedded Discord knows. Tests and the demo read it through
/// [`Simulator::read`](super::Simulator::read) and
/// [`Simulator::wait_until`](super::Simulator::wait_until).
pub struct State {
    pub(crate) address: String,
    pub(crate) app: Application,
    pub(crate) settings: Settings,
    pub(crate) users: BTreeMap<Id, User>,
    pub(crate) guilds: BTreeMap<Id, Guild>,
    pub(crate) channels: BTreeMap<Id, Channel>,
    pub(crate) messages: BTreeMap<Id, BTreeMap<Id, Message>>,
    pub(crate) interactions: BTreeMap<Id, Interaction>,
    pub(crate) commands: Vec<Command>,
    /// Roles and members that were let use a command of a guild.
    pub(crate) permits: BTreeMap<(Id, Id), BTreeSet<Id>>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) identifies: usize,
    pub(crate) resumes: usize,
    pub(crate) starts: Starts,
    /// How often anyone tried to connect to the gateway.
    pub(crate) connections: usize,
    pub(crate) heartbeats: usize,
    /// Guilds that Discord has lost for a while.
    pub(crate) lost: BTreeSet<Id>,
    pub(crate) requests: Vec<Request>,
    /// How many there ever were.
    pub(crate) asked: usize,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) gates: Gates,
    /// Uploaded files by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Attachment objects of files that members sent with commands.
    pub(crate) uploads: BTreeMap<Id, Value>,
    nonces: VecDeque<Nonce>,
    clock: SignedDuration,
    allotted: u64,
    born: Timestamp,
    settling: bool,
}

/// How much there is; never what was said.
impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("guilds", &self.guilds.len())
            .field("channels", &self.channels.len())
            .field("requests", &self.requests.len())
            .finish_non_exhaustive()
    }
}

/// A nonce that was enforced, and the message it made.
struct Nonce {
    author: Id,
    value: Value,
    channel: Id,
    message: Id,
    at: Timestamp,
}

/// Something to tell the gateway's clients.
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) data: Value,
    /// The intent a session needs, 0 for none.
    pub(crate) intent: u64,
    pub(crate) guild: Option<Id>,
    /// The channel one must see to be told.
    pub(crate) channel: Option<Id>,
}

impl State {
    /// Settles a world.
    ///
    /// # Errors
    /// The name in `world` that refers to nothing.
    pub(crate) fn new(world: &World) -> Result<Self, String> {
        let mut state = Self::empty(world);
        let bot = state.allot();
        state.app.bot = bot;
        state.app.id = bot;
        let name = world.application.clone();
        let user = User { id: bot, name, bot: true, accepts_dms: true, locale: "en-US".to_owned() };
        state.users.insert(bot, user);
        for guild in &world.guilds {
            world::settle(&mut state, guild)?;
        }
        state.settling = false;
        Ok(state)
    }

    fn empty(world: &World) -> Self {
        let privileged = world.privileged.iter().fold(0, |all, one| all | one.intent());
        let seconds = |s: u64| SignedDuration::from_secs(i64::try_from(s).unwrap_or(i64::MAX));
        Self {
            address: String::new(),
            app: Application {
                id: 0,
                bot: 0,
                name: world.application.clone(),
                token: world.token.clone(),
                privileged,
            },
            settings: Settings {
                heartbeat_ms: world.heartbeat_ms,
                nonce_window: seconds(world.nonce_seconds),
                answer_window: seconds(world.answer_seconds),
                shards: world.shards,
                fewest_shards: world.fewest_shards,
                acknowledge_heartbeats: true,
                silent: 0,
                shut: false,
                resume_address: None,
            },
            users: BTreeMap::new(),
            guilds: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: BTreeMap::new(),
            interactions: BTreeMap::new(),
            commands: Vec::new(),
            permits: BTreeMap::new(),
            sessions: BTreeMap::new(),
            identifies: 0,
            resumes: 0,
            starts: Starts::new(world.max_concurrency, world.space_identifies),
            connections: 0,
            heartbeats: 0,
            lost: BTreeSet::new(),
            requests: Vec::new(),
            asked: 0,
            limits: Limits::new(world.rate_limits),
            faults: Faults::default(),
            gates: Gates::default(),
            files: BTreeMap::new(),
            uploads: BTreeMap::new(),
            nonces: VecDeque::new(),
            clock: SignedDuration::ZERO,
            allotted: 0,
            born: world::genesis(),
            settling: true,
        }
    }

    /// The time of day here.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        if self.settling { self.born } else { wall_clock() + self.clock }
    }

    /// From now on the time of day here counts from `at`.
    pub(crate) fn set_clock(&mut self, at: Timestamp) {
        self.clock = at.duration_since(wall_clock());
    }

    /// A new identifier for something made now.
    pub(crate) fn allot(&mut self) -> Id {
        if self.settling {
            self.born += Duration::from_secs(1);
        }
        let now = self.now();
        self.allot_at(now)
    }

    /// A new identifier for something made at `at`; identifiers of one millisecond ascend.
    pub(crate) fn allot_at(&mut self, at: Timestamp) -> Id {
        self.allotted += 1;
        snowflake(at) | (self.allotted & 0x3F_FFFF)
    }

    /// Everyone, bots included.
    pub fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// The user called `name`.
    #[must_use]
    pub fn user_named(&self, name: &str) -> Option<Id> {
        self.users.values().find(|user| user.name == name).map(|user| user.id)
    }

    /// The user called `name`, who is made if need be.
    pub(crate) fn person(&mut self, name: &str, bot: bool) -> Id {
        if let Some(id) = self.user_named(name) {
            return id;
        }
        let id = self.allot();
        let locale = "en-US".to_owned();
        self.users.insert(id, User { id, name: name.to_owned(), bot, accepts_dms: true, locale });
        id
    }

    pub(crate) fn guild(&self, id: Id) -> Result<&Guild, Refusal> {
        self.guilds.get(&id).ok_or_else(refusal::unknown_guild)
    }

    /// The guilds the bot is in.
    pub(crate) fn own_guilds(&self) -> impl Iterator<Item = &Guild> {
        self.guilds.values().filter(|guild| guild.members.contains_key(&self.app.bot))
    }

    /// The channels and threads of a guild.
    pub(crate) fn channels_of(&self, guild: Id) -> Vec<&Channel> {
        self.channels.values().filter(|channel| channel.guild == Some(guild)).collect()
    }

    pub(crate) fn channel(&self, id: Id) -> Result<&Channel, Refusal> {
        self.channels.get(&id).ok_or_else(refusal::unknown_channel)
    }

    pub(crate) fn message(&self, channel: Id, id: Id) -> Result<&Message, Refusal> {
        let all = self.messages.get(&channel);
        all.and_then(|all| all.get(&id)).ok_or_else(refusal::unknown_message)
    }

    pub(crate) fn message_mut(&mut self, channel: Id, id: Id) -> Result<&mut Message, Refusal> {
        let all = self.messages.get_mut(&channel);
        all.and_then(|all| all.get_mut(&id)).ok_or_else(refusal::unknown_message)
    }

    pub(crate) fn member(&self, guild: Id, user: Id) -> Result<&Member, Refusal> {
        self.guild(guild)?.members.get(&user).ok_or_else(refusal::unknown_member)
    }

    /// The guild, if `user` is in it and has `wanted` there, whatever its channels grant.
    pub(crate) fn granted(&self, guild: Id, user: Id, wanted: Permissions) -> Result<&Guild, Refusal> {
        let guild = self.guild(guild)?;
        let member = guild.members.get(&user).ok_or_else(refusal::missing_access)?;
        let granted = permissions::in_guild(guild, member).contains(wanted);
        if granted { Ok(guild) } else { Err(refusal::missing_permissions()) }
    }

    /// What `user` may do in `channel`; a thread has its parent's permissions. Nobody outside has any.
    pub(crate) fn permissions(&self, user: Id, channel: &Channel) -> Permissions {
        let Some(guild) = channel.guild.and_then(|id| self.guilds.get(&id)) else {
            return if channel.recipients.contains(&user) {
                Permissions::ORDINARY
            } else {
                Permissions::NONE
            };
        };
        let Some(member) = guild.members.get(&user) else { return Permissions::NONE };
        let home = if channel.kind.is_thread() { channel.parent } else { Some(channel.id) };
        let overwrites = home.and_then(|id| self.channels.get(&id)).map(|home| home.overwrites.as_slice());
        let timed_out = member.timed_out_until.is_some_and(|until| until > self.now());
        let all = permissions::in_channel(guild, member, overwrites.unwrap_or_default(), timed_out);
        let posting = if channel.kind.is_thread() {
            Permissions::SEND_MESSAGES_IN_THREADS
        } else {
            Permissions::SEND_MESSAGES
        };
        if all.contains(posting) { all } else { permissions::without_posting(all) }
    }

    /// Whether `user` sees `channel` at all; a private thread only its members and those with
    /// `MANAGE_THREADS`.
    pub(crate) fn sees(&self, user: Id, channel: &Channel) -> bool {
        let permissions = self.permissions(user, channel);
        let inside = channel.kind != ChannelKind::PrivateThread
            || permissions.contains(Permissions::MANAGE_THREADS)
            || channel.has_joined(user);
        permissions.contains(Permissions::VIEW_CHANNEL) && inside
    }

    /// The channel, if `user` sees it and has `wanted` there.
    pub(crate) fn access(&self, user: Id, channel: Id, wanted: Permissions) -> Result<&Channel, Refusal> {
        let channel = self.channel(channel)?;
        if !self.sees(user, channel) {
            return Err(refusal::missing_access());
        }
        if !self.permissions(user, channel).contains(wanted) {
            return Err(refusal::missing_permissions());
        }
        Ok(channel)
    }

    /// Tells every session that may know.
    pub(crate) fn emit(&mut self, event: Event) {
        if !self.bot_may_know(&event) {
            return;
        }
        let Event { name, data, intent, guild, .. } = event;
        let curtained = self.sessions.values().any(|session| !session.reads_content());
        let hidden = if curtained { render::without_content(self, name, &data) } else { None };
        for session in self.sessions.values_mut() {
            if session.covers(guild) && session.wants(intent) {
                let data = if session.reads_content() { &data } else { hidden.as_ref().unwrap_or(&data) };
                session.dispatch(name, data);
            }
        }
    }

    fn bot_may_know(&self, event: &Event) -> bool {
        let here = |guild| self.member(guild, self.app.bot).is_ok() && !self.lost.contains(&guild);
        let member = event.guild.is_none_or(here);
        let sees = event
            .channel
            .and_then(|id| self.channels.get(&id))
            .is_none_or(|channel| self.sees(self.app.bot, channel));
        member && sees
    }

    /// The message that `author` made with this nonce within the window.
    pub(crate) fn earlier(&mut self, author: Id, nonce: &Value) -> Option<(Id, Id)> {
        let since = self.now() - self.settings.nonce_window;
        self.nonces.retain(|known| known.at >= since);
        let known = self.nonces.iter().find(|known| known.author == author && known.value == *nonce)?;
        Some((known.channel, known.message))
    }

    pub(crate) fn remember_nonce(&mut self, author: Id, value: Value, channel: Id, message: Id) {
        let at = self.now();
        self.nonces.push_back(Nonce { author, value, channel, message, at });
    }

    pub(crate) fn forget_nonces(&mut self) {
        self.nonces.clear();
    }
}

/// The lowest identifier of something made at `at`.
pub(crate) fn snowflake(at: Timestamp) -> Id {
    let since = (at.as_millisecond() - DISCORD_EPOCH_MS).max(0);
    u64::try_from(since).unwrap_or(0) << 22
}

#[expect(clippy::disallowed_methods, reason = "the embedded Discord has the clock of a server of its own")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}
