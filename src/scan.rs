//! Offline: transcripts and exports through the real scanner and policy.
//!
//! All inputs are one history, judged in the order its messages were sent, since cooldowns and conversations span
//! files; conclusions are written in the order messages are read. Where the two orders are the same, as in one
//! transcript, input is a stream, and memory does not grow with it. Where they are not, as in a server's export with a
//! file for each channel, both are put in order by way of temporary files: memory does not grow then, either, and the
//! disk holds as much as the input and the output together.
//!
//! What cannot be read is complained of by place, never by its words, and the rest goes on.

mod clock;
mod entry;
mod export;
mod history;
mod input;
mod judge;
mod lines;
mod order;
mod print;
mod summary;

use std::io::{self, Write};
use std::sync::Arc;

use self::entry::{Bad, Entry, Place};
pub use self::input::Input;
use self::input::Record;
use self::judge::Judge;
use self::print::{Conclusion, Printer};
use self::summary::Summary;
use crate::config::Core;
use crate::policy::Verdict;

/// How messages are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One message a line.
    Text,
    /// One JSON object a line, with `content` and perhaps `id`, `author`, `guild`, `channel`, `timestamp`,
    /// `reply_to` (the message it answers) and `mentions` (a list of those it names).
    Jsonl,
    /// The JSON of DiscordChatExporter.
    DiscordExport,
}

impl Format {
    /// The format that a file's name speaks for: `.json` an export, `.jsonl` and `.ndjson` JSON
    /// lines, anything else text.
    pub fn of(file: &str) -> Self {
        match file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
            Some("json") => Self::DiscordExport,
            Some("jsonl" | "ndjson") => Self::Jsonl,
            _ => Self::Text,
        }
    }
}

/// How conclusions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// For people to read, with a summary in the end.
    Table,
    /// One JSON object a line, for programs.
    Jsonl,
}

/// Which conclusions are explained in plain words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explain {
    /// None.
    Nothing,
    /// Of messages that a rule acts on.
    Acted,
    /// Of every message.
    All,
}

impl Explain {
    const fn wants(self, verdict: &Verdict) -> bool {
        match self {
            Self::Nothing => false,
            Self::Acted => verdict.decision.is_some(),
            Self::All => true,
        }
    }
}

/// What is wanted of a scan.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Each message is judged as if it were alone: no history, no cooldown, no order.
    pub independent: bool,
    /// How conclusions are written.
    pub output: Output,
    /// Which of them are explained.
    pub explain: Explain,
    /// Whether a summary is added to JSON lines, among the complaints.
    pub summary: bool,
}

/// How much was read, and how much could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Lines or messages that could not be read.
    pub bad: u64,
    /// Inputs that could not be read to their end.
    pub unread: u64,
}

impl Tally {
    /// Whether everything could be read.
    pub const fn is_whole(self) -> bool {
        self.bad == 0 && self.unread == 0
    }
}

/// A scan of one or more inputs: conclusions go to `out`, complaints to `complaints`.
pub struct Session<'a, W, C> {
    wanted: Wanted,
    desk: Desk<'a>,
    out: W,
    complaints: C,
    begun: bool,
    tally: Tally,
}

impl<'a, W: Write, C: Write> Session<'a, W, C> {
    /// A scan by `core`.
    pub fn new(core: &'a Core, wanted: Wanted, out: W, complaints: C) -> Self {
        Self { wanted, desk: Desk::new(core, wanted), out, complaints, begun: false, tally: Tally::default() }
    }

    /// Judges everything in `inputs`.
    ///
    /// # Errors
    ///
    /// When conclusions, complaints or a temporary file cannot be written; what an input holds never makes it fail,
    /// and an input that cannot be read is complained of.
    pub fn run(mut self, inputs: &[Input]) -> io::Result<Tally> {
        if self.wanted.independent || clock::keeps(inputs) {
            for input in inputs {
                self.read(input, |session, record, entry| session.conclude(record.place.number(), entry))?;
            }
        } else {
            history::judge(&mut self, inputs)?;
        }
        self.finish()
    }

    /// Calls `see` with each message of an input that can be read.
    fn read(
        &mut self,
        input: &Input,
        mut see: impl FnMut(&mut Self, &Record<'_>, &Entry<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut failed = None;
        let read = input.each(|record| {
            let seen = match record.raw.and_then(|raw| input.format().entry(raw, record.whereabouts)) {
                Ok(None) => Ok(()),
                Ok(Some(entry)) => see(self, record, &entry),
                Err(bad) => self.complain(input, record.place, bad),
            };
            seen.map_err(|error| {
                failed = Some(error);
                io::ErrorKind::Other.into()
            })
        });
        match (failed, read) {
            (Some(error), _) => Err(error),
            (None, Err(error)) => self.give_up(input, &error),
            (None, Ok(())) => Ok(()),
        }
    }

    fn conclude(&mut self, number: u64, entry: &Entry<'_>) -> io::Result<()> {
        self.begin()?;
        self.desk.conclude(number, entry, &mut self.out)
    }

    /// Writes what stands above the first conclusion, once.
    fn begin(&mut self) -> io::Result<()> {
        if std::mem::replace(&mut self.begun, true) { Ok(()) } else { self.desk.printer.head(&mut self.out) }
    }

    fn complain(&mut self, input: &Input, place: Place, bad: Bad) -> io::Result<()> {
        self.tally.bad += 1;
        writeln!(self.complaints, "{}: {place}: {bad}", input.name())
    }

    fn give_up(&mut self, input: &Input, error: &io::Error) -> io::Result<()> {
        self.tally.unread += 1;
        writeln!(self.complaints, "error: cannot read {}: {error}", input.name())
    }

    fn finish(mut self) -> io::Result<Tally> {
        match self.wanted.output {
            Output::Table => self.desk.summary.write(&mut self.out)?,
            Output::Jsonl if self.wanted.summary => self.desk.summary.write(&mut self.complaints)?,
            Output::Jsonl => {}
        }
        self.out.flush()?;
        if self.tally.bad > 0 {
            writeln!(self.complaints, "{} could not be read", counted(self.tally.bad, "message"))?;
        }
        Ok(self.tally)
    }
}

/// Where one message after another is judged, written and counted.
struct Desk<'a> {
    judge: Judge<'a>,
    printer: Printer,
    summary: Summary,
}

impl<'a> Desk<'a> {
    fn new(core: &'a Core, wanted: Wanted) -> Self {
        let rules = core.policy.rules().iter().map(|rule| Arc::clone(&rule.name));
        Self {
            judge: Judge::new(core, wanted.independent),
            printer: Printer { output: wanted.output, explain: wanted.explain },
            summary: Summary::new(rules),
        }
    }

    fn conclude(&mut self, number: u64, entry: &Entry<'_>, out: &mut impl Write) -> io::Result<()> {
        let (scan, verdict) = self.judge.judge(entry);
        let conclusion = Conclusion { number, id: entry.id, scan: &scan, verdict: &verdict };
        self.summary.add(entry.sent, &conclusion);
        self.printer.print(out, &conclusion)
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
