//! The gateway: one task per socket between a client and its session.
//!
//! Source: <https://discord.com/developers/docs/events/gateway>.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use flate2::{Compress, Compression, FlushCompress};
use futures::SinkExt as _;
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::Instant;

use super::body::id_of;
use super::server::Shared;
use super::session::{Closing, Frame, Identify};

/// How long a client may take to answer a goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// Frames that are sent before a client is listened to again.
const BREATH: usize = 256;

/// How much a client may send within a minute.
const SENDS: u32 = 120;

/// How a client wants its frames.
enum Wire {
    /// Plain text.
    Text,
    /// One zlib stream for the whole connection, a sync flush after each message.
    ZlibStream(Box<Compress>),
}

impl Wire {
    fn asked(query: &str) -> Self {
        if query.split('&').any(|pair| pair == "compress=zlib-stream") {
            return Self::ZlibStream(Box::new(Compress::new(Compression::fast(), true)));
        }
        Self::Text
    }

    fn encode(&mut self, text: String) -> Message {
        match self {
            Self::Text => Message::Text(text.into()),
            Self::ZlibStream(stream) => Message::Binary(deflate(stream, text.as_bytes()).into()),
        }
    }
}

fn deflate(stream: &mut Compress, input: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(input.len() + 64);
    let start = stream.total_in();
    loop {
        let done = usize::try_from(stream.total_in() - start).unwrap_or(input.len());
        let room = output.capacity();
        if stream.compress_vec(&input[done..], &mut output, FlushCompress::Sync).is_err() {
            return output;
        }
        if output.len() < room && usize::try_from(stream.total_in() - start) == Ok(input.len()) {
            return output;
        }
        output.reserve(input.len().max(64));
    }
}

/// One connection.
struct Connection {
    socket: WebSocket,
    wire: Wire,
    shared: Arc<Shared>,
    line: UnboundedSender<Frame>,
    frames: UnboundedReceiver<Frame>,
    session: Option<String>,
    minute: Minute,
}

/// What a client sent in the running minute.
struct Minute {
    began: Instant,
    sends: u32,
}

impl Minute {
    fn new() -> Self {
        Self { began: Instant::now(), sends: 0 }
    }

    /// Counts one more; false when it is one too many.
    fn count(&mut self) -> bool {
        if self.began.elapsed() >= Duration::from_mins(1) {
            *self = Self::new();
        }
        self.sends += 1;
        self.sends <= SENDS
    }
}

/// Why a connection is over.
enum End {
    /// The client went without a word, or was cut off: the session can be resumed.
    Lost,
    /// The client said 1000 or 1001: the session is over.
    Left,
    /// The server says goodbye.
    Closed(Closing),
}

/// Serves one socket until either side ends it.
pub(crate) async fn serve(socket: WebSocket, shared: Arc<Shared>, query: String) {
    let (line, frames) = unbounded_channel();
    let wire = Wire::asked(&query);
    let mut connection =
        Connection { socket, wire, shared, line, frames, session: None, minute: Minute::new() };
    let end = connection.run().await;
    connection.finish(end).await;
}

impl Connection {
    async fn run(&mut self) -> End {
        let (interval, silent) = self.shared.change(|state| {
            let silent = state.settings.silent > 0;
            state.settings.silent = state.settings.silent.saturating_sub(1);
            (state.settings.heartbeat_ms, silent)
        });
        let hello = json!({ "op": 10, "s": null, "t": null,
            "d": { "heartbeat_interval": interval, "_trace": [] } });
        if !silent && self.send(hello.to_string()).await.is_err() {
            return End::Lost;
        }
        loop {
            let end = tokio::select! {
                received = self.socket.recv() => self.receive(received).await,
                frame = self.frames.recv() => self.forward(frame).await,
                () = self.shared.stopping() => Err(End::Closed((1001, "Going away."))),
            };
            if let Err(end) = end {
                return end;
            }
        }
    }

    async fn send(&mut self, text: String) -> Result<(), End> {
        let message = self.wire.encode(text);
        self.socket.send(message).await.map_err(|_| End::Lost)
    }

    async fn forward(&mut self, frame: Option<Frame>) -> Result<(), End> {
        match frame {
            Some(Frame::Text(text)) => match self.send_on(text).await? {
                Some(other) => self.utter(other).await,
                None => Ok(()),
            },
            Some(other) => self.utter(other).await,
            None => Err(End::Lost),
        }
    }

    async fn utter(&mut self, frame: Frame) -> Result<(), End> {
        match frame {
            Frame::Text(text) => self.send(text).await,
            Frame::Binary(bytes) => {
                self.socket.send(Message::Binary(bytes.into())).await.map_err(|_| End::Lost)
            }
            Frame::Close(code, reason) => Err(End::Closed((code, reason))),
            Frame::Cut => Err(End::Lost),
        }
    }

