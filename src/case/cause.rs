//! The notice of a cause: what moderators are told of it once, what everyone is told, and that it is over.
//!
//! Like a case it waits for at most one action at a time; what happens meanwhile is told by the next one.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Posted;
use super::action::{Action, Button, Post, Receipt, Refusal, Speech};
use crate::message::{ChannelId, GuildId, RoleId, UserId};
use crate::policy::cause::Cause;
use crate::wording::{Facts, Shared, Utterance};

/// The most cases that moderators are told the numbers of.
const MOST_LISTED: usize = 20;

/// The most channels that they are told.
const MOST_PLACES: usize = 3;

/// What the notice waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Moderators are being told, in the channel of that index in [`CauseNotice::alerts`].
    Telling(usize),
    /// What they were told is being brought up to date.
    Retelling,
    /// Everyone is being told.
    Announcing,
    /// What everyone was told is being brought up to date.
    Amending,
    /// Nothing.
    Resting,
}

/// A cause that moderators were told of, from the notice to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CauseNotice {
    /// The server.
    pub guild: GuildId,
    /// What is behind the cases.
    pub cause: Cause,
    /// The roles that are called once.
    pub moderators: Vec<RoleId>,
    /// Channels only moderators read, best first.
    pub alerts: Vec<ChannelId>,
    /// What everyone is told.
    pub public: Option<Public>,
    /// That it is over.
    pub over: Option<Over>,
    step: Step,
    told: Option<Posted>,
    told_as: Option<Standing>,
    /// Whether moderators were called.
    called: bool,
    problem: Option<String>,
}

/// What everyone is told of a cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Public {
    /// Where.
    pub channel: ChannelId,
    /// In a moderator's words.
    pub words: String,
    /// The post, once it stands there.
    pub posted: Option<Posted>,
    /// The words that stand there, or are on their way.
    said: Option<String>,
}

/// That a cause is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Over {
    /// The moderator who says so; none once they are forgotten.
    pub by: Option<UserId>,
    /// When.
    pub at: Timestamp,
    /// What came of it, for the record.
    pub outcome: Option<String>,
}

/// What moderators are shown and that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Standing {
    cases: usize,
    topic: Vec<String>,
    public: Option<Posted>,
    over: bool,
    problem: Option<String>,
}

/// What happens to a notice.
#[derive(Clone, Debug, PartialEq)]
pub enum NoticeEvent {
    /// The action it waited for was performed.
    Performed(Receipt),
    /// The action it waited for cannot be performed.
    Refused(Refusal),
    /// More cases have the cause.
    Grown(Cause),
    /// A moderator tells everyone, or tells them otherwise; where something stands, it stays there.
    Announced(ChannelId, String),
    /// A moderator says that it is over, and what everyone is told from now on, where they were told before.
    Over(Over, Option<String>),
}

impl CauseNotice {
    /// The notice of `cause`, as moderators are about to be told.
    #[must_use]
    pub fn new(guild: GuildId, cause: Cause, moderators: Vec<RoleId>, alerts: Vec<ChannelId>) -> Self {
        let mut notice = Self {
            guild,
            cause,
            moderators,
            alerts,
            public: None,
            over: None,
            step: Step::Resting,
            told: None,
            told_as: None,
            called: false,
            problem: None,
        };
        notice.step = notice.telling(0);
        notice
    }

    /// The case that it goes by.
    #[must_use]
    pub const fn lead(&self) -> u32 {
        self.cause.lead
    }

    /// The post that everyone reads, if one stands there.
    #[must_use]
    pub fn posted(&self) -> Option<Posted> {
        self.public.as_ref().and_then(|public| public.posted)
    }

