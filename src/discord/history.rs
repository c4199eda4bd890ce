//! What was said before, read page by page and newest first, as Discord's limits allow.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::time::Duration;

use crate::discord::id::{ChannelId, GuildId, Permissions};
use jiff::Timestamp;
use serde_json::Value;
use tracing::debug;

use super::convert::Arrival;
use super::guilds::{Guilds, Watched};
use super::rest::{Request, Rest, RestError};
use super::wire;
use crate::case::action::Priority;
use crate::message::{self, Message, MessageId};

/// What reading what was said before takes.
pub(super) const HISTORY_NEEDS: Permissions =
    Permissions::VIEW_CHANNEL.union(Permissions::READ_MESSAGE_HISTORY);

/// Messages Discord gives at once.
pub(super) const PAGE: usize = 100;

/// Waits before a page is asked for again.
const BACKOFF: [Duration; 4] =
    [Duration::from_millis(250), Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// The latest messages of `channel` before another, newest first, and whether there are no earlier ones. Whatever is more
/// urgent than `priority` goes first.
pub(super) async fn page(
    rest: &Rest,
    channel: ChannelId,
    before: Option<u64>,
    limit: usize,
    priority: Priority,
) -> Result<(Vec<wire::Message>, bool), RestError> {
    let before = before.map(|before| format!("&before={before}")).unwrap_or_default();
    let path = format!("channels/{channel}/messages?limit={limit}{before}");
    let answer = read_patiently(rest, &path, priority).await?;
    let Value::Array(values) = answer else { return Ok((Vec::new(), true)) };
    let complete = values.len() < limit;
    Ok((values.into_iter().filter_map(|value| serde_json::from_value(value).ok()).collect(), complete))
}

/// What Discord answers, who is asked again where it has trouble.
pub(super) async fn read_patiently(rest: &Rest, path: &str, priority: Priority) -> Result<Value, RestError> {
    let mut waits = BACKOFF.into_iter();
    loop {
        match (rest.send(Request { priority, ..Request::get(path.to_owned()) }).await, waits.next()) {
            (Ok(answer), _) => return Ok(answer),
            (Err(RestError::Held(wait)), Some(_)) | (Err(RestError::Trouble(_)), Some(wait)) => {
                tokio::time::sleep(wait).await;
            }
            (Err(error), _) => return Err(error),
        }
    }
}

/// How much is read back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Nothing that is older.
    pub(crate) since: Timestamp,
    /// At most this many messages in all …
    pub(crate) messages: usize,
    /// … this many of a channel …
    pub(crate) a_channel: usize,
    /// … and of so many channels, those first that were talked in last.
    pub(crate) channels: usize,
}

/// Reads the watched channels of a guild: a page of each in turn, so that what cuts it short cuts all of them alike.
///
/// Where it is stopped while it waits for Discord, it goes on from there or is left at that.
pub(crate) struct Reading<'a> {
    rest: &'a Rest,
    guilds: &'a Guilds,
    guild: GuildId,
    since: MessageId,
    /// Messages that may still be read.
    left: usize,
    /// Channels with something left to read.
    waiting: VecDeque<Place>,
    channels: usize,
    unreadable: Vec<message::ChannelId>,
}

/// A channel, and how far it has been read.
#[derive(Clone, Copy)]
struct Place {
    channel: ChannelId,
    home: ChannelId,
    before: Option<u64>,
    left: usize,
}

impl<'a> Reading<'a> {
    /// Nothing is asked yet.
    pub(crate) fn new(rest: &'a Rest, guilds: &'a Guilds, guild: message::GuildId, bounds: Bounds) -> Self {
        let guild = GuildId::new(guild.0);
        let mut watched = guilds.watched(guild);
        watched.sort_by_key(|watched| (Reverse(watched.last_message), watched.channel));
        let (readable, closed): (Vec<Watched>, Vec<Watched>) =
            watched.into_iter().partition(|watched| watched.readable);
        let place = |watched: &Watched| Place {
            channel: watched.channel,
            home: watched.home,
            before: None,
            left: bounds.a_channel,
        };
        let waiting: VecDeque<Place> = readable.iter().take(bounds.channels).map(place).collect();
        Self {
            rest,
            guilds,
            guild,
            since: MessageId::at(bounds.since),
            left: bounds.messages,
            channels: waiting.len(),
            waiting,
            unreadable: closed.iter().map(|watched| message::ChannelId(watched.channel.get())).collect(),
        }
    }

    /// The next page, newest first; none when everything was read that should be.
    pub(crate) async fn next(&mut self) -> Option<Vec<Message>> {
        let place = *self.waiting.front()?;
        let limit = PAGE.min(self.left).min(place.left);
        if limit == 0 {
            return None;
        }
        let read = page(self.rest, place.channel, place.before, limit, Priority::Routine).await;
        self.waiting.pop_front();
        let (page, complete) = read.unwrap_or_else(|error| {
            debug!(channel = %place.channel, %error, "what was said there cannot be read");
            self.channels -= 1;
            self.unreadable.push(message::ChannelId(place.channel.get()));
            (Vec::new(), true)
        });
        self.left -= page.len().min(self.left);
        let before = page.iter().map(|message| message.id.get()).min();
        let left = place.left.saturating_sub(page.len());
        if !complete && left > 0 && before.is_some_and(|oldest| oldest >= self.since.0) {
            self.waiting.push_back(Place { before, left, ..place });
        }
        let recent = page.iter().filter(|message| message.id.get() >= self.since.0);
        Some(recent.filter_map(|message| self.told(message, place.home)).collect())
    }

    /// The channels that are read, wholly or in part.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Those of them with something left to read.
    pub(crate) fn unfinished(&self) -> usize {
        self.waiting.len()
    }

