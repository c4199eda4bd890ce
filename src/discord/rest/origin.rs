//! Where Discord is, and who we are there: neither travels in the clear.

use std::fmt;

use reqwest::Url;
use thiserror::Error;

/// The bot token; prints as nothing.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Takes a token as it stands in the environment.
    #[must_use]
    pub fn new(token: &str) -> Self {
        Self(token.trim().trim_start_matches("Bot ").to_owned())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

/// Where Discord is: an origin such as `https://discord.com`. Plain HTTP only on loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(Url);

/// An address that is not Discord's, or not safely reached.
#[derive(Debug, Error)]
pub enum OriginError {
    /// Not an address.
    #[error("DISCORD_API_BASE {0:?} is not an address; write an origin like https://discord.com")]
    NotAnAddress(String),
    /// A token must not travel in the clear.
    #[error("{0:?} is not encrypted; plain http and ws are only accepted on loopback")]
    Unencrypted(String),
}

impl Origin {
    /// Checks an origin, as in `DISCORD_API_BASE`.
    ///
    /// # Errors
    ///
    /// It is not an address, or not encrypted and not on loopback.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let url = Url::parse(text.trim_end_matches('/'));
        let url = url.map_err(|_| OriginError::NotAnAddress(text.to_owned()))?;
        if url.host_str().is_none() {
            return Err(OriginError::NotAnAddress(text.to_owned()));
        }
        require_encryption(&url)?;
        Ok(Self(url))
    }

    pub(crate) fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    /// Whether `url` lies there.
    pub(super) fn holds(&self, url: &Url) -> bool {
        url.origin() == self.0.origin()
    }

    /// Whether it is this very machine.
    pub(crate) fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }
}

/// Refuses an address whose traffic anyone on the way could read.
pub(crate) fn require_encryption(url: &Url) -> Result<(), OriginError> {
    let encrypted = matches!(url.scheme(), "https" | "wss");
    if encrypted || is_loopback(url) { Ok(()) } else { Err(OriginError::Unencrypted(url.to_string())) }
}

/// Whether an address is on this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_encrypted_or_not_at_all() {
        let rows = [
            ("https://discord.com", true),
            ("http://127.0.0.1:4000", true),
            ("http://[::1]:4000/", true),
            ("http://localhost:4000", true),
            ("http://discord.com", false),
            ("http://127.0.0.1.example.com", false),
            ("ws://192.168.0.9", false),
            ("discord.com", false),
            ("", false),
        ];
        for (text, accepted) in rows {
            assert_eq!(Origin::parse(text).is_ok(), accepted, "{text}");
        }
    }

    #[test]
    fn a_token_prints_as_nothing() {
        let token = Token::new(" Bot abc.def ");
        assert_eq!((format!("{token:?}").as_str(), token.expose()), ("Token", "abc.def"));
    }
}
