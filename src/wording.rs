//! Templates become text. Checked at load, so that rendering cannot fail.

mod built_in;
mod context;
mod error;
mod labels;
mod layer;
mod mention;
mod template;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::built_in::LANGUAGES;
use self::context::Parts;
pub(crate) use self::context::length;
pub use self::error::WordingError;
use self::labels::Labels;
use self::layer::Layer;
pub use self::mention::{is_hidden, literal};

use crate::detect::Kind;
use crate::message::{ChannelId, RoleId, UserId};

/// Declares everything the bot says, with the name of its template. What is written above each is what moderators
/// read about it.
macro_rules! utterances {
    ($($(#[doc = $about:literal])+ $name:ident = $text:literal),+ $(,)?) => {
        /// Everything the bot says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Utterance {
            $($(#[doc = $about])+ #[serde(rename = $text)] $name,)+
        }

        impl Utterance {
            /// Every utterance, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The template's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }

            /// What it is for, in a line.
            #[must_use]
            pub fn about(self) -> &'static str {
                match self { $(Self::$name => concat!($($about),+).trim_start()),+ }
            }
        }
    };
}

utterances! {
    /// A private thread is open. A reply, so the member need not be named.
    Acknowledgment = "acknowledgment",
    /// Something private was removed and a private thread is open. Names the member.
    AcknowledgmentShielded = "acknowledgment_shielded",
    /// The member was written to directly.
    AcknowledgmentDirect = "acknowledgment_direct",
    /// No private place could be opened, but moderators were told.
    AcknowledgmentAlerted = "acknowledgment_alerted",
    /// A private thread is offered, below it the button.
    Suggestion = "suggestion",
    /// The same where details are needed that are nobody else's business.
    SuggestionDetails = "suggestion_details",
    /// What a rule answers to a question that is asked often.
    Answer = "answer",
    /// One line for all when many are at boiling point at once.
    Raid = "raid",
    /// Nothing else could be done; promises nothing.
    AcknowledgmentAlone = "acknowledgment_alone",
    /// First words in the thread: a boiling point, confidential business or the like.
    Opening = "opening",
    /// First words in the thread: the member asked for a private word; what they told follows below, masked.
    OpeningAsked = "opening_asked",
    /// First words in the thread: something private was removed; the masked text follows below.
    OpeningShielded = "opening_shielded",
    /// First words in the thread: something private is still public and could not be removed.
    OpeningUnshielded = "opening_unshielded",
    /// First words in a direct message; no moderator can read it, `alerted` says whether they know.
    DirectOpening = "direct_opening",
    /// In an open thread: another message with something private was removed; the masked text follows.
    FurtherShielded = "further_shielded",
    /// In an open thread: another message with something private could not be removed.
    FurtherUnshielded = "further_unshielded",
    /// What to do now about each kind of thing that was given away; other private words hold it as `advice`.
    Advice = "advice",
    /// What the buttons below the first words in the thread do; those words hold it as `choices`.
    Choices = "choices",
    /// Below the first words in the thread: what is written there is kept, and for how long.
    Transcript = "transcript",
    /// A case, where it began, what it is about, and what could not be done.
    Alert = "alert",
    /// Members wait for an answer longer than was promised: which cases, and whose they are.
    Reminder = "reminder",
    /// The same in the thread of one of them, where moderators have no place of their own.
    ReminderHere = "reminder_here",
    /// Many are at boiling point at once; how many, and where it began.
    RaidAlert = "raid_alert",
    /// The thread's name: contains the case number and nothing of the member's words.
    ThreadName = "thread_name",
    /// The audit-log reason for removing a message.
    RemovalReason = "removal_reason",
    /// The audit-log reason for opening a thread.
    ThreadReason = "thread_reason",
    /// The audit-log reason for taking back words of ours.
    WithdrawalReason = "withdrawal_reason",
    /// In the thread: the member asks for a moderator, who is called.
    Summons = "summons",
    /// In the thread: the member's message was removed, as they wished.
    TakenDown = "taken_down",
    /// In the thread: the member's message could not be removed.
    NotTakenDown = "not_taken_down",
    /// In the thread: a moderator looks after it.
    Claimed = "claimed",
    /// In the thread: someone who can help joins.
    Invited = "invited",
    /// In the thread: it takes longer than it should.
    Late = "late",
    /// In the thread: the case is open again.
    Reopened = "reopened",
    /// Last words in the thread: it is settled, and the member may say how it went.
    Resolved = "resolved",
    /// Last words in the thread: it was a false alarm, with an apology.
    Dismissed = "dismissed",
    /// Last words in the thread: the member would rather not.
    Declined = "declined",
    /// Last words in the thread: nobody wrote for long.
    Expired = "expired",
    /// Last words in the thread: the member wanted everything forgotten.
    Forgotten = "forgotten",
    /// In the place of an alert: its member wanted everything forgotten.
    Erased = "erased",
    /// In the thread: the member filled in the private form, which only moderators read.
    Detailed = "detailed",
    /// In public, once it is settled; tells nothing of what it was about.
    FollowUp = "follow_up",
    /// The answer to whoever took up an offer.
    OfferAccepted = "offer_accepted",
    /// The answer to someone whom an offer was not made to.
    OfferNotYours = "offer_not_yours",
    /// The answer where an offer no longer stands.
    OfferOver = "offer_over",
    /// The answer to whoever asked for a private word: here it is.
    AskedHere = "asked_here",
    /// The same where they have a private thread already.
    AskedBefore = "asked_before",
    /// The same where no private thread could be opened; `alerted` says whether moderators know.
    AskedAlone = "asked_alone",
    /// The same where too many ask at once.
    AskedLater = "asked_later",
    /// The answer to a press where nothing is kept about the case any more.
    PressedGone = "pressed_gone",
    /// The answer to a press where the case is over already.
    PressedOver = "pressed_over",
    /// The answer to a press of a button that is for the member only.
    PressedForMember = "pressed_for_member",
    /// The answer to a press of a button that is for moderators only.
    PressedForModerators = "pressed_for_moderators",
    /// The answer to a press of a button that is for the member and moderators.
    PressedForBoth = "pressed_for_both",
    /// The answer to the member who says that it is settled.
    PressedResolve = "pressed_resolve",
    /// The answer to the member who would rather not.
    PressedDecline = "pressed_decline",
    /// The answer to the member who asks for a moderator.
    PressedAsk = "pressed_ask",
    /// The answer to the member who asks for a moderator once more.
    PressedAskAgain = "pressed_ask_again",
    /// The answer to the member whose message is being removed, as they wish.
    PressedRemove = "pressed_remove",
    /// The answer to the member whose message is gone already.
    PressedRemoved = "pressed_removed",
    /// The answer to the member whose message stays, as they wish.
    PressedKeep = "pressed_keep",
    /// What stands in each field of the private form while it is empty.
    DetailsHint = "details_hint",
    /// The answer to the member who filled in the private form.
    PressedDetails = "pressed_details",
    /// The answer to the member whose form came back without answers.
    PressedBlank = "pressed_blank",
    /// The answer to the member who wants nothing said in public when it is over.
    PressedQuiet = "pressed_quiet",
    /// The answer to the member who opens a case again.
    PressedReopen = "pressed_reopen",
    /// The answer to the member who opens a case again that is open.
    PressedOpen = "pressed_open",
    /// The answer to the member who says how it went.
    PressedRating = "pressed_rating",
    /// To somebody who asks: what is kept about them.
    Stored = "stored",
    /// To somebody who wants to be forgotten: what would be erased, below it the buttons.
    EraseQuestion = "erase_question",
    /// To somebody who wanted to be forgotten: what was done, and what is left.
    EraseDone = "erase_done",
    /// To moderators: cases of several members seem to have one cause; how many, about what, and what became of it.
    CauseNotice = "cause_notice",
    /// In public, where a moderator posts a notice about a cause: it is known. They see it first, and can change it.
    CausePublic = "cause_public",
    /// In public, below such a notice: it is over. A moderator sees it first, and can change it.
    CauseSettled = "cause_settled",
    /// Last words in the thread: what the member wrote about had one cause with other cases, and is over.
    CauseOver = "cause_over",
    /// To whoever added the bot to a server, once: what it is, and where to begin.
    Introduction = "introduction",
    /// To moderators: what keeps the bot from doing its part, or that nothing does any more.
    Checkup = "checkup",
    /// To moderators: what could not be done, or that much was held back and goes out now.
    Undone = "undone",
    /// To moderators: what was said while the bot was away and was not read back.
    Unread = "unread",
}

/// Who reads what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone in the channel.
    Everyone,
    /// One person, in a thread, a direct message or an answer that nobody else sees.
    Person,
    /// Moderators.
    Moderators,
    /// Whoever sees a thread's name or the audit log: one line of plain text.
    Records,
}

impl Audience {
    /// Every audience, in declaration order.
    pub const ALL: &[Self] = &[Self::Everyone, Self::Person, Self::Moderators, Self::Records];
}

/// What a template may speak of. Absent facts render as nothing and test as false.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own, and stored by its name")]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// The member; `{{ member }}` renders as a mention.
    pub member: Option<UserId>,
    /// Roles summoned; `{{ moderators }}` renders as mentions.
    pub moderators: Vec<RoleId>,
    /// The case's number in its guild; `{{ number }}`.
    pub number: Option<u32>,
    /// What was found, in plain words: `{{ kinds }}` renders as "a card number and a phone number".
    pub kinds: Vec<Kind>,
    /// Where it began; `{{ channel }}` renders as a channel link.
    pub channel: Option<ChannelId>,
    /// The private thread; `{{ thread }}` renders as a channel link.
    pub thread: Option<ChannelId>,
    /// A link to the message or, when it was removed, to its channel; `{{ link }}`.
    pub link: Option<String>,
    /// What the case is about, in plain words: `{{ category }}`.
    pub category: Option<crate::detect::Category>,
    /// The rule that applied; `{{ rule }}`.
    pub rule: Option<String>,
    /// Whether a moderator has been told; `{{ alerted }}`.
    pub alerted: bool,
    /// Whether the message was removed; `{{ removed }}`.
    pub removed: bool,
    /// Whether someone else deleted it; `{{ deleted }}`.
    #[serde(default)]
    pub deleted: bool,
    /// What could not be done, in plain words, for moderators; `{{ problem }}`.
    pub problem: Option<String>,
    /// Why the rule applied, in plain words, for moderators; `{{ reason }}`.
    #[serde(default)]
    pub reason: Option<String>,
    /// The moderator who took the member aside by hand, named by `{{ reason }}`.
    #[serde(default)]
    pub by: Option<UserId>,
    /// What the bot would have done, but was held back; `{{ would }}`.
    #[serde(default)]
    pub would: Option<String>,
    /// What a rule answers in public; `{{ answer }}`.
    #[serde(default)]
    pub answer: Option<String>,
    /// The other one of two whose exchange moved to the thread; `{{ companion }}` renders as a mention.
    #[serde(default)]
    pub companion: Option<UserId>,
    /// The number of the other case of the same matter; `{{ beside }}`.
    #[serde(default)]
    pub beside: Option<u32>,
    /// How many are at boiling point at once: `{{ members }}`, `{{ messages }}`, and the list `{{ links }}`.
    #[serde(default)]
    pub raid: Option<Raid>,
    /// The name of the server, written so that nothing in it takes effect; `{{ server }}`.
    #[serde(default)]
    pub server: Option<String>,
    /// What keeps the bot from doing its part, in plain words for moderators, a line each; `{{ gaps }}`.
    #[serde(default)]
    pub gaps: Option<String>,
    /// The name of where the case stands in its life; `{{ state }}` says it in plain words.
    #[serde(default)]
    pub state: Option<String>,
    /// The moderator who looks after it; `{{ owner }}` renders as a mention.
    #[serde(default)]
    pub owner: Option<UserId>,
    /// Someone who was invited; `{{ person }}` renders as a mention.
    #[serde(default)]
    pub person: Option<UserId>,
    /// Since when the member has waited for a first human answer; `{{ waiting }}` renders as "4 minutes ago", which
    /// Discord keeps up to date.
    #[serde(default)]
    pub waiting: Option<Timestamp>,
    /// How long the first human answer took; `{{ first_answer }}` renders as "4 min".
    #[serde(default)]
    pub first_answer: Option<SignedDuration>,
    /// How often moderators were reminded that the member waits; `{{ reminders }}`.
    #[serde(default)]
    pub reminders: u8,
    /// When the member asked for a moderator; `{{ asked }}` renders as "4 minutes ago".
    #[serde(default)]
    pub asked: Option<Timestamp>,
    /// Whether moderators are called by it, rather than only shown; `{{ called }}`.
    #[serde(default)]
    pub called: bool,
    /// Who ended it; `{{ ended_by }}` renders as a mention.
    #[serde(default)]
    pub ended_by: Option<UserId>,
    /// What came of it, in a moderator's words, or why it ended; `{{ outcome }}`.
    #[serde(default)]
    pub outcome: Option<String>,
    /// The name of what the member thought of how it went; `{{ rating }}` says it in plain words.
    #[serde(default)]
    pub rating: Option<String>,
    /// When moderators are there again, outside their hours; `{{ back }}` renders as a time in the reader's zone.
    #[serde(default)]
    pub back: Option<Timestamp>,
    /// For how many days after the end of a case its conversation is kept, at most; `{{ days }}`.
    #[serde(default)]
    pub transcript_days: Option<u32>,
    /// What is kept about somebody, a line each; `{{ stored }}`.
    #[serde(default)]
    pub stored: Option<String>,
    /// The numbers of cases that are yet to be ended before they are forgotten; `{{ left }}`.
    #[serde(default)]
    pub left: Option<String>,
    /// The cases whose members wait for an answer; the list `{{ cases }}`.
    #[serde(default)]
    pub waits: Vec<Wait>,
    /// How many more of them there are; `{{ more }}`.
    #[serde(default)]
    pub unlisted: u32,
    /// How many messages of the member it is about, where it is more than one; `{{ messages }}`.
    #[serde(default)]
    pub messages: Option<u32>,
    /// Whether the member asked for a private word, so that there is no message; `{{ asked_for }}`.
    #[serde(default)]
    pub asked_for: bool,
    /// Whether the member can fill in a private form; `{{ asks }}`.
    #[serde(default)]
    pub asks: bool,
    /// Whether the member filled the form in; `{{ detailed }}`.
    #[serde(default)]
    pub detailed: bool,
    /// Whether the public would hear that it is settled; `{{ follow_up }}`.
    #[serde(default)]
    pub follow_up: bool,
    /// Whether the member wants nothing said in public when it is over; `{{ discreet }}`.
    #[serde(default)]
    pub discreet: bool,
    /// Whether public words of ours stand there that can be taken back; `{{ acknowledged }}`.
    #[serde(default)]
    pub acknowledged: bool,
    /// What several cases have in common: `{{ topic }}`, `{{ count }}`, `{{ span }}`, the lists `{{ numbers }}` and
    /// `{{ places }}`, and the link `{{ notice }}`.
    #[serde(default)]
    pub shared: Option<Shared>,
    /// What a moderator wrote to be said in the place of the template.
    #[serde(default)]
    pub said: Option<String>,
}

