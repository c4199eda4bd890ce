//! `aside outbox`: what could not be done, and whether it is tried again.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use jiff::Timestamp;
use serde::Serialize;
use tokio::runtime::Runtime;

use super::{Exit, complain, finished};
use crate::case::action::{Action, Speech};
use crate::case::clock::Promise;
use crate::config::Loaded;
use crate::discord::Clock;
use crate::store::{Database, DeadLetter, OutboxId, Store, StoreError, Terms};

/// The arguments of `aside outbox`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    wish: Wish,
}

#[derive(Debug, clap::Subcommand)]
enum Wish {
    /// List what was given up: what, where, since when, how often it was tried, and why
    List {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// Have actions tried again: within a minute where the bot runs, else at its next start
    Retry {
        /// Their ids, as `aside outbox list` shows them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
    /// Drop actions: they are never done
    Drop {
        /// Their ids, as `aside outbox list` shows them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<i64>,
    },
}

/// What came of a wish, in words, and whether all of it was done.
struct Told {
    words: String,
    all: bool,
}

pub(super) fn run(args: &Args, loaded: &Loaded) -> Exit {
    let told = match Runtime::new() {
        Ok(runtime) => runtime.block_on(carry_out(&args.wish, loaded)).map_err(|error| error.to_string()),
        Err(error) => Err(format!("cannot start: {error}")),
    };
    match told {
        Ok(Told { words, all }) => match finished(io::stdout().write_all(words.as_bytes())) {
            Exit::Done if !all => Exit::Failed,
            exit => exit,
        },
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}

async fn carry_out(wish: &Wish, loaded: &Loaded) -> Result<Told, StoreError> {
    let store = Database::open_existing(&loaded.config.store.url).await?;
    let now = Clock::system().now();
    let letters = store.buried(None).await?;
    let terms = AsItWas { promise: loaded.core.promise.clone(), now };
    let told = match wish {
        Wish::List { json: true } => Told { words: as_json(&letters), all: true },
        Wish::List { json: false } => Told { words: listed(&letters, now), all: true },
        Wish::Retry { ids } => retry(&store, &letters, ids, &terms).await?,
        Wish::Drop { ids } => drop_letters(&store, &letters, ids).await?,
    };
    store.close().await;
    Ok(told)
}

/// An action of the outbox stays as it was chosen when it was committed.
struct AsItWas {
    promise: Promise,
    now: Timestamp,
}

impl Terms for AsItWas {
    fn choose(&self, _: &mut Speech) {}

    fn promise(&self) -> &Promise {
        &self.promise
    }

    fn now(&self) -> Timestamp {
        self.now
    }
}

async fn retry(
    store: &Database,
    letters: &[DeadLetter],
    ids: &[i64],
    terms: &AsItWas,
) -> Result<Told, StoreError> {
    let mut told = Told { words: String::new(), all: true };
    for id in ids {
        match (found(letters, *id), store.retry(OutboxId(*id), terms).await?) {
            (Some(letter), Some(_)) => {
                let what = what(letter);
                writeln!(
                    told.words,
                    "{id}: {what}: tried again within a minute where the bot runs, else at its next start"
                )
                .ok();
            }
            _ => told.unknown(*id),
        }
    }
    Ok(told)
}

async fn drop_letters(store: &Database, letters: &[DeadLetter], ids: &[i64]) -> Result<Told, StoreError> {
    let mut told = Told { words: String::new(), all: true };
    for id in ids {
        match (found(letters, *id), store.drop_letter(OutboxId(*id)).await?) {
            (Some(letter), true) => drop(writeln!(told.words, "{id}: {}: dropped", what(letter))),
            _ => told.unknown(*id),
        }
    }
    Ok(told)
}

impl Told {
    fn unknown(&mut self, id: i64) {
        self.all = false;
        writeln!(self.words, "{id}: nothing of that id was given up; `aside outbox list` shows what was")
            .ok();
    }
}

fn found(letters: &[DeadLetter], id: i64) -> Option<&DeadLetter> {
    letters.iter().find(|letter| letter.pending.id.0 == id)
}

/// What there was to do, and where.
fn what(letter: &DeadLetter) -> String {
    let case = case(letter).map(|number| format!(", case {number}")).unwrap_or_default();
    format!("server {}{case}: {}", letter.pending.guild, letter.pending.action.task())
}

/// The number of its case, also where that has gone on without it.
fn case(letter: &DeadLetter) -> Option<u32> {
    let mut number = Some(letter.pending.number).filter(|number| *number != 0).or(letter.pending.cause);
    let spoken = |speech: Speech| number = number.or(speech.facts.number);
    let _: Action<()> = letter.pending.action.clone().map(spoken);
    number
}

fn listed(letters: &[DeadLetter], now: Timestamp) -> String {
    if letters.is_empty() {
        return "Nothing was given up.\n".to_owned();
    }
    let line = |letter: &DeadLetter| {
        let DeadLetter { pending, at, why } = letter;
        let age = |since: Timestamp| format!("{:#}", coarse(now.duration_since(since)));
        format!(
            "{}: {}; committed {} ago, given up {} ago after {}: {why}\n",
            pending.id.0,
            what(letter),
            age(pending.committed),
            age(*at),
            tries(pending.tries)
        )
    };
    letters.iter().map(line).collect()
}

/// One that Discord refused was tried once, whatever was counted as trouble before.
fn tries(trouble: u32) -> String {
    match trouble {
        0 | 1 => "1 try".to_owned(),
        tries => format!("{tries} tries"),
    }
}

/// To the minute, once a minute has passed.
fn coarse(age: jiff::SignedDuration) -> jiff::SignedDuration {
    if age.as_mins() == 0 {
        jiff::SignedDuration::from_secs(age.as_secs())
    } else {
        jiff::SignedDuration::from_mins(age.as_mins())
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    id: i64,
    server: String,
    case: Option<u32>,
    action: &'static str,
    task: &'static str,
    committed: Timestamp,
    given_up: Timestamp,
    tries: u32,
    reason: &'a str,
}

fn as_json(letters: &[DeadLetter]) -> String {
    let entry = |letter: &'_ DeadLetter| {
        let entry = Entry {
            id: letter.pending.id.0,
            server: letter.pending.guild.to_string(),
            case: case(letter),
            action: letter.pending.action.name(),
            task: letter.pending.action.task(),
            committed: letter.pending.committed,
            given_up: letter.at,
            tries: letter.pending.tries.max(1),
            reason: &letter.why,
        };
        serde_json::to_value(entry).unwrap_or_default()
    };
    let entries: Vec<serde_json::Value> = letters.iter().map(entry).collect();
    format!("{:#}\n", serde_json::Value::Array(entries))
}
