//! `/rules history` and `undo`: who changed what, and taking it back.

use serde_json::{Value, json};

use super::difference;
use super::fields::Places;
use crate::commands::change::{ago, named};
use crate::commands::context::Given;
use crate::commands::talk::{Answer, Choice, File, Reply, cut};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{Part, RuleChange, RuleTable, Standing, Subject, hours_text};
use crate::responder::Executor;
use crate::store::{Change, Store};

/// The most changes shown at once.
const MOST_SHOWN: usize = 15;

/// The most characters of an answer; what is longer goes along as a file.
const MOST_WORDS: usize = 2000;

/// The most parts of one change that are shown.
const MOST_PARTS: usize = 3;

/// The most of a value that is shown, in characters.
const MOST_OF_A_VALUE: usize = 240;

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
    let config = context.responder.configs().config();
    let telling = Telling { file: &config.rule, places: Places::of(context.guilds, context.guild) };
    let shown = changes.iter().filter(wanted).take(MOST_SHOWN);
    let shown: Vec<String> = shown.map(|change| line(change, &changes, &telling)).collect();
    if shown.is_empty() {
        return Ok(Answer::say(match given.text("name") {
            Some(name) => format!("Nothing was ever changed about `{}` here.", plain(name)),
            None => "Nothing was changed in chat so far: everything is as it came.".to_owned(),
        }));
    }
    let words = shown.join("\n");
    if words.chars().count() <= MOST_WORDS {
        return Ok(Answer::say(words));
    }
    let file = File { name: "history.md".to_owned(), content: words.into_bytes() };
    Ok(Answer::Say(Reply::new("The latest changes are too long for one message:").with_file(file)))
}

fn line(change: &Change, all: &[Change], telling: &Telling<'_>) -> String {
    let mut what: Vec<String> = change.parts.iter().take(MOST_PARTS).map(|part| telling.part(part)).collect();
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

/// What a history is told with: the rules of the file, and the names of channels and roles.
struct Telling<'a> {
    file: &'a [RuleTable],
    places: Places,
}

impl Telling<'_> {
    /// What became of one thing: "The mode: `act` → `observe`".
    fn part(&self, part: &Part) -> String {
        let what = match &part.subject {
            Subject::Rule(name) => self.rule(name, part),
            subject => {
                let shown = |value: &Option<Value>| {
                    value.as_ref().map_or("default".to_owned(), |value| shown(subject, value))
                };
                format!("{} → {}", shown(&part.before), shown(&part.after))
            }
        };
        format!("{}: {what}", named(&part.subject))
    }

    /// What goes and what comes, line by line, and whether it applies.
    fn rule(&self, name: &str, part: &Part) -> String {
        let (before, after) = (change_of(part.before.as_ref()), change_of(part.after.as_ref()));
        let default = self.file.iter().find(|table| table.name == name);
        let (was, is) = (table_of(before.as_ref(), default), table_of(after.as_ref(), default));
        let mut lines = match (was, is) {
            (_, Some(is)) => difference::lines(was, is, &self.places),
            (Some(_), None) => vec!["removed".to_owned()],
            (None, None) => Vec::new(),
        };
        let standing = |change: Option<&RuleChange>| change.map(|change| change.standing).unwrap_or_default();
        let (stood, stands) = (standing(before.as_ref()), standing(after.as_ref()));
        if stood != stands {
            lines.push(format!("{} → {}", spelled(stood), spelled(stands)));
        }
        if before.is_some() && after.is_none() && default.is_some() {
            lines.push("→ default".to_owned());
        }
        let added = if was.is_none() && is.is_some() { "added, " } else { "" };
        format!("{added}`{}`", plain(&lines.join(", ")))
    }
}

fn change_of(value: Option<&Value>) -> Option<RuleChange> {
    value.and_then(|value| serde_json::from_value(value.clone()).ok())
}

fn table_of<'a>(change: Option<&'a RuleChange>, default: Option<&'a RuleTable>) -> Option<&'a RuleTable> {
    change.and_then(|change| change.table.as_ref()).or(default)
}

const fn spelled(standing: Standing) -> &'static str {
    match standing {
        Standing::On => "on",
        Standing::Off => "off",
        Standing::Removed => "removed here",
    }
}

/// A value as a moderator reads it: roles and channels as mentions.
fn shown(subject: &Subject, value: &Value) -> String {
    if let (Subject::WorkingHours, Ok(hours)) = (subject, serde_json::from_value(value.clone())) {
        return format!("`{}`", hours_text(&hours));
    }
    let mention = |value: &Value| match subject {
        Subject::ModeratorRole | Subject::EscalationRole => format!("<@&{value}>"),
        Subject::DeskChannel | Subject::AlertChannel | Subject::Channels => format!("<#{value}>"),
        _ => format!("`{}`", plain(value.as_str().map_or_else(|| value.to_string(), str::to_owned).as_str())),
    };
    match value {
        Value::Array(all) => all.iter().map(mention).collect::<Vec<_>>().join(" "),
        one => mention(one),
    }
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
