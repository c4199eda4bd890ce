//! What a case is known by: the gravest of the messages it is about, however many join it.

use super::action::Priority;
use super::{Case, Matter};
use crate::message::{MessageId, UserId};
use crate::policy::Response;

impl Case {
    /// The gravest of its messages; the first of those that are equally grave.
    #[must_use]
    pub const fn lead(&self) -> &Matter {
        match &self.gravest {
            Some(gravest) => gravest,
            None => &self.matter,
        }
    }

    /// Whether `person` is the other one of an exchange that moved to its thread.
    #[must_use]
    pub fn is_companion(&self, person: UserId) -> bool {
        [self.lead(), &self.matter].iter().any(|matter| matter.companion == Some(person))
    }

    /// Whether moderators are asked to look after any of it, rather than shown what was held back.
    pub(super) fn is_for_people(&self) -> bool {
        [self.lead(), &self.matter].iter().any(|matter| matter.is_for_people())
    }

    /// The message in hand gives way to `next`.
    pub(super) fn follow_with(&mut self, next: Matter) {
        let grave = self.lead().gravity() <= next.gravity();
        let last = std::mem::replace(&mut self.matter, next);
        if grave {
            let known = self.gravest.get_or_insert(last);
            // Given back, or never to be.
            known.enclosure = None;
        } else {
            self.gravest = None;
        }
    }

    /// The message in hand, and the one that the case is known by.
    pub(super) fn known(&mut self) -> impl Iterator<Item = &mut Matter> {
        [&mut self.matter].into_iter().chain(&mut self.gravest)
    }

    /// What is known of `message`, wherever it is kept.
    pub(super) fn about(&mut self, message: MessageId) -> impl Iterator<Item = &mut Matter> {
        let known = [&mut self.matter].into_iter().chain(&mut self.gravest).chain(&mut self.further);
        known.filter(move |matter| matter.message == message)
    }
}

impl Matter {
    fn is_for_people(&self) -> bool {
        let asked = matches!(self.response, Response::TakeAside | Response::Shield | Response::Alert);
        asked && self.would.is_none()
    }

    /// Less is graver: what was held back comes last, before it what nobody needs to look after.
    fn gravity(&self) -> (bool, bool, Priority) {
        (self.would.is_some(), !self.is_for_people(), self.priority())
    }
}
