//! Findings and circumstances become a verdict, with a reason for every rule that did not apply.
//!
//! Pure and total: time and everything remembered arrive as [`Circumstances`].

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::detect::{Category, Finding, Kind, Scan};
use crate::message::{ChannelId, Message, Origin, RoleId};

/// What a rule wants done; `action` in configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Response {
    /// Acknowledge in public, open a private thread.
    TakeAside,
    /// Remove the message, then take aside.
    Shield,
    /// Offer a private thread with a button.
    Suggest,
    /// Answer in public.
    Answer,
    /// Tell moderators only.
    Alert,
    /// Record only.
    Observe,
}

impl Response {
    /// The name used in configuration and output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TakeAside => "take_aside",
            Self::Shield => "shield",
            Self::Suggest => "suggest",
            Self::Answer => "answer",
            Self::Alert => "alert",
            Self::Observe => "observe",
        }
    }
}

/// When a rule applies: every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// Heat at or above this, 0 to 1.
    pub heat: Option<f32>,
    /// Any finding of one of these kinds, at or above `confidence`.
    pub kinds: Option<Vec<Kind>>,
    /// The least confidence a finding of `kinds` needs, 0 to 1.
    pub confidence: f32,
    /// Whether the rule has words of its own; findings carry its name.
    pub words: bool,
    /// Whether the rule has a pattern of its own; findings carry its name.
    pub pattern: bool,
}

/// A named, validated thing to look for and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name, unique in a guild.
    pub name: Arc<str>,
    /// What it is about.
    pub category: Category,
    /// When it applies.
    pub when: When,
    /// What to do.
    pub response: Response,
    /// The least time between two acknowledgments it causes to one member, or in one conversation.
    pub cooldown: Duration,
    /// Only in these channels; `None` is everywhere that is watched, an empty list nowhere.
    pub channels: Option<Vec<ChannelId>>,
    /// Only for members with one of these roles; `None` is everyone, an empty list no one.
    pub roles: Option<Vec<RoleId>>,
    /// The template that words the acknowledgment, in place of the default.
    pub template: Option<Arc<str>>,
}

/// What is remembered of the message's surroundings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// By category: when this member was last acknowledged in this conversation.
    pub member_acknowledged: HashMap<Category, Timestamp>,
    /// By category: when anyone was last acknowledged in this conversation.
    pub conversation_acknowledged: HashMap<Category, Timestamp>,
}

/// What to do about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The rule that applies.
    pub rule: Arc<str>,
    /// What it is about.
    pub category: Category,
    /// What to do.
    pub response: Response,
    /// The rule's own template for the acknowledgment.
    pub template: Option<Arc<str>>,
    /// Kinds found that made the rule apply, without repeats.
    pub kinds: Vec<Kind>,
    /// Whether the public acknowledgment is left out: the conversation just had one of this category,
    /// or, of a shield, the member did.
    pub quiet: bool,
}

/// Why a rule applied or did not.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// It is the decision.
    Applies,
    /// It would apply, but a rule that does more, or stands earlier, does.
    Outranked(Arc<str>),
    /// The message is less hot than the rule asks for.
    BelowHeat {
        /// The message's heat.
        heat: f32,
        /// The rule's threshold.
        threshold: f32,
    },
    /// Nothing the rule looks for was found.
    NothingFound,
    /// Something was found, but less surely than the rule asks for.
    BelowConfidence {
        /// The surest finding's confidence.
        confidence: f32,
        /// The rule's threshold.
        threshold: f32,
    },
    /// The rule does not cover this channel.
    OtherChannel,
    /// The rule does not cover this member's roles.
    OtherRoles,
    /// Bots and webhooks are not acted on.
    NotAMember,
    /// Moderators and exempt roles are acted on by `shield` rules only.
    Exempt,
    /// The member was acknowledged by this rule's kind of case too recently.
    CoolingDown {
        /// When the rule can apply again.
        until: Timestamp,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Applies => f.write_str("applies"),
            Self::Outranked(by) => write!(f, "outranked by {by}"),
            Self::BelowHeat { heat, threshold } => {
                write!(f, "heat {heat:.2} is below {threshold:.2}")
            }
            Self::NothingFound => f.write_str("nothing it looks for was found"),
            Self::BelowConfidence { confidence, threshold } => {
                write!(f, "confidence {confidence:.2} is below {threshold:.2}")
            }
            Self::OtherChannel => f.write_str("does not cover this channel"),
            Self::OtherRoles => f.write_str("does not cover this member's roles"),
            Self::NotAMember => f.write_str("bots and webhooks are not acted on"),
            Self::Exempt => f.write_str("moderators and exempt roles are only shielded"),
            Self::CoolingDown { until } => write!(f, "cooling down until {until:.0}"),
        }
    }
}

