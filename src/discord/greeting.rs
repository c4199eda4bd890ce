//! What Discord says of us before we connect.

use serde::Deserialize;
use twilight_gateway::Intents;

use super::RunError;
use super::gateway::NEEDED;
use super::id::{ApplicationId, UserId};
use super::rest::{Request, Rest};

/// Bits of an application's `flags` that say the message content intent is switched on.
/// Source: <https://discord.com/developers/docs/resources/application#application-object-application-flags>.
const MESSAGE_CONTENT_FLAGS: u64 = 1 << 18 | 1 << 19;
/// The same for the server members intent.
const MEMBERS_FLAGS: u64 = 1 << 14 | 1 << 15;

/// Who we are, what we may hear, and where.
pub(super) struct Greeting {
    pub(super) me: UserId,
    pub(super) application: ApplicationId,
    pub(super) intents: Intents,
    pub(super) gateway: GatewayBot,
}

impl Greeting {
    /// Finds a wrong token and a missing intent before anything else is tried.
    pub(super) async fn exchange(rest: &Rest) -> Result<Self, RunError> {
        let me: Me = fetch(rest, "users/@me").await?;
        let application: Application = fetch(rest, "applications/@me").await?;
        if application.flags & MESSAGE_CONTENT_FLAGS == 0 {
            return Err(RunError::MessageContentOff);
        }
        let gateway = fetch(rest, "gateway/bot").await?;
        Ok(Self { me: me.id, application: application.id, intents: application.intents(), gateway })
    }
}

#[derive(Deserialize)]
struct Me {
    id: UserId,
}

#[derive(Deserialize)]
struct Application {
    id: ApplicationId,
    #[serde(default)]
    flags: u64,
}

impl Application {
    /// Who leaves a server is heard of only where its operator lets the application know who is in one.
    fn intents(&self) -> Intents {
        let members = self.flags & MEMBERS_FLAGS != 0;
        if members { NEEDED | Intents::GUILD_MEMBERS } else { NEEDED }
    }
}

#[derive(Deserialize)]
pub(super) struct GatewayBot {
    pub(super) url: String,
    /// How many Discord recommends.
    pub(super) shards: u32,
    #[serde(default)]
    pub(super) session_start_limit: SessionStarts,
}

/// How many sessions may begin.
#[derive(Deserialize)]
#[serde(default)]
pub(super) struct SessionStarts {
    pub(super) total: u32,
    pub(super) remaining: u32,
    /// Milliseconds until it is `total` again.
    pub(super) reset_after: u64,
    /// At a time, every five seconds.
    pub(super) max_concurrency: u16,
}

/// What holds for every bot, if Discord does not say.
impl Default for SessionStarts {
    fn default() -> Self {
        Self { total: 1_000, remaining: 1_000, reset_after: 0, max_concurrency: 1 }
    }
}

pub(super) async fn fetch<T: serde::de::DeserializeOwned>(rest: &Rest, path: &str) -> Result<T, RunError> {
    let value = rest.send(Request::get(path.to_owned())).await?;
    serde_json::from_value(value)
        .map_err(|_| RunError::Unreachable(format!("Discord's answer to {path} is incomplete")))
}
