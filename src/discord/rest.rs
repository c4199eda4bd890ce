//! Discord's REST interface within its limits: buckets, the global limit, timeouts, and nowhere but the base.
//!
//! serenity's own client either ignores the configured address or drops the headers that tell its limits;
//! this one keeps both. Source: <https://discord.com/developers/docs/topics/rate-limits>.

mod circuit;
mod limits;
mod turns;

use std::fmt;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};
use twilight_http_ratelimiting::Permit;

pub use self::circuit::Caution;
pub(crate) use self::circuit::Standing;
use self::circuit::{Circuit, Held, Pass};
use self::limits::Limits;
use crate::case::action::Priority;
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

/// The bot token; prints as nothing.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Takes a token as it stands in the environment.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(token.trim().trim_start_matches("Bot ").to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Where Discord keeps what people upload, besides the base.
/// Source: <https://discord.com/developers/docs/reference#image-formatting>.
const FILES: [&str; 2] = ["https://cdn.discordapp.com", "https://media.discordapp.net"];

/// Where Discord is: an origin such as `https://discord.com`. Plain HTTP only on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Url);

/// An address that is not Discord's, or not safely reached.
#[derive(Debug, Error)]
pub enum OriginError {
    /// Not an address.
    #[error("DISCORD_API_BASE {0:?} is not an address; write an origin like https://discord.com")]
    NotAnAddress(String),
    /// A token must not travel in the clear.
    #[error("{0:?} is not encrypted; plain http and ws are only accepted on loopback")]
    Unencrypted(String),
}

impl Origin {
    /// Checks an origin, as in `DISCORD_API_BASE`.
    ///
    /// # Errors
    ///
    /// It is not an address, or not encrypted and not on loopback.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text.trim_end_matches('/'));
        let url = url.map_err(|_| OriginError::NotAnAddress(text.to_owned()))?;
        if url.host_str().is_none() {
            return Err(OriginError::NotAnAddress(text.to_owned()));
        }
        require_encryption(&url)?;
        Ok(Self(url))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether it is this very machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Refuses an address whose traffic anyone on the way could read.
pub(crate) fn require_encryption(url: &Url) -> Result<(), OriginError> {
    let encrypted = matches!(url.scheme(), "https" | "wss");
    if encrypted || is_loopback(url) { Ok(()) } else { Err(OriginError::Unencrypted(url.to_string())) }
}

/// Whether an address is on this very machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

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

/// A file that goes along with a message.
#[derive(Clone)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
}

/// Its name and length; what is in it is for whom it is sent to.
impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "File({}, {} bytes)", self.name, self.content.len())
    }
}

/// A request; its path starts after `/api/v10/`.
pub(crate) struct Request<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) file: Option<File>,
    pub(crate) reason: Option<&'a str>,
    /// Who goes first where limits make requests wait.
    pub(crate) priority: Priority,
    /// The server it concerns, where that is known.
    pub(crate) guild: Option<u64>,
}

impl Request<'_> {
    pub(crate) fn new(method: Method, path: String) -> Self {
        let guild = path.strip_prefix("guilds/").and_then(|path| path.split('/').next()?.parse().ok());
        Self { method, path, body: None, file: None, reason: None, priority: Priority::default(), guild }
    }

    pub(crate) fn get(path: String) -> Self {
        Self::new(Method::GET, path)
    }

    pub(crate) fn post(path: String, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::POST, path) }
    }

    pub(crate) fn patch(path: String, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::PATCH, path) }
    }

    pub(crate) fn put(path: String, body: Value) -> Self {
        Self { body: Some(body), ..Self::new(Method::PUT, path) }
    }

    fn is_interaction(&self) -> bool {
        self.path.starts_with("interactions/")
    }

    /// Whether it counts in the limit over all routes, as anything but interactions and webhooks does.
    fn counts_globally(&self) -> bool {
        !self.is_interaction() && !self.path.starts_with("webhooks/")
    }

    /// Whether it goes out even while Discord refuses much: someone waits for the answer, or a secret stands in public.
    fn is_urgent(&self) -> bool {
        !self.counts_globally() || (self.priority == Priority::Secret && self.method == Method::DELETE)
    }
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
        url.origin() == self.base.0.origin() || FILES.contains(&url.origin().ascii_serialization().as_str())
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
        permit: Permit,
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
        permit.complete(limits::told(response.headers()));
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

/// Source: <https://discord.com/developers/docs/reference#uploading-files>.
fn form(body: &Value, file: &File) -> Form {
    let part = Part::bytes(file.content.clone()).file_name(file.name.clone());
    Form::new().text("payload_json", body.to_string()).part("files[0]", part)
}

enum Answer {
    Useful(Value),
    Limited {
        /// None where Discord does not say.
        retry_after: Option<Duration>,
        global: bool,
    },
}

fn held(held: Held) -> RestError {
    match held {
        Held::For(time) => RestError::Held(time),
        Held::Forever => RestError::Refused { status: StatusCode::UNAUTHORIZED, code: 0 },
    }
}

/// Bodies of errors can repeat what we sent, so only the code is kept.
fn interpret(status: StatusCode, text: &str) -> Result<Answer, RestError> {
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
fn trouble(error: &reqwest::Error) -> RestError {
    let what = if error.is_timeout() {
        "Discord did not answer in time"
    } else if error.is_connect() {
        "Discord cannot be reached"
    } else {
        "the connection to Discord broke"
    };
    RestError::Trouble(what.to_owned())
}

/// Audit-log reasons travel URL-encoded.
fn encode(reason: &str) -> String {
    url::form_urlencoded::byte_serialize(reason.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_encrypted_or_not_at_all() {
        let rows = [
            ("https://discord.com", true),
            ("http://127.0.0.1:4000", true),
            ("http://[::1]:4000/", true),
            ("http://localhost:4000", true),
            ("http://discord.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ws://192.168.0.9", false),
            ("discord.com", false),
            ("", false),
        ];
        for (text, accepted) in rows {
            assert_eq!(Origin::parse(text).is_ok(), accepted, "{text}");
        }
    }

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

    #[test]
    fn a_token_prints_as_nothing() {
        let token = Token::new(" Bot abc.def ");
        assert_eq!((format!("{token:?}").as_str(), token.expose()), ("Token", "abc.def"));
    }

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

    #[test]
    fn reasons_travel_encoded() {
        assert_eq!(encode("a card & a phone · 7"), "a%20card%20%26%20a%20phone%20%C2%B7%207");
    }
}
