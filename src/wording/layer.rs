//! Templates of one origin, compiled: those built in, an operator's, or a server's.

use std::collections::BTreeMap;

use minijinja::{Environment, Value};

use super::labels::{self, ENGLISH, Labels};
use super::template;
use super::{Content, Source, Utterance, WordingError};

/// Steps that rendering may take. The longest of ours takes some hundreds; a template is tried with hundreds of combinations of
/// facts before it holds, which must not take a second.
const FUEL: u64 = 5_000;

/// Templates by language and utterance, and the labels of each language.
pub(super) struct Layer {
    environment: Environment<'static>,
    written: BTreeMap<String, BTreeMap<Utterance, Written>>,
    labels: BTreeMap<String, Labels>,
}

/// An utterance in a language, as it was written.
struct Written {
    variants: usize,
    text: String,
}

impl Layer {
    /// `sources`, each checked with every fact there and not there. What their labels lack is `beneath`.
    pub(super) fn checked<'a>(
        sources: impl IntoIterator<Item = Source>,
        beneath: impl Fn(&str) -> &'a Labels,
    ) -> Result<Self, WordingError> {
        let sources: Vec<Source> = sources.into_iter().collect();
        let layer = Self::of(sources.clone(), &beneath)?;
        for source in &sources {
            let labels = layer.labels(&source.language).unwrap_or_else(|| beneath(&source.language));
            layer.check(source, labels)?;
        }
        Ok(layer)
    }

    /// `sources` as they are: whoever has checked them before need not do so at every start.
    pub(super) fn trusted(sources: impl IntoIterator<Item = Source>) -> Result<Self, WordingError> {
        Self::of(sources, &|_: &str| &ENGLISH)
    }

    fn of<'a>(
        sources: impl IntoIterator<Item = Source>,
        beneath: &impl Fn(&str) -> &'a Labels,
    ) -> Result<Self, WordingError> {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        let mut layer = Self { environment, written: BTreeMap::new(), labels: BTreeMap::new() };
        for source in sources {
            match source.content {
                Content::Words(utterance) => layer.add(source, utterance)?,
                Content::Labels => {
                    let labels = Labels::read(&source)?.over(beneath(&source.language));
                    layer.labels.insert(source.language, labels);
                }
            }
        }
        Ok(layer)
    }

    fn add(&mut self, source: Source, utterance: Utterance) -> Result<(), WordingError> {
        let templates = template::variants(&source)?;
        for (variant, template) in templates.iter().enumerate() {
            template.check_text()?;
            self.environment
                .add_template_owned(name(&source.language, utterance, variant), template.text.clone())
                .map_err(|error| template.error(&error))?;
        }
        let written = Written { variants: templates.len(), text: source.text };
        self.written.entry(source.language).or_default().insert(utterance, written);
        Ok(())
    }

    fn check(&self, source: &Source, labels: &Labels) -> Result<(), WordingError> {
        let Content::Words(utterance) = source.content else { return labels::check(source) };
        for (variant, template) in template::variants(source)?.iter().enumerate() {
            let name = name(&source.language, utterance, variant);
            let compiled = self.environment.get_template(&name).map_err(|error| template.error(&error))?;
            template.check_compiled(utterance, &compiled, labels)?;
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.written.is_empty() && self.labels.is_empty()
    }

    pub(super) fn labels(&self, language: &str) -> Option<&Labels> {
        self.labels.get(language)
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
