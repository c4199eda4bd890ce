//! All meters of one bot.

use prometheus::{Gauge, GaugeVec, Histogram, IntCounter, IntCounterVec, IntGauge, IntGaugeVec};

use super::label::{Access, Call, Deed, OpenState, Origin, Outcome, Route, Scope, Status};
use super::meter::{By, ByTwo, Register};
use super::{catalog, process};
use crate::detect::{Category, Kind};
use crate::policy::Response;

/// One for each metric of the catalog.
pub(super) struct Meters {
    pub(super) memory: IntGauge,
    pub(super) ready: IntGauge,
    pub(super) handled: IntCounter,
    pub(super) unreadable: IntCounter,
    pub(super) waiting: IntGauge,
    pub(super) lag: Histogram,
    pub(super) judged: By<Origin, IntCounter>,
    pub(super) heat: Histogram,
    pub(super) judging_time: Histogram,
    pub(super) found: By<Kind, IntCounter>,
    pub(super) verdicts: ByTwo<Category, Response, IntCounter>,
    pub(super) actions: ByTwo<Deed, Outcome, IntCounter>,
    pub(super) action_time: Histogram,
    pub(super) outbox: IntGauge,
    pub(super) outbox_age: Gauge,
    pub(super) letters: IntGauge,
    pub(super) cases: By<OpenState, IntGauge>,
    pub(super) overdue: By<Call, IntGauge>,
    pub(super) first_answer: Histogram,
    pub(super) reminders: By<Call, IntCounter>,
    pub(super) requests: ByTwo<Route, Status, IntCounter>,
    pub(super) request_time: Histogram,
    pub(super) limited: By<Scope, IntCounter>,
    pub(super) invalid: IntGauge,
    pub(super) circuit: IntGauge,
    pub(super) connected: IntGaugeVec,
    pub(super) sessions: IntCounterVec,
    pub(super) disconnects: IntCounterVec,
    pub(super) heartbeat: GaugeVec,
    pub(super) guilds: IntGaugeVec,
    pub(super) store_up: IntGauge,
    pub(super) store_errors: By<Access, IntCounter>,
    pub(super) store_time: By<Access, Histogram>,
}

impl Meters {
    pub(super) fn new(register: &Register<'_>) -> Self {
        register.gauges(&catalog::BUILD).with_label_values(&[catalog::VERSION]).set(1);
        register.measure(&catalog::STARTED).set(process::now());
        Self {
            memory: register.gauge(&catalog::MEMORY),
            ready: register.gauge(&catalog::READY),
            handled: register.counter(&catalog::HANDLED),
            unreadable: register.counter(&catalog::UNREADABLE),
            waiting: register.gauge(&catalog::WAITING),
            lag: register.histogram(&catalog::LAG),
            judged: register.counter_by(&catalog::JUDGED),
            heat: register.histogram(&catalog::HEAT),
            judging_time: register.histogram(&catalog::JUDGING_TIME),
            found: register.counter_by(&catalog::FOUND),
            verdicts: register.counter_by_two(&catalog::VERDICTS),
            actions: register.counter_by_two(&catalog::ACTIONS),
            action_time: register.histogram(&catalog::ACTION_TIME),
            outbox: register.gauge(&catalog::OUTBOX),
            outbox_age: register.measure(&catalog::OUTBOX_AGE),
            letters: register.gauge(&catalog::LETTERS),
            cases: register.gauge_by(&catalog::CASES),
            overdue: register.gauge_by(&catalog::OVERDUE),
            first_answer: register.histogram(&catalog::FIRST_ANSWER),
            reminders: register.counter_by(&catalog::REMINDERS),
            requests: register.counter_by_two(&catalog::REQUESTS),
            request_time: register.histogram(&catalog::REQUEST_TIME),
            limited: register.counter_by(&catalog::LIMITED),
            invalid: register.gauge(&catalog::INVALID),
            circuit: register.gauge(&catalog::CIRCUIT),
            connected: register.gauges(&catalog::CONNECTED),
            sessions: register.counters(&catalog::SESSIONS),
            disconnects: register.counters(&catalog::DISCONNECTS),
            heartbeat: register.measures(&catalog::HEARTBEAT),
            guilds: register.gauges(&catalog::GUILDS),
            store_up: register.gauge(&catalog::STORE_UP),
            store_errors: register.counter_by(&catalog::STORE_ERRORS),
            store_time: register.histogram_by(&catalog::STORE_TIME),
        }
    }
}
