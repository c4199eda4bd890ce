//! Earlier judgments of moderators, which later changes are held against.

use super::{Context, Trouble};
use crate::config::{Core, GuildConfig, RuleTable};
use crate::message::{Author, GuildId, Message, Origin, UserId};
use crate::policy::{Circumstances, Decision, Response};
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
    let (before, after) = (Judges::of(context.guild, before), Judges::of(context.guild, after));
    let returning = |judged: Judged| {
        let examples = examples.iter().filter(move |example| example.judged == judged);
        examples
            .filter(|example| after.is_wrong(example) && !before.is_wrong(example))
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

/// What judges examples: a core, and the rules in force in it.
pub(super) struct Judges<'a> {
    guild: GuildId,
    core: &'a Core,
    rules: Vec<&'a RuleTable>,
}

impl<'a> Judges<'a> {
    /// Everything in force.
    pub(super) fn of(guild: GuildId, config: &'a GuildConfig) -> Self {
        Self { guild, core: &config.core, rules: config.in_force().collect() }
    }

    /// One rule alone, and the core it makes.
    pub(super) fn alone(guild: GuildId, core: &'a Core, rule: &'a RuleTable) -> Self {
        Self { guild, core, rules: vec![rule] }
    }

    /// Whether they go against what the moderator said of the example.
    pub(super) fn is_wrong(&self, example: &Example) -> bool {
        self.acting(example).is_some() == (example.judged == Judged::FalseAlarm)
    }

    /// What they would do about the example that people would notice.
    pub(super) fn acting(&self, example: &Example) -> Option<Decision> {
        self.decide(example).filter(|decision| decision.asked() != Response::Observe)
    }

    /// What they decide about the example, judged by itself and as an ordinary member's.
    pub(super) fn decide(&self, example: &Example) -> Option<Decision> {
        let own = self.core.scanner.scan(&example.text);
        let scan = example.scan(own, self.rules.iter().copied());
        let message = Message {
            id: example.message,
            guild: self.guild,
            channel: example.channel,
            home: example.home,
            author: Author { id: UserId(0), origin: Origin::Member, roles: Vec::new(), moderator: false },
            answers: None,
            answered: None,
            mentions: Vec::new(),
            content: String::new(),
            sent: example.message.sent(),
        };
        self.core.policy.decide(&message, &scan, &Circumstances::default()).decision
    }
}
