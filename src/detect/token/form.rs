//! The published forms of services' keys and tokens, read from a table.

use std::ops::Range;

use aho_corasick::{AhoCorasick, Input, MatchKind};

use super::super::Kind;

/// The most characters that an open repetition takes: as many as a message has.
const LONGEST: usize = 4_000;

/// One service's form.
struct Form {
    kind: Kind,
    /// The fixed text that it begins with.
    prefix: &'static str,
    /// What follows it.
    parts: Vec<Part>,
    /// What a moderator is told.
    explanation: &'static str,
}

/// A piece of a form.
enum Part {
    /// This text.
    Fixed(&'static str),
    /// So many characters of a class.
    Drawn { class: Class, least: usize, most: usize },
    /// Hexadecimal digits in groups of 8, 4, 4, 4 and 12.
    Uuid,
}

/// Characters that are drawn by lot.
#[derive(Clone, Copy)]
enum Class {
    Digit,
    Hex,
    Upper,
    Lower,
    Alnum,
    Word,
    Dotted,
    Base64,
    Any,
}

/// Every form, ordered by first byte, with a searcher for what they begin with.
pub(super) struct Forms {
    forms: Vec<Form>,
    prefixes: AhoCorasick,
}

/// What of a text has the form of a key or token.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    pub(super) explanation: &'static str,
}

/// Why a table cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    /// A line is not right.
    #[error("line {0}: {1}")]
    Line(usize, &'static str),
    /// The prefixes cannot be searched for.
    #[error("the table is too large")]
    Size,
}

impl Forms {
    /// Reads a table: a kind, a form and an explanation a line; `#` begins a comment.
    pub(super) fn parse(table: &'static str) -> Result<Self, Mistake> {
        let lines = table.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        let mut forms = lines
            .map(|(index, line)| Form::parse(line).map_err(|what| Mistake::Line(index + 1, what)))
            .collect::<Result<Vec<_>, _>>()?;
        forms.sort_by_key(Form::first_byte);
        let prefixes = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostFirst)
            .build(forms.iter().map(|form| form.prefix))
            .map_err(|_| Mistake::Size)?;
        Ok(Self { forms, prefixes })
    }

    /// The next value of `text` from `from`, which moves past it, that has one of the forms and that
    /// `is_drawn` allows. What has a form and is not allowed is passed over whole, so that no text
    /// is read more often than its length allows.
    pub(super) fn next(
        &self,
        text: &str,
        from: &mut usize,
        is_drawn: impl Fn(&str) -> bool,
    ) -> Option<Found> {
        while let Some(found) = self.prefixes.find(Input::new(text).span(*from..text.len())) {
            let start = found.start();
            *from = start + 1;
            if !begins(text, start) {
                continue;
            }
            let Some((form, end)) = self.longest_at(text, start) else { continue };
            *from = end;
            if is_drawn(&text[start..end]) {
                return Some(Found { kind: form.kind, range: start..end, explanation: form.explanation });
            }
        }
        None
    }

    /// The form that takes the most of `text` from `start`, and where it ends.
    fn longest_at(&self, text: &str, start: usize) -> Option<(&Form, usize)> {
        let rest = &text[start..];
        let first = rest.bytes().next();
        let from = self.forms.partition_point(|form| form.first_byte() < first);
        let alike = self.forms[from..].iter().take_while(|form| form.first_byte() == first);
        let fits = alike.filter_map(|form| Some((form, start + form.length(rest)?)));
        fits.max_by_key(|(_, end)| *end)
    }
}

/// Whether a value can begin at `start`: not in the middle of a word. After an escape such as `\n` it can.
fn begins(text: &str, start: usize) -> bool {
    let before = &text[..start];
    let escaped = before.ends_with("\\n") || before.ends_with("\\t") || before.ends_with("\\r");
    escaped || !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

impl Form {
    /// Reads one line of the table.
    fn parse(line: &'static str) -> Result<Self, &'static str> {
        let (kind, rest) = line.split_once(' ').ok_or("a kind, a form and an explanation are wanted")?;
        let (form, explanation) = rest.trim_start().split_once(' ').ok_or("an explanation is wanted")?;
        let kind = *Kind::ALL.iter().find(|known| known.as_str() == kind).ok_or("no such kind")?;
        let prefix = &form[..form.find('{').unwrap_or(form.len())];
        if prefix.is_empty() {
            return Err("a form begins with fixed text");
        }
        Ok(Self { kind, prefix, parts: parts(&form[prefix.len()..])?, explanation: explanation.trim_start() })
    }

    /// The byte that it begins with, by which forms are looked up.
    fn first_byte(&self) -> Option<u8> {
        self.prefix.bytes().next()
    }

    /// How many bytes of `text` from its beginning have this form, and no more of the same follow.
    fn length(&self, text: &str) -> Option<usize> {
        let mut rest = text.strip_prefix(self.prefix)?;
        for part in &self.parts {
            rest = part.strip(rest)?;
        }
        let follows = match self.parts.last() {
            Some(Part::Drawn { class, .. }) => rest.bytes().next().is_some_and(|byte| class.goes_on(byte)),
            _ => rest.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric()),
        };
        (!follows).then(|| {
            let taken = &text[..text.len() - rest.len()];
            taken.trim_end_matches(['.', '-', ':', '/']).len()
        })
    }
}

/// Reads what follows the fixed text of a form.
fn parts(mut form: &'static str) -> Result<Vec<Part>, &'static str> {
    let mut parts = Vec::new();
    while !form.is_empty() {
        let (part, rest) = if let Some(inner) = form.strip_prefix('{') {
            let (inner, rest) = inner.split_once('}').ok_or("`{` without `}`")?;
            (drawn(inner)?, rest)
        } else {
            let (fixed, rest) = form.split_at(form.find('{').unwrap_or(form.len()));
            (Part::Fixed(fixed), rest)
        };
        parts.push(part);
        form = rest;
    }
    Ok(parts)
}

/// Reads `uuid`, `class:n`, `class:n+` or `class:least-most`.
fn drawn(inner: &str) -> Result<Part, &'static str> {
    if inner == "uuid" {
        return Ok(Part::Uuid);
    }
    let (class, count) = inner.split_once(':').ok_or("a class and a count are wanted in {}")?;
    let (least, most) = match (count.strip_suffix('+'), count.split_once('-')) {
        (Some(least), _) => (least.parse(), Ok(LONGEST)),
        (None, Some((least, most))) => (least.parse(), most.parse()),
        (None, None) => (count.parse(), count.parse()),
    };
    match (Class::parse(class), least, most) {
        (None, _, _) => Err("no such class"),
        (Some(class), Ok(least), Ok(most)) if least <= most && most <= LONGEST => {
            Ok(Part::Drawn { class, least, most })
        }
        _ => Err("a count is a number, `n+` or `least-most`"),
    }
}

impl Part {
    /// `text` without this part at its beginning.
    fn strip<'t>(&self, text: &'t str) -> Option<&'t str> {
        match self {
            Self::Fixed(fixed) => text.strip_prefix(fixed),
            Self::Drawn { class, least, most } => {
                let length = text.bytes().take(*most).take_while(|byte| class.contains(*byte)).count();
                (length >= *least).then(|| &text[length..])
            }
            Self::Uuid => is_uuid(text.as_bytes().get(..UUID)?).then(|| &text[UUID..]),
        }
    }
}

