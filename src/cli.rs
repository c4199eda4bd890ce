//! The command line: what was asked for, and the exit code that answers.

mod backup;
mod check;
mod demo;
mod erase;
mod health;
mod logging;
mod outbox;
mod privacy;
mod report;
mod run;
mod scan;
mod shards;

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::problem::harmless;
use crate::config::{Config, ConfigError, Loaded, Log};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// What was asked for was done.
    Done,
    /// It failed.
    Failed,
    /// What was asked for was not understood.
    Usage,
    /// The configuration is not valid; `EX_CONFIG` of `sysexits.h`.
    Config,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Failed => Self::FAILURE,
            Exit::Usage => Self::from(2),
            Exit::Config => Self::from(78),
        }
    }
}

/// A Discord bot that takes boiling points and private details aside, courteously, and stays until they are settled.
#[derive(Debug, Parser)]
#[command(name = "aside", version, arg_required_else_help = true)]
struct Cli {
    /// The configuration file [default: config.toml, or built-in defaults when that is not there]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Connect to Discord; needs `DISCORD_TOKEN`
    Run(shards::Args),
    /// Play a day in a community; needs no token and no network
    Demo(demo::Args),
    /// Run detection and policy over messages, offline
    Scan(scan::Args),
    /// Write a report of a week or a month of cases: figures, a picture, and what to change
    Report(report::Args),
    /// Validate configuration, rules and templates, and print what is in force
    Check,
    /// Print what is kept of people, why and for how long, as configured (Markdown)
    Privacy,
    /// Ask the bot that runs here whether it is well, for supervisors: exit code 0 when it is, 1 when not
    Health(health::Args),
    /// Forget somebody who cannot use `/privacy erase`, since they left the server
    Erase(erase::Args),
    /// Copy the database while the bot runs: an `SQLite` file to put in the place of `[store] url`, or, of PostgreSQL, what
    /// `pg_restore` reads (needs `pg_dump`)
    Backup(backup::Args),
    /// List what could not be done, have it tried again, or drop it
    Outbox(outbox::Args),
}

/// Does what the command line asks for.
pub fn main() -> Exit {
    match Cli::try_parse() {
        Ok(cli) => dispatch(cli),
        Err(error) => usage(&error),
    }
}

/// Help and the version are asked for; anything else was not understood.
fn usage(error: &clap::Error) -> Exit {
    let exit = if error.exit_code() == 0 { Exit::Done } else { Exit::Usage };
    error.print().map_or(Exit::Failed, |()| exit)
}

fn dispatch(cli: Cli) -> Exit {
    let config = cli.config.as_deref();
    match cli.command {
        // The demo has settings of its own, and its page is not to be torn apart by log lines.
        Command::Demo(args) => {
            logging::start("error", Log::Text);
            demo::run(args)
        }
        Command::Run(args) => with_settings(config, |loaded| run::run(&args, loaded)),
        Command::Scan(args) => with_settings(config, |loaded| scan::run(&args, &loaded.core)),
        Command::Report(args) => with_settings(config, |loaded| report::run(&args, loaded)),
        Command::Check => {
            with_settings(config, |loaded| finished(check::print(&loaded, &mut io::stdout().lock())))
        }
        Command::Privacy => {
            with_settings(config, |loaded| finished(privacy::print(&loaded, &mut io::stdout().lock())))
        }
        Command::Health(args) => with_settings(config, |loaded| health::run(&args, &loaded)),
        Command::Erase(args) => with_settings(config, |loaded| erase::run(&args, &loaded)),
        Command::Backup(args) => with_settings(config, |loaded| backup::run(&args, &loaded)),
        Command::Outbox(args) => with_settings(config, |loaded| outbox::run(&args, &loaded)),
    }
}

fn with_settings(config: Option<&Path>, command: impl FnOnce(Loaded) -> Exit) -> Exit {
    match Config::load(config) {
        Ok(loaded) => {
            logging::start("aside=info,warn", loaded.config.telemetry.log);
            command(loaded)
        }
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &ConfigError) -> Exit {
    complain(error);
    Exit::Config
}

/// Says on standard error what went wrong. When even that fails there is no one left to tell.
fn complain(what: &dyn fmt::Display) {
    drop(writeln!(io::stderr(), "error: {}", harmless(&what.to_string())));
}

/// A reader who has seen enough (`aside scan … | head`) is no failure.
fn finished(printed: io::Result<()>) -> Exit {
    match printed {
        Ok(()) => Exit::Done,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Exit::Done,
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}
