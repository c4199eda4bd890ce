//! Links with a user name and password in them.

use std::sync::LazyLock;

use regex::Regex;

use super::value::{finding, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static LINK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<user>[!-.0-9;-?A-~]{0,64}):(?P<password>[!-.0-?A-~]{3,128})@(?P<host>[A-Za-z0-9._-]+)[!#-&(-;=?-_a-~]*",
    )
});

/// Finds links that log whoever follows them in: `scheme://user:password@host`.
pub(super) struct UrlCredentials;

impl Detector for UrlCredentials {
    fn prepare(&self) {
        LazyLock::force(&LINK);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        if !folded.contains("://") || !folded.contains('@') {
            return;
        }
        for found in LINK.captures_iter(folded) {
            let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
            let (user, password) = (part("user"), part("password"));
            let Some(whole) = found.get(0) else { continue };
            let local =
                matches!(part("host"), "localhost" | "127.0.0.1" | "host" | "hostname") && user == password;
            let documented = part("host").split('.').any(|label| label == "example")
                && (password.len() < 6 || !password.bytes().any(|byte| byte.is_ascii_digit()));
            if !local
                && !documented
                && !is_placeholder(password)
                && user != password
                && !password.starts_with('[')
            {
                let explanation = "A link with a user name and password in it.";
                findings.push(finding(text, Kind::UrlCredentials, &whole.range(), 0.97, explanation));
            }
        }
    }
}
