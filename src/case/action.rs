//! What there is to do on Discord, as data: committed first, performed at the edge, answered by a receipt.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::message::{ChannelId, MessageId, RoleId, UserId};
use crate::wording::{Audience, Facts, Utterance};

/// Something to do on Discord. `S` is how its words are held: a [`Speech`] at rest, a `String` once rendered.
///
/// `Debug` is safe to log for `Action<Speech>`: an enclosure prints its length only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action<S> {
    /// Remove a message that discloses something.
    RemoveMessage {
        /// Where it is.
        channel: ChannelId,
        /// The message.
        message: MessageId,
        /// For the audit log.
        reason: S,
    },
    /// Open a private thread.
    OpenThread {
        /// The text channel to open it under.
        parent: ChannelId,
        /// Its name, which tells this case from every other of the guild.
        name: S,
        /// Minutes without activity after which Discord archives it.
        auto_archive: u16,
        /// For the audit log.
        reason: S,
    },
    /// Open a direct conversation.
    OpenDirect {
        /// With whom.
        member: UserId,
    },
    /// Bring the member into a thread.
    AddMember {
        /// The thread.
        thread: ChannelId,
        /// The member.
        member: UserId,
    },
    /// Close a thread that turned out to be of no use.
    CloseThread {
        /// The thread.
        thread: ChannelId,
        /// For the audit log.
        reason: S,
    },
    /// Archive a thread and lock it, where we may.
    ArchiveThread {
        /// The thread.
        thread: ChannelId,
        /// For the audit log.
        reason: S,
    },
    /// Open an archived thread again.
    UnarchiveThread {
        /// The thread.
        thread: ChannelId,
        /// For the audit log.
        reason: S,
    },
    /// Say something.
    Post(Post<S>),
    /// Put other words in the place of a post of ours.
    Edit {
        /// The post.
        message: MessageId,
        /// What stands there from now on; its channel is the post's.
        post: Post<S>,
    },
    /// Take back a post of ours.
    Withdraw {
        /// Where it is.
        channel: ChannelId,
        /// The post.
        message: MessageId,
        /// For the audit log.
        reason: S,
    },
}

/// How urgent an action is: what waits for Discord's rate limits goes in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Something private is being given away.
    Secret,
    /// Someone is threatened.
    Threat,
    /// A boiling point.
    BoilingPoint,
    /// An account issue.
    AccountIssue,
    /// Everything else.
    #[default]
    Routine,
    /// What nobody waits for, such as reading back what was said before.
    Background,
}

impl Priority {
    /// Every priority, most urgent first.
    pub const ALL: &[Self] = &[
        Self::Secret,
        Self::Threat,
        Self::BoilingPoint,
        Self::AccountIssue,
        Self::Routine,
        Self::Background,
    ];

    /// The one of that place in [`Self::ALL`]; routine, where there is none.
    #[must_use]
    pub fn of_rank(rank: u8) -> Self {
        Self::ALL.get(usize::from(rank)).copied().unwrap_or_default()
    }
}

/// Something to say, and to whom it may sound a bell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Post<S> {
    /// Where.
    pub channel: ChannelId,
    /// The words.
    pub words: S,
    /// The message it answers.
    pub reply_to: Option<MessageId>,
    /// The members that may be notified.
    pub members: Vec<UserId>,
    /// The roles that may be notified.
    pub roles: Vec<RoleId>,
    /// The number of its case, which its buttons carry.
    pub number: u32,
    /// What can be pressed below it.
    pub buttons: Vec<Button>,
    /// What is written on each of them, once the words are rendered; what has nothing here reads in English.
    #[serde(skip)]
    pub labels: Vec<String>,
    /// The member's own text, masked, given back below the words.
    pub enclosure: Option<Enclosure>,
}

/// A member's text with every sensitive part masked; `Debug` prints its length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Enclosure(pub String);

impl fmt::Debug for Enclosure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Enclosure({} bytes)", self.0.len())
    }
}

/// Words before they are rendered: stored, so that a repeated action says the same again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Speech {
    /// What is said.
    pub utterance: Utterance,
    /// In which language; chosen, as the variant, when the action is committed.
    #[serde(default)]
    pub language: Option<String>,
    /// Which of its variants.
    pub variant: usize,
    /// What it speaks of.
    pub facts: Facts,
}

