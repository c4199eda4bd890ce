//! Trouble that a test orders.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::body::Call;
use super::log::fits;
use super::model::Id;
use super::state::State;

/// What goes wrong.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// The request has no effect and is answered with this status and body.
    Status(u16, Value),
    /// The request takes effect and is answered with this status all the same.
    StatusAfter(u16, Value),
    /// The request has no effect and is answered with 429.
    RateLimited {
        /// Seconds to wait; `None` leaves out the `Retry-After` header and the body's `retry_after`.
        retry_after: Option<f64>,
        /// Whether the limit is the one over all routes.
        global: bool,
        /// Whether the limit is shared with others, which does not count against the bot.
        shared: bool,
    },
    /// The request is taken up so much later.
    Delay(Duration),
    /// The connection is cut and nothing happens.
    DropBefore,
    /// It happens, and the connection is cut instead of an answer.
    DropAfter,
    /// It happens, and only part of an answer comes back: JSON that breaks off.
    Garbled,
    /// The request has no effect and is answered with this status and a page of HTML, as by what stands before Discord.
    Page(u16),
    /// It happens, and nothing is answered until [`Simulator::release`](super::Simulator::release).
    HangAfter,
    /// Nothing happens and nothing is answered until [`Simulator::release`](super::Simulator::release);
    /// then the request goes on.
    Hang,
}

/// Which requests a trouble meets.
#[derive(Debug, Clone)]
pub struct Fault {
    pattern: String,
    skip: usize,
    times: usize,
    /// Whose requests alone are met.
    concerning: Option<Id>,
    /// Part of what is sent.
    saying: Option<String>,
    trouble: Trouble,
}

impl Fault {
    /// The first request that fits `pattern`, as in `POST /channels/{}/messages`; `{}` stands for one
    /// segment, a last `**` for all that follow, `*` for any method.
    #[must_use]
    pub fn on(pattern: &str, trouble: Trouble) -> Self {
        Self { pattern: pattern.to_owned(), skip: 0, times: 1, concerning: None, saying: None, trouble }
    }

    /// Begins with the `n`-th fitting request from now, 1 being the first.
    #[must_use]
    pub fn nth(mut self, n: usize) -> Self {
        self.skip = n.saturating_sub(1);
        self
    }

    /// Meets so many requests instead of one.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    /// Meets only requests that concern a guild, or a direct conversation with a user.
    #[must_use]
    pub fn concerning(mut self, id: Id) -> Self {
        self.concerning = Some(id);
        self
    }

    /// Meets only requests in whose body `words` stand.
    #[must_use]
    pub fn saying(mut self, words: &str) -> Self {
        self.saying = Some(words.to_owned());
        self
    }

    /// Meets every fitting request from then on.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(usize::MAX)
    }
}

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    ordered: Vec<Fault>,
    released: watch::Sender<()>,
}

impl Faults {
    pub(crate) fn order(&mut self, fault: Fault) {
        self.ordered.retain(|fault| fault.times > 0);
        self.ordered.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.ordered.clear();
        self.release();
    }

    pub(crate) fn release(&self) {
        self.released.send_replace(());
    }

    /// What a request that meets [`Trouble::Hang`] waits for from now on.
    pub(crate) fn released(&self) -> watch::Receiver<()> {
        self.released.subscribe()
    }

    /// The trouble this request meets, if any; counts the request.
    pub(crate) fn meet(&mut self, call: &Call, path: &str, concerned: Option<Id>) -> Option<Trouble> {
        let says = |words: &String| call.body.to_string().contains(words);
        let meets = |fault: &&mut Fault| {
            fits(&fault.pattern, &call.method, path)
                && fault.concerning.is_none_or(|id| concerned == Some(id))
                && fault.saying.as_ref().is_none_or(says)
        };
        for fault in self.ordered.iter_mut().filter(meets) {
            if fault.skip > 0 {
                fault.skip -= 1;
            } else if fault.times > 0 {
                fault.times = fault.times.saturating_sub(usize::from(fault.times != usize::MAX));
                return Some(fault.trouble.clone());
            }
        }
        None
    }
}

/// The guild that a request concerns; outside of one, the person.
pub(crate) fn concerned(state: &State, call: &Call) -> Option<Id> {
    let mut segments = call.path.split('/');
    let (first, second) = (segments.next()?, segments.next()?);
    let of_channel = |id: Id| {
        let channel = state.channels.get(&id)?;
        channel.guild.or_else(|| channel.recipients.iter().copied().find(|user| *user != state.app.bot))
    };
    match first {
        "guilds" => second.parse().ok(),
        "channels" => of_channel(second.parse().ok()?),
        "users" => call.body["recipient_id"].as_str()?.parse().ok(),
        "interactions" => of_channel(state.interactions.get(&second.parse().ok()?)?.channel),
        "webhooks" => {
            let token = segments.next()?;
            let asked = state.interactions.values().find(|interaction| interaction.token == token)?;
            of_channel(asked.channel)
        }
        _ => None,
    }
}

/// What stands before Discord says of itself.
pub(crate) const PAGE: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1>\
    </center>\r\n<hr><center>cloudflare</center>\r\n</body>\r\n</html>\r\n";

/// The body of a 429.
pub(crate) fn limited_body(retry_after: Option<f64>, global: bool) -> Value {
    let mut body = json!({ "message": "You are being rate limited.", "global": global });
    if let Some(seconds) = retry_after {
        body["retry_after"] = json!(seconds);
    }
    body
}