/// One rule's part of a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The rule.
    pub rule: Arc<str>,
    /// Why it applied or did not.
    pub why: Why,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.rule, self.why)
    }
}

/// What the policy concludes about one message.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What to do, if anything.
    pub decision: Option<Decision>,
    /// For each rule in order, why it applied or did not.
    pub reasons: Vec<Reason>,
}

/// The rules in force and who is exempt from them.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    rules: Vec<Rule>,
    exempt_roles: Vec<RoleId>,
}

impl Policy {
    /// `rules` in the order they are looked at; members with one of `exempt_roles` are only shielded.
    #[must_use]
    pub fn new(rules: Vec<Rule>, exempt_roles: Vec<RoleId>) -> Self {
        Self { rules, exempt_roles }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether what was found meets any rule, whoever wrote it where: the cheap question asked of every message.
    #[must_use]
    pub fn concerns(&self, scan: &Scan) -> bool {
        self.rules.iter().any(|rule| conditions(rule, scan).is_ok())
    }

    /// Decides about `message`. The rule that does most wins (shield, then the order of
    /// configuration); every other rule says why it did not.
    #[must_use]
    pub fn decide(&self, message: &Message, scan: &Scan, circumstances: &Circumstances) -> Verdict {
        let looked: Vec<Result<Decision, Why>> = self
            .rules
            .iter()
            .map(|rule| {
                let kinds = self.look(rule, message, scan)?;
                restrain(rule, message, circumstances)?;
                Ok(decision(rule, kinds, message, circumstances))
            })
            .collect();
        let winner = winner(&looked);
        let winning_rule = winner.map(|at| Arc::clone(&self.rules[at].name));
        let reasons = self.rules.iter().zip(&looked).enumerate().map(|(at, (rule, outcome))| {
            let why = match (outcome, &winning_rule) {
                (Err(why), _) => why.clone(),
                (Ok(_), Some(by)) if winner != Some(at) => Why::Outranked(Arc::clone(by)),
                (Ok(_), _) => Why::Applies,
            };
            Reason { rule: Arc::clone(&rule.name), why }
        });
        let reasons = reasons.collect();
        let decision = winner.and_then(|at| looked.into_iter().nth(at)).and_then(Result::ok);
        Verdict { decision, reasons }
    }

    /// The kinds that make `rule` apply to what was found, or why it does not.
    fn look(&self, rule: &Rule, message: &Message, scan: &Scan) -> Result<Vec<Kind>, Why> {
        self.covers(rule, message)?;
        conditions(rule, scan)
    }

    fn covers(&self, rule: &Rule, message: &Message) -> Result<(), Why> {
        let author = &message.author;
        if author.origin != Origin::Member {
            return Err(Why::NotAMember);
        }
        let holds = |roles: &[RoleId]| author.roles.iter().any(|role| roles.contains(role));
        let exempt = author.moderator || holds(&self.exempt_roles);
        if exempt && rule.response != Response::Shield {
            return Err(Why::Exempt);
        }
        let here = |channels: &Vec<ChannelId>| {
            channels.contains(&message.channel) || channels.contains(&message.home)
        };
        if !rule.channels.as_ref().is_none_or(here) {
            return Err(Why::OtherChannel);
        }
        if !rule.roles.as_deref().is_none_or(holds) {
            return Err(Why::OtherRoles);
        }
        Ok(())
    }
}

fn conditions(rule: &Rule, scan: &Scan) -> Result<Vec<Kind>, Why> {
    let mut kinds = Vec::new();
    if let Some(threshold) = rule.when.heat {
        if scan.heat < threshold {
            return Err(Why::BelowHeat { heat: scan.heat, threshold });
        }
        let hot = |finding: &&Finding| finding.category == Category::BoilingPoint;
        kinds.extend(scan.findings.iter().filter(hot).map(|finding| finding.kind));
    }
    if let Some(wanted) = &rule.when.kinds {
        kinds.extend(surest(wanted, rule.when.confidence, scan)?);
    }
    for (asked, kind) in [(rule.when.words, Kind::Words), (rule.when.pattern, Kind::Pattern)] {
        if asked {
            let own = |finding: &&Finding| finding.kind == kind && finding.rule.as_ref() == Some(&rule.name);
            scan.findings.iter().find(own).ok_or(Why::NothingFound)?;
            kinds.push(kind);
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    Ok(kinds)
}

fn surest(wanted: &[Kind], threshold: f32, scan: &Scan) -> Result<Vec<Kind>, Why> {
    let found: Vec<&Finding> =
        scan.findings.iter().filter(|finding| wanted.contains(&finding.kind)).collect();
    let confidence = found.iter().map(|finding| finding.confidence).fold(0.0, f32::max);
    let sure: Vec<Kind> =
        found.iter().filter(|finding| finding.confidence >= threshold).map(|finding| finding.kind).collect();
    match (found.is_empty(), sure.is_empty()) {
        (true, _) => Err(Why::NothingFound),
        (false, true) => Err(Why::BelowConfidence { confidence, threshold }),
        (false, false) => Ok(sure),
    }
}

/// A secret is a secret however recently its author was spoken to, so shields never cool down.
fn restrain(rule: &Rule, message: &Message, circumstances: &Circumstances) -> Result<(), Why> {
    match cooling(&circumstances.member_acknowledged, rule, message) {
        Some(until) if rule.response != Response::Shield => Err(Why::CoolingDown { until }),
        _ => Ok(()),
    }
}

fn cooling(last: &HashMap<Category, Timestamp>, rule: &Rule, message: &Message) -> Option<Timestamp> {
    let cooldown = SignedDuration::try_from(rule.cooldown).unwrap_or(SignedDuration::MAX);
    let until = last.get(&rule.category)?.checked_add(cooldown).unwrap_or(Timestamp::MAX);
    (message.sent < until).then_some(until)
}

fn decision(rule: &Rule, kinds: Vec<Kind>, message: &Message, circumstances: &Circumstances) -> Decision {
    let last = match rule.response {
        Response::Shield => &circumstances.member_acknowledged,
        _ => &circumstances.conversation_acknowledged,
    };
    Decision {
        rule: Arc::clone(&rule.name),
        category: rule.category,
        response: rule.response,
        template: rule.template.clone(),
        kinds,
        quiet: cooling(last, rule, message).is_some(),
    }
}

fn winner(looked: &[Result<Decision, Why>]) -> Option<usize> {
    let rank = |decision: &Decision| match decision.response {
        Response::Shield => 0,
        Response::TakeAside | Response::Suggest | Response::Answer => 1,
        Response::Alert => 2,
        Response::Observe => 3,
    };
    let applying = looked.iter().enumerate().filter_map(|(at, outcome)| Some((at, outcome.as_ref().ok()?)));
    applying.min_by_key(|(at, decision)| (rank(decision), *at)).map(|(at, _)| at)
}