/// What several cases have in common.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// Words that most of their members use.
    pub topic: Vec<String>,
    /// How many they are.
    pub count: usize,
    /// From when the first was noticed to the last.
    pub span: SignedDuration,
    /// The numbers of the first of them.
    pub numbers: Vec<u32>,
    /// Where most of them began.
    pub places: Vec<ChannelId>,
    /// A link to what everyone was told.
    pub notice: Option<String>,
}

/// A case whose member waits for an answer, in a list of such.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Its number; `{{ case.number }}`.
    pub number: u32,
    /// Since when the member has waited; `{{ case.waiting }}`.
    pub since: Timestamp,
    /// The moderator who looks after it; `{{ case.owner }}`.
    pub owner: Option<UserId>,
    /// Its private thread; `{{ case.place }}` is a link to it, or to the message where there is none.
    pub thread: Option<ChannelId>,
    /// The link to the message.
    pub link: String,
    /// Whether moderators were reminded of it before; `{{ case.reminded }}`.
    pub reminded: bool,
}

/// How many are at boiling point at once, and where it began.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raid {
    /// Members.
    pub members: usize,
    /// Their messages.
    pub messages: usize,
    /// Links to the first of them.
    pub links: Vec<String>,
}

/// The most characters of what a rule answers in public.
pub const LONGEST_ANSWER: usize = 1_500;

