//! Changes to a server's settings: shown before they are saved where they need a second look, saved with who and when,
//! refused when someone else was quicker.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::context::proposal_number;
use super::talk::{Answer, Reply, button};
use super::{Context, Outcome, Trouble, regression, share};
use crate::config::{GuildConfig, GuildSettings, Part, Subject, Unfit};
use crate::message::UserId;
use crate::responder::{Changed, Edit, Executor};
use crate::store::{Change, Store};

/// Someone else's change of the same thing is worth telling for so long.
const RECENT: SignedDuration = SignedDuration::from_mins(10);

/// What a moderator has yet to agree to, as the store keeps it: so that the button works after a restart.
#[derive(Serialize, Deserialize)]
struct Proposal {
    by: UserId,
    parts: Vec<Part>,
    /// The change that it takes back.
    #[serde(default)]
    undoes: Option<u32>,
    /// What is said when it is saved.
    done: String,
}

/// What is shown before much is changed at once.
pub(super) struct Shown {
    pub(super) words: String,
    /// Line by line, what goes and what comes.
    pub(super) difference: String,
}

impl<S: Store + 'static, E: Executor> Context<'_, S, E> {
    /// Saves `parts`, or shows what speaks against them and asks. `concerns` is what the caller has to say against it.
    pub(super) async fn consider(&self, parts: Vec<Part>, done: &str, concerns: Vec<String>) -> Outcome {
        self.weigh(parts, None, done, concerns, None).await
    }

    /// Takes change `number` back by `parts`, or shows what speaks against that and asks.
    pub(super) async fn take_back(&self, number: u32, parts: Vec<Part>) -> Outcome {
        self.weigh(parts, Some(number), &format!("Change {number} is taken back."), Vec::new(), None).await
    }

    /// Shows what `parts` would change, with what speaks against them, and asks in any case.
    pub(super) async fn confirm(&self, parts: Vec<Part>, done: &str, shown: Shown) -> Outcome {
        self.weigh(parts, None, done, Vec::new(), Some(shown)).await
    }

    async fn weigh(
        &self,
        parts: Vec<Part>,
        undoes: Option<u32>,
        done: &str,
        mut concerns: Vec<String>,
        shown: Option<Shown>,
    ) -> Outcome {
        let before = self.responder.in_force(self.guild);
        let Ok(settings) = applied(&before, &parts) else {
            return Err(Trouble::Told(self.conflict(&parts, undoes).await?));
        };
        let after = self
            .responder
            .configs()
            .build(self.guild, before.revision + 1, settings)
            .map_err(|error| unfit(&error))?;
        concerns.extend(regression::concerns(self, &before, &after).await?);
        concerns.extend(share::concerns(self, &parts, &before, &after).await);
        if concerns.is_empty() && shown.is_none() {
            self.commit(parts, undoes, done).await
        } else {
            let proposal = Proposal { by: self.by, parts, undoes, done: done.to_owned() };
            self.ask(&proposal, &concerns, shown).await
        }
    }

    async fn ask(&self, proposal: &Proposal, concerns: &[String], shown: Option<Shown>) -> Outcome {
        let body = serde_json::to_string(proposal).map_err(|error| Trouble::Failed(error.to_string()))?;
        let id = self.responder.store().propose(self.guild, self.now, &body).await?;
        let save = if concerns.is_empty() { (3, "Save it") } else { (4, "Save it anyway") };
        Ok(Answer::Say(question(concerns, shown).row(&[
            button(save.0, save.1, &format!("change:{id}:save")),
            button(2, "Leave it", &format!("change:{id}:leave")),
        ])))
    }

    /// Saves `parts`, unless what they were made from is no longer so.
    pub(super) async fn commit(&self, parts: Vec<Part>, undoes: Option<u32>, done: &str) -> Outcome {
        let make = |config: &GuildConfig| applied(config, &parts);
        let edit = Edit { guild: self.guild, by: self.by, at: self.now, undoes, make: &make };
        let changed = self.responder.change(edit).await?;
        match changed {
            Changed::Saved { number, parts } => {
                // It is saved whatever becomes of this look.
                let beside = self.others(number, &parts).await.unwrap_or_default();
                Ok(Answer::Update(Reply::new(format!(
                    "{done}\n-# Change {number}; `/rules undo number:{number}` takes it back.{beside}"
                ))))
            }
            Changed::Nothing => {
                Ok(Answer::Update(Reply::new("That is how it is already; nothing was changed.")))
            }
            Changed::Refused(_) => Err(Trouble::Told(self.conflict(&parts, undoes).await?)),
            Changed::Unfit(error) => Err(unfit(&error)),
        }
    }

    /// Says who else changed the same thing a moment ago.
    async fn others(&self, number: u32, parts: &[Part]) -> Result<String, Trouble> {
        let since = self.now.checked_sub(RECENT).unwrap_or(self.now);
        let changes = self.responder.store().changes(self.guild).await?;
        let other = changes.iter().find(|change| {
            change.number < number && change.by != self.by && change.at >= since && touches(change, parts)
        });
        Ok(other.map_or(String::new(), |other| {
            format!("\n-# <@{}> changed the same {} (change {}).", other.by, ago(other), other.number)
        }))
    }

