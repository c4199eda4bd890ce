//! Whether it would go unnoticed that what a case waits for cannot be done.

use super::action::Refusal;
use super::{Case, Errand, Event, Saying, Step};

impl Case {
    /// Whether something is lost, and nobody hears of it, if what it waits for cannot be done: no other way is taken,
    /// no moderator is told, and it is not needless now.
    #[must_use]
    pub fn loses(&self, refusal: &Refusal) -> bool {
        if self.is_at_rest() || self.is_needless(refusal) {
            return false;
        }
        let (after, _) = self.clone().apply(Event::Refused(refusal.clone()));
        !self.leads_on(&after) && !self.is_told(&after)
    }

    /// Whether it is there, or rather gone, as it should be.
    fn is_needless(&self, refusal: &Refusal) -> bool {
        let gone = *refusal == Refusal::Gone;
        match self.step {
            Step::Removing | Step::Closing(_) | Step::Withdrawing | Step::Retelling => gone,
            // The words that an edit was to replace are gone: they are said anew.
            Step::Acknowledging => gone && self.offer.is_some(),
            Step::Running(Errand::TakeDown(_) | Errand::Withdraw | Errand::Retire(_) | Errand::FollowUp) => {
                gone
            }
            _ => false,
        }
    }

    /// Whether another way is taken: the next rung of the ladder, or the next channel of moderators.
    fn leads_on(&self, after: &Self) -> bool {
        match (self.step, after.step) {
            // The member hears in private that it stands there still; or the words are said anew.
            (Step::Removing, _) | (Step::Acknowledging, Step::Acknowledging) => true,
            (Step::Running(Errand::TakeDown(_)), next) => {
                let said = Errand::Say(Saying::NotTakenDown);
                next == Step::Running(said) || after.errands.contains(&said)
            }
            (Step::Opening(_) | Step::Joining(_) | Step::Greeting(_) | Step::Telling(_), next) => {
                !matches!(next, Step::Talking | Step::Offered)
            }
            (Step::Alerting(at), Step::Alerting(next)) | (Step::Reporting(at), Step::Reporting(next)) => {
                next > at
            }
            _ => false,
        }
    }

    /// Whether moderators read of it in what they are told of the case.
    fn is_told(&self, after: &Self) -> bool {
        let noted = after.problems.len() > self.problems.len();
        let telling = matches!(after.step, Step::Alerting(_) | Step::Reporting(_) | Step::Retelling);
        noted && (telling || after.clone().telling_news().is_some())
    }
}
