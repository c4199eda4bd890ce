//! The commands as they are registered: `commands.toml` with its translations, in Discord's shape.
//!
//! Source: <https://discord.com/developers/docs/interactions/application-commands>.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::discord::Permissions;

/// Discord's names for a language, and the translations in it.
const LOCALES: &[(&[&str], &str)] = &[
    (&["de"], include_str!("locales/de.toml")),
    (&["es-ES", "es-419"], include_str!("locales/es-ES.toml")),
    (&["fr"], include_str!("locales/fr.toml")),
    (&["pt-BR"], include_str!("locales/pt-BR.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalog {
    command: Vec<Command>,
    menu: Vec<Menu>,
    /// Those that subcommands name.
    option: BTreeMap<String, Opt>,
    /// How choices read in English.
    choice: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    name: String,
    description: String,
    #[serde(default)]
    r#for: Circle,
    #[serde(default)]
    sub: Vec<Sub>,
    #[serde(default)]
    option: Vec<Opt>,
}

/// Who is offered a command at first; server settings can change that, so the bot asks once more when it is used.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Circle {
    /// Whoever may manage the server.
    #[default]
    Managers,
    /// Whoever may moderate members.
    Moderators,
    /// Every member.
    Everyone,
}

impl Circle {
    /// What they hold; nothing where nothing is asked for.
    const fn permissions(self) -> Option<Permissions> {
        match self {
            Self::Managers => Some(Permissions::MANAGE_GUILD),
            Self::Moderators => Some(Permissions::MODERATE_MEMBERS),
            Self::Everyone => None,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sub {
    name: String,
    description: String,
    #[serde(default)]
    option: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Menu {
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opt {
    name: String,
    description: String,
    r#type: Type,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    autocomplete: bool,
    #[serde(default)]
    choices: Vec<String>,
    min_value: Option<u32>,
    max_value: Option<u32>,
    max_length: Option<u32>,
}

/// Discord's types of options.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Type {
    String = 3,
    Integer = 4,
    Boolean = 5,
    User = 6,
    Channel = 7,
    Number = 10,
    Attachment = 11,
}

/// A thing's name and description in one language.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Translation {
    name: String,
    description: Option<String>,
}

type Translations = BTreeMap<String, Translation>;

/// Every command and menu, as `PUT /applications/{id}/commands` takes them.
pub(super) fn commands() -> &'static Value {
    static COMMANDS: LazyLock<Value> = LazyLock::new(|| Builder::read().build());
    &COMMANDS
}

struct Builder {
    catalog: Catalog,
    locales: Vec<(&'static [&'static str], Translations)>,
}

impl Builder {
    #[expect(clippy::expect_used, reason = "they are part of the program, and a test reads them all")]
    fn read() -> Self {
        let translations = |text| toml::from_str(text).expect("the translations are valid");
        Self {
            catalog: toml::from_str(include_str!("commands.toml")).expect("the commands are valid"),
            locales: LOCALES.iter().map(|(tags, text)| (*tags, translations(text))).collect(),
        }
    }

    fn build(&self) -> Value {
        let chat = self.catalog.command.iter().map(|command| self.chat(command));
        let menus = self.catalog.menu.iter().map(|menu| self.menu(menu));
        chat.chain(menus).collect()
    }

    fn chat(&self, command: &Command) -> Value {
        let mut value = self.named(&command.name, &command.name, Some(&command.description));
        let subs = command.sub.iter().map(|sub| self.sub(&command.name, sub));
        let options = command
            .option
            .iter()
            .map(|option| self.option(&format!("{}.option.{}", command.name, option.name), option));
        value["type"] = 1.into();
        value["options"] = subs.chain(options).collect();
        restrict(&mut value, command.r#for);
        value
    }

    fn menu(&self, menu: &Menu) -> Value {
        let mut value = self.named(&format!("menu.{}", menu.name), &menu.name, None);
        value["type"] = 3.into();
        restrict(&mut value, Circle::Moderators);
        value
    }

    fn sub(&self, command: &str, sub: &Sub) -> Value {
        let mut value = self.named(&format!("{command}.{}", sub.name), &sub.name, Some(&sub.description));
        let options = sub.option.iter().filter_map(|key| {
            self.catalog.option.get(key).map(|option| self.option(&format!("option.{key}"), option))
        });
        value["type"] = 1.into();
        value["options"] = options.collect();
        value
    }

    fn option(&self, path: &str, option: &Opt) -> Value {
        let mut value = self.named(path, &option.name, Some(&option.description));
        value["type"] = (option.r#type as u8).into();
        value["required"] = option.required.into();
        if option.autocomplete {
            value["autocomplete"] = true.into();
        }
        if !option.choices.is_empty() {
            value["choices"] = option.choices.iter().map(|choice| self.choice(choice)).collect();
        }
        let limits = [
            ("min_value", option.min_value),
            ("max_value", option.max_value),
            ("max_length", option.max_length),
        ];
        for (name, limit) in limits.into_iter().filter_map(|(name, limit)| Some((name, limit?))) {
            value[name] = limit.into();
        }
        value
    }

    fn choice(&self, choice: &str) -> Value {
        let name = self.catalog.choice.get(choice).map_or(choice, String::as_str);
        let mut value = self.named(&format!("choice.{choice}"), name, None);
        value["value"] = choice.into();
        value
    }

    /// Name and description in every language.
    fn named(&self, path: &str, name: &str, description: Option<&str>) -> Value {
        let mut value = json!({ "name": name });
        value["name_localizations"] = self.localized(path, |translation| Some(&translation.name));
        if let Some(description) = description {
            value["description"] = description.into();
            value["description_localizations"] =
                self.localized(path, |translation| translation.description.as_ref());
        }
        value
    }

    fn localized(&self, path: &str, part: impl Fn(&Translation) -> Option<&String>) -> Value {
        let mut localized = Map::new();
        for (tags, translations) in &self.locales {
            if let Some(text) = translations.get(path).and_then(&part) {
                localized.extend(tags.iter().map(|tag| ((*tag).to_owned(), text.as_str().into())));
            }
        }
        Value::Object(localized)
    }
}

/// For servers only, and at first only for those of `circle`.
fn restrict(value: &mut Value, circle: Circle) {
    // A number where we send it and a text where Discord gives it back, by its own document.
    value["default_member_permissions"] = circle.permissions().map(|needed| needed.bits()).into();
    value["contexts"] = json!([0]);
    value["integration_types"] = json!([0]);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every name and description below `value`, with its path.
    fn named<'a>(value: &'a Value, path: &str, all: &mut Vec<(String, &'a Value)>) {
        for list in ["options", "choices"] {
            for inner in value[list].as_array().into_iter().flatten() {
                let path = format!("{path} {}", inner["name"].as_str().unwrap_or_default());
                all.push((path.clone(), inner));
                named(inner, &path, all);
            }
        }
    }

    fn everything() -> Vec<(String, &'static Value)> {
        let mut all = Vec::new();
        for command in commands().as_array().unwrap() {
            let path = command["name"].as_str().unwrap().to_owned();
            all.push((path.clone(), command));
            named(command, &path, &mut all);
        }
        all
    }

    #[test]
    fn everything_is_translated_into_every_language() {
        for (path, value) in everything() {
            for key in ["name_localizations", "description_localizations"] {
                if let Some(localized) = value.get(key).and_then(Value::as_object) {
                    let tags: Vec<&str> = localized.keys().map(String::as_str).collect();
                    assert_eq!(tags, ["de", "es-419", "es-ES", "fr", "pt-BR"], "{path}: {key}");
                }
            }
        }
        let builder = Builder::read();
        let paths: Vec<&String> = builder.locales[0].1.keys().collect();
        for (tags, translations) in &builder.locales {
            assert_eq!(translations.keys().collect::<Vec<_>>(), paths, "{tags:?} has the same entries");
        }
    }

    #[test]
    fn every_option_that_is_named_is_there_and_used() {
        let catalog = Builder::read().catalog;
        let mut used: Vec<&String> =
            catalog.command.iter().flat_map(|one| &one.sub).flat_map(|sub| &sub.option).collect();
        used.sort();
        used.dedup();
        assert_eq!(used, catalog.option.keys().collect::<Vec<_>>());
    }

    /// What Discord counts towards 8,000 a command: names, descriptions and choices, in the longest language.
    fn weight(value: &Value) -> usize {
        let longest = |key: &str| {
            let count = |text: &Value| text.as_str().map_or(0, |text| text.chars().count());
            let localized = value[format!("{key}_localizations")].as_object().into_iter().flatten();
            localized.map(|(_, text)| count(text)).chain([count(&value[key])]).max().unwrap_or(0)
        };
        let inner =
            ["options", "choices"].into_iter().flat_map(|list| value[list].as_array().into_iter().flatten());
        longest("name") + longest("description") + longest("value") + inner.map(weight).sum::<usize>()
    }

    #[test]
    fn names_and_descriptions_fit() {
        for (path, value) in everything() {
            let chat = value["type"] != 3 && value.get("value").is_none();
            for (tag, name) in value["name_localizations"].as_object().unwrap() {
                let name = name.as_str().unwrap();
                let most = if value.get("value").is_some() { 100 } else { 32 };
                assert!((1..=most).contains(&name.chars().count()), "{path} {tag}: {name}");
                let plain = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || "-_".contains(c);
                assert!(!chat || value["type"] == 3 || name.chars().all(plain), "{path} {tag}: {name}");
            }
            for (tag, text) in value["description_localizations"].as_object().into_iter().flatten() {
                assert!((1..=100).contains(&text.as_str().unwrap().chars().count()), "{path} {tag}: {text}");
            }
        }
        for command in commands().as_array().unwrap() {
            assert!(weight(command) <= 8000, "{}: {}", command["name"], weight(command));
        }
    }
}
