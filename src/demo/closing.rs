//! The moderators' view of the day, its figures, and what to do next.

use std::io;

use jiff::SignedDuration;

use super::Played;
use super::page::Page;
use super::reading::{added, listed, name, place_name, time};
use super::script::Outcome;
use super::stage::Stage;
use crate::simulator::{Channel, ChannelKind, Id, Message, Request, Simulator, State};

/// What the moderators find: the threads, what they were told, and the audit log.
pub(super) fn moderators(stage: &mut Stage<'_>, discord: &Simulator, alerts: Option<Id>) -> io::Result<()> {
    let threads = discord.read(|state| -> Vec<(String, String)> {
        let private = state.threads().filter(|thread| thread.kind == ChannelKind::PrivateThread);
        private.map(|thread| thread_entry(state, thread)).collect()
    });
    list(stage.page(), ("Private threads", "as the moderators find them"), &threads)?;
    if let Some(channel) = alerts.and_then(|id| discord.read(|state| state.channels.get(&id).cloned())) {
        stage.whole(&channel)?;
    }
    audit_log(stage.page(), discord)
}

fn thread_entry(state: &State, thread: &Channel) -> (String, String) {
    let home = thread.parent.map(|parent| place_name(state, parent)).unwrap_or_default();
    let member = added(state, thread).map_or_else(String::new, |id| format!(" for {}", name(state, id)));
    (thread.name.clone(), format!("under {home}{member}; {}", answer(state, thread)))
}

/// Who answered in a thread first, besides the bot and the member, and how soon.
fn answer(state: &State, thread: &Channel) -> String {
    let member = added(state, thread);
    let opening = state.messages(thread.id).next();
    let answers = |one: &&Message| one.author != state.app.bot && Some(one.author) != member;
    match (opening, state.messages(thread.id).find(answers)) {
        (Some(opening), Some(first)) => {
            let after = first.posted.duration_since(opening.posted).as_mins();
            format!("{} answered after {after} min", name(state, first.author))
        }
        _ => "nobody has answered yet".to_owned(),
    }
}

fn audit_log(page: &mut Page<'_>, discord: &Simulator) -> io::Result<()> {
    let entries: Vec<(String, String)> = discord.read(|state| {
        let done = state.requests().iter().filter(|request| (200..300).contains(&request.status));
        done.filter_map(|request| audit_entry(state, request)).collect()
    });
    list(page, ("Audit log", "what Aside did, and why"), &entries)
}

/// Entries below a heading, or nothing when there are none.
fn list(page: &mut Page<'_>, (left, right): (&str, &str), entries: &[(String, String)]) -> io::Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    page.heading(left, right)?;
    page.entries(entries)
}

/// A request with a reason, as the audit log shows it.
fn audit_entry(state: &State, request: &Request) -> Option<(String, String)> {
    let reason = request.reason.as_deref()?;
    let place = request.path.split('/').nth(2).and_then(|id| id.parse().ok());
    let place = place.map(|id| place_name(state, id)).unwrap_or_default();
    let reason = reason.strip_prefix("Aside: ").unwrap_or(reason);
    Some((format!("{}  {place}", time(request.at)), reason.to_owned()))
}

/// The day in figures.
pub(super) fn figures(page: &mut Page<'_>, played: &Played) -> io::Result<()> {
    let left_alone = played.count_of(Outcome::LeftAlone);
    let mut entries = vec![(
        "Messages".to_owned(),
        format!("{}, of which {left_alone} were left alone", played.outcomes.len()),
    )];
    if left_alone < played.outcomes.len() {
        entries.push(("Acted on".to_owned(), acted(played)));
    }
    if let Some((middle, longest)) = quickness(&played.acknowledged_after) {
        let text = format!("after {middle} ms (median), {longest} ms at the longest");
        entries.push(("Acknowledged".to_owned(), text));
    }
    if played.expected > 0 {
        entries.push(("As expected".to_owned(), kept(played)));
    }
    page.heading("The day in figures", "")?;
    page.entries(&entries)
}

fn acted(played: &Played) -> String {
    let outcomes = [
        Outcome::TakenAside,
        Outcome::Shielded,
        Outcome::DirectMessage,
        Outcome::Offered,
        Outcome::Acknowledged,
        Outcome::Alerted,
    ];
    let counts = outcomes.map(|outcome| (played.count_of(outcome), outcome));
    let counts = counts.into_iter().filter(|(count, _)| *count > 0);
    listed(&counts.map(|(count, outcome)| format!("{count} {}", outcome.plain())).collect::<Vec<_>>())
}

fn kept(played: &Played) -> String {
    let Played { expected, unexpected, .. } = played;
    let kept = expected - unexpected;
    let marked = if *unexpected > 0 { "; the others are marked ✗ above" } else { "" };
    format!("{kept} of {expected} messages{marked}")
}

/// What to do next.
pub(super) fn next(page: &mut Page<'_>) -> io::Result<()> {
    page.heading("Your turn", "")?;
    let entries = [
        ("aside scan", "judges your own words: type a message a line, or name a file"),
        ("aside demo --script FILE", "plays your own day; src/demo/day.toml shows how"),
        ("aside run", "joins your server, with the bot's token in DISCORD_TOKEN; README.md leads you there"),
    ];
    page.entries(&entries.map(|(command, what)| (command.to_owned(), what.to_owned())))
}

/// The median and the longest, in milliseconds.
fn quickness(all: &[SignedDuration]) -> Option<(i128, i128)> {
    let mut sorted = all.to_vec();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2)?.as_millis();
    Some((middle, sorted.last()?.as_millis()))
}
