//! Where the bot tells how it is doing, and how it logs.

use std::net::SocketAddr;

use serde::Deserialize;

use super::value;

/// Where the bot tells how it is doing, and how it logs.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// Where metrics and health endpoints are; nowhere unless set.
    #[serde(deserialize_with = "value::address")]
    pub listen: Option<SocketAddr>,
    /// How log lines are written.
    pub log: Log,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Log {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl Log {
    /// The name used in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}
