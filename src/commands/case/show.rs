//! `/case show`: everything that moderators may know about a case.

use jiff::Timestamp;

use super::meant::meant;
use super::{plain, standing};
use crate::case::action::Button;
use crate::case::clock::Promise;
use crate::case::{Case, Errand, Rung, Saying, Step};
use crate::commands::context::Given;
use crate::commands::talk::{Answer, File, Reply, button};
use crate::commands::{Context, Outcome, Trouble};
use crate::detect::Kind;
use crate::privacy;
use crate::responder::{ASKED_FOR, BY_HAND, Executor};
use crate::store::{CaseNote, Store};
use crate::wording::{length, literal};

/// The most characters of an answer; notes that do not fit go along as a file.
const MOST_WORDS: usize = 2_000;

/// The most cases of one cause that are listed.
const MOST_LINKED: usize = 20;

/// Shows a case, with the buttons that moderators have for it.
pub(super) async fn show<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let case = meant(context, given).await?;
    let notes = context.responder.store().case_notes(context.guild, case.number).await?;
    let here = context.responder.in_force(context.guild);
    let lines: Vec<String> = [
        matter(&case),
        people(&case),
        clock(&case, &here.core.promise, context.now),
        end(&case),
        related(&case),
        cause(context, &case).await?,
        left(&case),
    ]
    .concat();
    let reply = with_notes(context, &case, &lines.join("\n"), &notes);
    let written = context.responder.store().transcript(context.guild, case.number).await?;
    let reply = with_transcript(reply, case.number, &privacy::transcript(&written));
    let buttons: Vec<_> =
        case.moderators_buttons().into_iter().map(|one| pressable(one, case.number)).collect();
    Ok(Answer::Say(reply.row(&buttons)))
}

fn pressable(one: Button, number: u32) -> serde_json::Value {
    button(2, one.label(), &one.custom_id(number))
}

/// What it is about, and where.
fn matter(case: &Case) -> Vec<String> {
    let (matter, facts) = (case.lead(), case.facts());
    let kinds = kinds(&matter.kinds);
    let kinds = if kinds.is_empty() { kinds } else { format!(" ({kinds})") };
    let mut lines = vec![format!(
        "**Case {}**: {}{kinds} in <#{}>",
        case.number,
        matter.category.label(),
        matter.channel
    )];
    lines.push(format!("- State: {}", standing(case)));
    lines.extend(rule(&matter.rule));
    lines.extend(facts.reason.map(|reason| format!("- Why: {}", plain(&reason))));
    lines.extend(facts.would.map(|would| format!("- Held back: I would have {would}")));
    lines.extend(facts.link.map(|link| match matter.removed {
        true => format!("- The message was removed from {link}"),
        false if matter.deleted => format!("- The message is gone; it was {link}"),
        false => format!("- Message: {link}"),
    }));
    if case.messages > 1 {
        lines
            .push(format!("- {} messages of the member so far, of which this is the gravest", case.messages));
    }
    lines.extend(case.raid.as_ref().map(|raid| {
        format!("- It stands for {} messages of {} members at once", raid.messages, raid.members)
    }));
    lines
}

fn kinds(kinds: &[Kind]) -> String {
    kinds.iter().map(|kind| kind.label()).collect::<Vec<_>>().join(", ")
}

/// Where no rule applied, the reason says who chose it.
fn rule(rule: &str) -> Option<String> {
    (![ASKED_FOR, BY_HAND].contains(&rule)).then(|| format!("- Rule: `{rule}`"))
}

/// Whose it is, and where they talk.
fn people(case: &Case) -> Vec<String> {
    let companion = case.lead().companion.map_or(String::new(), |other| format!(", with <@{other}>"));
    let asked =
        case.asked.map_or(String::new(), |at| format!("; asked for a moderator <t:{}:R>", at.as_second()));
    let place = match case.place {
        Some(place) if place.rung == Rung::Direct => {
            "- They were written to directly; nobody else reads that".to_owned()
        }
        Some(place) => format!("- Private thread: <#{}>", place.channel),
        None => "- No private thread".to_owned(),
    };
    vec![format!("- Member: <@{}>{companion}{asked}", case.member), place]
}

/// How long the member waits, what is promised, and what the clock does next.
fn clock(case: &Case, promise: &Promise, now: Timestamp) -> Vec<String> {
    let mut lines = vec![format!("- Noticed <t:{}:f>", case.opened.as_second())];
    if let Some(since) = case.waiting() {
        let waited = promise.hours.as_ref().map_or(String::new(), |_| {
            format!(", {} of it in working hours", length(promise.waited(since, now)))
        });
        lines.push(format!("- Waiting since <t:{}:R>{waited}{}", since.as_second(), promised(promise)));
        let next = promise.remind_at(since, case.reminders);
        lines.extend(next.map(|next| match case.reminders {
            0 => format!("- Moderators are reminded <t:{}:R>", next.as_second()),
            _ => format!("- More moderators are called <t:{}:R>", next.as_second()),
        }));
    }
    if case.reminders > 0 {
        lines.push(format!("- Reminders so far: {}", case.reminders));
    }
    lines.extend(case.first_answer.map(|at| {
        format!("- First answer after {}{}", length(promise.waited(case.since, at)), promised(promise))
    }));
    let expires = if case.is_over() { None } else { promise.expires_at(case.active) };
    lines.extend(expires.map(|at| format!("- Ends by itself <t:{}:R>, if nothing happens", at.as_second())));
    lines
}

