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
    /// The same, to compare with `reply_to`.
    pub(super) message: Option<Identity>,
    pub(super) author: Option<Identity>,
    pub(super) place: Whereabouts,
    pub(super) sent: Option<Timestamp>,
    pub(super) content: Cow<'a, str>,
    pub(super) origin: Origin,
    pub(super) roles: Vec<RoleId>,
    /// The message it answers.
    pub(super) reply_to: Option<Identity>,
    /// The members it names.
    pub(super) mentions: Vec<Identity>,
}

/// Where a message was sent, as far as that is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Whereabouts {
    pub(super) guild: Option<Identity>,
    /// The channel, the thread or the forum post.
    pub(super) channel: Option<Identity>,
    /// The channel that a thread or a forum post stands under.
    pub(super) parent: Option<Identity>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
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
    \"2026-01-31T12:00:00Z\", \"author\", \"channel\", \"guild\" and \"reply_to\" strings or numbers, \
    \"mentions\" a list of them";

impl<'a> Entry<'a> {
    /// A line of text.
    pub(super) fn of_text(line: &'a [u8]) -> Result<Self, Bad> {
        let content = Cow::Borrowed(text(line)?);
        Ok(Self {
            id: None,
            message: None,
            author: None,
            place: Whereabouts::default(),
            sent: None,
            content,
            origin: Origin::Member,
            roles: Vec::new(),
            reply_to: None,
            mentions: Vec::new(),
        })
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
            message: written.id.and_then(Identity::of_json),
            author: written.author,
            place: Whereabouts { guild: written.guild, channel: written.channel, parent: None },
            sent: written.timestamp,
            content: written.content,
            origin: Origin::Member,
            roles: Vec::new(),
            reply_to: written.reply_to,
            mentions: written.mentions.unwrap_or_default(),
        }))
    }
}

/// When a message written as JSON was sent, without reading the rest of it.
pub(super) fn sent(raw: &[u8]) -> Option<Timestamp> {
    serde_json::from_slice::<Timed>(raw).ok()?.timestamp
}

#[derive(serde::Deserialize)]
struct Timed {
    #[serde(default)]
    timestamp: Option<Timestamp>,
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
    guild: Option<Identity>,
    #[serde(default)]
    timestamp: Option<Timestamp>,
    #[serde(borrow)]
    content: Cow<'a, str>,
    #[serde(default)]
    reply_to: Option<Identity>,
    #[serde(default)]
    mentions: Option<Vec<Identity>>,
}

/// Who, what or where: a Discord id, or a number that stands for another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(pub(super) u64);

impl Identity {
    /// Nothing for what can be no one's name: `null`, a fraction, a list.
    pub(super) fn of_json(raw: &RawValue) -> Option<Self> {
        serde_json::from_str(raw.get()).ok()
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(line: &str) -> Entry<'_> {
        Entry::of_json(line.as_bytes()).expect("valid").expect("not blank")
    }

    #[test]
    fn a_line_tells_whom_it_answers_and_names() {
        let line =
            r#"{"id":"7","guild":1,"channel":"2","reply_to":"6","mentions":["5","ada"],"content":"a"}"#;
        let entry = entry(line);
        assert_eq!(entry.message, Some(Identity(7)));
        assert_eq!(entry.reply_to, Some(Identity(6)));
        assert_eq!(entry.mentions, [Identity(5), Identity(stand_in("ada"))]);
        let place = Whereabouts { guild: Some(Identity(1)), channel: Some(Identity(2)), parent: None };
        assert_eq!(entry.place, place);
    }

    #[test]
    fn a_message_named_in_words_can_be_answered() {
        let first = entry(r#"{"id":"first","content":"a"}"#);
        let second = entry(r#"{"id":null,"reply_to":"first","mentions":null,"content":"b"}"#);
        assert_eq!(second.reply_to, first.message);
        assert_eq!((second.message, second.mentions.len()), (None, 0));
    }
}
