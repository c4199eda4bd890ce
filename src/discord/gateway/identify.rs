//! Who may begin a session, and when: one in five seconds of each of Discord's buckets, over all processes, and so many a
//! day.
//!
//! Whoever begins more often than is allowed loses the sessions of all of its bots and its token.
//! Source: <https://discord.com/developers/docs/events/gateway#session-start-limit-object>.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use tracing::{debug, warn};
use twilight_gateway::queue::Queue;

use super::super::executor::Discord;
use super::super::greeting::{GatewayBot, SessionStarts, fetch};
use super::super::rest::Rest;
use crate::responder::Responder;
use crate::store::{Database, Slot, Watched};

/// Between two beginnings in a bucket, and a little more: some travel longer than others.
const SPACING: Duration = Duration::from_millis(5_200);

/// How long what Discord said of what is left holds, where that is plenty.
const FRESH: Duration = Duration::from_mins(1);

/// Fewer than this are not plenty: other processes may take them meanwhile.
const PLENTY: u32 = 100;

/// Between two looks whether sessions may begin again.
const LOOK: Duration = Duration::from_mins(10);

/// After a question in vain.
const AGAIN: Duration = Duration::from_secs(5);

/// A shard that wants to begin a session.
struct Asked {
    shard: u32,
    go: oneshot::Sender<()>,
}

/// Where shards wait for their turn. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::discord) struct Turns(UnboundedSender<Asked>);

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Asked({})", self.shard)
    }
}

impl Queue for Turns {
    fn enqueue(&self, shard: u32) -> oneshot::Receiver<()> {
        let (go, turn) = oneshot::channel();
        // Closed only when we stop; then the turn never comes.
        self.0.send(Asked { shard, go }).ok();
        turn
    }
}

/// Gives turns, in the order in which they were asked for.
pub(in crate::discord) struct Dealer {
    rest: Arc<Rest>,
    responder: Responder<Watched<Database>, Discord>,
    buckets: u32,
    left: Mutex<Left>,
    asked: UnboundedReceiver<Asked>,
}

/// How many sessions may begin, as far as is known.
struct Left {
    sessions: u32,
    reset_after: Duration,
    told: Instant,
}

impl Left {
    fn new(told: &SessionStarts) -> Self {
        let reset_after = Duration::from_millis(told.reset_after);
        Self { sessions: told.remaining, reset_after, told: Instant::now() }
    }

    fn is_fresh(&self) -> bool {
        self.sessions >= PLENTY && self.told.elapsed() < FRESH
    }
}

impl Turns {
    /// Where shards wait, and who gives them turns by what Discord told.
    pub(in crate::discord) fn new(
        rest: Arc<Rest>,
        responder: Responder<Watched<Database>, Discord>,
        told: &SessionStarts,
    ) -> (Self, Dealer) {
        let (sender, asked) = unbounded_channel();
        let buckets = u32::from(told.max_concurrency.max(1));
        let left = Mutex::new(Left::new(told));
        (Self(sender), Dealer { rest, responder, buckets, left, asked })
    }
}

impl Dealer {
    /// Gives turns until nobody can ask any more.
    pub(in crate::discord) async fn deal(mut self) {
        let mut buckets: HashMap<u32, UnboundedSender<Asked>> = HashMap::new();
        let mut asked = std::mem::replace(&mut self.asked, unbounded_channel().1);
        let (dealer, mut serving) = (Arc::new(self), JoinSet::new());
        while let Some(one) = asked.recv().await {
            let bucket = one.shard % dealer.buckets;
            let queue = buckets.entry(bucket).or_insert_with(|| {
                let (sender, waiting) = unbounded_channel();
                serving.spawn(Arc::clone(&dealer).serve(bucket, waiting));
                sender
            });
            // Whoever serves a bucket does so as long as we do.
            queue.send(one).ok();
        }
    }

    async fn serve(self: Arc<Self>, bucket: u32, mut waiting: UnboundedReceiver<Asked>) {
        while let Some(Asked { shard, go }) = waiting.recv().await {
            // Whoever hung up meanwhile asks again.
            if go.is_closed() {
                continue;
            }
            let _slot = self.slot(bucket).await;
            self.one_less().await;
            if go.send(()).is_ok() {
                debug!(shard, bucket, "a session may begin");
                sleep(SPACING).await;
            }
        }
    }

    /// Kept until the next of any process may begin.
    async fn slot(&self, bucket: u32) -> Slot {
        loop {
            match self.responder.store().within().identify_slot(bucket).await {
                Ok(slot) => return slot,
                Err(error) => warn!(%error, "whose turn it is to begin a session cannot be asked"),
            }
            sleep(AGAIN).await;
        }
    }

    /// Waits until a session may begin today, and counts it.
    async fn one_less(&self) {
        let mut left = self.left.lock().await;
        if !left.is_fresh() {
            self.ask(&mut left).await;
        }
        while left.sessions == 0 {
            warn!(
                minutes = left.reset_after.as_secs().div_ceil(60),
                "Discord lets no more sessions begin for so long; waiting"
            );
            sleep(left.reset_after.clamp(Duration::from_secs(1), LOOK)).await;
            self.ask(&mut left).await;
        }
        left.sessions -= 1;
    }

    /// Where Discord does not tell, what it told before holds, less what began since.
    async fn ask(&self, left: &mut Left) {
        match fetch::<GatewayBot>(&self.rest, "gateway/bot").await {
            Ok(told) => *left = Left::new(&told.session_start_limit),
            Err(error) => warn!(%error, "how many sessions may begin cannot be asked"),
        }
    }
}
