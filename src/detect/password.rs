//! Passwords, by the words before them.

mod code;

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Input};
use regex::{Captures, Regex};

use super::value::{finding, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::{Place, Text};

/// What the words for a password begin with in many languages, lower case, without accents. Nothing
/// is looked at closely without one of them.
const ANCHORS: [&str; 31] = [
    "pass",
    "pwd",
    "pw",
    "p/w",
    "psw",
    "kennw",
    "contrase",
    "clave",
    "mot de passe",
    "mdp",
    "senha",
    "palavra-passe",
    "parola",
    "wachtwoord",
    "losenord",
    "adgangskode",
    "salasana",
    "heslo",
    "haslo",
    "jelszo",
    "sifre",
    "kata sandi",
    "пароль",
    "Пароль",
    "密码",
    "密碼",
    "パスワード",
    "비밀번호",
    "login",
    "cred",
    "curl",
];

/// How far from its word a password is looked for, in bytes.
const REACH: usize = 240;

#[expect(clippy::expect_used, reason = "our own words; compiled by every test")]
static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(ANCHORS)
        .expect("a list of words can be searched")
});

/// A word for a password, what it is for, a mark, and the password.
static TOLD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?ix)^(?:passwords?|passwort|passwd|passphrase|passcode|passord|passe|pass|passw|pwd|pw|p/w|psw|kennwort|contrasenya|contrasena|clave
            |mot\ de\ passe|mdp|senha|palavra-passe|parola|wachtwoord|losenord|adgangskode|salasana|heslo|haslo|jelszo|sifre|kata\ sandi
            |(?-i:пароль|Пароль|密码|密碼|パスワード|비밀번호))
        (?:\s*\([\x20-'*-~]{1,30}\))?
        (?:\s+(?:for|to|on|of|at|fur|zum|zu|vom|para|de|del|da|do|pour|per|till|voor|na|(?-i:для|от|к))\s+(?:[\w.'-]+\s+){0,4}?[\w.'-]+)?
        ["'`]?\s*
        (?P<mark>\b(?:is|was|ist|war|lautet|es|era|est|e|fue|jest|ar|er)\b|=|:|->|=>|>|(?-i:→|это|是))
        \s*:?\s*(?:(?:still|now|just|currently|jetzt|ahora|agora)\s+)?
        (?P<quote>["'`|*]{0,3})(?P<value>[!\#-&(-_a-{}~]{4,64})"#,
    )
});

/// A password beside its word without a mark: "pw Summer2024!".
static BARE: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?i)^(?:password|passwort|pwd|pw)\s+["'`]?(?P<value>[!#-&(-_a-{}~]{8,64})"#));

/// A name and a password after a word for a login: "login: jo / Summer2024!".
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?ix)^(?:log-?in|login|credentials|creds?)(?:\s+(?:info|details|data|is|are|for\s+[!-~]{1,30}))*\s*(?:is|are|:|=|->|-)\s*
        ["'`]?(?P<user>[A-Za-z0-9_.+-]{2,64}(?:@[A-Za-z0-9.-]{3,64})?)["'`]?\s*(?:/|\||:|,|\s-\s|\sand\s)\s*
        (?:(?:pw|pass|password)\s*:?\s*)?["'`]?(?P<value>[!\#-&(-.0-_a-{}~][!\#-&(-_a-{}~]{3,63})"#,
    )
});

/// A name and a password given to curl: `curl -u jo:Summer2024!`.
static CURL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?x)^curl\b[\x00-\x7f]{0,180}?\s(?:-u|--user)[\s=]{0,4}["']?[A-Za-z0-9_.@+-]{0,64}["']?:["']?(?P<value>[!\#-&(-;=?-_a-{}~]{4,64})"#,
    )
});

/// "… is my password", to the left of the word.
static REVERSED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?ix)(?:^|\s)["'`]?(?P<value>[!\#-&(-_a-{}~]{6,64}?)["'`]?\s+(?:is|ist|es|est|e|as|als|comme|como)\s+
        (?:(?:my|the|our|your|mein|das|unser|mi|la|mon|le|minha|a)\s+)?(?:(?:new|old|current|wifi|wi-fi|temp|temporary|admin|root|login)\s+)?$"#,
    )
});

