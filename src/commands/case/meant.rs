//! Which case is meant: the one of the number that was given, else the one whose private thread this is.

use std::cmp::Reverse;

use serde_json::json;

use super::called;
use super::list::by_urgency;
use crate::case::{Case, State};
use crate::commands::context::Given;
use crate::commands::talk::{Answer, Choice};
use crate::commands::{Context, Outcome, Trouble};
use crate::responder::Executor;
use crate::store::{Sought, Store, Whose};

/// The most choices that Discord shows.
const MOST: usize = 25;

/// The most cases that are looked through for them.
const MOST_READ: u32 = 200;

/// The case that is meant.
pub(super) async fn meant<S, E>(context: &Context<'_, S, E>, given: &Given) -> Result<Case, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let number = given.written("number");
    let whose = match &number {
        Some(number) => Whose::Number(number.parse().unwrap_or(0)),
        None => Whose::Thread(context.channel),
    };
    let case = context.responder.store().case(context.guild, whose).await?;
    case.ok_or_else(|| {
        let why = match number {
            Some(number) => format!("`number`: there is no case {number} here, or not any more."),
            None => "`number` is missing: this is not the private thread of a case, so I can't tell which one you mean."
                .to_owned(),
        };
        Trouble::Told(format!("{why} `/case list` shows what is open."))
    })
}

/// The cases that can be chosen for a subcommand: what can be reopened is over; what can be shown or noted about can be;
/// all else is open. Nothing in them tells who the member is.
pub(super) async fn numbers<S, E>(context: &Context<'_, S, E>, sub: &str, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let typed = given.written("number").unwrap_or_default();
    let mut cases = match sub {
        "reopen" => over(context).await?,
        "show" | "note" | "resolve" => {
            let mut cases = open(context).await?;
            cases.extend(over(context).await?);
            cases
        }
        _ => open(context).await?,
    };
    // One that is typed whole is there, however old it is.
    if let Ok(number) = typed.parse()
        && let Some(case) = context.responder.store().case(context.guild, Whose::Number(number)).await?
        && (sub != "reopen" || case.is_over())
    {
        cases.insert(0, case);
    }
    let begun = cases.iter().filter(|case| case.number.to_string().starts_with(&typed));
    let choices =
        begun.map(|case| Choice { name: brief(context, case), value: json!(case.number) }).take(MOST);
    Ok(Answer::Offer(choices.collect()))
}

/// Those that are open and need people: whoever asks sees their own first, then those that wait longest.
async fn open<S, E>(context: &Context<'_, S, E>) -> Result<Vec<Case>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let newest = Sought { most: Some(MOST_READ), ..Sought::open() };
    let own = Sought { owner: Some(context.by), ..newest.clone() };
    let mut cases = context.responder.store().cases(context.guild, &own).await?;
    let others = context.responder.store().cases(context.guild, &newest).await?;
    cases.extend(others.into_iter().filter(|case| case.owner != Some(context.by)));
    cases.retain(Case::needs_people);
    cases.sort_by_key(|case| (case.owner != Some(context.by), by_urgency(case)));
    Ok(cases)
}

/// Those that were over last.
async fn over<S, E>(context: &Context<'_, S, E>) -> Result<Vec<Case>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let states = State::ALL.iter().copied().filter(|state| state.is_over()).collect();
    let sought = Sought { states, most: Some(MOST_READ), ..Sought::default() };
    let mut cases = context.responder.store().cases(context.guild, &sought).await?;
    cases.sort_by_key(|case| Reverse(case.ending.as_ref().map(|ending| ending.at)));
    Ok(cases)
}

/// "12 · private details · #general · claimed by you".
fn brief<S, E>(context: &Context<'_, S, E>, case: &Case) -> String {
    let spelled = context.guilds.spelled_out(context.guild, &format!("<#{}>", case.lead().channel));
    let channel = if spelled.starts_with("<#") { "a channel that is gone" } else { &spelled };
    let state = match case.owner {
        Some(owner) if owner == context.by && !case.is_over() => "claimed by you",
        None if case.waiting().is_some() => "waiting for an answer",
        _ => called(case.state()),
    };
    format!("{} · {} · {channel} · {state}", case.number, case.lead().category.label())
}
