//! Reading what a client sent.

use std::collections::BTreeMap;

use serde_json::Value;

use super::files::File;
use super::model::Id;
use super::refusal::Refusal;

/// An identifier, written as a string or (discord.py does that in places) as a number.
pub(crate) fn id_of(value: &Value) -> Option<Id> {
    value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// The identifiers of a list; anything else is no identifier.
pub(crate) fn ids_of(value: &Value) -> Vec<Id> {
    value.as_array().map(|all| all.iter().filter_map(id_of).collect()).unwrap_or_default()
}

/// The identifier in a path.
pub(crate) fn path_id(text: &str) -> Result<Id, Refusal> {
    let wrong = || Refusal::form("id", "NUMBER_TYPE_COERCE", &format!("Value \"{text}\" is not snowflake."));
    text.parse().map_err(|_| wrong())
}

/// One REST call, taken apart.
pub(crate) struct Call {
    pub(crate) method: String,
    /// Below `/api/v10`, without the leading slash.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) body: Value,
    pub(crate) files: Vec<File>,
    pub(crate) reason: Option<String>,
}

impl Call {
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').collect()
    }

    /// A number of the query between `least` and `most`.
    pub(crate) fn limit(&self, least: usize, most: usize, default: usize) -> Result<usize, Refusal> {
        let Some(text) = self.query.get("limit") else { return Ok(default) };
        let number = text.parse::<usize>().map_err(|_| {
            Refusal::form("limit", "NUMBER_TYPE_COERCE", &format!("Value \"{text}\" is not int."))
        })?;
        if number < least {
            let message = format!("int value should be greater than or equal to {least}.");
            return Err(Refusal::form("limit", "NUMBER_TYPE_MIN", &message));
        }
        if number > most {
            let message = format!("int value should be less than or equal to {most}.");
            return Err(Refusal::form("limit", "NUMBER_TYPE_MAX", &message));
        }
        Ok(number)
    }

    /// An identifier of the query.
    pub(crate) fn asked_id(&self, key: &str) -> Result<Option<Id>, Refusal> {
        self.query.get(key).map(|text| path_id(text)).transpose()
    }

    pub(crate) fn asked(&self, key: &str) -> bool {
        self.query.get(key).is_some_and(|value| value == "true" || value == "1")
    }
}

/// Undoes percent encoding; a plus is a space only in a query.
pub(crate) fn decoded(text: &str, plus: bool) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = pair.filter(|_| first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let literal = if plus && first == b'+' { b' ' } else { first };
        bytes.push(byte.unwrap_or(literal));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A query string, decoded.
pub(crate) fn query(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    let split = |pair: &str| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(key, true), decoded(value, true))
    };
    pairs.map(split).collect()
}