    /// Moves the notice on. Total: an event that does not fit changes nothing.
    #[must_use]
    pub fn apply(mut self, event: NoticeEvent) -> (Self, Option<Action<Speech>>) {
        let waited = self.step;
        let next = match event {
            NoticeEvent::Performed(receipt) => self.after(receipt),
            NoticeEvent::Refused(refusal) => self.without(&refusal),
            event => {
                self.happened(event);
                None
            }
        };
        let settled = next.is_some();
        self.step = next.unwrap_or(self.step);
        if self.step == Step::Resting {
            self.step = self.rest();
        }
        let action = self.action().filter(|_| settled || self.step != waited);
        (self, action)
    }

    fn happened(&mut self, event: NoticeEvent) {
        match event {
            NoticeEvent::Grown(cause) if self.over.is_none() => self.cause = cause,
            NoticeEvent::Announced(channel, words) if self.over.is_none() => self.announced(channel, words),
            NoticeEvent::Over(over, words) if self.over.is_none() => {
                self.over = Some(over);
                if let (Some(public), Some(words)) = (&mut self.public, words) {
                    public.words = words;
                }
            }
            _ => {}
        }
    }

    fn announced(&mut self, channel: ChannelId, words: String) {
        self.problem = None;
        match &mut self.public {
            Some(public) => public.words = words,
            None => self.public = Some(Public { channel, words, posted: None, said: None }),
        }
    }

    fn after(&mut self, receipt: Receipt) -> Option<Step> {
        match (self.step, receipt) {
            (Step::Telling(at), Receipt::Posted(message)) => {
                self.called = true;
                self.told = self.alerts.get(at).map(|channel| Posted { channel: *channel, message });
            }
            (Step::Announcing, Receipt::Posted(message)) => {
                if let Some(public) = &mut self.public {
                    public.posted = Some(Posted { channel: public.channel, message });
                }
            }
            (Step::Retelling | Step::Amending, Receipt::Edited) => {}
            _ => return None,
        }
        Some(Step::Resting)
    }

    fn without(&mut self, refusal: &Refusal) -> Option<Step> {
        match self.step {
            Step::Telling(at) => return Some(self.telling(at + 1)),
            // Who deleted it knows it; the next news are told anew.
            Step::Retelling => self.told = None,
            Step::Announcing => self.not_announced("The public notice could not be posted", refusal),
            Step::Amending if *refusal == Refusal::Gone => self.public = None,
            Step::Amending => {
                self.problem = Some(format!("The public notice could not be changed: {refusal}."));
            }
            Step::Resting => return None,
        }
        Some(Step::Resting)
    }

    fn not_announced(&mut self, what: &str, refusal: &Refusal) {
        self.public = None;
        self.problem = Some(format!("{what}: {refusal}."));
    }

    /// Whether nobody hears of it if what it waits for cannot be done: no other channel is tried, and moderators do not
    /// read of it in what they were told.
    #[must_use]
    pub fn loses(&self, refusal: &Refusal) -> bool {
        match self.step {
            Step::Telling(at) => at + 1 >= self.alerts.len(),
            // Who deleted it knows it.
            Step::Retelling | Step::Amending if *refusal == Refusal::Gone => false,
            Step::Retelling => true,
            Step::Announcing | Step::Amending => self.told.is_none(),
            Step::Resting => false,
        }
    }

    /// Where there is no channel to tell them, moderators are not told.
    fn telling(&mut self, at: usize) -> Step {
        self.told_as = Some(self.standing());
        if at < self.alerts.len() { Step::Telling(at) } else { Step::Resting }
    }

    /// What is still to be done.
    fn rest(&mut self) -> Step {
        if let Some(public) =
            self.public.as_mut().filter(|public| public.said.as_ref() != Some(&public.words))
        {
            public.said = Some(public.words.clone());
            return if public.posted.is_some() { Step::Amending } else { Step::Announcing };
        }
        let news = self.told_as.as_ref() != Some(&self.standing());
        match self.told {
            Some(_) if news => {
                self.told_as = Some(self.standing());
                Step::Retelling
            }
            None if news && self.over.is_none() => self.telling(0),
            _ => Step::Resting,
        }
    }

