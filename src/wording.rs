//! Templates become text. Checked at load, so that rendering cannot fail.

mod built_in;
mod context;
mod error;
mod mention;
mod template;

use std::collections::BTreeMap;

use minijinja::Environment;
use serde::{Deserialize, Serialize};

pub use self::error::WordingError;
use self::template::Template;

use crate::detect::Kind;
use crate::message::{ChannelId, RoleId, UserId};

/// Declares everything the bot says, with the name of its template.
macro_rules! utterances {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Everything the bot says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Utterance {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Utterance {
            /// Every utterance, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The template's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

utterances! {
    /// Public: a private thread is open. A reply, so the member need not be named.
    Acknowledgment = "acknowledgment",
    /// Public: something private was removed and a private thread is open. Names the member.
    AcknowledgmentShielded = "acknowledgment_shielded",
    /// Public: the member was written to directly.
    AcknowledgmentDirect = "acknowledgment_direct",
    /// Public: no private place could be opened, but moderators were told.
    AcknowledgmentAlerted = "acknowledgment_alerted",
    /// Public: a private thread is offered, below it the button.
    Suggestion = "suggestion",
    /// Public: the same where details are needed that are nobody else's business.
    SuggestionDetails = "suggestion_details",
    /// Public: what a rule answers to a question that is asked often.
    Answer = "answer",
    /// Public: one line for all when many are at boiling point at once.
    Raid = "raid",
    /// Public: nothing else could be done; promises nothing.
    AcknowledgmentAlone = "acknowledgment_alone",
    /// First words in the thread: a boiling point, confidential business or the like.
    Opening = "opening",
    /// First words in the thread: something private was removed; the masked text follows below.
    OpeningShielded = "opening_shielded",
    /// First words in the thread: something private is still public and could not be removed.
    OpeningUnshielded = "opening_unshielded",
    /// First words in a direct message; no moderator can read it, `alerted` says whether they know.
    DirectOpening = "direct_opening",
    /// In an open thread: another message with something private was removed; the masked text follows.
    FurtherShielded = "further_shielded",
    /// In an open thread: another message with something private could not be removed.
    FurtherUnshielded = "further_unshielded",
    /// What to do now about each kind of thing that was given away; other private words hold it as `advice`.
    Advice = "advice",
    /// To moderators: a case, where it began, what it is about, and what could not be done.
    Alert = "alert",
    /// To moderators: many are at boiling point at once; how many, and where it began.
    RaidAlert = "raid_alert",
    /// The thread's name: contains the case number and nothing of the member's words.
    ThreadName = "thread_name",
    /// The audit-log reason for removing a message.
    RemovalReason = "removal_reason",
    /// The audit-log reason for opening a thread.
    ThreadReason = "thread_reason",
    /// The audit-log reason for taking back words of ours.
    WithdrawalReason = "withdrawal_reason",
    /// The private answer to whoever took up an offer.
    OfferAccepted = "offer_accepted",
    /// The private answer to someone whom an offer was not made to.
    OfferNotYours = "offer_not_yours",
    /// The private answer where an offer no longer stands.
    OfferOver = "offer_over",
    /// The private answer to a button that does nothing yet.
    ComingSoon = "coming_soon",
}

/// What a template may speak of. Absent facts render as nothing and test as false.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The member; `{{ member }}` renders as a mention.
    pub member: Option<UserId>,
    /// Roles summoned; `{{ moderators }}` renders as mentions.
    pub moderators: Vec<RoleId>,
    /// The case's number in its guild; `{{ number }}`.
    pub number: Option<u32>,
    /// What was found, in plain words: `{{ kinds }}` renders as "a card number and a phone number".
    pub kinds: Vec<Kind>,
    /// Where it began; `{{ channel }}` renders as a channel link.
    pub channel: Option<ChannelId>,
    /// The private thread; `{{ thread }}` renders as a channel link.
    pub thread: Option<ChannelId>,
    /// A link to the message or, when it was removed, to its channel; `{{ link }}`.
    pub link: Option<String>,
    /// What the case is about, in plain words: `{{ category }}`.
    pub category: Option<crate::detect::Category>,
    /// The rule that applied; `{{ rule }}`.
    pub rule: Option<String>,
    /// Whether a moderator has been told; `{{ alerted }}`.
    pub alerted: bool,
    /// Whether the message was removed; `{{ removed }}`.
    pub removed: bool,
    /// What could not be done, in plain words, for moderators; `{{ problem }}`.
    pub problem: Option<String>,
    /// Why the rule applied, in plain words, for moderators; `{{ reason }}`.
    #[serde(default)]
    pub reason: Option<String>,
    /// What the bot would have done, but was held back; `{{ would }}`.
    #[serde(default)]
    pub would: Option<String>,
    /// What a rule answers in public; `{{ answer }}`.
    #[serde(default)]
    pub answer: Option<String>,
    /// The other one of two whose exchange moved to the thread; `{{ companion }}` renders as a mention.
    #[serde(default)]
    pub companion: Option<UserId>,
    /// The number of the other case of the same matter; `{{ beside }}`.
    #[serde(default)]
    pub beside: Option<u32>,
    /// How many are at boiling point at once: `{{ members }}`, `{{ messages }}`, and the list `{{ links }}`.
    #[serde(default)]
    pub raid: Option<Raid>,
}

/// How many are at boiling point at once, and where it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raid {
    /// Members.
    pub members: usize,
    /// Their messages.
    pub messages: usize,
    /// Links to the first of them.
    pub links: Vec<String>,
}

/// The most characters of what a rule answers in public.
pub const LONGEST_ANSWER: usize = 1_500;

/// The most characters of advice.
const ADVICE_LIMIT: usize = 900;

impl Utterance {
    /// The utterance whose template has this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|utterance| utterance.as_str() == name)
    }

    /// The most characters Discord takes.
    const fn limit(self) -> usize {
        match self {
            Self::ThreadName => 100,
            Self::RemovalReason | Self::ThreadReason | Self::WithdrawalReason => 512,
            // So that the words around it fit beside it.
            Self::Advice => ADVICE_LIMIT,
            _ => 2_000,
        }
    }

    /// Whether it is one line of plain text: Discord shows names and reasons as they are.
    const fn is_plain(self) -> bool {
        matches!(self, Self::ThreadName | Self::RemovalReason | Self::ThreadReason | Self::WithdrawalReason)
    }

    /// Whether everyone in the channel reads it.
    const fn is_public(self) -> bool {
        matches!(
            self,
            Self::Acknowledgment
                | Self::AcknowledgmentShielded
                | Self::AcknowledgmentDirect
                | Self::AcknowledgmentAlerted
                | Self::AcknowledgmentAlone
                | Self::Suggestion
                | Self::SuggestionDetails
                | Self::Answer
                | Self::Raid
        )
    }
}

