//! What labels may say: each has a name and a fixed set of values, so that nothing of a member can become one.

use crate::case::State;
use crate::case::action::{ACTIONS, Action};
use crate::detect::{Category, Kind};
use crate::policy::Response;

/// A label whose value is one of a fixed set.
pub(crate) trait Label: Copy {
    /// Its name in the output.
    const NAME: &'static str;

    /// Every value, in order.
    fn values() -> Vec<&'static str>;

    /// The place of this value among them.
    fn place(self) -> usize;
}

/// Declares a label of ours: its name, and what each of its values means.
macro_rules! labels {
    ($($(#[doc = $about:literal])+ $label:ident as $name:literal { $($(#[doc = $doc:literal])+ $value:ident = $text:literal,)+ })+) => {$(
        $(#[doc = $about])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $label {
            $($(#[doc = $doc])+ $value,)+
        }

        impl Label for $label {
            const NAME: &'static str = $name;

            fn values() -> Vec<&'static str> {
                vec![$($text),+]
            }

            fn place(self) -> usize {
                self as usize
            }
        }
    )+};
}

labels! {
    /// How a message reached us.
    Origin as "source" {
        /// As it was sent or edited.
        Live = "live",
        /// Read back after an absence.
        History = "history",
    }
    /// What came of trying an action.
    Outcome as "outcome" {
        /// It was done.
        Done = "done",
        /// Discord, or a permission, does not allow it: the case goes on another way.
        Refused = "refused",
        /// There was no useful answer; it is tried again.
        Trouble = "trouble",
        /// It was not tried, since Discord has refused too much of late; it is tried later.
        Held = "held",
        /// It was given up, and nothing stands in its place: a dead letter.
        Buried = "buried",
    }
    /// How moderators were called.
    Call as "step" {
        /// Reminded.
        Reminder = "reminder",
        /// Others were asked, too.
        Escalation = "escalation",
    }
    /// How a gateway session began.
    Session as "session" {
        /// Anew: what happened meanwhile is read back.
        New = "new",
        /// Where the last one ended: Discord sends what was missed.
        Resumed = "resumed",
    }
    /// What a request is about.
    Route as "route" {
        /// Messages, reactions and pins of channels and threads.
        Messages = "messages",
        /// Private threads and who is in them.
        Threads = "threads",
        /// A channel itself.
        Channels = "channels",
        /// Members of servers.
        Members = "members",
        /// Servers themselves: roles, channels, AutoMod.
        Guilds = "guilds",
        /// Users and direct conversations.
        Users = "users",
        /// The application and its commands.
        Applications = "applications",
        /// Answers to commands and buttons.
        Interactions = "interactions",
        /// What follows on such an answer.
        Webhooks = "webhooks",
        /// Where the gateway is.
        Gateway = "gateway",
        /// Anything else.
        Other = "other",
    }
    /// How Discord answered a request.
    Status as "status" {
        /// With what was asked for.
        Success = "2xx",
        /// Elsewhere.
        Redirection = "3xx",
        /// It refused.
        Refusal = "4xx",
        /// It asked us to slow down.
        Limited = "429",
        /// It failed.
        Failure = "5xx",
        /// Not at all, or not in time.
        Unanswered = "none",
    }
    /// Whose limit a 429 speaks of.
    Scope as "scope" {
        /// Ours on this route.
        User = "user",
        /// Ours over all routes.
        Global = "global",
        /// One that we share with everyone in a place; it does not count against us.
        Shared = "shared",
    }
    /// What the store was asked to do.
    Access as "access" {
        /// To look something up.
        Read = "read",
        /// To commit something.
        Write = "write",
    }
}

impl Route {
    /// Of a path after `/api/v10/`.
    pub(crate) fn of(path: &str) -> Self {
        let path = path.split('?').next().unwrap_or_default();
        let mut parts = path.split('/');
        match (parts.next().unwrap_or_default(), parts.nth(1)) {
            ("channels", Some("messages" | "pins")) => Self::Messages,
            ("channels", Some("threads" | "thread-members")) | ("guilds", Some("threads")) => Self::Threads,
            ("channels", _) => Self::Channels,
            ("guilds", Some("members")) => Self::Members,
            ("guilds", _) => Self::Guilds,
            ("users", _) => Self::Users,
            ("applications" | "oauth2", _) => Self::Applications,
            ("interactions", _) => Self::Interactions,
            ("webhooks", _) => Self::Webhooks,
            ("gateway", _) => Self::Gateway,
            _ => Self::Other,
        }
    }
}

impl Status {
    /// Of an HTTP status.
    pub(crate) const fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Success,
            300..=399 => Self::Redirection,
            429 => Self::Limited,
            400..=499 => Self::Refusal,
            _ => Self::Failure,
        }
    }
}

