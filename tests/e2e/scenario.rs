//! Scenarios: what happens in a community, and what everyone finds there afterwards, as data.
//!
//! A file of `tests/e2e/scenarios` plays in the community of `harbor.toml`, changed by its `world`. Members,
//! roles and channels go by their names; `case 1` is the first private thread of the bot. Texts hold
//! placeholders in braces: a secret such as `{card}` (see `secret`), or what Discord allotted, as in `{channel:help}`
//! or `{message:first}`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aside::simulator::{ChannelKind, Permissions, World};
use serde::Deserialize;

/// One scenario.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scenario {
    #[serde(skip)]
    pub(crate) file: PathBuf,
    /// What it shows, in one sentence.
    #[expect(dead_code, reason = "for whoever reads the file")]
    shows: String,
    /// Changes of the guild's plan; lists of named things are merged by name.
    #[serde(default)]
    world: toml::Table,
    /// Settings, in front of the rules.
    #[serde(default)]
    pub(crate) config: String,
    /// Rules in place of `rules.toml`; an empty text stands for those the program ships with.
    pub(crate) rules: Option<String>,
    /// What happens, in order.
    #[serde(rename = "step")]
    pub(crate) steps: Vec<Step>,
}

/// One thing that happens, or a look at what came of all before it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// Someone posts.
    Say(Say),
    /// A webhook of that name posts.
    Webhook { name: String, r#in: String, text: String },
    /// Someone answers the latest words of the bot there.
    Reply { by: String, r#in: String, text: String },
    /// Someone changes a message of their own.
    Edit { message: String, by: String, text: String },
    /// Someone deletes a message.
    Delete { message: String, by: String },
    /// Someone writes to the bot in private.
    Write { by: String, text: String },
    /// Someone presses a button of a case's first words, and reads an answer that only they can see.
    Press { by: String, r#in: String, button: String },
    /// Someone opens a thread or a forum post.
    OpenThread { by: String, under: String, name: String, kind: ChannelKind },
    /// Someone archives a thread.
    Archive { by: String, thread: String },
    /// A channel is made.
    MakeChannel { name: String },
    /// A channel or thread is deleted.
    DeleteChannel { channel: String },
    /// A channel's overwrite for a role or member is set.
    Overwrite {
        channel: String,
        of: String,
        #[serde(default)]
        allow: Permissions,
        #[serde(default)]
        deny: Permissions,
    },
    /// What a role grants is changed.
    Grant { role: String, permissions: Permissions },
    /// A role is made.
    MakeRole { name: String, permissions: Permissions },
    /// A role is deleted.
    DeleteRole { role: String },
    /// A member gets exactly these roles; `@bot` is the bot.
    GiveRoles { member: String, roles: Vec<String> },
    /// Whoever goes on waits until the bot has done everything so far; cases under way go on side by side.
    Settle {},
    /// The bot is stopped in order and started again.
    Restart {},
    /// Everything the bot did so far is exactly this.
    Expect(Expected),
}

/// A message of a member.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Say {
    pub(crate) by: String,
    pub(crate) r#in: String,
    pub(crate) text: String,
    /// What the scenario calls it from then on.
    pub(crate) called: Option<String>,
    /// The message it answers.
    pub(crate) answers: Option<String>,
}

/// Everything the bot did.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Expected {
    /// Private threads, oldest first.
    pub(crate) threads: Vec<ExpectedThread>,
    /// Words of the bot in channels and public threads, oldest first.
    pub(crate) posts: Vec<ExpectedPost>,
    /// Direct messages of the bot, oldest first.
    pub(crate) direct: Vec<ExpectedPost>,
    /// Messages the bot removed, in order.
    pub(crate) removed: Vec<String>,
    /// How many of its own posts the bot took back.
    pub(crate) withdrawn: usize,
}

/// A private thread.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExpectedThread {
    /// The channel it is under.
    pub(crate) under: String,
    /// Everyone in it besides the bot.
    pub(crate) members: Vec<String>,
    /// What the bot says in it.
    pub(crate) posts: Vec<ExpectedPost>,
}

