//! How near boiling a message is.
//!
//! A model that is small and quick: from n-grams of words and letters ([`ngrams`]) and signals such as whom the words
//! are aimed at ([`signals`]), linear heads judge one thing each, a network that hears them all gives a logit
//! ([`weights`]), and a calibration turns it into heat, so that of messages with a heat of 0.8 about 80% are at boiling
//! point. How it is trained, on what, and how well it does stands beside the weights,
//! in `models/CARD.md`; what counts as boiling, in `models/GUIDE.md`.
//!
//! Only the author's own sentences are read: quoted lines, code and links say nothing of the author's mood.

mod harsh;
pub mod ngrams;
pub mod signals;
pub mod weights;

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use self::ngrams::Family;
use self::signals::Signals;
use self::weights::{Block, Head, Logits, Weights};
use super::phrase::{Match, Phrases};
use super::{Finding, Kind, language};
use crate::text::{Text, Word};

/// The phrases, kept as data.
const LEXICON_SOURCE: &str = include_str!("heat/phrases.txt");

static LEXICON: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(LEXICON_SOURCE).unwrap_or_default());

/// What training made.
const WEIGHTS_SOURCE: &[u8] = include_bytes!("../../models/heat.bin");

static WEIGHTS: LazyLock<Weights<'static>> =
    LazyLock::new(|| Weights::parse(WEIGHTS_SOURCE).unwrap_or_default());

/// Shorter words hide no other.
const SHORTEST_SPELLING: usize = 3;

/// Heat from which on a message is worth a finding.
const LEAST_HEAT: f32 = 0.3;

/// What is left of heat in a language that no example is in: too little for any rule that acts.
const UNKNOWN_LANGUAGE: f32 = 0.4;

/// What is left of heat where somebody is asked for details and no word insults, threatens or swears: whoever looks an
/// order up sounds to the model like one who exposes people, and such questions have a rule of their own. What the model
/// is sure of still reaches the shipped rule.
const ASKING: f32 = 0.7;

/// Reads phrases and weights.
pub(super) fn prepare() {
    LazyLock::force(&LEXICON);
    LazyLock::force(&WEIGHTS);
    harsh::prepare();
}

/// Measures the heat of `text`, 0 to 1, and appends its reasons to `findings`.
pub(super) fn measure(text: &Text<'_>, findings: &mut Vec<Finding>) -> f32 {
    if text.prose().is_empty() {
        return 0.0;
    }
    let matches = matches(text);
    let (logits, signals) = judge(text, &matches);
    let mut heat = WEIGHTS.calibrated(WEIGHTS.heat_logit(&logits, &signals));
    if heat >= LEAST_HEAT && language::is_unknown(text.original()) {
        heat *= UNKNOWN_LANGUAGE;
    }
    if heat >= LEAST_HEAT && asks(findings) && !matches.iter().any(is_hostile) {
        heat *= ASKING;
    }
    if heat >= LEAST_HEAT {
        findings.push(finding(text, &logits, heat));
    }
    heat
}

/// Where `text` insults, threatens or swears, as ranges of its words.
pub(super) fn hostile(text: &Text<'_>) -> Vec<Range<usize>> {
    matches(text).into_iter().filter(is_hostile).map(|found| found.words).collect()
}

fn is_hostile(found: &Match<'_>) -> bool {
    ["insult", "threat", "menace", "swear", "oath"].contains(&&*found.group.name)
}

/// Whether somebody is asked for details in what was found so far.
fn asks(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.kind == Kind::Solicitation)
}

/// Whether `form` is a harsh word, however it is spelled.
pub(super) fn is_harsh(form: &str) -> bool {
    harsh::word(form).or_else(|| harsh::behind(form)).is_some()
}

/// What training reads of a message.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Each n-gram's family and bucket, as often as it comes.
    pub ngrams: Vec<(Family, usize)>,
    /// The signals, those of the model at 0.
    pub signals: Signals,
}

impl Sample {
    /// Reads `content` as the model does.
    #[must_use]
    pub fn new(content: &str) -> Self {
        let text = Text::new(content);
        let matches = matches(&text);
        let mut ngrams = Vec::new();
        each_ngram(&text, text.prose(), |family, bucket| ngrams.push((family, bucket)));
        Self { ngrams, signals: signals::read(&text, &matches) }
    }
}

