//! What a case says, and to whom.

use super::action::{Button, Enclosure, Post, Speech};
use super::{Case, Ending, FollowUp, Matter, Place, Rung, Step};
use crate::detect::Category;
use crate::message::{ChannelId, MessageId, UserId};
use crate::policy::Response;
use crate::policy::raid::Extent;
use crate::wording::{Facts, Raid, Utterance};

impl Case {
    pub(super) fn greeting(&self, place: Place) -> Post<Speech> {
        let shielding = self.matter.response == Response::Shield;
        let utterance = match (place.rung, shielding, self.matter.removed) {
            (Rung::Direct, _, _) => Utterance::DirectOpening,
            _ if self.matter.asked_for => Utterance::OpeningAsked,
            (_, true, true) => Utterance::OpeningShielded,
            (_, true, false) => Utterance::OpeningUnshielded,
            (_, false, _) => Utterance::Opening,
        };
        let direct = place.rung == Rung::Direct;
        Post {
            channel: place.channel,
            words: self.speech(utterance),
            reply_to: None,
            members: self.inside(place),
            roles: if direct { Vec::new() } else { self.surroundings.moderators.clone() },
            number: self.number,
            buttons: if direct { Vec::new() } else { self.buttons() },
            labels: Vec::new(),
            enclosure: self.returned(),
        }
    }

    pub(super) fn telling(&self, place: Place) -> Post<Speech> {
        let removed = self.matter.removed;
        let utterance = if removed { Utterance::FurtherShielded } else { Utterance::FurtherUnshielded };
        Post {
            channel: place.channel,
            words: self.speech(utterance),
            reply_to: None,
            members: vec![self.member],
            roles: Vec::new(),
            number: self.number,
            buttons: Vec::new(),
            labels: Vec::new(),
            enclosure: self.returned(),
        }
    }

    /// An offer stands there for whoever likes; it sounds no bell.
    pub(super) fn suggestion(&self) -> Post<Speech> {
        let details = matches!(self.matter.category, Category::NeedsDetails | Category::SensitiveInfo);
        let utterance = if details { Utterance::SuggestionDetails } else { Utterance::Suggestion };
        Post { members: Vec::new(), buttons: vec![Button::TakeAside], ..self.reply(utterance) }
    }

    pub(super) fn answer(&self) -> Post<Speech> {
        self.reply(Utterance::Answer)
    }

    /// What was held back is told without a bell: it is there to be read, not to be answered.
    pub(super) fn alert(&self, channel: ChannelId) -> Post<Speech> {
        if self.forgotten {
            return self.erasure(channel);
        }
        let held_back = self.lead().would.is_some() && self.raid.is_none();
        let called = matches!(self.step, Step::Alerting(_)) && !held_back;
        let mut words =
            self.speech_on_all(if self.raid.is_some() { Utterance::RaidAlert } else { Utterance::Alert });
        words.facts.called = matches!(self.step, Step::Alerting(_)) || self.alerted;
        Post {
            channel,
            words,
            reply_to: None,
            members: Vec::new(),
            roles: if called { self.surroundings.moderators.clone() } else { Vec::new() },
            number: self.number,
            buttons: self.moderators_buttons(),
            labels: Vec::new(),
            enclosure: None,
        }
    }

    pub(super) fn public(&self) -> Post<Speech> {
        if self.raid.is_some() {
            return Post { reply_to: None, members: Vec::new(), ..self.reply(Utterance::Raid) };
        }
        let rung = self.place.map(|place| place.rung);
        let utterance = match (rung, self.matter.removed) {
            (Some(Rung::Thread | Rung::Desk), true) => Utterance::AcknowledgmentShielded,
            (Some(Rung::Thread | Rung::Desk), false) => {
                self.matter.acknowledgment.unwrap_or(Utterance::Acknowledgment)
            }
            (Some(Rung::Direct), _) => Utterance::AcknowledgmentDirect,
            (None, _) if self.alerted => Utterance::AcknowledgmentAlerted,
            (None, _) => Utterance::AcknowledgmentAlone,
        };
        let bell = if self.matter.response == Response::Suggest { Vec::new() } else { vec![self.member] };
        Post { members: bell, ..self.reply(utterance) }
    }

    /// A public answer to the message in hand, or words in its place.
    fn reply(&self, utterance: Utterance) -> Post<Speech> {
        Post {
            channel: self.matter.channel,
            words: self.speech(utterance),
            reply_to: (!self.matter.removed).then_some(self.matter.message),
            members: vec![self.member],
            roles: Vec::new(),
            number: self.number,
            buttons: Vec::new(),
            labels: Vec::new(),
            enclosure: None,
        }
    }

    /// Who is in the private place besides moderators.
    fn inside(&self, place: Place) -> Vec<UserId> {
        let companion = self.matter.companion.filter(|_| place.rung != Rung::Direct);
        [self.member].into_iter().chain(companion).collect()
    }

