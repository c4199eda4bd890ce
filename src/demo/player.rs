//! Says the lines of a script as members, and finds out what the bot made of each.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use toml::Spanned;

use super::DemoError;
use super::reading::{addressed, audience};
use super::script::{Line, Outcome, Scene, Script};
use crate::discord::Clock;
use crate::simulator::{Channel, ChannelKind, Id, Message, Refusal, Simulator, State};
use crate::store::Store;

/// How often it is asked whether the bot has finished.
const GLANCE: Duration = Duration::from_millis(2);

/// How long the bot may take for one message. Discord's limits alone can cost it some seconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// A line that was said, and what came of it.
pub(super) struct Said {
    pub(super) message: Message,
    /// How long it stood there, when it was removed.
    pub(super) removed_after: Option<SignedDuration>,
    /// What the bot said in the same channel.
    pub(super) answers: Vec<Message>,
    pub(super) outcome: Outcome,
    /// From the message to the bot's public words, if it said any.
    pub(super) acknowledged_after: Option<SignedDuration>,
}

/// A button that was pressed, and what came of it.
pub(super) struct Pressed {
    pub(super) at: Timestamp,
    pub(super) by: Id,
    /// What is written on it.
    pub(super) label: String,
    /// What only the one who pressed reads.
    pub(super) answer: String,
    /// What stands in public now that did not before.
    pub(super) public: Vec<Message>,
}

/// A button that can be pressed.
struct Standing {
    channel: Id,
    message: Id,
    custom_id: String,
    label: String,
}

/// Says lines, one after the other.
pub(super) struct Player<'a, S> {
    discord: &'a Simulator,
    /// The bot's own clock, which shows the same time as Discord's.
    clock: &'a Clock,
    /// The bot's own store, to see when it has nothing left to do.
    store: &'a S,
    script: &'a Script,
    guild: Id,
    /// How often it was asked what the bot has heard.
    questions: Id,
}

impl<'a, S: Store> Player<'a, S> {
    pub(super) fn new(
        (discord, clock): (&'a Simulator, &'a Clock),
        store: &'a S,
        script: &'a Script,
        guild: Id,
    ) -> Self {
        discord.set_clock(script.begins());
        Self { discord, clock, store, script, guild, questions: 0 }
    }

    /// Says what `line` says in `channel`, and waits until the bot has done everything it wants to do about it.
    pub(super) async fn say(
        &mut self,
        channel: Id,
        line: &Line,
        says: &Spanned<String>,
    ) -> Result<Said, DemoError> {
        let before = self.discord.read(everything_said);
        let message = self.post(channel, line, says)?;
        self.quiet().await?;
        Ok(self.discord.read(|state| Said::among(state, &before, message)))
    }

    /// Presses the button of `line` in `channel` or, of somebody's case, wherever it stands; waits likewise. None where
    /// there is no such button.
    pub(super) async fn press(
        &mut self,
        channel: Id,
        line: &Line,
        label: &str,
    ) -> Result<Option<Pressed>, DemoError> {
        let at = self.begin(line);
        let before = self.discord.read(everything_said);
        let by = self.discord.read(|state| state.user_named(line.by.get_ref())).unwrap_or_default();
        let found = self.discord.read(|state| button(state, by, channel, line.thread_of.is_some(), label));
        let Some(Standing { channel, message, custom_id, label }) = found else { return Ok(None) };
        let refused = |refusal: Refusal| DemoError::Script(self.script.refused(line, &refusal));
        let asked = self.discord.press(by, channel, message, &custom_id).map_err(refused)?;
        let answered = self.discord.answer_to(asked).await;
        let answered = answered.map_err(|vain| DemoError::Stuck(vain.0))?;
        self.quiet().await?;
        let answer = answered.data["content"].as_str().unwrap_or_default().to_owned();
        let public = self.discord.read(|state| new_in_public(state, &before));
        Ok(Some(Pressed { at, by, label, answer, public }))
    }

