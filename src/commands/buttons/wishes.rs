//! *Remove my message*, *Keep it* and *Keep it between us*.

use super::super::Outcome;
use super::super::talk::{Answer, Reply};
use super::press::{Press, words};
use crate::case::Event;
use crate::case::action::Button;
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::Utterance;

/// Whoever gave something away wants it removed.
pub(super) async fn remove<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_author()?;
    if press.case.still_public().is_empty() {
        return Ok(decided(press, Utterance::PressedRemoved));
    }
    let happened = press.happen(Event::TakeDown).await?;
    if happened.before.is_over() {
        return Err(press.over(&happened.before));
    }
    let gone = happened.before.still_public().is_empty();
    Ok(decided(press, if gone { Utterance::PressedRemoved } else { Utterance::PressedRemove }))
}

/// Whoever gave something away leaves it where it is.
pub(super) fn keep<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_author()?;
    Ok(match (press.case.still_public().is_empty(), press.case.is_taking_down()) {
        (true, _) => decided(press, Utterance::PressedRemoved),
        (false, true) => decided(press, Utterance::PressedRemove),
        (false, false) => decided(press, Utterance::PressedKeep),
    })
}

/// Says `said`; the choice is made, so its two buttons go.
fn decided<S, E>(press: &Press<'_, S, E>, said: Utterance) -> Answer
where
    S: Store + 'static,
    E: Executor,
{
    let number = press.case.number;
    let settled = [Button::RemoveMessage, Button::KeepIt].map(|button| button.custom_id(number));
    let reply = Reply::new(words(press.context, said, &press.case.facts()));
    match press.context.talk.rows_without(&settled) {
        Some(rows) => Answer::Leave { rows, reply },
        None => Answer::Say(reply),
    }
}

/// The member wants nothing said in public when it is over.
pub(super) async fn keep_quiet<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_member()?;
    let happened = press.happen(Event::KeptQuiet).await?;
    if happened.before.is_over() {
        return Err(press.over(&happened.before));
    }
    Ok(press.say(Utterance::PressedQuiet, &happened.case))
}
