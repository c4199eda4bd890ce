//! The texts: the project's own examples, and public ones.

use std::error::Error;
use std::fs;
use std::path::Path;

use aside::detect::heat::Sample;
use serde_json::Value;

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
    pub(crate) language: String,
    pub(crate) theme: String,
    pub(crate) batch: String,
    pub(crate) sample: Sample,
}

/// The examples in `folder`, by file and line.
pub(crate) fn examples(folder: &Path) -> Result<Vec<Example>, Box<dyn Error>> {
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "tsv"));
    files.sort();
    let mut examples = Vec::new();
    for file in files {
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
    let [label, _target, kind, language, text, ..] = columns[..] else { return None };
    let label = match label {
        "cold" => Label::Cold,
        "warm" => Label::Warm,
        "boiling" => Label::Boiling,
        _ => return None,
    };
    let text = text.replace("\\n", "\n").replace("\\\\", "\\");
    let sample = Sample::new(&text);
    let [kind, language, theme, batch] = [kind, language, theme, batch].map(str::to_owned);
    Some(Example { text, label, kind, language, theme, batch, sample })
}

/// A public text.
pub(crate) struct Public {
    pub(crate) text: String,
    pub(crate) source: &'static str,
    /// Whether it is abuse, where its source says so.
    pub(crate) abuse: Option<bool>,
    /// Whether it is angry, annoyed or disgusted, where its source says so.
    pub(crate) annoyance: Option<bool>,
    /// Whether it is ordinary chat that the own heads learn to leave alone.
    pub(crate) background: bool,
    pub(crate) weight: f64,
    /// Kept back for figures.
    pub(crate) held: bool,
    pub(crate) sample: Sample,
}

/// One file of public texts and what its labels are good for.
struct Source {
    file: &'static str,
    name: &'static str,
    /// What a label says of abuse.
    abuse: Use,
    annoyance: Use,
    /// One row in this many is background for the own heads; none if 0.
    background: u64,
    weight: f64,
}

#[derive(Clone, Copy, PartialEq)]
enum Use {
    No,
    Label,
    OnlyTrue,
    Never,
}

const SOURCES: [Source; 12] = [
    Source { file: "davidson_MIT.jsonl", name: "davidson", abuse: Use::Label, annoyance: Use::No, background: 0, weight: 0.3 },
    Source { file: "paradetox_CC0.jsonl", name: "paradetox", abuse: Use::Label, annoyance: Use::No, background: 0, weight: 1.0 },
    Source { file: "toxic_spans_CC0.jsonl", name: "toxic_spans", abuse: Use::Label, annoyance: Use::No, background: 0, weight: 1.0 },
    Source { file: "edos_CC0.jsonl", name: "edos", abuse: Use::OnlyTrue, annoyance: Use::No, background: 0, weight: 1.0 },
    Source { file: "hatemoji_CCBY.jsonl", name: "hatemoji", abuse: Use::Label, annoyance: Use::No, background: 0, weight: 1.0 },
    Source { file: "gitter_a_CC0.jsonl", name: "gitter", abuse: Use::Label, annoyance: Use::No, background: 0, weight: 2.0 },
    Source { file: "codereview_CC0.jsonl", name: "codereview", abuse: Use::Label, annoyance: Use::No, background: 0, weight: 2.0 },
    Source { file: "goemotions_Apache2.jsonl", name: "goemotions", abuse: Use::No, annoyance: Use::Label, background: 0, weight: 1.0 },
    Source { file: "neg_banking77_train_CCBY.jsonl", name: "banking77", abuse: Use::Never, annoyance: Use::Never, background: 5, weight: 1.0 },
    Source { file: "neg_clinc_CCBY.jsonl", name: "clinc", abuse: Use::Never, annoyance: Use::Never, background: 20, weight: 1.0 },
    Source { file: "neg_irc_train_CCBY.jsonl", name: "irc", abuse: Use::Never, annoyance: Use::Never, background: 6, weight: 1.0 },
    Source { file: "goemotions_Apache2.jsonl", name: "reddit", abuse: Use::No, annoyance: Use::No, background: 0, weight: 1.0 },
];

/// Every public text in `folder`.
pub(crate) fn public(folder: &Path, _root: &Path) -> Result<Vec<Public>, Box<dyn Error>> {
    let mut all = Vec::new();
    for source in &SOURCES[..11] {
        let path = folder.join(source.file);
        let content = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        for line in content.lines() {
            let value: Value = serde_json::from_str(line)?;
            let text = value["text"].as_str().ok_or("no text")?.to_owned();
            let label = value["label"].as_u64() == Some(1);
            let says = |used: Use| match used {
                Use::No => None,
                Use::Label => Some(label),
                Use::OnlyTrue => label.then_some(true),
                Use::Never => Some(false),
            };
            let draw = draw(&text);
            let held = draw.is_multiple_of(10);
            let background = source.background > 0 && (held || (draw / 10).is_multiple_of(source.background));
            let sample = Sample::new(&text);
            let (abuse, annoyance) = (says(source.abuse), says(source.annoyance));
            all.push(Public { source: source.name, abuse, annoyance, background, weight: source.weight, held, sample, text });
        }
    }
    Ok(all)
}

/// A number that depends on nothing but the text (FNV-1a).
fn draw(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash >> 20
}
