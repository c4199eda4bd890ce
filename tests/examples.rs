//! The examples that heat is trained on are tidy: well formed, labelled as `models/GUIDE.md` says, balanced, no line
//! twice, none that the evaluation has too, and the weights were trained on exactly these.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it is wrong")]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

const HEADING: &str = "label\ttarget\tkind\tlanguage\ttext\twhy";
const TARGETS: [&str; 7] = ["you", "they", "team", "group", "self", "thing", "none"];
const BOILING: [&str; 4] = ["insult", "derogation", "threat", "fury"];
const OTHERS: [&str; 14] = [
    "complaint",
    "dispute",
    "frustration",
    "sarcasm",
    "banter",
    "self",
    "quote",
    "report",
    "negation",
    "idiom",
    "joke",
    "question",
    "praise",
    "chat",
];

/// The fewest letters of a text that is more than a lone word.
const LONE_WORD: usize = 8;
/// How many words in a row are compared, and the fewest such rows of a text that can be nearly another.
const RUN: usize = 4;
const RUNS: usize = 6;

/// One line of an example file.
struct Line {
    /// File and line.
    place: String,
    theme: String,
    columns: Vec<String>,
}

impl Line {
    fn label(&self) -> &str {
        &self.columns[0]
    }

    fn text(&self) -> &str {
        &self.columns[4]
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The example files, by name.
fn files() -> BTreeMap<String, String> {
    let entries = fs::read_dir(root().join("models/examples")).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect()
}

fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, content) in files() {
        let stem = name.strip_suffix(".tsv").unwrap_or_else(|| panic!("{name} is no example file"));
        let theme = stem.rsplit_once('-').unwrap_or_else(|| panic!("{name} has no author")).0.to_owned();
        assert_eq!(content.lines().next(), Some(HEADING), "{name}");
        let numbered = content.lines().enumerate().skip(1);
        let rows = numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        lines.extend(rows.map(|(number, line)| Line {
            place: format!("{name}:{}", number + 1),
            theme: theme.clone(),
            columns: line.split('\t').map(str::to_owned).collect(),
        }));
    }
    lines
}

/// Letters and digits only, in lower case: what makes two lines the same. A line of emoji is taken as it is.
fn essence(text: &str) -> String {
    let essence: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if essence.is_empty() { text.to_owned() } else { essence }
}

/// What is wrong with one line, if anything is.
fn complaint(line: &Line) -> Option<String> {
    let [label, target, kind, language, text, _why] = &*line.columns else {
        return Some(format!("{} columns in place of 6", line.columns.len()));
    };
    let kinds: &[&str] = match &**label {
        "boiling" => &BOILING,
        "warm" | "cold" => &OTHERS,
        _ => return Some(format!("no label `{label}`")),
    };
    if !TARGETS.contains(&&**target) {
        Some(format!("no target `{target}`"))
    } else if !kinds.contains(&&**kind) {
        Some(format!("no kind `{kind}` of {label}"))
    } else if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Some(format!("no language `{language}`"))
    } else if text.trim().is_empty() || text.len() > 4000 {
        Some("too short or too long".to_owned())
    } else {
        None
    }
}

