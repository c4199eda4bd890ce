//! `aside report`: what a week or a month of cases teaches, as files.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum;
use clap::builder::PossibleValue;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use thiserror::Error;
use tokio::runtime::Runtime;

use super::{Exit, complain, finished};
use crate::config::{ConfigError, GuildConfig, GuildConfigs, Loaded};
use crate::discord::Clock;
use crate::message::{ChannelId, GuildId};
use crate::report::{Length, Period, PictureError, Report};
use crate::store::Database;
use crate::store::{Outcome, Store, StoreError};

/// The files, in the folder that is asked for.
const PICTURE: &str = "report.png";
const DOCUMENT: &str = "report.md";
const FIGURES: &str = "report.json";

/// The arguments of `aside report`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How many days
    #[arg(long, value_enum, default_value = "week")]
    period: Length,
    /// The server's id [default: all servers together]
    #[arg(long, value_name = "ID")]
    guild: Option<u64>,
    /// The last day, such as 2026-07-31, in the server's time zone [default: today, up to now]
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// The folder that report.md, report.png and report.json are written to; made when it is not there
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    to: PathBuf,
}

impl Args {
    fn days(&self, now: Timestamp, zone: &TimeZone) -> Period {
        match self.until {
            Some(last) => Period::until(last, now, self.period, zone),
            None => Period::up_to(now, self.period, zone),
        }
    }
}

impl ValueEnum for Length {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Week, Self::Month]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(format!("{} days", self.days())))
    }
}

/// Why there is no report.
#[derive(Debug, Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("server {0} never had a case; its id is shown with a right click on its name, in Developer Mode")]
    Unknown(GuildId),
    #[error(transparent)]
    Picture(#[from] PictureError),
    #[error("cannot write {}: {error}", path.display())]
    Writing { path: PathBuf, error: io::Error },
    #[error("{0}")]
    Other(String),
}

pub(super) fn run(args: &Args, loaded: Loaded) -> Exit {
    let written = made(args, loaded).and_then(|report| write(&report, &args.to));
    match written {
        Ok(()) => finished(writeln!(
            io::stdout(),
            "{DOCUMENT}, {PICTURE} and {FIGURES} are in {}",
            args.to.display()
        )),
        Err(failure) => {
            complain(&failure);
            if matches!(failure, Failure::Config(_)) { Exit::Config } else { Exit::Failed }
        }
    }
}

fn made(args: &Args, loaded: Loaded) -> Result<Report, Failure> {
    let runtime = Runtime::new().map_err(|error| Failure::Other(format!("cannot start: {error}")))?;
    runtime.block_on(read(args, loaded, Clock::system().now()))
}

async fn read(args: &Args, loaded: Loaded, now: Timestamp) -> Result<Report, Failure> {
    let store = Database::open_existing(&loaded.config.store.url).await?;
    let configs = GuildConfigs::new(loaded)?;
    let had_cases = store.guilds().await?;
    let guilds = match args.guild.map(GuildId) {
        Some(guild) if !had_cases.contains(&guild) => return Err(Failure::Unknown(guild)),
        Some(guild) => vec![guild],
        None => had_cases,
    };
    let own = match args.guild.map(GuildId) {
        Some(guild) => Some(in_force(guild, &configs, &store).await?),
        None => None,
    };
    let here = own.as_deref().unwrap_or_else(|| configs.elsewhere());
    let period = args.days(now, &configs.time_zone(here));
    let outcomes = outcomes(&store, &guilds, &period).await?;
    store.close().await;
    Ok(Report::of(&outcomes, period, now, &here.core.promise))
}

/// What a server goes by, with what was set in chat.
async fn in_force(
    guild: GuildId,
    configs: &GuildConfigs,
    store: &Database,
) -> Result<Arc<GuildConfig>, StoreError> {
    let set = store.settings_of(guild).await?;
    // What does not fit the file any more is not in force in the bot either.
    let built = set.and_then(|set| configs.build(guild, set.revision, set.settings).ok());
    Ok(built.map_or_else(|| configs.of(guild), Arc::new))
}

async fn outcomes(store: &Database, guilds: &[GuildId], period: &Period) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::new();
    for guild in guilds {
        outcomes.append(&mut store.outcomes(*guild, period.before().from, period.to).await?);
    }
    Ok(outcomes)
}

fn write(report: &Report, folder: &Path) -> Result<(), Failure> {
    let figures =
        serde_json::to_string_pretty(report).map_err(|error| Failure::Other(error.to_string()))? + "\n";
    let document = report.document(PICTURE, &|channel: ChannelId| format!("channel {channel}"));
    put(folder, || fs::create_dir_all(folder))?;
    let files =
        [(PICTURE, report.picture()?), (DOCUMENT, document.into_bytes()), (FIGURES, figures.into_bytes())];
    files.into_iter().try_for_each(|(name, content)| {
        let path = folder.join(name);
        put(&path, || fs::write(&path, content))
    })
}

fn put(path: &Path, work: impl FnOnce() -> io::Result<()>) -> Result<(), Failure> {
    work().map_err(|error| Failure::Writing { path: path.to_owned(), error })
}
