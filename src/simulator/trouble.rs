//! Trouble on the way: faults, pauses, limits, and what befalls gateway connections.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Simulator;
use super::faults::Fault;
use super::gate::{Moment, Pause};
use super::session::Frame;
use super::state::State;

impl Simulator {
    /// Orders trouble.
    pub fn fault(&self, fault: Fault) {
        self.shared.change(|state| state.faults.order(fault));
    }

    /// Ends all trouble and lets hanging requests go on.
    pub fn clear_faults(&self) {
        self.shared.change(|state| state.faults.clear());
    }

    /// Lets hanging requests go on.
    pub fn release(&self) {
        self.shared.change(|state| state.faults.release());
    }

    /// Holds the `n`-th request from now (1 is the next) that is meant to change something.
    pub fn pause_at(&self, n: usize, moment: Moment) -> Pause {
        self.shared.change(|state| state.gates.install(None, n, moment))
    }

    /// Holds the `n`-th request from now that fits a pattern as in `POST /channels/{}/messages`.
    pub fn pause_on(&self, pattern: &str, n: usize, moment: Moment) -> Pause {
        self.shared.change(|state| state.gates.install(Some(pattern), n, moment))
    }

    /// Sets how many requests a route takes in a window.
    pub fn set_limit(&self, pattern: &str, requests: u32, window: Duration) {
        self.shared.change(|state| state.limits.set(pattern, requests, window));
    }

    /// Sets how many requests all routes together take in a window, interactions and webhooks excepted.
    pub fn set_global_limit(&self, requests: u32, window: Duration) {
        self.shared.change(|state| state.limits.set_global(requests, window));
    }

    /// Switches the enforcement of rate limits on or off.
    pub fn enforce_limits(&self, on: bool) {
        self.shared.change(|state| state.limits.enforced = on);
    }

    /// From now on the time of day in this Discord counts from `at`.
    pub fn set_clock(&self, at: Timestamp) {
        self.shared.change(|state| state.set_clock(at));
    }

    /// Archives the threads that have been silent for as long as they were set to wait, as Discord does by
    /// and by.
    pub fn archive_quiet_threads(&self) {
        self.shared.change(State::archive_quiet_threads);
    }

    /// Forgets every nonce, as Discord does after some minutes.
    pub fn forget_nonces(&self) {
        self.shared.change(State::forget_nonces);
    }

    /// Cuts every gateway connection; sessions can be resumed.
    pub fn cut_gateway(&self) {
        self.tell_all(|| Frame::Cut);
    }

    /// Closes every gateway connection with a code. After 4007, 4009 and the codes that are final the
    /// session is gone; after any other it can be resumed.
    pub fn close_gateway(&self, code: u16) {
        let over = matches!(code, 1000 | 1001 | 4003 | 4004 | 4007 | 4009..=4014);
        // At once, or a client that is quick resumes what is about to be gone.
        self.shared.change(|state| {
            tell(state, || Frame::Close(code, "Closed by the test."));
            if over {
                state.sessions.clear();
            }
        });
    }

    /// Tells every client that its session is invalid (op 9).
    pub fn invalidate_sessions(&self, resumable: bool) {
        self.shared.change(|state| {
            tell(state, || Frame::Text(json!({ "op": 9, "d": resumable, "s": null, "t": null }).to_string()));
            state.sessions.values_mut().for_each(|session| session.resumable &= resumable);
        });
    }

    /// Asks every client to reconnect (op 7).
    pub fn request_reconnect(&self) {
        self.tell_all(|| Frame::Text(json!({ "op": 7, "d": null, "s": null, "t": null }).to_string()));
    }

    /// Answers heartbeats or stops to.
    pub fn acknowledge_heartbeats(&self, on: bool) {
        self.shared.change(|state| state.settings.acknowledge_heartbeats = on);
    }

    /// Has every session be refused when somebody wants to resume it.
    pub fn refuse_resumes(&self) {
        self.shared.change(|state| state.sessions.values_mut().for_each(|session| session.resumable = false));
    }

    /// Says nothing at all to so many of the next connections.
    pub fn withhold_hello(&self, connections: usize) {
        self.shared.change(|state| state.settings.silent = connections);
    }

    /// Lets nobody connect to the gateway, or anybody again; connections that stand go on.
    pub fn shut_gateway(&self, shut: bool) {
        self.shared.change(|state| state.settings.shut = shut);
    }

    /// Tells sessions that begin from now on that they are to be resumed at `address`.
    pub fn set_resume_address(&self, address: &str) {
        self.shared.change(|state| state.settings.resume_address = Some(address.to_owned()));
    }

    /// From now on so many sessions may begin, until `reset_after` has passed.
    pub fn set_session_starts(&self, left: u64, reset_after: Duration) {
        self.shared.change(|state| state.starts.set(left, reset_after));
    }

    /// Sends every client a text, whatever it says.
    pub fn send_frame(&self, text: &str) {
        self.tell_all(|| Frame::Text(text.to_owned()));
    }

    /// Sends every client bytes.
    pub fn send_bytes(&self, bytes: &[u8]) {
        self.tell_all(|| Frame::Binary(bytes.to_vec()));
    }

    /// Sends the latest event called `name` once more; false when there was none.
    pub fn repeat_event(&self, name: &str) -> bool {
        self.shared.change(|state| state.sessions.values().filter(|one| one.repeat(name)).count() > 0)
    }

    /// Sends an event of any name and content to every session.
    pub fn send_event(&self, name: &str, data: &Value) {
        self.shared.change(|state| {
            state.sessions.values_mut().for_each(|session| session.dispatch(name, data));
        });
    }

    fn tell_all(&self, frame: impl Fn() -> Frame) {
        self.shared.change(|state| tell(state, frame));
    }
}

/// Tells every client that is connected.
fn tell(state: &State, frame: impl Fn() -> Frame) {
    state.sessions.values().for_each(|session| session.tell(frame()));
}
