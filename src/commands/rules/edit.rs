//! `/rules edit`.

use super::fields::{Field, Places, told};
use super::{difference, find, form};
use crate::commands::change::fingerprint;
use crate::commands::context::Given;
use crate::commands::talk::{Answer, code};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{GuildConfig, GuildRule, RuleChange, RuleTable, Standing, Subject};
use crate::policy::Response;
use crate::responder::Executor;
use crate::store::Store;

/// The most of a difference that is repeated once it is saved, in characters.
const MOST_REPEATED: usize = 1200;

/// Changes what the options say of a rule, or opens a form with the rule in it where they say nothing.
pub(super) async fn edit<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let rule = standing(&here, given.required("name")?)?;
    if given.is_empty_but(&["name"]) {
        return Ok(Answer::Ask(form::of_known(&rule.table, &seen(&here, &rule.table.name))));
    }
    let mut table = rule.table.clone();
    let places = Places::of(context.guilds, context.guild);
    for field in Field::ALL {
        if let Some(text) = given.written(field.name()) {
            field.put(&mut table, &text, &places).map_err(Trouble::Told)?;
        }
    }
    let is_given = |field: Field| given.written(field.name()).is_some();
    without_leftovers(&mut table, is_given);
    save(context, &here, table).await
}

/// The rule called `name`, unless it was removed.
pub(super) fn standing<'a>(here: &'a GuildConfig, name: &str) -> Result<&'a GuildRule, Trouble> {
    let rule = find(here, name)?;
    if rule.standing == Standing::Removed {
        let back = format!("`/rules enable name:{name}` brings it back first");
        return Err(Trouble::Told(format!("`name`: `{name}` was removed here. {back}.")));
    }
    Ok(rule)
}

/// What tells that a rule is not as it was.
fn seen(here: &GuildConfig, name: &str) -> String {
    fingerprint(here.settings.get(&Subject::Rule(name.to_owned())).as_ref())
}

/// What was about something that is gone goes with it, unless it was asked for.
pub(super) fn without_leftovers(rule: &mut RuleTable, is_given: impl Fn(Field) -> bool) {
    if rule.when.kinds.is_none() && !is_given(Field::Confidence) {
        rule.when.confidence = None;
    }
    if rule.action != Response::Answer && !is_given(Field::Answer) {
        rule.answer = None;
    }
}

/// Saves `table` in the place of the rule of its name.
pub(super) async fn save<S, E>(context: &Context<'_, S, E>, here: &GuildConfig, table: RuleTable) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let rule = standing(here, &table.name)?;
    table.check().map_err(|mistake| Trouble::Told(told(&mistake, &table)))?;
    let places = Places::of(context.guilds, context.guild);
    let lines = difference::lines(Some(&rule.table), &table, &places);
    let default = context.responder.configs().config().rule.iter().find(|default| default.name == table.name);
    let done = done(rule, default == Some(&table), &lines);
    let mut settings = here.settings.clone();
    settings.put_rule(&rule.table.name, change(default, table, rule.standing));
    context.consider(here.settings.difference(&settings), &done, Vec::new()).await
}

/// What is recorded of a rule that is now `table`; nothing where it is as in the file.
pub(super) fn change(
    default: Option<&RuleTable>,
    table: RuleTable,
    standing: Standing,
) -> Option<RuleChange> {
    let name = table.name.clone();
    let table = Some(table).filter(|table| default != Some(table));
    (table.is_some() || standing != Standing::On).then_some(RuleChange { name, table, standing })
}

fn done(rule: &GuildRule, is_default: bool, lines: &[String]) -> String {
    let name = &rule.table.name;
    let how = if is_default { "is the default again" } else { "is changed" };
    let off = match rule.standing {
        Standing::On => String::new(),
        _ => format!(" It is off; `/rules enable name:{name}` switches it on."),
    };
    let mut length = 0;
    let shown = lines.iter().take_while(|line| {
        length += line.chars().count() + 1;
        length <= MOST_REPEATED
    });
    let shown: Vec<&str> = shown.map(String::as_str).collect();
    let more = match lines.len() - shown.len() {
        0 => String::new(),
        more => format!("\n… and {more} more"),
    };
    format!("`{name}` {how}.{off}\n{}", code("diff", &format!("{}{more}", shown.join("\n"))))
}
