//! What Discord refuses in the definition of a command.
//!
//! Source: <https://discord.com/developers/docs/interactions/application-commands#application-command-object>.

use serde_json::Value;

use super::body::id_of;
use super::form::{characters, list};
use super::locales;
use super::refusal::Refusal;

type Check = Result<(), Refusal>;

/// An option that holds options itself.
const SUBCOMMAND: u64 = 1;
/// An option that holds subcommands.
const GROUP: u64 = 2;

/// 1 chat, 2 user menu, 3 message menu.
pub(crate) fn kind(body: &Value) -> u64 {
    body["type"].as_u64().unwrap_or(1)
}

/// Checks a command; `path` goes before the name of each field in a refusal.
pub(crate) fn check(body: &Value, path: &str) -> Check {
    if !(1..=3).contains(&kind(body)) {
        return Err(Refusal::choice(&format!("{path}type"), "1, 2, 3"));
    }
    check_name(body, path, kind(body) == 1)?;
    if kind(body) == 1 {
        check_description(body, path)?;
        check_options(&body["options"], &format!("{path}options"), kinds_below(None))?;
    } else {
        check_menu(body, path)?;
    }
    check_permissions(body, path)?;
    if weight(body) > 8000 {
        let message = "Command exceeds maximum size (8000)";
        return Err(Refusal::form(&format!("{path}name"), "APPLICATION_COMMAND_TOO_LARGE", message));
    }
    Ok(())
}

fn check_permissions(body: &Value, path: &str) -> Check {
    let permissions = &body["default_member_permissions"];
    // The reference says a string, the API document a number; both are taken.
    if !permissions.is_null() && id_of(permissions).is_none() {
        let path = format!("{path}default_member_permissions");
        return Err(Refusal::form(
            &path,
            "PERMISSIONS_TYPE_COERCE",
            "Could not interpret value as permissions.",
        ));
    }
    Ok(())
}

fn check_menu(body: &Value, path: &str) -> Check {
    let wrong = |key: &str, kind: &str, what: &str| {
        let message = format!("Context menu commands cannot have {what}");
        Err(Refusal::form(&format!("{path}{key}"), kind, &message))
    };
    if characters(&body["description"]) > 0 {
        return wrong("description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", "description");
    }
    if list(&body["options"]).is_empty() {
        return Ok(());
    }
    wrong("options", "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS", "options")
}

fn check_name(body: &Value, path: &str, chat: bool) -> Check {
    let fits = |name: &str, path: &str| {
        if !(1..=32).contains(&name.chars().count()) {
            return Err(Refusal::length(path, 1, 32));
        }
        let plain = |c: char| (c.is_alphanumeric() && !c.is_uppercase()) || ['-', '_', '\''].contains(&c);
        if chat && !name.chars().all(plain) {
            let message = "Command name is invalid";
            return Err(Refusal::form(path, "APPLICATION_COMMAND_INVALID_NAME", message));
        }
        Ok(())
    };
    let own = format!("{path}name");
    fits(body["name"].as_str().ok_or_else(|| Refusal::required(&own))?, &own)?;
    in_every_language(body, path, "name", fits)
}

fn check_description(body: &Value, path: &str) -> Check {
    let own = format!("{path}description");
    sized(body["description"].as_str().ok_or_else(|| Refusal::required(&own))?, &own)?;
    in_every_language(body, path, "description", sized)
}

/// One to a hundred characters.
fn sized(text: &str, path: &str) -> Check {
    let fits = (1..=100).contains(&text.chars().count());
    if fits { Ok(()) } else { Err(Refusal::length(path, 1, 100)) }
}

/// Checks the translations of one text, each as the text itself.
fn in_every_language(body: &Value, path: &str, key: &str, fits: impl Fn(&str, &str) -> Check) -> Check {
    let key = format!("{key}_localizations");
    for (locale, text) in body[&key].as_object().into_iter().flatten() {
        let path = format!("{path}{key}.{locale}");
        locales::check(&path, locale)?;
        fits(text.as_str().unwrap_or_default(), &path)?;
    }
    Ok(())
}

/// Which kinds of option a command, or an option of this kind, may hold: subcommands and groups go two
/// levels deep.
fn kinds_below(above: Option<u64>) -> &'static [u64] {
    match above {
        None => &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
        Some(GROUP) => &[SUBCOMMAND],
        Some(SUBCOMMAND) => &[3, 4, 5, 6, 7, 8, 9, 10, 11],
        Some(_) => &[],
    }
}

