//! Short names that templates and buttons use, in each language: `labels.toml` beside the templates.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::{nearest_first, quoted};
use super::{Source, WordingError};
use crate::detect::{Category, Kind};

use minijinja::Value;

/// The file of a language's labels.
pub(super) const FILE: &str = "labels.toml";

/// English stands in the code and needs none.
pub(super) static ENGLISH: Labels = Labels {
    and: None,
    kinds: BTreeMap::new(),
    categories: BTreeMap::new(),
    buttons: BTreeMap::new(),
    states: BTreeMap::new(),
    ratings: BTreeMap::new(),
    kept: BTreeMap::new(),
};

/// The buttons, by their part of a `custom_id`, and what is written on them in English.
const BUTTONS: &[(&str, &str)] = &[
    ("resolve", "Resolve"),
    ("ask", "Ask a moderator"),
    ("remove", "Remove my message"),
    ("keep", "Keep it"),
    ("decline", "I'd rather not"),
    ("aside", "Take this aside"),
    ("details", "Give details"),
    ("quiet", "Keep it between us"),
    ("claim", "Claim"),
    ("false", "False alarm"),
    ("show", "Show details"),
    ("reopen", "Reopen"),
    ("good", "Good"),
    ("fair", "So-so"),
    ("poor", "Not good"),
    ("announce", "Post a notice"),
    ("settle", "It's over"),
];

/// The states of a case, by name, and what they are called in English.
const STATES: &[(&str, &str)] = &[
    ("open", "open"),
    ("acknowledged", "acknowledged"),
    ("in_thread", "in a private thread"),
    ("claimed", "claimed"),
    ("resolved", "resolved"),
    ("dismissed", "a false alarm"),
    ("declined", "declined by the member"),
    ("expired", "expired"),
];

/// What a member can think of how it went, by name, and what that is called in English.
const RATINGS: &[(&str, &str)] = &[("good", "good"), ("fair", "so-so"), ("poor", "not good")];

/// What is kept of people, and the words around it, by name, and what that is called in English.
const KEPT: &[(&str, &str)] = &[
    ("cases", "cases about you"),
    ("removed", "texts of removed messages, yet to be given back"),
    ("details", "answers you gave in a private form"),
    ("messages", "ids of the messages those cases are about"),
    ("under_way", "things I'm about to do in those cases"),
    ("notes", "notes of moderators about those cases"),
    ("transcripts", "messages in private threads"),
    ("named", "cases of others that you're part of"),
    ("cooldowns", "times I acted on your messages in the last days"),
    ("examples", "messages of yours that moderators judged"),
    ("language", "the language of your Discord"),
    ("erasure", "your wish to be forgotten, under way"),
    ("helped", "cases you looked after as a moderator"),
    ("noted", "notes you made as a moderator"),
    ("judged", "messages you judged as a moderator"),
    ("changes", "settings you changed"),
    ("proposals", "changes that wait for you to agree"),
    ("causes", "causes of several cases that you called over"),
    ("until", "kept until"),
    ("erase", "Erase all of it"),
    ("leave", "Leave it"),
];

/// The most characters on a button.
/// Source: <https://discord.com/developers/docs/components/reference#button>.
const LONGEST_BUTTON: usize = 80;

/// The most characters of any other name, so that the words around it fit beside it.
const LONGEST_NAME: usize = 60;

/// The names of one language.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    /// Between the last two of a list.
    #[serde(default)]
    and: Option<String>,
    #[serde(default)]
    kinds: BTreeMap<Kind, String>,
    #[serde(default)]
    categories: BTreeMap<Category, String>,
    /// By the button's part of a `custom_id`.
    #[serde(default)]
    buttons: BTreeMap<String, String>,
    #[serde(default)]
    states: BTreeMap<String, String>,
    #[serde(default)]
    ratings: BTreeMap<String, String>,
    #[serde(default)]
    kept: BTreeMap<String, String>,
}

impl Labels {
    /// The labels that `source` holds.
    pub(super) fn read(source: &Source) -> Result<Self, WordingError> {
        toml::from_str(&source.text).map_err(|error: toml::de::Error| {
            let above = error.span().and_then(|span| source.text.get(..span.start));
            WordingError {
                path: source.path.clone(),
                line: above.map(|above| above.matches('\n').count() + 1),
                what: error.message().to_owned(),
                help: "`and`, and the tables `[kinds]`, `[categories]`, `[buttons]`, `[states]`, `[ratings]` and `[kept]`, \
                       with text in each"
                    .to_owned(),
            }
        })
    }

    /// These, and those `beneath` for what they lack.
    pub(super) fn over(mut self, beneath: &Self) -> Self {
        let mut whole = beneath.clone();
        whole.and = self.and.or(whole.and);
        whole.kinds.append(&mut self.kinds);
        whole.categories.append(&mut self.categories);
        whole.buttons.append(&mut self.buttons);
        whole.states.append(&mut self.states);
        whole.ratings.append(&mut self.ratings);
        whole.kept.append(&mut self.kept);
        whole
    }

    /// "a card number and a phone number".
    pub(super) fn list(&self, kinds: &[Kind]) -> String {
        let and = self.and.as_deref().unwrap_or("and");
        let mut listed = String::new();
        for (at, kind) in kinds.iter().enumerate() {
            match at {
                0 => {}
                _ if at + 1 < kinds.len() => listed.push_str(", "),
                _ => listed.extend([" ", and, " "]),
            }
            listed.push_str(self.kind(*kind));
        }
        listed
    }

