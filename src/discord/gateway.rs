//! serenity's client, on a thread of its own.
//!
//! It gets one address and no other: where it would fall back to Discord's own, it is overridden before it
//! connects. Its event tasks run on one thread, in the order they were started; see `events.rs`.

use std::thread;

use reqwest::Url;
use serenity::all::{ClientBuilder, GatewayIntents, HttpBuilder};
use serenity::gateway::GatewayError;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::info;

use super::RunError;
use super::events::Ear;
use super::rest::{Rest, require_encryption};

/// Guilds for channels and roles, messages and their content: nothing else is needed.
pub(super) const NEEDED: GatewayIntents =
    GatewayIntents::GUILDS.union(GatewayIntents::GUILD_MESSAGES).union(GatewayIntents::MESSAGE_CONTENT);

/// Stays connected until `stop` is cancelled or Discord closes for good.
pub(super) async fn connect(
    rest: &Rest,
    url: &str,
    (shards, intents): (u32, GatewayIntents),
    ear: Ear,
    stop: CancellationToken,
) -> Result<(), RunError> {
    let parsed =
        Url::parse(url).map_err(|_| RunError::Unreachable("the gateway's address is not one".to_owned()))?;
    require_encryption(&parsed)?;
    let (done, ended) = oneshot::channel();
    let base = rest.base().as_str().to_owned();
    let token = rest.token().clone();
    let url = url.trim_end_matches('/').to_owned();
    let spawned = thread::Builder::new().name("gateway".to_owned()).spawn(move || {
        let connected =
            on_one_thread(session(base, token.expose().to_owned(), url, (shards, intents), ear, stop));
        done.send(connected).ok();
    });
    spawned.map_err(|error| RunError::Unreachable(error.to_string()))?;
    ended.await.unwrap_or_else(|_| Err(RunError::Closed("its thread ended unexpectedly".to_owned())))
}

fn on_one_thread(session: impl Future<Output = Result<(), RunError>>) -> Result<(), RunError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| RunError::Unreachable(error.to_string()))?.block_on(session)
}

async fn session(
    base: String,
    token: String,
    url: String,
    (shards, intents): (u32, GatewayIntents),
    ear: Ear,
    stop: CancellationToken,
) -> Result<(), RunError> {
    // With serenity's limiter on, the proxy would be ignored; our requests are limited by `Rest` anyway.
    let http = HttpBuilder::new(token).proxy(base).ratelimiter_disabled(true).build();
    let mut client = ClientBuilder::new_with_http(http, intents)
        .raw_event_handler(ear)
        .await
        .map_err(|error| closed(&error))?;
    *client.ws_url.lock().await = url;
    let manager = client.shard_manager.clone();
    tokio::select! {
        outcome = client.start_shards(shards.max(1)) => outcome.map_err(|error| closed(&error)),
        () = stop.cancelled() => {
            info!("leaving the gateway");
            manager.shutdown_all().await;
            Ok(())
        }
    }
}

fn closed(error: &serenity::Error) -> RunError {
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => RunError::WrongToken,
        serenity::Error::Gateway(
            GatewayError::DisallowedGatewayIntents | GatewayError::InvalidGatewayIntents,
        ) => RunError::MessageContentOff,
        serenity::Error::Gateway(other) => RunError::Closed(other.to_string()),
        _ => RunError::Closed("its client failed".to_owned()),
    }
}
