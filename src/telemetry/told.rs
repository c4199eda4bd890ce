//! What the bot is told to count, each by one call.

use jiff::{SignedDuration, Timestamp};

use super::label::{Access, Call, Deed, OpenState, Origin, Outcome, Route, Scope, Session, Status};
use super::{Stopwatch, Telemetry};
use crate::case::State;
use crate::case::action::Action;
use crate::detect::{Category, Scan};
use crate::policy::Response;

impl Telemetry {
    /// An event is taken up, until what this gives is dropped, while so many wait behind it.
    pub(crate) fn handling(&self, waiting: usize) -> Handling<'_> {
        self.0.meters.waiting.set(waiting.try_into().unwrap_or(i64::MAX));
        self.0.health.began();
        Handling(self)
    }

    /// A message sent at `sent` was taken up at `now`.
    pub(crate) fn arrived(&self, sent: Timestamp, now: Timestamp) {
        self.0.meters.lag.observe(now.duration_since(sent).as_secs_f64().max(0.0));
    }

    /// An event could not be read.
    pub(crate) fn unreadable(&self) {
        self.0.meters.unreadable.inc();
    }

    /// A message was judged, in the time since `judging` began.
    pub(crate) fn judged(&self, origin: Origin, scan: &Scan, judging: Stopwatch) {
        let meters = &self.0.meters;
        meters.judging_time.observe(judging.seconds());
        meters.judged.at(origin).inc();
        meters.heat.observe(f64::from(scan.heat));
        for finding in &scan.findings {
            meters.found.at(finding.kind).inc();
        }
    }

    /// A rule applied.
    pub(crate) fn decided(&self, category: Category, response: Response) {
        self.0.meters.verdicts.at(category, response).inc();
    }

    /// A committed action of this row of the outbox is taken up so long after it was committed.
    pub(crate) fn taken_up(&self, row: i64, after: SignedDuration) {
        self.0.underway.enter(row, after.try_into().unwrap_or_default());
    }

    /// What came of it is recorded.
    pub(crate) fn recorded(&self, row: i64) {
        if let Some(seconds) = self.0.underway.leave(row) {
            self.0.meters.action_time.observe(seconds);
        }
    }

    /// An action was tried.
    pub(crate) fn tried<S>(&self, action: &Action<S>, outcome: Outcome) {
        self.0.meters.actions.at(Deed::of(action), outcome).inc();
    }

    /// So many cases are not over, by their states, and of so many nobody has answered the member although moderators were
    /// called.
    pub(crate) fn cases(&self, open: impl Fn(State) -> u64, overdue: impl Fn(Call) -> u64) {
        let number = |count: u64| count.try_into().unwrap_or(i64::MAX);
        for state in OpenState::all() {
            self.0.meters.cases.at(OpenState(state)).set(number(open(state)));
        }
        for call in [Call::Reminder, Call::Escalation] {
            self.0.meters.overdue.at(call).set(number(overdue(call)));
        }
    }

    /// So many actions were given up and are left.
    pub(crate) fn dead_letters(&self, letters: u64) {
        self.0.meters.letters.set(letters.try_into().unwrap_or(i64::MAX));
    }

    /// A person has answered a member who waited so long.
    pub(crate) fn answered(&self, waited: SignedDuration) {
        self.0.meters.first_answer.observe(waited.as_secs_f64().max(0.0));
    }

    /// Moderators are called to a case, for the first time or the second.
    pub(crate) fn reminded(&self, step: u8) {
        let call = if step > 1 { Call::Escalation } else { Call::Reminder };
        self.0.meters.reminders.at(call).inc();
    }

    /// A request of this path after `/api/v10/` is sent; until it is answered, it is not.
    pub(crate) fn asking(&self, path: &str) -> Asking<'_> {
        Asking {
            telemetry: self,
            route: Route::of(path),
            since: Stopwatch::start(),
            status: Status::Unanswered,
        }
    }

    /// So many requests of the last ten minutes count as invalid, and nothing is asked while `open`.
    pub(crate) fn circuit(&self, invalid: usize, open: bool) {
        self.0.meters.invalid.set(invalid.try_into().unwrap_or(i64::MAX));
        self.0.meters.circuit.set(open.into());
        self.0.health.circuit(open);
    }

    /// These shards are this process's; none of them has a session yet.
    pub(crate) fn shards(&self, shards: impl Iterator<Item = u32>) {
        for shard in shards {
            self.0.health.shard(shard, false);
            let (meters, label) = (&self.0.meters, shard.to_string());
            let label = [label.as_str()];
            meters.connected.with_label_values(&label).set(0);
            meters.disconnects.with_label_values(&label);
            meters.heartbeat.with_label_values(&label);
            meters.guilds.with_label_values(&label);
            for session in ["new", "resumed"] {
                meters.sessions.with_label_values(&[label[0], session]);
            }
        }
    }

    /// A shard began a session, as is heard when what was said before is taken up.
    pub(crate) fn session(&self, shard: u32, session: Session) {
        let label = shard.to_string();
        let how = match session {
            Session::New => "new",
            Session::Resumed => "resumed",
        };
        self.0.meters.sessions.with_label_values(&[label.as_str(), how]).inc();
    }

    /// The connection of a shard has a session: told by the connection itself, as its end is, so that neither overtakes the
    /// other.
    pub(crate) fn connected(&self, shard: u32) {
        let label = shard.to_string();
        self.0.meters.connected.with_label_values(&[label.as_str()]).set(1);
        self.0.health.shard(shard, true);
    }

    /// The connection of a shard has ended.
    pub(crate) fn disconnected(&self, shard: u32) {
        let label = shard.to_string();
        self.0.meters.disconnects.with_label_values(&[label.as_str()]).inc();
        self.0.meters.connected.with_label_values(&[label.as_str()]).set(0);
        self.0.health.shard(shard, false);
    }

    /// Discord took so long to acknowledge the last heartbeat of a shard.
    pub(crate) fn heartbeat(&self, shard: u32, latency: std::time::Duration) {
        let label = shard.to_string();
        self.0.meters.heartbeat.with_label_values(&[label.as_str()]).set(latency.as_secs_f64());
    }

    /// A shard has so many servers.
    pub(crate) fn guilds(&self, shard: u32, guilds: usize) {
        let label = shard.to_string();
        self.0.meters.guilds.with_label_values(&[label.as_str()]).set(guilds.try_into().unwrap_or(i64::MAX));
    }

    /// The store answered, or did not, what it was asked since then.
    pub(crate) fn store(&self, access: Access, asked: Stopwatch, answered: bool) {
        self.0.meters.store_time.at(access).observe(asked.seconds());
        if !answered {
            self.0.meters.store_errors.at(access).inc();
        }
        self.0.health.store(access, answered);
    }

    /// The store has not answered what it was asked, and is not waited for.
    pub(crate) fn store_silent(&self) {
        self.0.meters.store_errors.at(Access::Write).inc();
        self.0.health.store(Access::Write, false);
    }

    /// What servers go by is loaded.
    pub(crate) fn settings_loaded(&self) {
        self.0.health.settings_loaded();
    }

    /// The bot is asked to stop.
    pub(crate) fn stopping(&self) {
        self.0.health.stopping();
    }
}

/// An event in hand.
pub(crate) struct Handling<'a>(&'a Telemetry);

impl Drop for Handling<'_> {
    fn drop(&mut self) {
        self.0.0.health.ended();
        self.0.0.meters.handled.inc();
    }
}

/// A request under way. It counts when it is dropped, so that one that is given up counts, too.
pub(crate) struct Asking<'a> {
    telemetry: &'a Telemetry,
    route: Route,
    since: Stopwatch,
    status: Status,
}

impl Asking<'_> {
    /// Discord answered with this status; of a 429, by the header `X-RateLimit-Scope`.
    pub(crate) fn answered(mut self, status: u16, scope: Option<&str>) {
        self.status = Status::of(status);
        if self.status == Status::Limited {
            self.telemetry.0.meters.limited.at(Scope::of(scope)).inc();
        }
        self.telemetry.0.meters.request_time.observe(self.since.seconds());
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.telemetry.0.meters.requests.at(self.route, self.status).inc();
    }
}
