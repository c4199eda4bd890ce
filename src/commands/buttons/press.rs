//! One press: whose case it is, and who pressed.

use super::super::talk::Answer;
use super::super::{Context, Trouble};
use crate::case::{Case, End, Ending, Event};
use crate::message::{ChannelId, UserId};
use crate::responder::Executor;
use crate::store::{Happened, Store, Whose};
use crate::wording::{Facts, Utterance};

/// A button of a case that someone pressed.
pub(super) struct Press<'a, S, E> {
    pub(super) context: &'a Context<'a, S, E>,
    /// As it was when they pressed.
    pub(super) case: Case,
}

/// What is said to whoever pressed, in the language of their Discord where it is one of ours.
pub(in crate::commands) fn words<S, E>(context: &Context<'_, S, E>, said: Utterance, facts: &Facts) -> String
where
    S: Store + 'static,
    E: Executor,
{
    let here = context.responder.in_force(context.guild);
    let wording = &here.core.wording;
    let language = wording.language_for(&context.locale);
    let variant = wording.choose(language, said, None, context.now.as_millisecond().unsigned_abs());
    wording.render(language, said, variant, facts)
}

impl<'a, S: Store + 'static, E: Executor> Press<'a, S, E> {
    /// What was pressed belongs to this case of the server it was pressed in; what was erased is told to be gone.
    pub(super) async fn on(context: &'a Context<'a, S, E>, number: u32) -> Result<Self, Trouble> {
        match context.responder.store().case(context.guild, Whose::Number(number)).await? {
            Some(case) => Ok(Self { context, case }),
            None => Err(gone(context, number)),
        }
    }

    /// Makes something happen to the case.
    pub(super) async fn happen(&self, event: Event) -> Result<Happened, Trouble> {
        let Case { guild, number, .. } = self.case;
        let happened = self.context.responder.happen(guild, Whose::Number(number), event).await?;
        happened.ok_or_else(|| gone(self.context, number))
    }

    /// Ends the case; nothing is ended twice.
    pub(super) async fn end(&self, how: End) -> Result<Happened, Trouble> {
        let ending = Ending::by(how, self.context.by, self.context.now);
        let happened = self.happen(Event::Ended(ending)).await?;
        if happened.before.is_over() { Err(self.over(&happened.before)) } else { Ok(happened) }
    }

    /// Says `said` of the case as it is now.
    pub(super) fn say(&self, said: Utterance, case: &Case) -> Answer {
        Answer::say(words(self.context, said, &case.facts()))
    }

    pub(super) fn is_member(&self) -> bool {
        self.context.by == self.case.member
    }

    /// The member, or the other one of two whose exchange moved to the thread.
    pub(super) fn takes_part(&self) -> bool {
        self.is_member() || self.case.is_companion(self.context.by)
    }

    /// Whether they are answered as a moderator: who takes part is spoken to as that.
    pub(super) fn moderates(&self) -> bool {
        !self.takes_part() && self.context.is_moderator()
    }

    pub(super) fn require_member(&self) -> Result<(), Trouble> {
        if self.is_member() { Ok(()) } else { Err(self.reserved(Utterance::PressedForMember, &self.alone())) }
    }

    pub(super) fn require_part(&self) -> Result<(), Trouble> {
        if self.takes_part() {
            return Ok(());
        }
        Err(self.reserved(Utterance::PressedForMember, &self.case.facts()))
    }

    pub(super) fn require_part_or_moderator(&self) -> Result<(), Trouble> {
        if self.takes_part() || self.context.is_moderator() {
            return Ok(());
        }
        Err(self.reserved(Utterance::PressedForBoth, &self.case.facts()))
    }

    pub(super) fn require_member_or_moderator(&self) -> Result<(), Trouble> {
        if self.is_member() || self.context.is_moderator() {
            return Ok(());
        }
        Err(self.reserved(Utterance::PressedForBoth, &self.alone()))
    }

    pub(super) fn require_moderator(&self) -> Result<(), Trouble> {
        if self.context.is_moderator() {
            return Ok(());
        }
        Err(self.reserved(Utterance::PressedForModerators, &self.alone()))
    }

    /// Whoever wrote the message in hand.
    pub(super) fn require_author(&self) -> Result<(), Trouble> {
        let author = self.case.author();
        if self.context.by == author {
            return Ok(());
        }
        Err(self.reserved(Utterance::PressedForMember, &Facts { member: Some(author), ..self.alone() }))
    }

    pub(super) fn require_open(&self) -> Result<(), Trouble> {
        if self.case.is_over() { Err(self.over(&self.case)) } else { Ok(()) }
    }

    /// Why nothing was done about a case that is over.
    pub(super) fn over(&self, case: &Case) -> Trouble {
        Trouble::Told(if self.moderates() {
            format!("Case {} is over already: {}. Nothing more was done.", case.number, how(case))
        } else {
            words(self.context, Utterance::PressedOver, &case.facts())
        })
    }

    fn reserved(&self, said: Utterance, facts: &Facts) -> Trouble {
        Trouble::Told(words(self.context, said, facts))
    }

    /// What can be said of the case without the other one of an exchange.
    fn alone(&self) -> Facts {
        Facts { companion: None, ..self.case.facts() }
    }
}

/// The private thread of a case.
pub(super) fn thread(case: &Case) -> Option<ChannelId> {
    case.thread().map(|place| place.channel)
}

/// How a case ended, and by whom.
fn how(case: &Case) -> String {
    let by = case.ending.as_ref().and_then(|ending| ending.by);
    let by = by.map_or(String::new(), |by: UserId| format!(" by <@{by}>"));
    format!("{}{by}", case.state().as_str())
}

fn gone<S, E>(context: &Context<'_, S, E>, number: u32) -> Trouble
where
    S: Store + 'static,
    E: Executor,
{
    let facts = Facts { number: Some(number), ..Facts::default() };
    Trouble::Told(words(context, Utterance::PressedGone, &facts))
}
