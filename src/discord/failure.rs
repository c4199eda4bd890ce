//! Why the bot cannot run.

use thiserror::Error;

use super::rest::{OriginError, RestError};
use crate::config::ConfigError;
use crate::store::StoreError;
use crate::telemetry::ListenError;

/// Why the bot cannot run. Each is one sentence that says what to do.
#[derive(Debug, Error)]
pub enum RunError {
    /// 401, or close code 4004.
    #[error(
        "Discord does not accept the token in DISCORD_TOKEN. Copy it anew from the developer portal: \
         your application → Bot → Reset Token"
    )]
    WrongToken,
    /// The application lacks the intent, or close code 4014.
    #[error(
        "the message content intent is off, so I could not read a single message. Switch it on in the \
         developer portal: your application → Bot → Privileged Gateway Intents → Message Content Intent"
    )]
    MessageContentOff,
    /// Metrics and health endpoints cannot be where they are wanted.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Discord gave an address that is not safe.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The settings are not valid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Discord cannot be reached or does not answer usefully.
    #[error("cannot start: {0}")]
    Unreachable(String),
    /// The shards are none of Discord's; close code 4010.
    #[error("Discord does not know the shards that --shards names (4010). Write A..B/N, such as 0..4/16")]
    NoSuchShard,
    /// Close code 4011.
    #[error(
        "the bot is in too many servers for so few shards (4011). Give all processes a larger N in \
         --shards A..B/N, or leave it out where one process is enough: then Discord's own number holds"
    )]
    TooFewShards,
    /// The gateway closed for good.
    #[error("Discord closed the connection for good: {0}")]
    Closed(String),
}

impl RunError {
    /// Whether the operator's configuration is at fault, rather than the moment.
    #[must_use]
    pub const fn is_configuration(&self) -> bool {
        matches!(
            self,
            Self::WrongToken
                | Self::MessageContentOff
                | Self::Listen(_)
                | Self::Origin(_)
                | Self::Config(_)
                | Self::NoSuchShard
                | Self::TooFewShards
        )
    }
}

impl From<RestError> for RunError {
    fn from(error: RestError) -> Self {
        match error {
            RestError::Refused { status, .. } if status == reqwest::StatusCode::UNAUTHORIZED => {
                Self::WrongToken
            }
            other => Self::Unreachable(other.to_string()),
        }
    }
}
