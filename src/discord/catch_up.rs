//! Reads back what was said while we were away, oldest first, and judges it like anything else.
//!
//! Channels and active threads come first, in all guilds; threads that were archived meanwhile have to be asked for and come
//! after them. What is read: watched channels, voice and stage chats, public threads and forum posts, those that were opened or archived
//! meanwhile among them, as far back as `max_age` and `max_messages` of each say. Live work goes first. What is not read,
//! moderators and the operator are told of. Nothing counts as read before it is, so that whatever ends us in between, the next
//! start goes on from there; reading twice does nothing twice, since a message is noticed once.

mod archived;
mod unread;

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tracing::{error, info, warn};

use self::unread::Unread;
use super::convert::Arrival;
use super::executor::Discord;
use super::gap::{Gap, MARGIN, Missed, Place};
use super::gone::Gone;
use super::guilds::{Guilds, Watched, Watching};
use super::history::{self, PAGE};
use super::id::{ChannelId, GuildId};
use super::notice::Voice;
use super::rest::{Rest, RestError};
use super::{ear::Ear, wire};
use crate::case::Case;
use crate::case::action::Priority;
use crate::message::{self, MessageId};
use crate::responder::{Executor as _, Responder, Source};
use crate::store::{Sought, Store, StoreError};

/// The most guilds that are read at once: what is read waits in memory until it is judged.
const AT_ONCE: usize = 4;

/// Before what could not be read is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// Before messages that found no room are read back: more of them may follow.
const QUIET: Duration = Duration::from_millis(500);

/// What is noted in the store of a guild that did not come in time: since when it is to be read back.
pub(super) const SINCE: &str = "unread_since";

/// How much is read back.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Nothing that is older.
    pub(super) max_age: SignedDuration,
    /// At most this many messages a channel.
    pub(super) max_messages: usize,
}

/// Reads history after an absence. Cheap to clone.
pub(super) struct CatchUp<S> {
    pub(super) guilds: Arc<Guilds>,
    pub(super) rest: Arc<Rest>,
    pub(super) responder: Responder<S, Discord>,
    pub(super) gap: Arc<Gap>,
    pub(super) voice: Arc<Voice<S>>,
    pub(super) gone: Arc<Gone>,
    pub(super) bounds: Bounds,
    pub(super) turns: Arc<Semaphore>,
}

impl<S> Clone for CatchUp<S> {
    fn clone(&self) -> Self {
        Self {
            guilds: Arc::clone(&self.guilds),
            rest: Arc::clone(&self.rest),
            responder: self.responder.clone(),
            gap: Arc::clone(&self.gap),
            voice: Arc::clone(&self.voice),
            gone: Arc::clone(&self.gone),
            bounds: self.bounds,
            turns: Arc::clone(&self.turns),
        }
    }
}

/// Why something is not read back yet.
#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error(transparent)]
    Discord(#[from] RestError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is to be read back in a guild.
struct Absence {
    since: Timestamp,
    /// When it was there to be read: what is too old is too old then, however long others are read before it.
    found: Timestamp,
    /// Threads that were active before and are not any more; none where we do not know which were.
    put_away: Option<Vec<ChannelId>>,
}

/// In which order a guild is read.
#[derive(Clone, Copy)]
enum Part {
    /// Channels and threads that we know of.
    Known,
    /// Threads that were archived meanwhile.
    Archived,
}

/// From when on a guild is read.
#[derive(Clone, Copy)]
struct Stretch {
    /// What was said before was heard.
    since: Timestamp,
    /// What was said before is too old.
    from: Timestamp,
}

impl Stretch {
    /// The first message that is read.
    fn first(self) -> MessageId {
        MessageId::at(self.from)
    }
}

/// What was said in a channel, and until when it is not read, if so.
type Read = (Vec<Arrival>, Option<Timestamp>);

/// How many guilds may be read at once.
pub(super) fn turns() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(AT_ONCE))
}

