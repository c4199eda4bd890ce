//! Discord's REST interface within its limits: buckets, the global limit, timeouts, and nowhere but the base.
//!
//! serenity's own client either ignores the configured address or drops the headers that tell its limits;
//! this one keeps both. Source: <https://discord.com/developers/docs/topics/rate-limits>.

mod answer;
mod circuit;
mod limits;
mod origin;
mod request;
mod turns;

use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use twilight_http_ratelimiting::Permit;

use self::answer::{Answer, held, interpret, trouble};
pub(crate) use self::answer::{DownloadError, RestError};
pub use self::circuit::Caution;
pub(crate) use self::circuit::Standing;
use self::circuit::{Circuit, Pass};
use self::limits::Limits;
pub(super) use self::origin::is_loopback;
pub(crate) use self::origin::require_encryption;
pub use self::origin::{Origin, OriginError, Token};
pub(crate) use self::request::{File, Request};
use self::request::{encode, form};
use crate::telemetry::Telemetry;

/// How often a request is repeated after 429 before it counts as trouble.
const LIMITED_ATTEMPTS: usize = 5;

/// How long Discord is given for the first answer to an interaction: it takes none after three seconds, so that there is
/// time for another try.
const CALLBACK: Duration = Duration::from_millis(1200);

/// Who we are: asked for when Discord says that our token is not valid.
const ME: &str = "users/@me";

/// How fast requests are sent, how long their answers are waited for, and how much trouble is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long an answer is waited for: Discord answers in well under a second.
    pub answer: Duration,
    /// How long is waited after 429 where Discord gives no figure: a second is what its own clients wait.
    pub unsaid: Duration,
    /// How many requests Discord takes in a second over all routes: 50, more where it has raised that for a large bot.
    /// Source: <https://discord.com/developers/docs/topics/rate-limits#global-rate-limit>.
    pub most: usize,
    /// How near we go to the limit on invalid requests.
    pub caution: Caution,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            unsaid: Duration::from_secs(1),
            most: 50,
            caution: Caution::default(),
        }
    }
}

/// Where Discord keeps what people upload, besides the base.
/// Source: <https://discord.com/developers/docs/reference#image-formatting>.
const FILES: [&str; 2] = ["https://cdn.discordapp.com", "https://media.discordapp.net"];

/// Requests to Discord's REST interface.
pub(crate) struct Rest {
    client: reqwest::Client,
    base: Origin,
    token: Token,
    limits: Limits,
    telemetry: Telemetry,
    circuit: Circuit,
    answer: Duration,
    unsaid: Duration,
    closed: CancellationToken,
}

impl Rest {
    /// A client of the Discord at `base`.
    ///
    /// # Errors
    ///
    /// TLS cannot be set up.
    pub(crate) fn new(base: Origin, token: Token, pace: Pace) -> Result<Self, reqwest::Error> {
        let agent = concat!("DiscordBot (aside, ", env!("CARGO_PKG_VERSION"), ")");
        let client = reqwest::Client::builder()
            .timeout(pace.answer)
            .connect_timeout(pace.answer)
            .user_agent(agent)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let (limits, circuit) = (Limits::new(pace.most), Circuit::new(pace.caution));
        let (answer, unsaid, telemetry) = (pace.answer, pace.unsaid, Telemetry::new());
        let closed = CancellationToken::new();
        Ok(Self { client, base, token, limits, telemetry, circuit, answer, unsaid, closed })
    }

    /// The same, of which `telemetry` is told.
    pub(crate) fn watched(self, telemetry: Telemetry) -> Self {
        Self { telemetry, ..self }
    }

    pub(crate) fn telemetry(&self) -> &Telemetry {
        &self.telemetry
    }

