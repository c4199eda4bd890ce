//! The settings: their schema, their defaults, and the core built from them.
//!
//! Everything that can be wrong about settings, rules, words and templates is found by
//! [`Config::load`], which says where it is wrong and what would be right.

pub mod automod;
mod build;
mod defaults;
mod guild;
mod guilds;
mod hours;
mod place;
mod privacy;
pub(crate) mod problem;
mod rule;
mod telemetry;
mod templates;
mod value;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fmt, fs};

use jiff::civil::Time;
use jiff::tz::TimeZone;
use serde::Deserialize;

pub use self::build::Core;
pub use self::guild::{GuildRule, GuildSettings, Part, RuleChange, RuleOrigin, Standing, Subject};
pub use self::guilds::{GuildConfig, GuildConfigs, Unfit};
pub use self::hours::Clock;
pub(crate) use self::hours::{days_text, hours_text, in_order, times_text, weekday, zone_name};
pub use self::privacy::Privacy;
use self::problem::Problem;
pub use self::problem::{ConfigError, Mistake};
pub use self::rule::{
    COOLDOWN, LONGEST_ASKED, LONGEST_WORD, MOST_ASKED, MOST_LISTED, MOST_PATTERNS_SIZE, MOST_RULES,
    MOST_WORDS, RuleTable, RulesFile, TEMPLATES, WhenTable,
};
pub use self::telemetry::{Log, Telemetry};
pub(crate) use self::value::{share_of_one, time, time_text};
use crate::case::FollowUp;
use crate::case::clock::WorkingHours;
use crate::detect::Allow;
use crate::message::{ChannelId, GuildId, RoleId};
use crate::policy::Mode;

/// The file looked for in the working directory when none is named.
pub const FILE: &str = "config.toml";

/// The environment variable that takes the place of `[store] url`.
pub const DATABASE_URL: &str = "ASIDE_DATABASE_URL";

/// Every setting. `config.toml` at the root of the repository explains each.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How far the bot goes.
    pub mode: Mode,
    /// Where cases are kept.
    pub store: Store,
    /// What is looked at.
    pub watch: Watch,
    /// What counts as private.
    pub detect: Detect,
    /// How private threads are opened.
    pub thread: Thread,
    /// What becomes one case, and when it is over.
    pub cases: Cases,
    /// How soon somebody is to answer.
    pub clock: Clock,
    /// How conversations heat up and cool down.
    pub conversation: Conversation,
    /// When many at once are one matter.
    pub raid: Raid,
    /// When cases of several members have one cause.
    pub causes: Causes,
    /// When all but secrets is left to people; none unless set.
    pub quiet_hours: Option<QuietHours>,
    /// What is read back after an absence.
    pub catch_up: CatchUp,
    /// What is kept, and for how long.
    pub privacy: Privacy,
    /// What commands ask about first.
    pub commands: Commands,
    /// Where the bot tells how it is doing, and how it logs.
    pub telemetry: Telemetry,
    /// What the bot says.
    pub wording: WordingSettings,
    /// What differs from server to server.
    #[serde(deserialize_with = "value::servers")]
    pub server: BTreeMap<GuildId, Server>,
    /// The rules in force, in the order they are looked at. A file's list is the whole list;
    /// the built-in rules apply when the file has none.
    pub rule: Vec<RuleTable>,
}

/// Where cases are kept.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Store {
    /// The address of a database: `sqlite://PATH`, such as `sqlite://aside.db`, or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub url: String,
}

/// What is looked at, besides every channel that `@everyone` can read.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Watch {
    /// Channels that are watched although not everyone can read them.
    #[serde(deserialize_with = "value::channels")]
    pub channels: Vec<ChannelId>,
    /// Channels that are never watched.
    #[serde(deserialize_with = "value::channels")]
    pub ignore_channels: Vec<ChannelId>,
    /// Members with one of these roles are acted on by `shield` rules only.
    #[serde(deserialize_with = "value::roles")]
    pub exempt_roles: Vec<RoleId>,
}

