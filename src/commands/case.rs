//! `/case`: what is open, who looks after it, and how it ends. For moderators, in answers that only they read.

mod claim;
mod invite;
mod list;
mod meant;
mod note;
mod settle;
mod show;

pub(super) use self::list::turn;

use super::context::Asked;
use super::talk::Answer;
use super::{Context, Outcome, Trouble};
use crate::case::{Case, State};
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::{is_hidden, literal};

/// Carries out `/case …`, or completes the number of a case.
pub(super) async fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_moderator()?;
    if let Asked::Typing { sub, given, .. } = &context.asked {
        return meant::numbers(context, sub, given).await;
    }
    let Asked::Command { sub, given, .. } = &context.asked else { return Ok(Answer::Nothing) };
    match sub.as_str() {
        "list" => list::list(context, given).await,
        "show" => show::show(context, given).await,
        "claim" => claim::claim(context, given).await,
        "resolve" => settle::resolve(context, given).await,
        "reopen" => settle::reopen(context, given).await,
        "note" => note::note(context, given).await,
        "invite" => invite::invite(context, given).await,
        _ => Ok(Answer::Nothing),
    }
}

/// How a case stands, in a few words that name nobody but moderators: "claimed by <@1>".
fn standing(case: &Case) -> String {
    let state = called(case.state());
    let by = match &case.ending {
        Some(ending) => ending.by,
        None => case.owner,
    };
    by.map_or_else(|| state.to_owned(), |by| format!("{state} by <@{by}>"))
}

/// A state as it is said of a case, perhaps with who brought it about after it.
const fn called(state: State) -> &'static str {
    match state {
        State::InThread => "in a private thread",
        State::Dismissed => "called a false alarm",
        other => other.as_str(),
    }
}

/// How it ended, of a case that is over: "Case 12 is over: resolved by <@1> three hours ago."
fn over(case: &Case) -> String {
    let when =
        case.ending.as_ref().map_or(String::new(), |ending| format!(" <t:{}:R>", ending.at.as_second()));
    let told = case.facts().outcome.map_or(String::new(), |outcome| format!(" ({})", literal(&outcome)));
    format!("Case {} is over: {}{when}{told}.", case.number, standing(case))
}

/// Refuses what only a case that goes on is good for.
fn require_open(case: &Case) -> Result<(), Trouble> {
    if case.is_over() {
        let again = format!("`/case reopen number:{}` goes on with it.", case.number);
        return Err(Trouble::Told(format!("{} {again}", over(case))));
    }
    Ok(())
}

/// What someone wrote, in one line, without what is seen only by what it does to the words around it.
fn plain(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().filter(|c| !is_hidden(*c)).collect()
}
