//! `/rules export` and `import`: rules as a file, and rules out of AutoMod.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::fields::{Field, Places, told};
use super::{difference, edit};
use crate::commands::change::Shown;
use crate::commands::context::Given;
use crate::commands::talk::{Answer, File, Reply, quoted};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{GuildConfig, GuildSettings, MOST_RULES, RuleTable, RulesFile, Standing, automod};
use crate::detect::Category;
use crate::discord::rest::{DownloadError, Request, RestError};
use crate::policy::Response;
use crate::responder::Executor;
use crate::store::Store;

/// The name of the file, out and in.
const FILE: &str = "rules.toml";

/// The largest file that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// The most names that are listed one by one.
const MOST_NAMED: usize = 20;

/// All rules that are on, as a file.
pub(super) fn export(here: &GuildConfig) -> Answer {
    let (on, off): (Vec<_>, Vec<_>) = here.rules.iter().partition(|rule| rule.standing == Standing::On);
    let file = RulesFile { rule: on.iter().map(|rule| rule.table.clone()).collect() };
    let content = file.to_toml().into_bytes();
    let off: Vec<String> = off
        .iter()
        .map(|rule| {
            let why = if rule.standing == Standing::Off { "off" } else { "removed here" };
            format!("`{}` ({why})", rule.table.name)
        })
        .collect();
    let without = if off.is_empty() { String::new() } else { format!(" Not in it: {}.", some(&off)) };
    let words = format!(
        "{} that are on, as `/rules import` and config.toml take them.{without}",
        counted(on.len(), "rule")
    );
    Answer::Say(Reply::new(words).with_file(File { name: FILE.to_owned(), content }))
}

/// Rules from a file or from AutoMod, once the difference was looked at.
pub(super) async fn import<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    match (given.text("source"), given.id("file")) {
        (Some("automod"), Some(_)) => {
            told_to("`file`: AutoMod's rules come without one; leave `file` out, or `source`.")
        }
        (Some("automod"), None) => from_automod(context, given).await,
        (_, None) => {
            told_to("`file`: attach a file as `/rules export` makes it, or choose AutoMod as `source`.")
        }
        (_, Some(_)) if given.text("category").or(given.text("action")).is_some() => told_to(
            "`category` and `action` are for AutoMod's rules; those in a file have their own. Leave them out.",
        ),
        (_, Some(id)) => from_file(context, id).await,
    }
}

fn told_to(words: &str) -> Outcome {
    Err(Trouble::Told(words.to_owned()))
}

async fn from_file<S, E>(context: &Context<'_, S, E>, id: u64) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let attached = &context.resolved["attachments"][id.to_string()];
    let name = attached["filename"].as_str().unwrap_or(FILE);
    let text = read(context, attached).await?;
    let file = match RulesFile::parse(&text, Path::new(name)) {
        Ok(file) => file,
        Err(error) => {
            let words = "`file`: there is a mistake in it, so nothing was changed.";
            return Ok(Answer::Say(Reply::new(words).quoting("", "mistake.txt", &error.to_string())));
        }
    };
    if file.rule.is_empty() {
        return told_to("`file`: there are no rules in it.");
    }
    propose(context, file.rule, &format!("**From {}**", quoted(name)), Vec::new()).await
}

