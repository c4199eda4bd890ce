//! `/case resolve` and `reopen`.

use super::meant::meant;
use super::{over, plain};
use crate::case::{Case, End, Ending, Event};
use crate::commands::context::Given;
use crate::commands::talk::{Answer, cut};
use crate::commands::{Context, Outcome};
use crate::responder::Executor;
use crate::store::{Store, Whose};
use crate::wording::LONGEST_OUTCOME;

/// Settles a case; of one that is over, keeps what came of it.
pub(super) async fn resolve<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let case = meant(context, given).await?;
    let outcome = given.text("outcome").map(|outcome| context.responder.masked(context.guild, outcome));
    let outcome = outcome.map(|outcome| cut(&plain(&outcome), LONGEST_OUTCOME));
    let whose = Whose::Number(case.number);
    if !case.is_over() && given.flag("private") {
        context.responder.happen(context.guild, whose, Event::KeptQuiet).await?;
    }
    let ending = Ending { outcome: outcome.clone(), ..Ending::by(End::Resolved, context.by, context.now) };
    let happened = context.responder.happen(context.guild, whose, Event::Ended(ending)).await?;
    match happened.filter(|happened| !happened.before.is_over()) {
        Some(happened) => Ok(Answer::say(resolved(&happened.case))),
        None => record(context, case.number, outcome).await,
    }
}

/// What follows, of a case that was resolved just now.
fn resolved(case: &Case) -> String {
    let public = if case.is_followed_up() {
        "I am saying so where it began, without a word about what it was."
    } else {
        "Nothing is said in public."
    };
    let thread = case.thread().map_or("", |_| " Its thread is being archived.");
    format!("Case {} is resolved. {public}{thread}", case.number)
}

/// The case was over before: what came of it is added to the record.
async fn record<S, E>(context: &Context<'_, S, E>, number: u32, outcome: Option<String>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let whose = Whose::Number(number);
    let Some(outcome) = outcome else {
        let case = context.responder.store().case(context.guild, whose).await?;
        return Ok(Answer::say(case.as_ref().map_or_else(String::new, over)));
    };
    let event = Event::Recorded(outcome.clone());
    let happened = context.responder.happen(context.guild, whose, event).await?;
    let before = happened.as_ref().map_or_else(String::new, |happened| over(&happened.before));
    Ok(Answer::say(format!("{before} The record says from now on: {outcome}")))
}

/// Goes on with a case that was over.
pub(super) async fn reopen<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let case = meant(context, given).await?;
    let (number, event) = (case.number, Event::Reopened(context.by, context.now));
    let happened = context.responder.happen(context.guild, Whose::Number(number), event).await?;
    let Some(happened) = happened.filter(|happened| happened.before.is_over()) else {
        return Ok(Answer::say(format!("Case {number} is open already: {}.", super::standing(&case))));
    };
    let thread = match happened.case.thread() {
        Some(place) => format!("I am opening <#{}> again and saying so there.", place.channel),
        None => {
            "It has no private thread any more; the menu *Take aside* on a message of the member opens one."
                .to_owned()
        }
    };
    Ok(Answer::say(format!("Case {number} is open again. {thread}")))
}
