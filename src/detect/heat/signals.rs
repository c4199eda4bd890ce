//! What a message shows beside its n-grams: phrases of the lexicon, whom the words are aimed at, how it is written.

mod subject;

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

pub(super) use self::subject::group;
use super::super::phrase::Match;
use super::harsh;
use crate::text::{Text, Word};

/// Declares the signals, in the order the weights have them.
macro_rules! signals {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// One thing a message shows; its value is 0 where it does not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Signal {
            $($(#[$doc])* $name,)+
        }

        impl Signal {
            /// Every signal, in the order of the weights.
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

signals! {
    /// What the public texts would call abuse, as a logit; set by the model.
    Abuse,
    /// What the public texts would call anger, as a logit; set by the model.
    Annoyance,
    /// Phrases that insult, as strength of evidence.
    Insult,
    /// Phrases that threaten, as strength of evidence.
    Threat,
    /// Phrases that rage, as strength of evidence.
    Anger,
    /// Phrases that are not meant as they sound.
    Muted,
    /// Phrases that calm.
    Calm,
    /// Swearing.
    Swearing,
    /// Share of words in capitals.
    Capitals,
    /// Single long words in capitals.
    Stressed,
    /// Exclamation marks.
    Exclamations,
    /// Question marks.
    Questions,
    /// Question and exclamation marks in a row.
    Outcry,
    /// Words trailing off.
    Ellipses,
    /// Length in words.
    Length,
    /// At most three words.
    Short,
    /// Words for those spoken to.
    You,
    /// Words for those spoken of.
    They,
    /// Words for the writer.
    Me,
    /// Words for staff, moderators, developers, companies.
    Team,
    /// Words for things and tools.
    It,
    /// Mentions of members and roles.
    Mentions,
    /// Begins with a mention.
    Addressed,
    /// Share of words in quotation marks.
    Quoted,
    /// Share of words in quoted lines, code and links.
    Enclosed,
    /// Numbers.
    Numbers,
    /// Laughter.
    Laughter,
    /// Kindness: hearts, thanks, please, sorry.
    Kindness,
    /// Angry and mocking emoji.
    Scowls,
    /// Negations.
    Negations,
    /// Words that report what somebody said.
    Reports,
    /// Abuse and somebody spoken to.
    AbuseAtYou,
    /// Abuse and the writer's own person, nobody spoken to.
    AbuseAtMe,
    /// Abuse about a thing, nobody spoken to.
    AbuseAtIt,
    /// Abuse and a team.
    AbuseAtTeam,
    /// Abuse in quotation marks or with reporting words.
    AbuseQuoted,
    /// Abuse with laughter or kindness.
    AbuseInFun,
    /// Insult and negation.
    InsultNegated,
    /// Swearing at somebody spoken to.
    SwearingAtYou,
    /// Questions by short messages.
    ShortQuestion,
    /// Anger and somebody spoken to or a team.
    AngerAtThem,
    /// Phrases that may threaten, as strength of evidence.
    Menace,
    /// Phrases that swear at nobody.
    Oath,
    /// Phrases that swear for joy.
    Joy,
    /// Words of praise.
    Praise,
    /// Harsh words in a spelling that hides them.
    Disguised,
    /// Threat or menace, and somebody spoken to or of.
    ThreatAtSomeone,
    /// Threat or menace with laughter, kindness or a phrase that is not meant as it sounds.
    ThreatInFun,
    /// Threat or menace in quotation marks or with reporting words.
    ThreatQuoted,
    /// Threat and menace together.
    ThreatAndMenace,
    /// Abuse, and nobody spoken to or of.
    AbuseAtNobody,
    /// Swearing without an insult or a threat, nobody spoken to or of.
    SwearingAtNobody,
    /// Swearing and praise.
    SwearingInPraise,
    /// Phrases that say it is meant.
    Earnest,
    /// Threat or menace, and a phrase that says it is meant.
    ThreatInEarnest,
    /// Words for harm done to somebody: "stab him", "burn your car".
    HarmToPerson,
    /// Words for harm done to a thing: "kill the process", "beat this level".
    HarmToThing,
    /// Harm to somebody by one who says that it will, should or may be done.
    HarmWilled,
    /// Words for people of some sort: a nation, a faith, a sex, an age.
    Group,
    /// People of some sort, all of them or as such: "these migrants", "women are".
    GroupJudged,
    /// Abuse and people of some sort.
    AbuseAtGroup,
    /// Words for what developers make.
    Craft,
    /// What somebody spoken to has made: "your last commit".
    CraftOfYours,
}

/// What phrases of the lexicon speak for.
const LEXICAL: [Signal; 10] = [
    Signal::Insult,
    Signal::Threat,
    Signal::Menace,
    Signal::Anger,
    Signal::Muted,
    Signal::Calm,
    Signal::Swearing,
    Signal::Oath,
    Signal::Joy,
    Signal::Earnest,
];

/// The values of all signals.
pub type Signals = [f32; Signal::ALL.len()];

const YOU: [&str; 18] = [
    "you",
    "your",
    "youre",
    "yours",
    "yourself",
    "yourselves",
    "u",
    "ur",
    "yall",
    "youve",
    "youll",
    "youd",
    "ya",
    "yr",
    "thou",
    "yous",
    "ure",
    "youse",
];
const THEY: [&str; 17] = [
    "he", "she", "they", "him", "her", "them", "his", "their", "hes", "shes", "theyre", "theyve", "these",
    "those", "people", "himself", "everyone",
];
const ME: [&str; 15] =
    ["i", "me", "my", "im", "ive", "ill", "id", "myself", "mine", "we", "us", "our", "were", "weve", "imma"];
const TEAM: [&str; 34] = [
    "mod",
    "mods",
    "moderator",
    "moderators",
    "admin",
    "admins",
    "staff",
    "team",
    "dev",
    "devs",
    "developer",
    "developers",
    "support",
    "company",
    "management",
    "owner",
    "owners",
    "helpers",
    "maintainer",
    "maintainers",
    "seller",
    "shop",
    "store",
    "service",
    "customer",
    "clients",
    "crew",
    "organizers",
    "committee",
    "board",
    "founders",
    "leadership",
    "officers",
    "agents",
];
const IT: [&str; 22] = [
    "it", "its", "this", "that", "thats", "game", "update", "code", "bug", "build", "compiler", "server",
    "app", "driver", "printer", "laptop", "computer", "boss", "level", "file", "script", "patch",
];
const LAUGHTER: [&str; 20] = [
    "lol", "lmao", "haha", "hahaha", "rofl", "xd", "lmfao", "hehe", "kek", "jk", "jaja", "jajaja", "kkk",
    "mdr", "ptdr", "😂", "🤣", "😆", "😹", "💀",
];
const KINDNESS: [&str; 34] = [
    "thanks",
    "thank",
    "thx",
    "ty",
    "please",
    "pls",
    "plz",
    "sorry",
    "appreciate",
    "love",
    "cheers",
    "welcome",
    "congrats",
    "grateful",
    "danke",
    "bitte",
    "gracias",
    "merci",
    "obrigado",
    "obrigada",
    "❤",
    "💖",
    "💕",
    "💜",
    "💙",
    "🥰",
    "😍",
    "🙏",
    "😊",
    "🎉",
    "👍",
    "🫶",
    "💚",
    "🧡",
];
const SCOWLS: [&str; 12] = ["😡", "🤬", "😠", "🖕", "🤡", "😤", "💩", "🤮", "🙄", "👿", "🐍", "🤢"];
const NEGATIONS: [&str; 20] = [
    "not", "no", "never", "dont", "doesnt", "didnt", "isnt", "arent", "wasnt", "nobody", "nothing", "cant",
    "wont", "aint", "none", "neither", "without", "nor", "wouldnt", "shouldnt",
];
const PRAISE: [&str; 62] = [
    "good",
    "great",
    "best",
    "amazing",
    "awesome",
    "beautiful",
    "gorgeous",
    "brilliant",
    "perfect",
    "incredible",
    "legend",
    "legends",
    "hero",
    "heroes",
    "proud",
    "happy",
    "finally",
    "works",
    "fixed",
    "won",
    "win",
    "yes",
    "yeah",
    "yay",
    "wow",
    "nice",
    "cool",
    "slaps",
    "banger",
    "goat",
    "goated",
    "clutch",
    "insane",
    "genius",
    "lovely",
    "delicious",
    "fantastic",
    "excellent",
    "superb",
    "masterpiece",
    "stunning",
    "epic",
    "fire",
    "talented",
    "hilarious",
    "funny",
    "cute",
    "adorable",
    "wholesome",
    "passed",
    "magic",
    "glorious",
    "solid",
    "goosebumps",
    "favourite",
    "favorite",
    "blessed",
    "🔥",
    "🤩",
    "🥹",
    "🙌",
    "💯",
];
/// Words for harm, as they stand before whom it is done to.
const HARM: [&str; 56] = [
    "kill",
    "murder",
    "stab",
    "shoot",
    "strangle",
    "slaughter",
    "beat",
    "hurt",
    "slap",
    "punch",
    "drown",
    "bury",
    "choke",
    "smash",
    "crush",
    "knife",
    "hang",
    "burn",
    "torch",
    "swat",
    "dox",
    "doxx",
    "maim",
    "cripple",
    "lynch",
    "behead",
    "batter",
    "break",
    "snap",
    "hit",
    "kick",
    "gut",
    "skin",
    "slit",
    "slice",
    "rip",
    "poison",
    "bomb",
    "destroy",
    "ruin",
    "end",
    "finish",
    "hunt",
    "find",
    "jump",
    "run",
    "drag",
    "throw",
    "bash",
    "whip",
    "harm",
    "attack",
    "leak",
    "expose",
    "raid",
    "execute",
];
/// Words that will what follows, or call for it.
const WILL: [&str; 22] = [
    "will", "ill", "well", "gonna", "going", "should", "must", "ought", "wanna", "want", "would", "id",
    "lets", "needs", "need", "gotta", "deserve", "deserves", "please", "better", "imma", "hope",
];
/// Words for people and what is theirs, as harm is done to them.
const PERSON: [&str; 22] = [
    "you", "u", "ya", "yall", "your", "ur", "yourself", "him", "her", "them", "his", "their", "em",
    "everyone", "somebody", "someone", "people", "those", "admin", "mods", "devs", "staff",
];
/// Words that a thing follows, or that stand for one.
const THING: [&str; 12] =
    ["it", "the", "this", "that", "a", "an", "my", "our", "some", "its", "these", "another"];
/// How many words after harm its object stands, at most, and how many before it the will.
const OBJECT_WITHIN: usize = 2;
const WILL_WITHIN: usize = 4;
const REPORTS: [&str; 16] = [
    "said",
    "says",
    "called",
    "calls",
    "calling",
    "quote",
    "quoting",
    "wrote",
    "told",
    "saying",
    "quoted",
    "lyrics",
    "reported",
    "line",
    "word",
    "character",
];

/// Reads the signals of `text`, whose lexicon matches are `matches`; those of the model are left at 0.
pub(super) fn read(text: &Text<'_>, matches: &[Match<'_>]) -> Signals {
    let mut reading = Reading { values: [0.0; Signal::ALL.len()] };
    reading.lexicon(text, matches);
    reading.words(text);
    reading.marks(text.folded());
    reading.combine();
    reading.values
}

/// Adds what follows from the model's own heads, `abuse` and `annoyance` being logits.
pub fn complete(signals: &mut Signals, abuse: f32, annoyance: f32) {
    let mut reading = Reading { values: *signals };
    reading.set(Signal::Abuse, abuse.clamp(-8.0, 8.0));
    reading.set(Signal::Annoyance, annoyance.clamp(-8.0, 8.0));
    reading.aim(1.0 / (1.0 + (-abuse).exp()));
    *signals = reading.values;
}

struct Reading {
    values: Signals,
}

impl Reading {
    fn get(&self, signal: Signal) -> f32 {
        self.values[signal as usize]
    }

    fn set(&mut self, signal: Signal, value: f32) {
        self.values[signal as usize] = value;
    }

    fn add(&mut self, signal: Signal, value: f32) {
        self.values[signal as usize] += value;
    }

    fn has(&self, signal: Signal) -> f32 {
        if self.get(signal) > 0.0 { 1.0 } else { 0.0 }
    }

    /// What the phrases of the lexicon say; hostile ones inside harmless ones count little.
    fn lexicon(&mut self, text: &Text<'_>, matches: &[Match<'_>]) {
        for found in matches {
            let signal = match &*found.group.name {
                "insult" => Signal::Insult,
                "threat" => Signal::Threat,
                "menace" => Signal::Menace,
                "oath" => Signal::Oath,
                "joy" => Signal::Joy,
                "earnest" => Signal::Earnest,
                "anger" => Signal::Anger,
                "mute" => Signal::Muted,
                "calm" => Signal::Calm,
                _ => Signal::Swearing,
            };
            let hostile = matches!(signal, Signal::Insult | Signal::Threat | Signal::Menace | Signal::Anger);
            let words = &text.prose()[found.words.clone()];
            let kept = if words.iter().all(|word| word.quoted) { 0.3 } else { 1.0 };
            let strength =
                if hostile { -(1.0 - found.group.weight).max(0.01).ln() } else { found.group.weight };
            self.add(signal, strength * kept);
        }
        for signal in LEXICAL {
            let value = self.get(signal);
            self.set(signal, value.min(4.0));
        }
    }

    fn words(&mut self, text: &Text<'_>) {
        let words = text.prose();
        for word in words {
            let (form, behind) = (text.form(word), super::spelling(text, word));
            self.word(word, form);
            for signal in about(behind.unwrap_or(form)) {
                self.add(*signal, 1.0);
            }
            let hidden = behind.or_else(|| text.hides(word).then_some(form));
            if hidden.is_some_and(|form| harsh::word(form).is_some()) {
                self.add(Signal::Disguised, 1.0);
            }
        }
        self.harm(text);
        self.subject(text);
        let count = count(words.len());
        for signal in [Signal::Capitals, Signal::Quoted] {
            let value = self.get(signal);
            self.set(signal, value / count.max(1.0));
        }
        if words.len() < 2 {
            self.set(Signal::Capitals, 0.0);
        }
        self.set(Signal::Length, count.ln_1p());
        self.set(Signal::Short, if words.len() <= 3 { 1.0 } else { 0.0 });
        let enclosed = self::count(text.enclosed().len());
        self.set(Signal::Enclosed, enclosed / (enclosed + count).max(1.0));
        for signal in [
            Signal::Stressed,
            Signal::You,
            Signal::They,
            Signal::Me,
            Signal::Team,
            Signal::It,
            Signal::Numbers,
            Signal::Negations,
            Signal::Laughter,
            Signal::Kindness,
            Signal::Scowls,
            Signal::Praise,
            Signal::Disguised,
            Signal::HarmToPerson,
            Signal::HarmToThing,
            Signal::HarmWilled,
            Signal::Group,
            Signal::GroupJudged,
            Signal::Craft,
            Signal::CraftOfYours,
        ] {
            let value = self.get(signal);
            self.set(signal, value.ln_1p());
        }
    }

    /// To whom harm is done, and whether it is willed.
    fn harm(&mut self, text: &Text<'_>) {
        let words = text.prose();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| means_harm(text.form(word))) {
            let after = words[at + 1..].iter().take_while(|next| !next.opens).take(OBJECT_WITHIN);
            let before = words[..at].iter().rev().take(WILL_WITHIN);
            let to = object(after.map(|word| text.form(word)));
            if to == Some(Signal::HarmToPerson)
                && !word.opens
                && before.map(|word| text.form(word)).any(wills)
            {
                self.add(Signal::HarmWilled, 1.0);
            }
            if let Some(to) = to {
                self.add(to, 1.0);
            }
        }
    }

    fn word(&mut self, word: &Word, form: &str) {
        if word.shouted {
            self.add(Signal::Capitals, 1.0);
            if word.span.len() >= 4 {
                self.add(Signal::Stressed, 1.0);
            }
        }
        if word.quoted {
            self.add(Signal::Quoted, 1.0);
        }
        if form.bytes().any(|byte| byte.is_ascii_digit()) {
            self.add(Signal::Numbers, 1.0);
        }
    }

    fn marks(&mut self, folded: &str) {
        let bytes = folded.as_bytes();
        let tally = |mark: char| count(folded.matches(mark).count());
        self.set(Signal::Exclamations, tally('!').ln_1p());
        self.set(Signal::Questions, tally('?').ln_1p());
        let two = |pair: &[u8]| bytes.windows(2).any(|two| two == pair);
        self.set(Signal::Outcry, if two(b"?!") || two(b"!?") || two(b"??") { 1.0 } else { 0.0 });
        self.set(Signal::Ellipses, if two(b"..") { 1.0 } else { 0.0 });
        self.set(Signal::Mentions, count(folded.matches("<@").count()).ln_1p());
        self.set(Signal::Addressed, if folded.starts_with(['@', '<']) { 1.0 } else { 0.0 });
    }

    fn combine(&mut self) {
        let negated = self.get(Signal::Insult) * self.has(Signal::Negations);
        self.set(Signal::InsultNegated, negated);
        let swearing = self.has(Signal::Swearing) * self.has(Signal::You);
        self.set(Signal::SwearingAtYou, swearing);
        let question = self.has(Signal::Questions) * if self.get(Signal::Length) < 2.6 { 1.0 } else { 0.0 };
        self.set(Signal::ShortQuestion, question);
        let anger = self.get(Signal::Anger) * self.has(Signal::You).max(self.has(Signal::Team));
        self.set(Signal::AngerAtThem, anger);
        let praising = self.has(Signal::Swearing) * self.has(Signal::Praise);
        self.set(Signal::SwearingInPraise, praising);
        let hostile = self.get(Signal::Insult) + self.get(Signal::Threat);
        let swearing = self.has(Signal::Swearing) * self.nobody() * if hostile > 0.0 { 0.0 } else { 1.0 };
        self.set(Signal::SwearingAtNobody, swearing);
        self.threaten();
    }

    /// Whom a threat is aimed at, and whether it is meant.
    fn threaten(&mut self) {
        let (threat, menace) = (self.get(Signal::Threat), self.get(Signal::Menace));
        let both = (threat + menace).min(4.0);
        let fun = self.has(Signal::Laughter).max(self.has(Signal::Kindness)).max(self.has(Signal::Muted));
        self.set(Signal::ThreatAtSomeone, both * (1.0 - self.nobody()));
        self.set(Signal::ThreatInFun, both * fun);
        self.set(Signal::ThreatQuoted, both * self.has(Signal::Quoted).max(self.has(Signal::Reports)));
        self.set(Signal::ThreatAndMenace, threat.min(menace));
        self.set(Signal::ThreatInEarnest, both * self.has(Signal::Earnest));
    }

    /// 1 where nobody is spoken to or of.
    fn nobody(&self) -> f32 {
        let somebody = [Signal::You, Signal::They, Signal::Team, Signal::Mentions, Signal::Addressed];
        if somebody.into_iter().any(|signal| self.get(signal) > 0.0) { 0.0 } else { 1.0 }
    }

    /// Whom abuse of this likelihood is aimed at.
    fn aim(&mut self, abuse: f32) {
        let you = self.has(Signal::You).max(self.has(Signal::Addressed));
        self.set(Signal::AbuseAtYou, abuse * you);
        self.set(Signal::AbuseAtMe, abuse * self.has(Signal::Me) * (1.0 - you));
        self.set(Signal::AbuseAtIt, abuse * self.has(Signal::It) * (1.0 - you));
        self.set(Signal::AbuseAtNobody, abuse * self.nobody());
        self.set(Signal::AbuseAtTeam, abuse * self.has(Signal::Team));
        self.set(Signal::AbuseQuoted, abuse * self.has(Signal::Quoted).max(self.has(Signal::Reports)));
        self.set(Signal::AbuseInFun, abuse * self.has(Signal::Laughter).max(self.has(Signal::Kindness)));
        self.set(Signal::AbuseAtGroup, abuse * self.has(Signal::Group));
    }
}

