//! Connecting: addresses, what each database is told first, and migrations.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Connection as _, Executor as _, SqlSafeStr as _};
use tokio_util::task::TaskTracker;
use url::Url;

use super::super::error::said;
use super::super::{Shards, StoreError};
use super::Database;
use super::failure::Failure;

type Migrations = &'static [(i64, &'static str, &'static str)];

const SQLITE: Migrations = &[
    (1, "cases", include_str!("sqlite/1_cases.sql")),
    (2, "conversations", include_str!("sqlite/2_conversations.sql")),
    (3, "settings", include_str!("sqlite/3_settings.sql")),
    (4, "life", include_str!("sqlite/4_life.sql")),
    (5, "causes", include_str!("sqlite/5_causes.sql")),
    (6, "privacy", include_str!("sqlite/6_privacy.sql")),
    (7, "alerts", include_str!("sqlite/7_alerts.sql")),
    (8, "faults", include_str!("sqlite/8_faults.sql")),
];

/// What SQLite's hold together, and what came since.
const POSTGRES: Migrations = &[(1, "schema", include_str!("postgres/1_schema.sql"))];

/// One writes at a time; a transaction counts as committed only once it would survive a power cut; and what is erased is
/// overwritten.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000; \
                       PRAGMA secure_delete = ON;";

/// So many connections of one process: one serves some hundred transactions a second.
const CONNECTIONS: u32 = 8;

/// What is kept of members is for nobody else on the machine.
pub(super) const MODE: u32 = 0o600;

/// How long a server may take to be reached.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which database it is.
pub(super) enum Engine {
    /// SQLite, in this file.
    Sqlite(PathBuf),
    /// PostgreSQL, reached like this, besides by the pool.
    Postgres(Box<PgConnectOptions>),
}

impl Database {
    /// Opens `url`, `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`; brings its schema up to date, and creates a
    /// file that is not there.
    ///
    /// # Errors
    ///
    /// The address is neither, or the database cannot be opened, created or brought up to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let address = Address::of(url)?;
        let pool = address.connect(true).await.map_err(|error| address.open_error(&error))?;
        if let Err(error) = address.migrate(&pool).await {
            pool.close().await;
            return Err(address.migration_error(error));
        }
        Ok(Self {
            pool,
            engine: address.engine,
            shards: Shards::ALL,
            failure: Failure::default(),
            behind: AtomicUsize::new(0),
            dropped: AtomicBool::new(false),
            tasks: TaskTracker::new(),
        })
    }

    /// The same for a database that is there already.
    ///
    /// # Errors
    ///
    /// As [`Self::open`]; or there is no such file.
    pub async fn open_existing(url: &str) -> Result<Self, StoreError> {
        if let Engine::Sqlite(path) = &Address::of(url)?.engine
            && !path.exists()
        {
            return Err(StoreError::Missing(path.display().to_string()));
        }
        Self::open(url).await
    }
}

/// One name and value of a query.
fn decoded(pair: &str) -> Option<(String, String)> {
    url::form_urlencoded::parse(pair.as_bytes()).into_owned().next()
}

/// Makes the file where there is none, for nobody else to read; SQLite makes those beside it alike. Whether it could be made is
/// said by whoever opens it.
fn create_file(path: &Path) {
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(path).ok();
}

/// Statements are not logged: they are many, and where the library asks whether to, `tracing` drops the line that comes next
/// in that thread, which is one of ours (<https://github.com/tokio-rs/tracing/issues/2519>).
fn quiet<O: ConnectOptions>(options: O) -> O {
    options.disable_statement_logging()
}

/// Where a database is.
pub(super) struct Address {
    pub(super) engine: Engine,
    /// For the pool.
    url: String,
    /// For people: without a password.
    pub(super) place: String,
}

impl Address {
    pub(super) fn of(url: &str) -> Result<Self, StoreError> {
        match url.split_once(':') {
            Some(("sqlite", path)) => Self::of_file(path.strip_prefix("//").unwrap_or(path)),
            Some(("postgres" | "postgresql", _)) => Self::of_server(url),
            _ => None,
        }
        // An address may hold a password, so only its scheme is repeated.
        .ok_or_else(|| StoreError::Address(url.split(':').next().unwrap_or_default().to_owned()))
    }

    fn of_file(path: &str) -> Option<Self> {
        let path = path.split('?').next().filter(|path| !path.is_empty())?;
        let mut url = Url::parse("sqlite:///").ok()?;
        let absolute = std::path::absolute(path).ok()?;
        url.set_path(&absolute.to_str()?.replace('%', "%25"));
        let engine = Engine::Sqlite(PathBuf::from(path));
        Some(Self { engine, url: url.into(), place: path.to_owned() })
    }

    fn of_server(url: &str) -> Option<Self> {
        let options = quiet(PgConnectOptions::from_str(url).ok()?.application_name("aside"));
        let database = options.get_database().unwrap_or_else(|| options.get_username());
        let place = match options.get_socket() {
            Some(socket) => format!("postgres://{}/{database}", socket.display()),
            None => format!("postgres://{}:{}/{database}", options.get_host(), options.get_port()),
        };
        Some(Self { engine: Engine::Postgres(Box::new(options)), url: url.to_owned(), place })
    }

