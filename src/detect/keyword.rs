//! Keywords: the few words of a message that tell what its matter is, for telling whether two are about the same.
//!
//! Words that any message may hold are none; neither are insults, names, numbers, and whatever is private. A keyword
//! goes by its stem, or by that of the word it means the same as, so that "they billed me two times" and "double
//! charge" agree.

mod stem;

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use self::stem::stem;
use super::{Category, Finding, Kind, heat, language};
use crate::text::{Text, Word};

/// The words, kept as data. `nothing` says nothing about a matter, `harsh` must never be repeated, `common` is in
/// complaints of every sort, after a `title` comes a name, and each line of `same` has words that mean its first one;
/// `+` joins two that stand in a row.
const SOURCE: &str = include_str!("keyword/words.txt");

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| Vocabulary::read(SOURCE));

/// Shorter words are left out: what they mean depends on the others.
const SHORTEST: usize = 3;
/// Longer ones are no words.
const LONGEST: usize = 24;
/// At most so many are told of one message.
pub const MOST_KEYWORDS: usize = 24;
/// At most so many words of a message are looked at.
const MOST_WORDS: usize = 400;

/// The one keyword with a digit in it, and what it means.
const TWICE: (&str, &str) = ("2x", "twice");

/// What a word that complaints of every sort share counts, beside 1 of any other.
const COMMON: f32 = 0.35;

/// A word that tells what a message is about.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// What its forms share, and what it goes by.
    pub stem: Box<str>,
    /// How it is written, in lower case unless it stands otherwise within a sentence.
    pub form: Box<str>,
    /// How much it tells, 0 to 1.
    pub weight: f32,
    /// Which of the keywords of its message it is, from 0.
    pub place: usize,
}

/// Prints no word.
impl fmt::Debug for Keyword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyword").field("weight", &self.weight).finish_non_exhaustive()
    }
}

/// The keywords of `content`, in which `findings` were found: each once, in order. None of a message in a language
/// that we know no words of.
#[must_use]
pub fn keywords(content: &str, findings: &[Finding]) -> Vec<Keyword> {
    if language::is_unknown(content) {
        return Vec::new();
    }
    let text = Text::new(content);
    let hostile = heat::hostile(&text);
    let hidden = |word: &Word| {
        let span = text.span(&word.span);
        findings
            .iter()
            .any(|found| hides(found) && found.span.start < span.end && span.start < found.span.end)
    };
    let words = text.prose();
    let mut found: Vec<Keyword> = Vec::new();
    let mut at = 0;
    while at < words.len().min(MOST_WORDS) && found.len() < MOST_KEYWORDS {
        let (keyword, next) = Reader { text: &text, words }.keyword(at);
        let sayable = words[at..next].iter().all(|word| !hidden(word))
            && !hostile.iter().any(|range| range.start < next && at < range.end);
        if let Some(keyword) = keyword.filter(|_| sayable)
            && found.iter().all(|other| other.stem != keyword.stem)
        {
            found.push(Keyword { place: found.len(), ..keyword });
        }
        at = next;
    }
    found
}

/// Whether the words of `finding` are themselves what must not be repeated. What a rule looks for is that only where it is
/// about something private.
fn hides(finding: &Finding) -> bool {
    match finding.kind {
        Kind::Words | Kind::Pattern => {
            !matches!(finding.category, Category::BoilingPoint | Category::NeedsDetails)
        }
        Kind::Gossip => true,
        kind => kind.is_value(),
    }
}

/// Reads keywords from the words of a text.
struct Reader<'a> {
    text: &'a Text<'a>,
    words: &'a [Word],
}

impl Reader<'_> {
    /// The keyword that begins with the word at `at`, if one does, and where to go on.
    fn keyword(&self, at: usize) -> (Option<Keyword>, usize) {
        let word = &self.words[at];
        let form = bare(self.text.form(word), &self.text.folded()[word.span.clone()]);
        let next = self.words.get(at + 1).filter(|next| !next.opens).map(|next| self.text.form(next));
        if let Some(stem) = next.and_then(|next| VOCABULARY.pair(form, next)) {
            let form = [form, " ", next.unwrap_or_default()].concat();
            return (Some(VOCABULARY.weighed(stem.into(), form.into())), at + 2);
        }
        let keyword = if self.is_name(at) { None } else { VOCABULARY.stem(form) };
        (keyword.map(|stem| VOCABULARY.weighed(stem.into(), self.written(word, form).into())), at + 1)
    }

    /// Whether the word at `at` is the name after a title.
    fn is_name(&self, at: usize) -> bool {
        let Some(title) = at.checked_sub(1).map(|before| self.text.form(&self.words[before])) else {
            return false;
        };
        let capital = self.text.folded()[self.words[at].span.clone()].starts_with(|c: char| c.is_uppercase());
        capital && !self.words[at].opens && VOCABULARY.titles.contains(title)
    }

    /// `word`, of which `form` is the part that counts, as its author wrote it; a capital at the beginning of a sentence
    /// and capitals throughout mean nothing.
    fn written(&self, word: &Word, form: &str) -> String {
        let written = &self.text.original()[self.text.span(&word.span)];
        let whole = written.chars().all(char::is_alphabetic) && form.len() == word.span.len();
        match (whole, word.opens || word.shouted) {
            (false, _) => form.to_owned(),
            (true, true) => written.to_lowercase(),
            (true, false) => written.to_owned(),
        }
    }
}

