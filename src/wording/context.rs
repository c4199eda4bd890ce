//! Facts, as templates see them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::labels::Labels;
use super::{Facts, Utterance, Wait, mention};
use crate::detect::Kind;

/// Every placeholder, in the order of [`Facts`], what is made from them, and last what only `introduction`, `checkup`,
/// `transcript`, `answer`, `reminder` and the words about what is kept say.
pub(super) const PLACEHOLDERS: &[&str] = &[
    "member",
    "moderators",
    "number",
    "kinds",
    "channel",
    "thread",
    "link",
    "category",
    "rule",
    "alerted",
    "removed",
    "deleted",
    "problem",
    "reason",
    "would",
    "companion",
    "beside",
    "members",
    "messages",
    "links",
    "state",
    "owner",
    "person",
    "waiting",
    "first_answer",
    "reminders",
    "asked",
    "called",
    "ended_by",
    "outcome",
    "rating",
    "back",
    "asked_for",
    "asks",
    "detailed",
    "follow_up",
    "discreet",
    "acknowledged",
    "over",
    "given_away",
    "buttons",
    "advice",
    "choices",
    "server",
    "gaps",
    "days",
    "stored",
    "left",
    "answer",
    "cases",
    "more",
    "topic",
    "count",
    "span",
    "numbers",
    "places",
    "notice",
];

/// The placeholders that speak of a case: all but those of one utterance only.
const CASE: &[&str] = PLACEHOLDERS.split_at(PLACEHOLDERS.len() - 14).0;

/// What moderators are told of several cases.
const CAUSE: &[&str] = &[
    "moderators",
    "topic",
    "kinds",
    "category",
    "count",
    "span",
    "numbers",
    "more",
    "places",
    "notice",
    "problem",
    "over",
    "ended_by",
    "outcome",
    "buttons",
];

/// What the buttons do depends on which of them there are.
const CHOICES: &[&str] = &["asks", "follow_up", "given_away", "buttons"];

/// The placeholders that `utterance` may use. What everyone reads must not tell what was found,
/// and Discord shows no mentions in names and reasons.
pub(super) fn placeholders(utterance: Utterance) -> &'static [&'static str] {
    match utterance {
        Utterance::ThreadName | Utterance::Erased => &["number"],
        Utterance::Advice => &["kinds", "removed"],
        Utterance::Choices => CHOICES,
        Utterance::Introduction => &["member", "server"],
        Utterance::Checkup | Utterance::Undone | Utterance::Unread => &["gaps"],
        Utterance::Transcript => &["days"],
        Utterance::Stored => &["stored"],
        Utterance::EraseQuestion | Utterance::EraseDone => &["stored", "left"],
        Utterance::Reminder => &["moderators", "cases", "more"],
        Utterance::CauseNotice => CAUSE,
        // They are shown to a moderator first.
        Utterance::CausePublic | Utterance::CauseSettled => &["topic", "count"],
        // The answer is what a moderator wrote for everyone to read.
        Utterance::Answer => &["answer", "member", "moderators", "number", "channel", "link"],
        Utterance::RemovalReason | Utterance::ThreadReason | Utterance::WithdrawalReason => {
            &["number", "kinds", "category", "rule", "removed"]
        }
        _ if utterance.is_public() => {
            &["member", "moderators", "number", "channel", "thread", "link", "alerted", "removed"]
        }
        _ => CASE,
    }
}

/// Words of their own that others hold, rendered.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) advice: &'a str,
    pub(super) choices: &'a str,
}