    /// A file is created where that is wanted.
    pub(super) async fn connect(&self, create: bool) -> Result<AnyPool, sqlx::Error> {
        install_default_drivers();
        let options = AnyPoolOptions::new().acquire_timeout(PATIENCE);
        match &self.engine {
            Engine::Sqlite(path) => {
                let url = format!("{}?mode={}", self.url, if create { "rwc" } else { "rw" });
                // One connection: SQLite has one writer anyway, and transactions then never meet.
                let options = options.max_connections(1).after_connect(|connection, _| {
                    Box::pin(async move { connection.execute(PRAGMAS).await.map(drop) })
                });
                let address = quiet(AnyConnectOptions::from_str(&url)?);
                if create {
                    create_file(path);
                }
                // The pool would try again and again, and not say what is wrong.
                let mut first = AnyConnection::connect_with(&address).await?;
                first.execute(PRAGMAS).await?;
                first.close().await?;
                options.connect_with(address).await
            }
            Engine::Postgres(server) => {
                let first = tokio::time::timeout(PATIENCE, server.connect()).await;
                first.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??.close().await?;
                let options = options.max_connections(CONNECTIONS);
                options.connect_with(quiet(AnyConnectOptions::from_str(&self.url)?)).await
            }
        }
    }

    /// The address of a server without its password, and the password.
    pub(super) fn without_password(&self) -> Option<(String, Option<String>)> {
        let mut url = Url::parse(&self.url).ok()?;
        let before_host = url.password().map(|password| format!("password={}", password.replace('+', "%2B")));
        url.set_password(None).ok()?;
        let query = url.query().unwrap_or_default().to_owned();
        let is_password = |pair: &&str| decoded(pair).is_some_and(|(name, _)| name == "password");
        let (passwords, others): (Vec<&str>, Vec<&str>) = query.split('&').partition(is_password);
        // The others stay as they are written: PostgreSQL's programs do not read `+` as a space.
        url.set_query(Some(others.join("&").as_str()).filter(|query| !query.is_empty()));
        let password = passwords.last().copied().or(before_host.as_deref());
        Some((url.into(), password.and_then(decoded).map(|(_, password)| password)))
    }

    /// Several processes may start at once: the database is locked meanwhile.
    async fn migrate(&self, pool: &AnyPool) -> Result<(), MigrateError> {
        let migrator = migrator(self.migrations());
        match self.engine {
            Engine::Sqlite(_) => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                migrator.run_direct(None, &mut *tx, false).await?;
                Ok(tx.commit().await?)
            }
            Engine::Postgres(_) => migrator.run(pool).await,
        }
    }

    const fn migrations(&self) -> Migrations {
        match self.engine {
            Engine::Sqlite(_) => SQLITE,
            Engine::Postgres(_) => POSTGRES,
        }
    }

    pub(super) fn open_error(&self, error: &sqlx::Error) -> StoreError {
        let remedy = match self.engine {
            Engine::Sqlite(_) => {
                "The folder must exist and be writable, and the file be a database of this program"
            }
            Engine::Postgres(_) => "The server must run, the database exist, and the user own it",
        };
        StoreError::Open { place: self.place.clone(), reason: said(error), remedy }
    }

    fn migration_error(&self, error: MigrateError) -> StoreError {
        let known = self.migrations().last().map_or(0, |(version, ..)| *version);
        match error {
            MigrateError::VersionMissing(found) if found > known => {
                StoreError::Newer { place: self.place.clone(), found, known }
            }
            other => self.open_error(&other.into()),
        }
    }
}

fn migrator(migrations: Migrations) -> Migrator {
    let migrations = migrations.iter().map(|(version, name, sql)| {
        Migration::new(*version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

/// The lock file beside a database file.
pub(super) fn lock_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_out_of_an_address_wherever_it_stands() {
        let secret = ["correct", "horse"].join("+");
        let encoded = secret.replace('+', "%2B");
        let rows = [
            ("postgres://me@db/aside".to_owned(), "postgres://me@db/aside", None),
            (format!("postgres://me:{secret}@db/aside"), "postgres://me@db/aside", Some(&secret)),
            (format!("postgres://me@db/aside?password={encoded}"), "postgres://me@db/aside", Some(&secret)),
            (
                format!("postgres://me@db/aside?options=-c%20x%3D1&pass%77ord={encoded}&host=/run"),
                "postgres://me@db/aside?options=-c%20x%3D1&host=/run",
                Some(&secret),
            ),
            // The one in the query is the one that counts.
            (format!("postgres://me:other@db/?password={encoded}"), "postgres://me@db/", Some(&secret)),
        ];
        for (url, bare, password) in rows {
            let found = Address::of(&url).ok().and_then(|address| address.without_password());
            assert_eq!(found, Some((bare.to_owned(), password.cloned())), "{bare}");
        }
    }
}
