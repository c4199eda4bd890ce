//! One message as it stands in an input.

use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde_json::value::RawValue;
use thiserror::Error;

use crate::message::{Origin, RoleId};

/// A message, with what is known about it.
pub(super) struct Entry<'a> {
    /// As it was given.
    pub(super) id: Option<&'a RawValue>,
    pub(super) author: Option<Identity>,
    pub(super) channel: Option<Identity>,
    pub(super) sent: Option<Timestamp>,
    pub(super) content: Cow<'a, str>,
    pub(super) origin: Origin,
    pub(super) roles: Vec<RoleId>,
}

/// What was read: a message, nothing of interest, or something that cannot be read.
pub(super) type Read<'a> = Result<Option<Entry<'a>>, Bad>;

/// Where in an input something stands, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a line.
    Line(u64),
    /// Among the messages of an export.
    Message(u64),
}

impl Place {
    pub(super) const fn number(self) -> u64 {
        match self {
            Self::Line(number) | Self::Message(number) => number,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Message(number) => write!(f, "message {number}"),
        }
    }
}

/// Why something is not a message. Says nothing of its words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Bad {
    #[error("not UTF-8 text")]
    NotText,
    #[error("longer than {0} bytes")]
    TooLong(usize),
    #[error("not valid JSON at column {column}")]
    NotJson { column: usize },
    #[error("not a message: {expected}")]
    NotMessage { expected: &'static str },
}

const LINE: &str = "\"content\" must be there and be a string, \"timestamp\" a time such as \
    \"2026-01-31T12:00:00Z\", \"author\" and \"channel\" strings or numbers";

impl<'a> Entry<'a> {
    /// A line of text.
    pub(super) fn of_text(line: &'a [u8]) -> Result<Self, Bad> {
        let content = Cow::Borrowed(text(line)?);
        let (origin, roles) = (Origin::Member, Vec::new());
        Ok(Self { id: None, author: None, channel: None, sent: None, content, origin, roles })
    }

    /// A line of JSON; nothing when it is blank.
    pub(super) fn of_json(line: &'a [u8]) -> Result<Option<Self>, Bad> {
        let line = text(line)?;
        if line.trim().is_empty() {
            return Ok(None);
        }
        let written: Written<'a> = serde_json::from_str(line).map_err(|error| Bad::of_json(&error, LINE))?;
        Ok(Some(Self {
            id: written.id,
            author: written.author,
            channel: written.channel,
            sent: written.timestamp,
            content: written.content,
            origin: Origin::Member,
            roles: Vec::new(),
        }))
    }
}

fn text(line: &[u8]) -> Result<&str, Bad> {
    std::str::from_utf8(line).map_err(|_| Bad::NotText)
}

impl Bad {
    /// The reader's own message would repeat what it read.
    pub(super) fn of_json(error: &serde_json::Error, expected: &'static str) -> Self {
        if error.is_data() { Self::NotMessage { expected } } else { Self::NotJson { column: error.column() } }
    }
}

/// A line of JSON. Other keys are ignored.
#[derive(serde::Deserialize)]
struct Written<'a> {
    #[serde(borrow, default)]
    id: Option<&'a RawValue>,
    #[serde(default)]
    author: Option<Identity>,
    #[serde(default)]
    channel: Option<Identity>,
    #[serde(default)]
    timestamp: Option<Timestamp>,
    #[serde(borrow)]
    content: Cow<'a, str>,
}

/// Who or where: a Discord id, or another name standing for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(pub(super) u64);

impl<'de> Deserialize<'de> for Identity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IdentityVisitor)
    }
}

struct IdentityVisitor;

impl Visitor<'_> for IdentityVisitor {
    type Value = Identity;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<Identity, E> {
        Ok(Identity(id))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Identity, E> {
        Ok(Identity(name.parse().unwrap_or_else(|_| stand_in(name))))
    }
}

/// The same number for the same name.
fn stand_in(name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}
