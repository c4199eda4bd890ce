//! `/doctor`: what the bot may and may not do in a server, what follows from each gap, and what would happen to
//! somebody's message.

use super::context::Asked;
use super::rehearsal::{Sample, Step, rehearse};
use super::talk::{Answer, File, Reply};
use super::{Context, Outcome, Trouble};
use crate::discord::Permissions;
use crate::discord::checkup::{Checkup, Concern, Gap, listed};
use crate::discord::guilds::Watch;
use crate::discord::guilds::foresight::Person;
use crate::message::{ChannelId, RoleId, UserId};
use crate::responder::Executor;
use crate::store::Store;

/// What one message holds.
const MOST_WORDS: usize = 2000;

/// Carries out `/doctor`.
pub(super) fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    let Asked::Command { given, .. } = &context.asked else { return Ok(Answer::Nothing) };
    let lines = match (given.id("channel").map(ChannelId), given.id("member")) {
        (None, None) => server(context)?,
        (Some(channel), None) => one_channel(context, channel)?,
        (channel, Some(member)) => one_member(context, channel.unwrap_or(context.channel), member)?,
    };
    Ok(answer(context, &lines.join("\n")))
}

/// As a message, or as a file where it is too long for one.
fn answer<S, E>(context: &Context<'_, S, E>, words: &str) -> Answer {
    if words.chars().count() <= MOST_WORDS {
        return Answer::say(words);
    }
    let spelled = context.guilds.spelled_out(context.guild, words).into_bytes();
    let file = File { name: "doctor.md".to_owned(), content: spelled };
    Answer::Say(Reply::new("That is too much for one message:").with_file(file))
}

fn unknown() -> Trouble {
    Trouble::Failed("nothing is known of this server yet".to_owned())
}

fn server<S, E>(context: &Context<'_, S, E>) -> Result<Vec<String>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let checkup = context.guilds.checkup(context.guild).ok_or_else(unknown)?;
    let mut lines = vec!["**What I have here**".to_owned()];
    lines.extend(at_hand(context, &checkup));
    lines.extend(under("What does not work", checkup.breaking()));
    lines.extend(under("What works in another way", checkup.advisory()));
    if checkup.gaps.is_empty() {
        lines.push("\nNothing is missing.".to_owned());
    }
    lines.push(
        "-# Permissions are given in a channel's settings, or for the whole server in those of my role. \
         `/doctor channel:` looks at one channel, `/doctor member:` at what would happen to somebody's message."
            .to_owned(),
    );
    Ok(lines)
}

/// What the bot has to work with.
fn at_hand<S, E>(context: &Context<'_, S, E>, checkup: &Checkup) -> Vec<String>
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let roles: Vec<String> = checkup.moderators.iter().map(|role| format!("<@&{role}>")).collect();
    let mut lines = vec![
        format!("- Watched channels ({}): {}.", checkup.watched.len(), listed(&checkup.watched)),
        format!(
            "- Mode **{}**, language `{}`.",
            context.responder.mode(context.guild).as_str(),
            here.core.wording.language()
        ),
    ];
    if !roles.is_empty() {
        lines.push(format!("- Brought into private threads: {}.", roles.join(" ")));
    }
    lines.extend(here.server.desk_channel.map(|desk| format!("- Desk channel: <#{desk}>.")));
    lines.extend(checkup.alerts.first().map(|alerts| format!("- Moderators are told in <#{alerts}>.")));
    if checkup.automod {
        lines.push(
            "- AutoMod has rules here. What it blocks never reaches me, and it can hold back my own words: exempt my \
             role in its rules."
                .to_owned(),
        );
    }
    lines
}

fn under<'a>(title: &str, gaps: impl Iterator<Item = &'a Gap>) -> Vec<String> {
    let lines: Vec<String> = gaps.map(|gap| format!("- {gap}")).collect();
    let title = (!lines.is_empty()).then(|| format!("\n**{title}**"));
    title.into_iter().chain(lines).collect()
}

