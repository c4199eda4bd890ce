//! What is read: a file or standard input, and one record of it after another.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};

use jiff::Timestamp;

use super::entry::{Bad, Entry, Place, Read, Whereabouts};
use super::{Format, entry, export, lines};

/// Bytes read at once.
const BUFFER: usize = 1 << 16;

/// An input, by its name on the command line.
#[derive(Clone, Debug)]
pub struct Input {
    file: String,
    format: Format,
}

/// One message as it stands in an input.
pub(super) struct Record<'a> {
    pub(super) place: Place,
    /// Where it was sent, as far as the input tells that of all its messages.
    pub(super) whereabouts: Whereabouts,
    /// Its bytes, or why they cannot be told apart.
    pub(super) raw: Result<&'a [u8], Bad>,
}

impl Input {
    /// `file` is a path, or `-` for standard input; its name speaks for its format when none is given.
    pub fn new(file: &str, format: Option<Format>) -> Self {
        Self { file: file.to_owned(), format: format.unwrap_or_else(|| Format::of(file)) }
    }

    /// What complaints call it.
    pub(super) fn name(&self) -> &str {
        if self.is_standard() { "standard input" } else { &self.file }
    }

    pub(super) const fn format(&self) -> Format {
        self.format
    }

    fn is_standard(&self) -> bool {
        self.file == "-"
    }

    /// Whether it reads the same each time; a pipe does not.
    pub(super) fn reads_again(&self) -> bool {
        !self.is_standard() && fs::metadata(&self.file).is_ok_and(|file| file.is_file())
    }

    /// Calls `see` with each record, in order.
    ///
    /// # Errors
    ///
    /// Reading or `see` fails.
    pub(super) fn each(&self, see: impl FnMut(&Record<'_>) -> io::Result<()>) -> io::Result<()> {
        if self.is_standard() {
            return self.read(BufReader::with_capacity(BUFFER, io::stdin().lock()), see);
        }
        self.read(BufReader::with_capacity(BUFFER, File::open(&self.file)?), see)
    }

    fn read(
        &self,
        mut input: impl BufRead,
        mut see: impl FnMut(&Record<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        skip_byte_order_mark(&mut input)?;
        match self.format {
            Format::Text | Format::Jsonl => lines::each(input, |number, raw| {
                see(&Record { place: Place::Line(number), whereabouts: Whereabouts::default(), raw })
            }),
            Format::DiscordExport => export::each(input, |record| see(&record)),
        }
    }
}

impl Format {
    /// The message in `raw`; nothing when it is of no interest.
    pub(super) fn entry(self, raw: &[u8], whereabouts: Whereabouts) -> Read<'_> {
        match self {
            Self::Text => Entry::of_text(raw).map(Some),
            Self::Jsonl => Entry::of_json(raw),
            Self::DiscordExport => export::entry(raw, whereabouts),
        }
    }

    /// When the message in `raw` was sent, as far as that can be told without reading all of it.
    pub(super) fn sent(self, raw: &[u8]) -> Option<Timestamp> {
        match self {
            Self::Text => None,
            Self::Jsonl | Self::DiscordExport => entry::sent(raw),
        }
    }
}

fn skip_byte_order_mark(input: &mut impl BufRead) -> io::Result<()> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    if input.fill_buf()?.starts_with(MARK) {
        input.consume(MARK.len());
    }
    Ok(())
}
