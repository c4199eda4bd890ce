//! `aside erase`: what the operator does for somebody who has left a server, and so cannot use `/privacy erase`.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::num::NonZeroU64;

use tokio::runtime::Runtime;

use super::{Exit, complain, finished};
use crate::config::Loaded;
use crate::discord::Clock;
use crate::message::{GuildId, UserId};
use crate::privacy::{About, counts};
use crate::store::Database;
use crate::store::{Erasure, Left, Store, StoreError};

/// The arguments of `aside erase`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Whom to forget, by their Discord id
    #[arg(long, value_name = "ID")]
    user: NonZeroU64,
    /// In which server; in all of them unless given
    #[arg(long, value_name = "ID")]
    guild: Option<NonZeroU64>,
}

pub(super) fn run(args: &Args, loaded: &Loaded) -> Exit {
    let url = &loaded.config.store.url;
    let told = match Runtime::new() {
        Ok(runtime) => runtime.block_on(erase(args, url)).map_err(|error| error.to_string()),
        Err(error) => Err(format!("cannot start: {error}")),
    };
    match told {
        Ok(told) => finished(io::stdout().write_all(told.as_bytes())),
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}

/// What was done, in words.
async fn erase(args: &Args, url: &str) -> Result<String, StoreError> {
    let store = Database::open_existing(url).await?;
    let member = UserId(args.user.get());
    let servers = match args.guild {
        Some(guild) => vec![GuildId(guild.get())],
        None => store.servers_of(member).await?,
    };
    let mut told = String::new();
    let mut left = false;
    for guild in servers {
        left |= erase_in(&store, guild, member, &mut told).await?;
    }
    if args.guild.is_none() && !left {
        store.forget_language(member).await?;
    }
    if told.is_empty() {
        told = format!("Nothing is stored about {member}.\n");
    }
    store.close().await;
    Ok(told)
}

/// Whether something is left.
async fn erase_in(
    store: &Database,
    guild: GuildId,
    member: UserId,
    told: &mut String,
) -> Result<bool, StoreError> {
    let before = store.traces(guild, member).await?;
    if counts(&before).is_empty() {
        return Ok(false);
    }
    let left = store.forget(&Erasure { guild, member, at: Clock::system().now() }).await?;
    writeln!(told, "Server {guild}: {}", outcome(&left)).ok();
    let after = store.traces(guild, member).await?;
    for (kept, count) in counts(&after).into_iter().filter(|(kept, _)| kept.about == About::Moderators) {
        writeln!(told, "  kept, as a moderator's record ({}): {count}", kept.name).ok();
    }
    Ok(!left.is_nothing())
}

fn outcome(left: &Left) -> String {
    if left.is_nothing() {
        return "what was stored about them is erased.".to_owned();
    }
    let mut told =
        "what was stored about them is erased, but for what the bot does first, within a minute where it \
                    runs, else at its next start:"
            .to_owned();
    if !left.cases.is_empty() {
        write!(
            told,
            "\n  ends case {}, or takes the name out of what moderators were told",
            listed(&left.cases)
        )
        .ok();
    }
    if !left.named.is_empty() {
        write!(
            told,
            "\n  waits for the end of case {} of somebody else, which they are part of",
            listed(&left.named)
        )
        .ok();
    }
    told
}

fn listed(numbers: &[u32]) -> String {
    numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
