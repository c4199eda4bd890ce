//! What is seen to from time to time, whatever else goes on: what is over is forgotten, and what there is is counted.

use std::time::Duration;

use jiff::SignedDuration;
use tracing::{debug, error, info, warn};

use super::clock::Clock;
use super::executor::Discord;
use super::guilds::Guilds;
use super::id::ApplicationId;
use super::rest::{Rest, Standing};
use crate::commands;
use crate::responder::Responder;
use crate::store::{Shards, Store, Tally};
use crate::telemetry::{Call, Telemetry};

/// Between two sweeps.
const SWEEP: SignedDuration = SignedDuration::from_hours(1);

/// Between two looks for wishes: those of the command line, and those of which something was left.
const LOOK: SignedDuration = SignedDuration::from_mins(1);

/// Forgets what has been kept for its time, at the start and every hour, and carries on with what people want forgotten.
pub(super) async fn keep_tidy<S: Store + 'static>(responder: &Responder<S, Discord>, clock: &Clock) {
    let mut swept = None;
    loop {
        let now = clock.now();
        if swept.is_none_or(|swept| now.duration_since(swept) >= SWEEP) {
            sweep(responder).await;
            swept = Some(now);
        }
        if let Err(error) = responder.forget_what_is_left().await {
            warn!(%error, "what people want forgotten is not forgotten yet");
        }
        let Ok(next) = now.checked_add(LOOK) else { return };
        clock.reach(next).await;
    }
}

/// Between two looks whether the store answers.
const PROOF: Duration = Duration::from_secs(5);

/// Between two counts of cases.
const COUNT: Duration = Duration::from_secs(15);

/// A store that takes longer than this does not answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Between two looks at the limit on invalid requests.
const LIMITS: Duration = Duration::from_secs(1);

/// Between two counts of servers.
const CENSUS: Duration = Duration::from_secs(5);

/// Counts what there is, for as long as the bot runs.
pub(super) async fn count<S: Store + 'static>(
    responder: &Responder<S, Discord>,
    guilds: &Guilds,
    shards: Shards,
) {
    let rest = &responder.executor().rest;
    tokio::join!(
        prove_store(responder),
        count_cases(responder),
        count_guilds(responder.telemetry(), guilds, shards.total()),
        watch_limits(rest)
    );
}

/// Looks whether the store answers, for as long as the bot runs: what it is asked for otherwise may be long ago.
async fn prove_store<S: Store + 'static>(responder: &Responder<S, Discord>) {
    loop {
        // A failure is counted and told by the store itself.
        if tokio::time::timeout(PATIENCE, responder.store().prove()).await.is_err() {
            responder.telemetry().store_silent();
        }
        tokio::time::sleep(PROOF).await;
    }
}

/// Counts open cases and what was given up, for as long as the bot runs.
async fn count_cases<S: Store + 'static>(responder: &Responder<S, Discord>) {
    loop {
        match responder.store().tally().await {
            Ok(tally) => tell(responder.telemetry(), &tally),
            Err(error) => warn!(%error, "cases cannot be counted"),
        }
        tokio::time::sleep(COUNT).await;
    }
}

fn tell(telemetry: &Telemetry, tally: &Tally) {
    let open = |state| tally.open.get(&state).copied().unwrap_or_default();
    let overdue = |call| match call {
        Call::Reminder => tally.reminded,
        Call::Escalation => tally.escalated,
    };
    telemetry.cases(open, overdue);
    telemetry.dead_letters(tally.dead_letters);
}

/// Looks how near the limit on invalid requests is, for as long as the bot runs.
async fn watch_limits(rest: &Rest) {
    loop {
        let Standing { invalid, open, .. } = rest.standing();
        rest.telemetry().circuit(invalid, open);
        tokio::time::sleep(LIMITS).await;
    }
}

/// Counts the servers of each shard, for as long as the bot runs.
async fn count_guilds(telemetry: &Telemetry, guilds: &Guilds, shards: u32) {
    loop {
        for (shard, count) in guilds.by_shard(shards) {
            telemetry.guilds(shard, count);
        }
        tokio::time::sleep(CENSUS).await;
    }
}

async fn sweep<S: Store + 'static>(responder: &Responder<S, Discord>) {
    match responder.sweep().await {
        Ok(0) => {}
        Ok(cases) => info!(cases, "cases were over for long enough and are forgotten"),
        Err(error) => warn!(%error, "what is over could not be forgotten; it is tried again in an hour"),
    }
}

/// Begins again and again what lies in the outbox and nobody sees to.
pub(super) async fn look_after_outbox<S: Store + 'static>(responder: &Responder<S, Discord>, rest: &Rest) {
    loop {
        tokio::time::sleep(responder.patience().look).await;
        // A circuit with nothing to send closes all the same.
        let Standing { invalid, open, guilds } = rest.standing();
        debug!(invalid, open, guilds, "requests that Discord refused of late");
        if let Err(error) = responder.look_after_outbox().await {
            error!(%error, "the outbox cannot be read");
        }
    }
}

/// Waits after each attempt to register the commands.
const REGISTERING: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_secs(10), Duration::from_mins(1), Duration::from_mins(10)];

/// Tries until it works: without its commands the bot still watches and acts. Of several processes the first one does it.
pub(super) async fn register_commands(rest: &Rest, application: ApplicationId, shards: Shards) {
    if shards.first() != 0 {
        return;
    }
    let last = std::iter::repeat(REGISTERING[REGISTERING.len() - 1]);
    for wait in REGISTERING.into_iter().chain(last) {
        match commands::register(rest, application.get()).await {
            Ok(()) => return,
            Err(error) => {
                warn!(%error, "the commands could not be registered; those that Discord knows still work");
            }
        }
        tokio::time::sleep(wait).await;
    }
}
