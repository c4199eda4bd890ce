//! Several processes: each holds its shards, they take turns to identify, and they hear of each other's changes.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgListener, PgNotification, PgPoolOptions};
use sqlx::{ConnectOptions as _, Executor as _, PgConnection};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};
use tracing::{info, warn};

use super::super::{Heard, Shards, StoreError};
use super::Database;
use super::open::{Engine, MODE, lock_file};
use crate::message::GuildId;

/// What our advisory locks are about: the first of their two keys.
const SHARD: i32 = 0x6173_6401;
const TOTAL: i32 = 0x6173_6402;
const DEALING: i32 = 0x6173_6403;
const IDENTIFYING: i32 = 0x6173_6404;

/// The channel on which changes are told.
const CHANGES: &str = "aside_settings";

/// Between two looks whether a shard is free.
const LOOK: Duration = Duration::from_millis(250);

/// Between two signs of life, and how long one may take: together less than [`FORSAKEN`].
const PULSE: Duration = Duration::from_secs(2);
const NO_PULSE: Duration = Duration::from_secs(8);

/// Has the server give up a connection of which it hears nothing, and so its locks: later than we have given it up
/// (seconds: 15 + 3 × 5, and the same in milliseconds where it has something to say that does not arrive).
const FORSAKEN: &str = "SET tcp_keepalives_idle = 15; SET tcp_keepalives_interval = 5; \
                        SET tcp_keepalives_count = 3; SET tcp_user_timeout = 30000";

/// That this process sees to its shards, and no other. Dropped, it is given up.
pub struct Held {
    hold: Hold,
    waited: bool,
}

impl Held {
    /// Whether another process had them first, so that what was found out before may be long out of date.
    #[must_use]
    pub const fn has_waited(&self) -> bool {
        self.waited
    }
}

enum Hold {
    /// The lock on it ends with it.
    File { _locked: File },
    /// The task has the connection.
    Connection(AbortHandle),
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Hold::Connection(task) = &self.hold {
            task.abort();
        }
    }
}

/// That this process identifies, and no other of its bucket. Dropped, the next one may.
pub struct Slot {
    _connection: Option<PgConnection>,
}

impl Database {
    /// Holds `shards`, and waits until no other process does; says so once where it has to. Once the hold is lost, nothing is
    /// committed any more, and [`super::Store::failed`] says so. A file is held as a whole, or there is an error.
    ///
    /// # Errors
    ///
    /// Another process runs on the file, or the database failed.
    pub fn hold(&self, shards: Shards) -> BoxFuture<'_, Result<Held, StoreError>> {
        self.take_hold(shards).boxed()
    }

    async fn take_hold(&self, shards: Shards) -> Result<Held, StoreError> {
        let options = match &self.engine {
            Engine::Sqlite(path) => return hold_file(path),
            Engine::Postgres(options) => options,
        };
        let mut told = Told::default();
        let listener = loop {
            match hold_shards(options, shards, &mut told).await {
                Err(error) if error.is_passing() => sleep(PULSE).await,
                held => break held?,
            }
        };
        let failure = self.failure.clone();
        let watching = async move {
            beat(listener).await;
            failure.set(&StoreError::Lost);
        };
        let hold = Hold::Connection(self.tasks.spawn(watching).abort_handle());
        Ok(Held { hold, waited: told.total || told.shard.is_some() })
    }

    /// Waits until no other process identifies in `bucket`, a shard's number modulo `max_concurrency`. To be kept until five
    /// seconds after. Where one process is all there is, it is had at once.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn identify_slot(&self, bucket: u32) -> Result<Slot, StoreError> {
        let Engine::Postgres(options) = &self.engine else { return Ok(Slot { _connection: None }) };
        let mut connection = options.connect().await?;
        connection.execute(FORSAKEN).await?;
        sqlx::query("SELECT pg_advisory_lock($1, $2)")
            .bind(IDENTIFYING)
            .bind(key(bucket))
            .execute(&mut connection)
            .await?;
        Ok(Slot { _connection: Some(connection) })
    }

    /// What other processes, and this one, change of settings from now on. None where one process is all there is.
    ///
    /// # Errors
    ///
    /// The database failed.
    pub async fn changes_heard(&self) -> Result<Option<mpsc::Receiver<Heard>>, StoreError> {
        let Engine::Postgres(options) = &self.engine else { return Ok(None) };
        let listener = listen(options).await?;
        let (sender, heard) = mpsc::channel(64);
        self.tasks.spawn(hear(options.clone(), listener, sender));
        Ok(Some(heard))
    }

    /// Told once it is committed.
    pub(super) async fn tell_change(
        &self,
        tx: &mut sqlx::AnyConnection,
        guild: GuildId,
    ) -> Result<(), StoreError> {
        if let Engine::Postgres(_) = self.engine {
            sqlx::query("SELECT pg_notify($1, $2)").bind(CHANGES).bind(guild.to_string()).execute(tx).await?;
        }
        Ok(())
    }
}

