//! The HTTP side: takes a request apart, logs it, lets limits, faults and pauses have their say, and answers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{
    ConnectInfo, DefaultBodyLimit, FromRequest, FromRequestParts, Multipart, State as Given, WebSocketUpgrade,
};
use axum::http::{HeaderMap, HeaderValue, Request as HttpRequest, StatusCode, header};
use axum::response::Response;
use serde_json::Value;
use tokio::sync::watch;

use super::body::{self, Call};
use super::faults::{self, Trouble, limited_body};
use super::files::File;
use super::gate::Hold;
use super::gateway;
use super::limits::{Scope, Standing};
use super::log::Request;
use super::refusal::Refusal;
use super::routes::{self, Answer};
use super::state::State;
use super::wire::Scissors;

/// The largest request that is read.
const BODY_LIMIT: usize = 32 << 20;

/// The state, and who wants to know that it changed.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    changed: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
}

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self { state: Mutex::new(state), changed: watch::Sender::new(0), stopping: watch::Sender::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn read<T>(&self, with: impl FnOnce(&State) -> T) -> T {
        with(&self.lock())
    }

    /// Changes the state and wakes whoever waits for a change.
    pub(crate) fn change<T>(&self, with: impl FnOnce(&mut State) -> T) -> T {
        let result = with(&mut self.lock());
        self.changed.send_modify(|version| *version += 1);
        result
    }

    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Returns once the simulator is told to stop.
    pub(crate) async fn stopping(&self) {
        // The sender lives in self, so waiting cannot fail.
        self.stopping.subscribe().wait_for(|stopping| *stopping).await.ok();
    }
}

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    Router::new().fallback(take).layer(DefaultBodyLimit::max(BODY_LIMIT)).with_state(shared)
}

async fn take(
    Given(shared): Given<Arc<Shared>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: HttpRequest<Body>,
) -> Response {
    if request.headers().contains_key(header::UPGRADE) {
        return upgrade(shared, request).await;
    }
    if let Some(path) = request.uri().path().strip_prefix("/attachments/") {
        return attachment(&shared, path);
    }
    let stopped = Arc::clone(&shared);
    tokio::select! {
        answer = Exchange::begin(shared, scissors.clone(), request) => answer,
        () = stopped.stopping() => { scissors.cut(); Response::default() }
    }
}

async fn upgrade(shared: Arc<Shared>, request: HttpRequest<Body>) -> Response {
    let shut = shared.change(|state| {
        state.connections += 1;
        state.settings.shut
    });
    if shut {
        return plain(StatusCode::SERVICE_UNAVAILABLE, &Value::Null);
    }
    let (mut parts, _) = request.into_parts();
    let query = parts.uri.query().unwrap_or_default().to_owned();
    match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade.on_upgrade(|socket| gateway::serve(socket, shared, query)),
        Err(_) => plain(StatusCode::BAD_REQUEST, &Refusal::new(400, 0).body()),
    }
}

fn attachment(shared: &Shared, path: &str) -> Response {
    let found = shared.read(|state| state.files.get(path).cloned());
    match found {
        Some(bytes) => Response::new(Body::from(bytes)),
        None => plain(StatusCode::NOT_FOUND, &Refusal::new(404, 0).body()),
    }
}

/// One request on its way to an answer.
struct Exchange {
    shared: Arc<Shared>,
    scissors: Scissors,
    call: Call,
    number: usize,
    standing: Standing,
}

impl Exchange {
    async fn begin(shared: Arc<Shared>, scissors: Scissors, request: HttpRequest<Body>) -> Response {
        let headers = request.headers().clone();
        let raw_query = request.uri().query().unwrap_or_default().to_owned();
        let call = match read(request).await {
            Ok(call) => call,
            Err(refusal) => return plain(StatusCode::BAD_REQUEST, &refusal.body()),
        };
        let path = format!("/{}", call.path);
        let (number, standing, holds, trouble) = shared.change(|state| {
            let number = log(state, &call, &path, raw_query);
            let standing = state.limits.count(&call.method, &path);
            // What comes too fast changes nothing, whatever it is meant to.
            let holds = match standing.exceeded {
                None => state.gates.meet(&call.method, &path),
                Some(_) => (None, None),
            };
            let concerned = faults::concerned(state, &call);
            let trouble = state.faults.meet(&call, &path, concerned);
            (number, standing, holds, trouble.map(|trouble| (trouble, state.faults.released())))
        });
        let exchange = Self { shared, scissors, call, number, standing };
        exchange.go_on(&headers, holds, trouble).await
    }

