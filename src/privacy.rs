//! What is kept of people, why, and for how long: the one list that the page about privacy, what members are shown, and
//! the tests go by.

mod export;
mod page;

use std::time::Duration;

pub use self::export::{Export, SCHEMA_VERSION};
pub use self::page::page;
use crate::config::{Config, time_text};
use crate::store::{COOLDOWNS, Line, RECORD, Traces};

/// A kind of thing that is kept.
#[derive(Debug)]
pub struct Kept {
    /// Its name, which labels go by.
    pub name: &'static str,
    /// Whom it is about.
    pub about: About,
    /// The tables it stands in; none where it is in memory only.
    pub tables: &'static [&'static str],
    /// What it is, in plain words.
    pub what: &'static str,
    /// What it is needed for.
    pub why: &'static str,
    /// How long it is kept.
    pub how_long: Term,
}

/// Whom something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// Members whose messages were noticed, or who used a command or a button.
    Members,
    /// Moderators and managers, by what they did.
    Moderators,
    /// Nobody.
    Nobody,
}

/// How long something is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// As long as its case: while that is open, and for `keep_closed` after.
    Case,
    /// Until its case is over.
    WhileOpen,
    /// Until it has been given back to its author.
    UntilGivenBack,
    /// Until Discord has answered, for some minutes at most.
    UnderWay,
    /// For `keep_examples`.
    Examples,
    /// As long as a cooldown can last.
    Cooldowns,
    /// A year.
    Record,
    /// A day.
    Day,
    /// An hour, in memory.
    Hour,
    /// As long as cases are compared, in memory.
    Compared,
    /// Until all is erased.
    UntilErased,
    /// As long as the database.
    ForGood,
}

