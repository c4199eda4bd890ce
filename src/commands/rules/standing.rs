//! `/rules enable`, `disable` and `remove`.

use super::find;
use crate::commands::context::Given;
use crate::commands::{Context, Outcome};
use crate::config::{GuildConfig, RuleChange, RuleOrigin, Standing};
use crate::responder::Executor;
use crate::store::Store;

/// Switches a rule on or off, or takes it away.
pub(super) async fn set<S, E>(context: &Context<'_, S, E>, given: &Given, standing: Standing) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let name = given.required("name")?;
    let rule = find(&here, name)?;
    let mut settings = here.settings.clone();
    settings.put_rule(name, changed(&here, name, rule.origin, standing));
    let done = match (standing, rule.origin) {
        (Standing::On, _) => format!("`{name}` is on."),
        (Standing::Off, _) => format!("`{name}` is off. `/rules enable name:{name}` switches it on again."),
        (Standing::Removed, RuleOrigin::Own) => format!("`{name}` is removed."),
        (Standing::Removed, _) => {
            format!(
                "`{name}` is removed from this server. It is a default, so `/rules enable name:{name}` brings it back."
            )
        }
    };
    context.consider(here.settings.difference(&settings), &done, Vec::new()).await
}

/// What is recorded of the rule from now on; nothing where it is as in the file again.
fn changed(here: &GuildConfig, name: &str, origin: RuleOrigin, standing: Standing) -> Option<RuleChange> {
    let known = here.settings.rules.iter().find(|change| change.name == name);
    let table = known.and_then(|change| change.table.clone());
    match (origin, standing) {
        (RuleOrigin::Own, Standing::Removed) | (RuleOrigin::Default, Standing::On) => None,
        _ => Some(RuleChange { name: name.to_owned(), table, standing }),
    }
}
