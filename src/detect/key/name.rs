//! What the text to the left of a value calls it: `api_key = "…"`, `--token …`, "my api key is …".

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::super::Kind;

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

/// Words of a name that say that the value is a secret, and of which kind. `true` marks words that
/// have other meanings too.
const SECRET: [(&str, Kind, bool); 43] = [
    ("key", Kind::ApiKey, true),
    ("keys", Kind::ApiKey, true),
    ("apikey", Kind::ApiKey, false),
    ("appkey", Kind::ApiKey, false),
    ("api", Kind::ApiKey, true),
    ("access", Kind::ApiKey, true),
    ("token", Kind::Token, false),
    ("tokens", Kind::Token, false),
    ("secret", Kind::ApiKey, false),
    ("secrets", Kind::ApiKey, false),
    ("credential", Kind::ApiKey, false),
    ("credentials", Kind::ApiKey, false),
    ("cred", Kind::ApiKey, false),
    ("creds", Kind::ApiKey, false),
    ("password", Kind::Password, false),
    ("passwort", Kind::Password, false),
    ("kennwort", Kind::Password, false),
    ("contrasena", Kind::Password, false),
    ("senha", Kind::Password, false),
    ("passwd", Kind::Password, false),
    ("passphrase", Kind::Password, false),
    ("passcode", Kind::Password, false),
    ("pass", Kind::Password, true),
    ("pwd", Kind::Password, false),
    ("pw", Kind::Password, true),
    ("psk", Kind::Password, false),
    ("auth", Kind::Token, true),
    ("authorization", Kind::Token, false),
    ("oauth", Kind::Token, true),
    ("bearer", Kind::Token, false),
    ("jwt", Kind::Token, false),
    ("pat", Kind::Token, true),
    ("cookie", Kind::Token, true),
    ("session", Kind::Token, true),
    ("sessionid", Kind::Token, false),
    ("webhook", Kind::Token, true),
    ("license", Kind::ApiKey, true),
    ("licence", Kind::ApiKey, true),
    ("schlussel", Kind::ApiKey, true),
    ("clave", Kind::ApiKey, true),
    ("jeton", Kind::Token, false),
    ("chave", Kind::ApiKey, true),
    ("clef", Kind::ApiKey, true),
];

/// What names of one word end with when their words are not kept apart: `accesskey`.
const ENDINGS: [(&str, Kind); 8] = [
    ("key", Kind::ApiKey),
    ("secret", Kind::ApiKey),
    ("token", Kind::Token),
    ("password", Kind::Password),
    ("passwd", Kind::Password),
    ("passphrase", Kind::Password),
    ("creds", Kind::ApiKey),
    ("credentials", Kind::ApiKey),
];

/// Words that end so and are none of that.
const NOT_ENDINGS: [&str; 15] = [
    "monkey",
    "turkey",
    "hotkey",
    "hockey",
    "whiskey",
    "donkey",
    "jockey",
    "pubkey",
    "publickey",
    "primarykey",
    "foreignkey",
    "lackey",
    "sitekey",
    "passkey",
    "low-key",
];

/// Words that make any name the name of something that is for everyone.
const OPEN: [&str; 23] = [
    "public",
    "pub",
    "publishable",
    "csrf",
    "xsrf",
    "hash",
    "hashes",
    "sha",
    "md",
    "shasum",
    "checksum",
    "crc",
    "digest",
    "integrity",
    "etag",
    "fingerprint",
    "keyserver",
    "keyid",
    "uuid",
    "guid",
    "nonce",
    "issuer",
    "recv",
];

/// Words that say that a value is only the mark of something, and that a "key" beside them is no secret:
/// "cache key", "commit …".
const MARKS: [&str; 64] = [
    "foreign",
    "primary",
    "partition",
    "sort",
    "cache",
    "bucket",
    "schema",
    "sequence",
    "natural",
    "hot",
    "object",
    "row",
    "commit",
    "commits",
    "revision",
    "rev",
    "srcrev",
    "ref",
    "gpg",
    "pgp",
    "txid",
    "tx",
    "transaction",
    "block",
    "blob",
    "merkle",
    "request",
    "trace",
    "span",
    "correlation",
    "build",
    "container",
    "image",
    "version",
    "color",
    "class",
    "boundary",
    "magnet",
    "btih",
    "checkout",
    "merge",
    "cherry",
    "sum",
    "accessor",
    "accessibility",
    "author",
    "keyword",
    "keyboard",
    "site",
    "idempotency",
    "dedup",
    "translation",
    "index",
    "idx",
    "tree",
    "node",
    "kernel",
    "package",
    "ppa",
    "bug",
    "kms",
    "random",
    "zone",
    "ssid",
];