/// The most characters of what came of a case.
pub const LONGEST_OUTCOME: usize = 200;

/// The most characters of what a moderator writes to be said in the place of a template.
pub const LONGEST_SAID: usize = 1_800;

/// The most characters of what keeps the bot from doing its part.
pub const LONGEST_GAPS: usize = 1_600;

/// The most characters of what is kept about somebody, as it is listed.
pub const LONGEST_STORED: usize = 1_300;

/// The most characters of a list of cases that are yet to be ended.
pub const LONGEST_LEFT: usize = 100;

/// The most characters of what is said about a conversation that is kept.
const TRANSCRIPT_LIMIT: usize = 250;

/// The most characters of advice.
const ADVICE_LIMIT: usize = 650;

/// The most characters of what the buttons do.
const CHOICES_LIMIT: usize = 430;

impl Utterance {
    /// The utterance whose template has this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|utterance| utterance.as_str() == name)
    }

    /// The most characters Discord takes.
    const fn limit(self) -> usize {
        match self {
            Self::ThreadName | Self::DetailsHint => 100,
            Self::RemovalReason | Self::ThreadReason | Self::WithdrawalReason => 512,
            // So that the words around it fit beside it.
            Self::Advice => ADVICE_LIMIT,
            Self::Transcript => TRANSCRIPT_LIMIT,
            Self::Choices => CHOICES_LIMIT,
            _ => 2_000,
        }
    }

    /// Who reads it.
    #[must_use]
    pub const fn audience(self) -> Audience {
        match self {
            Self::Acknowledgment
            | Self::AcknowledgmentShielded
            | Self::AcknowledgmentDirect
            | Self::AcknowledgmentAlerted
            | Self::AcknowledgmentAlone
            | Self::Suggestion
            | Self::SuggestionDetails
            | Self::Answer
            | Self::FollowUp
            | Self::CausePublic
            | Self::CauseSettled
            | Self::Raid => Audience::Everyone,
            Self::Opening
            | Self::OpeningAsked
            | Self::OpeningShielded
            | Self::OpeningUnshielded
            | Self::DirectOpening
            | Self::FurtherShielded
            | Self::FurtherUnshielded
            | Self::Advice
            | Self::Choices
            | Self::Transcript
            | Self::OfferAccepted
            | Self::OfferNotYours
            | Self::OfferOver
            | Self::AskedHere
            | Self::AskedBefore
            | Self::AskedAlone
            | Self::AskedLater
            | Self::Summons
            | Self::ReminderHere
            | Self::TakenDown
            | Self::NotTakenDown
            | Self::Claimed
            | Self::Invited
            | Self::Late
            | Self::Reopened
            | Self::Resolved
            | Self::Dismissed
            | Self::Declined
            | Self::Expired
            | Self::CauseOver
            | Self::Detailed
            | Self::Forgotten
            | Self::Stored
            | Self::EraseQuestion
            | Self::EraseDone
            | Self::PressedGone
            | Self::PressedOver
            | Self::PressedForMember
            | Self::PressedForModerators
            | Self::PressedForBoth
            | Self::PressedResolve
            | Self::PressedDecline
            | Self::PressedAsk
            | Self::PressedAskAgain
            | Self::PressedRemove
            | Self::PressedRemoved
            | Self::PressedKeep
            | Self::DetailsHint
            | Self::PressedDetails
            | Self::PressedBlank
            | Self::PressedQuiet
            | Self::PressedReopen
            | Self::PressedOpen
            | Self::PressedRating => Audience::Person,
            Self::Alert
            | Self::Reminder
            | Self::CauseNotice
            | Self::RaidAlert
            | Self::Erased
            | Self::Introduction
            | Self::Checkup
            | Self::Undone
            | Self::Unread => Audience::Moderators,
            Self::ThreadName | Self::RemovalReason | Self::ThreadReason | Self::WithdrawalReason => {
                Audience::Records
            }
        }
    }

    /// The placeholders that it may use.
    #[must_use]
    pub fn placeholders(self) -> &'static [&'static str] {
        context::placeholders(self)
    }

    /// Whether it is one line of plain text: Discord shows names and reasons as they are.
    const fn is_plain(self) -> bool {
        matches!(self.audience(), Audience::Records)
    }

    /// Whether it speaks to one member alone, moderators at most reading along.
    #[must_use]
    pub const fn is_for_member(self) -> bool {
        matches!(
            self,
            Self::Opening
                | Self::OpeningAsked
                | Self::OpeningShielded
                | Self::OpeningUnshielded
                | Self::DirectOpening
                | Self::FurtherShielded
                | Self::FurtherUnshielded
                | Self::TakenDown
                | Self::NotTakenDown
                | Self::Claimed
                | Self::Late
                | Self::Reopened
                | Self::Resolved
                | Self::Dismissed
                | Self::Declined
                | Self::Expired
                | Self::CauseOver
                | Self::Forgotten
        )
    }

    /// Whether a moderator can put other words in its place when it is said.
    const fn can_be_said_otherwise(self) -> bool {
        matches!(self, Self::CausePublic | Self::CauseOver)
    }

    /// Whether it may say `part`, words of their own that others hold.
    fn holds(self, part: Self) -> bool {
        context::placeholders(self).contains(&part.as_str())
    }

    /// Whether a private thread begins with it.
    const fn opens_a_thread(self) -> bool {
        matches!(self, Self::Opening | Self::OpeningAsked | Self::OpeningShielded | Self::OpeningUnshielded)
    }

    /// Whether everyone in the channel reads it.
    const fn is_public(self) -> bool {
        matches!(self.audience(), Audience::Everyone)
    }
}

