//! Every metric there is: what it is called, what it counts and in which unit, and what its labels may say. What is
//! registered, what `docs/METRICS.md` lists and what the tests accept comes from here.

use super::label::{Access, Call, Deed, Label, OpenState, Origin, Outcome, Route, Scope, Session, Status};
use crate::detect::{Category, Kind};
use crate::policy::Response;

/// What kind of metric it is, as Prometheus has them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// Only ever goes up, from 0 at each start.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How many were at most so large, for each of these bounds.
    Histogram(&'static [f64]),
}

impl Type {
    /// As Prometheus names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram(_) => "histogram",
        }
    }
}

/// A label, and what it may say.
#[derive(Clone, Copy, Debug)]
pub struct Labeled {
    /// Its name.
    pub name: &'static str,
    /// Every value.
    pub values: Values,
}

/// What a label may say.
#[derive(Clone, Copy, Debug)]
pub enum Values {
    /// One of these.
    Fixed(fn() -> Vec<&'static str>),
    /// The number of a shard of this process.
    Shard,
    /// The version of the program.
    Version,
}

impl Values {
    /// Whether `value` is among them, of a bot with so many shards.
    #[must_use]
    pub fn hold(self, value: &str, shards: u32) -> bool {
        match self {
            Self::Fixed(values) => values().contains(&value),
            Self::Shard => value.parse::<u32>().is_ok_and(|shard| shard < shards),
            Self::Version => value == VERSION,
        }
    }
}

/// The version of the program.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One metric.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name; the end says the unit.
    pub name: &'static str,
    /// What kind of metric it is.
    pub kind: Type,
    /// What it tells, for whoever reads it.
    pub help: &'static str,
    /// Its labels.
    pub labels: &'static [Labeled],
}

impl Metric {
    /// What it is counted in.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        let name = self.name.trim_end_matches("_total");
        ["seconds", "bytes"].into_iter().find(|unit| name.ends_with(unit)).unwrap_or(match self.name {
            HEAT_NAME => "0 to 1",
            _ => "",
        })
    }
}

const HEAT_NAME: &str = "aside_message_heat";

const fn counter(name: &'static str, help: &'static str, labels: &'static [Labeled]) -> Metric {
    Metric { name, kind: Type::Counter, help, labels }
}

const fn gauge(name: &'static str, help: &'static str, labels: &'static [Labeled]) -> Metric {
    Metric { name, kind: Type::Gauge, help, labels }
}

const fn histogram(
    name: &'static str,
    help: &'static str,
    labels: &'static [Labeled],
    bounds: &'static [f64],
) -> Metric {
    Metric { name, kind: Type::Histogram(bounds), help, labels }
}

const fn of<L: Label>() -> Labeled {
    Labeled { name: L::NAME, values: Values::Fixed(L::values) }
}

const SHARD: Labeled = Labeled { name: "shard", values: Values::Shard };

/// Judging takes microseconds; what takes milliseconds is worth a look.
const JUDGING: &[f64] = &[5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 5e-3, 2.5e-2];
/// From what nobody notices to what members do.
const MOMENTS: &[f64] = &[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0];
/// From seconds to what a member gives up on.
const WAITS: &[f64] =
    &[30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 14400.0, 43200.0, 86400.0, 259_200.0];
const TENTHS: &[f64] = &[0.05, 0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.65, 0.7, 0.8, 0.9, 1.0];

pub(super) const BUILD: Metric = gauge(
    "aside_build_info",
    "Always 1; its label says which version runs.",
    &[Labeled { name: "version", values: Values::Version }],
);
pub(super) const STARTED: Metric =
    gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", &[]);
pub(super) const MEMORY: Metric =
    gauge("process_resident_memory_bytes", "How much memory the process holds; only on Linux.", &[]);
pub(super) const READY: Metric =
    gauge("aside_ready", "1 while `/health/ready` says so, else 0; why not stands there.", &[]);

pub(super) const HANDLED: Metric = counter(
    "aside_events_handled_total",
    "What the gateway said and was dealt with, heartbeats included.",
    &[],
);
pub(super) const UNREADABLE: Metric = counter(
    "aside_events_unreadable_total",
    "Events of the gateway that could not be read, or lacked what they should say.",
    &[],
);
pub(super) const WAITING: Metric = gauge(
    "aside_events_waiting",
    "Events of the gateway that had arrived and were not yet dealt with when the last one was taken up.",
    &[],
);
pub(super) const LAG: Metric = histogram(
    "aside_event_lag_seconds",
    "From when a message was sent, by its id, until it was taken up: Discord's delay, ours, and how far the clocks differ.",
    &[],
    MOMENTS,
);

pub(super) const JUDGED: Metric = counter(
    "aside_messages_judged_total",
    "Messages of members that were judged: as they came, or read back after an absence.",
    &[of::<Origin>()],
);
pub(super) const HEAT: Metric =
    histogram(HEAT_NAME, "How near boiling the judged messages are.", &[], TENTHS);
pub(super) const JUDGING_TIME: Metric = histogram(
    "aside_judging_seconds",
    "How long it takes to judge a message: detectors, heat, conversation and rules.",
    &[],
    JUDGING,
);
pub(super) const FOUND: Metric =
    counter("aside_findings_total", "What was found in messages, whether acted on or not.", &[of::<Kind>()]);