    pub(crate) fn base(&self) -> &Origin {
        &self.base
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// Waits until Discord has said that the token is not valid any more. Nothing is sent from then on.
    pub(crate) async fn revoked(&self) {
        self.circuit.revoked().cancelled().await;
    }

    /// Whether it has.
    pub(crate) fn is_revoked(&self) -> bool {
        self.circuit.revoked().is_cancelled()
    }

    /// Nothing is sent from now on: another process may act in our place.
    pub(crate) fn close(&self) {
        self.closed.cancel();
    }

    /// How many requests were refused of late.
    pub(crate) fn standing(&self) -> Standing {
        self.circuit.standing()
    }

    /// Whether Discord answers at all.
    pub(crate) async fn is_answered(&self) -> bool {
        matches!(self.send(Request::get(ME.to_owned())).await, Ok(_) | Err(RestError::Refused { .. }))
    }

    /// Sends a request, waiting for its limits, and again after each 429.
    pub(crate) async fn send(&self, request: Request<'_>) -> Result<Value, RestError> {
        let answer = self.unless_closed(self.send_limited(&request)).await;
        match &answer {
            Err(RestError::Refused { status, .. })
                if *status == StatusCode::UNAUTHORIZED && request.counts_globally() =>
            {
                Err(self.unauthorized(&request).await)
            }
            _ => answer,
        }
    }

    /// A token that was reset is known by a second question: what only this request met is trouble.
    async fn unauthorized(&self, request: &Request<'_>) -> RestError {
        let unauthorized = RestError::Refused { status: StatusCode::UNAUTHORIZED, code: 0 };
        if request.path != ME {
            match self.unless_closed(self.send_limited(&Request::get(ME.to_owned()))).await {
                Err(RestError::Refused { status, .. }) if status == StatusCode::UNAUTHORIZED => {}
                _ => {
                    return RestError::Trouble(
                        "Discord refused the token, and then took it again".to_owned(),
                    );
                }
            }
        }
        self.circuit.revoke();
        unauthorized
    }

    /// What is closed is not waited for, whether it was sent or not.
    async fn unless_closed<T>(
        &self,
        sending: impl Future<Output = Result<T, RestError>>,
    ) -> Result<T, RestError> {
        tokio::select! {
            biased;
            () = self.closed.cancelled() => Err(RestError::Trouble("nothing is sent any more".to_owned())),
            answer = sending => answer,
        }
    }

    async fn send_limited(&self, request: &Request<'_>) -> Result<Value, RestError> {
        let rank = self.limits.rank(request.priority);
        for _ in 0..LIMITED_ATTEMPTS {
            self.circuit.peek(request.guild, request.is_urgent()).map_err(held)?;
            let permit = self.limits.clear(request, rank).await;
            let pass = self.circuit.pass(request.guild, request.is_urgent()).map_err(held)?;
            match self.attempt(request, permit, pass).await? {
                Answer::Useful(value) => return Ok(value),
                Answer::Limited { retry_after, global } => {
                    let retry_after = retry_after.unwrap_or(self.unsaid);
                    self.rest_for(request, retry_after, global).await;
                }
            }
        }
        Err(RestError::Trouble("Discord kept answering 429".to_owned()))
    }

    /// A file of at most `most` bytes that someone uploaded. The token does not go along, and nothing leads elsewhere.
    pub(crate) async fn download(&self, url: &str, most: usize) -> Result<Vec<u8>, DownloadError> {
        let url = Url::parse(url).map_err(|_| DownloadError::Elsewhere)?;
        if !self.keeps_files(&url) {
            return Err(DownloadError::Elsewhere);
        }
        let mut response = self.client.get(url).send().await.map_err(|error| trouble(&error))?;
        let status = response.status();
        if !status.is_success() {
            return Err(RestError::Refused { status, code: 0 }.into());
        }
        let mut content = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|error| trouble(&error))? {
            if content.len() + part.len() > most {
                return Err(DownloadError::TooLarge(most));
            }
            content.extend_from_slice(&part);
        }
        Ok(content)
    }

