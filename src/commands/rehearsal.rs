//! What would become of a message that nobody sent: step by step, by the functions that a real one goes through.

use super::Context;
use crate::case::action::{Action, Receipt, Refusal, Speech};
use crate::case::{self, Case, Event, Rung};
use crate::detect::{Finding, Kind, Scan, Scanner};
use crate::discord::checkup::{Concern, Gap};
use crate::discord::guilds::foresight::Person;
use crate::message::{ChannelId, Message, MessageId, RoleId};
use crate::policy::{Held, Response, Verdict, Why};
use crate::responder::Executor;
use crate::store::Store;

/// More steps than any case has.
const MOST_STEPS: usize = 30;

/// The most rules that are named as not covering a place or a member.
const MOST_RULES: usize = 3;

/// A message that is only thought of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sample {
    /// As furious as can be.
    Furious,
    /// With a card number in it.
    Card,
}

/// One step of what would happen.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    /// Whether it works.
    pub(super) works: bool,
    pub(super) words: String,
}

impl Step {
    pub(super) fn done(words: impl Into<String>) -> Self {
        Self { works: true, words: words.into() }
    }

    pub(super) fn failed(words: impl Into<String>) -> Self {
        Self { works: false, words: words.into() }
    }

    pub(super) fn line(&self) -> String {
        format!("{} {}", if self.works { "✅" } else { "❌" }, self.words)
    }
}

impl Sample {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Furious => "A furious message",
            Self::Card => "A card number given away",
        }
    }

    /// Words of that kind, which nobody wrote: for what a server looks for itself.
    fn text(self) -> String {
        match self {
            Self::Furious => "I am furious, this is an utter disgrace!".to_owned(),
            // In pieces, so that nobody takes it for somebody's.
            Self::Card => format!("my card number is {}", ["4242"; 4].join(" ")),
        }
    }

    /// What is found in it, its own kind as surely as can be.
    fn scan(self, scanner: &Scanner) -> Scan {
        let mut scan = scanner.scan(&self.text());
        let kinds: &[Kind] = match self {
            Self::Furious => &[Kind::Anger, Kind::Insult],
            Self::Card => &[Kind::Card],
        };
        if self == Self::Furious {
            scan.heat = 1.0;
        }
        scan.findings.retain(|finding| finding.rule.is_some());
        scan.findings.extend(kinds.iter().map(|kind| Finding {
            kind: *kind,
            category: kind.category(),
            span: 0..0,
            confidence: 1.0,
            explanation: "".into(),
            rule: None,
        }));
        scan
    }
}

/// What would happen to `sample` by `person` in `channel`, whose private threads are opened under `home`.
pub(super) fn rehearse<S, E>(
    context: &Context<'_, S, E>,
    person: &Person,
    (channel, home): (ChannelId, ChannelId),
    sample: Sample,
) -> Vec<Step>
where
    S: Store + 'static,
    E: Executor,
{
    let message = Message {
        id: MessageId::at(context.now),
        guild: context.guild,
        channel,
        home,
        author: context.guilds.author(context.guild, channel, person),
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: context.now,
    };
    let scan = sample.scan(&context.responder.in_force(context.guild).core.scanner);
    let (verdict, case) = context.responder.rehearse(&message, &scan, context.now);
    let mut steps: Vec<Step> = held_back(&verdict).into_iter().collect();
    match case {
        Some(case) => steps.extend(Rehearsal { context, person }.play(case)),
        None => steps.push(nothing(&verdict)),
    }
    steps
}

/// What keeps the bot from what the rule asks for.
fn held_back(verdict: &Verdict) -> Option<Step> {
    let decision = verdict.decision.as_ref()?;
    let why = match decision.because.held? {
        Held::Mode(mode) => format!("the mode is **{}**", mode.as_str()),
        Held::QuietHours => "these are quiet hours".to_owned(),
    };
    Some(Step::done(format!("As {why}, I hold back: else I would have {}.", decision.asked().deed())))
}

/// Why no rule acts.
fn nothing(verdict: &Verdict) -> Step {
    if let Some(decision) = &verdict.decision {
        return Step::done(format!("The rule `{}` only records it.", decision.rule));
    }
    let reasons = &verdict.reasons;
    if reasons.iter().any(|reason| reason.why == Why::Exempt) {
        return Step::failed(
            "Nothing: they are a moderator or have an exempt role, and only rules that `shield` act on those.",
        );
    }
    let elsewhere = reasons.iter().filter(|reason| matches!(reason.why, Why::OtherChannel | Why::OtherRoles));
    let elsewhere: Vec<String> =
        elsewhere.take(MOST_RULES).map(|reason| format!(" `{}` {}.", reason.rule, reason.why)).collect();
    Step::failed(format!("Nothing: no rule looks for that here.{}", elsewhere.concat()))
}

