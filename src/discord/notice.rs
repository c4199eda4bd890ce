//! Words of our own accord, outside of any case.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use crate::discord::id::ChannelId;
use serde::Deserialize;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::executor::Discord;
use super::guilds::Guilds;
use super::rest::{Request, Rest, RestError};
use crate::message;
use crate::responder::Responder;

/// How long what is being said may take to be said when we are asked to stop.
const LONGEST: Duration = Duration::from_secs(3);

/// What it takes to say something of our own accord.
pub(super) struct Voice<S> {
    pub(super) guilds: Arc<Guilds>,
    pub(super) responder: Responder<S, Discord>,
    pub(super) stopping: CancellationToken,
    rest: Arc<Rest>,
    tasks: TaskTracker,
}

impl<S> Voice<S> {
    pub(super) fn new(guilds: Arc<Guilds>, rest: Arc<Rest>, responder: Responder<S, Discord>) -> Self {
        Self { guilds, responder, stopping: CancellationToken::new(), rest, tasks: TaskTracker::new() }
    }

    /// Does `work` beside what arrives. What only waits in it ends when we are asked to stop.
    pub(super) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(work);
    }

    /// Waits for nothing any more, and lets what is being said be said, for at most `grace`.
    pub(super) async fn shut_down(&self, grace: Duration) {
        self.stopping.cancel();
        self.tasks.close();
        // What is cut off was not recorded, and is said at the next start.
        tokio::time::timeout(LONGEST.min(grace), self.tasks.wait()).await.ok();
    }

    /// Asks Discord for something.
    pub(super) async fn ask(&self, path: String) -> Result<serde_json::Value, RestError> {
        self.rest.send(Request::get(path)).await
    }

    /// Posts `words`, which alert `alerted` and no one else. Discord makes one post of those with the same `occasion`
    /// in `channel`, so that nothing is said twice when its answer was lost.
    pub(super) async fn post(
        &self,
        channel: message::ChannelId,
        words: &str,
        alerted: Option<message::UserId>,
        occasion: impl Hash,
    ) -> Result<(), RestError> {
        let mut hasher = DefaultHasher::new();
        (channel, occasion).hash(&mut hasher);
        let alerted: Vec<String> = alerted.iter().map(ToString::to_string).collect();
        let body = json!({
            "content": words,
            "nonce": format!("n{:016x}", hasher.finish()),
            "enforce_nonce": true,
            "allowed_mentions": { "parse": [], "users": alerted },
        });
        self.rest.send(Request::post(format!("channels/{channel}/messages"), body)).await.map(drop)
    }

    /// The channel of the direct messages between `person` and us.
    pub(super) async fn direct(&self, person: message::UserId) -> Result<message::ChannelId, RestError> {
        #[derive(Deserialize)]
        struct Opened {
            id: ChannelId,
        }
        let body = json!({ "recipient_id": person.to_string() });
        let opened = self.rest.send(Request::post("users/@me/channels".to_owned(), body)).await?;
        let opened: Opened = serde_json::from_value(opened)
            .map_err(|_| RestError::Trouble("Discord's answer lacks a field we need".to_owned()))?;
        Ok(message::ChannelId(opened.id.get()))
    }
}
