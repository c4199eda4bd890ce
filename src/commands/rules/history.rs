//! `/rules history` and `undo`: who changed what, and taking it back.

use serde_json::{Value, json};

use crate::commands::change::{ago, named};
use crate::commands::context::Given;
use crate::commands::talk::{Answer, Choice, cut};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{Part, Subject};
use crate::responder::Executor;
use crate::store::{Change, Store};

/// The most changes shown at once.
const MOST_SHOWN: usize = 15;

/// The most parts of one change that are shown.
const MOST_PARTS: usize = 3;

/// The most of a value that is shown, in characters.
const MOST_OF_A_VALUE: usize = 160;

/// The latest changes, of one rule or of everything.
pub(super) async fn show<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let of = given.text("name").map(|name| Subject::Rule(name.to_owned()));
    let changes = context.responder.store().changes(context.guild).await?;
    let wanted = |change: &&Change| {
        of.as_ref().is_none_or(|subject| change.parts.iter().any(|part| part.subject == *subject))
    };
    let shown: Vec<String> =
        changes.iter().filter(wanted).take(MOST_SHOWN).map(|change| line(change, &changes)).collect();
    if shown.is_empty() {
        return Ok(Answer::say(match given.text("name") {
            Some(name) => format!("Nothing was ever changed about `{}` here.", plain(name)),
            None => "Nothing was changed in chat so far: everything is as it came.".to_owned(),
        }));
    }
    Ok(Answer::say(shown.join("\n")))
}

fn line(change: &Change, all: &[Change]) -> String {
    let mut what: Vec<String> = change.parts.iter().take(MOST_PARTS).map(told).collect();
    if change.parts.len() > MOST_PARTS {
        what.push(format!("and {} more", change.parts.len() - MOST_PARTS));
    }
    let undone = all.iter().any(|other| other.undoes == Some(change.number));
    let note = match change.undoes {
        Some(number) => format!(" (took back {number})"),
        None if undone => " (taken back)".to_owned(),
        None => String::new(),
    };
    format!("**{}** {} by <@{}>{note}: {}", change.number, ago(change), change.by, what.join("; "))
}

/// What became of one thing: "The mode: act → observe".
fn told(part: &Part) -> String {
    let shown = |value: &Option<Value>| match value {
        None => "default".to_owned(),
        Some(Value::String(text)) => format!("`{}`", plain(text)),
        Some(other) => format!("`{}`", plain(&other.to_string())),
    };
    format!("{}: {} → {}", named(&part.subject), shown(&part.before), shown(&part.after))
}

fn plain(text: &str) -> String {
    cut(&text.replace('`', "'").split_whitespace().collect::<Vec<_>>().join(" "), MOST_OF_A_VALUE)
}

/// Takes a change back, where everything it changed is still as it left it.
pub(super) async fn undo<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let number = given.integer("number").unwrap_or(0);
    let changes = context.responder.store().changes(context.guild).await?;
    let change = changes.iter().find(|change| change.number == number).ok_or_else(|| {
        Trouble::Told(format!("`number`: there is no change {number}. `/rules history` shows them."))
    })?;
    let back = change.parts.iter().map(|part| Part {
        subject: part.subject.clone(),
        before: part.after.clone(),
        after: part.before.clone(),
    });
    context.take_back(number, back.collect()).await
}

/// The latest changes, to choose from.
pub(super) async fn numbers<S, E>(context: &Context<'_, S, E>, typed: Option<u32>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let changes = context.responder.store().changes(context.guild).await?;
    let typed = typed.map(|number| number.to_string()).unwrap_or_default();
    let begun = |change: &&Change| change.number.to_string().starts_with(&typed);
    let choices = changes.iter().filter(begun).take(25).map(|change| {
        let what: Vec<String> =
            change.parts.iter().map(|part| named(&part.subject).replace('`', "")).collect();
        Choice { name: format!("{}: {}", change.number, what.join(", ")), value: json!(change.number) }
    });
    Ok(Answer::Offer(choices.collect()))
}
