//! The script of a day: who is in the community, what they say, and what is expected to come of it.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::pieces::Pieces;
use crate::config::problem::Problem;
use crate::config::{Config, ConfigError, RuleTable};
use crate::simulator::{ChannelKind, GuildPlan, Refusal};

/// The script that is played when no other is given; the comment at its top explains the format.
pub const DAY: &str = include_str!("day.toml");

/// What [`DAY`] is called where its file is named.
const DAY_FILE: &str = "src/demo/day.toml";

/// What becomes of one message. The names are those of `expect` in a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing: no word, no thread, no alert.
    LeftAlone,
    /// The member was spoken to in a private thread.
    TakenAside,
    /// The message was removed, and the member spoken to in private.
    Shielded,
    /// No private thread was possible; the member got a direct message.
    DirectMessage,
    /// A private thread was offered in public, with a button.
    Offered,
    /// It was answered in public: no private place was possible, or none was needed.
    Acknowledged,
    /// Only moderators were told.
    Alerted,
}

impl Outcome {
    /// In plain words, as in "two were …".
    pub(super) const fn plain(self) -> &'static str {
        match self {
            Self::LeftAlone => "left alone",
            Self::TakenAside => "taken aside",
            Self::Shielded => "shielded",
            Self::DirectMessage => "answered by direct message",
            Self::Offered => "offered a private thread",
            Self::Acknowledged => "answered in public only",
            Self::Alerted => "shown to the moderators only",
        }
    }
}

/// A scripted day. `Debug` is left out on purpose: it holds what people say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    pub(super) title: String,
    #[serde(deserialize_with = "date")]
    pub(super) date: Date,
    /// What is expected of lines that do not say; nothing when absent.
    expect: Option<Outcome>,
    #[serde(default)]
    pieces: Pieces,
    pub(super) server: GuildPlan,
    #[serde(default)]
    pub(super) aside: Setup,
    #[serde(rename = "scene")]
    pub(super) scenes: Vec<Scene>,
    #[serde(skip)]
    source: Source,
}

/// Where a script comes from, for errors.
#[derive(Default)]
struct Source {
    file: PathBuf,
    text: String,
}

/// What a moderator set up: the settings `[server."…"]` by name, and rules besides the built-in ones.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Setup {
    pub(super) moderator_role: Option<Spanned<String>>,
    pub(super) desk_channel: Option<Spanned<String>>,
    pub(super) alert_channel: Option<Spanned<String>>,
    #[serde(rename = "rule")]
    pub(super) rules: Vec<RuleTable>,
}

/// What happens in one channel at one time of the day.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scene {
    pub(super) channel: Spanned<String>,
    /// One sentence for whoever watches.
    pub(super) note: Option<String>,
    #[serde(rename = "line")]
    pub(super) lines: Vec<Line>,
}

/// One message, or one button pressed.
#[derive(Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Line {
    pub(super) at: Spanned<TimeOfDay>,
    pub(super) by: Spanned<String>,
    pub(super) does: Deed,
    /// In the private thread of this member, or about their case, instead of the scene's channel.
    pub(super) thread_of: Option<Spanned<String>>,
    expect: Option<Outcome>,
}

/// What someone does.
pub(super) enum Deed {
    Says(Spanned<String>),
    /// Presses the button whose label begins so.
    Presses(Spanned<String>),
}

/// A line as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    at: Spanned<TimeOfDay>,
    by: Spanned<String>,
    says: Option<Spanned<String>>,
    presses: Option<Spanned<String>>,
    thread_of: Option<Spanned<String>>,
    expect: Option<Outcome>,
}

impl TryFrom<Written> for Line {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { at, by, says, presses, thread_of, expect } = written;
        let does = match (says, presses) {
            (Some(says), None) => Deed::Says(says),
            (None, Some(button)) => Deed::Presses(button),
            (None, None) => return Err("missing field `says`"),
            (Some(_), Some(_)) => return Err("either `says` or `presses`, not both"),
        };
        Ok(Self { at, by, does, thread_of, expect })
    }
}

/// A time of day, written `"09:12"` or `"09:12:30"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TimeOfDay(pub(super) Time);

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = |_| D::Error::custom(format!("`{text}` is not a time of day, such as \"09:12\""));
        text.parse().map(Self).map_err(wrong)
    }
}

fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let text = String::deserialize(deserializer)?;
    let date: Result<Date, _> = text.parse();
    // Ids hold times, and begin in 2015: https://discord.com/developers/docs/reference#snowflakes.
    date.ok().filter(|date| (2016..2100).contains(&date.year())).ok_or_else(|| {
        D::Error::custom(format!("`{text}` is not a date from 2016 to 2099, such as \"2026-06-12\""))
    })
}

