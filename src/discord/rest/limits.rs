//! Discord's limits, kept rather than met: one for each route, and one over all of them. Where they bite, requests
//! go out in order of urgency.
//!
//! One request of a route waits for its limit at a time, the others in [`Turns`]; and so it is with the limit over
//! all. Sending is no part of the wait.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderMap;
use tokio::time::Instant;
use twilight_http_ratelimiting::{Endpoint, Permit, RateLimitHeaders, RateLimiter};

use super::Request;
use super::turns::{Rank, Turns};
use crate::case::action::Priority;

/// A second, and a little more: some requests travel longer than others.
const WINDOW: Duration = Duration::from_millis(1050);

/// Who may send when.
pub(super) struct Limits {
    routes: Arc<Turns<Endpoint>>,
    buckets: RateLimiter,
    all: Arc<Turns<()>>,
    /// How many requests Discord takes in a second, over all routes.
    most: usize,
    window: Mutex<Window>,
    arrivals: AtomicU64,
}

/// When the latest requests were sent.
#[derive(Default)]
struct Window {
    sent: VecDeque<Instant>,
    /// Set by a global 429: nobody sends before then.
    paused_until: Option<Instant>,
}

impl Limits {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            routes: Turns::new(),
            // The limit over all is kept here, in order of urgency; the limiter's own is out of reach.
            buckets: RateLimiter::new(u16::MAX),
            all: Turns::new(),
            window: Mutex::default(),
            arrivals: AtomicU64::new(0),
        }
    }

    /// The place of a request that arrives now.
    pub(super) fn rank(&self, priority: Priority) -> Rank {
        Rank { priority, arrived: self.arrivals.fetch_add(1, Ordering::Relaxed) }
    }

    /// Waits until `request` may be sent. Answers to interactions wait for nobody: each has a route of its own, which has no
    /// limit to meet and would be kept for ever.
    pub(super) async fn clear(&self, request: &Request<'_>, rank: Rank) -> Option<Permit> {
        if request.is_interaction() {
            return None;
        }
        let endpoint = endpoint(request);
        let counted = request.counts_globally();
        let wait = || async {
            let permit = self.buckets.acquire(endpoint.clone()).await;
            if counted {
                self.all.in_turn(&(), rank, || self.opening()).await;
            }
            permit
        };
        Some(self.routes.in_turn(&endpoint, rank, wait).await)
    }

    /// Nobody sends for so long.
    pub(super) fn pause(&self, length: Duration) {
        self.window().paused_until = Some(Instant::now() + length);
    }

    /// Waits until one more request may be sent, and counts it.
    async fn opening(&self) {
        loop {
            let opens = self.window().admit(Instant::now(), self.most);
            let Err(opens) = opens else { return };
            tokio::time::sleep_until(opens).await;
        }
    }

    fn window(&self) -> MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    /// Counts a request at `now`, or says when to ask again.
    fn admit(&mut self, now: Instant, most: usize) -> Result<(), Instant> {
        if let Some(until) = self.paused_until.filter(|until| now < *until) {
            return Err(until);
        }
        while self.sent.front().is_some_and(|sent| now >= *sent + WINDOW) {
            self.sent.pop_front();
        }
        match self.sent.front() {
            Some(oldest) if self.sent.len() >= most => Err(*oldest + WINDOW),
            _ => {
                self.sent.push_back(now);
                Ok(())
            }
        }
    }
}

/// The route of a request, for which Discord keeps one limit.
fn endpoint(request: &Request<'_>) -> Endpoint {
    use twilight_http_ratelimiting::Method as Limited;
    let method = match request.method {
        Method::DELETE => Limited::Delete,
        Method::PATCH => Limited::Patch,
        Method::POST => Limited::Post,
        Method::PUT => Limited::Put,
        _ => Limited::Get,
    };
    Endpoint { method, path: route(&request.path) }
}

/// The path without the query, and without any identifier but the top-level one.
fn route(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default();
    let mut route = String::with_capacity(path.len());
    for (at, segment) in path.split('/').enumerate() {
        let identifier = at > 1 && segment.bytes().all(|byte| byte.is_ascii_digit());
        route.push_str(if at == 0 { "" } else { "/" });
        route.push_str(if identifier { "{}" } else { segment });
    }
    route
}

/// How long is to be waited after 429.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: f64 = headers.get(reqwest::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    (seconds > 0.0).then(|| Duration::from_secs_f64(seconds.min(3600.0)))
}

/// Whether a limit is shared with others: then it is not our doing.
pub(super) fn is_shared(headers: &HeaderMap) -> bool {
    headers.get("x-ratelimit-scope").is_some_and(|scope| scope == "shared")
}

