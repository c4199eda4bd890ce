//! What a moderator does with the bot from the first day on, start to finish, as `transcripts/*.toml` tell it.

use std::collections::BTreeMap;

use aside::simulator::{GuildPlan, Id, State, World};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::commands::Server;
use crate::community::{harbor, said, settled};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transcript {
    /// The settings of whoever runs the bot.
    #[serde(default)]
    config: String,
    step: Vec<Step>,
}

/// One thing that happens, and what is read then. Placeholders: `{#channel}` and `{@role}` stand for identifiers.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Step {
    /// What it is, for people.
    note: String,
    by: String,
    /// The bot is added to the server.
    adds_bot: bool,
    /// The bot is stopped and started again.
    restarts: bool,
    /// A command, and its options.
    uses: Option<String>,
    with: BTreeMap<String, Value>,
    /// A button below the latest answer to `by`.
    presses: Option<String>,
    /// A select there, by its `custom_id`, and what is chosen.
    chooses: Option<String>,
    values: Vec<String>,
    /// The form that the latest answer was, filled in.
    fills: Option<BTreeMap<String, String>>,
    /// Words in the channel `in`, now or so many days ago.
    says: Option<String>,
    r#in: String,
    days_ago: i64,
    /// What stands in the answer, and what does not.
    reads: Vec<String>,
    not: Vec<String>,
    /// How many posts of the bot stand in the channel `in`.
    posts: Option<usize>,
    /// What stands in the latest post of the bot in the channel `in`.
    shows: Vec<String>,
    /// What stands in the latest direct message to `by`.
    told: Vec<String>,
}

struct Play {
    server: Server,
    latest: BTreeMap<String, Id>,
}

impl Play {
    async fn take(&mut self, step: &Step) {
        if step.adds_bot {
            self.server.discord.add_guild(&plan()).unwrap();
        }
        if step.restarts {
            self.server.restart().await;
        }
        if let Some(text) = &step.says {
            self.say(step, text).await;
        }
        if let Some(asked) = self.ask(step) {
            self.latest.insert(step.by.clone(), asked);
            self.answered(step, asked).await;
        }
        self.look(step).await;
    }

    async fn say(&self, step: &Step, text: &str) {
        let discord = &self.server.discord;
        let (by, place) = (discord.user(&step.by).unwrap(), discord.channel(&step.r#in).unwrap());
        let at = discord.read(State::now) - SignedDuration::from_hours(24 * step.days_ago);
        match step.days_ago {
            0 => discord.post(by, place, text).unwrap(),
            _ => discord.post_at(by, place, text, at).unwrap(),
        };
        settled(discord, &self.server.home).await.unwrap();
    }

    /// The interaction that a step makes.
    fn ask(&self, step: &Step) -> Option<Id> {
        let latest = || self.latest[&step.by];
        if let Some(command) = &step.uses {
            let options: Vec<(&str, Value)> =
                step.with.iter().map(|(name, value)| (name.as_str(), self.filled(value))).collect();
            return Some(self.server.asks(&step.by, command, &options));
        }
        if let Some(label) = &step.presses {
            return Some(self.server.press(&step.by, latest(), label));
        }
        if let Some(select) = &step.chooses {
            let values: Vec<String> = step.values.iter().map(|value| self.name(value)).collect();
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            return Some(self.server.choose(&step.by, latest(), select, &values));
        }
        let fields = step.fills.as_ref()?;
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let by = self.server.discord.user(&step.by).unwrap();
        Some(self.server.discord.submit_modal(by, latest(), &fields).unwrap())
    }

    fn filled(&self, value: &Value) -> Value {
        value.as_str().map_or_else(|| value.clone(), |text| json!(self.name(text)))
    }

    /// `text` with what its placeholders stand for.
    fn name(&self, text: &str) -> String {
        let mut parts = text.split('{');
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let named = part.split_once('}').and_then(|(name, rest)| Some((self.id(name)?, rest)));
            match named {
                Some((id, rest)) => filled.extend([id.to_string().as_str(), rest]),
                None => filled.extend(["{", part]),
            }
        }
        filled
    }

    fn id(&self, name: &str) -> Option<Id> {
        let discord = &self.server.discord;
        match (name.strip_prefix('#'), name.strip_prefix('@')) {
            (Some(channel), _) => discord.channel(channel),
            (_, Some(role)) => discord.role(role),
            _ => None,
        }
    }

    async fn answered(&self, step: &Step, asked: Id) {
        let reply = self.server.reply(asked).await;
        let words = match reply.kind {
            9 => reply.data.to_string(),
            // What is shown on the way to it is not the answer.
            5 | 6 => self.in_the_end(asked, &step.reads).await,
            _ => self.server.read(asked).await,
        };
        self.expect(step, &step.reads, &words);
        for part in &step.not {
            assert!(!words.contains(part), "{}: {part:?} is in:\n{words}", step.note);
        }
        let silent = reply.data["content"].is_null();
        assert!(
            silent || !step.reads.is_empty(),
            "{}: nothing is expected of the answer:\n{words}",
            step.note
        );
    }

    /// The words of an answer that comes later, once they hold the first of `parts`.
    async fn in_the_end(&self, asked: Id, parts: &[String]) -> String {
        let first = parts.first().map(|part| self.name(part)).unwrap_or_default();
        let filled = |state: &State| {
            let of = state.interactions().find(|of| of.id == asked)?;
            let message = state.messages(of.channel).find(|message| Some(message.id) == of.original)?;
            message.content.contains(&first).then(|| message.content.clone())
        };
        self.server.discord.wait_until(&first, filled).await.unwrap()
    }

    fn expect(&self, step: &Step, parts: &[String], words: &str) {
        for part in parts.iter().map(|part| self.name(part)) {
            assert!(words.contains(&part), "{}: {part:?} is not in:\n{words}", step.note);
        }
    }

    async fn look(&self, step: &Step) {
        let discord = &self.server.discord;
        if !step.told.is_empty() {
            let by = discord.user(&step.by).unwrap();
            let told = |state: &State| {
                let direct = state.channels().find(|channel| channel.recipients.contains(&by))?;
                Some(state.messages(direct.id).last()?.content.clone())
            };
            self.expect(step, &step.told, &discord.wait_until("a direct message", told).await.unwrap());
        }
        if step.posts.is_none() && step.shows.is_empty() {
            return;
        }
        settled(discord, &self.server.home).await.unwrap();
        let posts = said(discord, discord.channel(&step.r#in).unwrap());
        assert!(step.posts.is_none_or(|count| posts.len() == count), "{}: {} posts", step.note, posts.len());
        self.expect(step, &step.shows, posts.last().map_or("", |post| &post.content));
    }
}

/// The server that the bot is added to.
fn plan() -> GuildPlan {
    harbor().guilds.remove(0)
}

async fn play(text: &str) {
    let transcript: Transcript = toml::from_str(text).unwrap();
    let world = World { guilds: Vec::new(), ..harbor() };
    let server = Server::in_world(&world, &transcript.config).await;
    let mut play = Play { server, latest: BTreeMap::new() };
    for step in &transcript.step {
        play.take(step).await;
    }
    play.server.mannerly();
    play.server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moderators_first_week() {
    play(include_str!("transcripts/first-week.toml")).await;
}
