//! Uploaded files: with a message, or as the option of a command.
//!
//! Source: <https://discord.com/developers/docs/reference#uploading-files>.

use serde_json::{Value, json};

use super::body::id_of;
use super::form::at_most;
use super::model::Id;
use super::refusal::Refusal;
use super::render;
use super::state::State;

/// How large one file may be.
pub(crate) const LARGEST: usize = 10 << 20;
/// How many files a message has at most.
const MOST: usize = 10;

/// An uploaded file.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) kind: Option<String>,
    pub(crate) bytes: Vec<u8>,
    /// The number in its `files[n]`, by which `attachments` speaks of it.
    pub(crate) place: Option<Id>,
    pub(crate) description: Option<String>,
}

impl File {
    pub(crate) fn new(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), kind: None, bytes: bytes.to_vec(), place: None, description: None }
    }

    /// Makes sure that it is not too large.
    pub(crate) fn check(&self) -> Result<(), Refusal> {
        if self.bytes.len() > LARGEST { Err(Refusal::new(413, 40005)) } else { Ok(()) }
    }

    /// As `attachments` describes it.
    fn described(mut self, by: &Value) -> Self {
        if let Some(name) = by["filename"].as_str() {
            name.clone_into(&mut self.name);
        }
        self.description = by["description"].as_str().map(str::to_owned);
        self
    }
}

/// What a message has attached after a request: those of the attachments it had that stay, and new files.
/// Without a list in the request all of both; with one, what it names.
pub(crate) fn sorted(
    body: &Value,
    files: &[File],
    had: &[Value],
) -> Result<(Vec<Value>, Vec<File>), Refusal> {
    files.iter().try_for_each(File::check)?;
    let (mut kept, mut new) = (had.to_vec(), files.to_vec());
    if let Some(named) = body["attachments"].as_array() {
        (kept, new) = (Vec::new(), Vec::new());
        for (at, one) in named.iter().enumerate() {
            match found(one, &format!("attachments.{at}"), files, had)? {
                Found::Kept(known) => kept.push(known),
                Found::New(file) => new.push(file),
            }
        }
    }
    if kept.len() + new.len() > MOST {
        return Err(Refusal::too_long("attachments", MOST));
    }
    Ok((kept, new))
}

/// What an entry of `attachments` stands for.
enum Found {
    Kept(Value),
    New(File),
}

fn found(one: &Value, path: &str, files: &[File], had: &[Value]) -> Result<Found, Refusal> {
    at_most(&one["description"], &format!("{path}.description"), 1024)?;
    let id = id_of(&one["id"]).ok_or_else(|| Refusal::required(&format!("{path}.id")))?;
    if let Some(file) = files.iter().find(|file| file.place == Some(id)) {
        return Ok(Found::New(file.clone().described(one)));
    }
    let known = had.iter().find(|known| known["id"] == render::id(id)).cloned();
    let message = "No file has been attached by this id.";
    known.map(Found::Kept).ok_or_else(|| Refusal::form(path, "ATTACHMENT_NOT_FOUND", message))
}

/// A file's name as Discord writes it: other characters than these do not survive in its address.
fn plain(name: &str) -> String {
    let spaced = name.split_whitespace().collect::<Vec<_>>().join("_");
    let kept: String =
        spaced.chars().filter(|c| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(c)).collect();
    if kept.is_empty() { "unknown".to_owned() } else { kept }
}

/// Width and height of a PNG in pixels; of no other picture.
fn measured(bytes: &[u8]) -> Option<[u32; 2]> {
    let header = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let side = |at: usize| header.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some([side(8)?, side(12)?])
}

impl State {
    /// Keeps an uploaded file and gives its attachment object.
    pub(crate) fn keep(&mut self, file: File) -> Value {
        let id = self.allot();
        let name = plain(&file.name);
        let path = format!("{id}/{name}");
        let url = format!("http://{}/attachments/{path}", self.address);
        let mut value = json!({
            "id": render::id(id), "filename": name, "size": file.bytes.len(), "url": url, "proxy_url": url,
        });
        if let Some([width, height]) = measured(&file.bytes) {
            (value["width"], value["height"]) = (json!(width), json!(height));
        }
        if let Some(kind) = &file.kind {
            value["content_type"] = json!(kind);
        }
        if let Some(description) = &file.description {
            value["description"] = json!(description);
        }
        self.files.insert(path, file.bytes);
        value
    }

    /// Takes a file that a member sends with a command; what is resolved for it is found by its identifier.
    pub(crate) fn upload(&mut self, file: File) -> Result<Id, Refusal> {
        file.check()?;
        let mut value = self.keep(file);
        value["ephemeral"] = json!(true);
        let id = id_of(&value["id"]).unwrap_or_default();
        self.uploads.insert(id, value);
        Ok(id)
    }
}
