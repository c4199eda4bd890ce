//! A chat command as a member fills it in.

use serde_json::{Value, json};

use super::form::{characters, list};
use super::picks::{Pick, Picker};
use super::refusal::Refusal;

/// A chat command being filled in.
pub(crate) struct Form<'a> {
    pub(crate) picker: Picker<'a>,
    pub(crate) given: &'a [(&'a str, Value)],
    /// The option that is being typed.
    pub(crate) focused: Option<&'a str>,
}

impl Form<'_> {
    /// The options as they are sent: `words` are the subcommands that remain of the command's path.
    pub(crate) fn fill(&mut self, definition: &Value, words: &[&str]) -> Result<Vec<Value>, Refusal> {
        let defined = list(definition);
        let nested = |option: &&Value| matches!(option["type"].as_u64(), Some(1 | 2));
        let Some((word, rest)) = words.split_first() else {
            if defined.iter().any(|option| nested(&option)) {
                return Err(Refusal::required("options"));
            }
            return self.leaves(defined);
        };
        let inner = defined.iter().filter(nested).find(|option| option["name"] == *word);
        let inner = inner.ok_or_else(|| Refusal::new(404, 10063))?;
        let options = self.fill(&inner["options"], rest)?;
        Ok(vec![json!({ "name": word, "type": inner["type"], "options": options })])
    }

    fn leaves(&mut self, defined: &[Value]) -> Result<Vec<Value>, Refusal> {
        let names: Vec<&str> = self.given.iter().map(|(name, _)| *name).collect();
        let missing = defined
            .iter()
            .filter(|option| option["required"] == true)
            .find(|option| !names.iter().any(|name| option["name"] == *name));
        if let Some(missing) = missing.filter(|_| self.focused.is_none()) {
            return Err(Refusal::required(&format!("options.{}", missing["name"].as_str().unwrap_or(""))));
        }
        self.given.iter().map(|(name, value)| self.leaf(defined, name, value)).collect()
    }

    fn leaf(&mut self, defined: &[Value], name: &str, value: &Value) -> Result<Value, Refusal> {
        let unknown = || Refusal::form(&format!("options.{name}"), "UNKNOWN_OPTION", "No such option.");
        let option = defined.iter().find(|option| option["name"] == name).ok_or_else(unknown)?;
        let kind = option["type"].as_u64().unwrap_or(0);
        let mut filled = json!({ "name": name, "type": kind, "value": value });
        if self.focused == Some(name) {
            if option["autocomplete"] != true {
                return Err(Refusal::form(name, "NO_AUTOCOMPLETE", "This option does not autocomplete."));
            }
            filled["focused"] = json!(true);
        } else if let Some(what) = Pick::of_option(kind) {
            filled["value"] = self.picker.pick(what, option, value)?;
        } else {
            check_value(option, kind, &format!("options.{name}"), value)?;
        }
        Ok(filled)
    }
}

fn check_value(option: &Value, kind: u64, path: &str, value: &Value) -> Result<(), Refusal> {
    let fits = match kind {
        3 => value.is_string(),
        4 => value.is_i64() || value.is_u64(),
        5 => value.is_boolean(),
        10 => value.is_number(),
        _ => false,
    };
    if !fits {
        return Err(Refusal::form(path, "BASE_TYPE_INVALID", "The value is of the wrong kind."));
    }
    let choices = list(&option["choices"]);
    if !choices.is_empty() && !choices.iter().any(|choice| choice["value"] == *value) {
        return Err(Refusal::choice(path, "the choices"));
    }
    let (least, most) = bounds(option, 6000);
    if kind == 3 && !(least..=most).contains(&characters(value)) {
        return Err(Refusal::length(path, least, most));
    }
    let below = option["min_value"].as_f64().zip(value.as_f64()).is_some_and(|(least, value)| value < least);
    let above = option["max_value"].as_f64().zip(value.as_f64()).is_some_and(|(most, value)| value > most);
    if below || above { Err(Refusal::choice(path, "the range of the option")) } else { Ok(()) }
}

/// How many characters an option or a text input takes.
pub(crate) fn bounds(of: &Value, most: usize) -> (usize, usize) {
    let number = |key: &str| of[key].as_u64().and_then(|number| usize::try_from(number).ok());
    (number("min_length").unwrap_or(0), number("max_length").unwrap_or(most))
}