/// One file of a language: an utterance, or the labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    language: String,
    content: Content,
    path: String,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Words(Utterance),
    Labels,
}

impl Source {
    /// What `file_name` is for: `opening.md` and the like for an utterance, `labels.toml` for the labels. `path` names
    /// it in errors.
    ///
    /// # Errors
    ///
    /// When `file_name` is neither.
    pub fn new(language: &str, file_name: &str, path: &str, text: String) -> Result<Self, WordingError> {
        let name = file_name.strip_suffix(".md");
        let content = match name.and_then(Utterance::parse) {
            Some(utterance) => Content::Words(utterance),
            None if file_name == labels::FILE => Content::Labels,
            None => return Err(WordingError::unknown_file(path, name.unwrap_or(file_name))),
        };
        Ok(Self { language: language.to_owned(), content, path: path.to_owned(), text })
    }

    /// A server's own words for `utterance`, one variant after the other, lines of `---` between them.
    #[must_use]
    pub fn own(language: &str, utterance: Utterance, text: String) -> Self {
        let path = format!("{} ({language})", utterance.as_str());
        Self { language: language.to_owned(), content: Content::Words(utterance), path, text }
    }
}

/// Everything the bot says, compiled and checked: the templates that came with it, those of the operator's folder
/// over them, and those of a server over both.
#[derive(Clone)]
pub struct Wording {
    /// Looked at in this order.
    layers: Vec<Arc<Layer>>,
    language: String,
}