/// One template file: an utterance in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    language: String,
    utterance: Utterance,
    path: String,
    text: String,
}

impl Source {
    /// The template that `file_name`, such as `opening.md`, is for; `path` names it in errors.
    ///
    /// # Errors
    ///
    /// When `file_name` is not an utterance's name with `.md`.
    pub fn new(language: &str, file_name: &str, path: &str, text: String) -> Result<Self, WordingError> {
        let name = file_name.strip_suffix(".md");
        match name.and_then(Utterance::parse) {
            Some(utterance) => {
                Ok(Self { language: language.to_owned(), utterance, path: path.to_owned(), text })
            }
            None => Err(WordingError::unknown_file(path, name.unwrap_or(file_name))),
        }
    }
}

/// Everything the bot says, compiled and checked.
pub struct Wording {
    environment: Environment<'static>,
    language: String,
    variants: BTreeMap<String, BTreeMap<Utterance, usize>>,
}

impl Wording {
    /// The built-in templates, with each of `own` in the place of the built-in one for the same
    /// utterance. What `language` lacks is said in English.
    ///
    /// # Errors
    ///
    /// When a template is not valid, or nothing is written in `language`.
    pub fn load(language: &str, own: impl IntoIterator<Item = Source>) -> Result<Self, WordingError> {
        let mut environment = Environment::empty();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
        let language = language.to_owned();
        let mut wording = Self { environment, language, variants: BTreeMap::new() };
        for source in built_in::sources().chain(own) {
            wording.add(&source)?;
        }
        if !wording.variants.contains_key(&wording.language) {
            return Err(WordingError::unknown_language(&wording.language, wording.languages()));
        }
        Ok(wording)
    }