/// Everything that is kept.
pub const KEPT: &[Kept] = &[
    Kept {
        name: "cases",
        about: About::Members,
        tables: &["cases"],
        what: "Cases: who, where and when by Discord's ids, what the matter is, which kinds of thing were found, which \
               rule applied and why, how far it came, who looked after it, how it ended and, in a moderator's words, \
               what came of it, how the member says it went",
        why: "so that a case has an owner, a clock and an end, over restarts too",
        how_long: Term::Case,
    },
    Kept {
        name: "removed",
        about: About::Members,
        tables: &["cases", "outbox"],
        what: "The text of a message that was removed, with what was private in it masked",
        why: "to give it back to its author in the private thread",
        how_long: Term::UntilGivenBack,
    },
    Kept {
        name: "details",
        about: About::Members,
        tables: &["cases"],
        what: "What a member fills in a private form, such as an order number, as it was written",
        why: "moderators need it to help; it is posted nowhere",
        how_long: Term::WhileOpen,
    },
    Kept {
        name: "messages",
        about: About::Members,
        tables: &["noticed"],
        what: "The ids of the messages that cases are about",
        why: "so that nothing is done twice",
        how_long: Term::Case,
    },
    Kept {
        name: "under_way",
        about: About::Members,
        tables: &["outbox"],
        what: "What the bot is about to do or say on Discord",
        why: "so that it is done once, even if the bot is stopped meanwhile",
        how_long: Term::UnderWay,
    },
    Kept {
        name: "notes",
        about: About::Members,
        tables: &["case_notes"],
        what: "Notes that moderators make about a case, for each other",
        why: "so that whoever goes on with it knows what was agreed",
        how_long: Term::Case,
    },
    Kept {
        name: "transcripts",
        about: About::Members,
        tables: &["transcripts"],
        what: "What people write in the private thread of a case, with what is private in it masked; only where the \
               operator has switched it on, and the first words in the thread say so",
        why: "so that moderators can look up what was said",
        how_long: Term::Case,
    },
    Kept {
        name: "named",
        about: About::Members,
        tables: &["cases"],
        what: "That a member is the other one of an exchange, or could take up an offer, in a case of somebody else",
        why: "to bring both into one thread, and to offer it to those concerned only",
        how_long: Term::Case,
    },
    Kept {
        name: "cooldowns",
        about: About::Members,
        tables: &["acted"],
        what: "When the bot last acted on whom, in which channel, by which rule",
        why: "so that nobody is spoken to again and again",
        how_long: Term::Cooldowns,
    },
    Kept {
        name: "examples",
        about: About::Members,
        tables: &["examples"],
        what: "Messages that moderators called a false alarm or missed: who wrote them where, and their text with what \
               is private in it masked",
        why: "changes of rules are tried on them, so that a mistake is not made again",
        how_long: Term::Examples,
    },
    Kept {
        name: "language",
        about: About::Members,
        tables: &["languages"],
        what: "The language that the Discord of somebody who used a button or a command is in",
        why: "to write to them in it",
        how_long: Term::Record,
    },
    Kept {
        name: "erasure",
        about: About::Members,
        tables: &["erasures"],
        what: "That somebody asked to be forgotten, and when",
        why: "so that it is finished, even if the bot is stopped meanwhile",
        how_long: Term::UntilErased,
    },
    Kept {
        name: "conversations",
        about: About::Members,
        tables: &[],
        what: "How heated a conversation is, who answers whom, which members take part in a raid; no words",
        why: "to notice what boils up over several messages",
        how_long: Term::Hour,
    },
    Kept {
        name: "compared",
        about: About::Members,
        tables: &[],
        what: "A few words of what the latest cases are about; none that are private, and no insults",
        why: "to notice that several cases have one cause",
        how_long: Term::Compared,
    },
    Kept {
        name: "helped",
        about: About::Moderators,
        tables: &["cases"],
        what: "Which cases they looked after, ended, opened again, or began by taking somebody aside",
        why: "so that everyone knows whom to ask",
        how_long: Term::Case,
    },
    Kept {
        name: "noted",
        about: About::Moderators,
        tables: &["case_notes"],
        what: "The notes they made",
        why: "so that everyone knows whom to ask",
        how_long: Term::Case,
    },
    Kept {
        name: "judged",
        about: About::Moderators,
        tables: &["examples"],
        what: "Which messages they called a false alarm or missed",
        why: "so that a judgment can be talked about",
        how_long: Term::Examples,
    },
    Kept {
        name: "changes",
        about: About::Moderators,
        tables: &["changes"],
        what: "Which settings they changed, and when",
        why: "so that a server can see who changed what, and take it back",
        how_long: Term::Record,
    },
    Kept {
        name: "proposals",
        about: About::Moderators,
        tables: &["proposals"],
        what: "A change that they have yet to agree to, and what they entered in a form that was refused",
        why: "so that the button below it works",
        how_long: Term::Day,
    },
    Kept {
        name: "causes",
        about: About::Moderators,
        tables: &["causes", "cause_cases"],
        what: "Which cases had one cause, in a few words that most of their members used, what everyone was told of it, \
               and which moderator called it over",
        why: "so that those cases can be settled together",
        how_long: Term::Case,
    },
    Kept {
        name: "settings",
        about: About::Nobody,
        tables: &["guild_settings", "notes"],
        what: "A server's settings, and what it was told already",
        why: "so that they hold over restarts, and nothing is told twice",
        how_long: Term::ForGood,
    },
    Kept {
        name: "counts",
        about: About::Nobody,
        tables: &["outcomes"],
        what: "What came of each case: its category, channel, rule and day, how long an answer took, how it went. Once \
               the case is erased, neither its number nor anybody's words are part of it",
        why: "so that moderators can learn from it",
        how_long: Term::ForGood,
    },
    Kept {
        name: "upkeep",
        about: About::Nobody,
        tables: &["numbers", "alive", "_sqlx_migrations"],
        what: "The highest case number, when the bot last listened, and the version of the database",
        why: "so that no number is given twice, and nothing is missed",
        how_long: Term::ForGood,
    },
];

impl Term {
    /// In words, as it is configured.
    #[must_use]
    pub fn told(self, config: &Config) -> String {
        let privacy = &config.privacy;
        match self {
            Self::Case if privacy.keep_closed.is_zero() => "until the case is over".to_owned(),
            Self::Case => format!("until {} after the case is over", length(privacy.keep_closed)),
            Self::WhileOpen => "until the case is over".to_owned(),
            Self::UntilGivenBack => "until it has been given back, mostly seconds".to_owned(),
            Self::UnderWay => format!(
                "until it is done, mostly seconds; what cannot be done, {} at most",
                if privacy.keep_closed.is_zero() {
                    "a sweep".to_owned()
                } else {
                    length(privacy.keep_closed)
                }
            ),
            Self::Examples if privacy.keep_examples.is_zero() => "not at all".to_owned(),
            Self::Examples => length(privacy.keep_examples),
            Self::Cooldowns => length(COOLDOWNS.unsigned_abs()),
            Self::Record => length(RECORD.unsigned_abs()),
            Self::Day => "a day".to_owned(),
            Self::Compared => format!("{} at most, in memory only", length(config.causes.within)),
            Self::Hour => "an hour at most, in memory only".to_owned(),
            Self::UntilErased => "until it is done".to_owned(),
            Self::ForGood => "for good".to_owned(),
        }
    }
}

