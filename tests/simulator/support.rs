//! A small community, and a bare REST and gateway client.

use std::time::Duration;

use aside::simulator::{Simulator, World};
use futures::{SinkExt as _, StreamExt as _};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// Nothing on loopback takes this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// The community most tests play in.
pub(crate) const HARBOR: &str = include_str!("harbor.toml");

pub(crate) fn world() -> World {
    World::from_toml(HARBOR).unwrap()
}

pub(crate) async fn harbor() -> Simulator {
    Simulator::start(&world()).await.unwrap()
}

/// The identifier called `name`: of a channel, a role, a user or a guild, in this order.
pub(crate) fn id(discord: &Simulator, name: &str) -> u64 {
    let found = discord.channel(name).or_else(|| discord.role(name)).or_else(|| discord.user(name));
    found.or_else(|| discord.guild(name)).unwrap_or_else(|| panic!("nothing is called {name}"))
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    pub(crate) fn id(&self) -> u64 {
        self.body["id"].as_str().unwrap().parse().unwrap()
    }
}

/// A bot that speaks plain HTTP.
pub(crate) struct Rest {
    client: reqwest::Client,
    base: String,
    token: String,
}

impl Rest {
    pub(crate) fn new(discord: &Simulator) -> Self {
        Self::with_token(discord, &discord.token())
    }

    pub(crate) fn with_token(discord: &Simulator, token: &str) -> Self {
        let client = reqwest::Client::builder().timeout(PATIENCE).build().unwrap();
        Self { client, base: format!("{}/api/v10", discord.base()), token: token.to_owned() }
    }

    /// The request `call`, a method and a path with query, as in `GET /users/@me`.
    pub(crate) fn build(&self, call: &str, body: &Value) -> reqwest::RequestBuilder {
        let (method, path) = call.split_once(' ').unwrap();
        let method = method.parse().unwrap();
        let request = self.client.request(method, format!("{}{path}", self.base));
        let request = request.header("authorization", format!("Bot {}", self.token));
        if body.is_null() { request } else { request.json(body) }
    }

    pub(crate) async fn try_call(&self, call: &str, body: Value) -> reqwest::Result<Reply> {
        read(self.build(call, &body).send().await?).await
    }

    pub(crate) async fn call(&self, call: &str, body: Value) -> Reply {
        self.try_call(call, body).await.unwrap()
    }

    /// A request with files, each with its name, in `files[0]` and on.
    pub(crate) async fn upload(&self, call: &str, body: &Value, files: &[(&str, &[u8])]) -> Reply {
        let form = reqwest::multipart::Form::new().text("payload_json", body.to_string());
        let form = files.iter().enumerate().fold(form, |form, (at, (name, bytes))| {
            let part = reqwest::multipart::Part::bytes(bytes.to_vec()).file_name((*name).to_owned());
            form.part(format!("files[{at}]"), part)
        });
        read(self.build(call, &Value::Null).multipart(form).send().await.unwrap()).await.unwrap()
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call(&format!("GET {path}"), Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(&format!("POST {path}"), body).await
    }
}

pub(crate) async fn read(response: reqwest::Response) -> reqwest::Result<Reply> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await?;
    Ok(Reply { status, headers, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
}

/// A bot that speaks plain WebSocket.
pub(crate) struct Gateway {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) token: String,
    pub(crate) seq: u64,
}

/// What came over the gateway.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Came {
    Payload(Value),
    Closed(u16),
    Cut,
}

impl Gateway {
    /// Connects and reads the hello.
    pub(crate) async fn connect(discord: &Simulator) -> Self {
        let address = discord.base().replace("http", "ws") + "/gateway?v=10&encoding=json";
        let (socket, _) = tokio_tungstenite::connect_async(address).await.unwrap();
        let mut gateway = Self { socket, token: discord.token(), seq: 0 };
        assert_eq!(gateway.payload().await["op"], 10);
        gateway
    }

    /// Connects, identifies with `intents` and reads up to the guilds.
    pub(crate) async fn ready(discord: &Simulator, intents: u64) -> (Self, Value) {
        let mut gateway = Self::connect(discord).await;
        gateway.identify(intents).await;
        let ready = gateway.event("READY").await;
        (gateway, ready)
    }

    pub(crate) async fn send(&mut self, payload: Value) {
        self.socket.send(Message::text(payload.to_string())).await.unwrap();
    }

    pub(crate) async fn identify(&mut self, intents: u64) {
        let data = json!({ "token": self.token, "intents": intents, "properties": {}, "compress": true,
            "presence": { "since": { "secs_since_epoch": 1 }, "afk": false, "status": "online" } });
        self.send(json!({ "op": 2, "d": data })).await;
    }

    pub(crate) async fn resume(&mut self, session: &str, seq: u64) {
        let data = json!({ "token": self.token, "session_id": session, "seq": seq });
        self.send(json!({ "op": 6, "d": data })).await;
    }

    /// The next thing that comes.
    pub(crate) async fn next(&mut self) -> Came {
        let waited = tokio::time::timeout(PATIENCE, self.socket.next()).await;
        match waited.expect("the gateway is silent") {
            Some(Ok(Message::Text(text))) => {
                let payload: Value = serde_json::from_str(text.as_str()).unwrap();
                self.seq = payload["s"].as_u64().unwrap_or(self.seq);
                Came::Payload(payload)
            }
            Some(Ok(Message::Close(Some(frame)))) => Came::Closed(frame.code.into()),
            Some(Ok(other)) => panic!("unexpected frame: {other:?}"),
            Some(Err(_)) | None => Came::Cut,
        }
    }

    pub(crate) async fn payload(&mut self) -> Value {
        match self.next().await {
            Came::Payload(payload) => payload,
            other => panic!("expected a payload, got {other:?}"),
        }
    }

    /// Reads on until an event of this name.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        loop {
            let payload = self.payload().await;
            if payload["t"] == name {
                return payload["d"].clone();
            }
        }
    }

    /// The names of all events up to now: a heartbeat is answered after everything that was sent before.
    pub(crate) async fn pending(&mut self) -> Vec<(String, Value)> {
        self.send(json!({ "op": 1, "d": self.seq })).await;
        let mut events = Vec::new();
        loop {
            let payload = self.payload().await;
            match payload["op"].as_u64() {
                Some(0) => events.push((payload["t"].as_str().unwrap().to_owned(), payload["d"].clone())),
                Some(11) => return events,
                other => panic!("unexpected opcode {other:?}"),
            }
        }
    }

    pub(crate) async fn close(mut self, code: u16) {
        let frame =
            tokio_tungstenite::tungstenite::protocol::CloseFrame { code: code.into(), reason: "bye".into() };
        self.socket.close(Some(frame)).await.unwrap();
        while let Some(Ok(_)) = self.socket.next().await {}
    }

    /// Goes without a word.
    pub(crate) fn vanish(self) {
        drop(self.socket);
    }
}
