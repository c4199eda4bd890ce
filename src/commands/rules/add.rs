//! `/rules add`.

use super::fields::{Field, Places, told};
use super::form;
use crate::commands::context::Given;
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{COOLDOWN, GuildConfig, MOST_RULES, RuleChange, RuleTable, Standing, WhenTable};
use crate::detect::Category;
use crate::policy::Response;
use crate::responder::Executor;
use crate::store::Store;

/// Adds the rule that the options say, or opens a form for what it looks for where they do not.
pub(super) async fn add<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let places = Places::of(context.guilds, context.guild);
    let rule = said(given, &places).map_err(Trouble::Told)?;
    require_room_for(&context.responder.in_force(context.guild), &rule.name)?;
    match rule.check() {
        Ok(()) => save(context, rule).await,
        Err(_) if rule.when.is_empty() && conditional(&rule).check().is_ok() => {
            form::open(context, rule).await
        }
        Err(mistake) => Err(Trouble::Told(told(&mistake, &rule))),
    }
}

/// The same rule with something to look for: what is wrong with it is not that it has no conditions yet.
fn conditional(rule: &RuleTable) -> RuleTable {
    RuleTable { when: WhenTable { heat: Some(1.0), ..WhenTable::default() }, ..rule.clone() }
}

/// The rule that the options say.
fn said(given: &Given, places: &Places) -> Result<RuleTable, String> {
    let mut rule = RuleTable {
        name: given.text("name").unwrap_or_default().to_owned(),
        category: Category::BoilingPoint,
        when: WhenTable::default(),
        action: Response::Observe,
        cooldown: COOLDOWN,
        channels: None,
        roles: None,
        template: None,
        ask: Vec::new(),
        answer: None,
    };
    for field in Field::ALL {
        if let Some(text) = given.written(field.name()) {
            field.put(&mut rule, &text, places)?;
        }
    }
    Ok(rule)
}

/// Saves a new rule.
pub(super) async fn save<S, E>(context: &Context<'_, S, E>, rule: RuleTable) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    require_room_for(&here, &rule.name)?;
    rule.check().map_err(|mistake| Trouble::Told(told(&mistake, &rule)))?;
    let name = rule.name.clone();
    let mut settings = here.settings.clone();
    let change = RuleChange { name: name.clone(), table: Some(rule), standing: Standing::On };
    settings.put_rule(&name, Some(change));
    let done = format!("`{name}` is added and on. `/rules show name:{name}` shows it whole.");
    context.consider(here.settings.difference(&settings), &done, Vec::new()).await
}

/// A name of its own, and no more rules than can be in force.
fn require_room_for(here: &GuildConfig, name: &str) -> Result<(), Trouble> {
    if let Some(rule) = here.rule(name) {
        let back = match rule.standing {
            Standing::Removed => format!("it was removed here; `/rules enable name:{name}` brings it back"),
            _ => format!("`/rules edit name:{name}` changes it"),
        };
        return Err(Trouble::Told(format!(
            "`name`: there is a rule `{name}` already: {back}. Choose another name."
        )));
    }
    let all = here.rules.iter().filter(|rule| rule.standing != Standing::Removed).count();
    if all >= MOST_RULES {
        let what = format!("`name`: this server has {all} rules, and {MOST_RULES} are the most.");
        return Err(Trouble::Told(format!("{what} `/rules remove` makes room.")));
    }
    Ok(())
}
