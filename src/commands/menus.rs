//! The menus on a message, *Take aside* and *Not an issue*: a moderator's judgment goes before the bot's, and later
//! changes of rules are held against it.

use super::judged::keep_false_alarm;
use super::regression::Judges;
use super::talk::Answer;
use super::{Context, Outcome, Trouble};
use crate::case::Rung;
use crate::discord::lookup::{Lookup, Place, Unseen};
use crate::message::{Message, MessageId, Origin};
use crate::responder::{ByHand, Executor, Taken};
use crate::store::{Example, Judged, Store, Whose};

/// Carries out the menu called `name`, used on the message `target`.
pub(super) async fn used<S, E>(context: &Context<'_, S, E>, name: &str, target: u64) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    match name {
        "Take aside" => take_aside(context, target).await,
        "Not an issue" => not_an_issue(context, target).await,
        _ => Ok(Answer::Nothing),
    }
}

async fn take_aside<S, E>(context: &Context<'_, S, E>, target: u64) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_moderator()?;
    let (message, place) = pointed_at(context, target).await?;
    if place.private {
        return Err(told("This thread is private already: whoever is in here is aside."));
    }
    let message = context.responder.executor().complete(message).await;
    let done = context.responder.take_aside_by_hand(&message, context.by, context.now).await?;
    let mut words = outcome(&message, done);
    if matches!(done.taken, Taken::Opened | Taken::Joined) && keep_missed(context, &message).await? {
        words.push_str(
            "\nNone of the rules would have acted on it. I noted that it was missed: changes of rules are held \
             against it from now on.",
        );
    }
    Ok(Answer::say(words))
}

fn outcome(message: &Message, done: ByHand) -> String {
    let (author, number) = (message.author.id, done.number);
    let thread = done.place.filter(|place| place.rung != Rung::Direct);
    let thread = thread.map_or(String::new(), |place| format!(" in <#{}>", place.channel));
    match (done.taken, done.place) {
        (Taken::Joined, Some(_)) => {
            format!("Case {number} of <@{author}> is open already{thread}; this message is part of it now.")
        }
        (Taken::Opened | Taken::Joined | Taken::TakenUp, _) => {
            format!("I am taking <@{author}> aside (case {number}).")
        }
        (Taken::Known, _) => format!("This message is case {number} already{thread}; nothing more was done."),
    }
}

/// Keeps the message where no rule in force would have acted on it.
async fn keep_missed<S, E>(context: &Context<'_, S, E>, message: &Message) -> Result<bool, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let scan = here.core.scanner.scan(&message.content);
    let example = Example::new(message, &scan, here.in_force(), Judged::Missed, context.by);
    let missed = !message.content.is_empty() && Judges::of(context.guild, &here).is_wrong(&example);
    if missed {
        context.responder.store().keep_example(context.guild, context.now, &example).await?;
    }
    Ok(missed)
}

async fn not_an_issue<S, E>(context: &Context<'_, S, E>, target: u64) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_moderator()?;
    let (message, place) = pointed_at(context, target).await?;
    if place.private || message.content.is_empty() {
        return Err(told(
            "I don't judge private threads, nor messages without words: there is nothing to note.",
        ));
    }
    let case = context.responder.store().case(context.guild, Whose::Message(message.id)).await?;
    let rule = case.as_ref().map(|case| case.matter.rule.as_str());
    let rule = keep_false_alarm(context, &message, rule).await?.told();
    let noted = "Noted: this is not an issue. I keep its words with everything private masked, and changes of rules \
                 are held against it from now on.";
    let case = case.map_or(String::new(), |case| format!("\nCase {} stays as it is.", case.number));
    Ok(Answer::say(format!("{noted}\n{rule}{case}")))
}

/// The message that the menu was used on, which Discord delivers along with it.
async fn pointed_at<S, E>(context: &Context<'_, S, E>, target: u64) -> Result<(Message, Place), Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let lookup = Lookup { rest: context.rest, guilds: context.guilds, guild: context.guild };
    let place = lookup.place(context.channel).await.map_err(unseen)?;
    let delivered = &context.resolved["messages"][target.to_string()];
    let message = lookup.read(place, delivered).filter(|message| message.id == MessageId(target));
    let message = message.ok_or_else(|| Trouble::Failed("Discord delivered no message".to_owned()))?;
    match message.author.origin {
        _ if context.guilds.is_me(message.author.id) => Err(told("That is one of my own messages.")),
        Origin::Bot | Origin::Webhook => {
            Err(told("That was not written by a member: I never act on bots and webhooks."))
        }
        Origin::Member => Ok((message, place)),
    }
}

fn unseen(why: Unseen) -> Trouble {
    match why {
        Unseen::Trouble(error) => Trouble::Failed(error.to_string()),
        _ => told("I cannot see this channel, so I cannot do anything about what is written here."),
    }
}

fn told(words: &str) -> Trouble {
    Trouble::Told(words.to_owned())
}
