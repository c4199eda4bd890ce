//! Order, invoice, ticket, customer and account numbers: known by the words before them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::value::{finding, in_sentence, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:order|invoice|booking|reservation|tracking|confirmation|receipt|purchase|rma|transaction
            |ticket|case|bestellung|bestellnummer|rechnung|rechnungsnummer|sendungsnummer|auftragsnummer|pedido
            |factura|commande|facture|encomenda|fatura)
        (?:\s+(?:number|no|num|nr|nummer|id|code|ref|reference|numero))?\.?
        (?P<mark>\s*(?:\bis\b|\bwas\b|\bist\b|\bes\b|[:=\#])*\s*\#?\s*)
        (?P<value>[A-Z0-9](?:[A-Z0-9]|[-/][A-Z0-9]){3,29})\b",
    )
});

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:account|acct|customer|client|member|membership|policy|subscriber|loyalty|contract|patient|employee
            |konto|kundennummer|kontonummer|kunden|mitgliedsnummer|vertragsnummer|cuenta|cliente|compte|client|conta
            |routing|passport|licence|license|driver'?s\ licen[sc]e)
        (?P<name>\s+(?:number|no|num|nr|nummer|id|code|ref|reference|numero))?\.?
        (?P<mark>\s*(?:\bis\b|\bwas\b|\bist\b|\bes\b|[:=\#])*\s*\#?\s*)
        (?P<value>[A-Z0-9](?:[A-Z0-9]|[-/][A-Z0-9]){4,29})\b",
    )
});

/// Finds order, invoice, booking, tracking and ticket numbers.
pub(super) struct OrderNumber;

/// Finds account, customer, membership and document numbers.
pub(super) struct AccountNumber;

impl Detector for OrderNumber {
    fn prepare(&self) {
        LazyLock::force(&ORDER);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let explanation = "A number that the words before it call an order, invoice or ticket";
        detect(text, &ORDER, 4, findings, |found| (Kind::OrderNumber, confidence(found), explanation));
    }
}

impl Detector for AccountNumber {
    fn prepare(&self) {
        LazyLock::force(&ACCOUNT);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let explanation = "A number that the words before it call an account, customer or document";
        detect(text, &ACCOUNT, 5, findings, |found| (Kind::AccountNumber, confidence(found), explanation));
    }
}

/// Reports what `pattern` finds in sentences with at least `digits` digits.
fn detect(
    text: &Text<'_>,
    pattern: &Regex,
    digits: usize,
    findings: &mut Vec<Finding>,
    judge: impl Fn(&Captures<'_>) -> (Kind, f32, &'static str),
) {
    if text.digits().is_empty() {
        return;
    }
    for found in pattern.captures_iter(text.folded()) {
        let Some(value) = found.name("value") else { continue };
        let (kind, confidence, explanation) = judge(&found);
        if confidence > 0.0 && is_reference(value.as_str(), digits) && in_sentence(text, value.start()) {
            findings.push(finding(text, kind, &value.range(), confidence, explanation));
        }
    }
}

/// The more the words say that a number follows, the surer; nothing said is not enough, since "order
/// 2000" is also an amount.
fn confidence(found: &Captures<'_>) -> f32 {
    let part = |name: &str| found.name(name).map_or("", |part| part.as_str()).trim();
    let whole = found.get(0).map_or("", |whole| whole.as_str()).to_ascii_lowercase();
    let named = ["number", "nummer", "numero", " no", " nr", " id", " ref", " code"]
        .iter()
        .any(|name| whole.contains(name));
    let lettered = part("value").bytes().any(|byte| byte.is_ascii_alphabetic());
    match (named, part("mark").contains(['#', ':', '=']), lettered) {
        (true, _, _) => 0.9,
        (false, true, _) => 0.85,
        (false, false, true) => 0.7,
        (false, false, false) if part("value").len() >= 6 => 0.65,
        _ => 0.0,
    }
}

/// Whether `value` reads like a reference: enough digits, no year, no date, no Discord id.
fn is_reference(value: &str, digits: usize) -> bool {
    let count = value.bytes().filter(u8::is_ascii_digit).count();
    let only_digits = count == value.len();
    let id = only_digits && (17..=20).contains(&count);
    let ordinal = value[..value.len() - 1].bytes().all(|byte| byte.is_ascii_digit())
        && value.ends_with(['k', 'K', 'm', 'M', 's']);
    let dated = count == 8 && value.split('-').map(str::len).eq([4, 2, 2]);
    let year = count == 4 && only_digits && (value.starts_with("19") || value.starts_with("20"));
    count >= digits && !id && !dated && !year && !ordinal && !is_placeholder(value)
}
