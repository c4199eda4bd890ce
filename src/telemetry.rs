//! How the bot is doing, for whoever runs it: metrics for Prometheus, and endpoints that say whether it is well.
//!
//! A [`Telemetry`] is handed to everything that has something to tell, and is told by single calls: the core knows nothing of
//! it. Labels come from fixed sets ([`CATALOG`] is all there is), so no member, server, name or word can become one. Telling
//! of a message is a few relaxed atomic additions: no lock, no allocation, no look-up.

mod ask;
mod catalog;
mod health;
mod label;
mod meter;
mod meters;
mod outbox;
mod page;
mod process;
mod server;
mod stopwatch;
mod told;

use std::sync::Arc;

use prometheus::{Registry, TextEncoder};

pub use self::ask::{AskError, Question, ask};
pub use self::catalog::{CATALOG, Labeled, Metric, Type, Values};
pub use self::health::{Missing, Report};
pub(crate) use self::label::{Access, Call, Origin, Outcome, Session};
use self::meter::Register;
use self::meters::Meters;
use self::outbox::Underway;
pub use self::page::page;
pub use self::server::{ListenError, Serving};
pub(crate) use self::stopwatch::Stopwatch;

/// What is told of one bot. Cheap to clone; every clone counts the same.
#[derive(Clone)]
pub struct Telemetry(Arc<Inner>);

struct Inner {
    registry: Registry,
    health: health::Health,
    underway: Underway,
    meters: Meters,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self::new()
    }
}

impl Telemetry {
    /// Nothing was counted yet.
    #[must_use]
    pub fn new() -> Self {
        let registry = Registry::new();
        let meters = Meters::new(&Register(&registry));
        let inner = Inner { registry, meters, health: health::Health::new(), underway: Underway::default() };
        Self(Arc::new(inner))
    }

    /// Everything counted so far, in Prometheus' text format.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.look();
        // What was registered is valid, so there is nothing that could not be written.
        TextEncoder::new().encode_to_string(&self.0.registry.gather()).unwrap_or_default()
    }

    /// Whether a restart would help, which it does not where `ok` stands.
    #[must_use]
    pub fn live(&self) -> Report {
        self.0.health.live()
    }

    /// Whether the bot does its work.
    #[must_use]
    pub fn ready(&self) -> Report {
        self.0.health.ready()
    }

    /// What is not counted when it happens, but looked at when somebody asks.
    fn look(&self) {
        let (meters, health) = (&self.0.meters, &self.0.health);
        meters.memory.set(process::memory().unwrap_or_default());
        meters.ready.set(health.ready().ok.into());
        meters.store_up.set(health.store_answers().into());
        let (waiting, oldest) = self.0.underway.waiting();
        meters.outbox.set(waiting.try_into().unwrap_or(i64::MAX));
        meters.outbox_age.set(oldest);
    }
}
