//! Judges messages in the order they were sent where that is not the order they are read.

use std::io::{self, Write};

use super::Session;
use super::clock::Clock;
use super::entry::{Entry, Whereabouts};
use super::input::{Input, Record};
use super::order::Sorter;

/// Judges the messages of all `inputs`, and writes what is concluded in the order they are read.
pub(super) fn judge<W: Write, C: Write>(session: &mut Session<'_, W, C>, inputs: &[Input]) -> io::Result<()> {
    let mut history = History::new(inputs.len());
    for (at, input) in inputs.iter().enumerate() {
        session.read(input, |_, record, entry| history.add(at, record, entry))?;
    }
    if history.clock.in_order { history.stream(session, inputs) } else { history.sort(session, inputs) }
}

/// All messages, unread again, each with its input and its number there.
struct History {
    messages: Sorter,
    count: u64,
    clock: Clock,
    /// By input.
    whereabouts: Vec<Whereabouts>,
}

impl History {
    fn new(inputs: usize) -> Self {
        Self {
            messages: Sorter::new(),
            count: 0,
            clock: Clock::new(),
            whereabouts: vec![Whereabouts::default(); inputs],
        }
    }

    fn add(&mut self, input: usize, record: &Record<'_>, entry: &Entry<'_>) -> io::Result<()> {
        let Ok(raw) = record.raw else { return Ok(()) };
        self.whereabouts[input] = record.whereabouts;
        let key = (self.clock.tick(entry.sent), self.count);
        self.count += 1;
        self.messages.push(key, |bytes| {
            bytes.extend_from_slice(&(input as u64).to_le_bytes());
            bytes.extend_from_slice(&record.place.number().to_le_bytes());
            bytes.extend_from_slice(raw);
            Ok(())
        })
    }

    /// The order turned out to be the same after all.
    fn stream<W: Write, C: Write>(self, session: &mut Session<'_, W, C>, inputs: &[Input]) -> io::Result<()> {
        self.each(inputs, |_, number, entry| session.conclude(number, entry))
    }

    fn sort<W: Write, C: Write>(self, session: &mut Session<'_, W, C>, inputs: &[Input]) -> io::Result<()> {
        let mut conclusions = Sorter::new();
        self.each(inputs, |came, number, entry| {
            conclusions.push((0, came), |bytes| session.desk.conclude(number, entry, bytes))
        })?;
        session.begin()?;
        conclusions.each(|_, conclusion| session.out.write_all(conclusion))
    }

    /// Calls `see` with each message in the order they were sent: how many were read before it, its number, and it.
    fn each(
        self,
        inputs: &[Input],
        mut see: impl FnMut(u64, u64, &Entry<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let whereabouts = self.whereabouts;
        self.messages.each(|(_, came), bytes| {
            let (input, number, raw) = parts(bytes)?;
            match inputs[input].format().entry(raw, whereabouts[input]) {
                Ok(Some(entry)) => see(came, number, &entry),
                // It was read before, so it can be read again.
                Ok(None) | Err(_) => Ok(()),
            }
        })
    }
}

/// The input, the number and the message of a record.
fn parts(bytes: &[u8]) -> io::Result<(usize, u64, &[u8])> {
    let cut = || io::Error::other("a temporary file does not hold what was written");
    let (input, rest) = bytes.split_first_chunk().ok_or_else(cut)?;
    let (number, raw) = rest.split_first_chunk().ok_or_else(cut)?;
    let input = usize::try_from(u64::from_le_bytes(*input)).map_err(io::Error::other)?;
    Ok((input, u64::from_le_bytes(*number), raw))
}