    fn standing(&self) -> Standing {
        Standing {
            cases: self.cause.cases.len(),
            topic: self.topic(),
            public: self.posted(),
            over: self.over.is_some(),
            problem: self.problem.clone(),
        }
    }

    fn topic(&self) -> Vec<String> {
        self.cause.topic().into_iter().map(str::to_owned).collect()
    }

    /// The action it waits for, if any.
    #[must_use]
    pub fn action(&self) -> Option<Action<Speech>> {
        Some(match self.step {
            Step::Telling(at) => Action::Post(self.notice(*self.alerts.get(at)?)),
            Step::Retelling => {
                let Posted { channel, message } = self.told?;
                Action::Edit { message, post: self.notice(channel) }
            }
            Step::Announcing => Action::Post(self.announcement(self.public.as_ref()?)),
            Step::Amending => {
                let public = self.public.as_ref()?;
                Action::Edit { message: public.posted?.message, post: self.announcement(public) }
            }
            Step::Resting => return None,
        })
    }

    fn notice(&self, channel: ChannelId) -> Post<Speech> {
        let roles = if self.called { Vec::new() } else { self.moderators.clone() };
        let facts = Facts { moderators: roles.clone(), ..self.facts() };
        let buttons = if self.over.is_some() { Vec::new() } else { vec![Button::Announce, Button::Settle] };
        Post { roles, buttons, ..self.post(channel, Utterance::CauseNotice, facts) }
    }

    /// Nobody is called by it, whatever its words.
    fn announcement(&self, public: &Public) -> Post<Speech> {
        let facts = Facts { said: public.said.clone(), ..self.facts() };
        self.post(public.channel, Utterance::CausePublic, facts)
    }

    fn post(&self, channel: ChannelId, utterance: Utterance, facts: Facts) -> Post<Speech> {
        Post {
            channel,
            words: Speech { utterance, language: None, variant: 0, facts },
            reply_to: None,
            members: Vec::new(),
            roles: Vec::new(),
            number: self.lead(),
            buttons: Vec::new(),
            labels: Vec::new(),
            enclosure: None,
        }
    }