/// Declares the buttons of a case: what each is for, what is written on it, and its part of a `custom_id`.
macro_rules! buttons {
    ($($(#[doc = $about:literal])+ $name:ident = $label:literal, $id:literal;)+) => {
        /// A button of a case. Its `custom_id` carries the case, so that it works after a restart.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Button {
            $($(#[doc = $about])+ $name,)+
        }

        impl Button {
            /// Every button, in declaration order.
            pub const ALL: &[Self] = &[$(Self::$name),+];

            /// What is written on it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// Its part of a `custom_id`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }
    };
}

buttons! {
    /// The matter is settled.
    Resolve = "Resolve", "resolve";
    /// A moderator is wanted now.
    AskModerator = "Ask a moderator", "ask";
    /// Remove the member's public message.
    RemoveMessage = "Remove my message", "remove";
    /// Leave the member's public message where it is.
    KeepIt = "Keep it", "keep";
    /// The member does not want to talk in private.
    Decline = "I'd rather not", "decline";
    /// A private thread is wanted: below an offer of one.
    TakeAside = "Take this aside", "aside";
    /// The member fills in what the rule asks for.
    GiveDetails = "Give details", "details";
    /// The member wants nothing said in public when it is over.
    KeepQuiet = "Keep it between us", "quiet";
    /// A moderator looks after it.
    Claim = "Claim", "claim";
    /// It was a false alarm.
    FalseAlarm = "False alarm", "false";
    /// Moderators read what the member filled in.
    ShowDetails = "Show details", "show";
    /// It goes on after all.
    Reopen = "Reopen", "reopen";
    /// It went well.
    RateGood = "Good", "good";
    /// It went so-so.
    RateFair = "So-so", "fair";
    /// It did not go well.
    RatePoor = "Not good", "poor";
    /// Everyone is told of a cause.
    Announce = "Post a notice", "announce";
    /// A cause is over, and its cases are settled.
    Settle = "It's over", "settle";
}

impl Button {
    /// The button's `custom_id` in case `number`: `case:<number>:<button>`; in the cause that goes by that case,
    /// `cause:<number>:<button>`.
    #[must_use]
    pub fn custom_id(self, number: u32) -> String {
        format!("{}{number}:{}", self.about(), self.as_str())
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Announce | Self::Settle => "cause:",
            _ => "case:",
        }
    }

    /// The case number and button of a `custom_id`, if it is one of ours.
    #[must_use]
    pub fn parse(custom_id: &str) -> Option<(u32, Self)> {
        let of = |button: &&Self| custom_id.strip_prefix(button.about())?.split_once(':');
        let button =
            Self::ALL.iter().find(|button| of(button).is_some_and(|(_, name)| name == button.as_str()))?;
        let (number, _) = of(&button)?;
        let number = number.parse().ok()?;
        // As we write it, and no other way.
        (button.custom_id(number) == custom_id).then_some((number, *button))
    }
}

/// What performing an action gave back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// The message, or our post, is gone.
    Removed,
    /// A thread or direct conversation stands open.
    Opened(ChannelId),
    /// The member is inside.
    Joined,
    /// The thread is closed or archived.
    Closed,
    /// The thread is open again.
    Reopened,
    /// The words are posted.
    Posted(MessageId),
    /// Other words stand in the post's place.
    Edited,
}

/// Why an action cannot be performed, now or later. `Display` is for moderators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// A permission is missing; named as Discord names it.
    Missing(String),
    /// Discord forbids it without saying which permission is missing.
    Forbidden,
    /// Private threads are only possible in text channels.
    WrongChannel,
    /// The guild has as many active threads as Discord allows.
    TooManyThreads,
    /// The member cannot see the channel.
    MemberCannotSee,
    /// The member takes no direct messages from us.
    DirectClosed,
    /// The message, channel, thread or member no longer exists.
    Gone,
    /// The server's AutoMod held our words back.
    HeldBack,
    /// Discord calls the request malformed; the number is its error code.
    Invalid(u32),
    /// Discord did not answer usefully for too long.
    GaveUp,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(permission) => write!(f, "I am missing the permission {permission} there"),
            Self::Forbidden => f.write_str("Discord does not let me do that there"),
            Self::WrongChannel => {
                f.write_str("private threads are only possible in text channels; a desk channel can stand in")
            }
            Self::TooManyThreads => f.write_str("the server has as many active threads as Discord allows"),
            Self::MemberCannotSee => f.write_str("the member cannot see that channel"),
            Self::DirectClosed => f.write_str("the member does not take direct messages from me"),
            Self::Gone => f.write_str("it no longer exists"),
            Self::HeldBack => f.write_str("AutoMod held my words back"),
            Self::Invalid(code) => write!(f, "Discord refused the request (code {code})"),
            Self::GaveUp => f.write_str("Discord did not answer for too long"),
        }
    }
}

