//! A Discord that remembers only what a case did there, and a walk of a case through it.

use std::collections::BTreeMap;

use aside::case::action::{Action, Post, Receipt, Refusal, Speech};
use aside::case::{Case, Event, FollowUp, Rung, State, Step};
use aside::message::{ChannelId, MessageId, UserId};
use aside::policy::Response;
use aside::wording::Utterance;
use jiff::Timestamp;

use crate::setting::{DESK, GENERAL, STAFF};

/// The direct conversation with the member.
const DIRECT: ChannelId = ChannelId(22);

/// A post of the bot, or what it put in its place.
#[derive(Clone, Debug)]
pub(crate) struct Stands {
    pub(crate) channel: ChannelId,
    pub(crate) words: Speech,
    pub(crate) answers: Option<MessageId>,
}

/// A private thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    archived: bool,
    gone: bool,
    inside: Vec<UserId>,
}

/// A case on its way, and what became of what it did.
#[derive(Clone)]
pub(crate) struct Walk {
    pub(crate) case: Case,
    pub(crate) waits_for: Option<Action<Speech>>,
    posts: BTreeMap<MessageId, Stands>,
    threads: BTreeMap<ChannelId, Thread>,
    gone: Vec<ChannelId>,
    /// Messages that must not stand in public any more.
    unwanted: Vec<MessageId>,
    /// Messages of the member that do not.
    taken: Vec<MessageId>,
    /// Whether somebody took an alert away.
    disturbed: bool,
    pub(crate) actions: usize,
    /// What was broken.
    pub(crate) wrong: Vec<String>,
    /// What happened, for who reads of it.
    pub(crate) told: Vec<String>,
    /// Since when nothing new may be said in public.
    quiet: bool,
    ended: bool,
    next: u64,
}

impl Walk {
    pub(crate) fn new(case: Case) -> Self {
        let waits_for = case.action();
        let secret = (case.matter.response == Response::Shield).then_some(case.matter.message);
        let mut walk = Self {
            case,
            waits_for: None,
            posts: BTreeMap::new(),
            threads: BTreeMap::new(),
            gone: Vec::new(),
            unwanted: secret.into_iter().collect(),
            taken: Vec::new(),
            disturbed: false,
            actions: 0,
            wrong: Vec::new(),
            told: Vec::new(),
            quiet: false,
            ended: false,
            next: 1000,
        };
        walk.commit(waits_for);
        walk
    }

    /// The action it waits for succeeds, as far as what it is about is there.
    pub(crate) fn succeed(&mut self) {
        let Some(action) = self.waits_for.take() else { return };
        let event = self.perform(&action).map_or_else(Event::Refused, Event::Performed);
        self.told.push(format!("{} {event:?}", action.name()));
        self.apply(event);
    }

    /// The action it waits for is refused.
    pub(crate) fn refuse(&mut self, refusal: Refusal) {
        if let Some(action) = self.waits_for.take() {
            self.told.push(format!("{} refused: {refusal:?}", action.name()));
            self.apply(Event::Refused(refusal));
        }
    }

    /// Something else happens.
    pub(crate) fn happen(&mut self, event: Event) {
        self.told.push(format!("{event:?}").chars().take(60).collect());
        self.take_place(&event);
        self.apply(event);
    }

    /// Everything it does succeeds until it waits for nothing.
    pub(crate) fn settle(&mut self) {
        for _ in 0..60 {
            if self.waits_for.is_none() {
                return;
            }
            self.succeed();
        }
        self.wrong.push("it goes on for ever".to_owned());
    }

    fn apply(&mut self, event: Event) {
        let theirs = !self.case.is_over() && self.case.raid.is_none();
        self.quiet |= matches!(event, Event::KeptQuiet) && theirs;
        match &event {
            Event::Further(matter) if matter.response == Response::Shield && self.case.raid.is_none() => {
                self.unwanted.push(matter.message);
            }
            Event::TakeDown if theirs => {
                self.unwanted.extend(self.case.still_public().iter().map(|posted| posted.message));
            }
            _ => {}
        }
        let (case, action) = self.case.clone().apply(event);
        self.ended = case.is_over();
        self.case = case;
        if let Some(action) = action {
            self.commit(Some(action));
        }
        self.check();
    }

    fn commit(&mut self, action: Option<Action<Speech>>) {
        let Some(action) = action else { return };
        self.actions += 1;
        if let Some(other) = &self.waits_for {
            self.wrong.push(format!("{} and {} at once", other.name(), action.name()));
        }
        if self.ended && matches!(action, Action::OpenThread { .. } | Action::OpenDirect { .. }) {
            self.wrong.push("a private place is opened for what is over".to_owned());
        }
        if let Action::Post(post) = &action {
            self.check_post(post);
        }
        self.waits_for = Some(action);
    }