impl Wording {
    /// The built-in templates, with each of `own` in the place of the built-in one for the same
    /// utterance. What `language` lacks is said in English.
    ///
    /// # Errors
    ///
    /// When a template is not valid, or nothing is written in `language`.
    pub fn load(language: &str, own: impl IntoIterator<Item = Source>) -> Result<Self, WordingError> {
        let built_in = Self { layers: vec![built_in::layer()], language: built_in::LANGUAGE.to_owned() };
        built_in.over(language, own)
    }

    /// The same with each of `own` in the place of what was there, spoken in `language`.
    ///
    /// # Errors
    ///
    /// When a template is not valid, or nothing is written in `language`.
    pub fn over(&self, language: &str, own: impl IntoIterator<Item = Source>) -> Result<Self, WordingError> {
        let own = Layer::checked(own, |language| self.labels(language))?;
        let mut layers = self.layers.clone();
        if !own.is_empty() {
            layers.insert(0, Arc::new(own));
        }
        let wording = Self { layers, language: language.to_owned() };
        if wording.languages().contains(&language) {
            Ok(wording)
        } else {
            Err(WordingError::unknown_language(language, wording.languages().into_iter()))
        }
    }

    /// The languages something is written in, in alphabetical order.
    pub fn languages(&self) -> Vec<&str> {
        let mut languages: Vec<&str> = self.layers.iter().flat_map(|layer| layer.languages()).collect();
        languages.sort_unstable();
        languages.dedup();
        languages
    }

