//! Selects and modals as a member fills them in.

use serde_json::{Value, json};

use super::components::{LABEL, STRING_SELECT, TEXT, TEXT_INPUT, takes};
use super::form::list;
use super::options::bounds;
use super::picks::{Pick, Picker};
use super::refusal::Refusal;

/// The values chosen in a select: as many as it says, and only what it offers.
pub(crate) fn chosen(select: &Value, values: &[&str], picker: &mut Picker) -> Result<Value, Refusal> {
    let (least, most) = takes(select);
    if !(least..=most).contains(&values.len()) {
        return Err(Refusal::length("values", least, most));
    }
    let kind = select["type"].as_u64().unwrap_or(0);
    let Some(what) = Pick::of_component(kind) else {
        let offered = list(&select["options"]);
        let own = |value: &&str| offered.iter().any(|option| option["value"] == *value);
        let known = kind != STRING_SELECT || values.iter().all(own);
        return if known { Ok(json!(values)) } else { Err(Refusal::choice("values", "the options")) };
    };
    values.iter().map(|value| picker.pick(what, select, &json!(value))).collect()
}

/// What a modal becomes when it is sent: the same components, each with what was put in.
pub(crate) fn filled(modal: &Value, values: &[(&str, &str)], mut picker: Picker) -> Result<Value, Refusal> {
    let mut known = Vec::new();
    let mut rows = Vec::new();
    for row in list(&modal["components"]) {
        let input = row["components"].get(0).or_else(|| row.get("component")).unwrap_or(&Value::Null);
        known.push(input["custom_id"].as_str().unwrap_or_default());
        rows.push(match row["type"].as_u64() {
            Some(TEXT) => json!({ "type": TEXT, "id": row["id"] }),
            Some(LABEL) => {
                json!({ "type": LABEL, "id": row["id"], "component": sent(input, values, &mut picker)? })
            }
            _ => json!({ "type": 1, "id": row["id"], "components": [sent(input, values, &mut picker)?] }),
        });
    }
    if let Some((unknown, _)) = values.iter().find(|(name, _)| !known.contains(name)) {
        return Err(Refusal::form(unknown, "UNKNOWN_INPUT", "The modal has no such input."));
    }
    let resolved = picker.resolved().unwrap_or_else(|| json!({}));
    Ok(json!({ "custom_id": modal["custom_id"], "components": rows, "resolved": resolved }))
}

/// One input with what was put in, or with what it began with.
fn sent(input: &Value, values: &[(&str, &str)], picker: &mut Picker) -> Result<Value, Refusal> {
    let custom_id = input["custom_id"].as_str().unwrap_or_default();
    let given: Vec<&str> =
        values.iter().filter(|(name, _)| *name == custom_id).map(|(_, text)| *text).collect();
    let mut sent = json!({ "type": input["type"], "id": input["id"], "custom_id": custom_id });
    if input["type"] == TEXT_INPUT {
        let text = given.first().copied().or_else(|| input["value"].as_str()).unwrap_or_default();
        check_text(input, custom_id, text)?;
        sent["value"] = json!(text);
        return Ok(sent);
    }
    let given = if given.is_empty() { at_first(input) } else { given };
    let optional = given.is_empty() && input["required"] == false;
    sent["values"] = if optional { json!([]) } else { chosen(input, &given, picker)? };
    Ok(sent)
}

/// What is chosen in a select before anybody chooses.
fn at_first(select: &Value) -> Vec<&str> {
    let options = list(&select["options"]).iter().filter(|option| option["default"] == true);
    let defaults = list(&select["default_values"]).iter();
    options
        .map(|option| &option["value"])
        .chain(defaults.map(|one| &one["id"]))
        .filter_map(Value::as_str)
        .collect()
}

fn check_text(input: &Value, custom_id: &str, text: &str) -> Result<(), Refusal> {
    let length = text.chars().count();
    let (least, most) = bounds(input, 4000);
    if length == 0 && input["required"].as_bool().unwrap_or(true) {
        return Err(Refusal::required(custom_id));
    }
    if length > 0 && !(least..=most).contains(&length) {
        return Err(Refusal::length(custom_id, least, most));
    }
    Ok(())
}
