//! What a backtest found, in words: figures and links, never what anyone said.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{MOST_MESSAGES, Verdicts};
use crate::commands::rules::proposed;
use crate::commands::talk::code;
use crate::commands::trial::{Past, Place, Tried, percent};
use crate::config::RuleTable;
use crate::message::{ChannelId, GuildId, MessageId};

/// The most messages that are linked.
const MOST_EXAMPLES: usize = 10;

/// The most channels that are named.
const MOST_CHANNELS: usize = 8;

/// The longest bar of the chart.
const LONGEST_BAR: usize = 20;

/// The most characters of an answer.
const MOST_WORDS: usize = 2000;

pub(super) struct Report<'a> {
    pub(super) rule: &'a RuleTable,
    pub(super) guild: GuildId,
    pub(super) days: u32,
    pub(super) now: Timestamp,
    pub(super) tried: &'a Tried,
    pub(super) past: &'a Past,
    pub(super) channels: usize,
    /// Channels whose older part was not read.
    pub(super) unfinished: usize,
    pub(super) unreadable: &'a [ChannelId],
    /// Whether time ran out.
    pub(super) late: bool,
    /// Authors whose roles were not looked up.
    pub(super) unknown: usize,
    pub(super) verdicts: Verdicts,
}

impl Report<'_> {
    pub(super) fn words(&self) -> String {
        let Some((first, last)) = self.past.span() else { return self.nothing() };
        let mut lines = vec![self.outcome(first)];
        lines.extend(self.silent());
        lines.push(self.read(first, last));
        lines.extend(self.closed());
        lines.extend(self.cut_short());
        lines.extend(self.strangers());
        lines.push(code("", &self.chart(first)));
        lines.extend(self.earlier());
        self.with_examples(lines.join("\n"))
    }

    fn nothing(&self) -> String {
        let what = format!("Nobody said anything that I can read in the last {}.", days(self.days));
        [Some(what), self.closed(), self.earlier()].into_iter().flatten().collect::<Vec<_>>().join("\n")
    }

    fn outcome(&self, first: MessageId) -> String {
        let (acted, all) = (self.tried.acted.len(), self.past.len());
        let rule = if proposed::is_unnamed(self.rule) {
            "Such a rule".to_owned()
        } else {
            format!("`{}`", self.rule.name)
        };
        let share = if acted > 0 { format!(" ({})", percent(acted, all)) } else { String::new() };
        format!(
            "{rule} would have {} **{}** in the last {}: {acted} of {all} messages{share}, {} a day.",
            self.rule.action.deed(),
            times(acted),
            days(self.days),
            rate(acted, self.span(first)),
        )
    }

    /// The days that were read, a part of one counting as such.
    fn span(&self, first: MessageId) -> f64 {
        if self.unfinished == 0 {
            return f64::from(self.days);
        }
        (self.now.duration_since(first.sent()).as_secs_f64() / 86_400.0).clamp(0.04, f64::from(self.days))
    }

    fn silent(&self) -> Option<String> {
        let silent = self.tried.silent;
        (silent > 0).then(|| {
            format!(
                "It applies to {silent} more that it would have left alone: within its cooldown, or part of a raid."
            )
        })
    }

    fn read(&self, first: MessageId, last: MessageId) -> String {
        let bots = match self.past.left_out {
            0 => String::new(),
            count => format!("; {count} of bots and webhooks are left out"),
        };
        let channels =
            if self.channels == 1 { "1 channel".to_owned() } else { format!("{} channels", self.channels) };
        format!("Read: {channels}, {} to {}{bots}.", moment(first), moment(last))
    }

    fn closed(&self) -> Option<String> {
        let named = self.unreadable.iter().take(MOST_CHANNELS).map(|channel| format!("<#{channel}>"));
        let more = self.unreadable.len().saturating_sub(MOST_CHANNELS);
        let named: Vec<String> = named.chain((more > 0).then(|| format!("{more} more"))).collect();
        (!named.is_empty()).then(|| {
            format!("Not read: {}. I need View Channel and Read Message History there.", named.join(", "))
        })
    }

    fn cut_short(&self) -> Option<String> {
        let after = if self.late { "ten minutes".to_owned() } else { format!("{MOST_MESSAGES} messages") };
        (self.unfinished > 0).then(|| {
            let channels = if self.unfinished == 1 {
                "1 channel is"
            } else {
                &format!("{} channels are", self.unfinished)
            };
            format!("**Cut short** after {after}: what is older in {channels} missing.")
        })
    }

    fn strangers(&self) -> Option<String> {
        (self.unknown > 0).then(|| {
            format!(
                "The roles of {} more authors were not looked up: they are taken for ordinary members.",
                self.unknown
            )
        })
    }

    /// A line a day, in UTC as its heading says.
    fn chart(&self, first: MessageId) -> String {
        let (from, to) = (date(first.sent()), date(self.now));
        let mut counts: BTreeMap<Date, usize> = BTreeMap::new();
        for place in &self.tried.acted {
            *counts.entry(date(place.message.sent())).or_default() += 1;
        }
        let most = counts.values().copied().max().unwrap_or(0).max(1);
        let days = from.series(jiff::Span::new().days(1)).take_while(|day| *day <= to);
        let lines = days.map(|day| {
            let count = counts.get(&day).copied().unwrap_or(0);
            let bar = "█".repeat((count * LONGEST_BAR).div_ceil(most));
            let gap = if bar.is_empty() { "" } else { " " };
            format!("{} {bar}{gap}{count}", day.strftime("%a %d %b"))
        });
        ["Hits a day (UTC)".to_owned()].into_iter().chain(lines).collect::<Vec<_>>().join("\n")
    }

    fn earlier(&self) -> Option<String> {
        let Verdicts { false_alarms, again, missed, found } = self.verdicts;
        let alarms = (false_alarms > 0)
            .then(|| format!("of {} kept, {again} would come again", counted(false_alarms, "false alarm")));
        let misses = (missed > 0)
            .then(|| format!("of {} kept, {found} would be found", counted(missed, "missed message")));
        let told: Vec<String> = alarms.into_iter().chain(misses).collect();
        (!told.is_empty()).then(|| format!("Earlier verdicts: {}.", told.join("; ")))
    }

    /// As many links as there is room for, over all of the time.
    fn with_examples(&self, mut words: String) -> String {
        let acted = &self.tried.acted;
        let shown = acted.len().min(MOST_EXAMPLES);
        if shown > 0 {
            words.push_str("\nExamples:");
        }
        for at in 0..shown {
            let link = self.link(acted[at * acted.len() / shown]);
            if words.chars().count() + link.len() <= MOST_WORDS {
                words.push_str(&link);
            }
        }
        words
    }

    fn link(&self, place: Place) -> String {
        format!("\n- https://discord.com/channels/{}/{}/{}", self.guild, place.channel, place.message)
    }
}