    /// Sends `text`, and as much as waits behind it, in one breath; what comes after that, if it was taken already.
    async fn send_on(&mut self, text: String) -> Result<Option<Frame>, End> {
        let mut next = Some(Frame::Text(text));
        let mut left = BREATH;
        while let Some(Frame::Text(text)) = next {
            let message = self.wire.encode(text);
            self.socket.feed(message).await.map_err(|_| End::Lost)?;
            left -= 1;
            next = if left > 0 { self.frames.try_recv().ok() } else { None };
        }
        self.socket.flush().await.map_err(|_| End::Lost)?;
        Ok(next)
    }

    /// Lets the client know that its goodbye was heard.
    async fn answer_goodbye(&mut self, frame: Option<CloseFrame>) -> End {
        // The client may be gone already; then there is nobody to tell.
        self.socket.close().await.ok();
        let over = frame.is_some_and(|frame| [1000, 1001].contains(&frame.code));
        if over { End::Left } else { End::Lost }
    }

    async fn receive(&mut self, received: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let text = match received {
            Some(Ok(Message::Text(text))) => text.as_str().to_owned(),
            Some(Ok(Message::Binary(_))) => return Err(End::Closed((4002, "Decode error."))),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(()),
            Some(Ok(Message::Close(frame))) => return Err(self.answer_goodbye(frame).await),
            Some(Err(_)) | None => return Err(End::Lost),
        };
        if !self.minute.count() {
            return Err(End::Closed((4008, "Rate limited.")));
        }
        let Ok(payload) = serde_json::from_str::<Value>(&text) else {
            return Err(End::Closed((4002, "Error while decoding payload.")));
        };
        self.obey(&payload).await
    }

    async fn obey(&mut self, payload: &Value) -> Result<(), End> {
        match (payload["op"].as_u64(), self.session.is_some()) {
            (Some(1), _) => self.acknowledge().await,
            (Some(2), false) => self.identify(&payload["d"]).await,
            (Some(6), false) => self.resume(&payload["d"]).await,
            (Some(2 | 6), true) => Err(End::Closed((4005, "Already authenticated."))),
            (Some(3 | 4 | 8 | 31), false) => Err(End::Closed((4003, "Not authenticated."))),
            (Some(8), true) => {
                let session = self.session.clone().unwrap_or_default();
                self.shared.change(|state| state.send_members(&session, &payload["d"]));
                Ok(())
            }
            (Some(3 | 4 | 31), true) => Ok(()),
            _ => Err(End::Closed((4001, "Unknown opcode."))),
        }
    }

    async fn acknowledge(&mut self) -> Result<(), End> {
        let answers = self.shared.change(|state| {
            state.heartbeats += 1;
            state.settings.acknowledge_heartbeats
        });
        if answers {
            self.send(json!({ "op": 11, "d": null, "s": null, "t": null }).to_string()).await?;
        }
        Ok(())
    }

    async fn identify(&mut self, asked: &Value) -> Result<(), End> {
        let part = |at: usize, default: u64| asked["shard"][at].as_u64().unwrap_or(default);
        let Some(token) = asked["token"].as_str() else {
            return Err(End::Closed((4002, "Error while decoding payload.")));
        };
        let identify = Identify {
            token: token.to_owned(),
            intents: asked["intents"].as_u64().or_else(|| id_of(&asked["intents"])).unwrap_or(0),
            shard: (part(0, 0), part(1, 1)),
        };
        let line = self.line.clone();
        let session = self.shared.change(|state| state.identify(&identify, line)).map_err(End::Closed)?;
        if session.is_none() {
            self.invalidate().await?;
        }
        self.session = session;
        Ok(())
    }

    /// The client is to begin a session, by and by.
    async fn invalidate(&mut self) -> Result<(), End> {
        self.send(json!({ "op": 9, "d": false, "s": null, "t": null }).to_string()).await
    }

    async fn resume(&mut self, asked: &Value) -> Result<(), End> {
        let text = |key: &str| asked[key].as_str().unwrap_or_default().to_owned();
        let (token, id) = (text("token"), text("session_id"));
        let seq = asked["seq"].as_u64().unwrap_or(0);
        let line = self.line.clone();
        if self.shared.change(|state| state.resume(&token, &id, seq, line)).is_some() {
            self.session = Some(id);
            return Ok(());
        }
        self.invalidate().await
    }

    async fn answered_goodbye(&mut self) {
        while let Some(Ok(message)) = self.socket.recv().await {
            if matches!(message, Message::Close(_)) {
                return;
            }
        }
    }

    async fn finish(mut self, end: End) {
        let session = self.session.take();
        self.shared.change(|state| {
            let Some(id) = session else { return };
            if matches!(end, End::Left) {
                state.sessions.remove(&id);
            } else if let Some(session) = state.sessions.get_mut(&id) {
                session.hang_up_if(&self.line);
            }
        });
        if let End::Closed((code, reason)) = end {
            let frame = CloseFrame { code, reason: reason.into() };
            // The client may be gone already; then there is nobody to tell.
            self.socket.send(Message::Close(Some(frame))).await.ok();
            tokio::time::timeout(GOODBYE, self.answered_goodbye()).await.ok();
        }
    }
}
