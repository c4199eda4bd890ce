//! What is stored about someone, as a file for them. `docs/PRIVACY.md` describes its shape.
//!
//! Everything is as it is stored, so with private parts masked. Of other people it says what they did, not who they are;
//! what moderators note for each other is counted, not repeated.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::case::{Case, Detail, Matter};
use crate::config::Privacy;
use crate::detect::{Category, Kind};
use crate::message::{ChannelId, GuildId, UserId};
use crate::policy::{Acted, Response};
use crate::store::{CaseNote, Example, Judged, Line, Traces};

/// Counts changes after which a reader of the file has to look twice.
pub const SCHEMA_VERSION: u32 = 1;

/// The file. Ids are text, since as numbers they are too large for many a reader.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Export {
    /// [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// When it was made.
    pub exported_at: Timestamp,
    /// The server.
    pub server: String,
    /// Whom it is about.
    pub member: String,
    /// The language of their Discord, in whatever server they are.
    pub language: Option<String>,
    /// Since when they want to be forgotten.
    pub erasure_asked_at: Option<Timestamp>,
    /// The cases about them, newest first.
    pub cases: Vec<CaseEntry>,
    /// How many notes moderators made about those, for each other.
    pub notes_about: u32,
    /// How many actions on those are under way.
    pub actions_under_way: u32,
    /// Cases of others that they are part of: their numbers.
    pub named_in_cases: Vec<u32>,
    /// What they wrote in threads of cases of others.
    pub written_elsewhere: Vec<LineEntry>,
    /// What cooldowns are counted from.
    pub cooldowns: Vec<CooldownEntry>,
    /// Their messages that moderators judged.
    pub examples: Vec<ExampleEntry>,
    /// What they did as a moderator.
    pub as_moderator: Deeds,
}

/// A case.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseEntry {
    /// Its number.
    pub number: u32,
    /// When it was noticed.
    pub opened_at: Timestamp,
    /// Where it stands.
    pub state: String,
    /// When it was over.
    pub closed_at: Option<Timestamp>,
    /// When it will be erased.
    pub kept_until: Option<Timestamp>,
    /// What came of it, in a moderator's words.
    pub outcome: Option<String>,
    /// Why it ended, where nobody ended it.
    pub reason: Option<String>,
    /// How they said it went.
    pub rating: Option<String>,
    /// Its private thread.
    pub thread: Option<String>,
    /// Whether a moderator looks after it.
    pub looked_after: bool,
    /// Whether they asked for nothing to be said in public when it is over.
    pub discreet: bool,
    /// The messages it is about that are still to be dealt with, and the one that was last.
    pub matters: Vec<MatterEntry>,
    /// The ids of all messages it is about.
    pub messages: Vec<String>,
    /// What they filled in a private form.
    pub details: Vec<Detail>,
    /// What could not be done.
    pub problems: Vec<String>,
    /// What was written in its thread.
    pub transcript: Vec<LineEntry>,
}

/// What one message is about.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterEntry {
    /// The message; none where they asked for a private word.
    pub message: Option<String>,
    /// Where it was sent.
    pub channel: String,
    /// What it is about.
    pub category: Category,
    /// The rule that applied.
    pub rule: String,
    /// Why it applied.
    pub because: String,
    /// Which kinds of thing were found.
    pub kinds: Vec<Kind>,
    /// What is done about it.
    pub action: Response,
    /// Whether it was removed.
    pub removed: bool,
    /// Its text with what was private masked, until it is given back.
    pub text: Option<String>,
}

/// What was written in a thread.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineEntry {
    /// The number of the case.
    pub case: u32,
    /// When.
    pub at: Timestamp,
    /// Whether they wrote it themselves.
    pub own: bool,
    /// The words, masked.
    pub words: String,
}

/// What a cooldown is counted from.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CooldownEntry {
    /// Where.
    pub channel: String,
    /// The rule.
    pub rule: String,
    /// When.
    pub at: Timestamp,
}

/// A message that moderators judged.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExampleEntry {
    /// The message.
    pub message: String,
    /// Where it was sent.
    pub channel: String,
    /// When it was judged.
    pub at: Timestamp,
    /// How.
    pub judged: Judged,
    /// Its text, masked.
    pub text: String,
}

/// What somebody did as a moderator.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deeds {
    /// The numbers of cases they looked after, ended, opened again or began.
    pub cases: Vec<u32>,
    /// Their notes.
    pub notes: Vec<NoteEntry>,
    /// The messages they judged.
    pub judged: Vec<String>,
    /// Their changes of settings.
    pub changes: Vec<ChangeEntry>,
    /// How many changes wait for them to agree.
    pub proposals: u32,
    /// How many causes of several cases they called over.
    pub causes: u32,
}

