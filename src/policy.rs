//! Findings and circumstances become a verdict, with a reason for every rule that did not apply.
//!
//! Pure and total: time and everything remembered are parameters. What is remembered for an hour or so, the
//! conversations, raids and causes, lives in [`conversation`], [`raid`] and [`cause`]; what must outlive the process
//! arrives from the store as [`Circumstances`]. [`history`] puts both together where there is no store.

pub mod cause;
mod conditions;
pub mod conversation;
pub mod history;
pub mod hours;
mod manner;
pub mod raid;
mod reason;
mod rule;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use self::conditions::{conditions, meets};
use self::conversation::{Heated, Setting};
pub use self::manner::{Manner, Mode};
pub use self::reason::{Because, Held, Reason, Why};
pub use self::rule::{Response, Rule, When};
use crate::detect::{Category, Kind, Scan};
use crate::message::{ChannelId, GuildId, Message, Origin, RoleId, UserId};

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
        if !acted.quiet {
            note(&mut self.rule_acted, &acted.rule, acted.at);
        }
        if theirs {
            note(&mut self.member_acted, &acted.rule, acted.at);
        }
        if acted.done && !acted.quiet {
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
    /// Whether nothing was said about it in public: no reason for silence towards others.
    pub quiet: bool,
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
    /// What the member is asked for in a private form.
    pub ask: Arc<[String]>,
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

    /// What is to be remembered of it; nothing of what is only recorded.
    #[must_use]
    pub fn acted(&self, at: Timestamp) -> Option<Acted> {
        let asked = self.asked();
        let done = matches!(asked, Response::TakeAside | Response::Shield);
        (asked != Response::Observe).then(|| Acted {
            rule: Arc::clone(&self.rule),
            category: self.category,
            done,
            quiet: self.quiet,
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

    /// The same with no other rule than the one called `name`.
    #[must_use]
    pub fn only(&self, name: &str) -> Self {
        let rules = self.rules.iter().filter(|rule| &*rule.name == name).cloned().collect();
        Self { rules, ..self.clone() }
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
            ask: Arc::clone(&rule.ask),
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

/// Without a cooldown nothing cools, not even a message that is older than what was last answered: history is read back late.
fn cooling(last: Option<&Timestamp>, rule: &Rule, message: &Message) -> Option<Timestamp> {
    let cooldown = SignedDuration::try_from(rule.cooldown).unwrap_or(SignedDuration::MAX);
    let last = last.filter(|_| cooldown > SignedDuration::ZERO);
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