fn one_channel<S, E>(context: &Context<'_, S, E>, channel: ChannelId) -> Result<Vec<String>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let (home, watch) = place(context, channel)?;
    let checkup = context.guilds.checkup_in(context.guild, home).ok_or_else(unknown)?;
    let held = context.guilds.held_in(context.guild, home).join(", ");
    let mut lines = vec![watched(channel, watch).line()];
    lines.push(match held.as_str() {
        "" => "I may do nothing there.".to_owned(),
        held => format!("What I may do there: {held}."),
    });
    let gaps: Vec<&Gap> = checkup.about(Concern::Channels).collect();
    if gaps.is_empty() {
        lines.push("Nothing is missing there.".to_owned());
    }
    lines.extend(gaps.iter().map(|gap| format!("- {gap}")));
    Ok(lines)
}

/// Where private threads are opened for messages in `channel`, and whether it is watched.
fn place<S, E>(context: &Context<'_, S, E>, channel: ChannelId) -> Result<(ChannelId, Watch), Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    context.guilds.watch(context.guild, channel).ok_or_else(|| {
        Trouble::Told(
            "`channel`: I know of no such channel here that messages are written in. Choose one that is no category."
                .to_owned(),
        )
    })
}

fn watched(channel: ChannelId, watch: Watch) -> Step {
    let why = match watch {
        Watch::Public => "everyone can read it",
        Watch::Chosen => "it was chosen in `/setup`",
        Watch::Added => "whoever runs me added it",
        Watch::Closed => "not everyone can read it, and nobody chose it in `/setup`",
        Watch::NotChosen => "others were chosen in `/setup`, and it was not",
        Watch::Ignored => "whoever runs me left it out",
        Watch::PrivateThread => "private threads never are",
    };
    let not = if watch.is_on() { "" } else { "not " };
    Step { works: watch.is_on(), words: format!("<#{channel}> is {not}watched: {why}.") }
}

fn one_member<S, E>(
    context: &Context<'_, S, E>,
    channel: ChannelId,
    member: u64,
) -> Result<Vec<String>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let (home, watch) = place(context, channel)?;
    let person = person(context, member)?;
    let mut lines = vec![
        format!("**What would happen to a message of <@{member}> in <#{channel}>**"),
        watched(channel, watch).line(),
        can_write(context, channel, &person).line(),
    ];
    if watch.is_on() {
        for sample in [Sample::Furious, Sample::Card] {
            lines.push(format!("\n**{}**", sample.title()));
            lines.extend(rehearse(context, &person, (channel, home), sample).iter().map(Step::line));
        }
    }
    Ok(lines)
}

/// The member, with the roles that Discord told with the command.
fn person<S, E>(context: &Context<'_, S, E>, member: u64) -> Result<Person, Trouble> {
    let key = member.to_string();
    if context.resolved["users"][&key]["bot"] == true {
        return Err(Trouble::Told("`member`: bots are never acted on.".to_owned()));
    }
    let found = &context.resolved["members"][&key]["roles"];
    let roles = found
        .as_array()
        .ok_or_else(|| Trouble::Told("`member`: they are not in this server, or not any more.".to_owned()))?;
    let roles = roles.iter().filter_map(|role| role.as_str()?.parse().ok()).map(RoleId);
    Ok(Person { id: UserId(member), roles: roles.collect() })
}

fn can_write<S, E>(context: &Context<'_, S, E>, channel: ChannelId, person: &Person) -> Step {
    let held = context.guilds.held_by(context.guild, channel, person);
    let speak = Permissions::SEND_MESSAGES | Permissions::SEND_MESSAGES_IN_THREADS;
    if held.contains(Permissions::VIEW_CHANNEL) && held.intersects(speak) {
        return Step::done("They can write there.");
    }
    Step::failed("They cannot write there.")
}