/// Whether `form` is a word for harm.
fn means_harm(form: &str) -> bool {
    static WORDS: LazyLock<FxHashSet<&str>> = LazyLock::new(|| HARM.into_iter().collect());
    WORDS.contains(form)
}

fn wills(form: &str) -> bool {
    WILL.contains(&form)
}

/// What harm is done to, if one of the words after it says so: people rather than the article before them.
fn object<'f>(mut forms: impl Iterator<Item = &'f str> + Clone) -> Option<Signal> {
    if forms.clone().any(|form| PERSON.contains(&form) || subject::is_group(form)) {
        Some(Signal::HarmToPerson)
    } else {
        forms.any(|form| THING.contains(&form)).then_some(Signal::HarmToThing)
    }
}

/// What a word speaks of.
fn about(form: &str) -> &'static [Signal] {
    const TABLE: [(&[&str], &[Signal]); 13] = [
        (&YOU, &[Signal::You]),
        (&THEY, &[Signal::They]),
        (&ME, &[Signal::Me]),
        (&TEAM, &[Signal::Team]),
        (&IT, &[Signal::It]),
        (&LAUGHTER, &[Signal::Laughter]),
        (&KINDNESS, &[Signal::Kindness]),
        (&SCOWLS, &[Signal::Scowls]),
        (&NEGATIONS, &[Signal::Negations]),
        (&REPORTS, &[Signal::Reports]),
        (&PRAISE, &[Signal::Praise]),
        (&subject::GROUP, &[Signal::Group]),
        (&subject::CRAFT, &[Signal::Craft]),
    ];
    static WORDS: LazyLock<FxHashMap<&'static str, &'static [Signal]>> = LazyLock::new(|| {
        TABLE.iter().flat_map(|(words, signals)| words.iter().map(move |word| (*word, *signals))).collect()
    });
    WORDS.get(form).copied().unwrap_or(&[])
}

/// A count as a number; no message is long enough for rounding to matter.
fn count(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