    /// Says what was changed meanwhile, by whom.
    async fn conflict(&self, parts: &[Part], undoes: Option<u32>) -> Result<String, Trouble> {
        let here = self.responder.in_force(self.guild);
        let differs = |part: &&Part| here.settings.get(&part.subject) != part.before;
        let what = parts.iter().find(differs).map_or("That".to_owned(), |part| named(&part.subject));
        let changes = self.responder.store().changes(self.guild).await?;
        let by = changes.iter().find(|change| touches(change, parts)).map_or(String::new(), |change| {
            format!(" by <@{}> {} (change {})", change.by, ago(change), change.number)
        });
        if let Some(number) = undoes {
            return Ok(format!(
                "{what} was changed since{by}, so change {number} cannot be taken back. Take the later one back first."
            ));
        }
        Ok(format!(
            "{what} was changed meanwhile{by}, so nothing of yours was saved. Look at it as it is now, and try again."
        ))
    }

    /// Whether a subject is still as it was when a form about it was opened; what to say when it is not.
    pub(super) async fn require_unchanged(&self, subject: &Subject, seen: &str) -> Result<(), Trouble> {
        let here = self.responder.in_force(self.guild);
        let now = here.settings.get(subject);
        if fingerprint(now.as_ref()) == seen {
            return Ok(());
        }
        let part = Part { subject: subject.clone(), before: Some(Value::Bool(true)), after: None };
        Err(Trouble::Told(self.conflict(&[part], None).await?))
    }
}

fn question(concerns: &[String], shown: Option<Shown>) -> Reply {
    let before = match concerns {
        [] => "**Not saved yet.**".to_owned(),
        _ => format!("**Not saved yet.** Before it is:\n{}", concerns.join("\n")),
    };
    match shown {
        None => Reply::new(before),
        // What speaks against it comes first: of what does not fit into a message the end is lost.
        Some(Shown { words, difference }) if !concerns.is_empty() => {
            Reply::new(format!("{before}\n{words}")).quoting("diff", "difference.diff", &difference)
        }
        Some(Shown { words, difference }) => {
            Reply::new(format!("{words}\n{before}")).quoting("diff", "difference.diff", &difference)
        }
    }
}

/// Answers *Save it*, *Save it anyway* and *Leave it*.
pub(super) async fn press<S, E>(context: &Context<'_, S, E>, custom_id: &str) -> Outcome
where
    S: Store + 'static,
    E: Executor,
{
    context.require_manager()?;
    let mut words = custom_id.split(':').skip(1);
    let id = words.next().map_or(0, proposal_number);
    let body = context.responder.store().take_proposal(context.guild, id).await?;
    let proposal: Option<Proposal> = body.and_then(|body| serde_json::from_str(&body).ok());
    match proposal {
        None => Ok(Answer::Update(Reply::new("This was decided before, or is more than a day old."))),
        Some(_) if words.next() != Some("save") => Ok(Answer::Update(Reply::new("Left as it was."))),
        Some(proposal) => context.commit(proposal.parts, proposal.undoes, &proposal.done).await,
    }
}

/// The settings with `parts` done to them, unless one of them was made from something else.
pub(super) fn applied(config: &GuildConfig, parts: &[Part]) -> Result<GuildSettings, String> {
    let mut settings = config.settings.clone();
    for part in parts {
        if settings.get(&part.subject) != part.before {
            return Err(format!("{} was changed meanwhile.", named(&part.subject)));
        }
        settings.put(&part.subject, part.after.clone());
    }
    Ok(settings)
}

fn unfit(error: &Unfit) -> Trouble {
    Trouble::Told(format!("That cannot be saved.\n{error}"))
}

fn touches(change: &Change, parts: &[Part]) -> bool {
    change.parts.iter().any(|one| parts.iter().any(|other| one.subject == other.subject))
}

/// Discord shows it as "two minutes ago", in the reader's own time.
pub(super) fn ago(change: &Change) -> String {
    format!("<t:{}:R>", change.at.as_second())
}

/// A subject as a moderator reads it.
pub(super) fn named(subject: &Subject) -> String {
    match subject {
        Subject::ModeratorRole => "The moderator role".to_owned(),
        Subject::DeskChannel => "The desk channel".to_owned(),
        Subject::AlertChannel => "The alert channel".to_owned(),
        Subject::Channels => "The list of watched channels".to_owned(),
        Subject::Mode => "The mode".to_owned(),
        Subject::Language => "The language".to_owned(),
        Subject::EscalationRole => "The escalation role".to_owned(),
        Subject::RemindAfter => "The time until a reminder".to_owned(),
        Subject::EscalateAfter => "The time until others are asked".to_owned(),
        Subject::WorkingHours => "The working hours".to_owned(),
        Subject::Rule(name) => format!("The rule `{name}`"),
        Subject::Wording(language, utterance) => format!("The wording `{}` ({language})", utterance.as_str()),
    }
}

/// Eight digits that tell one value from another: what a form was opened with.
pub(super) fn fingerprint(value: Option<&Value>) -> String {
    // FNV-1a: the same in every version, as forms outlive a restart.
    let text = value.map(ToString::to_string).unwrap_or_default();
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}
