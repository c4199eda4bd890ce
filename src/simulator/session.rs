//! A gateway session: what it may know, what it was told, and whether anyone is listening.

use std::collections::{HashMap, VecDeque};
use std::fmt::Display;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedSender;

use super::model::{Channel, Guild, Id};
use super::state::State;
use super::{render, world::Privileged};

/// How many events a session keeps for a resume.
const KEPT: usize = 10_000;

/// What the task that owns a socket is told to do.
pub(crate) enum Frame {
    /// Send this text.
    Text(String),
    /// Send these bytes.
    Binary(Vec<u8>),
    /// Say goodbye with a code.
    Close(u16, &'static str),
    /// Cut the connection without a word.
    Cut,
}

/// What an identify asked for.
pub(crate) struct Identify {
    pub(crate) token: String,
    pub(crate) intents: u64,
    pub(crate) shard: (u64, u64),
}

/// A gateway session.
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) shard: (u64, u64),
    pub(crate) intents: u64,
    seq: u64,
    sent: VecDeque<(u64, String)>,
    line: Option<UnboundedSender<Frame>>,
    /// Whether a resume is granted.
    pub(crate) resumable: bool,
}

impl Session {
    pub(crate) fn new(id: String, identify: &Identify, line: UnboundedSender<Frame>) -> Self {
        Self {
            id,
            shard: identify.shard,
            intents: identify.intents,
            seq: 0,
            sent: VecDeque::new(),
            line: Some(line),
            resumable: true,
        }
    }

    /// Whether someone is connected.
    pub(crate) fn connected(&self) -> bool {
        self.line.as_ref().is_some_and(|line| !line.is_closed())
    }

    /// Whether events of `guild` come to this shard; direct messages come to shard 0.
    pub(crate) fn covers(&self, guild: Option<Id>) -> bool {
        let (shard, of) = self.shard;
        guild.map_or(0, |guild| (guild >> 22) % of) == shard
    }

    pub(crate) fn wants(&self, intent: u64) -> bool {
        intent == 0 || self.intents & intent != 0
    }

    pub(crate) fn reads_content(&self) -> bool {
        self.wants(Privileged::MessageContent.intent())
    }

