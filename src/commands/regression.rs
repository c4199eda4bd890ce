//! Earlier judgments of moderators, which later changes are held against.

use super::{Context, Trouble};
use crate::config::GuildConfig;
use crate::message::{Author, GuildId, Message, Origin, UserId};
use crate::policy::{Circumstances, Response};
use crate::responder::Executor;
use crate::store::{Example, Judged, Store};

/// The most examples that are named one by one.
const MOST_NAMED: usize = 5;

/// What a change from `before` to `after` would bring back: false alarms, and messages that were missed.
pub(super) async fn concerns<S, E>(
    context: &Context<'_, S, E>,
    before: &GuildConfig,
    after: &GuildConfig,
) -> Result<Vec<String>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let examples = context.responder.store().examples(context.guild).await?;
    let returning = |judged: Judged| {
        let examples = examples.iter().filter(move |example| example.judged == judged);
        examples
            .filter(|example| {
                is_wrong(context.guild, after, example) && !is_wrong(context.guild, before, example)
            })
            .collect::<Vec<&Example>>()
    };
    let alarms = told(
        context.guild,
        "would act again on what was called a false alarm",
        &returning(Judged::FalseAlarm),
    );
    let misses = told(context.guild, "would miss again what was called missed", &returning(Judged::Missed));
    Ok(alarms.into_iter().chain(misses).collect())
}

fn told(guild: GuildId, what: &str, examples: &[&Example]) -> Option<String> {
    let links = examples.iter().take(MOST_NAMED).map(|example| {
        format!("https://discord.com/channels/{guild}/{}/{}", example.channel, example.message)
    });
    let more = examples.len().saturating_sub(MOST_NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    (!examples.is_empty()).then(|| format!("- It {what}: {}{more}", links.collect::<Vec<_>>().join(" ")))
}

/// Whether `config` goes against what the moderator said of the example.
pub(super) fn is_wrong(guild: GuildId, config: &GuildConfig, example: &Example) -> bool {
    acts(guild, config, example) == (example.judged == Judged::FalseAlarm)
}

/// Whether a rule of `config` does anything that people would notice about the example, judged by itself.
fn acts(guild: GuildId, config: &GuildConfig, example: &Example) -> bool {
    let scan = example.scan(config.core.scanner.scan(&example.text));
    let message = Message {
        id: example.message,
        guild,
        channel: example.channel,
        home: example.home,
        author: Author { id: UserId(0), origin: Origin::Member, roles: Vec::new(), moderator: false },
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: example.message.sent(),
    };
    let decision = config.core.policy.decide(&message, &scan, &Circumstances::default()).decision;
    decision.is_some_and(|decision| decision.asked() != Response::Observe)
}
