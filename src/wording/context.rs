//! Facts, as templates see them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::SignedDuration;
use minijinja::Value;
use minijinja::value::{Enumerator, Object, ObjectRepr};

use super::labels::Labels;
use super::{Facts, Utterance, Wait, mention};
use crate::detect::{Category, Kind};

/// Every placeholder, in the order of [`Facts`], the advice made from them, and last what only `introduction`,
/// `checkup`, `answer` and `reminder` say.
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
    "given_away",
    "advice",
    "server",
    "gaps",
    "answer",
    "cases",
    "more",
];

/// The placeholders that speak of a case: all but those of one utterance only.
const CASE: &[&str] = PLACEHOLDERS.split_at(PLACEHOLDERS.len() - 5).0;

/// The placeholders that `utterance` may use. What everyone reads must not tell what was found,
/// and Discord shows no mentions in names and reasons.
pub(super) fn placeholders(utterance: Utterance) -> &'static [&'static str] {
    match utterance {
        Utterance::ThreadName => &["number"],
        Utterance::Advice => &["kinds", "removed"],
        Utterance::Introduction => &["member", "server"],
        Utterance::Checkup => &["gaps"],
        Utterance::Reminder => &["moderators", "cases", "more"],
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

/// The values of all placeholders. Absent facts are empty: they print nothing and test as false.
pub(super) fn of(facts: &Facts, advice: &str, labels: &Labels) -> Value {
    let text = |value: Option<String>| Value::from(value.unwrap_or_default());
    let raid = facts.raid.as_ref();
    Value::from(BTreeMap::from([
        ("member", text(facts.member.map(mention::member))),
        (
            "moderators",
            text(Some(facts.moderators.iter().copied().map(mention::role).collect::<Vec<_>>().join(" "))),
        ),
        ("number", text(facts.number.map(|number| number.to_string()))),
        ("kinds", Value::from_object(Kinds::new(&facts.kinds, labels))),
        ("channel", text(facts.channel.map(mention::channel))),
        ("thread", text(facts.thread.map(mention::channel))),
        ("link", text(facts.link.clone())),
        ("category", text(facts.category.map(|category| labels.category(category).to_owned()))),
        ("rule", text(facts.rule.clone())),
        ("alerted", Value::from(facts.alerted)),
        ("removed", Value::from(facts.removed)),
        ("problem", text(facts.problem.clone())),
        ("reason", text(facts.reason.clone())),
        ("would", text(facts.would.clone())),
        ("answer", text(facts.answer.clone())),
        ("companion", text(facts.companion.map(mention::member))),
        ("beside", text(facts.beside.map(|number| number.to_string()))),
        ("members", text(raid.map(|raid| raid.members.to_string()))),
        ("messages", text(raid.map(|raid| raid.messages.to_string()))),
        ("links", Value::from(raid.map(|raid| raid.links.clone()).unwrap_or_default())),
        ("given_away", Value::from(given_away(facts))),
        ("advice", Value::from(advice)),
        ("server", text(facts.server.clone())),
        ("gaps", text(facts.gaps.clone())),
        ("state", text(facts.state.as_deref().map(|state| labels.state(state).to_owned()))),
        ("owner", text(facts.owner.map(mention::member))),
        ("person", text(facts.person.map(mention::member))),
        ("waiting", text(facts.waiting.map(mention::ago))),
        ("first_answer", text(facts.first_answer.map(length))),
        ("reminders", Value::from(facts.reminders)),
        ("asked", text(facts.asked.map(mention::ago))),
        ("called", Value::from(facts.called)),
        ("ended_by", text(facts.ended_by.map(mention::member))),
        ("outcome", text(facts.outcome.clone())),
        ("rating", text(facts.rating.as_deref().map(|rating| labels.rating(rating).to_owned()))),
        ("back", text(facts.back.map(mention::moment))),
        ("cases", facts.waits.iter().map(wait).collect()),
        ("more", text((facts.unlisted > 0).then(|| facts.unlisted.to_string()))),
    ]))
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
    let private = matches!(facts.category, Some(Category::SensitiveInfo | Category::Confidential));
    private && !facts.kinds.is_empty() && !facts.kinds.contains(&Kind::AccountIssue)
}

/// Prints as "a card number and a phone number"; is a list of names to `{% if "card" in kinds %}`.
#[derive(Debug)]
struct Kinds {
    names: Vec<&'static str>,
    listed: String,
}

impl Kinds {
    fn new(kinds: &[Kind], labels: &Labels) -> Self {
        let names = kinds.iter().map(|kind| kind.as_str()).collect();
        Self { names, listed: labels.list(kinds) }
    }
}

impl Object for Kinds {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.names.get(key.as_usize()?).map(|name| Value::from(*name))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.names.len())
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.listed)
    }
}