    /// What can be said of it.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let cause = &self.cause;
        let link = |posted: Posted| {
            format!("https://discord.com/channels/{}/{}/{}", self.guild, posted.channel, posted.message)
        };
        let shared = Shared {
            topic: self.topic(),
            count: cause.cases.len(),
            span: cause.until.duration_since(cause.since),
            numbers: cause.cases.iter().copied().take(MOST_LISTED).collect(),
            places: cause.channels.iter().map(|(channel, _)| *channel).take(MOST_PLACES).collect(),
            notice: self.posted().map(link),
        };
        Facts {
            kinds: cause.kinds.clone(),
            category: Some(cause.category),
            unlisted: u32::try_from(cause.cases.len().saturating_sub(MOST_LISTED)).unwrap_or(u32::MAX),
            shared: Some(shared),
            problem: self.problem.clone(),
            state: self.over.as_ref().map(|_| "resolved".to_owned()),
            ended_by: self.over.as_ref().and_then(|over| over.by),
            by: self.over.as_ref().and_then(|over| over.by),
            outcome: self.over.as_ref().and_then(|over| over.outcome.clone()),
            ..Facts::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Category;
    use crate::message::MessageId;

    const STAFF: ChannelId = ChannelId(1);
    const DESK: ChannelId = ChannelId(2);
    const HELP: ChannelId = ChannelId(3);

    fn cause(cases: u32) -> Cause {
        Cause {
            lead: 1,
            category: Category::SensitiveInfo,
            kinds: Vec::new(),
            cases: (1..=cases).collect(),
            members: Vec::new(),
            channels: vec![(HELP, 1)],
            keywords: Vec::new(),
            since: Timestamp::UNIX_EPOCH,
            until: Timestamp::UNIX_EPOCH,
        }
    }

    fn posted(message: u64) -> NoticeEvent {
        NoticeEvent::Performed(Receipt::Posted(MessageId(message)))
    }

    const EDITED: NoticeEvent = NoticeEvent::Performed(Receipt::Edited);

    fn refused(refusal: Refusal) -> NoticeEvent {
        NoticeEvent::Refused(refusal)
    }

    fn grown(cases: u32) -> NoticeEvent {
        NoticeEvent::Grown(cause(cases))
    }

    fn announced(words: &str) -> NoticeEvent {
        NoticeEvent::Announced(HELP, words.to_owned())
    }

    fn over(words: Option<&str>) -> NoticeEvent {
        let over = Over { by: Some(UserId(4)), at: Timestamp::UNIX_EPOCH, outcome: None };
        NoticeEvent::Over(over, words.map(str::to_owned))
    }

    /// What is done first and after each of `events`, in a few words.
    fn course(events: &[NoticeEvent]) -> String {
        let mut notice = CauseNotice::new(GuildId(9), cause(5), vec![RoleId(7)], vec![STAFF, DESK]);
        let mut done = vec![told(notice.action().as_ref())];
        for event in events {
            let (next, action) = notice.apply(event.clone());
            notice = next;
            done.push(told(action.as_ref()));
        }
        done.join(", ")
    }

    fn told(action: Option<&Action<Speech>>) -> String {
        let place = |post: &Post<Speech>| match post.channel {
            STAFF => "staff",
            DESK => "desk",
            _ => "help",
        };
        match action {
            Some(Action::Post(post)) if post.roles.is_empty() => format!("post {}", place(post)),
            Some(Action::Post(post)) => format!("call {}", place(post)),
            Some(Action::Edit { post, .. }) if post.buttons.is_empty() => format!("close {}", place(post)),
            Some(Action::Edit { post, .. }) => format!("edit {}", place(post)),
            other => other.map_or("-", Action::name).to_owned(),
        }
    }

    #[test]
    fn what_follows_in_each_course() {
        let known = || announced("known");
        let rows = [
            (
                "growth is told by an edit, and what comes meanwhile by the next",
                vec![posted(10), grown(6), grown(7), grown(8), EDITED, EDITED],
                "call staff, -, edit staff, -, -, edit staff, -",
            ),
            (
                "a refused notice goes to the next channel, and nowhere in the end",
                vec![refused(Refusal::Forbidden), refused(Refusal::Forbidden), known()],
                "call staff, call desk, -, post help",
            ),
            (
                "everyone is told once, moderators see where, and it can be told otherwise",
                vec![posted(10), known(), posted(11), EDITED, known(), announced("soon"), EDITED],
                "call staff, -, post help, edit staff, -, -, close help, -",
            ),
            (
                "what could not be posted is told, and can be tried again",
                vec![posted(10), known(), refused(Refusal::Forbidden), EDITED, known()],
                "call staff, -, post help, edit staff, -, post help",
            ),
            (
                "once it is over everyone is told, the buttons go, and nothing more happens",
                vec![posted(10), known(), posted(11), EDITED, over(Some("done")), EDITED, EDITED],
                "call staff, -, post help, edit staff, -, close help, close staff, -",
            ),
            (
                "what is over stays as it is",
                vec![posted(10), over(None), EDITED, grown(6), known(), over(Some("again"))],
                "call staff, -, close staff, -, -, -, -",
            ),
            (
                "a notice that someone deleted is told anew by the next news, without a bell",
                vec![posted(10), grown(6), refused(Refusal::Gone), grown(7), posted(12), over(None)],
                "call staff, -, edit staff, -, post staff, -, close staff",
            ),
            (
                "a public notice that someone deleted is not put back",
                vec![
                    posted(10),
                    known(),
                    posted(11),
                    EDITED,
                    announced("soon"),
                    refused(Refusal::Gone),
                    EDITED,
                ],
                "call staff, -, post help, edit staff, -, close help, edit staff, -",
            ),
        ];
        for (what, events, expected) in rows {
            assert_eq!(course(&events), expected, "{what}");
        }
    }
}
