//! Which language a message is in, as far as its model of heat must know.

use whatlang::Lang;

/// The languages that the examples of heat are written in.
const KNOWN: [Lang; 5] = [Lang::Eng, Lang::Deu, Lang::Spa, Lang::Fra, Lang::Por];
/// Below this many letters a guess is a throw of dice.
const LEAST_LETTERS: usize = 24;
/// How much of a text is enough for a guess, in bytes: it costs as much as judging all the rest of the message.
const ENOUGH: usize = 1_000;
/// Words that say that a text is English where several of them come together: then no guess is needed.
const ENGLISH: [&str; 94] = [
    "the",
    "and",
    "you",
    "that",
    "this",
    "with",
    "your",
    "what",
    "they",
    "are",
    "have",
    "just",
    "because",
    "would",
    "people",
    "about",
    "when",
    "know",
    "there",
    "every",
    "nobody",
    "fucking",
    "you're",
    "don't",
    "it",
    "not",
    "but",
    "from",
    "get",
    "got",
    "if",
    "out",
    "how",
    "why",
    "who",
    "dont",
    "im",
    "i'm",
    "it's",
    "its",
    "were",
    "been",
    "their",
    "them",
    "then",
    "than",
    "more",
    "think",
    "time",
    "need",
    "want",
    "going",
    "has",
    "did",
    "does",
    "doing",
    "should",
    "could",
    "make",
    "right",
    "good",
    "way",
    "back",
    "off",
    "still",
    "never",
    "again",
    "something",
    "anyone",
    "someone",
    "everyone",
    "after",
    "before",
    "while",
    "only",
    "into",
    "where",
    "here",
    "which",
    "these",
    "those",
    "we're",
    "they're",
    "can't",
    "cant",
    "that's",
    "thats",
    "i've",
    "ive",
    "lol",
    "shit",
    "fuck",
    "please",
    "thanks",
];
/// How many different ones.
const PLAINLY: usize = 3;
/// One word in so many must be one of them.
const SHARE: usize = 5;

/// Whether `text` is, beyond reasonable doubt, in a language without examples. A short text gets the benefit of
/// the doubt, unless it is not even in Latin letters.
pub(super) fn is_unknown(text: &str) -> bool {
    let (mut latin, mut other) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if c <= '\u{24f}' { latin += 1 } else { other += 1 }
    }
    if other > latin {
        return true;
    }
    let text = &text[..text.floor_char_boundary(ENOUGH)];
    latin >= LEAST_LETTERS && !is_plainly_english(text) && {
        whatlang::detect(text).is_some_and(|guess| guess.is_reliable() && !KNOWN.contains(&guess.lang()))
    }
}

/// Whether enough of the words of `text` are English ones.
fn is_plainly_english(text: &str) -> bool {
    let (mut words, mut english, mut seen) = (0, 0, 0_u128);
    for word in text.split(|c: char| !(c.is_ascii_alphabetic() || c == '\'')).filter(|word| !word.is_empty())
    {
        words += 1;
        if let Some(known) = ENGLISH.iter().position(|known| word.eq_ignore_ascii_case(known)) {
            english += 1;
            seen |= 1 << known;
        }
    }
    seen.count_ones() as usize >= PLAINLY && english * SHARE >= words
}

#[cfg(test)]
mod tests {
    use super::{is_plainly_english, is_unknown};

    #[test]
    fn languages_with_examples_are_known() {
        let known = [
            "you people have ignored my ticket for three weeks and I want my money back",
            "ihr habt mein Ticket seit drei Wochen ignoriert und ich will mein Geld zurück",
            "llevo tres semanas esperando y nadie me contesta, quiero mi dinero",
            "ça fait trois semaines que personne ne répond, je veux être remboursé",
            "faz três semanas que ninguém responde, quero meu dinheiro de volta",
            "ur trash lol gg ez",
            "the embassy workers are going on strike because their salaries are low",
        ];
        assert!(known.into_iter().all(|text| !is_unknown(text)));
    }

    #[test]
    fn others_are_not() {
        let others = [
            "jutro o ósmej gramy dalej, kto przyniesie kości i karty do gry?",
            "кто идёт сегодня вечером на рейд? нужен ещё один лекарь",
            "今日は何時から始めますか",
            "akşam sekizde toplanıyoruz, gelmek isteyen var mı arkadaşlar?",
        ];
        assert!(others.into_iter().all(is_unknown));
    }

    #[test]
    fn words_that_neighbors_share_are_not_plainly_english() {
        assert!(is_plainly_english("nobody would know what these people want"));
        assert!(!is_plainly_english(
            "het is over en uit met die server of niet, we gaan even naar een andere"
        ));
    }
}
