//! Shows a day as people see it: what everyone reads as it is said, then what only a few can read.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use serde_json::Value;

use super::page::{Ink, Page, Speech};
use super::player::{Pressed, Said};
use super::reading::{audience, listed, name, place_name, readable, small_line, time};
use super::script::{Line, Outcome, Scene, Script};
use crate::config::RuleTable;
use crate::simulator::{Channel, ChannelKind, Id, Member, Message, Permissions, Simulator, State};

/// What is on stage, and what of it was shown already.
pub(super) struct Stage<'a> {
    page: Page<'a>,
    discord: &'a Simulator,
    shown: BTreeSet<Id>,
    /// Whether it was said who can read private threads.
    audience_explained: bool,
    /// Which kinds of opening were shown in full: of removed messages, of others.
    opened: BTreeSet<bool>,
    /// How long to rest after each thing shown; nothing when nobody watches.
    rest: Duration,
}

impl<'a> Stage<'a> {
    pub(super) fn new(page: Page<'a>, discord: &'a Simulator, rest: Duration) -> Self {
        Self {
            page,
            discord,
            shown: BTreeSet::new(),
            audience_explained: false,
            opened: BTreeSet::new(),
            rest,
        }
    }

    pub(super) fn page(&mut self) -> &mut Page<'a> {
        &mut self.page
    }

    /// Who is there and what was set up, before anything is said.
    pub(super) fn introduce(&mut self, script: &Script, guild: Id) -> io::Result<()> {
        self.page.heading(&script.title, "aside demo")?;
        self.page.note(
            "A scripted day, played to the real bot over Discord's own protocol, on this machine only. \
             Nothing leaves it, and no token is needed.",
        )?;
        let mut entries = self.discord.read(|state| company(state, guild));
        entries.push(("Rules".to_owned(), rules(&script.aside.rules)));
        self.page.entries(&entries)?;
        self.page.flush()
    }

    /// Where it happens.
    pub(super) fn open(&mut self, scene: &Scene) -> io::Result<()> {
        let channel = self.discord.channel(scene.channel.get_ref()).unwrap_or_default();
        let seen = self.discord.read(|state| state.channels.get(&channel).map(|found| seen_by(state, found)));
        self.page.heading(&format!("#{}", scene.channel.get_ref()), &seen.unwrap_or_default())?;
        match &scene.note {
            Some(note) => self.page.note(note),
            None => Ok(()),
        }
    }

    /// What was said in a channel, what became of it, and what the bot said there.
    pub(super) async fn line(&mut self, said: &Said) -> io::Result<()> {
        self.shown.insert(said.message.id);
        self.speech(&said.message)?;
        self.pause().await?;
        if let Some(after) = said.removed_after {
            let after = after.as_millis();
            let text = format!("removed by Aside after {after} ms; nobody can read it any more");
            self.page.beneath("└ ", Ink::Faint, &text)?;
        }
        if said.outcome == Outcome::Alerted {
            self.page.beneath("└ ", Ink::Faint, "Aside says nothing here, and tells the moderators")?;
        }
        for answer in &said.answers {
            self.shown.insert(answer.id);
            self.speech(answer)?;
            self.pause().await?;
        }
        Ok(())
    }

    /// A button that was pressed, and what everyone reads of it.
    pub(super) async fn press(&mut self, pressed: &Pressed) -> io::Result<()> {
        let (who, answer) =
            self.discord.read(|state| (name(state, pressed.by), readable(state, &pressed.answer)));
        let words = format!("presses [{}]", pressed.label.replace(' ', "\u{a0}"));
        let time = time(pressed.at);
        self.page.speech(&Speech { time: &time, name: &who, ink: Ink::Member, words: &words })?;
        self.page.beneath("└ ", Ink::Faint, &format!("only {who} reads: {answer}"))?;
        for message in &pressed.public {
            self.shown.insert(message.id);
            let channel = self.discord.read(|state| place_name(state, message.channel));
            let how = if message.edited.is_some() { "now stands" } else { "is said" };
            self.page.beneath("└ ", Ink::Faint, &format!("in {channel}, where everyone sees it, {how}:"))?;
            self.speech(message)?;
        }
        self.pause().await
    }

    /// A line that did not go as the script expects.
    pub(super) fn unexpected(&mut self, said: &Said, expected: Outcome) -> io::Result<()> {
        let text = format!("the script expects: {}; it was {}", expected.plain(), said.outcome.plain());
        self.page.beneath("✗ ", Ink::Wrong, &text)
    }

    /// A line that cannot be said, because there is no thread to say it in.
    pub(super) fn unsaid(&mut self, line: &Line) -> io::Result<()> {
        let member = line.thread_of.as_ref().map_or("", |member| member.get_ref());
        let text = format!("{} cannot answer here: {member} is in no private thread", line.by.get_ref());
        self.page.beneath("✗ ", Ink::Wrong, &text)
    }

    /// A button that cannot be pressed, because there is none.
    pub(super) fn unpressed(&mut self, line: &Line, label: &str) -> io::Result<()> {
        let text = format!("{} cannot press [{label}]: there is no such button", line.by.get_ref());
        self.page.beneath("✗ ", Ink::Wrong, &text)
    }

    /// Everything new in private threads and direct messages.
    pub(super) async fn private(&mut self) -> io::Result<()> {
        for place in self.discord.read(private_places) {
            let new: Vec<Message> = self.discord.messages(place.id);
            let new: Vec<Message> = new
                .into_iter()
                // What only the one who pressed a button reads was shown there.
                .filter(|message| self.shown.insert(message.id) && message.only_for.is_none())
                .collect();
            if new.is_empty() {
                continue;
            }
            self.private_heading(&place)?;
            for message in &new {
                self.speech(message)?;
                self.pause().await?;
            }
        }
        Ok(())
    }

    /// A channel with everything said in it, as it stands.
    pub(super) fn whole(&mut self, channel: &Channel) -> io::Result<()> {
        let seen = self.discord.read(|state| seen_by(state, channel));
        self.page.heading(&format!("#{}", channel.name), &seen)?;
        for message in self.discord.messages(channel.id).iter().filter(|one| one.only_for.is_none()) {
            self.speech(message)?;
        }
        Ok(())
    }

    fn private_heading(&mut self, place: &Channel) -> io::Result<()> {
        if place.kind == ChannelKind::Dm {
            let who = self.discord.read(|state| recipient(state, place));
            return self.page.heading(&format!("Direct message to {who}"), &only(std::slice::from_ref(&who)));
        }
        let (seeing, blind) = self.discord.read(|state| audience(state, place));
        self.page.heading(&format!("“{}”", place.name), &only(&seeing))?;
        if self.audience_explained {
            return Ok(());
        }
        self.audience_explained = true;
        self.page.note(&format!(
            "Whoever may manage threads can read every private thread, and members are told so. \
             For the other {blind} people it does not exist."
        ))
    }

    /// Whether an opening of this kind was shown in full before.
    fn is_familiar(&mut self, message: &Message) -> bool {
        let private = self.discord.read(|state| {
            let place = state.channels.get(&message.channel);
            place.is_some_and(|place| place.kind == ChannelKind::PrivateThread)
        });
        let first = message.components.first().map(|row| &row["components"][0]["custom_id"]);
        let opening = first.and_then(Value::as_str).is_some_and(|id| id.ends_with(":resolve"));
        private && opening && !self.opened.insert(!message.embeds.is_empty())
    }

    fn speech(&mut self, message: &Message) -> io::Result<()> {
        let brief = self.is_familiar(message);
        let (words, speaker, bot) = self.discord.read(|state| {
            (words(state, message), name(state, message.author), message.author == state.app.bot)
        });
        let ink = if bot { Ink::Bot } else { Ink::Member };
        let time = time(message.posted);
        let shown = if brief { first_paragraph(&words) } else { &words };
        self.page.speech(&Speech { time: &time, name: &speaker, ink, words: shown })?;
        if brief {
            let left_out = "[…] as above: who reads here, what comes next, where it began";
            self.page.beneath("", Ink::Faint, left_out)?;
        }
        self.attached(message)
    }

    /// What a message has below its words.
    fn attached(&mut self, message: &Message) -> io::Result<()> {
        for embed in &message.embeds {
            let text = embed["description"].as_str().unwrap_or_default();
            let text = self.discord.read(|state| readable(state, text));
            self.page.beneath("│ ", Ink::Plain, &text)?;
        }
        match buttons(&message.components) {
            labels if labels.is_empty() => Ok(()),
            labels => self.page.beneath("", Ink::Heading, &labels),
        }
    }

    async fn pause(&mut self) -> io::Result<()> {
        if !self.rest.is_zero() {
            self.page.flush()?;
            tokio::time::sleep(self.rest).await;
        }
        Ok(())
    }
}

