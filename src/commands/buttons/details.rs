//! *Give details* and *Show details*: what a rule asks the member for, in a form whose answers only moderators read.

use std::collections::BTreeMap;

use super::super::talk::{Answer, Field, Form, Reply, cut};
use super::super::{Asked, Outcome};
use super::press::{Press, words};
use crate::case::action::Button;
use crate::case::{Case, Detail, Event};
use crate::responder::Executor;
use crate::store::Store;
use crate::wording::Utterance;

/// The most characters of an answer: enough for a number, an address or a date, not for a story.
const LONGEST_ANSWER: usize = 200;

/// The member presses the button, which opens the form, or sends the form.
pub(super) async fn give<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_member()?;
    press.require_open()?;
    match &press.context.asked {
        Asked::Form { fields, .. } => receive(press, fields).await,
        _ if press.case.matter.ask.is_empty() => Ok(press.say(Utterance::PressedBlank, &press.case)),
        _ => Ok(ask(press)),
    }
}

fn ask<S, E>(press: &Press<'_, S, E>) -> Answer
where
    S: Store + 'static,
    E: Executor,
{
    let here = press.context.responder.in_force(press.case.guild);
    let wording = &here.core.wording;
    let language = wording.spoken(wording.language_for(&press.context.locale), Utterance::DetailsHint);
    let title = wording.label(language, Button::GiveDetails.as_str());
    let hint = words(press.context, Utterance::DetailsHint, &press.case.facts());
    let field = |label: &str| Field {
        custom_id: label.to_owned().into(),
        label: label.to_owned(),
        hint: hint.clone(),
        value: String::new(),
        required: true,
        long: false,
        most: LONGEST_ANSWER,
    };
    Answer::Ask(Form {
        custom_id: Button::GiveDetails.custom_id(press.case.number),
        title: title.unwrap_or(Button::GiveDetails.label()).to_owned(),
        fields: press.case.matter.ask.iter().map(|label| field(label)).collect(),
    })
}

/// The fields are called what was asked for: an answer to what is not asked for any more is none.
async fn receive<S, E>(press: &Press<'_, S, E>, fields: &BTreeMap<String, String>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let asked = &press.case.matter.ask;
    let details: Vec<Detail> = asked.iter().filter_map(|label| detail(label, fields.get(label)?)).collect();
    if details.is_empty() || details.len() < asked.len() {
        return Ok(press.say(Utterance::PressedBlank, &press.case));
    }
    let happened = press.happen(Event::Detailed(details)).await?;
    if happened.before.is_over() {
        return Err(press.over(&happened.before));
    }
    Ok(press.say(Utterance::PressedDetails, &happened.case))
}

fn detail(label: &str, text: &str) -> Option<Detail> {
    let text = in_a_line(text);
    (!text.is_empty()).then(|| Detail { label: label.to_owned(), text: cut(&text, LONGEST_ANSWER) })
}

/// One line, so that no answer looks like two, without characters that nobody sees.
fn in_a_line(text: &str) -> String {
    let hidden = |c: &char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
    };
    let visible = |word: &str| word.chars().filter(|c| !hidden(c)).collect::<String>();
    text.split_whitespace().map(visible).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A moderator reads what the member filled in.
pub(super) fn show<S, E>(press: &Press<'_, S, E>) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    press.require_moderator()?;
    Ok(Answer::Say(shown(&press.case)))
}

/// What the member of `case` filled in, for moderators alone.
fn shown(case: &Case) -> Reply {
    let (number, member) = (case.number, case.member);
    if case.is_over() {
        return Reply::new(format!("Case {number} is over, and what <@{member}> filled in is deleted."));
    }
    if case.details.is_empty() {
        return Reply::new(format!("<@{member}> has filled in nothing in case {number}."));
    }
    let lines = case.details.iter().map(|detail| format!("{}: {}", detail.label, detail.text));
    let told = format!(
        "What <@{member}> filled in (case {number}). Please keep it out of other channels; I delete it when the case is \
         over."
    );
    Reply::new(told).quoting("", "details.txt", &lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_one_line_that_fits() {
        let rows = [
            ("  A-123 ", Some("A-123")),
            ("A-1\nEmail: b@c.example", Some("A-1 Email: b@c.example")),
            ("a\u{202e}b\u{200b}\u{7}c", Some("abc")),
            (" \u{200b} ", None),
            ("", None),
        ];
        for (text, expected) in rows {
            assert_eq!(detail("Order", text).map(|detail| detail.text).as_deref(), expected, "{text:?}");
        }
        let long = detail("Order", &"ä".repeat(5000)).unwrap().text;
        assert_eq!(long.chars().count(), LONGEST_ANSWER);
    }
}
