//! The last page: what happens from now on, in plain words.

use crate::commands::Context;
use crate::commands::rehearsal::{Sample, Step, rehearse};
use crate::config::{GuildConfig, hours_text};
use crate::discord::checkup::{Checkup, Concern, Gap, listed};
use crate::discord::guilds::foresight::Person;
use crate::message::ChannelId;
use crate::policy::Mode;
use crate::responder::Executor;
use crate::store::Store;

/// What one message holds.
const MOST_WORDS: usize = 2000;

/// Where so much is said of what happens, only what does not work is told, so that there is room for what is missing.
const MUCH: usize = 1400;

/// What happens from now on.
pub(super) fn words<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, checkup: &Checkup) -> String
where
    S: Store + 'static,
    E: Executor,
{
    let examples = examples(context, here, checkup);
    let told = |all: bool| {
        let steps = examples.iter().flat_map(|(title, steps)| {
            let steps = steps.iter().filter(move |step| all || !step.works).map(Step::line);
            [format!("\n{title}")].into_iter().chain(steps)
        });
        at_hand(context, here, checkup).into_iter().chain(steps).collect::<Vec<_>>().join("\n")
    };
    let whole = told(true);
    let words = if whole.chars().count() > MUCH { told(false) } else { whole };
    let room = MOST_WORDS.saturating_sub(words.chars().count());
    format!("{words}\n{}", missing(checkup, room))
}

fn at_hand<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, checkup: &Checkup) -> Vec<String>
where
    S: Store + 'static,
    E: Executor,
{
    let mut lines = vec!["**All is saved. What happens from now on**".to_owned()];
    lines.push(format!("- {}", far(context.responder.mode(context.guild), !checkup.alerts.is_empty())));
    lines.push(format!("- Watched channels ({}): {}.", checkup.watched.len(), listed(&checkup.watched)));
    let roles: Vec<String> = checkup.moderators.iter().map(|role| format!("<@&{role}>")).collect();
    if !roles.is_empty() {
        lines.push(format!("- I bring {} into private threads.", roles.join(" ")));
    }
    lines.extend(checkup.alerts.first().map(|alerts| format!("- I tell moderators in <#{alerts}>.")));
    lines.extend(reminders(here));
    lines
}

/// How long a member waits before moderators are reminded, and when that counts.
fn reminders(here: &GuildConfig) -> Option<String> {
    let promise = &here.core.promise;
    let hours = promise.hours.as_ref().map(|hours| format!(" of working time, {}", hours_text(hours)));
    let hours = hours.unwrap_or_default();
    let after = promise.remind_after;
    (!after.is_zero()).then(|| {
        format!("- I remind moderators when a member has waited {after:#}{hours}, for the first answer.")
    })
}

/// What would happen to messages of somebody without any role.
fn examples<S, E>(
    context: &Context<'_, S, E>,
    here: &GuildConfig,
    checkup: &Checkup,
) -> Vec<(String, Vec<Step>)>
where
    S: Store + 'static,
    E: Executor,
{
    let Some(channel) = example(context, here, checkup) else { return Vec::new() };
    let played = [Sample::Furious, Sample::Card].map(|sample| {
        let steps = rehearse(context, &Person::anyone(), (channel, channel), sample);
        (format!("**{}** in <#{channel}>", sample.title()), steps)
    });
    played.into()
}

const fn far(mode: Mode, told: bool) -> &'static str {
    match mode {
        Mode::Observe if told => {
            "I only observe: I say nothing in public, and tell moderators what I would have done."
        }
        Mode::Observe => {
            "I only observe, but have nowhere to tell moderators what I would have done: choose an alert channel."
        }
        Mode::Suggest => "I suggest: I offer a private thread with a button, and remove nothing.",
        Mode::Act => "I act: I take aside, and remove what gives secrets away, as the rules say.",
    }
}

/// A watched channel to speak of: a text channel where there is one.
fn example<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, checkup: &Checkup) -> Option<ChannelId> {
    let place = |channel: &&ChannelId| {
        let desk = here.server.desk_channel == Some(**channel);
        !desk && context.guilds.has_text_channel(context.guild, **channel)
    };
    checkup.watched.iter().find(place).or_else(|| checkup.watched.first()).copied()
}

/// What keeps the bot from doing its part, in so many characters at most.
fn missing(checkup: &Checkup, room: usize) -> String {
    const MORE: &str = "\n- There is more.";
    const LAST: &str = "\n-# `/doctor` shows more; `/setup` changes any of it.";
    // Nobody to tell breaks nothing in Discord's eyes, and half of what this is for.
    let untold = checkup.about(Concern::Alerts).filter(|gap| !gap.breaks());
    let gaps: Vec<&Gap> = checkup.breaking().chain(untold).collect();
    let all_is_well = gaps.is_empty();
    let title = if all_is_well { "\nNothing is missing." } else { "\n**What is missing**" };
    let mut words = title.to_owned();
    for gap in gaps {
        let line = format!("\n- {gap}");
        let needed =
            [&words, line.as_str(), MORE, LAST].iter().map(|part| part.chars().count()).sum::<usize>();
        if needed >= room {
            words.push_str(MORE);
            break;
        }
        words.push_str(&line);
    }
    words + LAST
}