    fn kind(&self, kind: Kind) -> &str {
        self.kinds.get(&kind).map_or(kind.label(), String::as_str)
    }

    /// What a case is about.
    pub(super) fn category(&self, category: Category) -> &str {
        self.categories.get(&category).map_or(category.label(), String::as_str)
    }

    /// Where a case stands, by the name of its state.
    pub(super) fn state<'a>(&'a self, name: &'a str) -> &'a str {
        self.states.get(name).map_or_else(|| english(STATES, name), String::as_str)
    }

    /// How a case went, by the name of its rating.
    pub(super) fn rating<'a>(&'a self, name: &'a str) -> &'a str {
        self.ratings.get(name).map_or_else(|| english(RATINGS, name), String::as_str)
    }

    /// What is kept of people, by its name; none where there is nothing of that name.
    pub(super) fn kept(&self, name: &str) -> Option<&str> {
        let (name, english) = KEPT.iter().find(|(known, _)| *known == name)?;
        Some(self.kept.get(*name).map_or(*english, String::as_str))
    }

    /// What is written on a button; none where there is no button of that name.
    pub(super) fn button(&self, name: &str) -> Option<&str> {
        let (name, english) = BUTTONS.iter().find(|(known, _)| *known == name)?;
        Some(self.buttons.get(*name).map_or(*english, String::as_str))
    }

    /// What is written on each button, by its name.
    pub(super) fn buttons(&self) -> Value {
        let labelled = BUTTONS.iter().filter_map(|(name, _)| Some((*name, self.button(name)?.to_owned())));
        Value::from(labelled.collect::<BTreeMap<_, _>>())
    }
}

/// Every label is one line that fits, and every button is one of ours.
pub(super) fn check(source: &Source) -> Result<(), WordingError> {
    let labels = Labels::read(source)?;
    let wrong = |key: &str, what: String, help: String| WordingError {
        path: source.path.clone(),
        line: source.text.lines().position(|line| line.trim_start().starts_with(key)).map(|at| at + 1),
        what,
        help,
    };
    let buttons: Vec<&str> = BUTTONS.iter().map(|(name, _)| *name).collect();
    let states: Vec<&str> = STATES.iter().map(|(name, _)| *name).collect();
    let ratings: Vec<&str> = RATINGS.iter().map(|(name, _)| *name).collect();
    let kept: Vec<&str> = KEPT.iter().map(|(name, _)| *name).collect();
    let tables = [
        ("button", &labels.buttons, &buttons),
        ("state", &labels.states, &states),
        ("rating", &labels.ratings, &ratings),
        ("kind of thing that is kept", &labels.kept, &kept),
    ];
    for (what, labels, known) in tables {
        if let Some(unknown) = labels.keys().find(|name| !known.contains(&name.as_str())) {
            let help = quoted(nearest_first(unknown, known.iter().copied()));
            return Err(wrong(unknown, format!("there is no {what} `{unknown}`"), help));
        }
    }
    let names = labels.and.iter().map(|and| ("and", and, LONGEST_NAME));
    let kinds = labels.kinds.iter().map(|(kind, name)| (kind.as_str(), name, LONGEST_NAME));
    let categories = labels.categories.iter().map(|(kind, name)| (kind.as_str(), name, LONGEST_NAME));
    let buttons = labels.buttons.iter().map(|(kind, name)| (kind.as_str(), name, LONGEST_BUTTON));
    let states = labels.states.iter().map(|(state, name)| (state.as_str(), name, LONGEST_NAME));
    let ratings = labels.ratings.iter().map(|(rating, name)| (rating.as_str(), name, LONGEST_NAME));
    let kept = labels.kept.iter().map(|(kept, name)| (kept.as_str(), name, LONGEST_NAME));
    let all = names.chain(kinds).chain(categories).chain(buttons).chain(states).chain(ratings).chain(kept);
    for (key, name, most) in all {
        if name.trim().is_empty() || name.contains('\n') || name.chars().count() > most {
            return Err(wrong(
                key,
                format!("the label of `{key}` does not fit"),
                format!("1 to {most} characters in one line"),
            ));
        }
    }
    Ok(())
}

/// The label of `name` in English; the name itself where there is none.
fn english<'a>(labels: &[(&str, &'static str)], name: &'a str) -> &'a str {
    labels.iter().find(|(known, _)| *known == name).map_or(name, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::action::Button;
    use crate::case::{Rating, State};

    #[test]
    fn every_button_has_the_label_it_has_in_the_case() {
        let buttons: Vec<(&str, &str)> =
            Button::ALL.iter().map(|button| (button.as_str(), button.label())).collect();
        assert_eq!(BUTTONS, buttons);
    }

    #[test]
    fn every_state_and_rating_has_a_label() {
        let states = State::ALL.iter().map(|state| state.as_str());
        assert!(states.eq(STATES.iter().map(|(name, _)| *name)));
        let ratings = Rating::ALL.iter().map(|rating| rating.as_str());
        assert!(ratings.eq(RATINGS.iter().map(|(name, _)| *name)));
    }
}