    /// The language spoken where nothing else is asked for.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The language of ours for somebody whose Discord is in `locale`, as in `en-US`; none where we have none.
    pub fn language_for(&self, locale: &str) -> Option<&str> {
        let part = |tag: &'_ str| tag.split('-').next().unwrap_or_default().to_lowercase();
        let languages = self.languages();
        let exact = languages.iter().find(|tag| tag.eq_ignore_ascii_case(locale));
        exact.or_else(|| languages.iter().find(|tag| part(tag) == part(locale))).copied()
    }

    /// How many ways there are to say `utterance` in `language`; 0 when it is said in another instead.
    pub fn variants_in(&self, language: &str, utterance: Utterance) -> usize {
        self.layer_of(language, utterance).map_or(0, |layer| layer.variants(language, utterance))
    }

    /// How many ways there are to say `utterance`; at least 1.
    pub fn variants(&self, utterance: Utterance) -> usize {
        self.variants_in(self.spoken(None, utterance), utterance)
    }

    /// How `utterance` is written in `language`, variants separated by lines of `---`; none where it is not.
    pub fn text(&self, language: &str, utterance: Utterance) -> Option<&str> {
        self.layer_of(language, utterance)?.text(language, utterance)
    }

    fn layer_of(&self, language: &str, utterance: Utterance) -> Option<&Layer> {
        let found = self.layers.iter().find(|layer| layer.variants(language, utterance) > 0);
        found.map(|layer| &**layer)
    }

