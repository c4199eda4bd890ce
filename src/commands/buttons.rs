//! The buttons of a case.

use super::talk::Answer;
use super::{Context, Outcome};
use crate::case::action::Button;
use crate::responder::{Executor, Pressed};
use crate::store::Store;
use crate::wording::{Facts, Utterance};

/// Answers a pressed button of a case.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Some((number, button)) = Button::parse(custom_id) else { return Ok(Answer::Nothing) };
    let said = match button {
        Button::TakeAside => take_aside(context, number).await?,
        _ => Utterance::OfferOver,
    };
    let here = context.responder.in_force(context.guild);
    let wording = &here.core.wording;
    let language = wording.language_for(&context.locale);
    let variant = wording.choose(language, said, None, context.now.as_millisecond().unsigned_abs());
    let facts = Facts { number: Some(number), ..Facts::default() };
    Ok(Answer::say(wording.render(language, said, variant, &facts)))
}

/// What to say to whoever took up an offer.
async fn take_aside<S, E>(context: &Context<'_, S, E>, number: u32) -> Result<Utterance, super::Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let presser = context.presser();
    let pressed = context.responder.take_aside(context.guild, number, &presser, context.now).await?;
    Ok(match pressed {
        Pressed::Accepted => Utterance::OfferAccepted,
        Pressed::NotTheirs => Utterance::OfferNotYours,
        Pressed::Over => Utterance::OfferOver,
    })
}
