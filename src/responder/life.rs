//! The life of a case, as people and Discord bring it about.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Executor, Responder, lock};
use crate::case::action::Speech;
use crate::case::clock::Promise;
use crate::case::{Case, Ending, Event, Reason};
use crate::config::GuildConfig;
use crate::message::{ChannelId, GuildId, MessageId, UserId};
use crate::store::{Happened, Sought, Store, StoreError, Terms, Whose};

/// What a server goes by, as it is in force now.
pub(super) struct InForce<'a, S, E> {
    responder: &'a Responder<S, E>,
    here: Arc<GuildConfig>,
}

impl<S: Store + 'static, E: Executor> Terms for InForce<'_, S, E> {
    /// Chosen when committed, so that a repeated action says the same words again, whatever the hour is then. What is for the member alone is in
    /// their language, where we know it and have it.
    fn choose(&self, speech: &mut Speech) {
        let wording = &self.here.core.wording;
        let theirs = speech.facts.member.filter(|_| speech.utterance.is_for_member());
        let locale = theirs.and_then(|member| self.responder.locale_of(member));
        let language = locale.and_then(|locale| wording.language_for(&locale).map(str::to_owned));
        let language = language.unwrap_or_else(|| wording.language().to_owned());
        let mut last = lock(&self.responder.inner.last_variant);
        let before = last.get(&speech.utterance).copied();
        speech.variant = wording.choose(Some(&language), speech.utterance, before, fastrand::u64(..));
        speech.language = Some(language);
        speech.facts.back = self.back();
        last.insert(speech.utterance, speech.variant);
    }

    fn promise(&self) -> &Promise {
        &self.here.core.promise
    }

    fn now(&self) -> Timestamp {
        self.responder.inner.executor.now()
    }
}

impl<S: Store + 'static, E: Executor> InForce<'_, S, E> {
    /// When moderators are there again; none within their hours.
    fn back(&self) -> Option<Timestamp> {
        let opens = self.promise().hours.as_ref()?.opens(self.responder.inner.executor.now())?;
        Some(opens).filter(|opens| *opens < Timestamp::MAX)
    }
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    pub(super) fn terms(&self, guild: GuildId) -> InForce<'_, S, E> {
        InForce { responder: self, here: self.in_force(guild) }
    }

    /// Something happens to a case, and what follows is begun. None where there is no such case.
    ///
    /// # Errors
    ///
    /// The store failed; nothing happened.
    pub async fn happen(
        &self,
        guild: GuildId,
        whose: Whose,
        event: Event,
    ) -> Result<Option<Happened>, StoreError> {
        let happened = self.inner.store.happen(guild, whose, event, &self.terms(guild)).await?;
        if let Some(waited) = happened.as_ref().and_then(Happened::first_answered_after) {
            self.inner.telemetry.answered(waited);
        }
        self.carry_out_next(happened.as_ref().and_then(|happened| happened.pending.clone()));
        Ok(happened)
    }

    /// The case as soon as `done` says that it is as it should be, or as it stands when `patience` is over. None where there
    /// is no such case.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn until(
        &self,
        guild: GuildId,
        number: u32,
        patience: Duration,
        done: impl Fn(&Case) -> bool + Send,
    ) -> Result<Option<Case>, StoreError> {
        let store = &self.inner.store;
        let waiting = async {
            loop {
                // Before the look, so that nothing that happens meanwhile is missed.
                let settled = self.inner.settled.notified();
                let case = store.case(guild, Whose::Number(number)).await?;
                if case.as_ref().is_none_or(&done) {
                    return Ok(case);
                }
                settled.await;
            }
        };
        tokio::select! {
            case = waiting => return case,
            () = tokio::time::sleep(patience) => {}
            () = self.inner.stopping.cancelled() => {}
        }
        store.case(guild, Whose::Number(number)).await
    }

    /// Someone deleted `message`, which a case may be about or moderators may have been told by.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn deleted(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        self.untranscribe(guild, message).await?;
        for whose in [Whose::Message(message), Whose::Alert(message)] {
            self.happen(guild, whose, Event::Deleted(message)).await?;
        }
        Ok(())
    }

    /// `by` wrote in a private thread, which may be a case's.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn wrote(
        &self,
        guild: GuildId,
        thread: ChannelId,
        by: UserId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.happen(guild, Whose::Thread(thread), Event::Wrote(by, at)).await.map(drop)
    }

    /// A person answered a post of ours, which may be a case's public words.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn replied(&self, guild: GuildId, post: MessageId) -> Result<(), StoreError> {
        self.happen(guild, Whose::Post(post), Event::Answered).await.map(drop)
    }

    /// A channel or thread is gone: whatever cases had there is, too.
    ///
    /// # Errors
    ///
    /// The store failed; some cases may not know yet.
    pub async fn channel_gone(
        &self,
        guild: GuildId,
        channel: ChannelId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.untranscribe_thread(guild, channel).await?;
        let gone = Event::ChannelGone(channel, at);
        // What is over may go on, and then elsewhere.
        self.happen(guild, Whose::Thread(channel), gone.clone()).await?;
        let open = self.inner.store.cases(guild, &Sought::open()).await?;
        let concerned = open.into_iter().filter(|case| case.clone().apply(gone.clone()).0 != *case);
        for case in concerned {
            self.happen(guild, Whose::Number(case.number), gone.clone()).await?;
        }
        Ok(())
    }

    /// `member` left the server, and their open cases with them.
    ///
    /// # Errors
    ///
    /// The store failed; some cases may not know yet.
    pub async fn member_left(&self, guild: GuildId, member: UserId, at: Timestamp) -> Result<(), StoreError> {
        let theirs = Sought { member: Some(member), ..Sought::open() };
        for case in self.inner.store.cases(guild, &theirs).await? {
            let left = Event::Ended(Ending::expired(Reason::MemberLeft, at));
            self.happen(guild, Whose::Number(case.number), left).await?;
        }
        Ok(())
    }
}
