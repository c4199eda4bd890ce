//! Templates become text. Checked at load, so that rendering cannot fail.

use serde::{Deserialize, Serialize};

use crate::detect::Kind;
use crate::message::{ChannelId, RoleId, UserId};

/// Declares everything the bot says, with the name of its template.
macro_rules! utterances {
    ($($(#[$doc:meta])* $name:ident = $text:literal),+ $(,)?) => {
        /// Everything the bot says.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Utterance {
            $($(#[$doc])* #[serde(rename = $text)] $name,)+
        }

        impl Utterance {
            /// Every utterance, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// The template's name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

utterances! {
    /// Public: a private thread is open. A reply, so the member need not be named.
    Acknowledgment = "acknowledgment",
    /// Public: something private was removed and a private thread is open. Names the member.
    AcknowledgmentShielded = "acknowledgment_shielded",
    /// Public: the member was written to directly.
    AcknowledgmentDirect = "acknowledgment_direct",
    /// Public: no private place could be opened, but moderators were told.
    AcknowledgmentAlerted = "acknowledgment_alerted",
    /// Public: nothing else could be done; promises nothing.
    AcknowledgmentAlone = "acknowledgment_alone",
    /// First words in the thread: a boiling point, confidential business or the like.
    Opening = "opening",
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
    /// To moderators: a case, where it began, what it is about, and what could not be done.
    Alert = "alert",
    /// The thread's name: contains the case number and nothing of the member's words.
    ThreadName = "thread_name",
    /// The audit-log reason for removing a message.
    RemovalReason = "removal_reason",
    /// The audit-log reason for opening a thread.
    ThreadReason = "thread_reason",
    /// The private answer to a button that does nothing yet.
    ComingSoon = "coming_soon",
}

/// What a template may speak of. Absent facts render as nothing and test as false.
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
    /// What could not be done, in plain words, for moderators; `{{ problem }}`.
    pub problem: Option<String>,
}
