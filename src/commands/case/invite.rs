//! `/case invite`: brings someone who can help into the private thread of a case.

use std::time::Duration;

use super::meant::meant;
use super::{plain, require_open};
use crate::case::{Case, Errand, Event, Place, Rung, Saying, Step};
use crate::commands::context::Given;
use crate::commands::talk::Answer;
use crate::commands::{Context, Outcome, Trouble};
use crate::discord::guilds::foresight::Person;
use crate::message::{ChannelId, RoleId, UserId};
use crate::responder::Executor;
use crate::store::{Store, Whose};

/// How long it is waited for until the answer can only say that it is on its way.
const PATIENCE: Duration = Duration::from_mins(1);

/// Brings someone in, and says whether that worked.
pub(super) async fn invite<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let id = given.id("member").ok_or_else(|| told("`member` is missing."))?;
    let case = meant(context, given).await?;
    require_open(&case)?;
    let place = case.thread().ok_or_else(|| {
        told(&format!("Case {} has no private thread that anyone could be brought into.", case.number))
    })?;
    let person = person(context, id)?;
    require_welcome(context, &case, place, &person)?;
    let (number, event) = (case.number, Event::Invited(person.id));
    context.responder.happen(context.guild, Whose::Number(number), event).await?;
    let done = |case: &Case| !is_under_way(case, person.id);
    let after = context.responder.until(context.guild, number, PATIENCE, done).await?;
    Ok(Answer::say(outcome(&case, after.as_ref(), person.id, place)))
}

/// Whether `person` is still to be brought in, or that is still to be said in the thread.
fn is_under_way(case: &Case, person: UserId) -> bool {
    let theirs =
        |errand: &Errand| [Errand::Bring(person), Errand::Say(Saying::Invited(person))].contains(errand);
    case.errands.iter().any(theirs) || matches!(&case.step, Step::Running(errand) if theirs(errand))
}

fn outcome(before: &Case, after: Option<&Case>, person: UserId, place: Place) -> String {
    let thread = format!("<#{}>", place.channel);
    match after {
        Some(case) if is_under_way(case, person) => {
            format!("I am bringing <@{person}> into {thread}, as soon as Discord lets me.")
        }
        Some(case) if case.problems.len() > before.problems.len() => {
            let problems = case.problems.get(before.problems.len()..).unwrap_or_default().join(" ");
            format!("That did not work: {}", plain(&problems))
        }
        _ => format!(
            "<@{person}> is in {thread} now and can read everything there, from the beginning. The thread says so."
        ),
    }
}

/// Who is to be invited, with the roles that Discord told with the command.
pub(super) fn person<S, E>(context: &Context<'_, S, E>, id: u64) -> Result<Person, Trouble> {
    let key = id.to_string();
    if context.resolved["users"][&key]["bot"] == true {
        return Err(told("`member`: that is a bot. A private thread is for people."));
    }
    let roles = context.resolved["members"][&key]["roles"].as_array();
    let roles = roles.ok_or_else(|| told("`member`: they are not in this server, or not any more."))?;
    let roles = roles.iter().filter_map(|role| role.as_str()?.parse().ok()).map(RoleId);
    Ok(Person { id: UserId(id), roles: roles.collect() })
}

fn require_welcome<S, E>(
    context: &Context<'_, S, E>,
    case: &Case,
    place: Place,
    person: &Person,
) -> Result<(), Trouble> {
    if person.id == case.member {
        return Err(told("`member`: it is their own case, so they are in its thread already."));
    }
    require_sight(context, case, place, person)
}

/// Discord lets nobody into a thread who cannot see the channel that it is under.
pub(super) fn require_sight<S, E>(
    context: &Context<'_, S, E>,
    case: &Case,
    place: Place,
    person: &Person,
) -> Result<(), Trouble> {
    let parent = parent(case, place);
    if context.guilds.sees(context.guild, parent, person) {
        return Ok(());
    }
    Err(told(&format!(
        "`member`: <@{}> cannot see <#{parent}>, which the private thread is under, so Discord would not let them in. \
         Someone who may change that channel's permissions can let them see it.",
        person.id
    )))
}

fn parent(case: &Case, place: Place) -> ChannelId {
    let desk = case.surroundings.desk.filter(|_| place.rung == Rung::Desk);
    case.under.or(desk).unwrap_or(case.matter.home)
}

fn told(words: &str) -> Trouble {
    Trouble::Told(words.to_owned())
}
