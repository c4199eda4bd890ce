//! `aside privacy`: the page about what is kept, from the settings in force.

use std::io::{self, Write};

use super::Loaded;
use crate::privacy::page;

pub(super) fn print(loaded: &Loaded, out: &mut impl Write) -> io::Result<()> {
    out.write_all(page(&loaded.config).as_bytes())
}
