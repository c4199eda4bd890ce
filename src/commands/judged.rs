//! False alarms: the message is kept masked, changes of rules are held against it, and whoever called it that is told
//! which rule would do it again.

use super::regression::Judges;
use super::{Context, Trouble};
use crate::message::Message;
use crate::responder::Executor;
use crate::store::{Example, Judged, Store};

/// What was kept of a false alarm.
pub(super) struct FalseAlarm {
    /// The rule that acts on the message as things stand.
    pub(super) acting: Option<String>,
}

/// Keeps `message` as a false alarm of the rule that acts on it, or else of `rule`.
pub(super) async fn keep_false_alarm<S, E>(
    context: &Context<'_, S, E>,
    message: &Message,
    rule: Option<&str>,
) -> Result<FalseAlarm, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let scan = here.core.scanner.scan(&message.content);
    let mut example = Example::new(message, &scan, here.in_force(), Judged::FalseAlarm, context.by);
    let acting = Judges::of(context.guild, &here).acting(&example).map(|decision| decision.rule.to_string());
    example.rule = acting.clone().or_else(|| rule.map(str::to_owned));
    context.responder.store().keep_example(context.guild, context.now, &example).await?;
    Ok(FalseAlarm { acting })
}

impl FalseAlarm {
    /// Which rule to change, and how.
    pub(super) fn told(&self) -> String {
        match &self.acting {
            Some(rule) => format!("As things stand, `{rule}` applies to it; {}", change(rule)),
            None => "No rule applies to it as things stand.".to_owned(),
        }
    }
}

/// How `rule` is changed.
pub(super) fn change(rule: &str) -> String {
    format!("who may manage the server can change that with `/rules edit` or `/rules disable name:{rule}`.")
}
