//! `/case claim`: who looks after a case, and passing it on.

use super::invite::{person, require_sight};
use super::meant::meant;
use super::require_open;
use crate::case::{Case, Event};
use crate::commands::context::Given;
use crate::commands::talk::Answer;
use crate::commands::{Context, Outcome, Trouble};
use crate::discord::guilds::foresight::Person;
use crate::message::UserId;
use crate::responder::Executor;
use crate::store::{CaseNote, Store, Whose};

/// Claims a case that nobody looks after, or passes one on to whoever is named.
pub(super) async fn claim<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let case = meant(context, given).await?;
    require_open(&case)?;
    let Some(named) = given.id("member") else { return take(context, &case).await };
    let next = person(context, named)?;
    require_moderates(context, &next)?;
    if let Some(place) = case.thread() {
        require_sight(context, &case, place, &next)?;
    }
    pass_on(context, &case, next.id).await
}

async fn take<S, E>(context: &Context<'_, S, E>, case: &Case) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let number = case.number;
    Ok(Answer::say(match change_hands(context, case, context.by, None).await? {
        None => too_late(number),
        Some(owner) if owner != context.by => format!(
            "<@{owner}> looks after case {number} already. Where they cannot go on, `/case claim number:{number} member:` \
             with your own name takes it over."
        ),
        Some(_) if case.owner == Some(context.by) => format!("You look after case {number} already."),
        Some(_) => format!("You look after case {number} now.{}", said(case)),
    }))
}

fn too_late(number: u32) -> String {
    format!("Case {number} was over before it changed hands.")
}

async fn pass_on<S, E>(context: &Context<'_, S, E>, case: &Case, next: UserId) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let number = case.number;
    if case.owner == Some(next) {
        return Ok(Answer::say(format!("<@{next}> looks after case {number} already.")));
    }
    match change_hands(context, case, next, case.owner).await? {
        Some(owner) if owner == next => {}
        // Someone was quicker.
        Some(owner) => {
            return Ok(Answer::say(format!(
                "<@{owner}> has just taken case {number}, so I left it with them."
            )));
        }
        None => return Ok(Answer::say(too_late(number))),
    }
    let before = case.owner.map_or("nobody".to_owned(), |owner| format!("<@{owner}>"));
    let words = format!("Passed on to <@{next}>; before, {before} looked after it.");
    let note = CaseNote { by: context.by, at: context.now, words };
    context.responder.store().note_case(context.guild, number, &note).await?;
    Ok(Answer::say(format!(
        "<@{next}> looks after case {number} now; before, it was {before}.{}",
        said(case)
    )))
}

/// Gives the case to `next`, where `from` still looks after it; who does then.
async fn change_hands<S, E>(
    context: &Context<'_, S, E>,
    case: &Case,
    next: UserId,
    from: Option<UserId>,
) -> Result<Option<UserId>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let event = Event::Claimed { by: next, from };
    let happened = context.responder.happen(context.guild, Whose::Number(case.number), event).await?;
    Ok(happened.and_then(|happened| happened.case.owner))
}

fn said(case: &Case) -> &'static str {
    if case.thread().is_some() { " I say so in its thread." } else { "" }
}

/// Whoever looks after cases must be able to do what that takes.
fn require_moderates<S, E>(context: &Context<'_, S, E>, next: &Person) -> Result<(), Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    if context.may_moderate(next.id, &next.roles) {
        return Ok(());
    }
    Err(Trouble::Told(format!(
        "`member`: <@{}> is no moderator here, so they could not do what a case needs.",
        next.id
    )))
}
