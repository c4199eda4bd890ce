//! `/rules`: what the bot looks for in a server, and what it does about it.

mod add;
mod backtest;
mod difference;
mod edit;
mod fields;
mod form;
mod history;
mod proposed;
mod standing;
mod test;
mod transfer;

use serde_json::json;

use super::context::{Asked, Given};
use super::talk::{Answer, Choice, Reply};
use super::{Context, Outcome, Trouble};
use crate::config::{GuildConfig, GuildRule, RuleOrigin, RulesFile, Standing};
use crate::detect::Kind;
use crate::responder::Executor;
use crate::store::Store;

/// Carries out `/rules …`, or completes one of its options.
pub(super) async fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    match &context.asked {
        Asked::Command { sub, given, .. } => match sub.as_str() {
            "list" => Ok(list(&context.responder.in_force(context.guild))),
            "show" => show(&context.responder.in_force(context.guild), given),
            "add" => add::add(context, given).await,
            "edit" => edit::edit(context, given).await,
            "export" => Ok(transfer::export(&context.responder.in_force(context.guild))),
            "import" => transfer::import(context, given).await,
            "enable" => standing::set(context, given, Standing::On).await,
            "disable" => standing::set(context, given, Standing::Off).await,
            "remove" => standing::set(context, given, Standing::Removed).await,
            "test" => test::judge(context, given).await,
            "backtest" => backtest::run(context, given).await,
            "history" => history::show(context, given).await,
            "undo" => history::undo(context, given).await,
            _ => Ok(Answer::Nothing),
        },
        Asked::Typing { given, focused, .. } => complete(context, given, focused).await,
        _ => Ok(Answer::Nothing),
    }
}

/// Answers a button or form of `/rules`.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    match (&context.asked, custom_id.split(':').nth(1)) {
        (Asked::Form { fields, .. }, Some("add" | "edit")) => form::sent(context, custom_id, fields).await,
        (Asked::Pressed { .. }, Some("again")) => {
            form::again(context, custom_id.split(':').nth(2).unwrap_or_default()).await
        }
        _ => Ok(Answer::Nothing),
    }
}

fn list(here: &GuildConfig) -> Answer {
    let lines = here.rules.iter().map(line);
    let heading = format!(
        "**{} of {} rules are on**, looked at in this order. The one that does most wins.",
        here.rules.iter().filter(|rule| rule.standing == Standing::On).count(),
        here.rules.len()
    );
    let all: Vec<String> = [heading].into_iter().chain(lines).collect();
    let words = all.join("\n");
    if words.chars().count() <= 2000 {
        return Answer::say(words);
    }
    // Too many for one message: the list as a file, whole.
    let file = super::talk::File { name: "rules.md".to_owned(), content: words.into_bytes() };
    Answer::Say(Reply::new("They are too many for one message:").with_file(file))
}

fn line(rule: &GuildRule) -> String {
    let table = &rule.table;
    let standing = match rule.standing {
        Standing::On => "",
        Standing::Off => " — **off**",
        Standing::Removed => " — **removed here**",
    };
    format!(
        "- `{}` {} → {} · {}{standing}",
        table.name,
        table.category.as_str(),
        table.action.as_str(),
        origin(rule.origin)
    )
}

fn origin(origin: RuleOrigin) -> &'static str {
    match origin {
        RuleOrigin::Default => "default",
        RuleOrigin::Changed => "default, changed here",
        RuleOrigin::Own => "added here",
    }
}

fn show(here: &GuildConfig, given: &Given) -> Outcome {
    let rule = find(here, given.required("name")?)?;
    let toml = RulesFile { rule: vec![rule.table.clone()] }.to_toml();
    Ok(Answer::Say(Reply::new(line(rule)).showing("toml", "rule.toml", &toml)))
}

/// The rule called `name`; else what it may have been meant to be.
fn find<'a>(here: &'a GuildConfig, name: &str) -> Result<&'a GuildRule, Trouble> {
    here.rule(name).ok_or_else(|| {
        let nearest = fields::nearest(name, here.rules.iter().map(|rule| rule.table.name.as_str()));
        Trouble::Told(format!(
            "`name`: there is no rule of that name here.{nearest} `/rules list` has them all."
        ))
    })
}

async fn complete<S, E>(context: &Context<'_, S, E>, given: &Given, focused: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let typed = given.text(focused).unwrap_or_default();
    match focused {
        "name" => {
            let here = context.responder.in_force(context.guild);
            let names = here.rules.iter().map(|rule| (rule.table.name.clone(), json!(rule.table.name)));
            Ok(Answer::matching(typed, names))
        }
        "number" => history::numbers(context, given.integer("number")).await,
        "detector" => Ok(next_in_list(
            typed,
            Kind::ALL
                .iter()
                .filter(|kind| kind.is_asked_for())
                .map(|kind| (kind.as_str().to_owned(), kind.as_str().to_owned())),
        )),
        "channels" => Ok(next_in_list(typed, context.guilds.channel_names(context.guild))),
        "roles" => Ok(next_in_list(typed, context.guilds.role_names(context.guild))),
        _ => Ok(Answer::Offer(Vec::new())),
    }
}

/// Completes the last entry of a list that is separated by commas: what is shown, and what is put there. Whoever types
/// on after choosing types on at what is shown, so that is the whole list, in words that are understood, too.
fn next_in_list(typed: &str, all: impl Iterator<Item = (String, String)>) -> Answer {
    let (before, last) = typed.rsplit_once(',').map_or(("", typed), |(before, last)| (before, last));
    let put = |value: &str| if before.is_empty() { value.to_owned() } else { format!("{before}, {value}") };
    // Discord refuses values of more than 100 characters.
    let entries = all.map(|(shown, value)| (shown, json!(put(&value))));
    let short = entries.filter(|(_, value)| value.as_str().is_some_and(|value| value.chars().count() <= 100));
    match Answer::matching(last.trim(), short) {
        Answer::Offer(choices) => Answer::Offer(
            choices.into_iter().map(|choice| Choice { name: put(&choice.name), ..choice }).collect(),
        ),
        other => other,
    }
}
