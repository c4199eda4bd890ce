//! Rate limits in the shape Discord has them: per route and top-level id, and one over everything.
//!
//! Source: <https://discord.com/developers/docs/topics/rate-limits>. Discord publishes no numbers per route;
//! those here are what its answers were seen to carry.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use tokio::time::Instant;

use super::log::fits;

/// Requests over all routes but interactions and webhooks, and milliseconds.
const GLOBAL: (u32, u64) = (50, 1000);

/// Route, requests, milliseconds.
const ROUTES: &[(&str, u32, u64)] = &[
    ("POST /channels/{}/messages", 5, 5000),
    ("PATCH /channels/{}/messages/{}", 5, 5000),
    ("DELETE /channels/{}/messages/{}", 5, 1000),
    ("POST /channels/{}/messages/bulk-delete", 1, 1000),
    ("GET /channels/{}/messages", 5, 1000),
    ("PUT /channels/{}/messages/{}/reactions/{}/@me", 1, 250),
    ("POST /channels/{}/threads", 50, 300_000),
    ("POST /channels/{}/messages/{}/threads", 50, 300_000),
    ("PUT /channels/{}/thread-members/{}", 5, 5000),
    ("PATCH /channels/{}", 5, 5000),
    ("POST /users/@me/channels", 10, 10_000),
    ("POST /webhooks/{}/{}", 5, 2000),
    ("PATCH /webhooks/{}/{}/messages/{}", 5, 2000),
];

/// What every other route allows.
const OTHERS: (u32, u64) = (50, 1000);

/// How far a window is used.
#[derive(Debug, Clone, Copy)]
struct Window {
    ends: Instant,
    used: u32,
}

/// The windows in force.
#[derive(Debug)]
pub(crate) struct Limits {
    pub(crate) enforced: bool,
    buckets: HashMap<String, Window>,
    global: Option<Window>,
    global_allowance: (u32, u64),
    own: Vec<(String, u32, u64)>,
}

/// What the headers of an answer say.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    pub(crate) reset_after: Duration,
    pub(crate) bucket: String,
    /// Present when the request is refused.
    pub(crate) exceeded: Option<Scope>,
}

/// Whose limit was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    User,
    Global,
    Shared,
}

impl Scope {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Global => "global",
            Self::Shared => "shared",
        }
    }
}

impl Limits {
    pub(crate) fn new(enforced: bool) -> Self {
        Self { enforced, buckets: HashMap::new(), global: None, global_allowance: GLOBAL, own: Vec::new() }
    }

    /// Sets the limit of one route.
    pub(crate) fn set(&mut self, pattern: &str, requests: u32, window: Duration) {
        self.own.insert(0, (pattern.to_owned(), requests, milliseconds(window)));
        self.buckets.clear();
    }

    /// Sets the limit over all routes.
    pub(crate) fn set_global(&mut self, requests: u32, window: Duration) {
        self.global_allowance = (requests, milliseconds(window));
        self.global = None;
    }

    /// Forgets windows that are over.
    pub(crate) fn forget(&mut self) {
        let now = Instant::now();
        self.buckets.retain(|_, window| window.ends > now);
    }

    /// Counts a request.
    pub(crate) fn count(&mut self, method: &str, path: &str) -> Standing {
        let now = Instant::now();
        let (limit, ms) = self.allowance(method, path);
        let (bucket, key) = bucket(method, path);
        let window = self.buckets.entry(key).or_insert(Window { ends: now, used: 0 });
        refresh(window, now, Duration::from_millis(ms));
        let local = self.enforced && window.used >= limit;
        let mut standing = Standing {
            limit,
            remaining: limit.saturating_sub(window.used + 1),
            reset_after: window.ends - now,
            bucket,
            exceeded: local.then_some(Scope::User),
        };
        if !local {
            window.used += 1;
            self.count_globally(path, now, &mut standing);
        }
        standing
    }

    fn count_globally(&mut self, path: &str, now: Instant, standing: &mut Standing) {
        if path.starts_with("/interactions/") || path.starts_with("/webhooks/") {
            return;
        }
        let window = self.global.get_or_insert(Window { ends: now, used: 0 });
        let (limit, ms) = self.global_allowance;
        refresh(window, now, Duration::from_millis(ms));
        if self.enforced && window.used >= limit {
            standing.exceeded = Some(Scope::Global);
            standing.reset_after = window.ends - now;
        } else {
            window.used += 1;
        }
    }

    fn allowance(&self, method: &str, path: &str) -> (u32, u64) {
        let own = self.own.iter().map(|(pattern, limit, ms)| (pattern.as_str(), *limit, *ms));
        own.chain(ROUTES.iter().copied())
            .find(|(pattern, ..)| fits(pattern, method, path))
            .map_or(OTHERS, |(_, limit, ms)| (limit, ms))
    }
}

fn milliseconds(window: Duration) -> u64 {
    u64::try_from(window.as_millis()).unwrap_or(u64::MAX)
}

fn refresh(window: &mut Window, now: Instant, length: Duration) {
    if window.ends <= now {
        *window = Window { ends: now + length, used: 0 };
    }
}

/// The bucket's public name, and the key of its window: the same with the top-level id.
fn bucket(method: &str, path: &str) -> (String, String) {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    let major = match segments.as_slice() {
        ["webhooks" | "interactions", id, token, ..] => format!("{id}/{token}"),
        ["channels" | "guilds", id, ..] => (*id).to_owned(),
        _ => String::new(),
    };
    let mut after_reactions = false;
    let route: Vec<&str> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            let token = at == 2 && ["webhooks", "interactions"].contains(&segments[0]);
            let variable = segment.bytes().all(|b| b.is_ascii_digit()) || after_reactions || token;
            after_reactions = *segment == "reactions";
            if variable { "{}" } else { *segment }
        })
        .collect();
    let mut hasher = DefaultHasher::new();
    (method, route).hash(&mut hasher);
    let name = format!("{:016x}", hasher.finish());
    let key = format!("{name}:{major}");
    (name, key)
}
