//! What Discord refuses in the body of a message.
//!
//! Source: <https://discord.com/developers/docs/resources/message#create-message>,
//! `#embed-object-embed-limits`.

use serde_json::Value;

use super::components;
use super::refusal::Refusal;

type Check = Result<(), Refusal>;

/// A message's text, in characters.
const CONTENT: usize = 2000;
/// All embeds of a message together, in characters.
const EMBEDS_TOTAL: usize = 6000;
/// The flag that turns components into the whole message.
pub(crate) const COMPONENTS_V2: u64 = 1 << 15;

pub(crate) fn characters(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.chars().count())
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn at_most(value: &Value, path: &str, limit: usize) -> Check {
    if characters(value) > limit { Err(Refusal::too_long(path, limit)) } else { Ok(()) }
}

/// Checks the parts of a message body.
pub(crate) fn message(body: &Value) -> Check {
    if !body["content"].is_null() && !body["content"].is_string() {
        return Err(Refusal::form("content", "STRING_TYPE_CONVERT", "Could not interpret value as string."));
    }
    at_most(&body["content"], "content", CONTENT)?;
    nonce(&body["nonce"])?;
    embeds(list(&body["embeds"]))?;
    let v2 = body["flags"].as_u64().unwrap_or(0) & COMPONENTS_V2 != 0;
    if v2 && characters(&body["content"]) > 0 {
        let message = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2";
        return Err(Refusal::form("content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message));
    }
    components::message(&body["components"], v2)?;
    allowed_mentions(&body["allowed_mentions"])
}

fn nonce(value: &Value) -> Check {
    if !value.is_null() && !value.is_string() && !value.is_i64() && !value.is_u64() {
        return Err(Refusal::form("nonce", "NONCE_TYPE_INVALID", "Nonce must be a string or an integer."));
    }
    at_most(value, "nonce", 25)
}

fn embeds(embeds: &[Value]) -> Check {
    if embeds.len() > 10 {
        return Err(Refusal::too_long("embeds", 10));
    }
    let mut total = 0;
    for (at, embed) in embeds.iter().enumerate() {
        total += one_embed(embed, &format!("embeds.{at}"))?;
    }
    if total > EMBEDS_TOTAL {
        let message = format!("Embed size exceeds maximum size of {EMBEDS_TOTAL}");
        return Err(Refusal::form("embeds", "MAX_EMBED_SIZE_EXCEEDED", &message));
    }
    Ok(())
}

fn one_embed(embed: &Value, path: &str) -> Result<usize, Refusal> {
    let parts = [
        ("title", &embed["title"], 256),
        ("description", &embed["description"], 4096),
        ("footer.text", &embed["footer"]["text"], 2048),
        ("author.name", &embed["author"]["name"], 256),
    ];
    let mut total = 0;
    for (name, value, limit) in parts {
        at_most(value, &format!("{path}.{name}"), limit)?;
        total += characters(value);
    }
    let fields = list(&embed["fields"]);
    if fields.len() > 25 {
        return Err(Refusal::too_long(&format!("{path}.fields"), 25));
    }
    for (at, field) in fields.iter().enumerate() {
        for (name, limit) in [("name", 256), ("value", 1024)] {
            let path = format!("{path}.fields.{at}.{name}");
            if characters(&field[name]) == 0 {
                return Err(Refusal::required(&path));
            }
            at_most(&field[name], &path, limit)?;
            total += characters(&field[name]);
        }
    }
    Ok(total)
}

fn allowed_mentions(value: &Value) -> Check {
    for kind in ["users", "roles"] {
        let named = list(&value[kind]);
        let path = format!("allowed_mentions.{kind}");
        if named.len() > 100 {
            return Err(Refusal::too_long(&path, 100));
        }
        let parsed = list(&value["parse"]).iter().any(|parse| parse.as_str() == Some(kind));
        if parsed && !named.is_empty() {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            let path = "allowed_mentions";
            return Err(Refusal::form(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", &message));
        }
    }
    let known = ["users", "roles", "everyone"];
    for (at, parse) in list(&value["parse"]).iter().enumerate() {
        if !parse.as_str().is_some_and(|parse| known.contains(&parse)) {
            let path = format!("allowed_mentions.parse.{at}");
            return Err(Refusal::choice(&path, "'everyone', 'roles', 'users'"));
        }
    }
    Ok(())
}