    /// The language that `utterance` is said in: `wanted`, or the language spoken here for what it lacks, or English for
    /// what that lacks.
    pub fn spoken<'a>(&'a self, wanted: Option<&'a str>, utterance: Utterance) -> &'a str {
        let ways = wanted.into_iter().chain([self.language.as_str()]);
        let mut ways = ways.filter(|language| self.layer_of(language, utterance).is_some());
        ways.next().unwrap_or(built_in::LANGUAGE)
    }

    /// A variant of `utterance` in `language`, or in the language spoken here, chosen by `random`, that is not `last`
    /// when there is another.
    pub fn choose(
        &self,
        language: Option<&str>,
        utterance: Utterance,
        last: Option<usize>,
        random: u64,
    ) -> usize {
        let count = self.variants_in(self.spoken(language, utterance), utterance);
        let others = match last {
            Some(last) if last < count && count > 1 => count - 1,
            _ => return pick(random, count),
        };
        let picked = pick(random, others);
        if last.is_some_and(|last| picked >= last) { picked + 1 } else { picked }
    }

    /// `utterance` in words, with `facts` filled in, in `language` or the language spoken here. Never longer than
    /// Discord takes, and mentions no one whom `facts` do not name. A `variant` that is not there any more counts
    /// round.
    pub fn render(
        &self,
        language: Option<&str>,
        utterance: Utterance,
        variant: usize,
        facts: &Facts,
    ) -> String {
        if let Some(said) = facts.said.as_deref().filter(|_| utterance.can_be_said_otherwise()) {
            let member = facts.member.filter(|_| utterance.is_for_member());
            let to = member.map_or(String::new(), |member| format!("{} ", mention::member(member)));
            return template::finish(utterance, &format!("{to}{said}"), facts);
        }
        let held = |part: Utterance| {
            if utterance.holds(part) { self.render(language, part, 0, facts) } else { String::new() }
        };
        let parts = Parts { advice: &held(Utterance::Advice), choices: &held(Utterance::Choices) };
        let spoken = self.spoken(language, utterance);
        let rendered = self.layer_of(spoken, utterance).map(|layer| {
            let variant = variant % layer.variants(spoken, utterance).max(1);
            layer.render((spoken, utterance, variant), context::of(facts, parts, self.labels(spoken)))
        });
        let words = template::finish(utterance, &rendered.unwrap_or_default(), facts);
        if utterance.opens_a_thread() { self.with_notice(language, words, facts) } else { words }
    }

