//! `/case note`: what moderators note about a case, for each other.

use super::meant::meant;
use crate::commands::context::Given;
use crate::commands::talk::Answer;
use crate::commands::{Context, Outcome};
use crate::responder::Executor;
use crate::store::{CaseNote, Store};

/// Keeps a note, with everything private in it masked.
pub(super) async fn note<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let words = given.required("note")?;
    let case = meant(context, given).await?;
    let words = context.responder.masked(context.guild, words);
    let masked = if words.contains('▮') { " What looked private in it is masked." } else { "" };
    let note = CaseNote { by: context.by, at: context.now, words };
    context.responder.store().note_case(context.guild, case.number, &note).await?;
    let number = case.number;
    Ok(Answer::say(format!(
        "Noted about case {number}, for moderators only; `/case show number:{number}` has all notes.{masked}"
    )))
}
