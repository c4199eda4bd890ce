//! What Discord refuses in the body of a message.
//!
//! Sources: <https://discord.com/developers/docs/resources/message#create-message>,
//! `#embed-object-embed-limits`, <https://discord.com/developers/docs/components/reference>.

use serde_json::Value;

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

fn at_most(value: &Value, path: &str, limit: usize) -> Check {
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
    components(&body["components"], v2)?;
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

/// Checks the component tree of a message.
fn components(value: &Value, v2: bool) -> Check {
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
        if row["type"].as_u64() != Some(1) {
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
            Some(3 | 5..=8) => select(part, &path)?,
            _ => return Err(Refusal::choice(&format!("{path}.type"), "2, 3, 5, 6, 7, 8")),
        }
        if let Some(custom_id) = part["custom_id"].as_str() {
            if seen.contains(&custom_id) {
                let message = "Component custom id cannot be duplicated";
                let path = format!("{path}.custom_id");
                return Err(Refusal::form(&path, "COMPONENT_CUSTOM_ID_DUPLICATED", message));
            }
            seen.push(custom_id);
        }
    }
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

fn select(part: &Value, path: &str) -> Check {
    custom_id(part, path)?;
    at_most(&part["placeholder"], &format!("{path}.placeholder"), 150)?;
    if part["type"].as_u64() != Some(3) {
        return Ok(());
    }
    let options = list(&part["options"]);
    let path = format!("{path}.options");
    if options.is_empty() || options.len() > 25 {
        return Err(Refusal::length(&path, 1, 25));
    }
    for (at, option) in options.iter().enumerate() {
        for name in ["label", "value"] {
            let path = format!("{path}.{at}.{name}");
            match characters(&option[name]) {
                0 => return Err(Refusal::required(&path)),
                1..=100 => {}
                _ => return Err(Refusal::length(&path, 1, 100)),
            }
        }
    }
    Ok(())
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
    for (at, row) in rows.iter().enumerate() {
        for input in list(&row["components"]).iter().chain(row.get("component")) {
            let path = format!("data.components.{at}.components.0");
            custom_id(input, &path)?;
            if row["type"].as_u64() == Some(1) && !(1..=45).contains(&characters(&input["label"])) {
                return Err(Refusal::length(&format!("{path}.label"), 1, 45));
            }
            at_most(&input["value"], &format!("{path}.value"), 4000)?;
        }
    }
    Ok(())
}
