//! The buttons of a case: who may press which, what then happens, and what whoever pressed is told.
//!
//! Members are answered in the language of their Discord; what is for moderators alone is in English, as are commands.

mod care;
mod end;
mod press;
mod wishes;

use self::press::Press;
pub(super) use self::press::words;
use super::talk::Answer;
use super::{Context, Outcome};
use crate::case::Rating;
use crate::case::action::Button;
use crate::responder::{Executor, Pressed};
use crate::store::Store;
use crate::wording::{Facts, Utterance};

/// Answers a pressed button of a case, or the form that one of them opens.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Some((number, button)) = Button::parse(custom_id) else { return Ok(Answer::Nothing) };
    if button == Button::TakeAside {
        return take_aside(context, number).await;
    }
    let press = Press::on(context, number).await?;
    match button {
        Button::TakeAside | Button::FalseAlarm | Button::GiveDetails | Button::ShowDetails => {
            Ok(Answer::Nothing)
        }
        Button::Resolve => end::resolve(&press).await,
        Button::Decline => end::decline(&press).await,
        Button::Reopen => end::reopen(&press).await,
        Button::RateGood => end::rate(&press, Rating::Good).await,
        Button::RateFair => end::rate(&press, Rating::Fair).await,
        Button::RatePoor => end::rate(&press, Rating::Poor).await,
        Button::Claim => care::claim(&press).await,
        Button::AskModerator => care::summon(&press).await,
        Button::RemoveMessage => wishes::remove(&press).await,
        Button::KeepIt => wishes::keep(&press),
        Button::KeepQuiet => wishes::keep_quiet(&press).await,
    }
}

/// What to say to whoever took up an offer.
async fn take_aside<S, E>(context: &Context<'_, S, E>, number: u32) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let presser = context.presser();
    let pressed = context.responder.take_aside(context.guild, number, &presser, context.now).await?;
    let said = match pressed {
        Pressed::Accepted => Utterance::OfferAccepted,
        Pressed::NotTheirs => Utterance::OfferNotYours,
        Pressed::Over => Utterance::OfferOver,
    };
    let facts = Facts { number: Some(number), ..Facts::default() };
    Ok(Answer::say(words(context, said, &facts)))
}
