//! The form in which people write what a rule looks for. Nothing that was entered is lost when it is refused.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fields::{Field, Places};
use super::{add, edit};
use crate::commands::context::proposal_number;
use crate::commands::talk::{self, Answer, Form, Reply, button};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{RuleTable, Subject};
use crate::detect::MAX_PATTERN_LENGTH;
use crate::responder::Executor;
use crate::store::Store;

/// The fields of a rule that the form has.
const FIELDS: [Field; 5] = [Field::Words, Field::Pattern, Field::Detector, Field::Heat, Field::Cooldown];

/// A rule that is being written, as the store keeps it: a form works after a restart.
#[derive(Serialize, Deserialize)]
struct Draft {
    of: Of,
    /// What was entered before, by field.
    #[serde(default)]
    entered: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Of {
    /// A new rule, as far as options said.
    New(Box<RuleTable>),
    /// A rule there is, as it was `seen` when the form was opened.
    Known { name: String, seen: String },
}

/// Opens the form for a new rule.
pub(super) async fn open<S, E>(context: &Context<'_, S, E>, rule: RuleTable) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let empty = BTreeMap::new();
    let draft = Draft { of: Of::New(Box::new(rule.clone())), entered: empty.clone() };
    let id = keep(context, &draft).await?;
    Ok(Answer::Ask(of_new(&rule, id, &empty)))
}

fn of_new(rule: &RuleTable, id: i64, entered: &BTreeMap<String, String>) -> Form {
    form(format!("rules:add:{id}"), format!("Add {}", rule.name), rule, entered)
}

/// The form with a rule there is, as it was `seen`.
pub(super) fn of_known(rule: &RuleTable, seen: &str) -> Form {
    refilled(rule, seen, &BTreeMap::new())
}

fn refilled(rule: &RuleTable, seen: &str, entered: &BTreeMap<String, String>) -> Form {
    form(format!("rules:edit:{seen}:{}", rule.name), format!("Edit {}", rule.name), rule, entered)
}

fn form(custom_id: String, title: String, rule: &RuleTable, entered: &BTreeMap<String, String>) -> Form {
    let fields = FIELDS.iter().map(|field| {
        let value = entered.get(field.name()).cloned().unwrap_or_else(|| shown(*field, rule));
        field_of(*field, rule, value)
    });
    Form { custom_id, title, fields: fields.collect() }
}

fn field_of(field: Field, rule: &RuleTable, value: String) -> talk::Field {
    let (label, hint) = match field {
        Field::Words => ("Words", "Words and phrases, separated by commas: Project Falcon, moonshot"),
        Field::Pattern => ("Pattern", r"A regular expression: (?i)falcon-\d+"),
        Field::Detector => ("Detector", "Kinds of finding, separated by commas: card, iban"),
        Field::Heat => ("Heat", "How near boiling a message must be, 0 to 1: 0.7"),
        _ => ("Cooldown", "The least time between two answers: 10m, 1h30m"),
    };
    let is_long = field == Field::Words || value.contains('\n');
    let kept = field.text(rule).chars().count();
    let hint = if kept > most(field) {
        format!("{kept} characters are too many to show here. Left empty, they stay as they are.")
    } else {
        hint.to_owned()
    };
    let label = label.to_owned();
    talk::Field {
        custom_id: field.name().into(),
        label,
        hint,
        value,
        required: false,
        long: is_long,
        most: most(field),
    }
}

/// The most characters that a field takes.
fn most(field: Field) -> usize {
    match field {
        Field::Pattern => MAX_PATTERN_LENGTH,
        Field::Heat | Field::Cooldown => 50,
        _ => 4000,
    }
}

/// What a field begins with; what does not fit in it is not shown, lest a part of it be lost.
fn shown(field: Field, rule: &RuleTable) -> String {
    Some(field.text(rule)).filter(|text| text.chars().count() <= most(field)).unwrap_or_default()
}

/// What was entered, in `rule`. What was left as it was shown is left as it is.
fn put(rule: &mut RuleTable, entered: &BTreeMap<String, String>, places: &Places) -> Result<(), String> {
    for field in FIELDS {
        let text = entered.get(field.name()).map_or("", |text| text.trim());
        if text != shown(field, rule).trim() {
            field.put(rule, text, places)?;
        }
    }
    edit::without_leftovers(rule, |_| false);
    Ok(())
}

/// Takes a form that was sent: `rules:add:ID` or `rules:edit:SEEN:NAME`.
pub(super) async fn sent<S, E>(
    context: &Context<'_, S, E>,
    custom_id: &str,
    entered: &BTreeMap<String, String>,
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Some(of) = of(context, custom_id).await? else {
        let words = "This form was opened more than a day ago. Use `/rules add` again.";
        return Ok(Answer::Update(repeated(words, entered)));
    };
    match save(context, &of, entered).await {
        Err(trouble) => {
            let words = trouble.told(context.guild);
            Ok(Answer::Update(refused(context, of, entered, &words).await))
        }
        saved => saved,
    }
}

/// What a form is about.
async fn of<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Result<Option<Of>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let mut words = custom_id.splitn(4, ':').skip(1);
    match (words.next(), words.next(), words.next()) {
        (Some("edit"), Some(seen), Some(name)) => {
            Ok(Some(Of::Known { name: name.to_owned(), seen: seen.to_owned() }))
        }
        (_, Some(id), _) => Ok(draft(context, id).await?.map(|draft| draft.of)),
        _ => Ok(None),
    }
}

