//! Arguments, configuration, run; the only place that exits.

use std::process::ExitCode;

/// What Discord says of a server is sixty times what is kept of it; this allocator gives back what was only passing through.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    aside::cli::main().into()
}