/// Words after a name's last secret word that make it the name of something about the secret.
const ABOUT: [&str; 66] = [
    "id",
    "ids",
    "name",
    "names",
    "url",
    "uri",
    "urls",
    "link",
    "path",
    "paths",
    "file",
    "files",
    "dir",
    "type",
    "size",
    "length",
    "len",
    "count",
    "counter",
    "version",
    "ver",
    "endpoint",
    "host",
    "hostname",
    "port",
    "ttl",
    "expiry",
    "expires",
    "expiration",
    "expire",
    "date",
    "time",
    "timestamp",
    "format",
    "alias",
    "pair",
    "ring",
    "board",
    "code",
    "frame",
    "press",
    "pressed",
    "store",
    "selector",
    "location",
    "field",
    "prefix",
    "suffix",
    "limit",
    "policy",
    "provider",
    "service",
    "arn",
    "scope",
    "group",
    "vault",
    "algorithm",
    "alg",
    "audience",
    "usage",
    "signature",
    "mesh",
    "down",
    "up",
    "user",
    "username",
];

/// Words that only join a name and its value, or say what sort of value it is.
const JOINTS: [&str; 44] = [
    "value", "val", "string", "str", "text", "char", "const", "let", "var", "is", "was", "are", "now", "ist",
    "es", "est", "e", "the", "a", "an", "basic", "return", "default", "here", "this", "that", "its", "just",
    "please", "use", "using", "dont", "share", "equals", "to", "set", "of", "with", "data", "plain", "raw",
    "static", "auto", "bot",
];

/// What every name of a secret has in it, lower case.
const STEMS: [&str; 26] = [
    "key", "token", "secret", "cred", "pass", "pwd", "pw", "psk", "auth", "api", "access", "bearer", "jwt",
    "pat", "cookie", "session", "webhook", "licen", "kennwort", "contrase", "senha", "jeton", "schl",
    "clave", "chave", "clef",
];

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
    let mut joints_only = true;
    let mut direct = true;
    for passed in 0..MOST_PASSED {
        let name_end = rest.trim_end_matches(|c: char| !is_part(c)).len();
        let gap = &rest[name_end..];
        if name_end == 0 || !passes(gap, passed, joints_only) {
            return None;
        }
        let atom_start = rest[..name_end]
            .rfind(|c: char| !is_part(c))
            .map_or(0, |at| at + rest[at..].chars().next().map_or(1, char::len_utf8));
        let atom = rest[atom_start..name_end].trim_matches(['-', '.', '$']);
        let assigned = gap.contains(['=', ':', '>', '|']) || gap.trim().is_empty() || gap.contains(',');
        rest = &rest[..atom_start];
        match read(atom) {
            Reading::Harmless => return None,
            Reading::Secret(name) if name.bare && is_harmless_before(rest) => return None,
            Reading::Secret(name) => {
                let compound = name.compound || is_qualified(rest);
                let private = name.kind == Kind::ApiKey && ends_with_word(rest, "private");
                let kind = if private { Kind::PrivateKey } else { name.kind };
                let bare = name.bare && !compound;
                return Some(Name { kind, direct: direct && assigned, compound, bare });
            }
            Reading::Joint => {}
            Reading::Other => {
                // A name that says nothing: only in a sentence is there another one before it.
                direct = false;
                joints_only = false;
            }
        }
    }
    None
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

/// Whether the word that ends `rest`, in the same sentence, says that a "key" is no secret.
fn is_harmless_before(rest: &str) -> bool {
    let words = rest.trim_end_matches([' ', '-', '_']);
    let gap = &rest[words.len()..];
    let last = words.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    !gap.is_empty() && (is_any(last, &OPEN) || is_any(last, &MARKS))
}

/// Whether the word that ends `rest` makes "key" the name of a secret: "api key", "license key".
fn is_qualified(rest: &str) -> bool {
    const QUALIFIERS: [&str; 23] = [
        "api",
        "access",
        "secret",
        "private",
        "license",
        "licence",
        "auth",
        "account",
        "master",
        "signing",
        "client",
        "app",
        "product",
        "encryption",
        "stripe",
        "openai",
        "admin",
        "service",
        "subscription",
        "rest",
        "developer",
        "dev",
        "consumer",
    ];
    let words = rest.trim_end_matches(' ');
    let last = words.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    is_any(last, &QUALIFIERS)
}

/// Whether `word` is the last word of `rest`.
fn ends_with_word(rest: &str, word: &str) -> bool {
    let words = rest.trim_end_matches(' ');
    words.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(|last| last.eq_ignore_ascii_case(word))
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
    use super::{Name, Words, before};
    use crate::detect::Kind;

    /// The name of the value that stands at `@` in `text`.
    fn name(text: &str) -> Option<Name> {
        before(text, text.find('@')?)
    }

    #[test]
    fn every_name_has_a_stem() {
        for (word, ..) in super::SECRET {
            assert!(super::is_any_in(word), "{word}");
        }
        for (word, _) in super::ENDINGS {
            assert!(super::is_any_in(word), "{word}");
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