/// What the headers of an answer say about the limit of its route.
pub(super) fn told(headers: &HeaderMap) -> Option<RateLimitHeaders> {
    let text = |name: &str| headers.get(name)?.to_str().ok();
    let reset_after: f64 = text(RateLimitHeaders::RESET_AFTER)?.parse().ok()?;
    Some(RateLimitHeaders {
        bucket: text(RateLimitHeaders::BUCKET)?.as_bytes().to_owned(),
        limit: text(RateLimitHeaders::LIMIT)?.parse().ok()?,
        remaining: text(RateLimitHeaders::REMAINING)?.parse().ok()?,
        reset_at: Instant::now().into_std() + Duration::from_secs_f64(reset_after.clamp(0.0, 3600.0)),
    })
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::future::join_all;
    use serde_json::json;

    use super::*;
    use crate::discord::rest::{Origin, Pace, Rest, Token};
    use crate::simulator::{Simulator, World};

    /// Time enough that nothing happens meanwhile by chance.
    const LONG: Duration = Duration::from_mins(10);

    const MOST: usize = 50;

    const POST: &str = "POST /channels/{}/messages";

    #[test]
    fn a_route_is_a_path_with_its_top_level_id() {
        let rows = [
            ("channels/1/messages/2", "channels/1/messages/{}"),
            ("channels/1/messages?limit=100&after=3", "channels/1/messages"),
            ("guilds/1/members/2", "guilds/1/members/{}"),
            ("users/@me/channels", "users/@me/channels"),
            ("webhooks/1/a-token/messages/2", "webhooks/1/a-token/messages/{}"),
        ];
        for (path, expected) in rows {
            assert_eq!(route(path), expected, "{path}");
        }
    }

    #[test]
    fn no_second_sees_more_than_fifty_requests() {
        let (start, mut window) = (Instant::now(), Window::default());
        assert!((0..MOST).all(|_| window.admit(start, MOST).is_ok()));
        let opens = start + WINDOW;
        assert_eq!(window.admit(start, MOST), Err(opens));
        assert_eq!(window.admit(opens, MOST), Ok(()));
        window.paused_until = Some(opens + LONG);
        assert_eq!(window.admit(opens, MOST), Err(opens + LONG));
        assert_eq!(window.admit(opens + LONG, MOST), Ok(()));
    }

    async fn harbor() -> (Simulator, Rest) {
        let world = World::from_toml(
            "[[guild]]\nname = \"Harbor\"\nchannels = [{ name = \"general\" }, { name = \"help\" }]",
        );
        let discord = Simulator::start(&world.unwrap()).await.unwrap();
        let base = Origin::parse(&discord.base()).unwrap();
        let rest = Rest::new(base, Token::new(&discord.token()), Pace::default()).unwrap();
        (discord, rest)
    }

    fn say(discord: &Simulator, channel: &str, priority: Priority, words: &str) -> Request<'static> {
        let path = format!("channels/{}/messages", discord.channel(channel).unwrap());
        Request { priority, ..Request::post(path, json!({ "content": words })) }
    }

    /// What was said, in order.
    fn said(discord: &Simulator) -> Vec<String> {
        let requests = discord.requests().into_iter().filter(|one| one.fits(POST));
        requests.map(|one| one.body["content"].as_str().unwrap().to_owned()).collect()
    }

    #[tokio::test]
    async fn where_a_route_is_limited_a_secret_goes_before_what_came_earlier() {
        let (discord, rest) = harbor().await;
        discord.set_limit(POST, 2, Duration::from_millis(50));
        let waiting = [
            (Priority::Routine, "first"),
            (Priority::Routine, "second"),
            (Priority::AccountIssue, "issue"),
            (Priority::BoilingPoint, "anger"),
            (Priority::Secret, "secret"),
        ];
        let sent = waiting.map(|(priority, words)| rest.send(say(&discord, "general", priority, words)));
        assert!(join_all(sent).await.iter().all(Result::is_ok));
        assert_eq!(said(&discord), ["secret", "anger", "issue", "first", "second"]);
        assert!(discord.requests().iter().all(|one| one.status == 200), "kept rather than met");
    }

    #[tokio::test]
    async fn one_limited_route_delays_no_other() {
        let (discord, rest) = harbor().await;
        discord.set_limit(POST, 1, LONG);
        rest.send(say(&discord, "general", Priority::Routine, "first")).await.unwrap();
        let mut held = Box::pin(rest.send(say(&discord, "general", Priority::Secret, "held")));
        assert!(held.as_mut().now_or_never().is_none());
        rest.send(say(&discord, "help", Priority::Routine, "elsewhere")).await.unwrap();
        assert!(held.as_mut().now_or_never().is_none());
        assert_eq!(said(&discord), ["first", "elsewhere"]);
    }

    #[tokio::test]
    async fn where_all_are_limited_urgency_counts_across_routes() {
        let (limits, went) = (Limits::new(MOST), Mutex::new(Vec::new()));
        limits.pause(Duration::from_millis(20));
        let waiting = [
            ("channels/1/messages", Priority::Routine),
            ("channels/2/messages", Priority::AccountIssue),
            ("channels/1/messages", Priority::Threat),
            ("channels/2/messages", Priority::Secret),
        ];
        let go = |(path, priority): (&'static str, Priority)| {
            let (limits, went) = (&limits, &went);
            async move {
                let request = Request { priority, ..Request::post(path.to_owned(), json!({})) };
                let permit = limits.clear(&request, limits.rank(priority)).await;
                went.lock().unwrap().push(priority);
                permit.expect("a limited route").complete(None);
            }
        };
        join_all(waiting.map(go)).await;
        let order = [Priority::Secret, Priority::Threat, Priority::AccountIssue, Priority::Routine];
        assert_eq!(*went.lock().unwrap(), order);
    }

    #[tokio::test]
    async fn answers_to_interactions_wait_for_nobody() {
        let (_discord, rest) = harbor().await;
        rest.limits.pause(LONG);
        let answer = Request::post("interactions/1/a-token/callback".to_owned(), json!({ "type": 6 }));
        // There is no such interaction; what counts is that Discord was asked.
        assert!(rest.send(answer).await.is_err());
    }
}
