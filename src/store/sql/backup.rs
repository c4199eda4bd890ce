//! A copy of the database as it is at one moment, while the bot runs.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::super::StoreError;
use super::super::error::said;
use super::Database;
use super::open::{Address, Engine, MODE};

impl Database {
    /// Writes the database at `url` to `file`, which must not be there: for SQLite a database, for PostgreSQL what
    /// `pg_restore` reads. Nothing else waits for it, and nothing of the database is changed.
    ///
    /// # Errors
    ///
    /// There is no such database, or the file is there already or cannot be written; for PostgreSQL also: `pg_dump` is not
    /// installed.
    pub async fn backup(url: &str, file: &Path) -> Result<(), StoreError> {
        let address = Address::of(url)?;
        if let Engine::Sqlite(path) = &address.engine
            && !path.exists()
        {
            return Err(StoreError::Missing(address.place));
        }
        let failed = |reason: String| StoreError::Backup { file: file.display().to_string(), reason };
        let target = create(file).map_err(failed)?;
        let written = match &address.engine {
            Engine::Sqlite(_) => copy(&address, file).await,
            Engine::Postgres(_) => dump(&address, &target).await,
        };
        let written = written.and_then(|()| target.sync_all().map_err(|error| error.to_string()));
        written.map_err(|reason| {
            // What is there is half a backup at most.
            std::fs::remove_file(file).ok();
            failed(reason)
        })
    }
}

fn create(file: &Path) -> Result<File, String> {
    let created = OpenOptions::new().write(true).create_new(true).mode(MODE).open(file);
    created.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => "it is there already, and is not overwritten".to_owned(),
        _ => error.to_string(),
    })
}

/// SQLite writes into a file that is empty, and leaves those who write alone.
async fn copy(address: &Address, file: &Path) -> Result<(), String> {
    let target = file.to_str().ok_or("its name is not valid Unicode")?;
    let pool = address.connect(false).await.map_err(|error| said(&error))?;
    let copied = sqlx::query("VACUUM INTO $1").bind(target).execute(&pool).await;
    pool.close().await;
    copied.map(drop).map_err(|error| said(&error))
}

/// The password goes where other users of the machine do not see it, unlike the arguments.
async fn dump(address: &Address, target: &File) -> Result<(), String> {
    let output = target.try_clone().map_err(|error| error.to_string())?;
    let (bare, password) = address.without_password().ok_or("the address cannot be read")?;
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-password", "--dbname", &bare]);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let begun = command.stdin(Stdio::null()).stdout(output).stderr(Stdio::piped()).spawn();
    let begun = begun.map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!(
            "pg_dump is not installed here. Install PostgreSQL's client programs, or run where they are: \
             pg_dump --format=custom --file=FILE {}",
            address.place
        ),
        _ => format!("pg_dump cannot be run: {error}"),
    })?;
    let done = begun.wait_with_output().await.map_err(|error| error.to_string())?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("pg_dump says: {}", String::from_utf8_lossy(&done.stderr).trim()))
}
