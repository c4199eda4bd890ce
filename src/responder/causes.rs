//! Causes, carried out: cases that say the same are told of together, to moderators and to everyone, and settled together.

use std::collections::BTreeSet;

use jiff::Timestamp;
use tracing::{error, info};

use super::{Attempt, Executor, Responder, lock};
use crate::case::cause::{CauseNotice, NoticeEvent, Over};
use crate::case::{End, Ending, Event, Matter, Together};
use crate::detect::{Scan, keywords};
use crate::message::{ChannelId, GuildId, Message, UserId};
use crate::policy::cause::{Bearing, Cause, Told};
use crate::store::{CauseHappened, Sought, Store, StoreError};

/// How a cause ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// The moderator who says that it is over.
    pub by: UserId,
    /// What the member of each open case is told, in their words; none for those of the template, in each member's
    /// language.
    pub said: Option<String>,
    /// What everyone is told from now on, where they were told before.
    pub public: Option<String>,
    /// What came of it, for the record.
    pub outcome: Option<String>,
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// What is to be compared of a case that `message` opens or joins; none where nothing is compared, where the member did
    /// not write those words, or where a raid stands for it.
    pub(super) fn told(
        &self,
        message: &Message,
        scan: &Scan,
        member: UserId,
        matter: &Matter,
    ) -> Option<Told> {
        let compared = self.in_force(message.guild).core.causes.cases > 0;
        (compared && member == message.author.id && !matter.covered).then(|| Told {
            guild: message.guild,
            case: 0,
            member,
            channel: matter.home,
            category: matter.category,
            kinds: matter.kinds.clone(),
            keywords: keywords(&message.content, &scan.findings),
            at: message.sent,
        })
    }

    /// Links case `number` to those that say the same. What is only told to moderators counts, too: they want to know of
    /// the cause all the more. A failure is logged: the case goes on without.
    pub(super) async fn link(&self, told: Option<Told>, number: u32) {
        let Some(told) = told else { return };
        let guild = told.guild;
        let bearing = lock(&self.inner.causes).hear(Told { case: number, ..told });
        let done = match bearing {
            Bearing::None => Ok(()),
            Bearing::Begins(cause) => self.tell_cause(guild, cause).await,
            Bearing::Grows(cause) => self.grow_cause(guild, cause).await,
        };
        if let Err(error) = done {
            error!(%guild, case = number, %error, "what several cases have in common could not be kept");
        }
    }

    async fn tell_cause(&self, guild: GuildId, cause: Cause) -> Result<(), StoreError> {
        let at_hand = self.inner.executor.at_hand(guild).unwrap_or_default();
        info!(%guild, cause = cause.lead, cases = cause.cases.len(), "several cases have one cause");
        let notice = CauseNotice::new(guild, cause, at_hand.help.moderators, at_hand.alerts);
        let pending = self.inner.store.open_cause(notice, &self.terms(guild)).await?;
        self.carry_out_next(pending);
        Ok(())
    }

    async fn grow_cause(&self, guild: GuildId, cause: Cause) -> Result<(), StoreError> {
        let lead = cause.lead;
        self.cause_happens(guild, lead, NoticeEvent::Grown(cause), Vec::new()).await.map(drop)
    }

    /// Takes up the causes that moderators were told of before a restart, so that what comes makes those larger. What
    /// was about to become one is forgotten.
    pub(super) async fn recall_causes(&self) -> Result<(), StoreError> {
        let within = jiff::SignedDuration::try_from(self.inner.configs.elsewhere().core.causes.within);
        let since = within.ok().and_then(|within| self.inner.executor.now().checked_sub(within).ok());
        for notice in self.inner.store.live_causes(since.unwrap_or(Timestamp::MIN)).await? {
            lock(&self.inner.causes).recall(notice.guild, notice.cause);
        }
        Ok(())
    }

    /// Everyone is told of the cause that goes by case `lead`, or told otherwise. None where there is no such cause.
    ///
    /// # Errors
    ///
    /// The store failed; nothing happened.
    pub async fn announce_cause(
        &self,
        guild: GuildId,
        lead: u32,
        channel: ChannelId,
        words: String,
    ) -> Result<Option<CauseHappened>, StoreError> {
        self.cause_happens(guild, lead, NoticeEvent::Announced(channel, words), Vec::new()).await
    }

    /// The cause that goes by case `lead` is over: the members of open cases hear of it, and those cases are settled, all
    /// at once or not at all. None where there is no such cause.
    ///
    /// # Errors
    ///
    /// The store failed; nothing happened.
    pub async fn settle_cause(
        &self,
        guild: GuildId,
        lead: u32,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Option<CauseHappened>, StoreError> {
        // A case that is noticed now is part of it, or of what comes after it.
        let _one_at_a_time = self.inner.noticing.lock().await;
        let Some(notice) = self.inner.store.cause(guild, lead).await? else { return Ok(None) };
        let Settlement { by, said, public, outcome } = settlement;
        let together = Together { said, told_to_all: public.is_some() && notice.posted().is_some() };
        let ending = Ending {
            outcome: outcome.clone(),
            together: Some(together),
            ..Ending::by(End::Resolved, by, now)
        };
        let open = self.open_cases_of(&notice).await?;
        let events = open.into_iter().map(|number| (number, Event::Ended(ending.clone()))).collect();
        let over = Over { by: Some(by), at: now, outcome };
        let happened = self.cause_happens(guild, lead, NoticeEvent::Over(over, public), events).await?;
        lock(&self.inner.causes).end(guild, lead);
        Ok(happened)
    }

    /// The numbers of those cases that are not over.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn open_cases_of(&self, notice: &CauseNotice) -> Result<Vec<u32>, StoreError> {
        let linked: BTreeSet<u32> = notice.cause.cases.iter().copied().collect();
        let open = self.inner.store.cases(notice.guild, &Sought::open()).await?;
        let mut open: Vec<u32> =
            open.into_iter().map(|case| case.number).filter(|number| linked.contains(number)).collect();
        open.sort_unstable();
        Ok(open)
    }

    async fn cause_happens(
        &self,
        guild: GuildId,
        lead: u32,
        event: NoticeEvent,
        events: Vec<(u32, Event)>,
    ) -> Result<Option<CauseHappened>, StoreError> {
        let happened = self.inner.store.cause_happens(guild, lead, event, events, &self.terms(guild)).await?;
        for pending in happened.iter().flat_map(|happened| happened.pending.clone()) {
            self.carry_out(pending, Attempt::First);
        }
        Ok(happened)
    }
}
