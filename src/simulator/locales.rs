//! The languages Discord has.
//!
//! Source: <https://discord.com/developers/docs/reference#locales>.

use super::refusal::Refusal;

const LOCALES: [&str; 34] = [
    "ar", "bg", "cs", "da", "de", "el", "en-GB", "en-US", "es-419", "es-ES", "fi", "fr", "he", "hi", "hr",
    "hu", "id", "it", "ja", "ko", "lt", "nl", "no", "pl", "pt-BR", "ro", "ru", "sv-SE", "th", "tr", "uk",
    "vi", "zh-CN", "zh-TW",
];

/// Makes sure that Discord has this language.
pub(crate) fn check(path: &str, locale: &str) -> Result<(), Refusal> {
    if LOCALES.contains(&locale) { Ok(()) } else { Err(Refusal::choice(path, &LOCALES.join(", "))) }
}