pub(super) const VERDICTS: Metric = counter(
    "aside_verdicts_total",
    "Messages that a rule applied to, by what it is about and what is done.",
    &[of::<Category>(), of::<Response>()],
);

pub(super) const ACTIONS: Metric = counter(
    "aside_actions_total",
    "Attempts at what was committed: done, refused (the case goes on another way), trouble (no useful answer: tried again), held \
     (not tried while the circuit is open: tried later), and what was then given up for good (buried).",
    &[of::<Deed>(), of::<Outcome>()],
);
pub(super) const ACTION_TIME: Metric = histogram(
    "aside_action_seconds",
    "From when an action was committed until what came of it was recorded.",
    &[],
    MOMENTS,
);
pub(super) const OUTBOX: Metric = gauge(
    "aside_outbox_actions",
    "Committed actions of this process of which it is not yet recorded what came of them.",
    &[],
);
pub(super) const OUTBOX_AGE: Metric = gauge(
    "aside_outbox_oldest_seconds",
    "How long ago the oldest of them was committed; 0 where there is none.",
    &[],
);
pub(super) const LETTERS: Metric = gauge(
    "aside_dead_letters",
    "Actions that were given up and that nobody has tried again or dropped (`aside outbox list`), of \
     this process's servers.",
    &[],
);

pub(super) const CASES: Metric =
    gauge("aside_cases_open", "Cases of this process's servers that are not over.", &[of::<OpenState>()]);
pub(super) const OVERDUE: Metric = gauge(
    "aside_cases_overdue",
    "Open cases whose member nobody has answered although moderators were called that often, by working hours: \
     \"reminder\" once, \"escalation\" twice, which is all there is. Of this process's servers.",
    &[of::<Call>()],
);
pub(super) const FIRST_ANSWER: Metric = histogram(
    "aside_first_answer_seconds",
    "How long members waited until a person first wrote in their thread, nights and weekends included.",
    &[],
    WAITS,
);
pub(super) const REMINDERS: Metric = counter(
    "aside_reminders_total",
    "Cases that moderators were called to because nobody had answered.",
    &[of::<Call>()],
);

pub(super) const REQUESTS: Metric = counter(
    "aside_rest_requests_total",
    "Requests to Discord, by what they are about and how it answered; each attempt counts.",
    &[of::<Route>(), of::<Status>()],
);
pub(super) const REQUEST_TIME: Metric =
    histogram("aside_rest_request_seconds", "How long Discord takes to answer a request.", &[], MOMENTS);
pub(super) const LIMITED: Metric =
    counter("aside_rest_limited_total", "Answers with 429, by whose limit was met.", &[of::<Scope>()]);
pub(super) const INVALID: Metric = gauge(
    "aside_rest_invalid_requests",
    "Requests of the last ten minutes that count as invalid (401, 403, and 429 of our own limits). From 10,000 on Discord \
     shuts the address out.",
    &[],
);
pub(super) const CIRCUIT: Metric = gauge(
    "aside_rest_circuit_open",
    "1 while only what is urgent is asked of Discord, because too many requests were invalid, else 0.",
    &[],
);

pub(super) const CONNECTED: Metric =
    gauge("aside_gateway_connected", "1 while the shard has a session, else 0.", &[SHARD]);
pub(super) const SESSIONS: Metric = counter(
    "aside_gateway_sessions_total",
    "Sessions that began. Anew, what was missed is read back; resumed, Discord sends it.",
    &[SHARD, of::<Session>()],
);
pub(super) const DISCONNECTS: Metric =
    counter("aside_gateway_disconnects_total", "Connections of the shard that ended.", &[SHARD]);
pub(super) const HEARTBEAT: Metric = gauge(
    "aside_gateway_heartbeat_seconds",
    "How long Discord took to acknowledge the last heartbeat of the shard.",
    &[SHARD],
);
pub(super) const GUILDS: Metric = gauge("aside_gateway_guilds", "Servers of the shard.", &[SHARD]);

pub(super) const STORE_UP: Metric = gauge(
    "aside_store_up",
    "1 while the store answers, both when it is read and when something is committed, else 0.",
    &[],
);
pub(super) const STORE_ERRORS: Metric =
    counter("aside_store_errors_total", "What the store was asked for and did not do.", &[of::<Access>()]);
pub(super) const STORE_TIME: Metric = histogram(
    "aside_store_seconds",
    "How long the store takes to answer, the wait for its turn included.",
    &[of::<Access>()],
    MOMENTS,
);

/// Every metric, in the order of the page.
pub const CATALOG: &[Metric] = &[
    BUILD,
    STARTED,
    MEMORY,
    READY,
    HANDLED,
    UNREADABLE,
    WAITING,
    LAG,
    JUDGED,
    HEAT,
    JUDGING_TIME,
    FOUND,
    VERDICTS,
    ACTIONS,
    ACTION_TIME,
    OUTBOX,
    OUTBOX_AGE,
    LETTERS,
    CASES,
    OVERDUE,
    FIRST_ANSWER,
    REMINDERS,
    REQUESTS,
    REQUEST_TIME,
    LIMITED,
    INVALID,
    CIRCUIT,
    CONNECTED,
    SESSIONS,
    DISCONNECTS,
    HEARTBEAT,
    GUILDS,
    STORE_UP,
    STORE_ERRORS,
    STORE_TIME,
];