impl Scope {
    /// Of the header `X-RateLimit-Scope`; without one, a limit is ours.
    /// Source: <https://discord.com/developers/docs/topics/rate-limits#header-format>.
    pub(crate) fn of(header: Option<&str>) -> Self {
        match header {
            Some("global") => Self::Global,
            Some("shared") => Self::Shared,
            _ => Self::User,
        }
    }
}

impl Label for Category {
    const NAME: &'static str = "category";

    fn values() -> Vec<&'static str> {
        Self::ALL.iter().map(|category| category.as_str()).collect()
    }

    fn place(self) -> usize {
        self as usize
    }
}

impl Label for Kind {
    const NAME: &'static str = "kind";

    fn values() -> Vec<&'static str> {
        Self::ALL.iter().map(|kind| kind.as_str()).collect()
    }

    fn place(self) -> usize {
        self as usize
    }
}

impl Label for Response {
    const NAME: &'static str = "action";

    fn values() -> Vec<&'static str> {
        Self::ALL.iter().map(|response| response.as_str()).collect()
    }

    fn place(self) -> usize {
        self as usize
    }
}

/// A case that is not over: the states of those that are would only count up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenState(pub(crate) State);

impl OpenState {
    /// Those states, in the order of a life.
    pub(crate) fn all() -> impl Iterator<Item = State> {
        State::ALL.iter().copied().filter(|state| !state.is_over())
    }
}

impl Label for OpenState {
    const NAME: &'static str = "state";

    fn values() -> Vec<&'static str> {
        Self::all().map(State::as_str).collect()
    }

    fn place(self) -> usize {
        self.0 as usize
    }
}

/// What is done on Discord.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed(usize);

impl Deed {
    pub(crate) const fn of<S>(action: &Action<S>) -> Self {
        Self(action.place())
    }
}

impl Label for Deed {
    const NAME: &'static str = "action";

    fn values() -> Vec<&'static str> {
        ACTIONS.to_vec()
    }

    fn place(self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_told_apart_by_what_they_are_about() {
        let rows = [
            ("channels/1/messages?limit=100", Route::Messages),
            ("channels/1/messages/2", Route::Messages),
            ("channels/1/threads", Route::Threads),
            ("channels/1/thread-members/3", Route::Threads),
            ("channels/1", Route::Channels),
            ("guilds/1/members/2", Route::Members),
            ("guilds/1/threads/active", Route::Threads),
            ("guilds/1", Route::Guilds),
            ("users/@me", Route::Users),
            ("users/@me/channels", Route::Users),
            ("applications/1/commands", Route::Applications),
            ("interactions/1/token/callback", Route::Interactions),
            ("webhooks/1/token", Route::Webhooks),
            ("gateway/bot", Route::Gateway),
            ("", Route::Other),
        ];
        for (path, expected) in rows {
            assert_eq!(Route::of(path), expected, "{path}");
        }
    }

    #[test]
    fn every_value_stands_in_its_place() {
        let categories: Vec<usize> = Category::ALL.iter().map(|one| one.place()).collect();
        let kinds: Vec<usize> = Kind::ALL.iter().map(|one| one.place()).collect();
        let responses: Vec<usize> = Response::ALL.iter().map(|one| one.place()).collect();
        let states: Vec<usize> = OpenState::all().map(|one| OpenState(one).place()).collect();
        for places in [categories, kinds, responses, states] {
            assert_eq!(places, (0..places.len()).collect::<Vec<usize>>());
        }
    }
}