fn hold_file(path: &std::path::Path) -> Result<Held, StoreError> {
    let place = path.display().to_string();
    let open_error = |error: std::io::Error| StoreError::Open {
        place: place.clone(),
        reason: format!("its lock file: {error}"),
        remedy: "The folder must be writable",
    };
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(MODE).open(lock_file(path));
    let file = file.map_err(open_error)?;
    match file.try_lock() {
        Ok(()) => Ok(Held { hold: Hold::File { _locked: file }, waited: false }),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(place)),
        Err(TryLockError::Error(error)) => Err(open_error(error)),
    }
}

/// What was said about waiting.
#[derive(Default)]
struct Told {
    total: bool,
    shard: Option<u32>,
}

/// A connection that holds them all.
async fn hold_shards(
    options: &PgConnectOptions,
    shards: Shards,
    told: &mut Told,
) -> Result<PgListener, StoreError> {
    let mut listener = listener(options).await?;
    while !hold_total(&mut listener, shards.total()).await? {
        if !std::mem::replace(&mut told.total, true) {
            info!(total = shards.total(), "waiting: other processes run with another number of shards");
        }
        sleep(LOOK).await;
    }
    for shard in shards.ids() {
        while !lock(&mut listener, "SELECT pg_try_advisory_lock($1, $2)", (SHARD, key(shard))).await? {
            if told.shard.replace(shard) != Some(shard) {
                info!(shard, shards = %shards, "waiting: another process sees to this shard");
            }
            sleep(LOOK).await;
        }
    }
    info!(shards = %shards, "this process sees to these shards");
    Ok(listener)
}

/// Shards of different numbers share servers, so all who run at once have the same number of them. Whether that is so.
async fn hold_total(listener: &mut PgListener, total: u32) -> Result<bool, StoreError> {
    let dealing = (DEALING, 0);
    if !lock(listener, "SELECT pg_try_advisory_lock($1, $2)", dealing).await? {
        return Ok(false);
    }
    let others: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database \
         WHERE locktype = 'advisory' AND datname = current_database() AND granted \
         AND classid::bigint = $1 AND objid::bigint <> $2",
    )
    .bind(i64::from(TOTAL))
    .bind(i64::from(total))
    .fetch_one(&mut *listener)
    .await?;
    let alone = others == 0;
    if alone {
        lock(listener, "SELECT pg_try_advisory_lock_shared($1, $2)", (TOTAL, key(total))).await?;
    }
    lock(listener, "SELECT pg_advisory_unlock($1, $2)", dealing).await?;
    Ok(alone)
}

async fn lock(
    listener: &mut PgListener,
    query: &'static str,
    (class, key): (i32, i32),
) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(query).bind(class).bind(key).fetch_one(listener).await?)
}

/// Until the connection is gone.
async fn beat(mut listener: PgListener) {
    while next(&mut listener).await.is_some() {}
}

/// What is told next; none once the connection is gone, which mostly is seen at once, and within ten seconds where nothing
/// says so.
async fn next(listener: &mut PgListener) -> Option<PgNotification> {
    loop {
        if let Ok(told) = timeout(PULSE, listener.try_recv()).await {
            return told.ok().flatten();
        }
        let pulse = sqlx::query("SELECT 1").execute(&mut *listener);
        if !matches!(timeout(NO_PULSE, pulse).await, Ok(Ok(_))) {
            return None;
        }
    }
}

/// Passes on what is heard until nobody listens. What was told while the connection was gone is not told again.
async fn hear(options: Box<PgConnectOptions>, mut listener: PgListener, sender: mpsc::Sender<Heard>) {
    loop {
        let heard = tokio::select! {
            heard = next_change(&mut listener, &options) => heard,
            () = sender.closed() => return,
        };
        if sender.send(heard).await.is_err() {
            return;
        }
    }
}

async fn next_change(listener: &mut PgListener, options: &PgConnectOptions) -> Heard {
    while let Some(told) = next(listener).await {
        if let Ok(guild) = told.payload().parse() {
            return Heard::Change(GuildId(guild));
        }
    }
    *listener = listen_again(options).await;
    Heard::Everything
}

async fn listen_again(options: &PgConnectOptions) -> PgListener {
    loop {
        match listen(options).await {
            Ok(listener) => return listener,
            Err(error) => warn!(%error, "changes of other processes are not heard of for now"),
        }
        sleep(PULSE).await;
    }
}

async fn listen(options: &PgConnectOptions) -> Result<PgListener, StoreError> {
    let mut listener = listener(options).await?;
    listener.listen(CHANGES).await?;
    Ok(listener)
}

/// On a connection of its own, which ends once it is gone: another one would have none of its locks.
async fn listener(options: &PgConnectOptions) -> Result<PgListener, StoreError> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| Box::pin(async { connection.execute(FORSAKEN).await.map(drop) }))
        .connect_with(options.clone())
        .await?;
    let mut listener = PgListener::connect_with(&pool).await?;
    listener.eager_reconnect(false);
    Ok(listener)
}

/// Shards and their number are far below this.
fn key(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
