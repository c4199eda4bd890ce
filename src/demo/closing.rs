//! The moderators' view of the day, its figures, and what to do next.

use std::io;

use jiff::SignedDuration;

use super::Played;
use super::page::Page;
use super::reading::{listed, name, place_name, time};
use super::script::Outcome;
use super::stage::Stage;
use crate::simulator::{Channel, ChannelKind, Id, Request, Simulator, State};

/// What the moderators find: the threads, what they were told, and the audit log.
pub(super) fn moderators(stage: &mut Stage<'_>, discord: &Simulator, alerts: Option<Id>) -> io::Result<()> {
    let threads = discord.read(|state| -> Vec<(String, String)> {
        let private = state.threads().filter(|thread| thread.kind == ChannelKind::PrivateThread);
        private.map(|thread| thread_entry(state, thread)).collect()
    });
    stage.page().heading("Private threads", "the moderators' list")?;
    for (label, text) in threads {
        stage.page().entry(&label, &text)?;
    }
    if let Some(channel) = alerts.and_then(|id| discord.read(|state| state.channels.get(&id).cloned())) {
        stage.whole(&channel)?;
    }
    audit_log(stage.page(), discord)
}

fn thread_entry(state: &State, thread: &Channel) -> (String, String) {
    let home = thread.parent.map(|parent| place_name(state, parent)).unwrap_or_default();
    let messages: Vec<_> = state.messages(thread.id).filter(|one| [0, 19].contains(&one.kind)).collect();
    let mut people: Vec<String> = Vec::new();
    for message in &messages {
        let who = name(state, message.author);
        if !people.contains(&who) {
            people.push(who);
        }
    }
    let member =
        state.messages(thread.id).find(|one| one.kind == 1).and_then(|one| one.mentions.first().copied());
    let member = member.map_or_else(String::new, |id| format!("with {}, ", name(state, id)));
    let said = format!("{} by {}", counted(messages.len(), "message"), listed(&people));
    (thread.name.clone(), format!("{member}under {home}; {said}"))
}

fn audit_log(page: &mut Page<'_>, discord: &Simulator) -> io::Result<()> {
    page.heading("Audit log", "what Aside did, and why")?;
    let entries = discord.read(|state| {
        let done = state.requests().iter().filter(|request| (200..300).contains(&request.status));
        done.filter_map(|request| audit_entry(state, request)).collect::<Vec<_>>()
    });
    for (label, text) in entries {
        page.entry(&label, &text)?;
    }
    Ok(())
}

/// A request with a reason, as the audit log shows it.
fn audit_entry(state: &State, request: &Request) -> Option<(String, String)> {
    let reason = request.reason.as_deref()?;
    let place = request.path.split('/').nth(2).and_then(|id| id.parse().ok());
    let place = place.map(|id| place_name(state, id)).unwrap_or_default();
    let reason = reason.strip_prefix("Aside: ").unwrap_or(reason);
    Some((time(request.at), format!("{place}: {reason}")))
}

/// The day in figures.
pub(super) fn figures(page: &mut Page<'_>, played: &Played) -> io::Result<()> {
    let of = |outcome| played.outcomes.iter().filter(|one| **one == outcome).count();
    let spoken = played.outcomes.len();
    page.heading("The day in figures", "")?;
    page.entry("Messages", &format!("{spoken}, of which {} left alone", of(Outcome::LeftAlone)))?;
    let acted = [
        Outcome::TakenAside,
        Outcome::Shielded,
        Outcome::DirectMessage,
        Outcome::Acknowledged,
        Outcome::Alerted,
    ];
    let parts: Vec<String> = acted
        .into_iter()
        .filter(|outcome| of(*outcome) > 0)
        .map(|outcome| format!("{} {}", of(outcome), outcome.plain()))
        .collect();
    if !parts.is_empty() {
        page.entry("Acted on", &listed(&parts))?;
    }
    if let Some((middle, longest)) = quickness(&played.acknowledged_after) {
        let text = format!("after {middle} ms in the middle, {longest} ms at the longest");
        page.entry("Acknowledged", &text)?;
    }
    page.entry("As expected", &kept(played))
}

fn kept(played: &Played) -> String {
    match (played.expected, played.unexpected) {
        (0, _) => "the script expects nothing in particular".to_owned(),
        (expected, 0) => format!("all {expected} messages that the script has an expectation of"),
        (expected, wrong) => format!("{} of {expected}; the others are marked ✗ above", expected - wrong),
    }
}

/// What to do next.
pub(super) fn next(page: &mut Page<'_>) -> io::Result<()> {
    page.heading("Your turn", "")?;
    page.entry("aside scan", "judges your own words: type a message a line, or give it a file")?;
    page.entry("aside demo", "plays your own day with --script FILE; src/demo/day.toml shows how")?;
    page.entry("aside run", "joins your server, with the bot's token in DISCORD_TOKEN; README.md says how")
}

/// The median and the longest, in milliseconds.
fn quickness(all: &[SignedDuration]) -> Option<(i128, i128)> {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2)?.as_millis();
    Some((middle, sorted.last()?.as_millis()))
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
