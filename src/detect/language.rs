//! Which language a message is in, as far as its model of heat must know.

use whatlang::Lang;

/// The languages that the examples of heat are written in.
const KNOWN: [Lang; 5] = [Lang::Eng, Lang::Deu, Lang::Spa, Lang::Fra, Lang::Por];
/// Below this many letters a guess is a throw of dice.
const LEAST_LETTERS: usize = 24;

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
    latin >= LEAST_LETTERS
        && whatlang::detect(text).is_some_and(|guess| guess.is_reliable() && !KNOWN.contains(&guess.lang()))
}

#[cfg(test)]
mod tests {
    use super::is_unknown;

    #[test]
    fn languages_with_examples_are_known() {
        let known = [
            "you people have ignored my ticket for three weeks and I want my money back",
            "ihr habt mein Ticket seit drei Wochen ignoriert und ich will mein Geld zurück",
            "llevo tres semanas esperando y nadie me contesta, quiero mi dinero",
            "ça fait trois semaines que personne ne répond, je veux être remboursé",
            "faz três semanas que ninguém responde, quero meu dinheiro de volta",
            "ur trash lol gg ez",
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
}