/// Finds passwords that are told: "my password is …", "pw: …", "login: jo / …". Also in code, since
/// a password in a pasted configuration opens the same door. Finds PINs and one-time codes.
pub(super) struct Password;

impl Detector for Password {
    fn prepare(&self) {
        LazyLock::force(&WORDS);
        for pattern in [&TOLD, &BARE, &LOGIN, &CURL, &REVERSED] {
            LazyLock::force(pattern);
        }
        code::prepare();
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        let mut from = 0;
        while let Some(word) = WORDS.find(Input::new(folded).span(from..folded.len())) {
            from = word.end();
            if begins(folded, word.start())
                && let Some((range, confidence)) = password(folded, word.start())
                && is_place_for(text, range.start)
            {
                from = from.max(range.end);
                let explanation = "What the words beside it call a password.";
                findings.push(finding(text, Kind::Password, &range, confidence, explanation));
            }
        }
        code::detect(text, findings);
    }
}

/// Whether a password can stand at `at`: not in markup, and in a link only as the value of a field.
fn is_place_for(text: &Text<'_>, at: usize) -> bool {
    match text.place(at) {
        Place::Markup => false,
        Place::Link => text.folded()[..at].ends_with('='),
        _ => true,
    }
}

/// Whether a word can begin at `at`: no letter before it, unless it is a small one before a capital.
fn begins(text: &str, at: usize) -> bool {
    let before = &text[..at];
    let hump = text[at..].starts_with(|c: char| c.is_ascii_uppercase())
        && before.ends_with(|c: char| c.is_ascii_lowercase());
    hump || !before.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// The password that the word at `at` speaks of, and how sure that is.
fn password(text: &str, at: usize) -> Option<(Range<usize>, f32)> {
    let window = &text[at..text.floor_char_boundary(at + REACH)];
    let told = TOLD.captures(window).and_then(|found| told(&found, window, is_for_a_room(text, at)));
    let range = told.or_else(|| {
        let bare = BARE.captures(window).and_then(|found| value(&found));
        bare.filter(|range| is_strong(&window[range.clone()]))
    });
    let range = range.or_else(|| {
        let given = CURL.captures(window).and_then(|found| value(&found));
        given.filter(|range| {
            is_password(&window[range.clone()], false) && !window[range.clone()].starts_with(['$', '[', '{'])
        })
    });
    let range = range.or_else(|| {
        let pair = LOGIN.captures(window).and_then(|found| value(&found));
        pair.filter(|range| {
            is_password(&window[range.clone()], false) && !window[range.clone()].contains('/')
        })
    });
    match range {
        Some(range) => Some((at + range.start..at + range.end, 0.92)),
        None => Some((reversed(text, at)?, 0.85)),
    }
}

/// The range of the value that `found` matched, without the end of the sentence.
fn value(found: &Captures<'_>) -> Option<Range<usize>> {
    let value = found.name("value")?;
    let field = match found.name("mark").map(|mark| mark.as_str()) {
        // Fields of a connection or a link follow each other: "password=…;database=…".
        Some("=") => value.as_str().split([';', '&']).next()?,
        // An element ends where the next begins: "<password>…</password>".
        Some(">") => value.as_str().split_once("</")?.0,
        _ => value.as_str(),
    };
    let trimmed = field.trim_end_matches(['.', ',', ')', ';', '*', ']', '|']);
    (!trimmed.is_empty()).then(|| value.start()..value.start() + trimmed.len())
}

/// The password that `found` tells of. A single plain word is one only where a room or network has it.
fn told(found: &Captures<'_>, window: &str, room: bool) -> Option<Range<usize>> {
    let range = value(found)?;
    let text = &window[range.clone()];
    let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
    let marked = matches!(part("mark"), ":" | "=" | "->" | "=>");
    let ends_line = window[range.end..].trim_start_matches(['.', '*', '|', '"', '`']).trim_start_matches(' ');
    let alone = ends_line.is_empty() || ends_line.starts_with('\n');
    let plain = marked && room && alone && text.len() >= 6 && !is_about(text) && !is_placeholder(text);
    let counted = marked && text.len() >= 4 && text.bytes().all(|byte| byte.is_ascii_digit()) && alone;
    (plain || counted || is_password(text, !part("quote").is_empty())).then_some(range)
}

/// Whether the words before `at` speak of a network or room.
fn is_for_a_room(text: &str, at: usize) -> bool {
    const ROOMS: [&str; 12] = [
        "wifi", "wi-fi", "wlan", "guest", "zoom", "server", "lobby", "router", "ssid", "network", "hotspot",
        "room",
    ];
    let before = &text[text.floor_char_boundary(at.saturating_sub(24))..at];
    let words = before.split([' ', '\n', ':', ',']);
    words.rev().take(4).any(|word| ROOMS.iter().any(|room| word.eq_ignore_ascii_case(room)))
}

/// Whether `value` says something about a password.
fn is_about(value: &str) -> bool {
    const ABOUT: [&str; 24] = [
        "string",
        "required",
        "optional",
        "hidden",
        "incorrect",
        "invalid",
        "wrong",
        "missing",
        "unknown",
        "varchar",
        "default",
        "disabled",
        "enabled",
        "protected",
        "forgotten",
        "forgot",
        "change",
        "changed",
        "reset",
        "please",
        "anything",
        "whatever",
        "nothing",
        "admins",
    ];
    ABOUT.iter().any(|about| value.eq_ignore_ascii_case(about))
}

/// The password to the left of the word at `at`: "Summer2024! is my password".
fn reversed(text: &str, at: usize) -> Option<Range<usize>> {
    const REACH: usize = 100;
    let floor = text.floor_char_boundary(at.saturating_sub(REACH));
    let before = &text[floor..at];
    if !before.ends_with(' ') {
        return None;
    }
    let range = REVERSED.captures(before).and_then(|found| value(&found))?;
    is_strong(&before[range.clone()]).then(|| floor + range.start..floor + range.end)
}

/// Whether `value` can be nothing but a password: letters and digits, and capitals or signs too.
fn is_strong(value: &str) -> bool {
    let lower = value.bytes().any(|byte| byte.is_ascii_lowercase());
    let upper = value.bytes().any(|byte| byte.is_ascii_uppercase());
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let signs =
        value.bytes().any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*'));
    let written = value.contains(['/', '(', ':', '=']) || value.starts_with(['#', '@', '<']);
    lower && digit && (upper || signs) && !written && is_password(value, false)
}

/// Whether `value` can be a password rather than a word about one: "my password is wrong".
fn is_password(value: &str, quoted: bool) -> bool {
    let digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    let symbol =
        value.bytes().any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'?'));
    let mixed = value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase())
        && value.bytes().any(|byte| byte.is_ascii_lowercase());
    let counted = value.len() < 6 && letters == 0;
    let reference = value.contains('.')
        && value.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'.' | b'_'));
    let declared = value.starts_with(['_', '&']) || is_type(value);
    let amount = digit && value.to_ascii_lowercase().ends_with("char");
    value.len() >= 4
        && value.is_ascii()
        && (digit || symbol || mixed || quoted && letters > 0)
        && letters + value.bytes().filter(u8::is_ascii_digit).count() >= 3
        && !counted
        && !amount
        && !reference
        && !declared
        && !value.contains("://")
        && !value.contains("::")
        && !is_placeholder(value)
}

/// Whether `value` is a type of a program or database, such as `int32` or `varchar`.
fn is_type(value: &str) -> bool {
    const TYPES: [&str; 10] = ["u", "i", "int", "uint", "char", "varchar", "nvarchar", "float", "str", "utf"];
    let letters = value.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '-' | '(' | ')'));
    TYPES.contains(&letters.to_ascii_lowercase().as_str())
}