    /// The time of `line`; what the bot did about the line before came before this one, however long it took.
    fn begin(&self, line: &Line) -> Timestamp {
        let at = self.script.moment(line).max(self.discord.read(State::now));
        self.discord.set_clock(at);
        self.clock.set(at);
        at
    }

    fn post(&mut self, channel: Id, line: &Line, says: &Spanned<String>) -> Result<Message, DemoError> {
        let at = self.begin(line);
        let words = self.discord.read(|state| addressed(state, &self.script.words(says)));
        let author = self.discord.read(|state| state.user_named(line.by.get_ref())).unwrap_or_default();
        let refused = |refusal: Refusal| DemoError::Script(self.script.refused(line, &refusal));
        let id = self.discord.post_at(author, channel, &words, at).map_err(refused)?;
        let posted = self.discord.read(|state| state.message(channel, id).cloned());
        posted.map_err(refused)
    }

    /// Where `line` is said: in the scene's channel, or in the latest private thread of a member, if any.
    pub(super) fn place(&self, scene: &Scene, line: &Line) -> Option<Id> {
        let Some(member) = &line.thread_of else { return self.discord.channel(scene.channel.get_ref()) };
        self.discord.read(|state| {
            let member = state.user_named(member.get_ref())?;
            let inside = |thread: &&Channel| {
                thread.thread.as_ref().is_some_and(|thread| thread.members.contains_key(&member))
            };
            state.threads().filter(inside).last().map(|thread| thread.id)
        })
    }

    /// Waits until the bot has heard everything so far and has nothing left to do.
    async fn quiet(&mut self) -> Result<(), DemoError> {
        self.heard().await?;
        let emptied = async {
            while !self.store.pending().await.map_err(DemoError::Store)?.is_empty() {
                tokio::time::sleep(GLANCE).await;
            }
            Ok(())
        };
        let waited = tokio::time::timeout(PATIENCE, emptied).await;
        waited.unwrap_or_else(|_| Err(DemoError::Stuck("to finish what it began".to_owned())))
    }

    /// The bot takes events one after the other, and asks about a thread it has not heard of: once it asks,
    /// it has decided about everything said before.
    async fn heard(&mut self) -> Result<(), DemoError> {
        self.questions += 1;
        let (thread, guild) = (self.questions, self.guild);
        self.discord.send_event("MESSAGE_CREATE", &json!({
            "id": thread.to_string(), "channel_id": thread.to_string(), "guild_id": guild.to_string(),
            "author": {
                "id": guild.to_string(), "username": "nobody", "discriminator": "0", "avatar": null, "bot": true,
            },
            "content": "", "timestamp": self.script.begins().to_string(), "edited_timestamp": null, "tts": false,
            "mention_everyone": false, "mentions": [], "mention_roles": [], "attachments": [],
            "embeds": [], "pinned": false, "type": 0,
        }));
        let path = format!("/channels/{thread}");
        let asked = |state: &State| state.requests().iter().any(|request| request.path == path).then_some(());
        let asked = self.discord.wait_until("the bot to hear what was said", asked).await;
        asked.map_err(|vain| DemoError::Stuck(vain.0))
    }
}

impl Said {
    /// What came of `message`: whatever is there that was not there `before`.
    fn among(state: &State, before: &BTreeMap<Id, Option<Timestamp>>, message: Message) -> Self {
        let new = new_words(state, before);
        let removed_after = removal(state, &message).map(|at| at.duration_since(message.posted));
        let outcome = outcome(state, &new, &message, removed_after.is_some());
        let mut answers = new;
        answers.retain(|words| words.channel == message.channel);
        let acknowledged_after = answers.first().map(|first| first.posted.duration_since(message.posted));
        Self { message, removed_after, answers, outcome, acknowledged_after }
    }
}

