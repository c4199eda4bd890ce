//! `/wording`: what the bot says in a server, seen, tried, put in other words and taken back.

mod edit;
mod list;
mod preview;

use serde_json::json;

use super::context::{Asked, Given};
use super::talk::{Answer, cut, did_you_mean};
use super::{Context, Outcome, Trouble};
use crate::config::GuildConfig;
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::Utterance;

/// An utterance in a language.
struct Entry {
    utterance: Utterance,
    language: String,
}

/// The languages that have a name here: their tag, their name, and what those who speak it call it.
const NAMES: &[(&str, &str, &str)] = &[
    ("en", "English", "English"),
    ("de", "German", "Deutsch"),
    ("es", "Spanish", "Español"),
    ("fr", "French", "Français"),
    ("pt-BR", "Portuguese (Brazil)", "Português (Brasil)"),
];

/// Carries out `/wording …`, or completes one of its options.
pub(super) async fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    let here = context.responder.in_force(context.guild);
    match &context.asked {
        Asked::Command { sub, given, .. } => match sub.as_str() {
            "list" => Ok(list::show(&here, &language(&here, given)?)),
            "preview" => Ok(Answer::Say(preview::of(context, &here, &entry(&here, given)?))),
            "set" => edit::ask(&here, &entry(&here, given)?),
            "reset" => edit::reset(context, &entry(&here, given)?).await,
            _ => Ok(Answer::Nothing),
        },
        Asked::Typing { given, focused, .. } => Ok(complete(&here, given, focused)),
        _ => Ok(Answer::Nothing),
    }
}

/// Answers the form of `/wording set`.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    match &context.asked {
        Asked::Form { fields, .. } => edit::submit(context, custom_id, fields).await,
        _ => Ok(Answer::Nothing),
    }
}

fn entry(here: &GuildConfig, given: &Given) -> Result<Entry, Trouble> {
    let utterance = utterance(given.required("utterance")?)?;
    Ok(Entry { utterance, language: language(here, given)? })
}

fn utterance(name: &str) -> Result<Utterance, Trouble> {
    // As it is shown while it is typed, with what it is for.
    let first = name.split(':').next().unwrap_or_default().trim();
    Utterance::parse(&first.to_lowercase()).ok_or_else(|| {
        let names = Utterance::ALL.iter().map(|utterance| utterance.as_str());
        Trouble::Told(format!(
            "`utterance`: I say nothing of that name.{} `/wording list` has everything.",
            did_you_mean(name, names)
        ))
    })
}

/// The language that was given, or the server's.
fn language(here: &GuildConfig, given: &Given) -> Result<String, Trouble> {
    given
        .text("language")
        .map_or_else(|| Ok(here.core.wording.language().to_owned()), |text| known_language(here, text))
}

/// The language that `text` names, by its tag or in words.
fn known_language(here: &GuildConfig, text: &str) -> Result<String, Trouble> {
    let known = here.core.wording.languages();
    let is_meant = |tag: &&str| {
        let (name, own) = names(tag);
        let both = named_both_ways(tag);
        [*tag, name, own, &both].into_iter().any(|name| name.to_lowercase() == text.to_lowercase())
    };
    known.iter().copied().find(is_meant).map(str::to_owned).ok_or_else(|| {
        let all: Vec<String> = known.iter().map(|tag| format!("`{tag}`")).collect();
        Trouble::Told(format!(
            "`language`: nothing is written in that language.{} There are {}; a folder of its own in the one that \
             `[wording] templates` names brings another.",
            did_you_mean(text, known.iter().copied()),
            all.join(", ")
        ))
    })
}

fn complete(here: &GuildConfig, given: &Given, focused: &str) -> Answer {
    let typed = given.text(focused).unwrap_or_default();
    if focused == "language" {
        let languages = here.core.wording.languages().into_iter();
        return Answer::matching(typed, languages.map(|tag| (named_both_ways(tag), json!(tag))));
    }
    let all = Utterance::ALL.iter().map(|utterance| {
        let shown = format!("{}: {}", utterance.as_str(), utterance.about());
        (shown, json!(utterance.as_str()))
    });
    Answer::matching(typed, all)
}

/// A language in English, and as those who speak it call it.
fn names(tag: &str) -> (&str, &str) {
    NAMES.iter().find(|(known, _, _)| *known == tag).map_or((tag, tag), |(_, name, own)| (name, own))
}

fn named_both_ways(tag: &str) -> String {
    match names(tag) {
        (name, own) if name == own => name.to_owned(),
        (name, own) => format!("{name} · {own}"),
    }
}

impl Entry {
    /// "`opening` in German".
    fn named(&self) -> String {
        format!("`{}` in {}", self.utterance.as_str(), names(&self.language).0)
    }

    /// The name of a file with its text.
    fn file(&self) -> String {
        format!("{}.{}.md", self.utterance.as_str(), cut(&self.language, 20))
    }

    fn is_changed(&self, here: &GuildConfig) -> bool {
        let texts = here.settings.wording.get(&self.language);
        texts.is_some_and(|texts| texts.contains_key(&self.utterance))
    }
}
