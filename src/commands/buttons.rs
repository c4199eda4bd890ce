//! The buttons of a case: who may press which, what then happens, and what whoever pressed is told.
//!
//! Members are answered in the language of their Discord; what is for moderators alone is in English, as are commands.

mod alarm;
mod care;
mod details;
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
use crate::wording::Utterance;

/// Answers a pressed button of a case, or the form that one of them opens.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Some((number, button)) = Button::parse(custom_id) else { return Ok(Answer::Nothing) };
    let press = Press::on(context, number).await?;
    match button {
        Button::TakeAside => take_aside(&press).await,
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
        Button::GiveDetails => details::give(&press).await,
        Button::ShowDetails => details::show(&press),
        // Those of a cause are not below what is said of a case.
        Button::Announce | Button::Settle => Ok(Answer::Nothing),
        Button::FalseAlarm => alarm::dismiss(&press).await,
    }
}

/// Whoever an offer was made to, or a moderator, takes it up.
async fn take_aside<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let (context, number) = (press.context, press.case.number);
    let presser = context.presser();
    let taken = context.responder.take_aside(context.guild, number, &presser, context.now).await?;
    let said = match taken {
        Pressed::Accepted => Utterance::OfferAccepted,
        Pressed::NotTheirs => Utterance::OfferNotYours,
        Pressed::Over => Utterance::OfferOver,
    };
    Ok(press.say(said, &press.case))
}