fn times(count: usize) -> String {
    match count {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

fn days(count: u32) -> String {
    if count == 1 { "day".to_owned() } else { format!("{count} days") }
}

fn counted(count: usize, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// How many a day, with one figure after the point where that says something.
fn rate(count: usize, days: f64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "counts of messages are far below 2^52")]
    let rate = count as f64 / days;
    if count == 0 {
        "0".to_owned()
    } else if rate < 0.1 {
        "less than 0.1".to_owned()
    } else if rate < 10.0 {
        format!("{rate:.1}")
    } else {
        format!("{rate:.0}")
    }
}

fn moment(message: MessageId) -> String {
    format!("<t:{}:f>", message.sent().as_second())
}

fn date(at: Timestamp) -> Date {
    at.to_zoned(TimeZone::UTC).date()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::config::{COOLDOWN, WhenTable};
    use crate::detect::{Category, Scanner};
    use crate::message::{Author, Message, Origin, UserId};
    use crate::policy::Response;

    /// As long as identifiers will be for some decades.
    const LONG: u64 = 1_999_999_999_999_999_999;

    fn rule() -> RuleTable {
        RuleTable {
            name: "n".repeat(64),
            category: Category::BoilingPoint,
            when: WhenTable { heat: Some(0.5), ..WhenTable::default() },
            action: Response::Shield,
            cooldown: COOLDOWN,
            channels: None,
            roles: None,
            template: None,
            answer: None,
            ask: [].into(),
        }
    }

    fn message(sent: Timestamp) -> Message {
        Message {
            id: MessageId::at(sent),
            guild: GuildId(LONG),
            channel: ChannelId(LONG),
            home: ChannelId(LONG),
            author: Author { id: UserId(LONG), origin: Origin::Member, roles: Vec::new(), moderator: false },
            answers: None,
            answered: None,
            mentions: Vec::new(),
            content: String::new(),
            sent,
        }
    }

    #[test]
    fn the_longest_report_fits_and_breaks_no_link() {
        let now: Timestamp = "2026-03-15T12:00:00Z".parse().unwrap();
        let (mut past, mut tried) = (Past::default(), Tried { acted: Vec::new(), silent: 1234 });
        for hours in (0..14 * 24).rev() {
            let message = message(now - SignedDuration::from_hours(hours));
            let writer = (message.author.id, message.home);
            tried.acted.push(Place { message: message.id, channel: message.channel, writer });
            past.hear(&Scanner::new(Vec::new()), vec![message]);
        }
        past.left_out = 4321;
        let closed = vec![ChannelId(LONG); 300];
        let report = Report {
            rule: &rule(),
            guild: GuildId(LONG),
            days: 14,
            now,
            tried: &tried,
            past: &past,
            channels: 900,
            unfinished: 800,
            unreadable: &closed,
            late: true,
            unknown: 700,
            verdicts: Verdicts { false_alarms: 1000, again: 900, missed: 1000, found: 900 },
        };
        let words = report.words();
        assert!(words.chars().count() <= MOST_WORDS, "{}", words.chars().count());
        for part in
            ["**336 times**", "24 a day", "292 more", "**Cut short** after ten minutes: ", "700 more authors"]
        {
            assert!(words.contains(part), "{part}: {words}");
        }
        let links: Vec<&str> = words.lines().filter(|line| line.starts_with("- https://")).collect();
        assert!(links.len() >= 3 && links.iter().all(|link| link.len() == links[0].len()), "{words}");
    }
}
