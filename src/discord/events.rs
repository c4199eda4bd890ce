//! What the gateway says, in the order it says it, one after the other.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use super::catch_up::{CatchUp, is_hopeless};
use super::convert::Arrival;
use super::ear::Heard;
use super::executor::Discord;
use super::gap::{Gap, Place};
use super::gone::Gone;
use super::guilds::{Guilds, Watching};
use super::id::{ChannelId, GuildId, MessageId, RoleId};
use super::notice::Voice;
use super::report::Report;
use super::rest::{Request, Rest, RestError};
use super::{introduction, wire};
use crate::commands;
use crate::message;
use crate::responder::{Executor as _, Responder, Source};
use crate::store::{Store, StoreError};
use crate::telemetry::Session;

/// How long everything else may wait until an unknown thread is found out about.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is dispatched: the kind of event, and the event.
#[derive(Deserialize)]
struct Dispatch<'a> {
    #[serde(borrow)]
    t: Option<Cow<'a, str>>,
    #[serde(borrow)]
    d: &'a RawValue,
}

/// Takes events from the queue and acts on them.
pub(super) struct Listener<S> {
    pub(super) guilds: Arc<Guilds>,
    pub(super) rest: Arc<Rest>,
    pub(super) responder: Responder<S, Discord>,
    pub(super) catch_up: CatchUp<S>,
    pub(super) gap: Arc<Gap>,
    pub(super) gone: Arc<Gone>,
    pub(super) voice: Arc<Voice<S>>,
    pub(super) report: Arc<Report<S>>,
    /// Answers to presses, which must not wait for each other nor hold up what arrives.
    pub(super) answers: TaskTracker,
}

