//! DiscordChatExporter's JSON: one object with the guild, the channel, and all messages.
//!
//! Source: <https://github.com/Tyrrrz/DiscordChatExporter>, `JsonMessageWriter`.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufRead};

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::entry::{Bad, Entry, Identity, Place, Read};
use crate::message::{Origin, RoleId};

/// Calls `see` with the place of each message and the message; with nothing for what Discord wrote
/// itself, such as "pinned a message".
pub(super) fn each(
    input: impl BufRead,
    mut see: impl FnMut(Place, Read<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut reading = Reading { see: &mut see, channel: None, number: 0, failed: None };
    let read = reading.deserialize(&mut serde_json::Deserializer::from_reader(input));
    match (reading.failed, read) {
        (Some(failed), _) => Err(failed),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) if error.is_io() => Err(error.into()),
        // What follows a broken place cannot be told apart any more.
        (None, Err(error)) => {
            let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
            see(Place::Line(line), Err(Bad::of_json(&error, FILE)))
        }
    }
}

const FILE: &str = "expected DiscordChatExporter's JSON, an object with \"channel\" and \"messages\"";
const MESSAGE: &str = "\"id\", \"type\", \"timestamp\", \"content\" and \"author\" must be as \
    DiscordChatExporter writes them";

impl<S: FnMut(Place, Read<'_>) -> io::Result<()>> Reading<'_, S> {
    fn deserialize<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }

    fn message(&mut self, raw: &RawValue) -> Result<(), ()> {
        self.number += 1;
        let exported = serde_json::from_str::<Exported<'_>>(raw.get());
        let entry = exported.map(|exported| exported.entry(self.channel));
        let entry = entry.map_err(|error| Bad::of_json(&error, MESSAGE));
        (self.see)(Place::Message(self.number), entry).map_err(|error| self.failed = Some(error))
    }
}

/// The state of reading one export.
struct Reading<'a, S> {
    see: &'a mut S,
    channel: Option<Identity>,
    number: u64,
    /// Why `see` failed.
    failed: Option<io::Error>,
}

impl<'de, S: FnMut(Place, Read<'_>) -> io::Result<()>> Visitor<'de> for &mut Reading<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut any = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "channel" => self.channel = map.next_value::<ExportedChannel>()?.id,
                "messages" => {
                    any = true;
                    map.next_value_seed(Messages(self))?;
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        if any { Ok(()) } else { Err(M::Error::missing_field("messages")) }
    }
}

/// The list of messages, one in memory at a time.
struct Messages<'a, 'b, S>(&'a mut Reading<'b, S>);

impl<'de, S: FnMut(Place, Read<'_>) -> io::Result<()>> DeserializeSeed<'de> for Messages<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: FnMut(Place, Read<'_>) -> io::Result<()>> Visitor<'de> for Messages<'_, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of messages")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(raw) = list.next_element::<Box<RawValue>>()? {
            self.0.message(&raw).map_err(|()| A::Error::custom("stopped"))?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct ExportedChannel {
    id: Option<Identity>,
}

#[derive(Deserialize)]
struct Exported<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow, rename = "type")]
    sort: Cow<'a, str>,
    timestamp: Timestamp,
    #[serde(borrow)]
    content: Cow<'a, str>,
    author: ExportedAuthor,
}

#[derive(Deserialize)]
struct ExportedAuthor {
    id: Identity,
    #[serde(default, rename = "isBot")]
    is_bot: bool,
    #[serde(default)]
    roles: Vec<ExportedRole>,
}

#[derive(Deserialize)]
struct ExportedRole {
    id: Identity,
}

impl<'a> Exported<'a> {
    fn entry(self, channel: Option<Identity>) -> Option<Entry<'a>> {
        let written = matches!(self.sort.as_ref(), "Default" | "Reply");
        written.then(|| Entry {
            id: Some(self.id),
            author: Some(self.author.id),
            channel,
            sent: Some(self.timestamp),
            content: self.content,
            origin: if self.author.is_bot { Origin::Bot } else { Origin::Member },
            roles: self.author.roles.iter().map(|role| RoleId(role.id.0)).collect(),
        })
    }
}
