//! What moderators and other processes decided: taken up at the start, and followed from then on.

use tokio::sync::mpsc;
use tracing::{error, info};

use super::RunError;
use super::executor::Discord;
use crate::responder::Responder;
use crate::store::{Database, Heard as Change, Store, Watched};

/// Takes up what was set, and what was left unfinished. What is changed from here on.
pub(super) async fn take_up(
    responder: &Responder<Watched<Database>, Discord>,
) -> Result<Option<mpsc::Receiver<Change>>, RunError> {
    let changes = responder.store().within().changes_heard().await?;
    responder.load_settings().await?;
    responder.set_clocks().await?;
    let resumed = responder.resume().await?;
    if resumed > 0 {
        info!(resumed, "taking up what was left unfinished");
    }
    Ok(changes)
}

/// What is changed by another process holds here, too.
pub(super) async fn follow_changes<S: Store + 'static>(
    responder: &Responder<S, Discord>,
    changes: Option<mpsc::Receiver<Change>>,
) {
    let Some(mut changes) = changes else { return };
    while let Some(change) = changes.recv().await {
        let followed = match change {
            Change::Change(guild) => responder.reload(guild).await,
            Change::Everything => responder.load_settings().await,
        };
        if let Err(error) = followed {
            error!(%error, "settings that another process changed cannot be read");
        }
    }
}