#[test]
fn every_line_is_well_formed() {
    let complaints: Vec<String> = lines()
        .iter()
        .filter_map(|line| complaint(line).map(|complaint| format!("{}: {complaint}", line.place)))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

#[test]
fn no_line_is_there_twice() {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut complaints = Vec::new();
    for line in lines() {
        if let Some(earlier) = seen.insert(essence(line.text()), line.place.clone()) {
            complaints.push(format!("{} repeats {earlier}", line.place));
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// The texts of one corpus of boiling points.
fn corpus(name: &str) -> Vec<String> {
    let corpus = fs::read_to_string(root().join(format!("tests/corpus/{name}.jsonl"))).unwrap();
    let row = |line| serde_json::from_str::<Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    corpus.lines().map(row).collect()
}

#[test]
fn nothing_of_the_evaluation_is_trained_on() {
    let names = ["boiling_point", "blind", "functional", "fresh", "unseen"];
    let evaluated = names.iter().flat_map(|name| corpus(name)).map(|text| essence(&text));
    // A lone word is nobody's own.
    let evaluated: HashSet<String> = evaluated.filter(|essence| essence.len() >= LONE_WORD).collect();
    let both: Vec<String> = lines()
        .iter()
        .filter(|line| evaluated.contains(&essence(line.text())))
        .map(|line| line.place.clone())
        .collect();
    assert!(both.is_empty(), "{both:#?}");
}

/// The sequences of [`RUN`] words in `text`.
fn runs(text: &str) -> HashSet<String> {
    let words: Vec<String> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.windows(RUN).map(|run| run.join(" ")).collect()
}

#[test]
fn no_line_is_nearly_one_of_the_evaluation() {
    let rows = ["functional", "fresh", "unseen"].iter().flat_map(|name| corpus(name));
    let rows: Vec<HashSet<String>> = rows.map(|text| runs(&text)).filter(|runs| runs.len() >= RUNS).collect();
    let mut rows_with: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, runs) in rows.iter().enumerate() {
        for run in runs {
            rows_with.entry(run).or_default().push(at);
        }
    }
    let near = |line: &Line| {
        let mut shared: HashMap<usize, usize> = HashMap::new();
        for run in runs(&line.text().replace("\\n", " ")) {
            rows_with.get(&*run).into_iter().flatten().for_each(|at| *shared.entry(*at).or_default() += 1);
        }
        shared.iter().any(|(at, count)| 2 * count > rows[*at].len())
    };
    let near: Vec<String> = lines().iter().filter(|line| near(line)).map(|line| line.place.clone()).collect();
    assert!(near.is_empty(), "{near:#?}");
}

#[test]
fn labels_kinds_and_languages_are_balanced() {
    let lines = lines();
    assert!(lines.len() >= 6_000, "{} lines", lines.len());
    let mut themes: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for line in &lines {
        themes.entry(&line.theme).or_default()[usize::from(line.label() == "boiling")] += 1;
        *kinds.entry(&line.columns[2]).or_default() += 1;
        *languages.entry(&line.columns[3]).or_default() += 1;
    }
    for (theme, [other, boiling]) in &themes {
        let all = other + boiling;
        assert!(boiling * 10 >= all && boiling * 10 <= all * 6, "{theme}: {boiling} of {all} are boiling");
    }
    for kind in BOILING.iter().chain(&OTHERS) {
        let count = kinds.get(kind).copied().unwrap_or_default();
        assert!(count >= 100 && count * 3 <= lines.len(), "{kind}: {count} lines");
    }
    for language in ["de", "es", "fr", "pt"] {
        assert!(languages.get(language).copied().unwrap_or_default() >= 250, "{language}: {languages:?}");
    }
}

#[test]
fn the_weights_were_trained_on_these_examples() {
    let inputs: toml::Table = fs::read_to_string(root().join("models/heat.toml")).unwrap().parse().unwrap();
    let recorded =
        |table: &str, name: &str| inputs[table].get(name).and_then(toml::Value::as_str).map(str::to_owned);
    let checksum = |bytes: &[u8]| format!("{:x}", Sha256::digest(bytes));
    let stale: Vec<String> = files()
        .into_iter()
        .filter(|(name, content)| recorded("examples", name) != Some(checksum(content.as_bytes())))
        .map(|(name, _)| name)
        .collect();
    assert!(stale.is_empty(), "train again, or put back what was trained on: {stale:?}");
    let weights = fs::read(root().join("models/heat.bin")).unwrap();
    assert_eq!(
        recorded("weights", "heat.bin"),
        Some(checksum(&weights)),
        "the weights are not those of models/heat.toml"
    );
}