/// What each action is called, in declaration order.
pub const ACTIONS: &[&str] = &[
    "remove_message",
    "open_thread",
    "open_direct",
    "add_member",
    "close_thread",
    "archive_thread",
    "unarchive_thread",
    "post",
    "edit",
    "withdraw",
];

impl<S> Action<S> {
    /// The same action with its words put another way.
    pub fn map<T>(self, mut words: impl FnMut(S) -> T) -> Action<T> {
        match self {
            Self::RemoveMessage { channel, message, reason } => {
                Action::RemoveMessage { channel, message, reason: words(reason) }
            }
            Self::OpenThread { parent, name, auto_archive, reason } => {
                Action::OpenThread { parent, name: words(name), auto_archive, reason: words(reason) }
            }
            Self::OpenDirect { member } => Action::OpenDirect { member },
            Self::AddMember { thread, member } => Action::AddMember { thread, member },
            Self::CloseThread { thread, reason } => Action::CloseThread { thread, reason: words(reason) },
            Self::ArchiveThread { thread, reason } => Action::ArchiveThread { thread, reason: words(reason) },
            Self::UnarchiveThread { thread, reason } => {
                Action::UnarchiveThread { thread, reason: words(reason) }
            }
            Self::Post(post) => Action::Post(post.map(words)),
            Self::Edit { message, post } => Action::Edit { message, post: post.map(words) },
            Self::Withdraw { channel, message, reason } => {
                Action::Withdraw { channel, message, reason: words(reason) }
            }
        }
    }

    /// What it says where buttons can stand below it; none for what says nothing or only to the audit log.
    #[must_use]
    pub const fn post(&self) -> Option<&Post<S>> {
        match self {
            Self::Post(post) | Self::Edit { post, .. } => Some(post),
            _ => None,
        }
    }

    /// The same with `labels` on the buttons.
    #[must_use]
    pub fn labelled(mut self, labels: Vec<String>) -> Self {
        if let Self::Post(post) | Self::Edit { post, .. } = &mut self {
            post.labels = labels;
        }
        self
    }

    /// What it is, in one word, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        ACTIONS[self.place()]
    }

    /// The place of its name in [`ACTIONS`].
    #[must_use]
    pub const fn place(&self) -> usize {
        match self {
            Self::RemoveMessage { .. } => 0,
            Self::OpenThread { .. } => 1,
            Self::OpenDirect { .. } => 2,
            Self::AddMember { .. } => 3,
            Self::CloseThread { .. } => 4,
            Self::ArchiveThread { .. } => 5,
            Self::UnarchiveThread { .. } => 6,
            Self::Post(_) => 7,
            Self::Edit { .. } => 8,
            Self::Withdraw { .. } => 9,
        }
    }
}

impl Action<Speech> {
    /// What there is to do, in plain words for moderators and operators, and none of what is said.
    #[must_use]
    pub const fn task(&self) -> &'static str {
        match self {
            Self::RemoveMessage { .. } => "remove a message",
            Self::OpenThread { .. } => "open a private thread",
            Self::OpenDirect { .. } => "open a direct conversation",
            Self::AddMember { .. } => "bring someone into a thread",
            Self::CloseThread { .. } => "close a thread that is of no use",
            Self::ArchiveThread { .. } => "archive and lock a thread",
            Self::UnarchiveThread { .. } => "open an archived thread again",
            Self::Post(post) => match post.words.utterance.audience() {
                Audience::Moderators => "tell moderators",
                Audience::Everyone => "post in public",
                _ => "write to a member in private",
            },
            Self::Edit { post, .. } => match post.words.utterance.audience() {
                Audience::Moderators => "bring what moderators were told up to date",
                _ => "change a public post of mine",
            },
            Self::Withdraw { .. } => "take back a post of mine",
        }
    }
}

impl<S> Post<S> {
    fn map<T>(self, words: impl FnOnce(S) -> T) -> Post<T> {
        Post {
            channel: self.channel,
            words: words(self.words),
            reply_to: self.reply_to,
            members: self.members,
            roles: self.roles,
            number: self.number,
            buttons: self.buttons,
            labels: self.labels,
            enclosure: self.enclosure,
        }
    }
}
