//! Reads back what was said while we were away, oldest first, and judges it like anything else.

use std::sync::Arc;

use crate::discord::id::{ChannelId, GuildId};
use jiff::Timestamp;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::convert::Arrival;
use super::executor::Discord;
use super::gap::Gap;
use super::guilds::{Guilds, Watching};
use super::history::{self, PAGE};
use super::rest::Rest;
use super::wire;
use crate::message::{self, MessageId};
use crate::responder::{Executor as _, Responder, Source};
use crate::store::{Sought, Store};

/// Reads history after an absence.
pub(super) struct CatchUp<S> {
    pub(super) guilds: Arc<Guilds>,
    pub(super) rest: Arc<Rest>,
    pub(super) responder: Responder<S, Discord>,
    pub(super) gap: Arc<Gap>,
    /// At most this many messages a channel.
    pub(super) max_messages: usize,
    pub(super) tasks: TaskTracker,
}

impl<S: Store + 'static> CatchUp<S> {
    /// Starts reading what was said in `guild` since `since`.
    pub(super) fn start(&self, guild: GuildId, since: Timestamp) {
        let reader = Self {
            guilds: Arc::clone(&self.guilds),
            rest: Arc::clone(&self.rest),
            responder: self.responder.clone(),
            gap: Arc::clone(&self.gap),
            max_messages: self.max_messages,
            tasks: self.tasks.clone(),
        };
        self.tasks.spawn(async move { reader.read_guild(guild, since).await });
    }

    async fn read_guild(&self, guild: GuildId, since: Timestamp) {
        let first = MessageId::at(since);
        let spoke =
            |watched: &super::guilds::Watched| watched.last_message.is_some_and(|last| last.get() > first.0);
        for watched in self.guilds.watched(guild).into_iter().filter(spoke) {
            self.read_channel(guild, watched.channel, first).await;
        }
        self.hear_answers(guild, first).await;
        self.gap.read_back(guild);
    }

    /// Whether somebody answered meanwhile those who wait in a thread: then moderators need no reminder.
    async fn hear_answers(&self, guild: GuildId, first: MessageId) {
        let here = message::GuildId(guild.get());
        let waiting = match self.responder.store().cases(here, &Sought::open()).await {
            Ok(cases) => cases.into_iter().filter(|case| case.waiting().is_some()),
            Err(error) => return tracing::error!(%guild, %error, "who waits for an answer cannot be read"),
        };
        for thread in waiting.filter_map(|case| case.thread()) {
            let (page, _) = self.read_page(ChannelId::new(thread.channel.0), None, PAGE).await;
            let missed = page.iter().rev().filter(|one| one.id.get() >= first.0);
            for arrival in missed.filter_map(|one| Arrival::of_wire(one, Some(guild))) {
                self.hear_answer(here, &arrival).await;
            }
        }
    }

    async fn hear_answer(&self, guild: message::GuildId, arrival: &Arrival) {
        if arrival.author == self.guilds.me() || !arrival.is_by_person() {
            return;
        }
        let (thread, by) = (message::ChannelId(arrival.channel.get()), message::UserId(arrival.author.get()));
        let now = self.responder.executor().now();
        let transcribed = self.responder.transcribe(&arrival.written(), now).await;
        let wrote = self.responder.wrote(guild, thread, by, arrival.sent()).await;
        if let Err(error) = transcribed.and(wrote) {
            tracing::error!(%error, "an answer read back could not be recorded");
        }
    }

    async fn read_channel(&self, guild: GuildId, channel: ChannelId, first: MessageId) {
        let missed = self.latest(channel, first).await;
        info!(%guild, %channel, count = missed.len(), "read back what was said meanwhile");
        for message in missed {
            self.judge(guild, &message).await;
        }
    }

    /// What was said from `first` on, oldest first. Where that is too much it is the latest: an answer to what
    /// everyone has moved on from helps least.
    async fn latest(&self, channel: ChannelId, first: MessageId) -> Vec<wire::Message> {
        let (mut latest, mut before) = (Vec::new(), None);
        while latest.len() < self.max_messages {
            let limit = PAGE.min(self.max_messages - latest.len());
            let (page, complete) = self.read_page(channel, before, limit).await;
            before = page.iter().map(|message| message.id.get()).min();
            latest.extend(page.into_iter().filter(|message| message.id.get() >= first.0));
            if complete || before.is_none_or(|oldest| oldest < first.0) {
                break;
            }
        }
        latest.sort_by_key(|message: &wire::Message| message.id);
        latest
    }

    /// A page that cannot be read counts as the last one.
    async fn read_page(
        &self,
        channel: ChannelId,
        before: Option<u64>,
        limit: usize,
    ) -> (Vec<wire::Message>, bool) {
        history::page(&self.rest, channel, before, limit).await.unwrap_or_else(|error| {
            warn!(%channel, %error, "what was said meanwhile cannot be read");
            (Vec::new(), true)
        })
    }

    async fn judge(&self, guild: GuildId, message: &wire::Message) {
        let Some(arrival) = Arrival::of_wire(message, Some(guild)) else { return };
        let Watching::Yes { home } = self.guilds.watching(guild, arrival.channel) else { return };
        let held = self.guilds.permissions(guild, arrival.channel, arrival.author, &arrival.roles);
        let message = arrival.message(home, held);
        if let Err(error) =
            self.responder.handle(message, Source::History, self.responder.executor().now()).await
        {
            tracing::error!(%error, "a message read back could not be handled");
        }
    }
}
