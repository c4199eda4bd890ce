//! Where findings of private values overlap, the surest stays.

use std::cmp::Ordering;

use super::{Finding, Kind};

/// Orders `findings` by span and keeps, of private values that overlap, the surest; between equals
/// the more specific. What a rule's own words or pattern found always stays, and so do findings
/// about what is said.
pub(super) fn settle(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end, finding.kind));
    findings.dedup_by(|a, b| a.kind == b.kind && a.span == b.span && a.rule == b.rule);
    let mut settled: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut others = Vec::new();
    for finding in findings {
        if finding.rule.is_some() || !finding.kind.is_value() {
            others.push(finding);
        } else {
            contend(&mut settled, finding);
        }
    }
    settled.append(&mut others);
    settled.sort_by_key(|finding| (finding.span.start, finding.span.end, finding.kind));
    settled
}

/// Adds `finding` to `settled` unless a surer one is in its place; removes less sure ones.
fn contend(settled: &mut Vec<Finding>, finding: Finding) {
    while let Some(last) = settled.last().filter(|last| last.span.end > finding.span.start) {
        if compare(last, &finding) != Ordering::Less {
            return;
        }
        settled.pop();
    }
    settled.push(finding);
}

/// Which of two findings is surer; equals by kind, then by length.
fn compare(a: &Finding, b: &Finding) -> Ordering {
    a.confidence
        .total_cmp(&b.confidence)
        .then_with(|| specificity(a.kind).cmp(&specificity(b.kind)))
        .then_with(|| a.span.len().cmp(&b.span.len()))
}

/// How much a kind says: check digits and fixed forms before words nearby.
const fn specificity(kind: Kind) -> u8 {
    match kind {
        Kind::PrivateKey => 7,
        Kind::Card | Kind::Iban | Kind::UrlCredentials => 6,
        Kind::NationalId | Kind::Token => 5,
        Kind::Email | Kind::ApiKey | Kind::CryptoWallet => 4,
        Kind::Password | Kind::DateOfBirth => 3,
        Kind::Phone | Kind::PostalAddress | Kind::IpAddress => 2,
        _ => 1,
    }
}
