//! Findings and circumstances become a verdict, with a reason for every rule that did not apply.
//!
//! Pure and total: time and everything remembered are parameters. What is remembered for minutes only, the
//! conversations and raids, lives in [`conversation`] and [`raid`]; what must outlive the process arrives from the
//! store as [`Circumstances`]. [`history`] puts both together where there is no store.

pub mod conversation;
pub mod history;
pub mod hours;
pub mod raid;
mod reason;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use self::conversation::{Exchange, Heated, Setting};
use self::hours::QuietHours;
pub use self::reason::{Because, Held, Reason, Why};
use crate::detect::{Category, Finding, Kind, Scan};
use crate::message::{ChannelId, GuildId, Message, Origin, RoleId, UserId};

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

    /// What it is in plain words, for moderators: "would have …".
    #[must_use]
    pub const fn deed(self) -> &'static str {
        match self {
            Self::TakeAside => "taken the member aside",
            Self::Shield => "removed the message and taken the member aside",
            Self::Suggest => "offered a private thread",
            Self::Answer => "answered in public",
            Self::Alert => "told you",
            Self::Observe => "recorded it",
        }
    }
}

/// How far the bot goes in a server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Only moderators are told what would have happened.
    Observe,
    /// A private thread is offered with a button; nothing is removed.
    Suggest,
    /// Rules do what they say.
    #[default]
    Act,
}

impl Mode {
    /// The name used in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Suggest => "suggest",
            Self::Act => "act",
        }
    }
}

/// How the bot behaves in a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manner {
    /// How far it goes.
    pub mode: Mode,
    /// When it leaves all but secrets to people.
    pub quiet_hours: Option<QuietHours>,
}

/// When a rule applies: every condition that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct When {
    /// Heat at or above this, 0 to 1, of the message or, when it simmers, of its conversation.
    pub heat: Option<f32>,
    /// Any finding of one of these kinds, at or above `confidence`.
    pub kinds: Option<Vec<Kind>>,
    /// The least confidence a finding of `kinds` needs, 0 to 1.
    pub confidence: f32,
    /// Two have gone back and forth so often; `kinds` are then looked for in all they said.
    pub exchanges: Option<u32>,
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
    /// What an [`Response::Answer`] says.
    pub answer: Option<Arc<str>>,
}

/// What is remembered of the message's surroundings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circumstances {
    /// By category: when this member was last acknowledged in this conversation.
    pub member_acknowledged: HashMap<Category, Timestamp>,
    /// By category: when anyone was last acknowledged in this conversation.
    pub conversation_acknowledged: HashMap<Category, Timestamp>,
    /// By rule: when it last acted in this conversation.
    pub rule_acted: HashMap<Arc<str>, Timestamp>,
    /// By rule: when it last acted on this member in this conversation.
    pub member_acted: HashMap<Arc<str>, Timestamp>,
    /// What the conversation says about the message.
    pub setting: Setting,
}

impl Circumstances {
    /// Adds what was done in the conversation of a message by `author`.
    pub fn remember(&mut self, acted: &Acted, author: UserId) {
        let theirs = acted.member == author;
        note(&mut self.rule_acted, &acted.rule, acted.at);
        if theirs {
            note(&mut self.member_acted, &acted.rule, acted.at);
        }
        if acted.done {
            note(&mut self.conversation_acknowledged, &acted.category, acted.at);
        }
        if acted.done && theirs {
            note(&mut self.member_acknowledged, &acted.category, acted.at);
        }
    }
}

fn note<K: Clone + Eq + Hash>(last: &mut HashMap<K, Timestamp>, key: &K, at: Timestamp) {
    match last.get_mut(key) {
        Some(last) => *last = at.max(*last),
        None => drop(last.insert(key.clone(), at)),
    }
}

/// That a rule acted on a member: what cooldowns are counted from.
#[derive(Clone, Debug, PartialEq)]
pub struct Acted {
    /// The rule.
    pub rule: Arc<str>,
    /// What it was about.
    pub category: Category,
    /// Whether the member was taken aside, or would have been, rather than only made an offer, answered or
    /// spoken of to moderators.
    pub done: bool,
    /// The member.
    pub member: UserId,
    /// When the message was sent.
    pub at: Timestamp,
}

