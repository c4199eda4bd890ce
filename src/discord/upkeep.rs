//! Forgets in time, whatever else goes on.

use jiff::SignedDuration;
use tracing::{info, warn};

use super::clock::Clock;
use super::executor::Discord;
use crate::responder::Responder;
use crate::store::Store;

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

async fn sweep<S: Store + 'static>(responder: &Responder<S, Discord>) {
    match responder.sweep().await {
        Ok(0) => {}
        Ok(cases) => info!(cases, "cases were over for long enough and are forgotten"),
        Err(error) => warn!(%error, "what is over could not be forgotten; it is tried again in an hour"),
    }
}
