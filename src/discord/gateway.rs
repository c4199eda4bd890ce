//! The connection that Discord speaks over: one for each shard, kept up until we stop or Discord closes for good.
//!
//! Each is read by a task of its own, which hands on what it hears as it stands, in order; `events.rs` takes it from there.

mod connection;
pub(super) mod identify;

use reqwest::Url;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use twilight_gateway::{ConfigBuilder, Intents};

use self::connection::Connection;
use self::identify::Turns;
use super::RunError;
use super::ear::Ear;
use super::rest::{Origin, Rest, require_encryption};
use crate::store::Shards;

/// Guilds for channels and roles, messages and their content: nothing else is needed.
pub(super) const NEEDED: Intents =
    Intents::GUILDS.union(Intents::GUILD_MESSAGES).union(Intents::MESSAGE_CONTENT);

/// Where to connect, and how.
pub(super) struct Gateway {
    /// The address that Discord gave.
    pub(super) url: String,
    /// Which shards are ours.
    pub(super) shards: Shards,
    /// What we want to hear.
    pub(super) intents: Intents,
    /// Spaces the beginnings of sessions.
    pub(super) turns: Turns,
}

/// Stays connected until `stop` is cancelled or Discord closes for good.
pub(super) async fn connect(
    rest: &Rest,
    gateway: Gateway,
    ear: Ear,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let parsed = Url::parse(&gateway.url)
        .map_err(|_| RunError::Unreachable("the gateway's address is not one".to_owned()))?;
    require_encryption(&parsed)?;
    let config = ConfigBuilder::new(rest.token().expose().to_owned(), gateway.intents)
        .proxy_url(gateway.url.trim_end_matches('/').to_owned())
        .queue(gateway.turns)
        .build();
    let mut connections = JoinSet::new();
    for number in gateway.shards.ids() {
        let connection = Connection::new((number, gateway.shards.total()), &config, rest, &ear);
        connections.spawn(connection.hold(stop.clone()));
    }
    drop(ear);
    // Where one is closed for good, so are the others: dropping them ends their tasks.
    while let Some(ended) = connections.join_next().await {
        ended.map_err(|_| RunError::Closed("its task ended unexpectedly".to_owned()))??;
    }
    Ok(())
}

/// Whether a session may be resumed there: encrypted, and on loopback where Discord itself is.
fn is_acceptable(base: &Origin, url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let encrypted = matches!(url.scheme(), "ws" | "wss") && require_encryption(&url).is_ok();
    encrypted && (!base.is_loopback() || super::rest::is_loopback(&url))
}

/// Close codes after which connecting again would be in vain.
/// Source: <https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes>.
fn closed_for_good(code: Option<u16>) -> RunError {
    match code {
        Some(4004) => RunError::WrongToken,
        Some(4013 | 4014) => RunError::MessageContentOff,
        Some(4010) => RunError::NoSuchShard,
        Some(4011) => RunError::TooFewShards,
        Some(code) => RunError::Closed(format!("close code {code}")),
        None => RunError::Closed("it gave no reason".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_resumed_only_where_that_is_safe() {
        let rows = [
            ("https://discord.com", "wss://gateway-us-east1-b.discord.gg", true),
            ("https://discord.com", "ws://gateway-us-east1-b.discord.gg", false),
            ("https://discord.com", "https://gateway-us-east1-b.discord.gg", false),
            ("https://discord.com", "gateway-us-east1-b", false),
            ("http://127.0.0.1:8080", "ws://127.0.0.1:8081", true),
            ("http://127.0.0.1:8080", "wss://gateway.discord.gg", false),
        ];
        for (base, url, expected) in rows {
            assert_eq!(is_acceptable(&Origin::parse(base).unwrap(), url), expected, "{base} {url}");
        }
    }
}