    fn add(&mut self, source: &Source) -> Result<(), WordingError> {
        let templates = template::variants(source)?;
        let count = templates.len();
        for (variant, template) in templates.into_iter().enumerate() {
            self.compile(source, variant, &template)?;
        }
        self.variants.entry(source.language.clone()).or_default().insert(source.utterance, count);
        Ok(())
    }

    fn compile(&mut self, source: &Source, variant: usize, template: &Template) -> Result<(), WordingError> {
        let name = template_name(&source.language, source.utterance, variant);
        template.check_text()?;
        self.environment
            .add_template_owned(name.clone(), template.text.clone())
            .map_err(|error| template.error(&error))?;
        let compiled = self.environment.get_template(&name).map_err(|error| template.error(&error))?;
        template.check_compiled(source.utterance, &compiled)
    }

    /// The languages something is written in.
    pub fn languages(&self) -> impl Iterator<Item = &str> {
        self.variants.keys().map(String::as_str)
    }

    /// How many ways there are to say `utterance` in `language`; 0 when it is said in English instead.
    pub fn variants_in(&self, language: &str, utterance: Utterance) -> usize {
        self.variants.get(language).and_then(|counts| counts.get(&utterance)).copied().unwrap_or(0)
    }

    /// How many ways there are to say `utterance`; at least 1.
    pub fn variants(&self, utterance: Utterance) -> usize {
        self.variants_in(self.language_of(utterance), utterance)
    }

    /// The chosen language, or English for what it lacks.
    fn language_of(&self, utterance: Utterance) -> &str {
        if self.variants_in(&self.language, utterance) > 0 { &self.language } else { built_in::LANGUAGE }
    }

    /// A variant of `utterance`, chosen by `random`, that is not `last` when there is another.
    pub fn choose(&self, utterance: Utterance, last: Option<usize>, random: u64) -> usize {
        let count = self.variants(utterance);
        let others = match last {
            Some(last) if last < count && count > 1 => count - 1,
            _ => return pick(random, count),
        };
        let picked = pick(random, others);
        if last.is_some_and(|last| picked >= last) { picked + 1 } else { picked }
    }

    /// `utterance` in words, with `facts` filled in. Never longer than Discord takes, and mentions
    /// no one whom `facts` do not name. A `variant` that is not there any more counts round.
    pub fn render(&self, utterance: Utterance, variant: usize, facts: &Facts) -> String {
        let advice = if utterance == Utterance::Advice { String::new() } else { self.advice(facts) };
        let variant = variant % self.variants(utterance).max(1);
        let name = template_name(self.language_of(utterance), utterance, variant);
        let rendered = self
            .environment
            .get_template(&name)
            .and_then(|template| template.render(context::of(facts, &advice)));
        // Every template was rendered at load with each of its facts there and not there.
        template::finish(utterance, &rendered.unwrap_or_default(), facts)
    }

    fn advice(&self, facts: &Facts) -> String {
        self.render(Utterance::Advice, 0, facts)
    }
}

fn pick(random: u64, count: usize) -> usize {
    let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
    usize::try_from(random % count).unwrap_or(0)
}

fn template_name(language: &str, utterance: Utterance, variant: usize) -> String {
    format!("{language}/{}/{variant}", utterance.as_str())
}
