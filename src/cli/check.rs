//! `aside check`: what is in force, in words.

use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use jiff::SignedDuration;

use super::Loaded;
use crate::config::{
    Cases, Causes, Clock, Config, Conversation, Privacy, QuietHours, Raid, RuleTable, Server, Telemetry,
    WhenTable, hours_text, time_text,
};
use crate::wording::{Utterance, Wording};

pub(super) fn print(loaded: &Loaded, out: &mut impl Write) -> io::Result<()> {
    let config = &loaded.config;
    match &loaded.file {
        Some(file) => writeln!(out, "{} is valid. In force:\n", file.display())?,
        None => writeln!(out, "There is no config.toml here. The built-in defaults are in force:\n")?,
    }
    settings(config, out)?;
    servers(config, out)?;
    rules(&config.rule, out)?;
    utterances(&loaded.core.wording, out)
}

fn settings(config: &Config, out: &mut impl Write) -> io::Result<()> {
    let token = match env::var_os("DISCORD_TOKEN") {
        Some(token) if !token.is_empty() => "set in DISCORD_TOKEN",
        _ => "not set; DISCORD_TOKEN is needed to connect",
    };
    row(out, "token", &token)?;
    row(out, "store", &config.store.shown())?;
    row(out, "watched", &"every channel that @everyone can read")?;
    list(out, "watched too", &config.watch.channels)?;
    list(out, "ignored", &config.watch.ignore_channels)?;
    list(out, "exempt roles", &config.watch.exempt_roles)?;
    list(out, "allowed", &config.detect.allow)?;
    row(out, "threads", &format_args!("archived after {} minutes of silence", config.thread.auto_archive))?;
    cases(config, out)?;
    conversations(config, out)?;
    let (age, most) = (time(config.catch_up.max_age), config.catch_up.max_messages);
    row(out, "caught up", &format_args!("at most {most} messages a channel, none older than {age}"))?;
    row(out, "kept", &kept(config.privacy))?;
    let share = config.commands.confirm_above;
    row(out, "confirmed", &format_args!("rules that apply to more than {share} of the latest messages"))?;
    row(out, "telemetry", &telemetry(&config.telemetry))?;
    let templates = config.wording.templates.as_ref().map(|folder| format!(", with {}", folder.display()));
    let language = &config.wording.language;
    row(out, "wording", &format_args!("{language}, built in{}", templates.unwrap_or_default()))
}

fn telemetry(telemetry: &Telemetry) -> String {
    let log = telemetry.log.as_str();
    match telemetry.listen {
        Some(address) => format!("metrics and health on {address}, log lines as {log}"),
        None => format!("no metrics, no health endpoints, log lines as {log}"),
    }
}

fn kept(privacy: Privacy) -> String {
    let Privacy { keep_closed, keep_examples, transcripts } = privacy;
    let (closed, examples) = (time_text(keep_closed), time_text(keep_examples));
    let transcripts = if transcripts { "with transcripts" } else { "without transcripts" };
    format!("cases for {closed} after they are over, {transcripts}; judged messages for {examples}")
}

fn cases(config: &Config, out: &mut impl Write) -> io::Result<()> {
    let Cases { join_within, expire_after, .. } = &config.cases;
    let over = if expire_after.is_zero() { "never expire".to_owned() } else { expiry(*expire_after) };
    row(out, "cases", &format_args!("take further messages for {}, {over}", time(*join_within)))?;
    let Clock { remind_after, escalate_after, working_hours } = &config.clock;
    row(out, "clock", &reminders(*remind_after, *escalate_after))?;
    match working_hours {
        Some(hours) => row(out, "working hours", &hours_text(hours)),
        None => Ok(()),
    }
}

fn expiry(after: Duration) -> String {
    format!("expire after {} of silence", time(after))
}

fn reminders(remind_after: Duration, escalate_after: Duration) -> String {
    match (remind_after.is_zero(), escalate_after.is_zero()) {
        (true, _) => "nobody is reminded".to_owned(),
        (false, true) => format!("moderators are reminded after {}", time(remind_after)),
        (false, false) => format!(
            "moderators are reminded after {}, others are asked after {} more",
            time(remind_after),
            time(escalate_after)
        ),
    }
}

fn conversations(config: &Config, out: &mut impl Write) -> io::Result<()> {
    row(out, "mode", &config.mode.as_str())?;
    let Conversation { half_life, simmer } = &config.conversation;
    row(
        out,
        "conversations",
        &format_args!("cool by half in {}, simmer from heat {simmer} on", time(*half_life)),
    )?;
    let Raid { members, within, most_threads } = &config.raid;
    row(
        out,
        "raids",
        &format_args!("{members} members in {}, at most {most_threads} threads", time(*within)),
    )?;
    let Causes { cases, within } = &config.causes;
    row(out, "causes", &format_args!("{cases} cases about the same in {}", time(*within)))?;
    match &config.quiet_hours {
        Some(hours) => row(out, "quiet hours", &quiet(hours)),
        None => Ok(()),
    }
}