/// The values of all placeholders. Absent facts are empty: they print nothing and test as false.
pub(super) fn of(facts: &Facts, parts: Parts<'_>, labels: &Labels) -> Value {
    let text = |value: Option<String>| Value::from(value.unwrap_or_default());
    let raid = facts.raid.as_ref();
    let shared = facts.shared.as_ref();
    Value::from(BTreeMap::from([
        ("member", text(facts.member.map(mention::member))),
        (
            "moderators",
            text(Some(facts.moderators.iter().copied().map(mention::role).collect::<Vec<_>>().join(" "))),
        ),
        ("number", text(facts.number.map(|number| number.to_string()))),
        ("kinds", Value::from_object(kinds(&facts.kinds, labels))),
        ("channel", text(facts.channel.map(mention::channel))),
        ("thread", text(facts.thread.map(mention::channel))),
        ("link", text(facts.link.clone())),
        ("category", text(facts.category.map(|category| labels.category(category).to_owned()))),
        ("rule", text(facts.rule.clone())),
        ("alerted", Value::from(facts.alerted)),
        ("removed", Value::from(facts.removed)),
        ("deleted", Value::from(facts.deleted)),
        ("problem", text(facts.problem.clone())),
        ("reason", text(facts.reason.clone())),
        ("would", text(facts.would.clone())),
        ("answer", text(facts.answer.clone())),
        ("companion", text(facts.companion.map(mention::member))),
        ("beside", text(facts.beside.map(|number| number.to_string()))),
        ("members", text(raid.map(|raid| raid.members.to_string()))),
        ("messages", text(messages(facts).map(|messages| messages.to_string()))),
        ("links", Value::from(raid.map(|raid| raid.links.clone()).unwrap_or_default())),
        ("asked_for", Value::from(facts.asked_for)),
        ("asks", Value::from(facts.asks)),
        ("detailed", Value::from(facts.detailed)),
        ("follow_up", Value::from(facts.follow_up)),
        ("discreet", Value::from(facts.discreet)),
        ("acknowledged", Value::from(facts.acknowledged)),
        ("over", Value::from(facts.state.as_deref().is_some_and(is_over))),
        ("given_away", Value::from(given_away(facts))),
        ("buttons", labels.buttons()),
        ("advice", Value::from(parts.advice)),
        ("choices", Value::from(parts.choices)),
        ("server", text(facts.server.clone())),
        ("gaps", text(facts.gaps.clone())),
        ("state", Value::from_object(state(facts.state.as_deref(), labels))),
        ("owner", text(facts.owner.map(mention::member))),
        ("person", text(facts.person.map(mention::member))),
        ("waiting", text(facts.waiting.map(mention::ago))),
        ("first_answer", text(facts.first_answer.map(length))),
        ("reminders", Value::from(facts.reminders)),
        ("asked", text(facts.asked.map(mention::ago))),
        ("called", Value::from(facts.called)),
        ("ended_by", text(facts.ended_by.map(mention::member))),
        ("outcome", text(facts.outcome.as_deref().map(mention::literal))),
        ("rating", text(facts.rating.as_deref().map(|rating| labels.rating(rating).to_owned()))),
        ("back", text(facts.back.map(mention::moment))),
        ("stored", text(facts.stored.clone())),
        ("left", text(facts.left.clone())),
        ("days", text(facts.transcript_days.map(|days| days.to_string()))),
        ("cases", facts.waits.iter().map(wait).collect()),
        ("topic", text(shared.map(|shared| shared.topic.join(", ")))),
        ("count", text(shared.map(|shared| shared.count.to_string()))),
        ("span", text(shared.map(|shared| length(shared.span)))),
        ("numbers", text(shared.map(|shared| listed(&shared.numbers, u32::to_string)))),
        ("places", text(shared.map(|shared| listed(&shared.places, |place| mention::channel(*place))))),
        ("notice", text(shared.and_then(|shared| shared.notice.clone()))),
        ("more", text((facts.unlisted > 0).then(|| facts.unlisted.to_string()))),
    ]))
}

fn listed<T>(all: &[T], told: impl Fn(&T) -> String) -> String {
    all.iter().map(told).collect::<Vec<_>>().join(", ")
}

fn wait(wait: &Wait) -> Value {
    let place = wait.thread.map_or_else(|| wait.link.clone(), mention::channel);
    Value::from(BTreeMap::from([
        ("number", Value::from(wait.number.to_string())),
        ("waiting", Value::from(mention::ago(wait.since))),
        ("place", Value::from(place)),
        ("owner", Value::from(wait.owner.map(mention::member).unwrap_or_default())),
        ("reminded", Value::from(wait.reminded)),
    ]))
}

/// A length of time in minutes, or in hours and minutes from an hour on.
pub(crate) fn length(time: SignedDuration) -> String {
    let minutes = time.as_mins().max(0);
    match (minutes / 60, minutes % 60) {
        (0, 0) => "< 1 min".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Whether something private is there for all to read, rather than only about to be needed.
fn given_away(facts: &Facts) -> bool {
    let stands = !facts.removed && !facts.deleted && !facts.asked_for;
    stands && facts.category.is_some_and(|category| category.gives_away(&facts.kinds))
}

/// Of a raid, all of its messages.
fn messages(facts: &Facts) -> Option<usize> {
    let own = || facts.messages.and_then(|messages| usize::try_from(messages).ok());
    facts.raid.as_ref().map(|raid| raid.messages).or_else(own)
}

/// Whether a case is over that is in the state of that name.
fn is_over(state: &str) -> bool {
    matches!(state, "resolved" | "dismissed" | "declined" | "expired")
}

fn kinds(kinds: &[Kind], labels: &Labels) -> Named {
    Named { names: kinds.iter().map(|kind| kind.as_str().to_owned()).collect(), printed: labels.list(kinds) }
}

fn state(state: Option<&str>, labels: &Labels) -> Named {
    Named {
        names: state.map(str::to_owned).into_iter().collect(),
        printed: state.map(|state| labels.state(state).to_owned()).unwrap_or_default(),
    }
}

/// Prints as "a card number and a phone number"; is a list of names to `{% if "card" in kinds %}`.
#[derive(Debug)]
struct Named {
    names: Vec<String>,
    printed: String,
}

impl Object for Named {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.names.get(key.as_usize()?).map(|name| Value::from(name.as_str()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.names.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.printed)
    }
}