async fn save<S, E>(context: &Context<'_, S, E>, of: &Of, entered: &BTreeMap<String, String>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let places = Places::of(context.guilds, context.guild);
    match of {
        Of::New(rule) => {
            let mut rule = rule.clone();
            put(&mut rule, entered, &places).map_err(Trouble::Told)?;
            if rule.when.is_empty() {
                let what =
                    "There is nothing to look for yet: enter `words`, a `pattern`, a `detector` or `heat`.";
                return Err(Trouble::Told(what.to_owned()));
            }
            add::save(context, *rule).await
        }
        Of::Known { name, seen } => {
            context.require_unchanged(&Subject::Rule(name.clone()), seen).await?;
            let here = context.responder.in_force(context.guild);
            let mut rule = edit::standing(&here, name)?.table.clone();
            put(&mut rule, entered, &places).map_err(Trouble::Told)?;
            edit::save(context, &here, rule).await
        }
    }
}

/// What is wrong, what was entered, and a way back to it.
async fn refused<S, E>(
    context: &Context<'_, S, E>,
    of: Of,
    entered: &BTreeMap<String, String>,
    words: &str,
) -> Reply
where
    S: Store + 'static,
    E: Executor,
{
    let reply = repeated(words, entered);
    // Over what someone else changed meanwhile, what was entered before would undo it unseen.
    if let Of::Known { name, seen } = &of
        && context.require_unchanged(&Subject::Rule(name.clone()), seen).await.is_err()
    {
        return reply;
    }
    match keep(context, &Draft { of, entered: entered.clone() }).await {
        Ok(id) => reply.row(&[button(1, "Open the form again", &format!("rules:again:{id}"))]),
        Err(_) => reply,
    }
}

fn repeated(words: &str, entered: &BTreeMap<String, String>) -> Reply {
    let all = FIELDS.iter().filter_map(|field| Some((field.name(), entered.get(field.name())?)));
    let lines: Vec<String> =
        all.filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name}: {text}")).collect();
    if lines.is_empty() {
        return Reply::new(words);
    }
    Reply::new(format!("{words}\nYou had entered:")).quoting("", "entered.txt", &lines.join("\n"))
}

/// Opens a form again, with what was entered before.
pub(super) async fn again<S, E>(context: &Context<'_, S, E>, id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Some(draft) = draft(context, id).await? else {
        return Ok(Answer::Update(Reply::new("This is more than a day old. Use the command again.")));
    };
    let form = match &draft.of {
        Of::New(rule) => of_new(rule, proposal_number(id), &draft.entered),
        Of::Known { name, seen } => {
            let here = context.responder.in_force(context.guild);
            refilled(&edit::standing(&here, name)?.table, seen, &draft.entered)
        }
    };
    Ok(Answer::Ask(form))
}

async fn keep<S, E>(context: &Context<'_, S, E>, draft: &Draft) -> Result<i64, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let body = serde_json::to_string(draft).map_err(|error| Trouble::Failed(error.to_string()))?;
    Ok(context.responder.store().propose(context.guild, context.now, &body).await?)
}

async fn draft<S, E>(context: &Context<'_, S, E>, id: &str) -> Result<Option<Draft>, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let body = context.responder.store().proposal(context.guild, proposal_number(id)).await?;
    Ok(body.and_then(|body| serde_json::from_str(&body).ok()))
}