/// What counts as private.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Detect {
    /// A company's own addresses and numbers, which everyone may post.
    pub allow: Vec<String>,
}

/// How private threads are opened.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thread {
    /// Minutes without a message after which Discord archives the thread: 60, 1440, 4320 or 10080.
    #[serde(deserialize_with = "value::auto_archive")]
    pub auto_archive: u16,
}

/// What becomes one case, and when it is over.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cases {
    /// A member's further messages join a case that is at most this old.
    #[serde(deserialize_with = "value::duration")]
    pub join_within: Duration,
    /// A case in which nothing happens for so long is over; `0s` for never.
    #[serde(deserialize_with = "value::duration")]
    pub expire_after: Duration,
    /// How the public hears that a case is settled.
    pub follow_up: FollowUp,
}

/// How conversations heat up and cool down.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Conversation {
    /// The time in which a conversation cools by half; `0s` judges each message by itself.
    #[serde(deserialize_with = "value::duration")]
    pub half_life: Duration,
    /// Heat from which on a message warms its conversation, 0 to 1.
    #[serde(deserialize_with = "value::share")]
    pub simmer: f32,
}

/// When many at once are one matter.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Raid {
    /// So many members make a raid; 0 for none ever …
    #[serde(deserialize_with = "value::count")]
    pub members: u16,
    /// … when they are acted on within this time.
    #[serde(deserialize_with = "value::duration")]
    pub within: Duration,
    /// At most this many of them get a thread of their own.
    #[serde(deserialize_with = "value::count")]
    pub most_threads: u16,
}

/// When cases of several members have one cause.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Causes {
    /// Cases of so many members about the same make a cause; 0 for none ever …
    #[serde(deserialize_with = "value::count")]
    pub cases: u16,
    /// … when they were noticed within this time.
    #[serde(deserialize_with = "value::duration")]
    pub within: Duration,
}

/// A part of every day in which all but secrets is left to people.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When they begin, such as `22:00`.
    #[serde(deserialize_with = "value::time_of_day")]
    pub from: Time,
    /// When they end; before `from`, it is past midnight.
    #[serde(deserialize_with = "value::time_of_day")]
    pub to: Time,
    /// Whose clock is meant, such as `Europe/Berlin`; `UTC` unless given.
    #[serde(default = "value::utc", deserialize_with = "value::time_zone")]
    pub time_zone: TimeZone,
}

/// What is read back after an absence.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CatchUp {
    /// Older messages are left alone.
    #[serde(deserialize_with = "value::duration")]
    pub max_age: Duration,
    /// At most this many messages a channel; 0 reads none back.
    #[serde(deserialize_with = "value::count")]
    pub max_messages: u16,
}

/// What commands ask about first.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Commands {
    /// A rule that applies to more than this share of the latest messages is saved only when a moderator says so
    /// once more, 0 to 1.
    #[serde(deserialize_with = "value::share")]
    pub confirm_above: f32,
}

/// What the bot says.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WordingSettings {
    /// The language of the templates; several are built in.
    pub language: String,
    /// A folder with templates of one's own, laid out like `templates/`. Relative paths count
    /// from the configuration file.
    pub templates: Option<PathBuf>,
}

/// What differs from server to server.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The role brought into every thread.
    #[serde(deserialize_with = "value::role")]
    pub moderator_role: Option<RoleId>,
    /// The role that is asked, too, when nobody answers after a reminder.
    #[serde(deserialize_with = "value::role")]
    pub escalation_role: Option<RoleId>,
    /// Where a private thread is opened when it cannot be under the message's own channel.
    #[serde(deserialize_with = "value::channel")]
    pub desk_channel: Option<ChannelId>,
    /// Where moderators are told what they would otherwise not see.
    #[serde(deserialize_with = "value::channel")]
    pub alert_channel: Option<ChannelId>,
    /// How far the bot goes here; as everywhere unless set.
    pub mode: Option<Mode>,
    /// Quiet hours here; as everywhere unless set.
    pub quiet_hours: Option<QuietHours>,
    /// After what time moderators are reminded here; as everywhere unless set.
    #[serde(deserialize_with = "value::some_duration")]
    pub remind_after: Option<Duration>,
    /// After what more time others are asked here; as everywhere unless set.
    #[serde(deserialize_with = "value::some_duration")]
    pub escalate_after: Option<Duration>,
    /// The hours in which time counts here; as everywhere unless set.
    pub working_hours: Option<WorkingHours>,
}