    /// Numbers an event, keeps it for a resume and sends it when someone is connected.
    pub(crate) fn dispatch(&mut self, name: &str, data: &impl Display) {
        self.seq += 1;
        let text = format!(r#"{{"op":0,"s":{},"t":"{name}","d":{data}}}"#, self.seq);
        self.sent.push_back((self.seq, text.clone()));
        if self.sent.len() > KEPT {
            self.sent.pop_front();
        }
        self.tell(Frame::Text(text));
    }

    /// Sends the latest event named `name` once more, under its old number.
    pub(crate) fn repeat(&self, name: &str) -> bool {
        let marker = format!("\"t\":\"{name}\"");
        let Some((_, text)) = self.sent.iter().rev().find(|(_, text)| text.contains(&marker)) else {
            return false;
        };
        self.tell(Frame::Text(text.clone()));
        true
    }

    /// Hands a frame to the connection, if there is one.
    pub(crate) fn tell(&self, frame: Frame) {
        if let Some(line) = &self.line {
            // A connection that ended in this moment learns everything at its resume.
            line.send(frame).ok();
        }
    }

    /// Forgets the connection that `line` leads to; events are kept from here on. A resume may have
    /// put another one in its place already.
    pub(crate) fn hang_up_if(&mut self, line: &UnboundedSender<Frame>) {
        if self.line.as_ref().is_some_and(|mine| mine.same_channel(line)) {
            self.line = None;
        }
    }

    /// Takes up the session from event `seq` on; `None` when what was missed is no longer known.
    pub(crate) fn resume(&mut self, seq: u64, line: UnboundedSender<Frame>) -> Option<()> {
        let oldest = self.sent.front().map_or(self.seq + 1, |(number, _)| *number);
        if !self.resumable || seq > self.seq || seq + 1 < oldest {
            return None;
        }
        self.line = Some(line);
        for (_, text) in self.sent.iter().filter(|(number, _)| *number > seq) {
            self.tell(Frame::Text(text.clone()));
        }
        self.dispatch("RESUMED", &json!({ "_trace": [] }));
        Some(())
    }
}

/// Why an identify is turned away: the close code and its text.
pub(crate) type Closing = (u16, &'static str);

impl State {
    /// Opens a session: READY, then every guild of the shard. None where it is too soon after another.
    pub(crate) fn identify(
        &mut self,
        identify: &Identify,
        line: UnboundedSender<Frame>,
    ) -> Result<Option<String>, Closing> {
        self.check_identify(identify)?;
        if !self.starts.begin(identify.shard.0) {
            return Ok(None);
        }
        self.identifies += 1;
        let id = format!("session-{}", self.identifies);
        let mut session = Session::new(id.clone(), identify, line);
        session.dispatch("READY", &self.ready(&session));
        if session.wants(1) {
            self.announce_guilds(&mut session);
        }
        self.sessions.insert(id.clone(), session);
        Ok(Some(id))
    }

    fn announce_guilds(&self, session: &mut Session) {
        let everyone = session.intents & Privileged::Members.intent() != 0;
        let mut channels: HashMap<Id, Vec<&Channel>> = HashMap::new();
        for channel in self.channels.values() {
            channel.guild.into_iter().for_each(|guild| channels.entry(guild).or_default().push(channel));
        }
        for guild in self.own_guilds() {
            if session.covers(Some(guild.id)) && !self.lost.contains(&guild.id) {
                let here = channels.remove(&guild.id).unwrap_or_default();
                session.dispatch("GUILD_CREATE", &render::gateway_guild(self, guild, &here, everyone));
            }
        }
    }

    fn check_identify(&self, identify: &Identify) -> Result<(), Closing> {
        let (shard, of) = identify.shard;
        let privileged = [Privileged::Members, Privileged::Presences, Privileged::MessageContent];
        let forbidden = privileged
            .iter()
            .map(|one| one.intent())
            .any(|intent| identify.intents & intent != 0 && self.app.privileged & intent == 0);
        if identify.token.trim_start_matches("Bot ") != self.app.token {
            return Err((4004, "Authentication failed."));
        }
        if of == 0 || shard >= of {
            return Err((4010, "Invalid shard."));
        }
        if of < self.settings.fewest_shards {
            return Err((4011, "Sharding required."));
        }
        if identify.intents >= 1 << 26 {
            return Err((4013, "Invalid intent(s)."));
        }
        if forbidden {
            return Err((4014, "Disallowed intent(s)."));
        }
        Ok(())
    }

    fn ready(&self, session: &Session) -> Value {
        let guilds = self.own_guilds().filter(|guild| session.covers(Some(guild.id)));
        let unavailable = |guild: &Guild| json!({ "id": render::id(guild.id), "unavailable": true });
        json!({
            "v": 10,
            "user": render::current_user(self),
            "user_settings": {},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "guilds": guilds.map(unavailable).collect::<Vec<_>>(),
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.settings.resume_address.clone().unwrap_or_else(|| self.gateway_address()),
            "shard": [session.shard.0, session.shard.1],
            "application": { "id": render::id(self.app.id), "flags": self.application_flags() },
            "_trace": [],
        })
    }

    /// Where the gateway listens.
    pub(crate) fn gateway_address(&self) -> String {
        format!("ws://{}/gateway", self.address)
    }

    /// The application's flags: which privileged intents are on, in their form for small applications.
    pub(crate) fn application_flags(&self) -> u64 {
        let flag = |privileged: Privileged, bit: u64| {
            if self.app.privileged & privileged.intent() == 0 { 0 } else { 1 << bit }
        };
        flag(Privileged::Presences, 13) | flag(Privileged::Members, 15) | flag(Privileged::MessageContent, 19)
    }

    /// Takes a session up again; `None` when it cannot be.
    pub(crate) fn resume(
        &mut self,
        token: &str,
        id: &str,
        seq: u64,
        line: UnboundedSender<Frame>,
    ) -> Option<()> {
        if token.trim_start_matches("Bot ") != self.app.token {
            return None;
        }
        self.sessions.get_mut(id)?.resume(seq, line)?;
        self.resumes += 1;
        Some(())
    }

    /// The members a client asked for (op 8), as the events that answer it.
    pub(crate) fn send_members(&mut self, session: &str, asked: &Value) {
        let guild = super::body::id_of(&asked["guild_id"]).unwrap_or(0);
        let Ok(found) = self.guild(guild) else { return };
        let wanted: Option<Vec<Id>> =
            asked["user_ids"].as_array().map(|users| users.iter().filter_map(super::body::id_of).collect());
        let query = asked["query"].as_str().unwrap_or("").to_lowercase();
        let limit = asked["limit"].as_u64().filter(|limit| *limit > 0).unwrap_or(u64::MAX);
        let matches = |user: Id| match &wanted {
            Some(users) => users.contains(&user),
            None => self.users.get(&user).is_some_and(|u| u.name.to_lowercase().starts_with(&query)),
        };
        let members: Vec<Value> = found
            .members
            .values()
            .filter(|member| matches(member.user))
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .map(|member| render::member(self, member))
            .collect();
        let chunk = json!({
            "guild_id": render::id(guild), "members": members, "chunk_index": 0, "chunk_count": 1,
            "not_found": [], "nonce": asked["nonce"],
        });
        if let Some(session) = self.sessions.get_mut(session) {
            session.dispatch("GUILD_MEMBERS_CHUNK", &chunk);
        }
    }
}