/// A case that is played through without touching anything.
struct Rehearsal<'a, S, E> {
    context: &'a Context<'a, S, E>,
    person: &'a Person,
}

impl<S: Store + 'static, E: Executor> Rehearsal<'_, S, E> {
    fn play(&self, mut case: Case) -> Vec<Step> {
        let mut steps = Vec::new();
        for _ in 0..MOST_STEPS {
            let Some(action) = case.action() else { break };
            let outcome = self.context.guilds.foresee(&case, &action, self.person);
            steps.extend(self.told(&case, &action, &outcome));
            let event = outcome.map_or_else(Event::Refused, Event::Performed);
            case = case.apply(event).0;
        }
        steps.extend(untold(&case));
        steps
    }

    fn told(&self, case: &Case, action: &Action<Speech>, outcome: &Result<Receipt, Refusal>) -> Vec<Step> {
        match (case.step, action, outcome) {
            (case::Step::Removing, _, Ok(_)) => vec![Step::done("I remove the message.")],
            (case::Step::Removing, _, Err(why)) => {
                vec![Step::failed(format!("I cannot remove the message: {why}."))]
            }
            (case::Step::Opening(Rung::Direct), ..) => vec![Step::done(
                "I write to the member directly, where moderators cannot read along. Whether they take direct messages \
                 from me, only trying tells.",
            )],
            (case::Step::Opening(_), Action::OpenThread { parent, .. }, Ok(_)) => {
                vec![Step::done(format!("I open a private thread under <#{parent}>."))]
            }
            (case::Step::Opening(rung), Action::OpenThread { parent, .. }, Err(why)) => {
                let failed = Step::failed(format!("No private thread under <#{parent}>: {why}."));
                self.with_desk(rung, failed)
            }
            (case::Step::Joining(place), _, Err(why)) => {
                let failed = Step::failed(format!("The member cannot be brought in: {why}."));
                self.with_desk(place.rung, failed)
            }
            (case::Step::Greeting(place), ..) if place.rung != Rung::Direct => self.summoned(case),
            (
                case::Step::Alerting(_)
                | case::Step::Acknowledging
                | case::Step::Offering
                | case::Step::Answering,
                Action::Post(post),
                _,
            ) => {
                vec![said(case.step, post.channel, outcome)]
            }
            _ => Vec::new(),
        }
    }

    /// `failed`, and why the desk does not stand in where it does not.
    fn with_desk(&self, rung: Rung, failed: Step) -> Vec<Step> {
        let guild = self.context.guild;
        let desk = match self.context.responder.in_force(guild).server.desk_channel {
            _ if rung != Rung::Thread => None,
            None => Some(Step::failed("No desk channel is set that could stand in: `/setup` sets one.")),
            Some(_) => self
                .context
                .guilds
                .desk_refusal(guild, self.person)
                .map(|(desk, why)| Step::failed(format!("<#{desk}> cannot stand in: {why}."))),
        };
        [failed].into_iter().chain(desk).collect()
    }

    /// Who is brought into the thread, and who cannot be.
    fn summoned(&self, case: &Case) -> Vec<Step> {
        let checkup = self.context.guilds.checkup(self.context.guild).unwrap_or_default();
        let gaps: Vec<&Gap> = checkup.about(Concern::Role).collect();
        let missing = |role: &RoleId| gaps.iter().any(|gap| gap.is_about_role(*role));
        let roles = case.surroundings.moderators.iter().filter(|role| !missing(role));
        let roles: Vec<String> = roles.map(|role| format!("<@&{role}>")).collect();
        let with =
            if roles.is_empty() { String::new() } else { format!(" and bring {} in", roles.join(" ")) };
        let spoken = Step::done(format!("I speak to the member there{with}."));
        [spoken].into_iter().chain(gaps.iter().map(|gap| Step::failed(gap.to_string()))).collect()
    }
}

fn said(state: case::Step, channel: ChannelId, outcome: &Result<Receipt, Refusal>) -> Step {
    let what = match state {
        case::Step::Alerting(_) => "tell moderators",
        case::Step::Offering => "offer a private thread, with a button,",
        case::Step::Answering => "answer in public",
        _ => "acknowledge it in public",
    };
    match outcome {
        Ok(_) => Step::done(format!("I {what} in <#{channel}>.")),
        Err(why) => Step::failed(format!("I cannot {what} in <#{channel}>: {why}.")),
    }
}

/// That moderators learn nothing, where they should.
fn untold(case: &Case) -> Option<Step> {
    let asked = matches!(case.matter.response, Response::TakeAside | Response::Shield | Response::Alert);
    let elsewhere = case.place.is_none_or(|place| place.rung == Rung::Direct);
    (asked && elsewhere && !case.alerted).then(|| {
        Step::failed(
            "Moderators are not told: there is no channel that only they read and I can write in. `/setup` sets one.",
        )
    })
}
