//! *Claim* and *Ask a moderator*.

use super::super::Outcome;
use super::super::talk::Answer;
use super::press::{Press, thread};
use crate::case::{Case, Event};
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::Utterance;

/// A moderator looks after the case, if nobody does yet.
pub(super) async fn claim<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_moderator()?;
    let by = press.context.by;
    let happened = press.happen(Event::Claimed { by, from: None }).await?;
    let number = happened.case.number;
    if happened.before.is_over() {
        return Err(press.over(&happened.before));
    }
    Ok(Answer::say(match happened.before.owner {
        None => claimed(&happened.case),
        Some(owner) if owner == by => format!("You look after case {number} already."),
        Some(owner) => format!(
            "<@{owner}> looks after case {number} already, so nothing was changed. `/case claim number:{number} \
             member:…` passes it on."
        ),
    }))
}

fn claimed(case: &Case) -> String {
    let number = case.number;
    match thread(case) {
        Some(thread) => format!(
            "Case {number} is yours. I bring you into <#{thread}>, and <@{}> reads there who looks after it.",
            case.member
        ),
        None => {
            format!("Case {number} is yours. There is no private thread: please write to <@{}>.", case.member)
        }
    }
}

/// The member, or the other one of an exchange, wants a moderator; they are called once.
pub(super) async fn summon<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_part()?;
    let happened = press.happen(Event::AskedFor(press.context.now)).await?;
    if happened.before.is_over() {
        return Err(press.over(&happened.before));
    }
    let again = happened.before.asked.is_some();
    Ok(press.say(if again { Utterance::PressedAskAgain } else { Utterance::PressedAsk }, &happened.case))
}
