//! The menus on a message, *Take aside* and *Not an issue*: a moderator's judgment goes before the bot's, and later
//! changes of rules are held against it.

use super::context::Asked;
use super::judged::keep_false_alarm;
use super::regression::Judges;
use super::talk::{Answer, Field, Form, Reply, button};
use super::{Context, Outcome, Trouble};
use crate::case::action::Button;
use crate::case::{Case, Rung};
use crate::discord::lookup::{Lookup, Place, Unseen};
use crate::message::{Message, MessageId, Origin};
use crate::responder::{ByHand, Executor, Taken};
use crate::store::{Example, Judged, Store, Whose};

/// The most characters of a reason.
const LONGEST_REASON: usize = 300;

/// Carries out the menu called `name`, used on the message `target`.
pub(super) async fn used<S, E>(context: &Context<'_, S, E>, name: &str, target: u64) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    match name {
        "Take aside" => ask_why(context, target).await,
        "Not an issue" => not_an_issue(context, target).await,
        _ => Ok(Answer::Nothing),
    }
}

/// Opens the form for a reason. Where the message could not be looked up again when the form is sent, its author is taken
/// aside without one.
async fn ask_why<S, E>(context: &Context<'_, S, E>, target: u64) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_moderator()?;
    let (message, place) = pointed_at(context, target).await?;
    require_public(place)?;
    if !lookup(context).reads_again(place) {
        return take_aside(context, message, None).await;
    }
    let reason = Field {
        custom_id: "reason".into(),
        label: "Why? (for moderators, if you like)".to_owned(),
        hint: "Anything private in it is masked. The member and the public never see it.".to_owned(),
        value: String::new(),
        required: false,
        long: true,
        most: LONGEST_REASON,
    };
    Ok(Answer::Ask(Form {
        custom_id: format!("menu:aside:{target}"),
        title: "Take aside".to_owned(),
        fields: vec![reason],
    }))
}

/// Answers the form of *Take aside*.
pub(super) async fn sent<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Asked::Form { fields, .. } = &context.asked else { return Ok(Answer::Nothing) };
    let Some(target) = custom_id.strip_prefix("menu:aside:").and_then(|id| id.parse().ok()) else {
        return Ok(Answer::Nothing);
    };
    context.require_moderator()?;
    let lookup = lookup(context);
    let place = lookup.place(context.channel).await.map_err(unseen)?;
    require_public(place)?;
    let found = lookup.linked(context.channel, MessageId(target), context.by, &context.roles).await;
    let message = of_a_member(context, found.map_err(unseen)?)?;
    let reason = fields.get("reason").map(String::as_str).filter(|reason| !reason.is_empty());
    take_aside(context, message, reason).await
}

fn require_public(place: Place) -> Result<(), Trouble> {
    if place.private {
        return Err(told("This thread is private already: whoever is in here is aside."));
    }
    Ok(())
}

async fn take_aside<S, E>(context: &Context<'_, S, E>, message: Message, reason: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let message = context.responder.executor().complete(message).await;
    let done = context.responder.take_aside_by_hand(&message, context.by, reason, context.now).await?;
    let mut words = outcome(&message, done, reason.is_some());
    if matches!(done.taken, Taken::Opened | Taken::Joined) && keep_missed(context, &message).await? {
        words.push_str(
            "\nNone of the rules would have acted on it. I noted that it was missed: changes of rules are held \
             against it from now on.",
        );
    }
    Ok(Answer::say(words))
}

fn outcome(message: &Message, done: ByHand, reasoned: bool) -> String {
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
        (Taken::Known, _) if reasoned => {
            format!("This message is case {number} already{thread}; your reason is noted there.")
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
    let stands = case.as_ref().map_or(String::new(), of_the_case);
    let reply = Reply::new(format!("{noted}\n{rule}{stands}"));
    Ok(Answer::Say(match case.filter(|case| !case.is_over()) {
        Some(case) => {
            reply.row(&[button(2, Button::FalseAlarm.label(), &Button::FalseAlarm.custom_id(case.number))])
        }
        None => reply,
    }))
}

/// What becomes of the case that the message is.
fn of_the_case(case: &Case) -> String {
    match &case.ending {
        None => format!("\nCase {} stays open; *False alarm* below ends it.", case.number),
        Some(_) => format!("\nCase {} is over already.", case.number),
    }
}

/// The message that the menu was used on, which Discord delivers along with it.
async fn pointed_at<S, E>(context: &Context<'_, S, E>, target: u64) -> Result<(Message, Place), Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let lookup = lookup(context);
    let place = lookup.place(context.channel).await.map_err(unseen)?;
    let delivered = &context.resolved["messages"][target.to_string()];
    let message = lookup.read(place, delivered).filter(|message| message.id == MessageId(target));
    let message = message.ok_or_else(|| Trouble::Failed("Discord delivered no message".to_owned()))?;
    Ok((of_a_member(context, message)?, place))
}

fn lookup<'a, S, E>(context: &Context<'a, S, E>) -> Lookup<'a> {
    Lookup { rest: context.rest, guilds: context.guilds, guild: context.guild }
}

fn of_a_member<S, E>(context: &Context<'_, S, E>, message: Message) -> Result<Message, Trouble> {
    match message.author.origin {
        _ if context.guilds.is_me(message.author.id) => Err(told("That is one of my own messages.")),
        Origin::Bot | Origin::Webhook => {
            Err(told("That was not written by a member: I never act on bots and webhooks."))
        }
        Origin::Member => Ok(message),
    }
}

fn unseen(why: Unseen) -> Trouble {
    match why {
        Unseen::Trouble(error) => Trouble::Failed(error.to_string()),
        Unseen::Gone => told("That message is gone, so there is nothing to take aside."),
        _ => told("I cannot see this channel, so I cannot do anything about what is written here."),
    }
}

fn told(words: &str) -> Trouble {
    Trouble::Told(words.to_owned())
}
