//! Causes, told message by message on simulated time: what members of a server write as data, with which of their
//! cases have one cause, what it is about, and when moderators hear of it.
//!
//! A file of `tests/causes` is one timeline. Each message is a case of its author, about the category that stands above
//! it or beside it; with `judged`, the shipped rules decide which message is one, and which is part of a raid.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use aside::config::{Config, Core};
use aside::detect::{Category, Kind, Scan, keywords};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::cause::{Bearing, Cause, Causes, Told};
use aside::policy::history::History;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// How sure a finding must be to be one of the case.
const SURE: f32 = 0.5;

/// A timeline.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timeline {
    /// What it shows, in one sentence.
    #[expect(dead_code, reason = "for whoever reads the file")]
    shows: String,
    /// Settings in place of the shipped ones.
    #[serde(default)]
    config: String,
    /// What the cases are about.
    category: Option<Category>,
    /// Whether the rules decide what is a case.
    #[serde(default)]
    judged: bool,
    message: Vec<Said>,
    /// Whose cases are linked in the end, in each cause of more than one.
    linked: Vec<BTreeSet<String>>,
}

/// A message, and what is expected of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Since the beginning.
    at: SignedDuration,
    by: String,
    text: String,
    #[serde(default = "general")]
    r#in: String,
    #[serde(default = "here")]
    server: u64,
    category: Option<Category>,
    /// Whether it is more of the case that its author has.
    #[serde(default)]
    further: bool,
    /// Moderators are told of a cause, and this is what it is about: its words, or what was found.
    begins: Option<String>,
    /// The cause they know of has grown, and is about this.
    grows: Option<String>,
    /// They say before it that the cause is over.
    #[serde(default)]
    over: bool,
    /// The bot was restarted before it, and knows of causes what moderators were told.
    #[serde(default)]
    restart: bool,
}

fn general() -> String {
    "general".to_owned()
}

const fn here() -> u64 {
    1
}

/// A timeline being played.
struct Play {
    core: Core,
    history: History,
    causes: Causes,
    names: BTreeMap<String, u64>,
    /// The case of each member, with their name; each case by number.
    cases: BTreeMap<u32, (GuildId, String)>,
    told: Option<(GuildId, Cause)>,
}

impl Play {
    fn new(config: &str, file: &Path) -> Self {
        let core = Config::parse(config, file).unwrap().build().unwrap();
        let history = History::new(&core.policy, core.temper, core.raid);
        let causes = Causes::new(core.causes);
        Self { core, history, causes, names: BTreeMap::new(), cases: BTreeMap::new(), told: None }
    }

    fn hear(&mut self, timeline: &Timeline, said: &Said) -> Bearing {
        let scan = self.core.scanner.scan(&said.text);
        let message = self.message(said);
        let category = said.category.or(timeline.category);
        let Some(category) = (if timeline.judged { self.judge(&message, &scan) } else { category }) else {
            return Bearing::None;
        };
        let told = Told {
            guild: message.guild,
            case: self.case(message.guild, said),
            member: message.author.id,
            channel: message.channel,
            category,
            kinds: kinds(&scan, category),
            keywords: keywords(&said.text, &scan.findings),
            at: message.sent,
        };
        self.causes.hear(told)
    }

    /// What the message is a case about, if it is one and no raid stands for it.
    fn judge(&mut self, message: &Message, scan: &Scan) -> Option<Category> {
        let decision = self.history.decide(&self.core.policy, message, scan).decision?;
        (!decision.covered).then_some(decision.category)
    }

    fn case(&mut self, guild: GuildId, said: &Said) -> u32 {
        let theirs = self.cases.iter().rev().find(|(_, (_, member))| *member == said.by);
        if let Some((number, _)) = theirs.filter(|_| said.further) {
            return *number;
        }
        let number = u32::try_from(self.cases.len()).unwrap() + 1;
        self.cases.insert(number, (guild, said.by.clone()));
        number
    }

