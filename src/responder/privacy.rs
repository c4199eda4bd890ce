//! Forgetting, and the transcripts of private threads.

use std::time::Duration;

use jiff::Timestamp;
use tracing::info;

use super::{Executor, Responder, lock};
use crate::case::Event;
use crate::detect::mask;
use crate::message::{ChannelId, GuildId, MessageId, UserId};
use crate::store::{Erasure, Horizon, Left, Line, Store, StoreError, Whose};

/// How many rows of a kind are forgotten at once: some milliseconds of work.
const BATCH: u32 = 100;

/// Between two of those, so that messages get their turn.
const PAUSE: Duration = Duration::from_millis(20);

/// What was written in a private thread, as it stands now.
pub struct Written<'a> {
    /// The server.
    pub guild: GuildId,
    /// The thread.
    pub thread: ChannelId,
    /// The message.
    pub message: MessageId,
    /// Who wrote it.
    pub author: UserId,
    /// The words.
    pub content: &'a str,
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// Forgets what is stored about someone in a server. Open cases end, each with a word to its member, and are gone
    /// once that is said; of those and whatever else is left until then, a wish is kept.
    ///
    /// # Errors
    ///
    /// The store failed; what is not forgotten is, if the wish was recorded, forgotten later.
    pub async fn forget(&self, wish: &Erasure) -> Result<Left, StoreError> {
        let left = self.inner.store.forget(wish).await?;
        info!(guild = %wish.guild, cases = left.cases.len(), "somebody is forgotten");
        let events = left.cases.iter().map(|number| (*number, Event::Forgotten(self.inner.executor.now())));
        let terms = self.terms(wish.guild);
        let pending = self.inner.store.happen_together(wish.guild, events.collect(), None, &terms).await?;
        for pending in pending {
            self.carry_out_next(Some(pending));
        }
        self.relearn(wish.member).await?;
        Ok(left)
    }

    /// Carries on with the wishes of which something is left.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn forget_what_is_left(&self) -> Result<(), StoreError> {
        for wish in self.inner.store.erasures().await? {
            self.forget(&wish).await?;
        }
        Ok(())
    }

    /// Forgets what has been kept for its time, a little at once; how many cases.
    ///
    /// # Errors
    ///
    /// The store failed; the rest is forgotten next time.
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let horizon = Horizon::of(self.configs().config(), self.inner.executor.now());
        let mut cases = 0;
        loop {
            let swept = self.inner.store.sweep(&horizon, BATCH).await?;
            cases += swept.cases;
            if !swept.more {
                return Ok(cases);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Keeps what was written in the thread of a case, masked, where that is configured and its member was told so.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn transcribe(&self, written: &Written<'_>, now: Timestamp) -> Result<(), StoreError> {
        if !self.configs().config().privacy.transcripts {
            return Ok(());
        }
        let Written { guild, thread, message, author, content } = *written;
        let case = self.inner.store.case(guild, Whose::Thread(thread)).await?;
        let told = case.filter(|case| case.surroundings.transcript_days.is_some() && !case.forgotten);
        let Some(case) = told else { return Ok(()) };
        let scan = self.in_force(guild).core.scanner.scan(content);
        let words = mask(content, &scan.findings);
        let at = message.sent();
        let line = Line { number: case.number, message, author, at, edited: None, words };
        self.inner.store.transcribe(guild, &line, now).await
    }

    /// A message was deleted, which may be one of a transcript.
    pub(super) async fn untranscribe(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        self.inner.store.forget_line(guild, message).await
    }

    /// A thread is gone, and everything that was written in it.
    pub(super) async fn untranscribe_thread(
        &self,
        guild: GuildId,
        thread: ChannelId,
    ) -> Result<(), StoreError> {
        match self.inner.store.case(guild, Whose::Thread(thread)).await? {
            Some(case) => self.inner.store.forget_transcript(guild, case.number).await,
            None => Ok(()),
        }
    }

    /// What is remembered of languages follows what is stored.
    async fn relearn(&self, member: UserId) -> Result<(), StoreError> {
        if !self.inner.store.languages().await?.iter().any(|(known, _)| *known == member) {
            lock(&self.inner.locales).remove(&member);
        }
        Ok(())
    }
}
