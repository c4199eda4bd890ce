//! The buttons below the notice of a cause: *Post a notice* and *It's over*, each with a form. For moderators.

use std::collections::BTreeMap;

use super::talk::{Answer, Field, Form, cut, quoted};
use super::{Asked, Context, Outcome, Trouble};
use crate::case::action::Button;
use crate::case::cause::CauseNotice;
use crate::discord::Permissions;
use crate::discord::guilds::foresight::Person;
use crate::message::ChannelId;
use crate::responder::{Executor, Settlement};
use crate::store::Store;
use crate::wording::{Facts, LONGEST_OUTCOME, LONGEST_SAID, Utterance, Wording};

/// The names of the fields.
const CHANNEL: &str = "channel";
const WORDS: &str = "words";
const PUBLIC: &str = "public";
const OUTCOME: &str = "outcome";

/// The most characters of a channel's name, and to spare.
const LONGEST_CHANNEL: usize = 120;

/// What saying something in a channel takes.
const TO_SPEAK: Permissions = Permissions::VIEW_CHANNEL.union(Permissions::SEND_MESSAGES);

/// Answers a pressed button of a cause, or the form that it opened.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Some((lead, button)) = Button::parse(custom_id) else { return Ok(Answer::Nothing) };
    context.require_moderator()?;
    let Some(notice) = context.responder.store().cause(context.guild, lead).await? else {
        return Err(gone());
    };
    require_on(&notice)?;
    match (button, &context.asked) {
        (Button::Announce, Asked::Form { fields, .. }) => announce(context, &notice, fields).await,
        (Button::Announce, _) => Ok(Answer::Ask(announcement(context, &notice))),
        (Button::Settle, Asked::Form { fields, .. }) => settle(context, &notice, fields).await,
        (Button::Settle, _) => Ok(Answer::Ask(settlement(context, &notice))),
        _ => Ok(Answer::Nothing),
    }
}

fn gone() -> Trouble {
    Trouble::Told("I keep nothing about that any more, so nothing was done.".to_owned())
}

fn require_on(notice: &CauseNotice) -> Result<(), Trouble> {
    let Some(over) = &notice.over else { return Ok(()) };
    let by = over.by.map_or(String::new(), |by| format!(" by <@{by}>"));
    Err(Trouble::Told(format!(
        "That was called over{by} <t:{}:R>; nothing more was done.",
        over.at.as_second()
    )))
}

/// The form of *Post a notice*; where one stands, its words are changed.
fn announcement<S, E>(context: &Context<'_, S, E>, notice: &CauseNotice) -> Form
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let words = match &notice.public {
        Some(public) => public.words.clone(),
        None => proposed(&here.core.wording, Utterance::CausePublic, &notice.facts()),
    };
    let mut fields = vec![field(WORDS, "What everyone reads", &words, true, LONGEST_SAID)];
    if notice.public.is_none() {
        let hint = "A mention, an id or a name".to_owned();
        let place = Field {
            hint,
            long: false,
            ..field(CHANNEL, "Where", &place(context, notice), true, LONGEST_CHANNEL)
        };
        fields.insert(0, place);
    }
    let title = if notice.public.is_some() { "Change the notice" } else { Button::Announce.label() };
    Form { custom_id: Button::Announce.custom_id(notice.lead()), title: title.to_owned(), fields }
}

