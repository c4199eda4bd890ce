//! Telephone numbers written out in words: "five five five, one two one two".

use std::ops::Range;

use super::super::near::says;
use super::words::CONTEXT;
use crate::text::{Text, Word};

/// The fewest digits of a number beside a word such as "call".
const FEWEST_NAMED: usize = 7;
/// The fewest digits of a number that nothing names: a row this long is hardly anything else.
const FEWEST: usize = 10;
/// The most digits a telephone number has (ITU-T E.164).
const MOST: usize = 15;

/// Where numbers are written out in words in `text`, and how sure each is one.
pub(super) fn numbers<'t>(text: &'t Text<'_>) -> impl Iterator<Item = (Range<usize>, f32)> + 't {
    let words = text.prose();
    let mut next = if words.len() < FEWEST_NAMED { words.len() } else { 0 };
    std::iter::from_fn(move || {
        while next < words.len() {
            let (length, digits) = row(text, &words[next..]);
            let first = next;
            next += length.max(1);
            if let Some(confidence) = judge(text, &words[first..first + length], digits) {
                return Some((words[first].span.start..words[first + length - 1].span.end, confidence));
            }
        }
        None
    })
}

/// What a row of words that spell digits amounts to.
#[derive(Clone, Copy, Default)]
struct Row {
    digits: usize,
    /// How many digits are one more than, or the same as, the one before: counting, not a number.
    counted: usize,
    same: usize,
}

/// How many of `words` in a row spell digits, and what they amount to.
fn row(text: &Text<'_>, words: &[Word]) -> (usize, Row) {
    let (mut row, mut last, mut times, mut length) = (Row::default(), None, 1, 0);
    for (at, word) in words.iter().enumerate() {
        match text.form(word) {
            "double" | "doppel" | "doble" => times = 2,
            "triple" => times = 3,
            form => {
                let Some(digit) = digit(form) else { break };
                row.digits += times;
                row.counted += usize::from(last.is_some_and(|last: u8| last.abs_diff(digit) == 1));
                row.same += usize::from(last == Some(digit));
                (last, times, length) = (Some(digit), 1, at + 1);
            }
        }
    }
    (length, row)
}

fn judge(text: &Text<'_>, words: &[Word], row: Row) -> Option<f32> {
    if !(FEWEST_NAMED..=MOST).contains(&row.digits)
        || row.counted + 2 >= row.digits
        || row.same + 2 >= row.digits
    {
        return None;
    }
    let range = words.first()?.span.start..words.last()?.span.end;
    let named = says(text, &range, 6, 3, CONTEXT) || says(text, &range, 4, 0, super::words::NUMBER);
    match (named, row.digits) {
        (true, _) => Some(0.85),
        (false, FEWEST..) => Some(0.6),
        (false, _) => None,
    }
}

/// The digit that `form` spells in English, German, Spanish, French, Portuguese or Italian.
fn digit(form: &str) -> Option<u8> {
    Some(match form {
        "zero" | "oh" | "null" | "cero" => 0,
        "one" | "eins" | "uno" | "un" | "um" => 1,
        "two" | "zwei" | "zwo" | "dos" | "deux" | "dois" | "due" => 2,
        "three" | "drei" | "tres" | "trois" | "tre" => 3,
        "four" | "vier" | "cuatro" | "quatre" | "quatro" | "quattro" => 4,
        "five" | "funf" | "cinco" | "cinq" | "cinque" => 5,
        "six" | "sechs" | "seis" | "sei" => 6,
        "seven" | "sieben" | "siete" | "sept" | "sete" | "sette" => 7,
        "eight" | "acht" | "ocho" | "huit" | "oito" | "otto" => 8,
        "nine" | "neun" | "nueve" | "neuf" | "nove" => 9,
        _ => return form.parse().ok().filter(|_| form.len() == 1),
    })
}