fn outcome(state: &State, new: &[Message], message: &Message, removed: bool) -> Outcome {
    let here = |words: &&Message| words.channel == message.channel;
    let kinds: Vec<ChannelKind> =
        new.iter().filter_map(|words| state.channels.get(&words.channel)).map(|place| place.kind).collect();
    if removed {
        Outcome::Shielded
    } else if kinds.contains(&ChannelKind::PrivateThread) {
        Outcome::TakenAside
    } else if kinds.contains(&ChannelKind::Dm) {
        Outcome::DirectMessage
    } else if new.iter().filter(here).any(|words| !words.components.is_empty()) {
        Outcome::Offered
    } else if new.iter().any(|words| here(&words)) {
        Outcome::Acknowledged
    } else if new.is_empty() {
        Outcome::LeftAlone
    } else {
        Outcome::Alerted
    }
}

/// When `message` was removed, if it was.
fn removal(state: &State, message: &Message) -> Option<Timestamp> {
    let path = format!("/channels/{}/messages/{}", message.channel, message.id);
    let mut requests = state.requests().iter();
    let removal = requests.find(|request| request.method == "DELETE" && request.path == path)?;
    state.message(message.channel, message.id).is_err().then_some(removal.at)
}

/// Everything that stands somewhere, and when it was last edited.
fn everything_said(state: &State) -> BTreeMap<Id, Option<Timestamp>> {
    let all = state.channels().flat_map(|channel| state.messages(channel.id));
    all.map(|message| (message.id, message.edited)).collect()
}

/// The newest button in `channel` whose label begins with `label`. Of a case, in whose thread that is, else the one of
/// the same case elsewhere, as on what moderators were told.
fn button(state: &State, by: Id, channel: Id, of_case: bool, label: &str) -> Option<Standing> {
    let sees = |place: &&Channel| state.sees(by, place);
    let here = state.channels.get(&channel)?;
    let found = newest(state, here, "", label).filter(|_| sees(&here));
    if found.is_some() || !of_case {
        return found;
    }
    let case = standing(state, here).next()?;
    let case = case.custom_id.rsplit_once(':')?.0.to_owned() + ":";
    state.channels().filter(sees).find_map(|place| newest(state, place, &case, label))
}

fn newest(state: &State, place: &Channel, custom_id: &str, label: &str) -> Option<Standing> {
    let fits = |button: &Standing| button.label.starts_with(label) && button.custom_id.starts_with(custom_id);
    standing(state, place).filter(fits).last()
}

/// Every button in `place` that everyone there sees, oldest first.
fn standing<'a>(state: &'a State, place: &Channel) -> impl Iterator<Item = Standing> + use<'a> {
    let messages = state.messages(place.id).filter(|message| message.only_for.is_none());
    messages.flat_map(|message| {
        let rows = message.components.iter().filter_map(|row| row["components"].as_array()).flatten();
        rows.filter_map(|button| {
            Some(Standing {
                channel: message.channel,
                message: message.id,
                custom_id: button["custom_id"].as_str()?.to_owned(),
                label: button["label"].as_str()?.to_owned(),
            })
        })
    })
}

/// What the bot has said or put otherwise since, where everyone reads.
fn new_in_public(state: &State, before: &BTreeMap<Id, Option<Timestamp>>) -> Vec<Message> {
    let public = state.channels().filter(|channel| {
        let private = matches!(channel.kind, ChannelKind::PrivateThread | ChannelKind::Dm);
        !private && audience(state, channel).1 == 0
    });
    let all = public.flat_map(|channel| state.messages(channel.id));
    let new = all.filter(|message| before.get(&message.id) != Some(&message.edited));
    new.filter(|message| message.author == state.app.bot && message.only_for.is_none()).cloned().collect()
}

/// What the bot has said since, its small lines left out.
fn new_words(state: &State, before: &BTreeMap<Id, Option<Timestamp>>) -> Vec<Message> {
    let all = state.channels().flat_map(|channel| state.messages(channel.id));
    let by_bot = all.filter(|message| message.author == state.app.bot && [0, 19].contains(&message.kind));
    by_bot.filter(|message| !before.contains_key(&message.id)).cloned().collect()
}
