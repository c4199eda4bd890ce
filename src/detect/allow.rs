//! What is no one's secret: a company's own addresses and numbers, which everyone may post.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use super::iban::Iban;
use super::number::check::luhn;
use super::{Detector as _, Finding, Kind};
use crate::text::Text;

/// Values whose findings are dropped. Secrets (passwords, keys, tokens, wallets) never are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    values: BTreeSet<Value>,
}

/// One allowed value, without the ways to write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Value {
    /// An email address in lower case.
    Address(String),
    /// Every email address at this domain, in lower case; not those of its subdomains.
    Domain(String),
    /// The digits of a telephone number, without `+` or `00`.
    Phone(String),
    /// The digits of a card.
    Card(String),
    /// An IBAN in capitals.
    Iban(String),
    /// An IP address.
    Ip(IpAddr),
}

/// An entry that has the shape of nothing that can be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowError {
    /// Which entry, from 0.
    pub index: usize,
}

impl fmt::Display for AllowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {} is nothing that can be allowed", self.index + 1)
    }
}

impl std::error::Error for AllowError {}

impl Allow {
    /// The values that `entries` name.
    ///
    /// # Errors
    ///
    /// When an entry is no email address, domain, telephone number, IP address, IBAN or card number.
    pub fn new(entries: &[impl AsRef<str>]) -> Result<Self, AllowError> {
        let values = entries.iter().enumerate().map(|(index, entry)| {
            let entry = Text::new(entry.as_ref()).folded().trim().to_owned();
            read(&entry).ok_or(AllowError { index })
        });
        let values = values.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { values: values.into_iter().flatten().collect() })
    }

    /// Drops what is allowed of `findings` in `content`.
    pub(super) fn apply(&self, content: &str, findings: &mut Vec<Finding>) {
        if !self.values.is_empty() {
            findings.retain(|finding| !self.covers(content, finding));
        }
    }

    /// What a rule's own words or pattern found is that rule's to say.
    fn covers(&self, content: &str, finding: &Finding) -> bool {
        let written = content.get(finding.span.clone()).filter(|_| finding.rule.is_none());
        written.is_some_and(|written| {
            let written = Text::new(written);
            forms(finding.kind, written.folded()).iter().any(|value| self.values.contains(value))
        })
    }
}

/// The values, one or two ways to write the same, that `entry` stands for.
fn read(entry: &str) -> Option<Vec<Value>> {
    if let Ok(address) = entry.parse() {
        return Some(vec![Value::Ip(address)]);
    }
    if let Some((name, domain)) = entry.rsplit_once('@') {
        let domain = domain_of(domain)?;
        return match name {
            "" => Some(vec![Value::Domain(domain)]),
            _ if is_name(name) => Some(vec![Value::Address(format!("{name}@{domain}").to_ascii_lowercase())]),
            _ => None,
        };
    }
    if is_iban(entry) {
        return Some(vec![Value::Iban(compact(entry))]);
    }
    number(entry).or_else(|| domain_of(entry).map(|domain| vec![Value::Domain(domain)]))
}

/// The values that let a finding of `kind` pass which reads `written`.
fn forms(kind: Kind, written: &str) -> Vec<Value> {
    match kind {
        Kind::Email => {
            let address = plain_address(written);
            let domain = address.rsplit_once('@').map(|(_, domain)| Value::Domain(domain.to_owned()));
            domain.into_iter().chain([Value::Address(address)]).collect()
        }
        // Words nearby can make the same digits a customer's number.
        Kind::Phone | Kind::AccountNumber | Kind::OrderNumber => vec![Value::Phone(dialed(written))],
        Kind::Card => vec![Value::Card(digits(written))],
        Kind::Iban => vec![Value::Iban(compact(written))],
        Kind::IpAddress => written.parse().map(Value::Ip).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// `Name [at] host (dot) tld` as `name@host.tld`.
fn plain_address(written: &str) -> String {
    let mut address = String::with_capacity(written.len());
    let marks = |c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | '{' | '}' | '<' | '>');
    for part in written.split(marks).filter(|part| !part.is_empty()) {
        match part.to_ascii_lowercase().as_str() {
            "at" => address.push('@'),
            "dot" => address.push('.'),
            part => address.push_str(part),
        }
    }
    address
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(&byte))
}

/// `written` in lower case if it is the name of a domain.
fn domain_of(written: &str) -> Option<String> {
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')
    };
    let (_, ending) = written.rsplit_once('.')?;
    let real = ending.len() >= 2 && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
    (real && written.split('.').all(label)).then(|| written.to_ascii_lowercase())
}

fn is_iban(written: &str) -> bool {
    let mut findings = Vec::new();
    Iban.detect(&Text::new(written), &mut findings);
    findings.first().is_some_and(|found| found.span == (0..written.len()))
}

/// A card number by its check digit, else a telephone number by its length.
fn number(written: &str) -> Option<Vec<Value>> {
    let separator = |c: char| matches!(c, ' ' | '-' | '.' | '(' | ')' | '/');
    let rest = written.strip_prefix('+').unwrap_or(written);
    if !rest.chars().all(|c| c.is_ascii_digit() || separator(c)) {
        return None;
    }
    let all = digits(written);
    if written.starts_with(|c: char| c.is_ascii_digit())
        && (13..=19).contains(&all.len())
        && luhn(all.as_bytes())
    {
        return Some(vec![Value::Card(all)]);
    }
    (7..=15).contains(&dialed(written).len()).then(|| phone(written))
}

/// A telephone number as it is dialed from abroad and, where it begins with a country code, at home.
fn phone(written: &str) -> Vec<Value> {
    let dialed = dialed(written);
    let abroad = written.starts_with('+') || written.starts_with("00");
    let parsed = abroad.then(|| phonenumber::parse(None, format!("+{dialed}")).ok()).flatten();
    let home = parsed.map(|number| number.national().to_string());
    let home = home.into_iter().flat_map(|home| [format!("0{home}"), home]);
    [dialed].into_iter().chain(home).map(Value::Phone).collect()
}

/// The digits of a telephone number without `+` or `00` before the country code.
fn dialed(written: &str) -> String {
    let digits = digits(written);
    digits.strip_prefix("00").map_or_else(|| digits.clone(), str::to_owned)
}

fn digits(written: &str) -> String {
    written.chars().filter(char::is_ascii_digit).collect()
}

/// The letters and digits of `written`, in capitals.
fn compact(written: &str) -> String {
    written.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}
