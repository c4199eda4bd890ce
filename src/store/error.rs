//! What can go wrong with the store, and whether it passes by itself.

use thiserror::Error;

/// What can go wrong with the store. Messages hold neither data of a member nor a password.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The address is not one of a database this version can use.
    #[error(
        "the store address {0:?} is not usable: write sqlite://PATH, for example sqlite://aside.db, or \
         postgres://USER:PASSWORD@HOST/DATABASE"
    )]
    Address(String),
    /// There is no database yet.
    #[error("there is no database {0}. [store] url or ASIDE_DATABASE_URL says where it is")]
    Missing(String),
    /// The database cannot be opened or created.
    #[error(
        "cannot open the database {place}: {reason}. {remedy}; [store] url or ASIDE_DATABASE_URL says where it is"
    )]
    Open {
        /// The file, or the server and the database there.
        place: String,
        /// What the database said.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// A later version has written it.
    #[error(
        "the database {place} was written by a later version of this program (its schema is number {found}, and this \
         version knows none after {known}): run that version, or restore a backup from before. Nothing was changed"
    )]
    Newer {
        /// The file, or the server and the database there.
        place: String,
        /// The number of its schema.
        found: i64,
        /// The latest that is known here.
        known: i64,
    },
    /// Another process runs on it.
    #[error(
        "another process runs on the database {0}: stop that one first, or give this one a database of its own"
    )]
    InUse(String),
    /// The connection that held this process's shards is gone, so another process may see to them.
    #[error(
        "the connection that held this process's shards is gone, and another process may have taken them over: it stops, \
         and takes them up again when it is started anew"
    )]
    Lost,
    /// A backup could not be written.
    #[error("cannot write the backup {file}: {reason}")]
    Backup {
        /// Where to.
        file: String,
        /// What went wrong, and what would be right.
        reason: String,
    },
    /// Nothing can be kept any more, until somebody does something about it.
    #[error("the database {what} ({reason}): {remedy}. Nothing was done on Discord that is not kept")]
    Lasting {
        /// What is wrong.
        what: &'static str,
        /// What the database said.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// It did not work just now, and was not done; it may work later.
    #[error("the database {what} ({reason})")]
    Passing {
        /// What is wrong.
        what: &'static str,
        /// What the database said.
        reason: String,
    },
    /// The connection broke while something was being committed, so it may be kept or not. A new start finds out.
    #[error(
        "the connection to the database broke while something was being kept ({0}): a new start finds out what is"
    )]
    InDoubt(String),
    /// The store has failed, for this reason, and keeps nothing any more.
    #[error("{0}")]
    Failed(String),
    /// The database stopped answering properly.
    #[error("the database failed: {0}")]
    Database(sqlx::Error),
    /// A row does not hold what this version writes.
    #[error("the database holds a {what} this version cannot read: {reason}")]
    Unreadable {
        /// What kind of row.
        what: &'static str,
        /// Where it stops making sense, without its contents.
        reason: String,
    },
}

impl StoreError {
    /// Whether trying again later may help.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Passing { .. })
    }

    /// Whether nothing can be kept any more: whoever acts has to stop.
    #[must_use]
    pub const fn is_lasting(&self) -> bool {
        matches!(self, Self::Lasting { .. } | Self::InDoubt(_) | Self::Lost | Self::Failed(_))
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let reason = said(&error);
        match trouble(&error) {
            Some(Trouble::Passing(what)) => Self::Passing { what, reason },
            Some(Trouble::Lasting(what, remedy)) => Self::Lasting { what, reason, remedy },
            None => Self::Database(error),
        }
    }
}

/// What the database said, without the library's words around it.
pub(super) fn said(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => database.message().to_owned(),
        other => other.to_string(),
    }
}

/// What a connection says that is broken.
pub(super) const UNREACHABLE: &str = "cannot be reached";

enum Trouble {
    Passing(&'static str),
    Lasting(&'static str, &'static str),
}

fn trouble(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Database(database) => {
            let code = database.code()?;
            // PostgreSQL's codes have five letters and digits, SQLite's are numbers of four digits at most.
            if code.len() == 5 { of_postgres(&code) } else { of_sqlite(code.parse().ok()?) }
        }
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::PoolTimedOut => {
            Some(Trouble::Passing(UNREACHABLE))
        }
        sqlx::Error::WorkerCrashed => Some(Trouble::Lasting("has crashed", "start anew")),
        _ => None,
    }
}

const FULL: Trouble = Trouble::Lasting("has no room left", "free some space on its disk and start anew");
const READ_ONLY: Trouble =
    Trouble::Lasting("cannot be written", "make it and its folder writable for this process and start anew");
const DAMAGED: Trouble =
    Trouble::Lasting("is damaged", "put it aside, restore the latest backup and start anew");

/// The low byte is the kind. Source: <https://www.sqlite.org/rescode.html>.
const fn of_sqlite(code: u32) -> Option<Trouble> {
    Some(match code & 0xff {
        5 | 6 => Trouble::Passing("is locked by another process"),
        8 => READ_ONLY,
        10 => Trouble::Lasting("cannot be read or written", "see to its disk and start anew"),
        11 | 26 => DAMAGED,
        13 => FULL,
        14 => Trouble::Lasting(
            "cannot be opened",
            "see that the file and its folder are there and writable, and start anew",
        ),
        _ => return None,
    })
}

/// Source: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str) -> Option<Trouble> {
    Some(match code {
        "53100" => FULL,
        "25006" => {
            Trouble::Lasting("takes no changes", "use the address of the server that does, and start anew")
        }
        "XX001" | "XX002" => DAMAGED,
        "42501" => Trouble::Lasting(
            "allows too little",
            "let the user of [store] url own the database and start anew",
        ),
        "40001" | "40P01" | "55P03" => Trouble::Passing("was held up by another process"),
        "53300" => Trouble::Passing("takes no more connections"),
        _ if code.starts_with("08") || code.starts_with("57P") => Trouble::Passing(UNREACHABLE),
        _ => return None,
    })
}
