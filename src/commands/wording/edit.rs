//! `/wording set` and `reset`: other words for an utterance, and the old ones back.

use std::collections::BTreeMap;

use super::{Entry, known_language, preview, utterance};
use crate::commands::change::fingerprint;
use crate::commands::talk::{Answer, Field, Form, Reply};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{GuildConfig, Subject};
use crate::responder::Executor;
use crate::store::Store;

/// The most characters of a field of a form.
/// Source: <https://discord.com/developers/docs/components/reference#text-input>.
const MOST_TYPED: usize = 4000;

/// The form's field.
const FIELD: &str = "text";

/// Opens the form with the words as they are.
pub(super) fn ask(here: &GuildConfig, entry: &Entry) -> Outcome {
    let wording = &here.core.wording;
    let spoken = wording.spoken(Some(&entry.language), entry.utterance);
    let text = wording.text(spoken, entry.utterance).unwrap_or_default().trim_end();
    let length = text.chars().count();
    if length > MOST_TYPED {
        return Err(Trouble::Told(format!(
            "{} has {length} characters, and a form takes {MOST_TYPED}. Whoever runs me can change it in the folder that \
             `[wording] templates` names: `{}/{}.md`.",
            entry.named(),
            entry.language,
            entry.utterance.as_str()
        )));
    }
    let seen = fingerprint(here.settings.get(&entry.subject()).as_ref());
    Ok(Answer::Ask(Form {
        custom_id: format!("wording:set:{}:{}:{seen}", entry.utterance.as_str(), entry.language),
        title: entry.named().replace('`', ""),
        fields: vec![Field {
            custom_id: FIELD.into(),
            label: "Variants, with a line of --- between them".to_owned(),
            hint: String::new(),
            value: text.to_owned(),
            required: true,
            long: true,
            most: MOST_TYPED,
        }],
    }))
}

/// Saves what was typed; gives it back where that cannot be.
pub(super) async fn submit<S, E>(
    context: &Context<'_, S, E>,
    custom_id: &str,
    fields: &BTreeMap<String, String>,
) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let parts: Vec<&str> = custom_id.split(':').collect();
    let (&[_, "set", name, language, seen], Some(typed)) = (parts.as_slice(), fields.get(FIELD)) else {
        return Ok(Answer::Nothing);
    };
    let entry = Entry { utterance: utterance(name)?, language: language.to_owned() };
    match save(context, &entry, seen, typed).await {
        Err(Trouble::Told(words)) => {
            let words = format!("{words}\nThis is what you wrote:");
            Ok(Answer::Say(Reply::new(words).showing("", &entry.file(), typed)))
        }
        saved => saved,
    }
}

async fn save<S, E>(context: &Context<'_, S, E>, entry: &Entry, seen: &str, typed: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    known_language(&context.responder.in_force(context.guild), &entry.language)?;
    context.require_unchanged(&entry.subject(), seen).await?;
    let text = typed.replace("\r\n", "\n");
    let given = context.responder.configs().elsewhere().core.wording.text(&entry.language, entry.utterance);
    if given.is_some_and(|given| given.trim() == text.trim()) {
        return put(context, entry, None).await;
    }
    put(context, entry, Some(text)).await
}

/// Brings back the words that came with the bot or stand in the operator's folder.
pub(super) async fn reset<S, E>(context: &Context<'_, S, E>, entry: &Entry) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    put(context, entry, None).await
}

/// Changes the words and shows how they look.
async fn put<S, E>(context: &Context<'_, S, E>, entry: &Entry, text: Option<String>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let done = match text {
        Some(_) => format!("{} is in your own words from now on.", entry.named()),
        None => format!("{} is said as before anything was changed here.", entry.named()),
    };
    let mut settings = here.settings.clone();
    settings.put_wording(&entry.language, entry.utterance, text);
    let answer = context.consider(here.settings.difference(&settings), &done, Vec::new()).await?;
    Ok(match answer {
        Answer::Update(reply) => {
            let here = context.responder.in_force(context.guild);
            Answer::Update(Reply { embeds: preview::variants(context, &here, entry), ..reply })
        }
        other => other,
    })
}

impl Entry {
    fn subject(&self) -> Subject {
        Subject::Wording(self.language.clone(), self.utterance)
    }
}
