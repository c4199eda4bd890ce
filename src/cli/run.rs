//! `aside run`: the environment's credentials, and signals that stop.

use std::env;

use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use super::{Exit, complain, shards};
use crate::config::{Loaded, Log};
use crate::discord::{self, Clock, Credentials, Origin, RunError, Token};

/// Where Discord is, unless `DISCORD_API_BASE` says otherwise.
const DISCORD: &str = "https://discord.com";

/// Runs the bot until it is asked to stop.
pub(super) fn run(args: &shards::Args, loaded: Loaded) -> Exit {
    let shards = match args.wanted() {
        Ok(shards) => shards,
        Err(wrong) => {
            complain(&wrong);
            return Exit::Usage;
        }
    };
    let credentials = match credentials() {
        Ok(credentials) => Credentials { shards, ..credentials },
        Err(complaint) => {
            complain(&complaint);
            return Exit::Config;
        }
    };
    let runtime = match Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("cannot start: {error}"));
            return Exit::Failed;
        }
    };
    let exit = runtime.block_on(until_stopped(loaded, credentials));
    // Whatever still runs is not worth waiting for: what matters is committed.
    runtime.shutdown_background();
    exit
}

fn credentials() -> Result<Credentials, String> {
    let token = env::var("DISCORD_TOKEN").ok().filter(|token| !token.trim().is_empty());
    let token = token.ok_or(
        "DISCORD_TOKEN is not set. Put the bot token of your application there (developer portal: your \
         application → Bot → Reset Token), or run `aside demo`, which needs none",
    )?;
    let base = env::var("DISCORD_API_BASE").unwrap_or_else(|_| DISCORD.to_owned());
    let base = Origin::parse(&base).map_err(|error| error.to_string())?;
    Ok(Credentials::new(base, Token::new(&token)))
}

/// The first signal stops in order, the second at once.
async fn until_stopped(loaded: Loaded, credentials: Credentials) -> Exit {
    let stop = CancellationToken::new();
    let log = loaded.config.telemetry.log;
    tokio::select! {
        outcome = discord::run(loaded, credentials, Clock::system(), stop.clone()) => ended(outcome, log),
        () = second_signal(&stop) => Exit::Failed,
    }
}

/// The last words are like all others: whoever reads lines of JSON reads these, too.
fn ended(outcome: Result<(), RunError>, log: Log) -> Exit {
    let Err(error) = outcome else { return Exit::Done };
    match log {
        Log::Text => complain(&error),
        Log::Json => tracing::error!(%error, "stopped"),
    }
    if error.is_configuration() { Exit::Config } else { Exit::Failed }
}

/// Cancels `stop` at the first signal and returns at the second.
async fn second_signal(stop: &CancellationToken) {
    signal().await;
    tracing::info!("stopping; once more to stop at once");
    stop.cancel();
    signal().await;
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
