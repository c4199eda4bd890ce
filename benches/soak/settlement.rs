//! Members who were heard: some minutes after a case was opened its member presses *Resolve*, and again if nothing came of it.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use aside::simulator::{Channel, ChannelKind, Id, Message, Simulator, State};

/// Between two looks at what can be settled.
const PACE: Duration = Duration::from_secs(2);

/// How long a case goes on before its member settles it.
const TALK: Duration = Duration::from_mins(2);

/// How long a member waits before pressing again: a press that comes while nobody listens is lost.
const AGAIN: Duration = Duration::from_secs(20);

/// Who settles what.
pub(crate) struct Settlement {
    bot: Id,
    looked: Instant,
    /// When a thread was first seen, and when its member pressed last.
    seen: HashMap<Id, Instant>,
    pressed: HashMap<Id, Instant>,
    presses: u64,
}

/// The button of a case that is not settled.
struct Button {
    thread: Id,
    member: Id,
    message: Id,
    custom_id: String,
}

impl Settlement {
    pub(crate) fn new(discord: &Simulator) -> Self {
        let (seen, pressed) = (HashMap::new(), HashMap::new());
        Self { bot: discord.bot(), looked: Instant::now(), seen, pressed, presses: 0 }
    }

    /// Every member presses who has talked long enough; with `hurry`, all do.
    pub(crate) fn settle(&mut self, discord: &Simulator, hurry: bool) {
        if self.looked.elapsed() < PACE {
            return;
        }
        self.looked = Instant::now();
        for button in discord.read(|state| self.buttons(state)) {
            let seen = self.seen.entry(button.thread).or_insert_with(Instant::now).elapsed();
            let pressed = self.pressed.get(&button.thread).is_none_or(|pressed| pressed.elapsed() >= AGAIN);
            if pressed && (hurry || seen >= TALK) {
                self.pressed.insert(button.thread, Instant::now());
                let done = discord.press(button.member, button.thread, button.message, &button.custom_id);
                self.presses += u64::from(done.is_ok());
            }
        }
    }

    fn buttons(&self, state: &State) -> Vec<Button> {
        state
            .threads()
            .filter(|thread| !is_settled(thread))
            .filter_map(|thread| self.button(state, thread))
            .collect()
    }

    fn button(&self, state: &State, thread: &Channel) -> Option<Button> {
        let member = *thread.thread.as_ref()?.members.keys().find(|member| **member != self.bot)?;
        let resolve = |message: &Message| Some((message.id, resolve(&message.components)?));
        let (message, custom_id) = state.messages(thread.id).find_map(resolve)?;
        Some(Button { thread: thread.id, member, message, custom_id })
    }

    pub(crate) fn told(&self) -> String {
        format!("{} presses of Resolve in {} threads", self.presses, self.pressed.len())
    }
}

/// Whether a case's thread is put away for good; another kind of thread has nothing to settle.
pub(crate) fn is_settled(thread: &Channel) -> bool {
    let settled = thread.thread.as_ref().is_some_and(|thread| thread.archived && thread.locked);
    thread.kind != ChannelKind::PrivateThread || settled
}

/// The identifier of the button *Resolve* among `components`.
fn resolve(components: &[serde_json::Value]) -> Option<String> {
    let buttons = components.iter().filter_map(|row| row["components"].as_array()).flatten();
    let mut ids = buttons.filter_map(|button| button["custom_id"].as_str());
    ids.find(|id| id.starts_with("case:") && id.ends_with(":resolve")).map(str::to_owned)
}