impl<S: Store + 'static> CatchUp<S> {
    /// Starts reading what was missed in `guild`, if anything was, and goes on until it is read. Some threads were active
    /// before and are now `put_away`.
    pub(super) fn start(&self, guild: GuildId, put_away: Option<Vec<ChannelId>>) {
        let Some(since) = self.gap.begin(guild) else { return };
        let absence = Absence { since, found: self.now(), put_away };
        let reader = self.clone();
        self.voice.spawn(async move {
            tokio::select! {
                () = reader.see_through(guild, absence) => {}
                () = reader.voice.stopping.cancelled() => {}
            }
        });
    }

    /// Turns come in the order they are asked for, so that the second part waits for the first one of all other guilds.
    async fn see_through(&self, guild: GuildId, absence: Absence) {
        let mut noted = false;
        for part in [Part::Known, Part::Archived] {
            loop {
                let Ok(turn) = self.turns.acquire().await else { return };
                match self.read_guild(guild, &absence, part).await {
                    Ok(known) => {
                        noted |= known;
                        break;
                    }
                    Err(error) => {
                        warn!(%guild, %error, "what was said meanwhile cannot be read yet; trying again");
                    }
                }
                drop(turn);
                tokio::time::sleep(AGAIN).await;
            }
        }
        self.end(guild, noted).await;
    }

    /// What the store knows of is forgotten where no newer gap relies on it; as long as it is not, it is read once more.
    async fn end(&self, guild: GuildId, noted: bool) {
        if self.gap.end(guild) && noted {
            let forgotten = self.responder.store().note(message::GuildId(guild.get()), SINCE, "").await;
            if let Err(error) = forgotten {
                warn!(%guild, %error, "cannot record that what was said meanwhile is read");
            }
        }
    }

    /// Whether the store knew of it.
    async fn read_guild(&self, guild: GuildId, absence: &Absence, part: Part) -> Result<bool, Untold> {
        let noted = noted_since(self.responder.store(), guild).await?;
        let since = noted.map_or(absence.since, |noted| noted.min(absence.since));
        let stretch = self.stretch(since, absence.found);
        match part {
            _ if self.bounds.max_messages == 0 => {}
            Part::Known => {
                self.read_known(guild, absence, stretch).await?;
                self.hear_answers(guild, stretch).await?;
            }
            Part::Archived => self.read_archived(guild, absence, stretch).await?,
        }
        Ok(noted.is_some())
    }

    async fn read_known(&self, guild: GuildId, absence: &Absence, stretch: Stretch) -> Result<(), Untold> {
        let since = MessageId::at(stretch.since).0.min(stretch.first().0);
        let put_away = absence.put_away.as_deref().unwrap_or_default();
        let has_news = |watched: &Watched| watched.last_message.is_some_and(|last| last.get() > since);
        self.read_places(guild, stretch, |watched| has_news(watched) || put_away.contains(&watched.channel))
            .await
    }

    /// Where we were there all the time but for less than any thread takes to be archived by itself, we know of those that
    /// were put away by hand, but for such as were opened meanwhile: they are looked for only where something happened.
    async fn read_archived(&self, guild: GuildId, absence: &Absence, stretch: Stretch) -> Result<(), Untold> {
        let all =
            absence.put_away.is_none() || absence.found.duration_since(stretch.since) >= archived::SOONEST;
        let found = self.find_archived(guild, stretch.since, all).await?;
        if found.is_empty() {
            return Ok(());
        }
        self.read_places(guild, stretch, |watched| found.contains(&watched.channel)).await
    }

    /// What is older than the bounds allow at `found` is not read.
    fn stretch(&self, since: Timestamp, found: Timestamp) -> Stretch {
        let oldest = found.checked_sub(self.bounds.max_age).unwrap_or(Timestamp::MIN);
        Stretch { since, from: since.checked_sub(MARGIN).unwrap_or(since).max(oldest) }
    }

    fn now(&self) -> Timestamp {
        self.responder.executor().now()
    }

    /// All of them are read before anything is judged, so that what was said first is judged first.
    async fn read_places(
        &self,
        guild: GuildId,
        stretch: Stretch,
        is_sought: impl Fn(&Watched) -> bool,
    ) -> Result<(), Untold> {
        let (mut said, mut unread) = (Vec::new(), Unread::new(stretch.since));
        let mut closed = 0_usize;
        for watched in self.guilds.watched(guild).into_iter().filter(is_sought) {
            if !watched.readable {
                closed += 1;
                continue;
            }
            let (read, until) = self.read_channel(guild, watched.channel, stretch).await?;
            said.extend(read);
            if let Some(until) = until {
                unread.put(watched.home, until);
            }
        }
        if closed > 0 {
            info!(%guild, channels = closed, "what was said meanwhile in channels whose history I may not read is not read");
        }
        info!(%guild, messages = said.len(), "read back what was said meanwhile");
        self.judge_all(said, &mut unread).await?;
        self.tell(guild, &unread).await
    }

    /// A message that no later try would take up is told as not read, and holds up none of the others.
    async fn judge_all(&self, mut said: Vec<Arrival>, unread: &mut Unread) -> Result<(), StoreError> {
        said.sort_by_key(Arrival::id);
        for arrival in said {
            let (guild, channel, sent) = (arrival.guild, arrival.channel, arrival.sent());
            match self.judge(arrival).await {
                Err(error) if is_hopeless(&error) => {
                    error!(%guild, %channel, %error, "a message that was said meanwhile cannot be handled");
                    unread.put(channel, sent);
                }
                judged => judged?,
            }
        }
        Ok(())
    }

    async fn judge(&self, arrival: Arrival) -> Result<(), StoreError> {
        let Watching::Yes { home } = self.guilds.watching(arrival.guild, arrival.channel) else {
            return Ok(());
        };
        if self.gone.holds(arrival.id()) {
            return Ok(());
        }
        let held = self.guilds.permissions(arrival.guild, arrival.channel, arrival.author, &arrival.roles);
        self.responder.handle(arrival.message(home, held), Source::History, self.now()).await
    }

    /// Where we may not read, there is nothing to read. Any other refusal leaves it unread.
    async fn read_channel(
        &self,
        guild: GuildId,
        channel: ChannelId,
        stretch: Stretch,
    ) -> Result<Read, RestError> {
        match self.latest(guild, channel, stretch).await {
            Err(error) if error.is_closed() => {
                warn!(%guild, %channel, %error, "what was said meanwhile cannot be read");
                Ok(Read::default())
            }
            read => read,
        }
    }

    /// What people said. Where that is too much it is the latest: an answer to what everyone has moved on from helps least.
    async fn latest(&self, guild: GuildId, channel: ChannelId, stretch: Stretch) -> Result<Read, RestError> {
        let (first, since) = (stretch.first().0, MessageId::at(stretch.since).0);
        let (mut said, mut left, mut before) = (Vec::new(), self.bounds.max_messages, None);
        loop {
            // Where enough is read, one more tells whether anything is left.
            let limit = left.clamp(1, PAGE);
            let (page, complete) =
                history::page(&self.rest, channel, before, limit, Priority::Background).await?;
            let is_read = |one: &&wire::Message| left > 0 && one.id.get() >= first;
            let arrivals = page.iter().filter(is_read).filter_map(|one| Arrival::of_wire(one, Some(guild)));
            said.extend(arrivals.filter(|one| one.is_by_member() && one.author != self.guilds.me()));
            if let Some(unread) = page.iter().find(|one| !is_read(one)) {
                let cut = before.filter(|_| left == 0).map(|before| MessageId(before).sent());
                let missed = unread.id.get() >= since;
                return Ok((said, missed.then(|| cut.unwrap_or(stretch.from))));
            }
            left -= page.len().min(left);
            before = page.iter().map(|message| message.id.get()).min();
            if complete || before.is_none() {
                return Ok((said, None));
            }
        }
    }

    /// Whether somebody answered meanwhile those who wait in a thread: then moderators need no reminder.
    async fn hear_answers(&self, guild: GuildId, stretch: Stretch) -> Result<(), Untold> {
        let here = message::GuildId(guild.get());
        let cases = match self.responder.store().cases(here, &Sought::open()).await {
            Err(error) if is_hopeless(&error) => {
                error!(%guild, %error, "whether somebody was answered meanwhile cannot be told");
                return Ok(());
            }
            cases => cases?,
        };
        let waiting = cases.iter().filter(|case| case.waiting().is_some());
        for thread in waiting.filter_map(Case::thread).map(|thread| ChannelId::new(thread.channel.0)) {
            if !self.guilds.may_have_said(guild, thread, stretch.first()) {
                continue;
            }
            let (mut said, _) = self.read_channel(guild, thread, stretch).await?;
            said.sort_by_key(Arrival::id);
            for arrival in said.into_iter().filter(Arrival::is_by_person) {
                self.hear_answer(here, &arrival).await?;
            }
        }
        Ok(())
    }

    async fn hear_answer(&self, guild: message::GuildId, arrival: &Arrival) -> Result<(), StoreError> {
        let (thread, by) = (message::ChannelId(arrival.channel.get()), message::UserId(arrival.author.get()));
        let transcribed = self.responder.transcribe(&arrival.written(), self.now()).await;
        match transcribed.and(self.responder.wrote(guild, thread, by, arrival.sent()).await) {
            Err(error) if is_hopeless(&error) => {
                error!(%guild, channel = %thread, %error, "an answer that was given meanwhile cannot be recorded");
                Ok(())
            }
            heard => heard,
        }
    }

    /// Reads messages that were missed by themselves, once `ear` has room again, as long as we run.
    pub(super) async fn read_missed(&self, ear: &Ear) {
        loop {
            self.gap.something_missed().await;
            ear.relieved().await;
            tokio::time::sleep(QUIET).await;
            let mut failed = false;
            for (place, missed) in self.gap.take_missed() {
                let read = self.read_place(place, missed).await;
                if let Err(error) = &read {
                    failed = true;
                    warn!(guild = %place.guild, channel = %place.channel, %error,
                        "what was missed cannot be read yet; trying again");
                }
                self.gap.found(place, read.is_ok());
            }
            if failed {
                tokio::time::sleep(AGAIN).await;
            }
        }
    }

    /// A thread that was archived when we connected is heard of by asking, if nobody could when something was said in it.
    async fn discover(&self, Place { guild, channel }: Place) -> Result<(), RestError> {
        if self.guilds.watching(guild, channel) != Watching::Unknown {
            return Ok(());
        }
        match history::read_patiently(&self.rest, &format!("channels/{channel}"), Priority::Background).await
        {
            Err(error) if error.is_closed() => {
                warn!(%guild, %channel, %error, "where something was missed cannot be found out");
            }
            answer => {
                if let Ok(found) = serde_json::from_value(answer?) {
                    self.guilds.set_channel(guild, found);
                }
            }
        }
        Ok(())
    }

    async fn read_place(&self, place: Place, missed: Missed) -> Result<(), Untold> {
        let Place { guild, channel } = place;
        if self.bounds.max_messages == 0 {
            return Ok(());
        }
        let since = MessageId(missed.message.get()).sent();
        let from = self.stretch(since, missed.at).from.max(since);
        let mut unread = Unread::new(since);
        self.discover(place).await?;
        let (said, until) = self.read_channel(guild, channel, Stretch { since, from }).await?;
        if let Some(until) = until {
            unread.put(channel, until);
        }
        info!(%guild, %channel, messages = said.len(), "read back what I could not take up");
        self.judge_all(said, &mut unread).await?;
        self.tell(guild, &unread).await
    }
}

/// Since when `guild` was waited for in vain, maybe by an earlier process.
pub(super) async fn noted_since(store: &impl Store, guild: GuildId) -> Result<Option<Timestamp>, StoreError> {
    let noted = store.noted(message::GuildId(guild.get()), SINCE).await?;
    Ok(noted.and_then(|noted| noted.parse().ok()).and_then(|at| Timestamp::from_second(at).ok()))
}

/// Whether no later try would help, although the store works: a row cannot be read, for one.
pub(super) const fn is_hopeless(error: &StoreError) -> bool {
    !error.is_passing() && !error.is_lasting()
}
