//! Short names that templates and buttons use, in each language: `labels.toml` beside the templates.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::detect::{Category, Kind};

/// The names of one language. English stands in the code and needs none.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Labels {
    /// Between the last two of a list.
    #[serde(default)]
    and: Option<String>,
    #[serde(default)]
    kinds: BTreeMap<Kind, String>,
    #[serde(default)]
    categories: BTreeMap<String, String>,
    /// By the button's part of a `custom_id`.
    #[serde(default)]
    buttons: BTreeMap<String, String>,
}

impl Labels {
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
        self.categories.get(category.as_str()).map_or(plain(category), String::as_str)
    }

    /// What is written on a button; none in English.
    pub(super) fn button(&self, name: &str) -> Option<&str> {
        self.buttons.get(name).map(String::as_str)
    }
}

/// What a case is about, in English.
const fn plain(category: Category) -> &'static str {
    match category {
        Category::BoilingPoint => "a heated moment",
        Category::SensitiveInfo => "private details",
        Category::Confidential => "confidential business",
        Category::NeedsDetails => "something that needs more details",
        Category::Personal => "a personal conversation",
    }
}
