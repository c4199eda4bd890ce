//! What Discord refuses in components: buttons, selects, and the inputs of modals.
//!
//! Source: <https://discord.com/developers/docs/components/reference>.

use serde_json::Value;

use super::body::id_of;
use super::form::{at_most, characters, list};
use super::refusal::Refusal;

type Check = Result<(), Refusal>;

/// A row of buttons, or around a select or a text input.
pub(crate) const ROW: u64 = 1;
/// A text input of a modal.
pub(crate) const TEXT_INPUT: u64 = 4;
/// A text in a modal.
pub(crate) const TEXT: u64 = 10;
/// What names an input of a modal.
pub(crate) const LABEL: u64 = 18;
/// A file input of a modal.
const FILE_INPUT: u64 = 19;
/// A select of given options; the others are of people, roles, both, or channels.
pub(crate) const STRING_SELECT: u64 = 3;

/// Whether a component of this type is a select.
pub(crate) fn is_select(kind: Option<u64>) -> bool {
    matches!(kind, Some(STRING_SELECT | 5..=8))
}

/// How many values a select or file input takes.
pub(crate) fn takes(select: &Value) -> (usize, usize) {
    let bound = |key: &str| select[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    (bound("min_values"), bound("max_values"))
}

/// Checks the component tree of a message.
pub(crate) fn message(value: &Value, v2: bool) -> Check {
    let rows = list(value);
    if v2 {
        return if rows.len() > 40 { Err(Refusal::too_long("components", 40)) } else { Ok(()) };
    }
    if rows.len() > 5 {
        return Err(Refusal::too_long("components", 5));
    }
    let mut seen = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let path = format!("components.{at}");
        if row["type"].as_u64() != Some(ROW) {
            return Err(Refusal::choice(&format!("{path}.type"), "1"));
        }
        one_row(list(&row["components"]), &format!("{path}.components"), &mut seen)?;
    }
    Ok(())
}

fn one_row<'a>(parts: &'a [Value], path: &str, seen: &mut Vec<&'a str>) -> Check {
    let selects = parts.iter().filter(|part| part["type"].as_u64() != Some(2)).count();
    if parts.is_empty() || parts.len() > 5 {
        return Err(Refusal::length(path, 1, 5));
    }
    if selects > 0 && parts.len() > 1 {
        let message = "The specified component exceeds the maximum width";
        return Err(Refusal::form(path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message));
    }
    for (at, part) in parts.iter().enumerate() {
        let path = format!("{path}.{at}");
        match part["type"].as_u64() {
            Some(2) => button(part, &path)?,
            kind if is_select(kind) => select(part, &path)?,
            _ => return Err(Refusal::choice(&format!("{path}.type"), "2, 3, 5, 6, 7, 8")),
        }
        only_once(part, &path, seen)?;
    }
    Ok(())
}

/// No two components have the same `custom_id`.
fn only_once<'a>(part: &'a Value, path: &str, seen: &mut Vec<&'a str>) -> Check {
    let Some(custom_id) = part["custom_id"].as_str() else { return Ok(()) };
    if seen.contains(&custom_id) {
        let message = "Component custom id cannot be duplicated";
        let path = format!("{path}.custom_id");
        return Err(Refusal::form(&path, "COMPONENT_CUSTOM_ID_DUPLICATED", message));
    }
    seen.push(custom_id);
    Ok(())
}

fn button(part: &Value, path: &str) -> Check {
    at_most(&part["label"], &format!("{path}.label"), 80)?;
    if part["style"].as_u64() == Some(5) {
        let url = format!("{path}.url");
        if characters(&part["url"]) == 0 {
            return Err(Refusal::required(&url));
        }
        return at_most(&part["url"], &url, 512);
    }
    if !matches!(part["style"].as_u64(), Some(1..=4)) {
        return Err(Refusal::choice(&format!("{path}.style"), "1, 2, 3, 4, 5, 6"));
    }
    if characters(&part["label"]) == 0 && part["emoji"].is_null() {
        return Err(Refusal::required(&format!("{path}.label")));
    }
    custom_id(part, path)
}

fn custom_id(part: &Value, path: &str) -> Check {
    let path = format!("{path}.custom_id");
    match characters(&part["custom_id"]) {
        0 => Err(Refusal::required(&path)),
        1..=100 => Ok(()),
        _ => Err(Refusal::length(&path, 1, 100)),
    }
}

/// A whole number of a component, within bounds when it is there.
fn number(part: &Value, key: &str, path: &str, least: u64, most: u64) -> Check {
    let value = &part[key];
    if value.is_null() || value.as_u64().is_some_and(|number| (least..=most).contains(&number)) {
        return Ok(());
    }
    let message = format!("int value should be between {least} and {most}.");
    Err(Refusal::form(&format!("{path}.{key}"), "NUMBER_TYPE_RANGE", &message))
}

fn select(part: &Value, path: &str) -> Check {
    custom_id(part, path)?;
    at_most(&part["placeholder"], &format!("{path}.placeholder"), 150)?;
    number(part, "min_values", path, 0, 25)?;
    number(part, "max_values", path, 1, 25)?;
    let (least, most) = takes(part);
    if least > most {
        let message = "min_values must be less than or equal to max_values";
        return Err(Refusal::form(&format!("{path}.min_values"), "COMPONENT_SELECT_VALUES_RANGE", message));
    }
    match part["type"].as_u64() {
        Some(STRING_SELECT) => options(part, &format!("{path}.options")),
        kind => defaults(part, kind.unwrap_or(0), path),
    }
}

