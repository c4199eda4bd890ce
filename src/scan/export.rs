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

use super::entry::{Bad, Entry, Identity, Place, Read, Whereabouts};
use super::input::Record;
use crate::message::{Origin, RoleId};

/// Calls `see` with each message, unread.
pub(super) fn each(input: impl BufRead, mut see: impl FnMut(Record<'_>) -> io::Result<()>) -> io::Result<()> {
    let mut reading = Reading { see: &mut see, whereabouts: Whereabouts::default(), number: 0, failed: None };
    let read = reading.deserialize(&mut serde_json::Deserializer::from_reader(input));
    match (reading.failed.take(), read) {
        (Some(failed), _) => Err(failed),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) if error.is_io() => Err(error.into()),
        // What follows a broken place cannot be told apart any more.
        (None, Err(error)) => {
            let line = u64::try_from(error.line()).unwrap_or(u64::MAX);
            let (place, whereabouts) = (Place::Line(line), reading.whereabouts);
            see(Record { place, whereabouts, raw: Err(Bad::of_json(&error, FILE)) })
        }
    }
}

const FILE: &str = "expected DiscordChatExporter's JSON, an object with \"channel\" and \"messages\"";
const MESSAGE: &str = "\"id\", \"type\", \"timestamp\", \"content\" and \"author\" must be as \
    DiscordChatExporter writes them";

impl<S: FnMut(Record<'_>) -> io::Result<()>> Reading<'_, S> {
    fn deserialize<'de, D: Deserializer<'de>>(&mut self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }

    fn message(&mut self, raw: &RawValue) -> Result<(), ()> {
        self.number += 1;
        let (place, raw) = (Place::Message(self.number), Ok(raw.get().as_bytes()));
        let seen = (self.see)(Record { place, whereabouts: self.whereabouts, raw });
        seen.map_err(|error| self.failed = Some(error))
    }
}

/// The message in `raw`; nothing for what Discord wrote itself, such as "pinned a message".
pub(super) fn entry(raw: &[u8], whereabouts: Whereabouts) -> Read<'_> {
    let exported = serde_json::from_slice::<ExportedMessage<'_>>(raw);
    let entry = exported.map(|exported| exported.entry(whereabouts));
    entry.map_err(|error| Bad::of_json(&error, MESSAGE))
}

/// The state of reading one export.
struct Reading<'a, S> {
    see: &'a mut S,
    whereabouts: Whereabouts,
    number: u64,
    /// Why `see` failed.
    failed: Option<io::Error>,
}

impl<'de, S: FnMut(Record<'_>) -> io::Result<()>> Visitor<'de> for &mut Reading<'_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an export")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut any = false;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "guild" => self.whereabouts.guild = map.next_value::<Exported>()?.id,
                "channel" => {
                    let channel: ExportedChannel = map.next_value()?;
                    (self.whereabouts.channel, self.whereabouts.parent) = (channel.id, channel.parent());
                }
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

impl<'de, S: FnMut(Record<'_>) -> io::Result<()>> DeserializeSeed<'de> for Messages<'_, '_, S> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, S: FnMut(Record<'_>) -> io::Result<()>> Visitor<'de> for Messages<'_, '_, S> {
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

#[derive(Default, Deserialize)]
struct Exported {
    id: Option<Identity>,
}

#[derive(Deserialize)]
struct ExportedChannel {
    id: Option<Identity>,
    #[serde(default, rename = "type")]
    sort: String,
    /// The category of a channel; of a thread, the channel it stands under.
    #[serde(default, rename = "categoryId")]
    above: Option<Identity>,
}

impl ExportedChannel {
    fn parent(&self) -> Option<Identity> {
        self.above.filter(|_| self.sort.ends_with("Thread"))
    }
}

#[derive(Deserialize)]
struct ExportedMessage<'a> {
    #[serde(borrow)]
    id: &'a RawValue,
    #[serde(borrow, rename = "type")]
    sort: Cow<'a, str>,
    timestamp: Timestamp,
    #[serde(borrow)]
    content: Cow<'a, str>,
    author: ExportedAuthor,
    #[serde(default)]
    mentions: Vec<Exported>,
    #[serde(default)]
    reference: Option<ExportedReference>,
}

#[derive(Deserialize)]
struct ExportedAuthor {
    id: Identity,
    #[serde(default, rename = "isBot")]
    is_bot: bool,
    #[serde(default)]
    roles: Vec<Exported>,
}

#[derive(Deserialize)]
struct ExportedReference {
    #[serde(default, rename = "messageId")]
    message: Option<Identity>,
}

impl<'a> ExportedMessage<'a> {
    fn entry(self, place: Whereabouts) -> Option<Entry<'a>> {
        let reply = self.sort == "Reply";
        let written = reply || self.sort == "Default";
        let roles = self.author.roles.iter().filter_map(|role| role.id);
        written.then(|| Entry {
            id: Some(self.id),
            message: Identity::of_json(self.id),
            author: Some(self.author.id),
            place,
            sent: Some(self.timestamp),
            content: self.content,
            origin: if self.author.is_bot { Origin::Bot } else { Origin::Member },
            roles: roles.map(|role| RoleId(role.0)).collect(),
            // A forwarded message refers to another, too, and answers nothing.
            reply_to: self.reference.filter(|_| reply).and_then(|reference| reference.message),
            mentions: self.mentions.iter().filter_map(|member| member.id).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// Whom each message answers, whom it names, and where it was sent.
    fn read(export: &str) -> Vec<(Option<Identity>, Vec<Identity>, Whereabouts)> {
        let mut read = Vec::new();
        let see = |record: Record<'_>| {
            let entry = entry(record.raw.expect("whole"), record.whereabouts);
            let entry = entry.expect("a message").expect("written by a person");
            read.push((entry.reply_to, entry.mentions, entry.place));
            Ok(())
        };
        each(Cursor::new(export), see).expect("reading memory does not fail");
        read
    }

    #[test]
    fn an_export_tells_who_answers_and_names_whom_where() {
        let export = r#"{
            "guild": {"id": "1", "name": "Harbor"},
            "channel": {"id": "3", "type": "GuildPublicThread", "categoryId": "2", "category": "general"},
            "messages": [
                {"id": "8", "type": "Reply", "timestamp": "2026-01-31T12:00:00Z", "content": "a",
                 "author": {"id": "11"}, "mentions": [{"id": "12", "name": "ada", "roles": []}],
                 "reference": {"type": "Default", "messageId": "7", "channelId": "3", "guildId": "1"}},
                {"id": "9", "type": "Default", "timestamp": "2026-01-31T12:00:00Z", "content": "",
                 "author": {"id": "11"}, "reference": {"type": "Forward", "messageId": "6"}}
            ]
        }"#;
        let [guild, parent, channel] = [1, 2, 3].map(|id| Some(Identity(id)));
        let place = Whereabouts { guild, channel, parent };
        let expected = [(Some(Identity(7)), vec![Identity(12)], place), (None, Vec::new(), place)];
        assert_eq!(read(export), expected);
    }

    #[test]
    fn a_channel_does_not_stand_under_its_category() {
        let export = r#"{
            "channel": {"id": "3", "type": "GuildTextChat", "categoryId": "2"},
            "messages": [{"id": "8", "type": "Default", "timestamp": "2026-01-31T12:00:00Z", "content": "a",
                          "author": {"id": "11"}}]
        }"#;
        assert_eq!(read(export)[0].2.parent, None);
    }
}
