//! Templates of one origin, compiled: those built in, an operator's, or a server's.

use std::collections::BTreeMap;

use minijinja::{Environment, Value};

use super::template::{self, Template};
use super::{Source, Utterance, WordingError, built_in};

/// Templates by language and utterance.
pub(super) struct Layer {
    environment: Environment<'static>,
    written: BTreeMap<String, BTreeMap<Utterance, Written>>,
}

/// An utterance in a language, as it was written.
struct Written {
    variants: usize,
    text: String,
}

impl Layer {
    /// `sources`, each checked with every fact there and not there.
    pub(super) fn checked(sources: impl IntoIterator<Item = Source>) -> Result<Self, WordingError> {
        Self::of(sources, true)
    }

    /// `sources` as they are: whoever has checked them before need not do so at every start.
    pub(super) fn trusted(sources: impl IntoIterator<Item = Source>) -> Result<Self, WordingError> {
        Self::of(sources, false)
    }

    fn of(sources: impl IntoIterator<Item = Source>, check: bool) -> Result<Self, WordingError> {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        let mut layer = Self { environment, written: BTreeMap::new() };
        for source in sources {
            layer.add(source, check)?;
        }
        Ok(layer)
    }

    fn add(&mut self, source: Source, check: bool) -> Result<(), WordingError> {
        let templates = template::variants(&source)?;
        for (variant, template) in templates.iter().enumerate() {
            self.compile(&source, variant, template, check)?;
        }
        let written = Written { variants: templates.len(), text: source.text };
        self.written.entry(source.language).or_default().insert(source.utterance, written);
        Ok(())
    }

    fn compile(
        &mut self,
        source: &Source,
        variant: usize,
        template: &Template,
        check: bool,
    ) -> Result<(), WordingError> {
        let name = name(&source.language, source.utterance, variant);
        template.check_text()?;
        self.environment
            .add_template_owned(name.clone(), template.text.clone())
            .map_err(|error| template.error(&error))?;
        if !check {
            return Ok(());
        }
        let compiled = self.environment.get_template(&name).map_err(|error| template.error(&error))?;
        template.check_compiled(source.utterance, &compiled, built_in::labels(&source.language))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written.is_empty()
    }

    pub(super) fn languages(&self) -> impl Iterator<Item = &str> {
        self.written.keys().map(String::as_str)
    }

    /// How many ways there are to say `utterance` in `language`.
    pub(super) fn variants(&self, language: &str, utterance: Utterance) -> usize {
        self.find(language, utterance).map_or(0, |written| written.variants)
    }

    pub(super) fn text(&self, language: &str, utterance: Utterance) -> Option<&str> {
        self.find(language, utterance).map(|written| written.text.as_str())
    }

    fn find(&self, language: &str, utterance: Utterance) -> Option<&Written> {
        self.written.get(language)?.get(&utterance)
    }

    /// One variant, filled in. Every template was rendered before it came here, with each of its facts there and not
    /// there, so this does not fail.
    pub(super) fn render(&self, of: (&str, Utterance, usize), facts: Value) -> String {
        let template = self.environment.get_template(&name(of.0, of.1, of.2));
        template.and_then(|template| template.render(facts)).unwrap_or_default()
    }
}

fn name(language: &str, utterance: Utterance, variant: usize) -> String {
    format!("{language}/{}/{variant}", utterance.as_str())
}
