//! `aside backup`: a copy of the database as it is at one moment, while the bot runs.

use std::io::{self, Write as _};
use std::path::PathBuf;

use tokio::runtime::Runtime;

use super::{Exit, complain, finished};
use crate::config::Loaded;
use crate::store::Database;

/// The arguments of `aside backup`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to write it; a file that is there already is never overwritten. It can be read by you alone, and holds what
    /// `aside privacy` lists: it is yours to erase in time
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, loaded: &Loaded) -> Exit {
    let written = match Runtime::new() {
        Ok(runtime) => runtime
            .block_on(Database::backup(&loaded.config.store.url, &args.file))
            .map_err(|error| error.to_string()),
        Err(error) => Err(format!("cannot start: {error}")),
    };
    match written {
        Ok(()) => finished(writeln!(io::stdout(), "Written: {}", args.file.display())),
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}
