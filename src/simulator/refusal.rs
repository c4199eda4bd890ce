//! How Discord says no: status, JSON error code and text.
//!
//! Source: <https://discord.com/developers/docs/topics/opcodes-and-status-codes#json>.

use std::fmt;

use serde_json::{Map, Value, json};

/// A refused request or act, as Discord words it.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Discord's JSON error code, 0 for the general ones.
    pub code: u32,
    /// Discord's text.
    pub message: String,
    /// Which fields were wrong, for code 50035.
    pub errors: Option<Value>,
}

impl Refusal {
    /// A refusal with the text that belongs to `code`.
    pub(crate) fn new(status: u16, code: u32) -> Self {
        Self { status, code, message: text(status, code).to_owned(), errors: None }
    }

    /// The refusal of one field of a body: `path` is dotted, `kind` Discord's code for what is wrong.
    pub(crate) fn form(path: &str, kind: &str, message: &str) -> Self {
        let leaf = json!({ "_errors": [{ "code": kind, "message": message }] });
        let errors = path.rsplit('.').fold(leaf, |inner, key| {
            let mut outer = Map::new();
            outer.insert(key.to_owned(), inner);
            Value::Object(outer)
        });
        Self { errors: Some(errors), ..Self::new(400, 50035) }
    }

    /// A field that is longer than `limit` characters.
    pub(crate) fn too_long(path: &str, limit: usize) -> Self {
        Self::form(path, "BASE_TYPE_MAX_LENGTH", &format!("Must be {limit} or fewer in length."))
    }

    /// A field that must hold between `least` and `most` characters or entries.
    pub(crate) fn length(path: &str, least: usize, most: usize) -> Self {
        let message = format!("Must be between {least} and {most} in length.");
        Self::form(path, "BASE_TYPE_BAD_LENGTH", &message)
    }

    /// A field that is missing.
    pub(crate) fn required(path: &str) -> Self {
        Self::form(path, "BASE_TYPE_REQUIRED", "This field is required")
    }

    /// A field whose value is not one of those allowed.
    pub(crate) fn choice(path: &str, allowed: &str) -> Self {
        Self::form(path, "BASE_TYPE_CHOICES", &format!("Value must be one of {{{allowed}}}."))
    }

    /// The same of a field's inner fields.
    pub(crate) fn under(self, field: &str) -> Self {
        Self { errors: self.errors.map(|inner| json!({ field: inner })), ..self }
    }

    /// The JSON body of the answer.
    #[must_use]
    pub fn body(&self) -> Value {
        let mut body = json!({ "message": self.message, "code": self.code });
        if let Some(errors) = &self.errors {
            body["errors"] = errors.clone();
        }
        body
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {}, code {})", self.message, self.status, self.code)
    }
}

impl std::error::Error for Refusal {}

pub(crate) fn missing_access() -> Refusal {
    Refusal::new(403, 50001)
}

pub(crate) fn missing_permissions() -> Refusal {
    Refusal::new(403, 50013)
}

pub(crate) fn unknown_channel() -> Refusal {
    Refusal::new(404, 10003)
}

pub(crate) fn unknown_guild() -> Refusal {
    Refusal::new(404, 10004)
}

pub(crate) fn unknown_member() -> Refusal {
    Refusal::new(404, 10007)
}

pub(crate) fn unknown_message() -> Refusal {
    Refusal::new(404, 10008)
}

fn text(status: u16, code: u32) -> &'static str {
    match (status, code) {
        (401, 0) => "401: Unauthorized",
        (404, 0) => "404: Not Found",
        (_, 10003) => "Unknown Channel",
        (_, 10004) => "Unknown Guild",
        (_, 10007) => "Unknown Member",
        (_, 10008) => "Unknown Message",
        (_, 10009) => "Unknown Permission Overwrite",
        (_, 10011) => "Unknown Role",
        (_, 10013) => "Unknown User",
        (_, 10014) => "Unknown Emoji",
        (_, 10015) => "Unknown Webhook",
        (_, 10062) => "Unknown interaction",
        (_, 10063) => "Unknown application command",
        (_, 10066) => "Unknown application command permissions",
        (_, 20016) => "This action cannot be performed due to slowmode rate limit.",
        (_, 30010) => "Maximum number of reactions reached (20)",
        (_, 30032) => "Maximum number of application commands reached (100)",
        (_, 30003) => "Maximum number of pins reached for the channel (250)",
        (_, 30033) => "Max number of thread participants has been reached (1000)",
        (_, 40005) => "Request entity too large",
        (_, 40060) => "Interaction has already been acknowledged.",
        (_, 50001) => "Missing Access",
        (_, 50003) => "Cannot execute action on a DM channel",
        (_, 50005) => "Cannot edit a message authored by another user",
        (_, 50006) => "Cannot send an empty message",
        (_, 50007) => "Cannot send messages to this user",
        (_, 50008) => "Cannot send messages in a non-text channel",
        (_, 50013) => "Missing Permissions",
        (_, 50021) => "Cannot execute action on a system message",
        (_, 50024) => "Cannot execute action on this channel type",
        (_, 50027) => "Invalid Webhook Token",
        (_, 50033) => "Invalid Recipient(s)",
        (_, 50034) => "A message provided was too old to bulk delete",
        (_, 50035) => "Invalid Form Body",
        (_, 50083) => "Thread is archived",
        (_, 50109) => "The request body contains invalid JSON.",
        (_, 160_002) => "Cannot reply without permission to read message history",
        (_, 160_004) => "A thread has already been created for this message",
        (_, 160_005) => "This thread is locked",
        (_, 160_006) => "Maximum number of active threads reached",
        (_, 200_000) => "Message was blocked by automatic moderation",
        (_, 200_001) => "Title was blocked by automatic moderation",
        _ => "400: Bad Request",
    }
}
