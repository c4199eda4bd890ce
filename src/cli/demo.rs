//! `aside demo`: a day in a community, shown on standard output.

use std::env;
use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::Args as ClapArgs;
use tokio::runtime::Runtime;

use super::{Exit, complain, finished};
use crate::demo::{DemoError, Options, demo};

/// What `aside demo` takes.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Play this script instead of the built-in day
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
}

/// Plays the day.
pub(super) fn run(args: Args) -> Exit {
    let watched = io::stdout().is_terminal();
    // https://no-color.org: present and not empty means none.
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let options = Options { script: args.script, color: watched && !plain, paced: watched };
    let played = match Runtime::new() {
        Ok(runtime) => runtime.block_on(demo(&options, &mut io::stdout())),
        Err(error) => Err(DemoError::Discord(error)),
    };
    match played {
        Ok(_) => Exit::Done,
        Err(DemoError::Write(error)) => finished(Err(error)),
        Err(error) => {
            complain(&error);
            if error.is_configuration() { Exit::Config } else { Exit::Failed }
        }
    }
}
