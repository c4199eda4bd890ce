//! Commands, menus, buttons, selects and forms: what people ask of the bot, answered within Discord's three seconds.
//!
//! The commands are data: `commands.toml` and its translations, checked by a test against Discord's limits. An
//! interaction is read by [`context`], handled by the module that is named as the command, and answered by [`talk`].
//! Not poise: its requests go out through serenity's client, which either ignores the configured address or drops the
//! headers that tell Discord's limits, and it needs serenity to decode what it answers.

mod aside;
mod buttons;
mod case;
mod catalog;
mod causes;
mod change;
mod context;
mod doctor;
mod judged;
mod menus;
mod privacy;
mod register;
mod regression;
mod rehearsal;
mod report;
mod rules;
mod setup;
mod share;
mod talk;
mod trial;
mod wording;

use tracing::{error, warn};

pub(crate) use self::context::{Asked, Context};
pub(crate) use self::register::register;
use self::talk::Answer;
use crate::message::GuildId;
use crate::responder::Executor;
use crate::store::{Store, StoreError};

/// Why a command was not carried out.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// Something the person who asked can put right, in words for them.
    Told(String),
    /// Something only the operator can.
    Failed(String),
}

impl Trouble {
    /// In words for the person who asked; what only the operator can put right is logged.
    fn told(self, guild: GuildId) -> String {
        match self {
            Self::Told(words) => words,
            Self::Failed(error) => {
                error!(%guild, %error, "a command failed");
                "Something went wrong on my side, so nothing was done. Whoever runs me finds it in my log."
                    .to_owned()
            }
        }
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<crate::discord::rest::RestError> for Trouble {
    fn from(error: crate::discord::rest::RestError) -> Self {
        Self::Failed(error.to_string())
    }
}

type Outcome = Result<Answer, Trouble>;

/// Answers an interaction; what is not ours is left alone.
pub(crate) async fn answer<S, E>(context: &Context<'_, S, E>)
where
    S: Store + 'static,
    E: Executor,
{
    // Whoever asks what is stored is not remembered for it.
    let is_news = !privacy::is_asked(context) && context.hear_locale();
    let handled = context.talk.in_time(Box::pin(handle(context))).await;
    let answer = match handled {
        Ok(answer) => answer,
        Err(trouble) => Answer::say(trouble.told(context.guild)),
    };
    if let Err(error) = context.talk.give(answer).await {
        warn!(%error, "an interaction could not be answered");
    }
    // Nobody waits for this.
    if is_news {
        context.responder.keep_locale(context.by, &context.locale).await;
    }
}

async fn handle<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    match &context.asked {
        Asked::Command { name, .. } | Asked::Typing { name, .. } => match name.as_str() {
            "doctor" => doctor::command(context),
            "rules" => rules::command(context).await,
            "privacy" => privacy::command(context).await,
            "report" => report::command(context).await,
            "wording" => wording::command(context).await,
            "setup" => setup::command(context),
            "case" => case::command(context).await,
            "aside" => aside::command(context).await,
            _ => Ok(Answer::Nothing),
        },
        Asked::Menu { name, target } => menus::used(context, name, *target).await,
        Asked::Pressed { custom_id, .. } | Asked::Form { custom_id, .. } => {
            match custom_id.split(':').next().unwrap_or_default() {
                "case" => buttons::press(context, custom_id).await,
                "cause" => causes::press(context, custom_id).await,
                "cases" => case::turn(context, custom_id).await,
                "menu" => menus::sent(context, custom_id).await,
                "change" => change::press(context, custom_id).await,
                "privacy" => privacy::press(context, custom_id).await,
                "rules" => rules::press(context, custom_id).await,
                "wording" => wording::press(context, custom_id).await,
                "setup" => setup::press(context, custom_id).await,
                _ => Ok(Answer::Nothing),
            }
        }
    }
}
