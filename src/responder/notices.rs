//! Decisions put as notices: what becomes a case, for whom, with what the server offers.

use jiff::{SignedDuration, Timestamp};

use super::{Executor, Responder};
use crate::case::action::Enclosure;
use crate::case::{Case, Matter};
use crate::detect::{Scan, mask};
use crate::message::{GuildId, Message};
use crate::policy::conversation::Heated;
use crate::policy::{Acted, Circumstances, Decision, Response, Verdict};
use crate::store::{Notice, Store, StoreError, Whose};
use crate::wording::Utterance;

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// Two who heat each other up: a case each, and the later knows of the earlier.
    pub(super) async fn notice_both(
        &self,
        message: &Message,
        decision: &Decision,
        mut notice: Notice,
        other: Heated,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let theirs = self.inner.store.case(message.guild, Whose::Message(other.message)).await?;
        notice.matter.beside = theirs.as_ref().map(|case| case.number);
        let number = self.notice(notice).await?;
        if let (None, Some(number)) = (theirs, number) {
            self.notice(self.describe_other(message, decision, other, number, now)).await?;
        }
        Ok(())
    }

    pub(super) fn describe(
        &self,
        message: &Message,
        scan: &Scan,
        decision: &Decision,
        now: Timestamp,
    ) -> Notice {
        let mut matter = matter(message, decision);
        let shielding = decision.response == Response::Shield;
        matter.enclosure = shielding.then(|| Enclosure(mask(&message.content, &scan.findings)));
        Notice {
            guild: message.guild,
            member: decision.subject,
            matter,
            surroundings: self.inner.executor.surroundings(message),
            acted: decision.acted(message.sent),
            join_since: now.checked_sub(self.join_within(message.guild)).unwrap_or(Timestamp::MIN),
            now,
        }
    }

    /// The other of two who heat each other up gets a thread of their own; the public was spoken to once for both.
    fn describe_other(
        &self,
        message: &Message,
        decision: &Decision,
        other: Heated,
        number: u32,
        now: Timestamp,
    ) -> Notice {
        let mut matter = matter(message, decision);
        (matter.message, matter.beside, matter.quiet) = (other.message, Some(number), true);
        Notice {
            guild: message.guild,
            member: other.member,
            matter,
            surroundings: self.inner.executor.surroundings(message),
            acted: decision.acted(message.sent).map(|acted| Acted {
                member: other.member,
                quiet: true,
                ..acted
            }),
            join_since: now.checked_sub(self.join_within(message.guild)).unwrap_or(Timestamp::MIN),
            now,
        }
    }
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// What the policy makes of a message that nobody sent, and the case it would become.
    pub fn rehearse(&self, message: &Message, scan: &Scan, now: Timestamp) -> (Verdict, Option<Case>) {
        let policy = &self.in_force(message.guild).core.policy;
        let verdict = policy.decide(message, scan, &Circumstances::default());
        let followed = verdict.decision.as_ref().filter(|decision| decision.response != Response::Observe);
        let case = followed.map(|decision| {
            let Notice { guild, member, matter, surroundings, .. } =
                self.describe(message, scan, decision, now);
            Case::notice(guild, member, matter, surroundings, now)
        });
        (verdict, case)
    }

    fn join_within(&self, guild: GuildId) -> SignedDuration {
        self.in_force(guild).core.join_within
    }
}

/// The matter that `decision` about `message` makes.
pub(super) fn matter(message: &Message, decision: &Decision) -> Matter {
    let parties = [Some(message.author.id), decision.companion].into_iter().flatten();
    Matter {
        message: message.id,
        channel: message.channel,
        home: message.home,
        category: decision.category,
        rule: decision.rule.to_string(),
        kinds: decision.kinds.clone(),
        response: decision.response,
        would: decision.would,
        because: decision.because.to_string(),
        by: None,
        answer: decision.answer.as_deref().map(str::to_owned),
        parties: parties.filter(|party| *party != decision.subject).collect(),
        companion: decision.companion,
        beside: None,
        alert: decision.alert,
        acknowledgment: decision.template.as_deref().and_then(Utterance::parse),
        quiet: decision.quiet,
        covered: decision.covered,
        enclosure: None,
        removed: false,
        deleted: false,
        asked_for: false,
        ask: decision.ask.to_vec(),
    }
}
