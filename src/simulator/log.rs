//! The log of every REST request.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

/// One REST request, and how it was answered.
#[derive(Clone)]
pub struct Request {
    /// 1 for the first request since the start.
    pub number: usize,
    /// When it arrived.
    pub at: Timestamp,
    /// `GET`, `POST` …
    pub method: String,
    /// Path below `/api/v10`, as `/channels/42/messages`.
    pub path: String,
    /// Query as sent, without the question mark.
    pub query: String,
    /// The audit-log reason, decoded.
    pub reason: Option<String>,
    /// The JSON body, null when there was none.
    pub body: Value,
    /// The status of the answer; 0 while there is none, or when the connection was cut.
    pub status: u16,
    /// The body of the answer.
    pub answer: Value,
}

/// What was asked and how it ended; never what was said.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, method, path, status, .. } = self;
        write!(f, "Request({number}: {method} {path} → {status})")
    }
}

impl Request {
    /// Whether `method` and the path fit a pattern as in `POST /channels/{}/messages`.
    #[must_use]
    pub fn fits(&self, pattern: &str) -> bool {
        fits(pattern, &self.method, &self.path)
    }

    /// Whether it was meant to change something.
    #[must_use]
    pub fn mutates(&self) -> bool {
        self.method != "GET"
    }
}

/// Whether a request fits a pattern: a method (or `*`), a space and a path in which `{}` stands for one
/// segment and a last `**` for all that follow.
pub(crate) fn fits(pattern: &str, method: &str, path: &str) -> bool {
    let Some((wanted, pattern)) = pattern.split_once(' ') else { return false };
    if wanted != "*" && wanted != method {
        return false;
    }
    let mut segments = path.trim_start_matches('/').split('/');
    for part in pattern.trim_start_matches('/').split('/') {
        match (part, segments.next()) {
            ("**", _) => return true,
            (part, Some(segment)) if part == "{}" || part == segment => {}
            _ => return false,
        }
    }
    segments.next().is_none()
}
