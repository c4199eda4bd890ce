//! A rule to be tried: one that is there, with other conditions where some are given, or one that is not there yet.

use super::{fields, find};
use crate::commands::Trouble;
use crate::commands::context::Given;
use crate::config::{GuildConfig, Mistake, RuleTable, WhenTable};
use crate::detect::Category;
use crate::policy::Response;

/// The name of a rule that has none yet.
const UNNAMED: &str = "being-tried";

/// The rule that the options `name`, `words`, `pattern`, `detector` and `heat` describe.
pub(super) fn rule(here: &GuildConfig, given: &Given) -> Result<RuleTable, Trouble> {
    let asked = conditions(given)?;
    match given.text("name") {
        Some(name) => {
            let known = find(here, name)?.table.clone();
            Ok(RuleTable { when: over(known.when, asked), ..known })
        }
        None if asked == WhenTable::default() => Err(Trouble::Told(
            "Say what to try: `name` for a rule that is there, or at least one of `words`, `pattern`, `detector` and \
             `heat`."
                .to_owned(),
        )),
        None => Ok(unnamed(asked)),
    }
}

/// Whether it is a rule that is not there yet.
pub(super) fn is_unnamed(rule: &RuleTable) -> bool {
    rule.name == UNNAMED
}

/// What is wrong with a rule, told by the names of the options that describe it.
pub(super) fn wrong(mistake: Mistake) -> Trouble {
    let field = mistake.field.strip_prefix("when.").unwrap_or(&mistake.field);
    let field = if field == "kinds" { "detector" } else { field }.to_owned();
    Trouble::Told(Mistake { field, ..mistake }.to_string())
}

fn conditions(given: &Given) -> Result<WhenTable, Trouble> {
    let wrong = |field: &'static str| move |what: String| Trouble::Told(format!("`{field}`: {what}"));
    let words = given.text("words").map(fields::words).transpose().map_err(wrong("words"))?;
    let kinds = given.text("detector").map(fields::kinds).transpose().map_err(wrong("detector"))?;
    #[expect(clippy::cast_possible_truncation, reason = "0 to 1, which Discord and the check below hold to")]
    let heat = given.number("heat").map(|heat| heat as f32);
    if heat.is_some_and(|heat| !(0.0..=1.0).contains(&heat)) {
        return Err(Trouble::Told("`heat`: a number from 0 to 1, such as 0.65.".to_owned()));
    }
    Ok(WhenTable {
        heat,
        kinds,
        words,
        pattern: given.text("pattern").map(str::to_owned),
        ..WhenTable::default()
    })
}

/// `asked` in the place of what `known` asks for, where it says anything.
fn over(known: WhenTable, asked: WhenTable) -> WhenTable {
    WhenTable {
        heat: asked.heat.or(known.heat),
        kinds: asked.kinds.or(known.kinds),
        words: asked.words.or(known.words),
        pattern: asked.pattern.or(known.pattern),
        ..known
    }
}

/// As a rule would most likely be made of it: only something personal is never taken aside for.
fn unnamed(when: WhenTable) -> RuleTable {
    let found = when.kinds.iter().flatten().next().map(|kind| kind.category());
    let hot = when.heat.map(|_| Category::BoilingPoint);
    let category = found.or(hot).unwrap_or(Category::Confidential);
    RuleTable::new(
        UNNAMED,
        category,
        when,
        if category == Category::Personal { Response::Suggest } else { Response::TakeAside },
    )
}
