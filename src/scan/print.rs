//! Conclusions, for people and for programs.

use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Explain, Output};
use crate::detect::{Category, Finding, Kind, Scan};
use crate::policy::{Decision, Reason, Response, Verdict};

/// What is concluded about one message.
pub(super) struct Conclusion<'a> {
    /// Which one of its input it is, from 1.
    pub(super) number: u64,
    /// As it was given.
    pub(super) id: Option<&'a RawValue>,
    pub(super) scan: &'a Scan,
    pub(super) verdict: &'a Verdict,
}

impl Conclusion<'_> {
    /// What people call the message.
    pub(super) fn name(&self) -> String {
        self.id.map_or_else(|| self.number.to_string(), |id| id.get().trim_matches('"').to_owned())
    }
}

/// Writes one conclusion after another.
#[derive(Clone, Copy)]
pub(super) struct Printer {
    pub(super) output: Output,
    pub(super) explain: Explain,
}

impl Printer {
    /// Writes what stands above all conclusions.
    pub(super) fn head(self, out: &mut impl Write) -> io::Result<()> {
        match self.output {
            Output::Jsonl => Ok(()),
            Output::Table => {
                writeln!(out, "{:>20}  heat  {:<10}  {:<20}  found", "message", "action", "rule")
            }
        }
    }

    pub(super) fn print(self, out: &mut impl Write, conclusion: &Conclusion<'_>) -> io::Result<()> {
        match self.output {
            Output::Jsonl => {
                serde_json::to_writer(&mut *out, &Line::new(conclusion, self.explain))?;
                out.write_all(b"\n")
            }
            Output::Table => {
                row(out, conclusion)?;
                if self.explain.wants(conclusion.verdict) { explanation(out, conclusion) } else { Ok(()) }
            }
        }
    }
}

fn row(out: &mut impl Write, conclusion: &Conclusion<'_>) -> io::Result<()> {
    let Conclusion { scan, verdict, .. } = conclusion;
    let (action, rule) = match &verdict.decision {
        Some(decision) => (decision.asked().as_str(), decision.rule.as_ref()),
        None => ("-", "-"),
    };
    let (name, found) = (conclusion.name(), Found(&scan.findings));
    writeln!(out, "{name:>20}  {:.2}  {action:<10}  {rule:<20}  {found}", scan.heat)
}

/// Why, below the row: each rule's reason, then what makes each finding one.
fn explanation(out: &mut impl Write, conclusion: &Conclusion<'_>) -> io::Result<()> {
    for reason in &conclusion.verdict.reasons {
        writeln!(out, "{:>22}{reason}", "")?;
    }
    for finding in &conclusion.scan.findings {
        let (kind, Range { start, end }) = (finding.kind.as_str(), &finding.span);
        writeln!(out, "{:>22}{kind} {start}..{end}: {}", "", finding.explanation)?;
    }
    Ok(())
}

/// Findings by kind and place, never by words.
struct Found<'a>(&'a [Finding]);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("-");
        }
        for (at, finding) in self.0.iter().enumerate() {
            let joint = if at == 0 { "" } else { ", " };
            let Range { start, end } = finding.span;
            write!(f, "{joint}{} {start}..{end} ({:.2})", finding.kind.as_str(), finding.confidence)?;
        }
        Ok(())
    }
}

/// A conclusion as a JSON line.
#[derive(Serialize)]
struct Line<'a> {
    id: Option<&'a RawValue>,
    heat: f32,
    findings: Places<'a>,
    verdict: Option<Judgment<'a>>,
    #[serde(serialize_with = "texts")]
    reasons: &'a [Reason],
}

impl<'a> Line<'a> {
    fn new(conclusion: &Conclusion<'a>, explain: Explain) -> Self {
        let Conclusion { id, scan, verdict, .. } = *conclusion;
        let findings = Places { findings: &scan.findings, explained: explain != Explain::Nothing };
        let judgment = verdict.decision.as_ref().map(Judgment::of);
        Self { id, heat: scan.heat, findings, verdict: judgment, reasons: &verdict.reasons }
    }
}

#[derive(Serialize)]
struct Judgment<'a> {
    rule: &'a str,
    category: Category,
    action: Response,
    /// What the mode or quiet hours keep the bot from.
    #[serde(skip_serializing_if = "Option::is_none")]
    would: Option<Response>,
}

impl<'a> Judgment<'a> {
    fn of(decision: &'a Decision) -> Self {
        let Decision { rule, category, response, would, .. } = decision;
        Self { rule, category: *category, action: *response, would: *would }
    }
}

/// A finding's kind and place; `start` and `end` are bytes of the content.
#[derive(Serialize)]
struct Place<'a> {
    kind: Kind,
    category: Category,
    start: usize,
    end: usize,
    confidence: f32,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<&'a str>,
}

struct Places<'a> {
    findings: &'a [Finding],
    explained: bool,
}

impl Serialize for Places<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().map(|finding| Place {
            kind: finding.kind,
            category: finding.category,
            start: finding.span.start,
            end: finding.span.end,
            confidence: finding.confidence,
            explanation: self.explained.then_some(finding.explanation.as_ref()),
        }))
    }
}

fn texts<S: Serializer>(reasons: &[Reason], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(reasons.iter().map(Text))
}

struct Text<'a>(&'a Reason);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self.0)
    }
}
