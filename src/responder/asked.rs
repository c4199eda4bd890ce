//! A member asks for a private word: whatever the rules and the mode say, and never in public.

use std::collections::{HashMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use tracing::info;

use super::by_hand::decision;
use super::notices::matter;
use super::{Executor, Responder, lock};
use crate::case::action::Enclosure;
use crate::case::{Case, Matter};
use crate::detect::mask;
use crate::message::{GuildId, Message, MessageId, UserId};
use crate::store::{Sought, Store, StoreError, Whose};

/// What stands in the place of a rule. No rule can have this name, since theirs have no blanks.
pub const ASKED_FOR: &str = "asked for";

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// A case of that number is open, and the thread on its way.
    Opened(u32),
    /// They asked before, and the case of that number is still open.
    Before(u32),
    /// They, or many members of the server, asked so often lately that nothing was done.
    TooMany,
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// Opens a case because the author of `message` asks for a private word, which they do in no message: its words are
    /// what they say about it.
    ///
    /// # Errors
    ///
    /// The store failed; nothing was done.
    pub async fn ask_for_a_word(&self, message: &Message, now: Timestamp) -> Result<Asking, StoreError> {
        let (guild, member) = (message.guild, message.author.id);
        let _one_at_a_time = self.inner.noticing.lock().await;
        if let Some(number) = self.asked_before(guild, member).await? {
            return Ok(Asking::Before(number));
        }
        if !lock(&self.inner.asking).admits(guild, member, now) {
            return Ok(Asking::TooMany);
        }
        let surroundings = self.inner.executor.surroundings(message);
        let case = Case::notice(guild, member, self.asked_for(message), surroundings, now);
        let (number, pending) = self.inner.store.open(case, &self.terms(guild)).await?;
        lock(&self.inner.asking).note(guild, Ask { member, at: now, number });
        info!(%guild, case = number, "a private word was asked for");
        self.carry_out_next(pending);
        Ok(Asking::Opened(number))
    }

    /// The open case that the member asked for, whatever it has come to be about since. Where no place could be had for it,
    /// they may ask again.
    async fn asked_before(&self, guild: GuildId, member: UserId) -> Result<Option<u32>, StoreError> {
        let latest = lock(&self.inner.asking).latest(guild, member);
        if let Some(number) = latest {
            let case = self.inner.store.case(guild, Whose::Number(number)).await?;
            if case.is_some_and(|case| !case.is_over() && has_place(&case)) {
                return Ok(latest);
            }
        }
        let sought = Sought { member: Some(member), ..Sought::open() };
        let cases = self.inner.store.cases(guild, &sought).await?;
        let asked_for = cases.iter().find(|case| case.lead().asked_for && has_place(case));
        Ok(asked_for.map(|case| case.number))
    }

    fn asked_for(&self, message: &Message) -> Matter {
        let here = self.in_force(message.guild);
        let scan = here.core.scanner.scan(&message.content);
        let decision = decision(message, &scan, here.core.temper.simmer);
        let said = !message.content.is_empty();
        Matter {
            message: MessageId(0),
            rule: ASKED_FOR.to_owned(),
            because: "the member asked for a private word with `/aside`".to_owned(),
            enclosure: said.then(|| Enclosure(mask(&message.content, &scan.findings))),
            asked_for: true,
            ..matter(message, &decision)
        }
    }
}

/// Whether there is a place to talk, or one on its way.
const fn has_place(case: &Case) -> bool {
    case.place.is_some() || !case.is_at_rest()
}

/// One who asked.
#[derive(Clone, Copy, Debug)]
struct Ask {
    member: UserId,
    at: Timestamp,
    number: u32,
}

/// Who asked for a private word lately, so that nobody can bury moderators in threads.
#[derive(Debug, Default)]
pub(super) struct Asks {
    /// Of each server, oldest first.
    recent: HashMap<GuildId, VecDeque<Ask>>,
}

impl Asks {
    /// How long it is remembered who asked.
    const MEMORY: SignedDuration = SignedDuration::from_hours(1);
    /// So many in that time of one member: a case that is over too soon, and another matter.
    const OF_A_MEMBER: usize = 3;
    /// So many of a server within [`Self::CROWDED`]: more than that is a raid, or needs another answer than threads.
    const OF_A_SERVER: usize = 10;
    const CROWDED: SignedDuration = SignedDuration::from_mins(10);

    /// Whether `member` may ask once more.
    fn admits(&mut self, guild: GuildId, member: UserId, now: Timestamp) -> bool {
        let Some(recent) = self.recent.get_mut(&guild) else { return true };
        while recent.front().is_some_and(|ask| now.duration_since(ask.at) >= Self::MEMORY) {
            recent.pop_front();
        }
        let lately = recent.iter().filter(|ask| now.duration_since(ask.at) < Self::CROWDED).count();
        let theirs = recent.iter().filter(|ask| ask.member == member).count();
        if recent.is_empty() {
            self.recent.remove(&guild);
        }
        lately < Self::OF_A_SERVER && theirs < Self::OF_A_MEMBER
    }

    fn note(&mut self, guild: GuildId, ask: Ask) {
        self.recent.entry(guild).or_default().push_back(ask);
    }

    /// The case that `member` asked for last.
    fn latest(&self, guild: GuildId, member: UserId) -> Option<u32> {
        let mut recent = self.recent.get(&guild)?.iter().rev();
        recent.find(|ask| ask.member == member).map(|ask| ask.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUILD: GuildId = GuildId(1);

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    #[test]
    fn one_member_may_ask_three_times_an_hour() {
        let (mut asks, member) = (Asks::default(), UserId(2));
        for minute in [0, 20, 40] {
            assert!(asks.admits(GUILD, member, at(minute)));
            asks.note(GUILD, Ask { member, at: at(minute), number: 1 });
        }
        for (minute, admitted) in [(41, false), (59, false), (60, true)] {
            assert_eq!(asks.admits(GUILD, member, at(minute)), admitted, "{minute}");
        }
        assert!(asks.admits(GUILD, UserId(3), at(41)), "another member may");
        assert!(asks.admits(GuildId(9), member, at(41)), "elsewhere they may");
    }

    #[test]
    fn many_at_once_are_asked_to_come_back() {
        let mut asks = Asks::default();
        for member in 0..10 {
            assert!(asks.admits(GUILD, UserId(member), at(0)));
            asks.note(GUILD, Ask { member: UserId(member), at: at(0), number: 1 });
        }
        assert!(!asks.admits(GUILD, UserId(10), at(9)));
        assert!(asks.admits(GUILD, UserId(10), at(10)));
    }
}
