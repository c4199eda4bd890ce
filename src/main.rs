//! Arguments, configuration, run; the only place that exits.

fn main() {}
