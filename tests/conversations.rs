//! Conversations, judged message by message on simulated time: transcripts as data, with what is expected of each.
//!
//! A file of `tests/conversations` is one transcript. A message says how hot it is and what was found in it, or has a
//! `text`, which the scanner reads. Without `expect` it is to be left alone.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aside::config::Config;
use aside::config::Core;
use aside::detect::{Finding, Kind, Scan};
use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
use aside::policy::history::History;
use aside::policy::{Decision, Response, Verdict};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

/// A transcript.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transcript {
    /// What it shows, in one sentence.
    #[expect(dead_code, reason = "for whoever reads the file")]
    shows: String,
    /// Settings in place of the shipped ones.
    #[serde(default)]
    config: String,
    message: Vec<Said>,
}

/// A message, and what is expected of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    /// Since the beginning, which is at noon in Greenwich.
    at: SignedDuration,
    by: String,
    #[serde(default = "general")]
    r#in: String,
    /// Whom it mentions.
    #[serde(default)]
    to: Vec<String>,
    /// The message it answers.
    answers: Option<String>,
    called: Option<String>,
    #[serde(default)]
    heat: f32,
    #[serde(default)]
    kinds: Vec<Kind>,
    text: Option<String>,
    /// The message it takes the place of.
    edits: Option<String>,
    #[serde(default)]
    moderator: bool,
    expect: Option<Expected>,
}

/// What is decided.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    rule: Option<String>,
    does: Option<Response>,
    /// What it would have done, but was held back.
    would: Option<Response>,
    /// Whose case it is.
    r#for: Option<String>,
    /// Who is brought in besides.
    with: Option<String>,
    /// Who else gets a case.
    beside: Option<String>,
    quiet: Option<bool>,
    alert: Option<bool>,
    /// Reasons that are given.
    #[serde(default)]
    why: Vec<String>,
}

fn general() -> String {
    "general".to_owned()
}

/// Numbers for names.
#[derive(Default)]
struct Names(BTreeMap<String, u64>);

impl Names {
    fn of(&mut self, name: &str) -> u64 {
        let next = 100 + self.0.len() as u64;
        *self.0.entry(name.to_owned()).or_insert(next)
    }
}

/// A transcript being played.
struct Play {
    core: Core,
    history: History,
    names: Names,
    said: BTreeMap<String, (MessageId, UserId)>,
    next: u64,
}

impl Play {
    fn new(config: &str, file: &Path) -> Self {
        let core = Config::parse(config, file).unwrap().build().unwrap();
        let history = History::new(&core.policy, core.temper, core.raid);
        Self { core, history, names: Names::default(), said: BTreeMap::new(), next: 1000 }
    }

    fn judge(&mut self, said: &Said) -> Verdict {
        let scan = match &said.text {
            Some(text) => self.core.scanner.scan(text),
            None => Scan { heat: said.heat, findings: said.kinds.iter().map(|kind| found(*kind)).collect() },
        };
        let message = self.message(said);
        self.history.decide(&self.core.policy, &message, &scan)
    }

    fn message(&mut self, said: &Said) -> Message {
        self.next += 1;
        let author = UserId(self.names.of(&said.by));
        let id = said.edits.as_ref().map_or(MessageId(self.next), |edited| self.said[edited].0);
        if let Some(name) = &said.called {
            self.said.insert(name.clone(), (id, author));
        }
        let channel = ChannelId(self.names.of(&said.r#in));
        Message {
            id,
            guild: GuildId(1),
            channel,
            home: channel,
            author: Author {
                id: author,
                origin: Origin::Member,
                roles: Vec::new(),
                moderator: said.moderator,
            },
            answers: said.answers.as_ref().map(|answered| self.said[answered].0),
            answered: None,
            mentions: said.to.iter().map(|name| UserId(self.names.of(name))).collect(),
            content: String::new(),
            sent: noon().checked_add(said.at).unwrap(),
        }
    }

    fn check(&mut self, expected: Option<&Expected>, verdict: &Verdict) -> Result<(), String> {
        let (expected, decision) = match (expected, &verdict.decision) {
            (None, None) => return Ok(()),
            (None, Some(decision)) => return Err(format!("{} applies", decision.rule)),
            (Some(expected), None) if expected.does.is_none() => return reasons(expected, verdict),
            (Some(_), None) => return Err("no rule applies".to_owned()),
            (Some(expected), Some(decision)) => (expected, decision),
        };
        self.compare(expected, decision)?;
        reasons(expected, verdict)
    }

    fn compare(&mut self, expected: &Expected, decision: &Decision) -> Result<(), String> {
        let mut member = |name: &Option<String>| name.as_ref().map(|name| UserId(self.names.of(name)));
        same("does", &Some(decision.response), &expected.does)?;
        same("would", &decision.would, &expected.would)?;
        same("brings in", &decision.companion, &member(&expected.with))?;
        same("beside", &decision.beside.map(|other| other.member), &member(&expected.beside))?;
        if expected.r#for.is_some() {
            same("is for", &Some(decision.subject), &member(&expected.r#for))?;
        }
        if let Some(rule) = &expected.rule {
            same("rule", &&*decision.rule, &rule.as_str())?;
        }
        same("is quiet", &decision.quiet, &expected.quiet.unwrap_or_default())?;
        same("alerts", &decision.alert, &expected.alert.unwrap_or_default())
    }
}

fn reasons(expected: &Expected, verdict: &Verdict) -> Result<(), String> {
    let reasons: Vec<String> = verdict.reasons.iter().map(ToString::to_string).collect();
    match expected.why.iter().find(|why| !reasons.contains(why)) {
        Some(missing) => Err(format!("does not say {missing:?}")),
        None => Ok(()),
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what}: {found:?} instead of {expected:?}")) }
}

fn found(kind: Kind) -> Finding {
    let category = kind.category();
    Finding { kind, category, span: 0..1, confidence: 0.9, explanation: "".into(), rule: None }
}

fn noon() -> Timestamp {
    "2026-07-01T12:00:00Z".parse().unwrap()
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn conversations_are_judged_as_a_whole() {
    let mut wrong = Vec::new();
    for file in files() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&file).unwrap();
        let transcript: Transcript = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut play = Play::new(&transcript.config, &file);
        for (at, said) in transcript.message.iter().enumerate() {
            let verdict = play.judge(said);
            if let Err(what) = play.check(said.expect.as_ref(), &verdict) {
                let reasons: Vec<String> = verdict.reasons.iter().map(ToString::to_string).collect();
                wrong.push(format!("{name}: message {}: {what}\n    {}", at + 1, reasons.join("\n    ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
