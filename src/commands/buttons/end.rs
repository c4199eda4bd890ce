//! *Resolve*, *I'd rather not*, *Reopen* and the ratings.

use super::super::Outcome;
use super::super::talk::Answer;
use super::press::{Press, thread};
use crate::case::{Case, End, Event, Rating};
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::Utterance;

/// The member, the other one of an exchange, or a moderator says that it is settled.
pub(super) async fn resolve<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_part_or_moderator()?;
    let case = press.end(End::Resolved).await?.case;
    if press.moderates() {
        return Ok(Answer::say(resolved(&case)));
    }
    Ok(press.say(Utterance::PressedResolve, &case))
}

fn resolved(case: &Case) -> String {
    let number = case.number;
    let closing = thread(case).map_or(String::new(), |thread| {
        format!(" I say so to <@{}> in <#{thread}> and close it.", case.member)
    });
    let public = if case.discreet {
        " Nothing is said in public, as the member wishes."
    } else if case.is_followed_up() {
        " Everyone reads where it began that it is settled, and nothing else."
    } else {
        ""
    };
    format!(
        "Case {number} is resolved.{closing}{public}\nWhat came of it is added for the record by `/case resolve \
         number:{number} outcome:…`."
    )
}

/// The member would rather not talk.
pub(super) async fn decline<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_member()?;
    let case = press.end(End::Declined).await?.case;
    Ok(press.say(Utterance::PressedDecline, &case))
}

/// The member or a moderator wants to go on.
pub(super) async fn reopen<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_member_or_moderator()?;
    let happened = press.happen(Event::Reopened(press.context.by, press.context.now)).await?;
    let (case, was_over) = (&happened.case, happened.before.is_over());
    if case.is_over() {
        return Err(press.over(case));
    }
    if !press.moderates() {
        let said = if was_over { Utterance::PressedReopen } else { Utterance::PressedOpen };
        return Ok(press.say(said, case));
    }
    let number = case.number;
    Ok(Answer::say(match (was_over, thread(case)) {
        (false, _) => format!("Case {number} is open already; nothing was done."),
        (true, Some(thread)) => format!("Case {number} is open again, in <#{thread}>."),
        (true, None) => format!("Case {number} is open again."),
    }))
}

/// The member says how it went; another press changes it.
pub(super) async fn rate<S, E>(press: &Press<'_, S, E>, rating: Rating) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_member()?;
    let case = press.happen(Event::Rated(rating)).await?.case;
    match case.rating {
        Some(kept) if kept == rating => Ok(press.say(Utterance::PressedRating, &case)),
        _ if case.is_over() => Err(press.over(&case)),
        // It was opened again since.
        _ => Ok(press.say(Utterance::PressedOpen, &case)),
    }
}
