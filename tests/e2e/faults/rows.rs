//! Everything the bot asks Discord to do: how it comes about, by which request, and how it is seen to be done.

use super::cell::Cell;

/// What somebody does.
#[derive(Clone, Copy)]
pub(super) enum Act {
    /// Who says what in which channel.
    Say(&'static str, &'static str, &'static str),
    /// Who presses the button of that label in which place: a channel, or `thread`.
    Press(&'static str, &'static str, &'static str),
    /// A moderator fills in the form that their last press opened: everyone is told of the cause.
    Announce,
    /// So many minutes have passed since the start. All servers share the clock.
    Clock(i64),
}

use Act::{Announce, Clock, Press, Say};

/// Something the bot does.
pub(super) struct Row {
    /// In plain words; also the name of the server it is played in.
    pub(super) name: &'static str,
    /// The server has no private threads, and so no desk.
    pub(super) direct: bool,
    /// There is no channel of moderators.
    pub(super) alone: bool,
    /// Moderators have a second channel.
    pub(super) second: bool,
    /// What comes before it, undisturbed.
    pub(super) before: &'static [Act],
    /// What brings it about.
    pub(super) trigger: Act,
    /// The request; `<place>` stands for the identifier of a channel, or of the `thread`.
    pub(super) request: &'static str,
    /// Words that tell it from others of its kind.
    pub(super) saying: &'static str,
    /// What Discord forbids besides, once, and with which code.
    pub(super) also: &'static [(&'static str, u32)],
    /// How often it is done.
    pub(super) done: fn(&Cell<'_>) -> usize,
}

const PLAIN: Row = Row {
    name: "",
    direct: false,
    alone: false,
    second: false,
    before: &[],
    trigger: Clock(0),
    request: POST,
    saying: "",
    also: &[],
    done: |_| 0,
};

const POST: &str = "POST /channels/{}/messages";
const IN_GENERAL: &str = "POST /channels/<general>/messages";
const TO_STAFF: &str = "POST /channels/<staff>/messages";

const LEAK: &str = "so when does project falcon finally ship then?";
const CARD: &str = "please charge 4111 1111 1111 1111 and be done";
const OTHER_CARD: &str = "or 5555 5555 5555 4444 if that is no good";
const LEAKED: Act = Say("alex", "general", LEAK);
const RESOLVED: Act = Press("alex", "thread", "Resolve");

/// Every row; those that the clock brings about come last, in its order.
pub(super) const ROWS: &[Row] = &[
    Row {
        name: "remove a message",
        trigger: Say("alex", "general", CARD),
        request: "DELETE /channels/<general>/messages/{}",
        done: |cell| cell.gone("4111"),
        ..PLAIN
    },
    Row {
        name: "open a thread",
        trigger: LEAKED,
        request: "POST /channels/<general>/threads",
        done: |cell| cell.threads("general").len(),
        ..PLAIN
    },
    Row {
        name: "bring the member in",
        trigger: LEAKED,
        request: "PUT /channels/{}/thread-members/{}",
        done: |cell| cell.is_inside("general", "alex"),
        ..PLAIN
    },
    Row { name: "first words in the thread", trigger: LEAKED, done: |cell| cell.words("general"), ..PLAIN },
    Row {
        name: "acknowledge in public",
        trigger: LEAKED,
        request: IN_GENERAL,
        done: |cell| cell.said("general").len(),
        ..PLAIN
    },
    Row {
        name: "acknowledge in public, where moderators have no channel",
        alone: true,
        trigger: LEAKED,
        request: IN_GENERAL,
        done: |cell| cell.said("general").len(),
        ..PLAIN
    },
    Row {
        name: "speak of a further message",
        before: &[Say("alex", "general", CARD)],
        trigger: Say("alex", "general", OTHER_CARD),
        request: "POST /channels/<thread>/messages",
        done: |cell| cell.words("general").saturating_sub(1),
        ..PLAIN
    },
    Row {
        name: "alert moderators",
        trigger: Say("alex", "general", "order number please"),
        request: TO_STAFF,
        done: |cell| cell.said("staff").len(),
        ..PLAIN
    },
    Row {
        name: "alert moderators, who have a second channel",
        second: true,
        trigger: Say("alex", "general", "order number please"),
        done: |cell| cell.said("staff").len() + cell.said("desk").len(),
        ..PLAIN
    },
    Row {
        name: "bring an alert up to date",
        before: &[LEAKED],
        trigger: Press("mia", "staff", "Claim"),
        request: "PATCH /channels/<staff>/messages/{}",
        done: |cell| cell.reading("staff", "**claimed**"),
        ..PLAIN
    },
    Row {
        name: "offer a thread",
        trigger: Say("alex", "general", "where is my invoice?"),
        request: IN_GENERAL,
        done: |cell| cell.said("general").len(),
        ..PLAIN
    },
    Row {
        name: "answer in public",
        trigger: Say("alex", "general", "what are your opening hours"),
        request: IN_GENERAL,
        done: |cell| cell.reading("general", "9 to 5"),
        ..PLAIN
    },
    Row {
        name: "put an offer right",
        before: &[Say("alex", "general", "where is my invoice?")],
        trigger: Press("alex", "general", "Take this aside"),
        request: "PATCH /channels/<general>/messages/{}",
        done: |cell| cell.reading("general", "<#"),
        ..PLAIN
    },
    Row {
        name: "open a direct conversation",
        direct: true,
        trigger: LEAKED,
        request: "POST /users/@me/channels",
        done: |cell| cell.direct(),
        ..PLAIN
    },
    Row {
        name: "write to a member directly",
        direct: true,
        trigger: LEAKED,
        request: "POST /channels/{}/messages",
        done: |cell| cell.direct(),
        ..PLAIN
    },
    Row {
        name: "call a moderator",
        before: &[LEAKED],
        trigger: Press("alex", "thread", "Ask a moderator"),
        request: "POST /channels/<thread>/messages",
        done: |cell| cell.words("general").saturating_sub(1),
        ..PLAIN
    },
    Row {
        name: "remove a message as wished",
        before: &[Say("alex", "general", "my account is acct-12345")],
        trigger: Press("alex", "thread", "Remove my message"),
        request: "DELETE /channels/<general>/messages/{}",
        done: |cell| cell.gone("acct"),
        ..PLAIN
    },
    Row {
        name: "bring a moderator in",
        before: &[LEAKED],
        trigger: Press("olga", "staff", "Claim"),
        request: "PUT /channels/<thread>/thread-members/{}",
        done: |cell| cell.is_inside("general", "olga"),
        ..PLAIN
    },
    Row {
        name: "part in the thread",
        before: &[LEAKED],
        trigger: RESOLVED,
        request: "POST /channels/<thread>/messages",
        done: |cell| cell.words("general").saturating_sub(1),
        ..PLAIN
    },
    Row {
        name: "part in the thread, where moderators have no channel",
        alone: true,
        before: &[LEAKED],
        trigger: RESOLVED,
        request: "POST /channels/<thread>/messages",
        done: |cell| cell.words("general").saturating_sub(1),
        ..PLAIN
    },
    Row {
        name: "follow up in the place of the acknowledgment",
        before: &[LEAKED],
        trigger: RESOLVED,
        request: "PATCH /channels/<general>/messages/{}",
        // In its place, or below it where that is gone.
        done: |cell| cell.edited("general") + cell.said("general").len().saturating_sub(1),
        ..PLAIN
    },
    Row {
        name: "archive and lock",
        before: &[LEAKED],
        trigger: RESOLVED,
        request: "PATCH /channels/<thread>",
        done: |cell| cell.archived(),
        ..PLAIN
    },
    Row {
        name: "archive and lock, where moderators have no channel",
        alone: true,
        before: &[LEAKED],
        trigger: RESOLVED,
        request: "PATCH /channels/<thread>",
        done: |cell| cell.archived(),
        ..PLAIN
    },
    Row {
        name: "open a thread again",
        before: &[LEAKED, RESOLVED],
        trigger: Press("mia", "staff", "Reopen"),
        request: "PATCH /channels/<thread>",
        done: |cell| 1 - cell.archived(),
        ..PLAIN
    },
    Row {
        name: "take public words back",
        before: &[LEAKED],
        trigger: Press("mia", "staff", "False alarm"),
        request: "DELETE /channels/<general>/messages/{}",
        done: |cell| 1_usize.saturating_sub(cell.said("general").len()),
        ..PLAIN
    },
    Row {
        name: "tell moderators of a cause",
        before: &[
            Say("alex", "general", "I was charged twice for my subscription"),
            Say("sam", "general", "charged twice here too, what is going on"),
        ],
        trigger: Say("kim", "general", "why have I been charged twice??"),
        request: TO_STAFF,
        saying: "one cause",
        done: |cell| cell.reading("staff", "one cause"),
        ..PLAIN
    },
    Row {
        name: "bring what moderators were told of a cause up to date",
        before: &[
            Say("alex", "general", "I was charged twice for my subscription"),
            Say("sam", "general", "charged twice here too, what is going on"),
            Say("kim", "general", "why have I been charged twice??"),
        ],
        trigger: Say("lee", "general", "charged twice, me too"),
        request: "PATCH /channels/<staff>/messages/{}",
        saying: "one cause",
        done: |cell| cell.reading("staff", "4 cases"),
        ..PLAIN
    },
    Row {
        name: "close a thread that its member cannot enter",
        trigger: LEAKED,
        request: "DELETE /channels/{}",
        also: &[("PUT /channels/{}/thread-members/{}", 50_013)],
        done: |cell| usize::from(cell.threads("general").len() == cell.archived()),
        ..PLAIN
    },
    Row {
        name: "tell everyone of a cause",
        before: &[
            Say("alex", "general", "I was charged twice for my subscription"),
            Say("sam", "general", "charged twice here too, what is going on"),
            Say("kim", "general", "why have I been charged twice??"),
            Press("mia", "staff", "Post a notice"),
        ],
        trigger: Announce,
        request: IN_GENERAL,
        done: |cell| cell.reading("general", "We are on it"),
        ..PLAIN
    },
    Row {
        name: "answer a press",
        before: &[LEAKED],
        trigger: Press("alex", "thread", "Ask a moderator"),
        request: "POST /interactions/{}/{}/callback",
        done: |cell| cell.answered(),
        ..PLAIN
    },
    Row {
        name: "remind moderators",
        before: &[LEAKED],
        trigger: Clock(6),
        request: TO_STAFF,
        done: |cell| cell.reading("staff", "Still waiting"),
        ..PLAIN
    },
    Row {
        name: "follow up in a post of its own",
        before: &[LEAKED, Clock(17)],
        trigger: RESOLVED,
        request: IN_GENERAL,
        done: |cell| cell.said("general").len().saturating_sub(1),
        ..PLAIN
    },
    Row {
        name: "say that it takes long",
        before: &[LEAKED, Clock(6)],
        trigger: Clock(25),
        request: "POST /channels/<thread>/messages",
        done: |cell| cell.words("general").saturating_sub(1),
        ..PLAIN
    },
];
