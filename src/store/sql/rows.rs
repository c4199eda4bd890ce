//! From our types to columns and back.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::message::{GuildId, UserId};
use crate::store::StoreError;

/// What a row holds, by the name of its column.
pub(super) trait Columns {
    fn id(&self, name: &str) -> Result<u64, StoreError>;
    fn number(&self, name: &str) -> Result<u32, StoreError>;
    fn maybe_number(&self, name: &str) -> Result<Option<u32>, StoreError>;
    fn truth(&self, name: &str) -> Result<bool, StoreError>;
    fn moment(&self, name: &str) -> Result<Timestamp, StoreError>;
    fn maybe_moment(&self, name: &str) -> Result<Option<Timestamp>, StoreError>;
    fn text(&self, name: &str) -> Result<&str, StoreError>;
    fn json<T: DeserializeOwned>(&self, what: &'static str, name: &str) -> Result<T, StoreError>;

    fn guild(&self) -> Result<GuildId, StoreError> {
        self.id("guild").map(GuildId)
    }

    fn member(&self) -> Result<UserId, StoreError> {
        self.id("member").map(UserId)
    }
}

impl Columns for AnyRow {
    fn id(&self, name: &str) -> Result<u64, StoreError> {
        Ok(self.try_get::<i64, _>(name)?.cast_unsigned())
    }

    fn number(&self, name: &str) -> Result<u32, StoreError> {
        whole(self.try_get(name)?)
    }

    fn maybe_number(&self, name: &str) -> Result<Option<u32>, StoreError> {
        self.try_get::<Option<i64>, _>(name)?.map(whole).transpose()
    }

    fn truth(&self, name: &str) -> Result<bool, StoreError> {
        Ok(self.try_get::<i64, _>(name)? != 0)
    }

    fn moment(&self, name: &str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_millisecond(self.try_get(name)?).unwrap_or(Timestamp::MIN))
    }

    fn maybe_moment(&self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        let at: Option<i64> = self.try_get(name)?;
        Ok(at.and_then(|at| Timestamp::from_millisecond(at).ok()))
    }

    fn text(&self, name: &str) -> Result<&str, StoreError> {
        Ok(self.try_get(name)?)
    }

    fn json<T: DeserializeOwned>(&self, what: &'static str, name: &str) -> Result<T, StoreError> {
        from_json(what, self.text(name)?)
    }
}

/// Counts and numbers are written as 64 bits, which is what both databases give back.
pub(super) fn whole(number: i64) -> Result<u32, StoreError> {
    let reason = |_| StoreError::Unreadable { what: "number", reason: "out of range".to_owned() };
    u32::try_from(number).map_err(reason)
}

/// Snowflakes use 63 bits at most; the sign keeps even larger ones apart.
pub(super) const fn column(id: u64) -> i64 {
    id.cast_signed()
}

pub(super) fn guilds(ids: Vec<i64>) -> Vec<GuildId> {
    ids.into_iter().map(|guild| GuildId(guild.cast_unsigned())).collect()
}

pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| unreadable("value", &error))
}

pub(super) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| unreadable(what, &error))
}

/// Names the place only: the parser's own message can repeat what stands there.
fn unreadable(what: &'static str, error: &serde_json::Error) -> StoreError {
    StoreError::Unreadable { what, reason: format!("at column {}", error.column()) }
}
