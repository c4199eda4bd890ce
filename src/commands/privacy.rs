//! `/privacy`: what is stored about whoever asks, as words, as a file, or no more.
//!
//! Anyone may use it, and always about themselves: who asks is who is meant.

mod listed;

use self::listed::listed;
use super::context::Asked;
use super::talk::{Answer, File, Reply, button};
use super::{Context, Outcome, Trouble};
use crate::case::Case;
use crate::privacy::{About, Export, counts};
use crate::responder::Executor;
use crate::store::{Erasure, Store, Traces};
use crate::wording::{Facts, LONGEST_LEFT, Utterance};

/// The part of a `custom_id` that says whose button it is.
const PREFIX: &str = "privacy";

/// Whether the interaction is about what is stored. Nothing more is remembered because of it.
pub(super) fn is_asked<S, E>(context: &Context<'_, S, E>) -> bool {
    match &context.asked {
        Asked::Command { name, .. } => name == PREFIX,
        Asked::Pressed { custom_id, .. } => custom_id.split(':').next() == Some(PREFIX),
        _ => false,
    }
}

/// Carries out `/privacy …`.
pub(super) async fn command<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let Asked::Command { sub, .. } = &context.asked else { return Ok(Answer::Nothing) };
    let traces = traces(context).await?;
    match sub.as_str() {
        "show" => Ok(Answer::Say(said(context, Utterance::Stored, &traces, Vec::new()))),
        "export" => export(context, &traces),
        "erase" => Ok(Answer::Say(question(context, &traces))),
        _ => Ok(Answer::Nothing),
    }
}

/// Answers a button below the question.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    match custom_id.split(':').nth(1) {
        Some("erase") => erase(context).await,
        Some("leave") => {
            Ok(Answer::Update(said(context, Utterance::Stored, &traces(context).await?, Vec::new())))
        }
        _ => Ok(Answer::Nothing),
    }
}

async fn traces<S, E>(context: &Context<'_, S, E>) -> Result<Traces, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    Ok(context.responder.store().traces(context.guild, context.by).await?)
}

fn export<S, E>(context: &Context<'_, S, E>, traces: &Traces) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let privacy = &context.responder.configs().config().privacy;
    let all = Export::new(traces, privacy, context.guild, context.by, context.now);
    let text = all.to_json().map_err(|error| Trouble::Failed(error.to_string()))?.into_bytes();
    let attached = File { name: "aside-privacy.json".to_owned(), content: text };
    Ok(Answer::Say(said(context, Utterance::Stored, traces, Vec::new()).with_file(attached)))
}

/// What would be erased, with the buttons; where there is nothing, there is nothing to be asked.
fn question<S, E>(context: &Context<'_, S, E>, traces: &Traces) -> Reply
where
    S: Store + 'static,
    E: Executor,
{
    if !counts(traces).iter().any(|(kept, _)| kept.about == About::Members) {
        return said(context, Utterance::Stored, traces, Vec::new());
    }
    let open = traces.cases.iter().filter(|case| !case.is_over()).map(|case| case.number);
    let here = context.responder.in_force(context.guild);
    let wording = &here.core.wording;
    let language = wording.spoken(wording.language_for(&context.locale), Utterance::EraseQuestion);
    let label = |name: &str| wording.kept(language, name).unwrap_or_default().to_owned();
    said(context, Utterance::EraseQuestion, traces, open.collect()).row(&[
        button(4, &label("erase"), &format!("{PREFIX}:erase")),
        button(2, &label("leave"), &format!("{PREFIX}:leave")),
    ])
}

/// Whoever presses is who is forgotten.
async fn erase<S, E>(context: &Context<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let wish = Erasure { guild: context.guild, member: context.by, at: context.now };
    let left = context.responder.forget(&wish).await?;
    let traces = traces(context).await?;
    // Those that nothing had to be said in are gone by now.
    let ending = |case: &&Case| left.cases.contains(&case.number);
    let ending = traces.cases.iter().filter(ending).map(|case| case.number).collect();
    let kept =
        Traces { cases: Vec::new(), messages: Vec::new(), notes: 0, under_way: 0, erasure: None, ..traces };
    Ok(Answer::Update(said(context, Utterance::EraseDone, &kept, ending)))
}

/// An utterance about what is stored, in the language of who asks. Nobody is called by it.
fn said<S, E>(context: &Context<'_, S, E>, utterance: Utterance, traces: &Traces, mut left: Vec<u32>) -> Reply
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let wording = &here.core.wording;
    let language = wording.language_for(&context.locale);
    let spoken = wording.spoken(language, utterance);
    left.sort_unstable();
    let numbers: Vec<String> = left.iter().map(ToString::to_string).collect();
    let facts = Facts {
        stored: listed(wording, spoken, traces, &context.responder.configs().config().privacy),
        left: (!numbers.is_empty()).then(|| super::talk::cut(&numbers.join(", "), LONGEST_LEFT)),
        ..Facts::default()
    };
    let variant = wording.choose(language, utterance, None, context.now.as_millisecond().unsigned_abs());
    Reply::new(wording.render(language, utterance, variant, &facts))
}