/// Settings that hold, and what was built from them.
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// What they make.
    pub core: Core,
    /// The file they came from; none for the built-in defaults.
    pub file: Option<PathBuf>,
}

impl Config {
    /// Reads settings from `path`, or from `config.toml` in the working directory, or takes the
    /// built-in defaults when no path is given and that file is not there.
    ///
    /// The environment variable `ASIDE_DATABASE_URL` takes the place of `[store] url`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or anything in it, or in the templates it names, is not valid.
    pub fn load(path: Option<&Path>) -> Result<Loaded, ConfigError> {
        let (mut config, file) = match path.map(Path::to_owned).or_else(present) {
            Some(file) => (Self::read(&file)?, Some(file)),
            None => (Self::default(), None),
        };
        if let Ok(url) = env::var(DATABASE_URL) {
            config.store.url = url;
            config.store.check().map_err(|problem| problem.unplaced(DATABASE_URL))?;
        }
        let core = config.build()?;
        Ok(Loaded { config, core, file })
    }

    /// The settings that `text`, read from `file`, holds; every rule in it can be built.
    ///
    /// # Errors
    ///
    /// When anything in it is not valid.
    pub fn parse(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let config: Self =
            toml::from_str(text).map_err(|error| Problem::reworded(&error).placed(file, text))?;
        config.check().map_err(|problem| problem.placed(file, text))?;
        Ok(config)
    }

    /// The core these settings make.
    ///
    /// # Errors
    ///
    /// When a setting, a rule or a template is not valid.
    pub fn build(&self) -> Result<Core, ConfigError> {
        build::core(self)
    }

    fn read(file: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
        let mut config = Self::parse(&text, file)?;
        let folder = file.parent().unwrap_or(Path::new(""));
        config.wording.templates = config.wording.templates.map(|templates| folder.join(templates));
        Ok(config)
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.store.check().map_err(|problem| problem.under("url").under("store"))?;
        self.detect.build().map_err(|problem| problem.under("detect"))?;
        rule::build_all(&self.rule, &[]).map(drop)
    }
}

fn present() -> Option<PathBuf> {
    let file = PathBuf::from(FILE);
    file.exists().then_some(file)
}

impl Detect {
    fn build(&self) -> Result<Allow, Problem> {
        Allow::new(&self.allow).map_err(|error| {
            let entry = self.allow.get(error.index).map_or("", String::as_str);
            let help = "an email address, a domain such as \"shop.example\" (every address at it), a phone number \
                        of 7 to 15 digits, an IP address, an IBAN or a card number";
            Problem::new(format!("`{entry}` is nothing that can be allowed"))
                .help(help)
                .item(error.index)
                .under("allow")
        })
    }
}

impl Store {
    /// The address without its password, for people to read.
    pub fn shown(&self) -> String {
        place::hide_credentials(&self.url)
    }

    fn check(&self) -> Result<(), Problem> {
        let url = &self.url;
        let (scheme, place) = url.split_once(':').unwrap_or_default();
        if matches!(scheme, "sqlite" | "postgres" | "postgresql") && !place.trim_start_matches('/').is_empty()
        {
            return Ok(());
        }
        let what = "not the address of a database";
        Err(Problem::new(what).help(
            "an SQLite file, such as \"sqlite://aside.db\", or PostgreSQL, as \"postgres://USER:PASSWORD@HOST/DATABASE\"",
        ))
    }
}

/// Prints the address without its password.
impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("url", &self.shown()).finish()
    }
}
