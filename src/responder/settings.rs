//! What moderators set in chat: brought into force at once, recorded, and remembered over restarts.

use std::sync::Arc;

use jiff::Timestamp;
use tracing::{error, info};

use super::{Executor, Responder, lock};
use crate::config::{GuildConfig, GuildConfigs, GuildSettings, Part, Unfit};
use crate::message::{GuildId, UserId};
use crate::policy::Mode;
use crate::store::{NewChange, Store, StoreError, Stored};

/// Who changes what, and why it may not be.
pub struct Edit<'a> {
    /// The server.
    pub guild: GuildId,
    /// The moderator.
    pub by: UserId,
    /// When.
    pub at: Timestamp,
    /// The change that it takes back.
    pub undoes: Option<u32>,
    /// Makes the new settings from what is in force; says why it will not.
    pub make: &'a (dyn Fn(&GuildConfig) -> Result<GuildSettings, String> + Send + Sync),
}

/// What became of a change.
#[derive(Debug)]
pub enum Changed {
    /// It is in force.
    Saved {
        /// Its number in the server.
        number: u32,
        /// What it did.
        parts: Vec<Part>,
    },
    /// Everything was so already.
    Nothing,
    /// It was not to be made after all, for this reason.
    Refused(String),
    /// It cannot come into force.
    Unfit(Unfit),
}

/// What may not fit the file or this version any more, in the order in which it is left out. How far the bot goes, and
/// where, always holds: a server that only observes must never find the bot acting.
#[derive(Clone, Copy, Debug)]
enum Unfitting {
    Wording,
    Language,
    Rules,
}

impl Unfitting {
    fn leave_out(self, settings: &mut GuildSettings) {
        match self {
            Self::Wording => settings.wording.clear(),
            Self::Language => settings.language = None,
            Self::Rules => settings.rules.clear(),
        }
    }
}

/// How often a change is made anew when another process was quicker.
const ATTEMPTS: usize = 5;

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// What is in force in each server.
    pub fn configs(&self) -> &GuildConfigs {
        &self.inner.configs
    }

    /// What is in force in `guild`.
    pub fn in_force(&self, guild: GuildId) -> Arc<GuildConfig> {
        self.inner.configs.of(guild)
    }

    /// How far the bot goes in `guild`.
    pub fn mode(&self, guild: GuildId) -> Mode {
        self.in_force(guild).server.mode.unwrap_or(self.configs().config().mode)
    }

    /// Brings into force what was set before this start. What cannot be read, or does not fit the file any more, is
    /// left out and logged; the file's settings hold there.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn load_settings(&self) -> Result<(), StoreError> {
        for stored in self.inner.store.settings().await? {
            match stored {
                Ok(stored) => self.bring_into_force(stored),
                Err(error) => error!(%error, "a server's settings cannot be read; the file's hold there"),
            }
        }
        let locales = self.inner.store.languages().await?;
        lock(&self.inner.locales).extend(locales);
        Ok(())
    }

    /// Brings into force what another process has set in `guild`, if it is newer.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn reload(&self, guild: GuildId) -> Result<(), StoreError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        let before = self.in_force(guild);
        let Some(stored) = self.inner.store.settings_of(guild).await? else { return Ok(()) };
        if stored.revision <= before.revision {
            return Ok(());
        }
        self.bring_into_force(stored);
        if self.in_force(guild).core.promise != before.core.promise {
            self.inner.store.set_clocks(guild, &self.terms(guild)).await?;
        }
        info!(%guild, "settings changed by another process");
        Ok(())
    }

    fn bring_into_force(&self, stored: Stored) {
        let Stored { guild, revision, mut settings } = stored;
        for part in [Unfitting::Wording, Unfitting::Language, Unfitting::Rules] {
            match self.inner.configs.build(guild, revision, settings.clone()) {
                Ok(config) => return self.inner.configs.put(guild, config),
                Err(error) => {
                    error!(%guild, %error, ?part, "a server's settings do not fit any more; this part is left out");
                }
            }
            part.leave_out(&mut settings);
        }
        if let Ok(config) = self.inner.configs.build(guild, revision, settings) {
            self.inner.configs.put(guild, config);
        }
    }

    /// Makes a change: checked, recorded with who and when, and in force when this returns.
    ///
    /// # Errors
    ///
    /// The store failed; nothing was changed.
    pub async fn change(&self, edit: Edit<'_>) -> Result<Changed, StoreError> {
        let _one_at_a_time = self.inner.changing.lock().await;
        for _ in 0..ATTEMPTS {
            if let Some(changed) = self.try_change(&edit).await? {
                return Ok(changed);
            }
            if let Some(stored) = self.inner.store.settings_of(edit.guild).await? {
                self.bring_into_force(stored);
            }
        }
        Ok(Changed::Refused("the settings are being changed all the time; try again in a moment".to_owned()))
    }

    /// None when the settings turned out to be newer than those in force here.
    async fn try_change(&self, edit: &Edit<'_>) -> Result<Option<Changed>, StoreError> {
        let before = self.in_force(edit.guild);
        let settings = match (edit.make)(&before) {
            Ok(settings) => settings,
            Err(why) => return Ok(Some(Changed::Refused(why))),
        };
        let parts = before.settings.difference(&settings);
        if parts.is_empty() {
            return Ok(Some(Changed::Nothing));
        }
        let after = match self.inner.configs.build(edit.guild, before.revision + 1, settings.clone()) {
            Ok(after) => after,
            Err(unfit) => return Ok(Some(Changed::Unfit(unfit))),
        };
        let (guild, from) = (edit.guild, before.revision);
        let change = NewChange {
            guild,
            from,
            settings,
            parts: parts.clone(),
            by: edit.by,
            at: edit.at,
            undoes: edit.undoes,
        };
        let Some(number) = self.inner.store.change(change).await? else { return Ok(None) };
        let promises = after.core.promise != before.core.promise;
        self.inner.configs.put(guild, after);
        if promises {
            self.inner.store.set_clocks(guild, &self.terms(guild)).await?;
        }
        info!(%guild, by = %edit.by, change = number, "settings changed");
        Ok(Some(Changed::Saved { number, parts }))
    }

    /// Notes the language that a member's Discord is in, for words that are for them alone; whether that is news, to be
    /// kept by [`Self::keep_locale`].
    pub fn heard_locale(&self, member: UserId, locale: &str) -> bool {
        let known = lock(&self.inner.locales).insert(member, locale.to_owned());
        known.as_deref() != Some(locale)
    }

    /// Keeps the language that a member's Discord is in over restarts.
    pub async fn keep_locale(&self, member: UserId, locale: &str) {
        if let Err(error) = self.inner.store.set_language(member, locale, self.inner.executor.now()).await {
            error!(%error, "a member's language could not be remembered");
        }
    }

    pub(super) fn locale_of(&self, member: UserId) -> Option<String> {
        lock(&self.inner.locales).get(&member).cloned()
    }
}
