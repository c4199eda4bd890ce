//! A report in words: as a message of Discord, whose limit it keeps whatever the figures, and what to change.

use super::advice::FEW;
use super::hours::fullest;
use super::words::{
    before, cases, category, counted, cut, days, end, escaped, first, hours, number, percent, share, time,
    zone,
};
use super::{Advice, Answers, Figures, Hours, Report, RuleCount};
use crate::message::ChannelId;

/// How a channel is written: a mention on Discord, its number in a file.
pub type Channel<'a> = &'a dyn Fn(ChannelId) -> String;

/// Figures of one kind that a message has room for.
const MOST_CHANNELS: usize = 5;
const MOST_OUTCOMES: usize = 4;
const MOST_RULES: usize = 5;

/// Characters of what moderators wrote.
const MOST_OF_AN_OUTCOME: usize = 30;

/// Fewer cases than this have no hours worth naming.
const LEAST_FOR_HOURS: usize = 20;

/// How many hours in a row are named as the busiest.
const BUSY: usize = 3;

/// Fewer than this many cases are better read than counted.
const LEAST: usize = 10;

impl Report {
    /// The figures for Discord, in at most 2,000 characters.
    #[must_use]
    pub fn message(&self, channel: Channel<'_>) -> String {
        let mut lines = vec![
            format!("## Report: {}", days(&self.period)),
            format!("-# {} days, the hours of {}", self.period.days.len(), zone(&self.period)),
            self.total(),
        ];
        if self.now.cases > 0 {
            lines.extend(self.parts(channel).into_iter().map(|(name, words)| format!("**{name}:** {words}")));
        }
        lines.extend(self.caution());
        lines.join("\n")
    }

    /// What to change, as a list, in at most 4,000 characters.
    #[must_use]
    pub fn changes(&self, channel: Channel<'_>) -> String {
        if self.advice.is_empty() {
            return self.nothing_to_change();
        }
        let numbered = self.advice.iter().zip(1..);
        let lines = numbered.map(|(advice, at)| format!("{at}. {}", advice.words(channel)));
        lines.collect::<Vec<_>>().join("\n")
    }

    fn nothing_to_change(&self) -> String {
        match self.now.cases {
            0 => "Nothing: there was nothing to learn from.".to_owned(),
            1..LEAST => "Nothing that so few cases would tell.".to_owned(),
            _ => "Nothing: no figure asks for it.".to_owned(),
        }
    }

    pub(super) fn total(&self) -> String {
        let (now, before_then) = (self.now.cases, self.before.cases);
        let before = before(&self.period);
        let guilds = match self.now.guilds {
            0 | 1 => String::new(),
            guilds => format!(" in {guilds} servers together"),
        };
        let compared = match (now, before_then) {
            (0, 0) => format!("and none in {before}"),
            (_, 0) => format!("{before} had none"),
            (now, then) if now == then => format!("as many as in {before}"),
            (now, then) if now > then => format!("{} more than in {before}", number(now - then)),
            (now, then) => format!("{} fewer than in {before}", number(then - now)),
        };
        format!("**{}**{guilds}, {compared}.", if now == 0 { "No cases".to_owned() } else { cases(now) })
    }

    /// Each kind of figure by its name.
    fn parts(&self, channel: Channel<'_>) -> Vec<(&'static str, String)> {
        let now = &self.now;
        let mut parts = vec![
            ("First human answer", answer_times(&now.answers)),
            ("Within the promised time", self.promises()),
            ("About", list(first(&now.categories, 5, "others", |of| category(*of).to_owned()))),
            ("Where", list(first(&now.channels, MOST_CHANNELS, "other channels", |of| channel(*of)))),
            ("How they ended", ends(now)),
            ("False alarms by rule", false_alarms(&now.rules)),
            ("Ratings", ratings(now)),
        ];
        parts.extend(busiest(now).map(|words| ("When", words)));
        parts
    }

    fn promises(&self) -> String {
        let (now, before) = (&self.now.answers, &self.before.answers);
        let kept = match now.counted() {
            0 => "nothing was promised, or it is too early to tell".to_owned(),
            counted => share(now.kept, counted),
        };
        let compared = now.counted() > 0 && before.counted() >= FEW;
        let before = compared.then(|| format!(", {} before", percent(before.kept, before.counted())));
        let waiting = (now.waiting > 0).then(|| format!("; {} still waiting, in time", number(now.waiting)));
        [Some(kept), before, waiting].into_iter().flatten().collect()
    }

    /// That shares of few say little.
    fn caution(&self) -> Option<String> {
        let few = (1..LEAST).contains(&self.now.cases);
        few.then(|| format!("-# {}: too few to say more than the numbers.", cases(self.now.cases)))
    }
}

pub(super) fn answer_times(answers: &Answers) -> String {
    let Some((median, p90)) = answers.median.zip(answers.p90) else { return "none so far".to_owned() };
    if answers.answered < FEW {
        return format!("{} answered, half within {}", answers.answered, time(median));
    }
    format!(
        "half within {}, 9 of 10 within {} ({} answered)",
        time(median),
        time(p90),
        number(answers.answered)
    )
}

fn list(lines: Vec<(String, usize)>) -> String {
    listed(lines.into_iter(), " · ")
}

pub(super) fn listed(lines: impl Iterator<Item = (String, usize)>, between: &str) -> String {
    lines.map(|(name, count)| format!("{name} {}", number(count))).collect::<Vec<_>>().join(between)
}

