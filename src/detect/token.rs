//! Services' keys and tokens, by their published forms.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;

use super::value::{entropy, finding, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

/// One service's form: a prefix and how many characters follow.
struct Form {
    prefix: &'static str,
    tail: usize,
    kind: Kind,
    explanation: &'static str,
}

const fn form(prefix: &'static str, tail: usize, kind: Kind, explanation: &'static str) -> Form {
    Form { prefix, tail, kind, explanation }
}

/// Prefixes as the services document them, with the least number of characters that follow.
const FORMS: [Form; 49] = [
    form("ghp_", 36, Kind::Token, "The form of a GitHub token"),
    form("gho_", 36, Kind::Token, "The form of a GitHub token"),
    form("ghu_", 36, Kind::Token, "The form of a GitHub token"),
    form("ghs_", 36, Kind::Token, "The form of a GitHub token"),
    form("ghr_", 36, Kind::Token, "The form of a GitHub token"),
    form("github_pat_", 50, Kind::Token, "The form of a GitHub token"),
    form("glpat-", 20, Kind::Token, "The form of a GitLab token"),
    form("gldt-", 20, Kind::Token, "The form of a GitLab token"),
    form("glrt-", 20, Kind::Token, "The form of a GitLab token"),
    form("xoxb-", 20, Kind::Token, "The form of a Slack token"),
    form("xoxp-", 20, Kind::Token, "The form of a Slack token"),
    form("xoxa-", 20, Kind::Token, "The form of a Slack token"),
    form("xoxs-", 20, Kind::Token, "The form of a Slack token"),
    form("xapp-", 20, Kind::Token, "The form of a Slack token"),
    form("sk_live_", 16, Kind::ApiKey, "The form of a Stripe key"),
    form("sk_test_", 16, Kind::ApiKey, "The form of a Stripe key"),
    form("rk_live_", 16, Kind::ApiKey, "The form of a Stripe key"),
    form("whsec_", 24, Kind::ApiKey, "The form of a webhook signing secret"),
    form("AKIA", 16, Kind::ApiKey, "The form of an AWS access key"),
    form("ASIA", 16, Kind::ApiKey, "The form of an AWS access key"),
    form("AIza", 35, Kind::ApiKey, "The form of a Google API key"),
    form("GOCSPX-", 20, Kind::ApiKey, "The form of a Google client secret"),
    form("ya29.", 30, Kind::Token, "The form of a Google access token"),
    form("sk-ant-", 30, Kind::ApiKey, "The form of an Anthropic key"),
    form("sk-proj-", 30, Kind::ApiKey, "The form of an OpenAI key"),
    form("sk-or-v1-", 30, Kind::ApiKey, "The form of an OpenRouter key"),
    form("sk-", 40, Kind::ApiKey, "The form of an OpenAI key"),
    form("gsk_", 40, Kind::ApiKey, "The form of a Groq key"),
    form("hf_", 30, Kind::Token, "The form of a Hugging Face token"),
    form("r8_", 30, Kind::Token, "The form of a Replicate token"),
    form("npm_", 36, Kind::Token, "The form of an npm token"),
    form("pypi-AgE", 40, Kind::Token, "The form of a PyPI token"),
    form("cio", 32, Kind::Token, "The form of a crates.io token"),
    form("rubygems_", 40, Kind::Token, "The form of a RubyGems key"),
    form("dckr_pat_", 20, Kind::Token, "The form of a Docker token"),
    form("SG.", 60, Kind::ApiKey, "The form of a SendGrid key"),
    form("key-", 32, Kind::ApiKey, "The form of a Mailgun key"),
    form("shpat_", 32, Kind::Token, "The form of a Shopify token"),
    form("shpss_", 32, Kind::Token, "The form of a Shopify secret"),
    form("dop_v1_", 60, Kind::Token, "The form of a DigitalOcean token"),
    form("sq0csp-", 40, Kind::ApiKey, "The form of a Square secret"),
    form("sq0atp-", 20, Kind::Token, "The form of a Square token"),
    form("lin_api_", 30, Kind::ApiKey, "The form of a Linear key"),
    form("ntn_", 40, Kind::Token, "The form of a Notion token"),
    form("figd_", 30, Kind::Token, "The form of a Figma token"),
    form("sbp_", 40, Kind::Token, "The form of a Supabase token"),
    form("hvs.", 24, Kind::Token, "The form of a Vault token"),
    form("tskey-", 20, Kind::Token, "The form of a Tailscale key"),
    form("EAACEdEose0cBA", 20, Kind::Token, "The form of a Facebook token"),
];

static PREFIXES: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let prefixes = FORMS.iter().map(|form| form.prefix);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(prefixes).ok()
});

