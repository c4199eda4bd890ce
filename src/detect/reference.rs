//! Order, invoice, ticket, customer and account numbers: known by the words before them.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::number::check::weighted;
use super::value::{finding, in_sentence, is_placeholder, regex};
use super::{Detector, Finding, Kind};
use crate::text::Text;

static ORDER: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:order|invoice|booking|reservation|tracking|parcel|shipment|confirmation|receipt|purchase|rma|transaction
            |ticket|case|reference|bestell(?:ung|nummer|nr)|rechnungs?(?:nummer|nr)?|sendungs(?:nummer|nr)
            |auftrags(?:nummer|nr)|buchungs(?:nummer|nr|code)|vorgangs(?:nummer|nr)|pedido|factura|reserva|commande|facture
            |encomenda|fatura|ordine|fattura|spedizione|bestelling|bestelnummer|factuur(?:nummer)?|zamowieni[ea])
        (?:[\ -]+(?:number|no|num|nr|nummer|id|code|ref|reference|numero|n))?\.?
        (?P<mark>\s*(?:\bis\b|\bwas\b|\bist\b|\blautet\b|\bes\b|\best\b|[:=\#])*\s*\#?\s*)
        (?P<value>[A-Z0-9](?:[A-Z0-9]|[-/][A-Z0-9]){3,29})\b",
    )
});

static ACCOUNT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:account|acct|acc|customer|client|member|membership|policy|subscriber|subscription|loyalty|contract|patient
            |employee|student|konto|kundennummer|kundennr|kontonummer|kontonr|kunden|mitgliedsnummer|vertragsnummer
            |versicherungsnummer|matrikelnummer|cuenta|cliente|socio|compte|client|conta|contrato|conto|klantnummer
            |rekeningnummer|lidnummer)
        (?P<name>[\ -]+(?:number|no|num|nr|nummer|id|code|ref|reference|numero|n))?\.?
        (?P<mark>\s*(?:\bis\b|\bwas\b|\bist\b|\blautet\b|\bes\b|\best\b|[:=\#])*\s*\#?\s*)
        (?P<value>[A-Z0-9](?:[A-Z0-9]|[-/][A-Z0-9]){4,29})\b",
    )
});

static BANK: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?ix)\b(?:
            (?:routing|aba|rtn)(?:\s+(?:transit\s+)?(?:number|no|num|code))?\.?\s*(?:\bis\b|[:=\#])*\s*
                (?P<routing>[0-9]{4}-?[0-9]{4}-?[0-9])
          | (?:sort[\ -]?code|bsb|blz|bankleitzahl)(?:\s+(?:number|no))?\.?\s*(?:\bis\b|\bist\b|[:=\#])*\s*
                (?P<branch>[0-9]{2}[-\ ]?[0-9]{2}[-\ ]?[0-9]{2}|[0-9]{3}[-\ ][0-9]{3}(?:[\ ]?[0-9]{2})?|[0-9]{8})
        )\b",
    )
});

/// The fewest digits of a bank's or branch's code.
const SHORTEST_BANK_CODE: usize = 6;

/// Finds order, invoice, booking, tracking and ticket numbers.
pub(super) struct OrderNumber;

/// Finds account, customer and membership numbers, and the numbers of banks that go with them.
pub(super) struct AccountNumber;

impl Detector for OrderNumber {
    fn prepare(&self) {
        LazyLock::force(&ORDER);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let explanation = "A number that the words before it call an order, invoice or ticket.";
        detect(text, &ORDER, 4, findings, |found| (Kind::OrderNumber, confidence(found), explanation));
    }
}

impl Detector for AccountNumber {
    fn prepare(&self) {
        LazyLock::force(&ACCOUNT);
        LazyLock::force(&BANK);
    }

    fn detect(&self, text: &Text<'_>, findings: &mut Vec<Finding>) {
        let explanation = "A number that the words before it call an account, customer or member.";
        detect(text, &ACCOUNT, 5, findings, |found| (Kind::AccountNumber, confidence(found), explanation));
        bank(text, findings);
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

/// Reports bank and branch codes after the words that name them.
fn bank(text: &Text<'_>, findings: &mut Vec<Finding>) {
    if text.digits().iter().map(|run| run.end - run.start).sum::<usize>() < SHORTEST_BANK_CODE {
        return;
    }
    for found in BANK.captures_iter(text.folded()) {
        let routing = found.name("routing").filter(|code| is_routing(code.as_str().as_bytes()));
        let Some(code) = routing.or(found.name("branch")) else { continue };
        if in_sentence(text, code.start()) {
            let explanation = "A bank's number, by the words before it: an account's is rarely far.";
            findings.push(finding(text, Kind::AccountNumber, &code.range(), 0.85, explanation));
        }
    }
}

/// The check of US routing numbers: weights 3, 7 and 1 (American Bankers Association).
fn is_routing(code: &[u8]) -> bool {
    weighted(code, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
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