/// The logits of all heads for `text`, whose lexicon matches are `matches`, and its signals.
fn judge(text: &Text<'_>, matches: &[Match<'_>]) -> (Logits, Signals) {
    let mut logits = WEIGHTS.sparse(&blocks(text, text.prose()));
    let mut signals = signals::read(text, matches);
    signals::complete(&mut signals, logits[Head::Abuse as usize], logits[Head::Annoyance as usize]);
    WEIGHTS.add_signals(&mut logits, &signals);
    (logits, signals)
}

fn blocks(text: &Text<'_>, words: &[Word]) -> [Block; Family::COUNT] {
    let mut blocks = [Block::default(); Family::COUNT];
    each_ngram(text, words, |family, bucket| blocks[family as usize].add(WEIGHTS.entry(bucket)));
    blocks
}

fn each_ngram(text: &Text<'_>, words: &[Word], visit: impl FnMut(Family, usize)) {
    ngrams::each(text, words, |word| spelling(text, word), visit);
}

/// The phrases in `text`.
fn matches(text: &Text<'_>) -> Vec<Match<'static>> {
    LEXICON.matches_spelled(text, text.prose(), |word| harsh::behind(text.form(word)))
}

/// The word of the lexicon, or the harsh one, that `word` stands for where it is spelled otherwise.
fn spelling(text: &Text<'_>, word: &Word) -> Option<&'static str> {
    let known = |form: &str| {
        let plain = LEXICON.word(form).or_else(|| harsh::word(form)).or_else(|| signals::group(form));
        plain.or_else(|| harsh::spelled(form))
    };
    let form = text.form(word);
    if form.len() < SHORTEST_SPELLING {
        return None;
    }
    harsh::starred(form).or_else(|| text.undisguise(word, known)).or_else(|| harsh::behind(form))
}

fn finding(text: &Text<'_>, logits: &Logits, heat: f32) -> Finding {
    let kind = kind(logits);
    let explanation = match kind {
        Kind::Threat => "Words that threaten someone",
        Kind::Insult => "Words that insult or belittle someone",
        _ => "Words of someone who has had enough",
    };
    Finding {
        kind,
        category: kind.category(),
        span: text.span(&hottest(text)),
        confidence: heat,
        explanation: Cow::Borrowed(explanation),
        rule: None,
    }
}

/// What sort of boiling point it most likely is.
fn kind(logits: &Logits) -> Kind {
    let [insult, contempt, threat, grievance] =
        [Head::Insult, Head::Contempt, Head::Threat, Head::Grievance].map(|head| logits[head as usize]);
    let insult = insult.max(contempt);
    if threat > insult && threat > grievance {
        Kind::Threat
    } else if insult > grievance {
        Kind::Insult
    } else {
        Kind::Anger
    }
}

/// The sentence that speaks most for boiling, in the folded text.
fn hottest(text: &Text<'_>) -> Range<usize> {
    let words = text.prose();
    let hot = |sentence| (WEIGHTS.sparse(&blocks(text, sentence))[Head::Boiling as usize], sentence);
    let sentences = words.chunk_by(|_, next| !next.opens).map(hot);
    let hottest = sentences.max_by(|one, other| one.0.total_cmp(&other.0)).map_or(words, |(_, words)| words);
    let (Some(first), Some(last)) = (hottest.first(), hottest.last()) else { return 0..0 };
    first.span.start..last.span.end
}

#[cfg(test)]
mod tests {
    use super::{LEXICON_SOURCE, Phrases, WEIGHTS_SOURCE, Weights};

    #[test]
    fn every_phrase_is_read_and_of_a_known_group() {
        let read = Phrases::parse(LEXICON_SOURCE).map_err(|error| error.to_string());
        let known =
            ["insult", "threat", "menace", "anger", "mute", "calm", "swear", "oath", "joy", "earnest"];
        assert_eq!(read.map(|phrases| phrases.names().filter(|name| !known.contains(name)).count()), Ok(0));
    }

    #[test]
    fn the_weights_are_read_and_written_alike() {
        let read = Weights::parse(WEIGHTS_SOURCE).map(|weights| weights.to_bytes());
        assert!(read.is_ok_and(|bytes| bytes == WEIGHTS_SOURCE));
    }
}