fn promised(promise: &Promise) -> String {
    if promise.remind_after.is_positive() {
        format!(" (promised: {})", length(promise.remind_after))
    } else {
        String::new()
    }
}

/// How it ended, and how the member found it.
fn end(case: &Case) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(ending) = &case.ending {
        lines.push(format!("- Over since <t:{}:f>", ending.at.as_second()));
        lines.extend(case.facts().outcome.map(|outcome| format!("- What came of it: {}", literal(&outcome))));
    }
    lines.extend(case.rating.map(|rating| format!("- The member says it went: {}", rating.as_str())));
    if case.discreet {
        lines.push("- Nothing is said in public when it is over".to_owned());
    }
    if let (Some(by), None) = (case.reopened_by, &case.ending) {
        lines.push(format!("- Opened again by <@{by}>"));
    }
    lines
}

/// The cases that it has to do with.
fn related(case: &Case) -> Vec<String> {
    let beside = case.lead().beside.map(|other| {
        format!(
            "- One matter with case {other}: the two heat each other up, and each has a thread of their own"
        )
    });
    beside.into_iter().collect()
}

/// The cases that seem to have the same cause, where moderators were told of it.
async fn cause<S, E>(context: &Context<'_, S, E>, case: &Case) -> Result<Vec<String>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let Some(notice) = context.responder.store().cause_of(context.guild, case.number).await? else {
        return Ok(Vec::new());
    };
    let others: Vec<u32> =
        notice.cause.cases.iter().copied().filter(|number| *number != case.number).collect();
    let listed: Vec<String> = others.iter().take(MOST_LINKED).map(u32::to_string).collect();
    let more = match others.len().saturating_sub(MOST_LINKED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let topic = notice.cause.topic().join(", ");
    let topic = if topic.is_empty() { topic } else { format!(", about “{topic}”") };
    let over =
        notice.over.as_ref().map_or(String::new(), |over| format!("; over <t:{}:R>", over.at.as_second()));
    Ok(vec![format!("- One cause with {}{more}{topic}{over}", listed.join(", "))])
}

/// What did not work, and what is still to be done.
fn left(case: &Case) -> Vec<String> {
    let mut lines = Vec::new();
    if !case.problems.is_empty() {
        lines.push(format!("- What did not work: {}", plain(&case.problems.join(" "))));
    }
    let running = match case.step {
        Step::Offered | Step::Talking => None,
        Step::Running(errand) => Some(doing(errand)),
        _ => Some("seeing to what the rule asks for".to_owned()),
    };
    let left: Vec<String> = running.into_iter().chain(case.errands.iter().copied().map(doing)).collect();
    if !left.is_empty() {
        lines.push(format!("- Still to be done: {}", left.join(", ")));
    }
    lines
}

/// An errand in a few words.
fn doing(errand: Errand) -> String {
    let words = match errand {
        Errand::Open => "opening a private place",
        Errand::TakeAside(_) => "taking the member aside",
        Errand::Bring(person) => return format!("bringing <@{person}> in"),
        Errand::Say(Saying::Parting(_)) => "last words in the thread",
        Errand::Say(_) => "a word in the thread",
        Errand::TakeDown(_) => "removing the message",
        Errand::FollowUp => "saying in public that it is settled",
        Errand::Withdraw => "taking the public words back",
        Errand::Retire(_) => "taking an earlier alert back",
        Errand::Archive => "archiving the thread",
        Errand::Unarchive => "opening the thread again",
    };
    words.to_owned()
}

/// The notes below `words`, or along with them as a file where they are too long.
/// What was written in the thread, where it is kept; behind the notes, where those are a file already.
fn with_transcript(mut reply: Reply, number: u32, transcript: &str) -> Reply {
    if transcript.is_empty() {
        return reply;
    }
    let file = reply
        .file
        .get_or_insert_with(|| File { name: format!("case-{number}-transcript.txt"), content: Vec::new() });
    if !file.content.is_empty() {
        file.content.extend(b"\n\nIn the thread:\n");
    }
    file.content.extend(transcript.as_bytes());
    reply
}

fn with_notes<S, E>(context: &Context<'_, S, E>, case: &Case, words: &str, notes: &[CaseNote]) -> Reply {
    let told =
        |note: &CaseNote| format!("- <@{}> <t:{}:R>: {}", note.by, note.at.as_second(), literal(&note.words));
    let listed: Vec<String> = notes.iter().map(told).collect();
    let whole = match listed.as_slice() {
        [] => words.to_owned(),
        listed => format!("{words}\n**Notes**, for moderators only\n{}", listed.join("\n")),
    };
    if whole.chars().count() <= MOST_WORDS {
        return Reply::new(whole);
    }
    let line = |note: &CaseNote| format!("{} by {}: {}", note.at, note.by, plain(&note.words));
    let whole = notes.iter().map(line).collect::<Vec<_>>().join("\n");
    let spelled = context.guilds.spelled_out(context.guild, &whole).into_bytes();
    let file = File { name: format!("case-{}-notes.txt", case.number), content: spelled };
    Reply::new(format!("{words}\n**Notes**: {}, in the file", notes.len())).with_file(file)
}
