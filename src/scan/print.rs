//! Conclusions, for people and for programs.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Write};
use std::ops::Range;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Output, counted};
use crate::detect::{Category, Finding, Kind, Scan};
use crate::policy::{Decision, Reason, Response, Verdict};

/// Writes one conclusion after another.
pub(super) struct Printer<W> {
    output: Output,
    out: W,
    actions: BTreeMap<&'static str, u64>,
    messages: u64,
}

impl<W: Write> Printer<W> {
    pub(super) fn new(output: Output, out: W) -> Self {
        Self { output, out, actions: BTreeMap::new(), messages: 0 }
    }

    pub(super) fn print(
        &mut self,
        number: u64,
        id: Option<&RawValue>,
        scan: &Scan,
        verdict: &Verdict,
    ) -> io::Result<()> {
        match self.output {
            Output::Jsonl => self.line(id, scan, verdict),
            Output::Table => self.row(number, id, scan, verdict),
        }
    }

    fn line(&mut self, id: Option<&RawValue>, scan: &Scan, verdict: &Verdict) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, &Line::new(id, scan, verdict))?;
        self.out.write_all(b"\n")
    }

    fn row(&mut self, number: u64, id: Option<&RawValue>, scan: &Scan, verdict: &Verdict) -> io::Result<()> {
        if self.messages == 0 {
            writeln!(self.out, "{:>20}  heat  {:<10}  {:<20}  found", "message", "action", "rule")?;
        }
        self.messages += 1;
        let name = id.map_or_else(|| number.to_string(), |id| id.get().trim_matches('"').to_owned());
        let (action, rule) = match &verdict.decision {
            Some(decision) => (decision.response.as_str(), decision.rule.as_ref()),
            None => ("-", "-"),
        };
        if verdict.decision.is_some() {
            *self.actions.entry(action).or_default() += 1;
        }
        let found = Found(&scan.findings);
        writeln!(self.out, "{name:>20}  {:.2}  {action:<10}  {rule:<20}  {found}", scan.heat)
    }

    /// Writes the last line of a table.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        if self.output == Output::Table {
            let acted: u64 = self.actions.values().sum();
            let actions = self.actions.iter().map(|(action, count)| format!("{count} {action}, "));
            let actions: String = actions.collect();
            let messages = counted(self.messages, "message");
            writeln!(self.out, "{messages}: {actions}{} left alone", self.messages - acted)?;
        }
        self.out.flush()
    }
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
    #[serde(serialize_with = "places")]
    findings: &'a [Finding],
    verdict: Option<Judgment<'a>>,
    #[serde(serialize_with = "texts")]
    reasons: &'a [Reason],
}

impl<'a> Line<'a> {
    fn new(id: Option<&'a RawValue>, scan: &'a Scan, verdict: &'a Verdict) -> Self {
        let judgment = verdict.decision.as_ref().map(Judgment::of);
        Self { id, heat: scan.heat, findings: &scan.findings, verdict: judgment, reasons: &verdict.reasons }
    }
}

#[derive(Serialize)]
struct Judgment<'a> {
    rule: &'a str,
    category: Category,
    action: Response,
}

impl<'a> Judgment<'a> {
    fn of(decision: &'a Decision) -> Self {
        Self { rule: &decision.rule, category: decision.category, action: decision.response }
    }
}

/// A finding's kind and place; `start` and `end` are bytes of the content.
#[derive(Serialize)]
struct Place {
    kind: Kind,
    category: Category,
    start: usize,
    end: usize,
    confidence: f32,
}

fn places<S: Serializer>(findings: &[Finding], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(findings.iter().map(|finding| Place {
        kind: finding.kind,
        category: finding.category,
        start: finding.span.start,
        end: finding.span.end,
        confidence: finding.confidence,
    }))
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
