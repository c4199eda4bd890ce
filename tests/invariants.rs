//! The architecture that `lib.rs` promises, read from the source.

#![expect(clippy::unwrap_used, reason = "a test stops where it is wrong")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules of the crate each module may name. Anything else is a change of the architecture, to be made
/// here and in `lib.rs` first.
const MAY_USE: &[(&str, &[&str])] = &[
    ("message", &[]),
    ("text", &[]),
    ("detect", &["text"]),
    ("policy", &["detect", "message"]),
    ("wording", &["detect", "message"]),
    ("case", &["detect", "message", "policy", "wording"]),
    ("config", &["case", "detect", "message", "policy", "wording"]),
    ("telemetry", &["case", "detect", "policy"]),
    ("store", &["case", "config", "detect", "message", "policy", "telemetry", "wording"]),
    ("privacy", &["case", "config", "detect", "message", "policy", "store"]),
    ("report", &["case", "detect", "message", "policy", "store"]),
    ("responder", &["case", "config", "detect", "message", "policy", "store", "telemetry", "wording"]),
    (
        "commands",
        &[
            "case",
            "config",
            "detect",
            "discord",
            "message",
            "policy",
            "privacy",
            "report",
            "responder",
            "store",
            "text",
            "wording",
        ],
    ),
    ("discord", &["case", "commands", "config", "message", "responder", "store", "telemetry", "wording"]),
    ("simulator", &[]),
    ("scan", &["config", "detect", "message", "policy"]),
    ("demo", &["config", "discord", "message", "simulator", "store"]),
    (
        "cli",
        &[
            "case",
            "config",
            "demo",
            "detect",
            "discord",
            "message",
            "policy",
            "privacy",
            "report",
            "responder",
            "scan",
            "store",
            "telemetry",
            "wording",
        ],
    ),
];

/// What the core must not name: the outside world, the clock and chance.
const CORE: &[&str] = &["message", "text", "detect", "policy", "case", "wording", "report"];
const OUTSIDE: &[&str] = &[
    "twilight",
    "tokio",
    "sqlx",
    "reqwest",
    "axum",
    "tracing",
    "telemetry",
    "prometheus",
    "fastrand",
    "std::fs",
    "TcpStream",
    "UdpSocket",
    "std::env",
    "std::io",
    "std::process",
    "std::thread",
    "Timestamp::now",
    "Zoned::now",
    "Instant",
    "SystemTime",
    "async fn",
];

/// Libraries that only these modules may name.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("twilight", &["discord"]),
    ("reqwest", &["discord"]),
    ("sqlx", &["store"]),
    ("axum", &["simulator", "telemetry"]),
    ("prometheus", &["telemetry"]),
    ("minijinja", &["wording"]),
    ("clap", &["cli"]),
];

/// A module's source without comments, documentation and unit tests.
fn sources() -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    for file in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let module = module(&file);
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = code.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let all: &mut String = sources.entry(module).or_default();
        all.push_str(&code.join("\n"));
        all.push('\n');
    }
    sources
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let rust = files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

fn module(file: &Path) -> String {
    let inside = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Whether `code` names `path`, as a whole word.
fn names(code: &str, path: &str) -> bool {
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + path.len()..].chars().next();
        let word = |edge: Option<char>| edge.is_some_and(|edge| edge.is_alphanumeric() || edge == '_');
        !word(before) && !word(after)
    })
}

fn modules() -> Vec<String> {
    sources().into_keys().filter(|module| module != "main" && module != "lib").collect()
}

#[test]
fn every_module_has_its_place_in_the_architecture() {
    let known: Vec<&str> = MAY_USE.iter().map(|(module, _)| *module).collect();
    let unknown: Vec<String> =
        modules().into_iter().filter(|module| !known.contains(&module.as_str())).collect();
    assert!(unknown.is_empty(), "not in the architecture: {unknown:?}");
    let map = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    for module in modules() {
        assert!(map.contains(&format!("`{module}`")), "the map in lib.rs does not show {module}");
    }
}

#[test]
fn modules_use_only_what_they_may() {
    let sources = sources();
    for (module, may_use) in MAY_USE {
        let Some(code) = sources.get(*module) else { continue };
        for (other, _) in MAY_USE.iter().filter(|(other, _)| other != module && !may_use.contains(other)) {
            assert!(!names(code, &format!("crate::{other}")), "{module} must not use {other}");
        }
    }
}

#[test]
fn the_core_knows_no_clock_no_chance_and_no_outside_world() {
    let sources = sources();
    for module in CORE {
        for outside in OUTSIDE {
            assert!(!names(&sources[*module], outside), "{module} names {outside}");
        }
    }
}

#[test]
fn libraries_stay_where_they_belong() {
    for (module, code) in sources() {
        for (library, allowed) in ONLY_IN {
            let found = names(&code, &format!("{library}::")) || names(&code, &format!("use {library}"));
            assert!(!found || allowed.contains(&module.as_str()), "{module} names {library}");
        }
    }
}

#[test]
fn only_main_exits() {
    for (module, code) in sources() {
        assert!(module == "main" || !names(&code, "process::exit"), "{module} exits");
    }
}

#[test]
fn a_message_and_an_enclosure_print_no_words() {
    use aside::case::Detail;
    use aside::case::action::Enclosure;
    use aside::message::{Author, ChannelId, GuildId, Message, MessageId, Origin, UserId};
    use aside::store::{Example, Judged};
    let author = Author { id: UserId(4), origin: Origin::Member, roles: Vec::new(), moderator: false };
    let message = Message {
        id: MessageId(1),
        guild: GuildId(2),
        channel: ChannelId(3),
        home: ChannelId(3),
        author,
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: "a very private sentence".to_owned(),
        sent: MessageId(1).sent(),
    };
    let example = Example {
        message: MessageId(1),
        author: Some(UserId(5)),
        channel: ChannelId(3),
        home: ChannelId(3),
        judged: Judged::Missed,
        rule: None,
        by: UserId(4),
        text: message.content.clone(),
        heat: 0.1,
        found: Vec::new(),
        patterns: Vec::new(),
    };
    let detail = Detail { label: "Order number".to_owned(), text: message.content.clone() };
    let printed = format!("{message:?} {:?} {example:?} {detail:?}", Enclosure(message.content.clone()));
    assert!(!printed.contains("private"), "{printed}");
    assert!(printed.contains("23"), "the length is shown: {printed}");
}
