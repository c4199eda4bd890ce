//! What Discord answers, and why a request gave nothing useful.

use std::time::Duration;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::circuit::Held;

/// Why a request gave nothing useful.
#[derive(Debug, Error)]
pub(crate) enum RestError {
    /// Discord refused it.
    #[error("Discord answered {status} (code {code})")]
    Refused {
        /// The HTTP status.
        status: StatusCode,
        /// Discord's own error code, 0 where it gave none.
        code: u32,
    },
    /// No useful answer; whether it took effect is unknown.
    #[error("{0}")]
    Trouble(String),
    /// It was not sent, and can be in so long: Discord has refused too much of late.
    #[error("held back for {0:?}, since Discord has refused too many requests")]
    Held(Duration),
}

impl RestError {
    /// Whether the place is closed to us, or gone: then there is nothing to be had there. Any other refusal, of a token that
    /// was reset above all, says nothing of the place.
    pub(crate) fn is_closed(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::FORBIDDEN | StatusCode::NOT_FOUND, .. })
    }

    /// Whether the token was refused.
    pub(crate) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Refused { status: StatusCode::UNAUTHORIZED, .. })
    }
}

/// Why a file cannot be had.
#[derive(Debug, Error)]
pub(crate) enum DownloadError {
    /// It does not lie where Discord keeps files.
    #[error("the address is none of Discord's")]
    Elsewhere,
    /// It is larger than was asked for.
    #[error("it has more than {0} bytes")]
    TooLarge(usize),
    /// Discord refused it, or did not answer.
    #[error(transparent)]
    Rest(#[from] RestError),
}

#[derive(Default, Deserialize)]
struct ErrorBody {
    #[serde(default)]
    code: u32,
}

#[derive(Default, Deserialize)]
struct LimitBody {
    #[serde(default)]
    retry_after: f64,
    #[serde(default)]
    global: bool,
}

/// An answer that is no refusal.
pub(super) enum Answer {
    Useful(Value),
    Limited {
        /// None where Discord does not say.
        retry_after: Option<Duration>,
        global: bool,
    },
}

pub(super) fn held(held: Held) -> RestError {
    match held {
        Held::For(time) => RestError::Held(time),
        Held::Forever => RestError::Refused { status: StatusCode::UNAUTHORIZED, code: 0 },
    }
}

/// Bodies of errors can repeat what we sent, so only the code is kept.
pub(super) fn interpret(status: StatusCode, text: &str) -> Result<Answer, RestError> {
    if status.is_success() {
        let value = if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(text) };
        return value
            .map(Answer::Useful)
            .map_err(|_| RestError::Trouble(format!("malformed answer {status}")));
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let body: LimitBody = serde_json::from_str(text).unwrap_or_default();
        let retry_after =
            (body.retry_after > 0.0).then(|| Duration::from_secs_f64(body.retry_after.min(3600.0)));
        return Ok(Answer::Limited { retry_after, global: body.global });
    }
    if status.is_server_error() {
        return Err(RestError::Trouble(format!("Discord answered {status}")));
    }
    let body: ErrorBody = serde_json::from_str(text).unwrap_or_default();
    Err(RestError::Refused { status, code: body.code })
}

/// An error of the connection, without the address, whose query can hold a token.
pub(super) fn trouble(error: &reqwest::Error) -> RestError {
    let what = if error.is_timeout() {
        "Discord did not answer in time"
    } else if error.is_connect() {
        "Discord cannot be reached"
    } else {
        "the connection to Discord broke"
    };
    RestError::Trouble(what.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_useful_limited_refused_or_trouble() {
        let body = r#"{"code": 50013, "message": "Missing Permissions", "retry_after": 1.5, "global": true}"#;
        let told = |status: u16, text: &str| match interpret(StatusCode::from_u16(status).unwrap(), text) {
            Ok(Answer::Useful(value)) => format!("useful {value}"),
            Ok(Answer::Limited { retry_after, global }) => format!("limited {retry_after:?} {global}"),
            Err(RestError::Refused { code, .. }) => format!("refused {code}"),
            Err(RestError::Trouble(_) | RestError::Held(_)) => "trouble".to_owned(),
        };
        let rows = [
            (200, "[1]", "useful [1]"),
            (204, "", "useful null"),
            (200, "<html>", "trouble"),
            (403, body, "refused 50013"),
            (404, "not json", "refused 0"),
            (429, body, "limited Some(1.5s) true"),
            (429, "", "limited None false"),
            (500, body, "trouble"),
            (502, "<html>", "trouble"),
        ];
        for (status, text, expected) in rows {
            assert_eq!(told(status, text), expected, "{status} {text}");
        }
    }
}