    fn keeps_files(&self, url: &Url) -> bool {
        self.base.holds(url) || FILES.contains(&url.origin().ascii_serialization().as_str())
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
        permit: Option<Permit>,
        pass: Pass<'_>,
    ) -> Result<Answer, RestError> {
        let url = format!("{}/api/v10/{}", self.base.as_str(), request.path);
        let mut sending = self.client.request(request.method.clone(), url);
        if request.is_interaction() {
            sending = sending.timeout(self.answer.min(CALLBACK));
        }
        // Interactions and what follows on them carry a token of their own.
        if request.counts_globally() {
            sending = sending.header("Authorization", format!("Bot {}", self.token.expose()));
        }
        if let Some(reason) = request.reason {
            sending = sending.header("X-Audit-Log-Reason", encode(reason));
        }
        sending = match (&request.body, &request.file) {
            (Some(body), None) => sending.json(body),
            (Some(body), Some(file)) => sending.multipart(form(body, file)),
            (None, _) => sending,
        };
        let asking = self.telemetry.asking(&request.path);
        let response = sending.send().await.map_err(|error| trouble(&error))?;
        asking.answered(response.status().as_u16(), scope(response.headers()));
        if let Some(permit) = permit {
            permit.complete(limits::told(response.headers()));
        }
        let status = response.status();
        pass.answered(status, limits::is_shared(response.headers()));
        let told = limits::retry_after(response.headers());
        let text = response.text().await.map_err(|error| trouble(&error))?;
        debug!(method = %request.method, status = status.as_u16(), "answered");
        Ok(match interpret(status, &text)? {
            // What stands before Discord says it in the header alone.
            Answer::Limited { retry_after: None, global } => Answer::Limited { retry_after: told, global },
            answer => answer,
        })
    }

    async fn rest_for(&self, request: &Request<'_>, retry_after: Duration, global: bool) {
        warn!(seconds = retry_after.as_secs_f32(), global, "Discord asked us to slow down");
        if global {
            self.limits.pause(retry_after);
        }
        // What counts in the pause waits there, in order of urgency.
        if !(global && request.counts_globally()) {
            tokio::time::sleep(retry_after).await;
        }
    }
}

/// Whose limit was met.
fn scope(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-ratelimit-scope")?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(base: &str) -> Rest {
        Rest::new(Origin::parse(base).unwrap(), Token::new("t"), Pace::default()).unwrap()
    }

    #[tokio::test]
    async fn files_come_from_discord_alone() {
        let rest = rest("https://discord.com");
        let rows = [
            ("https://cdn.discordapp.com/ephemeral-attachments/1/2/rules.toml?ex=1", true),
            ("https://media.discordapp.net/attachments/1/2/rules.toml", true),
            ("https://discord.com/attachments/1", true),
            ("http://cdn.discordapp.com/attachments/1", false),
            ("https://cdn.discordapp.com:8443/attachments/1", false),
            ("https://cdn.discordapp.com.example.com/attachments/1", false),
            ("https://example.com/https://cdn.discordapp.com/", false),
            ("http://127.0.0.1/", false),
            ("file:///etc/passwd", false),
        ];
        for (url, expected) in rows {
            assert_eq!(rest.keeps_files(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }

    /// Answers one request with `answer`; what was asked.
    async fn serve(listener: tokio::net::TcpListener, answer: String) -> String {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 4096];
        let length = stream.read(&mut asked).await.unwrap();
        // Whoever has read enough hangs up.
        stream.write_all(answer.as_bytes()).await.ok();
        String::from_utf8_lossy(&asked[..length]).into_owned()
    }

    #[tokio::test]
    async fn a_file_is_had_without_the_token_without_detours_and_only_as_large_as_asked_for() {
        let plain = |content: &str| format!("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{content}");
        let rows = [
            (plain("12345"), "12345"),
            (plain("123456"), "it has more than 5 bytes"),
            (plain(&"1".repeat(1 << 20)), "it has more than 5 bytes"),
            (
                "HTTP/1.1 302 Found\r\nlocation: /other\r\nconnection: close\r\n\r\n".to_owned(),
                "Discord answered 302 Found (code 0)",
            ),
        ];
        for (answer, expected) in rows {
            let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
            let base = format!("http://{}", listener.local_addr().unwrap());
            let rest = rest(&base);
            let url = format!("{base}/attachments/1/rules.toml");
            let (asked, had) = tokio::join!(serve(listener, answer), rest.download(&url, 5));
            let told = had.map_or_else(|error| error.to_string(), |had| String::from_utf8(had).unwrap());
            assert_eq!(told, expected);
            assert!(!asked.to_lowercase().contains("authorization"), "{asked}");
        }
    }
}
