//! What is asked of Discord.

use std::fmt;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::case::action::Priority;

/// A file that goes along with a message.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

/// Its name and length; what is in it is for whom it is sent to.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({}, {} bytes)", self.name, self.content.len())
    }
}

/// A request; its path starts after `/api/v10/`.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) file: Option<File>,
    pub(crate) reason: Option<&'a str>,
    /// Who goes first where limits make requests wait.
    pub(crate) priority: Priority,
    /// The server it concerns, where that is known.
    pub(crate) guild: Option<u64>,
}

impl Request<'_> {
    pub(crate) fn new(method: Method, path: String) -> Self {
        let guild = path.strip_prefix("guilds/").and_then(|path| path.split('/').next()?.parse().ok());
        Self { method, path, body: None, file: None, reason: None, priority: Priority::default(), guild }
    }

    pub(crate) fn get(path: String) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: String, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, path) }
    }

    pub(crate) fn patch(path: String, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::PATCH, path) }
    }

    pub(crate) fn put(path: String, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::PUT, path) }
    }

    pub(super) fn is_interaction(&self) -> bool {
        self.path.starts_with("interactions/")
    }

    /// Whether it counts in the limit over all routes, as anything but interactions and webhooks does.
    pub(super) fn counts_globally(&self) -> bool {
        !self.is_interaction() && !self.path.starts_with("webhooks/")
    }

    /// Whether it goes out even while Discord refuses much: someone waits for the answer, or a secret stands in public.
    pub(super) fn is_urgent(&self) -> bool {
        !self.counts_globally() || (self.priority == Priority::Secret && self.method == Method::DELETE)
    }
}

/// Source: <https://discord.com/developers/docs/reference#uploading-files>.
pub(super) fn form(body: &Value, file: &File) -> Form {
    let part = Part::bytes(file.content.clone()).file_name(file.name.clone());
    Form::new().text("payload_json", body.to_string()).part("files[0]", part)
}

/// Audit-log reasons travel URL-encoded.
pub(super) fn encode(reason: &str) -> String {
    url::form_urlencoded::byte_serialize(reason.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_travel_encoded() {
        assert_eq!(encode("a card & a phone · 7"), "a%20card%20%26%20a%20phone%20%C2%B7%207");
    }
}
