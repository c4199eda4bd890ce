//! Prints a month of chat as JSON lines: `cargo run --release --example month -- --messages 1000000 --seed 7 > month.jsonl`.
//! The same seed and number give the same month.

#![expect(clippy::print_stderr, reason = "a program for developers")]

mod month;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use month::Month;

/// Prints a month of chat as JSON lines.
#[derive(Parser)]
struct Args {
    /// How many messages
    #[arg(long, default_value_t = 1_000_000)]
    messages: u64,
    /// Which month
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

fn main() -> ExitCode {
    match print(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(args: &Args) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    Month::new(args.seed)?.each(args.messages, |_, line| out.write_all(line))?;
    out.flush()
}