impl<S: Store + 'static> Listener<S> {
    fn now(&self) -> Timestamp {
        self.responder.executor().now()
    }

    /// Runs until the connections have ended.
    pub(super) async fn listen(self, mut heard: UnboundedReceiver<Heard>) {
        while let Some(Heard { shard, text, at, .. }) = heard.recv().await {
            let _handling = self.responder.telemetry().handling(heard.len());
            match serde_json::from_str(&text) {
                Ok(Dispatch { t: Some(kind), d }) => self.take((shard, at), &kind, d).await,
                // Heartbeats and the like, which the connection sees to.
                Ok(Dispatch { t: None, .. }) => {}
                Err(error) => {
                    self.responder.telemetry().unreadable();
                    warn!(shard, at = error.column(), "Discord sent something I cannot read");
                }
            }
        }
    }

    /// Once it is taken up, and no sooner, it counts as heard.
    async fn take(&self, (shard, at): (u32, Timestamp), kind: &str, event: &RawValue) {
        match kind {
            "RESUMED" => self.responder.telemetry().session(shard, Session::Resumed),
            "MESSAGE_CREATE" => self.wrote((shard, at), kind, event).await,
            // An update without an author only adds embeds or flags.
            "MESSAGE_UPDATE" if self.read::<Authored>(kind, event).is_some_and(|it| it.author.is_some()) => {
                self.wrote((shard, at), kind, event).await;
            }
            "MESSAGE_UPDATE" => {}
            "MESSAGE_DELETE" | "MESSAGE_DELETE_BULK" => {
                if let Some(gone) = self.read(kind, event) {
                    self.deleted(gone).await;
                }
            }
            "CHANNEL_DELETE" | "THREAD_DELETE" => {
                if let Some(gone) = self.read::<ChannelGone>(kind, event) {
                    self.channel_gone(&gone).await;
                }
            }
            "GUILD_MEMBER_REMOVE" => {
                if let Some(left) = self.read(kind, event) {
                    self.member_left(left).await;
                }
            }
            "INTERACTION_CREATE" => {
                if let Some(interaction) = self.read(kind, event) {
                    self.pressed(interaction);
                }
            }
            "READY" => {
                if let Some(ready) = self.read(kind, event) {
                    self.begin_session(shard, ready, at).await;
                }
            }
            "GUILD_CREATE" => {
                if let Some(guild) = self.read(kind, event) {
                    self.joined(shard, guild);
                }
            }
            "GUILD_DELETE" => {
                if let Some(gone) = self.read(kind, event) {
                    self.guild_gone((shard, at), &gone);
                }
            }
            _ => self.note_change(kind, event),
        }
        self.gap.heard(shard, at);
    }

    /// What we need of an event; what is wrong is logged without the event's contents.
    fn read<T: DeserializeOwned>(&self, kind: &str, event: &RawValue) -> Option<T> {
        let read = serde_json::from_str(event.get());
        if read.is_err() {
            self.responder.telemetry().unreadable();
            warn!(kind, "Discord sent something I cannot read");
        }
        read.ok()
    }

    /// From the very first session on there is a time to read back from.
    async fn begin_session(&self, shard: u32, ready: Ready, at: Timestamp) {
        let guilds: HashSet<GuildId> = ready.guilds.iter().map(|guild| guild.id).collect();
        info!(shard, guilds = guilds.len(), "connected");
        self.responder.telemetry().session(shard, Session::New);
        self.gap.session(shard, guilds, at);
        if self.gap.is_first_start()
            && let Err(error) = self.responder.store().alive(at).await
        {
            warn!(%error, "cannot record that I listen");
        }
    }

    async fn wrote(&self, (shard, at): (u32, Timestamp), kind: &str, event: &RawValue) {
        let Some(message) = self.read::<wire::Message>(kind, event) else { return };
        let Some(arrival) = Arrival::of_wire(&message, None) else { return };
        // When a message was edited does not stand in its id.
        if kind == "MESSAGE_CREATE" {
            self.responder.telemetry().arrived(arrival.sent(), self.now());
        }
        if self.gone.holds(arrival.id()) {
            return;
        }
        let place = Place { guild: arrival.guild, channel: arrival.channel };
        match self.arrived(arrival).await {
            Ok(()) => {}
            Err(Untaken::Store(error)) if is_hopeless(&error) => {
                let Place { guild, channel } = place;
                error!(%guild, %channel, %error, "a message cannot be handled");
            }
            Err(error) => {
                error!(%error, "a message could not be handled; it is read back when it can be");
                self.gap.missed(shard, place, message.id, at);
            }
        }
    }

    fn pressed(&self, interaction: wire::Interaction) {
        let (rest, responder) = (Arc::clone(&self.rest), self.responder.clone());
        let guilds = Arc::clone(&self.guilds);
        let now = self.now();
        self.answers.spawn(async move {
            if let Some(context) = commands::Context::new(&interaction, &responder, &guilds, &rest, now) {
                commands::answer(&context).await;
            }
        });
    }

    fn joined(&self, shard: u32, guild: wire::Guild) {
        let (id, joined) = (guild.id, guild.joined_at);
        let put_away = self.guilds.insert(guild);
        self.report.changed(id);
        if let Some(joined) = joined {
            introduction::joined(&self.voice, id, joined);
        }
        if self.gap.arrived(shard, id, joined) {
            self.catch_up.start(id, put_away);
        }
    }

    /// In an outage nothing of it can be reached, and it comes back.
    fn guild_gone(&self, (shard, at): (u32, Timestamp), gone: &GuildGone) {
        self.guilds.remove(gone.id);
        if gone.unavailable {
            self.gap.outage(shard, gone.id, at);
        } else {
            self.gap.gone(shard, gone.id);
        }
    }

    fn note_change(&self, kind: &str, value: &RawValue) {
        let changed = match kind {
            "GUILD_UPDATE" => self.read(kind, value).map(|guild| self.note_guild(guild)),
            "GUILD_MEMBER_UPDATE" => {
                self.read(kind, value).map(|changed: MemberChange| self.note_member(changed))
            }
            "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE" => {
                self.read(kind, value).map(|change| self.note_role(change))
            }
            "GUILD_ROLE_DELETE" => self.read(kind, value).map(|gone: RoleGone| self.note_role_gone(&gone)),
            "CHANNEL_CREATE" | "CHANNEL_UPDATE" | "THREAD_CREATE" | "THREAD_UPDATE" => {
                self.read(kind, value).map(|channel| self.note_channel(channel))
            }
            "THREAD_LIST_SYNC" => self.read(kind, value).map(|sync: ThreadSync| {
                sync.threads.into_iter().for_each(|thread| self.guilds.set_channel(sync.guild_id, thread));
            }),
            _ => Some(()),
        };
        if changed.is_none() {
            warn!(kind, "an event lacks what it should say; what I know of the server may be out of date");
        }
    }

    fn note_guild(&self, guild: wire::Guild) {
        let id = guild.id;
        self.guilds.update(guild);
        self.report.changed(id);
    }

    fn note_channel(&self, channel: wire::Channel) {
        let Some(guild) = channel.guild_id else { return };
        let thread = channel.is_thread();
        self.guilds.set_channel(guild, channel);
        // A thread goes by what its channel allows.
        if !thread {
            self.report.changed(guild);
        }
    }

    async fn channel_gone(&self, gone: &ChannelGone) {
        let Some(guild) = gone.guild_id else { return };
        let thread = self.guilds.kind(gone.id).is_some_and(wire::is_thread);
        self.guilds.remove_channel(guild, gone.id);
        if !thread {
            self.report.changed(guild);
        }
        let (of, channel) = (message::GuildId(guild.get()), message::ChannelId(gone.id.get()));
        if let Err(error) = self.responder.channel_gone(of, channel, self.now()).await {
            error!(%error, "that a channel is gone could not be recorded");
        }
    }

    /// Discord tells it only where the application may know who is in a server.
    async fn member_left(&self, left: MemberGone) {
        let (guild, member) = (message::GuildId(left.guild_id.get()), message::UserId(left.user.id.get()));
        if let Err(error) = self.responder.member_left(guild, member, self.now()).await {
            error!(%error, "that a member left could not be recorded");
        }
    }

    fn note_role(&self, change: RoleChange) {
        self.guilds.set_role(change.guild_id, change.role);
        self.report.changed(change.guild_id);
    }

    fn note_role_gone(&self, gone: &RoleGone) {
        self.guilds.remove_role(gone.guild_id, gone.role_id);
        self.report.changed(gone.guild_id);
    }

    fn note_member(&self, change: MemberChange) {
        if change.user.id == self.guilds.me() {
            self.guilds.set_my_roles(change.guild_id, change.roles);
            self.report.changed(change.guild_id);
        }
    }

    /// Whether it could be handled; whatever else is wrong with it makes no difference another time.
    async fn arrived(&self, arrival: Arrival) -> Result<(), Untaken> {
        if arrival.author == self.guilds.me() {
            return Ok(());
        }
        if arrival.is_by_person() {
            self.note_answer(&arrival).await;
        }
        let home = match self.guilds.watching(arrival.guild, arrival.channel) {
            Watching::Yes { home } => home,
            Watching::No => return Ok(()),
            Watching::Unknown => match self.discover(&arrival).await? {
                Some(home) => home,
                None => return Ok(()),
            },
        };
        let held = self.guilds.permissions(arrival.guild, arrival.channel, arrival.author, &arrival.roles);
        Ok(self.responder.handle(arrival.message(home, held), Source::Live, self.now()).await?)
    }

    /// Whether or not its place is watched: words in a case's thread, or a reply to our public words.
    async fn note_answer(&self, arrival: &Arrival) {
        let guild = message::GuildId(arrival.guild.get());
        let noted = match arrival.answers {
            _ if self.guilds.is_private_thread(arrival.guild, arrival.channel) => {
                let (thread, by) =
                    (message::ChannelId(arrival.channel.get()), message::UserId(arrival.author.get()));
                let transcribed = self.responder.transcribe(&arrival.written(), self.now()).await;
                transcribed.and(self.responder.wrote(guild, thread, by, arrival.sent()).await)
            }
            Some(post) if arrival.answered == Some(self.guilds.me()) => {
                self.responder.replied(guild, message::MessageId(post)).await
            }
            _ => Ok(()),
        };
        if let Err(error) = noted {
            error!(%error, "an answer could not be recorded");
        }
    }

    async fn deleted(&self, gone: MessagesGone) {
        let Some(guild) = gone.guild_id.map(|guild| message::GuildId(guild.get())) else { return };
        for message in gone.ids.into_iter().chain(gone.id) {
            self.gone.put(message.get());
            let deleted = self.responder.deleted(guild, message::MessageId(message.get())).await;
            if let Err(error) = deleted {
                error!(%error, "that a message was deleted could not be recorded");
            }
        }
    }

    /// A thread that was archived when we connected is first heard of by a message in it.
    async fn discover(&self, arrival: &Arrival) -> Result<Option<ChannelId>, Untaken> {
        let asked = self.rest.send(Request::get(format!("channels/{}", arrival.channel)));
        let value = match tokio::time::timeout(PATIENCE, asked).await.map_err(|_| Untaken::Silence)? {
            Err(error) if error.is_closed() => return Ok(None),
            answer => answer?,
        };
        if let Ok(channel) = serde_json::from_value(value) {
            self.note_channel(channel);
        }
        match self.guilds.watching(arrival.guild, arrival.channel) {
            Watching::Yes { home } => Ok(Some(home)),
            Watching::No | Watching::Unknown => Ok(None),
        }
    }
}

