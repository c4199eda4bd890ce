//! Arguments, configuration, run; the only place that exits.

use std::process::ExitCode;

/// Discord's description of a server is several times what is kept of it; this allocator gives back what only passed through.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    aside::cli::main().into()
}
