//! `/report`: what a week or a month of cases teaches, in words and as a picture.

use serde_json::json;
use tracing::error;

use super::context::Asked;
use super::talk::{Answer, File, Reply};
use super::{Context, Outcome, Trouble};
use crate::report::{Length, Period, Report};
use crate::responder::Executor;
use crate::store::Store;

/// Carries out `/report`.
pub(super) async fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager().or_else(|_| context.require_moderator())?;
    let Asked::Command { given, .. } = &context.asked else { return Ok(Answer::Nothing) };
    let length = match given.text("period") {
        Some("month") => Length::Month,
        _ => Length::Week,
    };
    let (report, picture) = made(context, length).await?;
    Ok(Answer::Say(reply(&report, picture)))
}

/// The report and its picture. Both are work for a core, which nothing else is to wait for.
async fn made<S, E>(context: &Context<'_, S, E>, length: Length) -> Result<(Report, Option<Vec<u8>>), Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let (guild, now) = (context.guild, context.now);
    let here = context.responder.in_force(guild);
    let period = Period::up_to(now, length, &context.responder.configs().time_zone(&here));
    let outcomes = context.responder.store().outcomes(guild, period.before().from, period.to).await?;
    let work = move || {
        let report = Report::of(&outcomes, period, now, &here.core.promise);
        let picture = report.picture().inspect_err(|error| error!(%error, "a report has no picture")).ok();
        (report, picture)
    };
    tokio::task::spawn_blocking(work).await.map_err(|error| Trouble::Failed(error.to_string()))
}

fn reply(report: &Report, picture: Option<Vec<u8>>) -> Reply {
    let channel = |channel| format!("<#{channel}>");
    let changes = json!({ "title": "What to change", "description": report.changes(&channel) });
    let reply = Reply::new(report.message(&channel)).embed(changes);
    match picture {
        Some(content) => reply.with_picture(File { name: "report.png".to_owned(), content }, report.alt()),
        None => reply,
    }
}
