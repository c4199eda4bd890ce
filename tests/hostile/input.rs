//! Hostile inputs, made from bytes: what a fuzzer turns into coverage, and a seeded test into examples.

use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use serde_json::Value;

/// The longest message that Discord takes, in characters.
pub(crate) const LONGEST: usize = 4_000;

/// What detectors, templates, TOML, Discord's markdown and terminals take to mean something, and what Unicode hides,
/// joins, turns round and folds. `¦` is removed: no secret stands here in one piece.
const ZOO: &[&str] = &[
    "you ",
    "are ",
    "an ",
    "idiot ",
    "i d i o t ",
    "my ",
    "password is ",
    "order number ",
    "account ",
    "born ",
    "seed phrase ",
    "abandon ability able ",
    "+1",
    "+49 151 ",
    "(415) ",
    "4242 ",
    "4111 1111 1111 1111 ",
    "0",
    "19",
    "12/04/1994 ",
    "１２３",
    "٣",
    "Ⅷ",
    "DE89 3704 0044 0532 0130 00 ",
    "GB82 WEST ",
    "078-05-1120 ",
    "12 Oak Lane, ",
    "Hauptstrasse 12, 10115 Berlin ",
    "255.255.255.255 ",
    "2001:db8:1:",
    "::",
    "@",
    "a@b.co ",
    "jo [at] posteo [dot] net ",
    ".",
    "...",
    ":",
    "://",
    "https://a.b/c?d=",
    "a://b:c@",
    "postgres://a:¦b1c@d ",
    "`",
    "```",
    "> ",
    ">>> ",
    "\n",
    "\r\n",
    "\t",
    "<@1>",
    "<@&1>",
    "<#1>",
    "<:a:1>",
    "<t:1:R>",
    "</a:1>",
    "@everyone ",
    "@here ",
    "<",
    ">",
    "||",
    "**",
    "~~",
    "__",
    "# ",
    "-# ",
    "[x](https://evil.example)",
    "$",
    "!",
    "?",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "-",
    "_",
    "/",
    "\\",
    "=",
    "key=",
    "api_key: ",
    "-----BEGIN RSA ¦PRIVATE KEY-----",
    "-----END",
    "ghp_",
    "eyJ",
    "AKIA",
    "sk_live_¦4eC39HqLyjWDarjtT1zdp7dc ",
    "0x52908400098527886E0F7030069857D2E4169EE7 ",
    "bc1q",
    "deadbeef",
    "{{ member }}",
    "{{",
    "}}",
    "{% if removed %}",
    "{% endif %}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ 7 * 7 }}",
    "{% for link in links %}",
    "{{ config }}",
    "|upper",
    "[[rule]]\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "#",
    "\u{200b}",
    "\u{200d}",
    "\u{2060}",
    "\u{feff}",
    "\u{ad}",
    "\u{301}",
    "e\u{301}",
    "\u{489}",
    "\u{202e}",
    "\u{2066}",
    "\u{2069}",
    "\u{34f}",
    "ｉｄ",
    "ß",
    "ẞ",
    "İ",
    "ı",
    "ﬀ",
    "\u{fdfa}",
    "ǆ",
    "ΐ",
    "👩\u{200d}👩\u{200d}👧",
    "🏴\u{e0067}\u{e0062}",
    "🇩🇪",
    "☠\u{fe0f}",
    "שלום ",
    "مرحبا ",
    "今日",
    "пароль ",
    "е",
    "idi\u{43e}t ",
    "𝖎𝖉𝖎𝖔𝖙",
    "ⓘⓓⓘⓞⓣ",
    "𓀀",
    "\u{0}",
    "\u{7}",
    "\u{1b}[2J",
    "\u{1b}]0;x\u{7}",
    "\u{9b}",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{e000}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{10ffff}",
    "null",
    "true",
    "NaN",
    "-1",
    "18446744073709551615",
    "1e999",
];

/// Texts that something is to be found in, or not.
static CORPUS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let lines = CORPORA.iter().flat_map(|corpus| corpus.lines());
    let texts = lines.filter_map(|line| {
        let line: Value = serde_json::from_str(line).ok()?;
        ["hit", "miss", "text"]
            .iter()
            .find_map(|key| line[key].as_str())
            .map(|text| text.replace(['¦', '⟦', '⟧'], ""))
    });
    texts.collect()
});

const CORPORA: &[&str] = &[
    include_str!("../corpus/account_issue.jsonl"),
    include_str!("../corpus/account_number.jsonl"),
    include_str!("../corpus/api_key.jsonl"),
    include_str!("../corpus/boiling_point.jsonl"),
    include_str!("../corpus/card.jsonl"),
    include_str!("../corpus/confidential_marker.jsonl"),
    include_str!("../corpus/crypto_wallet.jsonl"),
    include_str!("../corpus/date_of_birth.jsonl"),
    include_str!("../corpus/email.jsonl"),
    include_str!("../corpus/iban.jsonl"),
    include_str!("../corpus/ip_address.jsonl"),
    include_str!("../corpus/national_id.jsonl"),
    include_str!("../corpus/order_number.jsonl"),
    include_str!("../corpus/password.jsonl"),
    include_str!("../corpus/person_name.jsonl"),
    include_str!("../corpus/phone.jsonl"),
    include_str!("../corpus/postal_address.jsonl"),
    include_str!("../corpus/private_key.jsonl"),
    include_str!("../corpus/scheduling.jsonl"),
    include_str!("../corpus/solicitation.jsonl"),
    include_str!("../corpus/token.jsonl"),
    include_str!("../corpus/url_credentials.jsonl"),
];

