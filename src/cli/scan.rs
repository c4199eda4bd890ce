//! `aside scan`: inputs in, conclusions out.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Write};

use super::{Exit, complain, finished};
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::responder::Core;
use crate::scan::{Format, Output, Session};

/// The arguments of `aside scan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files to read, in this order; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,
    /// How messages are written down [default: by the file's name: .json is discord-export, .jsonl is jsonl, anything else is text]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How conclusions are written [default: table on a terminal, jsonl otherwise]
    #[arg(long, value_enum)]
    output: Option<Output>,
    /// Judge each message alone, without history and cooldown
    #[arg(long)]
    independent: bool,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Text, Self::Jsonl, Self::DiscordExport]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Text => PossibleValue::new("text").help("One message a line"),
            Self::Jsonl => PossibleValue::new("jsonl").help(
                "One JSON object a line, with \"content\" and perhaps \"id\", \"author\", \"guild\", \"channel\", \"timestamp\", \"reply_to\" and \"mentions\"",
            ),
            Self::DiscordExport => PossibleValue::new("discord-export").help("The JSON of DiscordChatExporter"),
        })
    }
}

impl ValueEnum for Output {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Table, Self::Jsonl]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Self::Table => PossibleValue::new("table").help("For people to read"),
            Self::Jsonl => PossibleValue::new("jsonl").help("One JSON object a line, for programs"),
        })
    }
}

/// Bytes gathered before they are written or after they are read.
const BUFFER: usize = 1 << 16;

pub(super) fn run(args: &Args, core: &Core) -> Exit {
    let stdout = io::stdout();
    let output = args.output.unwrap_or(if stdout.is_terminal() { Output::Table } else { Output::Jsonl });
    let out = BufWriter::with_capacity(BUFFER, stdout.lock());
    let mut session = Session::new(core, args.independent, output, out, io::stderr());
    let mut unread = false;
    for file in &args.files {
        match read(&mut session, file, args.format) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Exit::Done,
            Err(error) => {
                complain(&format_args!("cannot read {file}: {error}"));
                unread = true;
            }
        }
    }
    let mut exit = Exit::Done;
    let ended = session.finish().map(|tally| {
        if unread || tally.bad > 0 {
            exit = Exit::Failed;
        }
    });
    match finished(ended) {
        Exit::Done => exit,
        failed => failed,
    }
}

fn read<W: Write, C: Write>(
    session: &mut Session<'_, W, C>,
    file: &str,
    format: Option<Format>,
) -> io::Result<()> {
    let format = format.unwrap_or_else(|| Format::of(file));
    if file == "-" {
        return session.read("standard input", format, BufReader::with_capacity(BUFFER, io::stdin().lock()));
    }
    session.read(file, format, BufReader::with_capacity(BUFFER, File::open(file)?))
}