    fn buttons(&self) -> Vec<Button> {
        let mut buttons = vec![Button::Resolve, Button::AskModerator];
        if self.matter.gives_away() {
            buttons.extend([Button::RemoveMessage, Button::KeepIt]);
        }
        if !self.matter.ask.is_empty() {
            buttons.push(Button::GiveDetails);
        }
        buttons.push(Button::Decline);
        if self.would_follow_up() {
            buttons.push(Button::KeepQuiet);
        }
        buttons
    }

    /// Whether the public would hear of a settlement, as far as it can be told now.
    fn would_follow_up(&self) -> bool {
        let spoken = self.answers.is_some() || !(self.matter.quiet || self.matter.covered);
        spoken && !self.matter.asked_for && !self.discreet && self.surroundings.follow_up != FollowUp::None
    }

    /// What was only recorded can be called a false alarm; there is nothing to look after. What the member asked for
    /// cannot.
    #[must_use]
    pub fn moderators_buttons(&self) -> Vec<Button> {
        if self.is_over() {
            return vec![Button::Reopen];
        }
        if self.lead().would.is_some() && self.raid.is_none() {
            return vec![Button::FalseAlarm];
        }
        let mut buttons = vec![Button::Claim, Button::Resolve];
        if !self.lead().asked_for {
            buttons.push(Button::FalseAlarm);
        }
        if !self.details.is_empty() {
            buttons.push(Button::ShowDetails);
        }
        buttons
    }

    /// What was removed is given back, and what was told when asking for a private word is passed on.
    fn returned(&self) -> Option<Enclosure> {
        // Not where someone else reads along who did not see it before.
        let alone = self.matter.companion.is_none() || self.place.is_none();
        self.matter.enclosure.clone().filter(|_| (self.matter.removed && alone) || self.matter.asked_for)
    }

    /// What is said about the message in hand.
    pub(super) fn speech(&self, utterance: Utterance) -> Speech {
        Speech { utterance, language: None, variant: 0, facts: self.facts_on(&self.matter) }
    }

    /// What is said about the case as a whole.
    pub(super) fn speech_on_all(&self, utterance: Utterance) -> Speech {
        Speech { utterance, language: None, variant: 0, facts: self.facts() }
    }

    /// What can be said of it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        self.facts_on(self.lead())
    }

    fn facts_on(&self, matter: &Matter) -> Facts {
        Facts {
            member: Some(self.member),
            moderators: self.surroundings.moderators.clone(),
            number: Some(self.number),
            kinds: matter.kinds.clone(),
            channel: Some(matter.channel),
            thread: self.thread().map(|place| place.channel),
            link: (!matter.asked_for).then(|| self.link(matter)),
            category: Some(matter.category),
            rule: Some(matter.rule.clone()),
            alerted: self.alerted,
            removed: matter.removed,
            deleted: matter.deleted,
            problem: (!self.problems.is_empty()).then(|| self.problems.join(" ")),
            reason: reason(matter),
            by: matter.by,
            would: matter.would.map(|would| would.deed().to_owned()),
            answer: matter.answer.clone(),
            companion: matter.companion,
            beside: matter.beside,
            raid: self.raid.as_ref().map(|extent| self.told_of(extent)),
            state: Some(self.state().as_str().to_owned()),
            owner: self.owner,
            waiting: self.waiting(),
            first_answer: self.first_answer.map(|at| at.duration_since(self.since)),
            reminders: self.reminders,
            asked: self.asked,
            ended_by: self.ending.as_ref().and_then(|ending| ending.by),
            outcome: self.ending.as_ref().and_then(Ending::told),
            rating: self.rating.map(|rating| rating.as_str().to_owned()),
            messages: (self.messages > 1).then_some(self.messages),
            asked_for: self.matter.asked_for,
            asks: !self.matter.ask.is_empty(),
            detailed: !self.details.is_empty(),
            follow_up: self.would_follow_up(),
            discreet: self.discreet,
            acknowledged: self.withdrawn().is_some(),
            transcript_days: self.surroundings.transcript_days,
            ..Facts::default()
        }
    }

    pub(super) fn link(&self, matter: &Matter) -> String {
        let channel = format!("https://discord.com/channels/{}/{}", self.guild, matter.channel);
        if matter.removed || matter.deleted || matter.asked_for {
            channel
        } else {
            format!("{channel}/{}", matter.message)
        }
    }

    fn told_of(&self, extent: &Extent) -> Raid {
        let link = |(channel, message): &(ChannelId, MessageId)| {
            format!("https://discord.com/channels/{}/{channel}/{message}", self.guild)
        };
        Raid {
            members: extent.members,
            messages: extent.messages,
            links: extent.first.iter().map(link).collect(),
        }
    }
}

/// Who decided by hand had reasons of their own.
fn reason(matter: &Matter) -> Option<String> {
    let given = (!matter.because.is_empty()).then(|| matter.because.clone());
    match matter.by {
        Some(by) => {
            let reason =
                given.map_or(String::new(), |reason| format!(": {}", crate::wording::literal(&reason)));
            Some(format!("<@{by}> chose *Take aside*{reason}"))
        }
        None => given,
    }
}
