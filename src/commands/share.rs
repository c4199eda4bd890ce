//! How much of what is said a changed rule would act on: asked before it is saved, where that is much.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use super::Context;
use super::trial::{Past, percent, percentage};
use crate::config::{GuildConfig, GuildRule, Part, RuleTable, Standing, Subject};
use crate::discord::history::{Bounds, Reading};
use crate::policy::Response;
use crate::responder::Executor;
use crate::store::Store;

/// What is looked at: enough to tell one in a hundred, and no more than a moderator likes to wait for.
const BOUNDS: Bounds = Bounds { since: Timestamp::UNIX_EPOCH, messages: 500, a_channel: 100, channels: 5 };

/// What could not be read by then is left out.
const PATIENCE: Duration = Duration::from_secs(2);

/// A share of fewer messages says nothing.
const LEAST: usize = 50;

/// What speaks against saving the rules among `parts` that would act on many messages. Silent where nothing can be read.
pub(super) async fn concerns<S, E>(
    context: &Context<'_, S, E>,
    parts: &[Part],
    before: &GuildConfig,
    after: &GuildConfig,
) -> Vec<String>
where
    S: Store + 'static,
    E: Executor,
{
    let most = context.responder.configs().config().commands.confirm_above;
    let wider: Vec<&RuleTable> =
        parts.iter().filter_map(|part| changed(&part.subject, before, after)).collect();
    if wider.is_empty() || most >= 1.0 {
        return Vec::new();
    }
    let mut past = latest(context, after).await;
    if past.len() < LEAST {
        return Vec::new();
    }
    wider.into_iter().filter_map(|rule| concern(rule, &mut past, after, most)).collect()
}

/// The rule that `subject` is, where it would act from now on, and on other messages than before.
fn changed<'a>(subject: &Subject, before: &GuildConfig, after: &'a GuildConfig) -> Option<&'a RuleTable> {
    let Subject::Rule(name) = subject else { return None };
    let acting = |rule: &&GuildRule| rule.standing == Standing::On && rule.table.action != Response::Observe;
    let now = &after.rule(name).filter(acting)?.table;
    // Other words in the same places change nothing about the share.
    let same = |rule: &GuildRule| {
        let (template, answer) = (now.template.clone(), now.answer.clone());
        RuleTable { template, answer, ..rule.table.clone() } == *now
    };
    let known = before.rule(name).filter(acting).is_some_and(same);
    (!known).then_some(now)
}

async fn latest<S, E>(context: &Context<'_, S, E>, after: &GuildConfig) -> Past
where
    S: Store + 'static,
    E: Executor,
{
    let mut reading = Reading::new(context.rest, context.guilds, context.guild, BOUNDS);
    let mut past = Past::default();
    let read = async {
        while let Some(page) = reading.next().await {
            past.hear(&after.core.scanner, page);
        }
    };
    // What was read until then is what there is.
    tokio::time::timeout(PATIENCE, read).await.ok();
    past
}

fn concern(rule: &RuleTable, past: &mut Past, after: &GuildConfig, most: f32) -> Option<String> {
    let tried = past.judge(&after.core, &after.core.policy.only(&rule.name), &HashMap::new());
    let (applies, all) = (tried.applies(), past.len());
    #[expect(clippy::cast_precision_loss, reason = "at most five hundred")]
    let share = applies as f32 / all as f32;
    (share > most).then(|| {
        format!(
            "- `{}` applies to {applies} of the latest {all} messages here ({}), and would have acted on {} of them. \
             I ask before that is more than {}.",
            rule.name,
            percent(applies, all),
            tried.acted.len(),
            percentage(f64::from(most)),
        )
    })
}
