//! `aside scan`: inputs in, conclusions out.

use std::io::{self, BufWriter, IsTerminal};

use super::{Exit, finished};
use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::config::Core;
use crate::scan::{Explain, Format, Input, Output, Session, Wanted};

/// The arguments of `aside scan`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files to read, together one history; `-` is standard input
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<String>,
    /// How messages are written down [default: by the file's name: .json is discord-export, .jsonl is jsonl, anything else is text]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// How conclusions are written [default: table on a terminal, jsonl otherwise]
    #[arg(long, value_enum)]
    output: Option<Output>,
    /// Judge each message alone as it comes, without history, cooldown and order
    #[arg(long)]
    independent: bool,
    /// Say in plain words why, below each message that a rule acts on, or below each; JSON lines say it of each finding
    #[arg(long, value_enum, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "acted")]
    explain: Option<Explain>,
    /// Add to JSON lines what a table ends with: what each rule would have done, by day; on standard error
    #[arg(long)]
    summary: bool,
}

impl ValueEnum for Explain {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Acted, Self::All]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Nothing => None,
            Self::Acted => Some(PossibleValue::new("acted").help("Messages that a rule acts on")),
            Self::All => Some(PossibleValue::new("all").help("Every message")),
        }
    }
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
            Self::Table => PossibleValue::new("table").help("For people to read, with a summary"),
            Self::Jsonl => PossibleValue::new("jsonl").help("One JSON object a line, for programs"),
        })
    }
}

/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 16;

pub(super) fn run(args: &Args, core: &Core) -> Exit {
    let stdout = io::stdout();
    let output = args.output.unwrap_or(if stdout.is_terminal() { Output::Table } else { Output::Jsonl });
    let wanted = Wanted {
        independent: args.independent,
        output,
        explain: args.explain.unwrap_or(Explain::Nothing),
        summary: args.summary,
    };
    let inputs: Vec<Input> = args.files.iter().map(|file| Input::new(file, args.format)).collect();
    let out = BufWriter::with_capacity(BUFFER, stdout.lock());
    match Session::new(core, wanted, out, io::stderr()).run(&inputs) {
        Ok(tally) if tally.is_whole() => Exit::Done,
        Ok(_) => Exit::Failed,
        Err(error) => finished(Err(error)),
    }
}
