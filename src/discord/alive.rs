//! Until when everything was heard, and the clocks of cases, which go by that.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{error, warn};

use super::catch_up;
use super::clock::Clock;
use super::executor::Discord;
use super::gap::Gap;
use super::id;
use crate::message::GuildId;
use crate::responder::Responder;
use crate::store::{Store, StoreError};

/// How often it is recorded that we listen.
const ALIVE: Duration = Duration::from_secs(2);

/// Between two looks whether what was missed is read back, and how long that is waited for.
const HEARD: Duration = Duration::from_millis(100);
const PATIENCE: Duration = Duration::from_mins(3);

/// Records again and again that we listen, so that the next start knows from when on to read back.
pub(super) async fn stay_alive<S: Store + 'static>(
    responder: &Responder<S, Discord>,
    gap: &Gap,
    clock: &Clock,
) {
    let mut ticks = tokio::time::interval(ALIVE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut recorded = None;
    loop {
        ticks.tick().await;
        note_overdue(responder, gap, clock).await;
        if recorded != gap.complete_until() {
            recorded = record(responder, gap).await;
        }
    }
}

/// Guilds in an outage are noted, so that they are read back whenever it is over.
async fn note_overdue<S: Store + 'static>(responder: &Responder<S, Discord>, gap: &Gap, clock: &Clock) {
    for (guild, since) in gap.overdue(clock.now()) {
        match note(responder.store(), guild, since).await {
            Ok(()) => gap.noted(guild),
            Err(error) => warn!(%error, "cannot record that a server is out of reach"),
        }
    }
}

/// It may be out of reach for longer than one process lives.
async fn note(store: &impl Store, guild: id::GuildId, since: Timestamp) -> Result<(), StoreError> {
    let noted = catch_up::noted_since(store, guild).await?;
    let since = noted.map_or(since, |noted| noted.min(since)).as_second();
    store.note(GuildId(guild.get()), catch_up::SINCE, &since.to_string()).await
}

/// Records until when everything was heard, if that can be told.
pub(super) async fn record<S: Store + 'static>(
    responder: &Responder<S, Discord>,
    gap: &Gap,
) -> Option<Timestamp> {
    let at = gap.complete_until()?;
    match responder.store().alive(at).await {
        Ok(()) => Some(at),
        Err(error) => {
            warn!(%error, "cannot record that I listen");
            None
        }
    }
}

/// Sees to the clocks of cases whenever the next one wants something.
pub(super) async fn keep_time<S: Store + 'static>(
    responder: &Responder<S, Discord>,
    gap: &Gap,
    clock: &Clock,
) {
    hear_out(gap, clock).await;
    loop {
        let now = clock.now();
        let next = responder.tick(now).await.unwrap_or_else(|error| {
            error!(%error, "the clocks of cases cannot be seen to");
            None
        });
        clock.until(next.unwrap_or(Timestamp::MAX), now).await;
    }
}

/// Until what was missed is read back it is not known who was answered meanwhile, but nothing waits for that for ever.
async fn hear_out(gap: &Gap, clock: &Clock) {
    let heard = async {
        while !gap.is_caught_up(clock.now()) {
            tokio::time::sleep(HEARD).await;
        }
    };
    tokio::time::timeout(PATIENCE, heard).await.ok();
}
