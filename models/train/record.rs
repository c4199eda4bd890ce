//! What the weights were made from, so that a test can tell when they are not of these examples any more.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::data::{Source, checksum};

const HEADING: &str = "# SHA-256 of what the weights were made from, and of the weights. Written by the program that trains them.\n";

pub(crate) fn write(root: &Path, sources: &[Source], weights: &[u8]) -> Result<(), Box<dyn Error>> {
    let mut record = format!("{HEADING}\n[weights]\n\"heat.bin\" = \"{}\"\n", checksum(weights));
    record.push_str("\n[sources]\n");
    for source in sources {
        writeln!(record, "{} = \"{}\"", source.name, source.sha256)?;
    }
    record.push_str("\n[lexicon]\n");
    for name in ["phrases.txt", "harsh.txt"] {
        let lexicon = fs::read(root.join("../src/detect/heat").join(name))?;
        writeln!(record, "\"{name}\" = \"{}\"", checksum(&lexicon))?;
    }
    record.push_str("\n[examples]\n");
    for file in crate::data::files(&root.join("examples"))? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(record, "\"{name}\" = \"{}\"", checksum(&fs::read(&file)?))?;
    }
    Ok(fs::write(root.join("heat.toml"), record)?)
}
