//! The connection that Discord speaks over: one for each shard, kept up until we stop or Discord closes for good.
//!
//! Each is read by a task of its own, which hands on what it hears as it stands, in order; `events.rs` takes it from there.

use futures::StreamExt as _;
use reqwest::Url;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};
use twilight_gateway::error::ReceiveMessageErrorType;
use twilight_gateway::queue::InMemoryQueue;
use twilight_gateway::{CloseFrame, Config, ConfigBuilder, Intents, Message, Shard, ShardId, ShardState};

use super::RunError;
use super::rest::{Origin, Rest, require_encryption};
use crate::telemetry::Telemetry;

/// Guilds for channels and roles, messages and their content: nothing else is needed.
pub(super) const NEEDED: Intents =
    Intents::GUILDS.union(Intents::GUILD_MESSAGES).union(Intents::MESSAGE_CONTENT);

/// After so many attempts in vain, each waiting twice as long as the one before, it is tried at once again: Discord may be
/// back, and a longer wait than a minute helps nobody.
const ATTEMPTS: u8 = 7;

/// What was heard: a dispatch or another word of Discord's, as it stands, and the shard that heard it.
pub(super) struct Heard {
    pub(super) shard: u32,
    pub(super) text: String,
}

/// Where to connect, and how.
pub(super) struct Gateway {
    /// The address that Discord gave.
    pub(super) url: String,
    /// How many shards there are.
    pub(super) shards: u32,
    /// What we want to hear.
    pub(super) intents: Intents,
    /// Spaces the beginnings of sessions.
    pub(super) queue: InMemoryQueue,
}

/// Stays connected until `stop` is cancelled or Discord closes for good.
pub(super) async fn connect(
    rest: &Rest,
    gateway: Gateway,
    ear: mpsc::UnboundedSender<Heard>,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let parsed = Url::parse(&gateway.url)
        .map_err(|_| RunError::Unreachable("the gateway's address is not one".to_owned()))?;
    require_encryption(&parsed)?;
    let shards = gateway.shards.max(1);
    let config = ConfigBuilder::new(rest.token().expose().to_owned(), gateway.intents)
        .proxy_url(gateway.url.trim_end_matches('/').to_owned())
        .queue(gateway.queue)
        .build();
    let mut connections = JoinSet::new();
    for number in 0..shards {
        let shard = Shard::with_config(ShardId::new(number, shards), config.clone());
        let connection = Connection {
            shard,
            config: config.clone(),
            base: rest.base().clone(),
            ear: ear.clone(),
            telemetry: rest.telemetry().clone(),
            active: false,
            heartbeats: 0,
        };
        connections.spawn(connection.hold(stop.clone()));
    }
    drop(ear);
    // Where one is closed for good, so are the others: dropping them ends their tasks.
    while let Some(ended) = connections.join_next().await {
        ended.map_err(|_| RunError::Closed("its task ended unexpectedly".to_owned()))??;
    }
    Ok(())
}

/// The connection of one shard.
struct Connection {
    shard: Shard<InMemoryQueue>,
    config: Config<InMemoryQueue>,
    base: Origin,
    ear: mpsc::UnboundedSender<Heard>,
    telemetry: Telemetry,
    /// Whether it had a session at the last look.
    active: bool,
    /// How many acknowledged heartbeats are told.
    heartbeats: u32,
}

impl Connection {
    async fn hold(mut self, stop: CancellationToken) -> Result<(), RunError> {
        loop {
            let heard = tokio::select! {
                heard = self.shard.next() => heard,
                () = stop.cancelled() => {
                    self.leave().await;
                    return Ok(());
                }
            };
            match heard {
                Some(Ok(Message::Text(text))) => self.hand_on(text),
                Some(Ok(Message::Close(frame))) => self.closed(frame.map(|frame| frame.code))?,
                Some(Err(error)) => self.failed(error.into_parts().0),
                None => return Err(RunError::Closed("it said nothing more".to_owned())),
            }
            self.tell();
            self.start_anew_where_due();
        }
    }

    /// Tells how the connection is; that a session began is told by whoever hears of it.
    fn tell(&mut self) {
        let (shard, latency) = (self.shard.id().number(), self.shard.latency());
        if latency.periods() != self.heartbeats {
            self.heartbeats = latency.periods();
            if let Some(latest) = latency.recent().first() {
                self.telemetry.heartbeat(shard, *latest);
            }
        }
        // One that broke is heard of only once the next one stands, or fails.
        let active = self.shard.state() == ShardState::Active;
        if self.active && !active {
            self.telemetry.disconnected(shard);
        }
        self.active = active;
    }

    fn hand_on(&self, text: String) {
        // The queue closes only when we stop, and then nobody is left to tell.
        self.ear.send(Heard { shard: self.shard.id().number(), text }).ok();
    }

    fn closed(&self, code: Option<u16>) -> Result<(), RunError> {
        if self.shard.state() == ShardState::FatallyClosed {
            return Err(closed_for_good(code));
        }
        info!(
            shard = self.shard.id().number(),
            code, "the connection to Discord was closed; connecting again"
        );
        Ok(())
    }

    /// The error's own text repeats what was received, so it is not shown.
    fn failed(&self, error: ReceiveMessageErrorType) {
        let shard = self.shard.id().number();
        if let ReceiveMessageErrorType::Deserializing { event } = error {
            self.hand_on(event);
        } else {
            warn!(shard, "Discord's gateway cannot be reached; trying again");
        }
    }

    /// Begins anew where the next attempt would go to an address that Discord should not have given, or would wait for long.
    /// The session stays.
    fn start_anew_where_due(&mut self) {
        let ShardState::Disconnected { reconnect_attempts } = self.shard.state() else { return };
        let astray = self.shard.resume_url().is_some_and(|url| !is_acceptable(&self.base, url));
        if !astray && reconnect_attempts < ATTEMPTS {
            return;
        }
        let mut config = ConfigBuilder::from(self.config.clone());
        if let Some(session) = self.shard.session() {
            config = config.session(session.clone());
        }
        self.shard = Shard::with_config(self.shard.id(), config.build());
    }

    async fn leave(mut self) {
        info!(shard = self.shard.id().number(), "leaving the gateway");
        self.shard.close(CloseFrame::NORMAL);
        // What else is heard until Discord answers is read back at the next start.
        let farewell = async {
            while self.shard.next().await.is_some_and(|heard| heard.is_ok_and(|heard| !heard.is_close())) {}
        };
        tokio::time::timeout(super::FAREWELL, farewell).await.ok();
    }
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
        Some(4010) => RunError::Closed("it does not know this shard (4010)".to_owned()),
        Some(4011) => RunError::Closed("the bot is in too many servers for so few shards (4011)".to_owned()),
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