/// A length of time as people say it.
fn length(time: Duration) -> String {
    const HOUR: u64 = 60 * 60;
    let hours = time.as_secs() / HOUR;
    if hours == 0 || time != Duration::from_secs(hours * HOUR) {
        return time_text(time);
    }
    match (hours / 24, hours % 24) {
        (365, 0) => "a year".to_owned(),
        (1, 0) => "a day".to_owned(),
        (days, 0) => format!("{days} days"),
        _ if hours == 1 => "an hour".to_owned(),
        _ => format!("{hours} hours"),
    }
}

/// What was written in the private thread of a case, as a text for moderators: a line a message, with its author's id.
#[must_use]
pub fn transcript(lines: &[Line]) -> String {
    let line = |line: &Line| {
        let edited = if line.edited.is_some() { " (edited)" } else { "" };
        let words = line.words.replace('\n', "\n    ");
        format!("{} {}{edited}: {words}\n", line.at.strftime("%Y-%m-%d %H:%M:%S UTC"), line.author)
    };
    lines.iter().map(line).collect()
}

/// How much of each kind is stored about someone, in the order of [`KEPT`], those that there are.
#[must_use]
pub fn counts(traces: &Traces) -> Vec<(&'static Kept, usize)> {
    let counted = KEPT.iter().filter_map(|kept| Some((kept, count(kept.name, traces)?)));
    counted.filter(|(_, count)| *count > 0).collect()
}

/// None for what is not counted by person.
fn count(name: &str, traces: &Traces) -> Option<usize> {
    let whole = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
    Some(match name {
        "cases" => traces.cases.len(),
        "removed" => traces.cases.iter().filter(|case| case.matter.enclosure.is_some()).count(),
        "details" => traces.cases.iter().map(|case| case.details.len()).sum(),
        "messages" => traces.messages.len(),
        "under_way" => whole(traces.under_way),
        "notes" => whole(traces.notes),
        "transcripts" => traces.lines.len(),
        "named" => traces.named.len(),
        "cooldowns" => traces.acted.len(),
        "examples" => traces.examples.len(),
        "language" => usize::from(traces.language.is_some()),
        "erasure" => usize::from(traces.erasure.is_some()),
        "helped" => traces.helped.len(),
        "noted" => traces.noted.len(),
        "judged" => traces.judged.len(),
        "changes" => traces.changes.len(),
        "proposals" => whole(traces.proposals),
        "causes" => whole(traces.causes),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::message::{MessageId, UserId};

    #[test]
    fn whatever_is_stored_about_somebody_is_counted() {
        let uncounted = |kept: &&Kept| count(kept.name, &Traces::default()).is_none();
        let names: Vec<&str> = KEPT.iter().filter(uncounted).map(|kept| kept.name).collect();
        assert_eq!(names, ["conversations", "compared", "settings", "counts", "upkeep"]);
        assert!(
            KEPT.iter().filter(uncounted).all(|kept| kept.tables.is_empty() || kept.about == About::Nobody)
        );
    }

    #[test]
    fn a_transcript_tells_who_wrote_what_when() {
        let line = |author, edited: bool, words: &str| Line {
            number: 1,
            message: MessageId(author),
            author: UserId(author),
            at: Timestamp::UNIX_EPOCH,
            edited: edited.then_some(Timestamp::UNIX_EPOCH),
            words: words.to_owned(),
        };
        assert_eq!(
            transcript(&[line(7, false, "one\ntwo"), line(8, true, "three")]),
            "1970-01-01 00:00:00 UTC 7: one\n    two\n1970-01-01 00:00:00 UTC 8 (edited): three\n"
        );
    }

    #[test]
    fn lengths_are_said_as_people_say_them() {
        let rows = [
            (24, "a day"),
            (48, "2 days"),
            (720, "30 days"),
            (8760, "a year"),
            (36, "36 hours"),
            (1, "an hour"),
        ];
        for (hours, told) in rows {
            assert_eq!(length(Duration::from_hours(hours)), told);
        }
        assert_eq!(length(Duration::from_mins(90)), "1h 30m");
        let mut config = Config::default();
        assert_eq!(Term::Case.told(&config), "until 30 days after the case is over");
        (config.privacy.keep_closed, config.privacy.keep_examples) = (Duration::ZERO, Duration::ZERO);
        assert_eq!(Term::Case.told(&config), "until the case is over");
        assert_eq!(Term::Examples.told(&config), "not at all");
    }
}
