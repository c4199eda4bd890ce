//! What the text to the left of a value calls it: `api_key = "…"`, `--token …`, "my api key is …".

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::super::Kind;
use super::words::{ABOUT, ENDINGS, JOINTS, MARKS, NOT_ENDINGS, OPEN, QUALIFIERS, SECRET, STEMS};

/// How far to the left of a value its name is looked for, in bytes.
const REACH: usize = 120;
/// How many words are passed on the way.
const MOST_PASSED: usize = 7;

/// What a value is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// What the name says it is; a private key only if the value is one.
    pub(super) kind: Kind,
    /// The name is a single word that has other meanings too, such as "key".
    pub(super) bare: bool,
    /// The name is written like one: of several words, or in capitals.
    pub(super) compound: bool,
    /// Nothing but an assignment stands between the name and the value.
    pub(super) direct: bool,
}

/// What a run of letters to the left of a value says about it.
enum Reading {
    /// It names a secret.
    Secret(Name),
    /// It names something that is no secret, such as a checksum.
    Harmless,
    /// It only joins a name and its value.
    Joint,
    /// It says nothing.
    Other,
}

#[expect(clippy::expect_used, reason = "our own words; compiled by every test")]
static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(STEMS).expect("a list of words can be searched")
});

pub(super) fn prepare() {
    LazyLock::force(&NAMES);
}

/// Whether anything in `text` can be the name of a secret.
pub(super) fn is_any_in(text: &str) -> bool {
    NAMES.is_match(text)
}

/// What the text before `start` calls the value there.
pub(super) fn before(text: &str, start: usize) -> Option<Name> {
    let floor = text.floor_char_boundary(start.saturating_sub(REACH));
    let mut rest = &text[floor..start];
    // Whether there were nothing but joints so far. A name that says nothing ends that: only in a
    // sentence is there another one before it.
    let mut joints_only = true;
    for passed in 0..MOST_PASSED {
        let (before, run, gap) = last_run(rest)?;
        if !passes(gap, passed, joints_only) {
            return None;
        }
        rest = before;
        match read(run) {
            Reading::Harmless => return None,
            Reading::Secret(name) => return qualified(name, rest, joints_only && assigns(gap)),
            Reading::Joint => {}
            Reading::Other => joints_only = false,
        }
    }
    None
}

/// The last run of `text` that can be a name, what is before it, and the gap after it.
fn last_run(text: &str) -> Option<(&str, &str, &str)> {
    let (named, gap) = text.split_at(text.trim_end_matches(|c: char| !is_part(c)).len());
    let before = named.trim_end_matches(is_part);
    let run = named[before.len()..].trim_matches(['-', '.', '$']);
    (!named.is_empty()).then_some((before, run, gap))
}

/// Whether `gap` between a name and a value gives the value to the name.
fn assigns(gap: &str) -> bool {
    gap.contains(['=', ':', '>', '|', ',']) || gap.trim().is_empty()
}

/// `name` as the words before it, which end `rest`, make it.
fn qualified(name: Name, rest: &str, direct: bool) -> Option<Name> {
    let harmless = name.bare && rest.ends_with([' ', '-', '_']) && {
        let last = last_word(rest.trim_end_matches([' ', '-', '_']));
        is_any(last, &OPEN) || is_any(last, &MARKS)
    };
    let last = last_word(rest.trim_end_matches(' '));
    let compound = name.compound || is_any(last, &QUALIFIERS);
    let private = name.kind == Kind::ApiKey && last.eq_ignore_ascii_case("private");
    let kind = if private { Kind::PrivateKey } else { name.kind };
    (!harmless).then_some(Name { kind, bare: name.bare && !compound, compound, direct })
}

/// The word that ends `text`.
fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// Whether `c` can stand in a name.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$')
}

/// Whether a name can still follow to the left of `gap`, after `passed` words.
fn passes(gap: &str, passed: usize, joints_only: bool) -> bool {
    let conditional = gap.trim_start().starts_with("?=") || gap.contains("??");
    if gap.contains([';', '}', '&', '!']) || gap.contains(". ") || gap.contains('?') && !conditional {
        return false;
    }
    let lines = gap.bytes().filter(|byte| *byte == b'\n').count();
    let comma = gap.contains(',');
    let listed = gap.trim_start().starts_with(['"', '\'', '`']) || gap.trim() == ",";
    (lines == 0 || lines == 1 && joints_only) && (!comma || joints_only && (passed > 0 || listed))
}

