//! What plays of hours and of many messages need: telling of what is written beforehand, and forgetting.

use std::time::Duration;

use jiff::Timestamp;

use super::Simulator;
use super::log::Request;
use super::model::{Id, Message};
use super::state::State;

impl Simulator {
    /// Tells sessions of events in a guild, each written as JSON. Nothing is checked, and nothing of it is remembered but
    /// what a session keeps for a resume.
    pub fn tell(&self, guild: Id, name: &str, events: &[String]) {
        self.shared.change(|state| {
            for session in state.sessions.values_mut().filter(|session| session.covers(Some(guild))) {
                for event in events {
                    session.dispatch(name, event);
                }
            }
        });
    }

    /// The requests so far that are over, which are forgotten here. One without an answer is over after a minute.
    #[must_use]
    pub fn take_requests(&self) -> Vec<Request> {
        self.shared.change(|state| {
            let patient_since = state.now() - Duration::from_mins(1);
            let open = |request: &Request| request.status == 0 && request.at >= patient_since;
            let (open, answered) = state.requests.drain(..).partition(open);
            state.requests = open;
            answered
        })
    }

    /// Forgets messages from before `before` that are not to be kept, and rate limits that are over.
    pub fn forget(&self, before: Timestamp, keep: impl Fn(&Message) -> bool) {
        self.shared.change(|state| {
            for messages in state.messages.values_mut() {
                messages.retain(|_, message| message.posted >= before || keep(message));
            }
            state.messages.retain(|_, messages| !messages.is_empty());
            state.limits.forget();
        });
    }
}

impl State {
    /// The request of this number.
    pub(crate) fn request(&self, number: usize) -> Option<&Request> {
        let at = self.requests.binary_search_by_key(&number, |request| request.number).ok()?;
        self.requests.get(at)
    }

    pub(crate) fn request_mut(&mut self, number: usize) -> Option<&mut Request> {
        let at = self.requests.binary_search_by_key(&number, |request| request.number).ok()?;
        self.requests.get_mut(at)
    }
}
