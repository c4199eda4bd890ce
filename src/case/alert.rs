//! What moderators are told of a case: one post in one place, which stays true.

use super::action::Refusal;
use super::{Case, Errand, Posted, Step};
use crate::message::{ChannelId, MessageId};

impl Case {
    /// Moderators are called, unless it is over. Of a raid, one alert tells for all.
    pub(super) fn alerting(&mut self, at: usize) -> Step {
        if self.is_over() {
            return self.rest();
        }
        let told_for_all = self.matter.covered && self.raid.is_none();
        if told_for_all || at >= self.surroundings.alerts.len() {
            if at > 0 {
                self.told_nowhere();
            }
            return self.after_alert();
        }
        self.told_as = Some(self.status());
        Step::Alerting(at)
    }

    /// Moderators hear that the public words failed, in what they were told already where they were.
    pub(super) fn own_up(&mut self) -> Step {
        if self.alerted { self.rest() } else { self.alerting(0) }
    }

    /// The same without a bell.
    pub(super) fn reporting(&mut self, at: usize) -> Step {
        if self.forgotten || at >= self.surroundings.alerts.len() {
            self.told_nowhere();
            return self.rest();
        }
        self.told_as = Some(self.status());
        Step::Reporting(at)
    }

    /// What moderators do not know yet, in the place of what they were told, or for the first time.
    pub(super) fn telling_news(&mut self) -> Option<Step> {
        let status = self.status();
        if self.told_as.as_ref() == Some(&status) {
            return None;
        }
        if self.told.is_some() {
            self.told_as = Some(status);
            return Some(Step::Retelling);
        }
        let wanted = self.is_reported() && !self.unheard && (self.told_as.is_none() || !self.is_over());
        wanted.then(|| self.reporting(0))
    }

    /// Whether moderators can see how things are without having been called.
    fn is_reported(&self) -> bool {
        let ours = !self.matter.covered && !self.forgotten && self.raid.is_none();
        ours && self.needs_people() && !self.surroundings.alerts.is_empty()
    }

    /// There is no place to tell it: that is not tried again until moderators are called anew. What they were told
    /// earlier is brought up to date.
    fn told_nowhere(&mut self) {
        self.unheard = self.told.is_none();
        self.told_as = None;
    }

    /// There is one alert a case: where another was needed to call moderators again, the first one goes.
    pub(super) fn told_at(&mut self, at: usize, message: MessageId) {
        let Some(channel) = self.surroundings.alerts.get(at).copied() else { return };
        self.unheard = false;
        if let Some(earlier) = self.told.replace(Posted { channel, message }) {
            self.errands.insert(0, Errand::Retire(earlier));
        }
    }

    /// What was told is gone, so that the news are told anew; or it cannot be changed, and waits for the next news.
    pub(super) fn not_retold(&mut self, refusal: &Refusal) -> Step {
        self.told = None;
        if *refusal == Refusal::Gone && !self.is_over() {
            self.told_as = None;
        }
        self.rest()
    }

    /// Someone deleted what moderators were told: they know it, and hear of the next news only.
    pub(super) fn alert_deleted(&mut self, message: MessageId) {
        self.told.take_if(|told| told.message == message);
    }

    /// A channel where moderators were told is gone: they are told in the next one.
    pub(super) fn alerts_gone(&mut self, channel: ChannelId) {
        if self.told.take_if(|told| told.channel == channel).is_some() && !self.is_over() {
            self.told_as = None;
        }
        let Some(gone) = self.surroundings.alerts.iter().position(|alert| *alert == channel) else { return };
        let (Step::Alerting(at) | Step::Reporting(at)) = &mut self.step else {
            self.surroundings.alerts.remove(gone);
            return;
        };
        // What is on its way there is refused, and goes on to the next.
        if *at != gone {
            self.surroundings.alerts.remove(gone);
            *at -= usize::from(gone < *at);
        }
    }
}