/// What to do about a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The rule that applies.
    pub rule: Arc<str>,
    /// What it is about.
    pub category: Category,
    /// What to do, by the mode and at this hour.
    pub response: Response,
    /// What the rule asks for, when that is not what is done.
    pub would: Option<Response>,
    /// The rule's own template for the acknowledgment.
    pub template: Option<Arc<str>>,
    /// What to answer in public, of [`Response::Answer`].
    pub answer: Option<Arc<str>>,
    /// Kinds found that made the rule apply, without repeats.
    pub kinds: Vec<Kind>,
    /// What made the rule apply.
    pub because: Because,
    /// The member whose matter it is: the author, unless two talk about the other's.
    pub subject: UserId,
    /// The other one of two whose exchange moves to a thread.
    pub companion: Option<UserId>,
    /// The other of two who heat each other up: to be given a thread of their own.
    pub beside: Option<Heated>,
    /// Whether moderators are told even when all goes well.
    pub alert: bool,
    /// Whether the public acknowledgment is left out: the conversation just had one of this category,
    /// or, of a shield, the member did.
    pub quiet: bool,
    /// Whether one public line of a raid stands for it, come what may.
    pub covered: bool,
}

impl Decision {
    /// What the rule asks for, whether or not that is done.
    #[must_use]
    pub fn asked(&self) -> Response {
        self.would.unwrap_or(self.response)
    }

    /// What is to be remembered of it; nothing when it was quiet, since that is no reason for silence later.
    #[must_use]
    pub fn acted(&self, at: Timestamp) -> Option<Acted> {
        let asked = self.asked();
        let done = matches!(asked, Response::TakeAside | Response::Shield);
        let counts = !self.quiet && asked != Response::Observe;
        counts.then(|| Acted {
            rule: Arc::clone(&self.rule),
            category: self.category,
            done,
            member: self.subject,
            at,
        })
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

impl Verdict {
    /// Takes back what was decided, since a raid stands for it.
    pub fn collapse(&mut self) {
        if let Some(decision) = self.decision.take() {
            for reason in self.reasons.iter_mut().filter(|reason| reason.rule == decision.rule) {
                reason.why = Why::Raid;
            }
        }
    }
}

/// The rules in force, who is exempt from them, and how servers want them carried out.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    rules: Vec<Rule>,
    exempt_roles: Vec<RoleId>,
    manner: Manner,
    servers: HashMap<GuildId, Manner>,
}

impl Policy {
    /// `rules` in the order they are looked at; members with one of `exempt_roles` are only shielded.
    #[must_use]
    pub fn new(rules: Vec<Rule>, exempt_roles: Vec<RoleId>) -> Self {
        Self { rules, exempt_roles, ..Self::default() }
    }

    /// The same, carried out in `manner`, and as `servers` say in each of those.
    #[must_use]
    pub fn carried_out(self, manner: Manner, servers: HashMap<GuildId, Manner>) -> Self {
        Self { manner, servers, ..self }
    }

    /// The rules in force.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Whether what was found meets any rule, whoever wrote it where: the cheap question asked of every message.
    #[must_use]
    pub fn concerns(&self, scan: &Scan, setting: &Setting) -> bool {
        self.rules.iter().any(|rule| meets(rule, scan, setting))
    }