/// A note about a case.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteEntry {
    /// The number of the case.
    pub case: u32,
    /// When.
    pub at: Timestamp,
    /// What.
    pub words: String,
}

/// A change of settings.
#[derive(PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeEntry {
    /// Its number.
    pub number: u32,
    /// When.
    pub at: Timestamp,
}

impl Export {
    /// What `traces` holds about `member`, where `privacy` says how long it is kept.
    #[must_use]
    pub fn new(traces: &Traces, privacy: &Privacy, guild: GuildId, member: UserId, at: Timestamp) -> Self {
        let own = |line: &&Line| traces.cases.iter().all(|case| case.number != line.number);
        Self {
            schema_version: SCHEMA_VERSION,
            exported_at: at,
            server: guild.to_string(),
            member: member.to_string(),
            language: traces.language.clone(),
            erasure_asked_at: traces.erasure,
            cases: traces.cases.iter().map(|case| CaseEntry::new(case, traces, privacy, member)).collect(),
            notes_about: traces.notes,
            actions_under_way: traces.under_way,
            named_in_cases: traces.named.clone(),
            written_elsewhere: traces
                .lines
                .iter()
                .filter(own)
                .map(|line| LineEntry::new(line, member))
                .collect(),
            cooldowns: traces.acted.iter().map(CooldownEntry::new).collect(),
            examples: traces.examples.iter().map(ExampleEntry::new).collect(),
            as_moderator: Deeds::new(traces),
        }
    }

    /// The file's text.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

impl CaseEntry {
    fn new(case: &Case, traces: &Traces, privacy: &Privacy, member: UserId) -> Self {
        let ending = case.ending.as_ref();
        let messages = traces.messages.iter().filter(|(number, _)| *number == case.number);
        let lines = traces.lines.iter().filter(|line| line.number == case.number);
        Self {
            number: case.number,
            opened_at: case.opened,
            state: case.state().as_str().to_owned(),
            closed_at: ending.map(|ending| ending.at),
            kept_until: ending.map(|ending| Privacy::until(ending.at, privacy.keep_closed)),
            outcome: ending.and_then(|ending| ending.outcome.clone()),
            reason: ending.and_then(|ending| ending.reason).map(|reason| reason.told().to_owned()),
            rating: case.rating.map(|rating| rating.as_str().to_owned()),
            thread: case.place.map(|place| place.channel.to_string()),
            looked_after: case.owner.is_some(),
            discreet: case.discreet,
            matters: std::iter::once(&case.matter).chain(&case.further).map(MatterEntry::new).collect(),
            messages: messages.map(|(_, message)| message.to_string()).collect(),
            details: case.details.clone(),
            problems: case.problems.clone(),
            transcript: lines.map(|line| LineEntry::new(line, member)).collect(),
        }
    }
}

impl MatterEntry {
    fn new(matter: &Matter) -> Self {
        Self {
            message: (!matter.asked_for).then(|| matter.message.to_string()),
            channel: matter.channel.to_string(),
            category: matter.category,
            rule: matter.rule.clone(),
            because: matter.because.clone(),
            kinds: matter.kinds.clone(),
            action: matter.response,
            removed: matter.removed,
            text: matter.enclosure.as_ref().map(|enclosure| enclosure.0.clone()),
        }
    }
}

impl LineEntry {
    fn new(line: &Line, member: UserId) -> Self {
        Self { case: line.number, at: line.at, own: line.author == member, words: line.words.clone() }
    }
}

impl CooldownEntry {
    fn new((channel, acted): &(ChannelId, Acted)) -> Self {
        Self { channel: channel.to_string(), rule: acted.rule.to_string(), at: acted.at }
    }
}

impl ExampleEntry {
    fn new((at, example): &(Timestamp, Example)) -> Self {
        Self {
            message: example.message.to_string(),
            channel: example.channel.to_string(),
            at: *at,
            judged: example.judged,
            text: example.text.clone(),
        }
    }
}

impl Deeds {
    fn new(traces: &Traces) -> Self {
        let note = |(case, note): &(u32, CaseNote)| NoteEntry {
            case: *case,
            at: note.at,
            words: note.words.clone(),
        };
        Self {
            cases: traces.helped.clone(),
            notes: traces.noted.iter().map(note).collect(),
            judged: traces.judged.iter().map(ToString::to_string).collect(),
            changes: traces
                .changes
                .iter()
                .map(|(number, at)| ChangeEntry { number: *number, at: *at })
                .collect(),
            proposals: traces.proposals,
            causes: traces.causes,
        }
    }
}
