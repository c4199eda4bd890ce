//! Single values: what each accepts, and what it says when it is given something else.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, SpanRelativeTo};
use serde::de::{Deserialize, Deserializer, Error, Unexpected, Visitor};
use serde::ser::{Serialize as _, Serializer};

use super::Server;
use crate::message::{ChannelId, GuildId, RoleId};

/// A value written as a number or a string, with the words for what it ought to be.
pub(super) struct Scalar<T> {
    pub(super) expected: &'static str,
    pub(super) integer: fn(i64) -> Option<T>,
    pub(super) float: fn(f64) -> Option<T>,
    pub(super) text: fn(&str) -> Option<T>,
}

impl<T> Visitor<'_> for Scalar<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        (self.integer)(value).ok_or_else(|| E::invalid_value(Unexpected::Signed(value), &self))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        let small = i64::try_from(value).ok();
        small.and_then(self.integer).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        (self.float)(value).ok_or_else(|| E::invalid_value(Unexpected::Float(value), &self))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        (self.text)(value).ok_or_else(|| E::invalid_value(Unexpected::Str(value), &self))
    }
}

/// A Discord id: 64 bits, and never 0.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Id(u64);

impl Id {
    fn new(id: u64) -> Option<Self> {
        (id != 0).then_some(Self(id))
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar {
            expected: "an id such as \"123456789012345678\" (turn on Developer Mode in Discord's advanced settings, then right-click and Copy ID)",
            integer: |value| u64::try_from(value).ok().and_then(Self::new),
            float: |_| None,
            text: |value| value.parse().ok().and_then(Self::new),
        })
    }
}

pub(super) fn channel<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ChannelId>, D::Error> {
    Id::deserialize(deserializer).map(|id| Some(ChannelId(id.0)))
}

pub(super) fn role<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<RoleId>, D::Error> {
    Id::deserialize(deserializer).map(|id| Some(RoleId(id.0)))
}

pub(super) fn channels<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ChannelId>, D::Error> {
    let ids = Vec::<Id>::deserialize(deserializer)?;
    Ok(ids.into_iter().map(|id| ChannelId(id.0)).collect())
}

pub(super) fn roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<RoleId>, D::Error> {
    let ids = Vec::<Id>::deserialize(deserializer)?;
    Ok(ids.into_iter().map(|id| RoleId(id.0)).collect())
}

pub(super) fn only_channels<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<ChannelId>>, D::Error> {
    channels(deserializer).map(Some)
}

pub(super) fn only_roles<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Vec<RoleId>>, D::Error> {
    roles(deserializer).map(Some)
}

pub(super) fn servers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<GuildId, Server>, D::Error> {
    let servers = BTreeMap::<Id, Server>::deserialize(deserializer)?;
    Ok(servers.into_iter().map(|(id, server)| (GuildId(id.0), server)).collect())
}

/// Weeks, days of 24 hours, hours, minutes and seconds, as jiff's "friendly" format has them: "10m", "1h 30m", "7d".
pub(crate) fn time(text: &str) -> Option<Duration> {
    let span: Span = text.parse().ok()?;
    let time = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Duration::try_from(time).ok()
}

/// As [`time`] reads it; whole days, where there are several.
pub(crate) fn time_text(time: Duration) -> String {
    const DAY: u64 = 24 * 60 * 60;
    match time.as_secs() / DAY {
        days @ 2.. if time == Duration::from_secs(days * DAY) => format!("{days}d"),
        _ => format!("{:#}", SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)),
    }
}

/// A number from 0 to 1.
pub(crate) fn share_of_one(value: f64) -> Option<f32> {
    (0.0..=1.0).contains(&value).then(|| nearest(value))
}

pub(super) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_any(Scalar {
        expected: "a time such as \"10m\", \"1h30m\", \"24h\" or \"7d\"",
        integer: |_| None,
        float: |_| None,
        text: time,
    })
}

pub(super) fn some_duration<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Duration>, D::Error> {
    duration(deserializer).map(Some)
}

pub(super) fn ratio<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f32>, D::Error> {
    deserializer.deserialize_any(Scalar {
        expected: "a number from 0 to 1, such as 0.8",
        integer: |value| {
            [(0, 0.0), (1, 1.0)].into_iter().find(|(whole, _)| *whole == value).map(|(_, ratio)| Some(ratio))
        },
        float: |value| share_of_one(value).map(Some),
        text: |_| None,
    })
}

/// As [`duration`] reads it.
pub(super) fn to_text<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&time_text(*time))
}

/// The same where there is one.
#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
pub(super) fn to_some_text<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(time_text).serialize(serializer)
}

/// Identifiers as text: as numbers they are too large for many a reader.
#[expect(clippy::ref_option, reason = "the signature that serde asks for")]
pub(super) fn to_texts<T: fmt::Display, S: Serializer>(
    ids: &Option<Vec<T>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let texts = ids.as_ref().map(|ids| ids.iter().map(ToString::to_string).collect::<Vec<_>>());
    texts.serialize(serializer)
}

/// With the digits it was written with: `0.65`, not `0.6499999761581421`.
#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature that serde asks for"
)]
pub(super) fn to_ratio<S: Serializer>(ratio: &Option<f32>, serializer: S) -> Result<S::Ok, S::Error> {
    ratio.and_then(|ratio| ratio.to_string().parse::<f64>().ok()).serialize(serializer)
}

/// Like [`ratio`], where there must be one.
pub(super) fn share<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    ratio(deserializer).map(Option::unwrap_or_default)
}

pub(super) fn time_of_day<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
    deserializer.deserialize_any(Scalar {
        expected: "a time of day such as \"22:00\"",
        integer: |_| None,
        float: |_| None,
        text: |value| value.parse().ok(),
    })
}

pub(super) fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SocketAddr>, D::Error> {
    let address = deserializer.deserialize_any(Scalar {
        expected: "an address and a port such as \"127.0.0.1:9464\" (this machine only), \"0.0.0.0:9464\" (every network \
                   it is in) or \"[::1]:9464\"",
        integer: |_| None,
        float: |_| None,
        text: |value| value.parse().ok(),
    });
    address.map(Some)
}

pub(super) fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    deserializer.deserialize_any(Scalar {
        expected: "a time zone such as \"Europe/Berlin\" or \"UTC\"",
        integer: |_| None,
        float: |_| None,
        text: |value| TimeZone::get(value).ok(),
    })
}

pub(super) fn utc() -> TimeZone {
    TimeZone::UTC
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a threshold needs no more digits than it is compared with"
)]
fn nearest(value: f64) -> f32 {
    value as f32
}

pub(super) fn auto_archive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    deserializer.deserialize_any(Scalar {
        expected: "one of 60, 1440, 4320 or 10080 minutes, the times that Discord knows",
        integer: |value| [60, 1440, 4320, 10080].into_iter().find(|minutes| i64::from(*minutes) == value),
        float: |_| None,
        text: |_| None,
    })
}

pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    deserializer.deserialize_any(Scalar {
        expected: "a whole number from 0 to 1000",
        integer: |value| u16::try_from(value).ok().filter(|count| *count <= 1000),
        float: |_| None,
        text: |_| None,
    })
}