/// The text of an attached file.
async fn read<S, E>(context: &Context<'_, S, E>, attached: &Value) -> Result<String, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let too_large =
        || Trouble::Told(format!("`file`: it is too large; {} KiB are the most.", LARGEST / 1024));
    if attached["size"].as_u64().is_some_and(|size| size > LARGEST as u64) {
        return Err(too_large());
    }
    let url = attached["url"].as_str().unwrap_or_default();
    let bytes = context.rest.download(url, LARGEST).await.map_err(|error| match error {
        DownloadError::TooLarge(_) => too_large(),
        other => Trouble::Failed(format!("an attached file could not be read: {other}")),
    })?;
    let text = String::from_utf8(bytes);
    let text = text.map_err(|_| {
        Trouble::Told("`file`: it is no text in UTF-8. Save it as such, and try again.".to_owned())
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

async fn from_automod<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let category = chosen(given, "category").unwrap_or(Category::BoilingPoint);
    let action = chosen(given, "action").unwrap_or(Response::Alert);
    if action == Response::Answer {
        return told_to("`action`: AutoMod's rules have nothing to answer; choose another.");
    }
    let listed = listed(context).await?;
    // A thousand keywords take a while, in which Discord would give up.
    context.talk.come_back_later().await?;
    let here = context.responder.in_force(context.guild);
    let known: Vec<RuleTable> = here.rules.iter().map(|rule| rule.table.clone()).collect();
    let taken = automod::taken_over(&listed, category, action, &known);
    let left: Vec<String> =
        taken.left.iter().map(|what| format!("! {}", difference::visible(what))).collect();
    if taken.rules.is_empty() {
        let words = "There is nothing in AutoMod here that could come along.";
        return Ok(nothing(words, &left.join("\n")));
    }
    for rule in &taken.rules {
        rule.check().map_err(|mistake| Trouble::Told(told(&mistake, rule)))?;
    }
    propose(context, taken.rules, "**From AutoMod**", left).await
}

/// What was chosen from a list that Discord shows.
fn chosen<T: DeserializeOwned>(given: &Given, option: &str) -> Option<T> {
    let text = given.text(option)?.to_owned();
    serde_json::from_value(Value::String(text)).ok()
}

/// AutoMod's rules in this server.
async fn listed<S, E>(context: &Context<'_, S, E>) -> Result<Value, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let path = format!("guilds/{}/auto-moderation/rules", context.guild);
    context.rest.send(Request::get(path)).await.map_err(|error| match error {
        RestError::Refused { status, .. } if status.as_u16() == 403 => Trouble::Told(
            "I may not see AutoMod's rules: Discord shows them only to those with the permission Manage Server. \
             Give it to my role in Server Settings → Roles, and try again; afterwards you can take it away."
                .to_owned(),
        ),
        other => other.into(),
    })
}

/// What becomes of the rules here.
#[derive(Default)]
struct Effect {
    added: usize,
    changed: usize,
    unchanged: usize,
    lines: Vec<String>,
}

impl Effect {
    fn told(&self) -> String {
        format!(
            "{} added, {} changed, {} as before",
            counted(self.added, "rule"),
            self.changed,
            self.unchanged
        )
    }
}

/// Shows what `rules` would change here, and asks. `left` is what cannot come along, line by line.
async fn propose<S, E>(
    context: &Context<'_, S, E>,
    rules: Vec<RuleTable>,
    heading: &str,
    left: Vec<String>,
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let places = Places::of(context.guilds, context.guild);
    let effect = effect(&here, &rules, &places);
    let mut words = vec![format!("{heading}: {}.", effect.told())];
    words.extend(staying(&here, &rules));
    words.extend(elsewhere(&rules, &places));
    let difference = effect.lines.iter().cloned().chain(left).collect::<Vec<_>>().join("\n");
    let defaults = &context.responder.configs().config().rule;
    let settings = put(&here, rules, defaults);
    require_room(&settings, defaults)?;
    let parts = here.settings.difference(&settings);
    if parts.is_empty() {
        words.push("There is nothing to change.".to_owned());
        return Ok(nothing(&words.join("\n"), &difference));
    }
    let done = format!("Imported: {}.", effect.told());
    context.confirm(parts, &done, Shown { words: words.join("\n"), difference }).await
}

fn effect(here: &GuildConfig, rules: &[RuleTable], places: &Places) -> Effect {
    let mut effect = Effect::default();
    for rule in rules {
        let known = here.rule(&rule.name);
        match known {
            None => effect.added += 1,
            Some(known) if known.table == *rule && known.standing == Standing::On => {
                effect.unchanged += 1;
                continue;
            }
            Some(_) => effect.changed += 1,
        }
        let new = if known.is_none() { ", new" } else { "" };
        effect.lines.push(format!("@@ {}{new} @@", rule.name));
        if known.is_some_and(|known| known.standing != Standing::On) {
            effect.lines.push("+ on".to_owned());
        }
        effect.lines.extend(difference::lines(known.map(|known| &known.table), rule, places));
    }
    effect
}

/// Says that nothing is to be done, and what was left out.
fn nothing(words: &str, left: &str) -> Answer {
    let reply = Reply::new(words);
    Answer::Say(if left.is_empty() { reply } else { reply.quoting("diff", "left.diff", left) })
}

fn require_room(settings: &GuildSettings, defaults: &[RuleTable]) -> Result<(), Trouble> {
    let all = settings.rules_over(defaults);
    match all.iter().filter(|rule| rule.standing != Standing::Removed).count() {
        0..=MOST_RULES => Ok(()),
        all => Err(Trouble::Told(format!(
            "There would be {all} rules here, and {MOST_RULES} are the most. `/rules remove` makes room."
        ))),
    }
}

/// The rules here that are not among `rules`: they stay.
fn staying(here: &GuildConfig, rules: &[RuleTable]) -> Option<String> {
    let others = here.rules.iter().filter(|known| {
        known.standing != Standing::Removed && rules.iter().all(|rule| rule.name != known.table.name)
    });
    let names: Vec<String> = others.map(|known| format!("`{}`", known.table.name)).collect();
    (!names.is_empty()).then(|| format!("Not in it, and staying as they are: {}.", some(&names)))
}

/// The rules that are for channels or roles which are not here, as those of another server.
fn elsewhere(rules: &[RuleTable], places: &Places) -> Option<String> {
    let is_unknown = |field: Field, rule: &RuleTable| {
        field.entries(rule).into_iter().flatten().any(|mention| places.name(&mention).is_none())
    };
    let lost =
        rules.iter().filter(|rule| is_unknown(Field::Channels, rule) || is_unknown(Field::Roles, rule));
    let names: Vec<String> = lost.map(|rule| format!("`{}`", rule.name)).collect();
    (!names.is_empty()).then(|| format!("For channels or roles that are not here: {}.", some(&names)))
}

/// The settings with `rules` in them.
fn put(here: &GuildConfig, rules: Vec<RuleTable>, defaults: &[RuleTable]) -> GuildSettings {
    let mut settings = here.settings.clone();
    for rule in rules {
        let name = rule.name.clone();
        let default = defaults.iter().find(|default| default.name == name);
        settings.put_rule(&name, edit::change(default, rule, Standing::On));
    }
    settings
}

/// As many of `names` as one reads.
fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(MOST_NAMED);
    let shown = names.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