    fn check_post(&mut self, post: &Post<Speech>) {
        let public = post.channel == GENERAL;
        if public && self.quiet {
            self.wrong.push(format!("{:?} in public, after all", post.words.utterance));
        }
        if public && self.case.matter.asked_for {
            self.wrong.push("the public hears what was asked for in private".to_owned());
        }
        if post.enclosure.is_some() && [GENERAL, STAFF].contains(&post.channel) {
            self.wrong.push("private words get out".to_owned());
        }
        if self.ended && post.channel == STAFF && !post.roles.is_empty() {
            self.wrong.push("moderators are called to what is over".to_owned());
        }
    }

    fn check(&mut self) {
        let rests = matches!(self.case.step, Step::Talking | Step::Offered);
        if rests == self.waits_for.is_some() {
            self.wrong.push(format!("{:?} waits for {:?}", self.case.step, self.waits_for));
        }
        let stored = serde_json::to_string(&self.case).unwrap();
        let read: Case = serde_json::from_str(&stored).unwrap();
        if read != self.case {
            self.wrong.push("it is another case after a restart".to_owned());
        }
        if rests && self.case.step != Step::Offered && self.case.matter.enclosure.is_some() {
            self.wrong.push("private words are kept".to_owned());
        }
    }

    fn allot(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn perform(&mut self, action: &Action<Speech>) -> Result<Receipt, Refusal> {
        Ok(match action {
            Action::RemoveMessage { message, .. } => {
                self.taken.push(*message);
                Receipt::Removed
            }
            Action::OpenThread { parent, .. } => {
                self.there(*parent)?;
                let id = ChannelId(self.allot());
                self.threads.insert(id, Thread::default());
                Receipt::Opened(id)
            }
            Action::OpenDirect { .. } => Receipt::Opened(DIRECT),
            Action::AddMember { thread, member } => {
                self.in_thread(*thread, |thread| thread.inside.push(*member))?;
                Receipt::Joined
            }
            Action::CloseThread { thread, .. } => {
                self.in_thread(*thread, |thread| thread.gone = true).ok();
                Receipt::Closed
            }
            Action::ArchiveThread { thread, .. } => {
                self.in_thread(*thread, |thread| thread.archived = true)?;
                Receipt::Closed
            }
            Action::UnarchiveThread { thread, .. } => {
                self.in_thread(*thread, |thread| thread.archived = false)?;
                Receipt::Reopened
            }
            Action::Post(post) => {
                self.there(post.channel)?;
                let id = MessageId(self.allot());
                self.write(id, post);
                Receipt::Posted(id)
            }
            Action::Edit { message, post } => {
                if !self.posts.contains_key(message) {
                    return Err(Refusal::Gone);
                }
                self.write(*message, post);
                Receipt::Edited
            }
            Action::Withdraw { message, .. } => {
                self.posts.remove(message);
                Receipt::Removed
            }
        })
    }

    fn write(&mut self, id: MessageId, post: &Post<Speech>) {
        let (channel, words, answers) = (post.channel, post.words.clone(), post.reply_to);
        self.posts.insert(id, Stands { channel, words, answers });
        // Writing opens a thread again.
        self.in_thread(channel, |thread| thread.archived = false).ok();
    }

    fn there(&self, channel: ChannelId) -> Result<(), Refusal> {
        let thread_gone = self.threads.get(&channel).is_some_and(|thread| thread.gone);
        if thread_gone || self.gone.contains(&channel) { Err(Refusal::Gone) } else { Ok(()) }
    }

    fn in_thread(&mut self, channel: ChannelId, with: impl FnOnce(&mut Thread)) -> Result<(), Refusal> {
        self.there(channel)?;
        with(self.threads.get_mut(&channel).ok_or(Refusal::Gone)?);
        Ok(())
    }

    /// What an event says happened on Discord.
    fn take_place(&mut self, event: &Event) {
        match event {
            Event::Deleted(message) => {
                self.disturbed |= self.posts.remove(message).is_some();
                self.taken.push(*message);
            }
            Event::ChannelGone(channel, _) => {
                self.disturbed |= *channel == STAFF;
                self.gone.push(*channel);
                self.posts.retain(|_, post| post.channel != *channel);
                let under = self.case.under == Some(*channel);
                for (id, thread) in &mut self.threads {
                    thread.gone |= id == channel || under;
                }
                let threads = &self.threads;
                self.posts.retain(|_, post| !threads.get(&post.channel).is_some_and(|thread| thread.gone));
            }
            _ => {}
        }
    }

    /// What stands in a channel.
    fn standing(&self, channel: ChannelId) -> Vec<(MessageId, &Stands)> {
        let here = self.posts.iter().filter(|(_, post)| post.channel == channel);
        here.map(|(id, post)| (*id, post)).collect()
    }

    /// What is wrong now that it waits for nothing, where nothing was refused.
    pub(crate) fn check_rest(&mut self) {
        let mut wrong = Vec::new();
        self.check_threads(&mut wrong);
        self.check_public(&mut wrong);
        self.check_alert(&mut wrong);
        if let Some(message) = self.unwanted.iter().find(|message| !self.taken.contains(message)) {
            wrong.push(format!("{message} still stands in public"));
        }
        self.wrong.extend(wrong);
    }

    fn check_threads(&self, wrong: &mut Vec<String>) {
        let (over, owner) = (self.case.is_over(), self.case.owner);
        for (id, thread) in &self.threads {
            let used = self.case.place.is_some_and(|place| place.channel == *id);
            if !used && !thread.gone {
                wrong.push(format!("thread {id} is left behind"));
            }
            if used && over != thread.archived {
                wrong.push(format!("over: {over}, and its thread is archived: {}", thread.archived));
            }
            if used && !over && owner.is_some_and(|owner| !thread.inside.contains(&owner)) {
                wrong.push("who looks after it is not in the thread".to_owned());
            }
        }
    }

    fn check_public(&self, wrong: &mut Vec<String>) {
        let public = self.standing(GENERAL);
        let count =
            |of: &[Utterance]| public.iter().filter(|(_, post)| of.contains(&post.words.utterance)).count();
        let offers = count(&[Utterance::Suggestion, Utterance::SuggestionDetails]);
        let settled = count(&[Utterance::FollowUp]);
        let answers = count(&[Utterance::Answer]);
        if offers > 0 && (self.case.is_over() || self.case.place.is_some()) {
            wrong.push("an offer stands that nobody can take up".to_owned());
        }
        let spoken = public.iter().filter(|(_, post)| post.words.utterance != Utterance::Answer);
        let mut answered: Vec<MessageId> = spoken.filter_map(|(_, post)| post.answers).collect();
        answered.sort_unstable();
        if settled > 1 || (settled == 0 && answered.windows(2).any(|two| two[0] == two[1])) {
            wrong.push("the public hears the same twice".to_owned());
        }
        match self.case.state() {
            State::Dismissed if public.len() > answers => {
                wrong.push("public words stand on what was dismissed".to_owned());
            }
            State::Resolved if self.hears_of_it() != (settled == 1) => {
                wrong.push(format!("{settled} public words on its settlement"));
            }
            _ => {}
        }
    }

    /// Whether the public has something to hear of the settlement.
    fn hears_of_it(&self) -> bool {
        let follow_up = self.case.surroundings.follow_up != FollowUp::None && !self.case.discreet;
        let there = !self.gone.contains(&GENERAL);
        let earlier = self.case.follow_up.is_some();
        there && (earlier || (follow_up && self.case.answers.is_some()))
    }

    fn check_alert(&self, wrong: &mut Vec<String>) {
        let alerts = self.standing(STAFF);
        if alerts.len() > 1 {
            wrong.push(format!("moderators have {} alerts", alerts.len()));
        }
        let wanted = self.case.needs_people() && self.case.surroundings.alerts.contains(&STAFF);
        if wanted && alerts.is_empty() && !self.disturbed {
            wrong.push("moderators know nothing of it".to_owned());
        }
        let Some((_, alert)) = alerts.first() else { return };
        let facts = &alert.words.facts;
        // That public words stand there, too, is no news.
        let plain = |state: &str| if state == "acknowledged" { "open".to_owned() } else { state.to_owned() };
        let now = (plain(self.case.state().as_str()), self.case.owner, self.case.waiting());
        let told = (plain(facts.state.as_deref().unwrap_or_default()), facts.owner, facts.waiting);
        if told != now {
            wrong.push(format!("moderators read {told:?}, and it is {now:?}"));
        }
    }
}

/// Moments of a walk, each a minute after the one before.
pub(crate) fn minute(n: usize) -> Timestamp {
    Timestamp::from_second(60 * i64::try_from(n).unwrap()).unwrap()
}

/// The moderators of a walk.
pub(crate) const MIA: UserId = UserId(91);
pub(crate) const NOAH: UserId = UserId(92);

/// Whether it has a private thread.
pub(crate) fn thread(case: &Case) -> Option<ChannelId> {
    case.place.filter(|place| place.rung != Rung::Direct).map(|place| place.channel)
}

/// Channels that may go.
pub(crate) fn channels(case: &Case) -> Vec<ChannelId> {
    [Some(GENERAL), Some(DESK), Some(STAFF), thread(case)].into_iter().flatten().collect()
}