fn quiet(hours: &QuietHours) -> String {
    let zone = hours.time_zone.iana_name().unwrap_or("UTC");
    format!("{} to {} ({zone})", hours.from.strftime("%H:%M"), hours.to.strftime("%H:%M"))
}

fn row(out: &mut impl Write, name: &str, what: &dyn Display) -> io::Result<()> {
    writeln!(out, "{name:<14}{what}")
}

/// Nothing is said of what is not configured.
fn list(out: &mut impl Write, name: &str, items: &[impl Display]) -> io::Result<()> {
    if items.is_empty() { Ok(()) } else { row(out, name, &joined(items.iter())) }
}

fn joined(items: impl Iterator<Item = impl Display>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn time(time: Duration) -> String {
    if SignedDuration::try_from(time).is_err() { "ever".to_owned() } else { time_text(time) }
}

fn servers(config: &Config, out: &mut impl Write) -> io::Result<()> {
    for (id, server) in &config.server {
        row(out, "server", &describe_server(*id, server))?;
    }
    Ok(())
}

fn describe_server(id: impl Display, server: &Server) -> String {
    let unset = || "not set".to_owned();
    let role = server.moderator_role.map_or_else(unset, |id| id.to_string());
    let desk = server.desk_channel.map_or_else(unset, |id| id.to_string());
    let alerts = server.alert_channel.map_or_else(unset, |id| id.to_string());
    let mut described = format!("{id}: moderator role {role}, desk channel {desk}, alert channel {alerts}");
    described.extend(server.mode.map(|mode| format!(", mode {}", mode.as_str())));
    described.extend(server.quiet_hours.as_ref().map(|hours| format!(", quiet hours {}", quiet(hours))));
    described.extend(server.escalation_role.map(|id| format!(", escalation role {id}")));
    described.extend(server.remind_after.map(|after| format!(", reminders after {}", time(after))));
    described.extend(server.escalate_after.map(|after| format!(", others asked after {} more", time(after))));
    described
        .extend(server.working_hours.as_ref().map(|hours| format!(", working hours {}", hours_text(hours))));
    described
}

fn rules(rules: &[RuleTable], out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nRules, in this order ({}):", rules.len())?;
    for rule in rules {
        writeln!(out, "  {:<20}  {:<10}  when {}", rule.name, rule.action.as_str(), conditions(&rule.when))?;
        writeln!(out, "  {:<20}  {:<10}  {}", "", "", limits(rule))?;
    }
    Ok(())
}

/// Words and patterns are counted, not printed: they may be what is to be kept private.
fn conditions(when: &WhenTable) -> String {
    let mut conditions = Vec::new();
    conditions.extend(when.heat.map(|heat| format!("heat is at least {heat}")));
    conditions.extend(when.kinds.as_ref().map(|kinds| {
        let surely = when.confidence.map(|confidence| format!(" with confidence {confidence}"));
        let kinds = joined(kinds.iter().map(|kind| kind.as_str()));
        format!("one of [{kinds}] is found{}", surely.unwrap_or_default())
    }));
    conditions.extend(when.exchanges.map(|turns| format!("two go back and forth {turns} times")));
    conditions.extend(when.words.as_ref().map(|words| format!("one of its {} words is found", words.len())));
    conditions.extend(when.pattern.as_ref().map(|_| "its pattern matches".to_owned()));
    conditions.join(" and ")
}

fn limits(rule: &RuleTable) -> String {
    let mut limits = format!("cooldown {}", time(rule.cooldown));
    let only = |name: &str, ids: String| format!("; only {name} [{ids}]");
    limits.extend(rule.channels.as_ref().map(|ids| only("channels", joined(ids.iter()))));
    limits.extend(rule.roles.as_ref().map(|ids| only("roles", joined(ids.iter()))));
    limits.extend(rule.template.as_ref().map(|template| format!("; acknowledged with {template}")));
    limits
}

fn utterances(wording: &Wording, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "\nWays to say each thing:")?;
    for &utterance in Utterance::ALL {
        let languages = wording
            .languages()
            .into_iter()
            .map(|language| (language, wording.variants_in(language, utterance)));
        let counts =
            languages.filter(|(_, count)| *count > 0).map(|(language, count)| format!("{language} {count}"));
        writeln!(out, "  {:<24}  {}", utterance.as_str(), joined(counts))?;
    }
    Ok(())
}
