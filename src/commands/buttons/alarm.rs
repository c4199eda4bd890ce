//! *False alarm*: the case is dismissed, and its message kept as an example that rules are held against.

use super::super::judged::{change, keep_false_alarm};
use super::super::talk::Answer;
use super::super::{Context, Outcome, Trouble};
use super::press::{Press, thread};
use crate::case::{Case, End};
use crate::discord::lookup::{Lookup, Unseen};
use crate::message::{Message, Origin};
use crate::responder::{BY_HAND, Executor};
use crate::store::Store;

/// A moderator says that the bot was wrong.
pub(super) async fn dismiss<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_moderator()?;
    // What is learned comes first: once it is over, nobody presses again.
    let noted = if press.case.is_over() { String::new() } else { note(press.context, &press.case).await? };
    let case = press.end(End::Dismissed).await?.case;
    let dismissed = format!("Case {} is dismissed as a false alarm.{}", case.number, amends(&case));
    Ok(Answer::say(format!("{dismissed}\n{noted}")))
}

/// What is done to put it right.
fn amends(case: &Case) -> String {
    let apology =
        thread(case).map(|thread| format!("apologize to <@{}> in <#{thread}>, which closes", case.member));
    let public = case.acknowledgment.is_some() || case.offer.is_some();
    let withdrawal = public.then(|| "take back what I said in public".to_owned());
    match (apology, withdrawal) {
        (Some(apology), Some(withdrawal)) => format!(" I {apology}, and {withdrawal}."),
        (Some(deed), None) | (None, Some(deed)) => format!(" I {deed}."),
        (None, None) => {
            " I had said nothing to anyone but moderators, so there is nothing to take back.".to_owned()
        }
    }
}

/// Keeps the words of the message where they can be, and says which rule it was.
async fn note<S, E>(context: &Context<'_, S, E>, case: &Case) -> Result<String, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    if case.raid.is_some() {
        return Ok(format!(
            "It stood for many messages, so I keep none of them as an example; *Not an issue* on a message does that. {}",
            blamed(context, case)
        ));
    }
    let message = match read(context, case).await {
        Ok(message) => message,
        Err(why) => return Ok(format!("{why} {}", blamed(context, case))),
    };
    let kept = keep_false_alarm(context, &message, Some(&case.lead().rule)).await?;
    Ok(format!(
        "I keep its words with everything private masked, and changes of rules are held against it from now on.\n{}",
        kept.told()
    ))
}

/// The message as it stands on Discord; else why its words cannot be kept.
async fn read<S, E>(context: &Context<'_, S, E>, case: &Case) -> Result<Message, &'static str>
where
    S: Store + 'static,
    E: Executor,
{
    const GONE: &str = "Its message is gone, so its words could not be kept as an example.";
    let matter = case.lead();
    if matter.asked_for {
        return Err("There was no message to keep as an example.");
    }
    if matter.removed || matter.deleted {
        return Err(GONE);
    }
    let lookup = Lookup { rest: context.rest, guilds: context.guilds, guild: context.guild };
    match lookup.message(matter.channel, matter.message).await {
        Ok(message) if message.author.origin == Origin::Member && !message.content.is_empty() => Ok(message),
        Ok(_) => Err("There are no words in its message to keep as an example."),
        Err(Unseen::Gone) => Err(GONE),
        Err(Unseen::Trouble(_)) => {
            Err("Discord did not give me its message, so its words could not be kept as an example.")
        }
        Err(_) => Err("I cannot read its channel, so its words could not be kept as an example."),
    }
}

/// The rule that it began with, and how to change it.
fn blamed<S, E>(context: &Context<'_, S, E>, case: &Case) -> String
where
    S: Store + 'static,
    E: Executor,
{
    let rule = &case.lead().rule;
    let here = context.responder.in_force(context.guild);
    match case.lead().by {
        Some(by) if rule == BY_HAND => format!("<@{by}> had taken it aside by hand; no rule was behind it."),
        _ if case.lead().asked_for => {
            "No rule was behind it: the member had asked for a private word.".to_owned()
        }
        _ if here.in_force().any(|table| table.name == *rule) => {
            format!("The rule was `{rule}`; {}", change(rule))
        }
        _ => format!("The rule was `{rule}`, which is not in force any more."),
    }
}
