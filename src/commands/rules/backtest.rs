//! `/rules backtest`: what a rule would have done over the last days.

mod report;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use self::report::Report;
use super::proposed;
use crate::commands::context::Given;
use crate::commands::regression::Judges;
use crate::commands::talk::Answer;
use crate::commands::trial::{Past, Place, Tried, Writer};
use crate::commands::{Context, Outcome, Trouble};
use crate::config::{Core, RuleTable};
use crate::discord::history::{Bounds, Reading};
use crate::message::{Author, Message, Origin};
use crate::policy::Response;
use crate::responder::Executor;
use crate::store::{Judged, Store};

/// How many backtests read history at the same time, over all servers.
static READING: Semaphore = Semaphore::const_new(2);

/// The days that are read unless others are asked for, and the most.
const DAYS: u32 = 7;
const MOST_DAYS: u32 = 14;

/// The most messages that are read: a hundred requests, which leave room for all others.
const MOST_MESSAGES: usize = 10_000;

/// How long reading may take; an answer can be given for fifteen minutes.
const MOST_TIME: Duration = Duration::from_mins(10);

/// The least time between two words on how far it is.
const PACE: Duration = Duration::from_secs(2);

/// The most authors that Discord is asked about.
const MOST_ASKED: usize = 50;

/// Reads what was said, and tells what the rule would have made of it.
pub(super) async fn run<S, E>(context: &Context<'_, S, E>, given: &Given) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let rule = proposed::rule(&here, given)?;
    let days = given.integer("days").unwrap_or(DAYS);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(Trouble::Told(format!("`days`: a number from 1 to {MOST_DAYS}.")));
    }
    let core = trial(context, &rule)?;
    let verdicts = verdicts(context, &core, &rule).await?;
    let mut backtest = Backtest::begin(context, days);
    backtest.read(&core).await;
    let tried = backtest.judge(&rule, &core).await?;
    let report = Report {
        rule: &rule,
        guild: context.guild,
        days,
        now: context.now,
        tried: &tried,
        past: &backtest.past,
        channels: backtest.reading.channels(),
        unfinished: backtest.reading.unfinished(),
        unreadable: backtest.reading.unreadable(),
        late: backtest.late,
        unknown: backtest.unknown,
        verdicts,
    };
    Ok(Answer::say(report.words()))
}

fn trial<S, E>(context: &Context<'_, S, E>, rule: &RuleTable) -> Result<Core, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    context.responder.configs().trial(context.guild, rule).map_err(proposed::wrong)
}

/// What the rule makes of what moderators said of messages before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Verdicts {
    false_alarms: usize,
    /// Those it would act on.
    again: usize,
    missed: usize,
    /// Those it would act on.
    found: usize,
}

async fn verdicts<S, E>(
    context: &Context<'_, S, E>,
    core: &Core,
    rule: &RuleTable,
) -> Result<Verdicts, Trouble>
where
    S: Store + 'static,
    E: Executor,
{
    let judges = Judges::alone(context.guild, core, rule);
    let mut verdicts = Verdicts::default();
    for example in context.responder.store().examples(context.guild).await? {
        let applies = usize::from(judges.decide(&example).is_some());
        let (all, hit) = match example.judged {
            Judged::FalseAlarm => (&mut verdicts.false_alarms, &mut verdicts.again),
            Judged::Missed => (&mut verdicts.missed, &mut verdicts.found),
        };
        *all += 1;
        *hit += applies;
    }
    Ok(verdicts)
}

/// A backtest under way.
struct Backtest<'a, S, E> {
    context: &'a Context<'a, S, E>,
    reading: Reading<'a>,
    past: Past,
    deadline: Instant,
    told: Option<Instant>,
    /// Whether time ran out.
    late: bool,
    /// Authors whose roles were not asked for, since there were too many.
    unknown: usize,
}

impl<'a, S: Store + 'static, E: Executor> Backtest<'a, S, E> {
    fn begin(context: &'a Context<'a, S, E>, days: u32) -> Self {
        let span = SignedDuration::from_hours(24 * i64::from(days));
        let bounds = Bounds {
            since: context.now.checked_sub(span).unwrap_or(Timestamp::MIN),
            messages: MOST_MESSAGES,
            a_channel: MOST_MESSAGES,
            channels: usize::MAX,
        };
        Self {
            context,
            reading: Reading::new(context.rest, context.guilds, context.guild, bounds),
            past: Past::default(),
            deadline: Instant::now() + MOST_TIME,
            told: None,
            late: false,
            unknown: 0,
        }
    }

    async fn read(&mut self, core: &Core) {
        // The limits are every server's, so only so many read at once; an error means that we stop.
        let Ok(_turn) = READING.acquire().await else { return };
        loop {
            self.tell("Reading").await;
            match tokio::time::timeout_at(self.deadline, self.reading.next()).await {
                Ok(Some(page)) => self.past.hear(&core.scanner, page),
                Ok(None) => return,
                Err(_) => {
                    self.late = true;
                    return;
                }
            }
        }
    }

    /// Says now and then how far it is.
    async fn tell(&mut self, doing: &str) {
        let now = Instant::now();
        if self.told.is_some_and(|told| now < told + PACE) {
            return;
        }
        self.told = Some(now);
        let (messages, channels) = (self.past.len(), self.reading.channels());
        let words = format!("{doing} … {messages} messages of {channels} channels so far.");
        // Whoever waits learns of it by the answer at the latest.
        self.context.talk.progress(&words).await.ok();
    }

    /// Judges until it is known of everyone it acts on who they are: moderators and exempt roles are only shielded, and
    /// rules can be for some roles alone.
    async fn judge(&mut self, rule: &RuleTable, core: &Core) -> Result<Tried, Trouble> {
        let mut writers = HashMap::new();
        if rule.action == Response::Shield && rule.roles.is_none() {
            return Ok(self.past.judge(core, &core.policy, &writers));
        }
        let everyone = trial(self.context, &RuleTable { roles: None, ..rule.clone() })?;
        loop {
            let tried = self.past.judge(&everyone, &everyone.policy, &writers);
            let mut strangers = strangers(&tried, &writers);
            let room = MOST_ASKED.saturating_sub(writers.len());
            self.unknown = strangers.len().saturating_sub(room);
            strangers.truncate(room);
            if strangers.is_empty() {
                return Ok(self.past.judge(core, &core.policy, &writers));
            }
            self.ask(&strangers, &mut writers).await;
        }
    }

    async fn ask(&mut self, strangers: &[Place], writers: &mut HashMap<Writer, Author>) {
        for place in strangers {
            self.tell("Looking up who moderates").await;
            let asked = self.context.responder.executor().complete(message(self.context, *place)).await;
            writers.insert(place.writer, asked.author);
        }
    }
}

/// A message of each author that nothing is known of.
fn strangers(tried: &Tried, writers: &HashMap<Writer, Author>) -> Vec<Place> {
    let mut met = HashSet::new();
    let unknown = tried.acted.iter().filter(|place| !writers.contains_key(&place.writer));
    unknown.filter(|place| met.insert(place.writer)).copied().collect()
}

/// As much of a message as it takes to ask who wrote it.
fn message<S, E>(context: &Context<'_, S, E>, place: Place) -> Message {
    let (id, home) = place.writer;
    Message {
        id: place.message,
        guild: context.guild,
        channel: home,
        home,
        author: Author { id, origin: Origin::Member, roles: Vec::new(), moderator: false },
        answers: None,
        answered: None,
        mentions: Vec::new(),
        content: String::new(),
        sent: place.message.sent(),
    }
}