    fn message(&mut self, said: &Said) -> Message {
        let next = self.names.len() as u64 + 100;
        let mut of = |name: &str| *self.names.entry(name.to_owned()).or_insert(next);
        let (author, channel) = (UserId(of(&said.by)), ChannelId(of(&format!("#{}", said.r#in)) + 1_000));
        let sent = "2026-07-01T12:00:00Z".parse::<Timestamp>().unwrap().checked_add(said.at).unwrap();
        Message {
            id: MessageId(u64::try_from(sent.as_millisecond()).unwrap()),
            guild: GuildId(said.server),
            channel,
            home: channel,
            author: Author { id: author, origin: Origin::Member, roles: Vec::new(), moderator: false },
            answers: None,
            answered: None,
            mentions: Vec::new(),
            content: said.text.clone(),
            sent,
        }
    }

    fn happens(&mut self, said: &Said) {
        if said.restart {
            self.causes = Causes::new(self.core.causes);
            if let Some((guild, cause)) = self.told.clone() {
                self.causes.recall(guild, cause);
            }
        }
        if let Some((guild, cause)) = self.told.take_if(|_| said.over) {
            self.causes.end(guild, cause.lead);
        }
    }

    /// Whose cases are linked, where they are more than one.
    fn linked(&self) -> Vec<BTreeSet<String>> {
        let groups = self.cases.iter().map(|(number, (guild, _))| self.causes.linked(*guild, *number));
        let groups: BTreeSet<Vec<u32>> = groups.filter(|group| group.len() > 1).collect();
        let names = |group: Vec<u32>| group.iter().map(|number| self.cases[number].1.clone()).collect();
        groups.into_iter().map(names).collect()
    }
}

fn kinds(scan: &Scan, category: Category) -> Vec<Kind> {
    let found = scan.findings.iter().filter(|found| found.category == category && found.confidence >= SURE);
    let mut kinds: Vec<Kind> = found.map(|found| found.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// What the cause is about, as far as can be told.
fn about(cause: &Cause) -> String {
    if !cause.topic().is_empty() {
        return cause.topic().join(", ");
    }
    let kinds: Vec<&str> = cause.kinds.iter().map(|kind| kind.as_str()).collect();
    if kinds.is_empty() { cause.category.as_str().to_owned() } else { kinds.join(" ") }
}

/// What is wrong with what came of a message.
fn check(said: &Said, bearing: &Bearing) -> Option<String> {
    let (begins, grows) = match bearing {
        Bearing::None => (None, None),
        Bearing::Begins(cause) => (Some(about(cause)), None),
        Bearing::Grows(cause) => (None, Some(about(cause))),
    };
    let right = begins == said.begins && grows == said.grows;
    (!right).then(|| format!("begins {begins:?}, grows {grows:?}"))
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/causes");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn play(file: &Path) -> Vec<String> {
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let timeline: Timeline = match toml::from_str(&std::fs::read_to_string(file).unwrap()) {
        Ok(timeline) => timeline,
        Err(error) => return vec![format!("{name}: {error}")],
    };
    let mut play = Play::new(&timeline.config, file);
    let mut wrong = Vec::new();
    for (at, said) in timeline.message.iter().enumerate() {
        play.happens(said);
        let bearing = play.hear(&timeline, said);
        wrong.extend(check(said, &bearing).map(|what| format!("{name}: message {}: {what}", at + 1)));
        if let Bearing::Begins(cause) | Bearing::Grows(cause) = bearing {
            play.told = Some((GuildId(said.server), cause));
        }
    }
    let linked = play.linked();
    if linked != timeline.linked {
        wrong.push(format!("{name}: linked are {linked:?}"));
    }
    wrong
}

#[test]
fn cases_with_one_cause_are_told_once() {
    let files = files();
    assert!(files.len() >= 25);
    let wrong: Vec<String> = files.iter().flat_map(|file| play(file)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
