//! The form about how soon a person answers and when moderators are there. Nothing that was entered is lost when it is
//! refused.

mod entered;

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use self::entered::{hours, wait};
use super::{Page, save};
use crate::case::clock::WorkingHours;
use crate::commands::change::fingerprint;
use crate::commands::context::proposal_number;
use crate::commands::talk::{Answer, Field, Form, Reply, button};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{GuildConfig, GuildSettings, Subject, days_text, time_text, times_text, zone_name};
use crate::responder::Executor;
use crate::store::Store;

/// The fields of the form, with what they are called there.
const REMIND: (&str, &str) = ("remind_after", "Remind moderators after");
const ESCALATE: (&str, &str) = ("escalate_after", "Then ask others after");
const DAYS: (&str, &str) = ("days", "Working days");
const TIMES: (&str, &str) = ("times", "Working hours");
const ZONE: (&str, &str) = ("time_zone", "Time zone");
const FIELDS: [(&str, &str); 5] = [REMIND, ESCALATE, DAYS, TIMES, ZONE];

/// The most characters of a field.
const MOST: usize = 60;

/// What was entered and refused, as the store keeps it: the way back works after a restart.
#[derive(Serialize, Deserialize)]
struct Draft {
    /// The settings that it was entered over.
    seen: String,
    entered: BTreeMap<String, String>,
}

/// What was entered, understood.
struct Wanted {
    remind_after: Duration,
    escalate_after: Duration,
    /// None for always.
    hours: Option<WorkingHours>,
}

/// The form with what is in force.
pub(super) fn current(here: &GuildConfig) -> Form {
    form(&seen(&here.settings), &in_force(here))
}

/// Opens it with what was entered before.
pub(super) async fn again<S, E>(context: &Context<'_, S, E>, id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let body = context.responder.store().proposal(context.guild, proposal_number(id)).await?;
    let draft: Option<Draft> = body.and_then(|body| serde_json::from_str(&body).ok());
    let gone = || Trouble::Told("This is more than a day old. `/setup` opens the panel anew.".to_owned());
    let draft = draft.ok_or_else(gone)?;
    Ok(Answer::Ask(form(&draft.seen, &draft.entered)))
}

/// Takes the form that was sent: `setup:hours:SEEN`.
pub(super) async fn sent<S, E>(
    context: &Context<'_, S, E>,
    seen: &str,
    entered: &BTreeMap<String, String>,
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    match keep(context, seen, entered).await {
        Err(Trouble::Told(words)) => Ok(Answer::Say(refused(context, seen, entered, &words).await?)),
        saved => saved,
    }
}

async fn keep<S, E>(context: &Context<'_, S, E>, seen: &str, entered: &BTreeMap<String, String>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let wanted = read(entered).map_err(Trouble::Told)?;
    let here = context.responder.in_force(context.guild);
    if self::seen(&here.settings) != seen {
        return Err(Trouble::Told(
            "Someone changed this meanwhile, so nothing of yours was saved.".to_owned(),
        ));
    }
    save(context, Page::Promise, "That is what I go by from now on.", |settings| {
        put(settings, &here, wanted);
    })
    .await
}

/// What is as it was stays as it was set, or as the file says.
fn put(settings: &mut GuildSettings, here: &GuildConfig, wanted: Wanted) {
    let promise = &here.core.promise;
    let differs = |time: Duration, now| (Duration::try_from(now).ok() != Some(time)).then_some(time);
    let Wanted { remind_after, escalate_after, hours } = wanted;
    settings.remind_after = differs(remind_after, promise.remind_after).or(settings.remind_after);
    settings.escalate_after = differs(escalate_after, promise.escalate_after).or(settings.escalate_after);
    if hours != promise.hours {
        settings.working_hours = Some(hours.unwrap_or_else(WorkingHours::always));
    }
}

/// What is wrong, what was entered, and a way back to it.
async fn refused<S, E>(
    context: &Context<'_, S, E>,
    seen: &str,
    entered: &BTreeMap<String, String>,
    words: &str,
) -> Result<Reply, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let lines: Vec<String> = FIELDS.iter().filter_map(|field| line(*field, entered)).collect();
    let reply =
        Reply::new(format!("{words}\nYou had entered:")).quoting("", "entered.txt", &lines.join("\n"));
    // Over what someone else changed meanwhile, what was entered before would undo it unseen.
    if self::seen(&context.responder.in_force(context.guild).settings) != seen {
        return Ok(reply);
    }
    let draft = Draft { seen: seen.to_owned(), entered: entered.clone() };
    let body = serde_json::to_string(&draft).map_err(|error| Trouble::Failed(error.to_string()))?;
    let id = context.responder.store().propose(context.guild, context.now, &body).await?;
    Ok(reply.row(&[button(1, "Open the form again", &format!("setup:again:{id}"))]))
}

fn line((id, label): (&str, &str), entered: &BTreeMap<String, String>) -> Option<String> {
    entered.get(id).filter(|text| !text.is_empty()).map(|text| format!("{label}: {text}"))
}

/// Tells whether what the form is about was changed since it was opened.
fn seen(settings: &GuildSettings) -> String {
    let subjects = [Subject::RemindAfter, Subject::EscalateAfter, Subject::WorkingHours];
    let values: Vec<_> = subjects.iter().map(|subject| settings.get(subject)).collect();
    fingerprint(Some(&values.into()))
}

/// What the form begins with.
fn in_force(here: &GuildConfig) -> BTreeMap<String, String> {
    let promise = &here.core.promise;
    let mut entered = BTreeMap::new();
    let mut enter = |field: (&str, &str), text: String| drop(entered.insert(field.0.to_owned(), text));
    enter(REMIND, time_text(Duration::try_from(promise.remind_after).unwrap_or_default()));
    enter(ESCALATE, time_text(Duration::try_from(promise.escalate_after).unwrap_or_default()));
    if let Some(hours) = &promise.hours {
        enter(DAYS, days_text(&hours.days));
        enter(TIMES, times_text(hours));
        enter(ZONE, zone_name(&hours.time_zone).to_owned());
    }
    entered
}

fn form(seen: &str, entered: &BTreeMap<String, String>) -> Form {
    let field = |(id, label): (&'static str, &str), hint: &str| Field {
        custom_id: id.into(),
        label: label.to_owned(),
        hint: hint.to_owned(),
        value: entered.get(id).cloned().unwrap_or_default(),
        required: false,
        long: false,
        most: MOST,
    };
    Form {
        custom_id: format!("setup:hours:{seen}"),
        title: "How soon, and when".to_owned(),
        fields: vec![
            field(REMIND, "Minutes, such as 5, or 1h 30m; 0 for never"),
            field(ESCALATE, "So much later, such as 15; 0 for never"),
            field(DAYS, "mon-fri, or mon, wed, sat; nothing for every day"),
            field(TIMES, "09:00-17:00; nothing for the whole day"),
            field(ZONE, "Europe/Berlin, America/New_York, UTC"),
        ],
    }
}

fn read(entered: &BTreeMap<String, String>) -> Result<Wanted, String> {
    let text = |field: (&str, &str)| entered.get(field.0).map_or("", |text| text.trim());
    let within = |field: (&'static str, &'static str)| {
        wait(text(field)).map_err(|error| format!("**{}**: {error}", field.1))
    };
    Ok(Wanted {
        remind_after: within(REMIND)?,
        escalate_after: within(ESCALATE)?,
        hours: hours(text(DAYS), text(TIMES), text(ZONE))?,
    })
}
