//! Offline: transcripts and exports through the real scanner and policy.
//!
//! Input is read as a stream: memory does not grow with it. What cannot be read is complained of by
//! place, never by its words, and the rest goes on.

mod entry;
mod export;
mod judge;
mod lines;
mod print;

use std::io::{self, BufRead, Write};

use self::entry::{Entry, Place, Read};
use self::judge::Judge;
use self::print::Printer;
use crate::responder::Core;

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
    /// For people to read.
    Table,
    /// One JSON object a line, for programs.
    Jsonl,
}

/// How many messages were read, and how many could not be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Messages judged.
    pub messages: u64,
    /// Lines or messages that could not be read.
    pub bad: u64,
}

/// A scan of one or more inputs: conclusions go to `out`, complaints to `complaints`.
pub struct Session<'a, W, C> {
    judge: Judge<'a>,
    printer: Printer<W>,
    complaints: C,
    tally: Tally,
}

impl<'a, W: Write, C: Write> Session<'a, W, C> {
    /// A scan by `core`. When `independent`, each message is judged as if it were alone: no
    /// history, no cooldown.
    pub fn new(core: &'a Core, independent: bool, output: Output, out: W, complaints: C) -> Self {
        let judge = Judge::new(core, independent);
        Self { judge, printer: Printer::new(output, out), complaints, tally: Tally::default() }
    }

    /// Reads one input to its end. `name` stands in complaints.
    ///
    /// # Errors
    ///
    /// When reading or writing fails; what the input holds never makes it fail.
    pub fn read(&mut self, name: &str, format: Format, mut input: impl BufRead) -> io::Result<()> {
        skip_byte_order_mark(&mut input)?;
        match format {
            Format::Text => lines::each(input, |number, line| {
                self.conclude(name, Place::Line(number), line.and_then(Entry::of_text).map(Some))
            }),
            Format::Jsonl => lines::each(input, |number, line| {
                self.conclude(name, Place::Line(number), line.and_then(Entry::of_json))
            }),
            Format::DiscordExport => export::each(input, |place, entry| self.conclude(name, place, entry)),
        }
    }

    /// Writes what is left to write.
    ///
    /// # Errors
    ///
    /// When writing fails.
    pub fn finish(mut self) -> io::Result<Tally> {
        self.printer.finish()?;
        if self.tally.bad > 0 {
            writeln!(self.complaints, "{} could not be read", counted(self.tally.bad, "message"))?;
        }
        Ok(self.tally)
    }

    fn conclude(&mut self, name: &str, place: Place, entry: Read<'_>) -> io::Result<()> {
        match entry {
            Ok(None) => Ok(()),
            Ok(Some(entry)) => {
                self.tally.messages += 1;
                let (scan, verdict) = self.judge.judge(&entry);
                self.printer.print(place.number(), entry.id, &scan, &verdict)
            }
            Err(bad) => {
                self.tally.bad += 1;
                writeln!(self.complaints, "{name}: {place}: {bad}")
            }
        }
    }
}

fn counted(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn skip_byte_order_mark(input: &mut impl BufRead) -> io::Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if input.fill_buf()?.starts_with(MARK) {
        input.consume(MARK.len());
    }
    Ok(())
}
