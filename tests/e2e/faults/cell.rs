//! One server of a column, in which one row is played: who is who there, and what can be seen of it.

use aside::simulator::{Channel, ChannelKind, Id, Message, Simulator};

use super::rows::Row;
use crate::community::is_said_by;

/// A row in its server.
pub(super) struct Cell<'a> {
    pub(super) discord: &'a Simulator,
    pub(super) guild: Id,
    pub(super) at: usize,
    pub(super) row: &'a Row,
    /// The press or the form that triggered it, if one did.
    pub(super) asked: Option<Id>,
}

impl Cell<'_> {
    /// Names of people are shared by all servers, so each server has its own.
    pub(super) fn person(&self, name: &str) -> Id {
        let name = named(name, self.at);
        self.discord.user(&name).unwrap_or_else(|| panic!("nobody is called {name}"))
    }

    pub(super) fn channel(&self, name: &str) -> Id {
        if name == "thread" {
            return self.threads("general").first().map_or(0, |thread| thread.id);
        }
        let of = |channel: &&Channel| channel.guild == Some(self.guild) && channel.name == name;
        self.discord.read(|state| state.channels().find(of).map(|channel| channel.id)).unwrap_or(0)
    }

    /// The request, with places filled in.
    pub(super) fn request(&self) -> String {
        ["general", "staff", "thread"].iter().fold(self.row.request.to_owned(), |request, place| {
            request.replace(&format!("<{place}>"), &self.channel(place).to_string())
        })
    }

    /// Whose requests are meant: those to a member directly concern no server.
    pub(super) fn concerned(&self) -> Id {
        if self.row.direct { self.person("alex") } else { self.guild }
    }

    /// The bot's private threads under a channel.
    pub(super) fn threads(&self, parent: &str) -> Vec<Channel> {
        let (bot, parent) = (self.discord.bot(), self.channel(parent));
        let ours = |thread: &&Channel| {
            thread.kind == ChannelKind::PrivateThread
                && thread.parent == Some(parent)
                && thread.thread.as_ref().is_some_and(|thread| thread.owner == bot)
        };
        self.discord.read(|state| state.threads().filter(ours).cloned().collect())
    }

    /// What the bot said in a channel, but for what it says of its own failures.
    pub(super) fn said(&self, place: &str) -> Vec<Message> {
        let said = self.said_in(self.channel(place)).into_iter();
        said.filter(|message| !message.content.contains("could not be done")).collect()
    }

    pub(super) fn said_in(&self, channel: Id) -> Vec<Message> {
        let bot = self.discord.bot();
        self.discord.messages(channel).into_iter().filter(|message| is_said_by(bot, message)).collect()
    }

    /// How much was said in private threads under a channel.
    pub(super) fn words(&self, parent: &str) -> usize {
        self.threads(parent).iter().map(|thread| self.said_in(thread.id).len()).sum()
    }

    pub(super) fn reading(&self, place: &str, words: &str) -> usize {
        self.said(place).iter().filter(|message| message.content.contains(words)).count()
    }

    pub(super) fn edited(&self, place: &str) -> usize {
        self.said(place).iter().filter(|message| message.edited.is_some()).count()
    }

    pub(super) fn direct(&self) -> usize {
        let bot = self.discord.bot();
        self.discord.dms(self.person("alex")).iter().filter(|message| message.author == bot).count()
    }

    /// 1 where no message of members in #general contains `words`.
    pub(super) fn gone(&self, words: &str) -> usize {
        let bot = self.discord.bot();
        let all = self.discord.messages(self.channel("general"));
        usize::from(!all.iter().any(|message| message.author != bot && message.content.contains(words)))
    }

    pub(super) fn is_inside(&self, parent: &str, who: &str) -> usize {
        let who = self.person(who);
        let inside = |thread: &&Channel| self.discord.thread_members(thread.id).contains(&who);
        self.threads(parent).iter().filter(inside).count()
    }

    pub(super) fn archived(&self) -> usize {
        let threads = self.threads("general").into_iter();
        threads.filter(|thread| thread.thread.as_ref().is_some_and(|thread| thread.archived)).count()
    }

    pub(super) fn answered(&self) -> usize {
        let asked = self.asked.and_then(|asked| self.discord.interaction(asked));
        usize::from(asked.is_some_and(|asked| asked.reply.is_some()))
    }

    /// Whether equal words stand twice in one place, as an answer to the same.
    pub(super) fn twice(&self) -> bool {
        let equal = |one: &Message, other: &Message| {
            one.id < other.id && one.content == other.content && one.reference == other.reference
        };
        ["general", "staff", "desk", "thread"].iter().any(|place| {
            let said = self.said(place);
            said.iter().any(|one| said.iter().any(|other| equal(one, other)))
        })
    }
}

/// What someone of that name is called in the server of that number.
pub(super) fn named(name: &str, at: usize) -> String {
    format!("{name}-{at}")
}