/// The options of a select: not fewer than can be chosen, and each one once.
fn options(part: &Value, path: &str) -> Check {
    let (options, (_, most)) = (list(&part["options"]), takes(part));
    if !(most..=25).contains(&options.len()) {
        return Err(Refusal::length(path, most, 25));
    }
    for (at, option) in options.iter().enumerate() {
        let path = format!("{path}.{at}");
        for name in ["label", "value"] {
            let path = format!("{path}.{name}");
            match characters(&option[name]) {
                0 => return Err(Refusal::required(&path)),
                1..=100 => {}
                _ => return Err(Refusal::length(&path, 1, 100)),
            }
        }
        at_most(&option["description"], &format!("{path}.description"), 100)?;
        if options[..at].iter().any(|other| other["value"] == option["value"]) {
            let message = "The specified option value is already used";
            return Err(Refusal::form(&path, "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message));
        }
    }
    let chosen = options.iter().filter(|option| option["default"] == true).count();
    if chosen > most { Err(too_many_defaults(path)) } else { Ok(()) }
}

fn too_many_defaults(path: &str) -> Refusal {
    let message = "There are more defaults than can be chosen";
    Refusal::form(path, "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message)
}

/// What is chosen from the start in a select of people, roles or channels: identifiers of that kind.
fn defaults(part: &Value, kind: u64, path: &str) -> Check {
    let kinds: &[&str] = match kind {
        5 => &["user"],
        6 => &["role"],
        7 => &["user", "role"],
        _ => &["channel"],
    };
    let path = format!("{path}.default_values");
    let (all, (least, most)) = (list(&part["default_values"]), takes(part));
    for (at, one) in all.iter().enumerate() {
        let path = format!("{path}.{at}");
        if !one["type"].as_str().is_some_and(|kind| kinds.contains(&kind)) {
            return Err(Refusal::choice(&format!("{path}.type"), &kinds.join(", ")));
        }
        if id_of(&one["id"]).is_none() {
            let message = format!("Value \"{}\" is not snowflake.", one["id"]);
            return Err(Refusal::form(&format!("{path}.id"), "NUMBER_TYPE_COERCE", &message));
        }
    }
    let fits = all.is_empty() || (least..=most).contains(&all.len());
    if fits { Ok(()) } else { Err(too_many_defaults(&path)) }
}

/// Checks a modal.
pub(crate) fn modal(data: &Value) -> Check {
    let title = characters(&data["title"]);
    if title == 0 || title > 45 {
        return Err(Refusal::length("data.title", 1, 45));
    }
    custom_id(data, "data")?;
    let rows = list(&data["components"]);
    if rows.is_empty() || rows.len() > 5 {
        return Err(Refusal::length("data.components", 1, 5));
    }
    let mut seen = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        modal_row(row, &format!("data.components.{at}"), &mut seen)?;
    }
    Ok(())
}

fn modal_row<'a>(row: &'a Value, path: &str, seen: &mut Vec<&'a str>) -> Check {
    match row["type"].as_u64() {
        Some(ROW) => {
            let path = format!("{path}.components");
            let [input] = list(&row["components"]) else { return Err(Refusal::length(&path, 1, 1)) };
            let path = format!("{path}.0");
            label(input, &path)?;
            text_input(input, &path)?;
            only_once(input, &path, seen)
        }
        Some(LABEL) => {
            label(row, path)?;
            at_most(&row["description"], &format!("{path}.description"), 100)?;
            let path = format!("{path}.component");
            labeled(&row["component"], &path)?;
            only_once(&row["component"], &path, seen)
        }
        Some(TEXT) if characters(&row["content"]) > 0 => Ok(()),
        _ => Err(Refusal::choice(&format!("{path}.type"), "1, 10, 18")),
    }
}

fn label(of: &Value, path: &str) -> Check {
    let fits = (1..=45).contains(&characters(&of["label"]));
    if fits { Ok(()) } else { Err(Refusal::length(&format!("{path}.label"), 1, 45)) }
}

/// What a label stands for.
fn labeled(input: &Value, path: &str) -> Check {
    match input["type"].as_u64() {
        Some(TEXT_INPUT) if !input["label"].is_null() => {
            let message = "A text input in a label cannot have a label of its own";
            Err(Refusal::form(&format!("{path}.label"), "COMPONENT_LABEL_NOT_ALLOWED", message))
        }
        Some(TEXT_INPUT) => text_input(input, path),
        Some(FILE_INPUT) => {
            number(input, "min_values", path, 0, 10)?;
            number(input, "max_values", path, 1, 10)?;
            custom_id(input, path)
        }
        kind if is_select(kind) && input["disabled"] != true => select(input, path),
        _ => Err(Refusal::choice(&format!("{path}.type"), "3, 4, 5, 6, 7, 8, 19")),
    }
}

fn text_input(input: &Value, path: &str) -> Check {
    if input["type"].as_u64() != Some(TEXT_INPUT) {
        return Err(Refusal::choice(&format!("{path}.type"), "4"));
    }
    custom_id(input, path)?;
    if !matches!(input["style"].as_u64(), Some(1 | 2)) {
        return Err(Refusal::choice(&format!("{path}.style"), "1, 2"));
    }
    at_most(&input["placeholder"], &format!("{path}.placeholder"), 100)?;
    number(input, "min_length", path, 0, 4000)?;
    number(input, "max_length", path, 1, 4000)?;
    let (least, most) = super::options::bounds(input, 4000);
    if least > most {
        let message = "min_length must be less than or equal to max_length";
        return Err(Refusal::form(&format!("{path}.min_length"), "COMPONENT_TEXT_INPUT_RANGE", message));
    }
    let length = characters(&input["value"]);
    let fits = length == 0 || (least..=most).contains(&length);
    if fits { Ok(()) } else { Err(Refusal::length(&format!("{path}.value"), least, most)) }
}