    /// However the first words in a thread are put, they say that what is written there is kept, where it is.
    fn with_notice(&self, language: Option<&str>, words: String, facts: &Facts) -> String {
        if facts.transcript_days.is_none() {
            return words;
        }
        let notice = self.render(language, Utterance::Transcript, 0, facts);
        let room = Utterance::Opening.limit().saturating_sub(notice.chars().count() + 2);
        format!("{}\n\n{notice}", template::shortened(words, room))
    }

    /// What is written on `button`, in `language`, or in English where that has no labels; none for no button of ours.
    pub fn label(&self, language: &str, button: &str) -> Option<&str> {
        self.labels(language).button(button)
    }

    /// What is kept of people, by its name, in `language`; none where there is nothing of that name.
    pub fn kept(&self, language: &str, name: &str) -> Option<&str> {
        self.labels(language).kept(name)
    }

    /// What a case is about, in `language`.
    pub fn category(&self, language: &str, category: crate::detect::Category) -> &str {
        self.labels(language).category(category)
    }

    /// Where a case stands, by the name of its state, in `language`.
    pub fn state<'a>(&'a self, language: &str, name: &'a str) -> &'a str {
        self.labels(language).state(name)
    }

    fn labels(&self, language: &str) -> &Labels {
        self.layers.iter().find_map(|layer| layer.labels(language)).unwrap_or(&labels::ENGLISH)
    }
}

fn pick(random: u64, count: usize) -> usize {
    let count = u64::try_from(count).unwrap_or(u64::MAX).max(1);
    usize::try_from(random % count).unwrap_or(0)
}