fn nests(option: &Value) -> bool {
    matches!(option["type"].as_u64(), Some(SUBCOMMAND | GROUP))
}

fn check_options(options: &Value, path: &str, kinds: &[u64]) -> Check {
    let options = list(options);
    if options.len() > 25 {
        return Err(Refusal::too_long(path, 25));
    }
    if options.iter().any(nests) && !options.iter().all(nests) {
        let message =
            "Sub-command and sub-command group option types are mutually exclusive to all other types";
        return Err(Refusal::form(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message));
    }
    let mut optional_seen = false;
    for (at, option) in options.iter().enumerate() {
        check_option(option, &format!("{path}.{at}."), kinds)?;
        let required = option["required"].as_bool().unwrap_or(false);
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            return Err(Refusal::form(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message));
        }
        optional_seen |= !required;
        if options[..at].iter().any(|other| other["name"] == option["name"]) {
            let message = "Option name is already used";
            return Err(Refusal::form(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message));
        }
    }
    Ok(())
}

fn check_option(option: &Value, path: &str, kinds: &[u64]) -> Check {
    let kind = option["type"].as_u64().ok_or_else(|| Refusal::required(&format!("{path}type")))?;
    if !kinds.contains(&kind) {
        let known = kinds.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        return Err(Refusal::choice(&format!("{path}type"), &known));
    }
    check_name(option, path, true)?;
    check_description(option, path)?;
    let offers = !list(&option["choices"]).is_empty();
    let completes = option["autocomplete"] == true;
    if (offers || completes) && !matches!(kind, 3 | 4 | 10) || (offers && completes) {
        let message = "Only string, integer and number options have choices, or autocomplete";
        return Err(Refusal::form(
            path.trim_end_matches('.'),
            "APPLICATION_COMMAND_OPTIONS_CHOICES",
            message,
        ));
    }
    check_choices(option, kind, path)?;
    check_bounds(option, path)?;
    check_options(&option["options"], &format!("{path}options"), kinds_below(Some(kind)))
}

/// Checks the choices of an option of this type, or those offered while one is typed.
pub(crate) fn check_choices(option: &Value, kind: u64, path: &str) -> Check {
    let choices = list(&option["choices"]);
    if choices.len() > 25 {
        return Err(Refusal::too_long(&format!("{path}choices"), 25));
    }
    for (at, choice) in choices.iter().enumerate() {
        let path = format!("{path}choices.{at}.");
        sized(choice["name"].as_str().unwrap_or_default(), &format!("{path}name"))?;
        in_every_language(choice, &path, "name", sized)?;
        let value = &choice["value"];
        let fits = if kind == 3 { value.is_string() && characters(value) <= 100 } else { value.is_number() };
        let twin = |other: &Value| other["name"] == choice["name"] || other["value"] == *value;
        if !fits || choices[..at].iter().any(twin) {
            let (kind, message) =
                ("APPLICATION_COMMAND_OPTIONS_CHOICE", "Choices must differ, and be of the kind");
            return Err(Refusal::form(&format!("{path}value"), kind, message));
        }
    }
    Ok(())
}

/// The least length or value is below the most.
fn check_bounds(option: &Value, path: &str) -> Check {
    for (least, most) in [("min_length", "max_length"), ("min_value", "max_value")] {
        let (lower, upper) = (option[least].as_f64(), option[most].as_f64());
        if lower.zip(upper).is_some_and(|(lower, upper)| lower > upper) {
            let message = format!("{least} is above {most}.");
            return Err(Refusal::form(&format!("{path}{least}"), "NUMBER_TYPE_MAX", &message));
        }
    }
    let long =
        ["min_length", "max_length"].iter().find(|key| option[**key].as_u64().is_some_and(|n| n > 6000));
    long.map_or(Ok(()), |key| Err(Refusal::too_long(&format!("{path}{key}"), 6000)))
}

/// The characters of a command's names, descriptions and values, over the longest localization of each.
fn weight(body: &Value) -> usize {
    let longest = |key: &str| {
        let localized = body[format!("{key}_localizations")].as_object().into_iter().flatten();
        localized.map(|(_, text)| characters(text)).chain([characters(&body[key])]).max().unwrap_or(0)
    };
    let choices = list(&body["choices"])
        .iter()
        .map(|choice| characters(&choice["name"]) + characters(&choice["value"]));
    let inner = list(&body["options"]).iter().map(weight);
    longest("name") + longest("description") + choices.sum::<usize>() + inner.sum::<usize>()
}