fn words(state: &State, message: &Message) -> String {
    if let Some(line) = small_line(state, message) {
        return line;
    }
    let words = readable(state, &message.content);
    let answered = message.reference.and_then(|to| state.message(to.channel, to.message).ok());
    match answered {
        Some(to) => format!("↳ to {}: {words}", name(state, to.author)),
        None => words,
    }
}

fn first_paragraph(words: &str) -> &str {
    words.split("\n\n").next().unwrap_or_default()
}

/// The labels of all buttons; a label never breaks.
fn buttons(rows: &[Value]) -> String {
    let inside = rows.iter().filter_map(|row| row["components"].as_array()).flatten();
    let labels = inside.filter_map(|button| button["label"].as_str());
    labels.map(|label| format!("[{}]", label.replace(' ', "\u{a0}"))).collect::<Vec<_>>().join(" ")
}

fn private_places(state: &State) -> Vec<Channel> {
    let private = |kind| matches!(kind, ChannelKind::PrivateThread | ChannelKind::Dm);
    state.channels().filter(|channel| private(channel.kind)).cloned().collect()
}

fn recipient(state: &State, place: &Channel) -> String {
    let other = place.recipients.iter().find(|id| **id != state.app.bot);
    other.map_or_else(String::new, |id| name(state, *id))
}