/// One of the zoo.
pub(crate) fn piece(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(u.choose(ZOO)?.replace('¦', ""))
}

/// A text of at most `most` characters: pieces of the zoo, examples out of the corpora cut anywhere, long repeats of
/// either, single characters out of all planes, and bytes as they come.
pub(crate) fn text(u: &mut Unstructured<'_>, most: usize) -> Result<String> {
    let mut text = String::new();
    let parts = u.int_in_range(0..=12)?;
    for _ in 0..parts {
        let part = part(u)?;
        let times = if u.ratio(1, 8)? { u.int_in_range(2..=400)? } else { 1 };
        let room = most.saturating_sub(text.chars().count());
        text.extend(part.chars().cycle().take((part.chars().count() * times).min(room)));
    }
    Ok(text)
}

fn part(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=9)? {
        0..=4 => piece(u)?,
        5..=6 => {
            let example = u.choose(&CORPUS)?;
            let length = example.chars().count();
            let from = u.int_in_range(0..=length)?;
            let example: String =
                if u.ratio(1, 2)? { example.clone() } else { example.chars().skip(from).collect() };
            if u.ratio(1, 4)? { disturbed(u, &example)? } else { example }
        }
        7 => u.arbitrary::<char>()?.to_string(),
        8 => format!("{}{}", piece(u)?, piece(u)?),
        _ => {
            let length = u.int_in_range(0..=24)?;
            String::from_utf8_lossy(u.bytes(length.min(u.len()))?).into_owned()
        }
    })
}

/// `text` with a piece of the zoo put in, or a character taken out, somewhere.
pub(crate) fn disturbed(u: &mut Unstructured<'_>, text: &str) -> Result<String> {
    let mut chars: Vec<char> = text.chars().collect();
    let at = u.int_in_range(0..=chars.len())?;
    if u.ratio(1, 3)? && at < chars.len() {
        chars.remove(at);
        return Ok(chars.into_iter().collect());
    }
    let put: Vec<char> = piece(u)?.chars().collect();
    chars.splice(at..at, put);
    Ok(chars.into_iter().collect())
}

/// A value of any type where another was expected.
pub(crate) fn odd_value(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=9)? {
        0 => Value::Null,
        1 => u.arbitrary::<bool>()?.into(),
        2 => (*u.choose(&[0, 1, -1, i64::from(u32::MAX) + 1, i64::MAX, i64::MIN])?).into(),
        3 => u64::MAX.into(),
        4 => (*u.choose(&[0.5, -0.0, 1e300])?).into(),
        5 => Value::Array(Vec::new()),
        6 => serde_json::json!([null, {}, "x", 7]),
        7 => serde_json::json!({}),
        8 => text(u, LONGEST)?.into(),
        _ => u.arbitrary::<u64>()?.to_string().into(),
    })
}

/// `value` with a few of its parts left out, doubled or put in the place of others.
pub(crate) fn mutated(u: &mut Unstructured<'_>, mut value: Value) -> Result<Value> {
    let times = u.int_in_range(0..=4)?;
    for _ in 0..times {
        mutate(u, &mut value, 0)?;
    }
    Ok(value)
}

fn mutate(u: &mut Unstructured<'_>, value: &mut Value, depth: usize) -> Result<()> {
    let deeper = depth < 8 && u.ratio(5, 6)?;
    match value {
        Value::Object(fields) if deeper && !fields.is_empty() => {
            let at = u.int_in_range(0..=fields.len() - 1)?;
            let Some(key) = fields.keys().nth(at).cloned() else { return Ok(()) };
            if u.ratio(1, 8)? {
                fields.remove(&key);
            } else if let Some(inner) = fields.get_mut(&key) {
                mutate(u, inner, depth + 1)?;
            }
        }
        Value::Array(items) if deeper && !items.is_empty() => {
            let at = u.int_in_range(0..=items.len() - 1)?;
            match u.int_in_range(0..=7)? {
                0 => drop(items.remove(at)),
                1 => items.extend(std::iter::repeat_n(items[at].clone(), 30)),
                _ => mutate(u, &mut items[at], depth + 1)?,
            }
        }
        Value::String(written) if deeper => {
            *written = if u.ratio(1, 2)? { disturbed(u, written)? } else { text(u, LONGEST)? }
        }
        other => *other = odd_value(u)?,
    }
    Ok(())
}
