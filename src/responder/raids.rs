//! Raids, carried out: one alert and one public line for all, brought up to date as the raid grows and when it ends.

use jiff::Timestamp;
use tracing::{info, warn};

use super::notices::matter;
use super::{Executor, Responder, lock};
use crate::case::{Case, Event};
use crate::detect::Category;
use crate::message::{GuildId, Message};
use crate::policy::Decision;
use crate::policy::raid::{Ended, Extent, Part};
use crate::store::{Store, StoreError, Whose};

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// Places `decision` in a raid, if there is one, and says whether it is still to be carried out by itself.
    pub(super) async fn weigh(
        &self,
        message: &Message,
        decision: &mut Decision,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let part = lock(&self.inner.raids).weigh(decision, message);
        match part {
            Part::None => Ok(true),
            Part::Begins(extent) => {
                self.open_raid(message, decision, extent, now).await?;
                Ok(true)
            }
            Part::Within(grown) => {
                self.grow(message.guild, decision.category, grown).await?;
                Ok(true)
            }
            Part::Counted(grown) => {
                self.count(message, decision).await?;
                self.grow(message.guild, decision.category, grown).await?;
                Ok(false)
            }
        }
    }

    async fn open_raid(
        &self,
        message: &Message,
        decision: &Decision,
        extent: Extent,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let surroundings = self.inner.executor.surroundings(message);
        let matter = matter(message, decision);
        let case = Case::raid(message.guild, message.author.id, matter, surroundings, extent, now);
        let guild = message.guild;
        let (number, pending) = self.inner.store.open(case, &self.terms(guild)).await?;
        info!(guild = %message.guild, case = number, "many at once; one line stands for all");
        lock(&self.inner.raid_cases).insert((message.guild, decision.category), number);
        self.carry_out_next(pending);
        let (responder, guild, category) = (self.clone(), message.guild, decision.category);
        self.inner.tasks.spawn(async move { responder.see_raid_out(guild, category).await });
        Ok(())
    }

    async fn count(&self, message: &Message, decision: &Decision) -> Result<(), StoreError> {
        match self.raid_case(message.guild, decision.category) {
            Some(number) => self.inner.store.count(message.guild, message.id, number).await,
            None => Ok(()),
        }
    }

    async fn grow(
        &self,
        guild: GuildId,
        category: Category,
        grown: Option<Extent>,
    ) -> Result<(), StoreError> {
        if let (Some(extent), Some(number)) = (grown, self.raid_case(guild, category)) {
            self.happen(guild, Whose::Number(number), Event::Grown(extent)).await?;
        }
        Ok(())
    }

    fn raid_case(&self, guild: GuildId, category: Category) -> Option<u32> {
        lock(&self.inner.raid_cases).get(&(guild, category)).copied()
    }

    /// Waits until the raid is over, and says how far it went.
    async fn see_raid_out(&self, guild: GuildId, category: Category) {
        let extent = loop {
            tokio::select! {
                () = tokio::time::sleep(self.inner.configs.elsewhere().core.raid.within) => {}
                () = self.inner.stopping.cancelled() => return,
            }
            let now = self.inner.executor.now();
            if let Ended::Yes(extent) = lock(&self.inner.raids).end(guild, category, now) {
                break extent;
            }
        };
        if let Err(error) = self.grow(guild, category, extent).await {
            warn!(%guild, %error, "how far a raid went could not be recorded");
        }
        lock(&self.inner.raid_cases).remove(&(guild, category));
    }
}