/// What `atom`, a run such as `X-Api-Key` or `adobeClientSecret`, says.
fn read(atom: &str) -> Reading {
    let mut name: Option<Name> = None;
    let (mut count, mut about, mut private, mut mark) = (0, false, false, false);
    for word in Words(atom) {
        let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
        if word.is_empty() {
            continue;
        }
        count += 1;
        if is_any(word, &OPEN) {
            return Reading::Harmless;
        }
        mark |= is_any(word, &MARKS);
        private |= word.eq_ignore_ascii_case("private");
        if let Some((kind, bare)) = secret(word) {
            let kind = name.map_or(kind, |name| stronger(name.kind, kind));
            let bare = bare && name.is_none_or(|name| name.bare);
            name = Some(Name { kind, bare, compound: false, direct: false });
            about = false;
        } else {
            about |= is_any(word, &ABOUT);
        }
    }
    match name {
        Some(name) if about || mark && name.bare => Reading::Harmless,
        Some(name) => {
            let kind = if private { Kind::PrivateKey } else { name.kind };
            Reading::Secret(Name { kind, compound: count > 1, bare: name.bare && count == 1, ..name })
        }
        None if count <= 1 && is_any(atom, &JOINTS) => Reading::Joint,
        None if about || mark => Reading::Harmless,
        None => Reading::Other,
    }
}

/// The kind of a name with two secret words: a password before a key, a key before a token.
fn stronger(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        (Kind::Password, _) | (_, Kind::Password) => Kind::Password,
        (Kind::ApiKey, _) | (_, Kind::ApiKey) => Kind::ApiKey,
        _ => Kind::Token,
    }
}

/// The kind of secret that `word` names, and whether it has other meanings too.
fn secret(word: &str) -> Option<(Kind, bool)> {
    let whole = SECRET.iter().find(|(known, ..)| word.eq_ignore_ascii_case(known));
    if let Some((_, kind, bare)) = whole {
        return Some((*kind, *bare));
    }
    let ends = |ending: &str| {
        let at = word.len().checked_sub(ending.len());
        at.and_then(|at| word.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let (_, kind) = ENDINGS.iter().find(|(ending, _)| ends(ending))?;
    (!is_any(word, &NOT_ENDINGS)).then_some((*kind, false))
}

fn is_any(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| word.eq_ignore_ascii_case(known))
}

/// The words of a name, by marks and by capitals: `X-apiKey` is `X`, `api`, `Key`.
struct Words<'a>(&'a str);

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let start = self.0.find(|c: char| c.is_alphanumeric())?;
        let rest = &self.0[start..];
        let (bytes, mut at) = (rest.as_bytes(), 1);
        while at < bytes.len() && !ends_word(bytes, at) {
            at += 1;
        }
        let (word, rest) = rest.split_at(rest.ceil_char_boundary(at));
        self.0 = rest;
        Some(word)
    }
}

/// Whether a word ends before the byte `at`, which is not the first one.
fn ends_word(bytes: &[u8], at: usize) -> bool {
    let (last, this) = (bytes[at - 1], bytes[at]);
    let letter = this.is_ascii_alphanumeric() || this >= 0x80;
    let hump = this.is_ascii_uppercase() && !last.is_ascii_uppercase();
    let after_capitals = last.is_ascii_uppercase()
        && this.is_ascii_uppercase()
        && bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    !letter || hump || after_capitals
}

#[cfg(test)]
mod tests {
    use super::{ENDINGS, Name, SECRET, Words, before, is_any_in};
    use crate::detect::Kind;

    /// The name of the value that stands at `@` in `text`.
    fn name(text: &str) -> Option<Name> {
        before(text, text.find('@')?)
    }

    #[test]
    fn every_name_has_a_stem() {
        for (word, ..) in SECRET {
            assert!(is_any_in(word), "{word}");
        }
        for (word, _) in ENDINGS {
            assert!(is_any_in(word), "{word}");
        }
    }

    #[test]
    fn names_are_split_into_words() {
        let words = |atom| Words(atom).collect::<Vec<_>>();
        assert_eq!(words("X-apiKey"), ["X", "api", "Key"]);
        assert_eq!(words("ADOBE_APIKey2"), ["ADOBE", "API", "Key2"]);
    }

    #[test]
    fn a_value_is_named_in_many_ways() {
        for text in [
            "adobe_client_secret = \"@",
            "\"mailchimp-key\": \"@",
            "beamer_token => '@",
            "FACEBOOK.TOKEN := @",
            "export X_API_KEY=@",
            "<add key=\"foo-secret\" value=\"@",
            "my lob api key is @",
            "--acme-token @",
            "{\"name\": \"ACME_TOKEN\", \"value\": \"@",
            "- name: ACME_API_KEY\n  value: @",
            "var acmeToken string = \"@",
            "setProperty(\"ACME_TOKEN\", \"@",
            "Authorization: Bearer @",
            "<acmeToken>\n    @",
            "the token for the deploy bot: @",
        ] {
            assert!(name(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_names_are_left_alone() {
        for text in [
            "commit @",
            "public_key = @",
            "cache key: @",
            "\"key_id\": \"@",
            "csrf_token=@",
            "monkey = @",
            "token_url = @",
            "a secret. commit @",
            "the key thing is that commit @",
            "author: @",
            "sha256: @",
            "token = x; id = @",
        ] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn the_name_tells_the_kind() {
        let kind = |text| name(text).map(|name| name.kind);
        assert_eq!(kind("acme_token=@"), Some(Kind::Token));
        assert_eq!(kind("acme_token_secret=@"), Some(Kind::ApiKey));
        assert_eq!(kind("api_key: @"), Some(Kind::ApiKey));
        assert_eq!(kind("db_password: @"), Some(Kind::Password));
    }
}
