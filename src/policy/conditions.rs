//! Whether what a rule asks for is there.

use super::conversation::{Exchange, Setting};
use super::reason::{Because, Why};
use super::rule::Rule;
use crate::detect::{Category, Finding, Kind, Scan};

/// The same as [`conditions`], without the reasons: asked of every message.
pub(super) fn meets(rule: &Rule, scan: &Scan, setting: &Setting) -> bool {
    let when = &rule.when;
    let hot = when.heat.is_none_or(|threshold| scan.heat >= threshold || warmed(setting) >= threshold);
    let long = when.exchanges.is_none_or(|threshold| turns(setting) >= threshold);
    let own = (when.words || when.pattern) && scan.findings.is_empty();
    hot && long && !own && conditions(rule, scan, setting).is_ok()
}

/// What makes `rule` apply to what was found in such a setting, or why it does not.
pub(super) fn conditions(rule: &Rule, scan: &Scan, setting: &Setting) -> Result<Because, Why> {
    let mut because = Because::default();
    if let Some(threshold) = rule.when.heat {
        because.heat = Some((scan.heat, threshold));
        because.temperature = heated(scan, setting, threshold)?;
        let hot = |finding: &&Finding| finding.category == Category::BoilingPoint;
        because.kinds.extend(scan.findings.iter().filter(hot).map(|found| (found.kind, found.confidence)));
    }
    if let Some(threshold) = rule.when.exchanges {
        let turns = turns(setting);
        if turns < threshold {
            return Err(Why::TooFewExchanges { turns, threshold });
        }
        because.turns = Some(turns);
    }
    if let Some(wanted) = &rule.when.kinds {
        match (&setting.exchange, rule.when.exchanges) {
            (Some(exchange), Some(_)) => said(wanted, exchange)?,
            _ => because.kinds.extend(surest(wanted, rule.when.confidence, scan)?),
        }
    }
    for (asked, kind) in [(rule.when.words, Kind::Words), (rule.when.pattern, Kind::Pattern)] {
        if asked {
            let own = |finding: &&Finding| finding.kind == kind && finding.rule.as_ref() == Some(&rule.name);
            let found = scan.findings.iter().find(own).ok_or(Why::NothingFound)?;
            because.kinds.push((kind, found.confidence));
        }
    }
    because.kinds.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.total_cmp(&one.1)));
    because.kinds.dedup_by_key(|found| found.0);
    Ok(because)
}

/// The temperature that makes up for what the message lacks in heat; none when it lacks nothing.
fn heated(scan: &Scan, setting: &Setting, threshold: f32) -> Result<Option<f32>, Why> {
    let temperature = setting.simmers.then(|| warmed(setting));
    match temperature {
        _ if scan.heat >= threshold => Ok(None),
        Some(temperature) if temperature >= threshold => Ok(Some(temperature)),
        temperature => Err(Why::BelowHeat { heat: scan.heat, temperature, threshold }),
    }
}

/// How warm it is around a message that simmers; a calm one is nobody's boiling point.
fn warmed(setting: &Setting) -> f32 {
    if setting.simmers { setting.temperature.max(setting.pair_temperature) } else { 0.0 }
}

fn turns(setting: &Setting) -> u32 {
    setting.exchange.as_ref().map_or(0, |exchange| exchange.turns)
}

fn said(wanted: &[Kind], exchange: &Exchange) -> Result<(), Why> {
    if wanted.iter().any(|kind| exchange.has(*kind)) { Ok(()) } else { Err(Why::NothingFound) }
}

fn surest(wanted: &[Kind], threshold: f32, scan: &Scan) -> Result<Vec<(Kind, f32)>, Why> {
    let found: Vec<(Kind, f32)> = scan
        .findings
        .iter()
        .filter(|finding| wanted.contains(&finding.kind))
        .map(|finding| (finding.kind, finding.confidence))
        .collect();
    let confidence = found.iter().map(|found| found.1).fold(0.0, f32::max);
    let sure: Vec<(Kind, f32)> = found.iter().copied().filter(|found| found.1 >= threshold).collect();
    match (found.is_empty(), sure.is_empty()) {
        (true, _) => Err(Why::NothingFound),
        (false, true) => Err(Why::BelowConfidence { confidence, threshold }),
        (false, false) => Ok(sure),
    }
}