/// Where most cases came from, as far as one can post there.
fn place<S, E>(context: &Context<'_, S, E>, notice: &CauseNotice) -> String
where
    S: Store + 'static,
    E: Executor,
{
    let channels = notice.cause.channels.iter().map(|(channel, _)| *channel);
    let first = channels.into_iter().find(|channel| context.guilds.has_text_channel(context.guild, *channel));
    let Some(mention) = first.map(|channel| format!("<#{channel}>")) else { return String::new() };
    let mut names = context.guilds.channel_names(context.guild).filter(|(_, own)| *own == mention);
    let name = names.next().map(|(name, _)| name);
    // A name that another channel has, too, would not say which is meant.
    let alike = |name: &String| {
        context.guilds.channel_names(context.guild).filter(|(other, _)| other == name).count()
    };
    name.filter(|name| alike(name) == 1).unwrap_or(mention)
}

async fn announce<S, E>(
    context: &Context<'_, S, E>,
    notice: &CauseNotice,
    fields: &BTreeMap<String, String>,
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let words = written(fields, WORDS, LONGEST_SAID).ok_or_else(blank)?;
    let channel = match &notice.public {
        Some(public) => public.channel,
        None => chosen(context, fields.get(CHANNEL).map_or("", String::as_str))?,
    };
    let happened = context
        .responder
        .announce_cause(context.guild, notice.lead(), channel, words)
        .await?
        .ok_or_else(gone)?;
    require_on(&happened.before)?;
    Ok(Answer::say(match (happened.before == happened.notice, happened.before.posted()) {
        (true, _) => format!("The notice in <#{channel}> says that already; nothing was changed."),
        (_, Some(_)) => format!("The notice in <#{channel}> says so from now on."),
        (_, None) => format!(
            "I am posting it in <#{channel}>; it calls nobody. Where that fails, I say so in the notice above."
        ),
    }))
}

fn blank() -> Trouble {
    Trouble::Told("There was nothing to say, so nothing was done.".to_owned())
}

/// The channel that was named, where both of us may write: nobody speaks through me where they may not speak.
fn chosen<S, E>(context: &Context<'_, S, E>, named: &str) -> Result<ChannelId, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let told = |what: &str| Trouble::Told(format!("{}: {what} Nothing was posted.", quoted(named)));
    let channel =
        find(context, named).ok_or_else(|| told("I know no such channel here, or more than one."))?;
    if !context.guilds.has_text_channel(context.guild, channel) {
        return Err(told("that is no text channel."));
    }
    let person = Person { id: context.by, roles: context.roles.clone() };
    if !context.guilds.held_by(context.guild, channel, &person).contains(TO_SPEAK) {
        return Err(told("you may not write there yourself."));
    }
    if !context.guilds.may_speak(channel) {
        return Err(told("I may not write there."));
    }
    Ok(channel)
}

/// The one channel that is meant by a mention, an id or a name.
fn find<S, E>(context: &Context<'_, S, E>, named: &str) -> Option<ChannelId>
where
    S: Store + 'static,
    E: Executor,
{
    let bare = named.trim().trim_start_matches("<#").trim_end_matches('>');
    let mention = format!("<#{bare}>");
    let name = format!("#{}", bare.trim_start_matches('#')).to_lowercase();
    let all: Vec<(String, String)> = context.guilds.channel_names(context.guild).collect();
    let exact = all.iter().filter(|(_, own)| *own == mention);
    let called = all.iter().filter(|(own, _)| own.to_lowercase() == name);
    let mut found = exact.chain(called).map(|(_, mention)| mention);
    let first = found.next()?;
    let id = first.trim_start_matches("<#").trim_end_matches('>').parse().ok().map(ChannelId);
    id.filter(|_| found.all(|other| other == first))
}

/// The form of *It's over*.
fn settlement<S, E>(context: &Context<'_, S, E>, notice: &CauseNotice) -> Form
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let wording = &here.core.wording;
    let words = proposed(wording, Utterance::CauseOver, &Facts::default());
    let mut fields = vec![field(WORDS, "To the member of each open case", &words, true, LONGEST_SAID)];
    if let Some(public) = notice.public.as_ref().filter(|public| public.posted.is_some()) {
        let settled = proposed(wording, Utterance::CauseSettled, &notice.facts());
        let words = format!("{}\n\n{settled}", public.words);
        fields.push(field(PUBLIC, "What the public notice says from now on", &words, false, LONGEST_SAID));
    }
    let outcome = Field {
        long: false,
        ..field(OUTCOME, "What came of it, for the record", "", false, LONGEST_OUTCOME)
    };
    fields.push(outcome);
    let title = Button::Settle.label().to_owned();
    Form { custom_id: Button::Settle.custom_id(notice.lead()), title, fields }
}

async fn settle<S, E>(
    context: &Context<'_, S, E>,
    notice: &CauseNotice,
    fields: &BTreeMap<String, String>,
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let words = written(fields, WORDS, LONGEST_SAID).ok_or_else(blank)?;
    let outcome = written(fields, OUTCOME, LONGEST_OUTCOME);
    let settlement = Settlement {
        by: context.by,
        said: Some(words).filter(|words| !is_proposed(&here.core.wording, words)),
        public: written(fields, PUBLIC, LONGEST_SAID),
        outcome: outcome.map(|outcome| context.responder.masked(context.guild, &one_line(&outcome))),
    };
    let open = context.responder.open_cases_of(notice).await?.len();
    let happened =
        context.responder.settle_cause(context.guild, notice.lead(), settlement, context.now).await?;
    let happened = happened.ok_or_else(gone)?;
    require_on(&happened.before)?;
    let public = if notice.posted().is_some() && fields.contains_key(PUBLIC) {
        " The public notice says so, too."
    } else {
        ""
    };
    Ok(Answer::say(match open {
        0 => format!(
            "None of its {} cases was open any more, so nobody is written to.{public}",
            notice.cause.cases.len()
        ),
        open => format!(
            "I am telling the members of {open} open {} and settling them, one after the other.{public}",
            if open == 1 { "case" } else { "cases" }
        ),
    }))
}

fn field(custom_id: &'static str, label: &str, value: &str, required: bool, most: usize) -> Field {
    Field {
        custom_id: custom_id.into(),
        label: label.to_owned(),
        hint: String::new(),
        value: value.to_owned(),
        required,
        long: true,
        most,
    }
}

/// What was written in a field, if anything was.
fn written(fields: &BTreeMap<String, String>, name: &str, most: usize) -> Option<String> {
    fields.get(name).map(|text| text.trim()).filter(|text| !text.is_empty()).map(|text| cut(text, most))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words to begin with, in the server's language and for nobody in particular.
fn proposed(wording: &Wording, utterance: Utterance, facts: &Facts) -> String {
    let rendered = wording.render(None, utterance, 0, facts);
    rendered.trim_start_matches([',', ' ']).to_owned()
}

/// Whether a moderator left the words for members as they were proposed.
fn is_proposed(wording: &Wording, words: &str) -> bool {
    one_line(&proposed(wording, Utterance::CauseOver, &Facts::default())) == one_line(words)
}