/// Words of the bot.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ExpectedPost {
    /// The channel; not told for a thread, where it is clear.
    pub(crate) r#in: Option<String>,
    /// To whom; for direct messages.
    pub(crate) to: Option<String>,
    /// The message it answers.
    pub(crate) answers: Option<String>,
    /// Everyone whom it alerts.
    pub(crate) pings: Vec<String>,
    /// What it says, in whichever variant.
    pub(crate) has: Vec<String>,
    /// What it says in no variant.
    pub(crate) lacks: Vec<String>,
    /// Its buttons.
    pub(crate) buttons: Vec<String>,
    /// The member's own text, masked.
    pub(crate) returns: Option<String>,
}

impl Scenario {
    /// Every scenario there is, or the one that the environment variable `SCENARIO` names.
    pub(crate) fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/scenarios");
        let only = std::env::var("SCENARIO").ok();
        let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let chosen = |file: &PathBuf| only.as_deref().is_none_or(|only| file.file_stem().unwrap() == only);
        let mut files: Vec<PathBuf> = entries.filter(chosen).collect();
        files.sort();
        files.iter().map(|file| Self::read(file)).collect()
    }

    fn read(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).unwrap();
        let mut scenario: Self =
            toml::from_str(&text).unwrap_or_else(|wrong| panic!("{}: {wrong}", file.display()));
        assert!(
            scenario.steps.iter().any(|step| matches!(step, Step::Expect(_))),
            "{} expects nothing",
            file.display()
        );
        scenario.file = file.file_name().unwrap().into();
        scenario
    }

    /// The community it plays in.
    pub(crate) fn world(&self) -> World {
        let mut world: toml::Table = toml::from_str(include_str!("harbor.toml")).unwrap();
        merge(&mut world["guild"][0], &toml::Value::Table(self.world.clone()));
        World::from_toml(&toml::to_string(&world).unwrap())
            .unwrap_or_else(|wrong| panic!("{}: {wrong}", self.file.display()))
    }
}

fn merge(into: &mut toml::Value, change: &toml::Value) {
    match (into, change) {
        (toml::Value::Table(into), toml::Value::Table(change)) => {
            for (key, value) in change {
                merge(into.entry(key).or_insert_with(|| value.clone()), value);
            }
        }
        (toml::Value::Array(into), toml::Value::Array(change)) if change.iter().all(is_named) => {
            for value in change {
                match into.iter_mut().find(|one| one.get("name") == value.get("name")) {
                    Some(one) => merge(one, value),
                    None => into.push(value.clone()),
                }
            }
        }
        (into, change) => *into = change.clone(),
    }
}

fn is_named(value: &toml::Value) -> bool {
    value.get("name").is_some()
}

/// Texts that must stay private, built from pieces so that no scanner takes this file for a leak.
pub(crate) fn secret(name: &str) -> Option<String> {
    let pieces: &[&str] = match name {
        "card" => &["4242 4242 ", "4242 4242"],
        "card2" => &["5555 5555 ", "5555 4444"],
        "iban" => &["GB82 WEST ", "1234 5698 7654 32"],
        "key" => &["ghp", "_16C7e42F292c69", "12E7710c838347Ae178B4a"],
        "password" => &["Tr0ub4", "dor_rides"],
        "phone" => &["+1 202 ", "555 0143"],
        _ => return None,
    };
    Some(pieces.concat())
}

/// `text` with each `{name}` replaced by what `known` gives for it.
pub(crate) fn fill(text: &str, mut known: impl FnMut(&str) -> Option<String>) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or_else(|| format!("a brace stays open in {text:?}"))?;
        filled.push_str(before);
        filled.push_str(&known(name).ok_or_else(|| format!("nothing is called {{{name}}}"))?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Messages by what the scenario calls them: channel, identifier.
pub(crate) type Called = BTreeMap<String, (u64, u64)>;
