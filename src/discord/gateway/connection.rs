//! The connection of one shard.

use std::time::Duration;

use futures::StreamExt as _;
use serde::Deserialize;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use twilight_gateway::error::{ReceiveMessageError, ReceiveMessageErrorType};
use twilight_gateway::{CloseFrame, Config, ConfigBuilder, Message, Session, Shard, ShardId, ShardState};

use super::super::RunError;
use super::super::ear::{Ear, Overflow};
use super::super::rest::{Origin, Rest};
use super::identify::Turns;
use super::{closed_for_good, is_acceptable};
use crate::telemetry::Telemetry;

/// After so many attempts in vain, each waiting twice as long as the one before, it is tried at once again: Discord may be
/// back, and a longer wait than half a minute helps nobody.
const ATTEMPTS: u8 = 7;

/// How long Discord may take to greet us once there is a connection.
const GREETING: Duration = Duration::from_secs(10);

/// Between two looks whether it did.
const LOOK: Duration = Duration::from_secs(5);

/// What a connection gives.
type Told = Result<Message, ReceiveMessageError>;

/// The connection of one shard.
pub(super) struct Connection {
    shard: Shard<Turns>,
    config: Config<Turns>,
    base: Origin,
    ear: Ear,
    telemetry: Telemetry,
    /// Whether it had a session at the last look.
    active: bool,
    /// How many acknowledged heartbeats are told.
    heartbeats: u32,
    /// Whether Discord has said how often it wants to hear from us.
    greeted: bool,
    /// Since when there is a connection without that.
    silent: Option<Instant>,
}

impl Connection {
    pub(super) fn new((number, total): (u32, u32), config: &Config<Turns>, rest: &Rest, ear: &Ear) -> Self {
        let shard = Shard::with_config(ShardId::new(number, total), config.clone());
        Self {
            shard,
            config: config.clone(),
            base: rest.base().clone(),
            ear: ear.clone(),
            telemetry: rest.telemetry().clone(),
            active: false,
            heartbeats: 0,
            greeted: false,
            silent: None,
        }
    }

    /// Kept up until `stop` is cancelled or Discord closes for good.
    pub(super) async fn hold(mut self, stop: CancellationToken) -> Result<(), RunError> {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let taken = tokio::select! {
                heard = self.shard.next() => self.take(heard, &stop).await?,
                _ = looks.tick() => {
                    self.look_whether_greeted();
                    Ok(())
                }
                () = stop.cancelled() => Ok(()),
            };
            if taken.is_err() {
                self.begin_when_relieved(&stop).await;
            }
            if stop.is_cancelled() {
                self.leave().await;
                return Ok(());
            }
            self.tell();
            self.start_anew_where_due();
        }
    }

    /// Tells how the connection is; how a session began is told by whoever hears of it.
    fn tell(&mut self) {
        let (shard, latency) = (self.number(), self.shard.latency());
        if latency.periods() != self.heartbeats {
            self.heartbeats = latency.periods();
            if let Some(latest) = latency.recent().first() {
                self.telemetry.heartbeat(shard, *latest);
            }
        }
        // One that broke is heard of only once the next one stands, or fails.
        let active = self.shard.state() == ShardState::Active;
        match (self.active, active) {
            (false, true) => self.telemetry.connected(shard),
            (true, false) => self.telemetry.disconnected(shard),
            _ => {}
        }
        self.active = active;
    }

    async fn take(
        &mut self,
        heard: Option<Told>,
        stop: &CancellationToken,
    ) -> Result<Result<(), Overflow>, RunError> {
        let text = match heard {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => return self.closed(frame.map(|frame| frame.code)).map(Ok),
            Some(Err(error)) => {
                // The error's own text repeats what was received, so it is not shown.
                let ReceiveMessageErrorType::Deserializing { event } = error.into_parts().0 else {
                    warn!(shard = self.number(), "Discord's gateway cannot be reached; trying again");
                    return Ok(Ok(()));
                };
                event
            }
            None => return Err(RunError::Closed("it said nothing more".to_owned())),
        };
        // Every message is read once, by whoever acts on it, and not here.
        self.greeted = self.greeted || self.shard.state() == ShardState::Identifying && is_greeting(&text);
        tokio::select! {
            taken = self.ear.hear(self.number(), text) => Ok(taken),
            () = stop.cancelled() => Ok(Ok(())),
        }
    }

    fn number(&self) -> u32 {
        self.shard.id().number()
    }

    fn closed(&self, code: Option<u16>) -> Result<(), RunError> {
        if self.shard.state() == ShardState::FatallyClosed {
            return Err(closed_for_good(code));
        }
        info!(shard = self.number(), code, "the connection to Discord was closed; connecting again");
        Ok(())
    }

    /// A connection is good for nothing before Discord has said how often it wants to hear from us.
    fn look_whether_greeted(&mut self) {
        if self.shard.state() != ShardState::Identifying || self.greeted {
            self.silent = None;
            return;
        }
        let since = *self.silent.get_or_insert_with(Instant::now);
        if since.elapsed() >= GREETING {
            warn!(shard = self.number(), "Discord's gateway does not say a word; connecting again");
            self.begin(self.shard.session().cloned());
        }
    }

    /// Begins anew where the next attempt would go to an address that Discord should not have given, or would wait for long.
    /// The session stays.
    fn start_anew_where_due(&mut self) {
        let state = self.shard.state();
        self.greeted &= state == ShardState::Identifying;
        // A connection can end and be tried again without a word in between, so the address is looked at once it is given.
        let astray = self.shard.resume_url().is_some_and(|url| !is_acceptable(&self.base, url));
        let in_vain = matches!(state, ShardState::Disconnected { reconnect_attempts: ATTEMPTS.. });
        if astray || in_vain {
            self.begin(self.shard.session().cloned());
        }
    }

    /// A new session tells how everything stands, so that what found no room is not missed.
    async fn begin_when_relieved(&mut self, stop: &CancellationToken) {
        warn!(
            shard = self.number(),
            "Discord says more than I can take up; beginning anew when there is room"
        );
        // Without a connection nobody waits for our heartbeats.
        self.begin(None);
        tokio::select! {
            () = self.ear.relieved() => {}
            () = stop.cancelled() => {}
        }
    }

    fn begin(&mut self, session: Option<Session>) {
        let mut config = ConfigBuilder::from(self.config.clone());
        if let Some(session) = session {
            config = config.session(session);
        }
        (self.greeted, self.silent) = (false, None);
        self.shard = Shard::with_config(self.shard.id(), config.build());
    }

    async fn leave(mut self) {
        info!(shard = self.number(), "leaving the gateway");
        if matches!(self.shard.state(), ShardState::Disconnected { .. }) {
            return;
        }
        self.shard.close(CloseFrame::NORMAL);
        // What else is heard until Discord answers is read back at the next start.
        let farewell = async {
            while self.shard.next().await.is_some_and(|heard| heard.is_ok_and(|heard| !heard.is_close())) {}
        };
        tokio::time::timeout(super::super::FAREWELL, farewell).await.ok();
    }
}

/// Whether it says how often Discord wants to hear from us (op 10).
fn is_greeting(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Word {
        op: u8,
    }
    serde_json::from_str(text).is_ok_and(|Word { op }| op == 10)
}
