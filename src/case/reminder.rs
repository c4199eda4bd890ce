//! Who is reminded of members that wait for an answer, and how.

use jiff::Timestamp;

use super::action::{Post, Speech};
use super::clock::Promise;
use super::{Case, Event};
use crate::message::{ChannelId, RoleId, UserId};
use crate::wording::{Facts, Utterance, Wait};

/// The clock's last step: after it nobody else is asked.
const LAST: u8 = 2;

/// The most cases that one reminder lists.
const MOST_LISTED: usize = 8;

/// The roles that a server has for its cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// Moderators.
    pub moderators: Vec<RoleId>,
    /// Who is asked, too, when they do not answer.
    pub escalation: Option<RoleId>,
}

/// A case whose clock takes a step: reminded (1), or more of them asked (2).
#[derive(Clone, Debug)]
pub struct Overdue {
    /// The case.
    pub case: Case,
    /// The step.
    pub step: u8,
}

impl Case {
    /// The step that its clock takes at `now`. Where several are due, as after an absence, it is the last of them: nobody
    /// is called twice at once.
    #[must_use]
    pub fn step_due(&self, promise: &Promise, now: Timestamp) -> Option<u8> {
        let since = self.waiting()?;
        let due = |step: &u8| promise.remind_at(since, step - 1).is_some_and(|at| has_come(at, now));
        (self.reminders.saturating_add(1)..=LAST).rev().find(due)
    }

    /// Whether it is over at `now` since nothing has happened for so long.
    #[must_use]
    pub fn has_expired(&self, promise: &Promise, now: Timestamp) -> bool {
        !self.is_over() && promise.expires_at(self.active).is_some_and(|at| has_come(at, now))
    }

    /// Whether `person` is its member, or the other one of the exchange: they do not answer themselves.
    #[must_use]
    pub fn is_about(&self, person: UserId) -> bool {
        person == self.member || self.matter.companion == Some(person)
    }

    fn wait(&self) -> Wait {
        Wait {
            number: self.number,
            since: self.waiting().unwrap_or(self.since),
            owner: self.owner,
            thread: self.thread().map(|place| place.channel),
            link: self.link(self.lead()),
            reminded: self.reminders > 0,
        }
    }
}

/// To the millisecond, which is as exactly as the store keeps it.
fn has_come(at: Timestamp, now: Timestamp) -> bool {
    at.as_millisecond() <= now.as_millisecond()
}

impl Overdue {
    /// What happens to it, by its number.
    #[must_use]
    pub const fn taken(&self) -> (u32, Event) {
        (self.case.number, Event::Reminded(self.step))
    }

    /// The moderator who looks after it is asked first, and alone; then whoever else can help.
    fn roles(&self, help: &Help) -> Vec<RoleId> {
        let owned = self.case.owner.is_some();
        if owned && self.step < LAST {
            return Vec::new();
        }
        let escalation = help.escalation.filter(|_| self.step == LAST);
        // Moderators were called before, unless the owner was asked alone or both steps are due at once.
        let again = escalation.is_none() || owned || self.case.reminders == 0;
        let moderators = help.moderators.iter().copied().filter(|_| again);
        moderators.chain(escalation).collect()
    }
}

/// One post about all of `overdue`, in a channel that only moderators read.
#[must_use]
pub fn together(overdue: &[Overdue], channel: ChannelId, help: &Help) -> Post<Speech> {
    let roles = distinct(overdue.iter().flat_map(|one| one.roles(help)));
    let facts = Facts {
        moderators: roles.clone(),
        waits: overdue.iter().take(MOST_LISTED).map(|one| one.case.wait()).collect(),
        unlisted: u32::try_from(overdue.len().saturating_sub(MOST_LISTED)).unwrap_or(u32::MAX),
        link: overdue.first().map(|one| one.case.link(one.case.lead())),
        ..Facts::default()
    };
    let words = Speech { utterance: Utterance::Reminder, language: None, variant: 0, facts };
    // Whoever is not listed is not called: a bell without a word is no help.
    let members = distinct(overdue.iter().take(MOST_LISTED).filter_map(|one| one.case.owner));
    post(channel, words, members, roles)
}

/// A post about one of them in its own thread, for where moderators have no other place; none where there is no thread.
#[must_use]
pub fn in_thread(overdue: &Overdue, help: &Help) -> Option<Post<Speech>> {
    let place = overdue.case.thread()?;
    let roles = overdue.roles(help);
    let mut words = overdue.case.speech(Utterance::ReminderHere);
    words.facts.moderators.clone_from(&roles);
    Some(post(place.channel, words, overdue.case.owner.into_iter().collect(), roles))
}

fn post(channel: ChannelId, words: Speech, members: Vec<UserId>, roles: Vec<RoleId>) -> Post<Speech> {
    Post {
        channel,
        words,
        reply_to: None,
        members,
        roles,
        number: 0,
        buttons: Vec::new(),
        labels: Vec::new(),
        enclosure: None,
    }
}

fn distinct<T: PartialEq>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut distinct = Vec::new();
    for one in all {
        if !distinct.contains(&one) {
            distinct.push(one);
        }
    }
    distinct
}