fn ends(now: &Figures) -> String {
    let ends = now.ends.iter().filter(|count| count.cases > 0);
    let words = list(ends.map(|count| (end(count.of).to_owned(), count.cases)).collect());
    if now.outcomes.is_empty() {
        return words;
    }
    let quoted = |of: &String| format!("“{}”", escaped(of, MOST_OF_AN_OUTCOME));
    let outcomes = first(&now.outcomes, MOST_OUTCOMES, "other outcomes", quoted);
    format!("{words}; in your words: {}", list(outcomes))
}

fn false_alarms(rules: &[RuleCount]) -> String {
    let wrong = rules.iter().filter(|rule| rule.false_alarms > 0).count();
    if wrong == 0 {
        return "none".to_owned();
    }
    let told = rules.iter().take(wrong.min(MOST_RULES));
    let told = told.map(|rule| format!("`{}` {}", cut(&rule.rule, 64), share(rule.false_alarms, rule.cases)));
    let others = wrong.saturating_sub(MOST_RULES);
    let others = (others > 0).then(|| counted(others, "other rule", "other rules"));
    told.chain(others).collect::<Vec<_>>().join(" · ")
}

fn ratings(now: &Figures) -> String {
    let ratings = now.ratings;
    if ratings.rated() == 0 {
        return "none".to_owned();
    }
    let (good, fair, poor) = (number(ratings.good), number(ratings.fair), number(ratings.poor));
    format!("good {good} · fair {fair} · poor {poor}")
}

/// When most cases come in; none of few, and none where they come all day.
pub(super) fn busiest(now: &Figures) -> Option<String> {
    let busy = fullest(&now.by_hour(), BUSY);
    let much = busy.cases * 24 >= now.cases * BUSY * 2;
    (now.cases >= LEAST_FOR_HOURS && much)
        .then(|| format!("most between {}: {}", hours(&busy), share(busy.cases, now.cases)))
}

impl Advice {
    /// What to change and why, in Discord's and in plain Markdown alike.
    #[must_use]
    pub fn words(&self, channel: Channel<'_>) -> String {
        match self {
            Self::KeepPromises { missed, counted, hours } => late(*missed, *counted, hours.as_ref()),
            Self::MendRule { count, disable } => mend(count, *disable),
            Self::ReadPoorRatings { poor, rated } => format!(
                "**Some members are not content.** {} who rated their case said that it went badly. Read those \
                 threads together, and see what they have in common.",
                share(*poor, *rated),
            ),
            Self::SettleCases { expired, ended } => format!(
                "**Cases run out.** {} ended because nobody settled them. `/case list` shows what is open; *Claim* says \
                 who sees to it, *Resolve* tells the member that it is done.",
                share(*expired, *ended),
            ),
            Self::SuggestInstead { declined, acted_on } => format!(
                "**Many would rather not.** {} declined to talk in private. Offer it instead of opening a thread: mode \
                 *suggest* in `/setup`, or `/rules edit name:… action:suggest` for the rule that brings most of them.",
                share(*declined, *acted_on),
            ),
            Self::FindTheCause { cases, before } => format!(
                "**There is more to settle.** {} where there were {} before. Look for what they have in common; \
                 one public word about it may answer many.",
                super::words::cases(*cases),
                number(*before),
            ),
            Self::LookAtChannel { channel: which, cases, all } => format!(
                "**One channel has most cases.** {} came from {}. A pinned answer or a moderator there may help before \
                 it boils.",
                share(*cases, *all),
                channel(*which),
            ),
            Self::ActNow { held_back, false_alarms } => trusted(*held_back, *false_alarms),
        }
    }
}

fn late(missed: usize, counted: usize, gathered: Option<&Hours>) -> String {
    let when = gathered.map_or_else(
        || "They are spread over the day: more moderators, or a promise that can be kept, would help".to_owned(),
        |gathered| {
            let most = if gathered.cases == missed { "All".to_owned() } else { number(gathered.cases) };
            format!(
                "{most} of them came in between {}: somebody should be there then, or the working hours should say \
                 that nobody is",
                hours(gathered),
            )
        },
    );
    format!(
        "**Members wait longer than promised.** {} were answered late or not at all. {when}. `/setup` has the working \
         hours, how soon somebody answers, and the escalation role that is called when nobody does.",
        share(missed, counted),
    )
}

fn mend(count: &RuleCount, disable: bool) -> String {
    let name = &count.rule;
    let wrong = share(count.false_alarms, count.cases);
    let mend = format!(
        "`/rules edit name:{name} heat:…` asks for more heat, `words:…` for other words; `/rules backtest name:{name}` \
         shows what a rule catches"
    );
    if disable {
        return format!(
            "**`{name}` is wrong half the time or more.** {wrong} were false alarms. Switch it off with \
             `/rules disable name:{name}` until it is mended: {mend}."
        );
    }
    format!(
        "**`{name}` is too eager.** {wrong} were false alarms. {mend}. `/rules disable name:{name}` switches it off."
    )
}

fn trusted(held_back: usize, false_alarms: usize) -> String {
    let called = match false_alarms {
        0 => "none of them".to_owned(),
        some => format!("only {}", number(some)),
    };
    format!(
        "**The rules can do more.** {} held back, and moderators called {called} a false alarm. If they looked \
         at them, try the mode *suggest* in `/setup`, and later *act*.",
        counted(held_back, "case was", "cases were"),
    )
}
