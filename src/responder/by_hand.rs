//! A moderator takes someone aside by hand, whatever the rules and the mode say.

use jiff::{SignedDuration, Timestamp};

use super::{Executor, Responder, lock};
use crate::case::{Case, Event, Place};
use crate::config::COOLDOWN;
use crate::detect::{Category, Kind, Scan, mask};
use crate::message::{GuildId, Message, UserId};
use crate::policy::{Because, Decision, Response};
use crate::store::{CaseNote, Notice, Noticed, Store, StoreError, Whose};

/// What stands in the place of a rule. No rule can have this name, since theirs have no blanks.
pub const BY_HAND: &str = "by hand";

/// How sure a finding must be to say what the matter is: likelier than not.
const SURE: f32 = 0.5;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// The case that the message belongs to.
    pub number: u32,
    /// Where its member is talked to already.
    pub place: Option<Place>,
    /// What became of the message.
    pub taken: Taken,
}

/// What became of a message that was taken aside by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is a case of its own.
    Opened,
    /// It joined a case of its author.
    Joined,
    /// It was a case whose member had not been taken aside; now they are.
    TakenUp,
    /// It is taken care of already; nothing was done but to note the reason, where one was given.
    Known,
}

impl<S: Store + 'static, E: Executor> Responder<S, E> {
    /// `text` with everything masked that is private in a server.
    pub fn masked(&self, guild: GuildId, text: &str) -> String {
        mask(text, &self.in_force(guild).core.scanner.scan(text).findings)
    }

    /// Takes the author of `message` aside because the moderator `by` says so, for `reason`, which is kept masked and for
    /// moderators only.
    ///
    /// # Errors
    ///
    /// The store failed; nothing was done.
    pub async fn take_aside_by_hand(
        &self,
        message: &Message,
        by: UserId,
        reason: Option<&str>,
        now: Timestamp,
    ) -> Result<ByHand, StoreError> {
        let reason = reason.map(|reason| self.masked(message.guild, reason));
        let _one_at_a_time = self.inner.noticing.lock().await;
        if let Some(case) = self.inner.store.case(message.guild, Whose::Message(message.id)).await? {
            return self.take_up(message, &case, by, reason, now).await;
        }
        let scan = self.in_force(message.guild).core.scanner.scan(&message.content);
        let mut notice = self.describe_by_hand(message, &scan, by, now).await?;
        notice.matter.because = reason.unwrap_or_default();
        let guild = message.guild;
        let told = self.told(message, &scan, notice.member, &notice.matter);
        let noticed = self.inner.store.notice(notice, &self.terms(guild)).await?;
        let (number, pending, taken) = match noticed {
            Noticed::Opened(number, pending) => (number, pending, Taken::Opened),
            Noticed::Joined(number, pending) => (number, pending, Taken::Joined),
            // Notices are made one at a time, and none was made of it a moment ago.
            Noticed::Known => (0, None, Taken::Known),
        };
        tracing::info!(%guild, about = %message.id, %by, case = number, "taken aside by hand");
        lock(&self.inner.conversations).relieve(message);
        self.carry_out_next(pending);
        self.link(told.filter(|_| taken != Taken::Known), number).await;
        let case = self.inner.store.case(guild, Whose::Number(number)).await?;
        Ok(ByHand { number, place: case.and_then(|case| case.place), taken })
    }

    /// The message is a case: that of its author is taken up where all it did was to offer, to answer or to tell.
    async fn take_up(
        &self,
        message: &Message,
        case: &Case,
        by: UserId,
        reason: Option<String>,
        now: Timestamp,
    ) -> Result<ByHand, StoreError> {
        let theirs = case.member == message.author.id;
        let (guild, whose) = (message.guild, Whose::Number(case.number));
        let event = Event::TakenAside { by, at: now, reason: reason.clone() };
        let happened = if theirs { self.happen(guild, whose, event).await? } else { None };
        let changed = happened.is_some_and(|happened| happened.changed());
        if let (false, Some(words)) = (changed, reason) {
            let note = CaseNote { by, at: now, words };
            self.inner.store.note_case(guild, case.number, &note).await?;
        }
        let taken = if changed { Taken::TakenUp } else { Taken::Known };
        Ok(ByHand { number: case.number, place: case.place, taken })
    }

    async fn describe_by_hand(
        &self,
        message: &Message,
        scan: &Scan,
        by: UserId,
        now: Timestamp,
    ) -> Result<Notice, StoreError> {
        let here = self.in_force(message.guild);
        let mut decision = decision(message, scan, here.core.temper.simmer);
        let cooldown = SignedDuration::try_from(COOLDOWN).unwrap_or(SignedDuration::MAX);
        let since = now.checked_sub(cooldown).unwrap_or(Timestamp::MIN);
        let circumstances = self.inner.store.circumstances(message, since).await?;
        decision.quiet = circumstances.conversation_acknowledged.contains_key(&decision.category);
        let mut notice = self.describe(message, scan, &decision, now);
        notice.matter.by = Some(by);
        // Not when it was written, but when it was acted on.
        notice.acted = decision.acted(now);
        Ok(notice)
    }
}

/// What a person decided. What it is about tells the surest finding, else the heat.
pub(super) fn decision(message: &Message, scan: &Scan, simmer: f32) -> Decision {
    let category = category(scan, simmer);
    let mut kinds: Vec<Kind> = scan
        .findings
        .iter()
        .filter(|finding| finding.category == category && finding.confidence >= SURE)
        .map(|finding| finding.kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    Decision {
        rule: BY_HAND.into(),
        category,
        response: Response::TakeAside,
        would: None,
        template: None,
        answer: None,
        ask: [].into(),
        kinds,
        because: Because::default(),
        subject: message.author.id,
        companion: None,
        beside: None,
        // The other moderators hear of it, and from whom.
        alert: true,
        quiet: false,
        covered: false,
    }
}

fn category(scan: &Scan, simmer: f32) -> Category {
    let surest = scan
        .findings
        .iter()
        .filter(|finding| finding.confidence >= SURE)
        .max_by(|one, other| one.confidence.total_cmp(&other.confidence));
    match surest {
        Some(finding) => finding.category,
        None if scan.heat >= simmer => Category::BoilingPoint,
        None => Category::NeedsDetails,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Finding;

    fn scan(heat: f32, found: &[(Kind, f32)]) -> Scan {
        let finding = |(kind, confidence): &(Kind, f32)| Finding {
            kind: *kind,
            category: kind.category(),
            span: 0..1,
            confidence: *confidence,
            explanation: "".into(),
            rule: None,
        };
        Scan { heat, findings: found.iter().map(finding).collect() }
    }

    #[test]
    fn what_it_is_about_tells_the_surest_finding_else_the_heat() {
        let rows = [
            (scan(0.9, &[(Kind::Phone, 0.6), (Kind::ConfidentialMarker, 0.8)]), Category::Confidential),
            (scan(0.9, &[(Kind::Phone, 0.4)]), Category::BoilingPoint),
            (scan(0.1, &[(Kind::Gossip, 0.3)]), Category::NeedsDetails),
            (scan(0.1, &[]), Category::NeedsDetails),
        ];
        for (scan, expected) in rows {
            assert_eq!(category(&scan, 0.35), expected, "{scan:?}");
        }
    }
}