    async fn go_on(
        self,
        headers: &HeaderMap,
        (before, after): (Option<Hold>, Option<Hold>),
        trouble: Option<(Trouble, watch::Receiver<()>)>,
    ) -> Response {
        let (trouble, released) = trouble.unzip();
        if !self.passes(before).await {
            return self.cut();
        }
        if let Err(refusal) = self.authorize(headers) {
            return self.answer(refusal.status, &refusal.body(), &[]);
        }
        if let Some(scope) = self.standing.exceeded {
            return self.limited(Some(self.standing.reset_after.as_secs_f64()), scope);
        }
        if let Some(answer) = self.stopped_by(trouble.as_ref(), released).await {
            return answer;
        }
        let answer = self.shared.change(|state| routes::answer(state, &self.call));
        if matches!(trouble, Some(Trouble::HangAfter)) {
            let mut released = self.shared.read(|state| state.faults.released());
            // The sender lives as long as the state does.
            released.changed().await.ok();
        }
        self.tell(answer, after, trouble).await
    }

    /// What trouble answers in the place of Discord, once it has had its time.
    async fn stopped_by(
        &self,
        trouble: Option<&Trouble>,
        released: Option<watch::Receiver<()>>,
    ) -> Option<Response> {
        match trouble? {
            Trouble::Status(status, body) => return Some(self.answer(*status, body, &[])),
            Trouble::RateLimited { retry_after, global, shared } => {
                let others = if *shared { Scope::Shared } else { Scope::User };
                return Some(self.limited(*retry_after, if *global { Scope::Global } else { others }));
            }
            Trouble::DropBefore => return Some(self.cut()),
            Trouble::Delay(time) => tokio::time::sleep(*time).await,
            // The sender lives as long as the state does.
            Trouble::Hang => drop(released?.changed().await),
            Trouble::Page(status) => return Some(self.page(*status)),
            Trouble::DropAfter | Trouble::StatusAfter(..) | Trouble::Garbled | Trouble::HangAfter => {}
        }
        None
    }

    async fn tell(
        &self,
        answer: Result<Answer, Refusal>,
        after: Option<Hold>,
        trouble: Option<Trouble>,
    ) -> Response {
        if !self.passes(after).await {
            return self.cut();
        }
        match (trouble, answer) {
            (Some(Trouble::DropAfter), _) => self.cut(),
            (Some(Trouble::StatusAfter(status, body)), _) => self.answer(status, &body, &[]),
            (Some(Trouble::Garbled), Ok(answer)) => self.garbled(&answer),
            (_, Ok(answer)) => self.answer(answer.status, &answer.body, &[]),
            (_, Err(refusal)) => self.answer(refusal.status, &refusal.body(), &[]),
        }
    }

    /// Waits where a test wants the request held; false when it must go no further.
    async fn passes(&self, hold: Option<Hold>) -> bool {
        let Some(hold) = hold else { return true };
        let request = self.shared.read(|state| state.request(self.number).cloned());
        match request {
            Some(request) => hold.wait(request).await,
            None => true,
        }
    }

    /// Interaction answers carry their token in the path; everything else needs the bot's.
    fn authorize(&self, headers: &HeaderMap) -> Result<(), Refusal> {
        let by_path = ["webhooks/", "interactions/"].iter().any(|open| self.call.path.starts_with(open));
        let open = self.call.path == "gateway" || by_path;
        let wanted = self.shared.read(|state| format!("Bot {}", state.app.token));
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if open || given == Some(wanted.as_str()) { Ok(()) } else { Err(Refusal::new(401, 0)) }
    }

    fn limited(&self, retry_after: Option<f64>, scope: Scope) -> Response {
        let global = scope == Scope::Global;
        let mut headers = vec![("x-ratelimit-scope", scope.name().to_owned())];
        if let Some(seconds) = retry_after {
            headers.push(("retry-after", format!("{}", seconds.ceil())));
        }
        if global {
            headers.push(("x-ratelimit-global", "true".to_owned()));
        }
        self.answer(429, &limited_body(retry_after, global), &headers)
    }

