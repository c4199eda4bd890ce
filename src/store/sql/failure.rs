//! What passes is tried again; after what lasts nothing is kept any more, and whoever acts on it hears of it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sqlx::{Any, Transaction};
use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use super::super::StoreError;
use super::Database;
use super::open::Engine;

/// Waits between attempts. Meanwhile it is not recorded that we listen: what waits is read back should the process end.
const WAITS: [Duration; 6] = [
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(5),
];

/// Why nothing is kept any more, once that is so.
#[derive(Clone, Default)]
pub(super) struct Failure {
    why: Arc<OnceLock<String>>,
    told: CancellationToken,
}

impl Failure {
    pub(super) fn set(&self, why: &StoreError) {
        if self.why.set(why.to_string()).is_ok() {
            error!(error = %why, "nothing can be kept any more, so nothing is done any more");
        }
        self.told.cancel();
    }

    pub(super) fn check(&self) -> Result<(), StoreError> {
        self.why.get().map_or(Ok(()), |why| Err(StoreError::Failed(why.clone())))
    }

    pub(super) async fn happened(&self) -> StoreError {
        self.told.cancelled().await;
        StoreError::Failed(self.why.get().cloned().unwrap_or_default())
    }
}

/// That something heard is not kept yet.
struct Behind<'a>(&'a AtomicUsize);

impl<'a> Behind<'a> {
    fn one(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Behind<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Database {
    /// Does something that is done as a whole or not at all, again and again while what hinders it passes.
    pub(super) async fn trying<T, F>(&self, what: impl Fn() -> F + Send + Sync) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        let mut waits = WAITS.into_iter();
        let mut behind = None;
        loop {
            let done = Box::pin(what()).await;
            let Err(error) = &done else { return done };
            if let (true, Some(wait)) = (error.is_passing(), waits.next()) {
                warn!(%error, "tried again in a moment");
                behind.get_or_insert_with(|| Behind::one(&self.behind));
                tokio::select! {
                    () = tokio::time::sleep(wait) => continue,
                    error = self.failure.happened() => return Err(error),
                }
            }
            if error.is_passing() || error.is_lasting() {
                self.failure.set(error);
            }
            return done;
        }
    }

    /// Where the connection breaks meanwhile, nobody knows whether it is kept: only a new start finds out what was not done.
    pub(super) async fn commit(&self, tx: Transaction<'static, Any>) -> Result<(), StoreError> {
        let Err(error) = tx.commit().await else { return Ok(()) };
        match (&self.engine, StoreError::from(error)) {
            (Engine::Postgres(_), StoreError::Passing { what: super::super::error::UNREACHABLE, reason }) => {
                Err(StoreError::InDoubt(reason))
            }
            (_, error) => Err(error),
        }
    }
}
