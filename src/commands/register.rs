//! Registers the commands with Discord, when they are not as they were.

use serde_json::Value;
use tracing::info;

use super::catalog;
use crate::discord::rest::{Request, Rest, RestError};

/// Makes Discord's list of our commands ours. One look, and nothing more when nothing changed: Discord counts what is
/// registered, and clients load it anew.
///
/// # Errors
///
/// Discord did not take it, or did not answer.
pub(crate) async fn register(rest: &Rest, application: u64) -> Result<(), RestError> {
    let path = format!("applications/{application}/commands");
    let known = rest.send(Request::get(format!("{path}?with_localizations=true"))).await?;
    let wanted = catalog::commands();
    if same(&known, wanted) {
        return Ok(());
    }
    rest.send(Request::put(path, wanted.clone())).await?;
    info!(commands = wanted.as_array().map_or(0, Vec::len), "commands registered");
    Ok(())
}

/// Whether Discord knows the same commands, whatever it says of them besides and in whatever order.
fn same(known: &Value, wanted: &Value) -> bool {
    let (Some(known), Some(wanted)) = (known.as_array(), wanted.as_array()) else { return false };
    let twin = |one: &&Value, other: &Value| one["name"] == other["name"] && kind(one) == kind(other);
    known.len() == wanted.len()
        && wanted
            .iter()
            .all(|one| known.iter().find(|known| twin(known, one)).is_some_and(|known| holds(known, one)))
}

/// A command's type; a chat command's need not be said.
fn kind(command: &Value) -> u64 {
    command["type"].as_u64().unwrap_or(1)
}

/// Whether everything that `wanted` says stands in `known`, too. What is false, null or empty need not be there.
fn holds(known: &Value, wanted: &Value) -> bool {
    match wanted {
        Value::Object(fields) => {
            fields.iter().all(|(key, value)| holds(&known[key], value))
                && OURS.iter().all(|key| fields.contains_key(*key) || is_nothing(&known[*key]))
        }
        Value::Array(items) => {
            let known = known.as_array().map_or(&[][..], Vec::as_slice);
            known.len() == items.len() && items.iter().zip(known).all(|(item, known)| holds(known, item))
        }
        Value::Bool(false) | Value::Null => known.is_null() || known == wanted,
        Value::Number(_) => number(known) == number(wanted),
        other => known == other,
    }
}

/// What we may say of a command or an option: where we no longer do, Discord must not either.
const OURS: &[&str] = &[
    "options",
    "choices",
    "autocomplete",
    "min_value",
    "max_value",
    "max_length",
    "name_localizations",
    "description_localizations",
    "default_member_permissions",
];

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Discord gives numbers back as floats, and permissions as text.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_discord_adds_is_no_change_and_what_it_lacks_is() {
        let wanted = json!([{ "name": "a", "type": 1, "options": [{ "name": "b", "required": false, "max_value": 14 }],
            "default_member_permissions": 32 }]);
        let known = |option: Value| {
            json!([{ "id": "1", "name": "a", "type": 1, "nsfw": false, "options": [option],
                "default_member_permissions": "32" }])
        };
        assert!(same(&known(json!({ "name": "b", "max_value": 14.0, "type": 3 })), &wanted));
        assert!(!same(&known(json!({ "name": "b" })), &wanted), "a limit is missing");
        let choices = json!({ "name": "b", "max_value": 14, "choices": [{ "name": "c", "value": "c" }] });
        assert!(!same(&known(choices), &wanted), "it still offers what we no longer do");
        assert!(!same(&known(json!({ "name": "c", "max_value": 14 })), &wanted), "another name");
        assert!(!same(&json!([]), &wanted), "nothing is registered");
        let more = json!([{ "name": "a", "type": 1 }, { "name": "z", "type": 1 }]);
        assert!(!same(&more, &wanted), "something is registered that we no longer have");
    }
}