    /// An answer of which the second half is missing.
    fn garbled(&self, answer: &Answer) -> Response {
        let mut response = self.answer(answer.status, &Value::Null, &[]);
        let text = answer.body.to_string();
        let half: String = text.chars().take(text.chars().count() / 2).collect();
        *response.body_mut() = Body::from(half);
        response
    }

    fn page(&self, status: u16) -> Response {
        let mut response = self.answer(status, &Value::Null, &[]);
        *response.body_mut() = Body::from(faults::PAGE);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
        response
    }

    fn cut(&self) -> Response {
        self.scissors.cut();
        Response::default()
    }

    fn answer(&self, status: u16, body: &Value, extra: &[(&'static str, String)]) -> Response {
        self.shared.change(|state| {
            if let Some(request) = state.request_mut(self.number) {
                request.status = status;
                request.answer = body.clone();
            }
        });
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = plain(status, body);
        for (name, value) in self.limit_headers().into_iter().chain(extra.iter().cloned()) {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    fn limit_headers(&self) -> Vec<(&'static str, String)> {
        let now = self.shared.read(State::now).as_millisecond();
        let after = self.standing.reset_after.as_secs_f64();
        let at =
            std::time::Duration::from_millis(u64::try_from(now).unwrap_or(0)) + self.standing.reset_after;
        vec![
            ("x-ratelimit-limit", self.standing.limit.to_string()),
            ("x-ratelimit-remaining", self.standing.remaining.to_string()),
            ("x-ratelimit-reset", format!("{:.3}", at.as_secs_f64())),
            ("x-ratelimit-reset-after", format!("{after:.3}")),
            ("x-ratelimit-bucket", self.standing.bucket.clone()),
        ]
    }
}

fn log(state: &mut State, call: &Call, path: &str, query: String) -> usize {
    state.asked += 1;
    let number = state.asked;
    state.requests.push(Request {
        number,
        at: state.now(),
        method: call.method.clone(),
        path: path.to_owned(),
        query,
        reason: call.reason.clone(),
        body: call.body.clone(),
        status: 0,
        answer: Value::Null,
    });
    number
}

/// A JSON answer. Clients compare the content type exactly, so there is no charset in it.
fn plain(status: StatusCode, body: &Value) -> Response {
    let content = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let mut response = Response::new(content);
    *response.status_mut() = status;
    if !body.is_null() {
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
    }
    response
}

async fn read(request: HttpRequest<Body>) -> Result<Call, Refusal> {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let below = ["api/v10/", "api/v9/", "api/"].iter().find_map(|prefix| path.strip_prefix(prefix));
    let reason = request.headers().get("x-audit-log-reason").and_then(|value| value.to_str().ok());
    let mut call = Call {
        method: request.method().as_str().to_owned(),
        path: body::decoded(below.unwrap_or(&path), false),
        query: body::query(request.uri().query().unwrap_or_default()),
        body: Value::Null,
        files: Vec::new(),
        reason: reason.map(|text| body::decoded(text, false)),
    };
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        read_parts(request, &mut call).await?;
        return Ok(call);
    }
    let invalid = || Refusal::new(400, 50109);
    let bytes = to_bytes(request.into_body(), BODY_LIMIT).await.map_err(|_| invalid())?;
    if !bytes.is_empty() {
        call.body = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
    }
    Ok(call)
}

async fn read_parts(request: HttpRequest<Body>, call: &mut Call) -> Result<(), Refusal> {
    let invalid = || Refusal::new(400, 50109);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| invalid())?;
    while let Some(part) = parts.next_field().await.map_err(|_| invalid())? {
        let file = part.file_name().map(str::to_owned);
        let kind = part.content_type().map(str::to_owned);
        let json = part.name() == Some("payload_json");
        let place = part.name().and_then(|name| name.strip_prefix("files[")?.strip_suffix(']')?.parse().ok());
        let bytes = part.bytes().await.map_err(|_| invalid())?.to_vec();
        if json {
            call.body = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
        } else if let Some(name) = file {
            call.files.push(File { kind, place, ..File::new(&name, &bytes) });
        }
    }
    Ok(())
}
