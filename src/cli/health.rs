//! `aside health`: asks the bot that runs on this machine, for containers without a shell and supervisors that can only start
//! a program.

use std::io::{self, Write as _};

use super::{Exit, complain, finished};
use crate::config::Loaded;
use crate::telemetry::{Question, ask};

/// The arguments of `aside health`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Ask whether it does its work, too: connected, settings loaded, store and Discord at hand
    #[arg(long)]
    ready: bool,
}

pub(super) fn run(args: &Args, loaded: &Loaded) -> Exit {
    let Some(address) = loaded.config.telemetry.listen else {
        complain(
            &"[telemetry] listen is not set, so nobody can be asked. Set it, as in listen = \"127.0.0.1:9464\"",
        );
        return Exit::Config;
    };
    let question = if args.ready { Question::Ready } else { Question::Live };
    match ask(address, question) {
        Ok((well, told)) => {
            let printed = finished(writeln!(io::stdout(), "{told}"));
            if well { printed } else { Exit::Failed }
        }
        Err(error) => {
            complain(&error);
            Exit::Failed
        }
    }
}