/// The length of a UUID, in bytes.
const UUID: usize = 36;

/// Whether `bytes` are hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn is_uuid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}

impl Class {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "digit" => Self::Digit,
            "hex" => Self::Hex,
            "upper" => Self::Upper,
            "lower" => Self::Lower,
            "alnum" => Self::Alnum,
            "word" => Self::Word,
            "dotted" => Self::Dotted,
            "base64" => Self::Base64,
            "any" => Self::Any,
            _ => return None,
        })
    }

    fn contains(self, byte: u8) -> bool {
        let alnum = byte.is_ascii_alphanumeric();
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Lower => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
            Self::Alnum => alnum,
            Self::Word => alnum || matches!(byte, b'_' | b'-'),
            Self::Dotted => alnum || matches!(byte, b'_' | b'-' | b'.'),
            Self::Base64 => alnum || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-'),
            Self::Any => alnum || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.' | b'~' | b':'),
        }
    }

    /// Whether `byte` after the most that a form takes shows that the value has another length.
    fn goes_on(self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || byte == b'_' && self.contains(b'_')
    }
}

#[cfg(test)]
mod tests {
    use super::super::SERVICES;
    use super::{Forms, Mistake};

    fn mistake(table: &'static str) -> Option<String> {
        Forms::parse(table).err().map(|mistake: Mistake| mistake.to_string())
    }

    #[test]
    fn the_table_is_tidy() {
        let lines: Vec<_> =
            SERVICES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        let forms: Vec<_> = lines.iter().filter_map(|line| line.split_whitespace().nth(1)).collect();
        let unsorted: Vec<_> = forms.windows(2).filter(|pair| pair[0] >= pair[1]).collect();
        assert!(unsorted.is_empty(), "not sorted, or twice: {unsorted:?}");
        assert_eq!(mistake(SERVICES), None);
        let Ok(parsed) = Forms::parse(SERVICES) else { return };
        for form in &parsed.forms {
            let sentence = ["A ", "An ", "The "].iter().any(|article| form.explanation.starts_with(article));
            assert!(sentence && form.explanation.ends_with('.'), "{}", form.explanation);
        }
        let mut told: Vec<_> = parsed.forms.iter().map(|form| form.explanation).collect();
        told.sort_unstable();
        told.dedup();
        assert!(told.len() >= 60, "{} sorts", told.len());
    }

    #[test]
    fn mistakes_name_the_line() {
        assert_eq!(
            mistake("# fine\n\ntoken"),
            Some("line 3: a kind, a form and an explanation are wanted".into())
        );
        assert_eq!(mistake("tokn a_{hex:2} A b."), Some("line 1: no such kind".into()));
        assert_eq!(mistake("token {hex:2} A b."), Some("line 1: a form begins with fixed text".into()));
        assert_eq!(mistake("token a_{hexx:2} A b."), Some("line 1: no such class".into()));
        assert_eq!(
            mistake("token a_{hex:3-2} A b."),
            Some("line 1: a count is a number, `n+` or `least-most`".into())
        );
        assert_eq!(mistake("token a_{hex:2 A b."), Some("line 1: `{` without `}`".into()));
    }

    #[test]
    fn a_form_is_taken_whole_and_nothing_longer() -> Result<(), Mistake> {
        let forms = Forms::parse("token ab_{hex:4}-{digit:1-2} A b.\ntoken ab_{hex:4} A b.")?;
        let found = |text: &str| forms.next(text, &mut 0, |_| true).map(|found| found.range);
        assert_eq!(found("x ab_12ef-7, y"), Some(2..11));
        assert_eq!(found("x ab_12ef. y"), Some(2..9));
        assert_eq!(found("ab_12efab"), None);
        assert_eq!(found("grab_12ef"), None);
        assert_eq!(found(r"A=\nab_12ef\n"), Some(4..11));
        Ok(())
    }
}
