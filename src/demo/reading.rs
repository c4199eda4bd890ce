//! What Discord's clients make of a text: names in place of ids, links that say where they lead.

use std::sync::LazyLock;

use jiff::Timestamp;
use regex::{Captures, Regex};

use super::pieces::regex;
use crate::simulator::{Channel, Id, Message, State};

static MARKUP: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x) <@!?(?<user>\d+)> | <@&(?<role>\d+)> | <\#(?<channel>\d+)> | \*\* | <t:(?<at>\d+)(?::[a-zA-Z])?>
        | https://discord\.com/channels/\d+/(?<place>\d+)(?:/(?<message>\d+))?",
    )
});

static NAME: LazyLock<Regex> = LazyLock::new(|| regex(r"[@#][\w-]+"));

/// `text` as people read it: no ids, no markup, no control characters.
pub(super) fn readable(state: &State, text: &str) -> String {
    let read = |found: &Captures<'_>| {
        let id = |name: &str| found.name(name).and_then(|id| id.as_str().parse::<Id>().ok());
        match (id("user"), id("role"), id("channel"), id("place")) {
            (Some(user), ..) => format!("@{}", name(state, user)),
            (_, Some(role), ..) => format!("@{}", role_name(state, role)),
            (_, _, Some(channel), _) => place_name(state, channel),
            (.., Some(place)) => link(state, place, id("message")),
            _ => found.name("at").map_or_else(String::new, |at| moment(state, at.as_str())),
        }
    };
    let text = MARKUP.replace_all(text, read);
    text.chars().filter(|character| *character == '\n' || !character.is_control()).collect()
}

/// A moment as Discord's clients show it: how long ago it is.
fn moment(state: &State, seconds: &str) -> String {
    let at = seconds.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let minutes = at.map_or(0, |at| state.now().duration_since(at).as_mins());
    match minutes {
        0 => "just now".to_owned(),
        ..0 => format!("in {} min", -minutes),
        _ => format!("{minutes} min ago"),
    }
}

/// `text` as a client sends it: `@name` and `#channel` become mentions where there is such a one.
pub(super) fn addressed(state: &State, text: &str) -> String {
    let address = |found: &Captures<'_>| {
        let (sign, name) = found[0].split_at(1);
        let channel = || state.channels().find(|channel| channel.name == name).map(|channel| channel.id);
        let mention = match sign {
            "@" => state.user_named(name).map(|id| format!("<@{id}>")),
            _ => channel().map(|id| format!("<#{id}>")),
        };
        mention.unwrap_or_else(|| found[0].to_owned())
    };
    NAME.replace_all(text, address).into_owned()
}

/// The name of a user.
pub(super) fn name(state: &State, user: Id) -> String {
    state.users.get(&user).map_or_else(|| "someone".to_owned(), |user| user.name.clone())
}

/// A channel as it is mentioned.
pub(super) fn place_name(state: &State, channel: Id) -> String {
    match state.channels.get(&channel) {
        Some(thread) if thread.kind.is_thread() => format!("“{}”", thread.name.replace(' ', "\u{a0}")),
        Some(channel) => format!("#{}", channel.name),
        None => "#deleted".to_owned(),
    }
}

/// When something was said.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%H:%M").to_string()
}

/// What stands in place of words for Discord's own small lines, such as that someone was added.
pub(super) fn small_line(state: &State, message: &Message) -> Option<String> {
    let whom = || message.mentions.first().map_or_else(String::new, |id| name(state, *id));
    match message.kind {
        1 => Some(format!("added {} to the thread", whom())),
        2 => Some(format!("took {} out of the thread", whom())),
        _ => None,
    }
}

/// The people that see `channel`, the member of a private thread first, and how many do not.
pub(super) fn audience(state: &State, channel: &Channel) -> (Vec<String>, usize) {
    let members = channel.guild.and_then(|guild| state.guilds.get(&guild)).map(|guild| &guild.members);
    let people = members.into_iter().flat_map(|members| members.keys());
    let people = people.filter(|id| state.users.get(id).is_some_and(|user| !user.bot));
    let (mut seeing, blind): (Vec<Id>, Vec<Id>) = people.partition(|id| state.sees(**id, channel));
    let first = added(state, channel);
    seeing.sort_by_key(|id| Some(*id) != first);
    (seeing.into_iter().map(|id| name(state, id)).collect(), blind.len())
}

/// The member whom a private thread was opened for: the first who was added to it.
pub(super) fn added(state: &State, thread: &Channel) -> Option<Id> {
    state.messages(thread.id).find(|message| message.kind == 1)?.mentions.first().copied()
}

/// Names as a sentence lists them.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn role_name(state: &State, role: Id) -> String {
    let mut roles = state.guilds.values().filter_map(|guild| guild.roles.get(&role));
    roles.next().map_or_else(|| "role".to_owned(), |role| role.name.clone())
}

fn link(state: &State, place: Id, message: Option<Id>) -> String {
    let place_name = place_name(state, place);
    let said = message.and_then(|id| state.message(place, id).ok());
    match said {
        Some(said) => format!("{place_name} › {}, {}", name(state, said.author), time(said.posted)),
        None => place_name,
    }
}
