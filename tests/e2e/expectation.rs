//! What the bot did, held against what a scenario expects.

use std::collections::BTreeSet;
use std::fmt::Debug;

use aside::simulator::{Channel, ChannelKind, Id, Message};

use crate::community::{is_said_by, private_threads, said};
use crate::play::Play;
use crate::scenario::{Expected, ExpectedPost, ExpectedThread, fill};

/// Compares everything the bot did so far with what is `expected`: nothing may be missing, nothing more be there.
pub(crate) fn check(play: &Play, expected: &Expected) -> Result<(), String> {
    let threads = private_threads(&play.discord);
    same_number("private threads", &threads, &expected.threads)?;
    for (at, (thread, expected)) in threads.iter().zip(&expected.threads).enumerate() {
        check_thread(play, thread, expected).map_err(|wrong| format!("case {}: {wrong}", at + 1))?;
    }
    let (direct, public) = outside(play, &threads);
    check_posts(play, "public post", &public, &expected.posts)?;
    check_posts(play, "direct message", &direct, &expected.direct)?;
    check_removed(play, &expected.removed)?;
    same("took back", &withdrawn(play), &expected.withdrawn)
}

/// Whether a message of that identifier was said by somebody in the scenario.
fn is_called(play: &Play, id: &str) -> bool {
    play.called.values().any(|(_, message)| message.to_string() == id)
}

/// How many posts of its own the bot deleted.
fn withdrawn(play: &Play) -> usize {
    let asked = play.discord.requests();
    let gone = asked
        .iter()
        .filter(|request| request.fits("DELETE /channels/{}/messages/{}") && request.status == 204);
    gone.filter(|request| !is_called(play, request.path.rsplit('/').next().unwrap_or_default())).count()
}

fn check_thread(play: &Play, thread: &Channel, expected: &ExpectedThread) -> Result<(), String> {
    same("is under", &thread.parent, &Some(play.place(&expected.under)?))?;
    let inside: BTreeSet<Id> = play.discord.thread_members(thread.id).into_iter().collect();
    same(
        "holds",
        &names(play, inside.into_iter().filter(|id| *id != play.discord.bot())),
        &wanted(&expected.members),
    )?;
    check_posts(play, "post", &said(&play.discord, thread.id), &expected.posts)
}

/// The bot's direct messages, and its words outside of cases, each oldest first.
fn outside(play: &Play, threads: &[Channel]) -> (Vec<Message>, Vec<Message>) {
    let bot = play.discord.bot();
    let mut said: Vec<(ChannelKind, Message)> = play.discord.read(|state| {
        let elsewhere =
            state.channels().filter(|channel| threads.iter().all(|thread| thread.id != channel.id));
        let all = elsewhere
            .flat_map(|channel| state.messages(channel.id).map(move |one| (channel.kind, one.clone())));
        all.filter(|(_, message)| is_said_by(bot, message)).collect()
    });
    said.sort_by_key(|(_, message)| message.id);
    let (direct, public): (Vec<_>, Vec<_>) = said.into_iter().partition(|(kind, _)| *kind == ChannelKind::Dm);
    let messages = |said: Vec<(ChannelKind, Message)>| said.into_iter().map(|(_, message)| message).collect();
    (messages(direct), messages(public))
}

fn check_posts(play: &Play, what: &str, posts: &[Message], expected: &[ExpectedPost]) -> Result<(), String> {
    if posts.len() != expected.len() {
        let said: Vec<&str> = posts.iter().map(|post| post.content.as_str()).collect();
        return Err(format!("{} {what}s instead of {}: {said:#?}", posts.len(), expected.len()));
    }
    for (at, (post, expected)) in posts.iter().zip(expected).enumerate() {
        check_post(play, post, expected)
            .map_err(|wrong| format!("{what} {}: {wrong}\n{}", at + 1, post.content))?;
    }
    Ok(())
}

fn check_post(play: &Play, post: &Message, expected: &ExpectedPost) -> Result<(), String> {
    if let Some(place) = &expected.r#in {
        same("stands in", &post.channel, &play.place(place)?)?;
    }
    if let Some(member) = &expected.to {
        let recipients = play.discord.read(|state| {
            state
                .channels()
                .find(|channel| channel.id == post.channel)
                .map(|channel| channel.recipients.clone())
        });
        let recipient = recipients.unwrap_or_default().into_iter().filter(|id| *id != play.discord.bot());
        same("is to", &names(play, recipient), &wanted(std::slice::from_ref(member)))?;
    }
    let answers = expected.answers.as_ref().map(|message| play.message(message)).transpose()?;
    same("answers", &post.reference.map(|reference| reference.message), &answers.map(|(_, id)| id))?;
    same("alerts", &names(play, post.pinged.iter().copied()), &wanted(&expected.pings))?;
    same("offers", &buttons(post), &expected.buttons)?;
    same("returns", &enclosure(post), &expected.returns)?;
    for words in &expected.has {
        let words = fill(words, |name| play.known(name))?;
        if !post.content.contains(&words) {
            return Err(format!("does not say {words:?}"));
        }
    }
    match expected.lacks.iter().find(|words| post.content.to_lowercase().contains(&words.to_lowercase())) {
        Some(words) => Err(format!("says {words:?}")),
        None => Ok(()),
    }
}

/// Messages the bot removed are gone; every other one that has a name is there.
fn check_removed(play: &Play, expected: &[String]) -> Result<(), String> {
    let asked = play.discord.requests();
    let asked = asked
        .iter()
        .filter(|request| request.fits("DELETE /channels/{}/messages/{}") && request.status == 204);
    let removed: Vec<String> = asked
        .filter(|request| is_called(play, request.path.rsplit('/').next().unwrap_or_default()))
        .map(|request| {
            let name = |id: &str| play.called.iter().find(|(_, (_, message))| message.to_string() == id);
            let id = request.path.rsplit('/').next().unwrap_or_default();
            name(id).map_or_else(|| id.to_owned(), |(name, _)| name.clone())
        })
        .collect();
    same("removed", &removed, &expected.to_vec())?;
    let still = |name: &&String| play.message(name).is_ok_and(|(channel, id)| there(play, channel, id));
    match expected.iter().find(still) {
        Some(name) => Err(format!("{name} is still there")),
        None => Ok(()),
    }
}

fn there(play: &Play, channel: Id, message: Id) -> bool {
    play.discord.read(|state| state.messages(channel).any(|one| one.id == message))
}

fn buttons(post: &Message) -> Vec<String> {
    let rows = post.components.iter().filter_map(|row| row["components"].as_array());
    rows.flatten().filter_map(|button| button["label"].as_str()).map(str::to_owned).collect()
}

fn enclosure(post: &Message) -> Option<String> {
    let embed = post.embeds.first()?;
    embed["description"].as_str().map(str::to_owned)
}

fn names(play: &Play, ids: impl Iterator<Item = Id>) -> BTreeSet<String> {
    // Collected first: looking at the state twice at a time would wait for itself.
    let ids: Vec<Id> = ids.collect();
    play.discord.read(|state| ids.into_iter().map(|id| state.name(id)).collect())
}

fn wanted(names: &[String]) -> BTreeSet<String> {
    names.iter().cloned().collect()
}

fn same<T: PartialEq + Debug>(what: &str, found: &T, expected: &T) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what} {found:?} instead of {expected:?}")) }
}

fn same_number<A, B>(what: &str, found: &[A], expected: &[B]) -> Result<(), String> {
    let (found, expected) = (found.len(), expected.len());
    if found == expected { Ok(()) } else { Err(format!("{found} {what} instead of {expected}")) }
}