static SHAPES: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?x)(?:
            (?<discord>\b(?:mfa\.[\w-]{80,95}|[MNO][A-Za-z0-9_-]{22,27}\.[\w-]{6}\.[\w-]{27,45}))
          | (?<webhook>discord(?:app)?\.com/api/webhooks/[0-9]{17,20}/[\w-]{60,90})
          | (?<slack>hooks\.slack\.com/services/T[A-Z0-9]{7,11}/B[A-Z0-9]{7,11}/[A-Za-z0-9]{20,28})
          | (?<telegram>\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33})
          | (?<jwt>\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,})
          | (?<twilio>\b(?:SK|AC)[0-9a-f]{32}\b)
        )",
    )
});

/// The shortest run without a space that can hold a token of [`SHAPES`].
const SHORTEST: usize = 30;

/// Finds keys and tokens wherever they stand: in a link or in code they open the same door.
pub(super) struct Token;

impl Detector for Token {
    fn prepare(&self) {
        LazyLock::force(&PREFIXES);
        LazyLock::force(&SHAPES);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let folded = text.folded();
        let Some(longest) =
            folded.split_ascii_whitespace().map(str::len).max().filter(|length| *length >= 20)
        else {
            return;
        };
        prefixed(text, findings);
        if longest >= SHORTEST {
            shaped(text, findings);
        }
    }
}

/// Finds the forms with a prefix.
fn prefixed(text: &Text<'_>, findings: &mut Vec<Finding>) {
    let Some(prefixes) = PREFIXES.as_ref() else { return };
    let folded = text.folded();
    for found in prefixes.find_iter(folded) {
        let form = &FORMS[found.pattern().as_usize()];
        let within = folded[..found.start()].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        if within {
            continue;
        }
        let tail = &folded[found.end()..];
        let length = tail
            .bytes()
            .take(1_000)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
            .count();
        let tail = tail[..length].trim_end_matches(['.', '-']);
        if tail.len() >= form.tail && is_random(tail) {
            let range = found.start()..found.end() + tail.len();
            findings.push(finding(text, form.kind, &range, 0.97, form.explanation));
        }
    }
}

/// Finds the forms without one.
fn shaped(text: &Text<'_>, findings: &mut Vec<Finding>) {
    for found in SHAPES.captures_iter(text.folded()) {
        let Some(whole) = found.get(0) else { continue };
        let (kind, explanation) = if found.name("discord").is_some() {
            (Kind::Token, "The form of a Discord token")
        } else if found.name("webhook").is_some() || found.name("slack").is_some() {
            (Kind::Token, "A webhook's address, with which anyone can post")
        } else if found.name("telegram").is_some() {
            (Kind::Token, "The form of a Telegram bot token")
        } else if found.name("jwt").is_some() {
            (Kind::Token, "The form of a signed login token (JWT)")
        } else {
            (Kind::ApiKey, "The form of a Twilio key")
        };
        if is_random(whole.as_str()) {
            findings.push(finding(text, kind, &whole.range(), 0.97, explanation));
        }
    }
}

/// Whether `value` was drawn by lot rather than typed: many different characters, no stand-in.
fn is_random(value: &str) -> bool {
    let words = value
        .split(['-', '_', '.'])
        .filter(|part| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    !is_placeholder(value) && entropy(value) > 2.8 && words.count() < 3
}
