//! The life of a case, as people and Discord bring it about.

use std::sync::Arc;

use jiff::Timestamp;

use super::{Executor, Responder, lock};
use crate::case::Event;
use crate::case::action::Speech;
use crate::case::clock::Promise;
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
        self.carry_out_next(happened.as_ref().and_then(|happened| happened.pending.clone()));
        Ok(happened)
    }

    /// Someone other than us deleted `message`: words about it have nothing to stand on any more.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn deleted(&self, guild: GuildId, message: MessageId) -> Result<(), StoreError> {
        self.happen(guild, Whose::Message(message), Event::Deleted(message)).await.map(drop)
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

    /// A channel or thread is gone: whatever open cases had there is, too.
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
        for case in self.inner.store.cases(guild, &Sought::open()).await? {
            self.happen(guild, Whose::Number(case.number), Event::ChannelGone(channel, at)).await?;
        }
        Ok(())
    }
}