    /// Watched channels that cannot be read.
    pub(crate) fn unreadable(&self) -> &[message::ChannelId] {
        &self.unreadable
    }

    /// The message in our words; history does not tell the roles of its author.
    fn told(&self, message: &wire::Message, home: ChannelId) -> Option<Message> {
        let arrival = Arrival::of_wire(message, Some(self.guild))?;
        let held = self.guilds.permissions(self.guild, arrival.channel, arrival.author, &arrival.roles);
        Some(arrival.message(home, held))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::config::{Config, GuildConfigs, Loaded};
    use crate::discord::rest::{Origin, Pace, Token};
    use crate::simulator::{Simulator, World};

    const EVERYTHING: Bounds =
        Bounds { since: Timestamp::UNIX_EPOCH, messages: 10_000, a_channel: 10_000, channels: 100 };

    struct Place {
        discord: Simulator,
        rest: Rest,
        guilds: Guilds,
        guild: message::GuildId,
    }

    /// A message a minute in each channel.
    fn sent(at: usize) -> Timestamp {
        let minutes = jiff::SignedDuration::from_mins(i64::try_from(at).unwrap());
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + minutes
    }

    /// A server in which so much was said in three channels, and a forum that holds no messages.
    async fn harbor(said: [usize; 3]) -> Place {
        let world = World::from_toml(
            "[[guild]]\nname = \"Harbor\"\nowner = \"olga\"\nchannels = [{ name = \"a\" }, { name = \"b\" }, \
             { name = \"c\" }, { name = \"d\", kind = \"forum\" }]",
        );
        let discord = Simulator::start(&world.unwrap()).await.unwrap();
        let (guild, olga) = (discord.guild("Harbor").unwrap(), discord.user("olga").unwrap());
        for (channel, count) in ["a", "b", "c"].into_iter().zip(said) {
            let channel = discord.channel(channel).unwrap();
            for at in 0..count {
                discord.post_at(olga, channel, "a word", sent(at)).unwrap();
            }
        }
        let config = Config::parse("rule = []", "test.toml".as_ref()).unwrap();
        let core = config.build().unwrap();
        let configs = Arc::new(GuildConfigs::new(Loaded { config, core, file: None }).unwrap());
        let me = discord.bot();
        let guilds = Guilds::new(crate::discord::id::UserId::new(me), configs);
        let channel = |(name, kind): (&str, u8)| {
            let id = discord.channel(name).unwrap();
            let last = discord.messages(id).last().map(|message| message.id.to_string());
            json!({ "id": id.to_string(), "type": kind, "last_message_id": last })
        };
        let channels = [("a", 0), ("b", 0), ("c", 0), ("d", 15)].map(channel);
        let known = json!({
            "id": guild.to_string(), "owner_id": olga.to_string(),
            "roles": [{ "id": guild.to_string(), "permissions": HISTORY_NEEDS }],
            "channels": channels,
        });
        guilds.insert(serde_json::from_value(known).unwrap());
        let rest =
            Rest::new(Origin::parse(&discord.base()).unwrap(), Token::new(&discord.token()), Pace::default())
                .unwrap();
        Place { rest, guilds, guild: message::GuildId(guild), discord }
    }

    impl Place {
        fn reading(&self, bounds: Bounds) -> Reading<'_> {
            Reading::new(&self.rest, &self.guilds, self.guild, bounds)
        }

        /// How many messages of each channel are read.
        async fn read(&self, reading: &mut Reading<'_>) -> BTreeMap<String, usize> {
            let mut counts = BTreeMap::new();
            while let Some(page) = reading.next().await {
                for message in page {
                    let channels = self.discord.read(|state| state.channels().cloned().collect::<Vec<_>>());
                    let channel = channels.iter().find(|channel| channel.id == message.channel.0);
                    *counts.entry(channel.unwrap().name.clone()).or_default() += 1;
                }
            }
            counts
        }
    }

    fn counts(rows: &[(&str, usize)]) -> BTreeMap<String, usize> {
        rows.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
    }

    #[tokio::test]
    async fn everything_is_read_once_and_bounds_cut_all_channels_alike() {
        let place = harbor([250, 230, 10]).await;
        let mut reading = place.reading(EVERYTHING);
        assert_eq!(place.read(&mut reading).await, counts(&[("a", 250), ("b", 230), ("c", 10)]));
        assert_eq!((reading.channels(), reading.unfinished()), (3, 0));
        let mut reading = place.reading(Bounds { messages: 330, ..EVERYTHING });
        assert_eq!(place.read(&mut reading).await, counts(&[("a", 200), ("b", 120), ("c", 10)]));
        assert_eq!((reading.channels(), reading.unfinished()), (3, 2));
        let mut reading = place.reading(Bounds { a_channel: 100, channels: 2, ..EVERYTHING });
        assert_eq!(place.read(&mut reading).await, counts(&[("a", 100), ("b", 100)]), "the liveliest first");
    }

    #[tokio::test]
    async fn what_is_older_is_not_read_and_a_reading_goes_on_where_it_was_stopped() {
        let place = harbor([120, 0, 0]).await;
        let since = sent(15);
        let mut reading = place.reading(Bounds { since, ..EVERYTHING });
        place.discord.set_limit("GET /channels/{}/messages", 1, Duration::from_secs(1));
        let mut read = 0;
        let mut stops = 0;
        loop {
            match tokio::time::timeout(Duration::from_millis(100), reading.next()).await {
                Ok(Some(page)) => read += page.len(),
                Ok(None) => break,
                Err(_) => stops += 1,
            }
        }
        assert_eq!(read, 105);
        assert!(stops > 0, "the second page had to wait");
    }
}
