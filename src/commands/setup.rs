//! `/setup`: who helps, where, how soon, which channels, how far it goes; each choice is saved at once.
//!
//! The panel keeps nothing: what it shows is what is in force, and its buttons and selects work after a restart.

mod hours;
mod panel;
mod summary;

use super::context::Asked;
use super::talk::Answer;
use super::{Context, Outcome, Trouble};
use crate::config::GuildSettings;
use crate::discord::checkup::listed;
use crate::message::{ChannelId, RoleId};
use crate::policy::Mode;
use crate::responder::Executor;
use crate::store::Store;

/// A page of the panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    /// Who helps, and where.
    People,
    /// How soon a person answers, and when.
    Promise,
    /// Which channels, how far, in which language.
    Watching,
    /// What happens from now on.
    Summary,
}

/// Opens the panel.
pub(super) fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    Ok(Answer::Say(panel::page(context, Page::People, "")))
}

/// Answers a button, a select or the form of the panel.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    let asked = custom_id.trim_start_matches("setup:");
    let (what, about) = asked.split_once(':').unwrap_or((asked, ""));
    match (&context.asked, what) {
        (Asked::Form { fields, .. }, "hours") => hours::sent(context, about, fields).await,
        (Asked::Pressed { .. }, "hours") => {
            Ok(Answer::Ask(hours::current(&context.responder.in_force(context.guild))))
        }
        (Asked::Pressed { .. }, "again") => hours::again(context, about).await,
        (Asked::Pressed { values, .. }, _) => choose(context, what, values).await,
        _ => Ok(Answer::Nothing),
    }
}

async fn choose<S, E>(context: &Context<'_, S, E>, what: &str, values: &[String]) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let one = values.first().map(String::as_str);
    match what {
        "people" => Ok(Answer::Update(panel::page(context, Page::People, ""))),
        "promise" => Ok(Answer::Update(panel::page(context, Page::Promise, ""))),
        "watching" => Ok(Answer::Update(panel::page(context, Page::Watching, ""))),
        "finish" => Ok(Answer::Update(panel::page(context, Page::Summary, ""))),
        "role" => set_role(context, one).await,
        "escalation" => set_escalation(context, one).await,
        "desk" => set_desk(context, one).await,
        "alerts" => set_alerts(context, one).await,
        "channels" => set_channels(context, values).await,
        "everywhere" => set_channels(context, &[]).await,
        "mode" => set_mode(context, one).await,
        "language" => set_language(context, one).await,
        _ => Ok(Answer::Nothing),
    }
}

async fn set_role<S, E>(context: &Context<'_, S, E>, chosen: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let role = chosen.map(id).transpose()?.map(RoleId);
    let done = role.map_or_else(
        || "No moderator role is set here any more.".to_owned(),
        |role| format!("The moderator role is <@&{role}>."),
    );
    save(context, Page::People, &done, |settings| settings.moderator_role = role).await
}

async fn set_escalation<S, E>(context: &Context<'_, S, E>, chosen: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let role = chosen.map(id).transpose()?.map(RoleId);
    let done = role.map_or_else(
        || "No escalation role is set here any more.".to_owned(),
        |role| format!("The escalation role is <@&{role}>."),
    );
    save(context, Page::Promise, &done, |settings| settings.escalation_role = role).await
}

async fn set_desk<S, E>(context: &Context<'_, S, E>, chosen: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let desk = chosen.map(id).transpose()?.map(ChannelId);
    let done = desk.map_or_else(
        || "No desk channel is set here any more.".to_owned(),
        |desk| format!("The desk channel is <#{desk}>."),
    );
    save(context, Page::People, &done, |settings| settings.desk_channel = desk).await
}

async fn set_alerts<S, E>(context: &Context<'_, S, E>, chosen: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let alerts = chosen.map(id).transpose()?.map(ChannelId);
    let done = alerts.map_or_else(
        || "No alert channel is set here any more.".to_owned(),
        |alerts| format!("The alert channel is <#{alerts}>."),
    );
    save(context, Page::People, &done, |settings| settings.alert_channel = alerts).await
}

/// No channel at all stands for every one that everyone can read.
async fn set_channels<S, E>(context: &Context<'_, S, E>, chosen: &[String]) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let channels = chosen.iter().map(|text| id(text).map(ChannelId)).collect::<Result<Vec<_>, _>>()?;
    let channels = Some(channels).filter(|channels| !channels.is_empty());
    let done = channels.as_ref().map_or_else(
        || "I watch every channel that everyone can read.".to_owned(),
        |channels| format!("I watch {}, and no others.", listed(channels)),
    );
    save(context, Page::Watching, &done, |settings| settings.channels = channels).await
}

async fn set_mode<S, E>(context: &Context<'_, S, E>, chosen: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let known = [Mode::Observe, Mode::Suggest, Mode::Act];
    let mode = known.into_iter().find(|mode| chosen == Some(mode.as_str())).ok_or_else(unreadable)?;
    let done = format!("The mode is **{}**.", mode.as_str());
    save(context, Page::Watching, &done, |settings| settings.mode = Some(mode)).await
}

async fn set_language<S, E>(context: &Context<'_, S, E>, chosen: Option<&str>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let language = chosen.ok_or_else(unreadable)?;
    let done = format!("From now on I speak {} in threads and in public.", panel::language_name(language));
    save(context, Page::Watching, &done, |settings| settings.language = Some(language.to_owned())).await
}

/// Saves a choice, and shows its page as it is from then on.
async fn save<S, E>(
    context: &Context<'_, S, E>,
    page: Page,
    done: &str,
    choose: impl FnOnce(&mut GuildSettings),
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let mut settings = here.settings.clone();
    choose(&mut settings);
    let saved = context.consider(here.settings.difference(&settings), done, Vec::new()).await?;
    Ok(match saved {
        Answer::Update(reply) => Answer::Update(panel::page(context, page, &reply.words)),
        question => question,
    })
}

fn id(text: &str) -> Result<u64, Trouble> {
    text.parse().ok().filter(|id| *id != 0).ok_or_else(unreadable)
}

fn unreadable() -> Trouble {
    Trouble::Told("I could not read that choice. `/setup` opens the panel anew.".to_owned())
}