/// Why a message is not taken up now.
#[derive(Debug, thiserror::Error)]
enum Untaken {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("where it stands cannot be found out: {0}")]
    Discord(#[from] RestError),
    #[error("where it stands cannot be found out: Discord does not answer")]
    Silence,
}

/// What a session begins with.
#[derive(Deserialize)]
struct Ready {
    guilds: Vec<ReadyGuild>,
}

/// A guild of which all else is yet to come.
#[derive(Deserialize)]
struct ReadyGuild {
    id: GuildId,
}

/// Whether someone wrote it.
#[derive(Deserialize)]
struct Authored {
    author: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct ChannelGone {
    id: ChannelId,
    guild_id: Option<GuildId>,
}

#[derive(Deserialize)]
struct GuildGone {
    id: GuildId,
    /// Whether it is only out of reach.
    #[serde(default)]
    unavailable: bool,
}

/// One deleted message, or several.
#[derive(Deserialize)]
struct MessagesGone {
    id: Option<MessageId>,
    #[serde(default)]
    ids: Vec<MessageId>,
    guild_id: Option<GuildId>,
}

#[derive(Deserialize)]
struct RoleChange {
    guild_id: GuildId,
    role: wire::Role,
}

#[derive(Deserialize)]
struct RoleGone {
    guild_id: GuildId,
    role_id: RoleId,
}

#[derive(Deserialize)]
struct MemberChange {
    guild_id: GuildId,
    user: wire::User,
    roles: Vec<RoleId>,
}

#[derive(Deserialize)]
struct MemberGone {
    guild_id: GuildId,
    user: wire::User,
}

#[derive(Deserialize)]
struct ThreadSync {
    guild_id: GuildId,
    threads: Vec<wire::Channel>,
}