    /// Decides about `message`. The rule that does most wins (shield, then the order of
    /// configuration); every other rule says why it did not.
    #[must_use]
    pub fn decide(&self, message: &Message, scan: &Scan, circumstances: &Circumstances) -> Verdict {
        let looked: Vec<Result<Decision, Why>> = self
            .rules
            .iter()
            .map(|rule| {
                self.covers(rule, message)?;
                let because = conditions(rule, scan, &circumstances.setting)?;
                restrain(rule, message, circumstances)?;
                Ok(self.decision(rule, because, message, circumstances))
            })
            .collect();
        let winner = winner(&looked);
        let winning_rule = winner.map(|at| Arc::clone(&self.rules[at].name));
        let reasons = self.rules.iter().zip(&looked).enumerate().map(|(at, (rule, outcome))| {
            let why = match (outcome, &winning_rule) {
                (Err(why), _) => why.clone(),
                (Ok(_), Some(by)) if winner != Some(at) => Why::Outranked(Arc::clone(by)),
                (Ok(decision), _) => Why::Applies(decision.because.clone()),
            };
            Reason { rule: Arc::clone(&rule.name), why }
        });
        let reasons = reasons.collect();
        let decision = winner.and_then(|at| looked.into_iter().nth(at)).and_then(Result::ok);
        Verdict { decision, reasons }
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

    fn decision(
        &self,
        rule: &Rule,
        mut because: Because,
        message: &Message,
        circumstances: &Circumstances,
    ) -> Decision {
        let manner = self.servers.get(&message.guild).unwrap_or(&self.manner);
        let (response, held) = manner.allow(rule.response, message.sent);
        because.held = held;
        let last = match rule.response {
            Response::Shield => circumstances.member_acknowledged.get(&rule.category),
            Response::TakeAside => circumstances.conversation_acknowledged.get(&rule.category),
            // Whoever else was spoken to, an offer or an answer is news to its member.
            _ => None,
        };
        let (subject, companion) = concerned(rule, response, message, &circumstances.setting);
        Decision {
            rule: Arc::clone(&rule.name),
            category: rule.category,
            response,
            would: held.map(|_| rule.response),
            template: rule.template.clone(),
            answer: rule.answer.clone(),
            kinds: because.kinds.iter().map(|(kind, _)| *kind).collect(),
            because,
            subject,
            companion,
            beside: beside(rule, response, &circumstances.setting),
            alert: rule.category == Category::Confidential
                || held.is_some_and(|_| rule.response == Response::Shield),
            quiet: cooling(last, rule, message).is_some(),
            covered: false,
        }
    }
}

impl Manner {
    /// What is done where a rule asks for `response` at `now`, and what holds it back.
    fn allow(&self, response: Response, now: Timestamp) -> (Response, Option<Held>) {
        if matches!(response, Response::Alert | Response::Observe) {
            return (response, None);
        }
        let resting = self.quiet_hours.as_ref().is_some_and(|hours| hours.hold(now));
        match (self.mode, response) {
            (Mode::Observe, _) => (Response::Alert, Some(Held::Mode(self.mode))),
            (_, response) if resting && response != Response::Shield => {
                (Response::Alert, Some(Held::QuietHours))
            }
            (Mode::Suggest, Response::TakeAside | Response::Shield) => {
                (Response::Suggest, Some(Held::Mode(self.mode)))
            }
            (_, response) => (response, None),
        }
    }
}

/// The member whose matter it is, and the other one of two whose exchange it ends.
fn concerned(
    rule: &Rule,
    response: Response,
    message: &Message,
    setting: &Setting,
) -> (UserId, Option<UserId>) {
    if let (Some(_), Some(exchange)) = (rule.when.exchanges, &setting.exchange) {
        return (exchange.owner, Some(exchange.helper));
    }
    let asks = rule.when.kinds.as_deref() == Some(&[Kind::Solicitation]);
    match (response, setting.addressed) {
        // Who is asked for details is the one to be taken aside, not who asks.
        (Response::Suggest, Some(asked)) if asks => (asked, None),
        _ => (message.author.id, None),
    }
}

/// The other of two who heat each other up as much as the rule asks for.
fn beside(rule: &Rule, response: Response, setting: &Setting) -> Option<Heated> {
    let threshold = rule.when.heat?;
    let apart = matches!(response, Response::TakeAside | Response::Suggest);
    setting.other.filter(|_| apart && setting.pair_temperature >= threshold)
}

/// The same as [`conditions`], without the reasons: asked of every message.
fn meets(rule: &Rule, scan: &Scan, setting: &Setting) -> bool {
    let when = &rule.when;
    let hot = when.heat.is_none_or(|threshold| scan.heat >= threshold || warmed(setting) >= threshold);
    let long = when.exchanges.is_none_or(|threshold| turns(setting) >= threshold);
    let own = (when.words || when.pattern) && scan.findings.is_empty();
    hot && long && !own && conditions(rule, scan, setting).is_ok()
}

fn conditions(rule: &Rule, scan: &Scan, setting: &Setting) -> Result<Because, Why> {
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

/// A secret is a secret however recently its author was spoken to, so shields never cool down. An offer or an
/// answer stands in the channel for everyone to see: one is enough for all.
fn restrain(rule: &Rule, message: &Message, circumstances: &Circumstances) -> Result<(), Why> {
    let acknowledged = circumstances.member_acknowledged.get(&rule.category);
    let last = match rule.response {
        Response::Shield => None,
        Response::TakeAside => acknowledged,
        Response::Suggest | Response::Answer => circumstances.rule_acted.get(&rule.name).max(acknowledged),
        Response::Alert | Response::Observe => circumstances.member_acted.get(&rule.name).max(acknowledged),
    };
    let until = cooling(last, rule, message);
    until.map_or(Ok(()), |until| Err(Why::CoolingDown { until }))
}

fn cooling(last: Option<&Timestamp>, rule: &Rule, message: &Message) -> Option<Timestamp> {
    let cooldown = SignedDuration::try_from(rule.cooldown).unwrap_or(SignedDuration::MAX);
    let until = last?.checked_add(cooldown).unwrap_or(Timestamp::MAX);
    (message.sent < until).then_some(until)
}

fn winner(looked: &[Result<Decision, Why>]) -> Option<usize> {
    let rank = |decision: &Decision| match decision.asked() {
        Response::Shield => 0,
        Response::TakeAside => 1,
        Response::Suggest | Response::Answer => 2,
        Response::Alert => 3,
        Response::Observe => 4,
    };
    let applying = looked.iter().enumerate().filter_map(|(at, outcome)| Some((at, outcome.as_ref().ok()?)));
    applying.min_by_key(|(at, decision)| (rank(decision), *at)).map(|(at, _)| at)
}