fn seen_by(state: &State, channel: &Channel) -> String {
    match audience(state, channel) {
        (_, 0) => "everyone sees this".to_owned(),
        (seeing, _) => only(&seeing),
    }
}

/// More names than these would not fit beside where it is.
const FEW: usize = 5;

fn only(names: &[String]) -> String {
    match names.len() {
        1 => format!("only {} sees this", listed(names)),
        ..=FEW => format!("only {} see this", listed(names)),
        many => format!("only {many} people see this"),
    }
}

/// The rules in force; of the server's own ones what they look for, where that is words.
fn rules(own: &[RuleTable]) -> String {
    let own = own.iter().map(|rule| match rule.when.words.as_deref() {
        Some(words) => format!("{} (“{}”)", rule.name, words.join("”, “")),
        None => rule.name.clone(),
    });
    listed(&["the built-in ones".to_owned()].into_iter().chain(own).collect::<Vec<_>>())
}

/// How many people there are, whose server it is, and who moderates.
fn company(state: &State, guild: Id) -> Vec<(String, String)> {
    let Some(guild) = state.guilds.get(&guild) else { return Vec::new() };
    let is_person = |member: &&Member| state.users.get(&member.user).is_some_and(|user| !user.bot);
    let people: Vec<&Member> = guild.members.values().filter(is_person).collect();
    let moderates = |member: &&&Member| {
        let roles = member.roles.iter().filter_map(|role| guild.roles.get(role));
        roles.into_iter().any(|role| role.permissions.contains(Permissions::MANAGE_MESSAGES))
    };
    let moderators: Vec<String> =
        people.iter().filter(moderates).map(|member| name(state, member.user)).collect();
    let entry = |label: &str, text: String| (label.to_owned(), text);
    vec![
        entry("People", people.len().to_string()),
        entry("Owner", name(state, guild.owner)),
        entry("Moderators", listed(&moderators)),
    ]
}
