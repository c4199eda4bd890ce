//! `/aside`: a member asks for a private word with the moderators.

use std::time::Duration;

use super::buttons::words;
use super::context::Asked;
use super::talk::Answer;
use super::{Context, Outcome, Trouble};
use crate::case::Case;
use crate::discord::guilds::foresight::Person;
use crate::discord::lookup::{Lookup, Unseen};
use crate::message::{Message, MessageId};
use crate::responder::{Asking, Executor};
use crate::store::{Store, Whose};
use crate::wording::{Facts, Utterance};

/// How long a thread is waited for until the answer can only say that it is on its way. Discord takes answers for a
/// quarter of an hour, but nobody looks at one that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// Carries out `/aside`.
pub(super) async fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Asked::Command { given, .. } = &context.asked else { return Ok(Answer::Nothing) };
    if is_inside(context).await? {
        let facts = Facts { thread: Some(context.channel), ..Facts::default() };
        return Ok(say(context, Utterance::AskedBefore, &facts));
    }
    let message = message(context, given.text("about").unwrap_or_default()).await?;
    match context.responder.ask_for_a_word(&message, context.now).await? {
        Asking::Opened(number) => shown(context, number, Utterance::AskedHere).await,
        Asking::Before(number) => shown(context, number, Utterance::AskedBefore).await,
        Asking::TooMany => Ok(say(context, Utterance::AskedLater, &Facts::default())),
    }
}

/// Whether this is the private thread of an open case of theirs.
async fn is_inside<S, E>(context: &Context<'_, S, E>) -> Result<bool, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let case = context.responder.store().case(context.guild, Whose::Thread(context.channel)).await?;
    Ok(case.is_some_and(|case| case.member == context.by && !case.is_over()))
}

/// What they say about it, as if it were said where the command was used. It never is.
async fn message<S, E>(context: &Context<'_, S, E>, about: &str) -> Result<Message, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let lookup = Lookup { rest: context.rest, guilds: context.guilds, guild: context.guild };
    let home = match lookup.place(context.channel).await {
        Ok(place) => place.home(),
        Err(Unseen::Trouble(error)) => return Err(error.into()),
        // A channel that is closed to us: where else there is a place for it is found out all the same.
        Err(_) => context.channel,
    };
    let person = Person { id: context.by, roles: context.roles.clone() };
    Ok(Message {
        id: MessageId::at(context.now),
        guild: context.guild,
        channel: context.channel,
        home,
        author: context.guilds.author(context.guild, context.channel, &person),
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: about.to_owned(),
        sent: context.now,
    })
}

/// Shows where the thread is, by `said`, once it stands or nothing came of it.
async fn shown<S, E>(context: &Context<'_, S, E>, number: u32, said: Utterance) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let case = context.responder.until(context.guild, number, PATIENCE, is_decided).await?;
    let thread = case.as_ref().and_then(Case::thread).map(|place| place.channel);
    let facts = Facts {
        number: Some(number),
        thread,
        alerted: case.as_ref().is_some_and(|case| case.alerted),
        ..Facts::default()
    };
    let said = match (thread, case) {
        (Some(_), _) => said,
        (None, Some(case)) if !is_decided(&case) => Utterance::OfferAccepted,
        (None, _) => Utterance::AskedAlone,
    };
    Ok(say(context, said, &facts))
}

/// Whether a private place stands there, or none can be had.
fn is_decided(case: &Case) -> bool {
    case.place.is_some() || case.is_at_rest() || case.is_over()
}

fn say<S, E>(context: &Context<'_, S, E>, said: Utterance, facts: &Facts) -> Answer
where
    S: Store + 'static,
    E: Executor,
{
    Answer::say(words(context, said, facts))
}