impl Script {
    /// Reads the script in `file`, or the built-in one.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or something in it is not valid.
    pub(super) fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(file) = file else { return Self::parse(DAY, Path::new(DAY_FILE)) };
        let text = fs::read_to_string(file)
            .map_err(|source| ConfigError::Unreadable { file: file.to_owned(), source })?;
        Self::parse(&text, file)
    }

    fn parse(text: &str, file: &Path) -> Result<Self, ConfigError> {
        let mut script: Self = toml::from_str(text).map_err(|error| misread(&error).placed(file, text))?;
        script.source = Source { file: file.to_owned(), text: text.to_owned() };
        script.check().map_err(|problem| script.placed(problem))?;
        Ok(script)
    }

    /// Discord would not let a line be said.
    pub(super) fn refused(&self, line: &Line, refusal: &Refusal) -> ConfigError {
        let what = format!("Discord does not let {} say that: {refusal}", line.by.get_ref());
        self.placed(Problem::new(what).at(line.at.span()))
    }

    /// The community cannot be settled: a name in it, between backticks in the error, refers to nothing.
    pub(super) fn unsettled(&self, error: &io::Error) -> ConfigError {
        let what = error.to_string();
        let quoted = format!("\"{}\"", what.split('`').nth(1).unwrap_or_default());
        let at = self.source.text.find(&quoted).unwrap_or_default();
        let problem = Problem::new(what).help("the name of one that is listed under [server]");
        self.placed(problem.at(at..at + quoted.len()))
    }

    fn placed(&self, problem: Problem) -> ConfigError {
        problem.placed(&self.source.file, &self.source.text)
    }

    /// What is expected of `line`, if anything.
    pub(super) fn expected(&self, line: &Line) -> Option<Outcome> {
        line.expect.or(self.expect)
    }

    /// What is said, put together.
    pub(super) fn words(&self, says: &Spanned<String>) -> String {
        self.pieces.put_together(says.get_ref())
    }

    /// The beginning of the day.
    pub(super) fn begins(&self) -> Timestamp {
        in_utc(self.date.to_datetime(Time::midnight()))
    }

    /// When `line` is said.
    pub(super) fn moment(&self, line: &Line) -> Timestamp {
        in_utc(self.date.to_datetime(line.at.get_ref().0))
    }

    /// Every line, in the order of the day.
    pub(super) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.scenes.iter().flat_map(|scene| &scene.lines)
    }

    fn check(&self) -> Result<(), Problem> {
        self.check_setup()?;
        self.check_rules()?;
        for scene in &self.scenes {
            self.check_channel(&scene.channel)?;
        }
        for line in self.lines() {
            self.check_member(&line.by)?;
            line.thread_of.iter().try_for_each(|of| self.check_member(of))?;
            if let Deed::Says(says) = &line.does {
                self.check_pieces(says)?;
            }
        }
        self.check_order()
    }

    fn check_setup(&self) -> Result<(), Problem> {
        let Setup { moderator_role, desk_channel, alert_channel, .. } = &self.aside;
        let roles = || self.server.roles.iter().map(|role| role.name.as_str());
        moderator_role.iter().try_for_each(|role| known("role", role, roles()))?;
        desk_channel.iter().chain(alert_channel).try_for_each(|channel| self.check_channel(channel))
    }

    fn check_rules(&self) -> Result<(), Problem> {
        let own = Config { rule: self.aside.rules.clone(), ..Config::default() };
        own.check().map_err(|problem| problem.under("aside"))?;
        let built_in = Config::default().rule;
        let taken = |rule: &RuleTable| built_in.iter().any(|other| other.name == rule.name);
        let Some(at) = self.aside.rules.iter().position(taken) else { return Ok(()) };
        let what = format!("`{}` is the name of a built-in rule", own.rule[at].name);
        let problem = Problem::new(what).help("a name of its own for each rule");
        Err(problem.under("name").item(at).under("rule").under("aside"))
    }

    fn check_channel(&self, channel: &Spanned<String>) -> Result<(), Problem> {
        let holds_messages = |kind| !matches!(kind, ChannelKind::Category | ChannelKind::Forum);
        let channels = self.server.channels.iter().filter(|channel| holds_messages(channel.kind));
        known("channel", channel, channels.map(|channel| channel.name.as_str()))
    }

    fn check_member(&self, member: &Spanned<String>) -> Result<(), Problem> {
        let members = self.server.members.iter().map(|member| member.name.as_str());
        known("member", member, members.chain([self.server.owner.as_str()]))
    }

    fn check_pieces(&self, says: &Spanned<String>) -> Result<(), Problem> {
        match self.pieces.unknown(says.get_ref()) {
            Some(name) => Err(Problem::unknown("placeholder", name, self.pieces.names()).at(says.span())),
            None => Ok(()),
        }
    }

    fn check_order(&self) -> Result<(), Problem> {
        let times: Vec<&Spanned<TimeOfDay>> = self.lines().map(|line| &line.at).collect();
        let backwards = times.windows(2).find(|pair| pair[1].get_ref() < pair[0].get_ref());
        let Some([before, at]) = backwards else { return Ok(()) };
        let (before, early) = (before.get_ref(), at.get_ref());
        let what = format!("{early} is earlier than {before}, when the line before it is said");
        Err(Problem::new(what).help(format!("{before} or later")).at(at.span()))
    }
}

/// Dates of a script lie well within what a timestamp can hold.
fn in_utc(time: DateTime) -> Timestamp {
    TimeZone::UTC.to_timestamp(time).unwrap_or(Timestamp::MAX)
}

fn known<'a>(
    noun: &str,
    name: &Spanned<String>,
    valid: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Problem> {
    if valid.clone().any(|known| known == name.get_ref()) {
        return Ok(());
    }
    let problem = match valid.clone().next() {
        Some(_) => Problem::unknown(noun, name.get_ref(), valid),
        None => Problem::new(format!("unknown {noun} `{name}`", name = name.get_ref()))
            .help(format!("a {noun} that [server] lists; it lists none")),
    };
    Err(problem.at(name.span()))
}

/// What the TOML reader says, with what a script needs when something is missing.
fn misread(error: &toml::de::Error) -> Problem {
    if error.message().starts_with("unknown permission") {
        return Problem::reworded(error).help("Discord's names, such as \"VIEW_CHANNEL\"");
    }
    let missing = error.message().strip_prefix("missing field ");
    let Some(missing) = missing else { return Problem::reworded(error) };
    Problem::new(format!("{missing} is missing"))
        .help(
            "a script has `title`, `date`, `[server]` and `[[scene]]`; a scene has `channel` and \
             `[[scene.line]]`; a line has `at`, `by` and `says` or `presses`",
        )
        .at(error.span().unwrap_or_default())
}