/// `form` without what French and others join to it by an apostrophe, as in `l'argent`, of which `folded` is as written.
fn bare<'a>(form: &'a str, folded: &str) -> &'a str {
    const JOINED: [&str; 9] = ["c", "d", "j", "l", "m", "n", "qu", "s", "t"];
    let Some((before, _)) = folded.split_once('\'') else { return form };
    let joined = JOINED.iter().find(|joined| before.eq_ignore_ascii_case(joined));
    joined.and_then(|joined| form.get(joined.len()..)).unwrap_or(form)
}

/// What is known of words.
#[derive(Default)]
struct Vocabulary {
    nothing: FxHashSet<&'static str>,
    harsh: FxHashSet<&'static str>,
    titles: FxHashSet<&'static str>,
    /// Stems.
    common: FxHashSet<Cow<'static, str>>,
    /// The stem behind each other one that means the same.
    same: FxHashMap<Cow<'static, str>, &'static str>,
    /// By the second of two words, the stems of the first, and the stem behind both.
    pairs: FxHashMap<&'static str, Vec<(Cow<'static, str>, &'static str)>>,
}

impl Vocabulary {
    fn read(source: &'static str) -> Self {
        let mut vocabulary = Self::default();
        let mut part = "";
        for line in source.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('[') {
                Some(heading) => part = heading.split([' ', ']']).next().unwrap_or_default(),
                None => vocabulary.line(part, line),
            }
        }
        // A word is common by the stem it goes by.
        let common = std::mem::take(&mut vocabulary.common);
        vocabulary.common = common.into_iter().map(|stem| vocabulary.meant(stem)).collect();
        vocabulary
    }

    fn line(&mut self, part: &str, line: &'static str) {
        let words = line.split_whitespace();
        match part {
            "nothing" => self.nothing.extend(words),
            "harsh" => self.harsh.extend(words),
            "title" => self.titles.extend(words),
            "common" => self.common.extend(words.map(stem)),
            "same" => self.same(line),
            _ => {}
        }
    }

    fn same(&mut self, line: &'static str) {
        let Some((one, others)) = line.split_once(':') else { return };
        for other in others.split_whitespace().chain([one]) {
            match other.split_once('+') {
                Some((first, second)) => self.pairs.entry(second).or_default().push((stem(first), one)),
                None => drop(self.same.insert(stem(other), one)),
            }
        }
    }

    /// The stem of `form` if it can be a keyword.
    fn stem<'a>(&self, form: &'a str) -> Option<Cow<'a, str>> {
        if form == TWICE.0 {
            return Some(Cow::Borrowed(TWICE.1));
        }
        let word =
            (SHORTEST..=LONGEST).contains(&form.len()) && form.bytes().all(|byte| byte.is_ascii_lowercase());
        let unsaid =
            |form: &str| self.nothing.contains(form) || self.harsh.contains(form) || heat::is_harsh(form);
        (word && !unsaid(form)).then(|| self.meant(stem(form)))
    }

    /// The stem behind two words in a row.
    fn pair(&self, first: &str, second: &str) -> Option<&'static str> {
        let firsts = self.pairs.get(second)?;
        let first = stem(first);
        firsts.iter().find(|(stem, _)| *stem == first).map(|(_, one)| *one)
    }

    fn meant<'a>(&self, stem: Cow<'a, str>) -> Cow<'a, str> {
        self.same.get(&stem).map_or(stem, |one| Cow::Borrowed(*one))
    }

    fn weighed(&self, stem: Box<str>, form: Box<str>) -> Keyword {
        let weight = if self.common.contains(&*stem) { COMMON } else { 1.0 };
        Keyword { stem, form, weight, place: 0 }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Keyword, SOURCE, keywords};
    use crate::detect::Scanner;
    use crate::text::Text;

    /// The parts of the file, with the words of each.
    fn parts() -> BTreeMap<&'static str, Vec<&'static str>> {
        let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut part = "";
        for line in SOURCE.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('[') {
                Some(heading) => part = heading.trim_end_matches(']'),
                None => parts.entry(part).or_default().extend(line.split_whitespace()),
            }
        }
        parts
    }

    /// What the keywords of `content` go by, as the scanner finds what is private.
    fn stems(content: &str) -> Vec<String> {
        let found = Scanner::new(Vec::new()).scan(content).findings;
        keywords(content, &found).into_iter().map(|keyword| keyword.stem.into()).collect()
    }

    fn forms(content: &str) -> Vec<String> {
        keywords(content, &[]).into_iter().map(|keyword| keyword.form.into()).collect()
    }

    #[test]
    fn the_list_is_tidy() {
        for (part, words) in parts() {
            if part != "same" {
                assert!(words.is_sorted_by(|one, other| one < other), "[{part}] is sorted, each word once");
            }
            for word in words.iter().flat_map(|word| word.trim_end_matches(':').split('+')) {
                let text = Text::new(word);
                let forms: Vec<_> = text.prose().iter().map(|word| text.form(word)).collect();
                assert_eq!(forms, [word], "[{part}] has words in their normalized form");
            }
        }
        let same: Vec<&str> = SOURCE.lines().skip_while(|line| *line != "[same]").skip(1).collect();
        assert!(same.is_sorted(), "[same] is sorted");
    }

    #[test]
    fn no_word_is_two_things() {
        let parts = parts();
        let of = |name: &str| {
            let named = parts.iter().filter(|(part, _)| part.split(' ').next() == Some(name));
            named.flat_map(|(_, words)| words.clone()).collect::<Vec<_>>()
        };
        for (one, other) in [
            ("nothing", "same"),
            ("nothing", "common"),
            ("nothing", "harsh"),
            ("harsh", "same"),
            ("harsh", "common"),
        ] {
            let both: Vec<_> = of(one).into_iter().filter(|word| of(other).contains(word)).collect();
            assert!(both.is_empty(), "[{one}] and [{other}] have {both:?}");
        }
    }

    #[test]
    fn keywords_tell_what_a_message_is_about() {
        let rows: [(&str, &[&str]); 12] = [
            ("They billed me two times for March!", &["charge", "twice"]),
            ("why was i double charged??", &["twice", "charge"]),
            ("can't log in since this morning, is the server down?", &["login", "serv", "down"]),
            ("Ich kann mich seit heute Morgen nicht einloggen", &["login"]),
            ("Mir wurde der Betrag doppelt abgebucht", &["betrag", "twice", "charge"]),
            ("Me cobraron dos veces la suscripción", &["charge", "twice", "subscription"]),
            ("On m'a prélevé deux fois l'abonnement", &["charge", "twice", "subscription"]),
            ("Fui cobrada duas vezes pela assinatura", &["charge", "twice", "subscription"]),
            ("hello everyone, good morning, could anyone please help me?", &["help"]),
            ("was wollt ihr denn noch alles von mir", &[]),
            ("jutro o ósmej gramy dalej, kto przyniesie kości i karty do gry?", &[]),
            ("кто идёт сегодня вечером на рейд? нужен ещё один лекарь", &[]),
        ];
        for (content, expected) in rows {
            assert_eq!(stems(content), expected, "{content}");
        }
    }

    #[test]
    fn nothing_private_no_name_and_no_insult_is_a_keyword() {
        let pass = ["my password is ", "hunterella", "!9, and the refund is late"].concat();
        let rows = [
            (pass.as_str(), "hunterella"),
            ("my full name is Olivia Harper and my parcel is late", "harper"),
            ("the refund went to olivia.harper@example.org", "harper"),
            ("admin Kevin closed my refund", "kevin"),
            ("you lying scumbags charged me twice", "scumbag"),
            ("du Vollidiot, wo ist mein Paket", "vollidiot"),
            ("putain mais le colis est perdu", "putain"),
            ("order 4711-AB never arrived", "ab"),
            ("refund not here, fvcking shop", "fvck"),
        ];
        for (content, private) in rows {
            let stems = stems(content);
            assert!(!stems.is_empty(), "{content} has keywords");
            assert!(stems.iter().all(|stem| !stem.contains(private)), "{content}: {stems:?}");
        }
    }

    #[test]
    fn keywords_are_written_as_people_write_them() {
        assert_eq!(forms("Refund? My PayPal REFUND, L'argent"), ["refund", "PayPal", "argent"]);
        assert_eq!(forms("meine Lieferung: Verspätung"), ["Lieferung", "Verspätung"]);
        assert_eq!(forms("i was logged\u{200b} in"), ["logged in"]);
    }

    #[test]
    fn debug_prints_no_word() {
        let keyword = Keyword { stem: "refund".into(), form: "refund".into(), weight: 1.0, place: 0 };
        assert!(!format!("{keyword:?}").contains("refund"));
    }
}
