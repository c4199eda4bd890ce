//! The texts: the project's own examples, and public ones.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use aside::detect::heat::Sample;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// What a good moderator would do, as `models/GUIDE.md` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Cold,
    Warm,
    Boiling,
}

/// One of the project's own examples.
pub(crate) struct Example {
    pub(crate) text: String,
    pub(crate) label: Label,
    pub(crate) kind: String,
    pub(crate) theme: String,
    pub(crate) batch: String,
    pub(crate) sample: Sample,
}

/// The files of examples in `folder`, by name.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>, std::io::Error> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tsv"));
    files.sort();
    Ok(files)
}

/// The examples in `folder`, by file and line.
pub(crate) fn examples(folder: &Path) -> Result<Vec<Example>, Box<dyn Error>> {
    let mut examples = Vec::new();
    for file in files(folder)? {
        let batch = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let theme = batch.rsplit_once('-').map_or(&*batch, |(theme, _)| theme).to_owned();
        for (number, line) in fs::read_to_string(&file)?.lines().enumerate().skip(1) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let place = || format!("{}:{}", file.display(), number + 1);
            examples.push(example(line, &theme, &batch).ok_or_else(place)?);
        }
    }
    Ok(examples)
}

fn example(line: &str, theme: &str, batch: &str) -> Option<Example> {
    let columns: Vec<&str> = line.split('\t').collect();
    let [label, _target, kind, _language, text, ..] = columns[..] else { return None };
    let label = match label {
        "cold" => Label::Cold,
        "warm" => Label::Warm,
        "boiling" => Label::Boiling,
        _ => return None,
    };
    let text = unescape(text);
    let sample = Sample::new(&text);
    let [kind, theme, batch] = [kind, theme, batch].map(str::to_owned);
    Some(Example { text, label, kind, theme, batch, sample })
}

/// Undoes `\\n` and `\\\\`.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        (plain, rest) = match after.as_bytes().first() {
            Some(b'n') => (plain + "\n", &after[1..]),
            Some(b'\\') => (plain + "\\", &after[1..]),
            _ => (plain + "\\", after),
        };
    }
    plain + rest
}

/// A public text.
pub(crate) struct Public {
    pub(crate) text: String,
    /// Which of the sources it is from.
    pub(crate) source: usize,
    /// Whether it is abuse, where its source says so.
    pub(crate) abuse: Option<bool>,
    /// Whether it is angry, annoyed or disgusted, where its source says so.
    pub(crate) annoyance: Option<bool>,
    /// Whether it boils, where its source says so and it teaches the project's own heads.
    pub(crate) boils: Option<bool>,
    /// Whether its source is all ordinary chat.
    pub(crate) ordinary: bool,
    pub(crate) weight: f64,
    /// What it counts to the project's own heads.
    pub(crate) counts: f64,
    /// A number that depends on nothing but the text.
    pub(crate) draw: u64,
    /// Kept back for figures.
    pub(crate) held: bool,
    pub(crate) sample: Sample,
}

/// `models/sources.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sources {
    source: Vec<Source>,
}

/// One file of public texts and what its labels are good for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    pub(crate) name: String,
    file: String,
    pub(crate) sha256: String,
    #[expect(dead_code, reason = "for people who read the file")]
    license: String,
    #[expect(dead_code, reason = "for people who read the file")]
    origin: String,
    #[expect(dead_code, reason = "for people who read the file")]
    attribution: String,
    abuse: Option<Use>,
    annoyance: Option<Use>,
    /// What the label says of the project's own heads.
    boils: Option<Use>,
    /// One row in this many teaches the project's own heads.
    #[serde(default = "one")]
    every: u64,
    /// What such a row counts to them.
    #[serde(default = "whole")]
    counts: f64,
    weight: f64,
}

const fn one() -> u64 {
    1
}

const fn whole() -> f64 {
    1.0
}

/// What the labels of a source say of a head.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Use {
    /// 1 it is, 0 it is not.
    Label,
    /// 1 it is, 0 says nothing.
    OnlyTrue,
    /// 0 it is not, 1 says nothing.
    OnlyFalse,
    /// None is.
    Never,
}

impl Use {
    fn says(self, label: bool) -> Option<bool> {
        match self {
            Self::Label => Some(label),
            Self::OnlyTrue => label.then_some(true),
            Self::OnlyFalse => (!label).then_some(false),
            Self::Never => Some(false),
        }
    }
}

/// Reads the list of sources.
pub(crate) fn sources(path: &Path) -> Result<Vec<Source>, Box<dyn Error>> {
    Ok(toml::from_str::<Sources>(&fs::read_to_string(path)?)?.source)
}

/// Every public text of `sources`, whose files lie in `folder`.
pub(crate) fn public(folder: &Path, sources: &[Source]) -> Result<Vec<Public>, Box<dyn Error>> {
    let mut all = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        let path = folder.join(&source.file);
        let content = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        if checksum(content.as_bytes()) != source.sha256 {
            return Err(format!("{}: not the file that models/sources.toml speaks of", path.display()).into());
        }
        for line in content.lines() {
            all.push(text(serde_json::from_str(line)?, source, at));
        }
    }
    Ok(all)
}

/// One line of a file of public texts.
#[derive(Deserialize)]
struct Row {
    text: String,
    label: u8,
}

fn text(row: Row, source: &Source, at: usize) -> Public {
    let draw = draw(&row.text);
    let held = draw.is_multiple_of(10);
    let says = |used: Option<Use>| used.and_then(|used| used.says(row.label == 1));
    Public {
        source: at,
        abuse: says(source.abuse),
        annoyance: says(source.annoyance),
        boils: says(source.boils).filter(|_| (draw / 10).is_multiple_of(source.every)),
        ordinary: source.boils == Some(Use::Never),
        weight: source.weight,
        counts: source.counts,
        draw,
        held,
        sample: Sample::new(&row.text),
        text: row.text,
    }
}

/// The SHA-256 of `bytes`, in hexadecimal.
pub(crate) fn checksum(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// A number that depends on nothing but the text (FNV-1a).
fn draw(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash >> 20
}
